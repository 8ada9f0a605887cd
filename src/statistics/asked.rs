//! A question that was understood, who may ask it, and the facts that answer it.

use std::collections::{HashMap, HashSet};

use crate::access::call::Call;
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::error::{Result, forbidden};
use crate::statistics::count::Dimension;
use crate::statistics::fact::Fact;
use crate::statistics::narrow::Narrow;
use crate::statistics::question::{AgencyView, Measures, Question};
use crate::statistics::{store, units};
use kernel::succession::Succession;
use kernel::time::{Day, Period};
use kernel::words::{Body, Procedure, Role};

/// Code and name of agencies by id.
type Names = HashMap<i64, (String, String)>;

/// What figures have to know of agencies; the registry answers.
#[derive(Clone, Copy)]
pub struct Agencies {
    pub names: fn(&mut Conn, &[i64]) -> Result<Names>,
    /// Which unit followed which.
    pub succession: fn(&mut Conn) -> Result<Succession>,
}

/// The agencies whose figures the caller sees; none means everybody's. Asking for another is refused (403).
pub fn scope(call: &Call, question: &Question) -> Result<Option<Vec<i64>>> {
    scope_of(call, question.agency())
}

/// The same for a question of one agency, or of none.
pub fn scope_of(call: &Call, agency: Option<i64>) -> Result<Option<Vec<i64>>> {
    call.actor.require(Act::Read, Kind::Statistics)?;
    let all = call.actor.is_program()
        || call.actor.has(Role::Statistician)
        || call.actor.has(Role::Inspector)
        || [Body::Dofa, Body::DofaDirector, Body::PpcChair, Body::Ppc].into_iter().any(|b| call.actor.holds(b));
    if all {
        return Ok(None);
    }
    let own: Vec<i64> = call.actor.agencies().collect();
    if own.is_empty() {
        return Err(forbidden("Tài khoản chưa thuộc cơ quan nào.", "The account belongs to no agency."));
    }
    if agency.is_some_and(|asked| !own.contains(&asked)) {
        return Err(forbidden("Chỉ xem được số liệu của cơ quan mình.", "Only figures of one's own agency."));
    }
    Ok(Some(own))
}

/// A question that was understood.
pub struct Asked {
    pub procedure: Procedure,
    pub question: Question,
    pub by: Vec<Dimension>,
    pub period: Period,
    pub narrow: Narrow,
    pub more: Measures,
    pub view: AgencyView,
}

impl Asked {
    pub fn read(procedure: Procedure, question: Question, only: Option<&[i64]>, today: Day) -> Result<Self> {
        let (by, period) = (question.dimensions()?, question.period(today)?);
        Ok(Asked {
            procedure,
            by,
            period,
            narrow: question.narrow(only)?,
            more: question.measures()?,
            view: question.view(today)?,
            question,
        })
    }

    /// The facts of a period that are meant; with the delegations of units that no single one stands for.
    pub fn facts(&self, conn: &mut Conn, period: Period, agencies: Agencies) -> Result<(Vec<Fact>, i64)> {
        let mut facts = store::in_period(conn, self.procedure, period, self.question.basis())?;
        let unsure = self.place(conn, &mut facts, agencies)?;
        self.narrow.keep(&mut facts);
        let unsure = facts.iter().filter(|f| unsure.contains(&f.delegation_id)).count();
        Ok((facts, i64::try_from(unsure).unwrap_or(i64::MAX)))
    }

    /// Puts facts under the units of the view; answers those for whose unit no single one stands.
    pub fn place(&self, conn: &mut Conn, facts: &mut [Fact], agencies: Agencies) -> Result<HashSet<i64>> {
        let AgencyView::On(day) = self.view else { return Ok(HashSet::new()) };
        Ok(units::place(facts, &(agencies.succession)(conn)?, day))
    }
}
