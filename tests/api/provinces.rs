//! The provinces' texts, one by one: scenarios A5 to A8 of domain.md, and that what was not read names nobody.

use kernel::time::Period;
use kernel::words::Body;
use ngoaivu::dossier::ProvinceLaw;
use ngoaivu::procedures::rehearsal::rehearse;
use serde_json::{Value, json};

use crate::world::World;

fn traveller(reference: &str, changes: Value) -> Value {
    let mut one = json!({"ref": reference, "role": "member", "post_level": "division_head", "managed_by": "agency",
        "personnel": "civil_servant", "party_member": true, "provincial_committee_member": false, "key_leader": false,
        "locality": "so-khcn", "under_discipline": false, "missions_this_year": 0, "bloc": "state", "relative_of": null});
    one.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    one
}

fn question(regulation: &str, procedure: &str, received_on: &str, departure: &str, back: &str) -> Value {
    json!({"procedure": procedure, "regulation": regulation, "received_on": received_on, "departure_date": departure,
        "return_date": back, "purpose": if procedure == "private_travel" { "private" } else { "official" }, "funding": ["host"],
        "in_plan": true, "enterprise_invites_by_name": false, "stops": [{"country": "TH", "days": 3}],
        "travellers": [traveller("a", json!({"role": "head"}))], "documents": ["request_letter", "invitation", "leave_application"]})
}

/// A delegation of so many, led by somebody of this level.
fn led_by(level: &str, members: usize, localities: &[&str]) -> Value {
    let one = |n: usize| {
        let role = if n == 0 { "head" } else { "member" };
        let post_level = if n == 0 { level } else { "staff" };
        traveller(
            &format!("t{n}"),
            json!({"role": role, "post_level": post_level, "locality": localities[n % localities.len()]}),
        )
    };
    (0..members).map(one).collect()
}

/// The same trip a month later, so that nobody is in two places.
fn other_days(mut trip: Value) -> Value {
    (trip["departure_date"], trip["return_date"]) = (json!("2026-04-20"), json!("2026-04-24"));
    (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (json!("2026-04-20"), json!("2026-04-24"));
    trip
}

async fn ask(w: &World, question: Value) -> Value {
    w.post("stats", "/assessments", question).await.expect(200).json()
}

/// Code, severity, limit and actual of the findings that weigh.
fn weighty(answer: &Value) -> Vec<Value> {
    let all = answer["findings"].as_array().unwrap().iter().filter(|f| f["severity"] != "warn");
    all.map(|f| json!([f["code"], f["severity"], f["limit"], f["actual"]])).collect()
}

on_both! {
    // A14 further: the province became part of another; which text applies there is an administrator's choice.
    async fn an_administrator_chooses_the_text_of_a_merged_province(w) {
        let question = |received: &str| json!({"procedure": "outbound", "jurisdiction": "can-tho", "received_on": received, "departure_date": "2026-06-01",
            "return_date": "2026-06-03", "purpose": "official", "funding": ["host"], "in_plan": true, "enterprise_invites_by_name": false,
            "stops": [{"country": "TH", "days": 3}], "travellers": [{"ref": "a", "role": "head", "post_level": "staff", "managed_by": "agency",
            "personnel": "civil_servant", "party_member": false, "provincial_committee_member": false, "key_leader": false, "locality": "a",
            "under_discipline": false, "missions_this_year": 0}], "documents": []});
        w.post("clerk.skhcn", "/assessments", question("2026-03-02")).await.refused(404, "not_found");
        let chosen = json!({"jurisdiction": "can-tho", "regulation": "mau", "from": "2025-07-01", "document": {"number": "12/QĐ-UBND", "date": "2025-07-01"}, "reason": "Chuyển tiếp."});
        w.post("clerk.skhcn", "/regulation-choices", chosen.clone()).await.refused(403, "forbidden");
        let mut unknown = chosen.clone();
        unknown["jurisdiction"] = json!("nowhere");
        unknown["regulation"] = json!("nothing");
        let faults = w.post("rules", "/regulation-choices", unknown).await.faults();
        assert_eq!(faults.iter().map(|(p, _)| p.as_str()).collect::<Vec<_>>(), ["/regulation", "/jurisdiction"]);
        w.post("rules", "/regulation-choices", chosen).await.expect(201);
        let answer = w.post("clerk.skhcn", "/assessments", question("2026-03-02")).await.expect(200).json();
        assert_eq!((&answer["regulation"]["code"], &answer["decider"]["body"]), (&json!("mau"), &json!("dofa_director")));
        assert!(answer["notes"].as_array().unwrap().iter().any(|n| n["code"] == "text_chosen" && n["detail"].as_str().unwrap().contains("12/QĐ-UBND")));
        // Before that day nobody had chosen.
        w.post("clerk.skhcn", "/assessments", question("2025-06-30")).await.refused(404, "not_found");
        assert_eq!(w.get("clerk.skhcn", "/regulation-choices").await.expect(200).json()["items"][0]["regulation"], "mau");
    }

    async fn an_edition_holds_from_its_day_and_a_former_province_names_nobody(w) {
        let next = include_str!("../../regulations/mau.toml").replacen("version = 1", "version = 2", 1).replacen("in_force_from = 2012-01-01", "in_force_from = 2026-06-01", 1);
        let request = World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(next);
        w.as_user("rules", request).await.expect(201);
        let mut asked = question("mau", "outbound", "2026-03-02", "2026-04-06", "2026-04-10");
        asked.as_object_mut().unwrap().remove("regulation");
        for (key, code) in [("jurisdiction", "tinh-mau"), ("regulation", "mau")] {
            let mut asked = asked.clone();
            asked[key] = json!(code);
            assert_eq!(ask(&w, asked.clone()).await["regulation"]["version"], 1);
            asked["received_on"] = json!("2026-06-01");
            assert_eq!(ask(&w, asked).await["regulation"]["version"], 2);
        }
        // Bắc Giang became part of Bắc Ninh, of which no text was read.
        asked["jurisdiction"] = json!("bac-giang");
        let answer = ask(&w, asked).await;
        assert_eq!(answer["decider"], Value::Null, "{answer}");
        assert!(answer["notes"].as_array().unwrap().iter().any(|n| n["code"] == "successor_jurisdiction"));
    }

    async fn a5_quang_nam_private_travel_by_the_rank_of_the_person(w) {
        let mut asked = question("quang-nam-2008", "private_travel", "2014-10-06", "2014-11-03", "2014-11-10");
        asked["travellers"][0] = traveller("a", json!({"role": "head", "post_level": "department_head", "provincial_committee_member": true, "managed_by": "party_standing_board"}));
        let answer = ask(&w, asked.clone()).await;
        assert_eq!((&answer["outcome"], &answer["decider"]["body"], &answer["sets"]), (&json!("ready"), &json!("ppc"), &json!(2)));
        assert_eq!((&answer["steps"][0]["kind"], &answer["steps"][0]["body"]), (&json!("appraise"), &json!("dofa")));
        assert_eq!((&answer["due_on"], &answer["consents"][0]["body"]), (&json!("2014-10-13"), &json!("party_standing_secretariat")));
        for (level, body) in [("ppc_chair", "prime_minister"), ("people_council_chair", "prime_minister"), ("provincial_secretary", "central_secretariat")] {
            asked["travellers"][0]["post_level"] = json!(level);
            let answer = ask(&w, asked.clone()).await;
            let consents: Vec<&Value> = answer["consents"].as_array().unwrap().iter().map(|c| &c["body"]).collect();
            assert_eq!(consents, [body], "the post overrides committee membership");
        }
        asked["travellers"][0] = traveller("a", json!({"role": "head"}));
        assert_eq!(ask(&w, asked.clone()).await["consents"], json!([]));
        asked["travellers"][0] = traveller("a", json!({"role": "head", "post_level": "department_head", "provincial_committee_member": true, "managed_by": "central"}));
        assert_eq!(ask(&w, asked).await["consents"][0]["body"], "central_secretariat");
    }

    async fn a6_ho_chi_minh_discipline_counts_and_days(w) {
        let mut asked = question("ho-chi-minh-2018", "outbound", "2019-03-04", "2019-04-08", "2019-04-12");
        asked["travellers"][0]["under_discipline"] = json!(true);
        let answer = ask(&w, asked.clone()).await;
        assert_eq!((&answer["outcome"], weighty(&answer)), (&json!("blocked"), vec![json!(["under_discipline", "block", null, null])]));
        asked["travellers"][0] = traveller("a", json!({"role": "head", "post_level": "department_head", "missions_this_year": 2}));
        let answer = ask(&w, asked.clone()).await;
        assert_eq!((&answer["outcome"], weighty(&answer)), (&json!("special_approval_needed"), vec![json!(["yearly_trip_limit", "special_approval", 2, 3])]));
        assert_eq!(answer["findings"][0]["waivable_by"], "ppc_chair");
        // Monday 8 to Tuesday 23 April 2019 has twelve working days: 15 April was Hùng Kings' day.
        asked["travellers"][0]["missions_this_year"] = json!(0);
        (asked["departure_date"], asked["return_date"]) = (json!("2019-05-06"), json!("2019-05-21"));
        let answer = ask(&w, asked.clone()).await;
        assert_eq!((&answer["outcome"], weighty(&answer)), (&json!("special_approval_needed"), vec![json!(["too_many_days", "special_approval", 10, 12])]));
        asked["purpose"] = json!("training");
        assert_eq!(weighty(&ask(&w, asked.clone()).await), Vec::<Value>::new());
        // Who decides on a short trip was not read: a human is asked.
        (asked["purpose"], asked["travellers"][0]) = (json!("official"), traveller("a", json!({"role": "head"})));
        let answer = ask(&w, asked.clone()).await;
        assert_eq!((&answer["outcome"], &answer["decider"]), (&json!("manual_authority_required"), &Value::Null));
        asked["return_date"] = json!("2019-09-30");
        let answer = ask(&w, asked).await;
        assert_eq!((&answer["decider"]["body"], &answer["steps"][0]["body"]), (&json!("ppc"), &json!("home_affairs_dept")));
        // Since September 2025 the commune decides on its own people's short private trips.
        let mut private = question("ho-chi-minh-2018", "private_travel", "2025-10-01", "2025-11-03", "2025-11-10");
        private["travellers"][0] = traveller("a", json!({"role": "head", "post_level": "staff", "locality": "phuong-sai-gon"}));
        assert_eq!(ask(&w, private.clone()).await["decider"]["body"], "commune_chair");
        private["received_on"] = json!("2025-09-01");
        assert_eq!(ask(&w, private).await["outcome"], "manual_authority_required");
    }

    async fn a7_da_nang_size_and_duration(w) {
        let mut asked = question("da-nang-2025", "outbound", "2025-08-04", "2025-09-08", "2025-09-10");
        let two = ["so-khcn", "so-y-te"];
        for (level, members, localities, limit) in [
            ("department_deputy_head", 6, &two[..], Some(5)), ("department_deputy_head", 5, &two[..], None), ("department_deputy_head", 6, &two[..1], None),
            ("ppc_vice_chair", 7, &two[..], None), ("ppc_vice_chair", 8, &two[..], Some(7)), ("ppc_chair", 10, &two[..], None), ("ppc_chair", 11, &two[..], Some(10)),
        ] {
            asked["travellers"] = led_by(level, members, localities);
            let expected: Vec<Value> = limit.iter().map(|l| json!(["too_many_members", "block", l, members])).collect();
            assert_eq!(weighty(&ask(&w, asked.clone()).await), expected, "{level} {members}");
        }
        asked["travellers"] = led_by("staff", 1, &two);
        asked["stops"] = json!([{"country": "LA", "days": 4}, {"country": "TH", "days": 2}, {"country": "KH", "days": 1}]);
        assert_eq!(weighty(&ask(&w, asked.clone()).await), [json!(["too_many_days_in_country", "block", 3, 4])]);
        (asked["purpose"], asked["stops"][0]["days"]) = (json!("event"), json!(5));
        assert_eq!(weighty(&ask(&w, asked.clone()).await), Vec::<Value>::new());
        asked["stops"].as_array_mut().unwrap().push(json!({"country": "MY", "days": 1}));
        assert_eq!(weighty(&ask(&w, asked.clone()).await), [json!(["too_many_countries", "block", 3, 4])]);
        let mut private = question("da-nang-2025", "private_travel", "2025-08-04", "2025-09-08", "2025-09-14");
        for (locality, body) in [("phuong-hai-chau", "commune_chair"), ("UBND xã Hòa Vang", "commune_chair"), ("so-y-te", "agency_head")] {
            private["travellers"][0] = traveller("a", json!({"role": "head", "post_level": "staff", "locality": locality}));
            let answer = ask(&w, private.clone()).await;
            assert_eq!((&answer["decider"]["body"], &answer["copies_to"]), (&json!(body), &json!(["dofa"])), "{locality}");
        }
    }

    async fn a8_ha_noi_size_days_leaders_and_enterprises(w) {
        let mut asked = question("ha-noi-2015", "outbound", "2015-03-02", "2015-04-06", "2015-04-14");
        asked["stops"] = json!([{"country": "FR", "days": 5}, {"country": "DE", "days": 4}]);
        asked["travellers"] = led_by("department_head", 11, &["so-khcn"]);
        let answer = ask(&w, asked.clone()).await;
        assert_eq!((&answer["outcome"], weighty(&answer)), (&json!("blocked"), vec![json!(["too_many_members", "block", 10, 11])]));
        asked["travellers"] = led_by("department_head", 10, &["so-khcn"]);
        (asked["return_date"], asked["stops"][1]["days"]) = (json!("2015-04-16"), json!(5));
        asked["stops"].as_array_mut().unwrap().push(json!({"country": "IT", "days": 1}));
        assert_eq!(weighty(&ask(&w, asked.clone()).await), [json!(["too_many_days", "block", 10, 11])]);
        asked["return_date"] = json!("2015-04-10");
        let leader = |reference, role, level| traveller(reference, json!({"role": role, "post_level": level, "key_leader": true, "locality": "ubnd-thanh-pho"}));
        asked["travellers"] = json!([leader("a", "head", "ppc_chair"), leader("b", "member", "ppc_vice_chair")]);
        assert_eq!(weighty(&ask(&w, asked.clone()).await), [json!(["two_key_leaders", "block", 1, 2])]);
        asked["travellers"] = led_by("department_head", 1, &["so-khcn"]);
        asked["enterprise_invites_by_name"] = json!(true);
        assert_eq!(weighty(&ask(&w, asked).await), [json!(["enterprise_funded", "block", null, null])]);
    }

    async fn what_could_not_be_read_names_its_text_and_nobody_who_decides(w) {
        let all = w.get("rules", "/regulations?limit=200").await.expect(200).json();
        let mut unread = 0;
        for one in all["items"].as_array().unwrap().iter().filter(|r| r["status"] == "unverified") {
            let code = one["code"].as_str().unwrap();
            let answer = ask(&w, question(code, "outbound", "2026-03-02", "2026-04-06", "2026-04-10")).await;
            assert_eq!((&answer["outcome"], &answer["decider"]), (&json!("manual_authority_required"), &Value::Null), "{code}");
            unread += 1;
        }
        assert!(unread >= 12, "{unread}");
        // And the readable ones decide what was read, no more.
        for (code, changes, body) in [
            ("lai-chau-2019", json!({}), Some("dofa_director")), ("lai-chau-2019", json!({"managed_by": "party_standing_board"}), None),
            ("cao-bang", json!({}), Some("ppc")), ("thua-thien-hue", json!({}), Some("ppc")), ("dak-nong-2012", json!({}), None),
            ("ba-ria-vung-tau-2008", json!({}), Some("dofa")), ("ba-ria-vung-tau-2008", json!({"post_level": "department_head"}), None),
            ("binh-phuoc-5516", json!({"managed_by": "ppc"}), Some("ppc")), ("binh-phuoc-5516", json!({}), None),
            ("quang-ngai-2015", json!({"post_level": "department_head"}), Some("ppc_chair")), ("quang-ngai-2015", json!({}), None),
            ("dong-nai", json!({"managed_by": "party_standing_board"}), Some("ppc")), ("dong-nai", json!({}), None),
            ("thai-binh-2018", json!({}), None), ("binh-duong-2023", json!({}), None),
        ] {
            let mut asked = question(code, "outbound", "2024-03-04", "2024-04-08", "2024-04-12");
            let mut one = traveller("a", json!({"role": "head"}));
            one.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            asked["travellers"] = json!([one]);
            let answer = ask(&w, asked).await;
            assert_eq!(answer["decider"]["body"].as_str(), body, "{code} {changes}");
        }
        // A member of the provincial committee needs its opinion, whoever manages him.
        let mut asked = question("dong-nai", "outbound", "2024-03-04", "2024-04-08", "2024-04-12");
        asked["travellers"][0] = traveller("a", json!({"role": "head", "managed_by": "ppc", "provincial_committee_member": true}));
        assert_eq!(ask(&w, asked).await["consents"][0]["body"], "party_standing_secretariat");
        // What holds everywhere is shown where a province's text does not say it, and stops nothing.
        let mut asked = question("an-giang-2017", "outbound", "2024-03-04", "2024-04-08", "2024-04-12");
        let leader = |name: &str, more: Value| {
            let mut one = json!({"post_level": "department_head", "key_leader": true, "missions_this_year": 2});
            one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            traveller(name, one)
        };
        asked["travellers"] = json!([leader("a", json!({"role": "head"})), leader("b", json!({"relative_of": "a"}))]);
        let found = async |asked: Value| -> Vec<Value> {
            let answer = ask(&w, asked).await;
            let of_party = |f: &&Value| f["citation"].as_str().unwrap().contains("38-CT/TW");
            answer["findings"].as_array().unwrap().iter().filter(of_party).map(|f| json!([f["code"], f["severity"]])).collect()
        };
        let mut before = asked.clone();
        (before["regulation"], before["received_on"]) = (json!("national"), json!("2013-03-04"));
        assert!(found(before).await.is_empty());
        assert_eq!(found(asked).await, [json!(["two_key_leaders", "warn"]), json!(["yearly_trip_limit", "warn"]), json!(["relative_in_delegation", "warn"])]);
    }

    async fn a_draft_is_rehearsed_on_past_dossiers_with_both_citations(w) {
        w.approved(w.small_trip().await).await;
        w.submitted(other_days(w.study_visit().await)).await;
        let draft = "code = \"mau-2027\"\nversion = 1\ntitle = \"Quy chế mới\"\ndocument = \"Dự thảo 2027\"\nstatus = \"sample\"\nextends = \"national\"\n[[authority]]\nid = \"all-chair\"\nfor = [\"outbound\"]\ndecider = \"ppc_chair\"\nsteps = [{ kind = \"appraise\", body = \"dofa\" }]\nstatus = \"sample\"\ncitation = \"Dự thảo Đ.5\"\n";
        let tools = ProvinceLaw { registers: w.house.registers.clone(), shelf: w.house.shelf.clone(), jurisdiction: "tinh-mau".into() };
        let days = |from: &str, to: &str| Period { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let found = w.house.db.read_now(|conn| rehearse(conn, &tools, draft, days("2026-01-01", "2026-12-31"))).unwrap().unwrap();
        // The text that will follow the one in force is asked before that one ends.
        let successor = draft.replace("extends", "jurisdiction = \"tinh-mau\"\nin_force_from = 2027-01-01\nextends");
        let follows = w.house.db.read_now(|conn| rehearse(conn, &tools, &successor, days("2026-01-01", "2026-12-31"))).unwrap().unwrap();
        assert_eq!(follows.changed.len(), found.changed.len());
        assert_eq!((found.dossiers, found.changed.len()), (2, 2));
        let small = found.changed.iter().find(|c| c.title == "Tập huấn tại Nhật Bản").unwrap();
        let decider = small.differences.iter().find(|d| d.what.en == "Decider").unwrap();
        assert_eq!(decider.before.as_ref().unwrap().0.vi, "Thủ trưởng cơ quan ngoại vụ");
        assert_eq!(decider.after, Some((Body::PpcChair.label().into(), "Dự thảo Đ.5".into())));
        assert!(decider.before.as_ref().unwrap().1.contains("Đ.11 k.11"));
        // The leader's trip would lose the consent of the Party; its decider stays.
        let led = found.changed.iter().find(|c| c.title != small.title).unwrap();
        let what: Vec<&str> = led.differences.iter().map(|d| d.what.vi.as_str()).collect();
        assert_eq!(what, ["Ý kiến cấp ủy: Thường trực Tỉnh ủy", "Thẩm định (Cơ quan ngoại vụ của tỉnh)", "Quyết định (Chủ tịch Ủy ban nhân dân tỉnh)",
            "Giấy tờ: Văn bản đề nghị", "Giấy tờ: Thư mời", "Giấy tờ: Chương trình", "Giấy tờ: Dự toán kinh phí", "Trách nhiệm: Báo cáo kết quả chuyến đi"]);
        assert!(found.changed.iter().flat_map(|c| &c.differences).all(|d| {
            [&d.before, &d.after].into_iter().flatten().all(|(_, citation)| !citation.is_empty())
        }), "every verdict cites: {:?}", found.changed);
        let none = w.house.db.read_now(|conn| rehearse(conn, &tools, draft, days("2025-01-01", "2025-12-31"))).unwrap().unwrap();
        assert_eq!((none.dossiers, none.changed.len()), (0, 0));
        let faults = w.house.db.read_now(|conn| rehearse(conn, &tools, &draft.replace("ppc_chair", "king"), days("2026-01-01", "2026-12-31"))).unwrap();
        assert_eq!(faults.unwrap_err()[0].code, "unknown_body");
    }
}
