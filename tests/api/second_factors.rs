//! The second factor: enrolling, signing in with codes, recovery codes, wrong codes, and the proof before what is delicate.

use actix_web::http::Method;
use ngoaivu::config::SecondFactorRule;
use ngoaivu::demo::PASSWORD;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::access::bearer;
use crate::pages::browser::Browser;
use crate::world::{Answer, World};

/// What the app of a person shows at this moment, some steps earlier or later.
pub fn code(w: &World, secret: &str, steps: i64) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).with_account_name("x");
    let at = w.house.clock.now().and_utc().timestamp() + 30 * steps;
    totp.build().unwrap().generate(at as u64).to_string()
}

/// Enrols an account; its secret and its recovery codes.
async fn enrolled(w: &World, user: &str) -> (String, Vec<String>) {
    let made = w.post(user, "/me/second-factor", json!({})).await.expect(200).json();
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(made["address"].as_str().unwrap().starts_with(&format!("otpauth://totp/ngoaivu:{user}?secret={secret}")));
    w.post(user, "/me/second-factor/confirm", json!({"code": "000000"})).await.refused(401, "invalid_credentials");
    let given =
        w.post(user, "/me/second-factor/confirm", json!({"code": code(w, &secret, 0)})).await.expect(200).json();
    let codes: Vec<String> =
        given["recovery_codes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

async fn ticket(w: &World, user: &str) -> Value {
    let answer = w.login(user).await;
    assert_eq!((&answer["next"], &answer["expires_in"]), (&json!("mfa"), &json!(300)));
    assert!(answer.get("access_token").is_none() && answer.get("refresh_token").is_none());
    answer["ticket"].clone()
}

async fn finish(w: &World, ticket: &Value, code: &str) -> Answer {
    w.send(World::request("POST", "/auth/second-factor").set_json(json!({"ticket": ticket, "code": code}))).await
}

on_both! {
    async fn whoever_has_a_second_factor_gets_tokens_only_with_a_code_that_is_fresh(w) {
        let (secret, _) = enrolled(&w, "chair").await;
        w.advance(chrono::Duration::seconds(60));
        let first = ticket(&w, "chair").await;
        // Two steps ago, and the step to come.
        for steps in [-2, 1] {
            finish(&w, &first, &code(&w, &secret, steps)).await.refused(401, "invalid_credentials");
        }
        let right = code(&w, &secret, 0);
        let pair = finish(&w, &first, &right).await.expect(200).json();
        assert!(pair["access_token"].is_string());
        finish(&w, &first, &right).await.refused(410, "token_spent");
        // The same code again, with the password.
        let again = ticket(&w, "chair").await;
        finish(&w, &again, &right).await.refused(401, "invalid_credentials");
        w.advance(chrono::Duration::seconds(60));
        // The step before, because typing takes time.
        finish(&w, &again, &code(&w, &secret, -1)).await.expect(200);
        let late = ticket(&w, "chair").await;
        w.advance(chrono::Duration::minutes(5));
        finish(&w, &late, &code(&w, &secret, 0)).await.refused(410, "token_spent");
        let trail = w.get("inspector", "/audit?actor=chair&result=refused").await.expect(200).json();
        assert_eq!(trail["items"].as_array().unwrap().len(), 4, "each wrong code has its row");
        let asked = w.get("inspector", "/audit?actor=chair&action=ask_code").await.expect(200).json();
        assert_eq!(asked["items"].as_array().unwrap().len(), 3, "each ticket has its row, whether a code came or not");
    }

    async fn wrong_codes_are_waited_for_and_a_hundred_leave_only_recovery_codes(w) {
        let (secret, recovery) = enrolled(&w, "chair").await;
        w.advance(chrono::Duration::seconds(60));
        let mut open = ticket(&w, "chair").await;
        for _ in 0..3 {
            finish(&w, &open, "000000").await.refused(401, "invalid_credentials");
        }
        let waiting = finish(&w, &open, &code(&w, &secret, 0)).await;
        assert_eq!(waiting.headers["retry-after"], "30");
        waiting.refused(429, "too_many_requests");
        for _ in 0..33 {
            w.advance(chrono::Duration::seconds(30));
            open = ticket(&w, "chair").await;
            for _ in 0..3 {
                finish(&w, &open, "000000").await.refused(401, "invalid_credentials");
            }
        }
        w.advance(chrono::Duration::seconds(30));
        finish(&w, &open, &code(&w, &secret, 0)).await.refused(401, "invalid_credentials");
        // As somebody types it from a sheet of paper.
        let typed = recovery[3].to_uppercase().replace('-', " ");
        finish(&w, &open, &typed).await.expect(200);
        let other = ticket(&w, "chair").await;
        finish(&w, &other, &recovery[3]).await.refused(401, "invalid_credentials");
        finish(&w, &other, &recovery[4]).await.expect(200);
    }

    async fn a_province_that_asks_for_a_second_factor_gets_one_and_a_proof_before_what_is_delicate(w) {
        let person = w.officials("SKHCN").await[0].clone();
        let w = w.asking_for(SecondFactorRule::Seats).await;
        // A clerk need not; the Chair must, before they see anything but their own account.
        w.get("clerk.skhcn", "/outbound-delegations").await.expect(200);
        w.get("chair", "/outbound-delegations").await.refused(403, "second_factor_required");
        assert_eq!(w.get("chair", "/me/second-factor").await.expect(200).json()["required"], true);
        let (secret, _) = enrolled(&w, "chair").await;
        w.get("chair", "/outbound-delegations").await.expect(200);
        // A passport is shown within five minutes after the sign-in, then only after another proof.
        let look = format!("/officials/{person}");
        w.get("custodian", &look).await.expect(200);
        w.house.clock.advance(chrono::Duration::minutes(5));
        w.get("custodian", &look).await.refused(403, "step_up_required");
        w.post("custodian", "/me/proof", json!({"password": "không phải"})).await.refused(401, "invalid_credentials");
        w.post("custodian", "/me/proof", json!({"password": PASSWORD})).await.expect(200);
        w.get("custodian", &look).await.expect(200);
        // Whoever has a factor proves it, too, and cannot take it away without.
        let remove = || World::request("DELETE", "/me/second-factor");
        w.as_user("chair", remove()).await.refused(403, "step_up_required");
        w.post("chair", "/me/proof", json!({"password": PASSWORD})).await.refused(401, "invalid_credentials");
        w.house.clock.advance(chrono::Duration::seconds(60));
        let proof = json!({"password": PASSWORD, "code": code(&w, &secret, 0)});
        w.post("chair", "/me/proof", proof).await.expect(200);
        let renewed = w.post("chair", "/me/recovery-codes", json!({})).await.expect(200).json();
        assert_eq!(renewed["recovery_codes"].as_array().unwrap().len(), 10);
        w.as_user("chair", remove()).await.expect(204);
        w.get("chair", "/outbound-delegations").await.refused(403, "second_factor_required");
    }

    async fn a_token_of_an_administrator_is_no_code_and_a_program_needs_none(w) {
        let (secret, _) = enrolled(&w, "chair").await;
        let id = w.get("chair", "/me").await.json()["id"].as_str().unwrap().to_owned();
        let open = ticket(&w, "chair").await;
        let token = w.post("admin", &format!("/users/{id}/reset"), json!({})).await.expect(200).json()["token"].clone();
        let activate = json!({"token": token, "password": "mùa xuân năm ấy đẹp", "sign_in": true});
        let answer = w.send(World::request("POST", "/auth/activate").set_json(activate)).await.expect(200).json();
        assert_eq!(answer, json!({}), "the code is still missing");
        // What was half done with the old password is not completed with it.
        w.advance(chrono::Duration::seconds(60));
        finish(&w, &open, &code(&w, &secret, 0)).await.refused(410, "token_spent");
        let asked = json!({"name": "Báo cáo", "scopes": ["statistics"], "expires_on": "2026-12-31"});
        let program = w.post("admin", "/service-tokens", asked).await.expect(201).json()["token"].as_str().unwrap().to_owned();
        let w = w.asking_for(SecondFactorRule::Everyone).await;
        w.get("clerk.skhcn", "/outbound-delegations").await.refused(403, "second_factor_required");
        let figures = World::request("GET", "/statistics/outbound?year=2026").insert_header(("Authorization", format!("Bearer {program}")));
        w.send(figures).await.expect(200);
    }

    async fn enrolling_ends_the_other_sign_ins_and_tells_the_holder(w) {
        let other = w.login("chair").await;
        enrolled(&w, "chair").await;
        w.send(bearer("GET", "/me", &other["access_token"])).await.refused(401, "unauthenticated");
        w.post("chair", "/me/second-factor", json!({})).await.refused(409, "already_exists");
        let row = w.get("inspector", "/audit?action=enrol_second_factor").await.json();
        assert_eq!(row["items"][0]["actor"], "chair");
    }

    async fn somebody_enrols_and_signs_in_on_the_pages(w) {
        let browser = Browser::signed_in(&w, "chair").await;
        let begin = browser.get("/me").await.form("/me/second-factor");
        let page = browser.send(&begin).await;
        assert!(page.text.contains("<svg") && page.status == 200, "{}", page.text);
        let mut form = page.form("/me/second-factor/confirm");
        let secret = form.fields.iter().find(|(n, _)| n == "secret").unwrap().1.clone();
        form.fill("/code", "000000");
        let wrong = browser.send(&form).await;
        assert_eq!((wrong.status, wrong.all(".error-summary a")), (403, vec!["Mã xác thực không đúng.".to_owned()]));
        let mut form = wrong.form("/me/second-factor/confirm");
        form.fill("/code", &code(&w, &secret, 0));
        let codes = browser.send(&form).await.all(".codes code");
        assert_eq!(codes.len(), 10);
        assert!(browser.get("/me").await.text.contains("Đã bật"));
        // In another browser: password, a wrong code, the right one, and the page that was asked for.
        w.advance(chrono::Duration::seconds(60));
        let second = Browser::new(&w);
        let mut form = second.get("/outbound-delegations").await.form("/sign-in");
        form.fill("/username", "chair").fill("/password", PASSWORD);
        let step = second.send(&form).await;
        let mut form = step.form("/sign-in/code");
        form.fill("/code", "000000");
        let wrong = second.send(&form).await;
        assert_eq!((wrong.status, wrong.all(".error-summary a").len()), (401, 1));
        let mut form = wrong.form("/sign-in/code");
        form.fill("/code", &codes[0]);
        let inside = second.send(&form).await;
        assert_eq!((inside.status, inside.address.as_str()), (200, "/outbound-delegations"));
        let own = w.send(second.request(Method::GET, "/api/v1/me/second-factor")).await.json();
        assert_eq!((&own["enrolled"], &own["recovery_codes_left"]), (&json!(true), &json!(9)));
    }
}
