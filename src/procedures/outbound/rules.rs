//! Rules of an outbound dossier: is the content whole. Pure.

use std::collections::HashSet;

use crate::dossier::rules::{check_funding, check_members, check_stops};
use crate::kernel::checks;
use crate::kernel::violation::Violations;
use crate::kernel::words::{Procedure, Purpose};
use crate::procedures::outbound::model::Content;

/// Every fault of a content; `known` are the officials that exist.
pub fn check(content: &Content, known: &HashSet<i64>, faults: &mut Violations) {
    checks::days(content.departure, content.returning, "/departure_date", "/return_date", faults);
    // An old list says neither when they were where, nor who they were, nor always what it cost.
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
            "unknown_official",
            "Không có người này.",
            "There is no such official.",
        );
    }
    let private = content.procedure == Procedure::PrivateTravel;
    faults.require(
        private == (content.purpose == Purpose::Private),
        "/purpose",
        "wrong_purpose",
        "Mục đích «private» chỉ dùng cho việc riêng.",
        "The purpose `private` goes with private travel, and only with it.",
    );
    match &content.inviting_party {
        Some(party) => checks::known_country(&party.country, "/inviting_party/country", faults),
        None => faults.require(
            private,
            "/inviting_party",
            "missing",
            "Thiếu đơn vị mời.",
            "The inviting party is required.",
        ),
    }
}
