//! The package of a DOCX (ISO/IEC 29500-2): which parts a template may have, and what they may refer to. Whatever is not
//! on these lists is refused, since everybody who opens a document of the office would run it. Pure.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::xml::{attribute, each_event, unescaped};
use kernel::text::Bilingual;

/// Maximum parts of a template.
const PARTS: usize = 200;
/// Maximum bytes of an unpacked template.
const LARGEST: usize = 8 << 20;

/// A library's error message, for readers who can use it.
pub fn broken(reason: impl std::fmt::Display) -> Bilingual {
    Bilingual::new("tệp hỏng hoặc không phải DOCX", reason.to_string())
}

fn refused(vi: &str, en: impl Into<String>) -> Bilingual {
    Bilingual::new(vi, en.into())
}

/// Unpacks all parts of a package.
pub fn parts(template: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Bilingual> {
    let mut archive = ZipArchive::new(Cursor::new(template)).map_err(broken)?;
    let mut all = Vec::new();
    let (mut unpacked, mut names) = (0, HashSet::new());
    if archive.len() > PARTS {
        return Err(refused("tệp có quá nhiều phần", "it has too many parts"));
    }
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(broken)?;
        if part.is_dir() {
            continue;
        }
        let name = part.name().map_err(broken)?.into_owned();
        // Names are compared without regard to case (ISO/IEC 29500-2 6.2.2.3).
        if !names.insert(name.to_ascii_lowercase()) {
            return Err(broken(format!("{name} is there twice")));
        }
        let Some(kind) = kind_of(&name) else {
            return Err(refused(
                "có phần không được phép trong mẫu",
                format!("a template may not have the part {name}"),
            ));
        };
        let mut bytes = Vec::new();
        part.take((LARGEST - unpacked) as u64 + 1).read_to_end(&mut bytes).map_err(broken)?;
        unpacked += bytes.len();
        if unpacked > LARGEST {
            return Err(refused("tệp quá lớn sau khi giải nén", "it is too large when unpacked"));
        }
        match kind {
            PartKind::Relations => relations(&name, &bytes)?,
            PartKind::Text => text(&name, &bytes)?,
            PartKind::Picture => {}
        }
        all.push((name, bytes));
    }
    if all.iter().all(|(name, _)| name != "word/document.xml") {
        return Err(refused("tệp không có phần nội dung văn bản", "there is no word/document.xml"));
    }
    Ok(all)
}

/// What a part is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Relations,
    Text,
    Picture,
}

/// Parts of text in `word/` by the beginning of their names; a number may follow.
const TEXTS: [&str; 18] = [
    "document",
    "styles",
    "stylesWithEffects",
    "settings",
    "webSettings",
    "fontTable",
    "numbering",
    "footnotes",
    "endnotes",
    "header",
    "footer",
    "comments",
    "commentsExtended",
    "commentsIds",
    "commentsExtensible",
    "people",
    "theme/theme",
    "theme/themeOverride",
];

fn kind_of(name: &str) -> Option<PartKind> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/[]".contains(&b));
    if !plain || name.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return None;
    }
    if name == "[Content_Types].xml" {
        return Some(PartKind::Text);
    }
    if name.to_ascii_lowercase().ends_with(".rels") {
        let there = name == "_rels/.rels" || name.starts_with("word/_rels/") || name.starts_with("customXml/_rels/");
        return (there && name.ends_with(".rels")).then_some(PartKind::Relations);
    }
    if let Some(stem) = name.strip_suffix(".xml") {
        let of_word = |stem: &str| TEXTS.contains(&stem.trim_end_matches(|c: char| c.is_ascii_digit()));
        let known = stem.strip_prefix("word/").is_some_and(of_word)
            || stem.strip_prefix("docProps/").is_some_and(|s| matches!(s, "app" | "core" | "custom"))
            || stem.strip_prefix("customXml/").is_some_and(|s| s.starts_with("item"));
        return known.then_some(PartKind::Text);
    }
    let (folder, ending) = (name.rsplit_once('/')?.0, name.rsplit_once('.')?.1);
    let picture = matches!(ending, "png" | "jpg" | "jpeg" | "gif" | "emf" | "wmf" | "bmp" | "tif" | "tiff");
    let font = folder == "word/fonts" && ending == "odttf";
    (font || (picture && matches!(folder, "word/media" | "docProps"))).then_some(PartKind::Picture)
}

/// The last segment of the relationship types of those parts, and of links (ISO/IEC 29500-1 Annex, ECMA-376).
const RELATIONS: [&str; 24] = [
    "officeDocument",
    "core-properties",
    "extended-properties",
    "custom-properties",
    "thumbnail",
    "styles",
    "stylesWithEffects",
    "settings",
    "webSettings",
    "fontTable",
    "font",
    "numbering",
    "footnotes",
    "endnotes",
    "header",
    "footer",
    "comments",
    "commentsExtended",
    "commentsIds",
    "commentsExtensible",
    "people",
    "theme",
    "customXml",
    "customXmlProps",
];

/// Refuses relationships that make Word fetch or run something. A web or mail link does not, because the reader must follow
/// it; a link to a file share would send the reader's credentials to the owner of the share.
fn relations(name: &str, bytes: &[u8]) -> Result<(), Bilingual> {
    let mut outside = None;
    each_element(name, bytes, &mut |element| {
        if element.local_name().as_ref() != "Relationship" {
            return;
        }
        let said = |key: &str| attribute(element, key).unwrap_or_default();
        let kind = said("Type").rsplit('/').next().unwrap_or_default().to_owned();
        let target = said("Target").trim().to_ascii_lowercase();
        let leads_out = said("TargetMode").trim().eq_ignore_ascii_case("External")
            || target.contains(':')
            || target.contains('\\')
            || target.starts_with("//");
        let link = kind == "hyperlink" && ["http://", "https://", "mailto:"].iter().any(|s| target.starts_with(s));
        let inner = !leads_out
            && (kind == "image" || kind == "hyperlink" || RELATIONS.contains(&kind.as_str()))
            && (target.starts_with("../customxml/item") || !target.split('/').any(|segment| segment == ".."));
        if !link && !inner {
            outside = Some(kind);
        }
    })?;
    outside.map_or(Ok(()), |kind| Err(fetching(name, &kind)))
}

fn fetching(name: &str, what: &str) -> Bilingual {
    refused(
        "có phần trỏ ra ngoài tài liệu (ảnh, mẫu hoặc tệp lấy từ nơi khác)",
        format!("{name} refers to content outside the document ({what})"),
    )
}

/// Fields (ISO/IEC 29500-1 §17.16.5) that only look into the document.
const FIELDS: [&str; 22] = [
    "PAGE",
    "NUMPAGES",
    "SECTION",
    "SECTIONPAGES",
    "PAGEREF",
    "REF",
    "NOTEREF",
    "STYLEREF",
    "SEQ",
    "TOC",
    "TC",
    "INDEX",
    "XE",
    "DATE",
    "TIME",
    "CREATEDATE",
    "SAVEDATE",
    "AUTHOR",
    "TITLE",
    "DOCPROPERTY",
    "HYPERLINK",
    "QUOTE",
];

/// Elements that bring in other files or programs, by their local names.
const FOREIGN: [&str; 9] =
    ["altChunk", "object", "OLEObject", "control", "subDoc", "attachedTemplate", "mailMerge", "movie", "dataSource"];

/// Refuses what a part of text must not have: elements of [`FOREIGN`], and fields that are not in [`FIELDS`]. Word may split
/// the instruction of a field into several runs, so they are joined between the marks of the field.
fn text(name: &str, bytes: &[u8]) -> Result<(), Bilingual> {
    let mut found = InstructionReader::default();
    each(name, bytes, &mut |event| match event {
        Event::Start(element) => found.open(&element, false),
        Event::Empty(element) => found.open(&element, true),
        Event::End(element) if element.local_name().as_ref() == "instrText" => found.in_instruction = false,
        Event::Text(text) => found.say(&unescaped(&text)),
        Event::CData(text) => found.say(&text),
        Event::GeneralRef(reference) => found.say(&unescaped(&format!("&{};", &*reference))),
        _ => {}
    })?;
    found.close_all();
    found.foreign.map_or(Ok(()), |what| Err(fetching(name, &what)))
}

/// Collects the instructions of fields.
#[derive(Default)]
struct InstructionReader {
    /// The instructions of the fields that are open, innermost last.
    open: Vec<String>,
    in_instruction: bool,
    /// The first thing that is not allowed.
    foreign: Option<String>,
}

impl InstructionReader {
    fn open(&mut self, element: &BytesStart, is_empty: bool) {
        let local = element.local_name().as_ref().to_owned();
        match local.as_str() {
            "fldChar" => match attribute(element, "fldCharType").unwrap_or_default().trim() {
                "begin" => self.open.push(String::new()),
                "end" => {
                    let said = self.open.pop().unwrap_or_default();
                    self.judge(&said);
                }
                _ => {}
            },
            "instrText" => self.in_instruction = !is_empty,
            "fldSimple" => self.judge(&attribute(element, "instr").unwrap_or_default()),
            name if FOREIGN.contains(&name) => self.foreign = self.foreign.take().or(Some(local)),
            _ => {}
        }
    }

    fn say(&mut self, text: &str) {
        if !self.in_instruction {
            return;
        }
        match self.open.last_mut() {
            Some(said) => said.push_str(text),
            // An instruction outside a field is none; Word may still read it.
            None => self.judge(text),
        }
    }

    fn close_all(&mut self) {
        for said in std::mem::take(&mut self.open) {
            self.judge(&said);
        }
    }

    fn judge(&mut self, instruction: &str) {
        let mut words = instruction.split_whitespace();
        let Some(field) = words.next().map(str::to_ascii_uppercase) else { return };
        let target = words.next().unwrap_or_default().trim_matches(['"', '“', '”']).to_ascii_lowercase();
        let leads_out = target.contains("://") || (target.contains('\\') && !target.starts_with('\\'));
        let web = ["http://", "https://"].iter().any(|scheme| target.starts_with(scheme));
        let allowed = FIELDS.contains(&field.as_str()) && (field != "HYPERLINK" || !leads_out || web);
        if !allowed {
            self.foreign = self.foreign.take().or(Some(field));
        }
    }
}

fn each_element(name: &str, bytes: &[u8], on: &mut dyn FnMut(&BytesStart)) -> Result<(), Bilingual> {
    each(name, bytes, &mut |event| {
        if let Event::Start(element) | Event::Empty(element) = event {
            on(&element);
        }
    })
}

/// Every event of a part in UTF-8 without a document type: entities of its own are nothing that an office writes.
fn each(name: &str, bytes: &[u8], on: &mut dyn FnMut(Event)) -> Result<(), Bilingual> {
    let text = std::str::from_utf8(bytes).map_err(|_| broken(format!("{name} is not in UTF-8")))?;
    let declared = text.split_once("?>").map_or("", |(declaration, _)| declaration).to_ascii_lowercase();
    if declared.contains("encoding") && !declared.contains("utf-8") {
        return Err(broken(format!("{name} declares another encoding than UTF-8")));
    }
    let mut typed = false;
    each_event(bytes, &mut |event| {
        typed |= matches!(event, Event::DocType(_));
        on(event);
    })
    .map_err(broken)?;
    if typed {
        return Err(refused("có khai báo kiểu tài liệu (DTD)", format!("{name} has a document type")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    fn relation(kind: &str, target: &str, mode: &str) -> Result<(), Bilingual> {
        let one = format!("<Relationship Id='r1' Type=\"{SCHEMA}/{kind}\" Target=\"{target}\" {mode}/>");
        relations("word/_rels/document.xml.rels", format!("<Relationships>{one}</Relationships>").as_bytes())
    }

    #[test]
    fn a_link_is_no_fetching_and_a_picture_from_elsewhere_is() {
        let outside = "TargetMode=\"External\"";
        relation("hyperlink", "https://example.org/x", outside).unwrap();
        relation("image", "media/image1.png", "").unwrap();
        relation("customXml", "../customXml/item1.xml", "").unwrap();
        for (kind, target, mode) in [
            ("hyperlink", "file:///c:/x.docx", outside),
            ("hyperlink", "\\\\example.org\\share", outside),
            ("image", "https://example.org/x", outside),
            ("image", "https://example.org/x", "TargetMode=\"&#69;xternal\""),
            ("image", "https://example.org/x", "TargetMode='External'"),
            ("image", "https://example.org/x", ""),
            ("attachedTemplate", "https://example.org/x", outside),
            ("attachedTemplate", "x.dotm", ""),
            ("aFChunk", "chunk.docx", ""),
            ("oleObject", "embeddings/x.bin", ""),
            ("image", "../../x.png", ""),
        ] {
            assert!(relation(kind, target, mode).is_err(), "{kind} {target} {mode}");
        }
    }

    #[test]
    fn fields_that_fetch_are_found_however_they_are_written() {
        let part = |inner: &str| text("word/document.xml", format!("<w:document>{inner}</w:document>").as_bytes());
        let field = |mark: &str, runs: &[&str]| {
            let runs: String = runs.iter().map(|r| format!("<w:r><w:instrText>{r}</w:instrText></w:r>")).collect();
            part(&format!("<w:fldChar w:fldCharType={mark}/>{runs}<w:fldChar w:fldCharType=\"end\"/>"))
        };
        for harmless in [&[" PAGE "][..], &["HYPERLINK \"https://x/link\""], &[" NUM", "PAGES \\* MERGEFORMAT"]] {
            field("\"begin\"", harmless).unwrap();
        }
        for (mark, runs) in [
            ("\"begin\"", &[" INCLUDE", "PICTURE \"x\""][..]),
            ("'begin'", &["DDEAUTO excel"]),
            ("\"begin\"", &["&#68;DE excel"]),
            ("\"begin\"", &["<![CDATA[DDEAUTO excel]]>"]),
            ("\"begin\"", &[" Link Excel.Sheet"]),
            ("\"begin\"", &["HYPERLINK \"file://share/x\""]),
        ] {
            assert!(field(mark, runs).is_err(), "{mark} {runs:?}");
        }
        for other in [
            "<w:fldSimple w:instr=\"INCLUDETEXT x\"/>",
            "<x:fldSimple x:instr='DDE x'/>",
            "<q:fldChar q:fldCharType=\"begin\"/><q:instrText>DATABASE x</q:instrText>",
            "<w:instrText>IMPORT x</w:instrText>",
            "<w:altChunk r:id=\"r1\"/>",
            "<w:object/>",
        ] {
            assert!(part(other).is_err(), "{other}");
        }
        let typed = b"<!DOCTYPE x [<!ENTITY a \"b\">]><w:document/>";
        assert_eq!(text("word/document.xml", typed).unwrap_err().vi, "có khai báo kiểu tài liệu (DTD)");
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("<x/>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert!(relations("word/_rels/document.xml.rels", &wide).is_err());
    }

    #[test]
    fn only_parts_that_a_letter_needs_are_taken() {
        for name in [
            "[Content_Types].xml",
            "_rels/.rels",
            "word/document.xml",
            "word/header2.xml",
            "word/theme/theme1.xml",
            "word/media/image1.png",
            "word/_rels/document.xml.rels",
            "docProps/core.xml",
            "customXml/itemProps1.xml",
        ] {
            assert!(kind_of(name).is_some(), "{name}");
        }
        for name in [
            "word/vbaProject.bin",
            "word/_rels/document.xml.RELS",
            "word/embeddings/x.docx",
            "word/activeX/activeX1.xml",
            "../../x.xml",
            "word//document.xml",
            "/word/document.xml",
            "word\\document.xml",
            "word/afchunk.html",
        ] {
            assert_eq!(kind_of(name), None, "{name}");
        }
        assert_eq!(parts(b"no document").unwrap_err().vi, "tệp hỏng hoặc không phải DOCX");
    }
}
