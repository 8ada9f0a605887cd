//! Stories in a real browser: the ways of a trip and of a visit by keys alone, with script and without; what script adds; both widths.

mod bad_days;
mod driver;
mod pages;
mod states;
mod trip;
mod visit;
