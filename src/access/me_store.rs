//! Rows that belong to one person alone: how they like their pages, and what they typed and did not send yet.

use chrono::Duration;
use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{user_settings, working_copies};
use crate::db::sealed::SealedText;
use crate::error::Result;
use kernel::time::Moment;

/// How long a working copy is kept after it was last saved, in days.
pub const KEPT_DAYS: i64 = 30;

/// How somebody likes their pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `vi` or `en`; none: whatever the browser asks for.
    pub language: Option<String>,
    /// Whether single keys do something in lists.
    pub shortcuts: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { language: None, shortcuts: true }
    }
}

pub fn settings(conn: &mut Conn, user_id: i64) -> Result<Settings> {
    let found: Option<(Option<String>, bool)> = user_settings::table
        .find(user_id)
        .select((user_settings::language, user_settings::shortcuts))
        .first(conn)
        .optional()?;
    Ok(found.map_or_else(Settings::default, |(language, shortcuts)| Settings { language, shortcuts }))
}

pub fn save_settings(conn: &mut Conn, user_id: i64, settings: &Settings) -> Result<()> {
    let values =
        (user_settings::language.eq(settings.language.as_deref()), user_settings::shortcuts.eq(settings.shortcuts));
    let changed = diesel::update(user_settings::table.find(user_id)).set(values).execute(conn)?;
    if changed == 0 {
        diesel::insert_into(user_settings::table).values((user_settings::user_id.eq(user_id), values)).execute(conn)?;
    }
    Ok(())
}

/// Names and times of the working copies of a user, the latest first.
pub fn copies(conn: &mut Conn, user_id: i64, now: Moment) -> Result<Vec<(String, Moment)>> {
    Ok(working_copies::table
        .filter(working_copies::user_id.eq(user_id).and(working_copies::updated_at.gt(now - Duration::days(KEPT_DAYS))))
        .order((working_copies::updated_at.desc(), working_copies::name))
        .select((working_copies::name, working_copies::updated_at))
        .load(conn)?)
}

pub fn copy(conn: &mut Conn, user_id: i64, name: &str, now: Moment) -> Result<Option<(String, Moment)>> {
    let found: Option<(SealedText, Moment)> = working_copies::table
        .find((user_id, name))
        .filter(working_copies::updated_at.gt(now - Duration::days(KEPT_DAYS)))
        .select((working_copies::body, working_copies::updated_at))
        .first(conn)
        .optional()?;
    Ok(found.map(|(body, at)| (body.into_plain(), at)))
}

/// Keeps a working copy in place of the one of the same name, and forgets all that are too old.
pub fn save_copy(conn: &mut Conn, user_id: i64, name: &str, body: &str, now: Moment) -> Result<()> {
    let old = working_copies::table.filter(working_copies::updated_at.le(now - Duration::days(KEPT_DAYS)));
    diesel::delete(old).execute(conn)?;
    let sealed = SealedText::hidden(body)?;
    let values = (working_copies::body.eq(&sealed), working_copies::updated_at.eq(now));
    if diesel::update(working_copies::table.find((user_id, name))).set(values).execute(conn)? == 0 {
        let own = (working_copies::user_id.eq(user_id), working_copies::name.eq(name));
        diesel::insert_into(working_copies::table).values((own, values)).execute(conn)?;
    }
    Ok(())
}

pub fn delete_copy(conn: &mut Conn, user_id: i64, name: &str) -> Result<()> {
    diesel::delete(working_copies::table.find((user_id, name))).execute(conn)?;
    Ok(())
}
