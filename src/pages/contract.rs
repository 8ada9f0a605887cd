//! What pages know of the API before they ask it: its words with their labels, and its document, from which forms are made.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use crate::pages::show::items;
use kernel::text::Language;
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
        self.list(list).iter().map(|(word, _)| self.offer(list, word, *word == chosen, language)).collect()
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

    /// The name of the schema of the JSON body of an operation.
    pub fn body_of(&self, method: &str, path: &str) -> Option<&str> {
        let escaped = path.replace('~', "~0").replace('/', "~1");
        let at = format!("/paths/{escaped}/{method}/requestBody/content/application~1json/schema/$ref");
        self.document.pointer(&at)?.as_str()?.rsplit('/').next()
    }
}
