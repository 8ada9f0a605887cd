//! Reads and writes the file formats that offices use. Pure: no clock, no disk, no network.

pub mod chart;
pub mod csv;
pub mod docx;
pub mod ics;
mod looks;
pub mod package;
pub mod safe_file;
pub mod sheet;
pub mod svg;
pub mod template;
pub mod words_in;
mod workbook;
pub mod xlsx;
mod xml;
