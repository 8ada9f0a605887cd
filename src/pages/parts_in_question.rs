//! Which part of a form a finding of the regulation is about. Pure.

use std::collections::HashMap;

use crate::pages::rule::{FindingLine, RuleAnswer};
use crate::pages::sections::FormSection;
use kernel::words::FindingCode;

/// The fields that a finding is about, in any register.
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
        F::TooManyDays | F::TooManyDaysInCountry | F::TooManyCountries | F::LateSubmission | F::DecidedAfterStart => {
            &["departure_date", "arrival_date", "stops"]
        }
        // Of a journey, people are elsewhere; of a visit, its hosts are.
        F::OverlappingTrip => &["members", "programme"],
        F::EnterpriseFunded | F::ProjectFunded => &["funding", "inviting_party"],
        F::OffPlan => &["plan_item_id"],
        // Papers have a part of their own; the consent of a Party body, and how old a firm is, are no fields.
        F::MissingDocument | F::ConsentMissing | F::FirmTooYoung => &[],
    }
}

/// Whether a finding is about a field of a part.
fn is_about(finding: &FindingLine, section: &FormSection) -> bool {
    let fields = finding.code.parse().map(fields_of).unwrap_or_default();
    fields.iter().any(|field| section.holds(&format!("/{field}")))
}

/// The findings about a part.
pub fn findings_of(rule: Option<&RuleAnswer>, section: &FormSection) -> Vec<FindingLine> {
    let all = rule.into_iter().flat_map(|rule| &rule.findings);
    all.filter(|finding| is_about(finding, section)).cloned().collect()
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
