//! A regulation pack: it is loaded, or every fault names its line.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    if let Err(faults) = regulation::book::load(source, &[]) {
        assert!(!faults.is_empty(), "refused without a reason");
    }
});
