//! The package of a DOCX (ISO/IEC 29500-2): limits its parts and refuses external content. Pure.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use kernel::text::Bilingual;

/// Maximum parts of a template.
const PARTS: usize = 200;
/// Maximum bytes of an unpacked template.
const LARGEST: usize = 8 << 20;

/// A library's error message, for readers who can use it.
pub fn broken(reason: impl std::fmt::Display) -> Bilingual {
    Bilingual::new("tệp hỏng hoặc không phải DOCX", reason.to_string())
}

/// Unpacks all parts of a package.
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
            return Err(Bilingual::new("tệp quá lớn sau khi giải nén", "it is too large when unpacked"));
        }
        // External content would be fetched by everyone who opens a document made from this template.
        let fetches = name.ends_with(".rels") && fetches_from_outside(&bytes);
        if fetches || (name.ends_with(".xml") && has_fetching_field(&bytes)) {
            return Err(Bilingual::new(
                "có phần trỏ ra ngoài tài liệu (ảnh, mẫu hoặc tệp lấy từ nơi khác)",
                format!("{name} refers to content outside the document"),
            ));
        }
        all.push((name, bytes));
    }
    if all.iter().all(|(name, _)| name != "word/document.xml") {
        return Err(Bilingual::new("tệp không có phần nội dung văn bản", "there is no word/document.xml"));
    }
    Ok(all)
}

/// Whether a relationship makes Word fetch something when the document is opened. A web or mail link does not, because
/// the reader must follow it; a link to a file share would send the reader's credentials to the owner of the share.
fn fetches_from_outside(relations: &[u8]) -> bool {
    let text = String::from_utf8_lossy(relations);
    let link = |one: &str| {
        let target = one.split("Target=\"").nth(1).unwrap_or_default().to_ascii_lowercase();
        let known = ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme));
        known && one.contains("/relationships/hyperlink\"")
    };
    text.split("<Relationship").any(|one| one.contains("External") && !link(one))
}

/// Fields (ISO/IEC 29500-1 §17.16.5) that read another file or start another program.
const FETCHING: [&str; 8] =
    ["INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "LINK", "DDE", "DDEAUTO", "DATABASE"];

/// Whether a part has such a field. Word may split an instruction into several runs, so they are joined first.
fn has_fetching_field(part: &[u8]) -> bool {
    let text = String::from_utf8_lossy(part);
    let instruction = |field: &str| -> String {
        let runs = field.split("<w:instrText").skip(1).filter_map(|run| run.split_once('>')?.1.split('<').next());
        runs.collect()
    };
    let of_runs = text.split("w:fldCharType=\"begin\"").skip(1).map(instruction);
    let simple = text.split("w:instr=\"").skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned));
    of_runs.chain(simple).any(|field| {
        let said = quick_xml::escape::unescape(&field).map_or_else(|_| field.clone(), Into::into).to_ascii_uppercase();
        said.split_whitespace().next().is_some_and(|word| FETCHING.contains(&word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_no_fetching_and_a_picture_from_elsewhere_is() {
        let to = |kind: &str, target: &str| {
            let schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
            let one = format!("Type=\"{schema}/{kind}\" Target=\"{target}\" TargetMode=\"External\"");
            format!("<Relationships><Relationship Id=\"r1\" {one}/></Relationships>").into_bytes()
        };
        let relation = |kind| to(kind, "https://example.org/x");
        assert!(!fetches_from_outside(&relation("hyperlink")));
        for share in ["file:///c:/x.docx", "\\\\example.org\\share"] {
            assert!(fetches_from_outside(&to("hyperlink", share)), "{share}");
        }
        assert!(fetches_from_outside(&relation("image")) && fetches_from_outside(&relation("attachedTemplate")));
        let field = |runs: &[&str]| {
            let runs: String = runs.iter().map(|r| format!("<w:r><w:instrText>{r}</w:instrText></w:r>")).collect();
            format!("<w:fldChar w:fldCharType=\"begin\"/>{runs}<w:fldChar w:fldCharType=\"end\"/>").into_bytes()
        };
        for fetching in [&[" INCLUDE", "PICTURE \"x\""][..], &["&#68;DE excel"], &[" Link Excel.Sheet"]] {
            assert!(has_fetching_field(&field(fetching)), "{fetching:?}");
        }
        assert!(has_fetching_field(b"<w:fldSimple w:instr=\"INCLUDETEXT x\">"));
        assert!(
            !has_fetching_field(&field(&[" PAGE "])) && !has_fetching_field(&field(&["HYPERLINK \"https://x/link\""]))
        );
        assert_eq!(parts(b"no document").unwrap_err().vi, "tệp hỏng hoặc không phải DOCX");
    }
}
