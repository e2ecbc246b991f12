//! Tables as files: CSV and XLSX, safe to open in a table program, and both read back. Pure; knows no record.

mod commas;
mod excel;
mod reading;

use jiff::civil::Date;
use model::{Decimal, Moment};

pub use commas::{Lines, harmless, plain};
pub use excel::{LINES_MAX, Sheets};
pub use reading::{Line, read};

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(Decimal),
    Flag(bool),
    Date(Date),
    /// UTC, as everything here.
    Instant(Moment),
}

impl Cell {
    /// A text; nothing for an empty one.
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    /// As it stands in a file of texts, before what is not harmless is made so.
    pub fn print(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.normalize().to_string(),
            Cell::Flag(flag) => flag.to_string(),
            Cell::Date(date) => date.to_string(),
            Cell::Instant(at) => at.to_string(),
        }
    }
}

/// A table with the names of its columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub name: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// A form in which tables leave the house. A further one is a variant here and an arm in [`Format::write`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    pub const ALL: [Format; 2] = [Format::Xlsx, Format::Csv];

    /// Its name, and how names of such files end.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }

    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Media type, as files of it are served and sent.
    pub fn media(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Whole tables as one file. CSV parts several tables by an empty line, with the name of each before it.
    ///
    /// # Errors
    /// A sentence, where a temporary file cannot be written or a table is too long for the form.
    pub fn write(self, tables: &[Table], now: Moment) -> Result<Vec<u8>, String> {
        match self {
            Format::Csv => {
                let mut lines = Lines::new();
                for (at, table) in tables.iter().enumerate() {
                    if at > 0 {
                        lines.gap()?;
                    }
                    if tables.len() > 1 {
                        lines.add(&[Cell::text(&table.name)])?;
                    }
                    lines.heads(&table.heads)?;
                    table.rows.iter().try_for_each(|row| lines.add(row))?;
                }
                lines.take()
            }
            Format::Xlsx => {
                let mut sheets = Sheets::new(now);
                for table in tables {
                    sheets.begin(&table.name, &table.heads)?;
                    table.rows.iter().try_for_each(|row| sheets.add(row))?;
                }
                sheets.finish()
            }
        }
    }
}

#[cfg(test)]
mod tests;
