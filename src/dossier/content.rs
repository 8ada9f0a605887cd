//! What a procedure brings to the dossiers of its register: what the agency writes, the flow, the facts.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::access::context::RequestContext;
use crate::approval::process::Stage;
use crate::approval::recorded::Recorded;
use crate::db::Conn;
use crate::dossier::differences::Difference;
use crate::dossier::flow::{Action, Next, NotPossible, State};
use crate::dossier::model::{Dossier, Listed};
use crate::dossier::parts::engagement::{Engagement, EngagementsOf, ProgrammeItem};
use crate::dossier::parts::line::OwnColumns;
use crate::dossier::parts::listed::{GuestsTaken, ListedRow, NamedGuest};
use crate::dossier::parts::model::Origin;
use crate::dossier::register::{ProvinceLaw, Registers};
use crate::error::{Result, not_found};
use crate::statistics::fact::Fact;
use documents::template::Values;
use kernel::paper::PaperKind;
use kernel::procedure::Procedure;
use kernel::procedure::RegisterEntry;
use kernel::time::{Day, Moment, Period};
use regulation::case::Case;

/// What a procedure provides.
pub trait Content: Clone + PartialEq + Send + Sync + Sized + Serialize + DeserializeOwned + 'static {
    /// The name of its register.
    const ENTRY: &'static RegisterEntry;
    /// The state of a dossier whose delegation is on its way or here.
    const GOING_ON: State;
    /// The names of its first and last day in requests; `None` if it has no days.
    const DAYS: Option<DayNames>;

    fn procedure(&self) -> Procedure;
    fn title(&self) -> &str;
    /// The requesting agency, whose clerks and head work on the dossier.
    fn agency_id(&self) -> i64;
    /// What lists, searches and the histories of partners show of it.
    fn listed(&self) -> Listed;
    /// The last day of the delegation, or the day it is listed by.
    fn last_day(&self) -> Day {
        let listed = self.listed();
        listed.days.map_or(listed.listed_on, |days| days.to)
    }
    /// Whether the official travels in it, so that they take no step.
    fn travels(&self, official_id: i64) -> bool;
    /// The whole flow: where an action leads in a state.
    fn next(state: State, action: Action) -> std::result::Result<Next, NotPossible>;
    /// The state of a dossier at a stage of its process.
    fn state_of(stage: Stage) -> State;
    /// The units of its own people, in their order.
    fn units(&self) -> Vec<i64> {
        Vec::new()
    }
    /// The old list it was imported from, if it never was a dossier here.
    fn origin(&self) -> Option<&Origin> {
        None
    }
    /// Called when the dossier goes to its bodies (again): forgets what they said before.
    fn forget_verdicts(&mut self) {}
    /// What differs in another content, kind by kind.
    fn differences(&self, other: &Self) -> Vec<Difference>;
    /// Takes over what was recorded about the journey or the stay in the meantime.
    fn keep_recorded(&mut self, current: &Self);
    /// What was recorded about it, in an order that does not change, with the values in JSON.
    fn recorded(&self) -> Vec<(Recorded, Value)> {
        Vec::new()
    }
    /// The recorded last day, from which terms of duties run.
    fn ended_on(&self) -> Option<Day> {
        None
    }
    /// Why its costs must be settled; `None` if no state budget pays.
    fn settles(&self) -> Option<&'static str> {
        None
    }
    /// Agencies beside the requesting one that take part: those of the members, coordinating ones.
    fn taking_part(&self) -> Vec<i64> {
        Vec::new()
    }
    /// The kinds of documents that offices issue for it.
    fn papers(&self) -> &'static [PaperKind] {
        &[]
    }
    /// Fills the fields of an issued document that only the procedure knows; the others are filled already.
    fn put_paper_fields(_: &mut Conn, dossier: &Dossier<Self>, _: PaperKind, values: &mut Values) -> Result<()> {
        values.put("title", dossier.content.title());
        Ok(())
    }
    /// The text of a document between its head and its signature, in the paragraphs of [`documents::docx`], with fields
    /// in double braces. `None`: the built-in text, which is written for delegations.
    fn paper_text(_: PaperKind) -> Option<String> {
        None
    }
    /// What it counts for in the statistics; `None` unless it is approved or took place.
    fn fact(dossier: &Dossier<Self>) -> Option<Fact>;
    /// The facts of each of these dossiers as the regulation needs them, as if it were complete on its day.
    fn cases(conn: &mut Conn, registers: &Registers, of: &[CompleteOn<Self>]) -> Result<Vec<Case>>;
    /// A row of an old list as a dossier's content; `None` if the register does not accept lists.
    fn from_list(_: ListedRow) -> Option<Self> {
        None
    }
    /// Whether its dossiers list guests by name.
    const LISTS_GUESTS: bool = false;
    /// Takes a list of guests into a dossier as a change of its content would: new ones are added, known ones completed,
    /// nobody is removed.
    fn take_guests(
        _: &mut Conn,
        _: &RequestContext,
        _: &ProvinceLaw,
        _: i64,
        _: Vec<NamedGuest>,
        _dry_run: bool,
    ) -> Result<GuestsTaken> {
        Err(not_found())
    }
    /// Erases the passport numbers that its own tables hold of a dossier, and of people whom only its past versions named; of
    /// how many people. What counts stays.
    fn erase_numbers(_: &mut Conn, _id: i64, _named: &[i64], _now: Moment) -> Result<usize> {
        Ok(0)
    }
    /// Erases passport numbers that were recorded before a moment and that no dossier names.
    fn erase_strays(_: &mut Conn, _before: Moment, _now: Moment) -> Result<()> {
        Ok(())
    }
    /// Who is engaged between two moments.
    fn engagements_between(_: &mut Conn, _: EngagementsOf<'_>, _: Moment, _: Moment) -> Result<Vec<Engagement>> {
        Ok(Vec::new())
    }
    /// The programmes of these dossiers.
    fn programmes(_: &mut Conn, _: &[i64]) -> Result<HashMap<i64, Vec<ProgrammeItem>>> {
        Ok(HashMap::new())
    }
    /// The head of each of these delegations.
    fn heads(_: &mut Conn, _: &[i64]) -> Result<HashMap<i64, String>> {
        Ok(HashMap::new())
    }
    /// What a stored content provides for the columns of a report.
    fn own_columns(json: &str) -> Result<OwnColumns>;
    /// The contents of stored dossiers in their order, with the parts that have their own rows.
    fn load(conn: &mut Conn, stored: Vec<StoredContent>) -> Result<Vec<Self>>;
    /// What only the procedure itself reads, as JSON.
    fn json(&self) -> Result<String>;
    /// Writes those parts with their own rows that differ from `before`.
    fn save(&self, conn: &mut Conn, id: i64, before: Option<&Self>) -> Result<()>;
    /// Writes what a dossier as it stands now means to others, where it differs from `before`; nothing by default.
    fn keep_standing(_conn: &mut Conn, _dossier: &Dossier<Self>, _before: Option<&Dossier<Self>>) -> Result<()> {
        Ok(())
    }
    /// Writes again what those rows are found by: rows from before a migration may lack some of it.
    fn index(_conn: &mut Conn, _dossier: &Dossier<Self>) -> Result<()> {
        Ok(())
    }
    /// Deletes the rows of the parts of these dossiers.
    fn delete(conn: &mut Conn, ids: &[i64]) -> Result<()>;
}

/// A dossier, and the day on which it would be complete.
pub type CompleteOn<'a, C> = (&'a Dossier<C>, Day);

/// A content as it is stored in the register.
pub struct StoredContent {
    pub id: i64,
    pub procedure: Procedure,
    pub title: String,
    pub agency_id: i64,
    /// Its first and last day, if it has days.
    pub days: Option<Period>,
    /// The day by which it is listed.
    pub listed_on: Day,
    /// What only the procedure itself reads.
    pub json: String,
}

/// Names of the first and the last day in requests, as JSON pointers.
#[derive(Debug, Clone, Copy)]
pub struct DayNames {
    pub first: &'static str,
    pub last: &'static str,
}
