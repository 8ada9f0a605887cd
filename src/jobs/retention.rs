//! Erases passport numbers and copies of passports whose term has ended, where the province has set one.

use crate::access::context::RequestContext;
use crate::error::Result;
use crate::jobs::tools::Jobs;
use crate::personal_data::erasing::erase_due;

/// In the trail.
const TERMS: &str = "retention";

/// Erases some dossiers' worth; the rest in the next round.
pub fn run(jobs: &Jobs) -> Result<()> {
    let Some(months) = jobs.passport_months else { return Ok(()) };
    let (call, registers) = (RequestContext::job_named(TERMS, jobs.clock.now()), jobs.registers.clone());
    let (files, _) = jobs.db.write_now(move |conn| erase_due(conn, &call, &registers, months.get()))?;
    files.iter().for_each(|name| jobs.folder.remove(name));
    Ok(())
}
