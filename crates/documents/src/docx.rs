//! WordprocessingML: A4 as NĐ 30/2020/NĐ-CP requires, paragraphs, tables with repeated header rows. The same input
//! gives the same bytes.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::chart::{self, Chart};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const NAMESPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
const CONTENT_TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/></Types>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
const DOCUMENT_RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/></Relationships>"#;
/// 13 pt is 26 half-points; without the language, Word marks every Vietnamese word as a spelling mistake.
const STYLES: &str = r#"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="26"/><w:szCs w:val="26"/><w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style><w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>"#;
/// Page numbers are at the top centre, from the second page on (NĐ 30/2020/NĐ-CP Phụ lục I).
const PAGES: &str = r#"<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>"#;
/// A4; margins 20, 15, 20 and 30 mm (NĐ 30/2020/NĐ-CP Phụ lục I), in twentieths of a point.
const SECTION: &str = r#"<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="851" w:bottom="1134" w:left="1701" w:header="567" w:footer="567" w:gutter="0"/><w:titlePg/></w:sectPr>"#;
/// Width between the margins, in twentieths of a point.
pub const TEXT_WIDTH: u32 = 11906 - 1701 - 851;

/// Escapes text for XML; drops the control characters that XML 1.0 cannot represent.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// Formatting of a paragraph.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub centred: bool,
    pub half_points: u16,
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    /// Running text: justified, with the first line indented.
    pub running: bool,
    /// Space before and after, in twentieths of a point.
    pub around: u16,
}

/// Text in table cells, 12 pt.
pub const CELL: Look =
    Look { centred: false, half_points: 24, bold: false, italic: false, underline: false, running: false, around: 40 };
/// Centred text in table cells.
pub const CENTRED: Look = Look { centred: true, ..CELL };
/// A heading, 14 pt bold.
pub const HEADING: Look = Look { half_points: 28, bold: true, ..CENTRED };

/// One paragraph.
pub fn paragraph(text: &str, look: Look) -> String {
    let mut run = String::new();
    if look.bold {
        run.push_str("<w:b/><w:bCs/>");
    }
    if look.italic {
        run.push_str("<w:i/><w:iCs/>");
    }
    let _ = write!(run, r#"<w:sz w:val="{0}"/><w:szCs w:val="{0}"/>"#, look.half_points);
    if look.underline {
        run.push_str(r#"<w:u w:val="single"/>"#);
    }
    let align = match (look.centred, look.running) {
        (true, _) => "center",
        (false, true) => "both",
        (false, false) => "left",
    };
    let indent = if look.running { r#"<w:ind w:firstLine="567"/>"# } else { "" };
    format!(
        r#"<w:p><w:pPr><w:spacing w:before="{0}" w:after="{0}"/>{indent}<w:jc w:val="{align}"/><w:rPr>{run}</w:rPr></w:pPr><w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{1}</w:t></w:r></w:p>"#,
        look.around,
        escape(text)
    )
}

/// A table whose cells each hold one or more paragraphs; with borders, the first row is repeated on every page.
pub fn table(widths: &[u32], borders: bool, rows: &[Vec<String>]) -> String {
    let line = |side: &str| format!(r#"<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>"#);
    let total: u32 = widths.iter().sum();
    let mut out = format!(r#"<w:tbl><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>"#);
    if borders {
        let sides = ["top", "left", "bottom", "right", "insideH", "insideV"].map(line).concat();
        let _ = write!(out, "<w:tblBorders>{sides}</w:tblBorders>");
    }
    out.push_str(r#"<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>"#);
    for width in widths {
        let _ = write!(out, r#"<w:gridCol w:w="{width}"/>"#);
    }
    out.push_str("</w:tblGrid>");
    for (index, row) in rows.iter().enumerate() {
        out.push_str("<w:tr><w:trPr><w:cantSplit/>");
        if borders && index == 0 {
            out.push_str("<w:tblHeader/>");
        }
        out.push_str("</w:trPr>");
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(out, r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>"#);
        }
        out.push_str("</w:tr>");
    }
    // Word needs a paragraph between two tables, and between a table and the end of the section.
    out + "</w:tbl>" + &paragraph("", CELL)
}

/// A document: portrait pages, the charts in order of their numbers, then landscape pages (khổ ngang).
#[derive(Debug, Clone, Default)]
pub struct DocxDocument {
    pub body: String,
    pub charts: Vec<Chart>,
    pub across: Option<String>,
}

/// Width between the margins of a landscape page, in twentieths of a point.
pub const WIDTH_ACROSS: u32 = 16838 - 1134 - 1134;
const SECTION_ACROSS: &str = r#"<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1701" w:right="1134" w:bottom="851" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>"#;

/// The bytes of a document with this body and no charts.
pub fn write(body: &str) -> Result<Vec<u8>, String> {
    write_document(&DocxDocument { body: body.to_owned(), ..DocxDocument::default() })
}

/// The bytes of a document.
pub fn write_document(document: &DocxDocument) -> Result<Vec<u8>, String> {
    let body = match &document.across {
        Some(across) => {
            format!("{}<w:p><w:pPr>{SECTION}</w:pPr></w:p>{across}{SECTION_ACROSS}", document.body)
        }
        None => format!("{}{SECTION}", document.body),
    };
    let (mut types, mut relations) = (CONTENT_TYPES.to_owned(), DOCUMENT_RELATIONS.to_owned());
    let mut charts = Vec::new();
    for (number, chart) in (1..).zip(&document.charts) {
        let part = format!("charts/chart{number}.xml");
        let kind = format!(
            r#"<Override PartName="/word/{part}" ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/></Types>"#
        );
        let relation = format!(
            r#"<Relationship Id="rIdChart{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart" Target="{part}"/></Relationships>"#
        );
        types = types.replace("</Types>", &kind);
        relations = relations.replace("</Relationships>", &relation);
        charts.push((format!("word/{part}"), chart::xml(chart)));
    }
    let whole = |xml: String| format!("{DECLARATION}{xml}");
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), whole(types)),
        ("_rels/.rels".to_owned(), whole(RELATIONS.to_owned())),
        ("word/_rels/document.xml.rels".to_owned(), whole(relations)),
        (
            "word/document.xml".to_owned(),
            whole(format!("<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")),
        ),
        ("word/styles.xml".to_owned(), whole(format!("<w:styles {NAMESPACES}>{STYLES}</w:styles>"))),
        ("word/header1.xml".to_owned(), whole(format!("<w:hdr {NAMESPACES}>{PAGES}</w:hdr>"))),
    ];
    parts.append(&mut charts);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in parts {
        file.start_file(name, options).map_err(|e| e.to_string())?;
        file.write_all(xml.as_bytes()).map_err(|e| e.to_string())?;
    }
    Ok(file.finish().map_err(|e| e.to_string())?.into_inner())
}
