//! What a caller said about the version that they saw (RFC 9110 §13.1.1), independent of its form in HTTP.

/// The versions that a change is allowed to replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    Missing,
    /// Not a list of strong tags of this server; matches nothing.
    Malformed,
    Versions(Vec<i64>),
}

impl Precondition {
    /// Whether the change may replace this version.
    pub fn holds(&self, version: i64) -> bool {
        matches!(self, Precondition::Versions(versions) if versions.contains(&version))
    }
}
