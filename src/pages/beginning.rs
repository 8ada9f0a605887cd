//! What is no draft yet: what was typed is a working copy of the person until the API has its minimum.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use crate::access::token::random_text;
use crate::pages::changing::differing_below;
use crate::pages::check::check_copy;
use crate::pages::copies;
use crate::pages::form_body::FormBody;
use crate::pages::forms::decode::Blank;
use crate::pages::forms::names::{of_chosen, resolve};
use crate::pages::forms::sending::{FormCall, Refusal, Sent, judge_typing, send};
use crate::pages::forms::shape::fields_of;
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::held::{
    NUMBERS, PASTED, forget, forget_restored, hide_numbers, keep_part, made_of, remember_made, restored_from,
    reveal_numbers, token_of_part, typed_before,
};
use crate::pages::parts::{FormPlace, FormStanding, PartLink, PartPage, back_to, links, onward, place_of};
use crate::pages::parts_in_question::faults_of;
use crate::pages::pasting::{Pasting, is_pasting, pasted};
use crate::pages::registers::{RegisterPages, register};
use crate::pages::request::{PageRequest, PageResult, Trouble, judged, see_other};
use crate::pages::rule_typed::{answer_as_typed, rule_as_typed, rule_fragment};
use crate::pages::sections::{FormSection, part_after, part_of, sections, stored_of};
use crate::pages::show::{items, may, text};
use crate::pages::sign_in::answer_form;
use crate::pages::unfinished::{Unfinished, copy_name, keep, kept, unfinished};

#[derive(Template)]
#[template(path = "begin.html")]
struct BeginPage {
    frame: Frame,
    copies: Vec<Unfinished>,
    parts: Vec<PartLink>,
    /// Where the first part is.
    begin: String,
}

/// What is kept, with the part as it was typed before the session ended.
async fn with_held(page: &PageRequest, mut kept: Typed, section: &FormSection) -> Typed {
    if let Some(mut held) = typed_before(page, &kept).await {
        pasted(&mut held);
        kept.0.retain(|(at, _)| !section.holds(at));
        kept.0.extend(held.0);
    }
    kept
}

/// The field that says what kind of journey it is.
const PROCEDURE: &str = "/procedure";

/// The procedure that the address asks for, if the register has several.
fn procedure_asked(page: &PageRequest, register: &RegisterPages) -> Option<&'static str> {
    let asked = page.asked("procedure")?;
    let known = register.entry.procedures;
    known.iter().map(|p| p.word()).find(|word| known.len() > 1 && *word == asked)
}

/// The same as an address carries it.
fn of_procedure(page: &PageRequest, register: &RegisterPages) -> String {
    procedure_asked(page, register).map(|word| format!("&procedure={word}")).unwrap_or_default()
}

/// Who may not draft is told so before they type: the API says to whom it belongs.
async fn require_drafter(page: &PageRequest, register: &RegisterPages) -> PageResult<()> {
    if may(&page.me().await?, "draft_dossiers") {
        return Ok(());
    }
    judged(page.ask(&format!("/{}/assessment", register.path), &json!({})).await).map(|_| ())
}

async fn begin(page: &PageRequest) -> PageResult<HttpResponse> {
    let register = register(page)?;
    require_drafter(page, &register).await?;
    let all = sections(page, &register, &register.created_by);
    let own = unfinished(page, std::slice::from_ref(&register), usize::MAX).await?;
    let procedure = procedure_asked(page, &register);
    let mut typed = Typed::default();
    typed.set(PROCEDURE, procedure.unwrap_or_default());
    let kind = match procedure {
        Some(word) => page.contract.label("procedure", word, page.language),
        None => register.label(page.language).to_owned(),
    };
    let title = format!("{}: {}", page.t("Lập hồ sơ", "New dossier"), kind.to_lowercase());
    let frame = Frame::below(page, &register, &title).await?;
    let (root, token, more) = (format!("/{}", register.path), random_text(), of_procedure(page, &register));
    let nothing = Refusal::default();
    let form = FormStanding { typed: &typed, refusal: &nothing, rule: None };
    let parts = links(page, &FormPlace::Copy { path: &root, token: &token, more: &more }, &all, &form, "");
    let begin = parts.first().map(|part| part.href.clone()).unwrap_or_default();
    Ok(html(200, &BeginPage { frame, copies: own, parts, begin }))
}

async fn draw_new(
    page: &PageRequest,
    part: &str,
    token: &str,
    typed: Option<Typed>,
    refusal: Refusal,
) -> PageResult<HttpResponse> {
    let register = register(page)?;
    require_drafter(page, &register).await?;
    let name = copy_name(&register, token).ok_or_else(Trouble::not_found)?;
    // Whoever goes back in the browser goes on with the dossier.
    if let (None, Some(id)) = (&typed, made_of(page, token).await) {
        return Ok(see_other(&format!("/{}/{id}/edit/{part}", register.path)));
    }
    let all = sections(page, &register, &register.created_by);
    let known = kept(page, &name).await?;
    let section = part_of(&all, part)?;
    let is_sent = typed.is_some();
    let mut typed = match typed {
        Some(typed) => typed,
        None => with_held(page, known.clone(), section).await,
    };
    let me = page.me().await?;
    // What the form offers by itself was not begun by anybody.
    let as_kept = typed.clone();
    // Their own agency asks, unless they say otherwise.
    for at in ["/requesting_agency_id", "/host_agency_id"] {
        if typed.is_blank(at) && !text(&me, "/agency_id").is_empty() {
            typed.set(at, text(&me, "/agency_id"));
        }
    }
    if let Some(word) = procedure_asked(page, &register).filter(|_| typed.is_blank(PROCEDURE)) {
        typed.set(PROCEDURE, word);
    }
    let next = part_after(&all, section, &typed);
    let root = format!("/{}", register.path);
    let pasting = Pasting::of(page, &section.fields, &typed);
    // Asked before numbers are hidden: a mask is none.
    let rule = rule_as_typed(page, &register, "", typed.clone()).await?;
    let numbers = hide_numbers(page, &mut typed, &known).await?;
    let names = of_chosen(page, &section.fields, &typed, &me).await;
    // Whoever comes back to a part sees what is wrong with it.
    let refusal = match &rule {
        Some(rule) if !is_sent && refusal.status == 0 => {
            Refusal::of_faults(page, &register.created_by, &section.fields, faults_of(Some(rule), section), 0)
        }
        _ => refusal,
    };
    let form = FormStanding { typed: &as_kept, refusal: &refusal, rule: rule.as_ref() };
    let more = of_procedure(page, &register);
    let parts = links(page, &FormPlace::Copy { path: &root, token, more: &more }, &all, &form, part);
    let calendar = page.working_days_of(&typed).await;
    let drawing = refusal.drawing(page, &register.created_by, &typed, &names, &[], &calendar);
    let status = refusal.page_status();
    let frame = Frame::below(page, &register, &section.label)
        .await?
        .crumb(page.t("Lập hồ sơ", "New dossier"), &format!("{root}/new"));
    let body = PartPage {
        kicker: place_of(page, &register, &parts),
        title: typed.get("/title").unwrap_or_default().to_owned(),
        saved: page.t("Bản nhập dở, chưa thành hồ sơ", "Not a dossier yet").to_owned(),
        target: format!("{root}/new/{part}?copy={token}&key={token}{more}{}{}", back_to(page), restored_from(page)),
        button: match next {
            Some(next) => format!("{} {}", page.t("Lưu và sang", "Save and go to"), next.label),
            None => page.t("Lưu thành bản nháp", "Save as a draft").to_owned(),
        },
        fields: drawing.fields(&section.fields),
        faults: refusal.summary,
        changed_said: String::new(),
        differing: Vec::new(),
        numbers,
        pasting,
        clashes: Vec::new(),
        rule_at: format!("{root}/new/{part}/rule?copy={token}"),
        rule,
        // There is no whole to be seen yet.
        back: root.clone(),
        // A copy is always shown as it was typed last.
        unsent: None,
        here: format!("{root}/new/{part}"),
        path: root.clone(),
        parts,
        frame,
    };
    Ok(html(status, &body))
}

async fn send_new(page: &PageRequest, part: &str, token: &str, form: &[u8]) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let name = copy_name(&register, token).ok_or_else(Trouble::not_found)?;
    let all = sections(page, &register, &register.created_by);
    page.me().await?;
    if page.asked("discard").is_some() {
        copies::drop(page, &name).await;
        return Ok(see_other(&format!("/{}/new", register.path)));
    }
    let mut typed = Typed::of_form(form);
    if let Some(id) = made_of(page, token).await {
        return sent_again(page, &register, &all, part, &id, typed).await;
    }
    let mut whole = kept(page, &name).await?;
    let section = part_of(&all, part)?;
    reveal_numbers(page, &mut typed, &whole).await;
    let drawn = pasted(&mut typed) || typed.redrawn();
    // Whichever part is saved first: what they came for is kept.
    if let Some(word) = procedure_asked(page, &register).filter(|_| whole.is_blank(PROCEDURE)) {
        whole.set(PROCEDURE, word);
    }
    // What other parts hold stays; this part is as it was sent.
    let held = typed.get(NUMBERS).unwrap_or_default().to_owned();
    whole.0.retain(|(pointer, _)| !section.holds(pointer));
    whole.0.extend(
        typed
            .0
            .into_iter()
            .filter(|(pointer, _)| section.holds(pointer) || is_pasting(pointer) || pointer.starts_with(PASTED)),
    );
    if drawn {
        return draw_new(page, part, token, Some(whole), Refusal::default()).await;
    }
    let next = part_after(&all, section, &whole);
    let fields = fields_of(&page.contract, &register.created_by);
    let complete = fields.iter().filter(|f| f.required).all(|f| !whole.is_blank(&format!("/{}", f.name)));
    let kept_now = keep(page, &name, &whole).await;
    // What the typing of this part says is told now, not when the last part is done.
    if let Some(refusal) = judge_typing(page, &register.created_by, &section.fields, &mut whole).await {
        return draw_new(page, part, token, Some(whole), refusal).await;
    }
    // So is what contradicts itself; of a whole dossier the API says it.
    if !complete && let Some(rule) = rule_as_typed(page, &register, "", whole.clone()).await? {
        let faults = faults_of(Some(&rule), section);
        if !faults.is_empty() {
            let refusal = Refusal::of_faults(page, &register.created_by, &section.fields, faults, 422);
            return draw_new(page, part, token, Some(whole), refusal).await;
        }
    }
    // What cannot be kept (a list too long for a copy) stays on the page, until it is a dossier.
    if let (false, Err(Trouble::Refused { status, problem })) = (complete, kept_now) {
        return draw_new(page, part, token, Some(whole), Refusal::whole(status, problem)).await;
    }
    forget(page, &held).await;
    forget_restored(page).await;
    if !complete && !back_to(page).is_empty() {
        return Ok(see_other(&format!("/{}/new/check?copy={token}", register.path)));
    }
    if !complete && let Some(next) = next {
        return Ok(see_other(&format!("/{}/new/{}?copy={token}", register.path, next.key)));
    }
    let call = FormCall {
        method: Method::POST,
        path: format!("/{}", register.path),
        schema: &register.created_by,
        fields: &fields,
        blank: Blank::LeftOut,
        present: None,
    };
    match send(page, call, &mut whole).await? {
        Sent::Done(made) => {
            let id = text(&made, "/id");
            remember_made(page, id, token).await;
            copies::drop(page, &name).await;
            Ok(see_other(&onward(&format!("/{}/{id}", register.path), next)))
        }
        Sent::Refused(refusal) => {
            // A fault of another part is told there: the first part with a fault is shown.
            let faulty = |s: &&FormSection| refusal.faults.keys().any(|pointer| s.holds(pointer));
            let own = Some(section).filter(faulty).or_else(|| all.iter().find(faulty));
            let key = own.map_or(part, |s| s.key.as_str());
            draw_new(page, key, token, Some(whole), refusal).await
        }
    }
}

/// Where the parts after the last one are: what the rule asks for, and every answer.
async fn show_check(page: &PageRequest, part: &str, token: &str) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let name = copy_name(&register, token).ok_or_else(Trouble::not_found)?;
    if let Some(id) = made_of(page, token).await {
        return Ok(see_other(&format!("/{}/{id}/edit/{part}", register.path)));
    }
    if part == "papers" {
        return Ok(see_other(&format!("/{}/new/check?copy={token}#papers", register.path)));
    }
    check_copy(page, &register, token, kept(page, &name).await?).await
}

/// A part that is sent after the dossier was made: the same once more leads on; what was typed since comes back in the form of
/// the dossier.
async fn sent_again(
    page: &PageRequest,
    register: &RegisterPages,
    all: &[FormSection],
    part: &str,
    id: &str,
    mut typed: Typed,
) -> PageResult<HttpResponse> {
    let path = format!("/{}/{id}", register.path);
    let dossier = page.get(&path).await?;
    let section = part_of(all, part)?;
    let next = part_after(all, section, &stored_of(page, register, &dossier));
    // Others have it already.
    if !items(&dossier, "/allowed_actions").iter().any(|action| action == "edit") {
        return Ok(see_other(&path));
    }
    reveal_numbers(page, &mut typed, &Typed::default()).await;
    let now = Typed::of_value(&section.fields, &dossier);
    let mut resolved = typed.clone();
    resolve(page, &section.fields, &mut resolved).await;
    let differs = differing_below("", &section.fields, &resolved, &now);
    if differs.as_object().is_none_or(serde_json::Map::is_empty) {
        return Ok(see_other(&onward(&path, next)));
    }
    let held = token_of_part(id, &section.key);
    keep_part(page, &held, &typed).await;
    Ok(see_other(&format!("{path}/edit/{}?held={held}", section.key)))
}

/// Keeps what was typed so far, and tells what the regulation says of it.
async fn assessed(page: &PageRequest, part: &str, token: &str, form: &[u8]) -> PageResult<HttpResponse> {
    let register = register(page)?;
    let name = copy_name(&register, token).ok_or_else(Trouble::not_found)?;
    let all = sections(page, &register, &register.created_by);
    let stored = kept(page, &name).await?;
    let section = part_of(&all, part)?;
    let mut typed = Typed::of_form(form);
    reveal_numbers(page, &mut typed, &stored).await;
    let mut whole = stored;
    section.put_over(&mut whole, typed);
    // What is typed is kept as it is typed, so that another machine finds it; what bears a secrecy mark is kept nowhere.
    let kept = match keep(page, &name, &whole).await {
        Ok(()) => true,
        Err(Trouble::Refused { .. }) => false,
        Err(other) => return Err(other),
    };
    let answer = answer_as_typed(page, &register, "", whole).await?;
    Ok(rule_fragment(page, answer, kept))
}

pub async fn assess_new(page: PageRequest, part: web::Path<String>, form: FormBody) -> HttpResponse {
    let token = page.asked("copy").unwrap_or_default();
    answer(&page, assessed(&page, &part, &token, &form).await).await
}

pub async fn begin_new(page: PageRequest) -> HttpResponse {
    answer(&page, begin(&page).await).await
}

pub async fn show_new(page: PageRequest, part: web::Path<String>) -> HttpResponse {
    let token = page.asked("copy").unwrap_or_default();
    let made = match part.as_str() {
        last @ ("papers" | "check") => show_check(&page, last, &token).await,
        part => draw_new(&page, part, &token, None, Refusal::default()).await,
    };
    answer(&page, made).await
}

pub async fn save_new(page: PageRequest, part: web::Path<String>, form: FormBody) -> HttpResponse {
    let token = page.asked("copy").unwrap_or_default();
    answer_form(&page, &form, send_new(&page, &part, &token, &form).await).await
}
