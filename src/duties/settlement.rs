//! Settlements in requests.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::dossier::parts::duties::Settlement;
use crate::duties::settle::{SettlementSums, settle};
use crate::error::Result;
use kernel::money::Money;
use kernel::violation::Violations;

/// One line of a settlement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"what": "Vé máy bay", "estimate": {"amount": 120_000, "currency": "USD"}, "actual": {"amount": 118_050, "currency": "USD"}, "rate": "25400.5"}))]
pub struct SettlementLine {
    #[schema(min_length = 1, max_length = 500)]
    what: String,
    estimate: Option<Money>,
    actual: Money,
    /// Đồng per unit of the currency; omitted for amounts in đồng.
    #[schema(min_length = 1, max_length = 20)]
    rate: Option<String>,
}

/// Computes the settlement of the lines, or reports every fault in them.
pub fn settled(lines: Vec<SettlementLine>) -> Result<Settlement> {
    let mut faults = Violations::default();
    let line =
        |l: SettlementLine| SettlementSums { what: l.what, estimate: l.estimate, actual: l.actual, rate: l.rate };
    let settlement = settle(lines.into_iter().map(line).collect(), &mut faults);
    faults.finish()?;
    Ok(settlement)
}
