//! Imports one file of 50,000 rows and measures time and memory.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use documents::xlsx;
use kernel::table::{Cell, Table};
use kernel::time::Day;
use serde_json::Value;

use crate::Server;

const ROWS: usize = 50_000;

fn workbook() -> Vec<u8> {
    let header = [
        "STT",
        "Tên đoàn",
        "Trưởng đoàn",
        "Nước",
        "Ngày đến",
        "Ngày đi",
        "Số người",
        "Đơn vị tiếp",
        "Cấp tiếp",
        "Lĩnh vực",
    ];
    let countries = ["Lào", "Hàn Quốc", "Nhật Bản", "CHLB Đức", "Ô-xtrây-li-a", "Mỹ", "Thái Lan"];
    let rows = (0..ROWS).map(|n| {
        let day = Day::from_ymd_opt(1995, 1, 1).unwrap() + chrono::Days::new(u64::try_from(n % 7_000).unwrap());
        vec![
            Cell::Number(i64::try_from(n).unwrap() + 1),
            Cell::Text(format!("Đoàn khảo sát số {n} thăm và làm việc tại tỉnh")),
            Cell::Text(format!("Trưởng đoàn {n}")),
            Cell::Text(countries[n % countries.len()].into()),
            Cell::Day(day),
            Cell::Text((day + chrono::Days::new(2)).format("%d/%m/%Y").to_string()),
            Cell::Number(3 + i64::try_from(n % 12).unwrap()),
            Cell::Text("Sở Y tế".into()),
            Cell::Text(if n % 9 == 0 { "UBND tỉnh" } else { "Cơ quan" }.into()),
            Cell::Text("Giáo dục".into()),
        ]
    });
    xlsx::write(&Table { name: "Đoàn vào".into(), header: header.map(str::to_owned).to_vec(), rows: rows.collect() })
        .unwrap()
}

fn post(server: &Server, token: &str, file: &[u8]) -> Value {
    let mut form = b"--f\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\ninbound\r\n--f\r\nContent-Disposition: form-data; name=\"dry_run\"\r\n\r\nfalse\r\n--f\r\nContent-Disposition: form-data; name=\"file\"; filename=\"dai.xlsx\"\r\n\r\n".to_vec();
    form.extend_from_slice(file);
    form.extend_from_slice(b"\r\n--f--\r\n");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=f\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&form).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

pub fn measure(server: &Server, token: &str) {
    let file = workbook();
    let before = server.memory().1;
    let started = Instant::now();
    let batch = post(server, token, &file);
    let accepted = started.elapsed();
    let path = format!("/api/v1/imports/{}", batch["id"].as_str().unwrap());
    let (mut peak, mut seen, mut slowest) = (before, Vec::new(), Duration::ZERO);
    let done = loop {
        let asked = Instant::now();
        let now = server.send("GET", &path, token, "");
        slowest = slowest.max(asked.elapsed());
        peak = peak.max(server.memory().1);
        seen.push(now["done"].as_i64().unwrap());
        if now["state"] != "checking" {
            break now;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let took = started.elapsed();
    assert_eq!(
        (&done["state"], &done["created"]),
        (&Value::from("committed"), &Value::from(ROWS)),
        "{}",
        done["errors"]
    );
    seen.dedup();
    println!(
        "\nImport of {ROWS} rows ({} KiB of XLSX): accepted after {:.2} s, \
         committed after {:.1} s, {} progress steps seen; anonymous memory {before} MiB before, {peak} MiB at peak; \
         polling took at most {:.0} ms.",
        file.len() / 1024,
        accepted.as_secs_f64(),
        took.as_secs_f64(),
        seen.len(),
        slowest.as_secs_f64() * 1_000.0
    );
}
