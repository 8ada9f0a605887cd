//! Issued documents, and the fields that their templates may contain. Pure.

use kernel::paper::PaperKind;
use kernel::time::{Day, Moment};

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
    ("reason", "Lý do không chấp thuận, hoãn hoặc hủy"),
    ("decision", "Văn bản đã quyết định, số và ngày"),
    ("replaces", "Câu nói văn bản này thay thế văn bản nào, nếu có"),
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
    fn a_field_is_known_by_its_list_and_name() {
        assert!(
            is_field("number") && is_field("members.name") && !is_field("members.passport_number") && !is_field("x")
        );
    }
}
