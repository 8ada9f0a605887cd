//! What a rule administrator does: working calendars, texts that take the place of others, rehearsals.

use kernel::time::Period;
use ngoaivu::dossier::ProvinceLaw;
use ngoaivu::procedures::rehearsal::rehearse;
use serde_json::{Value, json};

use crate::world::World;

fn year_2028(changes: Value) -> Value {
    let mut year = json!({"year": 2028, "source": "Thông báo 1/TB-BNV ngày 20/11/2027", "working_saturdays": ["2028-05-06"],
        "days_off": [{"date": "2028-01-03", "name": "Nghỉ bù Tết Dương lịch"}, {"date": "2028-01-26", "name": "Tết Mậu Thân"}]});
    changes.as_object().unwrap().iter().for_each(|(key, value)| year[key] = value.clone());
    year
}

/// A trip of the last days of 2027, asked for at the beginning of December.
fn across_the_year() -> Value {
    json!({"procedure": "outbound", "regulation": "mau", "received_on": "2027-12-01", "departure_date": "2027-12-20",
        "return_date": "2027-12-31", "purpose": "study_visit", "funding": ["host"], "in_plan": true, "enterprise_invites_by_name": false,
        "stops": [{"country": "TH", "days": 12}], "travellers": [{"ref": "a", "role": "head", "post_level": "staff", "managed_by": "agency",
        "personnel": "civil_servant", "party_member": false, "provincial_committee_member": false, "key_leader": false, "locality": "x",
        "under_discipline": false, "missions_this_year": 1}], "documents": ["request_letter", "invitation", "programme"]})
}

on_both! {
    async fn a_year_of_the_calendar_is_added_and_corrected_while_the_server_runs(w) {
        let due = async || {
            let answer = w.post("stats", "/assessments", across_the_year()).await.expect(200).json();
            let duty = answer["obligations"].as_array().unwrap().iter().find(|o| o["code"] == "passport_return").unwrap().clone();
            let missing = answer["notes"].as_array().unwrap().iter().any(|n| n["code"] == "holiday_table_missing");
            (duty["due_on"].clone(), missing)
        };
        assert_eq!(due().await, (Value::Null, true));
        w.post("officer.snv", "/holidays", year_2028(json!({}))).await.refused(403, "forbidden");
        let added = w.post("rules", "/holidays", year_2028(json!({}))).await.expect(201).json();
        assert_eq!((&added["off"], &added["work"], &added["basis"]), (&json!(["2028-01-03", "2028-01-26"]), &json!(["2028-05-06"]), &json!("announced")));
        // Five working days after Friday 31 December: from Tuesday 4 to Monday 10 January, since Monday 3 is off.
        assert_eq!(due().await, (json!("2028-01-10"), false));
        assert_eq!(w.get("stats", "/holidays?year=2028").await.expect(200).json(), added);
        // The announcement is corrected: the fourth is off, too.
        let more = json!([{"date": "2028-01-03", "name": "Nghỉ bù"}, {"date": "2028-01-04", "name": "Hoán đổi"}]);
        w.post("rules", "/holidays", year_2028(json!({"days_off": more}))).await.expect(201);
        assert_eq!(due().await, (json!("2028-01-11"), false));
        let trail = w.get("inspector", "/audit?limit=200").await.json();
        let row = trail["items"].as_array().unwrap().iter().find(|row| row["action"] == "set_holidays").unwrap();
        assert_eq!((&row["detail"]["before"]["off"], &row["detail"]["after"]["off"]), (&json!(["2028-01-03", "2028-01-26"]), &json!(["2028-01-03", "2028-01-04"])));
        // A shipped year, too.
        w.post("rules", "/holidays", json!({"year": 2026, "source": "QĐ", "working_saturdays": [], "days_off": [{"date": "2026-03-05", "name": "Lễ của tỉnh"}]})).await.expect(201);
        assert_eq!(w.get("stats", "/holidays?year=2026").await.json()["off"], json!(["2026-03-05"]));
    }

    async fn days_that_cannot_be_of_the_year_are_named(w) {
        let faults = async |changes: Value| w.post("rules", "/holidays", year_2028(changes)).await.expect(422).faults();
        let one = |at: &str, code: &str| vec![(at.to_owned(), code.to_owned())];
        let day = |date: &str| json!({"date": date, "name": "Lễ"});
        assert_eq!(faults(json!({"days_off": [day("2027-01-03")]})).await, one("/days_off/0/date", "another_year"));
        assert_eq!(faults(json!({"days_off": [day("2028-01-03"), day("2028-01-03")]})).await, one("/days_off/1/date", "duplicate_row"));
        assert_eq!(faults(json!({"working_saturdays": ["2028-05-05"]})).await, one("/working_saturdays/0", "out_of_range"));
        assert_eq!(faults(json!({"days_off": []})).await, one("/days_off", "too_few"));
        assert_eq!(faults(json!({"year": 1})).await[0], ("/year".to_owned(), "out_of_range".to_owned()));
        w.get("stats", "/holidays?year=2028").await.refused(404, "not_found");
    }

    // The province's text of March is replaced in April; a draft that says the same as the first changes what the second ruled.
    async fn a_rehearsal_compares_with_the_text_that_ruled_each_dossier(w) {
        let first = include_str!("../../regulations/mau.toml");
        let second = first.replacen("version = 1", "version = 2", 1).replace("max = 15", "max = 14").replacen("decider = \"dofa_director\"", "decider = \"ppc_chair\"", 1);
        let early = w.approved(w.small_trip().await).await;
        w.as_user("rules", World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(second.clone())).await.expect(201);
        let mut later = w.later_trip(&[4]).await;
        later["title"] = json!("Chuyến sau");
        let later = w.submitted(later).await;
        for (id, version) in [(&early, 1), (&later, 2)] {
            assert_eq!(w.trip("officer.snv", id).await["ruling"]["regulation_version"], version);
        }
        let tools = ProvinceLaw { registers: w.house.registers.clone(), shelf: w.house.shelf.clone(), jurisdiction: "tinh-mau".into() };
        let days = Period { from: "2026-01-01".parse().unwrap(), to: "2026-12-31".parse().unwrap() };
        let changed = |draft: String| {
            let found = w.house.db.read_now(|conn| rehearse(conn, &tools, &draft, days)).unwrap().unwrap();
            assert_eq!(found.dossiers, 2);
            found.changed.into_iter().map(|c| c.title).collect::<Vec<_>>()
        };
        assert_eq!(changed(first.replacen("version = 1", "version = 3", 1)), ["Chuyến sau"]);
        assert_eq!(changed(second.replacen("version = 2", "version = 3", 1)), ["Tập huấn tại Nhật Bản"]);
    }

    async fn a_text_of_the_province_takes_the_place_of_a_shipped_one_without_dates(w) {
        let pack = |more: &str| format!("code = \"phu-tho-2027\"\nversion = 1\ntitle = \"Quy chế 2027\"\ndocument = \"QĐ 5/2027\"\nstatus = \"verified\"\njurisdiction = \"phu-tho\"\nin_force_from = 2027-01-01\nextends = \"national\"\n{more}[[authority]]\nid = \"chair\"\nfor = [\"outbound\"]\ndecider = \"ppc_chair\"\nstatus = \"verified\"\ncitation = \"QĐ 5/2027 Đ.4\"\n");
        let load = async |text: String| w.as_user("rules", World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(text)).await;
        assert_eq!(load(pack("")).await.expect(422).faults(), [("/line/1".to_owned(), "dates_overlap".to_owned())]);
        let unknown = pack("replaces = \"an-giang-2017\"\n");
        assert!(load(unknown).await.expect(422).faults().contains(&("/line/1".to_owned(), "unknown_regulation".to_owned())));
        load(pack("replaces = \"phu-tho\"\n")).await.expect(201);
        let ask = async |received: &str| {
            let mut asked = across_the_year();
            asked.as_object_mut().unwrap().remove("regulation");
            (asked["jurisdiction"], asked["received_on"]) = (json!("phu-tho"), json!(received));
            w.post("stats", "/assessments", asked).await.expect(200).json()
        };
        let (before, after) = (ask("2026-12-31").await, ask("2027-01-01").await);
        assert_eq!((&before["regulation"]["code"], &before["outcome"]), (&json!("phu-tho"), &json!("manual_authority_required")));
        assert_eq!((&after["regulation"]["code"], &after["decider"]["body"]), (&json!("phu-tho-2027"), &json!("ppc_chair")));
    }

    async fn a_settlement_that_the_text_asks_for_is_the_only_one(w) {
        let asked = "\n[[obligation]]\nid = \"settle\"\nfor = [\"outbound\"]\ncode = \"settlement\"\nwithin = \"10 working_days\"\nafter = \"return\"\nstatus = \"sample\"\ncitation = \"Quy chế mẫu: quyết toán trong 10 ngày làm việc\"\n";
        let mut trip = w.small_trip().await;
        trip["funding"] = json!([{"source": "provincial_budget", "amount": {"amount": 90_000_000, "currency": "VND"}}]);
        let settle = async |at: usize| {
            let mut trip = trip.clone();
            trip["members"] = json!([{"official_id": w.officials("SKHCN").await[at], "role": "head"}]);
            let id = w.submitted(trip).await;
            w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
            w.act("chair", &id, "decide", crate::world::decision("approve")).await.expect(200);
            w.advance_days(40);
            w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
            w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-27"})).await.expect(200);
            w.advance_days(-40);
            let all = w.get("officer.snv", &format!("/duties?delegation_id={id}")).await.expect(200).json();
            let of = all["items"].as_array().unwrap().iter().filter(|d| d["code"] == "settlement").map(|d| d["due_on"].clone());
            of.collect::<Vec<Value>>()
        };
        assert_eq!(settle(2).await, [Value::Null]);
        let text = include_str!("../../regulations/mau.toml").replacen("version = 1", "version = 2", 1) + asked;
        w.as_user("rules", World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(text)).await.expect(201);
        assert_eq!(settle(3).await, [json!("2026-04-10")]);
    }
}
