//! Routes of figures.

use std::collections::{HashMap, HashSet};

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use chrono::Datelike;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::call::Call;
use crate::access::permission::{Act, Kind};
use crate::db::Conn;
use crate::error::{Error, Result, forbidden};
use crate::kernel::id::Id;
use crate::kernel::time::{Day, Period};
use crate::kernel::words::{Body, Procedure, Role};
use crate::papers;
use crate::statistics::cache::Answers;
use crate::statistics::compare::{compare, year_before};
use crate::statistics::count::{Counted, Dimension, count};
use crate::statistics::labels::label;
use crate::statistics::narrow::Narrow;
use crate::statistics::question::{Compare, Format, Measures, Question};
use crate::statistics::store;
use crate::statistics::view::{PeriodView, Shown, Statistics};
use crate::web::etag::IfNoneMatch;
use crate::web::query::Query;

pub fn routes(config: &mut ServiceConfig) {
    config.service(outbound).service(inbound);
}

/// Names of agencies; the registry answers.
pub type AgencyNames = fn(&mut Conn, &[i64]) -> Result<std::collections::HashMap<i64, (String, String)>>;

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
    if only.is_some() && question.agency().is_some_and(|asked| Some(asked) != only) {
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
    let format = question.format();
    let mut known = answers.get(version, &key);
    let _turn = if known.is_none() { answers.turn().await } else { None };
    known = known.or_else(|| answers.get(version, &key));
    let body = match known {
        Some(body) => body,
        None => {
            let asked = Asked::read(procedure, question, only, call.today)?;
            let computed = call.read(move |conn, call| figures(conn, call, names, &asked)).await?;
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

/// A question that was understood.
struct Asked {
    procedure: Procedure,
    question: Question,
    by: Vec<Dimension>,
    period: Period,
    narrow: Narrow,
    more: Measures,
}

impl Asked {
    fn read(procedure: Procedure, question: Question, only: Option<i64>, today: Day) -> Result<Self> {
        let (by, period) = (question.dimensions()?, question.period(today)?);
        Ok(Asked { procedure, by, period, narrow: question.narrow(only)?, more: question.measures()?, question })
    }

    fn count(&self, conn: &mut Conn, period: Period) -> Result<Counted> {
        let basis = self.question.basis();
        let mut facts = store::in_period(conn, self.procedure, period, basis)?;
        self.narrow.keep(&mut facts);
        Ok(count(&facts, &self.by, basis))
    }
}

/// Counts, and writes the answer in its format; with the version of the very snapshot that was counted.
fn figures(conn: &mut Conn, call: &Call, names: AgencyNames, asked: &Asked) -> Result<(i64, Vec<u8>)> {
    let version = store::data_version(conn)?;
    let counted = asked.count(conn, asked.period)?;
    let previous_period = asked.question.compare.map(|Compare::PreviousYear| year_before(asked.period));
    let before = previous_period.map(|period| asked.count(conn, period)).transpose()?;
    let compared = before.map(|before| compare(&counted, &before, &asked.by));
    let agencies = match asked.by.iter().position(|d| *d == Dimension::Agency) {
        Some(at) => {
            let keys = counted.rows.iter().map(|(k, _)| k);
            let all = keys.chain(compared.iter().flat_map(|c| c.rows.iter().map(|(k, ..)| k)));
            let ids: HashSet<i64> = all.filter_map(|k| k.get(at)?.parse::<Id>().ok().map(|id| id.0)).collect();
            names(conn, &ids.into_iter().collect::<Vec<_>>())?
        }
        None => HashMap::new(),
    };
    let labelled = |keys: &[String]| -> Vec<String> {
        asked.by.iter().zip(keys).map(|(d, key)| label(*d, key, &agencies, call.language)).collect()
    };
    let shown = Shown {
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
        version,
    };
    let name = if asked.procedure == Procedure::Inbound { "Đoàn vào" } else { "Đoàn ra" };
    let bytes = match asked.question.format() {
        Format::Json => serde_json::to_vec(&shown.view()).map_err(|e| e.to_string()),
        Format::Csv => papers::csv::write(&shown.table(name)),
        Format::Xlsx => papers::xlsx::write(&shown.table(name)),
    };
    Ok((version, bytes.map_err(Error::Internal)?))
}
