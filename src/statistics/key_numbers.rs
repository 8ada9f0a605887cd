//! Small numbers for the keys of a count: they are compared and hashed faster than their names. Pure.

use std::collections::HashMap;

use chrono::Datelike;

use kernel::id::Id;
use kernel::time::Day;

/// Replaces names by small numbers while counting; comparing numbers is faster.
#[derive(Default)]
pub struct KeyNumbers {
    number: HashMap<String, u32>,
    names: Vec<String>,
    agencies: HashMap<i64, u32>,
    /// By year, and month or quarter: a name is written once, not for every delegation.
    periods: HashMap<(i32, u32), u32>,
}

impl KeyNumbers {
    pub fn of(&mut self, name: &str) -> u32 {
        if let Some(number) = self.number.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.number.insert(name.to_owned(), number);
        number
    }

    pub fn of_agency(&mut self, id: i64) -> u32 {
        if let Some(number) = self.agencies.get(&id) {
            return *number;
        }
        let number = self.of(&Id(id).to_string());
        self.agencies.insert(id, number);
        number
    }

    pub fn of_month(&mut self, day: Day) -> u32 {
        self.of_period(day.year(), day.month(), |year, month| format!("{year}-{month:02}"))
    }

    pub fn of_quarter(&mut self, day: Day) -> u32 {
        // Quarters stand behind the months of a year.
        self.of_period(day.year(), 13 + day.month0() / 3, |year, quarter| format!("{year}-Q{}", quarter - 12))
    }

    fn of_period(&mut self, year: i32, part: u32, name: impl Fn(i32, u32) -> String) -> u32 {
        if let Some(number) = self.periods.get(&(year, part)) {
            return *number;
        }
        let number = self.of(&name(year, part));
        self.periods.insert((year, part), number);
        number
    }

    pub fn name(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|at| self.names.get(at)).map_or("", String::as_str)
    }
}
