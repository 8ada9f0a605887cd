//! Regulations as data: packs are read and checked, and an assessment asks them who decides, by which article.

pub mod assess;
pub mod book;
pub mod case;
pub mod check;
pub mod fact;
pub mod findings;
pub mod http;
pub mod pack;
pub mod question;
pub mod read;
pub mod read_condition;
pub mod read_rules;
pub mod schedule;
pub mod store;
pub mod view;
pub mod visit_question;

/// The packs that come with the product, in the order they are loaded (what is extended first).
pub const SHIPPED: &[(&str, &str)] = &[
    ("national", include_str!("../../regulations/national.toml")),
    ("mau", include_str!("../../regulations/mau.toml")),
    ("an-giang-2017", include_str!("../../regulations/an-giang-2017.toml")),
    ("bac-giang-2018", include_str!("../../regulations/bac-giang-2018.toml")),
    ("hau-giang-2012", include_str!("../../regulations/hau-giang-2012.toml")),
    ("binh-duong-2023", include_str!("../../regulations/binh-duong-2023.toml")),
    ("dong-nai", include_str!("../../regulations/dong-nai.toml")),
    ("thai-binh-2018", include_str!("../../regulations/thai-binh-2018.toml")),
    ("qd-06-2020", include_str!("../../regulations/qd-06-2020.toml")),
    ("nd-88-2012", include_str!("../../regulations/nd-88-2012.toml")),
];
