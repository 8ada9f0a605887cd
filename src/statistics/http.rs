//! Routes of statistics.

use std::collections::{HashMap, HashSet};

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use chrono::Datelike;

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::db::counters::data_version;
use crate::error::{Error, Result};
use crate::statistics::asked::{FigureQuery, FigureSource, counted_register, scope};
use crate::statistics::compare::{compare, year_before};
use crate::statistics::count::count_in;
use crate::statistics::dimension::Dimension;
use crate::statistics::ended_units::{EndedUnits, ended_units};
use crate::statistics::labels::label;
use crate::statistics::question::{Compare, FigureFormat, FigureQuestion, UnitsAsOf};

use crate::statistics::view::{PeriodView, ShownFigures, Statistics};
use crate::web::answers::ResponseCache;
use crate::web::etag::IfNoneMatch;
use crate::web::file;
use crate::web::query::Query;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::procedure::{Procedure, RegisterEntries, RegisterEntry};

pub fn routes(config: &mut RoomRoutes) {
    config.service(show);
}

/// Returns the figures of a period: only what was approved or took place.
///
/// Guests count from their arrival, before it as announced. 304 while no counted data has changed.
#[utoipa::path(tag = "statistics", operation_id = "register_statistics", params(("register" = String, Path), FigureQuestion),
    responses((status = 200, description = "the figures; as CSV, XLSX or SVG with `format`", content(
        (Statistics = "application/json"), (String = "text/csv"), (String = "image/svg+xml"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 304, description = "no counted data has changed")))]
#[get("/statistics/{register}")]
async fn show(
    req: HttpRequest,
    call: Call,
    register: web::Path<String>,
    answers: web::Data<ResponseCache>,
    source: web::Data<FigureSource>,
    registers: web::Data<RegisterEntries>,
    question: Query<FigureQuestion>,
) -> Result<HttpResponse> {
    let (counted, question) = (counted_register(&registers, &register)?, question.0);
    answer(&req, &call, &answers, source.get_ref().clone(), counted, question).await
}

async fn answer(
    req: &HttpRequest,
    call: &Call,
    answers: &ResponseCache,
    source: FigureSource,
    counted: (&'static RegisterEntry, Procedure),
    question: FigureQuestion,
) -> Result<HttpResponse> {
    let only = scope(call, &question)?;
    call.after_writes().await;
    // Some answers depend on today's date, so the date is part of the cache key.
    let of_today = question.agency_view.as_deref() == Some("current") || question.format() == FigureFormat::Svg;
    let now = if of_today { call.today.to_string() } else { call.today.year().to_string() };
    let key = format!("{} {only:?} {now} {:?} {}", counted.0.key, call.language, req.query_string());
    let version = answers.current(call.read(|conn, _| data_version(conn))).await?;
    let tag = format!("\"{version}-{}\"", crate::web::idempotency::fingerprint(key.as_bytes()).get(..16).unwrap_or(""));
    if IfNoneMatch::read(req.headers()).hits(&tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let format = question.format();
    let asked = FigureQuery::read(counted, question, only.as_deref(), call.today)?;
    let counting = call.read(move |conn, call| figures(conn, call, &source, &asked));
    let body = answers.answer(version, &key, counting).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "private, no-cache"));
    let name = format!("thong-ke-{}", counted.0.file_name);
    Ok(match format {
        FigureFormat::Json => response.content_type("application/json").body(body),
        FigureFormat::Csv => file::saved(&mut response, file::CSV, &format!("{name}.csv"), body),
        FigureFormat::Xlsx => file::saved(&mut response, file::XLSX, &format!("{name}.xlsx"), body),
        // Opened directly, an SVG is a document: it must not load or run anything.
        FigureFormat::Svg => response
            .content_type(file::SVG)
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"))
            .body(body),
    })
}

/// Counts and renders the answer; returns it with the data version of the snapshot that was counted.
fn figures(
    conn: &mut Conn,
    call: &RequestContext,
    source: &FigureSource,
    asked: &FigureQuery,
) -> Result<(i64, Vec<u8>)> {
    let version = data_version(conn)?;
    let facts = source.facts.of_snapshot(conn)?;
    let selection = asked.select(conn, &facts, source.agencies, asked.period)?;
    let counted = count_in(&selection, &asked.by, &asked.settled(conn, asked.period)?);
    let previous_period = asked.question.compare.map(|Compare::PreviousYear| year_before(asked.period));
    let mut compared = None;
    if let Some(period) = previous_period {
        let before = asked.select(conn, &facts, source.agencies, period)?;
        compared = Some(compare(&counted, &count_in(&before, &asked.by, &asked.settled(conn, period)?), &asked.by));
    }
    let ended = match (asked.view, asked.by.contains(&Dimension::Agency)) {
        (UnitsAsOf::AsReported, true) => ended_units(&selection, &(source.agencies.succession)(conn)?),
        _ => EndedUnits::default(),
    };
    let names = match asked.by.iter().position(|d| *d == Dimension::Agency) {
        Some(at) => {
            let keys = counted.rows.iter().map(|(k, _)| k);
            let all = keys.chain(compared.iter().flat_map(|c| c.rows.iter().map(|(k, ..)| k)));
            let ids: HashSet<i64> = all.filter_map(|k| k.get(at)?.parse::<Id>().ok().map(|id| id.0)).collect();
            let ids: HashSet<i64> = ids.into_iter().chain(ended.followers()).collect();
            (source.agencies.names)(conn, &ids.into_iter().collect::<Vec<_>>())?
        }
        None => HashMap::new(),
    };
    let labelled = |keys: &[String]| -> Vec<String> {
        asked.by.iter().zip(keys).map(|(d, key)| label(*d, key, &names, call.language)).collect()
    };
    let shown = ShownFigures {
        entry: asked.entry,
        procedure: asked.procedure,
        period: PeriodView {
            from: asked.period.from,
            to: asked.period.to,
            window: asked.question.window.unwrap_or_default(),
            date_basis: asked.question.date_basis.unwrap_or_default(),
        },
        previous_period,
        by: &asked.by,
        counted: &counted,
        compared,
        labelled: &labelled,
        language: call.language,
        more: asked.more,
        unsure_units: selection.unsure(),
        ended: ended.told(&names),
        version,
    };
    let name = asked.entry.label.vi;
    let bytes = match asked.question.format() {
        FigureFormat::Json => serde_json::to_vec(&shown.view()).map_err(|e| e.to_string()),
        FigureFormat::Csv => documents::csv::write(&shown.table(name)),
        FigureFormat::Xlsx => documents::xlsx::write(&shown.table(name)),
        FigureFormat::Svg => {
            Ok(documents::svg::draw(&shown.picture(call.today), asked.question.chart_style()).into_bytes())
        }
    };
    Ok((version, bytes.map_err(Error::Internal)?))
}
