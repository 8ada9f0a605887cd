//! The page of a dossier: what it is, with whom, what the regulation answers, the way it took, its papers.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::pages::differences::{AmendmentPanel, DifferenceReader};
use crate::pages::forms::days;
use crate::pages::forms::names::names_in;
use crate::pages::forms::shape::fields_of;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::inbox::waiting_row;
use crate::pages::issued::{IssuedLine, issued};
use crate::pages::marks::marked;
use crate::pages::outcomes::{OutcomePanel, kept_back, outcomes};
use crate::pages::registers::{RegisterPages, register};
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::reveal::has_numbers;
use crate::pages::rule::{self, RuleAnswer};
use crate::pages::show::{self, day_at, is_true, items, may, number, person, text};
use crate::pages::summary::{self, SummaryRow};
use crate::pages::supplement::{self, SupplementAsked};
use crate::pages::way::{StoryEntry, story};

/// A form that the reader may open.
pub struct ActLink {
    pub href: String,
    pub label: String,
    pub main: bool,
}

pub struct FileLine {
    pub href: String,
    pub document: String,
    pub about: String,
    /// Where it may be taken away again.
    pub remove: Option<String>,
}

pub struct Remark {
    pub who: String,
    pub when: String,
    pub text: String,
}

#[derive(Template)]
#[template(path = "dossier.html")]
struct DossierPage {
    frame: Frame,
    /// By which papers of the office are found and issued; empty while the dossier has no number.
    numbered: String,
    /// Whether they may issue papers for it.
    writes: bool,
    register: String,
    agency: String,
    number: String,
    state: String,
    state_class: &'static str,
    path: String,
    days: String,
    waits: String,
    due: String,
    late: bool,
    acts: Vec<ActLink>,
    /// None: the reader sees only what they are asked about.
    rule: Option<RuleAnswer>,
    rows: Vec<SummaryRow>,
    outcomes: Vec<OutcomePanel>,
    story: Vec<StoryEntry>,
    files: Vec<FileLine>,
    /// Papers of the office.
    issued: Vec<IssuedLine>,
    may_upload: bool,
    remarks: Vec<Remark>,
    may_remark: bool,
    as_of: String,
    /// What was typed as a day and is none.
    as_of_typed: String,
    as_of_fault: String,
    past: bool,
    /// What the rules said when it was submitted stands here, not what they say now.
    as_submitted: bool,
    /// The day of submission, if the rules of that day can be asked.
    submitted: String,
    /// There are passport numbers here that may be asked for.
    numbers: bool,
    /// Amendments, the one that waits for its decision first.
    amendments: Vec<AmendmentPanel>,
    /// What the agency is asked to add.
    asked: Option<SupplementAsked>,
    /// Whether they may begin another dossier with what stands in this one.
    may_copy: bool,
    /// The act that somebody came for cannot be done now, and why.
    too_late: String,
    /// After an act, the dossier that waits next, and how many are left.
    next: Option<NextLink>,
}

/// The dossier that waits next.
struct NextLink {
    href: String,
    title: String,
    left: i64,
}

/// The acts that take a step: after them, the next one waits.
const OF_INBOX: [&str; 10] = [
    "submit",
    "return",
    "appraise",
    "request-supplement",
    "assign-authority",
    "give-opinion",
    "consent",
    "decide",
    "proceed",
    "close",
];

async fn next_waiting(page: &PageRequest) -> PageResult<Option<NextLink>> {
    let of_inbox = page.asked("done").is_some_and(|act| OF_INBOX.contains(&act.as_str()));
    if !of_inbox || number(&page.counts().await?, "/inbox_total") == 0 {
        return Ok(None);
    }
    let inbox = page.get("/inbox?limit=1&count=true").await?;
    let first = items(&inbox, "/items").first().map(|item| waiting_row(page, item));
    Ok(first.map(|row| NextLink { href: row.href, title: row.title, left: number(&inbox, "/total") }))
}

/// Why the act that somebody came for cannot be done: it was done already, or the dossier is elsewhere.
fn too_late(page: &PageRequest, dossier: &Value, history: &Value, state: &str) -> String {
    let act = page.asked("late").unwrap_or_default();
    let label = page.contract.label("action", &act, page.language);
    if act.is_empty() || label == act {
        return String::new();
    }
    if let Some(done) = items(history, "/items").iter().rfind(|entry| text(entry, "/action") == act) {
        let at = show::moment(text(done, "/at"), page.language);
        let who = marked(&person(done, "/actor_person", text(done, "/actor")));
        let said = page.t("đã được ghi", "was recorded");
        return format!("«{label}» {said}: {at}, {who}.");
    }
    let now = waiting(page, dossier);
    let turn = if now.is_empty() { String::new() } else { format!(", {} {now}", page.t("đang chờ", "with")) };
    format!("«{label}»: {} ({state}{turn}).", page.t("lúc này không làm được", "cannot be done now"))
}

/// The first and the last day of a dossier of any register.
pub fn span(register: &RegisterPages, dossier: &Value) -> String {
    let (from, to) = (day_at(dossier, register.first_day), day_at(dossier, register.last_day));
    from.map(|from| show::days(from, to.unwrap_or(from))).unwrap_or_default()
}

/// The number of a dossier; a draft has none.
pub fn number_of(page: &PageRequest, dossier: &Value) -> String {
    match text(dossier, "/number") {
        "" => page.t("Bản nháp", "Draft").to_owned(),
        number => number.to_owned(),
    }
}

/// A paper of the dossier at a path; whoever may take it away gets the way to do so.
pub fn file_line(page: &PageRequest, path: &str, file: &Value, removable: bool) -> FileLine {
    let id = text(file, "/id");
    let day = show::day_of_moment(text(file, "/uploaded_at")).map(show::day).unwrap_or_default();
    let (name, by) = (marked(text(file, "/file_name")), marked(&person(file, "/uploaded_by_person", "")));
    let about = [name.as_str(), &show::size(number(file, "/size")), &day, &by];
    FileLine {
        href: format!("/api/v1{path}/attachments/{id}"),
        document: page.contract.label("document", text(file, "/document"), page.language),
        about: show::joined(about, " · "),
        remove: removable.then(|| format!("{path}/attachments/{id}/delete")),
    }
}

/// How a state is drawn.
pub fn state_class(state: &str) -> &'static str {
    match state {
        "draft" => "",
        "approved" | "under_way" | "closed" | "completed" => "done",
        "rejected" | "cancelled" | "withdrawn" | "supplement_requested" => "stop",
        _ => "wait",
    }
}

/// From this weight on, an act ends or undoes something: it is never the one to press first.
const LEFT: u8 = 3;

/// Acts that carry a dossier on come first, then those on its content, then those that end it.
fn weight(action: &str) -> u8 {
    match action {
        "edit" | "edit-guests" | "upload" | "request-supplement" | "amend" => 1,
        "delete" | "withdraw" | "cancel" | "postpone" | "return" | "recall" | "correct-decision" | "correct-record" => {
            LEFT
        }
        _ => 0,
    }
}

/// What an act is called; of a dossier that is approved, only the amendment that waits is withdrawn.
pub fn act_label(page: &PageRequest, dossier: &Value, action: &str) -> String {
    let amended = || items(dossier, "/amendments").iter().any(|a| text(a, "/standing") == "pending");
    match action {
        "withdraw" if amended() => page.t("Rút nội dung điều chỉnh", "Withdraw the amendment").to_owned(),
        _ => page.contract.label("action", action, page.language),
    }
}

/// The acts that the reader may do now, each as a link to its form.
pub fn acts(page: &PageRequest, path: &str, dossier: &Value) -> Vec<ActLink> {
    let mut ordered: Vec<&str> = items(dossier, "/allowed_actions").iter().filter_map(Value::as_str).collect();
    ordered.sort_by_key(|action| weight(action));
    let link = |(n, action): (usize, &&str)| ActLink {
        href: match *action {
            "upload" => format!("{path}/attachments"),
            "edit-guests" => format!("{path}/edit/guests"),
            action => format!("{path}/{action}"),
        },
        label: act_label(page, dossier, action),
        main: n == 0 && weight(action) < LEFT,
    };
    ordered.iter().enumerate().map(link).collect()
}

/// Who has the dossier now, and until when.
fn waiting(page: &PageRequest, dossier: &Value) -> String {
    let open = items(dossier, "/steps").iter().filter(|s| text(s, "/standing") == "open");
    let bodies: Vec<String> = open.map(|s| page.contract.label("body", text(s, "/body"), page.language)).collect();
    bodies.join(", ")
}

/// Whether somebody writes papers of a dossier: its agency, the office for external affairs, or who decides.
fn writes_papers(me: &Value, dossier: &Value, agency: &str) -> bool {
    let own = text(me, "/agency_id");
    let seats = || items(me, "/seats").iter().map(|seat| text(seat, "/body"));
    let decides =
        |body: &str| items(dossier, "/steps").iter().any(|s| text(s, "/kind") == "decide" && text(s, "/body") == body);
    let of_agency = !own.is_empty() && own == text(dossier, &format!("/{agency}/id"));
    of_agency || seats().any(|body| body == "dofa" || decides(body))
}

async fn made(page: &PageRequest, id: &str) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let path = format!("/{}/{id}", register.path);
    let asked = page.asked("as_of").filter(|typed| !typed.trim().is_empty());
    let (as_of, as_of_fault) = match asked.as_deref().map(days::day) {
        Some(Ok(day)) => (day.to_string(), String::new()),
        Some(Err(fault)) => (String::new(), fault.in_language(page.language).to_owned()),
        None => (String::new(), String::new()),
    };
    let past = !as_of.is_empty();
    let then = if past { format!("?as_of={as_of}") } else { String::new() };
    let dossier = page.get(&format!("{path}{then}")).await?;
    let title = text(&dossier, "/title").to_owned();
    let label = register.label(page.language);
    let number = number_of(page, &dossier);
    let frame = Frame { named: true, ..Frame::below(page, &register, &title).await? }.crumb(&number, "");
    let frame = Frame { version: show::number(&dossier, "/version"), ..frame };
    // A look back is answered by the rules of its day.
    let submitted_on = text(&dossier, "/submitted_on");
    let as_submitted = !past && !submitted_on.is_empty() && page.asked("rules").as_deref() == Some("submitted");
    let rules = if as_submitted { format!("?as_of={submitted_on}") } else { then.clone() };
    let assessment = page.if_seen(&format!("{path}/assessment{rules}")).await?;
    let history = page.get(&format!("{path}/history{then}")).await?;
    let attachments = page.if_seen(&format!("{path}/attachments{then}")).await?.unwrap_or_default();
    let remarks = page.if_seen(&format!("{path}/comments")).await?;
    let fields = fields_of(&page.contract, &register.created_by);
    let mut rows = summary::rows(&page.contract, &register.created_by, &fields, &dossier, page.language);
    rows.extend(kept_back(page, &dossier));
    // A body that was only asked is not told what became of it.
    let outcomes = if assessment.is_some() { outcomes(page, &register, &dossier, past).await? } else { Vec::new() };
    let (due, due_said, late) = page.due_at(&dossier, "/due_on");
    let editable = rule::is_with_agency(&dossier);
    let acts = if past { Vec::new() } else { acts(page, &path, &dossier) };
    let may_edit = acts.iter().any(|act| act.href.ends_with("/edit"));
    let remark = |r: &Value| Remark {
        who: text(r, "/full_name").to_owned(),
        when: show::moment(text(r, "/at"), page.language),
        text: text(r, "/text").to_owned(),
    };
    let supplement = supplement::asked(&page.contract, text(&dossier, "/state"), &history, page.language);
    let add = if !past && may_edit { format!("{path}/attachments") } else { String::new() };
    let names = names_in(&dossier);
    let reader = DifferenceReader {
        contract: &page.contract,
        register: &register,
        language: page.language,
        names: &names,
        whole: assessment.is_some(),
    };
    let mut amendments: Vec<AmendmentPanel> =
        items(&dossier, "/amendments").iter().rev().map(|a| reader.amendment(a)).collect();
    amendments.sort_by_key(|a| !a.pending);
    let state = match assessment {
        Some(_) => page.contract.label("state", text(&dossier, "/state"), page.language),
        // Nor is a body that was only asked told what became of it.
        None if waiting(page, &dossier).is_empty() => page.t("Đã trả lời", "Answered").to_owned(),
        None => page.t("Đang hỏi ý kiến", "Asked for an opinion").to_owned(),
    };
    let late_said = too_late(page, &dossier, &history, &state);
    let rule = assessment.as_ref().map(|a| rule::answer(&page.contract, a, &names, editable, page.language));
    let body = DossierPage {
        asked: supplement.map(|asked| SupplementAsked { to: add.clone(), ..asked }),
        amendments,
        writes: writes_papers(&page.me().await?, &dossier, register.agency),
        numbered: if text(&dossier, "/number").is_empty() { String::new() } else { text(&dossier, "/id").to_owned() },
        register: label.to_owned(),
        agency: text(&dossier, &format!("/{}/name", register.agency)).to_owned(),
        number,
        state,
        state_class: assessment.as_ref().map_or("", |_| state_class(text(&dossier, "/state"))),
        days: span(&register, &dossier),
        waits: waiting(page, &dossier),
        due: due.map(|d| format!("{} · {due_said}", show::long_day(d, page.language))).unwrap_or_default(),
        late: late || is_true(&dossier, "/overdue"),
        rule,
        rows,
        outcomes,
        story: story(page, &history, &dossier),
        files: items(&attachments, "/items").iter().map(|f| file_line(page, &path, f, editable && may_edit)).collect(),
        issued: if assessment.is_some() && !past { issued(page, &dossier).await? } else { Vec::new() },
        may_upload: !past && may_edit,
        remarks: remarks.iter().flat_map(|r| items(r, "/items")).map(remark).collect(),
        may_remark: !past && remarks.is_some(),
        as_of: as_of.parse().map(show::day).unwrap_or_default(),
        as_of_typed: asked.unwrap_or_default(),
        as_of_fault,
        past,
        as_submitted,
        submitted: day_at(&dossier, "/submitted_on").filter(|_| !past).map(show::day).unwrap_or_default(),
        numbers: !past && has_numbers(&page.me().await?, &dossier),
        may_copy: !past && assessment.is_some() && may(&page.me().await?, "draft_dossiers"),
        too_late: late_said,
        next: next_waiting(page).await?,
        acts,
        path,
        frame,
    };
    Ok(html(if body.as_of_fault.is_empty() { 200 } else { 422 }, &body))
}

pub async fn show_dossier(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &id).await).await
}
