//! Addresses under which a calendar program reads one's own calendar. An address is shown once, when it is made.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use serde_json::{Value, json};

use crate::pages::form_body::FormBody;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::request::{PageRequest, PageResult, see_other, settled};
use crate::pages::show::{self, items, text};
use crate::pages::sign_in::answer_form;

struct FeedLine {
    id: String,
    name: String,
    since: String,
}

#[derive(Template)]
#[template(path = "feeds.html")]
struct FeedsPage {
    frame: Frame,
    feeds: Vec<FeedLine>,
    /// Name and address of the feed that was just made; no address if it was made before by the same form.
    made: Option<(String, Option<String>)>,
    /// A form that is sent twice makes one feed.
    key: String,
    /// What was typed, and what is wrong with it.
    name: String,
    fault: String,
}

/// The address as a calendar program needs it: whole, with the host that the browser came to.
fn whole_address(page: &PageRequest, path: &str) -> String {
    let connection = page.http.connection_info();
    format!("{}://{}{path}", connection.scheme(), connection.host())
}

async fn drawn(
    page: &PageRequest,
    made: Option<&Value>,
    refused: Option<(u16, Value)>,
    name: String,
) -> PageResult<HttpResponse> {
    let list = page.get("/calendar/feeds").await?;
    let line = |f: &Value| FeedLine {
        id: text(f, "/id").to_owned(),
        name: text(f, "/name").to_owned(),
        since: show::moment(text(f, "/created_at"), page.language),
    };
    let title = page.t("Địa chỉ lịch", "Calendar addresses");
    let frame = Frame::of(page, "/calendar", title).await?;
    let frame = frame.crumb(page.t("Lịch", "Calendar"), "/calendar").crumb(title, "");
    let (status, fault) = refused.map_or((200, String::new()), |(status, problem)| (status, show::said(&problem)));
    let address = |feed: &Value| feed.get("path").and_then(Value::as_str).map(|path| whole_address(page, path));
    let made = made.map(|feed| (text(feed, "/name").to_owned(), address(feed)));
    let feeds = items(&list, "/items").iter().map(line).collect();
    Ok(html(status, &FeedsPage { frame, feeds, made, key: page.opened_key(), name, fault }))
}

async fn added(page: &PageRequest, form: &[u8]) -> PageResult<HttpResponse> {
    let name = Typed::of_form(form).get("/name").unwrap_or_default().trim().to_owned();
    let key: Vec<(HeaderName, String)> = page.key().into_iter().collect();
    let sent = page.send(Method::POST, "/calendar/feeds", &key, &json!({"name": name})).await;
    match settled(sent)? {
        Ok(feed) => drawn(page, Some(&feed), None, String::new()).await,
        Err(refused) => drawn(page, None, Some(refused), name).await,
    }
}

async fn revoked(page: &PageRequest, id: &str) -> PageResult<HttpResponse> {
    let seen = [(header::IF_MATCH, "\"1\"".to_owned())];
    match settled(page.send(Method::DELETE, &format!("/calendar/feeds/{id}"), &seen, &Value::Null).await)? {
        Ok(_) => Ok(see_other("/calendar/feeds")),
        Err(refused) => drawn(page, None, Some(refused), String::new()).await,
    }
}

#[get("/calendar/feeds")]
pub async fn show_feeds(page: PageRequest) -> HttpResponse {
    answer(&page, drawn(&page, None, None, String::new()).await).await
}

#[post("/calendar/feeds")]
pub async fn add_feed(page: PageRequest, form: FormBody) -> HttpResponse {
    answer_form(&page, &form, added(&page, &form).await).await
}

#[post("/calendar/feeds/{id}/revoke")]
pub async fn revoke_feed(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, revoked(&page, &id).await).await
}
