//! The registers of dossiers: what the rest of the application needs from every procedure.
//!
//! A procedure provides its [`Content`](crate::dossier::content::Content); [`Of`](crate::dossier::content_register::Of) makes a register of it. The list itself is
//! `procedures/register.rs`: imports, figures, records, calendar, notices and rehearsals go through it, so a new
//! procedure is one folder and one line there.

use std::collections::HashMap;
use std::sync::Arc;

use documents::template::Values;
use kernel::paper::PaperKind;
use kernel::procedure::{Procedure, RegisterEntries, RegisterEntry};
use kernel::time::{Day, Moment, Period};
use kernel::words::Body;
use regulation::assess::Assessment;
use regulation::book::Law;
use regulation::case::Case;
use utoipa::ToSchema;

use crate::access::account::Actor;
use crate::access::context::RequestContext;
use crate::approval::process::Process;
use crate::db::Conn;
use crate::dossier::at_hand::AtHand;
use crate::dossier::decision::Decision;
use crate::dossier::flow::State;
use crate::dossier::model::ResultsReport;
use crate::dossier::parts::engagement::{Engagement, EngagementsOf, ProgrammeItem};
use crate::dossier::parts::line::DelegationLine;
use crate::dossier::parts::listed::{GuestsTaken, ListedRow, NamedGuest};
use crate::error::Result;
use crate::regulations::store::RegulationCache;
use crate::statistics::fact::Fact;
use crate::web::routes::RoomRoutes;

/// One dossier as a rehearsal needs it.
pub struct RehearsedCase {
    pub number: Option<String>,
    pub title: String,
    /// The day on which it is assessed.
    pub day: Day,
    /// Code and version of the text that ruled it.
    pub ruling: Option<(String, i64)>,
    pub case: Case,
}

/// What every dossier says of itself, whatever its content.
pub struct DossierHead<'a> {
    pub id: i64,
    pub number: Option<&'a str>,
    pub procedure: Procedure,
    /// The requesting agency.
    pub agency_id: i64,
    pub state: State,
    pub process: &'a Process,
    pub decision: Option<&'a Decision>,
    /// An amendment of the decision waits for its own.
    pub amendment_pending: bool,
    /// The decision that the next or present one takes the place of.
    pub replaced: Option<&'a Decision>,
    pub report: Option<&'a ResultsReport>,
    /// It is a row of an old list and never was a dossier here.
    pub imported: bool,
    /// Its costs must be settled.
    pub settles: bool,
}

/// A dossier of whichever register, for rooms that treat all alike.
pub trait AnyDossier: Send {
    fn entry(&self) -> &'static RegisterEntry;
    fn head(&self) -> DossierHead<'_>;
    /// The numbers of its decision and of those that it replaced, as given and as corrected.
    fn decided_numbers(&self) -> Vec<&str>;
    /// The body that decides now; once no step is open, the body that decided.
    fn decider(&self) -> Option<Body>;
    /// Whether the actor may decide it.
    fn is_decided_by(&self, actor: &Actor) -> bool;
    /// Assesses it under the province's regulation, on the day it became complete, or today.
    fn assess(&self, conn: &mut Conn, law: &ProvinceLaw, today: Day) -> Result<(Law, Assessment)>;
    /// The dossier with the content that the pending amendment proposes.
    fn as_amended(&self) -> Box<dyn AnyDossier>;
    /// The kinds of documents that offices issue for it.
    fn papers(&self) -> &'static [PaperKind];
    /// Fills the fields of an issued document that only its procedure knows.
    fn put_paper_fields(&self, conn: &mut Conn, kind: PaperKind, values: &mut Values) -> Result<()>;
    /// Its procedure's own text of a document, between head and signature.
    fn paper_text(&self, kind: PaperKind) -> Option<String>;
}

/// One register, regardless of its contents.
pub trait Register: Send + Sync + 'static {
    fn entry(&self) -> &'static RegisterEntry;
    /// Registers its routes below the base path.
    fn routes(&self, config: &mut RoomRoutes);
    /// The dossier; `None` if the register does not have it, or the caller does not see the whole of it.
    fn find_whole(&self, conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Option<Box<dyn AnyDossier>>>;
    /// Derives every fact again; returns how many delegations count.
    fn rebuild_facts(&self, conn: &mut Conn) -> Result<usize>;
    /// Derives the fact of one dossier again, and what it is found by.
    fn derive_again(&self, conn: &mut Conn, id: i64) -> Result<()>;
    /// Deletes dossiers with everything that belongs to them.
    fn delete(&self, conn: &mut Conn, ids: &[i64]) -> Result<()>;
    /// Whether its dossiers list guests by name.
    fn lists_guests(&self) -> bool;
    /// Takes a list of guests into a dossier; see [`Content::take_guests`](crate::dossier::content::Content::take_guests).
    fn take_guests(
        &self,
        conn: &mut Conn,
        call: &RequestContext,
        law: &ProvinceLaw,
        id: i64,
        guests: Vec<NamedGuest>,
        dry_run: bool,
    ) -> Result<GuestsTaken>;
    /// Erases the passport numbers of a dossier in the tables of its procedure, and of people whom only its past versions
    /// named; of how many people.
    fn erase_numbers(&self, conn: &mut Conn, id: i64, named: &[i64], now: Moment) -> Result<usize>;
    /// Erases passport numbers that were recorded before a moment and that none of its dossiers names.
    fn erase_strays(&self, conn: &mut Conn, before: Moment, now: Moment) -> Result<()>;
    /// Those of these dossiers that the register has and the caller sees, as they lie before the caller.
    fn at_hand(
        &self,
        conn: &mut Conn,
        call: &RequestContext,
        law: &ProvinceLaw,
        ids: &[i64],
    ) -> Result<HashMap<i64, AtHand>>;
    /// 404 unless the caller sees the dossier.
    fn require_seen(&self, conn: &mut Conn, call: &RequestContext, id: i64) -> Result<()>;
    /// Who is engaged between two moments.
    fn engagements(
        &self,
        conn: &mut Conn,
        whose: EngagementsOf<'_>,
        from: Moment,
        to: Moment,
    ) -> Result<Vec<Engagement>>;
    /// The programmes of these dossiers, if they have one.
    fn programmes(&self, conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Vec<ProgrammeItem>>>;
    /// The dossiers as lines of a report, in the order of their ids.
    fn lines(&self, conn: &mut Conn, ids: &[i64]) -> Result<Vec<DelegationLine>>;
    /// The dossiers submitted on these days, as a regulation needs them.
    fn submitted(&self, conn: &mut Conn, law: &ProvinceLaw, days: Period) -> Result<Vec<RehearsedCase>>;
    /// The state of a dossier, and what it would count if it were approved.
    fn would_count(&self, conn: &mut Conn, id: i64) -> Result<Option<(State, Option<Fact>)>>;
    /// Stores rows of an old list as closed dossiers; returns their ids in order.
    fn keep_listed(&self, conn: &mut Conn, call: &RequestContext, rows: Vec<ListedRow>) -> Result<Vec<i64>>;
}

/// What the actions need from the application.
#[derive(Clone)]
pub struct ProvinceLaw {
    pub shelf: RegulationCache,
    /// The province whose regulation applies to the dossiers.
    pub jurisdiction: Arc<str>,
    pub registers: Registers,
}

/// The registers of an installation, in the order in which lists and reports show them.
#[derive(Clone)]
pub struct Registers {
    all: Arc<[&'static dyn Register]>,
    entries: Arc<RegisterEntries>,
}

impl Registers {
    pub fn new(all: &[&'static dyn Register]) -> Self {
        let entries = RegisterEntries(all.iter().map(|register| register.entry()).collect());
        Registers { all: all.into(), entries: Arc::new(entries) }
    }

    pub fn all(&self) -> impl Iterator<Item = &'static dyn Register> {
        self.all.iter().copied()
    }

    /// What they are called, and what figures and reports know of them.
    pub fn entries(&self) -> &RegisterEntries {
        &self.entries
    }

    /// The register of a word, as a row of the database has it.
    pub fn by_key(&self, key: &str) -> Option<&'static dyn Register> {
        self.all().find(|register| register.entry().key == key)
    }

    /// The register of a collection in paths.
    pub fn by_path(&self, path: &str) -> Option<&'static dyn Register> {
        self.all().find(|register| register.entry().path == path)
    }

    /// The register that holds the dossiers of a procedure.
    pub fn holding(&self, procedure: Procedure) -> Option<&'static dyn Register> {
        self.all().find(|register| register.entry().procedures.contains(&procedure))
    }
}

/// The wire value of a register. The specification lists the registers of the installation here.
#[derive(ToSchema)]
#[schema(as = Direction, value_type = String)]
pub struct RegisterWord(#[expect(dead_code, reason = "stands in the specification only")] String);
