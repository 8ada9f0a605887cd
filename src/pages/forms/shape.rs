//! The fields of a form, from the schema of a body. Pure.

use serde_json::Value;

use crate::pages::contract::Contract;

/// What is typed into a field, and how.
#[derive(Debug, Clone, PartialEq)]
pub enum InputKind {
    Line {
        longest: u64,
    },
    Text {
        longest: u64,
    },
    Day,
    Moment,
    Number,
    YesNo,
    /// A word of a list of the vocabulary; only these, if the schema has fewer than the list.
    Choice {
        list: String,
        words: Vec<String>,
    },
    /// Several words of a list.
    Choices {
        list: String,
        words: Vec<String>,
    },
    /// One text a line.
    Lines,
    Country,
    Official,
    Agency,
    /// An item of the annual plan.
    PlanItem,
    Partner,
    Guest,
    /// A dossier whose people travel on passports.
    Dossier,
    /// Somebody with an account, of those that a form offers.
    Account,
    Group(Vec<FormField>),
    Rows {
        row: Vec<FormField>,
        most: u64,
    },
    /// Rows of one value each.
    Picks {
        of: Box<InputKind>,
        most: u64,
    },
}

impl InputKind {
    /// The list of the API in which a name is looked up.
    pub fn list(&self) -> Option<&'static str> {
        match self {
            InputKind::Official => Some("officials"),
            InputKind::Agency => Some("agencies"),
            InputKind::Partner => Some("partners"),
            InputKind::Guest => Some("guests"),
            _ => None,
        }
    }

    /// Whether it is chosen by its name, and sent by its id.
    pub fn is_chosen_by_name(&self) -> bool {
        self.list().is_some() || matches!(self, InputKind::PlanItem | InputKind::Dossier)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct FormField {
    pub name: String,
    pub kind: InputKind,
    pub required: bool,
    /// `null` takes its value away.
    pub nullable: bool,
}

/// Texts that are longer than a line.
const LONG: [&str; 9] = ["note", "reason", "summary", "explanation", "text", "citation", "activity", "title", "task"];

/// The schema behind references and choices of nothing, and whether it may be null.
fn resolved<'a>(contract: &'a Contract, schema: &'a Value) -> (&'a Value, Option<&'a str>, bool) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
        let (inner, _, nullable) = resolved(contract, contract.schema(name));
        return (inner, Some(name), nullable);
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let null = choices.iter().any(|c| c.get("type").and_then(Value::as_str) == Some("null"));
        if let Some(real) = choices.iter().find(|c| c.get("type").and_then(Value::as_str) != Some("null")) {
            let (inner, name, _) = resolved(contract, real);
            return (inner, name, null);
        }
    }
    let null = schema.get("type").and_then(Value::as_array).is_some_and(|types| types.iter().any(|t| t == "null"));
    (schema, None, null)
}

/// The name of a list of the vocabulary, from the name of an enumeration: `FundingSource` is `funding_source`.
fn list_of(schema: &str) -> String {
    let plain = match schema {
        "OutboundProcedure" => "Procedure",
        "FindingCode" => "Finding",
        other => other,
    };
    let mut list = String::new();
    for letter in plain.chars() {
        if letter.is_uppercase() && !list.is_empty() {
            list.push('_');
        }
        list.extend(letter.to_lowercase());
    }
    list
}

fn words_of(schema: &Value) -> Vec<String> {
    let words = schema.get("enum").and_then(Value::as_array);
    words.into_iter().flatten().filter_map(|w| w.as_str().map(str::to_owned)).collect()
}

fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(one)) => one,
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).find(|t| *t != "null").unwrap_or_default(),
        _ if schema.get("properties").is_some() => "object",
        _ => "",
    }
}

/// The kind of a single value by its name: what an id refers to is not in the schema.
fn by_name(name: &str) -> Option<InputKind> {
    match name {
        "country" | "nationality" => Some(InputKind::Country),
        "official_id" | "relative_of" | "new_head" | "hosts" | "into" => Some(InputKind::Official),
        "partner_id" => Some(InputKind::Partner),
        "guest_id" => Some(InputKind::Guest),
        "delegation_id" => Some(InputKind::Dossier),
        "to_user_id" | "from_user_id" | "recipients" => Some(InputKind::Account),
        "plan_item_id" => Some(InputKind::PlanItem),
        "agency_id" | "host_agency_id" | "requesting_agency_id" | "coordinating_agency_ids" | "parent_id"
        // Of a change of agencies; days of the same name say that they are days.
        | "from" => Some(InputKind::Agency),
        _ => None,
    }
}

fn kind_of(contract: &Contract, name: &str, schema: &Value) -> Option<(InputKind, bool)> {
    let (schema, reference, nullable) = resolved(contract, schema);
    let words = words_of(schema);
    if !words.is_empty() {
        let named = reference.map(list_of).filter(|list| !contract.list(list).is_empty());
        let list = named.or_else(|| contract.list_with(&words).map(str::to_owned)).unwrap_or_else(|| list_of(name));
        return Some((InputKind::Choice { list, words }, nullable));
    }
    let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(500);
    let kind = match type_of(schema) {
        "string" => match (by_name(name), schema.get("format").and_then(Value::as_str)) {
            (_, Some("date")) => InputKind::Day,
            (_, Some("date-time")) => InputKind::Moment,
            (Some(kind), _) => kind,
            (None, _) => {
                let longest = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(4_000);
                if LONG.contains(&name) { InputKind::Text { longest } } else { InputKind::Line { longest } }
            }
        },
        "integer" | "number" => InputKind::Number,
        "boolean" => InputKind::YesNo,
        "object" => InputKind::Group(members(contract, schema)),
        "array" => match kind_of(contract, name, schema.get("items")?)?.0 {
            InputKind::Choice { list, words } => InputKind::Choices { list, words },
            InputKind::Group(row) => InputKind::Rows { row, most },
            InputKind::Line { .. } | InputKind::Text { .. } => InputKind::Lines,
            of => InputKind::Picks { of: Box::new(of), most },
        },
        _ => return None,
    };
    Some((kind, nullable))
}

fn members(contract: &Contract, schema: &Value) -> Vec<FormField> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    // What is made of several parts has the members of each.
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let mut fields: Vec<FormField> = parts.flat_map(|part| members(contract, resolved(contract, part).0)).collect();
    for (name, own) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        // Always `unclassified`: what is secret has no form.
        if name == "classification" {
            continue;
        }
        if let Some((kind, nullable)) = kind_of(contract, name, own) {
            // A relative is named by the mark that a question gives them.
            let marked = name == "relative_of" && schema.pointer("/properties/ref").is_some();
            let kind = if marked { InputKind::Line { longest: 100 } } else { kind };
            fields.push(FormField { name: name.clone(), kind, required: required.contains(&name.as_str()), nullable });
        }
    }
    fields
}

/// The field in which a parameter of a query is typed.
pub fn field_of(contract: &Contract, parameter: &Value) -> Option<FormField> {
    let name = parameter.get("name")?.as_str()?;
    let (kind, nullable) = kind_of(contract, name, parameter.get("schema")?)?;
    let required = parameter.get("required") == Some(&Value::Bool(true));
    Some(FormField { name: name.to_owned(), kind, required, nullable })
}

/// The fields of a body.
pub fn fields_of(contract: &Contract, schema: &str) -> Vec<FormField> {
    members(contract, contract.schema(schema))
}

/// Whether a body says that it is not secret.
pub fn is_classified(contract: &Contract, schema: &str) -> bool {
    contract.schema(schema).pointer("/properties/classification").is_some()
}
