//! How the list of a register is read: its filters, its order, its pages, and its files.

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::shorts;
use crate::approval::store;
use crate::db::Conn;
use crate::dossier::flow::{Action, State};
use crate::dossier::http::Shown;
use crate::dossier::http::rows::{RegisterRow, RowTurn};
use crate::dossier::lines::lines;
use crate::dossier::store::few::NarrowedFilter;
use crate::dossier::store::filter::{DossierFilter, ListOrder, ListedBy};
use crate::dossier::store::kept_texts::KeptTexts;
use crate::dossier::store::list::{self, DossierItem, ListPlace};
use crate::dossier::{Content, ProvinceLaw, papers as papers_of_list};
use crate::error::Result;
use crate::registry::agencies;
use crate::web::file::{self, ListFormat};
use crate::web::query::{self, Query};
use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use kernel::country::country;
use kernel::id::Id;
use kernel::page::Page;
use kernel::procedure::RegisterEntries;
use kernel::time::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The list of a register: a page as JSON, or all rows as a file.
pub async fn list<C: Shown>(
    call: Call,
    (law, texts): (web::Data<ProvinceLaw>, web::Data<KeptTexts>),
    asked: Query<DossierListQuery>,
) -> Result<HttpResponse> {
    listing::<C>(call, (law.get_ref().clone(), texts.get_ref().clone()), asked.0).await
}

/// The query of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DossierListQuery {
    /// One or more states, separated by commas.
    #[param(example = "approved,under_way")]
    state: Option<String>,
    /// Words of number, title, people, partner or agency, in any order, with or without diacritics.
    q: Option<String>,
    /// One or more procedures of the register, separated by commas.
    procedure: Option<String>,
    /// One or more purposes, separated by commas.
    #[param(example = "official,study_visit")]
    purpose: Option<String>,
    /// One or more fields of work, separated by commas.
    field: Option<String>,
    /// An official who travels.
    traveller: Option<String>,
    /// Whether it counts as planned.
    in_plan: Option<bool>,
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
    /// One or more bodies whose turn it is, separated by commas, as far as the caller is told whose turn it is.
    #[param(example = "provincial_police,ppc_chair")]
    waiting_for: Option<String>,
    /// Drafted by the caller.
    mine: Option<bool>,
    #[param(inline)]
    sort: Option<Sort>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
    /// Adds `total`.
    count: Option<bool>,
    /// Adds `waiting_for` and `waiting_since` to each item, the bodies whose turn it is, and `seen_whole`; to a draft that the
    /// head sent back, `returned`, the reason. Of a dossier of which the caller sees
    /// only what they are asked about, `waiting_for` has nobody but them.
    waiting: Option<bool>,
    #[param(inline)]
    format: Option<ListFormat>,
}

/// By the first day (departure abroad, or arrival here), the last change, or the number; with `-` the greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
enum Sort {
    #[serde(rename = "departure_date")]
    Departure,
    #[serde(rename = "-departure_date")]
    LatestDeparture,
    #[serde(rename = "arrival_date")]
    Arrival,
    #[serde(rename = "-arrival_date")]
    LatestArrival,
    #[serde(rename = "updated_at")]
    Oldest,
    #[serde(rename = "-updated_at")]
    Newest,
    #[serde(rename = "number")]
    Number,
    #[serde(rename = "-number")]
    LastNumber,
}

impl Sort {
    fn order(self) -> ListOrder {
        let (by, descending) = match self {
            Sort::Departure | Sort::Arrival => (ListedBy::FirstDay, false),
            Sort::LatestDeparture | Sort::LatestArrival => (ListedBy::FirstDay, true),
            Sort::Oldest => (ListedBy::Update, false),
            Sort::Newest => (ListedBy::Update, true),
            Sort::Number => (ListedBy::Number, false),
            Sort::LastNumber => (ListedBy::Number, true),
        };
        ListOrder { by, descending }
    }
}

/// The words of a parameter, separated by commas; 400 for one that is not known.
fn words<W: std::str::FromStr>(name: &str, given: Option<&str>) -> Result<Vec<W>> {
    let unknown = || query::invalid(name, "có giá trị không hợp lệ.", "has a value that is not known.");
    let parts: Vec<&str> = given.iter().flat_map(|all| all.split(',')).collect();
    if parts.len() > 50 {
        return Err(query::invalid(name, "có quá nhiều giá trị.", "has too many values."));
    }
    parts.into_iter().map(|word| word.parse().map_err(|_| unknown())).collect()
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
            states: words("state", self.state.as_deref())?,
            procedures: words("procedure", self.procedure.as_deref())?,
            purposes: words("purpose", self.purpose.as_deref())?,
            fields: words("field", self.field.as_deref())?,
            traveller: self.traveller.as_ref().map(|id| id.parse::<Id>().map_or(-1, |id| id.0)),
            in_plan: self.in_plan,
            q: self.q.clone(),
            agency_id: self.agency_id.as_ref().map(|id| id.parse::<Id>().map_or(-1, |id| id.0)),
            country: self.country.clone(),
            from: self.from,
            to: self.to,
            year: self.year,
            overdue: self.overdue,
            waiting_for: words("waiting_for", self.waiting_for.as_deref())?,
            mine: self.mine.unwrap_or(false),
            among: None,
            order: self.sort.unwrap_or(Sort::Departure).order(),
        })
    }
}

fn place_of(parts: &[String], by: ListedBy) -> Option<ListPlace> {
    let (at, id) = query::name_and_id(parts)?;
    Some(match by {
        ListedBy::FirstDay => ListPlace::Begins(at.parse().ok()?, id),
        ListedBy::Update => {
            ListPlace::Updated(chrono::DateTime::from_timestamp_micros(at.parse().ok()?)?.naive_utc(), id)
        }
        ListedBy::Number => ListPlace::Numbered(at, id),
    })
}

fn written(place: ListPlace) -> Vec<String> {
    let (at, id) = match place {
        ListPlace::Begins(day, id) => (day.to_string(), id),
        ListPlace::Updated(at, id) => (at.and_utc().timestamp_micros().to_string(), id),
        ListPlace::Numbered(number, id) => (number, id),
    };
    vec![at, id.to_string()]
}

/// A page of the dossiers that the caller may see, as JSON; or all of them as a file.
async fn listing<C: Shown>(
    call: Call,
    (law, texts): (ProvinceLaw, KeptTexts),
    asked: DossierListQuery,
) -> Result<HttpResponse> {
    call.actor.require(Permission::ReadDossiers)?;
    let limit = query::limit(asked.limit)?;
    let mut filter = asked.filter::<C>()?;
    if let Some(format) = asked.format.filter(|format| *format != ListFormat::Json) {
        return whole::<C>(call, (law, texts), filter, format).await;
    }
    let scope = format!("{} {filter:?}", C::ENTRY.key);
    let by = filter.order.by;
    let after = query::place(&scope, asked.cursor.as_deref(), |parts| place_of(parts, by))?;
    let (count, waiting) = (asked.count.unwrap_or(false), asked.waiting.unwrap_or(false));
    let today = call.today;
    let (rows, named, turns, total) = call
        .read(move |conn, call| {
            filter.among = texts.among(conn, filter.q.as_deref())?;
            let entries = law.registers.entries();
            let filter = NarrowedFilter::of(conn, filter, &call.actor, entries, call.today)?;
            let total = match count {
                true => Some(list::count(conn, &filter, &call.actor, entries, call.today)?),
                false => None,
            };
            let rows = list::page(conn, &filter, &call.actor, entries, call.today, after, limit + 1)?;
            let named = shorts::agencies(conn, rows.iter().map(|item| item.agency_id))?;
            let turns = if waiting { turns(conn, call, entries, &rows)? } else { HashMap::new() };
            Ok((rows, named, turns, total))
        })
        .await?;
    let page = Page::cut(rows, limit, &scope, |item: &DossierItem| written(ListPlace::of(item, by)));
    let mut response = call.page(page.next.as_deref());
    let row = |item: DossierItem| RegisterRow {
        agency: named.get(&item.agency_id).cloned(),
        overdue: item.due_on.is_some_and(|due| due < today),
        turn: turns.get(&item.id).cloned(),
        item,
    };
    let items = page.items.into_iter().map(row).collect();
    Ok(response.json(C::Page::from(Page { items, next: page.next, total })))
}

/// Whose turn it is in each dossier of a page, as far as the caller sees it.
fn turns(
    conn: &mut Conn,
    call: &RequestContext,
    entries: &RegisterEntries,
    rows: &[DossierItem],
) -> Result<HashMap<i64, RowTurn>> {
    let ids: Vec<i64> = rows.iter().map(|item| item.id).collect();
    let (mut turns, seen) = (store::turns(conn, &ids)?, list::seen_whole(conn, &call.actor, entries, &ids)?);
    let drafts: Vec<i64> = rows.iter().filter(|r| r.state == State::Draft.word()).map(|r| r.id).collect();
    let asked = [Action::RequestSignature.word(), Action::Recall.word()];
    let mut returned = store::sent_back(conn, &drafts, (&asked, Action::Return.word()))?;
    let own = call.actor.bodies();
    let mut turn = |id: i64| {
        let (turn, seen_whole) = (turns.remove(&id).unwrap_or_default(), seen.contains(&id));
        let mut waiting_for = turn.bodies;
        waiting_for.retain(|body| seen_whole || own.contains(body));
        let since = turn.since.filter(|_| !waiting_for.is_empty()).map(rfc3339);
        (id, RowTurn { waiting_for, since, seen_whole, returned: returned.remove(&id) })
    };
    Ok(ids.iter().copied().map(&mut turn).collect())
}

/// The whole list as a file, with the words that people use.
async fn whole<C: Shown>(
    call: Call,
    (law, texts): (ProvinceLaw, KeptTexts),
    mut filter: DossierFilter,
    format: ListFormat,
) -> Result<HttpResponse> {
    let table = call
        .read(move |conn, call| {
            let entries = law.registers.entries();
            filter.among = texts.among(conn, filter.q.as_deref())?;
            let filter = NarrowedFilter::of(conn, filter, &call.actor, entries, call.today)?;
            let rows = list::page(conn, &filter, &call.actor, entries, call.today, None, file::MOST_ROWS + 1)?;
            file::all_rows(rows.len())?;
            let ids: Vec<i64> = rows.iter().map(|item| item.id).collect();
            let seen = list::seen_whole(conn, &call.actor, entries, &ids)?;
            // A consulted body sees the list, not who travels in it.
            let lines = lines::<C>(conn, &ids)?.into_iter().filter(|line| seen.contains(&line.id));
            let units: Vec<i64> = rows.iter().map(|item| item.agency_id).collect();
            let agencies = agencies::names(conn, &units)?;
            let lines = lines.map(|line| (line.id, line)).collect();
            Ok(papers_of_list::list(C::ENTRY, &rows, &lines, &agencies))
        })
        .await?;
    file::table(C::ENTRY.file_name, &table, format)
}
