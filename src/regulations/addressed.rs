//! To whom a question is addressed. Pure.

use kernel::validity::{Validity, require};
use kernel::words::FieldError;

/// A question names either a regulation or a province.
pub fn one_of_two(regulation: &Option<String>, jurisdiction: &Option<String>) -> Validity {
    let vi = "Phải nêu đúng một trong hai: bộ quy định hoặc địa phương.";
    let en = "Exactly one of the two is required: a regulation or a province.";
    require(regulation.is_some() != jurisdiction.is_some(), "/regulation", FieldError::OneOfTwo, vi, en)
}
