//! Who sees a dossier, and how much of it (api.md §4): one table, read here in Rust for a dossier at hand, and by
//! `store/visible.rs` in SQL for lists. Pure.

use kernel::procedure::RegisterEntries;
use kernel::words::{Body, Role, StepKind};

use crate::access::account::Actor;
use crate::access::holder::Holder;
use crate::access::permission::Permission;
use crate::dossier::Content;
use crate::dossier::flow::State;
use crate::dossier::model::Dossier;

/// Which dossiers they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Also drafts.
    Every,
    /// From submission on, at once, and not only when it is their turn.
    Submitted,
    /// Approved ones, and those postponed or cancelled after approval, in registers whose people travel on passports
    /// that are kept: they may still be handed out.
    WithPassportsOut,
    /// Those with a step of these kinds that belongs to the holder's body.
    OwnStep(&'static [StepKind]),
    /// Those with a step of this kind, whichever body has it.
    AnyStep(StepKind),
    /// Those that this body decides.
    DecidedBy(Body),
}

/// How much the holder sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// What a consulted body is asked about: neither what others said nor what was decided.
    Asked,
    Whole,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    pub holder: Holder,
    pub which: Which,
    pub extent: Extent,
}

const fn sight(holder: Holder, which: Which, extent: Extent) -> Sight {
    Sight { holder, which, extent }
}

/// The whole rule. Whoever is not named in any line sees no dossier.
pub const SIGHTS: &[Sight] = &[
    sight(Holder::Agency, Which::Every, Extent::Whole),
    // Coordinating agencies, those of the members, and the units above: read-only, since every right to act is the agency's.
    sight(Holder::Watcher, Which::Submitted, Extent::Whole),
    sight(Holder::Role(Role::Inspector), Which::Submitted, Extent::Whole),
    sight(Holder::Seat(Body::Dofa), Which::Submitted, Extent::Whole),
    // The Party office records the consents of the Party bodies.
    sight(Holder::Seat(Body::PartyOffice), Which::AnyStep(StepKind::Consent), Extent::Whole),
    sight(Holder::Role(Role::PassportCustodian), Which::WithPassportsOut, Extent::Whole),
    sight(
        Holder::AnySeat,
        Which::OwnStep(&[StepKind::Propose, StepKind::Appraise, StepKind::Consent, StepKind::Decide]),
        Extent::Whole,
    ),
    sight(Holder::AnySeat, Which::OwnStep(&[StepKind::Consult]), Extent::Asked),
    // What the office handles, its Director sees.
    sight(Holder::Seat(Body::DofaDirector), Which::Submitted, Extent::Whole),
    sight(Holder::SeatOfAgency(Body::CommuneChair), Which::DecidedBy(Body::CommuneChair), Extent::Whole),
];

impl Which {
    /// The states of these dossiers, if the state alone determines them.
    pub fn states(self) -> Option<Vec<State>> {
        let out = || State::APPROVED_OR_LATER.into_iter().chain(State::SET_ASIDE).collect();
        (self == Which::WithPassportsOut).then(out)
    }

    /// The bodies and kinds of steps by which these dossiers are found, if it is by a step.
    pub fn asked(self, actor: &Actor) -> Option<(Vec<Body>, Vec<StepKind>)> {
        match self {
            Which::OwnStep(kinds) => Some((actor.bodies().into_iter().collect(), kinds.to_vec())),
            Which::AnyStep(kind) => Some((Body::all().to_vec(), vec![kind])),
            Which::DecidedBy(body) => Some((vec![body], vec![StepKind::Decide])),
            Which::Every | Which::Submitted | Which::WithPassportsOut => None,
        }
    }

    fn means<C: Content>(self, actor: &Actor, dossier: &Dossier<C>) -> bool {
        if dossier.state == State::Draft {
            return self == Which::Every;
        }
        let steps = || dossier.process.steps.iter();
        let decided_by = |body| steps().any(|s| s.kind == StepKind::Decide && s.body == Some(body));
        match self {
            Which::Every | Which::Submitted => true,
            Which::WithPassportsOut => {
                C::ENTRY.uses_passports && self.states().is_some_and(|states| states.contains(&dossier.state))
            }
            Which::OwnStep(kinds) => {
                let bodies = actor.bodies();
                steps().any(|s| kinds.contains(&s.kind) && s.body.is_some_and(|b| bodies.contains(&b)))
            }
            Which::AnyStep(kind) => steps().any(|s| s.kind == kind),
            Which::DecidedBy(body) => decided_by(body),
        }
    }
}

/// How much of a dossier the actor sees; `None` if it does not exist for them.
pub fn extent<C: Content>(actor: &Actor, dossier: &Dossier<C>) -> Option<Extent> {
    // A seat that was lent for one procedure opens no other.
    let actor = &actor.looking_at(dossier.content.procedure());
    if !actor.may(Permission::ReadDossiers) {
        return None;
    }
    let agency = dossier.content.agency_id();
    let others = dossier.content.taking_part();
    let holds = |holder: Holder| {
        holder.is(actor, agency) || (holder == Holder::Watcher && others.iter().any(|other| holder.is(actor, *other)))
    };
    let lines = SIGHTS.iter().filter(|s| holds(s.holder) && s.which.means(actor, dossier));
    lines.map(|s| s.extent).max()
}

/// Whether the actor sees a dossier: only its agency while it is a draft, then at once every body with a part in it.
pub fn sees<C: Content>(actor: &Actor, dossier: &Dossier<C>) -> bool {
    extent(actor, dossier).is_some()
}

/// Whether the actor sees all of it.
pub fn sees_whole<C: Content>(actor: &Actor, dossier: &Dossier<C>) -> bool {
    extent(actor, dossier) == Some(Extent::Whole)
}

/// Words of the registers whose people travel on passports that a custodian keeps.
pub fn with_passports(entries: &RegisterEntries) -> Vec<&'static str> {
    entries.0.iter().filter(|entry| entry.uses_passports).map(|entry| entry.key).collect()
}
