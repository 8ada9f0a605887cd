//! What somebody began to draft and did not finish: working copies of their own, until the API has its minimum.

use crate::pages::copies;
use crate::pages::forms::typed::Typed;
use crate::pages::held::is_token;
use crate::pages::registers::RegisterPages;
use crate::pages::request::{PageRequest, PageResult};
use crate::pages::sections::sections;
use crate::pages::show;

/// What somebody began and did not finish.
pub struct Unfinished {
    pub href: String,
    pub discard: String,
    pub title: String,
    /// It has a title of its own.
    pub named: bool,
    pub at: String,
}

/// The name of the copy that is typed under a token.
pub fn copy_name(register: &RegisterPages, token: &str) -> Option<String> {
    is_token(token).then(|| format!("{}-new.{token}", register.path))
}

/// What is kept under a name; nothing stands for what nobody kept.
pub async fn kept(page: &PageRequest, name: &str) -> PageResult<Typed> {
    Ok(copies::read(page, name).await?.unwrap_or_default())
}

/// Passport numbers are kept, too: they stay at the server, and pages show their last letters.
pub async fn keep(page: &PageRequest, name: &str, typed: &Typed) -> PageResult<()> {
    let own = typed.0.iter().filter(|(at, _)| at.starts_with('/'));
    copies::write(page, name, &Typed(own.cloned().collect())).await
}

/// Longest title of what is unfinished, in characters: nobody has checked it yet.
const TITLE: usize = 200;

/// What the caller began in some registers and did not finish, the latest first.
pub async fn unfinished(page: &PageRequest, registers: &[RegisterPages], most: usize) -> PageResult<Vec<Unfinished>> {
    let mut own = Vec::new();
    for (name, saved) in copies::names(page).await? {
        // A long copy is kept in several; its first one stands for all.
        let token_in = |register: &RegisterPages| name.strip_prefix(register.path)?.strip_prefix("-new.");
        let found = registers.iter().find_map(|register| Some((register, token_in(register)?)));
        let Some((register, token)) = found.filter(|(_, token)| is_token(token)) else { continue };
        let all = sections(page, register, &register.created_by);
        let first = all.first().map(|s| s.key.as_str()).unwrap_or_default();
        let typed = kept(page, &name).await?;
        let title: String = typed.get("/title").unwrap_or_default().trim().chars().take(TITLE).collect();
        own.push(Unfinished {
            href: format!("/{}/new/{first}?copy={token}", register.path),
            discard: format!("/{}/new/{first}?copy={token}&discard=true", register.path),
            named: !title.is_empty(),
            title: if title.is_empty() { page.t("Chưa đặt tên", "Untitled").to_owned() } else { title },
            at: show::moment(&saved, page.language),
        });
        if own.len() == most {
            break;
        }
    }
    Ok(own)
}
