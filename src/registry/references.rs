//! References from other rooms into the registry.

use crate::db::Conn;
use crate::error::Result;
use crate::registry::agencies::{Agency, agency_ended};
use crate::registry::changes::succession;
use crate::registry::{agencies, officials_store};
use kernel::time::{Day, in_vietnamese};
use kernel::violation::Violations;
use kernel::words::FieldError;

/// Checks that a confirmed agency that a body names has not ended by a day; the message names the agencies that followed it.
pub fn agency_open(conn: &mut Conn, agency: &Agency, on: Day, pointer: &str, faults: &mut Violations) -> Result<()> {
    let Some(end) = agency.valid_to.filter(|end| agency.confirmed && *end <= on) else { return Ok(()) };
    let followers = succession(conn)?.followers(agency.id, on);
    let names = agencies::names(conn, &followers)?;
    let names: Vec<&str> = followers.iter().filter_map(|id| names.get(id).map(|(_, name)| name.as_str())).collect();
    let said = agency_ended(end, &names);
    faults.add(pointer, FieldError::AgencyEnded, said.vi, said.en);
    Ok(())
}

/// Tells that an official has left service before the day in question.
pub fn official_left(left: Day, pointer: &str, faults: &mut Violations) {
    faults.add(
        pointer,
        FieldError::OfficialLeft,
        format!("Người này đã thôi công tác từ ngày {}.", in_vietnamese(left)),
        format!("This official has not been in service since {left}."),
    );
}

/// Checks that an agency that a body names exists, and has not ended by a day.
pub fn agency_on(conn: &mut Conn, id: i64, on: Day, pointer: &str, faults: &mut Violations) -> Result<Option<Agency>> {
    let found = agencies::find(conn, id)?;
    let (vi, en) = ("Không có cơ quan này.", "There is no such agency.");
    faults.require(found.is_some(), pointer, FieldError::UnknownAgency, vi, en);
    if let Some(agency) = &found {
        agency_open(conn, agency, on, pointer, faults)?;
    }
    Ok(found)
}

/// Checks that the agency and the official of an account exist.
pub fn account_references(
    conn: &mut Conn,
    agency: Option<i64>,
    official: Option<i64>,
    faults: &mut Violations,
) -> Result<()> {
    if let Some(id) = agency {
        let found = agencies::find(conn, id)?.is_some();
        faults.require(
            found,
            "/agency_id",
            FieldError::UnknownAgency,
            "Không có cơ quan này.",
            "This agency does not exist.",
        );
    }
    if let Some(id) = official {
        let found = officials_store::find(conn, id)?.is_some();
        faults.require(
            found,
            "/official_id",
            FieldError::UnknownOfficial,
            "Không có người này.",
            "This official does not exist.",
        );
    }
    Ok(())
}
