//! Taking in files: where they come from, line by line, through the door in batches, and the report of what became of
//! each. What a format means is the business of its own module; all of them end in lines of contract.md section 4.

mod hand;
pub mod lines;
mod report;
pub mod source;

pub mod jsonl;

pub use hand::{Mode, take_in};
pub use report::{Counts, Refused, Report};

use model::Line;
use tokio::sync::mpsc;

/// What a reader hands on, in the order of the file.
pub enum Item {
    /// A record. `aside` ones are made along the way (the teams of a log) and counted apart.
    Record { at: u64, line: Box<Line>, aside: bool },
    /// Something that cannot be taken, with the number of the record where it is known.
    Refused { at: u64, number: Option<String>, why: String },
    /// Worth knowing, but nothing was lost.
    Remark(String),
}

/// What a reader says at the end.
#[derive(Debug, Default)]
pub struct End {
    /// Lines or rows with something in them.
    pub read: u64,
    /// Why reading stopped before the end of the file; everything before was handed on.
    pub broken: Option<String>,
}

/// Items with how much had been read by then.
pub struct Batch {
    pub items: Vec<Item>,
    pub read: u64,
}

/// The reader's end of the belt; a full belt makes it wait.
pub struct Belt {
    sender: mpsc::Sender<Batch>,
    items: Vec<Item>,
    weight: usize,
}

/// Records in one batch, and history entries: what one transaction writes.
const RECORDS: usize = 200;
const WEIGHT: usize = 2_000;

/// The other end is gone: nobody takes in any more.
#[derive(Debug)]
pub struct Gone;

impl Belt {
    pub fn new() -> (Belt, mpsc::Receiver<Batch>) {
        let (sender, receiver) = mpsc::channel(4);
        (Belt { sender, items: Vec::new(), weight: 0 }, receiver)
    }

    /// Hands on one item; `read` is how many lines have been read by now.
    pub fn put(&mut self, item: Item, read: u64) -> Result<(), Gone> {
        self.weight += match &item {
            Item::Record { line, .. } => 1 + line.history.len(),
            _ => 1,
        };
        self.items.push(item);
        if self.items.len() >= RECORDS || self.weight >= WEIGHT { self.flush(read) } else { Ok(()) }
    }

    pub fn flush(&mut self, read: u64) -> Result<(), Gone> {
        self.weight = 0;
        let items = std::mem::take(&mut self.items);
        self.sender.blocking_send(Batch { items, read }).map_err(|_| Gone)
    }
}
