//! Partners abroad: found by any spelling, merged with a trail, with the history of every delegation from and to them.

use serde_json::json;

use crate::world::World;

on_both! {
    async fn partners_are_found_by_any_spelling_and_keep_their_history(w) {
        let chungbuk = json!({"kind": "locality", "name": "Chính quyền tỉnh Chungbuk", "country": "KR", "locality": "Chungbuk",
            "relation": {"since": "2012-10-10", "state": "active", "agreement": {"title": "Thỏa thuận hữu nghị", "number": "01/TTQT", "signed_on": "2012-10-10"}}});
        let created = w.post("officer.snv", "/partners", chungbuk.clone()).await.expect(201);
        let id = created.json()["id"].as_str().unwrap().to_owned();
        assert_eq!((created.headers["location"].as_str(), created.etag().as_str()), (format!("/api/v1/partners/{id}").as_str(), "\"1\""));
        let mut again = chungbuk.clone();
        again["name"] = json!("CHINH QUYEN TINH  CHUNGBUK");
        assert_eq!(w.post("officer.snv", "/partners", again).await.refused(409, "already_exists")["partner_id"], id.as_str());
        let other = json!({"kind": "locality", "name": "Tỉnh Chungbuk", "country": "KR", "other_names": ["Chungcheongbuk-do"]});
        let twin = w.post("officer.snv", "/partners", other).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        let friends = json!({"kind": "friendship_association", "name": "Hội hữu nghị Việt Nam – Hàn Quốc tỉnh Mẫu", "country": "KR"});
        w.post("officer.snv", "/partners", friends).await.expect(201);

        let visit = w.approved_visit(w.visit().await).await;
        let trip = w.approved(w.small_trip().await).await;
        let shown = w.get("clerk.skhcn", &format!("/partners/{id}")).await.expect(200).json();
        assert_eq!((&shown["last_visit_in"], &shown["last_visit_out"]), (&json!("2026-03-23"), &json!(null)));
        let past = w.get("clerk.skhcn", &format!("/partners/{id}/delegations")).await.expect(200).json();
        assert_eq!((&past["items"][0]["id"], &past["items"][0]["direction"]), (&json!(visit), &json!("inbound")));
        // The trip was invited by "Tỉnh Chungbuk": after the merge both are one history.
        w.post("clerk.skhcn", &format!("/partners/{id}/merge"), json!({"partner_id": twin})).await.refused(403, "forbidden");
        w.post("officer.snv", &format!("/partners/{id}/merge"), json!({"partner_id": id})).await.expect(422);
        let merged = w.post("officer.snv", &format!("/partners/{id}/merge"), json!({"partner_id": twin})).await.expect(200).json();
        assert_eq!(merged["other_names"], json!(["Chungcheongbuk-do", "Tỉnh Chungbuk"]));
        assert_eq!((&merged["last_visit_in"], &merged["last_visit_out"]), (&json!("2026-03-23"), &json!("2026-03-23")));
        let past = w.get("inspector", &format!("/partners/{id}/delegations")).await.json();
        let ids: Vec<&str> = past["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap()).collect();
        assert!(ids.len() == 2 && ids.contains(&trip.as_str()), "{past}");
        assert!(w.get("clerk.syt", &format!("/partners/{id}/delegations")).await.json()["items"].as_array().unwrap().is_empty());
        assert_eq!(w.get("clerk.skhcn", &format!("/partners/{twin}")).await.json()["merged_into"], id.as_str());
        let trail = w.get("admin", "/audit?limit=200").await.json();
        assert!(trail["items"].as_array().unwrap().iter().any(|i| i["action"] == "merge_partners" && i["detail"]["merged"] == twin.as_str()));

        for query in ["q=chungcheong", "q=CHUNGBUK&country=KR", "kind=locality"] {
            let found = w.get("clerk.skhcn", &format!("/partners?{query}")).await.expect(200).json();
            assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["id"]), (1, &json!(id)), "{query}");
        }
        let etag = w.get("officer.snv", &format!("/partners/{id}")).await.etag();
        let dormant = w.patch("officer.snv", &format!("/partners/{id}"), &etag, json!({"relation": {"since": "2012-10-10", "state": "dormant"}})).await.expect(200);
        assert_eq!(dormant.json()["relation"]["state"], "dormant");
        w.patch("officer.snv", &format!("/partners/{id}"), &etag, json!({"note": "x"})).await.refused(412, "version_conflict");
        let future = json!({"kind": "locality", "name": "X", "country": "XX", "relation": {"since": "2999-01-01", "state": "active"}});
        assert_eq!(w.post("officer.snv", "/partners", future).await.expect(422).faults().len(), 2);
    }

    async fn a_partners_locality_is_a_fact_for_the_rules(w) {
        // The text of An Giang, as if it were the demo province's own.
        let takeo = include_str!("../../regulations/an-giang-2017.toml")
            .replace("code = \"an-giang-2017\"", "code = \"tinh-mau-2011\"")
            .replace("jurisdiction = \"an-giang\"", "jurisdiction = \"tinh-mau\"")
            .replace("in_force_from = 2017-01-01", "in_force_from = 2011-01-01\nin_force_to = 2012-01-01");
        let load = World::request("POST", "/regulations").insert_header(("Content-Type", "application/toml")).set_payload(takeo);
        w.as_user("rules", load).await.expect(201);
        let partner = json!({"kind": "locality", "name": "UBND tỉnh Takeo", "country": "KH", "locality": "Takeo"});
        w.post("officer.snv", "/partners", partner).await.expect(201);
        let mut visit = w.visit().await;
        visit["country"] = json!("KH");
        visit["sending_organisation"] = json!("Ubnd tinh TAKEO");
        visit["guests"] = json!([]);
        let id = w.draft_visit(visit).await;
        let asked = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}/assessment?as_of=2011-06-06")).await.expect(200).json();
        assert_eq!((&asked["regulation"]["code"], &asked["decider"]["body"]), (&json!("tinh-mau-2011"), &json!("dofa")));
    }
}
