//! A process: the steps a dossier must take, which are open, and where an action on them leads. Pure.

use serde::{Deserialize, Serialize};

use kernel::time::{Day, Moment};
use kernel::words::{Body, Silence, StepKind, Term};

/// Status of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StepStanding {
    /// Its turn has not come yet.
    Waiting,
    Open,
    Done,
    /// Passed over: an overdue consultation, a decider who may not give the exception, or an ended dossier.
    Skipped,
}

/// The outcome of a step that another body takes instead, because only that body may give the exception.
const EXCEPTION_NEEDED: &str = "exception_needed";
/// The outcome of an open proposal that was sent back to be supplemented.
pub const SUPPLEMENT: &str = "supplement_requested";

/// One step of one dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub kind: StepKind,
    /// `None` if no rule names the decider and a person must.
    pub body: Option<Body>,
    pub within: Option<Term>,
    pub due_on: Option<Day>,
    /// What it means if the body has not answered by the due day, if the rule says so.
    pub silence: Option<Silence>,
    pub citation: String,
    pub standing: StepStanding,
    pub outcome: Option<String>,
    pub acted_by: Option<i64>,
    /// In whose place it was taken, and by which substitution.
    #[serde(default)]
    pub on_behalf_of: Option<i64>,
    #[serde(default)]
    pub substitution: Option<i64>,
    pub acted_at: Option<Moment>,
}

impl Step {
    pub fn planned(
        kind: StepKind,
        body: Option<Body>,
        within: Option<Term>,
        due_on: Option<Day>,
        citation: &str,
    ) -> Self {
        Step {
            kind,
            body,
            within,
            due_on,
            silence: None,
            citation: citation.to_owned(),
            standing: StepStanding::Waiting,
            outcome: None,
            acted_by: None,
            on_behalf_of: None,
            substitution: None,
            acted_at: None,
        }
    }
}

/// In whose place somebody takes a step, and by which substitution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPlace {
    pub user: i64,
    pub substitution: i64,
}

impl Step {
    /// Marks the step as taken.
    pub fn done(&mut self, outcome: &str, by: i64, in_place: Option<InPlace>, at: Moment) {
        self.standing = StepStanding::Done;
        self.outcome = Some(outcome.to_owned());
        self.acted_by = Some(by);
        self.on_behalf_of = in_place.map(|p| p.user);
        self.substitution = in_place.map(|p| p.substitution);
        self.acted_at = Some(at);
    }

    /// Whether the step is open and past its due day.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.standing == StepStanding::Open && self.due_on.is_some_and(|due| due < today)
    }
}

/// All steps of a dossier in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Process {
    pub steps: Vec<Step>,
}

/// Where a process stands after an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the first appraiser.
    Intake,
    /// Waiting for a further appraiser.
    Appraisal,
    /// Waiting for the consulted bodies.
    Consultation,
    Consent,
    Decision,
    /// Every step is taken.
    Concluded,
}

/// The actor has no open step here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOpen;

impl Process {
    /// Opens the steps whose turn it is: one appraiser or decider, but consulted and Party bodies in parallel.
    pub fn open_next(&mut self) {
        if self.steps.iter().any(|s| s.standing == StepStanding::Open) {
            return;
        }
        let Some(first) = self.steps.iter().position(|s| s.standing == StepStanding::Waiting) else { return };
        let kind = self.steps.get(first).map(|s| s.kind);
        let together = matches!(kind, Some(StepKind::Consult | StepKind::Consent));
        for (at, step) in self.steps.iter_mut().enumerate().skip(first) {
            if at > first && (!together || Some(step.kind) != kind) {
                break;
            }
            if step.standing == StepStanding::Waiting {
                step.standing = StepStanding::Open;
            }
        }
    }

    /// Where the dossier stands.
    pub fn stage(&self) -> Stage {
        match self.open().next().map(|s| s.kind) {
            None => Stage::Concluded,
            Some(StepKind::Propose) => Stage::Intake,
            Some(StepKind::Appraise) => {
                let further =
                    self.steps.iter().any(|s| s.kind == StepKind::Appraise && s.standing == StepStanding::Done);
                if further { Stage::Appraisal } else { Stage::Intake }
            }
            Some(StepKind::Consult) => Stage::Consultation,
            Some(StepKind::Consent) => Stage::Consent,
            Some(StepKind::Decide) => Stage::Decision,
        }
    }

    pub fn open(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| s.standing == StepStanding::Open)
    }

    /// Bodies with a step of this kind.
    pub fn bodies(&self, kind: StepKind) -> impl Iterator<Item = Body> {
        self.steps.iter().filter(move |s| s.kind == kind).filter_map(|s| s.body)
    }

    /// Who decides; after an amendment, who decides or decided the amendment.
    pub fn decider(&self) -> Option<Body> {
        self.bodies(StepKind::Decide).last()
    }

    /// Whether a person still has to name the decider.
    pub fn lacks_decider(&self) -> bool {
        self.steps.iter().any(|s| s.kind == StepKind::Decide && s.body.is_none())
    }

    /// The earliest due day of the open steps.
    pub fn due_on(&self) -> Option<Day> {
        self.open().filter_map(|s| s.due_on).min()
    }

    /// Takes the open step of this kind that belongs to one of the bodies; then the next steps open.
    pub fn take(
        &mut self,
        kind: StepKind,
        has: impl Fn(Body) -> bool,
        outcome: &str,
        by: (i64, impl Fn(Body) -> Option<InPlace>),
        at: Moment,
    ) -> Result<Body, NotOpen> {
        let open = |s: &&mut Step| s.kind == kind && s.standing == StepStanding::Open && s.body.is_some_and(&has);
        let step = self.steps.iter_mut().find(open).ok_or(NotOpen)?;
        let body = step.body.ok_or(NotOpen)?;
        step.done(outcome, by.0, by.1(body), at);
        self.open_next();
        Ok(body)
    }

    /// Passes over consultations overdue on a day, except those that must be awaited by rule; returns how many.
    pub fn pass_over_overdue(&mut self, today: Day) -> usize {
        let mut passed = 0;
        for step in &mut self.steps {
            let waits = step.silence == Some(Silence::Wait);
            if step.kind == StepKind::Consult && step.is_overdue(today) && !waits {
                step.standing = StepStanding::Skipped;
                let agreed = step.silence == Some(Silence::Agreement);
                step.outcome = Some(if agreed { "agreed_by_silence" } else { "silent" }.into());
                passed += 1;
            }
        }
        self.open_next();
        passed
    }

    /// Asks the consulted bodies that have answered once more, because what they answered about has changed; whoever comes
    /// after them waits. Returns whether anybody is asked. `due` is the last day of a term that begins today.
    pub fn ask_again(&mut self, due: impl Fn(Term) -> Option<Day>) -> bool {
        let round = self.steps.iter().rposition(|s| s.kind == StepKind::Propose).unwrap_or(0);
        let again = |s: &Step| Step {
            silence: s.silence,
            ..Step::planned(s.kind, s.body, s.within, s.within.and_then(&due), &s.citation)
        };
        let answered = |s: &&Step| s.kind == StepKind::Consult && s.standing == StepStanding::Done;
        let mut asked: Vec<Step> = Vec::new();
        for step in self.steps.iter().skip(round).filter(answered) {
            let there = |s: &Step| s.kind == StepKind::Consult && s.body == step.body;
            let open = |s: &Step| there(s) && s.standing == StepStanding::Open;
            if !asked.iter().any(there) && !self.steps.iter().any(open) {
                asked.push(again(step));
            }
        }
        if asked.is_empty() {
            return false;
        }
        let later = |s: &Step| matches!(s.kind, StepKind::Consent | StepKind::Decide);
        for step in self.steps.iter_mut().skip(round).filter(|s| later(s) && s.standing == StepStanding::Open) {
            step.standing = StepStanding::Waiting;
        }
        let waits = |s: &Step| later(s) && s.standing == StepStanding::Waiting;
        let place = self.steps.iter().skip(round).position(waits).map_or(self.steps.len(), |at| at + round);
        self.steps.splice(place..place, asked.into_iter().map(|s| Step { standing: StepStanding::Open, ..s }));
        true
    }

    /// Passes over the usual decider in favour of the body that may give the exception that is needed.
    pub fn pass_on(&mut self, body: Body, citation: &str) {
        let Some(usual) = self.steps.iter_mut().rfind(|s| s.kind == StepKind::Decide) else { return };
        let decides = Step { body: Some(body), citation: citation.to_owned(), ..usual.clone() };
        usual.standing = StepStanding::Skipped;
        usual.outcome = Some(EXCEPTION_NEEDED.to_owned());
        self.steps.push(decides);
    }

    /// Usual deciders that were passed over in this round, while another body still has to decide.
    pub fn passed_over(&self) -> impl Iterator<Item = Body> {
        let round = self.steps.iter().rposition(|s| s.kind == StepKind::Propose).unwrap_or(0);
        let waits =
            |s: &Step| s.kind == StepKind::Decide && matches!(s.standing, StepStanding::Waiting | StepStanding::Open);
        let undecided = self.steps.iter().any(waits);
        let over = |s: &&Step| s.standing == StepStanding::Skipped && s.outcome.as_deref() == Some(EXCEPTION_NEEDED);
        self.steps.iter().skip(round).filter(move |s| undecided && over(s)).filter_map(|s| s.body)
    }

    /// Ends the process: no step is open or waiting afterwards.
    pub fn end(&mut self) {
        for step in &mut self.steps {
            if matches!(step.standing, StepStanding::Waiting | StepStanding::Open) {
                step.standing = StepStanding::Skipped;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn process(kinds: &[(StepKind, Body)]) -> Process {
        let steps = kinds.iter().map(|(kind, body)| Step::planned(*kind, Some(*body), None, None, "Đ.1")).collect();
        let mut process = Process { steps };
        process.open_next();
        process
    }

    fn himself(account: i64) -> (i64, fn(Body) -> Option<InPlace>) {
        (account, |_| None)
    }

    fn now() -> Moment {
        chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap().naive_utc()
    }

    #[test]
    fn consultees_have_it_side_by_side_and_the_decider_last() {
        use StepKind::{Appraise, Consult, Decide};
        let mut p = process(&[
            (Appraise, Body::Dofa),
            (Consult, Body::ProvincialPolice),
            (Consult, Body::BorderGuard),
            (Decide, Body::PpcChair),
        ]);
        assert_eq!(p.stage(), Stage::Intake);
        assert_eq!(p.take(Decide, |_| true, "approve", himself(1), now()), Err(NotOpen));
        p.take(Appraise, |b| b == Body::Dofa, "favourable", himself(1), now()).unwrap();
        assert_eq!((p.stage(), p.open().count()), (Stage::Consultation, 2));
        p.take(Consult, |b| b == Body::BorderGuard, "favourable", himself(2), now()).unwrap();
        assert_eq!(p.stage(), Stage::Consultation);
        p.take(Consult, |b| b == Body::ProvincialPolice, "favourable", himself(3), now()).unwrap();
        assert_eq!(p.stage(), Stage::Decision);
        p.take(Decide, |b| b == Body::PpcChair, "approve", himself(4), now()).unwrap();
        assert_eq!(p.stage(), Stage::Concluded);
    }

    #[test]
    fn whoever_answered_about_others_is_asked_again_and_the_decider_waits() {
        use StepKind::{Appraise, Consult, Decide};
        let mut p = process(&[
            (Appraise, Body::Dofa),
            (Consult, Body::ProvincialPolice),
            (Consult, Body::BorderGuard),
            (Decide, Body::PpcChair),
        ]);
        p.take(Appraise, |_| true, "favourable", himself(1), now()).unwrap();
        assert!(!p.ask_again(|_| None));
        p.take(Consult, |b| b == Body::ProvincialPolice, "favourable", himself(2), now()).unwrap();
        assert!(p.ask_again(|_| None));
        assert_eq!((p.stage(), p.open().count()), (Stage::Consultation, 2));
        for body in [Body::ProvincialPolice, Body::BorderGuard] {
            p.take(Consult, |b| b == body, "favourable", himself(2), now()).unwrap();
        }
        assert_eq!(p.stage(), Stage::Decision);
        assert!(p.ask_again(|_| None));
        assert_eq!((p.stage(), p.open().count()), (Stage::Consultation, 2));
        // Who is being asked is not asked twice.
        assert!(!p.ask_again(|_| None));
    }

    proptest! {
        #[test]
        fn no_order_of_acts_skips_a_step_or_takes_one_twice(
            kinds in proptest::collection::vec(0usize..3, 0..4),
            acts in proptest::collection::vec((0usize..4, 0usize..3), 0..40),
        ) {
            let words = [StepKind::Appraise, StepKind::Consult, StepKind::Consent, StepKind::Decide];
            let bodies = [Body::Dofa, Body::ProvincialPolice, Body::PartyStandingSecretariat];
            let mut ordered: Vec<_> = kinds.iter().map(|k| (words[*k], bodies[*k])).collect();
            ordered.sort();
            ordered.push((StepKind::Decide, Body::PpcChair));
            let mut p = process(&ordered);
            for (kind, body) in acts {
                let body = if kind == 3 { Body::PpcChair } else { bodies[body] };
                let before = p.clone();
                let taken = p.take(words[kind], |b| b == body, "x", himself(1), now());
                let done = |p: &Process| p.steps.iter().filter(|s| s.standing == StepStanding::Done).count();
                prop_assert_eq!(done(&p), done(&before) + usize::from(taken.is_ok()));
                if let Some(at) = p.steps.iter().position(|s| s.kind == StepKind::Decide && s.standing == StepStanding::Done) {
                    prop_assert!(p.steps.iter().take(at).all(|s| s.standing == StepStanding::Done));
                }
            }
        }
    }
}
