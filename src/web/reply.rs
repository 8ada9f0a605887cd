//! Parts of requests and responses that every module uses: ids in paths, empty bodies, JSON responses.

use kernel::id::Id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::error::{Error, Result, not_found};
use crate::web::etag::etag;
use crate::web::idempotency::Reply;

/// A JSON response that can be stored for retries.
pub fn reply<T: Serialize>(status: u16, version: Option<i64>, location: Option<String>, body: &T) -> Result<Reply> {
    let body = serde_json::to_string(body).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Reply { status, etag: version.map(etag), location, body, once: None })
}

impl Reply {
    /// The same response, whose first sending says `body`.
    pub fn showing_once<T: Serialize>(self, body: &T) -> Result<Reply> {
        let once = serde_json::to_string(body).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(Reply { once: Some(once), ..self })
    }
}

/// The id in a path; a malformed one gets 404, as an unknown one does.
pub fn path_id(text: &str) -> Result<i64> {
    text.parse::<Id>().map(|id| id.0).map_err(|_| not_found())
}

/// An empty body.
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Empty {}
