//! Makes a register of a content.

use std::collections::HashMap;
use std::marker::PhantomData;

use kernel::procedure::RegisterEntry;
use kernel::time::{Moment, Period};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::{self, as_if_approved, received_on};
use crate::dossier::flow::State;
use crate::dossier::http::Shown;
use crate::dossier::lines::lines;
use crate::dossier::parts::engagement::{Engagement, ProgrammeItem};
use crate::dossier::parts::line::DelegationLine;
use crate::dossier::parts::listed::ListedRow;
use crate::dossier::register::{ProvinceLaw, Register, RehearsedCase};
use crate::dossier::{listed, store};
use crate::error::Result;
use crate::statistics::fact::Fact;

/// The register of one kind of content.
pub struct Of<C>(PhantomData<fn() -> C>);

impl<C> Of<C> {
    pub const NEW: Of<C> = Of(PhantomData);
}

impl<C: Shown> Register for Of<C> {
    fn entry(&self) -> &'static RegisterEntry {
        C::ENTRY
    }

    fn routes(&self, config: &mut ServiceConfig) {
        C::routes(config);
    }

    fn rebuild_facts(&self, conn: &mut Conn) -> Result<usize> {
        actions::rebuild_facts::<C>(conn)
    }

    fn delete(&self, conn: &mut Conn, id: i64) -> Result<()> {
        store::delete::<C>(conn, id)
    }

    fn engagements(
        &self,
        conn: &mut Conn,
        people: Option<&[i64]>,
        from: Moment,
        to: Moment,
    ) -> Result<Vec<Engagement>> {
        C::engagements_between(conn, people, from, to)
    }

    fn programmes(&self, conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Vec<ProgrammeItem>>> {
        C::programmes(conn, ids)
    }

    fn lines(&self, conn: &mut Conn, ids: &[i64]) -> Result<Vec<DelegationLine>> {
        lines::<C>(conn, ids)
    }

    fn submitted(&self, conn: &mut Conn, law: &ProvinceLaw, days: Period) -> Result<Vec<RehearsedCase>> {
        let mut all = Vec::new();
        for id in store::submitted_ids(conn, C::ENTRY.key, days)? {
            let Some(dossier) = store::load::<C>(conn, id)? else { continue };
            let day = received_on(&dossier, dossier.submitted_on.unwrap_or(days.to));
            let case = C::case(conn, &law.registers, &dossier, day)?;
            all.push(RehearsedCase { number: dossier.number, title: dossier.content.title().to_owned(), day, case });
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
