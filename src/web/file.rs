//! Lists as files: formats and response headers.

use std::io::Read;

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::error::{Code, Error, Result, refuse};
use crate::web::query;
use kernel::money::grouped;
use kernel::table::Table;

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

/// Most rows of a list that is taken away whole.
pub const MOST_ROWS: i64 = 50_000;

/// The file that a list is asked for as a whole; none for a page of it in JSON.
pub fn whole(format: Option<ListFormat>) -> Option<ListFormat> {
    format.filter(|format| *format != ListFormat::Json)
}

/// The number of rows to read: all of a file, or a page.
pub fn rows_of(whole: Option<ListFormat>, limit: Option<i64>) -> Result<i64> {
    if whole.is_some() { Ok(MOST_ROWS) } else { query::limit(limit) }
}

/// 422 if a list has more rows than a file takes.
pub fn all_rows(rows: usize) -> Result<()> {
    if i64::try_from(rows).is_ok_and(|rows| rows <= MOST_ROWS) {
        return Ok(());
    }
    Err(refuse(
        Code::TooManyRows,
        format!("Danh sách có hơn {} dòng; hãy lọc bớt, ví dụ theo năm.", grouped(MOST_ROWS)),
        format!("The list has more than {MOST_ROWS} rows; filter it, for example by year."),
    ))
}

/// A table as a file that a browser saves.
pub fn table(name: &str, table: &Table, format: ListFormat) -> Result<HttpResponse> {
    let (bytes, media_type, ending) = match format {
        ListFormat::Csv => (documents::csv::write(table), CSV, "csv"),
        ListFormat::Json | ListFormat::Xlsx => (documents::xlsx::write(table), XLSX, "xlsx"),
    };
    let bytes = bytes.map_err(Error::Internal)?.into();
    Ok(saved(&mut HttpResponse::Ok(), media_type, &format!("{name}.{ending}"), bytes))
}

/// A response that a browser saves under `file_name`.
pub fn saved(response: &mut HttpResponseBuilder, media_type: &str, file_name: &str, body: Bytes) -> HttpResponse {
    response
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")))
        .body(body)
}

/// Bytes of a file that are in memory at once, for somebody who takes it.
const IN_MEMORY: u64 = 64 << 10;

/// Pieces of files that are read at once: each takes a thread for that moment.
static READING: Semaphore = Semaphore::const_new(8);

/// The body of a file. It is read as fast as it is taken: whoever asks for many and takes none costs next to nothing.
pub fn in_pieces(
    file: impl Read + Send + 'static,
    length: u64,
) -> SizedStream<impl Stream<Item = std::io::Result<Bytes>>> {
    let pieces = futures_util::stream::try_unfold(file, |mut file| async move {
        let read = move || {
            let mut piece = Vec::new();
            (&mut file).take(IN_MEMORY).read_to_end(&mut piece)?;
            Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
        };
        let _turn = READING.acquire().await.map_err(std::io::Error::other)?;
        tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other)?
    });
    SizedStream::new(length, Box::pin(pieces))
}
