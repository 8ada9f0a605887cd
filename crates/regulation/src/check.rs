//! Checks a pack as a whole: rules without an order, rules that can never match, dates that overlap. Pure.

use std::collections::BTreeSet;

use crate::fact::Constraint;
use crate::pack::{Anchor, ConsentMode, Effect, Pack, PackFault, Rule};
use crate::read::Sketch;
use kernel::procedure::Procedure;
use kernel::text::Bilingual;
use kernel::time::Day;
use kernel::words::{Body, DutyCode, FindingCode, RuleStatus};

/// Most rules of a pack; every two of them are compared. The largest text that we know has some forty.
const MOST_RULES: usize = 400;

/// The faults of a pack as a whole; `known` are the other packs, one of which it may extend, and `more` the procedures that
/// an installation has in addition to those that the law book knows.
pub fn check(sketch: &Sketch, known: &[&Pack], more: &[Procedure]) -> Vec<PackFault> {
    let pack = &sketch.pack;
    let mut faults = Vec::new();
    let mut add = |line: usize, code: &'static str, vi: String, en: String| {
        faults.push(PackFault { line, code, text: Bilingual::new(vi, en) });
    };
    let is_procedure = |p: &Procedure| more.contains(p) || Procedure::KNOWN.iter().any(|(known, _)| known == p);
    for rule in &pack.rules {
        for procedure in rule.procedures.iter().filter(|p| !is_procedure(p)) {
            add(
                rule.line,
                "unknown_word",
                format!("for: không có thủ tục «{procedure}»"),
                format!("for: there is no procedure \"{procedure}\""),
            );
        }
    }
    for procedure in pack.dossier_known.iter().filter(|p| !is_procedure(p)) {
        add(
            1,
            "unknown_word",
            format!("dossier_known: không có thủ tục «{procedure}»"),
            format!("dossier_known: there is no procedure \"{procedure}\""),
        );
    }
    let code_fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if pack.code.is_empty() || !pack.code.chars().all(code_fits) || pack.version < 1 {
        add(
            1,
            "bad_code",
            "code chỉ gồm chữ thường không dấu, chữ số và gạch nối; version từ 1 trở lên".into(),
            "code must be lower-case ASCII letters, digits and hyphens; version must be at least 1".into(),
        );
    }
    if pack.in_force_to.zip(pack.in_force_from).is_some_and(|(to, from)| to <= from) {
        add(
            1,
            "empty_period",
            "in_force_to phải sau in_force_from".into(),
            "in_force_to must be after in_force_from".into(),
        );
    }
    let parent = pack.extends.as_ref().and_then(|code| known.iter().find(|p| p.code == *code));
    if let (Some(code), None) = (&pack.extends, parent) {
        add(1, "unknown_regulation", format!("extends: không có «{code}»"), format!("extends: there is no \"{code}\""));
    }
    let replaced = pack.replaces.as_ref().map(|code| (code, known.iter().find(|p| p.code == *code)));
    if let Some((code, found)) = replaced
        && found.is_none_or(|found| found.jurisdiction != pack.jurisdiction || found.code == pack.code)
    {
        add(
            1,
            "unknown_regulation",
            format!("replaces: địa phương này không có «{code}»"),
            format!("replaces: this province has no \"{code}\""),
        );
    }
    // The first day on which a text is no longer in force: by its own word, or because another one replaces it.
    let ends = |p: &Pack| {
        let all = known.iter().copied().filter(|q| q.code != pack.code).chain([pack]);
        let followed =
            all.filter(|q| q.replaces.as_ref() == Some(&p.code)).map(|q| q.in_force_from.unwrap_or(Day::MIN));
        followed.chain(p.in_force_to).min()
    };
    for other in
        known.iter().filter(|o| o.code != pack.code && o.jurisdiction.is_some() && o.jurisdiction == pack.jurisdiction)
    {
        let before = |a: &Pack, b: &Pack| ends(b).is_none_or(|to| a.in_force_from.unwrap_or(Day::MIN) < to);
        if sketch.whole && before(pack, other) && before(other, pack) {
            add(
                1,
                "dates_overlap",
                format!("thời gian hiệu lực trùng với {}", other.code),
                format!("in force at the same time as {}", other.code),
            );
        }
    }
    let derived = derived_status(pack);
    if sketch.whole && sketch.named && pack.status != derived {
        add(
            1,
            "wrong_status",
            format!("status phải là {derived} theo các quy tắc"),
            format!("according to the rules, status must be {derived}"),
        );
    }
    let order: BTreeSet<Body> =
        pack.strictness.iter().chain(ancestors(parent.copied(), known).flat_map(|p| &p.strictness)).copied().collect();
    // A name is not reported as unknown if something that may define it could not be read.
    let (all_ids, ordered) =
        (sketch.whole && sketch.named, parent.is_some() || (pack.extends.is_none() && sketch.whole));
    if pack.rules.len() > MOST_RULES {
        add(
            1,
            "too_many_rules",
            format!("{} quy tắc; một bộ chỉ được có tối đa {MOST_RULES}", pack.rules.len()),
            format!("{} rules; a pack may have at most {MOST_RULES}", pack.rules.len()),
        );
        return faults;
    }
    let whole: Vec<&Rule> = pack.rules.iter().filter(|r| !sketch.torn.contains(&r.line)).collect();
    for rule in &whole {
        check_rule(rule, ordered.then_some(&order), all_ids.then_some(&sketch.ids), &mut add);
    }
    for (at, first) in whole.iter().enumerate() {
        for second in whole.iter().skip(at + 1) {
            check_pair(first, second, &mut add);
        }
    }
    check_cycles(&whole, &mut add);
    faults.sort_by_key(|f| f.line);
    faults
}

/// A pack and those that it extends, one after another.
fn ancestors<'a>(first: Option<&'a Pack>, known: &'a [&'a Pack]) -> impl Iterator<Item = &'a Pack> {
    let next = |p: &&'a Pack| p.extends.as_ref().and_then(|code| known.iter().copied().find(|k| k.code == *code));
    // A circle cannot be longer than the list.
    std::iter::successors(first, next).take(known.len())
}

/// A pack is verified, unverified or a sample if all its rules are, otherwise partial.
fn derived_status(pack: &Pack) -> RuleStatus {
    let all = |status| pack.rules.iter().all(|r| r.status == status);
    match () {
        () if all(RuleStatus::Unverified) => RuleStatus::Unverified,
        () if all(RuleStatus::Verified) => RuleStatus::Verified,
        () if all(RuleStatus::Sample) => RuleStatus::Sample,
        () => RuleStatus::Partial,
    }
}

type Add<'a> = dyn FnMut(usize, &'static str, String, String) + 'a;

fn never(line: usize, id: &str, why: (&str, &str), add: &mut Add) {
    add(
        line,
        "never_matches",
        format!("quy tắc {id} không bao giờ áp dụng: {}", why.0),
        format!("rule {id} can never match: {}", why.1),
    );
}

fn check_rule(rule: &Rule, order: Option<&BTreeSet<Body>>, ids: Option<&BTreeSet<String>>, add: &mut Add) {
    if rule.procedures.is_empty() {
        never(rule.line, &rule.id, ("không có thủ tục", "it applies to no procedure"), add);
    }
    if rule.valid_to.is_some_and(|to| rule.valid_from.is_some_and(|from| to <= from)) {
        never(rule.line, &rule.id, ("hiệu lực rỗng", "its period of validity is empty"), add);
    }
    for (fact, constraint) in &rule.when.0 {
        if constraint.is_impossible() || matches!(constraint, Constraint::Range(min, _) if *min == i64::MAX) {
            never(rule.line, &rule.id, (fact.word(), fact.word()), add);
        }
        if !rule.procedures.is_empty() && !rule.procedures.iter().any(|p| fact.known_in(*p)) {
            never(rule.line, &rule.id, ("thủ tục không có dữ kiện này", "its procedures have no such fact"), add);
        }
    }
    let unknown = |o: &&String| **o == rule.id || ids.is_some_and(|ids| !ids.contains(*o));
    for other in rule.overrides.iter().filter(unknown) {
        add(
            rule.line,
            "unknown_rule",
            format!("overrides: không có quy tắc khác tên «{other}»"),
            format!("overrides: there is no other rule \"{other}\""),
        );
    }
    check_effect(rule, order, add);
}

/// An effect must be possible in a procedure of the rule, and only a text that was read may name a decider.
fn check_effect(rule: &Rule, order: Option<&BTreeSet<Body>>, add: &mut Add) {
    let mut anchored = |anchor: Anchor| {
        if !rule.procedures.is_empty() && !rule.procedures.iter().any(|p| anchor.known_in(*p)) {
            never(rule.line, &rule.id, ("thủ tục không có thời điểm này", "its procedures have no such moment"), add);
        }
    };
    match &rule.effect {
        Effect::Deadline { before: Anchor::Decision, .. } => {
            never(
                rule.line,
                &rule.id,
                ("hạn nộp không tính từ quyết định", "nothing is due before its own decision"),
                add,
            );
        }
        Effect::Deadline { before, .. } => anchored(*before),
        Effect::Obligation { code, timing } => {
            anchored(timing.anchor());
            if code.parse::<DutyCode>().is_err() {
                add(
                    rule.line,
                    "unknown_word",
                    format!("code: không có loại việc «{code}»"),
                    format!("code: there is no duty \"{code}\""),
                );
            }
        }
        Effect::Limit { finding, .. } => {
            let measured = |p: &Procedure| match finding {
                FindingCode::DecidedAfterStart => p.is_trip() || p.is_visit(),
                FindingCode::OverlappingTrip => p.is_trip() || p.is_visit(),
                of_cards if of_cards.is_of_cards() => *p == Procedure::APEC_CARD,
                _ => p.is_trip(),
            };
            if !rule.procedures.is_empty() && !rule.procedures.iter().any(measured) {
                never(rule.line, &rule.id, ("thủ tục không có giới hạn này", "its procedures have no such limit"), add);
            }
        }
        Effect::Consent { mode: ConsentMode::Step, .. } if !rule.procedures.iter().any(|p| p.is_trip()) => {
            never(rule.line, &rule.id, ("chỉ đoàn ra có bước này", "only trips have such a step"), add);
        }
        Effect::Authority { decider: Some(decider), .. } => {
            if rule.status == RuleStatus::Unverified {
                add(
                    rule.line,
                    "unverified_decides",
                    "văn bản chưa đọc được thì không được chỉ định người quyết định".into(),
                    "a text that was not read must not name a decider".into(),
                );
            }
            if order.is_some_and(|order| !order.contains(decider)) {
                add(
                    rule.line,
                    "unordered_decider",
                    format!("{decider} không có trong strictness"),
                    format!("{decider} is not in strictness"),
                );
            }
        }
        _ => {}
    }
}

fn check_pair(a: &Rule, b: &Rule, add: &mut Add) {
    let line = a.line.max(b.line);
    let in_time = a.overlaps_in_time(b);
    if a.id == b.id {
        if in_time {
            add(
                line,
                "dates_overlap",
                format!("hai phiên bản của {} trùng thời gian", a.id),
                format!("two versions of {} are valid at the same time", a.id),
            );
        }
        return;
    }
    let competes = a.effect.group() == b.effect.group() && a.procedures.iter().any(|p| b.procedures.contains(p));
    if !competes || !in_time || !a.when.meets(&b.when) {
        return;
    }
    match (a.beats(b), b.beats(a)) {
        (true, false) => check_shadow(a, b, add),
        (false, true) => check_shadow(b, a, add),
        _ => add(
            line,
            "unordered_overlap",
            format!("{} và {} cùng áp dụng được mà không có thứ tự ưu tiên; cần thêm overrides", a.id, b.id),
            format!("{} and {} can both match, and neither takes precedence; add overrides", a.id, b.id),
        ),
    }
}

/// A rule never applies if another one takes precedence in every case that it matches.
fn check_shadow(winner: &Rule, loser: &Rule, add: &mut Add) {
    let always = loser.when.within(&winner.when)
        && loser.procedures.iter().all(|p| winner.procedures.contains(p))
        && winner.valid_from.is_none_or(|w| loser.valid_from.is_some_and(|l| w <= l))
        && winner.valid_to.is_none_or(|w| loser.valid_to.is_some_and(|l| l <= w));
    if always {
        never(
            loser.line,
            &loser.id,
            (&format!("{} luôn được ưu tiên", winner.id), &format!("{} always takes precedence", winner.id)),
            add,
        );
    }
}

/// Three rules that take precedence over each other in a circle leave no winner.
fn check_cycles(rules: &[&Rule], add: &mut Add) {
    let groups: Vec<String> = rules.iter().map(|rule| rule.effect.group()).collect();
    // Asked once for every two rules, not once for every three.
    let beats: Vec<Vec<bool>> = (rules.iter().zip(&groups))
        .map(|(a, group)| rules.iter().zip(&groups).map(|(b, other)| group == other && a.beats(b)).collect())
        .collect();
    let wins = |a: usize, b: usize| beats.get(a).and_then(|row| row.get(b)).copied().unwrap_or(false);
    for (at, a) in rules.iter().enumerate() {
        for (bt, b) in rules.iter().enumerate().filter(|(bt, _)| wins(at, *bt)) {
            for (_, c) in rules.iter().enumerate().filter(|(ct, _)| wins(bt, *ct) && wins(*ct, at)) {
                if a.line < b.line && a.line < c.line {
                    let names = format!("{} → {} → {} → {}", a.id, b.id, c.id, a.id);
                    add(
                        a.line,
                        "unordered_overlap",
                        format!("thứ tự ưu tiên lặp vòng: {names}"),
                        format!("the order is circular: {names}"),
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::SHIPPED;
    use crate::book::{Book, load};

    fn faults(source: &str) -> Vec<(usize, &'static str)> {
        let (_, national) = SHIPPED[0];
        let national = load(national, &[]).unwrap();
        load(source, &[&national]).unwrap_err().into_iter().map(|f| (f.line, f.code)).collect()
    }

    const HEAD: &str = "code = \"x-2020\"\nversion = 1\ntitle = \"X\"\ndocument = \"QĐ 1/2020\"\nstatus = \"verified\"\nextends = \"national\"\nin_force_from = 2020-01-01\n";

    fn decider(id: &str, more: &str) -> String {
        format!(
            "[[authority]]\nid = \"{id}\"\nfor = [\"outbound\"]\nstatus = \"verified\"\ncitation = \"Đ.1\"\ndecider = \"ppc\"\n{more}\n"
        )
    }

    #[test]
    fn every_shipped_pack_is_sound() {
        let mut packs: Vec<crate::pack::Pack> = Vec::new();
        for (code, source) in SHIPPED {
            let known: Vec<_> = packs.iter().collect();
            let pack = load(source, &known).unwrap_or_else(|f| panic!("{code}: {f:#?}"));
            assert_eq!(pack.code, *code);
            packs.push(pack);
        }
    }

    #[test]
    fn words_bodies_and_keys_that_do_not_exist_are_named_by_line() {
        let source = format!(
            "{HEAD}{}colour = 1\n",
            decider("a", "when = { post_level = [\"mayor\"], hat = true }").replace("\"ppc\"", "\"king\"")
        );
        assert_eq!(
            faults(&source),
            [(13, "unknown_body"), (14, "unknown_word"), (14, "unknown_word"), (15, "unknown_key")].to_vec()
        );
        assert_eq!(faults("code = \n"), [(1, "not_toml")]);
    }

    #[test]
    fn what_is_wrong_as_a_whole_is_told_beside_what_is_wrong_in_a_word() {
        let first = decider("a", "when = { party_member = true }").replace("\"Đ.1\"", "\"\"");
        let second = decider("b", "when = { managed_by = \"agency\" }\noverrides = [\"c\", \"z\"]");
        let third = decider("c", "").replace("\"ppc\"", "\"king\"");
        let head = HEAD.replace("version = 1", "version = 0").replace("national", "nowhere");
        let named = faults(&format!("{head}{first}{second}{third}"));
        // For `c` the fault is its unknown body; the rule itself is not reported as missing.
        assert_eq!(
            named,
            [
                (1, "bad_code"),
                (1, "unknown_regulation"),
                (12, "wrong_type"),
                (15, "unknown_rule"),
                (15, "unordered_overlap"),
                (28, "unknown_body")
            ]
        );
    }

    #[test]
    fn nothing_is_concluded_from_what_could_not_be_read() {
        let two = |first: &str, second: &str| {
            let (a, b) = (decider("a", first), decider("b", second));
            format!("{HEAD}{a}{b}")
        };
        let known = "when = { party_member = true }";
        for (source, named) in [
            (two("whem = { leader = true }", known), (14, "unknown_key")),
            (two(known, "when = { managed_by = \"agency\" }\noveride = [\"a\"]"), (22, "unknown_key")),
            (two("valid_t = 2021-01-01", "").replace("id = \"b\"", "id = \"a\""), (14, "unknown_key")),
            (two("", "").replacen("[[authority]]", "[[authorty]]", 1), (8, "unknown_key")),
            (two(known, "").replace("extends = \"national\"", "extends = 1"), (6, "wrong_type")),
            (two(known, "").replace("extends = \"national\"", "extends = \"natonal\""), (1, "unknown_regulation")),
            (two(known, "when = { days = { min = 3, mx = 5 } }\noverrides = [\"a\"]"), (21, "unknown_key")),
            (two(known, "").replace("version = 1", "version = 1\nlimit = [\"x\"]"), (3, "wrong_type")),
            (two(known, "").replace("version = 1", "version = 1\nsuccessor = \"hue\""), (1, "missing")),
        ] {
            assert_eq!(faults(&source), [named], "{source}");
        }
        let owed = "[[obligation]]\nid = \"o\"\nfor = [\"outbound\"]\ncode = \"trip_report\"\nwithin = \"5 days\"\nafter = \"retrun\"\nstatus = \"verified\"\ncitation = \"Đ.1\"\n";
        assert_eq!(faults(&format!("{HEAD}{owed}")), [(13, "unknown_word")]);
    }

    #[test]
    fn numbers_words_and_bodies_that_a_rule_needs_are_asked_for() {
        let limit = |finding: &str, more: &str| {
            format!(
                "[[limit]]\nid = \"l\"\nfor = [\"outbound\"]\nfinding = \"{finding}\"\nstatus = \"verified\"\ncitation = \"Đ.1\"\n{more}\n"
            )
        };
        for (rule, fault) in [
            (decider("a", "when = { leader = \"no\" }"), (14, "wrong_type")),
            (decider("a", "when = { leader = 1 }"), (14, "wrong_type")),
            (decider("a", "when = { leader = true, post_level = \"staff\" }"), (8, "never_matches")),
            (limit("too_many_days", "severity = \"block\""), (8, "missing")),
            (limit("too_many_days", "severity = \"block\"\nmax = -3"), (15, "wrong_type")),
            (limit("under_discipline", "severity = \"special_approval\""), (8, "missing")),
        ] {
            assert_eq!(faults(&format!("{HEAD}{rule}")), [fault], "{rule}");
        }
        let counted = HEAD.replace("version = 1", "version = 1\nsets = -1\nfee = -5");
        assert_eq!(faults(&format!("{counted}{}", decider("a", ""))), [(3, "wrong_type"), (4, "wrong_type")]);
        let duty = "[[obligation]]\nid = \"o\"\nfor = [\"outbound\"]\ncode = \"Nộp!\"\nwithin = \"5 days\"\nafter = \"return\"\nstatus = \"verified\"\ncitation = \"Đ.1\"\n";
        assert_eq!(faults(&format!("{HEAD}{duty}")), [(11, "wrong_type")]);
        // What nobody has a name for cannot be asked for, listed or done.
        assert_eq!(faults(&format!("{HEAD}{}", duty.replace("Nộp!", "trip_raport"))), [(8, "unknown_word")]);
    }

    #[test]
    fn a_text_takes_the_place_of_another_of_its_province() {
        let (_, national) = SHIPPED[0];
        let national = load(national, &[]).unwrap();
        let of = |code: &str, more: &str| {
            let head = HEAD.replace("x-2020", code).replace("version = 1", "version = 1\njurisdiction = \"x\"");
            let head = head.replace("in_force_from = 2020-01-01\n", more);
            format!("{head}{}", decider("a", ""))
        };
        let undated = load(&of("x", ""), &[&national]).unwrap();
        let known = [&national, &undated];
        let codes = |source: &str, known: &[&crate::pack::Pack]| -> Vec<&str> {
            load(source, known).err().into_iter().flatten().map(|f| f.code).collect()
        };
        assert_eq!(codes(&of("x-2021", "in_force_from = 2021-01-01\n"), &known), ["dates_overlap"]);
        assert_eq!(
            codes(&of("x-2021", "in_force_from = 2021-01-01\nreplaces = \"y\"\n"), &known),
            ["unknown_regulation", "dates_overlap"]
        );
        let second = load(&of("x-2021", "in_force_from = 2021-01-01\nreplaces = \"x\"\n"), &known).unwrap();
        let known = [&national, &undated, &second];
        assert_eq!(codes(&of("x-2023", "in_force_from = 2023-01-01\n"), &known), ["dates_overlap"]);
        let third = load(&of("x-2023", "in_force_from = 2023-01-01\nreplaces = \"x-2021\"\n"), &known).unwrap();
        let mut book = Book::default();
        for pack in [national, undated, second, third] {
            book.add(pack);
        }
        let on =
            |day: &str| book.in_force("x", day.parse().unwrap()).map(|law| (law.pack.code.clone(), law.out_of_force));
        assert_eq!(on("2020-12-31"), Some(("x".into(), false)));
        assert_eq!(on("2021-01-01"), Some(("x-2021".into(), false)));
        assert_eq!(on("2023-01-01"), Some(("x-2023".into(), false)));
        let asked = book.by_code("x", "2022-01-01".parse().unwrap()).unwrap();
        assert_eq!((asked.out_of_force, asked.instead.map(|p| p.code.clone())), (true, Some("x-2021".into())));
    }

    #[test]
    fn overlapping_rules_must_be_ordered() {
        let two = |more: &str| {
            let first = decider("a", "when = { party_member = true }");
            format!("{HEAD}{first}{}", decider("b", &format!("when = {{ managed_by = \"agency\" }}\n{more}")))
        };
        assert_eq!(faults(&two("")), [(15, "unordered_overlap")]);
        let (_, national) = SHIPPED[0];
        let national = load(national, &[]).unwrap();
        assert!(load(&two("overrides = [\"a\"]"), &[&national]).is_ok());
        assert_eq!(faults(&two("overrides = [\"zzz\"]")), [(15, "unknown_rule"), (15, "unordered_overlap")]);
    }

    #[test]
    fn rules_that_can_never_match_are_refused() {
        let impossible = format!("{HEAD}{}", decider("a", "when = { days = { min = 9, max = 3 } }"));
        assert_eq!(faults(&impossible), [(8, "never_matches")]);
        let narrow = decider("a", "when = { party_member = true, in_plan = true }");
        let wide = decider("b", "when = { party_member = true }\noverrides = [\"a\"]");
        assert_eq!(faults(&format!("{HEAD}{narrow}{wide}")), [(8, "never_matches")]);
    }

    #[test]
    fn dates_that_overlap_are_refused() {
        let twice = decider("a", "valid_to = 2021-06-01") + &decider("a", "valid_from = 2021-01-01");
        assert_eq!(faults(&format!("{HEAD}{twice}")), [(15, "dates_overlap")]);
        let in_turn = decider("a", "valid_to = 2021-01-01") + &decider("a", "valid_from = 2021-01-01");
        let (_, national) = SHIPPED[0];
        let national = load(national, &[]).unwrap();
        assert!(load(&format!("{HEAD}{in_turn}"), &[&national]).is_ok());
        let backwards =
            HEAD.replace("in_force_from = 2020-01-01", "in_force_from = 2020-01-01\nin_force_to = 2019-01-01");
        assert_eq!(faults(&format!("{backwards}{}", decider("a", ""))), [(1, "empty_period")]);
    }

    #[test]
    fn a_text_that_was_not_read_names_no_decider() {
        let source = format!("{HEAD}{}", decider("a", "")).replace("\"verified\"", "\"unverified\"");
        assert_eq!(faults(&source), [(8, "unverified_decides")]);
    }
}
