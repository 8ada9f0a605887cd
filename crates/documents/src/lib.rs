//! Papers: bytes in and out of the formats that offices use. Pure.

pub mod chart;
pub mod csv;
pub mod docx;
pub mod ics;
pub mod sheet;
pub mod svg;
pub mod xlsx;
