//! The packs that ship with the product, as text: 36 texts of the State and of provinces.

use std::sync::Arc;

use crate::book::{Book, load};
use crate::pack::{Pack, PackFault};

/// A book of the packs that ship with the product.
///
/// # Errors
///
/// The faults of the first pack that is not sound; a test makes sure that there is none.
pub fn shipped() -> Result<Book, Vec<PackFault>> {
    let mut book = Book::default();
    for (_, source) in SHIPPED {
        let known: Vec<Arc<Pack>> = book.latest().into_iter().cloned().collect();
        let known: Vec<&Pack> = known.iter().map(Arc::as_ref).collect();
        book.add(load(source, &known)?);
    }
    Ok(book)
}

/// The packs that ship with the product, in loading order: a pack comes after the one it extends.
pub const SHIPPED: &[(&str, &str)] = &[
    ("national", include_str!("../../../regulations/national.toml")),
    ("mau", include_str!("../../../regulations/mau.toml")),
    ("an-giang-2017", include_str!("../../../regulations/an-giang-2017.toml")),
    ("ba-ria-vung-tau-2008", include_str!("../../../regulations/ba-ria-vung-tau-2008.toml")),
    ("bac-giang-2018", include_str!("../../../regulations/bac-giang-2018.toml")),
    ("binh-duong-2023", include_str!("../../../regulations/binh-duong-2023.toml")),
    ("binh-phuoc-5516", include_str!("../../../regulations/binh-phuoc-5516.toml")),
    ("ca-mau-2014", include_str!("../../../regulations/ca-mau-2014.toml")),
    ("cao-bang", include_str!("../../../regulations/cao-bang.toml")),
    ("da-nang-2025", include_str!("../../../regulations/da-nang-2025.toml")),
    ("dak-nong-2012", include_str!("../../../regulations/dak-nong-2012.toml")),
    ("dong-nai", include_str!("../../../regulations/dong-nai.toml")),
    ("dong-thap-2026", include_str!("../../../regulations/dong-thap-2026.toml")),
    ("ha-noi-2015", include_str!("../../../regulations/ha-noi-2015.toml")),
    ("hau-giang-2012", include_str!("../../../regulations/hau-giang-2012.toml")),
    ("ho-chi-minh-2018", include_str!("../../../regulations/ho-chi-minh-2018.toml")),
    ("hung-yen-2021", include_str!("../../../regulations/hung-yen-2021.toml")),
    ("lai-chau-2019", include_str!("../../../regulations/lai-chau-2019.toml")),
    ("lam-dong-2012", include_str!("../../../regulations/lam-dong-2012.toml")),
    ("lao-cai-2014", include_str!("../../../regulations/lao-cai-2014.toml")),
    ("nd-88-2012", include_str!("../../../regulations/nd-88-2012.toml")),
    ("nd-262-2026", include_str!("../../../regulations/nd-262-2026.toml")),
    ("nghe-an", include_str!("../../../regulations/nghe-an.toml")),
    ("phu-tho", include_str!("../../../regulations/phu-tho.toml")),
    ("phu-yen", include_str!("../../../regulations/phu-yen.toml")),
    ("qd-06-2020", include_str!("../../../regulations/qd-06-2020.toml")),
    ("kon-tum", include_str!("../../../regulations/kon-tum.toml")),
    ("qd-09-2023", include_str!("../../../regulations/qd-09-2023.toml")),
    ("quang-binh-2018", include_str!("../../../regulations/quang-binh-2018.toml")),
    ("quang-nam-2008", include_str!("../../../regulations/quang-nam-2008.toml")),
    ("quang-ngai-2015", include_str!("../../../regulations/quang-ngai-2015.toml")),
    ("tay-ninh-2016", include_str!("../../../regulations/tay-ninh-2016.toml")),
    ("thai-binh-2018", include_str!("../../../regulations/thai-binh-2018.toml")),
    ("thua-thien-hue", include_str!("../../../regulations/thua-thien-hue.toml")),
    ("tuyen-quang-2013", include_str!("../../../regulations/tuyen-quang-2013.toml")),
    ("vinh-long-2014", include_str!("../../../regulations/vinh-long-2014.toml")),
];
