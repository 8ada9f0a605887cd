//! Passports that a unit keeps (quản lý hộ chiếu, Luật 49/2019/QH14 Đ.23–24): handed over after the decision against a
//! signature, given back after the trip, lost or cancelled.

use diesel::prelude::*;
use serde_json::json;

use crate::access::call::Call;
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::db::schema::custodies;
use crate::dossier::Tools;
use crate::dossier::actions::{Seen, assess_dossier, received_on};
use crate::dossier::flow::State;
use crate::dossier::parts::duties::{self, PASSPORT_RETURN, owed};
use crate::error::{Code, Error, Result, forbidden, not_found, refuse};
use crate::procedures::outbound::model::Content;
use crate::registry::officials::{Official, Passport, PassportStanding};
use crate::registry::officials_store as officials;
use kernel::id::Id;
use kernel::time::{Day, day_of};
use kernel::violation::Violations;
use kernel::words::{PassportKind, Procedure, StepKind};

/// A passport in the hands of its holder.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = custodies)]
pub struct Custody {
    pub id: i64,
    pub version: i64,
    pub delegation_id: i64,
    pub official_id: i64,
    pub passport_id: i64,
    pub duty_id: i64,
    pub handed_over_on: Day,
    /// Number of the receipt he signed.
    pub receipt: String,
    pub returned_on: Option<Day>,
    pub lost_on: Option<Day>,
}

/// Which custodies are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub delegation_id: Option<i64>,
    pub official_id: Option<i64>,
    /// Not yet given back.
    pub out: bool,
}

pub fn page(conn: &mut Conn, filter: &Filter, after: i64, limit: i64) -> Result<Vec<Custody>> {
    let mut query = custodies::table
        .filter(custodies::id.gt(after))
        .order(custodies::id)
        .limit(limit)
        .select(Custody::as_select())
        .into_boxed();
    if let Some(id) = filter.delegation_id {
        query = query.filter(custodies::delegation_id.eq(id));
    }
    if let Some(id) = filter.official_id {
        query = query.filter(custodies::official_id.eq(id));
    }
    if filter.out {
        query = query.filter(custodies::returned_on.is_null()).filter(custodies::lost_on.is_null());
    }
    Ok(query.load(conn)?)
}

/// One, for whoever keeps passports or may see all.
pub fn find(conn: &mut Conn, call: &Call, id: i64) -> Result<Custody> {
    require_sight(call)?;
    let found = custodies::table.find(id).select(Custody::as_select()).first(conn).optional()?;
    found.ok_or_else(not_found)
}

/// Who keeps passports, and who inspects it.
pub fn require_sight(call: &Call) -> Result<()> {
    if call.actor.may(Act::Draft, Kind::Passport) || call.actor.may(Act::Read, Kind::Trail) {
        return Ok(());
    }
    Err(forbidden("Chỉ người quản lý hộ chiếu xem được.", "Only whoever keeps the passports sees them."))
}

/// A passport is handed over.
pub struct HandOver {
    pub official_id: Id,
    pub passport_id: Option<Id>,
    pub on: Day,
    pub receipt: String,
}

/// 409: nothing was decided yet, or no more.
pub fn not_decided() -> Error {
    refuse(
        Code::NotPossibleInState,
        "Chỉ giao hộ chiếu sau khi có quyết định cử đi (Luật 49/2019/QH14 Đ.24 k.2b).",
        "A passport is handed over only after the decision (Luật 49/2019/QH14 Art. 24(2)(b)).",
    )
}

/// Hands a passport over against a signature: only after the decision (Luật 49/2019/QH14 Đ.24 k.2b), and none but an
/// ordinary one for a private journey, which the unit does not keep.
pub fn hand_over(
    conn: &mut Conn,
    call: &Call,
    tools: &Tools,
    seen: &Seen<Content>,
    asked: HandOver,
) -> Result<Custody> {
    let trip = &seen.dossier;
    if !matches!(trip.state, State::Approved | State::UnderWay) {
        return Err(not_decided());
    }
    let mut faults = Violations::default();
    let travels = trip.content.travelling().any(|(m, _)| m.official_id == asked.official_id);
    let (vi, en) = ("Người này không đi trong đoàn.", "He does not travel in the delegation.");
    faults.require(travels, "/official_id", "unknown_member", vi, en);
    faults.require(
        trip.content.procedure == Procedure::Outbound,
        "/passport_id",
        "ordinary_passport_only",
        "Việc riêng chỉ dùng hộ chiếu phổ thông; không giao hộ chiếu công vụ, ngoại giao.",
        "A private journey is made on an ordinary passport only.",
    );
    let (vi, en) = ("Không ghi nhận được ngày ở tương lai.", "A day in the future cannot be recorded.");
    faults.require(asked.on <= call.today, "/on", "in_the_future", vi, en);
    let steps = trip.process.steps.iter().filter(|s| s.kind == StepKind::Decide).filter_map(|s| s.acted_at);
    let decided = steps.map(day_of).chain(trip.decision.iter().map(|d| d.document.date)).min();
    let (vi, en) = ("Chỉ giao sau khi có quyết định.", "It is handed over only after the decision.");
    faults.require(decided.is_none_or(|day| day <= asked.on), "/on", "before_the_decision", vi, en);
    faults.finish()?;
    let official = officials::find_all(conn, &[asked.official_id.0])?.pop().ok_or_else(not_found)?;
    let passport = chosen(&official, asked.passport_id, trip.content.returning)?.clone();
    // One travel document a trip (Luật 49/2019/QH14 Đ.23 k.2).
    let same_trip = custodies::delegation_id.eq(trip.id).and(custodies::official_id.eq(official.id));
    let out: Vec<i64> = custodies::table
        .filter(custodies::passport_id.eq(passport.id).or(same_trip))
        .filter(custodies::returned_on.is_null())
        .filter(custodies::lost_on.is_null())
        .select(custodies::id)
        .load(conn)?;
    if !out.is_empty() {
        return Err(refuse(
            Code::AlreadyExists,
            "Hộ chiếu này, hoặc hộ chiếu khác cho chuyến này, đang giao chưa trả.",
            "This passport, or another for this trip, is out already.",
        ));
    }
    let (_, answer) = assess_dossier(conn, tools, trip, received_on(trip, call.today))?;
    let rule = answer.obligations.into_iter().find(|o| o.code == PASSPORT_RETURN);
    let citation = rule.as_ref().map_or("", |o| o.citation.as_str());
    let mut duty =
        owed(trip.id, official.agency_id, PASSPORT_RETURN, citation, rule.as_ref().and_then(|o| o.due_on), call.now);
    duty.official_id = Some(official.id);
    duties::insert(conn, &duty)?;
    let custody = Custody {
        id: Id::new(call.now).0,
        version: 1,
        delegation_id: trip.id,
        official_id: official.id,
        passport_id: passport.id,
        duty_id: duty.id,
        handed_over_on: asked.on,
        receipt: asked.receipt,
        returned_on: None,
        lost_on: None,
    };
    diesel::insert_into(custodies::table).values(&custody).execute(conn)?;
    let detail = json!({"official": Id(official.id), "passport": Id(passport.id), "receipt": custody.receipt});
    call.remember(conn, "hand_over_passport", &format!("custodies/{}", Id(custody.id)), detail)?;
    Ok(custody)
}

/// The passport that is meant: named, or the one official passport that lasts.
fn chosen(official: &Official, named: Option<Id>, until: Day) -> Result<&Passport> {
    let kept = |p: &&Passport| p.kind != PassportKind::Ordinary;
    let found = match named {
        Some(id) => official.passports.iter().find(|p| p.id == id.0),
        None => official
            .passports
            .iter()
            .filter(kept)
            .filter(|p| p.standing == PassportStanding::Valid)
            .max_by_key(|p| p.expires_on),
    };
    let mut faults = Violations::default();
    let pointer = "/passport_id";
    let (vi, en) = ("Không có hộ chiếu công vụ hoặc ngoại giao này.", "There is no such official passport.");
    faults.require(found.is_some_and(|p| kept(&p)), pointer, "not_kept", vi, en);
    let usable = found.is_none_or(|p| p.standing == PassportStanding::Valid && p.expires_on > until);
    let (vi, en) =
        ("Hộ chiếu đã mất, bị hủy hoặc hết hạn trước ngày về.", "It is lost, cancelled or expires before the return.");
    faults.require(usable, pointer, "passport_not_valid", vi, en);
    faults.finish()?;
    found.ok_or_else(not_found)
}

/// What became of a passport that was out.
pub enum Fate {
    Returned(Day),
    /// With the paper by which the unit tells the authority (Luật 49/2019/QH14 Đ.28 k.1).
    Lost(Day, String),
}

/// The passport comes back, or is lost; the duty to give it back ends.
pub fn end(
    conn: &mut Conn,
    call: &Call,
    mut custody: Custody,
    asked: impl FnOnce() -> Result<Fate>,
) -> Result<Custody> {
    call.precondition_given()?;
    call.actor.require(Act::Draft, Kind::Passport)?;
    call.precondition_holds(custody.version)?;
    if custody.returned_on.is_some() || custody.lost_on.is_some() {
        return Err(refuse(Code::NotPossibleInState, "Hộ chiếu này không còn ở ngoài.", "This passport is not out."));
    }
    let fate = asked()?;
    let (Fate::Returned(on) | Fate::Lost(on, _)) = &fate;
    let on = *on;
    let mut faults = Violations::default();
    faults.require(
        on <= call.today && on >= custody.handed_over_on,
        "/on",
        "out_of_range",
        "Phải từ ngày giao đến hôm nay.",
        "From the day it was handed over until today.",
    );
    faults.finish()?;
    let mut note = None;
    match fate {
        Fate::Returned(_) => custody.returned_on = Some(on),
        Fate::Lost(_, document) => {
            custody.lost_on = Some(on);
            note = Some(format!("Mất hộ chiếu, văn bản {document}"));
            set_standing(conn, custody.official_id, custody.passport_id, PassportStanding::Lost, on, document)?;
        }
    }
    custody.version += 1;
    diesel::update(custodies::table.find(custody.id)).set(&custody).execute(conn)?;
    if let Some(mut duty) = duties::find(conn, custody.duty_id)? {
        duty.done_on = Some(on);
        duty.done_note = note;
        duties::update(conn, &mut duty)?;
    }
    let detail = json!({"returned_on": custody.returned_on, "lost_on": custody.lost_on});
    call.remember(conn, "end_custody", &format!("custodies/{}", Id(custody.id)), detail)?;
    Ok(custody)
}

fn set_standing(
    conn: &mut Conn,
    official: i64,
    passport: i64,
    standing: PassportStanding,
    since: Day,
    document: String,
) -> Result<()> {
    let official = officials::find_all(conn, &[official])?.pop().ok_or_else(not_found)?;
    let found = official.passports.iter().find(|p| p.id == passport).ok_or_else(not_found)?;
    let changed =
        Passport { standing, standing_since: Some(since), standing_document: Some(document), ..found.clone() };
    officials::set_standing(conn, &changed)?;
    officials::raise_version(conn, &official)
}

/// The unit, or whoever keeps it, records that a passport is lost or was cancelled. A valid one is valid no more.
pub fn report(
    conn: &mut Conn,
    call: &Call,
    ids: (i64, i64),
    standing: PassportStanding,
    since: Day,
    document: String,
) -> Result<()> {
    let mut faults = Violations::default();
    let (vi, en) = ("Chỉ ghi nhận mất (lost) hoặc hủy (cancelled).", "Only lost or cancelled.");
    faults.require(standing != PassportStanding::Valid, "/standing", "invalid_word", vi, en);
    let (vi, en) = ("Không ghi nhận được ngày ở tương lai.", "A day in the future cannot be recorded.");
    faults.require(since <= call.today, "/on", "in_the_future", vi, en);
    faults.finish()?;
    set_standing(conn, ids.0, ids.1, standing, since, document)?;
    let detail = json!({"passport": Id(ids.1), "standing": standing, "since": since});
    call.remember(conn, "report_passport", &format!("officials/{}", Id(ids.0)), detail)
}
