//! Rows of a trip: who travels, where it stops, and the rest of its content.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::{dossiers, officials, outbound_members as members, outbound_stops as stops};
use crate::db::{Conn, by_id, each, from_json, insert_rows, load_of, one_of, to_json, word};
use crate::dossier::StoredContent;
use crate::dossier::flow::State;
use crate::dossier::parts::engagement::{Engagement, EngagementsOf};
use crate::dossier::parts::line::OwnColumns;
use crate::dossier::parts::model::{Funding, InvitingParty, Leave, Member, Origin, PartyOpinion, Stop};
use crate::dossier::store::is_void;
use crate::error::{Error, Result};
use crate::plans::store as plans;
use crate::procedures::outbound::model::{Journey, MemberSnapshot, Trip, TripContent, Verdicts, abroad};
use crate::procedures::outbound::queue_store;
use kernel::every_field;
use kernel::id::Id;
use kernel::time::{Day, Moment, Period, day_of};
use kernel::words::{Capacity, Field, MemberRole, Purpose};

/// The part of the content that only this procedure reads.
#[derive(Serialize, Deserialize)]
struct TripJson {
    purpose: Purpose,
    field: Option<Field>,
    capacity: Capacity,
    plan_item_id: Option<i64>,
    funding: Vec<Funding>,
    inviting_party: Option<InvitingParty>,
    note: Option<String>,
    journey: Journey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    planned: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queued_on: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leave: Option<Leave>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    party_opinions: Vec<PartyOpinion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
}

pub fn json(c: &TripContent) -> Result<String> {
    every_field!(TripContent of c:
        title, procedure, purpose, field, capacity, agency_id, plan_item_id, planned, queued_on, funding,
        inviting_party, departure, returning, stops, members, note, leave, party_opinions, journey, origin,
        people, verdicts);
    to_json(&TripJson {
        purpose: c.purpose,
        field: c.field,
        capacity: c.capacity,
        plan_item_id: c.plan_item_id,
        funding: c.funding.clone(),
        inviting_party: c.inviting_party.clone(),
        note: c.note.clone(),
        planned: c.planned,
        queued_on: c.queued_on,
        leave: c.leave.clone(),
        party_opinions: c.party_opinions.clone(),
        journey: c.journey,
        origin: c.origin.clone(),
    })
}

/// What a line of a list says about a trip.
pub fn own(json: &str) -> Result<OwnColumns> {
    let TripJson { purpose, field, funding, inviting_party, note, origin, .. } = from_json(json)?;
    Ok(OwnColumns { purpose: Some(purpose), field, partner: inviting_party.map(|p| p.name), funding, note, origin })
}

/// Who leads each of these trips.
pub fn heads(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let leading = members::table
        .inner_join(officials::table)
        .filter(one_of(members::delegation_id, ids))
        .filter(members::role.eq(MemberRole::Head.word()))
        .select((members::delegation_id, officials::full_name));
    let rows: Vec<(i64, String)> = each!(conn, c => leading.load(c))?;
    Ok(rows.into_iter().collect())
}

type MemberValues = (i64, String, Option<i64>, Option<String>, Option<String>, i64, String, String, String);
type MemberRow = (i64, MemberValues);
type StopRow = (i64, String, String, Day, Day);

const STOP: (stops::delegation_id, stops::country, stops::place, stops::from_date, stops::to_date) =
    (stops::delegation_id, stops::country, stops::place, stops::from_date, stops::to_date);

/// The contents of trips in their order.
pub fn load(conn: &mut Conn, stored: Vec<StoredContent>) -> Result<Vec<TripContent>> {
    let ids: Vec<i64> = stored.iter().map(|trip| trip.id).collect();
    let travellers =
        members::table.inner_join(officials::table).order((members::delegation_id, members::ord)).select((
            members::delegation_id,
            (
                members::official_id,
                members::role,
                members::relative_of,
                members::consent,
                members::verdict,
                members::agency_id,
                members::post_level,
                officials::full_name,
                officials::post,
            ),
        ));
    let rows: Vec<MemberRow> = load_of!(conn, travellers, members::delegation_id, ids.as_slice())?;
    let mut who = by_id(rows);
    let places = stops::table.order((stops::delegation_id, stops::ord));
    let rows: Vec<StopRow> = load_of!(conn, places.select(STOP), stops::delegation_id, ids.as_slice())?;
    let stop = |(id, country, place, from, to)| (id, Stop { country, place, from, to });
    let mut where_to = by_id(rows.into_iter().map(stop));
    let mut of = |trip: StoredContent| {
        let (who, where_to) = (who.remove(&trip.id), where_to.remove(&trip.id));
        content(trip, who.unwrap_or_default(), where_to.unwrap_or_default())
    };
    stored.into_iter().map(&mut of).collect()
}

fn content(stored: StoredContent, who: Vec<MemberValues>, stops: Vec<Stop>) -> Result<TripContent> {
    let days = stored.days.ok_or_else(|| Error::Internal("a delegation has no days".into()))?;
    let kept: TripJson = from_json(&stored.json)?;
    let mut travelling = Vec::with_capacity(who.len());
    let mut verdicts = Vec::with_capacity(who.len());
    let mut people = Vec::with_capacity(who.len());
    for (official, role, relative_of, consent, verdict, agency_id, post_level, full_name, post) in who {
        travelling.push(Member { official_id: Id(official), role: word(&role)?, relative_of: relative_of.map(Id) });
        let (consent, decision) =
            (consent.as_deref().map(word).transpose()?, verdict.as_deref().map(word).transpose()?);
        verdicts.push(Verdicts { consent, decision });
        people.push(MemberSnapshot { full_name, post, agency_id, post_level: word(&post_level)? });
    }
    if verdicts.iter().all(|v| *v == Verdicts::default()) {
        verdicts.clear();
    }
    Ok(TripContent {
        title: stored.title,
        procedure: stored.procedure,
        purpose: kept.purpose,
        field: kept.field,
        capacity: kept.capacity,
        agency_id: stored.agency_id,
        plan_item_id: kept.plan_item_id,
        planned: kept.planned,
        queued_on: kept.queued_on,
        funding: kept.funding,
        inviting_party: kept.inviting_party,
        departure: days.from,
        returning: days.to,
        stops,
        members: travelling,
        note: kept.note,
        leave: kept.leave,
        party_opinions: kept.party_opinions,
        journey: kept.journey,
        origin: kept.origin,
        people,
        verdicts,
    })
}

/// Writes members and stops where they differ from what is stored.
pub fn save(conn: &mut Conn, id: i64, content: &TripContent, before: Option<&TripContent>) -> Result<()> {
    let same = |b: &TripContent| {
        (&b.members, &b.people, &b.verdicts) == (&content.members, &content.people, &content.verdicts)
    };
    if !before.is_some_and(same) {
        if before.is_some() {
            diesel::delete(members::table.filter(members::delegation_id.eq(id))).execute(conn)?;
        }
        insert_members(conn, id, content)?;
    } else if before.is_some_and(|b| b.days_abroad() != content.days_abroad()) {
        write_days(conn, id, content)?;
    }
    if before.is_none_or(|b| b.stops != content.stops) {
        if before.is_some() {
            diesel::delete(stops::table.filter(stops::delegation_id.eq(id))).execute(conn)?;
        }
        insert_stops(conn, id, &content.stops)?;
    }
    if before.map_or(content.plan_item_id.is_some(), |b| b.plan_item_id != content.plan_item_id) {
        plans::draw(conn, id, content.plan_item_id)?;
    }
    Ok(())
}

/// Writes again what others find a trip by.
pub fn index(conn: &mut Conn, trip: &Trip) -> Result<()> {
    write_days(conn, trip.id, &trip.content)?;
    queue_store::index(conn, trip)
}

/// The days abroad in the rows of the members.
fn write_days(conn: &mut Conn, id: i64, content: &TripContent) -> Result<()> {
    let Period { from, to } = content.days_abroad();
    diesel::update(members::table.filter(members::delegation_id.eq(id)))
        .set((members::begins_on.eq(from), members::ends_on.eq(to)))
        .execute(conn)?;
    Ok(())
}

fn insert_members(conn: &mut Conn, id: i64, content: &TripContent) -> Result<()> {
    let days = content.days_abroad();
    let people: Vec<_> = (0i64..)
        .zip(content.members_judged())
        .map(|(ord, (m, v, p))| {
            (
                members::delegation_id.eq(id),
                members::ord.eq(ord),
                members::official_id.eq(m.official_id.0),
                members::role.eq(m.role.word()),
                members::relative_of.eq(m.relative_of.map(|id| id.0)),
                members::consent.eq(v.consent.map(|c| c.word())),
                members::verdict.eq(v.decision.map(|d| d.word())),
                members::agency_id.eq(p.agency_id),
                members::post_level.eq(p.post_level.word()),
                members::begins_on.eq(days.from),
                members::ends_on.eq(days.to),
            )
        })
        .collect();
    insert_rows!(conn, members::table, &people);
    Ok(())
}

fn insert_stops(conn: &mut Conn, id: i64, all: &[Stop]) -> Result<()> {
    let places: Vec<_> = (0i64..)
        .zip(all)
        .map(|(ord, s)| {
            (
                stops::delegation_id.eq(id),
                stops::ord.eq(ord),
                stops::country.eq(&s.country),
                stops::place.eq(&s.place),
                stops::from_date.eq(s.from),
                stops::to_date.eq(s.to),
            )
        })
        .collect();
    insert_rows!(conn, stops::table, &places);
    Ok(())
}

pub fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    diesel::delete(members::table.filter(members::delegation_id.eq_any(ids))).execute(conn)?;
    diesel::delete(stops::table.filter(stops::delegation_id.eq_any(ids))).execute(conn)?;
    queue_store::delete(conn, ids)?;
    plans::undraw(conn, ids)
}

/// The requesting agencies of the trips around a period: a trip that departs in it was planned within a year of it.
pub fn asked_by(conn: &mut Conn, period: Period) -> Result<HashMap<i64, i64>> {
    let year = chrono::Duration::days(366);
    let rows: Vec<(i64, i64)> = dossiers::table
        .filter(dossiers::procedure.eq("outbound"))
        .filter(dossiers::begins_on.between(period.from - year, period.to + year))
        .select((dossiers::id, dossiers::agency_id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Person, dossier, countries, first and last day, state.
type AbroadRow = (i64, i64, String, Day, Day, String);

/// Who is abroad between two moments, in whole local days.
pub fn engagements(conn: &mut Conn, whose: EngagementsOf<'_>, from: Moment, to: Moment) -> Result<Vec<Engagement>> {
    let query = members::table
        .inner_join(dossiers::table)
        .filter(members::verdict.is_null().or(members::verdict.ne("reject").assume_not_null()))
        .select((
            members::official_id,
            members::delegation_id,
            dossiers::countries,
            members::begins_on,
            members::ends_on,
            dossiers::state,
        ))
        .filter(members::begins_on.le(day_of(to)))
        .filter(members::ends_on.ge(day_of(from)));
    let rows: Vec<AbroadRow> = match whose {
        EngagementsOf::People(people) => {
            let theirs = query.filter(one_of(members::official_id, people));
            each!(conn, c => theirs.load(c))?
        }
        EngagementsOf::Dossiers(ids) => {
            let theirs = query.filter(one_of(members::delegation_id, ids));
            each!(conn, c => theirs.load(c))?
        }
    };
    let mut all = Vec::with_capacity(rows.len());
    for (official_id, delegation_id, place, from, to, state) in rows.into_iter().filter(|row| !is_void(&row.5)) {
        let draft = state == State::Draft.word();
        all.push(abroad(official_id, delegation_id, place, Period { from, to }, draft));
    }
    // Days meet at midnight: keep only what really overlaps.
    all.retain(|e| e.starts < to && from < e.ends);
    Ok(all)
}
