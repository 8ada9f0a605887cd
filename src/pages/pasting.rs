//! Guests or members pasted from a sheet: shown first, then put in the place of the list, or added to it.

use crate::pages::contract::Offer;
use crate::pages::forms::labels;
use crate::pages::forms::names::is_country;
use crate::pages::forms::paste::{self, GUESTS, MEMBERS, Pasted, PastedInto, list_of};
use crate::pages::forms::shape::{FormField, InputKind};
use crate::pages::forms::typed::Typed;
use crate::pages::held::{MASK, PASTED, masked};
use crate::pages::request::PageRequest;

/// The fields of pasting: the list that rows are pasted into, the text, the button, and the member of each column.
const LIST: &str = "paste:list";
const TEXT: &str = "paste:text";
const BUTTON: &str = "paste:do";
const COLUMN: &str = "paste:column:";
/// The rows were pasted and not taken over.
const WAITS: &str = "paste:waits";

/// Whether a field is about pasting.
pub fn is_pasting(name: &str) -> bool {
    name.starts_with("paste:")
}

/// The list that rows are pasted into.
fn list(typed: &Typed) -> &'static PastedInto {
    typed.get(LIST).and_then(list_of).unwrap_or(&GUESTS)
}

/// What is shown for pasting.
pub struct Pasting {
    pub list: &'static str,
    pub most: usize,
    pub heading: String,
    /// What the list does not keep of the sheet.
    pub left_out: String,
    pub text: String,
    /// The columns of the preview; none before anything was pasted.
    pub columns: Vec<PastedColumn>,
    pub rows: Vec<PastedRow>,
    pub cut: bool,
    /// They were pasted and not taken over when the form was sent.
    pub waits: bool,
}

pub struct PastedColumn {
    pub name: String,
    pub label: String,
    pub offers: Vec<Offer>,
}

pub struct PastedRow {
    pub number: usize,
    pub cells: Vec<String>,
    /// What is wrong with the row as it is.
    pub fault: String,
}

/// A form with pasted rows that could not be sent shows them again, whichever button was pressed.
pub fn show_again(typed: &mut Typed) {
    if typed.get(TEXT).is_some_and(|text| !text.trim().is_empty()) {
        typed.set(BUTTON, "preview");
    }
}

/// Where the number of a pasted cell is kept.
fn kept_at(row: usize, column: usize) -> String {
    format!("{PASTED}{row}/{column}/passport_number")
}

/// Takes numbers of passports out of a pasted text: what stands in their column, and what looks like one in any other.
fn hide_pasted(typed: &mut Typed) {
    let Pasted { columns, header, .. } = as_shown(typed);
    // A list that takes no numbers may be pasted from a sheet that has them.
    let of_guests = paste::read(typed.get(TEXT).unwrap_or_default(), &GUESTS).columns;
    let is_of_passports = |row: usize, column: usize| {
        let of = |columns: &[Option<&str>]| columns.get(column).copied().flatten() == Some("passport_number");
        let named = of(&columns) || (header && of(&of_guests));
        named && !(header && row == 0)
    };
    let Some(text) = typed.get(TEXT).filter(|text| !text.trim().is_empty()).map(str::to_owned) else { return };
    let mut cells = paste::cells(&text);
    let mut numbers = Vec::new();
    for (row, line) in cells.iter_mut().enumerate() {
        for (column, cell) in line.iter_mut().enumerate() {
            let hidden = cell.trim().is_empty() || cell.starts_with(MASK);
            if hidden || !(paste::is_number(cell) || is_of_passports(row, column)) {
                continue;
            }
            numbers.push((kept_at(row, column), cell.clone()));
            *cell = masked(cell);
        }
    }
    let text: Vec<String> = cells.into_iter().map(|line| line.join("\t")).collect();
    typed.set(TEXT, &text.join("\n"));
    typed.0.extend(numbers);
}

/// The number that a masked cell stands for: the one that was hidden there, or, where rows were moved or taken away since, the
/// only one that looks so. None where several do: nobody gets the number of somebody else.
fn hidden_number(typed: &Typed, at: &str, shown: &str) -> Option<String> {
    let looks_so = |number: &&str| masked(number) == shown;
    if let Some(own) = typed.get(at).filter(looks_so) {
        return Some(own.to_owned());
    }
    let hidden = typed.0.iter().filter(|(at, _)| at.starts_with(PASTED)).map(|(_, number)| number.as_str());
    let mut fitting = hidden.filter(looks_so);
    fitting.next().filter(|_| fitting.next().is_none()).map(str::to_owned)
}

/// The pasted rows with the numbers that the page does not show. A mask that stands for none of them stays one: it is refused as a
/// number.
fn read(typed: &Typed) -> Pasted {
    let mut pasted = as_shown(typed);
    let first = usize::from(pasted.header);
    for (at, line) in pasted.rows.iter_mut().enumerate() {
        for (column, cell) in line.iter_mut().enumerate().filter(|(_, cell)| cell.starts_with(MASK)) {
            if let Some(number) = hidden_number(typed, &kept_at(at + first, column), cell) {
                *cell = number;
            }
        }
    }
    pasted
}

/// The pasted rows with the columns as they were chosen.
fn as_shown(typed: &Typed) -> Pasted {
    let list = list(typed);
    let mut pasted = paste::read(typed.get(TEXT).unwrap_or_default(), list);
    for (at, column) in pasted.columns.iter_mut().enumerate() {
        if let Some(chosen) = typed.get(&format!("{COLUMN}{at}")) {
            *column = list.member(chosen);
        }
    }
    pasted
}

impl Pasting {
    /// What is shown for pasting in a part that has the list.
    pub fn of(page: &PageRequest, fields: &[FormField], typed: &Typed) -> Option<Self> {
        let rows = fields.iter().filter(|f| matches!(f.kind, InputKind::Rows { .. }));
        let list = rows.filter_map(|f| list_of(&f.name)).next()?;
        let previewed = typed.get(BUTTON) == Some("preview");
        let pasted = if previewed { as_shown(typed) } else { Pasted::default() };
        let whole = if previewed { read(typed) } else { Pasted::default() };
        let label =
            |member: &str| labels::of(list.schema, member).map_or(member, |l| l.label(page.language)).to_owned();
        let column = |(at, chosen): (usize, &Option<&'static str>)| PastedColumn {
            name: format!("{COLUMN}{at}"),
            label: format!("{} {}", page.t("Cột", "Column"), at + 1),
            offers: list
                .members
                .iter()
                .map(|m| Offer { value: (*m).to_owned(), label: label(m), chosen: *chosen == Some(*m) })
                .collect(),
        };
        let row = |(at, cells): (usize, &Vec<String>)| PastedRow {
            number: at + 1,
            fault: fault(page, list, &pasted, cells, whole.rows.get(at).unwrap_or(cells)),
            cells: cells.clone(),
        };
        Some(Pasting {
            list: list.field,
            most: list.most,
            heading: match list.field {
                "members" => page.t("Thêm nhiều người: dán từ Excel", "Many people: paste from a sheet").to_owned(),
                _ => page.t("Dán từ Excel", "Paste from a sheet").to_owned(),
            },
            left_out: match list.field {
                "members" => page.t(
                    "Người được tìm trong danh mục cán bộ theo họ tên; chức vụ, hộ chiếu lấy từ danh mục.",
                    "People are found in the register of officials by name; posts and passports come from there.",
                ),
                _ => page.t(
                    "Cột «Ngày sinh» không được lưu: hệ thống không giữ ngày sinh của khách.",
                    "The date of birth is left out: the system does not keep it for guests.",
                ),
            }
            .to_owned(),
            text: if previewed { typed.get(TEXT).unwrap_or_default().to_owned() } else { String::new() },
            columns: pasted.columns.iter().enumerate().map(column).collect(),
            rows: pasted.rows.iter().enumerate().map(row).collect(),
            cut: pasted.cut,
            waits: typed.get(WAITS).is_some(),
        })
    }
}

/// What is wrong with a pasted row, in each of its columns. What is told names the cell as it is shown; `whole` has its numbers.
fn fault(page: &PageRequest, list: &PastedInto, pasted: &Pasted, cells: &[String], whole: &[String]) -> String {
    let of = |row: &'_ [String], member: &str| {
        let at = pasted.columns.iter().position(|c| *c == Some(member))?;
        row.get(at).filter(|cell| !cell.is_empty()).cloned()
    };
    let cell = |member: &str| of(cells, member);
    if cell(list.name).is_none() {
        return page.t("Thiếu họ và tên", "The name is missing").to_owned();
    }
    let told = |vi: &str, en: &str, cell: &str| format!("{}: «{cell}»", page.t(vi, en));
    let mut faults = Vec::new();
    match cell("nationality") {
        None if list.member("nationality").is_none() => {}
        None => faults.push(page.t("Thiếu quốc tịch", "The nationality is missing").to_owned()),
        Some(name) if !is_country(page, &name) => {
            faults.push(told("Không có nước này", "There is no such country", &name));
        }
        Some(_) => {}
    }
    if let Some(role) = cell("role") {
        let known = page.contract.list("member_role").iter().any(|(word, _)| *word == paste::value_of("role", &role));
        if !known {
            faults.push(told("Không có vai trò này", "There is no such role", &role));
        }
    }
    // Judged whole, and told without what it is.
    let plain = |number: &str| number.len() <= 40 && number.chars().all(|c| c.is_ascii_alphanumeric());
    if of(whole, "passport_number").is_some_and(|number| !plain(&number)) {
        faults.push(page.t("Không phải số hộ chiếu", "This is no passport number").to_owned());
    }
    faults.join("; ")
}

/// Does what a button of pasting asks. True if the page is only shown again: the preview. Rows that were taken over are
/// sent with the rest of the form.
pub fn pasted(typed: &mut Typed) -> bool {
    let asked = typed.get(BUTTON).unwrap_or_default().to_owned();
    let text = typed.get(TEXT).is_some_and(|text| !text.trim().is_empty());
    match asked.as_str() {
        // Rows that were pasted and not taken over are shown, whatever else was pressed: they would be lost.
        "" if text => {
            typed.set(BUTTON, "preview");
            typed.set(WAITS, "true");
            hide_pasted(typed);
            return true;
        }
        "preview" => {
            hide_pasted(typed);
            return true;
        }
        "replace" | "add" => {
            let (rows, into) = (read(typed), list(typed));
            // A role that is none would be lost without a word: the preview names it.
            if into == &MEMBERS && rows.has_unknown_role() {
                typed.set(BUTTON, "preview");
                hide_pasted(typed);
                return true;
            }
            let list = format!("/{}", into.field);
            if asked == "replace" {
                let below = format!("{list}/");
                typed.0.retain(|(name, _)| !name.starts_with(&below));
            }
            typed.drop_blank_rows(&list);
            let first = typed.rows(&list).last().map_or(0, |last| last + 1);
            typed.0.extend(rows.typed(into, first));
        }
        _ => {}
    }
    typed.0.retain(|(name, _)| !is_pasting(name) && !name.starts_with(PASTED));
    false
}
