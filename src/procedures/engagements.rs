//! Who is abroad or receives guests at what time, across all procedures; and the clashes that are shown with a dossier.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::context::RequestContext;
use crate::db::{Conn, by_id, unique};
use crate::dossier::parts::engagement::{Engagement, EngagementKind, EngagementsOf, ProgrammeItem, clashes};
use crate::dossier::register::Registers;
use crate::dossier::store::list;
use crate::error::Result;
use crate::registry::officials_store;
use kernel::id::Id;
use kernel::time::{Moment, rfc3339};

/// Every engagement between two moments.
pub fn engagements(
    conn: &mut Conn,
    registers: &Registers,
    whose: EngagementsOf<'_>,
    from: Moment,
    to: Moment,
) -> Result<Vec<Engagement>> {
    let mut all = Vec::new();
    for register in registers.all() {
        all.extend(register.engagements(conn, whose, from, to)?);
    }
    Ok(all)
}

/// The programmes of these delegations, if they have one.
pub fn programmes(conn: &mut Conn, registers: &Registers, ids: &[i64]) -> Result<HashMap<i64, Vec<ProgrammeItem>>> {
    let mut all = HashMap::new();
    for register in registers.all() {
        all.extend(register.programmes(conn, ids)?);
    }
    Ok(all)
}

/// The first and the last of the hours of engagements.
fn hours<'a>(all: impl Iterator<Item = &'a Engagement> + Clone) -> Option<(Moment, Moment)> {
    Some((all.clone().map(|e| e.starts).min()?, all.map(|e| e.ends).max()?))
}

/// Engagements of one kind that a person is told of beside a dossier; there may be thousands of drafts.
const OF_ONE_KIND: usize = 50;

/// For each dossier's engagements those of the same people in other dossiers, between the first and the last of its hours: of
/// each person, some of every kind, drafts apart from what was submitted.
pub fn elsewhere(conn: &mut Conn, registers: &Registers, ours: &[Vec<Engagement>]) -> Result<Vec<Vec<Engagement>>> {
    let Some((from, to)) = hours(ours.iter().flatten()) else { return Ok(vec![Vec::new(); ours.len()]) };
    let people = unique(ours.iter().flatten().map(|e| e.official_id));
    let all = engagements(conn, registers, EngagementsOf::People(&people), from, to)?;
    let all = by_id(all.into_iter().map(|e| (e.official_id, e)));
    let of_dossier = |own: &Vec<Engagement>| {
        let Some((from, to)) = hours(own.iter()) else { return Vec::new() };
        let people = unique(own.iter().map(|e| e.official_id));
        let theirs = people.iter().filter_map(|person| all.get(person)).flatten();
        let itself = own.first().map(|e| e.delegation_id);
        let others = theirs.filter(|o| Some(o.delegation_id) != itself);
        let mut told: HashMap<(i64, EngagementKind, bool), usize> = HashMap::new();
        let near = others.filter(|o| o.starts < to && from < o.ends).filter(|o| {
            let known = told.entry((o.official_id, o.kind, o.draft)).or_default();
            *known += 1;
            *known <= OF_ONE_KIND
        });
        near.cloned().collect()
    };
    Ok(ours.iter().map(of_dossier).collect())
}

/// Someone who would have to be in two places at once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"official_id": "01ke3m9p0007x", "full_name": "Đặng Văn Minh", "kind": "abroad",
    "starts_at": "2026-12-06T17:00:00Z", "ends_at": "2026-12-11T17:00:00Z", "draft": false,
    "delegation_id": "01ke3m9p000b2", "title": "Đoàn học tập chuyển đổi số tại Hàn Quốc"}))]
pub struct ClashView {
    #[schema(value_type = String)]
    official_id: Id,
    full_name: String,
    /// Where else the person is: `abroad`, or `hosting` other guests.
    kind: EngagementKind,
    starts_at: String,
    ends_at: String,
    /// The other dossier is only a draft.
    draft: bool,
    /// The other dossier, if the caller may see it.
    #[schema(value_type = Option<String>)]
    delegation_id: Option<Id>,
    title: Option<String>,
}

/// Most clashes in one response.
const SHOWN: usize = 200;

/// The clashes of one dossier's people, each with the other place; titles only of dossiers that the caller sees.
pub fn clashes_of(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    ours: Vec<Engagement>,
) -> Result<Vec<ClashView>> {
    let Some(own) = ours.first().map(|e| e.delegation_id) else { return Ok(Vec::new()) };
    let ours = [ours];
    let mut all = elsewhere(conn, registers, &ours)?.concat();
    all.extend(ours.into_iter().flatten());
    let mut known: HashSet<(i64, i64, Moment)> = HashSet::new();
    let pairs = clashes(&all, |e| e.delegation_id == own, usize::MAX).into_iter();
    let mut met: Vec<&Engagement> =
        pairs.map(|(one, other)| if one.delegation_id == own { other } else { one }).collect();
    met.retain(|e| known.insert((e.official_id, e.delegation_id, e.starts)));
    met.truncate(SHOWN);
    if met.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<i64> = met.iter().map(|e| e.official_id).collect();
    let names = officials_store::names(conn, &people)?;
    let ids: Vec<i64> = met.iter().map(|e| e.delegation_id).collect();
    let titles = list::titles(conn, &call.actor, registers.entries(), &ids)?;
    let view = |e: &&Engagement| ClashView {
        official_id: Id(e.official_id),
        full_name: names.get(&e.official_id).cloned().unwrap_or_default(),
        kind: e.kind,
        starts_at: rfc3339(e.starts),
        ends_at: rfc3339(e.ends),
        draft: e.draft,
        delegation_id: titles.contains_key(&e.delegation_id).then_some(Id(e.delegation_id)),
        title: titles.get(&e.delegation_id).cloned(),
    };
    Ok(met.iter().map(view).collect())
}
