//! Routes of outbound dossiers: those that every register has, and its own actions.

pub mod view;

use crate::dossier::flow::Action;
use crate::dossier::http::routes::{act, copying, drafting, register};
use crate::dossier::requests::OnDay;
use crate::procedures::outbound::actions::{consent, draft, journey};
use crate::procedures::outbound::model::TripContent;
use crate::procedures::outbound::plan_actual;
use crate::procedures::outbound::requests::{
    AmendTrip, ConsentGiven, CopyTrip, CorrectTrip, DecideTrip, NewTrip, ResumeTrip, TripChanges,
};
use crate::procedures::outbound::typed::typed;
use crate::web::routes::RoomRoutes;

/// Registers the routes of this module.
pub fn routes(config: &mut RoomRoutes) {
    register::<TripContent>(config, |config| {
        drafting::<TripContent, NewTrip, TripChanges, _, _>(
            config,
            typed,
            |conn, call, body| draft::create(conn, call, || body.check()),
            |conn, call, _, seen, body| draft::edit(conn, call, seen, || body.check()),
        );
        copying::<TripContent, CopyTrip, _>(config, |conn, call, seen, body| {
            draft::copy(conn, call, seen, || body.check())
        });
        acts(config);
    });
    plan_actual::routes(config);
}

fn acts(config: &mut RoomRoutes) {
    act::<TripContent, ConsentGiven, _>(
        config,
        Action::Consent,
        "Records a Party body's answer, given by the holder of its seat or entered by the Party office.",
        consent::consent,
    );
    act::<TripContent, DecideTrip, _>(
        config,
        Action::Decide,
        "Decides the trip.\nConsent comes first (409 `consent_missing`); each exception needs a waiver (409 `waiver_needed`).",
        consent::decide,
    );
    act::<TripContent, AmendTrip, _>(
        config,
        Action::Amend,
        "Asks for an amendment of what was decided (TT 04/2020/TT-BNG Đ.4 k.1).\n\
         A single kind of change that adds no person, no country and no day is annotated on the decision at once. \
         Anything else waits for the competent body, and the decision stays as it is until then: `decide` and `consent` \
         then speak of the amendment, and `withdraw` withdraws it.",
        draft::amend,
    );
    act::<TripContent, ResumeTrip, _>(
        config,
        Action::Resume,
        "Resumes a postponed trip on new days; its countries stay.\n\
         If the days need an exception that another body than the one that decided may give (409 `waiver_needed`), resume \
         it on days that need none, then amend it.",
        journey::resume,
    );
    act::<TripContent, OnDay, _>(
        config,
        Action::RecordDeparture,
        "Records that the delegation has left.",
        |conn, call, _, seen, body| journey::record_departure(conn, call, seen, body),
    );
    act::<TripContent, OnDay, _>(
        config,
        Action::RecordReturn,
        "Records that the delegation is back.",
        journey::record_return,
    );
    act::<TripContent, CorrectTrip, _>(
        config,
        Action::CorrectRecord,
        "Corrects what was recorded: days, the report, and what an old list said.\n\
         The agency until the dossier is closed, DOFA always. Duties that hang on a corrected day move with it; a frozen \
         report shows it as a correction.",
        journey::correct_record,
    );
}
