//! Whose turn an open step is (api.md §4, inbox): one table, read here in Rust for notices, and by `store.rs` in SQL for
//! the inbox and the digest. Pure.

use kernel::procedure::Procedure;
use kernel::words::{Body, StepKind};

use crate::access::account::Actor;
use crate::access::holder::Holder;

/// Which open steps wait for a holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Those of a body in which the holder sits.
    OwnBody,
    OfBody(Body),
    /// Only those of this kind, of this body.
    OfKind(StepKind, Body),
    /// Those of this kind, whichever body has them.
    AnyBody(StepKind),
    /// Those in which the agency was asked to supplement the dossier.
    Supplement,
    /// Those whose body no rule names: a person must.
    Unnamed,
}

/// The whole rule. A step of which no line speaks waits for nobody.
pub const TURNS: &[(Holder, Turn)] = &[
    (Holder::AnySeat, Turn::OwnBody),
    (Holder::SeatOfAgency(Body::AgencyHead), Turn::OfBody(Body::AgencyHead)),
    (Holder::SeatOfAgency(Body::CommuneChair), Turn::OfBody(Body::CommuneChair)),
    // Clerks collect the documents that a supplement asks for.
    (Holder::Agency, Turn::Supplement),
    // The Director acts as the deciding DOFA, and only there (api.md §5).
    (Holder::Seat(Body::DofaDirector), Turn::OfKind(StepKind::Decide, Body::Dofa)),
    // The Party office records the consents of the Party bodies.
    (Holder::Seat(Body::PartyOffice), Turn::AnyBody(StepKind::Consent)),
    (Holder::Seat(Body::Dofa), Turn::Unnamed),
];

/// What the table asks of an open step.
#[derive(Debug, Clone, Copy)]
pub struct OpenStep {
    pub procedure: Procedure,
    pub agency_id: i64,
    pub kind: StepKind,
    pub body: Option<Body>,
    /// The agency was asked for a supplement.
    pub supplement: bool,
}

impl Turn {
    fn means(self, actor: &Actor, step: &OpenStep) -> bool {
        match self {
            Turn::OwnBody => step.body.is_some_and(|body| actor.bodies().contains(&body)),
            Turn::OfBody(body) => step.body == Some(body),
            Turn::OfKind(kind, body) => step.kind == kind && step.body == Some(body),
            Turn::AnyBody(kind) => step.kind == kind && step.body.is_some(),
            Turn::Supplement => step.supplement,
            Turn::Unnamed => step.body.is_none(),
        }
    }
}

/// Whether an open step waits for the actor.
pub fn waits_for(actor: &Actor, step: &OpenStep) -> bool {
    // A seat that was lent for one procedure has no turn in others.
    let actor = &actor.looking_at(step.procedure);
    TURNS.iter().any(|(holder, turn)| holder.is(actor, step.agency_id) && turn.means(actor, step))
}
