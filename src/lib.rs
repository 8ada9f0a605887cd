//! # ngoaivu
//!
//! The system in which a Vietnamese province manages its delegations. This crate is one house; its rooms, from the
//! roof down (a room imports only lower floors and itself):
//!
//! | floor | rooms |
//! |---|---|
//! | 8 | `main` the command line · [`app`] the application once · [`demo`] the demo world |
//! | 5 | [`procedures`] each procedure a folder of the same ten names |
//! | 4 | [`registry`] agencies, officials, holidays · [`regulation`] the law book and its answers · [`approval`] steps, inbox, history · [`dossier`] what every procedure carries · [`statistics`] figures |
//! | 3 | [`access`] who is calling, and what he may do |
//! | 2 | [`web`] HTTP tools · [`record`] the audit trail |
//! | 1 | [`db`] the two databases · [`papers`] CSV, XLSX · [`error`] refusals · [`config`] |
//! | 0 | [`kernel`] words of the trade |
//!
//! Neighbours on floor 4 do not import each other: the procedure drives, the others answer. Pure files know neither
//! database nor HTTP nor clock. `tests/architecture.rs` holds all this.
//!
//! ## A walk: a clerk's head submits a trip
//!
//! 1. `procedures/outbound/http/acts.rs` names the route `…/submit` and hands its body, unread, to `act`.
//! 2. `access/call.rs`: the token becomes an [`access::account::Actor`]; `change_and` opens the transaction on the writer.
//! 3. `procedures/outbound/actions/mod.rs::find` loads the dossier (404), `open` checks 428, 403, 412, 409.
//! 4. `actions/approval.rs::submit` asks `regulation/assess.rs` with the facts of `case.rs`; missing papers are 409.
//! 5. `approval/process.rs` plans and opens the steps, `flow.rs` says the next state.
//! 6. `actions::conclude` saves, writes facts, history and trail; the writer commits; the view goes out.
//!
//! The decision and the annual figures walk the same way: see `docs/architecture.md`.

// The examples of the specification are long JSON literals.
#![recursion_limit = "256"]

pub mod access;
pub mod app;
pub mod approval;
pub mod calendar;
pub mod config;
pub mod db;
pub mod demo;
pub mod dossier;
pub mod error;
pub mod handling;
pub mod jobs;
pub mod kernel;
pub mod papers;
pub mod procedures;
pub mod record;
pub mod registry;
pub mod regulation;
pub mod statistics;
pub mod web;
