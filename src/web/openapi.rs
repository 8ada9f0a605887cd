//! Completes the specification of the routes with errors, preconditions, retries and examples, uniformly.

use kernel::procedure::RegisterEntries;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::web::etag::IF_MATCH;
use crate::web::openapi_parts;

/// An error (RFC 9457). Clients should branch on `code`.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/problems/validation_failed", "title": "Dữ liệu chưa hợp lệ", "status": 422,
    "detail": "Có 1 lỗi trong dữ liệu gửi lên.", "code": "validation_failed", "trace_id": "4bf92f3577b34da6",
    "errors": [{"pointer": "/title", "code": "missing", "detail": "Thiếu trường bắt buộc."}]}))]
pub struct ProblemDocument {
    /// Path of the code; stable.
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    pub code: String,
    /// This very refusal, as a URN of its trace id (RFC 9457 §3.1.5).
    pub instance: String,
    pub trace_id: String,
    /// All errors in fields.
    pub errors: Option<Vec<FieldFault>>,
    /// The actions that are possible instead, with `not_possible_in_state`.
    pub allowed_actions: Option<Vec<String>>,
}

/// One error in one field.
#[derive(Serialize, ToSchema)]
pub struct FieldFault {
    /// JSON pointer (RFC 6901).
    pub pointer: String,
    /// Mostly a `FieldError`; the finding of a regulation (`FindingCode`), or what is wrong with a line of a pack.
    pub code: String,
    pub detail: String,
}

const REFUSALS: &[(&str, &str)] = &[
    ("400", "the request cannot be read, or its query is not valid"),
    ("401", "sign-in is required"),
    ("403", "the caller may not do this"),
    ("404", "it does not exist, or the caller may not see it"),
    ("405", "the path does not support this method"),
    ("406", "no answer has a type that is accepted"),
    ("408", "the body took too long to arrive"),
    ("409", "not possible in this state"),
    ("410", "the one-time token is no longer valid"),
    ("412", "If-Match names another version"),
    ("413", "the body is too large"),
    ("415", "unsupported media type"),
    ("422", "the content is not valid"),
    ("428", "If-Match is missing"),
    ("429", "too many attempts, or more requests than the account may send"),
    ("500", "internal error; its cause is in the log"),
    ("503", "temporarily unavailable"),
];

/// Completes the document.
pub fn complete(spec: &utoipa::openapi::OpenApi, registers: &RegisterEntries) -> Value {
    let mut spec = serde_json::to_value(spec).unwrap_or(Value::Null);
    name_registers(&mut spec, registers);
    if let Some(components) = spec.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("responses".into(), refusals());
    }
    let paths = spec.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(operation) = operation.as_object_mut() {
                add_parameters(path, method, operation);
                add_refusals(path, method, operation);
            }
        }
    }
    openapi_parts::share(&mut spec);
    spec
}

/// Paths with `{register}` stand once for each register that has figures, and the word of a register is one of theirs.
fn name_registers(spec: &mut Value, registers: &RegisterEntries) {
    if let Some(paths) = spec.get_mut("paths").and_then(Value::as_object_mut) {
        let all: Vec<(String, Value)> = std::mem::take(paths).into_iter().collect();
        for (path, item) in all {
            if !path.contains("{register}") {
                paths.insert(path, item);
                continue;
            }
            for entry in registers.counted().map(|(entry, _)| entry) {
                let mut own = item.clone();
                for operation in own.as_object_mut().into_iter().flat_map(|item| item.values_mut()) {
                    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or("").to_owned();
                    if let Some(operation) = operation.as_object_mut() {
                        operation.insert("operationId".into(), json!(id.replace("register", entry.key)));
                    }
                    if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
                        parameters.retain(|p| p.get("name") != Some(&json!("register")));
                    }
                }
                paths.insert(path.replace("{register}", entry.key), own);
            }
        }
    }
    let counted = || registers.counted().map(|(entry, _)| entry);
    for (schema, each) in [
        ("ReportItem", json!({"$ref": "#/components/schemas/ReportFigures"})),
        ("ReportTotals", json!({"$ref": "#/components/schemas/ReportFigures"})),
        ("ReportRecordCounts", json!({"type": "integer", "minimum": 0})),
    ] {
        let Some(schema) = spec.pointer_mut(&format!("/components/schemas/{schema}")).and_then(Value::as_object_mut)
        else {
            continue;
        };
        for entry in counted() {
            if let Some(properties) = schema.entry("properties").or_insert_with(|| json!({})).as_object_mut() {
                properties.insert(entry.key.into(), each.clone());
            }
            if let Some(required) = schema.entry("required").or_insert_with(|| json!([])).as_array_mut() {
                required.push(json!(entry.key));
            }
        }
    }
    if let Some(known) = spec.pointer_mut("/components/schemas/Procedure/enum").and_then(Value::as_array_mut) {
        for procedure in registers.procedures().map(|procedure| json!(procedure.word())) {
            if !known.contains(&procedure) {
                known.push(procedure);
            }
        }
    }
    if let Some(word) = spec.pointer_mut("/components/schemas/ImportKind").and_then(Value::as_object_mut) {
        let mut kinds: Vec<Value> = registers.imported().map(|(entry, _)| json!(entry.key)).collect();
        kinds.extend(word.get("enum").and_then(Value::as_array).into_iter().flatten().cloned());
        word.insert("enum".into(), json!(kinds));
    }
    if let Some(word) = spec.pointer_mut("/components/schemas/Direction").and_then(Value::as_object_mut) {
        let keys: Vec<&str> = registers.0.iter().map(|entry| entry.key).collect();
        word.insert("enum".into(), json!(keys));
    }
}

/// Whether an operation changes one versioned object ([`IfMatch`](crate::web::etag::IfMatch)).
fn needs_if_match(operation: &Map<String, Value>) -> bool {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    parameters.into_iter().flatten().any(|p| p.get("name").and_then(Value::as_str) == Some(IF_MATCH))
}

fn add_parameters(path: &str, method: &str, operation: &mut Map<String, Value>) {
    if method != "post" || !path.starts_with("/api/") || path.starts_with("/api/v1/auth/") {
        return;
    }
    let parameter = json!({"name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Valid for 24 hours per user and path: a retry with the same body gets the first response again.",
        "schema": {"type": "string"}, "example": "7f1b6c1e-2f5d-4c0e-9a55-1f2e8f1f6a10"});
    if let Some(list) = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut() {
        list.push(parameter);
    }
}

fn add_refusals(path: &str, method: &str, operation: &mut Map<String, Value>) {
    let api = path.starts_with("/api/");
    let writes = method != "get";
    let auth = path.starts_with("/api/v1/auth/");
    let anonymous = operation.get("security").and_then(Value::as_array).is_some_and(|s| s.contains(&json!({})));
    let versioned = needs_if_match(operation);
    // A list that is taken away whole may have too many rows.
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let whole = parameters.is_some_and(|all| all.iter().any(|p| p.get("name") == Some(&json!("format"))));
    let Some(responses) = operation.entry("responses").or_insert_with(|| json!({})).as_object_mut() else { return };
    for (status, _) in REFUSALS {
        let occurs = match *status {
            "500" | "405" => true,
            "503" => api || path == "/readyz",
            "401" => api && (!anonymous || auth),
            "400" | "406" => api,
            "403" | "404" => api && !auth,
            // A preview fails where writing the paper would.
            "409" if auth => path.contains("/auth/provider"),
            "409" => api && (writes || path.ends_with("/preview")),
            "412" | "428" => versioned,
            "408" | "413" | "415" => api && writes && method != "delete",
            "410" => path.ends_with("/auth/activate"),
            "422" => api && (writes || whole || path.ends_with("/assessment") || path.ends_with("/preview")),
            // Quotas are a setting.
            "429" => api,
            _ => false,
        };
        if occurs && !responses.contains_key(*status) {
            responses.insert((*status).to_owned(), json!({"$ref": format!("#/components/responses/Refusal{status}")}));
        }
    }
}

/// The error responses, defined once; operations refer to them.
fn refusals() -> Value {
    let example = json!({"default": {"$ref": "#/components/examples/ProblemDocument"}});
    let of = |(status, about): &(&str, &str)| {
        let media = json!({"schema": {"$ref": "#/components/schemas/ProblemDocument"}, "examples": example});
        (format!("Refusal{status}"), json!({"description": about, "content": {"application/problem+json": media}}))
    };
    Value::Object(REFUSALS.iter().map(of).collect())
}

/// The methods of each path template, for 405 with `Allow`.
#[derive(Clone, Default)]
pub struct PathTable(Vec<(Vec<String>, Vec<String>)>);

impl PathTable {
    pub fn of(spec: &Value) -> Self {
        let paths = spec.get("paths").and_then(Value::as_object);
        PathTable(
            paths
                .into_iter()
                .flatten()
                .map(|(path, item)| {
                    let methods = item.as_object().into_iter().flatten().map(|(m, _)| m.to_ascii_uppercase()).collect();
                    (path.split('/').map(str::to_owned).collect(), methods)
                })
                .collect(),
        )
    }

    /// The methods of a path, if it exists.
    pub fn methods(&self, path: &str) -> Option<Vec<String>> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |template: &[String]| {
            template.len() == asked.len()
                && template.iter().zip(&asked).all(|(t, a)| t == a || (t.starts_with('{') && !a.is_empty()))
        };
        let mut methods: Vec<String> = self.0.iter().filter(|(t, _)| fits(t)).flat_map(|(_, m)| m.clone()).collect();
        if methods.iter().any(|method| method == "GET") {
            methods.push("HEAD".into());
        }
        methods.sort();
        methods.dedup();
        (!methods.is_empty()).then_some(methods)
    }
}
