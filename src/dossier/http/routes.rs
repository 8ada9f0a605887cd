//! Makes the routes of a procedure: those that all have, and acts in the one form that all have.

/// Routes of acts: a doc comment, a name, its last path segment, its body, the action, and what carries it out.
macro_rules! acts {
    ($content:ident, $view:ident, $name:literal, $register:ident;
     $( $(#[doc = $about:literal])+ $act:ident $path:literal $body:ident => $action:ident,
        |$conn:ident, $call:ident, $tools:ident, $seen:ident, $given:ident| $carry_out:expr; )+) => {
        $(
            $(#[doc = $about])+
            #[utoipa::path(tag = $name, operation_id = concat!(stringify!($act), "_", $name), params(("id" = String, Path)),
                request_body = $body, responses((status = 200, description = "done", body = $view)))]
            #[post($path)]
            async fn $act(
                call: $crate::access::call::RequestContext,
                tools: actix_web::web::Data<$crate::dossier::ProvinceLaw>,
                answers: actix_web::web::Data<$crate::web::answers::ResponseCache>,
                id: actix_web::web::Path<String>,
                body: $crate::web::json::Incoming<$body>,
            ) -> $crate::error::Result<actix_web::HttpResponse> {
                let $tools = tools.get_ref().clone();
                let action = $crate::dossier::flow::Action::$action;
                $crate::dossier::http::act::<$content, _, _>(call, answers, id, body, action, move |$conn, $call, $seen, $given| {
                    let _ = &$tools;
                    $carry_out
                })
                .await
            }
        )+

        fn $register(config: &mut utoipa_actix_web::service_config::ServiceConfig) {
            $( config.service($act); )+
        }
    };
}
pub(crate) use acts;

/// Routes below one dossier that every procedure has, and their registration `shared`.
macro_rules! shared_routes {
    ($content:ident, $view:ident, $name:literal) => {
        use actix_web::{delete, get, post};

        use $crate::access::http::Empty;
        use $crate::approval::http::History;
        use $crate::dossier::parts::attachments::Attachment;
        use $crate::dossier::actions::{after, approval, decision, draft as drafting};
        use $crate::dossier::http::body::{
            AssignAuthority, CorrectDecision, NoteGiven, OpinionGiven, ReasonGiven, RequestSupplement, Submit,
        };
        use $crate::dossier::http::papers::{AttachmentList, UploadForm};
        use $crate::dossier::http::{self as of_dossiers, AsOf, AsWas};
        use $crate::dossier::model::ResultsReport;
        use $crate::regulations::view::AssessmentView;

        /// One dossier.
        #[utoipa::path(tag = $name, operation_id = concat!("show_", $name), params(("id" = String, Path), AsWas),
            responses((status = 200, description = "the dossier", body = $view), (status = 304, description = "unchanged")))]
        #[get("/{id}")]
        async fn show(
            req: actix_web::HttpRequest,
            call: $crate::access::call::RequestContext,
            id: actix_web::web::Path<String>,
            as_was: $crate::web::query::Query<AsWas>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::show::<$content>(req, call, id, as_was).await
        }

        /// Deletes a draft with its papers.
        #[utoipa::path(tag = $name, operation_id = concat!("delete_", $name), params(("id" = String, Path)),
            responses((status = 204, description = "deleted")))]
        #[delete("/{id}")]
        async fn remove(
            call: $crate::access::call::RequestContext,
            folder: actix_web::web::Data<$crate::dossier::parts::attachments::AttachmentFolder>,
            id: actix_web::web::Path<String>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::remove::<$content>(call, folder, id).await
        }

        /// What the regulation says of the dossier: decider, steps, due days, what is missing, findings.
        #[utoipa::path(tag = $name, operation_id = concat!("assess_", $name), params(("id" = String, Path), AsOf),
            responses((status = 200, description = "the answer", body = AssessmentView)))]
        #[get("/{id}/assessment")]
        async fn assessment(
            call: $crate::access::call::RequestContext,
            tools: actix_web::web::Data<$crate::dossier::ProvinceLaw>,
            id: actix_web::web::Path<String>,
            as_of: $crate::web::query::Query<AsOf>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::assessment::<$content>(call, tools, id, as_of).await
        }

        /// Every act on the dossier, in order, or those until the end of a day.
        #[utoipa::path(tag = $name, operation_id = concat!("history_", $name), params(("id" = String, Path), AsWas),
            responses((status = 200, description = "the history", body = History)))]
        #[get("/{id}/history")]
        async fn history(
            call: $crate::access::call::RequestContext,
            id: actix_web::web::Path<String>,
            as_was: $crate::web::query::Query<AsWas>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::history::<$content>(call, id, as_was).await
        }

        /// Adds a paper to the dossier; its version rises, and the answer's ETag is the dossier's new one.
        #[utoipa::path(tag = $name, operation_id = concat!("upload_", $name), params(("id" = String, Path)),
            request_body(content = UploadForm, content_type = "multipart/form-data"),
            responses((status = 201, description = "added", body = Attachment)))]
        #[post("/{id}/attachments")]
        async fn upload(
            req: actix_web::HttpRequest,
            call: $crate::access::call::RequestContext,
            folder: actix_web::web::Data<$crate::dossier::parts::attachments::AttachmentFolder>,
            id: actix_web::web::Path<String>,
            payload: actix_web::web::Payload,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::papers::upload::<$content>(req, call, folder, id, payload).await
        }

        /// The papers of the dossier, or those that it had at the end of a day.
        #[utoipa::path(tag = $name, operation_id = concat!("list_attachments_", $name), params(("id" = String, Path), AsWas),
            responses((status = 200, description = "papers", body = AttachmentList)))]
        #[get("/{id}/attachments")]
        async fn attachments(
            call: $crate::access::call::RequestContext,
            id: actix_web::web::Path<String>,
            as_was: $crate::web::query::Query<AsWas>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::papers::list::<$content>(call, id, as_was).await
        }

        /// Downloads a paper.
        #[utoipa::path(tag = $name, operation_id = concat!("download_", $name),
            params(("id" = String, Path), ("attachment_id" = String, Path)),
            responses((status = 200, description = "the bytes", body = String, content_type = "application/octet-stream")))]
        #[get("/{id}/attachments/{attachment_id}")]
        async fn download(
            call: $crate::access::call::RequestContext,
            folder: actix_web::web::Data<$crate::dossier::parts::attachments::AttachmentFolder>,
            ids: actix_web::web::Path<(String, String)>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::papers::download::<$content>(call, folder, ids).await
        }

        $crate::dossier::http::routes::acts! { $content, $view, $name, shared_acts;
            /// The draft waits in the head's inbox.
            request_signature "/{id}/request-signature" Empty => RequestSignature,
                |conn, call, tools, seen, _body| drafting::request_signature(conn, call, seen);
            /// The head gives the draft back to the clerk.
            give_back "/{id}/return" NoteGiven => Return,
                |conn, call, tools, seen, body| drafting::give_back(conn, call, seen, body);
            /// Hands the dossier in. It must be complete (409 `dossier_incomplete`) and nothing may block it (409 `blocked_by_rule`).
            submit "/{id}/submit" Submit => Submit,
                |conn, call, tools, seen, body| approval::submit(conn, call, &tools, seen, body);
            /// DOFA names the decider where no rule does, or the body that may give an exception which came to be needed while
            /// the dossier waits for its decision.
            assign_authority "/{id}/assign-authority" AssignAuthority => AssignAuthority,
                |conn, call, tools, seen, body| approval::assign_authority(conn, call, &tools, seen, body);
            /// The agency takes the dossier back before it is decided.
            withdraw "/{id}/withdraw" ReasonGiven => Withdraw,
                |conn, call, tools, seen, body| approval::withdraw(conn, call, seen, body);
            /// Asks for everything that is missing, once and complete; the clocks stop.
            request_supplement "/{id}/request-supplement" RequestSupplement => RequestSupplement,
                |conn, call, tools, seen, body| approval::request_supplement(conn, call, seen, body);
            /// The supplement is there: terms run anew.
            resubmit "/{id}/resubmit" Empty => Resubmit,
                |conn, call, tools, seen, _body| approval::resubmit(conn, call, &tools, seen);
            /// The appraiser's opinion; an unfavourable one goes on to the decider.
            appraise "/{id}/appraise" OpinionGiven => Appraise,
                |conn, call, tools, seen, body| approval::appraise(conn, call, &tools, seen, body);
            /// A consulted body's opinion.
            give_opinion "/{id}/give-opinion" OpinionGiven => GiveOpinion,
                |conn, call, tools, seen, body| approval::give_opinion(conn, call, &tools, seen, body);
            /// DOFA goes on past an overdue consultation.
            proceed "/{id}/proceed" ReasonGiven => Proceed,
                |conn, call, tools, seen, body| approval::proceed(conn, call, &tools, seen, body);
            /// A correction on the decision's document; the original stays in the history.
            correct_decision "/{id}/correct-decision" CorrectDecision => CorrectDecision,
                |conn, call, tools, seen, body| decision::correct_decision(conn, call, seen, body);
            /// Puts the approved delegation off.
            postpone "/{id}/postpone" ReasonGiven => Postpone,
                |conn, call, tools, seen, body| after::postpone(conn, call, &tools, seen, body);
            /// Calls the approved delegation off.
            cancel "/{id}/cancel" ReasonGiven => Cancel,
                |conn, call, tools, seen, body| after::cancel(conn, call, &tools, seen, body);
            /// The report on the results.
            submit_report "/{id}/submit-report" ResultsReport => SubmitReport,
                |conn, call, tools, seen, body| after::submit_report(conn, call, seen, body);
            /// Closes the dossier; open duties stay due.
            close "/{id}/close" Empty => Close,
                |conn, call, tools, seen, _body| after::close(conn, call, seen);
        }

        fn shared(config: &mut utoipa_actix_web::service_config::ServiceConfig) {
            config.service(show).service(remove).service(assessment).service(history);
            config.service(upload).service(attachments).service(download);
            shared_acts(config);
        }
    };
}
pub(crate) use shared_routes;
