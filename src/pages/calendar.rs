//! The calendar: clashes first; the month as a table of weeks, Monday first; the week by day with its programme by hour.

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{Datelike, Duration, Months, Weekday};
use serde_json::Value;

use crate::pages::frame::{Frame, answer, html};
use crate::pages::marks::marked;
use crate::pages::registers::entries;
use crate::pages::request::{PageRequest, PageResult, encoded};
use crate::pages::show::{self, day_at, items, number, text};
use crate::pages::working_days::days_off;
use kernel::text::fold;
use kernel::time::{Day, local};

/// Most entries of a day that a month shows; the week shows all.
const IN_A_DAY: usize = 4;

/// A delegation in the list of the month.
struct Entry {
    href: String,
    title: String,
    number: String,
    agency: String,
    days: String,
    weekday: String,
    countries: String,
    direction: String,
    /// Our people travel abroad.
    out: bool,
    people: String,
    from: Option<Day>,
    to: Option<Day>,
    hours: Vec<Hour>,
}

/// An item of a programme.
#[derive(Clone)]
struct Hour {
    day: Option<Day>,
    time: String,
    place: String,
    activity: String,
    hosts: String,
}

struct ClashLine {
    name: String,
    sides: Vec<String>,
}

/// An entry within a cell of the month.
struct Chip {
    href: String,
    label: String,
    title: String,
    out: bool,
}

struct MonthDay {
    number: u32,
    label: String,
    inside: bool,
    today: bool,
    rest: bool,
    /// The name of a holiday.
    holiday: String,
    chips: Vec<Chip>,
    more: usize,
}

/// A day of the week with all that runs on it.
struct WeekDay {
    label: String,
    today: bool,
    holiday: String,
    entries: Vec<Chip>,
    hours: Vec<(String, String, Hour)>,
}

#[derive(Template)]
#[template(path = "calendar.html")]
struct CalendarPage {
    frame: Frame,
    period: String,
    before: String,
    after: String,
    /// The other view of the same days.
    month_href: String,
    week_href: String,
    is_week: bool,
    direction: String,
    directions: Vec<(String, String)>,
    q: String,
    asked: (String, String),
    clashes: Vec<ClashLine>,
    entries: Vec<Entry>,
    weekdays: Vec<String>,
    weeks: Vec<Vec<MonthDay>>,
    days: Vec<WeekDay>,
}

fn side(page: &PageRequest, s: &Value) -> String {
    let title = match text(s, "/title") {
        "" => page.t("một việc khác", "another engagement"),
        title => &marked(title),
    };
    let at = |pointer: &str| show::moment(text(s, pointer), page.language);
    format!("{title} ({} – {})", at("/starts_at"), at("/ends_at"))
}

fn hour(h: &Value) -> Hour {
    let at = |pointer: &str| chrono::DateTime::parse_from_rfc3339(text(h, pointer)).ok().map(|t| local(t.naive_utc()));
    let (starts, ends) = (at("/starts_at"), at("/ends_at"));
    let clock = |t: Option<chrono::NaiveDateTime>| t.map(|t| t.format("%H:%M").to_string()).unwrap_or_default();
    let hosts = items(h, "/hosts").iter().map(|host| match text(host, "/full_name") {
        "" => host.as_str().unwrap_or_default(),
        name => name,
    });
    Hour {
        day: starts.map(|t| t.date()),
        time: format!("{}–{}", clock(starts), clock(ends)),
        place: text(h, "/place").to_owned(),
        activity: text(h, "/activity").to_owned(),
        hosts: show::joined(hosts, ", "),
    }
}

fn entry(page: &PageRequest, e: &Value) -> Entry {
    let of = entries(page).into_iter().find(|r| r.key == text(e, "/direction"));
    let (from, to) = (day_at(e, "/begins_on"), day_at(e, "/ends_on"));
    let people: Vec<&str> = items(e, "/people").iter().map(|p| text(p, "/full_name")).collect();
    Entry {
        href: format!("/{}/{}", of.map_or("", |r| r.path), text(e, "/delegation_id")),
        title: text(e, "/title").to_owned(),
        number: text(e, "/number").to_owned(),
        agency: text(e, "/agency/name").to_owned(),
        days: from.zip(to).map(|(from, to)| show::days(from, to)).unwrap_or_default(),
        weekday: from.map(|d| show::sentence(show::weekday(d, page.language))).unwrap_or_default(),
        countries: page.contract.countries(e, page.language),
        direction: of.map(|r| page.t(r.label.vi, r.label.en)).unwrap_or_default().to_owned(),
        out: of.is_some_and(|r| r.procedures.iter().any(|p| p.is_trip())),
        people: if people.is_empty() {
            format!("{} {}", number(e, "/headcount"), page.t("người", "people"))
        } else {
            marked(&people.join(", "))
        },
        hours: items(e, "/programme").iter().map(hour).collect(),
        from,
        to,
    }
}

impl Entry {
    fn runs_on(&self, day: Day) -> bool {
        self.from.is_some_and(|from| from <= day) && self.to.is_some_and(|to| day <= to)
    }

    fn chip(&self) -> Chip {
        let label = if self.number.is_empty() { self.direction.clone() } else { self.number.clone() };
        Chip { href: self.href.clone(), label, title: self.title.clone(), out: self.out }
    }
}

/// The holidays of the years of a period, by day.
async fn holidays(page: &PageRequest, from: Day, to: Day) -> PageResult<Vec<(Day, String)>> {
    let mut all = Vec::new();
    for year in from.year()..=to.year() {
        let table = page.if_seen(&format!("/holidays?year={year}")).await?.unwrap_or_default();
        // The name of a day that came with the product is not known.
        let said = |name: String| if name.is_empty() { "Ngày nghỉ".to_owned() } else { name };
        all.extend(days_off(&table).into_iter().map(|(day, name)| (day, said(name))));
    }
    Ok(all)
}

/// The Monday of the week of a day.
fn monday(day: Day) -> Day {
    day - Duration::days(i64::from(day.weekday().num_days_from_monday()))
}

/// Whether a day lies in the years that the product knows; days at the end of all time cannot be counted on from.
fn has_calendar(day: &Day) -> bool {
    (1990..=2100).contains(&day.year())
}

/// The first day that is shown: of the week or the month that the address names, else of this month.
fn asked_days(page: &PageRequest) -> (bool, Day) {
    let week = page.asked("week").and_then(|w| {
        let iso = w
            .split_once("-W")
            .and_then(|(year, week)| Day::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon));
        iso.or_else(|| w.parse().ok()).filter(has_calendar).map(monday)
    });
    if let Some(week) = week {
        return (true, week);
    }
    let month = page.asked("month").and_then(|m| format!("{m}-01").parse::<Day>().ok());
    let month = month.filter(has_calendar);
    (false, month.or_else(|| page.today.with_day(1)).unwrap_or(page.today))
}

fn months_day(page: &PageRequest, day: Day, first: Day, all: &[Entry], off: &[(Day, String)]) -> MonthDay {
    let running: Vec<&Entry> = all.iter().filter(|e| e.runs_on(day)).collect();
    let holiday = off.iter().find(|(at, _)| *at == day).map(|(_, name)| name.clone());
    MonthDay {
        number: day.day(),
        label: show::sentence(&show::long_day(day, page.language)),
        inside: day.month() == first.month(),
        today: day == page.today,
        rest: day.weekday().num_days_from_monday() > 4 || holiday.is_some(),
        holiday: holiday.unwrap_or_default(),
        more: running.len().saturating_sub(IN_A_DAY),
        chips: running.into_iter().take(IN_A_DAY).map(Entry::chip).collect(),
    }
}

fn week_day(page: &PageRequest, day: Day, all: &[Entry], off: &[(Day, String)]) -> WeekDay {
    let of = |e: &Entry| {
        let own: Vec<(String, String, Hour)> = e
            .hours
            .iter()
            .filter(|h| h.day == Some(day))
            .map(|h| (e.href.clone(), e.title.clone(), h.clone()))
            .collect();
        own
    };
    let mut hours: Vec<(String, String, Hour)> = all.iter().flat_map(of).collect();
    hours.sort_by(|a, b| a.2.time.cmp(&b.2.time));
    WeekDay {
        label: show::sentence(&show::long_day(day, page.language)),
        today: day == page.today,
        holiday: off.iter().find(|(at, _)| *at == day).map(|(_, name)| name.clone()).unwrap_or_default(),
        entries: all.iter().filter(|e| e.runs_on(day)).map(Entry::chip).collect(),
        hours,
    }
}

async fn made(page: &PageRequest) -> PageResult<HttpResponse> {
    let (is_week, first) = asked_days(page);
    let last = if is_week { first + Duration::days(6) } else { first + Months::new(1) - Duration::days(1) };
    let (shown_from, shown_to) =
        if is_week { (first, last) } else { (monday(first), monday(last) + Duration::days(6)) };
    let seen = page.get(&format!("/calendar?from={shown_from}&to={shown_to}")).await?;
    let off = holidays(page, shown_from, shown_to).await?;
    let direction = page.asked("direction").unwrap_or_default();
    let q = page.asked("q").unwrap_or_default();
    // One filter finds agencies, people and titles: whoever looks types what they know.
    let wanted = fold(&q);
    let fits = |e: &&Value| {
        let said = |e: &Entry| fold(&show::joined([&*e.title, &e.number, &e.agency, &e.people], " "));
        (direction.is_empty() || text(e, "/direction") == direction)
            && wanted.split_whitespace().all(|word| said(&entry(page, e)).contains(word))
    };
    let all: Vec<Entry> = items(&seen, "/items").iter().filter(fits).map(|e| entry(page, e)).collect();
    let days = |from: Day, to: Day| std::iter::successors(Some(from), |d| d.succ_opt()).take_while(move |d| *d <= to);
    let flat: Vec<Day> = days(shown_from, shown_to).collect();
    let weeks = flat.chunks(7).filter(|_| !is_week);
    let weeks = weeks.map(|week| week.iter().map(|d| months_day(page, *d, first, &all, &off)).collect()).collect();
    let by_day = flat.iter().filter(|_| is_week).map(|d| week_day(page, *d, &all, &off)).collect();
    let clash = |c: &Value| ClashLine {
        name: text(c, "/full_name").to_owned(),
        sides: items(c, "/sides").iter().map(|s| side(page, s)).collect(),
    };
    let filter = format!("&direction={}&q={}", encoded(&direction), encoded(&q));
    let filter = if direction.is_empty() && q.is_empty() { String::new() } else { filter };
    let month = |d: Day| format!("/calendar?month={}{filter}", d.format("%Y-%m"));
    let week = |d: Day| format!("/calendar?week={}{filter}", monday(d));
    let inside = |d: &Day| *d >= first && *d <= last;
    let this_week = Some(page.today).filter(inside).unwrap_or(first);
    let (before, after, period, asked) = if is_week {
        let period = format!("{} {}", page.t("tuần", "week of"), show::days(first, last));
        (week(first - Duration::days(7)), week(first + Duration::days(7)), period, ("week", first.to_string()))
    } else {
        let period = format!("{:02}/{}", first.month(), first.year());
        let asked = first.format("%Y-%m").to_string();
        (month(first - Months::new(1)), month(first + Months::new(1)), period, ("month", asked))
    };
    let of_register = |r: &'static kernel::procedure::RegisterEntry| {
        (r.key.to_owned(), r.label.in_language(page.language).to_owned())
    };
    // A clash is of a person and of the dossiers on its sides: one of them has to fit.
    let of_filter = |c: &&Value| {
        let sides = || items(c, "/sides").iter();
        let named = fold(text(c, "/full_name"));
        let fits_words = wanted
            .split_whitespace()
            .all(|word| named.contains(word) || sides().any(|s| fold(&side(page, s)).contains(word)));
        let shown = || all.iter().map(|e| e.href.as_str());
        let of_shown = sides().any(|s| {
            !text(s, "/delegation_id").is_empty() && shown().any(|href| href.ends_with(text(s, "/delegation_id")))
        });
        (wanted.is_empty() || fits_words) && (direction.is_empty() || of_shown)
    };
    let clashes = items(&seen, "/clashes").iter().filter(of_filter).map(clash).collect();
    let body = CalendarPage {
        frame: Frame::of(page, "/calendar", page.t("Lịch", "Calendar")).await?,
        period,
        before,
        after,
        month_href: month(first),
        week_href: week(this_week),
        is_week,
        directions: entries(page).into_iter().map(of_register).collect(),
        direction,
        q,
        asked: (asked.0.to_owned(), asked.1),
        clashes,
        weekdays: flat.iter().take(7).map(|d| show::sentence(show::weekday(*d, page.language))).collect(),
        weeks,
        days: by_day,
        entries: all
            .into_iter()
            .filter(|e| e.from.is_some_and(|f| f <= last) && e.to.is_some_and(|t| t >= first))
            .collect(),
    };
    Ok(html(200, &body))
}

#[get("/calendar")]
pub async fn calendar(page: PageRequest) -> HttpResponse {
    answer(&page, made(&page).await).await
}
