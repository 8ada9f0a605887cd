//! Sign-in, tokens, accounts, the trail.

use ngoaivu::audit::{self, Checkpoint, TrailVerdict};
use ngoaivu::demo::PASSWORD;
use serde_json::{Value, json};

use crate::world::World;

fn refresh(token: &Value) -> actix_web::test::TestRequest {
    World::request("POST", "/auth/refresh").set_json(json!({"refresh_token": token}))
}

pub fn bearer(method: &str, path: &str, token: &Value) -> actix_web::test::TestRequest {
    World::request(method, path).insert_header(("Authorization", format!("Bearer {}", token.as_str().unwrap())))
}

fn login(user: &str, password: &str) -> actix_web::test::TestRequest {
    World::request("POST", "/auth/login").set_json(json!({"username": user, "password": password}))
}

on_both! {
    async fn sign_in_gives_a_token_of_ten_minutes(w) {
        let pair = w.login("clerk.skhcn").await;
        assert_eq!((&pair["token_type"], &pair["expires_in"]), (&json!("Bearer"), &json!(600)));
        let me = w.send(bearer("GET", "/me", &pair["access_token"])).await.expect(200).json();
        assert_eq!((&me["username"], &me["roles"][0]["role"]), (&json!("clerk.skhcn"), &json!("clerk")));
        w.house.clock.advance(chrono::Duration::seconds(600));
        w.send(bearer("GET", "/me", &pair["access_token"])).await.refused(401, "unauthenticated");
        w.send(World::request("GET", "/me")).await.refused(401, "unauthenticated");
    }

    async fn wrong_password_and_unknown_user_look_the_same_and_waiting_starts_at_the_third_failure(w) {
        let wrong = w.send(login("clerk.syt", "không phải mật khẩu")).await;
        let unknown = w.send(login("nobody", "không phải mật khẩu")).await;
        let bare = |mut v: Value| { v.as_object_mut().unwrap().retain(|key, _| key != "trace_id" && key != "instance"); v };
        assert_eq!(bare(wrong.refused(401, "invalid_credentials")), bare(unknown.refused(401, "invalid_credentials")));
        w.send(login("clerk.syt", "x")).await.refused(401, "invalid_credentials");
        w.send(login("clerk.syt", PASSWORD)).await.expect(200);
        for _ in 0..3 {
            w.send(login("clerk.syt", "x")).await.refused(401, "invalid_credentials");
        }
        let waiting = w.send(login("clerk.syt", PASSWORD)).await;
        assert_eq!(waiting.headers["retry-after"], "3");
        waiting.refused(429, "too_many_requests");
        w.house.clock.advance(chrono::Duration::seconds(3));
        w.send(login("clerk.syt", PASSWORD)).await.expect(200);
    }

    async fn uses_of_a_refresh_token_within_ten_seconds_all_live_on(w) {
        let first = w.login("chair").await;
        let second = w.send(refresh(&first["refresh_token"])).await.expect(200).json();
        let tab = w.send(refresh(&first["refresh_token"])).await.expect(200).json();
        assert_ne!(second["refresh_token"], tab["refresh_token"]);
        // Whichever tab goes on first, the other goes on, too, and a lost answer is asked for again.
        w.send(refresh(&tab["refresh_token"])).await.expect(200);
        w.send(refresh(&second["refresh_token"])).await.expect(200);
        w.house.clock.advance(chrono::Duration::seconds(9));
        let lost = w.send(refresh(&first["refresh_token"])).await.expect(200).json();
        w.send(bearer("GET", "/me", &lost["access_token"])).await.expect(200);
        // After that, somebody holds a copy, so everything ends.
        w.house.clock.advance(chrono::Duration::seconds(2));
        w.send(refresh(&first["refresh_token"])).await.refused(401, "invalid_refresh_token");
        w.send(refresh(&lost["refresh_token"])).await.refused(401, "invalid_refresh_token");
        w.send(bearer("GET", "/me", &lost["access_token"])).await.refused(401, "unauthenticated");
    }

    async fn a_refresh_token_used_again_later_ends_the_whole_family(w) {
        let first = w.login("chair").await;
        let second = w.send(refresh(&first["refresh_token"])).await.expect(200).json();
        w.house.clock.advance(chrono::Duration::seconds(11));
        w.send(refresh(&first["refresh_token"])).await.refused(401, "invalid_refresh_token");
        w.send(refresh(&second["refresh_token"])).await.refused(401, "invalid_refresh_token");
        w.send(bearer("GET", "/me", &second["access_token"])).await.refused(401, "unauthenticated");
        let trail = w.get("inspector", "/audit").await.expect(200).json();
        assert!(trail["items"].as_array().unwrap().iter().any(|r| r["action"] == "refresh_reuse" && r["actor"] == "chair"));
    }

    async fn signing_out_ends_the_sign_in_at_once_and_no_other(w) {
        let (one, other) = (w.login("chair").await, w.login("chair").await);
        w.send(bearer("POST", "/auth/logout", &one["access_token"]).set_json(json!({}))).await.expect(200);
        w.send(bearer("GET", "/me", &one["access_token"])).await.refused(401, "unauthenticated");
        w.send(refresh(&one["refresh_token"])).await.refused(401, "invalid_refresh_token");
        let still = w.send(bearer("GET", "/me", &other["access_token"])).await.expect(200).json();
        assert_eq!(still["username"], "chair");
    }

    async fn an_account_is_activated_by_a_one_time_token_and_rights_change_at_once(w) {
        let new = json!({"username": "clerk.moi", "full_name": "Người Mới", "agency_id": w.agency("SKHCN").await});
        let user = w.post("admin", "/users", new.clone()).await.expect(201).json();
        w.post("admin", "/users", new).await.refused(409, "already_exists");
        w.send(login("clerk.moi", PASSWORD)).await.refused(401, "invalid_credentials");
        let id = user["id"].as_str().unwrap();
        let token = w.post("admin", &format!("/users/{id}/reset"), json!({})).await.expect(200).json()["token"].clone();
        let activate = |password: &str| World::request("POST", "/auth/activate").set_json(json!({"token": token, "password": password}));
        w.send(activate("ngắn")).await.refused(422, "validation_failed");
        w.send(activate("mùa xuân năm ấy đẹp")).await.expect(200);
        w.send(activate("mùa xuân năm ấy đẹp")).await.refused(410, "token_spent");
        let pair = w.send(login("clerk.moi", "mùa xuân năm ấy đẹp")).await.expect(200).json();
        let list = || bearer("GET", "/outbound-delegations", &pair["access_token"]);
        w.send(list()).await.refused(403, "forbidden");
        let path = format!("/users/{id}");
        let changed = w.patch("admin", &path, "\"1\"", json!({"roles": [{"role": "clerk"}]})).await.expect(200).json();
        assert_eq!((&changed["version"], &changed["roles"][0]["role"]), (&json!(2), &json!("clerk")));
        assert_eq!(w.send(list()).await.expect(200).json()["items"], json!([]), "the clerk's agency has no dossier yet");
        w.patch("admin", &path, "\"2\"", json!({"roles": [{"role": "clerk", "valid_from": "2027-01-01"}]})).await.expect(200);
        w.send(list()).await.refused(403, "forbidden");
        w.patch("admin", &path, "\"3\"", json!({"active": false})).await.expect(200);
        w.send(list()).await.refused(401, "unauthenticated");
        w.send(refresh(&pair["refresh_token"])).await.refused(401, "invalid_refresh_token");
        w.send(login("clerk.moi", "mùa xuân năm ấy đẹp")).await.refused(401, "invalid_credentials");
        let me = w.get("admin", "/me").await.json();
        let own = format!("/users/{}", me["id"].as_str().unwrap());
        w.patch("admin", &own, "\"1\"", json!({"seats": [{"body": "ppc_chair"}]})).await.refused(403, "separation_of_duties");
        assert_eq!(w.get("admin", "/me").await.json()["seats"], me["seats"], "the refusal changed nothing");
    }

    async fn a_new_password_ends_the_other_sign_ins(w) {
        let (one, other) = (w.login("stats").await, w.login("stats").await);
        let change = |current: &str| bearer("POST", "/me/password", &one["access_token"]).set_json(json!({"current": current, "new": "mùa xuân năm ấy đẹp"}));
        w.send(change("sai")).await.refused(401, "invalid_credentials");
        w.send(change(PASSWORD)).await.expect(200);
        let own = w.send(bearer("GET", "/me", &one["access_token"])).await.expect(200).json();
        w.send(bearer("GET", "/me", &other["access_token"])).await.refused(401, "unauthenticated");
        w.send(login("stats", PASSWORD)).await.refused(401, "invalid_credentials");
        let again = w.send(login("stats", "mùa xuân năm ấy đẹp")).await.expect(200).json();
        let seen = w.send(bearer("GET", "/me", &again["access_token"])).await.expect(200).json();
        assert_eq!((&seen["username"], &own["username"]), (&json!("stats"), &json!("stats")));
    }

    async fn the_trail_has_a_row_for_every_act_and_names_the_first_row_that_was_touched(w) {
        w.submitted(w.small_trip().await).await;
        let whole = w.get("inspector", "/audit/verification").await.expect(200).json();
        assert_eq!(whole["whole"], true);
        let trail = w.get("inspector", "/audit?limit=200").await.json();
        let acts: Vec<&str> = trail["items"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
        for act in ["make_demo_world", "sign_in", "create", "upload", "submit"] {
            assert!(acts.contains(&act), "{act} in {acts:?}");
        }
        let checkpoint = w.house.db.read_now(audit::tip).unwrap();
        let verify = |c: Option<Checkpoint>| w.house.db.read_now(move |conn| audit::verify(conn, c.as_ref(), &[])).unwrap();
        assert_eq!(verify(Some(checkpoint.clone())), TrailVerdict::Whole(checkpoint.clone()));
        let broken = |c: Option<Checkpoint>| match verify(c) {
            TrailVerdict::Broken { seq, reason } => (seq, reason.vi),
            TrailVerdict::Whole(_) => panic!("the trail is whole"),
        };
        crate::trail::unlock(&w);
        let touch = |sql: String| crate::trail::execute(&w, &sql).unwrap();
        touch(format!("DELETE FROM audit WHERE seq = {}", checkpoint.seq));
        assert!(matches!(verify(None), TrailVerdict::Whole(_)));
        assert_eq!(broken(Some(checkpoint.clone())), (checkpoint.seq, "Phần cuối đã bị cắt"));
        touch("UPDATE audit SET actor = 'chair' WHERE seq = 3".into());
        assert_eq!(broken(None), (3, "Dòng này đã bị sửa"));
        touch("DELETE FROM audit WHERE seq = 2".into());
        assert_eq!(broken(None), (2, "Thiếu dòng này"));
    }

    async fn passport_numbers_are_masked_but_for_the_custodian_whose_look_is_remembered(w) {
        let person = w.officials("SKHCN").await[0].clone();
        for reader in ["clerk.skhcn", "officer.snv", "inspector", "chair"] {
            let seen = w.get(reader, &format!("/officials/{person}")).await.expect(200).json();
            assert!(seen["passport_number"].as_str().unwrap().starts_with("••••"), "{reader}");
            let list = w.get(reader, &format!("/officials/{person}/passports")).await.expect(200).json();
            assert!(list["items"][0]["passport_number"].as_str().unwrap().starts_with("••••"), "{reader}");
        }
        let seen = w.get("custodian", &format!("/officials/{person}")).await.expect(200).json();
        assert!(seen["passport_number"].as_str().unwrap().starts_with('C'));
        let trail = w.get("inspector", "/audit").await.json();
        assert!(trail["items"].as_array().unwrap().iter().any(|r| r["action"] == "reveal_passport" && r["actor"] == "custodian"));
    }
}
