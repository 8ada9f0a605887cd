//! A pack (bộ quy định): one dated text as rules, each a flat condition, an effect and a citation. Pure.

use crate::fact::Condition;
use kernel::money::Money;
use kernel::procedure::Procedure;
use kernel::text::Bilingual;
use kernel::time::{Day, valid_on};
use kernel::words::{Body, Document, FindingCode, RuleStatus, Severity, Silence, StepKind, Term, TermUnit};

/// One regulation in one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    pub code: String,
    pub version: i64,
    pub title: String,
    /// Number and date of the text, as a citation names it.
    pub document: String,
    pub status: RuleStatus,
    /// The province whose text it is; none for national texts.
    pub jurisdiction: Option<String>,
    /// Half-open: the first day in force (`None` if it was not read), and the first day no longer in force.
    pub in_force_from: Option<Day>,
    pub in_force_to: Option<Day>,
    pub extends: Option<String>,
    /// The text of the same province that this one takes the place of, from its first day in force.
    pub replaces: Option<String>,
    /// Code and name of the province that this one was merged into.
    pub successor: Option<(String, String)>,
    /// Texts that apply but could not be read, for a person to look up.
    pub texts: Vec<String>,
    /// Number of copies of the dossier to submit.
    pub sets: Option<i64>,
    pub fee: Option<Money>,
    /// Deciders in order, the strictest first, if the pack ranks them.
    pub strictness: Vec<Body>,
    /// Procedures whose list of required documents was read; for others, no document is reported as missing.
    pub dossier_known: Vec<Procedure>,
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub id: String,
    /// Line in the file, for fault messages.
    pub line: usize,
    pub procedures: Vec<Procedure>,
    pub when: Condition,
    /// Rules of the same pack over which this one takes precedence.
    pub overrides: Vec<String>,
    pub status: RuleStatus,
    /// Document, article, and what was read.
    pub citation: String,
    pub valid_from: Option<Day>,
    pub valid_to: Option<Day>,
    pub effect: Effect,
}

/// A step before the decision.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRule {
    pub kind: StepKind,
    pub body: Body,
    pub within: Option<Term>,
    /// What it means if the body does not answer, if the text says so.
    pub silence: Option<Silence>,
}

/// How the Party's consent is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum ConsentMode {
    /// As a step of the process.
    Step,
    /// As a document that must be in the dossier.
    InDossier,
}

/// What a deadline or a term counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Anchor {
    /// Of our delegation, or of the guests.
    Departure,
    Return,
    /// Of the guests, or the opening of a conference.
    Arrival,
    /// The hour at which a leader receives the guests.
    Reception,
    /// The first hour in a restricted or border area.
    RestrictedArea,
    /// The day of the decision; in an assessment, the day by which it is due.
    Decision,
    /// The holder of a card left the post.
    LeftPost,
}

impl Anchor {
    /// Whether it occurs in a procedure.
    pub fn known_in(self, procedure: Procedure) -> bool {
        match self {
            Anchor::Departure => procedure.is_trip() || procedure.is_visit(),
            Anchor::Return => procedure.is_trip(),
            Anchor::Arrival | Anchor::Reception | Anchor::RestrictedArea => procedure.is_visit(),
            Anchor::Decision => true,
            Anchor::LeftPost => procedure == Procedure::APEC_CARD,
        }
    }
}

/// When a duty is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    After(Anchor, Term),
    /// Some time before a term ends that runs from an event: a renewal before the expiry.
    BeforeEnd {
        after: Anchor,
        within: Term,
        lead: Term,
    },
    /// A notice that is due before an event.
    Before(Anchor, Term),
    /// A yearly report: month and day on which the report year ends, and on which the report is due.
    ReportYear {
        by: Anchor,
        ends: (u32, u32),
        due: (u32, u32),
    },
}

impl Timing {
    pub fn anchor(self) -> Anchor {
        match self {
            Timing::After(anchor, _) | Timing::Before(anchor, _) => anchor,
            Timing::ReportYear { by, .. } => by,
            Timing::BeforeEnd { after, .. } => after,
        }
    }
}

/// What a rule prescribes.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Who decides, through which steps and in what time; no decider if that part of the text was not read.
    Authority {
        decider: Option<Body>,
        steps: Vec<StepRule>,
        decide_within: Option<Term>,
        /// What it means if the decider does not answer in time, if the text says so.
        silence: Option<Silence>,
        /// The total term, if the text gives one.
        term: Option<Term>,
        copies_to: Vec<Body>,
        notes: Vec<(String, Bilingual)>,
    },
    /// No permission is required.
    NoPermission,
    Consent {
        body: Body,
        mode: ConsentMode,
    },
    Paper {
        document: Document,
        required: bool,
    },
    /// A personal detail that the request letter must state.
    Detail {
        detail: String,
    },
    Limit {
        finding: FindingCode,
        severity: Severity,
        max: Option<i64>,
        unit: TermUnit,
        waivable_by: Option<Body>,
    },
    /// Latest day to submit.
    Deadline {
        lead: Term,
        before: Anchor,
        severity: Severity,
    },
    Obligation {
        code: String,
        timing: Timing,
    },
}

impl Effect {
    /// Whether it says who decides, or that nobody has to.
    pub fn is_on_authority(&self) -> bool {
        matches!(self, Effect::Authority { .. } | Effect::NoPermission)
    }

    /// Rules of one group compete: the most specific one applies.
    pub fn group(&self) -> String {
        match self {
            Effect::Authority { .. } | Effect::NoPermission => "authority".into(),
            Effect::Consent { .. } => "consent".into(),
            Effect::Paper { document, .. } => format!("document {document}"),
            Effect::Detail { detail } => format!("detail {detail}"),
            Effect::Limit { finding, .. } => format!("limit {finding}"),
            Effect::Deadline { .. } => "deadline".into(),
            Effect::Obligation { code, .. } => format!("obligation {code}"),
        }
    }
}

/// The legal text itself, without the note that our packs add after a colon.
pub fn cited(citation: &str) -> &str {
    citation.split_once(": ").map_or(citation, |(text, _)| text)
}

impl Rule {
    /// The document and article that the rule rests on.
    pub fn text(&self) -> &str {
        cited(&self.citation)
    }

    /// Whether the rule itself is valid on a day.
    pub fn valid_on(&self, day: Day) -> bool {
        valid_on(self.valid_from.unwrap_or(Day::MIN), self.valid_to, day)
    }

    /// Whether the periods of validity of two rules overlap.
    pub fn overlaps_in_time(&self, other: &Rule) -> bool {
        let starts_before = |a: &Rule, b: &Rule| b.valid_to.is_none_or(|to| a.valid_from.is_none_or(|from| from < to));
        starts_before(self, other) && starts_before(other, self)
    }

    /// Whether this rule takes precedence over `other` if both match: by `overrides`, or because it is more specific.
    pub fn beats(&self, other: &Rule) -> bool {
        self.overrides.contains(&other.id)
            || (!other.overrides.contains(&self.id) && self.when.within(&other.when) && !other.when.within(&self.when))
    }
}

impl Pack {
    /// Whether this text takes the place of another one on a day.
    pub fn replaces_on(&self, code: &str, day: Day) -> bool {
        self.replaces.as_deref() == Some(code) && self.in_force_from.is_none_or(|from| from <= day)
    }

    pub fn in_force_on(&self, day: Day) -> bool {
        valid_on(self.in_force_from.unwrap_or(Day::MIN), self.in_force_to, day)
    }
}

/// A fault of a pack, at its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFault {
    pub line: usize,
    pub code: &'static str,
    pub text: Bilingual,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_is_the_text_without_the_note_after_it() {
        assert_eq!(cited("Luật 49/2019/QH14 Đ.11 k.7: Chủ tịch cử"), "Luật 49/2019/QH14 Đ.11 k.7");
        assert_eq!(cited("Luật 49/2019/QH14 Đ.11"), "Luật 49/2019/QH14 Đ.11");
    }
}
