//! Erases passport numbers and copies of passports whose term has ended, where the province has set one, and removes files whose
//! rows are gone.

use chrono::Datelike;

use crate::access::context::RequestContext;
use crate::db::counters::{counter, set};
use crate::dossier::store::erasing;
use crate::error::{Error, Result};
use crate::jobs::tools::Jobs;
use crate::personal_data::erasing::{erase_after_term, term_ended};
use kernel::time::{day_of, start_of};

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
    // Not what lies in the future: a clock may have been wrong.
    if jobs.db.read_now(|conn| counter(conn, DONE))? == today {
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
    let (registers, ended) = (jobs.registers.clone(), start_of(before));
    jobs.db.write_now(move |conn| {
        registers.all().try_for_each(|register| register.erase_strays(conn, ended, now))?;
        set(conn, DONE, today)
    })?;
    failed.map_or(Ok(()), |error: Error| Err(error))
}

/// Removes the files of rows that are gone for good. A file stands in the table until a later round finds it gone, whatever ends the
/// server between, or writes it once more.
fn remove_files(jobs: &Jobs) -> Result<()> {
    let (mut behind, mut gone) = (String::new(), Vec::new());
    loop {
        let names = jobs.db.read_now(|conn| erasing::files_to_remove(conn, &behind, AT_ONCE))?;
        let Some(last) = names.last().cloned() else { break };
        for name in names {
            if jobs.folder.is_there(&name) { jobs.folder.remove(&name) } else { gone.push(name) }
        }
        behind = last;
    }
    if gone.is_empty() {
        return Ok(());
    }
    // First on disk: a power cut could bring a name back.
    jobs.folder.sync()?;
    jobs.db.write_now(move |conn| erasing::forget_files(conn, &gone))
}
