//! `serve` and `demo`: the server process.

use std::fs::File;
use std::future::poll_fn;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::signal::unix::{SignalKind, signal};

use anyhow::{Context, Result, anyhow, bail};
use kernel::time::{Clock, day_of};
use ngoaivu::access::account_requests::SecondPersonRule;
use ngoaivu::access::cookies::TrustedProxies;
use ngoaivu::access::provider::SignInProvider;
use ngoaivu::access::reveal::RevealRule;
use ngoaivu::app::{self, AppState, DeliverySettings};
use ngoaivu::config::Config;
use ngoaivu::db::Address;
use ngoaivu::dossier::parts::attachments::UploadQuota;
use ngoaivu::private_files;
use ngoaivu::statistics::open_http::OpenStatisticsSwitch;
use ngoaivu::web::health::OpenOperationSwitch;
use ngoaivu::web::quota::RequestQuota;
use ngoaivu::web::scanner::FileScanner;
use socket2::{Domain, Protocol, Socket, Type};

use super::place::{DataPlace, current, jurisdiction, known_jurisdiction, upgrade};

/// Runs the server of a province.
pub fn serve(config: &Config, place: &DataPlace, listen: Option<String>, migrate: bool) -> Result<()> {
    start_log(config);
    let (address, folder) = place.find(config)?;
    // A folder of the current directory would be another one after the next start from elsewhere.
    let folder = folder.context("name the folder for attachments: NGOAIVU_ATTACHMENTS, or --data DIR")?;
    if migrate {
        let ran = upgrade(&address, Some(&folder), Clock::Machine.now())?;
        tracing::info!(ran, "migrations");
    }
    current(&address)?;
    let _alone = alone(&address)?;
    let jurisdiction = jurisdiction(config, &address)?;
    let house = house(config, address, folder, &jurisdiction)?;
    let book = house.db.read_now(|conn| house.shelf.book(conn))?;
    known_jurisdiction(&jurisdiction, &book)?;
    let listen = listen.unwrap_or_else(|| config.listen().to_owned());
    answer(house, &listen, |address| println!("ngoaivu serves http://{address}"))
}

/// Fails if another server has the data folder; the file keeps others out until it is dropped.
fn alone(address: &Address) -> Result<Option<File>> {
    let Address::Sqlite(file) = address else { return Ok(None) };
    let folder = file.parent().unwrap_or(Path::new("."));
    private_files::create_folder(folder)?;
    match private_files::occupy(folder).with_context(|| format!("cannot lock {}", folder.display()))? {
        Some(lock) => Ok(Some(lock)),
        None => bail!("another ngoaivu serves the folder {}; one folder has one server", folder.display()),
    }
}

/// How long a server may take to say whether it is ready.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// Asks the server that listens on an address of this machine whether it can serve.
pub fn health(listen: &str) -> Result<()> {
    let address = listen.to_socket_addrs()?.next().with_context(|| format!("not an address: {listen}"))?;
    // A server that listens on every address is asked on this machine.
    let ip = if address.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { address.ip() };
    let url = format!("http://{}/readyz", SocketAddr::new(ip, address.port()));
    // A proxy of the environment leads away from this machine.
    let agent = ureq::Agent::config_builder().timeout_global(Some(HEALTH_TIMEOUT)).proxy(None).build().new_agent();
    agent.get(&url).call().with_context(|| format!("{url} is not ready"))?;
    println!("ready");
    Ok(())
}

/// Serves the demo province; creates it if there is none.
pub fn demo(config: &Config, place: &DataPlace, listen: &str, sample: bool) -> Result<()> {
    start_log(config);
    let addresses = listen.to_socket_addrs().with_context(|| format!("not an address: {listen}"))?;
    if addresses.into_iter().any(|a| !a.ip().is_loopback()) {
        bail!("the demo's passwords are public, so it serves only this machine (127.0.0.1), not {listen}");
    }
    let place = match (&place.data, &place.database_url) {
        (None, None) => DataPlace { data: Some(PathBuf::from("data/demo")), database_url: None },
        _ => place.clone(),
    };
    let (address, folder) = place.find(config)?;
    let folder = folder.unwrap_or_else(|| PathBuf::from("data/demo/attachments"));
    let _alone = alone(&address)?;
    upgrade(&address, Some(&folder), Clock::Machine.now())?;
    let house = house(config, address, folder, config.jurisdiction().unwrap_or(ngoaivu::demo::JURISDICTION))?;
    let now = house.clock.now();
    let world = house.db.write_in_turn(move |conn| ngoaivu::demo::make(conn, now))?;
    if sample {
        house.db.write_in_turn(move |conn| ngoaivu::demo::sample::fill(conn, now))?;
    }
    answer(house, listen, |address| {
        print!("{}", ngoaivu::demo::greeting(address, &world, day_of(now)));
        // Through a pipe, the greeting would otherwise wait until the buffer is full.
        let _ = std::io::stdout().flush();
    })
}

/// So long after the signal the door stays open, while readiness already says no: whoever shares out requests looks elsewhere.
const DRAIN: Duration = Duration::from_secs(1);

/// Waits for a signal to stop (SIGTERM, or Ctrl-C), then lets what was accepted end.
fn stop_when_told(server: ServerHandle, stopping: Arc<AtomicBool>) -> Result<impl Future<Output = ()>> {
    let mut terminated = signal(SignalKind::terminate()).context("signals")?;
    let mut interrupted = signal(SignalKind::interrupt()).context("signals")?;
    Ok(async move {
        let asked = poll_fn(|cx| match (terminated.poll_recv(cx), interrupted.poll_recv(cx)) {
            (Poll::Ready(_), _) => Poll::Ready(DRAIN),
            // Somebody sits there and waits.
            (_, Poll::Ready(_)) => Poll::Ready(Duration::ZERO),
            _ => Poll::Pending,
        });
        let open_for = asked.await;
        stopping.store(true, Ordering::Relaxed);
        actix_web::rt::time::sleep(open_for).await;
        server.stop(true).await;
    })
}

/// So long a client may leave untaken what was sent to it; then its connection ends, and with it what waits to be sent.
const UNTAKEN: Duration = Duration::from_secs(60);
/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// Listens on every address of a name that it can, as `localhost` may have two.
fn listeners(listen: &str) -> std::io::Result<Vec<TcpListener>> {
    let open = |address: SocketAddr| {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        // Accepted connections inherit it.
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(Some(UNTAKEN))?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(TcpListener::from(socket))
    };
    let (opened, failed): (Vec<_>, Vec<_>) = listen.to_socket_addrs()?.map(open).partition(std::io::Result::is_ok);
    match failed.into_iter().next() {
        Some(Err(error)) if opened.is_empty() => Err(error),
        _ => opened.into_iter().collect(),
    }
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(config.log()).unwrap_or_default();
    let log = tracing_subscriber::fmt().with_env_filter(filter).json().with_writer(std::io::stderr);
    // Fails when tests start twice in one process; the first subscriber stays.
    let _ = log.try_init();
    // As one line of JSON like everything else that is logged, so that no text of a user makes a line of its own.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let payload = panic.payload();
        let fixed = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let reason = fixed.or_else(|| payload.downcast_ref::<String>().cloned());
        tracing::error!(place, reason, "panic");
    }));
}

fn house(config: &Config, address: Address, folder: PathBuf, jurisdiction: &str) -> Result<AppState> {
    let further = config.holidays().map(std::fs::read_to_string).transpose().context("NGOAIVU_HOLIDAYS")?;
    let calendar = regulation::holidays::calendar(further.as_deref()).map_err(|e| anyhow!("holidays: {e}"))?;
    let post = DeliverySettings {
        smtp: config.smtp()?,
        networks: config.webhook_networks()?,
        origin: config.public_origin()?,
    };
    let published = OpenStatisticsSwitch(config.open_statistics()?);
    let mut house = AppState::open(address, folder, jurisdiction, calendar, Clock::Machine, post)?;
    house.published = published;
    house.open_operation = OpenOperationSwitch(config.open_operation()?);
    house.second_factor = config.second_factor()?;
    house.second_person = SecondPersonRule(config.second_person()?);
    house.jobs.passport_months = config.passport_months()?;
    house.reveal = RevealRule(config.reveal_one_by_one()?);
    house.provider = config.provider()?.map(SignInProvider::new);
    house.proxies = TrustedProxies(config.proxies()?);
    house.quota = config.requests_per_minute()?.map_or_else(RequestQuota::default, RequestQuota::a_minute);
    house.uploads = UploadQuota(config.uploads_per_day()?);
    house.scanner = config.scanner()?.map(FileScanner);
    Ok(house)
}

fn answer(house: AppState, listen: &str, ready: impl FnOnce(SocketAddr)) -> Result<()> {
    let db = house.db.clone();
    db.listen()?;
    let jobs = house.jobs.clone();
    let mut loops = jobs.start()?;
    let stopping = jobs.stopping();
    let (others, stops) = (house.other_servers(), jobs.stopping());
    loops.push(std::thread::Builder::new().name("others".into()).spawn(move || others.follow(&stops))?);
    let served = actix_web::rt::System::new().block_on(async move {
        let mut server = actix_web::HttpServer::new(move || app::build(&house))
            .client_request_timeout(std::time::Duration::from_secs(10))
            .keep_alive(std::time::Duration::from_secs(75))
            .shutdown_timeout(25)
            .disable_signals();
        for listener in listeners(listen).with_context(|| format!("cannot listen on {listen}"))? {
            server = server.listen(listener)?;
        }
        if let Some(address) = server.addrs().first() {
            ready(*address);
        }
        let running = server.run();
        actix_web::rt::spawn(stop_when_told(running.handle(), stopping)?);
        running.await.context("the server stopped")
    });
    jobs.stop();
    for one in loops {
        let _ = one.join();
    }
    db.close();
    served?;
    Ok(())
}
