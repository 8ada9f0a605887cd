//! What a visit provides for the handling of dossiers: its content for the shared actions, and its own actions.

pub mod acts;
pub mod draft;
pub mod guest_list;
pub mod guests;

use crate::access::context::RequestContext;
use crate::approval::process::Stage;
use crate::approval::recorded::Recorded;
use crate::db::Conn;
use crate::dossier::DayNames;
use crate::dossier::differences::Difference;
use crate::dossier::flow::{Action, Next, NotPossible, State};
use crate::dossier::model::{Dossier, Listed};
use crate::dossier::parts::attachments;
use crate::dossier::parts::engagement::clashes;
use crate::dossier::parts::engagement::{Engagement, EngagementsOf, ProgrammeItem};
use crate::dossier::parts::line::OwnColumns;
use crate::dossier::parts::listed::{GuestsTaken, ListedRow, NamedGuest};
use crate::dossier::parts::model::Origin;
use crate::dossier::register::{ProvinceLaw, Registers};
use crate::dossier::{self, CompleteOn, StoredContent};
use crate::error::Result;
use crate::procedures::engagements::elsewhere;
use crate::procedures::inbound::case::{VisitSurroundings, case};
use crate::procedures::inbound::model::{Visit, VisitContent};
use crate::procedures::inbound::people;
use crate::procedures::inbound::{facts, flow, list, paper_fields, rules, store};
use crate::registry::partners_store;
use crate::regulations::visit_question::locality_word;
use crate::statistics::fact::Fact;
use documents::template::Values;
use kernel::paper::PaperKind;
use kernel::procedure::Procedure;
use kernel::procedure::{FormPart, ListShape, RegisterEntry, Reported};
use kernel::text::fold;
use kernel::time::{Day, Moment, Period};
use kernel::words::Label;
use regulation::case::Case;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Đoàn vào.
static ENTRY: RegisterEntry = RegisterEntry {
    key: "inbound",
    path: "inbound-delegations",
    prefix: "DV",
    label: Label { vi: "Đoàn vào", en: "Inbound delegations" },
    file_name: "doan-vao",
    list_headings: ["Ngày đến", "Ngày đi", "Quốc tịch", "Số khách"],
    procedures: &[Procedure::INBOUND],
    counted: Some(Procedure::INBOUND),
    reported: Reported {
        happens: Label { vi: "đến", en: "arrival" },
        provincial: "cấp tỉnh đón tiếp",
        country_heading: "Đến từ nước",
        partner_heading: "Đơn vị, địa phương làm việc",
        names_hosts: true,
        tables: &["country", "purpose", "reception_level", "field", "agency", "month"],
    },
    imported: Some(ListShape {
        columns_of: "inbound",
        needs_country: true,
        needs_people: true,
        counts_by_country: true,
        led_by_officials: false,
    }),
    uses_passports: false,
    parts: &[
        FormPart::new(
            "visit",
            "Chuyến thăm",
            "The visit",
            &[
                "title",
                "channel",
                "sending_organisation",
                "country",
                "purpose",
                "field",
                "topics",
                "first_visit",
                "arrival_date",
                "departure_date",
            ],
        ),
        FormPart::new(
            "host-and-level",
            "Đơn vị đón, cấp đón",
            "Host and level",
            &["host_agency_id", "coordinating_agency_ids", "reception_level", "guest_class"],
        ),
        FormPart::new("guests", "Khách", "Guests", &["headcount", "nationalities", "guests"]),
        FormPart::new("programme", "Chương trình", "Programme", &["programme"]),
    ],
};

impl dossier::Content for VisitContent {
    const ENTRY: &'static RegisterEntry = &ENTRY;
    const GOING_ON: State = State::OnSite;
    const DAYS: Option<DayNames> = Some(DayNames { first: "/arrival_date", last: "/departure_date" });

    fn procedure(&self) -> Procedure {
        Procedure::INBOUND
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn agency_id(&self) -> i64 {
        self.host_agency_id
    }

    fn taking_part(&self) -> Vec<i64> {
        self.coordinating.clone()
    }

    fn listed(&self) -> Listed {
        Listed {
            listed_on: self.arrival,
            days: Some(Period { from: self.arrival, to: self.departure }),
            countries: self.shares().into_iter().map(|s| s.country).collect(),
            headcount: self.counted(),
            names: self
                .guests
                .iter()
                .map(|g| g.full_name.clone())
                .chain(self.origin.as_ref().and_then(|o| o.head.clone()))
                .collect(),
            counterpart: Some((self.sending_organisation.clone(), self.country.clone())),
        }
    }

    /// Hosts may handle the dossier, because they gain nothing by it.
    fn travels(&self, _: i64) -> bool {
        false
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

    fn differences(&self, other: &Self) -> Vec<Difference> {
        rules::differences(self, other)
    }

    fn keep_recorded(&mut self, current: &Self) {
        self.stay = current.stay;
    }

    fn recorded(&self) -> Vec<(Recorded, Value)> {
        vec![
            (Recorded::ArrivedOn, json!(self.stay.arrived_on)),
            (Recorded::DepartedOn, json!(self.stay.departed_on)),
            (Recorded::RecordedHeadcount, json!(self.stay.headcount)),
        ]
    }

    fn ended_on(&self) -> Option<Day> {
        self.stay.departed_on
    }

    fn papers(&self) -> &'static [PaperKind] {
        // A host agency's submission for guests is a different document; no legal text that we have read prescribes it.
        &[PaperKind::Permission, PaperKind::TripReport]
    }

    fn put_paper_fields(conn: &mut Conn, visit: &Visit, kind: PaperKind, values: &mut Values) -> Result<()> {
        paper_fields::put(conn, visit, kind, values)
    }

    fn fact(dossier: &Dossier<Self>) -> Option<Fact> {
        facts::fact(dossier)
    }

    fn cases(conn: &mut Conn, registers: &Registers, of: &[CompleteOn<Self>]) -> Result<Vec<Case>> {
        let ids: Vec<i64> = of.iter().map(|(visit, _)| visit.id).collect();
        let ours: Vec<Vec<Engagement>> =
            of.iter().map(|(visit, _)| visit.content.engagements(visit.id, false)).collect();
        let others = elsewhere(conn, registers, &ours)?;
        let senders = of.iter().map(|(visit, _)| visit.content.sending_organisation.as_str());
        let localities = partners_store::localities(conn, senders)?;
        let mut documents = attachments::kinds(conn, &ids)?;
        let of_visit =
            |((visit, received_on), (mut all, ours)): (&CompleteOn<Self>, (Vec<Engagement>, Vec<Engagement>))| {
                all.extend(ours);
                let sender = (fold(&visit.content.sending_organisation), visit.content.country.clone());
                let around = VisitSurroundings {
                    documents: documents.remove(&visit.id).unwrap_or_default(),
                    locality: localities.get(&sender).map(|place| locality_word(place)),
                    clashes: clashes(&all, |e| e.delegation_id == visit.id, usize::MAX).len(),
                };
                case(&visit.content, &around, *received_on)
            };
        Ok(of.iter().zip(others.into_iter().zip(ours)).map(of_visit).collect())
    }

    const LISTS_GUESTS: bool = true;

    fn erase_numbers(conn: &mut Conn, id: i64, named: &[i64], now: Moment) -> Result<usize> {
        people::erase_numbers(conn, id, named, now)
    }

    fn erase_strays(conn: &mut Conn, before: Moment, now: Moment) -> Result<()> {
        people::erase_strays(conn, before, now)
    }

    fn take_guests(
        conn: &mut Conn,
        call: &RequestContext,
        law: &ProvinceLaw,
        id: i64,
        guests: Vec<NamedGuest>,
        dry_run: bool,
    ) -> Result<GuestsTaken> {
        guest_list::take(conn, call, law, id, guests, dry_run)
    }

    fn from_list(row: ListedRow) -> Option<Self> {
        Some(list::visit(row))
    }

    fn engagements_between(
        conn: &mut Conn,
        whose: EngagementsOf<'_>,
        from: Moment,
        to: Moment,
    ) -> Result<Vec<Engagement>> {
        store::engagements(conn, whose, from, to)
    }

    fn programmes(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Vec<ProgrammeItem>>> {
        store::programmes(conn, ids)
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

    fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()> {
        store::delete(conn, ids)
    }
}
