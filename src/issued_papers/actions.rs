//! Issuing papers: who may, under which number, once each.

use chrono::Datelike;
use serde_json::json;

use crate::access::call::Call;
use crate::db::Conn;
use crate::db::counters;
use crate::dossier::flow::State;
use crate::dossier::model::Dossier;
use crate::dossier::rules::{decides, is_of_agency, sees, sees_whole};
use crate::dossier::store as dossiers;
use crate::dossier::store::numbers::is_decided;
use crate::dossier::{Content, Tools};
use crate::error::{Code, Error, Result, forbidden, not_found, refuse};
use crate::issued_papers::issue::{Headed, Issuer, Subject, issuer, values};
use crate::issued_papers::model::{Kind, Paper};
use crate::issued_papers::{fill, layout, store};
use crate::procedures::{inbound, outbound};
use kernel::id::Id;
use kernel::text::number_key;
use kernel::violation::Violations;
use kernel::words::{Body, Direction, Procedure};

/// The dossier of either register, for whoever may see its papers.
pub fn subject(conn: &mut Conn, call: &Call, id: i64) -> Result<Subject> {
    seen(conn, call, id)?.ok_or_else(not_found)
}

fn seen(conn: &mut Conn, call: &Call, id: i64) -> Result<Option<Subject>> {
    if let Some(trip) = dossiers::load::<outbound::model::Content>(conn, id)? {
        return Ok(sees_papers(call, &trip).then(|| Subject::Trip(Box::new(trip))));
    }
    let visit = dossiers::load::<inbound::model::Content>(conn, id)?.filter(|visit| sees_papers(call, visit));
    Ok(visit.map(|visit| Subject::Visit(Box::new(visit))))
}

/// Papers say what bodies said and decided: who is only consulted sees none.
fn sees_papers<C: Content>(call: &Call, dossier: &Dossier<C>) -> bool {
    sees(&call.actor, dossier) && sees_whole(&call.actor, dossier)
}

/// Who issues the paper, if the caller may write it and the dossier is so far.
pub fn prepare(conn: &mut Conn, call: &Call, subject: &Subject, kind: Kind) -> Result<Issuer> {
    match subject {
        Subject::Trip(trip) => prepared(conn, call, trip.as_ref(), kind),
        Subject::Visit(visit) => prepared(conn, call, visit.as_ref(), kind),
    }
}

/// 403 where another office writes papers of this kind.
fn require_writer<C: Content>(call: &Call, dossier: &Dossier<C>, kind: Kind) -> Result<()> {
    let actor = &call.actor.on((dossier.content.procedure(), None));
    let own = is_of_agency(actor, dossier);
    let may = if kind.of_decider() { actor.sits_in(Body::Dofa) || decides(actor, dossier) } else { own };
    if may {
        Ok(())
    } else {
        Err(forbidden("Văn bản do cơ quan khác soạn.", "Another office writes this paper."))
    }
}

fn prepared<C: Content>(conn: &mut Conn, call: &Call, dossier: &Dossier<C>, kind: Kind) -> Result<Issuer> {
    let mut faults = Violations::default();
    let fits = match (kind, dossier.content.procedure()) {
        (Kind::SendingDecision, procedure) => procedure == Procedure::Outbound,
        (Kind::Permission, procedure) => procedure != Procedure::Outbound,
        // What a host writes for guests is another paper, whose composition no text read gives.
        (Kind::Submission, procedure) => procedure != Procedure::Inbound,
        (Kind::TripReport, _) => true,
    };
    let (vi, en) = ("Loại văn bản không dùng cho hồ sơ này.", "This kind of paper is not of such a dossier.");
    faults.require(fits, "/kind", "not_of_this_procedure", vi, en);
    require_writer(call, dossier, kind)?;
    let so_far = match kind {
        Kind::Submission => !State::VOID.contains(&dossier.state),
        Kind::SendingDecision | Kind::Permission => {
            dossier.state == State::AwaitingDecision || dossier.state.is_approved_or_later()
        }
        Kind::TripReport => dossier.report.is_some(),
    };
    if !so_far || dossier.content.origin().is_some() {
        return Err(refuse(
            Code::NotPossibleInState,
            "Hồ sơ chưa đến bước lập văn bản này.",
            "The dossier is not so far that this paper is written.",
        ));
    }
    faults.finish()?;
    issuer(conn, call, dossier, kind)
}

/// The paper as it would be, its number left blank until it is issued.
pub fn preview(conn: &mut Conn, call: &Call, tools: &Tools, subject: &Subject, kind: Kind) -> Result<Vec<u8>> {
    let issuer = prepare(conn, call, subject, kind)?;
    let subject = &subject.at_hand(kind);
    let blank = kind.number(None, &issuer.office.code, &issuer.drafter);
    let (number, date) = issuer.decided.clone().unwrap_or((blank, call.today));
    written(conn, call, tools, subject, &issuer, Headed { kind, number: &number, date })
}

fn written(
    conn: &mut Conn,
    call: &Call,
    tools: &Tools,
    subject: &Subject,
    issuer: &Issuer,
    headed: Headed,
) -> Result<Vec<u8>> {
    let values = values(conn, call, tools, subject, issuer, headed)?;
    let template = match store::template_for(conn, headed.kind, Some(issuer.office.id))? {
        Some(own) => own.body,
        None => layout::template(headed.kind).map_err(Error::Internal)?,
    };
    fill::fill(&template, &values).map_err(|reason| Error::Internal(reason.en))
}

/// Issues the paper under the next number of its office, kind and year; what was decided has its number already, and
/// is written again as it was signed where its number came from here.
pub fn issue(conn: &mut Conn, call: &Call, tools: &Tools, subject: &Subject, kind: Kind) -> Result<Paper> {
    let issuer = prepare(conn, call, subject, kind)?;
    let subject = &subject.at_hand(kind);
    let (delegation_id, direction) = match subject {
        Subject::Trip(trip) => (trip.id, Direction::Outbound),
        Subject::Visit(visit) => (visit.id, Direction::Inbound),
    };
    let filter = store::Filter { delegation_id: Some(delegation_id), kind: Some(kind), ..store::Filter::default() };
    let there: Vec<Paper> = store::page(conn, &filter, 0, 1000)?.into_iter().filter(|p| p.voided.is_none()).collect();
    // Papers of this decision and of those before it stand; another that was drawn is made void first.
    let standing = subject.decided_numbers();
    if there.iter().any(|p| !standing.contains(&number_key(&p.number))) {
        return Err(already_there());
    }
    if let Some((number, date)) = &issuer.decided
        && let Some(mut paper) = there.iter().find(|p| number_key(&p.number) == number_key(number)).cloned()
    {
        // Once it stands as it was signed it stays so.
        if paper.version > 1 {
            return Err(already_there());
        }
        paper.version += 1;
        paper.date = *date;
        // As the register has it, however it was typed.
        let headed = Headed { kind, number: &paper.number, date: *date };
        let body = written(conn, call, tools, subject, &issuer, headed)?;
        store::rewrite(conn, &paper, &body)?;
        remember(conn, call, "rewrite_paper", &paper)?;
        return Ok(paper);
    }
    let (number, date, ordinal) = match &issuer.decided {
        Some((number, date)) => {
            if store::is_taken(conn, delegation_id, issuer.office.id, kind, i64::from(date.year()), number)? {
                return Err(refuse(
                    Code::AlreadyExists,
                    "Số này đã có trong sổ; hãy đính chính số của quyết định.",
                    "The register has this number already; correct the number of the decision.",
                ));
            }
            (number.clone(), *date, None)
        }
        None => {
            let (number, ordinal) = next_number(conn, call, &issuer, kind)?;
            (number, call.today, Some(ordinal))
        }
    };
    let paper = Paper {
        id: Id::new(call.now).0,
        version: 1,
        delegation_id,
        direction,
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
    let body = written(conn, call, tools, subject, &issuer, Headed { kind, number: &paper.number, date })?;
    store::insert(conn, &paper, &body)?;
    remember(conn, call, "issue_paper", &paper)?;
    Ok(paper)
}

/// The next number of an office, kind and year, in the transaction that writes the paper: a number is taken or nothing
/// is. Numbers that were given elsewhere, on paper or in a decision, are left out, so that none is given twice.
fn next_number(conn: &mut Conn, call: &Call, issuer: &Issuer, kind: Kind) -> Result<(String, i64)> {
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
        "Đã có văn bản loại này của hồ sơ; hủy số cũ trước khi lấy số mới.",
        "There is such a paper already; void it before another number is taken.",
    )
}

fn remember(conn: &mut Conn, call: &Call, action: &str, paper: &Paper) -> Result<()> {
    let detail = json!({"kind": paper.kind, "number": paper.number, "delegation": Id(paper.delegation_id)});
    call.remember(conn, action, &format!("papers/{}", Id(paper.id)), detail)
}

/// A paper for whoever sees its dossier.
pub fn paper(conn: &mut Conn, call: &Call, id: i64) -> Result<(Paper, Subject)> {
    let paper = store::find(conn, id)?.ok_or_else(not_found)?;
    let subject = subject(conn, call, paper.delegation_id)?;
    Ok((paper, subject))
}

/// Papers in the order of their issue, after one of them, of dossiers that the caller sees: those of drafts are their
/// agency's. 404 where one dossier is asked for that he does not see.
pub fn register(conn: &mut Conn, call: &Call, filter: &store::Filter, after: i64, limit: i64) -> Result<Vec<Paper>> {
    if let Some(id) = filter.delegation_id {
        subject(conn, call, id)?;
        return store::page(conn, filter, after, limit);
    }
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut found, mut place) = (Vec::new(), after);
    loop {
        let rows = store::page(conn, filter, place, limit)?;
        let is_last = rows.len() < wanted;
        place = rows.last().map_or(place, |p| p.id);
        for paper in rows {
            if seen(conn, call, paper.delegation_id)?.is_some() {
                found.push(paper);
            }
        }
        if is_last || found.len() >= wanted {
            found.truncate(wanted);
            return Ok(found);
        }
    }
}

/// The paper does not hold (hủy số); its number stays taken.
pub fn void(
    conn: &mut Conn,
    call: &Call,
    (mut paper, subject): (Paper, Subject),
    asked: impl FnOnce() -> Result<String>,
) -> Result<Paper> {
    call.precondition_given()?;
    // What became of the dossier since is no matter: a number that was taken for nothing is made void.
    match &subject {
        Subject::Trip(trip) => require_writer(call, trip.as_ref(), paper.kind)?,
        Subject::Visit(visit) => require_writer(call, visit.as_ref(), paper.kind)?,
    }
    call.precondition_holds(paper.version)?;
    if paper.voided.is_some() {
        return Err(refuse(Code::NotPossibleInState, "Văn bản đã hủy.", "The paper is void already."));
    }
    paper.voided = Some(asked()?);
    paper.version += 1;
    store::void(conn, &paper)?;
    remember(conn, call, "void_paper", &paper)?;
    Ok(paper)
}
