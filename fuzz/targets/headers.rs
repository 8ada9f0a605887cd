//! Headers that the API reads itself: versions, what is known already, keys of retries.
#![no_main]

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use ngoaivu::web::etag::{IfNoneMatch, etag, if_match};
use ngoaivu::web::idempotency::key_of;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    for name in ["if-match", "if-none-match", "idempotency-key"] {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), value.clone());
        let _ = if_match(&headers);
        let _ = IfNoneMatch::read(&headers).hits(&etag(1));
        if let Ok(Some(key)) = key_of(&headers) {
            assert!((1..=200).contains(&key.len()), "{key}");
        }
    }
});
