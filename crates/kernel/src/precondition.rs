//! What a caller said about the version that they saw (RFC 9110 §13.1.1), independent of its form in HTTP.

/// The versions that a change is allowed to replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    Missing,
    /// `*`: whatever the version is.
    Any,
    /// Those that the caller names; none if every tag is weak, or not one of ours.
    Versions(Vec<i64>),
}

impl Precondition {
    /// Whether the change may replace this version.
    pub fn holds(&self, version: i64) -> bool {
        match self {
            Precondition::Missing => false,
            Precondition::Any => true,
            Precondition::Versions(versions) => versions.contains(&version),
        }
    }
}
