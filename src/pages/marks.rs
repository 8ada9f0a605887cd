//! Marks around names in a text of a page. People, units, titles and citations are in Vietnamese whatever the language of the
//! page is; a browser reads them aloud as such (WCAG 3.1.2, language of parts). Pure.

/// Begin and end a name: isolates (UAX #9), which show nothing where a text stands outside of a page.
const BEGIN: char = '\u{2068}';
const END: char = '\u{2069}';

/// A name in a text of another language; nothing stays nothing.
pub fn marked(name: &str) -> String {
    if name.trim().is_empty() {
        return String::new();
    }
    // What somebody typed has no marks of ours.
    let plain: String = name.chars().filter(|c| !matches!(*c, BEGIN | END)).collect();
    format!("{BEGIN}{plain}{END}")
}

/// The text without marks.
pub fn unmarked(text: &str) -> String {
    text.chars().filter(|c| !matches!(*c, BEGIN | END)).collect()
}

/// The text as HTML, with each name in a part of its own where the page is in another language.
pub fn html(text: &str, vietnamese: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut inside = false;
    for c in text.chars() {
        match c {
            BEGIN if !inside => {
                inside = true;
                out.push_str(if vietnamese { "" } else { r#"<span lang="vi">"# });
            }
            END if inside => {
                inside = false;
                out.push_str(if vietnamese { "" } else { "</span>" });
            }
            BEGIN | END => {}
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c => out.push(c),
        }
    }
    if inside && !vietnamese {
        out.push_str("</span>");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parts_of_their_own_and_nothing_typed_becomes_markup() {
        let text = format!("{} · for {}", marked("Trần <b>Bình"), marked("Lê \u{2068}An"));
        assert_eq!(
            html(&text, false),
            r#"<span lang="vi">Trần &lt;b&gt;Bình</span> · for <span lang="vi">Lê An</span>"#
        );
        assert_eq!(html(&text, true), "Trần &lt;b&gt;Bình · for Lê An");
        assert_eq!(html("a\u{2069}b\u{2068}c", false), r#"ab<span lang="vi">c</span>"#);
        assert_eq!(unmarked(&text), "Trần <b>Bình · for Lê An");
        assert_eq!(marked("  "), "");
    }
}
