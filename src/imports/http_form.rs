//! The upload form of an import, and the representation of a batch.

use kernel::words::FieldError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::activation::Activation;
use crate::error::{Code, Error, Result, refuse};
use crate::imports::batch::{Batch, ImportFault, ImportKind, ImportState, UnknownAgencies};
use crate::web::idempotency::Reply;
use crate::web::multipart::{MultipartForm, check_name};
use crate::web::reply::reply;
use kernel::id::Id;
use kernel::procedure::RegisterEntries;
use kernel::text::{Language, bears_secret_mark};
use kernel::time::rfc3339;
use kernel::violation::Violations;

/// One error or warning.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportFault, example = json!({"sheet": "Danh sách", "row": 3, "column": "Ngày đến", "code": "bad_date", "value": "31/02/2021",
    "detail": "Ngày không hợp lệ; hãy viết theo dạng dd/mm/yyyy."}))]
pub struct FaultView {
    /// Name of the sheet in the workbook; null for CSV.
    sheet: Option<String>,
    /// Row number in the sheet, from 1; 0 for the file as a whole.
    row: u32,
    /// Column name in the sheet, or its letter.
    column: String,
    code: String,
    /// Content of the cell; null if it is empty or must not be stored.
    value: Option<String>,
    detail: String,
}

/// An imported file and its state.
#[derive(Serialize, ToSchema)]
#[schema(as = Import, example = json!({"id": "01ke3m9p000e1", "version": 1, "kind": "inbound", "file_name": "doan-vao-2020.xlsx",
    "state": "staged", "dry_run": true, "rows": 408, "done": 408, "accepted": 408, "rejected": 0, "created": 0, "errors": [],
    "warnings": [], "activations": [], "created_at": "2026-11-22T02:00:00Z"}))]
pub struct BatchView {
    #[schema(value_type = String)]
    id: Id,
    version: i64,
    kind: ImportKind,
    file_name: String,
    /// `checking`: checked in the background; `staged`: waits for `commit`; `rejected`: has errors, created nothing.
    state: ImportState,
    dry_run: bool,
    /// Data rows, without title and total rows.
    rows: i64,
    /// Rows checked so far.
    done: i64,
    accepted: i64,
    rejected: i64,
    /// Delegations, officials, agencies, accounts, passports or plan items that were created.
    created: i64,
    /// The first 2,000; the annotated sheet has all.
    errors: Vec<FaultView>,
    /// The first 2,000; the annotated sheet has all.
    warnings: Vec<FaultView>,
    /// Of new accounts, in the answer that created them and nowhere else: the tokens for `POST /auth/activate`.
    activations: Vec<ActivationView>,
    created_at: String,
}

/// How the owner of a new account sets their password.
#[derive(Serialize, ToSchema)]
#[schema(as = Activation, example = json!({"username": "hanh.skhcn", "full_name": "Nguyễn Thị Hạnh",
    "token": "s3Qm0kqH3s0eJm4l1dEw8pQxYtZ2uRk9aNcF7gHiJoK", "expires_at": "2026-11-23T02:00:00Z"}))]
struct ActivationView {
    username: String,
    full_name: String,
    token: String,
    expires_at: String,
}

/// The answer to a commit: what is stored for retries has no tokens.
pub fn committed(
    status: u16,
    location: Option<String>,
    batch: &Batch,
    activations: Vec<Activation>,
    language: Language,
) -> Result<Reply> {
    let shown = |a: Activation| ActivationView {
        username: a.username,
        full_name: a.full_name,
        token: a.token,
        expires_at: rfc3339(a.expires_at),
    };
    let stored = reply(status, Some(batch.version), location, &view(batch, language))?;
    if activations.is_empty() {
        return Ok(stored);
    }
    let whole = BatchView { activations: activations.into_iter().map(shown).collect(), ..view(batch, language) };
    stored.showing_once(&whole)
}

pub fn view(batch: &Batch, language: Language) -> BatchView {
    let fault = |f: &ImportFault| fault_view(f, language);
    let checked = !matches!(batch.state, ImportState::Checking | ImportState::Failed);
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
        activations: Vec::new(),
        created_at: rfc3339(batch.created_at),
    }
}

pub fn fault_view(f: &ImportFault, language: Language) -> FaultView {
    FaultView {
        sheet: f.sheet.clone(),
        row: f.row,
        column: f.column.clone(),
        code: f.code.clone(),
        value: f.value.clone(),
        detail: f.detail.in_language(language).to_owned(),
    }
}

/// The upload form of an import.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the form")]
pub struct ImportForm {
    kind: ImportKind,
    /// XLSX, or CSV in UTF-8 with commas, semicolons or tabs; at most 20 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `true` (default): only check; `commit` later. `false`: commit at once if no row has an error.
    dry_run: Option<bool>,
    /// `create` (default): a unit not in the tree is created as closed, to be confirmed. `reject`: it is an error.
    unknown_agencies: Option<String>,
    /// The agency for rows that name none.
    agency_id: Option<String>,
}

/// The parsed fields of the form.
pub struct ImportRequest {
    pub kind: ImportKind,
    pub dry_run: bool,
    pub unknown_agencies: UnknownAgencies,
    pub agency_id: Option<i64>,
}

pub fn wanted(form: &MultipartForm, registers: &RegisterEntries) -> Result<ImportRequest> {
    if bears_secret_mark(&form.file_name) || form.texts.values().any(|t| bears_secret_mark(t)) {
        return Err(refuse(Code::StateSecretRefused, "Không tiếp nhận bí mật nhà nước.", "State secrets are refused."));
    }
    let mut faults = Violations::default();
    check_name(&form.file_name, &mut faults);
    let bad = |faults: &mut Violations, name: &str| {
        faults.add(format!("/{name}"), FieldError::UnknownValue, "Giá trị không hợp lệ.", "The value is not known.")
    };
    let word = |name: &str| form.texts.get(name).map(|text| text.trim());
    let kind = word("kind").and_then(|w| ImportKind::by_word(w, registers));
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
    Ok(ImportRequest { kind, dry_run, unknown_agencies, agency_id })
}
