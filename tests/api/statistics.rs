//! Figures: what counts, for whom, and that rebuilt facts equal the stored ones.

use ngoaivu::procedures::rebuild_facts;
use ngoaivu::procedures::register::registers;
use ngoaivu::statistics::fact::Fact;
use ngoaivu::statistics::store;
use serde_json::json;

use crate::world::World;

fn all_facts(w: &World) -> Vec<Fact> {
    use diesel::prelude::*;
    use ngoaivu::db::schema::facts::dsl::{delegation_id, facts};
    let ids: Vec<i64> = w
        .house
        .db
        .read_now(|conn| Ok(facts.select(delegation_id).distinct().order(delegation_id).load(conn)?))
        .unwrap();
    ids.into_iter().filter_map(|id| w.house.db.read_now(move |conn| store::of_delegation(conn, id)).unwrap()).collect()
}

on_both! {
    async fn a_joint_journey_to_two_countries_stands_under_each_and_once_in_the_total(w) {
        let (skhcn, syt) = (w.officials("SKHCN").await, w.officials("SYT").await);
        let mut joint = w.small_trip().await;
        joint["members"] = json!([{"official_id": skhcn[2], "role": "head"}, {"official_id": skhcn[3], "role": "member"}, {"official_id": syt[4], "role": "member"}]);
        joint["stops"] = json!([{"country": "LA", "place": "Savannakhet", "from": "2026-03-23", "to": "2026-03-25"}, {"country": "TH", "place": "Mukdahan", "from": "2026-03-25", "to": "2026-03-27"}]);
        w.approved(joint).await;
        let by = async |w: &World, user: &str, by: &str| w.get(user, &format!("/statistics/outbound?year=2026&by={by}")).await.expect(200).json();
        let countries = by(&w, "stats", "country").await;
        assert_eq!(countries["total"], json!({"delegations": 1, "visits": 3, "persons": 3}));
        let keys: Vec<&str> = countries["rows"].as_array().unwrap().iter().map(|r| r["key"].as_str().unwrap()).collect();
        assert_eq!((keys, &countries["rows"][0]["label"], &countries["notes"][0]["code"]), (vec!["LA", "TH"], &json!("Lào"), &json!("rows_do_not_add_up")));
        let agencies = by(&w, "inspector", "agency").await;
        let visits: Vec<i64> = agencies["rows"].as_array().unwrap().iter().map(|r| r["visits"].as_i64().unwrap()).collect();
        assert_eq!(visits, [2, 1]);
        let both = by(&w, "chair", "country,month").await;
        assert_eq!(both["rows"][0]["keys"], json!(["LA", "2026-03"]));
        // Clerks and heads see their own agency only.
        assert_eq!(by(&w, "clerk.syt", "country").await["total"]["visits"], 1);
        let other = w.agency("SKHCN").await;
        w.get("head.syt", &format!("/statistics/outbound?agency_id={other}")).await.refused(403, "forbidden");
        for nobody in ["admin", "rules", "police", "custodian", "office.vptu"] {
            w.get(nobody, "/statistics/outbound").await.refused(403, "forbidden");
        }
        let decided = w.get("stats", "/statistics/outbound?from=2026-03-02&to=2026-03-02&date_basis=decision").await.json();
        assert_eq!(decided["total"]["delegations"], 1);
        let csv = String::from_utf8(w.get("stats", "/statistics/outbound?year=2026&by=country&format=csv").await.expect(200).bytes).unwrap();
        assert!(csv.contains("Lào,1,3,3\r\n") && csv.ends_with("Tổng số,1,3,3\r\n"), "{csv}");
        assert!(w.get("stats", "/statistics/outbound?year=2026&format=xlsx").await.expect(200).bytes.starts_with(b"PK"));
    }

    async fn the_reporting_year_runs_from_15_december_to_14_december(w) {
        let mut trip = w.small_trip().await;
        (trip["departure_date"], trip["return_date"]) = (json!("2025-12-30"), json!("2026-01-05"));
        (trip["stops"][0]["from"], trip["stops"][0]["to"]) = (json!("2025-12-30"), json!("2026-01-05"));
        w.approved(trip).await;
        let total = async |w: &World, query: &str| w.get("stats", &format!("/statistics/outbound?{query}")).await.json()["total"]["delegations"].clone();
        assert_eq!(total(&w, "year=2025").await, 1);
        assert_eq!(total(&w, "year=2026").await, 0);
        assert_eq!(total(&w, "year=2026&window=reporting").await, 1);
    }

    async fn an_answer_holds_while_nothing_counted_changes(w) {
        let path = "/statistics/outbound?year=2026&by=country";
        let first = w.get("stats", path).await.expect(200);
        let again = |tag: String| World::request("GET", path).insert_header(("If-None-Match", tag));
        assert_eq!(w.as_user("stats", again(first.etag())).await.status, 304);
        let id = w.submitted(w.small_trip().await).await;
        assert_eq!(w.as_user("stats", again(first.etag())).await.status, 304, "a submission counts nothing");
        w.act("officer.snv", &id, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("director.snv", &id, "decide", crate::world::decision("approve")).await.expect(200);
        let fresh = w.as_user("stats", again(first.etag())).await.expect(200);
        assert_ne!((fresh.etag(), fresh.json()["data_version"].clone()), (first.etag(), first.json()["data_version"].clone()));
    }

    async fn rebuilt_facts_equal_the_stored_ones_after_any_history(w) {
        let first = w.approved(w.small_trip().await).await;
        let second = w.submitted(w.small_trip_of(4).await).await;
        w.act("officer.snv", &second, "appraise", json!({"opinion": "favourable"})).await.expect(200);
        w.act("director.snv", &second, "decide", crate::world::decision("reject")).await.expect(200);
        w.advance_days(40);
        w.act("clerk.skhcn", &first, "record-departure", json!({"on": "2026-03-23"})).await.expect(200);
        // Someone moves to another post afterwards: the figures of the past stay.
        let person = w.officials("SKHCN").await[2].clone();
        let etag = w.get("clerk.skhcn", &format!("/officials/{person}")).await.etag();
        w.patch("clerk.skhcn", &format!("/officials/{person}"), &etag, json!({"post_level": "department_head"})).await.expect(200);
        let stored = all_facts(&w);
        assert_eq!(stored.iter().map(|f| f.shares.len()).collect::<Vec<_>>(), [2]);
        w.house.db.write_now(|conn| store::clear(conn, kernel::procedure::Procedure::OUTBOUND)).unwrap();
        assert!(all_facts(&w).is_empty());
        assert_eq!(w.house.db.write_now(|conn| rebuild_facts(conn, &registers())).unwrap(), 1);
        assert_eq!(all_facts(&w), stored);
    }
    async fn figures_stand_beside_those_of_the_year_before(w) {
        w.approved(w.small_trip().await).await;
        let mut earlier = w.small_trip().await;
        earlier["members"] = json!([{"official_id": w.officials("SKHCN").await[3], "role": "head"}]);
        (earlier["departure_date"], earlier["return_date"]) = (json!("2025-03-10"), json!("2025-03-12"));
        (earlier["stops"][0]["from"], earlier["stops"][0]["to"]) = (json!("2025-03-10"), json!("2025-03-12"));
        w.approved(earlier).await;
        let asked = async |query: &str| w.get("stats", &format!("/statistics/outbound?{query}")).await.expect(200).json();
        let by_month = asked("year=2026&by=month&compare=previous_year&measures=days").await;
        assert_eq!(by_month["previous_period"], json!({"from": "2025-01-01", "to": "2025-12-31"}));
        let row = &by_month["rows"][0];
        // March stands beside March.
        assert_eq!((&row["key"], by_month["rows"].as_array().unwrap().len()), (&json!("2026-03"), 1));
        assert_eq!((&row["delegations"], &row["visits"], &row["days"]), (&json!(1), &json!(2), &json!(5)));
        assert_eq!(row["previous"], json!({"delegations": 1, "visits": 1, "persons": 1, "days": 3}));
        assert_eq!(row["difference"], json!({"delegations": 0, "visits": 1, "persons": 1, "days": 2}));
        assert_eq!(row["percent"], json!({"delegations": 0.0, "visits": 100.0, "persons": 100.0, "days": 66.7}));
        assert_eq!(by_month["total"]["percent"], row["percent"]);
        let by_country = asked("year=2027&by=country&compare=previous_year").await;
        assert_eq!((&by_country["rows"][0]["key"], &by_country["rows"][0]["visits"], &by_country["rows"][0]["previous"]["visits"]), (&json!("JP"), &json!(0), &json!(2)));
        assert_eq!(asked("year=2025&compare=previous_year").await["total"]["percent"]["visits"], json!(null));
        let csv = w.get("stats", "/statistics/outbound?year=2026&by=country&compare=previous_year&format=csv").await.expect(200);
        let csv = String::from_utf8(csv.bytes).unwrap();
        assert!(csv.contains("Nước,Số đoàn,Số lượt,Số người,Số đoàn (cùng kỳ năm trước)") && csv.contains("Nhật Bản,1,2,2,1,1,1\r\n"), "{csv}");
        w.get("stats", "/statistics/outbound?compare=last_year").await.refused(400, "invalid_query");
    }

    async fn days_and_cost_are_counted_once_a_delegation_and_cost_under_who_pays(w) {
        let mut trip = w.small_trip().await;
        trip["funding"] = json!([{"source": "host"}, {"source": "unit_revenue", "amount": {"amount": 120_050, "currency": "USD"}},
            {"source": "project", "amount": {"amount": 30_000_000, "currency": "VND"}}]);
        w.approved(trip).await;
        let path = "/statistics/outbound?year=2026&by=funding&measures=days,cost";
        let asked = w.get("stats", path).await.expect(200).json();
        assert_eq!(asked["total"], json!({"delegations": 1, "visits": 2, "persons": 2, "days": 5,
            "cost": [{"amount": 120_050, "currency": "USD"}, {"amount": 30_000_000, "currency": "VND"}]}));
        let cost = |key: &str| asked["rows"].as_array().unwrap().iter().find(|r| r["key"] == key).unwrap()["cost"].clone();
        assert_eq!((cost("host"), cost("project")), (json!([]), json!([{"amount": 30_000_000, "currency": "VND"}])));
        let why = asked["notes"][0]["detail"].as_str().unwrap();
        assert_eq!(why, "1 đoàn có nhiều nguồn kinh phí được tính ở từng dòng nhưng chỉ tính một lần trong tổng số. 2 người có mặt ở nhiều dòng nhưng chỉ tính một lần trong tổng số.");
        let csv = String::from_utf8(w.get("stats", &format!("{path}&format=csv")).await.expect(200).bytes).unwrap();
        assert!(csv.ends_with("Tổng số,1,2,2,5,\"1.200,50 USD; 30.000.000 VND\"\r\n"), "{csv}");
        w.get("stats", "/statistics/outbound?measures=weight").await.refused(400, "invalid_query");
    }

    async fn every_row_is_what_its_own_filter_gives(w) {
        let (skhcn, syt) = (w.officials("SKHCN").await, w.officials("SYT").await);
        let mut joint = w.small_trip().await;
        joint["members"] = json!([{"official_id": skhcn[2], "role": "head"}, {"official_id": syt[4], "role": "member"}]);
        joint["stops"] = json!([{"country": "LA", "place": "Savannakhet", "from": "2026-03-23", "to": "2026-03-25"}, {"country": "KR", "place": "Cheongju", "from": "2026-03-25", "to": "2026-03-27"}]);
        joint["field"] = json!("health");
        w.approved(joint).await;
        w.approved(w.small_trip_of(3).await).await;
        w.approved_visit(w.visit().await).await;
        let asked = async |what: &str, query: &str| w.get("stats", &format!("/statistics/{what}?year=2026{query}")).await.expect(200).json();
        let mut compared = 0;
        for what in ["outbound", "inbound"] {
            for by in ["country", "region", "agency", "purpose", "field", "funding", "reception_level", "leader_level", "in_plan", "channel", "waived"] {
                let name = if by == "agency" { "agency_id" } else { by };
                for row in asked(what, &format!("&by={by}")).await["rows"].as_array().unwrap() {
                    let key = row["key"].as_str().unwrap();
                    if key.is_empty() {
                        continue;
                    }
                    let filtered = asked(what, &format!("&{name}={key}&by=month,{by}")).await;
                    for measure in ["delegations", "visits", "persons"] {
                        assert_eq!(filtered["total"][measure], row[measure], "{what} {by} {key} {measure}");
                    }
                    compared += 1;
                }
            }
        }
        assert!(compared >= 20, "{compared}");
        for wrong in ["purpose=fun", "region=moon", "country=XX", "in_plan=perhaps", "leader_level=king"] {
            w.get("stats", &format!("/statistics/outbound?{wrong}")).await.refused(400, "invalid_query");
        }
    }
    async fn the_sample_shows_two_years_and_counts_as_if_it_had_been_entered(w) {
        let now = w.house.clock.now();
        let made = w.house.db.write_now(move |conn| ngoaivu::demo::sample::fill(conn, now)).unwrap();
        w.house.answers.touch();
        assert!(made > 150, "{made}");
        assert_eq!(w.house.db.write_now(move |conn| ngoaivu::demo::sample::fill(conn, now)).unwrap(), 0, "once is enough");
        let all = w.get("inspector", "/outbound-delegations?count=true&limit=1").await.json();
        let figures = w.get("stats", "/statistics/outbound?year=2025&by=month&compare=previous_year").await.expect(200).json();
        // Cancelled ones do not count, drafts the inspector does not see.
        let counted = figures["total"]["delegations"].as_i64().unwrap();
        assert!(counted > 40 && counted < all["total"].as_i64().unwrap(), "{counted}");
        assert_eq!(figures["total"]["previous"]["delegations"], 0);
        let clashes = w.get("inspector", "/calendar?from=2025-12-01&to=2026-03-31").await.expect(200).json()["clashes"].clone();
        assert_eq!(clashes, json!([]), "nobody is in two places");
        let stored = all_facts(&w);
        w.house.db.write_now(|conn| store::clear(conn, kernel::procedure::Procedure::INBOUND)).unwrap();
        w.house.db.write_now(|conn| rebuild_facts(conn, &registers())).unwrap();
        assert_eq!(all_facts(&w), stored);
    }

    async fn any_figures_are_a_picture_too(w) {
        let now = w.house.clock.now();
        w.house.db.write_now(move |conn| ngoaivu::demo::sample::fill(conn, now)).unwrap();
        w.house.answers.touch();
        let picture = async |query: &str| {
            let answer = w.get("stats", &format!("/statistics/inbound?{query}&format=svg")).await.expect(200);
            assert_eq!(answer.headers["content-type"], "image/svg+xml");
            assert!(answer.headers["content-security-policy"].contains("default-src 'none'"));
            String::from_utf8(answer.bytes).unwrap()
        };
        let ranking = picture("year=2025&by=country").await;
        let figures = w.get("stats", "/statistics/inbound?year=2025&by=country").await.json();
        let bars = ranking.lines().filter(|l| l.starts_with("<rect x=") && l.contains("class=\"now\"")).count();
        assert_eq!(bars, figures["rows"].as_array().unwrap().len());
        let first = &figures["rows"][0];
        assert!(ranking.contains(&format!("{} ({})", first["visits"], first["delegations"])), "the first row's numbers stand at its bar");
        for said in ["Đoàn vào năm 2025 theo nước", "Đơn vị: lượt người (trong ngoặc: số đoàn)", "Nguồn: ", "Lập ngày 02/03/2026", "Hàn Quốc"] {
            assert!(ranking.contains(said), "{said}");
        }
        let months = picture("year=2026&by=month&compare=previous_year").await;
        assert_eq!((months.matches("<circle").count(), months.matches("<polyline").count()), (12, 2));
        assert!(picture("year=2025&by=country,field").await.contains(" · "));
        assert!(picture("year=2025").await.contains("Tổng số"));
        assert!(picture("year=1999&by=country").await.contains("Không có số liệu"));
        let english = World::request("GET", "/statistics/inbound?year=2025&by=purpose&format=svg").insert_header(("Accept-Language", "en"));
        let english = String::from_utf8(w.as_user("stats", english).await.expect(200).bytes).unwrap();
        assert!(english.contains("Inbound delegations in 2025 by purpose") && english.contains("Created on 2026-03-02"));
        w.get("stats", "/inbound-delegations?format=svg").await.expect(400);
    }
    // Scenario A15 of domain.md, as it is entered and read.
    // By month and something else a picture runs in time; a quarter is no month; a year without data is no year of zeros.
    async fn pictures_run_in_time_and_do_not_draw_what_is_not_known(w) {
        for (at, month) in [(2usize, "03"), (3, "04")] {
            let mut trip = w.small_trip().await;
            trip["members"] = json!([{"official_id": w.officials("SKHCN").await[at], "role": "head"}]);
            for (field, day) in [("departure_date", "23"), ("return_date", "27")] {
                trip[field] = json!(format!("2026-{month}-{day}"));
            }
            trip["stops"] = json!([{"country": "JP", "place": "Tokyo", "from": format!("2026-{month}-23"), "to": format!("2026-{month}-27")}]);
            w.approved(trip).await;
        }
        let drawn = async |query: &str| String::from_utf8(w.get("stats", &format!("/statistics/outbound?{query}&format=svg")).await.expect(200).bytes.to_vec()).unwrap();
        let by_month = drawn("year=2026&by=month,country").await;
        assert!(by_month.find("Tháng 3/2026").unwrap() < by_month.find("Tháng 4/2026").unwrap());
        let quarters = drawn("year=2026&by=quarter").await;
        assert!(quarters.contains(">Q1/2026<") && !quarters.contains(">1/2026<"), "{quarters}");
        let nothing = drawn("year=2019&by=month").await;
        assert!(nothing.contains("Không có số liệu") && !nothing.contains("polyline"), "{nothing}");
        let compared = drawn("year=2026&by=month&compare=previous_year").await;
        assert!(compared.contains("Không có số liệu năm 2025 để so sánh."), "{compared}");
    }

    async fn a15_comes_out_exactly_in_both_windows(w) {
        let (u1, u2) = (w.officials("SKHCN").await, w.officials("SYT").await);
        let trip = async |people: &[&String], countries: &[&str], from: &str, to: &str| {
            let mut trip = w.small_trip().await;
            let member = |(at, id): (usize, &&String)| json!({"official_id": id, "role": if at == 0 { "head" } else { "member" }});
            trip["members"] = people.iter().enumerate().map(member).collect();
// The journey changes country on its second day.
            let second = if countries.len() > 1 { "2026-01-11" } else { from };
            let stop = |(at, c): (usize, &&str)| json!({"country": c, "place": "x", "from": if at == 0 { from } else { second }, "to": if at + 1 == countries.len() { to } else { second }});
            trip["stops"] = countries.iter().enumerate().map(stop).collect();
            (trip["departure_date"], trip["return_date"]) = (json!(from), json!(to));
            w.approved(trip).await
        };
        trip(&[&u1[3], &u1[4], &u2[3]], &["LA", "TH"], "2026-01-10", "2026-01-14").await;
        trip(&[&u1[3]], &["LA"], "2025-12-30", "2026-01-05").await;
        trip(&[&u2[4], &u2[5]], &["JP"], "2026-06-20", "2026-06-25").await;
        let asked = async |query: &str| w.get("stats", &format!("/statistics/outbound?year=2026{query}")).await.expect(200).json();
        let figures = |d: i64, v: i64, p: i64| json!({"delegations": d, "visits": v, "persons": p});
        let by_agency = asked("&by=agency").await;
        assert_eq!(by_agency["total"], figures(2, 5, 5));
        let (skhcn, syt) = (w.agency("SKHCN").await, w.agency("SYT").await);
        let row = |key: &str| {
            let row = by_agency["rows"].as_array().unwrap().iter().find(|r| r["key"] == key).unwrap();
            json!({"delegations": row["delegations"], "visits": row["visits"], "persons": row["persons"]})
        };
        assert_eq!((row(&skhcn), row(&syt)), (figures(1, 2, 2), figures(2, 3, 3)));
        assert_eq!(by_agency["notes"][0]["code"], "rows_do_not_add_up");
        let by_country = asked("&by=country").await;
        let delegations: Vec<(&str, i64)> = by_country["rows"].as_array().unwrap().iter().map(|r| (r["key"].as_str().unwrap(), r["delegations"].as_i64().unwrap())).collect();
        assert_eq!(delegations.len(), 3);
        assert!(["LA", "TH", "JP"].iter().all(|c| delegations.contains(&(c, 1))), "{delegations:?}");
        assert_eq!(by_country["notes"][0]["code"], "rows_do_not_add_up");
        assert_eq!(w.get("stats", "/statistics/outbound?year=2025").await.json()["total"], figures(1, 1, 1));
        assert_eq!(asked("&window=reporting").await["total"], figures(3, 6, 5));
    }
}
