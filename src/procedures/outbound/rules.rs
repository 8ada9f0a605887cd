//! Rules of an outbound dossier: whether the content is valid, and how it differs from another one. Pure.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Value, json};

use crate::dossier::differences::{AmendmentKind, Difference};
use crate::dossier::parts::model::{Member, Stop};
use crate::dossier::parts::rules::{check_funding, check_members, check_stops};
use crate::procedures::outbound::model::{MemberSnapshot, TripContent};
use kernel::checks;
use kernel::every_field;
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::violation::Violations;
use kernel::words::{FieldError, MemberRole, Purpose};

/// Checks a content and adds every error; `known` are the officials that exist.
pub fn check(content: &TripContent, known: &HashSet<i64>, faults: &mut Violations) {
    check_private(content, faults);
    faults.accept("", checks::trip_days(content.departure, content.returning, "/return_date"));
    faults.accept("/departure_date", checks::year(&content.departure));
    faults.accept("/return_date", checks::year(&content.returning));
    // An old list does not say where people were on which day, nor who they were, and not always what it cost.
    if content.origin.is_none() {
        check_stops(&content.stops, content.departure, content.returning, faults);
        check_funding(&content.funding, faults);
    }
    if content.origin.is_none() || !content.members.is_empty() {
        check_members(&content.members, faults);
    }
    for (index, member) in content.members.iter().enumerate() {
        let pointer = format!("/members/{index}/official_id");
        faults.require(
            known.contains(&member.official_id.0),
            &pointer,
            FieldError::UnknownOfficial,
            "Không có người này.",
            "There is no such official.",
        );
    }
    let private = content.procedure == Procedure::PRIVATE_TRAVEL;
    faults.require(
        private == (content.purpose == Purpose::Private),
        "/purpose",
        FieldError::WrongPurpose,
        "Việc riêng phải có mục đích là việc riêng, và ngược lại.",
        "Private travel must have the purpose \"Private\", and no other travel may.",
    );
    match &content.inviting_party {
        Some(party) => faults.check("/inviting_party", party),
        None => faults.require(
            private,
            "/inviting_party",
            FieldError::Missing,
            "Thiếu đơn vị mời.",
            "The inviting party is required.",
        ),
    }
}

/// What only a private journey has: the leave that covers it, and the opinions of Party cell and committee.
fn check_private(content: &TripContent, faults: &mut Violations) {
    let private = content.procedure == Procedure::PRIVATE_TRAVEL;
    let (vi, en) = ("Chỉ dùng cho việc riêng.", "Only allowed for a private journey.");
    faults.require(private || content.leave.is_none(), "/leave", FieldError::NotPrivate, vi, en);
    faults.require(private || content.party_opinions.is_empty(), "/party_opinions", FieldError::NotPrivate, vi, en);
    for (at, opinion) in content.party_opinions.iter().enumerate() {
        let travels = opinion.official_id.is_none_or(|id| content.members.iter().any(|m| m.official_id == id));
        let (vi, en) = ("Người này không có trong đoàn.", "This person is not in the delegation.");
        faults.require(travels, &format!("/party_opinions/{at}/official_id"), FieldError::UnknownMember, vi, en);
    }
    let Some(leave) = &content.leave else { return };
    if leave.to < leave.from {
        let (vi, en) = (
            "Ngày nghỉ phép cuối cùng không được trước ngày đầu.",
            "The last day of leave must not be before the first.",
        );
        faults.add("/leave/to", FieldError::EndsBeforeItBegins, vi, en);
        return;
    }
    let within = leave.from <= content.departure && content.returning <= leave.to;
    let (vi, en) = ("Chuyến đi phải nằm trong thời gian nghỉ phép.", "The journey must lie within the leave.");
    faults.require(within, "/leave", FieldError::OutsideLeave, vi, en);
}

/// The differences between what was decided and what is proposed.
pub fn differences(old: &TripContent, new: &TripContent) -> Vec<Difference> {
    // An amendment asks for none of `planned`, `queued_on`, `journey`, `verdicts` and `people`, which acts record, nor
    // for another `procedure`, `agency_id` or `origin`. Every other field is compared below.
    every_field!(TripContent of old:
        title, procedure, purpose, field, capacity, agency_id, plan_item_id, planned, queued_on, funding,
        inviting_party, departure, returning, stops, members, note, leave, party_opinions, journey, origin,
        people, verdicts);
    let mut all = Vec::new();
    let mut differs = |kind, before: Value, after: Value, material, people: Vec<String>| {
        if before != after {
            all.push(Difference { kind, before, after, material, people });
        }
    };
    let dates = |c: &TripContent| json!({"departure_date": c.departure, "return_date": c.returning});
    let longer = new.period().days() > old.period().days();
    differs(AmendmentKind::Dates, dates(old), dates(new), longer, Vec::new());

    let in_both = |c: &TripContent, member: &Member| c.members.contains(member);
    let shown = |c: &TripContent, other: &TripContent| {
        // Members whom the decision refused are no longer part of it, listed or not.
        let named = c.travelling().filter(|(m, _)| !in_both(other, m));
        let one = |(m, p): (&Member, &MemberSnapshot)| json!({"official_id": m.official_id, "full_name": p.full_name, "role": m.role, "relative_of": m.relative_of});
        json!({"members": named.map(one).collect::<Vec<_>>()})
    };
    let here = |c: &TripContent, id: Id| c.members.iter().any(|m| m.official_id == id);
    let newcomers: Vec<Id> = new.members.iter().map(|m| m.official_id).filter(|id| !here(old, *id)).collect();
    let head = |c: &TripContent| c.members.iter().find(|m| m.role == MemberRole::Head).map(|m| m.official_id);
    // A newly stated relative is as material as a new member.
    let related = |c: &TripContent| c.members.iter().filter(|m| m.relative_of.is_some()).count();
    let weighty = !newcomers.is_empty() || head(old) != head(new) || related(new) > related(old);
    let people = newcomers.iter().map(ToString::to_string).collect();
    differs(AmendmentKind::Members, shown(old, new), shown(new, old), weighty, people);

    let countries = |c: &TripContent| json!({"countries": c.countries().into_iter().collect::<BTreeSet<_>>()});
    let further = new.countries().iter().any(|c| !old.countries().contains(c));
    differs(AmendmentKind::Countries, countries(old), countries(new), further, Vec::new());

    differs(AmendmentKind::Purpose, json!({"purpose": old.purpose}), json!({"purpose": new.purpose}), true, Vec::new());
    let payers = |c: &TripContent| c.funding.iter().map(|f| f.source).collect::<BTreeSet<_>>();
    let paid = |c: &TripContent, source| {
        let of = c.funding.iter().filter(|f| f.source == source);
        of.filter_map(|f| f.amount.clone()).map(|m| (m.currency, m.amount)).collect::<BTreeMap<_, _>>()
    };
    // A new payer, a new currency, or a higher amount.
    let dearer = payers(new).into_iter().any(|source| {
        let before = paid(old, source);
        paid(new, source).iter().any(|(currency, amount)| before.get(currency).is_none_or(|was| amount > was))
    });
    let weighs = dearer || !payers(new).is_subset(&payers(old));
    differs(
        AmendmentKind::Funding,
        json!({"funding": old.funding}),
        json!({"funding": new.funding}),
        weighs,
        Vec::new(),
    );
    let inviter = |c: &TripContent| json!({"inviting_party": c.inviting_party});
    differs(AmendmentKind::Counterpart, inviter(old), inviter(new), true, Vec::new());
    differs(
        AmendmentKind::Capacity,
        json!({"capacity": old.capacity}),
        json!({"capacity": new.capacity}),
        false,
        Vec::new(),
    );
    // Different days or countries mean different stops, which is not a separate change.
    if old.period() == new.period() && countries(old) == countries(new) {
        differs(AmendmentKind::Programme, json!({"stops": old.stops}), json!({"stops": new.stops}), false, Vec::new());
    }
    let rest = |c: &TripContent| {
        json!({"title": c.title, "field": c.field, "plan_item_id": c.plan_item_id.map(Id), "note": c.note,
            "leave": c.leave, "party_opinions": c.party_opinions})
    };
    differs(AmendmentKind::Particulars, rest(old), rest(new), false, Vec::new());
    all
}

/// Stops follow the days of the trip if the agency does not state them: they move with it, and the first and the last
/// one still begin and end with it.
pub fn stops_on(old: &TripContent, departure: Day, returning: Day) -> Vec<Stop> {
    let (earlier, later) = (departure - old.departure, returning - old.returning);
    let last = old.stops.len().saturating_sub(1);
    let moved = old.stops.iter().enumerate().map(|(at, stop)| {
        let mut stop = stop.clone();
        if earlier == later {
            stop.from += earlier;
            stop.to += earlier;
        } else {
            if at == 0 && stop.from == old.departure {
                stop.from = departure;
            }
            if at == last && stop.to == old.returning {
                stop.to = returning;
            }
        }
        stop
    });
    moved.collect()
}
