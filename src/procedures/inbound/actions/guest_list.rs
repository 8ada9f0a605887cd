//! A list of guests that comes in whole: who is new, who was known.

use crate::access::context::RequestContext;
use crate::db::Conn;
use crate::dossier::actions::find;
use crate::dossier::parts::listed::{GuestsTaken, NamedGuest};
use crate::dossier::register::ProvinceLaw;
use crate::error::Result;
use crate::procedures::inbound::actions::draft;
use crate::procedures::inbound::model::{Guest, VisitContent};
use crate::procedures::inbound::requests::{GuestBody, VisitChanges};
use kernel::every_field;
use kernel::text::fold;
use kernel::words::MemberRole;

/// Takes the guests into the visit, by the change that `PATCH` would make.
pub fn take(
    conn: &mut Conn,
    call: &RequestContext,
    law: &ProvinceLaw,
    id: i64,
    listed: Vec<NamedGuest>,
    dry_run: bool,
) -> Result<GuestsTaken> {
    let seen = find::<VisitContent>(conn, call, id)?;
    let (guests, taken) = joined(&seen.dossier.content.guests, listed);
    if dry_run {
        return Ok(taken);
    }
    let visit = draft::edit(conn, call, law, seen, || Ok(VisitChanges::of_guests(guests)))?;
    Ok(GuestsTaken { version: Some(visit.version), ..taken })
}

fn joined(known: &[Guest], listed: Vec<NamedGuest>) -> (Vec<Guest>, GuestsTaken) {
    let (mut guests, mut taken) = (known.to_vec(), GuestsTaken::default());
    for new in listed {
        let same = |g: &Guest| match (&g.passport_number, &new.passport_number) {
            (Some(one), Some(other)) => one == other,
            _ => g.nationality == new.nationality && fold(&g.full_name) == fold(&new.full_name),
        };
        match guests.iter_mut().find(|g| same(g)) {
            Some(there) => {
                taken.updated += 1;
                there.full_name = new.full_name;
                there.nationality = new.nationality;
                there.position = new.position.unwrap_or_else(|| there.position.clone());
                there.passport_number = new.passport_number.or_else(|| there.passport_number.clone());
                there.role = new.role.unwrap_or(there.role);
            }
            None => {
                taken.added += 1;
                guests.push(Guest {
                    guest_id: None,
                    full_name: new.full_name,
                    nationality: new.nationality,
                    position: new.position.unwrap_or_default(),
                    passport_number: new.passport_number,
                    role: new.role.unwrap_or(MemberRole::Member),
                });
            }
        }
    }
    (guests, taken)
}

impl From<Guest> for GuestBody {
    fn from(guest: Guest) -> Self {
        every_field!(Guest of guest: guest_id, full_name, nationality, position, passport_number, role);
        GuestBody {
            full_name: guest.full_name,
            nationality: guest.nationality,
            position: Some(guest.position),
            passport_number: guest.passport_number,
            role: Some(guest.role),
        }
    }
}
