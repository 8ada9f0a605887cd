//! A dossier as it lies before somebody for whom it waits.

use crate::access::context::RequestContext;
use crate::approval::process::StepStanding;
use crate::approval::store::history;
use crate::db::Conn;
use crate::dossier::actions::{VisibleDossier, assess_dossier, find, received_on};
use crate::dossier::at_hand::{AtHand, Objection};
use crate::dossier::differences::Difference;
use crate::dossier::store::versions;
use crate::dossier::visibility::sees_whole;
use crate::dossier::{Content, ProvinceLaw};
use crate::error::Result;
use kernel::words::StepKind;

/// The dossier as it lies before the caller; 404 if they may not see it.
pub fn at_hand<C: Content>(conn: &mut Conn, call: &RequestContext, law: &ProvinceLaw, id: i64) -> Result<AtHand> {
    let seen = find::<C>(conn, call, id)?;
    let actions = seen.allowed(call);
    let dossier = &seen.dossier;
    if !sees_whole(&call.actor, dossier) {
        // A consulted body is asked about an amendment, too, and sees what it changes.
        let bodies = call.actor.bodies();
        let asked =
            dossier.process.open().any(|s| s.kind == StepKind::Consult && s.body.is_some_and(|b| bodies.contains(&b)));
        let changes = dossier.pending().filter(|_| asked).map(|a| a.differences.clone()).unwrap_or_default();
        return Ok(AtHand {
            version: dossier.version,
            actions,
            head: None,
            findings: None,
            outcome: None,
            explanation: None,
            objections: Vec::new(),
            changes,
        });
    }
    let (_, answer) = assess_dossier(conn, law, &dossier.with(dossier.at_hand()), received_on(dossier, call.today))?;
    let said = dossier.process.steps.iter().filter(|s| s.standing == StepStanding::Done);
    let against = said.filter_map(|s| {
        let outcome = s.outcome.clone().filter(|word| is_against(word))?;
        Some(Objection { kind: s.kind, body: s.body?, outcome })
    });
    Ok(AtHand {
        version: dossier.version,
        head: C::heads(conn, &[id])?.remove(&id),
        outcome: Some(answer.outcome),
        findings: Some(answer.findings),
        explanation: dossier.ruling.as_ref().and_then(|r| r.explanation.clone()),
        objections: against.collect(),
        changes: changes(conn, call, &seen)?,
        actions,
    })
}

/// Whether a body was not in favour: of an appraisal, an opinion, a consent.
fn is_against(outcome: &str) -> bool {
    matches!(outcome, "unfavourable" | "disagree" | "refuse" | "reject")
}

fn changes<C: Content>(conn: &mut Conn, call: &RequestContext, seen: &VisibleDossier<C>) -> Result<Vec<Difference>> {
    let dossier = &seen.dossier;
    if let Some(amendment) = dossier.pending() {
        return Ok(amendment.differences.clone());
    }
    let bodies = call.actor.bodies();
    let own = |body: &Option<String>| body.as_deref().is_some_and(|word| bodies.iter().any(|b| b.word() == word));
    let Some(last) = history(conn, dossier.id)?.into_iter().rev().find(|act| own(&act.body)) else {
        return Ok(Vec::new());
    };
    let just_after = last.at + chrono::Duration::microseconds(1);
    let then = versions::before::<C>(conn, dossier.id, just_after)?;
    Ok(then.map(|then| then.content.differences(&dossier.content)).unwrap_or_default())
}
