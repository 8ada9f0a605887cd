//! A rule as a sentence: the conditions, then what it prescribes. For people who check that a pack says what the text says. Pure.

use crate::fact::Condition;
use crate::pack::{Anchor, ConsentMode, Effect, Rule, StepRule, Timing};
use crate::why::said_constraint;
use kernel::text::Bilingual;
use kernel::time::{Day, in_vietnamese};
use kernel::words::{DutyCode, FindingCode, Label, Silence, Term, TermUnit};

/// A rule in both languages: `Nếu cấp chức vụ: Lãnh đạo tỉnh, thì Chủ tịch UBND tỉnh quyết định trong 5 ngày làm việc.`
pub fn sentence(rule: &Rule) -> Bilingual {
    let (condition, effect) = (condition(&rule.when), effect(&rule.effect));
    let effect = match (rule.valid_from, rule.valid_to) {
        (None, None) => effect,
        (from, to) => {
            let day = |day: Option<Day>| day.map_or_else(|| "…".to_owned(), in_vietnamese);
            let (from, to) = (day(from), day(to));
            Bilingual::new(
                format!("{} (từ {from} đến trước {to})", effect.vi),
                format!("{} (from {from} until before {to})", effect.en),
            )
        }
    };
    match condition {
        Some(when) => Bilingual::new(
            format!("Nếu {}, thì {}.", when.vi, effect.vi),
            format!("If {}, then {}.", when.en, effect.en),
        ),
        None => Bilingual::new(format!("{}.", upper(&effect.vi)), format!("{}.", upper(&effect.en))),
    }
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn condition(when: &Condition) -> Option<Bilingual> {
    let mut said: Option<Bilingual> = None;
    for (fact, constraint) in &when.0 {
        let (label, requires) = (fact.label(), said_constraint(*fact, constraint));
        let (vi, en) = (format!("{}: {}", label.vi, requires.vi), format!("{}: {}", label.en, requires.en));
        said = Some(match said {
            Some(before) => Bilingual::new(format!("{}; {vi}", before.vi), format!("{}; {en}", before.en)),
            None => Bilingual::new(vi, en),
        });
    }
    said
}

fn term(term: Term) -> Bilingual {
    let unit = term.unit.label();
    Bilingual::new(
        format!("{} {}", term.value, unit.vi.to_lowercase()),
        format!("{} {}", term.value, unit.en.to_lowercase()),
    )
}

fn within(of: Option<Term>) -> Bilingual {
    match of.map(term) {
        Some(said) => Bilingual::new(format!(" trong {}", said.vi), format!(" within {}", said.en)),
        None => Bilingual::default(),
    }
}

/// What it means if nobody answers in time.
fn silence(of: Option<Silence>) -> Bilingual {
    match of.map(Silence::label) {
        Some(said) => Bilingual::new(
            format!("; quá hạn không trả lời: {}", lower(said.vi)),
            format!("; without an answer in time: {}", lower(said.en)),
        ),
        None => Bilingual::default(),
    }
}

fn step(step: &StepRule) -> Bilingual {
    let (kind, body, within) = (step.kind.label(), step.body.label(), within(step.within));
    let silence = silence(step.silence);
    Bilingual::new(
        format!("{} ({}{}{})", kind.vi.to_lowercase(), body.vi, within.vi, silence.vi),
        format!("{} ({}{}{})", kind.en.to_lowercase(), body.en, within.en, silence.en),
    )
}

/// Several parts as one, with commas.
fn listed(parts: impl Iterator<Item = Bilingual>) -> Bilingual {
    let (vi, en): (Vec<String>, Vec<String>) = parts.map(|part| (part.vi, part.en)).unzip();
    Bilingual::new(vi.join(", "), en.join(", "))
}

fn anchor(of: Anchor) -> Label {
    let (vi, en) = match of {
        Anchor::Departure => ("ngày đi", "the departure"),
        Anchor::Return => ("ngày về", "the return"),
        Anchor::Arrival => ("ngày khách đến", "the arrival"),
        Anchor::Reception => ("giờ tiếp khách", "the reception"),
        Anchor::RestrictedArea => ("giờ vào khu vực hạn chế", "entering the restricted area"),
        Anchor::Decision => ("ngày quyết định", "the decision"),
        Anchor::LeftPost => ("ngày thôi giữ chức vụ", "leaving the post"),
    };
    Label { vi, en }
}

fn timing(of: Timing) -> Bilingual {
    match of {
        Timing::After(event, within) => {
            let (event, within) = (anchor(event), term(within));
            Bilingual::new(
                format!("trong {} từ {}", within.vi, event.vi),
                format!("within {} of {}", within.en, event.en),
            )
        }
        Timing::Before(event, lead) => {
            let (event, lead) = (anchor(event), term(lead));
            Bilingual::new(format!("trước {} {}", event.vi, lead.vi), format!("{} before {}", lead.en, event.en))
        }
        Timing::BeforeEnd { after, within, lead } => {
            let (event, within, lead) = (anchor(after), term(within), term(lead));
            Bilingual::new(
                format!("trước khi hết {} từ {} {}", within.vi, event.vi, lead.vi),
                format!("{} before {} of {} end", lead.en, within.en, event.en),
            )
        }
        Timing::ReportYear { due: (month, day), .. } => {
            Bilingual::new(format!("hằng năm, chậm nhất ngày {day}/{month}"), format!("every year, by {day}/{month}"))
        }
    }
}

fn effect(of: &Effect) -> Bilingual {
    match of {
        Effect::Authority { decider, steps, decide_within, silence: unanswered, term: whole, copies_to, .. } => {
            let way = if steps.is_empty() {
                Bilingual::default()
            } else {
                let way = listed(steps.iter().map(step));
                Bilingual::new(format!("; trước đó: {}", way.vi), format!("; before that: {}", way.en))
            };
            let (within, unanswered) = (within(*decide_within), silence(*unanswered));
            let whole = whole.map(term).map_or_else(Bilingual::default, |whole| {
                Bilingual::new(format!("; cả thủ tục {}", whole.vi), format!("; {} in all", whole.en))
            });
            let copies = if copies_to.is_empty() {
                Bilingual::default()
            } else {
                let to = listed(copies_to.iter().map(|body| Bilingual::from(body.label())));
                Bilingual::new(format!("; gửi {}", to.vi), format!("; copies to {}", to.en))
            };
            let way = Bilingual::new(
                [unanswered.vi, way.vi, whole.vi, copies.vi].concat(),
                [unanswered.en, way.en, whole.en, copies.en].concat(),
            );
            match decider.map(|body| body.label()) {
                Some(body) => Bilingual::new(
                    format!("{} quyết định{}{}", body.vi, within.vi, way.vi),
                    format!("{} decides{}{}", body.en, within.en, way.en),
                ),
                None => Bilingual::new(
                    format!("chưa đọc được ai quyết định{}", way.vi),
                    format!("who decides was not read{}", way.en),
                ),
            }
        }
        Effect::NoPermission => Bilingual::new("không phải xin phép", "no permission is needed"),
        Effect::Consent { body, mode } => {
            let body = body.label();
            let (vi, en) = match mode {
                ConsentMode::Step => ("", ""),
                ConsentMode::InDossier => (", bằng văn bản trong hồ sơ", ", as a paper in the dossier"),
            };
            Bilingual::new(
                format!("cần ý kiến đồng ý của {}{vi}", body.vi),
                format!("needs the consent of {}{en}", body.en),
            )
        }
        Effect::Paper { document, required } => {
            let paper = document.label();
            let (vi, en) =
                if *required { ("hồ sơ phải có", "needs") } else { ("hồ sơ có thể có", "may have") };
            Bilingual::new(format!("{vi}: {}", paper.vi), format!("the dossier {en}: {}", paper.en))
        }
        Effect::Detail { .. } => Bilingual::new(
            "văn bản đề nghị phải ghi loại, ngạch, bậc, mã ngạch",
            "the letter states category, grade, step and grade code",
        ),
        Effect::Limit { finding: code, severity, max, unit, waivable_by } => {
            let (finding, severity) = (code.label(), severity.label());
            // Six months of validity are months, whatever the pack counts limits in.
            let unit = if *code == FindingCode::PassportExpiresEarly { TermUnit::Months } else { *unit }.label();
            // What is counted in people, countries or trips has no unit of time.
            let timed = matches!(
                code,
                FindingCode::TooManyDays | FindingCode::TooManyDaysInCountry | FindingCode::PassportExpiresEarly
            );
            let most = max.map_or_else(Bilingual::default, |max| match timed {
                true => Bilingual::new(
                    format!(" (mốc {max} {})", unit.vi.to_lowercase()),
                    format!(" ({max} {})", unit.en.to_lowercase()),
                ),
                false => Bilingual::new(format!(" (mốc {max})"), format!(" ({max})")),
            });
            let waived = waivable_by.map_or_else(Bilingual::default, |body| {
                let body = body.label();
                Bilingual::new(format!("; {} có thể chấp thuận", body.vi), format!("; {} may waive it", body.en))
            });
            Bilingual::new(
                format!("{}{}: {}{}", lower(finding.vi), most.vi, severity.vi.to_lowercase(), waived.vi),
                format!("{}{}: {}{}", lower(finding.en), most.en, severity.en.to_lowercase(), waived.en),
            )
        }
        Effect::Deadline { lead, before, severity } => {
            let (lead, event, severity) = (term(*lead), anchor(*before), severity.label());
            Bilingual::new(
                format!("trình trước {} ít nhất {}; chậm hơn: {}", event.vi, lead.vi, severity.vi.to_lowercase()),
                format!("submit at least {} before {}; later: {}", lead.en, event.en, severity.en.to_lowercase()),
            )
        }
        Effect::Obligation { code, timing: when } => {
            let when = timing(*when);
            let (vi, en) = match code.parse::<DutyCode>() {
                Ok(duty) => (duty.vi().to_owned(), duty.en().to_owned()),
                Err(_) => (code.clone(), code.clone()),
            };
            Bilingual::new(format!("{} {}", lower(&vi), when.vi), format!("{} {}", lower(&en), when.en))
        }
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::sketch;

    #[test]
    fn every_shipped_rule_is_a_sentence_without_wire_words() {
        let mut told = 0;
        for (code, source) in crate::SHIPPED {
            for rule in sketch(source).unwrap_or_else(|_| panic!("{code}")).pack.rules {
                let said = sentence(&rule);
                told += 1;
                for text in [&said.vi, &said.en] {
                    assert!(
                        text.ends_with('.') && !text.contains('_') && !text.contains(".."),
                        "{code} {}: {text}",
                        rule.id
                    );
                    assert!(text.chars().next().is_some_and(char::is_uppercase), "{code} {}: {text}", rule.id);
                }
                assert_ne!(said.vi, said.en);
            }
        }
        assert!(told > 100, "{told}");
    }
}
