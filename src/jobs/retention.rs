//! Erases passport numbers and copies of passports whose term has ended, where the province has set one, and removes files whose
//! rows are gone.

use chrono::Datelike;

use crate::access::context::RequestContext;
use crate::db::counters::{counter, set};
use crate::dossier::store::erasing;
use crate::error::{Error, Result};
use crate::jobs::tools::Jobs;
use crate::personal_data::erasing::{erase_after_term, term_ended};
use kernel::time::day_of;

/// In the trail.
const TERMS: &str = "retention";
/// The day on which everything was last looked through.
const DONE: &str = "retention_done";
/// Dossiers that are found at once, and files that are removed at once.
const AT_ONCE: i64 = 200;

/// Removes files, and once a day looks through what has ended.
pub fn run(jobs: &Jobs) -> Result<()> {
    remove_files(jobs)?;
    let Some(months) = jobs.passport_months else { return Ok(()) };
    let now = jobs.clock.now();
    let today = i64::from(day_of(now).num_days_from_ce());
    if jobs.db.read_now(|conn| counter(conn, DONE))? >= today {
        return Ok(());
    }
    let before = term_ended(day_of(now), months.get());
    let (mut behind, mut failed) = (0, None);
    loop {
        let ids = jobs.db.read_now(|conn| erasing::ended_before(conn, before, behind, AT_ONCE))?;
        let Some(last) = ids.last().copied() else { break };
        for id in ids {
            if jobs.stops() {
                return Ok(());
            }
            let (registers, call) = (jobs.registers.clone(), RequestContext::job_named(TERMS, now));
            // One a transaction: what cannot be read keeps no other from its term, and nobody waits long.
            let erased = jobs.db.write_now(move |conn| match erasing::place(conn, id)? {
                Some(place) => erase_after_term(conn, &call, &registers, &place, months.get()),
                None => Ok(()),
            });
            if let Err(error) = erased {
                tracing::error!(dossier = id, %error, "passport numbers whose term has ended could not be erased");
                failed = Some(error);
            }
        }
        behind = last;
    }
    remove_files(jobs)?;
    jobs.db.write_now(move |conn| set(conn, DONE, today))?;
    failed.map_or(Ok(()), |error: Error| Err(error))
}

/// Removes the files of rows that are gone for good. A file stands in the table until it is gone, whatever ends the server between.
fn remove_files(jobs: &Jobs) -> Result<()> {
    let names = jobs.db.read_now(|conn| erasing::files_to_remove(conn, AT_ONCE))?;
    let gone: Vec<String> = names.into_iter().filter(|name| jobs.folder.remove(name)).collect();
    if gone.is_empty() { Ok(()) } else { jobs.db.write_now(move |conn| erasing::forget_files(conn, &gone)) }
}
