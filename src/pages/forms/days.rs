//! Days as people type them: `27/3/2026`, `27-03-2026`, `27.3.2026`, `27032026`, `2026-03-27`. Pure.

use chrono::{NaiveDate, NaiveDateTime};

use kernel::text::Bilingual;
use kernel::time::Day;

/// The day that was typed, or what is wrong with it.
pub fn day(typed: &str) -> Result<Day, Bilingual> {
    let typed = typed.trim();
    let parts: Vec<&str> =
        typed.split(|c: char| matches!(c, '/' | '-' | '.') || c.is_whitespace()).filter(|p| !p.is_empty()).collect();
    let numbers = |parts: &[&str]| -> Option<Vec<u32>> {
        parts.iter().map(|p| if p.bytes().all(|b| b.is_ascii_digit()) { p.parse().ok() } else { None }).collect()
    };
    let no_day = || {
        Bilingual::new(
            format!("Không đọc được ngày «{typed}». Ví dụ: 27/3/2026"),
            format!("«{typed}» is not a date. For example: 27/3/2026"),
        )
    };
    let (day, month, year, length) = match parts.as_slice() {
        [all] if all.len() == 8 && all.is_ascii() => {
            let (day, rest) = all.split_at(2);
            let (month, year) = rest.split_at(2);
            match numbers(&[day, month, year]).as_deref() {
                Some([d, m, y]) => (*d, *m, *y, 4),
                _ => return Err(no_day()),
            }
        }
        [first, middle, last] => match numbers(&[first, middle, last]).as_deref() {
            Some([y, m, d]) if first.len() == 4 => (*d, *m, *y, 4),
            Some([d, m, y]) if first.len() <= 2 => (*d, *m, *y, last.len()),
            _ => return Err(no_day()),
        },
        _ => return Err(no_day()),
    };
    if length != 4 {
        return Err(Bilingual::new("Ghi năm đủ bốn chữ số", "Enter the year with four digits"));
    }
    let year = i32::try_from(year).unwrap_or_default();
    NaiveDate::from_ymd_opt(year, month, day)
        .ok_or_else(|| Bilingual::new(format!("Ngày không có thật: {typed}"), format!("There is no such day: {typed}")))
}

/// `27/03/2026 14:30` in the time of Vietnam, as RFC 3339.
pub fn moment(typed: &str) -> Result<String, Bilingual> {
    let typed = typed.trim();
    let no_time = || {
        Bilingual::new(
            format!("Không đọc được «{typed}». Ví dụ: 27/3/2026 14:30"),
            format!("«{typed}» is not a date and time. For example: 27/3/2026 14:30"),
        )
    };
    let (date, time) = typed.rsplit_once([' ', ',']).ok_or_else(no_time)?;
    let (hours, minutes) = time.split_once([':', 'h', 'g']).ok_or_else(no_time)?;
    let minutes = if minutes.is_empty() { "0" } else { minutes };
    let (hours, minutes) = (hours.parse().map_err(|_| no_time())?, minutes.parse().map_err(|_| no_time())?);
    let at: NaiveDateTime = day(date.trim_end_matches(','))?.and_hms_opt(hours, minutes, 0).ok_or_else(no_time)?;
    Ok(format!("{}+07:00", at.format("%Y-%m-%dT%H:%M:%S")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_is_typed_in_many_ways_and_others_are_told() {
        let right: Day = "2026-03-27".parse().unwrap();
        for typed in ["27/3/2026", "27/03/2026", "27-03-2026", "27.3.2026", "27032026", "2026-03-27", " 27 3 2026 "] {
            assert_eq!(day(typed).unwrap(), right, "{typed}");
        }
        for (typed, said) in [
            ("3/27/2026", "Ngày không có thật: 3/27/2026"),
            ("31/02/2026", "Ngày không có thật: 31/02/2026"),
            ("27/3/26", "Ghi năm đủ bốn chữ số"),
            ("270326", "Không đọc được ngày «270326». Ví dụ: 27/3/2026"),
            ("mai", "Không đọc được ngày «mai». Ví dụ: 27/3/2026"),
            ("27/3", "Không đọc được ngày «27/3». Ví dụ: 27/3/2026"),
            ("2७/3/2026", "Không đọc được ngày «2७/3/2026». Ví dụ: 27/3/2026"),
        ] {
            assert_eq!(day(typed).unwrap_err().vi, said);
        }
        assert_eq!(moment("27/3/2026 14:30").unwrap(), "2026-03-27T14:30:00+07:00");
        assert_eq!(moment("27/3/2026 8h").unwrap(), "2026-03-27T08:00:00+07:00");
        assert!(moment("27/3/2026").is_err() && moment("27/3/2026 25:00").is_err());
    }
}
