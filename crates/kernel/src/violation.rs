//! Validation errors of a request body, each with its JSON pointer. All are reported, not only the first.

use crate::text::Bilingual;
use crate::words::{FieldError, FindingCode};

/// The code of an error that a client may branch on: mostly a [`FieldError`], else the finding of a regulation, or what
/// is wrong with a line of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultCode(&'static str);

impl FaultCode {
    /// What is wrong with a line of a regulation pack.
    pub fn of_pack(code: &'static str) -> Self {
        FaultCode(code)
    }

    pub fn word(self) -> &'static str {
        self.0
    }
}

impl From<FieldError> for FaultCode {
    fn from(error: FieldError) -> Self {
        FaultCode(error.word())
    }
}

impl From<FindingCode> for FaultCode {
    fn from(finding: FindingCode) -> Self {
        FaultCode(finding.word())
    }
}

/// One error (lỗi) in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    /// Stable code that clients may branch on.
    pub code: FaultCode,
    pub detail: Bilingual,
}

/// Faults that are told of one body; whoever has more of them mends the first ones first.
pub const MAX_FAULTS: usize = 100;
/// Maximum characters of a pointer: it may hold a key that a stranger chose.
const MAX_POINTER: usize = 300;

/// The JSON pointer of a member below another (RFC 6901).
pub fn pointer_below(above: &str, key: &str) -> String {
    let shown: String = key.chars().take(MAX_POINTER).collect();
    format!("{above}/{}", shown.replace('~', "~0").replace('/', "~1"))
}

/// The errors found so far: the first [`MAX_FAULTS`] of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

impl Violations {
    pub fn add(
        &mut self,
        pointer: impl Into<String>,
        code: impl Into<FaultCode>,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) {
        if self.0.len() >= MAX_FAULTS {
            return;
        }
        let mut pointer: String = pointer.into();
        if let Some((end, _)) = pointer.char_indices().nth(MAX_POINTER) {
            pointer.truncate(end);
        }
        self.0.push(Violation { pointer, code: code.into(), detail: Bilingual::new(vi, en) });
    }

    /// Adds an error if `holds` is false.
    pub fn require(&mut self, holds: bool, pointer: &str, code: FieldError, vi: &str, en: &str) {
        if !holds {
            self.add(pointer, code, vi, en);
        }
    }

    /// `Err` with all errors, if there are any.
    pub fn finish(self) -> Result<(), Violations> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}
