//! Webhook endpoints in the database: URLs and secrets.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{deliveries, webhooks};
use crate::db::sealed::SealedText;
use crate::error::Result;
use crate::jobs::outbox::DeliveryChannel;
use kernel::every_field;
use kernel::time::Moment;

/// An endpoint that is notified of actions on dossiers.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Webhook {
    pub id: i64,
    pub version: i64,
    pub url: String,
    /// `whsec_…`, the key of the signatures.
    pub secret: SealedText,
    /// The previous key, which also signs until `old_until`.
    pub old_secret: Option<SealedText>,
    pub old_until: Option<Moment>,
    pub active: bool,
    pub disabled_reason: Option<String>,
    pub created_at: Moment,
}

impl Webhook {
    /// The secrets that sign at this time, newest first.
    pub fn secrets(&self, now: Moment) -> Vec<&str> {
        let old = self.old_secret.as_deref().filter(|_| self.old_until.is_some_and(|until| now < until));
        std::iter::once(&*self.secret).chain(old).collect()
    }
}

pub fn all(conn: &mut Conn) -> Result<Vec<Webhook>> {
    Ok(webhooks::table.order(webhooks::id).select(Webhook::as_select()).load(conn)?)
}

pub fn active(conn: &mut Conn) -> Result<Vec<Webhook>> {
    Ok(webhooks::table.filter(webhooks::active.eq(true)).order(webhooks::id).select(Webhook::as_select()).load(conn)?)
}

pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Webhook>> {
    Ok(webhooks::table.find(id).select(Webhook::as_select()).first(conn).optional()?)
}

pub fn insert(conn: &mut Conn, webhook: &Webhook) -> Result<()> {
    every_field!(Webhook of webhook:
        id, version, url, secret, old_secret, old_until, active, disabled_reason, created_at);
    diesel::insert_into(webhooks::table).values(webhook.clone()).execute(conn)?;
    Ok(())
}

/// Updates the row; the caller has checked the version in this transaction.
pub fn update(conn: &mut Conn, webhook: &Webhook) -> Result<()> {
    diesel::update(webhooks::table.find(webhook.id)).set(webhook.clone()).execute(conn)?;
    Ok(())
}

/// Deletes an endpoint and its pending deliveries.
pub fn delete(conn: &mut Conn, id: i64) -> Result<()> {
    let channel: &'static str = DeliveryChannel::Webhook.into();
    let own = deliveries::table.filter(deliveries::channel.eq(channel)).filter(deliveries::target_id.eq(id));
    diesel::delete(own).execute(conn)?;
    diesel::delete(webhooks::table.find(id)).execute(conn)?;
    Ok(())
}
