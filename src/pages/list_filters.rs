//! The filters of the list of a register: they stand in its address as people type them, and are asked of the API in its words.

use crate::pages::contract::Offer;
use crate::pages::forms::days;
use crate::pages::forms::fields::FaultLine;
use crate::pages::forms::names::{countries, searched};
use crate::pages::registers::RegisterPages;
use crate::pages::request::{PageRequest, encoded};
use crate::pages::show::text;
use kernel::id::Id;

/// What the form of the filters shows, and what is asked of the API.
#[derive(Default)]
pub struct ListFilters {
    /// The query of the API, without order and place.
    pub query: String,
    /// The same as it was typed, for links to this page.
    pub kept: String,
    pub faults: Vec<FaultLine>,
    pub q: String,
    pub year: String,
    pub from: String,
    pub to: String,
    pub country: String,
    pub agency: String,
    pub overdue: bool,
    /// Bodies whose turn it is.
    pub waiting_for: Vec<Offer>,
    pub mine: bool,
    pub states: Vec<Offer>,
    pub procedures: Vec<Offer>,
    pub purposes: Vec<Offer>,
    pub fields: Vec<Offer>,
    pub planned: Vec<Offer>,
    /// One of those that are folded away is set.
    pub more: bool,
}

/// Those that are shown only when they are wanted.
const FOLDED: [&str; 9] =
    ["procedure", "purpose", "field", "country", "agency_id", "from", "to", "in_plan", "waiting_for"];

struct Reader<'a> {
    page: &'a PageRequest,
    asked: Vec<String>,
    kept: Vec<String>,
    faults: Vec<FaultLine>,
}

impl Reader<'_> {
    fn typed(&self, name: &str) -> Option<String> {
        // What was chosen from a list comes after what was typed to find it.
        let query = self.page.http.query_string().as_bytes();
        let own = url::form_urlencoded::parse(query).filter(|(own, _)| own == name);
        own.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty()).last()
    }

    fn ask(&mut self, name: &str, value: &str) {
        self.asked.push(format!("{name}={}", encoded(value)));
    }

    /// What was typed, kept for links; the query has it in the words of the API.
    fn take(&mut self, name: &str, read: impl FnOnce(&str) -> Result<String, String>) -> String {
        let Some(typed) = self.typed(name) else { return String::new() };
        self.kept.push(format!("{name}={}", encoded(&typed)));
        match read(&typed) {
            Ok(value) => self.ask(name, &value),
            Err(said) => {
                let at = if CHOSEN.contains(&name) { "q" } else { name };
                self.faults.push(FaultLine { id: format!("filter-{at}"), text: said });
            }
        }
        typed
    }

    /// A word of a list of the contract.
    fn word(&mut self, name: &str, list: &str) -> Vec<Offer> {
        let page = self.page;
        let unknown = page.t("Không có lựa chọn này", "There is no such choice");
        // Several may stand in an address with commas between them.
        let known = |word: &str| word.split(',').all(|one| page.contract.list(list).iter().any(|(own, _)| *own == one));
        let chosen =
            self.take(name, |word| if known(word) { Ok(word.to_owned()) } else { Err(format!("{unknown}: «{word}»")) });
        page.contract.offers(list, &chosen, page.language)
    }

    fn day(&mut self, name: &str) -> String {
        let language = self.page.language;
        self.take(name, |typed| {
            days::day(typed).map(|day| day.to_string()).map_err(|fault| fault.in_language(language).to_owned())
        })
    }

    fn tick(&mut self, name: &str) -> bool {
        !self.take(name, |_| Ok("true".to_owned())).is_empty()
    }
}

/// The agency that was typed or chosen: its id and its name.
async fn agency(page: &PageRequest, typed: &str) -> Result<(String, String), String> {
    if typed.parse::<Id>().is_ok() {
        let known = page.get(&format!("/agencies/{typed}")).await.unwrap_or_default();
        let name = text(&known, "/name");
        return Ok((typed.to_owned(), if name.is_empty() { typed.to_owned() } else { name.to_owned() }));
    }
    match searched(page, "agencies", typed).await.as_slice() {
        [(id, _)] => Ok((id.clone(), typed.to_owned())),
        [] => Err(format!("{}: «{typed}»", page.t("Không có cơ quan này", "There is no such agency"))),
        several => {
            let names: Vec<&str> = several.iter().take(5).map(|(_, name)| name.as_str()).collect();
            let said = page.t("Có nhiều cơ quan khớp, hãy ghi đủ tên", "Several agencies fit; enter the whole name");
            Err(format!("{said}: {}", names.join("; ")))
        }
    }
}

/// Those that are chosen, not typed: a word that is none came with an address.
const CHOSEN: [&str; 6] = ["state", "procedure", "purpose", "field", "in_plan", "waiting_for"];

impl ListFilters {
    /// What is wrong with one of them.
    pub fn fault(&self, name: &str) -> &str {
        let id = format!("filter-{name}");
        self.faults.iter().find(|fault| fault.id == id).map_or("", |fault| &fault.text)
    }

    /// Reads the address of the page. What tells how far a dossier is (`state`, `overdue`, `waiting_for`) is passed over unless the reader sees
    /// dossiers as a whole.
    pub async fn read(page: &PageRequest, register: &RegisterPages, whole: bool) -> Self {
        let mut reader = Reader { page, asked: Vec::new(), kept: Vec::new(), faults: Vec::new() };
        let t = |vi: &str, en: &str| page.t(vi, en).to_owned();
        let more = FOLDED.into_iter().any(|name| reader.typed(name).is_some());
        let q = reader.take("q", |words| Ok(words.to_owned()));
        let year = reader.take("year", |typed| match typed.parse::<i32>() {
            Ok(year) if (1990..=2100).contains(&year) => Ok(year.to_string()),
            _ => Err(format!("{}: «{typed}»", t("Năm từ 1990 đến 2100", "A year from 1990 to 2100"))),
        });
        let country = reader.take("country", |typed| match countries(page, typed).as_slice() {
            [(code, _)] => Ok(code.clone()),
            [] => Err(format!("{}: «{typed}»", t("Không có nước này", "There is no such country"))),
            several => {
                let names: Vec<&str> = several.iter().map(|(_, name)| name.as_str()).collect();
                Err(format!("{}: {}", t("Có nhiều nước khớp", "Several countries fit"), names.join(", ")))
            }
        });
        let found = match reader.typed("agency_id") {
            Some(typed) => agency(page, &typed).await,
            None => Ok((String::new(), String::new())),
        };
        let (id, named) = found.clone().unwrap_or_default();
        let typed_agency = reader.take("agency_id", |_| found.map(|_| id));
        let states = if whole { reader.word("state", "state") } else { Vec::new() };
        let mut procedures = reader.word("procedure", "procedure");
        procedures.retain(|offer| register.entry.procedures.iter().any(|own| own.word() == offer.value));
        let yes_or_no = |chosen: &str| {
            let offer = |value: &str, label| Offer { value: value.to_owned(), label, chosen: value == chosen };
            vec![offer("true", t("Có", "Yes")), offer("false", t("Không", "No"))]
        };
        let planned = reader.take("in_plan", |word| match word {
            "true" | "false" => Ok(word.to_owned()),
            _ => Err(t("Chọn có hoặc không", "Choose yes or no")),
        });
        let mut filters = ListFilters {
            q,
            year,
            country: match countries(page, &country).as_slice() {
                [(_, name)] => name.clone(),
                _ => country,
            },
            agency: if named.is_empty() { typed_agency } else { named },
            states,
            procedures: if procedures.len() > 1 { procedures } else { Vec::new() },
            purposes: reader.word("purpose", "purpose"),
            fields: reader.word("field", "field"),
            planned: yes_or_no(&planned),
            from: reader.day("from"),
            to: reader.day("to"),
            overdue: whole && reader.tick("overdue"),
            waiting_for: if whole { reader.word("waiting_for", "body") } else { Vec::new() },
            mine: reader.tick("mine"),
            more,
            ..ListFilters::default()
        };
        let days = [&filters.from, &filters.to].map(|typed| days::day(typed).ok());
        if let [Some(from), Some(to)] = days
            && to < from
        {
            let said = t("Ngày sau phải không sớm hơn ngày trước", "The second day must not be before the first");
            reader.faults.push(FaultLine { id: "filter-to".to_owned(), text: said });
        }
        // Pages of people and partners lead here with the one that they are about.
        reader.take("traveller", |id| Ok(id.to_owned()));
        filters.query = reader.asked.join("&");
        filters.kept = reader.kept.join("&");
        filters.faults = reader.faults;
        filters
    }
}
