//! Pages of what is no dossier: registers, accounts, figures, reports, imports, the law book.

use std::collections::BTreeSet;

use kernel::text::Language;
use ngoaivu::pages::collections::table::collections;
use ngoaivu::pages::collections::words::{Telling, trail_act};
use ngoaivu::pages::forms::labels;
use serde_json::{Value, json};

use crate::pages::browser::{Browser, Page};
use crate::pages::markup::{ACCOUNTS, contract};

/// The number that a cell of figures shows.
fn counted(text: &str) -> i64 {
    text.replace('.', "").trim().parse().unwrap()
}

/// The numbers of a table that open something, with where they lead.
fn numbers(page: &Page) -> Vec<(i64, String)> {
    let html = page.html();
    let links = scraper::Selector::parse("table.figures td a").unwrap();
    let link =
        |a: scraper::ElementRef| (counted(&a.text().collect::<String>()), a.value().attr("href").unwrap().to_owned());
    html.select(&links).map(link).collect()
}

on_both! {
    async fn an_administrator_makes_an_account_and_its_token_is_shown_once(w) {
        let admin = Browser::signed_in(&w, "admin").await;
        let mut form = admin.get("/users/new").await.form("/users/new");
        form.fill("/username", "Có dấu").fill("/full_name", "");
        let refused = admin.send(&form).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(!refused.all(".error-summary li").is_empty() && refused.text.contains("Có dấu"), "{}", refused.text);
        let mut form = refused.form("/users/new");
        form.fill("/username", "hoa.syt").fill("/full_name", "Lê Thị Hoa").fill("/agency_id", "SYT").press("add", "/roles");
        let mut form = admin.send(&form).await.form("/users/new");
        form.fill("/roles/0/role", "clerk").fill("/roles/0/valid_from", "1/3/2026");
        let made = admin.send(&form).await;
        assert!(made.status == 200 && made.address.contains("done=new"), "{} {}", made.address, made.text);
        assert!(made.text.contains("Sở Y tế") && made.text.contains("từ 01/03/2026"), "{}", made.text);
        let user = w.get("admin", "/users?limit=200").await.json()["items"].as_array().unwrap().iter().find(|u| u["username"] == "hoa.syt").unwrap().clone();
        let path = format!("/users/{}", user["id"].as_str().unwrap());
        // The token stands on this page and on no other.
        let reset = admin.get(&format!("{path}/reset")).await.form("reset");
        let shown = admin.send(&reset).await;
        let token = shown.all("code").remove(0);
        assert!(token.len() > 30, "{}", shown.text);
        let stranger = Browser::new(&w);
        let mut activate = stranger.get("/activate").await.form("/activate");
        activate.fill("/token", &token).fill("/password", "mùa xuân năm ấy đẹp");
        let set = stranger.send(&activate).await;
        assert!(set.address.starts_with("/sign-in"), "{}", set.text);
        // Taking the role away is sending what differs.
        let mut edit = admin.get(&format!("{path}/edit")).await.form("edit");
        edit.fill("/full_name", "Lê Thị Hoà").press("remove", "/roles/0");
        let edit = admin.send(&edit).await.form("edit");
        let done = admin.send(&edit).await;
        assert!(done.address.contains("done=edit"), "{}", done.text);
        let now = w.get("admin", &path).await.json();
        assert_eq!((&now["full_name"], &now["roles"], &now["agency"]["name"]), (&json!("Lê Thị Hoà"), &json!([]), &json!("Sở Y tế")));
        // Somebody else changed it meanwhile: nothing is overwritten.
        let mut late = admin.get(&format!("{path}/edit")).await.form("edit");
        w.patch("admin", &path, "*", json!({"email": "hoa@example.org"})).await.expect(200);
        late.fill("/full_name", "Khác");
        assert_eq!(admin.send(&late).await.status, 412);
        assert_eq!(w.get("admin", &path).await.json()["full_name"], "Lê Thị Hoà");
    }

    async fn what_pages_offer_is_what_the_api_allows(w) {
        let mut probed = 0;
        for user in ACCOUNTS {
            let browser = Browser::signed_in(&w, user).await;
            let me = w.get(user, "/me").await.json();
            for of in collections() {
                let list = w.get(user, &format!("/{}", of.path)).await.status;
                assert_eq!(of.is_open_to(&me), list == 200 || list == 400, "{user} /{} {list}", of.path);
                // Whoever administers accounts may ask, and is refused for each substitution: seats are lent by their holders.
                if !of.is_open_to(&me) || of.adds.is_empty() || (user, of.path) == ("admin", "substitutions") {
                    continue;
                }
                let page = browser.get(&format!("/{}", of.path)).await;
                let offered = page.links().contains(&format!("/{}/new", of.path));
                let allowed = w.post(user, &format!("/{}", of.path), json!({})).await.status != 403;
                assert_eq!(offered, allowed, "{user} /{}/new", of.path);
                probed += 1;
            }
        }
        assert!(probed > 40, "{probed}");
    }

    async fn every_number_of_figures_opens_records_that_add_up_to_it(w) {
        let (skhcn, syt) = (w.officials("SKHCN").await, w.officials("SYT").await);
        let mut joint = w.small_trip().await;
        joint["members"] = json!([{"official_id": skhcn[2], "role": "head"}, {"official_id": skhcn[3], "role": "member"}, {"official_id": syt[4], "role": "member"}]);
        joint["stops"] = json!([{"country": "LA", "place": "Savannakhet", "from": "2026-03-23", "to": "2026-03-25"}, {"country": "TH", "place": "Mukdahan", "from": "2026-03-25", "to": "2026-03-27"}]);
        w.approved(joint).await;
        w.submitted(w.later_trip(&[1, 4]).await).await;
        let officer = Browser::signed_in(&w, "officer.snv").await;
        for by in ["by=country", "by=country&by=month", "by=agency&by=", "by=&by=", "by=purpose&compare=previous_year&measures=days&measures=cost"] {
            let page = officer.get(&format!("/statistics/outbound?year=2026&{by}")).await;
            assert_eq!(page.status, 200, "{by}: {}", page.text);
            let found = numbers(&page);
            assert!(found.len() >= 3, "{by}: {}", page.text);
            for row in found.chunks(if by.contains("days") { 4 } else { 3 }) {
                let records = officer.get(&row[1].1).await;
                let (delegations, visits) = (records.all("td .pill.done").len(), records.all("tbody td.right").iter().map(|n| counted(n)).sum::<i64>());
                assert_eq!((i64::try_from(delegations).unwrap(), visits), (row[0].0, row[1].0), "{by} {}", row[1].1);
            }
        }
        // Those that do not count are there with the reason.
        let all = officer.get("/statistics/outbound/records?year=2026").await;
        assert!(all.text.contains("Lào") || all.all("tbody tr").len() == 2, "{}", all.text);
        assert!(all.all("tbody .pill").iter().any(|p| p == "Không"), "{}", all.text);
        // A question that makes no sense is told where it is asked.
        let wrong = officer.get("/statistics/outbound?from=31/12/2026&to=1/1/2026&by=country").await;
        assert!(wrong.status == 400 && wrong.all("[role=alert]").len() == 1 && wrong.text.contains("31/12/2026"), "{}", wrong.text);
        // Whoever sees figures alone opens no dossier.
        let stats = Browser::signed_in(&w, "stats").await;
        let page = stats.get("/statistics/outbound?year=2026&by=country").await;
        assert!(page.text.contains("Lào") && numbers(&page).is_empty(), "{}", page.text);
        let picture = w.get("stats", "/statistics/outbound?year=2026&by=country&format=svg&style=screen").await.expect(200);
        assert!(String::from_utf8_lossy(&picture.bytes).contains("#0a54a0"));
    }

    async fn a_report_is_frozen_on_a_page_and_its_numbers_open_their_records(w) {
        w.approved(w.small_trip().await).await;
        let director = Browser::signed_in(&w, "director.snv").await;
        let mut form = director.get("/reports/new").await.form("/reports/new");
        form.fill("/kind", "month").fill("/year", "2026").fill("/period", "3");
        let page = director.send(&form).await;
        assert!(page.status == 200 && page.address.starts_with("/reports/") && page.text.contains("không đổi"), "{} {}", page.address, page.text);
        let found = numbers(&page);
        let (count, to) = found.iter().find(|(n, to)| *n > 0 && to.contains("by_country")).unwrap();
        let records = director.get(to).await;
        assert!(records.status == 200 && *count == 1 && records.all("tbody tr").len() == 1, "{}", records.text);
        let twice = director.send(&form).await;
        assert!(twice.status == 200 && twice.address == page.address, "{}", twice.address);
    }

    async fn a_list_is_checked_taken_in_and_taken_out_again_on_pages(w) {
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let to = officer.get("/imports").await.form("/imports").action;
        let page = officer.send_file(&to, &[("kind", "inbound"), ("dry_run", "true")], "doan-vao-loi.xlsx", include_bytes!("../../data/doan-vao-loi.xlsx")).await;
        assert!(page.status == 200 && page.address.starts_with("/imports/"), "{} {}", page.status, page.text);
        let batch = w.get("officer.snv", &page.address).await.json();
        let faulty: BTreeSet<String> = batch["errors"].as_array().unwrap().iter().map(|f| f["row"].to_string()).collect();
        let shown: BTreeSet<String> = officer.get(&format!("{}?only=faults", page.address)).await.all("tbody td b").iter().map(|place| place.rsplit(' ').next().unwrap().to_owned()).collect();
        assert_eq!(shown, faulty);
        assert!(page.text.contains("31/02/") && !page.text.contains("/commit"), "{}", page.text);
        let to = officer.get("/imports").await.form("/imports").action;
        let page = officer.send_file(&to, &[("kind", "inbound"), ("dry_run", "true")], "doan-vao-2020.xlsx", include_bytes!("../../data/doan-vao-2020.xlsx")).await;
        let done = officer.send(&page.form("/commit")).await;
        assert!(done.text.contains("Đã nhập") && done.text.contains("408"), "{}", done.text);
        let gone = officer.send(&done.form("/undo")).await;
        assert!(gone.text.contains("Đã hoàn tác"), "{}", gone.text);
        assert_eq!(w.get("stats", "/statistics/inbound?year=2020").await.json()["total"]["delegations"], 0);
        // A file that is none is told on the page, and nothing is kept.
        let to = officer.get("/imports").await.form("/imports").action;
        let page = officer.send_file(&to, &[("kind", "inbound"), ("dry_run", "true")], "x.xlsx", b"none").await;
        assert!((400..500).contains(&page.status) && page.all(".error-summary li").len() == 1, "{} {}", page.status, page.text);
    }

    async fn a_pack_is_loaded_with_its_faults_at_their_lines_and_its_rules_are_sentences(w) {
        let rules = Browser::signed_in(&w, "rules").await;
        let text = w.get("rules", "/regulations/mau").await.json()["source"].as_str().unwrap().to_owned();
        let page = rules.get("/regulations/mau").await;
        assert!(page.text.contains("quyết định") && page.text.contains("hồ sơ phải có") && page.all("h2").len() > 4, "{}", page.text);
        let mut form = rules.get("/regulations/new").await.form("/regulations/new");
        form.fill("/source", "code = \"x\"\nversion = \"eins\"\n");
        let refused = rules.send(&form).await;
        assert!(refused.status == 422 && refused.text.contains("Dòng 2"), "{} {}", refused.status, refused.text);
        let version = w.get("rules", "/regulations/mau").await.json()["version"].as_i64().unwrap();
        let newer = text.replacen(&format!("version = {version}"), &format!("version = {}", version + 1), 1);
        let mut form = refused.form("/regulations/new");
        form.fill("/source", &newer);
        let loaded = rules.send(&form).await;
        assert!(loaded.address.starts_with("/regulations/mau") && loaded.text.contains("Không có quy tắc nào khác"), "{} {}", loaded.address, loaded.text);
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        assert!(!clerk.get("/regulations/mau").await.text.contains("/regulations/new"));
    }

    async fn an_official_is_moved_and_a_passport_kept_without_its_number_on_any_page(w) {
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let id = w.officials("SKHCN").await[2].clone();
        let path = format!("/officials/{id}");
        let mut form = officer.get(&format!("{path}/passports/new")).await.form("passports/new");
        form.fill("/kind", "official").fill("/passport_number", "N7654321").fill("/expires_on", "1/2/2020x");
        let refused = officer.send(&form).await;
        assert!(refused.status == 422 && !refused.text.contains("N7654321"), "{}", refused.text);
        let mut form = refused.form("passports/new");
        form.fill("/expires_on", "1/2/2031");
        let done = officer.send(&form).await;
        assert!(done.address.contains("done=passports.new") && done.text.contains("Đã ghi: Thêm hộ chiếu"), "{} {}", done.address, done.text);
        assert!(done.text.contains("4321") && !done.text.contains("N7654321"), "{}", done.text);
        let mut form = officer.get(&format!("{path}/transfer")).await.form("transfer");
        form.fill("/agency_id", "Sở Y tế").fill("/on", "2/3/2026");
        let done = officer.send(&form).await;
        assert!(done.address.contains("done=transfer") && done.text.contains("Sở Y tế"), "{}", done.text);
        // A clerk of another agency is offered nothing of it.
        let clerk = Browser::signed_in(&w, "clerk.skhcn").await;
        let page = clerk.get(&path).await;
        assert!(page.status == 200 && page.links().iter().all(|l| !l.starts_with(&format!("{path}/"))), "{:?}", page.links());
    }

    async fn a_box_that_is_not_ticked_is_an_answer_and_a_field_that_is_emptied_is_empty(w) {
        let officer = Browser::signed_in(&w, "officer.snv").await;
        let mut form = officer.get("/officials/new").await.form("/officials/new");
        form.fill("/full_name", "Trần Mới").fill("/agency_id", "SNV").fill("/post", "Chuyên viên").fill("/post_level", "staff");
        form.fill("/personnel", "civil_servant").fill("/managed_by", "agency").fill("/birth_date", "1/2/1990");
        let made = officer.send(&form).await;
        assert!(made.address.contains("done=new") && made.text.contains("Trần Mới"), "{}", made.text);
        let path = made.address.split('?').next().unwrap().to_owned();
        let mut edit = officer.get(&format!("{path}/edit")).await.form("edit");
        edit.fill("/birth_date", "");
        assert!(officer.send(&edit).await.address.contains("done=edit"));
        assert_eq!(w.get("officer.snv", &path).await.json()["birth_date"], Value::Null);
        let partner = json!({"kind": "locality", "name": "Tỉnh Gyeonggi", "country": "KR", "note": "Cũ"});
        let partner = w.post("officer.snv", "/partners", partner).await.expect(201).json();
        let path = format!("/partners/{}", partner["id"].as_str().unwrap());
        let mut edit = officer.get(&format!("{path}/edit")).await.form("edit");
        edit.fill("/note", "");
        assert!(officer.send(&edit).await.address.contains("done=edit"));
        assert_eq!(w.get("officer.snv", &path).await.json()["note"], Value::Null);
        let rules = Browser::signed_in(&w, "rules").await;
        let mut form = rules.get("/holidays/new").await.form("/holidays/new");
        form.fill("/year", "2028").fill("/source", "Thông báo 1/TB-BNV").fill("/days_off/0/date", "3/1/2028").fill("/days_off/0/name", "Nghỉ bù");
        let page = rules.send(&form).await;
        assert!(page.address == "/holidays?year=2028" && page.text.contains("Nghỉ bù") && page.text.contains("03/01/2028"), "{} {}", page.address, page.text);
    }

    async fn what_has_no_version_is_taken_away_and_a_schedule_names_people(w) {
        let admin = Browser::signed_in(&w, "admin").await;
        let mut form = admin.get("/service-tokens/new").await.form("/service-tokens/new");
        form.fill("/name", "Kho dữ liệu").fill("/scopes", "statistics").fill("/expires_on", "1/9/2026");
        assert!(admin.send(&form).await.all("code").remove(0).starts_with("ngs_"));
        let away = admin.get("/service-tokens").await.links().into_iter().find(|l| l.ends_with("/delete")).unwrap();
        let done = admin.send(&admin.get(&away).await.form("delete")).await;
        assert!(done.address.contains("done=delete") && !done.text.contains("Kho dữ liệu"), "{} {}", done.address, done.text);
        w.post("admin", "/webhooks", json!({"url": "https://example.org/hook"})).await.expect(201);
        let page = admin.get("/administration").await;
        assert!(page.status == 200 && page.text.contains("1 kết nối"), "{}", page.text);
        let director = Browser::signed_in(&w, "director.snv").await;
        let me = w.get("director.snv", "/me").await.json()["id"].as_str().unwrap().to_owned();
        let mut form = director.get("/report-schedules/new").await.form("/report-schedules/new");
        form.fill("/kind", "month").fill("/days_after", "5").fill("/recipients/0", &me);
        let done = director.send(&form).await;
        assert!(done.address.contains("done=new"), "{}", done.text);
        let away = director.get("/report-schedules").await.links().into_iter().find(|l| l.ends_with("/delete")).unwrap();
        assert!(director.send(&director.get(&away).await.form("delete")).await.address.contains("done=delete"));
        // Numbers of passports are stored by no browser.
        let custodian = Browser::signed_in(&w, "custodian").await;
        let person = format!("/officials/{}", w.officials("SKHCN").await[2]);
        let page = custodian.get(&person).await;
        let copies = async || w.get("custodian", "/me/working-copies").await.json()["items"].as_array().unwrap().len();
        let edit = page.links().into_iter().find(|l| l.contains("/passports/") && l.contains("/edit")).unwrap();
        custodian.get(&edit).await;
        assert_eq!(copies().await, 0);
    }

    async fn the_trail_is_read_in_words_and_filtered_by_days(w) {
        let inspector = Browser::signed_in(&w, "inspector").await;
        let page = inspector.get("/audit?from=1/1/2026&to=31/12/2026&action=sign_in").await;
        assert!(page.text.contains("Đăng nhập") && page.all("tbody td:first-child").iter().all(|act| act == "Đăng nhập"), "{}", page.text);
        let admin = Browser::signed_in(&w, "admin").await;
        let page = admin.get("/administration").await;
        assert!(page.text.contains("Chưa sao lưu lần nào") && page.text.contains("đã ký đến dòng"), "{}", page.text);
        let verified = admin.get("/administration?trail=verified").await;
        assert!(verified.text.contains("Nguyên vẹn, số dòng:"), "{}", verified.text);
    }
}

#[test]
fn every_column_and_every_act_of_the_trail_has_its_label() {
    let contract = contract();
    let mut seen = 0;
    let mut told = |path: &str, names: &mut dyn Iterator<Item = &str>| {
        let schema = contract.item_of(path).or_else(|| contract.answer_of(path)).unwrap_or_default();
        for name in names {
            let label = labels::of(schema, name).unwrap_or_else(|| panic!("{path}: {name} has no label"));
            assert!(!label.label(Language::English).is_empty(), "{path} {name}");
            seen += 1;
        }
    };
    for of in collections().filter(|of| !of.own_list) {
        let path = format!("/api/v1/{}", of.path);
        told(&path, &mut of.columns.iter().copied().chain([of.name]));
        for part in of.parts {
            told(&format!("{path}/{{{}}}/{}", of.key, part.path), &mut part.columns.iter().copied());
        }
        if of.has_page(&contract) && !of.own_item {
            let item = format!("{path}/{{{}}}", of.key);
            let telling = Telling::of(&contract, contract.answer_of(&item).unwrap(), Language::Vietnamese);
            let members: Vec<String> = telling.members().map(str::to_owned).collect();
            told(&item, &mut members.iter().map(String::as_str));
        }
    }
    assert!(seen > 150, "{seen}");
    // What the code writes into the trail, people read in words.
    let mut acts = 0;
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let source = std::fs::read_to_string(&entry).unwrap_or_default();
            for at in source.split("remember").skip(1) {
                let Some(act) = at.split('(').nth(1).and_then(|args| args.split(',').nth(1)) else { continue };
                let Some(act) = act.trim().strip_prefix('"').and_then(|a| a.strip_suffix('"')) else { continue };
                let known = trail_act(act).is_some() || contract.label("action", act, Language::English) != act;
                assert!(known, "{}: the act {act} of the trail has no label", entry.display());
                acts += 1;
            }
        }
    }
    assert!(acts > 30, "{acts}");
}

/// What an operation of the API is reached by: a page of the same address, a form, a link to a file; or why it has none.
#[test]
fn every_operation_has_its_place_on_a_page_or_a_line_that_says_why_not() {
    let registers = ngoaivu::procedures::register::registers();
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pages.md")).unwrap();
    let mut lines = Vec::new();
    for (method, path, _) in crate::spec::operations() {
        let rest = path.strip_prefix("/api/v1/").unwrap_or(&path);
        let parts: Vec<&str> = rest.trim_start_matches('/').split('/').collect();
        let of = collections().find(|c| Some(&c.path) == parts.first());
        let offers =
            |acts: &[ngoaivu::pages::collections::model::ItemAct], act: &str| acts.iter().any(|a| a.path == act);
        let by_collection = of.and_then(|of| match (method.as_str(), parts.as_slice()) {
            ("GET", [_]) => Some(format!("/{}", of.path)),
            ("GET", [_, key]) if key.starts_with('{') => Some(format!("/{}/…", of.path)),
            ("GET", [_, _, file]) if of.files.iter().any(|(at, _)| at == file) => Some(format!("/{}", of.path)),
            ("GET", [_, _, part]) if of.parts.iter().any(|p| p.path == *part) => Some(format!("/{}/…", of.path)),
            ("POST", [_]) if offers(of.adds, "new") => Some(format!("/{}/new", of.path)),
            ("PATCH", [_, _]) if offers(of.acts, "edit") => Some(format!("/{}/…/edit", of.path)),
            ("DELETE", [_, _]) if offers(of.acts, "delete") => Some(format!("/{}/…/delete", of.path)),
            ("POST", [_, _, act]) if offers(of.acts, act) => Some(format!("/{}/…/{act}", of.path)),
            ("POST", [_, _, part]) => of
                .parts
                .iter()
                .find(|p| p.path == *part && offers(p.adds, "new"))
                .map(|_| format!("/{}/…/{part}/new", of.path)),
            ("PATCH", [_, _, part, _]) => of
                .parts
                .iter()
                .find(|p| p.path == *part && offers(p.acts, "edit"))
                .map(|_| format!("/{}/…/{part}/…/edit", of.path)),
            ("DELETE", [_, _, part, _]) => of
                .parts
                .iter()
                .find(|p| p.path == *part && offers(p.acts, "delete"))
                .map(|_| format!("/{}/…/{part}/…/delete", of.path)),
            ("POST", [_, _, part, _, act]) => of
                .parts
                .iter()
                .find(|p| p.path == *part && offers(p.acts, act))
                .map(|_| format!("/{}/…/{part}/…/{act}", of.path)),
            _ => None,
        });
        let of_dossier = registers.entries().0.iter().any(|entry| Some(&entry.path) == parts.first());
        let place = by_collection.or_else(|| of_dossier.then(|| format!("/{}/…", parts[0])));
        let wanted = format!("`{method} /{}`", rest.trim_start_matches('/'));
        let named = || document.lines().find(|line| line.contains(&wanted));
        let place = place.or_else(|| named().map(|line| line.rsplit('|').nth(1).unwrap().trim().to_owned()));
        let place = place.unwrap_or_else(|| panic!("{method} /{rest}: neither a page nor a line in docs/pages.md"));
        lines.push(format!("{method} /{rest}  {place}\n"));
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/golden/pages.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, lines.concat()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(golden).unwrap(), lines.concat(), "tests/api/golden/pages.txt");
}

/// Everything that a page of an item says in its title is a text, so that no id and no number of a version is read aloud.
#[test]
fn items_are_called_by_a_member_that_they_have() {
    let contract = contract();
    for of in collections().filter(|of| !of.own_list) {
        let schema =
            contract.item_of(&format!("/api/v1/{}", of.path)).unwrap_or_else(|| panic!("{} has no list", of.path));
        let properties =
            |name: &str| contract.schema(schema).pointer(&format!("/properties/{name}")).map(Value::is_object);
        assert_eq!(properties(of.name), Some(true), "{}: {}", of.path, of.name);
        assert!(of.key == "seq" || properties(of.key) == Some(true), "{}: {}", of.path, of.key);
    }
}

on_both! {
    async fn what_a_page_looks_for_is_no_attempt_of_whoever_opened_it(w) {
        let refused = async |who: &str| {
            let rows = w.get("inspector", &format!("/audit?actor={who}&result=refused")).await.expect(200).json();
            rows["items"].as_array().unwrap().len()
        };
        // The year at a glance asks for duties, which a statistician may not read.
        assert_eq!(Browser::signed_in(&w, "stats").await.get("/statistics/overview").await.status, 200);
        assert_eq!(refused("stats").await, 0);
        w.get("stats", "/duties").await.refused(403, "forbidden");
        assert_eq!(refused("stats").await, 1, "what they ask for themselves is one");
    }
}
