//! Stories in a real browser: the way of a trip by keys alone, with script and without; what script adds; both widths.

mod driver;
mod pages;
mod trip;
