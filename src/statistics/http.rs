//! Routes of figures.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::error::{Error, Result, forbidden};
use crate::kernel::id::Id;
use crate::kernel::table::{Cell, Table};
use crate::kernel::time::{Day, Period};
use crate::kernel::words::{Body, Procedure, Role};
use crate::papers;
use crate::statistics::cache::Answers;
use crate::statistics::count::{Counted, DateBasis, Dimension, Figures, count};
use crate::statistics::labels::label;
use crate::statistics::store::{self, Asked};
use crate::web::etag::IfNoneMatch;
use crate::web::query::{Query, invalid};

pub fn routes(config: &mut ServiceConfig) {
    config.service(outbound).service(inbound);
}

/// Names of agencies; the registry answers.
pub type AgencyNames = fn(&mut Conn, &[i64]) -> Result<std::collections::HashMap<i64, (String, String)>>;

/// What is asked. Either `from` and `to`, or `year` with a window; else the current year.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Question {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    #[param(minimum = 1990, maximum = 2100, example = 2026)]
    year: Option<i32>,
    /// `calendar` (default), or `reporting`: 15 December of the year before to 14 December.
    window: Option<Window>,
    /// `travel` (default): departure or arrival; `decision`: date of the signed decision.
    date_basis: Option<Basis>,
    /// One or two of: country region agency purpose field month quarter funding reception_level leader_level in_plan channel waived.
    #[param(example = "country")]
    by: Option<String>,
    agency_id: Option<String>,
    #[param(min_length = 2, max_length = 2, example = "KR")]
    country: Option<String>,
    /// `json` (default), `csv` or `xlsx`.
    #[param(inline)]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Window {
    Calendar,
    Reporting,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Basis {
    Travel,
    Decision,
}

/// How a table is answered.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Json,
    Csv,
    Xlsx,
}

#[derive(Serialize, ToSchema)]
struct PeriodView {
    from: NaiveDate,
    to: NaiveDate,
    window: Window,
    date_basis: Basis,
}

#[derive(Serialize, ToSchema)]
struct FiguresView {
    delegations: i64,
    visits: i64,
    persons: i64,
}

impl From<Figures> for FiguresView {
    fn from(f: Figures) -> Self {
        FiguresView { delegations: f.delegations, visits: f.visits, persons: f.persons }
    }
}

/// One row; `key` with one grouping, `keys` with two.
#[derive(Serialize, ToSchema)]
struct RowView {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<Vec<String>>,
    label: String,
    delegations: i64,
    visits: i64,
    persons: i64,
}

#[derive(Serialize, ToSchema)]
struct NoteItem {
    code: &'static str,
    detail: String,
}

/// Figures: delegations (đoàn), visits (lượt), persons (người).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"procedure": "outbound", "period": {"from": "2026-01-01", "to": "2026-12-31", "window": "calendar", "date_basis": "travel"},
    "total": {"delegations": 1, "visits": 5, "persons": 5},
    "rows": [{"key": "KR", "label": "Hàn Quốc", "delegations": 1, "visits": 5, "persons": 5}], "notes": [], "data_version": "1"}))]
struct Statistics {
    procedure: Procedure,
    period: PeriodView,
    total: FiguresView,
    rows: Vec<RowView>,
    notes: Vec<NoteItem>,
    /// Changes whenever anything counted does.
    data_version: String,
}

fn dimensions(by: &str) -> Result<Vec<Dimension>> {
    let words: Vec<&str> = by.split(',').collect();
    let parsed: Option<Vec<Dimension>> = words.iter().map(|w| w.parse().ok()).collect();
    match parsed {
        Some(found) if found.len() <= 2 && found.first() != found.get(1) => Ok(found),
        _ => Err(invalid("by", "một hoặc hai chiều thống kê khác nhau.", "one or two different dimensions.")),
    }
}

fn period(question: &Question, today: Day) -> Result<Period> {
    let day = |y, m, d| Day::from_ymd_opt(y, m, d).ok_or_else(|| invalid("year", "năm không hợp lệ.", "not a year."));
    match (question.from, question.to, question.year) {
        (Some(from), Some(to), None) if question.window.is_none() => {
            if to < from {
                return Err(invalid("to", "trước from.", "is before from."));
            }
            Ok(Period { from, to })
        }
        (None, None, year) => {
            let year = year.unwrap_or_else(|| today.year());
            if !(1990..=2100).contains(&year) {
                return Err(invalid("year", "phải từ 1990 đến 2100.", "must be 1990 to 2100."));
            }
            match question.window.unwrap_or(Window::Calendar) {
                Window::Calendar => Ok(Period { from: day(year, 1, 1)?, to: day(year, 12, 31)? }),
                Window::Reporting => Ok(Period { from: day(year - 1, 12, 15)?, to: day(year, 12, 14)? }),
            }
        }
        _ => Err(invalid("from", "dùng from và to, hoặc year (và window).", "say from and to, or year (and window).")),
    }
}

/// Whether the caller sees everybody's figures, or only those of one agency.
fn scope(call: &Call) -> Result<Option<i64>> {
    call.actor.require(Act::Read, Kind::Statistics)?;
    let all = call.actor.has(Role::Statistician)
        || call.actor.has(Role::Inspector)
        || [Body::Dofa, Body::DofaDirector, Body::PpcChair, Body::Ppc].into_iter().any(|b| call.actor.sits_in(b));
    if all {
        return Ok(None);
    }
    let own = call.actor.account.agency_id;
    own.map(Some).ok_or_else(|| forbidden("Tài khoản chưa thuộc cơ quan nào.", "The account belongs to no agency."))
}

/// Outbound figures of a period: only what was approved or took place. 304 while nothing counted has changed.
#[utoipa::path(tag = "statistics", operation_id = "outbound_statistics", params(Question),
    responses((status = 200, description = "the figures; as CSV or XLSX with `format`", content(
        (Statistics = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 304, description = "nothing counted has changed")))]
#[get("/statistics/outbound")]
async fn outbound(
    req: HttpRequest,
    call: Call,
    answers: web::Data<Answers>,
    names: web::Data<AgencyNames>,
    question: Query<Question>,
) -> Result<HttpResponse> {
    answer(&req, &call, &answers, *names.get_ref(), Procedure::Outbound, question.0).await
}

/// Inbound figures of a period: guests who came, before arrival those announced. 304 while nothing counted has changed.
#[utoipa::path(tag = "statistics", operation_id = "inbound_statistics", params(Question),
    responses((status = 200, description = "the figures; as CSV or XLSX with `format`", content(
        (Statistics = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 304, description = "nothing counted has changed")))]
#[get("/statistics/inbound")]
async fn inbound(
    req: HttpRequest,
    call: Call,
    answers: web::Data<Answers>,
    names: web::Data<AgencyNames>,
    question: Query<Question>,
) -> Result<HttpResponse> {
    answer(&req, &call, &answers, *names.get_ref(), Procedure::Inbound, question.0).await
}

async fn answer(
    req: &HttpRequest,
    call: &Call,
    answers: &Answers,
    names: AgencyNames,
    procedure: Procedure,
    question: Question,
) -> Result<HttpResponse> {
    let only = scope(call)?;
    let asked_agency = question.agency_id.as_ref().map(|id| id.parse::<Id>().map_or(-1, |id| id.0));
    if only.is_some() && asked_agency.is_some() && asked_agency != only {
        return Err(forbidden("Chỉ xem được số liệu của cơ quan mình.", "Only figures of one's own agency."));
    }
    let key = format!("{procedure} {only:?} {:?} {:?} {}", call.today.year(), call.language, req.query_string());
    let version = match answers.version() {
        Some(version) => version,
        None => {
            let generation = answers.generation();
            let version = call.read(|conn, _| store::data_version(conn)).await?;
            answers.learn(version, generation);
            version
        }
    };
    let tag = format!("\"{version}-{}\"", crate::web::idempotency::fingerprint(key.as_bytes()).get(..16).unwrap_or(""));
    if IfNoneMatch::read(req.headers()).hits(&tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let format = question.format.unwrap_or(Format::Json);
    let mut known = answers.get(version, &key);
    let _turn = if known.is_none() { answers.turn().await } else { None };
    known = known.or_else(|| answers.get(version, &key));
    let body = match known {
        Some(body) => body,
        None => {
            let by = question.by.as_deref().map(dimensions).transpose()?.unwrap_or_default();
            let period = period(&question, call.today)?;
            let basis = match question.date_basis.unwrap_or(Basis::Travel) {
                Basis::Travel => DateBasis::Travel,
                Basis::Decision => DateBasis::Decision,
            };
            let asked =
                Asked { procedure, period, basis, agency_id: asked_agency.or(only), country: question.country.clone() };
            let computed = call
                .read(move |conn, call| {
                    // The version of the very snapshot that is counted.
                    let version = store::data_version(conn)?;
                    let facts = store::in_period(conn, &asked)?;
                    let counted = count(&facts, &by, asked.basis);
                    let body = write(conn, call, names, &asked, &by, &question, counted, version)?;
                    Ok((version, body))
                })
                .await?;
            answers.put(computed.0, &key, computed.1.clone().into());
            computed.1.into()
        }
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "private, no-cache"));
    let name = if procedure == Procedure::Inbound { "thong-ke-doan-vao" } else { "thong-ke-doan-ra" };
    Ok(file(&mut response, format, name, body))
}

/// A body with the headers of its format.
pub fn file(
    response: &mut actix_web::HttpResponseBuilder,
    format: Format,
    name: &str,
    body: web::Bytes,
) -> HttpResponse {
    let (media_type, ending) = match format {
        Format::Json => ("application/json", ""),
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    response.content_type(media_type);
    if !ending.is_empty() {
        response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")));
    }
    response.body(body)
}

#[expect(clippy::too_many_arguments, reason = "one answer is made of all of these")]
fn write(
    conn: &mut Conn,
    call: &Call,
    names: AgencyNames,
    asked: &Asked,
    by: &[Dimension],
    question: &Question,
    counted: Counted,
    version: i64,
) -> Result<Vec<u8>> {
    let agencies = if by.contains(&Dimension::Agency) {
        let at = by.iter().position(|d| *d == Dimension::Agency).unwrap_or(0);
        let ids: Vec<i64> =
            counted.rows.iter().filter_map(|(k, _)| k.get(at)?.parse::<Id>().ok().map(|id| id.0)).collect();
        names(conn, &ids)?
    } else {
        Default::default()
    };
    let labelled = |keys: &[String]| -> Vec<String> {
        by.iter().zip(keys).map(|(d, key)| label(*d, key, &agencies, call.language)).collect()
    };
    let format = question.format.unwrap_or(Format::Json);
    if format != Format::Json {
        let name = if asked.procedure == Procedure::Inbound { "Đoàn vào" } else { "Đoàn ra" };
        let table = table(name, by, &counted, labelled);
        let bytes = if format == Format::Csv { papers::csv::write(&table) } else { papers::xlsx::write(&table) };
        return bytes.map_err(Error::Internal);
    }
    let mut rows: Vec<RowView> = counted
        .rows
        .iter()
        .map(|(keys, f)| RowView {
            key: (keys.len() == 1).then(|| keys.first().cloned()).flatten(),
            keys: (keys.len() == 2).then(|| keys.clone()),
            label: labelled(keys).join(" · "),
            delegations: f.delegations,
            visits: f.visits,
            persons: f.persons,
        })
        .collect();
    let in_time = by.iter().any(|d| matches!(d, Dimension::Month | Dimension::Quarter));
    if !in_time {
        rows.sort_by_key(|r| (-r.delegations, -r.visits, r.label.clone()));
    }
    let mut notes = Vec::new();
    let say = |vi: &str, en: &str| crate::kernel::text::Bilingual::new(vi, en).in_language(call.language).to_owned();
    if counted.rows_do_not_add_up {
        let detail = say(
            "Đoàn đi nhiều nước, nhiều đơn vị hoặc nhiều nguồn kinh phí được tính ở từng dòng, một lần ở tổng số.",
            "A delegation of several countries, agencies or sources stands in each row, and once in the total.",
        );
        notes.push(NoteItem { code: "rows_do_not_add_up", detail });
    }
    if counted.persons_not_all_named {
        let detail =
            say("Khách không nêu tên được tính một lần mỗi đoàn.", "Unnamed people count once per delegation.");
        notes.push(NoteItem { code: "persons_not_all_named", detail });
    }
    let view = Statistics {
        procedure: asked.procedure,
        period: PeriodView {
            from: asked.period.from,
            to: asked.period.to,
            window: question.window.unwrap_or(Window::Calendar),
            date_basis: question.date_basis.unwrap_or(Basis::Travel),
        },
        total: counted.total.into(),
        rows,
        notes,
        data_version: version.to_string(),
    };
    serde_json::to_vec(&view).map_err(|e| Error::Internal(e.to_string()))
}

fn table(name: &str, by: &[Dimension], counted: &Counted, labelled: impl Fn(&[String]) -> Vec<String>) -> Table {
    let mut header: Vec<String> = by.iter().map(|d| <&'static str>::from(*d).to_owned()).collect();
    header.extend(["Số đoàn", "Số lượt", "Số người"].map(String::from));
    let figures = |f: &Figures| [f.delegations, f.visits, f.persons].map(Cell::Number);
    let mut rows: Vec<Vec<Cell>> = counted
        .rows
        .iter()
        .map(|(keys, f)| labelled(keys).into_iter().map(Cell::Text).chain(figures(f)).collect())
        .collect();
    let mut total: Vec<Cell> = by.iter().map(|_| Cell::Text("Tổng số".into())).collect();
    total.extend(figures(&counted.total));
    rows.push(total);
    Table { name: name.into(), header, rows }
}
