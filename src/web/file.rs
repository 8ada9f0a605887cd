//! Lists as files: formats and response headers.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub const CSV: &str = "text/csv; charset=utf-8";
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
pub const SVG: &str = "image/svg+xml";

/// The format of a list.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schema(as = Format)]
pub enum ListFormat {
    Json,
    Csv,
    Xlsx,
}

/// A response that a browser saves under `file_name`.
pub fn saved(response: &mut HttpResponseBuilder, media_type: &str, file_name: &str, body: Bytes) -> HttpResponse {
    response
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")))
        .body(body)
}
