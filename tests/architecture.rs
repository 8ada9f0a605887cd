//! Guards the house: arrows point down, pure files stay pure, nobody reads the clock, no file outgrows its room.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::allow_attributes,
    reason = "tests may panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Floors of docs/architecture.md; a room imports only lower floors and itself.
const FLOORS: &[(&str, u8)] = &[
    ("lib", 13),
    ("main", 12),
    ("cli", 12),
    ("app", 12),
    ("vocabulary", 12),
    ("demo", 12),
    ("pages", 11),
    ("jobs", 11),
    ("imports", 10),
    ("desk", 10),
    ("calendar", 9),
    ("duties", 9),
    ("passport_custody", 9),
    ("issued_papers", 9),
    ("personal_data", 9),
    ("reports", 9),
    ("procedures", 8),
    ("dossier", 7),
    ("plans", 7),
    ("registry", 6),
    ("regulations", 6),
    ("approval", 6),
    ("statistics", 6),
    ("access", 5),
    ("web", 4),
    ("backup", 4),
    ("audit", 3),
    ("db", 2),
    ("sealing", 1),
    ("private_files", 0),
    ("error", 2),
    ("config", 2),
];

/// Files that know neither database nor HTTP nor clock.
const PURE: &[&str] = &[
    "/model.rs",
    "/flow.rs",
    "/case.rs",
    "/facts.rs",
    "/fact.rs",
    "/count.rs",
    "/compare.rs",
    "/narrow.rs",
    "statistics/cells.rs",
    "statistics/axis.rs",
    "statistics/columns.rs",
    "statistics/dimension.rs",
    "statistics/selection.rs",
    "/suppress.rs",
    "/batch.rs",
    "/names.rs",
    "/header.rs",
    "/cells.rs",
    "/rows.rs",
    "/annotated.rs",
    "/corrections.rs",
    "/limits.rs",
    "/tables.rs",
    "/workbook.rs",
    "/document.rs",
    "imports/known.rs",
    "imports/people.rs",
    "/nations.rs",
    "/units.rs",
    "/labels.rs",
    "imports/check.rs",
    "/process.rs",
    "/amendments.rs",
    "/settle.rs",
    "issued_papers/fill.rs",
    "issued_papers/layout.rs",
    "issued_papers/names.rs",
    "issued_papers/package.rs",
    "issued_papers/spell.rs",
    "issued_papers/trip.rs",
    "issued_papers/visit.rs",
    "/engagement.rs",
    "/feed.rs",
    "/permission.rs",
    "/account.rs",
    "dossier/papers.rs",
    "dossier/word_index.rs",
    "dossier/visibility.rs",
    "parts/listed.rs",
    "/rules.rs",
    "registry/officials.rs",
    "access/holder.rs",
    "approval/turns.rs",
    "dossier/decision.rs",
    "dossier/differences.rs",
    "parts/line.rs",
    "imports/parsed.rs",
    "imports/reading.rs",
    "procedures/inbound/list.rs",
    "procedures/outbound/list.rs",
    "inbound/papers.rs",
    "registry/partners.rs",
    "regulations/addressed.rs",
];

struct Source {
    /// Below `src/`.
    path: String,
    room: String,
    /// Without tests and comments.
    code: String,
    lines: usize,
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            let text = std::fs::read_to_string(&file).unwrap();
            let body = text.split("#[cfg(test)]").next().unwrap();
            let code: Vec<&str> = body.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
            let room = path.split(['/', '.']).next().unwrap().to_owned();
            Source { lines: text.lines().count(), code: code.join("\n"), path, room }
        })
        .collect()
}

fn floor(room: &str) -> u8 {
    FLOORS.iter().find(|(r, _)| *r == room).unwrap_or_else(|| panic!("{room} stands on no floor")).1
}

/// Rooms that a source names.
fn imports(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let names = list.split('}').next().unwrap().split(',');
            rooms.extend(names.map(|n| n.trim().split("::").next().unwrap().to_owned()).filter(|n| !n.is_empty()));
        } else {
            rooms.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    rooms
}

#[test]
fn arrows_point_down_and_neighbours_leave_each_other_alone() {
    for source in sources() {
        for room in imports(&source.code) {
            if !FLOORS.iter().any(|(r, _)| *r == room) {
                continue;
            }
            let fits = room == source.room || floor(&room) < floor(&source.room) || floor(&source.room) >= 12;
            // error.rs is the foot of floor 2: the database and the papers may refuse with it.
            let foot = room == "error" && floor(&source.room) == 2;
            assert!(
                fits || foot,
                "{} (floor {}) imports {room} (floor {})",
                source.path,
                floor(&source.room),
                floor(&room)
            );
        }
    }
}

#[test]
fn http_files_know_no_diesel_and_stores_know_no_actix() {
    for source in sources() {
        let http = source.path.contains("http") && !source.path.starts_with("web/");
        assert!(!http || !source.code.contains("diesel"), "{} knows diesel", source.path);
        let store = source.path.contains("store");
        assert!(!store || !source.code.contains("actix"), "{} knows actix", source.path);
        assert!(!store || !source.code.contains("ToSchema"), "{} knows wire types", source.path);
    }
}

#[test]
fn pure_files_are_pure() {
    for source in sources() {
        let path = format!("/{}", source.path);
        if PURE.iter().any(|p| path.contains(p)) && !path.contains("http") {
            for word in ["diesel", "actix", "tokio", "std::fs", "std::env"] {
                assert!(!source.code.contains(word), "{} knows {word}", source.path);
            }
        }
    }
}

#[test]
fn nobody_reads_the_clock_but_the_clock() {
    for source in
        sources().iter().filter(|s| !matches!(s.path.as_str(), "cli/mod.rs" | "cli/server.rs" | "cli/packs.rs"))
    {
        for call in ["Utc::now", "Local::now", "SystemTime::now", "Clock::Machine"] {
            assert!(!source.code.contains(call), "{} calls {call}", source.path);
        }
        // A stopwatch is no clock: the middleware measures answers and how fast bodies arrive, the pool tries its connections after a pause, a
        // database that has been silent for a while is gone, a write that could not begin in time is dropped, and what other servers may have changed is asked again after a while.
        assert!(
            matches!(
                source.path.as_str(),
                "web/trace.rs"
                    | "web/paced_body.rs"
                    | "db/mod.rs"
                    | "db/pulse.rs"
                    | "db/writer.rs"
                    | "db/write_job.rs"
                    | "access/other_servers.rs"
            ) || !source.code.contains("Instant::now"),
            "{} has a stopwatch",
            source.path
        );
    }
}

#[test]
fn nothing_unwraps_outside_tests_and_no_file_is_too_long() {
    for source in sources() {
        for word in [".unwrap()", ".expect(\"", "todo!(", "unimplemented!(", "dbg!("] {
            assert!(!source.code.contains(word), "{} has {word}", source.path);
        }
        assert!(source.lines <= 400, "{} has {} lines", source.path, source.lines);
        for name in ["utils", "helpers", "manager", "common"] {
            assert!(!source.path.contains(name), "{}", source.path);
        }
    }
}

#[test]
fn every_file_opens_with_a_sentence_saying_what_it_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        collect(&root.join(folder), &mut files);
    }
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} opens without a sentence", file.display());
    }
}

#[test]
fn every_procedure_has_the_same_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/procedures");
    for entry in std::fs::read_dir(root).unwrap() {
        let folder = entry.unwrap().path();
        if folder.is_dir() {
            for name in
                ["mod", "model", "flow", "rules", "case", "facts", "store", "list", "requests", "actions", "http"]
            {
                let there = folder.join(format!("{name}.rs")).exists() || folder.join(name).join("mod.rs").exists();
                assert!(there, "{} has no {name}", folder.display());
            }
        }
    }
}

/// PostgreSQL's text of a migration: the same, with its own names of the types and without SQLite's table option.
fn for_postgresql(sqlite: &str) -> String {
    sqlite
        .replace("INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY")
        .replace(" WITHOUT ROWID", "")
        .replace(" BLOB ", " BYTEA ")
}

/// Migrations that each database says in its own words: triggers.
const BY_HAND: [&str; 1] = ["2026-11-29-000014_trail_kept"];

/// `UPDATE_GOLDEN=1` writes PostgreSQL's files from SQLite's.
#[test]
fn both_databases_have_the_same_migrations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |backend: &str| {
        let mut names: Vec<String> = std::fs::read_dir(root.join(backend))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgresql"));
    for name in names("sqlite").into_iter().filter(|name| !BY_HAND.contains(&name.as_str())) {
        for file in ["up.sql", "down.sql"] {
            let (source, made) =
                (root.join("sqlite").join(&name).join(file), root.join("postgresql").join(&name).join(file));
            let wanted = for_postgresql(&std::fs::read_to_string(source).unwrap());
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                std::fs::write(&made, &wanted).unwrap();
            }
            assert_eq!(std::fs::read_to_string(&made).unwrap(), wanted, "{}", made.display());
        }
    }
}

/// Every file that the documentation names is there, and every room of the map has its floor.
#[test]
fn the_documentation_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "crates"] {
        collect(&root.join(folder), &mut files);
    }
    let known: Vec<String> = files.iter().map(|f| f.to_str().unwrap().replace('\\', "/")).collect();
    let mut pages =
        vec![root.join("README.md"), root.join("CONTRIBUTING.md"), root.join("SECURITY.md"), root.join("src/lib.rs")];
    for folder in ["docs", "docs/decisions"] {
        let all = std::fs::read_dir(root.join(folder)).unwrap().map(|e| e.unwrap().path());
        pages.extend(all.filter(|p| p.extension().is_some_and(|e| e == "md")));
    }
    let mut missing = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for word in text.split('`').skip(1).step_by(2) {
            let name = word.split("::").next().unwrap();
            let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "/_.-".contains(c));
            if name.ends_with(".rs") && plain && !known.iter().any(|f| f.ends_with(&format!("/{name}"))) {
                missing.push(format!("{}: {word}", page.display()));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    let (map, page) = (include_str!("../src/lib.rs"), include_str!("../docs/architecture.md"));
    for (room, floor) in FLOORS.iter().filter(|(room, _)| !matches!(*room, "lib" | "main")) {
        let stands = |text: &str, mark: &str| {
            let line = format!("| {floor} |");
            text.lines().any(|l| l.trim_start_matches("//! ").starts_with(&line) && l.contains(mark))
        };
        assert!(stands(map, &format!("`{room}`")), "src/lib.rs: {room} on floor {floor}");
        assert!(stands(page, &format!("`{room}`")), "docs/architecture.md: {room} on floor {floor}");
    }
}

/// One writer of the trail, so that no act can leave out who did it, for whom, and in which request.
#[test]
fn only_the_context_writes_the_trail() {
    for source in sources().iter().filter(|s| !matches!(s.path.as_str(), "access/context.rs" | "audit.rs")) {
        assert!(!source.code.contains("AuditEntry {"), "{} writes the trail", source.path);
    }
}

/// Acts and rules are called by HTTP, jobs and the command line alike.
#[test]
fn acts_and_rules_know_nothing_of_http() {
    for source in sources() {
        let below = ["/actions/", "/actions.rs", "/rules.rs", "/requests.rs", "/store/", "/store.rs"];
        if below.iter().any(|part| source.path.contains(part)) && !source.path.contains("http") {
            for word in ["actix_web", "crate::access::call", "HttpRequest", "HttpResponse"] {
                assert!(!source.code.contains(word), "{} knows {word}", source.path);
            }
        }
    }
}

/// A procedure is named in its own folder and in the list, so that a new one changes nothing else.
#[test]
fn no_room_names_one_procedure() {
    // What still does: plans and passports of trips, questions of a regulation about trips and visits, the demo world.
    let named = ["procedures/", "demo", "passport_custody/", "duties/", "plans/", "regulations/"];
    for source in sources().iter().filter(|s| !named.iter().any(|n| s.path.starts_with(n))) {
        for word in [
            "Procedure::OUTBOUND",
            "Procedure::INBOUND",
            "procedures::inbound",
            "procedures::outbound",
            "-delegations\"",
        ] {
            assert!(!source.code.contains(word), "{} names {word}", source.path);
        }
    }
}

/// What one file imports, as paths that begin with a room: `use crate::…;` with its braces opened, and paths in the text.
/// A file that has children also imports those that its text names.
fn imported_paths(source: &Source) -> Vec<String> {
    let here: Vec<&str> = source.path.trim_end_matches(".rs").split('/').collect();
    let own = &here[..here.len() - 1];
    let mut paths = Vec::new();
    for statement in source.code.split(';') {
        let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((_, used)) = statement.rsplit_once("use crate::") {
            open_braces("", used, &mut paths);
        } else if let Some((_, used)) = statement.rsplit_once("use super::") {
            open_braces(&own.iter().map(|p| format!("{p}::")).collect::<String>(), used, &mut paths);
        }
        for (at, _) in statement.match_indices("crate::") {
            let rest = &statement[at + "crate::".len()..];
            let path: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
            // A path that goes on with braces was opened above.
            paths.extend((!path.ends_with(':')).then_some(path));
        }
    }
    if here.last() == Some(&"mod") {
        for child in
            source.code.lines().filter_map(|l| l.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        {
            let named = source.code.match_indices(&format!("{child}::")).any(|(at, _)| {
                let before = source.code[..at].chars().next_back().unwrap_or(' ');
                !before.is_alphanumeric() && !matches!(before, '_' | ':')
            });
            if named {
                paths.push(own.iter().copied().chain([child]).collect::<Vec<_>>().join("::"));
            }
        }
    }
    paths
}

/// `a::{b, c::{d, e}}` is `a::b`, `a::c::d`, `a::c::e`.
fn open_braces(prefix: &str, used: &str, paths: &mut Vec<String>) {
    let Some((before, inside)) = used.split_once('{') else {
        paths.push(format!("{prefix}{}", used.split(" as ").next().unwrap().trim()));
        return;
    };
    let (mut depth, mut part) = (0, String::new());
    for c in inside.chars() {
        match c {
            ',' | '}' if depth == 0 => {
                if !part.trim().is_empty() {
                    open_braces(&format!("{prefix}{}", before.trim()), part.trim(), paths);
                }
                part.clear();
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        part.push(c);
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let all = sources();
    let module = |path: &str| path.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
    let by_module: BTreeMap<String, usize> = all.iter().enumerate().map(|(at, s)| (module(&s.path), at)).collect();
    let target = |path: &str| {
        let mut parts: Vec<&str> = path.split("::").collect();
        while !parts.is_empty() {
            if let Some(at) = by_module.get(&parts.join("::")) {
                return Some(*at);
            }
            parts.pop();
        }
        None
    };
    let mut edges: Vec<BTreeSet<usize>> = Vec::new();
    for (at, source) in all.iter().enumerate() {
        edges.push(imported_paths(source).iter().filter_map(|path| target(path)).filter(|to| *to != at).collect());
    }
    assert!(edges.iter().map(BTreeSet::len).sum::<usize>() > 1_000, "the imports were not read");
    // Whatever imports only files that are done is done; what is left stands in a circle, or above one.
    let mut left: BTreeSet<usize> = (0..all.len()).collect();
    loop {
        let done: Vec<usize> = left.iter().copied().filter(|at| edges[*at].is_disjoint(&left)).collect();
        if done.is_empty() {
            break;
        }
        done.iter().for_each(|at| {
            left.remove(at);
        });
    }
    let in_circle = |start: usize| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(at) = next.pop() {
            next.extend(edges[at].iter().filter(|to| seen.insert(**to)));
        }
        seen.contains(&start)
    };
    let circles: Vec<&str> = left.into_iter().filter(|at| in_circle(*at)).map(|at| all[at].path.as_str()).collect();
    assert!(circles.is_empty(), "these files import each other: {circles:#?}");
}

#[test]
fn no_type_name_is_used_twice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "crates/kernel/src", "crates/documents/src", "crates/regulation/src", "crates/schema/src"] {
        collect(&root.join(folder), &mut files);
    }
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let mut in_words = false;
        for line in code.lines() {
            in_words = (in_words || line.starts_with("words! {")) && line != "}";
            let declared = line.trim_start_matches("pub ").trim_start_matches("pub(super) ");
            let declared = ["struct ", "enum ", "trait ", "type "].iter().find_map(|kind| declared.strip_prefix(kind));
            // `words!` declares its enumerations by their names alone, indented once.
            let word = line
                .strip_prefix("    ")
                .filter(|l| in_words && l.ends_with('{') && l.starts_with(|c: char| c.is_uppercase()));
            if let Some(name) = declared.or(word) {
                let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                named.entry(name).or_default().push(file.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    assert!(named.len() > 600 && named.contains_key("FindingCode"), "{}", named.len());
    let twice: Vec<_> = named.into_iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
