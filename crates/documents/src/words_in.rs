//! What a reader can find written in an office document: every text and every attribute of its XML parts. Pure.

use std::io::{Cursor, Read};

use quick_xml::events::Event;
use zip::ZipArchive;

use crate::xml::{each_event, unescaped};

/// Maximum parts of a package; documents have dozens.
const MAX_PARTS: usize = 5_000;

/// Elements that do not end a piece of writing: Word and Excel cut one word into several of them.
const INLINE: &[&str] = &[
    "t",
    "r",
    "rPr",
    "rPh",
    "ins",
    "del",
    "moveTo",
    "moveFrom",
    "hyperlink",
    "smartTag",
    "sdt",
    "sdtContent",
    "sdtPr",
    "fldSimple",
    "customXml",
    "span",
    "a",
    "bdo",
    "dir",
];

/// Why the texts cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoText {
    #[error("not a package of XML parts: {0}")]
    Broken(String),
    #[error("its parts are too many or too large when unpacked")]
    TooLarge,
}

/// Calls `read` with each piece of writing in a DOCX, XLSX or other package of XML parts (ISO/IEC 29500-2) of at most
/// `largest` bytes when unpacked: paragraphs and cells whole, headers and footers, comments, names, and the texts of
/// attributes, such as a watermark's.
pub fn each_text(package: &[u8], largest: u64, read: &mut dyn FnMut(&str)) -> Result<(), NoText> {
    let fault = |reason: zip::result::ZipError| NoText::Broken(reason.to_string());
    let mut archive = ZipArchive::new(Cursor::new(package)).map_err(fault)?;
    if archive.len() > MAX_PARTS {
        return Err(NoText::TooLarge);
    }
    let mut left = largest;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(fault)?;
        let name = part.name().map_err(fault)?.into_owned();
        read(&name);
        if ![".xml", ".rels", ".vml"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending)) {
            continue;
        }
        let mut part = part.take(left + 1);
        let broken = texts(&mut part, read).err();
        // A part that was cut at the limit is broken, too.
        left = part.limit().checked_sub(1).ok_or(NoText::TooLarge)?;
        broken.map_or(Ok(()), |reason| Err(NoText::Broken(reason)))?;
    }
    Ok(())
}

/// The paragraphs of a DOCX that say something, in the order of the page; those of table cells too.
pub fn paragraphs(docx: &[u8]) -> Result<Vec<String>, NoText> {
    let broken = |reason: String| NoText::Broken(reason);
    let mut archive = ZipArchive::new(Cursor::new(docx)).map_err(|e| broken(e.to_string()))?;
    let part = archive.by_name("word/document.xml").map_err(|e| broken(e.to_string()))?;
    let (mut all, mut line) = (Vec::new(), String::new());
    each_event(part, &mut |event| match event {
        Event::Start(element) | Event::Empty(element)
            if ["br", "tab", "cr"].contains(&element.local_name().as_ref()) =>
        {
            line.push(' ');
        }
        Event::Text(text) => line.push_str(&text),
        Event::CData(text) => line.push_str(&text),
        Event::GeneralRef(named) => line.push_str(&unescaped(&format!("&{};", &*named))),
        Event::End(element) if element.local_name().as_ref() == "p" => {
            if !line.trim().is_empty() {
                all.push(line.trim().to_owned());
            }
            line.clear();
        }
        _ => {}
    })
    .map_err(broken)?;
    Ok(all)
}

fn texts(part: impl Read, read: &mut dyn FnMut(&str)) -> Result<(), String> {
    let mut piece = String::new();
    each_event(part, &mut |event| match event {
        Event::Start(element) | Event::Empty(element) => {
            for attribute in element.attributes().with_checks(false).flatten() {
                read(&unescaped(&attribute.value));
            }
            // A break or a tab divides words.
            if ["br", "tab", "cr"].contains(&element.local_name().as_ref()) {
                piece.push(' ');
            }
        }
        Event::Text(text) => piece.push_str(&text),
        Event::CData(text) => piece.push_str(&text),
        Event::GeneralRef(named) => piece.push_str(&unescaped(&format!("&{};", &*named))),
        Event::End(element) if !INLINE.contains(&element.local_name().as_ref()) => finish(&mut piece, read),
        _ => {}
    })?;
    finish(&mut piece, read);
    Ok(())
}

fn finish(piece: &mut String, read: &mut dyn FnMut(&str)) {
    if !piece.trim().is_empty() {
        read(piece);
        // Headers and footers of sheets put codes before their text: &C&"Arial,Bold"&12MẬT.
        if piece.contains('&') {
            read(&without_codes(piece));
        }
    }
    piece.clear();
}

/// The text of a header without its codes (ISO/IEC 29500-1 18.3.1.46).
fn without_codes(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '&' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('"') => rest.by_ref().take_while(|c| *c != '"').for_each(drop),
            Some(digit) if digit.is_ascii_digit() => while rest.next_if(char::is_ascii_digit).is_some() {},
            _ => {}
        }
        plain.push(' ');
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, xml) in parts {
            file.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            file.write_all(xml.as_bytes()).unwrap();
        }
        file.finish().unwrap().into_inner()
    }

    fn found(name: &str, xml: &str) -> Vec<String> {
        let mut all = Vec::new();
        each_text(&package(&[(name, xml)]), 1 << 20, &mut |text| all.push(text.to_owned())).unwrap();
        all
    }

    #[test]
    fn words_cut_into_runs_are_whole_and_neighbours_stay_apart() {
        let run = |text: &str| format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>");
        let xml = format!("<w:p>{}{}</w:p><w:p>{}</w:p>", run("TUY&#7878;T M&#7852;"), run("T"), run("b<w:br/>c"));
        assert_eq!(found("word/document.xml", &xml), ["word/document.xml", "TUYỆT MẬT", "b c"]);
        assert_eq!(found("docProps/core.xml", "<a><b>MẬT</b><c>x</c></a>"), ["docProps/core.xml", "MẬT", "x"]);
    }

    #[test]
    fn attributes_and_headers_are_read() {
        assert_eq!(found("word/header1.xml", "<v:textpath string=\"M&#7852;T\"/>"), ["word/header1.xml", "MẬT"]);
        let header = found("xl/worksheets/sheet1.xml", "<oddHeader>&amp;C&amp;\"Arial,Bold\"&amp;12MẬT</oddHeader>");
        assert_eq!(header.last().unwrap().trim(), "MẬT");
    }

    #[test]
    fn what_is_broken_or_too_large_is_refused() {
        assert!(matches!(each_text(b"PK\x03\x04 nothing", 1 << 20, &mut |_| {}), Err(NoText::Broken(_))));
        let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        file.start_file("a.xml", options).unwrap();
        file.write_all(&vec![b' '; 1 << 20]).unwrap();
        let bytes = file.finish().unwrap().into_inner();
        assert_eq!(each_text(&bytes, (1 << 20) - 1, &mut |_| {}), Err(NoText::TooLarge));
        assert_eq!(each_text(&bytes, 1 << 20, &mut |_| {}), Ok(()));
    }
}
