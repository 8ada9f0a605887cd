//! The list of a register as a table. Pure.

use std::collections::HashMap;

use crate::dossier::flow::State;
use crate::dossier::parts::line::DelegationLine;
use crate::dossier::store::list::DossierItem;
use kernel::country::country;
use kernel::id::Id;
use kernel::procedure::{Procedure, RegisterEntry};
use kernel::table::{Cell, Table};

/// The list of delegations, with the columns that offices are used to.
pub fn list(
    entry: &RegisterEntry,
    items: &[DossierItem],
    lines: &HashMap<i64, DelegationLine>,
    agencies: &HashMap<i64, (String, String)>,
) -> Table {
    let [first, last, place, people] = entry.list_headings;
    let header = [
        "Mã",
        "Số hồ sơ",
        "Tên đoàn",
        "Loại",
        "Cơ quan",
        "Trưởng đoàn",
        "Đối tác",
        "Nội dung",
        "Trạng thái",
        first,
        last,
        place,
        people,
        "Hạn xử lý",
    ];
    let text = |said: Option<String>| said.filter(|said| !said.is_empty()).map_or(Cell::Empty, Cell::Text);
    let rows = items.iter().map(|item| {
        let state = item.state.parse::<State>().map_or_else(|_| item.state.clone(), |state| state.vi().to_owned());
        let kind = item.procedure.parse().ok().and_then(Procedure::label);
        let countries = item.countries.split(',').filter(|code| !code.is_empty());
        let countries: Vec<&str> = countries.map(|code| country(code).map_or(code, |c| c.vi)).collect();
        let line = lines.get(&item.id);
        vec![
            Cell::Text(Id(item.id).to_string()),
            text(item.number.clone()),
            Cell::Text(item.title.clone()),
            Cell::Text(kind.map_or(entry.label.vi, |kind| kind.vi).to_owned()),
            text(agencies.get(&item.agency_id).map(|(_, name)| name.clone())),
            text(line.and_then(|line| line.head.clone())),
            text(line.and_then(|line| line.partner.clone())),
            text(line.and_then(|line| line.activity.clone())),
            Cell::Text(state),
            item.begins_on.into(),
            item.ends_on.into(),
            Cell::Text(countries.join(", ")),
            Cell::Number(item.headcount),
            item.due_on.into(),
        ]
    });
    Table { name: entry.label.vi.into(), header: header.map(String::from).to_vec(), rows: rows.collect() }
}
