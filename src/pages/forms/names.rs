//! Names in forms: what people type for a person, a unit or a country, exchanged for what the API reads; and the names of
//! what is chosen already.

use std::collections::HashMap;

use chrono::Datelike as _;
use serde_json::Value;

use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::forms::typed::Typed;
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, encoded};
use crate::pages::show::{items, joined, text};
use kernel::id::Id;
use kernel::text::fold;

/// Most names that one form looks up: nobody types more.
const MOST_NAMES: usize = 200;
/// Most that are offered where a name fits several.
const OFFERED: usize = 10;

/// The fields of what was typed that hold a name or an id, with their pointers.
fn picks<'a>(fields: &'a [FormField], typed: &Typed, at: &str, found: &mut Vec<(String, &'a InputKind)>) {
    for field in fields {
        let pointer = format!("{at}/{}", field.name);
        match &field.kind {
            kind if *kind == InputKind::Country || kind.is_chosen_by_name() => {
                found.push((pointer, kind));
            }
            InputKind::Group(inner) => picks(inner, typed, &pointer, found),
            InputKind::Rows { row, .. } => {
                typed.rows(&pointer).iter().for_each(|n| picks(row, typed, &format!("{pointer}/{n}"), found));
            }
            InputKind::Picks { of, .. } => {
                found.extend(typed.rows(&pointer).iter().map(|n| (format!("{pointer}/{n}"), of.as_ref())));
            }
            _ => {}
        }
    }
}

/// What became of the names that were typed.
#[derive(Default)]
pub struct Resolved {
    pub faults: HashMap<String, String>,
    /// What fits, where several do.
    pub offers: HashMap<String, Vec<(String, String)>>,
}

/// A person or a unit in a line: `Nguyễn Quốc Bảo – Trưởng phòng, Sở Khoa học và Công nghệ`.
fn line_of(thing: &Value) -> String {
    let named = ["/full_name", "/name", "/title"].into_iter().map(|at| text(thing, at)).find(|name| !name.is_empty());
    let name = named.unwrap_or_default();
    let more = joined([text(thing, "/number"), text(thing, "/post"), text(thing, "/agency/name")], ", ");
    joined([name, &more], " – ")
}

/// The lists of the API in which a name is looked up.
fn lists_of(page: &PageRequest, kind: &InputKind) -> Vec<&'static str> {
    match kind {
        // Passports are handed over for the trips of those who have them; papers are issued for all.
        InputKind::Dossier => entries(page).into_iter().map(|entry| entry.path).collect(),
        kind => kind.list().into_iter().collect(),
    }
}

fn is_id(value: &str) -> bool {
    value.len() == 13 && value.parse::<Id>().is_ok()
}

/// Exchanges names for ids and codes, in place.
pub async fn resolve(page: &PageRequest, fields: &[FormField], typed: &mut Typed) -> Resolved {
    let mut resolved = Resolved::default();
    let mut found = Vec::new();
    picks(fields, typed, "", &mut found);
    let mut asked: HashMap<(&str, String), Vec<(String, String)>> = HashMap::new();
    for (pointer, kind) in found {
        // A choice below the text counts, not the text.
        let last = typed.all(&pointer).filter(|v| !v.trim().is_empty()).last().map(|v| v.trim().to_owned());
        let Some(value) = last else { continue };
        if is_id(&value) {
            typed.set(&pointer, &value);
            continue;
        }
        let fitting = if *kind == InputKind::Country {
            countries(page, &value)
        } else if *kind == InputKind::PlanItem {
            let wanted = fold(&value);
            let mut items = plan_items(page).await;
            items.retain(|(_, line)| wanted.split_whitespace().all(|word| fold(line).contains(word)));
            items.truncate(OFFERED);
            items
        } else {
            let lists = lists_of(page, kind);
            let list = lists.first().copied().unwrap_or_default();
            match asked.get(&(list, value.clone())) {
                Some(known) => known.clone(),
                None if asked.len() >= MOST_NAMES => Vec::new(),
                None => {
                    let mut fitting = Vec::new();
                    for list in lists {
                        fitting.extend(searched(page, list, &value).await);
                    }
                    asked.insert((list, value.clone()), fitting.clone());
                    fitting
                }
            }
        };
        match fitting.as_slice() {
            [(id, _)] => typed.set(&pointer, id),
            [] => {
                let said = page.t("Không tìm thấy", "Not found");
                resolved.faults.insert(pointer, format!("{said}: «{value}»"));
            }
            _ => {
                let said = page.t("Có nhiều kết quả, hãy chọn một", "Several fit; choose one");
                resolved.faults.insert(pointer.clone(), format!("{said}: «{value}»"));
                resolved.offers.insert(pointer, fitting);
            }
        }
    }
    resolved
}

/// Whether a name means exactly one country.
pub fn is_country(page: &PageRequest, name: &str) -> bool {
    countries(page, name).len() == 1
}

/// Countries whose name in either language is this one, else begins with it.
pub fn countries(page: &PageRequest, typed: &str) -> Vec<(String, String)> {
    let all = page.contract.list("country");
    let wanted = fold(typed);
    let entry = |value: &str| (value.to_owned(), page.contract.label("country", value, page.language));
    let exact = |(value, label): &&(&'static str, kernel::words::Label)| {
        fold(label.vi) == wanted || fold(label.en) == wanted || value.eq_ignore_ascii_case(typed)
    };
    let same: Vec<_> = all.iter().filter(exact).map(|(value, _)| entry(value)).collect();
    if !same.is_empty() {
        return same;
    }
    let begins = |(_, label): &&(&'static str, kernel::words::Label)| {
        fold(label.vi).starts_with(&wanted) || fold(label.en).starts_with(&wanted)
    };
    all.iter().filter(begins).take(OFFERED).map(|(value, _)| entry(value)).collect()
}

/// The approved items of this year's plan and the next one's that the reader may use.
async fn plan_items(page: &PageRequest) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for year in [page.today.year(), page.today.year() + 1] {
        let Ok(list) = page.get(&format!("/plans/{year}/items?limit=200")).await else { continue };
        let approved = items(&list, "/items").iter().filter(|item| text(item, "/state") == "approved");
        all.extend(approved.map(|item| (text(item, "/id").to_owned(), format!("{} ({year})", text(item, "/title")))));
    }
    all
}

/// People or units that a text finds; one whose name or code is exactly the text counts alone.
pub async fn searched(page: &PageRequest, list: &str, typed: &str) -> Vec<(String, String)> {
    let Ok(answer) = page.get(&format!("/{list}?q={}&limit={OFFERED}", encoded(typed))).await else {
        return Vec::new();
    };
    let found = items(&answer, "/items");
    let wanted = fold(typed);
    let exact: Vec<&Value> = found
        .iter()
        .filter(|thing| {
            ["/full_name", "/name", "/code", "/number"].into_iter().any(|at| fold(text(thing, at)) == wanted)
        })
        .collect();
    let kept: Vec<&Value> = if exact.is_empty() { found.iter().collect() } else { exact };
    // Nobody is a duplicate of themselves.
    let own = |thing: &&Value| page.http.path().contains(&format!("/{}/", text(thing, "/id")));
    let line = |thing: &Value| {
        let of = |at: &str| page.contract.label("country", text(thing, at), page.language);
        let more = [of("/nationality"), of("/country"), text(thing, "/passport_number").to_owned()];
        let more = joined(more.iter().map(String::as_str), ", ");
        (text(thing, "/id").to_owned(), joined([line_of(thing).as_str(), &more], ", "))
    };
    kept.into_iter().filter(|thing| !own(thing)).map(line).collect()
}

/// The names of everybody and everything that is chosen: from what is known already, else asked.
pub async fn of_chosen(
    page: &PageRequest,
    fields: &[FormField],
    typed: &Typed,
    known: &Value,
) -> HashMap<String, String> {
    let mut names = names_in(known);
    let mut found = Vec::new();
    picks(fields, typed, "", &mut found);
    for (pointer, kind) in found {
        let Some(id) = typed.get(&pointer).filter(|id| is_id(id)) else { continue };
        if names.contains_key(id) {
            continue;
        }
        if *kind == InputKind::PlanItem {
            names.extend(plan_items(page).await.into_iter().filter(|(known, _)| known == id));
            continue;
        }
        for list in lists_of(page, kind) {
            if let Ok(thing) = page.get(&format!("/{list}/{id}")).await {
                names.insert(id.to_owned(), line_of(&thing));
                break;
            }
        }
    }
    names
}

/// The names that an answer says beside ids.
pub fn names_in(known: &Value) -> HashMap<String, String> {
    let mut names = HashMap::new();
    named_in(known, &mut names);
    names
}

/// Every person and unit that an answer names beside their id.
fn named_in(value: &Value, names: &mut HashMap<String, String>) {
    match value {
        Value::Object(members) => {
            let id = text(value, "/id");
            let line = line_of(value);
            if is_id(id) && !line.is_empty() {
                names.insert(id.to_owned(), line);
            }
            members.values().for_each(|inner| named_in(inner, names));
        }
        Value::Array(items) => items.iter().for_each(|inner| named_in(inner, names)),
        _ => {}
    }
}
