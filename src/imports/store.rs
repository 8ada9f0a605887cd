//! Batches in the database, and the records that each created.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::db::schema::{
    agencies, dossier_agencies, dossiers, import_records, imports, official_moves, officials, users,
};
use crate::db::schema::{agency_successions, outbound_members, programme_hosts};
use crate::db::sealed::SealedText;
use crate::db::{Conn, from_json, insert_rows, to_json, word};
use crate::dossier::flow::State as DossierState;
use crate::error::Result;
use crate::imports::batch::{Batch, ImportKind, ImportState};
use crate::imports::known::{KnownPerson, KnownRegistry, Twin, Units};
use crate::plans;
use crate::registry::agencies as units;
use crate::registry::changes::succession;
use crate::registry::officials_parts_store;
use crate::registry::officials_store::stored_day;
use kernel::every_field;
use kernel::procedure::RegisterEntries;
use kernel::text::fold;
use kernel::time::{Day, Moment, Period};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = imports, treat_none_as_null = true, treat_none_as_default_value = false)]
struct ImportRow {
    id: i64,
    version: i64,
    kind: String,
    file_name: String,
    sha256: String,
    state: String,
    dry_run: bool,
    unknown_agencies: String,
    agency_id: Option<i64>,
    row_count: i64,
    done: i64,
    rejected: i64,
    created: i64,
    errors: SealedText,
    warnings: SealedText,
    stored_as: Option<String>,
    annotated_as: Option<String>,
    created_by: i64,
    created_at: Moment,
}

impl ImportRow {
    fn of(b: &Batch) -> Result<Self> {
        every_field!(Batch of b:
            id, version, kind, file_name, sha256, state, dry_run, unknown_agencies, agency_id, rows,
            done, rejected, created, errors, warnings, stored_as, annotated_as, created_by, created_at);
        let unknown: &'static str = b.unknown_agencies.into();
        Ok(ImportRow {
            id: b.id,
            version: b.version,
            kind: b.kind.word().to_owned(),
            file_name: b.file_name.clone(),
            sha256: b.sha256.clone(),
            state: b.state.word().to_owned(),
            dry_run: b.dry_run,
            unknown_agencies: unknown.to_owned(),
            agency_id: b.agency_id,
            row_count: b.rows,
            done: b.done,
            rejected: b.rejected,
            created: b.created,
            errors: SealedText::hidden(&to_json(&b.errors)?)?,
            warnings: SealedText::hidden(&to_json(&b.warnings)?)?,
            stored_as: b.stored_as.clone(),
            annotated_as: b.annotated_as.clone(),
            created_by: b.created_by,
            created_at: b.created_at,
        })
    }

    /// The batch; `None` if it filled a register that this installation does not have.
    fn batch(self, registers: &RegisterEntries) -> Result<Option<Batch>> {
        let Some(kind) = ImportKind::by_word(&self.kind, registers) else { return Ok(None) };
        Ok(Some(Batch {
            id: self.id,
            version: self.version,
            kind,
            file_name: self.file_name,
            sha256: self.sha256,
            state: word(&self.state)?,
            dry_run: self.dry_run,
            unknown_agencies: word(&self.unknown_agencies)?,
            agency_id: self.agency_id,
            rows: self.row_count,
            done: self.done,
            rejected: self.rejected,
            created: self.created,
            errors: from_json(&self.errors)?,
            warnings: from_json(&self.warnings)?,
            stored_as: self.stored_as,
            annotated_as: self.annotated_as,
            created_by: self.created_by,
            created_at: self.created_at,
        }))
    }
}

pub fn find(conn: &mut Conn, registers: &RegisterEntries, id: i64) -> Result<Option<Batch>> {
    let row: Option<ImportRow> = imports::table.find(id).select(ImportRow::as_select()).first(conn).optional()?;
    Ok(row.map(|row| row.batch(registers)).transpose()?.flatten())
}

/// Batches, latest first: those of one account, and those of the kinds that it sees whoever made them.
pub fn page(
    conn: &mut Conn,
    registers: &RegisterEntries,
    by: i64,
    whole: &[&str],
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Batch>> {
    let mut query = imports::table.order(imports::id.desc()).limit(limit).select(ImportRow::as_select()).into_boxed();
    query = query.filter(imports::created_by.eq(by).or(imports::kind.eq_any(whole.to_vec())));
    if let Some(before) = before {
        query = query.filter(imports::id.lt(before));
    }
    let rows: Vec<ImportRow> = query.load(conn)?;
    rows.into_iter().filter_map(|row| row.batch(registers).transpose()).collect()
}

/// The committed batch of the same file, if any.
pub fn committed(conn: &mut Conn, kind: ImportKind, sha256: &str) -> Result<Option<i64>> {
    let same = imports::table.filter(imports::sha256.eq(sha256)).filter(imports::kind.eq(kind.word()));
    Ok(same.filter(imports::state.eq(ImportState::Committed.word())).select(imports::id).first(conn).optional()?)
}

/// The oldest batch that waits to be checked in the background.
pub fn waiting(conn: &mut Conn, registers: &RegisterEntries) -> Result<Option<Batch>> {
    let waiting = imports::table.filter(imports::state.eq(ImportState::Checking.word())).order(imports::id);
    let rows: Vec<ImportRow> = waiting.select(ImportRow::as_select()).load(conn)?;
    rows.into_iter().find_map(|row| row.batch(registers).transpose()).transpose()
}

pub fn insert(conn: &mut Conn, batch: &Batch) -> Result<()> {
    diesel::insert_into(imports::table).values(ImportRow::of(batch)?).execute(conn)?;
    Ok(())
}

pub fn update(conn: &mut Conn, batch: &Batch) -> Result<()> {
    diesel::update(imports::table.find(batch.id)).set(ImportRow::of(batch)?).execute(conn)?;
    Ok(())
}

/// Stores how many rows of a batch have been checked.
pub fn progress(conn: &mut Conn, id: i64, done: i64) -> Result<()> {
    diesel::update(imports::table.find(id)).set(imports::done.eq(done)).execute(conn)?;
    Ok(())
}

/// The kind of a created record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Created {
    Dossier,
    Official,
    Agency,
    Account,
    Passport,
    PlanItem,
}

pub fn insert_records(conn: &mut Conn, import_id: i64, all: &[(Created, i64)]) -> Result<()> {
    let rows: Vec<_> = (0i64..)
        .zip(all)
        .map(|(ord, (what, id))| {
            let what: &'static str = (*what).into();
            (
                import_records::import_id.eq(import_id),
                import_records::ord.eq(ord),
                import_records::what.eq(what),
                import_records::object_id.eq(*id),
            )
        })
        .collect();
    insert_rows!(conn, import_records::table, &rows);
    Ok(())
}

pub fn records(conn: &mut Conn, import_id: i64, what: Created) -> Result<Vec<i64>> {
    let what: &'static str = what.into();
    let own =
        import_records::table.filter(import_records::import_id.eq(import_id)).filter(import_records::what.eq(what));
    Ok(own.order(import_records::ord).select(import_records::object_id).load(conn)?)
}

pub fn delete_records(conn: &mut Conn, import_id: i64) -> Result<()> {
    diesel::delete(import_records::table.filter(import_records::import_id.eq(import_id))).execute(conn)?;
    Ok(())
}

/// Whether any dossier of a batch was changed since the import.
pub fn dossiers_touched(conn: &mut Conn, import_id: i64) -> Result<bool> {
    let own = import_records::table
        .filter(import_records::import_id.eq(import_id))
        .filter(import_records::what.eq("dossier"))
        .select(import_records::object_id);
    let touched: i64 =
        dossiers::table.filter(dossiers::id.eq_any(own)).filter(dossiers::version.ne(1)).count().get_result(conn)?;
    Ok(touched > 0)
}

/// Whether an official travels, hosts, has an account, or was changed.
pub fn official_used(conn: &mut Conn, id: i64) -> Result<bool> {
    let travels: i64 = outbound_members::table.filter(outbound_members::official_id.eq(id)).count().get_result(conn)?;
    let hosts: i64 = programme_hosts::table.filter(programme_hosts::official_id.eq(id)).count().get_result(conn)?;
    let account: i64 = users::table.filter(users::official_id.assume_not_null().eq(id)).count().get_result(conn)?;
    let changed: i64 =
        officials::table.filter(officials::id.eq(id)).filter(officials::version.ne(1)).count().get_result(conn)?;
    Ok(travels + hosts + account + changed > 0)
}

/// Whether a unit has dossiers, people, accounts, units below it or a history, or was changed.
pub fn agency_used(conn: &mut Conn, id: i64) -> Result<bool> {
    let dossiers: i64 = dossiers::table.filter(dossiers::agency_id.eq(id)).count().get_result(conn)?;
    let people: i64 = officials::table.filter(officials::agency_id.eq(id)).count().get_result(conn)?;
    let accounts: i64 = users::table.filter(users::agency_id.assume_not_null().eq(id)).count().get_result(conn)?;
    let below: i64 = agencies::table.filter(agencies::parent_id.assume_not_null().eq(id)).count().get_result(conn)?;
    let history: i64 = agency_successions::table
        .filter(agency_successions::from_id.eq(id).or(agency_successions::to_id.eq(id)))
        .count()
        .get_result(conn)?;
    let moves: i64 = official_moves::table
        .filter(official_moves::from_id.eq(id).or(official_moves::to_id.assume_not_null().eq(id)))
        .count()
        .get_result(conn)?;
    let members: i64 = outbound_members::table.filter(outbound_members::agency_id.eq(id)).count().get_result(conn)?;
    let parts: i64 = dossier_agencies::table.filter(dossier_agencies::agency_id.eq(id)).count().get_result(conn)?;
    let batches: i64 = imports::table.filter(imports::agency_id.assume_not_null().eq(id)).count().get_result(conn)?;
    let changed: i64 =
        agencies::table.filter(agencies::id.eq(id)).filter(agencies::version.ne(1)).count().get_result(conn)?;
    Ok(parts + moves + dossiers + people + accounts + below + history + members + batches + changed > 0)
}

pub fn delete_agency(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(agencies::table.find(id)).execute(conn)?;
    Ok(())
}

/// What a list of this period is checked against; the caller adds whose rows may be imported.
pub fn known(conn: &mut Conn, batch: &Batch, days: Option<Period>, today: Day) -> Result<KnownRegistry> {
    let mut tree = Units::default();
    let mut codes = HashSet::new();
    for a in units::all(conn)? {
        tree.add(&a);
        codes.insert(a.code);
    }
    let names_people = matches!(batch.kind, ImportKind::Officials | ImportKind::Accounts | ImportKind::Passports);
    let people = if names_people { people(conn)? } else { HashMap::new() };
    let usernames = match batch.kind {
        ImportKind::Accounts => users::table.select(users::username).load(conn)?.into_iter().collect(),
        _ => HashSet::new(),
    };
    let passports = match batch.kind {
        ImportKind::Passports => officials_parts_store::passport_owners(conn)?,
        _ => HashMap::new(),
    };
    let plans = match batch.kind {
        ImportKind::PlanItems => plans::store::all(conn)?.into_iter().map(|plan| (plan.year, plan)).collect(),
        _ => HashMap::new(),
    };
    let recorded = match (batch.kind, days) {
        (ImportKind::Delegations(entry, _), Some(days)) => {
            let there: Vec<Twin> = dossiers::table
                .filter(dossiers::register.eq(entry.key))
                .filter(dossiers::listed_on.between(days.from, days.to))
                .filter(dossiers::state.ne_all(DossierState::VOID.map(DossierState::word)))
                .select((dossiers::title, dossiers::listed_on, dossiers::headcount))
                .load(conn)?;
            there.into_iter().map(|(title, day, people)| (fold(&title), day, people)).collect()
        }
        _ => Default::default(),
    };
    Ok(KnownRegistry {
        units: tree,
        succession: succession(conn)?,
        recorded,
        own: None,
        agency_id: batch.agency_id,
        unknown: batch.unknown_agencies,
        today,
        codes,
        people,
        usernames,
        passports,
        plans,
    })
}

/// The officials in service by folded name.
fn people(conn: &mut Conn) -> Result<HashMap<String, Vec<KnownPerson>>> {
    let all: Vec<(i64, String, Option<SealedText>, i64)> = officials::table
        .filter(officials::left_on.is_null())
        // A record that was merged is nobody whom a row may name.
        .filter(officials::merged_into.is_null())
        .order(officials::id)
        .select((officials::id, officials::search_norm, officials::birth_date, officials::agency_id))
        .load(conn)?;
    let mut people: HashMap<String, Vec<KnownPerson>> = HashMap::new();
    for (id, name, birth_date, agency_id) in all {
        let birth_date = birth_date.as_deref().map(stored_day).transpose()?;
        people.entry(name).or_default().push(KnownPerson { id, birth_date, agency_id });
    }
    Ok(people)
}

/// Deletes an official to whom nothing refers.
pub fn delete_official(conn: &mut Conn, id: i64) -> Result<()> {
    use crate::db::schema::management_levels;
    diesel::delete(management_levels::table.filter(management_levels::official_id.eq(id))).execute(conn)?;
    diesel::delete(officials::table.find(id)).execute(conn)?;
    Ok(())
}
