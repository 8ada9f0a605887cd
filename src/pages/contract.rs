//! What pages know of the API before they ask it: its words with their labels, and its document, from which forms are made.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use crate::pages::show::items;
use kernel::text::{Language, fold};
use kernel::words::Label;

/// A list of words with their labels, in the order in which a form shows them.
pub type WordList = Vec<(&'static str, Label)>;

/// The contract of an installation, made when somebody first asks: most processes show no page for a long time.
pub type SharedContract = Arc<LazyLock<Contract, Box<dyn FnOnce() -> Contract + Send>>>;

/// One of several to choose from.
pub struct Offer {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// The words and the document of the API.
pub struct Contract {
    lists: HashMap<&'static str, WordList>,
    /// The OpenAPI document.
    pub document: Value,
}

impl Contract {
    pub fn new(lists: impl IntoIterator<Item = (&'static str, WordList)>, document: Value) -> Self {
        Contract { lists: lists.into_iter().collect(), document }
    }

    /// What people read for a word of a list; the word itself where it has no label.
    pub fn label(&self, list: &str, word: &str, language: Language) -> String {
        let found = self.list(list).iter().find(|(value, _)| *value == word);
        found.map_or(word, |(_, label)| label.in_language(language)).to_owned()
    }

    /// A word to choose.
    pub fn offer(&self, list: &str, word: &str, chosen: bool, language: Language) -> Offer {
        Offer { value: word.to_owned(), label: self.label(list, word, language), chosen }
    }

    /// The countries of a dossier by name.
    pub fn countries(&self, dossier: &Value, language: Language) -> String {
        let countries = items(dossier, "/countries").iter().filter_map(Value::as_str);
        countries.map(|c| self.label("country", c, language)).collect::<Vec<_>>().join(", ")
    }

    /// All words of a list to choose one from.
    pub fn offers(&self, list: &str, chosen: &str, language: Language) -> Vec<Offer> {
        let offer = |(word, _): &(&str, Label)| self.offer(list, word, *word == chosen, language);
        let mut all: Vec<Offer> = self.list(list).iter().map(offer).collect();
        // Countries stand by their Vietnamese names.
        if list == "country" && language == Language::English {
            all.sort_by_cached_key(|offer| fold(&offer.label));
        }
        all
    }

    pub fn list(&self, list: &str) -> &[(&'static str, Label)] {
        self.lists.get(list).map_or(&[], Vec::as_slice)
    }

    /// The list that has exactly these words: some enumerations of the document have no name of their own.
    pub fn list_with(&self, words: &[String]) -> Option<&'static str> {
        let same =
            |list: &WordList| list.len() == words.len() && list.iter().all(|(w, _)| words.iter().any(|o| o == w));
        self.lists.iter().find(|(_, list)| same(list)).map(|(name, _)| *name)
    }

    /// A schema of the document by its name.
    pub fn schema(&self, name: &str) -> &Value {
        const NOTHING: &Value = &Value::Null;
        self.document.pointer(&format!("/components/schemas/{name}")).unwrap_or(NOTHING)
    }

    /// An operation of the document.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let escaped = path.replace('~', "~0").replace('/', "~1");
        self.document.pointer(&format!("/paths/{escaped}/{method}"))
    }

    /// Whether the API has an operation.
    pub fn has(&self, method: &str, path: &str) -> bool {
        self.operation(method, path).is_some()
    }

    /// The path of the document that an address belongs to: `/officials/{id}/leave` of `/officials/01ke3m9p00061/leave`.
    pub fn path_of(&self, method: &str, address: &str) -> Option<&str> {
        let fits = |path: &str| {
            let (mut of, mut at) = (path.split('/'), address.split('/'));
            loop {
                match (of.next(), at.next()) {
                    (None, None) => return true,
                    (Some(of), Some(at)) if of == at || (of.starts_with('{') && !at.is_empty()) => {}
                    _ => return false,
                }
            }
        };
        let paths = self.document.get("paths").and_then(Value::as_object)?;
        let fitting = paths.iter().filter(|(path, of)| of.get(method).is_some() && fits(path));
        // A word of the path comes before what may stand in its place.
        fitting.map(|(path, _)| path.as_str()).min_by_key(|path| path.matches('{').count())
    }

    /// The name of the schema of the JSON body of an operation.
    pub fn body_of(&self, method: &str, path: &str) -> Option<&str> {
        let schema = self.operation(method, path)?.pointer("/requestBody/content/application~1json/schema/$ref")?;
        schema.as_str()?.rsplit('/').next()
    }

    /// The name of the schema of what a GET answers.
    pub fn answer_of(&self, path: &str) -> Option<&str> {
        let answer = self.resolved(self.operation("get", path)?.pointer("/responses/200")?);
        answer.pointer("/content/application~1json/schema/$ref")?.as_str()?.rsplit('/').next()
    }

    /// The name of the schema of an item of a list.
    pub fn item_of(&self, path: &str) -> Option<&str> {
        let list = self.schema(self.answer_of(path)?);
        list.pointer("/properties/items/items/$ref")?.as_str()?.rsplit('/').next()
    }

    /// The parameters of an operation: those of the path, the query and the head.
    pub fn parameters(&self, method: &str, path: &str) -> impl Iterator<Item = &Value> {
        let all = self.operation(method, path).and_then(|operation| operation.get("parameters"));
        all.and_then(Value::as_array).into_iter().flatten().map(|one| self.resolved(one))
    }

    /// Whether an operation has a parameter of this name.
    pub fn takes(&self, method: &str, path: &str, name: &str) -> bool {
        self.parameters(method, path).any(|one| one.get("name").is_some_and(|own| own == name))
    }

    /// What a reference within the document leads to.
    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let path = value.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
        path.and_then(|path| self.document.pointer(path)).unwrap_or(value)
    }
}
