//! Validation errors of a request body, each with its JSON pointer. All are reported, not only the first.

use crate::text::Bilingual;

/// One error (lỗi) in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    /// Stable code that clients may branch on.
    pub code: &'static str,
    pub detail: Bilingual,
}

/// The errors found so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

impl Violations {
    pub fn add(
        &mut self,
        pointer: impl Into<String>,
        code: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.0.push(Violation { pointer: pointer.into(), code, detail: Bilingual::new(vi, en) });
    }

    /// Adds an error if `holds` is false.
    pub fn require(&mut self, holds: bool, pointer: &str, code: &'static str, vi: &str, en: &str) {
        if !holds {
            self.add(pointer, code, vi, en);
        }
    }

    /// `Err` with all errors, if there are any.
    pub fn finish(self) -> Result<(), Violations> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}
