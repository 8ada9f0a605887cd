//! Plan and actual (thực hiện kế hoạch đoàn ra) by agency: what was planned, what used the plan, and what was off plan.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::db::Conn;
use crate::error::{Result, not_found};
use crate::plans::model::{PlanItem, PlanItemState};
use crate::plans::store as plans;
use crate::procedures::outbound;
use crate::registry::agencies;
use crate::registry::changes::succession;
use crate::statistics::asked::scope_of;
use crate::statistics::dimension::DateBasis;
use crate::statistics::fact::Fact;
use crate::statistics::question::{UnitsAsOf, units_as_of};
use crate::statistics::store as statistics;
use crate::web::file::{self, ListFormat};
use crate::web::query::Query;
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::money::{Money, in_vietnamese};
use kernel::procedure::Procedure;
use kernel::succession::Succession;
use kernel::table::{Cell, Table};
use kernel::time::{Day, Period};

pub fn routes(config: &mut RoomRoutes) {
    config.service(show);
}

/// Delegations, people, and money by currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
struct Amounts {
    /// Số đoàn.
    delegations: i64,
    /// Số lượt người.
    people: i64,
    /// Sums by currency, in its minor units.
    money: Vec<Money>,
}

impl Amounts {
    fn add(&mut self, delegations: i64, people: i64, money: impl IntoIterator<Item = Money>) {
        self.delegations += delegations;
        self.people += people;
        for more in money {
            match self.money.iter_mut().find(|m| m.currency == more.currency) {
                Some(sum) => sum.amount = sum.amount.saturating_add(more.amount),
                None => self.money.push(more),
            }
        }
        self.money.sort_by(|a, b| a.currency.cmp(&b.currency));
    }
}

/// One agency, planned and actual.
#[derive(Debug, Default, Serialize, ToSchema)]
struct AgencyActual {
    /// Null in the total.
    #[schema(value_type = Option<String>)]
    agency_id: Option<Id>,
    name: String,
    /// Approved items.
    planned: Amounts,
    /// Delegations, approved or later, that use items with room for them.
    used: Amounts,
    /// Delegations, approved or later, that use no item, or one that was used up when they were decided.
    off_plan: Amounts,
    /// Planned delegations that no dossier uses.
    unused: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"year": 2026, "items": [{"agency_id": "01ke3m9p0005s", "name": "Sở Khoa học và Công nghệ",
    "planned": {"delegations": 2, "people": 14, "money": [{"amount": 900_000_000, "currency": "VND"}]},
    "used": {"delegations": 1, "people": 6, "money": []}, "off_plan": {"delegations": 0, "people": 0, "money": []}, "unused": 1}],
    "total": {"agency_id": null, "name": "Tổng cộng", "planned": {"delegations": 2, "people": 14, "money": [{"amount": 900_000_000, "currency": "VND"}]},
    "used": {"delegations": 1, "people": 6, "money": []}, "off_plan": {"delegations": 0, "people": 0, "money": []}, "unused": 1}, "next": null}))]
struct PlanActual {
    year: i64,
    items: Vec<AgencyActual>,
    total: AgencyActual,
    next: Option<String>,
}

/// What was planned and what was done. A delegation counts for the agency of its item, else for the requesting one.
fn reckon(
    items: &[PlanItem],
    facts: &[Fact],
    draws: &HashMap<i64, i64>,
    asked_by: &HashMap<i64, i64>,
) -> BTreeMap<i64, AgencyActual> {
    let mut all: BTreeMap<i64, AgencyActual> = BTreeMap::new();
    let mut used: HashMap<i64, i64> = HashMap::new();
    for fact in facts {
        let item = draws.get(&fact.delegation_id).and_then(|id| items.iter().find(|i| i.id == *id));
        let Some(agency) = item.map(|i| i.agency_id).or(asked_by.get(&fact.delegation_id).copied()) else { continue };
        let row = all.entry(agency).or_default();
        // An imported delegation may have been planned without an item here.
        let side = if fact.in_plan { &mut row.used } else { &mut row.off_plan };
        side.add(1, fact.visits(), fact.funding.iter().filter_map(|f| f.amount.clone()));
        if let Some(item) = item.filter(|_| fact.in_plan) {
            *used.entry(item.id).or_default() += 1;
        }
    }
    for item in items.iter().filter(|i| i.state == PlanItemState::Approved) {
        let row = all.entry(item.agency_id).or_default();
        let wanted = &item.wanted;
        row.planned.add(wanted.delegations, wanted.headcount, wanted.budget.clone());
        row.unused += (wanted.delegations - used.get(&item.id).copied().unwrap_or(0)).max(0);
    }
    all
}

/// The rows under the units that stand for them on a day; those without a single one stay.
fn as_of(rows: BTreeMap<i64, AgencyActual>, succession: &Succession, day: Day) -> BTreeMap<i64, AgencyActual> {
    let mut all: BTreeMap<i64, AgencyActual> = BTreeMap::new();
    for (agency, row) in rows {
        let under = all.entry(succession.on(agency, day).id).or_default();
        for (sum, part) in
            [(&mut under.planned, row.planned), (&mut under.used, row.used), (&mut under.off_plan, row.off_plan)]
        {
            sum.add(part.delegations, part.people, part.money);
        }
        under.unused += row.unused;
    }
    all
}

fn answer(conn: &mut Conn, year: i64, only: Option<&[i64]>, view: UnitsAsOf) -> Result<PlanActual> {
    let day =
        |month, day| i32::try_from(year).ok().and_then(|y| Day::from_ymd_opt(y, month, day)).ok_or_else(not_found);
    let period = Period { from: day(1, 1)?, to: day(12, 31)? };
    let items = plans::items_of(conn, year)?;
    let facts = statistics::in_period(conn, Procedure::OUTBOUND, period, DateBasis::Travel)?;
    let draws = plans::draws_of_year(conn, year)?;
    let asked_by = outbound::store::asked_by(conn, period)?;
    let mut rows = reckon(&items, &facts, &draws, &asked_by);
    if let UnitsAsOf::On(day) = view {
        rows = as_of(rows, &succession(conn)?, day);
    }
    rows.retain(|agency, _| only.is_none_or(|own| own.contains(agency)));
    let names = agencies::names(conn, &rows.keys().copied().collect::<Vec<_>>())?;
    let mut total = AgencyActual { name: "Tổng cộng".into(), ..AgencyActual::default() };
    let mut items: Vec<AgencyActual> = Vec::new();
    for (agency, mut row) in rows {
        row.agency_id = Some(Id(agency));
        row.name = names.get(&agency).map(|(_, name)| name.clone()).unwrap_or_default();
        for (sum, part) in
            [(&mut total.planned, &row.planned), (&mut total.used, &row.used), (&mut total.off_plan, &row.off_plan)]
        {
            sum.add(part.delegations, part.people, part.money.iter().cloned());
        }
        total.unused += row.unused;
        items.push(row);
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(PlanActual { year, items, total, next: None })
}

fn table(actual: &PlanActual) -> Table {
    let header = [
        "Cơ quan",
        "KH: số đoàn",
        "KH: lượt người",
        "KH: kinh phí",
        "Thực hiện: số đoàn",
        "Thực hiện: lượt người",
        "Thực hiện: kinh phí",
        "Ngoài KH: số đoàn",
        "Ngoài KH: lượt người",
        "Ngoài KH: kinh phí",
        "Chưa thực hiện",
    ];
    let side = |a: &Amounts| {
        let money = a.money.iter().map(|m| in_vietnamese(m.amount, &m.currency)).collect::<Vec<_>>().join("; ");
        [Cell::Number(a.delegations), Cell::Number(a.people), Cell::Text(money)]
    };
    let row = |a: &AgencyActual| {
        let mut cells = vec![Cell::Text(a.name.clone())];
        cells.extend([&a.planned, &a.used, &a.off_plan].into_iter().flat_map(side));
        cells.push(Cell::Number(a.unused));
        cells
    };
    Table {
        name: format!("Kế hoạch đoàn ra {}", actual.year),
        header: header.into_iter().map(str::to_owned).collect(),
        rows: actual.items.iter().chain([&actual.total]).map(row).collect(),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PlanActualQuery {
    #[param(value_type = Option<String>)]
    agency_id: Option<Id>,
    /// Agencies as planned then (`as_reported`, default), as of today (`current`), or of a day (`on:2025-01-01`).
    #[param(example = "current")]
    agency_view: Option<String>,
    #[param(inline)]
    format: Option<ListFormat>,
}

/// Compares plan and actual by agency; clerks and heads see only their own agency.
#[utoipa::path(tag = "plans", operation_id = "plan_actual", params(("year" = i64, Path, example = 2026), PlanActualQuery),
    responses((status = 200, description = "plan and actual; as CSV or XLSX with `format`", content(
        (PlanActual = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/plans/{year}/actual")]
async fn show(call: Call, year: web::Path<String>, asked: Query<PlanActualQuery>) -> Result<HttpResponse> {
    let own = scope_of(&call, asked.0.agency_id.map(|id| id.0))?;
    let year: i64 = year.parse().ok().filter(|y| (2000..=2100).contains(y)).ok_or_else(not_found)?;
    let only = asked.0.agency_id.map(|id| vec![id.0]).or(own);
    let view = units_as_of(asked.0.agency_view.as_deref(), call.today)?;
    let found = call.read(move |conn, _| answer(conn, year, only.as_deref(), view)).await?;
    Ok(match asked.0.format.unwrap_or(ListFormat::Json) {
        ListFormat::Json => HttpResponse::Ok().json(found),
        format => file::table(&format!("ke-hoach-doan-ra-{year}"), &table(&found), format)?,
    })
}
