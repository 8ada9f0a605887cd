//! What became of a dossier: what was decided and on which conditions, who may not travel, how it went, what is still owed,
//! and whom it wants in two places at once.

use serde_json::Value;

use crate::pages::collections::words::Telling;
use crate::pages::forms::labels;
use crate::pages::marks::marked;
use crate::pages::registers::RegisterPages;
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::rule::FindingLine;
use crate::pages::show::{self, day_at, items, number, person, text};
use crate::pages::summary::SummaryRow;
use kernel::words::{ConsentVerdict, DecisionVerdict};

/// A part of the page of a dossier, with an address of its own.
pub struct OutcomePanel {
    pub id: &'static str,
    pub heading: &'static str,
    pub rows: Vec<SummaryRow>,
}

impl OutcomePanel {
    fn of(id: &'static str, heading: &'static str, rows: Vec<SummaryRow>) -> Option<Self> {
        (!rows.is_empty()).then_some(OutcomePanel { id, heading, rows })
    }
}

fn row(page: &PageRequest, vi: &str, en: &str, lines: Vec<String>) -> Option<SummaryRow> {
    (!lines.is_empty()).then(|| SummaryRow { label: page.t(vi, en).to_owned(), lines })
}

/// The members who may not travel, and who said so.
pub fn kept_back(page: &PageRequest, dossier: &Value) -> Option<SummaryRow> {
    let line = |member: &Value| {
        let decided = text(member, "/verdict") == DecisionVerdict::Reject.word();
        // What a Party body refused stands unless the decision says otherwise.
        let refused = text(member, "/consent") == ConsentVerdict::Refuse.word() && text(member, "/verdict").is_empty();
        let who = match (decided, refused) {
            (true, _) => page.t("quyết định không cử", "refused by the decision"),
            (_, true) => page.t("tổ chức đảng không đồng ý", "refused by the Party body"),
            _ => return None,
        };
        let name = marked(&person(member, "/official", text(member, "/full_name")));
        Some(format!("{name} · {who}"))
    };
    let lines = items(dossier, "/members").iter().filter_map(line).collect();
    row(page, "Không được cử đi", "May not travel", lines)
}

/// What was decided, with its conditions, exceptions, and what was noted on the document since.
fn decision(page: &PageRequest, dossier: &Value) -> Vec<SummaryRow> {
    let Some(decision) = dossier.get("decision").filter(|d| !d.is_null()) else { return Vec::new() };
    // Who decided by which post stands in the way of the dossier; the numbers of others need their own words.
    let telling = Telling::of(&page.contract, "Decision", page.language);
    let mut rows = telling.rows(decision, &["decided_by", "same_number"]);
    let others = items(decision, "/same_number").iter().map(|other| text(other, "/number").to_owned()).collect();
    rows.extend(row(page, "Hồ sơ khác cùng số văn bản", "Other dossiers with this number", others));
    rows
}

/// How it went: the days as they were recorded, who came, the report.
fn course(page: &PageRequest, register: &RegisterPages, dossier: &Value) -> Vec<SummaryRow> {
    let label = |name: &str| labels::of(&register.created_by, name).map_or(name, |l| l.label(page.language)).to_owned();
    let days = ["arrived_on", "departed_on", "returned_on"].into_iter();
    let mut rows: Vec<SummaryRow> = days
        .filter_map(|name| {
            let day = day_at(dossier, &format!("/{name}"))?;
            Some(SummaryRow { label: label(name), lines: vec![show::long_day(day, page.language)] })
        })
        .collect();
    if number(dossier, "/recorded_headcount") > 0 {
        let came = show::grouped(number(dossier, "/recorded_headcount"));
        rows.push(SummaryRow { label: label("recorded_headcount"), lines: vec![came] });
    }
    if let Some(report) = dossier.get("report").filter(|report| !report.is_null()) {
        rows.extend(Telling::of(&page.contract, "Report", page.language).rows(report, &[]));
    }
    rows
}

/// What is owed after it.
async fn owed(page: &PageRequest, dossier: &Value, only_open: bool) -> PageResult<Vec<(String, bool)>> {
    let open = if only_open { "&open=true" } else { "" };
    let path = format!("/duties?delegation_id={}&limit=200{open}", text(dossier, "/id"));
    let list = page.if_seen(&path).await?.unwrap_or_default();
    let line = |duty: &Value| {
        let (due, said, late) = page.due_at(duty, "/due_on");
        let done = day_at(duty, "/done_on").map(|day| format!("{} {}", page.t("đã xong", "done"), show::day(day)));
        let late = late && done.is_none();
        let when = done.or_else(|| due.map(|day| format!("{} {} · {said}", page.t("hạn", "due"), show::day(day))));
        let when = when.unwrap_or_else(|| page.t("không định hạn", "no term").to_owned());
        let (who, task) = (marked(text(duty, "/full_name")), marked(text(duty, "/task")));
        let what = page.contract.label("duty", text(duty, "/code"), page.language);
        (show::joined([what.as_str(), &who, &task, &when], " · "), late)
    };
    Ok(items(&list, "/items").iter().map(line).collect())
}

/// What is owed, and what of that is done.
async fn duties(page: &PageRequest, dossier: &Value) -> PageResult<Vec<SummaryRow>> {
    let lines = owed(page, dossier, false).await?.into_iter().map(|(line, _)| line).collect();
    Ok(row(page, "Nghĩa vụ", "Duties", lines).into_iter().collect())
}

/// What is still owed, for whoever closes the dossier.
pub async fn open_duties(page: &PageRequest, dossier: &Value) -> PageResult<Vec<FindingLine>> {
    let word = page.t("Còn nghĩa vụ", "Open duty");
    let line = |(said, late): (String, bool)| FindingLine::beside(if late { "stop" } else { "ask" }, word, said);
    Ok(owed(page, dossier, true).await?.into_iter().map(line).collect())
}

/// Hosts and members who would have to be in two places at once.
pub fn clashes(page: &PageRequest, dossier: &Value) -> Vec<SummaryRow> {
    let row = |clash: &Value| {
        let at = |pointer: &str| show::moment(text(clash, pointer), page.language);
        let day = |pointer: &str| show::day_of_moment(text(clash, pointer));
        let title = match text(clash, "/title") {
            "" => page.t("một hồ sơ khác", "another dossier").to_owned(),
            title => marked(title),
        };
        let abroad = text(clash, "/kind") == "abroad";
        // Whoever is abroad is so for whole days, up to the midnight after the last.
        let days = day("/starts_at").zip(day("/ends_at").and_then(|end| end.pred_opt())).filter(|_| abroad);
        let when = match days {
            Some((from, to)) => show::days(from, to),
            None => format!("{} – {}", at("/starts_at"), at("/ends_at")),
        };
        let kind = match abroad {
            true => page.t("đi nước ngoài", "abroad"),
            false => page.t("tiếp đoàn khác", "with other guests"),
        };
        SummaryRow {
            label: text(clash, "/full_name").to_owned(),
            lines: vec![show::joined([kind, &when, &title], " · ")],
        }
    };
    items(dossier, "/clashes").iter().map(row).collect()
}

/// The panels that a dossier has for whoever sees the whole of it.
pub async fn outcomes(
    page: &PageRequest,
    register: &RegisterPages,
    dossier: &Value,
    past: bool,
) -> PageResult<Vec<OutcomePanel>> {
    let mut went = course(page, register, dossier);
    // Duties are those of today: a look back does not have them.
    if !past {
        went.extend(duties(page, dossier).await?);
    }
    let panels = [
        OutcomePanel::of("clashes", page.t("Trùng lịch", "Clashes"), clashes(page, dossier)),
        OutcomePanel::of("decision", page.t("Quyết định", "Decision"), decision(page, dossier)),
        OutcomePanel::of("after", page.t("Thực hiện và kết quả", "How it went"), went),
    ];
    Ok(panels.into_iter().flatten().collect())
}
