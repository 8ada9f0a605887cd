//! The inbox: what waits for the reader, most urgent first; a row says only what differs from the rule.

use std::collections::HashMap;

use actix_web::HttpResponse;
use askama::Template;
use serde_json::Value;

use crate::pages::differences::DifferenceReader;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::marks::marked;
use crate::pages::printing::{ListPrint, listed};
use crate::pages::registers::{RegisterPages, register_of};
use crate::pages::request::{PageRequest, PageResult, encoded};
use crate::pages::rule::{FindingLine, finding_lines, stop_for_missing};
use crate::pages::show::{self, day_at, is_true, items, number, text};

/// A step that waits for the reader.
pub struct Waiting {
    pub href: String,
    pub title: String,
    pub about: String,
    pub trip: String,
    pub days: String,
    /// Who leads, and how many go with them.
    pub head: String,
    pub others: String,
    pub differs: Vec<FindingLine>,
    /// What stands where nothing differs.
    pub none: &'static str,
    pub due: String,
    pub due_said: String,
    pub late: bool,
    /// The act that may be done on several dossiers at once, if this is one of them.
    pub signable: Option<&'static str>,
    pub version: i64,
}

/// The steps of one kind.
pub struct InboxPart {
    /// The kind of step.
    pub kind: String,
    pub heading: String,
    pub rows: Vec<Waiting>,
    /// The earliest due day of its rows.
    pub oldest: String,
    /// How many there are, on this page or not.
    pub total: i64,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxTemplate {
    frame: Frame,
    parts: Vec<InboxPart>,
    total: i64,
    overdue: i64,
    first: Option<String>,
    next: Option<String>,
    print: ListPrint,
    signs: bool,
}

/// What differs from the rule in a row of the inbox.
fn differences(page: &PageRequest, register: Option<&RegisterPages>, item: &Value) -> Vec<FindingLine> {
    let mut all = finding_lines(&page.contract, items(item, "/differs"), page.language);
    if text(item, "/step/kind") == "propose" {
        stop_for_missing(&mut all, text(item, "/outcome"), page.language);
    }
    let mut tell = |word: &str, text: String| {
        all.push(FindingLine::beside("wait", word, text));
    };
    for against in items(item, "/objections") {
        let body = page.contract.label("body", text(against, "/body"), page.language);
        tell(page.t("Ý kiến", "Opinion"), format!("{body}: {}", outcome_of(page, text(against, "/outcome"))));
    }
    if !text(item, "/explanation").is_empty() {
        tell(page.t("Giải trình", "Explanation"), marked(text(item, "/explanation")));
    }
    let Some(register) = register else { return all };
    let names = HashMap::new();
    let reader = DifferenceReader {
        contract: &page.contract,
        register,
        language: page.language,
        names: &names,
        whole: !item.pointer("/findings").is_none_or(Value::is_null),
    };
    for change in reader.rows(items(item, "/changes")) {
        let class = if change.material { "ask" } else { "wait" };
        all.push(FindingLine::beside(class, page.t("Thay đổi", "Changed"), change.in_one_line()));
    }
    all
}

/// What a body said, in words.
pub fn outcome_of(page: &PageRequest, outcome: &str) -> String {
    let lists = ["opinion", "consent_verdict", "decision_verdict"];
    let mut labels = lists.into_iter().map(|list| page.contract.label(list, outcome, page.language));
    labels.find(|label| label != outcome).unwrap_or_else(|| outcome.to_owned())
}

/// The act that may be done on several dossiers at once: only where nothing blocks and nothing has to be waived.
fn signable(item: &Value) -> Option<&'static str> {
    let act = match text(item, "/step/kind") {
        "appraise" => "appraise",
        "decide" => "decide",
        _ => return None,
    };
    let may = items(item, "/actions").iter().any(|a| a == act);
    let plain = item.pointer("/findings/block") == Some(&0.into())
        && item.pointer("/findings/special_approval") == Some(&0.into());
    (may && plain).then_some(act)
}

/// The kind of what waits: its step, or that a person has to name who decides.
fn kind_of(item: &Value) -> &str {
    if is_true(item, "/step/unnamed") { "assign-authority" } else { text(item, "/step/kind") }
}

/// The kind of step in which a Party body answers.
pub const CONSENT: &str = "consent";

impl InboxPart {
    pub fn empty(page: &PageRequest, kind: &str) -> Self {
        let list = if kind == "assign-authority" { "action" } else { "step_kind" };
        InboxPart {
            kind: kind.to_owned(),
            heading: page.contract.label(list, kind, page.language),
            oldest: String::new(),
            total: 0,
            rows: Vec::new(),
        }
    }
}

/// The parts of the inbox, by kind of step, most urgent first; consents by the body that is asked, since one office enters
/// the letters of several.
pub fn waiting(page: &PageRequest, inbox: &Value, counts: &Value) -> Vec<InboxPart> {
    let mut parts: Vec<((String, &str), InboxPart)> = Vec::new();
    for item in items(inbox, "/items") {
        let kind = kind_of(item).to_owned();
        let body = if kind == CONSENT { text(item, "/step/body") } else { "" };
        let row = waiting_row(page, item);
        let key = (kind, body);
        match parts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, part)) => part.rows.push(row),
            None => {
                let mut part = InboxPart::empty(page, &key.0);
                if !body.is_empty() {
                    let named = page.contract.label("body", body, page.language);
                    part.heading = format!("{}: {named}", part.heading);
                }
                // The most urgent comes first.
                part.oldest = row.due.clone();
                part.rows.push(row);
                parts.push((key, part));
            }
        }
    }
    // A kind that stands in several parts is counted by what is shown of each.
    let is_split = |kind: &str| parts.iter().filter(|((known, _), _)| known == kind).count() > 1;
    let unnamed = parts.iter().any(|((kind, _), _)| kind == "assign-authority");
    let total = |part: &InboxPart| match number(counts, &format!("/inbox/{}", part.kind)) {
        // Where nobody is named yet who decides, the step counts among the decisions.
        known if known > 0 && !is_split(&part.kind) && !(part.kind == "decide" && unnamed) => known,
        _ => i64::try_from(part.rows.len()).unwrap_or_default(),
    };
    let totals: Vec<i64> = parts.iter().map(|(_, part)| total(part)).collect();
    parts.into_iter().zip(totals).map(|((_, part), total)| InboxPart { total, ..part }).collect()
}

pub fn waiting_row(page: &PageRequest, item: &Value) -> Waiting {
    let register = register_of(page, text(item, "/procedure"));
    let (due, due_said, late) = page.due_at(item, "/step/due_on");
    let (from, to) = (day_at(item, "/begins_on"), day_at(item, "/ends_on"));
    let headcount = number(item, "/headcount");
    let head = text(item, "/head").to_owned();
    let others = match (head.is_empty(), headcount) {
        (true, n) => format!("{n} {}", page.t("người", "people")),
        (false, 1) => format!(", {}", page.t("đi một mình", "alone")),
        (false, 2) => page.t(" và 1 người", " and 1 other").to_owned(),
        (false, n) => format!(" {} {} {}", page.t("và", "and"), n - 1, page.t("người", "others")),
    };
    let asked = item.pointer("/findings").is_none_or(Value::is_null);
    Waiting {
        href: format!("/{}/{}", register.as_ref().map_or("", |r| r.path), text(item, "/delegation_id")),
        title: text(item, "/title").to_owned(),
        about: show::joined([text(item, "/number"), text(item, "/agency/name")], " · "),
        trip: page.contract.countries(item, page.language),
        days: from.zip(to).map(|(from, to)| show::days(from, to)).unwrap_or_default(),
        head,
        others,
        differs: differences(page, register.as_ref(), item),
        // A consulted body is not told what the regulation says of the whole.
        none: match text(item, "/outcome") {
            _ if asked => page.t("Được hỏi ý kiến", "Asked for an opinion"),
            "manual_authority_required" => page.t("Chưa đọc được văn bản", "The text was not read"),
            _ => page.t("Đúng quy định", "As the rule says"),
        },
        due: due.map(|d| show::long_day(d, page.language)).unwrap_or_default(),
        due_said: if due.is_none() { page.t("không định hạn", "no term").to_owned() } else { due_said },
        late,
        signable: signable(item),
        version: number(item, "/version"),
    }
}

async fn inbox_made(page: &PageRequest) -> PageResult<HttpResponse> {
    let (inbox, print) = listed(page, "/inbox", "count=true", true).await?;
    let counts = page.counts().await?;
    let parts = waiting(page, &inbox, &counts);
    let rows = || parts.iter().flat_map(|part| &part.rows);
    let next = inbox.pointer("/next").and_then(Value::as_str);
    let body = InboxTemplate {
        frame: Frame::of(page, "/inbox", page.t("Việc chờ", "Inbox")).await?,
        total: number(&inbox, "/total"),
        overdue: number(&counts, "/inbox_overdue"),
        first: rows().next().map(|row| row.href.clone()),
        next: print.next(next.map(|cursor| format!("/inbox?cursor={}", encoded(cursor)))),
        print,
        signs: rows().filter(|row| row.signable.is_some()).count() > 1,
        parts,
    };
    Ok(html(200, &body))
}

pub async fn show_inbox(page: PageRequest) -> HttpResponse {
    answer(&page, inbox_made(&page).await).await
}
