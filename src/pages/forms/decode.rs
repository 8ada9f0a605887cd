//! What was typed, as the body that the API reads. Pure: names of people and units are exchanged for their ids before.

use serde_json::{Map, Value, json};

use crate::pages::forms::days;
use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::forms::typed::Typed;
use kernel::text::Bilingual;

/// Faults of the typing itself, by pointer: the API would find them, too, but knows only what it got.
pub type TypingFaults = Vec<(String, Bilingual)>;

/// What a blank field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// Nothing is said: the field is left out.
    LeftOut,
    /// The same, but where an answer is required, none is the answer: an unticked box is a no, an empty list has nothing in it.
    None,
    /// Its value is taken away: for changes of what is there already.
    TakenAway,
}

/// The body that these fields make.
pub fn body(fields: &[FormField], typed: &Typed, blank: Blank, faults: &mut TypingFaults) -> Value {
    Value::Object(members(fields, typed, "", blank, faults))
}

/// The members that these fields make, below a pointer.
pub fn members(
    fields: &[FormField],
    typed: &Typed,
    at: &str,
    blank: Blank,
    faults: &mut TypingFaults,
) -> Map<String, Value> {
    let mut members = Map::new();
    for field in fields {
        let pointer = format!("{at}/{}", field.name);
        if let Some(value) = value(field, typed, &pointer, blank, faults) {
            members.insert(field.name.clone(), value);
        }
    }
    members
}

fn value(field: &FormField, typed: &Typed, at: &str, blank: Blank, faults: &mut TypingFaults) -> Option<Value> {
    // An unchecked box is not sent.
    if field.kind == InputKind::YesNo {
        let set = typed.get(at).is_some();
        let answers = blank == Blank::TakenAway || (blank == Blank::None && field.required);
        return (set || answers).then_some(Value::Bool(set));
    }
    if typed.is_blank(at) {
        return match (blank, &field.kind) {
            (
                Blank::None,
                InputKind::Choices { .. } | InputKind::Lines | InputKind::Rows { .. } | InputKind::Picks { .. },
            ) if field.required => Some(json!([])),
            (Blank::LeftOut | Blank::None, _) => None,
            (
                Blank::TakenAway,
                InputKind::Choices { .. } | InputKind::Lines | InputKind::Rows { .. } | InputKind::Picks { .. },
            ) => Some(json!([])),
            (Blank::TakenAway, _) if field.nullable => Some(Value::Null),
            (Blank::TakenAway, InputKind::Group(_)) => None,
            // The API says what is missing.
            (Blank::TakenAway, _) => Some(json!("")),
        };
    }
    // Inside what is changed, a blank says nothing.
    let inside = if blank == Blank::TakenAway { Blank::LeftOut } else { blank };
    Some(written(&field.kind, typed, at, inside, faults))
}

fn written(kind: &InputKind, typed: &Typed, at: &str, blank: Blank, faults: &mut TypingFaults) -> Value {
    let text = typed.get(at).unwrap_or_default().trim();
    match kind {
        InputKind::Group(fields) => Value::Object(members(fields, typed, at, blank, faults)),
        InputKind::Rows { row, .. } => {
            let below = |n: &usize| format!("{at}/{n}");
            let rows = typed.rows(at).into_iter().filter(|n| !typed.is_blank(&below(n)));
            rows.map(|n| Value::Object(members(row, typed, &below(&n), blank, faults))).collect()
        }
        InputKind::Picks { of, .. } => {
            let below = |n: &usize| format!("{at}/{n}");
            let rows: Vec<usize> = typed.rows(at).into_iter().filter(|n| !typed.is_blank(&below(n))).collect();
            rows.iter().map(|n| written(of, typed, &below(n), blank, faults)).collect()
        }
        InputKind::Choices { .. } => typed.all(at).filter(|word| !word.is_empty()).collect(),
        InputKind::Lines => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(str::to_owned).collect()
        }
        InputKind::Day => match days::day(text) {
            Ok(day) => json!(day),
            Err(fault) => {
                faults.push((at.to_owned(), fault));
                json!(text)
            }
        },
        InputKind::Moment => match days::moment(text) {
            Ok(moment) => json!(moment),
            Err(fault) => {
                faults.push((at.to_owned(), fault));
                json!(text)
            }
        },
        InputKind::Number => {
            // Thousands are grouped by dots or blanks here.
            let digits: String = text.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}')).collect();
            match digits.parse::<i64>() {
                Ok(number) => json!(number),
                Err(_) => {
                    let vi = format!("Phải là một số: «{text}»");
                    faults.push((at.to_owned(), Bilingual::new(vi, format!("Enter a number: «{text}»"))));
                    json!(text)
                }
            }
        }
        // Its code has capital letters (ISO 4217), however it is typed.
        _ if at.ends_with("/currency") => json!(text.to_uppercase()),
        _ => json!(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, kind: InputKind, nullable: bool) -> FormField {
        FormField { name: name.into(), kind, required: true, nullable }
    }

    fn trip() -> Vec<FormField> {
        let line = || InputKind::Line { longest: 100 };
        let stop = vec![field("place", line(), false), field("from", InputKind::Day, false)];
        vec![
            field("title", line(), false),
            field("note", line(), true),
            field("count", InputKind::Number, false),
            field("first", InputKind::YesNo, false),
            field("stops", InputKind::Rows { row: stop, most: 9 }, false),
            field("results", InputKind::Lines, false),
        ]
    }

    #[test]
    fn what_is_typed_is_what_is_sent_and_comes_back() {
        let form = "%2Ftitle=+%C4%90o%C3%A0n+&%2Fnote=&%2Fcount=1.200&%2Fstops%2F0%2Fplace=Seoul&%2Fstops%2F0%2Ffrom=7%2F12%2F2026\
            &%2Fstops%2F2%2Fplace=Busan&%2Fstops%2F3%2Fplace=++&%2Fresults=M%E1%BB%99t%0D%0A%0D%0AHai";
        let typed = Typed::of_form(form.as_bytes());
        let mut faults = Vec::new();
        let sent = body(&trip(), &typed, Blank::LeftOut, &mut faults);
        assert_eq!(
            sent,
            json!({"title": "Đoàn", "count": 1200, "stops": [{"place": "Seoul", "from": "2026-12-07"}, {"place": "Busan"}],
                "results": ["Một", "Hai"]})
        );
        assert!(faults.is_empty());
        let asked = body(&trip(), &typed, Blank::None, &mut faults);
        assert_eq!((&asked["first"], &asked["note"]), (&json!(false), &Value::Null));
        let again = Typed::of_value(&trip(), &sent);
        assert_eq!(body(&trip(), &again, Blank::LeftOut, &mut faults), sent);
    }

    #[test]
    fn a_blank_field_of_a_change_takes_the_value_away() {
        let sent = body(&trip(), &Typed::default(), Blank::TakenAway, &mut Vec::new());
        assert_eq!(sent, json!({"title": "", "note": null, "count": "", "first": false, "stops": [], "results": []}));
    }

    #[test]
    fn a_row_that_is_taken_away_leaves_no_hole() {
        let mut typed = Typed(vec![
            ("/stops/0/place".into(), "A".into()),
            ("/stops/1/place".into(), "B".into()),
            ("/stops/2/place".into(), "C".into()),
        ]);
        typed.remove_row("/stops/1");
        assert_eq!(typed.rows("/stops"), [0, 1]);
        assert_eq!((typed.get("/stops/0/place"), typed.get("/stops/1/place")), (Some("A"), Some("C")));
    }

    #[test]
    fn faults_of_typing_stand_at_their_field() {
        let typed = Typed(vec![("/stops/0/from".into(), "31/2/2026".into()), ("/count".into(), "mười".into())]);
        let mut faults = Vec::new();
        body(&trip(), &typed, Blank::LeftOut, &mut faults);
        let at: Vec<&str> = faults.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(at, ["/count", "/stops/0/from"]);
    }
}
