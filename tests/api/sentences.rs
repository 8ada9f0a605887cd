//! No Vietnamese sentence of an answer contains a word of the wire: `participant_list` is told as "Danh sách đoàn". Every
//! answer of every test goes through here.

use std::collections::HashSet;
use std::sync::OnceLock;

use serde_json::Value;

static WORDS: OnceLock<HashSet<String>> = OnceLock::new();

pub fn words_are_known() -> bool {
    WORDS.get().is_some()
}

/// Takes the words of the vocabulary.
pub fn know(vocabulary: &Value) {
    let lists = vocabulary["words"].as_object().unwrap();
    // Countries and currencies are codes that people write, too.
    let lists = lists.iter().filter(|(key, _)| !matches!(key.as_str(), "country" | "currency"));
    let words = lists.flat_map(|(_, list)| list.as_array().unwrap().clone());
    let words: HashSet<String> = words.map(|word| word["value"].as_str().unwrap().to_owned()).collect();
    assert!(words.len() > 300, "{}", words.len());
    let _ = WORDS.set(words);
}

/// Checks every sentence that the answer has for people.
#[track_caller]
pub fn check(answer: &Value) {
    match answer {
        Value::Object(fields) => {
            // Packs are written by people who know their words; their faults quote them.
            if fields.get("code").and_then(Value::as_str) == Some("regulation_invalid") {
                return;
            }
            for (key, value) in fields {
                match value {
                    Value::String(text) if matches!(key.as_str(), "detail" | "title") => check_sentence(text),
                    other => check(other),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(check),
        _ => {}
    }
}

#[track_caller]
fn check_sentence(text: &str) {
    if let Some(word) = wire_word(text) {
        panic!("«{word}» is a word of the wire, not of people: {text}");
    }
}

fn wire_word(text: &str) -> Option<String> {
    let vietnamese = text.chars().any(|c| "ăâđêôơưĂÂĐÊÔƠƯ".contains(c) || ('\u{1ea0}'..='\u{1ef9}').contains(&c));
    let words = WORDS.get().filter(|_| vietnamese)?;
    // What somebody typed is quoted as they typed it.
    let mut own = String::new();
    let mut quoted = false;
    for c in text.chars() {
        quoted = (quoted || c == '«') && c != '»';
        own.push(if quoted { ' ' } else { c });
    }
    let parts = own.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
    parts.map(|part| part.trim_matches('-')).find(|part| words.contains(*part) || part.contains('_')).map(str::to_owned)
}

#[test]
fn wire_words_are_found_and_sentences_are_let_through() {
    let word = |value: &str| serde_json::json!({"value": value});
    if !words_are_known() {
        let lists: Vec<Value> =
            (0..400).map(|n| word(&format!("word_{n}"))).chain([word("decide"), word("participant_list")]).collect();
        know(&serde_json::json!({"words": {"a": lists}}));
    }
    assert_eq!(wire_word("Thiếu giấy tờ: participant_list").as_deref(), Some("participant_list"));
    assert_eq!(wire_word("Chưa thể thực hiện decide lúc này.").as_deref(), Some("decide"));
    assert_eq!(wire_word("unknown_variant không có trong từ điển").as_deref(), Some("unknown_variant"));
    assert_eq!(wire_word("Không có quy tắc «decide» ở đây."), None);
    assert_eq!(wire_word("Thiếu giấy tờ: Danh sách đoàn."), None);
    assert_eq!(wire_word("A document is missing: participant_list."), None, "English sentences have their own readers");
}
