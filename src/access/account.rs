//! Accounts with dated roles and seats, and the actor: an account on one day. Pure.

use kernel::words;
use std::sync::Arc;

use kernel::time::{Day, valid_on};
use kernel::words::{Body, Procedure, Role, SignedAs, StepKind};

words! {
    /// What a program with a token may read (phạm vi).
    #[schema(as = ServiceScope)]
    Scope {
        Statistics: "Số liệu" / "Figures",
        Reports: "Báo cáo" / "Reports",
    }
}

/// How the tokens of programs begin, so that nobody takes one for a person's.
pub const SERVICE_PREFIX: &str = "ngs_";

/// Something held from a day on, until before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    pub what: T,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
}

/// What a substitution covers; an empty list leaves nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SubstitutionScope)]
pub struct Mandate {
    #[schema(max_items = 10)]
    pub procedures: Vec<Procedure>,
    /// Steps he may take; a list shuts out every act that is no step.
    #[schema(max_items = 10)]
    pub steps: Vec<StepKind>,
}

impl Mandate {
    /// Whether it opens a procedure, whatever is done there.
    fn opens(&self, procedure: Procedure) -> bool {
        self.procedures.is_empty() || self.procedures.contains(&procedure)
    }

    /// Whether an act in a procedure is covered; `step` is the step it takes, if any.
    pub fn covers(&self, procedure: Procedure, step: Option<StepKind>) -> bool {
        self.opens(procedure) && (self.steps.is_empty() || step.is_some_and(|s| self.steps.contains(&s)))
    }
}

/// Another's seat that the account holds in his place (ký thay, thừa ủy quyền, thừa lệnh; NĐ 30/2020/NĐ-CP Đ.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// The substitution.
    pub id: i64,
    pub for_user: i64,
    pub for_username: String,
    /// The official whose seat it is, so that nobody acts in his trip in his name.
    pub for_official: Option<i64>,
    pub body: Body,
    pub signed_as: SignedAs,
    pub mandate: Mandate,
    /// Half-open days on which the document holds and the other holds the seat himself.
    pub periods: Vec<(Day, Option<Day>)>,
}

/// An account (tài khoản) of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: i64,
    pub version: i64,
    pub username: String,
    pub full_name: String,
    /// Where notices go, if anywhere.
    pub email: Option<String>,
    pub agency_id: Option<i64>,
    /// Units that became that agency: what they left behind is its work.
    pub predecessors: Vec<i64>,
    /// The official this account belongs to, so that nobody acts in his own trip.
    pub official_id: Option<i64>,
    pub active: bool,
    pub activated: bool,
    pub roles: Vec<Dated<Role>>,
    pub seats: Vec<Dated<Body>>,
    /// Seats of others, by document.
    pub stand_ins: Vec<StandIn>,
    /// What a program's token opens; empty for people.
    pub scopes: Vec<Scope>,
}

/// What is to be done: in which procedure, and which step it takes, if any.
pub type ActScope = (Procedure, Option<StepKind>);

/// Whoever acts: an account with what it holds today.
#[derive(Debug, Clone)]
pub struct Actor {
    pub account: Arc<Account>,
    pub session_id: i64,
    pub today: Day,
    /// Where something is done: only substitutions that cover it count. None where he only looks.
    pub errand: Option<ActScope>,
    /// The procedure he looks at: substitutions for others open nothing there.
    pub looks_at: Option<Procedure>,
}

impl Actor {
    pub fn id(&self) -> i64 {
        self.account.id
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

    /// The actor on an errand: substitutions that do not cover it are left aside.
    pub fn on(&self, errand: ActScope) -> Self {
        Actor { errand: Some(errand), ..self.clone() }
    }

    /// The actor as he looks at a procedure.
    pub fn looking_at(&self, procedure: Procedure) -> Self {
        Actor { looks_at: Some(procedure), ..self.clone() }
    }

    /// Whether what he sees differs from procedure to procedure.
    pub fn looks_apart(&self) -> bool {
        self.stand_ins().any(|s| !s.mandate.procedures.is_empty())
    }

    /// Seats of his own held today.
    pub fn own_seats(&self) -> impl Iterator<Item = Body> {
        self.account.seats.iter().filter(|s| valid_on(s.valid_from, s.valid_to, self.today)).map(|s| s.what)
    }

    /// Seats of others that he holds in their place today.
    pub fn stand_ins(&self) -> impl Iterator<Item = &StandIn> {
        let covers = |s: &StandIn| {
            self.errand.is_none_or(|(procedure, step)| s.mandate.covers(procedure, step))
                && self.looks_at.is_none_or(|procedure| s.mandate.opens(procedure))
        };
        let holds = |s: &StandIn| s.periods.iter().any(|(from, to)| valid_on(*from, *to, self.today));
        self.account.stand_ins.iter().filter(move |s| covers(s) && holds(s))
    }

    /// Seats he acts in today: his own, and those of others in their place.
    pub fn seats(&self) -> impl Iterator<Item = Body> {
        self.own_seats().chain(self.stand_ins().map(|s| s.body))
    }

    /// Whether the seat is his own, as for what is no matter of dossiers.
    pub fn holds(&self, body: Body) -> bool {
        self.own_seats().any(|b| b == body)
    }

    /// The same by seats of his own alone.
    pub fn decides_himself(&self, body: Body) -> bool {
        self.own_seats().any(|seat| decides(seat, body))
    }

    /// In whose place he acts for a body; none where the seat is his own.
    pub fn in_place_of(&self, body: Body) -> Option<&StandIn> {
        if self.decides_himself(body) {
            return None;
        }
        self.stand_ins().find(|s| s.body == body).or_else(|| self.stand_ins().find(|s| decides(s.body, body)))
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles().any(|r| r == role)
    }

    /// Whether this is a program with a token, and no person.
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

    /// Bodies in whose steps the actor has a part, for what he may see.
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
}

/// Whether a seat decides for a body: its own, the Chair for the PPC, the Director for the deciding DOFA.
pub fn decides(seat: Body, body: Body) -> bool {
    seat == body || matches!((seat, body), (Body::PpcChair, Body::Ppc) | (Body::DofaDirector, Body::Dofa))
}
