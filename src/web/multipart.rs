//! Forms with a file (multipart/form-data, RFC 7578): no unknown or repeated parts, the file within its limit.

use kernel::words::FieldError;
use std::collections::HashMap;
use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::{HttpRequest, web};
use futures_util::TryStreamExt;

use crate::error::{Code, Error, Result, refuse};
use crate::web::scanner::FileScanner;
use documents::safe_file::{UnsafeFile, made_safe};
use kernel::text::nfc;
use kernel::violation::Violations;

/// Maximum bytes of a text part.
const TEXT_LIMIT: usize = 4_096;

/// Maximum parts of a form; those that are known, and some that are not, so that each can be named.
const MAX_PARTS: usize = 16;

/// A received form.
#[derive(Debug, Clone)]
pub struct MultipartForm {
    pub texts: HashMap<String, String>,
    pub file_name: String,
    pub bytes: Vec<u8>,
}

fn unreadable(reason: impl std::fmt::Display) -> Error {
    refuse(Code::MalformedRequest, "Không đọc được biểu mẫu gửi lên.", format!("The form cannot be read: {reason}."))
}

fn too_large(limit: usize) -> Error {
    let most = limit >> 20;
    refuse(
        Code::PayloadTooLarge,
        format!("Tệp không được quá {most} MiB."),
        format!("A file may have at most {most} MiB."),
    )
}

/// Refuses by its head what is too large (413), or no form (415). Rights are asked after this and before the form is read.
pub fn check_head(req: &HttpRequest, limit: usize) -> Result<()> {
    let length = req.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    // The other parts and the boundaries need some space too.
    if length.is_some_and(|l| l > limit + 65_536) {
        return Err(too_large(limit));
    }
    let kind = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(refuse(
            Code::UnsupportedMediaType,
            "Nội dung phải là biểu mẫu kèm tệp (multipart/form-data).",
            "The body must be multipart/form-data.",
        ));
    }
    Ok(())
}

/// Longest time a form may take to arrive; how fast it must come is asked of every body.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Reads the form of a request whose head was checked: `file`, and the `required` and `optional` texts. A form that takes
/// too long to arrive gets 408. The file is looked through.
pub async fn receive(
    req: &HttpRequest,
    payload: web::Payload,
    required: &[&str],
    optional: &[&str],
    limit: usize,
) -> Result<MultipartForm> {
    let form = Multipart::new(req.headers(), payload);
    let form = tokio::time::timeout(LONGEST, read(form, required, optional, limit)).await.map_err(|_| {
        refuse(Code::RequestTimeout, "Tệp được gửi lên quá chậm.", "The file took too long to arrive.")
    })??;
    let scanner = req.app_data::<web::Data<Option<FileScanner>>>().and_then(|data| data.get_ref().clone());
    let MultipartForm { texts, file_name, bytes } = form;
    let bytes = tokio::task::spawn_blocking(move || looked_through(bytes, scanner.as_ref()));
    let bytes = bytes.await.map_err(|e| Error::Internal(e.to_string()))??;
    Ok(MultipartForm { texts, file_name, bytes })
}

/// The file as it may be kept: 415 if it is broken; 422 if it holds what runs, hides or harms. Blocks.
fn looked_through(bytes: Vec<u8>, scanner: Option<&FileScanner>) -> Result<Vec<u8>> {
    let bytes = made_safe(bytes).map_err(|reason| match reason {
        UnsafeFile::Broken => refuse(
            Code::UnsupportedMediaType,
            "Không đọc được tệp: tệp hỏng.",
            "The file cannot be read: it is broken.",
        ),
        UnsafeFile::Active(what) => unsafe_file(
            FieldError::ActiveContent,
            &format!("Tệp có nội dung tự chạy khi mở ({what}); hãy in lại thành PDF rồi gửi."),
            &format!("The file holds something that runs when it is opened ({what}); print it to a plain PDF."),
        ),
        UnsafeFile::TwoInOne => unsafe_file(
            FieldError::HiddenFile,
            "Trong tệp có một tệp khác được giấu; hãy in lại thành PDF rồi gửi.",
            "Another file is hidden in the file; print it to a plain PDF.",
        ),
        UnsafeFile::TooLarge => unsafe_file(
            FieldError::TooLargeInside,
            "Tệp quá lớn khi mở ra: ảnh quá nhiều điểm, hoặc nội dung nén quá lớn.",
            "The file is too large when it is opened: too many pixels, or too much packed into it.",
        ),
        UnsafeFile::Locked => unsafe_file(
            FieldError::LockedFile,
            "Tệp PDF bị khóa nên không kiểm tra được; hãy in lại thành PDF không khóa rồi gửi.",
            "The PDF is locked and cannot be looked through; print it to a PDF without a password.",
        ),
    })?;
    match scanner.map_or(Ok(true), |scanner| scanner.is_clean(&bytes))? {
        true => Ok(bytes),
        false => {
            tracing::warn!("the virus scanner refused a file");
            Err(unsafe_file(
                FieldError::HarmfulFile,
                "Phần mềm diệt vi-rút không cho nhận tệp này; tệp không được lưu.",
                "The virus scanner refuses the file; it is not stored.",
            ))
        }
    }
}

fn unsafe_file(code: FieldError, vi: &str, en: &str) -> Error {
    let mut faults = Violations::default();
    faults.add("/file".to_owned(), code, vi, en);
    faults.into()
}

/// Reads all parts and reports all errors at once.
async fn read(mut form: Multipart, required: &[&str], optional: &[&str], limit: usize) -> Result<MultipartForm> {
    let mut texts: HashMap<String, String> = HashMap::new();
    let mut file: Option<(String, Vec<u8>)> = None;
    let mut faults = Violations::default();
    let mut parts = 0;
    while let Some(mut field) = form.try_next().await.map_err(unreadable)? {
        // A form without an end would fill the memory, part by part.
        parts += 1;
        if parts > MAX_PARTS {
            return Err(too_large(limit));
        }
        let name = field.name().unwrap_or("").to_owned();
        let file_name = field.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        let most = if name == "file" { limit } else { TEXT_LIMIT };
        let mut bytes = Vec::new();
        while let Some(chunk) = field.try_next().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > most {
                return Err(too_large(most.max(1 << 20)));
            }
            bytes.extend_from_slice(&chunk);
        }
        let is_text = required.contains(&name.as_str()) || optional.contains(&name.as_str());
        match file_name {
            None if is_text && !texts.contains_key(&name) => {
                texts.insert(name, String::from_utf8(bytes).map_err(unreadable)?);
            }
            // A browser sends a field in which nobody chose a file as one without a name.
            Some(given) if name == "file" && given.is_empty() && bytes.is_empty() => {}
            Some(given) if name == "file" && file.is_none() => file = Some((nfc(&given), bytes)),
            _ if is_text || name == "file" => faults.add(
                format!("/{name}"),
                FieldError::DuplicateField,
                "Trường bị lặp lại hoặc sai kiểu.",
                "The part is repeated or of the wrong kind.",
            ),
            _ => faults.add(
                format!("/{name}"),
                FieldError::UnknownField,
                "Không có trường này.",
                "This part is not known.",
            ),
        }
    }
    for name in required.iter().filter(|name| !texts.contains_key(**name)) {
        faults.add(format!("/{name}"), FieldError::Missing, "Thiếu trường bắt buộc.", "The part is required.");
    }
    if file.is_none() {
        faults.add("/file", FieldError::Missing, "Chưa chọn tệp.", "No file was chosen.");
    }
    faults.finish()?;
    let (file_name, bytes) = file.ok_or_else(|| Error::Internal("a checked form has no file".into()))?;
    Ok(MultipartForm { texts, file_name, bytes })
}

/// Checks that a file name has 1 to 255 characters and no control characters.
pub fn check_name(file_name: &str, faults: &mut Violations) {
    let plain = !file_name.chars().any(char::is_control) && (1..=255).contains(&file_name.chars().count());
    faults.require(plain, "/file", FieldError::BadFileName, "Tên tệp không hợp lệ.", "The file name is not valid.");
}
