//! Parts of requests and answers that every room has: ids in paths, bodies that say nothing, answers as JSON.

use kernel::id::Id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result, not_found};
use crate::web::etag::etag;
use crate::web::idempotency::Reply;

/// An answer as JSON, to be kept for retries.
pub fn reply<T: Serialize>(status: u16, version: Option<i64>, location: Option<String>, body: &T) -> Result<Reply> {
    let body = serde_json::to_string(body).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Reply { status, etag: version.map(etag), location, body })
}

/// The id in a path; one that was never given out is not found.
pub fn path_id(text: &str) -> Result<i64> {
    text.parse::<Id>().map(|id| id.0).map_err(|_| not_found())
}

/// Nothing to say.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Empty {}
