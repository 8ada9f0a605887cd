//! A trip that is still being typed.

use std::collections::HashSet;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::typed::{Lacking, TypedContent};
use crate::error::Result;
use crate::procedures::outbound::actions::draft::{checked, snapshots};
use crate::procedures::outbound::model::TripContent;
use crate::procedures::outbound::requests::NewTrip;
use crate::registry::officials_store;
use crate::web::as_typed::AsTyped;
use kernel::procedure::Procedure;
use kernel::words::MemberRole;
use regulation::case::Unknown;
use regulation::fact::FactName;

/// Reads a trip as far as it was typed.
pub fn typed(
    conn: &mut Conn,
    call: &RequestContext,
    AsTyped { body, unknown }: AsTyped<NewTrip>,
    before: Option<&TripContent>,
) -> Result<TypedContent<TripContent>> {
    let mut content = body.into_content();
    let mut lacking = Lacking(unknown);
    if content.procedure == Procedure::OUTBOUND && content.inviting_party.is_none() {
        lacking.add("/inviting_party");
    }
    let days: &[&str] = &["/departure_date", "/return_date"];
    let (found, asked_on) = (checked(conn, call, &content, before)?, content.departure);
    let faults = lacking.told(
        found.faults,
        &[
            ("/return_date", days),
            ("/stops", days),
            ("/requesting_agency_id", &["/departure_date"]),
            ("/members", &["/departure_date"]),
            ("/plan_item_id", &["/departure_date", "/requesting_agency_id"]),
            ("/purpose", &["/procedure"]),
            ("/inviting_party", &["/procedure"]),
            ("/leave", &["/procedure", "/departure_date", "/return_date"]),
            ("/party_opinions", &["/procedure", "/members"]),
        ],
    );
    lacking.settle_days(
        ("/departure_date", &mut content.departure),
        ("/return_date", &mut content.returning),
        call.today,
    );
    // Rules differ between official and private journeys in everything, so nothing is said before it is known which it is.
    if lacking.has("/procedure") {
        content.members.clear();
    }
    // A day that was not typed may have become another one.
    let officials = match content.departure == asked_on {
        true => found.officials,
        false => officials_store::known_on(conn, &content.official_ids(), content.departure)?,
    };
    let mut named = HashSet::new();
    let typed = content.members.len();
    content.members.retain(|m| officials.contains_key(&m.official_id.0) && named.insert(m.official_id));
    if content.members.len() < typed {
        lacking.add("/members");
    }
    content.people = snapshots(&content, &officials);
    let mut facts = lacking.facts(&[
        ("/purpose", &[FactName::Purpose]),
        ("/funding", &[FactName::Funding]),
        ("/inviting_party", &[FactName::EnterpriseInvitesByName]),
        ("/stops", &[FactName::Countries]),
        ("/plan_item_id", &[FactName::InPlan]),
    ]);
    let begins = lacking.has("/departure_date");
    // An item of the plan counts in the year of departure.
    if begins && content.plan_item_id.is_some() {
        facts.insert(FactName::InPlan);
    }
    if content.members.iter().all(|m| m.role != MemberRole::Head) {
        facts.insert(FactName::HeadPostLevel);
        if !lacking.has("/procedure") {
            lacking.add("/members");
        }
    }
    // Whoever is not known yet may be one for whom a stricter body decides.
    let people = lacking.has("/members") || lacking.has("/procedure");
    if people {
        facts.extend([FactName::Members, FactName::Interdisciplinary]);
    }
    let unknown = Unknown { people, facts, begins, ends: lacking.has("/return_date"), others: !lacking.0.is_empty() };
    Ok(TypedContent { content, unknown, lacking, faults })
}
