//! A report as an official document (NĐ 30/2020/NĐ-CP): text, tables, charts, and the lists as annexes. Pure.

use crate::reports::model::{FrozenReport, ReportContent, ReportFigures, ReportLine, ReportTable};
use crate::reports::tables::{PROVINCE, SUMMARY};
use crate::reports::workbook::{DRAWN, about, cells, columns, percent_text};
use documents::chart::{self, Chart, Shape};
use documents::docx::{
    CELL, CENTRED, DocxDocument, HEADING, Look, TEXT_WIDTH, WIDTH_ACROSS, paragraph, table, write_document,
};
use kernel::money::grouped;
use kernel::procedure::{RegisterEntries, RegisterEntry};
use kernel::time::{dated, day_of};

/// Groupings that the document also shows as charts.
const CHARTS: [&str; 2] = ["_by_country", "_by_month"];

const TEXT: Look = Look { half_points: 26, around: 60, ..CELL };

/// Who reports, as the head of the document says it (NĐ 30/2020/NĐ-CP Phụ lục I).
pub struct ReportHead {
    /// The superior body.
    pub above: Option<String>,
    pub office: String,
    /// The letters of the office in numbers of its documents.
    pub symbol: String,
    pub place: String,
}

/// The bytes of the document. With `names`, it includes the lists of delegations.
pub fn write(
    report: &FrozenReport,
    content: &ReportContent,
    corrections: usize,
    names: bool,
    head: &ReportHead,
    registers: &RegisterEntries,
) -> Result<Vec<u8>, String> {
    let bold = |half_points| Look { half_points, bold: true, ..CENTRED };
    let mut left = String::new();
    if let Some(above) = &head.above {
        left += &paragraph(&above.to_uppercase(), Look { half_points: 24, ..CENTRED });
    }
    left += &paragraph(&head.office.to_uppercase(), Look { underline: true, ..bold(24) });
    left += &paragraph(&format!("Số:        /BC-{}", head.symbol), CENTRED);
    let right = paragraph("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold(24))
        + &paragraph("Độc lập - Tự do - Hạnh phúc", Look { underline: true, ..bold(26) })
        + &paragraph(
            &format!("{}, {}", head.place, dated(day_of(report.frozen_at))),
            Look { italic: true, half_points: 26, ..CENTRED },
        );
    let mut body = table(&[3554, TEXT_WIDTH - 3554], false, &[vec![left, right]]);
    body += &paragraph("BÁO CÁO", HEADING);
    body += &paragraph(&format!("Kết quả công tác đoàn ra, đoàn vào {}", report.span.title()), HEADING);
    let mut charts: Vec<Chart> = Vec::new();
    if let Some(summary) = content.table(SUMMARY) {
        body += &said(summary, registers);
    }
    let mut number = 0;
    for one in &content.tables {
        if one.lines.is_empty() {
            continue;
        }
        number += 1;
        let heading = format!("Bảng {number}. {}", one.title);
        body += &paragraph(&heading, Look { bold: true, half_points: 26, around: 120, ..CELL });
        body += &tabulate(one);
        for note in &one.notes {
            body += &paragraph(note, Look { italic: true, ..CELL });
        }
        if CHARTS.iter().any(|by| one.code.ends_with(by)) {
            charts.push(drawn(one));
            let lines = u32::try_from(one.lines.len().min(DRAWN)).unwrap_or(0);
            body += &chart::paragraph(charts.len(), 160, 50 + lines * 6);
        }
    }
    for line in about(report, content, corrections) {
        body += &paragraph(&line, Look { italic: true, ..CELL });
    }
    body += &table(
        &[5000, TEXT_WIDTH - 5000],
        false,
        &[vec![
            paragraph("Nơi nhận:", Look { bold: true, italic: true, ..CELL })
                + &paragraph("- Như trên;", CELL)
                + &paragraph("- Lưu: VT.", CELL),
            paragraph("THỦ TRƯỞNG CƠ QUAN", bold(26))
                + &paragraph("(Ký tên, đóng dấu)", Look { italic: true, ..CENTRED }),
        ]],
    );
    let annexes = || (1..).zip(registers.counted()).map(|(number, (entry, _))| annex(content, number, entry)).collect();
    let across = names.then(annexes);
    write_document(&DocxDocument { body, charts, across })
}

/// The summary as sentences.
fn said(summary: &ReportTable, registers: &RegisterEntries) -> String {
    let of = |key: &str| summary.lines.iter().find(|l| l.key == key);
    let mut out = String::new();
    for (entry, _) in registers.counted() {
        let (name, of_which) = (entry.label.vi, entry.reported.provincial);
        let (Some(all), Some(some)) = (of(entry.key), of(&format!("{}{PROVINCE}", entry.key))) else { continue };
        let ReportFigures { delegations, visits, persons } = all.figures;
        let against = match percent_text(all.figures.visits, all.previous.visits).as_str() {
            "-" => "cùng kỳ năm trước không có lượt nào".to_owned(),
            "0,0" => "bằng số lượt cùng kỳ năm trước".to_owned(),
            percent if percent.starts_with('-') => {
                format!("giảm {}% số lượt so với cùng kỳ năm trước", percent.trim_start_matches('-'))
            }
            percent => format!("tăng {percent}% số lượt so với cùng kỳ năm trước"),
        };
        out += &paragraph(
            &format!(
                "{name}: {} đoàn, {} lượt, {} người ({against}); trong đó {} đoàn, {} lượt {of_which}.",
                grouped(delegations),
                grouped(visits),
                grouped(persons),
                grouped(some.figures.delegations),
                grouped(some.figures.visits),
            ),
            TEXT,
        );
        if let Some(to_date) = all.to_date {
            out += &paragraph(
                &format!(
                    "Lũy kế từ đầu năm: {} đoàn, {} lượt, {} người.",
                    grouped(to_date.delegations),
                    grouped(to_date.visits),
                    grouped(to_date.persons)
                ),
                TEXT,
            );
        }
    }
    out
}

fn tabulate(one: &ReportTable) -> String {
    let head = [
        one.heading.as_str(),
        "Số đoàn",
        "Số lượt",
        "Số người",
        "Cùng kỳ (đoàn)",
        "Cùng kỳ (lượt)",
        "Tăng, giảm lượt (%)",
    ];
    let mut rows = vec![head.map(|h| paragraph(h, Look { bold: true, half_points: 22, ..CENTRED })).to_vec()];
    rows.extend(one.lines.iter().map(|line| row(line, false)));
    rows.extend(one.total.iter().map(|line| row(line, true)));
    let widths = [2954, 1000, 1000, 1000, 1100, 1100, 1200];
    table(&widths, true, &rows)
}

fn row(line: &ReportLine, bold: bool) -> Vec<String> {
    let number = |n: i64| paragraph(&grouped(n), Look { bold, half_points: 22, ..CENTRED });
    let percent = percent_text(line.figures.visits, line.previous.visits);
    vec![
        paragraph(&line.label, Look { bold, half_points: 22, ..CELL }),
        number(line.figures.delegations),
        number(line.figures.visits),
        number(line.figures.persons),
        number(line.previous.delegations),
        number(line.previous.visits),
        paragraph(&percent, Look { bold, half_points: 22, ..CENTRED }),
    ]
}

fn drawn(one: &ReportTable) -> Chart {
    let months = one.code.ends_with("_month");
    let most = if months { 12 } else { DRAWN };
    let lines: Vec<&ReportLine> = one.lines.iter().take(most).collect();
    let label = |l: &&ReportLine| l.label.trim_start_matches("Tháng ").to_owned();
    Chart {
        title: format!("{} (lượt)", one.title),
        shape: if months { Shape::Columns } else { Shape::Bars },
        labels: lines.iter().map(label).collect(),
        series: vec![
            ("Kỳ này".to_owned(), lines.iter().map(|l| l.figures.visits).collect()),
            ("Cùng kỳ năm trước".to_owned(), lines.iter().map(|l| l.previous.visits).collect()),
        ],
    }
}

fn annex(content: &ReportContent, number: usize, entry: &RegisterEntry) -> String {
    let title = format!("DANH SÁCH {}", entry.label.vi.to_uppercase());
    let mut out = paragraph(&format!("PHỤ LỤC {number}"), HEADING) + &paragraph(&title, HEADING);
    if content.records(entry.key).is_empty() {
        return out + &paragraph("Không có đoàn nào trong kỳ.", CELL);
    }
    let small = Look { half_points: 18, around: 20, ..CELL };
    let head = columns(entry).map(|h| paragraph(h, Look { bold: true, ..Look { centred: true, ..small } })).to_vec();
    let mut rows = vec![head];
    for (at, record) in (1..).zip(content.records(entry.key)) {
        let mut cells: Vec<String> = vec![paragraph(&grouped(at), small)];
        cells.extend(self::cells(entry, content, record).iter().map(|text| paragraph(text, small)));
        rows.push(cells);
    }
    let rest = WIDTH_ACROSS - (600 + 2400 + 1300 + 1100 + 1700 + 1700 + 700 + 1350 + 1200 + 1000 + 700);
    out += &table(&[600, 2400, 1300, 1100, 1700, 1700, 700, 1350, 1200, 1000, 700, rest], true, &rows);
    out
}
