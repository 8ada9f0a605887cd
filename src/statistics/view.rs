//! The representation of statistics: JSON, and the table for CSV and XLSX.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::statistics::compare::{ComparedFigures, percent};
use crate::statistics::count::{Counted, Figures};
use crate::statistics::dimension::{Dimension, Measure};
use crate::statistics::labels::{PREVIOUS, TOTAL, heading, measure};
use crate::statistics::question::{Basis, MoreMeasures, Window};
use kernel::money::{self, Money};
use kernel::procedure::{Procedure, RegisterEntry};
use kernel::table::{Cell, Table};
use kernel::text::Language;
use kernel::time::Period;

#[derive(Serialize, ToSchema)]
pub struct PeriodView {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub window: Window,
    pub date_basis: Basis,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Days)]
pub struct DaysView {
    from: NaiveDate,
    to: NaiveDate,
}

/// The measures of one row.
#[derive(Serialize, ToSchema)]
#[schema(as = Figures)]
pub struct FiguresView {
    /// Delegations (đoàn).
    delegations: i64,
    /// Visits (lượt): one person in one delegation.
    visits: i64,
    /// Distinct people (người).
    persons: i64,
    /// Calendar days of the delegations, each delegation once; only if `measures` includes `days`.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<i64>,
    /// Days of every person of every delegation, added up; only if `measures` includes `person_days`.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_days: Option<i64>,
    /// Estimated cost, one amount per currency, in minor units; only if `measures` includes `cost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Vec<Money>>,
    /// What was settled afterwards, in đồng; only if `measures` includes `settled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<Money>,
}

impl FiguresView {
    fn of(f: &Figures, more: MoreMeasures) -> Self {
        let money = |(currency, amount): (&String, &i64)| Money { amount: *amount, currency: currency.clone() };
        FiguresView {
            delegations: f.delegations,
            visits: f.visits,
            persons: f.persons,
            days: more.days.then_some(f.days),
            person_days: more.person_days.then_some(f.person_days),
            settled: more.settled.then(|| Money { amount: f.settled, currency: "VND".into() }),
            cost: more.cost.then(|| f.cost.iter().map(money).collect()),
        }
    }
}

/// Change in percent, with one decimal; null if the previous figure is 0.
#[derive(Serialize, ToSchema)]
struct Percent {
    delegations: Option<f64>,
    visits: Option<f64>,
    persons: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person_days: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<f64>,
}

/// The previous year, and the change since then; absent unless a comparison was asked for.
#[derive(Default, Serialize, ToSchema)]
struct Comparison {
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<FiguresView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<FiguresView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<Percent>,
}

fn difference(now: &Figures, before: &Figures) -> Figures {
    let currencies: BTreeSet<&String> = now.cost.keys().chain(before.cost.keys()).collect();
    let amount = |cost: &BTreeMap<String, i64>, currency| cost.get(currency).copied().unwrap_or(0);
    Figures {
        delegations: now.delegations - before.delegations,
        visits: now.visits - before.visits,
        persons: now.persons - before.persons,
        days: now.days - before.days,
        person_days: now.person_days - before.person_days,
        settled: now.settled - before.settled,
        cost: currencies.into_iter().map(|c| (c.clone(), amount(&now.cost, c) - amount(&before.cost, c))).collect(),
    }
}

impl Comparison {
    fn of(now: &Figures, before: &Figures, more: MoreMeasures) -> Self {
        Comparison {
            previous: Some(FiguresView::of(before, more)),
            difference: Some(FiguresView::of(&difference(now, before), more)),
            percent: Some(Percent {
                delegations: percent(now.delegations, before.delegations),
                visits: percent(now.visits, before.visits),
                persons: percent(now.persons, before.persons),
                days: percent(now.days, before.days).filter(|_| more.days),
                person_days: percent(now.person_days, before.person_days).filter(|_| more.person_days),
                settled: percent(now.settled, before.settled).filter(|_| more.settled),
            }),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct TotalView {
    #[serde(flatten)]
    figures: FiguresView,
    #[serde(flatten)]
    compared: Comparison,
}

/// One row; it has `key` with one dimension, `keys` with two.
#[derive(Serialize, ToSchema)]
#[schema(as = RowView)]
struct FigureRowView {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<Vec<String>>,
    label: String,
    #[serde(flatten)]
    figures: FiguresView,
    #[serde(flatten)]
    compared: Comparison,
}

#[derive(Serialize, ToSchema)]
pub struct NoteItem {
    code: &'static str,
    pub detail: String,
}

/// Statistics: delegations (đoàn), visits (lượt), persons (người), days and cost.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"procedure": "outbound", "period": {"from": "2026-01-01", "to": "2026-12-31", "window": "calendar", "date_basis": "travel"},
    "total": {"delegations": 1, "visits": 5, "persons": 5},
    "rows": [{"key": "KR", "label": "Hàn Quốc", "delegations": 1, "visits": 5, "persons": 5}],
    "notes": [], "data_version": "1"}))]
pub struct Statistics {
    procedure: Procedure,
    period: PeriodView,
    /// With `compare`: the period in the previous year.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_period: Option<DaysView>,
    total: TotalView,
    rows: Vec<FigureRowView>,
    notes: Vec<NoteItem>,
    /// Changes whenever counted data changes.
    data_version: String,
}

/// The counted figures with everything needed to represent them.
pub struct ShownFigures<'a> {
    pub entry: &'static RegisterEntry,
    pub procedure: Procedure,
    pub period: PeriodView,
    pub previous_period: Option<Period>,
    pub by: &'a [Dimension],
    pub counted: &'a Counted,
    pub compared: Option<ComparedFigures>,
    /// Gives the labels for the keys of a row.
    pub labelled: &'a dyn Fn(&[String]) -> Vec<String>,
    pub language: Language,
    pub more: MoreMeasures,
    /// Number of delegations whose agency has no single counterpart on the day of the view.
    pub unsure_units: i64,
    /// Number of delegations dated after the end of their unit, and those units with what followed them.
    pub ended: (i64, Vec<(String, String)>),
    pub version: i64,
}

/// Keys, figures, and figures of the previous year.
type FigureLine = (Vec<String>, Figures, Option<Figures>);

impl ShownFigures<'_> {
    /// The rows in reading order: chronological for months and quarters, otherwise largest first.
    pub fn lines(&self) -> Vec<FigureLine> {
        let mut lines: Vec<FigureLine> = match &self.compared {
            Some(compared) => compared.rows.iter().map(|(k, f, b)| (k.clone(), f.clone(), Some(b.clone()))).collect(),
            None => self.counted.rows.iter().map(|(k, f)| (k.clone(), f.clone(), None)).collect(),
        };
        if !self.by.iter().any(|d| matches!(d, Dimension::Month | Dimension::Quarter)) {
            lines.sort_by_cached_key(|(keys, f, _)| (-f.delegations, -f.visits, (self.labelled)(keys)));
        }
        lines
    }

    fn before(&self) -> Option<&Figures> {
        self.compared.as_ref().map(|c| &c.total.1)
    }

    pub fn view(self) -> Statistics {
        let row = |(keys, now, before): FigureLine| FigureRowView {
            key: (keys.len() == 1).then(|| keys.first().cloned()).flatten(),
            label: (self.labelled)(&keys).join(" · "),
            figures: FiguresView::of(&now, self.more),
            compared: before.map(|before| Comparison::of(&now, &before, self.more)).unwrap_or_default(),
            keys: (keys.len() == 2).then_some(keys),
        };
        let total = &self.counted.total;
        Statistics {
            procedure: self.procedure,
            previous_period: self.previous_period.map(|p| DaysView { from: p.from, to: p.to }),
            total: TotalView {
                figures: FiguresView::of(total, self.more),
                compared: self.before().map(|before| Comparison::of(total, before, self.more)).unwrap_or_default(),
            },
            rows: self.lines().into_iter().map(row).collect(),
            notes: self.notes(),
            data_version: self.version.to_string(),
            period: self.period,
        }
    }

    /// What a reader must know about the figures.
    pub fn notes(&self) -> Vec<NoteItem> {
        let say = |code, vi: String, en: String| NoteItem { code, detail: self.language.say(&vi, &en) };
        let mut notes = Vec::new();
        let c = self.counted;
        if c.rows_do_not_add_up() {
            let (mut vi, mut en) = (Vec::new(), Vec::new());
            if c.repeated_delegations > 0 {
                let (why_vi, why_en) = why(self.by);
                vi.push(format!(
                    "{} đoàn {why_vi} được tính ở từng dòng nhưng chỉ tính một lần trong tổng số.",
                    money::grouped(c.repeated_delegations)
                ));
                en.push(format!(
                    "{} delegation(s) {why_en} are counted in each row, but only once in the total.",
                    c.repeated_delegations
                ));
            }
            if c.repeated_persons > 0 {
                vi.push(format!(
                    "{} người có mặt ở nhiều dòng nhưng chỉ tính một lần trong tổng số.",
                    money::grouped(c.repeated_persons)
                ));
                en.push(format!(
                    "{} person(s) are counted in several rows, but only once in the total.",
                    c.repeated_persons
                ));
            }
            notes.push(say("rows_do_not_add_up", vi.join(" "), en.join(" ")));
        }
        if self.unsure_units > 0 {
            notes.push(say(
                "units_not_attributed",
                format!(
                    "{} đoàn giữ tên đơn vị như đã báo cáo, vì đơn vị đó bị chia tách hoặc hợp nhất từ nhiều đơn vị.",
                    money::grouped(self.unsure_units)
                ),
                format!(
                    "{} delegation(s) keep the agency as reported, because it was split or formed from several.",
                    self.unsure_units
                ),
            ));
        }
        if self.ended.0 > 0 {
            let (number, units) = &self.ended;
            let named = |vi: &str, none: &str| {
                let one = |(unit, after): &(String, String)| match after.as_str() {
                    "" => format!("{unit} ({none})"),
                    after => format!("{unit} ({vi} {after})"),
                };
                units.iter().take(5).map(one).collect::<Vec<_>>().join("; ")
            };
            notes.push(say(
                "units_ended",
                format!(
                    "{} đoàn ghi cho đơn vị đã kết thúc trước ngày đi: {}.",
                    money::grouped(*number),
                    named("nay là", "không có đơn vị kế tục")
                ),
                format!(
                    "{number} delegation(s) stand under units that had ended before: {}.",
                    named("now", "without a successor")
                ),
            ));
        }
        if c.persons_not_all_named {
            notes.push(say(
                "persons_not_all_named",
                "Khách không nêu tên được tính một lần cho mỗi đoàn.".into(),
                "Guests without names are counted once per delegation.".into(),
            ));
        }
        notes
    }

    /// The table: the dimensions, then all measures, then those of the previous year if requested.
    pub fn table(&self, name: &str) -> Table {
        let mut header: Vec<String> = self.by.iter().map(|d| heading(*d, self.language).to_owned()).collect();
        let more = [
            (Measure::Days, self.more.days),
            (Measure::PersonDays, self.more.person_days),
            (Measure::Cost, self.more.cost),
            (Measure::Settled, self.more.settled),
        ];
        let shown = [Measure::Delegations, Measure::Visits, Measure::Persons].into_iter();
        let shown = shown.chain(more.into_iter().filter(|(_, asked)| *asked).map(|(of, _)| of));
        let measures: Vec<&str> = shown.map(|of| measure(of, self.language)).collect();
        header.extend(measures.iter().map(ToString::to_string));
        if self.compared.is_some() {
            let year_before = PREVIOUS.in_language(self.language);
            header.extend(measures.iter().map(|m| format!("{m} ({year_before})")));
        }
        let cells = |f: &Figures| {
            let mut cells = [f.delegations, f.visits, f.persons].map(Cell::Number).to_vec();
            if self.more.days {
                cells.push(Cell::Number(f.days));
            }
            if self.more.person_days {
                cells.push(Cell::Number(f.person_days));
            }
            if self.more.cost {
                let cost: Vec<String> = f.cost.iter().map(|(c, a)| money::in_vietnamese(*a, c)).collect();
                cells.push(if cost.is_empty() { Cell::Empty } else { Cell::Text(cost.join("; ")) });
            }
            if self.more.settled {
                cells.push(Cell::Number(f.settled));
            }
            cells
        };
        let line = |labels: Vec<String>, now: &Figures, before: Option<&Figures>| {
            let labels = labels.into_iter().map(Cell::Text);
            labels.chain(cells(now)).chain(before.map(cells).into_iter().flatten()).collect::<Vec<Cell>>()
        };
        let mut rows: Vec<Vec<Cell>> =
            self.lines().iter().map(|(keys, now, before)| line((self.labelled)(keys), now, before.as_ref())).collect();
        let total = self.by.iter().map(|_| TOTAL.in_language(self.language).to_owned()).collect();
        rows.push(line(total, &self.counted.total, self.before()));
        Table { name: name.into(), header, rows }
    }
}

/// Why a delegation can be in several rows with these dimensions.
fn why(by: &[Dimension]) -> (String, String) {
    let reason = |dimension: &Dimension| match dimension {
        Dimension::Country => Some(("nhiều nước", "to or from several countries")),
        Dimension::Region => Some(("nhiều khu vực", "to or from several regions")),
        Dimension::Agency => Some(("có người của nhiều cơ quan", "with people of several agencies")),
        Dimension::Funding => Some(("có nhiều nguồn kinh phí", "with several funding sources")),
        _ => None,
    };
    let found: Vec<(&str, &str)> = by.iter().filter_map(reason).collect();
    let join = |parts: Vec<&str>, or: &str| parts.join(or);
    (join(found.iter().map(|r| r.0).collect(), " hoặc "), join(found.iter().map(|r| r.1).collect(), " or "))
}
