//! The assessment: who decides, through which steps and by when, what is missing, and what prevents it. Pure.

use std::collections::BTreeSet;

use crate::book::Law;
use crate::case::{Case, RuleSubject, Traveller};
use crate::findings;
use crate::notes;
use crate::pack::{ConsentMode, Effect, Rule, Timing};
use crate::schedule::{latest_submission, obligations, steps};
use crate::terms::Terms;
use kernel::money::Money;
use kernel::text::Bilingual;
use kernel::time::{Day, Moment};
use kernel::words::{Body, Document, FindingCode, Outcome, RuleStatus, Severity, Silence, StepKind, Term, TermUnit};
use kernel::workdays::WorkCalendar;

/// Everything the regulation answers. Parts that are known are filled in even if others are not.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub outcome: Outcome,
    pub clock_starts_on: Option<Day>,
    pub due_on: Option<Day>,
    pub sets: Option<i64>,
    pub fee: Option<Money>,
    pub decider: Option<Decider>,
    pub steps: Vec<PlannedStep>,
    pub consents: Vec<Consent>,
    pub dossier: Vec<RequiredPaper>,
    pub findings: Vec<Finding>,
    pub obligations: Vec<Obligation>,
    pub copies_to: Vec<Body>,
    pub latest_submission_on: Option<Day>,
    pub notes: Vec<(String, Bilingual)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    pub body: Body,
    pub rule: String,
    pub citation: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    pub kind: StepKind,
    pub body: Body,
    pub within: Option<Term>,
    pub due_on: Option<Day>,
    pub silence: Option<Silence>,
    pub citation: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub body: Body,
    pub mode: ConsentMode,
    /// References of the travellers who need it.
    pub travellers: Vec<String>,
    pub citation: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredPaper {
    pub document: Document,
    pub required: bool,
    pub present: bool,
    pub rule: String,
    pub citation: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub code: FindingCode,
    pub severity: Severity,
    pub limit: Option<i64>,
    pub actual: Option<i64>,
    pub rule: String,
    pub citation: String,
    pub waivable_by: Option<Body>,
    /// References of the travellers concerned; empty means the whole delegation.
    pub travellers: Vec<String>,
    /// The missing document, for `missing_document`.
    pub document: Option<Document>,
    pub detail: Bilingual,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    pub code: String,
    pub timing: Timing,
    pub due_on: Option<Day>,
    /// The last working day before it, if it is a day off.
    pub last_working_day: Option<Day>,
    /// The exact time, for notices that are due some hours before an event.
    pub due_at: Option<Moment>,
    /// The year whose report it belongs to.
    pub report_year: Option<i32>,
    pub citation: String,
}

impl Assessment {
    /// Required documents that are not in the dossier.
    pub fn missing(&self) -> Vec<Document> {
        self.dossier.iter().filter(|p| p.required && !p.present).map(|p| p.document).collect()
    }

    pub fn has(&self, code: FindingCode) -> bool {
        self.findings.iter().any(|f| f.code == code)
    }

    pub fn with_severity(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |f| f.severity == severity)
    }
}

/// The body that may give all exceptions (chấp thuận ngoại lệ) that the findings need: the strictest one that their
/// rules name, with the citation. `None` if no exception is needed, or if `decider` may give them itself.
pub fn exceptions_body<'a>(
    law: &Law,
    findings: impl IntoIterator<Item = &'a Finding>,
    decider: Body,
) -> Option<(Body, &'a str)> {
    let needed = findings.into_iter().filter(|f| f.severity == Severity::SpecialApproval);
    let named = needed.filter_map(|f| Some((f.waivable_by?, f.citation.as_str())));
    let strictest = named.min_by_key(|(body, citation)| (law.strictness(*body), *citation));
    strictest.filter(|(body, _)| law.strictness(*body) < law.strictness(decider))
}

/// A rule that applies to a traveller, or to visitors of one kind.
pub(super) struct AppliedRule<'a> {
    pub(super) rule: &'a Rule,
    pub(super) subject: &'a RuleSubject<'a>,
}

/// Result of the rules on authority.
#[derive(Clone, Copy)]
pub(super) enum Authority<'a> {
    /// For at least one subject, no rule names a decider.
    Unknown(Option<&'a Rule>),
    NotNeeded(&'a Rule),
    Decides(Body, &'a Rule),
}

/// Applies the law to a case. Days that are counted in a year without a working calendar are left open, with a note.
pub fn assess(law: &Law, case: &Case, calendar: &WorkCalendar) -> Assessment {
    let mut terms = Terms::new(calendar);
    let subjects = case.subjects();
    let spoken = speaking(law, case, &subjects);
    let mut notes = Vec::new();
    if law.out_of_force {
        notes.push(notes::out_of_force(law));
    }
    let authority = if case.unknown.people { Authority::Unknown(None) } else { strictest(law, &subjects, &spoken) };
    let consents = consents(law, &spoken);
    let dossier = dossier(law, case, &spoken, &consents);
    let mut found =
        findings::findings(case, &spoken_limits(&spoken), &dossier, &consents, &missing_details(&spoken), &mut terms);
    let latest = latest_submission(case, &spoken, &mut terms, &mut found, &mut notes);
    let complete = case.unknown.is_empty()
        && !found.iter().any(|f| matches!(f.code, FindingCode::MissingDocument | FindingCode::MissingDetail));
    let (decider, rule) = match authority {
        Authority::Decides(body, rule) => {
            (Some(Decider { body, rule: rule.id.clone(), citation: rule.citation.clone() }), Some(rule))
        }
        Authority::Unknown(rule) => (None, rule),
        Authority::NotNeeded(rule) => {
            notes.push(("no_permission_needed".into(), Bilingual::new(&rule.citation, &rule.citation)));
            (None, None)
        }
    };
    let (steps, due_on) = match rule {
        Some(rule) => steps(rule, &consents, complete.then_some(case.received_on), &mut terms),
        None => (Vec::new(), None),
    };
    found.extend(case.first_day().and_then(|day| findings::decided_late(&spoken_limits(&spoken), due_on, day)));
    notes.extend(rule.zip(due_on).and_then(|(rule, due)| notes::silence(rule, due)));
    let mut copies_to = Vec::new();
    if let Some(Effect::Authority { copies_to: copies, notes: said, .. }) = rule.map(|r| &r.effect) {
        copies_to.clone_from(copies);
        notes.extend(said.iter().cloned());
    }
    if let Some((body, citation)) = decider.as_ref().and_then(|d| exceptions_body(law, &found, d.body)) {
        notes.push(notes::exception(body, citation));
    }
    notes.extend(notes::further(law, case, &spoken, &found));
    let outcome = outcome(law, &authority, complete, &found);
    let obligations = obligations(case, &spoken, due_on, &mut terms);
    notes.extend(terms.notes());
    Assessment {
        outcome,
        clock_starts_on: complete.then_some(case.received_on),
        due_on,
        sets: law.pack.sets,
        fee: law.pack.fee.clone(),
        decider,
        steps,
        consents,
        dossier,
        findings: found,
        obligations,
        copies_to,
        latest_submission_on: latest,
        notes,
    }
}

/// The one rule that applies, for every subject and every group of rules. Rules of the text itself come before those of
/// the law it extends; among the rules that match, the most specific one wins. The check of the pack ensures that there
/// is exactly one. While a fact is not known, a rule that hangs on it may match: then its group is answered only by a
/// rule that is known to match and would win all the same.
fn speaking<'a>(law: &'a Law, case: &Case, subjects: &'a [RuleSubject<'a>]) -> Vec<AppliedRule<'a>> {
    speaking_among(law, case, subjects, |_| true)
}

/// The same of some of the rules.
fn speaking_among<'a>(
    law: &'a Law,
    case: &Case,
    subjects: &'a [RuleSubject<'a>],
    wanted: impl Fn(&Rule) -> bool,
) -> Vec<AppliedRule<'a>> {
    let mut spoken = Vec::new();
    for subject in subjects {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for layer in law.layers() {
            let matching: Vec<&Rule> = layer
                .iter()
                .filter(|r| {
                    wanted(r)
                        && r.procedures.contains(&case.procedure)
                        && r.valid_on(case.received_on)
                        && r.when.may_hold(&subject.facts, &case.unknown)
                })
                .collect();
            let groups: BTreeSet<String> = matching.iter().map(|r| r.effect.group()).collect();
            for group in groups.difference(&taken.clone()) {
                let rivals: Vec<&Rule> = matching.iter().filter(|r| r.effect.group() == *group).copied().collect();
                let winner = rivals.iter().find(|r| rivals.iter().all(|o| o.id == r.id || r.beats(o)));
                if let Some(rule) = winner.filter(|r| !r.when.hangs_on(&case.unknown)) {
                    spoken.push(AppliedRule { rule, subject });
                }
                taken.insert(group.clone());
            }
        }
    }
    spoken
}

/// Who decides about these subjects, with the rules on authority that speak for them.
pub(super) fn authority<'a>(
    law: &'a Law,
    case: &Case,
    subjects: &'a [RuleSubject<'a>],
) -> (Authority<'a>, Vec<AppliedRule<'a>>) {
    if case.unknown.people {
        return (Authority::Unknown(None), Vec::new());
    }
    let spoken = speaking_among(law, case, subjects, |rule| rule.effect.is_on_authority());
    (strictest(law, subjects, &spoken), spoken)
}

/// Chooses a decider for each subject, then the strictest of them. If one subject has no decider, the result is
/// unknown. If some subjects need a permission and others do not, the permission is needed.
fn strictest<'a>(law: &Law, subjects: &[RuleSubject], spoken: &[AppliedRule<'a>]) -> Authority<'a> {
    if law.pack.status == RuleStatus::Unverified || law.of_former_province {
        return Authority::Unknown(None);
    }
    let rules: Vec<&'a Rule> = spoken.iter().map(|s| s.rule).filter(|r| r.effect.is_on_authority()).collect();
    let longest = |rule: &Rule| match &rule.effect {
        Effect::Authority { term, decide_within, .. } => term.or(*decide_within).map_or(0, in_hours),
        _ => 0,
    };
    let deciders = rules.iter().filter_map(|rule| match &rule.effect {
        Effect::Authority { decider: Some(body), .. } => Some((*body, *rule)),
        _ => None,
    });
    let undecided = rules.iter().find(|r| matches!(r.effect, Effect::Authority { decider: None, .. }));
    if rules.len() < subjects.len() || undecided.is_some() {
        return Authority::Unknown(undecided.copied());
    }
    // Among rules with the same decider, take the longest term, so that the order of members does not matter.
    let chosen = deciders.min_by(|a, b| {
        let rank = law.strictness(a.0).cmp(&law.strictness(b.0));
        rank.then(longest(b.1).cmp(&longest(a.1))).then(a.1.id.cmp(&b.1.id))
    });
    // Where nobody has to permit it, the rule that is named does not hang on the order of members either.
    match (chosen, rules.iter().min_by(|a, b| a.id.cmp(&b.id))) {
        (Some((body, rule)), _) => Authority::Decides(body, rule),
        (None, Some(rule)) => Authority::NotNeeded(rule),
        (None, None) => Authority::Unknown(None),
    }
}

/// Roughly how long a term is, to compare terms of different units: five working days are a week.
fn in_hours(term: Term) -> i64 {
    match term.unit {
        TermUnit::Hours => term.value,
        TermUnit::Days => term.value * 24,
        TermUnit::WorkingDays => term.value * 24 * 7 / 5,
        TermUnit::Months => term.value * 24 * 30,
    }
}

/// One consent per traveller; those with the same body and citation are merged.
fn consents(law: &Law, spoken: &[AppliedRule]) -> Vec<Consent> {
    let mut consents: Vec<Consent> = Vec::new();
    for s in spoken {
        if let Effect::Consent { body, mode } = &s.rule.effect {
            match consents.iter_mut().find(|c| c.body == *body && c.mode == *mode && c.citation == s.rule.citation) {
                Some(consent) => consent.travellers.push(s.subject.reference.to_owned()),
                None => consents.push(Consent {
                    body: *body,
                    mode: *mode,
                    travellers: vec![s.subject.reference.to_owned()],
                    citation: s.rule.citation.clone(),
                }),
            }
        }
    }
    consents.iter_mut().for_each(|c| c.travellers.sort());
    consents.sort_by_key(|c| (law.strictness(c.body), c.citation.clone()));
    consents
}

fn dossier(law: &Law, case: &Case, spoken: &[AppliedRule], consents: &[Consent]) -> Vec<RequiredPaper> {
    let mut papers: Vec<RequiredPaper> = Vec::new();
    let mut add = |document: Document, required: bool, rule: &str, citation: &str| match papers
        .iter_mut()
        .find(|p| p.document == document)
    {
        Some(paper) => paper.required |= required,
        None => papers.push(RequiredPaper {
            document,
            required,
            present: case.documents.contains(&document),
            rule: rule.to_owned(),
            citation: citation.to_owned(),
        }),
    };
    for s in spoken {
        if let Effect::Paper { document, required } = &s.rule.effect {
            add(*document, *required, &s.rule.id, &s.rule.citation);
        }
    }
    for consent in consents.iter().filter(|c| c.mode == ConsentMode::InDossier) {
        add(Document::PartyConsent, true, "consent", &consent.citation);
    }
    let order = |paper: &RequiredPaper| law.layers().flatten().position(|r| r.id == paper.rule).unwrap_or(usize::MAX);
    papers.sort_by_key(order);
    papers
}

/// A rule with whom it applies to, and the traveller; `None` for visitors.
pub(super) type AppliedLimit<'a> = (&'a Rule, &'a str, Option<&'a Traveller>);

fn spoken_limits<'a>(spoken: &[AppliedRule<'a>]) -> Vec<AppliedLimit<'a>> {
    let limits = spoken.iter().filter(|s| matches!(s.rule.effect, Effect::Limit { .. }));
    limits.map(|s| (s.rule, s.subject.reference, s.subject.traveller)).collect()
}

fn missing_details<'a>(spoken: &[AppliedRule<'a>]) -> Vec<(&'a Rule, &'a Traveller)> {
    let details = spoken.iter().filter(|s| matches!(s.rule.effect, Effect::Detail { .. }));
    details.filter_map(|s| Some((s.rule, s.subject.traveller.filter(|t| !t.grade_stated)?))).collect()
}

/// The first of these that applies.
fn outcome(law: &Law, authority: &Authority, complete: bool, found: &[Finding]) -> Outcome {
    let any = |severity| found.iter().any(|f| f.severity == severity);
    if law.pack.status == RuleStatus::Unverified {
        Outcome::ManualAuthorityRequired
    } else if matches!(authority, Authority::NotNeeded(_)) {
        Outcome::NoPermissionNeeded
    } else if any(Severity::Block) {
        Outcome::Blocked
    } else if any(Severity::SpecialApproval) {
        Outcome::SpecialApprovalNeeded
    } else if !complete {
        Outcome::SupplementNeeded
    } else if matches!(authority, Authority::Unknown(_)) {
        Outcome::ManualAuthorityRequired
    } else {
        Outcome::Ready
    }
}
