//! The form of an act: left what differs from the rule, right what the act asks for. A form sends the very call that its
//! address names, with the version that was seen and a key of its own, so that it is done once.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use crate::dossier::flow::Action;
use crate::pages::act_panels::{
    DraftedPaper, Foreseen, OpinionLine, countries_of, differences, drafted, foreseen, in_place, number_taken,
    offer_waivers, only_bodies_asked, opinions,
};
use crate::pages::changing::{changed_fields, drop_unreasoned, present};
use crate::pages::differences::{AmendmentPanel, ChangedRow, DifferenceReader};
use crate::pages::dossier::{ActLink, FileLine, act_label, acts, file_line, number_of, span};
use crate::pages::form_body::FormBody;
use crate::pages::forms::compare::{DifferingField, SideBySide, is_asked, settle};
use crate::pages::forms::decode::Blank;
use crate::pages::forms::fields::{DrawnField, FaultLine};
use crate::pages::forms::names::{names_in, of_chosen};
use crate::pages::forms::sending::{FormCall, Refusal, Sent, send};
use crate::pages::forms::shape::{FormField, InputKind, fields_of};
use crate::pages::forms::typed::Typed;
use crate::pages::frame::{Frame, answer, html};
use crate::pages::held::{
    Unsent, forget, forget_parts, forget_restored, hide_numbers, keep_act, restored_from, reveal_numbers, token_of_act,
    typed_before, unsent,
};
use crate::pages::outcomes::open_duties;
use crate::pages::registers::{RegisterPages, register};
use crate::pages::request::{PageRequest, PageResult, Trouble, see_other};
use crate::pages::rule::FindingLine;
use crate::pages::sections::{by_parts, sections};
use crate::pages::show::{self, items, person, text};
use crate::pages::sign_in::answer_form;
use crate::pages::supplement::{self, SupplementAsked};

#[derive(Template)]
#[template(path = "act.html")]
struct ActPage {
    frame: Frame,
    kicker: String,
    path: String,
    /// Where the form goes.
    target: String,
    button: String,
    /// The answer that the button says in words once it is chosen: the pointer of its field.
    says: &'static str,
    fields: Vec<DrawnField>,
    /// What is seldom needed, folded away while nothing stands in it.
    rare: Vec<DrawnField>,
    rare_said: String,
    rare_open: bool,
    faults: Vec<FaultLine>,
    /// The dossier changed since it was seen: who changed it, and when.
    changed_said: String,
    /// What differs then between what was typed and what stands there now.
    conflicts: Vec<DifferingField>,
    /// What a change comes to, before it is sent.
    differing: Vec<ChangedRow>,
    /// The amendment that waits for its decision.
    pending: Option<AmendmentPanel>,
    /// What the agency was asked to add.
    asked: Option<SupplementAsked>,
    /// Where what was typed before and not sent comes back.
    unsent: Option<Unsent>,
    /// The address of this form, and where it is kept while it is typed.
    here: String,
    kept_at: String,
    /// Where typed passport numbers are kept.
    numbers: String,
    previews: bool,
    /// What a previewed amendment would come to.
    foreseen: Option<Foreseen>,
    files: Vec<FileLine>,
    /// The document that the decision would become.
    drafted: Option<DraftedPaper>,
    /// Where the number of the decision is taken from the register.
    numbered_at: String,
    /// Whether whoever acts may see what the regulation says: a body that is only asked for its opinion may not.
    assessed: bool,
    differs: Vec<FindingLine>,
    /// Papers are asked for first.
    add_papers: bool,
    /// What the bodies said so far.
    opinions: Vec<OpinionLine>,
    days: String,
    number: String,
    agency: String,
    countries: String,
    /// In whose place they act, and by which document.
    in_place: String,
    /// Where the act was refused for the state of the dossier: what may be done instead.
    possible: Vec<ActLink>,
}

/// What a form of an act is about.
struct Act {
    register: RegisterPages,
    path: String,
    action: String,
    schema: String,
    fields: Vec<FormField>,
}

/// The form of an act of a register, if there is one: the acts of the contract, and remarks and copies.
fn act(page: &PageRequest, id: &str, action: &str) -> PageResult<Act> {
    let register = register(page)?;
    let listed = action.parse::<Action>().is_ok() || matches!(action, "comments" | "copy");
    let at = format!("/api/v1/{}/{{id}}/{action}", register.path);
    let schema = page.contract.body_of("post", &at).filter(|_| listed).ok_or_else(Trouble::not_found)?.to_owned();
    let mut fields = fields_of(&page.contract, &schema);
    // A decision is typed in the order in which it is read: the verdict first, what is rare at the end.
    fields.sort_by_key(|f| match f.kind {
        InputKind::Rows { .. } => 2,
        // Only where the head is refused.
        _ if f.name == "new_head" => 3,
        _ if f.required => 0,
        _ => 1,
    });
    Ok(Act { path: format!("/{}/{id}", register.path), register, action: action.to_owned(), schema, fields })
}

async fn draw(
    page: &PageRequest,
    act: Act,
    dossier: &Value,
    mut typed: Typed,
    refusal: Refusal,
    tried: Option<&Value>,
    unsent: Option<Unsent>,
) -> PageResult<HttpResponse> {
    let assessment = page.if_seen(&format!("{}/assessment", act.path)).await?;
    let (assessed, assessment) = (assessment.is_some(), assessment.unwrap_or_default());
    let history = page.if_seen(&format!("{}/history", act.path)).await?.unwrap_or_default();
    let label = match act.action.as_str() {
        "comments" => page.t("Nhận xét", "Remark").to_owned(),
        "copy" => page.t("Lập hồ sơ mới từ hồ sơ này", "A new dossier from this one").to_owned(),
        action => act_label(page, dossier, action),
    };
    let number = number_of(page, dossier);
    let frame = Frame::below(page, &act.register, &label).await?.crumb(&number, &act.path).crumb(&label, "");
    let changing = changed_fields(&act.fields).is_some();
    offer_waivers(&mut typed, &assessment, &refusal);
    let numbers = hide_numbers(page, &mut typed, &Typed::default()).await?;
    let names = of_chosen(page, &act.fields, &typed, dossier).await;
    // An act on a delegation names its members, nobody else.
    let member = |m: &Value| (text(m, "/official_id").to_owned(), person(m, "/official", text(m, "/full_name")));
    let people: Vec<(String, String)> = items(dossier, "/members").iter().map(member).collect();
    // Without anything to waive there is nothing to fill in.
    let waivable = items(&assessment, "/findings").iter().any(|f| !text(f, "/waivable_by").is_empty());
    let numbered = !typed.is_blank("/document/number");
    let drafted = if act.action == "decide" { drafted(page, dossier).await? } else { None };
    // A number is taken once; whoever typed one has it from elsewhere.
    let numbered_at = drafted.as_ref().filter(|_| !numbered).map(|paper| paper.numbered_at.clone());
    let mut fields = act.fields;
    let late = items(&assessment, "/findings").iter().any(|f| text(f, "/code") == "late_submission");
    if act.action == "consent" {
        only_bodies_asked(&mut fields, dossier);
    }
    fields.retain(|f| (f.name != "waivers" || waivable) && (f.name != "explanation" || late));
    let attachments = page.if_seen(&format!("{}/attachments", act.path)).await?.unwrap_or_default();
    // What is changed has the names of the form in which it was written.
    let schema = if changing { act.register.changed_by.as_str() } else { act.schema.as_str() };
    let comparison = SideBySide { contract: &page.contract, schema, language: page.language, names: &names };
    let known = names_in(dossier);
    let reader = DifferenceReader {
        contract: &page.contract,
        register: &act.register,
        language: page.language,
        names: &known,
        whole: assessed,
    };
    // Of an amendment, the API says what counts as a change, and what has to be decided again.
    let amended = tried.and_then(|answer| items(answer, "/amendments").last()).filter(|_| act.action == "amend");
    let differing = match (changed_fields(&fields), amended) {
        (_, Some(amendment)) => reader.rows(items(amendment, "/differences")),
        (Some(inner), None) if tried.is_some() => {
            let typed = comparison.differing(inner, "/changes", &typed, &present(&fields, dossier));
            typed.into_iter().map(ChangedRow::typed).collect()
        }
        _ => Vec::new(),
    };
    let conflicts = match changed_fields(&fields).filter(|_| refusal.is_stale()) {
        Some(inner) => comparison.differing(inner, "/changes", &typed, &present(&fields, dossier)),
        None => Vec::new(),
    };
    let pending = items(dossier, "/amendments").last().map(|a| reader.amendment(a)).filter(|a| a.pending);
    let opinions = opinions(page, dossier, &history);
    let people = if changing { Vec::new() } else { people };
    let calendar = page.working_days_of(&typed).await;
    let drawing = refusal.drawing(page, schema, &typed, &names, &people, &calendar);
    // After a refusal for its version, the form goes with the one that is shown now.
    let changed = refusal.is_stale();
    let seen = page.asked("version").filter(|_| !changed);
    let version = seen.unwrap_or_else(|| show::number(dossier, "/version").to_string());
    let key = page.form_key(refusal.needs_new_key());
    let open_duties = if act.action == "close" { open_duties(page, dossier).await? } else { Vec::new() };
    let mut differs = differences(page, &assessment, &opinions, dossier);
    // Whoever closes a dossier sees what is still owed.
    differs.extend(open_duties);
    let status = refusal.page_status();
    let (rare, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|f| act.action == "decide" && is_rare(f));
    let rare_open = rare.iter().any(|f| refusal.is_about(&f.name) || typed.says(&f.name));
    let rare = drawing.fields(&rare);
    let here = format!("{}/{}", act.path, act.action);
    let body = ActPage {
        kicker: text(dossier, "/title").to_owned(),
        target: format!("{here}?key={key}&version={version}{}", restored_from(page)),
        button: show::joined([label.as_str(), text(dossier, "/number")], " "),
        says: match act.action.as_str() {
            "decide" | "consent" => "/verdict",
            "appraise" | "give-opinion" => "/opinion",
            _ => "",
        },
        fields: match changing {
            true => by_parts(drawing.fields(&fields), &sections(page, &act.register, &act.register.changed_by)),
            false => drawing.fields(&fields),
        },
        rare_said: rare.iter().map(|f| f.label.as_str()).collect::<Vec<_>>().join(", "),
        rare,
        rare_open,
        faults: refusal.summary,
        changed_said: if changed { refusal.said } else { String::new() },
        conflicts,
        differing,
        unsent,
        kept_at: format!("{here}/rule?version={version}"),
        here,
        numbers,
        previews: changing,
        foreseen: tried.and_then(|answer| foreseen(page, answer)),
        files: items(&attachments, "/items").iter().map(|f| file_line(page, &act.path, f, false)).collect(),
        drafted,
        numbered_at: numbered_at.unwrap_or_default(),
        assessed,
        add_papers: differs.iter().any(|line| line.class == "stop" && line.is_missing_paper())
            && items(dossier, "/allowed_actions").iter().any(|action| action == "upload"),
        differs,
        opinions,
        pending,
        asked: supplement::asked(&page.contract, text(dossier, "/state"), &history, page.language),
        days: span(&act.register, dossier),
        number,
        agency: text(dossier, &format!("/{}/name", act.register.agency)).to_owned(),
        in_place: if matches!(act.action.as_str(), "comments" | "copy") {
            String::new()
        } else {
            in_place(page, dossier).await?
        },
        possible: if status == 409 { acts(page, &act.path, dossier) } else { Vec::new() },
        countries: countries_of(page, dossier),
        path: act.path,
        frame,
    };
    Ok(html(status, &body))
}

/// What few decisions need: one member decided otherwise than the rest, another head.
fn is_rare(field: &FormField) -> bool {
    matches!(field.name.as_str(), "members" | "new_head")
}

async fn form_of(page: &PageRequest, id: &str, action: &str) -> PageResult<HttpResponse> {
    let act = act(page, id, action)?;
    let dossier = page.get(&act.path).await?;
    let always = matches!(action, "comments" | "copy");
    if !always && !items(&dossier, "/allowed_actions").iter().any(|a| a == action) {
        // The page of the dossier says whose turn it is and what may be done.
        return Ok(see_other(&format!("{}?late={action}", act.path)));
    }
    let (mut typed, unsent) = match typed_before(page, &Typed::default()).await {
        Some(held) => (held, None),
        None => {
            let here = format!("{}/{action}", act.path);
            (begun(page, &act, &dossier), unsent(page, &here, &token_of_act(id, action)).await)
        }
    };
    if action == "decide"
        && typed.is_blank("/document/number")
        && let Some((number, day)) = number_taken(page, &dossier).await?
    {
        typed.set("/document/number", &number);
        typed.set("/document/date", &day);
    }
    draw(page, act, &dossier, typed, Refusal::default(), None, unsent).await
}

/// Why an amendment is asked for.
const REASON: &str = "/reason";
/// The button that shows what an amendment changes.
const PREVIEW: &str = "preview";

/// What stands in a form before anybody typed: nothing that decides, only today as the day of a paper, and the content that
/// is to be changed.
fn begun(page: &PageRequest, act: &Act, dossier: &Value) -> Typed {
    let mut typed = present(&act.fields, dossier);
    typed.set("/document/date", &show::day(page.today));
    // Nobody has left or come back before the first day.
    if show::day_at(dossier, act.register.first_day).is_none_or(|first| first <= page.today) {
        typed.set("/on", &show::day(page.today));
    }
    typed
}

async fn sent(page: &PageRequest, id: &str, action: &str, form: &[u8]) -> PageResult<HttpResponse> {
    let act = act(page, id, action)?;
    page.me().await?;
    let token = token_of_act(id, action);
    if page.asked("discard").is_some() {
        forget(page, &token).await;
        return Ok(see_other(&format!("{}/{action}", act.path)));
    }
    let mut typed = Typed::of_form(form);
    reveal_numbers(page, &mut typed, &Typed::default()).await;
    let previews = typed.get(PREVIEW).is_some();
    typed.0.retain(|(name, _)| name != PREVIEW);
    let asked = is_asked(&typed);
    let changes = changed_fields(&act.fields).is_some();
    let before = if changes { Some(present(&act.fields, &page.get(&act.path).await?)) } else { None };
    let open = before.as_ref().map(|now| settle(&mut typed, now)).unwrap_or_default();
    let redrawn = typed.redrawn();
    if redrawn || !open.is_empty() {
        let dossier = page.get(&act.path).await?;
        let refusal = Refusal::undecided(page, asked, redrawn);
        return draw(page, act, &dossier, typed, refusal, None, None).await;
    }
    drop_unreasoned(&mut typed);
    let call = FormCall {
        method: Method::POST,
        path: format!("{}/{}{}", act.path, act.action, if previews { "?dry_run=true" } else { "" }),
        schema: &act.schema,
        fields: &act.fields,
        blank: Blank::LeftOut,
        present: before,
    };
    // What would come of it does not hang on the reason, which is often typed last.
    let reason = previews && typed.is_blank(REASON);
    if reason {
        typed.set(REASON, "…");
    }
    let came = send(page, call, &mut typed).await?;
    if reason {
        typed.set(REASON, "");
    }
    match came {
        Sent::Done(answer) if previews => {
            let dossier = page.get(&act.path).await?;
            draw(page, act, &dossier, typed, Refusal::default(), Some(&answer), None).await
        }
        Sent::Done(answer) => {
            forget(page, &token).await;
            forget_restored(page).await;
            if matches!(act.action.as_str(), "submit" | "resubmit" | "request-signature") {
                forget_parts(page, id).await;
            }
            let to = match act.action.as_str() {
                "comments" => format!("{}#remarks", act.path),
                "copy" => format!("/{}/{}", act.register.path, text(&answer, "/id")),
                action => format!("{}?done={action}", act.path),
            };
            Ok(see_other(&to))
        }
        Sent::Refused(refusal) => {
            // Read only now: it may have changed meanwhile.
            let dossier = page.get(&act.path).await?;
            draw(page, act, &dossier, typed, refusal, None, None).await
        }
    }
}

/// Keeps what somebody types into the form of an act, for as long as it is not sent.
async fn kept(page: &PageRequest, id: &str, action: &str, form: &[u8]) -> PageResult<HttpResponse> {
    let act = act(page, id, action)?;
    page.get(&act.path).await?;
    let mut typed = Typed::of_form(form);
    reveal_numbers(page, &mut typed, &Typed::default()).await;
    match keep_act(page, id, action, &typed).await {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Ok(HttpResponse::UnprocessableEntity().finish()),
    }
}

pub async fn keep_form(page: PageRequest, path: web::Path<(String, String)>, form: FormBody) -> HttpResponse {
    answer(&page, kept(&page, &path.0, &path.1, &form).await).await
}

pub async fn show_form(page: PageRequest, path: web::Path<(String, String)>) -> HttpResponse {
    answer(&page, form_of(&page, &path.0, &path.1).await).await
}

pub async fn send_form(page: PageRequest, path: web::Path<(String, String)>, form: FormBody) -> HttpResponse {
    answer_form(&page, &form, sent(&page, &path.0, &path.1, &form).await).await
}
