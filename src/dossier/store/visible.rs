//! The table of `visibility.rs` as a condition of a query: it has the same lines, so that lists show what can be
//! opened.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use kernel::procedure::RegisterEntries;
use kernel::words::{Body, StepKind};

use crate::access::account::Actor;
use crate::access::holder::Holder;
use crate::approval::process::StepStanding;
use crate::db::MultiBackend;
use crate::db::schema::{approval_steps, dossier_agencies, dossiers};
use crate::dossier::flow::State;
use crate::dossier::store::words_of;
use crate::dossier::visibility::{Extent, SIGHTS, Sight, Which, with_passports};

/// A condition on a row of the dossiers.
pub type RowCondition = Box<dyn BoxableExpression<dossiers::table, MultiBackend, SqlType = Bool>>;

/// The dossiers that the actor sees.
pub fn visible(actor: &Actor, registers: &RegisterEntries) -> RowCondition {
    seen_to(Extent::Asked, actor, registers)
}

/// The dossiers of which the actor sees the whole.
pub fn visible_whole(actor: &Actor, registers: &RegisterEntries) -> RowCondition {
    seen_to(Extent::Whole, actor, registers)
}

/// The dossiers of which the actor sees at least so much.
fn seen_to(extent: Extent, actor: &Actor, registers: &RegisterEntries) -> RowCondition {
    if !actor.looks_apart() {
        return seen_alike(extent, actor, registers);
    }
    // A seat that was lent for one procedure opens no other.
    let mut seen = nothing();
    for procedure in registers.procedures() {
        let here = seen_alike(extent, &actor.looking_at(procedure), registers);
        seen = Box::new(seen.or(dossiers::procedure.eq(procedure.word().to_owned()).and(here)));
    }
    seen
}

fn seen_alike(extent: Extent, actor: &Actor, registers: &RegisterEntries) -> RowCondition {
    // Whoever sees every submitted dossier needs no other line but that of drafts, which no other line opens. Without
    // this, the lists of DOFA ask for steps that decide nothing, and cost a third more.
    let all_submitted = SIGHTS.iter().any(|s| s.which == Which::Submitted && s.holder.agencies(actor).is_none());
    let opens =
        |s: &Sight| s.which == Which::Every || (s.which == Which::Submitted && s.holder.agencies(actor).is_none());
    let matters = |s: &&Sight| !all_submitted || opens(s);
    let mut seen: Option<RowCondition> = None;
    let mut asked = Vec::new();
    for sight in SIGHTS.iter().filter(|s| s.extent >= extent).filter(matters) {
        match sight.which.asked(actor).filter(|_| sight.holder.agencies(actor).is_none()) {
            Some(steps) => asked.push(steps),
            None => rows(sight, actor, registers).into_iter().for_each(|condition| either(&mut seen, condition)),
        }
    }
    // All that is seen for its steps is one condition: alone, it is what a consulted body's list begins with.
    if !asked.is_empty() {
        either(&mut seen, with_steps(asked));
    }
    seen.unwrap_or_else(nothing)
}

/// Whether the actor sees dossiers for their steps, and not simply all of them.
pub fn by_steps(actor: &Actor) -> bool {
    let everywhere = |s: &&Sight| s.holder.agencies(actor).is_none();
    let mut held = SIGHTS.iter().filter(everywhere);
    !actor.looks_apart()
        && held.clone().all(|s| s.which != Which::Submitted)
        && held.any(|s| s.which.asked(actor).is_some())
}

/// Either of two conditions; the first is alone.
pub fn either(seen: &mut Option<RowCondition>, condition: RowCondition) {
    *seen = Some(match seen.take() {
        Some(others) => Box::new(others.or(condition)),
        None => condition,
    });
}

/// Bodies with kinds of steps.
type Asked = (Vec<Body>, Vec<StepKind>);

/// The submitted dossiers with such a step. Dossiers by their steps, not steps by each dossier: a body was asked in few.
fn with_steps(asked: Vec<Asked>) -> RowCondition {
    let mut merged: Vec<Asked> = Vec::new();
    for (bodies, kinds) in asked {
        match merged.iter_mut().find(|(same, _)| *same == bodies) {
            Some((_, more)) => more.extend(kinds),
            None => merged.push((bodies, kinds)),
        }
    }
    let mut seen: Option<RowCondition> = None;
    for (bodies, kinds) in merged {
        let bodies: Vec<&str> = bodies.into_iter().map(Body::word).collect();
        let kinds: Vec<&str> = kinds.into_iter().map(StepKind::word).collect();
        let steps = approval_steps::table
            .filter(approval_steps::body.assume_not_null().eq_any(bodies))
            .filter(approval_steps::kind.eq_any(kinds))
            .select(approval_steps::delegation_id);
        either(&mut seen, Box::new(dossiers::state.ne(State::Draft.word()).and(dossiers::id.eq_any(steps))));
    }
    seen.unwrap_or_else(nothing)
}

/// The dossiers in which a step of one of these bodies is open. Whoever does not see the whole of a dossier is told of their own
/// turn alone.
pub fn waits_for(bodies: &[Body], actor: &Actor, registers: &RegisterEntries) -> RowCondition {
    let own: Vec<Body> = actor.bodies().into_iter().filter(|body| bodies.contains(body)).collect();
    Box::new(has_open_step(&own).or(has_open_step(bodies).and(visible_whole(actor, registers))))
}

/// The dossiers in which a step of one of these bodies is open.
pub fn has_open_step(bodies: &[Body]) -> RowCondition {
    let bodies: Vec<&str> = bodies.iter().map(|body| body.word()).collect();
    let steps = approval_steps::table
        .filter(approval_steps::standing.eq(<&str>::from(StepStanding::Open)))
        .filter(approval_steps::body.assume_not_null().eq_any(bodies))
        .select(approval_steps::delegation_id);
    Box::new(dossiers::id.eq_any(steps))
}

fn nothing() -> RowCondition {
    Box::new(dossiers::id.lt(0))
}

fn every() -> RowCondition {
    Box::new(dossiers::id.is_not_null())
}

/// The rows of one line of the table; none if the actor is not its holder.
fn rows(sight: &Sight, actor: &Actor, registers: &RegisterEntries) -> Vec<RowCondition> {
    match sight.holder.agencies(actor) {
        Some(agencies) if sight.holder == Holder::Watcher => watched(agencies),
        None => vec![meant(sight.which, actor, registers).unwrap_or_else(every)],
        Some(agencies) => {
            let of = |agency: i64| -> RowCondition {
                let own = dossiers::agency_id.eq(agency);
                match meant(sight.which, actor, registers) {
                    None => Box::new(own),
                    Some(meant) => Box::new(own.and(meant)),
                }
            };
            agencies.into_iter().map(of).collect()
        }
    }
}

/// The submitted dossiers in which one of these agencies asks or takes part.
fn watched(agencies: Vec<i64>) -> Vec<RowCondition> {
    if agencies.is_empty() {
        return Vec::new();
    }
    let past_draft = dossiers::state.ne(State::Draft.word());
    let part = dossier_agencies::table
        .filter(dossier_agencies::agency_id.eq_any(agencies.clone()))
        .select(dossier_agencies::delegation_id);
    let concerned = dossiers::agency_id.eq_any(agencies).or(dossiers::id.eq_any(part));
    vec![Box::new(past_draft.and(concerned))]
}

/// The dossiers of a line, whoever asked for them; `None` for every dossier.
fn meant(which: Which, actor: &Actor, registers: &RegisterEntries) -> Option<RowCondition> {
    let past_draft = || dossiers::state.ne(State::Draft.word());
    Some(match which {
        Which::Every => return None,
        Which::Submitted => Box::new(past_draft()),
        Which::WithPassportsOut => {
            let states = words_of(&which.states().unwrap_or_default());
            let kept = dossiers::register.eq_any(with_passports(registers));
            Box::new(kept.and(dossiers::state.eq_any(states)))
        }
        Which::OwnStep(_) | Which::AnyStep(_) | Which::DecidedBy(_) => {
            with_steps(which.asked(actor).into_iter().collect())
        }
    })
}
