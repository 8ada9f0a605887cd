//! A search finds what stands in the texts, whatever is kept in memory: after every change, for any part of any word.

use std::collections::BTreeSet;

use actix_web::test::TestRequest;
use diesel::prelude::*;
use ngoaivu::db::schema::{agencies, dossiers};
use serde_json::json;

use crate::world::World;

/// The ids of a list, as the clerk sees it.
async fn listed(w: &World, query: &str) -> BTreeSet<String> {
    let page = w.get("clerk.skhcn", &format!("/outbound-delegations?limit=200&{query}")).await.expect(200).json();
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Asks for parts of every word that stands anywhere, and for what stands nowhere.
async fn finds_what_stands(w: &World) {
    let rows: Vec<(i64, String, String)> = w
        .house
        .db
        .read_now(|conn| {
            let joined = dossiers::table.inner_join(agencies::table.on(agencies::id.eq(dossiers::agency_id)));
            Ok(joined.select((dossiers::id, dossiers::search_norm, agencies::search_norm)).load(conn)?)
        })
        .unwrap();
    let all = listed(w, "").await;
    let mut asked: BTreeSet<String> = ["zzz", "a", "2026", "z 2026"].map(str::to_owned).into();
    for word in rows.iter().flat_map(|(_, text, agency)| text.split_whitespace().chain(agency.split_whitespace())) {
        let letters: Vec<char> = word.chars().collect();
        asked.insert(word.to_owned());
        asked.insert(letters[letters.len() / 3..letters.len() - letters.len() / 4].iter().collect());
    }
    let words: Vec<String> = asked.iter().cloned().collect();
    asked.extend(words.windows(7).map(|some| format!("{} {}", some[6], some[0])));
    for q in asked.iter().filter(|q| q.chars().all(|c| c.is_alphanumeric() || c == ' ') && !q.trim().is_empty()) {
        let stands = |(_, text, agency): &&(i64, String, String)| {
            q.split_whitespace().all(|word| text.contains(word) || agency.contains(word))
        };
        let expected: BTreeSet<String> = rows
            .iter()
            .filter(stands)
            .map(|(id, ..)| kernel::id::Id(*id).to_string())
            .filter(|id| all.contains(id))
            .collect();
        assert_eq!(listed(w, &format!("q={}", q.replace(' ', "%20"))).await, expected, "{q}");
    }
}

on_both! {
    async fn a_search_follows_every_change(w) {
        let first = w.draft(w.small_trip().await).await;
        let mut other = w.small_trip().await;
        other["title"] = json!("Hội chợ Quảng Châu");
        let second = w.draft(other).await;
        finds_what_stands(&w).await;
        let etag = w.get("clerk.skhcn", &format!("/outbound-delegations/{first}")).await.expect(200).etag();
        w.patch("clerk.skhcn", &format!("/outbound-delegations/{first}"), &etag, json!({"title": "Diễn đàn Xứ Wales"})).await.expect(200);
        assert_eq!(listed(&w, "q=wales").await, BTreeSet::from([first.clone()]));
        finds_what_stands(&w).await;
        let etag = w.get("clerk.skhcn", &format!("/outbound-delegations/{second}")).await.expect(200).etag();
        let delete = TestRequest::delete().uri(&format!("/api/v1/outbound-delegations/{second}")).insert_header(("If-Match", etag));
        w.as_user("clerk.skhcn", delete).await.expect(204);
        assert!(listed(&w, "q=quang%20chau").await.is_empty());
        finds_what_stands(&w).await;
    }
}
