//! How the cells of a workbook look, where that changes what they mean: hidden and struck-through rows, days shown as
//! months, and the date system (ISO/IEC 29500-1 §18.2.28, §18.3.1, §18.8). Pure.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;

use chrono::Datelike;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::sheet::{CellValue, DateSystem, MAX_COLUMNS, Sheet};
use crate::xml::{attribute, each_event};

/// CellLooks into the parts of a workbook.
pub struct CellLooks<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    dates: DateSystem,
    /// The part of each sheet, by its name.
    parts: HashMap<String, String>,
    /// By index of the cell format.
    styles: Vec<CellStyle>,
    /// Number of shared texts.
    pub texts: usize,
    /// Indexes of shared texts that are struck through, in whole or in part.
    struck: HashSet<usize>,
}

/// What a cell format says.
#[derive(Clone, Copy, Default)]
struct CellStyle {
    struck: bool,
    shown: DayShown,
}

/// What of a day is shown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum DayShown {
    #[default]
    Day,
    Month,
    Year,
}

impl<'a> CellLooks<'a> {
    /// Reads what is common to all sheets; an error says why the workbook is broken.
    pub fn of(bytes: &'a [u8]) -> Result<Self, String> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
        let mut looks = CellLooks {
            archive,
            dates: DateSystem::Since1900,
            parts: HashMap::new(),
            styles: Vec::new(),
            texts: 0,
            struck: HashSet::new(),
        };
        looks.read_workbook()?;
        looks.styles = looks.read_styles()?;
        looks.read_texts()?;
        Ok(looks)
    }

    /// Calls `on` with each event of a part; there are none if there is no such part.
    fn part(&mut self, name: &str, on: &mut dyn FnMut(Event)) -> Result<(), String> {
        self.archive.by_name(name).map_or(Ok(()), |part| each_event(part, on))
    }

    fn elements(&mut self, name: &str, on: &mut dyn FnMut(&BytesStart)) -> Result<(), String> {
        self.part(name, &mut |event| {
            if let Event::Start(element) | Event::Empty(element) = event {
                on(&element);
            }
        })
    }

    fn read_workbook(&mut self) -> Result<(), String> {
        let mut targets: HashMap<String, String> = HashMap::new();
        self.elements("xl/_rels/workbook.xml.rels", &mut |element| {
            if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target")) {
                let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                targets.insert(id, path);
            }
        })?;
        let (mut dates, mut parts) = (DateSystem::Since1900, HashMap::new());
        self.elements("xl/workbook.xml", &mut |element| match element.local_name().as_ref() {
            "workbookPr" if is_on(element, "date1904") => dates = DateSystem::Since1904,
            "sheet" => {
                let path = attribute(element, "id").and_then(|id| targets.get(&id));
                parts.extend(attribute(element, "name").zip(path.cloned()));
            }
            _ => {}
        })?;
        (self.dates, self.parts) = (dates, parts);
        Ok(())
    }

    /// Notes in a sheet how its rows look; a day that is shown as a month or a year becomes the text that is shown.
    pub fn note(&mut self, sheet: &mut Sheet) -> Result<(), String> {
        sheet.dates = self.dates;
        let Some(path) = self.parts.get(&sheet.name).cloned() else { return Ok(()) };
        let (styles, struck) = (std::mem::take(&mut self.styles), std::mem::take(&mut self.struck));
        let Sheet { rows, hidden_rows, struck_rows, hidden_columns, .. } = sheet;
        let mut rows = rows.iter_mut().peekable();
        let (mut number, mut column, mut shared) = (0u32, 0usize, false);
        let read = self.part(&path, &mut |event| match event {
            Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                "col" if is_on(&element, "hidden") => {
                    let bound = |name| attribute(&element, name).and_then(|n| n.parse::<usize>().ok());
                    let last = bound("max").unwrap_or(0).min(MAX_COLUMNS);
                    hidden_columns.extend(bound("min").unwrap_or(1).max(1) - 1..last);
                }
                "row" => {
                    number = attribute(&element, "r").and_then(|r| r.parse().ok()).unwrap_or(number + 1);
                    column = 0;
                    while rows.next_if(|row| row.number < number).is_some() {}
                    let has_cells = rows.peek().is_some_and(|row| row.number == number);
                    if has_cells && is_on(&element, "hidden") {
                        hidden_rows.push(number);
                    }
                }
                "c" => {
                    column = attribute(&element, "r").and_then(|r| column_of(&r)).unwrap_or(column + 1);
                    shared = attribute(&element, "t").as_deref() == Some("s");
                    let style = attribute(&element, "s").and_then(|s| s.parse::<usize>().ok());
                    let style = style.and_then(|s| styles.get(s)).copied().unwrap_or_default();
                    let row = rows.peek_mut().filter(|row| row.number == number);
                    if let Some(cell) = row.and_then(|row| row.cells.get_mut(column.wrapping_sub(1))) {
                        style.show(cell);
                        if style.struck && !cell.is_empty() {
                            strike(struck_rows, number);
                        }
                    }
                }
                "strike" if is_struck(&element) => strike(struck_rows, number),
                _ => {}
            },
            Event::Text(value) if shared && value.trim().parse().is_ok_and(|index| struck.contains(&index)) => {
                strike(struck_rows, number);
            }
            Event::End(element) if element.local_name().as_ref() == "c" => shared = false,
            _ => {}
        });
        (self.styles, self.struck) = (styles, struck);
        read
    }

    fn read_texts(&mut self) -> Result<(), String> {
        let (mut texts, mut struck) = (0usize, HashSet::new());
        self.elements("xl/sharedStrings.xml", &mut |element| match element.local_name().as_ref() {
            "si" => texts += 1,
            "strike" if is_struck(element) => {
                struck.insert(texts.saturating_sub(1));
            }
            _ => {}
        })?;
        (self.texts, self.struck) = (texts, struck);
        Ok(())
    }

    /// The cell formats, by index.
    fn read_styles(&mut self) -> Result<Vec<CellStyle>, String> {
        // Format 17 is "mmm-yy" in every workbook (§18.8.30).
        let mut formats: HashMap<u32, DayShown> = [(17, DayShown::Month)].into();
        let (mut fonts, mut styles) = (Vec::new(), Vec::new());
        // Fonts and formats also stand elsewhere, as parts of conditional formats and of named styles.
        let mut within = "";
        self.part("xl/styles.xml", &mut |event| match event {
            Event::Start(element) | Event::Empty(element) => {
                let id = |name| attribute(&element, name).and_then(|n| n.parse::<u32>().ok());
                match element.local_name().as_ref() {
                    "fonts" => within = "fonts",
                    "cellXfs" => within = "cellXfs",
                    "cellStyleXfs" | "dxfs" => within = "",
                    "numFmt" => {
                        let code = attribute(&element, "formatCode").unwrap_or_default();
                        formats.extend(id("numFmtId").map(|id| (id, shown(&code))));
                    }
                    "font" if within == "fonts" => fonts.push(false),
                    "strike" if within == "fonts" && is_struck(&element) => {
                        fonts.last_mut().into_iter().for_each(|struck| *struck = true);
                    }
                    "xf" if within == "cellXfs" => {
                        let font = id("fontId").and_then(|n| usize::try_from(n).ok());
                        let struck = font.and_then(|n| fonts.get(n)).copied().unwrap_or(false);
                        let shown = id("numFmtId").and_then(|n| formats.get(&n)).copied().unwrap_or_default();
                        styles.push(CellStyle { struck, shown });
                    }
                    _ => {}
                }
            }
            Event::End(element) if ["fonts", "cellXfs"].contains(&element.local_name().as_ref()) => within = "",
            _ => {}
        })?;
        Ok(styles)
    }
}

impl CellStyle {
    /// Makes a cell what its format shows of it.
    fn show(self, cell: &mut CellValue) {
        let CellValue::Day(day) = cell else { return };
        match self.shown {
            DayShown::Day => {}
            DayShown::Month => *cell = CellValue::Text(format!("{:02}/{}", day.month(), day.year())),
            DayShown::Year => *cell = CellValue::Text(day.year().to_string()),
        }
    }
}

fn strike(rows: &mut Vec<u32>, number: u32) {
    if rows.last() != Some(&number) {
        rows.push(number);
    }
}

fn is_on(element: &BytesStart, name: &str) -> bool {
    matches!(attribute(element, name).as_deref(), Some("1" | "true" | "on"))
}

/// `<strike/>` strikes through, unless it says otherwise.
fn is_struck(element: &BytesStart) -> bool {
    attribute(element, "val").is_none() || is_on(element, "val")
}

/// The number of the column in a reference such as `AB12`, from 1.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let value =
        |sum: usize, letter: u8| Some(sum.checked_mul(26)? + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    letters.take(4).try_fold(0, value).filter(|column| *column > 0)
}

/// What a number format shows of a day (§18.8.31).
fn shown(code: &str) -> DayShown {
    let mut signs = String::new();
    let mut rest = code.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => rest.by_ref().take_while(|c| *c != '"').for_each(drop),
            '[' => rest.by_ref().take_while(|c| *c != ']').for_each(drop),
            '\\' | '_' | '*' => {
                rest.next();
            }
            ';' => break,
            c => signs.push(c.to_ascii_lowercase()),
        }
    }
    match (signs.contains('y') && !signs.contains(['d', 'h', 's']), signs.contains('m')) {
        (false, _) => DayShown::Day,
        (true, true) => DayShown::Month,
        (true, false) => DayShown::Year,
    }
}
