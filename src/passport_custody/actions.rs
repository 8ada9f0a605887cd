//! Custody of official passports (quản lý hộ chiếu, Luật 49/2019/QH14 Đ.23–24): handed over against a signature after
//! the decision, returned after the trip, or reported lost or cancelled.

use diesel::prelude::*;
use serde_json::json;

use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::db::schema::custodies;
use crate::dossier::ProvinceLaw;
use crate::dossier::actions::{VisibleDossier, assess_dossier, received_on};
use crate::dossier::flow::State;
use crate::dossier::parts::duties::{self, PASSPORT_RETURN, owed};
use crate::error::{Code, Error, Result, forbidden, not_found, refuse};
use crate::procedures::outbound::model::TripContent;
use crate::registry::officials::{Official, Passport, PassportStanding};
use crate::registry::officials_parts_store;
use crate::registry::officials_store as officials;
use kernel::id::Id;
use kernel::procedure::Procedure;
use kernel::time::{Day, day_of};
use kernel::violation::Violations;
use kernel::words::{FieldError, PassportKind, StepKind};

/// A passport that was handed over to its holder.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = custodies, treat_none_as_default_value = false)]
pub struct Custody {
    pub id: i64,
    pub version: i64,
    pub delegation_id: i64,
    pub official_id: i64,
    pub passport_id: i64,
    pub duty_id: i64,
    pub handed_over_on: Day,
    /// Number of the receipt that the holder signed.
    pub receipt: String,
    pub returned_on: Option<Day>,
    pub lost_on: Option<Day>,
}

/// Which custodies to list.
#[derive(Debug, Clone, Default)]
pub struct CustodyFilter {
    pub delegation_id: Option<i64>,
    pub official_id: Option<i64>,
    /// Only those not yet returned.
    pub out: bool,
}

pub fn page(conn: &mut Conn, filter: &CustodyFilter, after: i64, limit: i64) -> Result<Vec<Custody>> {
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

/// Finds a custody, for the custodian and the inspector.
pub fn find(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Custody> {
    require_sight(call)?;
    let found = custodies::table.find(id).select(Custody::as_select()).first(conn).optional()?;
    found.ok_or_else(not_found)
}

/// 403 unless the caller keeps passports or inspects them.
pub fn require_sight(call: &RequestContext) -> Result<()> {
    if call.actor.may(Permission::KeepPassports) || call.actor.may(Permission::ReadTrail) {
        return Ok(());
    }
    Err(forbidden("Chỉ người quản lý hộ chiếu được xem.", "Only the passport custodian may see this."))
}

/// The handing over of a passport.
pub struct HandOver {
    pub official_id: Id,
    pub passport_id: Option<Id>,
    pub on: Day,
    pub receipt: String,
}

/// 409: the trip is not decided yet, or is over.
pub fn not_decided() -> Error {
    refuse(
        Code::NotPossibleInState,
        "Chỉ được giao hộ chiếu sau khi có quyết định cử đi (Luật 49/2019/QH14 Đ.24 k.2b).",
        "A passport may be handed over only after the decision (Luật 49/2019/QH14 Art. 24(2)(b)).",
    )
}

/// Hands a passport over against a signature, only after the decision (Luật 49/2019/QH14 Đ.24 k.2b). Private travel
/// needs an ordinary passport, which the unit does not keep, so nothing is handed over for it.
pub fn hand_over(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: &VisibleDossier<TripContent>,
    asked: HandOver,
) -> Result<Custody> {
    let trip = &seen.dossier;
    if !matches!(trip.state, State::Approved | State::UnderWay) {
        return Err(not_decided());
    }
    let mut faults = Violations::default();
    let travels = trip.content.travelling().any(|(m, _)| m.official_id == asked.official_id);
    let (vi, en) = ("Người này không tham gia đoàn.", "This person does not travel in the delegation.");
    faults.require(travels, "/official_id", FieldError::UnknownMember, vi, en);
    faults.require(
        trip.content.procedure == Procedure::OUTBOUND,
        "/passport_id",
        FieldError::OrdinaryPassportOnly,
        "Đi việc riêng chỉ dùng hộ chiếu phổ thông; không giao hộ chiếu công vụ, hộ chiếu ngoại giao.",
        "Private travel requires an ordinary passport; official and diplomatic passports are not handed over for it.",
    );
    let (vi, en) = ("Không ghi nhận được ngày ở tương lai.", "A day in the future cannot be recorded.");
    faults.require(asked.on <= call.today, "/on", FieldError::InTheFuture, vi, en);
    let steps = trip.process.steps.iter().filter(|s| s.kind == StepKind::Decide).filter_map(|s| s.acted_at);
    let decided = steps.map(day_of).chain(trip.decision.iter().map(|d| d.document.date)).min();
    let (vi, en) = ("Ngày giao không được trước ngày có quyết định.", "The date must not be before the decision.");
    faults.require(decided.is_none_or(|day| day <= asked.on), "/on", FieldError::BeforeTheDecision, vi, en);
    faults.finish()?;
    let official = officials::find_all(conn, &[asked.official_id.0])?.pop().ok_or_else(not_found)?;
    let passport = chosen(&official, asked.passport_id, trip.content.returning)?.clone();
    // Only one travel document per trip (Luật 49/2019/QH14 Đ.23 k.2).
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
            "Hộ chiếu này, hoặc hộ chiếu khác của người này cho cùng chuyến đi, đã được giao và chưa trả lại.",
            "This passport, or another one of this person for the trip, is handed over and not yet returned.",
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

/// The requested passport, or by default the valid official passport that expires last.
fn chosen(official: &Official, named: Option<Id>, until: Day) -> Result<&Passport> {
    let kept = |p: &&Passport| p.kind != PassportKind::Ordinary;
    let found = match named {
        Some(id) => official.passports.iter().find(|p| p.id == id.0),
        None => kept_longest(official),
    };
    let mut faults = Violations::default();
    let pointer = "/passport_id";
    let (vi, en) =
        ("Không có hộ chiếu công vụ hoặc ngoại giao này.", "This official or diplomatic passport does not exist.");
    faults.require(found.is_some_and(|p| kept(&p)), pointer, FieldError::NotKept, vi, en);
    let usable = found.is_none_or(|p| p.standing == PassportStanding::Valid && p.expires_on > until);
    let (vi, en) = (
        "Hộ chiếu đã mất, đã bị hủy hoặc không còn hạn sau ngày về.",
        "The passport is lost, cancelled, or not valid beyond the return date.",
    );
    faults.require(usable, pointer, FieldError::PassportNotValid, vi, en);
    faults.finish()?;
    found.ok_or_else(not_found)
}

/// The valid official or diplomatic passport that expires last.
pub fn kept_longest(official: &Official) -> Option<&Passport> {
    let valid = |p: &&Passport| p.kind != PassportKind::Ordinary && p.standing == PassportStanding::Valid;
    official.passports.iter().filter(valid).max_by_key(|p| p.expires_on)
}

/// How the custody of a passport ends.
pub enum CustodyEnd {
    Returned(Day),
    /// With the document by which the unit notifies the authority (Luật 49/2019/QH14 Đ.28 k.1).
    Lost(Day, String),
}

/// Records that a passport was returned or lost; this fulfils the duty to return it.
pub fn end(
    conn: &mut Conn,
    call: &RequestContext,
    mut custody: Custody,
    asked: impl FnOnce() -> Result<CustodyEnd>,
) -> Result<Custody> {
    call.guard(custody.version, || call.actor.require(Permission::KeepPassports))?;
    if custody.returned_on.is_some() || custody.lost_on.is_some() {
        return Err(refuse(
            Code::NotPossibleInState,
            "Hộ chiếu này đã được trả lại hoặc đã báo mất.",
            "This passport has already been returned or reported lost.",
        ));
    }
    let fate = asked()?;
    let (CustodyEnd::Returned(on) | CustodyEnd::Lost(on, _)) = &fate;
    let on = *on;
    let mut faults = Violations::default();
    faults.require(
        on <= call.today && on >= custody.handed_over_on,
        "/on",
        FieldError::OutOfRange,
        "Phải trong khoảng từ ngày giao đến hôm nay.",
        "Must be between the day it was handed over and today.",
    );
    faults.finish()?;
    let mut note = None;
    match fate {
        CustodyEnd::Returned(_) => custody.returned_on = Some(on),
        CustodyEnd::Lost(_, document) => {
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
    officials_parts_store::set_standing(conn, &changed)?;
    officials::raise_version(conn, &official)
}

/// Records that a passport is lost or cancelled; it is no longer valid.
pub fn report(
    conn: &mut Conn,
    call: &RequestContext,
    ids: (i64, i64),
    standing: PassportStanding,
    since: Day,
    document: String,
) -> Result<()> {
    let mut faults = Violations::default();
    let (vi, en) = ("Chỉ ghi nhận được hộ chiếu bị mất hoặc bị hủy.", "It must be lost or cancelled.");
    faults.require(standing != PassportStanding::Valid, "/standing", FieldError::InvalidWord, vi, en);
    let (vi, en) = ("Không ghi nhận được ngày ở tương lai.", "A day in the future cannot be recorded.");
    faults.require(since <= call.today, "/on", FieldError::InTheFuture, vi, en);
    faults.finish()?;
    set_standing(conn, ids.0, ids.1, standing, since, document)?;
    let detail = json!({"passport": Id(ids.1), "standing": standing, "since": since});
    call.remember(conn, "report_passport", &format!("officials/{}", Id(ids.0)), detail)
}
