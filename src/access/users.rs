//! Accounts, as administrators manage them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::{Validate, ValidateEmail};

use crate::access::account::{Account, Dated, is_plain_username};
use crate::access::account_requests::{AccountAct, AccountRequest, ask};
use crate::access::context::RequestContext;
use crate::access::permission::Permission;
use crate::access::{activation, provider_store, second_factor, sessions_store, store};
use crate::db::Conn;
use crate::error::{Code, Result, not_found, refuse};
use crate::web::json::Deferred;
use kernel::id::Id;
use kernel::patch::given;
use kernel::time::{Day, Moment, valid_on};
use kernel::validity::{Validity, require};
use kernel::violation::Violations;
use kernel::words::{Body, FieldError, Role};

/// A role held for a period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleHeld {
    pub role: Role,
    /// First day; today if it is left out.
    #[serde(default)]
    pub valid_from: Option<NaiveDate>,
    /// First day on which it is no longer held; null means without end.
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
}

/// A seat in a body, held for a period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatHeld {
    pub body: Body,
    #[serde(default)]
    pub valid_from: Option<NaiveDate>,
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
}

/// A new account. It has no password: `POST /users/{id}/reset` issues the one-time token to set one.
#[derive(Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "clerk.sct", "full_name": "Trần Thị Bình", "agency_id": "01ke3m9p0005s",
    "roles": [{"role": "clerk"}], "seats": []}))]
pub struct NewUser {
    #[schema(min_length = 3, max_length = 64)]
    #[validate(custom(function = "plain_username"))]
    pub username: String,
    #[schema(min_length = 1, max_length = 200)]
    pub full_name: String,
    /// Mail address for notices.
    #[serde(default)]
    #[schema(min_length = 3, max_length = 254)]
    #[validate(custom(function = "deliverable"))]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub agency_id: Option<Id>,
    /// The official whose account this is; they take no step in their own trips.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub official_id: Option<Id>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub roles: Vec<RoleHeld>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub seats: Vec<SeatHeld>,
}

/// Changes to an account; fields that are left out stay as they are. `active: false` ends its sessions at once.
#[derive(Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"active": false}))]
pub struct UserChanges {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub full_name: Option<String>,
    /// `null` takes it away, as with the next two.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 3, max_length = 254)]
    #[validate(custom(function = "deliverable"))]
    pub email: Option<Option<String>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub agency_id: Option<Option<Id>>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub official_id: Option<Option<Id>>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub roles: Option<Vec<RoleHeld>>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub seats: Option<Vec<SeatHeld>>,
    #[serde(default)]
    pub active: Option<bool>,
}

fn roles_from(held: Vec<RoleHeld>, today: Day) -> Vec<Dated<Role>> {
    held.into_iter()
        .map(|r| Dated { what: r.role, valid_from: r.valid_from.unwrap_or(today), valid_to: r.valid_to })
        .collect()
}

fn seats_from(held: Vec<SeatHeld>, today: Day) -> Vec<Dated<Body>> {
    held.into_iter()
        .map(|s| Dated { what: s.body, valid_from: s.valid_from.unwrap_or(today), valid_to: s.valid_to })
        .collect()
}

fn plain_username(name: &str) -> Validity {
    let vi = "Chỉ gồm chữ thường không dấu, chữ số, dấu chấm, gạch nối và gạch dưới, và không trùng tên hệ thống dùng.";
    let en = "Only lower-case ASCII letters, digits, dots, hyphens and underscores, and no name that the system uses.";
    require(is_plain_username(name), "", FieldError::InvalidUsername, vi, en)
}

/// Only addresses that every mail server accepts: ASCII, with a domain.
pub fn is_deliverable(address: &str) -> bool {
    address.validate_email()
        && address.is_ascii()
        && address.parse::<lettre::Address>().is_ok_and(|a| a.domain().contains('.'))
}

fn deliverable(address: &str) -> Validity {
    let (vi, en) = ("Địa chỉ thư điện tử không hợp lệ.", "This is not a valid mail address.");
    require(is_deliverable(address), "", FieldError::InvalidEmail, vi, en)
}

/// Checks periods, which begin today if the body leaves it out. References are checked by the caller's transaction.
fn check(account: &Account, faults: &mut Violations) {
    for (index, role) in account.roles.iter().enumerate() {
        check_period(role.valid_from, role.valid_to, &format!("/roles/{index}/valid_to"), faults);
    }
    for (index, seat) in account.seats.iter().enumerate() {
        check_period(seat.valid_from, seat.valid_to, &format!("/seats/{index}/valid_to"), faults);
    }
}

pub fn check_period(from: Day, to: Option<Day>, pointer: &str, faults: &mut Violations) {
    faults.require(
        to.is_none_or(|to| from < to),
        pointer,
        FieldError::EndsBeforeItBegins,
        "Ngày kết thúc phải sau ngày bắt đầu.",
        "The last day must be after the first.",
    );
}

/// Whether the agency and the official that an account names exist; the registry answers.
pub type AccountReferences = fn(&mut Conn, Option<i64>, Option<i64>, &mut Violations) -> Result<()>;

/// The account that a body asks for.
pub fn new_account(call: &RequestContext, body: NewUser) -> Account {
    Account {
        id: Id::new(call.now).0,
        version: 1,
        full_name: body.full_name,
        email: body.email,
        agency_id: body.agency_id.map(|id| id.0),
        official_id: body.official_id.map(|id| id.0),
        activated: false,
        roles: roles_from(body.roles, call.today),
        seats: seats_from(body.seats, call.today),
        ..Account::nobody(&body.username)
    }
}

/// 422 for what does not fit.
fn require_fit(conn: &mut Conn, account: &Account, exists: AccountReferences) -> Result<()> {
    let mut faults = Violations::default();
    check(account, &mut faults);
    exists(conn, account.agency_id, account.official_id, &mut faults)?;
    Ok(faults.finish()?)
}

/// The same of a new account; 409 if the name is taken.
fn require_new(conn: &mut Conn, account: &Account, exists: AccountReferences) -> Result<()> {
    require_fit(conn, account, exists)?;
    if store::username_taken(conn, &account.username)? {
        return Err(refuse(Code::AlreadyExists, "Tên đăng nhập đã có.", "The user name is taken."));
    }
    Ok(())
}

/// Stores a new account.
pub fn keep_new(
    conn: &mut Conn,
    call: &RequestContext,
    account: Account,
    exists: AccountReferences,
) -> Result<Account> {
    require_new(conn, &account, exists)?;
    store::insert(conn, &account, None, call.now)?;
    call.remember(conn, "create_user", &format!("users/{}", Id(account.id)), json!({"username": account.username}))?;
    Ok(account)
}

/// What came of a change: done, or asked of another administrator.
pub enum DoneOrAsked<T> {
    Done(T),
    Asked(AccountRequest),
}

pub fn create(
    conn: &mut Conn,
    call: &RequestContext,
    body: Deferred<NewUser>,
    exists: AccountReferences,
) -> Result<DoneOrAsked<Account>> {
    call.actor.require(Permission::AdministerAccounts)?;
    call.require_proof(conn)?;
    let body = body.check()?;
    let wanted = json!(body);
    let account = new_account(call, body);
    if call.asks_second_person && account.is_guarded() {
        require_new(conn, &account, exists)?;
        return ask(conn, call, AccountAct::Create, &account, (None, wanted)).map(DoneOrAsked::Asked);
    }
    keep_new(conn, call, account, exists).map(DoneOrAsked::Done)
}

/// The account, for whoever may administer accounts.
pub fn find(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<Account> {
    call.actor.require(Permission::AdministerAccounts)?;
    store::account(conn, id)?.ok_or_else(not_found)
}

/// The account with the changes of a body.
pub fn changed(call: &RequestContext, was: &Account, body: UserChanges) -> Account {
    let mut account = was.clone();
    account.version += 1;
    account.full_name = body.full_name.unwrap_or(account.full_name);
    account.email = body.email.unwrap_or(account.email);
    account.agency_id = body.agency_id.map_or(account.agency_id, |id| id.map(|id| id.0));
    account.official_id = body.official_id.map_or(account.official_id, |id| id.map(|id| id.0));
    account.roles = body.roles.map(|r| roles_from(r, call.today)).unwrap_or(account.roles);
    account.seats = body.seats.map(|s| seats_from(s, call.today)).unwrap_or(account.seats);
    account.active = body.active.unwrap_or(account.active);
    account
}

/// Stores a changed account; one that is closed is signed out at once.
pub fn keep_changed(
    conn: &mut Conn,
    call: &RequestContext,
    was: &Account,
    account: Account,
    exists: AccountReferences,
) -> Result<Account> {
    require_fit(conn, &account, exists)?;
    store::update(conn, &account)?;
    keep_past_seats(conn, call, was, &account)?;
    if !account.active {
        sessions_store::end_sessions_of(conn, account.id, None, call.now)?;
    }
    let detail =
        json!({"active": account.active, "rights_changed": was.roles != account.roles || was.seats != account.seats});
    call.remember(conn, "change_user", &format!("users/{}", Id(account.id)), detail)?;
    Ok(account)
}

pub fn change(
    conn: &mut Conn,
    call: &RequestContext,
    was: Account,
    body: Deferred<UserChanges>,
    exists: AccountReferences,
) -> Result<DoneOrAsked<Account>> {
    call.guard(was.version, || {
        call.actor.require(Permission::AdministerAccounts)?;
        if was.id == call.actor.id() {
            // Nobody may give themselves rights.
            return Err(refuse(
                Code::SeparationOfDuties,
                "Không được tự thay đổi tài khoản của mình.",
                "You may not change your own account.",
            ));
        }
        call.require_proof(conn)
    })?;
    let body = body.check()?;
    let wanted = json!(body);
    let account = changed(call, &was, body);
    // To close an account must not wait for anybody.
    let only_closes = account == Account { active: false, version: account.version, ..was.clone() };
    if call.asks_second_person && (was.is_guarded() || account.is_guarded()) && !only_closes {
        require_fit(conn, &account, exists)?;
        return ask(conn, call, AccountAct::Change, &was, (Some(was.version), wanted)).map(DoneOrAsked::Asked);
    }
    keep_changed(conn, call, &was, account, exists).map(DoneOrAsked::Done)
}

/// Keeps the seats that were held until today and no longer are, so that it stays known who could sign then.
fn keep_past_seats(conn: &mut Conn, call: &RequestContext, was: &Account, is: &Account) -> Result<()> {
    let told = |seat: &Dated<Body>, day: Day| {
        is.seats.iter().any(|s| s.what == seat.what && valid_on(s.valid_from, s.valid_to, day))
    };
    for seat in was.seats.iter().filter(|s| s.valid_from < call.today) {
        let end = seat.valid_to.map_or(call.today, |to| to.min(call.today));
        let last = end.pred_opt().unwrap_or(end);
        if !(told(seat, seat.valid_from) && told(seat, last)) {
            store::keep_past_seat(conn, Id::new(call.now).0, is.id, seat.what, seat.valid_from, end)?;
        }
    }
    Ok(())
}

/// A one-time token that sets a new password.
pub fn reset(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<DoneOrAsked<(String, Moment)>> {
    let account = find(conn, call, id)?;
    call.require_proof(conn)?;
    if call.asks_second_person && account.is_guarded() {
        return ask(conn, call, AccountAct::Reset, &account, (Some(account.version), json!({})))
            .map(DoneOrAsked::Asked);
    }
    reset_now(conn, call, id).map(DoneOrAsked::Done)
}

/// The same without a second look.
pub fn reset_now(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<(String, Moment)> {
    call.remember(conn, "reset_user", &format!("users/{}", Id(id)), json!({}))?;
    activation::one_time_token(conn, id, call.now)
}

/// Takes password, second factor, tokens and sign-ins from an account.
pub fn forget_credentials(conn: &mut Conn, call: &RequestContext, id: i64) -> Result<()> {
    store::forget_password(conn, id)?;
    second_factor::remove(conn, id)?;
    provider_store::unlink(conn, id)?;
    sessions_store::forget_one_time(conn, id)?;
    sessions_store::end_sessions_of(conn, id, None, call.now)?;
    call.remember(conn, "forget_credentials", &format!("users/{}", Id(id)), json!({}))
}
