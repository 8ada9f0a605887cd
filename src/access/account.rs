//! Accounts with dated roles and seats, and the actor: an account on one day. Pure.

use kernel::words;
use std::sync::Arc;

use kernel::procedure::Procedure;
use kernel::time::{Day, valid_on};
use kernel::words::{Body, Role, SignedAs, StepKind};

words! {
    /// What a program with a token may read (phạm vi).
    #[schema(as = ServiceScope)]
    Scope {
        Statistics: "Số liệu" / "Figures",
        Reports: "Báo cáo" / "Reports",
    }
}

/// Prefix of service tokens, so that nobody mistakes one for a person's token.
pub const SERVICE_PREFIX: &str = "ngs_";

/// Something held from one day until before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    pub what: T,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
}

/// What a substitution covers; an empty list means no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SubstitutionScope)]
pub struct Mandate {
    #[schema(max_items = 10)]
    pub procedures: Vec<Procedure>,
    /// Steps that the substitute may take; a list excludes every action that is not a step.
    #[schema(max_items = 10)]
    pub steps: Vec<StepKind>,
}

impl Mandate {
    /// Whether it covers a procedure, regardless of the action.
    fn opens(&self, procedure: Procedure) -> bool {
        self.procedures.is_empty() || self.procedures.contains(&procedure)
    }

    /// Whether an action in a procedure is covered; `step` is the step it takes, if any.
    pub fn covers(&self, procedure: Procedure, step: Option<StepKind>) -> bool {
        self.opens(procedure) && (self.steps.is_empty() || step.is_some_and(|s| self.steps.contains(&s)))
    }
}

/// A seat that the account holds in place of another person (ký thay, thừa ủy quyền, thừa lệnh; NĐ 30/2020/NĐ-CP Đ.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// Id of the substitution.
    pub id: i64,
    pub for_user: i64,
    pub for_username: String,
    /// The official whose seat it is, so that no substitute acts for them in their own trip.
    pub for_official: Option<i64>,
    pub body: Body,
    pub signed_as: SignedAs,
    pub mandate: Mandate,
    /// Half-open periods in which the document is valid and the other person holds the seat.
    pub periods: Vec<(Day, Option<Day>)>,
}

/// An account (tài khoản) of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: i64,
    pub version: i64,
    pub username: String,
    pub full_name: String,
    /// Address for notices, if any.
    pub email: Option<String>,
    pub agency_id: Option<i64>,
    /// Units that became this agency, which continues their work.
    pub predecessors: Vec<i64>,
    /// Units below this agency in the tree, which look up to it.
    pub below: Vec<i64>,
    /// The official this account belongs to, so that nobody acts in their own trip.
    pub official_id: Option<i64>,
    pub active: bool,
    pub activated: bool,
    /// Whether they sign in with a second factor.
    pub second_factor: bool,
    pub roles: Vec<Dated<Role>>,
    pub seats: Vec<Dated<Body>>,
    /// Seats held in place of others, by document.
    pub stand_ins: Vec<StandIn>,
    /// Scopes of a service token; empty for people.
    pub scopes: Vec<Scope>,
}

impl Account {
    /// Whether it signs for a body, in its own name or in place of another, or gives rights.
    pub fn is_guarded(&self) -> bool {
        !self.seats.is_empty()
            || !self.stand_ins.is_empty()
            || self.roles.iter().any(|role| role.what == Role::SystemAdmin)
    }

    /// No account at all, under the name in the audit trail: a job, the command line, somebody who is not signed in.
    pub fn nobody(username: &str) -> Self {
        Account {
            id: 0,
            version: 0,
            username: username.to_owned(),
            full_name: String::new(),
            email: None,
            agency_id: None,
            predecessors: Vec::new(),
            below: Vec::new(),
            official_id: None,
            active: true,
            activated: true,
            second_factor: false,
            roles: Vec::new(),
            seats: Vec::new(),
            stand_ins: Vec::new(),
            scopes: Vec::new(),
        }
    }
}

/// Names under which the trail shows what no person did.
pub const COMMAND_LINE: &str = "command-line";
pub const JOBS: &str = "jobs";
pub const SCHEDULE: &str = "schedule";

/// Whether a name has only signs that everybody can type and nobody mistakes, and is none that the system acts under.
pub fn is_plain_username(name: &str) -> bool {
    let of_the_system = [COMMAND_LINE, JOBS, SCHEDULE].contains(&name);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    !of_the_system && name.chars().all(plain)
}

/// An intended action: the procedure it belongs to, and the step it takes, if any.
pub type ActScope = (Procedure, Option<StepKind>);

/// Whoever acts: an account with the roles and seats it holds today.
#[derive(Debug, Clone)]
pub struct Actor {
    pub account: Arc<Account>,
    pub session_id: i64,
    pub today: Day,
    /// The intended action: only substitutions that cover it count. `None` when only reading.
    pub errand: Option<ActScope>,
    /// The procedure being viewed: substitutions limited to other procedures give no access there.
    pub looks_at: Option<Procedure>,
}

impl Actor {
    pub fn id(&self) -> i64 {
        self.account.id
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    pub fn username(&self) -> &str {
        &self.account.username
    }

    /// Roles held today.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.account.roles.iter().filter(|r| valid_on(r.valid_from, r.valid_to, self.today)).map(|r| r.what)
    }

    pub fn new(account: Arc<Account>, session_id: i64, today: Day) -> Self {
        Actor { account, session_id, today, errand: None, looks_at: None }
    }

    /// The actor for one action: substitutions that do not cover it are ignored.
    pub fn on(&self, errand: ActScope) -> Self {
        Actor { errand: Some(errand), ..self.clone() }
    }

    /// The actor viewing one procedure.
    pub fn looking_at(&self, procedure: Procedure) -> Self {
        Actor { looks_at: Some(procedure), ..self.clone() }
    }

    /// Whether what the actor sees differs by procedure.
    pub fn looks_apart(&self) -> bool {
        self.stand_ins().any(|s| !s.mandate.procedures.is_empty())
    }

    /// The actor's own seats, held today.
    pub fn own_seats(&self) -> impl Iterator<Item = Body> {
        self.account.seats.iter().filter(|s| valid_on(s.valid_from, s.valid_to, self.today)).map(|s| s.what)
    }

    /// Seats that the actor holds today in place of others.
    pub fn stand_ins(&self) -> impl Iterator<Item = &StandIn> {
        let covers = |s: &StandIn| {
            self.errand.is_none_or(|(procedure, step)| s.mandate.covers(procedure, step))
                && self.looks_at.is_none_or(|procedure| s.mandate.opens(procedure))
        };
        let holds = |s: &StandIn| s.periods.iter().any(|(from, to)| valid_on(*from, *to, self.today));
        self.account.stand_ins.iter().filter(move |s| covers(s) && holds(s))
    }

    /// All seats in which the actor acts today: their own, and those held in place of others.
    pub fn seats(&self) -> impl Iterator<Item = Body> {
        self.own_seats().chain(self.stand_ins().map(|s| s.body))
    }

    /// Whether the seat is the actor's own, which is required for everything outside dossiers.
    pub fn holds(&self, body: Body) -> bool {
        self.own_seats().any(|b| b == body)
    }

    /// Whether the actor may decide for a body by their own seats alone.
    pub fn decides_himself(&self, body: Body) -> bool {
        self.own_seats().any(|seat| decides(seat, body))
    }

    /// In whose place the actor acts for a body; `None` if the seat is their own.
    pub fn in_place_of(&self, body: Body) -> Option<&StandIn> {
        if self.decides_himself(body) {
            return None;
        }
        self.stand_ins().find(|s| s.body == body).or_else(|| self.stand_ins().find(|s| decides(s.body, body)))
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles().any(|r| r == role)
    }

    /// Whether this is a program with a service token, not a person.
    pub fn is_program(&self) -> bool {
        !self.account.scopes.is_empty()
    }

    pub fn sits_in(&self, body: Body) -> bool {
        self.seats().any(|b| b == body)
    }

    /// Whether the actor may decide for a body: the Chair also acts as the PPC, the Director as the
    /// deciding DOFA (api.md §5).
    pub fn decides_for(&self, body: Body) -> bool {
        self.seats().any(|seat| decides(seat, body))
    }

    /// Bodies in whose steps the actor takes part, which determines what they may see.
    pub fn bodies(&self) -> Vec<Body> {
        let mut bodies: Vec<Body> = self.seats().filter(|b| !b.is_local()).collect();
        if self.sits_in(Body::PpcChair) {
            bodies.push(Body::Ppc);
        }
        bodies
    }

    /// The agency of the account, and the units that became it.
    pub fn agencies(&self) -> impl Iterator<Item = i64> {
        self.account.agency_id.into_iter().chain(self.account.predecessors.iter().copied())
    }

    pub fn belongs_to(&self, agency_id: i64) -> bool {
        self.agencies().any(|id| id == agency_id)
    }

    /// The agency of the account, the units that became it, and those below them.
    pub fn watched(&self) -> impl Iterator<Item = i64> {
        self.agencies().chain(self.account.below.iter().copied())
    }

    pub fn watches(&self, agency_id: i64) -> bool {
        self.watched().any(|id| id == agency_id)
    }
}

/// Whether a seat decides for a body: its own, the Chair for the PPC, the Director for the deciding DOFA.
pub fn decides(seat: Body, body: Body) -> bool {
    seat == body || matches!((seat, body), (Body::PpcChair, Body::Ppc) | (Body::DofaDirector, Body::Dofa))
}
