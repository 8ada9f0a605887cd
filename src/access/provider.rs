//! Signing in by an account elsewhere: OpenID Connect Core 1.0, the code flow with PKCE (RFC 7636).
//!
//! Everything that binds an answer to the browser that asked – state, nonce and the verifier of PKCE – is derived from one
//! random text, the flow, which that browser alone has. So nothing is kept here between the two steps.

use std::io::Error as IoError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as Patience;

use chrono::Duration;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreJwsSigningAlgorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;
use ureq::Agent;

use crate::access::token::{digest, random_text};
use crate::config::ProviderSettings;
use crate::error::{Code, Error, Result, refuse};
use kernel::time::Moment;

/// Where the provider sends people back to.
pub const RETURN_PATH: &str = "/sign-in/provider/return";
/// The provider must answer within this time.
const PATIENCE: Patience = Patience::from_secs(5);
/// Requests to the provider at once; who comes when all are under way is told to try again.
const AT_ONCE: usize = 8;
/// Most bytes of an answer.
const LARGEST: u64 = 512 << 10;
/// What the provider says of itself is asked again after this time, and earlier if a signature is by an unknown key.
const KEPT: Duration = Duration::hours(1);
const KEPT_AT_LEAST: Duration = Duration::minutes(1);

/// Who somebody is at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderIdentity {
    pub issuer: String,
    /// Never given to anybody else there (OpenID Connect Core §2).
    pub subject: String,
    /// What they are called there, to be recognised by.
    pub label: Option<String>,
}

/// What came back through the browser.
#[derive(Debug, Clone)]
pub struct ProviderAnswer {
    /// The text that the browser was given at the start.
    pub flow: String,
    pub code: String,
    pub state: String,
    /// Who answers (RFC 9207), where the provider says so.
    pub issuer: Option<String>,
}

/// A sign-in that was begun.
#[derive(Debug, Clone)]
pub struct BegunFlow {
    /// Where the browser goes.
    pub address: String,
    pub flow: String,
}

/// The provider, as this process knows it.
#[derive(Clone)]
pub struct SignInProvider(Arc<Provider>);

struct Provider {
    settings: ProviderSettings,
    agent: Agent,
    known: Mutex<Option<(Moment, Arc<CoreProviderMetadata>)>>,
    turns: Arc<Semaphore>,
}

/// One of the texts that are derived from a flow.
fn derived(flow: &str, what: &str) -> String {
    digest(&format!("{what} {flow}"))
}

fn not_by_this_browser() -> Error {
    refuse(
        Code::InvalidCredentials,
        "Lần đăng nhập này đã hết hạn, hoặc không bắt đầu ở trình duyệt này; hãy bắt đầu lại.",
        "This sign-in has expired, or did not begin in this browser; start again.",
    )
}

/// 401 for whom the provider knows and nobody here.
pub fn not_linked() -> Error {
    refuse(
        Code::InvalidCredentials,
        "Tài khoản dùng chung này chưa gắn với tài khoản nào ở đây. Hãy đăng nhập bằng mật khẩu, rồi gắn ở trang Tài khoản của tôi.",
        "This account is not linked to one here. Sign in with your password, then link it on the page My account.",
    )
}

fn not_reached(cause: impl std::fmt::Display) -> Error {
    tracing::warn!(%cause, "the provider of OpenID Connect could not be asked");
    refuse(
        Code::Unavailable,
        "Chưa hỏi được dịch vụ đăng nhập dùng chung; hãy thử lại, hoặc đăng nhập bằng mật khẩu.",
        "The sign-in service could not be asked; try again, or sign in with your password.",
    )
}

fn not_believed(cause: impl std::fmt::Display) -> Error {
    tracing::warn!(%cause, "an answer of the provider of OpenID Connect is not valid");
    refuse(
        Code::InvalidCredentials,
        "Câu trả lời của dịch vụ đăng nhập dùng chung không hợp lệ; hãy bắt đầu lại.",
        "The answer of the sign-in service is not valid; start again.",
    )
}

impl SignInProvider {
    pub fn new(settings: ProviderSettings) -> Self {
        // Redirects could lead into the office's own network, and answers of them are no answers of the provider.
        let config =
            Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).http_status_as_error(false);
        let agent = config.build().new_agent();
        SignInProvider(Arc::new(Provider {
            settings,
            agent,
            known: Mutex::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }))
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// Begins a sign-in: where the browser goes, and the text that it keeps meanwhile. With `anew` the provider asks for the password
    /// there, whoever it remembers.
    pub async fn begin(&self, now: Moment, anew: bool) -> Result<BegunFlow> {
        self.ask(move |provider| {
            let flow = random_text();
            let client = provider.client(provider.metadata(now, KEPT)?)?;
            let (state, nonce) = (derived(&flow, "state"), derived(&flow, "nonce"));
            let verifier = PkceCodeVerifier::new(derived(&flow, "verifier"));
            let begun = client.authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            );
            let begun = begun.add_scope(Scope::new("profile".into()));
            let begun = if anew { begun.add_prompt(CoreAuthPrompt::Login) } else { begun };
            let (address, ..) = begun.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier)).url();
            Ok(BegunFlow { address: address.into(), flow })
        })
        .await
    }

    /// Who it is that came back. 401 if the answer is not one to this browser, or not valid; 503 if the provider is silent.
    pub async fn identify(&self, answer: ProviderAnswer, now: Moment) -> Result<ProviderIdentity> {
        let own = answer.state == derived(&answer.flow, "state");
        let another = answer.issuer.as_ref().is_some_and(|issuer| *issuer != self.0.settings.issuer);
        if !own || another {
            return Err(not_by_this_browser());
        }
        self.ask(move |provider| provider.identify(&answer, now)).await
    }

    /// Asks the provider on a thread of its own.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Provider) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.0.turns).try_acquire_owned().map_err(not_reached)?;
        let provider = Arc::clone(&self.0);
        let asked = tokio::task::spawn_blocking(move || {
            // Until the provider has answered, although whoever asked may have hung up.
            let _turn = turn;
            question(&provider)
        });
        asked.await.map_err(|e| Error::Internal(format!("asking the provider panicked: {e}")))?
    }
}

type KnownClient = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

impl Provider {
    fn send(&self, request: HttpRequest) -> std::result::Result<HttpResponse, IoError> {
        let answer = self.agent.run(request).map_err(IoError::other)?;
        let (head, mut body) = answer.into_parts();
        let body = body.with_config().limit(LARGEST).read_to_vec().map_err(IoError::other)?;
        Ok(HttpResponse::from_parts(head, body))
    }

    /// What the provider says of itself, with its keys: from memory if it is not older than this.
    fn metadata(&self, now: Moment, oldest: Duration) -> Result<Arc<CoreProviderMetadata>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((since, known)) = known
            && since <= now
            && now < since + oldest
        {
            return Ok(known);
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(not_reached)?;
        let found = CoreProviderMetadata::discover(&issuer, &|request| self.send(request)).map_err(not_reached)?;
        let found = Arc::new(found);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&found)));
        Ok(found)
    }

    fn client(&self, metadata: Arc<CoreProviderMetadata>) -> Result<KnownClient> {
        let back = format!("{}{RETURN_PATH}", self.settings.origin);
        let back = RedirectUrl::new(back).map_err(|e| Error::Internal(format!("where people come back to: {e}")))?;
        // The default of the standard is the header; some providers take the body alone.
        let ways = metadata.token_endpoint_auth_methods_supported();
        let by_header = ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let secret = ClientSecret::new(self.settings.client_secret.expose_secret().to_owned());
        let id = ClientId::new(self.settings.client_id.clone());
        let client = CoreClient::from_provider_metadata(Arc::unwrap_or_clone(metadata), id, Some(secret));
        let way = if by_header { AuthType::BasicAuth } else { AuthType::RequestBody };
        Ok(client.set_auth_type(way).set_redirect_uri(back))
    }

    fn identify(&self, answer: &ProviderAnswer, now: Moment) -> Result<ProviderIdentity> {
        let client = self.client(self.metadata(now, KEPT)?)?;
        let exchange = client.exchange_code(AuthorizationCode::new(answer.code.clone())).map_err(not_reached)?;
        let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(derived(&answer.flow, "verifier")));
        let tokens = exchange.request(&|request| self.send(request)).map_err(|error| match error {
            RequestTokenError::ServerResponse(told) => not_believed(told),
            other => not_reached(other),
        })?;
        let token = tokens.id_token().ok_or_else(|| not_believed("no ID token"))?;
        let nonce = Nonce::new(derived(&answer.flow, "nonce"));
        let read = |client: &KnownClient| {
            let verifier = client.id_token_verifier().set_time_fn(move || now.and_utc()).set_allowed_algs([
                CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                CoreJwsSigningAlgorithm::RsaSsaPssSha256,
                CoreJwsSigningAlgorithm::EcdsaP256Sha256,
                CoreJwsSigningAlgorithm::EcdsaP384Sha384,
                CoreJwsSigningAlgorithm::EdDsa,
            ]);
            token.claims(&verifier, &nonce).map(|claims| ProviderIdentity {
                issuer: claims.issuer().to_string(),
                subject: claims.subject().to_string(),
                label: claims
                    .preferred_username()
                    .map(|name| name.to_string())
                    .or_else(|| Some(claims.name()?.get(None)?.to_string())),
            })
        };
        match read(&client) {
            // It may have a new key.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                read(&self.client(self.metadata(now, KEPT_AT_LEAST)?)?).map_err(not_believed)
            }
            other => other.map_err(not_believed),
        }
    }
}
