//! Rows of issued papers and of the office's templates.

use diesel::prelude::*;

use crate::db::schema::{paper_templates as templates, papers};
use crate::db::{Conn, word};
use crate::error::Result;
use crate::issued_papers::model::{Kind, Paper};
use kernel::text::number_key;
use kernel::time::{Day, Moment};

#[derive(Queryable, Selectable)]
#[diesel(table_name = papers)]
struct Row {
    id: i64,
    version: i64,
    delegation_id: i64,
    direction: String,
    kind: String,
    agency_id: i64,
    year: i64,
    ordinal: Option<i64>,
    number: String,
    date: Day,
    created_by: i64,
    created_at: Moment,
    voided: Option<String>,
}

impl TryFrom<Row> for Paper {
    type Error = crate::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Paper {
            id: row.id,
            version: row.version,
            delegation_id: row.delegation_id,
            direction: word(&row.direction)?,
            kind: word(&row.kind)?,
            agency_id: row.agency_id,
            year: row.year,
            ordinal: row.ordinal,
            number: row.number,
            date: row.date,
            created_by: row.created_by,
            created_at: row.created_at,
            voided: row.voided,
        })
    }
}

/// Which papers are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub delegation_id: Option<i64>,
    /// Of these agencies; of all where it is none.
    pub agencies: Option<Vec<i64>>,
    pub kind: Option<Kind>,
    pub year: Option<i64>,
}

/// Papers in the order of their issue, after one of them (sổ văn bản đi).
pub fn page(conn: &mut Conn, filter: &Filter, after: i64, limit: i64) -> Result<Vec<Paper>> {
    let mut query =
        papers::table.filter(papers::id.gt(after)).order(papers::id).limit(limit).select(Row::as_select()).into_boxed();
    if let Some(id) = filter.delegation_id {
        query = query.filter(papers::delegation_id.eq(id));
    }
    if let Some(agencies) = &filter.agencies {
        query = query.filter(papers::agency_id.eq_any(agencies.clone()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(papers::kind.eq(kind.word()));
    }
    if let Some(year) = filter.year {
        query = query.filter(papers::year.eq(year));
    }
    query.load::<Row>(conn)?.into_iter().map(Paper::try_from).collect()
}

/// Whether a number of an office, kind and year stands in the register for another dossier, drawn or given elsewhere.
pub fn is_taken(conn: &mut Conn, own: i64, agency_id: i64, kind: Kind, year: i64, number: &str) -> Result<bool> {
    let found: i64 = papers::table
        .filter(papers::delegation_id.ne(own))
        .filter(papers::agency_id.eq(agency_id))
        .filter(papers::kind.eq(kind.word()))
        .filter(papers::year.eq(year))
        .filter(papers::number_key.eq(number_key(number)))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Paper>> {
    let row: Option<Row> = papers::table.find(id).select(Row::as_select()).first(conn).optional()?;
    row.map(Paper::try_from).transpose()
}

/// The file of a paper.
pub fn body(conn: &mut Conn, id: i64) -> Result<Option<Vec<u8>>> {
    Ok(papers::table.find(id).select(papers::body).first(conn).optional()?)
}

pub fn insert(conn: &mut Conn, paper: &Paper, body: &[u8]) -> Result<()> {
    diesel::insert_into(papers::table)
        .values((
            papers::id.eq(paper.id),
            papers::version.eq(paper.version),
            papers::delegation_id.eq(paper.delegation_id),
            papers::direction.eq(paper.direction.word()),
            papers::kind.eq(paper.kind.word()),
            papers::agency_id.eq(paper.agency_id),
            papers::year.eq(paper.year),
            papers::ordinal.eq(paper.ordinal),
            papers::number.eq(&paper.number),
            papers::number_key.eq(number_key(&paper.number)),
            papers::date.eq(paper.date),
            papers::body.eq(body),
            papers::created_by.eq(paper.created_by),
            papers::created_at.eq(paper.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The paper is written again, as it was signed.
pub fn rewrite(conn: &mut Conn, paper: &Paper, body: &[u8]) -> Result<()> {
    diesel::update(papers::table.find(paper.id))
        .set((papers::version.eq(paper.version), papers::date.eq(paper.date), papers::body.eq(body)))
        .execute(conn)?;
    Ok(())
}

pub fn void(conn: &mut Conn, paper: &Paper) -> Result<()> {
    diesel::update(papers::table.find(paper.id))
        .set((papers::version.eq(paper.version), papers::voided.eq(&paper.voided)))
        .execute(conn)?;
    Ok(())
}

/// A template that an office put in use, or the province for all.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = templates)]
pub struct Template {
    pub version: i64,
    /// Whose papers it is for; none: every office's that has none of its own.
    pub agency_id: Option<i64>,
    pub file_name: String,
    pub body: Vec<u8>,
    pub updated_at: Moment,
}

/// The template of one office, or of the province.
pub fn template_of(conn: &mut Conn, kind: Kind, agency_id: Option<i64>) -> Result<Option<Template>> {
    let query = templates::table.filter(templates::kind.eq(kind.word())).select(Template::as_select());
    let found = match agency_id {
        Some(agency) => query.filter(templates::agency_id.eq(agency)).first(conn).optional()?,
        None => query.filter(templates::agency_id.is_null()).first(conn).optional()?,
    };
    Ok(found)
}

/// The template that papers of an office are written by: its own, else the province's, else none.
pub fn template_for(conn: &mut Conn, kind: Kind, agency_id: Option<i64>) -> Result<Option<Template>> {
    if agency_id.is_some()
        && let Some(own) = template_of(conn, kind, agency_id)?
    {
        return Ok(Some(own));
    }
    template_of(conn, kind, None)
}

pub fn save_template(conn: &mut Conn, id: i64, kind: Kind, template: &Template, by: i64) -> Result<()> {
    delete_template(conn, kind, template.agency_id)?;
    diesel::insert_into(templates::table)
        .values((
            templates::id.eq(id),
            templates::kind.eq(kind.word()),
            templates::agency_id.eq(template.agency_id),
            templates::version.eq(template.version),
            templates::file_name.eq(&template.file_name),
            templates::body.eq(&template.body),
            templates::updated_by.eq(by),
            templates::updated_at.eq(template.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn delete_template(conn: &mut Conn, kind: Kind, agency_id: Option<i64>) -> Result<()> {
    let of_kind = templates::table.filter(templates::kind.eq(kind.word()));
    match agency_id {
        Some(agency) => diesel::delete(of_kind.filter(templates::agency_id.eq(agency))).execute(conn)?,
        None => diesel::delete(of_kind.filter(templates::agency_id.is_null())).execute(conn)?,
    };
    Ok(())
}
