//! Route of the delegations behind a figure of a report, as they were counted.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::dossier::register::Registers;
use crate::dossier::store::list;
use crate::error::{Result, not_found};
use crate::reports::model::{ReportContent, ReportRecord};
use crate::reports::store;
use crate::reports::tables::{SUMMARY, of_summary, of_table, provincial};
use crate::statistics::columns::FactColumns;
use crate::statistics::count::visits_in;
use crate::statistics::dimension::{DateBasis, Dimension};
use crate::statistics::selection::Selection;
use crate::web::etag::tagged;
use crate::web::query::{self, Query, invalid};
use crate::web::reply::path_id;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::page::seal;
use kernel::procedure::RegisterEntries;

pub fn routes(config: &mut RoomRoutes) {
    config.service(records);
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportCellQuery {
    /// The `code` of a table.
    #[param(example = "inbound_by_country")]
    table: String,
    /// The `key` of a row; if omitted, the total.
    #[param(example = "KR")]
    key: Option<String>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The columns in which provinces list their delegations.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportRecordLine)]
struct LineTold {
    /// Trưởng đoàn.
    head: Option<String>,
    /// ISO 3166-1 alpha-2.
    countries: Vec<String>,
    /// Đối tác làm việc.
    partner: Option<String>,
    /// Nội dung hoạt động.
    activity: Option<String>,
    /// Số người.
    people: i64,
    from: NaiveDate,
    to: NaiveDate,
    /// Kinh phí.
    funding: Option<String>,
    /// Báo cáo.
    report: Option<String>,
    /// Đoàn trong kế hoạch.
    in_plan: bool,
    /// Ghi chú.
    note: Option<String>,
}

fn told(record: &ReportRecord) -> LineTold {
    let ReportRecord { fact, told, .. } = record.clone();
    let mut countries: Vec<String> = Vec::new();
    for share in &fact.shares {
        if let Some(country) = share.country.as_ref().filter(|country| !countries.contains(country)) {
            countries.push(country.clone());
        }
    }
    LineTold {
        people: fact.visits(),
        from: fact.travel_date,
        to: fact.travel_date + chrono::Duration::days(fact.days - 1),
        in_plan: fact.in_plan,
        countries,
        head: told.head,
        partner: told.partner,
        activity: told.activity,
        funding: told.funding,
        report: told.report,
        note: told.note,
    }
}

/// A delegation as counted in the report.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportRecord)]
struct ReportRecordView {
    /// Null, like number and title, if the caller may see the figure but not the dossier.
    #[schema(value_type = Option<String>)]
    delegation_id: Option<Id>,
    number: Option<String>,
    title: Option<String>,
    /// The version of the dossier that was counted.
    version: i64,
    date: NaiveDate,
    counted: bool,
    visits: i64,
    reason: &'static str,
    /// Its row in the province's list; null if the caller may not see the dossier.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<LineTold>,
    /// It counts differently now, or no longer.
    corrected: bool,
}

#[derive(Serialize, ToSchema)]
struct ReportRecordPage {
    items: Vec<ReportRecordView>,
    next: Option<String>,
}

/// The records behind a cell, and the visits that each contributes.
fn behind<'a>(
    registers: &RegisterEntries,
    content: &'a ReportContent,
    cell: &ReportCellQuery,
) -> Result<Vec<(&'a ReportRecord, i64)>> {
    let bad = || invalid("table", "không có bảng hoặc dòng này.", "this table or row does not exist.");
    let keys: Vec<String> = cell.key.iter().cloned().collect();
    let (entry, of_province, by) = if cell.table == SUMMARY {
        let (entry, of_province) = of_summary(registers, cell.key.as_deref().unwrap_or_default()).ok_or_else(bad)?;
        (entry, of_province, None)
    } else {
        let (entry, dimension) = of_table(registers, &cell.table).ok_or_else(bad)?;
        (entry, false, Some(dimension).filter(|_| !keys.is_empty()))
    };
    let all = content.records(entry.key);
    let whole = Selection::whole(FactColumns::of(all.iter().map(|r| &r.fact)), DateBasis::Travel);
    let counted = if of_province { provincial(&whole) } else { whole };
    let by: Vec<Dimension> = by.into_iter().collect();
    let visits: HashMap<i64, i64> =
        visits_in(&counted, &by, &keys).map(|(fact, visits)| (fact.delegation_id, visits)).collect();
    Ok(all.iter().filter_map(|r| Some((r, *visits.get(&r.fact.delegation_id)?))).collect())
}

/// Lists the delegations behind a figure of a report, as they were counted.
#[utoipa::path(tag = "reports", operation_id = "report_records", params(("id" = String, Path), ReportCellQuery),
    responses((status = 200, description = "the records", body = ReportRecordPage), (status = 304, description = "unchanged")))]
#[get("/reports/{id}/records")]
async fn records(
    req: HttpRequest,
    call: Call,
    id: web::Path<String>,
    registers: web::Data<Registers>,
    cell: Query<ReportCellQuery>,
) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadReports)?;
    let id = path_id(&id)?;
    // The list names delegations, so callers who may see only aggregates are refused.
    call.actor.require(Permission::ReadDossiers)?;
    let cell = cell.0;
    let limit = usize::try_from(query::limit(cell.limit)?).unwrap_or(0);
    let scope = format!("report {id} {} {:?}", cell.table, cell.key);
    let after: usize = query::place(&scope, cell.cursor.as_deref(), |parts| parts.first()?.parse().ok())?.unwrap_or(0);
    let (items, more) = call
        .read(move |conn, call| {
            store::find(conn, id)?.ok_or_else(not_found)?;
            let content = store::content(conn, id)?;
            let mut counted = behind(registers.entries(), &content, &cell)?;
            counted.sort_by_key(|(r, _)| (r.fact.travel_date, r.fact.delegation_id));
            let some: Vec<(&ReportRecord, i64)> = counted.iter().skip(after).take(limit).copied().collect();
            let ids: Vec<i64> = some.iter().map(|(r, _)| r.fact.delegation_id).collect();
            let seen = list::seen(conn, &call.actor, registers.entries(), &ids)?;
            let mut items = Vec::with_capacity(some.len());
            for (record, visits) in some {
                let id = record.fact.delegation_id;
                let now = crate::statistics::store::of_delegation(conn, id)?;
                let visible = seen.contains_key(&id);
                items.push(ReportRecordView {
                    delegation_id: visible.then_some(Id(id)),
                    number: record.told.number.clone().filter(|_| visible),
                    title: visible.then(|| record.told.title.clone()),
                    version: record.version,
                    date: record.fact.travel_date,
                    counted: true,
                    visits,
                    reason: "counted",
                    line: visible.then(|| told(record)),
                    corrected: now.as_ref() != Some(&record.fact),
                });
            }
            Ok((items, counted.len() > after + limit))
        })
        .await?;
    let next = more.then(|| seal(&scope, &[(after + limit).to_string()]));
    tagged(&req, HttpResponse::Ok(), &ReportRecordPage { items, next })
}
