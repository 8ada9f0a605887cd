//! Parts of a dossier's view that every procedure shows.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::context::RequestContext;
use crate::access::shorts::{self, AgencyShort, PersonShort};
use crate::approval::process::{Step, StepStanding};
use crate::db::Conn;
use crate::dossier::Content;
use crate::dossier::amendments::{self, Amendment, AmendmentFinding, AmendmentForm};
use crate::dossier::decision::{Decision, DecisionPaper};
use crate::dossier::differences::Difference;
use crate::dossier::model::Dossier;
use crate::dossier::visibility::sees_whole;
use crate::error::Result;
use kernel::time::{Day, rfc3339};
use kernel::words::{Body, Silence, StepKind, Term};

#[derive(Serialize, ToSchema)]
#[schema(as = DossierStep)]
pub struct StepView {
    kind: StepKind,
    /// Null if a person still has to name the decider.
    body: Option<Body>,
    within: Option<Term>,
    due_on: Option<NaiveDate>,
    /// The step is open and past its due day.
    overdue: bool,
    /// What it means if the body has not answered by the due day, if the rule says so.
    silence: Option<Silence>,
    #[schema(value_type = String)]
    standing: &'static str,
    outcome: Option<String>,
    acted_at: Option<String>,
    /// Who took the step.
    acted_by_person: Option<PersonShort>,
    /// In whose place they took it.
    on_behalf_of_person: Option<PersonShort>,
    citation: String,
}

impl StepView {
    fn of(s: &Step, today: Day, people: &HashMap<i64, PersonShort>) -> Self {
        let person = |id: Option<i64>| id.and_then(|id| people.get(&id)).cloned();
        StepView {
            acted_by_person: person(s.acted_by),
            on_behalf_of_person: person(s.on_behalf_of),
            overdue: s.is_overdue(today),
            silence: s.silence,
            kind: s.kind,
            body: s.body,
            within: s.within,
            due_on: s.due_on,
            standing: s.standing.into(),
            outcome: s.outcome.clone(),
            acted_at: s.acted_at.map(rfc3339),
            citation: s.citation.clone(),
        }
    }
}

/// The steps that the caller may see: a consulted body sees only its own.
fn shown<'a, C: Content>(call: &RequestContext, dossier: &'a Dossier<C>) -> Vec<&'a Step> {
    let bodies = call.actor.bodies();
    let whole = sees_whole(&call.actor, dossier);
    let begun =
        dossier.process.steps.iter().filter(|s| s.kind != StepKind::Propose || s.standing != StepStanding::Waiting);
    begun.filter(|s| whole || s.body.is_some_and(|b| bodies.contains(&b))).collect()
}

/// The people who took steps.
fn takers<'a>(steps: &'a [&Step]) -> impl Iterator<Item = i64> + 'a {
    steps.iter().flat_map(|s| [s.acted_by, s.on_behalf_of]).flatten()
}

/// The steps that the caller may see, with the names of those who took them.
pub fn steps<C: Content>(conn: &mut Conn, call: &RequestContext, dossier: &Dossier<C>) -> Result<Vec<StepView>> {
    let shown = shown(call, dossier);
    let people = shorts::people(conn, takers(&shown))?;
    Ok(shown.into_iter().map(|s| StepView::of(s, call.today, &people)).collect())
}

/// An amendment, for everyone who sees the whole dossier: the differences, and the outcome.
#[derive(Serialize, ToSchema)]
#[schema(as = Amendment, example = json!({"ordinal": 1, "standing": "in_force", "form": "annotation", "citation": "TT 04/2020/TT-BNG Đ.4 k.1", "material": false,
    "reason": "Phía bạn rút ngắn chương trình.", "asked_at": "2026-11-22T02:00:00Z",
    "differences": [{"kind": "dates", "before": {"departure_date": "2026-12-07", "return_date": "2026-12-11"},
        "after": {"departure_date": "2026-12-07", "return_date": "2026-12-10"}, "material": false, "people": []}],
    "findings": [], "document": null, "body": null, "note": null, "ended_at": "2026-11-22T02:00:00Z", "replaced": null}))]
pub struct AmendmentView {
    /// Counted from 1.
    ordinal: i64,
    standing: amendments::AmendmentStanding,
    form: AmendmentForm,
    /// The article by which it is documented in that form.
    citation: &'static str,
    /// It adds a person, a country or days, or changes what the authority depends on.
    material: bool,
    reason: String,
    asked_at: String,
    differences: Vec<Difference>,
    /// Findings that it brings and that the delegation did not have before.
    findings: Vec<AmendmentFinding>,
    /// The document by which it was decided.
    document: Option<DecisionPaper>,
    body: Option<Body>,
    note: Option<String>,
    ended_at: Option<String>,
    /// The decision that a new one replaced.
    replaced: Option<Decision>,
}

impl AmendmentView {
    fn of<C>(a: &Amendment<C>) -> Self {
        AmendmentView {
            ordinal: a.ordinal,
            standing: a.standing,
            form: a.form,
            citation: amendments::ARTICLE,
            material: a.material,
            reason: a.reason.clone(),
            asked_at: rfc3339(a.asked_at),
            differences: a.differences.clone(),
            findings: a.findings.clone(),
            document: a.document.clone(),
            body: a.body,
            note: a.note.clone(),
            ended_at: a.ended_at.map(rfc3339),
            replaced: a.replaced.clone(),
        }
    }
}

/// The amendments that the caller may see: a consulted body sees the one that it is asked about, without its findings.
pub fn amendments<C: Content>(call: &RequestContext, dossier: &Dossier<C>) -> Vec<AmendmentView> {
    if sees_whole(&call.actor, dossier) {
        return dossier.amendments.iter().map(AmendmentView::of).collect();
    }
    let bodies = call.actor.bodies();
    let asked =
        dossier.process.open().any(|s| s.kind == StepKind::Consult && s.body.is_some_and(|b| bodies.contains(&b)));
    let pending = dossier.pending().filter(|_| asked);
    pending.map(|a| AmendmentView { findings: Vec::new(), ..AmendmentView::of(a) }).into_iter().collect()
}

/// What stands beside the ids of every view.
pub struct ShownBeside {
    /// The agency that asks.
    pub agency: Option<AgencyShort>,
    /// Who drafted.
    pub created_by: Option<PersonShort>,
    pub steps: Vec<StepView>,
}

/// The names that a view shows, and its steps: all people by one statement.
pub fn beside<C: Content>(conn: &mut Conn, call: &RequestContext, dossier: &Dossier<C>) -> Result<ShownBeside> {
    let shown = shown(call, dossier);
    let mut people = shorts::people(conn, takers(&shown).chain([dossier.created_by]))?;
    Ok(ShownBeside {
        agency: shorts::agency(conn, dossier.content.agency_id())?,
        steps: shown.into_iter().map(|s| StepView::of(s, call.today, &people)).collect(),
        created_by: people.remove(&dossier.created_by),
    })
}
