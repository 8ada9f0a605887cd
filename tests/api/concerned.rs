//! Who is concerned by a delegation beside its agency: they see it, are told what becomes of it, and add what they answered.

use serde_json::{Value, json};

use crate::notices::{MailServer, give_addresses, jobs, text};
use crate::world::{World, decision};

/// A trip of SKHCN with somebody of SYT.
async fn joint_trip(w: &World) -> Value {
    let mut trip = w.small_trip().await;
    let other = w.officials("SYT").await;
    trip["members"].as_array_mut().unwrap().push(json!({"official_id": other[3], "role": "member"}));
    trip
}

async fn to_whom(server: &MailServer) -> Vec<String> {
    let mut to: Vec<String> =
        server.taken().into_iter().map(|(_, to)| to.split('@').next().unwrap().to_owned()).collect();
    to.sort();
    to
}

on_both! {
    async fn agencies_of_the_members_and_those_above_see_a_trip_from_submission_on_and_change_nothing(w) {
        let id = w.draft(joint_trip(&w).await).await;
        let path = format!("/outbound-delegations/{id}");
        w.get("clerk.syt", &path).await.refused(404, "not_found");
        for document in ["request_letter", "invitation", "programme", "cost_estimate"] {
            w.upload("clerk.skhcn", &id, document).await.expect(201);
        }
        w.act("head.skhcn", &id, "submit", json!({})).await.expect(200);
        for user in ["clerk.syt", "head.syt"] {
            let seen = w.get(user, &path).await.expect(200).json();
            assert_eq!(seen["allowed_actions"], json!([]), "{user}");
            let listed = w.get(user, "/outbound-delegations").await.expect(200).json();
            assert_eq!(listed["items"][0]["id"], json!(id), "{user}");
            w.act(user, &id, "withdraw", json!({})).await.refused(403, "forbidden");
            w.upload(user, &id, "programme").await.refused(403, "forbidden");
        }
        // A head of the People's Committee's own office looks down the tree.
        w.joins(json!({"username": "head.ubnd", "full_name": "Phó Chánh", "agency_id": w.agency("UBND").await,
            "roles": [], "seats": [{"body": "agency_head"}]})).await;
        w.get("head.ubnd", &path).await.expect(200);
        let plain = w.submitted(w.later_trip(&[4, 5]).await).await;
        w.get("clerk.syt", &format!("/outbound-delegations/{plain}")).await.refused(404, "not_found");
        w.get("head.ubnd", &format!("/outbound-delegations/{plain}")).await.expect(200);
        // What the office handles, its director sees.
        w.get("director.snv", &path).await.expect(200);
        // The calendar follows.
        let days = "/calendar?from=2026-03-01&to=2026-04-30";
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("director.snv", &id, "decide", decision("approve")).await.expect(200);
        let calendar = w.get("clerk.syt", days).await.expect(200).json();
        assert!(calendar.to_string().contains(&id), "{calendar}");
    }

    async fn a_coordinating_agency_sees_the_visit(w) {
        let mut visit = w.visit().await;
        visit["coordinating_agency_ids"] = json!([w.agency("SYT").await]);
        let id = w.submitted_visit(visit).await;
        let path = format!("/inbound-delegations/{id}");
        w.get("clerk.syt", &path).await.expect(200);
        // It no longer takes part: it no longer sees.
        let back = json!({"missing": ["guest_list"], "note": "Rà lại."});
        w.act_in("officer.snv", &id, "request-supplement", back).await.expect(200);
        let etag = w.get("clerk.skhcn", &path).await.etag();
        w.patch("clerk.skhcn", &path, &etag, json!({"coordinating_agency_ids": []})).await.expect(200);
        w.get("clerk.syt", &path).await.refused(404, "not_found");
    }

    async fn everybody_concerned_is_told_of_a_postponement_with_a_link(w) {
        give_addresses(&w, &["officer.snv", "director.snv", "clerk.skhcn", "head.skhcn", "clerk.syt", "chair", "stats"]).await;
        let id = w.approved(joint_trip(&w).await).await;
        let before = MailServer::start(&[]);
        jobs(&w, Some(before.port)).run_due().unwrap();
        let server = MailServer::start(&[]);
        let jobs = jobs(&w, Some(server.port));
        w.act("head.skhcn", &id, "postpone", json!({"reason": "Phía bạn đề nghị lùi lịch."})).await.expect(200);
        jobs.run_due().unwrap();
        jobs.run_due().unwrap();
        // The head did it; the Chair and the statistician had no part in it.
        assert_eq!(to_whom(&server).await, ["clerk.skhcn", "clerk.syt", "director.snv", "officer.snv"]);
        let letter = text(&server.letters.lock().unwrap()[0]);
        assert!(letter.starts_with("Đã hoãn đoàn: Tập huấn tại Nhật Bản"), "{letter}");
        assert!(letter.contains(&format!("https://ngoaivu.tinhmau.gov.vn/outbound-delegations/{id}\n")), "{letter}");
        // A reason is for whoever opens the dossier.
        assert!(!letter.contains("lùi lịch"), "{letter}");
        // A remark is no news.
        w.post("officer.snv", &format!("/outbound-delegations/{id}/comments"), json!({"text": "Đã nhận."})).await.expect(201);
        jobs.run_due().unwrap();
        assert_eq!(to_whom(&server).await.len(), 4);
    }

    async fn the_body_for_external_affairs_is_reminded_of_every_overdue_duty(w) {
        give_addresses(&w, &["officer.snv"]).await;
        let id = w.approved(w.small_trip().await).await;
        let first = MailServer::start(&[]);
        jobs(&w, Some(first.port)).run_due().unwrap();
        w.advance_days(20);
        w.act("clerk.skhcn", &id, "record-departure", json!({"on": "2026-03-16"})).await.expect(200);
        w.act("clerk.skhcn", &id, "record-return", json!({"on": "2026-03-20"})).await.expect(200);
        w.advance_days(45);
        let server = MailServer::start(&[]);
        jobs(&w, Some(server.port)).run_due().unwrap();
        let letters = server.letters.lock().unwrap().clone();
        let digest = letters.iter().map(|l| text(l)).find(|l| l.contains("VIỆC SAU CHUYẾN ĐI QUÁ HẠN")).unwrap();
        assert!(digest.contains("Tập huấn tại Nhật Bản") && digest.contains("/duties?overdue=true"), "{digest}");
    }

    async fn those_who_answered_add_their_own_papers_and_no_others(w) {
        let id = w.approved_visit(w.visit().await).await;
        let add = async |user: &str, document: &str| w.upload_to("inbound-delegations", user, &id, document, "a.pdf", b"%PDF-1.7\n").await;
        add("chair", "decision").await.expect(201);
        add("officer.snv", "decision").await.expect(201);
        add("clerk.skhcn", "decision").await.expect(201);
        let letter = add("police", "other").await.expect(201).json();
        add("police", "decision").await.refused(403, "forbidden");
        add("chair", "request_letter").await.refused(403, "forbidden");
        add("inspector", "decision").await.refused(403, "forbidden");
        add("office.vptu", "party_consent").await.refused(404, "not_found");
        // The police open what they sent, and not what others said.
        let list = w.get("police", &format!("/inbound-delegations/{id}/attachments")).await.expect(200).json();
        let kinds: Vec<&str> = list["items"].as_array().unwrap().iter().map(|a| a["document"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"other") && !kinds.contains(&"decision"), "{kinds:?}");
        w.get("police", &format!("/inbound-delegations/{id}/attachments/{}", letter["id"].as_str().unwrap())).await.expect(200);
        let trip = w.submitted(w.study_visit().await).await;
        w.upload("office.vptu", &trip, "party_consent").await.expect(201);
        w.upload("office.vptu", &trip, "decision").await.refused(403, "forbidden");
    }

    async fn the_holder_of_a_seat_finds_whom_they_may_lend_it_to(w) {
        let agency = w.agency("UBND").await;
        for (username, full_name) in [("pct.mot", "Phạm Văn Một"), ("pct.hai", "Lê Thị Hai")] {
            w.joins(json!({"username": username, "full_name": full_name, "agency_id": agency, "roles": [], "seats": []})).await;
        }
        let found = w.get("chair", "/bodies/ppc_chair/candidates").await.expect(200).json();
        let names: Vec<&str> = found["items"].as_array().unwrap().iter().map(|c| c["username"].as_str().unwrap()).collect();
        assert_eq!(names, ["pct.hai", "pct.mot"]);
        let one = w.get("chair", "/bodies/ppc_chair/candidates?q=mot%20pham").await.expect(200).json();
        let user = one["items"][0]["user_id"].as_str().unwrap().to_owned();
        assert_eq!(one["items"].as_array().unwrap().len(), 1);
        let lent = json!({"to_user_id": user, "body": "ppc_chair", "signed_as": "kt", "valid_from": "2026-03-02",
            "valid_to": "2026-03-09", "document_number": "12/GUQ", "document_date": "2026-03-02"});
        w.post("chair", "/substitutions", lent).await.expect(201);
        for user in ["officer.snv", "admin", "pct.mot"] {
            w.get(user, "/bodies/ppc_chair/candidates").await.refused(403, "forbidden");
        }
        w.get("chair", "/bodies/khong_co/candidates").await.refused(404, "not_found");
    }
}
