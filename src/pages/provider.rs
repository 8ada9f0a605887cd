//! Signing in by an account elsewhere (OpenID Connect), and linking one's own account to it.

use actix_web::cookie::Cookie;
use actix_web::http::Method;
use actix_web::{HttpResponse, ResponseError as _, get, post, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::access::actions::AuthService;
use crate::access::call::stranger_of;
use crate::access::cookies;
use crate::access::provider::ProviderAnswer;
use crate::access::sign_in::{FirstStep, SignInWay};
use crate::error::{Result, not_found};
use crate::pages::frame::{answer, comes_again, leads_to};
use crate::pages::my_account::{me_made, panel_fault, sent};
use crate::pages::request::{PageRequest, PageResult, local, see_other};
use crate::pages::show;
use crate::pages::sign_in::{ask_code, refused_sign_in, said, signed_in};

/// What a browser that went to the provider comes back for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    SignIn,
    Link,
}

/// What the browser keeps meanwhile: why it went, the text that binds the answer to it, and where it goes on.
struct WayBack {
    errand: Errand,
    flow: String,
    next: String,
}

impl WayBack {
    fn write(&self) -> Cookie<'static> {
        let errand = if self.errand == Errand::Link { "link" } else { "sign-in" };
        cookies::on_the_way(format!("{errand}.{}.{}", self.flow, URL_SAFE_NO_PAD.encode(&self.next)))
    }

    fn read(page: &PageRequest) -> Option<Self> {
        let kept = cookies::way_of(&page.http)?;
        let mut parts = kept.splitn(3, '.');
        let errand = match parts.next()? {
            "link" => Errand::Link,
            "sign-in" => Errand::SignIn,
            _ => return None,
        };
        let flow = parts.next()?.to_owned();
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok()?;
        Some(WayBack { errand, flow, next: local(Some(&next)) })
    }
}

/// Begins a way to the provider: where it leads, and what the browser keeps meanwhile.
async fn begin(desk: &AuthService, errand: Errand, next: String) -> Result<(String, WayBack)> {
    let provider = desk.provider.as_ref().ok_or_else(not_found)?;
    let begun = provider.begin(desk.clock.now(), errand == Errand::Link).await?;
    Ok((begun.address, WayBack { errand, flow: begun.flow, next }))
}

/// A link and no form: the policy of pages lets no form lead elsewhere.
#[get("/sign-in/provider")]
pub async fn go(page: PageRequest, desk: web::Data<AuthService>) -> HttpResponse {
    let next = local(page.asked("next").as_deref());
    match begin(&desk, Errand::SignIn, next).await {
        Ok((address, way)) => {
            let mut response = see_other(&address);
            let _ = response.add_cookie(&way.write());
            response
        }
        Err(error) => refused_sign_in(&page, &desk, &error),
    }
}

/// The same for whoever is signed in, to link their account, who is asked there for their password in any case: another site
/// could have signed this browser in there as somebody else, or a colleague did. A form, which no other site can send; since the policy
/// of pages lets no form lead elsewhere, a page leads there.
#[post("/me/provider/link")]
pub async fn go_to_link(page: PageRequest, desk: web::Data<AuthService>) -> HttpResponse {
    let begun = async {
        cookies::require_same_origin(&Method::POST, page.http.headers())?;
        begin(&desk, Errand::Link, "/me".to_owned()).await
    };
    match begun.await {
        Ok((address, way)) => {
            let mut response = leads_to(&page, &address);
            // A cookie of a moment ago could be refused only if it were no header.
            let _ = response.add_cookie(&way.write());
            response
        }
        Err(error) => {
            let status = error.status_code().as_u16();
            answer(&page, me_made(&page, status, panel_fault("provider", said(&page, &error))).await).await
        }
    }
}

#[get("/sign-in/provider/return")]
pub async fn come_back(page: PageRequest, desk: web::Data<AuthService>) -> HttpResponse {
    // By a link of another site no cookie of ours comes but the one of this journey.
    if let Some(again) = comes_again(&page) {
        return again;
    }
    let mut response = match WayBack::read(&page) {
        Some(WayBack { errand: Errand::Link, flow, .. }) => answer(&page, linked(&page, flow).await).await,
        Some(WayBack { flow, next, .. }) => signs_in(&page, &desk, flow, &next).await,
        // Came late, or by the button "back": there is nothing to do any more.
        None => see_other("/"),
    };
    // Each journey ends once.
    let _ = response.add_cookie(&cookies::arrived());
    response
}

fn asked(page: &PageRequest, name: &str) -> String {
    page.asked(name).unwrap_or_default()
}

async fn signs_in(page: &PageRequest, desk: &AuthService, flow: String, next: &str) -> HttpResponse {
    let Some(code) = page.asked("code") else {
        // They said no there, or the provider did.
        return see_other("/sign-in?after=provider");
    };
    let answer = ProviderAnswer { flow, code, state: asked(page, "state"), issuer: page.asked("iss") };
    match desk.login_by_provider(answer, SignInWay::Browser, stranger_of(&page.http)).await {
        Ok(FirstStep::In(done)) => signed_in(page, desk, done, next, "").await,
        Ok(FirstStep::Code(ticket)) => ask_code(page, ticket, next),
        Err(error) => refused_sign_in(page, desk, &error),
    }
}

async fn linked(page: &PageRequest, flow: String) -> PageResult<HttpResponse> {
    let Some(code) = page.asked("code") else { return Ok(see_other("/me")) };
    let mut body = json!({"flow": flow, "code": code, "state": asked(page, "state")});
    if let (Some(iss), Some(body)) = (page.asked("iss"), body.as_object_mut()) {
        body.insert("iss".into(), json!(iss));
    }
    let answer = page.send(Method::POST, "/me/provider", &[], &body).await;
    if matches!(answer.status, 200..=299) {
        return Ok(see_other("/me"));
    }
    me_made(page, answer.status, panel_fault("provider", show::said(&answer.json()))).await
}

#[post("/me/provider/unlink")]
pub async fn unlink(page: PageRequest) -> HttpResponse {
    answer(&page, sent(&page, Method::DELETE, "/me/provider", json!({})).await).await
}
