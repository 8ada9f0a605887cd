//! Reads the rules of a pack, kind by kind. Pure.

use crate::kernel::money::Money;
use crate::kernel::text::Bilingual;
use crate::kernel::words::{Procedure, RuleStatus, Silence, StepKind, TermUnit};
use crate::regulation::pack::{Anchor, Effect, Pack, Rule, StepRule, Timing};
use crate::regulation::read::Fields;
use crate::regulation::read_condition::condition;

/// The pack of a whole file.
pub(super) fn read_pack(root: &Fields) -> Option<Pack> {
    let rules = read_rules(root);
    let strictness = root.words("strictness", "body");
    let dossier_known = root.words("dossier_known", "procedure");
    let sets = root.opt_int("sets");
    let fee = root.opt_int("fee").map(|amount| Money { amount, currency: "VND".into() });
    let successor = (root.opt_text("successor"), root.opt_text("successor_name"));
    let extends = root.opt_text("extends");
    let jurisdiction = root.opt_text("jurisdiction");
    let texts = root.texts("texts").into_iter().map(|(text, _)| text).collect();
    let in_force_to = root.opt_day("in_force_to");
    if root.table.get("version").is_none() {
        root.missing("version");
    }
    let (code, version, title, document) =
        (root.text("code"), root.opt_int("version"), root.text("title"), root.text("document"));
    let (status, in_force_from) = (root.word("status", "status"), root.opt_day("in_force_from"));
    Some(Pack {
        code: code?,
        version: version?,
        title: title?,
        document: document?,
        status: status?,
        jurisdiction,
        in_force_from,
        in_force_to,
        extends,
        successor: successor.0.zip(successor.1),
        texts,
        sets,
        fee,
        strictness,
        dossier_known,
        rules,
    })
}

fn read_rules(root: &Fields) -> Vec<Rule> {
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
    let mut rules = Vec::new();
    for (key, reader) in kinds {
        for fields in root.tables(key) {
            let effect = reader(&fields);
            if let Some(rule) = read_rule(&fields, effect) {
                rules.push(rule);
            }
            fields.finish();
        }
    }
    rules
}

fn read_rule(fields: &Fields, effect: Option<Effect>) -> Option<Rule> {
    let when = condition(fields);
    let overrides = fields.texts("overrides").into_iter().map(|(text, _)| text).collect();
    let procedures: Vec<Procedure> = fields.words("for", "procedure");
    if fields.table.get("for").is_none() {
        fields.missing("for");
    }
    let (valid_from, valid_to) = (fields.opt_day("valid_from"), fields.opt_day("valid_to"));
    let (id, status, citation) =
        (fields.text("id"), fields.word::<RuleStatus>("status", "status"), fields.text("citation"));
    Some(Rule {
        id: id?,
        line: fields.line,
        procedures,
        when,
        overrides,
        status: status?,
        citation: citation?,
        valid_from,
        valid_to,
        effect: effect?,
    })
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
    let copies_to = fields.words("copies_to", "body");
    let decider = fields.opt_word("decider", "body");
    Some(Effect::Authority { decider, steps, decide_within, term, copies_to, notes })
}

fn step(fields: &Fields) -> Option<StepRule> {
    let (kind, body, within) =
        (fields.word::<StepKind>("kind", "kind of step"), fields.word("body", "body"), fields.opt_term("within"));
    let silence = fields.opt_word::<Silence>("silence", "meaning of silence");
    fields.finish();
    if silence.is_some() && kind != Some(StepKind::Consult) {
        fields.fault(
            fields.line,
            "wrong_step",
            "silence chỉ đi với bước consult".into(),
            "silence goes with consult only".into(),
        );
    }
    if !matches!(kind, None | Some(StepKind::Appraise | StepKind::Consult)) {
        fields.fault(
            fields.line,
            "wrong_step",
            "chỉ ghi bước appraise, consult".into(),
            "only appraise and consult stand here".into(),
        );
    }
    Some(StepRule { kind: kind?, body: body?, within, silence })
}

fn consent(fields: &Fields) -> Option<Effect> {
    let (body, mode) = (fields.word("body", "body"), fields.word("mode", "mode of consent"));
    Some(Effect::Consent { body: body?, mode: mode? })
}

fn paper(fields: &Fields) -> Option<Effect> {
    let required = fields.opt_bool("required").unwrap_or(true);
    Some(Effect::Paper { document: fields.word("document", "document")?, required })
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
    let (finding, severity) = (fields.word("finding", "finding"), fields.word("severity", "severity"));
    let max = fields.opt_int("max");
    let unit = fields.opt_word("unit", "unit").unwrap_or(TermUnit::Days);
    let waivable_by = fields.opt_word("waivable_by", "body");
    Some(Effect::Limit { finding: finding?, severity: severity?, max, unit, waivable_by })
}

fn deadline(fields: &Fields) -> Option<Effect> {
    let (lead, before) = (fields.term("lead"), fields.word::<Anchor>("before", "moment"));
    Some(Effect::Deadline { lead: lead?, before: before?, severity: fields.word("severity", "severity")? })
}

fn obligation(fields: &Fields) -> Option<Effect> {
    let code = fields.text("code");
    let (after, before) = (fields.opt_word::<Anchor>("after", "moment"), fields.opt_word::<Anchor>("before", "moment"));
    let (ends, due) = (fields.opt_month_day("report_year_ends"), fields.opt_month_day("due"));
    let timing = match (after, before, ends, due) {
        (Some(by), None, Some(ends), Some(due)) => Some(Timing::ReportYear { by, ends, due }),
        (Some(anchor), None, None, None) => fields.term("within").map(|term| Timing::After(anchor, term)),
        (None, Some(anchor), None, None) => fields.lead("within").map(|term| Timing::Before(anchor, term)),
        _ => {
            fields.missing("after or before");
            None
        }
    };
    Some(Effect::Obligation { code: code?, timing: timing? })
}
