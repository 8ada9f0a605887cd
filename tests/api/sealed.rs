//! Personal data at rest: nothing of it can be read in the database, its files or the folder of attachments, keys are exchanged
//! beside people at work, and without its keys nothing is served.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use kernel::time::Clock;
use ngoaivu::app::AppState;
use ngoaivu::db::{Address, Conn, Db, migrate};
use ngoaivu::private_files;
use ngoaivu::sealing::{FILE_NAME, FieldKeys};
use serde_json::json;

use crate::world::{World, fresh_folder, monday, post};

/// What must stand nowhere: an official's passport and birth date, a guest's passport, a passport in an unfinished form, the
/// words of a paper.
const CANARIES: [&str; 5] = ["C7654321", "1979-11-23", "M12345678", "K55566677", "lời khai bằng chữ"];

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

/// Everything that is stored of a world: the rows of all tables, or the bytes of the database, and every file.
fn stored(w: &World) -> Vec<u8> {
    let mut bytes = w
        .house
        .db
        .read_now(|conn| {
            let Conn::Postgresql(c) = conn else { return Ok(Vec::new()) };
            let tables = "SELECT tablename::text AS said FROM pg_tables WHERE schemaname = 'public'";
            let tables: Vec<Said> = diesel::sql_query(tables).load(c)?;
            let mut all = Vec::new();
            for Said { said } in tables {
                let rows = format!("SELECT row_to_json(t)::text AS said FROM \"{said}\" t");
                let rows: Vec<Said> = diesel::sql_query(rows).load(c)?;
                rows.iter().for_each(|row| all.extend(row.said.as_bytes()));
            }
            Ok(all)
        })
        .unwrap();
    let files = std::fs::read_dir(&w.folder).unwrap().map(|e| e.unwrap().path());
    let papers = std::fs::read_dir(w.folder.join("attachments")).into_iter().flatten().map(|e| e.unwrap().path());
    for file in files.chain(papers).filter(|f| f.is_file()) {
        bytes.extend(std::fs::read(file).unwrap());
    }
    bytes
}

fn found(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |canary: &&str| bytes.windows(canary.len()).any(|w| w == canary.as_bytes());
    CANARIES.into_iter().filter(holds).collect()
}

/// Somebody's day: an official with a passport, a visit that is approved and amended, a paper, a form left open, a retry.
async fn a_day(w: &World) -> (String, String) {
    let official = json!({"full_name": "Đoàn Kim Sa", "birth_date": "1979-11-23", "agency_id": w.agency("SKHCN").await,
        "post": "Chuyên viên", "post_level": "staff", "personnel": "civil_servant", "party_member": false,
        "provincial_committee_member": false, "key_leader": false, "managed_by": "agency"});
    let made = w.post("clerk.skhcn", "/officials", official).await.expect(201).json();
    let official = format!("/officials/{}", made["id"].as_str().unwrap());
    let passport = json!({"kind": "ordinary", "passport_number": "C7654321", "issued_on": "2024-01-01", "expires_on": "2034-01-01"});
    let request = World::request("POST", &format!("{official}/passports")).insert_header(("Idempotency-Key", "one"));
    w.as_user("clerk.skhcn", request.set_json(passport)).await.expect(201);
    let visit = w.approved_visit(w.visit().await).await;
    let path = format!("/inbound-delegations/{visit}");
    let more = json!({"guests": [{"full_name": "KIM Young-hwan", "nationality": "KR", "position": "Tỉnh trưởng",
        "passport_number": "M12345678", "role": "head"}, {"full_name": "PARK Ji-sung", "nationality": "KR", "position": "",
        "passport_number": "M12345678X", "role": "member"}]});
    let amend = json!({"changes": more, "reason": "Thêm khách."});
    w.act_in("clerk.skhcn", &visit, "amend", amend).await.expect(200);
    let paper = format!("%PDF-1.7\n{}\n", CANARIES[4]);
    let papers = "inbound-delegations";
    w.upload_to(papers, "clerk.skhcn", &visit, "other", "a.pdf", paper.as_bytes()).await.expect(201);
    let form = json!({"guests/0/passport_number": "K55566677"});
    w.as_user("clerk.skhcn", World::request("PUT", "/me/working-copies/visit").set_json(form)).await.expect(204);
    (official, path)
}

/// That it all reads as it was written.
async fn reads(w: &World, (official, visit): &(String, String)) {
    let seen = w.get("clerk.skhcn", official).await.expect(200).json();
    assert_eq!((&seen["birth_date"], &seen["passport_number"]), (&json!("1979-11-23"), &json!("••••4321")));
    let whole = w.get("custodian", &format!("{official}/passports")).await.expect(200).json();
    assert_eq!(whole["items"][0]["passport_number"], "C7654321");
    let asked = w.get("police", visit).await.expect(200).json();
    assert_eq!(asked["guests"][0]["passport_number"], "M12345678");
    // What differs is told with masked numbers, before and after a key was exchanged.
    let amended = &w.get("clerk.skhcn", visit).await.expect(200).json()["amendments"][0];
    assert!(amended["differences"].to_string().contains("••••5678"), "{amended}");
    assert!(!amended.to_string().contains("~e"), "{amended}");
    let copy = w.get("clerk.skhcn", "/me/working-copies/visit").await.expect(200).json();
    assert!(copy.to_string().contains("K55566677"), "{copy}");
    let papers = w.get("clerk.skhcn", &format!("{visit}/attachments")).await.expect(200).json()["items"].clone();
    let paper = papers.as_array().unwrap().iter().find(|p| p["document"] == "other").unwrap();
    let bytes =
        w.get("clerk.skhcn", &format!("{visit}/attachments/{}", paper["id"].as_str().unwrap())).await.expect(200);
    assert!(String::from_utf8_lossy(&bytes.bytes).contains(CANARIES[4]));
    assert_eq!(bytes.bytes.len().to_string(), paper["size"].to_string());
    // What is sealed is still found: nobody else has this number, and the guest is a known person.
    let other = w.officials("SYT").await[3].clone();
    let same = json!({"kind": "ordinary", "passport_number": "c 7654321", "issued_on": "2024-01-01", "expires_on": "2034-01-01"});
    w.post("clerk.syt", &format!("/officials/{other}/passports"), same).await.expect(409);
    let guests = w.get("inspector", "/guests?q=kim").await.expect(200).json()["items"].clone();
    assert_eq!(guests.as_array().unwrap().len(), 1, "{guests}");
}

fn keys(w: &World) -> FieldKeys {
    FieldKeys::in_place(&w.folder).unwrap()
}

on_both! {
    async fn nothing_of_a_person_can_be_read_where_it_is_stored(w) {
        let made = a_day(&w).await;
        reads(&w, &made).await;
        assert_eq!(found(&stored(&w)), [""; 0]);
    }

    async fn a_new_key_seals_everything_beside_people_at_work_and_the_old_one_is_forgotten(w) {
        let made = a_day(&w).await;
        let keys = keys(&w);
        let old = keys.newest();
        let new = keys.rotate().unwrap();
        // Between the new key and the end of the job everything reads, and what is new finds what is old.
        reads(&w, &made).await;
        let again = json!({"guests/0/passport_number": "K55566677"});
        w.as_user("clerk.syt", World::request("PUT", "/me/working-copies/visit").set_json(again)).await.expect(204);
        w.house.jobs.run_due().unwrap();
        reads(&w, &made).await;
        w.house.jobs.run_due().unwrap();
        let (bytes, old_mark) = (stored(&w), format!("{old}."));
        assert_eq!(found(&bytes), [""; 0]);
        // An embedded database keeps the bytes of a row until their place is used again.
        if !w.is_sqlite() {
            assert!(!bytes.windows(old_mark.len()).any(|w| w == old_mark.as_bytes()), "something is sealed by the old key");
        }
        assert_eq!(ngoaivu::jobs::sealed_data::keys_in_use(&w.house.db).unwrap(), [new]);
        keys.forget(&old).unwrap();
        w.house.db.keys().unwrap().look_again().unwrap();
        reads(&w, &made).await;
    }
}

fn open(folder: &Path) -> Result<AppState, String> {
    let calendar = regulation::holidays::calendar(None).unwrap();
    let clock = Clock::manual(monday());
    AppState::open(Address::in_folder(folder), folder.join("attachments"), "tinh-mau", calendar, clock, post())
        .map_err(|e| e.to_string())
}

#[actix_web::test]
async fn what_was_stored_before_there_were_keys_is_sealed_at_the_next_start() {
    let folder = fresh_folder();
    let address = Address::in_folder(&folder);
    migrate::run(&address).unwrap();
    let db = Db::open(address).unwrap();
    db.write_now(|conn| ngoaivu::demo::make(conn, monday())).unwrap();
    let numbers = |db: &Db| -> Vec<String> {
        db.read_now(|conn| {
            let rows: Vec<Said> = diesel::sql_query("SELECT passport_number AS said FROM passports").load(conn)?;
            Ok(rows.into_iter().map(|row| row.said).collect())
        })
        .unwrap()
    };
    let plain = numbers(&db);
    assert!(plain.iter().all(|number| number.starts_with("C4") && number.len() == 8), "{plain:?}");
    db.close();
    let house = open(&folder).unwrap();
    let keys = house.db.keys().unwrap().clone();
    let sealed = numbers(&house.db);
    assert_eq!(sealed.iter().map(|stored| keys.open(stored).unwrap()).collect::<Vec<_>>(), plain);
    house.db.close();
    let bytes = std::fs::read(folder.join("ngoaivu.db")).unwrap();
    let left = plain.iter().filter(|number| bytes.windows(8).any(|w| w == number.as_bytes()));
    assert_eq!(left.count(), 0, "numbers are left in free pages");
    let _ = std::fs::remove_dir_all(folder);
}

#[actix_web::test]
async fn without_the_key_of_its_data_nothing_is_served() {
    let w = World::sqlite().await;
    let lost = w.folder.join(FILE_NAME);
    let old = keys(&w).newest();
    let copy = std::fs::read(&lost).unwrap();
    std::fs::remove_file(&lost).unwrap();
    let said = open(&w.folder).err().unwrap();
    assert!(said.contains(&old) && said.contains(FILE_NAME), "{said}");
    private_files::create_whole(&lost, b"# nothing\n").unwrap();
    let said = open(&w.folder).err().unwrap();
    assert!(said.contains("there is no key"), "{said}");
    std::fs::remove_file(&lost).unwrap();
    private_files::create_whole(&lost, &copy).unwrap();
    open(&w.folder).unwrap();
}

#[actix_web::test]
async fn whoever_copies_the_file_of_keys_must_be_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let w = World::sqlite().await;
    let file = w.folder.join(FILE_NAME);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = open(&w.folder).err().unwrap();
    assert!(said.contains("every account of this machine may read it"), "{said}");
}
