//! The check of a form before it goes on: every answer with the way back to it, what speaks against it, and what lacks.

use std::collections::{BTreeMap, HashMap};

use actix_web::HttpResponse;
use askama::Template;
use serde_json::Value;

use crate::pages::dossier::{ActLink, acts};
use crate::pages::forms::decode::{Blank, TypingFaults, body};
use crate::pages::forms::labels;
use crate::pages::forms::names::{names_in, of_chosen, resolve};
use crate::pages::forms::sending::Refusal;
use crate::pages::forms::shape::fields_of;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, html};
use crate::pages::held::mask_numbers;
use crate::pages::parts::{FormPlace, FormStanding, PartLink, TO_CHECK, links};
use crate::pages::parts_in_question::{faults_of, field_of, findings_of};
use crate::pages::registers::RegisterPages;
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::rule::{self, FindingLine, PaperLine, RuleAnswer};
use crate::pages::rule_typed::rule_as_typed;
use crate::pages::sections::{FormSection, sections, stored_of};
use crate::pages::show::{self, text};
use crate::pages::summary::{ContentReader, SummaryRow};

/// An answer, and what speaks against it.
struct CheckedAnswer {
    row: SummaryRow,
    findings: Vec<FindingLine>,
}

/// A part with its answers.
struct CheckedPart {
    label: String,
    href: String,
    answers: Vec<CheckedAnswer>,
    /// What speaks against the part and stands at none of its answers.
    findings: Vec<FindingLine>,
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    frame: Frame,
    kicker: String,
    title: String,
    /// It is no dossier yet.
    is_copy: bool,
    parts: Vec<PartLink>,
    sections: Vec<CheckedPart>,
    /// What the rule asks for.
    papers: Vec<PaperLine>,
    /// What happens next, in one sentence.
    onward: String,
    rule: Option<RuleAnswer>,
    acts: Vec<ActLink>,
    path: String,
}

/// The check of a draft.
pub async fn check_draft(page: &PageRequest, register: &RegisterPages, id: &str) -> PageResult<HttpResponse> {
    let path = format!("/{}/{id}", register.path);
    let dossier = page.get(&path).await?;
    let assessment = page.if_seen(&format!("{path}/assessment")).await?;
    let stored = stored_of(page, register, &dossier);
    let names = names_in(&dossier);
    let rule = assessment.as_ref().map(|a| rule::answer(&page.contract, a, &names, true, page.language));
    let reader = ContentReader {
        contract: &page.contract,
        schema: &register.created_by,
        language: page.language,
        names: &HashMap::new(),
    };
    let place = FormPlace::Draft { path: &path };
    let (parts, sections) = checked(page, register, &place, &stored, &dossier, &reader, rule.as_ref());
    let frame =
        Frame::below(page, register, page.t("Kiểm tra", "Check")).await?.crumb(page.t("Hồ sơ", "Dossier"), &path);
    let possible = acts(page, &path, &dossier);
    let body = CheckPage {
        kicker: register.label(page.language).to_owned(),
        title: text(&dossier, "/title").to_owned(),
        is_copy: false,
        parts,
        sections,
        papers: Vec::new(),
        onward: assessment.as_ref().map(|a| rule::onward(&page.contract, a, page.language)).unwrap_or_default(),
        rule,
        acts: possible.into_iter().filter(|a| !a.href.ends_with("/edit")).collect(),
        path,
        frame,
    };
    Ok(html(200, &body))
}

/// The check of what is no dossier yet.
pub async fn check_copy(
    page: &PageRequest,
    register: &RegisterPages,
    token: &str,
    mut typed: Typed,
) -> PageResult<HttpResponse> {
    let root = format!("/{}", register.path);
    let fields = fields_of(&page.contract, &register.created_by);
    let place = FormPlace::Copy { path: &root, token, more: "" };
    // A name that means nobody yet stands as it was typed; the others are looked up once.
    let as_typed = typed.clone();
    resolve(page, &fields, &mut typed).await;
    let rule = rule_as_typed(page, register, "", typed.clone()).await?;
    let names = of_chosen(page, &fields, &typed, &Value::Null).await;
    mask_numbers(&mut typed);
    let content = body(&fields, &typed, Blank::LeftOut, &mut TypingFaults::new());
    let reader = ContentReader {
        contract: &page.contract,
        schema: &register.created_by,
        language: page.language,
        names: &names,
    };
    let (parts, sections) = checked(page, register, &place, &as_typed, &content, &reader, rule.as_ref());
    let frame = Frame::below(page, register, page.t("Kiểm tra", "Check"))
        .await?
        .crumb(page.t("Lập hồ sơ", "New dossier"), &format!("{root}/new"));
    let body = CheckPage {
        kicker: register.label(page.language).to_owned(),
        title: as_typed.get("/title").unwrap_or_default().to_owned(),
        is_copy: true,
        parts,
        sections,
        papers: rule.iter().flat_map(|rule| rule.papers.clone()).collect(),
        onward: String::new(),
        rule,
        acts: Vec::new(),
        path: root,
        frame,
    };
    Ok(html(200, &body))
}

fn checked(
    page: &PageRequest,
    register: &RegisterPages,
    place: &FormPlace<'_>,
    typed: &Typed,
    content: &Value,
    reader: &ContentReader<'_>,
    rule: Option<&RuleAnswer>,
) -> (Vec<PartLink>, Vec<CheckedPart>) {
    let all = sections(page, register, &register.created_by);
    let nothing = Refusal::default();
    let form = FormStanding { typed, refusal: &nothing, rule };
    let parts = links(page, place, &all, &form, "check");
    let asked = all.iter().filter(|section| section.is_asked(typed));
    let checked = asked.map(|section| {
        let mut against = against(page, rule, section, typed);
        let mut answers = Vec::new();
        for field in &section.fields {
            if let Some(row) = reader.row(field, content) {
                let (own, others) = against.into_iter().partition(|(name, _)| *name == Some(field.name.as_str()));
                against = others;
                answers.push(CheckedAnswer { row, findings: lines_of(own) });
            }
        }
        CheckedPart {
            label: section.label.clone(),
            href: match place {
                FormPlace::Copy { .. } => format!("{}{TO_CHECK}", place.href(&section.key)),
                FormPlace::Draft { .. } => format!("{}?{}", place.href(&section.key), &TO_CHECK[1..]),
            },
            answers,
            findings: lines_of(against),
        }
    });
    (parts, checked.collect())
}

/// Findings with the field that each is about.
type FieldFindings<'a> = Vec<(Option<&'a str>, FindingLine)>;

fn lines_of(findings: FieldFindings<'_>) -> Vec<FindingLine> {
    findings.into_iter().map(|(_, line)| line).collect()
}

/// What speaks against a part, by the field that it is about: what is wrong in it, what lacks, and what the regulation finds.
fn against<'a>(
    page: &PageRequest,
    rule: Option<&RuleAnswer>,
    section: &'a FormSection,
    typed: &Typed,
) -> FieldFindings<'a> {
    let own = |pointer: &&String| section.holds(pointer);
    let faults: BTreeMap<String, String> = faults_of(rule, section).into_iter().collect();
    let told = faults.into_iter().map(|(pointer, said)| {
        (section.field_at(&pointer), FindingLine::beside("stop", page.t("Cần sửa", "To mend"), said))
    });
    let mut all: FieldFindings<'a> = told.collect();
    let mut lacking: Vec<&str> = Vec::new();
    for pointer in rule.into_iter().flat_map(|rule| &rule.lacking).filter(own).filter(|at| typed.is_blank(at)) {
        let name = labels::name_of(pointer);
        let label = labels::of("", name).map_or(name, |label| label.label(page.language));
        if !lacking.contains(&label) {
            lacking.push(label);
        }
    }
    // A part where nothing stands says so already.
    if !lacking.is_empty() && !section.is_blank(typed) {
        let said = show::joined(lacking, ", ");
        all.push((None, FindingLine::beside("wait", page.t("Chưa nhập", "Not typed yet"), said)));
    }
    all.extend(findings_of(rule, section).into_iter().map(|finding| (field_of(&finding, section), finding)));
    all
}
