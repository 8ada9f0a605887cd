//! Rules of a visit: whether the content is valid, and how it differs from another one. Pure.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::dossier::differences::{AmendmentKind, Difference};
use crate::dossier::parts::engagement::ProgrammeItem;
use crate::procedures::inbound::model::{Guest, VisitContent};
use crate::procedures::inbound::vetting::newcomers;
use crate::registry::officials::masked;
use kernel::checks;
use kernel::every_field;
use kernel::id::Id;
use kernel::time::{rfc3339, start_of};
use kernel::violation::Violations;
use kernel::words::{Bloc, Channel, FieldError, MemberRole, Purpose};

/// What the registry knows about a content.
pub struct KnownPeople {
    /// The bloc of the hosting agency; `None` if there is no such agency.
    pub host_bloc: Option<Bloc>,
    pub agencies: BTreeSet<i64>,
    /// The agency of each host.
    pub hosts: HashMap<i64, i64>,
}

/// Checks a content and adds every error.
pub fn check(content: &VisitContent, known: &KnownPeople, faults: &mut Violations) {
    faults.accept("", checks::visit_days(content.arrival, content.departure, "/departure_date"));
    faults.accept("/arrival_date", checks::year(&content.arrival));
    faults.accept("/departure_date", checks::year(&content.departure));
    faults.accept("/country", checks::foreign_country(&content.country));
    faults.require(
        content.purpose != Purpose::Private,
        "/purpose",
        FieldError::WrongPurpose,
        "Mục đích việc riêng chỉ dùng cho chuyến đi việc riêng ở nước ngoài.",
        "The purpose \"Private\" is only allowed for private travel.",
    );
    check_agencies(content, known, faults);
    check_guests(content, faults);
    check_nationalities(content, faults);
    check_programme(content, known, faults);
}

fn check_agencies(content: &VisitContent, known: &KnownPeople, faults: &mut Violations) {
    faults.require(
        known.host_bloc.is_some(),
        "/host_agency_id",
        FieldError::UnknownAgency,
        "Không có cơ quan này.",
        "There is no such agency.",
    );
    // The Front, mass organisations and the friendship union work in the people's channel (12-CT/TW 2022).
    faults.require(
        known.host_bloc != Some(Bloc::MassOrganisation) || content.channel == Channel::People,
        "/channel",
        FieldError::WrongChannel,
        "Đoàn do Mặt trận, đoàn thể, Liên hiệp hữu nghị chủ trì phải theo kênh đối ngoại nhân dân.",
        "Visits hosted by the Front, a mass organisation or the friendship union use the people-to-people channel.",
    );
    let mut seen = BTreeSet::from([content.host_agency_id]);
    for (index, id) in content.coordinating.iter().enumerate() {
        let pointer = format!("/coordinating_agency_ids/{index}");
        faults.require(
            known.agencies.contains(id),
            &pointer,
            FieldError::UnknownAgency,
            "Không có cơ quan này.",
            "There is no such agency.",
        );
        faults.require(
            seen.insert(*id),
            &pointer,
            FieldError::Repeated,
            "Cơ quan bị lặp lại.",
            "The agency is repeated.",
        );
    }
}

/// Adds the errors of the guest list.
pub fn check_guests(content: &VisitContent, faults: &mut Violations) {
    let listed = i64::try_from(content.guests.len()).unwrap_or(i64::MAX);
    faults.require(
        listed <= content.counted(),
        "/headcount",
        FieldError::BelowGuestList,
        "Số khách ít hơn danh sách khách.",
        "The headcount is smaller than the guest list.",
    );
    let heads = content.guests.iter().filter(|g| g.role == MemberRole::Head).count();
    faults.require(
        heads <= 1,
        "/guests",
        FieldError::OneHead,
        "Đoàn chỉ có một trưởng đoàn.",
        "A delegation has one head.",
    );
    let mut seen = BTreeSet::new();
    for (index, guest) in content.guests.iter().enumerate() {
        faults.check(&format!("/guests/{index}"), guest);
        faults.require(
            seen.insert(guest.key()),
            &format!("/guests/{index}/full_name"),
            FieldError::Repeated,
            "Khách được nêu hai lần trong danh sách.",
            "The guest is listed twice.",
        );
    }
}

/// Adds the errors of the nationalities as stated.
pub fn check_nationalities(content: &VisitContent, faults: &mut Violations) {
    let stated = &content.nationalities;
    if stated.is_empty() {
        return;
    }
    let mut seen = BTreeSet::new();
    for (index, share) in stated.iter().enumerate() {
        let pointer = format!("/nationalities/{index}/country");
        faults.accept(&pointer, checks::known_country(&share.country));
        faults.require(
            seen.insert(&share.country),
            &pointer,
            FieldError::Repeated,
            "Nước lặp lại.",
            "The country is repeated.",
        );
    }
    let sum: i64 = stated.iter().map(|s| s.count).sum();
    faults.require(
        sum == content.headcount || Some(sum) == content.stay.headcount,
        "/nationalities",
        FieldError::DoesNotAddUp,
        "Tổng theo quốc tịch khác số khách.",
        "The nationalities do not add up to the headcount.",
    );
    let mut listed: Vec<&str> = content.guests.iter().map(|g| g.nationality.as_str()).collect();
    listed.sort_unstable();
    listed.dedup();
    for country in listed {
        let count = stated.iter().find(|s| s.country == country).map_or(0, |s| s.count);
        faults.require(
            content.named(country) <= count,
            "/nationalities",
            FieldError::BelowGuestList,
            "Danh sách khách có nhiều người của một nước hơn số đã nêu.",
            "The guest list has more people from a country than stated.",
        );
    }
}

/// Maximum number of hosts in all items together; more is a typing mistake.
const HOSTS: usize = 2_000;

fn check_programme(content: &VisitContent, known: &KnownPeople, faults: &mut Violations) {
    let hosts: usize = content.programme.iter().map(|i| i.hosts.len()).sum();
    faults.require(hosts <= HOSTS, "/programme", FieldError::TooMany, "Quá nhiều người tiếp khách.", "Too many hosts.");
    check_hours(content, faults);
    let (first, last) = (start_of(content.arrival), start_of(content.departure + chrono::Duration::days(1)));
    for (index, item) in content.programme.iter().enumerate() {
        let at = |field: &str| format!("/programme/{index}/{field}");
        faults.require(
            item.ends_at > item.starts_at,
            &at("ends_at"),
            FieldError::EndsBeforeItBegins,
            "Giờ kết thúc phải sau giờ bắt đầu.",
            "The item must end after it begins.",
        );
        faults.require(
            first <= item.starts_at && item.ends_at <= last,
            &at("starts_at"),
            FieldError::OutsideTheVisit,
            "Hoạt động nằm ngoài thời gian đoàn ở tỉnh.",
            "The item lies outside the visit.",
        );
        let mut seen = BTreeSet::new();
        for (place, host) in item.hosts.iter().enumerate() {
            let pointer = format!("/programme/{index}/hosts/{place}");
            faults.require(
                seen.insert(host),
                &pointer,
                FieldError::Repeated,
                "Người này bị lặp lại.",
                "The host is repeated.",
            );
            let Some(agency) = known.hosts.get(host) else {
                faults.add(pointer, FieldError::UnknownOfficial, "Không có người này.", "There is no such official.");
                continue;
            };
            faults.require(
                *agency == content.host_agency_id || content.coordinating.contains(agency),
                &pointer,
                FieldError::NotInHostingAgency,
                "Người tiếp khách không thuộc cơ quan chủ trì hoặc phối hợp.",
                "The host belongs to neither the hosting nor a coordinating agency.",
            );
        }
    }
}

/// Nobody may receive guests at two places of one programme at the same time.
fn check_hours(content: &VisitContent, faults: &mut Violations) {
    let mut hours: Vec<_> = Vec::new();
    for (index, item) in content.programme.iter().enumerate() {
        hours.extend(item.hosts.iter().map(|host| (*host, item.starts_at, item.ends_at, index)));
    }
    hours.sort_unstable();
    for (before, next) in hours.iter().zip(hours.iter().skip(1)) {
        let twice = before.0 == next.0 && next.1 < before.2 && before.3 != next.3;
        faults.require(
            !twice,
            &format!("/programme/{}/hosts", next.3),
            FieldError::HostElsewhere,
            "Người tiếp khách phải có mặt ở hai hoạt động cùng giờ.",
            "A host is needed in two items at the same time.",
        );
    }
}

/// The differences between what was approved and what is proposed.
pub fn differences(old: &VisitContent, new: &VisitContent) -> Vec<Difference> {
    // An amendment asks for no other `host_agency_id` or `origin`, and `stay` is recorded. Every other field is compared
    // below.
    every_field!(VisitContent of old:
        title, host_agency_id, coordinating, channel, sending_organisation, country, purpose, field, topics,
        first_visit, reception_level, guest_class, arrival, departure, headcount, nationalities, guests,
        programme, stay, origin);
    let mut all = Vec::new();
    let mut differs = |kind, before: Value, after: Value, material| {
        if before != after {
            all.push(Difference { kind, before, after, material, people: Vec::new() });
        }
    };
    let dates = |c: &VisitContent| json!({"arrival_date": c.arrival, "departure_date": c.departure});
    differs(AmendmentKind::Dates, dates(old), dates(new), new.period().days() > old.period().days());
    let people = |c: &VisitContent| json!({"headcount": c.headcount, "nationalities": c.announced()});
    let known = old.announced();
    // More people of a country are others than those whom the consulted bodies looked at, whoever stays at home for them.
    let known = |country: &str| known.iter().find(|k| k.country == country).map_or(0, |k| k.count);
    let further = new.announced().iter().any(|n| n.count > known(&n.country));
    differs(AmendmentKind::Headcount, people(old), people(new), further || new.headcount > old.headcount);
    let from = |c: &VisitContent| json!({"sending_organisation": c.sending_organisation, "country": c.country});
    differs(AmendmentKind::Counterpart, from(old), from(new), true);
    differs(AmendmentKind::Purpose, json!({"purpose": old.purpose}), json!({"purpose": new.purpose}), true);
    let reception = |c: &VisitContent| json!({"reception_level": c.reception_level, "guest_class": c.guest_class, "channel": c.channel});
    differs(AmendmentKind::Reception, reception(old), reception(new), old.reception_level != new.reception_level);
    let topics = |c: &VisitContent| json!({"topics": c.topics, "first_visit": c.first_visit});
    let sensitive = new.topics.iter().any(|t| !old.topics.contains(t)) || old.first_visit != new.first_visit;
    differs(AmendmentKind::Topics, topics(old), topics(new), sensitive);
    let one = |g: &Guest| {
        json!({"full_name": g.full_name, "nationality": g.nationality, "position": g.position, "role": g.role,
            "passport_number": g.passport_number.as_deref().map(masked)})
    };
    let guests = |c: &VisitContent| json!({"guests": c.guests.iter().map(one).collect::<Vec<_>>()});
    // The police answered about these people: whoever joins or is exchanged is looked at as the others were.
    let joins = !newcomers(&old.guests, &new.guests).is_empty();
    differs(AmendmentKind::Members, guests(old), guests(new), joins);
    let another_area = new.programme.iter().any(|i| i.restricted_area && !old.programme.contains(i));
    let hours = |c: &VisitContent| {
        let one = |i: &ProgrammeItem| {
            json!({"starts_at": rfc3339(i.starts_at), "ends_at": rfc3339(i.ends_at), "place": i.place,
                "activity": i.activity, "restricted_area": i.restricted_area,
                "hosts": i.hosts.iter().copied().map(Id).collect::<Vec<_>>()})
        };
        json!({"programme": c.programme.iter().map(one).collect::<Vec<_>>()})
    };
    differs(AmendmentKind::Programme, hours(old), hours(new), another_area);
    let rest = |c: &VisitContent| {
        let coordinating: Vec<Id> = c.coordinating.iter().copied().map(Id).collect();
        json!({"title": c.title, "field": c.field, "coordinating_agency_ids": coordinating})
    };
    differs(AmendmentKind::Particulars, rest(old), rest(new), false);
    all
}
