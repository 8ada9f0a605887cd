//! How long there is for what: read from `regulations/personal-data.toml`.

use std::sync::LazyLock;

use chrono::Duration;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::personal_data::model::SubjectRequestKind;
use kernel::time::{Day, Moment};
use kernel::violation::Violations;
use kernel::words::{FieldError, Term};
use kernel::workdays::{NoTableFor, WorkCalendar};

/// How the texts of the clocks were read: not in the Gazette, so that a human must be asked.
pub const READ: &str = "secondary";

/// The clocks of requests and incidents.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonalDataClocks {
    request: Vec<RequestClock>,
    incident: IncidentClocks,
}

/// How long there is for requests of some kinds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestClock {
    kinds: Vec<SubjectRequestKind>,
    reply: Term,
    carry_out: Term,
    pub citation: String,
}

/// How long there is after an incident was found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentClocks {
    pub notice: IncidentClock,
    pub report: IncidentClock,
}

/// One of these.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentClock {
    hours: i64,
    pub citation: String,
}

impl IncidentClock {
    pub fn due(&self, detected_at: Moment) -> Moment {
        detected_at + Duration::hours(self.hours)
    }
}

static CLOCKS: LazyLock<std::result::Result<PersonalDataClocks, String>> = LazyLock::new(|| {
    toml_edit::de::from_str(include_str!("../../regulations/personal-data.toml")).map_err(|e| e.to_string())
});

fn clocks() -> Result<&'static PersonalDataClocks> {
    CLOCKS.as_ref().map_err(|e| Error::Internal(format!("regulations/personal-data.toml: {e}")))
}

/// The clock of requests of a kind.
pub fn of_requests(kind: SubjectRequestKind) -> Result<&'static RequestClock> {
    let found = clocks()?.request.iter().find(|clock| clock.kinds.contains(&kind));
    found.ok_or_else(|| Error::Internal(format!("no clock for {kind:?}")))
}

/// The clocks of incidents.
pub fn of_incidents() -> Result<&'static IncidentClocks> {
    Ok(&clocks()?.incident)
}

impl RequestClock {
    /// Until when a request that came on a day is answered, and until when it is carried out.
    pub fn due(&self, received_on: Day, calendar: &WorkCalendar) -> Result<(Day, Day)> {
        let after = |term: Term| {
            calendar.after(received_on, term).map_err(|NoTableFor(year)| {
                let mut faults = Violations::default();
                let vi = format!("Chưa có lịch nghỉ năm {year}, nên chưa tính được hạn; hãy nạp lịch trước.");
                let en =
                    format!("There is no working calendar of {year}, so the term cannot be computed; load it first.");
                faults.require(false, "/received_on", FieldError::OutOfRange, &vi, &en);
                faults
            })
        };
        Ok((after(self.reply)?, after(self.carry_out)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_request_has_a_clock_with_its_citation() {
        for kind in SubjectRequestKind::all() {
            assert!(!of_requests(*kind).unwrap().citation.is_empty());
        }
        let at: Moment = "2026-03-02T02:00:00".parse().unwrap();
        let incident = of_incidents().unwrap();
        assert_eq!((incident.notice.due(at) - at).num_hours(), 24);
        assert_eq!((incident.report.due(at) - at).num_hours(), 72);
    }
}
