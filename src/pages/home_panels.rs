//! What roles beside those of the flow see first: who is abroad, passports that are to go out or are out, this
//! year's figures, reports, what is overdue, the trail, accounts that nobody has activated.

use chrono::{Datelike, Duration};
use serde_json::Value;

use crate::pages::collections::places::{IMPORT_RIGHTS, StatusLine, status};
use crate::pages::collections::words::Telling;
use crate::pages::marks::marked;
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::show::{self, day_at, is_true, items, may, may_any, number, text};
use crate::pages::unfinished::Unfinished;

/// A list on the home page.
pub struct HomePanel {
    pub heading: String,
    /// Beside the heading: how many there are, or as of when.
    pub about: String,
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
            about: String::new(),
            rows: copies.into_iter().map(row).collect(),
            empty: String::new(),
            more: None,
        }
    }
}

impl PanelRow {
    pub fn named(title: &str, about: String) -> Self {
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
        all.extend(due_out(page).await?);
        all.extend(passports(page).await?);
    }
    // Whoever decides sees what waits and who travels, nothing else.
    let looks_only = !may(me, "read_inbox");
    if may(me, "read_statistics") && looks_only {
        all.extend(figures(page).await?);
    }
    if may(me, "freeze_reports") && looks_only {
        all.extend(reports_due(page).await?);
        all.extend(reports_frozen(page).await?);
    }
    if may(me, "read_trail") && may(me, "read_dossiers") {
        all.push(overdue(page).await?);
        all.extend(trail(page).await?);
    }
    if may_any(me, &IMPORT_RIGHTS) {
        all.extend(imports(page).await?);
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
    let Some(seen) = page.if_seen(&format!("/calendar?from={from}&to={to}")).await? else { return Ok(None) };
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
        about: String::new(),
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

/// How many of a list are shown; where there are more, that.
fn shown_of(page: &PageRequest, list: &Value) -> String {
    match (items(list, "/items").len(), list.pointer("/next").is_some_and(Value::is_string)) {
        (0, _) => String::new(),
        (n, true) => format!("{} {n}", page.t("hơn", "over")),
        (n, false) => n.to_string(),
    }
}

/// Passports that are still to be handed out; each leads to the form that hands it out.
async fn due_out(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let Some(list) = page.if_seen("/custodies/due-out?limit=20").await? else { return Ok(None) };
    let row = |due: &Value| {
        let kind = page.contract.label("passport_kind", text(due, "/kind"), page.language);
        let leaves = day_at(due, "/begins_on").map(show::day).unwrap_or_default();
        let leaves = format!("{} {leaves}", page.t("đi", "leaves"));
        let (trip, person) = (text(due, "/delegation_id"), text(due, "/official/id"));
        PanelRow {
            href: Some(format!("/custodies/new?delegation_id={trip}&official_id={person}")),
            ..PanelRow::named(
                text(due, "/official/full_name"),
                show::joined([leaves.as_str(), &kind, &marked(text(due, "/title"))], " · "),
            )
        }
    };
    Ok(Some(HomePanel {
        heading: page.t("Hộ chiếu chờ giao", "Passports to hand out").to_owned(),
        about: shown_of(page, &list),
        rows: items(&list, "/items").iter().map(row).collect(),
        empty: page.t("Không có hộ chiếu nào chờ giao.", "No passport is to be handed out.").to_owned(),
        more: None,
    }))
}

/// Passports that are out, those that are late first; each leads to the form that takes it back.
async fn passports(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let Some(list) = page.if_seen("/custodies?out=true&limit=50").await? else { return Ok(None) };
    let mut out: Vec<&Value> = items(&list, "/items").iter().collect();
    let late = out.iter().filter(|c| is_true(c, "/overdue")).count();
    out.sort_by_key(|c| (!is_true(c, "/overdue"), text(c, "/due_on").to_owned()));
    let row = |c: &&Value| {
        let (_, due, late) = page.due_at(c, "/due_on");
        let kind = page.contract.label("passport_kind", text(c, "/kind"), page.language);
        let since = day_at(c, "/handed_over_on").map(show::day).unwrap_or_default();
        let about = show::joined([kind.as_str(), &format!("{} {since}", page.t("giao", "handed over")), &due], " · ");
        PanelRow {
            late: late || is_true(c, "/overdue"),
            href: Some(format!("/custodies/{}/return", text(c, "/id"))),
            ..PanelRow::named(text(c, "/full_name"), about)
        }
    };
    Ok(Some(HomePanel {
        heading: page.t("Hộ chiếu đang giao", "Passports that are out").to_owned(),
        about: match late {
            0 => shown_of(page, &list),
            late => format!("{} · {late} {}", shown_of(page, &list), page.t("quá hạn", "overdue")),
        },
        rows: out.iter().take(20).map(row).collect(),
        empty: page.t("Không có hộ chiếu nào đang giao.", "No passport is out.").to_owned(),
        more: Some("/custodies".to_owned()),
    }))
}

/// How many delegations and people this year counts, in each register that has figures.
async fn figures(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let year = page.today.year();
    let mut rows = Vec::new();
    for entry in entries(page).into_iter().filter(|entry| entry.counted.is_some()) {
        let Some(seen) = page.if_seen(&format!("/statistics/{}?year={year}", entry.key)).await? else { continue };
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
        about: format!("{} {}", page.t("Số liệu đến", "As of"), show::day(page.today)),
        rows,
        empty: page.t("Chưa có số liệu.", "There are no figures yet.").to_owned(),
        more: Some("/statistics/overview".to_owned()),
    }))
}

/// The reports that freeze themselves, the next one first.
async fn reports_due(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let Some(list) = page.if_seen("/report-schedules").await? else { return Ok(None) };
    let mut due: Vec<&Value> = items(&list, "/items").iter().collect();
    due.sort_by_key(|s| text(s, "/next_on").to_owned());
    let row = |s: &&Value| {
        let day = day_at(s, "/next_on");
        let said = day.map(|day| format!("{} {}", page.t("chốt ngày", "frozen on"), show::day(day)));
        PanelRow {
            title: page.contract.label("report_kind", text(s, "/kind"), page.language),
            named: false,
            href: None,
            about: said.unwrap_or_default(),
            late: day.is_some_and(|day| day < page.today),
        }
    };
    Ok(Some(HomePanel {
        heading: page.t("Báo cáo đến kỳ", "Reports to come").to_owned(),
        about: String::new(),
        rows: due.iter().take(8).map(row).collect(),
        empty: page.t("Chưa đặt lịch cho báo cáo nào.", "No report is scheduled.").to_owned(),
        more: Some("/report-schedules".to_owned()),
    }))
}

/// The reports that were frozen last.
async fn reports_frozen(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let Some(list) = page.if_seen("/reports?limit=5").await? else { return Ok(None) };
    let row = |r: &Value| {
        let at = show::moment(text(r, "/frozen_at"), page.language);
        PanelRow {
            href: Some(format!("/reports/{}", text(r, "/id"))),
            ..PanelRow::named(text(r, "/title"), format!("{} {at}", page.t("chốt lúc", "frozen at")))
        }
    };
    Ok(Some(HomePanel {
        heading: page.t("Báo cáo đã chốt gần đây", "Reports frozen lately").to_owned(),
        about: String::new(),
        rows: items(&list, "/items").iter().map(row).collect(),
        empty: page.t("Chưa chốt báo cáo nào.", "No report is frozen yet.").to_owned(),
        more: Some("/reports".to_owned()),
    }))
}

/// Lists that are being checked, or wait to be written; nothing where there are none.
async fn imports(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let Some(list) = page.if_seen("/imports?limit=20").await? else { return Ok(None) };
    let row = |import: &Value| {
        let rows = show::grouped(number(import, "/rows"));
        let state = page.contract.label("import_state", text(import, "/state"), page.language);
        let far = match text(import, "/state") {
            "checking" => format!("{}/{rows} {}", show::grouped(number(import, "/done")), page.t("dòng", "rows")),
            "staged" => format!("{rows} {}", page.t("dòng", "rows")),
            _ => return None,
        };
        let kind = page.contract.label("import_kind", text(import, "/kind"), page.language);
        Some(PanelRow {
            href: Some(format!("/imports/{}", text(import, "/id"))),
            ..PanelRow::named(text(import, "/file_name"), show::joined([kind.as_str(), &state, &far], " · "))
        })
    };
    let rows: Vec<PanelRow> = items(&list, "/items").iter().filter_map(row).collect();
    Ok((!rows.is_empty()).then(|| HomePanel {
        heading: page.t("Danh sách đang nhập", "Imports under way").to_owned(),
        about: String::new(),
        rows,
        empty: String::new(),
        more: Some("/imports".to_owned()),
    }))
}

/// How many dossiers are overdue, and where they are listed, for whoever only looks.
async fn overdue(page: &PageRequest) -> PageResult<HomePanel> {
    let mut rows = Vec::new();
    for entry in entries(page) {
        let list = format!("/{}?overdue=true", entry.path);
        let seen = page.if_seen(&format!("{list}&limit=1&count=true")).await?.unwrap_or_default();
        let total = number(&seen, "/total");
        rows.push(PanelRow {
            title: entry.label.in_language(page.language).to_owned(),
            named: false,
            href: Some(list),
            about: format!("{} {}", show::grouped(total), page.t("hồ sơ", "dossiers")),
            late: total > 0,
        });
    }
    Ok(HomePanel {
        heading: page.t("Hồ sơ quá hạn", "Overdue dossiers").to_owned(),
        about: String::new(),
        rows,
        empty: String::new(),
        more: None,
    })
}

/// What was done last, as the trail has it.
async fn trail(page: &PageRequest) -> PageResult<Option<HomePanel>> {
    let Some(list) = page.if_seen("/audit?limit=8").await? else { return Ok(None) };
    let telling =
        Telling::of(&page.contract, page.contract.item_of("/api/v1/audit").unwrap_or_default(), page.language);
    let row = |t: &Value| {
        let at = show::moment(text(t, "/at"), page.language);
        PanelRow {
            title: telling.cell(t, "action").join(", "),
            named: false,
            href: None,
            about: show::joined([at.as_str(), text(t, "/actor")], " · "),
            late: text(t, "/result") == "refused",
        }
    };
    Ok(Some(HomePanel {
        heading: page.t("Nhật ký, mới nhất", "Trail, latest").to_owned(),
        about: String::new(),
        rows: items(&list, "/items").iter().map(row).collect(),
        empty: page.t("Chưa có dòng nào.", "There is none yet.").to_owned(),
        more: Some("/audit".to_owned()),
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
        heading: page.t("Hệ thống", "System").to_owned(),
        about: String::new(),
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
        let Some(list) = page.if_seen(&format!("/users?{filter}&limit=20")).await? else { continue };
        panels.push(HomePanel {
            heading,
            about: shown_of(page, &list),
            rows: items(&list, "/items").iter().map(row).collect(),
            empty: empty.to_owned(),
            more: list.pointer("/next").and_then(Value::as_str).map(|_| format!("/users?{filter}")),
        });
    }
    Ok(panels)
}
