//! Statistical facts in the database.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::db::counters;
use crate::db::schema::{duties, fact_shares, facts, gone_facts, report_delegations};
use crate::db::{Conn, differing, each, from_json, insert_rows, one_of, word};
use crate::error::{Error, Result};
use crate::statistics::columns::FactColumns;
use crate::statistics::count::Settled;
use crate::statistics::dimension::DateBasis;
use crate::statistics::fact::{Fact, Paid, Share};
use kernel::every_field;
use kernel::money::Money;
use kernel::procedure::Procedure;
use kernel::time::{Day, Period};

#[derive(Queryable, Selectable, Insertable, PartialEq)]
#[diesel(table_name = facts, treat_none_as_default_value = false)]
struct FactRow {
    delegation_id: i64,
    procedure: String,
    travel_date: Day,
    decided_on: Day,
    days: i64,
    purpose: Option<String>,
    field: Option<String>,
    funding: String,
    leader_level: Option<String>,
    in_plan: bool,
    reception_level: Option<String>,
    channel: Option<String>,
    waived: bool,
}

#[derive(Insertable)]
#[diesel(table_name = facts, treat_none_as_default_value = false)]
struct VersionedRow {
    #[diesel(embed)]
    row: FactRow,
    /// The data version that changed the fact or one of its shares last.
    version: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = fact_shares, treat_none_as_default_value = false)]
struct ShareRow {
    delegation_id: i64,
    ord: i64,
    agency_id: i64,
    country: Option<String>,
    person: i64,
    heads: i64,
}

/// Stored as `source` or `source:CURRENCY:amount`, separated by commas.
fn funding(paid: &[Paid]) -> String {
    let one = |p: &Paid| match &p.amount {
        Some(money) => format!("{}:{}:{}", p.source, money.currency, money.amount),
        None => p.source.to_string(),
    };
    paid.iter().map(one).collect::<Vec<_>>().join(",")
}

fn read_funding(text: &str) -> Result<Vec<Paid>> {
    let bad = || Error::Internal(format!("unreadable funding in the facts: {text}"));
    let one = |part: &str| {
        let mut cells = part.split(':');
        let source = word(cells.next().unwrap_or_default())?;
        let amount = match (cells.next(), cells.next()) {
            (Some(currency), Some(amount)) => {
                Some(Money { amount: amount.parse().map_err(|_| bad())?, currency: currency.to_owned() })
            }
            (None, None) => None,
            _ => return Err(bad()),
        };
        Ok(Paid { source, amount })
    };
    text.split(',').filter(|part| !part.is_empty()).map(one).collect()
}

impl FactRow {
    fn fact(self, shares: Vec<Share>) -> Result<Fact> {
        Ok(Fact {
            delegation_id: self.delegation_id,
            procedure: word(&self.procedure)?,
            travel_date: self.travel_date,
            decided_on: self.decided_on,
            days: self.days,
            purpose: self.purpose.as_deref().map(word).transpose()?,
            field: self.field.as_deref().map(word).transpose()?,
            funding: read_funding(&self.funding)?,
            leader_level: self.leader_level.as_deref().map(word).transpose()?,
            in_plan: self.in_plan,
            reception_level: self.reception_level.as_deref().map(word).transpose()?,
            channel: self.channel.as_deref().map(word).transpose()?,
            waived: self.waived,
            shares,
        })
    }
}

impl From<&Fact> for FactRow {
    fn from(f: &Fact) -> Self {
        every_field!(Fact of f:
            delegation_id, procedure, travel_date, decided_on, days, purpose, field, funding,
            leader_level, in_plan, reception_level, channel, waived, shares);
        FactRow {
            delegation_id: f.delegation_id,
            procedure: f.procedure.word().to_owned(),
            travel_date: f.travel_date,
            decided_on: f.decided_on,
            days: f.days,
            purpose: f.purpose.map(|w| w.word().to_owned()),
            field: f.field.map(|w| w.word().to_owned()),
            funding: funding(&f.funding),
            leader_level: f.leader_level.map(|w| w.word().to_owned()),
            in_plan: f.in_plan,
            reception_level: f.reception_level.map(|w| w.word().to_owned()),
            channel: f.channel.map(|w| w.word().to_owned()),
            waived: f.waived,
        }
    }
}

impl From<ShareRow> for Share {
    fn from(r: ShareRow) -> Self {
        Share { agency_id: r.agency_id, country: r.country, person: r.person, heads: r.heads }
    }
}

fn share_row(delegation_id: i64, ord: i64, s: &Share) -> ShareRow {
    let Share { agency_id, country, person, heads } = s.clone();
    ShareRow { delegation_id, ord, agency_id, country, person, heads }
}

const FORM: &str = "facts_form";
/// Increase this when facts are derived differently than before; `ngoaivu migrate` then rebuilds all of them.
const CURRENT_FORM: i64 = 5;

/// Whether the stored facts were derived in the way of this version.
pub fn is_current(conn: &mut Conn) -> Result<bool> {
    Ok(counters::counter(conn, FORM)? == CURRENT_FORM)
}

/// Call this after all facts have been rebuilt.
pub fn set_current(conn: &mut Conn) -> Result<()> {
    counters::set(conn, FORM, CURRENT_FORM)
}

fn shares_of(conn: &mut Conn, delegation_id: i64) -> Result<Vec<Share>> {
    let own = fact_shares::table.filter(fact_shares::delegation_id.eq(delegation_id)).order(fact_shares::ord);
    let rows: Vec<ShareRow> = each!(conn, c => own.select(ShareRow::as_select()).load(c))?;
    Ok(rows.into_iter().map(Share::from).collect())
}

/// The stored fact of a delegation; none if it is not counted.
pub fn of_delegation(conn: &mut Conn, delegation_id: i64) -> Result<Option<Fact>> {
    let row: Option<FactRow> =
        each!(conn, c => facts::table.find(delegation_id).select(FactRow::as_select()).first(c)).optional()?;
    let Some(row) = row else { return Ok(None) };
    let shares = shares_of(conn, delegation_id)?;
    row.fact(shares).map(Some)
}

/// Replaces the stored fact. Only rows that differ are written; an equal fact changes nothing, not even the data
/// version.
pub fn replace(conn: &mut Conn, delegation_id: i64, new: Option<&Fact>) -> Result<()> {
    let stored = of_delegation(conn, delegation_id)?;
    if stored.as_ref() == new {
        return Ok(());
    }
    let version = counters::raise_data_version(conn)?;
    let own = facts::table.find(delegation_id);
    match (stored.as_ref().map(FactRow::from), new.map(FactRow::from)) {
        (Some(old), Some(new)) if old == new => {
            each!(conn, c => diesel::update(own).set(facts::version.eq(version)).execute(c))?;
        }
        (old, new) => {
            if old.is_some() {
                each!(conn, c => diesel::delete(own).execute(c))?;
            }
            match new {
                Some(row) => {
                    let row = VersionedRow { row, version };
                    each!(conn, c => diesel::insert_into(facts::table).values(row).execute(c))?;
                }
                None => forget(conn, &[delegation_id], version)?,
            }
        }
    }
    let before = stored.as_ref().map_or(&[][..], |f| &f.shares);
    let after = new.map_or(&[][..], |f| &f.shares);
    for (ord, _) in differing(before, after) {
        each!(conn, c => diesel::delete(fact_shares::table.find((delegation_id, ord))).execute(c))?;
    }
    let rows: Vec<ShareRow> =
        differing(after, before).map(|(ord, share)| share_row(delegation_id, ord, share)).collect();
    insert_rows!(conn, fact_shares::table, &rows);
    Ok(())
}

/// Adds the facts of delegations without one.
pub fn add(conn: &mut Conn, new: &[Fact]) -> Result<()> {
    let version = counters::raise_data_version(conn)?;
    let rows: Vec<VersionedRow> = new.iter().map(|fact| VersionedRow { row: fact.into(), version }).collect();
    let of = |fact: &Fact| -> Vec<ShareRow> {
        (0i64..).zip(&fact.shares).map(|(ord, share)| share_row(fact.delegation_id, ord, share)).collect()
    };
    let shares: Vec<ShareRow> = new.iter().flat_map(of).collect();
    insert_rows!(conn, facts::table, &rows);
    insert_rows!(conn, fact_shares::table, &shares);
    Ok(())
}

/// Notes that the facts of these delegations were removed, for those who keep facts in memory.
fn forget(conn: &mut Conn, ids: &[i64], version: i64) -> Result<()> {
    use gone_facts::dsl;
    each!(conn, c => diesel::delete(dsl::gone_facts.filter(one_of(dsl::delegation_id, ids))).execute(c))?;
    let rows: Vec<_> = ids.iter().map(|id| (dsl::delegation_id.eq(*id), dsl::version.eq(version))).collect();
    insert_rows!(conn, dsl::gone_facts, &rows);
    Ok(())
}

/// Deletes the facts of these delegations.
pub fn remove(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    let version = counters::raise_data_version(conn)?;
    for some in ids.chunks(IDS_AT_ONCE) {
        diesel::delete(fact_shares::table.filter(fact_shares::delegation_id.eq_any(some))).execute(conn)?;
        diesel::delete(facts::table.filter(facts::delegation_id.eq_any(some))).execute(conn)?;
        forget(conn, some, version)?;
    }
    Ok(())
}

/// Deletes all facts of a procedure, before they are rebuilt.
pub fn clear(conn: &mut Conn, procedure: Procedure) -> Result<()> {
    let own = facts::table.filter(facts::procedure.eq(procedure.word())).select(facts::delegation_id);
    let ids: Vec<i64> = own.load(conn)?;
    remove(conn, &ids)
}

/// Restricts a query to the facts of one procedure in a period.
macro_rules! meant {
    ($query:expr, $procedure:expr, $period:expr, $basis:expr) => {{
        let query = $query.filter(facts::procedure.eq($procedure.word())).into_boxed();
        match $basis {
            DateBasis::Travel => query.filter(facts::travel_date.between($period.from, $period.to)),
            DateBasis::Decision => query.filter(facts::decided_on.between($period.from, $period.to)),
        }
    }};
}

/// The delegations counted in a period.
pub fn ids_in_period(conn: &mut Conn, procedure: Procedure, period: Period, basis: DateBasis) -> Result<HashSet<i64>> {
    let ids: Vec<i64> = meant!(facts::table, procedure, period, basis).select(facts::delegation_id).load(conn)?;
    Ok(ids.into_iter().collect())
}

/// The facts of rows, with their shares; both are ordered by delegation, so the shares can be assigned in one pass.
fn with_shares(rows: Vec<FactRow>, shares: Vec<ShareRow>) -> impl Iterator<Item = Result<Fact>> {
    let mut shares = shares.into_iter().peekable();
    rows.into_iter().map(move |row| {
        let mut own = Vec::new();
        while let Some(share) = shares.next_if(|s| s.delegation_id == row.delegation_id) {
            own.push(Share::from(share));
        }
        row.fact(own)
    })
}

/// The facts of a procedure in a period, ordered by delegation.
pub fn in_period(conn: &mut Conn, procedure: Procedure, period: Period, basis: DateBasis) -> Result<Vec<Fact>> {
    let rows: Vec<FactRow> = meant!(facts::table, procedure, period, basis)
        .order(facts::delegation_id)
        .select(FactRow::as_select())
        .load(conn)?;
    let joined = fact_shares::table.inner_join(facts::table.on(facts::delegation_id.eq(fact_shares::delegation_id)));
    let shares: Vec<ShareRow> = meant!(joined, procedure, period, basis)
        .order((fact_shares::delegation_id, fact_shares::ord))
        .select(ShareRow::as_select())
        .load(conn)?;
    with_shares(rows, shares).collect()
}

/// Facts that are read at a time while all are.
const READ_AT_ONCE: i64 = 10_000;

/// All facts, in columns.
pub fn all(conn: &mut Conn) -> Result<FactColumns> {
    let mut columns = FactColumns::default();
    let mut after = 0;
    loop {
        let next = facts::table.filter(facts::delegation_id.gt(after)).order(facts::delegation_id).limit(READ_AT_ONCE);
        let rows: Vec<FactRow> = each!(conn, c => next.select(FactRow::as_select()).load(c))?;
        let Some(last) = rows.last().map(|row| row.delegation_id) else { return Ok(columns) };
        let own =
            fact_shares::table.filter(fact_shares::delegation_id.gt(after)).filter(fact_shares::delegation_id.le(last));
        let own = own.order((fact_shares::delegation_id, fact_shares::ord));
        let shares: Vec<ShareRow> = each!(conn, c => own.select(ShareRow::as_select()).load(c))?;
        columns.add(&with_shares(rows, shares).collect::<Result<Vec<Fact>>>()?);
        after = last;
    }
}

/// What changed after a data version: the delegations that count no more, and the facts that are new or different.
pub fn changed_since(conn: &mut Conn, version: i64) -> Result<(HashSet<i64>, Vec<Fact>)> {
    let gone = gone_facts::table.filter(gone_facts::version.gt(version)).select(gone_facts::delegation_id);
    let gone: Vec<i64> = each!(conn, c => gone.load(c))?;
    // Sorted here: an order would let SQLite walk through all facts in it, and a join through all shares.
    let newer = facts::table.filter(facts::version.gt(version));
    let mut rows: Vec<FactRow> = each!(conn, c => newer.select(FactRow::as_select()).load(c))?;
    rows.sort_by_key(|row| row.delegation_id);
    let ids: Vec<i64> = rows.iter().map(|row| row.delegation_id).collect();
    let own = fact_shares::table.filter(one_of(fact_shares::delegation_id, &ids));
    let mut shares: Vec<ShareRow> = each!(conn, c => own.select(ShareRow::as_select()).load(c))?;
    shares.sort_by_key(|share| (share.delegation_id, share.ord));
    Ok((gone.into_iter().collect(), with_shares(rows, shares).collect::<Result<_>>()?))
}

/// What was settled of the delegations counted in a period, whatever their procedure.
pub fn settled(conn: &mut Conn, period: Period, basis: DateBasis) -> Result<Settled> {
    let joined = facts::table.inner_join(duties::table.on(duties::delegation_id.eq(facts::delegation_id)));
    let of = joined.filter(duties::settlement.is_not_null()).into_boxed();
    let of = match basis {
        DateBasis::Travel => of.filter(facts::travel_date.between(period.from, period.to)),
        DateBasis::Decision => of.filter(facts::decided_on.between(period.from, period.to)),
    };
    let rows: Vec<(i64, Option<String>)> = of.select((facts::delegation_id, duties::settlement)).load(conn)?;
    let mut sums = Settled::new();
    for (delegation, settlement) in rows {
        let settlement: Option<serde_json::Value> = settlement.as_deref().map(from_json).transpose()?;
        let total = settlement.and_then(|s| s.get("total_vnd")?.as_i64()).unwrap_or(0);
        *sums.entry(delegation).or_insert(0) += total;
    }
    Ok(sums)
}

/// Notes that a frozen report counts these delegations.
pub fn freeze(conn: &mut Conn, report_id: i64, ids: impl IntoIterator<Item = i64>) -> Result<()> {
    use report_delegations::dsl;
    let rows: Vec<_> = ids.into_iter().map(|id| (dsl::delegation_id.eq(id), dsl::report_id.eq(report_id))).collect();
    insert_rows!(conn, report_delegations::table, &rows);
    Ok(())
}

/// Most ids in one condition.
const IDS_AT_ONCE: usize = 5_000;

/// Whether a frozen report counts any of these delegations.
pub fn frozen(conn: &mut Conn, ids: &[i64]) -> Result<bool> {
    for some in ids.chunks(IDS_AT_ONCE) {
        let counted = report_delegations::table.filter(report_delegations::delegation_id.eq_any(some));
        if diesel::select(diesel::dsl::exists(counted)).get_result(conn)? {
            return Ok(true);
        }
    }
    Ok(false)
}
