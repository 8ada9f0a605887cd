//! What the columns of each kind of list mean: one table for the messages about a missing column, and for the template to
//! fill in. Pure.

use kernel::text::Bilingual;
use kernel::words::Label;

use crate::imports::batch::ImportKind;
use crate::imports::header::Column;
use crate::imports::names::List;

/// One column of a list.
pub struct ColumnGuide {
    pub column: Column,
    pub name: Label,
    /// Every row needs a value.
    pub needed: bool,
    pub about: Label,
    /// A value as an office would write it.
    pub example: &'static str,
    /// The vocabulary that its values come from.
    pub list: Option<List>,
}

const NEEDED: bool = true;
const OPTIONAL: bool = false;

const fn of(column: Column, vi: &'static str, en: &'static str, needed: bool) -> ColumnGuide {
    ColumnGuide { column, name: Label { vi, en }, needed, about: Label { vi: "", en: "" }, example: "", list: None }
}

impl ColumnGuide {
    const fn about(self, vi: &'static str, en: &'static str, example: &'static str) -> Self {
        ColumnGuide { about: Label { vi, en }, example, ..self }
    }

    const fn list(self, list: List) -> Self {
        ColumnGuide { list: Some(list), ..self }
    }
}

/// The columns of a kind, in the order of its template.
pub fn guide(kind: ImportKind) -> Vec<ColumnGuide> {
    match kind {
        ImportKind::Delegations(_, shape) => {
            let (first, last) = match shape.columns_of {
                "outbound" => (("Ngày đi", "Departure"), ("Ngày về", "Return")),
                _ => (("Ngày đến", "Arrival"), ("Ngày đi", "Departure")),
            };
            delegations(shape.needs_country, shape.needs_people, first, last)
        }
        ImportKind::Officials => officials(),
        ImportKind::Agencies => agencies(),
        ImportKind::Accounts => accounts(),
        ImportKind::Passports => passports(),
        ImportKind::PlanItems => plan_items(),
        ImportKind::Guests => guests(),
    }
}

type Named = (&'static str, &'static str);

fn delegations(country: bool, people: bool, first: Named, last: Named) -> Vec<ColumnGuide> {
    vec![
        of(Column::Title, "Tên đoàn", "Delegation", NEEDED).about(
            "Tên đoàn như trong văn bản.",
            "The name of the delegation, as in its documents.",
            "Đoàn công tác của Sở Khoa học và Công nghệ",
        ),
        of(Column::Country, "Nước", "Country", country).about(
            "Tên nước; nhiều nước thì ghi số người từng nước: Đức (3), Pháp (2).",
            "The country; of several, the number of people each: Đức (3), Pháp (2).",
            "Hàn Quốc",
        ),
        of(Column::FirstDay, first.0, first.1, NEEDED).about("Dạng ngày/tháng/năm.", "Day/month/year.", "10/03/2023"),
        of(Column::LastDay, last.0, last.1, OPTIONAL).about("Dạng ngày/tháng/năm.", "Day/month/year.", "16/03/2023"),
        of(Column::Headcount, "Số người", "Persons", people).about("Số nguyên.", "A whole number.", "6"),
        of(Column::Agency, "Đơn vị", "Agency", OPTIONAL).about(
            "Tên hoặc mã cơ quan; để trống nếu là cơ quan của người nhập.",
            "Name or code of the agency; empty for one's own.",
            "SKHCN",
        ),
        of(Column::Head, "Trưởng đoàn", "Head of delegation", OPTIONAL).about(
            "Họ tên, chức vụ.",
            "Name and post.",
            "Ông Nguyễn Văn A, Giám đốc Sở",
        ),
        of(Column::Field, "Lĩnh vực", "Field", OPTIONAL)
            .about("Chọn trong danh mục.", "From the list.", "Khoa học và công nghệ")
            .list(List::Field),
        of(Column::Activity, "Nội dung", "Content", OPTIONAL).about(
            "Nội dung làm việc.",
            "What it was about.",
            "Khảo sát khu công nghệ cao",
        ),
        of(Column::Partner, "Đối tác", "Partner", OPTIONAL).about(
            "Cơ quan, tổ chức nước ngoài.",
            "The foreign organisation.",
            "Chính quyền tỉnh Chungbuk",
        ),
        of(Column::Funding, "Nguồn kinh phí", "Source of funds", OPTIONAL)
            .about(
                "Chọn trong danh mục; có thể ghi nhiều nguồn.",
                "From the list; several may be given.",
                "Ngân sách tỉnh",
            )
            .list(List::Funding),
        of(Column::Note, "Ghi chú", "Note", OPTIONAL),
    ]
}

fn officials() -> Vec<ColumnGuide> {
    vec![
        of(Column::FullName, "Họ và tên", "Full name", NEEDED).about(
            "Như trong lý lịch.",
            "As in the personal file.",
            "Đặng Văn Minh",
        ),
        of(Column::BirthDate, "Ngày sinh", "Date of birth", OPTIONAL).about(
            "Phân biệt người trùng tên.",
            "Tells people of one name apart.",
            "02/09/1975",
        ),
        of(Column::Agency, "Đơn vị", "Agency", OPTIONAL).about(
            "Tên hoặc mã cơ quan đã có trong hệ thống.",
            "Name or code of an agency that is known.",
            "SKHCN",
        ),
        of(Column::Post, "Chức vụ", "Post", NEEDED).about("Như trong quyết định.", "As appointed.", "Giám đốc"),
        of(Column::PostLevel, "Cấp chức vụ", "Post level", OPTIONAL)
            .about(
                "Chọn trong danh mục; để trống nếu chức vụ đã rõ cấp.",
                "From the list; may be empty where the post tells it.",
                "Giám đốc sở và tương đương",
            )
            .list(List::PostLevel),
        of(Column::Personnel, "Đối tượng", "Personnel", OPTIONAL)
            .about("Chọn trong danh mục; để trống là công chức.", "From the list; empty: civil servant.", "Công chức")
            .list(List::Personnel),
        of(Column::ManagedBy, "Diện quản lý", "Managed by", OPTIONAL)
            .about(
                "Quyết định ai cho đi nước ngoài; để trống là diện cơ quan quản lý.",
                "It determines who lets them travel; empty: managed by the agency.",
                "Diện Ban Thường vụ Tỉnh ủy quản lý",
            )
            .list(List::ManagedBy),
        of(Column::PartyMember, "Đảng viên", "Party member", OPTIONAL)
            .about("Có hoặc không.", "Yes or no.", "Có")
            .list(List::YesNo),
        of(Column::CommitteeMember, "Tỉnh ủy viên", "Provincial committee member", OPTIONAL)
            .about("Có hoặc không.", "Yes or no.", "Không")
            .list(List::YesNo),
        of(Column::KeyLeader, "Lãnh đạo chủ chốt", "Key leader", OPTIONAL)
            .about("Có hoặc không.", "Yes or no.", "Không")
            .list(List::YesNo),
    ]
}

fn agencies() -> Vec<ColumnGuide> {
    vec![
        of(Column::Code, "Mã", "Code", NEEDED).about(
            "Mã ngắn, không trùng; dùng trong các danh sách khác.",
            "Short and unique; the other lists use it.",
            "SKHCN",
        ),
        of(Column::Name, "Tên", "Name", NEEDED).about(
            "Tên đầy đủ như trên con dấu.",
            "The full name, as on the seal.",
            "Sở Khoa học và Công nghệ",
        ),
        of(Column::Parent, "Trực thuộc", "Parent", OPTIONAL).about(
            "Mã hoặc tên cơ quan cấp trên.",
            "Code or name of the agency above.",
            "UBND",
        ),
        of(Column::Bloc, "Khối", "Bloc", OPTIONAL)
            .about("Chọn trong danh mục; để trống là khối Nhà nước.", "From the list; empty: State.", "Khối Nhà nước")
            .list(List::Bloc),
        of(Column::ClerkMaySubmit, "Chuyên viên được trình", "Clerk may submit", OPTIONAL)
            .about(
                "Có: chuyên viên được trình hồ sơ thay thủ trưởng; để trống là không.",
                "Yes: its clerks may submit in place of the head; empty: no.",
                "Không",
            )
            .list(List::YesNo),
        of(Column::FirstDay, "Từ ngày", "Valid from", OPTIONAL).about(
            "Ngày thành lập; để trống là 01/01/2000.",
            "Founded on; empty: 1 January 2000.",
            "01/07/2025",
        ),
        of(Column::LastDay, "Đến ngày", "Valid to", OPTIONAL).about(
            "Ngày không còn hoạt động; để trống nếu đang hoạt động.",
            "The first day on which it no longer exists; empty while it does.",
            "",
        ),
    ]
}

fn accounts() -> Vec<ColumnGuide> {
    vec![
        of(Column::Username, "Tên đăng nhập", "User name", NEEDED).about(
            "Từ 3 đến 64 chữ thường không dấu, chữ số, dấu chấm, gạch nối, gạch dưới.",
            "3 to 64 lower-case ASCII letters, digits, dots, hyphens, underscores.",
            "hanh.skhcn",
        ),
        of(Column::FullName, "Họ và tên", "Full name", NEEDED).about(
            "Trùng với một cán bộ của cơ quan thì tài khoản được gắn với người đó.",
            "The name of an official of the agency links the account to them.",
            "Nguyễn Thị Hạnh",
        ),
        of(Column::Agency, "Đơn vị", "Agency", OPTIONAL).about(
            "Tên hoặc mã cơ quan đã có trong hệ thống.",
            "Name or code of an agency that is known.",
            "SKHCN",
        ),
        of(Column::Roles, "Vai trò", "Roles", OPTIONAL)
            .about(
                "Chọn trong danh mục; nhiều vai trò cách nhau bằng dấu chấm phẩy.",
                "From the list; several are separated by semicolons.",
                "Chuyên viên lập hồ sơ",
            )
            .list(List::Role),
        of(Column::Seats, "Chức vụ ký", "Seats", OPTIONAL)
            .about(
                "Người này ký thay mặt cho ai; nhiều chức vụ cách nhau bằng dấu chấm phẩy.",
                "In whose name they sign; several are separated by semicolons.",
                "",
            )
            .list(List::Seat),
        of(Column::Email, "Thư điện tử", "E-mail", OPTIONAL).about(
            "Để nhận thông báo.",
            "For notices.",
            "hanh.skhcn@tinhmau.gov.vn",
        ),
    ]
}

fn passports() -> Vec<ColumnGuide> {
    vec![
        of(Column::FullName, "Họ và tên", "Full name", NEEDED).about(
            "Cán bộ đã có trong hệ thống.",
            "An official who is known.",
            "Đặng Văn Minh",
        ),
        of(Column::BirthDate, "Ngày sinh", "Date of birth", OPTIONAL).about(
            "Cần khi có người trùng tên.",
            "Needed where people share a name.",
            "02/09/1975",
        ),
        of(Column::Agency, "Đơn vị", "Agency", OPTIONAL).about(
            "Cần khi có người trùng tên.",
            "Needed where people share a name.",
            "SKHCN",
        ),
        of(Column::PassportKind, "Loại hộ chiếu", "Passport kind", NEEDED)
            .about("Chọn trong danh mục.", "From the list.", "Hộ chiếu công vụ")
            .list(List::PassportKind),
        of(Column::PassportNumber, "Số hộ chiếu", "Passport number", NEEDED).about(
            "Chữ cái và chữ số.",
            "Letters and digits.",
            "S1234567",
        ),
        of(Column::IssuedOn, "Ngày cấp", "Issued on", OPTIONAL).about(
            "Dạng ngày/tháng/năm.",
            "Day/month/year.",
            "15/01/2024",
        ),
        of(Column::ExpiresOn, "Ngày hết hạn", "Expires on", NEEDED).about(
            "Dạng ngày/tháng/năm.",
            "Day/month/year.",
            "15/01/2029",
        ),
    ]
}

fn plan_items() -> Vec<ColumnGuide> {
    vec![
        of(Column::Year, "Năm", "Year", NEEDED).about("Năm kế hoạch.", "The year of the plan.", "2027"),
        of(Column::Month, "Tháng", "Month", NEEDED).about(
            "Tháng dự kiến đi, từ 1 đến 12.",
            "The month of departure, 1 to 12.",
            "5",
        ),
        of(Column::Title, "Tên đoàn", "Delegation", NEEDED).about(
            "Tên đoàn hoặc nội dung.",
            "The name of the delegation, or what it is about.",
            "Xúc tiến đầu tư tại Hàn Quốc",
        ),
        of(Column::Agency, "Đơn vị", "Agency", OPTIONAL).about(
            "Cơ quan đề xuất; để trống nếu là cơ quan của người nhập.",
            "The proposing agency; empty for one's own.",
            "SKHCN",
        ),
        of(Column::Country, "Nước", "Countries", NEEDED).about(
            "Một hoặc nhiều nước, cách nhau bằng dấu phẩy.",
            "One or several, separated by commas.",
            "Hàn Quốc, Nhật Bản",
        ),
        of(Column::Purpose, "Mục đích", "Purpose", NEEDED)
            .about("Chọn trong danh mục.", "From the list.", "Xúc tiến")
            .list(List::Purpose),
        of(Column::Delegations, "Số đoàn", "Number of delegations", OPTIONAL).about("Để trống là 1.", "Empty: 1.", "1"),
        of(Column::Headcount, "Số người", "Persons", NEEDED).about(
            "Tổng số người của các đoàn.",
            "People in all of them.",
            "8",
        ),
        of(Column::Funding, "Nguồn kinh phí", "Source of funds", OPTIONAL)
            .about("Chọn trong danh mục.", "From the list.", "Ngân sách tỉnh")
            .list(List::Funding),
        of(Column::Budget, "Kinh phí", "Budget", OPTIONAL).about(
            "Số đồng: 650.000.000 hoặc 650 triệu.",
            "In đồng: 650.000.000, or 650 triệu.",
            "650.000.000",
        ),
        of(Column::Note, "Ghi chú", "Note", OPTIONAL),
    ]
}

fn guests() -> Vec<ColumnGuide> {
    vec![
        of(Column::FullName, "Họ và tên", "Full name", NEEDED).about(
            "Như trên hộ chiếu.",
            "As in the passport.",
            "KIM Young-hwan",
        ),
        of(Column::Country, "Quốc tịch", "Nationality", NEEDED).about("Tên nước.", "The country.", "Hàn Quốc"),
        of(Column::Post, "Chức vụ", "Position", OPTIONAL).about(
            "Chức vụ, cơ quan.",
            "Position and organisation.",
            "Tỉnh trưởng",
        ),
        of(Column::PassportNumber, "Số hộ chiếu", "Passport number", OPTIONAL).about(
            "Chữ cái và chữ số.",
            "Letters and digits.",
            "M12345678",
        ),
        of(Column::MemberRole, "Vai trò trong đoàn", "Role", OPTIONAL)
            .about("Chọn trong danh mục; để trống là thành viên.", "From the list; empty: member.", "Trưởng đoàn")
            .list(List::MemberRole),
    ]
}

/// The column that may stand in place of another.
pub fn alternative(column: Column) -> Option<Column> {
    match column {
        Column::Title => Some(Column::Head),
        Column::FirstDay => Some(Column::Period),
        _ => None,
    }
}

/// The names of the columns that a list of this kind cannot do without, for the message that there is no header.
pub fn needed_names(kind: ImportKind) -> Bilingual {
    let needed: Vec<ColumnGuide> = guide(kind).into_iter().filter(|c| c.needed).collect();
    let names = |name: fn(&ColumnGuide) -> &'static str| needed.iter().map(name).collect::<Vec<_>>().join(", ");
    Bilingual::new(names(|c| c.name.vi), names(|c| c.name.en))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::header::Header;
    use crate::imports::names::word;
    use crate::procedures::register::registers;
    use documents::sheet::read;

    #[test]
    fn every_column_is_found_by_its_names_and_every_example_is_a_word_of_its_list() {
        for kind in ImportKind::with_template(registers().entries()) {
            let columns = guide(kind);
            for name in [|c: &ColumnGuide| c.name.vi, |c: &ColumnGuide| c.name.en] {
                let line = columns.iter().map(name).collect::<Vec<_>>().join(";");
                let sheet = read(format!("{line}\n").as_bytes()).unwrap().remove(0);
                let header = Header::find(kind, &sheet).unwrap_or_else(|| panic!("{line}"));
                assert!(header.unknown.is_empty(), "{}: {:?}", kind.word(), header.unknown);
                for (at, column) in columns.iter().enumerate() {
                    assert_eq!(header.at(column.column), Some(at), "{}: {}", kind.word(), name(column));
                }
            }
            for column in columns.iter().filter(|c| !c.example.is_empty()) {
                if let Some(list) = column.list {
                    assert!(word(list, column.example).is_some(), "{}", column.example);
                }
            }
        }
    }

    #[test]
    fn every_label_of_a_list_means_its_own_value() {
        for kind in ImportKind::with_template(registers().entries()) {
            for list in guide(kind).into_iter().filter_map(|c| c.list) {
                for (value, label) in list.values() {
                    assert_eq!((word(list, label.vi), word(list, label.en)), (Some(value), Some(value)), "{label:?}");
                }
            }
        }
    }
}
