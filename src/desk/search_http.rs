//! One search over all that the caller may see: dossiers, people, partners, units.

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::shorts::{self, AgencyShort};
use crate::db::Conn;
use crate::dossier::flow::State;
use crate::dossier::register::RegisterWord;
use crate::dossier::store::few::NarrowedFilter;
use crate::dossier::store::filter::{DossierFilter, ListOrder, ListedBy};
use crate::dossier::store::kept_texts::KeptTexts;
use crate::dossier::store::list::{self, DossierItem};
use crate::error::Result;
use crate::registry::agencies::{self, AgencyFilter};
use crate::registry::officials_store;
use crate::registry::partners_store::{self, PartnerFilter};
use crate::web::query::{self, Query};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::procedure::RegisterEntries;

pub fn routes(config: &mut RoomRoutes) {
    config.service(search);
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// Words of a number, a title or a name, in any order, with or without diacritics.
    #[param(min_length = 1, max_length = 200, example = "đoàn Hàn Quốc")]
    q: String,
    /// Most of each kind.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
}

/// What a search found, of each kind as many as were asked for. Kinds that the caller may not read are empty.
#[derive(Serialize, ToSchema)]
struct SearchResult {
    /// The last changed first.
    dossiers: Vec<FoundDossier>,
    officials: Vec<FoundOfficial>,
    partners: Vec<FoundPartner>,
    agencies: Vec<AgencyShort>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"register": "outbound", "id": "01ke3m9p000b2", "number": "DR-2026-0001", "title": "Đoàn học tập tại Hàn Quốc",
    "state": "approved", "agency_id": "01ke3m9p0005s", "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"},
    "begins_on": "2026-12-07", "ends_on": "2026-12-11", "countries": ["KR"], "headcount": 5}))]
struct FoundDossier {
    #[schema(value_type = RegisterWord)]
    register: String,
    #[schema(value_type = String)]
    id: Id,
    number: Option<String>,
    title: String,
    #[schema(value_type = State)]
    state: String,
    #[schema(value_type = String)]
    agency_id: Id,
    agency: Option<AgencyShort>,
    begins_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    /// ISO 3166-1 alpha-2.
    countries: Vec<String>,
    headcount: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "01ke3m9p0007x", "full_name": "Đặng Văn Minh", "post": "Giám đốc", "agency_id": "01ke3m9p0005s",
    "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"}}))]
struct FoundOfficial {
    #[schema(value_type = String)]
    id: Id,
    full_name: String,
    post: String,
    #[schema(value_type = String)]
    agency_id: Id,
    agency: Option<AgencyShort>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "01ke3m9p000h5", "name": "Chính quyền tỉnh Chungbuk", "country": "KR"}))]
struct FoundPartner {
    #[schema(value_type = String)]
    id: Id,
    name: String,
    country: String,
}

/// Finds dossiers, officials, partners and agencies that the caller may see.
#[utoipa::path(tag = "search", params(SearchQuery), responses((status = 200, description = "what was found", body = SearchResult)))]
#[get("/search")]
async fn search(
    call: Call,
    registers: web::Data<RegisterEntries>,
    texts: web::Data<KeptTexts>,
    asked: Query<SearchQuery>,
) -> Result<HttpResponse> {
    let limit = query::limit(asked.0.limit.or(Some(20)))?;
    let q = asked.0.q;
    query::some_text("q", &q)?;
    let found = call
        .read(move |conn, call| {
            let dossiers = if call.actor.may(Permission::ReadDossiers) {
                dossiers(conn, call, &registers, &texts, &q, limit)?
            } else {
                Vec::new()
            };
            let officials =
                if call.actor.may(Permission::ReadOfficials) { officials(conn, &q, limit)? } else { Vec::new() };
            let partners =
                if call.actor.may(Permission::ReadPartners) { partners(conn, &q, limit)? } else { Vec::new() };
            let agencies = if call.actor.may(Permission::ReadAgencies) { units(conn, &q, limit)? } else { Vec::new() };
            Ok(SearchResult { dossiers, officials, partners, agencies })
        })
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

fn dossiers(
    conn: &mut Conn,
    call: &RequestContext,
    registers: &RegisterEntries,
    texts: &KeptTexts,
    q: &str,
    limit: i64,
) -> Result<Vec<FoundDossier>> {
    let among = texts.among(conn, Some(q))?;
    let mut rows: Vec<DossierItem> = Vec::new();
    for entry in &registers.0 {
        let order = ListOrder { by: ListedBy::Update, descending: true };
        let filter =
            DossierFilter { q: Some(q.to_owned()), among: among.clone(), order, ..DossierFilter::of(entry.key) };
        let filter = NarrowedFilter::of(conn, filter, &call.actor, registers, call.today)?;
        rows.extend(list::page(conn, &filter, &call.actor, registers, call.today, None, limit)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.updated_at, row.id)));
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    let named = shorts::agencies(conn, rows.iter().map(|row| row.agency_id))?;
    let found = |row: DossierItem| FoundDossier {
        register: row.register,
        id: Id(row.id),
        number: row.number,
        title: row.title,
        state: row.state,
        agency_id: Id(row.agency_id),
        agency: named.get(&row.agency_id).cloned(),
        begins_on: row.begins_on,
        ends_on: row.ends_on,
        countries: row.countries.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        headcount: row.headcount,
    };
    Ok(rows.into_iter().map(found).collect())
}

fn officials(conn: &mut Conn, q: &str, limit: i64) -> Result<Vec<FoundOfficial>> {
    let rows = officials_store::page(conn, None, Some(q), None, limit)?;
    let named = shorts::agencies(conn, rows.iter().map(|o| o.agency_id))?;
    let found = |o: crate::registry::officials::Official| FoundOfficial {
        id: Id(o.id),
        full_name: o.full_name,
        post: o.post,
        agency: named.get(&o.agency_id).cloned(),
        agency_id: Id(o.agency_id),
    };
    Ok(rows.into_iter().map(found).collect())
}

fn partners(conn: &mut Conn, q: &str, limit: i64) -> Result<Vec<FoundPartner>> {
    let filter = PartnerFilter { q: Some(q.to_owned()), country: None, kind: None };
    let rows = partners_store::page(conn, &filter, None, limit)?;
    Ok(rows.into_iter().map(|p| FoundPartner { id: Id(p.id), name: p.name, country: p.country }).collect())
}

fn units(conn: &mut Conn, q: &str, limit: i64) -> Result<Vec<AgencyShort>> {
    let filter = AgencyFilter { q: Some(q.to_owned()), ..AgencyFilter::default() };
    let rows = agencies::page(conn, &filter, None, limit)?;
    Ok(rows.into_iter().map(|a| AgencyShort { id: Id(a.id), code: a.code, name: a.name }).collect())
}
