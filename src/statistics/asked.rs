//! A parsed statistics query, who may send it, and the facts that answer it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::error::{Result, forbidden, not_found};
use crate::statistics::columns::FactColumns;
use crate::statistics::count::Settled;
use crate::statistics::dimension::Dimension;
use crate::statistics::fact::Fact;
use crate::statistics::kept_facts::KeptFacts;
use crate::statistics::narrow::FigureFilter;
use crate::statistics::question::{FigureQuestion, MoreMeasures, UnitsAsOf};
use crate::statistics::selection::Selection;
use crate::statistics::store;
use crate::statistics::units::UnitsOfView;
use kernel::procedure::{Procedure, RegisterEntries, RegisterEntry};
use kernel::succession::Succession;
use kernel::time::{Day, Period};
use kernel::words::{Body, Role};

/// Code and name of agencies by id.
type NamesById = HashMap<i64, (String, String)>;

/// What statistics need to know about agencies; the registry provides it.
#[derive(Clone, Copy)]
pub struct Agencies {
    pub names: fn(&mut Conn, &[i64]) -> Result<NamesById>,
    /// Which agency succeeded which.
    pub succession: fn(&mut Conn) -> Result<Succession>,
}

/// What figures are counted from.
#[derive(Clone)]
pub struct FigureSource {
    pub facts: KeptFacts,
    pub agencies: Agencies,
}

/// The agencies whose figures the caller may see; none means all. 403 if the query names another one.
pub fn scope(call: &RequestContext, question: &FigureQuestion) -> Result<Option<Vec<i64>>> {
    scope_of(call, question.agency())
}

/// The same for a query about one agency, or about none in particular.
pub fn scope_of(call: &RequestContext, agency: Option<i64>) -> Result<Option<Vec<i64>>> {
    call.actor.require(Permission::ReadStatistics)?;
    let all = call.actor.is_program()
        || call.actor.has(Role::Statistician)
        || call.actor.has(Role::Inspector)
        || [Body::Dofa, Body::DofaDirector, Body::PpcChair, Body::Ppc].into_iter().any(|b| call.actor.holds(b));
    if all {
        return Ok(None);
    }
    let own: Vec<i64> = call.actor.agencies().collect();
    if own.is_empty() {
        return Err(forbidden("Tài khoản này chưa thuộc cơ quan nào.", "This account does not belong to an agency."));
    }
    if agency.is_some_and(|asked| !own.contains(&asked)) {
        return Err(forbidden(
            "Chỉ được xem số liệu của cơ quan mình.",
            "You may see only the figures of your own agency.",
        ));
    }
    Ok(Some(own))
}

/// A parsed query.
pub struct FigureQuery {
    pub entry: &'static RegisterEntry,
    pub procedure: Procedure,
    pub question: FigureQuestion,
    pub by: Vec<Dimension>,
    pub period: Period,
    pub narrow: FigureFilter,
    pub more: MoreMeasures,
    pub view: UnitsAsOf,
}

impl FigureQuery {
    pub fn read(
        (entry, procedure): (&'static RegisterEntry, Procedure),
        question: FigureQuestion,
        only: Option<&[i64]>,
        today: Day,
    ) -> Result<Self> {
        let (by, period) = (question.dimensions()?, question.period(today)?);
        Ok(FigureQuery {
            entry,
            procedure,
            by,
            period,
            narrow: question.narrow(only)?,
            more: question.measures()?,
            view: question.view(today)?,
            question,
        })
    }

    /// The procedures that count: all of the register where figures are grouped by procedure.
    pub fn procedures(&self) -> &[Procedure] {
        let all = self.by.contains(&Dimension::Procedure);
        if all { self.entry.procedures } else { std::slice::from_ref(&self.procedure) }
    }

    /// What was settled of the delegations of a period, if that is asked for.
    pub fn settled(&self, conn: &mut Conn, period: Period) -> Result<Settled> {
        if self.more.settled { store::settled(conn, period, self.question.basis()) } else { Ok(Settled::new()) }
    }

    /// The facts of a period that match the query.
    pub fn select(
        &self,
        conn: &mut Conn,
        facts: &Arc<FactColumns>,
        agencies: Agencies,
        period: Period,
    ) -> Result<Selection> {
        let units = match self.view {
            UnitsAsOf::AsReported => UnitsOfView::as_reported(facts.agencies()),
            UnitsAsOf::On(day) => UnitsOfView::on(facts.agencies(), &(agencies.succession)(conn)?, day),
        };
        let meant = (self.procedures(), period, self.question.basis());
        Ok(Selection::new(Arc::clone(facts), meant, units, &self.narrow))
    }

    /// Those of the given facts that match the query, on whatever day.
    pub fn select_any(&self, conn: &mut Conn, facts: &[Fact], agencies: Agencies) -> Result<Selection> {
        let ever = Period { from: Day::MIN, to: Day::MAX };
        self.select(conn, &Arc::new(FactColumns::of(facts)), agencies, ever)
    }
}

/// The register of a path with the procedure that its figures count; 404 where there is none.
pub fn counted_register(registers: &RegisterEntries, key: &str) -> Result<(&'static RegisterEntry, Procedure)> {
    registers.counted().find(|(entry, _)| entry.key == key).ok_or_else(not_found)
}
