//! Guesses, known devices, addresses, the cost of hashes, idle ends, and two servers on one database.

use argon2::PasswordHasher as _;
use diesel::RunQueryDsl;
use ngoaivu::access::other_servers::Seen;
use ngoaivu::demo::PASSWORD;
use serde_json::{Value, json};

use crate::access::bearer;
use crate::world::{Answer, World};

async fn login(w: &World, user: &str, password: &str, from: &str, device: Option<&str>) -> Answer {
    let mut request = World::request("POST", "/auth/login")
        .set_json(json!({"username": user, "password": password}))
        .peer_addr(format!("{from}:40000").parse().unwrap());
    if let Some(device) = device {
        request = request.insert_header(("Cookie", device.to_owned()));
    }
    w.send(request).await
}

/// The cookie by which a device is known.
fn device(answer: &Answer) -> String {
    let cookie = &answer.headers["set-cookie"];
    assert!(cookie.starts_with("__Host-ngoaivu-device=") && cookie.contains("HttpOnly") && cookie.contains("Secure"));
    cookie.split(';').next().unwrap().to_owned()
}

on_both! {
    async fn a_strangers_guesses_keep_nobody_out_of_a_device_they_used_before(w) {
        let known = device(&login(&w, "chair", PASSWORD, "10.1.0.1", None).await.expect(200));
        let other = device(&login(&w, "stats", PASSWORD, "10.1.0.2", None).await.expect(200));
        for _ in 0..100 {
            login(&w, "chair", "đoán mò", "10.9.9.9", None).await.refused(401, "invalid_credentials");
            w.house.clock.advance(chrono::Duration::seconds(61));
        }
        // After a hundred wrong ones nobody gets in by the name alone before the next day, not even with the right password.
        let closed = login(&w, "chair", PASSWORD, "10.9.9.8", None).await;
        assert!(closed.headers["retry-after"].parse::<u32>().unwrap() > 3_600);
        closed.refused(429, "too_many_requests");
        login(&w, "chair", PASSWORD, "10.9.9.8", Some(&other)).await.refused(429, "too_many_requests");
        let in_again = login(&w, "chair", PASSWORD, "10.9.9.9", Some(&known)).await.expect(200);
        assert!(!in_again.headers.contains_key("set-cookie"), "the device is known already");
        // The next day one more guess does not close it again.
        w.house.clock.advance(chrono::Duration::days(1));
        login(&w, "chair", "đoán mò", "10.9.9.9", None).await.refused(401, "invalid_credentials");
        w.house.clock.advance(chrono::Duration::seconds(10));
        login(&w, "chair", PASSWORD, "10.9.9.8", None).await.expect(200);
    }

    async fn one_address_guesses_fifty_times_in_ten_minutes(w) {
        let known = device(&login(&w, "clerk.syt", PASSWORD, "10.2.0.1", None).await.expect(200));
        for n in 0..50 {
            login(&w, &format!("nobody{n}"), "đoán mò", "10.2.0.1", None).await.refused(401, "invalid_credentials");
        }
        let refused = login(&w, "nobody50", "đoán mò", "10.2.0.1", None).await;
        assert_eq!(refused.headers["retry-after"], "600");
        refused.refused(429, "too_many_requests");
        login(&w, "nobody51", "đoán mò", "10.2.0.2", None).await.refused(401, "invalid_credentials");
        login(&w, "clerk.syt", PASSWORD, "10.2.0.1", Some(&known)).await.expect(200);
        w.house.clock.advance(chrono::Duration::minutes(10));
        login(&w, "nobody50", "đoán mò", "10.2.0.1", None).await.refused(401, "invalid_credentials");
    }

    async fn right_passwords_of_many_people_from_one_address_count_as_no_guesses(w) {
        for n in 0..60 {
            let user = ["chair", "stats", "inspector", "rules"][n % 4];
            login(&w, user, PASSWORD, "10.3.0.1", None).await.expect(200);
        }
    }

    async fn an_office_that_signs_in_at_eight_does_not_wait_for_itself(w) {
        for n in 0..49 {
            login(&w, &format!("nobody{n}"), "đoán mò", "10.3.0.2", None).await.refused(401, "invalid_credentials");
        }
        // One guess is left, and eight people come at the same moment.
        let people = ["chair", "stats", "inspector", "rules", "admin", "police", "custodian", "clerk.syt"];
        let at_once = people.map(|user| login(&w, user, PASSWORD, "10.3.0.2", None));
        for answer in futures_util::future::join_all(at_once).await {
            answer.expect(200);
        }
        let guesses = ["a", "b", "c", "d"].map(|user| login(&w, user, "đoán mò", "10.3.0.2", None));
        let guessed = futures_util::future::join_all(guesses).await;
        // The fiftieth; on more than two cores another that was computed beside it.
        let looked_at = guessed.iter().filter(|answer| answer.status == 401).count();
        assert!((1..=2).contains(&looked_at), "{looked_at}");
    }

    async fn who_has_to_wait_is_in_the_trail_once_a_minute(w) {
        for _ in 0..3 {
            login(&w, "chair", "đoán mò", "10.6.0.1", None).await.refused(401, "invalid_credentials");
        }
        for _ in 0..5 {
            login(&w, "chair", "đoán mò", "10.6.0.1", None).await.refused(429, "too_many_requests");
        }
        let rows = || async { w.get("inspector", "/audit?actor=chair&result=refused").await.expect(200).json()["items"].clone() };
        let reasons = |rows: &Value| rows.as_array().unwrap().iter().filter(|row| row["reason"] == "too_many_requests").count();
        let told = rows().await;
        assert_eq!((told.as_array().unwrap().len(), reasons(&told)), (4, 1), "{told}");
        w.house.clock.advance(chrono::Duration::seconds(60));
        for _ in 0..2 {
            login(&w, "chair", "đoán mò", "10.6.0.1", None).await;
        }
        assert_eq!(reasons(&rows().await), 2);
    }

    async fn the_list_of_sign_ins_says_how_each_was_shown(w) {
        w.login("stats").await;
        let own = w.get("stats", "/me/sessions").await.expect(200).json();
        assert!(own["items"].as_array().unwrap().iter().all(|one| one["factor"] == "password"), "{own}");
        let row = w.get("inspector", "/audit?actor=stats&action=sign_in").await.json()["items"][0].clone();
        assert_eq!(row["detail"]["factor"], "password");
    }

    async fn a_hash_of_lower_cost_is_made_anew_when_its_owner_signs_in(w) {
        let older = argon2::Argon2::default().hash_password(PASSWORD.as_bytes()).unwrap().to_string();
        assert!(older.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{older}");
        let sql = format!("UPDATE users SET password_hash = '{older}' WHERE username = 'stats'");
        w.house.db.write_now(move |conn| Ok(diesel::sql_query(sql).execute(conn)?)).unwrap();
        w.login("stats").await;
        let kept = w.house.db.read_now(|conn| ngoaivu::access::store::credentials(conn, "stats")).unwrap().unwrap().1;
        assert!(kept.unwrap().starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
        w.login("stats").await;
    }

    async fn a_sign_in_ends_after_half_an_hour_without_use(w) {
        let first = w.login("chair").await;
        w.house.clock.advance(chrono::Duration::minutes(29));
        let again = World::request("POST", "/auth/refresh").set_json(json!({"refresh_token": first["refresh_token"]}));
        let second = w.send(again).await.expect(200).json();
        w.house.clock.advance(chrono::Duration::minutes(31));
        let late = World::request("POST", "/auth/refresh").set_json(json!({"refresh_token": second["refresh_token"]}));
        w.send(late).await.refused(401, "invalid_refresh_token");
    }

    async fn a_sign_in_from_a_place_never_used_is_in_the_trail(w) {
        login(&w, "chair", PASSWORD, "10.4.0.1", None).await.expect(200);
        let row = w.get("inspector", "/audit?actor=chair&action=sign_in").await.json()["items"][0].clone();
        assert!(row["address"] == "10.4.0.1" && row["session_id"].is_string() && row["result"] == "done", "{row}");
        login(&w, "chair", PASSWORD, "10.4.0.1", None).await.expect(200);
        login(&w, "chair", PASSWORD, "10.4.0.2", None).await.expect(200);
        let trail = w.get("inspector", "/audit").await.json();
        let odd: Vec<&Value> = trail["items"].as_array().unwrap().iter().filter(|r| r["action"] == "sign_in_from_new_place").collect();
        assert_eq!(odd.len(), 1);
        assert_eq!((&odd[0]["actor"], &odd[0]["detail"]["address"]), (&json!("chair"), &json!("10.4.0.2")));
    }

    async fn what_one_server_changes_the_other_knows(w) {
        if w.is_sqlite() {
            // A data folder has one server.
            return;
        }
        let other = World::open(w.house.db.address().clone(), w.folder.clone(), None).await;
        let (follow, mut seen) = (other.house.other_servers(), Seen::default());
        // As the loop does, over a connection of its own.
        let mut open = w.house.db.address().connect().unwrap();
        let mut look = |seen: &mut Seen| follow.look(&mut open, seen).unwrap();
        look(&mut seen);
        let pair = w.login("stats").await;
        // The key is younger than the last look of the other server, which learns of it by the token.
        let me = || bearer("GET", "/me", &pair["access_token"]);
        other.send(me()).await.expect(200);
        w.send(bearer("POST", "/auth/logout", &pair["access_token"]).set_json(json!({}))).await.expect(200);
        look(&mut seen);
        other.send(me()).await.refused(401, "unauthenticated");
        // Guesses at one count at the other.
        for server in [&w, &other, &w] {
            login(server, "chair", "đoán mò", "10.5.0.1", None).await.refused(401, "invalid_credentials");
        }
        login(&other, "chair", PASSWORD, "10.5.0.1", None).await.refused(429, "too_many_requests");
    }
}
