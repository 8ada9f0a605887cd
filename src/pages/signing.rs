//! Signing several dossiers: each is shown with what differs, ticked, and sent by itself with its own key and version, so
//! that a refusal of one stops no other.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use askama::Template;
use serde_json::{Value, json};

use crate::access::token::random_text;
use crate::pages::contract::Offer;
use crate::pages::form_body::FormBody;
use crate::pages::forms::days;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::inbox::{Waiting, waiting_row};
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, PageResult, encoded, settled};
use crate::pages::show::{self, items};

/// Most dossiers that are signed at once.
const MOST: usize = 20;
/// Most pages of the inbox that are looked through for the chosen ones.
const PAGES: usize = 5;

struct SignRow {
    at: usize,
    waiting: Waiting,
    key: String,
    /// The number and the day of its document, as they were typed.
    number: String,
    day: String,
}

#[derive(Template)]
#[template(path = "sign.html")]
struct SignPage {
    frame: Frame,
    act: String,
    label: String,
    rows: Vec<SignRow>,
    /// Chosen ones that are signed one by one, or wait no more.
    left_out: usize,
    decides: bool,
    forms: Vec<Offer>,
    note: String,
    /// Why nothing was sent.
    fault: String,
}

struct SignResult {
    href: String,
    title: String,
    done: bool,
    said: String,
}

#[derive(Template)]
#[template(path = "signed.html")]
struct SignedPage {
    frame: Frame,
    results: Vec<SignResult>,
    done: usize,
}

/// The chosen dossiers as they wait now, in the order of the inbox.
async fn chosen(page: &PageRequest, picked: &[String]) -> PageResult<Vec<Waiting>> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..PAGES {
        let inbox = page.get(&format!("/inbox?limit=200{cursor}")).await?;
        let rows = items(&inbox, "/items").iter().map(|item| waiting_row(page, item));
        found.extend(rows.filter(|row| picked.contains(&row.href)));
        match inbox.pointer("/next").and_then(Value::as_str) {
            Some(next) if found.len() < picked.len() => cursor = format!("&cursor={}", encoded(next)),
            _ => break,
        }
    }
    Ok(found)
}

async fn made(page: &PageRequest) -> PageResult<HttpResponse> {
    let query = page.http.query_string().as_bytes();
    let picked: Vec<String> = url::form_urlencoded::parse(query)
        .filter(|(name, _)| name == "pick")
        .map(|(_, path)| path.into_owned())
        .collect();
    drawn(page, &picked, &Typed::default(), String::new()).await
}

/// The page of the chosen dossiers, with what was typed so far.
async fn drawn(page: &PageRequest, picked: &[String], typed: &Typed, fault: String) -> PageResult<HttpResponse> {
    let waiting = chosen(page, picked).await?;
    let known = |path: &str, name: &str| {
        let rows = typed.rows("/rows").into_iter();
        let own = |at: usize| typed.get(&format!("/rows/{at}/path")) == Some(path);
        rows.filter(|at| own(*at)).find_map(|at| typed.get(&format!("/rows/{at}/{name}"))).map(str::to_owned)
    };
    // One act at a time: that of the most urgent.
    let act = waiting.iter().find_map(|row| row.signable).unwrap_or("decide");
    let fits = |row: &Waiting| row.signable == Some(act);
    let rows: Vec<SignRow> = waiting
        .into_iter()
        .filter(fits)
        .take(MOST)
        .enumerate()
        .map(|(at, waiting)| SignRow {
            at,
            number: known(&waiting.href, "number").unwrap_or_default(),
            day: known(&waiting.href, "date").unwrap_or_else(|| show::day(page.today)),
            waiting,
            key: random_text(),
        })
        .collect();
    let label = page.contract.label("action", act, page.language);
    let title = page.t("Ký nhiều hồ sơ", "Sign several dossiers");
    let body = SignPage {
        frame: Frame::of(page, "/inbox", title).await?.crumb(page.t("Việc chờ", "Inbox"), "/inbox"),
        left_out: picked.len().saturating_sub(rows.len()),
        decides: act == "decide",
        act: act.to_owned(),
        label,
        rows,
        forms: page.contract.offers("signed_as", typed.get("/signed_as").unwrap_or("direct"), page.language),
        note: typed.get("/note").unwrap_or_default().to_owned(),
        fault,
    };
    Ok(html(if body.fault.is_empty() { 200 } else { 422 }, &body))
}

/// Whether an address is that of a dossier.
fn is_dossier(page: &PageRequest, path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let (register, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let plain = id.len() == 13 && id.chars().all(|c| c.is_ascii_alphanumeric());
    plain && parts.next().is_none() && entries(page).iter().any(|e| e.path == register)
}

async fn sign_one(page: &PageRequest, typed: &Typed, at: usize, act: &str) -> PageResult<SignResult> {
    let own = |name: &str| typed.get(&format!("/rows/{at}/{name}")).unwrap_or_default().trim().to_owned();
    let (path, title) = (own("path"), own("title"));
    let result = |done: bool, said: String| SignResult { href: path.clone(), title: title.clone(), done, said };
    if !is_dossier(page, &path) {
        return Ok(result(false, page.t("Không có hồ sơ này.", "There is no such dossier.").to_owned()));
    }
    let note = Some(typed.get("/note").unwrap_or_default().trim()).filter(|note| !note.is_empty());
    let body = if act == "decide" {
        let date = match days::day(&own("date")) {
            Ok(date) => date,
            Err(fault) => return Ok(result(false, fault.in_language(page.language).to_owned())),
        };
        let number = own("number");
        if number.is_empty() {
            return Ok(result(
                false,
                page.t("Nhập số, ký hiệu văn bản.", "Enter the number of the document.").to_owned(),
            ));
        }
        let document =
            json!({"number": number, "date": date, "signed_as": typed.get("/signed_as").unwrap_or("direct")});
        json!({"verdict": "approve", "document": document, "note": note})
    } else {
        json!({"opinion": "favourable", "note": note})
    };
    let headers = [
        (header::IF_MATCH, format!("\"{}\"", own("version"))),
        (HeaderName::from_static("idempotency-key"), own("key")),
    ];
    let answer = page.send(Method::POST, &format!("{path}/{act}"), &headers, &body).await;
    Ok(match answer.status {
        404 | 500.. => result(false, show::said(&answer.json())),
        _ => match settled(answer)? {
            Ok(_) => result(true, page.contract.label("action", act, page.language)),
            Err((_, problem)) => result(false, show::said(&problem)),
        },
    })
}

async fn signed(page: &PageRequest, form: &[u8]) -> PageResult<HttpResponse> {
    let typed = Typed::of_form(form);
    let act = if typed.get("/act") == Some("appraise") { "appraise" } else { "decide" };
    let rows: Vec<usize> = typed.rows("/rows").into_iter().take(MOST).collect();
    let ticked: Vec<usize> =
        rows.iter().copied().filter(|at| typed.get(&format!("/rows/{at}/tick")).is_some()).collect();
    if ticked.is_empty() {
        let picked: Vec<String> =
            rows.iter().filter_map(|at| typed.get(&format!("/rows/{at}/path"))).map(str::to_owned).collect();
        let fault = page.t("Đánh dấu ít nhất một hồ sơ để ký", "Tick at least one dossier to be signed");
        return drawn(page, &picked, &typed, fault.to_owned()).await;
    }
    let mut results = Vec::new();
    for at in ticked {
        results.push(sign_one(page, &typed, at, act).await?);
    }
    let title = page.t("Kết quả ký", "What was signed");
    let body = SignedPage {
        frame: Frame::of(page, "/inbox", title).await?.crumb(page.t("Việc chờ", "Inbox"), "/inbox"),
        done: results.iter().filter(|r| r.done).count(),
        results,
    };
    Ok(html(200, &body))
}

pub async fn show_signing(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page).await).await
}

pub async fn send_signing(page: PageRequest, form: FormBody) -> HttpResponse {
    answer(&page, signed(&page, &form).await).await
}
