//! # ngoaivu
//!
//! The system in which a Vietnamese province manages its official delegations. The crate is divided into rooms, from
//! the top down (a room imports only lower floors and itself):
//!
//! | floor | rooms |
//! |---|---|
//! | 9 | `main` the command line · [`app`] state and routes of the application · [`demo`] the demo world |
//! | 8 | [`jobs`] background jobs |
//! | 7 | [`calendar`] who is abroad, who is visiting |
//! | 6 | [`procedures`] each procedure a folder of the same ten names |
//! | 5 | [`handling`] what dossiers of all procedures share |
//! | 4 | [`registry`] agencies, officials, partners, holidays · [`regulation`] regulations and what they say about a case · [`approval`] steps, inbox, history · [`dossier`] parts of dossiers · [`statistics`] figures |
//! | 3 | [`access`] who calls, and what they may do |
//! | 2 | [`web`] HTTP tools · [`record`] the audit trail, the outbox |
//! | 1 | [`db`] the two databases · [`papers`] CSV, XLSX, DOCX, iCalendar · [`error`] refusals · [`config`] |
//! | 0 | [`kernel`] the vocabulary of the domain |
//!
//! Rooms on floor 4 do not import each other: the rooms above call them. Pure files know neither database nor HTTP
//! nor clock. `tests/architecture.rs` checks all this.
//!
//! ## Walk-through: the head of an agency submits a trip
//!
//! 1. `handling/http/routes.rs` made the route `…/submit` for the procedure; it passes its body, unread, to `act`.
//! 2. `access/call.rs`: the token becomes an [`access::account::Actor`]; `change_and` opens the transaction on the writer.
//! 3. `handling/actions/mod.rs::find` loads the dossier (404), `open` checks 428, 403, 412, 409.
//! 4. `handling/actions/approval.rs::submit` asks `regulation/assess.rs` with the facts of the procedure's `case.rs`;
//!    missing documents give 409.
//! 5. `approval/process.rs` plans and opens the steps, the procedure's `flow.rs` says the next state.
//! 6. `handling/actions::conclude` saves, writes facts, history and trail; the writer commits; the response is sent.
//!
//! The decision and the annual statistics take the same path: see `docs/architecture.md`.

// The examples of the specification are long JSON literals.
#![recursion_limit = "256"]

pub mod access;
pub mod app;
pub mod approval;
pub mod audit;
pub mod calendar;
pub mod config;
pub mod db;
pub mod demo;
pub mod dossier;
pub mod duties;
pub mod error;
pub mod imports;
pub mod issued_papers;
pub mod jobs;
pub mod passport_custody;
pub mod plans;
pub mod procedures;
pub mod registry;
pub mod regulations;
pub mod reports;
pub mod statistics;
pub mod vocabulary;
pub mod web;
