//! Substitutions in the database.

use diesel::prelude::*;

use crate::access::account::Mandate;
use crate::db::schema::substitutions;
use crate::db::{Conn, word};
use crate::error::Result;
use kernel::every_field;
use kernel::time::{Day, Moment};
use kernel::words::{Body, SignedAs};

/// A document by which a person acts in place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    pub id: i64,
    pub version: i64,
    pub from_user: i64,
    pub to_user: i64,
    pub body: Body,
    pub signed_as: SignedAs,
    pub mandate: Mandate,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
    pub document_number: String,
    pub document_date: Day,
    pub created_by: i64,
    pub created_at: Moment,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = substitutions)]
struct SubstitutionRow {
    id: i64,
    version: i64,
    from_user_id: i64,
    to_user_id: i64,
    body: String,
    signed_as: String,
    procedures: String,
    steps: String,
    valid_from: Day,
    valid_to: Option<Day>,
    document_number: String,
    document_date: Day,
    created_by: i64,
    created_at: Moment,
}

fn split<T: std::str::FromStr>(words: &str) -> Result<Vec<T>> {
    words.split(',').filter(|w| !w.is_empty()).map(word).collect()
}

impl TryFrom<SubstitutionRow> for Substitution {
    type Error = crate::error::Error;

    fn try_from(row: SubstitutionRow) -> Result<Self> {
        Ok(Substitution {
            id: row.id,
            version: row.version,
            from_user: row.from_user_id,
            to_user: row.to_user_id,
            body: word(&row.body)?,
            signed_as: word(&row.signed_as)?,
            mandate: Mandate { procedures: split(&row.procedures)?, steps: split(&row.steps)? },
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            document_number: row.document_number,
            document_date: row.document_date,
            created_by: row.created_by,
            created_at: row.created_at,
        })
    }
}

/// Which substitutions to list.
#[derive(Debug, Clone, Default)]
pub struct SubstitutionFilter {
    pub body: Option<Body>,
    /// In force on this day.
    pub at: Option<Day>,
    /// Given by, or to, this account.
    pub of: Option<i64>,
}

/// Substitutions in the order of creation, after the one with this id.
pub fn page(conn: &mut Conn, filter: &SubstitutionFilter, after: i64, limit: i64) -> Result<Vec<Substitution>> {
    let mut query = substitutions::table
        .filter(substitutions::id.gt(after))
        .order(substitutions::id)
        .limit(limit)
        .select(SubstitutionRow::as_select())
        .into_boxed();
    if let Some(body) = filter.body {
        query = query.filter(substitutions::body.eq(body.word()));
    }
    if let Some(day) = filter.at {
        query = query.filter(substitutions::valid_from.le(day));
        query = query.filter(substitutions::valid_to.is_null().or(substitutions::valid_to.assume_not_null().gt(day)));
    }
    if let Some(of) = filter.of {
        query = query.filter(substitutions::from_user_id.eq(of).or(substitutions::to_user_id.eq(of)));
    }
    query.load::<SubstitutionRow>(conn)?.into_iter().map(Substitution::try_from).collect()
}

/// All substitutions ever given to these accounts.
pub fn given_to(conn: &mut Conn, accounts: &[i64]) -> Result<Vec<Substitution>> {
    let rows: Vec<SubstitutionRow> = substitutions::table
        .filter(substitutions::to_user_id.eq_any(accounts))
        .order(substitutions::id)
        .select(SubstitutionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Substitution::try_from).collect()
}

/// One substitution, without checking who asks.
pub fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Substitution>> {
    let row: Option<SubstitutionRow> =
        substitutions::table.find(id).select(SubstitutionRow::as_select()).first(conn).optional()?;
    row.map(Substitution::try_from).transpose()
}

pub fn insert(conn: &mut Conn, s: &Substitution) -> Result<()> {
    every_field!(Substitution of s:
        id, version, from_user, to_user, body, signed_as, mandate, valid_from, valid_to, document_number,
        document_date, created_by, created_at);
    let words = |all: Vec<&str>| all.join(",");
    diesel::insert_into(substitutions::table)
        .values((
            substitutions::id.eq(s.id),
            substitutions::version.eq(s.version),
            substitutions::from_user_id.eq(s.from_user),
            substitutions::to_user_id.eq(s.to_user),
            substitutions::body.eq(s.body.word()),
            substitutions::signed_as.eq(s.signed_as.word()),
            substitutions::procedures.eq(words(s.mandate.procedures.iter().map(|p| p.word()).collect())),
            substitutions::steps.eq(words(s.mandate.steps.iter().map(|k| k.word()).collect())),
            substitutions::valid_from.eq(s.valid_from),
            substitutions::valid_to.eq(s.valid_to),
            substitutions::document_number.eq(&s.document_number),
            substitutions::document_date.eq(s.document_date),
            substitutions::created_by.eq(s.created_by),
            substitutions::created_at.eq(s.created_at),
        ))
        .execute(conn)?;
    Ok(())
}
