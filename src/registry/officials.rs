//! Officials (cán bộ, công chức, viên chức … đi nước ngoài): who they are, and who manages them on which day. Pure.

use kernel::time::{Day, valid_on};
use kernel::words::{ManagedBy, PassportKind, Personnel, PostLevel};

/// Someone who may travel for the province.
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
    /// Missions of a year before the system knew of them.
    pub opening_missions: Option<(i64, i64)>,
    pub levels: Vec<ManagementLevel>,
    pub passports: Vec<Passport>,
    pub disciplines: Vec<Discipline>,
}

/// Category, grade, step and grade code (loại, ngạch, bậc, mã ngạch).
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

/// Who manages the official (diện quản lý), for a time.
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
    /// Since when, and by which paper, it is lost or cancelled.
    pub standing_since: Option<Day>,
    pub standing_document: Option<String>,
}

/// Whether a passport can still be used (Luật 49/2019/QH14 Đ.28).
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PassportStanding {
    #[default]
    Valid,
    Lost,
    Cancelled,
}

impl PassportStanding {
    pub fn word(self) -> &'static str {
        self.into()
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

/// Levels known from the beginning are valid since this day.
pub const SINCE_EVER: Day = match Day::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => Day::MIN,
};

impl Official {
    /// Who manages the official on a day.
    pub fn managed_by(&self, day: Day) -> ManagedBy {
        let level = self.levels.iter().rev().find(|l| valid_on(l.valid_from, l.valid_to, day));
        level.map_or(ManagedBy::Agency, |l| l.managed_by)
    }

    pub fn under_discipline(&self, day: Day) -> bool {
        self.disciplines.iter().any(|d| valid_on(d.valid_from, d.valid_to, day))
    }

    /// The passport that a trip would be made on: a private journey on an ordinary one (Luật 49/2019/QH14 Đ.23), official
    /// business on the diplomatic or official one where he has it; of several the one that lasts longest.
    pub fn passport(&self, private: bool) -> Option<&Passport> {
        let valid = self.passports.iter().filter(|p| p.standing == PassportStanding::Valid);
        let usable = valid.filter(|p| !private || p.kind == PassportKind::Ordinary);
        usable.max_by_key(|p| (p.kind != PassportKind::Ordinary, p.expires_on))
    }

    /// Missions before the system, of a year.
    pub fn missions_before(&self, year: i32) -> i64 {
        self.opening_missions.filter(|(of, _)| *of == i64::from(year)).map_or(0, |(_, count)| count)
    }
}

/// A passport number with all but its last four characters hidden.
pub fn masked(number: &str) -> String {
    let skip = number.chars().count().saturating_sub(4);
    let shown: String = if skip == 0 { String::new() } else { number.chars().skip(skip).collect() };
    format!("••••{shown}")
}

/// A passport number as a caller sees it.
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
