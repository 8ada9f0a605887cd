//! Numbers of decisions that the register of papers gave to another dossier.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::papers;
use crate::error::Result;
use crate::kernel::violation::Violations;

/// 422 where a decision would bear the number that was drawn for another dossier in the same year.
pub fn check_free(conn: &mut Conn, dossier: i64, number: &str, year: i32, faults: &mut Violations) -> Result<()> {
    let written: String = number.split_whitespace().collect();
    let drawn: i64 = papers::table
        .filter(papers::number.eq(written))
        .filter(papers::year.eq(i64::from(year)))
        .filter(papers::delegation_id.ne(dossier))
        .filter(papers::ordinal.is_not_null())
        .filter(papers::voided.is_null())
        .count()
        .get_result(conn)?;
    let (vi, en) = ("Số này đã lấy cho hồ sơ khác.", "This number was drawn for another dossier.");
    faults.require(drawn == 0, "/document/number", "number_taken", vi, en);
    Ok(())
}
