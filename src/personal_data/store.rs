//! Requests of people about their data, and incidents, in the database.

use diesel::prelude::*;

use crate::db::schema::{incidents, subject_requests};
use crate::db::sealed::SealedText;
use crate::db::{Conn, word};
use crate::error::Result;
use crate::personal_data::model::{Incident, SubjectRequest};
use kernel::every_field;
use kernel::time::{Day, Moment};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subject_requests, treat_none_as_null = true, treat_none_as_default_value = false)]
struct SubjectRequestRow {
    id: i64,
    version: i64,
    kind: String,
    subject: SealedText,
    contact: Option<SealedText>,
    note: Option<SealedText>,
    received_on: Day,
    reply_due_on: Day,
    replied_on: Option<Day>,
    due_on: Day,
    extended_until: Option<Day>,
    extension_reason: Option<SealedText>,
    closed_on: Option<Day>,
    outcome: Option<String>,
    ground: Option<SealedText>,
    created_by: i64,
}

impl SubjectRequestRow {
    fn of(r: &SubjectRequest) -> Result<Self> {
        every_field!(SubjectRequest of r:
            id, version, kind, subject, contact, note, received_on, reply_due_on, replied_on, due_on, extended_until,
            extension_reason, closed_on, outcome, ground, created_by);
        let hidden = |text: &Option<String>| text.as_deref().map(SealedText::hidden).transpose();
        Ok(SubjectRequestRow {
            id: r.id,
            version: r.version,
            kind: r.kind.word().to_owned(),
            subject: SealedText::hidden(&r.subject)?,
            contact: hidden(&r.contact)?,
            note: hidden(&r.note)?,
            received_on: r.received_on,
            reply_due_on: r.reply_due_on,
            replied_on: r.replied_on,
            due_on: r.due_on,
            extended_until: r.extended_until,
            extension_reason: hidden(&r.extension_reason)?,
            closed_on: r.closed_on,
            outcome: r.outcome.map(|outcome| outcome.word().to_owned()),
            ground: hidden(&r.ground)?,
            created_by: r.created_by,
        })
    }

    fn request(self) -> Result<SubjectRequest> {
        Ok(SubjectRequest {
            id: self.id,
            version: self.version,
            kind: word(&self.kind)?,
            subject: self.subject.into_plain(),
            contact: self.contact.map(SealedText::into_plain),
            note: self.note.map(SealedText::into_plain),
            received_on: self.received_on,
            reply_due_on: self.reply_due_on,
            replied_on: self.replied_on,
            due_on: self.due_on,
            extended_until: self.extended_until,
            extension_reason: self.extension_reason.map(SealedText::into_plain),
            closed_on: self.closed_on,
            outcome: self.outcome.as_deref().map(word).transpose()?,
            ground: self.ground.map(SealedText::into_plain),
            created_by: self.created_by,
        })
    }
}

pub fn insert_request(conn: &mut Conn, request: &SubjectRequest) -> Result<()> {
    diesel::insert_into(subject_requests::table).values(SubjectRequestRow::of(request)?).execute(conn)?;
    Ok(())
}

/// Updates the row; the caller has checked the version in this transaction.
pub fn update_request(conn: &mut Conn, request: &SubjectRequest) -> Result<()> {
    diesel::update(subject_requests::table.find(request.id)).set(SubjectRequestRow::of(request)?).execute(conn)?;
    Ok(())
}

pub fn request(conn: &mut Conn, id: i64) -> Result<Option<SubjectRequest>> {
    let row = subject_requests::table.find(id).select(SubjectRequestRow::as_select()).first(conn).optional()?;
    row.map(SubjectRequestRow::request).transpose()
}

/// Requests, latest first: all, or only those that are open or closed.
pub fn requests(conn: &mut Conn, open: Option<bool>, before: Option<i64>, limit: i64) -> Result<Vec<SubjectRequest>> {
    let newest = subject_requests::table.order(subject_requests::id.desc()).limit(limit);
    let mut query = newest.select(SubjectRequestRow::as_select()).into_boxed();
    match open {
        Some(true) => query = query.filter(subject_requests::closed_on.is_null()),
        Some(false) => query = query.filter(subject_requests::closed_on.is_not_null()),
        None => {}
    }
    if let Some(before) = before {
        query = query.filter(subject_requests::id.lt(before));
    }
    let rows: Vec<SubjectRequestRow> = query.load(conn)?;
    rows.into_iter().map(SubjectRequestRow::request).collect()
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = incidents, treat_none_as_null = true, treat_none_as_default_value = false)]
struct IncidentRow {
    id: i64,
    version: i64,
    title: String,
    description: SealedText,
    detected_at: Moment,
    noticed_at: Option<Moment>,
    reported_at: Option<Moment>,
    closed_at: Option<Moment>,
    conclusion: Option<SealedText>,
    created_by: i64,
}

impl IncidentRow {
    fn of(i: &Incident) -> Result<Self> {
        every_field!(Incident of i:
            id, version, title, description, detected_at, noticed_at, reported_at, closed_at, conclusion, created_by);
        Ok(IncidentRow {
            id: i.id,
            version: i.version,
            title: i.title.clone(),
            description: SealedText::hidden(&i.description)?,
            detected_at: i.detected_at,
            noticed_at: i.noticed_at,
            reported_at: i.reported_at,
            closed_at: i.closed_at,
            conclusion: i.conclusion.as_deref().map(SealedText::hidden).transpose()?,
            created_by: i.created_by,
        })
    }
}

impl From<IncidentRow> for Incident {
    fn from(row: IncidentRow) -> Self {
        Incident {
            id: row.id,
            version: row.version,
            title: row.title,
            description: row.description.into_plain(),
            detected_at: row.detected_at,
            noticed_at: row.noticed_at,
            reported_at: row.reported_at,
            closed_at: row.closed_at,
            conclusion: row.conclusion.map(SealedText::into_plain),
            created_by: row.created_by,
        }
    }
}

pub fn insert_incident(conn: &mut Conn, incident: &Incident) -> Result<()> {
    diesel::insert_into(incidents::table).values(IncidentRow::of(incident)?).execute(conn)?;
    Ok(())
}

/// Updates the row; the caller has checked the version in this transaction.
pub fn update_incident(conn: &mut Conn, incident: &Incident) -> Result<()> {
    diesel::update(incidents::table.find(incident.id)).set(IncidentRow::of(incident)?).execute(conn)?;
    Ok(())
}

pub fn incident(conn: &mut Conn, id: i64) -> Result<Option<Incident>> {
    let row: Option<IncidentRow> = incidents::table.find(id).select(IncidentRow::as_select()).first(conn).optional()?;
    Ok(row.map(Incident::from))
}

/// Incidents, latest first.
pub fn incidents(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<Incident>> {
    let newest = incidents::table.order(incidents::id.desc()).limit(limit);
    let mut query = newest.select(IncidentRow::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(incidents::id.lt(before));
    }
    let rows: Vec<IncidentRow> = query.load(conn)?;
    Ok(rows.into_iter().map(Incident::from).collect())
}
