//! Fills a template: a DOCX whose text contains fields in double braces. Pure.
//!
//! `{{number}}` is replaced by a text. A paragraph or table row with a field of a list, such as `{{members.name}}`, is
//! repeated for every item, and removed if there is none. Word may split a field into several runs; it is still found.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write as _};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::docx::escape;
use crate::package::{broken, parts};
use kernel::text::Bilingual;

/// Maximum nesting of elements, because the tree is walked recursively.
const DEPTH: usize = 128;
/// Maximum fields of one template.
const FIELDS: usize = 2_000;

/// One item of a list.
pub type TemplateRecord = BTreeMap<String, String>;

/// The values that fill a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    pub texts: BTreeMap<String, String>,
    pub lists: BTreeMap<String, Vec<TemplateRecord>>,
}

impl Values {
    pub fn put(&mut self, name: &str, value: impl Into<String>) {
        self.texts.insert(name.to_owned(), value.into());
    }

    /// Adds an item to a list.
    pub fn item<'a, const N: usize>(&mut self, list: &str, fields: [(&'a str, &'a str); N]) {
        let record = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.lists.entry(list.to_owned()).or_default().push(record);
    }
}

/// A piece of XML; parts that are not understood are kept unchanged.
#[derive(Debug, Clone)]
enum Node {
    Raw(String),
    Text(String),
    Element { name: String, open: String, close: String, children: Vec<Node> },
}

/// Whether a part of the package may contain fields.
fn has_fields(name: &str) -> bool {
    name == "word/document.xml"
        || ((name.starts_with("word/header") || name.starts_with("word/footer")) && name.ends_with(".xml"))
}

fn parse(xml: &str) -> Result<Vec<Node>, Bilingual> {
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<(String, String, Vec<Node>)> = Vec::new();
    let mut top: Vec<Node> = Vec::new();
    let mut from = 0usize;
    loop {
        let event = reader.read_event().map_err(broken)?;
        let to = usize::try_from(reader.buffer_position()).map_err(broken)?;
        let raw = xml.get(from..to).unwrap_or_default().to_owned();
        from = to;
        let node = match event {
            Event::Eof => break,
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                open.push((name, raw, Vec::new()));
                if open.len() > DEPTH {
                    return Err(Bilingual::new("các phần tử lồng nhau quá sâu", "its elements are nested too deeply"));
                }
                continue;
            }
            Event::End(_) => {
                let (name, tag, children) =
                    open.pop().ok_or_else(|| broken("an element is closed but was not opened"))?;
                Node::Element { name, open: tag, close: raw, children }
            }
            Event::Text(_) | Event::GeneralRef(_) => Node::Text(raw),
            _ => Node::Raw(raw),
        };
        open.last_mut().map_or(&mut top, |(_, _, children)| children).push(node);
    }
    if open.is_empty() { Ok(top) } else { Err(broken("an element is not closed")) }
}

fn write_nodes(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Raw(raw) | Node::Text(raw) => out.push_str(raw),
            Node::Element { open, close, children, .. } => {
                out.push_str(open);
                write_nodes(children, out);
                out.push_str(close);
            }
        }
    }
}

/// Collects the texts of the runs below a node, in order.
fn texts(nodes: &[Node], within: bool, found: &mut Vec<String>) {
    for node in nodes {
        match node {
            Node::Text(text) if within => found.push(text.clone()),
            Node::Element { name, children, .. } => texts(children, name == "w:t", found),
            Node::Text(_) | Node::Raw(_) => {}
        }
    }
}

fn put_texts(nodes: &mut [Node], within: bool, given: &mut impl Iterator<Item = String>) {
    for node in nodes {
        match node {
            Node::Text(text) if within => {
                if let Some(new) = given.next() {
                    *text = new;
                }
            }
            Node::Element { name, open, children, .. } => {
                if name == "w:t" && !open.contains("xml:space") {
                    *open = r#"<w:t xml:space="preserve">"#.into();
                }
                put_texts(children, name == "w:t", given);
            }
            Node::Text(_) | Node::Raw(_) => {}
        }
    }
}

/// The names of the fields in a text.
fn fields(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, further)) = after.split_once("}}") else { break };
        found.push(name.trim().to_owned());
        rest = further;
    }
    found
}

fn whole_text(node: &Node) -> String {
    let mut found = Vec::new();
    texts(std::slice::from_ref(node), false, &mut found);
    found.concat()
}

/// A value as run content: escaped, with line breaks.
fn in_run(value: &str) -> String {
    escape(value).replace('\n', r#"</w:t><w:br/><w:t xml:space="preserve">"#)
}

/// Replaces the fields in the texts of one paragraph; a field may start in one run and end in another.
fn substitute(pieces: &mut [String], value: &dyn Fn(&str) -> String) {
    // Inserted values are not scanned for fields again.
    let mut done = 0;
    loop {
        let full = pieces.concat();
        let Some(begin) = full.get(done..).and_then(|rest| rest.find("{{")).map(|at| at + done) else { return };
        let Some(length) = full.get(begin..).and_then(|rest| rest.find("}}")) else { return };
        let end = begin + length + 2;
        let name = full.get(begin + 2..end - 2).unwrap_or_default().trim().to_owned();
        let new = value(&name);
        done = begin + new.len();
        let mut at = 0;
        let mut put = false;
        for piece in pieces.iter_mut() {
            let (from, to) = (at, at + piece.len());
            at = to;
            if to <= begin || from >= end {
                continue;
            }
            let before = piece.get(..begin.saturating_sub(from)).unwrap_or_default().to_owned();
            let after = piece.get((end - from).min(to - from)..).unwrap_or_default().to_owned();
            let middle = if put { "" } else { new.as_str() };
            put = true;
            *piece = format!("{before}{middle}{after}");
        }
    }
}

fn list_in(text: &str) -> Option<String> {
    fields(text).into_iter().find_map(|f| f.split_once('.').map(|(list, _)| list.to_owned()))
}

/// The list for whose items a paragraph or row is repeated. A row belongs to a list if each of its non-empty cells has
/// a field of that list; otherwise its paragraphs are handled one by one.
fn list_of(node: &Node) -> Option<String> {
    let Node::Element { name, children, .. } = node else { return None };
    if name != "w:tr" {
        return list_in(&whole_text(node));
    }
    let cells = children.iter().filter(|c| matches!(c, Node::Element { name, .. } if name == "w:tc"));
    let said: Vec<String> = cells.map(whole_text).filter(|text| !text.trim().is_empty()).collect();
    let list = list_in(said.first()?)?;
    said.iter().all(|text| list_in(text).as_ref() == Some(&list)).then_some(list)
}

/// Whether all lists of a table are empty: only its header would remain.
fn is_empty_list(node: &Node, values: &Values) -> bool {
    let named = fields(&whole_text(node));
    let mut lists = named.iter().filter_map(|f| f.split_once('.')).map(|(list, _)| list).peekable();
    lists.peek().is_some() && lists.all(|list| values.lists.get(list).is_none_or(Vec::is_empty))
}

fn render(nodes: &[Node], values: &Values, item: Option<(&str, &TemplateRecord)>) -> Vec<Node> {
    let mut out = Vec::new();
    let mut left_out = false;
    for node in nodes {
        let Node::Element { name, open, close, children } = node else {
            out.push(node.clone());
            continue;
        };
        // The empty paragraph that separates a removed table from the next is removed too.
        let after_it = std::mem::take(&mut left_out) && name == "w:p" && whole_text(node).trim().is_empty();
        if name == "w:tbl" && item.is_none() && is_empty_list(node, values) {
            left_out = true;
            continue;
        }
        if after_it {
            continue;
        }
        let repeats = matches!(name.as_str(), "w:p" | "w:tr") && item.is_none();
        match list_of(node).filter(|_| repeats) {
            Some(list) => {
                for one in values.lists.get(&list).map(Vec::as_slice).unwrap_or_default() {
                    out.extend(render(std::slice::from_ref(node), values, Some((&list, one))));
                }
            }
            None if name == "w:p" => {
                let filled = paragraph(node, values, item);
                // A paragraph that is empty after its fields are replaced is removed.
                let had = !fields(&whole_text(node)).is_empty();
                if !had || !whole_text(&filled).trim().is_empty() {
                    out.push(filled);
                }
            }
            None => {
                let mut children = render(children, values, item);
                let lacks = |c: &Node| !matches!(c, Node::Element { name, .. } if name == "w:p");
                // Word requires at least one paragraph in a cell.
                if name == "w:tc" && children.iter().all(lacks) {
                    children.push(Node::Raw("<w:p/>".into()));
                }
                out.push(Node::Element { name: name.clone(), open: open.clone(), close: close.clone(), children });
            }
        }
    }
    out
}

fn paragraph(node: &Node, values: &Values, item: Option<(&str, &TemplateRecord)>) -> Node {
    let mut filled = node.clone();
    let mut pieces = Vec::new();
    texts(std::slice::from_ref(node), false, &mut pieces);
    if !pieces.concat().contains("{{") {
        return filled;
    }
    let value = |name: &str| {
        let found = match (name.split_once('.'), item) {
            (Some((list, field)), Some((of, record))) if list == of => record.get(field),
            (Some(_), _) => None,
            (None, _) => values.texts.get(name),
        };
        in_run(found.map_or("", String::as_str))
    };
    substitute(&mut pieces, &value);
    put_texts(std::slice::from_mut(&mut filled), false, &mut pieces.into_iter());
    filled
}

/// Appends the paragraphs of a node, one line each.
fn lines(node: &Node, out: &mut String) {
    if let Node::Element { name, children, .. } = node {
        if name == "w:p" {
            out.push_str(&whole_text(node));
            out.push('\n');
        } else {
            children.iter().for_each(|child| lines(child, out));
        }
    }
}

/// The fields of a template, and its text with one line per paragraph.
pub fn fields_of(template: &[u8]) -> Result<(BTreeSet<String>, String), Bilingual> {
    let mut found = BTreeSet::new();
    let (mut count, mut said) = (0, String::new());
    for (name, bytes) in parts(template)? {
        if has_fields(&name) {
            let xml = String::from_utf8(bytes).map_err(broken)?;
            for node in parse(&xml)? {
                let named = fields(&whole_text(&node));
                count += named.len();
                found.extend(named);
                lines(&node, &mut said);
            }
        }
    }
    if count > FIELDS {
        Err(Bilingual::new("có quá nhiều trường", "it has too many fields"))
    } else {
        Ok((found, said))
    }
}

/// Fills the template with these values.
pub fn fill(template: &[u8], values: &Values) -> Result<Vec<u8>, Bilingual> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts(template)? {
        let bytes = if has_fields(&name) {
            let xml = String::from_utf8(bytes).map_err(broken)?;
            let mut out = String::with_capacity(xml.len());
            write_nodes(&render(&parse(&xml)?, values, None), &mut out);
            out.into_bytes()
        } else {
            bytes
        };
        file.start_file(name, options).map_err(broken)?;
        file.write_all(&bytes).map_err(broken)?;
    }
    Ok(file.finish().map_err(broken)?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::default();
        values.put("number", "01/TTr-SKHCN");
        values.put("title", "Trà & bánh <mì> {{number}}");
        for (name, post) in [("Đặng Văn Minh", "Trưởng phòng"), ("Lê Thị Hoa", "Chuyên viên")] {
            values.item("members", [("name", name), ("post", post)]);
        }
        values.lists.insert("conditions".into(), Vec::new());
        values
    }

    fn rendered(xml: &str) -> String {
        let mut out = String::new();
        write_nodes(&render(&parse(xml).unwrap(), &values(), None), &mut out);
        out
    }

    fn run(text: &str) -> String {
        format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>")
    }

    #[test]
    fn a_field_that_word_cut_into_runs_is_found() {
        let cut = format!("<w:p>{}{}{}</w:p>", run("Số: {"), run("{num"), run("ber}} ngày"));
        let text = whole_text(&parse(&rendered(&cut)).unwrap()[0]);
        assert_eq!(text, "Số: 01/TTr-SKHCN ngày");
    }

    #[test]
    fn values_are_escaped_and_not_filled_again() {
        let text = rendered(&format!("<w:p>{}</w:p>", run("{{title}}|{{ number }}|{{nothing}}")));
        assert!(text.contains("Trà &amp; bánh &lt;mì&gt; {{number}}|01/TTr-SKHCN|<"), "{text}");
    }

    #[test]
    fn rows_and_paragraphs_stand_once_an_item_and_a_cell_is_never_empty() {
        let cell = |text: &str| format!("<w:tc><w:p>{}</w:p></w:tc>", run(text));
        let table =
            format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("{{members.name}}"), cell("{{members.post}}, {{number}}"));
        let text = rendered(&table);
        assert_eq!(text.matches("<w:tr>").count(), 2);
        assert!(text.contains("Lê Thị Hoa") && text.contains("Chuyên viên, 01/TTr-SKHCN"));
        let none = rendered(&format!("<w:tbl><w:tr>{}</w:tr></w:tbl>", cell("x")).replace('x', "{{title}}"));
        assert_eq!(none.matches("<w:tr>").count(), 1);
        let side = rendered(&format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("- {{members.name}}"), cell("Người ký")));
        assert_eq!((side.matches("<w:tr>").count(), side.matches("<w:p>").count()), (1, 3));
        assert_eq!(rendered(&format!("<w:p>{}</w:p>", run("{{conditions.text}}"))), "");
        let kept = rendered(&format!("<w:tr><w:tc><w:p>{}</w:p></w:tc></w:tr>", run("a")));
        assert!(kept.contains("<w:p>"));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert!(fields_of(b"no zip").is_err());
        assert!(parse("<a><b></a>").is_err());
    }
}
