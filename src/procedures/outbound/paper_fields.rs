//! The document fields of a trip. Pure.

use std::collections::HashMap;

use crate::dossier::parts::duties::Settlement;
use crate::issued_papers::model::Values;
use crate::issued_papers::spell::dong;
use crate::procedures::outbound::model::{Trip, TripContent};
use crate::registry::officials::Official;
use crate::statistics::count::Dimension;
use crate::statistics::labels::label;
use kernel::country::country;
use kernel::money::{Money, grouped, in_vietnamese as money};
use kernel::procedure::Procedure;
use kernel::text::Language;
use kernel::time::{Day, Period, in_vietnamese};
use kernel::words::{Capacity, MemberRole, PassportKind};

/// The name of a country in Vietnamese.
pub fn country_name(code: &str) -> String {
    country(code).map_or(code, |c| c.vi).to_owned()
}

/// The Vietnamese label of a vocabulary word.
pub fn said(dimension: Dimension, word: &str) -> String {
    label(dimension, word, &HashMap::new(), Language::Vietnamese)
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
pub fn plan(private: bool, planned: bool) -> &'static str {
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
pub fn day_rows(content: &TripContent, days: Period) -> Vec<(Period, String, String)> {
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

/// Sums by currency as text, and the total in words if all amounts are in đồng.
pub fn sums(amounts: &[Money]) -> (String, String) {
    let mut by: Vec<Money> = Vec::new();
    for m in amounts {
        match by.iter_mut().find(|b| b.currency == m.currency) {
            Some(sum) => sum.amount = sum.amount.saturating_add(m.amount),
            None => by.push(m.clone()),
        }
    }
    let text = by.iter().map(|m| money(m.amount, &m.currency)).collect::<Vec<_>>().join("; ");
    match by.as_slice() {
        [one] if one.currency == "VND" => (text, dong(one.amount)),
        [] => ("không dùng ngân sách".into(), "nguồn chi trả theo bảng".into()),
        _ => (text, "theo từng loại tiền".into()),
    }
}

/// Registry entries of the members.
pub struct MemberFacts<'a> {
    pub officials: &'a HashMap<i64, Official>,
    pub units: &'a HashMap<i64, (String, String)>,
}

/// Fills the fields of a trip. With `all`, members that the decision refused are included; with `as_was`, the dates
/// are those of the actual journey.
pub fn fill(values: &mut Values, trip: &Trip, known: &MemberFacts, all: bool, as_was: bool) {
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
    values.put("plan", plan(private, c.in_plan()));
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

/// First day, last day and number of days.
pub fn put_days(values: &mut Values, days: Period) {
    let day = |d: Day| in_vietnamese(d);
    values.put("from", day(days.from));
    values.put("to", day(days.to));
    values.put("days_total", days.days().to_string());
}

/// The settlement of costs.
pub fn put_settlement(values: &mut Values, settled: Option<&Settlement>) {
    let total = settled.map(|s| format!("{} đồng ({})", grouped(s.total_vnd), dong(s.total_vnd)));
    values.put("spent_total", total.unwrap_or_else(|| "chưa quyết toán".into()));
    for (at, line) in (1..).zip(settled.into_iter().flat_map(|s| &s.lines)) {
        let estimate = line.estimate.as_ref().map(|m| money(m.amount, &m.currency)).unwrap_or_default();
        let actual = money(line.actual.amount, &line.actual.currency);
        let (no, vnd) = (format!("{at}"), grouped(line.vnd));
        values.item(
            "spent",
            [
                ("no", no.as_str()),
                ("what", line.what.as_str()),
                ("estimate", estimate.as_str()),
                ("actual", actual.as_str()),
                ("vnd", vnd.as_str()),
            ],
        );
    }
    if let Some(settled) = settled {
        let sum = |vnd: i64| format!("{} đồng", grouped(vnd));
        let (estimate, total) = (settled.estimated_vnd.map(sum).unwrap_or_default(), grouped(settled.total_vnd));
        values.item("spent", [("what", "Tổng cộng"), ("estimate", estimate.as_str()), ("vnd", total.as_str())]);
    }
}
