//! Kinds of papers, what fields they may have, and how they are numbered. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kernel::time::{Day, Moment};
use kernel::words::Direction;

/// A paper that the system writes.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = PaperKind)]
pub enum Kind {
    /// Tờ trình of the requesting agency.
    Submission,
    /// Quyết định cử đoàn (mẫu 02/2020/NG-XNC).
    SendingDecision,
    /// Văn bản cho phép: of a private journey, or of guests.
    Permission,
    /// Báo cáo kết quả.
    TripReport,
}

impl Kind {
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Abbreviation of the kind in numbers (NĐ 30/2020/NĐ-CP Phụ lục III); letters (công văn) have none.
    pub fn abbreviation(self) -> Option<&'static str> {
        match self {
            Kind::Submission => Some("TTr"),
            Kind::SendingDecision => Some("QĐ"),
            Kind::Permission => None,
            Kind::TripReport => Some("BC"),
        }
    }

    /// Whether the deciding body issues it; else the requesting agency does.
    pub fn of_decider(self) -> bool {
        matches!(self, Kind::SendingDecision | Kind::Permission)
    }

    /// The number by its parts: `01/TTr-SKHCN`; of a letter `01/UBND-SNV` with the unit that drafted it.
    pub fn number(self, ordinal: Option<i64>, office: &str, drafter: &str) -> String {
        let ordinal = ordinal.map_or_else(|| "      ".to_owned(), |n| format!("{n:02}"));
        match self.abbreviation() {
            Some(kind) => format!("{ordinal}/{kind}-{office}"),
            None if office == drafter => format!("{ordinal}/{office}"),
            None => format!("{ordinal}/{office}-{drafter}"),
        }
    }
}

/// One item of a list.
pub type Record = BTreeMap<String, String>;

/// What goes into a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    pub texts: BTreeMap<String, String>,
    pub lists: BTreeMap<String, Vec<Record>>,
}

impl Values {
    pub fn put(&mut self, name: &str, value: impl Into<String>) {
        self.texts.insert(name.to_owned(), value.into());
    }

    /// Adds an item to a list.
    pub fn item<'a, const N: usize>(&mut self, list: &str, fields: [(&'a str, &'a str); N]) {
        let record = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.lists.entry(list.to_owned()).or_default().push(record);
    }
}

/// Fields of every paper, with what each says.
pub const TEXTS: &[(&str, &str)] = &[
    ("office_above", "Cơ quan chủ quản, chữ hoa"),
    ("office", "Cơ quan ban hành, chữ hoa"),
    ("number", "Số, ký hiệu"),
    ("place", "Địa danh"),
    ("date", "ngày … tháng … năm …"),
    ("title", "Tên đoàn"),
    ("dossier", "Mã hồ sơ"),
    ("request", "Tờ trình hoặc hồ sơ của cơ quan đề nghị"),
    ("subject", "Việc đề nghị"),
    ("agency", "Cơ quan đề nghị hoặc chủ trì đón"),
    ("addressee", "Nơi kính gửi"),
    ("authority", "Người, cơ quan ban hành, chữ hoa"),
    ("decider", "Người, cơ quan quyết định"),
    ("signer", "Họ tên người ký"),
    ("capacity", "Danh nghĩa đoàn"),
    ("purpose", "Mục đích"),
    ("field", "Lĩnh vực"),
    ("countries", "Nước đến, hoặc nước của khách"),
    ("where", "Tại nước nào, hoặc quốc tịch của khách"),
    ("from", "Từ ngày"),
    ("to", "Đến ngày"),
    ("days_total", "Tổng số ngày"),
    ("people_total", "Tổng số người"),
    ("cost_total", "Tổng kinh phí"),
    ("cost_words", "Tổng kinh phí bằng chữ"),
    ("inviter", "Đơn vị mời"),
    ("plan", "Trong hay ngoài kế hoạch"),
    ("organisation", "Tổ chức cử khách"),
    ("guest_head", "Trưởng đoàn khách"),
    ("coordinating", "Cơ quan phối hợp"),
    ("passports", "Loại hộ chiếu sử dụng"),
    ("summary", "Tóm tắt kết quả"),
    ("spent_total", "Tổng quyết toán"),
];

/// Lists and the fields of their items.
pub const LISTS: &[(&str, &[&str])] = &[
    ("bases", &["text"]),
    ("remarks", &["text"]),
    ("members", &["no", "name", "birth", "post", "unit", "grade", "role"]),
    ("stops", &["no", "dates", "country", "place", "days"]),
    ("costs", &["no", "source", "amount"]),
    ("duties", &["text"]),
    ("attachments", &["text"]),
    ("recipients", &["text"]),
    ("signature", &["text"]),
    ("guests", &["no", "name", "nationality", "post"]),
    ("programme", &["no", "time", "place", "activity"]),
    ("conditions", &["text"]),
    ("results", &["text"]),
    ("follow_ups", &["no", "task", "agency", "due"]),
    ("spent", &["no", "what", "estimate", "actual", "vnd"]),
];

/// Whether a template may have a field.
pub fn is_field(name: &str) -> bool {
    match name.split_once('.') {
        Some((list, field)) => LISTS.iter().any(|(l, fields)| *l == list && fields.contains(&field)),
        None => TEXTS.iter().any(|(text, _)| *text == name),
    }
}

/// A paper that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    pub id: i64,
    pub version: i64,
    pub delegation_id: i64,
    pub direction: Direction,
    pub kind: Kind,
    /// Who issued it.
    pub agency_id: i64,
    pub year: i64,
    /// Its place in the register; none where the number was given elsewhere.
    pub ordinal: Option<i64>,
    pub number: String,
    pub date: Day,
    pub created_by: i64,
    pub created_at: Moment,
    /// Why it does not hold; its number is not given again.
    pub voided: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_offices_write_them() {
        assert_eq!(Kind::Submission.number(Some(1), "SKHCN", "SKHCN"), "01/TTr-SKHCN");
        assert_eq!(Kind::SendingDecision.number(Some(123), "UBND", "SNV"), "123/QĐ-UBND");
        assert_eq!(Kind::Permission.number(Some(7), "UBND", "SNV"), "07/UBND-SNV");
        assert_eq!(Kind::TripReport.number(None, "SYT", "SYT"), "      /BC-SYT");
        assert!(
            is_field("number") && is_field("members.name") && !is_field("members.passport_number") && !is_field("x")
        );
    }
}
