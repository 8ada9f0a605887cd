//! The API suite: the real application in-process, every test on both databases, time moved by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::allow_attributes,
    reason = "tests may panic"
)]

#[macro_use]
mod world;

mod access;
mod agencies;
mod amendments;
mod as_typed;
mod assessments;
mod backup;
mod calendar;
mod cases;
mod chromium;
mod command_line;
mod concerned;
mod contents;
mod corrections;
mod counting;
mod daily_work;
mod database;
mod dry_run;
mod duties;
mod first_trip;
mod growth;
mod histories;
mod imports;
mod inbound;
mod inbound_wrong_turns;
mod law_book;
mod laws;
mod list_noise;
mod lists;
mod malformed;
mod matrix;
mod note;
mod notes;
mod notices;
mod operation;
mod pages;
mod papers;
mod partners;
mod personal_data;
mod plans;
mod private_travel;
mod provider;
mod provinces;
mod readers;
mod records;
mod registry;
mod reports;
mod retention;
mod reveal;
mod rights;
mod sealed;
mod searches;
mod second_factors;
mod second_person;
mod sentences;
mod setup;
mod sights;
mod sign_ins;
mod spec;
mod statements;
mod statistics;
mod stored;
mod story;
mod substitutions;
mod trail;
mod uploads;
mod visits_assessed;
mod wrong_turns;
