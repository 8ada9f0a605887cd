//! Attachments of a dossier: files in a folder under random names, and their metadata in the database.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::shorts::{self, PersonShort};
use crate::db::schema::attachments;
use crate::db::{Conn, load_of};
use crate::error::{Code, Error, Result, refuse};
use crate::web::idempotency::fingerprint;
use crate::web::multipart::{self, MultipartForm};
use documents::words_in::each_text;
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::text::bears_secret_mark;
use kernel::time::{Day, Moment, rfc3339, start_of};
use kernel::violation::Violations;
use kernel::words::{Document, FieldError};

/// Maximum size of a file, in bytes.
pub const FILE_LIMIT: usize = 10 << 20;

/// A file as it was uploaded.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The kind of document, as sent.
    pub document: String,
    pub file_name: String,
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
}

/// An attachment of a dossier.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"id": "01ke3m9p000c7", "document": "invitation", "file_name": "thu-moi.pdf", "media_type": "application/pdf",
    "size": 20480, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "uploaded_at": "2026-11-22T02:00:00Z",
    "uploaded_by_person": {"full_name": "Hoàng Chuyên Viên", "post": "Chuyên viên"}}))]
pub struct Attachment {
    #[schema(value_type = String)]
    pub id: Id,
    #[schema(value_type = Document)]
    pub document: String,
    pub file_name: String,
    pub media_type: String,
    /// Size in bytes.
    pub size: i64,
    /// Hexadecimal.
    pub sha256: String,
    #[serde(skip)]
    pub storage_name: String,
    /// RFC 3339.
    pub uploaded_at: String,
    #[serde(skip)]
    pub uploaded_by: i64,
    /// Who added it.
    pub uploaded_by_person: Option<PersonShort>,
}

/// Maximum bytes of an office document when unpacked.
const MAX_UNPACKED: u64 = 64 << 20;
const PDF: &str = "application/pdf";
const PNG: &str = "image/png";
const JPEG: &str = "image/jpeg";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Every media type that an attachment may have.
pub const MEDIA_TYPES: [&str; 5] = [PDF, PNG, JPEG, DOCX, XLSX];

/// The media type by file signature; `None` if it is not an accepted one.
fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
    if bytes.starts_with(b"%PDF-") {
        Some(PDF)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(PNG)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(JPEG)
    } else if !bytes.starts_with(b"PK\x03\x04") {
        None
    } else if holds(b"word/document.xml") {
        Some(DOCX)
    } else if holds(b"xl/workbook.xml") {
        Some(XLSX)
    } else {
        None
    }
}

/// Whether the file extension matches the content.
fn name_fits(file_name: &str, media_type: &str) -> bool {
    let ending = file_name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    match media_type {
        PDF => ending == "pdf",
        PNG => ending == "png",
        JPEG => matches!(ending.as_str(), "jpg" | "jpeg"),
        DOCX => ending == "docx",
        XLSX => ending == "xlsx",
        _ => false,
    }
}

/// The upload in a form that was read.
pub fn upload_of(form: MultipartForm) -> Result<Upload> {
    let MultipartForm { mut texts, file_name, bytes } = form;
    let document = texts.remove("document").unwrap_or_default();
    let media_type = sniff(&bytes).filter(|kind| name_fits(&file_name, kind)).ok_or_else(|| {
        refuse(
            Code::UnsupportedMediaType,
            "Chỉ nhận PDF, DOCX, XLSX, PNG, JPEG; nội dung phải đúng với phần mở rộng của tên tệp.",
            "Only PDF, DOCX, XLSX, PNG and JPEG are accepted; the content must match the file extension.",
        )
    })?;
    Ok(Upload { document, file_name, bytes, media_type })
}

impl Upload {
    /// The value by which a retry with the same key is compared.
    pub fn fingerprint(&self) -> String {
        fingerprint(format!("{}\n{}\n{}", self.document, self.file_name, fingerprint(&self.bytes)).as_bytes())
    }

    /// The kind of document, or all errors in the form.
    pub fn check(&self) -> Result<Document> {
        if bears_secret_mark(&self.file_name) || bears_secret_mark(&self.document) {
            return Err(refuse(
                Code::StateSecretRefused,
                "Không tiếp nhận bí mật nhà nước.",
                "State secrets are refused.",
            ));
        }
        if matches!(self.media_type, DOCX | XLSX) {
            let mut secret = false;
            let read = each_text(&self.bytes, MAX_UNPACKED, &mut |text| secret |= bears_secret_mark(text));
            if secret {
                return Err(refuse(
                    Code::StateSecretRefused,
                    "Không tiếp nhận bí mật nhà nước; tệp không được lưu.",
                    "State secrets are refused; the file is not stored.",
                ));
            }
            // What cannot be looked through is not kept.
            read.map_err(|_| {
                refuse(
                    Code::UnsupportedMediaType,
                    "Không đọc được tệp: tệp hỏng, hoặc quá lớn sau khi giải nén.",
                    "The file cannot be read: it is broken, or too large when unpacked.",
                )
            })?;
        }
        let mut faults = Violations::default();
        let document = self.document.parse().ok();
        faults.require(
            document.is_some(),
            "/document",
            FieldError::UnknownValue,
            "Không có loại giấy tờ này.",
            "There is no such kind of document.",
        );
        multipart::check_name(&self.file_name, &mut faults);
        faults.finish()?;
        document.ok_or_else(|| Error::Internal("a checked document has no kind".into()))
    }
}

type AttachmentRow = (i64, String, String, String, i64, String, String, i64, Moment);

fn attachment(row: AttachmentRow) -> Attachment {
    let (id, document, file_name, media_type, size, sha256, storage_name, uploaded_by, at) = row;
    let (id, uploaded_at, uploaded_by_person) = (Id(id), rfc3339(at), None);
    Attachment {
        id,
        document,
        file_name,
        media_type,
        size,
        sha256,
        storage_name,
        uploaded_at,
        uploaded_by,
        uploaded_by_person,
    }
}

const COLUMNS: (
    attachments::id,
    attachments::document,
    attachments::file_name,
    attachments::media_type,
    attachments::size,
    attachments::sha256,
    attachments::storage_name,
    attachments::uploaded_by,
    attachments::uploaded_at,
) = (
    attachments::id,
    attachments::document,
    attachments::file_name,
    attachments::media_type,
    attachments::size,
    attachments::sha256,
    attachments::storage_name,
    attachments::uploaded_by,
    attachments::uploaded_at,
);

/// The attachments of a dossier in the order of upload, or those uploaded until the end of a day.
pub fn list(conn: &mut Conn, delegation_id: i64, until: Option<Day>) -> Result<Vec<Attachment>> {
    let all = attachments::table.filter(attachments::delegation_id.eq(delegation_id)).order(attachments::id);
    let mut query = all.select(COLUMNS).into_boxed();
    if let Some(day) = until {
        query = query.filter(attachments::uploaded_at.lt(start_of(day + chrono::Duration::days(1))));
    }
    let rows: Vec<AttachmentRow> = query.load(conn)?;
    Ok(rows.into_iter().map(attachment).collect())
}

/// Names those who added these attachments.
pub fn name_people(conn: &mut Conn, all: &mut [Attachment]) -> Result<()> {
    let people = shorts::people(conn, all.iter().map(|a| a.uploaded_by))?;
    for own in all {
        own.uploaded_by_person = people.get(&own.uploaded_by).cloned();
    }
    Ok(())
}

pub fn find(conn: &mut Conn, delegation_id: i64, id: i64) -> Result<Option<Attachment>> {
    let row: Option<AttachmentRow> = attachments::table
        .find(id)
        .filter(attachments::delegation_id.eq(delegation_id))
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    Ok(row.map(attachment))
}

/// Kinds of document in these dossiers.
pub fn kinds(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, BTreeSet<Document>>> {
    let given = attachments::table.select((attachments::delegation_id, attachments::document));
    let words: Vec<(i64, String)> = load_of!(conn, given, attachments::delegation_id, ids)?;
    let mut kinds: HashMap<i64, BTreeSet<Document>> = HashMap::new();
    for (id, word) in words {
        kinds.entry(id).or_default().extend(word.parse::<Document>());
    }
    Ok(kinds)
}

/// How many bytes one account may add in 24 hours; none for any number.
#[derive(Debug, Clone, Copy, Default)]
pub struct UploadQuota(pub Option<u64>);

impl UploadQuota {
    /// 413 if a file is more than what is left to the account. Ids tell when a file was added.
    pub fn require(self, conn: &mut Conn, by: i64, size: usize, now: Moment) -> Result<()> {
        let Some(most) = self.0 else { return Ok(()) };
        let day = Id::first_of(now - chrono::Duration::days(1)).0;
        let own = attachments::table.filter(attachments::id.ge(day)).filter(attachments::uploaded_by.eq(by));
        let sizes: Vec<i64> = own.select(attachments::size).load(conn)?;
        let used = sizes.iter().filter_map(|size| u64::try_from(*size).ok()).sum::<u64>();
        if used + size as u64 <= most {
            return Ok(());
        }
        let mebibytes = most >> 20;
        Err(refuse(
            Code::PayloadTooLarge,
            format!("Tài khoản này đã gửi đủ {mebibytes} MiB giấy tờ trong 24 giờ; hãy gửi tiếp vào ngày mai."),
            format!("This account has added {mebibytes} MiB of papers in 24 hours; try again tomorrow."),
        ))
    }
}

/// Adds the row of a file that is on disk.
pub fn insert(
    conn: &mut Conn,
    procedure: Procedure,
    delegation_id: i64,
    upload: &Upload,
    storage_name: &str,
    by: i64,
    now: Moment,
) -> Result<Attachment> {
    let added = Attachment {
        id: Id::new(now),
        document: upload.document.clone(),
        file_name: upload.file_name.clone(),
        media_type: upload.media_type.to_owned(),
        size: i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX),
        sha256: fingerprint(&upload.bytes),
        storage_name: storage_name.to_owned(),
        uploaded_at: rfc3339(now),
        uploaded_by: by,
        uploaded_by_person: shorts::people(conn, [by])?.remove(&by),
    };
    diesel::insert_into(attachments::table)
        .values((
            attachments::id.eq(added.id.0),
            attachments::procedure.eq(procedure.word()),
            attachments::delegation_id.eq(delegation_id),
            attachments::document.eq(&added.document),
            attachments::file_name.eq(&added.file_name),
            attachments::media_type.eq(&added.media_type),
            attachments::size.eq(added.size),
            attachments::sha256.eq(&added.sha256),
            attachments::storage_name.eq(storage_name),
            attachments::uploaded_by.eq(by),
            attachments::uploaded_at.eq(now),
        ))
        .execute(conn)?;
    Ok(added)
}

/// Deletes the row of one attachment.
pub fn delete(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(attachments::table.find(id)).execute(conn)?;
    Ok(())
}

/// Deletes all attachments of a dossier; returns the names of their files.
pub fn delete_all(conn: &mut Conn, delegation_id: i64) -> Result<Vec<String>> {
    let own = attachments::table.filter(attachments::delegation_id.eq(delegation_id));
    let files = own.select(attachments::storage_name).load(conn)?;
    diesel::delete(attachments::table.filter(attachments::delegation_id.eq(delegation_id))).execute(conn)?;
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_says_what_a_file_is_and_the_name_must_agree() {
        assert_eq!(sniff(b"%PDF-1.7 ..."), Some(PDF));
        assert_eq!(sniff(b"PK\x03\x04....word/document.xml"), Some(DOCX));
        assert_eq!(sniff(b"PK\x03\x04....other"), None);
        assert_eq!(sniff(b"MZ\x90"), None);
        assert!(name_fits("Thư mời.PDF", PDF) && !name_fits("thu.pdf.exe", PDF) && !name_fits("thu.png", PDF));
    }
}
