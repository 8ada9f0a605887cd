//! Agencies (cơ quan, đơn vị): a tree with validity dates; model and database rows.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::agencies;
use crate::db::{Conn, containing, load_of, searched_words};
use crate::error::{Error, Result};
use kernel::every_field;
use kernel::id::Id;
use kernel::text::{Bilingual, fold};
use kernel::time::{Day, in_vietnamese, valid_on};
use kernel::words::Bloc;

/// One agency under one name; a renamed agency is a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    pub id: i64,
    pub version: i64,
    pub code: String,
    pub name: String,
    pub parent_id: Option<i64>,
    pub bloc: Bloc,
    /// Half-open range: the first day on which it exists, and the first on which it no longer does.
    pub valid_from: Day,
    pub valid_to: Option<Day>,
    /// Its clerks may submit in place of the head.
    pub clerk_may_submit: bool,
    /// False: created from an imported list, and not yet confirmed by anybody.
    pub confirmed: bool,
}

impl Agency {
    pub fn exists_on(&self, day: Day) -> bool {
        valid_on(self.valid_from, self.valid_to, day)
    }
}

/// What is said of an agency that had ended before the day in question, with the agencies that followed it.
pub fn agency_ended(end: Day, followers: &[&str]) -> Bilingual {
    let (last, named) = (in_vietnamese(end), followers.iter().map(|name| format!("«{name}»")).collect::<Vec<_>>());
    match named.as_slice() {
        [] => Bilingual::new(
            format!("Cơ quan này đã kết thúc từ ngày {last}."),
            format!("This agency has not existed since {end}."),
        ),
        names => Bilingual::new(
            format!("Cơ quan này đã kết thúc từ ngày {last}; cơ quan kế tiếp là {}.", names.join(", ")),
            format!("This agency has not existed since {end}; it was followed by {}.", names.join(", ")),
        ),
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agencies, treat_none_as_null = true, treat_none_as_default_value = false)]
struct AgencyRow {
    id: i64,
    version: i64,
    code: String,
    name: String,
    search_norm: String,
    parent_id: Option<i64>,
    bloc: String,
    valid_from: Day,
    valid_to: Option<Day>,
    clerk_may_submit: bool,
    confirmed: bool,
}

impl TryFrom<AgencyRow> for Agency {
    type Error = Error;

    fn try_from(row: AgencyRow) -> Result<Self> {
        Ok(Agency {
            bloc: row.bloc.parse().map_err(|_| Error::Internal(format!("unknown bloc {}", row.bloc)))?,
            id: row.id,
            version: row.version,
            code: row.code,
            name: row.name,
            parent_id: row.parent_id,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            clerk_may_submit: row.clerk_may_submit,
            confirmed: row.confirmed,
        })
    }
}

impl From<&Agency> for AgencyRow {
    fn from(a: &Agency) -> Self {
        every_field!(Agency of a:
            id, version, code, name, parent_id, bloc, valid_from, valid_to, clerk_may_submit, confirmed);
        AgencyRow {
            id: a.id,
            version: a.version,
            code: a.code.clone(),
            name: a.name.clone(),
            search_norm: fold(&format!("{} {}", a.code, a.name)),
            parent_id: a.parent_id,
            bloc: a.bloc.word().to_owned(),
            valid_from: a.valid_from,
            valid_to: a.valid_to,
            clerk_may_submit: a.clerk_may_submit,
            confirmed: a.confirmed,
        }
    }
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Agency>> {
    Ok(find_all(conn, &[id])?.remove(&id))
}

/// The agencies with these ids; ids that do not exist are ignored.
pub fn find_all(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Agency>> {
    let rows: Vec<AgencyRow> = load_of!(conn, agencies::table.select(AgencyRow::as_select()), agencies::id, ids)?;
    rows.into_iter().map(|row| Ok((row.id, Agency::try_from(row)?))).collect()
}

/// Code and name of agencies, for labels.
pub fn names(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, (String, String)>> {
    let rows: Vec<(i64, String, String)> = agencies::table
        .filter(agencies::id.eq_any(ids))
        .select((agencies::id, agencies::code, agencies::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, code, name)| (id, (code, name))).collect())
}

/// The names of all agencies by their ids as they stand in answers, for lists that are taken away.
pub fn named(conn: &mut Conn) -> Result<HashMap<String, String>> {
    let rows: Vec<(i64, String)> = agencies::table.select((agencies::id, agencies::name)).load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (Id(id).to_string(), name)).collect())
}

/// Which agencies to list.
#[derive(Debug, Clone, Default)]
pub struct AgencyFilter {
    pub code: Option<String>,
    pub q: Option<String>,
    pub on: Option<Day>,
}

macro_rules! filtered {
    ($query:expr, $filter:expr) => {{
        let mut query = $query;
        if let Some(code) = &$filter.code {
            query = query.filter(agencies::code.eq(code.clone()));
        }
        for word in searched_words($filter.q.as_deref()) {
            query = query.filter(agencies::search_norm.like(containing(&word)).escape('\\'));
        }
        if let Some(on) = $filter.on {
            let lasts = agencies::valid_to.is_null().or(agencies::valid_to.gt(on));
            query = query.filter(agencies::valid_from.le(on)).filter(lasts.assume_not_null());
        }
        query
    }};
}

/// Agencies after `after`, ordered by code and id.
pub fn page(conn: &mut Conn, filter: &AgencyFilter, after: Option<(String, i64)>, limit: i64) -> Result<Vec<Agency>> {
    let query = agencies::table.select(AgencyRow::as_select()).into_boxed();
    let mut query = filtered!(query, filter).order((agencies::code, agencies::id)).limit(limit);
    if let Some((code, id)) = after {
        query = query.filter(agencies::code.gt(code.clone()).or(agencies::code.eq(code).and(agencies::id.gt(id))));
    }
    let rows: Vec<AgencyRow> = query.load(conn)?;
    rows.into_iter().map(Agency::try_from).collect()
}

pub fn count(conn: &mut Conn, filter: &AgencyFilter) -> Result<i64> {
    let query = agencies::table.select(diesel::dsl::count_star()).into_boxed();
    Ok(filtered!(query, filter).first(conn)?)
}

pub fn insert(conn: &mut Conn, agency: &Agency) -> Result<()> {
    diesel::insert_into(agencies::table).values(AgencyRow::from(agency)).execute(conn)?;
    Ok(())
}

/// Updates the row; the caller has checked the version in this transaction.
pub fn update(conn: &mut Conn, agency: &Agency) -> Result<()> {
    diesel::update(agencies::table.find(agency.id)).set(AgencyRow::from(agency)).execute(conn)?;
    Ok(())
}

/// The whole tree, ordered by id.
pub fn all(conn: &mut Conn) -> Result<Vec<Agency>> {
    let rows: Vec<AgencyRow> = agencies::table.order(agencies::id).select(AgencyRow::as_select()).load(conn)?;
    rows.into_iter().map(Agency::try_from).collect()
}
