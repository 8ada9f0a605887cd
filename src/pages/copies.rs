//! Working copies as pages keep them: what was typed, by the pointer of each field. A long list of guests is longer than one
//! copy may be, so it is kept in several, of which the first says how many there are.

use actix_web::http::Method;
use actix_web::web::Bytes;
use serde_json::{Map, Value, json};

use crate::pages::dossier::if_seen;
use crate::pages::forms::typed::Typed;
use crate::pages::request::{PageRequest, PageResult, judged};
use crate::pages::show::{items, text};

/// Bytes of the texts of one copy; the API accepts 64 KiB of JSON, in which a letter may be escaped.
const PIECE: usize = 40 << 10;
/// Most copies of one form: nobody types more than a list of 2,000 guests.
const MOST_PIECES: usize = 16;
/// The member of the first copy that says how many there are.
const PIECES: &str = "pieces";

fn path_of(name: &str, piece: usize) -> String {
    match piece {
        0 => format!("/me/working-copies/{name}"),
        more => format!("/me/working-copies/{name}.{more}"),
    }
}

/// What was typed, cut where a copy would become too long.
fn pieces(typed: &Typed) -> Vec<Map<String, Value>> {
    let mut all = vec![Map::new()];
    let mut length = 0;
    for (at, value) in &typed.0 {
        length += at.len() + value.len();
        if length > PIECE && all.len() < MOST_PIECES {
            all.push(Map::new());
            length = at.len() + value.len();
        }
        if let Some(last) = all.last_mut() {
            last.insert(at.clone(), json!(value));
        }
    }
    let pieces = all.len();
    if let Some(first) = all.first_mut().filter(|_| pieces > 1) {
        first.insert(PIECES.to_owned(), json!(pieces.to_string()));
    }
    all
}

/// Keeps what was typed under a name. What bears a secrecy mark is refused, and kept nowhere.
pub async fn write(page: &PageRequest, name: &str, typed: &Typed) -> PageResult<()> {
    // The first is written last: until then a reader finds what was kept before.
    for (piece, content) in pieces(typed).into_iter().enumerate().rev() {
        judged(page.send(Method::PUT, &path_of(name, piece), &[], &Value::Object(content)).await)?;
    }
    Ok(())
}

/// What was kept under a name, if there is something.
pub async fn read(page: &PageRequest, name: &str) -> PageResult<Option<Typed>> {
    let Some(first) = if_seen(page, &path_of(name, 0)).await? else { return Ok(None) };
    let pieces = text(&first, "/pieces").parse().unwrap_or(1).min(MOST_PIECES);
    let mut typed = Typed::default();
    let mut put = |copy: &Value| {
        let pairs = copy.as_object().into_iter().flatten().filter(|(at, _)| *at != PIECES);
        typed.0.extend(pairs.filter_map(|(at, value)| Some((at.clone(), value.as_str()?.to_owned()))));
    };
    put(&first);
    for piece in 1..pieces {
        put(&if_seen(page, &path_of(name, piece)).await?.unwrap_or_default());
    }
    Ok(Some(typed))
}

/// Names of the caller's own copies with the moment at which each was kept, RFC 3339, the latest first.
pub async fn names(page: &PageRequest) -> PageResult<Vec<(String, String)>> {
    let copies = page.get("/me/working-copies").await?;
    let own = items(&copies, "/items").iter();
    Ok(own.map(|copy| (text(copy, "/name").to_owned(), text(copy, "/saved_at").to_owned())).collect())
}

/// Drops what was kept under a name, and under names that begin with it and a dot.
pub async fn drop(page: &PageRequest, name: &str) {
    let below = format!("{name}.");
    let Ok(names) = names(page).await else { return };
    for (own, _) in names.iter().filter(|(own, _)| own == name || own.starts_with(&below)) {
        page.call(Method::DELETE, &path_of(own, 0), &[], Bytes::new()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_kept_in_pieces_that_the_api_accepts() {
        let line = |n: usize| (format!("/guests/{n}/full_name"), "NGUYỄN THỊ MINH KHAI".repeat(4));
        let short = pieces(&Typed(vec![line(0)]));
        assert!(short.len() == 1 && !short[0].contains_key(PIECES));
        let long = Typed((0..2_000).map(line).collect());
        let cut = pieces(&long);
        assert_eq!(cut[0][PIECES], cut.len().to_string());
        assert!(cut.iter().all(|piece| Value::Object(piece.clone()).to_string().len() < 64 << 10));
        assert_eq!(cut.iter().map(Map::len).sum::<usize>(), 2_001);
    }
}
