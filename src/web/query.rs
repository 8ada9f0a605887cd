//! Query strings: 400 if a parameter is unknown, repeated, or of the wrong type.

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
            refuse(
                Code::InvalidQuery,
                format!("Tham số truy vấn không hợp lệ: {reason}."),
                format!("The query is not valid: {reason}."),
            )
        })
    }
}

/// Refuses dates outside 1900–2200: they are typing mistakes, and the two databases handle extreme dates differently.
fn far_day(text: &str) -> Result<()> {
    for (_, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if let Ok(day) = value.parse::<chrono::NaiveDate>()
            && (value.len() != 10 || !(1900..=2200).contains(&chrono::Datelike::year(&day)))
        {
            return Err(invalid(
                "day",
                "phải từ năm 1900 đến 2200, dạng YYYY-MM-DD.",
                "must be from 1900 to 2200, in the form YYYY-MM-DD.",
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

/// Splits a query into two types: parameters in `second` go to the second, all others to the first.
pub fn split<A: DeserializeOwned, B: DeserializeOwned>(text: &str, second: &[&str]) -> Result<(Query<A>, Query<B>)> {
    let is_second = |pair: &&str| second.contains(&pair.split_once('=').map_or(*pair, |(name, _)| name));
    let (theirs, ours): (Vec<&str>, Vec<&str>) = text.split('&').filter(|p| !p.is_empty()).partition(is_second);
    Ok((Query::read(&ours.join("&"))?, Query::read(&theirs.join("&"))?))
}

/// 400 for an invalid value of one parameter.
pub fn invalid(name: &str, vi: &str, en: &str) -> Error {
    refuse(Code::InvalidQuery, format!("{name}: {vi}"), format!("{name}: {en}"))
}

/// The limit of a list, 1–200.
pub fn limit(asked: Option<i64>) -> Result<i64> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(invalid("limit", "phải từ 1 đến 200.", "must be from 1 to 200.")),
    }
}

/// Checks a text filter: limited length, no control characters.
pub fn text(name: &str, value: &str) -> Result<()> {
    if value.chars().count() > 200 || value.chars().any(char::is_control) {
        return Err(invalid(
            name,
            "quá dài hoặc chứa ký tự điều khiển.",
            "is too long or contains control characters.",
        ));
    }
    Ok(())
}

/// The position after which a list continues, read from the parts of a cursor; refuses a cursor of another list.
pub fn place<P>(scope: &str, cursor: Option<&str>, read: impl FnOnce(&[String]) -> Option<P>) -> Result<Option<P>> {
    let bad = || {
        refuse(Code::InvalidCursor, "Con trỏ không thuộc danh sách này.", "The cursor does not belong to this list.")
    };
    cursor.map(|c| unseal(scope, c).and_then(|parts| read(&parts)).ok_or_else(bad)).transpose()
}

/// The position in a list ordered by name or code, and by id among equals.
pub fn name_and_id(parts: &[String]) -> Option<(String, i64)> {
    Some((parts.first()?.clone(), parts.get(1)?.parse().ok()?))
}
