//! What a report says of results, follow-ups and costs.

use crate::db::Conn;
use crate::dossier::model::ResultsReport;
use crate::dossier::parts::duties::Settlement;
use crate::error::Result;
use crate::registry::agencies;
use documents::template::Values;
use kernel::id::Id;
use kernel::money::{grouped, in_vietnamese as money};
use kernel::spell::dong;
use kernel::time::in_vietnamese;

/// The summary, the results and the follow-ups, if there is a report.
pub fn put_report(conn: &mut Conn, values: &mut Values, report: Option<&ResultsReport>) -> Result<()> {
    let Some(report) = report else { return Ok(()) };
    values.put("summary", report.summary.clone());
    for result in &report.results {
        values.item("results", [("text", result.trim_end_matches('.'))]);
    }
    let agencies = agencies::names(conn, &report.follow_ups.iter().map(|f| f.agency_id.0).collect::<Vec<_>>())?;
    for (at, task) in (1..).zip(&report.follow_ups) {
        let Id(agency) = task.agency_id;
        let name = agencies.get(&agency).map(|(_, name)| name.clone()).unwrap_or_default();
        let (no, due) = (format!("{at}"), in_vietnamese(task.due_on));
        values.item(
            "follow_ups",
            [("no", no.as_str()), ("task", task.task.as_str()), ("agency", name.as_str()), ("due", due.as_str())],
        );
    }
    Ok(())
}

/// The settlement of costs.
pub fn put_settlement(values: &mut Values, settled: Option<&Settlement>) {
    let total = settled.map(|s| format!("{} đồng ({})", grouped(s.total_vnd), dong(s.total_vnd)));
    values.put("spent_total", total.unwrap_or_else(|| "chưa quyết toán".into()));
    for (at, line) in (1..).zip(settled.into_iter().flat_map(|s| &s.lines)) {
        let estimate = line.estimate.as_ref().map(|m| money(m.amount, &m.currency)).unwrap_or_default();
        let actual = money(line.actual.amount, &line.actual.currency);
        let (no, vnd) = (format!("{at}"), grouped(line.vnd));
        values.item(
            "spent",
            [
                ("no", no.as_str()),
                ("what", line.what.as_str()),
                ("estimate", estimate.as_str()),
                ("actual", actual.as_str()),
                ("vnd", vnd.as_str()),
            ],
        );
    }
    if let Some(settled) = settled {
        let sum = |vnd: i64| format!("{} đồng", grouped(vnd));
        let (estimate, total) = (settled.estimated_vnd.map(sum).unwrap_or_default(), grouped(settled.total_vnd));
        values.item("spent", [("what", "Tổng cộng"), ("estimate", estimate.as_str()), ("vnd", total.as_str())]);
    }
}
