//! Collects the values of a document: the office, the people, the legal bases, the signature.

use crate::access::context::RequestContext;
use crate::access::seats::{self, acting_seat};
use crate::access::store as accounts;
use crate::access::substitutions_store;
use crate::access::substitutions_store::Substitution;
use crate::approval::{self, process::StepStanding};
use crate::db::{Conn, from_json};
use crate::dossier::flow::Action;
use crate::dossier::parts::attachments;
use crate::dossier::parts::duties::{self, SETTLEMENT};
use crate::dossier::register::{AnyDossier, DossierHead, ProvinceLaw};
use crate::error::{Code, Error, Result, refuse};
use crate::issued_papers::names::{body_name, document_name, duty_name, head_of, signature_lines};
use crate::issued_papers::results::{put_report, put_settlement};
use crate::issued_papers::store;
use crate::registry::agencies::{self, Agency};
use crate::registry::changes::succession;
use crate::registry::offices::{external_affairs, of_seat, place};
use documents::template::Values;
use kernel::paper::PaperKind;
use kernel::time::{Day, dated, day_of, in_vietnamese, valid_on};
use kernel::words::{Body, DecisionVerdict, PaperRef, SignedAs, StepKind};
use regulation::pack::{Anchor, Timing, cited};

/// Who issues a document, and its number if it is already decided.
pub struct Issuer {
    pub office: Agency,
    /// The unit that drafts it.
    pub drafter: String,
    pub body: Body,
    pub signed_as: SignedAs,
    /// The signatory, once decided.
    pub signer: Option<i64>,
    /// Number and date of the decision, once there is one.
    pub decided: Option<(String, Day)>,
}

/// Finds who issues this kind of document for a dossier.
pub fn issuer(conn: &mut Conn, call: &RequestContext, dossier: &dyn AnyDossier, kind: PaperKind) -> Result<Issuer> {
    let head = dossier.head();
    // An agency that has been renamed or merged issues under its new name, in its new register.
    let own = |conn: &mut Conn| {
        let now = succession(conn)?.on(head.agency_id, call.today);
        let found = agencies::find(conn, now.id)?;
        found.ok_or_else(|| Error::Internal("a dossier has no agency".into()))
    };
    let drafter = call.actor.account.agency_id.map(|id| agencies::find(conn, id)).transpose()?.flatten();
    if !kind.of_decider() {
        let office = own(conn)?;
        let heads = seats::holders(conn, Body::AgencyHead, call.today)?;
        let people: Vec<i64> = heads.iter().filter(|h| h.by.is_none()).map(|h| h.user).collect();
        let named = accounts::named(conn, &people)?;
        let signer = people.into_iter().find(|id| named.get(id).is_some_and(|n| n.agency_id == Some(office.id)));
        let lent = in_place(conn, &head, kind)?;
        return Ok(Issuer {
            drafter: office.code.clone(),
            office,
            body: Body::AgencyHead,
            signed_as: lent.as_ref().map_or(SignedAs::Direct, |l| l.signed_as),
            signer: lent.map(|l| l.signer).or(signer),
            decided: None,
        });
    }
    let no_office = || {
        refuse(
            Code::NotPossibleInState,
            "Chưa rõ cơ quan quyết định, hoặc chưa có tài khoản nào giữ chức vụ của cơ quan đó.",
            "The deciding body is not known, or no account holds its office.",
        )
    };
    // While an amendment is pending, the document is for the next decision, not the current one.
    let decided = head.decision.filter(|_| !head.amendment_pending);
    let decision = decided.filter(|d| kind == PaperKind::Refusal || d.verdict == DecisionVerdict::Approve);
    let body = decision.map(|d| d.body).or_else(|| dossier.decider()).ok_or_else(no_office)?;
    let seat = acting_seat(body).unwrap_or(body);
    let office =
        if seat == Body::AgencyHead { own(conn)? } else { of_seat(conn, seat, call.today)?.ok_or_else(no_office)? };
    Ok(Issuer {
        drafter: drafter.map_or_else(|| office.code.clone(), |a| a.code),
        office,
        body,
        signed_as: decision.map_or(SignedAs::Direct, |d| d.document.signed_as),
        signer: decision.map(|d| d.decided_by.0),
        decided: decision.map(|d| d.standing()).map(|(number, date)| (number.to_owned(), date)),
    })
}

/// Who signed on behalf of another person (NĐ 30/2020/NĐ-CP Đ.13).
struct SignedInPlace {
    signer: i64,
    signed_as: SignedAs,
    /// The name of the person represented.
    of: String,
    /// Names both people and the authorising document.
    sentence: String,
}

/// On whose behalf a document of this kind was signed. None if the signatory holds the office.
fn in_place(conn: &mut Conn, head: &DossierHead, kind: PaperKind) -> Result<Option<SignedInPlace>> {
    let taken_by = |kind: StepKind| {
        let taken = head.process.steps.iter().rfind(|s| s.kind == kind && s.standing == StepStanding::Done);
        taken.and_then(|s| Some((s.acted_by?, s.on_behalf_of?, s.substitution)))
    };
    let signed = match kind {
        PaperKind::Submission => taken_by(StepKind::Propose),
        PaperKind::SendingDecision | PaperKind::Permission | PaperKind::Refusal => taken_by(StepKind::Decide),
        PaperKind::TripReport => handed_in(conn, head)?,
        PaperKind::Postponement | PaperKind::Cancellation => None,
    };
    let Some((by, lender, document)) = signed else { return Ok(None) };
    let lent = document.map(|id| substitutions_store::by_id(conn, id)).transpose()?.flatten();
    let named = accounts::named(conn, &[by, lender])?;
    let name = |id: i64| named.get(&id).map(|n| n.full_name.clone()).unwrap_or_default();
    let signed_as = lent.as_ref().map_or(SignedAs::Direct, |s| s.signed_as);
    let document = lent.map(|s| format!(" số {} ngày {}", s.document_number, in_vietnamese(s.document_date)));
    let sentence = format!(
        "Căn cứ văn bản{} về việc giao {} ký văn bản thay {}",
        document.unwrap_or_default(),
        name(by),
        name(lender)
    );
    Ok(Some(SignedInPlace { signer: by, signed_as, of: name(lender), sentence }))
}

/// Who submitted the report, on whose behalf and under which substitution. None if in their own name.
fn handed_in(conn: &mut Conn, head: &DossierHead) -> Result<Option<(i64, i64, Option<i64>)>> {
    let acts = approval::store::history(conn, head.id)?;
    let act = acts.into_iter().rfind(|act| act.action == Action::SubmitReport.word());
    let Some((by, lender, day)) = act.and_then(|act| Some((act.actor_id, act.on_behalf_of?, day_of(act.at)))) else {
        return Ok(None);
    };
    let given = substitutions_store::given_to(conn, &[by])?.into_iter();
    let of_head = |s: &Substitution| s.from_user == lender && s.body == Body::AgencyHead;
    let mut his = given.filter(|s| of_head(s) && s.mandate.covers(head.procedure, None));
    Ok(Some((by, lender, his.find(|s| valid_on(s.valid_from, s.valid_to, day)).map(|s| s.id))))
}

/// Kind, number and date of a document.
#[derive(Clone, Copy)]
pub struct PaperHead<'a> {
    pub kind: PaperKind,
    pub number: &'a str,
    pub date: Day,
}

/// All values that the template of this kind may use for a dossier.
pub fn values(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    dossier: &dyn AnyDossier,
    issuer: &Issuer,
    PaperHead { kind, number, date }: PaperHead,
) -> Result<Values> {
    let mut values = Values::default();
    let office = &issuer.office;
    let above = office.parent_id.map(|id| agencies::find(conn, id)).transpose()?.flatten();
    values.put("office_above", above.map(|a| a.name.to_uppercase()).unwrap_or_default());
    values.put("office", office.name.to_uppercase());
    values.put("number", number);
    values.put("place", place(conn, office)?);
    values.put("date", dated(date));
    let authority = match issuer.body {
        Body::PpcChair | Body::CommuneChair => format!("Chủ tịch {}", office.name),
        Body::DofaDirector | Body::Dofa => format!("Giám đốc {}", office.name),
        Body::AgencyHead => match head_of(&office.name) {
            "Thủ trưởng cơ quan" => format!("Thủ trưởng {}", office.name),
            post => format!("{post} {}", office.name),
        },
        _ => office.name.clone(),
    };
    let letter = kind.abbreviation().is_none();
    values.put("authority", if letter { authority } else { authority.to_uppercase() });
    let signer = issuer.signer.map(|id| accounts::named(conn, &[id])).transpose()?;
    let signer = signer.and_then(|mut named| issuer.signer.and_then(|id| named.remove(&id)));
    values.put("signer", signer.map(|n| n.full_name).unwrap_or_default());
    for line in signature_lines(issuer.body, issuer.signed_as, &office.name) {
        values.item("signature", [("text", line.as_str())]);
    }
    put_shared(conn, call, tools, &mut values, (dossier, issuer), kind)?;
    dossier.put_paper_fields(conn, kind, &mut values)?;
    Ok(values)
}

/// The values that documents of every procedure use.
fn put_shared(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    values: &mut Values,
    (dossier, issuer): (&dyn AnyDossier, &Issuer),
    kind: PaperKind,
) -> Result<()> {
    let head = dossier.head();
    let number = head.number.map(str::to_owned);
    let agency = agencies::find(conn, head.agency_id)?;
    let agency = agency.map(|a| a.name).unwrap_or_default();
    values.put("agency", agency.clone());
    values.put("dossier", number.clone().unwrap_or_else(|| "chưa có".into()));
    let (law, answer) = dossier.assess(conn, tools, call.today)?;
    let deciding = dossier.decider().or_else(|| answer.decider.as_ref().map(|d| d.body));
    let of_dofa = |b: Body| matches!(b, Body::Dofa | Body::DofaDirector);
    // Named as the province names it: not every province has a department for it.
    let advising =
        external_affairs(conn, call.today)?.map_or_else(|| body_name(Body::Dofa).to_owned(), |office| office.name);
    let to_body = match deciding.filter(|b| !of_dofa(*b)) {
        Some(body) => format!("{}; {}", body_name(body), advising),
        None => advising.clone(),
    };
    let decider = match deciding {
        Some(Body::DofaDirector) => format!("{} {advising}", head_of(&advising)),
        None | Some(Body::Dofa) => advising.clone(),
        Some(body) => body_name(body).to_owned(),
    };
    values.put("decider", decider);
    let requests = store::IssuedPaperFilter {
        delegation_id: Some(head.id),
        kind: Some(PaperKind::Submission),
        ..Default::default()
    };
    let request = store::page(conn, &requests, 0, 1000)?.into_iter().rfind(|paper| paper.voided.is_none());
    values.put(
        "request",
        match request {
            Some(paper) => format!("Tờ trình số {} ngày {}", paper.number, in_vietnamese(paper.date)),
            None => format!("hồ sơ số {}", number.unwrap_or_else(|| "…".into())),
        },
    );
    let to_agency = matches!(kind, PaperKind::Permission | PaperKind::Refusal);
    values.put("addressee", if to_agency { agency.clone() } else { to_body });
    put_ending(conn, values, &head, kind)?;
    values.item("bases", [("text", format!("Căn cứ {}", law.pack.document).as_str())]);
    // The legal text on which this decision is based may differ from the province's general regulation.
    let planned = head.process.steps.iter().rfind(|s| s.kind == StepKind::Decide).map(|s| s.citation.as_str());
    let citation = planned.or(answer.decider.as_ref().map(|d| d.citation.as_str())).filter(|c| !c.is_empty());
    if let Some(text) = citation.map(cited).filter(|text| !law.pack.document.starts_with(text)) {
        values.item("bases", [("text", format!("Căn cứ {text}").as_str())]);
    }
    let in_place = in_place(conn, &head, kind)?;
    if let Some(lent) = &in_place {
        values.item("bases", [("text", lent.sentence.as_str())]);
    }
    if let Some(before) = head.replaced.filter(|_| kind.of_decider() && kind != PaperKind::Refusal) {
        let (number, date) = before.standing();
        let sentence = format!("Căn cứ văn bản số {number} ngày {}", in_vietnamese(date));
        values.item("bases", [("text", sentence.as_str())]);
        values.put("replaces", format!(", thay thế văn bản số {number} ngày {}", in_vietnamese(date)));
    } else {
        values.put("replaces", "");
    }
    let consents: Vec<Body> = head.process.bodies(StepKind::Consent).collect();
    for act in approval::store::history(conn, head.id)?.into_iter().filter(|a| a.action == Action::Consent.word()) {
        let agreed = |b: &&Body| {
            let step = head.process.steps.iter().rfind(|s| s.kind == StepKind::Consent && s.body == Some(**b));
            step.is_some_and(|s| s.outcome.as_deref() == Some("agree") && s.acted_at == Some(act.at))
        };
        let Some(body) = consents.iter().find(agreed) else { continue };
        let paper = act.document.as_deref().map(from_json::<PaperRef>).transpose()?;
        let letter = paper.map(|p| format!(" tại văn bản số {} ngày {}", p.number, in_vietnamese(p.date)));
        let text = format!("Theo ý kiến đồng ý của {}{}", body_name(*body), letter.unwrap_or_default());
        values.item("bases", [("text", text.as_str())]);
    }
    for owed in &answer.obligations {
        let Timing::After(Anchor::Return | Anchor::Departure, _) = owed.timing else { continue };
        let due = owed.due_on.map(|d| format!(", chậm nhất ngày {}", in_vietnamese(d))).unwrap_or_default();
        let text = format!("{}{due} ({})", duty_name(&owed.code), cited(&owed.citation));
        values.item("duties", [("text", text.as_str())]);
    }
    if head.settles {
        values.item("duties", [("text", duty_name(SETTLEMENT))]);
    }
    for document in attachments::kinds(conn, &[head.id])?.remove(&head.id).unwrap_or_default() {
        values.item("attachments", [("text", document_name(document))]);
    }
    for condition in head.decision.iter().flat_map(|d| &d.conditions) {
        values.item("conditions", [("text", condition.trim_end_matches('.'))]);
    }
    let mut recipients = match kind {
        PaperKind::SendingDecision => vec!["Như Điều 4".to_owned(), "Công an tỉnh (quản lý xuất nhập cảnh)".into()],
        _ => vec!["Như trên".to_owned()],
    };
    recipients.extend(in_place.map(|lent| format!("{} (để báo cáo)", lent.of)));
    if kind.of_decider() {
        recipients.extend(head.process.bodies(StepKind::Consult).map(|b| body_name(b).to_owned()));
        recipients.extend(consents.first().map(|_| body_name(Body::PartyOffice).to_owned()));
        recipients.extend((!of_dofa(issuer.body)).then(|| advising.clone()));
    }
    recipients.extend(answer.copies_to.iter().map(|b| body_name(*b).to_owned()));
    let mut told = Vec::new();
    for name in recipients {
        if !told.contains(&name) {
            values.item("recipients", [("text", name.as_str())]);
            told.push(name);
        }
    }
    put_report(conn, values, head.report)?;
    let settled = duties::of_delegation(conn, head.id)?.into_iter().find(|d| d.code == SETTLEMENT);
    put_settlement(values, settled.and_then(|d| d.settlement).as_ref());
    Ok(())
}

/// Why the delegation does not go ahead, and what had been decided.
fn put_ending(conn: &mut Conn, values: &mut Values, head: &DossierHead, kind: PaperKind) -> Result<()> {
    let said = match kind {
        PaperKind::Refusal => head.decision.and_then(|d| d.note.clone()),
        PaperKind::Postponement => last_note(conn, head.id, Action::Postpone)?,
        PaperKind::Cancellation => last_note(conn, head.id, Action::Cancel)?,
        _ => None,
    };
    let reason = said.unwrap_or_else(|| "…".into());
    values.put("reason", reason.trim_end_matches('.'));
    let decided = head.decision.map(|d| d.standing());
    let decision = decided.map(|(number, date)| format!("văn bản số {number} ngày {}", in_vietnamese(date)));
    values.put("decision", decision.unwrap_or_else(|| "văn bản đã ban hành".into()));
    Ok(())
}

/// What was said with the last act of a kind.
fn last_note(conn: &mut Conn, id: i64, action: Action) -> Result<Option<String>> {
    let acts = approval::store::history(conn, id)?;
    Ok(acts.into_iter().rfind(|act| act.action == action.word()).and_then(|act| act.note))
}
