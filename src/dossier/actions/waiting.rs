//! Dossiers as they lie before somebody for whom they wait.

use std::collections::HashMap;

use crate::access::context::RequestContext;
use crate::approval::process::{Step, StepStanding};
use crate::approval::store::last_acted;
use crate::db::Conn;
use crate::dossier::actions::{VisibleDossier, assess_all, find_all, received_on};
use crate::dossier::at_hand::{AtHand, Objection};
use crate::dossier::differences::Difference;
use crate::dossier::model::Dossier;
use crate::dossier::store::versions;
use crate::dossier::visibility::sees_whole;
use crate::dossier::{CompleteOn, Content, ProvinceLaw};
use crate::error::Result;
use kernel::words::StepKind;

/// Those of these dossiers that the caller sees, as they lie before the caller.
pub fn at_hand<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    law: &ProvinceLaw,
    ids: &[i64],
) -> Result<HashMap<i64, AtHand>> {
    let (whole, asked): (Vec<_>, Vec<_>) =
        find_all::<C>(conn, call, ids)?.into_iter().partition(|seen| sees_whole(&call.actor, &seen.dossier));
    let mut all: HashMap<i64, AtHand> = asked.iter().map(|seen| (seen.dossier.id, as_asked(call, seen))).collect();
    if whole.is_empty() {
        return Ok(all);
    }
    let proposed: Vec<Dossier<C>> = whole.iter().map(|seen| seen.dossier.with(seen.dossier.at_hand())).collect();
    let of: Vec<CompleteOn<C>> = proposed.iter().map(|dossier| (dossier, received_on(dossier, call.today))).collect();
    let answers = assess_all(conn, law, &of)?;
    let ids: Vec<i64> = proposed.iter().map(|dossier| dossier.id).collect();
    let mut heads = C::heads(conn, &ids)?;
    let mut changes = changes(conn, call, &whole)?;
    for (seen, answer) in whole.into_iter().zip(answers) {
        let dossier = &seen.dossier;
        let said = dossier.process.steps.iter().filter(|s| s.standing == StepStanding::Done);
        let against = said.filter_map(|s| {
            let outcome = s.outcome.clone().filter(|word| is_against(word))?;
            Some(Objection { kind: s.kind, body: s.body?, outcome })
        });
        let lies = AtHand {
            version: dossier.version,
            actions: seen.allowed(call),
            head: heads.remove(&dossier.id),
            outcome: Some(answer.outcome),
            findings: Some(answer.findings),
            explanation: dossier.ruling.as_ref().and_then(|r| r.explanation.clone()),
            objections: against.collect(),
            changes: changes.remove(&dossier.id).unwrap_or_default(),
        };
        all.insert(dossier.id, lies);
    }
    Ok(all)
}

/// What a consulted body sees of it: of an amendment that it is asked about, also what it changes.
fn as_asked<C: Content>(call: &RequestContext, seen: &VisibleDossier<C>) -> AtHand {
    let dossier = &seen.dossier;
    let bodies = call.actor.bodies();
    let own = |step: &&Step| step.kind == StepKind::Consult && step.body.is_some_and(|b| bodies.contains(&b));
    let asked = dossier.process.open().find(own).is_some();
    let changes = dossier.pending().filter(|_| asked).map(|a| a.differences.clone()).unwrap_or_default();
    AtHand {
        version: dossier.version,
        actions: seen.allowed(call),
        head: None,
        findings: None,
        outcome: None,
        explanation: None,
        objections: Vec::new(),
        changes,
    }
}

/// Whether a body was not in favour: of an appraisal, an opinion, a consent.
fn is_against(outcome: &str) -> bool {
    matches!(outcome, "unfavourable" | "disagree" | "refuse" | "reject")
}

/// What the pending amendment of each changes; else what changed since the caller's body last acted.
fn changes<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    all: &[VisibleDossier<C>],
) -> Result<HashMap<i64, Vec<Difference>>> {
    let (pending, others): (Vec<_>, Vec<_>) =
        all.iter().map(|seen| &seen.dossier).partition(|dossier| dossier.pending().is_some());
    let proposed = |dossier: &&Dossier<C>| Some((dossier.id, dossier.pending()?.differences.clone()));
    let mut changes: HashMap<i64, Vec<Difference>> = pending.iter().filter_map(proposed).collect();
    let ids: Vec<i64> = others.iter().map(|dossier| dossier.id).collect();
    let acted = last_acted(conn, &ids, &call.actor.bodies())?;
    let then = versions::right_after::<C>(conn, &acted)?;
    let since = |now: &&Dossier<C>| Some((now.id, then.get(&now.id)?.content.differences(&now.content)));
    changes.extend(others.iter().filter_map(since));
    Ok(changes)
}
