//! How inbound dossiers are shown.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::context::RequestContext;
use crate::access::shorts::{AgencyShort, PersonShort};
use crate::db::Conn;
use crate::dossier::actions::VisibleDossier;
use crate::dossier::decision::Decision;
use crate::dossier::flow::{Action, State};
use crate::dossier::http::Shown;
use crate::dossier::http::rows::RegisterRow;
use crate::dossier::http::view::{AmendmentView, ShownBeside, StepView, amendments, beside};
use crate::dossier::model::{ResultsReport, Ruling};
use crate::dossier::parts::engagement::ProgrammeItem;
use crate::dossier::parts::model::Origin;
use crate::dossier::register::Registers;
use crate::dossier::visibility::sees_whole;
use crate::error::Result;
use crate::procedures::engagements::{ClashView, clashes_of};
use crate::procedures::inbound::model::{Guest, Nationality, VisitContent};
use crate::registry::officials::shown;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::Page;
use kernel::procedure::Procedure;
use kernel::time::rfc3339;
use kernel::words::{Body, Channel, Field, GuestClass, MemberRole, Purpose, ReceptionLevel, Topic};

/// A visit with everything that happened to it and what the caller can do next.
#[derive(Serialize, ToSchema)]
#[schema(as = InboundDelegation, example = json!({
    "id": "01ke3m9p000d4", "version": 1, "number": null, "state": "draft", "title": "Đoàn tỉnh Chungbuk thăm và làm việc",
    "procedure": "inbound", "host_agency_id": "01ke3m9p0005s",
    "host_agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"}, "coordinating_agency_ids": [], "channel": "state",
    "sending_organisation": "Chính quyền tỉnh Chungbuk", "country": "KR", "purpose": "official", "field": "science",
    "topics": [], "first_visit": false, "reception_level": "province", "guest_class": "other",
    "arrival_date": "2026-12-07", "departure_date": "2026-12-09", "headcount": 12, "recorded_headcount": null, "countries": ["KR"],
    "nationalities": [{"country": "KR", "count": 12}],
    "guests": [{"guest_id": "01ke3m9p000d5", "full_name": "KIM Young-hwan", "nationality": "KR", "position": "Tỉnh trưởng",
        "passport_number": "••••5678", "role": "head"}],
    "programme": [{"starts_at": "2026-12-08T02:00:00Z", "ends_at": "2026-12-08T04:00:00Z", "place": "Trụ sở UBND tỉnh",
        "activity": "Hội đàm", "hosts": ["01ke3m9p0007x"], "host_names": ["Đặng Văn Minh"], "restricted_area": false}],
    "classification": "unclassified", "signature_requested": false, "submitted_on": null, "complete_on": null, "due_on": null, "overdue": false,
    "steps": [], "ruling": null, "decision": null, "amendments": [], "report": null, "arrived_on": null, "departed_on": null, "imported": null, "clashes": [],
    "created_by": "01ke3m9p00061", "created_by_person": {"full_name": "Nguyễn Thị Hạnh", "post": null}, "created_at": "2026-11-22T02:00:00Z", "updated_at": "2026-11-22T02:00:00Z",
    "allowed_actions": ["edit", "delete", "upload", "request-signature"]}))]
pub struct VisitView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    /// Assigned at the first submission.
    number: Option<String>,
    state: State,
    title: String,
    procedure: Procedure,
    #[schema(value_type = String)]
    host_agency_id: Id,
    host_agency: Option<AgencyShort>,
    #[schema(value_type = Vec<String>)]
    coordinating_agency_ids: Vec<Id>,
    channel: Channel,
    sending_organisation: String,
    country: String,
    purpose: Purpose,
    field: Option<Field>,
    topics: Vec<Topic>,
    first_visit: bool,
    reception_level: ReceptionLevel,
    guest_class: GuestClass,
    arrival_date: NaiveDate,
    departure_date: NaiveDate,
    /// Number of guests announced.
    headcount: i64,
    /// Number of guests who came, which counts as lượt khách.
    recorded_headcount: Option<i64>,
    countries: Vec<String>,
    /// The guests that count, by nationality.
    nationalities: Vec<NationalityView>,
    guests: Vec<GuestView>,
    programme: Vec<ProgrammeItemView>,
    classification: &'static str,
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
    arrived_on: Option<NaiveDate>,
    departed_on: Option<NaiveDate>,
    /// What the old list said, if it was imported from one.
    imported: Option<Origin>,
    /// Hosts who would have to be in two places at once; only until the guests have arrived.
    clashes: Vec<ClashView>,
    #[schema(value_type = String)]
    created_by: Id,
    created_by_person: Option<PersonShort>,
    created_at: String,
    updated_at: String,
    /// What this caller can do now.
    allowed_actions: Vec<Action>,
}

#[derive(Serialize, ToSchema)]
struct NationalityView {
    country: String,
    count: i64,
}

impl From<Nationality> for NationalityView {
    fn from(share: Nationality) -> Self {
        NationalityView { country: share.country, count: share.count }
    }
}

#[derive(Serialize, ToSchema)]
struct GuestView {
    /// The person in the register of guests.
    #[schema(value_type = Option<String>)]
    guest_id: Option<Id>,
    full_name: String,
    nationality: String,
    position: String,
    /// Masked unless the caller may see passport numbers in full, and for every browser.
    passport_number: Option<String>,
    role: MemberRole,
}

impl GuestView {
    fn of(guest: &Guest, reveals: bool) -> Self {
        GuestView {
            guest_id: guest.guest_id.map(Id),
            full_name: guest.full_name.clone(),
            nationality: guest.nationality.clone(),
            position: guest.position.clone(),
            passport_number: guest.passport_number.as_deref().map(|n| shown(n, reveals)),
            role: guest.role,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ProgrammeItem)]
struct ProgrammeItemView {
    starts_at: String,
    ends_at: String,
    place: String,
    activity: String,
    #[schema(value_type = Vec<String>)]
    hosts: Vec<Id>,
    /// In the same order.
    host_names: Vec<String>,
    restricted_area: bool,
}

impl From<&ProgrammeItem> for ProgrammeItemView {
    fn from(item: &ProgrammeItem) -> Self {
        ProgrammeItemView {
            starts_at: rfc3339(item.starts_at),
            ends_at: rfc3339(item.ends_at),
            place: item.place.clone(),
            activity: item.activity.clone(),
            hosts: item.hosts.iter().copied().map(Id).collect(),
            host_names: item.host_names.clone(),
            restricted_area: item.restricted_area,
        }
    }
}

/// Before the guests arrive, a clash can still be resolved.
fn may_clash(state: State) -> bool {
    !state.is_end() && !matches!(state, State::OnSite | State::Departed | State::Reported)
}

impl Shown for VisitContent {
    type View = VisitView;
    type Page = VisitPage;

    fn routes(config: &mut RoomRoutes) {
        super::routes(config);
    }

    fn reveals(call: &RequestContext, seen: &VisibleDossier<Self>) -> usize {
        let numbered = seen.dossier.content.guests.iter().filter(|g| g.passport_number.is_some());
        if call.may_see_passports() { numbered.count() } else { 0 }
    }

    fn view(
        conn: &mut Conn,
        call: &RequestContext,
        registers: &Registers,
        seen: &VisibleDossier<Self>,
    ) -> Result<VisitView> {
        let visit = &seen.dossier;
        let c = &visit.content;
        let whole = sees_whole(&call.actor, visit);
        let reveals = call.may_see_passports();
        let clashes = if may_clash(visit.state) && whole && !seen.past {
            clashes_of(conn, call, registers, c.engagements(visit.id, visit.state == State::Draft))?
        } else {
            Vec::new()
        };
        let shares = c.shares();
        let ShownBeside { agency: host_agency, created_by: created_by_person, steps } = beside(conn, call, visit)?;
        Ok(VisitView {
            host_agency,
            created_by_person,
            id: Id(visit.id),
            version: visit.version,
            number: visit.number.clone(),
            state: visit.state,
            title: c.title.clone(),
            procedure: Procedure::INBOUND,
            host_agency_id: Id(c.host_agency_id),
            coordinating_agency_ids: c.coordinating.iter().copied().map(Id).collect(),
            channel: c.channel,
            sending_organisation: c.sending_organisation.clone(),
            country: c.country.clone(),
            purpose: c.purpose,
            field: c.field,
            topics: c.topics.clone(),
            first_visit: c.first_visit,
            reception_level: c.reception_level,
            guest_class: c.guest_class,
            arrival_date: c.arrival,
            departure_date: c.departure,
            headcount: c.headcount,
            recorded_headcount: c.stay.headcount,
            countries: shares.iter().map(|s| s.country.clone()).collect(),
            nationalities: shares.into_iter().map(NationalityView::from).collect(),
            guests: c.guests.iter().map(|g| GuestView::of(g, reveals)).collect(),
            programme: c.programme.iter().map(ProgrammeItemView::from).collect(),
            classification: "unclassified",
            signature_requested: visit.signature_requested,
            submitted_on: visit.submitted_on,
            complete_on: visit.complete_on,
            due_on: visit.due_on(),
            overdue: visit.due_on().is_some_and(|due| due < call.today),
            steps,
            ruling: visit.ruling.clone().filter(|_| whole),
            decision: visit.decision.clone().filter(|_| whole),
            amendments: amendments(call, visit),
            report: visit.report.clone().filter(|_| whole),
            arrived_on: c.stay.arrived_on,
            departed_on: c.stay.departed_on,
            imported: c.origin.clone().filter(|_| whole),
            clashes,
            created_by: Id(visit.created_by),
            created_at: rfc3339(visit.created_at),
            updated_at: rfc3339(visit.updated_at),
            allowed_actions: seen.allowed(call),
        })
    }
}

/// A visit in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = InboundItem, example = json!({"id": "01ke3m9p000d4", "number": "DV-2026-0001", "title": "Đoàn tỉnh Chungbuk thăm và làm việc",
    "state": "submitted", "requesting_agency_id": "01ke3m9p0005s", "requesting_agency": null, "host_agency_id": "01ke3m9p0005s", "host_agency": null, "arrival_date": "2026-12-07",
    "departure_date": "2026-12-09", "countries": ["KR"], "headcount": 12, "due_on": "2026-11-26", "overdue": false, "version": 2}))]
struct VisitItem {
    #[schema(value_type = String)]
    id: Id,
    number: Option<String>,
    title: String,
    #[schema(value_type = State)]
    state: String,
    /// The hosting agency, which asks for the permission.
    #[schema(value_type = String)]
    requesting_agency_id: Id,
    requesting_agency: Option<AgencyShort>,
    #[schema(value_type = String)]
    host_agency_id: Id,
    host_agency: Option<AgencyShort>,
    arrival_date: NaiveDate,
    departure_date: NaiveDate,
    countries: Vec<String>,
    /// Number of guests who came; before the arrival, of those announced.
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

impl From<RegisterRow> for VisitItem {
    fn from(RegisterRow { item, agency, overdue, turn }: RegisterRow) -> Self {
        VisitItem {
            requesting_agency: agency.clone(),
            host_agency: agency,
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
            host_agency_id: Id(item.agency_id),
            arrival_date: item.begins_on.unwrap_or(item.listed_on),
            departure_date: item.ends_on.unwrap_or(item.listed_on),
            countries: item.countries.split(',').map(str::to_owned).collect(),
            headcount: item.headcount,
            due_on: item.due_on,
            version: item.version,
        }
    }
}

/// A page of visits.
#[derive(Serialize, ToSchema)]
#[schema(as = InboundPage)]
pub struct VisitPage {
    items: Vec<VisitItem>,
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

impl From<Page<RegisterRow>> for VisitPage {
    fn from(page: Page<RegisterRow>) -> Self {
        VisitPage { items: page.items.into_iter().map(VisitItem::from).collect(), next: page.next, total: page.total }
    }
}
