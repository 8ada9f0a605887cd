//! The grant table: which role or seat may do which act on which kind of thing. Pure, and all in one place.

use crate::access::account::{Actor, Scope};
use crate::error::{Result, forbidden};
use kernel::words::{Body, Role};

/// What is done: a few uniform acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Read,
    Draft,
    Submit,
    Handle,
    Appraise,
    Consult,
    Consent,
    Decide,
    Travel,
    Reveal,
    Administer,
}

/// What it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Account,
    Agency,
    Official,
    Passport,
    Regulation,
    Assessment,
    Delegation,
    Inbox,
    Statistics,
    Trail,
    /// Foreign organisations and localities.
    Partner,
    /// People who were guests.
    Guest,
    Calendar,
    Webhook,
    /// Batches of rows from old lists.
    Import,
    /// Frozen periodical reports.
    Report,
    /// The annual plan of delegations going abroad.
    Plan,
}

/// Who is meant by a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Every signed-in account.
    Anyone,
    Role(Role),
    Seat(Body),
    /// A program whose token has the scope.
    Program(Scope),
    /// The holder of any seat but `agency_head`.
    AnyBody,
}

const GRANTS: &[(Who, &[(Act, Kind)])] = &[
    (Who::Anyone, &[(Act::Read, Kind::Agency), (Act::Read, Kind::Regulation), (Act::Read, Kind::Assessment)]),
    (
        Who::Role(Role::Clerk),
        &[
            (Act::Read, Kind::Delegation),
            (Act::Draft, Kind::Delegation),
            (Act::Submit, Kind::Delegation),
            (Act::Travel, Kind::Delegation),
            (Act::Read, Kind::Official),
            (Act::Draft, Kind::Official),
            (Act::Draft, Kind::Import),
            (Act::Read, Kind::Inbox),
            (Act::Read, Kind::Statistics),
            (Act::Read, Kind::Partner),
            (Act::Read, Kind::Plan),
            (Act::Draft, Kind::Plan),
            (Act::Read, Kind::Calendar),
        ],
    ),
    (
        Who::Seat(Body::AgencyHead),
        &[
            (Act::Read, Kind::Delegation),
            (Act::Draft, Kind::Delegation),
            (Act::Submit, Kind::Delegation),
            (Act::Decide, Kind::Delegation),
            (Act::Travel, Kind::Delegation),
            (Act::Read, Kind::Official),
            (Act::Draft, Kind::Official),
            (Act::Read, Kind::Inbox),
            (Act::Read, Kind::Statistics),
            (Act::Read, Kind::Partner),
            (Act::Read, Kind::Plan),
            (Act::Draft, Kind::Plan),
            (Act::Read, Kind::Calendar),
        ],
    ),
    (
        Who::AnyBody,
        &[
            (Act::Read, Kind::Delegation),
            (Act::Read, Kind::Partner),
            (Act::Read, Kind::Plan),
            (Act::Decide, Kind::Plan),
            (Act::Read, Kind::Calendar),
            (Act::Read, Kind::Inbox),
            (Act::Appraise, Kind::Delegation),
            (Act::Consult, Kind::Delegation),
            (Act::Consent, Kind::Delegation),
            (Act::Decide, Kind::Delegation),
        ],
    ),
    (
        Who::Seat(Body::Dofa),
        &[
            (Act::Handle, Kind::Plan),
            (Act::Handle, Kind::Delegation),
            (Act::Draft, Kind::Import),
            (Act::Read, Kind::Report),
            (Act::Draft, Kind::Report),
            (Act::Read, Kind::Official),
            (Act::Draft, Kind::Official),
            (Act::Administer, Kind::Agency),
            (Act::Read, Kind::Statistics),
            (Act::Administer, Kind::Partner),
            (Act::Read, Kind::Guest),
            (Act::Administer, Kind::Guest),
        ],
    ),
    (
        Who::Seat(Body::DofaDirector),
        &[
            (Act::Read, Kind::Official),
            (Act::Read, Kind::Statistics),
            (Act::Read, Kind::Report),
            (Act::Draft, Kind::Report),
            (Act::Read, Kind::Guest),
        ],
    ),
    // Consulted on guests, they check the very passports.
    (Who::Seat(Body::ProvincialPolice), &[(Act::Reveal, Kind::Passport)]),
    (Who::Seat(Body::BorderGuard), &[(Act::Reveal, Kind::Passport)]),
    (
        Who::Seat(Body::PpcChair),
        &[(Act::Read, Kind::Official), (Act::Read, Kind::Statistics), (Act::Read, Kind::Report)],
    ),
    (Who::Seat(Body::Ppc), &[(Act::Read, Kind::Official), (Act::Read, Kind::Statistics), (Act::Read, Kind::Report)]),
    (Who::Seat(Body::PartyOffice), &[(Act::Read, Kind::Official)]),
    (
        Who::Role(Role::PassportCustodian),
        &[
            (Act::Read, Kind::Delegation),
            (Act::Travel, Kind::Delegation),
            (Act::Read, Kind::Official),
            (Act::Reveal, Kind::Passport),
            (Act::Draft, Kind::Passport),
            (Act::Read, Kind::Inbox),
        ],
    ),
    (
        Who::Role(Role::Statistician),
        &[(Act::Read, Kind::Statistics), (Act::Read, Kind::Report), (Act::Draft, Kind::Report)],
    ),
    (
        Who::Role(Role::Inspector),
        &[
            (Act::Read, Kind::Delegation),
            (Act::Read, Kind::Official),
            (Act::Read, Kind::Statistics),
            (Act::Read, Kind::Report),
            (Act::Read, Kind::Trail),
            (Act::Read, Kind::Partner),
            (Act::Read, Kind::Guest),
            (Act::Read, Kind::Plan),
            (Act::Read, Kind::Calendar),
        ],
    ),
    (Who::Program(Scope::Statistics), &[(Act::Read, Kind::Statistics)]),
    (Who::Program(Scope::Reports), &[(Act::Read, Kind::Report)]),
    (Who::Role(Role::RuleAdmin), &[(Act::Administer, Kind::Regulation)]),
    (
        Who::Role(Role::SystemAdmin),
        &[
            (Act::Administer, Kind::Account),
            (Act::Administer, Kind::Agency),
            (Act::Read, Kind::Trail),
            (Act::Administer, Kind::Webhook),
        ],
    ),
];

impl Who {
    fn is(self, actor: &Actor) -> bool {
        match self {
            Who::Anyone => !actor.is_program(),
            Who::Program(scope) => actor.account.scopes.contains(&scope),
            Who::Role(role) => actor.has(role),
            Who::Seat(body) => actor.holds(body),
            Who::AnyBody => actor.own_seats().any(|body| body != Body::AgencyHead),
        }
    }

    /// Whether it is meant of a seat that the actor holds in another's place.
    fn is_in_place(self, actor: &Actor) -> bool {
        match self {
            Who::Seat(body) => actor.stand_ins().any(|s| s.body == body),
            Who::AnyBody => actor.stand_ins().any(|s| s.body != Body::AgencyHead),
            Who::Anyone | Who::Role(_) | Who::Program(_) => false,
        }
    }
}

impl Actor {
    /// Whether any grant covers the act.
    pub fn may(&self, act: Act, kind: Kind) -> bool {
        // Who signs for another handles dossiers; registers, figures and accounts stay with the other.
        let lent = matches!(kind, Kind::Delegation | Kind::Inbox | Kind::Calendar)
            || (act, kind) == (Act::Read, Kind::Official);
        let his = |who: Who| who.is(self) || (lent && who.is_in_place(self));
        GRANTS.iter().any(|(who, granted)| granted.contains(&(act, kind)) && his(*who))
    }

    /// The first line of every action.
    pub fn require(&self, act: Act, kind: Kind) -> Result<()> {
        if self.may(act, kind) {
            return Ok(());
        }
        Err(forbidden("Vai trò của tài khoản không có quyền này.", "The account's roles do not include this right."))
    }
}
