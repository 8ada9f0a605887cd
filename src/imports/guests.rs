//! Rows of guests, for the list of one visit. Pure.

use crate::dossier::parts::listed::NamedGuest;
use crate::imports::header::Column;
use crate::imports::names::List;
use crate::imports::reading::{Reading, RowPlace};

/// A guest in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGuest {
    pub place: RowPlace,
    pub guest: NamedGuest,
}

impl Reading<'_> {
    /// Parses a row as a guest.
    pub fn guest(&mut self) -> Option<ListedGuest> {
        let full_name = self.required(Column::FullName, 300);
        let (nations, _) = self.countries(true);
        if nations.len() > 1 {
            self.error(
                Column::Country,
                "one_nationality",
                "Mỗi khách ghi một quốc tịch.",
                "Give one nationality for each guest.",
            );
        }
        let position = self.text(Column::Post);
        self.bounded(Column::Post, position.as_deref().unwrap_or_default(), 300);
        let number: String = self.text(Column::PassportNumber).unwrap_or_default().split_whitespace().collect();
        let number = number.to_uppercase();
        if number.len() > 20 || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.error(
                Column::PassportNumber,
                "bad_passport_number",
                "Số hộ chiếu chỉ gồm chữ cái không dấu và chữ số.",
                "A passport number may contain only letters A–Z and digits.",
            );
        }
        let role = self.word(Column::MemberRole, List::MemberRole);
        let guest = NamedGuest {
            full_name,
            nationality: (*nations.first()?).to_owned(),
            position,
            passport_number: Some(number).filter(|number| !number.is_empty()),
            role,
        };
        let parsed = ListedGuest { place: self.place(), guest };
        self.errors.is_empty().then_some(parsed)
    }
}
