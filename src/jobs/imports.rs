//! Checks long lists in the background, oldest first, and records the progress.

use crate::access::context::RequestContext;
use crate::access::store as accounts;
use crate::error::{Error, Result};
use crate::imports::actions::{check_again, note, open_stored, own_only, take_in};
use crate::imports::batch::{Batch, ImportFault, ImportKind, ImportState};
use crate::imports::store;
use crate::jobs::tools::Jobs;
use kernel::time::day_of;

/// Checks every waiting batch; a batch that cannot be read stores the reason.
pub fn run(jobs: &Jobs) -> Result<()> {
    while let Some(batch) = jobs.db.read_now(|conn| store::waiting(conn, jobs.registers.entries()))? {
        if jobs.stops() {
            return Ok(());
        }
        match read(jobs, batch.clone()) {
            Ok(()) => {}
            Err(Error::Refused(problem)) => {
                let fault = ImportFault {
                    sheet: None,
                    row: 0,
                    column: "-".into(),
                    code: problem.code.word().into(),
                    value: None,
                    detail: problem.detail.clone(),
                };
                let failed =
                    Batch { state: ImportState::Failed, errors: vec![fault], version: batch.version + 1, ..batch };
                jobs.db.write_now(move |conn| store::update(conn, &failed))?;
            }
            // Not caused by the file: try again in the next round.
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn read(jobs: &Jobs, mut batch: Batch) -> Result<()> {
    let now = jobs.clock.now();
    let today = day_of(now);
    let (id, by) = (batch.id, batch.created_by);
    let account = jobs.db.read_now(|conn| accounts::account(conn, by))?;
    let account = account.ok_or_else(|| Error::Internal("the account of a batch does not exist".into()))?;
    let call = RequestContext::job(account, now);
    let own = own_only(&call, batch.kind)?;
    let mut progress = |done: i64| {
        if let Err(error) = jobs.db.write_now(move |conn| store::progress(conn, id, done)) {
            tracing::warn!(%error, "the progress of an import was not stored");
        }
    };
    let lists = open_stored(&batch, &jobs.folder)?;
    let found = jobs.db.read_now(|conn| {
        let found = check_again(conn, &batch, &lists, own, today, &mut progress)?;
        note(&mut batch, &found, &lists, &jobs.folder)?;
        Ok(found)
    })?;
    batch.version += 1;
    let (answers, registers) = (jobs.answers.clone(), jobs.registers.clone());
    jobs.db.write_now(move |conn| {
        store::update(conn, &batch)?;
        // The tokens of new accounts are shown to whoever commits, so that somebody must.
        if batch.state == ImportState::Staged && !batch.dry_run && batch.kind != ImportKind::Accounts {
            take_in(conn, &registers, &call, &batch, found)?;
        }
        Ok(())
    })?;
    answers.touch();
    Ok(())
}
