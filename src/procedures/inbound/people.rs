//! The register of guests (khách nước ngoài): one row per person, by passport, else by folded name and nationality.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::db::schema::{dossiers, guests, inbound_guests};
use crate::db::sealed::SealedText;
use crate::db::{Conn, containing, insert_rows, searched_words};
use crate::dossier::flow::State;
use crate::error::Result;
use crate::procedures::inbound::model::Guest;
use kernel::id::Id;
use kernel::text::fold;
use kernel::time::Moment;

/// A person who was a guest.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = guests, treat_none_as_default_value = false)]
pub struct GuestPerson {
    pub id: i64,
    pub full_name: String,
    pub name_norm: String,
    pub nationality: String,
    pub passport_number: Option<SealedText>,
    pub merged_into: Option<i64>,
}

/// Links every guest of a list to a person in the register, and adds those who are new; who is listed as `before` stays who they
/// are, for of an erased number nothing could tell it. The whole list is read at once, not one by one.
pub fn resolve(conn: &mut Conn, all: &mut [Guest], before: &[Guest], now: Moment) -> Result<()> {
    let mut left: Vec<&Guest> = before.iter().filter(|guest| guest.guest_id.is_some()).collect();
    let mut others: Vec<&mut Guest> = Vec::new();
    for guest in all {
        let same = |old: &&Guest| {
            (&old.full_name, &old.nationality, &old.passport_number)
                == (&guest.full_name, &guest.nationality, &guest.passport_number)
        };
        match left.iter().position(same) {
            Some(at) => guest.guest_id = left.remove(at).guest_id,
            None => others.push(guest),
        }
    }
    let all = others;
    if all.is_empty() {
        return Ok(());
    }
    let passports = all.iter().filter_map(|g| g.passport_number.as_deref()).flat_map(SealedText::forms);
    let passports: Vec<SealedText> = passports.collect();
    let unnumbered = all.iter().filter(|g| g.passport_number.is_none());
    let names: Vec<String> = unnumbered.map(|g| fold(&g.full_name)).collect();
    let known: Vec<GuestPerson> = guests::table
        .filter(guests::passport_number.assume_not_null().eq_any(passports))
        .or_filter(
            // Whose number was erased may be somebody else of that name.
            guests::passport_number.is_null().and(guests::erased_at.is_null()).and(guests::name_norm.eq_any(names)),
        )
        .order(guests::id)
        .select(GuestPerson::as_select())
        .load(conn)?;
    let mut fresh: Vec<GuestPerson> = Vec::new();
    for guest in all {
        let name_norm = fold(&guest.full_name);
        let same = |p: &&GuestPerson| {
            p.nationality == guest.nationality
                && p.passport_number.as_deref() == guest.passport_number.as_deref()
                && (guest.passport_number.is_some() || p.name_norm == name_norm)
        };
        let id = match known.iter().chain(&fresh).find(same) {
            Some(person) => person.merged_into.unwrap_or(person.id),
            None => {
                let id = Id::new(now).0;
                fresh.push(GuestPerson {
                    id,
                    full_name: guest.full_name.clone(),
                    name_norm,
                    nationality: guest.nationality.clone(),
                    passport_number: guest.passport_number.as_deref().map(SealedText::alike).transpose()?,
                    merged_into: None,
                });
                id
            }
        };
        guest.guest_id = Some(id);
    }
    insert_rows!(conn, guests::table, &fresh);
    Ok(())
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<GuestPerson>> {
    Ok(guests::table.find(id).select(GuestPerson::as_select()).first(conn).optional()?)
}

/// The filter of a list of guests.
#[derive(Debug, Clone, Default)]
pub struct GuestFilter {
    pub q: Option<String>,
    pub country: Option<String>,
    /// Only people who share their folded name and nationality with somebody else.
    pub duplicates: bool,
}

/// People who were not merged into others, by folded name and id.
pub fn page(
    conn: &mut Conn,
    filter: &GuestFilter,
    after: Option<(String, i64)>,
    limit: i64,
) -> Result<Vec<GuestPerson>> {
    // Guests of drafts are visible only to the drafting agency.
    let received = inbound_guests::table
        .inner_join(dossiers::table)
        .filter(inbound_guests::guest_id.eq(guests::id))
        .filter(dossiers::state.ne(State::Draft.word()));
    let mut query = guests::table
        .filter(guests::merged_into.is_null())
        .filter(diesel::dsl::exists(received))
        .order((guests::name_norm, guests::id))
        .limit(limit)
        .select(GuestPerson::as_select())
        .into_boxed();
    for word in searched_words(filter.q.as_deref()) {
        query = query.filter(guests::name_norm.like(containing(&word)).escape('\\'));
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

/// Merges `from` into `into`, which takes over its visits. Returns the delegations whose statistics change.
pub fn merge(conn: &mut Conn, from: i64, into: i64) -> Result<Vec<i64>> {
    let visits = inbound_guests::table
        .filter(inbound_guests::guest_id.eq(from))
        .select(inbound_guests::delegation_id)
        .distinct()
        .load(conn)?;
    diesel::update(inbound_guests::table.filter(inbound_guests::guest_id.eq(from)))
        .set(inbound_guests::guest_id.eq(into))
        .execute(conn)?;
    // Rows that were merged into `from` earlier follow it.
    diesel::update(guests::table.filter(guests::merged_into.eq(from)).or_filter(guests::id.eq(from)))
        .set(guests::merged_into.eq(into))
        .execute(conn)?;
    Ok(visits)
}

/// Most people in one condition.
const IDS_AT_ONCE: usize = 2_000;

/// Deletes people whom no dossier names any longer: they were only in a draft, or listed with another passport.
pub fn forget(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(IDS_AT_ONCE) {
        let named: HashSet<i64> = inbound_guests::table
            .filter(inbound_guests::guest_id.eq_any(some))
            .select(inbound_guests::guest_id)
            .distinct()
            .load(conn)?
            .into_iter()
            .collect();
        let followed: Vec<Option<i64>> =
            guests::table.filter(guests::merged_into.eq_any(some)).select(guests::merged_into).load(conn)?;
        let followed: HashSet<i64> = followed.into_iter().flatten().collect();
        let gone: Vec<i64> = some.iter().copied().filter(|id| !named.contains(id) && !followed.contains(id)).collect();
        diesel::delete(guests::table.filter(guests::id.eq_any(gone))).execute(conn)?;
    }
    Ok(())
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

/// Erases the passport numbers of the guests of a visit, and those of people who have no other visit with one, whatever rows of the
/// register they were merged from; so too of those whom only past versions `named`. The people stay, so that what was counted
/// stays. How many people it were.
pub fn erase_numbers(conn: &mut Conn, delegation_id: i64, named: &[i64], now: Moment) -> Result<usize> {
    let of_visit = inbound_guests::delegation_id.eq(delegation_id);
    let numbered = inbound_guests::table.filter(of_visit.and(inbound_guests::passport_number.is_not_null()));
    let listed: Vec<i64> = numbered.select(inbound_guests::guest_id).load(conn)?;
    let people: HashSet<i64> = listed.into_iter().chain(named.iter().copied()).collect();
    diesel::update(inbound_guests::table.filter(of_visit))
        .set(inbound_guests::passport_number.eq(None::<SealedText>))
        .execute(conn)?;
    let elsewhere: HashSet<i64> = inbound_guests::table
        .filter(inbound_guests::guest_id.eq_any(&people).and(inbound_guests::passport_number.is_not_null()))
        .select(inbound_guests::guest_id)
        .load(conn)?
        .into_iter()
        .collect();
    let gone: Vec<i64> = people.difference(&elsewhere).copied().collect();
    let rows = guests::id.eq_any(&gone).or(guests::merged_into.assume_not_null().eq_any(&gone));
    diesel::update(guests::table.filter(rows))
        .set((guests::passport_number.eq(None::<SealedText>), guests::erased_at.eq(now)))
        .execute(conn)?;
    Ok(people.len())
}

/// Erases the numbers of people who were recorded before a moment, where no visit has one of theirs any more: those of a change
/// that came to nothing, and of rows that were merged.
pub fn erase_strays(conn: &mut Conn, before: Moment, now: Moment) -> Result<()> {
    let own = inbound_guests::guest_id.eq(guests::id);
    let merged = inbound_guests::guest_id.nullable().eq(guests::merged_into);
    let named =
        inbound_guests::table.filter(inbound_guests::passport_number.is_not_null().and(own.nullable().or(merged)));
    let strays = guests::table
        .filter(guests::passport_number.is_not_null().and(guests::id.lt(Id::first_of(before).0)))
        .filter(diesel::dsl::not(diesel::dsl::exists(named)))
        .select(guests::id);
    let strays: Vec<i64> = strays.load(conn)?;
    for some in strays.chunks(IDS_AT_ONCE) {
        diesel::update(guests::table.filter(guests::id.eq_any(some)))
            .set((guests::passport_number.eq(None::<SealedText>), guests::erased_at.eq(now)))
            .execute(conn)?;
    }
    Ok(())
}
