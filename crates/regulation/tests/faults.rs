//! What is said about packs with faults: one fault at a time in a sound pack, with its line and both languages.
#![allow(clippy::unwrap_used, clippy::allow_attributes, reason = "tests may panic")]

mod cases;

use std::fmt::Write as _;

use cases::golden;
use regulation::book::load;

/// A sound pack that has every kind of table.
const SOUND: &str = r#"code = "test-1"
version = 1
title = "T"
document = "QĐ 1"
status = "sample"
jurisdiction = "test"
in_force_from = 2020-01-01
in_force_to = 2030-01-01
sets = 2
fee = 0
strictness = ["ppc_chair", "dofa_director"]
dossier_known = ["outbound"]
texts = ["QĐ 2"]
[[authority]]
id = "chair"
for = ["outbound"]
decider = "ppc_chair"
steps = [{ kind = "appraise", body = "dofa", within = "3 working_days" }, { kind = "consult", body = "provincial_police", silence = "proceed" }]
decide_within = "4 days"
term = "10 working_days"
copies_to = ["border_guard"]
notes = [{ code = "note", vi = "Lưu ý.", en = "Note." }]
status = "sample"
citation = "Đ.1"
[[authority]]
id = "director"
for = ["outbound"]
when = { leader = false, days = { min = 1, max = 9 }, funding = { none = ["central_budget"] }, purpose = { not = ["training"] } }
decider = "dofa_director"
status = "sample"
citation = "Đ.2"
[[no_permission]]
id = "free"
for = ["private_travel"]
status = "sample"
citation = "Đ.3"
[[consent]]
id = "consent"
for = ["outbound"]
body = "party_standing_board"
mode = "step"
status = "sample"
citation = "Đ.4"
[[document_rule]]
id = "invitation"
for = ["outbound"]
document = "invitation"
required = false
status = "sample"
citation = "Đ.5"
[[detail]]
id = "grade"
for = ["outbound"]
detail = "grade"
status = "sample"
citation = "Đ.6"
[[limit]]
id = "members"
for = ["outbound"]
finding = "too_many_members"
max = 9
unit = "days"
severity = "special_approval"
waivable_by = "ppc_chair"
status = "sample"
citation = "Đ.7"
[[deadline]]
id = "deadline"
for = ["outbound"]
lead = "5 working_days"
before = "departure"
severity = "warn"
status = "sample"
citation = "Đ.8"
[[obligation]]
id = "duty"
for = ["outbound"]
code = "trip_report"
within = "15 days"
after = "return"
status = "sample"
citation = "Đ.9"
[[obligation]]
id = "notice"
for = ["inbound"]
code = "border_area_notice"
within = "24 hours"
before = "restricted_area"
status = "sample"
citation = "Đ.10"
[[obligation]]
id = "yearly"
for = ["outbound"]
code = "annual_report"
after = "return"
report_year_ends = "12-14"
due = "12-18"
status = "sample"
citation = "Đ.11"
"#;

/// One change of the sound pack: what stands there, and what is written instead.
const CHANGES: &[(&str, &str)] = &[
    ("code = \"test-1\"", "code = \"Test 1\""),
    ("code = \"test-1\"\n", ""),
    ("version = 1", "version = 0"),
    ("version = 1\n", ""),
    ("version = 1", "version = \"1\""),
    ("title = \"T\"\n", ""),
    ("document = \"QĐ 1\"", "document = \"\""),
    ("status = \"sample\"\njurisdiction", "status = \"known\"\njurisdiction"),
    ("status = \"sample\"\njurisdiction", "status = \"verified\"\njurisdiction"),
    ("in_force_from = 2020-01-01", "in_force_from = \"2020-01-01\""),
    ("in_force_from = 2020-01-01", "in_force_from = 2020-02-30"),
    ("in_force_to = 2030-01-01", "in_force_to = 2020-01-01"),
    ("sets = 2", "sets = -1"),
    ("fee = 0", "fee = \"0\""),
    ("sets = 2", "sets = 2\nextends = \"nothing\""),
    ("sets = 2", "sets = 2\nsuccessor = \"x\""),
    ("sets = 2", "sets = 2\ncolour = \"red\""),
    ("strictness = [\"ppc_chair\", \"dofa_director\"]", "strictness = [\"ppc_chair\"]"),
    ("strictness = [\"ppc_chair\", \"dofa_director\"]", "strictness = [\"king\"]"),
    ("strictness = [\"ppc_chair\", \"dofa_director\"]", "strictness = \"ppc_chair\""),
    ("dossier_known = [\"outbound\"]", "dossier_known = [\"sideways\"]"),
    ("texts = [\"QĐ 2\"]", "texts = [2]"),
    ("id = \"chair\"\n", ""),
    ("for = [\"outbound\"]\ndecider = \"ppc_chair\"", "decider = \"ppc_chair\""),
    ("for = [\"outbound\"]\ndecider = \"ppc_chair\"", "for = []\ndecider = \"ppc_chair\""),
    ("decider = \"ppc_chair\"", "decider = \"king\""),
    ("kind = \"appraise\"", "kind = \"decide\""),
    ("kind = \"appraise\", body = \"dofa\"", "kind = \"appraise\", body = \"dofa\", silence = \"wait\""),
    ("silence = \"proceed\"", "silence = \"shout\""),
    ("within = \"3 working_days\" }", "within = \"3 moons\" }"),
    ("within = \"3 working_days\" }", "within = \"0 days\" }"),
    ("within = \"3 working_days\" }", "within = \"401 days\" }"),
    ("decide_within = \"4 days\"", "decide_within = 4"),
    ("copies_to = [\"border_guard\"]", "copies_to = [\"nobody\"]"),
    (
        "notes = [{ code = \"note\", vi = \"Lưu ý.\", en = \"Note.\" }]",
        "notes = [{ code = \"note\", vi = \"Lưu ý.\" }]",
    ),
    ("notes = [{ code = \"note\", vi = \"Lưu ý.\", en = \"Note.\" }]", "notes = [\"note\"]"),
    ("notes = [{ code = \"note\", vi = \"Lưu ý.\", en = \"Note.\" }]", "notes = 3"),
    ("citation = \"Đ.1\"\n", "\n"),
    ("id = \"director\"", "id = \"chair\""),
    ("leader = false", "leader = \"no\""),
    ("leader = false", "leader = false, post_level = \"ppc_chair\""),
    ("leader = false", "leader = false, post_level = \"duke\""),
    ("leader = false", "leader = false, mood = \"good\""),
    ("leader = false", "leader = false, headcount = { min = 2 }"),
    (
        "when = { leader = false, days = { min = 1, max = 9 }, funding = { none = [\"central_budget\"] }, purpose = { not = [\"training\"] } }",
        "when = 7",
    ),
    (
        "when = { leader = false, days = { min = 1, max = 9 }, funding = { none = [\"central_budget\"] }, purpose = { not = [\"training\"] } }\n",
        "",
    ),
    ("days = { min = 1, max = 9 }", "days = { min = 9, max = 1 }"),
    ("days = { min = 1, max = 9 }", "days = 9"),
    ("days = { min = 1, max = 9 }", "days = { least = 1 }"),
    ("none = [\"central_budget\"]", "none = [\"moon\"]"),
    ("funding = { none = [\"central_budget\"] }", "funding = \"host\""),
    ("funding = { none = [\"central_budget\"] }", "funding = { any = [\"host\"], none = [\"own\"] }"),
    ("purpose = { not = [\"training\"] }", "purpose = { not = [\"leisure\"] }"),
    ("purpose = { not = [\"training\"] }", "purpose = { no = [\"training\"] }"),
    ("purpose = { not = [\"training\"] }", "purpose = []"),
    ("decider = \"dofa_director\"", "decider = \"dofa_director\"\noverrides = [\"nothing\"]"),
    ("decider = \"dofa_director\"", "decider = \"dofa_director\"\noverrides = [\"director\"]"),
    ("decider = \"ppc_chair\"", "decider = \"ppc_chair\"\noverrides = [\"director\"]"),
    ("decider = \"dofa_director\"", "decider = \"dofa_director\"\nvalid_from = 2026-01-01\nvalid_to = 2025-01-01"),
    ("body = \"party_standing_board\"", "body = \"choir\""),
    ("mode = \"step\"", "mode = \"song\""),
    ("mode = \"step\"\n", ""),
    ("for = [\"outbound\"]\nbody = \"party", "for = [\"inbound\"]\nbody = \"party"),
    ("document = \"invitation\"", "document = \"poem\""),
    ("required = false", "required = \"no\""),
    ("detail = \"grade\"", "detail = \"shoe_size\""),
    ("finding = \"too_many_members\"", "finding = \"too_many_shoes\""),
    ("max = 9\nunit", "unit"),
    ("max = 9\nunit", "max = -9\nunit"),
    ("unit = \"days\"", "unit = \"moons\""),
    ("waivable_by = \"ppc_chair\"\n", ""),
    ("waivable_by = \"ppc_chair\"", "waivable_by = \"king\""),
    ("for = [\"outbound\"]\nfinding", "for = [\"inbound\"]\nfinding"),
    ("lead = \"5 working_days\"\n", ""),
    ("before = \"departure\"", "before = \"lunch\""),
    ("before = \"departure\"", "before = \"arrival\""),
    ("severity = \"warn\"", "severity = \"special_approval\""),
    ("code = \"trip_report\"", "code = \"Trip Report\""),
    ("after = \"return\"\nstatus", "status"),
    ("after = \"return\"\nstatus", "after = \"return\"\nbefore = \"departure\"\nstatus"),
    ("after = \"return\"\nstatus", "after = \"reception\"\nstatus"),
    ("within = \"24 hours\"", "within = \"0 hours\""),
    ("within = \"24 hours\"", "within = \"401 hours\""),
    ("report_year_ends = \"12-14\"", "report_year_ends = \"13-14\""),
    ("due = \"12-18\"\n", ""),
    ("after = \"return\"\nreport_year_ends", "before = \"departure\"\nreport_year_ends"),
    ("when = { leader = false,", "when = { amount = { min = 1 }, leader = false,"),
    ("when = { leader = false,", "when = { visitor_country = \"LA\", leader = false,"),
    (
        "[[no_permission]]\nid = \"free\"\nfor = [\"private_travel\"]",
        "[[no_permission]]\nid = \"free\"\nfor = [\"private_travel\"]\nwhen = { days = { max = 3 } }",
    ),
    (
        "[[no_permission]]\nid = \"free\"\nfor = [\"private_travel\"]",
        "[[no_permission]]\nid = \"free\"\nfor = [\"inbound\"]\nwhen = { funding = { any = [\"host\"] } }",
    ),
    (
        "[[no_permission]]\nid = \"free\"\nfor = [\"private_travel\"]",
        "[[no_permission]]\nid = \"free\"\nfor = [\"inbound\"]\nwhen = { members = { max = 3 } }",
    ),
    ("[[limit]]", "[limit]"),
    ("code = \"test-1\"", "code = test-1"),
];

#[test]
fn every_fault_is_named_with_its_line_in_both_languages() {
    load(SOUND, &[]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut text = String::from("# Change of a sound pack: the faults told. Written by tests/faults.rs.\n");
    for (there, instead) in CHANGES {
        assert!(SOUND.contains(there), "{there}");
        writeln!(text, "\n{} → {}", there.replace('\n', "⏎"), instead.replace('\n', "⏎")).unwrap();
        match load(&SOUND.replacen(there, instead, 1), &[]) {
            Ok(_) => writeln!(text, "  sound").unwrap(),
            Err(faults) => {
                for f in faults {
                    assert!(!f.text.vi.is_empty() && !f.text.en.is_empty());
                    writeln!(text, "  {}: {} | {} | {}", f.line, f.code, f.text.vi, f.text.en).unwrap();
                }
            }
        }
    }
    golden("faults.txt", &text);
}

#[test]
fn what_contradicts_another_pack_is_a_fault() {
    let other = load(SOUND, &[]).unwrap();
    let codes =
        |source: &str| load(source, &[&other]).err().unwrap_or_default().iter().map(|f| f.code).collect::<Vec<_>>();
    let next = SOUND.replacen("test-1", "test-2", 1);
    assert_eq!(codes(&next), ["dates_overlap"]);
    let after = |from: &str, to: &str| {
        next.replacen("in_force_from = 2020-01-01", &format!("in_force_from = {from}"), 1).replacen(
            "in_force_to = 2030-01-01",
            &format!("in_force_to = {to}"),
            1,
        )
    };
    assert!(codes(&after("2030-01-01", "2040-01-01")).is_empty(), "half-open: it begins where the other ends");
    assert_eq!(codes(&after("2029-12-31", "2040-01-01")), ["dates_overlap"]);
    assert!(codes(&after("2010-01-01", "2020-01-01")).is_empty());
    assert_eq!(codes(&after("2010-01-01", "2020-01-02")), ["dates_overlap"]);
    assert!(codes(&next.replacen("jurisdiction = \"test\"", "jurisdiction = \"other\"", 1)).is_empty());
    // The same code is another version, not a rival.
    assert!(codes(&SOUND.replacen("version = 1", "version = 2", 1)).is_empty());
    // A decider may be ranked by the text that it extends.
    let extending = after("2030-01-01", "2040-01-01").replacen("sets = 2", "sets = 2\nextends = \"test-1\"", 1);
    assert!(codes(&extending.replacen("strictness = [\"ppc_chair\", \"dofa_director\"]\n", "", 1)).is_empty());
}

/// Rules of one group, each with a condition and what it overrides; everything else is alike.
fn rivals(rules: &[(&str, &str, &str)]) -> Vec<(usize, &'static str)> {
    let head = "code = \"x\"\nversion = 1\ntitle = \"X\"\ndocument = \"QĐ\"\nstatus = \"sample\"\nin_force_from = 2020-01-01\nstrictness = [\"ppc\"]\n";
    let rules: String = rules
        .iter()
        .map(|(id, when, more)| {
            format!("[[authority]]\nid = \"{id}\"\nfor = [\"outbound\"]\nstatus = \"sample\"\ncitation = \"Đ\"\ndecider = \"ppc\"\n{when}\n{more}\n")
        })
        .collect();
    load(&format!("{head}{rules}"), &[]).err().unwrap_or_default().into_iter().map(|f| (f.line, f.code)).collect()
}

#[test]
fn rules_in_a_circle_and_rules_in_the_shadow_of_others_are_faults() {
    let (party, key, plan) =
        ("when = { party_member = true }", "when = { key_leader = true }", "when = { in_plan = true }");
    let over = |id: &str| format!("overrides = [\"{id}\"]");
    // Lines 8, 16 and 24 begin the three rules. Each overrides the next: the circle is told once, at its first rule.
    assert_eq!(
        rivals(&[("a", party, &over("b")), ("b", key, &over("c")), ("c", plan, &over("a"))]),
        [(8, "unordered_overlap")]
    );
    assert_eq!(
        rivals(&[("a", party, &over("c")), ("b", key, &over("a")), ("c", plan, &over("b"))]),
        [(8, "unordered_overlap")]
    );
    assert_eq!(rivals(&[("a", party, "overrides = [\"b\", \"c\"]"), ("b", key, &over("c")), ("c", plan, "")]), []);
    // Two that can both match without an order.
    assert_eq!(rivals(&[("a", party, ""), ("b", key, "")]), [(16, "unordered_overlap")]);
    assert_eq!(rivals(&[("a", party, &over("b")), ("b", key, &over("a"))]), [(16, "unordered_overlap")]);
    // A general rule that overrides a narrower one leaves it nothing, unless the narrower one is valid for longer.
    assert_eq!(rivals(&[("a", "", &over("b")), ("b", party, "")]), [(16, "never_matches")]);
    let until = "valid_to = 2025-01-01";
    assert_eq!(rivals(&[("a", "", &format!("{}\n{until}", over("b"))), ("b", party, "")]), []);
    assert_eq!(rivals(&[("a", "", &format!("{}\n{until}", over("b"))), ("b", party, until)]), [(17, "never_matches")]);
    assert_eq!(rivals(&[("a", "", &format!("{}\n{until}", over("b"))), ("b", party, "valid_to = 2025-01-02")]), []);
    let from = "valid_from = 2025-01-01";
    assert_eq!(rivals(&[("a", "", &format!("{}\n{from}", over("b"))), ("b", party, "")]), []);
    assert_eq!(rivals(&[("a", "", &format!("{}\n{from}", over("b"))), ("b", party, from)]), [(17, "never_matches")]);
    assert_eq!(rivals(&[("a", "", &format!("{}\n{from}", over("b"))), ("b", party, "valid_from = 2024-12-31")]), []);
    // A narrower range wins over a wider one; ranges that only touch have no order.
    let days = |min: i64, max: i64| format!("when = {{ days = {{ min = {min}, max = {max} }} }}");
    assert_eq!(rivals(&[("a", &days(1, 9), ""), ("b", &days(2, 8), "")]), []);
    assert_eq!(rivals(&[("a", &days(1, 9), ""), ("b", &days(5, 12), "")]), [(16, "unordered_overlap")]);
    assert_eq!(rivals(&[("a", &days(1, 4), ""), ("b", &days(5, 12), "")]), []);
    assert_eq!(rivals(&[("a", &days(1, 5), ""), ("b", &days(5, 12), "")]), [(16, "unordered_overlap")]);
}
