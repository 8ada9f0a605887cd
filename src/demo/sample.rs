//! Two invented years of delegations (`demo --sample`), so that lists, calendar and charts are not empty.

use chrono::{Datelike, Duration};

use crate::access::store as accounts;
use crate::db::Conn;
use crate::dossier::Content;
use crate::dossier::decision::{Decision, DecisionPaper};
use crate::dossier::flow::State;
use crate::dossier::model::{Dossier, ResultsReport};
use crate::dossier::parts::model::{Funding, InvitingParty, Member, Stop};
use crate::dossier::parts::numbering::dossier_number;
use crate::dossier::store;
use crate::error::{Error, Result};
use crate::procedures::inbound::model::{Guest, Stay, VisitContent as Visit};
use crate::procedures::inbound::people;
use crate::procedures::outbound::model::{Journey, MemberSnapshot, TripContent as Trip};
use crate::registry::agencies::{self, AgencyFilter};
use crate::registry::officials::Official;
use crate::registry::officials_store;
use crate::statistics::store as statistics;
use kernel::id::Id;
use kernel::money::Money;
use kernel::procedure::Procedure;
use kernel::time::{Day, Moment, day_of};
use kernel::words::{
    Body, Capacity, Channel, DecisionVerdict, Field, FundingSource, GuestClass, InviterKind, MemberRole, Purpose,
    ReceptionLevel, SignedAs,
};

/// Country, place, and the organisation that invites or visits.
const PLACES: &[(&str, &str, &str)] = &[
    ("LA", "Savannakhet", "Chính quyền tỉnh Savannakhet"),
    ("KR", "Cheongju", "Chính quyền tỉnh Chungcheongbuk"),
    ("JP", "Kobe", "Chính quyền tỉnh Hyogo"),
    ("CN", "Nam Ninh", "Sở Ngoại vụ Quảng Tây"),
    ("LA", "Viêng Chăn", "Bộ Khoa học và Công nghệ Lào"),
    ("TH", "Khon Kaen", "Đại học Khon Kaen"),
    ("DE", "Leipzig", "Quỹ hợp tác phát triển Leipzig"),
    ("KR", "Seoul", "Cơ quan hợp tác quốc tế Hàn Quốc"),
    ("SG", "Singapore", "Viện quản trị Singapore"),
    ("FR", "Lyon", "Hội đồng vùng Lyon"),
    ("US", "Seattle", "Bệnh viện nhi Seattle"),
    ("KH", "Siem Reap", "Sở Y tế Siem Reap"),
    ("AU", "Perth", "Đại học Tây Úc"),
];
const PURPOSES: &[(Purpose, &str)] = &[
    (Purpose::Official, "thăm và làm việc"),
    (Purpose::StudyVisit, "học tập kinh nghiệm"),
    (Purpose::Training, "tập huấn"),
    (Purpose::Promotion, "xúc tiến hợp tác"),
    (Purpose::Event, "dự hội thảo"),
];
const FIELDS: &[Field] =
    &[Field::Science, Field::Health, Field::Education, Field::Investment, Field::Tourism, Field::Culture];
const GUESTS: &[&str] =
    &["Kim Min-jun", "Sato Haruka", "Bounmy Phommachanh", "Li Wei", "Somchai Jaidee", "Anna Schmidt"];

/// Picks an item, cycling through the list.
fn pick<T>(all: &[T], n: usize) -> Option<&T> {
    all.get(n.checked_rem(all.len())?)
}

fn lacks(what: &str) -> Error {
    Error::Internal(format!("the demo data has no {what}"))
}

/// The agencies and accounts of the demo data.
struct Cast {
    agencies: Vec<(i64, Vec<Official>)>,
    clerk: i64,
    chair: i64,
}

/// Adds the delegations if there are none yet; returns how many were created.
pub fn fill(conn: &mut Conn, now: Moment) -> Result<usize> {
    for entry in [Trip::ENTRY, Visit::ENTRY] {
        if !store::all_ids(conn, entry.key)?.is_empty() {
            return Ok(0);
        }
    }
    let account = |conn: &mut Conn, name: &str| {
        Ok::<i64, Error>(accounts::credentials(conn, name)?.ok_or_else(|| lacks(name))?.0)
    };
    let mut cast = Cast { agencies: Vec::new(), clerk: account(conn, "clerk.skhcn")?, chair: account(conn, "chair")? };
    for code in ["SKHCN", "SYT"] {
        let found =
            agencies::page(conn, &AgencyFilter { code: Some(code.into()), ..AgencyFilter::default() }, None, 1)?;
        let id = found.first().map(|a| a.id).ok_or_else(|| lacks(code))?;
        let mut people = officials_store::page(conn, Some(id), None, None, 50)?;
        people.sort_by_key(|o| (o.post_level, o.id));
        cast.agencies.push((id, people));
    }
    let today = day_of(now);
    let first = Day::from_ymd_opt(today.year() - 1, 1, 5).unwrap_or(today);
    let last = today + Duration::days(45);
    let mut made = 0;
    for n in 0usize.. {
        // One trip a week, so that nobody travels twice at the same time; one visit every four days.
        let begins = first + Duration::days(4 * i64::try_from(n).unwrap_or(0));
        if begins > last {
            break;
        }
        let visit = visit(conn, &cast, n, begins, now)?;
        keep(conn, visit, (begins, today), n, &cast, now)?;
        made += 1;
        let begins = first + Duration::days(7 * i64::try_from(n).unwrap_or(0));
        if begins <= last {
            keep(conn, trip(&cast, n, begins)?, (begins, today), n, &cast, now)?;
            made += 1;
        }
    }
    Ok(made)
}

fn trip(cast: &Cast, n: usize, departure: Day) -> Result<Trip> {
    let (agency_id, people) = pick(&cast.agencies, n).ok_or_else(|| lacks("agency"))?;
    let (country, place, partner) = *pick(PLACES, n * 5 + n / 7).ok_or_else(|| lacks("place"))?;
    let (purpose, doing) = *pick(PURPOSES, n).ok_or_else(|| lacks("purpose"))?;
    let returning = departure + Duration::days(2 + i64::try_from(n % 4).unwrap_or(0));
    // Leaders travel less often than staff.
    let first = if n.is_multiple_of(6) { 1 } else { 2 };
    let travelling: Vec<&Official> = people.iter().skip(first).take(2 + n % 4).collect();
    let amount = Money { amount: 40_000_000 * i64::try_from(travelling.len()).unwrap_or(1), currency: "VND".into() };
    let stop = |country: &str, place: &str| Stop {
        country: country.into(),
        place: place.into(),
        from: departure,
        to: returning,
    };
    let mut stops = vec![stop(country, place)];
    if n.is_multiple_of(9) && country != "TH" {
        stops.push(stop("TH", "Bangkok"));
    }
    Ok(Trip {
        title: format!("Đoàn {doing} tại {place}"),
        procedure: Procedure::OUTBOUND,
        purpose,
        field: pick(FIELDS, n / 2).copied(),
        capacity: Capacity::Department,
        agency_id: *agency_id,
        plan_item_id: None,
        planned: None,
        queued_on: None,
        funding: match n % 3 {
            0 => vec![Funding { source: FundingSource::Host, amount: None }],
            1 => vec![Funding { source: FundingSource::ProvincialBudget, amount: Some(amount) }],
            _ => vec![Funding { source: FundingSource::Project, amount: Some(amount) }],
        },
        inviting_party: Some(InvitingParty {
            name: partner.into(),
            country: country.into(),
            kind: InviterKind::Locality,
            invites_by_name: false,
        }),
        departure,
        returning,
        stops,
        members: travelling
            .iter()
            .enumerate()
            .map(|(at, o)| Member {
                official_id: Id(o.id),
                role: if at == 0 { MemberRole::Head } else { MemberRole::Member },
                relative_of: None,
            })
            .collect(),
        note: None,
        leave: None,
        party_opinions: Vec::new(),
        journey: Journey::default(),
        origin: None,
        people: travelling
            .iter()
            .map(|o| MemberSnapshot {
                full_name: o.full_name.clone(),
                post: o.post.clone(),
                agency_id: *agency_id,
                post_level: o.post_level,
            })
            .collect(),
        verdicts: Vec::new(),
    })
}

fn visit(conn: &mut Conn, cast: &Cast, n: usize, arrival: Day, now: Moment) -> Result<Visit> {
    let (agency_id, _) = pick(&cast.agencies, n / 2).ok_or_else(|| lacks("agency"))?;
    let (country, _, sender) = *pick(PLACES, n * 7 + n / 11).ok_or_else(|| lacks("place"))?;
    let (purpose, doing) = *pick(PURPOSES, n / 3).ok_or_else(|| lacks("purpose"))?;
    let name = pick(GUESTS, n).ok_or_else(|| lacks("guest"))?;
    let mut guests = vec![Guest {
        guest_id: None,
        full_name: format!("{name} {}", n / GUESTS.len() + 1),
        nationality: country.into(),
        position: "Trưởng đoàn".into(),
        passport_number: Some(format!("X{n:07}")),
        role: MemberRole::Head,
    }];
    people::resolve(conn, &mut guests, &[], now)?;
    let provincial = n.is_multiple_of(8);
    Ok(Visit {
        title: format!("Đoàn {sender} {doing}"),
        host_agency_id: *agency_id,
        coordinating: Vec::new(),
        channel: if n.is_multiple_of(10) { Channel::People } else { Channel::State },
        sending_organisation: sender.into(),
        country: country.into(),
        purpose,
        field: pick(FIELDS, n).copied(),
        topics: Vec::new(),
        first_visit: false,
        reception_level: if provincial { ReceptionLevel::Province } else { ReceptionLevel::Agency },
        guest_class: GuestClass::Other,
        arrival,
        departure: arrival + Duration::days(1 + i64::try_from(n % 3).unwrap_or(0)),
        headcount: 3 + i64::try_from(n * 5 % 11).unwrap_or(0),
        nationalities: Vec::new(),
        guests,
        programme: Vec::new(),
        stay: Stay::default(),
        origin: None,
    })
}

/// How a dossier's content changes when its dates have passed.
trait PassedSteps: Content {
    fn ends(&self) -> Day;
    fn begun(&mut self);
    fn ended(&mut self);
    /// The state while the delegation is under way.
    const LASTING: State;
}

impl PassedSteps for Trip {
    fn ends(&self) -> Day {
        self.returning
    }
    fn begun(&mut self) {
        self.journey.departed_on = Some(self.departure);
    }
    fn ended(&mut self) {
        self.journey.returned_on = Some(self.returning);
    }
    const LASTING: State = State::UnderWay;
}

impl PassedSteps for Visit {
    fn ends(&self) -> Day {
        self.departure
    }
    fn begun(&mut self) {
        self.stay.arrived_on = Some(self.arrival);
        self.stay.headcount = Some(self.headcount);
    }
    fn ended(&mut self) {
        self.stay.departed_on = Some(self.departure);
    }
    const LASTING: State = State::OnSite;
}

/// Stores the dossier in the state it would have today: closed, under way, approved, draft, and a few cancelled.
fn keep<C: PassedSteps>(
    conn: &mut Conn,
    mut content: C,
    (begins, today): (Day, Day),
    n: usize,
    cast: &Cast,
    now: Moment,
) -> Result<()> {
    let ends = content.ends();
    let draft = begins > today + Duration::days(30);
    if begins <= today && !n.is_multiple_of(17) {
        content.begun();
    }
    if ends < today && !n.is_multiple_of(17) {
        content.ended();
    }
    let mut dossier = Dossier::draft(content, cast.clerk, now);
    if !draft {
        let signed = begins - Duration::days(10);
        dossier.number = Some(dossier_number(conn, C::ENTRY.prefix, signed.year())?);
        (dossier.submitted_on, dossier.complete_on) = (Some(signed), Some(signed));
        dossier.decision = Some(Decision {
            verdict: DecisionVerdict::Approve,
            body: Body::PpcChair,
            document: DecisionPaper {
                number: format!("{}/QĐ-UBND", 100 + n),
                date: signed.min(today),
                signed_as: SignedAs::Direct,
            },
            note: None,
            decided_by: Id(cast.chair),
            waivers: Vec::new(),
            conditions: Vec::new(),
            corrections: Vec::new(),
            annotations: Vec::new(),
            same_number: Vec::new(),
        });
        dossier.state = if n.is_multiple_of(17) {
            State::Cancelled
        } else if ends < today {
            State::Closed
        } else if begins <= today {
            C::LASTING
        } else {
            State::Approved
        };
        if dossier.state == State::Closed {
            dossier.report = Some(ResultsReport {
                summary: "Đoàn hoàn thành chương trình đã được phê duyệt (số liệu minh họa).".into(),
                results: vec!["Biên bản làm việc".into()],
                follow_ups: Vec::new(),
            });
        }
    }
    store::insert(conn, &dossier)?;
    statistics::replace(conn, dossier.id, C::fact(&dossier).as_ref())
}
