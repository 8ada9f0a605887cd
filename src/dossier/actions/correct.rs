//! Correcting what was recorded (đính chính số liệu đã ghi nhận): days, numbers of people, the report, and what an old
//! list said. The old value, the new one and the reason stay in the history; figures and duties follow.

use serde_json::{Map, Value, json};

use crate::access::context::RequestContext;
use crate::approval::recorded::{CorrectedValue, Recorded};
use crate::db::Conn;
use crate::dossier::actions::after::recordable;
use crate::dossier::actions::{HistoryNote, VisibleDossier, conclude, duties};
use crate::dossier::flow::Action;
use crate::dossier::model::{Dossier, FollowUp, ResultsReport};
use crate::dossier::rules::is_of_list;
use crate::dossier::{Content, ProvinceLaw};
use crate::error::Result;
use crate::registry::references::agency_on;
use kernel::time::Day;
use kernel::violation::Violations;
use kernel::words::FieldError;

/// Saves `corrected`, in which the procedure changed what was recorded. 422 if nothing differs, if something was never
/// recorded, if a day lies ahead, or if only a row of an old list has such a value.
pub fn correct_record<C: Content>(
    conn: &mut Conn,
    call: &RequestContext,
    tools: &ProvinceLaw,
    seen: &VisibleDossier<C>,
    corrected: Dossier<C>,
    reason: &str,
) -> Result<Dossier<C>> {
    let changes = changes(&seen.dossier, &corrected);
    let mut faults = Violations::default();
    check(&seen.dossier, &changes, call.today, &mut faults);
    if let Some(report) = &corrected.report {
        let before = seen.dossier.report.as_ref();
        let known =
            |task: &FollowUp| before.is_some_and(|b| b.follow_ups.iter().any(|t| t.agency_id == task.agency_id));
        for (index, task) in report.follow_ups.iter().enumerate().filter(|(_, task)| !known(task)) {
            let pointer = format!("/changes/report/follow_ups/{index}/agency_id");
            agency_on(conn, task.agency_id.0, call.today, &pointer, &mut faults)?;
        }
    }
    faults.finish()?;
    let ended = corrected.content.ended_on();
    if let Some(day) = ended.filter(|_| ended != seen.dossier.content.ended_on()) {
        duties::follow_end(conn, call, tools, &corrected, day)?;
    }
    if let (Some(before), Some(after)) = (&seen.dossier.report, &corrected.report) {
        duties::correct_report(conn, call, corrected.id, before, after)?;
    }
    let detail = json!({"changes": changes});
    let trace = HistoryNote { note: Some(reason), changes: &changes, detail, ..HistoryNote::default() };
    conclude(conn, call, &seen.dossier, corrected, Action::CorrectRecord, trace)
}

fn check<C: Content>(before: &Dossier<C>, changes: &[CorrectedValue], today: Day, faults: &mut Violations) {
    let (vi, en) = ("Không có gì khác với số liệu đã ghi nhận.", "Nothing differs from what was recorded.");
    faults.require(!changes.is_empty(), "/changes", FieldError::NothingChanged, vi, en);
    for change in changes {
        let pointer = format!("/changes/{}", change.what.word());
        let list = matches!(change.what, Recorded::Headcount | Recorded::Content);
        let (vi, en) = ("Chỉ dùng cho hồ sơ nhập từ danh sách cũ.", "Only allowed for a dossier of an old list.");
        faults.require(!list || is_of_list(before), &pointer, FieldError::NotOfList, vi, en);
        // A list has no days of its own to begin with; a report is never in a list.
        let given = !change.before.is_null() || (is_of_list(before) && change.what != Recorded::Report);
        let (vi, en) = ("Chưa ghi nhận nên chưa có gì để đính chính.", "Nothing to correct: it was not recorded yet.");
        faults.require(given, &pointer, FieldError::NotRecorded, vi, en);
        let day = change.after.as_str().and_then(|text| text.parse::<Day>().ok());
        if let Some(day) = day {
            recordable(today, day, before.content.listed().listed_on, &pointer, faults);
        }
    }
}

/// What differs of all that was recorded.
fn changes<C: Content>(before: &Dossier<C>, after: &Dossier<C>) -> Vec<CorrectedValue> {
    let mut all: Vec<CorrectedValue> = Vec::new();
    let mut differs = |what, before: Value, after: Value| {
        if before != after {
            all.push(CorrectedValue { what, before, after });
        }
    };
    for ((what, was), (_, is)) in before.content.recorded().into_iter().zip(after.content.recorded()) {
        differs(what, was, is);
    }
    differs(Recorded::Report, json!(before.report), json!(after.report));
    let (mut was, mut is) = (Map::new(), Map::new());
    for difference in before.content.differences(&after.content) {
        was.extend(difference.before.as_object().cloned().unwrap_or_default());
        is.extend(difference.after.as_object().cloned().unwrap_or_default());
    }
    differs(Recorded::Content, Value::Object(was), Value::Object(is));
    all
}

/// The report that replaces the one before, if a new one is given.
pub fn replace_report(report: &mut Option<ResultsReport>, given: Option<ResultsReport>) {
    if given.is_some() {
        *report = given;
    }
}
