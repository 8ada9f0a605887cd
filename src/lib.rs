//! # ngoaivu
//!
//! The system in which a Vietnamese province manages its official delegations. The crate is divided into rooms, from
//! the top down; a room imports only lower floors and itself:
//!
//! | floor | rooms |
//! |---|---|
//! | 12 | `cli` the command line · [`app`] state and routes of the application · [`vocabulary`] every word with its labels · [`demo`] the demo world |
//! | 11 | [`pages`] the web pages · [`jobs`] background jobs |
//! | 10 | [`desk`] what one person has before them · [`imports`] old lists |
//! | 9 | [`calendar`] who is where · [`reports`] frozen reports · [`duties`] what is owed after a trip · [`passport_custody`] passports that a unit keeps · [`personal_data`] what people ask about theirs, and incidents · [`issued_papers`] documents of the office |
//! | 8 | [`procedures`] the list of procedures, each a folder with the same names |
//! | 7 | [`dossier`] what dossiers of all procedures share · [`plans`] the annual plan |
//! | 6 | [`registry`] agencies, officials, partners, holidays · [`regulations`] stored packs and questions to them · [`approval`] steps, inbox, history · [`statistics`] figures |
//! | 5 | [`access`] who calls, and what they may do |
//! | 4 | [`web`] HTTP tools · [`backup`] everything in one file |
//! | 3 | [`audit`] the audit trail |
//! | 2 | [`db`] the two databases · [`error`] refusals · [`config`] settings |
//! | 1 | [`sealing`] encryption at rest: fields, papers, backups |
//! | 0 | [`private_files`] files for the server alone · crates `kernel` the vocabulary of the domain · `documents` sheets, CSV, XLSX, DOCX, iCalendar · `regulation` the law book · `schema` the tables |
//!
//! Rooms on one floor do not import each other: the rooms above call them. Pure files know neither database nor HTTP
//! nor clock. `tests/architecture.rs` checks all this.
//!
//! ## Walk-through: the head of an agency submits a trip
//!
//! 1. `dossier/http/routes.rs` made the route `…/submit` for the procedure; it passes its body, unread, to `act`.
//! 2. `access/call.rs`: the token becomes an [`access::account::Actor`]; `change_and` opens the transaction on the writer.
//! 3. `dossier/actions/mod.rs::find` loads the dossier (404), `open` checks 428, 403, 412, 409.
//! 4. `dossier/actions/approval.rs::submit` asks `crates/regulation/src/assess.rs` with the facts of the procedure's
//!    `case.rs`; missing documents give 409.
//! 5. `approval/process.rs` plans and opens the steps, the procedure's `flow.rs` says the next state.
//! 6. `dossier/actions/mod.rs::conclude` saves, writes facts, history and trail; the writer commits; the response is sent.
//!
//! The decision and the annual statistics take the same path: see `docs/architecture.md`.

// The examples of the specification are long JSON literals.
#![recursion_limit = "256"]

pub mod access;
pub mod app;
pub mod approval;
pub mod audit;
pub mod backup;
pub mod calendar;
pub mod config;
pub mod db;
pub mod demo;
pub mod desk;
pub mod dossier;
pub mod duties;
pub mod error;
pub mod imports;
pub mod issued_papers;
pub mod jobs;
pub mod pages;
pub mod passport_custody;
pub mod personal_data;
pub mod plans;
pub mod private_files;
pub mod procedures;
pub mod registry;
pub mod regulations;
pub mod reports;
pub mod sealing;
pub mod statistics;
pub mod vocabulary;
pub mod web;
