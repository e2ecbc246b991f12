//! Pages made by hand that belong to a record of some kind, so that the generic page of the record can lead to them.

use desk::Shown;
use kinds::information::document_version as version;
use model::{Kind, Value};

use super::{fieldwork, papers, reports, tenders};
use crate::view::parts::Link;

/// Ways from a record's page, for people of the provider.
pub fn from_record(kind: &Kind, shown: &Shown) -> Vec<Link> {
    let read = |address: String| vec![Link::new("Read it", address)];
    let document = || shown.fields().get(version::DOCUMENT.name).and_then(Value::as_text);
    match (kind.name, document()) {
        ("audit", _) => vec![Link::new("Checklist and samples", fieldwork::address(shown.number()))],
        ("document", _) => read(papers::address(shown.number())),
        ("document_version", Some(of)) => read(format!("{}?version={}", papers::address(of), shown.number())),
        ("acknowledgement", Some(of)) => read(papers::address(of)),
        ("report", _) => read(reports::address(shown.number())),
        ("tender", _) => vec![Link::new("Answers", tenders::address(shown.number()))],
        _ => Vec::new(),
    }
}
