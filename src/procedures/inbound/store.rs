//! Rows of a visit: guests, programme and hosts, and the rest of its content.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::{
    dossiers, inbound_guests as guests, officials, programme_hosts as hosts, programme_items as items,
};
use crate::db::sealed::SealedText;
use crate::db::{Conn, by_id, each, from_json, insert_rows, load_of, one_of, to_json, word};
use crate::dossier::StoredContent;
use crate::dossier::flow::State;
use crate::dossier::parts::engagement::ProgrammeItem;
use crate::dossier::parts::engagement::{Engagement, EngagementKind, EngagementsOf};
use crate::dossier::parts::line::OwnColumns;
use crate::dossier::parts::model::Origin;
use crate::dossier::store::is_void;
use crate::error::{Error, Result};
use crate::procedures::inbound::model::{Guest, Nationality, Stay, VisitContent};
use crate::procedures::inbound::people;
use kernel::every_field;
use kernel::time::Moment;
use kernel::words::{Channel, Field, GuestClass, MemberRole, Purpose, ReceptionLevel, Topic};

/// The part of the content that only this procedure reads.
#[derive(Serialize, Deserialize)]
struct VisitJson {
    coordinating: Vec<i64>,
    channel: Channel,
    sending_organisation: String,
    country: String,
    purpose: Purpose,
    field: Option<Field>,
    topics: Vec<Topic>,
    first_visit: bool,
    reception_level: ReceptionLevel,
    guest_class: GuestClass,
    headcount: i64,
    nationalities: Vec<Nationality>,
    stay: Stay,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
}

pub fn json(c: &VisitContent) -> Result<String> {
    every_field!(VisitContent of c:
        title, host_agency_id, coordinating, channel, sending_organisation, country, purpose, field, topics,
        first_visit, reception_level, guest_class, arrival, departure, headcount, nationalities, guests,
        programme, stay, origin);
    to_json(&VisitJson {
        coordinating: c.coordinating.clone(),
        channel: c.channel,
        sending_organisation: c.sending_organisation.clone(),
        country: c.country.clone(),
        purpose: c.purpose,
        field: c.field,
        topics: c.topics.clone(),
        first_visit: c.first_visit,
        reception_level: c.reception_level,
        guest_class: c.guest_class,
        headcount: c.headcount,
        nationalities: c.nationalities.clone(),
        stay: c.stay,
        origin: c.origin.clone(),
    })
}

/// What a line of a list says about a visit.
pub fn own(json: &str) -> Result<OwnColumns> {
    let VisitJson { purpose, field, sending_organisation, origin, .. } = from_json(json)?;
    Ok(OwnColumns {
        purpose: Some(purpose),
        field,
        partner: Some(sending_organisation),
        funding: Vec::new(),
        note: None,
        origin,
    })
}

/// Who leads each of these visits.
pub fn heads(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let leading = guests::table
        .filter(one_of(guests::delegation_id, ids))
        .filter(guests::role.eq(MemberRole::Head.word()))
        .select((guests::delegation_id, guests::full_name));
    let rows: Vec<(i64, String)> = each!(conn, c => leading.load(c))?;
    Ok(rows.into_iter().collect())
}

type GuestRow = (i64, i64, String, String, String, Option<SealedText>, String);
type ItemRow = (i64, i64, Moment, Moment, String, String, bool);
type HostRow = (i64, i64, i64, String);

const HOST: (hosts::delegation_id, hosts::item_ord, hosts::official_id, officials::full_name) =
    (hosts::delegation_id, hosts::item_ord, hosts::official_id, officials::full_name);

/// The programmes of these delegations, with their hosts.
pub fn programmes(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Vec<ProgrammeItem>>> {
    let planned = items::table.order((items::delegation_id, items::ord)).select(items::all_columns);
    let planned: Vec<ItemRow> = load_of!(conn, planned, items::delegation_id, ids)?;
    if planned.is_empty() {
        return Ok(HashMap::new());
    }
    let receiving = hosts::table.inner_join(officials::table);
    let receiving = receiving.order((hosts::delegation_id, hosts::item_ord, hosts::ord)).select(HOST);
    let receiving: Vec<HostRow> = load_of!(conn, receiving, hosts::delegation_id, ids)?;
    let mut hosts: HashMap<(i64, i64), (Vec<i64>, Vec<String>)> = HashMap::new();
    for (delegation, item, host, name) in receiving {
        let (ids, names) = hosts.entry((delegation, item)).or_default();
        ids.push(host);
        names.push(name);
    }
    Ok(by_id(planned.into_iter().map(|(id, ord, starts_at, ends_at, place, activity, restricted_area)| {
        let (hosts, host_names) = hosts.remove(&(id, ord)).unwrap_or_default();
        (id, ProgrammeItem { starts_at, ends_at, place, activity, hosts, host_names, restricted_area })
    })))
}

/// The contents of visits in their order.
pub fn load(conn: &mut Conn, stored: Vec<StoredContent>) -> Result<Vec<VisitContent>> {
    let ids: Vec<i64> = stored.iter().map(|visit| visit.id).collect();
    let named = guests::table.order((guests::delegation_id, guests::ord)).select((
        guests::delegation_id,
        guests::guest_id,
        guests::full_name,
        guests::nationality,
        guests::post,
        guests::passport_number,
        guests::role,
    ));
    let rows: Vec<GuestRow> = load_of!(conn, named, guests::delegation_id, ids.as_slice())?;
    let mut listed: HashMap<i64, Vec<Guest>> = HashMap::new();
    for (of, id, full_name, nationality, position, passport_number, role) in rows {
        let role = word(&role)?;
        let passport_number = passport_number.map(SealedText::into_plain);
        let guest = Guest { guest_id: Some(id), full_name, nationality, position, passport_number, role };
        listed.entry(of).or_default().push(guest);
    }
    let mut programmes = programmes(conn, &ids)?;
    let mut of = |visit: StoredContent| {
        let (guests, programme) = (listed.remove(&visit.id), programmes.remove(&visit.id));
        content(visit, guests.unwrap_or_default(), programme.unwrap_or_default())
    };
    stored.into_iter().map(&mut of).collect()
}

fn content(stored: StoredContent, guests: Vec<Guest>, programme: Vec<ProgrammeItem>) -> Result<VisitContent> {
    let days = stored.days.ok_or_else(|| Error::Internal("a delegation has no days".into()))?;
    let kept: VisitJson = from_json(&stored.json)?;
    Ok(VisitContent {
        title: stored.title,
        host_agency_id: stored.agency_id,
        coordinating: kept.coordinating,
        channel: kept.channel,
        sending_organisation: kept.sending_organisation,
        country: kept.country,
        purpose: kept.purpose,
        field: kept.field,
        topics: kept.topics,
        first_visit: kept.first_visit,
        reception_level: kept.reception_level,
        guest_class: kept.guest_class,
        arrival: days.from,
        departure: days.to,
        headcount: kept.headcount,
        nationalities: kept.nationalities,
        guests,
        programme,
        stay: kept.stay,
        origin: kept.origin,
    })
}

/// Writes guests and programme where they differ from what is stored.
pub fn save(conn: &mut Conn, id: i64, content: &VisitContent, before: Option<&VisitContent>) -> Result<()> {
    if before.is_none_or(|b| b.guests != content.guests) {
        if before.is_some_and(|b| !b.guests.is_empty()) {
            diesel::delete(guests::table.filter(guests::delegation_id.eq(id))).execute(conn)?;
        }
        insert_guests(conn, id, &content.guests)?;
        let kept: Vec<Option<i64>> = content.guests.iter().map(|g| g.guest_id).collect();
        let gone = before.map_or(&[][..], |b| b.guests.as_slice()).iter().map(|g| g.guest_id);
        let gone: Vec<i64> = gone.filter(|id| !kept.contains(id)).flatten().collect();
        if !gone.is_empty() {
            people::forget(conn, &gone)?;
        }
    }
    if before.is_none_or(|b| b.programme != content.programme) {
        if before.is_some_and(|b| !b.programme.is_empty()) {
            delete_programme(conn, &[id])?;
        }
        insert_programme(conn, id, &content.programme)?;
    }
    Ok(())
}

fn insert_guests(conn: &mut Conn, id: i64, all: &[Guest]) -> Result<()> {
    let rows: Vec<_> = (0i64..)
        .zip(all)
        .map(|(ord, g)| {
            let sealed = g.passport_number.as_deref().map(SealedText::alike).transpose()?;
            Ok((
                guests::delegation_id.eq(id),
                guests::ord.eq(ord),
                guests::guest_id.eq(g.guest_id.unwrap_or_default()),
                guests::full_name.eq(&g.full_name),
                guests::nationality.eq(&g.nationality),
                guests::post.eq(&g.position),
                guests::passport_number.eq(sealed),
                guests::role.eq(g.role.word()),
            ))
        })
        .collect::<Result<_>>()?;
    insert_rows!(conn, guests::table, &rows);
    Ok(())
}

fn insert_programme(conn: &mut Conn, id: i64, all: &[ProgrammeItem]) -> Result<()> {
    let rows: Vec<_> = (0i64..)
        .zip(all)
        .map(|(ord, i)| {
            (
                items::delegation_id.eq(id),
                items::ord.eq(ord),
                items::starts_at.eq(i.starts_at),
                items::ends_at.eq(i.ends_at),
                items::place.eq(&i.place),
                items::activity.eq(&i.activity),
                items::restricted_area.eq(i.restricted_area),
            )
        })
        .collect();
    insert_rows!(conn, items::table, &rows);
    let receiving: Vec<_> = (0i64..)
        .zip(all)
        .flat_map(|(item, i)| (0i64..).zip(&i.hosts).map(move |(ord, host)| (item, i, ord, *host)))
        .map(|(item, i, ord, host)| {
            (
                hosts::delegation_id.eq(id),
                hosts::item_ord.eq(item),
                hosts::ord.eq(ord),
                hosts::official_id.eq(host),
                hosts::starts_at.eq(i.starts_at),
                hosts::ends_at.eq(i.ends_at),
            )
        })
        .collect();
    insert_rows!(conn, hosts::table, &receiving);
    Ok(())
}

fn delete_programme(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    diesel::delete(hosts::table.filter(hosts::delegation_id.eq_any(ids))).execute(conn)?;
    diesel::delete(items::table.filter(items::delegation_id.eq_any(ids))).execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()> {
    let own = guests::table.filter(guests::delegation_id.eq_any(ids));
    let people: Vec<i64> = own.select(guests::guest_id).distinct().load(conn)?;
    diesel::delete(guests::table.filter(guests::delegation_id.eq_any(ids))).execute(conn)?;
    people::forget(conn, &people)?;
    delete_programme(conn, ids)
}

/// Who receives guests between two moments.
pub fn engagements(conn: &mut Conn, whose: EngagementsOf<'_>, from: Moment, to: Moment) -> Result<Vec<Engagement>> {
    let query = hosts::table
        .inner_join(dossiers::table)
        .inner_join(items::table.on(items::delegation_id.eq(hosts::delegation_id).and(items::ord.eq(hosts::item_ord))))
        .select((
            hosts::official_id,
            hosts::delegation_id,
            items::place,
            hosts::starts_at,
            hosts::ends_at,
            dossiers::state,
        ))
        .filter(hosts::starts_at.lt(to))
        .filter(hosts::ends_at.gt(from));
    let rows: Vec<(i64, i64, String, Moment, Moment, String)> = match whose {
        EngagementsOf::People(people) => {
            let theirs = query.filter(one_of(hosts::official_id, people));
            each!(conn, c => theirs.load(c))?
        }
        EngagementsOf::Dossiers(ids) => {
            let theirs = query.filter(one_of(hosts::delegation_id, ids));
            each!(conn, c => theirs.load(c))?
        }
    };
    let engagement = |(official_id, delegation_id, place, starts, ends, state): (_, _, _, _, _, String)| Engagement {
        official_id,
        kind: EngagementKind::Hosting,
        delegation_id,
        place,
        starts,
        ends,
        draft: state == State::Draft.word(),
    };
    Ok(rows.into_iter().filter(|row| !is_void(&row.5)).map(engagement).collect())
}
