//! Keeps the specification small and readable: what several operations have in common stands once, in `components`, and
//! a short value stands on one line.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

/// Maximum letters of a line that is not broken up.
const WIDTH: usize = 120;

/// Moves the examples of schemas and the repeated parameters of operations to `components`.
pub fn share(spec: &mut Value) {
    let examples = take_examples(spec);
    let mut parameters = Shared::default();
    let paths = spec.get_mut("paths").and_then(Value::as_object_mut);
    let mut operations: Vec<&mut Map<String, Value>> = paths
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut())
        .filter_map(Value::as_object_mut)
        .collect();
    for operation in &mut operations {
        refer_to_examples(operation, &examples);
        parameters_of(operation).for_each(|parameter| parameters.count(parameter));
    }
    for operation in &mut operations {
        parameters_of(operation).for_each(|parameter| parameters.replace(parameter));
    }
    if let Some(components) = spec.get_mut("components").and_then(Value::as_object_mut) {
        let named = examples.into_iter().map(|(name, value)| (name, json!({"value": value})));
        components.insert("examples".into(), named.collect::<Map<_, _>>().into());
        components.insert("parameters".into(), parameters.named.into());
    }
}

fn parameters_of(operation: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten()
}

/// Takes the example out of every schema.
fn take_examples(spec: &mut Value) -> BTreeMap<String, Value> {
    let schemas = spec.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    let own = schemas.into_iter().flatten();
    own.filter_map(|(name, schema)| Some((name.clone(), schema.as_object_mut()?.remove("example")?))).collect()
}

/// Gives every body of a schema with an example a reference to it.
fn refer_to_examples(operation: &mut Map<String, Value>, examples: &BTreeMap<String, Value>) {
    let mut bodies: Vec<&mut Value> = Vec::new();
    for (key, value) in operation.iter_mut() {
        match key.as_str() {
            "requestBody" => bodies.push(value),
            "responses" => bodies.extend(value.as_object_mut().into_iter().flat_map(|all| all.values_mut())),
            _ => {}
        }
    }
    let contents = bodies.into_iter().filter_map(|body| body.get_mut("content")?.as_object_mut());
    for media in contents.flat_map(|content| content.values_mut()).filter_map(Value::as_object_mut) {
        let schema = media.get("schema").and_then(|schema| schema.get("$ref")).and_then(Value::as_str);
        let name = schema.and_then(|schema| schema.rsplit('/').next()).filter(|name| examples.contains_key(*name));
        if let Some(name) = name.filter(|_| !media.contains_key("example")) {
            let example = json!({"default": {"$ref": format!("#/components/examples/{name}")}});
            media.insert("examples".into(), example);
        }
    }
}

/// Parameters that occur more than once.
#[derive(Default)]
struct Shared {
    times: HashMap<String, usize>,
    named: Map<String, Value>,
}

impl Shared {
    fn count(&mut self, parameter: &Value) {
        *self.times.entry(parameter.to_string()).or_default() += 1;
    }

    fn replace(&mut self, parameter: &mut Value) {
        if self.times.get(&parameter.to_string()).is_none_or(|times| *times < 2) {
            return;
        }
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        // `year` means one thing in a path and another in a query.
        let mut key = name.clone();
        let mut further = 2;
        while self.named.get(&key).is_some_and(|there| there != parameter) {
            key = format!("{name}-{further}");
            further += 1;
        }
        let reference = json!({"$ref": format!("#/components/parameters/{key}")});
        self.named.insert(key, std::mem::replace(parameter, reference));
    }
}

/// The document as committed in `api-spec` and as served: indented by tabs, with a final line break.
pub fn text(document: &Value) -> String {
    let mut text = String::new();
    write(document, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    let short = value.to_string();
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        (0..depth).for_each(|_| text.push('\t'));
    };
    match value {
        Value::Object(fields) if short.chars().count() + depth > WIDTH => {
            text.push('{');
            for (at, (key, value)) in fields.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                line(text, depth + 1);
                *text += &format!("{}: ", json!(key));
                write(value, depth + 1, text);
            }
            line(text, depth);
            text.push('}');
        }
        Value::Array(items) if short.chars().count() + depth > WIDTH => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "," });
                line(text, depth + 1);
                write(item, depth + 1, text);
            }
            line(text, depth);
            text.push(']');
        }
        _ => *text += &short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_the_same_document() {
        let long = "đ".repeat(WIDTH);
        let document = json!({"a": [1, {"b": long, "c": []}, null], "\"": {"d": {}}, "e": [long, long]});
        let written = text(&document);
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), document);
        assert!(written.contains("\n\t\"\\\"\": {\"d\":{}}") && written.ends_with("}\n"), "{written}");
    }

    #[test]
    fn what_operations_share_stands_once() {
        let id = json!({"name": "id", "in": "path"});
        let other = json!({"name": "id", "in": "query"});
        let answer = json!({"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}});
        let mut spec = json!({
            "components": {"schemas": {"A": {"type": "object", "example": {"x": 1}}}},
            "paths": {"/a": {"get": {"parameters": [id, other, {"name": "once"}], "responses": answer}},
                "/b": {"get": {"parameters": [other, id]}}}});
        share(&mut spec);
        assert_eq!(spec["components"]["parameters"], json!({"id": id, "id-2": other}));
        assert_eq!(spec["components"]["examples"], json!({"A": {"value": {"x": 1}}}));
        assert_eq!(spec["components"]["schemas"]["A"], json!({"type": "object"}));
        let get = &spec["paths"]["/a"]["get"];
        assert_eq!(get["parameters"][2], json!({"name": "once"}));
        assert_eq!(get["parameters"][1], json!({"$ref": "#/components/parameters/id-2"}));
        let media = &get["responses"]["200"]["content"]["application/json"];
        assert_eq!(media["examples"], json!({"default": {"$ref": "#/components/examples/A"}}));
    }
}
