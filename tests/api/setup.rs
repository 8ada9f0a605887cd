//! What an installation begins with comes in by lists: accounts, passports, items of the plan, guests; with templates.

use serde_json::{Value, json};

use crate::world::{World, form};

const ACCOUNTS: &str = "Tên đăng nhập,Họ và tên,Đơn vị,Vai trò,Chức vụ ký,Thư điện tử\n\
    ha.skhcn,Phạm Thu Hà,SKHCN,Chuyên viên lập hồ sơ; Thống kê,,ha@tinhmau.gov.vn\n\
    pho.syt,Ngô Đức Thắng,SYT,,Thủ trưởng cơ quan,\n";

/// A list as a person uploads it.
async fn upload(w: &World, user: &str, kind: &str, dry_run: &str, text: &str) -> crate::world::Answer {
    w.import(user, &[("kind", kind), ("dry_run", dry_run)], "danh-sach.csv", text.as_bytes()).await
}

fn faults(batch: &Value) -> Vec<(u64, String)> {
    let all = batch["errors"].as_array().unwrap().iter();
    all.map(|f| (f["row"].as_u64().unwrap(), f["code"].as_str().unwrap().to_owned())).collect()
}

async fn guests_of(w: &World, id: &str) -> Vec<(String, String)> {
    let visit = w.get("clerk.skhcn", &format!("/inbound-delegations/{id}")).await.expect(200).json();
    let guests = visit["guests"].as_array().unwrap().iter();
    guests.map(|g| (g["full_name"].as_str().unwrap().into(), g["position"].as_str().unwrap_or("").into())).collect()
}

on_both! {
    async fn accounts_come_in_with_roles_and_seats_and_their_tokens_are_shown_once(w) {
        let batch = upload(&w, "admin", "accounts", "true", ACCOUNTS).await.expect(201).json();
        assert_eq!((&batch["state"], &batch["errors"], &batch["activations"]), (&json!("staged"), &json!([]), &json!([])));
        // Who bears the name of an official of the agency is that official.
        let linked: Vec<&str> = batch["warnings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert_eq!(linked, ["account_of_official", "account_of_official"]);
        let path = format!("/imports/{}/commit", batch["id"].as_str().unwrap());
        let commit = || World::request("POST", &path).insert_header(("Idempotency-Key", "c-1")).set_json(json!({}));
        let first = w.as_user("admin", commit()).await.expect(200).json();
        assert_eq!(first["created"], 2);
        let token = first["activations"][0]["token"].as_str().unwrap().to_owned();
        assert_eq!(first["activations"][1]["username"], "pho.syt");
        // A retry, and whoever looks later, sees the batch without the tokens.
        let again = w.as_user("admin", commit()).await.expect(200).json();
        assert_eq!((&again["created"], &again["activations"]), (&json!(2), &json!([])));
        let shown = w.get("admin", &format!("/imports/{}", batch["id"].as_str().unwrap())).await.expect(200);
        assert!(!String::from_utf8_lossy(&shown.bytes).contains(&token));
        // The token sets the password, and begins a session if that is asked for.
        let password = "mùa xuân năm ấy đẹp";
        let body = json!({"token": token, "password": password, "sign_in": true});
        let pair = w.send(World::request("POST", "/auth/activate").set_json(body)).await.expect(200).json();
        let bearer = format!("Bearer {}", pair["access_token"].as_str().unwrap());
        let me = w.send(World::request("GET", "/me").insert_header(("Authorization", bearer))).await.expect(200).json();
        let roles: Vec<&str> = me["roles"].as_array().unwrap().iter().map(|r| r["role"].as_str().unwrap()).collect();
        assert_eq!((&me["username"], roles, me["official_id"].is_string()), (&json!("ha.skhcn"), vec!["clerk", "statistician"], true));
        // Once somebody has used an account, the batch stays.
        let undo = format!("/imports/{}/undo", batch["id"].as_str().unwrap());
        w.post("admin", &undo, json!({})).await.refused(409, "batch_in_use");
    }

    async fn accounts_that_nobody_used_can_be_taken_back(w) {
        let batch = upload(&w, "admin", "accounts", "false", ACCOUNTS).await.expect(201).json();
        assert_eq!((batch["created"].as_i64(), batch["activations"].as_array().unwrap().len()), (Some(2), 2));
        let undo = format!("/imports/{}/undo", batch["id"].as_str().unwrap());
        assert_eq!(w.post("admin", &undo, json!({})).await.expect(200).json()["state"], "undone");
        let again = upload(&w, "admin", "accounts", "false", ACCOUNTS).await.expect(201).json();
        assert_eq!(again["created"], 2);
    }

    async fn every_fault_of_an_account_is_told_and_nothing_is_created(w) {
        let text = "Tên đăng nhập,Họ và tên,Đơn vị,Vai trò,Chức vụ ký,Thư điện tử\n\
            admin,Lê Ai Đó,SKHCN,Thanh tra,,\n\
            Hạnh,Nguyễn Hạnh,SKHCN,Thanh tra,,\n\
            mot.hai,Một Hai,Sở Không Có,Thanh tra,,\n\
            ba.bon,Ba Bốn,SKHCN,Vua,,\n\
            nam.sau,Năm Sáu,SKHCN,,,\n\
            bay.tam,Bảy Tám,SKHCN,Thanh tra,,khong-phai-thu\n\
            chin,Chín,SKHCN,Thanh tra,,\n\
            chin,Chín Nữa,SKHCN,Thanh tra,,\n";
        let batch = upload(&w, "admin", "accounts", "false", text).await.expect(201).json();
        let expected = [
            (2, "already_recorded"), (3, "invalid_username"), (4, "unknown_agency"), (5, "unknown_value"),
            (6, "missing"), (7, "invalid_email"), (9, "duplicate_row"),
        ];
        assert_eq!(faults(&batch), expected.map(|(row, code)| (row, code.to_owned())));
        assert_eq!((&batch["state"], &batch["created"]), (&json!("rejected"), &json!(0)));
        let users = w.get("admin", "/users?limit=200").await.expect(200).json();
        assert!(!users.to_string().contains("chin"));
    }

    async fn passports_go_to_the_official_whom_the_row_names(w) {
        let list = "Họ và tên,Ngày sinh,Đơn vị,Loại hộ chiếu,Số hộ chiếu,Ngày cấp,Ngày hết hạn\n\
            Phạm Thu Hà,,SKHCN,Công vụ,S7654321,15/01/2024,15/01/2029\n";
        let batch = upload(&w, "custodian", "passports", "false", list).await.expect(201).json();
        assert_eq!((&batch["created"], &batch["errors"]), (&json!(1), &json!([])));
        let found = w.get("custodian", "/officials?q=pham%20thu%20ha").await.expect(200).json();
        let id = found["items"][0]["id"].as_str().unwrap().to_owned();
        let passports = format!("/officials/{id}/passports");
        let shown = w.get("custodian", &passports).await.expect(200).json();
        let numbers: Vec<&str> = shown["items"].as_array().unwrap().iter().map(|p| p["passport_number"].as_str().unwrap()).collect();
        assert!(numbers.contains(&"S7654321"), "{numbers:?}");
        let wrong = "Họ và tên,Ngày sinh,Loại hộ chiếu,Số hộ chiếu,Ngày hết hạn\n\
            Nguyễn Không Có,,Công vụ,S1111111,15/01/2029\n\
            Phạm Thu Hà,,Công vụ,s 7654321,15/01/2029\n\
            Phạm Thu Hà,,Hộ chiếu lạ,S2222222,15/01/2029\n\
            Phạm Thu Hà,,,S3333333,15/01/2029\n\
            Phạm Thu Hà,,Công vụ,S4,15/01/2029\n\
            Phạm Thu Hà,,Công vụ,S5555555,\n";
        let refused = upload(&w, "custodian", "passports", "false", wrong).await.expect(201).json();
        let expected = [
            (2, "unknown_official"), (3, "already_recorded"), (4, "unknown_value"), (5, "missing"),
            (6, "bad_passport_number"), (7, "missing"),
        ];
        assert_eq!(faults(&refused), expected.map(|(row, code)| (row, code.to_owned())));
        // A clerk brings the passports of their own people; numbers stay with those who keep passports.
        let foreign = upload(&w, "clerk.syt", "passports", "false", &list.replace("S7654321", "S9999999")).await.expect(201).json();
        assert_eq!(faults(&foreign)[0].1, "foreign_agency");
        let kept = w.get("officer.snv", &format!("/imports/{}", refused["id"].as_str().unwrap())).await;
        kept.refused(404, "not_found");
        let undo = format!("/imports/{}/undo", batch["id"].as_str().unwrap());
        w.post("custodian", &undo, json!({})).await.expect(200);
        let left = w.get("custodian", &passports).await.expect(200).json();
        assert!(!left.to_string().contains("S7654321"));
    }

    async fn a_row_names_the_official_who_stays_after_a_merger(w) {
        let official = json!({"full_name": "Phạm Thu Hà", "post": "Chuyên viên", "agency_id": w.agency("SKHCN").await,
            "post_level": "staff", "managed_by": "agency", "personnel": "civil_servant", "party_member": false,
            "provincial_committee_member": false, "key_leader": false, "birth_date": "1991-02-03"});
        let twin = w.post("officer.snv", "/officials", official).await.expect(201);
        let list = "Họ và tên,Ngày sinh,Đơn vị,Loại hộ chiếu,Số hộ chiếu,Ngày hết hạn\nPhạm Thu Hà,,SKHCN,Công vụ,S7654321,15/01/2029\n";
        let refused = upload(&w, "custodian", "passports", "false", list).await.expect(201).json();
        assert_eq!(faults(&refused), [(2, "ambiguous_official".to_owned())]);
        let found = w.get("officer.snv", "/officials?q=pham%20thu%20ha").await.expect(200).json();
        let twin_id = twin.json()["id"].clone();
        let stays = found["items"].as_array().unwrap().iter().find(|o| o["id"] != twin_id).unwrap()["id"].clone();
        let merge = format!("/officials/{}/merge", twin_id.as_str().unwrap());
        w.post_with("officer.snv", &merge, &twin.etag(), json!({"into": stays})).await.expect(200);
        let taken = upload(&w, "custodian", "passports", "false", list).await.expect(201).json();
        assert_eq!((&taken["created"], &taken["errors"]), (&json!(1), &json!([])));
    }

    async fn a_plan_comes_in_as_proposals(w) {
        let list = "Năm,Tháng,Tên đoàn,Đơn vị,Nước,Mục đích,Số đoàn,Số người,Nguồn kinh phí,Kinh phí\n\
            2027,5,Xúc tiến đầu tư tại Hàn Quốc,SKHCN,\"Hàn Quốc, Nhật Bản\",Xúc tiến,1,8,Ngân sách tỉnh,650 triệu\n\
            năm 2027,tháng 9,Học tập chuyển đổi số,SKHCN,Xinh-ga-po,\"Học tập, khảo sát\",,6,,1.200.000.000\n";
        let batch = upload(&w, "clerk.skhcn", "plan_items", "false", list).await.expect(201).json();
        assert_eq!((&batch["created"], &batch["errors"], &batch["warnings"]), (&json!(2), &json!([]), &json!([])));
        let items = w.get("clerk.skhcn", "/plans/2027/items").await.expect(200).json();
        let told: Vec<Value> = items["items"].as_array().unwrap().iter()
            .map(|i| json!([i["title"], i["month"], i["countries"], i["purpose"], i["headcount"], i["budget"]["amount"]])).collect();
        assert_eq!(told, [
            json!(["Xúc tiến đầu tư tại Hàn Quốc", 5, ["KR", "JP"], "promotion", 8, 650_000_000]),
            json!(["Học tập chuyển đổi số", 9, ["SG"], "study_visit", 6, 1_200_000_000]),
        ]);
        let wrong = "Năm,Tháng,Tên đoàn,Đơn vị,Nước,Mục đích,Số người\n\
            2027,13,A,SKHCN,Lào,Công tác,5\n\
            27,5,B,SKHCN,Lào,Công tác,5\n\
            2027,5,C,SYT,Lào,Công tác,5\n\
            2027,5,D,SKHCN,Wakanda,Công tác,5\n\
            2027,5,E,SKHCN,Lào,Công tác,không\n";
        let refused = upload(&w, "clerk.skhcn", "plan_items", "false", wrong).await.expect(201).json();
        let expected = [(2, "bad_number"), (3, "bad_number"), (4, "foreign_agency"), (5, "unknown_country"), (6, "bad_number")];
        assert_eq!(faults(&refused), expected.map(|(row, code)| (row, code.to_owned())));
        let undo = format!("/imports/{}/undo", batch["id"].as_str().unwrap());
        w.post("clerk.skhcn", &undo, json!({})).await.expect(200);
        let items = w.get("clerk.skhcn", "/plans/2027/items").await.expect(200).json();
        assert_eq!(items["items"], json!([]));
    }

    async fn only_those_who_may_bring_a_list_of_a_kind(w) {
        for (user, kind) in [
            ("clerk.skhcn", "accounts"), ("officer.snv", "accounts"), ("custodian", "accounts"), ("clerk.skhcn", "agencies"),
            ("admin", "passports"), ("admin", "plan_items"), ("custodian", "plan_items"), ("admin", "officials"),
        ] {
            upload(&w, user, kind, "true", ACCOUNTS).await.refused(403, "forbidden");
        }
        upload(&w, "stats", "accounts", "true", ACCOUNTS).await.refused(403, "forbidden");
        w.get("stats", "/imports").await.refused(403, "forbidden");
        // The accounts of the administrator are none of the officer's business.
        let batch = upload(&w, "admin", "accounts", "true", ACCOUNTS).await.expect(201).json();
        w.get("officer.snv", &format!("/imports/{}", batch["id"].as_str().unwrap())).await.refused(404, "not_found");
        let seen = w.get("officer.snv", "/imports").await.expect(200).json();
        assert_eq!(seen["items"], json!([]));
    }

    async fn a_list_of_guests_goes_into_a_visit_and_nobody_is_lost(w) {
        let visit = w.post("clerk.skhcn", "/inbound-delegations", w.visit().await).await.expect(201).json();
        let id = visit["id"].as_str().unwrap();
        let before = guests_of(&w, id).await;
        let known = before[0].0.clone();
        let list = format!("Họ và tên,Quốc tịch,Chức vụ,Số hộ chiếu,Vai trò trong đoàn\n\
            {known},Hàn Quốc,Tỉnh trưởng tỉnh Chungbuk,,Trưởng đoàn\n\
            PARK Ji-woo,KR,Chuyên viên,M2222222,\n");
        let path = format!("/inbound-delegations/{id}/guests/import");
        let dry = w.as_user("clerk.skhcn", form(&path, &[], "khach.csv", list.as_bytes())).await.expect(200).json();
        assert_eq!((&dry["dry_run"], &dry["rows"], &dry["added"], &dry["updated"]), (&json!(true), &json!(2), &json!(1), &json!(1)));
        assert_eq!(guests_of(&w, id).await, before);
        let real = w.as_user("clerk.skhcn", form(&path, &[("dry_run", "false")], "khach.csv", list.as_bytes())).await.expect(200).json();
        assert_eq!(real["dry_run"], false);
        let after = guests_of(&w, id).await;
        assert_eq!(after.len(), before.len() + 1);
        assert_eq!(after[0], (known, "Tỉnh trưởng tỉnh Chungbuk".to_owned()));
        // A fault in a row changes nothing, and is told by row.
        let wrong = "Họ và tên,Quốc tịch\nLEE A,Wakanda\n";
        let refused = w.as_user("clerk.skhcn", form(&path, &[("dry_run", "false")], "khach.csv", wrong.as_bytes())).await;
        let problem = refused.refused(422, "validation_failed");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().starts_with("Dòng 2, cột «Quốc tịch»"), "{problem}");
        assert_eq!(guests_of(&w, id).await, after);
        w.as_user("clerk.syt", form(&path, &[], "khach.csv", wrong.as_bytes())).await.refused(404, "not_found");
        w.as_user("inspector", form(&path, &[], "khach.csv", wrong.as_bytes())).await.refused(404, "not_found");
    }

    async fn every_kind_of_list_has_a_template(w) {
        for kind in ["outbound", "inbound", "agencies", "officials", "accounts", "passports", "plan_items", "guests"] {
            let answer = w.get("clerk.syt", &format!("/imports/templates/{kind}")).await.expect(200);
            assert!(answer.bytes.starts_with(b"PK"), "{kind}");
        }
        w.get("clerk.syt", "/imports/templates/khong-co").await.refused(404, "not_found");
    }
}
