//! Rows of accounts, with their roles and seats. Pure.

use crate::access::account::is_plain_username;
use crate::access::users::is_deliverable;
use crate::imports::header::Column;
use crate::imports::known::{KnownRegistry, agency_in};
use crate::imports::names::{self, List};
use crate::imports::reading::{Reading, RowPlace};
use kernel::text::fold;
use kernel::words::{Body, Role};

/// An account in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    pub place: RowPlace,
    pub username: String,
    pub full_name: String,
    pub email: Option<String>,
    pub agency_id: Option<i64>,
    /// The official of the agency who has the name of the account: they take no step in their own trips.
    pub official_id: Option<i64>,
    pub roles: Vec<Role>,
    pub seats: Vec<Body>,
}

impl Reading<'_> {
    /// Parses a row as an account.
    pub fn account(&mut self, known: &KnownRegistry) -> Option<ListedAccount> {
        let username = self.required(Column::Username, 64);
        if !username.is_empty() && (username.chars().count() < 3 || !is_plain_username(&username)) {
            self.error(
                Column::Username,
                "invalid_username",
                "Từ 3 ký tự, chỉ gồm chữ thường không dấu, chữ số, dấu chấm, gạch nối và gạch dưới.",
                "At least 3 characters: lower-case ASCII letters, digits, dots, hyphens and underscores.",
            );
        }
        let full_name = self.required(Column::FullName, 200);
        let email = self.text(Column::Email);
        if email.as_deref().is_some_and(|address| address.len() > 254 || !is_deliverable(address)) {
            self.error(
                Column::Email,
                "invalid_email",
                "Địa chỉ thư điện tử không hợp lệ.",
                "This is not a valid mail address.",
            );
        }
        let agency_id = agency_in(self, known, known.today);
        let roles = self.words(Column::Roles, List::Role);
        let seats = self.words(Column::Seats, List::Seat);
        if roles.is_empty() && seats.is_empty() && self.errors.is_empty() {
            self.error(
                Column::Roles,
                "missing",
                "Ghi vai trò hoặc chức vụ ký; tài khoản không có cả hai thì không làm được gì.",
                "Give a role or a seat; an account with neither can do nothing.",
            );
        }
        let official_id = self.official_of(known, &full_name, agency_id);
        let place = self.place();
        let parsed = ListedAccount { place, username, full_name, email, agency_id, official_id, roles, seats };
        self.errors.is_empty().then_some(parsed)
    }

    /// The one official of an agency with a name; the row says so, since the name alone may deceive.
    fn official_of(&mut self, known: &KnownRegistry, full_name: &str, agency_id: Option<i64>) -> Option<i64> {
        let same = known.people_named(&fold(full_name)).iter().filter(|p| Some(p.agency_id) == agency_id);
        let ids: Vec<i64> = same.map(|p| p.id).collect();
        match ids.as_slice() {
            [one] => {
                self.warn(
                    Column::FullName,
                    "account_of_official",
                    "Tài khoản được gắn với cán bộ cùng tên của cơ quan; người này không xử lý hồ sơ của chính mình.",
                    "The account is linked to the official of that name in the agency, who takes no step in their own trips.",
                );
                Some(*one)
            }
            _ => None,
        }
    }

    /// The words of a vocabulary in one cell, separated by semicolons, commas or lines; unknown ones are errors, since a
    /// right must not be lost in silence.
    fn words<T: std::str::FromStr + PartialEq>(&mut self, column: Column, list: List) -> Vec<T> {
        let Some(text) = self.text(column) else { return Vec::new() };
        let mut found = Vec::new();
        for part in text.split([';', ',', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
            match names::word(list, part).unwrap_or(part).parse::<T>() {
                Ok(value) if found.contains(&value) => {}
                Ok(value) => found.push(value),
                Err(_) => self.error(
                    column,
                    "unknown_value",
                    format!("Không nhận ra «{part}»; chọn trong danh mục của mẫu."),
                    format!("«{part}» is not known; choose from the list in the template."),
                ),
            }
        }
        found
    }
}
