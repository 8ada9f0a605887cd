//! Creates what an installation begins with from rows: accounts, passports, items of a plan.

use std::collections::HashSet;

use serde_json::json;

use crate::access::account::{Account, Dated};
use crate::access::activation::{Activation, one_time_token};
use crate::access::context::RequestContext;
use crate::access::store as accounts;
use crate::db::Conn;
use crate::error::{Result, forbidden};
use crate::imports::accounts::ListedAccount;
use crate::imports::passports::ListedPassport;
use crate::imports::plan_items::ListedPlanItem;
use crate::plans::actions::propose;
use crate::registry::officials::Passport;
use crate::registry::{officials_parts_store, officials_store};
use kernel::id::Id;

/// Creates an account without a password; its roles and seats begin today.
pub fn account(conn: &mut Conn, call: &RequestContext, listed: ListedAccount) -> Result<(i64, Activation)> {
    call.require_proof(conn)?;
    let account = Account {
        id: Id::new(call.now).0,
        version: 1,
        full_name: listed.full_name,
        email: listed.email,
        agency_id: listed.agency_id,
        official_id: listed.official_id,
        activated: false,
        roles: listed.roles.into_iter().map(|what| Dated { what, valid_from: call.today, valid_to: None }).collect(),
        seats: listed.seats.into_iter().map(|what| Dated { what, valid_from: call.today, valid_to: None }).collect(),
        ..Account::nobody(&listed.username)
    };
    if call.asks_second_person && account.is_guarded() {
        // A list would go round the second look.
        return Err(forbidden(
            "Tài khoản giữ chức vụ hoặc quản trị phải lập từng tài khoản, do hai quản trị viên cùng làm.",
            "Accounts of seats and administrators are made one by one, by two administrators.",
        ));
    }
    accounts::insert(conn, &account, None, call.now)?;
    call.remember(conn, "create_user", &format!("users/{}", Id(account.id)), json!({"username": account.username}))?;
    let (token, expires_at) = one_time_token(conn, account.id, call.now)?;
    Ok((account.id, Activation { username: account.username, full_name: account.full_name, token, expires_at }))
}

/// Adds the passports to their officials.
pub fn passports(conn: &mut Conn, call: &RequestContext, listed: Vec<ListedPassport>) -> Result<Vec<i64>> {
    let mut made = Vec::new();
    let owners: HashSet<i64> = listed.iter().map(|p| p.official_id).collect();
    for p in listed {
        let id = Id::new(call.now).0;
        let passport = Passport::recorded(id, p.kind, p.number, p.issued_on, p.expires_on);
        officials_parts_store::insert_passport(conn, p.official_id, &passport)?;
        call.remember(conn, "add_passport", &format!("officials/{}", Id(p.official_id)), json!({}))?;
        made.push(id);
    }
    for id in owners {
        if let Some(official) = officials_store::find(conn, id)? {
            officials_store::raise_version(conn, &official)?;
        }
    }
    Ok(made)
}

/// Proposes an item of the plan.
pub fn plan_item(conn: &mut Conn, call: &RequestContext, listed: ListedPlanItem) -> Result<i64> {
    Ok(propose(conn, call, listed.year, Ok((listed.agency_id, listed.wanted)))?.id)
}
