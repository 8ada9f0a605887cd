//! Retries (Idempotency-Key): the first 2xx response is stored in the transaction of its effect, and returned again for
//! 24 hours.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::HeaderMap;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use chrono::Duration;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::db::Conn;
use crate::db::schema::idempotency_keys as keys;
use crate::db::sealed::SealedText;
use crate::error::{Code, Result, refuse};
use kernel::time::Moment;

/// A response that can be stored and returned again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub etag: Option<String>,
    pub location: Option<String>,
    /// JSON; empty for 204.
    pub body: String,
    /// What the first answer says instead: with secrets that are shown once and stored nowhere.
    pub once: Option<String>,
}

impl Reply {
    pub fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response: HttpResponseBuilder = HttpResponse::build(status);
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        let body = self.once.unwrap_or(self.body);
        if body.is_empty() {
            return response.finish();
        }
        response.content_type("application/json").body(body)
    }
}

/// SHA-256 in hexadecimal.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The key of a request, if it was sent.
pub fn key_of(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or("").trim();
    if text.is_empty() || text.len() > 200 {
        return Err(refuse(
            Code::InvalidIdempotencyKey,
            "Khóa của lần gửi phải có 1–200 ký tự ASCII.",
            "The key of a request must have 1 to 200 ASCII characters.",
        ));
    }
    Ok(Some(text.to_owned()))
}

/// Keys of the requests in progress in this process.
#[derive(Clone, Default)]
pub struct InFlightKeys(Arc<Mutex<HashSet<(i64, String, String)>>>);

/// Releases the key when the request ends, however it ends.
pub struct InFlightKey {
    running: InFlightKeys,
    slot: (i64, String, String),
}

impl InFlightKeys {
    pub fn hold(&self, user: i64, path: &str, key: &str) -> Result<InFlightKey> {
        let slot = (user, path.to_owned(), key.to_owned());
        if !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(slot.clone()) {
            return Err(refuse(
                Code::RequestInProgress,
                "Lần gửi trước của chính yêu cầu này chưa xử lý xong.",
                "The same request was sent before and is still in progress.",
            ));
        }
        Ok(InFlightKey { running: self.clone(), slot })
    }
}

impl Drop for InFlightKey {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.slot);
    }
}

#[derive(Queryable)]
struct IdempotencyKeyRow {
    /// Sealed, for the digest of a short body can be guessed.
    fingerprint: SealedText,
    status: i64,
    etag: Option<String>,
    location: Option<String>,
    body: SealedText,
    created_at: Moment,
}

fn kept_since(now: Moment) -> Moment {
    now - Duration::hours(24)
}

/// The stored response for this key, if any; a different body with the same key is refused.
pub fn replay(conn: &mut Conn, user: i64, path: &str, key: &str, print: &str, now: Moment) -> Result<Option<Reply>> {
    let row: Option<IdempotencyKeyRow> = keys::table
        .find((user, path, key))
        .select((keys::fingerprint, keys::status, keys::etag, keys::location, keys::body, keys::created_at))
        .first(conn)
        .optional()?;
    match row {
        Some(row) if row.created_at < kept_since(now) => Ok(None),
        Some(row) if *row.fingerprint != *print => Err(refuse(
            Code::IdempotencyKeyReused,
            "Biểu mẫu này đã được gửi một lần với nội dung khác. Nếu cần gửi cả nội dung này, hãy gửi lần nữa.",
            "This form was sent before with other contents. If these are to be sent as well, send it once more.",
        )),
        Some(row) => Ok(Some(Reply {
            status: u16::try_from(row.status).unwrap_or(200),
            etag: row.etag,
            location: row.location,
            body: row.body.into_plain(),
            once: None,
        })),
        None => Ok(None),
    }
}

/// Stores a response, and deletes those older than a day.
pub fn keep(conn: &mut Conn, user: i64, path: &str, key: &str, print: &str, reply: &Reply, now: Moment) -> Result<()> {
    diesel::delete(keys::table.filter(keys::created_at.lt(kept_since(now)))).execute(conn)?;
    diesel::insert_into(keys::table)
        .values((
            keys::user_id.eq(user),
            keys::path.eq(path),
            keys::key.eq(key),
            keys::fingerprint.eq(SealedText::hidden(print)?),
            keys::status.eq(i64::from(reply.status)),
            keys::etag.eq(&reply.etag),
            keys::location.eq(&reply.location),
            keys::body.eq(SealedText::hidden(&reply.body)?),
            keys::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
