//! Documents that an office issues (thể thức văn bản, NĐ 30/2020/NĐ-CP): submissions, decisions, permissions and
//! reports, filled into templates that the office can edit in Word, and numbered without gaps.

pub mod actions;
pub mod http;
pub mod issue;
pub mod layout;
pub mod model;
pub mod names;
pub mod results;
pub mod store;
pub mod templates_http;
