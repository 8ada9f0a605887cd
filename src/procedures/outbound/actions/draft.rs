//! The agency's own acts: drafting, changing, deleting, asking for the signature, papers.

use std::collections::HashSet;

use serde_json::json;

use crate::access::call::Call;
use crate::access::permission::{Act, Kind};
use crate::approval::process::{Process, Standing, Step};
use crate::approval::store::{Deed, record};
use crate::db::Conn;
use crate::dossier::attachments::{self, Attachment, Upload};
use crate::error::{Result, forbidden};
use crate::kernel::id::Id;
use crate::kernel::violation::Violations;
use crate::kernel::words::{Body, StepKind};
use crate::procedures::outbound::actions::{Seen, Trace, conclude, object, open, require_possible};
use crate::procedures::outbound::flow::{Action, State};
use crate::procedures::outbound::http::body::{NewTrip, Noted, TripChanges};
use crate::procedures::outbound::model::{Content, Journey, Person, Trip};
use crate::procedures::outbound::rules::{AgencyRule, check, may};
use crate::procedures::outbound::store::{self, Part};
use crate::registry::{agencies, officials_store};
use crate::web::json::Unchecked;

/// Checks a content against the registry; what its agency allows, and who its members are.
fn check_content(conn: &mut Conn, call: &Call, content: &Content) -> Result<(AgencyRule, Vec<Person>)> {
    let agency = agencies::find(conn, content.agency_id)?;
    if agency.is_some() && !call.actor.belongs_to(content.agency_id) {
        return Err(forbidden(
            "Chỉ được lập hồ sơ cho cơ quan mình.",
            "A dossier can only be drafted for one's own agency.",
        ));
    }
    let officials = officials_store::known(conn, &content.official_ids())?;
    let known: HashSet<i64> = officials.keys().copied().collect();
    let mut faults = Violations::default();
    check(content, &known, &mut faults);
    faults.require(
        agency.is_some(),
        "/requesting_agency_id",
        "unknown_agency",
        "Không có cơ quan này.",
        "There is no such agency.",
    );
    let planned = content.plan_item_id.is_none();
    faults.require(
        planned,
        "/plan_item_id",
        "unknown_plan_item",
        "Không có mục kế hoạch này.",
        "There is no such plan item.",
    );
    faults.finish()?;
    let of = |id: i64| {
        officials.get(&id).cloned().map(|(full_name, agency_id, post_level)| Person {
            full_name,
            agency_id,
            post_level,
        })
    };
    let rule = AgencyRule { clerk_may_submit: agency.is_some_and(|a| a.clerk_may_submit) };
    Ok((rule, content.official_ids().into_iter().filter_map(of).collect()))
}

/// Drafts a dossier.
pub fn create(conn: &mut Conn, call: &Call, body: Unchecked<NewTrip>) -> Result<Seen> {
    call.actor.require(Act::Draft, Kind::Delegation)?;
    let content = body.check()?.into_content();
    let (agency, people) = check_content(conn, call, &content)?;
    let trip = Trip {
        id: Id::new(call.now).0,
        version: 1,
        number: None,
        verdicts: Vec::new(),
        people,
        content,
        state: State::Draft,
        signature_requested: false,
        created_by: call.actor.id(),
        created_at: call.now,
        updated_at: call.now,
        submitted_on: None,
        complete_on: None,
        ruling: None,
        decision: None,
        report: None,
        journey: Journey::default(),
        process: Process::default(),
    };
    store::insert(conn, &trip)?;
    record(
        conn,
        &Deed {
            delegation_id: trip.id,
            procedure: trip.content.procedure,
            at: call.now,
            action: "create",
            actor_id: call.actor.id(),
            body: None,
            from_state: None,
            to_state: trip.state.word(),
            note: None,
            document: None,
        },
    )?;
    call.remember(conn, "create", &object(trip.id), json!({"version": 1}))?;
    Ok(Seen { trip, agency })
}

/// Changes the content of a draft, or of one that was sent back for a supplement.
pub fn edit(conn: &mut Conn, call: &Call, seen: Seen, body: Unchecked<TripChanges>) -> Result<Trip> {
    open(call, &seen, Action::Edit)?;
    let mut trip = seen.trip.clone();
    body.check()?.apply(&mut trip.content);
    (_, trip.people) = check_content(conn, call, &trip.content)?;
    trip.verdicts = Vec::new();
    conclude(conn, call, &seen.trip, trip, Action::Edit, Part::All, Trace::default())
}

/// Deletes a draft; answers the files that are then nobody's.
pub fn delete(conn: &mut Conn, call: &Call, seen: &Seen) -> Result<Vec<String>> {
    open(call, seen, Action::Delete)?;
    let files = attachments::delete_all(conn, seen.trip.id)?;
    store::delete(conn, seen.trip.id)?;
    call.remember(conn, "delete", &object(seen.trip.id), json!({"version": seen.trip.version}))?;
    Ok(files)
}

/// The draft waits in the head's inbox.
pub fn request_signature(conn: &mut Conn, call: &Call, seen: Seen) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    trip.signature_requested = true;
    let mut propose = Step::planned(StepKind::Propose, Some(Body::AgencyHead), None, None, "");
    propose.standing = Standing::Open;
    trip.process = Process { steps: vec![propose] };
    conclude(conn, call, &seen.trip, trip, Action::RequestSignature, Part::Process, Trace::default())
}

/// The head gives the draft back.
pub fn give_back(conn: &mut Conn, call: &Call, seen: Seen, body: Noted) -> Result<Trip> {
    let mut trip = seen.trip.clone();
    trip.signature_requested = false;
    trip.process = Process::default();
    let trace = Trace { note: Some(&body.note), ..Trace::default() };
    conclude(conn, call, &seen.trip, trip, Action::Return, Part::Process, trace)
}

/// Adds a paper; the dossier's version rises, no `If-Match` is needed.
pub fn upload(conn: &mut Conn, call: &Call, seen: Seen, upload: &Upload, stored_as: &str) -> Result<(Attachment, i64)> {
    may(&call.actor, &seen.trip, Action::Upload, seen.agency)?;
    require_possible(call, &seen, Action::Upload)?;
    let document = upload.check()?;
    let procedure = seen.trip.content.procedure;
    let added = attachments::insert(conn, procedure, seen.trip.id, upload, stored_as, call.actor.id(), call.now)?;
    let trace = Trace { detail: json!({"document": document.word(), "sha256": added.sha256}), ..Trace::default() };
    let trip = conclude(conn, call, &seen.trip, seen.trip.clone(), Action::Upload, Part::Standing, trace)?;
    Ok((added, trip.version))
}
