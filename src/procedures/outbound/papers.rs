//! Documents of outbound dossiers: the list as a table. Pure.

use crate::dossier::papers;
use crate::dossier::store::list::DossierItem;
use kernel::table::Table;

/// The list of delegations going abroad.
pub fn list(items: &[DossierItem]) -> Table {
    papers::list("Đoàn ra", ["Ngày đi", "Ngày về", "Nước đến", "Số người"], items)
}
