//! The list of a register as a table. Pure.

use crate::dossier::store::list::DossierItem;
use kernel::id::Id;
use kernel::table::{Cell, Table};

/// The list of delegations, with the columns that offices are used to; `named` are the headings that differ by
/// register: first day, last day, countries, people.
pub fn list(name: &str, named: [&str; 4], items: &[DossierItem]) -> Table {
    let [begins, ends, countries, people] = named;
    let header = ["Mã", "Số hồ sơ", "Tên đoàn", "Trạng thái", begins, ends, countries, people, "Hạn xử lý"];
    let rows = items.iter().map(|item| {
        vec![
            Cell::Text(Id(item.id).to_string()),
            item.number.clone().map_or(Cell::Empty, Cell::Text),
            Cell::Text(item.title.clone()),
            Cell::Text(item.state.clone()),
            Cell::Day(item.begins_on),
            Cell::Day(item.ends_on),
            Cell::Text(item.countries.replace(',', ", ")),
            Cell::Number(item.headcount),
            item.due_on.into(),
        ]
    });
    Table { name: name.into(), header: header.map(String::from).to_vec(), rows: rows.collect() }
}
