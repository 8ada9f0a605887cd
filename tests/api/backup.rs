//! Backups: everything acknowledged is in them, whatever is changed in them is noticed, and what is restored is the same.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use ngoaivu::audit::{self, TrailVerdict};
use ngoaivu::backup::restore::restore;
use ngoaivu::backup::{sealed, snapshot, verify};
use ngoaivu::db::Address;
use ngoaivu::sealing::{FILE_NAME, SealingKey};
use serde_json::json;

use crate::world::{World, drop_database, empty_database, fresh_folder};

fn take(w: &World, file: &Path) -> ngoaivu::backup::Manifest {
    snapshot::take(w.house.db.address(), &w.house.folder.path, file, None, w.house.clock.now()).unwrap()
}

/// An empty place of the same kind: the address, the folder, the database to drop.
fn elsewhere(w: &World, purpose: &str) -> (Address, PathBuf, Option<String>) {
    let folder = fresh_folder();
    match w.house.db.address() {
        Address::Sqlite(_) => (Address::in_folder(&folder), folder, None),
        Address::Postgresql(_) => {
            let (url, name) = empty_database(purpose).unwrap();
            (Address::from_url(&url).unwrap(), folder, Some(name))
        }
    }
}

on_both! {
    async fn what_is_restored_answers_as_before(w) {
        let trip = w.approved(w.small_trip().await).await;
        w.upload_file("clerk.skhcn", &trip, "other", "anh.png", b"\x89PNG\r\n\x1a\nsecond").await.expect(201);
        w.submitted_visit(w.visit().await).await;
        let list = include_bytes!("../data/doan-vao-2020.xlsx");
        w.import("officer.snv", &[("kind", "inbound"), ("dry_run", "false")], "a.xlsx", list).await.expect(201);
        w.post("officer.snv", "/reports", json!({"kind": "annual", "year": 2020})).await.expect(201);
        let beside = fresh_folder();
        let file = beside.join("b.ngoaivu");
        let manifest = take(&w, &file);
        assert_eq!(verify(&file, None).unwrap().0, manifest);
        // It is not written over, and leaves nothing beside it.
        assert!(snapshot::take(w.house.db.address(), &w.house.folder.path, &file, None, w.house.clock.now()).is_err());
        assert_eq!(fs::read_dir(&beside).unwrap().count(), 1);

        let (address, folder, database) = elsewhere(&w, "restored");
        let attachments = folder.join("attachments");
        assert_eq!(restore(&file, None, &address, &attachments).unwrap(), manifest);
        // Into an empty place only.
        assert!(restore(&file, None, &address, &attachments).unwrap_err().to_string().contains("not empty"));
        let again = World::open(address, folder, database).await;
        for user in ["clerk.skhcn", "officer.snv", "chair", "stats", "inspector", "custodian"] {
            for path in [&format!("/outbound-delegations/{trip}") as &str, "/outbound-delegations?limit=200", "/inbound-delegations?limit=200",
                "/inbox", "/statistics/inbound?year=2020&by=country", "/reports?year=2020", "/duties", "/officials?limit=200", "/agencies?limit=200"] {
                let (then, now) = (w.get(user, path).await, again.get(user, path).await);
                let bare = |a: &crate::world::Answer| { let mut v = a.json(); v.as_object_mut().unwrap().retain(|key, _| key != "trace_id" && key != "instance"); v };
                assert_eq!((then.status, bare(&then)), (now.status, bare(&now)), "{user} {path}");
            }
        }
        let papers = w.get("officer.snv", &format!("/outbound-delegations/{trip}/attachments")).await.json();
        for paper in papers["items"].as_array().unwrap() {
            let path = format!("/outbound-delegations/{trip}/attachments/{}", paper["id"].as_str().unwrap());
            assert_eq!(w.get("officer.snv", &path).await.expect(200).bytes, again.get("officer.snv", &path).await.expect(200).bytes);
        }
        assert!(matches!(again.house.db.read_now(|conn| audit::verify(conn, None, &[])).unwrap(), TrailVerdict::Whole(_)));
        // And goes on from there.
        again.approved(again.later_trip(&[4]).await).await;
        assert!(matches!(again.house.db.read_now(|conn| audit::verify(conn, None, &[])).unwrap(), TrailVerdict::Whole(_)));
    }

    async fn whatever_is_changed_in_a_backup_is_noticed_and_changes_nothing(w) {
        let trip = w.approved(w.small_trip().await).await;
        w.upload_file("clerk.skhcn", &trip, "other", "anh.png", b"\x89PNG\r\n\x1a\nsecond").await.expect(201);
        let beside = fresh_folder();
        let file = beside.join("b.ngoaivu");
        take(&w, &file);
        let whole = fs::read(&file).unwrap();
        let (address, folder, database) = elsewhere(&w, "refused");
        let attachments = folder.join("attachments");
        // Any byte, and any cut; a fixed sequence, so that a failure can be seen again.
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = move |below: usize| { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; usize::try_from(seed % below as u64).unwrap() };
        for at in 0..60 {
            let mut changed = whole.clone();
            if at % 3 == 0 {
                changed.truncate(next(whole.len()));
            } else {
                changed[next(whole.len())] ^= 1 << next(8);
            }
            fs::write(&file, &changed).unwrap();
            assert!(verify(&file, None).is_err() && restore(&file, None, &address, &attachments).is_err(), "try {at}");
        }
        // Two attachments exchanged, and the file sealed anew.
        fs::write(&file, &whole).unwrap();
        let mut archive = zip::ZipArchive::new(sealed::open(&file, None).unwrap()).unwrap();
        let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
        for at in 0..archive.len() {
            let mut part = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            parts.push((part.name().unwrap().into_owned(), bytes));
        }
        let own: Vec<usize> = (0..parts.len()).filter(|at| parts[*at].0.starts_with("attachments/")).collect();
        assert!(own.len() > 1);
        let last = *own.iter().find(|at| parts[**at].1 != parts[own[0]].1).unwrap();
        let first = std::mem::take(&mut parts[own[0]].1);
        parts[own[0]].1 = std::mem::replace(&mut parts[last].1, first);
        let made = fs::OpenOptions::new().read(true).write(true).create_new(true).open(beside.join("exchanged")).unwrap();
        let mut exchanged = zip::ZipWriter::new(made);
        for (name, bytes) in &parts {
            exchanged.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            exchanged.write_all(bytes).unwrap();
        }
        sealed::seal(exchanged.finish().unwrap(), &file).unwrap();
        let refused = restore(&beside.join("exchanged"), None, &address, &attachments).unwrap_err().to_string();
        assert!(refused.contains("is not what the manifest says"), "{refused}");
        // Nothing was written; the whole file still goes in.
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        restore(&file, None, &address, &attachments).unwrap();
        database.iter().for_each(|name| drop_database(name));
    }

    async fn an_encrypted_backup_is_read_with_its_key_alone(w) {
        w.approved(w.small_trip().await).await;
        let beside = fresh_folder();
        let (plain, file) = (beside.join("plain"), beside.join("encrypted"));
        take(&w, &plain);
        let [key, other] = [(); 2].map(|()| SealingKey::parse(&SealingKey::make()).unwrap());
        let manifest = snapshot::take(w.house.db.address(), &w.house.folder.path, &file, Some(&key), w.house.clock.now()).unwrap();
        let holds = |path: &Path, text: &str| fs::read(path).unwrap().windows(text.len()).any(|some| some == text.as_bytes());
        assert!(holds(&plain, "manifest.json") && !holds(&file, "manifest.json"));
        let (address, folder, database) = elsewhere(&w, "encrypted");
        let attachments = folder.join("attachments");
        for (key, said) in [(None, "is encrypted"), (Some(&other), "another key")] {
            assert!(verify(&file, key).err().unwrap().to_string().contains(said));
            assert!(restore(&file, key, &address, &attachments).err().unwrap().to_string().contains(said));
        }
        // Whoever can write where backups are kept could put one there that was never encrypted.
        assert!(verify(&plain, Some(&key)).err().unwrap().to_string().contains("is not encrypted"));
        assert_eq!(verify(&file, Some(&key)).unwrap().0, manifest);
        assert_eq!(restore(&file, Some(&key), &address, &attachments).unwrap(), manifest);
        // The keys of personal data are in it, and in a plain one they are not.
        let keys = |folder: &Path| fs::read_to_string(folder.join(FILE_NAME)).ok();
        assert!(keys(&folder).is_some_and(|text| text.contains(keys(&w.folder).unwrap().lines().last().unwrap())));
        assert!(manifest.parts.contains_key(FILE_NAME) && !verify(&plain, None).unwrap().0.parts.contains_key(FILE_NAME));
        database.iter().for_each(|name| drop_database(name));
    }
}
