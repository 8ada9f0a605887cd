//! Forms of the pages, days as people write them, and cells that were pasted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ngoaivu::pages::forms::typed::Typed;
use ngoaivu::pages::forms::{days, paste};

fuzz_target!(|bytes: &[u8]| {
    let mut typed = Typed::of_form(bytes);
    typed.drop_blank_rows("/guests");
    let _ = typed.rows("/guests");
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(day) = days::day(text) {
        assert_eq!(days::day(&day.format("%d/%m/%Y").to_string()).ok(), Some(day), "{text}");
    }
    let _ = days::moment(text);
    let pasted = paste::read(text);
    for (pointer, _) in pasted.typed("/guests", 0) {
        assert!(pointer.starts_with("/guests/"), "{pointer}");
    }
});
