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

/// What stands beside an id in an answer: the thing itself in short, or its name in the same object.
#[test]
fn beside_every_id_of_an_agency_an_official_or_an_account_stands_who_it_is() {
    let spec = app::specification();
    let schemas = spec["components"]["schemas"].as_object().unwrap();
    let mut answered = std::collections::BTreeSet::new();
    let mut waiting: Vec<Value> = operations().iter().map(|(_, _, op)| op["responses"].clone()).collect();
    while let Some(part) = waiting.pop() {
        let named = part["$ref"].as_str().and_then(|path| path.strip_prefix("#/components/schemas/"));
        if let Some(name) = named.filter(|name| answered.insert((*name).to_owned())) {
            waiting.push(schemas[name].clone());
        }
        waiting.extend(part.as_object().into_iter().flat_map(|o| o.values().cloned()));
        waiting.extend(part.as_array().into_iter().flatten().cloned());
    }
    let mut seen = 0;
    // Told back as they were sent: the duty that comes of a follow-up names the agency, and a Party opinion is about one
    // of the members that stand in the same answer.
    let sent = ["FollowUp", "PartyOpinion"];
    for (name, schema) in schemas.iter().filter(|(name, _)| answered.contains(*name) && !sent.contains(&name.as_str()))
    {
        let parts = std::iter::once(schema).chain(schema["allOf"].as_array().into_iter().flatten());
        let fields: Vec<&String> = parts.filter_map(|s| s["properties"].as_object()).flat_map(|p| p.keys()).collect();
        let has = |wanted: &str| fields.iter().any(|field| *field == wanted);
        for id in &fields {
            let beside = match id.as_str() {
                "agency_id" => has("agency") || has("name"),
                "official_id" => has("official") || has("full_name"),
                "user_id" => has("full_name"),
                "created_by" => has("created_by_person"),
                "parent_id" => has("parent"),
                "requesting_agency_id" | "host_agency_id" => has(id.trim_end_matches("_id")),
                _ => continue,
            };
            seen += 1;
            assert!(beside, "{name}.{id} is an id and nothing says whose: {fields:?}");
        }
    }
    assert!(seen > 15, "{seen}");
}
