//! Erasing passport numbers and copies of passports: when somebody asks for it, and when their term has ended. A dossier that is held keeps
//! them.

use chrono::{Duration, Months};
use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::register::Registers;
use crate::dossier::store::erasing::{DossierPlace, ErasedPassports, erase_passports};
use crate::error::{Code, Error, Problem, Result};
use crate::personal_data::erasing_store::{self as store, ArchiveHold, Erasure};
use kernel::id::Id;
use kernel::time::{Day, Moment};

/// Days after the release of a dossier in which its term does nothing: a slip can be put right.
const RELEASED_DAYS: i64 = 7;

/// 409 with the ground for which a dossier is held.
fn is_held(hold: &ArchiveHold) -> Error {
    Problem::new(
        Code::UnderHold,
        format!("Hồ sơ này đang được lưu giữ, chưa được xóa: {}", hold.ground),
        format!("This dossier is held, so nothing of it may be erased: {}", hold.ground),
    )
    .into()
}

/// Erases what a dossier holds of passports; what is left of them in the books.
pub fn erase(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    place: &DossierPlace,
    ground: String,
) -> Result<Erasure> {
    if let Some(hold) = store::hold_on(conn, place.id)? {
        return Err(is_held(&hold));
    }
    let erased = erase_passports(conn, registers, place, call.now)?;
    note(conn, call, registers, place, (erased, ground))
}

/// Writes down what was erased.
fn note(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    place: &DossierPlace,
    (erased, ground): (ErasedPassports, String),
) -> Result<Erasure> {
    let count = |of: usize| i64::try_from(of).unwrap_or(i64::MAX);
    let made = Erasure {
        id: Id::new(call.now).0,
        dossier_id: place.id,
        dossier: place.name.clone(),
        at: call.now,
        ground,
        people: count(erased.people),
        papers: count(erased.papers),
        erased_by: Some(call.actor.id()).filter(|id| *id != 0),
    };
    store::insert_erasure(conn, &made)?;
    let object = format!("{}/{}", place.register(registers)?.entry().path, Id(place.id));
    call.remember(conn, "erase_passports", &object, json!({"people": made.people, "papers": made.papers}))?;
    Ok(made)
}

/// The day before which what ended has had its term of so many months.
pub fn term_ended(today: Day, months: u32) -> Day {
    today.checked_sub_months(Months::new(months)).unwrap_or(Day::MIN)
}

/// Erases what a dossier holds of passports because its term has ended, unless it is held or was until a week ago, or got other days
/// since it was found.
pub fn erase_after_term(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    place: &DossierPlace,
    months: u32,
) -> Result<()> {
    let lately: Moment = call.now - Duration::days(RELEASED_DAYS);
    if !place.ended_before(term_ended(call.today, months)) || store::held_since(conn, place.id, lately)? {
        return Ok(());
    }
    let erased = erase_passports(conn, registers, place, call.now)?;
    // Of most dossiers there is nothing to tell.
    if erased != ErasedPassports::default() {
        let ground = format!("Hết thời hạn lưu {months} tháng sau khi đoàn kết thúc");
        note(conn, call, registers, place, (erased, ground))?;
    }
    Ok(())
}
