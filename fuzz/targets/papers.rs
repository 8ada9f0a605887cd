//! Uploaded papers and templates: what is taken is taken again, unchanged.
#![no_main]

use documents::safe_file::made_safe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = documents::template::fields_of(bytes);
    let _ = documents::words_in::each_text(bytes, 1 << 20, &mut |_| {});
    if let Ok(once) = made_safe(bytes.to_vec()) {
        match made_safe(once.clone()) {
            Ok(twice) => assert!(once == twice, "a file that was made safe is changed again"),
            Err(_) => panic!("a file that was made safe is refused"),
        }
    }
});
