//! Routes of the second factor: completing a sign-in with a code, one's own factor, proving once more who one is.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::access::actions::AuthService;
use crate::access::call::{Call, stranger_of};
use crate::access::context::{PROOF_MINUTES, RequestContext};
use crate::access::http::signed_in;
use crate::access::second_factor::{self, CodeVerdict, SignInFactor};
use crate::access::sign_in::SignInWay;
use crate::access::{http, sessions_store, store};
use crate::config::SecondFactorRule;
use crate::db::Conn;
use crate::error::{Code, Result, refuse};
use crate::web::json::Incoming;
use crate::web::reply::Empty;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::time::rfc3339;

pub fn routes(config: &mut RoomRoutes) {
    config.service(finish).service(show).service(begin).service(confirm).service(remove).service(renew).service(prove);
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ticket": "Vb0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoKbM", "code": "492039"}))]
struct FinishSignIn {
    #[schema(min_length = 1, max_length = 200)]
    ticket: String,
    /// Six digits of the app, or a recovery code.
    #[schema(min_length = 1, max_length = 64)]
    code: String,
}

/// Completes a sign-in with the code of the second factor, within five minutes after the password. After the third wrong
/// code the next 30 seconds are waited for (429).
#[utoipa::path(tag = "access", operation_id = "finish_sign_in", security(()), request_body = FinishSignIn,
    responses((status = 200, description = "signed in", body = http::TokenPair)))]
#[post("/auth/second-factor")]
async fn finish(req: HttpRequest, desk: web::Data<AuthService>, body: Incoming<FinishSignIn>) -> Result<HttpResponse> {
    let body = body.read().await?.check()?;
    let done = desk.login_by_code(body.ticket, body.code, SignInWay::Program, stranger_of(&req)).await?;
    signed_in(done)
}

/// One's own second factor.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactor, example = json!({"enrolled": true, "required": true, "recovery_codes_left": 10, "proved_until": "2026-11-22T02:05:00Z"}))]
struct SecondFactorView {
    enrolled: bool,
    /// Whether this account must have one here.
    required: bool,
    recovery_codes_left: i64,
    /// Until then the caller need not prove again who they are; null if they have to.
    proved_until: Option<String>,
}

/// Shows whether the caller has a second factor.
#[utoipa::path(tag = "access", operation_id = "show_second_factor", responses((status = 200, description = "the factor", body = SecondFactorView)))]
#[get("/me/second-factor")]
async fn show(call: Call, rule: web::Data<SecondFactorRule>) -> Result<HttpResponse> {
    let required = second_factor::is_required(*rule.get_ref(), &call.actor.account);
    let view = call
        .read(move |conn, call| {
            let proved = sessions_store::proved_at(conn, call.actor.session_id)?;
            let until = proved.map(|at| at + Duration::minutes(PROOF_MINUTES)).filter(|until| *until > call.now);
            Ok(SecondFactorView {
                enrolled: call.actor.account.second_factor,
                required,
                recovery_codes_left: second_factor::recovery_codes_left(conn, call.actor.id())?,
                proved_until: until.map(rfc3339),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// What an app needs to make codes. Shown once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "address": "otpauth://totp/ngoaivu:chair?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=ngoaivu"}))]
struct NewSecondFactor {
    /// Base32, to be typed into the app.
    secret: String,
    /// The same as an address, for a picture that the app reads.
    address: String,
}

/// Begins an enrolment, which counts once it is confirmed by a code. The caller has proved who they are within five minutes.
#[utoipa::path(tag = "access", operation_id = "begin_second_factor", request_body = Empty,
    responses((status = 200, description = "the secret", body = NewSecondFactor)))]
#[post("/me/second-factor")]
async fn begin(call: Call, body: Incoming<Empty>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let made = call.write_accounts(move |conn, call| {
        call.require_recent_proof(conn)?;
        body.check()?;
        if store::has_second_factor(conn, call.actor.id())? {
            return Err(refuse(
                Code::AlreadyExists,
                "Tài khoản đã có xác thực hai lớp; hãy gỡ trước khi đăng ký lại.",
                "The account has a second factor already; remove it before you enrol another.",
            ));
        }
        second_factor::begin(conn, call.actor.id(), call.actor.username())
    });
    let made = made.await?;
    Ok(HttpResponse::Ok().json(NewSecondFactor { secret: made.secret, address: made.address }))
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "492039"}))]
struct ConfirmCode {
    #[schema(min_length = 6, max_length = 10)]
    code: String,
}

/// Recovery codes. Each works once, in place of a code of the app; they are shown once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"recovery_codes": ["k3vq-7m2x-pd4a-zt6w"]}))]
struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Confirms the enrolment with a code: from now on it is asked at every sign-in. The caller's other sign-ins end.
#[utoipa::path(tag = "access", operation_id = "confirm_second_factor", request_body = ConfirmCode,
    responses((status = 200, description = "confirmed", body = RecoveryCodes)))]
#[post("/me/second-factor/confirm")]
async fn confirm(call: Call, body: Incoming<ConfirmCode>) -> Result<HttpResponse> {
    let body = body.read().await?.check()?;
    let judged = call.write_accounts(move |conn, call| {
        if store::has_second_factor(conn, call.actor.id())? {
            return Ok((CodeVerdict::Wrong, Vec::new()));
        }
        let verdict = second_factor::judge(conn, call.actor.id(), call.actor.username(), &body.code, call.now)?;
        let mut codes = Vec::new();
        if let CodeVerdict::Right(_) = verdict {
            codes = second_factor::confirm(conn, call.actor.id(), call.now)?;
            end_others(conn, call)?;
            sessions_store::note_proof(conn, call.actor.session_id, call.now)?;
            told(conn, call, "enrol_second_factor")?;
        }
        Ok((verdict, codes))
    });
    let (verdict, recovery_codes) = judged.await?;
    verdict.require()?;
    Ok(HttpResponse::Ok().json(RecoveryCodes { recovery_codes }))
}

/// Ends the caller's other sign-ins: whoever changes a factor may have lost control of one.
fn end_others(conn: &mut Conn, call: &RequestContext) -> Result<()> {
    sessions_store::end_sessions_of(conn, call.actor.id(), Some(call.actor.session_id), call.now)
}

fn told(conn: &mut Conn, call: &RequestContext, action: &str) -> Result<()> {
    call.remember(conn, action, &format!("users/{}", Id(call.actor.id())), serde_json::json!({}))
}

/// Removes the caller's second factor; their other sign-ins end. They have proved who they are within five minutes.
#[utoipa::path(tag = "access", operation_id = "remove_second_factor", responses((status = 204, description = "removed")))]
#[delete("/me/second-factor")]
async fn remove(call: Call) -> Result<HttpResponse> {
    call.write_accounts(|conn, call| {
        call.require_recent_proof(conn)?;
        second_factor::remove(conn, call.actor.id())?;
        end_others(conn, call)?;
        told(conn, call, "remove_second_factor")
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a new set of recovery codes; those of before no longer work, and the caller's other sign-ins end. The caller has proved who they are within five minutes.
#[utoipa::path(tag = "access", operation_id = "renew_recovery_codes", request_body = Empty,
    responses((status = 200, description = "the new codes", body = RecoveryCodes)))]
#[post("/me/recovery-codes")]
async fn renew(call: Call, body: Incoming<Empty>) -> Result<HttpResponse> {
    let body = body.read().await?;
    let made = call.write(move |conn, call| {
        call.require_recent_proof(conn)?;
        body.check()?;
        if !store::has_second_factor(conn, call.actor.id())? {
            return Err(refuse(
                Code::NotPossibleInState,
                "Tài khoản chưa có xác thực hai lớp.",
                "The account has no second factor.",
            ));
        }
        end_others(conn, call)?;
        told(conn, call, "renew_recovery_codes")?;
        second_factor::new_recovery_codes(conn, call.actor.id())
    });
    Ok(HttpResponse::Ok().json(RecoveryCodes { recovery_codes: made.await? }))
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "demo-ngoaivu-2026", "code": "492039"}))]
struct Proof {
    #[schema(min_length = 1, max_length = 1000)]
    password: String,
    /// Where the account has a second factor.
    #[schema(min_length = 1, max_length = 64)]
    code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"until": "2026-11-22T02:05:00Z"}))]
struct Proved {
    until: String,
}

/// Proves once more who the caller is; it holds for five minutes in this sign-in.
#[utoipa::path(tag = "access", operation_id = "prove", request_body = Proof, responses((status = 200, description = "proved", body = Proved)))]
#[post("/me/proof")]
async fn prove(call: Call, desk: web::Data<AuthService>, body: Incoming<Proof>) -> Result<HttpResponse> {
    let body = body.read().await?.check()?;
    let user_id = call.actor.id();
    let attempt = desk.own_password(user_id, body.password).await?;
    let code = body.code.unwrap_or_default();
    // Not kept for retries: the body is a password.
    let verdict = call
        .write(move |conn, call| {
            attempt.succeeded(conn)?;
            let verdict = match store::has_second_factor(conn, user_id)? {
                true => second_factor::judge(conn, user_id, call.actor.username(), &code, call.now)?,
                false => CodeVerdict::Right(SignInFactor::Password),
            };
            if let CodeVerdict::Right(_) = verdict {
                sessions_store::note_proof(conn, call.actor.session_id, call.now)?;
                told(conn, call, "prove")?;
            }
            Ok(verdict)
        })
        .await?;
    verdict.require()?;
    let until = call.now + Duration::minutes(PROOF_MINUTES);
    Ok(HttpResponse::Ok().json(Proved { until: rfc3339(until) }))
}
