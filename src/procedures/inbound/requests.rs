//! Request bodies for inbound dossiers.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::dossier::decision::{DecisionPaper, Waiver};
use crate::dossier::model::ResultsReport;
use crate::dossier::parts::engagement::ProgrammeItem;
use crate::dossier::requests::Unclassified;
use crate::procedures::inbound::model::{Guest, Nationality, Stay, VisitContent};
use kernel::checks;
use kernel::every_field;
use kernel::id::Id;
use kernel::patch::given;
use kernel::validity::Validity;
use kernel::words::{Channel, DecisionVerdict, Field, GuestClass, MemberRole, Purpose, ReceptionLevel, Topic};

/// How many guests are of one nationality.
#[derive(Debug, Clone, Deserialize, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuestNationality)]
pub struct NationalityBody {
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    country: String,
    #[schema(minimum = 1, maximum = 100000)]
    count: i64,
}

/// A guest by name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGuest)]
pub struct GuestBody {
    #[schema(min_length = 1, max_length = 300)]
    pub full_name: String,
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    pub nationality: String,
    #[schema(max_length = 300)]
    pub position: Option<String>,
    /// Letters A–Z and digits; a masked number that is sent back as it was shown leaves the number unchanged.
    #[schema(max_length = 40)]
    pub passport_number: Option<String>,
    /// `member` if it is left out; at most one head.
    pub role: Option<MemberRole>,
}

/// One item of the programme.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewProgrammeItem)]
pub struct ItemBody {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    #[schema(min_length = 1, max_length = 300)]
    place: String,
    #[schema(min_length = 1, max_length = 1000)]
    activity: String,
    /// Officials of the hosting or a coordinating agency who receive the guests.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    hosts: Option<Vec<Id>>,
    /// A restricted or border area.
    restricted_area: Option<bool>,
}

impl From<NationalityBody> for Nationality {
    fn from(body: NationalityBody) -> Self {
        Nationality { country: body.country, count: body.count }
    }
}

impl From<GuestBody> for Guest {
    fn from(body: GuestBody) -> Self {
        let plain = |p: String| p.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        Guest {
            guest_id: None,
            full_name: body.full_name,
            nationality: body.nationality,
            position: body.position.unwrap_or_default(),
            passport_number: body.passport_number.map(plain).filter(|p| !p.is_empty()),
            role: body.role.unwrap_or(MemberRole::Member),
        }
    }
}

impl From<ItemBody> for ProgrammeItem {
    fn from(body: ItemBody) -> Self {
        ProgrammeItem {
            starts_at: body.starts_at.naive_utc(),
            ends_at: body.ends_at.naive_utc(),
            place: body.place,
            activity: body.activity,
            hosts: body.hosts.unwrap_or_default().into_iter().map(|id| id.0).collect(),
            host_names: Vec::new(),
            restricted_area: body.restricted_area.unwrap_or(false),
        }
    }
}

fn all<A, B: From<A>>(bodies: Vec<A>) -> Vec<B> {
    bodies.into_iter().map(B::from).collect()
}

/// A new dossier.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInboundDelegation, example = json!({
    "title": "Đoàn tỉnh Chungbuk thăm và làm việc", "host_agency_id": "01ke3m9p0005s", "channel": "state",
    "sending_organisation": "Chính quyền tỉnh Chungbuk", "country": "KR", "purpose": "official", "field": "science",
    "topics": [], "first_visit": false, "reception_level": "province", "guest_class": "other",
    "arrival_date": "2026-12-07", "departure_date": "2026-12-09", "headcount": 12,
    "guests": [{"full_name": "KIM Young-hwan", "nationality": "KR", "position": "Tỉnh trưởng", "role": "head"}],
    "programme": [{"starts_at": "2026-12-08T02:00:00Z", "ends_at": "2026-12-08T04:00:00Z", "place": "Trụ sở UBND tỉnh",
        "activity": "Hội đàm", "hosts": ["01ke3m9p0007x"], "restricted_area": false}],
    "classification": "unclassified"}))]
pub struct NewVisit {
    #[schema(min_length = 1, max_length = 500)]
    title: String,
    #[schema(value_type = String)]
    host_agency_id: Id,
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    coordinating_agency_ids: Option<Vec<Id>>,
    channel: Channel,
    #[schema(min_length = 1, max_length = 500)]
    sending_organisation: String,
    /// Country of the sending organisation, ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2)]
    country: String,
    purpose: Purpose,
    field: Option<Field>,
    #[schema(max_items = 9)]
    topics: Option<Vec<Topic>>,
    first_visit: Option<bool>,
    reception_level: ReceptionLevel,
    guest_class: GuestClass,
    arrival_date: NaiveDate,
    departure_date: NaiveDate,
    /// Number of guests announced.
    #[schema(minimum = 1, maximum = 100000)]
    headcount: i64,
    /// Must add up to the headcount. If it is left out, the guest list is used, and all others are from `country`.
    #[schema(max_items = 250)]
    nationalities: Option<Vec<NationalityBody>>,
    /// May be completed until the guests leave.
    #[schema(max_items = 2000)]
    guests: Option<Vec<GuestBody>>,
    #[schema(max_items = 500)]
    programme: Option<Vec<ItemBody>>,
    #[expect(dead_code, reason = "checked by the schema; never anything else, so never stored")]
    classification: Unclassified,
}

impl NewVisit {
    pub fn into_content(self) -> VisitContent {
        VisitContent {
            title: self.title,
            host_agency_id: self.host_agency_id.0,
            coordinating: self.coordinating_agency_ids.unwrap_or_default().into_iter().map(|id| id.0).collect(),
            channel: self.channel,
            sending_organisation: self.sending_organisation,
            country: self.country,
            purpose: self.purpose,
            field: self.field,
            topics: unique(self.topics.unwrap_or_default()),
            first_visit: self.first_visit.unwrap_or(false),
            reception_level: self.reception_level,
            guest_class: self.guest_class,
            arrival: self.arrival_date,
            departure: self.departure_date,
            headcount: self.headcount,
            nationalities: all(self.nationalities.unwrap_or_default()),
            guests: all(self.guests.unwrap_or_default()),
            programme: all(self.programme.unwrap_or_default()),
            stay: Stay::default(),
            origin: None,
        }
    }
}

fn unique(mut topics: Vec<Topic>) -> Vec<Topic> {
    topics.sort_unstable();
    topics.dedup();
    topics
}

/// Changes to a draft; fields that are left out stay as they are, lists are replaced as a whole. After the draft, only
/// `guests` and `nationalities` may still change, until the guests leave.
#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = InboundDelegationChanges, example = json!({"guests": [
    {"full_name": "KIM Young-hwan", "nationality": "KR", "position": "Tỉnh trưởng", "passport_number": "M12345678", "role": "head"}]}))]
pub struct VisitChanges {
    #[schema(nullable = false, min_length = 1, max_length = 500)]
    title: Option<String>,
    #[schema(nullable = false, value_type = Option<Vec<String>>, max_items = 50)]
    coordinating_agency_ids: Option<Vec<Id>>,
    #[schema(nullable = false)]
    channel: Option<Channel>,
    #[schema(nullable = false, min_length = 1, max_length = 500)]
    sending_organisation: Option<String>,
    #[schema(nullable = false, min_length = 2, max_length = 2)]
    country: Option<String>,
    #[schema(nullable = false)]
    purpose: Option<Purpose>,
    /// `null` removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Field>)]
    field: Option<Option<Field>>,
    #[schema(nullable = false, max_items = 9)]
    topics: Option<Vec<Topic>>,
    #[schema(nullable = false)]
    first_visit: Option<bool>,
    #[schema(nullable = false)]
    reception_level: Option<ReceptionLevel>,
    #[schema(nullable = false)]
    guest_class: Option<GuestClass>,
    #[schema(nullable = false)]
    arrival_date: Option<NaiveDate>,
    #[schema(nullable = false)]
    departure_date: Option<NaiveDate>,
    #[schema(nullable = false, minimum = 1, maximum = 100000)]
    headcount: Option<i64>,
    #[schema(nullable = false, max_items = 250)]
    nationalities: Option<Vec<NationalityBody>>,
    #[schema(nullable = false, max_items = 2000)]
    guests: Option<Vec<GuestBody>>,
    #[schema(nullable = false, max_items = 500)]
    programme: Option<Vec<ItemBody>>,
    #[expect(dead_code, reason = "checked by the schema; never anything else, so never stored")]
    #[schema(nullable = false)]
    classification: Option<Unclassified>,
}

/// An amendment of an approved visit: the changes, and why.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = AmendInbound, example = json!({"changes": {"headcount": 10}, "reason": "Hai khách không sang được."}))]
pub struct AmendVisit {
    pub changes: VisitChanges,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

impl VisitChanges {
    /// Only another list of guests.
    pub fn of_guests(guests: Vec<Guest>) -> Self {
        VisitChanges { guests: Some(guests.into_iter().map(GuestBody::from).collect()), ..VisitChanges::default() }
    }

    /// Whether nothing changes but guests and their nationalities.
    pub fn is_of_guests(&self) -> bool {
        self.title.is_none()
            && self.coordinating_agency_ids.is_none()
            && self.channel.is_none()
            && self.sending_organisation.is_none()
            && self.country.is_none()
            && self.purpose.is_none()
            && self.field.is_none()
            && self.topics.is_none()
            && self.first_visit.is_none()
            && self.reception_level.is_none()
            && self.guest_class.is_none()
            && self.arrival_date.is_none()
            && self.departure_date.is_none()
            && self.headcount.is_none()
            && self.programme.is_none()
    }

    pub fn apply(self, content: &mut VisitContent) {
        every_field!(VisitChanges of self:
            title, coordinating_agency_ids, channel, sending_organisation, country, purpose, field,
            topics, first_visit, reception_level, guest_class, arrival_date, departure_date, headcount,
            nationalities, guests, programme, classification);
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        set(&mut content.title, self.title);
        set(&mut content.coordinating, self.coordinating_agency_ids.map(|ids| ids.into_iter().map(|i| i.0).collect()));
        set(&mut content.channel, self.channel);
        set(&mut content.sending_organisation, self.sending_organisation);
        set(&mut content.country, self.country);
        set(&mut content.purpose, self.purpose);
        set(&mut content.topics, self.topics.map(unique));
        set(&mut content.first_visit, self.first_visit);
        set(&mut content.reception_level, self.reception_level);
        set(&mut content.guest_class, self.guest_class);
        set(&mut content.arrival, self.arrival_date);
        set(&mut content.departure, self.departure_date);
        set(&mut content.headcount, self.headcount);
        set(&mut content.nationalities, self.nationalities.map(all));
        set(&mut content.guests, self.guests.map(all));
        set(&mut content.programme, self.programme.map(all));
        set(&mut content.field, self.field);
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = DecideVisit, example = json!({"verdict": "approve", "document": {"number": "812/UBND-NC", "date": "2026-11-22", "signed_as": "direct"},
    "conditions": ["Làm việc đúng chương trình đã đăng ký."]}))]
pub struct DecideVisit {
    pub verdict: DecisionVerdict,
    pub document: DecisionPaper,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub waivers: Vec<Waiver>,
    /// Conditions of the approval.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub conditions: Vec<String>,
    /// Required with `reject`.
    pub note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": "2026-11-20", "headcount": 11}))]
pub struct Arrived {
    /// Not in the future.
    pub on: NaiveDate,
    /// Number of guests who actually came, which counts as lượt khách.
    #[schema(minimum = 1, maximum = 100000)]
    pub headcount: i64,
}

/// The days of a copied visit.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = CopyVisit, example = json!({"arrival_date": "2027-05-10", "departure_date": "2027-05-12"}))]
#[validate(schema(function = "copied_days_in_order", skip_on_field_errors = false))]
pub struct CopyVisit {
    #[validate(custom(function = "checks::year"))]
    pub arrival_date: NaiveDate,
    #[validate(custom(function = "checks::year"))]
    pub departure_date: NaiveDate,
}

fn copied_days_in_order(body: &CopyVisit) -> Validity {
    checks::visit_days(body.arrival_date, body.departure_date, "/departure_date")
}

/// A correction of what was recorded, and why.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = CorrectVisit, example = json!({"changes": {"recorded_headcount": 11}, "reason": "Một khách không sang được."}))]
pub struct CorrectVisit {
    #[validate(nested)]
    pub changes: VisitRecord,
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// The right values; what is left out stays as it was recorded.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitRecord)]
pub struct VisitRecord {
    #[schema(nullable = false)]
    pub arrived_on: Option<NaiveDate>,
    #[schema(nullable = false)]
    pub departed_on: Option<NaiveDate>,
    /// Number of guests who actually came.
    #[schema(nullable = false, minimum = 1, maximum = 100000)]
    pub recorded_headcount: Option<i64>,
    /// The whole report; tasks that are left out are no longer due.
    #[schema(nullable = false)]
    pub report: Option<ResultsReport>,
    /// Only for a visit of an old list: what its row says, with the fields of a change.
    #[schema(nullable = false)]
    pub content: Option<VisitChanges>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = ResumeVisit, example = json!({"arrival_date": "2027-01-11", "departure_date": "2027-01-13", "programme": []}))]
pub struct ResumeVisit {
    pub arrival_date: NaiveDate,
    pub departure_date: NaiveDate,
    /// The programme on the new days; if it is left out, the old one stays and must fit.
    #[schema(max_items = 500)]
    pub programme: Option<Vec<ItemBody>>,
    /// Exceptions that the new days need, from the body that may give them.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub waivers: Vec<Waiver>,
}
