//! Findings: which limits a case exceeds, and by how much. Pure.

use std::collections::BTreeMap;

use chrono::Months;

use crate::assess::{AppliedLimit, Consent, Finding, RequiredPaper};
use crate::case::{Case, Traveller, TripCase};
use crate::fact::FactName;
use crate::pack::{ConsentMode, Effect, Rule};
use crate::terms::Terms;
use kernel::text::Bilingual;
use kernel::time::Day;
use kernel::words::{Document, FindingCode, FundingSource, Severity, TermUnit};

/// A limit that is exceeded: the allowed value, the actual value, and the travellers concerned.
struct Exceeded {
    limit: Option<i64>,
    actual: Option<i64>,
    travellers: Vec<String>,
    /// Set if the facts themselves determine the severity.
    severity: Option<Severity>,
}

/// Every finding of a case, in a fixed order.
pub fn findings(
    case: &Case,
    limits: &[AppliedLimit],
    dossier: &[RequiredPaper],
    consents: &[Consent],
    details: &[(&Rule, &Traveller)],
    terms: &mut Terms,
) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for (rule, subject, traveller) in limits {
        let Effect::Limit { finding, severity, max, unit, waivable_by } = &rule.effect else { continue };
        let passed = match (traveller, case.trip()) {
            (Some(traveller), Some(trip)) => measure(*finding, case, trip, traveller, *max, *unit, terms),
            _ => measure_visit(*finding, case),
        };
        let Some(mut passed) = passed else { continue };
        if finding.is_of_cards() {
            passed.travellers.push((*subject).to_owned());
        }
        let severity = passed.severity.unwrap_or(*severity);
        match found.iter_mut().find(|f| f.rule == rule.id && f.code == *finding && f.severity == severity) {
            Some(known) => {
                known.actual = known.actual.max(passed.actual);
                known.travellers.extend(passed.travellers);
            }
            None => found.push(Finding {
                code: *finding,
                severity,
                limit: passed.limit,
                actual: passed.actual,
                rule: rule.id.clone(),
                citation: rule.citation.clone(),
                waivable_by: *waivable_by,
                travellers: passed.travellers,
                document: None,
                detail: Bilingual::default(),
            }),
        }
    }
    for paper in dossier.iter().filter(|p| p.required && !p.present) {
        found.push(lacking(
            FindingCode::MissingDocument,
            &paper.rule,
            &paper.citation,
            Some(paper.document),
            Vec::new(),
        ));
    }
    let consent_there = case.documents.contains(&Document::PartyConsent);
    for consent in consents.iter().filter(|c| c.mode == ConsentMode::InDossier && !consent_there) {
        let about = consent.travellers.clone();
        found.push(lacking(
            FindingCode::ConsentMissing,
            "consent",
            &consent.citation,
            Some(Document::PartyConsent),
            about,
        ));
    }
    let mut details_by_rule: BTreeMap<&str, (&Rule, Vec<String>)> = BTreeMap::new();
    for (rule, traveller) in details {
        details_by_rule.entry(&rule.id).or_insert((rule, Vec::new())).1.push(traveller.reference.clone());
    }
    for (rule, about) in details_by_rule.into_values() {
        found.push(lacking(FindingCode::MissingDetail, &rule.id, &rule.citation, None, about));
    }
    for finding in &mut found {
        finding.travellers.sort();
        finding.travellers.dedup();
        finding.detail = describe(finding);
    }
    found.sort_by(|a, b| (a.severity, a.code, &a.rule, a.document).cmp(&(b.severity, b.code, &b.rule, b.document)));
    found
}

/// The decision would be due after it begins, where a text asks to look at that.
pub fn decided_late(limits: &[AppliedLimit], due: Option<Day>, begins: Day) -> Option<Finding> {
    let late = due.is_some_and(|due| due > begins);
    let (rule, ..) = limits.iter().find(|(rule, ..)| {
        late && matches!(rule.effect, Effect::Limit { finding: FindingCode::DecidedAfterStart, .. })
    })?;
    let Effect::Limit { severity, .. } = rule.effect else { return None };
    let mut finding = lacking(FindingCode::DecidedAfterStart, &rule.id, &rule.citation, None, Vec::new());
    finding.severity = severity;
    finding.detail = describe(&finding);
    Some(finding)
}

fn lacking(
    code: FindingCode,
    rule: &str,
    citation: &str,
    document: Option<Document>,
    travellers: Vec<String>,
) -> Finding {
    Finding {
        code,
        severity: Severity::Warn,
        limit: None,
        actual: None,
        rule: rule.to_owned(),
        citation: citation.to_owned(),
        waivable_by: None,
        travellers,
        document,
        detail: Bilingual::default(),
    }
}

/// Hosts who are needed somewhere else during a visit; rules measure nothing else about visits.
fn measure_visit(code: FindingCode, case: &Case) -> Option<Exceeded> {
    // A condition on the person or the enterprise is the whole rule.
    if code.is_of_cards() {
        return Some(Exceeded { limit: None, actual: None, travellers: Vec::new(), severity: None });
    }
    let clashes = case.visit().map_or(0, |v| v.clashes);
    let found = code == FindingCode::OverlappingTrip && clashes > 0;
    found.then(|| Exceeded { limit: None, actual: i64::try_from(clashes).ok(), travellers: Vec::new(), severity: None })
}

fn measure(
    code: FindingCode,
    case: &Case,
    trip: &TripCase,
    traveller: &Traveller,
    max: Option<i64>,
    unit: TermUnit,
    terms: &mut Terms,
) -> Option<Exceeded> {
    let over = |actual: i64, travellers: Vec<String>| {
        max.filter(|max| actual > *max).map(|max| Exceeded {
            limit: Some(max),
            actual: Some(actual),
            travellers,
            severity: None,
        })
    };
    let of_him = || vec![traveller.reference.clone()];
    let simply = |holds: bool, travellers: Vec<String>| {
        holds.then_some(Exceeded { limit: None, actual: None, travellers, severity: None })
    };
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    if !is_known(code, case) {
        return None;
    }
    match code {
        FindingCode::TooManyMembers => over(count(trip.travellers.len()), Vec::new()),
        FindingCode::TooManyDays => {
            let days = match unit {
                TermUnit::Days | TermUnit::Hours | TermUnit::Months => Some(case.days()),
                TermUnit::WorkingDays => terms.count(case.begins, case.ends),
            };
            days.and_then(|days| over(days, Vec::new()))
        }
        FindingCode::TooManyDaysInCountry => over(longest_stay(trip), Vec::new()),
        FindingCode::TooManyCountries => over(count(trip.countries().len()), Vec::new()),
        FindingCode::TwoKeyLeaders => {
            let together: Vec<String> = trip
                .travellers
                .iter()
                .filter(|t| t.key_leader && t.locality == traveller.locality)
                .map(|t| t.reference.clone())
                .collect();
            if traveller.key_leader { over(count(together.len()), together) } else { None }
        }
        FindingCode::YearlyTripLimit => over(traveller.missions_this_year + 1, of_him()),
        FindingCode::UnderDiscipline => simply(traveller.under_discipline, of_him()),
        FindingCode::EnterpriseFunded => {
            simply(trip.enterprise_invites_by_name || trip.funding.contains(&FundingSource::Enterprise), Vec::new())
        }
        FindingCode::ProjectFunded => simply(trip.funding.contains(&FundingSource::Project), Vec::new()),
        FindingCode::RelativeInDelegation => simply(traveller.relative_of.is_some(), of_him()),
        FindingCode::OffPlan => simply(!trip.in_plan, Vec::new()),
        FindingCode::PassportExpiresEarly => {
            let months = Months::new(max.and_then(|m| u32::try_from(m).ok()).unwrap_or(0));
            let needed = case.ends.checked_add_months(months);
            simply(traveller.passport.is_some_and(|p| needed.is_some_and(|day| p.expires_on < day)), of_him())
        }
        FindingCode::OverlappingTrip => {
            let heaviest = traveller.overlapping.iter().min().copied();
            heaviest.map(|severity| Exceeded {
                limit: None,
                actual: None,
                travellers: of_him(),
                severity: Some(severity),
            })
        }
        FindingCode::LateSubmission | FindingCode::MissingDocument | FindingCode::MissingDetail => None,
        // Measured once the steps have their days, or in other procedures.
        FindingCode::DecidedAfterStart
        | FindingCode::FirmTooYoung
        | FindingCode::PersonTooYoung
        | FindingCode::TooShortInPost
        | FindingCode::ExitSuspended => None,
        FindingCode::ConsentMissing => simply(traveller.opinions_lacking, of_him()),
        FindingCode::ReportOverdue => over(trip.reminders_unanswered, Vec::new()),
    }
}

/// Whether what a limit measures is known.
fn is_known(code: FindingCode, case: &Case) -> bool {
    let facts: &[FactName] = match code {
        FindingCode::TooManyMembers => &[FactName::Members],
        FindingCode::TooManyDays | FindingCode::OverlappingTrip => &[FactName::Days],
        FindingCode::TooManyDaysInCountry | FindingCode::TooManyCountries => &[FactName::Countries],
        FindingCode::EnterpriseFunded => &[FactName::Funding, FactName::EnterpriseInvitesByName],
        FindingCode::ProjectFunded => &[FactName::Funding],
        FindingCode::OffPlan => &[FactName::InPlan],
        FindingCode::YearlyTripLimit => return !case.unknown.begins,
        FindingCode::PassportExpiresEarly => return !case.unknown.ends,
        _ => &[],
    };
    !facts.iter().any(|fact| case.unknown.has(*fact))
}

fn longest_stay(trip: &TripCase) -> i64 {
    let mut days: BTreeMap<&str, i64> = BTreeMap::new();
    for stop in &trip.stops {
        *days.entry(&stop.country).or_default() += stop.days;
    }
    days.into_values().max().unwrap_or(0)
}

/// The finding as a sentence.
fn describe(finding: &Finding) -> Bilingual {
    let (limit, actual) = (finding.limit.unwrap_or(0), finding.actual.unwrap_or(0));
    let (paper_vi, paper_en) = finding.document.map_or(("", ""), |d| (d.vi(), d.en()));
    let (vi, en) = match finding.code {
        FindingCode::TooManyMembers => {
            (format!("Đoàn {actual} người, tối đa {limit}."), format!("{actual} members, at most {limit}."))
        }
        FindingCode::TooManyDays => {
            (format!("Chuyến đi {actual} ngày, tối đa {limit}."), format!("{actual} days, at most {limit}."))
        }
        FindingCode::TooManyDaysInCountry => (
            format!("Ở một nước {actual} ngày, tối đa {limit}."),
            format!("{actual} days in one country, at most {limit}."),
        ),
        FindingCode::TooManyCountries => {
            (format!("Đi {actual} nước, tối đa {limit}."), format!("{actual} countries, at most {limit}."))
        }
        FindingCode::TwoKeyLeaders => (
            format!("{actual} lãnh đạo chủ chốt của một địa phương, đơn vị trong cùng đoàn."),
            format!("{actual} key leaders of one locality in one delegation."),
        ),
        FindingCode::YearlyTripLimit => (
            format!("Lần đi thứ {actual} trong năm, tối đa {limit}."),
            format!("Trip {actual} of the year, at most {limit}."),
        ),
        FindingCode::UnderDiscipline => ("Đang trong thời gian bị kỷ luật.".into(), "Under discipline.".into()),
        FindingCode::EnterpriseFunded => {
            ("Doanh nghiệp chi trả hoặc mời đích danh.".into(), "An enterprise pays or invites by name.".into())
        }
        FindingCode::ProjectFunded => ("Dùng tiền dự án.".into(), "Project funds are used.".into()),
        FindingCode::RelativeInDelegation => ("Có người thân đi cùng.".into(), "A relative travels with them.".into()),
        FindingCode::MissingDocument => {
            (format!("Thiếu giấy tờ: {paper_vi}."), format!("A document is missing: {paper_en}."))
        }
        FindingCode::MissingDetail => (
            "Văn bản đề nghị chưa ghi loại, ngạch, bậc, mã ngạch.".into(),
            "The letter does not state category, grade, step and grade code.".into(),
        ),
        FindingCode::ConsentMissing => (
            "Chưa có ý kiến đồng ý của cấp ủy trong hồ sơ.".into(),
            "The Party's agreement is not in the dossier.".into(),
        ),
        FindingCode::OffPlan => ("Ngoài kế hoạch năm.".into(), "Not in the annual plan.".into()),
        FindingCode::PassportExpiresEarly => {
            ("Hộ chiếu hết hạn quá sớm sau ngày về.".into(), "A passport expires too soon after the return.".into())
        }
        FindingCode::OverlappingTrip => (
            "Trùng thời gian: cùng một người có chuyến đi khác hoặc phải tiếp đoàn khác.".into(),
            "The same person is on another trip, or receives other guests, at this time.".into(),
        ),
        FindingCode::LateSubmission => ("Nộp hồ sơ muộn.".into(), "Submitted late.".into()),
        FindingCode::DecidedAfterStart => (
            "Nếu dùng hết thời hạn, trả lời sẽ có sau ngày bắt đầu.".into(),
            "If the whole term is used, the answer comes after it begins.".into(),
        ),
        FindingCode::FirmTooYoung => {
            ("Doanh nghiệp hoạt động chưa đủ thời gian.".into(), "The enterprise has not operated long enough.".into())
        }
        FindingCode::PersonTooYoung => ("Người đề nghị chưa đủ tuổi.".into(), "The person is too young.".into()),
        FindingCode::TooShortInPost => ("Giữ chức vụ chưa đủ thời gian.".into(), "Not long enough in the post.".into()),
        FindingCode::ExitSuspended => ("Đang bị tạm hoãn xuất cảnh.".into(), "Exit is suspended.".into()),
        FindingCode::ReportOverdue => (
            format!("Cơ quan còn việc sau chuyến đi quá hạn, đã nhắc quá {limit} lần."),
            format!("The agency has overdue duties after trips, with more than {limit} reminders."),
        ),
    };
    Bilingual::new(vi, en)
}
