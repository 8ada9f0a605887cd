//! What issued documents say about a visit.

use std::collections::HashMap;

use crate::db::Conn;
use crate::dossier::parts::paper_fields::{country_name, put_days, said, sums};
use crate::error::Result;
use crate::procedures::inbound::model::Visit;
use crate::registry::agencies;
use crate::statistics::dimension::Dimension;
use documents::template::Values;
use kernel::money::grouped;
use kernel::paper::PaperKind;
use kernel::time::{Period, local};
use kernel::words::MemberRole;

/// Fills the fields of a document about a visit.
pub fn put(conn: &mut Conn, visit: &Visit, kind: PaperKind, values: &mut Values) -> Result<()> {
    let units = agencies::names(conn, &visit.content.coordinating)?;
    fill(values, visit, &units, kind == PaperKind::TripReport);
    Ok(())
}

/// Fills the fields of a visit; with `as_was`, with the actual dates and number of guests.
fn fill(values: &mut Values, visit: &Visit, units: &HashMap<i64, (String, String)>, as_was: bool) {
    let c = &visit.content;
    let planned = c.period();
    let days = if as_was {
        Period { from: c.stay.arrived_on.unwrap_or(planned.from), to: c.stay.departed_on.unwrap_or(planned.to) }
    } else {
        planned
    };
    values.put("title", c.title.clone());
    values.put("purpose", said(Dimension::Purpose, c.purpose.word()).to_lowercase());
    values.put("field", c.field.map(|f| said(Dimension::Field, f.word())).unwrap_or_default());
    let shares = if as_was { c.shares() } else { c.announced() };
    let shares = shares.iter().map(|s| format!("{} ({})", country_name(&s.country), s.count));
    let nations = format!("quốc tịch: {}", shares.collect::<Vec<_>>().join(", "));
    values.put("countries", nations.clone());
    values.put("where", nations);
    let head = c.guests.iter().find(|g| g.role == MemberRole::Head).map(|g| g.full_name.clone()).unwrap_or_default();
    let together = c.coordinating.iter().filter_map(|id| units.get(id)).map(|(_, name)| name.as_str());
    let together = together.collect::<Vec<_>>().join(", ");
    let sent = format!("{} ({})", c.sending_organisation, country_name(&c.country));
    let parts = [("Tổ chức cử đoàn", &sent), ("Trưởng đoàn", &head), ("Cơ quan phối hợp", &together)];
    let told = parts.iter().filter(|(_, said)| !said.is_empty()).map(|(what, said)| format!("{what}: {said}."));
    values.put("organisation", told.collect::<Vec<_>>().join(" "));
    values.put("guest_head", head);
    values.put("coordinating", together);
    values.put("subject", "đón đoàn khách nước ngoài");
    values.put("people_total", grouped(if as_was { c.counted() } else { c.headcount }));
    put_days(values, days);
    let (total, words) = sums(&[]);
    values.put("cost_total", total);
    values.put("cost_words", words);
    for (at, guest) in (1..).zip(&c.guests) {
        let (no, nationality) = (format!("{at}"), country_name(&guest.nationality));
        values.item(
            "guests",
            [
                ("no", no.as_str()),
                ("name", guest.full_name.as_str()),
                ("nationality", nationality.as_str()),
                ("post", guest.position.as_str()),
            ],
        );
    }
    // A last row counts the unnamed guests, so that the list adds up to their total.
    let listed = i64::try_from(c.guests.len()).unwrap_or(i64::MAX);
    let others = if as_was { c.counted() } else { c.headcount } - listed;
    if others > 0 && listed > 0 {
        let rest = format!("và {} khách khác", grouped(others));
        values.item("guests", [("name", rest.as_str())]);
    }
    for (at, item) in (1..).zip(&c.programme) {
        let (from, to) = (local(item.starts_at), local(item.ends_at));
        let time = format!("{} – {} ngày {}", from.format("%H:%M"), to.format("%H:%M"), from.format("%d/%m/%Y"));
        let no = format!("{at}");
        values.item(
            "programme",
            [
                ("no", no.as_str()),
                ("time", time.as_str()),
                ("place", item.place.as_str()),
                ("activity", item.activity.as_str()),
            ],
        );
    }
}
