//! What one sees first: what waits, what is to mend, what is under way; help.

use actix_web::{HttpResponse, get};
use askama::Template;
use serde_json::Value;

use crate::pages::frame::{Frame, answer, html};
use crate::pages::home_law::law_panels;
use crate::pages::home_panels::{HomePanel, panels};
use crate::pages::inbox::{CONSENT, InboxPart, waiting};
use crate::pages::lists::{Row, row};
use crate::pages::registers::{self, RegisterPages};
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::show::{self, is_true, items, may, number, text};
use crate::pages::supplement;
use crate::pages::unfinished::unfinished;
use kernel::words::Body;

/// Dossiers of one kind on the home page.
struct HomeGroup {
    id: &'static str,
    heading: String,
    /// How many, and the oldest.
    about: String,
    empty: String,
    rows: Vec<Row>,
    more: Vec<MoreLink>,
}

/// Where the rest of a part is.
struct MoreLink {
    href: String,
    label: String,
}

struct TallyLink {
    href: String,
    count: String,
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
    no_duties: &'static str,
    /// Lists beside those of the flow.
    panels: Vec<HomePanel>,
    /// Says what somebody who only reads may do.
    only_reads: bool,
}

/// The dossiers that a query finds, up to a limit of each register, and where more of them are.
struct FoundDossierRows {
    rows: Vec<Row>,
    /// How many there are, shown or not.
    total: i64,
    more: Vec<MoreLink>,
}

impl FoundDossierRows {
    /// Takes out the rows that belong elsewhere; they are not counted here.
    fn take_out(&mut self, elsewhere: impl FnMut(&mut Row) -> bool) -> Vec<Row> {
        let taken: Vec<Row> = self.rows.extract_if(.., elsewhere).collect();
        self.total -= i64::try_from(taken.len()).unwrap_or_default();
        taken
    }

    /// Puts rows of another part before these.
    fn put_first(&mut self, rows: Vec<Row>) {
        self.total += i64::try_from(rows.len()).unwrap_or_default();
        self.rows.splice(0..0, rows);
    }

    /// Shows no more than so many of each register, and says where the rest is.
    fn cut(&mut self, registers: &[RegisterPages], query: &str, most: usize, page: &PageRequest) {
        for register in registers {
            let (below, before, mut own) = (format!("/{}/", register.path), self.rows.len(), 0);
            self.rows.retain(|row| {
                own += usize::from(row.href.starts_with(&below));
                own <= most || !row.href.starts_with(&below)
            });
            let label = register.label(page.language).to_owned();
            if self.rows.len() < before && self.more.iter().all(|more| more.label != label) {
                self.more.push(MoreLink { href: format!("/{}?{query}", register.path), label });
            }
        }
    }
}

async fn listed(
    page: &PageRequest,
    registers: &[RegisterPages],
    query: &str,
    limit: usize,
) -> PageResult<FoundDossierRows> {
    let mut found = FoundDossierRows { rows: Vec::new(), total: 0, more: Vec::new() };
    for register in registers {
        let list = page.get(&format!("/{}?{query}&limit={limit}&waiting=true&count=true", register.path)).await?;
        found.total += number(&list, "/total");
        found.rows.extend(items(&list, "/items").iter().map(|item| row(page, register, item)));
        if list.pointer("/next").is_some_and(Value::is_string) {
            let label = register.label(page.language).to_owned();
            found.more.push(MoreLink { href: format!("/{}?{query}", register.path), label });
        }
    }
    Ok(found)
}

/// Most drafts of each register that are looked through for those that were sent back.
const DRAFTS: usize = 100;
/// Most dossiers of each register that a part shows.
const SHOWN: usize = 12;

/// Dossiers of all registers that a filter finds, those that were touched last.
async fn found(page: &PageRequest, registers: &[RegisterPages], filter: &str) -> PageResult<FoundDossierRows> {
    listed(page, registers, &format!("{filter}&sort=-updated_at"), SHOWN).await
}

/// A day as it is shown, `dd/MM/yyyy`, in the order of days.
fn in_order(shown: &str) -> Vec<String> {
    shown.split('/').rev().map(str::to_owned).collect()
}

/// Most unfinished dossiers that are shown.
const COPIES: usize = 12;

/// States in which a dossier is neither with its author nor over.
const UNDER_WAY: &str =
    "submitted,appraising,consulting,awaiting_consent,awaiting_decision,approved,under_way,returned";

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
        let mut group = |id, heading: &str, empty: &str, FoundDossierRows { rows, more, .. }: FoundDossierRows| {
            groups.push(HomeGroup {
                id,
                heading: heading.into(),
                about: String::new(),
                empty: empty.into(),
                rows,
                more,
            });
        };
        let mut mend = found(page, &registers, &format!("state=supplement_requested&{own}")).await?;
        for row in &mut mend.rows {
            let history = page.get(&format!("{}/history", row.href)).await?;
            let asked = supplement::asked(&page.contract, "supplement_requested", &history, page.language);
            row.asked = asked.map(|a| show::joined([&*a.papers.join("; "), &a.note], " · ")).unwrap_or_default();
        }
        // What the head sent back is a draft again, but it is not for its author to begin with something else.
        let drafts_of = format!("state=draft&{own}&sort=-updated_at");
        let mut started = listed(page, &registers, &drafts_of, DRAFTS).await?;
        mend.put_first(started.take_out(|row| !row.asked.is_empty()));
        started.cut(&registers, &drafts_of, SHOWN, page);
        let way = found(page, &registers, &format!("state={UNDER_WAY}&{own}")).await?;
        let totals = [("#mend", mend.total), ("#way", way.total), ("#drafts", started.total)];
        group(
            "mend",
            page.t("Cần sửa", "To mend"),
            page.t("Không có hồ sơ phải sửa, phải bổ sung.", "Nothing was sent back."),
            mend,
        );
        group("drafts", page.t("Bản nháp", "Drafts"), page.t("Không có bản nháp.", "There are no drafts."), started);
        let copies = unfinished(page, &registers, COPIES).await?;
        if !copies.is_empty() {
            begun_panels.push(HomePanel::unfinished(page, copies));
        }
        group(
            "way",
            page.t("Đang giải quyết", "Under way"),
            page.t("Không có hồ sơ đang giải quyết.", "Nothing is under way."),
            way,
        );
        let labels = [("cần sửa", "to mend"), ("đang giải quyết", "under way"), ("bản nháp", "drafts")];
        for ((href, count), (vi, en)) in totals.into_iter().zip(labels) {
            let count = show::grouped(count);
            tally.push(TallyLink { href: href.to_owned(), count, label: page.t(vi, en).to_owned() });
        }
        let (count, label) = match leads {
            true => (number(&counts, "/duties_overdue"), page.t("nghĩa vụ quá hạn", "overdue duties")),
            false => (number(&counts, "/duties"), page.t("nghĩa vụ còn mở", "open duties")),
        };
        tally.push(TallyLink { href: "#duties".to_owned(), count: count.to_string(), label: label.to_owned() });
    }
    // A clerk's inbox is what is to mend, and a custodian has none; whoever else reads one signs, if only in somebody's place.
    let signs = !items(&me, "/seats").is_empty() || !(drafts || may(&me, "keep_passports"));
    let reads_inbox = may(&me, "read_inbox") && signs;
    let parts = if reads_inbox { waiting(page, &page.get("/inbox?limit=20").await?, &counts) } else { Vec::new() };
    if let Some(first) = parts.iter().flat_map(|part| &part.rows).next() {
        // The Party office enters letters one after another; everybody else reads before they say anything.
        let (label, href) = match parts.iter().all(|part| part.kind == CONSENT) {
            true => (page.t("Ghi ý kiến", "Record an answer"), format!("{}/consent", first.href)),
            false => (page.t("Mở hồ sơ đầu tiên", "Open the first dossier"), first.href.clone()),
        };
        buttons.insert(0, Button { href, label: label.to_owned(), main: true });
    }
    let handles = items(&me, "/seats").iter().any(|seat| text(seat, "/body") == Body::Dofa.word());
    let mut parts = parts;
    if handles && !drafts {
        for kind in ["appraise", "assign-authority"] {
            if parts.iter().all(|part| part.kind != kind) {
                parts.push(InboxPart::empty(page, kind));
            }
        }
        groups.extend(handled(page, &registers, Body::Dofa).await?);
    }
    buttons.extend(beside_the_flow(page, &me, buttons.is_empty()));
    // A head answers for what is late, a clerk for all that is open.
    let (owed, late_only) = if leads { ("/duties_overdue", "&overdue=true") } else { ("/duties", "") };
    let has_duties = reads && number(&counts, owed) > 0;
    let duties = if has_duties {
        let list = page.get(&format!("/duties?open=true&limit=10{late_only}")).await?;
        items(&list, "/items").iter().map(|d| duty(page, d)).collect()
    } else {
        Vec::new()
    };
    let law = if may(&me, "administer_regulations") { law_panels(page).await? } else { Vec::new() };
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
        panels: begun_panels.into_iter().chain(panels(page, &me, drafts).await?).chain(law).collect(),
        only_reads: reads && !drafts && !may(&me, "read_inbox"),
        reads_inbox,
        nothing_waits: parts.is_empty(),
        parts,
        groups,
        duties,
        has_duties,
        no_duties: match leads {
            true => page.t("Không có nghĩa vụ quá hạn.", "No duty is overdue."),
            false => page.t("Không có nghĩa vụ còn mở.", "There are no open duties."),
        },
    };
    Ok(html(200, &body))
}

/// What else the body for external affairs looks after: opinions that nobody gave in time, and dossiers that may be closed.
async fn handled(page: &PageRequest, registers: &[RegisterPages], own: Body) -> PageResult<[HomeGroup; 2]> {
    let group = |id, heading: &str, empty: &str, found: FoundDossierRows, first: String| {
        let about = show::joined([show::grouped(found.total).as_str(), &first], " · ");
        let FoundDossierRows { rows, more, .. } = found;
        HomeGroup { id, heading: heading.to_owned(), about, empty: empty.to_owned(), rows, more }
    };
    // Of more than are shown, those that nobody has touched for the longest. Its own steps stand in its inbox.
    let others: Vec<&str> = Body::all().iter().map(|body| body.word()).filter(|word| *word != own.word()).collect();
    let others = others.join(",");
    let overdue = format!("state=submitted,appraising,consulting&overdue=true&waiting_for={others}&sort=updated_at");
    let mut late = listed(page, registers, &overdue, SHOWN).await?;
    let named = page.contract.label("body", own.word(), page.language);
    late.take_out(|row| row.waits.split(", ").any(|body| body == named));
    late.rows.sort_by_key(|row| in_order(&row.due));
    let earliest = late.rows.first().map(|row| row.due_said.clone()).unwrap_or_default();
    let reported = "state=reported&sort=updated_at";
    let mut done = listed(page, registers, reported, SHOWN).await?;
    done.rows.sort_by_key(|row| in_order(row.days.rsplit('–').next().unwrap_or_default()));
    let longest = done.rows.first().map(|row| row.days.clone()).unwrap_or_default();
    let (opinions, close) = (page.t("Quá hạn ý kiến", "Opinions overdue"), page.t("Hồ sơ chờ đóng", "To be closed"));
    let no_opinions = page.t("Không có ý kiến nào quá hạn.", "No opinion is overdue.");
    let none = page.t("Không có hồ sơ chờ đóng.", "Nothing waits to be closed.");
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
    let (_, due_said, late) = page.due_at(duty, "/due_on");
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
