//! The outbox: messages to deliver, inserted in the transaction that creates them, claimed and retried, never lost.
//!
//! Each delivery has a unique key, so nothing is enqueued twice, and an id that is the same in every attempt, so that
//! a receiver recognises a repetition. One happens only if the process dies between sending and recording it.

use chrono::Duration;
use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::deliveries;
use crate::error::Result;
use kernel::id::Id;
use kernel::time::Moment;
use kernel::words::Label;

/// How something is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryChannel {
    /// Mail to an account.
    Mail,
    /// Webhook to an endpoint.
    Webhook,
}

/// A message to deliver.
pub struct New<'a> {
    /// A key is enqueued only once.
    pub key: &'a str,
    pub channel: DeliveryChannel,
    pub target_id: i64,
    pub subject: &'a str,
    pub body: &'a str,
    /// Not sent before this time.
    pub due: Moment,
}

/// A claimed delivery.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    pub id: i64,
    pub target_id: i64,
    pub subject: String,
    pub body: String,
    pub created_at: Moment,
    pub next_at: Moment,
    pub attempts: i64,
    pub state: String,
    pub last_error: Option<String>,
    pub claimed_at: Option<Moment>,
}

const WAITING: &str = "waiting";
const SENDING: &str = "sending";
const DONE: &str = "done";
/// Given up; somebody may retry it by hand.
pub const DEAD: &str = "dead";

/// The states of a message, as people read them.
pub const STATES: [(&str, Label); 4] = [
    (WAITING, Label { vi: "Chờ gửi", en: "Waiting" }),
    (SENDING, Label { vi: "Đang gửi", en: "Being sent" }),
    (DONE, Label { vi: "Đã gửi", en: "Sent" }),
    (DEAD, Label { vi: "Không gửi được", en: "Could not be sent" }),
];

/// How many deliveries were given up.
pub fn dead(conn: &mut Conn) -> Result<i64> {
    Ok(deliveries::table.filter(deliveries::state.eq(DEAD)).count().get_result(conn)?)
}

/// Mail, by what became of it.
pub struct MailCounts {
    pub waiting: i64,
    pub failed: i64,
    pub last_sent_at: Option<Moment>,
    pub last_error: Option<String>,
}

pub fn mail_state(conn: &mut Conn) -> Result<MailCounts> {
    let channel: &'static str = DeliveryChannel::Mail.into();
    let mail = || deliveries::table.filter(deliveries::channel.eq(channel));
    let in_state = |conn: &mut Conn, states: &[&str]| -> Result<i64> {
        Ok(mail().filter(deliveries::state.eq_any(states)).count().get_result(conn)?)
    };
    let last_error: Option<Option<String>> = mail()
        .filter(deliveries::state.ne(DONE))
        .filter(deliveries::last_error.is_not_null())
        .order(deliveries::id.desc())
        .select(deliveries::last_error)
        .first(conn)
        .optional()?;
    let sent = mail().filter(deliveries::state.eq(DONE)).order(deliveries::id.desc());
    Ok(MailCounts {
        waiting: in_state(conn, &[WAITING, SENDING])?,
        failed: in_state(conn, &[DEAD])?,
        last_sent_at: sent.select(deliveries::claimed_at).first::<Option<Moment>>(conn).optional()?.flatten(),
        last_error: last_error.flatten(),
    })
}

/// Adds a delivery; returns false if its key already exists.
pub fn enqueue(conn: &mut Conn, new: &New, now: Moment) -> Result<bool> {
    let there: i64 = deliveries::table.filter(deliveries::dedup.eq(new.key)).count().get_result(conn)?;
    if there > 0 {
        return Ok(false);
    }
    let channel: &'static str = new.channel.into();
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::id.eq(Id::new(now).0),
            deliveries::dedup.eq(new.key),
            deliveries::channel.eq(channel),
            deliveries::target_id.eq(new.target_id),
            deliveries::subject.eq(new.subject),
            deliveries::body.eq(new.body),
            deliveries::created_at.eq(now),
            deliveries::next_at.eq(new.due),
            deliveries::attempts.eq(0),
            deliveries::state.eq(WAITING),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Whether anything in a channel is due, or was claimed by a process that died.
pub fn any_due(conn: &mut Conn, channel: DeliveryChannel, now: Moment) -> Result<bool> {
    let channel: &'static str = channel.into();
    let own = || deliveries::table.filter(deliveries::channel.eq(channel)).select(deliveries::id).limit(1);
    let due: Option<i64> =
        own().filter(deliveries::state.eq(WAITING)).filter(deliveries::next_at.le(now)).first(conn).optional()?;
    let stuck: Option<i64> = own()
        .filter(deliveries::state.eq(SENDING))
        .filter(deliveries::claimed_at.assume_not_null().le(now - LEASE))
        .first(conn)
        .optional()?;
    Ok(due.is_some() || stuck.is_some())
}

/// After this time, a claimed delivery that was not concluded is free again: its process must have died.
const LEASE: Duration = Duration::minutes(15);

/// Claims due deliveries, so that no other process gets them until they are concluded.
pub fn claim(conn: &mut Conn, channel: DeliveryChannel, now: Moment, limit: i64) -> Result<Vec<Delivery>> {
    let channel: &'static str = channel.into();
    diesel::update(
        deliveries::table
            .filter(deliveries::channel.eq(channel))
            .filter(deliveries::state.eq(SENDING))
            .filter(deliveries::claimed_at.assume_not_null().le(now - LEASE)),
    )
    .set(deliveries::state.eq(WAITING))
    .execute(conn)?;
    let mut due: Vec<Delivery> = deliveries::table
        .filter(deliveries::channel.eq(channel))
        .filter(deliveries::state.eq(WAITING))
        .filter(deliveries::next_at.le(now))
        // Failed deliveries come after untried ones, so that a slow receiver does not delay the others.
        .order((deliveries::attempts, deliveries::next_at, deliveries::id))
        .limit(limit)
        .select(Delivery::as_select())
        .load(conn)?;
    let ids: Vec<i64> = due.iter().map(|d| d.id).collect();
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids)))
        .set((deliveries::state.eq(SENDING), deliveries::claimed_at.eq(now)))
        .execute(conn)?;
    due.iter_mut().for_each(|d| d.claimed_at = Some(now));
    Ok(due)
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Delivered,
    /// Try again at this time; counts as an attempt.
    Again(Moment, String),
    /// Not caused by the delivery (our account, the connection): try again at this time; does not count as an attempt.
    NotTried(Moment, String),
    Dead(String),
}

/// Records how an attempt ended, unless its lease has expired and another process has claimed the delivery.
pub fn conclude(conn: &mut Conn, claimed: &Delivery, ended: &Ended) -> Result<()> {
    let place = deliveries::table
        .filter(deliveries::id.eq(claimed.id))
        .filter(deliveries::state.eq(SENDING))
        .filter(deliveries::claimed_at.assume_not_null().eq(claimed.claimed_at.unwrap_or_default()));
    match ended {
        Ended::Delivered => diesel::update(place)
            .set((deliveries::state.eq(DONE), deliveries::attempts.eq(deliveries::attempts + 1)))
            .execute(conn)?,
        Ended::Again(at, error) => diesel::update(place)
            .set((
                deliveries::state.eq(WAITING),
                deliveries::attempts.eq(deliveries::attempts + 1),
                deliveries::next_at.eq(at),
                deliveries::last_error.eq(error),
            ))
            .execute(conn)?,
        Ended::NotTried(at, error) => diesel::update(place)
            .set((deliveries::state.eq(WAITING), deliveries::next_at.eq(at), deliveries::last_error.eq(error)))
            .execute(conn)?,
        Ended::Dead(error) => diesel::update(place)
            .set((
                deliveries::state.eq(DEAD),
                deliveries::attempts.eq(deliveries::attempts + 1),
                deliveries::last_error.eq(error),
            ))
            .execute(conn)?,
    };
    Ok(())
}

/// Deliveries to one target, latest first.
pub fn of_target(
    conn: &mut Conn,
    channel: DeliveryChannel,
    target_id: i64,
    state: Option<&str>,
) -> Result<Vec<Delivery>> {
    let channel: &'static str = channel.into();
    let mut query = deliveries::table
        .filter(deliveries::channel.eq(channel))
        .filter(deliveries::target_id.eq(target_id))
        .order(deliveries::id.desc())
        .limit(200)
        .select(Delivery::as_select())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(deliveries::state.eq(state.to_owned()));
    }
    Ok(query.load(conn)?)
}

/// Queues a dead delivery again; returns false if there is none with this id.
pub fn revive(conn: &mut Conn, target_id: i64, id: i64, now: Moment) -> Result<bool> {
    let dead = deliveries::table
        .filter(deliveries::id.eq(id))
        .filter(deliveries::target_id.eq(target_id))
        .filter(deliveries::state.eq(DEAD));
    let revived = diesel::update(dead)
        .set((deliveries::state.eq(WAITING), deliveries::next_at.eq(now), deliveries::attempts.eq(0)))
        .execute(conn)?;
    Ok(revived == 1)
}

/// Deletes one batch of delivered messages created before `before`; returns the number of deleted rows.
pub fn sweep(conn: &mut Conn, before: Moment) -> Result<usize> {
    let old: Vec<i64> = deliveries::table
        .filter(deliveries::state.eq(DONE))
        .filter(deliveries::created_at.lt(before))
        .limit(500)
        .select(deliveries::id)
        .load(conn)?;
    Ok(diesel::delete(deliveries::table.filter(deliveries::id.eq_any(old))).execute(conn)?)
}
