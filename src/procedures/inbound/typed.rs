//! A visit that is still being typed.

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::typed::{Lacking, TypedContent};
use crate::error::Result;
use crate::procedures::inbound::actions::draft::{checked, unmask};
use crate::procedures::inbound::model::VisitContent;
use crate::procedures::inbound::requests::NewVisit;
use crate::web::as_typed::AsTyped;
use regulation::case::Unknown;
use regulation::fact::FactName;

/// Reads a visit as far as it was typed.
pub fn typed(
    conn: &mut Conn,
    call: &RequestContext,
    AsTyped { body, unknown }: AsTyped<NewVisit>,
    before: Option<&VisitContent>,
) -> Result<TypedContent<VisitContent>> {
    let mut content = body.into_content();
    if let Some(before) = before {
        unmask(&mut content.guests, &before.guests);
    }
    let mut lacking = Lacking(unknown);
    let faults = lacking.told(
        checked(conn, &content, before)?.faults,
        &[
            ("/departure_date", &["/arrival_date"]),
            ("/host_agency_id", &["/arrival_date"]),
            ("/channel", &["/host_agency_id"]),
            ("/coordinating_agency_ids", &["/arrival_date", "/host_agency_id"]),
            ("/headcount", &["/guests"]),
            ("/nationalities", &["/headcount", "/guests"]),
            ("/programme", &["/arrival_date", "/departure_date", "/host_agency_id", "/coordinating_agency_ids"]),
        ],
    );
    lacking.settle_days(
        ("/arrival_date", &mut content.arrival),
        ("/departure_date", &mut content.departure),
        call.today,
    );
    let facts = lacking.facts(&[
        ("/headcount", &[FactName::Headcount]),
        ("/topics", &[FactName::Topics, FactName::RestrictedArea]),
        ("/first_visit", &[FactName::FirstVisit]),
        ("/programme", &[FactName::RestrictedArea]),
        ("/reception_level", &[FactName::ReceptionLevel, FactName::ReceptionAskedOf]),
        ("/guest_class", &[FactName::VisitorLevel]),
        ("/sending_organisation", &[FactName::VisitorLocality]),
        ("/country", &[FactName::VisitorCountry, FactName::VisitorLocality]),
        ("/nationalities", &[FactName::VisitorCountry]),
        ("/guests", &[FactName::VisitorCountry]),
    ]);
    let unknown = Unknown {
        facts,
        people: false,
        begins: lacking.has("/arrival_date"),
        ends: lacking.has("/departure_date"),
        others: !lacking.0.is_empty(),
    };
    Ok(TypedContent { content, unknown, lacking, faults })
}
