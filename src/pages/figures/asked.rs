//! The question of a page of figures, as it stands in its address: the words of the API, with the two groupings as two
//! fields and days as people write them. Pure but for the page it is read from.

use chrono::Datelike;

use crate::pages::contract::Offer;
use crate::pages::forms::days;
use crate::pages::request::{PageRequest, encoded};
use kernel::text::Language;

/// What narrows the figures, with the list of the vocabulary that its words are of.
const NARROWS: [(&str, &str); 10] = [
    ("country", "country"),
    ("region", "region"),
    ("purpose", "purpose"),
    ("field", "field"),
    ("funding", "funding_source"),
    ("reception_level", "reception_level"),
    ("leader_level", "post_level"),
    ("channel", "channel"),
    ("in_plan", ""),
    ("waived", ""),
];

/// Measures beside delegations, visits and persons.
pub const MORE: [&str; 4] = ["days", "person_days", "cost", "settled"];

/// Years that the page offers.
const YEARS: i32 = 12;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FiguresAsked {
    pub by: Vec<String>,
    pub year: String,
    pub from: String,
    pub to: String,
    pub window: String,
    pub date_basis: String,
    pub agency_view: String,
    pub agency_id: String,
    pub compare: bool,
    pub measures: Vec<String>,
    /// Name and word.
    pub narrowed: Vec<(&'static str, String)>,
}

/// A choice of the page.
pub struct AskedChoice {
    pub name: &'static str,
    pub label: String,
    pub offers: Vec<Offer>,
}

impl FiguresAsked {
    pub fn read(page: &PageRequest) -> Self {
        let all: Vec<(String, String)> =
            url::form_urlencoded::parse(page.http.query_string().as_bytes()).into_owned().collect();
        let every = |name: &str| {
            let values = all.iter().filter(|(n, v)| n == name && !v.trim().is_empty());
            values.flat_map(|(_, v)| v.split(',')).map(|v| v.trim().to_owned()).collect::<Vec<String>>()
        };
        let one = |name: &str| every(name).into_iter().next().unwrap_or_default();
        // A day as people write it, else what was typed: the API says what is wrong with it.
        let day = |name: &str| days::day(&one(name)).map_or_else(|_| one(name), |day| day.to_string());
        let mut by = every("by");
        by.dedup();
        by.truncate(2);
        let (from, to) = (day("from"), day("to"));
        let whole_year = from.is_empty() && to.is_empty();
        let year = match one("year") {
            none if none.is_empty() && whole_year => page.today.year().to_string(),
            year if whole_year => year,
            _ => String::new(),
        };
        let narrowed = NARROWS.into_iter().map(|(name, _)| (name, one(name))).filter(|(_, word)| !word.is_empty());
        FiguresAsked {
            by: if all.is_empty() { vec!["country".to_owned()] } else { by },
            year,
            window: if whole_year { one("window") } else { String::new() },
            from,
            to,
            date_basis: one("date_basis"),
            agency_view: one("agency_view"),
            agency_id: one("agency_id"),
            compare: one("compare") == "previous_year",
            measures: every("measures").into_iter().filter(|m| MORE.contains(&m.as_str())).collect(),
            narrowed: narrowed.collect(),
        }
    }

    /// The query of what is counted, without how it is shown.
    pub fn counted(&self) -> String {
        let mut query = vec![("by", self.by.join(","))];
        let plain = [
            ("year", &self.year),
            ("from", &self.from),
            ("to", &self.to),
            ("window", &self.window),
            ("date_basis", &self.date_basis),
            ("agency_view", &self.agency_view),
            ("agency_id", &self.agency_id),
        ];
        query.extend(plain.into_iter().map(|(name, value)| (name, value.clone())));
        query.extend(self.narrowed.iter().cloned());
        let said = query.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| format!("{name}={}", encoded(&value))).collect::<Vec<_>>().join("&")
    }

    /// The query of the figures.
    pub fn query(&self) -> String {
        let mut query = self.counted();
        if self.compare {
            query.push_str("&compare=previous_year");
        }
        if !self.measures.is_empty() {
            query.push_str("&measures=");
            query.push_str(&encoded(&self.measures.join(",")));
        }
        query
    }

    /// The words of a dimension to group by, the n-th of two.
    pub fn groupings(&self, page: &PageRequest, n: usize) -> Vec<Offer> {
        let chosen = self.by.get(n).map(String::as_str).unwrap_or_default();
        page.contract.offers("dimension", chosen, page.language)
    }

    pub fn years(&self, today: i32) -> Vec<Offer> {
        let mut years: Vec<String> = (0..YEARS).map(|n| (today - n).to_string()).collect();
        if !self.year.is_empty() && !years.contains(&self.year) {
            years.push(self.year.clone());
        }
        years.into_iter().map(|y| Offer { chosen: y == self.year, label: y.clone(), value: y }).collect()
    }

    /// What is chosen seldom: how a year is cut, which day counts, which units, and what narrows.
    pub fn seldom(&self, page: &PageRequest) -> Vec<AskedChoice> {
        let t = |vi: &str, en: &str| page.t(vi, en).to_owned();
        let offer = |value: &str, label: String, now: &str| Offer { value: value.into(), label, chosen: value == now };
        let mut all = vec![
            AskedChoice {
                name: "window",
                label: t("Cách tính năm", "Year"),
                offers: page.contract.offers("window", &self.window, page.language),
            },
            AskedChoice {
                name: "date_basis",
                label: t("Tính theo", "Counted by"),
                offers: vec![
                    offer("travel", t("Ngày đi, ngày đến", "Day of travel"), &self.date_basis),
                    offer("decision", t("Ngày quyết định", "Day of the decision"), &self.date_basis),
                ],
            },
            AskedChoice {
                name: "agency_view",
                label: t("Đơn vị", "Agencies"),
                offers: vec![
                    offer("as_reported", t("Như lúc báo cáo", "As reported"), &self.agency_view),
                    offer("current", t("Như hiện nay", "As they are now"), &self.agency_view),
                ],
            },
        ];
        for (name, list) in NARROWS {
            let now = self.narrowed.iter().find(|(n, _)| *n == name).map_or("", |(_, word)| word.as_str());
            let offers = match list {
                "" => vec![offer("true", t("Có", "Yes"), now), offer("false", t("Không", "No"), now)],
                list => page.contract.offers(list, now, page.language),
            };
            all.push(AskedChoice { name, label: page.contract.label("dimension", name, page.language), offers });
        }
        all
    }

    pub fn more(&self, page: &PageRequest) -> Vec<Offer> {
        let chosen = |word: &str| self.measures.iter().any(|m| m == word);
        MORE.iter().map(|word| page.contract.offer("measure", word, chosen(word), page.language)).collect()
    }

    /// Whether anything is chosen that a page folds away.
    pub fn is_special(&self) -> bool {
        let plain = |text: &str, usual: &str| text.is_empty() || text == usual;
        !self.narrowed.is_empty()
            || !self.measures.is_empty()
            || !self.from.is_empty()
            || !plain(&self.window, "calendar")
            || !plain(&self.date_basis, "travel")
            || !plain(&self.agency_view, "as_reported")
    }

    /// The period and the groupings in words: `theo nước và tháng, năm 2026`.
    pub fn said(&self, page: &PageRequest) -> String {
        let by: Vec<String> =
            self.by.iter().map(|d| page.contract.label("dimension", d, page.language).to_lowercase()).collect();
        let by = match by.join(page.t(" và ", " and ")) {
            none if none.is_empty() => String::new(),
            by => format!("{} {by}, ", page.t("theo", "by")),
        };
        let period = if self.year.is_empty() {
            let day = |iso: &str| iso.parse().map_or_else(|_| iso.to_owned(), crate::pages::show::day);
            format!("{}–{}", day(&self.from), day(&self.to))
        } else {
            format!("{} {}", page.t("năm", "in"), self.year)
        };
        match page.language {
            Language::Vietnamese | Language::English => format!("{by}{period}"),
        }
    }
}
