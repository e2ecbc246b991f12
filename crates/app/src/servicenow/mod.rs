//! The incident log of ServiceNow: a CSV with one row per update of a ticket. Each ticket becomes one incident, each row
//! one entry of its history with the log's own time.
//!
//! - `rows`: rows of a CSV whatever stands in them, each with its line.
//! - `header`: which column is which.
//! - `words`: what the tool's words mean here.
//! - `ticket`: rows of one ticket in the order of their times, as a line.

mod header;
mod rows;
mod ticket;
mod words;

use std::{
    collections::{BTreeMap, HashMap},
    io::BufRead,
};

use jiff::tz::TimeZone;
use model::{Catalog, Line};

use crate::intake::{Belt, End, Gone, Item, lines::broken};
use header::Header;
use rows::{Row, Rows};
use ticket::{Ticket, Update};
use words::Words;

/// Reads the whole log, then hands on one incident per ticket, in the order in which the log first names them.
pub fn read(reader: impl BufRead, catalog: &Catalog, zone: &TimeZone, belt: &mut Belt) -> End {
    let mut end = End::default();
    // Nobody takes in any more: the reason is told elsewhere.
    let _ = log(reader, &Words::new(catalog, zone.clone()), belt, &mut end);
    end
}

fn log(reader: impl BufRead, words: &Words, belt: &mut Belt, end: &mut End) -> Result<(), Gone> {
    let mut rows = Rows::new(reader);
    let Some(header) = begin(&mut rows, belt, end)? else { return Ok(()) };
    let mut log = Log::default();
    loop {
        match rows.next_row() {
            Ok(Some(row)) => {
                end.read += 1;
                log.row(row, &header, words, belt, end.read)?;
            }
            Ok(None) => break,
            Err(error) => {
                end.broken = Some(broken(&error, rows.at()));
                break;
            }
        }
    }
    log.hand_on(words, belt, end.read)
}

/// The first row says what the columns are; without the needed ones nothing else can be understood.
fn begin(rows: &mut Rows<impl BufRead>, belt: &mut Belt, end: &mut End) -> Result<Option<Header>, Gone> {
    let first = match rows.next_row() {
        Ok(first) => first,
        Err(error) => {
            end.broken = Some(broken(&error, rows.at()));
            return Ok(None);
        }
    };
    let header = match first {
        None => Err("the file is empty: a header with the names of the columns is missing".into()),
        Some(Row { values: Err(why), .. }) => Err(format!("the header {why}")),
        Some(Row { values: Ok(names), .. }) => Header::read(&names),
    };
    match header {
        Ok(header) => {
            for remark in &header.remarks {
                belt.put(Item::Remark(remark.clone()), 0)?;
            }
            Ok(Some(header))
        }
        Err(why) => {
            end.broken = Some(why);
            Ok(None)
        }
    }
}

/// Tickets in the order in which the log first names them.
#[derive(Default)]
struct Log {
    places: HashMap<String, usize>,
    tickets: Vec<Ticket>,
}

impl Log {
    fn row(&mut self, row: Row, header: &Header, words: &Words, belt: &mut Belt, read: u64) -> Result<(), Gone> {
        let at = row.at;
        let taken = row.values.map_err(|why| (None, why)).and_then(|values| {
            let number = header.number(&values).and_then(|number| words.number(number));
            let update = match &number {
                Some(_) => Update::read(at, &values, header, words),
                None => Err("number: it is missing, so nobody can tell which ticket the row is about".into()),
            };
            update.map(|update| (number.clone().unwrap_or_default(), update)).map_err(|why| (number, why))
        });
        match taken {
            Ok((number, update)) => {
                let place = *self.places.entry(number).or_insert_with_key(|number| {
                    self.tickets.push(Ticket::new(number));
                    self.tickets.len() - 1
                });
                self.tickets[place].updates.push(update);
                Ok(())
            }
            Err((number, why)) => belt.put(Item::Refused { at, number, why }, read),
        }
    }

    fn hand_on(self, words: &Words, belt: &mut Belt, read: u64) -> Result<(), Gone> {
        let (tickets, mut doubles) = (self.tickets.len(), 0);
        let mut teams: BTreeMap<String, String> = BTreeMap::new();
        let mut lines = Vec::with_capacity(tickets);
        for mut ticket in self.tickets {
            doubles += ticket.settle();
            teams.extend(ticket.teams(words));
            lines.push(ticket);
        }
        belt.put(Item::Remark(format!("{tickets} tickets; times read as {}", words.zone_name())), read)?;
        if doubles > 0 {
            belt.put(Item::Remark(format!("{doubles} rows stand there twice and count once")), read)?;
        }
        for (number, title) in teams {
            let fields = serde_json::Map::from_iter([("name".to_string(), title.as_str().into())]);
            let line =
                Line { kind: "team".into(), number: Some(number), title: Some(title), fields, ..Line::default() };
            belt.put(Item::Record { at: 1, line: Box::new(line), aside: true }, read)?;
        }
        for ticket in lines {
            let at = ticket.first_line();
            belt.put(Item::Record { at, line: Box::new(ticket.line(words)), aside: false }, read)?;
        }
        Ok(())
    }
}
