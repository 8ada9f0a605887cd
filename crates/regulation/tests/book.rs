//! Which text applies: by code, by province and day, by the choice of an administrator, by the province that followed.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests may panic")]

mod cases;

use cases::{answer, day, trip};
use kernel::words::{ManagedBy, Outcome, PostLevel};
use regulation::book::{Book, Choice, load};

fn pack(code: &str, version: i64, more: &str) -> regulation::pack::Pack {
    let source = format!(
        "code = \"{code}\"\nversion = {version}\ntitle = \"T\"\ndocument = \"QĐ {code}\"\nstatus = \"sample\"\nstrictness = [\"ppc_chair\"]\n{more}\n\
         [[authority]]\nid = \"a\"\nfor = [\"outbound\"]\ndecider = \"ppc_chair\"\nstatus = \"sample\"\ncitation = \"Đ.1\"\n"
    );
    load(&source, &[]).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn book() -> Book {
    let mut book = Book::default();
    let of = |province: &str, from: &str, to: &str| {
        format!("jurisdiction = \"{province}\"\nin_force_from = {from}\nin_force_to = {to}\n")
    };
    book.add(pack("east-1", 1, &of("east", "2010-01-01", "2015-01-01")));
    book.add(pack("east-2", 1, &of("east", "2018-01-01", "2024-01-01")));
    book.add(pack("east-2", 2, &of("east", "2020-01-01", "2024-01-01")));
    book.add(pack(
        "west-1",
        1,
        &format!("{}successor = \"east\"\nsuccessor_name = \"Đông\"\n", of("west", "2010-01-01", "2019-01-01")),
    ));
    book
}

#[test]
fn a_province_has_its_text_of_the_day_and_else_the_nearest_one() {
    let book = book();
    let told = |province: &str, on: &str| {
        let law = book.in_force(province, day(on)).unwrap();
        (law.pack.code.clone(), law.pack.version, law.out_of_force, law.of_former_province)
    };
    let is = |code: &str, version, out, former| (code.to_owned(), version, out, former);
    assert_eq!(told("east", "2009-12-31"), is("east-1", 1, true, false), "before all: the first");
    assert_eq!(told("east", "2010-01-01"), is("east-1", 1, false, false));
    assert_eq!(told("east", "2014-12-31"), is("east-1", 1, false, false));
    assert_eq!(told("east", "2015-01-01"), is("east-1", 1, true, false), "between two: the one before");
    assert_eq!(told("east", "2018-01-01"), is("east-2", 1, false, false), "the edition of the day, not the newest");
    assert_eq!(told("east", "2020-01-01"), is("east-2", 2, false, false));
    assert_eq!(told("east", "2024-01-01"), is("east-2", 2, true, false));
    // West was merged into East: East's text applies where one is in force, else nobody is named.
    assert_eq!(told("west", "2018-12-31"), is("west-1", 1, false, false));
    assert_eq!(told("west", "2019-01-01"), is("east-2", 1, false, false));
    assert_eq!(told("west", "2024-01-01"), is("west-1", 1, true, true));
    let case = trip(vec![cases::head(PostLevel::Staff, ManagedBy::Agency)]);
    let former = answer(&book.in_force("west", day("2026-05-04")).unwrap(), &case);
    assert_eq!((former.decider, former.outcome), (None, Outcome::ManualAuthorityRequired));
    assert!(former.notes.iter().any(|(code, _)| code == "successor_jurisdiction"));
    assert!(answer(&book.in_force("east", day("2026-05-04")).unwrap(), &case).decider.is_some());
    assert!(book.in_force("south", day("2020-01-01")).is_none());
}

#[test]
fn provinces_are_known_by_their_own_text_or_as_a_successor() {
    let mut book = Book::default();
    assert!(!book.knows("east"));
    book.add(pack(
        "west-1",
        1,
        "jurisdiction = \"west\"\nin_force_from = 2010-01-01\nsuccessor = \"east\"\nsuccessor_name = \"Đông\"",
    ));
    assert!(book.knows("west") && book.knows("east") && !book.knows("north"));
    assert_eq!(book.find("west-1").map(|p| p.version), Some(1));
    assert!(book.find("west").is_none());
}

#[test]
fn an_administrator_chooses_a_text_from_a_day_on() {
    let mut book = book();
    let choice = |province: &str, code: &str, from: &str, document: &str| Choice {
        jurisdiction: province.into(),
        code: code.into(),
        from: day(from),
        document: document.into(),
    };
    book.choose(choice("west", "east-1", "2019-06-01", "CV 1"));
    book.choose(choice("west", "east-2", "2020-06-01", "CV 2"));
    book.choose(choice("north", "east-1", "2000-01-01", "CV 3"));
    let told = |on: &str| {
        let law = book.in_force("west", day(on)).unwrap();
        (law.pack.code.clone(), law.chosen_by.clone(), law.out_of_force)
    };
    assert_eq!(told("2019-05-31"), ("east-2".into(), None, false));
    assert_eq!(told("2019-06-01"), ("east-1".into(), Some("CV 1".into()), false), "chosen although it is out of force");
    assert_eq!(told("2020-06-01"), ("east-2".into(), Some("CV 2".into()), false), "the latest choice");
    let law = book.in_force("west", day("2026-05-04")).unwrap();
    let answer = answer(&law, &trip(vec![cases::head(PostLevel::Staff, ManagedBy::Agency)]));
    assert!(answer.notes.iter().any(|(code, text)| code == "text_chosen" && text.vi.contains("CV 2")));
}
