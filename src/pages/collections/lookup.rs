//! Finding a collection: by its path, or by its place in the navigation.

use serde_json::Value;

use crate::pages::collections::model::{Area, Collection};
use crate::pages::collections::table::collections;

/// The collection with this path.
pub fn collection(path: &str) -> Option<&'static Collection> {
    collections().find(|collection| collection.path == path)
}

/// The collections of a place that an account may read.
pub fn of_area(area: Area, me: &Value) -> impl Iterator<Item = &'static Collection> {
    let me = me.clone();
    collections().filter(move |c| c.area == area && c.is_open_to(&me))
}
