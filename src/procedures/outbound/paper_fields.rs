//! What issued documents say about a trip.

use std::collections::HashMap;

use crate::db::Conn;
use crate::dossier::parts::paper_fields::{country_name, put_days, said, sums};
use crate::error::Result;
use crate::procedures::outbound::model::{Trip, TripContent};
use crate::registry::agencies;
use crate::registry::officials::Official;
use crate::registry::officials_store;
use crate::statistics::dimension::Dimension;
use documents::template::Values;
use kernel::money::{grouped, in_vietnamese as money};
use kernel::paper::PaperKind;
use kernel::procedure::Procedure;
use kernel::time::{Period, in_vietnamese};
use kernel::words::{Capacity, MemberRole, PassportKind};

/// Fills the fields of a document about a trip; `in_plan` says whether the annual plan has it.
pub fn put(conn: &mut Conn, trip: &Trip, kind: PaperKind, in_plan: bool, values: &mut Values) -> Result<()> {
    let c = &trip.content;
    let officials: HashMap<i64, _> =
        officials_store::find_all(conn, &c.official_ids())?.into_iter().map(|o| (o.id, o)).collect();
    let units = agencies::names(conn, &c.people.iter().map(|p| p.agency_id).collect::<Vec<_>>())?;
    let known = MemberFacts { officials: &officials, units: &units };
    fill(
        values,
        trip,
        &known,
        matches!(kind, PaperKind::Submission | PaperKind::Refusal),
        kind == PaperKind::TripReport,
    );
    values.put("plan", plan(c.procedure == Procedure::PRIVATE_TRAVEL, in_plan));
    if let Some(party) = &c.inviting_party {
        values.item("bases", [("text", format!("Theo thư mời của {}", party.name).as_str())]);
    }
    Ok(())
}

fn capacity(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::PartyCommittee => "Tỉnh ủy",
        Capacity::PeopleCouncil => "Hội đồng nhân dân tỉnh",
        Capacity::Ppc => "Ủy ban nhân dân tỉnh",
        Capacity::Department => "sở, ban, ngành",
        Capacity::Commune => "cấp xã",
        Capacity::Front => "Mặt trận Tổ quốc",
        Capacity::MassOrganisation => "đoàn thể",
        Capacity::FriendshipUnion => "Liên hiệp các tổ chức hữu nghị",
        Capacity::Enterprise => "doanh nghiệp",
    }
}

fn role(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Head => "Trưởng đoàn",
        MemberRole::DeputyHead => "Phó trưởng đoàn",
        MemberRole::Member => "Thành viên",
        MemberRole::Interpreter => "Phiên dịch",
        MemberRole::Entourage => "Tùy tùng",
    }
}

/// How the document refers to the annual plan, which does not cover private travel.
fn plan(private: bool, planned: bool) -> &'static str {
    match (private, planned) {
        (true, _) => "theo nguyện vọng cá nhân",
        (false, true) => "trong kế hoạch",
        (false, false) => "ngoài kế hoạch",
    }
}

fn passport(kind: PassportKind) -> &'static str {
    match kind {
        PassportKind::Diplomatic => "ngoại giao",
        PassportKind::Official => "công vụ",
        PassportKind::Ordinary => "phổ thông",
    }
}

/// Rows by stop. Every day of the trip is in exactly one row, so that the rows add up to its length; days between
/// stops are travel days.
fn day_rows(content: &TripContent, days: Period) -> Vec<(Period, String, String)> {
    let mut rows = Vec::new();
    let mut next = days.from;
    for stop in &content.stops {
        let to = stop.to.min(days.to);
        if next < stop.from && stop.from <= days.to {
            rows.push((
                Period { from: next, to: stop.from.pred_opt().unwrap_or(next) },
                String::new(),
                "Đi đường".into(),
            ));
            next = stop.from;
        }
        if next <= to {
            rows.push((Period { from: next, to }, country_name(&stop.country), stop.place.clone()));
            next = to.succ_opt().unwrap_or(to);
        }
    }
    if next <= days.to {
        rows.push((Period { from: next, to: days.to }, String::new(), "Đi đường".into()));
    }
    rows
}

/// Registry entries of the members.
struct MemberFacts<'a> {
    officials: &'a HashMap<i64, Official>,
    units: &'a HashMap<i64, (String, String)>,
}

/// Fills the fields of a trip. With `all`, members that the decision refused are included; with `as_was`, the dates
/// are those of the actual journey.
fn fill(values: &mut Values, trip: &Trip, known: &MemberFacts, all: bool, as_was: bool) {
    let c = &trip.content;
    let planned = c.period();
    let days = if as_was {
        Period { from: c.journey.departed_on.unwrap_or(planned.from), to: c.journey.returned_on.unwrap_or(planned.to) }
    } else {
        planned
    };
    values.put("title", c.title.clone());
    values.put("purpose", said(Dimension::Purpose, c.purpose.word()).to_lowercase());
    values.put("field", c.field.map(|f| said(Dimension::Field, f.word())).unwrap_or_default());
    let private = c.procedure == Procedure::PRIVATE_TRAVEL;
    values.put("capacity", if private { "cá nhân" } else { capacity(c.capacity) });
    values.put("subject", if private { "cho phép ra nước ngoài về việc riêng" } else { "cử đoàn ra nước ngoài" });
    if let Some(note) = &c.note {
        values.item("remarks", [("text", note.as_str())]);
    }
    let countries: Vec<String> = c.countries().iter().map(|code| country_name(code)).collect();
    values.put("countries", countries.join(", "));
    values.put("where", format!("tại {}", countries.join(", ")));
    values.put("inviter", c.inviting_party.as_ref().map_or("không có".to_owned(), |p| p.name.clone()));
    put_days(values, days);
    let mut people = 0i64;
    let mut passports: Vec<&str> = Vec::new();
    let going: Vec<i64> = c.travelling().map(|(m, _)| m.official_id.0).collect();
    for (member, _, person) in c.members_judged().filter(|(m, ..)| all || going.contains(&m.official_id.0)) {
        people += 1;
        let official = known.officials.get(&member.official_id.0);
        let unit = known.units.get(&person.agency_id).map(|(_, name)| name.clone()).unwrap_or_default();
        let grade = official.and_then(|o| o.grade.as_ref());
        let grade = grade.map_or(String::new(), |g| format!("{}, {}, {} ({})", g.category, g.grade, g.step, g.code));
        let birth = official.and_then(|o| o.birth_date).map(in_vietnamese).unwrap_or_default();
        let post = official.map(|o| o.post.clone()).unwrap_or_default();
        let no = people.to_string();
        values.item(
            "members",
            [
                ("no", no.as_str()),
                ("name", person.full_name.as_str()),
                ("birth", birth.as_str()),
                ("post", post.as_str()),
                ("unit", unit.as_str()),
                ("grade", grade.as_str()),
                ("role", if private { "Người đi" } else { role(member.role) }),
            ],
        );
        let kind = official.and_then(|o| o.passport(private)).map(|p| passport(p.kind));
        passports.extend(kind.filter(|k| !passports.contains(k)));
    }
    values.put("people_total", grouped(people + c.unnamed()));
    values.put("passports", if passports.is_empty() { "theo quy định".into() } else { passports.join(", ") });
    for (at, (part, country, place)) in (1..).zip(day_rows(c, days)) {
        let dates = if part.from == part.to {
            in_vietnamese(part.from)
        } else {
            format!("{} – {}", in_vietnamese(part.from), in_vietnamese(part.to))
        };
        let (no, days) = (format!("{at}"), part.days().to_string());
        values.item(
            "stops",
            [
                ("no", no.as_str()),
                ("dates", dates.as_str()),
                ("country", country.as_str()),
                ("place", place.as_str()),
                ("days", days.as_str()),
            ],
        );
    }
    let mut amounts = Vec::new();
    for (at, paid) in (1..).zip(&c.funding) {
        let amount = paid.amount.as_ref().map(|m| money(m.amount, &m.currency)).unwrap_or_default();
        let source = said(Dimension::Funding, paid.source.word());
        let no = format!("{at}");
        values.item("costs", [("no", no.as_str()), ("source", source.as_str()), ("amount", amount.as_str())]);
        amounts.extend(paid.amount.clone());
    }
    let (total, words) = sums(&amounts);
    values.put("cost_total", total);
    values.put("cost_words", words);
}
