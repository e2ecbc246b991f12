//! What the navigation has room for: the records people open daily, under the four verbs, with the letter after G.

use model::Area;

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

/// A page made by hand among the lists of an area, for people of the provider.
pub struct Page {
    area: Area,
    /// Its place among them.
    pub at: usize,
    pub label: &'static str,
    pub href: &'static str,
    /// The kind that its reader may read; empty for everybody.
    kind: &'static str,
}

const fn page(area: Area, at: usize, label: &'static str, href: &'static str, kind: &'static str) -> Page {
    Page { area, at, label, href, kind }
}

const PAGES: &[Page] = &[
    page(Area::Assure, 0, "Risk matrix", "/risk-map", "risk"),
    page(Area::Prove, 1, "Road", "/road", ""),
    page(Area::Prove, 2, "In writing", "/papers", ""),
    page(Area::Prove, 3, "Service reports", "/service-reports", ""),
    page(Area::Prove, 4, "Objectives", "/aims", ""),
    page(Area::Prove, 5, "Management plan", super::sms_plan::ADDRESS, ""),
    page(Area::Prove, usize::MAX, "Skills and roles", "/staff", ""),
];

/// For whoever may invite auditors from outside.
pub const AUDITORS: Page = page(Area::Prove, usize::MAX, "Outside auditors", "/auditors", "");

/// The pages of an area, for whoever may read these kinds.
pub fn made_by_hand(area: Area, kinds: &[&str]) -> impl Iterator<Item = &'static Page> {
    PAGES.iter().filter(move |page| page.area == area && (page.kind.is_empty() || kinds.contains(&page.kind)))
}
