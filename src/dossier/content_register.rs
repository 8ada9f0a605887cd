//! Makes a register of a content.

use std::collections::HashMap;
use std::marker::PhantomData;

use documents::template::Values;
use kernel::paper::PaperKind;
use kernel::procedure::RegisterEntry;
use kernel::time::{Day, Moment, Period};
use kernel::words::Body;
use regulation::assess::Assessment;
use regulation::book::Law;

use crate::access::account::Actor;
use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::waiting::at_hand;
use crate::dossier::actions::{self, as_if_approved, assess_dossier, find, received_on};
use crate::dossier::at_hand::AtHand;
use crate::dossier::flow::State;
use crate::dossier::http::Shown;
use crate::dossier::lines::lines;
use crate::dossier::model::Dossier;
use crate::dossier::parts::engagement::{Engagement, EngagementsOf, ProgrammeItem};
use crate::dossier::parts::line::DelegationLine;
use crate::dossier::parts::listed::{GuestsTaken, ListedRow, NamedGuest};
use crate::dossier::register::{AnyDossier, DossierHead, ProvinceLaw, Register, RehearsedCase};
use crate::dossier::rules::{decider, decides};
use crate::dossier::visibility::sees_whole;
use crate::dossier::{CompleteOn, Content, listed, store};
use crate::error::Result;
use crate::statistics::fact::Fact;
use crate::web::routes::RoomRoutes;

/// The register of one kind of content.
pub struct Of<C>(PhantomData<fn() -> C>);

impl<C> Of<C> {
    pub const NEW: Of<C> = Of(PhantomData);
}

impl<C: Shown> Register for Of<C> {
    fn entry(&self) -> &'static RegisterEntry {
        C::ENTRY
    }

    fn routes(&self, config: &mut RoomRoutes) {
        C::routes(config);
    }

    fn find_whole(&self, conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Option<Box<dyn AnyDossier>>> {
        let dossier = store::load::<C>(conn, id)?.filter(|dossier| sees_whole(&call.actor, dossier));
        Ok(dossier.map(|dossier| Box::new(dossier) as Box<dyn AnyDossier>))
    }

    fn rebuild_facts(&self, conn: &mut Conn) -> Result<usize> {
        actions::rebuild_facts::<C>(conn)
    }

    fn derive_again(&self, conn: &mut Conn, id: i64) -> Result<()> {
        actions::derive_again::<C>(conn, &[id]).map(|_| ())
    }

    fn delete(&self, conn: &mut Conn, ids: &[i64]) -> Result<()> {
        store::delete::<C>(conn, ids)
    }

    fn lists_guests(&self) -> bool {
        C::LISTS_GUESTS
    }

    fn take_guests(
        &self,
        conn: &mut Conn,
        call: &RequestContext,
        law: &ProvinceLaw,
        id: i64,
        guests: Vec<NamedGuest>,
        dry_run: bool,
    ) -> Result<GuestsTaken> {
        C::take_guests(conn, call, law, id, guests, dry_run)
    }

    fn erase_numbers(&self, conn: &mut Conn, id: i64, named: &[i64], now: Moment) -> Result<usize> {
        C::erase_numbers(conn, id, named, now)
    }

    fn erase_strays(&self, conn: &mut Conn, before: Moment, now: Moment) -> Result<()> {
        C::erase_strays(conn, before, now)
    }

    fn at_hand(
        &self,
        conn: &mut Conn,
        call: &RequestContext,
        law: &ProvinceLaw,
        ids: &[i64],
    ) -> Result<HashMap<i64, AtHand>> {
        at_hand::<C>(conn, call, law, ids)
    }

    fn require_seen(&self, conn: &mut Conn, call: &RequestContext, id: i64) -> Result<()> {
        find::<C>(conn, call, id).map(|_| ())
    }

    fn engagements(
        &self,
        conn: &mut Conn,
        whose: EngagementsOf<'_>,
        from: Moment,
        to: Moment,
    ) -> Result<Vec<Engagement>> {
        C::engagements_between(conn, whose, from, to)
    }

    fn programmes(&self, conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Vec<ProgrammeItem>>> {
        C::programmes(conn, ids)
    }

    fn lines(&self, conn: &mut Conn, ids: &[i64]) -> Result<Vec<DelegationLine>> {
        lines::<C>(conn, ids)
    }

    fn submitted(&self, conn: &mut Conn, law: &ProvinceLaw, days: Period) -> Result<Vec<RehearsedCase>> {
        let mut all = Vec::new();
        for some in store::submitted_ids(conn, C::ENTRY.key, days)?.chunks(store::AT_ONCE) {
            let dossiers = store::load_all::<C>(conn, some)?;
            let day = |dossier: &Dossier<C>| received_on(dossier, dossier.submitted_on.unwrap_or(days.to));
            let of: Vec<CompleteOn<C>> = dossiers.iter().map(|dossier| (dossier, day(dossier))).collect();
            for ((dossier, day), case) in of.iter().zip(C::cases(conn, &law.registers, &of)?) {
                let title = dossier.content.title().to_owned();
                let ruling = dossier.ruling.as_ref().map(|r| (r.regulation.clone(), r.regulation_version));
                all.push(RehearsedCase { number: dossier.number.clone(), title, day: *day, ruling, case });
            }
        }
        Ok(all)
    }

    fn would_count(&self, conn: &mut Conn, id: i64) -> Result<Option<(State, Option<Fact>)>> {
        let Some(dossier) = store::load::<C>(conn, id)? else { return Ok(None) };
        Ok(Some((dossier.state, C::fact(&as_if_approved(dossier)))))
    }

    fn keep_listed(&self, conn: &mut Conn, call: &RequestContext, rows: Vec<ListedRow>) -> Result<Vec<i64>> {
        listed::keep::<C>(conn, call, rows)
    }
}

impl<C: Content> AnyDossier for Dossier<C> {
    fn entry(&self) -> &'static RegisterEntry {
        C::ENTRY
    }

    fn head(&self) -> DossierHead<'_> {
        DossierHead {
            id: self.id,
            number: self.number.as_deref(),
            procedure: self.content.procedure(),
            agency_id: self.content.agency_id(),
            state: self.state,
            process: &self.process,
            decision: self.decision.as_ref(),
            amendment_pending: self.pending().is_some(),
            replaced: match self.pending() {
                Some(_) => self.decision.as_ref(),
                None => self.amendments.iter().rev().find_map(|a| a.replaced.as_ref()),
            },
            report: self.report.as_ref(),
            imported: self.content.origin().is_some(),
            settles: self.content.settles().is_some(),
        }
    }

    fn decided_numbers(&self) -> Vec<&str> {
        let before = self.amendments.iter().filter_map(|a| a.replaced.as_ref());
        let decisions = self.decision.iter().chain(before);
        decisions.flat_map(|d| [d.document.number.as_str(), d.standing().0]).collect()
    }

    fn decider(&self) -> Option<Body> {
        decider(self)
    }

    fn is_decided_by(&self, actor: &Actor) -> bool {
        decides(actor, self)
    }

    fn assess(&self, conn: &mut Conn, law: &ProvinceLaw, today: Day) -> Result<(Law, Assessment)> {
        assess_dossier(conn, law, self, received_on(self, today))
    }

    fn as_amended(&self) -> Box<dyn AnyDossier> {
        Box::new(self.with(self.at_hand()))
    }

    fn papers(&self) -> &'static [PaperKind] {
        self.content.papers()
    }

    fn put_paper_fields(&self, conn: &mut Conn, kind: PaperKind, values: &mut Values) -> Result<()> {
        C::put_paper_fields(conn, self, kind, values)
    }

    fn paper_text(&self, kind: PaperKind) -> Option<String> {
        C::paper_text(kind)
    }
}
