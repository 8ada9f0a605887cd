//! Tables beside the rules of the two contents: what each change of a sound trip or visit is told, and what kind of
//! amendment it is. Every field is changed at least once. No database; `UPDATE_GOLDEN=1` writes `golden/contents.txt`.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use kernel::violation::Violations;
use kernel::words::Bloc;
use ngoaivu::dossier::differences::Difference;
use ngoaivu::procedures::inbound::model::VisitContent;
use ngoaivu::procedures::inbound::rules as visits;
use ngoaivu::procedures::outbound::model::TripContent;
use ngoaivu::procedures::outbound::rules as trips;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn trip() -> Value {
    let money = json!({"amount": 100, "currency": "VND"});
    let person = |name: &str| json!({"full_name": name, "post": "Chuyên viên", "agency_id": 10, "post_level": "staff"});
    json!({
        "title": "Đoàn công tác", "procedure": "outbound", "purpose": "official", "field": "health", "capacity": "department",
        "agency_id": 10, "plan_item_id": 1, "planned": null, "queued_on": null,
        "funding": [{"source": "provincial_budget", "amount": money}, {"source": "host"}],
        "inviting_party": {"name": "Tỉnh Chungbuk", "country": "KR", "kind": "locality", "invites_by_name": false},
        "departure": "2026-06-08", "returning": "2026-06-12",
        "stops": [{"country": "KR", "place": "Cheongju", "from": "2026-06-08", "to": "2026-06-10"},
            {"country": "JP", "place": "Osaka", "from": "2026-06-11", "to": "2026-06-12"}],
        "members": [{"official_id": id(1), "role": "head", "relative_of": null}, {"official_id": id(2), "role": "member", "relative_of": null}],
        "note": null, "leave": null, "party_opinions": [], "journey": {"departed_on": null, "returned_on": null},
        "origin": null, "people": [person("Một"), person("Hai")], "verdicts": [],
    })
}

fn visit() -> Value {
    let guest = |name: &str, nationality: &str, role: &str| {
        json!({"guest_id": null, "full_name": name, "nationality": nationality, "position": "Giám đốc",
            "passport_number": null, "role": role})
    };
    let item = |from: &str, to: &str, hosts: &[i64]| {
        json!({"starts_at": from, "ends_at": to, "place": "UBND tỉnh", "activity": "Chào xã giao", "hosts": hosts,
            "host_names": [], "restricted_area": false})
    };
    json!({
        "title": "Đoàn Bang Hessen", "host_agency_id": 10, "coordinating": [20], "channel": "state",
        "sending_organisation": "Bang Hessen", "country": "DE", "purpose": "official", "field": "trade", "topics": ["press"],
        "first_visit": false, "reception_level": "agency", "guest_class": "b", "arrival": "2026-06-08",
        "departure": "2026-06-10", "headcount": 3, "nationalities": [{"country": "DE", "count": 2}, {"country": "FR", "count": 1}],
        "guests": [guest("Anna Braun", "DE", "head"), guest("Luc Petit", "FR", "member")],
        "programme": [item("2026-06-08T02:00:00", "2026-06-08T03:00:00", &[1]), item("2026-06-08T03:00:00", "2026-06-08T04:00:00", &[1, 2])],
        "stay": {"arrived_on": null, "headcount": null, "departed_on": null}, "origin": null,
    })
}

/// The wire form of an id.
fn id(number: i64) -> String {
    kernel::id::Id(number).to_string()
}

/// Changes of a trip: the pointer of the field, and its new value.
fn trip_changes() -> Vec<(&'static str, Value)> {
    let opinion = |whose: Value| json!([{"level": "cell", "verdict": "agree", "document": {"number": "1", "date": "2026-05-01"}, "official_id": whose}]);
    let origin = json!({"import_id": id(5), "row": 2, "headcount": 4, "head": null, "activity": null, "partner": null,
        "funding": null, "report": null, "note": null, "in_plan": true, "leader_level": null});
    vec![
        ("/title", json!("Đoàn khác")),
        ("/procedure", json!("private_travel")),
        ("/purpose", json!("private")),
        ("/purpose", json!("training")),
        ("/field", json!(null)),
        ("/capacity", json!("ppc")),
        ("/agency_id", json!(11)),
        ("/plan_item_id", json!(null)),
        ("/planned", json!(true)),
        ("/queued_on", json!("2026-01-01")),
        ("/funding", json!([])),
        ("/funding/0/amount/amount", json!(101)),
        ("/funding/0/amount/amount", json!(99)),
        ("/funding/0/amount/currency", json!("USD")),
        ("/funding/0/amount/currency", json!("XYZ")),
        ("/funding/0/amount", json!(null)),
        ("/funding/1/source", json!("provincial_budget")),
        ("/funding/1/source", json!("enterprise")),
        ("/inviting_party", json!(null)),
        ("/inviting_party/name", json!("Tỉnh Gyeonggi")),
        ("/inviting_party/country", json!("XX")),
        ("/departure", json!("2026-06-07")),
        ("/departure", json!("2026-06-09")),
        ("/departure", json!("1989-06-09")),
        ("/returning", json!("2026-06-13")),
        ("/returning", json!("2026-06-11")),
        ("/returning", json!("2026-06-07")),
        ("/returning", json!("2101-06-07")),
        ("/stops", json!([])),
        ("/stops/0/country", json!("CN")),
        ("/stops/1/country", json!("KR")),
        ("/stops/0/country", json!("VN")),
        ("/stops/0/country", json!("ZZ")),
        ("/stops/0/place", json!("Seoul")),
        ("/stops/0/from", json!("2026-06-07")),
        ("/stops/0/to", json!("2026-06-08")),
        ("/stops/0/to", json!("2026-06-07")),
        ("/stops/1/from", json!("2026-06-09")),
        ("/members", json!([])),
        ("/members/0/role", json!("member")),
        ("/members/1/role", json!("head")),
        ("/members/1/role", json!("interpreter")),
        ("/members/1/official_id", json!(id(3))),
        ("/members/1/official_id", json!(id(1))),
        ("/members/1/official_id", json!(id(99))),
        ("/members/1/relative_of", json!(id(1))),
        ("/members/1/relative_of", json!(id(2))),
        ("/members/1/relative_of", json!(id(3))),
        ("/note", json!("Ghi chú")),
        ("/leave", json!({"kind": "annual", "from": "2026-06-01", "to": "2026-06-30"})),
        ("/leave", json!({"kind": "annual", "from": "2026-06-09", "to": "2026-06-30"})),
        ("/party_opinions", opinion(json!(id(1)))),
        ("/party_opinions", opinion(json!(id(3)))),
        ("/journey/departed_on", json!("2026-06-08")),
        ("/origin", origin),
        ("/people/0/full_name", json!("Ba")),
        ("/verdicts", json!([{"consent": null, "decision": "reject"}, {"consent": null, "decision": null}])),
    ]
}

fn visit_changes() -> Vec<(&'static str, Value)> {
    let origin = trip_changes().into_iter().find(|(at, _)| *at == "/origin").unwrap().1;
    vec![
        ("/title", json!("Đoàn khác")),
        ("/host_agency_id", json!(30)),
        ("/coordinating", json!([])),
        ("/coordinating", json!([10])),
        ("/coordinating", json!([20, 20])),
        ("/coordinating", json!([99])),
        ("/channel", json!("people")),
        ("/sending_organisation", json!("Bang Bayern")),
        ("/country", json!("AT")),
        ("/country", json!("VN")),
        ("/purpose", json!("private")),
        ("/purpose", json!("promotion")),
        ("/field", json!(null)),
        ("/topics", json!([])),
        ("/topics", json!(["press", "religion"])),
        ("/first_visit", json!(true)),
        ("/reception_level", json!("province")),
        ("/guest_class", json!("a")),
        ("/arrival", json!("2026-06-07")),
        ("/arrival", json!("2026-06-09")),
        ("/departure", json!("2026-06-11")),
        ("/departure", json!("2026-06-07")),
        ("/departure", json!("2036-06-10")),
        ("/headcount", json!(4)),
        ("/headcount", json!(1)),
        ("/nationalities", json!([])),
        ("/nationalities", json!([{"country": "DE", "count": 3}])),
        ("/nationalities/0/country", json!("FR")),
        ("/nationalities/0/country", json!("ZZ")),
        ("/nationalities/0/count", json!(3)),
        ("/guests", json!([])),
        ("/guests/0/role", json!("member")),
        ("/guests/1/role", json!("head")),
        ("/guests/0/full_name", json!("Eva Braun")),
        ("/guests/1/nationality", json!("DE")),
        ("/guests/1/nationality", json!("BE")),
        ("/guests/0/passport_number", json!("C01 234")),
        ("/guests/0/passport_number", json!("C01234")),
        ("/guests/0/position", json!("Phó Giám đốc")),
        ("/programme", json!([])),
        ("/programme/0/place", json!("Sở Ngoại vụ")),
        ("/programme/0/restricted_area", json!(true)),
        ("/programme/0/ends_at", json!("2026-06-08T03:30:00")),
        ("/programme/0/ends_at", json!("2026-06-08T01:30:00")),
        ("/programme/0/starts_at", json!("2026-06-06T02:00:00")),
        ("/programme/1/hosts", json!([2, 2])),
        ("/programme/1/hosts", json!([99])),
        ("/stay/headcount", json!(2)),
        ("/stay/headcount", json!(1)),
        ("/origin", origin),
    ]
}

/// The content with one value changed.
fn changed<C: DeserializeOwned>(sound: &Value, at: &str, to: &Value) -> C {
    let mut content = sound.clone();
    let parent = at.rsplit_once('/').unwrap();
    match content.pointer_mut(parent.0).unwrap() {
        Value::Object(fields) => fields.insert(parent.1.to_owned(), to.clone()),
        Value::Array(items) => {
            items.get_mut(parent.1.parse::<usize>().unwrap()).map(|item| std::mem::replace(item, to.clone()))
        }
        other => panic!("{at}: {other}"),
    };
    serde_json::from_value(content).unwrap_or_else(|reason| panic!("{at}: {reason}"))
}

fn table<C: Serialize + DeserializeOwned>(
    text: &mut String,
    sound: &Value,
    changes: &[(&str, Value)],
    check: impl Fn(&C, &mut Violations),
    differences: impl Fn(&C, &C) -> Vec<Difference>,
) {
    let old: C = serde_json::from_value(sound.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&old).unwrap(), sound, "the sound content says every field");
    let mut none = Violations::default();
    check(&old, &mut none);
    assert_eq!((none, differences(&old, &old).len()), (Violations::default(), 0));
    let fields: BTreeSet<&str> = sound.as_object().unwrap().keys().map(String::as_str).collect();
    let touched: BTreeSet<&str> = changes.iter().filter_map(|(at, _)| at.split('/').nth(1)).collect();
    assert_eq!(touched, fields, "every field is changed once");
    for (at, to) in changes {
        let new: C = changed(sound, at, to);
        let mut found = Violations::default();
        check(&new, &mut found);
        let faults: Vec<String> = found.0.iter().map(|f| format!("{} {}", f.pointer, f.code.word())).collect();
        let told = if faults.is_empty() { "sound".to_owned() } else { faults.join(", ") };
        let kinds: Vec<String> = differences(&old, &new)
            .iter()
            .map(|d| format!("{}{}", d.kind.word(), if d.material { " (material)" } else { "" }))
            .collect();
        let differs = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(", ") };
        writeln!(text, "{at} = {to}\n  {told}\n  amends {differs}").unwrap();
    }
}

#[test]
fn every_field_of_a_content_has_its_faults_and_its_kind_of_amendment() {
    let mut text = String::from(
        "# One change of a sound content: its faults, what it amends. Written by tests/api/contents.rs.\n",
    );
    let officials: HashSet<i64> = [1, 2, 3].into();
    text += "\n# Trip\n";
    table::<TripContent>(
        &mut text,
        &trip(),
        &trip_changes(),
        |trip, faults| trips::check(trip, &officials, faults),
        trips::differences,
    );
    let known = visits::KnownPeople {
        host_bloc: Some(Bloc::State),
        agencies: [10, 20, 30].into(),
        hosts: HashMap::from([(1, 10), (2, 20), (3, 30)]),
    };
    text += "\n# Visit\n";
    let check = |visit: &VisitContent, faults: &mut Violations| visits::check(visit, &known, faults);
    table::<VisitContent>(&mut text, &visit(), &visit_changes(), check, visits::differences);

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/golden/contents.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    for (line, (found, written)) in text.lines().zip(written.lines()).enumerate() {
        assert_eq!(found, written, "line {} of tests/api/golden/contents.txt", line + 1);
    }
    assert_eq!(text.lines().count(), written.lines().count());
}

/// What depends on the host's agency, and on several fields at once.
#[test]
fn hosts_and_channel_depend_on_the_hosting_agency() {
    let of = |bloc, channel: &str| {
        let known = visits::KnownPeople {
            host_bloc: bloc,
            agencies: [10, 20].into(),
            hosts: HashMap::from([(1, 10), (2, 20)]),
        };
        let mut faults = Violations::default();
        visits::check(&changed::<VisitContent>(&visit(), "/channel", &json!(channel)), &known, &mut faults);
        faults.0.iter().map(|f| format!("{} {}", f.pointer, f.code.word())).collect::<Vec<_>>()
    };
    assert_eq!(of(Some(Bloc::MassOrganisation), "state"), ["/channel wrong_channel"]);
    assert_eq!(of(Some(Bloc::MassOrganisation), "people"), [""; 0]);
    assert_eq!(of(Some(Bloc::Party), "people"), [""; 0]);
    assert_eq!(of(None, "state"), ["/host_agency_id unknown_agency"]);
}

/// The leave covers the whole private journey, on both ends.
#[test]
fn a_private_journey_lies_within_its_leave() {
    let journey = |from: &str, to: &str| {
        let mut content = trip();
        content["procedure"] = json!("private_travel");
        content["purpose"] = json!("private");
        content["inviting_party"] = json!(null);
        content["leave"] = json!({"kind": "annual", "from": from, "to": to});
        let content: TripContent = serde_json::from_value(content).unwrap();
        let mut faults = Violations::default();
        trips::check(&content, &[1, 2].into(), &mut faults);
        faults.0.iter().map(|f| format!("{} {}", f.pointer, f.code.word())).collect::<Vec<_>>()
    };
    assert_eq!(journey("2026-06-08", "2026-06-12"), [""; 0]);
    assert_eq!(journey("2026-06-09", "2026-06-12"), ["/leave outside_leave"]);
    assert_eq!(journey("2026-06-08", "2026-06-11"), ["/leave outside_leave"]);
}

/// Stops move with the trip; if only its length changes, the first and the last keep touching its ends.
#[test]
fn stops_follow_the_days_of_the_trip() {
    let old: TripContent = serde_json::from_value(trip()).unwrap();
    let on = |from: &str, to: &str| {
        let stops = trips::stops_on(&old, from.parse().unwrap(), to.parse().unwrap());
        stops.iter().map(|s| format!("{}–{}", s.from.format("%d"), s.to.format("%d"))).collect::<Vec<_>>()
    };
    assert_eq!(on("2026-06-15", "2026-06-19"), ["15–17", "18–19"]);
    assert_eq!(on("2026-06-08", "2026-06-14"), ["08–10", "11–14"]);
    assert_eq!(on("2026-06-07", "2026-06-12"), ["07–10", "11–12"]);
}
