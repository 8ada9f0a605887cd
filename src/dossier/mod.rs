//! Handling a dossier (xử lý hồ sơ): what every procedure shares of drafting, approving, reporting and showing.
//!
//! A procedure brings its [`Content`]: what the agency writes, the flow, the facts. Everything else – who sees a
//! dossier, who may act, in which order checks come, what an act leaves behind – is here, once.

pub mod actions;
pub mod amendments;
pub mod flow;
pub mod http;
pub mod model;
pub mod papers;
pub mod parts;
pub mod rules;
pub mod store;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::approval::process::Stage;
use crate::db::Conn;
use crate::dossier::amendments::Difference;
use crate::dossier::flow::{Action, Next, NotPossible, State};
use crate::dossier::model::{Dossier, Listed};
use crate::dossier::parts::model::Origin;
use crate::error::Result;
use crate::regulations::store::RegulationCache;
use crate::statistics::fact::Fact;
use kernel::time::Day;
use kernel::words::{Direction, Procedure};
use kernel::workdays::WorkCalendar;
use regulation::case::Case;

/// What the acts need of the house.
#[derive(Clone)]
pub struct ProvinceLaw {
    pub shelf: RegulationCache,
    pub calendar: Arc<WorkCalendar>,
    /// The province whose regulation rules its dossiers.
    pub jurisdiction: Arc<str>,
}

/// What a procedure brings to a dossier.
pub trait Content: Clone + PartialEq + Send + Sync + Sized + Serialize + DeserializeOwned + 'static {
    /// Which register the dossier stands in, and by that its path and the kind of its number.
    const DIRECTION: Direction;

    fn procedure(&self) -> Procedure;
    fn title(&self) -> &str;
    /// The agency that asks, and whose clerks and head work on the dossier.
    fn agency_id(&self) -> i64;
    /// What lists, searches and partners know of it.
    fn listed(&self) -> Listed;
    /// Whether the official travels in it, so that he takes no step.
    fn travels(&self, official_id: i64) -> bool;
    /// The whole flow: what an act leads to in a state.
    fn next(state: State, action: Action) -> std::result::Result<Next, NotPossible>;
    /// The state of a dossier that bodies are at work on.
    fn state_of(stage: Stage) -> State;
    /// Which units its own people are of, in their order.
    fn units(&self) -> Vec<i64> {
        Vec::new()
    }
    /// The old list it was brought in from, for what never was a dossier here.
    fn origin(&self) -> Option<&Origin> {
        None
    }
    /// The dossier goes to its bodies (again): what they said before is gone.
    fn forget_verdicts(&mut self) {}
    /// What differs in another content, kind by kind.
    fn differences(&self, other: &Self) -> Vec<Difference>;
    /// Takes over what was recorded of the way and the stay meanwhile.
    fn keep_recorded(&mut self, current: &Self);
    /// Why a settlement of its cost is owed; none where no budget pays.
    fn settles(&self) -> Option<&'static str> {
        None
    }
    /// What it counts for; none unless it is approved or took place.
    fn fact(dossier: &Dossier<Self>) -> Option<Fact>;
    /// Its facts as the regulation asks for them, as if it were complete on `received_on`.
    fn case(conn: &mut Conn, dossier: &Dossier<Self>, received_on: Day) -> Result<Case>;
    /// The content of a stored dossier, with the parts that have rows of their own.
    fn load(conn: &mut Conn, stored: StoredContent) -> Result<Self>;
    /// What only the procedure itself reads, as JSON.
    fn json(&self) -> Result<String>;
    /// Writes the parts with rows of their own that differ from `before`.
    fn save(&self, conn: &mut Conn, id: i64, before: Option<&Self>) -> Result<()>;
    /// Takes the rows of the parts away.
    fn delete(conn: &mut Conn, id: i64) -> Result<()>;
}

/// A content as the register has it.
pub struct StoredContent {
    pub id: i64,
    pub procedure: Procedure,
    pub title: String,
    pub agency_id: i64,
    pub begins_on: Day,
    pub ends_on: Day,
    /// What only the procedure itself reads.
    pub json: String,
}
