//! What one sees first: what waits, what is to mend, what is under way; one's own account; help.

use actix_web::http::Method;
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use serde_json::{Value, json};

use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::home_panels::{HomePanel, panels};
use crate::pages::inbox::{InboxPart, waiting};
use crate::pages::lists::{Row, row};
use crate::pages::registers::{self, RegisterPages};
use crate::pages::request::{PageRequest, PageResult, judged, see_other};
use crate::pages::show::{self, is_true, items, may, number, text};
use crate::pages::supplement;

/// Dossiers of one kind on the home page.
struct HomeGroup {
    id: &'static str,
    heading: String,
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
    parts: Vec<InboxPart>,
    groups: Vec<HomeGroup>,
    duties: Vec<DutyLine>,
    has_duties: bool,
    /// Lists beside those of the flow.
    panels: Vec<HomePanel>,
    /// Says what somebody who only reads may do.
    only_reads: bool,
}

/// Dossiers of all registers that a filter finds.
async fn found(page: &PageRequest, registers: &[RegisterPages], filter: &str, limit: usize) -> PageResult<Vec<Row>> {
    let mut rows = Vec::new();
    for register in registers {
        let list = page.get(&format!("/{}?{filter}&sort=-updated_at&limit={limit}", register.path)).await?;
        rows.extend(items(&list, "/items").iter().map(|item| row(page, register, item)));
    }
    rows.truncate(limit);
    Ok(rows)
}

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
    if drafts {
        for (n, register) in registers.iter().enumerate() {
            let label =
                format!("{}: {}", page.t("Lập hồ sơ", "New dossier"), register.label(page.language).to_lowercase());
            buttons.push(Button { href: format!("/{}/new", register.path), label, main: n == 0 });
        }
        let mut group = |id, heading: &str, empty: &str, rows: Vec<Row>| {
            groups.push(HomeGroup { id, heading: heading.into(), empty: empty.into(), rows });
        };
        let mut mend = found(page, &registers, "state=supplement_requested&mine=true", 20).await?;
        for row in &mut mend {
            let history = page.get(&format!("{}/history", row.href)).await?;
            let asked = supplement::asked(&page.contract, "supplement_requested", &history, page.language);
            row.asked = asked.map(|a| show::joined([&*a.papers.join("; "), &a.note], " · ")).unwrap_or_default();
        }
        group(
            "mend",
            page.t("Cần sửa", "To mend"),
            page.t("Không có hồ sơ phải bổ sung.", "Nothing was sent back."),
            mend,
        );
        let way = found(page, &registers, &format!("state={UNDER_WAY}&mine=true"), 20).await?;
        let going = i64::try_from(way.len()).unwrap_or_default();
        group(
            "way",
            page.t("Đang giải quyết", "Under way"),
            page.t("Không có hồ sơ đang giải quyết.", "Nothing is under way."),
            way,
        );
        let own = found(page, &registers, "state=draft&mine=true", 20).await?;
        group("drafts", page.t("Bản nháp", "Drafts"), page.t("Không có bản nháp.", "There are no drafts."), own);
        let mut one = |href: &str, count: i64, vi, en| {
            tally.push(TallyLink { href: href.to_owned(), count, label: page.t(vi, en).to_owned() });
        };
        one("#mend", number(&counts, "/supplements"), "cần sửa", "to mend");
        one("#way", going, "đang giải quyết", "under way");
        one("#drafts", number(&counts, "/drafts"), "bản nháp", "drafts");
        one("#duties", number(&counts, "/duties"), "nghĩa vụ còn mở", "open duties");
    }
    // A clerk's inbox is what is to mend; whoever holds a seat signs and decides.
    let reads_inbox = may(&me, "read_inbox") && (!drafts || !items(&me, "/seats").is_empty());
    let parts = if reads_inbox { waiting(page, &page.get("/inbox?limit=20").await?) } else { Vec::new() };
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
        panels: panels(page, &me, drafts).await?,
        only_reads: reads && !drafts && !reads_inbox,
        reads_inbox,
        parts,
        groups,
        duties,
        has_duties,
    };
    Ok(html(200, &body))
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

struct SignIn {
    id: String,
    since: String,
    used: String,
    place: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    frame: Frame,
    username: String,
    post: String,
    rights: Vec<String>,
    sign_ins: Vec<SignIn>,
    shortcuts: bool,
    /// Whether there is a second factor, whether there must be one, and how many recovery codes are left.
    factor: bool,
    factor_required: bool,
    codes_left: i64,
    /// What the provider of accounts elsewhere is called, whether the account is linked to one there, and what that is called.
    provider: Option<String>,
    linked: bool,
    linked_to: String,
    /// Until when nobody has to prove again who they are; empty if they have to.
    proved_until: String,
    fault: String,
    /// The field or the panel that is at fault.
    fault_at: &'static str,
}

pub async fn me_made(
    page: &PageRequest,
    status: u16,
    fault: String,
    fault_at: &'static str,
) -> PageResult<HttpResponse> {
    let me = page.me().await?;
    let sessions = page.get("/me/sessions").await?;
    let factor = page.get("/me/second-factor").await?;
    let provider = page.get("/me/provider").await?;
    let sign_in = |s: &Value| SignIn {
        id: text(s, "/id").to_owned(),
        since: show::moment(text(s, "/created_at"), page.language),
        used: show::moment(text(s, "/last_used_at"), page.language),
        place: show::joined(
            [
                text(s, "/address"),
                text(s, "/agent"),
                &page.contract.label("sign_in_factor", text(s, "/factor"), page.language),
            ],
            " · ",
        ),
        current: is_true(s, "/current"),
    };
    let frame = Frame::of(page, "/me", page.t("Tài khoản của tôi", "My account")).await?;
    let body = MePage {
        username: text(&me, "/username").to_owned(),
        post: frame.person.as_ref().map(|p| p.post.clone()).unwrap_or_default(),
        rights: items(&me, "/permissions")
            .iter()
            .filter_map(Value::as_str)
            .map(|p| page.contract.label("permission", p, page.language))
            .collect(),
        sign_ins: items(&sessions, "/items").iter().map(sign_in).collect(),
        shortcuts: is_true(&me, "/settings/shortcuts"),
        factor: is_true(&factor, "/enrolled"),
        factor_required: is_true(&factor, "/required"),
        codes_left: factor.pointer("/recovery_codes_left").and_then(Value::as_i64).unwrap_or(0),
        provider: provider.pointer("/provider").and_then(Value::as_str).map(str::to_owned),
        linked: is_true(&provider, "/linked"),
        linked_to: text(&provider, "/label").to_owned(),
        proved_until: match text(&factor, "/proved_until") {
            "" => String::new(),
            until => show::moment(until, page.language),
        },
        fault,
        fault_at,
        frame,
    };
    Ok(html(status, &body))
}

#[get("/me")]
pub async fn account(page: PageRequest) -> HttpResponse {
    answer(&page, me_made(&page, 200, String::new(), "").await).await
}

/// Sends a small form of the account to the API.
pub async fn sent(page: &PageRequest, method: Method, path: &str, body: Value) -> PageResult<HttpResponse> {
    let answer = page.send(method, path, &[], &body).await;
    if matches!(answer.status, 403 | 409 | 422 | 429) {
        let at = match path {
            "/me/password" => "current",
            "/me/proof" => "proof",
            "/me/provider" => "provider",
            _ => "second-factor",
        };
        return me_made(page, answer.status, show::said(&answer.json()), at).await;
    }
    judged(answer)?;
    Ok(see_other("/me"))
}

#[post("/me/password")]
pub async fn password(page: PageRequest, form: web::Bytes) -> HttpResponse {
    let typed = Typed::of_form(&form);
    let body =
        json!({"current": typed.get("/current").unwrap_or_default(), "new": typed.get("/new").unwrap_or_default()});
    answer(&page, sent(&page, Method::POST, "/me/password", body).await).await
}

#[post("/me/settings")]
pub async fn settings(page: PageRequest, form: web::Bytes) -> HttpResponse {
    let body = json!({"shortcuts": Typed::of_form(&form).get("/shortcuts").is_some()});
    answer(&page, sent(&page, Method::PATCH, "/me/settings", body).await).await
}

#[post("/me/sessions/{id}/end")]
pub async fn end_session(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, sent(&page, Method::DELETE, &format!("/me/sessions/{id}"), json!({})).await).await
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
