//! Accounts as the API shows them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::account::Account;
use crate::access::shorts::{self, AgencyShort, OfficialShort};
use crate::access::users::{RoleHeld, SeatHeld};
use crate::db::Conn;
use crate::error::Result;
use kernel::id::Id;

/// An account as the API shows it: never with a password or its hash.
#[derive(Serialize, ToSchema)]
#[schema(as = User, example = json!({"id": "01ke3m9p00061", "version": 1, "username": "clerk.skhcn", "full_name": "Nguyễn Thị Hạnh", "email": null,
    "agency_id": "01ke3m9p0005s", "agency": {"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"},
    "official_id": null, "official": null, "active": true, "activated": true,
    "roles": [{"role": "clerk", "valid_from": "2020-01-01", "valid_to": null}], "seats": []}))]
pub struct UserView {
    #[schema(value_type = String)]
    id: Id,
    pub(super) version: i64,
    username: String,
    full_name: String,
    /// Mail address for notices, if any.
    email: Option<String>,
    #[schema(value_type = Option<String>)]
    agency_id: Option<Id>,
    agency: Option<AgencyShort>,
    #[schema(value_type = Option<String>)]
    official_id: Option<Id>,
    official: Option<OfficialShort>,
    active: bool,
    /// Whether a password has been set.
    activated: bool,
    roles: Vec<RoleHeld>,
    seats: Vec<SeatHeld>,
}

/// The accounts with their agencies, and with the officials to whom they belong.
pub(super) fn views(conn: &mut Conn, accounts: &[Account]) -> Result<Vec<UserView>> {
    let agencies = shorts::agencies(conn, accounts.iter().filter_map(|a| a.agency_id))?;
    let officials = shorts::officials(conn, accounts.iter().filter_map(|a| a.official_id))?;
    let view = |a: &Account| {
        let agency = a.agency_id.and_then(|id| agencies.get(&id)).cloned();
        UserView::new(a, agency, a.official_id.and_then(|id| officials.get(&id)).cloned())
    };
    Ok(accounts.iter().map(view).collect())
}

pub(super) fn one(conn: &mut Conn, account: &Account) -> Result<UserView> {
    let official = shorts::officials(conn, account.official_id)?.into_values().next();
    Ok(UserView::new(account, shorts::agency(conn, account.agency_id)?, official))
}

impl UserView {
    fn new(a: &Account, agency: Option<AgencyShort>, official: Option<OfficialShort>) -> Self {
        UserView {
            id: Id(a.id),
            version: a.version,
            username: a.username.clone(),
            full_name: a.full_name.clone(),
            email: a.email.clone(),
            agency_id: a.agency_id.map(Id),
            agency,
            official_id: a.official_id.map(Id),
            official,
            active: a.active,
            activated: a.activated,
            roles: a
                .roles
                .iter()
                .map(|r| RoleHeld { role: r.what, valid_from: Some(r.valid_from), valid_to: r.valid_to })
                .collect(),
            seats: a
                .seats
                .iter()
                .map(|s| SeatHeld { body: s.what, valid_from: Some(s.valid_from), valid_to: s.valid_to })
                .collect(),
        }
    }
}
