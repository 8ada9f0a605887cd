//! Makes the routes of a register: those that every procedure has, and actions in their common form.

use actix_web::web;
use utoipa::openapi::HttpMethod;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::approval::http::History;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::{VisibleDossier, after, approval, decision, draft};
use crate::dossier::flow::Action;
use crate::dossier::http::comments::{self, CommentGiven, CommentList, CommentView};
use crate::dossier::http::listing::{self, DossierListQuery};
use crate::dossier::http::papers::{self, AttachmentList, UploadForm};
use crate::dossier::http::typed::{self, ReadAsTyped, TypedAssessmentView, TypedDraft};
use crate::dossier::http::{self, AsOf, AsWas, Shown, Trial};
use crate::dossier::model::{Dossier, ResultsReport};
use crate::dossier::parts::attachments::{self, Attachment};
use crate::dossier::register::Registers;
use crate::dossier::requests::{
    AssignAuthority, CorrectDecision, NoteGiven, OpinionGiven, ReasonGiven, RequestSupplement, Submit,
};
use crate::error::Result;
use crate::regulations::view::AssessmentView;
use crate::web::answers::ResponseCache;
use crate::web::as_typed::AsTyped;
use crate::web::etag::IfMatch;
use crate::web::json::{Deferred, Incoming, JsonBody};
use crate::web::query::Query;
use crate::web::reply::Empty;
use crate::web::route::{DocumentedRoute, RouteBuilder};
use crate::web::routes::RoomRoutes;

const JSON: &str = "application/json";
const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn route<C: Shown>(method: HttpMethod, path: &str, name: &str, about: &'static str) -> RouteBuilder {
    RouteBuilder::new(method, path, C::ENTRY.key, format!("{name}_{}", C::ENTRY.key), about)
}

/// Registers a whole register: its list, its dossiers, the actions that all have, and what `own` adds.
pub fn register<C: Shown>(config: &mut RoomRoutes, own: impl Fn(&mut RoomRoutes)) {
    config.scope(&format!("/{}", C::ENTRY.path), |config| {
        config.service(list::<C>());
        dossier::<C>(config);
        own(config);
        acts::<C>(config);
    });
}

fn list<C: Shown>() -> DocumentedRoute {
    route::<C>(
        HttpMethod::Get,
        "",
        "list",
        "Lists the dossiers that the caller may see, by first day or by last change.",
    )
    .parameters::<DossierListQuery>()
    .answers::<C::Page>("200", "dossiers; as CSV or XLSX with `format`", &[JSON, "text/csv", SHEET])
    .to(listing::list::<C>)
}

/// Drafting and changing, in the bodies of this procedure; and what the regulation says of a content that is still being
/// typed.
pub fn drafting<C, New, Changes, Create, Edit>(
    config: &mut RoomRoutes,
    read: ReadAsTyped<C, New>,
    create: Create,
    edit: Edit,
) where
    C: Shown,
    New: JsonBody,
    Changes: JsonBody,
    Create: Fn(&mut Conn, &RequestContext, Deferred<New>) -> Result<VisibleDossier<C>> + Copy + Send + 'static,
    Edit: Fn(&mut Conn, &RequestContext, &ProvinceLaw, VisibleDossier<C>, Deferred<Changes>) -> Result<Dossier<C>>
        + Copy
        + Send
        + 'static,
{
    config.service(
        route::<C>(HttpMethod::Post, "", "create", "Drafts a dossier for the caller's own agency.")
            .body::<New>(JSON)
            .answers::<C::View>("201", "drafted", &[JSON])
            .to(move |call: Call, registers: web::Data<Registers>, body: Incoming<New>| {
                http::create(call, registers, body, create)
            }),
    );
    config.service(
        route::<C>(
            HttpMethod::Post,
            "/assessment",
            "assess_typed",
            "Assesses a content as it is typed; nothing is stored.\n\
             Parts may lack: `unknown` names them, and what hangs on them is left open.",
        )
        .parameters::<TypedDraft>()
        .body::<AsTyped<New>>(JSON)
        .answers::<TypedAssessmentView>("200", "the answer", &[JSON])
        .to(
            move |call: Call, law: web::Data<ProvinceLaw>, of: Query<TypedDraft>, body: Incoming<AsTyped<New>>| {
                typed::assess(call, law, of, body, read)
            },
        ),
    );
    config.service(
        route::<C>(
            HttpMethod::Patch,
            "/{id}",
            "change",
            "Changes a draft, or a dossier that was sent back for a supplement.",
        )
        .parameters::<IfMatch>()
        .body::<Changes>(JSON)
        .answers::<C::View>("200", "changed", &[JSON])
        .to(
            move |call: Call,
                  law: web::Data<ProvinceLaw>,
                  tools: (web::Data<ResponseCache>, web::Data<Registers>),
                  id: web::Path<String>,
                  body: Incoming<Changes>| {
                http::change::<C, Changes, _>(call, tools, id, body, move |conn, context, seen, changes| {
                    edit(conn, context, &law, seen, changes)
                })
            },
        ),
    );
}

/// Drafting anew what another dossier says, on other days.
pub fn copying<C, B, F>(config: &mut RoomRoutes, draft: F)
where
    C: Shown,
    B: JsonBody,
    F: Fn(&mut Conn, &RequestContext, VisibleDossier<C>, Deferred<B>) -> Result<VisibleDossier<C>>
        + Copy
        + Send
        + 'static,
{
    let about = "Drafts a dossier of the same agency with the people and the programme of this one, on other days.\n\
        Without its documents, decisions and numbers; also from one that ended.";
    config.service(
        route::<C>(HttpMethod::Post, "/{id}/copy", "copy", about)
            .body::<B>(JSON)
            .answers::<C::View>("201", "drafted", &[JSON])
            .to(move |call: Call, registers: web::Data<Registers>, id: web::Path<String>, body: Incoming<B>| {
                http::copy::<C, B, _>(call, registers, id, body, draft)
            }),
    );
}

/// Reading one dossier, deleting a draft, and its documents.
fn dossier<C: Shown>(config: &mut RoomRoutes) {
    let get = |path, name, about| route::<C>(HttpMethod::Get, path, name, about);
    config.service(
        get("/{id}", "show", "Returns one dossier.")
            .parameters::<AsWas>()
            .answers::<C::View>("200", "the dossier", &[JSON])
            .says("304", "unchanged")
            .to(http::show::<C>),
    );
    config.service(
        route::<C>(HttpMethod::Delete, "/{id}", "delete", "Deletes a draft with its documents.")
            .parameters::<IfMatch>()
            .says("204", "deleted")
            .to(http::remove::<C>),
    );
    config.service(
        get(
            "/{id}/assessment",
            "assess",
            "Assesses the dossier under the regulation: decider, steps, due days, what is missing, findings.",
        )
        .parameters::<AsOf>()
        .answers::<AssessmentView>("200", "the answer", &[JSON])
        .to(http::assessment::<C>),
    );
    config.service(
        get(
            "/{id}/history",
            "history",
            "Lists every action on the dossier, in order, or those until the end of a day.",
        )
        .parameters::<AsWas>()
        .answers::<History>("200", "the history", &[JSON])
        .to(http::history::<C>),
    );
    config.service(
        route::<C>(
            HttpMethod::Post,
            "/{id}/attachments",
            "upload",
            "Adds a document to the dossier.\nIts version rises; the ETag of the response is the dossier's new one.",
        )
        .body::<UploadForm>("multipart/form-data")
        .answers::<Attachment>("201", "added", &[JSON])
        .to(papers::upload::<C>),
    );
    config.service(
        get(
            "/{id}/attachments",
            "list_attachments",
            "Lists the documents of the dossier, or those that it had at the end of a day.",
        )
        .parameters::<AsWas>()
        .answers::<AttachmentList>("200", "documents", &[JSON])
        .to(papers::list::<C>),
    );
    config.service(
        route::<C>(
            HttpMethod::Delete,
            "/{id}/attachments/{attachment_id}",
            "remove_attachment",
            "Removes a document from a draft, or from a dossier that was sent back for a supplement.",
        )
        .says("204", "removed")
        .to(papers::remove::<C>),
    );
    config.service(
        route::<C>(HttpMethod::Post, "/{id}/comments", "comment", "Adds a comment, which is never changed.")
            .body::<CommentGiven>(JSON)
            .answers::<CommentView>("201", "added", &[JSON])
            .to(comments::add::<C>),
    );
    config.service(
        get("/{id}/comments", "list_comments", "Lists the comments on the dossier, in order.")
            .answers::<CommentList>("200", "comments", &[JSON])
            .to(comments::list::<C>),
    );
    config.service(
        get("/{id}/attachments/{attachment_id}", "download", "Downloads a document.")
            .answers::<AttachmentList>("200", "the bytes", &attachments::MEDIA_TYPES)
            .to(papers::download::<C>),
    );
}

/// One action: its name in paths is that of the action, its body is that of the function that carries it out.
pub fn act<C, B, F>(config: &mut RoomRoutes, action: Action, about: &'static str, carry_out: F)
where
    C: Shown,
    B: JsonBody,
    F: Fn(&mut Conn, &RequestContext, &ProvinceLaw, VisibleDossier<C>, B) -> Result<Dossier<C>> + Copy + Send + 'static,
{
    let name = match action {
        // `return` is a keyword in many languages in which clients are generated.
        Action::Return => "give_back".to_owned(),
        Action::Consent => "consent_given".to_owned(),
        other => other.word().replace('-', "_"),
    };
    let handler = move |call: Call,
                        law: web::Data<ProvinceLaw>,
                        tools: (web::Data<ResponseCache>, web::Data<Registers>),
                        id: web::Path<String>,
                        trial: Query<Trial>,
                        body: Incoming<B>| {
        http::act::<C, B, _>(call, tools, id, (body, trial.0), action, move |conn, context, seen, given| {
            carry_out(conn, context, &law, seen, given)
        })
    };
    config.service(
        route::<C>(HttpMethod::Post, &format!("/{{id}}/{}", action.word()), &name, about)
            .parameters::<IfMatch>()
            .parameters::<Trial>()
            .body::<B>(JSON)
            .answers::<C::View>("200", "done", &[JSON])
            .to(handler),
    );
}

/// The actions that every procedure has.
fn acts<C: Shown>(config: &mut RoomRoutes) {
    act::<C, Empty, _>(
        config,
        Action::RequestSignature,
        "Puts the draft into the head's inbox for signature.",
        |conn, call, _, seen, _| draft::request_signature(conn, call, seen),
    );
    act::<C, Empty, _>(
        config,
        Action::Recall,
        "Takes the draft back from the head's desk.",
        |conn, call, _, seen, _| draft::recall(conn, call, seen),
    );
    act::<C, NoteGiven, _>(config, Action::Return, "Returns the draft to the clerk.", |conn, call, _, seen, body| {
        draft::give_back(conn, call, seen, body)
    });
    act::<C, Submit, _>(
        config,
        Action::Submit,
        "Submits the dossier.\nIt must be complete (409 `dossier_incomplete`), and no rule may block it (409 `blocked_by_rule`).",
        approval::submit,
    );
    act::<C, AssignAuthority, _>(
        config,
        Action::AssignAuthority,
        "DOFA names the decider.\nUsed if no rule names one, or if an exception became necessary before the decision.",
        approval::assign_authority,
    );
    act::<C, ReasonGiven, _>(
        config,
        Action::Withdraw,
        "Withdraws the dossier, or its pending amendment, before it is decided.",
        |conn, call, _, seen, body| approval::withdraw(conn, call, seen, body),
    );
    act::<C, RequestSupplement, _>(
        config,
        Action::RequestSupplement,
        "Asks once for everything that is missing; terms stop running.",
        |conn, call, _, seen, body| approval::request_supplement(conn, call, seen, body),
    );
    act::<C, Empty, _>(
        config,
        Action::Resubmit,
        "Submits the supplement; terms start again.",
        |conn, call, law, seen, _| approval::resubmit(conn, call, law, seen),
    );
    act::<C, OpinionGiven, _>(
        config,
        Action::Appraise,
        "Gives the appraiser's opinion; an unfavourable one does not stop the dossier.",
        approval::appraise,
    );
    act::<C, OpinionGiven, _>(config, Action::GiveOpinion, "Gives a consulted body's opinion.", approval::give_opinion);
    act::<C, ReasonGiven, _>(config, Action::Proceed, "DOFA proceeds without an overdue opinion.", approval::proceed);
    act::<C, CorrectDecision, _>(
        config,
        Action::CorrectDecision,
        "Corrects the document of the decision; the original stays in the history.",
        |conn, call, _, seen, body| decision::correct_decision(conn, call, seen, body),
    );
    act::<C, ReasonGiven, _>(config, Action::Postpone, "Postpones the approved delegation.", after::postpone);
    act::<C, ReasonGiven, _>(config, Action::Cancel, "Cancels the approved or postponed delegation.", after::cancel);
    act::<C, ResultsReport, _>(
        config,
        Action::SubmitReport,
        "Submits the report on the results.",
        |conn, call, _, seen, body| after::submit_report(conn, call, seen, body),
    );
    act::<C, Empty, _>(config, Action::Close, "Closes the dossier; open duties stay due.", |conn, call, _, seen, _| {
        after::close(conn, call, seen)
    });
}
