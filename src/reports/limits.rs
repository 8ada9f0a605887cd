//! Impossible totals: a month above its year to date, a part above its whole. Pure.

use crate::reports::model::{FrozenReport, ReportContent, ReportFigures, ReportKind};
use crate::reports::tables::PROVINCE;
use kernel::money::grouped;
use kernel::procedure::RegisterEntries;
use kernel::text::Bilingual;

/// A part that is larger than its whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impossible {
    pub measure: &'static str,
    pub part: i64,
    pub whole: i64,
    pub says: Bilingual,
}

fn compare(measure: &'static str, (part, part_is): (i64, &str), (whole, whole_is): (i64, &str)) -> Option<Impossible> {
    (part > whole).then(|| Impossible {
        measure,
        part,
        whole,
        says: Bilingual::new(
            format!("{part_is}: {} lớn hơn {whole_is}: {}.", grouped(part), grouped(whole)),
            format!("{part_is}: {part} is above {whole_is}: {whole}."),
        ),
    })
}

fn compare_all(part: ReportFigures, part_is: &str, whole: ReportFigures, whole_is: &str, found: &mut Vec<Impossible>) {
    // Distinct people cannot be summed, but a part still cannot be larger than its whole.
    for (measure, part, whole) in [
        ("delegations", part.delegations, whole.delegations),
        ("visits", part.visits, whole.visits),
        ("persons", part.persons, whole.persons),
    ] {
        found.extend(compare(measure, (part, part_is), (whole, whole_is)));
    }
}

/// Finds impossible totals within a report: a line above its total, a period above its year to date.
pub fn within(content: &ReportContent) -> Vec<Impossible> {
    let mut found = Vec::new();
    for table in &content.tables {
        for line in table.lines.iter().chain(&table.total) {
            if let Some(to_date) = line.to_date {
                let said = format!("{} – {} (lũy kế)", table.title, line.label);
                compare_all(line.figures, &format!("{} – {}", table.title, line.label), to_date, &said, &mut found);
            }
            if let Some(total) = &table.total {
                let said = format!("{} – {}", table.title, line.label);
                compare_all(line.figures, &said, total.figures, &format!("{} – tổng số", table.title), &mut found);
            }
        }
        for part in &table.lines {
            let Some(whole) = part.key.strip_suffix(PROVINCE) else { continue };
            if let Some(whole) = table.lines.iter().find(|l| l.key == whole) {
                compare_all(part.figures, &part.label, whole.figures, &whole.label, &mut found);
            }
        }
    }
    found
}

fn name(report: &FrozenReport) -> String {
    format!("báo cáo {} (lần {})", report.span.title(), report.ordinal)
}

/// Finds impossible totals between a report and earlier ones: same window, the latest report of each period.
pub fn against(registers: &RegisterEntries, new: &FrozenReport, frozen: &[FrozenReport]) -> Vec<Impossible> {
    let latest: Vec<&FrozenReport> = frozen
        .iter()
        .filter(|r| r.span.window == new.span.window && r.span != new.span)
        .filter(|r| frozen.iter().all(|o| o.span != r.span || o.ordinal <= r.ordinal))
        .collect();
    let mut found = Vec::new();
    for (entry, _) in registers.counted() {
        let what = entry.label.vi.to_lowercase();
        let of = |r: &FrozenReport| r.total(entry.key);
        let said = |r: &FrozenReport| format!("{} – {what}", name(r));
        for other in &latest {
            let (inner, outer) = (other.days, new.days);
            if outer.from <= inner.from && inner.to <= outer.to {
                compare_all(of(other), &said(other), of(new), &said(new), &mut found);
            } else if inner.from <= outer.from && outer.to <= inner.to {
                compare_all(of(new), &said(new), of(other), &said(other), &mut found);
            }
        }
        // Periods that do not overlap cannot add up to more than the whole.
        for kind in [ReportKind::Month, ReportKind::Quarter, ReportKind::HalfYear] {
            let parts: Vec<&&FrozenReport> = latest
                .iter()
                .filter(|r| r.span.kind == kind && new.days.from <= r.days.from && r.days.to <= new.days.to)
                .collect();
            if parts.len() > 1 {
                let sum = |measure: fn(ReportFigures) -> i64| parts.iter().map(|r| measure(of(r))).sum::<i64>();
                let said_sum = format!("tổng {} báo cáo kỳ ngắn hơn – {what}", parts.len());
                let whole = of(new);
                found.extend(compare(
                    "delegations",
                    (sum(|f| f.delegations), &said_sum),
                    (whole.delegations, &said(new)),
                ));
                found.extend(compare("visits", (sum(|f| f.visits), &said_sum), (whole.visits, &said(new))));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::procedures::register::registers;
    use crate::reports::model::ReportPeriod;
    use crate::statistics::question::Window;

    fn report(kind: ReportKind, number: u32, ordinal: i64, visits: i64) -> FrozenReport {
        let span = ReportPeriod { kind, year: 2023, number, window: Window::Calendar };
        let figures = ReportFigures { delegations: 1, visits, persons: 1 };
        FrozenReport {
            id: 0,
            span,
            days: span.days().unwrap(),
            ordinal,
            reason: None,
            hash: String::new(),
            frozen_at: chrono::DateTime::UNIX_EPOCH.naive_utc(),
            frozen_by: 0,
            totals: [("outbound".to_owned(), figures), ("inbound".to_owned(), figures)].into(),
        }
    }

    #[test]
    fn a_month_above_its_year_is_impossible_whichever_was_frozen_first() {
        // Quảng Trị, July 2023: 499 guests of the month, 318 of the year to date.
        let (month, year) = (report(ReportKind::Month, 7, 1, 499), report(ReportKind::Annual, 1, 1, 318));
        let found = against(registers().entries(), &year, std::slice::from_ref(&month));
        assert_eq!(found.iter().map(|i| (i.measure, i.part, i.whole)).collect::<Vec<_>>(), [("visits", 499, 318); 2]);
        assert_eq!(against(registers().entries(), &month, std::slice::from_ref(&year)).len(), 2);
        assert!(
            found[0].says.vi.contains("báo cáo tháng 7 năm 2023 (lần 1) – đoàn ra: 499 lớn hơn"),
            "{}",
            found[0].says.vi
        );
        // The second report of the month replaces the first.
        let corrected = [month, report(ReportKind::Month, 7, 2, 100)];
        assert_eq!(against(registers().entries(), &year, &corrected), []);
    }

    #[test]
    fn months_together_are_no_more_than_their_quarter() {
        let months = [1, 2, 3].map(|n| report(ReportKind::Month, n, 1, 4));
        let quarter = |visits| FrozenReport {
            totals: [
                ("outbound".to_owned(), ReportFigures { delegations: 3, visits, persons: 9 }),
                ("inbound".to_owned(), ReportFigures { delegations: 3, visits: 12, persons: 9 }),
            ]
            .into(),
            ..report(ReportKind::Quarter, 1, 1, 0)
        };
        assert_eq!(against(registers().entries(), &quarter(12), &months), []);
        assert_eq!(
            against(registers().entries(), &quarter(11), &months).iter().map(|i| (i.part, i.whole)).collect::<Vec<_>>(),
            [(12, 11)]
        );
        // Reports with different windows are not comparable.
        let mut other = report(ReportKind::Annual, 1, 1, 0);
        other.span.window = Window::Reporting;
        assert_eq!(against(registers().entries(), &other, &months), []);
    }
}
