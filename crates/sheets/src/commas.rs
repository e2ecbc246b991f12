//! CSV (RFC 4180), as lines that can be taken away while more of them come.

use crate::Cell;

/// Lines that are written and not yet taken away.
pub struct Lines(csv::Writer<Vec<u8>>);

impl Default for Lines {
    fn default() -> Lines {
        Lines::new()
    }
}

fn told(error: impl std::fmt::Display) -> String {
    format!("the lines cannot be written: {error}")
}

impl Lines {
    pub fn new() -> Lines {
        Lines(csv::WriterBuilder::new().flexible(true).from_writer(Vec::new()))
    }

    /// The names of columns; ours, and harmless by themselves.
    ///
    /// # Errors
    /// A sentence; memory is the only thing that can run out.
    pub fn heads(&mut self, heads: &[String]) -> Result<(), String> {
        self.0.write_record(heads).map_err(told)
    }

    /// # Errors
    /// As [`Lines::heads`].
    pub fn add(&mut self, row: &[Cell]) -> Result<(), String> {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            other => other.print(),
        });
        self.0.write_record(cells).map_err(told)
    }

    /// An empty line.
    ///
    /// # Errors
    /// As [`Lines::heads`].
    pub fn gap(&mut self) -> Result<(), String> {
        self.0.write_record([""]).map_err(told)
    }

    /// What was written.
    ///
    /// # Errors
    /// As [`Lines::heads`].
    pub fn take(self) -> Result<Vec<u8>, String> {
        self.0.into_inner().map_err(told)
    }
}

/// Letters by which a table program takes a text for a formula (OWASP, CSV injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text that a table program would take for a formula gets an apostrophe before it.
pub fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.into() }
}

/// And loses it again.
pub fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => cell,
    }
}
