//! What reverse proxies add to a request.

pub const FORWARDED_FOR: &str = "x-forwarded-for";
/// By which a proxy is known.
pub const PROXY_HEADERS: [&str; 5] = [FORWARDED_FOR, "x-forwarded-proto", "x-forwarded-host", "forwarded", "via"];
