//! Actions on a batch: who may, reading, committing.

use serde_json::json;
use tokio::sync::Semaphore;

use crate::access::activation::Activation;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::parts::attachment_folder::AttachmentFolder;
use crate::dossier::register::Registers;
use crate::error::{Code, Error, Problem, Result, not_found, refuse};
use crate::imports::annotated;
use crate::imports::batch::{Batch, ImportFault, ImportKind, ImportState, LISTED};
use crate::imports::check::{Checked, check, span};
use crate::imports::guide::needed_names;
use crate::imports::known::KnownRegistry;
use crate::imports::lists::{Lists, NoList};
use crate::imports::make::{ImportScope, Made, make};
use crate::imports::store;
use documents::sheet::{self, Unreadable};
use kernel::id::Id;
use kernel::procedure::RegisterEntries;
use kernel::time::Day;
use kernel::words::{Body, FieldError};

/// The agencies whose rows of a kind the caller may import: all (none), or their own.
pub fn own_only(call: &RequestContext, kind: ImportKind) -> Result<Option<Vec<i64>>> {
    // Whoever has the first permission imports for every agency, whoever has only the second for their own.
    let (every, own) = match kind {
        ImportKind::Accounts => (Permission::AdministerAccounts, None),
        ImportKind::Agencies => (Permission::AdministerAgencies, None),
        ImportKind::Passports => (Permission::KeepPassports, Some(Permission::EditOfficials)),
        ImportKind::PlanItems => (Permission::HandlePlans, Some(Permission::DraftPlans)),
        ImportKind::Delegations(..) | ImportKind::Officials | ImportKind::Guests => {
            call.actor.require(Permission::ImportLists)?;
            let all = call.actor.holds(Body::Dofa);
            return Ok((!all).then(|| call.actor.agencies().collect()));
        }
    };
    match own {
        _ if call.actor.may(every) => Ok(None),
        Some(own) if call.actor.may(own) => Ok(Some(call.actor.agencies().collect())),
        _ => call.actor.require(every).map(|()| None),
    }
}

/// 403 unless the caller may import lists of some kind; asked before a form is read.
pub fn require_some(call: &RequestContext, registers: &RegisterEntries) -> Result<()> {
    if ImportKind::all(registers).any(|kind| own_only(call, kind).is_ok()) {
        return Ok(());
    }
    call.actor.require(Permission::ImportLists)
}

/// The kinds whose batches the caller sees, whoever made them: those that they import for every agency.
pub fn seen_whole(call: &RequestContext, registers: &RegisterEntries) -> Vec<&'static str> {
    let whole = |kind: &ImportKind| matches!(own_only(call, *kind), Ok(None));
    ImportKind::all(registers).filter(whole).map(ImportKind::word).collect()
}

/// Finds a batch: the caller's own, or one of a kind that they import for every agency.
pub fn find(conn: &mut Conn, registers: &RegisterEntries, call: &RequestContext, id: i64) -> Result<Batch> {
    require_some(call, registers)?;
    let batch = store::find(conn, registers, id)?.ok_or_else(not_found)?;
    let seen = batch.created_by == call.actor.id() || matches!(own_only(call, batch.kind), Ok(None));
    if seen { Ok(batch) } else { Err(not_found()) }
}

/// Reads the lists in a file.
pub fn open(kind: ImportKind, bytes: &[u8]) -> Result<Lists> {
    Lists::read(kind, bytes).map_err(|reason| match reason {
        NoList::Unreadable(Unreadable::TooLarge) => refuse(
            Code::PayloadTooLarge,
            format!("Bảng tính chỉ được có tối đa {} dòng.", sheet::MAX_ROWS),
            format!("A sheet may have at most {} rows.", sheet::MAX_ROWS),
        ),
        NoList::Unreadable(Unreadable::NotAWorkbook(_) | Unreadable::NotCsv(_)) => refuse(
            Code::UnsupportedMediaType,
            "Chỉ nhận tệp XLSX, hoặc tệp CSV mã hóa UTF-8.",
            "Only XLSX, or CSV in UTF-8, is accepted.",
        ),
        NoList::NoHeader(hidden) => no_header(kind, &hidden),
    })
}

fn no_header(kind: ImportKind, hidden: &[String]) -> Error {
    let needed = needed_names(kind);
    let names: Vec<String> = hidden.iter().map(|name| format!("«{name}»")).collect();
    let (hint_vi, hint_en) = if names.is_empty() {
        (String::new(), String::new())
    } else {
        let names = names.join(", ");
        (format!(" Trang bị ẩn không được đọc: {names}."), format!(" Hidden sheets are not read: {names}."))
    };
    let mut problem = Problem::new(
        Code::ValidationFailed,
        format!("Không tìm thấy dòng tiêu đề: cần các cột {}.{hint_vi}", needed.vi),
        format!("No header row was found; it needs the columns {}.{hint_en}", needed.en),
    );
    problem.errors.add("/file", FieldError::NoHeader, "Không có dòng tiêu đề.", "There is no header row.");
    problem.into()
}

/// What a list is checked against, for a caller who may import the rows of `own`.
pub fn known(
    conn: &mut Conn,
    batch: &Batch,
    lists: &Lists,
    own: Option<Vec<i64>>,
    today: Day,
) -> Result<KnownRegistry> {
    let known = store::known(conn, batch, span(lists), today)?;
    Ok(KnownRegistry { own, ..known })
}

/// Stores in the batch what was found in its file, and stores the annotated sheet.
pub fn note(batch: &mut Batch, found: &Checked, lists: &Lists, folder: &AttachmentFolder) -> Result<()> {
    let annotated = annotated::write(lists, found).map_err(Error::Internal)?;
    batch.annotated_as = Some(folder.put(&annotated)?);
    (batch.rows, batch.done, batch.rejected) = (found.rows, found.rows, found.rejected);
    let some = |all: &[ImportFault]| all.iter().take(LISTED).cloned().collect();
    (batch.errors, batch.warnings) = (some(&found.errors), some(&found.warnings));
    batch.state = if found.errors.is_empty() { ImportState::Staged } else { ImportState::Rejected };
    Ok(())
}

/// Refuses a file that has already been committed.
pub fn not_twice(conn: &mut Conn, batch: &Batch) -> Result<()> {
    match store::committed(conn, batch.kind, &batch.sha256)? {
        Some(there) if there != batch.id => Err(Problem::new(
            Code::AlreadyImported,
            "Tệp này đã được nhập; muốn nhập lại, hãy hoàn tác lần nhập trước.",
            "This file has already been imported; undo that batch to import it again.",
        )
        .with("import_id", json!(Id(there)))
        .into()),
        _ => Ok(()),
    }
}

/// Commits a staged batch: creates all its rows.
pub fn take_in(
    conn: &mut Conn,
    registers: &Registers,
    call: &RequestContext,
    batch: &Batch,
    rows: Checked,
) -> Result<(Batch, Vec<Activation>)> {
    let mut batch = batch.clone();
    not_twice(conn, &batch)?;
    let Made { created, activations } = make(conn, &ImportScope { call, registers, batch: &batch }, rows.parsed)?;
    batch.created = created;
    (batch.state, batch.version) = (ImportState::Committed, batch.version + 1);
    store::update(conn, &batch)?;
    remember(conn, call, "import", &batch)?;
    Ok((batch, activations))
}

pub fn remember(conn: &mut Conn, call: &RequestContext, action: &str, batch: &Batch) -> Result<()> {
    let detail = json!({"kind": batch.kind, "sha256": batch.sha256, "rows": batch.rows, "created": batch.created});
    call.remember(conn, action, &format!("imports/{}", Id(batch.id)), detail)
}

/// 409 unless the batch is in this state.
pub fn in_state(batch: &Batch, state: ImportState) -> Result<()> {
    if batch.state == state {
        return Ok(());
    }
    let allowed: &[&str] = match batch.state {
        ImportState::Staged => &["commit"],
        ImportState::Committed => &["undo"],
        _ => &[],
    };
    Err(Problem::new(
        Code::NotPossibleInState,
        format!("Lô nhập đang ở trạng thái «{}».", batch.state.vi()),
        format!("The batch is in the state \"{}\".", batch.state.en()),
    )
    .with("allowed_actions", json!(allowed))
    .with("state", json!(batch.state))
    .into())
}

/// Reads the stored file of a batch.
pub fn open_stored(batch: &Batch, folder: &AttachmentFolder) -> Result<Lists> {
    let name = batch.stored_as.as_ref().ok_or_else(|| Error::Internal("a batch without its file".into()))?;
    open(batch.kind, &folder.get(name)?)
}

/// Checks the lists of a batch: the data they are checked against may have changed since it was staged.
pub fn check_again(
    conn: &mut Conn,
    batch: &Batch,
    lists: &Lists,
    own: Option<Vec<i64>>,
    today: Day,
    progress: &mut dyn FnMut(i64),
) -> Result<Checked> {
    let known = known(conn, batch, lists, own, today)?;
    Ok(check(batch.kind, lists, &known, progress))
}

/// Reads a file away from the database: a sheet takes time and memory, so no connection waits for it, and one is read at a
/// time.
pub async fn reading<T: Send + 'static>(read: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    static TURN: Semaphore = Semaphore::const_new(1);
    let _turn = TURN.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(read).await.map_err(|e| Error::Internal(e.to_string()))?
}

/// Most faults of rows in a refusal; a batch lists more.
const TOLD: usize = 100;

/// A refusal with the faults of rows, each under the pointer of the file that has them.
pub fn with_rows(mut problem: Problem, pointer: &str, errors: &[ImportFault]) -> Error {
    for ImportFault { row, column, detail, .. } in errors.iter().take(TOLD) {
        let vi = format!("Dòng {row}, cột «{column}»: {}", detail.vi);
        let en = format!("Row {row}, column «{column}»: {}", detail.en);
        problem.errors.add(pointer, FieldError::BadRow, vi, en);
    }
    problem.into()
}
