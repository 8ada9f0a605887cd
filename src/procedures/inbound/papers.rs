//! Documents of visits: the list as a table, and the printable programme. Pure.

use crate::dossier::decision::Decision;
use crate::procedures::inbound::model::Visit;
use documents::docx::{self, CELL, CENTRED, HEADING, Look, TEXT_WIDTH, paragraph, table};
use kernel::time::{Day, day_of, in_vietnamese, local};
use kernel::words::DecisionVerdict;

/// The programme of a visit, or of one of its days, as an office issues it (bố cục theo NĐ 30/2020/NĐ-CP). `superior`
/// and `agency` are the names in the heading; the approval is named only if the reader may see it.
pub fn programme(
    visit: &Visit,
    superior: Option<&str>,
    agency: &str,
    only: Option<Day>,
    approval: bool,
) -> Result<Vec<u8>, String> {
    let c = &visit.content;
    let bold = |half_points| Look { half_points, bold: true, ..CENTRED };
    let above = superior.map(|name| paragraph(&name.to_uppercase(), Look { half_points: 24, ..CENTRED }));
    let left = above.unwrap_or_default() + &paragraph(&agency.to_uppercase(), Look { underline: true, ..bold(24) });
    let motto = paragraph("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold(24))
        + &paragraph("Độc lập - Tự do - Hạnh phúc", Look { underline: true, ..bold(26) });
    let mut body = table(&[3554, TEXT_WIDTH - 3554], false, &[vec![left, motto]]);
    body += &paragraph("CHƯƠNG TRÌNH", HEADING);
    body += &paragraph(&c.title, HEADING);
    let days = format!("(Từ ngày {} đến ngày {})", in_vietnamese(c.arrival), in_vietnamese(c.departure));
    body += &paragraph(&days, Look { italic: true, ..CENTRED });
    let approved = |d: &&Decision| approval && d.verdict == DecisionVerdict::Approve;
    if let Some(decision) = visit.decision.as_ref().filter(approved) {
        let under =
            format!("Kèm theo văn bản số {} ngày {}", decision.document.number, in_vietnamese(decision.document.date));
        body += &paragraph(&under, Look { italic: true, ..CENTRED });
    }
    let guests = format!("Khách: {}, {} người.", c.sending_organisation, c.counted());
    body += &paragraph(&guests, Look { half_points: 26, around: 120, ..CELL });
    let mut planned: Vec<Day> = c.programme.iter().map(|i| day_of(i.starts_at)).collect();
    planned.sort_unstable();
    planned.dedup();
    planned.retain(|day| only.is_none_or(|only| only == *day));
    if planned.is_empty() {
        body += &paragraph("Chưa có hoạt động nào trong chương trình.", CELL);
    }
    for day in planned {
        body += &paragraph(
            &format!("Ngày {}", in_vietnamese(day)),
            Look { bold: true, half_points: 26, around: 120, ..CELL },
        );
        body += &day_table(c.programme.iter().filter(|i| day_of(i.starts_at) == day));
    }
    docx::write(&body)
}

fn day_table<'a>(items: impl Iterator<Item = &'a crate::dossier::parts::engagement::ProgrammeItem>) -> String {
    let mut items: Vec<&crate::dossier::parts::engagement::ProgrammeItem> = items.collect();
    items.sort_by_key(|i| (i.starts_at, i.ends_at));
    let head = ["Thời gian", "Nội dung", "Địa điểm", "Người tiếp"];
    let mut rows = vec![head.map(|h| paragraph(h, Look { bold: true, ..CENTRED })).to_vec()];
    for item in items {
        let hours = format!("{} - {}", local(item.starts_at).format("%H:%M"), local(item.ends_at).format("%H:%M"));
        let mut place = paragraph(&item.place, CELL);
        if item.restricted_area {
            place += &paragraph("(khu vực hạn chế, biên giới)", Look { italic: true, ..CELL });
        }
        let hosts: String = item.host_names.iter().map(|name| paragraph(name, CELL)).collect();
        let hosts = if hosts.is_empty() { paragraph("", CELL) } else { hosts };
        rows.push(vec![paragraph(&hours, CENTRED), paragraph(&item.activity, CELL), place, hosts]);
    }
    table(&[1700, 3154, 2250, 2250], true, &rows)
}
