//! Routes of the acts: each names its body and calls its action; the order of checks is one for all.

use actix_web::{HttpResponse, post, web};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::http::{Empty, path_id};
use crate::db::Conn;
use crate::error::Result;
use crate::procedures::outbound::actions::{Seen, Tools, approval, draft, find, journey, open};
use crate::procedures::outbound::flow::Action;
use crate::procedures::outbound::http::body::{
    AssignAuthority, ConsentGiven, CorrectDecision, Decide, Noted, On, OpinionGiven, Reasoned, RequestSupplement,
    Resume, Submit,
};
use crate::procedures::outbound::http::reply_with;
use crate::procedures::outbound::http::view::TripView;
use crate::procedures::outbound::model::{Report, Trip};
use crate::statistics::cache::Answers;
use crate::web::json::Incoming;

/// Runs one act: find it, give a retry its first answer, check rights, version and state, read the body, do it.
async fn act<B, F>(
    call: Call,
    answers: web::Data<Answers>,
    id: web::Path<String>,
    body: Incoming<B>,
    action: Action,
    carry_out: F,
) -> Result<HttpResponse>
where
    B: DeserializeOwned + ToSchema + Send + 'static,
    F: FnOnce(&mut Conn, &Call, Seen, B) -> Result<Trip> + Send + 'static,
{
    let body = body.read().await?;
    let id = path_id(&id)?;
    let answers = answers.get_ref().clone();
    call.change_and(
        body.fingerprint.clone(),
        move |conn, call| find(conn, call, id),
        move |conn, call, seen| {
            open(call, &seen, action)?;
            let agency = seen.agency;
            let trip = carry_out(conn, call, seen, body.check()?)?;
            reply_with(call, &Seen { trip, agency }, 200)
        },
        move || answers.touch(),
    )
    .await
}

macro_rules! acts {
    ($( $(#[doc = $about:literal])+ $name:ident $path:literal $body:ident => $action:ident, |$conn:ident, $call:ident, $tools:ident, $seen:ident, $given:ident| $carry_out:expr; )+) => {
        $(
            $(#[doc = $about])+
            #[utoipa::path(tag = "outbound", params(("id" = String, Path)), request_body = $body,
                responses((status = 200, description = "done", body = TripView)))]
            #[post($path)]
            async fn $name(call: Call, tools: web::Data<Tools>, answers: web::Data<Answers>, id: web::Path<String>, body: Incoming<$body>) -> Result<HttpResponse> {
                let $tools = tools.get_ref().clone();
                act(call, answers, id, body, Action::$action, move |$conn, $call, $seen, $given| {
                    let _ = &$tools;
                    $carry_out
                })
                .await
            }
        )+

        pub fn routes(config: &mut ServiceConfig) {
            $( config.service($name); )+
        }
    };
}

acts! {
    /// The draft waits in the head's inbox.
    request_signature "/outbound-delegations/{id}/request-signature" Empty => RequestSignature,
        |conn, call, tools, seen, _body| draft::request_signature(conn, call, seen);
    /// The head gives the draft back to the clerk.
    give_back "/outbound-delegations/{id}/return" Noted => Return,
        |conn, call, tools, seen, body| draft::give_back(conn, call, seen, body);
    /// Hands the dossier in. It must be complete (409 `dossier_incomplete`) and nothing may block it (409 `blocked_by_rule`).
    submit "/outbound-delegations/{id}/submit" Submit => Submit,
        |conn, call, tools, seen, body| approval::submit(conn, call, &tools, seen, body);
    /// DOFA names the decider where no rule does.
    assign_authority "/outbound-delegations/{id}/assign-authority" AssignAuthority => AssignAuthority,
        |conn, call, tools, seen, body| approval::assign_authority(conn, call, seen, body);
    /// The agency takes the dossier back before it is decided.
    withdraw "/outbound-delegations/{id}/withdraw" Reasoned => Withdraw,
        |conn, call, tools, seen, body| approval::withdraw(conn, call, seen, body);
    /// Asks for everything that is missing, once and complete; the clocks stop.
    request_supplement "/outbound-delegations/{id}/request-supplement" RequestSupplement => RequestSupplement,
        |conn, call, tools, seen, body| approval::request_supplement(conn, call, seen, body);
    /// The supplement is there: terms run anew.
    resubmit "/outbound-delegations/{id}/resubmit" Empty => Resubmit,
        |conn, call, tools, seen, _body| approval::resubmit(conn, call, &tools, seen);
    /// The appraiser's opinion; an unfavourable one goes on to the decider.
    appraise "/outbound-delegations/{id}/appraise" OpinionGiven => Appraise,
        |conn, call, tools, seen, body| approval::appraise(conn, call, seen, body);
    /// A consulted body's opinion.
    give_opinion "/outbound-delegations/{id}/give-opinion" OpinionGiven => GiveOpinion,
        |conn, call, tools, seen, body| approval::give_opinion(conn, call, seen, body);
    /// DOFA goes on past an overdue consultation.
    proceed "/outbound-delegations/{id}/proceed" Reasoned => Proceed,
        |conn, call, tools, seen, body| approval::proceed(conn, call, seen, body);
    /// A Party body's answer, by its seat or recorded by the Party office.
    consent "/outbound-delegations/{id}/consent" ConsentGiven => Consent,
        |conn, call, tools, seen, body| approval::consent(conn, call, seen, body);
    /// The decision. Consent comes first (409 `consent_missing`); exceptions need a waiver each (409 `waiver_needed`).
    decide "/outbound-delegations/{id}/decide" Decide => Decide,
        |conn, call, tools, seen, body| approval::decide(conn, call, &tools, seen, body);
    /// A correction on the decision's document; the original stays in the history.
    correct_decision "/outbound-delegations/{id}/correct-decision" CorrectDecision => CorrectDecision,
        |conn, call, tools, seen, body| approval::correct_decision(conn, call, seen, body);
    /// Puts the approved trip off.
    postpone "/outbound-delegations/{id}/postpone" Reasoned => Postpone,
        |conn, call, tools, seen, body| journey::postpone(conn, call, seen, body);
    /// Calls the approved trip off.
    cancel "/outbound-delegations/{id}/cancel" Reasoned => Cancel,
        |conn, call, tools, seen, body| journey::cancel(conn, call, seen, body);
    /// A postponed trip gets new days; its countries stay.
    resume "/outbound-delegations/{id}/resume" Resume => Resume,
        |conn, call, tools, seen, body| journey::resume(conn, call, seen, body);
    /// The delegation has left.
    record_departure "/outbound-delegations/{id}/record-departure" On => RecordDeparture,
        |conn, call, tools, seen, body| journey::record_departure(conn, call, seen, body);
    /// The delegation is back.
    record_return "/outbound-delegations/{id}/record-return" On => RecordReturn,
        |conn, call, tools, seen, body| journey::record_return(conn, call, seen, body);
    /// The report on the results.
    submit_report "/outbound-delegations/{id}/submit-report" Report => SubmitReport,
        |conn, call, tools, seen, body| journey::submit_report(conn, call, seen, body);
    /// Closes the dossier; open duties stay due.
    close "/outbound-delegations/{id}/close" Empty => Close,
        |conn, call, tools, seen, _body| journey::close(conn, call, seen);
}
