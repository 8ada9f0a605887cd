//! The demo data (api.md §10): the province Tỉnh Mẫu with agencies, accounts and officials, but no delegations.

pub mod sample;

use crate::access::account::{Account, Dated};
use crate::access::context::RequestContext;
use crate::access::{password, store as accounts};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::registry::agencies::{self, Agency, AgencyFilter};
use crate::registry::officials::{ManagementLevel, Official, Passport, PassportStanding, SINCE_EVER};
use crate::registry::officials_store;
use kernel::id::Id;
use kernel::time::{Day, Moment};
use kernel::words::{Bloc, Body, ManagedBy, PassportKind, Personnel, PostLevel, Role};

/// The password of every account.
pub const PASSWORD: &str = "demo-ngoaivu-2026";

const AGENCIES: &[(&str, &str, Bloc)] = &[
    ("UBND", "Ủy ban nhân dân tỉnh Mẫu", Bloc::State),
    ("VPUB", "Văn phòng UBND tỉnh Mẫu", Bloc::State),
    ("SNV", "Sở Ngoại vụ", Bloc::State),
    ("SKHCN", "Sở Khoa học và Công nghệ", Bloc::State),
    ("SYT", "Sở Y tế", Bloc::State),
    ("CAT", "Công an tỉnh Mẫu", Bloc::State),
    ("VPTU", "Văn phòng Tỉnh ủy Mẫu", Bloc::Party),
];

/// The role or office that an account holds.
enum Holds {
    Role(Role),
    Seat(Body),
}

/// User name, full name, agency, role or office, and its name in the greeting.
const ACCOUNTS: &[(&str, &str, &str, Holds, &str)] = &[
    ("admin", "Lê Quản Trị", "SNV", Holds::Role(Role::SystemAdmin), "system_admin"),
    ("rules", "Phan Quy Định", "SNV", Holds::Role(Role::RuleAdmin), "rule_admin"),
    ("clerk.skhcn", "Nguyễn Thị Hạnh", "SKHCN", Holds::Role(Role::Clerk), "clerk"),
    ("clerk.syt", "Trần Văn Phúc", "SYT", Holds::Role(Role::Clerk), "clerk"),
    ("head.skhcn", "Võ Minh Đức", "SKHCN", Holds::Seat(Body::AgencyHead), "seat agency_head"),
    ("head.syt", "Bùi Thanh Sơn", "SYT", Holds::Seat(Body::AgencyHead), "seat agency_head"),
    ("officer.snv", "Đỗ Thị Thẩm", "SNV", Holds::Seat(Body::Dofa), "seat dofa"),
    ("director.snv", "Hoàng Giám Đốc", "SNV", Holds::Seat(Body::DofaDirector), "seat dofa_director"),
    ("office.vptu", "Lý Văn Phòng", "VPTU", Holds::Seat(Body::PartyOffice), "seat party_office"),
    ("chair", "Trịnh Chủ Tịch", "UBND", Holds::Seat(Body::PpcChair), "seat ppc_chair"),
    ("police", "Cao An Ninh", "CAT", Holds::Seat(Body::ProvincialPolice), "seat provincial_police"),
    ("custodian", "Mai Hộ Chiếu", "SNV", Holds::Role(Role::PassportCustodian), "passport_custodian"),
    ("stats", "Tạ Thống Kê", "SNV", Holds::Role(Role::Statistician), "statistician"),
    ("inspector", "Hồ Thanh Tra", "SNV", Holds::Role(Role::Inspector), "inspector"),
];

/// Officials by agency.
const PEOPLE: &[(&str, &[&str])] = &[
    ("SKHCN", &["Đặng Văn Minh", "Phạm Thu Hà", "Nguyễn Quốc Bảo", "Lê Thị Mai", "Trần Anh Tuấn", "Vũ Ngọc Ánh"]),
    ("SYT", &["Đinh Công Lý", "Hà Thị Lan", "Ngô Đức Thắng", "Dương Mỹ Linh", "Phùng Văn Hải", "Kiều Thanh Tâm"]),
    ("SNV", &["Hoàng Giám Đốc", "Đỗ Thị Thẩm"]),
    ("UBND", &["Trịnh Chủ Tịch"]),
];

const POSTS: &[(&str, PostLevel)] = &[
    ("Giám đốc", PostLevel::DepartmentHead),
    ("Phó Giám đốc", PostLevel::DepartmentDeputyHead),
    ("Trưởng phòng", PostLevel::DivisionHead),
    ("Chuyên viên", PostLevel::Staff),
    ("Chuyên viên", PostLevel::Staff),
    ("Chuyên viên", PostLevel::Staff),
];

/// What the greeting needs: accounts and ids to try.
pub struct World {
    pub skhcn: String,
    pub officials: Vec<(String, String)>,
}

/// User name, agency and purpose of each account.
pub fn accounts_shown() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ACCOUNTS.iter().map(|(username, _, agency, _, what)| (*username, *agency, *what))
}

/// Creates the demo data in an empty database, or finds it there; a database with other data is refused.
pub fn make(conn: &mut Conn, now: Moment) -> Result<World> {
    let there = agencies::count(conn, &AgencyFilter::default())? > 0;
    if !there {
        fill(conn, now)?;
    } else if !is_demo(conn)? {
        return Err(Error::Internal("this place does not contain the demo data; choose an empty one".into()));
    }
    let skhcn = agencies::page(conn, &AgencyFilter { code: Some("SKHCN".into()), ..AgencyFilter::default() }, None, 1)?;
    let id = skhcn.first().map(|a| a.id).ok_or_else(|| Error::Internal("the demo data has no agency SKHCN".into()))?;
    let mut people = officials_store::page(conn, Some(id), None, None, 50)?;
    people.sort_by_key(|o| (o.post_level, o.id));
    let officials = people.into_iter().map(|o| (Id(o.id).to_string(), o.full_name)).collect();
    Ok(World { skhcn: Id(id).to_string(), officials })
}

/// The province of the demo world, whose text is the sample.
pub const JURISDICTION: &str = "tinh-mau";

/// Whether a database holds the demo world.
pub fn is_demo(conn: &mut Conn) -> Result<bool> {
    Ok(accounts::credentials(conn, "clerk.skhcn")?.is_some())
}

fn fill(conn: &mut Conn, now: Moment) -> Result<()> {
    let since = Day::from_ymd_opt(2000, 1, 1).unwrap_or(SINCE_EVER);
    let mut ids: Vec<(&str, i64)> = Vec::new();
    let mut root = None;
    for (code, name, bloc) in AGENCIES {
        let agency = Agency {
            id: Id::new(now).0,
            version: 1,
            code: (*code).into(),
            name: (*name).into(),
            parent_id: if *bloc == Bloc::State { root } else { None },
            bloc: *bloc,
            valid_from: since,
            valid_to: None,
            clerk_may_submit: false,
            confirmed: true,
        };
        root = root.or(Some(agency.id));
        agencies::insert(conn, &agency)?;
        ids.push((code, agency.id));
    }
    let agency_id = |code: &str| ids.iter().find(|(c, _)| *c == code).map(|(_, id)| *id);
    let mut made: Vec<(String, i64)> = Vec::new();
    for (code, names) in PEOPLE {
        let Some(agency) = agency_id(code) else { continue };
        for (at, name) in names.iter().enumerate() {
            let official = person(code, agency, at, name, now);
            officials_store::insert(conn, &official)?;
            made.push(((*name).to_owned(), official.id));
        }
    }
    let hash = password::hash_now(PASSWORD)?;
    for (username, full_name, agency, holds, _) in ACCOUNTS {
        let dated_role = |role| Dated { what: role, valid_from: since, valid_to: None };
        let dated_seat = |body| Dated { what: body, valid_from: since, valid_to: None };
        let (roles, seats) = match holds {
            Holds::Role(role) => (vec![dated_role(*role)], Vec::new()),
            Holds::Seat(body) => (Vec::new(), vec![dated_seat(*body)]),
        };
        let account = Account {
            id: Id::new(now).0,
            version: 1,
            username: (*username).into(),
            full_name: (*full_name).into(),
            email: None,
            agency_id: agency_id(agency),
            predecessors: Vec::new(),
            below: Vec::new(),
            official_id: made.iter().find(|(name, _)| name == full_name).map(|(_, id)| *id),
            active: true,
            activated: true,
            second_factor: false,
            roles,
            seats,
            stand_ins: Vec::new(),
            scopes: Vec::new(),
        };
        accounts::insert(conn, &account, Some(&hash), now)?;
    }
    let detail = serde_json::json!({"province": "tinh-mau"});
    RequestContext::command_line(now).remember(conn, "make_demo_world", "province", detail)
}

/// One official of the demo; the leaders of the two departments are Party-managed key leaders.
fn person(code: &str, agency_id: i64, at: usize, name: &str, now: Moment) -> Official {
    let (post, post_level) = match code {
        "UBND" => ("Chủ tịch UBND tỉnh", PostLevel::PpcChair),
        "SNV" if at > 0 => ("Chuyên viên", PostLevel::Staff),
        _ => POSTS.get(at).copied().unwrap_or(("Chuyên viên", PostLevel::Staff)),
    };
    let leader = post_level.is_leader();
    let id = Id::new(now).0;
    let managed_by = if leader { ManagedBy::PartyStandingBoard } else { ManagedBy::Agency };
    Official {
        id,
        version: 1,
        full_name: name.into(),
        birth_date: Day::from_ymd_opt(1970 + i32::try_from(at).unwrap_or(0) * 3, 5, 12),
        agency_id,
        post: post.into(),
        post_level,
        personnel: if leader { Personnel::Cadre } else { Personnel::CivilServant },
        grade: None,
        party_member: leader,
        provincial_committee_member: false,
        key_leader: leader,
        opening_missions: None,
        left_on: None,
        merged_into: None,
        levels: vec![ManagementLevel { id: Id::new(now).0, managed_by, valid_from: SINCE_EVER, valid_to: None }],
        passports: vec![Passport {
            id: Id::new(now).0,
            kind: PassportKind::Ordinary,
            number: format!("C{:07}", 4_000_000 + id.rem_euclid(999_983)),
            issued_on: Day::from_ymd_opt(2025, 1, 1),
            expires_on: Day::from_ymd_opt(2035, 1, 1).unwrap_or(Day::MAX),
            standing: PassportStanding::Valid,
            standing_since: None,
            standing_document: None,
        }],
        disciplines: Vec::new(),
    }
}

/// The text for a newcomer: address, accounts, and five command lines that work when pasted in order.
pub fn greeting(address: std::net::SocketAddr, world: &World, today: Day) -> String {
    let base = format!("http://{address}/api/v1");
    let mut text = format!("ngoaivu demo: http://{address}    reference: http://{address}/docs/\n\n");
    text += &format!("Accounts (password of all: {}):\n", PASSWORD);
    for (username, agency, what) in accounts_shown() {
        text += &format!("  {username:<14} {agency:<6} {what}\n");
    }
    let member = |at: usize, role: &str| {
        let id = world.officials.get(at).map(|(id, _)| id.as_str()).unwrap_or("");
        format!("{{\"official_id\":\"{id}\",\"role\":\"{role}\"}}")
    };
    let members = [member(2, "head"), member(3, "member"), member(4, "member")].join(",");
    let start = today + chrono::Duration::days(21);
    let end = start + chrono::Duration::days(4);
    let login = |user: &str| {
        format!(
            "$(curl -s {base}/auth/login -H 'Content-Type: application/json' -d '{{\"username\":\"{user}\",\"password\":\"{}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\).*/\\1/')",
            PASSWORD
        )
    };
    let trip = format!(
        "{{\"title\":\"Học tập chuyển đổi số tại Hàn Quốc\",\"procedure\":\"outbound\",\"purpose\":\"study_visit\",\"capacity\":\"department\",\"requesting_agency_id\":\"{}\",\"funding\":[{{\"source\":\"host\"}}],\"inviting_party\":{{\"name\":\"Tỉnh Chungbuk\",\"country\":\"KR\",\"kind\":\"locality\"}},\"departure_date\":\"{start}\",\"return_date\":\"{end}\",\"stops\":[{{\"country\":\"KR\",\"place\":\"Cheongju\",\"from\":\"{start}\",\"to\":\"{end}\"}}],\"members\":[{members}],\"classification\":\"unclassified\"}}",
        world.skhcn
    );
    text += "\nFive lines to try, in order (sign in, create a trip, its assessment, submit it, the inbox):\n\n";
    text += &format!("CLERK={}; curl -s {base}/me -H \"Authorization: Bearer $CLERK\"; echo\n\n", login("clerk.skhcn"));
    text += &format!(
        "TRIP=$(curl -s {base}/outbound-delegations -H \"Authorization: Bearer $CLERK\" -H 'Content-Type: application/json' -d '{trip}' | tee /dev/stderr | sed 's/^{{\"id\":\"\\([^\"]*\\).*/\\1/'); echo\n\n"
    );
    text +=
        &format!("curl -s {base}/outbound-delegations/$TRIP/assessment -H \"Authorization: Bearer $CLERK\"; echo\n\n");
    text += &format!(
        "for d in request_letter invitation programme; do printf '%%PDF-1.4\\n' | curl -s -o /dev/null {base}/outbound-delegations/$TRIP/attachments -H \"Authorization: Bearer $CLERK\" -F document=$d -F 'file=@-;filename=giay-to.pdf'; done; HEAD={}; curl -s {base}/outbound-delegations/$TRIP/submit -H \"Authorization: Bearer $HEAD\" -H 'If-Match: \"4\"' -H 'Content-Type: application/json' -d '{{}}'; echo\n\n",
        login("head.skhcn")
    );
    text += &format!(
        "OFFICER={}; curl -s {base}/inbox -H \"Authorization: Bearer $OFFICER\"; echo\n\n",
        login("officer.snv")
    );
    text += "Press Ctrl-C to stop the server; the same command reopens the same data.\n";
    text
}
