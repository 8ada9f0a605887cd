//! Agencies and people in short, as answers show them beside their ids.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::account::Account;
use crate::db::schema::{agencies, officials, users};
use crate::db::{Conn, each, one_of};
use crate::error::Result;
use kernel::id::Id;

/// An agency in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"id": "01ke3m9p0005s", "code": "SKHCN", "name": "Sở Khoa học và Công nghệ"}))]
pub struct AgencyShort {
    #[schema(value_type = String)]
    pub id: Id,
    pub code: String,
    pub name: String,
}

/// A person in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"full_name": "Đỗ Thị Thẩm", "post": "Phó Giám đốc"}))]
pub struct PersonShort {
    pub full_name: String,
    /// The post of the official whose account it is; null if it belongs to no official.
    pub post: Option<String>,
}

/// An official in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"id": "01ke3m9p0007x", "full_name": "Đặng Văn Minh", "post": "Giám đốc"}))]
pub struct OfficialShort {
    #[schema(value_type = String)]
    pub id: Id,
    pub full_name: String,
    pub post: String,
}

/// Officials by id.
pub fn officials(conn: &mut Conn, ids: impl IntoIterator<Item = i64>) -> Result<HashMap<i64, OfficialShort>> {
    let ids: Vec<i64> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let named = officials::table.filter(one_of(officials::id, &ids)).select((
        officials::id,
        officials::full_name,
        officials::post,
    ));
    let rows: Vec<(i64, String, String)> = each!(conn, c => named.load(c))?;
    Ok(rows.into_iter().map(|(id, full_name, post)| (id, OfficialShort { id: Id(id), full_name, post })).collect())
}

/// Agencies by id.
pub fn agencies(conn: &mut Conn, ids: impl IntoIterator<Item = i64>) -> Result<HashMap<i64, AgencyShort>> {
    let ids: Vec<i64> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let named =
        agencies::table.filter(one_of(agencies::id, &ids)).select((agencies::id, agencies::code, agencies::name));
    let rows: Vec<(i64, String, String)> = each!(conn, c => named.load(c))?;
    Ok(rows.into_iter().map(|(id, code, name)| (id, AgencyShort { id: Id(id), code, name })).collect())
}

/// One agency, if there is an id.
pub fn agency(conn: &mut Conn, id: impl Into<Option<i64>>) -> Result<Option<AgencyShort>> {
    Ok(agencies(conn, id.into())?.into_values().next())
}

/// What others know of the owner of an account: words that no password of theirs may have.
pub fn words_of(conn: &mut Conn, account: &Account) -> Result<Vec<String>> {
    let agency = agency(conn, account.agency_id)?.map(|agency| [agency.code, agency.name]);
    let mail = account.email.iter().flat_map(|address| [address.clone(), until_at(address)]);
    let names = [account.username.clone(), account.full_name.clone()];
    Ok(names.into_iter().chain(mail).chain(agency.into_iter().flatten()).collect())
}

/// The part of an address before the at sign.
fn until_at(address: &str) -> String {
    address.split('@').next().unwrap_or_default().to_owned()
}

/// The owners of accounts by the id of the account.
pub fn people(conn: &mut Conn, ids: impl IntoIterator<Item = i64>) -> Result<HashMap<i64, PersonShort>> {
    let ids: Vec<i64> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let named = users::table
        .left_join(officials::table.on(officials::id.nullable().eq(users::official_id)))
        .filter(one_of(users::id, &ids))
        .select((users::id, users::full_name, officials::post.nullable()));
    let rows: Vec<(i64, String, Option<String>)> = each!(conn, c => named.load(c))?;
    Ok(rows.into_iter().map(|(id, full_name, post)| (id, PersonShort { full_name, post })).collect())
}
