//! Lists for a print: all pages of a list of the API, up to the most rows that are printed, and what is said of them.

use serde_json::Value;

use crate::pages::request::{PageRequest, PageResult, encoded};
use crate::pages::show::items;

/// Most rows that a list is printed with.
const PRINTED: usize = 500;
/// Rows that are asked for at once.
const AT_ONCE: &str = "200";

/// How a list is printed.
pub struct ListPrint {
    /// Shown for a print, and with how many rows.
    pub rows: Option<usize>,
    /// There are more.
    pub cut: bool,
    /// The address of the same list for a print.
    pub href: String,
}

impl ListPrint {
    /// Of a list that could not be asked for.
    pub fn none() -> Self {
        ListPrint { rows: None, cut: false, href: String::new() }
    }

    /// Where the list goes on; of a print, nowhere.
    pub fn next(&self, next: Option<String>) -> Option<String> {
        next.filter(|_| self.rows.is_none())
    }
}

/// A list of the API: one page of it, or as much of it as is printed, if a print is asked for. The query has neither a
/// limit nor a place in the list.
pub async fn listed(page: &PageRequest, path: &str, query: &str, limited: bool) -> PageResult<(Value, ListPrint)> {
    let printed = page.asked("print").is_some();
    let limit = match (limited, printed) {
        (false, _) => String::new(),
        (true, false) => "&limit=50".to_owned(),
        (true, true) => format!("&limit={AT_ONCE}"),
    };
    let at = |cursor: &str| format!("{path}?{query}{limit}&cursor={}", encoded(cursor));
    let mut list = match page.asked("cursor").filter(|cursor| !cursor.is_empty() && !printed) {
        Some(cursor) => page.get(&at(&cursor)).await?,
        None => page.get(&format!("{path}?{query}{limit}")).await?,
    };
    let mut print = ListPrint { rows: None, cut: false, href: for_print(page) };
    if !printed {
        return Ok((list, print));
    }
    let mut rows = items(&list, "/items").to_vec();
    let next_of = |list: &Value| list.get("next").and_then(Value::as_str).map(str::to_owned);
    let mut next = next_of(&list);
    while let Some(cursor) = next.as_ref().filter(|_| rows.len() < PRINTED) {
        let more = page.get(&at(cursor)).await?;
        rows.extend(items(&more, "/items").iter().cloned());
        next = next_of(&more);
    }
    print.cut = rows.len() > PRINTED || next.is_some();
    rows.truncate(PRINTED);
    print.rows = Some(rows.len());
    if let Some(all) = list.as_object_mut() {
        all.insert("items".into(), Value::Array(rows));
    }
    Ok((list, print))
}

/// The address of this page for a print: with its filters, from the beginning of the list.
fn for_print(page: &PageRequest) -> String {
    let query = page.http.query_string();
    let kept = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !matches!(&**name, "cursor" | "print" | "done" | "key"));
    let kept =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair("print", "true").finish();
    format!("{}?{kept}", page.http.path())
}
