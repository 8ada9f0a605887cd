//! Officials (cán bộ, công chức, viên chức … đi nước ngoài): personal data, and which body manages them on a day. Pure.

use kernel::time::{Day, valid_on};
use kernel::words;
use kernel::words::{ManagedBy, PassportKind, Personnel, PostLevel};

/// A person who may travel for the province.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Official {
    pub id: i64,
    pub version: i64,
    pub full_name: String,
    pub birth_date: Option<Day>,
    pub agency_id: i64,
    pub post: String,
    pub post_level: PostLevel,
    pub personnel: Personnel,
    pub grade: Option<Grade>,
    pub party_member: bool,
    pub provincial_committee_member: bool,
    pub key_leader: bool,
    /// Year and number of missions before the system was introduced.
    pub opening_missions: Option<(i64, i64)>,
    /// First day on which the official is no longer in service.
    pub left_on: Option<Day>,
    /// The official who is the same person, if this record was merged.
    pub merged_into: Option<i64>,
    pub levels: Vec<ManagementLevel>,
    pub passports: Vec<Passport>,
    pub disciplines: Vec<Discipline>,
}

/// Category, grade, step and grade code of a civil servant (loại, ngạch, bậc, mã ngạch).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OfficialGrade, example = json!({"category": "A1", "grade": "chuyên viên", "step": "3/9", "code": "01.003"}))]
pub struct Grade {
    #[schema(min_length = 1, max_length = 100)]
    pub category: String,
    #[schema(min_length = 1, max_length = 200)]
    pub grade: String,
    #[schema(min_length = 1, max_length = 100)]
    pub step: String,
    #[schema(min_length = 1, max_length = 100)]
    pub code: String,
}

/// Which body manages the official (diện quản lý) in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementLevel {
    pub id: i64,
    pub managed_by: ManagedBy,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
}

/// A travel document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passport {
    pub id: i64,
    pub kind: PassportKind,
    pub number: String,
    pub issued_on: Option<Day>,
    pub expires_on: Day,
    pub standing: PassportStanding,
    /// Since when it is lost or cancelled.
    pub standing_since: Option<Day>,
    pub standing_document: Option<String>,
}

impl Passport {
    /// A passport that is recorded for the first time: it can be used.
    pub fn recorded(id: i64, kind: PassportKind, number: String, issued_on: Option<Day>, expires_on: Day) -> Self {
        let standing = PassportStanding::Valid;
        Passport { id, kind, number, issued_on, expires_on, standing, standing_since: None, standing_document: None }
    }
}

words! {
    /// Whether a passport can still be used (Luật 49/2019/QH14 Đ.28).
    PassportStanding {
        Valid: "Còn giá trị" / "Valid",
        Lost: "Đã mất" / "Lost",
        Cancelled: "Đã hủy" / "Cancelled",
    }
}

/// A discipline in force for a time (kỷ luật từ khiển trách trở lên).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discipline {
    pub id: i64,
    pub kind: String,
    pub document: String,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
}

/// Start date of the management level that an official has when first recorded.
pub const SINCE_EVER: Day = match Day::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => Day::MIN,
};

impl Official {
    /// The body that manages the official on a day.
    pub fn managed_by(&self, day: Day) -> ManagedBy {
        let level = self.levels.iter().rev().find(|l| valid_on(l.valid_from, l.valid_to, day));
        level.map_or(ManagedBy::Agency, |l| l.managed_by)
    }

    pub fn under_discipline(&self, day: Day) -> bool {
        self.disciplines.iter().any(|d| valid_on(d.valid_from, d.valid_to, day))
    }

    /// The passport to travel on: for private travel an ordinary one (Luật 49/2019/QH14 Đ.23), for official business
    /// preferably a diplomatic or official one; of several, the one that expires last.
    pub fn passport(&self, private: bool) -> Option<&Passport> {
        let valid = self.passports.iter().filter(|p| p.standing == PassportStanding::Valid);
        let usable = valid.filter(|p| !private || p.kind == PassportKind::Ordinary);
        usable.max_by_key(|p| (p.kind != PassportKind::Ordinary, p.expires_on))
    }

    /// Whether the official has left service on or before a day.
    pub fn has_left(&self, day: Day) -> bool {
        self.left_on.is_some_and(|left| left <= day)
    }

    /// Missions in a year before the system was introduced.
    pub fn missions_before(&self, year: i32) -> i64 {
        self.opening_missions.filter(|(of, _)| *of == i64::from(year)).map_or(0, |(_, count)| count)
    }
}

/// Masks a passport number except its last four characters.
pub fn masked(number: &str) -> String {
    let skip = number.chars().count().saturating_sub(4);
    let shown: String = if skip == 0 { String::new() } else { number.chars().skip(skip).collect() };
    format!("••••{shown}")
}

/// A passport number, masked unless the caller may reveal it.
pub fn shown(number: &str, reveals: bool) -> String {
    if reveals { number.to_owned() } else { masked(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_number_shows_four_characters_and_never_all() {
        assert_eq!(masked("B1234567"), "••••4567");
        assert_eq!(masked("1234"), "••••");
    }
}
