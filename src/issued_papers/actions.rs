//! Issues documents: who may issue which, under which number, and only once.

use chrono::Datelike;
use serde_json::json;

use crate::access::context::RequestContext;
use crate::access::holder::Holder;
use crate::db::Conn;
use crate::db::counters;
use crate::dossier::flow::State;
use crate::dossier::register::{AnyDossier, ProvinceLaw, Registers};
use crate::dossier::store as dossiers;
use crate::dossier::store::list;
use crate::dossier::store::numbers::is_decided;
use crate::error::{Code, Error, Result, forbidden, not_found, refuse};
use crate::issued_papers::issue::{Issuer, PaperHead, issuer, values};
use crate::issued_papers::model::IssuedPaper;
use crate::issued_papers::{layout, store};
use documents::template::fill;
use kernel::id::Id;
use kernel::paper::PaperKind;
use kernel::text::number_key;
use kernel::violation::Violations;
use kernel::words::{Body, FieldError};

/// Finds the dossier, of whichever register; 404 if the caller may not see its documents. Documents quote the opinions
/// and decisions of other bodies, so bodies that are only consulted see none.
pub fn subject(conn: &mut Conn, call: &RequestContext, registers: &Registers, id: i64) -> Result<Box<dyn AnyDossier>> {
    let key = dossiers::register_of(conn, id)?.ok_or_else(not_found)?;
    let register = registers.by_key(&key).ok_or_else(not_found)?;
    register.find_whole(conn, call, id)?.ok_or_else(not_found)
}

/// 403 if another office writes documents of this kind.
fn require_writer(call: &RequestContext, dossier: &dyn AnyDossier, kind: PaperKind) -> Result<()> {
    let head = dossier.head();
    let actor = &call.actor.on((head.procedure, None));
    let may = if kind.of_decider() {
        actor.sits_in(Body::Dofa) || dossier.is_decided_by(actor)
    } else {
        Holder::Agency.is(actor, head.agency_id)
    };
    if may {
        Ok(())
    } else {
        Err(forbidden("Văn bản này do cơ quan khác soạn thảo.", "Another office writes this document."))
    }
}

/// Finds the issuer; fails if the caller may not write this document or the dossier has not reached its step.
pub fn prepare(conn: &mut Conn, call: &RequestContext, dossier: &dyn AnyDossier, kind: PaperKind) -> Result<Issuer> {
    let head = dossier.head();
    let mut faults = Violations::default();
    let papers = dossier.papers();
    let fits = papers.contains(&kind) || (kind.is_of_ending() && !papers.is_empty());
    let (vi, en) =
        ("Loại văn bản này không dùng cho hồ sơ này.", "This kind of document does not apply to this dossier.");
    faults.require(fits, "/kind", FieldError::NotOfThisProcedure, vi, en);
    require_writer(call, dossier, kind)?;
    let so_far = match kind {
        PaperKind::Submission => !State::VOID.contains(&head.state),
        PaperKind::SendingDecision | PaperKind::Permission => {
            head.state == State::AwaitingDecision || head.state.is_approved_or_later()
        }
        PaperKind::TripReport => head.report.is_some(),
        PaperKind::Refusal => head.state == State::Rejected,
        PaperKind::Postponement => head.state == State::Postponed,
        PaperKind::Cancellation => head.state == State::Cancelled,
    };
    if !so_far || head.imported {
        return Err(refuse(
            Code::NotPossibleInState,
            "Hồ sơ chưa đến bước lập văn bản này hoặc không thể lập văn bản.",
            "The dossier has not reached the step of this document, or cannot have one.",
        ));
    }
    faults.finish()?;
    issuer(conn, call, dossier, kind)
}

/// What the document describes, if not the dossier as it is: while an amendment is pending, documents of the decider
/// describe the amended content.
fn described(dossier: &dyn AnyDossier, kind: PaperKind) -> Option<Box<dyn AnyDossier>> {
    kind.of_decider().then(|| dossier.as_amended())
}

/// Renders the document without issuing it; the number stays blank until it is issued.
pub fn preview(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &dyn AnyDossier,
    kind: PaperKind,
) -> Result<Vec<u8>> {
    let issuer = prepare(conn, call, dossier, kind)?;
    let amended = described(dossier, kind);
    let dossier = amended.as_deref().unwrap_or(dossier);
    let blank = kind.number(None, &issuer.office.code, &issuer.drafter);
    let (number, date) = issuer.decided.clone().unwrap_or((blank, call.today));
    written(conn, call, tools, dossier, &issuer, PaperHead { kind, number: &number, date })
}

fn written(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &dyn AnyDossier,
    issuer: &Issuer,
    headed: PaperHead,
) -> Result<Vec<u8>> {
    let values = values(conn, call, tools, dossier, issuer, headed)?;
    let template = match store::template_for(conn, headed.kind, Some(issuer.office.id))? {
        Some(own) => own.body,
        None => layout::template(headed.kind, dossier.paper_text(headed.kind)).map_err(Error::Internal)?,
    };
    fill(&template, &values).map_err(|reason| Error::Internal(reason.en))
}

/// Issues the document under the next number of its office, kind and year. A decision that is already signed keeps its
/// number; if the number was assigned here, the document is rendered again as signed.
pub fn issue(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &dyn AnyDossier,
    kind: PaperKind,
) -> Result<IssuedPaper> {
    let issuer = prepare(conn, call, dossier, kind)?;
    let amended = described(dossier, kind);
    let dossier = amended.as_deref().unwrap_or(dossier);
    let (delegation_id, register) = (dossier.head().id, dossier.entry().key);
    let filter = store::IssuedPaperFilter {
        delegation_id: Some(delegation_id),
        kind: Some(kind),
        ..store::IssuedPaperFilter::default()
    };
    let there: Vec<IssuedPaper> =
        store::page(conn, &filter, 0, 1000)?.into_iter().filter(|p| p.voided.is_none()).collect();
    // Documents of this decision and of earlier ones remain valid; any other must be voided first.
    let standing: Vec<String> = dossier.decided_numbers().into_iter().map(number_key).collect();
    if there.iter().any(|p| !standing.contains(&number_key(&p.number))) {
        return Err(already_there());
    }
    if let Some((number, date)) = &issuer.decided
        && let Some(mut paper) = there.iter().find(|p| number_key(&p.number) == number_key(number)).cloned()
    {
        // It was already rendered as signed, and must not change again.
        if paper.version > 1 {
            return Err(already_there());
        }
        paper.version += 1;
        paper.date = *date;
        // The number as the register spells it; the decision may spell it differently.
        let headed = PaperHead { kind, number: &paper.number, date: *date };
        let body = written(conn, call, tools, dossier, &issuer, headed)?;
        store::rewrite(conn, &paper, &body)?;
        remember(conn, call, "rewrite_paper", &paper)?;
        return Ok(paper);
    }
    let (number, date, ordinal) = match &issuer.decided {
        Some((number, date)) => {
            if store::is_taken(conn, delegation_id, issuer.office.id, kind, i64::from(date.year()), number)? {
                return Err(refuse(
                    Code::AlreadyExists,
                    "Số này đã có trong sổ văn bản; hãy đính chính số của quyết định.",
                    "The register already has this number; correct the number of the decision.",
                ));
            }
            (number.clone(), *date, None)
        }
        None => {
            let (number, ordinal) = next_number(conn, call, &issuer, kind)?;
            (number, call.today, Some(ordinal))
        }
    };
    let paper = IssuedPaper {
        id: Id::new(call.now).0,
        version: 1,
        delegation_id,
        register: register.to_owned(),
        kind,
        agency_id: issuer.office.id,
        year: i64::from(date.year()),
        ordinal,
        number,
        date,
        created_by: call.actor.id(),
        created_at: call.now,
        voided: None,
    };
    let body = written(conn, call, tools, dossier, &issuer, PaperHead { kind, number: &paper.number, date })?;
    store::insert(conn, &paper, &body)?;
    remember(conn, call, "issue_paper", &paper)?;
    Ok(paper)
}

/// The next number of an office, kind and year, taken in the transaction that stores the document, so that there are no
/// gaps. Numbers already used elsewhere (by hand or in a decision) are skipped, so that none is used twice.
fn next_number(conn: &mut Conn, call: &RequestContext, issuer: &Issuer, kind: PaperKind) -> Result<(String, i64)> {
    let year = call.today.year();
    let name = format!("paper {} {} {year}", Id(issuer.office.id), kind.word());
    loop {
        let ordinal = counters::next(conn, &name)?;
        let number = kind.number(Some(ordinal), &issuer.office.code, &issuer.drafter);
        let taken = store::is_taken(conn, 0, issuer.office.id, kind, i64::from(year), &number)?
            || is_decided(conn, &number, i64::from(year))?;
        if !taken {
            return Ok((number, ordinal));
        }
    }
}

fn already_there() -> Error {
    refuse(
        Code::AlreadyExists,
        "Hồ sơ đã có văn bản loại này; hãy hủy số cũ trước khi lấy số mới.",
        "The dossier already has a document of this kind; void it before taking a new number.",
    )
}

fn remember(conn: &mut Conn, call: &RequestContext, action: &str, paper: &IssuedPaper) -> Result<()> {
    let detail = json!({"kind": paper.kind, "number": paper.number, "delegation": Id(paper.delegation_id)});
    call.remember(conn, action, &format!("papers/{}", Id(paper.id)), detail)
}

/// Finds a document; 404 if the caller may not see its dossier.
pub fn paper(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    id: i64,
) -> Result<(IssuedPaper, Box<dyn AnyDossier>)> {
    let paper = store::find(conn, id)?.ok_or_else(not_found)?;
    let subject = subject(conn, call, registers, paper.delegation_id)?;
    Ok((paper, subject))
}

/// Documents in order of issue, after `after`, of dossiers whose documents the caller may see (drafts: only their own
/// agency's). 404 if the filter names a dossier that the caller may not see.
pub fn register(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    filter: &store::IssuedPaperFilter,
    (after, limit): (i64, i64),
) -> Result<Vec<IssuedPaper>> {
    if let Some(id) = filter.delegation_id {
        subject(conn, call, registers, id)?;
        return store::page(conn, filter, after, limit);
    }
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut found, mut place) = (Vec::new(), after);
    loop {
        let rows = store::page(conn, filter, place, limit)?;
        let is_last = rows.len() < wanted;
        place = rows.last().map_or(place, |p| p.id);
        let of: Vec<i64> = rows.iter().map(|p| p.delegation_id).collect();
        let seen = list::seen_whole(conn, &call.actor, registers.entries(), &of)?;
        found.extend(rows.into_iter().filter(|p| seen.contains(&p.delegation_id)));
        if is_last || found.len() >= wanted {
            found.truncate(wanted);
            return Ok(found);
        }
    }
}

/// Voids a document (hủy số); its number stays used.
pub fn void(
    conn: &mut Conn,
    call: &RequestContext,
    (mut paper, dossier): (IssuedPaper, Box<dyn AnyDossier>),
    asked: impl FnOnce() -> Result<String>,
) -> Result<IssuedPaper> {
    // The state of the dossier does not matter here: a number that is no longer needed can always be voided.
    call.guard(paper.version, || require_writer(call, dossier.as_ref(), paper.kind))?;
    if paper.voided.is_some() {
        return Err(refuse(Code::NotPossibleInState, "Văn bản đã được hủy trước đó.", "The document is already void."));
    }
    paper.voided = Some(asked()?);
    paper.version += 1;
    store::void(conn, &paper)?;
    remember(conn, call, "void_paper", &paper)?;
    Ok(paper)
}
