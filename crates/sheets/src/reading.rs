//! Reading a table that somebody filled in: CSV whatever parts its columns, or the first sheet of an XLSX file.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};

/// Number of a line as people see it, and its cells.
pub type Line = (usize, Vec<String>);

/// An XLSX file is a ZIP archive (APPNOTE.TXT 4.3.7).
const ARCHIVE: [u8; 4] = *b"PK\x03\x04";
/// Most bytes that a file may unfold to, most lines and most columns that are read.
const UNFOLDED_MAX: u64 = 64 << 20;
const LINES_MAX: u32 = 100_000;
const COLUMNS_MAX: u32 = 200;

/// Every line that says something, the first being the names of the columns.
///
/// # Errors
/// A sentence about the file as a whole, without its subject: "is not in UTF-8 …".
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, String> {
    if bytes.starts_with(&ARCHIVE) { sheet(bytes) } else { commas(bytes) }
}

fn says_something(cells: &[String]) -> bool {
    cells.iter().any(|cell| !cell.trim().is_empty())
}

fn commas(bytes: &[u8]) -> Result<Vec<Line>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not in UTF-8: save it as \"CSV UTF-8\"".to_owned())?;
    // With one kind of line end, so that lines are counted as people see them.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let head = text.lines().next().unwrap_or_default();
    let parted = [b',', b';', b'\t'].into_iter().max_by_key(|mark| head.matches(char::from(*mark)).count());
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.delimiter(parted.unwrap_or(b',')).flexible(true).has_headers(false);
    let mut lines = Vec::new();
    for record in reader.from_reader(text.as_bytes()).records() {
        let record = record.map_err(|error| error.to_string())?;
        let begins = record.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(1));
        // The reader counts from blank lines before the record; people count the record's own line.
        let blank = text.lines().skip(begins.saturating_sub(1)).take_while(|line| line.trim().is_empty()).count();
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if says_something(&cells) {
            lines.push((begins + blank, cells));
        }
    }
    Ok(lines)
}

fn unreadable(error: impl std::fmt::Display) -> String {
    format!("cannot be read as XLSX ({error}): save it anew as XLSX or as \"CSV UTF-8\"")
}

/// The first sheet, cell by cell: no table is laid out for cells that are not there.
fn sheet(bytes: &[u8]) -> Result<Vec<Line>, String> {
    unfolds_small(bytes)?;
    let mut book: Xlsx<Cursor<&[u8]>> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let first = book.sheet_names().first().cloned().ok_or_else(|| "has no sheet".to_owned())?;
    let mut cells = book.worksheet_cells_reader(&first).map_err(unreadable)?;
    let mut lines: Vec<Line> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let ((row, column), text) = (cell.get_position(), printed(cell.get_value()));
        if text.trim().is_empty() {
            continue;
        }
        if row >= LINES_MAX {
            return Err(format!("has more than {LINES_MAX} lines"));
        }
        if column >= COLUMNS_MAX {
            return Err(format!("has more than {COLUMNS_MAX} columns"));
        }
        let (number, column) = (row as usize + 1, column as usize);
        if lines.last().is_none_or(|(last, _)| *last != number) {
            lines.push((number, Vec::new()));
        }
        if let Some((_, line)) = lines.last_mut() {
            if line.len() <= column {
                line.resize(column + 1, String::new());
            }
            line[column] = text;
        }
    }
    Ok(lines)
}

/// Unfolds every part and throws it away: what a file says of its own sizes is not to be believed.
fn unfolds_small(bytes: &[u8]) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut left = UNFOLDED_MAX;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(unreadable)?;
        let read = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(unreadable)?;
        left = left.checked_sub(read).ok_or_else(|| "unfolds to more than 64 MB".to_owned())?;
    }
    Ok(())
}

/// A cell as it would stand in CSV.
fn printed(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
            }
        }
    }
}
