//! How the list of a register is read: its filters, its order, its pages, and its files.

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::dossier::flow::State;
use crate::dossier::http::Shown;
use crate::dossier::store::list::{self, DossierFilter, DossierItem, ListPlace};
use crate::dossier::{Content, ProvinceLaw, papers as papers_of_list};
use crate::error::{Error, Result};
use crate::web::file::{self, ListFormat};
use crate::web::paging::page_response;
use crate::web::query::{self, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use chrono::NaiveDate;
use kernel::country::country;
use kernel::id::Id;
use kernel::page::Page;
use kernel::table::Table;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The list of a register: a page as JSON, or a file.
pub async fn list<C: Shown>(
    req: HttpRequest,
    call: Call,
    law: web::Data<ProvinceLaw>,
    asked: Query<DossierListQuery>,
) -> Result<HttpResponse> {
    let listing = listing::<C>(req, call, law.get_ref().clone(), asked.0).await?;
    listing.answer(C::ENTRY.file_name, |items| papers_of_list::list(C::ENTRY, items), C::Page::from)
}

/// The query of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DossierListQuery {
    state: Option<State>,
    /// Part of number, title or a person's name, with or without diacritics.
    q: Option<String>,
    agency_id: Option<String>,
    #[param(min_length = 2, max_length = 2, example = "KR")]
    country: Option<String>,
    /// Earliest first day.
    from: Option<NaiveDate>,
    /// Latest first day.
    to: Option<NaiveDate>,
    /// Year of the first day.
    #[param(minimum = 1990, maximum = 2100)]
    year: Option<i32>,
    /// The open step is overdue.
    overdue: Option<bool>,
    /// Drafted by the caller.
    mine: Option<bool>,
    #[param(inline)]
    sort: Option<Sort>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// Adds `total`.
    count: Option<bool>,
    #[param(inline)]
    format: Option<ListFormat>,
}

/// By the first day (departure abroad, or arrival here), or by the last change, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
enum Sort {
    #[serde(rename = "departure_date")]
    Departure,
    #[serde(rename = "arrival_date")]
    Arrival,
    #[serde(rename = "-updated_at")]
    Newest,
}

impl DossierListQuery {
    fn filter<C: Content>(&self) -> Result<DossierFilter> {
        self.q.as_deref().map_or(Ok(()), |q| query::text("q", q))?;
        if self.year.is_some_and(|y| !(1990..=2100).contains(&y)) {
            return Err(query::invalid("year", "phải từ 1990 đến 2100.", "must be 1990 to 2100."));
        }
        if self.country.as_deref().is_some_and(|c| country(c).is_none()) {
            return Err(query::invalid("country", "không có mã nước này.", "there is no such country code."));
        }
        Ok(DossierFilter {
            register: C::ENTRY.key,
            state: self.state,
            q: self.q.clone(),
            agency_id: self.agency_id.as_ref().map(|id| id.parse::<Id>().map_or(-1, |id| id.0)),
            country: self.country.clone(),
            from: self.from,
            to: self.to,
            year: self.year,
            overdue: self.overdue,
            mine: self.mine.unwrap_or(false),
            newest_first: self.sort == Some(Sort::Newest),
        })
    }
}

fn place_of(parts: &[String], newest_first: bool) -> Option<ListPlace> {
    let (at, id) = query::name_and_id(parts)?;
    Some(if newest_first {
        ListPlace::Updated(chrono::DateTime::from_timestamp_micros(at.parse().ok()?)?.naive_utc(), id)
    } else {
        ListPlace::Begins(at.parse().ok()?, id)
    })
}

/// A page of a list before it is formatted.
pub struct Listing {
    pub page: Page<DossierItem>,
    pub total: Option<i64>,
    response: HttpResponseBuilder,
    format: ListFormat,
}

/// Reads a page of the dossiers that the caller may see.
pub async fn listing<C: Content>(
    req: HttpRequest,
    call: Call,
    law: ProvinceLaw,
    asked: DossierListQuery,
) -> Result<Listing> {
    call.actor.require(Permission::ReadDossiers)?;
    let limit = query::limit(asked.limit)?;
    let filter = asked.filter::<C>()?;
    let scope = format!("{} {filter:?}", C::ENTRY.key);
    let newest_first = filter.newest_first;
    let after = query::place(&scope, asked.cursor.as_deref(), |parts| place_of(parts, newest_first))?;
    let count = asked.count.unwrap_or(false);
    let (rows, total) = call
        .read(move |conn, call| {
            let total = if count {
                Some(list::count(conn, &filter, &call.actor, law.registers.entries(), call.today)?)
            } else {
                None
            };
            Ok((list::page(conn, &filter, &call.actor, law.registers.entries(), call.today, after, limit + 1)?, total))
        })
        .await?;
    let page = Page::cut(rows, limit, &scope, |item: &DossierItem| {
        let at = if newest_first {
            item.updated_at.and_utc().timestamp_micros().to_string()
        } else {
            item.listed_on.to_string()
        };
        vec![at, item.id.to_string()]
    });
    // The link keeps the filters and replaces the old cursor.
    let kept: Vec<&str> =
        req.query_string().split('&').filter(|p| !p.is_empty() && !p.starts_with("cursor=")).collect();
    let path = format!("/api/v1/{}", C::ENTRY.path);
    let link = if kept.is_empty() { path } else { format!("{path}?{}", kept.join("&")) };
    let response = page_response(&link, page.next.as_deref());
    Ok(Listing { page, total, response, format: asked.format.unwrap_or(ListFormat::Json) })
}

impl Listing {
    /// The response: `shape` as JSON, or the table as a file with this name.
    pub fn answer<B: Serialize>(
        mut self,
        name: &str,
        table: impl FnOnce(&[DossierItem]) -> Table,
        shape: impl FnOnce(Page<DossierItem>) -> B,
    ) -> Result<HttpResponse> {
        if self.format == ListFormat::Json {
            let page = Page { total: self.total, ..self.page };
            return Ok(self.response.json(shape(page)));
        }
        let table = table(&self.page.items);
        let (bytes, media_type, ending) = match self.format {
            ListFormat::Csv => (documents::csv::write(&table), file::CSV, "csv"),
            _ => (documents::xlsx::write(&table), file::XLSX, "xlsx"),
        };
        let bytes = bytes.map_err(Error::Internal)?.into();
        Ok(file::saved(&mut self.response, media_type, &format!("{name}.{ending}"), bytes))
    }
}
