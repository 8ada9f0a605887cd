//! A draft that is there: its form, part by part, each part a change of it; and its check before it is sent.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use crate::pages::check::check_draft;
use crate::pages::dossier::number_of;
use crate::pages::form_body::FormBody;
use crate::pages::forms::compare::{SideBySide, is_asked, settle};
use crate::pages::forms::decode::Blank;
use crate::pages::forms::names::{names_in, of_chosen};
use crate::pages::forms::sending::{FormCall, Refusal, Sent, send};
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::held::{
    NUMBERS, forget, forget_restored, hide_numbers, keep_part, restored_from, reveal_numbers, token_of_part,
    typed_before, unsent,
};
use crate::pages::outcomes::clashes;
use crate::pages::parts::{FormPlace, FormStanding, PartPage, back_to, links, onward, place_of};
use crate::pages::pasting::{Pasting, pasted};
use crate::pages::registers::register;
use crate::pages::request::{PageRequest, PageResult, see_other};
use crate::pages::rule;
use crate::pages::rule_typed::{answer_as_typed, rule_as_typed, rule_fragment};
use crate::pages::sections::{part_after, part_of, sections, stored_of};
use crate::pages::show::{self, number, text};
use crate::pages::sign_in::answer_form;

async fn draw_edit(
    page: &PageRequest,
    id: &str,
    part: &str,
    typed: Option<Typed>,
    refusal: Refusal,
) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let path = format!("/{}/{id}", register.path);
    let dossier = page.get(&path).await?;
    // How far a part is: what a new dossier requires says so; the changes of a draft may all be left out.
    let stored = stored_of(page, &register, &dossier);
    let required = sections(page, &register, &register.created_by);
    let assessment = page.if_seen(&format!("{path}/assessment")).await?;
    let by_stored =
        assessment.as_ref().map(|a| rule::answer(&page.contract, a, &names_in(&dossier), true, page.language));
    let all = sections(page, &register, &register.changed_by);
    let section = part_of(&all, part)?;
    let next = part_after(&all, section, &stored).map_or(page.t("Giấy tờ", "Papers"), |s| s.label.as_str());
    let (now, required_of) = (stored.clone(), stored.clone());
    let (here, token) = (format!("{path}/edit/{part}"), token_of_part(id, part));
    let mut held = if typed.is_none() { typed_before(page, &Typed::default()).await } else { None };
    if let Some(held) = &mut held {
        pasted(held);
    }
    let unsent = if typed.is_none() && held.is_none() { unsent(page, &here, &token).await } else { None };
    let as_typed = typed.or(held);
    // While something is typed, the answer is about that, not about what is stored.
    let answered = match &as_typed {
        Some(typed) => {
            let mut whole = stored.clone();
            section.put_over(&mut whole, typed.clone());
            rule_as_typed(page, &register, &format!("?dossier={id}"), whole).await?
        }
        None => None,
    };
    let rule = answered.or(by_stored);
    let form = FormStanding { typed: &required_of, refusal: &refusal, rule: rule.as_ref() };
    let parts = links(page, &FormPlace::Draft { path: &path }, &required, &form, part);
    let mut typed = as_typed.unwrap_or(stored);
    let pasting = Pasting::of(page, &section.fields, &typed);
    let numbers = hide_numbers(page, &mut typed, &Typed::default()).await?;
    let names = of_chosen(page, &section.fields, &typed, &dossier).await;
    let calendar = page.working_days_of(&typed).await;
    let drawing = refusal.drawing(page, &register.changed_by, &typed, &names, &[], &calendar);
    let changed = refusal.is_stale();
    let seen = page.asked("version").filter(|_| !changed);
    let version = seen.unwrap_or_else(|| number(&dossier, "/version").to_string());
    let comparison =
        SideBySide { contract: &page.contract, schema: &register.changed_by, language: page.language, names: &names };
    let differing = if changed { comparison.differing(&section.fields, "", &typed, &now) } else { Vec::new() };
    let title = text(&dossier, "/title").to_owned();
    let number = number_of(page, &dossier);
    let frame = Frame::below(page, &register, &section.label).await?.crumb(&number, &path);
    let status = refusal.page_status();
    let saved = show::moment(text(&dossier, "/updated_at"), page.language);
    let body = PartPage {
        kicker: place_of(page, &register, &parts),
        saved: format!("{number} · {} {saved}", page.t("Đã lưu", "Saved")),
        target: format!("{here}?method=patch&version={version}{}{}", back_to(page), restored_from(page)),
        button: format!("{} {next}", page.t("Lưu và sang", "Save and go to")),
        fields: drawing.fields(&section.fields),
        faults: refusal.summary,
        changed_said: if changed { refusal.said } else { String::new() },
        differing,
        numbers,
        pasting,
        clashes: if section.holds("/programme") { clashes(page, &dossier) } else { Vec::new() },
        rule_at: format!("{here}/rule?version={version}"),
        unsent,
        here,
        rule,
        back: format!("{path}/edit/check"),
        parts,
        title,
        path,
        frame,
    };
    Ok(html(status, &body))
}

async fn send_edit(page: &PageRequest, id: &str, part: &str, form: &[u8]) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let mut typed = Typed::of_form(form);
    page.me().await?;
    let token = token_of_part(id, part);
    if page.asked("discard").is_some() {
        forget(page, &token).await;
        return Ok(see_other(&format!("/{}/{id}/edit/{part}", register.path)));
    }
    reveal_numbers(page, &mut typed, &Typed::default()).await;
    let present = stored_of(page, &register, &page.get(&format!("/{}/{id}", register.path)).await?);
    let asked = is_asked(&typed);
    let open = settle(&mut typed, &present);
    let redrawn = pasted(&mut typed) || typed.redrawn();
    if redrawn || !open.is_empty() {
        let refusal = Refusal::undecided(page, asked, redrawn);
        return draw_edit(page, id, part, Some(typed), refusal).await;
    }
    let all = sections(page, &register, &register.changed_by);
    let section = part_of(&all, part)?;
    let mut whole = present.clone();
    section.put_over(&mut whole, typed.clone());
    let next = part_after(&all, section, &whole);
    let path = format!("/{}/{id}", register.path);
    let call = FormCall {
        method: Method::PATCH,
        path: path.clone(),
        schema: &register.changed_by,
        fields: &section.fields,
        blank: Blank::TakenAway,
        present: Some(present),
    };
    match send(page, call, &mut typed).await? {
        Sent::Done(_) => {
            forget(page, typed.get(NUMBERS).unwrap_or_default()).await;
            forget(page, &token).await;
            forget_restored(page).await;
            match back_to(page) {
                "" => Ok(see_other(&onward(&path, next))),
                _ => Ok(see_other(&format!("{path}/edit/check"))),
            }
        }
        Sent::Refused(refusal) => draw_edit(page, id, part, Some(typed), refusal).await,
    }
}

/// What the regulation says of the draft as this part is typed; nothing is stored.
async fn assessed(page: &PageRequest, id: &str, part: &str, form: &[u8]) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let dossier = page.get(&format!("/{}/{id}", register.path)).await?;
    let all = sections(page, &register, &register.created_by);
    let mut whole = stored_of(page, &register, &dossier);
    let section = part_of(&all, part)?;
    let mut typed = Typed::of_form(form);
    // What is kept is what was typed, not the masks that a redrawn form shows.
    reveal_numbers(page, &mut typed, &Typed::default()).await;
    let kept = keep_part(page, &token_of_part(id, part), &typed).await;
    section.put_over(&mut whole, typed);
    let answer = answer_as_typed(page, &register, &format!("?dossier={id}"), whole).await?;
    Ok(rule_fragment(page, answer, kept))
}

async fn check(page: &PageRequest, id: &str) -> PageResult<HttpResponse> {
    check_draft(page, &register(page)?, id).await
}

pub async fn assess_edit(page: PageRequest, path: web::Path<(String, String)>, form: FormBody) -> HttpResponse {
    answer(&page, assessed(&page, &path.0, &path.1, &form).await).await
}

pub async fn show_edit(page: PageRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let made = match path.1.as_str() {
        "check" => check(&page, &path.0).await,
        // Papers are sent one by one, from a page of their own.
        "papers" => register(&page).map(|r| see_other(&format!("/{}/{}/attachments", r.path, path.0))),
        part => draw_edit(&page, &path.0, part, None, Refusal::default()).await,
    };
    answer(&page, made).await
}

pub async fn save_edit(page: PageRequest, path: web::Path<(String, String)>, form: FormBody) -> HttpResponse {
    answer_form(&page, &form, send_edit(&page, &path.0, &path.1, &form).await).await
}

/// The form of a dossier begins with its check: every answer, with the way back to it.
pub async fn edit(page: PageRequest, id: web::Path<String>) -> HttpResponse {
    answer(&page, check(&page, &id).await).await
}
