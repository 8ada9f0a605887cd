//! The application: the state that all modules share, every route, and the OpenAPI document made from the routes.

mod described;
mod metrics;
mod rooms;

use described::Described;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, OnceLock};

use actix_service::IntoServiceFactory as _;
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::access::account_requests::SecondPersonRule;
use crate::access::actions::AuthService;
use crate::access::cookies::TrustedProxies;
use crate::access::noted;
use crate::access::other_servers::OtherServers;
use crate::access::password::PasswordHasher;
use crate::access::provider::SignInProvider;
use crate::access::reveal::RevealRule;
use crate::access::sessions::SessionCache;
use crate::access::token::SigningKeys;
use crate::access::users::AccountReferences;
use crate::audit::checkpoints::TrailKeeper;
use crate::config::SecondFactorRule;
use crate::db::{Address, Db};
use crate::dossier::ProvinceLaw;
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::dossier::parts::attachments::UploadQuota;
use crate::dossier::register::{RegisterWord, Registers};
use crate::dossier::store::kept_texts::KeptTexts;
use crate::error::Result;
use crate::jobs::mail_http::MailSwitch;
use crate::jobs::sealed_data;
pub use crate::jobs::tools::DeliverySettings;
use crate::jobs::tools::Jobs;
use crate::pages;
use crate::pages::contract::{Contract, SharedContract};
use crate::pages::door::Door;
use crate::private_files::beside;
use crate::procedures::register::registers;
use crate::registry::{agencies, changes};
use crate::regulations::http::Jurisdiction;
use crate::regulations::store::{RegulationCache, add_shipped};
use crate::statistics::asked::{Agencies, FigureSource};
use crate::statistics::kept_facts::KeptFacts;
use crate::statistics::open_http::OpenStatisticsSwitch;
use crate::vocabulary::word_lists;
use crate::web::answers::ResponseCache;
use crate::web::health::{OpenOperationSwitch, Readiness};
use crate::web::idempotency::InFlightKeys;
use crate::web::openapi::{ProblemDocument, complete};
use crate::web::openapi_parts;
use crate::web::quota::RequestQuota;
use crate::web::routes::{RoomRoutes, describe};
use crate::web::scanner::FileScanner;
use crate::web::{health, trace};
use kernel::time::Clock;
use kernel::words::{FieldError, FindingCode};
use kernel::workdays::WorkCalendar;

/// The state that a running process shares.
#[derive(Clone)]
pub struct AppState {
    pub db: Db,
    pub clock: Clock,
    pub folder: AttachmentFolder,
    pub jurisdiction: Arc<str>,
    keys: SigningKeys,
    sessions: SessionCache,
    hasher: PasswordHasher,
    pub shelf: RegulationCache,
    pub answers: ResponseCache,
    figures: FigureSource,
    texts: KeptTexts,
    running: InFlightKeys,
    pub trail: TrailKeeper,
    pub jobs: Jobs,
    /// The procedures of this installation.
    pub registers: Registers,
    described: Arc<OnceLock<Described>>,
    contract: SharedContract,
    /// Whether statistics are published without sign-in.
    pub published: OpenStatisticsSwitch,
    /// Whether metrics and the reference of the API answer other machines.
    pub open_operation: OpenOperationSwitch,
    /// Whose accounts must have a second factor.
    pub second_factor: SecondFactorRule,
    pub second_person: SecondPersonRule,
    /// Whether passport numbers are shown one by one alone.
    pub reveal: RevealRule,
    /// By whose accounts people may sign in beside their passwords.
    pub provider: Option<SignInProvider>,
    pub proxies: TrustedProxies,
    pub quota: RequestQuota,
    pub uploads: UploadQuota,
    /// Looks at files before they are taken.
    pub scanner: Option<FileScanner>,
}

impl AppState {
    /// Opens a migrated database and everything else that a process needs.
    pub fn open(
        address: Address,
        folder: PathBuf,
        jurisdiction: &str,
        calendar: WorkCalendar,
        clock: Clock,
        post: DeliverySettings,
    ) -> Result<Self> {
        AppState::open_with(registers(), address, folder, jurisdiction, calendar, clock, post)
    }

    /// The same with other procedures than those that ship.
    pub fn open_with(
        registers: Registers,
        address: Address,
        folder: PathBuf,
        jurisdiction: &str,
        calendar: WorkCalendar,
        clock: Clock,
        post: DeliverySettings,
    ) -> Result<Self> {
        let db = Db::open(address)?;
        let now = clock.now();
        let folder = sealed_data::open(&db, folder)?;
        db.write_in_turn(move |conn| add_shipped(conn, now))?;
        let keys = SigningKeys::default();
        keys.replace(db.read_now(crate::access::sessions_store::keys)?);
        let shelf = RegulationCache::new(calendar);
        let domain = format!("{jurisdiction}.ngoaivu");
        let (kept, hours) = (db.clone(), clock.clone());
        let answers = ResponseCache::default();
        let jobs =
            Jobs::new(kept, hours, shelf.clone(), &domain, post, folder.clone(), answers.clone(), registers.clone());
        let known = registers.clone();
        let contract: SharedContract = Arc::new(LazyLock::new(Box::new(move || {
            Contract::new(word_lists(known.entries()), specification_of(&known))
        })));
        Ok(AppState {
            db,
            clock,
            trail: jobs.trail.clone(),
            jobs,
            described: Arc::default(),
            contract,
            registers,
            folder,
            jurisdiction: Arc::from(jurisdiction),
            keys,
            sessions: SessionCache::default(),
            hasher: PasswordHasher::default(),
            shelf,
            answers,
            figures: FigureSource {
                facts: KeptFacts::default(),
                agencies: Agencies { names: agencies::names, succession: changes::succession },
            },
            texts: KeptTexts::default(),
            running: InFlightKeys::default(),
            published: OpenStatisticsSwitch::default(),
            open_operation: OpenOperationSwitch::default(),
            second_factor: SecondFactorRule::default(),
            second_person: SecondPersonRule::default(),
            reveal: RevealRule::default(),
            provider: None,
            proxies: TrustedProxies::default(),
            quota: RequestQuota::default(),
            uploads: UploadQuota::default(),
            scanner: None,
        })
    }

    fn readiness(&self) -> Readiness {
        Readiness { stopping: self.jobs.stopping(), place: beside(&self.folder.path).to_owned() }
    }

    /// What follows the changes that other servers on the same database make.
    pub fn other_servers(&self) -> OtherServers {
        OtherServers {
            db: self.db.clone(),
            sessions: self.sessions.clone(),
            keys: self.keys.clone(),
            answers: self.answers.clone(),
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "ngoaivu",
        version = env!("CARGO_PKG_VERSION"),
        description = "Official delegations of a Vietnamese province: outbound (đoàn ra), inbound (đoàn vào), \
            their approval under the province's own regulation, and the statistics it reports. \
            Dates are `YYYY-MM-DD` in Asia/Ho_Chi_Minh, timestamps RFC 3339 in UTC. Errors are RFC 9457 problem \
            documents in Vietnamese, or in English with `Accept-Language: en`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(ProblemDocument, FieldError, FindingCode, RegisterWord)),
    security(("bearer" = [])),
    modifiers(&BearerScheme),
    tags(
        (name = "access", description = "Sign-in, accounts, the audit trail"),
        (name = "registry", description = "Agencies, officials, foreign partners, the working calendar"),
        (name = "regulation", description = "Regulations as data, and questions to them that store nothing"),
        (name = "outbound", description = "Outbound delegations (đoàn ra) and private travel (việc riêng)"),
        (name = "inbound", description = "Inbound delegations (đoàn vào), their guests and programmes"),
        (name = "approval", description = "The inbox"),
        (name = "calendar", description = "Who is abroad, who is visiting, clashes, feeds"),
        (name = "notices", description = "Webhooks; mail is sent automatically"),
        (name = "statistics", description = "Figures"),
        (name = "reports", description = "Periodic reports, frozen with their records; later changes as corrections"),
        (name = "imports", description = "Import of existing lists: all rows or none, and can be withdrawn"),
        (name = "personal data", description = "What people ask about their data, and incidents, with their clocks"),
        (name = "operation", description = "Health, metrics, this document"),
    )
)]
struct Base;

struct BearerScheme;

impl utoipa::Modify for BearerScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// What an application answers requests with.
pub trait AppRoutes:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    >
{
}

impl<T> AppRoutes for T where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = actix_web::Error,
            InitError = (),
        >
{
}

/// Every route of the API.
fn routes(config: &mut RoomRoutes<'_>, registers: &Registers) {
    config.scope("/api/v1", |config| rooms::routes(config, registers));
    config
        .service(health::healthz)
        .service(health::readyz)
        .service(metrics::show_metrics)
        .service(described::show_openapi);
}

/// The finished OpenAPI 3.1 document of these procedures.
pub fn specification_of(registers: &Registers) -> Value {
    let mut document = Base::openapi();
    describe(&mut document, |config| routes(config, registers));
    complete(&document, registers.entries())
}

/// The document of the procedures that ship.
pub fn specification() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| specification_of(&registers()))
}

/// The document as committed in `api-spec`.
pub fn specification_text() -> String {
    openapi_parts::text(specification())
}

/// The application of one worker: the API, and the pages, which ask it through a door.
pub fn build(house: &AppState) -> App<impl AppRoutes + use<>> {
    let behind = house.clone();
    let door = Door::new(move || {
        let api = api(&behind).into_factory();
        async move { Ok(actix_service::boxed::service(api.new_service(AppConfig::default()).await?)) }
    });
    let entries = house.registers.entries().clone();
    api(house).app_data(door).configure(move |config| pages::routes(config, &entries))
}

/// The API of one worker.
fn api(house: &AppState) -> App<impl AppRoutes + use<>> {
    let desk = AuthService {
        db: house.db.clone(),
        clock: house.clock.clone(),
        keys: house.keys.clone(),
        sessions: house.sessions.clone(),
        hasher: house.hasher.clone(),
        provider: house.provider.clone(),
    };
    let tools = ProvinceLaw {
        shelf: house.shelf.clone(),
        jurisdiction: Arc::clone(&house.jurisdiction),
        registers: house.registers.clone(),
    };
    let app = App::new()
        .configure(|config| routes(&mut RoomRoutes::answering(config), &house.registers))
        .app_data(web::Data::from(Arc::clone(&house.described)))
        .app_data(web::Data::new(Arc::clone(&house.contract)))
        .app_data(web::Data::new(house.registers.clone()))
        .app_data(web::Data::new(house.registers.entries().clone()))
        .app_data(web::Data::new(house.db.clone()))
        .app_data(web::Data::new(house.clock.clone()))
        .app_data(web::Data::new(house.keys.clone()))
        .app_data(web::Data::new(house.sessions.clone()))
        .app_data(web::Data::new(house.running.clone()))
        .app_data(web::Data::new(house.answers.clone()))
        .app_data(web::Data::new(house.shelf.clone()))
        .app_data(web::Data::new(house.folder.clone()))
        .app_data(web::Data::new(crate::registry::references::account_references as AccountReferences))
        .app_data(web::Data::new(house.figures.clone()))
        .app_data(web::Data::new(house.texts.clone()))
        .app_data(web::Data::new(house.published))
        .app_data(web::Data::new(house.open_operation))
        .app_data(web::Data::new(house.second_factor))
        .app_data(web::Data::new(house.second_person))
        .app_data(web::Data::new(house.reveal))
        .app_data(web::Data::new(house.proxies.clone()))
        .app_data(web::Data::new(house.quota.clone()))
        .app_data(web::Data::new(house.uploads))
        .app_data(web::Data::new(house.scanner.clone()))
        .app_data(web::Data::new(house.trail.clone()))
        .app_data(web::Data::new(house.readiness()))
        .app_data(web::Data::new(desk))
        .app_data(web::Data::new(Jurisdiction(Arc::clone(&house.jurisdiction))))
        .app_data(web::Data::new(MailSwitch(house.jobs.mailer.is_some())))
        .app_data(web::Data::new(tools))
        .app_data(web::Data::new(house.jobs.sender.clone()))
        .default_service(web::to(described::nowhere));
    reference(app.wrap(from_fn(noted::note)), house.open_operation).wrap(from_fn(trace::trace))
}

/// The browsable API reference, served from the binary; it loads nothing from other hosts.
#[cfg(feature = "docs")]
fn reference<T>(app: App<T>, open: OpenOperationSwitch) -> App<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = actix_web::Error, InitError = ()>,
{
    let config = utoipa_swagger_ui::Config::new(["/openapi.json"]).validator_url("none");
    let pages = web::scope("/docs")
        .guard(fn_guard(move |request| open.answers(request.head())))
        .service(web::redirect("", "/docs/"))
        .service(utoipa_swagger_ui::SwaggerUi::new("/{_:.*}").config(config));
    app.service(pages)
}

#[cfg(not(feature = "docs"))]
fn reference<T>(app: App<T>, _open: OpenOperationSwitch) -> App<T> {
    app
}
