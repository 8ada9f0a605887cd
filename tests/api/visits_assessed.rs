//! Scenarios A3, A11, A12, A13 of domain.md: what the texts answer about guests, conferences and reporters.

use serde_json::{Value, json};

use crate::world::World;

async fn ask(w: &World, changes: Value) -> Value {
    let mut question = json!({"procedure": "inbound", "regulation": "an-giang-2017", "received_on": "2017-03-06",
        "arrival_date": "2017-03-20", "departure_date": "2017-03-22", "headcount": 12,
        "visitors": [{"country": "KH", "locality": "takeo", "level": "provincial_official"}],
        "documents": ["request_letter", "guest_list", "programme"]});
    for (name, value) in changes.as_object().unwrap() {
        question[name] = value.clone();
    }
    w.post("stats", "/assessments", question).await.expect(200).json()
}

fn codes(answer: &Value, part: &str) -> Vec<String> {
    answer[part].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn a3_an_giang_guests_of_takeo_religion_and_an_approved_project(w) {
        let takeo = ask(&w, json!({})).await;
        assert_eq!((&takeo["outcome"], &takeo["decider"]["body"], &takeo["due_on"]), (&json!("ready"), &json!("dofa"), &json!("2017-03-09")));
        let japan = ask(&w, json!({"visitors": [{"country": "JP", "level": "private"}], "headcount": 5, "topics": ["religion"], "first_visit": true})).await;
        assert_eq!((&japan["decider"]["body"], &japan["due_on"]), (&json!("ppc"), &json!("2017-03-15")));
        assert!(codes(&japan, "notes").contains(&"consultation_possible".to_owned()));
        let project = ask(&w, json!({"visitors": [{"country": "KR", "level": "official"}], "topics": ["project_approved_by_ppc"]})).await;
        assert_eq!((&project["outcome"], &project["decider"], &project["steps"]), (&json!("no_permission_needed"), &Value::Null, &json!([])));
        assert!(codes(&project, "notes").contains(&"no_permission_needed".to_owned()));
        // Sensitive topics override Kandal and Takeo; mixed guests take the stricter decider.
        assert_eq!(ask(&w, json!({"topics": ["religion"]})).await["decider"]["body"], "ppc");
        let mixed = json!([{"country": "KH", "locality": "Takeo", "level": "official"}, {"country": "JP", "level": "official"}]);
        assert_eq!(ask(&w, json!({"visitors": mixed, "first_visit": true})).await["decider"]["body"], "ppc");
        // What the page does not list is not decided for anybody.
        let other = ask(&w, json!({"visitors": [{"country": "JP", "level": "official"}]})).await;
        assert_eq!((&other["outcome"], &other["decider"]), (&json!("manual_authority_required"), &Value::Null));
        let lacking = ask(&w, json!({"documents": ["request_letter"]})).await;
        assert_eq!((&lacking["outcome"], &lacking["due_on"], codes(&lacking, "findings")), (&json!("supplement_needed"), &Value::Null, vec!["missing_document".to_owned(); 2]));
    }

    async fn a11_conferences_by_level_and_topic_with_latest_days_and_reports(w) {
        let conference = json!({"procedure": "conference", "regulation": "qd-06-2020", "received_on": "2026-07-01", "arrival_date": "2026-08-20",
            "departure_date": "2026-08-21", "visitors": [{"country": "KR", "level": "deputy_minister"}], "documents": ["request_letter", "delegation_scheme"]});
        let with = |changes: Value| {
            let mut asked = conference.clone();
            changes.as_object().unwrap().iter().for_each(|(k, v)| asked[k] = v.clone());
            asked
        };
        let chair = ask(&w, conference.clone()).await;
        assert_eq!((&chair["outcome"], &chair["decider"]["body"], &chair["latest_submission_on"]), (&json!("ready"), &json!("ppc_chair"), &json!("2026-07-21")));
        let duty = |answer: &Value, code: &str| answer["obligations"].as_array().unwrap().iter().find(|o| o["code"] == code).unwrap().clone();
        assert_eq!(duty(&chair, "result_report")["due_on"], "2026-09-05");
        assert_eq!(duty(&chair, "result_report")["within"], json!({"value": 15, "unit": "days"}));
        let annual = duty(&chair, "annual_report");
        assert_eq!((&annual["report_year"], &annual["due_on"], &annual["within"]), (&json!(2026), &json!("2026-12-18"), &Value::Null));
        let minister = ask(&w, with(json!({"visitors": [{"country": "KR", "level": "minister"}]}))).await;
        assert_eq!((&minister["decider"]["body"], &minister["latest_submission_on"]), (&json!("prime_minister"), &json!("2026-07-11")));
        let saturday = minister["notes"].as_array().unwrap().iter().find(|n| n["code"] == "latest_day_not_working").unwrap();
        assert!(saturday["detail"].as_str().unwrap().contains("10/07/2026"));
        assert_eq!(ask(&w, with(json!({"topics": ["human_rights"]}))).await["decider"]["body"], "prime_minister");
        let late = ask(&w, with(json!({"received_on": "2026-07-22"}))).await;
        assert_eq!((&late["outcome"], codes(&late, "findings")), (&json!("ready"), vec!["late_submission".to_owned()]));
        let december = ask(&w, with(json!({"arrival_date": "2026-12-14", "departure_date": "2026-12-15"}))).await;
        assert_eq!(duty(&december, "annual_report")["report_year"], 2027);
        assert_eq!(duty(&ask(&w, with(json!({"arrival_date": "2026-12-13", "departure_date": "2026-12-14"}))).await, "annual_report")["report_year"], 2026);
    }

    async fn a12_reporters_wait_for_the_written_answer(w) {
        let press = |changes: Value| {
            let mut asked = json!({"procedure": "foreign_press", "regulation": "nd-88-2012", "received_on": "2026-03-02", "arrival_date": "2026-03-16",
                "departure_date": "2026-03-17", "headcount": 2, "visitors": [{"country": "JP", "level": "resident_reporter"}], "documents": ["request_form", "reporter_card_copy"]});
            changes.as_object().unwrap().iter().for_each(|(k, v)| asked[k] = v.clone());
            asked
        };
        let resident = ask(&w, press(json!({}))).await;
        assert_eq!((&resident["outcome"], &resident["decider"]["body"], &resident["due_on"]), (&json!("ready"), &json!("ppc"), &json!("2026-03-09")));
        let early = ask(&w, press(json!({"arrival_date": "2026-03-02"}))).await;
        assert_eq!((&early["outcome"], codes(&early, "findings")), (&json!("blocked"), vec!["late_submission".to_owned()]));
        let card = ask(&w, press(json!({"documents": ["request_form"]}))).await;
        assert_eq!((&card["outcome"], &card["findings"][0]["document"]), (&json!("supplement_needed"), &json!("reporter_card_copy")));
        let visiting = ask(&w, press(json!({"visitors": [{"country": "JP", "level": "non_resident_reporter"}], "documents": []}))).await;
        assert_eq!((&visiting["decider"]["body"], &visiting["latest_submission_on"]), (&json!("mofa"), &json!("2026-03-02")));
    }

    async fn a13_bac_giang_wants_the_dossier_five_working_days_before_the_reception(w) {
        let reception = |received: &str, documents: Value| json!({"regulation": "bac-giang-2018", "received_on": received, "arrival_date": "2026-06-16", "departure_date": "2026-06-18",
            "visitors": [{"country": "KR", "level": "official"}], "reception_asked_of": "ppc_chair", "reception_on": "2026-06-17", "documents": documents});
        let whole = json!(["request_letter", "passport_copy"]);
        let in_time = ask(&w, reception("2026-06-10", whole.clone())).await;
        assert_eq!((&in_time["outcome"], &in_time["latest_submission_on"], &in_time["decider"]["body"]), (&json!("ready"), &json!("2026-06-10"), &json!("ppc_chair")));
        assert!(codes(&in_time, "notes").contains(&"not_in_force".to_owned()));
        let late = ask(&w, reception("2026-06-11", whole)).await;
        assert_eq!((codes(&late, "findings"), &late["findings"][0]["severity"]), (vec!["late_submission".to_owned()], &json!("warn")));
        let lacking = ask(&w, reception("2026-06-09", json!(["request_letter"]))).await;
        assert_eq!((&lacking["outcome"], &lacking["findings"][0]["document"]), (&json!("supplement_needed"), &json!("passport_copy")));
    }

    async fn provinces_whose_texts_were_read_in_part_say_what_they_know(w) {
        let asked = |code: &str| json!({"regulation": code, "received_on": "2024-03-04", "arrival_date": "2024-03-20", "departure_date": "2024-03-22",
            "visitors": [{"country": "KR", "level": "official"}]});
        let binh_duong = ask(&w, asked("binh-duong-2023")).await;
        assert_eq!((&binh_duong["decider"]["body"], &binh_duong["copies_to"], &binh_duong["dossier"]), (&json!("ppc"), &json!(["provincial_police"]), &json!([])));
        assert!(codes(&binh_duong, "notes").contains(&"dossier_not_known".to_owned()));
        let dong_nai = ask(&w, asked("dong-nai")).await;
        assert_eq!((&dong_nai["decider"]["body"], &dong_nai["latest_submission_on"]), (&json!("ppc"), &json!("2024-03-15")));
        assert!(codes(&dong_nai, "notes").contains(&"in_force_not_known".to_owned()));
        let mut thai_binh = asked("thai-binh-2018");
        thai_binh["documents"] = json!(["request_letter", "guest_list", "passport_copy", "programme", "participant_list"]);
        let thai_binh = ask(&w, thai_binh).await;
        assert_eq!((&thai_binh["outcome"], &thai_binh["decider"], &thai_binh["steps"][0]["due_on"]), (&json!("manual_authority_required"), &Value::Null, &json!("2024-03-07")));
    }

    async fn restricted_and_border_areas_raise_notices_at_their_hour(w) {
        let border = ask(&w, json!({"regulation": "mau", "received_on": "2026-03-02", "arrival_date": "2026-03-23", "departure_date": "2026-03-25",
            "reception_level": "agency", "restricted_from": "2026-03-24T02:00:00Z"})).await;
        let of = |answer: &Value, code: &str| answer["obligations"].as_array().unwrap().iter().find(|o| o["code"] == code).unwrap().clone();
        let notice = of(&border, "border_area_notice");
        assert_eq!((&notice["within"], &notice["before"], &notice["due_at"], &notice["due_on"]),
            (&json!({"value": 24, "unit": "hours"}), &json!("restricted_area"), &json!("2026-03-23T02:00:00Z"), &json!("2026-03-23")));
        // Six hours before the day of arrival begins in the province.
        assert_eq!((&of(&border, "gate_declaration")["due_at"], &of(&border, "gate_declaration")["due_on"]), (&json!("2026-03-22T11:00:00Z"), &json!("2026-03-22")));
        let minister = ask(&w, json!({"regulation": "mau", "received_on": "2026-03-02", "arrival_date": "2026-03-23", "departure_date": "2026-03-25",
            "visitors": [{"country": "LA", "level": "minister"}], "restricted_from": "2026-03-24T02:00:00Z"})).await;
        assert_eq!(of(&minister, "border_area_notice")["due_at"], "2026-03-23T14:00:00Z");
        let plain = ask(&w, json!({"regulation": "mau", "received_on": "2026-03-02", "arrival_date": "2026-03-23", "departure_date": "2026-03-25"})).await;
        assert_eq!(plain["obligations"], json!([]));
    }

    async fn a_question_about_guests_names_every_fault(w) {
        let wrong = json!({"procedure": "inbound", "regulation": "mau", "received_on": "2026-03-02", "arrival_date": "2026-03-23", "departure_date": "2026-03-20",
            "visitors": [{"country": "XX", "level": "king"}], "headcount": 0, "topics": ["weather"], "hat": 1});
        let refused = w.post("stats", "/assessments", wrong).await.expect(422);
        let pointers: Vec<String> = refused.faults().into_iter().map(|(p, _)| p).collect();
        assert_eq!(pointers, ["/documents", "/visitors/0/level", "/headcount", "/topics/0", "/hat"]);
        let order = json!({"procedure": "inbound", "regulation": "mau", "received_on": "2026-03-02", "arrival_date": "2026-03-23", "departure_date": "2026-03-20",
            "visitors": [{"country": "XX", "level": "official"}], "headcount": 1, "documents": []});
        let refused = w.post("stats", "/assessments", order).await.expect(422);
        assert_eq!(refused.faults(), [("/visitors/0/country".into(), "unknown_country".into()), ("/departure_date".into(), "departs_before_arrival".into())]);
        let refused = w.post("stats", "/assessments", json!({"procedure": "teleport"})).await.expect(422);
        assert_eq!(refused.faults(), [("/procedure".into(), "unknown_value".into())]);
    }
}
