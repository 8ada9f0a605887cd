//! What stands around the rows of a list changes nothing: any list, with the noise that offices put into it, gives the same
//! rows.

use ngoaivu::imports::batch::ImportKind;
use ngoaivu::imports::check::{Checked, check, count_rows};
use ngoaivu::imports::known::KnownRegistry;
use ngoaivu::imports::lists::Lists;
use ngoaivu::imports::parsed::Parsed;
use ngoaivu::procedures::register::registers;
use proptest::prelude::*;

/// One delegation of a list.
#[derive(Debug, Clone)]
struct Row {
    title: String,
    country: &'static str,
    day: u32,
    month: u32,
    people: i64,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let title = "Đoàn [A-Z]{1,3}( công tác| khảo sát|, gồm ông A, bà B)?";
    let country =
        prop::sample::select(vec!["Lào", "Hàn Quốc", "CHLB Đức", "Cộng hòa Séc", "Đài Loan (TQ)", "Mỹ", "Ðan Mạch"]);
    let row = (title, country, 1u32..28, 1u32..13, 1i64..60);
    let of = |(title, country, day, month, people)| Row { title, country, day, month, people };
    proptest::collection::vec(row.prop_map(of), 1..12)
}

/// What offices write between, above and below the rows.
#[derive(Debug, Clone, Default)]
struct Noise {
    separator: char,
    titles: bool,
    hints: bool,
    column_numbers: bool,
    /// Rows before which a heading with the right sum, the header again, or a blank line stands.
    groups: Vec<usize>,
    headers_again: Vec<usize>,
    blanks: Vec<usize>,
    total: bool,
    signatures: bool,
    people_word: &'static str,
    day_form: u8,
    mark: &'static str,
}

fn noise() -> impl Strategy<Value = Noise> {
    let places = || proptest::collection::vec(0usize..12, 0..3);
    let words = prop::sample::select(vec!["", " người", " đồng chí", " đ/c", " lượt khách"]);
    let marks = prop::sample::select(vec!["", "\u{200e}", "\u{200b}", "\u{feff}"]);
    let looks = (prop::sample::select(vec![';', '\t', ',']), any::<bool>(), any::<bool>(), any::<bool>());
    let ends = (any::<bool>(), any::<bool>(), words, 0u8..4, marks);
    (looks, (places(), places(), places()), ends).prop_map(|(looks, places, ends)| Noise {
        separator: looks.0,
        titles: looks.1,
        hints: looks.2,
        column_numbers: looks.3,
        groups: places.0,
        headers_again: places.1,
        blanks: places.2,
        total: ends.0,
        signatures: ends.1,
        people_word: ends.2,
        day_form: ends.3,
        mark: ends.4,
    })
}

fn written(rows: &[Row], noise: &Noise) -> String {
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |cells: &[&str]| {
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        cells.join(&noise.separator.to_string()) + "\n"
    };
    let plain = ["STT", "Tên đoàn", "Nước", "Ngày đến", "Ngày đi", "Số người"];
    let hinted =
        ["TT", "Danh nghĩa / Tên đoàn", "Nước\n(quốc tịch)", "Ngày đến (dd/mm/yyyy)", "Ngày đi *", "Số người [lượt]"];
    let header = line(if noise.hints { &hinted } else { &plain });
    let mut text = String::new();
    if noise.titles {
        text += &line(&["SỞ NGOẠI VỤ, TỈNH THỬ"]);
        text += &line(&["", "DANH SÁCH ĐOÀN VÀO NĂM 2024 (Kèm theo Báo cáo số 12/BC-SNV)"]);
    }
    text += &header;
    if noise.column_numbers {
        text += &line(&["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"]);
    }
    // A group ends where the next one begins, so its sum is that of the rows between.
    let mut starts: Vec<usize> = noise.groups.iter().copied().filter(|at| *at < rows.len()).collect();
    starts.sort_unstable();
    starts.dedup();
    for (at, row) in rows.iter().enumerate() {
        if noise.blanks.contains(&at) {
            text += "\n";
        }
        if let Some(group) = starts.iter().position(|start| *start == at) {
            let end = starts.get(group + 1).copied().unwrap_or(rows.len());
            let sum: i64 = rows[at..end].iter().map(|row| row.people).sum();
            let sign = ["I", "II", "III"][group.min(2)];
            text += &line(&[sign, "Đoàn của nhóm", "", "", "", &sum.to_string()]);
        }
        if noise.headers_again.contains(&at) {
            text += &header;
        }
        let (day, month) = (row.day, row.month);
        let day = match noise.day_form {
            0 => format!("{day:02}/{month:02}/2024"),
            1 => format!("{day}.{month}.2024"),
            2 => format!("2024-{month:02}-{day:02}"),
            _ => format!("ngày {day} tháng {month} năm 2024"),
        };
        let day = format!("{}{day}", noise.mark);
        let people = format!("{}{}", row.people, noise.people_word);
        text += &line(&[&(at + 1).to_string(), &row.title, row.country, &day, &day, &people]);
    }
    let people: i64 = rows.iter().map(|row| row.people).sum();
    if noise.total {
        text += &line(&["", &format!("Tổng cộng: {} đoàn", rows.len()), "", "", "", &people.to_string()]);
    }
    if noise.signatures {
        text += &line(&["", "", "", "Thử, ngày 5 tháng 1 năm 2025"]);
        text += &line(&["", "NGƯỜI LẬP BIỂU", "", "KT. GIÁM ĐỐC"]);
        text += &line(&["", "(Ký, ghi rõ họ tên)", "", "PHÓ GIÁM ĐỐC"]);
        text += &line(&["", "Trần Văn Thử", "", "Lê Thị Thử"]);
    }
    text
}

fn read(text: &str) -> (i64, Checked) {
    let registers = registers();
    let kind = ImportKind::by_word("inbound", registers.entries()).unwrap();
    let Ok(lists) = Lists::read(kind, text.as_bytes()) else { panic!("no list in {text}") };
    let known = KnownRegistry::nothing("2026-03-02".parse().unwrap());
    (count_rows(kind, &lists), check(kind, &lists, &known, &mut |_| {}))
}

proptest! {
    #[test]
    fn noise_around_the_rows_changes_nothing(rows in rows(), noise in noise()) {
        let text = written(&rows, &noise);
        let (counted, found) = read(&text);
        prop_assert_eq!(&found.errors, &vec![], "{}", text);
        prop_assert_eq!((counted, found.rows, found.parsed.len()), (rows.len() as i64, rows.len() as i64, rows.len()), "{}", text);
        let differs = found.warnings.iter().find(|w| w.code == "total_differs");
        prop_assert!(differs.is_none(), "{differs:?} in {text}");
        let plain = Noise { separator: ';', ..Noise::default() };
        let (_, expected) = read(&written(&rows, &plain));
        let said = |checked: &Checked| checked.parsed.iter().map(|row| match row {
            Parsed::Delegation(d) => (d.title.clone(), d.countries.clone(), d.days, d.headcount),
            other => panic!("{other:?}"),
        }).collect::<Vec<_>>();
        prop_assert_eq!(said(&found), said(&expected), "{}", text);
    }
}
