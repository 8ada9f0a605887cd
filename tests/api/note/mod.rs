//! A procedure that only the tests have: a note (công văn) about an amount that needs approval and nobody's travel. It
//! uses the same doors as the procedures that ship: one folder, and one line in a list of registers.

pub mod http;
pub mod model;

use documents::docx::{CELL, CENTRED, paragraph};
use documents::template::Values;
use kernel::money::grouped;
use kernel::paper::PaperKind;
use kernel::procedure::{ListShape, Procedure, RegisterEntry, Reported};
use kernel::words::Label;
use ngoaivu::access::context::RequestContext;
use ngoaivu::access::permission::Permission;
use ngoaivu::approval::process::Stage;
use ngoaivu::db::Conn;
use ngoaivu::dossier::actions::{HistoryNote, VisibleDossier, begin, conclude, for_own_agency, open};
use ngoaivu::dossier::differences::{AmendmentKind, Difference};
use ngoaivu::dossier::flow::{Action, Next, NotPossible, State};
use ngoaivu::dossier::model::{Dossier, Listed};
use ngoaivu::dossier::parts::attachments;
use ngoaivu::dossier::parts::line::OwnColumns;
use ngoaivu::dossier::parts::listed::ListedRow;
use ngoaivu::dossier::register::Registers;
use ngoaivu::dossier::rules::Circumstances;
use ngoaivu::dossier::{CompleteOn, Content, DayNames, StoredContent};
use ngoaivu::error::{Error, Result};
use ngoaivu::registry::agencies;
use ngoaivu::statistics::fact::{Fact, Share};
use regulation::case::{Case, ItemCase, Matter};
use serde_json::json;

use self::http::NewNote;
use self::model::NoteContent;

pub const NOTE: Procedure = Procedure::of("note");

static ENTRY: RegisterEntry = RegisterEntry {
    key: "note",
    path: "notes",
    prefix: "CV",
    label: Label { vi: "Công văn", en: "Notes" },
    file_name: "cong-van",
    list_headings: ["Ngày", "Đến ngày", "Nước", "Số người"],
    procedures: &[NOTE],
    counted: Some(NOTE),
    reported: Reported {
        happens: Label { vi: "ký", en: "signature" },
        provincial: "do tỉnh ký",
        country_heading: "Nước",
        partner_heading: "Đối tác",
        names_hosts: true,
        tables: &["agency", "month"],
    },
    imported: Some(ListShape {
        columns_of: "outbound",
        needs_country: false,
        needs_people: false,
        counts_by_country: false,
        led_by_officials: false,
    }),
    uses_passports: false,
    parts: &[],
};

impl Content for NoteContent {
    const ENTRY: &'static RegisterEntry = &ENTRY;
    const GOING_ON: State = State::Closed;
    const DAYS: Option<DayNames> = None;

    fn procedure(&self) -> Procedure {
        NOTE
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn agency_id(&self) -> i64 {
        self.agency_id
    }

    fn listed(&self) -> Listed {
        Listed {
            listed_on: self.written_on,
            days: None,
            countries: Vec::new(),
            headcount: 0,
            names: vec![self.signer.clone()],
            counterpart: None,
        }
    }

    fn travels(&self, _: i64) -> bool {
        false
    }

    fn next(state: State, action: Action) -> std::result::Result<Next, NotPossible> {
        use Action as A;
        use State as S;
        Ok(match (state, action) {
            (S::Draft, A::Edit | A::Delete | A::Upload | A::RequestSignature | A::Return) => Next::Stay,
            (S::Draft, A::Submit) | (S::Submitted | S::Appraising, A::Appraise) => Next::ByProcess,
            (S::AwaitingDecision, A::Decide) => Next::To(S::Approved),
            (S::Submitted | S::Appraising | S::AwaitingDecision, A::Withdraw) => Next::To(S::Withdrawn),
            _ => return Err(NotPossible),
        })
    }

    fn state_of(stage: Stage) -> State {
        match stage {
            Stage::Intake => State::Submitted,
            Stage::Appraisal | Stage::Consultation | Stage::Consent => State::Appraising,
            Stage::Decision => State::AwaitingDecision,
            Stage::Concluded => State::Approved,
        }
    }

    fn differences(&self, other: &Self) -> Vec<Difference> {
        let differs = self.amount != other.amount;
        let (before, after) = (json!({"amount": self.amount}), json!({"amount": other.amount}));
        let one = Difference { kind: AmendmentKind::Funding, before, after, material: true, people: Vec::new() };
        differs.then_some(one).into_iter().collect()
    }

    fn keep_recorded(&mut self, _: &Self) {}

    fn papers(&self) -> &'static [PaperKind] {
        &[PaperKind::Permission]
    }

    fn put_paper_fields(_: &mut Conn, dossier: &Dossier<Self>, _: PaperKind, values: &mut Values) -> Result<()> {
        values.put("title", dossier.content.title.clone());
        values.put("cost_total", format!("{} đồng", grouped(dossier.content.amount)));
        Ok(())
    }

    fn paper_text(_: PaperKind) -> Option<String> {
        let text = "Theo {{request}}, {{authority}} đồng ý chi {{cost_total}} cho {{agency}}./.";
        Some(paragraph("Kính gửi: {{addressee}}", CENTRED) + &paragraph(text, CELL))
    }

    fn fact(dossier: &Dossier<Self>) -> Option<Fact> {
        let c = &dossier.content;
        if !dossier.state.is_approved_or_later() {
            return None;
        }
        Some(Fact {
            delegation_id: dossier.id,
            procedure: NOTE,
            travel_date: c.written_on,
            decided_on: dossier.decision.as_ref().map_or(c.written_on, |d| d.document.date),
            days: 0,
            purpose: None,
            field: None,
            funding: Vec::new(),
            leader_level: None,
            in_plan: false,
            reception_level: None,
            channel: None,
            waived: false,
            shares: vec![Share { agency_id: c.agency_id, country: None, person: -1, heads: 0 }],
        })
    }

    fn cases(conn: &mut Conn, _: &Registers, of: &[CompleteOn<Self>]) -> Result<Vec<Case>> {
        let mut documents = attachments::kinds(conn, &of.iter().map(|(note, _)| note.id).collect::<Vec<_>>())?;
        let case = |(note, received_on): &CompleteOn<Self>| Case {
            procedure: NOTE,
            received_on: *received_on,
            begins: note.content.written_on,
            ends: note.content.written_on,
            documents: documents.remove(&note.id).unwrap_or_default(),
            unknown: Default::default(),
            matter: Matter::Item(ItemCase { amount: Some(note.content.amount), funding: Default::default() }),
        };
        Ok(of.iter().map(case).collect())
    }

    fn from_list(row: ListedRow) -> Option<Self> {
        let ListedRow { title, agency_id, days, origin, .. } = row;
        let signer = origin.head.unwrap_or_default();
        Some(NoteContent { title, agency_id, signer, amount: 0, written_on: days.from })
    }

    fn own_columns(json: &str) -> Result<OwnColumns> {
        let kept: NoteContent = serde_json::from_str(json).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(OwnColumns {
            purpose: None,
            field: None,
            partner: None,
            funding: Vec::new(),
            note: Some(kept.signer),
            origin: None,
        })
    }

    fn load(_: &mut Conn, stored: Vec<StoredContent>) -> Result<Vec<Self>> {
        let content = |stored: StoredContent| {
            let kept: NoteContent = serde_json::from_str(&stored.json).map_err(|e| Error::Internal(e.to_string()))?;
            Ok(NoteContent { title: stored.title, agency_id: stored.agency_id, written_on: stored.listed_on, ..kept })
        };
        stored.into_iter().map(content).collect()
    }

    fn json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::Internal(e.to_string()))
    }

    fn save(&self, _: &mut Conn, _: i64, _: Option<&Self>) -> Result<()> {
        Ok(())
    }

    fn delete(_: &mut Conn, _: &[i64]) -> Result<()> {
        Ok(())
    }
}

/// Drafts a note.
pub fn create(
    conn: &mut Conn,
    call: &RequestContext,
    body: impl FnOnce() -> Result<NewNote>,
) -> Result<VisibleDossier<NoteContent>> {
    call.actor.require(Permission::DraftDossiers)?;
    let content = body()?.into_content();
    for_own_agency(call, &content)?;
    let agency = agencies::find(conn, content.agency_id)?;
    let dossier = Dossier::draft(content, call.actor.id(), call.now);
    begin(conn, call, &dossier)?;
    Ok(VisibleDossier::new(
        dossier,
        Circumstances { clerk_may_submit: agency.is_some_and(|a| a.clerk_may_submit), ..Circumstances::default() },
    ))
}

/// Changes a draft.
pub fn edit(
    conn: &mut Conn,
    call: &RequestContext,
    seen: VisibleDossier<NoteContent>,
    body: impl FnOnce() -> Result<NewNote>,
) -> Result<Dossier<NoteContent>> {
    open(call, &seen, Action::Edit)?;
    let mut dossier = seen.dossier.clone();
    dossier.content = body()?.into_content();
    conclude(conn, call, &seen.dossier, dossier, Action::Edit, HistoryNote::default())
}
