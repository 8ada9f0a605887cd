//! Offices as documents name them: the place they write from, and the body for external affairs of the province.

use crate::access::seats;
use crate::access::store as accounts;
use crate::db::Conn;
use crate::error::Result;
use crate::registry::agencies::{self, Agency};
use kernel::time::Day;
use kernel::words::Body;

/// Maximum levels above an office; a province has three or four.
const LEVELS: usize = 10;

/// The place name: what follows "tỉnh" or "thành phố" in the name of the provincial People's Committee.
pub fn place(conn: &mut Conn, office: &Agency) -> Result<String> {
    let mut at = Some(office.clone());
    for _ in 0..LEVELS {
        let Some(agency) = at else { break };
        for word in ["tỉnh ", "thành phố "] {
            if let Some((_, name)) =
                agency.name.split_once(word).filter(|_| agency.name.starts_with("Ủy ban nhân dân "))
            {
                return Ok(name.to_owned());
            }
        }
        at = agency.parent_id.map(|id| agencies::find(conn, id)).transpose()?.flatten();
    }
    Ok("…".into())
}

/// The agency whose people hold a seat on a day; `None` if nobody does, or nobody who has an agency.
pub fn of_seat(conn: &mut Conn, seat: Body, on: Day) -> Result<Option<Agency>> {
    let held = seats::holders(conn, seat, on)?;
    let Some(holder) = held.iter().find(|h| h.by.is_none()).map(|h| h.user) else { return Ok(None) };
    let agency = accounts::named(conn, &[holder])?.remove(&holder).and_then(|n| n.agency_id);
    Ok(agency.map(|id| agencies::find(conn, id)).transpose()?.flatten())
}

/// The body that advises the province on external affairs: a department in some provinces, a part of another office in
/// others (NĐ 45/2025/NĐ-CP Đ.9 k.1). It is whichever agency the province gave the seat to.
pub fn external_affairs(conn: &mut Conn, on: Day) -> Result<Option<Agency>> {
    match of_seat(conn, Body::DofaDirector, on)? {
        Some(agency) => Ok(Some(agency)),
        None => of_seat(conn, Body::Dofa, on),
    }
}
