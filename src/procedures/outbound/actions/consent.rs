//! Verdicts on single members: the Party body's consent and the decision.

use std::collections::BTreeSet;

use serde_json::json;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::approval::{go_on, not_open, require_note};
use crate::dossier::actions::decision::{self};
use crate::dossier::actions::decision_given::{DecisionGiven, with_names};
use crate::dossier::actions::{
    HistoryNote, VisibleDossier, assess_dossier, by_actor, conclude, received_on, signed_by_today,
};
use crate::dossier::amendments::AmendmentStanding;
use crate::dossier::flow::{Action, State};
use crate::dossier::parts::model::Member;
use crate::error::{Code, Problem, Result, refuse};
use crate::procedures::outbound::model::{Trip, TripContent, Verdicts};
use crate::procedures::outbound::requests::{ConsentGiven, DecideTrip, MemberVerdict};
use crate::procedures::outbound::surroundings::has_room;
use kernel::id::Id;
use kernel::violation::Violations;
use kernel::words::{Body, ConsentVerdict, DecisionVerdict, FieldError, MemberRole, StepKind};
use regulation::pack::ConsentMode;

/// Assigns verdicts to members by their ids; an id that is not a member is an error.
fn place<V: Copy>(trip: &Trip, given: &[MemberVerdict<V>], faults: &mut Violations) -> Vec<Option<V>> {
    let members = &trip.at_hand().members;
    let mut placed: Vec<Option<V>> = vec![None; members.len()];
    for (index, verdict) in given.iter().enumerate() {
        let at = members.iter().position(|m| m.official_id == verdict.official_id);
        let pointer = format!("/members/{index}/official_id");
        match at.and_then(|at| placed.get_mut(at)) {
            Some(slot) if slot.is_none() => *slot = Some(verdict.verdict),
            Some(_) => {
                faults.add(pointer, FieldError::Repeated, "Một người được nêu hai lần.", "The person is listed twice.")
            }
            None => faults.add(
                pointer,
                FieldError::UnknownMember,
                "Người này không có trong đoàn.",
                "Not in the delegation.",
            ),
        }
    }
    placed
}

/// Names of the members who were given the refusing verdict `no`.
fn refused<V: PartialEq>(trip: &Trip, placed: &[Option<V>], no: V) -> Vec<String> {
    let people = trip.at_hand().people.iter().zip(placed);
    people.filter(|(_, said)| said.as_ref() == Some(&no)).map(|(person, _)| person.full_name.clone()).collect()
}

/// A delegation has a head at every moment: whoever refuses the head names another member who travels.
fn lead(content: &mut TripContent, new_head: Option<Id>) -> Result<()> {
    let stays = |v: Verdicts| v.decision != Some(DecisionVerdict::Reject) && v.consent != Some(ConsentVerdict::Refuse);
    let travelling: Vec<Member> =
        content.members_judged().filter(|(_, v, _)| stays(*v)).map(|(m, ..)| m.clone()).collect();
    let has_head = travelling.iter().any(|m| m.role == MemberRole::Head);
    let mut faults = Violations::default();
    match new_head {
        None if has_head => {}
        None => {
            return Err(refuse(
                Code::HeadRefused,
                "Trưởng đoàn bị loại: hãy chỉ định một thành viên khác làm trưởng đoàn.",
                "The head is refused: name another member who leads the delegation.",
            ));
        }
        Some(_) if has_head => {
            let (vi, en) = ("Đoàn vẫn còn trưởng đoàn.", "The delegation still has its head.");
            faults.add("/new_head", FieldError::OneHead, vi, en);
        }
        Some(id) if travelling.iter().all(|m| m.official_id != id) => {
            let (vi, en) = ("Người này không đi cùng đoàn.", "This person does not travel with the delegation.");
            faults.add("/new_head", FieldError::UnknownMember, vi, en);
        }
        Some(id) => {
            for member in &mut content.members {
                match member.role {
                    _ if member.official_id == id => member.role = MemberRole::Head,
                    MemberRole::Head => member.role = MemberRole::Member,
                    _ => {}
                }
            }
        }
    }
    Ok(faults.finish()?)
}

/// The members about whom the rules require this body to be asked.
fn asked_about(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    trip: &Trip,
    body: Body,
) -> Result<BTreeSet<String>> {
    let (_, answer) = assess_dossier(conn, tools, &trip.with(trip.at_hand()), received_on(trip, call.today))?;
    let of_body = answer.consents.into_iter().filter(|c| c.mode == ConsentMode::Step && c.body == body);
    Ok(of_body.flat_map(|c| c.travellers).collect())
}

/// A Party body's answer, given by the holder of its seat or recorded by the Party office from its letter.
pub fn consent(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<TripContent>,
    body: ConsentGiven,
) -> Result<Trip> {
    signed_by_today(call, body.document.date)?;
    let mut trip = seen.dossier.clone();
    let mut faults = Violations::default();
    let placed = place(&trip, &body.members, &mut faults);
    faults.finish()?;
    // The verdict applies to all members who are not named. If every member is refused, nobody is left to travel.
    let refused_all = placed.iter().all(|v| v.unwrap_or(body.verdict) == ConsentVerdict::Refuse);
    let refuses =
        body.verdict == ConsentVerdict::Refuse || body.members.iter().any(|m| m.verdict == ConsentVerdict::Refuse);
    require_note(body.note.as_deref(), refuses)?;
    let records = call.actor.sits_in(Body::PartyOffice);
    let his = |b| body.body.is_none_or(|asked| asked == b) && (records || call.actor.sits_in(b));
    let by =
        trip.process.take(StepKind::Consent, his, body.verdict.word(), by_actor(call), call.now).map_err(not_open)?;
    // Members about whom the rules do not ask get no verdict, unless they are named or nobody is left.
    let asked = asked_about(conn, call, tools, &trip, by)?;
    let concerns = |m: &Member| refused_all || asked.is_empty() || asked.contains(&m.official_id.to_string());
    let members = trip.at_hand().members.iter().zip(placed);
    let given: Vec<_> = members.map(|(m, named)| named.or(concerns(m).then_some(body.verdict))).collect();
    let refused = if refused_all { Vec::new() } else { refused(&trip, &given, ConsentVerdict::Refuse) };
    let note = with_names(body.note.as_deref(), "Không đồng ý", &refused);
    let content = trip.at_hand_mut();
    content.verdicts.resize(content.members.len(), Default::default());
    for (verdict, given) in content.verdicts.iter_mut().zip(given) {
        // If several bodies answer, one refusal is enough; members who were decided on before are not asked about.
        if verdict.consent != Some(ConsentVerdict::Refuse) && verdict.decision.is_none() && given.is_some() {
            verdict.consent = given;
        }
    }
    if !refused_all {
        lead(content, body.new_head)?;
    }
    match (trip.pending_mut(), refused_all) {
        // The delegation travels as it was decided.
        (Some(amendment), true) => {
            amendment.standing = AmendmentStanding::Refused;
            amendment.body = Some(by);
            amendment.note.clone_from(&body.note);
            amendment.ended_at = Some(call.now);
            amendment.proposed = None;
            trip.process.end();
        }
        (Some(_), false) => {}
        (None, true) => {
            trip.state = State::Rejected;
            trip.process.end();
        }
        (None, false) => go_on(conn, call, tools, &mut trip)?,
    }
    let trace = HistoryNote {
        body: Some(by),
        note: note.as_deref(),
        document: Some(&body.document),
        detail: json!({"verdict": body.verdict, "new_head": body.new_head}),
        ..HistoryNote::default()
    };
    conclude(conn, call, &seen.dossier, trip, Action::Consent, trace)
}

/// The decision, person by person. A member whom the Party body refused may not be approved.
pub fn decide(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: VisibleDossier<TripContent>,
    body: DecideTrip,
) -> Result<Trip> {
    let mut trip = seen.dossier.clone();
    let mut faults = Violations::default();
    let placed = place(&trip, &body.members, &mut faults);
    let approves = body.verdict == DecisionVerdict::Approve;
    let left = placed.iter().any(|v| *v != Some(DecisionVerdict::Reject));
    faults.require(
        !approves || left,
        "/members",
        FieldError::NobodyLeft,
        "Không còn ai trong đoàn.",
        "Nobody is left in the delegation.",
    );
    faults.finish()?;
    if approves {
        check_consents(&trip, &placed)?;
    }
    let refused = if approves { refused(&trip, &placed, DecisionVerdict::Reject) } else { Vec::new() };
    let content = trip.at_hand_mut();
    content.verdicts.resize(content.members.len(), Default::default());
    for (known, given) in content.verdicts.iter_mut().zip(placed) {
        // An amendment does not approve a member who was refused before, unless it names them.
        if known.decision != Some(DecisionVerdict::Reject) || given.is_some() {
            known.decision = Some(given.filter(|_| approves).unwrap_or(body.verdict));
        }
    }
    if approves {
        lead(content, body.new_head)?;
        // Whether the plan has room is determined once, by the decision, so that statistics and documents agree.
        let room = has_room(conn, &trip)?;
        trip.at_hand_mut().planned = Some(room);
    }
    let DecideTrip { verdict, document, waivers, note, .. } = body;
    decision::decide(
        conn,
        call,
        tools,
        &seen,
        trip,
        DecisionGiven { verdict, document, waivers, conditions: Vec::new(), note, refused },
    )
}

/// Members whom the Party body refused may not be approved.
fn check_consents(trip: &Trip, placed: &[Option<DecisionVerdict>]) -> Result<()> {
    // A member who was refused before stays refused unless named.
    let stands = |said: Verdicts, now: &Option<DecisionVerdict>| {
        now.or(said.decision.filter(|v| *v == DecisionVerdict::Reject)) != Some(DecisionVerdict::Reject)
    };
    let refused: Vec<String> = trip
        .at_hand()
        .members_judged()
        .zip(placed)
        .filter(|((_, said, _), decided)| said.consent == Some(ConsentVerdict::Refuse) && stands(*said, decided))
        .map(|((member, ..), _)| member.official_id.to_string())
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        Code::ConsentMissing,
        "Cấp ủy không đồng ý với một số thành viên; phải loại họ khỏi quyết định.",
        "The Party body refused some members; the decision must leave them out.",
    )
    .with("members", json!(refused))
    .into())
}
