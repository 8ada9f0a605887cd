//! Duties after a delegation (việc phải làm sau chuyến đi): passports, reports, settlements, follow-ups.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::access::account::Actor;
use crate::access::holder::Holder;
use crate::access::permission::Permission;
use crate::db::schema::{dossiers, duties};
use crate::db::{Conn, each, from_json, load_of, to_json};
use crate::error::{Error, Result};
use kernel::every_field;
use kernel::id::Id;
use kernel::money::Money;
use kernel::time::{Day, Moment, day_of};
use kernel::words::{Body, Role};

/// The traveller returns the passport to the unit.
pub const PASSPORT_RETURN: &str = "passport_return";
/// The head of the delegation reports.
pub const TRIP_REPORT: &str = "trip_report";
/// Actual costs are settled against the estimate.
pub const SETTLEMENT: &str = "settlement";
/// A task that the report names.
pub const FOLLOW_UP: &str = "follow_up";

/// Days between reminders.
const EVERY: i64 = 7;

/// One duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    pub id: i64,
    pub version: i64,
    pub delegation_id: i64,
    /// The code in the rule that requires it, or one of those above.
    pub code: String,
    /// The agency that has the duty.
    pub agency_id: i64,
    pub official_id: Option<i64>,
    /// What is to be done, if the report says so.
    pub task: Option<String>,
    pub citation: String,
    /// `None` if no text that was read gives a term.
    pub due_on: Option<Day>,
    pub done_on: Option<Day>,
    pub done_note: Option<String>,
    /// A later due day, for a reason that the head of the agency accepted.
    pub excused_until: Option<Day>,
    pub excuse: Option<String>,
    /// Why a named body lets the agency submit although this is overdue.
    pub overridden: Option<String>,
    pub settlement: Option<Settlement>,
    pub created_at: Moment,
}

/// Actual costs against the estimate (quyết toán).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Settlement {
    pub lines: Vec<Spent>,
    /// Total of the actual costs, in đồng.
    pub total_vnd: i64,
    /// Total of the estimate in đồng, if all of it was estimated in đồng.
    pub estimated_vnd: Option<i64>,
}

/// One line of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Spent {
    pub what: String,
    pub estimate: Option<Money>,
    pub actual: Money,
    /// Đồng for one unit of the currency, as a decimal; 1 for đồng.
    pub rate: String,
    /// The actual cost, in đồng.
    pub vnd: i64,
}

impl Duty {
    /// The day after which it is late.
    pub fn due(&self) -> Option<Day> {
        self.due_on.max(self.excused_until)
    }

    pub fn is_overdue(&self, on: Day) -> bool {
        self.done_on.is_none() && self.due().is_some_and(|due| due < on)
    }

    /// Number of reminders until a day: one on the first day it is late, then one every seven days. None are counted
    /// for days before the duty was recorded.
    pub fn reminders(&self, on: Day) -> i64 {
        match self.due().map(|due| due.max(day_of(self.created_at))) {
            Some(from) if self.is_overdue(on) && from < on => 1 + ((on - from).num_days() - 1) / EVERY,
            _ => 0,
        }
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = duties, treat_none_as_null = true, treat_none_as_default_value = false)]
struct DutyRow {
    id: i64,
    version: i64,
    delegation_id: i64,
    code: String,
    agency_id: i64,
    official_id: Option<i64>,
    task: Option<String>,
    citation: String,
    due_on: Option<Day>,
    done_on: Option<Day>,
    done_note: Option<String>,
    excused_until: Option<Day>,
    excuse: Option<String>,
    overridden: Option<String>,
    settlement: Option<String>,
    created_at: Moment,
}

impl TryFrom<DutyRow> for Duty {
    type Error = Error;

    fn try_from(row: DutyRow) -> Result<Self> {
        Ok(Duty {
            id: row.id,
            version: row.version,
            delegation_id: row.delegation_id,
            code: row.code,
            agency_id: row.agency_id,
            official_id: row.official_id,
            task: row.task,
            citation: row.citation,
            due_on: row.due_on,
            done_on: row.done_on,
            done_note: row.done_note,
            excused_until: row.excused_until,
            excuse: row.excuse,
            overridden: row.overridden,
            settlement: row.settlement.as_deref().map(from_json).transpose()?,
            created_at: row.created_at,
        })
    }
}

impl TryFrom<&Duty> for DutyRow {
    type Error = Error;

    fn try_from(d: &Duty) -> Result<Self> {
        every_field!(Duty of d:
            id, version, delegation_id, code, agency_id, official_id, task, citation, due_on, done_on,
            done_note, excused_until, excuse, overridden, settlement, created_at);
        Ok(DutyRow {
            id: d.id,
            version: d.version,
            delegation_id: d.delegation_id,
            code: d.code.clone(),
            agency_id: d.agency_id,
            official_id: d.official_id,
            task: d.task.clone(),
            citation: d.citation.clone(),
            due_on: d.due_on,
            done_on: d.done_on,
            done_note: d.done_note.clone(),
            excused_until: d.excused_until,
            excuse: d.excuse.clone(),
            overridden: d.overridden.clone(),
            settlement: d.settlement.as_ref().map(to_json).transpose()?,
            created_at: d.created_at,
        })
    }
}

/// A new duty, not done yet.
pub fn owed(delegation_id: i64, agency_id: i64, code: &str, citation: &str, due_on: Option<Day>, now: Moment) -> Duty {
    Duty {
        id: Id::new(now).0,
        version: 1,
        delegation_id,
        code: code.to_owned(),
        agency_id,
        official_id: None,
        task: None,
        citation: citation.to_owned(),
        due_on,
        done_on: None,
        done_note: None,
        excused_until: None,
        excuse: None,
        overridden: None,
        settlement: None,
        created_at: now,
    }
}

pub fn insert(conn: &mut Conn, duty: &Duty) -> Result<()> {
    let row = DutyRow::try_from(duty)?;
    each!(conn, c => diesel::insert_into(duties::table).values(&row).execute(c))?;
    Ok(())
}

/// Saves with the next version.
pub fn update(conn: &mut Conn, duty: &mut Duty) -> Result<()> {
    duty.version += 1;
    diesel::update(duties::table.find(duty.id)).set(DutyRow::try_from(&*duty)?).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Duty>> {
    let row: Option<DutyRow> = duties::table.find(id).select(DutyRow::as_select()).first(conn).optional()?;
    row.map(Duty::try_from).transpose()
}

/// All duties of a delegation, in the order of creation.
pub fn of_delegation(conn: &mut Conn, delegation_id: i64) -> Result<Vec<Duty>> {
    let query =
        duties::table.filter(duties::delegation_id.eq(delegation_id)).order(duties::id).select(DutyRow::as_select());
    let rows: Vec<DutyRow> = query.load(conn)?;
    rows.into_iter().map(Duty::try_from).collect()
}

/// Which duties an account sees: the same for one duty, for lists and for the digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DutySight {
    All,
    Some {
        /// Every duty of these agencies.
        agencies: Vec<i64>,
        /// Duties of this code in all agencies, too.
        code: Option<&'static str>,
    },
}

impl DutySight {
    /// Inspectors, DOFA and the deciding bodies see all duties; others see those they are concerned with.
    pub fn of(actor: &Actor) -> Self {
        let bodies = [Body::Dofa, Body::DofaDirector, Body::PpcChair, Body::Ppc];
        if actor.has(Role::Inspector) || bodies.into_iter().any(|body| actor.sits_in(body)) {
            return DutySight::All;
        }
        DutySight::Some { agencies: actor.agencies().collect(), code: Self::kept(actor) }
    }

    /// What the account is reminded of: the duties of its agency as clerk or head, passports that are out as custodian; the
    /// body for external affairs, which follows them up, of all.
    pub fn reminded(actor: &Actor) -> Self {
        if actor.sits_in(Body::Dofa) {
            return DutySight::All;
        }
        let agencies = actor.agencies().filter(|agency| Holder::Agency.is(actor, *agency)).collect();
        DutySight::Some { agencies, code: Self::kept(actor) }
    }

    /// The custodian keeps the passports of every agency.
    fn kept(actor: &Actor) -> Option<&'static str> {
        actor.may(Permission::KeepPassports).then_some(PASSPORT_RETURN)
    }

    pub fn sees(&self, duty: &Duty) -> bool {
        match self {
            DutySight::All => true,
            DutySight::Some { agencies, code } => {
                agencies.contains(&duty.agency_id) || *code == Some(duty.code.as_str())
            }
        }
    }
}

/// Which duties to list.
#[derive(Debug, Clone)]
pub struct DutyFilter {
    pub sight: DutySight,
    /// Only duties of this agency.
    pub agency_id: Option<i64>,
    pub code: Option<String>,
    /// Only duties of this delegation.
    pub delegation_id: Option<i64>,
    /// Open, and overdue on this day.
    pub overdue_on: Option<Day>,
    pub open: Option<bool>,
}

impl DutyFilter {
    /// All duties of a sight.
    pub fn seen(sight: DutySight) -> Self {
        DutyFilter { sight, agency_id: None, code: None, delegation_id: None, overdue_on: None, open: None }
    }
}

/// Narrows a boxed query by a filter; a macro, because a query of rows and one of a number have no type in common.
macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let (mut query, filter) = ($query, $filter);
        if let DutySight::Some { agencies, code } = &filter.sight {
            let own = duties::agency_id.eq_any(agencies.clone());
            query = match code {
                Some(code) => query.filter(own.or(duties::code.eq(*code))),
                None => query.filter(own),
            };
        }
        if let Some(agency) = filter.agency_id {
            query = query.filter(duties::agency_id.eq(agency));
        }
        if let Some(code) = &filter.code {
            query = query.filter(duties::code.eq(code.clone()));
        }
        if let Some(id) = filter.delegation_id {
            query = query.filter(duties::delegation_id.eq(id));
        }
        match filter.open {
            Some(true) => query = query.filter(duties::done_on.is_null()),
            Some(false) => query = query.filter(duties::done_on.is_not_null()),
            None => {}
        }
        if let Some(day) = filter.overdue_on {
            query = query.filter(duties::done_on.is_null());
            query = query.filter(duties::due_on.assume_not_null().lt(day));
            query = query.filter(duties::excused_until.is_null().or(duties::excused_until.assume_not_null().lt(day)));
        }
        query
    }};
}

/// Duties after a position, the earliest due first; those without a due day last.
pub fn page(conn: &mut Conn, filter: &DutyFilter, after: Option<(Day, i64)>, limit: i64) -> Result<Vec<Duty>> {
    let due = || diesel::dsl::sql::<diesel::sql_types::Date>("COALESCE(due_on, '9999-12-31')");
    let all = duties::table.order((due(), duties::id)).limit(limit).select(DutyRow::as_select()).into_boxed();
    let mut query = narrowed!(all, filter);
    if let Some((day, id)) = after {
        query = query.filter(due().gt(day).or(due().eq(day).and(duties::id.gt(id))));
    }
    query.load::<DutyRow>(conn)?.into_iter().map(Duty::try_from).collect()
}

/// How many duties a filter finds.
pub fn count(conn: &mut Conn, filter: &DutyFilter) -> Result<i64> {
    let all = duties::table.select(diesel::dsl::count_star()).into_boxed();
    Ok(narrowed!(all, filter).first(conn)?)
}

/// Titles of the delegations of these duties.
pub fn titles(conn: &mut Conn, all: &[Duty]) -> Result<HashMap<i64, String>> {
    let ids: Vec<i64> = all.iter().map(|d| d.delegation_id).collect();
    let titles: Vec<(i64, String)> =
        dossiers::table.filter(dossiers::id.eq_any(&ids)).select((dossiers::id, dossiers::title)).load(conn)?;
    Ok(titles.into_iter().collect())
}

/// Duties of these agencies that were due before a day, without those that a named body overrode.
pub fn late(conn: &mut Conn, agencies: &[i64], before: Day) -> Result<Vec<Duty>> {
    let query = duties::table
        .filter(duties::done_on.is_null())
        .filter(duties::overridden.is_null())
        .filter(duties::due_on.assume_not_null().lt(before));
    let rows: Vec<DutyRow> = load_of!(conn, query.select(DutyRow::as_select()), duties::agency_id, agencies)?;
    rows.into_iter().map(Duty::try_from).collect()
}

/// Reminders that an agency, or a unit that became it, has left unanswered: the most for a single one of its late duties.
pub fn reminders(late: &[Duty], lineage: &[i64], on: Day) -> i64 {
    let own = late.iter().filter(|duty| lineage.contains(&duty.agency_id) && duty.due_on.is_some_and(|due| due < on));
    own.map(|duty| duty.reminders(on)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reminder_comes_the_day_after_and_then_one_a_week() {
        let day = |d| Day::from_ymd_opt(2026, 6, d).unwrap();
        let mut duty = owed(1, 1, TRIP_REPORT, "", Some(day(1)), day(1).and_hms_opt(0, 0, 0).unwrap());
        let count = |duty: &Duty| [1, 2, 8, 9, 16].map(|d| duty.reminders(day(d)));
        assert_eq!(count(&duty), [0, 1, 1, 2, 3]);
        duty.excused_until = Some(day(8));
        assert_eq!(count(&duty), [0, 0, 0, 1, 2]);
        duty.done_on = Some(day(12));
        assert_eq!(count(&duty), [0; 5]);
    }
}
