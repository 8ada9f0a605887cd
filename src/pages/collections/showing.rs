//! The page of one item: what it says, what may be done with it, and the lists that belong to it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::pages::collections::listing::{ItemLink, ItemTable, act_link, done, name_of, part_table};
use crate::pages::collections::lookup::collection;
use crate::pages::collections::model::ItemAct;
use crate::pages::collections::words::Telling;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::marks::unmarked;
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::summary::SummaryRow;
use kernel::words::Label;

pub struct PartSection {
    pub id: &'static str,
    pub adds: Vec<ItemLink>,
    pub table: ItemTable,
}

#[derive(Template)]
#[template(path = "collection_item.html")]
struct ItemPage {
    frame: Frame,
    kicker: String,
    acts: Vec<ItemLink>,
    rows: Vec<SummaryRow>,
    parts: Vec<PartSection>,
}

async fn made(page: &PageRequest, id: &str) -> PageResult<HttpResponse> {
    let first = page.http.path().split('/').nth(1).unwrap_or_default();
    let of = collection(first).ok_or_else(Trouble::not_found)?;
    if !of.has_page(&page.contract) {
        return Err(Trouble::not_found());
    }
    let me = page.me().await?;
    let base = format!("/{first}/{}", encoded(id));
    let item = page.get(&base).await?;
    let path = of.item_path();
    let telling = Telling::of(&page.contract, page.contract.answer_of(&path).unwrap_or_default(), page.language);
    let mut parts = Vec::new();
    for part in of.parts {
        let takes_limit = page.contract.takes("get", &of.part_path(part), "limit");
        let mut query: Vec<String> = takes_limit.then(|| "limit=100".to_owned()).into_iter().collect();
        query.extend(page.asked(part.path).map(|cursor| format!("cursor={}", encoded(&cursor))));
        // Not everybody who sees the whole sees all of its parts.
        let Some(list) = page.if_seen(&format!("{base}/{}?{}", part.path, query.join("&"))).await? else { continue };
        let add = |act: &ItemAct| ItemLink::to(page, act.label, format!("{base}/{}/{}", part.path, act.path));
        parts.push(PartSection {
            id: part.path,
            adds: part.adds.iter().filter(|a| a.is_offered(&me, &item)).map(add).collect(),
            table: part_table(page, &me, (of, &item), part, &list),
        });
    }
    let name = name_of(&telling, of, &item);
    let title = unmarked(&name);
    let list = of.label.in_language(page.language);
    let mut frame = Frame::of(page, of.area.href(), &title).await?.crumb(list, &of.href());
    frame.named = name != title;
    frame.done = done(page, of);
    let mut acts: Vec<ItemLink> =
        of.acts.iter().filter(|a| a.is_offered(&me, &item)).map(|act| act_link(page, &base, act, &item)).collect();
    let file = |(at, label): &(&str, Label)| ItemLink::to(page, *label, format!("/api/v1{base}/{at}"));
    acts.extend(of.files.iter().map(file));
    let elsewhere: Vec<&str> = std::iter::once(of.name).chain(of.parts.iter().map(|p| p.path)).collect();
    let body = ItemPage { frame, kicker: list.to_owned(), acts, rows: telling.rows(&item, &elsewhere), parts };
    Ok(html(200, &body))
}

pub async fn show_item(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, made(&page, &id).await).await
}
