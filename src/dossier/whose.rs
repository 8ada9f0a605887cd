//! Whose an act on a dossier is, for the refusal that somebody else gets. Pure.

use crate::access::account::Actor;
use crate::approval::process::{Process, StepStanding};
use crate::dossier::Content;
use crate::dossier::flow::Action;
use crate::dossier::model::Dossier;
use crate::dossier::visibility::sees_whole;
use crate::error::{Error, forbidden};
use kernel::words::{Body, StepKind};

/// The bodies whose step of this kind is next; all that take one, if none is left.
fn bodies(process: &Process, kind: StepKind) -> Vec<Body> {
    let left = |s: &&crate::approval::process::Step| {
        s.kind == kind && matches!(s.standing, StepStanding::Open | StepStanding::Waiting)
    };
    let left: Vec<Body> = process.steps.iter().filter(left).filter_map(|s| s.body).collect();
    if left.is_empty() { process.bodies(kind).collect() } else { left }
}

/// 403: the act belongs to others, who are named to whoever sees the whole dossier.
pub fn belongs_to_others<C: Content>(actor: &Actor, dossier: &Dossier<C>, action: Action) -> Error {
    let process = &dossier.process;
    let mut agency = false;
    let mut named = match action {
        Action::Return | Action::Submit | Action::Resubmit => vec![Body::AgencyHead],
        Action::AssignAuthority | Action::Proceed | Action::Close => vec![Body::Dofa],
        Action::RequestSupplement => [vec![Body::Dofa], bodies(process, StepKind::Appraise)].concat(),
        Action::Appraise => bodies(process, StepKind::Appraise),
        Action::GiveOpinion => bodies(process, StepKind::Consult),
        Action::Consent => bodies(process, StepKind::Consent),
        Action::Decide | Action::CorrectDecision => bodies(process, StepKind::Decide),
        Action::Postpone | Action::Cancel | Action::Resume => {
            agency = true;
            bodies(process, StepKind::Decide)
        }
        Action::Edit
        | Action::EditGuests
        | Action::Delete
        | Action::Upload
        | Action::RequestSignature
        | Action::Recall
        | Action::Withdraw
        | Action::Amend
        | Action::SubmitReport
        | Action::CorrectRecord
        | Action::RecordArrival
        | Action::RecordDeparture
        | Action::RecordReturn => {
            agency = true;
            Vec::new()
        }
    };
    named.dedup();
    if (named.is_empty() && !agency) || !sees_whole(actor, dossier) {
        return forbidden(
            "Việc này thuộc thẩm quyền của người hoặc cơ quan khác.",
            "This action belongs to another person or body.",
        );
    }
    let (mut vi, mut en): (Vec<&str>, Vec<&str>) = named.iter().map(|body| (body.vi(), body.en())).unzip();
    if agency {
        vi.insert(0, "cơ quan lập hồ sơ");
        en.insert(0, "the agency of the dossier");
    }
    forbidden(&format!("Việc này thuộc: {}.", vi.join(", ")), &format!("This belongs to: {}.", en.join(", ")))
}
