//! Whether the guests of a visit are still those whom the consulted bodies looked at. Pure.

use std::collections::{HashMap, HashSet};

use crate::procedures::inbound::model::Guest;
use kernel::text::{fold, number_key};

/// Letters by which a name may differ and still be the same one, corrected.
const TYPING: usize = 2;

/// Guests who were not on the list before, by name: they were added, or exchanged for others. A guest stays the same
/// person where the passport is the same, or, without one, where the nationality is the same and the name differs in at
/// most two letters; another post or role is no other person.
///
/// Two lists of two thousand are compared in one step of the writer: each name is folded once, and only names of one nationality
/// that nobody else has are held against each other letter by letter.
pub fn newcomers<'a>(before: &[Guest], after: &'a [Guest]) -> Vec<&'a Guest> {
    let mut left: Vec<GuestKeys<'_>> = before.iter().map(GuestKeys::of).collect();
    let mut open: Vec<GuestKeys<'a>> = after.iter().map(GuestKeys::of).collect();
    // The surest likeness first, so that a corrected name does not take the place of the person who has that name.
    same_in_both(&mut left, &mut open, |g| Some((g.guest.nationality.clone(), g.passport.clone()?)));
    same_in_both(&mut left, &mut open, |g| Some((g.guest.nationality.clone(), g.name.clone())));
    let mut known: HashMap<&str, Vec<GuestKeys<'_>>> = HashMap::new();
    for guest in left {
        known.entry(guest.guest.nationality.as_str()).or_default().push(guest);
    }
    let is_new = |new: &GuestKeys<'a>| {
        let Some(known) = known.get_mut(new.guest.nationality.as_str()) else { return true };
        let at = known.iter().position(|old| old.may_be(new) && old.is_spelled_like(new));
        at.map(|at| known.swap_remove(at)).is_none()
    };
    open.retain(is_new);
    open.into_iter().map(|g| g.guest).collect()
}

/// A guest with what they are compared by.
struct GuestKeys<'a> {
    guest: &'a Guest,
    name: String,
    letters: usize,
    passport: Option<String>,
}

impl<'a> GuestKeys<'a> {
    fn of(guest: &'a Guest) -> Self {
        let name = fold(&guest.full_name);
        let passport = guest.passport_number.as_deref().map(number_key);
        GuestKeys { guest, letters: name.chars().count(), name, passport }
    }

    /// Two passports are two people, whatever their names.
    fn may_be(&self, other: &GuestKeys<'_>) -> bool {
        self.passport.is_none() || other.passport.is_none()
    }

    fn is_spelled_like(&self, other: &GuestKeys<'_>) -> bool {
        self.letters.abs_diff(other.letters) <= TYPING && strsim::levenshtein(&self.name, &other.name) <= TYPING
    }
}

/// Takes out of both lists whoever has the same key in the other.
fn same_in_both<'a>(
    left: &mut Vec<GuestKeys<'_>>,
    open: &mut Vec<GuestKeys<'a>>,
    key: impl Fn(&GuestKeys<'_>) -> Option<(String, String)>,
) {
    let mut known: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (at, guest) in left.iter().enumerate().rev() {
        if let Some(key) = key(guest) {
            known.entry(key).or_default().push(at);
        }
    }
    let mut gone: HashSet<usize> = HashSet::new();
    open.retain(|guest| {
        let Some(same) = key(guest).and_then(|key| known.get_mut(&key)) else { return true };
        let fits = |at: &usize| left.get(*at).is_some_and(|old| old.may_be(guest) || old.passport == guest.passport);
        let Some(place) = same.iter().rposition(fits) else { return true };
        gone.insert(same.remove(place));
        false
    });
    let mut at = 0;
    left.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::words::MemberRole;

    fn guest(full_name: &str, nationality: &str, passport: Option<&str>) -> Guest {
        Guest {
            guest_id: None,
            full_name: full_name.into(),
            nationality: nationality.into(),
            position: String::new(),
            passport_number: passport.map(str::to_owned),
            role: MemberRole::Member,
        }
    }

    #[test]
    fn two_long_lists_are_compared_name_by_name_only_where_nobody_has_the_name() {
        let before: Vec<Guest> = (0..2_000).map(|n| guest(&format!("KIM {n:04} Young"), "KR", None)).collect();
        let mut after = before.clone();
        after.reverse();
        assert!(newcomers(&before, &after).is_empty());
        after[7].full_name = "PARK Hoàn toàn khác".to_owned();
        assert_eq!(newcomers(&before, &after), [&after[7]]);
    }

    #[test]
    fn a_corrected_guest_is_the_same_and_an_exchanged_one_is_not() {
        let before = [guest("KIM Young-hwan", "KR", Some("M12345678")), guest("LEE Ji-eun", "KR", None)];
        let new = |after: &[Guest]| newcomers(&before, after).iter().map(|g| g.full_name.clone()).collect::<Vec<_>>();
        let nobody: [&str; 0] = [];
        for same in [
            vec![guest("Kim Yong Hwan", "KR", Some("m1234 5678")), guest("LEE Ji-eun", "KR", None)],
            vec![guest("LEE Ji-eun", "KR", Some("M99999999")), guest("KIM Young-hwan", "KR", None)],
            vec![guest("LEE Jieun", "KR", None)],
            vec![],
        ] {
            assert_eq!(new(&same), nobody, "{same:?}");
        }
        for (after, who) in [
            (vec![guest("KIM Young-hwan", "KR", Some("M87654321"))], "KIM Young-hwan"),
            (vec![guest("LEE Ji-eun", "KP", None)], "LEE Ji-eun"),
            (vec![guest("KIM Young-hwan", "CN", Some("M12345678"))], "KIM Young-hwan"),
            (vec![guest("PARK Min-su", "KR", None)], "PARK Min-su"),
        ] {
            assert_eq!(new(&after), [who], "{after:?}");
        }
        // One person does not stand for two.
        assert_eq!(new(&[guest("LEE Ji-eun", "KR", None), guest("LEE Ji-eum", "KR", None)]), ["LEE Ji-eum"]);
    }
}
