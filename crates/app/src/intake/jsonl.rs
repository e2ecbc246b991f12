//! JSON Lines: one record a line (contract.md section 4).

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::BufRead,
};

use model::{Catalog, Line, canonical};
use serde_json::Value as Json;

use super::{
    Belt, End, Gone, Item,
    lines::{Lines, Read, broken},
};

/// Reads lines until the end of the file or of its readability.
pub fn read(reader: impl BufRead, catalog: &Catalog, belt: &mut Belt) -> End {
    let mut lines = Lines::new(reader);
    let mut seen = Seen::default();
    let mut end = End::default();
    loop {
        let item = match lines.next_line() {
            Ok(Read::End) => return end,
            Ok(Read::Line(line)) if line.trim().is_empty() => continue,
            Ok(Read::Line(line)) => {
                let read = one(line, catalog);
                seen.item(read, lines.at(), catalog)
            }
            Ok(Read::Bad(why)) => Item::Refused { at: lines.at(), number: None, why },
            Err(error) => {
                end.broken = Some(broken(&error, lines.at()));
                return end;
            }
        };
        end.read += 1;
        if let Err(Gone) = belt.put(item, end.read) {
            return end;
        }
    }
}

/// The record, or the number as far as it can be made out and the reasons.
fn one(line: &str, catalog: &Catalog) -> Result<Line, (Option<String>, String)> {
    let json: Json = serde_json::from_str(line).map_err(|error| (None, not_json(&error)))?;
    let number = json.get("number").and_then(Json::as_str).map(|number| number.chars().take(60).collect());
    let kind = json.get("kind").and_then(Json::as_str).unwrap_or_default().trim().to_string();
    let line = Line::read(json).map_err(|reasons| (number.clone(), reasons.join("; ")))?;
    match catalog.find(&kind).filter(|found| found.name == kind) {
        Some(_) => Ok(line),
        None => Err((number, format!("kind: {}", catalog.unknown(&kind)))),
    }
}

fn not_json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    match error.column() {
        0 => format!("is not JSON: {what}"),
        column => format!("is not JSON: {what} at column {column}"),
    }
}

/// Numbers that came already, with their line and a digest of what it said.
#[derive(Default)]
struct Seen {
    numbers: HashMap<String, (u64, u64)>,
}

impl Seen {
    fn item(&mut self, line: Result<Line, (Option<String>, String)>, at: u64, catalog: &Catalog) -> Item {
        let line = match line {
            Ok(line) => line,
            Err((number, why)) => return Item::Refused { at, number, why },
        };
        let number = catalog.find(&line.kind).and_then(|kind| line.own_number(kind));
        if let Some(number) = number {
            let digest = digest(&line);
            match self.numbers.get(&number) {
                Some((first, before)) if *before != digest => {
                    let why = format!("number: {number} stands in line {first} already, and says something else there");
                    return Item::Refused { at, number: Some(number), why };
                }
                Some(_) => {}
                None => drop(self.numbers.insert(number, (at, digest))),
            }
        }
        Item::Record { at, line: Box::new(line), aside: false }
    }
}

fn digest(line: &Line) -> u64 {
    let mut hasher = DefaultHasher::new();
    canonical::bytes(&line.write()).hash(&mut hasher);
    hasher.finish()
}
