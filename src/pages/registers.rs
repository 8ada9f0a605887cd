//! Which pages a procedure has: those of its register, from what the register says of itself.

use actix_web::web;

use crate::pages::contract::Contract;
use crate::pages::request::{PageRequest, PageResult, Trouble};
use kernel::procedure::{RegisterEntries, RegisterEntry};
use kernel::text::Language;

/// A register as pages need it.
pub struct RegisterPages {
    pub entry: &'static RegisterEntry,
    /// Its path: `outbound-delegations`.
    pub path: &'static str,
    /// The schema of the body that creates a dossier, and of the one that changes it.
    pub created_by: String,
    pub changed_by: String,
    /// The member that names the agency which asks.
    pub agency: &'static str,
    /// Pointers of the first and the last day.
    pub first_day: &'static str,
    pub last_day: &'static str,
}

impl RegisterPages {
    fn of(contract: &Contract, entry: &'static RegisterEntry) -> Option<Self> {
        let path = entry.path;
        let created_by = contract.body_of("post", &format!("/api/v1/{path}"))?.to_owned();
        let changed_by = contract.body_of("patch", &format!("/api/v1/{path}/{{id}}")).unwrap_or(&created_by).to_owned();
        let has = |name: &str| contract.schema(&created_by).pointer(&format!("/properties/{name}")).is_some();
        let (first_day, last_day) =
            if has("return_date") { ("/departure_date", "/return_date") } else { ("/arrival_date", "/departure_date") };
        let agency = if has("host_agency_id") { "host_agency" } else { "requesting_agency" };
        Some(RegisterPages { entry, path, created_by, changed_by, agency, first_day, last_day })
    }

    pub fn label(&self, language: Language) -> &'static str {
        self.entry.label.in_language(language)
    }
}

/// The registers of the installation, in their order.
pub fn entries(page: &PageRequest) -> Vec<&'static RegisterEntry> {
    page.http.app_data::<web::Data<RegisterEntries>>().map(|all| all.0.clone()).unwrap_or_default()
}

/// All registers as pages need them.
pub fn all(page: &PageRequest) -> Vec<RegisterPages> {
    entries(page).into_iter().filter_map(|entry| RegisterPages::of(&page.contract, entry)).collect()
}

/// The register of a procedure.
pub fn register_of(page: &PageRequest, procedure: &str) -> Option<RegisterPages> {
    let entry = entries(page).into_iter().find(|e| e.procedures.iter().any(|p| p.word() == procedure))?;
    RegisterPages::of(&page.contract, entry)
}

/// The register that the path of a page belongs to.
pub fn register(page: &PageRequest) -> PageResult<RegisterPages> {
    let first = page.http.path().split('/').nth(1).unwrap_or_default();
    let entry = entries(page).into_iter().find(|entry| entry.path == first);
    let found = entry.and_then(|entry| RegisterPages::of(&page.contract, entry));
    found.ok_or_else(Trouble::not_found)
}
