//! Statistics as a chart: its type, title, legend and notes.

use chrono::Datelike;

use crate::statistics::count::Figures;
use crate::statistics::dimension::Dimension;
use crate::statistics::labels::{heading, label};
use crate::statistics::view::ShownFigures;
use documents::svg::{DrawnChart, DrawnShape, Point};
use kernel::money::grouped;
use kernel::text::Language;
use kernel::time::{Day, Period, in_vietnamese};

/// Maximum bars in one chart; more would not be legible on a page.
const BARS: usize = 25;
/// Maximum months in one chart.
const MONTHS: i64 = 120;

/// A period in a title.
fn days(period: Period, language: Language) -> String {
    let (from, to) = (period.from, period.to);
    let whole = from.month() == 1 && from.day() == 1 && to.month() == 12 && to.day() == 31 && from.year() == to.year();
    let (vi, en) = if whole {
        (format!("năm {}", from.year()), format!("in {}", from.year()))
    } else {
        (format!("từ {} đến {}", in_vietnamese(from), in_vietnamese(to)), format!("from {from} to {to}"))
    };
    language.say(&vi, &en)
}

/// The keys of the months or quarters of a period, in order.
fn in_time(period: Period, dimension: Dimension) -> Vec<String> {
    let number = |day: Day| i64::from(day.year()) * 12 + i64::from(day.month0());
    let (first, last) = (number(period.from), number(period.to));
    let mut keys: Vec<String> = (first..=last.min(first + MONTHS - 1))
        .map(|n| {
            let (year, month) = (n.div_euclid(12), n.rem_euclid(12));
            match dimension {
                Dimension::Quarter => format!("{year}-Q{}", month / 3 + 1),
                _ => format!("{year}-{:02}", month + 1),
            }
        })
        .collect();
    keys.dedup();
    keys
}

impl ShownFigures<'_> {
    /// Whether neither period has any delegation.
    fn is_empty(&self) -> bool {
        self.counted.total.delegations == 0 && self.compared.as_ref().is_none_or(|c| c.total.1.delegations == 0)
    }

    /// A bar chart, largest first; by month or quarter a line chart, in which an empty month is 0.
    pub fn picture(&self, today: Day) -> DrawnChart {
        let say = |vi: &str, en: &str| self.language.say(vi, en);
        let period = Period { from: self.period.from, to: self.period.to };
        let what = say(self.entry.label.vi, self.entry.label.en);
        let by: Vec<String> = self.by.iter().map(|d| heading(*d, self.language).to_lowercase()).collect();
        let by = if by.is_empty() { String::new() } else { say(" theo ", " by ") + &by.join(&say(" và ", " and ")) };
        // A year without any data is not a year of zeros.
        let compares = self.compared.as_ref().is_some_and(|c| c.total.1.delegations > 0);
        let point = |label: String, now: &Figures, before: Option<&Figures>| Point {
            label,
            value: now.visits,
            remark: format!("({})", grouped(now.delegations)),
            before: before.filter(|_| compares).map(|f| f.visits),
        };
        let line = matches!(self.by, [Dimension::Month | Dimension::Quarter]);
        let mut footer = Vec::new();
        let points: Vec<Point> = match self.by {
            // Nothing at all is no line along zero.
            _ if self.is_empty() => Vec::new(),
            [dimension] if line => {
                let rows = self.lines();
                let nothing = Figures::default();
                let of = |key: String| {
                    let row = rows.iter().find(|(keys, ..)| keys.first() == Some(&key));
                    let (now, before) = row.map_or((&nothing, None), |(_, now, before)| (now, before.as_ref()));
                    let name = label(*dimension, &key, &Default::default(), self.language);
                    // "3/2026" is a month: a quarter keeps its letter.
                    let short = match name.strip_prefix("Quý ") {
                        Some(quarter) => format!("Q{quarter}"),
                        None => name.trim_start_matches("Tháng ").to_owned(),
                    };
                    Point { remark: String::new(), ..point(short, now, before.or(compares.then_some(&nothing))) }
                };
                in_time(period, *dimension).into_iter().map(of).collect()
            }
            [] => {
                let before = self.compared.as_ref().map(|c| &c.total.1);
                vec![point(say("Tổng số", "Total"), &self.counted.total, before)]
            }
            _ => {
                // The longest bars; first those, or in time where they have a time.
                let mut rows = self.lines();
                let in_time = self.by.iter().any(|d| matches!(d, Dimension::Month | Dimension::Quarter));
                let mut sizes: Vec<i64> = rows.iter().map(|(_, now, _)| -now.visits).collect();
                sizes.sort_unstable();
                if in_time && rows.len() > BARS {
                    let least = sizes.get(BARS - 1).copied().unwrap_or(0);
                    rows.sort_by_key(|(_, now, _)| -now.visits > least);
                    let (shown, hidden) = rows.split_at(BARS.min(rows.len()));
                    let (mut shown, hidden) = (shown.to_vec(), hidden.to_vec());
                    shown.sort_by(|(one, ..), (other, ..)| one.cmp(other));
                    rows = shown.into_iter().chain(hidden).collect();
                } else if !in_time {
                    rows.sort_by_key(|(_, now, _)| -now.visits);
                }
                if rows.len() > BARS {
                    let more = rows.len() - BARS;
                    footer.push(say(
                        &format!("Biểu đồ thể hiện {BARS} dòng lớn nhất; còn {more} dòng khác."),
                        &format!("The chart shows the {BARS} largest rows; {more} more are not shown."),
                    ));
                }
                let named = |keys: &[String]| (self.labelled)(keys).join(" · ");
                rows.iter().take(BARS).map(|(keys, now, before)| point(named(keys), now, before.as_ref())).collect()
            }
        };
        let total = &self.counted.total;
        footer.insert(
            0,
            say(
                &format!(
                    "Tổng số: {} đoàn, {} lượt, {} người.",
                    grouped(total.delegations),
                    grouped(total.visits),
                    grouped(total.persons)
                ),
                &format!(
                    "Total: {} delegations, {} visits, {} persons.",
                    total.delegations, total.visits, total.persons
                ),
            ),
        );
        if let Some(before) = self.previous_period.filter(|_| !compares) {
            let before = days(before, self.language);
            footer.push(say(&format!("Không có số liệu {before} để so sánh."), &format!("There is no data {before}.")));
        }
        footer.extend(self.notes().into_iter().map(|note| note.detail));
        footer.push(say(
            &format!(
                "Nguồn: hệ thống quản lý đoàn ra, đoàn vào của tỉnh (ngoaivu), phiên bản số liệu {}. Lập ngày {}.",
                self.version,
                in_vietnamese(today)
            ),
            &format!(
                "Source: the province's register of delegations (ngoaivu), data version {}. Created on {today}.",
                self.version
            ),
        ));
        DrawnChart {
            title: format!("{what} {}{by}", days(period, self.language)),
            unit: if line {
                say("Đơn vị: lượt người", "Unit: visits")
            } else {
                say("Đơn vị: lượt người (trong ngoặc: số đoàn)", "Unit: visits (in brackets: delegations)")
            },
            names: (
                days(period, self.language),
                self.previous_period.filter(|_| compares).map(|p| days(p, self.language)),
            ),
            points,
            shape: if line { DrawnShape::Line } else { DrawnShape::Bars },
            footer,
            empty: say("Không có số liệu trong khoảng thời gian này.", "There is no data for this period."),
        }
    }
}
