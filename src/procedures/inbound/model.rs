//! A visit (đoàn vào): what the hosting agency writes about its foreign guests. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::dossier::model::Dossier;
use crate::dossier::parts::engagement::{Engagement, EngagementKind, ProgrammeItem};
use crate::dossier::parts::model::Origin;
use crate::sealing::sealed_within;
use kernel::checks;
use kernel::text::fold;
use kernel::time::{Day, Moment, Period};
use kernel::validity::{Validity, require};
use kernel::words::{Channel, Field, FieldError, GuestClass, MemberRole, Purpose, ReceptionLevel, Topic};

/// The dossier of a visit.
pub type Visit = Dossier<VisitContent>;

/// What the agency writes into the dossier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitContent {
    pub title: String,
    /// The hosting agency (cơ quan chủ trì).
    pub host_agency_id: i64,
    /// Agencies that take part (cơ quan phối hợp).
    pub coordinating: Vec<i64>,
    pub channel: Channel,
    pub sending_organisation: String,
    pub country: String,
    pub purpose: Purpose,
    pub field: Option<Field>,
    pub topics: Vec<Topic>,
    pub first_visit: bool,
    pub reception_level: ReceptionLevel,
    pub guest_class: GuestClass,
    pub arrival: Day,
    pub departure: Day,
    /// Number of guests announced.
    pub headcount: i64,
    /// As stated. If empty, the guest list is used, and all others are from `country`.
    pub nationalities: Vec<Nationality>,
    pub guests: Vec<Guest>,
    pub programme: Vec<ProgrammeItem>,
    pub stay: Stay,
    /// The old list it was imported from.
    pub origin: Option<Origin>,
}

/// How many guests are of one nationality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nationality {
    pub country: String,
    pub count: i64,
}

/// A guest by name (khách trong danh sách).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct Guest {
    /// The person in the register of guests; `None` before the guest is saved.
    pub guest_id: Option<i64>,
    pub full_name: String,
    #[validate(custom(function = "checks::known_country"))]
    pub nationality: String,
    pub position: String,
    #[validate(custom(function = "plain_passport_number"))]
    #[serde(with = "sealed_within")]
    pub passport_number: Option<String>,
    pub role: MemberRole,
}

fn plain_passport_number(number: &str) -> Validity {
    let plain = (1..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
    let vi = "Số hộ chiếu chỉ gồm chữ cái không dấu và chữ số.";
    let en = "A passport number may contain only letters A–Z and digits.";
    require(plain, "", FieldError::BadPassportNumber, vi, en)
}

/// What was recorded about the stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stay {
    pub arrived_on: Option<NaiveDate>,
    /// Number of guests who actually came (lượt khách).
    pub headcount: Option<i64>,
    pub departed_on: Option<NaiveDate>,
}

impl Guest {
    /// The identity of a guest in a list: the passport, else folded name and nationality.
    pub fn key(&self) -> (String, &str) {
        let name = || format!("name {}", fold(&self.full_name));
        (self.passport_number.as_ref().map_or_else(name, |p| format!("passport {p}")), &self.nationality)
    }
}

impl VisitContent {
    pub fn period(&self) -> Period {
        Period { from: self.arrival, to: self.departure }
    }

    /// Number of guests that counts: those who came; before the arrival, those announced.
    pub fn counted(&self) -> i64 {
        self.stay.headcount.unwrap_or(self.headcount)
    }

    /// Number of guests of one nationality on the list.
    pub fn named(&self, country: &str) -> i64 {
        i64::try_from(self.guests.iter().filter(|g| g.nationality == country).count()).unwrap_or(i64::MAX)
    }

    /// The announced guests by nationality: as stated, else by the list, with all others from the sending country.
    pub fn announced(&self) -> Vec<Nationality> {
        if !self.nationalities.is_empty() {
            return self.nationalities.clone();
        }
        let mut shares = vec![Nationality { country: self.country.clone(), count: 0 }];
        for guest in &self.guests {
            match shares.iter_mut().find(|s| s.country == guest.nationality) {
                Some(share) => share.count += 1,
                None => shares.push(Nationality { country: guest.nationality.clone(), count: 1 }),
            }
        }
        let listed: i64 = shares.iter().map(|s| s.count).sum();
        if let Some(main) = shares.first_mut() {
            main.count += (self.headcount - listed).max(0);
        }
        shares.retain(|s| s.count > 0);
        shares
    }

    /// The guests that count, by nationality. If more came than announced, the others are counted for the sending
    /// country; if fewer came, they are deducted there first. Only the agency knows better, and can correct it with
    /// `nationalities`.
    pub fn shares(&self) -> Vec<Nationality> {
        let mut shares = self.announced();
        let mut over: i64 = shares.iter().map(|s| s.count).sum::<i64>() - self.counted();
        let main = shares.iter().position(|s| s.country == self.country);
        if over < 0 {
            match main.and_then(|at| shares.get_mut(at)) {
                Some(share) => share.count -= over,
                None => shares.push(Nationality { country: self.country.clone(), count: -over }),
            }
        }
        let order: Vec<usize> = main.into_iter().chain((0..shares.len()).filter(|at| Some(*at) != main)).collect();
        for at in order {
            if let Some(share) = shares.get_mut(at).filter(|_| over > 0) {
                let gone = over.min(share.count);
                share.count -= gone;
                over -= gone;
            }
        }
        shares.retain(|s| s.count > 0);
        shares
    }

    /// When guests first enter a restricted or border area.
    pub fn restricted_from(&self) -> Option<Moment> {
        self.programme.iter().filter(|i| i.restricted_area).map(|i| i.starts_at).min()
    }

    /// Every engagement of an official who receives the guests.
    pub fn engagements(&self, delegation_id: i64, draft: bool) -> Vec<Engagement> {
        let of = |item: &ProgrammeItem, official_id: i64| Engagement {
            official_id,
            kind: EngagementKind::Hosting,
            delegation_id,
            place: item.place.clone(),
            starts: item.starts_at,
            ends: item.ends_at,
            draft,
        };
        self.programme.iter().flat_map(|item| item.hosts.iter().map(move |host| of(item, *host))).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn content(headcount: i64, nationalities: &[(&str, i64)], guests: &[&str]) -> VisitContent {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        VisitContent {
            title: "Đoàn Chungbuk".into(),
            host_agency_id: 1,
            coordinating: Vec::new(),
            channel: Channel::State,
            sending_organisation: "Chungbuk".into(),
            country: "KR".into(),
            purpose: Purpose::Official,
            field: None,
            topics: Vec::new(),
            first_visit: false,
            reception_level: ReceptionLevel::Province,
            guest_class: GuestClass::Other,
            arrival: day(10),
            departure: day(12),
            headcount,
            nationalities: nationalities.iter().map(|(c, n)| Nationality { country: (*c).into(), count: *n }).collect(),
            guests: guests
                .iter()
                .enumerate()
                .map(|(at, country)| Guest {
                    guest_id: None,
                    full_name: format!("Guest {at}"),
                    nationality: (*country).into(),
                    position: String::new(),
                    passport_number: None,
                    role: MemberRole::Member,
                })
                .collect(),
            programme: Vec::new(),
            stay: Stay::default(),
            origin: None,
        }
    }

    fn shares(content: &VisitContent) -> Vec<(String, i64)> {
        content.shares().into_iter().map(|s| (s.country, s.count)).collect()
    }

    #[test]
    fn a_bare_number_is_of_the_sending_country_and_a_list_says_more() {
        assert_eq!(shares(&content(12, &[], &[])), [("KR".into(), 12)]);
        assert_eq!(shares(&content(12, &[], &["KR", "JP"])), [("KR".into(), 11), ("JP".into(), 1)]);
        assert_eq!(shares(&content(12, &[("KR", 9), ("US", 3)], &[])), [("KR".into(), 9), ("US".into(), 3)]);
        assert_eq!(shares(&content(2, &[], &["JP", "JP"])), [("JP".into(), 2)]);
    }

    #[test]
    fn what_was_recorded_counts_and_the_sending_country_takes_the_difference() {
        let mut visit = content(12, &[("KR", 9), ("US", 3)], &[]);
        visit.stay.headcount = Some(14);
        assert_eq!(shares(&visit), [("KR".into(), 11), ("US".into(), 3)]);
        visit.stay.headcount = Some(2);
        assert_eq!(shares(&visit), [("US".into(), 2)]);
    }

    proptest! {
        #[test]
        fn shares_always_add_up_to_the_guests_that_count(kr in 0i64..9, us in 0i64..9, came in 1i64..30, listed in 0usize..4) {
            prop_assume!(kr + us > 0);
            let stated: Vec<(&str, i64)> = [("KR", kr), ("US", us)].into_iter().filter(|(_, n)| *n > 0).collect();
            let mut visit = content(kr + us, &stated, &["KR", "US", "JP"][..listed.min(usize::try_from(kr + us).unwrap()).min(3)]);
            prop_assert_eq!(shares(&visit).iter().map(|s| s.1).sum::<i64>(), kr + us);
            visit.stay.headcount = Some(came);
            prop_assert_eq!(shares(&visit).iter().map(|s| s.1).sum::<i64>(), came);
            prop_assert!(shares(&visit).iter().all(|s| s.1 > 0));
            visit.nationalities.clear();
            prop_assert_eq!(shares(&visit).iter().map(|s| s.1).sum::<i64>(), came);
        }
    }
}
