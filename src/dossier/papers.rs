//! The list of a register as a table. Pure.

use crate::dossier::flow::State;
use crate::dossier::store::list::DossierItem;
use kernel::country::country;
use kernel::id::Id;
use kernel::procedure::RegisterEntry;
use kernel::table::{Cell, Table};

/// The list of delegations, with the columns that offices are used to.
pub fn list(entry: &RegisterEntry, items: &[DossierItem]) -> Table {
    let mut header =
        vec!["Mã", "Số hồ sơ", "Tên đoàn", "Trạng thái", "Ngày đi", "Ngày về", "Nước", "Số người", "Hạn xử lý"];
    let rows = items.iter().map(|item| {
        let state = item.state.parse::<State>().map_or_else(|_| item.state.clone(), |state| state.vi().to_owned());
        let countries = item.countries.split(',').filter(|code| !code.is_empty());
        let countries: Vec<&str> = countries.map(|code| country(code).map_or(code, |c| c.vi)).collect();
        vec![
            Cell::Text(Id(item.id).to_string()),
            item.number.clone().map_or(Cell::Empty, Cell::Text),
            Cell::Text(item.title.clone()),
            Cell::Text(state),
            item.begins_on.into(),
            item.ends_on.into(),
            Cell::Text(countries.join(", ")),
            Cell::Number(item.headcount),
            item.due_on.into(),
        ]
    });
    for (place, heading) in header.iter_mut().skip(4).zip(entry.list_headings) {
        *place = heading;
    }
    Table { name: entry.label.vi.into(), header: header.into_iter().map(String::from).collect(), rows: rows.collect() }
}
