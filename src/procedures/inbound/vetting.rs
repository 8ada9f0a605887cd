//! Whether the guests of a visit are still those whom the consulted bodies looked at. Pure.

use crate::procedures::inbound::model::Guest;
use kernel::text::{fold, number_key};

/// Letters by which a name may differ and still be the same one, corrected.
const TYPING: usize = 2;

/// Guests who were not on the list before, by name: they were added, or exchanged for others. A guest stays the same
/// person where the passport is the same, or, without one, where the nationality is the same and the name differs in at
/// most two letters; another post or role is no other person.
pub fn newcomers<'a>(before: &[Guest], after: &'a [Guest]) -> Vec<&'a Guest> {
    let mut left: Vec<&Guest> = before.iter().collect();
    let mut open: Vec<&Guest> = after.iter().collect();
    // The surest likeness first, so that a corrected name does not take the place of the person who has that name.
    for alike in [same_passport, same_name, similar_name] {
        open.retain(|guest| match left.iter().position(|known| alike(known, guest)) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        });
    }
    open
}

fn passports<'a>(one: &'a Guest, other: &'a Guest) -> Option<(&'a str, &'a str)> {
    one.passport_number.as_deref().zip(other.passport_number.as_deref())
}

fn same_passport(one: &Guest, other: &Guest) -> bool {
    // Another nationality in the same passport is another thing to look at.
    passports(one, other).is_some_and(|(one, other)| number_key(one) == number_key(other))
        && one.nationality == other.nationality
}

fn same_name(one: &Guest, other: &Guest) -> bool {
    named_alike(one, other, 0)
}

fn similar_name(one: &Guest, other: &Guest) -> bool {
    named_alike(one, other, TYPING)
}

fn named_alike(one: &Guest, other: &Guest, letters: usize) -> bool {
    passports(one, other).is_none()
        && one.nationality == other.nationality
        && strsim::levenshtein(&fold(&one.full_name), &fold(&other.full_name)) <= letters
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
