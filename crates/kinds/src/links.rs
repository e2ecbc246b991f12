//! Ties that any two records may have; the checks count a tie of whatever name and direction.

use model::link::LinkName;

/// Name, words from here, words from the other end.
const GENERAL: &[(&str, &str, &str)] = &[
    ("relates_to", "relates to", "relates to"),
    ("caused_by", "caused by", "caused"),
    ("causes", "causes", "caused by"),
    ("resolved_by", "resolved by", "resolves"),
    ("resolves", "resolves", "resolved by"),
    ("affects", "affects", "affected by"),
    ("depends_on", "depends on", "needed by"),
    ("part_of", "part of", "consists of"),
    ("leads_to", "leads to", "follows from"),
    ("carries_out", "carries out", "carried out by"),
    ("changes", "changes", "changed by"),
    ("concerns", "concerns", "subject of"),
    ("refers_to", "refers to", "referred to by"),
    ("duplicates", "duplicates", "duplicated by"),
    ("replaces", "replaces", "replaced by"),
];

pub fn general() -> Vec<LinkName> {
    let link = |(name, label, back): &(&str, &str, &str)| LinkName {
        name: name.to_string(),
        label: label.to_string(),
        back: back.to_string(),
        to: Vec::new(),
    };
    GENERAL.iter().map(link).collect()
}
