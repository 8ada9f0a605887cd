//! The assessment as JSON (api.md §3).

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use kernel::money::Money;
use kernel::text::{Bilingual, Language};
use kernel::time::rfc3339;
use kernel::words::{
    Body, Document, FindingCode, ManagedBy, Outcome, PassportKind, PostLevel, RuleStatus, Severity, Silence, StepKind,
    Term,
};
use regulation::assess::{Assessment, Finding, Obligation};
use regulation::book::Law;
use regulation::case::{Case, Traveller};
use regulation::fact::FactName;
use regulation::pack::{Anchor, Timing};
use regulation::why::{ConditionMet, Otherwise, Why};

/// The answer of the regulation.
#[derive(Serialize, ToSchema)]
#[schema(as = Assessment, example = json!({
  "regulation": {"code": "an-giang-2017", "version": 1, "status": "verified", "document": "TTHC 2017; QĐ 3459/QĐ-UBND 31/12/2007"},
  "outcome": "ready", "clock_starts_on": "2017-03-06", "due_on": "2017-03-10", "sets": 1, "fee": {"amount": 0, "currency": "VND"},
  "decider": {"body": "dofa_director", "rule": "out-rank-and-file-no-budget", "citation": "TTHC An Giang 2017"},
  "steps": [{"order": 1, "kind": "appraise", "body": "dofa", "within": {"value": 4, "unit": "working_days"}, "due_on": "2017-03-10", "citation": "TTHC An Giang 2017"},
            {"order": 2, "kind": "decide", "body": "dofa_director", "within": null, "due_on": "2017-03-10", "citation": "TTHC An Giang 2017"}],
  "consents": [], "dossier": [{"document": "request_letter", "required": true, "present": true, "citation": "TTHC An Giang 2017"}],
  "findings": [], "obligations": [{"code": "passport_return", "within": {"value": 5, "unit": "working_days"}, "after": "return", "due_on": "2017-04-21", "citation": "Luật 49/2019/QH14 Đ.23 k.3"}],
  "copies_to": [], "latest_submission_on": null, "notes": [],
  "travellers": [{"for": "01ke3m9p0007x", "post_level": "staff", "managed_by": "agency", "missions_this_year": 1, "passport": {"kind": "official", "expires_on": "2030-05-12"}, "under_discipline": false}],
  "why": {"because": [{"fact": "post_level", "label": "post", "value": "Staff", "requires": "Staff"}], "for": [],
          "otherwise": [{"fact": "members", "label": "number of travellers", "requires": "10 or more", "decider": "ppc_chair", "citation": "TTHC An Giang 2017"}]} }))]
pub struct AssessmentView {
    regulation: RegulationRef,
    outcome: Outcome,
    clock_starts_on: Option<NaiveDate>,
    /// The deadline for the whole procedure if the text sets one, otherwise that of the last step.
    due_on: Option<NaiveDate>,
    /// Number of copies of the dossier to submit.
    sets: Option<i64>,
    fee: Option<Money>,
    decider: Option<DeciderView>,
    steps: Vec<PlannedStepView>,
    consents: Vec<ConsentView>,
    dossier: Vec<RequiredPaperView>,
    findings: Vec<FindingView>,
    obligations: Vec<ObligationView>,
    copies_to: Vec<Body>,
    latest_submission_on: Option<NaiveDate>,
    notes: Vec<NoteView>,
    /// What the regulation knows of each traveller; empty for other cases than trips.
    travellers: Vec<TravellerView>,
    /// Why it is decided so; null while nobody can say who decides.
    why: Option<WhyView>,
}

/// A traveller, as the regulation knows them.
#[derive(Serialize, ToSchema)]
#[schema(as = TravellerFacts)]
struct TravellerView {
    /// The reference of the traveller; for a dossier, the id of the official.
    r#for: String,
    post_level: PostLevel,
    /// The body that manages the traveller.
    managed_by: ManagedBy,
    /// Other official trips in the year of departure.
    missions_this_year: i64,
    /// The passport that fits the trip; null if none is known.
    passport: Option<FittingPassport>,
    under_discipline: bool,
}

#[derive(Serialize, ToSchema)]
struct FittingPassport {
    kind: PassportKind,
    expires_on: NaiveDate,
}

impl TravellerView {
    fn of(t: &Traveller) -> Self {
        TravellerView {
            r#for: t.reference.clone(),
            post_level: t.post_level,
            managed_by: t.managed_by,
            missions_this_year: t.missions_this_year,
            passport: t.passport.map(|p| FittingPassport { kind: p.kind, expires_on: p.expires_on }),
            under_discipline: t.under_discipline,
        }
    }
}

/// The conditions of the rule that says who decides, with the facts of the case.
#[derive(Serialize, ToSchema)]
#[schema(as = Why)]
struct WhyView {
    /// Empty: the rule has no condition.
    because: Vec<ConditionMetView>,
    /// The travellers for whom the rule speaks; empty: the whole delegation.
    r#for: Vec<String>,
    /// Changes of one fact that would change who decides.
    otherwise: Vec<OtherwiseView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ConditionMet)]
struct ConditionMetView {
    fact: String,
    /// The name of the fact, in the language of the request, as the other two texts.
    label: String,
    value: String,
    /// What the rule requires.
    requires: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Otherwise)]
struct OtherwiseView {
    fact: String,
    label: String,
    /// The values that would change it.
    requires: String,
    /// Who would decide; null: no permission would be needed.
    decider: Option<Body>,
    citation: String,
}

impl WhyView {
    fn of(why: Why, language: Language) -> Self {
        let said = |text: &Bilingual| text.in_language(language).to_owned();
        let named = |fact: FactName| (fact.word().to_owned(), fact.label().in_language(language).to_owned());
        let reason = |r: &ConditionMet| {
            let (fact, label) = named(r.fact);
            ConditionMetView { fact, label, value: said(&r.value), requires: said(&r.requires) }
        };
        let other = |o: &Otherwise| {
            let (fact, label) = named(o.fact);
            OtherwiseView { fact, label, requires: said(&o.requires), decider: o.decider, citation: o.citation.clone() }
        };
        WhyView {
            because: why.because.iter().map(reason).collect(),
            r#for: why.travellers,
            otherwise: why.otherwise.iter().map(other).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct RegulationRef {
    code: String,
    version: i64,
    status: RuleStatus,
    document: String,
}

#[derive(Serialize, ToSchema)]
struct DeciderView {
    body: Body,
    rule: String,
    citation: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StepView)]
struct PlannedStepView {
    order: usize,
    kind: StepKind,
    body: Body,
    within: Option<Term>,
    due_on: Option<NaiveDate>,
    /// What it means if a consulted body does not answer, where the text says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    silence: Option<Silence>,
    citation: String,
}

#[derive(Serialize, ToSchema)]
struct ConsentView {
    body: Body,
    /// References of the travellers concerned; for a dossier, ids of officials.
    r#for: Vec<String>,
    citation: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PaperView)]
struct RequiredPaperView {
    document: Document,
    required: bool,
    present: bool,
    citation: String,
}

#[derive(Serialize, ToSchema)]
pub struct FindingView {
    code: FindingCode,
    pub severity: Severity,
    limit: Option<i64>,
    actual: Option<i64>,
    rule: String,
    citation: String,
    waivable_by: Option<Body>,
    detail: String,
    /// The travellers concerned; empty: the whole delegation.
    r#for: Vec<String>,
    /// The missing document.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Document>,
}

#[derive(Serialize, ToSchema)]
struct ObligationView {
    code: String,
    /// Null for an annual report.
    within: Option<Term>,
    /// The event after which the term runs: `departure`, `return`, `arrival`, `reception`.
    after: Option<String>,
    /// The event before which it must be done: `arrival`, `restricted_area` …
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    due_on: Option<NaiveDate>,
    /// The last working day before it, if it is a day off.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_working_day: Option<NaiveDate>,
    /// So long before the end of the term.
    #[serde(skip_serializing_if = "Option::is_none")]
    before_end: Option<Term>,
    /// The exact time (RFC 3339), for notices that are due a number of hours before an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    /// The year that the report covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    report_year: Option<i32>,
    citation: String,
}

impl From<Obligation> for ObligationView {
    fn from(o: Obligation) -> Self {
        let word = |anchor: Anchor| Some(<&'static str>::from(anchor).to_owned());
        let (within, after, before) = match o.timing {
            Timing::After(anchor, within) => (Some(within), word(anchor), None),
            Timing::Before(anchor, within) => (Some(within), None, word(anchor)),
            Timing::BeforeEnd { after, within, .. } => (Some(within), word(after), None),
            Timing::ReportYear { by, .. } => (None, word(by), None),
        };
        ObligationView {
            code: o.code,
            within,
            after,
            before,
            due_on: o.due_on,
            last_working_day: o.last_working_day,
            before_end: match o.timing {
                Timing::BeforeEnd { lead, .. } => Some(lead),
                _ => None,
            },
            due_at: o.due_at.map(rfc3339),
            report_year: o.report_year,
            citation: o.citation,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct NoteView {
    pub code: String,
    pub detail: String,
}

impl FindingView {
    fn of(f: Finding, language: Language) -> Self {
        FindingView {
            code: f.code,
            severity: f.severity,
            limit: f.limit,
            actual: f.actual,
            rule: f.rule,
            citation: f.citation,
            waivable_by: f.waivable_by,
            detail: f.detail.in_language(language).to_owned(),
            r#for: f.travellers,
            document: f.document,
        }
    }

    /// Findings in one language, the heaviest first.
    pub fn all(mut findings: Vec<Finding>, language: Language) -> Vec<Self> {
        findings.sort_by_key(|f| f.severity);
        findings.into_iter().map(|f| FindingView::of(f, language)).collect()
    }
}

/// The travellers of a trip by their references, whatever the order of members.
fn travellers(case: &Case) -> Vec<TravellerView> {
    let mut all: Vec<TravellerView> =
        case.trip().map_or_else(Vec::new, |trip| trip.travellers.iter().map(TravellerView::of).collect());
    all.sort_by(|a, b| a.r#for.cmp(&b.r#for));
    all
}

/// An assessment with what it was asked about.
pub struct Explained {
    pub law: Law,
    pub case: Case,
    pub answer: Assessment,
    pub why: Option<Why>,
}

/// Converts an assessment to its JSON form.
pub fn view(explained: Explained, language: Language) -> AssessmentView {
    let Explained { law, case, answer: a, why } = explained;
    AssessmentView {
        regulation: RegulationRef {
            code: law.pack.code.clone(),
            version: law.pack.version,
            status: law.pack.status,
            document: law.pack.document.clone(),
        },
        outcome: a.outcome,
        clock_starts_on: a.clock_starts_on,
        due_on: a.due_on,
        sets: a.sets,
        fee: a.fee,
        decider: a.decider.map(|d| DeciderView { body: d.body, rule: d.rule, citation: d.citation }),
        steps: (1..)
            .zip(a.steps)
            .map(|(order, s)| PlannedStepView {
                order,
                kind: s.kind,
                body: s.body,
                within: s.within,
                due_on: s.due_on,
                silence: s.silence,
                citation: s.citation,
            })
            .collect(),
        consents: a
            .consents
            .into_iter()
            .map(|c| ConsentView { body: c.body, r#for: c.travellers, citation: c.citation })
            .collect(),
        dossier: a
            .dossier
            .into_iter()
            .map(|p| RequiredPaperView {
                document: p.document,
                required: p.required,
                present: p.present,
                citation: p.citation,
            })
            .collect(),
        findings: a.findings.into_iter().map(|f| FindingView::of(f, language)).collect(),
        obligations: a.obligations.into_iter().map(ObligationView::from).collect(),
        copies_to: a.copies_to,
        latest_submission_on: a.latest_submission_on,
        notes: a
            .notes
            .into_iter()
            .map(|(code, text)| NoteView { code, detail: text.in_language(language).to_owned() })
            .collect(),
        travellers: travellers(&case),
        why: why.map(|why| WhyView::of(why, language)),
    }
}
