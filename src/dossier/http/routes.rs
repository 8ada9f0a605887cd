//! Generates the routes of a procedure: those that all have, and actions in their common form.

/// Routes of actions: a doc comment, a name, the path, the body, the action, and the code that carries it out.
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
                call: $crate::access::call::Call,
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

        use $crate::web::reply::Empty;
        use $crate::approval::http::History;
        use $crate::dossier::parts::attachments::Attachment;
        use $crate::dossier::actions::{after, approval, decision, draft as drafting};
        use $crate::dossier::requests::{
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
            call: $crate::access::call::Call,
            id: actix_web::web::Path<String>,
            as_was: $crate::web::query::Query<AsWas>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::show::<$content>(req, call, id, as_was).await
        }

        /// Deletes a draft with its attachments.
        #[utoipa::path(tag = $name, operation_id = concat!("delete_", $name), params(("id" = String, Path)),
            responses((status = 204, description = "deleted")))]
        #[delete("/{id}")]
        async fn remove(
            call: $crate::access::call::Call,
            folder: actix_web::web::Data<$crate::dossier::parts::attachments::AttachmentFolder>,
            id: actix_web::web::Path<String>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::remove::<$content>(call, folder, id).await
        }

        /// What the regulation says about the dossier: decider, steps, due days, what is missing, findings.
        #[utoipa::path(tag = $name, operation_id = concat!("assess_", $name), params(("id" = String, Path), AsOf),
            responses((status = 200, description = "the answer", body = AssessmentView)))]
        #[get("/{id}/assessment")]
        async fn assessment(
            call: $crate::access::call::Call,
            tools: actix_web::web::Data<$crate::dossier::ProvinceLaw>,
            id: actix_web::web::Path<String>,
            as_of: $crate::web::query::Query<AsOf>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::assessment::<$content>(call, tools, id, as_of).await
        }

        /// Lists the actions on the dossier in order, or those until the end of a day.
        #[utoipa::path(tag = $name, operation_id = concat!("history_", $name), params(("id" = String, Path), AsWas),
            responses((status = 200, description = "the history", body = History)))]
        #[get("/{id}/history")]
        async fn history(
            call: $crate::access::call::Call,
            id: actix_web::web::Path<String>,
            as_was: $crate::web::query::Query<AsWas>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::history::<$content>(call, id, as_was).await
        }

        /// Adds an attachment. The dossier's version increases; the ETag of the response is the dossier's new one.
        #[utoipa::path(tag = $name, operation_id = concat!("upload_", $name), params(("id" = String, Path)),
            request_body(content = UploadForm, content_type = "multipart/form-data"),
            responses((status = 201, description = "added", body = Attachment)))]
        #[post("/{id}/attachments")]
        async fn upload(
            req: actix_web::HttpRequest,
            call: $crate::access::call::Call,
            folder: actix_web::web::Data<$crate::dossier::parts::attachments::AttachmentFolder>,
            id: actix_web::web::Path<String>,
            payload: actix_web::web::Payload,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::papers::upload::<$content>(req, call, folder, id, payload).await
        }

        /// Lists the attachments of the dossier, or those that it had at the end of a day.
        #[utoipa::path(tag = $name, operation_id = concat!("list_attachments_", $name), params(("id" = String, Path), AsWas),
            responses((status = 200, description = "papers", body = AttachmentList)))]
        #[get("/{id}/attachments")]
        async fn attachments(
            call: $crate::access::call::Call,
            id: actix_web::web::Path<String>,
            as_was: $crate::web::query::Query<AsWas>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::papers::list::<$content>(call, id, as_was).await
        }

        /// Downloads an attachment.
        #[utoipa::path(tag = $name, operation_id = concat!("download_", $name),
            params(("id" = String, Path), ("attachment_id" = String, Path)),
            responses((status = 200, description = "the bytes", body = String, content_type = "application/octet-stream")))]
        #[get("/{id}/attachments/{attachment_id}")]
        async fn download(
            call: $crate::access::call::Call,
            folder: actix_web::web::Data<$crate::dossier::parts::attachments::AttachmentFolder>,
            ids: actix_web::web::Path<(String, String)>,
        ) -> $crate::error::Result<actix_web::HttpResponse> {
            of_dossiers::papers::download::<$content>(call, folder, ids).await
        }

        $crate::dossier::http::routes::acts! { $content, $view, $name, shared_acts;
            /// Puts the draft into the head's inbox for signature.
            request_signature "/{id}/request-signature" Empty => RequestSignature,
                |conn, call, tools, seen, _body| drafting::request_signature(conn, call, seen);
            /// Returns the draft from the head to the clerk.
            give_back "/{id}/return" NoteGiven => Return,
                |conn, call, tools, seen, body| drafting::give_back(conn, call, seen, body);
            /// Submits the dossier. It must be complete (409 `dossier_incomplete`) and nothing may block it (409
            /// `blocked_by_rule`).
            submit "/{id}/submit" Submit => Submit,
                |conn, call, tools, seen, body| approval::submit(conn, call, &tools, seen, body);
            /// DOFA names the decider of the dossier.
            ///
            /// This is possible if no rule names one. If a rule does, DOFA may name the body that may give an
            /// exception, where one became necessary while the dossier waits for its decision.
            assign_authority "/{id}/assign-authority" AssignAuthority => AssignAuthority,
                |conn, call, tools, seen, body| approval::assign_authority(conn, call, &tools, seen, body);
            /// Withdraws the dossier, or its pending amendment, before it is decided.
            withdraw "/{id}/withdraw" ReasonGiven => Withdraw,
                |conn, call, tools, seen, body| approval::withdraw(conn, call, seen, body);
            /// Asks for everything that is missing, in a single and complete request; terms stop running.
            request_supplement "/{id}/request-supplement" RequestSupplement => RequestSupplement,
                |conn, call, tools, seen, body| approval::request_supplement(conn, call, seen, body);
            /// Submits the supplement; terms start again.
            resubmit "/{id}/resubmit" Empty => Resubmit,
                |conn, call, tools, seen, _body| approval::resubmit(conn, call, &tools, seen);
            /// Gives the appraiser's opinion; an unfavourable one does not stop the dossier on its way to the decider.
            appraise "/{id}/appraise" OpinionGiven => Appraise,
                |conn, call, tools, seen, body| approval::appraise(conn, call, &tools, seen, body);
            /// Gives a consulted body's opinion.
            give_opinion "/{id}/give-opinion" OpinionGiven => GiveOpinion,
                |conn, call, tools, seen, body| approval::give_opinion(conn, call, &tools, seen, body);
            /// DOFA proceeds without an overdue consultation.
            proceed "/{id}/proceed" ReasonGiven => Proceed,
                |conn, call, tools, seen, body| approval::proceed(conn, call, &tools, seen, body);
            /// Corrects the document of the decision; the original stays in the history.
            correct_decision "/{id}/correct-decision" CorrectDecision => CorrectDecision,
                |conn, call, tools, seen, body| decision::correct_decision(conn, call, seen, body);
            /// Postpones an approved delegation.
            postpone "/{id}/postpone" ReasonGiven => Postpone,
                |conn, call, tools, seen, body| after::postpone(conn, call, &tools, seen, body);
            /// Cancels an approved or postponed delegation.
            cancel "/{id}/cancel" ReasonGiven => Cancel,
                |conn, call, tools, seen, body| after::cancel(conn, call, &tools, seen, body);
            /// Submits the report on the results.
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
