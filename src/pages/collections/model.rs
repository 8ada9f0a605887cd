//! What a list of the API is like that has pages made from the document: its columns, its acts, the lists inside it. Pure.

use serde_json::Value;

use crate::pages::contract::Contract;
use crate::pages::show::{items, may, may_any, text};
use kernel::words::Label;

/// A group of collections under one place of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    Registers,
    Plans,
    Duties,
    Reports,
    Law,
    Administration,
}

impl Area {
    /// Where the navigation leads.
    pub fn href(self) -> &'static str {
        match self {
            Area::Registers => "/registers",
            Area::Plans => "/plans",
            Area::Duties => "/duties",
            Area::Reports => "/reports",
            Area::Law => "/regulations",
            Area::Administration => "/administration",
        }
    }
}

/// What one item must be like for an act to be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferedWhen {
    /// A member has no value.
    Without(&'static str),
    /// A member has a value.
    With(&'static str),
    /// A member has this value.
    Is(&'static str, &'static str),
    /// The item lists the act itself, in `allowed_actions`.
    Listed(&'static str),
    /// It belongs to the agency of the account, or the account works for all.
    OwnAgency,
    /// The same, or the account has a right that knows no agency.
    OwnAgencyOr(&'static str),
    /// A member has another value.
    IsNot(&'static str, &'static str),
    /// A member names the account itself, or the account has a right.
    MineOr(&'static str, &'static str),
    /// A member names another account.
    NotMine(&'static str),
    /// The account holds a seat.
    HoldsSeat,
}

impl OfferedWhen {
    /// Whether a member names the account.
    fn is_of(name: &str, me: &Value, item: &Value) -> bool {
        text(item, &format!("/{name}")) == text(me, "/id")
    }

    fn holds(self, me: &Value, item: &Value) -> bool {
        let value = |name: &str| item.get(name).filter(|value| !value.is_null() && **value != Value::Bool(false));
        match self {
            OfferedWhen::Without(name) => value(name).is_none(),
            OfferedWhen::With(name) => value(name).is_some(),
            OfferedWhen::Is(name, wanted) => item.get(name).is_some_and(|v| v.as_str().unwrap_or_default() == wanted),
            OfferedWhen::Listed(act) => items(item, "/allowed_actions").iter().any(|one| one == act),
            OfferedWhen::IsNot(name, other) => !OfferedWhen::Is(name, other).holds(me, item),
            OfferedWhen::MineOr(name, right) => may(me, right) || OfferedWhen::is_of(name, me, item),
            OfferedWhen::NotMine(name) => !OfferedWhen::is_of(name, me, item),
            OfferedWhen::HoldsSeat => !items(me, "/seats").is_empty(),
            OfferedWhen::OwnAgencyOr(right) => may(me, right) || OfferedWhen::OwnAgency.holds(me, item),
            OfferedWhen::OwnAgency => may(me, "handle_dossiers") || text(me, "/agency_id") == text(item, "/agency_id"),
        }
    }
}

/// Something that is done with one item.
#[derive(Debug, Clone, Copy)]
pub struct ItemAct {
    /// The last part of its address. `edit` changes the item, `delete` takes it away, `new` adds one.
    pub path: &'static str,
    pub label: Label,
    /// The rights of which one is needed.
    pub needs: &'static [&'static str],
    /// All of it must hold.
    pub when: &'static [OfferedWhen],
}

impl ItemAct {
    pub fn is_offered(&self, me: &Value, item: &Value) -> bool {
        may_any(me, self.needs) && self.when.iter().all(|when| when.holds(me, item))
    }
}

/// A list that belongs to one item: the passports of an official.
#[derive(Debug, Clone, Copy)]
pub struct InnerList {
    pub path: &'static str,
    pub label: Label,
    pub columns: &'static [&'static str],
    /// What is done with the whole, such as `new`.
    pub adds: &'static [ItemAct],
    /// What is done with one of it.
    pub acts: &'static [ItemAct],
}

/// A list of the API that has pages.
#[derive(Debug, Clone, Copy)]
pub struct Collection {
    /// Its path, of the API and of the pages.
    pub path: &'static str,
    pub label: Label,
    /// What it is for, in a sentence.
    pub about: Label,
    pub area: Area,
    /// The rights of which one is needed to read it.
    pub reads: &'static [&'static str],
    /// The member that an item is called by, and those that stand beside it in the list.
    pub name: &'static str,
    pub columns: &'static [&'static str],
    /// The member of an item that its address is made of.
    pub key: &'static str,
    pub adds: &'static [ItemAct],
    pub acts: &'static [ItemAct],
    pub parts: &'static [InnerList],
    /// What of an item is a file, by the last part of its address.
    pub files: &'static [(&'static str, Label)],
    /// What of the list is a file of its own, by the last part of its address.
    pub list_files: &'static [(&'static str, Label)],
    /// Its list has a page of another shape.
    pub own_list: bool,
    /// One of it has a page of another shape.
    pub own_item: bool,
}

impl Collection {
    /// A collection without what only some have.
    pub const PLAIN: Collection = Collection {
        path: "",
        label: l("", ""),
        about: l("", ""),
        area: Area::Registers,
        reads: &[],
        name: "name",
        columns: &[],
        key: "id",
        adds: &[],
        acts: &[],
        parts: &[],
        files: &[],
        list_files: &[],
        own_list: false,
        own_item: false,
    };

    pub fn is_open_to(&self, me: &Value) -> bool {
        may_any(me, self.reads)
    }

    /// Whether one of it can be asked for, and so has a page.
    pub fn has_page(&self, contract: &Contract) -> bool {
        contract.has("get", &self.item_path())
    }

    /// The path of the document for one of it.
    pub fn item_path(&self) -> String {
        format!("/api/v1/{}/{{{}}}", self.path, self.key)
    }

    /// The path of the document for a list inside one of it.
    pub fn part_path(&self, part: &InnerList) -> String {
        format!("{}/{}", self.item_path(), part.path)
    }

    pub fn href(&self) -> String {
        format!("/{}", self.path)
    }

    /// The page of one item.
    pub fn item_href(&self, item: &Value) -> String {
        format!("/{}/{}", self.path, self.key_of(item))
    }

    /// What an item is known by in an address.
    pub fn key_of(&self, item: &Value) -> String {
        plain(item, self.key)
    }

    pub fn name_of(&self, item: &Value) -> String {
        plain(item, self.name)
    }
}

/// A label in both languages.
pub const fn l(vi: &'static str, en: &'static str) -> Label {
    Label { vi, en }
}

/// An act with the rights of which one is needed.
pub const fn act(
    path: &'static str,
    vi: &'static str,
    en: &'static str,
    needs: &'static [&'static str],
    when: &'static [OfferedWhen],
) -> ItemAct {
    ItemAct { path, label: l(vi, en), needs, when }
}

/// A member that is a text or a number, as it stands in an address.
pub fn plain(item: &Value, name: &str) -> String {
    match item.get(name) {
        Some(Value::Number(number)) => number.to_string(),
        other => other.and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}
