//! The way from an empty folder to the first approved trip, as README.vi.md says it: its very commands are run.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

/// The first block of commands in the page.
fn commands() -> String {
    let page = include_str!("../../README.vi.md");
    let (_, from) = page.split_once("```sh\n").unwrap();
    from.split_once("```").unwrap().0.to_owned()
}

fn run(folder: &Path, script: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_ngoaivu"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    // A port that is free: the demo of somebody else may have the usual one.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Command::new("sh")
        .args(["-eu", "-c", script])
        .current_dir(folder)
        .env("PATH", path)
        .env("NGOAIVU_LISTEN", format!("127.0.0.1:{port}"))
        .env("BASE", format!("http://127.0.0.1:{port}/api/v1"))
        .env_remove("NGOAIVU_DATA")
        .env_remove("NGOAIVU_DATABASE_URL")
        .output()
        .unwrap()
}

fn copied(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("ngoaivu-first-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/first-trip")).unwrap() {
        let file = file.unwrap().path();
        std::fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
    }
    folder
}

#[test]
fn the_page_leads_from_an_empty_folder_to_an_approved_trip_in_ten_commands() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: curl was not found");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must walk the page");
        return;
    }
    let script = commands();
    let steps = script.lines().filter(|line| line.starts_with("# ") && line.contains(". ")).count();
    assert!((1..=10).contains(&steps), "{steps} steps");
    let folder = copied("page");
    let done = run(&folder, &script);
    let said = String::from_utf8_lossy(&done.stdout);
    let log = std::fs::read_to_string(folder.join("may-chu.txt")).unwrap_or_default();
    assert!(done.status.success(), "{said}\n{}\n{log}", String::from_utf8_lossy(&done.stderr));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[lines.len() - 2..], ["awaiting_decision", "approved"], "{said}");
    assert!(said.contains("CV 101/UBND-SNV 09/7/2025"), "{said}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_installation_is_whole_or_nothing_and_only_in_an_empty_place() {
    let folder = copied("whole");
    let init = |from: &str| run(&folder, &format!("ngoaivu init --from {from} --data du-lieu"));
    let accounts = std::fs::read_to_string(folder.join("tai-khoan.csv")).unwrap();
    std::fs::write(folder.join("tai-khoan.csv"), accounts.clone() + "x,Người Sai,Sở Không Có,Vua,,\n").unwrap();
    let failed = init("tinh.toml");
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(!failed.status.success() && said.contains("Tệp «tai-khoan.csv» có lỗi"), "{said}");
    assert!(said.contains("Dòng 6, cột «Tên đăng nhập»") && said.contains("Dòng 6, cột «Vai trò»"), "{said}");
    assert!(!folder.join("du-lieu/ngoaivu.conf").exists());
    // What failed left nothing: the same place takes the corrected lists.
    std::fs::write(folder.join("tai-khoan.csv"), accounts).unwrap();
    let done = init("tinh.toml");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let settings = std::fs::read_to_string(folder.join("du-lieu/ngoaivu.conf")).unwrap();
    assert!(settings.contains("NGOAIVU_JURISDICTION=da-nang\n"), "{settings}");
    let again = init("tinh.toml");
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("already"), "{again:?}");
    std::fs::remove_file(folder.join("du-lieu/ngoaivu.conf")).unwrap();
    let full = init("tinh.toml");
    assert!(String::from_utf8_lossy(&full.stderr).contains("This database has data already"), "{full:?}");
    let unknown = folder.join("la.toml");
    let text = std::fs::read_to_string(folder.join("tinh.toml")).unwrap();
    std::fs::write(&unknown, text.replace("da-nang", "khong-co")).unwrap();
    let refused = run(&folder, "ngoaivu init --from la.toml --data khac");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("khong-co"), "{refused:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn without_a_file_the_same_is_asked() {
    let folder = copied("asked");
    let answers = "an-giang\\ntỉnh An Giang\\nSNV\\nSở Ngoại vụ\\nquan.tri\\nLê Quản Trị\\n\\nco-quan.csv\\n\\n\\n\\n";
    let done = run(&folder, &format!("printf '{answers}' | ngoaivu init --data du-lieu"));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.contains("tỉnh An Giang (an-giang)") && said.contains("quan.tri\t"), "{said}");
    let cut = run(&folder, "printf 'an-giang\\n' | ngoaivu init --data khac");
    assert!(!cut.status.success() && !folder.join("khac/ngoaivu.conf").exists(), "{cut:?}");
    std::fs::remove_dir_all(folder).unwrap();
}
