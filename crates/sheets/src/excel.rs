//! XLSX (ECMA-376), written row by row into a temporary file, so that a long list needs no memory. Every cell has its type:
//! no text is ever a formula.

use jiff::{civil::DateTime, tz::TimeZone};
use model::{Decimal, Moment};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::Cell;

/// Most lines of a table: what can be made while somebody waits. The form itself ends at 1,048,576.
pub const LINES_MAX: usize = 250_000;
/// Longest text of a cell, in UTF-16 units: the form's own limit.
const TEXT_MAX: usize = 32_767;
/// Longest name of a sheet, and what may not stand in one.
const NAME_MAX: usize = 31;
const NAMELESS: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// Width of a column in letters: enough for a number, a name, a day.
const WIDTH: u16 = 20;
/// Digits of a number that the form keeps.
const DIGITS: usize = 15;

/// A workbook that is being written, one sheet after the other.
pub struct Sheets {
    workbook: Workbook,
    names: Vec<String>,
    /// The next row of the newest sheet.
    row: u32,
    head: Format,
    day: Format,
    instant: Format,
}

fn told(error: XlsxError) -> String {
    format!("the table cannot be written as XLSX: {error}")
}

impl Sheets {
    /// `now` is written into the file as the time at which it was made.
    pub fn new(now: Moment) -> Sheets {
        let mut workbook = Workbook::new();
        if let Some(at) = excel_time(TimeZone::UTC.to_datetime(now.timestamp())) {
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&at));
        }
        Sheets {
            workbook,
            names: Vec::new(),
            row: 0,
            head: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }

    /// Begins a sheet. Its name is cut to what the form takes, and numbered where it is taken.
    ///
    /// # Errors
    /// A sentence, where no temporary file can be made.
    pub fn begin(&mut self, name: &str, heads: &[String]) -> Result<(), String> {
        let name = self.free(name);
        let sheet = self.workbook.add_worksheet_with_constant_memory().map_err(told)?;
        sheet.set_name(&name).map_err(told)?;
        sheet.set_freeze_panes(1, 0).map_err(told)?;
        for (at, head) in (0u16..).zip(heads) {
            sheet.set_column_width(at, WIDTH).map_err(told)?;
            sheet.write_string_with_format(0, at, cut(head), &self.head).map_err(told)?;
        }
        self.names.push(name);
        self.row = 1;
        Ok(())
    }

    fn free(&self, name: &str) -> String {
        let plain: String = name.chars().filter(|letter| !NAMELESS.contains(letter) && !letter.is_control()).collect();
        let plain = plain.trim_matches(['\'', ' ']);
        let plain = if plain.is_empty() { "Sheet" } else { plain };
        let named = |tail: &str| {
            let short: String = plain.chars().take(NAME_MAX - tail.len()).collect();
            format!("{}{tail}", short.trim_end_matches(['\'', ' ']))
        };
        let is_free = |name: &String| self.names.iter().all(|known| known.to_lowercase() != name.to_lowercase());
        let numbered = (2..).map(|at| named(&format!(" {at}")));
        std::iter::once(named("")).chain(numbered).find(is_free).unwrap_or_default()
    }

    /// # Errors
    /// A sentence, for a line too many or where the temporary file cannot be written.
    pub fn add(&mut self, row: &[Cell]) -> Result<(), String> {
        if self.row as usize > LINES_MAX {
            return Err(format!("a table has at most {LINES_MAX} lines as XLSX: narrow the list, or take CSV"));
        }
        let (at, newest) = (self.row, self.names.len().saturating_sub(1));
        let sheet = self.workbook.worksheet_from_index(newest).map_err(told)?;
        for (column, cell) in (0u16..).zip(row) {
            put(sheet, at, column, cell, [&self.day, &self.instant]).map_err(told)?;
        }
        self.row += 1;
        Ok(())
    }

    /// # Errors
    /// A sentence, where the temporary files cannot be read again.
    pub fn finish(mut self) -> Result<Vec<u8>, String> {
        if self.names.is_empty() {
            self.begin("Sheet", &[])?;
        }
        self.workbook.save_to_buffer().map_err(told)
    }
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    [day, instant]: [&Format; 2],
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Flag(flag) => drop(sheet.write_boolean(row, column, *flag)?),
        Cell::Number(number) => match as_number(number) {
            Some(number) => drop(sheet.write_number(row, column, number)?),
            None => drop(sheet.write_string(row, column, cell.print())?),
        },
        Cell::Date(date) => match excel_time(date.at(0, 0, 0, 0)) {
            Some(at) => drop(sheet.write_datetime_with_format(row, column, &at, day)?),
            None => drop(sheet.write_string(row, column, cell.print())?),
        },
        Cell::Instant(moment) => match excel_time(TimeZone::UTC.to_datetime(moment.timestamp())) {
            Some(at) => drop(sheet.write_datetime_with_format(row, column, &at, instant)?),
            None => drop(sheet.write_string(row, column, cell.print())?),
        },
        Cell::Text(text) => drop(sheet.write_string(row, column, cut(text))?),
    }
    Ok(())
}

/// A number that the form keeps to its last digit.
fn as_number(number: &Decimal) -> Option<f64> {
    let text = number.normalize().to_string();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.parse().ok().filter(|_| digits <= DIGITS)
}

/// `None` before 1900, where the form has no days.
fn excel_time(at: DateTime) -> Option<ExcelDateTime> {
    let small = |number: i8| u8::try_from(number).ok();
    let date = ExcelDateTime::from_ymd(u16::try_from(at.year()).ok()?, small(at.month())?, small(at.day())?).ok()?;
    let millisecond = u16::try_from(at.subsec_nanosecond() / 1_000_000).ok()?;
    date.and_hms_milli(u16::from(small(at.hour())?), small(at.minute())?, small(at.second())?, millisecond).ok()
}

/// A text as far as a cell holds it; the end says that there was more.
fn cut(text: &str) -> String {
    let seen = |letter: &char| !letter.is_control() || *letter == '\n' || *letter == '\t';
    let text: String = text.chars().filter(seen).collect();
    if text.encode_utf16().count() <= TEXT_MAX {
        return text;
    }
    let mut units = 0;
    let fits = |letter: &char| {
        units += letter.len_utf16();
        units < TEXT_MAX
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}
