//! A file line by line, each of a bounded length whatever the file holds.

use std::io::{self, BufRead};

/// Longest line that is looked at, in bytes.
pub const LINE_MAX: usize = 8 << 20;

pub struct Lines<R> {
    reader: R,
    at: u64,
    buffer: Vec<u8>,
}

pub enum Read<'a> {
    /// A line without its end.
    Line(&'a str),
    /// A line that was skipped, with the reason.
    Bad(String),
    End,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Lines<R> {
        Lines { reader, at: 0, buffer: Vec::new() }
    }

    /// Number of the last line read, from 1.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The next line. A last line without an end counts, unless the file breaks off within it.
    ///
    /// # Errors
    /// What the file or its gzip says; lines before it have been answered.
    pub fn next_line(&mut self) -> io::Result<Read<'_>> {
        self.buffer.clear();
        let (mut long, mut length) = (false, 0usize);
        loop {
            let ready = match self.reader.fill_buf() {
                Ok(ready) => ready,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if ready.is_empty() {
                if length == 0 {
                    return Ok(Read::End);
                }
                break;
            }
            let end = ready.iter().position(|byte| *byte == b'\n');
            let part = &ready[..end.unwrap_or(ready.len())];
            length += part.len() + usize::from(end.is_some());
            if !long && self.buffer.len() + part.len() > LINE_MAX {
                long = true;
                // The memory goes back at once; what is left of the line is only counted.
                self.buffer = Vec::new();
            }
            if !long {
                self.buffer.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        self.at += 1;
        if long {
            return Ok(Read::Bad(format!("is {} MB long, 8 MB at most, and was skipped", length >> 20)));
        }
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        let line = match self.at {
            1 => self.buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.buffer),
            _ => &self.buffer,
        };
        Ok(match std::str::from_utf8(line) {
            Ok(line) => Read::Line(line),
            Err(_) if self.at == 1 && (line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff")) => {
                Read::Bad("is UTF-16; save the file as UTF-8".into())
            }
            Err(error) => Read::Bad(format!("is not UTF-8 (byte {})", error.valid_up_to() + 1)),
        })
    }
}

/// A sentence for a file that breaks off.
pub fn broken(error: &io::Error, at: u64) -> String {
    let why = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends in the middle (a truncated gzip file)".to_string(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => format!("its gzip is damaged ({error})"),
        _ => error.to_string(),
    };
    match at {
        0 => format!("the file cannot be read: {why}"),
        at => format!("the file cannot be read after line {at}: {why}; what stood before was taken"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(io::BufReader::with_capacity(7, bytes));
        let mut found = Vec::new();
        loop {
            match lines.next_line().unwrap() {
                Read::Line(line) => found.push(line.to_string()),
                Read::Bad(why) => found.push(format!("!{why}")),
                Read::End => return found,
            }
        }
    }

    #[test]
    fn ends_of_lines_and_marks_of_order_are_taken_off() {
        assert_eq!(all(b"\xef\xbb\xbfone\r\ntwo\n\nfour"), ["one", "two", "", "four"]);
        assert_eq!(all(b""), Vec::<String>::new());
    }

    #[test]
    fn a_line_without_end_in_memory_is_skipped_and_the_next_one_read() {
        let mut bytes = vec![b'x'; LINE_MAX + 2_000_000];
        bytes.extend_from_slice(b"\nnext\n\xff\n");
        let found = all(&bytes);
        assert_eq!(found[0], "!is 9 MB long, 8 MB at most, and was skipped");
        assert_eq!(found[1], "next");
        assert_eq!(found[2], "!is not UTF-8 (byte 1)");
    }
}
