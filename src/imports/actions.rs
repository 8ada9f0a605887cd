//! Actions on a batch: read, commit, undo.

use serde_json::json;
use tokio::sync::Semaphore;

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::parts::attachments::AttachmentFolder;
use crate::dossier::register::Registers;
use crate::error::{Code, Error, Problem, Result, not_found, refuse};
use crate::imports::annotated;
use crate::imports::batch::{Batch, ImportFault, ImportKind, ImportState, LISTED};
use crate::imports::check::{Checked, check, span};
use crate::imports::known::KnownRegistry;
use crate::imports::lists::{Lists, NoList};
use crate::imports::make::{ImportScope, make, register_of};
use crate::imports::store::{self, Created};
use crate::statistics::store as statistics;
use documents::sheet::{self, Unreadable};
use kernel::id::Id;
use kernel::procedure::RegisterEntries;
use kernel::time::Day;
use kernel::words::{Body, FieldError};

/// The agencies whose rows the caller may import: all (none) for DOFA, their own for a clerk.
pub fn own_only(call: &RequestContext, kind: ImportKind) -> Result<Option<Vec<i64>>> {
    call.actor.require(Permission::ImportLists)?;
    if call.actor.holds(Body::Dofa) {
        return Ok(None);
    }
    if kind == ImportKind::Agencies {
        return Err(crate::error::forbidden(
            "Chỉ Sở Ngoại vụ được nhập cây tổ chức.",
            "Only DOFA may import the tree of agencies.",
        ));
    }
    Ok(Some(call.actor.agencies().collect()))
}

/// Finds a batch: the caller's own, or any for DOFA.
pub fn find(conn: &mut Conn, registers: &RegisterEntries, call: &RequestContext, id: i64) -> Result<Batch> {
    let batch = store::find(conn, registers, id)?.ok_or_else(not_found)?;
    if batch.created_by == call.actor.id() || (call.actor.holds(Body::Dofa) && call.actor.may(Permission::ImportLists))
    {
        return Ok(batch);
    }
    Err(not_found())
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
        NoList::NoHeader(hidden) => no_header(&hidden),
    })
}

fn no_header(hidden: &[String]) -> Error {
    let names: Vec<String> = hidden.iter().map(|name| format!("«{name}»")).collect();
    let (hint_vi, hint_en) = if names.is_empty() {
        (String::new(), String::new())
    } else {
        let names = names.join(", ");
        (format!(" Trang bị ẩn không được đọc: {names}."), format!(" Hidden sheets are not read: {names}."))
    };
    let mut problem = Problem::new(
        Code::ValidationFailed,
        format!("Không tìm thấy dòng tiêu đề: cần các cột như Tên đoàn, Nước, Ngày đến, Ngày đi, Số người.{hint_vi}"),
        format!(
            "No header row was found; it needs columns such as delegation, country, arrival, departure, persons.{hint_en}"
        ),
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
) -> Result<Batch> {
    let mut batch = batch.clone();
    not_twice(conn, &batch)?;
    batch.created = make(conn, &ImportScope { call, registers, batch: &batch }, rows.parsed)?;
    (batch.state, batch.version) = (ImportState::Committed, batch.version + 1);
    store::update(conn, &batch)?;
    remember(conn, call, "import", &batch)?;
    Ok(batch)
}

fn remember(conn: &mut Conn, call: &RequestContext, action: &str, batch: &Batch) -> Result<()> {
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
    (batch.state, batch.version) = (ImportState::Undone, batch.version + 1);
    store::update(conn, &batch)?;
    remember(conn, call, "undo_import", &batch)?;
    Ok(batch)
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
