//! A table of typed cells: what lists and statistics export as CSV and XLSX.

use crate::time::Day;

/// One cell, with its type kept for spreadsheets.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(i64),
    Day(Day),
    Empty,
}

impl From<Option<Day>> for Cell {
    fn from(day: Option<Day>) -> Self {
        day.map_or(Cell::Empty, Cell::Day)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

/// A header and its rows; every row is as wide as the header.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub name: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}
