//! What a trip provides for the handling of dossiers: its content for the shared actions, and its own actions.

pub mod consent;
pub mod draft;
pub mod journey;

use std::collections::HashMap;

use crate::access::context::RequestContext;
use crate::approval::process::Stage;
use crate::approval::recorded::Recorded;
use crate::db::Conn;
use crate::dossier::DayNames;
use crate::dossier::differences::Difference;
use crate::dossier::flow::{Action, Next, NotPossible, State};
use crate::dossier::model::{Dossier, Listed};
use crate::dossier::parts::engagement::{Engagement, EngagementsOf};
use crate::dossier::parts::line::OwnColumns;
use crate::dossier::parts::listed::ListedRow;
use crate::dossier::parts::model::Origin;
use crate::dossier::register::Registers;
use crate::dossier::{self, CompleteOn, StoredContent};
use crate::error::Result;
use crate::procedures::outbound::model::{Trip, TripContent};
use crate::procedures::outbound::surroundings::has_room;
use crate::procedures::outbound::{facts, flow, list, paper_fields, queue_store, rules, store, surroundings};
use crate::statistics::fact::Fact;
use documents::template::Values;
use kernel::paper::PaperKind;
use kernel::procedure::Procedure;
use kernel::procedure::{FormPart, ListShape, RegisterEntry, Reported};
use kernel::time::{Day, Moment};
use kernel::words::Label;
use regulation::case::Case;
use serde_json::{Value, json};

/// Đoàn ra, official and private.
static ENTRY: RegisterEntry = RegisterEntry {
    key: "outbound",
    path: "outbound-delegations",
    prefix: "DR",
    label: Label { vi: "Đoàn ra", en: "Outbound delegations" },
    file_name: "doan-ra",
    list_headings: ["Ngày đi", "Ngày về", "Nước đến", "Số người"],
    procedures: &[Procedure::OUTBOUND, Procedure::PRIVATE_TRAVEL],
    // Private travel is not a delegation of the province and has no figures here.
    counted: Some(Procedure::OUTBOUND),
    reported: Reported {
        happens: Label { vi: "khởi hành", en: "departure" },
        provincial: "do lãnh đạo tỉnh dẫn đầu",
        country_heading: "Nước đến",
        partner_heading: "Đối tác làm việc",
        names_hosts: false,
        tables: &["country", "purpose", "leader_level", "funding", "in_plan", "waived", "agency", "month"],
    },
    imported: Some(ListShape {
        columns_of: "outbound",
        needs_country: true,
        needs_people: true,
        counts_by_country: false,
        led_by_officials: true,
    }),
    uses_passports: true,
    parts: &[
        FormPart::new(
            "journey",
            "Chuyến đi",
            "The journey",
            &["title", "procedure", "requesting_agency_id", "purpose", "field", "capacity", "plan_item_id", "note"],
        ),
        FormPart::new(
            "inviter-and-funding",
            "Bên mời, kinh phí",
            "Inviter and funding",
            &["inviting_party", "funding"],
        ),
        FormPart::new(
            "days-and-stops",
            "Ngày và điểm đến",
            "Days and stops",
            &["departure_date", "return_date", "stops"],
        ),
        FormPart::new("members", "Thành viên đoàn", "Members", &["members"]),
        FormPart::new(
            "private-travel",
            "Nghỉ phép, ý kiến cấp ủy",
            "Leave and Party opinions",
            &["leave", "party_opinions"],
        )
        .only_for(&[Procedure::PRIVATE_TRAVEL]),
    ],
};

impl dossier::Content for TripContent {
    const ENTRY: &'static RegisterEntry = &ENTRY;
    const GOING_ON: State = State::UnderWay;
    const DAYS: Option<DayNames> = Some(DayNames { first: "/departure_date", last: "/return_date" });

    fn procedure(&self) -> Procedure {
        self.procedure
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn agency_id(&self) -> i64 {
        self.agency_id
    }

    fn taking_part(&self) -> Vec<i64> {
        let mut others: Vec<i64> = self.people.iter().map(|p| p.agency_id).filter(|id| *id != self.agency_id).collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    fn listed(&self) -> Listed {
        Listed {
            listed_on: self.departure,
            days: Some(self.period()),
            countries: self.countries(),
            headcount: self.headcount(),
            names: self
                .people
                .iter()
                .map(|p| p.full_name.clone())
                .chain(self.origin.as_ref().and_then(|o| o.head.clone()))
                .collect(),
            counterpart: self.inviting_party.as_ref().map(|p| (p.name.clone(), p.country.clone())),
        }
    }

    fn travels(&self, official_id: i64) -> bool {
        self.members.iter().any(|m| m.official_id.0 == official_id)
    }

    fn units(&self) -> Vec<i64> {
        self.people.iter().map(|p| p.agency_id).collect()
    }

    fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    fn next(state: State, action: Action) -> std::result::Result<Next, NotPossible> {
        flow::next(state, action)
    }

    fn state_of(stage: Stage) -> State {
        flow::state_of(stage)
    }

    fn forget_verdicts(&mut self) {
        self.verdicts = Vec::new();
    }

    fn differences(&self, other: &Self) -> Vec<Difference> {
        rules::differences(self, other)
    }

    fn keep_recorded(&mut self, current: &Self) {
        self.journey = current.journey;
    }

    fn recorded(&self) -> Vec<(Recorded, Value)> {
        vec![
            (Recorded::DepartedOn, json!(self.journey.departed_on)),
            (Recorded::ReturnedOn, json!(self.journey.returned_on)),
            (Recorded::Headcount, json!(self.origin.as_ref().map(|o| o.headcount))),
        ]
    }

    fn ended_on(&self) -> Option<Day> {
        self.journey.returned_on
    }

    fn settles(&self) -> Option<&'static str> {
        let paid = self.funding.iter().any(|f| f.source.is_budget() && f.amount.is_some());
        paid.then_some("Quyết toán kinh phí đoàn ra; chưa đọc được văn bản nào nêu thời hạn")
    }

    fn papers(&self) -> &'static [PaperKind] {
        match self.procedure {
            Procedure::PRIVATE_TRAVEL => &[PaperKind::Submission, PaperKind::Permission, PaperKind::TripReport],
            _ => &[PaperKind::Submission, PaperKind::SendingDecision, PaperKind::TripReport],
        }
    }

    fn put_paper_fields(conn: &mut Conn, dossier: &Trip, kind: PaperKind, values: &mut Values) -> Result<()> {
        let c = &dossier.content;
        // Until the decision, show whether the plan has room the way the assessment computes it.
        let undecided = c.planned.is_none() && c.origin.is_none();
        let in_plan = if undecided { has_room(conn, dossier)? } else { c.in_plan() };
        paper_fields::put(conn, dossier, kind, in_plan, values)
    }

    fn fact(dossier: &Dossier<Self>) -> Option<Fact> {
        facts::fact(dossier)
    }

    fn cases(conn: &mut Conn, registers: &Registers, of: &[CompleteOn<Self>]) -> Result<Vec<Case>> {
        surroundings::cases(conn, registers, of)
    }

    fn from_list(row: ListedRow) -> Option<Self> {
        Some(list::trip(row))
    }

    fn engagements_between(
        conn: &mut Conn,
        whose: EngagementsOf<'_>,
        from: Moment,
        to: Moment,
    ) -> Result<Vec<Engagement>> {
        store::engagements(conn, whose, from, to)
    }

    fn heads(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, String>> {
        store::heads(conn, ids)
    }

    fn own_columns(json: &str) -> Result<OwnColumns> {
        store::own(json)
    }

    fn load(conn: &mut Conn, stored: Vec<StoredContent>) -> Result<Vec<Self>> {
        store::load(conn, stored)
    }

    fn json(&self) -> Result<String> {
        store::json(self)
    }

    fn save(&self, conn: &mut Conn, id: i64, before: Option<&Self>) -> Result<()> {
        store::save(conn, id, self, before)
    }

    fn keep_standing(conn: &mut Conn, dossier: &Trip, before: Option<&Trip>) -> Result<()> {
        queue_store::keep_missions(conn, dossier, before)
    }

    fn index(conn: &mut Conn, dossier: &Trip) -> Result<()> {
        store::index(conn, dossier)
    }

    fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()> {
        store::delete(conn, ids)
    }
}

/// A content that replaces another. In a different year it queues again, and the plan is checked again if its item or
/// its year is different.
fn moved(conn: &mut Conn, call: &RequestContext, dossier: &Trip, mut content: TripContent) -> Result<TripContent> {
    let decided = &dossier.content;
    let year = |c: &TripContent| chrono::Datelike::year(&c.departure);
    let elsewhere = year(&content) != year(decided);
    if elsewhere {
        content.queued_on = Some(call.today);
    }
    if elsewhere || content.plan_item_id != decided.plan_item_id {
        let as_moved = Trip { content: content.clone(), amendments: Vec::new(), ..dossier.clone() };
        content.planned = Some(has_room(conn, &as_moved)?);
    }
    Ok(content)
}
