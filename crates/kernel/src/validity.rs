//! Rules of a body that its schema cannot state, written with the crate `validator`: what two fields say together, what
//! a part says by itself, formats. The limits of single fields are in the schema, and nowhere else.
//!
//! A rule is a function that returns [`fault`]; `#[validate(schema(function = …))]` and `#[validate(custom(…))]` call it,
//! and [`Violations::check`] turns what they found into errors with JSON pointers, in both languages.

use std::borrow::Cow;

use serde::Deserialize as _;
use serde_json::Value;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::violation::Violations;
use crate::words::FieldError;

/// The result of one rule.
pub type Validity = Result<(), ValidationError>;

const AT: &str = "at";
const VI: &str = "vi";
const EN: &str = "en";
/// A rule of the crate returns one error; the others that it found are a parameter of the first.
const OTHERS: &str = "others";
/// The key under which `validator` keeps the faults of a whole struct.
const WHOLE: &str = "__all__";

/// What is wrong. `at` is a JSON pointer from the field, or from the struct if the rule is about several fields.
pub fn fault(at: &str, code: FieldError, vi: &str, en: &str) -> ValidationError {
    let mut error = ValidationError::new(code.word());
    for (name, text) in [(AT, at), (VI, vi), (EN, en)] {
        error.add_param(Cow::Borrowed(name), &text);
    }
    error
}

/// All that one rule found, for rules that may find the same fault in several places.
pub fn all_of(found: impl IntoIterator<Item = ValidationError>) -> Validity {
    let mut found = found.into_iter();
    let Some(mut first) = found.next() else { return Ok(()) };
    let others: Vec<ValidationError> = found.collect();
    first.add_param(Cow::Borrowed(OTHERS), &others);
    Err(first)
}

/// [`fault`] unless `holds`.
pub fn require(holds: bool, at: &str, code: FieldError, vi: &str, en: &str) -> Validity {
    if holds { Ok(()) } else { Err(fault(at, code, vi, en)) }
}

impl Violations {
    /// Adds what a body or a part of it says wrong; `at` is its pointer.
    pub fn check(&mut self, at: &str, value: &impl Validate) {
        if let Err(errors) = value.validate() {
            self.add_all(at, errors);
        }
    }

    /// Adds the fault of one rule about the value at a pointer.
    pub fn accept(&mut self, at: &str, outcome: Validity) {
        if let Err(error) = outcome {
            self.add_one(at, &error);
        }
    }

    fn add_all(&mut self, at: &str, errors: ValidationErrors) {
        // The crate keeps its errors in a map without order: fields by name, then what they say together.
        let mut fields: Vec<(Cow<'static, str>, ValidationErrorsKind)> = errors.into_errors().into_iter().collect();
        fields.sort_by(|(one, _), (other, _)| (one == WHOLE, one).cmp(&(other == WHOLE, other)));
        for (name, kind) in fields {
            let own = if name == WHOLE { at.to_owned() } else { format!("{at}/{name}") };
            match kind {
                ValidationErrorsKind::Field(errors) => errors.iter().for_each(|error| self.add_one(&own, error)),
                ValidationErrorsKind::Struct(errors) => self.add_all(&own, *errors),
                ValidationErrorsKind::List(items) => {
                    items.into_iter().for_each(|(index, errors)| self.add_all(&format!("{own}/{index}"), *errors));
                }
            }
        }
    }

    fn add_one(&mut self, at: &str, error: &ValidationError) {
        let text = |name: &str| error.params.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (code, vi, en) = match error.code.parse::<FieldError>() {
            Ok(code) => (code, text(VI), text(EN)),
            Err(_) => builtin(&error.code),
        };
        let pointer = format!("{at}{}", text(AT));
        self.add(pointer, code, vi, en);
        let others = error.params.get(OTHERS).map(Vec::<ValidationError>::deserialize);
        others.into_iter().flatten().flatten().for_each(|other| self.add_one(at, &other));
    }
}

/// The rules that come with the crate have names of their own, and no Vietnamese.
fn builtin(code: &str) -> (FieldError, String, String) {
    let (code, vi, en) = match code {
        "email" => (FieldError::InvalidEmail, "Địa chỉ thư điện tử không hợp lệ.", "This is not a valid mail address."),
        "url" => (FieldError::NotAUrl, "Địa chỉ không hợp lệ.", "The address is not a valid URL."),
        _ => (FieldError::UnknownValue, "Giá trị không hợp lệ.", "The value is not valid."),
    };
    (code, vi.to_owned(), en.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Validate)]
    struct Part {
        #[validate(email)]
        mail: String,
    }

    #[derive(Validate)]
    #[validate(schema(function = "in_order", skip_on_field_errors = false))]
    struct Whole {
        #[validate(custom(function = "even"))]
        first: i64,
        last: i64,
        #[validate(nested)]
        parts: Vec<Part>,
    }

    fn even(value: i64) -> Validity {
        require(value % 2 == 0, "", FieldError::OutOfRange, "Phải chẵn.", "Must be even.")
    }

    fn in_order(whole: &Whole) -> Validity {
        require(whole.first <= whole.last, "/last", FieldError::OutOfOrder, "Sai thứ tự.", "Out of order.")
    }

    #[test]
    fn every_fault_has_its_pointer_its_code_and_both_languages() {
        let parts = ["a@b.vn", "nothing"].map(|mail| Part { mail: mail.to_owned() });
        let mut faults = Violations::default();
        faults.check("/body", &Whole { first: 3, last: 2, parts: parts.into() });
        let found: Vec<(&str, &str)> = faults.0.iter().map(|f| (f.pointer.as_str(), f.code.word())).collect();
        assert_eq!(
            found,
            [("/body/first", "out_of_range"), ("/body/parts/1/mail", "invalid_email"), ("/body/last", "out_of_order")]
        );
        assert!(faults.0.iter().all(|f| f.detail.vi.ends_with('.') && f.detail.en.ends_with('.')));
        let mut several = Violations::default();
        let twice = [1, 3].map(|i| fault(&format!("/{i}"), FieldError::Repeated, "Lặp lại.", "Repeated."));
        several.accept("/list", all_of(twice));
        let places: Vec<&str> = several.0.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!(places, ["/list/1", "/list/3"]);
        let mut none = Violations::default();
        none.check("", &Whole { first: 2, last: 2, parts: Vec::new() });
        assert_eq!(none, Violations::default());
    }
}
