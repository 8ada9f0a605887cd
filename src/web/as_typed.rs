//! A body that is still being typed: parts may lack. What is not there, or is not right yet, is named and left out.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};
use utoipa::openapi::schema::{AdditionalProperties, SchemaType};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use validator::{Validate, ValidationErrors};

use crate::web::json::JsonBody;
use crate::web::schema;
use kernel::violation::{MAX_FAULTS, Violations};

/// A body of which parts may lack. In their place stand values that mean nothing; `unknown` names them.
pub struct AsTyped<T> {
    pub body: T,
    /// Pointers of what is not there, or is not right yet.
    pub unknown: BTreeSet<String>,
}

impl<'de, T: JsonBody> Deserialize<'de> for AsTyped<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let mut members = Map::<String, Value>::deserialize(source)?;
        // A member that stays as it always is, is not asked for.
        members.entry("classification").or_insert_with(|| "unclassified".into());
        let mut value = Value::Object(members);
        let mut faults = Violations::default();
        schema::check::<T>(&value, &mut faults);
        if faults.0.len() >= MAX_FAULTS {
            return Err(de::Error::custom("too many faults to leave each out"));
        }
        let unknown: BTreeSet<String> = faults.0.into_iter().map(|fault| fault.pointer).collect();
        unknown.iter().for_each(|pointer| take_out(&mut value, pointer));
        let lists = value.as_object_mut().into_iter().flatten().filter_map(|(_, own)| own.as_array_mut());
        lists.for_each(|items| items.retain(|item| !item.is_null()));
        schema::fill::<T>(&mut value);
        let body = serde_json::from_value(value).map_err(de::Error::custom)?;
        Ok(AsTyped { body, unknown })
    }
}

/// Takes out what a pointer stands in: the item of a list, whose place is kept empty, else the member of the body.
fn take_out(value: &mut Value, pointer: &str) {
    let mut parts = pointer.split('/').skip(1);
    let (Some(member), index) = (parts.next(), parts.next().and_then(|part| part.parse::<usize>().ok())) else {
        return;
    };
    match (value.get_mut(member), index) {
        (Some(Value::Array(items)), Some(index)) => {
            if let Some(item) = items.get_mut(index) {
                *item = Value::Null;
            }
        }
        // A list that is too long is not looked at.
        (Some(Value::Array(items)), None) => items.clear(),
        (None, _) => {}
        (Some(_), _) => {
            value.as_object_mut().and_then(|members| members.remove(member));
        }
    }
}

impl<T: ToSchema> PartialSchema for AsTyped<T> {
    /// The members of the whole body, each as far as it was typed.
    fn schema() -> RefOr<Schema> {
        let whole = serde_json::to_value(T::schema()).unwrap_or_default();
        let about = format!("As in `{}`, as far as it was typed.", T::name());
        let names = whole.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name);
        let any = || ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(about.clone()));
        let object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
        let mut object = names.fold(object, |object, name| object.property(name, any())).build();
        object.example = whole.get("example").cloned();
        object.into()
    }
}

impl<T: ToSchema> ToSchema for AsTyped<T> {
    fn name() -> Cow<'static, str> {
        format!("{}AsTyped", T::name()).into()
    }
}

impl<T> Validate for AsTyped<T> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Deserialize, ToSchema, Validate, Debug, PartialEq)]
    struct Stop {
        place: String,
        day: chrono::NaiveDate,
    }

    #[derive(Deserialize, ToSchema, Validate, Debug, PartialEq)]
    struct Trip {
        #[schema(min_length = 1)]
        title: String,
        day: chrono::NaiveDate,
        #[schema(min_items = 1)]
        stops: Vec<Stop>,
        note: Option<String>,
    }

    fn typed(value: Value) -> (Trip, Vec<String>) {
        let typed: AsTyped<Trip> = serde_json::from_value(value).unwrap();
        (typed.body, typed.unknown.into_iter().collect())
    }

    #[test]
    fn what_lacks_or_is_not_right_yet_is_named_and_left_out() {
        let (trip, unknown) = typed(json!({}));
        assert_eq!(unknown, ["/day", "/stops", "/title"]);
        assert_eq!((trip.stops.len(), trip.note), (0, None));
        let (trip, unknown) = typed(json!({"title": "Đoàn", "day": "31/2", "note": 5, "stops": [
            {"place": "Seoul", "day": "2026-12-07"}, {"place": "Busan"}, {"day": "2026-12-09", "place": 7},
            {"place": "Jeju", "day": "2026-12-10"}]}));
        assert_eq!(unknown, ["/day", "/note", "/stops/1/day", "/stops/2/place"]);
        assert_eq!(trip.title, "Đoàn");
        assert_eq!(trip.stops.iter().map(|s| s.place.as_str()).collect::<Vec<_>>(), ["Seoul", "Jeju"]);
    }
}
