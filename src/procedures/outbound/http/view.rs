//! How outbound dossiers are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::context::RequestContext;
use crate::access::shorts::OfficialShort;
use crate::access::shorts::{AgencyShort, PersonShort};
use crate::db::Conn;
use crate::dossier::actions::VisibleDossier;
use crate::dossier::decision::Decision;
use crate::dossier::flow::{Action, State};
use crate::dossier::http::Shown;
use crate::dossier::http::rows::RegisterRow;
use crate::dossier::http::view::{AmendmentView, ShownBeside, StepView, amendments, beside};
use crate::dossier::model::{ResultsReport, Ruling};
use crate::dossier::parts::model::{Funding, InvitingParty, Leave, Origin, PartyOpinion, Stop};
use crate::dossier::register::Registers;
use crate::dossier::visibility::sees_whole;
use crate::error::Result;
use crate::procedures::outbound::model::{Trip, TripContent};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::procedure::Procedure;
use kernel::time::rfc3339;
use kernel::words::{Body, Capacity, ConsentVerdict, DecisionVerdict, Field, MemberRole, Purpose};

/// A dossier with everything that happened to it and what the caller can do next.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboundDelegation, example = json!({
    "id": "01ke3m9p000b2", "version": 1, "number": null, "state": "draft",
    "title": "Đoàn học tập chuyển đổi số tại Hàn Quốc", "procedure": "outbound", "purpose": "study_visit", "field": "science",
    "capacity": "department", "requesting_agency_id": "01ke3m9p0005s",
    "requesting_agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"}, "plan_item_id": null,
    "funding": [{"source": "provincial_budget", "amount": {"amount": 350000000, "currency": "VND"}}],
    "inviting_party": {"name": "Chính quyền tỉnh Chungbuk", "country": "KR", "kind": "locality", "invites_by_name": false},
    "departure_date": "2026-12-07", "return_date": "2026-12-11", "countries": ["KR"], "headcount": 1,
    "stops": [{"country": "KR", "place": "Cheongju", "from": "2026-12-07", "to": "2026-12-11"}],
    "members": [{"official_id": "01ke3m9p0007x", "official": {"id": "01ke3m9p0007x", "full_name": "Đặng Văn Minh", "post": "Giám đốc"},
        "full_name": "Đặng Văn Minh", "role": "head", "relative_of": null, "consent": null, "verdict": null}],
    "classification": "unclassified", "note": null, "leave": null, "party_opinions": [], "signature_requested": false, "submitted_on": null, "complete_on": null, "due_on": null, "overdue": false,
    "steps": [], "ruling": null, "decision": null, "amendments": [], "report": null, "departed_on": null, "returned_on": null, "imported": null,
    "created_by": "01ke3m9p00061", "created_by_person": {"full_name": "Nguyễn Thị Hạnh", "post": null}, "created_at": "2026-11-22T02:00:00Z", "updated_at": "2026-11-22T02:00:00Z",
    "allowed_actions": ["edit", "delete", "upload", "request-signature"]}))]
pub struct TripView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    /// Assigned at the first submission.
    number: Option<String>,
    state: State,
    title: String,
    procedure: Procedure,
    purpose: Purpose,
    field: Option<Field>,
    capacity: Capacity,
    #[schema(value_type = String)]
    requesting_agency_id: Id,
    requesting_agency: Option<AgencyShort>,
    #[schema(value_type = Option<String>)]
    plan_item_id: Option<Id>,
    funding: Vec<Funding>,
    inviting_party: Option<InvitingParty>,
    departure_date: NaiveDate,
    return_date: NaiveDate,
    countries: Vec<String>,
    headcount: i64,
    stops: Vec<Stop>,
    members: Vec<MemberView>,
    classification: &'static str,
    note: Option<String>,
    /// Only for a private journey.
    leave: Option<Leave>,
    party_opinions: Vec<PartyOpinion>,
    signature_requested: bool,
    submitted_on: Option<NaiveDate>,
    /// The day from which terms run.
    complete_on: Option<NaiveDate>,
    /// The day the open step is due.
    due_on: Option<NaiveDate>,
    /// That day is over.
    overdue: bool,
    steps: Vec<StepView>,
    ruling: Option<Ruling>,
    decision: Option<Decision>,
    /// Amendments of what was decided, in order; a pending one waits for the competent body.
    amendments: Vec<AmendmentView>,
    report: Option<ResultsReport>,
    departed_on: Option<NaiveDate>,
    returned_on: Option<NaiveDate>,
    /// What the old list said, if it was imported from one.
    imported: Option<Origin>,
    #[schema(value_type = String)]
    created_by: Id,
    created_by_person: Option<PersonShort>,
    created_at: String,
    updated_at: String,
    /// What this caller can do now.
    allowed_actions: Vec<Action>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OutboundMember)]
struct MemberView {
    #[schema(value_type = String)]
    official_id: Id,
    official: Option<OfficialShort>,
    full_name: String,
    role: MemberRole,
    #[schema(value_type = Option<String>)]
    relative_of: Option<Id>,
    consent: Option<ConsentVerdict>,
    verdict: Option<DecisionVerdict>,
}

impl Shown for TripContent {
    type View = TripView;
    type Page = TripPage;

    fn routes(config: &mut RoomRoutes) {
        super::routes(config);
    }

    fn view(conn: &mut Conn, call: &RequestContext, _: &Registers, seen: &VisibleDossier<Self>) -> Result<TripView> {
        let ShownBeside { agency, created_by, steps } = beside(conn, call, &seen.dossier)?;
        Ok(TripView { requesting_agency: agency, created_by_person: created_by, steps, ..trip_view(call, seen) })
    }
}

/// The dossier for one caller, without what stands in other tables.
fn trip_view(call: &RequestContext, seen: &VisibleDossier<TripContent>) -> TripView {
    let trip: &Trip = &seen.dossier;
    let c = &trip.content;
    let whole = sees_whole(&call.actor, trip);
    TripView {
        id: Id(trip.id),
        version: trip.version,
        number: trip.number.clone(),
        state: trip.state,
        title: c.title.clone(),
        procedure: c.procedure,
        purpose: c.purpose,
        field: c.field,
        capacity: c.capacity,
        requesting_agency_id: Id(c.agency_id),
        requesting_agency: None,
        plan_item_id: c.plan_item_id.map(Id),
        funding: c.funding.clone(),
        inviting_party: c.inviting_party.clone(),
        departure_date: c.departure,
        return_date: c.returning,
        countries: c.countries(),
        headcount: c.headcount(),
        stops: c.stops.clone(),
        members: c
            .members_judged()
            .map(|(m, v, person)| MemberView {
                official_id: m.official_id,
                official: Some(OfficialShort {
                    id: m.official_id,
                    full_name: person.full_name.clone(),
                    post: person.post.clone(),
                }),
                full_name: person.full_name.clone(),
                role: m.role,
                relative_of: m.relative_of,
                consent: v.consent.filter(|_| whole),
                verdict: v.decision.filter(|_| whole),
            })
            .collect(),
        classification: "unclassified",
        note: c.note.clone(),
        leave: c.leave.clone(),
        party_opinions: if whole { c.party_opinions.clone() } else { Vec::new() },
        signature_requested: trip.signature_requested,
        submitted_on: trip.submitted_on,
        complete_on: trip.complete_on,
        due_on: trip.due_on(),
        overdue: trip.due_on().is_some_and(|due| due < call.today),
        steps: Vec::new(),
        ruling: trip.ruling.clone().filter(|_| whole),
        decision: trip.decision.clone().filter(|_| whole),
        amendments: amendments(call, trip),
        report: trip.report.clone().filter(|_| whole),
        departed_on: c.journey.departed_on,
        returned_on: c.journey.returned_on,
        imported: c.origin.clone().filter(|_| whole),
        created_by: Id(trip.created_by),
        created_by_person: None,
        created_at: rfc3339(trip.created_at),
        updated_at: rfc3339(trip.updated_at),
        allowed_actions: seen.allowed(call),
    }
}

/// A dossier in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboundItem, example = json!({"id": "01ke3m9p000b2", "number": "DR-2026-0001", "title": "Đoàn học tập chuyển đổi số tại Hàn Quốc",
    "state": "submitted", "requesting_agency_id": "01ke3m9p0005s",
    "requesting_agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"}, "departure_date": "2026-12-07", "return_date": "2026-12-11",
    "countries": ["KR"], "headcount": 5, "due_on": "2026-11-26", "overdue": false, "version": 2}))]
pub struct TripItem {
    #[schema(value_type = String)]
    id: Id,
    number: Option<String>,
    title: String,
    #[schema(value_type = State)]
    state: String,
    #[schema(value_type = String)]
    requesting_agency_id: Id,
    requesting_agency: Option<AgencyShort>,
    departure_date: NaiveDate,
    return_date: NaiveDate,
    countries: Vec<String>,
    headcount: i64,
    due_on: Option<NaiveDate>,
    overdue: bool,
    version: i64,
    /// The bodies whose turn it is; only where `waiting=true` asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_for: Option<Vec<Body>>,
    /// When the step before was taken, RFC 3339; beside `waiting_for`, where somebody's turn it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_since: Option<String>,
    /// The caller sees the whole dossier, and not only what they are asked about; beside `waiting_for`.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_whole: Option<bool>,
    /// Why the head of the agency sent the draft back, where that is what was done last; beside `waiting_for`.
    #[serde(skip_serializing_if = "Option::is_none")]
    returned: Option<String>,
}

impl From<RegisterRow> for TripItem {
    fn from(RegisterRow { item, agency, overdue, turn }: RegisterRow) -> Self {
        TripItem {
            requesting_agency: agency,
            overdue,
            seen_whole: turn.as_ref().map(|turn| turn.seen_whole),
            returned: turn.as_ref().and_then(|turn| turn.returned.clone()),
            waiting_since: turn.as_ref().and_then(|turn| turn.since.clone()),
            waiting_for: turn.map(|turn| turn.waiting_for),
            id: Id(item.id),
            number: item.number,
            title: item.title,
            state: item.state,
            requesting_agency_id: Id(item.agency_id),
            departure_date: item.begins_on.unwrap_or(item.listed_on),
            return_date: item.ends_on.unwrap_or(item.listed_on),
            countries: item.countries.split(',').map(str::to_owned).collect(),
            headcount: item.headcount,
            due_on: item.due_on,
            version: item.version,
        }
    }
}

/// A page of dossiers.
#[derive(Serialize, ToSchema)]
#[schema(as = OutboundPage)]
pub struct TripPage {
    items: Vec<TripItem>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

impl From<Page<RegisterRow>> for TripPage {
    fn from(page: Page<RegisterRow>) -> Self {
        TripPage { items: page.items.into_iter().map(TripItem::from).collect(), next: page.next, total: page.total }
    }
}
