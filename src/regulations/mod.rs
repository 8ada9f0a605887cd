//! The regulations of this installation: loaded packs, the choice of a regulation by province, the working calendar, and questions over HTTP.
//! The library `regulation` defines packs and assessments.

pub mod addressed;
pub mod card_question;
pub mod choices_http;
pub mod holidays_http;
pub mod http;
pub mod question;
pub mod store;
pub mod view;
pub mod visit_question;
