//! What the administrator of regulations sees first: the texts that answer here, what changes soon, what nobody has read whole.

use chrono::NaiveDate;
use serde_json::Value;

use crate::pages::home_panels::{HomePanel, PanelRow};
use crate::pages::marks::marked;
use crate::pages::request::{PageRequest, PageResult, encoded};
use crate::pages::show::{self, day_at, items, text};

/// Most rows of a panel.
const ROWS: usize = 10;

/// All regulations, in as many pages as they take.
async fn all_texts(page: &PageRequest) -> PageResult<Option<Vec<Value>>> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let Some(list) = page.if_seen(&format!("/regulations?limit=200{cursor}")).await? else { return Ok(None) };
        all.extend(items(&list, "/items").iter().cloned());
        match list.pointer("/next").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={}", encoded(next)),
            None => return Ok(Some(all)),
        }
    }
}

/// A text that was not read whole: by what it says of itself, or because its first day is not known.
fn is_in_doubt(text_of: &Value) -> bool {
    !matches!(text(text_of, "/status"), "verified" | "sample") || day_at(text_of, "/in_force_from").is_none()
}

fn row(page: &PageRequest, of: &Value, about: &str) -> PanelRow {
    let status = page.contract.label("rule_status", text(of, "/status"), page.language);
    PanelRow {
        href: Some(format!("/regulations/{}", text(of, "/code"))),
        late: text(of, "/status") == "unverified",
        ..PanelRow::named(
            text(of, "/title"),
            show::joined([marked(text(of, "/document")).as_str(), &status, about], " · "),
        )
    }
}

/// When a text begins or ends to apply, if that is still to come.
fn change_of(page: &PageRequest, of: &Value) -> Option<(NaiveDate, String)> {
    let said = |day: NaiveDate, vi, en| (day, format!("{} {}", page.t(vi, en), show::day(day)));
    let begins = day_at(of, "/in_force_from").filter(|day| *day > page.today);
    let ends = day_at(of, "/in_force_to").filter(|day| *day > page.today);
    let begins = begins.map(|day| said(day, "có hiệu lực từ", "in force from"));
    begins.or_else(|| ends.map(|day| said(day, "hết hiệu lực từ", "out of force from")))
}

pub async fn law_panels(page: &PageRequest) -> PageResult<Vec<HomePanel>> {
    let (Some(here), Some(all)) = (page.if_seen("/regulations?applies=true&limit=200").await?, all_texts(page).await?)
    else {
        return Ok(Vec::new());
    };
    let here = items(&here, "/items");
    let since = |of: &Value| match day_at(of, "/in_force_from") {
        Some(day) => format!("{} {}", page.t("từ", "from"), show::day(day)),
        None => page.t("chưa rõ ngày có hiệu lực", "day of effect not known").to_owned(),
    };
    let mut to_come: Vec<(NaiveDate, PanelRow)> =
        all.iter().filter_map(|of| change_of(page, of).map(|(day, said)| (day, row(page, of, &said)))).collect();
    to_come.sort_by_key(|(day, _)| *day);
    // Those that answer here come first: their holes are found in dossiers.
    let answers = |of: &Value| here.iter().any(|own| text(own, "/code") == text(of, "/code"));
    let mut doubted: Vec<&Value> = all.iter().filter(|of| is_in_doubt(of)).collect();
    doubted.sort_by_key(|of| !answers(of));
    let count = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    let whole = Some("/regulations".to_owned());
    Ok(vec![
        HomePanel {
            heading: page.t("Văn bản đang áp dụng tại tỉnh", "Texts that apply here").to_owned(),
            about: count(here.len()),
            rows: here.iter().map(|of| row(page, of, &since(of))).collect(),
            empty: page.t("Chưa có văn bản nào áp dụng: hãy nạp bộ quy định.", "No text applies: load one.").to_owned(),
            more: whole.clone(),
        },
        HomePanel {
            heading: page.t("Sắp thay đổi", "Changes to come").to_owned(),
            about: count(to_come.len()),
            rows: to_come.into_iter().map(|(_, row)| row).take(ROWS).collect(),
            empty: page.t("Không có thay đổi nào được biết trước.", "No change is known.").to_owned(),
            more: None,
        },
        HomePanel {
            heading: page
                .t("Chưa đọc đủ, hoặc chưa rõ ngày hiệu lực", "Not read whole, or day of effect not known")
                .to_owned(),
            about: count(doubted.len()),
            rows: doubted.into_iter().take(ROWS).map(|of| row(page, of, &since(of))).collect(),
            empty: page.t("Mọi văn bản đã được đọc.", "Every text was read.").to_owned(),
            more: whole,
        },
    ])
}
