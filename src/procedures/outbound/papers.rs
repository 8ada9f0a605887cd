//! Papers of outbound dossiers: the list as a table. Pure.

use crate::handling::papers;
use crate::handling::store::list::Item;
use crate::kernel::table::Table;

/// The list of delegations going abroad.
pub fn list(items: &[Item]) -> Table {
    papers::list("Đoàn ra", ["Ngày đi", "Ngày về", "Nước đến", "Số người"], items)
}
