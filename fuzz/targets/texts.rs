//! Texts as people type them: folding, numbers, marks of secrecy, machine-readable zones, sealed texts, cursors.
#![no_main]

use kernel::mrz::Mrz;
use kernel::page::{seal, unseal};
use kernel::text::{bears_secret_mark, fold, nfc, number_key};
use libfuzzer_sys::fuzz_target;
use ngoaivu::sealing;

fuzz_target!(|text: &str| {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folding twice changes something");
    assert_eq!(fold(&nfc(text)), folded, "the form of a letter changes what is found");
    let key = number_key(text);
    assert_eq!(number_key(&key), key);
    let _ = bears_secret_mark(text);
    let _ = Mrz::read(text).map(|mrz| mrz.may_name(text));
    // A text that nobody sealed is read as it is.
    if !sealing::is_sealed(text) {
        assert_eq!(sealing::open(text).as_deref(), Ok(text));
    }
    let _ = unseal("list", text);
    if !text.contains('\u{1f}') {
        assert_eq!(unseal("list", &seal("list", &[text.to_owned()])), Some(vec![text.to_owned()]));
    }
});
