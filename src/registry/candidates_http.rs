//! The route by which the holder of a seat finds whom they may lend it to.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::store as accounts;
use crate::error::{Result, forbidden, not_found};
use crate::registry::officials_store;
use crate::web::query::{self, Query};
use crate::web::routes::RoomRoutes;
use kernel::id::Id;
use kernel::text::fold;
use kernel::words::Body;

pub fn routes(config: &mut RoomRoutes) {
    config.service(candidates);
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CandidateQuery {
    /// Words of the name or the post, in any order, with or without diacritics.
    q: Option<String>,
}

/// Somebody who could be lent a seat.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"user_id": "01ke3m9p00061", "username": "pho.syt", "full_name": "Ngô Đức Thắng", "post": "Phó Giám đốc"}))]
struct CandidateView {
    #[schema(value_type = String)]
    user_id: Id,
    username: String,
    full_name: String,
    /// The post of the official whose account it is; null if it belongs to no official.
    post: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CandidateList {
    items: Vec<CandidateView>,
    next: Option<String>,
}

/// Most people in one answer; whoever has more to choose from says more of the name.
const SHOWN: usize = 50;

/// Lists whom the holder of a seat may lend it to: people of their own agency, by name and post.
///
/// `POST /substitutions` takes the `user_id`. Only the holder of the seat as their own asks (403 otherwise).
#[utoipa::path(tag = "access", operation_id = "list_candidates", params(("code" = String, Path), CandidateQuery),
    responses((status = 200, description = "who could be lent the seat", body = CandidateList)))]
#[get("/bodies/{code}/candidates")]
async fn candidates(call: Call, code: web::Path<String>, asked: Query<CandidateQuery>) -> Result<HttpResponse> {
    let body: Body = code.parse().map_err(|_| not_found())?;
    if !call.actor.holds(body) {
        return Err(forbidden(
            "Chỉ người giữ chức vụ được chọn người ký thay.",
            "Only the holder of the seat chooses who signs in their place.",
        ));
    }
    let q = asked.0.q.unwrap_or_default();
    query::text("q", &q)?;
    let words: Vec<String> = fold(&q).split_whitespace().map(str::to_owned).collect();
    let items = call
        .read(move |conn, call| {
            let own: Vec<i64> = call.actor.agencies().collect();
            let people = accounts::of_agencies(conn, &own)?;
            let ids: Vec<i64> = people.iter().filter_map(|a| a.official_id).collect();
            let officials = officials_store::find_all(conn, &ids)?;
            let post = |id: Option<i64>| {
                let official = officials.iter().find(|o| Some(o.id) == id);
                official.map(|o| o.post.clone())
            };
            let view = people.into_iter().filter(|a| a.id != call.actor.id()).map(|a| CandidateView {
                user_id: Id(a.id),
                username: a.username,
                full_name: a.full_name,
                post: post(a.official_id),
            });
            let says = |c: &CandidateView| {
                let text = fold(&format!("{} {}", c.full_name, c.post.as_deref().unwrap_or_default()));
                words.iter().all(|word| text.contains(word.as_str()))
            };
            Ok(view.filter(says).take(SHOWN).collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(CandidateList { items, next: None }))
}
