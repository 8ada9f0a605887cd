//! The table of `visibility.rs` as a condition of a query: it has the same lines, so that lists show what can be
//! opened.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use kernel::words::{Body, StepKind};

use crate::access::account::Actor;
use crate::db::MultiBackend;
use crate::db::schema::{approval_steps, dossiers};
use crate::dossier::flow::State;
use crate::dossier::register::Registers;
use crate::dossier::store::words_of;
use crate::dossier::visibility::{Holder, SIGHTS, Which, with_passports};

/// A condition on a row of the dossiers.
pub type RowCondition = Box<dyn BoxableExpression<dossiers::table, MultiBackend, SqlType = Bool>>;

/// The dossiers that the actor sees.
pub fn visible(actor: &Actor, registers: &Registers) -> RowCondition {
    if !actor.looks_apart() {
        return visible_alike(actor, registers);
    }
    // A seat that was lent for one procedure opens no other.
    let mut seen = nothing();
    for procedure in registers.entries().procedures() {
        let here = visible_alike(&actor.looking_at(procedure), registers);
        seen = Box::new(seen.or(dossiers::procedure.eq(procedure.word().to_owned()).and(here)));
    }
    seen
}

fn visible_alike(actor: &Actor, registers: &Registers) -> RowCondition {
    let mut seen = nothing();
    for sight in SIGHTS {
        for condition in rows(sight.holder, sight.which, actor, registers) {
            seen = Box::new(seen.or(condition));
        }
    }
    seen
}

fn nothing() -> RowCondition {
    Box::new(dossiers::id.lt(0))
}

/// The rows of one line of the table; none if the actor is not its holder.
fn rows(holder: Holder, which: Which, actor: &Actor, registers: &Registers) -> Vec<RowCondition> {
    if holder == Holder::Agency {
        let own = actor.agencies().filter(|agency| holder.is(actor, *agency));
        return own.map(|agency| Box::new(dossiers::agency_id.eq(agency)) as RowCondition).collect();
    }
    // For other holders it does not matter which agency asked.
    if !holder.is(actor, 0) {
        return Vec::new();
    }
    let past_draft = || dossiers::state.ne(State::Draft.word());
    let steps = || approval_steps::table.filter(approval_steps::delegation_id.eq(dossiers::id));
    let decided_by = |body: Body| {
        steps()
            .filter(approval_steps::kind.eq(StepKind::Decide.word()))
            .filter(approval_steps::body.assume_not_null().eq(body.word()))
    };
    match which {
        Which::Every => vec![Box::new(dossiers::id.ge(0))],
        Which::Submitted => vec![Box::new(past_draft())],
        Which::WithPassportsOut => {
            let states = words_of(&which.states().unwrap_or_default());
            let kept = dossiers::register.eq_any(with_passports(&registers.entries()));
            vec![Box::new(kept.and(dossiers::state.eq_any(states)))]
        }
        Which::OwnStep(kinds) => {
            let bodies: Vec<&str> = actor.bodies().into_iter().map(Body::word).collect();
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
            let own = steps()
                .filter(approval_steps::kind.eq_any(kinds))
                .filter(approval_steps::body.assume_not_null().eq_any(bodies));
            vec![Box::new(past_draft().and(diesel::dsl::exists(own)))]
        }
        Which::AnyStep(kind) => {
            let any = steps().filter(approval_steps::kind.eq(kind.word()));
            vec![Box::new(past_draft().and(diesel::dsl::exists(any)))]
        }
        Which::DecidedBy(body) => vec![Box::new(past_draft().and(diesel::dsl::exists(decided_by(body))))],
        Which::OfUnitDecidedBy(body) => {
            let of = |agency: i64| {
                let own = dossiers::agency_id.eq(agency).and(diesel::dsl::exists(decided_by(body)));
                Box::new(past_draft().and(own)) as RowCondition
            };
            actor.agencies().map(of).collect()
        }
    }
}
