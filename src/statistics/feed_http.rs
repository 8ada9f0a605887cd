//! The statistics feed for BI tools: cells, page by page.

use std::collections::{HashMap, HashSet};

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::db::counters::data_version;
use crate::error::Result;
use crate::statistics::asked::{FigureQuery, FigureSource, counted_register, scope};
use crate::statistics::cells::{CellKey, CellMeasures, cells};
use crate::statistics::question::FigureQuestion;
use crate::web::etag::IfNoneMatch;
use crate::web::idempotency::fingerprint;
use crate::web::query::{self, Query, invalid};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::seal;
use kernel::procedure::RegisterEntries;

pub fn routes(config: &mut RoomRoutes) {
    config.service(register_cells);
}

/// The page to return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CellPageQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The delegations with this combination of dimension values. `delegations` and `visits` count everything in the cell,
/// so a trip to two countries is in two cells. `…_once` count each delegation or visit in only one cell: summed over
/// all cells, they equal the totals. A filter must not separate the cells of one delegation.
#[derive(Serialize, ToSchema)]
#[schema(as = FigureCell, example = json!({"month": "2026-03", "agency_id": "01ke3m9p0005s", "agency_code": "SKHCN",
    "agency": "Sở Khoa học và Công nghệ", "country": "KR", "region": "northeast_asia", "purpose": "study_visit", "field": "science",
    "funding": "host", "reception_level": null, "leader_level": "department_head", "channel": null, "in_plan": false, "waived": false,
    "delegations": 1, "visits": 5, "delegations_once": 1, "visits_once": 5, "days_once": 5}))]
struct CellView {
    /// Month of departure, of arrival, or of the decision.
    month: String,
    #[schema(value_type = String)]
    agency_id: Id,
    agency_code: String,
    agency: String,
    /// ISO 3166-1 alpha-2.
    country: String,
    region: String,
    purpose: String,
    field: String,
    /// The first funding source.
    funding: Option<String>,
    reception_level: Option<String>,
    leader_level: Option<String>,
    channel: Option<String>,
    in_plan: bool,
    waived: bool,
    delegations: i64,
    visits: i64,
    delegations_once: i64,
    visits_once: i64,
    days_once: i64,
}

fn view(key: &CellKey, m: &CellMeasures, names: &HashMap<i64, (String, String)>) -> CellView {
    let (code, name) = names.get(&key.agency_id).cloned().unwrap_or_default();
    let text = |word: Option<&'static str>| word.map(str::to_owned);
    CellView {
        month: key.month.clone(),
        agency_id: Id(key.agency_id),
        agency_code: code,
        agency: name,
        country: key.country.clone(),
        region: key.region.to_owned(),
        purpose: key.purpose.to_owned(),
        field: key.field.to_owned(),
        funding: text(key.funding),
        reception_level: text(key.reception_level),
        leader_level: text(key.leader_level),
        channel: text(key.channel),
        in_plan: key.in_plan,
        waived: key.waived,
        delegations: m.delegations,
        visits: m.visits,
        delegations_once: m.delegations_once,
        visits_once: m.visits_once,
        days_once: m.days_once,
    }
}

/// Cells, ordered by their dimension values. If `data_version` differs between pages, the data changed: start again.
#[derive(Serialize, ToSchema)]
struct CellPage {
    items: Vec<CellView>,
    next: Option<String>,
    total: usize,
    data_version: String,
}

/// The statistics of a register for BI tools: cells by month, agency, country and all other dimensions, page by page, with
/// measures that add up and without names of people.
#[utoipa::path(tag = "statistics", operation_id = "register_cells", params(("register" = String, Path), FigureQuestion, CellPageQuery),
    responses((status = 200, description = "cells", body = CellPage), (status = 304, description = "nothing counted has changed")))]
#[get("/statistics/{register}/cells")]
async fn register_cells(
    req: HttpRequest,
    call: Call,
    register: web::Path<String>,
    source: web::Data<FigureSource>,
    registers: web::Data<RegisterEntries>,
) -> Result<HttpResponse> {
    let counted = counted_register(&registers, &register)?;
    let register = counted.0.key;
    let (Query(question), Query(page)) =
        query::split::<FigureQuestion, CellPageQuery>(req.query_string(), &["limit", "cursor"])?;
    let only = scope(&call, &question)?;
    call.after_writes().await;
    let limit = usize::try_from(query::limit(page.limit)?).unwrap_or(0);
    if question.by.is_some() || question.format.is_some() || question.compare.is_some() || question.measures.is_some() {
        return Err(invalid(
            "by",
            "ở đây không chọn được chiều thống kê, định dạng, so sánh hay chỉ tiêu thêm.",
            "by, format, compare and measures cannot be used here.",
        ));
    }
    let asked = FigureQuery::read(counted, question, only.as_deref(), call.today)?;
    let place =
        format!("cells {register} {:?} {:?} {:?} {:?}", asked.period, asked.narrow, asked.view, asked.question.basis());
    let after: usize = query::place(&place, page.cursor.as_deref(), |parts| parts.first()?.parse().ok())?.unwrap_or(0);
    let asked_again = IfNoneMatch::read(req.headers());
    let key = fingerprint(format!("{place} {after} {limit}").as_bytes());
    let key = key.get(..16).unwrap_or_default().to_owned();
    let found = call
        .read(move |conn, _| {
            let version = data_version(conn)?;
            let tag = format!("\"{version}-{key}\"");
            if asked_again.hits(&tag) {
                return Ok((tag, None));
            }
            let facts = source.facts.of_snapshot(conn)?;
            let all = cells(&asked.select(conn, &facts, source.agencies, asked.period)?);
            let some: Vec<(&CellKey, &CellMeasures)> = all.iter().skip(after).take(limit).collect();
            let ids: HashSet<i64> = some.iter().map(|(key, _)| key.agency_id).collect();
            let names = (source.agencies.names)(conn, &ids.into_iter().collect::<Vec<_>>())?;
            let items: Vec<CellView> = some.into_iter().map(|(key, m)| view(key, m, &names)).collect();
            Ok((tag, Some((items, all.len(), version))))
        })
        .await?;
    let (tag, Some((items, total, version))) = found else {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, found.0)).finish());
    };
    let next = (after + limit < total).then(|| seal(&place, &[(after + limit).to_string()]));
    Ok(call
        .page(next.as_deref())
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .json(CellPage { items, next, total, data_version: version.to_string() }))
}
