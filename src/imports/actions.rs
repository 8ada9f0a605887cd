//! What is done with a batch: reading it, taking it in, taking it back.

use serde_json::json;

use crate::access::call::Call;
use crate::access::permission::{Act, Kind as Right};
use crate::audit;
use crate::db::Conn;
use crate::dossier::parts::attachments::Folder;
use crate::dossier::store as dossiers;
use crate::error::{Code, Error, Problem, Result, not_found, refuse};
use crate::imports::annotated;
use crate::imports::batch::{Batch, Fault, Kind, LISTED, State};
use crate::imports::check::{Checked, check, list_in, span};
use crate::imports::header::Header;
use crate::imports::known::Known;
use crate::imports::make::{Hand, make};
use crate::imports::store::{self, What};
use crate::procedures::{inbound, outbound};
use crate::reports::store as reports;
use crate::statistics::store as statistics;
use documents::sheet::{self, Sheet, Unreadable};
use kernel::id::Id;
use kernel::time::Day;
use kernel::words::{Body, Direction};

/// Whose rows somebody may bring in: DOFA everybody's, a clerk those of his agency.
pub fn own_only(call: &Call, kind: Kind) -> Result<Option<Vec<i64>>> {
    call.actor.require(Act::Draft, Right::Import)?;
    if call.actor.holds(Body::Dofa) {
        return Ok(None);
    }
    if kind == Kind::Agencies {
        return Err(crate::error::forbidden(
            "Chỉ Sở Ngoại vụ nhập cây tổ chức.",
            "Only DOFA brings in the tree of units.",
        ));
    }
    Ok(Some(call.actor.agencies().collect()))
}

/// Finds a batch: one's own, or any for DOFA.
pub fn find(conn: &mut Conn, call: &Call, id: i64) -> Result<Batch> {
    let batch = store::find(conn, id)?.ok_or_else(not_found)?;
    if batch.created_by == call.actor.id()
        || (call.actor.holds(Body::Dofa) && call.actor.may(Act::Draft, Right::Import))
    {
        return Ok(batch);
    }
    Err(not_found())
}

/// The list in a file.
pub fn open(kind: Kind, bytes: &[u8]) -> Result<(Sheet, Header)> {
    let sheets = sheet::read(bytes).map_err(|reason| match reason {
        Unreadable::TooLarge => refuse(
            Code::PayloadTooLarge,
            format!("Bảng tính tối đa {} dòng.", sheet::MAX_ROWS),
            format!("A sheet has at most {} rows.", sheet::MAX_ROWS),
        ),
        Unreadable::NotAWorkbook(_) | Unreadable::NotCsv(_) => {
            refuse(Code::UnsupportedMediaType, "Chỉ nhận XLSX, hoặc CSV mã UTF-8.", "Only XLSX, or CSV in UTF-8.")
        }
    })?;
    list_in(kind, sheets).ok_or_else(|| {
        let mut problem = Problem::new(
            Code::ValidationFailed,
            "Không tìm thấy dòng tiêu đề: cần các cột như Tên đoàn, Nước, Ngày đến, Ngày đi, Số người.",
            "No header was found: columns such as delegation, country, arrival, departure, persons are needed.",
        );
        problem.errors.add("/file", "no_header", "Không có dòng tiêu đề.", "There is no header row.");
        problem.into()
    })
}

/// What a list is checked against, for somebody who may bring in these units' rows.
pub fn known(
    conn: &mut Conn,
    batch: &Batch,
    (sheet, header): (&Sheet, &Header),
    own: Option<Vec<i64>>,
    today: Day,
) -> Result<Known> {
    let known = store::known(conn, batch, span(sheet, header), today)?;
    Ok(Known { own, ..known })
}

/// Writes into the batch what was found in its file, and keeps the sheet with its remarks.
pub fn note(batch: &mut Batch, found: &Checked, list: (&Sheet, &Header), folder: &Folder) -> Result<()> {
    let annotated = annotated::write(list.0, list.1, found).map_err(Error::Internal)?;
    batch.annotated_as = Some(folder.put(&annotated)?);
    (batch.rows, batch.done, batch.rejected) = (found.rows, found.rows, found.rejected);
    let some = |all: &[Fault]| all.iter().take(LISTED).cloned().collect();
    (batch.errors, batch.warnings) = (some(&found.errors), some(&found.warnings));
    batch.state = if found.errors.is_empty() { State::Staged } else { State::Rejected };
    Ok(())
}

/// Refuses a file that was taken in already.
pub fn not_twice(conn: &mut Conn, batch: &Batch) -> Result<()> {
    match store::committed(conn, batch.kind, &batch.sha256)? {
        Some(there) if there != batch.id => Err(Problem::new(
            Code::AlreadyImported,
            "Tệp này đã được nhập; muốn nhập lại, hãy hoàn tác lần nhập trước.",
            "This file was brought in already; undo that batch to bring it in again.",
        )
        .with("import_id", json!(Id(there)))
        .into()),
        _ => Ok(()),
    }
}

/// Who took a batch in or back, for the trail.
pub struct Signed<'a> {
    pub actor: &'a str,
    pub trace_id: &'a str,
}

/// Takes the rows of a staged batch in: all of them.
pub fn take_in(conn: &mut Conn, hand: &Hand, rows: Checked, signed: &Signed) -> Result<Batch> {
    let mut batch = hand.batch.clone();
    not_twice(conn, &batch)?;
    batch.created = make(conn, hand, rows.parsed)?;
    (batch.state, batch.version) = (State::Committed, batch.version + 1);
    store::update(conn, &batch)?;
    remember(conn, hand, signed, "import", &batch)?;
    Ok(batch)
}

fn remember(conn: &mut Conn, hand: &Hand, signed: &Signed, action: &str, batch: &Batch) -> Result<()> {
    let detail = json!({"kind": batch.kind, "sha256": batch.sha256, "rows": batch.rows, "created": batch.created});
    let object = format!("imports/{}", Id(batch.id));
    let Signed { actor, trace_id } = *signed;
    audit::append(conn, &audit::Entry { at: hand.now, actor, action, object: &object, detail, trace_id })
}

/// Refused in any state but this.
pub fn in_state(batch: &Batch, state: State) -> Result<()> {
    if batch.state == state {
        return Ok(());
    }
    let allowed: &[&str] = match batch.state {
        State::Staged => &["commit"],
        State::Committed => &["undo"],
        _ => &[],
    };
    Err(Problem::new(
        Code::NotPossibleInState,
        format!("Lô nhập đang ở trạng thái «{}».", batch.state.word()),
        format!("The batch is `{}`.", batch.state.word()),
    )
    .with("allowed_actions", json!(allowed))
    .with("state", json!(batch.state))
    .into())
}

fn in_use() -> Error {
    refuse(
        Code::BatchInUse,
        "Có dòng đã được sửa, đang được dùng, hoặc đã vào báo cáo chốt; không hoàn tác được.",
        "A row was edited, is in use, or stands in a frozen report; the batch cannot be undone.",
    )
}

/// Takes a batch back: everything it created goes.
pub fn undo(conn: &mut Conn, call: &Call, mut batch: Batch) -> Result<Batch> {
    in_state(&batch, State::Committed)?;
    let own = store::records(conn, batch.id, What::Dossier)?;
    if store::dossiers_touched(conn, batch.id)? || reports::frozen(conn, &own)? {
        return Err(in_use());
    }
    let people = store::records(conn, batch.id, What::Official)?;
    for id in &people {
        if store::official_used(conn, *id)? {
            return Err(in_use());
        }
    }
    let units = store::records(conn, batch.id, What::Agency)?;
    store::delete_records(conn, batch.id)?;
    for id in own {
        match direction(batch.kind) {
            Direction::Inbound => dossiers::delete::<inbound::model::Content>(conn, id)?,
            Direction::Outbound => dossiers::delete::<outbound::model::Content>(conn, id)?,
        }
        statistics::replace(conn, id, None)?;
    }
    people.iter().try_for_each(|id| store::delete_official(conn, *id))?;
    // Children stand after their parents in a list as often as before: the tree is taken down from its leaves.
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
    if batch.kind == Kind::Agencies && !left.is_empty() {
        return Err(in_use());
    }
    (batch.state, batch.version) = (State::Undone, batch.version + 1);
    store::update(conn, &batch)?;
    let signed = Signed { actor: call.actor.username(), trace_id: &call.trace_id };
    remember(conn, &Hand::of(call, &batch), &signed, "undo_import", &batch)?;
    Ok(batch)
}

fn direction(kind: Kind) -> Direction {
    if kind == Kind::Inbound { Direction::Inbound } else { Direction::Outbound }
}

/// Reads a stored file again, for a commit: what the register knows may have changed since it was staged.
pub fn read_again(
    conn: &mut Conn,
    batch: &Batch,
    folder: &Folder,
    own: Option<Vec<i64>>,
    today: Day,
    progress: &mut dyn FnMut(i64),
) -> Result<(Sheet, Header, Checked)> {
    let name = batch.stored_as.as_ref().ok_or_else(|| Error::Internal("a batch without its file".into()))?;
    let (sheet, header) = open(batch.kind, &folder.get(name)?)?;
    let known = known(conn, batch, (&sheet, &header), own, today)?;
    let found = check(batch.kind, &sheet, &header, &known, progress);
    Ok((sheet, header, found))
}
