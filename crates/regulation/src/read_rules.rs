//! Reads the rules of a pack, kind by kind. Pure.

use std::collections::BTreeSet;

use crate::pack::{Anchor, Effect, Pack, Rule, StepRule, Timing};
use crate::read::{Fields, Sketch, what};
use crate::read_condition::condition;
use kernel::money::Money;
use kernel::procedure::Procedure;
use kernel::text::Bilingual;
use kernel::words::{FindingCode, RuleStatus, Severity, Silence, StepKind, TermUnit};

/// The pack in a file, as far as it can be read. What is missing is reported and left empty.
pub(super) fn read_pack(root: &Fields) -> Sketch {
    let RuleReader { rules, ids, torn, named } = read_rules(root);
    let in_rules = root.faults();
    let strictness = root.words("strictness", what::BODY);
    let dossier_known = root.words("dossier_known", what::PROCEDURE);
    let sets = root.opt_count("sets");
    let fee = root.opt_count("fee").map(|amount| Money { amount, currency: "VND".into() });
    let successor = (root.opt_text("successor"), root.opt_text("successor_name"));
    let extends = root.opt_text("extends");
    let replaces = root.opt_text("replaces");
    let jurisdiction = root.opt_text("jurisdiction");
    let texts = root.texts("texts").into_iter().map(|(text, _)| text).collect();
    let in_force_to = root.opt_day("in_force_to");
    if root.table.get("version").is_none() {
        root.missing(&["version"]);
    }
    let (code, version, title, document) =
        (root.text("code"), root.opt_int("version"), root.text("title"), root.text("document"));
    let (status, in_force_from) = (root.word("status", what::STATUS), root.opt_day("in_force_from"));
    if successor.0.is_some() != successor.1.is_some() {
        root.missing(&["successor", "successor_name"]);
    }
    let pack = Pack {
        code: code.unwrap_or_else(|| "missing".into()),
        version: version.unwrap_or(1),
        title: title.unwrap_or_default(),
        document: document.unwrap_or_default(),
        status: status.unwrap_or(RuleStatus::Unverified),
        jurisdiction,
        in_force_from,
        in_force_to,
        extends,
        replaces,
        successor: successor.0.zip(successor.1),
        texts,
        sets,
        fee,
        strictness,
        dossier_known,
        rules,
    };
    root.finish();
    Sketch { pack, faults: Vec::new(), ids, torn, whole: root.faults() == in_rules, named }
}

/// Rules as far as they could be read.
struct RuleReader {
    rules: Vec<Rule>,
    ids: BTreeSet<String>,
    torn: BTreeSet<usize>,
    named: bool,
}

fn read_rules(root: &Fields) -> RuleReader {
    type Reader = fn(&Fields) -> Option<Effect>;
    let kinds: [(&'static str, Reader); 8] = [
        ("authority", authority),
        ("no_permission", |_| Some(Effect::NoPermission)),
        ("consent", consent),
        ("document_rule", paper),
        ("detail", detail),
        ("limit", limit),
        ("deadline", deadline),
        ("obligation", obligation),
    ];
    let mut read = RuleReader { rules: Vec::new(), ids: BTreeSet::new(), torn: BTreeSet::new(), named: true };
    for (key, reader) in kinds {
        for fields in root.tables(key) {
            read_rule(&fields, reader, &mut read);
        }
    }
    read
}

fn read_rule(fields: &Fields, reader: fn(&Fields) -> Option<Effect>, read: &mut RuleReader) {
    let before = fields.faults();
    let effect = reader(fields);
    let when = condition(fields);
    let overrides = fields.texts("overrides").into_iter().map(|(text, _)| text).collect();
    let procedures: Vec<Procedure> = fields.words("for", what::PROCEDURE);
    if fields.table.get("for").is_none() {
        fields.missing(&["for"]);
    }
    let (valid_from, valid_to) = (fields.opt_day("valid_from"), fields.opt_day("valid_to"));
    let status = fields.word::<RuleStatus>("status", what::STATUS);
    let (id, citation) = (fields.text("id"), fields.text("citation"));
    fields.finish();
    // A rule that lacks only its citation can still be checked.
    let unsaid = usize::from(citation.is_none());
    if fields.faults() > before + unsaid {
        read.torn.insert(fields.line);
    }
    read.named &= status.is_some() && effect.is_some() && id.is_some();
    read.ids.extend(id.clone());
    let Some(effect) = effect else { return };
    read.rules.push(Rule {
        // A rule without an id gets a unique one, so that it is not taken for a second version of another.
        id: id.unwrap_or_else(|| format!("line {}", fields.line)),
        line: fields.line,
        procedures,
        when,
        overrides,
        status: status.unwrap_or(RuleStatus::Unverified),
        citation: citation.unwrap_or_default(),
        valid_from,
        valid_to,
        effect,
    });
}

fn authority(fields: &Fields) -> Option<Effect> {
    let steps = fields.tables("steps").iter().filter_map(step).collect();
    let notes = fields
        .tables("notes")
        .iter()
        .filter_map(|note| {
            let said = (note.text("code"), note.text("vi"), note.text("en"));
            note.finish();
            Some((said.0?, Bilingual::new(said.1?, said.2?)))
        })
        .collect();
    let (decide_within, term) = (fields.opt_term("decide_within"), fields.opt_term("term"));
    let copies_to = fields.words("copies_to", what::BODY);
    let decider = fields.opt_word("decider", what::BODY);
    let silence = fields.opt_word("silence", what::SILENCE);
    Some(Effect::Authority { decider, steps, decide_within, silence, term, copies_to, notes })
}

fn step(fields: &Fields) -> Option<StepRule> {
    let (kind, body, within) =
        (fields.word::<StepKind>("kind", what::STEP), fields.word("body", what::BODY), fields.opt_term("within"));
    let silence = fields.opt_word::<Silence>("silence", what::SILENCE);
    fields.finish();
    if silence.is_some() && kind != Some(StepKind::Consult) {
        fields.fault(
            fields.line,
            "wrong_step",
            "silence chỉ dùng với bước consult".into(),
            "silence is allowed only with consult".into(),
        );
    }
    if !matches!(kind, None | Some(StepKind::Appraise | StepKind::Consult)) {
        fields.fault(
            fields.line,
            "wrong_step",
            "ở đây chỉ được ghi bước appraise hoặc consult".into(),
            "only appraise and consult are allowed here".into(),
        );
    }
    Some(StepRule { kind: kind?, body: body?, within, silence })
}

fn consent(fields: &Fields) -> Option<Effect> {
    let (body, mode) = (fields.word("body", what::BODY), fields.word("mode", what::CONSENT_MODE));
    Some(Effect::Consent { body: body?, mode: mode? })
}

fn paper(fields: &Fields) -> Option<Effect> {
    let required = fields.opt_bool("required").unwrap_or(true);
    Some(Effect::Paper { document: fields.word("document", what::DOCUMENT)?, required })
}

fn detail(fields: &Fields) -> Option<Effect> {
    let detail = fields.text("detail")?;
    if detail != "grade" {
        fields.fault(
            fields.line,
            "unknown_word",
            format!("không có detail «{detail}»"),
            format!("there is no detail \"{detail}\""),
        );
    }
    Some(Effect::Detail { detail })
}

fn limit(fields: &Fields) -> Option<Effect> {
    let (finding, severity) =
        (fields.word::<FindingCode>("finding", what::FINDING), fields.word::<Severity>("severity", what::SEVERITY));
    let max = fields.opt_count("max");
    // A finding that counts something needs a maximum; one that allows exceptions needs the body that gives them.
    if max.is_none() && finding.is_some_and(FindingCode::is_counted) && fields.table.get("max").is_none() {
        fields.missing(&["max"]);
    }
    let unit = fields.opt_word("unit", what::UNIT).unwrap_or(TermUnit::Days);
    let waivable_by = fields.opt_word("waivable_by", what::BODY);
    if severity == Some(Severity::SpecialApproval) && fields.table.get("waivable_by").is_none() {
        fields.missing(&["waivable_by"]);
    }
    Some(Effect::Limit { finding: finding?, severity: severity?, max, unit, waivable_by })
}

fn deadline(fields: &Fields) -> Option<Effect> {
    let (lead, before) = (fields.term("lead"), fields.word::<Anchor>("before", what::MOMENT));
    let severity = fields.word::<Severity>("severity", what::SEVERITY);
    if severity == Some(Severity::SpecialApproval) {
        fields.wrong(
            "severity",
            "block hoặc warn, vì không cơ quan nào được chấp thuận ngoại lệ về thời hạn",
            "block or warn, because no body can be named that may waive a deadline",
        );
    }
    Some(Effect::Deadline { lead: lead?, before: before?, severity: severity? })
}

fn obligation(fields: &Fields) -> Option<Effect> {
    let code = fields.text("code").filter(|code| {
        let fits = code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !fits {
            fields.wrong("code", "chữ thường không dấu, nối bằng gạch dưới", "lower-case ASCII with underscores");
        }
        fits
    });
    let (after, before) =
        (fields.opt_word::<Anchor>("after", what::MOMENT), fields.opt_word::<Anchor>("before", what::MOMENT));
    let (ends, due) = (fields.opt_month_day("report_year_ends"), fields.opt_month_day("due"));
    let timing = match (after, before, ends, due) {
        (Some(by), None, Some(ends), Some(due)) => Some(Timing::ReportYear { by, ends, due }),
        (Some(anchor), None, None, None) => match (fields.term("within"), fields.opt_term("before_end")) {
            (Some(within), Some(lead)) => Some(Timing::BeforeEnd { after: anchor, within, lead }),
            (within, None) => within.map(|within| Timing::After(anchor, within)),
            (None, Some(_)) => None,
        },
        (None, Some(anchor), None, None) => fields.lead("within").map(|term| Timing::Before(anchor, term)),
        _ => {
            // What is present but not readable was already reported.
            let there = |key: &str| fields.table.get(key).is_some();
            if there("after") == there("before") {
                fields.missing(&["after", "before"]);
            } else if there("report_year_ends") != there("due") {
                fields.missing(&[if there("due") { "report_year_ends" } else { "due" }]);
            } else if there("before") && there("due") {
                // A yearly report counts what happened, so it is due after something.
                fields.missing(&["after"]);
            }
            fields.get("within");
            None
        }
    };
    Some(Effect::Obligation { code: code?, timing: timing? })
}
