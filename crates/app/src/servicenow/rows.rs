//! Rows of a CSV (RFC 4180) with the line in which each begins: quoted values may hold commas, quotes and line ends; a
//! row that cannot be read costs nothing but itself.

use std::{
    collections::VecDeque,
    io::{self, BufRead},
};

use crate::intake::lines::{LINE_MAX, Lines, Read};

/// Lines that one quoted row may span; a quote that never closes is a defect of its own line.
const SPAN: usize = 500;

pub struct Row {
    /// Line in which it begins.
    pub at: u64,
    pub values: Result<Vec<String>, String>,
}

pub struct Rows<R> {
    lines: Lines<R>,
    /// Lines read too far, to be read again.
    again: VecDeque<(u64, Result<String, String>)>,
    separator: Option<char>,
}

impl<R: BufRead> Rows<R> {
    pub fn new(reader: R) -> Rows<R> {
        Rows { lines: Lines::new(reader), again: VecDeque::new(), separator: None }
    }

    /// Number of the last line read.
    pub fn at(&self) -> u64 {
        self.lines.at()
    }

    /// The next row that is not empty.
    ///
    /// # Errors
    /// What the file or its gzip says; rows before it have been answered.
    pub fn next_row(&mut self) -> io::Result<Option<Row>> {
        loop {
            let Some((at, line)) = self.line()? else { return Ok(None) };
            let line = match line {
                Ok(line) => line,
                Err(why) => return Ok(Some(Row { at, values: Err(why) })),
            };
            if line.trim().is_empty() {
                continue;
            }
            let separator = *self.separator.get_or_insert_with(|| separator(&line));
            return Ok(Some(Row { at, values: self.values(at, line, separator)? }));
        }
    }

    fn line(&mut self) -> io::Result<Option<(u64, Result<String, String>)>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        let line = match self.lines.next_line()? {
            Read::End => return Ok(None),
            Read::Line(line) => Ok(line.to_string()),
            Read::Bad(why) => Err(why),
        };
        Ok(Some((self.lines.at(), line)))
    }

    /// Values of the row that begins with this line, taking in further lines while a quote is open.
    fn values(&mut self, at: u64, first: String, separator: char) -> io::Result<Result<Vec<String>, String>> {
        if let Some(values) = split(&first, separator) {
            return Ok(Ok(values));
        }
        let mut whole = first;
        let mut further = Vec::new();
        while further.len() < SPAN && whole.len() < LINE_MAX {
            // A file that breaks off here is told of when its next line is asked for.
            let Some((line_at, line)) = self.line()? else { break };
            let open = line.as_ref().ok().map(|line| format!("{whole}\n{line}"));
            further.push((line_at, line));
            match open {
                Some(text) => whole = text,
                None => break,
            }
            if let Some(values) = split(&whole, separator) {
                return Ok(Ok(values));
            }
        }
        for line in further.into_iter().rev() {
            self.again.push_front(line);
        }
        Ok(Err(format!("a quote that opens in line {at} is never closed")))
    }
}

fn separator(header: &str) -> char {
    [',', ';', '\t', '|'].into_iter().max_by_key(|mark| (header.matches(*mark).count(), *mark == ',')).unwrap_or(',')
}

/// Values of a row; `None` while a quote is open.
fn split(row: &str, separator: char) -> Option<Vec<String>> {
    let mut values = Vec::with_capacity(40);
    let mut rest = row;
    loop {
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted, separator)?,
            None => match rest.split_once(separator) {
                Some((value, after)) => (value.to_string(), Some(after)),
                None => (rest.to_string(), None),
            },
        };
        values.push(value);
        match after {
            Some(after) => rest = after,
            None => return Some(values),
        }
    }
}

fn quoted_value(mut rest: &str, separator: char) -> Option<(String, Option<&str>)> {
    let mut value = String::new();
    loop {
        let (before, after) = rest.split_once('"')?;
        value.push_str(before);
        if let Some(doubled) = after.strip_prefix('"') {
            value.push('"');
            rest = doubled;
            continue;
        }
        // Whatever stands between the closing quote and the separator belongs to the value all the same.
        return Some(match after.split_once(separator) {
            Some((tail, after)) => (value + tail, Some(after)),
            None => (value + after, None),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(u64, Result<Vec<String>, String>)> {
        let mut rows = Rows::new(text.as_bytes());
        let mut found = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            found.push((row.at, row.values));
        }
        found
    }

    #[test]
    fn quoted_values_hold_commas_quotes_and_ends_of_lines() {
        let rows = all("a,b\n\"1,\"\"x\"\"\n2\",3\r\n\n4,5");
        assert_eq!(rows[1], (2, Ok(vec!["1,\"x\"\n2".into(), "3".into()])));
        assert_eq!(rows[2], (5, Ok(vec!["4".into(), "5".into()])));
    }

    #[test]
    fn an_open_quote_costs_its_own_row_only() {
        let rows = all("a,b\n\"open,2\n3,4\n5,6\n");
        assert!(rows[1].1.is_err());
        assert_eq!(rows[2], (3, Ok(vec!["3".into(), "4".into()])));
        assert_eq!(rows.len(), 4);
    }

    #[test]
    fn other_separators_are_told_from_the_header() {
        assert_eq!(all("a;b\n1;2,5")[1].1, Ok(vec!["1".into(), "2,5".into()]));
    }
}
