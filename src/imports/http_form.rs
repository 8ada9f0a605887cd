//! The form of an import, and how a batch is shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Code, Error, Result, refuse};
use crate::imports::batch::{Batch, Fault, Kind, State, UnknownAgencies};
use crate::web::multipart::{Form, check_name};
use kernel::id::Id;
use kernel::text::{Language, bears_secret_mark};
use kernel::time::rfc3339;
use kernel::violation::Violations;

/// One fault or remark.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportFault, example = json!({"row": 3, "column": "Ngày đến", "code": "bad_date", "value": "31/02/2021",
    "detail": "Không phải là ngày; viết dd/mm/yyyy."}))]
struct FaultView {
    /// As the sheet numbers it, from 1.
    row: u32,
    /// As the sheet calls it, else its letter.
    column: String,
    code: String,
    /// What stands there; null where it is empty or must not be kept.
    value: Option<String>,
    detail: String,
}

/// A file of rows, and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Import, example = json!({"id": "01ke3m9p000e1", "version": 1, "kind": "inbound", "file_name": "doan-vao-2020.xlsx",
    "state": "staged", "dry_run": true, "rows": 408, "done": 408, "accepted": 408, "rejected": 0, "created": 0, "errors": [],
    "warnings": [], "created_at": "2026-11-22T02:00:00Z"}))]
pub struct BatchView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    kind: Kind,
    file_name: String,
    /// `checking` is read in the background; `staged` waits for `commit`; `rejected` has faults and stored nothing.
    state: State,
    dry_run: bool,
    /// Rows of data; title and total rows are none.
    rows: i64,
    /// Rows read so far.
    done: i64,
    accepted: i64,
    rejected: i64,
    /// Delegations, officials or agencies that were created.
    created: i64,
    /// The first 2,000; the annotated sheet has all.
    errors: Vec<FaultView>,
    /// The first 2,000; the annotated sheet has all.
    warnings: Vec<FaultView>,
    created_at: String,
}

pub fn view(batch: &Batch, language: Language) -> BatchView {
    let fault = |f: &Fault| FaultView {
        row: f.row,
        column: f.column.clone(),
        code: f.code.clone(),
        value: f.value.clone(),
        detail: f.detail.in_language(language).to_owned(),
    };
    let checked = !matches!(batch.state, State::Checking | State::Failed);
    BatchView {
        id: Id(batch.id),
        version: batch.version,
        kind: batch.kind,
        file_name: batch.file_name.clone(),
        state: batch.state,
        dry_run: batch.dry_run,
        rows: batch.rows,
        done: batch.done,
        accepted: if checked { batch.rows - batch.rejected } else { 0 },
        rejected: batch.rejected,
        created: batch.created,
        errors: batch.errors.iter().map(fault).collect(),
        warnings: batch.warnings.iter().map(fault).collect(),
        created_at: rfc3339(batch.created_at),
    }
}

/// The form of an import.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the form")]
pub struct ImportForm {
    kind: Kind,
    /// XLSX, or CSV in UTF-8 with commas, semicolons or tabs; at most 20 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `true` (default): look only, `commit` later. `false`: take all rows in if none has a fault.
    dry_run: Option<bool>,
    /// `create` (default): a unit that the tree lacks is created closed, to be confirmed. `reject`: it is a fault.
    unknown_agencies: Option<String>,
    /// The unit of rows that name none.
    agency_id: Option<String>,
}

/// The words of the form.
pub struct Wanted {
    pub kind: Kind,
    pub dry_run: bool,
    pub unknown_agencies: UnknownAgencies,
    pub agency_id: Option<i64>,
}

pub fn wanted(form: &Form) -> Result<Wanted> {
    if bears_secret_mark(&form.file_name) || form.texts.values().any(|t| bears_secret_mark(t)) {
        return Err(refuse(Code::StateSecretRefused, "Không tiếp nhận bí mật nhà nước.", "State secrets are refused."));
    }
    let mut faults = Violations::default();
    check_name(&form.file_name, &mut faults);
    let bad = |faults: &mut Violations, name: &str| {
        faults.add(format!("/{name}"), "unknown_value", "Giá trị không hợp lệ.", "It is not a known value.")
    };
    let word = |name: &str| form.texts.get(name).map(|text| text.trim());
    let kind = word("kind").and_then(|w| w.parse::<Kind>().ok());
    if kind.is_none() {
        bad(&mut faults, "kind");
    }
    let dry_run = match word("dry_run") {
        None => true,
        Some(word) => word.parse().unwrap_or_else(|_| {
            bad(&mut faults, "dry_run");
            true
        }),
    };
    let unknown_agencies = match word("unknown_agencies") {
        None => UnknownAgencies::default(),
        Some(word) => word.parse().unwrap_or_else(|_| {
            bad(&mut faults, "unknown_agencies");
            UnknownAgencies::default()
        }),
    };
    let agency_id = word("agency_id").map(|id| id.parse::<Id>().map_or(-1, |id| id.0));
    faults.finish()?;
    let kind = kind.ok_or_else(|| Error::Internal("a checked form has no kind".into()))?;
    Ok(Wanted { kind, dry_run, unknown_agencies, agency_id })
}
