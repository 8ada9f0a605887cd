//! The package of a DOCX (ISO/IEC 29500-2): its parts within limits, and nothing that is fetched from elsewhere. Pure.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::kernel::text::Bilingual;

/// Parts that a template may have.
const PARTS: usize = 200;
/// Bytes that it may have once it is unpacked.
const LARGEST: usize = 8 << 20;

/// What a library says is wrong with a file, for whoever can read it.
pub fn broken(reason: impl std::fmt::Display) -> Bilingual {
    Bilingual::new("tệp hỏng hoặc không phải DOCX", reason.to_string())
}

/// Every part of a package, unpacked.
pub fn parts(template: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Bilingual> {
    let mut archive = ZipArchive::new(Cursor::new(template)).map_err(broken)?;
    let mut all = Vec::new();
    let mut unpacked = 0;
    if archive.len() > PARTS {
        return Err(Bilingual::new("tệp có quá nhiều phần", "it has too many parts"));
    }
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(broken)?;
        let name = part.name().map_err(broken)?.into_owned();
        let mut bytes = Vec::new();
        part.take((LARGEST - unpacked) as u64 + 1).read_to_end(&mut bytes).map_err(broken)?;
        unpacked += bytes.len();
        if unpacked > LARGEST {
            return Err(Bilingual::new("tệp quá lớn sau khi giải nén", "it is too large once unpacked"));
        }
        // What is fetched from elsewhere would go out with every paper.
        if name.ends_with(".rels") && fetches_from_outside(&bytes) {
            return Err(Bilingual::new(
                format!("{name} trỏ ra ngoài tài liệu"),
                format!("{name} points outside the document"),
            ));
        }
        all.push((name, bytes));
    }
    if all.iter().all(|(name, _)| name != "word/document.xml") {
        return Err(Bilingual::new("không có word/document.xml", "there is no word/document.xml"));
    }
    Ok(all)
}

/// Whether a relation fetches something when the document is opened; a link that somebody follows does not.
fn fetches_from_outside(relations: &[u8]) -> bool {
    let text = String::from_utf8_lossy(relations);
    text.split("<Relationship").any(|one| one.contains("External") && !one.contains("/relationships/hyperlink\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_no_fetching_and_a_picture_from_elsewhere_is() {
        let relation = |kind: &str| {
            let schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
            let one = format!("Type=\"{schema}/{kind}\" Target=\"https://example.org/x\" TargetMode=\"External\"");
            format!("<Relationships><Relationship Id=\"r1\" {one}/></Relationships>").into_bytes()
        };
        assert!(!fetches_from_outside(&relation("hyperlink")));
        assert!(fetches_from_outside(&relation("image")) && fetches_from_outside(&relation("attachedTemplate")));
        assert_eq!(parts(b"no document").unwrap_err().vi, "tệp hỏng hoặc không phải DOCX");
    }
}
