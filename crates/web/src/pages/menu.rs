//! What the navigation has room for: the records people open daily, under the four verbs, with the letter after G.

/// One item: the kind, its word in the navigation where the label of the kind is too long, and its key.
pub struct Item {
    pub kind: &'static str,
    pub label: Option<&'static str>,
    pub key: &'static str,
}

const fn item(kind: &'static str, key: &'static str) -> Item {
    Item { kind, label: None, key }
}

const fn named(kind: &'static str, label: &'static str, key: &'static str) -> Item {
    Item { kind, label: Some(label), key }
}

pub const RUN: &[Item] = &[
    item("incident", "i"),
    named("service_request", "Requests", "r"),
    item("problem", "p"),
    item("change", "c"),
    item("release", "e"),
    named("knowledge_article", "Knowledge", "k"),
    item("macro", ""),
];

pub const SERVICES: &[Item] = &[
    named("service", "Portfolio", "s"),
    named("ci", "CMDB", "d"),
    named("sla", "Service levels", "l"),
    item("customer", "u"),
    named("other_party", "Suppliers", ""),
    item("contract", ""),
];

pub const ASSURE: &[Item] = &[
    item("risk", ""),
    named("outage", "Outages", ""),
    named("continuity_plan", "Continuity", ""),
    named("security_control", "Security", ""),
    named("capacity_plan", "Capacity", ""),
];

pub const PROVE: &[Item] =
    &[item("audit", "a"), item("nonconformity", "n"), item("action", "t"), item("document", "o"), item("person", "")];
