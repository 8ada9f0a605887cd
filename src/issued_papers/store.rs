//! Issued documents and templates in the database.

use diesel::prelude::*;

use crate::db::schema::{paper_templates as templates, papers};
use crate::db::{Conn, word};
use crate::error::Result;
use crate::issued_papers::model::IssuedPaper;
use kernel::every_field;
use kernel::paper::PaperKind;
use kernel::text::number_key;
use kernel::time::{Day, Moment};

#[derive(Queryable, Selectable)]
#[diesel(table_name = papers)]
struct IssuedPaperRow {
    id: i64,
    version: i64,
    delegation_id: i64,
    register: String,
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

impl TryFrom<IssuedPaperRow> for IssuedPaper {
    type Error = crate::error::Error;

    fn try_from(row: IssuedPaperRow) -> Result<Self> {
        Ok(IssuedPaper {
            id: row.id,
            version: row.version,
            delegation_id: row.delegation_id,
            register: row.register,
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

/// Which documents to list.
#[derive(Debug, Clone, Default)]
pub struct IssuedPaperFilter {
    pub delegation_id: Option<i64>,
    /// Only of these agencies; none: of all.
    pub agencies: Option<Vec<i64>>,
    pub kind: Option<PaperKind>,
    pub year: Option<i64>,
}

/// Documents in order of issue, after `after` (sổ văn bản đi).
pub fn page(conn: &mut Conn, filter: &IssuedPaperFilter, after: i64, limit: i64) -> Result<Vec<IssuedPaper>> {
    let mut query = papers::table
        .filter(papers::id.gt(after))
        .order(papers::id)
        .limit(limit)
        .select(IssuedPaperRow::as_select())
        .into_boxed();
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
    query.load::<IssuedPaperRow>(conn)?.into_iter().map(IssuedPaper::try_from).collect()
}

/// Whether the register of this office, kind and year already has the number for a dossier other than `own`.
pub fn is_taken(conn: &mut Conn, own: i64, agency_id: i64, kind: PaperKind, year: i64, number: &str) -> Result<bool> {
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

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<IssuedPaper>> {
    let row: Option<IssuedPaperRow> =
        papers::table.find(id).select(IssuedPaperRow::as_select()).first(conn).optional()?;
    row.map(IssuedPaper::try_from).transpose()
}

/// The file of a document.
pub fn body(conn: &mut Conn, id: i64) -> Result<Option<Vec<u8>>> {
    Ok(papers::table.find(id).select(papers::body).first(conn).optional()?)
}

pub fn insert(conn: &mut Conn, paper: &IssuedPaper, body: &[u8]) -> Result<()> {
    every_field!(IssuedPaper of paper:
        id, version, delegation_id, register, kind, agency_id, year, ordinal, number, date, created_by,
        created_at, voided);
    diesel::insert_into(papers::table)
        .values((
            papers::id.eq(paper.id),
            papers::version.eq(paper.version),
            papers::delegation_id.eq(paper.delegation_id),
            papers::register.eq(&paper.register),
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

/// Replaces the file and date of a document by those that were signed.
pub fn rewrite(conn: &mut Conn, paper: &IssuedPaper, body: &[u8]) -> Result<()> {
    diesel::update(papers::table.find(paper.id))
        .set((papers::version.eq(paper.version), papers::date.eq(paper.date), papers::body.eq(body)))
        .execute(conn)?;
    Ok(())
}

pub fn void(conn: &mut Conn, paper: &IssuedPaper) -> Result<()> {
    diesel::update(papers::table.find(paper.id))
        .set((papers::version.eq(paper.version), papers::voided.eq(&paper.voided)))
        .execute(conn)?;
    Ok(())
}

/// A template uploaded by an office, or by the province for all offices.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = templates)]
pub struct Template {
    pub version: i64,
    /// The office whose documents use it; none: all offices without a template of their own.
    pub agency_id: Option<i64>,
    pub file_name: String,
    pub body: Vec<u8>,
    pub updated_at: Moment,
}

/// The template of one office, or of the province (none).
pub fn template_of(conn: &mut Conn, kind: PaperKind, agency_id: Option<i64>) -> Result<Option<Template>> {
    let query = templates::table.filter(templates::kind.eq(kind.word())).select(Template::as_select());
    let found = match agency_id {
        Some(agency) => query.filter(templates::agency_id.eq(agency)).first(conn).optional()?,
        None => query.filter(templates::agency_id.is_null()).first(conn).optional()?,
    };
    Ok(found)
}

/// The template that an office uses: its own, otherwise that of the province, otherwise none.
pub fn template_for(conn: &mut Conn, kind: PaperKind, agency_id: Option<i64>) -> Result<Option<Template>> {
    if agency_id.is_some()
        && let Some(own) = template_of(conn, kind, agency_id)?
    {
        return Ok(Some(own));
    }
    template_of(conn, kind, None)
}

pub fn save_template(conn: &mut Conn, id: i64, kind: PaperKind, template: &Template, by: i64) -> Result<()> {
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

pub fn delete_template(conn: &mut Conn, kind: PaperKind, agency_id: Option<i64>) -> Result<()> {
    let of_kind = templates::table.filter(templates::kind.eq(kind.word()));
    match agency_id {
        Some(agency) => diesel::delete(of_kind.filter(templates::agency_id.eq(agency))).execute(conn)?,
        None => diesel::delete(of_kind.filter(templates::agency_id.is_null())).execute(conn)?,
    };
    Ok(())
}
