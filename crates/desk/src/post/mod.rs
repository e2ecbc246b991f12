//! Mail in and out: mailboxes, what became of each message, and answers that go out as jobs. How a message is read and
//! decided upon stands in the crate `mail`; here it meets records.

mod answer;
mod asking;
mod came;
mod look;
mod mailbox;
mod notice;
mod parcel;
mod rating;
mod standing;
mod take;
mod texts;
mod written;

use model::{Actor, Column, Entry, Job, Kind, Moment, Phase, Record, Value, Via};
use serde_json::json;

pub use answer::{Delivery, Outgoing};
pub use came::{Came, Enclosed, Opened};
pub use look::{Message, Messages};
pub use mailbox::{Definition, Mailbox, MailboxEdit, Security, Server};
pub(crate) use notice::Notice;
pub use parcel::Parcel;
pub use rating::{Holder, over_since};
pub use take::Taken;
pub use texts::Text;

/// Name of the job that sends one answer.
pub const SEND: &str = "mail-send";
/// Name of the job that fetches from a mailbox.
pub const FETCH: &str = "mail-fetch";

/// Whether a message came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

impl Way {
    pub fn name(self) -> &'static str {
        match self {
            Way::In => "in",
            Way::Out => "out",
        }
    }
}

/// A message as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    pub id: i64,
    pub mailbox: i64,
    pub way: Way,
    /// Message-ID without brackets, or a digest of the bytes.
    pub identity: String,
    /// Of what came: a name of `mail::Outcome`. Of what went: `waiting`, `sent`, `failed`, `bounced` or `held`.
    pub outcome: String,
    pub reason: String,
    pub sender: String,
    pub recipient: String,
    pub subject: String,
    /// The record that it belongs to; empty for none.
    pub number: String,
    pub at: Moment,
    pub size: i64,
    /// Digest of its bytes in the store of files.
    pub blob: String,
    pub automatic: bool,
}

/// A later word on a message.
#[derive(Clone, Debug)]
pub struct Settled {
    pub outcome: String,
    pub reason: String,
    pub number: String,
}

/// Promises mail to the requester (for a new record, a public note, and for a record that is done) and to whoever must act
/// on it. Whether there is anything to send is found out when it is sent; an import never promises any.
pub fn promise(kind: &Kind, record: &Record, entry: &Entry) -> Vec<Job> {
    let mut jobs = asking::promised(kind, record, entry);
    match entry.act.as_str() {
        "escalate" => jobs.extend(brought_in(kind, record, entry)),
        _ => jobs.extend(answered(kind, record, entry)),
    }
    jobs
}

fn answered(kind: &Kind, record: &Record, entry: &Entry) -> Option<Job> {
    let column = kind.fields.iter().find(|field| field.column == Some(Column::Requester));
    let requester = column.and_then(|field| record.fields.get(&field.name));
    let told = match entry.act.as_str() {
        "create" => true,
        "note" | "step" => {
            let public = entry.note.as_ref().is_some_and(|note| note.public);
            let ends = entry.changes.contains_key("state") && kind.phase(&record.state) == Phase::Done;
            public || ends
        }
        _ => false,
    };
    if requester.is_none() || !told || entry.via == Via::Import {
        return None;
    }
    Some(Job {
        name: SEND,
        payload: json!({"kind": kind.name, "number": record.number, "version": entry.version}),
        run_at: entry.recorded,
        key: Some(format!("{SEND}:{}:{}", record.number, entry.version)),
    })
}

/// A mail to everybody whom an entry brings in.
fn brought_in(kind: &Kind, record: &Record, entry: &Entry) -> Vec<Job> {
    let rows = kind.escalation.and_then(|escalation| record.fields.get(escalation.rows));
    let told = |row: &Value| {
        let part = |name: &str| row.part(name).and_then(Value::as_text);
        let now = row.part("at").and_then(Value::as_moment) == Some(entry.at);
        let to = part("to").filter(|_| now)?;
        Some(inner("escalation", to, part("reason").unwrap_or_default(), record, entry.version, entry.recorded))
    };
    rows.map(Value::entries).unwrap_or_default().iter().filter_map(told).collect()
}

/// A mail to one of our own people about an entry of a record.
pub(crate) fn inner(occasion: &str, to: &str, note: &str, record: &Record, version: i64, run_at: Moment) -> Job {
    Job {
        name: SEND,
        payload: json!({"kind": record.kind, "number": record.number, "version": version, "occasion": occasion, "to": to,
            "note": note}),
        run_at,
        key: Some(format!("{SEND}:{}:{version}:{occasion}:{to}", record.number)),
    }
}

/// Who writes into a record when a message does: its sender by name and address, with the rights of the program,
/// because what may be done was decided before.
fn writer(sender: &str, name: &str) -> Actor {
    let system = Actor::system("mail", Via::Mail);
    if sender.is_empty() {
        return system;
    }
    let name = if name.is_empty() { sender } else { name };
    Actor { email: sender.into(), name: name.into(), ..system }
}
