//! Seeds the database through the product's own stores, in groups, with `synchronous=FULL` as in production.

use std::path::Path;

use crate::visits;
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::{Clock, Day, Moment};
use kernel::words::{
    Body, Capacity, DecisionVerdict, FundingSource, InviterKind, ManagedBy, MemberRole, Personnel, PostLevel, Purpose,
    SignedAs, StepKind,
};
use ngoaivu::approval::process::{Process, Step, StepStanding};
use ngoaivu::db::{Address, Conn, Db, migrate};
use ngoaivu::dossier::decision::{Decision, DecisionPaper};
use ngoaivu::dossier::flow::State;
use ngoaivu::dossier::parts::model::{Funding, InvitingParty, Member, Stop};
use ngoaivu::dossier::store;
use ngoaivu::error::Result;
use ngoaivu::procedures::outbound::facts::fact;
use ngoaivu::procedures::outbound::model::{Journey, MemberSnapshot, Trip, TripContent};
use ngoaivu::registry::agencies::{self, AgencyFilter};
use ngoaivu::registry::officials::{ManagementLevel, Official, SINCE_EVER};
use ngoaivu::registry::officials_store;
use ngoaivu::{demo, regulations, statistics};
use serde_json::{Value, json};

pub struct Seeded {
    pub delegations: usize,
    pub visits: usize,
    /// Some ids of closed visits.
    pub closed_visits: Vec<String>,
    /// Ids of approved visits, all at version 2, each with its arrival date.
    pub approved_visits: Vec<(String, Day)>,
    pub members: usize,
    /// Some ids of closed dossiers.
    pub closed: Vec<String>,
    pub closed_count: usize,
    /// Ids of submitted dossiers, all at version 2.
    pub submitted: Vec<String>,
    /// A body for `POST /outbound-delegations` with eight members.
    pub new_trip: Value,
}

const MEMBERS: usize = 8;
const OFFICIALS: usize = 4_000;
/// Dossiers per commit.
const GROUP: usize = 500;
/// Dossiers in ten that are submitted and pending; the others are closed and counted in statistics.
const SUBMITTED_OF_TEN: usize = 6;
/// Visits per ten delegations.
const VISITS_OF_TEN: usize = 10;
pub const COUNTRIES: [&str; 12] = ["LA", "CN", "KR", "JP", "TH", "KH", "US", "DE", "FR", "AU", "SG", "IN"];

struct Cast {
    agency: i64,
    clerk: i64,
    head: i64,
    chair: i64,
    officials: Vec<(i64, String)>,
}

pub fn fill(address: &Address, folder: &Path, delegations: usize) -> Seeded {
    migrate::run(address).unwrap();
    let db = Db::open(address.clone()).unwrap();
    ngoaivu::jobs::sealed_data::open(&db, folder.join("attachments")).unwrap();
    let now = Clock::Machine.now();
    db.write_now(move |conn| regulations::store::add_shipped(conn, now)).unwrap();
    db.write_now(move |conn| demo::make(conn, now)).unwrap();
    db.write_now(statistics::store::set_current).unwrap();
    let cast = std::sync::Arc::new(db.write_now(move |conn| people(conn, now)).unwrap());
    let (mut closed, mut submitted, mut closed_count) = (Vec::new(), Vec::new(), 0);
    for start in (0..delegations).step_by(GROUP) {
        let cast = std::sync::Arc::clone(&cast);
        let end = (start + GROUP).min(delegations);
        let made = db
            .write_now(move |conn| (start..end).map(|n| one(conn, &cast, n, now)).collect::<Result<Vec<_>>>())
            .unwrap();
        for (id, is_closed) in made {
            match is_closed {
                true if closed.len() < 5_000 => closed.push(id),
                true => {}
                false => submitted.push(id),
            }
            closed_count += usize::from(is_closed);
        }
    }
    let visits = delegations * VISITS_OF_TEN / 10;
    let people = std::sync::Arc::new(db.write_now(move |conn| visits::people(conn, now)).unwrap());
    let (mut closed_visits, mut approved_visits) = (Vec::new(), Vec::new());
    for start in (0..visits).step_by(GROUP) {
        let (cast, people) = (std::sync::Arc::clone(&cast), std::sync::Arc::clone(&people));
        let end = (start + GROUP).min(visits);
        let make = move |conn: &mut Conn| {
            (start..end)
                .map(|n| visits::one(conn, cast.agency, cast.clerk, cast.chair, &people, n, now))
                .collect::<Result<Vec<_>>>()
        };
        for (id, arrival, closed) in db.write_now(make).unwrap() {
            match closed {
                true if closed_visits.len() < 5_000 => closed_visits.push(id),
                true => {}
                false => approved_visits.push((id, arrival)),
            }
        }
    }
    if let Address::Postgresql(_) = address {
        db.write_now(|conn| {
            use diesel::RunQueryDsl;
            Ok(diesel::sql_query("ANALYZE").execute(conn)?)
        })
        .unwrap();
    }
    db.close();
    let members: Vec<Value> = (0..MEMBERS)
        .map(|at| json!({"official_id": Id(cast.officials[at * 7].0).to_string(), "role": if at == 0 { "head" } else { "member" }}))
        .collect();
    let new_trip = json!({"title": "Đoàn công tác tại Hàn Quốc", "procedure": "outbound", "purpose": "official", "capacity": "department",
        "requesting_agency_id": Id(cast.agency).to_string(), "funding": [{"source": "host"}],
        "inviting_party": {"name": "Tỉnh Chungbuk", "country": "KR", "kind": "locality"},
        "departure_date": "2026-12-07", "return_date": "2026-12-11",
        "stops": [{"country": "KR", "place": "Cheongju", "from": "2026-12-07", "to": "2026-12-11"}],
        "members": members, "classification": "unclassified"});
    Seeded {
        delegations,
        visits,
        closed_visits,
        approved_visits,
        members: delegations * MEMBERS,
        closed,
        closed_count,
        submitted,
        new_trip,
    }
}

fn people(conn: &mut Conn, now: Moment) -> Result<Cast> {
    let agency =
        agencies::page(conn, &AgencyFilter { code: Some("SKHCN".into()), ..AgencyFilter::default() }, None, 1)?[0].id;
    let user = |conn: &mut Conn, name: &str| ngoaivu::access::store::credentials(conn, name).map(|c| c.unwrap().0);
    let (clerk, head, chair) = (user(conn, "clerk.skhcn")?, user(conn, "head.skhcn")?, user(conn, "chair")?);
    let mut officials = Vec::with_capacity(OFFICIALS);
    for n in 0..OFFICIALS {
        let full_name = format!("Nguyễn Văn Người {n}");
        let official = Official {
            id: Id::new(now).0,
            version: 1,
            full_name: full_name.clone(),
            birth_date: None,
            agency_id: agency,
            post: "Chuyên viên".into(),
            post_level: PostLevel::Staff,
            personnel: Personnel::CivilServant,
            grade: None,
            party_member: false,
            provincial_committee_member: false,
            key_leader: false,
            opening_missions: None,
            left_on: None,
            merged_into: None,
            levels: vec![ManagementLevel {
                id: Id::new(now).0,
                managed_by: ManagedBy::Agency,
                valid_from: SINCE_EVER,
                valid_to: None,
            }],
            passports: Vec::new(),
            disciplines: Vec::new(),
        };
        officials_store::insert(conn, &official)?;
        officials.push((official.id, full_name));
    }
    Ok(Cast { agency, clerk, head, chair, officials })
}

/// Inserts one dossier; returns its id and whether it is closed.
fn one(conn: &mut Conn, cast: &Cast, n: usize, now: Moment) -> Result<(String, bool)> {
    let closed = n % 10 >= SUBMITTED_OF_TEN;
    let departure = Day::from_ymd_opt(2016, 1, 4).unwrap() + chrono::Duration::days(i64::try_from(n % 3_650).unwrap());
    let returning = departure + chrono::Duration::days(4);
    // A stride coprime to the number of officials spreads them evenly.
    let who = |at: usize| &cast.officials[(n * 37 + at * 501) % OFFICIALS];
    let stops: Vec<Stop> = (0..1 + usize::from(n.is_multiple_of(2)))
        .map(|at| Stop {
            country: COUNTRIES[(n / 3 + at * 5) % COUNTRIES.len()].into(),
            place: "Thủ đô".into(),
            from: departure,
            to: returning,
        })
        .collect();
    let mut propose = Step::planned(StepKind::Propose, Some(Body::AgencyHead), None, None, "");
    (propose.standing, propose.acted_by, propose.acted_at) = (StepStanding::Done, Some(cast.head), Some(now));
    let appraise = Step::planned(StepKind::Appraise, Some(Body::Dofa), None, Some(departure), "Quy chế mẫu");
    let decide = Step::planned(StepKind::Decide, Some(Body::PpcChair), None, Some(departure), "Quy chế mẫu");
    let mut process = Process { steps: vec![propose, appraise, decide] };
    process.open_next();
    if closed {
        process.end();
    }
    let trip = Trip {
        id: Id::new(now).0,
        version: 2,
        number: Some(format!("DR-{n}")),
        content: TripContent {
            title: format!("Đoàn công tác số {n}"),
            procedure: Procedure::OUTBOUND,
            purpose: Purpose::Official,
            field: None,
            capacity: Capacity::Department,
            agency_id: cast.agency,
            plan_item_id: None,
            planned: None,
            queued_on: None,
            funding: vec![Funding { source: FundingSource::Host, amount: None }],
            inviting_party: Some(InvitingParty {
                name: "Đối tác".into(),
                country: stops[0].country.clone(),
                kind: InviterKind::Locality,
                invites_by_name: false,
            }),
            departure,
            returning,
            stops,
            members: (0..MEMBERS)
                .map(|at| Member {
                    official_id: Id(who(at).0),
                    role: if at == 0 { MemberRole::Head } else { MemberRole::Member },
                    relative_of: None,
                })
                .collect(),
            note: None,
            leave: None,
            party_opinions: Vec::new(),
            journey: Journey::default(),
            origin: None,
            people: (0..MEMBERS)
                .map(|at| MemberSnapshot {
                    full_name: who(at).1.clone(),
                    post: "Chuyên viên".to_owned(),
                    agency_id: cast.agency,
                    post_level: PostLevel::Staff,
                })
                .collect(),
            verdicts: Vec::new(),
        },
        state: if closed { State::Closed } else { State::Submitted },
        signature_requested: false,
        created_by: cast.clerk,
        created_at: now,
        updated_at: now,
        submitted_on: Some(departure),
        complete_on: Some(departure),
        ruling: None,
        decision: closed.then(|| Decision {
            verdict: DecisionVerdict::Approve,
            body: Body::PpcChair,
            document: DecisionPaper { number: n.to_string(), date: departure, signed_as: SignedAs::Direct },
            note: None,
            decided_by: Id(cast.chair),
            waivers: Vec::new(),
            conditions: Vec::new(),
            corrections: Vec::new(),
            annotations: Vec::new(),
            same_number: Vec::new(),
        }),
        report: None,
        amendments: Vec::new(),
        process,
    };
    store::insert(conn, &trip)?;
    if closed {
        statistics::store::replace(conn, trip.id, fact(&trip).as_ref())?;
    }
    Ok((Id(trip.id).to_string(), closed))
}
