//! Notes that accompany an assessment: which text applies, how well it is known, who decides instead. Pure.

use std::collections::BTreeSet;

use crate::assess::{AppliedRule, Finding};
use crate::book::Law;
use crate::case::Case;
use crate::pack::{Effect, Rule};
use kernel::text::Bilingual;
use kernel::time::{Day, in_vietnamese};
use kernel::words::{Body, RuleStatus, Silence};

/// The pack is applied outside its period of validity.
pub(super) fn out_of_force(law: &Law) -> (String, Bilingual) {
    let from = law.pack.in_force_from.map(in_vietnamese).unwrap_or_else(|| "…".into());
    let to = law.pack.in_force_to.map(in_vietnamese).unwrap_or_else(|| "…".into());
    let mut detail = Bilingual::new(
        format!("{} có hiệu lực từ {from} đến trước {to}; ngày xét nằm ngoài thời gian này.", law.pack.document),
        format!("{} is in force from {from} until before {to}; the day in question is outside.", law.pack.document),
    );
    if let Some(instead) = &law.instead {
        detail.vi += &format!(" Văn bản của ngày này: {} ({}).", instead.document, instead.code);
        detail.en += &format!(" The text of that day: {} ({}).", instead.document, instead.code);
    }
    ("not_in_force".into(), detail)
}

/// Tells the clerk at once that a body other than the usual one decides.
pub(super) fn exception(body: Body, citation: &str) -> (String, Bilingual) {
    let detail = Bilingual::new(
        format!("Cần chấp thuận ngoại lệ nên hồ sơ do {} quyết định ({citation}).", body.vi()),
        format!("An exception is needed, so the dossier is decided by: {} ({citation}).", body.en()),
    );
    ("exception_decided_by".into(), detail)
}

/// Where the silence of the decider counts as agreement, from which day it does.
pub(super) fn silence(rule: &Rule, due: Day) -> Option<(String, Bilingual)> {
    let agrees = matches!(rule.effect, Effect::Authority { silence: Some(Silence::Agreement), .. });
    let free = due.succ_opt().filter(|_| agrees)?;
    let detail = Bilingual::new(
        format!(
            "Nếu không có ý kiến đến hết ngày {} thì được thực hiện từ ngày {}.",
            in_vietnamese(due),
            in_vietnamese(free)
        ),
        format!("Without an answer by the end of {due}, it may take place from {free} on."),
    );
    Some(("silence_agrees".into(), detail))
}

/// All further notes, which depend on the text and the case.
pub(super) fn further(law: &Law, case: &Case, spoken: &[AppliedRule], found: &[Finding]) -> Vec<(String, Bilingual)> {
    let mut notes = Vec::new();
    let mut add = |code: &str, vi: String, en: String| notes.push((code.to_owned(), Bilingual::new(vi, en)));
    if law.pack.status == RuleStatus::Unverified {
        for text in &law.pack.texts {
            add("applicable_text", format!("Văn bản cần tra cứu: {text}"), format!("Text to look up: {text}"));
        }
    }
    if let Some((_, name)) = law.pack.successor.as_ref().filter(|_| law.out_of_force) {
        add(
            "successor_jurisdiction",
            format!("Địa phương đã sáp nhập vào {name}; quản trị viên chọn văn bản áp dụng."),
            format!("The province was merged into {name}; an administrator chooses the text that applies."),
        );
    }
    if let Some(document) = &law.chosen_by {
        add(
            "text_chosen",
            format!("Áp dụng {} theo {document}.", law.pack.document),
            format!("{} is applied under {document}.", law.pack.document),
        );
    }
    if !law.pack.dossier_known.contains(&case.procedure) {
        add(
            "dossier_not_known",
            "Chưa đọc được thành phần hồ sơ của văn bản này.".into(),
            "The list of required documents in this text was not read.".into(),
        );
    }
    if law.pack.in_force_from.is_none() {
        add(
            "in_force_not_known",
            "Chưa đọc được ngày có hiệu lực của văn bản này.".into(),
            "The effective date of this text was not read.".into(),
        );
    }
    if case.trip().is_some_and(|t| t.travellers.iter().any(|t| t.passport.is_none())) {
        add(
            "passport_not_stated",
            "Có thành viên chưa khai hộ chiếu.".into(),
            "A traveller's passport is not stated.".into(),
        );
    }
    // A limit that is not exceeded does not influence the answer.
    let weighs = |rule: &Rule| !matches!(rule.effect, Effect::Limit { .. }) || found.iter().any(|f| f.rule == rule.id);
    let partial = spoken.iter().map(|s| s.rule).filter(|r| r.status == RuleStatus::Partial && weighs(r));
    let partial: BTreeSet<&str> = partial.map(Rule::text).collect();
    if !partial.is_empty() && law.pack.status != RuleStatus::Unverified {
        let texts = partial.into_iter().collect::<Vec<_>>().join("; ");
        add(
            "secondary_source",
            format!("Dẫn theo nguồn thứ cấp: {texts}."),
            format!("From a secondary source: {texts}."),
        );
    }
    notes
}
