//! What is behind a figure: the dossiers that count in a cell, and those one would expect there that do not.

use std::collections::HashSet;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::db::Conn;
use crate::dossier::flow::State;
use crate::dossier::register::Registers;
use crate::dossier::store::few::NarrowedFilter;
use crate::dossier::store::filter::DossierFilter;
use crate::dossier::store::list::{self, DossierItem, ListPlace};
use crate::error::Result;
use crate::statistics::asked::{Agencies, FigureQuery, FigureSource, counted_register, scope};
use crate::statistics::columns::FactCell;
use crate::statistics::count::visits_in;
use crate::statistics::dimension::{DateBasis, Dimension};
use crate::statistics::fact::Fact;
use crate::statistics::question::FigureQuestion;
use crate::statistics::store;
use crate::web::etag::tagged;
use crate::web::query::{self, Query, invalid};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::seal;
use kernel::procedure::{Procedure, RegisterEntries, RegisterEntry};
use kernel::text::Language;
use kernel::time::{Day, in_vietnamese};

/// Registers the routes of this module.
pub fn routes(config: &mut RoomRoutes) {
    config.service(register_records);
}

/// The cell to open, in addition to the query that gave the figure.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RecordsCellQuery {
    /// The `key` of the row; with two groupings both keys, separated by a comma. If it is left out: the total.
    #[param(example = "KR")]
    key: Option<String>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Why a dossier counts in a cell or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Reason {
    /// Approved or took place, on a day of the period.
    Counted,
    Draft,
    /// It is still being handled.
    InProgress,
    Rejected,
    Withdrawn,
    Cancelled,
    Postponed,
    /// Not a mission of the province.
    PrivateTravel,
    /// It counts on a day other than the planned one.
    OtherDate,
    /// Nobody from the requesting agency travels.
    OtherAgency,
}

/// A dossier that counts in a figure, or one that does not.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordView, example = json!({"delegation_id": "01ke3m9p000b2", "number": "DR-2026-0001", "title": "Đoàn học tập chuyển đổi số tại Hàn Quốc",
    "state": "closed", "date": "2026-12-07", "counted": true, "visits": 5, "reason": "counted", "detail": "Quyết định ngày 30/11/2026, khởi hành ngày 07/12/2026: 5 lượt."}))]
struct FigureRecordView {
    /// Null, like number and title, if the caller may see the figure but not the dossier.
    #[schema(value_type = Option<String>)]
    delegation_id: Option<Id>,
    number: Option<String>,
    title: Option<String>,
    #[schema(value_type = Option<State>)]
    state: Option<String>,
    /// The day it counts on, else the planned first day.
    date: NaiveDate,
    counted: bool,
    /// Number of visits that it adds to the cell.
    visits: i64,
    reason: Reason,
    detail: String,
}

/// Those that count, by day, then those that do not. A page may have fewer than were asked for, even none, and a `next`.
#[derive(Serialize, ToSchema)]
struct RecordPage {
    items: Vec<FigureRecordView>,
    next: Option<String>,
}

/// Lists the dossiers behind a figure, and those that do not count, each with the reason.
#[utoipa::path(tag = "statistics", operation_id = "register_records", params(("register" = String, Path), FigureQuestion, RecordsCellQuery),
    responses((status = 200, description = "the records", body = RecordPage), (status = 304, description = "unchanged")))]
#[get("/statistics/{register}/records")]
async fn register_records(
    req: HttpRequest,
    call: Call,
    register: web::Path<String>,
    source: web::Data<FigureSource>,
    figures: web::Data<RegisterEntries>,
    registers: web::Data<Registers>,
) -> Result<HttpResponse> {
    let counted = counted_register(&figures, &register)?;
    records(&req, &call, source.get_ref().clone(), counted, registers.get_ref().clone()).await
}

/// Where the previous page ended: among those that count, or among the others.
#[derive(Debug, Clone, Copy)]
enum After {
    Counted(Day, i64),
    Others(Option<(Day, i64)>),
}

impl After {
    fn read(parts: &[String]) -> Option<Self> {
        let place = || Some((parts.get(1)?.parse().ok()?, parts.get(2)?.parse().ok()?));
        match parts.first()?.as_str() {
            "counted" => place().map(|(day, id)| After::Counted(day, id)),
            "others" if parts.len() == 1 => Some(After::Others(None)),
            "others" => place().map(|place| After::Others(Some(place))),
            _ => None,
        }
    }

    fn write(self) -> Vec<String> {
        let place = |kind: &str, day: Day, id: i64| vec![kind.to_owned(), day.to_string(), id.to_string()];
        match self {
            After::Counted(day, id) => place("counted", day, id),
            After::Others(Some((day, id))) => place("others", day, id),
            After::Others(None) => vec!["others".to_owned()],
        }
    }
}

async fn records(
    req: &HttpRequest,
    call: &Call,
    source: FigureSource,
    counted: (&'static RegisterEntry, Procedure),
    registers: Registers,
) -> Result<HttpResponse> {
    let (Query(question), Query(cell)) =
        query::split::<FigureQuestion, RecordsCellQuery>(req.query_string(), &["key", "limit", "cursor"])?;
    // Callers who may only see figures, without names, get 403.
    call.actor.require(Permission::ReadDossiers)?;
    let only = scope(call, &question)?;
    let limit = query::limit(cell.limit)?;
    if question.format.is_some() || question.compare.is_some() || question.measures.is_some() {
        return Err(invalid(
            "format",
            "ở đây không chọn được định dạng, so sánh hay chỉ tiêu thêm.",
            "format, compare and measures cannot be used here.",
        ));
    }
    let asked = FigureQuery::read(counted, question, only.as_deref(), call.today)?;
    let keys: Vec<String> = cell.key.iter().flat_map(|key| key.split(',')).map(str::to_owned).collect();
    if !keys.is_empty() && keys.len() != asked.by.len() {
        return Err(invalid("key", "phải có khóa cho từng chiều thống kê.", "must have a key for each word in by."));
    }
    let by = if keys.is_empty() { Vec::new() } else { asked.by.clone() };
    let asked = FigureQuery { by, ..asked };
    let scope = format!("records {} {keys:?} {:?} {:?} {:?}", counted.0.key, asked.period, asked.narrow, asked.by);
    let after = query::place(&scope, cell.cursor.as_deref(), After::read)?;
    let (items, next) =
        call.read(move |conn, call| page(conn, call, &registers, &asked, &keys, &source, after, limit)).await?;
    let next = next.map(|place| seal(&scope, &place.write()));
    tagged(req, HttpResponse::Ok(), &RecordPage { items, next })
}

type Found = (Vec<FigureRecordView>, Option<After>);

#[expect(clippy::too_many_arguments, reason = "one page of records")]
fn page(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    asked: &FigureQuery,
    keys: &[String],
    source: &FigureSource,
    after: Option<After>,
    limit: i64,
) -> Result<Found> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let basis = asked.question.basis();
    let facts = source.facts.of_snapshot(conn)?;
    let selection = asked.select(conn, &facts, source.agencies, asked.period)?;
    let mut counted: Vec<(Day, &FactCell, i64)> =
        visits_in(&selection, &asked.by, keys).map(|(fact, visits)| (basis.day(fact), fact, visits)).collect();
    counted.sort_unstable_by_key(|(day, f, _)| (*day, f.delegation_id));
    let mut known: HashSet<i64> = counted.iter().map(|(_, f, _)| f.delegation_id).collect();
    let moves = |d: &Dimension| matches!(d, Dimension::Agency | Dimension::Month | Dimension::Quarter);
    if asked.narrow.agencies.is_none() && !asked.by.iter().any(moves) {
        // What counts on these days but not in this cell is of another country or kind: nobody would expect it here.
        for procedure in asked.procedures() {
            known.extend(store::ids_in_period(conn, *procedure, asked.period, basis)?);
        }
    }
    let mut items = Vec::new();
    if !matches!(after, Some(After::Others(_))) {
        if let Some(After::Counted(day, id)) = after {
            counted.retain(|(at, f, _)| (*at, f.delegation_id) > (day, id));
        }
        let more = counted.len() > limit;
        counted.truncate(limit);
        let ids: Vec<i64> = counted.iter().map(|(_, f, _)| f.delegation_id).collect();
        let seen = list::seen(conn, &call.actor, registers.entries(), &ids)?;
        for (day, fact, visits) in &counted {
            let detail = reason_counted(asked.entry, seen.get(&fact.delegation_id), fact, *visits, call.language);
            items.push(record(seen.get(&fact.delegation_id), *day, *visits, Reason::Counted, detail));
        }
        match counted.last() {
            Some((day, fact, _)) if more => return Ok((items, Some(After::Counted(*day, fact.delegation_id)))),
            _ if items.len() == limit => return Ok((items, Some(After::Others(None)))),
            _ => {}
        }
    }
    let place = match after {
        Some(After::Others(place)) => place,
        _ => None,
    };
    let next = others(conn, call, registers, asked, keys, source.agencies, &known, place, limit, &mut items)?;
    Ok((items, next.map(|place| After::Others(Some(place)))))
}

/// Rows that are read from the register at a time.
const CHUNK: i64 = 500;
/// Most rows that one answer examines. Where few of many belong here, a page has fewer than were asked for, and the next goes on.
const EXAMINED: usize = 1_000;

/// Dossiers planned for the period that do not count in the cell; returns the place of the last if there are more.
#[expect(clippy::too_many_arguments, reason = "the rest of one page")]
fn others(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    asked: &FigureQuery,
    keys: &[String],
    agencies: Agencies,
    known: &HashSet<i64>,
    mut place: Option<(Day, i64)>,
    limit: usize,
    items: &mut Vec<FigureRecordView>,
) -> Result<Option<(Day, i64)>> {
    let filter = DossierFilter {
        country: asked.narrow.country.clone(),
        from: Some(asked.period.from),
        to: Some(asked.period.to),
        ..DossierFilter::of(asked.entry.key)
    };
    let filter = NarrowedFilter::of(conn, filter, &call.actor, registers.entries(), call.today)?;
    let mut examined = 0;
    loop {
        let after = place.map(|(day, id)| ListPlace::Begins(day, id));
        let rows = list::page(conn, &filter, &call.actor, registers.entries(), call.today, after, CHUNK)?;
        let last = i64::try_from(rows.len()).unwrap_or(0) < CHUNK;
        for item in rows {
            if examined == EXAMINED {
                return Ok(place);
            }
            examined += usize::from(!known.contains(&item.id));
            if !known.contains(&item.id)
                && let Some((reason, detail)) = why_not(conn, call, registers, asked, keys, agencies, &item)?
            {
                if items.len() == limit {
                    return Ok(place);
                }
                items.push(record(Some(&item), item.listed_on, 0, reason, detail));
            }
            place = Some((item.listed_on, item.id));
        }
        if last {
            return Ok(None);
        }
    }
}

fn record(item: Option<&DossierItem>, date: Day, visits: i64, reason: Reason, detail: String) -> FigureRecordView {
    FigureRecordView {
        delegation_id: item.map(|i| Id(i.id)),
        number: item.and_then(|i| i.number.clone()),
        title: item.map(|i| i.title.clone()),
        state: item.map(|i| i.state.clone()),
        date,
        counted: reason == Reason::Counted,
        visits,
        reason,
        detail,
    }
}

fn reason_counted(
    entry: &RegisterEntry,
    item: Option<&DossierItem>,
    fact: &FactCell,
    visits: i64,
    language: Language,
) -> String {
    // An imported dossier has neither number nor decision: the day of travel replaces that of the decision.
    let of_list = item.map_or(fact.decided_on == fact.travel_date, |i| i.number.is_none());
    let (decided, travelled) = (in_vietnamese(fact.decided_on), in_vietnamese(fact.travel_date));
    let way = entry.reported.happens.vi;
    if of_list {
        return language.say(
            &format!("Theo danh sách đã nhập, {way} ngày {travelled}: {visits} lượt."),
            &format!("From an imported list, travel on {}: {visits} visit(s).", fact.travel_date),
        );
    }
    language.say(
        &format!("Quyết định ngày {decided}, {way} ngày {travelled}: {visits} lượt."),
        &format!("Decided on {}, travel on {}: {visits} visit(s).", fact.decided_on, fact.travel_date),
    )
}

/// Why a dossier that was planned for the period does not count in the cell; `None` if nobody would expect it there.
fn why_not(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &Registers,
    asked: &FigureQuery,
    keys: &[String],
    agencies: Agencies,
    item: &DossierItem,
) -> Result<Option<(Reason, String)>> {
    let language = call.language;
    let private = item.procedure == Procedure::PRIVATE_TRAVEL.word();
    let fact = store::of_delegation(conn, item.id)?;
    if let Some(fact) = fact.filter(|fact| asked.procedures().contains(&fact.procedure)) {
        return counts_elsewhere(conn, language, asked, keys, agencies, item, fact);
    }
    let Some(register) = registers.by_key(&item.register) else { return Ok(None) };
    let Some((state, would)) = register.would_count(conn, item.id)? else { return Ok(None) };
    if private && !asked.procedures().contains(&Procedure::PRIVATE_TRAVEL) {
        let detail = language.say("Đi việc riêng, không phải đoàn của tỉnh.", "Private travel is not a mission.");
        let total = keys.is_empty() && asked.narrow == Default::default();
        return Ok(total.then_some((Reason::PrivateTravel, detail)));
    }
    let (reason, vi, en) = match state {
        State::Draft => (Reason::Draft, "Còn là bản nháp.", "It is still a draft."),
        State::Rejected => (Reason::Rejected, "Không được chấp thuận.", "It was rejected."),
        State::Withdrawn => (Reason::Withdrawn, "Đã rút hồ sơ.", "It was withdrawn."),
        State::Cancelled => (Reason::Cancelled, "Đoàn đã hủy.", "It was cancelled."),
        State::Postponed => (Reason::Postponed, "Đoàn hoãn, chưa có ngày mới.", "It was postponed."),
        _ => (Reason::InProgress, "Hồ sơ đang được xử lý, chưa có quyết định.", "It is not decided yet."),
    };
    let counts = match would {
        Some(fact) => stands(conn, asked, keys, agencies, fact)?,
        None => false,
    };
    Ok(counts.then(|| (reason, language.say(vi, en))))
}

/// Whether the fact would count in the cell.
fn stands(conn: &mut Conn, asked: &FigureQuery, keys: &[String], agencies: Agencies, fact: Fact) -> Result<bool> {
    let selection = asked.select_any(conn, &[fact], agencies)?;
    Ok(visits_in(&selection, &asked.by, keys).next().is_some())
}

fn counts_elsewhere(
    conn: &mut Conn,
    language: Language,
    asked: &FigureQuery,
    keys: &[String],
    agencies: Agencies,
    item: &DossierItem,
    fact: Fact,
) -> Result<Option<(Reason, String)>> {
    let counted_on = match asked.question.basis() {
        DateBasis::Travel => fact.travel_date,
        DateBasis::Decision => fact.decided_on,
    };
    let planned = Fact { travel_date: item.listed_on, decided_on: item.listed_on, ..fact.clone() };
    if counted_on != item.listed_on && stands(conn, asked, keys, agencies, planned)? {
        let detail = language
            .say(&format!("Được tính vào ngày {}.", in_vietnamese(counted_on)), &format!("It counts on {counted_on}."));
        return Ok(Some((Reason::OtherDate, detail)));
    }
    // Its members belong to other agencies: it counts there.
    let mut own = fact;
    own.shares.iter_mut().for_each(|share| share.agency_id = item.agency_id);
    if stands(conn, asked, keys, agencies, own)? {
        let detail = language.say(
            "Không có người của cơ quan này đi; đoàn được tính ở cơ quan có người đi.",
            "Nobody from this agency travels; it counts under the agencies of those who do.",
        );
        return Ok(Some((Reason::OtherAgency, detail)));
    }
    Ok(None)
}
