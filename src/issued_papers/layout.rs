//! The built-in templates: components in the order of NĐ 30/2020/NĐ-CP Đ.8, layout as in its Phụ lục I. Pure.

use documents::docx::{CELL, CENTRED, Look, TEXT_WIDTH, paragraph, table, write};
use kernel::paper::PaperKind;

/// Running text, 14 pt.
const TEXT: Look = Look { half_points: 28, running: true, around: 60, ..CELL };
const ITALIC: Look = Look { italic: true, ..TEXT };
const BOLD: Look = Look { bold: true, ..TEXT };
const TITLE: Look = Look { half_points: 28, bold: true, around: 60, ..CENTRED };
const SMALL: Look = Look { half_points: 22, around: 0, ..CELL };
/// Lines of the document head.
const HEAD: Look = Look { half_points: 24, around: 0, ..CENTRED };
const HEAD_BOLD: Look = Look { bold: true, ..HEAD };
const LEFT: u32 = 3900;

/// The template of a kind. With `text`, that is what it says between head and signature.
pub fn template(kind: PaperKind, text: Option<String>) -> Result<Vec<u8>, String> {
    // A letter has its subject below its number instead of a title.
    let about = match kind {
        PaperKind::Permission => Some("V/v {{title}}"),
        PaperKind::Refusal => Some("V/v không chấp thuận {{subject}}"),
        PaperKind::Postponement => Some("V/v hoãn: {{title}}"),
        PaperKind::Cancellation => Some("V/v hủy: {{title}}"),
        PaperKind::Submission | PaperKind::SendingDecision | PaperKind::TripReport => None,
    };
    let text = text.unwrap_or_else(|| match kind {
        PaperKind::Submission => submission(),
        PaperKind::SendingDecision => decision(),
        PaperKind::Permission => permission(),
        PaperKind::TripReport => report(),
        PaperKind::Refusal => refusal(),
        PaperKind::Postponement => {
            set_aside("hoãn", "{{agency}} sẽ báo cáo thời gian mới khi tổ chức lại, trước ngày dự kiến đi.")
        }
        PaperKind::Cancellation => set_aside("hủy", "{{agency}} không tổ chức lại theo văn bản nêu trên."),
    });
    write(&(head(about) + &text + &foot()))
}

fn text(content: &str) -> String {
    paragraph(content, TEXT)
}

/// Components 1 to 4: national title and motto, office, number, place and date; for a letter also its subject.
fn head(about: Option<&str>) -> String {
    let mut left = paragraph("{{office_above}}", HEAD)
        + &paragraph("{{office}}", Look { underline: true, ..HEAD_BOLD })
        + &paragraph("Số: {{number}}", Look { half_points: 26, around: 60, ..CENTRED });
    if let Some(about) = about {
        left += &paragraph(about, Look { half_points: 24, around: 0, ..CENTRED });
    }
    let right = paragraph("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", HEAD_BOLD)
        + &paragraph("Độc lập - Tự do - Hạnh phúc", Look { half_points: 26, underline: true, ..HEAD_BOLD })
        + &paragraph("{{place}}, {{date}}", Look { italic: true, half_points: 26, around: 60, ..CENTRED });
    table(&[LEFT, TEXT_WIDTH - LEFT], false, &[vec![left, right]])
}

/// Components 7 to 9: post, signature and name of the signatory; recipients.
fn foot() -> String {
    let left = paragraph("Nơi nhận:", Look { bold: true, italic: true, half_points: 24, around: 0, ..CELL })
        + &paragraph("- {{recipients.text}};", SMALL)
        + &paragraph("- Lưu: VT.", SMALL);
    let right = paragraph("{{signature.text}}", Look { around: 0, ..TITLE })
        + &paragraph("", TITLE).repeat(3)
        + &paragraph("{{signer}}", TITLE);
    paragraph("", SMALL) + &table(&[TEXT_WIDTH / 2, TEXT_WIDTH - TEXT_WIDTH / 2], false, &[vec![left, right]])
}

fn grid(widths: &[u32], header: &[&str], fields: &[&str]) -> String {
    let cells = |all: &[&str], look: Look| all.iter().map(|c| paragraph(c, look)).collect::<Vec<_>>();
    table(widths, true, &[cells(header, Look { bold: true, ..CENTRED }), cells(fields, CELL)])
}

fn members() -> String {
    grid(
        &[740, 2200, 1480, 1800, 1800, TEXT_WIDTH - 8020],
        &["STT", "Họ và tên", "Ngày sinh", "Chức vụ", "Đơn vị công tác", "Loại, ngạch, bậc"],
        &[
            "{{members.no}}",
            "{{members.name}} ({{members.role}})",
            "{{members.birth}}",
            "{{members.post}}",
            "{{members.unit}}",
            "{{members.grade}}",
        ],
    )
}

fn stops() -> String {
    grid(
        &[740, 2900, 1800, 2700, TEXT_WIDTH - 8140],
        &["STT", "Thời gian", "Nước", "Nơi đến", "Số ngày"],
        &["{{stops.no}}", "{{stops.dates}}", "{{stops.country}}", "{{stops.place}}", "{{stops.days}}"],
    )
}

fn costs() -> String {
    grid(
        &[740, 5000, TEXT_WIDTH - 5740],
        &["STT", "Nguồn kinh phí", "Dự toán"],
        &["{{costs.no}}", "{{costs.source}}", "{{costs.amount}}"],
    )
}

/// Tờ trình: legal bases, necessity, people, places, duration, purpose, costs, proposal (domain.md 8.2).
fn submission() -> String {
    paragraph("TỜ TRÌNH", TITLE)
        + &paragraph("Về việc {{subject}}: {{title}}", TITLE)
        + &paragraph("Kính gửi: {{addressee}}", Look { half_points: 28, around: 120, ..CENTRED })
        + &paragraph("{{bases.text}};", ITALIC)
        + &text("{{agency}} kính trình {{decider}} xem xét, quyết định việc {{subject}} như sau:")
        + &paragraph("1. Tên đoàn, danh nghĩa, mục đích", BOLD)
        + &text("{{title}}; danh nghĩa: {{capacity}}; mục đích: {{purpose}}; {{plan}}.")
        + &text("{{remarks.text}}")
        + &paragraph("2. Thành phần", BOLD)
        + &members()
        + &text("Tổng số: {{people_total}} người.")
        + &paragraph("3. Thời gian, nơi đến", BOLD)
        + &text("Từ ngày {{from}} đến ngày {{to}}, tại {{countries}}. Đơn vị mời: {{inviter}}.")
        + &stops()
        + &text("Tổng số: {{days_total}} ngày.")
        + &paragraph("4. Kinh phí", BOLD)
        + &costs()
        + &text("Tổng số: {{cost_total}} ({{cost_words}}).")
        + &paragraph("5. Hồ sơ kèm theo", BOLD)
        + &text("- {{attachments.text}}.")
        + &text("Kính trình {{decider}} xem xét, quyết định./.")
}

/// Quyết định cử đoàn đi công tác nước ngoài (mẫu 02/2020/NG-XNC).
fn decision() -> String {
    paragraph("QUYẾT ĐỊNH", TITLE)
        + &paragraph("Về việc cử đoàn đi công tác nước ngoài", TITLE)
        + &paragraph("{{authority}}", Look { around: 160, ..TITLE })
        + &paragraph("{{bases.text}};", ITALIC)
        + &paragraph("Xét đề nghị của {{agency}} tại {{request}}.", ITALIC)
        + &paragraph("QUYẾT ĐỊNH:", Look { around: 160, ..TITLE })
        + &text(
            "Điều 1. Cử {{people_total}} người có tên dưới đây đi {{countries}} theo chương trình: {{title}} (mục đích: {{purpose}}; danh nghĩa: {{capacity}}).",
        )
        + &members()
        + &text(
            "Thời gian: {{days_total}} ngày, từ ngày {{from}} đến ngày {{to}} (kể cả ngày đi và ngày về). Đơn vị mời: {{inviter}}. Hộ chiếu sử dụng: {{passports}}.",
        )
        + &stops()
        + &text("Điều 2. Kinh phí của chuyến đi: {{cost_total}} ({{cost_words}}), gồm:")
        + &costs()
        + &text("Điều 3. Người có tên tại Điều 1 có trách nhiệm:")
        + &text("- {{duties.text}};")
        + &text("- Thực hiện đúng chương trình, nước đến và thời gian đã được duyệt; giữ gìn bí mật nhà nước.")
        + &text(
            "Điều 4. Quyết định này có hiệu lực từ ngày ký{{replaces}}. Thủ trưởng {{agency}}, các cơ quan liên quan và người có tên tại Điều 1 chịu trách nhiệm thi hành./.",
        )
}

/// Văn bản cho phép: a letter. Sections without items are removed.
fn permission() -> String {
    paragraph("Kính gửi: {{addressee}}", Look { half_points: 28, around: 160, ..CENTRED })
        + &paragraph("{{bases.text}};", ITALIC)
        + &text("Xét đề nghị của {{agency}} tại {{request}}, {{authority}} có ý kiến như sau{{replaces}}:")
        + &text(
            "1. Đồng ý: {{title}}; mục đích: {{purpose}}; {{people_total}} người; từ ngày {{from}} đến ngày {{to}} ({{days_total}} ngày); {{countries}}. {{organisation}}",
        )
        + &members()
        + &guests()
        + &programme()
        + &stops()
        + &text("2. Điều kiện, trách nhiệm:")
        + &text("- {{conditions.text}}.")
        + &text("- {{duties.text}}.")
        + &text(
            "- {{agency}} chịu trách nhiệm thực hiện đúng nội dung được cho phép, bảo đảm an ninh, giữ gìn bí mật nhà nước và báo cáo kết quả theo quy định./.",
        )
}

/// Công văn không chấp thuận: what was asked, and why not (a letter by NĐ 30/2020/NĐ-CP Phụ lục III; no text gives a form of its own).
fn refusal() -> String {
    paragraph("Kính gửi: {{addressee}}", Look { half_points: 28, around: 160, ..CENTRED })
        + &paragraph("{{bases.text}};", ITALIC)
        + &text(
            "Xét đề nghị của {{agency}} tại {{request}} về việc {{subject}}: {{title}}; {{people_total}} người; từ ngày {{from}} đến ngày {{to}} ({{days_total}} ngày); {{countries}}, {{authority}} có ý kiến như sau:",
        )
        + &text("1. Không chấp thuận đề nghị nêu trên.")
        + &text("2. Lý do: {{reason}}.")
        + &text("3. {{agency}} thông báo cho những người có liên quan biết, thực hiện./.")
}

/// Công văn of the agency about an approved delegation that does not go ahead.
fn set_aside(what: &str, then: &str) -> String {
    paragraph("Kính gửi: {{addressee}}", Look { half_points: 28, around: 160, ..CENTRED })
        + &text(
            "Thực hiện {{decision}}, {{agency}} đã chuẩn bị: {{title}}; {{people_total}} người; từ ngày {{from}} đến ngày {{to}} ({{days_total}} ngày); {{countries}}.",
        )
        + &text(&format!("{{{{agency}}}} báo cáo việc {what} đoàn nêu trên. Lý do: {{{{reason}}}}."))
        + &text(then)
        + &text("Hộ chiếu đã nhận để đi theo đoàn được nộp lại theo quy định./.")
}

fn guests() -> String {
    grid(
        &[740, 3400, 2000, TEXT_WIDTH - 6140],
        &["STT", "Khách", "Quốc tịch", "Chức vụ"],
        &["{{guests.no}}", "{{guests.name}}", "{{guests.nationality}}", "{{guests.post}}"],
    )
}

fn programme() -> String {
    grid(
        &[740, 2700, 2700, TEXT_WIDTH - 6140],
        &["STT", "Thời gian", "Địa điểm", "Hoạt động"],
        &["{{programme.no}}", "{{programme.time}}", "{{programme.place}}", "{{programme.activity}}"],
    )
}

/// Báo cáo kết quả: activities, results, follow-up, costs, participants.
fn report() -> String {
    paragraph("BÁO CÁO", TITLE)
        + &paragraph("Kết quả {{title}}", TITLE)
        + &paragraph("Kính gửi: {{addressee}}", Look { half_points: 28, around: 120, ..CENTRED })
        + &paragraph("1. Thực hiện chương trình", BOLD)
        + &text(
            "Từ ngày {{from}} đến ngày {{to}} ({{days_total}} ngày), {{people_total}} người, {{where}}. {{summary}}",
        )
        + &stops()
        + &programme()
        + &paragraph("2. Kết quả", BOLD)
        + &text("- {{results.text}}.")
        + &paragraph("3. Việc cần làm tiếp", BOLD)
        + &grid(
            &[740, 4500, 2500, TEXT_WIDTH - 7740],
            &["STT", "Việc", "Cơ quan", "Hạn"],
            &["{{follow_ups.no}}", "{{follow_ups.task}}", "{{follow_ups.agency}}", "{{follow_ups.due}}"],
        )
        + &paragraph("4. Kinh phí", BOLD)
        + &text("Dự toán: {{cost_total}}. Quyết toán: {{spent_total}}.")
        + &grid(
            &[740, 3100, 2000, 2000, TEXT_WIDTH - 7840],
            &["STT", "Khoản chi", "Dự toán", "Quyết toán", "Thành tiền (đồng)"],
            &["{{spent.no}}", "{{spent.what}}", "{{spent.estimate}}", "{{spent.actual}}", "{{spent.vnd}}"],
        )
        + &paragraph("5. Thành phần", BOLD)
        + &members()
        + &guests()
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;
    use crate::issued_papers::model::is_field;
    use documents::template::fields_of;

    #[test]
    fn every_field_of_every_template_is_known() {
        for kind in PaperKind::VARIANTS {
            let (fields, _) = fields_of(&template(*kind, None).unwrap()).unwrap();
            let unknown: Vec<&String> = fields.iter().filter(|f| !is_field(f)).collect();
            assert!(unknown.is_empty() && fields.len() > 12, "{kind:?} {unknown:?}");
        }
    }
}
