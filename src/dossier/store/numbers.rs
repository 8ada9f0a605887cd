//! Numbers of documents: which were assigned, and which decisions have, so that no number belongs to two dossiers.

use std::collections::BTreeSet;

use chrono::Datelike;
use diesel::prelude::*;

use crate::db::schema::{decided_numbers, dossiers, papers};
use crate::db::{Conn, each};
use crate::dossier::decision::SameNumber;
use crate::dossier::model::Dossier;
use crate::error::Result;
use kernel::id::Id;
use kernel::text::number_key;
use kernel::violation::Violations;
use kernel::words::{FieldError, PaperRef};

/// Years and keys of every number that decisions on a dossier have or had.
fn decided<C>(dossier: &Dossier<C>) -> BTreeSet<(i64, String)> {
    let replaced = dossier.amendments.iter().filter_map(|a| a.replaced.as_ref());
    let decisions = dossier.decision.iter().chain(replaced);
    let papers = decisions.flat_map(|d| {
        let corrected = d.corrections.iter().map(|c| (&c.document.number, c.document.date));
        corrected.chain([(&d.document.number, d.document.date)])
    });
    papers.map(|(number, date)| (i64::from(date.year()), number_key(number))).collect()
}

/// Stores the numbers of decisions on a dossier that are new since `before`.
pub fn keep<C>(conn: &mut Conn, dossier: &Dossier<C>, before: Option<&Dossier<C>>) -> Result<()> {
    let known = before.map(decided).unwrap_or_default();
    for (year, key) in decided(dossier).difference(&known) {
        let row = (
            decided_numbers::delegation_id.eq(dossier.id),
            decided_numbers::year.eq(year),
            decided_numbers::number_key.eq(key),
        );
        each!(conn, c => diesel::insert_into(decided_numbers::table).values(row).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

pub fn delete(conn: &mut Conn, dossiers: &[i64]) -> Result<()> {
    diesel::delete(decided_numbers::table.filter(decided_numbers::delegation_id.eq_any(dossiers))).execute(conn)?;
    Ok(())
}

/// Whether a decision has this number in that year.
pub fn is_decided(conn: &mut Conn, number: &str, year: i64) -> Result<bool> {
    let found: i64 = decided_numbers::table
        .filter(decided_numbers::year.eq(year))
        .filter(decided_numbers::number_key.eq(number_key(number)))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// Other dossiers whose decision has this number in that year, in the order of their numbers.
pub fn others_with(conn: &mut Conn, dossier: i64, document: &PaperRef) -> Result<Vec<SameNumber>> {
    let found: Vec<(i64, Option<String>)> = decided_numbers::table
        .inner_join(dossiers::table.on(dossiers::id.eq(decided_numbers::delegation_id)))
        .filter(decided_numbers::year.eq(i64::from(document.date.year())))
        .filter(decided_numbers::number_key.eq(number_key(&document.number)))
        .filter(decided_numbers::delegation_id.ne(dossier))
        .order((dossiers::number, dossiers::id))
        .limit(20)
        .select((dossiers::id, dossiers::number))
        .load(conn)?;
    Ok(found.into_iter().map(|(id, number)| SameNumber { delegation_id: Id(id), number }).collect())
}

/// 422 if a decision would have a number that was assigned to another dossier, voided, or assigned in another year.
pub fn check_free(conn: &mut Conn, dossier: i64, document: &PaperRef, faults: &mut Violations) -> Result<()> {
    let year = i64::from(document.date.year());
    let rows: Vec<(i64, i64, bool)> = papers::table
        .filter(papers::number_key.eq(number_key(&document.number)))
        .filter(papers::ordinal.is_not_null())
        .select((papers::delegation_id, papers::year, papers::voided.is_not_null()))
        .load(conn)?;
    let taken = rows.iter().any(|(of, drawn, void)| *drawn == year && (*of != dossier || *void));
    let (vi, en) =
        ("Số này đã cấp cho hồ sơ khác hoặc đã hủy.", "This number was assigned to another dossier, or voided.");
    faults.require(!taken, "/document/number", FieldError::NumberTaken, vi, en);
    let own = |(of, drawn, void): &(i64, i64, bool)| *of == dossier && !void && *drawn != year;
    let (vi, en) = ("Số này được cấp trong sổ của năm khác.", "This number was assigned in another year's register.");
    faults.require(!rows.iter().any(own), "/document/date", FieldError::AnotherYear, vi, en);
    Ok(())
}
