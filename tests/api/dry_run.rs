//! The trial of an act: it answers what the act would answer, or why it is refused, and leaves everything as it was.

use serde_json::{Value, json};

use crate::world::{World, decision};

/// Everything that an act leaves behind.
async fn left(w: &World, id: &str) -> Value {
    let trip = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}")).await.json();
    let history = w.get("clerk.skhcn", &format!("/outbound-delegations/{id}/history")).await.json();
    let trail = w.get("inspector", "/audit?limit=1").await.json();
    let figures = w.get("stats", "/statistics/outbound?year=2026").await.json();
    json!([trip, history, trail["items"][0]["seq"], figures["total"]])
}

on_both! {
    async fn a_trial_answers_as_the_act_and_records_nothing(w) {
        let id = w.draft(w.small_trip().await).await;
        for document in ["request_letter", "invitation", "programme"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        for (user, action, body) in [
            ("head.skhcn", "submit", json!({})),
            ("officer.snv", "appraise", json!({"opinion": "favourable"})),
            ("director.snv", "decide", decision("approve")),
        ] {
            // A sign-in is a row of the trail, too.
            for account in [user, "clerk.skhcn", "inspector", "stats"] {
                w.token(account).await;
            }
            let before = left(&w, &id).await;
            let tried = w.act(user, &id, &format!("{action}?dry_run=true"), body.clone()).await.expect(200).json();
            assert_eq!(left(&w, &id).await, before, "{action}");
            // A key is not used up, and a stale version is refused as ever.
            w.act_at(user, &id, &format!("{action}?dry_run=true"), "\"99\"", body.clone()).await.refused(412, "version_conflict");
            w.act(user, &id, &format!("{action}?dry_run=perhaps"), body.clone()).await.refused(400, "invalid_query");
            let done = w.act(user, &id, action, body).await.expect(200).json();
            for part in ["state", "version", "number", "allowed_actions", "due_on"] {
                assert_eq!(tried[part], done[part], "{action} {part}");
            }
        }
        w.act("clerk.skhcn", &id, "decide?dry_run=true", decision("approve")).await.refused(403, "forbidden");
    }
}
