//! `init`: sets up an empty installation, from a file or by asking.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use kernel::time::Moment;
use ngoaivu::config::Config;
use ngoaivu::db::Address;
use ngoaivu::error::Error;
use ngoaivu::imports::install::{
    AdministratorNamed, FirstList, FirstLists, Installation, Installed, OfficeNamed, install,
};
use ngoaivu::private_files;
use ngoaivu::procedures::register::registers;
use secrecy::ExposeSecret;

use super::place::{DataPlace, known_jurisdiction, opened, shipped_book, upgrade};

/// The file with the settings, in the data folder.
const SETTINGS: &str = "ngoaivu.conf";
/// Maximum bytes of a list.
const LIST_LIMIT: u64 = 20 << 20;

/// Sets up the place and prints how to go on.
pub fn init(from: Option<&Path>, place: &DataPlace, config: &Config, now: Moment) -> Result<()> {
    let (address, attachments) = place.find(config)?;
    let attachments = attachments.context("name the folder for attachments: NGOAIVU_ATTACHMENTS, or --data DIR")?;
    let settings = place.data.clone().or_else(|| config.data()).unwrap_or_default().join(SETTINGS);
    if settings.exists() {
        bail!("{} is there already; only an empty place can be set up", settings.display());
    }
    let (wanted, beside) = match from {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            let wanted = toml_edit::de::from_str(&text).map_err(|e| anyhow!("{}: {e}", file.display()))?;
            (wanted, file.parent().unwrap_or(Path::new("")).to_owned())
        }
        None => (asked(&mut std::io::stdin().lock())?, PathBuf::new()),
    };
    known_jurisdiction(&wanted.jurisdiction, &shipped_book()?)?;
    let lists = wanted.lists.named().map(|(kind, path)| {
        let file = beside.join(path);
        let size = std::fs::metadata(&file).with_context(|| format!("cannot read {}", file.display()))?.len();
        if size > LIST_LIMIT {
            bail!("{} is larger than 20 MiB", file.display());
        }
        let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        FirstList::read(kind, path, &bytes).map_err(told)
    });
    let lists = lists.collect::<Result<Vec<FirstList>>>()?;
    upgrade(&address, Some(&attachments), now)?;
    let db = opened(address.clone(), Some(&attachments))?;
    let installation = wanted.clone();
    let done = db.write_in_turn(move |conn| install(conn, &registers(), &installation, lists, now));
    db.close();
    let done = done.map_err(told)?;
    let written = write_settings(&settings, &wanted, &address, &attachments, config);
    greet(&wanted, &done, &settings);
    written.with_context(|| format!("everything is set up, but {} could not be written", settings.display()))
}

/// An error of the application as people read it on a terminal.
fn told(error: Error) -> anyhow::Error {
    let Error::Refused(problem) = &error else { return anyhow!(error) };
    let mut text = format!("{}\n{}", problem.detail.vi, problem.detail.en);
    for fault in problem.errors.0.iter() {
        text += &format!("\n  {}  ({})", fault.detail.vi, fault.detail.en);
    }
    anyhow!(text)
}

/// Asks for what a file would say. Lists are named by path; an empty answer leaves one out.
fn asked(input: &mut impl BufRead) -> Result<Installation> {
    let known = shipped_book()?.jurisdictions().into_iter().collect::<Vec<_>>().join(", ");
    println!("Các tỉnh có quy định trong chương trình · Provinces with a regulation: {known}");
    let mut ask = |question: &str| -> Result<String> {
        print!("{question}: ");
        std::io::stdout().flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            bail!("the answers ended before everything was asked; nothing was written");
        }
        Ok(line.trim().to_owned())
    };
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(Installation {
        jurisdiction: ask("Tỉnh áp dụng quy định · Province whose regulation decides")?,
        province: ask("Tên tỉnh, như «tỉnh An Giang» · Name of the province")?,
        office: OfficeNamed {
            code: ask("Mã cơ quan ngoại vụ, như «SNV» · Code of the office for external affairs")?,
            name: ask("Tên cơ quan ngoại vụ · Its name")?,
        },
        administrator: AdministratorNamed {
            username: ask("Tên đăng nhập của người quản trị · User name of the first administrator")?,
            full_name: ask("Họ và tên người quản trị · Their full name")?,
            email: some(ask("Thư điện tử (có thể bỏ trống) · E-mail (may be empty)")?),
        },
        listen: None,
        lists: FirstLists {
            agencies: some(ask("Tệp danh sách cơ quan (có thể bỏ trống) · File with agencies (may be empty)")?),
            officials: some(ask("Tệp danh sách cán bộ · File with officials")?),
            passports: some(ask("Tệp danh sách hộ chiếu · File with passports")?),
            accounts: some(ask("Tệp danh sách tài khoản · File with accounts")?),
        },
    })
}

/// Writes the settings of the server, for the owner alone, since they may hold the password of a database.
fn write_settings(
    file: &Path,
    wanted: &Installation,
    address: &Address,
    attachments: &Path,
    config: &Config,
) -> Result<()> {
    let mut lines = vec![format!("NGOAIVU_JURISDICTION={}", wanted.jurisdiction)];
    match address {
        Address::Sqlite(database) => {
            let folder = database.parent().unwrap_or(Path::new("."));
            lines.push(format!("NGOAIVU_DATA={}", std::path::absolute(folder)?.display()));
        }
        Address::Postgresql(url) => lines.push(format!("NGOAIVU_DATABASE_URL={}", url.expose_secret())),
    }
    lines.push(format!("NGOAIVU_ATTACHMENTS={}", std::path::absolute(attachments)?.display()));
    lines.push(format!("NGOAIVU_LISTEN={}", wanted.listen.as_deref().unwrap_or_else(|| config.listen())));
    Ok(private_files::create_synced(file, (lines.join("\n") + "\n").as_bytes())?)
}

/// Says what was set up, who sets which password with which token, and the next command.
fn greet(wanted: &Installation, done: &Installed, settings: &Path) {
    println!("Đã khởi tạo · Set up: {} ({})", wanted.province, wanted.jurisdiction);
    for (kind, created) in &done.created {
        println!("  {}: {created}", kind.label().vi);
    }
    for (file, fault) in &done.warnings {
        println!("  Lưu ý · Note: {file}, dòng · row {}: {}", fault.row, fault.detail.vi);
    }
    println!(
        "\nMã kích hoạt, dùng một lần trong 24 giờ · One-time tokens for POST /api/v1/auth/activate, for 24 hours:"
    );
    for activation in &done.activations {
        println!("{}\t{}\t{}", activation.username, activation.token, activation.full_name);
    }
    println!("\nBước tiếp theo · Next: ngoaivu serve --config {}", settings.display());
}
