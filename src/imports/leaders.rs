//! The post of a head of delegation, beside the name or alone. Pure.

use crate::imports::names::{List, word};
use kernel::text::fold;
use kernel::words::PostLevel;

/// What a cell says of the post of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadPost {
    /// Only a name.
    Unstated,
    Known(PostLevel),
    /// A post that is not understood.
    Unread,
}

/// Folded words of which a post is made; they tell a post from a name.
const OF_POSTS: [&str; 22] = [
    "chu tich",
    "bi thu",
    "giam doc",
    "truong",
    "pho",
    "chanh",
    "hieu truong",
    "thu truong",
    "cuc",
    "tong",
    "vien",
    "pct",
    "ct",
    "gd",
    "pgd",
    "uy vien",
    "dai bieu",
    "thu ky",
    "chuyen",
    "can bo",
    "director",
    "chair",
];
/// Folded words of bodies; a post that names none ("Giám đốc") may be the head of anything.
const OF_BODIES: [&str; 12] = [
    "tinh",
    "so",
    "ubnd",
    "uy ban",
    "hdnd",
    "hoi dong",
    "xa",
    "phuong",
    "cong ty",
    "doanh nghiep",
    "van phong",
    "phong",
];

/// Reads the post in a cell such as «Nguyễn Văn A, Phó Chủ tịch UBND tỉnh», «Ông B - Giám đốc Sở Y tế (trưởng đoàn)» or
/// «Chủ tịch UBND tỉnh Trần C». Of several posts of one person, the highest counts.
pub fn post_in(cell: &str) -> HeadPost {
    if let Some(level) = level(cell) {
        return HeadPost::Known(level);
    }
    let parts: Vec<&str> = parts(cell);
    let known = parts.iter().filter_map(|part| level(part).or_else(|| longest(part)));
    let rank = |level: &PostLevel| PostLevel::all().iter().position(|one| one == level);
    match known.min_by_key(rank) {
        Some(level) => HeadPost::Known(level),
        None if parts.len() > 1 || names_a_post(cell) => HeadPost::Unread,
        None => HeadPost::Unstated,
    }
}

fn parts(cell: &str) -> Vec<&str> {
    let divided = cell.split([',', ';', '(', ')', '\n', '–', '—', ':', '/']).flat_map(|part| part.split(" - "));
    divided.map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn level(text: &str) -> Option<PostLevel> {
    word(List::PostLevel, text)?.parse().ok()
}

/// The longest known post at the beginning or the end of a text, if it names its body.
fn longest(text: &str) -> Option<PostLevel> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let named = |post: String| level(&post).filter(|_| has_any(&post, &OF_BODIES));
    (2..words.len()).rev().find_map(|length| {
        let first = words.get(..length).map(|w| w.join(" "));
        let last = words.get(words.len() - length..).map(|w| w.join(" "));
        first.and_then(named).or_else(|| last.and_then(named))
    })
}

fn names_a_post(text: &str) -> bool {
    has_any(text, &OF_POSTS)
}

/// Whether a text has one of the words, as whole words.
fn has_any(text: &str, words: &[&str]) -> bool {
    let text = format!(" {} ", fold(text).replace(|c: char| !c.is_alphanumeric(), " "));
    words.iter().any(|word| text.contains(&format!(" {word} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_post_is_read_beside_the_name() {
        use PostLevel::*;
        for (cell, level) in [
            ("Nguyễn Văn Thử, Phó Chủ tịch UBND tỉnh", PpcViceChair),
            ("Ông Trần Văn Thử - Chủ tịch UBND tỉnh", PpcChair),
            ("Lê Thị Thử, chuyên viên", Staff),
            ("Phó Chủ tịch UBND tỉnh Nguyễn Văn Thử", PpcViceChair),
            ("Ông A (Giám đốc Sở Y tế)", DepartmentHead),
            ("Bà B – Phó Giám đốc Sở Ngoại vụ tỉnh Mẫu", DepartmentDeputyHead),
            ("Ông C, Phó Bí thư Tỉnh ủy, Chủ tịch UBND tỉnh", PpcChair),
            ("Chủ tịch UBND xã Vĩnh Thử", CommuneChair),
            ("Giám đốc Công ty TNHH Thử", EnterpriseHead),
            ("PCT UBND tỉnh", PpcViceChair),
        ] {
            assert_eq!(post_in(cell), HeadPost::Known(level), "{cell}");
        }
        for name in ["Nguyễn Văn Thử", "Ông Trần Thử", "H'Mẫu Niê", ""] {
            assert_eq!(post_in(name), HeadPost::Unstated, "{name}");
        }
        for cell in ["Ông A, Cục trưởng Cục Thử", "Giám đốc Bệnh viện Thử", "Nguyễn Văn A - Tổ 3"]
        {
            assert_eq!(post_in(cell), HeadPost::Unread, "{cell}");
        }
    }
}
