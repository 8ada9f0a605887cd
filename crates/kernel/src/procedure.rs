//! Procedures (thủ tục) and the registers that hold their dossiers.
//!
//! Unlike the closed enumerations of `words.rs`, procedures are open: the law book knows five by name, and an
//! installation may register more (`procedures/register.rs`), so that a new procedure changes no enumeration here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::words::Label;

/// Maximum letters in the word of a procedure.
const LONGEST: usize = 24;

/// A procedure, by its wire value such as `private_travel`: lower-case letters and underscores.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Procedure {
    letters: [u8; LONGEST],
    length: usize,
}

impl Procedure {
    /// Đoàn ra.
    pub const OUTBOUND: Procedure = Procedure::of("outbound");
    /// Đi nước ngoài về việc riêng.
    pub const PRIVATE_TRAVEL: Procedure = Procedure::of("private_travel");
    /// Đoàn vào.
    pub const INBOUND: Procedure = Procedure::of("inbound");
    /// Hội nghị, hội thảo quốc tế (QĐ 06/2020/QĐ-TTg).
    pub const CONFERENCE: Procedure = Procedure::of("conference");
    /// Hoạt động của báo chí nước ngoài (NĐ 88/2012/NĐ-CP).
    pub const FOREIGN_PRESS: Procedure = Procedure::of("foreign_press");
    /// Thẻ đi lại của doanh nhân APEC.
    pub const APEC_CARD: Procedure = Procedure::of("apec_card");

    /// The procedures that the law book knows, in the order of the API contract.
    pub const KNOWN: [(Procedure, Label); 6] = [
        (Procedure::OUTBOUND, Label { vi: "Đoàn ra", en: "Outbound delegation" }),
        (Procedure::PRIVATE_TRAVEL, Label { vi: "Việc riêng", en: "Private travel" }),
        (Procedure::INBOUND, Label { vi: "Đoàn vào", en: "Inbound delegation" }),
        (Procedure::CONFERENCE, Label { vi: "Hội nghị, hội thảo quốc tế", en: "International conference" }),
        (Procedure::FOREIGN_PRESS, Label { vi: "Báo chí nước ngoài", en: "Foreign press" }),
        (Procedure::APEC_CARD, Label { vi: "Thẻ doanh nhân APEC", en: "APEC business travel card" }),
    ];

    /// What it is called, if the law book knows it.
    pub fn label(self) -> Option<Label> {
        Self::KNOWN.iter().find(|(known, _)| *known == self).map(|(_, label)| *label)
    }

    /// A procedure by its word. Longer words are truncated: procedures are named in the source, so a test notices.
    pub const fn of(word: &str) -> Self {
        let bytes = word.as_bytes();
        let mut letters = [0; LONGEST];
        let mut length = 0;
        // `for` and slices by range are not allowed in constants.
        let mut rest = bytes;
        while let [first, others @ ..] = rest {
            if length == LONGEST {
                break;
            }
            let (_, place) = letters.split_at_mut(length);
            if let [slot, ..] = place {
                *slot = *first;
            }
            length += 1;
            rest = others;
        }
        Procedure { letters, length }
    }

    /// The wire value.
    pub fn word(&self) -> &str {
        self.letters.get(..self.length).and_then(|letters| std::str::from_utf8(letters).ok()).unwrap_or("")
    }

    /// Whether officials go abroad.
    pub fn is_trip(self) -> bool {
        matches!(self, Procedure::OUTBOUND | Procedure::PRIVATE_TRAVEL)
    }

    /// Whether guests come here: a visit, a conference, a reporter.
    pub fn is_visit(self) -> bool {
        matches!(self, Procedure::INBOUND | Procedure::CONFERENCE | Procedure::FOREIGN_PRESS)
    }
}

impl fmt::Display for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Debug for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The text cannot be the word of a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAProcedure;

impl FromStr for Procedure {
    type Err = NotAProcedure;

    fn from_str(text: &str) -> Result<Self, NotAProcedure> {
        let well_formed = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !well_formed || text.is_empty() || text.len() > LONGEST {
            return Err(NotAProcedure);
        }
        // Not `of`: counting reads this word of every fact, and the constant function cannot copy a slice.
        let mut letters = [0; LONGEST];
        letters.iter_mut().zip(text.bytes()).for_each(|(slot, letter)| *slot = letter);
        Ok(Procedure { letters, length: text.len() })
    }
}

impl Serialize for Procedure {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Procedure {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(|_| serde::de::Error::custom("not the word of a procedure"))
    }
}

impl PartialSchema for Procedure {
    fn schema() -> RefOr<Schema> {
        let known = Procedure::KNOWN.iter().map(|(procedure, _)| procedure.word().to_owned());
        let object = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(known));
        object
            .description(Some(
                "Procedure (thủ tục): đoàn ra, việc riêng, đoàn vào, hội nghị quốc tế, báo chí nước ngoài, thẻ APEC.",
            ))
            .into()
    }
}

impl ToSchema for Procedure {}

/// A part of the form in which a dossier is drafted: what somebody fills in at one time.
#[derive(Debug, Clone, Copy)]
pub struct FormPart {
    /// Its word in addresses: `days-and-stops`.
    pub key: &'static str,
    pub label: Label,
    /// The fields of the content that stand in it, in this order.
    pub fields: &'static [&'static str],
    /// The procedures that ask for it; without any, all of its register.
    pub only_for: &'static [Procedure],
}

impl FormPart {
    pub const fn new(key: &'static str, vi: &'static str, en: &'static str, fields: &'static [&'static str]) -> Self {
        FormPart { key, label: Label { vi, en }, fields, only_for: &[] }
    }

    /// The same part, asked for in these procedures only.
    pub const fn only_for(self, procedures: &'static [Procedure]) -> Self {
        FormPart { only_for: procedures, ..self }
    }
}

/// The names of a register of dossiers, and what figures, lists and reports need to know about it. The register itself
/// belongs to the procedure's folder.
#[derive(Debug, Clone, Copy)]
pub struct RegisterEntry {
    /// Its word in queries, files and the database: `outbound`.
    pub key: &'static str,
    /// The collection in paths: `outbound-delegations`.
    pub path: &'static str,
    /// The prefix of its numbers: `DR`.
    pub prefix: &'static str,
    pub label: Label,
    /// Name of the files in which its lists are saved, without an extension.
    pub file_name: &'static str,
    /// Headings of its lists: first day, last day, countries, people.
    pub list_headings: [&'static str; 4],
    /// The procedures whose dossiers it holds.
    pub procedures: &'static [Procedure],
    /// The procedure that its figures count; `None` if it has no figures.
    pub counted: Option<Procedure>,
    /// How its dossiers count and are reported.
    pub reported: Reported,
    /// Its lists can be imported; `None` if there are no old lists.
    pub imported: Option<ListShape>,
    /// Its people travel on passports that a custodian keeps.
    pub uses_passports: bool,
    /// The parts of its form; without any, the whole content is one. A field that no part names stands in the last.
    pub parts: &'static [FormPart],
}

/// The wording of texts about a register.
#[derive(Debug, Clone, Copy)]
pub struct Reported {
    /// What happens on its day: "khởi hành", "đến".
    pub happens: Label,
    /// Which delegations are of provincial level, as the summary of a report words it.
    pub provincial: &'static str,
    /// The heading of the column of countries.
    pub country_heading: &'static str,
    /// The heading of the column of partners, or of the units that receive guests.
    pub partner_heading: &'static str,
    /// The column of partners names the units that receive the guests, not the partner abroad.
    pub names_hosts: bool,
    /// What the tables of a report are grouped by, as words of figures.
    pub tables: &'static [&'static str],
}

/// What the rows of an old list of a register must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListShape {
    /// Whose columns it shares: the register whose headings are known by name.
    pub columns_of: &'static str,
    /// Whether every row names a country.
    pub needs_country: bool,
    /// Whether every row has a number of people.
    pub needs_people: bool,
    /// Whether each country of a row needs its number of people.
    pub counts_by_country: bool,
    /// Whether the head of the delegation is an official of the province, so that their post is counted by its level.
    pub led_by_officials: bool,
}

/// The registers of an installation, in the order in which lists and reports show them.
#[derive(Debug, Clone)]
pub struct RegisterEntries(pub Vec<&'static RegisterEntry>);

impl RegisterEntries {
    /// The registers that have figures, each with the procedure that they count.
    pub fn counted(&self) -> impl Iterator<Item = (&'static RegisterEntry, Procedure)> {
        self.0.iter().filter_map(|entry| Some((*entry, entry.counted?)))
    }

    /// The registers that accept old lists, each with what their rows must say.
    pub fn imported(&self) -> impl Iterator<Item = (&'static RegisterEntry, ListShape)> {
        self.0.iter().filter_map(|entry| Some((*entry, entry.imported?)))
    }

    /// Every procedure that has dossiers.
    pub fn procedures(&self) -> impl Iterator<Item = Procedure> {
        self.0.iter().flat_map(|entry| entry.procedures.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_procedure_is_its_word() {
        for (procedure, _) in Procedure::KNOWN {
            assert_eq!(procedure.word().parse(), Ok(procedure));
            let kinds = [procedure.is_trip(), procedure.is_visit(), procedure == Procedure::APEC_CARD];
            assert_eq!(kinds.iter().filter(|kind| **kind).count(), 1);
        }
        let note = Procedure::of("note");
        assert!(!note.is_trip() && !note.is_visit() && note.to_string() == "note");
        for wrong in ["", "Outbound", "đoàn", "a-b", "a word that is far too long for one"] {
            assert_eq!(wrong.parse::<Procedure>(), Err(NotAProcedure), "{wrong}");
        }
    }
}
