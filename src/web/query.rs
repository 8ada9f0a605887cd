//! Query strings: every parameter known, none twice, each of its type; else 400.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Result, refuse};
use kernel::page::{DEFAULT_LIMIT, MAX_LIMIT, unseal};

/// A checked query. `T` denies unknown fields.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> Query<T> {
    fn read(text: &str) -> Result<Self> {
        far_day(text)?;
        web::Query::<T>::from_query(text).map(|q| Query(q.into_inner())).map_err(|e| {
            let reason = e.to_string();
            let reason = reason.trim_start_matches("Query deserialize error: ");
            refuse(Code::InvalidQuery, format!("Tham số truy vấn sai: {reason}."), format!("Wrong query: {reason}."))
        })
    }
}

/// A day that no calendar here reaches is a typing mistake, and databases do not agree on it.
fn far_day(text: &str) -> Result<()> {
    for (_, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if let Ok(day) = value.parse::<chrono::NaiveDate>()
            && (value.len() != 10 || !(1900..=2200).contains(&chrono::Datelike::year(&day)))
        {
            return Err(invalid(
                "day",
                "phải từ năm 1900 đến 2200, dạng YYYY-MM-DD.",
                "must be 1900 to 2200, as YYYY-MM-DD.",
            ));
        }
    }
    Ok(())
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Query::read(req.query_string()))
    }
}

/// One query for two askers: these names are the second's, all others the first's.
pub fn split<A: DeserializeOwned, B: DeserializeOwned>(text: &str, second: &[&str]) -> Result<(Query<A>, Query<B>)> {
    let is_second = |pair: &&str| second.contains(&pair.split_once('=').map_or(*pair, |(name, _)| name));
    let (theirs, ours): (Vec<&str>, Vec<&str>) = text.split('&').filter(|p| !p.is_empty()).partition(is_second);
    Ok((Query::read(&ours.join("&"))?, Query::read(&theirs.join("&"))?))
}

/// A bad value of one parameter.
pub fn invalid(name: &str, vi: &str, en: &str) -> Error {
    refuse(Code::InvalidQuery, format!("{name}: {vi}"), format!("{name}: {en}"))
}

/// The limit of a list, 1–200.
pub fn limit(asked: Option<i64>) -> Result<i64> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(invalid("limit", "phải từ 1 đến 200.", "must be 1 to 200.")),
    }
}

/// A text filter: bounded, and free of control characters.
pub fn text(name: &str, value: &str) -> Result<()> {
    if value.chars().count() > 200 || value.chars().any(char::is_control) {
        return Err(invalid(name, "quá dài hoặc có ký tự điều khiển.", "too long, or with control characters."));
    }
    Ok(())
}

/// The place a list goes on after, as `read` takes it from the parts of a cursor; refuses what was not made for it.
pub fn place<P>(scope: &str, cursor: Option<&str>, read: impl FnOnce(&[String]) -> Option<P>) -> Result<Option<P>> {
    let bad =
        || refuse(Code::InvalidCursor, "Con trỏ không thuộc danh sách này.", "The cursor was not made for this list.");
    cursor.map(|c| unseal(scope, c).and_then(|parts| read(&parts)).ok_or_else(bad)).transpose()
}

/// The place in a list by name, or by code, where the id tells equals apart.
pub fn name_and_id(parts: &[String]) -> Option<(String, i64)> {
    Some((parts.first()?.clone(), parts.get(1)?.parse().ok()?))
}
