//! Rehearsal: what a draft of a regulation would have said about past dossiers (diễn tập quy định).

use std::collections::BTreeMap;

use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::register::Register;
use crate::error::{Error, Result};
use kernel::time::Period;
use kernel::words::{FindingCode, Outcome, Severity, StepKind};
use regulation::assess::{Assessment, Finding, assess};
use regulation::book::{Book, Law, load_for};
use regulation::pack::{Pack, PackFault};
use regulation::read::sketch;

/// One difference in the assessment: the values before and after, each with its citation; `None` if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedOtherwise {
    pub what: String,
    pub before: Option<(String, String)>,
    pub after: Option<(String, String)>,
}

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
    for dossier in register.submitted(conn, tools, days)? {
        let lacks = |what: &str| Error::Internal(format!("there is no regulation {what}"));
        let then: Law = book.in_force(&tools.jurisdiction, dossier.day).ok_or_else(|| lacks(&tools.jurisdiction))?;
        let draft: Law = with_draft.by_code(code, dossier.day).ok_or_else(|| lacks(code))?;
        let before = assess(&then, &dossier.case, &tools.calendar)?;
        let after = assess(&draft, &dossier.case, &tools.calendar)?;
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
    let mut compare = |what: String, before: Option<(String, String)>, after: Option<(String, String)>| {
        let word = |side: &Option<(String, String)>| side.as_ref().map(|(word, _)| word.clone());
        if word(&before) != word(&after) {
            all.push(JudgedOtherwise { what, before, after });
        }
    };
    let outcome = |a: &Assessment| Some((<&'static str>::from(Outcome::clone(&a.outcome)).to_owned(), reasons(a)));
    compare("outcome".into(), outcome(before), outcome(after));
    let decider = |a: &Assessment| a.decider.as_ref().map(|d| (d.body.word().to_owned(), d.citation.clone()));
    compare("decider".into(), decider(before), decider(after));
    let consents = |a: &Assessment| -> BTreeMap<String, (String, String)> {
        let one =
            |c: &regulation::assess::Consent| (c.body.word().to_owned(), (c.travellers.join(", "), c.citation.clone()));
        a.consents.iter().map(one).collect()
    };
    let (own, theirs) = (consents(before), consents(after));
    for body in own.keys().chain(theirs.keys().filter(|b| !own.contains_key(*b))) {
        compare(format!("consent of {body}"), own.get(body).cloned(), theirs.get(body).cloned());
    }
    let terms = |a: &Assessment| -> BTreeMap<String, (String, String)> {
        let term = |s: &regulation::assess::PlannedStep| {
            s.within.map_or_else(|| "–".to_owned(), |t| format!("{} {}", t.value, t.unit.word()))
        };
        let one = |s: &regulation::assess::PlannedStep| {
            (format!("{} {}", s.kind.word(), s.body.word()), (term(s), s.citation.clone()))
        };
        a.steps.iter().filter(|s| s.kind != StepKind::Consent).map(one).collect()
    };
    let (own, theirs) = (terms(before), terms(after));
    for step in own.keys().chain(theirs.keys().filter(|s| !own.contains_key(*s))) {
        compare(format!("step {step}"), own.get(step).cloned(), theirs.get(step).cloned());
    }
    let papers = |a: &Assessment| -> BTreeMap<String, (String, String)> {
        let required = a.dossier.iter().filter(|p| p.required);
        required.map(|p| (p.document.word().to_owned(), ("required".to_owned(), p.citation.clone()))).collect()
    };
    let (own, theirs) = (papers(before), papers(after));
    for document in own.keys().chain(theirs.keys().filter(|d| !own.contains_key(*d))) {
        compare(format!("document {document}"), own.get(document).cloned(), theirs.get(document).cloned());
    }
    let duties = |a: &Assessment| -> BTreeMap<String, (String, String)> {
        a.obligations
            .iter()
            .map(|o| (o.code.clone(), (o.due_on.map_or_else(|| "–".to_owned(), |d| d.to_string()), o.citation.clone())))
            .collect()
    };
    let (own, theirs) = (duties(before), duties(after));
    for code in own.keys().chain(theirs.keys().filter(|c| !own.contains_key(*c))) {
        compare(format!("obligation {code}"), own.get(code).cloned(), theirs.get(code).cloned());
    }
    let findings = |a: &Assessment| -> BTreeMap<FindingCode, (String, String)> {
        let weighty = a.findings.iter().filter(|f| f.severity != Severity::Warn);
        weighty.map(|f| (f.code, (f.severity.word().to_owned(), f.citation.clone()))).collect()
    };
    let (own, theirs) = (findings(before), findings(after));
    for code in own.keys().chain(theirs.keys().filter(|c| !own.contains_key(*c))) {
        compare(code.word().to_owned(), own.get(code).cloned(), theirs.get(code).cloned());
    }
    all
}
