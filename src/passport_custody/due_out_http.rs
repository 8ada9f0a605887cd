//! The list of passports that are still to be handed out.

use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::call::Call;
use crate::access::permission::Permission;
use crate::access::shorts::OfficialShort;
use crate::error::Result;
use crate::passport_custody::actions::{kept_longest, require_sight};
use crate::passport_custody::due_out::{self, DueOut};
use crate::web::query::{self, Query};
use kernel::id::Id;
use kernel::page::Page;
use kernel::words::PassportKind;

/// A passport that is still to be handed out for a trip that is decided.
#[derive(Serialize, ToSchema)]
#[schema(as = CustodyDueOut, example = json!({"delegation_id": "01ke3m9p000b2", "number": "DR-2026-0042", "title": "Học tập chuyển đổi số tại Hàn Quốc",
    "begins_on": "2026-12-07", "ends_on": "2026-12-11", "official": {"id": "01ke3m9p0007x", "full_name": "Đặng Văn Minh", "post": "Giám đốc"},
    "kind": "official", "expires_on": "2031-01-01"}))]
struct DueOutView {
    #[schema(value_type = String)]
    delegation_id: Id,
    number: Option<String>,
    title: String,
    begins_on: NaiveDate,
    ends_on: NaiveDate,
    official: OfficialShort,
    /// Of the passport that is handed over if none is named: the valid one that expires last.
    kind: Option<PassportKind>,
    expires_on: Option<NaiveDate>,
}

impl From<DueOut> for DueOutView {
    fn from(due: DueOut) -> Self {
        let passport = kept_longest(&due.traveller);
        let (kind, expires_on) = (passport.map(|p| p.kind), passport.map(|p| p.expires_on));
        let DueOut { delegation_id, number, title, begins_on, ends_on, traveller } = due;
        DueOutView {
            delegation_id: Id(delegation_id),
            number,
            title,
            begins_on,
            ends_on,
            official: OfficialShort { id: Id(traveller.id), full_name: traveller.full_name, post: traveller.post },
            kind,
            expires_on,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DueOutQuery {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CustodyDueOutPage)]
struct DueOutPage {
    items: Vec<DueOutView>,
    next: Option<String>,
}

/// Lists whose passports are still to be handed out, whoever leaves first: the travellers of official trips that are
/// decided and have not begun (Luật 49/2019/QH14 Đ.24 k.2b), for the custodian and the inspector.
#[utoipa::path(tag = "passports", operation_id = "list_custodies_due_out", params(DueOutQuery),
    responses((status = 200, description = "travellers", body = DueOutPage)))]
#[get("/custodies/due-out")]
pub async fn list(call: Call, asked: Query<DueOutQuery>) -> Result<HttpResponse> {
    require_sight(&call)?;
    // Titles and travellers are of dossiers, which an administrator who reads the trail does not see.
    call.actor.require(Permission::ReadDossiers)?;
    let limit = query::limit(asked.0.limit)?;
    let after = query::place("custodies due out", asked.0.cursor.as_deref(), |parts| {
        let [day, delegation, official] = parts else { return None };
        Some((day.parse().ok()?, delegation.parse().ok()?, official.parse().ok()?))
    })?;
    let today = call.today;
    let rows = call.read(move |conn, _| due_out::page(conn, today, after, limit + 1)).await?;
    let page = Page::cut(rows, limit, "custodies due out", |due| {
        let (day, delegation, official) = due.place();
        vec![day.to_string(), delegation.to_string(), official.to_string()]
    });
    let items = page.items.into_iter().map(DueOutView::from).collect();
    Ok(call.page(page.next.as_deref()).json(DueOutPage { items, next: page.next }))
}
