//! Cross-field rules that apply in every procedure. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::dossier::parts::model::{Funding, Member, Stop};
use kernel::checks;
use kernel::violation::Violations;
use kernel::words::{FieldError, MemberRole};

/// Maximum days from the end of one stop to the start of the next: this leaves one day for the journey.
const GAP: i64 = 2;

/// Stops must lie within the trip, in order, with gaps of at most one day.
pub fn check_stops(stops: &[Stop], departure: NaiveDate, returning: NaiveDate, faults: &mut Violations) {
    let mut last: Option<NaiveDate> = None;
    for (index, stop) in stops.iter().enumerate() {
        let at = |field: &str| format!("/stops/{index}/{field}");
        faults.check(&format!("/stops/{index}"), stop);
        let inside = departure <= stop.from && stop.to <= returning;
        faults.require(
            inside,
            &at("from"),
            FieldError::OutsideTheTrip,
            "Điểm đến nằm ngoài thời gian chuyến đi.",
            "The stop lies outside the trip.",
        );
        if let Some(last) = last {
            faults.require(
                stop.from >= last,
                &at("from"),
                FieldError::OutOfOrder,
                "Các điểm đến chưa đúng thứ tự.",
                "The stops are not in order.",
            );
            let gap = (stop.from - last).num_days();
            faults.require(
                gap <= GAP,
                &at("from"),
                FieldError::Gap,
                "Khoảng trống giữa hai điểm đến quá một ngày.",
                "There is more than one day between two stops.",
            );
        }
        last = Some(stop.to);
    }
}

/// No source twice, and each part of the funding valid by itself.
pub fn check_funding(funding: &[Funding], faults: &mut Violations) {
    let mut seen = BTreeSet::new();
    for (index, part) in funding.iter().enumerate() {
        faults.require(
            seen.insert(part.source),
            &format!("/funding/{index}/source"),
            FieldError::Repeated,
            "Nguồn kinh phí này được nêu hai lần.",
            "The source is listed twice.",
        );
        faults.check(&format!("/funding/{index}"), part);
    }
}

/// Exactly one head, nobody twice, relatives among the members.
pub fn check_members(members: &[Member], faults: &mut Violations) {
    let heads = members.iter().filter(|m| m.role == MemberRole::Head).count();
    faults.accept("", checks::one_head(heads, "/members"));
    let mut seen = BTreeSet::new();
    for (index, member) in members.iter().enumerate() {
        let at = |field: &str| format!("/members/{index}/{field}");
        faults.require(
            seen.insert(member.official_id),
            &at("official_id"),
            FieldError::Repeated,
            "Một người được nêu hai lần.",
            "The person is listed twice.",
        );
        if let Some(relative) = member.relative_of {
            let known = relative != member.official_id && members.iter().any(|m| m.official_id == relative);
            faults.require(
                known,
                &at("relative_of"),
                FieldError::UnknownMember,
                "Không có thành viên này trong đoàn.",
                "There is no such member in the delegation.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(stops: &[(&str, &str)]) -> Vec<&'static str> {
        let day = |d: &str| format!("2026-03-{d}").parse().unwrap();
        let stops: Vec<Stop> = stops
            .iter()
            .map(|(from, to)| Stop { country: "KR".into(), place: "Seoul".into(), from: day(from), to: day(to) })
            .collect();
        let mut faults = Violations::default();
        check_stops(&stops, day("10"), day("20"), &mut faults);
        faults.0.into_iter().map(|f| f.code.word()).collect()
    }

    #[test]
    fn stops_lie_inside_the_trip_in_order_with_gaps_of_at_most_a_day() {
        assert!(codes(&[("10", "14"), ("14", "17"), ("19", "20")]).is_empty());
        assert_eq!(codes(&[("09", "12")]), ["outside_the_trip"]);
        assert_eq!(codes(&[("12", "21")]), ["outside_the_trip"]);
        assert_eq!(codes(&[("15", "16"), ("12", "13")]), ["out_of_order"]);
        assert_eq!(codes(&[("10", "12"), ("15", "16")]), ["gap"]);
        assert_eq!(codes(&[("14", "12")]), ["ends_before_it_begins"]);
    }
}
