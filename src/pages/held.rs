//! What somebody typed and must not be lost, kept at the server as a working copy of their own: a form whose session ended
//! before it was sent, and passport numbers, which stand in no page.

use crate::access::token::random_text;
use crate::pages::copies;
use crate::pages::forms::typed::Typed;
use crate::pages::request::{PageRequest, PageResult};
use kernel::text::bears_secret_mark;

/// Stands between a dossier and the token under which it was typed.
const MADE: &str = "made-";
/// How many of these are remembered, and how many forms that were carried over a sign-in.
const MARKS: usize = 10;
/// Begins the token of such a form.
const CARRIED: &str = "carried-";

/// The name of the field that says where passport numbers are kept.
pub const NUMBERS: &str = "numbers";
/// Where the numbers of pasted rows are kept, by row and column.
pub const PASTED: &str = "/pasted/";
/// What a passport number in a form is shown as: this, and its last letters.
pub const MASK: &str = "•••••";

/// Whether a text of an address or a form can name a working copy.
pub fn is_token(token: &str) -> bool {
    !token.is_empty() && token.len() <= 60 && token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// A passport number as a form shows it.
pub fn masked(number: &str) -> String {
    let last: String = number.chars().skip(number.chars().count().saturating_sub(3)).collect();
    format!("{MASK}{last}")
}

/// Whether a field holds the number of a passport, or its machine-readable zone, in which it stands.
pub fn is_number(pointer: &str) -> bool {
    pointer.ends_with("/passport_number") || pointer.ends_with("/mrz")
}

fn name_of(token: &str) -> String {
    format!("held.{token}")
}

async fn keep(page: &PageRequest, typed: &Typed) -> PageResult<String> {
    let token = random_text();
    copies::write(page, &name_of(&token), typed).await?;
    Ok(token)
}

/// Where a part of a dossier is kept while it is typed and not sent yet.
pub fn token_of_part(id: &str, part: &str) -> String {
    format!("{id}-{part}")
}

/// The field of such a copy that says which version of the dossier was seen.
const VERSION: &str = "version";

/// Keeps a part as it is typed; whether it was. What cannot be kept (a secret in it, too long) is not: it is said when it is sent.
pub async fn keep_part(page: &PageRequest, token: &str, typed: &Typed) -> bool {
    let mut kept = Typed(typed.0.iter().filter(|(at, _)| at.starts_with('/')).cloned().collect());
    kept.set(VERSION, &page.asked("version").unwrap_or_default());
    let kept = copies::write(page, &name_of(token), &kept).await.is_ok();
    if !kept {
        forget(page, token).await;
    }
    kept
}

/// Stands in the token of the form of an act, between the dossier and the act.
const ACT: &str = "-act-";
/// How many of these are kept: a person may have a hundred copies in all.
const ACTS: usize = 20;

/// Where the form of an act is kept while it is typed and not sent yet.
pub fn token_of_act(id: &str, action: &str) -> String {
    format!("{id}{ACT}{action}")
}

/// Keeps the form of an act as it is typed.
pub async fn keep_act(page: &PageRequest, id: &str, action: &str, typed: &Typed) -> bool {
    let kept = keep_part(page, &token_of_act(id, action), typed).await;
    copies::keep_latest(page, ACTS, |name| name.contains(ACT) && name.matches('.').count() == 1).await;
    kept
}

/// What was typed into a form and not sent.
pub struct Unsent {
    /// The address that restores it.
    pub restore: String,
    /// When it was kept, RFC 3339: a browser may have kept something newer.
    pub at: String,
}

/// What was typed in a part and not sent, if there is something.
pub async fn unsent(page: &PageRequest, at: &str, token: &str) -> Option<Unsent> {
    let name = name_of(token);
    let (_, saved) = copies::names(page).await.ok()?.into_iter().find(|(own, _)| *own == name)?;
    let version = kept(page, token).await?.get(VERSION).unwrap_or_default().to_owned();
    let seen = if version.is_empty() { String::new() } else { format!("&version={version}") };
    Some(Unsent { restore: format!("{at}?held={token}{seen}"), at: saved })
}

/// Drops what was kept of a dossier: it was sent on, or deleted.
pub async fn forget_parts(page: &PageRequest, id: &str) {
    let of_dossier = name_of(&format!("{id}-"));
    for (name, _) in copies::names(page).await.unwrap_or_default() {
        if name.starts_with(&of_dossier) {
            copies::drop(page, &name).await;
        }
    }
}

/// Remembers which dossier became of what was typed under a token, so that a second sending of its form leads there.
pub async fn remember_made(page: &PageRequest, id: &str, token: &str) {
    copies::keep_latest(page, MARKS - 1, |name| name.contains(&format!("-{MADE}"))).await;
    // Without it a second sending would begin another copy, which loses nothing.
    let _ = copies::write(page, &name_of(&format!("{id}-{MADE}{token}")), &Typed::default()).await;
}

/// The dossier that became of what was typed under a token.
pub async fn made_of(page: &PageRequest, token: &str) -> Option<String> {
    let end = format!("-{MADE}{token}");
    let names = copies::names(page).await.ok()?;
    let own = names.iter().find_map(|(name, _)| name.strip_prefix("held.")?.strip_suffix(&end).map(str::to_owned));
    own.filter(|_| is_token(token))
}

async fn kept(page: &PageRequest, token: &str) -> Option<Typed> {
    if !is_token(token) {
        return None;
    }
    copies::read(page, &name_of(token)).await.ok().flatten()
}

/// What was typed before the session ended, for the page that its address names. Numbers that a page had hidden are put back:
/// from where that page kept them, else from what is `known`.
pub async fn typed_before(page: &PageRequest, known: &Typed) -> Option<Typed> {
    let mut typed = kept(page, &page.asked("held")?).await?;
    reveal_numbers(page, &mut typed, known).await;
    // What the copy names lives as long as the copy: its page may be opened again.
    typed.0.retain(|(at, _)| at != NUMBERS);
    Some(typed)
}

/// The part of a form's address that says which copy it was filled from.
pub fn restored_from(page: &PageRequest) -> String {
    page.asked("held").filter(|token| is_token(token)).map(|token| format!("&held={token}")).unwrap_or_default()
}

/// Drops the copy that a form was filled from, once it was sent.
pub async fn forget_restored(page: &PageRequest) {
    if let Some(token) = page.asked("held") {
        forget(page, &token).await;
    }
}

/// Keeps a form for somebody who has just signed in again; returns the address of its page.
pub async fn carry_over(page: &PageRequest, next: &str, form: &str) -> String {
    let typed = Typed::of_form(form.as_bytes());
    copies::keep_latest(page, MARKS - 1, |name| name.starts_with(&name_of(CARRIED)) && name.matches('.').count() == 1)
        .await;
    let token = format!("{CARRIED}{}", random_text());
    match copies::write(page, &name_of(&token), &typed).await {
        Ok(()) => {
            let mark = if next.contains('?') { '&' } else { '?' };
            format!("{next}{mark}held={token}")
        }
        // A form that cannot be kept (too long, a secret in it) is typed again.
        Err(_) => next.to_owned(),
    }
}

/// Takes passport numbers out of a form before it is drawn: they stay here, and the page shows their last letters. Returns
/// where they are kept; nothing where all of them are kept already, in what is `known`.
pub async fn hide_numbers(page: &PageRequest, typed: &mut Typed, known: &Typed) -> PageResult<String> {
    // What bears a mark of secrecy is no number, and kept nowhere: it was told, and is typed anew.
    for (_, number) in typed.0.iter_mut().filter(|(at, number)| is_number(at) && bears_secret_mark(number)) {
        number.clear();
    }
    let old = typed.get(NUMBERS).unwrap_or_default().to_owned();
    let numbers = typed.0.iter().filter(|(at, number)| is_number(at) && !is_shown(number)).cloned().collect();
    let numbers = Typed(numbers);
    let new = numbers.0.iter().any(|(at, number)| known.get(at) != Some(number));
    let token = if new { keep(page, &numbers).await? } else { String::new() };
    if new {
        // The copy of the form before this one is of no use any more.
        forget(page, &old).await;
    }
    mask_numbers(typed);
    Ok(token)
}

/// Whether a field of a number has none that a page must not show: it is blank, or a mask.
fn is_shown(number: &str) -> bool {
    number.trim().is_empty() || number.contains(['•', '*'])
}

/// Leaves of each passport number its last letters.
pub fn mask_numbers(typed: &mut Typed) {
    for (_, number) in typed.0.iter_mut().filter(|(at, number)| is_number(at) && !is_shown(number)) {
        *number = masked(number);
    }
}

/// Puts passport numbers back into a form that shows only their last letters: from where they are kept, else from what is
/// `known`. What nobody knows any more is left blank, so that a mask is never taken for a number.
pub async fn reveal_numbers(page: &PageRequest, typed: &mut Typed, known: &Typed) {
    let token = typed.get(NUMBERS).unwrap_or_default().to_owned();
    let numbers = kept(page, &token).await.unwrap_or_default();
    for (at, number) in &mut typed.0 {
        if is_number(at) && number.starts_with(MASK) {
            let whole = numbers.get(at).or_else(|| known.get(at)).unwrap_or_default();
            whole.clone_into(number);
        }
    }
    // What stands in no field of the form: numbers of pasted rows.
    typed.0.extend(numbers.0.into_iter().filter(|(at, _)| at.starts_with(PASTED)));
}

/// Drops what a form kept, once it was sent.
pub async fn forget(page: &PageRequest, token: &str) {
    if is_token(token) {
        copies::drop(page, &name_of(token)).await;
    }
}
