//! Accounts with dated roles and seats, and the actor: an account on one day. Pure.

use std::sync::Arc;

use crate::kernel::time::{Day, valid_on};
use crate::kernel::words::{Body, Role};

/// What a program with a token may read (phạm vi).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = ServiceScope)]
pub enum Scope {
    Statistics,
    Reports,
}

impl Scope {
    pub fn word(self) -> &'static str {
        self.into()
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
    /// What a program's token opens; empty for people.
    pub scopes: Vec<Scope>,
}

/// Whoever acts: an account with what it holds today.
#[derive(Debug, Clone)]
pub struct Actor {
    pub account: Arc<Account>,
    pub session_id: i64,
    pub today: Day,
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

    /// Seats held today.
    pub fn seats(&self) -> impl Iterator<Item = Body> {
        self.account.seats.iter().filter(|s| valid_on(s.valid_from, s.valid_to, self.today)).map(|s| s.what)
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
        self.sits_in(body)
            || (body == Body::Ppc && self.sits_in(Body::PpcChair))
            || (body == Body::Dofa && self.sits_in(Body::DofaDirector))
    }

    /// Bodies in whose steps the actor has a part, for what he may see.
    pub fn bodies(&self) -> Vec<Body> {
        let mut bodies: Vec<Body> = self.seats().filter(|b| *b != Body::AgencyHead).collect();
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
