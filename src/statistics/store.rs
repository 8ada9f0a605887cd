//! Rows of facts, and the counter that says whether anything counted has changed.

use diesel::prelude::*;

use crate::db::schema::{counters, facts};
use crate::db::{Conn, each, insert_rows};
use crate::error::{Error, Result};
use crate::kernel::time::{Day, Period};
use crate::kernel::words::Procedure;
use crate::statistics::count::DateBasis;
use crate::statistics::fact::Fact;

#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = facts)]
struct Row {
    delegation_id: i64,
    ord: i64,
    procedure: String,
    travel_date: Day,
    decided_on: Day,
    agency_id: i64,
    country: String,
    person: String,
    named: bool,
    heads: i64,
    purpose: String,
    field: String,
    funding: String,
    leader_level: String,
    in_plan: bool,
    reception_level: String,
    channel: String,
    waived: bool,
}

impl TryFrom<Row> for Fact {
    type Error = Error;

    fn try_from(r: Row) -> Result<Self> {
        Ok(Fact {
            procedure: r
                .procedure
                .parse()
                .map_err(|_| Error::Internal(format!("unknown procedure {}", r.procedure)))?,
            delegation_id: r.delegation_id,
            travel_date: r.travel_date,
            decided_on: r.decided_on,
            agency_id: r.agency_id,
            country: r.country,
            person: r.person,
            named: r.named,
            heads: r.heads,
            purpose: r.purpose,
            field: r.field,
            funding: r.funding,
            leader_level: r.leader_level,
            in_plan: r.in_plan,
            reception_level: r.reception_level,
            channel: r.channel,
            waived: r.waived,
        })
    }
}

fn row(ord: i64, f: &Fact) -> Row {
    Row {
        delegation_id: f.delegation_id,
        ord,
        procedure: f.procedure.word().to_owned(),
        travel_date: f.travel_date,
        decided_on: f.decided_on,
        agency_id: f.agency_id,
        country: f.country.clone(),
        person: f.person.clone(),
        named: f.named,
        heads: f.heads,
        purpose: f.purpose.clone(),
        field: f.field.clone(),
        funding: f.funding.clone(),
        leader_level: f.leader_level.clone(),
        in_plan: f.in_plan,
        reception_level: f.reception_level.clone(),
        channel: f.channel.clone(),
        waived: f.waived,
    }
}

const DATA_VERSION: &str = "data_version";

/// Counts the changes of anything counted.
pub fn data_version(conn: &mut Conn) -> Result<i64> {
    let counter = counters::table.find(DATA_VERSION).select(counters::value);
    Ok(each!(conn, c => counter.first(c)).optional()?.unwrap_or(0))
}

fn raise(conn: &mut Conn) -> Result<()> {
    let counter = counters::table.find(DATA_VERSION);
    let raised = each!(conn, c => diesel::update(counter).set(counters::value.eq(counters::value + 1)).execute(c))?;
    if raised == 0 {
        diesel::insert_into(counters::table)
            .values((counters::name.eq(DATA_VERSION), counters::value.eq(1)))
            .execute(conn)?;
    }
    Ok(())
}

/// The stored facts of a delegation.
pub fn of_delegation(conn: &mut Conn, delegation_id: i64) -> Result<Vec<Fact>> {
    let own = facts::table.filter(facts::delegation_id.eq(delegation_id)).order(facts::ord);
    let rows: Vec<Row> = each!(conn, c => own.select(Row::as_select()).load(c))?;
    rows.into_iter().map(Fact::try_from).collect()
}

/// Puts these facts in place of the stored ones; rows that stay as they are stay, an equal set changes nothing.
pub fn replace(conn: &mut Conn, delegation_id: i64, new: &[Fact]) -> Result<()> {
    let stored = of_delegation(conn, delegation_id)?;
    if stored == new {
        return Ok(());
    }
    let gone: Vec<i64> = (0i64..)
        .zip(&stored)
        .zip(0usize..)
        .filter(|((_, f), at)| new.get(*at) != Some(f))
        .map(|((ord, _), _)| ord)
        .collect();
    for ord in gone {
        let own = facts::table.filter(facts::delegation_id.eq(delegation_id)).filter(facts::ord.eq(ord));
        each!(conn, c => diesel::delete(own).execute(c))?;
    }
    let rows: Vec<Row> = (0i64..)
        .zip(new)
        .zip(0usize..)
        .filter(|((_, f), at)| stored.get(*at) != Some(f))
        .map(|((ord, f), _)| row(ord, f))
        .collect();
    insert_rows!(conn, facts::table, &rows);
    raise(conn)
}

/// Takes away every fact of a procedure (rebuilding).
pub fn clear(conn: &mut Conn, procedure: Procedure) -> Result<()> {
    diesel::delete(facts::table.filter(facts::procedure.eq(procedure.word()))).execute(conn)?;
    raise(conn)
}

/// What of the facts is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub procedure: Procedure,
    pub period: Period,
    pub basis: DateBasis,
    pub agency_id: Option<i64>,
    pub country: Option<String>,
}

/// Facts of a period.
pub fn in_period(conn: &mut Conn, asked: &Asked) -> Result<Vec<Fact>> {
    let mut query =
        facts::table.filter(facts::procedure.eq(asked.procedure.word())).select(Row::as_select()).into_boxed();
    query = match asked.basis {
        DateBasis::Travel => query.filter(facts::travel_date.between(asked.period.from, asked.period.to)),
        DateBasis::Decision => query.filter(facts::decided_on.between(asked.period.from, asked.period.to)),
    };
    if let Some(agency) = asked.agency_id {
        query = query.filter(facts::agency_id.eq(agency));
    }
    if let Some(country) = &asked.country {
        query = query.filter(facts::country.eq(country.clone()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(Fact::try_from).collect()
}
