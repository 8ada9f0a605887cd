//! The calendar of a period, as one reader may see it.

use std::collections::{HashMap, HashSet};

use crate::access::account::Actor;
use crate::db::{Conn, unique};
use crate::dossier::flow::State;
use crate::dossier::parts::engagement::{Engagement, EngagementKind, EngagementsOf, ProgrammeItem as Hour, clashes};
use crate::dossier::register::Registers;
use crate::dossier::store::list::{self, DossierItem};
use crate::error::Result;
use crate::procedures::engagements::{engagements, programmes};
use crate::registry::officials_store;
use crate::web::query::invalid;
use kernel::procedure::RegisterEntry;
use kernel::time::{Period, start_of};
use kernel::words::{Body, Role};

/// Maximum entries in one response.
pub const MOST: i64 = 2_000;

/// Maximum clashes in one response.
const CLASHES: usize = 1_000;

/// One delegation in the calendar.
pub struct CalendarEntry {
    pub entry: &'static RegisterEntry,
    pub item: DossierItem,
    /// Outbound: the officials who are abroad.
    pub people: Vec<(i64, String)>,
    /// Inbound: the programme.
    pub programme: Vec<Hour>,
}

impl CalendarEntry {
    /// Whether its people travel abroad.
    pub fn people_travel(&self) -> bool {
        self.entry.procedures.iter().any(|procedure| procedure.is_trip())
    }
}

/// Two overlapping engagements of one person; the reader may see the dossier of at least one of them.
pub struct Clash {
    pub official_id: i64,
    pub full_name: String,
    pub sides: [ClashSide; 2],
}

pub struct ClashSide {
    pub engagement: Engagement,
    /// The title, where the reader may see the dossier.
    pub title: Option<String>,
}

pub struct Calendar {
    pub entries: Vec<CalendarEntry>,
    pub clashes: Vec<Clash>,
}

/// The delegations of a period that the reader may see, with people, programmes and clashes. Dossiers that ended
/// without a delegation (refused, withdrawn, cancelled) are left out. 400 if there are more than [`MOST`].
pub fn calendar(conn: &mut Conn, actor: &Actor, registers: &Registers, period: Period) -> Result<Calendar> {
    let seen = list::in_period(conn, actor, registers.entries(), period, false, MOST + 1)?;
    // Told before the engagements of everybody are read.
    if i64::try_from(seen.len()).is_ok_and(|found| found > MOST) {
        return Err(invalid(
            "to",
            "quá nhiều đoàn; hãy chọn khoảng thời gian ngắn hơn.",
            "too many delegations; choose a shorter period.",
        ));
    }
    if seen.is_empty() {
        return Ok(Calendar { entries: Vec::new(), clashes: Vec::new() });
    }
    let titles: HashMap<i64, String> = seen.iter().map(|item| (item.id, item.title.clone())).collect();
    let (from, to) = (start_of(period.from), start_of(period.to + chrono::Duration::days(1)));
    let ids: Vec<i64> = seen.iter().map(|item| item.id).collect();
    let theirs = engagements(conn, registers, EngagementsOf::Dossiers(&ids), from, to)?;
    let names: HashMap<i64, String> = officials_store::names(conn, &unique(theirs.iter().map(|e| e.official_id)))?;
    // Those who may see one of its dossiers in full see a clash: the agency, DOFA, deciding bodies, the inspector.
    let everything = actor.has(Role::Inspector)
        || [Body::Dofa, Body::DofaDirector, Body::PpcChair, Body::Ppc].into_iter().any(|b| actor.sits_in(b));
    let mine = |item: &DossierItem| everything || actor.belongs_to(item.agency_id);
    let own: HashSet<i64> = seen.iter().filter(|item| mine(item)).map(|item| item.id).collect();
    // Who is nowhere in their dossiers is nobody whom they are told of.
    let people = unique(theirs.iter().filter(|e| own.contains(&e.delegation_id)).map(|e| e.official_id));
    let all = engagements(conn, registers, EngagementsOf::People(&people), from, to)?;
    let found = clashes(&all, |e| own.contains(&e.delegation_id), CLASHES).into_iter();
    let side = |e: &Engagement| ClashSide { title: titles.get(&e.delegation_id).cloned(), engagement: e.clone() };
    let clashes = found
        .map(|(a, b)| Clash {
            official_id: a.official_id,
            full_name: names.get(&a.official_id).cloned().unwrap_or_default(),
            sides: [side(a), side(b)],
        })
        .collect();
    Ok(Calendar { entries: with_parts(conn, registers, seen, &theirs, &names)?, clashes })
}

fn with_parts(
    conn: &mut Conn,
    registers: &Registers,
    seen: Vec<DossierItem>,
    theirs: &[Engagement],
    names: &HashMap<i64, String>,
) -> Result<Vec<CalendarEntry>> {
    let ids: Vec<i64> = seen.iter().map(|item| item.id).collect();
    let mut hours = programmes(conn, registers, &ids)?;
    let mut abroad: HashMap<i64, HashSet<i64>> = HashMap::new();
    for engagement in theirs.iter().filter(|e| e.kind == EngagementKind::Abroad) {
        abroad.entry(engagement.delegation_id).or_default().insert(engagement.official_id);
    }
    let entries = seen.into_iter().filter_map(|item| {
        let who = abroad.remove(&item.id).unwrap_or_default();
        let mut people: Vec<(i64, String)> =
            who.into_iter().map(|id| (id, names.get(&id).cloned().unwrap_or_default())).collect();
        people.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        Some(CalendarEntry {
            entry: registers.by_key(&item.register)?.entry(),
            people,
            programme: hours.remove(&item.id).unwrap_or_default(),
            item,
        })
    });
    Ok(entries.collect())
}

/// The same for a feed: without drafts, but with dossiers that ended without a delegation, marked as cancelled, so
/// that subscribers learn of it.
pub fn feed_entries(
    conn: &mut Conn,
    actor: &Actor,
    registers: &Registers,
    period: Period,
) -> Result<Vec<CalendarEntry>> {
    let mut seen = list::in_period(conn, actor, registers.entries(), period, true, MOST)?;
    seen.retain(|item| item.state != State::Draft.word());
    with_parts(conn, registers, seen, &[], &HashMap::new())
}
