//! The specification: equal to the committed one, and complete.

use ngoaivu::app;
use serde_json::Value;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/api-spec/openapi.json");

#[test]
fn the_committed_document_is_the_one_the_routes_give() {
    let generated = app::specification_text();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(COMMITTED, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap();
    assert!(committed == generated, "run: cargo run -- openapi > api-spec/openapi.json");
}

pub fn operations() -> Vec<(String, String, Value)> {
    let spec = app::specification();
    let paths = spec["paths"].as_object().unwrap();
    let methods = |path: &String, item: &Value| {
        let all = item.as_object().unwrap().iter();
        all.map(|(method, op)| (method.to_uppercase(), path.clone(), op.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(|(path, item)| methods(path, item)).collect()
}

/// Whether an operation is documented to change one version.
pub fn needs_if_match(operation: &Value) -> bool {
    operation["parameters"].as_array().into_iter().flatten().any(|p| p["$ref"] == "#/components/parameters/If-Match")
}

#[test]
fn every_operation_has_a_summary_an_id_a_tag_and_examples_of_its_bodies() {
    let spec = app::specification();
    assert_eq!(spec["openapi"], "3.1.0");
    let mut ids = std::collections::BTreeSet::new();
    for (method, path, op) in operations() {
        let name = format!("{method} {path}");
        assert!(op["summary"].as_str().is_some_and(|s| !s.is_empty()), "{name} has no summary");
        assert!(op["tags"].as_array().is_some_and(|t| !t.is_empty()), "{name} has no tag");
        assert!(ids.insert(op["operationId"].as_str().unwrap().to_owned()), "{name} has another's id");
        if let Some(media) = op.pointer("/requestBody/content/application~1json") {
            assert!(media["examples"]["default"].is_object(), "{name} has no example of its body");
        }
        assert!(op["responses"].get("500").is_some(), "{name}");
    }
    assert!(ids.len() > 60, "{}", ids.len());
}
