//! Working copies as pages keep them: what was typed, by the pointer of each field. A long list of guests is longer than one
//! copy may be, so it is kept in several, of which the first says how many there are.

use std::collections::BTreeMap;

use actix_web::http::Method;
use actix_web::web::Bytes;
use serde_json::{Map, Value, json};

use crate::access::token::random_text;
use crate::pages::forms::typed::Typed;
use crate::pages::request::{PageRequest, PageResult, judged};
use crate::pages::show::{items, text};
use kernel::text::bears_secret_mark;

/// Bytes of the texts of one copy; the API accepts 64 KiB of JSON, in which a letter may be escaped.
const PIECE: usize = 40 << 10;
/// Most copies of one form: nobody types more than a list of 2,000 guests.
const MOST_PIECES: usize = 16;
/// The member of the first copy that says how many there are.
const PIECES: &str = "pieces";
/// The member of the first copy that says under which word the others stand.
const WRITING: &str = "writing";

fn path_of(name: &str) -> String {
    format!("/me/working-copies/{name}")
}

/// A copy after the first one. It is of one writing: what was kept before is whole until the first one names the new ones.
fn piece_of(name: &str, writing: &str, piece: usize) -> String {
    format!("{name}.{writing}.{piece}")
}

/// What was typed, cut where a copy would become too long.
fn pieces(typed: &Typed) -> Vec<Map<String, Value>> {
    let mut all = vec![Map::new()];
    let mut length = 0;
    for (at, value) in typed.0.iter().flat_map(cut) {
        length += at.len() + value.len();
        if length > PIECE && all.len() < MOST_PIECES {
            all.push(Map::new());
            length = at.len() + value.len();
        }
        if let Some(last) = all.last_mut() {
            put_beside(last, at, value);
        }
    }
    all
}

/// Adds a text. Where one stands at its pointer already – boxes of one field have one name – both are kept, in order.
fn put_beside(copy: &mut Map<String, Value>, at: String, value: String) {
    match copy.get_mut(&at) {
        Some(Value::Array(several)) => several.push(json!(value)),
        Some(own) => *own = json!([own.take(), value]),
        None => {
            copy.insert(at, json!(value));
        }
    }
}

/// The texts that stand at a pointer of a copy.
fn texts_of(value: &Value) -> impl Iterator<Item = &str> {
    let several = value.as_array().map_or(&[][..], Vec::as_slice);
    std::iter::once(value).chain(several).filter_map(Value::as_str)
}

/// Stands between the name of a long text and the number of its part; no name of a field has it.
const PART: char = '+';

/// A text that is too long for one copy (a pasted sheet), in numbered parts.
fn cut((at, value): &(String, String)) -> Vec<(String, String)> {
    if value.len() <= PIECE / 2 {
        return vec![(at.clone(), value.clone())];
    }
    let mut parts = vec![String::new()];
    for letter in value.chars() {
        if parts.last().is_some_and(|part| part.len() + letter.len_utf8() > PIECE / 2) {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts.into_iter().enumerate().map(|(n, part)| (format!("{at}{PART}{n:03}"), part)).collect()
}

/// Puts the parts of long texts together again.
fn joined(pairs: Vec<(String, String)>) -> Typed {
    let mut typed = Typed::default();
    let mut long: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (at, value) in pairs {
        match at.rsplit_once(PART) {
            Some((name, part)) => {
                long.entry(name.to_owned()).or_default().insert(part.to_owned(), value);
            }
            None => typed.0.push((at, value)),
        }
    }
    typed.0.extend(long.into_iter().map(|(at, parts)| (at, parts.into_values().collect())));
    typed
}

async fn put(page: &PageRequest, name: &str, content: Map<String, Value>) -> PageResult<()> {
    judged(page.send(Method::PUT, &path_of(name), &[], &Value::Object(content)).await).map(|_| ())
}

/// What stands for a text with a mark of secrecy: it bears one, too.
const MARKED: &str = "MẬT";

/// Keeps what was typed under a name. What bears a secrecy mark is refused, and kept nowhere.
pub async fn write(page: &PageRequest, name: &str, typed: &Typed) -> PageResult<()> {
    let before = page.if_seen(&path_of(name)).await?.unwrap_or_default();
    let mut all = pieces(typed);
    let (writing, count) =
        (random_text().chars().take(8).filter(char::is_ascii_alphanumeric).collect::<String>(), all.len());
    let mut first = all.remove(0);
    if let Some((at, _)) = typed.0.iter().find(|(_, value)| bears_secret_mark(value)) {
        // Nothing of it is kept, nor any part that does not show the mark by itself; the API says why.
        first = Map::from_iter([(at.clone(), json!(MARKED))]);
    } else if count > 1 {
        first.insert(PIECES.to_owned(), json!(count.to_string()));
        first.insert(WRITING.to_owned(), json!(writing));
        for (at, content) in all.into_iter().enumerate() {
            put(page, &piece_of(name, &writing, at + 1), content).await?;
        }
    }
    put(page, name, first).await?;
    // Those that the first one named until now; another writing that is under way keeps its own.
    if let Some(old) = Some(text(&before, "/writing")).filter(|old| !old.is_empty()) {
        let old = format!("{name}.{old}.");
        drop_where(page, |own| own.starts_with(&old)).await;
    }
    Ok(())
}

/// What was kept under a name, if there is something.
pub async fn read(page: &PageRequest, name: &str) -> PageResult<Option<Typed>> {
    let Some(first) = page.if_seen(&path_of(name)).await? else { return Ok(None) };
    let pieces = text(&first, "/pieces").parse().unwrap_or(1).min(MOST_PIECES);
    let mut kept = Vec::new();
    let mut put = |copy: &Value| {
        let own = |at: &String| at != PIECES && at != WRITING;
        let pairs = copy.as_object().into_iter().flatten().filter(|(at, _)| own(at));
        kept.extend(pairs.flat_map(|(at, value)| texts_of(value).map(|text| (at.clone(), text.to_owned()))));
    };
    put(&first);
    for piece in 1..pieces {
        let path = path_of(&piece_of(name, text(&first, "/writing"), piece));
        put(&page.if_seen(&path).await?.unwrap_or_default());
    }
    Ok(Some(joined(kept)))
}

/// Names of the caller's own copies with the moment at which each was kept, RFC 3339, the latest first.
pub async fn names(page: &PageRequest) -> PageResult<Vec<(String, String)>> {
    let copies = page.get("/me/working-copies").await?;
    let own = items(&copies, "/items").iter();
    Ok(own.map(|copy| (text(copy, "/name").to_owned(), text(copy, "/saved_at").to_owned())).collect())
}

/// Drops the caller's own copies with such names.
async fn drop_where(page: &PageRequest, which: impl Fn(&str) -> bool) {
    let Ok(names) = names(page).await else { return };
    for (own, _) in names.iter().filter(|(own, _)| which(own)) {
        page.call(Method::DELETE, &path_of(own), &[], Bytes::new()).await;
    }
}

/// Drops what was kept under a name.
pub async fn drop(page: &PageRequest, name: &str) {
    let below = format!("{name}.");
    drop_where(page, |own| own == name || own.starts_with(&below)).await;
}

/// Keeps the latest so many copies with such names: a person may have a hundred in all.
pub async fn keep_latest(page: &PageRequest, count: usize, which: impl Fn(&str) -> bool) {
    let Ok(names) = names(page).await else { return };
    for (own, _) in names.iter().filter(|(own, _)| which(own)).skip(count) {
        drop(page, own).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_kept_in_pieces_that_the_api_accepts() {
        let line = |n: usize| (format!("/guests/{n}/full_name"), "NGUYỄN THỊ MINH KHAI".repeat(4));
        let short = pieces(&Typed(vec![line(0)]));
        assert_eq!(short.len(), 1);
        let long = Typed((0..2_000).map(line).collect());
        let cut = pieces(&long);
        assert!(cut.len() > 1 && cut.len() <= MOST_PIECES);
        assert!(cut.iter().all(|piece| Value::Object(piece.clone()).to_string().len() < 64 << 10));
        assert_eq!(cut.iter().map(Map::len).sum::<usize>(), 2_000);
    }

    #[test]
    fn boxes_of_one_name_are_all_kept() {
        let typed = Typed(["a", "b", "c"].map(|word| ("/missing".to_owned(), word.to_owned())).to_vec());
        let kept = pieces(&typed);
        let texts: Vec<&str> = texts_of(&kept[0]["/missing"]).collect();
        assert_eq!(texts, ["a", "b", "c"]);
        assert_eq!(texts_of(&json!("a")).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_long_text_comes_back_as_it_was() {
        let text = "NGUYỄN THỊ MINH KHAI\tViệt Nam\n".repeat(4_000);
        let cut = pieces(&Typed(vec![("paste:text".to_owned(), text.clone())]));
        assert!(cut.iter().all(|piece| Value::Object(piece.clone()).to_string().len() < 64 << 10));
        let pairs = cut.into_iter().flatten().map(|(at, value)| (at, value.as_str().unwrap_or_default().to_owned()));
        assert_eq!(joined(pairs.collect()).0, [("paste:text".to_owned(), text)]);
    }
}
