//! The register of guests (khách nước ngoài): one row a person, found by passport, else by folded name and nationality.

use diesel::prelude::*;

use crate::db::schema::{guests, inbound_guests};
use crate::db::{Conn, containing};
use crate::error::Result;
use crate::kernel::id::Id;
use crate::kernel::text::fold;
use crate::kernel::time::Moment;
use crate::procedures::inbound::model::Guest;

/// A person who was a guest.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = guests)]
pub struct Person {
    pub id: i64,
    pub full_name: String,
    pub name_norm: String,
    pub nationality: String,
    pub passport_number: Option<String>,
    pub merged_into: Option<i64>,
}

/// Gives every guest of a list his person; who was never here becomes one.
pub fn resolve(conn: &mut Conn, all: &mut [Guest], now: Moment) -> Result<()> {
    for guest in all {
        guest.guest_id = Some(match find_same(conn, guest)? {
            Some(person) => person.merged_into.unwrap_or(person.id),
            None => insert(conn, guest, now)?,
        });
    }
    Ok(())
}

fn find_same(conn: &mut Conn, guest: &Guest) -> Result<Option<Person>> {
    let of_nation = guests::table.filter(guests::nationality.eq(&guest.nationality)).order(guests::id);
    Ok(match &guest.passport_number {
        Some(number) => {
            of_nation.filter(guests::passport_number.eq(number)).select(Person::as_select()).first(conn).optional()?
        }
        None => of_nation
            .filter(guests::name_norm.eq(fold(&guest.full_name)))
            .filter(guests::passport_number.is_null())
            .select(Person::as_select())
            .first(conn)
            .optional()?,
    })
}

fn insert(conn: &mut Conn, guest: &Guest, now: Moment) -> Result<i64> {
    let id = Id::new(now).0;
    diesel::insert_into(guests::table)
        .values((
            guests::id.eq(id),
            guests::full_name.eq(&guest.full_name),
            guests::name_norm.eq(fold(&guest.full_name)),
            guests::nationality.eq(&guest.nationality),
            guests::passport_number.eq(&guest.passport_number),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Person>> {
    Ok(guests::table.find(id).select(Person::as_select()).first(conn).optional()?)
}

/// What a list of guests asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub q: Option<String>,
    pub country: Option<String>,
    /// Only people whose folded name and nationality somebody else has too.
    pub duplicates: bool,
}

/// People who were not merged into others, by folded name and id.
pub fn page(conn: &mut Conn, filter: &Filter, after: Option<(String, i64)>, limit: i64) -> Result<Vec<Person>> {
    let mut query = guests::table
        .filter(guests::merged_into.is_null())
        .order((guests::name_norm, guests::id))
        .limit(limit)
        .select(Person::as_select())
        .into_boxed();
    if let Some(q) = &filter.q {
        query = query.filter(guests::name_norm.like(containing(&fold(q))).escape('\\'));
    }
    if let Some(country) = &filter.country {
        query = query.filter(guests::nationality.eq(country.clone()));
    }
    if filter.duplicates {
        let twin = diesel::alias!(guests as twins);
        let (id, name, nation, merged) = (
            twin.field(guests::id),
            twin.field(guests::name_norm),
            twin.field(guests::nationality),
            twin.field(guests::merged_into),
        );
        let same = twin
            .filter(name.eq(guests::name_norm))
            .filter(nation.eq(guests::nationality))
            .filter(id.ne(guests::id))
            .filter(merged.is_null());
        query = query.filter(diesel::dsl::exists(same));
    }
    if let Some((name, id)) = after {
        let later = guests::name_norm.gt(name.clone());
        query = query.filter(later.or(guests::name_norm.eq(name).and(guests::id.gt(id))));
    }
    Ok(query.load(conn)?)
}

/// Puts `from` into `into`: its visits become his. Answers the delegations whose figures change.
pub fn merge(conn: &mut Conn, from: i64, into: i64) -> Result<Vec<i64>> {
    let visits = inbound_guests::table
        .filter(inbound_guests::guest_id.eq(from))
        .select(inbound_guests::delegation_id)
        .distinct()
        .load(conn)?;
    diesel::update(inbound_guests::table.filter(inbound_guests::guest_id.eq(from)))
        .set(inbound_guests::guest_id.eq(into))
        .execute(conn)?;
    // Whoever was merged into the one that goes follows him.
    diesel::update(guests::table.filter(guests::merged_into.eq(from)).or_filter(guests::id.eq(from)))
        .set(guests::merged_into.eq(into))
        .execute(conn)?;
    Ok(visits)
}

/// How many visits each of these people made.
pub fn visits(conn: &mut Conn, ids: &[i64]) -> Result<std::collections::HashMap<i64, i64>> {
    let rows: Vec<i64> = inbound_guests::table
        .filter(inbound_guests::guest_id.eq_any(ids))
        .select(inbound_guests::guest_id)
        .load(conn)?;
    let mut counted = std::collections::HashMap::new();
    rows.into_iter().for_each(|id| *counted.entry(id).or_insert(0) += 1);
    Ok(counted)
}
