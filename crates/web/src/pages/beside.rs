//! Pages made by hand that belong to a record of some kind, so that the generic page of the record can lead to them.

use model::Kind;

use super::fieldwork;
use crate::view::parts::Link;

/// Ways from a record's page, for people of the provider.
pub fn ways(kind: &Kind, number: &str) -> Vec<Link> {
    match kind.name {
        "audit" => vec![Link::new("Checklist and samples", fieldwork::address(number))],
        _ => Vec::new(),
    }
}
