//! Sets up an empty installation in one transaction: the province and its office for external affairs, the first
//! administrator, and the lists that it begins with.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use crate::access::account::{Account, is_plain_username};
use crate::access::activation::{Activation, first_administrator};
use crate::access::context::RequestContext;
use crate::access::listed_accounts_store::AccountFilter;
use crate::access::store as accounts;
use crate::access::users::is_deliverable;
use crate::db::Conn;
use crate::dossier::register::Registers;
use crate::error::{Code, Error, Problem, Result, refuse};
use crate::imports::actions::{known, open, take_in, with_rows};
use crate::imports::batch::{Batch, ImportFault, ImportKind, ImportState, UnknownAgencies};
use crate::imports::check::{Checked, check};
use crate::imports::lists::Lists;
use crate::imports::parsed::Parsed;
use crate::imports::people::SINCE;
use crate::imports::store;
use crate::registry::agencies::{self, Agency, AgencyFilter};
use crate::web::idempotency::fingerprint;
use kernel::id::Id;
use kernel::time::Moment;
use kernel::violation::Violations;
use kernel::words::{Bloc, FieldError};

/// What an installation begins with, as `ngoaivu init` asks for it or reads it from a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// The province whose regulation decides.
    pub jurisdiction: String,
    /// «tỉnh An Giang», «thành phố Cần Thơ»: what follows «Ủy ban nhân dân».
    pub province: String,
    /// The office that advises the province on external affairs, whatever it is called there.
    pub office: OfficeNamed,
    pub administrator: AdministratorNamed,
    pub listen: Option<String>,
    /// Files with lists, in the order in which they are read.
    #[serde(default)]
    pub lists: FirstLists,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeNamed {
    pub code: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorNamed {
    pub username: String,
    pub full_name: String,
    pub email: Option<String>,
}

/// Paths of lists, relative to the file that names them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstLists {
    pub agencies: Option<String>,
    pub officials: Option<String>,
    pub passports: Option<String>,
    pub accounts: Option<String>,
}

impl FirstLists {
    /// The lists that are named, in the order in which one needs the other.
    pub fn named(&self) -> impl Iterator<Item = (ImportKind, &str)> {
        let all = [
            (ImportKind::Agencies, &self.agencies),
            (ImportKind::Officials, &self.officials),
            (ImportKind::Passports, &self.passports),
            (ImportKind::Accounts, &self.accounts),
        ];
        all.into_iter().filter_map(|(kind, path)| Some((kind, path.as_deref()?)))
    }
}

/// A list that was read from its file.
pub struct FirstList {
    kind: ImportKind,
    file_name: String,
    sha256: String,
    lists: Lists,
}

impl FirstList {
    /// Reads the lists in a file.
    pub fn read(kind: ImportKind, file_name: &str, bytes: &[u8]) -> Result<Self> {
        let lists = open(kind, bytes)?;
        Ok(FirstList { kind, file_name: file_name.to_owned(), sha256: fingerprint(bytes), lists })
    }
}

/// What was set up.
pub struct Installed {
    /// How many records each list brought.
    pub created: Vec<(ImportKind, i64)>,
    /// The administrator first.
    pub activations: Vec<Activation>,
    /// What a reader of the lists should know, by file.
    pub warnings: Vec<(String, ImportFault)>,
}

/// The code of the People's Committee, to which «Trực thuộc» refers.
const COMMITTEE: &str = "UBND";

/// Sets up an empty database. A database in which anything is, or a list with a fault, changes nothing.
pub fn install(
    conn: &mut Conn,
    registers: &Registers,
    wanted: &Installation,
    lists: Vec<FirstList>,
    now: Moment,
) -> Result<Installed> {
    check_names(wanted)?;
    if accounts::count(conn, AccountFilter::default())? > 0 || agencies::count(conn, &AgencyFilter::default())? > 0 {
        return Err(refuse(
            Code::AlreadyExists,
            "Cơ sở dữ liệu này đã có dữ liệu; chỉ khởi tạo được một nơi trống.",
            "This database has data already; only an empty place can be set up.",
        ));
    }
    let (account, token) = first_administrator(
        conn,
        &wanted.administrator.username,
        &wanted.administrator.full_name,
        wanted.administrator.email.as_deref(),
        now,
    )?;
    let call = RequestContext::on_server(account.clone(), now);
    let mut done = Installed { created: Vec::new(), activations: vec![token], warnings: Vec::new() };
    let first = lists.iter().find(|l| l.kind == ImportKind::Agencies);
    let listed = first.map(|list| codes_in(conn, &call, list)).transpose()?.unwrap_or_default();
    offices(conn, &call, wanted, &listed)?;
    for list in lists {
        take_list(conn, registers, &call, &account, list, &mut done)?;
    }
    let detail = json!({"jurisdiction": wanted.jurisdiction, "province": wanted.province});
    call.remember(conn, "install", "database", detail)?;
    Ok(done)
}

fn check_names(wanted: &Installation) -> Result<()> {
    let mut faults = Violations::default();
    let texts = [
        ("/province", &wanted.province, 200),
        ("/office/code", &wanted.office.code, 40),
        ("/office/name", &wanted.office.name, 300),
        ("/administrator/full_name", &wanted.administrator.full_name, 200),
    ];
    for (pointer, text, most) in texts {
        let plain = !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
        if !plain {
            let vi = format!("Phải có từ 1 đến {most} ký tự.");
            faults.add(pointer, FieldError::OutOfRange, vi, format!("Must have 1 to {most} characters."));
        }
    }
    let name = &wanted.administrator.username;
    faults.require(
        (3..=64).contains(&name.len()) && is_plain_username(name),
        "/administrator/username",
        FieldError::InvalidUsername,
        "Từ 3 đến 64 chữ thường không dấu, chữ số, dấu chấm, gạch nối, gạch dưới.",
        "3 to 64 lower-case ASCII letters, digits, dots, hyphens and underscores.",
    );
    let email = wanted.administrator.email.as_deref();
    faults.require(
        email.is_none_or(is_deliverable),
        "/administrator/email",
        FieldError::InvalidEmail,
        "Địa chỉ thư điện tử không hợp lệ.",
        "This is not a valid mail address.",
    );
    Ok(faults.finish()?)
}

/// The codes of the agencies that a list brings itself.
fn codes_in(conn: &mut Conn, call: &RequestContext, list: &FirstList) -> Result<HashSet<String>> {
    let batch = batch_of(list, call.actor.id(), call.now);
    let found = check(list.kind, &list.lists, &known(conn, &batch, &list.lists, None, call.today)?, &mut |_| {});
    let code = |parsed: Parsed| match parsed {
        Parsed::Unit(unit) => Some(unit.code),
        _ => None,
    };
    Ok(found.parsed.into_iter().filter_map(code).collect())
}

/// The People's Committee and the office for external affairs, unless the list of agencies brings them.
fn offices(conn: &mut Conn, call: &RequestContext, wanted: &Installation, listed: &HashSet<String>) -> Result<()> {
    let committee = Agency {
        id: Id::new(call.now).0,
        version: 1,
        code: COMMITTEE.to_owned(),
        name: format!("Ủy ban nhân dân {}", wanted.province.trim()),
        parent_id: None,
        bloc: Bloc::State,
        valid_from: SINCE,
        valid_to: None,
        clerk_may_submit: false,
        confirmed: true,
    };
    let with_committee = !listed.contains(COMMITTEE);
    if with_committee {
        agencies::insert(conn, &committee)?;
    }
    if !listed.contains(wanted.office.code.trim()) {
        let office = Agency {
            id: Id::new(call.now).0,
            code: wanted.office.code.trim().to_owned(),
            name: wanted.office.name.trim().to_owned(),
            parent_id: with_committee.then_some(committee.id),
            ..committee
        };
        agencies::insert(conn, &office)?;
    }
    Ok(())
}

/// An installation names all its agencies: one that is not known is a mistake.
fn batch_of(list: &FirstList, by: i64, now: Moment) -> Batch {
    let begun = Batch::begun(list.kind, list.file_name.clone(), list.sha256.clone(), by, now);
    Batch { state: ImportState::Staged, unknown_agencies: UnknownAgencies::Reject, ..begun }
}

/// Takes one list in, as an import that can be looked at and undone; its faults end the whole installation.
fn take_list(
    conn: &mut Conn,
    registers: &Registers,
    call: &RequestContext,
    account: &Account,
    list: FirstList,
    done: &mut Installed,
) -> Result<()> {
    let mut batch = batch_of(&list, account.id, call.now);
    let known = known(conn, &batch, &list.lists, None, call.today)?;
    let found: Checked = check(list.kind, &list.lists, &known, &mut |_| {});
    if !found.errors.is_empty() {
        return Err(faulty(&list.file_name, &found.errors));
    }
    (batch.rows, batch.done) = (found.rows, found.rows);
    batch.warnings.clone_from(&found.warnings);
    done.warnings.extend(found.warnings.iter().map(|fault| (list.file_name.clone(), fault.clone())));
    store::insert(conn, &batch)?;
    let (batch, activations) = take_in(conn, registers, call, &batch, found)?;
    done.created.push((list.kind, batch.created));
    done.activations.extend(activations);
    Ok(())
}

fn faulty(file: &str, errors: &[ImportFault]) -> Error {
    let problem = Problem::new(
        Code::ValidationFailed,
        format!("Tệp «{file}» có lỗi; chưa có gì được ghi."),
        format!("The file «{file}» has errors; nothing was written."),
    );
    with_rows(problem, "/lists", errors)
}
