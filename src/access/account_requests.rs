//! Nobody alone becomes the Chair: what touches the account of a seat, or of an administrator, one administrator asks for and
//! another confirms, where the province wants it so.

use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;
use kernel::words;
use serde_json::{Value, json};

use crate::access::account::{Account, Actor};
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::store;
use crate::db::schema::account_requests as requests;
use crate::db::{Conn, MultiBackend, from_json, word};
use crate::error::{Code, Result, not_found, refuse};
use kernel::id::Id;
use kernel::time::Moment;

words! {
    /// What is asked for an account.
    AccountAct {
        Create: "Lập tài khoản" / "Create the account",
        Change: "Sửa tài khoản" / "Change the account",
        Reset: "Cấp lại mật khẩu" / "Reset the password",
    }
}

/// A request that nobody confirmed for so long ends.
const HOURS: i64 = 24;

/// Whether the province wants two people for such acts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecondPersonRule(pub bool);

/// A request that waits for another administrator.
#[derive(Debug, Clone)]
pub struct AccountRequest {
    pub id: i64,
    pub act: AccountAct,
    /// None for an account that is to be made.
    pub user_id: Option<i64>,
    pub username: String,
    /// The version of the account that was seen.
    pub version: Option<i64>,
    /// What is to be done, as it was sent.
    pub body: Value,
    pub asked_by: i64,
    pub asked_at: Moment,
}

impl AccountRequest {
    /// When it ends if nobody confirms it.
    pub fn until(&self) -> Moment {
        self.asked_at + Duration::hours(HOURS)
    }
}

/// Keeps what is asked for, and writes it to the trail. It takes the place of what was asked of the same kind before.
pub fn ask(
    conn: &mut Conn,
    call: &RequestContext,
    act: AccountAct,
    account: &Account,
    (version, body): (Option<i64>, Value),
) -> Result<AccountRequest> {
    let user_id = version.map(|_| account.id);
    let asked = AccountRequest {
        id: Id::new(call.now).0,
        act,
        user_id,
        username: account.username.clone(),
        version,
        body,
        asked_by: call.actor.id(),
        asked_at: call.now,
    };
    let before = requests::table
        .filter(requests::act.eq(act.word()).and(requests::username.eq(&asked.username)))
        .filter(requests::ended_at.is_null());
    diesel::update(before).set(requests::ended_at.eq(call.now)).execute(conn)?;
    let row = (
        requests::id.eq(asked.id),
        requests::act.eq(act.word()),
        requests::user_id.eq(asked.user_id),
        requests::username.eq(&asked.username),
        requests::version.eq(asked.version),
        requests::body.eq(asked.body.to_string()),
        requests::asked_by.eq(asked.asked_by),
        requests::asked_at.eq(asked.asked_at),
    );
    diesel::insert_into(requests::table).values(row).execute(conn)?;
    remember(conn, call, "ask_account_request", &asked)?;
    Ok(asked)
}

/// The requests that wait, the oldest first: up to 200, or one of them.
pub fn waiting(conn: &mut Conn, one: Option<i64>, now: Moment) -> Result<Vec<AccountRequest>> {
    type RequestRow = (i64, String, Option<i64>, String, Option<i64>, String, i64, Moment);
    let columns = (
        requests::id,
        requests::act,
        requests::user_id,
        requests::username,
        requests::version,
        requests::body,
        requests::asked_by,
        requests::asked_at,
    );
    let open = requests::table.filter(requests::ended_at.is_null());
    let open = open.filter(requests::asked_at.gt(now - Duration::hours(HOURS))).order(requests::id).limit(200);
    let mut open = open.select(columns).into_boxed::<MultiBackend>();
    if let Some(id) = one {
        open = open.filter(requests::id.eq(id));
    }
    let rows: Vec<RequestRow> = open.load(conn)?;
    let request = |(id, act, user_id, username, version, body, asked_by, asked_at): RequestRow| {
        let (act, body) = (word(&act)?, from_json(&body)?);
        Ok(AccountRequest { id, act, user_id, username, version, body, asked_by, asked_at })
    };
    rows.into_iter().map(request).collect()
}

/// A request that waits; 404 if there is none.
pub fn find(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<AccountRequest> {
    call.actor.require(Permission::AdministerAccounts)?;
    waiting(conn, Some(id), call.now)?.pop().ok_or_else(not_found)
}

/// 403 for whoever asked, and for the account itself; 409 if whoever asked no longer administers accounts.
pub fn require_another(conn: &mut Conn, call: &RequestContext, request: &AccountRequest) -> Result<()> {
    let asker = store::account(conn, request.asked_by)?.filter(|account| account.active);
    let asker = asker.map(|account| Actor::new(Arc::new(account), 0, call.today));
    if !asker.is_some_and(|asker| asker.may(Permission::AdministerAccounts)) {
        return Err(refuse(
            Code::NotPossibleInState,
            "Người đề nghị không còn quản lý tài khoản; hãy từ chối đề nghị này.",
            "Whoever asked no longer administers accounts; refuse this request.",
        ));
    }
    if call.actor.id() != request.asked_by && request.user_id != Some(call.actor.id()) {
        return Ok(());
    }
    Err(refuse(
        Code::SeparationOfDuties,
        "Việc này phải do một quản trị viên khác xác nhận.",
        "Another administrator must confirm this.",
    ))
}

/// Ends a request: it was confirmed, refused or taken back.
pub fn end(conn: &mut Conn, call: &RequestContext, request: &AccountRequest, action: &str) -> Result<()> {
    let row = requests::table.find(request.id);
    diesel::update(row).set(requests::ended_at.eq(call.now)).execute(conn)?;
    remember(conn, call, action, request)
}

fn remember(conn: &mut Conn, call: &RequestContext, action: &str, request: &AccountRequest) -> Result<()> {
    let detail = json!({"act": request.act, "username": request.username, "asked_by": Id(request.asked_by)});
    call.remember(conn, action, &format!("account-requests/{}", Id(request.id)), detail)
}
