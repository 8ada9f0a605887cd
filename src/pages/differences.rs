//! What an amendment changes, or what was changed since a body last acted: each value before and after, in words. Pure.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::pages::contract::Contract;
use crate::pages::forms::compare::DifferingField;
use crate::pages::forms::shape::{FormField, InputKind, fields_of};
use crate::pages::marks::marked;
use crate::pages::registers::RegisterPages;
use crate::pages::rule::{FindingLine, finding_lines};
use crate::pages::show::{self, is_true, items, text};
use crate::pages::summary::{ContentReader, SummaryRow};
use kernel::text::Language;

/// A value before and after it was changed.
pub struct ChangedRow {
    pub label: String,
    /// The kind of the change, in the words of the decision.
    pub kind: String,
    pub before: Vec<String>,
    pub after: Vec<String>,
    /// The competent body decides it.
    pub material: bool,
}

impl ChangedRow {
    /// What somebody typed and did not send yet.
    pub fn typed(differing: DifferingField) -> Self {
        let DifferingField { label, mine, now, .. } = differing;
        ChangedRow { label, kind: String::new(), before: now, after: mine, material: false }
    }

    /// The change in one line: `Ngày về: thứ Sáu 11/12/2026 → thứ Bảy 12/12/2026`.
    pub fn in_one_line(&self) -> String {
        if self.before.is_empty() && self.after.is_empty() {
            return self.label.clone();
        }
        let said = |lines: &[String]| if lines.is_empty() { "–".to_owned() } else { lines.join("; ") };
        format!("{}: {} → {}", self.label, said(&self.before), said(&self.after))
    }
}

/// An amendment as a page shows it.
pub struct AmendmentPanel {
    pub heading: String,
    pub standing: String,
    pub class: &'static str,
    pub pending: bool,
    /// Whoever reads it sees the whole dossier: what was decided, and what follows.
    pub whole: bool,
    pub reason: String,
    /// How it is documented, and what follows.
    pub form: String,
    pub cite: String,
    pub rows: Vec<ChangedRow>,
    pub findings: Vec<FindingLine>,
    /// By whom and by which document it ended.
    pub ended: String,
}

/// Reads differences of the contents of one register.
pub struct DifferenceReader<'a> {
    pub contract: &'a Contract,
    pub register: &'a RegisterPages,
    pub language: Language,
    /// Names of people and units by their ids.
    pub names: &'a HashMap<String, String>,
    /// Whoever reads them sees the whole dossier.
    pub whole: bool,
}

/// Most lines of a value: a list of guests has hundreds.
const MOST_LINES: usize = 12;

impl DifferenceReader<'_> {
    fn label(&self, list: &str, word: &str) -> String {
        self.contract.label(list, word, self.language)
    }

    /// The values that differ.
    pub fn rows(&self, differences: &[Value]) -> Vec<ChangedRow> {
        // Of most dossiers in an inbox nothing was changed.
        if differences.is_empty() {
            return Vec::new();
        }
        let mut fields = fields_of(self.contract, &self.register.created_by);
        // Which countries a trip goes to follows from its stops; no form asks for it.
        let country = InputKind::Picks { of: Box::new(InputKind::Country), most: 0 };
        fields.push(FormField { name: "countries".to_owned(), kind: country, required: false, nullable: false });
        differences.iter().flat_map(|difference| self.rows_of(&fields, difference)).collect()
    }

    fn rows_of(&self, fields: &[FormField], difference: &Value) -> Vec<ChangedRow> {
        let (before, after) = (&difference["before"], &difference["after"]);
        let kind = self.label("amendment_kind", text(difference, "/kind"));
        let material = self.whole && is_true(difference, "/material");
        let names: BTreeSet<&String> =
            [before, after].into_iter().flat_map(|side| side.as_object().into_iter().flat_map(|o| o.keys())).collect();
        let mut rows = Vec::new();
        for field in fields.iter().filter(|field| names.contains(&field.name)) {
            let said = |side: &Value| {
                let own = self.reader().rows(std::slice::from_ref(field), side);
                own.into_iter().next().unwrap_or(SummaryRow { label: String::new(), lines: Vec::new() })
            };
            let (was, is) = (said(before), said(after));
            if was.lines != is.lines {
                let label = if was.label.is_empty() { is.label } else { was.label };
                let (before, after) = (self.shortened(was.lines), self.shortened(is.lines));
                rows.push(ChangedRow { label, kind: kind.clone(), before, after, material });
            }
        }
        // What only ids tell apart is named all the same.
        if rows.is_empty() {
            rows.push(ChangedRow { label: kind, kind: String::new(), before: Vec::new(), after: Vec::new(), material });
        }
        rows
    }

    fn reader(&self) -> ContentReader<'_> {
        let DifferenceReader { contract, register, language, names, .. } = self;
        ContentReader { contract, schema: &register.created_by, language: *language, names }
    }

    fn shortened(&self, mut lines: Vec<String>) -> Vec<String> {
        if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
            lines.truncate(MOST_LINES);
            lines.push(self.language.say(&format!("… và {more} dòng nữa"), &format!("… and {more} more")));
        }
        lines
    }

    /// What an amendment changes and what became of it.
    pub fn amendment(&self, amendment: &Value) -> AmendmentPanel {
        let standing = text(amendment, "/standing");
        let ordinal = show::number(amendment, "/ordinal");
        let asked = show::moment(text(amendment, "/asked_at"), self.language);
        let document = text(amendment, "/document/number");
        let body = match text(amendment, "/body") {
            "" => String::new(),
            body => self.label("body", body),
        };
        let ended = match standing {
            "pending" => String::new(),
            _ => show::moment(text(amendment, "/ended_at"), self.language),
        };
        AmendmentPanel {
            heading: self.language.say(
                &format!("Điều chỉnh lần {ordinal}, xin {asked}"),
                &format!("Amendment {ordinal}, asked for on {asked}"),
            ),
            standing: self.label("amendment_standing", standing),
            class: match standing {
                "pending" => "wait",
                "in_force" => "done",
                _ => "stop",
            },
            pending: standing == "pending",
            whole: self.whole,
            reason: text(amendment, "/reason").to_owned(),
            form: self.label("amendment_form", text(amendment, "/form")),
            cite: text(amendment, "/citation").to_owned(),
            rows: self.rows(items(amendment, "/differences")),
            findings: finding_lines(self.contract, items(amendment, "/findings"), self.language),
            ended: show::joined([body.as_str(), document, &ended, &marked(text(amendment, "/note"))], " · "),
        }
    }
}
