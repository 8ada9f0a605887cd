//! The vocabulary over HTTP (api.md §11): every word of the contract with its labels, for forms and for people who read
//! what a program wrote.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use kernel::country::{REGIONS, countries};
use kernel::money::currencies;
use kernel::procedure::{Procedure, RegisterEntries};
use kernel::words::{self, Label, Word};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::account::Scope;
use crate::access::account_requests::AccountAct;
use crate::access::permission::Permission;
use crate::access::second_factor::SignInFactor;
use crate::audit;
use crate::dossier::amendments::{AmendmentForm, AmendmentStanding};
use crate::dossier::differences::AmendmentKind;
use crate::dossier::flow::{Action, State};
use crate::dossier::parts::model::{LeaveKind, PartyLevel};
use crate::error::{Code, Result};
use crate::imports::batch::{ImportKind, ImportState};
use crate::jobs::outbox;
use crate::personal_data::model::{SubjectRequestKind, SubjectRequestOutcome};
use crate::plans::model::{PlanItemState, PlanState};
use crate::registry::officials::PassportStanding;
use crate::reports::model::ReportKind;
use crate::statistics::dimension::{Dimension, Measure};
use crate::statistics::question::Window;
use crate::web::etag::tagged;
use crate::web::routes::RoomRoutes;
use kernel::paper::PaperKind;

pub fn routes(config: &mut RoomRoutes) {
    config.service(show);
}

/// A word and what people read in its place.
#[derive(Debug, Serialize, ToSchema, PartialEq, Eq)]
#[schema(example = json!({"value": "draft", "vi": "Bản nháp", "en": "Draft"}))]
struct LabelledWord {
    value: &'static str,
    vi: &'static str,
    en: &'static str,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"words": {"severity": [{"value": "block", "vi": "Không được phép", "en": "Block"}]}}))]
struct Vocabulary {
    /// Lists of words by the name of their enumeration, each in the order in which a form would show it.
    words: BTreeMap<&'static str, Vec<LabelledWord>>,
}

fn of<W: Word>() -> Vec<LabelledWord> {
    W::all().iter().map(|w| LabelledWord { value: w.word(), vi: w.label().vi, en: w.label().en }).collect()
}

/// Whether an act of the trail was done.
const TRAIL_RESULTS: [(&str, Label); 2] =
    [(audit::DONE, Label { vi: "Đã làm", en: "Done" }), (audit::REFUSED, Label { vi: "Bị từ chối", en: "Refused" })];

/// Words that are no enumeration, because an installation may have more of them.
fn labelled(words: impl Iterator<Item = (&'static str, Label)>) -> Vec<LabelledWord> {
    words.map(|(value, label)| LabelledWord { value, vi: label.vi, en: label.en }).collect()
}

/// Every list of an installation with these registers.
fn lists(registers: &RegisterEntries) -> BTreeMap<&'static str, Vec<LabelledWord>> {
    let errors = Code::ALL.iter().map(|code| LabelledWord { value: code.word(), vi: code.vi(), en: code.en() });
    let countries = countries().into_iter().map(|c| LabelledWord { value: c.alpha2, vi: c.vi, en: c.en });
    let currencies = currencies().iter().map(|c| LabelledWord { value: c.code, vi: c.vi, en: c.en });
    let regions = REGIONS.iter().map(|(value, vi, en)| LabelledWord { value, vi, en });
    BTreeMap::from([
        ("action", of::<Action>()),
        ("agency_change", of::<words::AgencyChangeKind>()),
        ("amendment_form", of::<AmendmentForm>()),
        ("amendment_kind", of::<AmendmentKind>()),
        ("amendment_standing", of::<AmendmentStanding>()),
        ("bloc", of::<words::Bloc>()),
        ("body", of::<words::Body>()),
        ("capacity", of::<words::Capacity>()),
        ("channel", of::<words::Channel>()),
        ("classification", of::<words::Classification>()),
        ("country", countries.collect()),
        ("consent_verdict", of::<words::ConsentVerdict>()),
        ("currency", currencies.collect()),
        ("decision_verdict", of::<words::DecisionVerdict>()),
        ("dimension", of::<Dimension>()),
        ("document", of::<words::Document>()),
        ("duty", of::<words::DutyCode>()),
        ("error", errors.collect()),
        ("field", of::<words::Field>()),
        ("field_error", of::<words::FieldError>()),
        ("finding", of::<words::FindingCode>()),
        ("funding_source", of::<words::FundingSource>()),
        ("guest_class", of::<words::GuestClass>()),
        ("import_kind", labelled(ImportKind::all(registers).map(|kind| (kind.word(), kind.label())))),
        ("import_state", of::<ImportState>()),
        ("inviter_kind", of::<words::InviterKind>()),
        ("leave_kind", of::<LeaveKind>()),
        ("managed_by", of::<words::ManagedBy>()),
        ("measure", of::<Measure>()),
        ("member_role", of::<words::MemberRole>()),
        ("note", of::<words::NoteCode>()),
        ("opinion", of::<words::Opinion>()),
        ("outcome", of::<words::Outcome>()),
        ("paper_kind", of::<PaperKind>()),
        ("partner_kind", of::<words::PartnerKind>()),
        ("party_level", of::<PartyLevel>()),
        ("passport_kind", of::<words::PassportKind>()),
        ("passport_standing", of::<PassportStanding>()),
        ("permission", of::<Permission>()),
        ("personnel", of::<words::Personnel>()),
        ("plan_item_state", of::<PlanItemState>()),
        ("plan_state", of::<PlanState>()),
        ("post_level", of::<words::PostLevel>()),
        ("procedure", labelled(Procedure::KNOWN.iter().map(|(procedure, label)| (procedure.word(), *label)))),
        ("purpose", of::<words::Purpose>()),
        ("reception_level", of::<words::ReceptionLevel>()),
        ("region", regions.collect()),
        ("relation_state", of::<words::RelationState>()),
        ("report_kind", of::<ReportKind>()),
        ("role", of::<words::Role>()),
        ("rule_status", of::<words::RuleStatus>()),
        // A seat is an office held in a body, so it bears the body's name.
        ("seat", of::<words::Body>()),
        ("service_scope", of::<Scope>()),
        ("severity", of::<words::Severity>()),
        ("sign_in_factor", of::<SignInFactor>()),
        ("signed_as", of::<words::SignedAs>()),
        ("silence", of::<words::Silence>()),
        ("state", of::<State>()),
        ("step_kind", of::<words::StepKind>()),
        ("term_unit", of::<words::TermUnit>()),
        ("topic", of::<words::Topic>()),
        ("visitor_level", of::<words::VisitorLevel>()),
        ("account_act", of::<AccountAct>()),
        ("subject_request_kind", of::<SubjectRequestKind>()),
        ("subject_request_outcome", of::<SubjectRequestOutcome>()),
        ("delivery_state", labelled(outbox::STATES.into_iter())),
        ("trail_result", labelled(TRAIL_RESULTS.into_iter())),
        ("window", labelled(Window::LABELS.into_iter().map(|(window, label)| (window.into(), label)))),
    ])
}

/// The same lists for the pages.
pub fn word_lists(registers: &RegisterEntries) -> impl Iterator<Item = (&'static str, Vec<(&'static str, Label)>)> {
    let label = |w: LabelledWord| (w.value, Label { vi: w.vi, en: w.en });
    lists(registers).into_iter().map(move |(list, words)| (list, words.into_iter().map(label).collect()))
}

/// Every word of the contract with its Vietnamese and its English label. It needs no sign-in, and changes only with the
/// version of the program.
#[utoipa::path(tag = "operation", operation_id = "vocabulary", security(()),
    responses((status = 200, description = "the words", body = Vocabulary), (status = 304, description = "unchanged")))]
#[get("/vocabulary")]
async fn show(req: HttpRequest, registers: web::Data<RegisterEntries>) -> Result<HttpResponse> {
    tagged(&req, HttpResponse::Ok(), &Vocabulary { words: lists(&registers) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::procedures::register::registers;

    #[test]
    fn every_key_of_the_contract_is_there() {
        let keys = "procedure purpose field capacity inviter_kind funding_source managed_by bloc post_level personnel body \
                    step_kind document topic visitor_level signed_as outcome severity finding state action role seat \
                    permission note duty agency_change partner_kind passport_kind report_kind import_kind paper_kind error \
                    field_error country currency";
        let lists = lists(registers().entries());
        for key in keys.split_whitespace() {
            assert!(lists.get(key).is_some_and(|list| !list.is_empty()), "{key}");
        }
    }

    #[test]
    fn labels_are_distinct_short_and_free_of_wire_words() {
        for (key, list) in lists(registers().entries()) {
            for pick in [(|w: &LabelledWord| w.value) as fn(&LabelledWord) -> &'static str, |w| w.vi, |w| w.en] {
                let distinct: BTreeSet<&str> = list.iter().map(pick).collect();
                assert_eq!(distinct.len(), list.len(), "{key}");
            }
            for word in list {
                assert!(!word.vi.is_empty() && !word.vi.contains('_') && !word.vi.ends_with('.'), "{key} {word:?}");
                assert!(word.vi.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric()), "{key} {word:?}");
                assert!(!word.en.contains('_') && !word.en.ends_with('.'), "{key} {word:?}");
            }
        }
    }
}
