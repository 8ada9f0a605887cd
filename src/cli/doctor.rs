//! `doctor`: looks at the whole installation and says what to do.

use std::path::Path;

use anyhow::{Result, bail};
use chrono::Duration;
use kernel::time::{Moment, rfc3339};
use ngoaivu::access::store as accounts;
use ngoaivu::audit::checkpoints::CheckpointFiles;
use ngoaivu::audit::{self, TrailFilter, TrailVerdict};
use ngoaivu::config::{Config, SecondFactorRule};
use ngoaivu::db::{Address, roles};
use ngoaivu::jobs::outbox;
use ngoaivu::private_files;
use ngoaivu::sealing::{FILE_NAME, FieldKeys};
use ngoaivu::web::scanner::FileScanner;

use super::place::{DataPlace, book_of, current, known_jurisdiction, opened};

/// A backup older than this is told; one older than a week is a fault.
const BACKUP_HOURS: i64 = 26;
const BACKUP_DAYS: i64 = 7;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Diagnosis {
    Well,
    /// To be done some day.
    Advice,
    Fault,
}

/// What was found, in the order in which it was looked at.
#[derive(Default)]
struct Examination(Vec<Diagnosis>);

impl Examination {
    fn tell(&mut self, finding: Diagnosis, vi: &str, en: &str) {
        let mark = match finding {
            Diagnosis::Well => "  ok  ",
            Diagnosis::Advice => "advice",
            Diagnosis::Fault => "FAULT ",
        };
        println!("[{mark}] {vi}\n         {en}");
        self.0.push(finding);
    }

    /// Tells a fault of the settings as it stands, for it names its key.
    fn setting<T>(&mut self, read: Result<T, impl std::fmt::Display>) -> Option<T> {
        read.inspect_err(|fault| {
            self.tell(Diagnosis::Fault, &format!("Cấu hình sai: {fault}"), &format!("A setting is wrong: {fault}"));
        })
        .ok()
    }
}

/// Examines settings, database, files, trail, backups, accounts and messages. Fails if there is a fault.
pub fn examine(place: &DataPlace, config: &Config, now: Moment) -> Result<()> {
    let mut found = Examination::default();
    settings(&mut found, config);
    let (address, folder) = place.find(config)?;
    match &folder {
        Some(folder) => files(&mut found, folder),
        None => found.tell(
            Diagnosis::Fault,
            "Chưa đặt nơi lưu tệp đính kèm: NGOAIVU_ATTACHMENTS.",
            "There is no place for attachments: NGOAIVU_ATTACHMENTS.",
        ),
    }
    match current(&address) {
        Ok(()) => database(&mut found, &address, folder.as_deref(), now)?,
        Err(fault) => found.tell(
            Diagnosis::Fault,
            &format!("Cơ sở dữ liệu chưa dùng được: {fault}"),
            &format!("The database cannot be used: {fault}"),
        ),
    }
    let faults = found.0.iter().filter(|f| **f == Diagnosis::Fault).count();
    if faults > 0 {
        bail!("{faults} fault(s) found");
    }
    Ok(())
}

fn settings(found: &mut Examination, config: &Config) {
    if found.setting(config.smtp()).is_some_and(|smtp| smtp.is_none()) {
        let vi = "Chưa có máy chủ thư: người dùng chỉ thấy việc chờ khi đăng nhập. Đặt NGOAIVU_SMTP_HOST.";
        let en = "There is no mail server: people see what waits only when they sign in. Set NGOAIVU_SMTP_HOST.";
        found.tell(Diagnosis::Advice, vi, en);
    }
    if let Some(networks) = found.setting(config.webhook_networks())
        && networks.iter().any(|network| network.prefix < 8)
    {
        let vi = "NGOAIVU_WEBHOOK_NETWORKS cho phép gần như mọi địa chỉ nội bộ; hãy thu hẹp.";
        let en = "NGOAIVU_WEBHOOK_NETWORKS allows nearly every private address; make it narrower.";
        found.tell(Diagnosis::Fault, vi, en);
    }
    match found.setting(config.public_origin()) {
        Some(Some(origin)) if origin.starts_with("https://") => {}
        Some(_) => {
            let vi = "Chưa đặt NGOAIVU_PUBLIC_ORIGIN (https://…): thư không có liên kết, trình duyệt không đăng nhập được từ máy khác.";
            let en = "NGOAIVU_PUBLIC_ORIGIN (https://…) is not set: mails have no links, and browsers of other machines cannot sign in.";
            found.tell(Diagnosis::Advice, vi, en);
        }
        None => {}
    }
    if found.setting(config.second_factor()) == Some(SecondFactorRule::Off) {
        let vi = "Chưa yêu cầu xác thực hai lớp. Đặt NGOAIVU_SECOND_FACTOR=seats cho người giữ chức vụ và quản trị.";
        let en = "No second factor is asked for. Set NGOAIVU_SECOND_FACTOR=seats for seats and administrators.";
        found.tell(Diagnosis::Advice, vi, en);
    }
    if found.setting(config.second_person()) == Some(false) {
        let vi = "Một quản trị viên tự cấp được chức vụ. Đặt NGOAIVU_SECOND_PERSON=on để phải có hai người.";
        let en = "One administrator alone may give seats. Set NGOAIVU_SECOND_PERSON=on to need two.";
        found.tell(Diagnosis::Advice, vi, en);
    }
    found.setting(config.open_statistics());
    found.setting(config.proxies());
    found.setting(config.requests_per_minute());
    found.setting(config.uploads_per_day());
    match found.setting(config.scanner()).flatten().map(|place| FileScanner(place).is_clean(b"ngoaivu")) {
        Some(Ok(true)) => found.tell(Diagnosis::Well, "Máy quét vi-rút trả lời", "The virus scanner answers"),
        Some(_) => {
            let vi = "Máy quét vi-rút không trả lời, nên không nhận được tệp: xem NGOAIVU_SCANNER và dịch vụ clamd.";
            let en =
                "The virus scanner does not answer, so no file is taken: see NGOAIVU_SCANNER and the service clamd.";
            found.tell(Diagnosis::Fault, vi, en);
        }
        None => {}
    }
    let Some(name) = config.jurisdiction() else {
        let vi = "Chưa chọn tỉnh: đặt NGOAIVU_JURISDICTION (chỉ bản thử không cần).";
        let en = "No province is named: set NGOAIVU_JURISDICTION (only the demo needs none).";
        return found.tell(Diagnosis::Advice, vi, en);
    };
    match book_of(config).and_then(|book| known_jurisdiction(name, &book)) {
        Ok(()) => found.tell(Diagnosis::Well, &format!("Quy định của {name}"), &format!("The regulation of {name}")),
        Err(fault) => found.tell(Diagnosis::Fault, &format!("Quy định: {fault}"), &format!("Regulation: {fault}")),
    }
}

fn files(found: &mut Examination, folder: &Path) {
    let above = private_files::beside(folder);
    if above.exists() && private_files::is_open_to_others(above) {
        let vi = format!("Mọi tài khoản của máy đọc được {}: chạy chmod 700.", above.display());
        let en = format!("Every account of the machine can read {}: run chmod 700.", above.display());
        found.tell(Diagnosis::Fault, &vi, &en);
    }
    if let Err(fault) = FieldKeys::read(above.join(FILE_NAME)) {
        let vi =
            format!("Không đọc được khóa dữ liệu cá nhân ({fault}); chép lại tệp đã cất, hoặc chạy máy chủ lần đầu.");
        let en = format!(
            "The keys of personal data cannot be read ({fault}); put back the copy, or start the server for the first time."
        );
        found.tell(Diagnosis::Fault, &vi, &en);
    } else {
        let place = above.join(FILE_NAME);
        let vi = format!("Dữ liệu cá nhân được mã hóa; cất một bản {} ở nơi khác.", place.display());
        let en = format!("Personal data is encrypted; keep a copy of {} elsewhere.", place.display());
        found.tell(Diagnosis::Well, &vi, &en);
    }
    match private_files::free_space(above) {
        Some(space) if space.is_short() => {
            let (free, of) = (space.free >> 20, space.total >> 20);
            let vi = format!("Đĩa sắp đầy: còn {free} MiB trên {of} MiB.");
            let en = format!("The disk is nearly full: {free} MiB of {of} MiB are free.");
            found.tell(Diagnosis::Fault, &vi, &en);
        }
        Some(space) => {
            let free = space.free >> 30;
            found.tell(Diagnosis::Well, &format!("Đĩa còn {free} GiB"), &format!("{free} GiB of the disk are free"));
        }
        None => {}
    }
}

fn database(found: &mut Examination, address: &Address, folder: Option<&Path>, now: Moment) -> Result<()> {
    found.tell(Diagnosis::Well, "Cơ sở dữ liệu đúng phiên bản", "The database has this version");
    let db = opened(address.clone(), folder)?;
    let signed = folder.map(|attachments| CheckpointFiles::of(attachments).written()).transpose();
    match signed
        .map(Option::unwrap_or_default)
        .and_then(|signed| db.read_now(|conn| audit::verify(conn, None, &signed)))
    {
        Ok(TrailVerdict::Whole(last)) => {
            let seq = last.seq;
            found.tell(
                Diagnosis::Well,
                &format!("Nhật ký nguyên vẹn, {seq} dòng"),
                &format!("The trail is whole, {seq} rows"),
            );
        }
        Ok(TrailVerdict::Broken { seq, reason }) => found.tell(
            Diagnosis::Fault,
            &format!("Nhật ký bị can thiệp tại dòng {seq}: {}. Giữ nguyên máy và báo an ninh mạng.", reason.vi),
            &format!(
                "The trail was tampered with at row {seq}: {}. Leave the machine as it is and report it.",
                reason.en
            ),
        ),
        Err(fault) => found.tell(
            Diagnosis::Fault,
            &format!("Không kiểm được nhật ký: {fault}"),
            &format!("The trail cannot be verified: {fault}"),
        ),
    }
    if address.connect().is_ok_and(|mut conn| roles::is_owner(&mut conn).unwrap_or(false)) {
        found.tell(
            Diagnosis::Advice,
            "Máy chủ dùng tài khoản sở hữu các bảng; nên dùng tài khoản thuộc ngoaivu_app (docs/operations.md).",
            "The server uses the account that owns the tables; use one in the role ngoaivu_app (docs/operations.md).",
        );
    }
    let (backup, newest, admins, dead) = db.read_now(|conn| {
        let backup = audit::last_backup(conn)?;
        let newest = audit::page(conn, &TrailFilter::default(), None, 1)?.pop().map(|row| row.at);
        Ok((backup, newest, accounts::administrators(conn)?, outbox::dead(conn)?))
    })?;
    db.close();
    match backup {
        None => found.tell(
            Diagnosis::Advice,
            "Chưa sao lưu lần nào: ngoaivu backup TỆP, mỗi ngày một lần, và chép ra máy khác.",
            "There was never a backup: ngoaivu backup FILE, once a day, and copy it to another machine.",
        ),
        Some(at) if at + Duration::hours(BACKUP_HOURS) < now => {
            let long_ago = at + Duration::days(BACKUP_DAYS) < now;
            let diagnosis = if long_ago { Diagnosis::Fault } else { Diagnosis::Advice };
            let at = rfc3339(at);
            found.tell(diagnosis, &format!("Bản sao lưu cuối: {at}"), &format!("The last backup was taken at {at}"));
        }
        Some(_) => found.tell(Diagnosis::Well, "Có bản sao lưu trong ngày", "There is a backup of today"),
    }
    if newest.is_some_and(|at| at > now + Duration::minutes(1)) {
        let vi = "Đồng hồ của máy chậm hơn dòng cuối của nhật ký; hãy đồng bộ giờ (NTP).";
        found.tell(Diagnosis::Fault, vi, "The clock is behind the last row of the trail; synchronise it (NTP).");
    }
    match admins {
        0 => found.tell(
            Diagnosis::Fault,
            "Không có quản trị viên nào: ngoaivu admin create --username TÊN.",
            "There is no administrator: ngoaivu admin create --username NAME.",
        ),
        1 => found.tell(
            Diagnosis::Advice,
            "Chỉ có một quản trị viên; nên có người thứ hai khi vắng mặt.",
            "There is only one administrator; a second one helps when the first is away.",
        ),
        _ => {}
    }
    if dead > 0 {
        let vi = format!("{dead} thư hoặc webhook không gửi được; xem GET /webhooks/…/deliveries?state=dead.");
        let en = format!("{dead} mails or webhooks could not be delivered; see GET /webhooks/…/deliveries?state=dead.");
        found.tell(Diagnosis::Advice, &vi, &en);
    }
    Ok(())
}
