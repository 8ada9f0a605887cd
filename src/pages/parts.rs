//! The parts of a form in which a dossier is drafted, and how far each of them is.

use askama::Template;

use crate::pages::forms::compare::DifferingField;
use crate::pages::forms::fields::{DrawnField, FaultLine};
use crate::pages::forms::sending::Refusal;
use crate::pages::forms::shape::FormField;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::Frame;
use crate::pages::held::Unsent;
use crate::pages::parts_in_question::is_in_question;
use crate::pages::pasting::Pasting;
use crate::pages::registers::RegisterPages;
use crate::pages::request::PageRequest;
use crate::pages::rule::RuleAnswer;
use crate::pages::sections::FormSection;
use crate::pages::summary::SummaryRow;

/// A part of the form, as the list of parts shows it.
pub struct PartLink {
    pub href: String,
    pub label: String,
    pub said: String,
    pub class: &'static str,
    pub here: bool,
}

#[derive(Template)]
#[template(path = "part.html")]
pub struct PartPage {
    pub frame: Frame,
    pub kicker: String,
    pub title: String,
    pub saved: String,
    pub parts: Vec<PartLink>,
    pub target: String,
    pub button: String,
    pub fields: Vec<DrawnField>,
    pub faults: Vec<FaultLine>,
    /// The dossier changed since it was seen: who changed it, and when.
    pub changed_said: String,
    /// What differs then between what was typed and what stands there now.
    pub differing: Vec<DifferingField>,
    /// Where typed passport numbers are kept.
    pub numbers: String,
    pub pasting: Option<Pasting>,
    /// Hosts whom the programme wants while they are elsewhere.
    pub clashes: Vec<SummaryRow>,
    /// Where what is typed is assessed.
    pub rule_at: String,
    pub rule: Option<RuleAnswer>,
    pub path: String,
    pub back: String,
    /// Where what was typed before and not sent comes back.
    pub unsent: Option<Unsent>,
    /// The address of this part.
    pub here: String,
}

/// The part of an address by which somebody who came from the check goes back to it.
pub const TO_CHECK: &str = "&to=check";

/// The same, where this page was opened from the check.
pub fn back_to(page: &PageRequest) -> &'static str {
    if page.asked("to").as_deref() == Some("check") { TO_CHECK } else { "" }
}

/// Where somebody goes from a part of a draft: to the part after it, or to the papers.
pub fn onward(path: &str, next: Option<&FormSection>) -> String {
    next.map_or_else(|| format!("{path}/attachments"), |next| format!("{path}/edit/{}", next.key))
}

/// How far a part is: what is wrong with it, else what its required fields hold.
fn standing(page: &PageRequest, section: &FormSection, form: &FormStanding<'_>) -> (String, &'static str) {
    let at = |field: &FormField| format!("/{}", field.name);
    let blank = section.is_blank(form.typed);
    let lacking = || form.rule.into_iter().flat_map(|rule| &rule.lacking).filter(|pointer| section.holds(pointer));
    let filled = section.fields.iter().filter(|f| f.required).all(|f| !form.typed.is_blank(&at(f)));
    let complete = filled && lacking().next().is_none();
    let of_rule = form.rule.into_iter().flat_map(|rule| rule.faults.keys());
    // What nobody has touched only lacks, though the whole was refused for it.
    let refused = form.refusal.faults.keys().filter(|pointer| !(blank && form.typed.is_blank(pointer)));
    // What was typed and yet lacks is not right.
    let faulty = refused.chain(of_rule).any(|pointer| section.holds(pointer))
        || lacking().any(|pointer| !form.typed.is_blank(pointer));
    match (blank, complete) {
        _ if faulty || is_in_question(form.rule, section) => (page.t("Có vướng", "In question").to_owned(), "stop"),
        (_, true) if !blank => (page.t("Xong", "Done").to_owned(), "done"),
        (true, _) => (page.t("Chưa nhập", "Not begun").to_owned(), ""),
        _ => (page.t("Đang nhập", "Begun").to_owned(), "wait"),
    }
}

/// How far the papers are.
fn papers_standing(page: &PageRequest, rule: Option<&RuleAnswer>) -> (String, &'static str) {
    match rule.map(|rule| (rule.missing.len(), rule.papers.len())) {
        Some((0, asked)) if asked > 0 => (page.t("Xong", "Done").to_owned(), "done"),
        Some((missing, _)) if missing > 0 => (format!("{} {missing}", page.t("Còn thiếu", "Missing:")), "wait"),
        _ => (String::new(), ""),
    }
}

/// What a form holds, what is wrong with it, and what the regulation says of it.
pub struct FormStanding<'a> {
    pub typed: &'a Typed,
    pub refusal: &'a Refusal,
    pub rule: Option<&'a RuleAnswer>,
}

/// Where a part is: of a draft, or of a working copy.
pub enum FormPlace<'a> {
    Draft {
        path: &'a str,
    },
    /// `more` is what else its addresses carry.
    Copy {
        path: &'a str,
        token: &'a str,
        more: &'a str,
    },
}

impl FormPlace<'_> {
    pub fn href(&self, part: &str) -> String {
        match self {
            FormPlace::Draft { path } => format!("{path}/edit/{part}"),
            FormPlace::Copy { path, token, more } => format!("{path}/new/{part}?copy={token}{more}"),
        }
    }
}

pub fn links(
    page: &PageRequest,
    place: &FormPlace<'_>,
    all: &[FormSection],
    form: &FormStanding<'_>,
    here: &str,
) -> Vec<PartLink> {
    let mut links: Vec<PartLink> = all
        .iter()
        .filter(|section| section.key == here || section.is_asked(form.typed))
        .enumerate()
        .map(|(n, section)| {
            let (said, class) = standing(page, section, form);
            let here = section.key == here;
            PartLink {
                href: place.href(&section.key),
                label: format!("{}. {}", n + 1, section.label),
                said,
                class,
                here,
            }
        })
        .collect();
    let last = [("papers", page.t("Giấy tờ", "Papers")), ("check", page.t("Kiểm tra", "Check"))];
    for (key, label) in last {
        let href = match place {
            FormPlace::Draft { path } if key == "papers" => format!("{path}/attachments"),
            _ => place.href(key),
        };
        let label = format!("{}. {label}", links.len() + 1);
        let (said, class) = if key == "papers" { papers_standing(page, form.rule) } else { (String::new(), "") };
        links.push(PartLink { href, label, said, class, here: key == here });
    }
    links
}

/// Which part of how many is shown.
pub fn place_of(page: &PageRequest, register: &RegisterPages, parts: &[PartLink]) -> String {
    let at = parts.iter().position(|part| part.here).map_or(0, |at| at + 1);
    format!("{} · {} {at}/{}", register.label(page.language), page.t("phần", "part"), parts.len())
}
