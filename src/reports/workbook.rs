//! A report as a workbook: one sheet per table with its chart, then the lists of delegations as provinces report them.
//! Pure.

use rust_xlsxwriter::{
    Chart, ChartFormat, ChartPatternFill, ChartPatternFillType, ChartSolidFill, ChartType, Color, Format, FormatAlign,
    FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::reports::model::{FrozenReport, ReportContent, ReportFigures, ReportLine, ReportRecord, ReportTable};
use crate::reports::tables::SUMMARY;
use crate::reports::view::title;
use crate::statistics::compare::percent;
use documents::chart::GROUPED;
use kernel::country::country;
use kernel::id::Id;
use kernel::procedure::{RegisterEntries, RegisterEntry};
use kernel::time::in_vietnamese;

/// The code for A4 in workbooks.
const A4: u8 = 9;
/// Maximum lines of a table in its chart.
pub const DRAWN: usize = 15;

/// The columns of the list of one register (domain.md 6.2: Hà Giang 2020).
pub fn columns(entry: &RegisterEntry) -> [&'static str; 12] {
    [
        "STT",
        "Tên đoàn",
        "Trưởng đoàn",
        entry.reported.country_heading,
        entry.reported.partner_heading,
        "Nội dung hoạt động",
        "Số người",
        "Thời gian thực hiện",
        "Kinh phí",
        "Báo cáo",
        "Đoàn trong KH",
        "Ghi chú",
    ]
}

/// The cells of one delegation after its ordinal; the sixth is the number of people.
pub fn cells(entry: &RegisterEntry, content: &ReportContent, record: &ReportRecord) -> [String; 11] {
    let ReportRecord { fact, told, .. } = record;
    let mut countries: Vec<&str> = Vec::new();
    let mut units: Vec<i64> = Vec::new();
    for share in &fact.shares {
        let name = country(share.country()).map_or(share.country(), |c| c.vi);
        if !name.is_empty() && !countries.contains(&name) {
            countries.push(name);
        }
        if !units.contains(&share.agency_id) {
            units.push(share.agency_id);
        }
    }
    let named = |id: &i64| content.agencies.iter().find(|(known, _)| *known == Id(*id)).map(|(_, name)| name.clone());
    let host = || units.iter().filter_map(named).collect::<Vec<_>>().join(", ");
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let last = fact.travel_date + chrono::Duration::days(fact.days - 1);
    let days = if fact.days > 1 {
        format!("{} - {}", in_vietnamese(fact.travel_date), in_vietnamese(last))
    } else {
        in_vietnamese(fact.travel_date)
    };
    [
        told.title.clone(),
        text(&told.head),
        countries.join(", "),
        if entry.reported.names_hosts { host() } else { text(&told.partner) },
        text(&told.activity),
        fact.visits().to_string(),
        days,
        text(&told.funding),
        text(&told.report),
        if fact.in_plan { "X".to_owned() } else { String::new() },
        text(&told.note),
    ]
}

/// A percentage in Vietnamese notation: `36,0`.
pub fn percent_text(now: i64, before: i64) -> String {
    percent(now, before).map_or_else(|| "-".to_owned(), |p| format!("{p:.1}").replace('.', ","))
}

/// The notes below the tables of a report.
pub fn about(report: &FrozenReport, content: &ReportContent, corrections: usize) -> Vec<String> {
    let mut lines = vec![format!(
        "Số liệu từ ngày {} đến ngày {}, tính theo ngày đi (đoàn ra), ngày đến (đoàn vào); chốt ngày {}, phiên bản số liệu {}.",
        in_vietnamese(content.from),
        in_vietnamese(content.to),
        in_vietnamese(kernel::time::day_of(report.frozen_at)),
        content.data_version
    )];
    if content.early {
        lines.push("Báo cáo được chốt khi kỳ báo cáo chưa kết thúc.".into());
    }
    if let Some(reason) = &report.reason {
        lines.push(format!("Lý do vẫn chốt báo cáo dù có tổng số bất hợp lý: {reason}"));
    }
    if corrections > 0 {
        lines.push(format!(
            "Từ khi chốt, {corrections} hồ sơ đã thay đổi; xem phần điều chỉnh của báo cáo trên hệ thống."
        ));
    }
    for rule in &content.rules {
        lines.push(format!("Quy định áp dụng: {} (bản {}): {} đoàn.", rule.code, rule.version, rule.delegations));
    }
    lines.push(format!("Mã kiểm tra (SHA-256): {}", report.hash));
    lines
}

struct Looks {
    title: Format,
    head: Format,
    text: Format,
    number: Format,
    /// Formats for differences below a thousand, below a million, and above. One format is not enough: it allows only
    /// two conditions, and a conditional format shows no sign.
    differences: [Format; 3],
    percent: Format,
    bold: Format,
    bold_number: Format,
    italic: Format,
}

impl Looks {
    fn new() -> Self {
        let base = || Format::new().set_font_name("Times New Roman").set_font_size(12.0);
        let cell = || base().set_border(FormatBorder::Thin);
        Looks {
            title: base().set_bold().set_font_size(14.0),
            head: cell()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter),
            text: cell().set_text_wrap(),
            number: cell().set_num_format(GROUPED),
            differences: ["0;-0", r"#\.000;-#\.000", r"#\.000\.000;-#\.000\.000"].map(|f| cell().set_num_format(f)),
            percent: cell().set_num_format("0.0"),
            bold: cell().set_bold(),
            bold_number: cell().set_bold().set_num_format(GROUPED),
            italic: base().set_italic(),
        }
    }
}

/// The bytes of the workbook; with `names`, it includes the lists of delegations.
pub fn write(
    report: &FrozenReport,
    content: &ReportContent,
    corrections: usize,
    names: bool,
    registers: &RegisterEntries,
) -> Result<Vec<u8>, String> {
    fill(report, content, corrections, names, registers).map_err(|e| e.to_string())
}

fn fill(
    report: &FrozenReport,
    content: &ReportContent,
    corrections: usize,
    names: bool,
    registers: &RegisterEntries,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let looks = Looks::new();
    for table in &content.tables {
        let sheet = workbook.add_worksheet();
        sheet.set_name(table.title.chars().take(31).collect::<String>())?;
        let mut under = tabulate(sheet, &looks, &title(report), table)?;
        for note in &table.notes {
            sheet.write_string_with_format(under, 0, note, &looks.italic)?;
            under += 1;
        }
        if table.code == SUMMARY {
            for (line, text) in (under + 1..).zip(about(report, content, corrections)) {
                sheet.write_string_with_format(line, 0, &text, &looks.italic)?;
            }
        } else if !table.lines.is_empty() {
            let column = if table.lines.iter().any(|l| l.to_date.is_some()) { 13 } else { 10 };
            sheet.insert_chart(2, column, &drawn(table)?)?;
        }
    }
    if names {
        for (entry, _) in registers.counted() {
            list(workbook.add_worksheet(), &looks, content, entry)?;
        }
    }
    workbook.save_to_buffer()
}

/// Writes a table; returns the row below it.
fn tabulate(sheet: &mut Worksheet, looks: &Looks, heading: &str, table: &ReportTable) -> Result<u32, XlsxError> {
    sheet.write_string_with_format(0, 0, heading, &looks.title)?;
    sheet.write_string_with_format(1, 0, &table.title, &looks.title)?;
    let to_date = table.lines.iter().any(|l| l.to_date.is_some());
    let mut head = vec![table.heading.as_str(), "Số đoàn", "Số lượt", "Số người"];
    if to_date {
        head.extend(["Lũy kế: đoàn", "Lũy kế: lượt", "Lũy kế: người"]);
    }
    head.extend(["Cùng kỳ: đoàn", "Cùng kỳ: lượt", "Cùng kỳ: người", "Tăng, giảm lượt", "Tăng, giảm lượt (%)"]);
    for (column, text) in (0u16..).zip(&head) {
        sheet.write_string_with_format(2, column, *text, &looks.head)?;
    }
    sheet.set_column_width(0, 36)?;
    sheet.set_row_height(2, 48)?;
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    sheet.set_freeze_panes(3, 1)?;
    let mut row = 3;
    let lines = table.lines.iter().map(|line| (line, false));
    for (line, total) in lines.chain(table.total.iter().map(|line| (line, true))) {
        write_line(sheet, looks, row, line, to_date, total)?;
        row += 1;
    }
    Ok(row + 1)
}

fn write_line(
    sheet: &mut Worksheet,
    looks: &Looks,
    row: u32,
    line: &ReportLine,
    to_date: bool,
    total: bool,
) -> Result<(), XlsxError> {
    let (text, number) = if total { (&looks.bold, &looks.bold_number) } else { (&looks.text, &looks.number) };
    sheet.write_string_with_format(row, 0, line.label.as_str(), text)?;
    let three = |f: ReportFigures| [f.delegations, f.visits, f.persons];
    let mut values = three(line.figures).to_vec();
    if to_date {
        values.extend(three(line.to_date.unwrap_or_default()));
    }
    values.extend(three(line.previous));
    let cell = documents::xlsx::exact;
    let mut column = 1;
    for value in values {
        sheet.write_number_with_format(row, column, cell(value), number)?;
        column += 1;
    }
    let difference = line.figures.visits - line.previous.visits;
    let [small, thousands, millions] = &looks.differences;
    let look = match difference.abs() {
        0..1_000 => small,
        1_000..1_000_000 => thousands,
        _ => millions,
    };
    sheet.write_number_with_format(row, column, cell(difference), look)?;
    column += 1;
    match percent(line.figures.visits, line.previous.visits) {
        Some(percent) => sheet.write_number_with_format(row, column, percent, &looks.percent)?,
        None => sheet.write_string_with_format(row, column, "-", text)?,
    };
    Ok(())
}

fn drawn(table: &ReportTable) -> Result<Chart, XlsxError> {
    let months = table.code.ends_with("_month");
    let mut chart = Chart::new(if months { ChartType::Column } else { ChartType::Bar });
    let name = table.title.chars().take(31).collect::<String>();
    let last = u32::try_from(table.lines.len().min(if months { 12 } else { DRAWN })).unwrap_or(0) + 2;
    let dark = Color::RGB(0x40_40_40);
    let hatched = ChartPatternFill::new()
        .set_pattern(ChartPatternFillType::DiagonalStripesWideUpwards)
        .set_foreground_color(dark)
        .set_background_color(Color::White)
        .clone();
    chart
        .add_series()
        .set_name("Kỳ này (lượt)")
        .set_categories((name.as_str(), 3, 0, last, 0))
        .set_values((name.as_str(), 3, 2, last, 2))
        .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(dark)));
    chart
        .add_series()
        .set_name("Cùng kỳ năm trước (lượt)")
        .set_categories((name.as_str(), 3, 0, last, 0))
        .set_values((name.as_str(), 3, 5, last, 5))
        .set_format(ChartFormat::new().set_pattern_fill(&hatched));
    chart.title().set_name(&table.title);
    // In a bar chart, the values are on the horizontal axis.
    if months {
        chart.y_axis().set_num_format(GROUPED);
    } else {
        chart.x_axis().set_num_format(GROUPED);
        chart.y_axis().set_reverse();
    }
    chart.set_width(640).set_height(480);
    Ok(chart)
}

fn list(sheet: &mut Worksheet, looks: &Looks, content: &ReportContent, entry: &RegisterEntry) -> Result<(), XlsxError> {
    sheet.set_name(format!("Danh sách {}", entry.label.vi.to_lowercase()))?;
    for (column, text) in (0u16..).zip(columns(entry)) {
        sheet.write_string_with_format(0, column, text, &looks.head)?;
    }
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    sheet.set_freeze_panes(1, 2)?;
    let widths = [6.0, 36.0, 24.0, 20.0, 30.0, 30.0, 10.0, 24.0, 24.0, 18.0, 10.0, 24.0];
    for (column, width) in (0u16..).zip(widths) {
        sheet.set_column_width(column, width)?;
    }
    for (row, record) in (1u32..).zip(content.records(entry.key)) {
        sheet.write_number_with_format(row, 0, f64::from(row), &looks.number)?;
        for (column, text) in (1u16..).zip(cells(entry, content, record)) {
            match text.parse::<i32>().ok().filter(|_| column == 6) {
                Some(people) => sheet.write_number_with_format(row, column, f64::from(people), &looks.number)?,
                None => sheet.write_string_with_format(row, column, text, &looks.text)?,
            };
        }
    }
    Ok(())
}
