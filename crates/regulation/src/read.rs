//! Reads a pack from TOML. Every word is checked, every fault has its line, and nothing is loaded in part. Pure.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::str::FromStr;

use toml_edit::{Array, Document as Toml, Item, TableLike, Value as Node};

use crate::pack::{Pack, PackFault};
use crate::read_rules::read_pack;
use kernel::text::Bilingual;
use kernel::time::Day;
use kernel::words::{Label, Term, TermUnit};

/// A pack as far as it could be read, so that faults of the whole are reported together with faults of single words.
pub struct Sketch {
    pub pack: Pack,
    pub faults: Vec<PackFault>,
    /// Ids of all rules, including those that could not be read.
    pub ids: BTreeSet<String>,
    /// Lines of rules that were read only in part: no conclusions are drawn from what they lack.
    pub torn: BTreeSet<usize>,
    /// All keys of the pack itself were read, so what they do not state is really absent.
    pub whole: bool,
    /// The id, the status and the effect of every rule could be read.
    pub named: bool,
}

/// Reads as much of a file as possible; `Err` only if it is not TOML.
pub fn sketch(source: &str) -> Result<Sketch, Vec<PackFault>> {
    let document = match Toml::parse(source) {
        Ok(document) => document,
        Err(error) => {
            let line = line_of(source, error.span().map_or(0, |s| s.start));
            let text = Bilingual::new(
                "Không đọc được TOML: sai cú pháp ở dòng này.",
                format!("Not TOML: {}", error.message()),
            );
            return Err(vec![PackFault { line, code: "not_toml", text }]);
        }
    };
    let faults = RefCell::new(Vec::new());
    let root = Fields::new(document.as_table(), 1, source, &faults);
    let mut sketch = read_pack(&root);
    sketch.faults = faults.into_inner();
    sketch.faults.sort_by_key(|f| f.line);
    Ok(sketch)
}

/// The pack in a file, or all faults of its words and structure.
pub fn read(source: &str) -> Result<Pack, Vec<PackFault>> {
    let Sketch { pack, faults, .. } = sketch(source)?;
    if faults.is_empty() { Ok(pack) } else { Err(faults) }
}

pub(super) fn line_of(source: &str, offset: usize) -> usize {
    source.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}

/// What a word names, in both languages.
pub(super) type What = Label;

/// What the words of a pack name.
pub(super) mod what {
    use super::What;

    pub const BODY: What = What { vi: "cơ quan", en: "body" };
    pub const CONSENT_MODE: What = What { vi: "cách lấy ý kiến cấp ủy", en: "mode of consent" };
    pub const DOCUMENT: What = What { vi: "loại giấy tờ", en: "document" };
    pub const FACT: What = What { vi: "dữ kiện", en: "fact" };
    pub const FINDING: What = What { vi: "loại giới hạn", en: "finding" };
    pub const MOMENT: What = What { vi: "thời điểm", en: "moment" };
    pub const PROCEDURE: What = What { vi: "thủ tục", en: "procedure" };
    pub const SEVERITY: What = What { vi: "mức độ", en: "severity" };
    pub const SILENCE: What = What { vi: "ý nghĩa của việc không trả lời", en: "meaning of silence" };
    pub const STATUS: What = What { vi: "mức xác minh", en: "status" };
    pub const STEP: What = What { vi: "loại bước", en: "kind of step" };
    pub const UNIT: What = What { vi: "đơn vị thời gian", en: "unit" };
}

/// A table being read: remembers which keys were requested, and collects faults.
pub(super) struct Fields<'a> {
    pub(super) table: &'a dyn TableLike,
    pub(super) line: usize,
    pub(super) source: &'a str,
    asked: RefCell<BTreeSet<&'static str>>,
    faults: &'a RefCell<Vec<PackFault>>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        table: &'a dyn TableLike,
        line: usize,
        source: &'a str,
        faults: &'a RefCell<Vec<PackFault>>,
    ) -> Self {
        Fields { table, line, source, asked: RefCell::default(), faults }
    }

    pub(super) fn fault(&self, line: usize, code: &'static str, vi: String, en: String) {
        self.faults.borrow_mut().push(PackFault { line, code, text: Bilingual::new(vi, en) });
    }

    /// Number of faults found so far.
    pub(super) fn faults(&self) -> usize {
        self.faults.borrow().len()
    }

    pub(super) fn key_line(&self, key: &str) -> usize {
        let span = self.table.get_key_value(key).and_then(|(k, item)| k.span().or_else(|| item.span()));
        span.map_or(self.line, |s| line_of(self.source, s.start))
    }

    pub(super) fn get(&self, key: &'static str) -> Option<&'a Item> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    /// A value of another type; what is needed, in both languages.
    pub(super) fn wrong(&self, key: &str, vi: &str, en: &str) {
        let line = self.key_line(key);
        self.fault(line, "wrong_type", format!("{key}: phải là {vi}"), format!("{key}: must be {en}"));
    }

    /// A key that is not there; of several, any one would do.
    pub(super) fn missing(&self, keys: &[&str]) {
        let (vi, en) = (keys.join(" hoặc "), keys.join(" or "));
        self.fault(self.line, "missing", format!("thiếu {vi}"), format!("{en} is missing"));
    }

    pub(super) fn opt_text(&self, key: &'static str) -> Option<String> {
        let item = self.get(key)?;
        let text = item.as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(key, "chữ (chuỗi trong dấu ngoặc kép)", "text");
        }
        text
    }

    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        if self.table.get(key).is_none() {
            self.missing(&[key]);
        }
        self.opt_text(key).filter(|text| {
            let filled = !text.trim().is_empty();
            if !filled {
                self.wrong(key, "chữ không để trống", "text that is not empty");
            }
            filled
        })
    }

    pub(super) fn opt_int(&self, key: &'static str) -> Option<i64> {
        let number = self.get(key)?.as_integer();
        if number.is_none() {
            self.wrong(key, "số nguyên", "a whole number");
        }
        number
    }

    /// A whole number that is not negative.
    pub(super) fn opt_count(&self, key: &'static str) -> Option<i64> {
        let number = self.opt_int(key)?;
        if number < 0 {
            self.wrong(key, "số từ 0 trở lên", "0 or more");
        }
        Some(number)
    }

    pub(super) fn opt_bool(&self, key: &'static str) -> Option<bool> {
        let yes = self.get(key)?.as_bool();
        if yes.is_none() {
            self.wrong(key, "true hoặc false", "true or false");
        }
        yes
    }

    pub(super) fn opt_day(&self, key: &'static str) -> Option<Day> {
        let item = self.get(key)?;
        let date = item.as_datetime().filter(|d| d.time.is_none()).and_then(|d| d.date);
        let day = date.and_then(|d| Day::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day)));
        if day.is_none() {
            self.wrong(key, "ngày dạng năm-tháng-ngày, ví dụ 2026-03-27", "a day, YYYY-MM-DD");
        }
        day
    }

    /// A list of texts; a single text counts as a list of one.
    pub(super) fn texts(&self, key: &'static str) -> Vec<(String, usize)> {
        let Some(item) = self.get(key) else { return Vec::new() };
        let line = self.key_line(key);
        if let Some(text) = item.as_str() {
            return vec![(text.to_owned(), line)];
        }
        let Some(array) = item.as_array() else {
            self.wrong(key, "danh sách chữ", "a list of texts");
            return Vec::new();
        };
        self.array_texts(array, line)
    }

    pub(super) fn array_texts(&self, array: &Array, line: usize) -> Vec<(String, usize)> {
        let mut texts = Vec::new();
        for value in array {
            let at = value.span().map_or(line, |s| line_of(self.source, s.start));
            match value.as_str() {
                Some(text) => texts.push((text.to_owned(), at)),
                None => self.fault(at, "wrong_type", "danh sách chỉ gồm chữ".into(), "the list must hold texts".into()),
            }
        }
        texts
    }

    pub(super) fn parse<T: FromStr>(&self, what: What, text: &str, line: usize) -> Option<T> {
        let word = text.parse().ok();
        if word.is_none() {
            let code = if what == what::BODY { "unknown_body" } else { "unknown_word" };
            let (vi, en) = (what.vi, what.en);
            self.fault(line, code, format!("không có {vi} «{text}»"), format!("there is no {en} \"{text}\""));
        }
        word
    }

    pub(super) fn opt_word<T: FromStr>(&self, key: &'static str, what: What) -> Option<T> {
        let text = self.opt_text(key)?;
        self.parse(what, &text, self.key_line(key))
    }

    pub(super) fn word<T: FromStr>(&self, key: &'static str, what: What) -> Option<T> {
        let text = self.text(key)?;
        self.parse(what, &text, self.key_line(key))
    }

    pub(super) fn words<T: FromStr>(&self, key: &'static str, what: What) -> Vec<T> {
        self.texts(key).into_iter().filter_map(|(text, line)| self.parse(what, &text, line)).collect()
    }

    /// A term such as `"4 working_days"`.
    pub(super) fn opt_term(&self, key: &'static str) -> Option<Term> {
        let text = self.opt_text(key)?;
        let term = text.split_once(' ').and_then(|(value, unit)| {
            let unit = TermUnit::from_str(unit.trim()).ok().filter(|u| *u != TermUnit::Hours)?;
            value.parse().ok().filter(|v| (1..=400).contains(v)).map(|value| Term { value, unit })
        });
        if term.is_none() {
            self.wrong(
                key,
                "thời hạn, ví dụ \"4 working_days\" hoặc \"15 days\"",
                "a term such as \"4 working_days\" or \"15 days\"",
            );
        }
        term
    }

    /// A length of time before an event; may also be in hours.
    pub(super) fn lead(&self, key: &'static str) -> Option<Term> {
        let hours = self.get(key).and_then(Item::as_str).and_then(|text| text.strip_suffix(" hours"));
        match hours.and_then(|value| value.parse().ok()).filter(|v| (1..=400).contains(v)) {
            Some(value) => Some(Term { value, unit: TermUnit::Hours }),
            None => self.term(key),
        }
    }

    /// A day of the year such as `"12-18"`.
    pub(super) fn opt_month_day(&self, key: &'static str) -> Option<(u32, u32)> {
        let text = self.opt_text(key)?;
        let parts = text.split_once('-').and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
        let day = parts.filter(|(month, day)| Day::from_ymd_opt(2001, *month, *day).is_some());
        if day.is_none() {
            self.wrong(key, "ngày trong năm dạng tháng-ngày, ví dụ 12-18", "a day of the year, MM-DD");
        }
        day
    }

    pub(super) fn term(&self, key: &'static str) -> Option<Term> {
        if self.table.get(key).is_none() {
            self.missing(&[key]);
        }
        self.opt_term(key)
    }

    /// Tables of a list: `[[key]]`, or inline tables in an array.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Fields<'a>> {
        let Some(item) = self.get(key) else { return Vec::new() };
        let list: Vec<(&'a dyn TableLike, Option<std::ops::Range<usize>>)> = match item {
            Item::ArrayOfTables(tables) => tables.iter().map(|t| (t as &dyn TableLike, t.span())).collect(),
            Item::Value(Node::Array(array)) => {
                if array.iter().any(|v| !v.is_inline_table()) {
                    self.wrong(key, "danh sách bảng", "a list of tables");
                }
                array.iter().filter_map(|v| v.as_inline_table().map(|t| (t as &dyn TableLike, t.span()))).collect()
            }
            _ => {
                self.wrong(key, "danh sách bảng", "a list of tables");
                Vec::new()
            }
        };
        let place =
            |span: Option<std::ops::Range<usize>>| span.map_or(self.key_line(key), |s| line_of(self.source, s.start));
        list.into_iter().map(|(t, span)| Fields::new(t, place(span), self.source, self.faults)).collect()
    }

    /// Reports every key that was not requested.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter().filter(|(key, _)| !asked.contains(key)) {
            let line = self.key_line(key);
            self.fault(
                line,
                "unknown_key",
                format!("không có khóa «{key}» ở đây"),
                format!("there is no key \"{key}\" here"),
            );
        }
    }
}
