//! Plans and their items in the database.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::{plan_draws, plan_items as items, plans};
use crate::db::{Conn, from_json, load_of, to_json, word};
use crate::error::{Error, Result};
use crate::plans::model::{Plan, PlanItem, waits};
use kernel::every_field;
use kernel::time::Moment;

type PlanRow = (i64, i64, String, String);

fn plan(row: PlanRow) -> Result<Plan> {
    let (year, version, state, decisions) = row;
    Ok(Plan { year, version, state: word(&state)?, decisions: from_json(&decisions)? })
}

/// The plan of a year; an empty one if nothing has been proposed.
pub fn find(conn: &mut Conn, year: i64) -> Result<Plan> {
    let row: Option<PlanRow> = plans::table.find(year).first(conn).optional()?;
    row.map_or_else(|| Ok(Plan::empty(year)), plan)
}

/// All plans, latest first.
pub fn all(conn: &mut Conn) -> Result<Vec<Plan>> {
    let rows: Vec<PlanRow> = plans::table.order(plans::year.desc()).load(conn)?;
    rows.into_iter().map(plan).collect()
}

/// Number of items of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlanTally {
    pub items: i64,
    /// Items on which the body has to decide.
    pub waiting: i64,
}

/// Numbers of items by year.
pub fn tallies(conn: &mut Conn, years: &[i64]) -> Result<HashMap<i64, PlanTally>> {
    let rows: Vec<(i64, String, bool)> = items::table
        .filter(items::year.eq_any(years.to_vec()))
        .select((items::year, items::state, items::change.is_not_null()))
        .load(conn)?;
    let mut all: HashMap<i64, PlanTally> = HashMap::new();
    for (year, state, changes) in rows {
        let tally = all.entry(year).or_default();
        tally.items += 1;
        tally.waiting += i64::from(waits(word(&state)?, changes));
    }
    Ok(all)
}

/// Saves with the next version; the caller has checked the current one in this transaction.
pub fn save(conn: &mut Conn, plan: &mut Plan) -> Result<()> {
    plan.version += 1;
    let decisions = to_json(&plan.decisions)?;
    if plan.version == 1 {
        let row = (
            plans::year.eq(plan.year),
            plans::version.eq(plan.version),
            plans::state.eq(plan.state.word()),
            plans::decisions.eq(decisions),
        );
        diesel::insert_into(plans::table).values(row).execute(conn)?;
    } else {
        let changes =
            (plans::version.eq(plan.version), plans::state.eq(plan.state.word()), plans::decisions.eq(decisions));
        diesel::update(plans::table.find(plan.year)).set(changes).execute(conn)?;
    }
    Ok(())
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = items, treat_none_as_null = true, treat_none_as_default_value = false)]
struct PlanItemRow {
    id: i64,
    version: i64,
    year: i64,
    agency_id: i64,
    state: String,
    wanted: String,
    change: Option<String>,
    reason: Option<String>,
    created_by: i64,
    created_at: Moment,
}

impl TryFrom<PlanItemRow> for PlanItem {
    type Error = Error;

    fn try_from(row: PlanItemRow) -> Result<Self> {
        Ok(PlanItem {
            id: row.id,
            version: row.version,
            year: row.year,
            agency_id: row.agency_id,
            state: word(&row.state)?,
            wanted: from_json(&row.wanted)?,
            change: row.change.as_deref().map(from_json).transpose()?,
            reason: row.reason,
            created_by: row.created_by,
            created_at: row.created_at,
        })
    }
}

impl TryFrom<&PlanItem> for PlanItemRow {
    type Error = Error;

    fn try_from(item: &PlanItem) -> Result<Self> {
        every_field!(PlanItem of item:
            id, version, year, agency_id, state, wanted, change, reason, created_by, created_at);
        Ok(PlanItemRow {
            id: item.id,
            version: item.version,
            year: item.year,
            agency_id: item.agency_id,
            state: item.state.word().to_owned(),
            wanted: to_json(&item.wanted)?,
            change: item.change.as_ref().map(to_json).transpose()?,
            reason: item.reason.clone(),
            created_by: item.created_by,
            created_at: item.created_at,
        })
    }
}

pub fn item(conn: &mut Conn, id: i64) -> Result<Option<PlanItem>> {
    Ok(items(conn, &[id])?.pop())
}

/// Items of a year after `after`, of some agencies or all.
/// The items with these ids; ids that do not exist are ignored.
pub fn items(conn: &mut Conn, ids: &[i64]) -> Result<Vec<PlanItem>> {
    let rows: Vec<PlanItemRow> = load_of!(conn, items::table.select(PlanItemRow::as_select()), items::id, ids)?;
    rows.into_iter().map(PlanItem::try_from).collect()
}

pub fn page(conn: &mut Conn, year: i64, agencies: Option<&[i64]>, after: i64, limit: i64) -> Result<Vec<PlanItem>> {
    let mut query = items::table
        .filter(items::year.eq(year))
        .filter(items::id.gt(after))
        .order(items::id)
        .limit(limit)
        .select(PlanItemRow::as_select())
        .into_boxed();
    if let Some(agencies) = agencies {
        query = query.filter(items::agency_id.eq_any(agencies.to_vec()));
    }
    query.load::<PlanItemRow>(conn)?.into_iter().map(PlanItem::try_from).collect()
}

/// All items of a year.
pub fn items_of(conn: &mut Conn, year: i64) -> Result<Vec<PlanItem>> {
    page(conn, year, None, 0, i64::from(i32::MAX))
}

pub fn insert(conn: &mut Conn, item: &PlanItem) -> Result<()> {
    diesel::insert_into(items::table).values(PlanItemRow::try_from(item)?).execute(conn)?;
    Ok(())
}

/// Saves with the next version.
pub fn update(conn: &mut Conn, item: &mut PlanItem) -> Result<()> {
    item.version += 1;
    diesel::update(items::table.find(item.id)).set(PlanItemRow::try_from(&*item)?).execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(items::table.find(id)).execute(conn)?;
    Ok(())
}

/// Sets or clears the plan item that a dossier uses.
pub fn draw(conn: &mut Conn, delegation_id: i64, item: Option<i64>) -> Result<()> {
    undraw(conn, &[delegation_id])?;
    if let Some(item) = item {
        let row = (plan_draws::delegation_id.eq(delegation_id), plan_draws::item_id.eq(item));
        diesel::insert_into(plan_draws::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Clears the plan items of dossiers.
pub fn undraw(conn: &mut Conn, delegations: &[i64]) -> Result<()> {
    diesel::delete(plan_draws::table.filter(plan_draws::delegation_id.eq_any(delegations))).execute(conn)?;
    Ok(())
}

/// Whether any dossier uses an item.
pub fn is_drawn(conn: &mut Conn, item: i64) -> Result<bool> {
    let found: i64 = plan_draws::table.filter(plan_draws::item_id.eq(item)).count().get_result(conn)?;
    Ok(found > 0)
}

/// The plan items of a year, by the dossiers that use them.
pub fn draws_of_year(conn: &mut Conn, year: i64) -> Result<HashMap<i64, i64>> {
    let rows: Vec<(i64, i64)> = plan_draws::table
        .inner_join(items::table.on(items::id.eq(plan_draws::item_id)))
        .filter(items::year.eq(year))
        .select((plan_draws::delegation_id, plan_draws::item_id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
