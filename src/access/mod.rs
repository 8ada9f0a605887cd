//! Who is calling, and what they may do: accounts, roles, seats, sign-in, and the grant table.

pub mod account;
pub mod actions;
pub mod call;
pub mod context;
pub mod cookies;
pub mod holder;
pub mod http;
pub mod me_http;
pub mod me_store;
pub mod password;
pub mod permission;
pub mod seats;
pub mod services_http;
pub mod services_store;
pub mod sessions;
pub mod sessions_store;
pub mod shorts;
pub mod store;
pub mod substitutions;
pub mod substitutions_http;
pub mod substitutions_store;
pub mod throttle;
pub mod token;
pub mod trail;
pub mod user_views;
pub mod users;
