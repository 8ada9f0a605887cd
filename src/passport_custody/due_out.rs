//! Passports that are still to be handed out: of everybody who travels on a trip that is decided and has not begun.

use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{custodies, dossiers, outbound_members as members, passports};
use crate::dossier::flow::State;
use crate::error::Result;
use crate::passport_custody::actions::kept_longest;
use crate::registry::officials::{Official, PassportStanding};
use crate::registry::officials_store as officials;
use kernel::procedure::Procedure;
use kernel::time::Day;
use kernel::words::{DecisionVerdict, PassportKind};

/// Somebody who travels and has no passport in hand yet.
pub struct DueOut {
    pub delegation_id: i64,
    pub number: Option<String>,
    pub title: String,
    pub begins_on: Day,
    pub ends_on: Day,
    pub traveller: Official,
}

/// Where one stands in the list: whoever leaves first comes first.
pub type DueOutPlace = (Day, i64, i64);

impl DueOut {
    pub fn place(&self) -> DueOutPlace {
        (self.begins_on, self.delegation_id, self.traveller.id)
    }
}

/// Up to `limit` of them behind a place. Left out are those whom the decision refused, those who had a passport for this trip
/// or have one in hand for another, and those for whom no passport is kept that is valid beyond their return.
pub fn page(conn: &mut Conn, today: Day, after: Option<DueOutPlace>, limit: i64) -> Result<Vec<DueOut>> {
    type Row = (i64, Option<String>, String, Day, Day, i64);
    // For this trip already, or out for another one: it has to come back first.
    let still_out = custodies::returned_on.is_null().and(custodies::lost_on.is_null());
    let given = custodies::table
        .filter(custodies::official_id.eq(members::official_id))
        .filter(custodies::delegation_id.eq(members::delegation_id).or(still_out));
    let kept = passports::table
        .filter(passports::official_id.eq(members::official_id))
        .filter(passports::kind.ne(PassportKind::Ordinary.word()))
        .filter(passports::standing.eq(PassportStanding::Valid.word()))
        .filter(passports::expires_on.gt(members::ends_on));
    let mut query = members::table
        .inner_join(dossiers::table)
        .filter(dossiers::register.eq(Procedure::OUTBOUND.word()))
        .filter(dossiers::procedure.eq(Procedure::OUTBOUND.word()))
        .filter(dossiers::state.eq(State::Approved.word()))
        .filter(members::ends_on.ge(today))
        .filter(members::verdict.is_null().or(members::verdict.ne(DecisionVerdict::Reject.word())))
        .filter(not(exists(given)))
        .filter(exists(kept))
        .order((members::begins_on, members::delegation_id, members::official_id))
        .limit(limit)
        .select((
            members::delegation_id,
            dossiers::number,
            dossiers::title,
            members::begins_on,
            members::ends_on,
            members::official_id,
        ))
        .into_boxed();
    if let Some((day, delegation, official)) = after {
        let same_trip = members::delegation_id.eq(delegation).and(members::official_id.gt(official));
        let same_day = members::begins_on.eq(day).and(members::delegation_id.gt(delegation).or(same_trip));
        query = query.filter(members::begins_on.gt(day).or(same_day));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.5).collect();
    let people: HashMap<i64, Official> = officials::find_all(conn, &ids)?.into_iter().map(|o| (o.id, o)).collect();
    let found = |(delegation_id, number, title, begins_on, ends_on, official): Row| {
        let traveller = people.get(&official)?.clone();
        kept_longest(&traveller)?;
        Some(DueOut { delegation_id, number, title, begins_on, ends_on, traveller })
    };
    Ok(rows.into_iter().filter_map(found).collect())
}
