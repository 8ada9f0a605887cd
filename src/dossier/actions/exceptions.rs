//! What prevents an approval: findings that block it, and exceptions (chấp thuận ngoại lệ) from the others.

use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::assess_dossier;
use crate::dossier::decision::{Waived, Waiver};
use crate::dossier::model::Dossier;
use crate::dossier::rules::decider;
use crate::dossier::{Content, ProvinceLaw};
use crate::error::{Code, Error, Problem, Result};
use kernel::violation::Violations;
use kernel::words::{Body, Document, FieldError, Severity};
use regulation::assess::Finding;
use regulation::book::Law;

/// A refusal that names every finding with its rule.
pub fn findings_problem(code: Code, findings: &[&Finding]) -> Error {
    let mut errors = Violations::default();
    for f in findings {
        let pointer =
            f.document.map_or_else(|| format!("/findings/{}", f.code), |d| format!("/documents/{}", d.word()));
        let by = f.waivable_by.filter(|_| f.severity == Severity::SpecialApproval);
        let (by_vi, by_en) = by.map_or_else(Default::default, |body| {
            (format!("; {} có thể chấp thuận ngoại lệ", body.vi()), format!("; may be waived by: {}", body.en()))
        });
        errors.add(
            pointer,
            f.code,
            format!("{} ({}){by_vi}", f.detail.vi, f.citation),
            format!("{} ({}){by_en}", f.detail.en, f.citation),
        );
    }
    let sentence = |pick: fn(&Finding) -> &str| findings.iter().map(|f| pick(f)).collect::<Vec<_>>().join(" ");
    let mut problem = Problem::new(code, sentence(|f| &f.detail.vi), sentence(|f| &f.detail.en));
    problem.errors = errors;
    let missing: Vec<&str> = findings.iter().filter_map(|f| f.document).map(Document::word).collect();
    problem.with("missing", json!(missing)).into()
}

/// 409 if one of the findings blocks.
pub fn refuse_blocking(found: &[&Finding]) -> Result<()> {
    let blocking: Vec<&Finding> = found.iter().copied().filter(|f| f.severity == Severity::Block).collect();
    if blocking.is_empty() { Ok(()) } else { Err(findings_problem(Code::BlockedByRule, &blocking)) }
}

/// 409 if a rule blocks, or if a waiver is needed and not given by a body that may give it; otherwise the waivers.
pub fn check_findings<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &Dossier<C>,
    waivers: &[Waiver],
) -> Result<Vec<Waived>> {
    let (law, answer) = assess_dossier(conn, tools, dossier, dossier.complete_on.unwrap_or(call.today))?;
    let found: Vec<&Finding> = answer.findings.iter().collect();
    refuse_blocking(&found)?;
    waived(call, &law, dossier, &found, waivers)
}

/// In whose name the actor gives an exception that `named` may give: that body's, or that of the stricter one that
/// decides the dossier.
fn given_by<C>(call: &RequestContext, law: &Law, dossier: &Dossier<C>, named: Body) -> Option<Body> {
    if call.actor.decides_for(named) {
        return Some(named);
    }
    decider(dossier).filter(|d| law.strictness(*d) < law.strictness(named) && call.actor.decides_for(*d))
}

/// The exceptions given: one for every finding that needs one (409), by a body that may give it, and none without a
/// finding (422).
pub fn waived<C>(
    call: &RequestContext,
    law: &Law,
    dossier: &Dossier<C>,
    found: &[&Finding],
    waivers: &[Waiver],
) -> Result<Vec<Waived>> {
    let needing = || found.iter().copied().filter(|f| f.severity == Severity::SpecialApproval);
    let gives = |f: &Finding| {
        let body = given_by(call, law, dossier, f.waivable_by?)?;
        let waiver = waivers.iter().find(|w| w.finding == f.code)?;
        Some(Waived {
            finding: f.code,
            reason: waiver.reason.clone(),
            limit: f.limit,
            actual: f.actual,
            citation: Some(f.citation.clone()),
            body: Some(body),
        })
    };
    let open: Vec<&Finding> = needing().filter(|f| gives(f).is_none()).collect();
    if !open.is_empty() {
        return Err(findings_problem(Code::WaiverNeeded, &open));
    }
    let mut faults = Violations::default();
    for (index, waiver) in waivers.iter().enumerate() {
        faults.require(
            needing().any(|f| f.code == waiver.finding),
            &format!("/waivers/{index}/finding"),
            FieldError::NothingToWaive,
            "Không có nội dung nào thuộc loại này cần chấp thuận ngoại lệ.",
            "There is no such finding to waive.",
        );
    }
    faults.finish()?;
    Ok(needing().filter_map(gives).collect())
}
