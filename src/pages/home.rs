//! What one sees first: what waits, what is to mend, what is under way; help.

use actix_web::{HttpResponse, get};
use askama::Template;
use serde_json::Value;

use crate::pages::frame::{Frame, answer, html};
use crate::pages::home_panels::{HomePanel, panels};
use crate::pages::inbox::{InboxPart, heading_of, waiting};
use crate::pages::lists::{Row, row};
use crate::pages::registers::{self, RegisterPages};
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::show::{self, is_true, items, may, number, text};
use crate::pages::supplement;
use crate::pages::unfinished::unfinished;

/// Dossiers of one kind on the home page.
struct HomeGroup {
    id: &'static str,
    heading: String,
    /// How many, and the oldest.
    about: String,
    empty: String,
    rows: Vec<Row>,
}

struct TallyLink {
    href: String,
    count: i64,
    label: String,
}

struct DutyLine {
    what: String,
    about: String,
    due_said: String,
    late: bool,
}

struct Button {
    href: String,
    label: String,
    main: bool,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    lead: String,
    buttons: Vec<Button>,
    tally: Vec<TallyLink>,
    reads_inbox: bool,
    /// The inbox is empty, and has no parts that are always shown.
    nothing_waits: bool,
    parts: Vec<InboxPart>,
    groups: Vec<HomeGroup>,
    duties: Vec<DutyLine>,
    has_duties: bool,
    /// Lists beside those of the flow.
    panels: Vec<HomePanel>,
    /// Says what somebody who only reads may do.
    only_reads: bool,
}

/// Dossiers that a query finds, up to a limit of each register; and whether there are more of them.
async fn listed(
    page: &PageRequest,
    registers: &[RegisterPages],
    query: &str,
    limit: usize,
) -> PageResult<(Vec<Row>, bool)> {
    let (mut rows, mut more) = (Vec::new(), false);
    for register in registers {
        let list = page.get(&format!("/{}?{query}&limit={limit}&waiting=true", register.path)).await?;
        rows.extend(items(&list, "/items").iter().map(|item| row(page, register, item)));
        more |= list.pointer("/next").is_some_and(|next| !next.is_null());
    }
    Ok((rows, more))
}

/// Dossiers of all registers that a filter finds, those that were touched last.
async fn found(page: &PageRequest, registers: &[RegisterPages], filter: &str, limit: usize) -> PageResult<Vec<Row>> {
    let (mut rows, _) = listed(page, registers, &format!("{filter}&sort=-updated_at"), limit).await?;
    rows.truncate(limit);
    Ok(rows)
}

/// A day as it is shown, `dd/MM/yyyy`, in the order of days.
fn in_order(shown: &str) -> Vec<String> {
    shown.split('/').rev().map(str::to_owned).collect()
}

/// Most unfinished dossiers that are shown.
const COPIES: usize = 12;

/// States in which others have the dossier.
const UNDER_WAY: &str = "submitted,appraising,consulting,awaiting_consent,awaiting_decision";

async fn made(page: &PageRequest) -> PageResult<HttpResponse> {
    let me = page.me().await?;
    let counts = page.counts().await?;
    let registers = registers::all(page);
    let (drafts, reads) = (may(&me, "draft_dossiers"), may(&me, "read_dossiers"));
    let mut groups = Vec::new();
    let mut buttons = Vec::new();
    let mut tally = Vec::new();
    let mut begun_panels = Vec::new();
    // A head answers for the whole agency, a clerk for what they drafted.
    let leads = items(&me, "/seats").iter().any(|seat| text(seat, "/body") == "agency_head");
    let own = if leads { format!("agency_id={}", text(&me, "/agency_id")) } else { "mine=true".to_owned() };
    if drafts {
        for register in &registers {
            for (n, procedure) in register.entry.procedures.iter().enumerate() {
                // The first procedure of a register has its name.
                let (kind, of) = match n {
                    0 => (register.label(page.language).to_owned(), String::new()),
                    _ => {
                        let label = page.contract.label("procedure", procedure.word(), page.language);
                        (label, format!("?procedure={}", procedure.word()))
                    }
                };
                let label = format!("{}: {}", page.t("Lập hồ sơ", "New dossier"), kind.to_lowercase());
                let href = format!("/{}/new{of}", register.path);
                buttons.push(Button { href, label, main: buttons.is_empty() && !leads });
            }
        }
        let mut group = |id, heading: &str, empty: &str, rows: Vec<Row>| {
            groups.push(HomeGroup { id, heading: heading.into(), about: String::new(), empty: empty.into(), rows });
        };
        let mut mend = found(page, &registers, &format!("state=supplement_requested&{own}"), 20).await?;
        for row in &mut mend {
            let history = page.get(&format!("{}/history", row.href)).await?;
            let asked = supplement::asked(&page.contract, "supplement_requested", &history, page.language);
            row.asked = asked.map(|a| show::joined([&*a.papers.join("; "), &a.note], " · ")).unwrap_or_default();
        }
        let returned = mend.len();
        group(
            "mend",
            page.t("Cần sửa", "To mend"),
            page.t("Không có hồ sơ phải bổ sung.", "Nothing was sent back."),
            mend,
        );
        let way = found(page, &registers, &format!("state={UNDER_WAY}&{own}"), 20).await?;
        let going = i64::try_from(way.len()).unwrap_or_default();
        group(
            "way",
            page.t("Đang giải quyết", "Under way"),
            page.t("Không có hồ sơ đang giải quyết.", "Nothing is under way."),
            way,
        );
        let started = found(page, &registers, &format!("state=draft&{own}"), 20).await?;
        let begun = started.len();
        group("drafts", page.t("Bản nháp", "Drafts"), page.t("Không có bản nháp.", "There are no drafts."), started);
        let copies = unfinished(page, &registers, COPIES).await?;
        if !copies.is_empty() {
            begun_panels.push(HomePanel::unfinished(page, copies));
        }
        let mut one = |href: &str, count: i64, vi, en| {
            tally.push(TallyLink { href: href.to_owned(), count, label: page.t(vi, en).to_owned() });
        };
        let of_agency =
            |counted: i64, shown: usize| if leads { i64::try_from(shown).unwrap_or_default() } else { counted };
        one("#mend", of_agency(number(&counts, "/supplements"), returned), "cần sửa", "to mend");
        one("#way", going, "đang giải quyết", "under way");
        one("#drafts", of_agency(number(&counts, "/drafts"), begun), "bản nháp", "drafts");
        one("#duties", number(&counts, "/duties"), "nghĩa vụ còn mở", "open duties");
    }
    // A clerk's inbox is what is to mend; whoever holds a seat signs and decides.
    let reads_inbox = may(&me, "read_inbox") && (!drafts || !items(&me, "/seats").is_empty());
    let parts = if reads_inbox { waiting(page, &page.get("/inbox?limit=20").await?) } else { Vec::new() };
    if let Some(first) = parts.iter().flat_map(|part| &part.rows).next() {
        let label = page.t("Mở hồ sơ đầu tiên", "Open the first dossier").to_owned();
        buttons.insert(0, Button { href: first.href.clone(), label, main: true });
    }
    let handles = items(&me, "/seats").iter().any(|seat| text(seat, "/body") == "dofa");
    let mut parts = parts;
    if handles && !drafts {
        for kind in ["appraise", "assign-authority"] {
            let heading = heading_of(page, kind);
            if parts.iter().all(|part| part.heading != heading) {
                parts.push(InboxPart { heading, oldest: String::new(), rows: Vec::new() });
            }
        }
        groups.extend(handled(page, &registers).await?);
    }
    buttons.extend(beside_the_flow(page, &me, buttons.is_empty()));
    let has_duties = reads && number(&counts, "/duties") > 0;
    let duties = if has_duties {
        let list = page.get("/duties?open=true&limit=10").await?;
        items(&list, "/items").iter().map(|d| duty(page, d)).collect()
    } else {
        Vec::new()
    };
    let agency = text(&me, "/agency/name");
    let title = match (drafts, agency) {
        (true, agency) if !agency.is_empty() => page.t(&format!("Việc của {agency}"), "Work of my agency").to_owned(),
        _ => page.t("Trang chính", "Home").to_owned(),
    };
    let waits = number(&counts, "/inbox_total");
    let waiting = if waits > 0 { format!("{waits} {}", page.t("việc chờ", "waiting")) } else { String::new() };
    let lead = show::joined([show::sentence(&show::long_day(page.today, page.language)).as_str(), &waiting], " · ");
    let body = HomePage {
        frame: Frame::of(page, "/", &title).await?,
        lead,
        buttons,
        tally,
        panels: begun_panels.into_iter().chain(panels(page, &me, drafts).await?).collect(),
        only_reads: reads && !drafts && !reads_inbox,
        reads_inbox,
        nothing_waits: parts.is_empty(),
        parts,
        groups,
        duties,
        has_duties,
    };
    Ok(html(200, &body))
}

/// What else the body for external affairs looks after: opinions that nobody gave in time, and dossiers that may be closed.
async fn handled(page: &PageRequest, registers: &[RegisterPages]) -> PageResult<[HomeGroup; 2]> {
    let group = |id, heading: &str, empty: &str, (mut rows, more): (Vec<Row>, bool), first: String| {
        let over = if more { page.t("hơn ", "over ") } else { "" };
        let about = show::joined([format!("{over}{}", rows.len()).as_str(), &first], " · ");
        rows.truncate(20);
        HomeGroup { id, heading: heading.to_owned(), about, empty: empty.to_owned(), rows }
    };
    // Of more than are shown, those that nobody has touched for the longest.
    let overdue = "state=submitted,appraising,consulting&overdue=true&sort=updated_at";
    let (mut late, more) = listed(page, registers, overdue, 200).await?;
    // Its own steps stand in its inbox.
    let own = page.contract.label("body", "dofa", page.language);
    late.retain(|row| !row.waits.is_empty() && row.waits.split(", ").all(|body| body != own));
    late.sort_by_key(|row| in_order(&row.due));
    let earliest = late.first().map(|row| row.due_said.clone()).unwrap_or_default();
    let (mut done, more_done) = listed(page, registers, "state=reported&sort=updated_at", 50).await?;
    done.sort_by_key(|row| in_order(row.days.rsplit('–').next().unwrap_or_default()));
    let longest = done.first().map(|row| row.days.clone()).unwrap_or_default();
    let (opinions, close) = (page.t("Quá hạn ý kiến", "Opinions overdue"), page.t("Hồ sơ chờ đóng", "To be closed"));
    let no_opinions = page.t("Không có ý kiến nào quá hạn.", "No opinion is overdue.");
    let none = page.t("Không có hồ sơ chờ đóng.", "Nothing waits to be closed.");
    let (late, done) = ((late, more), (done, more_done));
    Ok([group("overdue", opinions, no_opinions, late, earliest), group("close", close, none, done, longest)])
}

/// What somebody does first whose work is not the flow of dossiers.
fn beside_the_flow(page: &PageRequest, me: &Value, main: bool) -> Vec<Button> {
    let all = [
        ("keep_passports", "/custodies/new", "Ghi nhận giao hộ chiếu", "Record a hand-over"),
        ("administer_regulations", "/regulations/new", "Nạp bộ quy định", "Load a pack"),
        ("administer_accounts", "/users/new", "Tạo tài khoản", "Create an account"),
        ("freeze_reports", "/statistics", "Xem số liệu", "See the figures"),
    ];
    // Whoever decides sees the figures, too, but that is not what they come for.
    let reads_figures = |right: &str| right == "freeze_reports" && may(me, "read_inbox");
    let held = all.into_iter().filter(|(right, ..)| may(me, right) && !reads_figures(right));
    let button = |(n, (_, href, vi, en)): (usize, (&str, &str, &str, &str))| Button {
        href: href.to_owned(),
        label: page.t(vi, en).to_owned(),
        main: main && n == 0,
    };
    held.enumerate().map(button).collect()
}

fn duty(page: &PageRequest, duty: &Value) -> DutyLine {
    let (_, due_said, late) = show::due_at(duty, "/due_on", page.today, page.language);
    DutyLine {
        what: page.contract.label("duty", text(duty, "/code"), page.language),
        about: show::joined([text(duty, "/full_name"), text(duty, "/title")], ", "),
        due_said,
        late: late || is_true(duty, "/overdue"),
    }
}

#[get("/")]
pub async fn home(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page).await).await
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
}

#[get("/help")]
pub async fn help(page: PageRequest) -> HttpResponse {
    let title = page.t("Trợ giúp", "Help");
    let frame = match Frame::of(&page, "/help", title).await {
        Ok(frame) => frame,
        Err(_) => Frame::open(&page, title),
    };
    answer(&page, Ok(html(200, &HelpPage { frame }))).await
}
