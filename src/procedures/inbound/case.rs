//! The facts of a visit, as a regulation needs them. Pure.

use std::collections::BTreeSet;

use crate::procedures::inbound::model::VisitContent;
use kernel::procedure::Procedure;
use kernel::time::{Day, start_of};
use kernel::words::{Body, Document, GuestClass, ReceptionLevel, Topic, VisitMatter, VisitorLevel};
use regulation::case::{Case, Matter, Unknown, VisitCase, Visitor};

/// What is known about a dossier beyond its content.
#[derive(Debug, Default)]
pub struct VisitSurroundings {
    pub documents: BTreeSet<Document>,
    /// The locality of the sending organisation, if it is a known partner: a lower-case word.
    pub locality: Option<String>,
    /// Number of times a host is needed somewhere else at the same time.
    pub clashes: usize,
}

/// The highest level that guests of a class have (TT 35/2026/TT-BTC Phụ lục).
fn level(class: GuestClass) -> VisitorLevel {
    match class {
        GuestClass::Special => VisitorLevel::HeadOfState,
        GuestClass::A | GuestClass::B => VisitorLevel::Minister,
        GuestClass::C => VisitorLevel::Ambassador,
        GuestClass::Other => VisitorLevel::Official,
    }
}

/// The case of a dossier that is, or would be, complete on `received_on`.
pub fn case(content: &VisitContent, around: &VisitSurroundings, received_on: Day) -> Case {
    // The locality is that of the sending organisation, so it applies only to guests from its country.
    let visitors = content.shares().into_iter().map(|share| Visitor {
        reference: share.country.clone(),
        locality: around.locality.clone().filter(|_| share.country == content.country),
        country: share.country,
        level: level(content.guest_class),
    });
    let topics: BTreeSet<Topic> = content.topics.iter().copied().collect();
    let by_province = content.reception_level == ReceptionLevel::Province;
    let border = topics.contains(&Topic::BorderArea).then(|| start_of(content.arrival));
    Case {
        procedure: Procedure::INBOUND,
        received_on,
        begins: content.arrival,
        ends: content.departure,
        documents: around.documents.clone(),
        unknown: Unknown::default(),
        matter: Matter::Visit(VisitCase {
            visitors: visitors.collect(),
            headcount: content.counted(),
            topics,
            first_visit: content.first_visit,
            // If the province receives the guests, its Chair is asked to, on the day of arrival at the earliest.
            reception_asked_of: by_province.then_some(Body::PpcChair),
            reception_on: by_province.then_some(content.arrival),
            reception_level: Some(content.reception_level),
            restricted_from: content.restricted_from().or(border),
            clashes: around.clashes,
            matter: VisitMatter::Usual,
            begins_at: None,
        }),
    }
}
