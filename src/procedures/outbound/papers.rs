//! Papers of outbound dossiers: the list as a table. Pure.

use crate::kernel::id::Id;
use crate::kernel::table::{Cell, Table};
use crate::kernel::time::Day;

/// What one row of the list shows.
pub struct Line<'a> {
    pub id: i64,
    pub number: Option<&'a str>,
    pub title: &'a str,
    pub state: &'a str,
    pub departure: Day,
    pub returning: Day,
    pub countries: &'a str,
    pub headcount: i64,
    pub due_on: Option<Day>,
}

/// The list of delegations, with the columns that offices know.
pub fn list<'a>(lines: impl Iterator<Item = Line<'a>>) -> Table {
    let header =
        ["Mã", "Số hồ sơ", "Tên đoàn", "Trạng thái", "Ngày đi", "Ngày về", "Nước đến", "Số người", "Hạn xử lý"];
    let rows = lines.map(|line| {
        vec![
            Cell::Text(Id(line.id).to_string()),
            line.number.map_or(Cell::Empty, |n| Cell::Text(n.to_owned())),
            Cell::Text(line.title.to_owned()),
            Cell::Text(line.state.to_owned()),
            Cell::Day(line.departure),
            Cell::Day(line.returning),
            Cell::Text(line.countries.replace(',', ", ")),
            Cell::Number(line.headcount),
            line.due_on.into(),
        ]
    });
    Table { name: "Đoàn ra".into(), header: header.map(String::from).to_vec(), rows: rows.collect() }
}
