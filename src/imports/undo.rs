//! Undoing a batch: what it created is deleted, unless somebody has built on it.

use crate::access::context::RequestContext;
use crate::access::store as accounts;
use crate::db::Conn;
use crate::dossier::register::Registers;
use crate::error::{Code, Error, Result, refuse};
use crate::imports::actions::{in_state, remember};
use crate::imports::batch::{Batch, ImportKind, ImportState};
use crate::imports::make::register_of;
use crate::imports::store::{self, Created};
use crate::plans;
use crate::plans::model::PlanItemState;
use crate::registry::officials_parts_store;
use crate::statistics::store as statistics;

fn in_use() -> Error {
    refuse(
        Code::BatchInUse,
        "Có dòng đã được sửa, đang được sử dụng hoặc đã vào báo cáo chốt số liệu; không hoàn tác được.",
        "A row was edited, is in use, or is part of a frozen report; the batch cannot be undone.",
    )
}

/// Undoes a batch: deletes everything it created.
pub fn undo(conn: &mut Conn, registers: &Registers, call: &RequestContext, mut batch: Batch) -> Result<Batch> {
    in_state(&batch, ImportState::Committed)?;
    let own = store::records(conn, batch.id, Created::Dossier)?;
    if store::dossiers_touched(conn, batch.id)? || statistics::frozen(conn, &own)? {
        return Err(in_use());
    }
    let people = store::records(conn, batch.id, Created::Official)?;
    for id in &people {
        if store::official_used(conn, *id)? {
            return Err(in_use());
        }
    }
    let units = store::records(conn, batch.id, Created::Agency)?;
    remove_accounts(conn, &batch)?;
    remove_passports(conn, &batch)?;
    remove_plan_items(conn, &batch)?;
    store::delete_records(conn, batch.id)?;
    if !own.is_empty() {
        register_of(registers, &batch)?.delete(conn, &own)?;
        statistics::remove(conn, &own)?;
    }
    people.iter().try_for_each(|id| store::delete_official(conn, *id))?;
    // A list may name children before or after their parents, so the tree is deleted from its leaves.
    let mut left = units;
    loop {
        let before = left.len();
        let mut kept = Vec::new();
        for id in left {
            if store::agency_used(conn, id)? { kept.push(id) } else { store::delete_agency(conn, id)? }
        }
        left = kept;
        if left.is_empty() || left.len() == before {
            break;
        }
    }
    if batch.kind == ImportKind::Agencies && !left.is_empty() {
        return Err(in_use());
    }
    (batch.state, batch.version, batch.stored_as) = (ImportState::Undone, batch.version + 1, None);
    store::update(conn, &batch)?;
    remember(conn, call, "undo_import", &batch)?;
    Ok(batch)
}

/// Deletes the accounts of a batch; an account that somebody has activated or represents stays, and all of the batch with it.
fn remove_accounts(conn: &mut Conn, batch: &Batch) -> Result<()> {
    for id in store::records(conn, batch.id, Created::Account)? {
        if accounts::is_used(conn, id)? {
            return Err(in_use());
        }
        accounts::delete(conn, id)?;
    }
    Ok(())
}

fn remove_passports(conn: &mut Conn, batch: &Batch) -> Result<()> {
    for id in store::records(conn, batch.id, Created::Passport)? {
        if officials_parts_store::passport_used(conn, id)? {
            return Err(in_use());
        }
        officials_parts_store::delete_passport(conn, id)?;
    }
    Ok(())
}

fn remove_plan_items(conn: &mut Conn, batch: &Batch) -> Result<()> {
    for id in store::records(conn, batch.id, Created::PlanItem)? {
        let item = plans::store::item(conn, id)?.filter(|i| i.version == 1 && i.state == PlanItemState::Proposed);
        let Some(item) = item else { return Err(in_use()) };
        let mut plan = plans::store::find(conn, item.year)?;
        plans::store::save(conn, &mut plan)?;
        plans::store::delete(conn, id)?;
    }
    Ok(())
}
