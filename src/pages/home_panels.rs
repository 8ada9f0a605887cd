//! What roles beside those of the flow see first: who is abroad, passports that are out, this year's figures, texts in
//! force, accounts that nobody has activated.

use chrono::{Datelike, Duration};
use serde_json::Value;

use crate::pages::collections::places::{StatusLine, status};
use crate::pages::dossier::if_seen;
use crate::pages::marks::marked;
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::show::may;
use crate::pages::show::{self, day_at, is_true, items, number, text};
use crate::pages::unfinished::Unfinished;

/// A list on the home page.
pub struct HomePanel {
    pub heading: String,
    pub rows: Vec<PanelRow>,
    /// What stands there when there is nothing.
    pub empty: String,
    /// Where the whole of it is.
    pub more: Option<String>,
}

pub struct PanelRow {
    pub title: String,
    /// The title is a name of the province's own, in Vietnamese.
    pub named: bool,
    pub href: Option<String>,
    pub about: String,
    pub late: bool,
}

impl HomePanel {
    /// What somebody began and what is no dossier yet.
    pub fn unfinished(page: &PageRequest, copies: Vec<Unfinished>) -> Self {
        let row = |copy: Unfinished| PanelRow {
            href: Some(copy.href),
            named: copy.named,
            ..PanelRow::named(&copy.title, copy.at)
        };
        HomePanel {
            heading: page.t("Bản nhập dở, chưa thành hồ sơ", "Unfinished, not a dossier yet").to_owned(),
            rows: copies.into_iter().map(row).collect(),
            empty: String::new(),
            more: None,
        }
    }
}

impl PanelRow {
    fn named(title: &str, about: String) -> Self {
        PanelRow { title: title.to_owned(), named: true, href: None, about, late: false }
    }
}

/// The lists that the account has beside those of the flow.
pub async fn panels(page: &PageRequest, me: &Value, drafts: bool) -> PageResult<Vec<HomePanel>> {
    let mut all = Vec::new();
    if may(me, "read_calendar") && !drafts {
        all.extend(travelling(page).await?);
    }
    if may(me, "keep_passports") {
        all.extend(passports(page).await?);
    }
    // Whoever decides sees what waits and who travels, nothing else.
    if may(me, "read_statistics") && !may(me, "read_inbox") {
        all.extend(figures(page).await?);
    }
    if may(me, "read_trail") && may(me, "read_dossiers") {
        all.push(overdue(page));
    }
    if may(me, "administer_regulations") {
        all.extend(texts(page).await?);
    }
    if may(me, "administer_accounts") {
        all.extend(accounts(page).await?);
        all.push(system(page, me).await?);
    }
    Ok(all)
}

/// Who is abroad or here today, and who comes within a week.
async fn travelling(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let (from, to) = (page.today, page.today + Duration::days(6));
    let Some(seen) = if_seen(page, &format!("/calendar?from={from}&to={to}")).await? else { return Ok(None) };
    let registers = entries(page);
    let row = |e: &Value| {
        let of = registers.iter().find(|r| r.key == text(e, "/direction"));
        let (begins, ends) = (day_at(e, "/begins_on"), day_at(e, "/ends_on"));
        let days = begins.zip(ends).map(|(from, to)| show::days(from, to)).unwrap_or_default();
        let label = of.map(|r| page.t(r.label.vi, r.label.en)).unwrap_or_default();
        let countries = page.contract.countries(e, page.language);
        PanelRow {
            href: of.map(|r| format!("/{}/{}", r.path, text(e, "/delegation_id"))),
            ..PanelRow::named(text(e, "/title"), show::joined([label, &days, &countries], " · "))
        }
    };
    Ok(Some(HomePanel {
        heading: page.t("Đang đi, đang đến trong 7 ngày", "Abroad or here within 7 days").to_owned(),
        rows: items(&seen, "/items").iter().take(12).map(row).collect(),
        empty: page
            .t(
                "Không có đoàn nào mà bạn được xem trong 7 ngày tới.",
                "There is no delegation that you may see within 7 days.",
            )
            .to_owned(),
        more: Some("/calendar".to_owned()),
    }))
}

/// Passports that are out, those that are late first.
async fn passports(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let Some(list) = if_seen(page, "/custodies?out=true&limit=50").await? else { return Ok(None) };
    let mut out: Vec<&Value> = items(&list, "/items").iter().collect();
    out.sort_by_key(|c| (!is_true(c, "/overdue"), text(c, "/due_on").to_owned()));
    let row = |c: &&Value| {
        let (_, due, late) = show::due_at(c, "/due_on", page.today, page.language);
        let kind = page.contract.label("passport_kind", text(c, "/kind"), page.language);
        let since = day_at(c, "/handed_over_on").map(show::day).unwrap_or_default();
        let about = show::joined([kind.as_str(), &format!("{} {since}", page.t("giao", "handed over")), &due], " · ");
        PanelRow { late: late || is_true(c, "/overdue"), ..PanelRow::named(text(c, "/full_name"), about) }
    };
    Ok(Some(HomePanel {
        heading: page.t("Hộ chiếu đang giao", "Passports that are out").to_owned(),
        rows: out.iter().take(20).map(row).collect(),
        empty: page.t("Không có hộ chiếu nào đang giao.", "No passport is out.").to_owned(),
        more: None,
    }))
}

/// How many delegations and people this year counts, in each register that has figures.
async fn figures(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let year = page.today.year();
    let mut rows = Vec::new();
    for entry in entries(page).into_iter().filter(|entry| entry.counted.is_some()) {
        let Some(seen) = if_seen(page, &format!("/statistics/{}?year={year}", entry.key)).await? else { continue };
        let counted = |at: &str| show::grouped(number(&seen, at));
        let (delegations, people) = (counted("/total/delegations"), counted("/total/visits"));
        let about = format!(
            "{delegations} {}, {people} {}",
            page.t("đoàn", "delegations"),
            page.t("lượt người", "person-trips")
        );
        let title = entry.label.in_language(page.language).to_owned();
        let href = Some(format!("/statistics/{}?year={year}&by=month&compare=previous_year", entry.key));
        rows.push(PanelRow { named: false, href, ..PanelRow::named(&title, about) });
    }
    Ok(Some(HomePanel {
        heading: format!("{} {year}", page.t("Số liệu năm", "Figures of")),
        rows,
        empty: page.t("Chưa có số liệu.", "There are no figures yet.").to_owned(),
        more: Some("/statistics/overview".to_owned()),
    }))
}

/// Where overdue dossiers are listed, for whoever only looks.
fn overdue(page: &PageRequest) -> HomePanel {
    let row = |entry: &kernel::procedure::RegisterEntry| PanelRow {
        title: entry.label.in_language(page.language).to_owned(),
        named: false,
        href: Some(format!("/{}?overdue=true", entry.path)),
        about: String::new(),
        late: false,
    };
    HomePanel {
        heading: page.t("Hồ sơ quá hạn", "Overdue dossiers").to_owned(),
        rows: entries(page).into_iter().map(row).collect(),
        empty: String::new(),
        more: None,
    }
}

/// The texts of the law book, with how well each is known.
async fn texts(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let Some(list) = if_seen(page, "/regulations?limit=200").await? else { return Ok(None) };
    let row = |r: &Value| {
        let status = page.contract.label("rule_status", text(r, "/status"), page.language);
        let from = match day_at(r, "/in_force_from") {
            Some(day) => format!("{} {}", page.t("từ", "from"), show::day(day)),
            None => page.t("chưa rõ ngày có hiệu lực", "day of effect not known").to_owned(),
        };
        let about = show::joined([marked(text(r, "/document")).as_str(), &status, &from], " · ");
        PanelRow { late: text(r, "/status") == "unverified", ..PanelRow::named(text(r, "/title"), about) }
    };
    Ok(Some(HomePanel {
        heading: page.t("Văn bản trong hệ thống", "Texts in the system").to_owned(),
        rows: items(&list, "/items").iter().map(row).collect(),
        empty: page.t("Chưa nạp bộ quy định nào.", "No text is loaded.").to_owned(),
        more: None,
    }))
}

/// Whether backups are taken, the trail is signed, and what is sent arrives.
async fn system(page: &PageRequest, me: &Value) -> PageResult<HomePanel> {
    let row = |line: StatusLine| PanelRow {
        title: line.label,
        named: false,
        href: Some(line.href).filter(|href| !href.is_empty()),
        about: line.said,
        late: !line.well,
    };
    Ok(HomePanel {
        heading: page.t("Hệ thống", "The system").to_owned(),
        rows: status(page, me).await?.into_iter().map(row).collect(),
        empty: String::new(),
        more: Some("/administration".to_owned()),
    })
}

/// Days after which an account that nobody uses is looked at.
const UNUSED_DAYS: u16 = 45;

/// Accounts that nobody has activated yet, and those that nobody uses.
async fn accounts(page: &PageRequest) -> PageResult<Vec<HomePanel>> {
    let all = [
        (
            "active=true&activated=false".to_owned(),
            page.t("Tài khoản chưa kích hoạt", "Accounts to be activated").to_owned(),
            page.t("Mọi tài khoản đã được kích hoạt.", "Every account is activated."),
        ),
        (
            format!("active=true&activated=true&unused_days={UNUSED_DAYS}"),
            page.t(
                &format!("Tài khoản không dùng {UNUSED_DAYS} ngày"),
                &format!("Accounts unused for {UNUSED_DAYS} days"),
            )
            .to_owned(),
            page.t("Mọi tài khoản đều được dùng.", "Every account is used."),
        ),
    ];
    let row = |u: &Value| PanelRow {
        href: Some(format!("/users/{}", text(u, "/id"))),
        ..PanelRow::named(
            text(u, "/full_name"),
            show::joined([text(u, "/username"), &marked(text(u, "/agency/name"))], " · "),
        )
    };
    let mut panels = Vec::new();
    for (filter, heading, empty) in all {
        let Some(list) = if_seen(page, &format!("/users?{filter}&limit=20")).await? else { continue };
        panels.push(HomePanel {
            heading,
            rows: items(&list, "/items").iter().map(row).collect(),
            empty: empty.to_owned(),
            more: list.pointer("/next").and_then(Value::as_str).map(|_| format!("/users?{filter}")),
        });
    }
    Ok(panels)
}
