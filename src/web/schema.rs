//! Checks a JSON value against the OpenAPI schema of its type, so that what is documented is what is enforced.

use kernel::words::{FieldError, Label};
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use serde_json::{Map, Value};
use utoipa::ToSchema;

use kernel::violation::{Violations, pointer_below};

/// What is said of a member that is required and not there.
pub const MISSING: Label = Label { vi: "Thiếu trường bắt buộc.", en: "The field is required." };

/// Maximum length of texts whose schema sets none.
const TEXT_LIMIT: u64 = 4_000;

struct Schema {
    root: Value,
    referenced: HashMap<String, Value>,
}

/// Adds every error of `value` against the schema of `T`.
pub fn check<T: ToSchema + 'static>(value: &Value, faults: &mut Violations) {
    let schema = schema_of::<T>();
    schema.check(&schema.root, value, "", faults);
}

/// Puts a value that means nothing in the place of every required member that lacks.
pub fn fill<T: ToSchema + 'static>(value: &mut Value) {
    let schema = schema_of::<T>();
    let required = schema.root.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if let (Some(members), Some(own)) = (value.as_object_mut(), schema.root.pointer(&format!("/properties/{name}")))
        {
            members.entry(name).or_insert_with(|| schema.nothing(own));
        }
    }
}

fn schema_of<T: ToSchema + 'static>() -> Arc<Schema> {
    static KNOWN: OnceLock<RwLock<HashMap<TypeId, Arc<Schema>>>> = OnceLock::new();
    let known = KNOWN.get_or_init(RwLock::default);
    if let Some(schema) = known.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()) {
        return Arc::clone(schema);
    }
    let mut below = Vec::new();
    T::schemas(&mut below);
    let to_value = |s| serde_json::to_value(s).unwrap_or(Value::Null);
    let schema = Arc::new(Schema {
        root: to_value(T::schema()),
        referenced: below.into_iter().map(|(name, s)| (format!("#/components/schemas/{name}"), to_value(s))).collect(),
    });
    debug_assert_eq!(schema.unchecked(), Vec::<String>::new(), "the schema of {} says what is not checked", T::name());
    known.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), Arc::clone(&schema));
    schema
}

/// What a schema may say: it is checked below, or only explains.
const CHECKED: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "discriminator",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "properties",
    "required",
    "type",
];
const EXPLAINS: &[&str] = &["default", "description", "example", "title"];

/// The formats that are checked; `int64` is the range of whole numbers in JSON.
const FORMATS: &[&str] = &["date", "date-time", "int32", "int64"];

impl Schema {
    /// Keywords, formats and references that the check would pass over: documented, but not enforced.
    fn unchecked(&self) -> Vec<String> {
        let mut found = Vec::new();
        for schema in std::iter::once(&self.root).chain(self.referenced.values()) {
            self.unchecked_in(schema, &mut found);
        }
        found
    }

    fn unchecked_in(&self, schema: &Value, found: &mut Vec<String>) {
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            let word = value.as_str().unwrap_or_default();
            match keyword.as_str() {
                "format" if !FORMATS.contains(&word) => found.push(format!("format {word}")),
                "$ref" if !self.referenced.contains_key(word) => found.push(format!("$ref {word}")),
                "additionalProperties" if value.is_object() => found.push(keyword.clone()),
                "properties" => {
                    value.as_object().into_iter().flatten().for_each(|(_, own)| self.unchecked_in(own, found))
                }
                "items" => self.unchecked_in(value, found),
                "allOf" | "oneOf" => {
                    value.as_array().into_iter().flatten().for_each(|own| self.unchecked_in(own, found))
                }
                known if CHECKED.contains(&known) || EXPLAINS.contains(&known) => {}
                other => found.push(other.to_owned()),
            }
        }
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Violations) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            if let Some(target) = self.referenced.get(reference) {
                self.check(target, value, at, faults);
            }
            return;
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            parts.iter().for_each(|part| self.check(part, value, at, faults));
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            self.check_choice(schema, choices, value, at, faults);
            return;
        }
        if !type_fits(schema.get("type"), value) {
            let (vi, en) = expected(schema);
            faults.add(
                at,
                FieldError::WrongType,
                format!("Sai kiểu dữ liệu: cần {vi}."),
                format!("Wrong type; expected {en}."),
            );
            return;
        }
        match value {
            Value::String(text) => check_text(schema, text, at, faults),
            Value::Number(number) => check_number(schema, number.as_f64().unwrap_or(f64::NAN), at, faults),
            Value::Array(items) => self.check_items(schema, items, at, faults),
            Value::Object(members) => self.check_members(schema, members, at, faults),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Checks a nullable schema, or variants with a discriminator property.
    fn check_choice(&self, schema: &Value, choices: &[Value], value: &Value, at: &str, faults: &mut Violations) {
        let Some(name) = schema.pointer("/discriminator/propertyName").and_then(Value::as_str) else {
            if !value.is_null() {
                let real = choices.iter().find(|c| c.get("type").and_then(Value::as_str) != Some("null"));
                real.into_iter().for_each(|choice| self.check(choice, value, at, faults));
            }
            return;
        };
        let words = |choice: &Value| -> Vec<Value> {
            let property = self.resolve(choice).get("properties").and_then(|p| p.get(name)).map(|p| self.resolve(p));
            property.and_then(|p| p.get("enum")?.as_array().cloned()).unwrap_or_default()
        };
        let told = value.get(name);
        let fitting = choices.iter().find(|choice| told.is_some_and(|told| words(choice).contains(told)));
        match (fitting, told) {
            (Some(choice), _) => self.check(choice, value, at, faults),
            (None, Some(Value::String(text))) => {
                let known: Vec<Value> = choices.iter().flat_map(words).collect();
                check_text(&serde_json::json!({"enum": known}), text, &format!("{at}/{name}"), faults);
            }
            // Without the discriminator, check against the first variant, which reports that it is missing.
            (None, _) => choices.iter().take(1).for_each(|choice| self.check(choice, value, at, faults)),
        }
    }

    /// A value that a schema takes and that means nothing.
    fn nothing(&self, schema: &Value) -> Value {
        let schema = self.resolve(schema);
        if let Some(word) = schema.get("enum").and_then(Value::as_array).and_then(|words| words.first()) {
            return word.clone();
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("array") => Value::Array(Vec::new()),
            Some("boolean") => Value::Bool(false),
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| 0.into()),
            Some("string") => match schema.get("format").and_then(Value::as_str) {
                Some("date") => "2000-01-01".into(),
                Some("date-time") => "2000-01-01T00:00:00Z".into(),
                // An id of nobody, a country of nowhere, a text without a word.
                _ => "0000000000000".into(),
            },
            Some("object") => {
                let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
                let own = |name: &Value| {
                    let name = name.as_str()?;
                    Some((name.to_owned(), self.nothing(schema.pointer(&format!("/properties/{name}"))?)))
                };
                Value::Object(required.filter_map(own).collect())
            }
            _ => Value::Null,
        }
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|r| self.referenced.get(r));
        target.unwrap_or(schema)
    }

    fn check_items(&self, schema: &Value, items: &[Value], at: &str, faults: &mut Violations) {
        let count = items.len() as u64;
        let bound = |name| schema.get(name).and_then(Value::as_u64);
        if bound("minItems").is_some_and(|min| count < min) {
            faults.add(at, FieldError::TooFew, "Danh sách quá ngắn.", "The list is too short.");
        }
        if bound("maxItems").is_some_and(|max| count > max) {
            faults.add(at, FieldError::TooMany, "Danh sách quá dài.", "The list is too long.");
            return;
        }
        if let Some(each) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.check(each, item, &format!("{at}/{index}"), faults);
            }
        }
    }

    fn check_members(&self, schema: &Value, members: &Map<String, Value>, at: &str, faults: &mut Violations) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                faults.add(format!("{at}/{name}"), FieldError::Missing, MISSING.vi, MISSING.en);
            }
        }
        for (name, member) in members {
            let pointer = pointer_below(at, name);
            match properties.and_then(|p| p.get(name)) {
                Some(property) => self.check(property, member, &pointer, faults),
                None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                    faults.add(pointer, FieldError::UnknownField, "Không có trường này.", "This field is not known.");
                }
                None => {}
            }
        }
    }
}

/// The types that a schema takes, in words.
fn expected(schema: &Value) -> (String, String) {
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let named = |kind: &&str| match *kind {
        "string" => ("chữ", "text"),
        "integer" => ("số nguyên", "a whole number"),
        "number" => ("số", "a number"),
        "boolean" => ("có hoặc không", "true or false"),
        "array" => ("danh sách", "a list"),
        "object" => ("nhóm trường", "an object"),
        "null" => ("để trống", "null"),
        _ => ("kiểu khác", "another type"),
    };
    let (vi, en): (Vec<&str>, Vec<&str>) = kinds.iter().map(named).unzip();
    (vi.join(" hoặc "), en.join(" or "))
}

fn type_fits(kind: Option<&Value>, value: &Value) -> bool {
    match kind {
        None => true,
        Some(Value::Array(kinds)) => kinds.iter().any(|k| type_fits(Some(k), value)),
        Some(kind) => match kind.as_str() {
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            Some("array") => value.is_array(),
            Some("object") => value.is_object(),
            Some("null") => value.is_null(),
            _ => true,
        },
    }
}

fn check_text(schema: &Value, text: &str, at: &str, faults: &mut Violations) {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        if !words.iter().any(|w| w == text) {
            let known = words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
            faults.add(
                at,
                FieldError::UnknownValue,
                "Giá trị không hợp lệ; chọn một trong các giá trị cho phép.",
                format!("Not an allowed value; see the documented values: {known}."),
            );
        }
        return;
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("date") => {
            // chrono also parses `2026-1-5`, which is not the extended form of ISO 8601.
            let digits = text.starts_with(|c: char| c.is_ascii_digit());
            if text.len() != 10 || !digits || text.parse::<chrono::NaiveDate>().is_err() {
                faults.add(
                    at,
                    FieldError::InvalidDate,
                    "Ngày không tồn tại hoặc không đúng dạng năm-tháng-ngày (ví dụ 2026-03-27).",
                    "The date does not exist or does not have the form YYYY-MM-DD.",
                );
            }
            return;
        }
        Some("date-time") => {
            if chrono::DateTime::parse_from_rfc3339(text).is_err() {
                faults.add(
                    at,
                    FieldError::InvalidMoment,
                    "Thời điểm không tồn tại hoặc không đúng dạng (ví dụ 2026-03-27T02:00:00Z).",
                    "The timestamp must be in RFC 3339 format.",
                );
            }
            return;
        }
        _ => {}
    }
    let length = text.chars().count() as u64;
    let bound = |name| schema.get(name).and_then(Value::as_u64);
    let min = bound("minLength").unwrap_or(0);
    let max = bound("maxLength").unwrap_or(TEXT_LIMIT);
    if length < min || (min > 0 && text.trim().is_empty()) {
        faults.add(at, FieldError::TooShort, "Nội dung để trống hoặc quá ngắn.", "The text is empty or too short.");
    }
    if length > max {
        faults.add(
            at,
            FieldError::TooLong,
            format!("Tối đa {max} ký tự."),
            format!("The text may have at most {max} characters."),
        );
    }
    if text.chars().any(char::is_control) {
        faults.add(
            at,
            FieldError::ControlCharacter,
            "Nội dung chứa ký tự điều khiển.",
            "The text contains a control character.",
        );
    }
}

fn check_number(schema: &Value, number: f64, at: &str, faults: &mut Violations) {
    let bound = |name| schema.get(name).and_then(Value::as_f64);
    let (min, max) = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (f64::from(i32::MIN), f64::from(i32::MAX)),
        _ => (-9.0e15, 9.0e15),
    };
    let min = bound("minimum").unwrap_or(min);
    let max = bound("maximum").unwrap_or(max);
    if !(min..=max).contains(&number) {
        faults.add(
            at,
            FieldError::OutOfRange,
            format!("Phải từ {min} đến {max}."),
            format!("Must be from {min} to {max}."),
        );
    }
}
