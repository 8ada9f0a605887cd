//! Where the province wants it, nobody alone becomes the Chair: a second administrator confirms.

use ngoaivu::access::account_requests::SecondPersonRule;
use serde_json::{Value, json};

use crate::world::{Answer, World};

/// A world with two administrators, in which accounts of seats are changed by two people.
async fn of_two(w: World) -> World {
    w.joins(json!({"username": "admin.two", "full_name": "Quản trị Hai", "roles": [{"role": "system_admin"}]})).await;
    w.set(|house| house.second_person = SecondPersonRule(true)).await
}

async fn user(w: &World, name: &str) -> Value {
    let all = w.get("admin", "/users?limit=200").await.expect(200).json();
    all["items"].as_array().unwrap().iter().find(|user| user["username"] == name).unwrap().clone()
}

async fn change(w: &World, by: &str, user: &Value, changes: Value) -> Answer {
    let path = format!("/users/{}", user["id"].as_str().unwrap());
    w.patch(by, &path, &format!("\"{}\"", user["version"]), changes).await
}

fn of(request: &Value, act: &str) -> String {
    format!("/account-requests/{}/{act}", request["id"].as_str().unwrap())
}

on_both! {
    async fn a_seat_is_given_by_two_people_and_both_are_in_the_trail(w) {
        let w = of_two(w).await;
        let clerk = user(&w, "clerk.skhcn").await;
        let token = w.token("clerk.skhcn").await;
        let asked = change(&w, "admin", &clerk, json!({"seats": [{"body": "ppc_chair"}]})).await.expect(202).json();
        assert_eq!((&asked["act"], &asked["username"], &asked["wanted"]["seats"][0]["body"]), (&json!("change"), &json!("clerk.skhcn"), &json!("ppc_chair")));
        assert_eq!(user(&w, "clerk.skhcn").await["seats"], json!([]), "nothing has changed");
        w.get("clerk.skhcn", "/account-requests").await.refused(403, "forbidden");
        w.post("admin", &of(&asked, "confirm"), json!({})).await.refused(403, "separation_of_duties");
        let waiting = w.get("admin.two", "/account-requests").await.expect(200).json();
        assert_eq!(waiting["items"], json!([asked]));
        w.post("admin.two", &of(&asked, "confirm"), json!({})).await.expect(200);
        assert_eq!(user(&w, "clerk.skhcn").await["seats"][0]["body"], "ppc_chair");
        w.post("admin.two", &of(&asked, "confirm"), json!({})).await.refused(404, "not_found");
        // Whoever knew the password of the clerk's account does not know the Chair's.
        let me = World::request("GET", "/me").insert_header(("Authorization", format!("Bearer {token}")));
        w.send(me).await.refused(401, "unauthenticated");
        let sign_in = json!({"username": "clerk.skhcn", "password": ngoaivu::demo::PASSWORD});
        w.send(World::request("POST", "/auth/login").set_json(sign_in)).await.refused(401, "invalid_credentials");
        let rows = w.get("inspector", "/audit?action=confirm_account_request").await.json();
        let asker = user(&w, "admin").await["id"].clone();
        assert_eq!((&rows["items"][0]["actor"], &rows["items"][0]["detail"]["asked_by"]), (&json!("admin.two"), &asker));
    }

    async fn a_password_of_a_seat_is_reset_by_two_and_the_token_is_shown_to_the_second(w) {
        let w = of_two(w).await;
        let chair = user(&w, "chair").await;
        let path = format!("/users/{}/reset", chair["id"].as_str().unwrap());
        let asked = w.post("admin", &path, json!({})).await.expect(202).json();
        assert!(asked.get("token").is_none());
        let done = w.post("admin.two", &of(&asked, "confirm"), json!({})).await.expect(200).json();
        let activation = json!({"token": done["token"], "password": ngoaivu::demo::PASSWORD});
        w.send(World::request("POST", "/auth/activate").set_json(activation)).await.expect(200);
        // Whoever stands in for a seat is guarded like its holder; whoever signs for nobody is reset by one.
        let substitute = user(&w, "clerk.syt").await;
        let lent = json!({"to_user_id": substitute["id"], "body": "dofa_director", "signed_as": "kt", "valid_from": "2030-01-01",
            "document_number": "1", "document_date": "2026-03-01"});
        w.post("director.snv", "/substitutions", lent).await.expect(201);
        w.post("admin", &format!("/users/{}/reset", substitute["id"].as_str().unwrap()), json!({})).await.expect(202);
        let clerk = user(&w, "clerk.skhcn").await;
        w.post("admin", &format!("/users/{}/reset", clerk["id"].as_str().unwrap()), json!({})).await.expect(200);
    }

    async fn a_request_is_refused_ends_by_itself_and_fits_only_what_was_seen(w) {
        let w = of_two(w).await;
        let chair = user(&w, "chair").await;
        let moved = json!({"email": "other@example.org"});
        let asked = change(&w, "admin", &chair, moved.clone()).await.expect(202).json();
        w.post("admin.two", &of(&asked, "refuse"), json!({})).await.expect(200);
        w.post("admin.two", &of(&asked, "confirm"), json!({})).await.refused(404, "not_found");
        let reset = w.post("admin", &format!("/users/{}/reset", chair["id"].as_str().unwrap()), json!({})).await.expect(202).json();
        let first = change(&w, "admin", &chair, json!({"full_name": "Chủ tịch"})).await.expect(202).json();
        let second = change(&w, "admin", &chair, moved.clone()).await.expect(202).json();
        // A later request of the same kind takes the place of the one before.
        w.post("admin.two", &of(&first, "confirm"), json!({})).await.refused(404, "not_found");
        w.post("admin.two", &of(&second, "confirm"), json!({})).await.expect(200);
        w.post("admin.two", &of(&reset, "confirm"), json!({})).await.refused(409, "not_possible_in_state");
        // What cannot be done is not asked for.
        let taken = json!({"username": "chair", "full_name": "Hai", "seats": [{"body": "ppc_chair"}]});
        w.post("admin", "/users", taken).await.refused(409, "already_exists");
        let late = change(&w, "admin", &user(&w, "chair").await, json!({"full_name": "Chủ tịch"})).await.expect(202).json();
        w.advance(chrono::Duration::hours(25));
        w.post("admin.two", &of(&late, "confirm"), json!({})).await.refused(404, "not_found");
        // To close an account nobody waits.
        let closed = change(&w, "admin", &user(&w, "chair").await, json!({"active": false})).await.expect(200).json();
        assert_eq!(closed["active"], false);
        let new = json!({"username": "admin.three", "full_name": "Ba", "roles": [{"role": "system_admin"}]});
        let asked = w.post("admin", "/users", new).await.expect(202).json();
        let made = w.post("admin.two", &of(&asked, "confirm"), json!({})).await.expect(200).json();
        assert_eq!(made["user_id"], user(&w, "admin.three").await["id"]);
    }
}
