//! Every page of every account: sound markup, no dead link, nothing of elsewhere, in both languages (U-02, U-31).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ngoaivu::pages::collections::table::collections;
use ngoaivu::pages::contract::Contract;
use ngoaivu::pages::forms::labels;
use ngoaivu::pages::forms::shape::{FormField, InputKind, fields_of};
use ngoaivu::vocabulary::word_lists;
use scraper::{Html, Selector};

use crate::pages::browser::{Browser, Page};
use crate::spec::operations;

pub const ACCOUNTS: [&str; 14] = [
    "admin",
    "rules",
    "clerk.skhcn",
    "clerk.syt",
    "head.skhcn",
    "head.syt",
    "officer.snv",
    "director.snv",
    "office.vptu",
    "chair",
    "police",
    "custodian",
    "stats",
    "inspector",
];

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

/// What is wrong with the markup of a page.
fn faults(page: &Page) -> Vec<String> {
    let html = page.html();
    let mut faults = Vec::new();
    if html.select(&selector("h1")).count() != 1 {
        faults.push(format!("{} headings of the first level", html.select(&selector("h1")).count()));
    }
    let mut ids = BTreeSet::new();
    for element in html.select(&selector("[id]")) {
        let id = element.value().attr("id").unwrap();
        if !ids.insert(id.to_owned()) {
            faults.push(format!("the id {id} stands twice"));
        }
    }
    for field in html.select(&selector("input:not([type=hidden]), select, textarea")) {
        let id = field.value().attr("id").unwrap_or_default();
        let by_label =
            !id.is_empty() && html.select(&selector("label[for]")).any(|l| l.value().attr("for") == Some(id));
        let inside = field.ancestors().any(|a| a.value().as_element().is_some_and(|e| e.name() == "label"));
        if !by_label && !inside && field.value().attr("aria-label").is_none() {
            faults.push(format!("a field without a label: {}", field.html()));
        }
    }
    for at in html.select(&selector("a[href^='#'], [aria-describedby], [aria-labelledby]")) {
        for name in ["href", "aria-describedby", "aria-labelledby"] {
            for id in at.value().attr(name).unwrap_or_default().split_whitespace() {
                let id = id.trim_start_matches('#');
                if (name != "href" || at.value().attr(name).unwrap().starts_with('#')) && !ids.contains(id) {
                    faults.push(format!("nothing has the id {id}"));
                }
            }
        }
    }
    for element in html.select(&selector("*")) {
        for (name, value) in element.value().attrs() {
            if name == "style" || name.starts_with("on") {
                faults.push(format!("inline {name}"));
            }
            let loads = matches!(name, "href" | "src" | "action");
            if loads && !value.starts_with('/') && !value.starts_with('#') {
                faults.push(format!("an address of elsewhere: {value}"));
            }
        }
    }
    if html.select(&selector("style, script:not([src])")).next().is_some() {
        faults.push("an inline style or script".into());
    }
    faults
}

/// Letters that only Vietnamese has.
fn is_vietnamese(text: &str) -> bool {
    let letters = "ăâđêôơưĂÂĐÊÔƠƯáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ";
    text.chars().any(|c| letters.contains(c))
}

/// Texts of a page that are not marked as Vietnamese; what somebody typed is in whatever language they typed it.
fn unmarked(html: &Html) -> Vec<String> {
    let mut texts = Vec::new();
    for node in html.root_element().descendants() {
        let Some(text) = node.value().as_text() else { continue };
        let marked = node.ancestors().filter_map(|a| a.value().as_element()).any(|e| e.attr("lang") == Some("vi"));
        let typed = node.ancestors().filter_map(|a| a.value().as_element()).any(|e| e.name() == "textarea");
        if !marked && !typed && is_vietnamese(text) {
            texts.push(text.trim().to_owned());
        }
    }
    texts
}

/// Words of the page's own language that are marked as Vietnamese.
fn wrongly_marked(html: &Html, words: &BTreeSet<&str>) -> Vec<String> {
    let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let mut wrong = Vec::new();
    for node in html.root_element().descendants() {
        let Some(text) = node.value().as_text() else { continue };
        let mut around = node.ancestors().filter_map(|a| a.value().as_element()).filter_map(|e| e.attr("lang"));
        if around.next() != Some("vi") {
            continue;
        }
        let parts = text.split(['·', ',', ':', ';', '→', '(', ')', '\n']).map(str::trim);
        let own = parts.filter(|part| words.contains(part) || weekdays.iter().any(|day| part.contains(day)));
        wrong.extend(own.map(|part| format!("{part} in {}", text.trim())));
    }
    wrong
}

/// The kind of an address: without ids and without its query.
pub fn kind_of(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap();
    let parts = path.split('/').map(|part| if part.len() == 13 && part.starts_with('0') { "…" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Opens everything that can be reached by links; each kind of address a few times.
pub async fn crawl(browser: &Browser<'_>, look: &mut impl FnMut(&Page)) -> usize {
    let mut waiting = VecDeque::from(["/".to_owned(), "/sign-in".to_owned(), "/activate".to_owned()]);
    let (mut seen, mut kinds) = (BTreeSet::new(), BTreeMap::<String, u32>::new());
    while let Some(address) = waiting.pop_front() {
        let outside =
            address.starts_with("/api/") || address.starts_with("/assets/") || address.starts_with("/language");
        if outside || !seen.insert(address.clone()) {
            continue;
        }
        let times = kinds.entry(kind_of(&address)).or_default();
        *times += 1;
        if *times > 2 {
            continue;
        }
        let page = browser.get(&address).await;
        assert!(page.status < 500, "{address}: {}", page.text);
        assert_eq!(page.status, 200, "a dead link: {address}");
        look(&page);
        waiting.extend(page.links());
    }
    seen.len()
}

on_both! {
    async fn every_page_of_every_account_is_sound_and_no_link_is_dead(w) {
        w.submitted(w.small_trip().await).await;
        w.submitted_visit(w.visit().await).await;
        w.draft(w.study_visit().await).await;
        let mut reached = BTreeMap::<String, BTreeSet<&str>>::new();
        for user in ACCOUNTS {
            let browser = Browser::signed_in(&w, user).await;
            crawl(&browser, &mut |page| {
                assert_eq!(faults(page), [""; 0], "{user} {}", page.address);
                reached.entry(kind_of(&page.address)).or_default().insert(user);
            }).await;
        }
        // Who comes to which page by links alone.
        let line = |(kind, users): (String, BTreeSet<&str>)| {
            format!("{kind}  {}\n", if users.len() == ACCOUNTS.len() { "all".to_owned() } else { Vec::from_iter(users).join(" ") })
        };
        let lines: String = reached.into_iter().map(line).collect();
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/golden/pages-by-account.txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(golden, &lines).unwrap();
        }
        assert_eq!(std::fs::read_to_string(golden).unwrap(), lines, "tests/api/golden/pages-by-account.txt");
    }

    async fn an_address_that_leads_nowhere_says_so_as_a_page_to_people_and_as_a_problem_to_programs(w) {
        let browser = Browser::signed_in(&w, "clerk.skhcn").await;
        let asked = |accept: &'static str| browser.request(actix_web::http::Method::GET, "/khong-co").insert_header(("Accept", accept));
        let page = w.send(asked("text/html,application/xhtml+xml")).await;
        let text = String::from_utf8_lossy(&page.bytes).into_owned();
        assert!(page.status == 404 && text.contains("Không tìm thấy trang này") && text.contains("<h1"), "{text}");
        w.send(asked("application/json")).await.refused(404, "not_found");
        // Unknown and hidden are one.
        let hidden = browser.get("/outbound-delegations/0zzzzzzzzzzzz").await;
        assert!(hidden.status == 404 && hidden.text.contains("Không tìm thấy trang này"));
    }

    async fn in_english_no_vietnamese_word_is_left_but_names_and_citations(w) {
        w.submitted(w.small_trip().await).await;
        w.draft(w.study_visit().await).await;
        let contract = contract();
        // English writes a few countries with marks of their own languages.
        let countries: BTreeSet<&str> = contract.list("country").iter().map(|(_, label)| label.en).collect();
        let registers = ngoaivu::procedures::register::registers();
        let lists: Vec<_> = word_lists(registers.entries()).flat_map(|(_, list)| list).collect();
        let words: BTreeSet<&str> = lists.iter().filter(|(_, label)| label.en != label.vi).map(|(_, label)| label.en).collect();
        for user in ACCOUNTS {
            let browser = Browser::signed_in(&w, user).await.reading("en");
            crawl(&browser, &mut |page| {
                let html = page.html();
                assert_eq!(html.root_element().value().attr("lang"), Some("en"));
                let left: Vec<String> = unmarked(&html).into_iter().filter(|t| t != "Tiếng Việt" && !countries.contains(t.as_str())).collect();
                assert_eq!(left, [""; 0], "{user} {}", page.address);
                assert_eq!(wrongly_marked(&html, &words), [""; 0], "{user} {}", page.address);
                assert!(!page.text.contains('\u{2068}'), "a mark of a name stands in {}", page.address);
            }).await;
        }
    }

    async fn a_procedure_without_pages_of_its_own_has_sound_ones(w) {
        let w = w.with_registers(crate::notes::with_notes()).await;
        let browser = Browser::signed_in(&w, "clerk.skhcn").await;
        let mut notes = 0;
        crawl(&browser, &mut |page| {
            notes += usize::from(page.address.starts_with("/notes"));
            assert_eq!(faults(page), [""; 0], "{}", page.address);
        }).await;
        assert!(notes > 1, "{notes}");
    }
}

fn fields_in<'a>(fields: &'a [FormField], all: &mut Vec<&'a FormField>) {
    for field in fields {
        all.push(field);
        match &field.kind {
            InputKind::Group(inner) | InputKind::Rows { row: inner, .. } => fields_in(inner, all),
            _ => {}
        }
    }
}

pub fn contract() -> Contract {
    let registers = ngoaivu::procedures::register::registers();
    Contract::new(word_lists(registers.entries()), ngoaivu::app::specification().clone())
}

#[test]
fn every_field_of_every_form_has_its_label_and_every_choice_its_words() {
    let registers = ngoaivu::procedures::register::registers();
    let contract = contract();
    let mut seen = 0;
    for (method, path, op) in operations() {
        let paths = registers.entries().0.iter().map(|entry| entry.path).chain(collections().map(|c| c.path));
        let dossier = paths.chain(["assessments"]).any(|first| path.starts_with(&format!("/api/v1/{first}")));
        let body = op.pointer("/requestBody/content/application~1json/schema/$ref").and_then(|r| r.as_str());
        let Some(schema) = body.and_then(|r| r.rsplit('/').next()).filter(|_| dossier) else { continue };
        let fields = fields_of(&contract, schema);
        let mut all = Vec::new();
        fields_in(&fields, &mut all);
        for field in all {
            let label = labels::of(schema, &field.name);
            assert!(
                label.is_some_and(|l| !l.label(kernel::text::Language::English).is_empty()),
                "{method} {path}: {} has no label",
                field.name
            );
            if let InputKind::Choice { list, words } | InputKind::Choices { list, words } = &field.kind {
                for word in words {
                    assert_ne!(
                        &contract.label(list, word, kernel::text::Language::English),
                        word,
                        "{path}: {list}.{word} has no label"
                    );
                }
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}
