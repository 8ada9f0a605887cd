//! Routes of one's own account: who one is, where one is signed in, how one likes the pages, what one has not sent yet.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use crate::access::actions::AuthService;
use crate::access::call::Call;
use crate::access::me_store::{self, Settings};
use crate::access::permission::Permission;
use crate::access::second_factor::SignInFactor;
use crate::access::sessions::ABSOLUTE_HOURS;
use crate::access::token::{digest, random_text};
use crate::access::user_views::{UserView, one};
use crate::access::{password, provider_store, sessions_store, shorts, store};
use crate::error::{Code, Result, not_found, refuse};
use crate::web::etag::etag;
use crate::web::json::{Incoming, refuse_secrets};
use crate::web::reply::{Empty, path_id, reply};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::rfc3339;
use kernel::violation::Violations;
use kernel::words::FieldError;

pub fn routes(config: &mut RoomRoutes) {
    config.service(me).service(change_password).service(sessions).service(end_session).service(change_settings);
    config.service(copies).service(show_copy).service(keep_copy).service(drop_copy);
}

/// The caller's own account, what they may do today, and how they like their pages.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "01ke3m9p00061", "version": 1, "username": "clerk.skhcn", "full_name": "Nguyễn Thị Hạnh", "email": null,
    "agency_id": null, "agency": null, "official_id": null, "official": null, "active": true, "activated": true,
    "roles": [{"role": "clerk", "valid_from": "2020-01-01", "valid_to": null}], "seats": [],
    "permissions": ["read_dossiers", "draft_dossiers"], "settings": {"language": null, "shortcuts": true}}))]
struct Me {
    #[serde(flatten)]
    account: UserView,
    permissions: Vec<Permission>,
    settings: SettingsView,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Settings, example = json!({"language": "en", "shortcuts": true}))]
struct SettingsView {
    /// `vi` or `en`; null: whatever the browser asks for.
    language: Option<String>,
    /// Whether single keys do something in lists.
    shortcuts: bool,
}

impl From<Settings> for SettingsView {
    fn from(s: Settings) -> Self {
        SettingsView { language: s.language, shortcuts: s.shortcuts }
    }
}

/// The caller's own account.
#[utoipa::path(tag = "access", responses((status = 200, description = "the account", body = Me)))]
#[get("/me")]
async fn me(call: Call) -> Result<HttpResponse> {
    let answer = call
        .read(|conn, call| {
            let permissions = Permission::all().iter().copied().filter(|p| call.actor.may(*p)).collect();
            let settings = me_store::settings(conn, call.actor.id())?.into();
            Ok(Me { account: one(conn, &call.actor.account)?, permissions, settings })
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(answer.account.version))).json(answer))
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current": "demo-ngoaivu-2026", "new": "mùa xuân năm ấy đẹp"}))]
struct ChangePassword {
    #[schema(min_length = 1, max_length = 1000)]
    current: String,
    #[schema(min_length = 1, max_length = 1000)]
    new: String,
}

/// Sets a new password; all other sessions end, and the link to an account elsewhere is forgotten.
#[utoipa::path(tag = "access", request_body = ChangePassword,
    responses((status = 200, description = "the password is changed", body = Empty)))]
#[post("/me/password")]
async fn change_password(
    call: Call,
    desk: web::Data<AuthService>,
    body: Incoming<ChangePassword>,
) -> Result<HttpResponse> {
    let body = body.read().await?;
    // A plain digest of passwords could be guessed.
    let print = keyed(&body.fingerprint);
    let body = body.check()?;
    let user_id = call.actor.id();
    let own = call.read(|conn, call| shorts::words_of(conn, call.actor.account())).await?;
    let mut faults = Violations::default();
    password::check_new(&body.new, &own, "/new", &mut faults);
    faults.finish()?;
    let attempt = desk.own_password(user_id, body.current).await?;
    let hash = desk.hasher.hash(body.new).await?;
    call.change_accounts(
        print,
        |_, _| Ok(()),
        move |conn, call, ()| {
            attempt.succeeded(conn)?;
            store::set_password(conn, user_id, &hash)?;
            sessions_store::end_sessions_of(conn, user_id, Some(call.actor.session_id), call.now)?;
            // Whoever knew the old one may have linked an account of theirs.
            provider_store::unlink(conn, user_id)?;
            call.remember(conn, "change_password", &format!("users/{}", Id(user_id)), serde_json::json!({}))?;
            reply(200, None, None, &Empty {})
        },
    )
    .await
}

/// A fingerprint that only this process can make; after its end a retry counts as another request.
fn keyed(print: &str) -> String {
    static KEY: LazyLock<String> = LazyLock::new(random_text);
    digest(&format!("{}{print}", *KEY))
}

/// A sign-in that has not ended.
#[derive(Serialize, ToSchema)]
#[schema(as = SignIn, example = json!({"id": "01ke3m9p0002s", "created_at": "2026-11-22T02:00:00Z", "last_used_at": "2026-11-22T02:14:00Z",
    "address": "10.2.3.4", "agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "factor": "password", "current": true}))]
struct SignInView {
    #[schema(value_type = String)]
    id: Id,
    created_at: String,
    /// Exact to a minute; for programs, the last refresh of their token.
    last_used_at: Option<String>,
    /// Where it was opened from, if it is known.
    address: Option<String>,
    agent: Option<String>,
    /// How its owner showed who they are; none if it began before this was kept.
    #[schema(value_type = Option<SignInFactor>)]
    factor: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

#[derive(Serialize, ToSchema)]
struct SignInList {
    items: Vec<SignInView>,
    next: Option<String>,
}

/// Most sign-ins that are listed.
const LISTED: i64 = 200;

/// Lists the caller's own sign-ins that have not ended, the latest first: up to 200.
#[utoipa::path(tag = "access", operation_id = "list_sign_ins", responses((status = 200, description = "sign-ins", body = SignInList)))]
#[get("/me/sessions")]
async fn sessions(call: Call) -> Result<HttpResponse> {
    let items = call
        .read(|conn, call| {
            let since = call.now - Duration::hours(ABSOLUTE_HOURS);
            let found = sessions_store::live_sign_ins(conn, call.actor.id(), since, LISTED)?;
            let view = |s: sessions_store::LiveSignIn| SignInView {
                id: Id(s.id),
                created_at: rfc3339(s.created_at),
                last_used_at: s.last_used_at.map(rfc3339),
                address: s.address,
                agent: s.agent,
                factor: s.factor,
                current: s.id == call.actor.session_id,
            };
            Ok(found.into_iter().map(view).collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(SignInList { items, next: None }))
}

/// Ends one of the caller's own sign-ins.
#[utoipa::path(tag = "access", operation_id = "end_sign_in", params(("id" = String, Path)), responses((status = 204, description = "ended")))]
#[delete("/me/sessions/{id}")]
async fn end_session(call: Call, id: web::Path<String>) -> Result<HttpResponse> {
    let id = path_id(&id)?;
    call.write_accounts(move |conn, call| {
        let own = sessions_store::live_session(conn, id)?.is_some_and(|(user, _)| user == call.actor.id());
        if !own {
            return Err(not_found());
        }
        sessions_store::end_session(conn, id, call.now)?;
        call.remember(conn, "end_sign_in", &format!("sessions/{}", Id(id)), serde_json::json!({}))
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"language": "en"}))]
struct SettingsChanges {
    /// `vi` or `en`; `null`: whatever the browser asks for.
    #[serde(default, deserialize_with = "kernel::patch::given")]
    #[schema(value_type = Option<String>, max_length = 2)]
    language: Option<Option<String>>,
    shortcuts: Option<bool>,
}

/// Changes how the caller likes their pages.
#[utoipa::path(tag = "access", operation_id = "change_settings", request_body = SettingsChanges, responses((status = 200, description = "changed", body = SettingsView)))]
#[patch("/me/settings")]
async fn change_settings(call: Call, body: Incoming<SettingsChanges>) -> Result<HttpResponse> {
    let body = body.read().await?;
    call.change(
        body.fingerprint.clone(),
        |_, _| Ok(()),
        move |conn, call, ()| {
            let changes = body.check()?;
            let mut settings = me_store::settings(conn, call.actor.id())?;
            if let Some(language) = changes.language {
                let mut faults = Violations::default();
                let known = language.as_deref().is_none_or(|l| l == "vi" || l == "en");
                let (vi, en) = ("Chỉ có tiếng Việt và tiếng Anh.", "There are Vietnamese and English.");
                faults.require(known, "/language", FieldError::UnknownValue, vi, en);
                faults.finish()?;
                settings.language = language;
            }
            settings.shortcuts = changes.shortcuts.unwrap_or(settings.shortcuts);
            me_store::save_settings(conn, call.actor.id(), &settings)?;
            reply(200, None, None, &SettingsView::from(settings))
        },
    )
    .await
}

/// Something that the caller typed and did not send yet.
#[derive(Serialize, ToSchema)]
#[schema(as = WorkingCopy, example = json!({"name": "outbound-delegations-new", "saved_at": "2026-11-22T02:00:00Z"}))]
struct CopyView {
    name: String,
    saved_at: String,
}

#[derive(Serialize, ToSchema)]
struct CopyList {
    items: Vec<CopyView>,
    next: Option<String>,
}

/// What a working copy holds: any JSON object.
#[derive(ToSchema)]
#[schema(as = WorkingCopyContent, example = json!({"/title": "Đoàn học tập chuyển đổi số"}))]
struct CopyContent {}

/// Most bytes of a working copy.
const COPY_LIMIT: usize = 64 << 10;
/// Most working copies of one person.
const COPIES: usize = 100;

/// Lists the caller's own working copies of the last 30 days, the latest first.
#[utoipa::path(tag = "access", operation_id = "list_working_copies", responses((status = 200, description = "working copies", body = CopyList)))]
#[get("/me/working-copies")]
async fn copies(call: Call) -> Result<HttpResponse> {
    let found = call.read(|conn, call| me_store::copies(conn, call.actor.id(), call.now)).await?;
    let items = found.into_iter().map(|(name, at)| CopyView { name, saved_at: rfc3339(at) }).collect();
    Ok(HttpResponse::Ok().json(CopyList { items, next: None }))
}

/// The name in the path: what a form is called, of letters, digits, dots and hyphens.
fn copy_name(text: &str) -> Result<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if text.is_empty() || text.len() > 100 || !text.chars().all(plain) {
        return Err(not_found());
    }
    Ok(text.to_owned())
}

/// Shows a working copy of the caller's own.
#[utoipa::path(tag = "access", operation_id = "show_working_copy", params(("name" = String, Path, example = "outbound-delegations-new")),
    responses((status = 200, description = "what was kept", body = CopyContent)))]
#[get("/me/working-copies/{name}")]
async fn show_copy(call: Call, name: web::Path<String>) -> Result<HttpResponse> {
    let name = copy_name(&name)?;
    let found = call.read(move |conn, call| me_store::copy(conn, call.actor.id(), &name, call.now)).await?;
    let (body, _) = found.ok_or_else(not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .content_type("application/json")
        .body(body))
}

/// Keeps a working copy for 30 days, in place of the one of the same name: a JSON object of at most 64 KiB. It stands in
/// neither trail nor versions, and nobody else sees it.
#[utoipa::path(tag = "access", operation_id = "keep_working_copy", params(("name" = String, Path, example = "outbound-delegations-new")), request_body = CopyContent,
    responses((status = 204, description = "kept")))]
#[put("/me/working-copies/{name}")]
async fn keep_copy(call: Call, name: web::Path<String>, body: Incoming<Empty>) -> Result<HttpResponse> {
    let name = copy_name(&name)?;
    let text = body.read_text("application/json").await?;
    if text.len() > COPY_LIMIT {
        return Err(refuse(
            Code::PayloadTooLarge,
            format!("Bản nháp chỉ được có tối đa {COPY_LIMIT} byte."),
            format!("A working copy may have at most {COPY_LIMIT} bytes."),
        ));
    }
    let content: serde_json::Map<String, Value> = serde_json::from_str(&text).map_err(|_| {
        refuse(Code::MalformedRequest, "Nội dung phải là một đối tượng JSON.", "The body must be a JSON object.")
    })?;
    let content = Value::Object(content);
    refuse_secrets(&content)?;
    call.write(move |conn, call| {
        let others = me_store::copies(conn, call.actor.id(), call.now)?;
        if others.len() >= COPIES && others.iter().all(|(other, _)| *other != name) {
            return Err(refuse(
                Code::TooManyRows,
                format!("Đã có {COPIES} bản nháp chưa gửi; hãy bỏ bớt."),
                format!("There are {COPIES} working copies; drop some first."),
            ));
        }
        me_store::save_copy(conn, call.actor.id(), &name, &content.to_string(), call.now)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Drops a working copy of the caller's own; one that is not there is dropped already.
#[utoipa::path(tag = "access", operation_id = "drop_working_copy", params(("name" = String, Path, example = "outbound-delegations-new")),
    responses((status = 204, description = "dropped")))]
#[delete("/me/working-copies/{name}")]
async fn drop_copy(call: Call, name: web::Path<String>) -> Result<HttpResponse> {
    let name = copy_name(&name)?;
    call.write(move |conn, call| me_store::delete_copy(conn, call.actor.id(), &name)).await?;
    Ok(HttpResponse::NoContent().finish())
}
