//! The year at a glance, for leaders: five pictures, each opening what is behind it.

use actix_web::HttpResponse;
use askama::Template;
use chrono::Datelike;
use serde_json::Value;

use crate::pages::frame::{Frame, answer, html};
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, PageResult, Trouble};
use crate::pages::show::{self, day_at, items, number, text};

/// A picture with its sentence, and where its numbers are.
pub struct Glance {
    pub heading: String,
    pub said: String,
    pub picture: String,
    pub alt: String,
    pub href: String,
}

/// What an agency still owes.
pub struct OwingAgency {
    pub name: String,
    pub open: String,
    pub overdue: String,
    pub oldest: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    frame: Frame,
    tally: Vec<(String, String, String)>,
    glances: Vec<Glance>,
    /// None where somebody does not see duties.
    owing: Option<Vec<OwingAgency>>,
}

/// The rows in words, the greatest first.
fn alt(page: &PageRequest, heading: &str, rows: &[Value]) -> String {
    let mut rows: Vec<&Value> = rows.iter().collect();
    rows.sort_by_key(|r| -number(r, "/visits"));
    let line = |r: &&Value| format!("{} {}", text(r, "/label"), show::grouped(number(r, "/visits")));
    let lines: Vec<String> = rows.iter().take(25).map(line).collect();
    format!("{heading}, {}: {}.", page.t("lượt người", "person-trips"), lines.join(", "))
}

/// The share of the rows with a key in all visits, in percent.
fn share(rows: &[Value], key: &str) -> Option<i64> {
    let all: i64 = rows.iter().map(|r| number(r, "/visits")).sum();
    let some: i64 = rows.iter().filter(|r| text(r, "/key") == key).map(|r| number(r, "/visits")).sum();
    (all > 0).then(|| some * 100 / all)
}

async fn made(page: &PageRequest) -> PageResult<HttpResponse> {
    let year = page.today.year();
    let counted: Vec<_> = entries(page).into_iter().filter(|entry| entry.counted.is_some()).collect();
    let first = counted.first().ok_or_else(Trouble::not_found)?;
    let (mut tally, mut glances) = (Vec::new(), Vec::new());
    for entry in &counted {
        let query = format!("year={year}&by=month&compare=previous_year");
        let figures = page.get(&format!("/statistics/{}?{query}", entry.key)).await?;
        let (now, before) = (number(&figures, "/total/visits"), number(&figures, "/total/previous/visits"));
        let label = entry.label.in_language(page.language);
        let href = format!("/statistics/{}?{query}", entry.key);
        let delegations = number(&figures, "/total/delegations");
        let about = format!("{label}, {} {}", show::grouped(now), page.t("lượt người", "person-trips"));
        tally.push((href.clone(), show::grouped(delegations), about));
        let heading = format!("{label} {}", page.t("theo tháng, năm nay và năm trước", "by month, this year and last"));
        glances.push(Glance {
            said: format!(
                "{} {} {} {}",
                show::grouped(now),
                page.t("lượt; năm trước", "person-trips; the year before"),
                show::grouped(before),
                page.t("lượt", "")
            ),
            picture: format!("/api/v1/statistics/{}?{query}&format=svg&style=screen", entry.key),
            alt: alt(page, &heading, items(&figures, "/rows")),
            heading,
            href,
        });
    }
    for (by, vi, en) in
        [("country", "theo nước", "by country"), ("in_plan", "trong và ngoài kế hoạch", "in and off the plan")]
    {
        let query = format!("year={year}&by={by}");
        let figures = page.get(&format!("/statistics/{}?{query}", first.key)).await?;
        let rows = items(&figures, "/rows");
        let heading = format!("{} {}", first.label.in_language(page.language), page.t(vi, en));
        let said = match share(rows, "true").filter(|_| by == "in_plan") {
            Some(share) => {
                format!("{share} % {}", page.t("số lượt trong kế hoạch", "of the person-trips were planned"))
            }
            None => format!("{} {}", rows.len(), page.t("dòng", "rows")),
        };
        glances.push(Glance {
            said,
            picture: format!("/api/v1/statistics/{}?{query}&format=svg&style=screen", first.key),
            alt: alt(page, &heading, rows),
            href: format!("/statistics/{}?{query}", first.key),
            heading,
        });
    }
    let owing = page.if_seen("/duties/by-agency").await?;
    let agency = |a: &Value| OwingAgency {
        name: text(a, "/name").to_owned(),
        open: show::grouped(number(a, "/open")),
        overdue: show::grouped(number(a, "/overdue")),
        oldest: day_at(a, "/oldest_due_on").map(show::day).unwrap_or_default(),
    };
    let title = format!("{} {year}", page.t("Toàn cảnh năm", "The year"));
    let body = OverviewPage {
        frame: Frame::of(page, "/statistics", &title).await?.crumb(page.t("Số liệu", "Figures"), "/statistics"),
        tally,
        glances,
        owing: owing.map(|list| items(&list, "/items").iter().map(agency).collect()),
    };
    Ok(html(200, &body))
}

pub async fn show_overview(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page).await).await
}
