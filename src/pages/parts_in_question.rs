//! Which part of a form a finding of the regulation is about. Pure.

use std::collections::HashMap;

use crate::pages::rule::{FindingLine, RuleAnswer};
use crate::pages::sections::FormSection;
use kernel::words::FindingCode;

/// The fields that a finding is about, in any register; where a form has several, it stands at the first.
fn fields_of(code: FindingCode) -> &'static [&'static str] {
    use FindingCode as F;
    match code {
        F::TooManyMembers
        | F::TwoKeyLeaders
        | F::YearlyTripLimit
        | F::UnderDiscipline
        | F::RelativeInDelegation
        | F::MissingDetail
        | F::PassportExpiresEarly
        | F::ReportOverdue
        | F::PersonTooYoung
        | F::TooShortInPost
        | F::ExitSuspended => &["members", "guests"],
        F::LateSubmission | F::DecidedAfterStart => &["arrival_date", "departure_date"],
        F::TooManyDays => &["return_date", "departure_date"],
        F::TooManyDaysInCountry | F::TooManyCountries => &["stops"],
        // Of a journey, people are elsewhere; of a visit, its hosts are.
        F::OverlappingTrip => &["members", "programme"],
        F::EnterpriseFunded | F::ProjectFunded => &["funding", "inviting_party"],
        F::OffPlan => &["plan_item_id"],
        // Papers have a part of their own; the consent of a Party body, and how old a firm is, are no fields.
        F::MissingDocument | F::ConsentMissing | F::FirmTooYoung => &[],
    }
}

/// The field of a part that a finding is about.
pub fn field_of<'a>(finding: &FindingLine, section: &'a FormSection) -> Option<&'a str> {
    let about = finding.code.parse().map(fields_of).unwrap_or_default();
    about.iter().find_map(|name| section.field_named(name))
}

/// The findings about a part.
pub fn findings_of(rule: Option<&RuleAnswer>, section: &FormSection) -> Vec<FindingLine> {
    let all = rule.into_iter().flat_map(|rule| &rule.findings);
    all.filter(|finding| field_of(finding, section).is_some()).cloned().collect()
}

/// What is wrong with a part in itself, by pointer.
pub fn faults_of(rule: Option<&RuleAnswer>, section: &FormSection) -> HashMap<String, String> {
    let own = rule.into_iter().flat_map(|rule| &rule.faults).filter(|(pointer, _)| section.holds(pointer));
    own.map(|(pointer, said)| (pointer.clone(), said.clone())).collect()
}

/// Whether a part cannot stay as it is, or needs an exception.
pub fn is_in_question(rule: Option<&RuleAnswer>, section: &FormSection) -> bool {
    findings_of(rule, section).iter().any(|finding| matches!(finding.class, "stop" | "ask"))
}
