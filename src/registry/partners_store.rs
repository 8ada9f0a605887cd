//! Partners and their names in the database.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::db::schema::{dossiers, partner_names as names, partners};
use crate::db::{Conn, containing, each, searched_words, to_json, word};
use crate::error::{Error, Result};
use crate::registry::partners::{Agreement, LastVisits, Partner, Relation};
use kernel::every_field;
use kernel::procedure::Procedure;
use kernel::text::fold;
use kernel::time::Day;
use kernel::words::PartnerKind;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = partners, treat_none_as_null = true, treat_none_as_default_value = false)]
struct PartnerRow {
    id: i64,
    version: i64,
    kind: String,
    name: String,
    name_norm: String,
    country: String,
    locality: Option<String>,
    relation_since: Option<Day>,
    relation_state: Option<String>,
    agreement: Option<String>,
    note: Option<String>,
    merged_into: Option<i64>,
}

impl TryFrom<&Partner> for PartnerRow {
    type Error = Error;

    fn try_from(p: &Partner) -> Result<Self> {
        every_field!(Partner of p:
            id, version, kind, name, country, locality, other_names, relation, note, merged_into);
        let agreement = p.relation.as_ref().and_then(|r| r.agreement.as_ref());
        Ok(PartnerRow {
            id: p.id,
            version: p.version,
            kind: p.kind.word().to_owned(),
            name: p.name.clone(),
            name_norm: fold(&p.name),
            country: p.country.clone(),
            locality: p.locality.clone(),
            relation_since: p.relation.as_ref().and_then(|r| r.since),
            relation_state: p.relation.as_ref().map(|r| r.state.word().to_owned()),
            agreement: agreement.map(to_json).transpose()?,
            note: p.note.clone(),
            merged_into: p.merged_into,
        })
    }
}

impl TryFrom<PartnerRow> for Partner {
    type Error = Error;

    fn try_from(row: PartnerRow) -> Result<Self> {
        let agreement: Option<Agreement> = row
            .agreement
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|e| Error::Internal(e.to_string()))?;
        let relation = match row.relation_state {
            Some(state) => Some(Relation { since: row.relation_since, state: word(&state)?, agreement }),
            None => None,
        };
        Ok(Partner {
            id: row.id,
            version: row.version,
            kind: word(&row.kind)?,
            name: row.name,
            country: row.country,
            locality: row.locality,
            other_names: Vec::new(),
            relation,
            note: row.note,
            merged_into: row.merged_into,
        })
    }
}

fn complete(conn: &mut Conn, rows: Vec<PartnerRow>) -> Result<Vec<Partner>> {
    let mut found: Vec<Partner> = rows.into_iter().map(Partner::try_from).collect::<Result<_>>()?;
    let ids: Vec<i64> = found.iter().map(|p| p.id).collect();
    let known: Vec<(i64, String)> = names::table
        .filter(names::partner_id.eq_any(ids))
        .order(names::name_norm)
        .select((names::partner_id, names::name))
        .load(conn)?;
    for partner in &mut found {
        let own = known.iter().filter(|(id, name)| *id == partner.id && *name != partner.name);
        partner.other_names = own.map(|(_, name)| name.clone()).collect();
    }
    Ok(found)
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Partner>> {
    let row: Option<PartnerRow> = partners::table.find(id).select(PartnerRow::as_select()).first(conn).optional()?;
    Ok(complete(conn, row.into_iter().collect())?.pop())
}

/// The partner with a name in a country, diacritics ignored.
pub fn by_name(conn: &mut Conn, name: &str, country: &str) -> Result<Option<Partner>> {
    let id: Option<i64> = names::table.find((fold(name), country)).select(names::partner_id).first(conn).optional()?;
    match id {
        Some(id) => find(conn, id),
        None => Ok(None),
    }
}

/// The localities of partners by their folded name and country, diacritics ignored, as far as they have one.
pub fn localities<'a>(
    conn: &mut Conn,
    named: impl Iterator<Item = &'a str>,
) -> Result<HashMap<(String, String), String>> {
    let folded: BTreeSet<String> = named.map(fold).collect();
    let rows: Vec<(String, String, Option<String>)> = names::table
        .inner_join(partners::table)
        .filter(names::name_norm.eq_any(folded))
        .select((names::name_norm, names::country, partners::locality))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(name, country, locality)| Some(((name, country), locality?))).collect())
}

/// Which partners to list.
#[derive(Debug, Clone, Default)]
pub struct PartnerFilter {
    pub q: Option<String>,
    pub country: Option<String>,
    pub kind: Option<PartnerKind>,
}

/// Partners that are not merged into others, ordered by folded name and id.
pub fn page(conn: &mut Conn, filter: &PartnerFilter, after: Option<(String, i64)>, limit: i64) -> Result<Vec<Partner>> {
    let mut query = partners::table
        .filter(partners::merged_into.is_null())
        .order((partners::name_norm, partners::id))
        .limit(limit)
        .select(PartnerRow::as_select())
        .into_boxed();
    for word in searched_words(filter.q.as_deref()) {
        let known = names::table.filter(names::name_norm.like(containing(&word)).escape('\\'));
        query = query.filter(partners::id.eq_any(known.select(names::partner_id)));
    }
    if let Some(country) = &filter.country {
        query = query.filter(partners::country.eq(country.clone()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(partners::kind.eq(kind.word()));
    }
    if let Some((name, id)) = after {
        let later = partners::name_norm.gt(name.clone());
        query = query.filter(later.or(partners::name_norm.eq(name).and(partners::id.gt(id))));
    }
    let rows: Vec<PartnerRow> = query.load(conn)?;
    complete(conn, rows)
}

pub fn insert(conn: &mut Conn, partner: &Partner) -> Result<()> {
    diesel::insert_into(partners::table).values(PartnerRow::try_from(partner)?).execute(conn)?;
    insert_names(conn, partner)
}

/// Updates the row and its names; the caller has checked the version in this transaction.
pub fn update(conn: &mut Conn, partner: &Partner) -> Result<()> {
    let row = PartnerRow::try_from(partner)?;
    each!(conn, c => diesel::update(partners::table.find(partner.id)).set(&row).execute(c))?;
    diesel::delete(names::table.filter(names::partner_id.eq(partner.id))).execute(conn)?;
    insert_names(conn, partner)
}

fn insert_names(conn: &mut Conn, partner: &Partner) -> Result<()> {
    let mut taken: Vec<String> = Vec::new();
    for name in std::iter::once(&partner.name).chain(&partner.other_names) {
        let folded = fold(name);
        if partner.merged_into.is_some() || taken.contains(&folded) {
            continue;
        }
        diesel::insert_into(names::table)
            .values((
                names::name_norm.eq(&folded),
                names::country.eq(&partner.country),
                names::partner_id.eq(partner.id),
                names::name.eq(name),
            ))
            .execute(conn)?;
        taken.push(folded);
    }
    Ok(())
}

/// The folded names of a partner with its country, by which its dossiers are found.
pub fn keys(partner: &Partner) -> Vec<(String, String)> {
    let all = std::iter::once(&partner.name).chain(&partner.other_names);
    all.map(|name| (fold(name), partner.country.clone())).collect()
}

/// The dates of the latest approved delegations in both directions, by partner.
pub fn last_visits(conn: &mut Conn, all: &[Partner]) -> Result<HashMap<i64, LastVisits>> {
    let folded: Vec<String> = all.iter().flat_map(keys).map(|(name, _)| name).collect();
    let rows: Vec<(String, String, String, Option<Day>)> = dossiers::table
        .filter(dossiers::counterpart_norm.eq_any(folded))
        .filter(dossiers::decision.is_not_null())
        .filter(dossiers::state.ne_all(["rejected", "cancelled", "postponed"]))
        .select((dossiers::counterpart_norm, dossiers::counterpart_country, dossiers::procedure, dossiers::begins_on))
        .load(conn)?;
    let mut found = HashMap::new();
    for partner in all {
        let own = keys(partner);
        let mut last = LastVisits::default();
        for (_, _, procedure, day) in
            rows.iter().filter(|(name, country, ..)| own.iter().any(|(n, c)| n == name && c == country))
        {
            let place = match word::<Procedure>(procedure)? {
                guests if guests.is_visit() => &mut last.inbound,
                _ => &mut last.outbound,
            };
            *place = (*place).max(*day);
        }
        found.insert(partner.id, last);
    }
    Ok(found)
}
