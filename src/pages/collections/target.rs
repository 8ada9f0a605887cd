//! What a form on a collection is about: the act, the item or the inner item, and the call that it stands for.

use actix_web::http::Method;
use serde_json::Value;

use crate::pages::collections::candidates::acts_for_others;
use crate::pages::collections::lookup::collection;
use crate::pages::collections::model::{Collection, InnerList, ItemAct, plain};
use crate::pages::forms::shape::{FormField, InputKind, field_of, fields_of};
use crate::pages::forms::typed::Typed;
use crate::pages::request::{PageRequest, PageResult, Trouble, encoded};
use crate::pages::show::{items, may_any, text};

/// What a form is about.
pub struct Target {
    pub of: &'static Collection,
    pub part: Option<&'static InnerList>,
    pub act: &'static ItemAct,
    pub method: Method,
    /// The address of the call, below `/api/v1`.
    pub call: String,
    /// The path of the document that it belongs to.
    pub path: String,
    pub schema: String,
    pub fields: Vec<FormField>,
    /// What is typed goes into the query: a call without a body that asks for a reason.
    pub by_query: bool,
    /// The item, as it is now; of a part, the inner item.
    pub item: Value,
    /// What the item belongs to.
    pub whole: Value,
    pub back: String,
}

/// What a form never asks for: which passport fits the server knows better, and single items of a plan are left out
/// one by one before it is approved.
const NOT_ASKED: [&str; 2] = ["passport_id", "refuse"];

/// Most pages of a list that are looked through for one item.
const LOOKED_THROUGH: usize = 20;

/// One of a list, where it has no page of its own.
async fn in_list(page: &PageRequest, path: &str, key: (&str, &str)) -> PageResult<Value> {
    let of = page.contract.path_of("get", &format!("/api/v1{path}")).ok_or_else(Trouble::not_found)?;
    let (limit, mut cursor) = (if page.contract.takes("get", of, "limit") { "limit=200" } else { "" }, String::new());
    for _ in 0..LOOKED_THROUGH {
        let list = page.get(&format!("{path}?{limit}{cursor}")).await?;
        let same = |item: &&Value| plain(item, key.0) == key.1;
        if let Some(found) = items(&list, "/items").iter().find(same) {
            return Ok(found.clone());
        }
        match list.get("next").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={}", encoded(next)),
            None => break,
        }
    }
    Err(Trouble::not_found())
}

impl Target {
    pub async fn find(
        page: &PageRequest,
        id: Option<&str>,
        inner: Option<(&str, Option<&str>)>,
        act: &str,
    ) -> PageResult<Self> {
        let first = page.http.path().split('/').nth(1).unwrap_or_default();
        let of = collection(first).ok_or_else(Trouble::not_found)?;
        let me = page.me().await?;
        let whole = match id {
            Some(id) if of.has_page(&page.contract) => page.get(&format!("/{first}/{}", encoded(id))).await?,
            Some(id) => in_list(page, &format!("/{first}"), (of.key, id)).await?,
            None => Value::Null,
        };
        let base = id.map_or_else(|| of.href(), |id| format!("/{first}/{}", encoded(id)));
        let back = if id.is_some() && of.has_page(&page.contract) { base.clone() } else { of.href() };
        let (part, acts, base, item) = match inner {
            None => (None, if id.is_some() { of.acts } else { of.adds }, base, whole.clone()),
            Some((part, inner)) => {
                let part = of.parts.iter().find(|p| p.path == part).ok_or_else(Trouble::not_found)?;
                let list = format!("{base}/{}", part.path);
                match inner {
                    None => (Some(part), part.adds, list, Value::Null),
                    Some(inner) => {
                        let at = format!("{list}/{}", encoded(inner));
                        let item = match page.contract.path_of("get", &format!("/api/v1{at}")) {
                            Some(_) => page.get(&at).await?,
                            None => in_list(page, &list, ("id", inner)).await?,
                        };
                        (Some(part), part.acts, at, item)
                    }
                }
            }
        };
        let act = acts.iter().find(|a| a.path == act).ok_or_else(Trouble::not_found)?;
        if !may_any(&me, act.needs) {
            return Err(Trouble::of_rights(page, act.needs));
        }
        let (method, call) = match act.path {
            "new" => (Method::POST, base),
            "edit" => (Method::PATCH, base),
            "delete" => (Method::DELETE, base),
            other => (Method::POST, format!("{base}/{other}")),
        };
        let word = method.as_str().to_lowercase();
        let path = page.contract.path_of(&word, &format!("/api/v1{call}")).ok_or_else(Trouble::not_found)?.to_owned();
        let schema = page.contract.body_of(&word, &path).unwrap_or_default().to_owned();
        let by_query = schema.is_empty();
        let mut fields = if by_query {
            let asked = page.contract.parameters(&word, &path).filter(|p| text(p, "/in") == "query");
            asked.filter_map(|p| field_of(&page.contract, p)).collect()
        } else {
            fields_of(&page.contract, &schema)
        };
        let whose = |f: &FormField| f.name == "from_user_id" && !acts_for_others(&me);
        fields.retain(|f| !NOT_ASKED.contains(&f.name.as_str()) && !whose(f));
        fields.sort_by_key(|f| (!f.required, matches!(f.kind, InputKind::Rows { .. })));
        Ok(Target { of, part, act, method, call, path, schema, fields, by_query, item, whole, back })
    }

    /// The present content, where it is changed.
    pub fn present(&self) -> Option<Typed> {
        (self.method == Method::PATCH).then(|| Typed::of_value(&self.fields, &self.item))
    }

    /// The version that a call names: of the item, or of the whole that it changes.
    pub fn version(&self) -> Option<i64> {
        let of = |value: &Value| value.get("version").and_then(Value::as_i64);
        of(&self.item).or_else(|| of(&self.whole))
    }

    /// Whether the call names a version at all.
    pub fn is_guarded(&self, page: &PageRequest) -> bool {
        let word = self.method.as_str().to_lowercase();
        page.contract.takes(&word, &self.path, "If-Match")
    }
}
