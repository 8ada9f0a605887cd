//! Request bodies for outbound dossiers.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::dossier::decision::{DecisionPaper, Waiver};
use crate::dossier::model::ResultsReport;
use crate::dossier::parts::model::{Funding, InvitingParty, Leave, Member, PartyOpinion, Stop};
use crate::dossier::requests::Unclassified;
use crate::procedures::outbound::model::{Journey, TripContent};
use kernel::checks;
use kernel::every_field;
use kernel::id::Id;
use kernel::patch::given;
use kernel::procedure::Procedure;
use kernel::validity::Validity;
use kernel::words::{Body, Capacity, ConsentVerdict, DecisionVerdict, Field, PaperRef, Purpose};

/// Procedures of this module.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutboundProcedure {
    Outbound,
    PrivateTravel,
}

/// A new dossier.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOutboundDelegation, example = json!({
    "title": "Đoàn học tập chuyển đổi số tại Hàn Quốc", "procedure": "outbound", "purpose": "study_visit", "field": "science",
    "capacity": "department", "requesting_agency_id": "01ke3m9p0005s",
    "funding": [{"source": "provincial_budget", "amount": {"amount": 350000000, "currency": "VND"}}],
    "inviting_party": {"name": "Chính quyền tỉnh Chungbuk", "country": "KR", "kind": "locality", "invites_by_name": false},
    "departure_date": "2026-12-07", "return_date": "2026-12-11",
    "stops": [{"country": "KR", "place": "Cheongju", "from": "2026-12-07", "to": "2026-12-11"}],
    "members": [{"official_id": "01ke3m9p0007x", "role": "head"}], "classification": "unclassified"}))]
pub struct NewTrip {
    #[schema(min_length = 1, max_length = 500)]
    title: String,
    procedure: OutboundProcedure,
    purpose: Purpose,
    field: Option<Field>,
    capacity: Capacity,
    #[schema(value_type = String)]
    requesting_agency_id: Id,
    #[schema(value_type = Option<String>)]
    plan_item_id: Option<Id>,
    #[schema(min_items = 1, max_items = 8)]
    funding: Vec<Funding>,
    /// Required except for private travel.
    inviting_party: Option<InvitingParty>,
    departure_date: NaiveDate,
    return_date: NaiveDate,
    /// Within the trip, in order, with gaps of at most one day.
    #[schema(min_items = 1, max_items = 50)]
    stops: Vec<Stop>,
    /// Exactly one head.
    #[schema(min_items = 1, max_items = 500)]
    members: Vec<Member>,
    #[expect(dead_code, reason = "checked by the schema; never anything else, so never stored")]
    classification: Unclassified,
    note: Option<String>,
    /// Only for a private journey: the leave during which it is made.
    leave: Option<Leave>,
    /// Only for a private journey of a Party member: the opinions of the cell and the committee.
    #[schema(max_items = 10)]
    party_opinions: Option<Vec<PartyOpinion>>,
}

impl NewTrip {
    pub fn into_content(self) -> TripContent {
        TripContent {
            title: self.title,
            procedure: match self.procedure {
                OutboundProcedure::Outbound => Procedure::OUTBOUND,
                OutboundProcedure::PrivateTravel => Procedure::PRIVATE_TRAVEL,
            },
            purpose: self.purpose,
            field: self.field,
            capacity: self.capacity,
            agency_id: self.requesting_agency_id.0,
            plan_item_id: self.plan_item_id.map(|id| id.0),
            planned: None,
            queued_on: None,
            funding: self.funding,
            inviting_party: self.inviting_party,
            departure: self.departure_date,
            returning: self.return_date,
            stops: self.stops,
            members: self.members,
            note: self.note,
            leave: self.leave,
            party_opinions: self.party_opinions.unwrap_or_default(),
            journey: Journey::default(),
            origin: None,
            people: Vec::new(),
            verdicts: Vec::new(),
        }
    }
}

/// Changes to a draft; fields that are left out stay as they are. Lists are replaced as a whole.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = OutboundDelegationChanges, example = json!({"title": "Đoàn học tập chuyển đổi số tại Hàn Quốc (điều chỉnh)"}))]
pub struct TripChanges {
    #[schema(nullable = false, min_length = 1, max_length = 500)]
    title: Option<String>,
    #[schema(nullable = false)]
    purpose: Option<Purpose>,
    /// `null` removes it; the same applies to `plan_item_id`, `inviting_party`, `note`, `leave`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Field>)]
    field: Option<Option<Field>>,
    #[schema(nullable = false)]
    capacity: Option<Capacity>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    plan_item_id: Option<Option<Id>>,
    #[schema(nullable = false, min_items = 1, max_items = 8)]
    funding: Option<Vec<Funding>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<InvitingParty>)]
    inviting_party: Option<Option<InvitingParty>>,
    #[schema(nullable = false)]
    departure_date: Option<NaiveDate>,
    #[schema(nullable = false)]
    return_date: Option<NaiveDate>,
    #[schema(nullable = false, min_items = 1, max_items = 50)]
    stops: Option<Vec<Stop>>,
    #[schema(nullable = false, min_items = 1, max_items = 500)]
    members: Option<Vec<Member>>,
    #[expect(dead_code, reason = "checked by the schema; never anything else, so never stored")]
    #[schema(nullable = false)]
    classification: Option<Unclassified>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    note: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Leave>)]
    leave: Option<Option<Leave>>,
    #[schema(nullable = false, max_items = 10)]
    party_opinions: Option<Vec<PartyOpinion>>,
}

/// An amendment of an approved dossier: the changes, and why.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = AmendOutbound, example = json!({"changes": {"return_date": "2026-12-10"}, "reason": "Phía bạn rút ngắn chương trình."}))]
pub struct AmendTrip {
    pub changes: TripChanges,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

impl TripChanges {
    /// Whether the stops are given; otherwise they follow the days.
    pub fn states_stops(&self) -> bool {
        self.stops.is_some()
    }

    pub fn apply(self, content: &mut TripContent) {
        every_field!(TripChanges of self:
            title, purpose, field, capacity, plan_item_id, funding, inviting_party, departure_date,
            return_date, stops, members, classification, note, leave, party_opinions);
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        set(&mut content.title, self.title);
        set(&mut content.purpose, self.purpose);
        set(&mut content.capacity, self.capacity);
        set(&mut content.funding, self.funding);
        set(&mut content.departure, self.departure_date);
        set(&mut content.returning, self.return_date);
        set(&mut content.stops, self.stops);
        set(&mut content.members, self.members);
        set(&mut content.field, self.field);
        set(&mut content.leave, self.leave);
        set(&mut content.party_opinions, self.party_opinions);
        set(&mut content.plan_item_id, self.plan_item_id.map(|item| item.map(|id| id.0)));
        set(&mut content.inviting_party, self.inviting_party);
        set(&mut content.note, self.note);
    }
}

/// The days of a copied trip.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = CopyTrip, example = json!({"departure_date": "2027-05-10", "return_date": "2027-05-14"}))]
#[validate(schema(function = "copied_days_in_order", skip_on_field_errors = false))]
pub struct CopyTrip {
    #[validate(custom(function = "checks::year"))]
    pub departure_date: NaiveDate,
    #[validate(custom(function = "checks::year"))]
    pub return_date: NaiveDate,
}

fn copied_days_in_order(body: &CopyTrip) -> Validity {
    checks::trip_days(body.departure_date, body.return_date, "/return_date")
}

/// A correction of what was recorded, and why.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = CorrectTrip, example = json!({"changes": {"returned_on": "2026-11-20"}, "reason": "Đoàn về muộn một ngày do bão."}))]
pub struct CorrectTrip {
    #[validate(nested)]
    pub changes: TripRecord,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// The right values; what is left out stays as it was recorded.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = TripRecord)]
pub struct TripRecord {
    #[schema(nullable = false)]
    pub departed_on: Option<NaiveDate>,
    #[schema(nullable = false)]
    pub returned_on: Option<NaiveDate>,
    /// Only for a trip of an old list: its number of people, named or not.
    #[schema(nullable = false, minimum = 1, maximum = 100000)]
    pub headcount: Option<i64>,
    /// The whole report; tasks that are left out are no longer due.
    #[schema(nullable = false)]
    pub report: Option<ResultsReport>,
    /// Only for a trip of an old list: what its row says, with the fields of a change.
    #[schema(nullable = false)]
    pub content: Option<TripChanges>,
}

/// A verdict on one member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberVerdict<V> {
    #[schema(value_type = String)]
    pub official_id: Id,
    pub verdict: V,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"verdict": "agree", "document": {"number": "112-CV/TU", "date": "2026-11-20"}}))]
pub struct ConsentGiven {
    /// Which body's letter it is, if several are due.
    pub body: Option<Body>,
    pub verdict: ConsentVerdict,
    /// Members for whom the answer differs.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub members: Vec<MemberVerdict<ConsentVerdict>>,
    pub document: PaperRef,
    /// Required with any `refuse`.
    pub note: Option<String>,
    /// Who leads the delegation instead, if the head is refused: another member.
    #[schema(value_type = Option<String>)]
    pub new_head: Option<Id>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = Decide, example = json!({"verdict": "approve", "document": {"number": "2481/QĐ-UBND", "date": "2026-11-22", "signed_as": "direct"}}))]
pub struct DecideTrip {
    pub verdict: DecisionVerdict,
    pub document: DecisionPaper,
    /// Members for whom the decision differs.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub members: Vec<MemberVerdict<DecisionVerdict>>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub waivers: Vec<Waiver>,
    /// Required with `reject`.
    pub note: Option<String>,
    /// Who leads the delegation instead, if the head is refused: another member.
    #[schema(value_type = Option<String>)]
    pub new_head: Option<Id>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = Resume, example = json!({"departure_date": "2027-01-11", "return_date": "2027-01-15",
    "stops": [{"country": "KR", "place": "Cheongju", "from": "2027-01-11", "to": "2027-01-15"}]}))]
#[validate(schema(function = "days_in_order", skip_on_field_errors = false))]
pub struct ResumeTrip {
    #[validate(custom(function = "checks::year"))]
    pub departure_date: NaiveDate,
    #[validate(custom(function = "checks::year"))]
    pub return_date: NaiveDate,
    #[schema(min_items = 1, max_items = 50)]
    pub stops: Vec<Stop>,
    /// Exceptions that the new days need, from the body that may give them.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub waivers: Vec<Waiver>,
    /// Only for a private journey: the leave that covers the new days, if it is a different one.
    pub leave: Option<Leave>,
}

fn days_in_order(body: &ResumeTrip) -> Validity {
    checks::trip_days(body.departure_date, body.return_date, "/return_date")
}
