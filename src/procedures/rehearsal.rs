//! Rehearsal: what a draft of a regulation would have said about past dossiers (diễn tập quy định).

use std::collections::BTreeMap;

use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::register::{Register, RehearsedCase};
use crate::error::{Error, Result};
use kernel::text::Bilingual;
use kernel::time::{Day, Period, in_vietnamese};
use kernel::words::{Body, Document, DutyCode, FindingCode, Label, Outcome, Severity, StepKind, Term};
use regulation::assess::{Assessment, Consent, Finding, PlannedStep, assess};
use regulation::book::{Book, Law, load_for};
use regulation::pack::{Pack, PackFault};
use regulation::read::sketch;

/// One difference in the assessment: the values before and after, each with its citation; `None` if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedOtherwise {
    pub what: Bilingual,
    pub before: Option<Judged>,
    pub after: Option<Judged>,
}

/// What an assessment says of one thing, and the citation.
pub type Judged = (Bilingual, String);

/// A dossier that would be assessed differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub number: Option<String>,
    pub title: String,
    /// The text that was applied.
    pub regulation: String,
    pub differences: Vec<JudgedOtherwise>,
}

/// The result of a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// Number of dossiers that were assessed.
    pub dossiers: usize,
    pub changed: Vec<Changed>,
}

/// Assesses every dossier submitted on these days under a draft; nothing is stored. Returns the draft's faults, if any.
pub fn rehearse(
    conn: &mut Conn,
    tools: &ProvinceLaw,
    source: &str,
    days: Period,
) -> Result<std::result::Result<Rehearsal, Vec<PackFault>>> {
    let book = tools.shelf.book(conn)?;
    let draft = {
        let latest = book.latest();
        let known: Vec<&Pack> = latest.iter().map(|p| p.as_ref()).filter(|p| !gives_way(p, source)).collect();
        match load_for(source, &known, &tools.registers.entries().procedures().collect::<Vec<_>>()) {
            Ok(pack) => pack,
            Err(faults) => return Ok(Err(faults)),
        }
    };
    let code = draft.code.clone();
    let mut with_draft = Book::clone(&book);
    with_draft.add(draft);
    let mut found = Rehearsal { dossiers: 0, changed: Vec::new() };
    let books = (&*book, &with_draft, code.as_str());
    for register in tools.registers.all() {
        of_register(conn, tools, register, books, days, &mut found)?;
    }
    Ok(Ok(found))
}

/// A draft replaces the edition before it, and what is in force in its province: they do not apply side by side.
fn gives_way(known: &Pack, source: &str) -> bool {
    sketch(source).is_ok_and(|draft| {
        let of_province = draft.pack.jurisdiction.is_some() && draft.pack.jurisdiction == known.jurisdiction;
        let stands_on_it = draft.pack.extends.as_ref() == Some(&known.code);
        draft.pack.code == known.code || (of_province && !stands_on_it)
    })
}

fn of_register(
    conn: &mut Conn,
    tools: &ProvinceLaw,
    register: &dyn Register,
    (book, with_draft, code): (&Book, &Book, &str),
    days: Period,
    found: &mut Rehearsal,
) -> Result<()> {
    let calendar = &*tools.shelf.calendar(conn)?;
    for dossier in register.submitted(conn, tools, days)? {
        let lacks = |what: &str| Error::Internal(format!("there is no regulation {what}"));
        let then: Law = ruling(book, tools, &dossier).ok_or_else(|| lacks(&tools.jurisdiction))?;
        let draft: Law = with_draft.by_code(code, dossier.day).ok_or_else(|| lacks(code))?;
        let before = assess(&then, &dossier.case, calendar);
        let after = assess(&draft, &dossier.case, calendar);
        found.dossiers += 1;
        let differences = differences(&before, &after);
        if !differences.is_empty() {
            found.changed.push(Changed {
                number: dossier.number,
                title: dossier.title,
                regulation: then.pack.code.clone(),
                differences,
            });
        }
    }
    Ok(())
}

/// The text that ruled a dossier, in the version of then; without one, that of the province on its day.
fn ruling(book: &Book, tools: &ProvinceLaw, dossier: &RehearsedCase) -> Option<Law> {
    let of_day = book.in_force(&tools.jurisdiction, dossier.day);
    let Some((code, version)) = &dossier.ruling else { return of_day };
    // The same text, with what its day says of it: that it was chosen, or is of a province that was merged.
    let same = |law: &Law| (&law.pack.code, law.pack.version) == (code, *version);
    of_day.clone().filter(same).or_else(|| book.in_version(code, *version, dossier.day)).or(of_day)
}

/// The texts on which an outcome is based.
fn reasons(a: &Assessment) -> String {
    let weighs = |f: &&Finding| f.severity != Severity::Warn || f.document.is_some();
    let mut texts: Vec<&str> = match a.outcome {
        Outcome::Ready => a.decider.iter().map(|d| d.citation.as_str()).collect(),
        _ => a.findings.iter().filter(weighs).map(|f| f.citation.as_str()).collect(),
    };
    texts.sort_unstable();
    texts.dedup();
    texts.join("; ")
}

/// The differences in outcome, decider, consents, terms, required documents, duties and findings above a warning.
fn differences(before: &Assessment, after: &Assessment) -> Vec<JudgedOtherwise> {
    let mut all = Vec::new();
    let mut compare = |what: Bilingual, before: Option<Judged>, after: Option<Judged>| {
        let said = |side: &Option<Judged>| side.as_ref().map(|(said, _)| said.clone());
        if said(&before) != said(&after) {
            all.push(JudgedOtherwise { what, before, after });
        }
    };
    let outcome = |a: &Assessment| Some((a.outcome.label().into(), reasons(a)));
    compare(Bilingual::new("Kết luận", "Outcome"), outcome(before), outcome(after));
    let decider = |a: &Assessment| a.decider.as_ref().map(|d| (d.body.label().into(), d.citation.clone()));
    compare(Bilingual::new("Cơ quan quyết định", "Decider"), decider(before), decider(after));
    let of_kind =
        |vi: &str, en: &str, name: Label| Bilingual::new(format!("{vi}: {}", name.vi), format!("{en}: {}", name.en));
    let consents = |a: &Assessment| -> BTreeMap<Body, Judged> {
        let whom = |c: &Consent| c.travellers.join(", ");
        a.consents.iter().map(|c| (c.body, (Bilingual::new(whom(c), whom(c)), c.citation.clone()))).collect()
    };
    for (body, before, after) in paired(consents(before), consents(after)) {
        compare(of_kind("Ý kiến cấp ủy", "Party consent", body.label()), before, after);
    }
    let terms = |a: &Assessment| -> BTreeMap<(StepKind, Body), Judged> {
        let one = |s: &PlannedStep| ((s.kind, s.body), (term(s.within), s.citation.clone()));
        a.steps.iter().filter(|s| s.kind != StepKind::Consent).map(one).collect()
    };
    for ((kind, body), before, after) in paired(terms(before), terms(after)) {
        let what = Bilingual::new(format!("{} ({})", kind.vi(), body.vi()), format!("{} ({})", kind.en(), body.en()));
        compare(what, before, after);
    }
    let papers = |a: &Assessment| -> BTreeMap<Document, Judged> {
        let required = a.dossier.iter().filter(|p| p.required);
        required.map(|p| (p.document, (Bilingual::new("Bắt buộc", "Required"), p.citation.clone()))).collect()
    };
    for (document, before, after) in paired(papers(before), papers(after)) {
        compare(of_kind("Giấy tờ", "Document", document.label()), before, after);
    }
    let duties = |a: &Assessment| -> BTreeMap<String, Judged> {
        let due = |day: Option<Day>| day.map_or_else(none, |d| Bilingual::new(in_vietnamese(d), d.to_string()));
        a.obligations.iter().map(|o| (o.code.clone(), (due(o.due_on), o.citation.clone()))).collect()
    };
    for (code, before, after) in paired(duties(before), duties(after)) {
        let other = Label { vi: "Việc khác sau chuyến đi", en: "Other duty" };
        compare(of_kind("Trách nhiệm", "Duty", code.parse().map_or(other, DutyCode::label)), before, after);
    }
    let findings = |a: &Assessment| -> BTreeMap<FindingCode, Judged> {
        let weighty = a.findings.iter().filter(|f| f.severity != Severity::Warn);
        weighty.map(|f| (f.code, (f.severity.label().into(), f.citation.clone()))).collect()
    };
    for (code, before, after) in paired(findings(before), findings(after)) {
        compare(code.label().into(), before, after);
    }
    all
}

/// What each side says of every key that one of them has.
fn paired<K: Ord>(
    before: BTreeMap<K, Judged>,
    mut after: BTreeMap<K, Judged>,
) -> Vec<(K, Option<Judged>, Option<Judged>)> {
    let mut all: Vec<_> = Vec::new();
    for (key, own) in before {
        let theirs = after.remove(&key);
        all.push((key, Some(own), theirs));
    }
    all.extend(after.into_iter().map(|(key, theirs)| (key, None, Some(theirs))));
    all
}

/// Nothing is said.
fn none() -> Bilingual {
    Bilingual::new("–", "–")
}

fn term(within: Option<Term>) -> Bilingual {
    let said = |t: Term, unit: &str| format!("{} {}", t.value, unit.to_lowercase());
    within.map_or_else(none, |t| Bilingual::new(said(t, t.unit.vi()), said(t, t.unit.en())))
}
