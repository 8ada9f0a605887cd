//! iCalendar (RFC 5545): all-day and timed events, lines of at most 75 octets. Text is escaped, so it cannot start a
//! property line.
//!
//! Written here because the common crate hangs on some texts and does not escape names.

use chrono::Duration;

use kernel::time::{Day, Moment};

/// A calendar being written.
pub struct Ics(String);

/// When an event takes place.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// First and last day, both included.
    Days(Day, Day),
    Times(Moment, Moment),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Tentative,
    Confirmed,
    Cancelled,
}

/// One event; equal events are written as equal bytes.
#[derive(Debug, Clone)]
pub struct Event {
    /// Unique, and unchanged for the lifetime of the event.
    pub uid: String,
    /// When the record last changed.
    pub changed: Moment,
    /// Never decreases.
    pub sequence: i64,
    pub status: Status,
    pub when: When,
    pub summary: String,
    pub location: String,
    pub description: String,
}

fn utc(moment: Moment) -> String {
    moment.format("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT of RFC 5545, 3.3.11; control characters other than tab and line break are dropped.
fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    for c in raw.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str("\\n"),
            '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

impl Ics {
    /// Starts a calendar that asks clients to refresh after `hours`.
    pub fn new(name: &str, hours: u32) -> Self {
        let mut ics = Ics(String::new());
        let (name, every) = (text(name), format!("PT{hours}H"));
        let head = [
            ("BEGIN", "VCALENDAR"),
            ("VERSION", "2.0"),
            ("PRODID", "-//ngoaivu//Delegations//VI"),
            ("CALSCALE", "GREGORIAN"),
            ("METHOD", "PUBLISH"),
            ("NAME", &name),
            ("X-WR-CALNAME", &name),
            ("REFRESH-INTERVAL;VALUE=DURATION", &every),
            ("X-PUBLISHED-TTL", &every),
        ];
        head.into_iter().for_each(|(name, value)| ics.line(name, value));
        ics
    }

    /// Writes one content line, folded between characters; `value` is already escaped for its type.
    fn line(&mut self, name: &str, value: &str) {
        let mut width = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if width + c.len_utf8() > 75 {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(c);
            width += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    pub fn event(&mut self, event: &Event) {
        self.line("BEGIN", "VEVENT");
        self.line("UID", &text(&event.uid));
        self.line("DTSTAMP", &utc(event.changed));
        self.line("LAST-MODIFIED", &utc(event.changed));
        self.line("SEQUENCE", &event.sequence.to_string());
        self.line(
            "STATUS",
            match event.status {
                Status::Tentative => "TENTATIVE",
                Status::Confirmed => "CONFIRMED",
                Status::Cancelled => "CANCELLED",
            },
        );
        self.line("CLASS", "PRIVATE");
        match event.when {
            When::Days(first, last) => {
                self.line("DTSTART;VALUE=DATE", &first.format("%Y%m%d").to_string());
                // DTEND is exclusive: the day after the last.
                let after = last.max(first) + Duration::days(1);
                self.line("DTEND;VALUE=DATE", &after.format("%Y%m%d").to_string());
                self.line("TRANSP", "TRANSPARENT");
            }
            When::Times(from, to) => {
                self.line("DTSTART", &utc(from));
                self.line("DTEND", &utc(to));
                self.line("TRANSP", "OPAQUE");
            }
        }
        let texts = [("SUMMARY", &event.summary), ("LOCATION", &event.location), ("DESCRIPTION", &event.description)];
        for (name, value) in texts.into_iter().filter(|(_, value)| !value.is_empty()) {
            self.line(name, &text(value));
        }
        self.line("END", "VEVENT");
    }

    /// Ends the calendar and returns the file.
    pub fn finish(mut self) -> String {
        self.line("END", "VCALENDAR");
        self.0
    }
}
