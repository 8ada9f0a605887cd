//! What pages load beside themselves: styles and pictures, in the binary, under addresses that change with their content.

use std::sync::OnceLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use flate2::Compression;

use crate::error::{Result, not_found};
use crate::pages::packing::{self, takes_gzip};
use crate::web::idempotency::fingerprint;

struct Asset {
    name: &'static str,
    media_type: &'static str,
    body: &'static [u8],
}

const ASSETS: &[Asset] = &[
    Asset { name: "pages.css", media_type: "text/css; charset=utf-8", body: include_bytes!("assets/pages.css") },
    Asset { name: "page.js", media_type: "text/javascript; charset=utf-8", body: include_bytes!("assets/page.js") },
    Asset { name: "star.svg", media_type: "image/svg+xml", body: include_bytes!("assets/star.svg") },
];

fn tags() -> &'static [(&'static str, String)] {
    static TAGS: OnceLock<Vec<(&'static str, String)>> = OnceLock::new();
    TAGS.get_or_init(|| {
        let tag = |asset: &Asset| fingerprint(asset.body).chars().take(12).collect();
        ASSETS.iter().map(|asset| (asset.name, tag(asset))).collect()
    })
}

/// The address of an asset.
pub fn address(name: &str) -> String {
    let tag = tags().iter().find(|(known, _)| *known == name).map_or("", |(_, tag)| tag.as_str());
    format!("/assets/{tag}/{name}")
}

/// The assets in gzip, in their order.
fn packed() -> &'static [Vec<u8>] {
    static PACKED: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    PACKED.get_or_init(|| ASSETS.iter().map(|asset| packing::packed(asset.body, Compression::best())).collect())
}

/// An asset. Its address names its content, so that it may be kept for a year.
#[get("/assets/{tag}/{name}")]
pub async fn serve(req: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (tag, name) = path.into_inner();
    let known = tags().iter().any(|(known, of)| *known == name && *of == tag);
    let found = ASSETS.iter().zip(packed()).find(|(asset, _)| known && asset.name == name);
    let (asset, packed) = found.ok_or_else(not_found)?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(asset.media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "Accept-Encoding"));
    if takes_gzip(&req) && !packed.is_empty() {
        return Ok(response.insert_header((header::CONTENT_ENCODING, "gzip")).body(packed.as_slice()));
    }
    Ok(response.body(asset.body))
}
