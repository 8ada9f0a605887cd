//! Kinds of documents, the fields they may contain, and how they are numbered. Pure.

use kernel::words;
use std::collections::BTreeMap;

use kernel::time::{Day, Moment};

words! {
    /// A kind of document that the system writes.
    #[schema(as = PaperKind)]
    PaperKind {
        /// Tờ trình of the requesting agency.
        Submission: "Tờ trình" / "Submission",
        /// Quyết định cử đoàn (mẫu 02/2020/NG-XNC).
        SendingDecision: "Quyết định cử đoàn" / "Sending decision",
        /// Văn bản cho phép, for private travel or for guests.
        Permission: "Văn bản cho phép" / "Letter of permission",
        /// Báo cáo kết quả.
        TripReport: "Báo cáo kết quả" / "Trip report",
    }
}

impl PaperKind {
    /// The abbreviation of the kind in document numbers (NĐ 30/2020/NĐ-CP Phụ lục III); letters (công văn) have none.
    pub fn abbreviation(self) -> Option<&'static str> {
        match self {
            PaperKind::Submission => Some("TTr"),
            PaperKind::SendingDecision => Some("QĐ"),
            PaperKind::Permission => None,
            PaperKind::TripReport => Some("BC"),
        }
    }

    /// Whether the deciding body issues it; otherwise the requesting agency does.
    pub fn of_decider(self) -> bool {
        matches!(self, PaperKind::SendingDecision | PaperKind::Permission)
    }

    /// Formats the number: `01/TTr-SKHCN`; for a letter `01/UBND-SNV`, with the unit that drafted it.
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
pub type TemplateRecord = BTreeMap<String, String>;

/// The values that fill a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    pub texts: BTreeMap<String, String>,
    pub lists: BTreeMap<String, Vec<TemplateRecord>>,
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

/// Fields of every document, with their Vietnamese descriptions.
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

/// A list of a template: its name, what it holds, and its fields with their meaning.
type ListField = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Lists and the fields of their items, each with its Vietnamese description.
pub const LISTS: &[ListField] = &[
    ("bases", "Căn cứ", &[("text", "nội dung")]),
    ("remarks", "Nội dung thêm", &[("text", "nội dung")]),
    (
        "members",
        "Thành phần đoàn",
        &[
            ("no", "số thứ tự"),
            ("name", "họ và tên"),
            ("birth", "ngày sinh"),
            ("post", "chức vụ"),
            ("unit", "đơn vị công tác"),
            ("grade", "loại, ngạch, bậc"),
            ("role", "vai trò trong đoàn"),
        ],
    ),
    (
        "stops",
        "Nơi đến",
        &[("no", "số thứ tự"), ("dates", "thời gian"), ("country", "nước"), ("place", "địa điểm"), ("days", "số ngày")],
    ),
    ("costs", "Kinh phí", &[("no", "số thứ tự"), ("source", "nguồn kinh phí"), ("amount", "số tiền")]),
    ("duties", "Trách nhiệm sau chuyến đi", &[("text", "nội dung")]),
    ("attachments", "Hồ sơ kèm theo", &[("text", "tên giấy tờ")]),
    ("recipients", "Nơi nhận", &[("text", "nội dung")]),
    ("signature", "Người ký", &[("text", "từng dòng")]),
    (
        "guests",
        "Khách",
        &[("no", "số thứ tự"), ("name", "họ và tên"), ("nationality", "quốc tịch"), ("post", "chức vụ")],
    ),
    (
        "programme",
        "Chương trình",
        &[("no", "số thứ tự"), ("time", "thời gian"), ("place", "địa điểm"), ("activity", "hoạt động")],
    ),
    ("conditions", "Điều kiện", &[("text", "nội dung")]),
    ("results", "Kết quả", &[("text", "nội dung")]),
    (
        "follow_ups",
        "Việc cần làm tiếp",
        &[("no", "số thứ tự"), ("task", "việc"), ("agency", "cơ quan"), ("due", "hạn")],
    ),
    (
        "spent",
        "Quyết toán",
        &[
            ("no", "số thứ tự"),
            ("what", "khoản chi"),
            ("estimate", "dự toán"),
            ("actual", "quyết toán"),
            ("vnd", "thành tiền (đồng)"),
        ],
    ),
];

/// Whether a template may contain this field.
pub fn is_field(name: &str) -> bool {
    match name.split_once('.') {
        Some((list, field)) => {
            LISTS.iter().any(|(l, _, fields)| *l == list && fields.iter().any(|(name, _)| *name == field))
        }
        None => TEXTS.iter().any(|(text, _)| *text == name),
    }
}

/// An issued document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedPaper {
    pub id: i64,
    pub version: i64,
    pub delegation_id: i64,
    /// The register of its dossier.
    pub register: String,
    pub kind: PaperKind,
    /// The agency that issued it.
    pub agency_id: i64,
    pub year: i64,
    /// Its ordinal in the register; none if the number was assigned elsewhere.
    pub ordinal: Option<i64>,
    pub number: String,
    pub date: Day,
    pub created_by: i64,
    pub created_at: Moment,
    /// Why it was voided; its number is not used again.
    pub voided: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_offices_write_them() {
        assert_eq!(PaperKind::Submission.number(Some(1), "SKHCN", "SKHCN"), "01/TTr-SKHCN");
        assert_eq!(PaperKind::SendingDecision.number(Some(123), "UBND", "SNV"), "123/QĐ-UBND");
        assert_eq!(PaperKind::Permission.number(Some(7), "UBND", "SNV"), "07/UBND-SNV");
        assert_eq!(PaperKind::TripReport.number(None, "SYT", "SYT"), "      /BC-SYT");
        assert!(
            is_field("number") && is_field("members.name") && !is_field("members.passport_number") && !is_field("x")
        );
    }
}
