//! Signing in by cookie: how long it lasts, what another site can do with it, where a password may be typed (U-13 to U-15).

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::pages::browser::{Browser, HOST};
use crate::world::World;

on_both! {
    async fn a_sign_in_lasts_half_an_hour_without_use_and_twelve_hours_in_all(w) {
        let browser = Browser::signed_in(&w, "clerk.skhcn").await;
        let first = browser.cookie().unwrap();
        w.advance(chrono::Duration::minutes(29));
        assert_eq!(browser.get("/outbound-delegations").await.address, "/outbound-delegations");
        w.advance(chrono::Duration::minutes(29));
        assert_eq!(browser.get("/").await.address, "/");
        w.advance(chrono::Duration::minutes(31));
        let ended = browser.get("/outbound-delegations?state=draft").await;
        assert_eq!(ended.address, "/sign-in?next=%2Foutbound-delegations%3Fstate%3Ddraft");
        // After signing in, the page that was asked for; the cookie is another one.
        let mut form = ended.form("/sign-in");
        form.fill("/username", "clerk.skhcn").fill("/password", ngoaivu::demo::PASSWORD);
        assert_eq!(browser.send(&form).await.address, "/outbound-delegations?state=draft");
        assert_ne!(browser.cookie().unwrap(), first);
        for _ in 0..24 {
            w.advance(chrono::Duration::minutes(29));
            assert_eq!(browser.get("/help").await.status, 200);
            browser.get("/").await;
        }
        w.advance(chrono::Duration::minutes(29));
        assert!(browser.get("/").await.address.starts_with("/sign-in"));
    }

    async fn a_wrong_password_says_so_and_keeps_the_name(w) {
        let browser = Browser::new(&w);
        let mut form = browser.get("/sign-in").await.form("/sign-in");
        form.fill("/username", "clerk.skhcn").fill("/password", "không phải");
        let refused = browser.send(&form).await;
        assert_eq!(refused.status, 401);
        assert_eq!(refused.value("/username").as_deref(), Some("clerk.skhcn"));
        assert!(!refused.text.contains("không phải") && browser.cookie().is_none());
        assert!(refused.text.contains("Tên đăng nhập hoặc mật khẩu không đúng."));
    }

    async fn another_site_can_make_the_browser_do_nothing(w) {
        let id = w.draft(w.small_trip().await).await;
        let browser = Browser::signed_in(&w, "clerk.skhcn").await;
        let mut form = browser.get(&format!("/outbound-delegations/{id}/comments")).await.form("/comments");
        form.fill("/text", "Từ trang khác.");
        for origin in [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Site", "none"), ("Origin", "https://evil.vn"), ("X-None", "")] {
            let refused = browser.send_from(&form, origin).await;
            assert_eq!(refused.status, 403, "{origin:?}: {}", refused.text);
        }
        let remarks = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/comments")).await.json();
        assert_eq!(remarks["items"], json!([]));
        // An older browser says only the origin.
        let sent = browser.send_from(&form, ("Origin", "http://127.0.0.1:8080")).await;
        assert_eq!(sent.status, 200);
        // The API by cookie: read by this site alone, and changed by it alone.
        let read = |site: &'static str| browser.request(Method::GET, "/api/v1/me").insert_header(("Sec-Fetch-Site", site));
        assert_eq!(w.send(read("same-origin")).await.status, 200);
        w.send(read("cross-site")).await.refused(403, "cross_site");
        let patch = browser.request(Method::PATCH, "/api/v1/me/settings").set_json(json!({"shortcuts": false}));
        w.send(patch).await.refused(403, "cross_site");
        // Signing in is no exception, and signing out neither.
        let mut sign_in = Browser::new(&w).get("/sign-in").await.form("/sign-in");
        sign_in.fill("/username", "admin").fill("/password", ngoaivu::demo::PASSWORD);
        assert_eq!(browser.send_from(&sign_in, ("Sec-Fetch-Site", "cross-site")).await.status, 403);
        let out = browser.get("/").await.form("/sign-out");
        browser.send_from(&out, ("Sec-Fetch-Site", "cross-site")).await;
        assert_eq!(browser.get("/").await.address, "/");
    }

    async fn a_link_in_a_mail_opens_the_dossier_and_not_the_sign_in(w) {
        let id = w.draft(w.small_trip().await).await;
        let address = format!("/outbound-delegations/{id}");
        let browser = Browser::signed_in(&w, "clerk.skhcn").await;
        let cookie = browser.cookie().unwrap();
        // SameSite=Strict keeps the cookie back; the page asks the browser to come once more.
        let stranger = Browser::new(&w);
        let from_mail = w.send(stranger.request(Method::GET, &address).insert_header(("Sec-Fetch-Site", "cross-site"))).await;
        let text = String::from_utf8_lossy(&from_mail.bytes).into_owned();
        assert!(from_mail.status == 200 && text.contains("http-equiv=\"refresh\"") && !text.contains("đổi số"), "{text}");
        let again = browser.get(&address).await;
        assert_eq!((again.address, browser.cookie().unwrap()), (address.clone(), cookie));
        // Whoever is not signed in is asked once, not for ever.
        assert!(stranger.get(&address).await.address.starts_with("/sign-in?next="));
    }

    async fn no_password_is_asked_for_where_it_could_be_read_on_the_way(w) {
        let at = |host: &'static str, proto: &'static str| {
            let request = Browser::new(&w).request(Method::GET, "/sign-in");
            let request = request.insert_header(("Host", host)).insert_header(("X-Forwarded-Proto", proto));
            let w = &w;
            async move { String::from_utf8_lossy(&w.send(request).await.bytes).into_owned() }
        };
        assert!(at(HOST, "http").await.contains("type=\"password\""));
        assert!(at("localhost", "http").await.contains("type=\"password\""));
        assert!(at("doanra.tinhmau.gov.vn", "https").await.contains("type=\"password\""));
        let open = at("doanra.tinhmau.gov.vn", "http").await;
        assert!(!open.contains("type=\"password\"") && open.contains("NGOAIVU_PUBLIC_ORIGIN"));
    }

    async fn somebody_sees_and_ends_their_own_sign_ins(w) {
        let (here, there) = (Browser::signed_in(&w, "clerk.skhcn").await, Browser::signed_in(&w, "clerk.skhcn").await);
        let listed: Value = serde_json::from_slice(&w.send(here.request(Method::GET, "/api/v1/me/sessions")).await.bytes).unwrap();
        let items = listed["items"].as_array().unwrap();
        assert_eq!((items.len(), items.iter().filter(|s| s["current"] == true).count()), (2, 1), "{listed}");
        let other = items.iter().find(|s| s["current"] == false).unwrap()["id"].as_str().unwrap();
        let page = here.get("/me").await;
        here.send(&page.form(&format!("/me/sessions/{other}/end"))).await;
        assert!(there.get("/").await.address.starts_with("/sign-in") && here.get("/me").await.status == 200);
        // Nobody ends another person's.
        let others = Browser::signed_in(&w, "chair").await;
        let own = w.send(others.request(Method::GET, "/api/v1/me/sessions")).await.json();
        let id = own["items"][0]["id"].as_str().unwrap();
        let delete = here.request(Method::DELETE, &format!("/api/v1/me/sessions/{id}")).insert_header(("Sec-Fetch-Site", "same-origin"));
        w.send(delete).await.refused(404, "not_found");
        // Signing out takes the cookie and what the browser stored.
        let out = here.get("/").await.form("/sign-out");
        let request = here.request(Method::POST, &out.action).insert_header(("Sec-Fetch-Site", "same-origin"));
        let answer = w.send(request).await;
        assert_eq!(answer.headers["clear-site-data"], "\"cache\", \"storage\"");
        assert!(answer.headers["set-cookie"].contains("Max-Age=0"), "{:?}", answer.headers);
        assert!(here.get("/").await.address.starts_with("/sign-in"));
    }

    async fn a_working_copy_is_ones_own_small_and_without_secrets(w) {
        let name = "/me/working-copies/outbound-delegations-new.abc";
        let put = async |user: &str, path: &str, body: String| {
            let request = World::request("PUT", path).insert_header(("Content-Type", "application/json")).set_payload(body);
            w.as_user(user, request).await
        };
        put("clerk.skhcn", name, json!({"/title": "Đoàn"}).to_string()).await.expect(204);
        assert_eq!(w.get("clerk.skhcn", name).await.json(), json!({"/title": "Đoàn"}));
        w.get("head.skhcn", name).await.refused(404, "not_found");
        put("clerk.skhcn", name, json!({"/title": "TỐI MẬT: đoàn"}).to_string()).await.refused(422, "state_secret_refused");
        put("clerk.skhcn", name, json!({"/note": "a".repeat(65 << 10)}).to_string()).await.refused(413, "payload_too_large");
        put("clerk.skhcn", name, "[]".into()).await.refused(400, "malformed_request");
        put("clerk.skhcn", "/me/working-copies/..%2Fx", "{}".into()).await.refused(404, "not_found");
        assert_eq!(w.get("clerk.skhcn", name).await.json(), json!({"/title": "Đoàn"}));
        w.advance_days(31);
        w.get("clerk.skhcn", name).await.refused(404, "not_found");
    }
}
