//! Pages made by hand that belong to a record of some kind, so that the generic page of the record can lead to them.

use desk::Shown;
use kinds::information::document_version as version;
use model::{Kind, Value};

use super::{auditor, fieldwork, papers, thread};
use crate::{Seat, view::parts::Link};

/// Ways from a record's page, for people of the provider.
pub fn from_record(seat: &Seat, kind: &Kind, shown: &Shown) -> Vec<Link> {
    let read = |address: String| vec![Link::new("Read it", address)];
    let document = || shown.fields().get(version::DOCUMENT.name).and_then(Value::as_text);
    let number = shown.number();
    let mut ways = match (kind.name, document()) {
        _ if thread::is_followed(kind) => vec![Link::new("Golden thread", thread::address(number))],
        ("audit", _) => vec![Link::new("Checklist and samples", fieldwork::address(number))],
        ("document", _) => read(papers::address(number)),
        ("document_version", Some(of)) => read(format!("{}?version={number}", papers::address(of))),
        ("acknowledgement", Some(of)) => read(papers::address(of)),
        _ => Vec::new(),
    };
    if auditor::is_seat(seat) {
        ways.push(Link::new("Put a question", auditor::ask_about(number)));
    }
    ways
}
