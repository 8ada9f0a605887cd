//! Erasing passport numbers and copies of passports: when somebody asks for it, and when their term has ended. A dossier that is held keeps
//! them.

use chrono::Months;
use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::register::Registers;
use crate::dossier::store::erasing::{self, DossierPlace};
use crate::error::{Code, Error, Problem, Result};
use crate::personal_data::erasing_store::{self as store, ArchiveHold, Erasure};
use kernel::id::Id;
use kernel::time::Day;

/// Dossiers of one round: what else is written meanwhile waits for milliseconds.
const AT_ONCE: i64 = 20;

/// 409 with the ground for which a dossier is held.
fn held(hold: &ArchiveHold) -> Error {
    Problem::new(
        Code::UnderHold,
        format!("Hồ sơ này đang được lưu giữ, chưa được xóa: {}", hold.ground),
        format!("This dossier is held, so nothing of it may be erased: {}", hold.ground),
    )
    .into()
}

/// Erases what a dossier holds of passports; the names of the files to remove, and what is left of them in the books.
pub fn erase(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    place: &DossierPlace,
    ground: String,
) -> Result<(Erasure, Vec<String>)> {
    if let Some(hold) = store::hold_on(conn, place.id)? {
        return Err(held(&hold));
    }
    let erased = erasing::erase_passports(conn, registers, place, call.now)?;
    let made = Erasure {
        id: Id::new(call.now).0,
        dossier_id: place.id,
        dossier: place.name.clone(),
        at: call.now,
        ground,
        people: count(erased.people),
        papers: count(erased.files.len()),
        erased_by: Some(call.actor.id()).filter(|id| *id != 0),
    };
    store::insert_erasure(conn, &made)?;
    let object = format!("{}/{}", place.register(registers)?.entry().path, Id(place.id));
    call.remember(conn, "erase_passports", &object, json!({"people": made.people, "papers": made.papers}))?;
    Ok((made, erased.files))
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// The day before which what ended has had its term of so many months.
pub fn term_ended(today: Day, months: u32) -> Day {
    today.checked_sub_months(Months::new(months)).unwrap_or(Day::MIN)
}

/// Erases some of what has had its term; the names of the files to remove, and whether there may be more.
pub fn erase_due(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    months: u32,
) -> Result<(Vec<String>, bool)> {
    let held = store::held(conn)?;
    let due = erasing::with_passports(conn, registers, term_ended(call.today, months), &held, AT_ONCE)?;
    let more = count(due.len()) == AT_ONCE;
    let mut files = Vec::new();
    for place in due {
        let ground = format!("Hết thời hạn lưu {months} tháng sau khi đoàn kết thúc");
        files.extend(erase(conn, call, registers, &place, ground)?.1);
    }
    Ok((files, more))
}
