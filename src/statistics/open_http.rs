//! Open statistics (dữ liệu mở), without sign-in and off by default: only past years, with small cells suppressed.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::counters::data_version;
use crate::db::{Conn, Db};
use crate::error::{Error, Result, not_found};
use crate::statistics::asked::{FigureSource, counted_register};
use crate::statistics::count::{Figures, Settled, count_in};
use crate::statistics::dimension::{DateBasis, Dimension, Measure};
use crate::statistics::labels::{TOTAL, heading, label, measure};
use crate::statistics::narrow::FigureFilter;
use crate::statistics::question::Window;
use crate::statistics::selection::Selection;
use crate::statistics::suppress::hidden;
use crate::statistics::units::UnitsOfView;
use crate::web::answers::ResponseCache;
use crate::web::etag::{IfNoneMatch, tagged};
use crate::web::file;
use crate::web::idempotency::fingerprint;
use crate::web::query::{Query, invalid};
use crate::web::routes::RoomRoutes;
use crate::web::trace::language_of;
use kernel::procedure::{Procedure, RegisterEntries, RegisterEntry};
use kernel::table::{Cell, Table};
use kernel::text::Language;
use kernel::time::{Clock, Day, day_of};

/// Whether the province publishes its statistics.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenStatisticsSwitch(pub bool);

pub fn routes(config: &mut RoomRoutes) {
    config.service(catalogue).service(open_register);
}

/// Only one dimension per table: with two, suppressed cells could be computed from the others. Region and quarter are
/// not offered, because they are sums of countries and months.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schema(as = OpenGrouping)]
enum By {
    Country,
    Purpose,
    Field,
    Month,
}

impl By {
    fn dimension(self) -> Dimension {
        match self {
            By::Country => Dimension::Country,
            By::Purpose => Dimension::Purpose,
            By::Field => Dimension::Field,
            By::Month => Dimension::Month,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schema(as = OpenFormat)]
enum OpenFormat {
    Json,
    Csv,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OpenFiguresQuery {
    /// A past year.
    #[param(minimum = 1990, maximum = 2100, example = 2025)]
    year: i32,
    #[param(inline)]
    by: Option<By>,
    #[param(inline)]
    format: Option<OpenFormat>,
}

/// A row; null where a number of 1 to 4 people would be shown or could be computed.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenRow)]
struct OpenRowView {
    key: String,
    label: String,
    delegations: Option<i64>,
    visits: Option<i64>,
    persons: Option<i64>,
    suppressed: bool,
}

/// Published statistics of a year: the same as the province's own, except for suppressed cells.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"procedure": "inbound", "year": 2025, "by": "country", "source": "Hệ thống quản lý đoàn ra, đoàn vào của tỉnh",
    "licence": "CC-BY-4.0", "total": {"key": "", "label": "Tổng số", "delegations": 408, "visits": 2208, "persons": 2208, "suppressed": false},
    "rows": [{"key": "KR", "label": "Hàn Quốc", "delegations": 60, "visits": 319, "persons": 319, "suppressed": false}]}))]
struct OpenStatistics {
    procedure: Procedure,
    year: i32,
    by: Option<By>,
    source: &'static str,
    licence: &'static str,
    total: OpenRowView,
    rows: Vec<OpenRowView>,
}

const SOURCE: &str = "Hệ thống quản lý đoàn ra, đoàn vào của tỉnh";
const LICENCE: &str = "CC-BY-4.0";

fn row(key: &str, label: String, f: &Figures, suppressed: bool) -> OpenRowView {
    let shown = |n: i64| (!suppressed).then_some(n);
    OpenRowView {
        key: key.to_owned(),
        label,
        delegations: shown(f.delegations),
        visits: shown(f.visits),
        persons: shown(f.persons),
        suppressed,
    }
}

/// The statistics of a past year, for everybody. 404 unless the province publishes them.
#[utoipa::path(tag = "statistics", operation_id = "open_register", security(()), params(("register" = String, Path), OpenFiguresQuery),
    responses((status = 200, description = "the figures", content((OpenStatistics = "application/json"), (String = "text/csv"))),
        (status = 304, description = "unchanged")))]
#[get("/open/statistics/{register}")]
async fn open_register(
    req: HttpRequest,
    register: web::Path<String>,
    (db, answers, source): (web::Data<Db>, web::Data<ResponseCache>, web::Data<FigureSource>),
    clock: web::Data<Clock>,
    published: web::Data<OpenStatisticsSwitch>,
    registers: web::Data<RegisterEntries>,
    asked: Query<OpenFiguresQuery>,
) -> Result<HttpResponse> {
    let (today, counted) = (day_of(clock.now()), counted_register(&registers, &register)?.1);
    answer(&req, (&db, &answers, source.get_ref().clone()), today, **published, counted, asked.0).await
}

async fn answer(
    req: &HttpRequest,
    (db, answers, source): (&Db, &ResponseCache, FigureSource),
    today: Day,
    published: OpenStatisticsSwitch,
    procedure: Procedure,
    asked: OpenFiguresQuery,
) -> Result<HttpResponse> {
    if !published.0 {
        return Err(not_found());
    }
    // Figures of the current year change with every visit; the differences would reveal what a cell hides.
    if !(1990..today.year()).contains(&asked.year) {
        return Err(invalid("year", "chỉ công bố số liệu của các năm đã kết thúc.", "only past years are published."));
    }
    let language = language_of(req.headers());
    let (year, by, format) = (asked.year, asked.by, asked.format.unwrap_or(OpenFormat::Json));
    let version = answers.current(db.read(data_version)).await?;
    let question = format!("open {procedure} {year} {by:?} {format:?} {language:?}");
    let tag = format!("\"{version}-{}\"", fingerprint(question.as_bytes()).get(..16).unwrap_or_default());
    if IfNoneMatch::read(req.headers()).hits(&tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    // This route is public: results are cached, and only one query is counted at a time.
    let made = db.read(move |conn| figures(conn, &source, procedure, (year, by), format, language));
    let body = answers.answer(version, &question, made).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "public, no-cache"));
    Ok(match format {
        OpenFormat::Json => response.content_type("application/json").body(body),
        OpenFormat::Csv => file::saved(&mut response, file::CSV, &format!("{procedure}-{year}.csv"), body),
    })
}

/// Renders the published statistics; returns them with the data version of the snapshot.
fn figures(
    conn: &mut Conn,
    source: &FigureSource,
    procedure: Procedure,
    (year, by): (i32, Option<By>),
    format: OpenFormat,
    language: Language,
) -> Result<(i64, Vec<u8>)> {
    let version = data_version(conn)?;
    let days = Window::Calendar.months(year, 1, 12);
    let days = days.ok_or_else(|| Error::Internal("a year without days".into()))?;
    let facts = source.facts.of_snapshot(conn)?;
    let units = UnitsOfView::as_reported(facts.agencies());
    let of_year = Selection::new(facts, (&[procedure], days, DateBasis::Travel), units, &FigureFilter::default());
    let dimensions: Vec<Dimension> = by.iter().map(|by| by.dimension()).collect();
    let counted = count_in(&of_year, &dimensions, &Settled::new());
    let people: Vec<i64> = counted.rows.iter().map(|(_, f)| f.persons).collect();
    let (gone, whole) = hidden(&people, counted.total.persons);
    let mut rows: Vec<OpenRowView> = Vec::new();
    for ((keys, figures), gone) in counted.rows.iter().zip(gone) {
        let key = keys.first().map_or("", String::as_str);
        let name = by.map_or(String::new(), |by| label(by.dimension(), key, &Default::default(), language));
        rows.push(row(key, name, figures, gone));
    }
    let total = row("", TOTAL.in_language(language).to_owned(), &counted.total, whole);
    let bytes = match format {
        OpenFormat::Json => {
            let shown = OpenStatistics { procedure, year, by, source: SOURCE, licence: LICENCE, total, rows };
            serde_json::to_vec(&shown).map_err(|e| e.to_string())
        }
        OpenFormat::Csv => documents::csv::write(&table(by, language, rows, total)),
    };
    Ok((version, bytes.map_err(Error::Internal)?))
}

fn table(by: Option<By>, language: Language, rows: Vec<OpenRowView>, total: OpenRowView) -> Table {
    let first = by.map_or("", |by| heading(by.dimension(), language));
    let measures = [Measure::Delegations, Measure::Visits, Measure::Persons].map(|of| measure(of, language));
    let cell = |n: Option<i64>| n.map_or(Cell::Text("*".into()), Cell::Number);
    let line = |r: OpenRowView| vec![Cell::Text(r.label), cell(r.delegations), cell(r.visits), cell(r.persons)];
    Table {
        name: "open".into(),
        header: [first].into_iter().chain(measures).map(str::to_owned).collect(),
        rows: rows.into_iter().chain([total]).map(line).collect(),
    }
}

/// A dataset of the catalogue, with the terms of DCAT 3.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenDataset)]
struct DatasetView {
    identifier: String,
    title: String,
    description: &'static str,
    licence: &'static str,
    /// ISO 8601 duration.
    accrual_periodicity: &'static str,
    distributions: Vec<DistributionView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OpenDistribution)]
struct DistributionView {
    media_type: &'static str,
    /// An example; other values of `year` and `by` give other tables.
    path: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"publisher": "Hệ thống quản lý đoàn ra, đoàn vào của tỉnh", "last_year": 2025, "datasets": [{"identifier": "outbound",
    "title": "Đoàn ra theo năm", "description": "Số đoàn, lượt, người.", "licence": "CC-BY-4.0", "accrual_periodicity": "P1Y",
    "distributions": [{"media_type": "text/csv", "path": "/api/v1/open/statistics/outbound?year=2025&format=csv"}]}]}))]
struct OpenCatalogue {
    publisher: &'static str,
    /// The latest published year.
    last_year: i32,
    datasets: Vec<DatasetView>,
}

/// The catalogue of what the province publishes. 404 if it publishes nothing.
#[utoipa::path(tag = "statistics", operation_id = "open_catalogue", security(()), responses((status = 200, description = "the catalogue", body = OpenCatalogue), (status = 304, description = "unchanged")))]
#[get("/open/catalogue")]
async fn catalogue(
    req: HttpRequest,
    clock: web::Data<Clock>,
    published: web::Data<OpenStatisticsSwitch>,
    registers: web::Data<RegisterEntries>,
) -> Result<HttpResponse> {
    if !published.0 {
        return Err(not_found());
    }
    let last_year = day_of(clock.now()).year() - 1;
    let dataset = |(entry, _): (&RegisterEntry, Procedure)| DatasetView {
        identifier: entry.key.to_owned(),
        title: format!("{} theo năm", entry.label.vi),
        description: "Số đoàn, số lượt, số người theo nước, mục đích, lĩnh vực, tháng; ô từ 1 đến 4 người không công bố.",
        licence: LICENCE,
        accrual_periodicity: "P1Y",
        distributions: [("application/json", "json"), ("text/csv", "csv")]
            .map(|(media_type, format)| DistributionView {
                media_type,
                path: format!("/api/v1/open/statistics/{}?year={last_year}&by=country&format={format}", entry.key),
            })
            .into(),
    };
    let datasets = registers.counted().map(dataset).collect();
    tagged(&req, HttpResponse::Ok(), &OpenCatalogue { publisher: SOURCE, last_year, datasets })
}
