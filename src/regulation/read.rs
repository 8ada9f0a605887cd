//! Reads a pack from TOML: every word checked, every fault with its line, nothing half-loaded. Pure.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::str::FromStr;

use toml_edit::{Array, Document as Toml, Item, TableLike, Value as Node};

use crate::kernel::money::Money;
use crate::kernel::text::Bilingual;
use crate::kernel::time::Day;
use crate::kernel::words::{Procedure, RuleStatus, StepKind, Term, TermUnit};
use crate::regulation::pack::{Anchor, Effect, Pack, PackFault, Rule, StepRule};
use crate::regulation::read_condition::condition;

/// The pack of a file, or every fault of its words and shapes.
pub fn read(source: &str) -> Result<Pack, Vec<PackFault>> {
    let document = match Toml::parse(source) {
        Ok(document) => document,
        Err(error) => {
            let line = line_of(source, error.span().map_or(0, |s| s.start));
            let text = Bilingual::new(
                format!("Không đọc được TOML: {}", error.message()),
                format!("Not TOML: {}", error.message()),
            );
            return Err(vec![PackFault { line, code: "not_toml", text }]);
        }
    };
    let faults = RefCell::new(Vec::new());
    let root = Fields::new(document.as_table(), 1, source, &faults);
    let pack = read_pack(&root);
    root.finish();
    let mut faults = faults.into_inner();
    match pack {
        Some(pack) if faults.is_empty() => Ok(pack),
        _ => {
            faults.sort_by_key(|f: &PackFault| f.line);
            Err(faults)
        }
    }
}

pub(super) fn line_of(source: &str, offset: usize) -> usize {
    source.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}

/// A table while it is read: remembers which keys were asked for, and where faults lie.
pub(super) struct Fields<'a> {
    table: &'a dyn TableLike,
    pub(super) line: usize,
    pub(super) source: &'a str,
    asked: RefCell<BTreeSet<&'static str>>,
    faults: &'a RefCell<Vec<PackFault>>,
}

impl<'a> Fields<'a> {
    fn new(table: &'a dyn TableLike, line: usize, source: &'a str, faults: &'a RefCell<Vec<PackFault>>) -> Self {
        Fields { table, line, source, asked: RefCell::default(), faults }
    }

    pub(super) fn fault(&self, line: usize, code: &'static str, vi: String, en: String) {
        self.faults.borrow_mut().push(PackFault { line, code, text: Bilingual::new(vi, en) });
    }

    fn key_line(&self, key: &str) -> usize {
        let span = self.table.get_key_value(key).and_then(|(k, item)| k.span().or_else(|| item.span()));
        span.map_or(self.line, |s| line_of(self.source, s.start))
    }

    pub(super) fn get(&self, key: &'static str) -> Option<&'a Item> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    pub(super) fn wrong(&self, key: &str, wanted: &str) {
        let line = self.key_line(key);
        self.fault(line, "wrong_type", format!("{key}: phải là {wanted}"), format!("{key}: must be {wanted}"));
    }

    fn missing(&self, key: &str) {
        self.fault(self.line, "missing", format!("thiếu {key}"), format!("{key} is missing"));
    }

    fn opt_text(&self, key: &'static str) -> Option<String> {
        let item = self.get(key)?;
        let text = item.as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(key, "text");
        }
        text
    }

    fn text(&self, key: &'static str) -> Option<String> {
        if self.table.get(key).is_none() {
            self.missing(key);
        }
        self.opt_text(key).filter(|text| {
            let filled = !text.trim().is_empty();
            if !filled {
                self.wrong(key, "text that says something");
            }
            filled
        })
    }

    fn opt_int(&self, key: &'static str) -> Option<i64> {
        let number = self.get(key)?.as_integer();
        if number.is_none() {
            self.wrong(key, "a whole number");
        }
        number
    }

    fn opt_bool(&self, key: &'static str) -> Option<bool> {
        let yes = self.get(key)?.as_bool();
        if yes.is_none() {
            self.wrong(key, "true or false");
        }
        yes
    }

    fn opt_day(&self, key: &'static str) -> Option<Day> {
        let item = self.get(key)?;
        let date = item.as_datetime().filter(|d| d.time.is_none()).and_then(|d| d.date);
        let day = date.and_then(|d| Day::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day)));
        if day.is_none() {
            self.wrong(key, "a day, YYYY-MM-DD");
        }
        day
    }

    /// A list of texts; a single text stands for a list of one.
    fn texts(&self, key: &'static str) -> Vec<(String, usize)> {
        let Some(item) = self.get(key) else { return Vec::new() };
        let line = self.key_line(key);
        if let Some(text) = item.as_str() {
            return vec![(text.to_owned(), line)];
        }
        let Some(array) = item.as_array() else {
            self.wrong(key, "a list of texts");
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

    pub(super) fn parse<T: FromStr>(&self, what: &str, text: &str, line: usize) -> Option<T> {
        let word = text.parse().ok();
        if word.is_none() {
            let code = if what == "body" { "unknown_body" } else { "unknown_word" };
            self.fault(line, code, format!("không có {what} «{text}»"), format!("there is no {what} \"{text}\""));
        }
        word
    }

    fn opt_word<T: FromStr>(&self, key: &'static str, what: &str) -> Option<T> {
        let text = self.opt_text(key)?;
        self.parse(what, &text, self.key_line(key))
    }

    fn word<T: FromStr>(&self, key: &'static str, what: &str) -> Option<T> {
        let text = self.text(key)?;
        self.parse(what, &text, self.key_line(key))
    }

    fn words<T: FromStr>(&self, key: &'static str, what: &str) -> Vec<T> {
        self.texts(key).into_iter().filter_map(|(text, line)| self.parse(what, &text, line)).collect()
    }

    /// A term as `"4 working_days"`.
    fn opt_term(&self, key: &'static str) -> Option<Term> {
        let text = self.opt_text(key)?;
        let term = text.split_once(' ').and_then(|(value, unit)| {
            let unit = TermUnit::from_str(unit.trim()).ok()?;
            value.parse().ok().filter(|v| (1..=400).contains(v)).map(|value| Term { value, unit })
        });
        if term.is_none() {
            self.wrong(key, "a term such as \"4 working_days\" or \"15 days\"");
        }
        term
    }

    fn term(&self, key: &'static str) -> Option<Term> {
        if self.table.get(key).is_none() {
            self.missing(key);
        }
        self.opt_term(key)
    }

    /// Tables of a list: `[[key]]`, or inline tables in an array.
    fn tables(&self, key: &'static str) -> Vec<Fields<'a>> {
        let Some(item) = self.get(key) else { return Vec::new() };
        let list: Vec<(&'a dyn TableLike, Option<std::ops::Range<usize>>)> = match item {
            Item::ArrayOfTables(tables) => tables.iter().map(|t| (t as &dyn TableLike, t.span())).collect(),
            Item::Value(Node::Array(array)) => {
                array.iter().filter_map(|v| v.as_inline_table().map(|t| (t as &dyn TableLike, t.span()))).collect()
            }
            _ => {
                self.wrong(key, "a list of tables");
                Vec::new()
            }
        };
        let place =
            |span: Option<std::ops::Range<usize>>| span.map_or(self.key_line(key), |s| line_of(self.source, s.start));
        list.into_iter().map(|(t, span)| Fields::new(t, place(span), self.source, self.faults)).collect()
    }

    /// Names every key that nobody asked for.
    fn finish(&self) {
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

fn read_pack(root: &Fields) -> Option<Pack> {
    let rules = read_rules(root);
    let strictness = root.words("strictness", "body");
    let dossier_known = root.words("dossier_known", "procedure");
    let sets = root.opt_int("sets");
    let fee = root.opt_int("fee").map(|amount| Money { amount, currency: "VND".into() });
    let successor = (root.opt_text("successor"), root.opt_text("successor_name"));
    let extends = root.opt_text("extends");
    let jurisdiction = root.opt_text("jurisdiction");
    let texts = root.texts("texts").into_iter().map(|(text, _)| text).collect();
    let in_force_to = root.opt_day("in_force_to");
    if root.table.get("version").is_none() {
        root.missing("version");
    }
    if root.table.get("in_force_from").is_none() {
        root.missing("in_force_from");
    }
    let (code, version, title, document) =
        (root.text("code"), root.opt_int("version"), root.text("title"), root.text("document"));
    let (status, in_force_from) = (root.word("status", "status"), root.opt_day("in_force_from"));
    Some(Pack {
        code: code?,
        version: version?,
        title: title?,
        document: document?,
        status: status?,
        jurisdiction,
        in_force_from: in_force_from?,
        in_force_to,
        extends,
        successor: successor.0.zip(successor.1),
        texts,
        sets,
        fee,
        strictness,
        dossier_known,
        rules,
    })
}

fn read_rules(root: &Fields) -> Vec<Rule> {
    type Reader = fn(&Fields) -> Option<Effect>;
    let kinds: [(&'static str, Reader); 7] = [
        ("authority", authority),
        ("consent", consent),
        ("document_rule", paper),
        ("detail", detail),
        ("limit", limit),
        ("deadline", deadline),
        ("obligation", obligation),
    ];
    let mut rules = Vec::new();
    for (key, reader) in kinds {
        for fields in root.tables(key) {
            let effect = reader(&fields);
            if let Some(rule) = read_rule(&fields, effect) {
                rules.push(rule);
            }
            fields.finish();
        }
    }
    rules
}

fn read_rule(fields: &Fields, effect: Option<Effect>) -> Option<Rule> {
    let when = condition(fields);
    let overrides = fields.texts("overrides").into_iter().map(|(text, _)| text).collect();
    let procedures: Vec<Procedure> = fields.words("for", "procedure");
    if fields.table.get("for").is_none() {
        fields.missing("for");
    }
    let (valid_from, valid_to) = (fields.opt_day("valid_from"), fields.opt_day("valid_to"));
    let (id, status, citation) =
        (fields.text("id"), fields.word::<RuleStatus>("status", "status"), fields.text("citation"));
    Some(Rule {
        id: id?,
        line: fields.line,
        procedures,
        when,
        overrides,
        status: status?,
        citation: citation?,
        valid_from,
        valid_to,
        effect: effect?,
    })
}

fn authority(fields: &Fields) -> Option<Effect> {
    let steps = fields.tables("steps").iter().filter_map(step).collect();
    let notes = fields
        .tables("notes")
        .iter()
        .filter_map(|note| {
            let said = (note.text("code"), note.text("vi"), note.text("en"));
            note.finish();
            Some((said.0?, Bilingual::new(said.1?, said.2?)))
        })
        .collect();
    let (decide_within, term) = (fields.opt_term("decide_within"), fields.opt_term("term"));
    let copies_to = fields.words("copies_to", "body");
    Some(Effect::Authority { decider: fields.word("decider", "body")?, steps, decide_within, term, copies_to, notes })
}

fn step(fields: &Fields) -> Option<StepRule> {
    let (kind, body, within) =
        (fields.word::<StepKind>("kind", "kind of step"), fields.word("body", "body"), fields.opt_term("within"));
    fields.finish();
    if !matches!(kind, None | Some(StepKind::Appraise | StepKind::Consult)) {
        fields.fault(
            fields.line,
            "wrong_step",
            "chỉ ghi bước appraise, consult".into(),
            "only appraise and consult stand here".into(),
        );
    }
    Some(StepRule { kind: kind?, body: body?, within })
}

fn consent(fields: &Fields) -> Option<Effect> {
    let (body, mode) = (fields.word("body", "body"), fields.word("mode", "mode of consent"));
    Some(Effect::Consent { body: body?, mode: mode? })
}

fn paper(fields: &Fields) -> Option<Effect> {
    let required = fields.opt_bool("required").unwrap_or(true);
    Some(Effect::Paper { document: fields.word("document", "document")?, required })
}

fn detail(fields: &Fields) -> Option<Effect> {
    let detail = fields.text("detail")?;
    if detail != "grade" {
        fields.fault(
            fields.line,
            "unknown_word",
            format!("không có detail «{detail}»"),
            format!("there is no detail \"{detail}\""),
        );
    }
    Some(Effect::Detail { detail })
}

fn limit(fields: &Fields) -> Option<Effect> {
    let (finding, severity) = (fields.word("finding", "finding"), fields.word("severity", "severity"));
    let max = fields.opt_int("max");
    let unit = fields.opt_word("unit", "unit").unwrap_or(TermUnit::Days);
    let waivable_by = fields.opt_word("waivable_by", "body");
    Some(Effect::Limit { finding: finding?, severity: severity?, max, unit, waivable_by })
}

fn deadline(fields: &Fields) -> Option<Effect> {
    let (lead, before) = (fields.term("lead"), fields.word::<Anchor>("before", "moment"));
    Some(Effect::Deadline { lead: lead?, before: before?, severity: fields.word("severity", "severity")? })
}

fn obligation(fields: &Fields) -> Option<Effect> {
    let (code, within) = (fields.text("code"), fields.term("within"));
    Some(Effect::Obligation { code: code?, within: within?, after: fields.word("after", "moment")? })
}
