//! A content that is still being typed, and what must not be said of it yet. Pure.

use std::collections::BTreeSet;

use kernel::time::Day;
use kernel::violation::{Violation, Violations};
use regulation::case::Unknown;
use regulation::fact::FactName;

/// A content as far as it was typed.
pub struct TypedContent<C> {
    pub content: C,
    /// What the rules must not rest on.
    pub unknown: Unknown,
    /// The same as pointers into the content, for whoever types.
    pub lacking: Lacking,
    /// What contradicts itself, or what the registry knows, in what is there.
    pub faults: Violations,
}

/// The pointers of what lacks in a content, as facts that the rules must not rest on.
pub struct Lacking(pub BTreeSet<String>);

impl Lacking {
    /// Whether a member, or something in it, lacks.
    pub fn has(&self, member: &str) -> bool {
        let below =
            |pointer: &str| pointer.strip_prefix(member).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.0.iter().any(|pointer| below(pointer))
    }

    /// Names a member that another one makes necessary, or that does not fit it.
    pub fn add(&mut self, member: &str) {
        if !self.has(member) {
            self.0.insert(member.to_owned());
        }
    }

    /// The faults of a content that can be told of it as far as it was typed. None is told of a member that lacks, nor of one
    /// that hangs on another that lacks: `hangs` names those.
    pub fn told(&self, faults: Violations, hangs: &[(&str, &[&str])]) -> Violations {
        let is_there = |fault: &Violation| {
            let member = fault.pointer.split('/').nth(1).unwrap_or_default();
            let on = hangs.iter().find(|(own, _)| own.trim_start_matches('/') == member).map_or(&[][..], |(_, on)| on);
            !self.has(&format!("/{member}")) && !on.iter().any(|other| self.has(other))
        };
        Violations(faults.0.into_iter().filter(is_there).collect())
    }

    /// Gives a day that lacks a value that means nothing and contradicts nothing. A last day before the first is not right.
    pub fn settle_days(&mut self, (first, begins): (&str, &mut Day), (last, ends): (&str, &mut Day), today: Day) {
        match (self.has(first), self.has(last)) {
            (true, true) => (*begins, *ends) = (today, today),
            (true, false) => *begins = *ends,
            (false, true) => *ends = *begins,
            (false, false) if *ends < *begins => {
                self.add(last);
                *ends = *begins;
            }
            (false, false) => {}
        }
    }

    /// The facts that hang on members that lack.
    pub fn facts(&self, table: &[(&str, &[FactName])]) -> BTreeSet<FactName> {
        let lacking = table.iter().filter(|(member, _)| self.has(member));
        lacking.flat_map(|(_, facts)| facts.iter().copied()).collect()
    }
}
