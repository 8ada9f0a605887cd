//! Dates of an assessment: when steps are due, by when a dossier must be submitted, and when duties would be due as planned.
//! The duties themselves count from what really happened (`src/dossier/actions/duties.rs` of the application). Pure.

use chrono::{Datelike, Duration};

use crate::assess::{AppliedRule, Consent, Finding, Obligation, PlannedStep};
use crate::case::Case;
use crate::pack::{Anchor, ConsentMode, Effect, Rule, Timing};
use crate::terms::{DueDay, Terms};
use kernel::text::Bilingual;
use kernel::time::{Day, day_of, in_vietnamese};
use kernel::words::{FindingCode, Severity, StepKind, Term, TermUnit};

/// The latest day to submit, if a text gives one. Adds a finding if that day has passed.
pub(super) fn latest_submission(
    case: &Case,
    spoken: &[AppliedRule],
    terms: &mut Terms,
    found: &mut Vec<Finding>,
    notes: &mut Vec<(String, Bilingual)>,
) -> Option<Day> {
    let mut latest: Option<(Day, &Rule, Severity)> = None;
    for s in spoken {
        if let Effect::Deadline { lead, before, severity } = &s.rule.effect {
            let Some(anchor) = case.day_of(*before) else { continue };
            let Some(day) = terms.before(anchor, *lead) else { continue };
            if latest.as_ref().is_none_or(|(known, ..)| day < *known) {
                latest = Some((day, s.rule, *severity));
            }
        }
    }
    let (day, rule, severity) = latest?;
    if let Some(before) = terms.working_on_or_before(day).filter(|before| *before != day) {
        let (vi, en) = (in_vietnamese(before), before);
        notes.push((
            "latest_day_not_working".into(),
            Bilingual::new(
                format!("Hạn nộp rơi vào ngày nghỉ; nên nộp trước hoặc trong ngày {vi}."),
                format!("The latest day is not a working day; submit by {en}."),
            ),
        ));
    }
    if case.received_on > day {
        let (vi, en) = (in_vietnamese(day), day);
        found.push(Finding {
            code: FindingCode::LateSubmission,
            severity,
            limit: None,
            actual: None,
            rule: rule.id.clone(),
            citation: rule.citation.clone(),
            waivable_by: None,
            travellers: Vec::new(),
            document: None,
            detail: Bilingual::new(
                format!("Hồ sơ phải nộp chậm nhất ngày {vi}; cần giải trình."),
                format!("The dossier was due by {en}; an explanation is needed."),
            ),
        });
    }
    Some(day)
}

/// The steps with their due days. A step without its own term is due together with the step before it.
pub(super) fn steps(
    rule: &Rule,
    consents: &[Consent],
    start: Option<Day>,
    terms: &mut Terms,
) -> (Vec<PlannedStep>, Option<Day>) {
    let Effect::Authority { decider, steps: before, decide_within, term, silence, .. } = &rule.effect else {
        return (Vec::new(), None);
    };
    let start = DueDay::from(start);
    let whole = terms.due(start, *term);
    let mut planned: Vec<PlannedStep> = Vec::new();
    // The due day of the previous step; unset until a step has a term.
    let mut due = DueDay::Unset;
    let mut parallel: Option<DueDay> = None;
    for step in before {
        // Consultations run in parallel, all from the due day of the step before them.
        let from = if step.kind == StepKind::Consult { *parallel.get_or_insert(due) } else { due };
        let own = terms.due(from.or(start), step.within).or(from);
        due = if step.kind == StepKind::Consult { due.later(own) } else { own };
        if step.kind != StepKind::Consult {
            parallel = None;
        }
        planned.push(PlannedStep {
            kind: step.kind,
            body: step.body,
            within: step.within,
            due_on: own.day(),
            silence: step.silence,
            citation: rule.citation.clone(),
        });
    }
    for consent in consents.iter().filter(|c| c.mode == ConsentMode::Step) {
        planned.push(PlannedStep {
            kind: StepKind::Consent,
            body: consent.body,
            within: None,
            due_on: due.day(),
            silence: None,
            citation: consent.citation.clone(),
        });
    }
    let decided = terms.due(due.or(start), *decide_within).or(whole).or(due);
    planned.extend(decider.map(|body| PlannedStep {
        kind: StepKind::Decide,
        body,
        within: *decide_within,
        due_on: decided.day(),
        silence: *silence,
        citation: rule.citation.clone(),
    }));
    (planned, whole.or(decided).day())
}

/// Duties as planned. `decided` is the day by which the decision is due.
pub(super) fn obligations(
    case: &Case,
    spoken: &[AppliedRule],
    decided: Option<Day>,
    terms: &mut Terms,
) -> Vec<Obligation> {
    let day_of_anchor = |anchor| if anchor == Anchor::Decision { decided } else { case.day_of(anchor) };
    let mut owed: Vec<Obligation> = Vec::new();
    for s in spoken {
        let Effect::Obligation { code, timing } = &s.rule.effect else { continue };
        if owed.iter().any(|o| o.code == *code) {
            continue;
        }
        let (due_on, due_at, report_year) = match *timing {
            Timing::After(anchor, within) => {
                (day_of_anchor(anchor).and_then(|day| terms.after(day, within)), None, None)
            }
            Timing::BeforeEnd { after, within, lead } => {
                let ends = day_of_anchor(after).and_then(|day| terms.after(day, within));
                (ends.and_then(|end| terms.before(end, lead)), None, None)
            }
            Timing::Before(anchor, Term { value, unit: TermUnit::Hours }) => {
                let at = case.moment_of(anchor).map(|moment| moment - Duration::hours(value));
                (at.map(day_of), at, None)
            }
            Timing::Before(anchor, lead) => (case.day_of(anchor).and_then(|day| terms.before(day, lead)), None, None),
            Timing::ReportYear { by, ends: (month, day), due } => {
                // A report year that ends on 14 December is named after the year it ends in.
                let year = day_of_anchor(by).map(|d| d.year() + i32::from((d.month(), d.day()) > (month, day)));
                // A report that is due before its year ends in the calendar belongs to the next one.
                let due_year = year.map(|year| year + i32::from(due < (month, day)));
                (due_year.and_then(|year| Day::from_ymd_opt(year, due.0, due.1)), None, year)
            }
        };
        let citation = s.rule.citation.clone();
        let last_working_day = due_on.and_then(|due| terms.working_on_or_before(due).filter(|day| *day != due));
        let (code, timing) = (code.clone(), *timing);
        owed.push(Obligation { code, timing, due_on, last_working_day, due_at, report_year, citation });
    }
    owed.sort_by(|a, b| (a.due_on, &a.code).cmp(&(b.due_on, &b.code)));
    owed
}
