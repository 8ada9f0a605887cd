//! Who holds a seat on a day: as their own, or in place of another person.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::access::account::StandIn;
use crate::access::substitutions_store::{Substitution, SubstitutionFilter, given_to, page};
use crate::db::schema::{past_seats, seats, users};
use crate::db::{Conn, each};
use crate::error::Result;
use kernel::time::{Day, valid_on};
use kernel::words::Body;

/// Seats that accounts hold in place of others. A substitution covers only a seat of the person's own, and only while
/// they hold it.
pub fn stand_ins(conn: &mut Conn, accounts: &[i64]) -> Result<HashMap<i64, Vec<StandIn>>> {
    let given = given_to(conn, accounts)?;
    let mut all: HashMap<i64, Vec<StandIn>> = HashMap::new();
    if given.is_empty() {
        return Ok(all);
    }
    let lenders: Vec<i64> = given.iter().map(|s| s.from_user).collect();
    type Person = (i64, String, Option<i64>, Option<i64>, bool);
    let people: Vec<Person> = users::table
        .filter(users::id.eq_any(lenders.iter().chain(accounts).copied().collect::<Vec<_>>()))
        .select((users::id, users::username, users::official_id, users::agency_id, users::active))
        .load(conn)?;
    let people: HashMap<i64, Person> = people.into_iter().map(|person| (person.0, person)).collect();
    let held: Vec<(i64, String, Day, Option<Day>)> = seats::table
        .filter(seats::user_id.eq_any(&lenders))
        .select((seats::user_id, seats::body, seats::valid_from, seats::valid_to))
        .load(conn)?;
    for s in given {
        let Some((_, username, official, agency, true)) = people.get(&s.from_user).cloned() else { continue };
        // The seat of a unit can be substituted only within that unit: a substitute who moves elsewhere loses it.
        if s.body.is_local() && people.get(&s.to_user).map(|p| p.3) != Some(agency) {
            continue;
        }
        let own = held.iter().filter(|(user, body, ..)| *user == s.from_user && body == s.body.word());
        let periods = own.filter_map(|(_, _, from, to)| common((*from, *to), (s.valid_from, s.valid_to))).collect();
        all.entry(s.to_user).or_default().push(StandIn {
            id: s.id,
            for_user: s.from_user,
            for_username: username,
            for_official: official,
            body: s.body,
            signed_as: s.signed_as,
            mandate: s.mandate,
            periods,
        });
    }
    Ok(all)
}

pub type HeldSpan = (Day, Option<Day>);

/// The days that two half-open spans share.
pub fn common(one: HeldSpan, other: HeldSpan) -> Option<HeldSpan> {
    let from = one.0.max(other.0);
    let to = [one.1, other.1].into_iter().flatten().min();
    to.is_none_or(|to| from < to).then_some((from, to))
}

/// Somebody who could act for a body on a day.
pub struct SeatHolder {
    pub user: i64,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
    /// The substitution by which they held the seat; `None` if it was their own.
    pub by: Option<Substitution>,
}

/// Who could sign for a body on a day: holders of the seats that act for it (the Chair for the PPC, the Director for
/// the deciding DOFA), each time followed by their substitutes.
pub fn signers(conn: &mut Conn, body: Body, at: Day) -> Result<Vec<SeatHolder>> {
    let mut all = Vec::new();
    for seat in [Some(body), acting_seat(body)].into_iter().flatten() {
        all.extend(holders(conn, seat, at)?);
    }
    Ok(all)
}

/// The seat whose holder also acts for this body.
pub fn acting_seat(body: Body) -> Option<Body> {
    match body {
        Body::Ppc => Some(Body::PpcChair),
        Body::Dofa => Some(Body::DofaDirector),
        _ => None,
    }
}

/// Whose own seat it ever was: the account, the first day, and the first on which it no longer was.
pub type Held = Vec<(i64, Day, Option<Day>)>;

/// Whose own seat it is, was and will be: those of accounts as they are, then those that were taken from them.
pub fn ever_held(conn: &mut Conn, body: Body) -> Result<Held> {
    let now = seats::table
        .filter(seats::body.eq(body.word()))
        .select((seats::user_id, seats::valid_from, seats::valid_to))
        .order((seats::user_id, seats::valid_from));
    let mut all: Held = each!(conn, c => now.load(c))?;
    let past = past_seats::table
        .filter(past_seats::body.eq(body.word()))
        .select((past_seats::user_id, past_seats::valid_from, past_seats::valid_to))
        .order((past_seats::user_id, past_seats::valid_from));
    let past: Vec<(i64, Day, Day)> = each!(conn, c => past.load(c))?;
    all.extend(past.into_iter().map(|(user, from, to)| (user, from, Some(to))));
    Ok(all)
}

/// The people whose own seat it is on a day.
pub fn own_holders(held: &Held, at: Day) -> Vec<SeatHolder> {
    let mut all: Vec<SeatHolder> = Vec::new();
    for (user, from, to) in held {
        if valid_on(*from, *to, at) && all.iter().all(|h| h.user != *user) {
            all.push(SeatHolder { user: *user, valid_from: *from, valid_to: *to, by: None });
        }
    }
    all
}

/// The holders of a seat on a day, then their substitutes.
pub fn holders(conn: &mut Conn, body: Body, at: Day) -> Result<Vec<SeatHolder>> {
    let mut all = own_holders(&ever_held(conn, body)?, at);
    for s in page(conn, &SubstitutionFilter { body: Some(body), at: Some(at), of: None }, 0, i64::from(i32::MAX))? {
        // A substitution lapses when the person who gave it no longer holds the seat.
        let lent = all.iter().find(|h| h.by.is_none() && h.user == s.from_user);
        let Some(lent) = lent.and_then(|h| common((h.valid_from, h.valid_to), (s.valid_from, s.valid_to))) else {
            continue;
        };
        all.push(SeatHolder { user: s.to_user, valid_from: lent.0, valid_to: lent.1, by: Some(s) });
    }
    Ok(all)
}
