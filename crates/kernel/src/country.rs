//! Countries: ISO 3166-1 with Vietnamese and English names and the region used in reports.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::text::fold;

/// The code of Viet Nam: delegations go from it and come to it.
pub const HOME: &str = "VN";

/// One country or territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    pub alpha2: &'static str,
    pub alpha3: &'static str,
    pub vi: &'static str,
    pub en: &'static str,
    pub region: &'static str,
}

/// Regions in reports (khu vực), with their labels.
pub const REGIONS: &[(&str, &str, &str)] = &[
    ("asean", "ASEAN và Timor-Leste", "ASEAN and Timor-Leste"),
    ("northeast_asia", "Đông Bắc Á", "North-East Asia"),
    ("south_asia", "Nam Á", "South Asia"),
    ("central_asia", "Trung Á", "Central Asia"),
    ("middle_east", "Trung Đông", "Middle East"),
    ("europe", "Châu Âu", "Europe"),
    ("north_america", "Bắc Mỹ", "North America"),
    ("latin_america", "Mỹ La-tinh", "Latin America"),
    ("africa", "Châu Phi", "Africa"),
    ("oceania", "Châu Đại Dương", "Oceania"),
];

fn table() -> &'static HashMap<&'static str, Country> {
    static TABLE: OnceLock<HashMap<&'static str, Country>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("countries.tsv")
            .lines()
            .filter_map(|line| {
                let mut cells = line.split('\t');
                let mut next = || cells.next();
                let country = Country { alpha2: next()?, alpha3: next()?, vi: next()?, en: next()?, region: next()? };
                Some((country.alpha2, country))
            })
            .collect()
    })
}

/// The country of an ISO 3166-1 alpha-2 code in capitals.
pub fn country(alpha2: &str) -> Option<&'static Country> {
    table().get(alpha2)
}

/// The country of an ISO 3166-1 alpha-3 code in capitals.
pub fn by_alpha3(alpha3: &str) -> Option<&'static Country> {
    table().values().find(|country| country.alpha3 == alpha3)
}

/// Every code of ISO 3166-1.
pub fn codes() -> impl Iterator<Item = &'static str> {
    table().keys().copied()
}

/// Every country, ordered by Vietnamese name, as a form shows them.
pub fn countries() -> Vec<&'static Country> {
    let mut all: Vec<&Country> = table().values().collect();
    all.sort_by_cached_key(|c| (fold(c.vi), c.alpha2));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_countries_of_iso_3166_are_there_and_have_a_region() {
        assert_eq!(table().len(), 249);
        assert!(table().values().all(|c| REGIONS.iter().any(|(code, ..)| *code == c.region)));
        assert_eq!(country("KR").map(|c| c.vi), Some("Hàn Quốc"));
        assert_eq!(country("XX"), None);
    }
}
