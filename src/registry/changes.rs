//! Changes of the tree of agencies (đổi tên, hợp nhất, chia tách, chuyển cấp trên): their effects and database rows.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use serde_json::json;

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::counters;
use crate::db::schema::{agencies as agency_rows, agency_changes, agency_successions, officials, users};
use crate::db::{Conn, insert_rows, word};
use crate::error::{Error, Result};
use crate::registry::agencies::{self, Agency, AgencyFilter};
use kernel::id::Id;
use kernel::succession::Succession;
use kernel::time::Day;
use kernel::violation::Violations;
use kernel::words::{AgencyChangeKind, FieldError, PaperRef};

/// An agency that results from a change.
#[derive(Debug, Clone)]
pub struct Successor {
    pub code: String,
    pub name: String,
    /// None: the same parent as the first agency that it replaces.
    pub parent_id: Option<i64>,
}

/// A requested change.
#[derive(Debug, Clone)]
pub struct ChangeRequest {
    pub kind: AgencyChangeKind,
    /// First day of the new structure.
    pub on: Day,
    pub from: Vec<i64>,
    pub to: Vec<Successor>,
    pub document: PaperRef,
}

/// A completed change.
#[derive(Debug, Clone)]
pub struct AgencyChange {
    pub id: i64,
    pub kind: AgencyChangeKind,
    pub on: Day,
    pub document: PaperRef,
    pub from: Vec<Agency>,
    pub to: Vec<Agency>,
    /// Accounts and officials that were moved to the only successor. A split moves nobody: a person must decide who
    /// goes where.
    pub accounts_moved: i64,
    pub officials_moved: i64,
}

/// Makes the change: the old agencies end the day before, the new ones begin, and a single successor takes over
/// officials, accounts and child agencies.
pub fn make(conn: &mut Conn, call: &RequestContext, wanted: ChangeRequest) -> Result<AgencyChange> {
    call.actor.require(Permission::AdministerAgencies)?;
    let mut faults = Violations::default();
    let from = check(conn, call, &wanted, &mut faults)?;
    faults.finish()?;
    let first = from.first().ok_or_else(|| Error::Internal("a change without an old agency".into()))?;
    // A unit that is merged with its own parent follows the parent: nothing may stand below itself.
    let above = from.iter().filter_map(|a| a.parent_id).find(|parent| !wanted.from.contains(parent));
    let new = |s: &Successor| Agency {
        id: Id::new(call.now).0,
        version: 1,
        code: s.code.clone(),
        name: s.name.clone(),
        parent_id: s.parent_id.or(first.parent_id.filter(|parent| !wanted.from.contains(parent))).or(above),
        bloc: first.bloc,
        valid_from: wanted.on,
        valid_to: None,
        clerk_may_submit: first.clerk_may_submit,
        confirmed: true,
    };
    let to: Vec<Agency> = wanted.to.iter().map(new).collect();
    let end = |a: Agency| Agency { valid_to: Some(wanted.on), version: a.version + 1, ..a };
    let from: Vec<Agency> = from.into_iter().map(end).collect();
    from.iter().try_for_each(|a| agencies::update(conn, a))?;
    to.iter().try_for_each(|a| agencies::insert(conn, a))?;
    let ids: Vec<i64> = from.iter().map(|a| a.id).collect();
    let (accounts_moved, officials_moved) = match to.as_slice() {
        [one] => hand_over(conn, &ids, one.id, wanted.on)?,
        _ => (0, 0),
    };
    let id = Id::new(call.now).0;
    let ChangeRequest { kind, on, document, .. } = wanted;
    let change = AgencyChange { id, kind, on, document, from, to, accounts_moved, officials_moved };
    insert(conn, &change)?;
    counters::raise_data_version(conn)?;
    let codes = |all: &[Agency]| all.iter().map(|a| a.code.clone()).collect::<Vec<_>>();
    let detail = json!({"kind": change.kind, "on": change.on, "from": codes(&change.from), "to": codes(&change.to),
        "document": change.document, "accounts": accounts_moved, "officials": officials_moved});
    call.remember(conn, "change_agencies", &format!("agency-changes/{}", Id(id)), detail)?;
    Ok(change)
}

/// Reports every error in the request; returns the agencies that end.
fn check(
    conn: &mut Conn,
    call: &RequestContext,
    wanted: &ChangeRequest,
    faults: &mut Violations,
) -> Result<Vec<Agency>> {
    let (olds, news) = (wanted.from.len(), wanted.to.len());
    let fits = match wanted.kind {
        AgencyChangeKind::Rename | AgencyChangeKind::Transfer => olds == 1 && news == 1,
        AgencyChangeKind::Merge => olds >= 2 && news == 1,
        AgencyChangeKind::Split => olds == 1 && news >= 2,
    };
    faults.require(
        fits,
        "/kind",
        FieldError::WrongNumberOfUnits,
        "Đổi tên, chuyển cấp trên: một thành một; hợp nhất: nhiều thành một; chia tách: một thành nhiều.",
        "Rename and transfer: one becomes one; merge: several become one; split: one becomes several.",
    );
    let known = wanted.on <= call.today;
    faults.require(known, "/on", FieldError::InTheFuture, "Ngày này chưa đến.", "The date is in the future.");
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, id) in wanted.from.iter().enumerate() {
        let pointer = format!("/from/{at}");
        faults.require(
            seen.insert(*id),
            &pointer,
            FieldError::Repeated,
            "Cơ quan bị lặp lại.",
            "The agency is listed twice.",
        );
        match agencies::find(conn, *id)? {
            None => faults.require(
                false,
                &pointer,
                FieldError::UnknownAgency,
                "Không có cơ quan này.",
                "This agency does not exist.",
            ),
            Some(agency) => {
                let lives = agency.valid_to.is_none() && agency.valid_from < wanted.on;
                faults.require(
                    lives,
                    &pointer,
                    FieldError::NotValidThen,
                    "Cơ quan đã chấm dứt hoạt động, hoặc chỉ bắt đầu từ ngày đó trở đi.",
                    "The agency has already ended, or does not begin before that day.",
                );
                found.push(agency);
            }
        }
    }
    let mut codes = BTreeSet::new();
    for (at, successor) in wanted.to.iter().enumerate() {
        let pointer = format!("/to/{at}/code");
        let fresh = codes.insert(successor.code.clone());
        faults.require(fresh, &pointer, FieldError::Repeated, "Mã bị lặp lại.", "The code is used twice.");
        let filter = AgencyFilter { code: Some(successor.code.clone()), ..AgencyFilter::default() };
        let same = agencies::page(conn, &filter, None, 200)?;
        let taken = same.iter().any(|o| !wanted.from.contains(&o.id) && o.valid_to.is_none_or(|to| wanted.on < to));
        faults.require(
            !taken,
            &pointer,
            FieldError::CodeInUse,
            "Mã cơ quan đang được sử dụng.",
            "The code is already in use.",
        );
        if let Some(parent) = successor.parent_id {
            let there = agencies::find(conn, parent)?.is_some_and(|p| p.exists_on(wanted.on));
            faults.require(
                there && !wanted.from.contains(&parent),
                &format!("/to/{at}/parent_id"),
                FieldError::UnknownAgency,
                "Không có cơ quan cấp trên này vào ngày đó.",
                "This parent agency does not exist on that day.",
            );
        }
    }
    Ok(found)
}

/// Moves accounts, officials and child agencies to the successor; returns the numbers of accounts and officials.
fn hand_over(conn: &mut Conn, from: &[i64], to: i64, on: Day) -> Result<(i64, i64)> {
    let accounts = diesel::update(users::table.filter(users::agency_id.assume_not_null().eq_any(from)))
        .set((users::agency_id.eq(to), users::version.eq(users::version + 1)))
        .execute(conn)?;
    let people = diesel::update(officials::table.filter(officials::agency_id.eq_any(from)))
        .set((officials::agency_id.eq(to), officials::version.eq(officials::version + 1)))
        .execute(conn)?;
    let lasts = agency_rows::valid_to.is_null().or(agency_rows::valid_to.gt(on));
    diesel::update(
        agency_rows::table
            .filter(agency_rows::parent_id.assume_not_null().eq_any(from))
            .filter(agency_rows::id.ne(to))
            .filter(lasts.assume_not_null()),
    )
    .set((agency_rows::parent_id.eq(to), agency_rows::version.eq(agency_rows::version + 1)))
    .execute(conn)?;
    Ok((i64::try_from(accounts).unwrap_or(i64::MAX), i64::try_from(people).unwrap_or(i64::MAX)))
}

type AgencyChangeRow = (i64, String, Day, String, i64, i64);

fn insert(conn: &mut Conn, change: &AgencyChange) -> Result<()> {
    let document = serde_json::to_string(&change.document).map_err(|e| Error::Internal(e.to_string()))?;
    diesel::insert_into(agency_changes::table)
        .values((
            agency_changes::id.eq(change.id),
            agency_changes::kind.eq(change.kind.word()),
            agency_changes::on_day.eq(change.on),
            agency_changes::document.eq(document),
            agency_changes::accounts_moved.eq(change.accounts_moved),
            agency_changes::officials_moved.eq(change.officials_moved),
        ))
        .execute(conn)?;
    let pairs = change.from.iter().flat_map(|f| change.to.iter().map(move |t| (f.id, t.id)));
    let rows: Vec<_> = pairs
        .map(|(from, to)| {
            (
                agency_successions::change_id.eq(change.id),
                agency_successions::from_id.eq(from),
                agency_successions::to_id.eq(to),
            )
        })
        .collect();
    insert_rows!(conn, agency_successions::table, &rows);
    Ok(())
}

/// Changes before `before`, newest first.
pub fn page(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<AgencyChange>> {
    let mut query = agency_changes::table.order(agency_changes::id.desc()).limit(limit).into_boxed();
    if let Some(id) = before {
        query = query.filter(agency_changes::id.lt(id));
    }
    let rows: Vec<AgencyChangeRow> = query.load(conn)?;
    complete(conn, rows)
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<AgencyChange>> {
    let rows: Vec<AgencyChangeRow> = agency_changes::table.find(id).load(conn)?;
    Ok(complete(conn, rows)?.pop())
}

fn complete(conn: &mut Conn, rows: Vec<AgencyChangeRow>) -> Result<Vec<AgencyChange>> {
    let mut known: HashMap<i64, Agency> = HashMap::new();
    let mut all = Vec::new();
    for (id, kind, on, document, accounts_moved, officials_moved) in rows {
        let pairs: Vec<(i64, i64)> = agency_successions::table
            .filter(agency_successions::change_id.eq(id))
            .order((agency_successions::from_id, agency_successions::to_id))
            .select((agency_successions::from_id, agency_successions::to_id))
            .load(conn)?;
        let (from, to): (BTreeSet<i64>, BTreeSet<i64>) = pairs.into_iter().unzip();
        for unit in from.iter().chain(&to) {
            if !known.contains_key(unit)
                && let Some(agency) = agencies::find(conn, *unit)?
            {
                known.insert(*unit, agency);
            }
        }
        let of = |ids: BTreeSet<i64>| ids.iter().filter_map(|id| known.get(id).cloned()).collect();
        all.push(AgencyChange {
            id,
            kind: word(&kind)?,
            on,
            document: serde_json::from_str(&document).map_err(|e| Error::Internal(e.to_string()))?,
            from: of(from),
            to: of(to),
            accounts_moved,
            officials_moved,
        });
    }
    Ok(all)
}

/// All agencies and their successors over time, for statistics.
pub fn succession(conn: &mut Conn) -> Result<Succession> {
    let units: Vec<(i64, Day, Option<Day>)> =
        agency_rows::table.select((agency_rows::id, agency_rows::valid_from, agency_rows::valid_to)).load(conn)?;
    let pairs: Vec<(i64, i64)> = agency_successions::table
        .order((agency_successions::from_id, agency_successions::to_id))
        .select((agency_successions::from_id, agency_successions::to_id))
        .load(conn)?;
    Ok(Succession::new(units, &pairs))
}
