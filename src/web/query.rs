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
        each_value(text)?;
        web::Query::<T>::from_query(text).map(|q| Query(q.into_inner())).map_err(|e| unreadable(&e.to_string()))
    }
}

/// What serde found. Its sentence is English and lists words of the contract, so the Vietnamese one is ours.
fn unreadable(reason: &str) -> Error {
    let reason = reason.trim_start_matches("Query deserialize error: ");
    let mut quoted = reason.split('`');
    let (found, name) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
    let vi = match found {
        "unknown field " => format!("Không có tham số «{name}» ở đây."),
        "unknown variant " => format!("Giá trị «{name}» không hợp lệ; chọn một trong các giá trị cho phép."),
        "missing field " => format!("Thiếu tham số «{name}»."),
        "duplicate field " => format!("Tham số «{name}» bị lặp lại."),
        _ => "Có tham số không đúng kiểu: phải là ngày, số, có hoặc không.".into(),
    };
    refuse(Code::InvalidQuery, vi, format!("The query is not valid: {reason}."))
}

/// Refuses dates outside 1900–2200: they are typing mistakes, and the two databases handle extreme dates differently. Of
/// control characters, PostgreSQL takes no NUL.
fn each_value(text: &str) -> Result<()> {
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        if value.chars().any(char::is_control) {
            return Err(invalid(&name, "chứa ký tự điều khiển.", "contains control characters."));
        }
        if let Ok(day) = value.parse::<chrono::NaiveDate>()
            && (value.len() != 10 || !(1900..=2200).contains(&chrono::Datelike::year(&day)))
        {
            return Err(invalid(
                &name,
                "phải từ năm 1900 đến năm 2200, dạng năm-tháng-ngày (ví dụ 2026-03-27).",
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
    refuse(Code::InvalidQuery, format!("Tham số «{name}» {vi}"), format!("{name}: {en}"))
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

/// The same for a text that must say something.
pub fn some_text(name: &str, value: &str) -> Result<()> {
    if value.trim().is_empty() {
        return Err(invalid(name, "không được để trống.", "must not be empty."));
    }
    text(name, value)
}

/// Checks a year: 1900 to 2200.
pub fn year(value: Option<i64>) -> Result<()> {
    match value {
        Some(year) if !(1900..=2200).contains(&year) => {
            Err(invalid("year", "phải từ 1900 đến 2200.", "must be from 1900 to 2200."))
        }
        _ => Ok(()),
    }
}

/// Checks a country filter: two capital letters (ISO 3166-1 alpha-2).
pub fn country(value: Option<&str>) -> Result<()> {
    let fits = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    if value.is_none_or(fits) {
        return Ok(());
    }
    Err(invalid("country", "phải là mã nước gồm hai chữ cái hoa.", "must be a country code of two capital letters."))
}

/// The position after which a list continues, read from the parts of a cursor; refuses a cursor of another list.
pub fn place<P>(scope: &str, cursor: Option<&str>, read: impl FnOnce(&[String]) -> Option<P>) -> Result<Option<P>> {
    let bad = || {
        refuse(
            Code::InvalidCursor,
            "Vị trí trang không thuộc danh sách này.",
            "The cursor does not belong to this list.",
        )
    };
    cursor.map(|c| unseal(scope, c).and_then(|parts| read(&parts)).ok_or_else(bad)).transpose()
}

/// The position in a list ordered by name or code, and by id among equals.
pub fn name_and_id(parts: &[String]) -> Option<(String, i64)> {
    Some((parts.first()?.clone(), parts.get(1)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Order {
        ByName,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        year: i32,
        order: Option<Order>,
        from: Option<chrono::NaiveDate>,
    }

    fn said(text: &str) -> String {
        match Query::<Asked>::read(text) {
            Ok(Query(Asked { year, order, from })) => format!("{year} {} {}", order.is_some(), from.is_some()),
            Err(error) => error.problem().detail.vi,
        }
    }

    #[test]
    fn what_is_wrong_with_a_query_is_said_in_vietnamese() {
        assert_eq!(said("year=2026&order=by_name&from=2026-03-27"), "2026 true true");
        assert_eq!(said("year=2026&colour=red"), "Không có tham số «colour» ở đây.");
        assert_eq!(
            said("year=2026&order=by_day"),
            "Giá trị «by_day» không hợp lệ; chọn một trong các giá trị cho phép."
        );
        assert_eq!(said("order=by_name"), "Thiếu tham số «year».");
        assert_eq!(said("year=2026&year=2027"), "Tham số «year» bị lặp lại.");
        assert_eq!(said("year=soon"), "Có tham số không đúng kiểu: phải là ngày, số, có hoặc không.");
        assert!(said("from=1066-10-14&year=2026").starts_with("Tham số «from» phải từ năm 1900"));
    }
}
