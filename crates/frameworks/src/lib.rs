//! Frameworks as files: CISO Assistant's library YAML and OSCAL catalogs, read and written. Pure; knows no record.
//!
//! `yaml.rs` reads any YAML into a tree that keeps what was written and where, `paper.rs` writes such a tree; `ciso.rs` and
//! `oscal.rs` say what of a file is a framework, `ciso_out.rs` and `oscal_out.rs` write one.

mod ciso;
mod ciso_out;
mod oscal;
mod oscal_out;
mod paper;
#[cfg(test)]
mod tests;
pub mod yaml;

use std::fmt;

use model::suggest;

pub use ciso_out::{library, with_pairs};
pub use oscal_out::{Shape, catalog};

/// Largest file, in bytes: the largest library that is published has less than half of it.
pub const LARGEST: usize = 8_000_000;
/// Most requirements and headings of a framework, most pairs of a mapping set.
pub const NODES_MAX: usize = 20_000;
pub const PAIRS_MAX: usize = 100_000;
/// Deepest requirement below another.
pub const DEPTH_MAX: usize = 32;
/// Longest text of one part, in characters.
pub const TEXT_MAX: usize = 100_000;
/// Longest name, reference or address, in characters.
pub const NAME_MAX: usize = 1_000;
/// Faults of one file that are told.
pub const TOLD_MAX: usize = 20;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A library of CISO Assistant, in YAML.
    Ciso,
    /// An OSCAL catalog, in JSON.
    Oscal,
}

impl Format {
    pub const ALL: [Format; 2] = [Format::Ciso, Format::Oscal];

    pub fn name(self) -> &'static str {
        match self {
            Format::Ciso => "ciso-assistant",
            Format::Oscal => "oscal",
        }
    }

    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// In words, for people.
    pub fn label(self) -> &'static str {
        match self {
            Format::Ciso => "CISO Assistant library",
            Format::Oscal => "OSCAL catalog",
        }
    }

    /// How names of such files end, and their media type.
    pub fn ending(self) -> (&'static str, &'static str) {
        match self {
            Format::Ciso => ("yaml", "application/yaml"),
            Format::Oscal => ("json", "application/json"),
        }
    }
}

/// What is wrong in a file, and where: "line 12, column 5" or the JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub place: String,
    pub why: String,
}

impl Wrong {
    pub fn new(place: impl Into<String>, why: impl Into<String>) -> Wrong {
        Wrong { place: place.into(), why: why.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() { out.write_str(&self.why) } else { write!(out, "{}: {}", self.place, self.why) }
    }
}

/// What one file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library {
    pub urn: String,
    pub name: String,
    pub framework: Option<Framework>,
    pub sets: Vec<MappingSet>,
    /// What the file holds besides, by name, with how many: kept in the file and not understood.
    pub besides: Vec<(String, usize)>,
}

/// A framework: requirements in a tree, in reading order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Framework {
    /// What it is known by everywhere, in small letters.
    pub urn: String,
    pub reference: String,
    pub name: String,
    pub about: String,
    pub locale: String,
    pub version: String,
    pub provider: String,
    pub copyright: String,
    /// Each after the one above it.
    pub nodes: Vec<Node>,
}

/// A requirement, or a heading above some.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// What it is known by everywhere, in small letters.
    pub urn: String,
    /// Place of the one above it.
    pub above: Option<usize>,
    /// 1 for those with nothing above them.
    pub depth: usize,
    pub reference: String,
    pub name: String,
    pub text: String,
    pub note: String,
    /// What usually shows that it is met.
    pub evidence: String,
    /// Whether it is judged; headings are not.
    pub demands: bool,
    pub groups: Vec<String>,
}

impl Node {
    /// What it is called in a list: reference, else name, else the end of its address.
    pub fn label(&self) -> &str {
        let end = self.urn.rsplit(':').next().unwrap_or_default();
        [self.reference.as_str(), self.name.as_str(), end].into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    }
}

/// How requirements of one framework relate to those of another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MappingSet {
    pub urn: String,
    pub reference: String,
    pub name: String,
    pub source: String,
    pub target: String,
    pub pairs: Vec<Pair>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub source: String,
    pub target: String,
    pub relation: Relation,
    pub note: String,
}

/// How one requirement relates to another, as NIST IR 8477 has set theory say it: the first RELATION the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    Equal,
    /// The first asks for a part of what the second asks for.
    Subset,
    /// The first asks for all of the second and for more.
    Superset,
    Intersects,
}

impl Relation {
    pub const ALL: [Relation; 4] = [Relation::Equal, Relation::Subset, Relation::Superset, Relation::Intersects];

    /// As mapping sets write it.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Equal => "equal",
            Relation::Subset => "subset",
            Relation::Superset => "superset",
            Relation::Intersects => "intersect",
        }
    }

    pub fn parse(name: &str) -> Option<Relation> {
        let name = name.trim().to_lowercase();
        let name = name.strip_suffix("_of").unwrap_or(&name);
        let name = if name == "intersects" { "intersect" } else { name };
        Relation::ALL.into_iter().find(|relation| relation.name() == name)
    }

    /// In words between the two: "asks for the same as".
    pub fn words(self) -> &'static str {
        match self {
            Relation::Equal => "asks for the same as",
            Relation::Subset => "asks for a part of",
            Relation::Superset => "asks for more than",
            Relation::Intersects => "overlaps with",
        }
    }

    /// Whether whoever meets the second meets the first.
    pub fn covers(self) -> bool {
        matches!(self, Relation::Equal | Relation::Subset)
    }

    /// The same said of the second.
    pub fn turned(self) -> Relation {
        match self {
            Relation::Subset => Relation::Superset,
            Relation::Superset => Relation::Subset,
            same => same,
        }
    }
}

/// "equal, subset, superset, intersect", with a hint at what was meant.
pub fn relations(wrong: &str) -> String {
    let names = Relation::ALL.map(Relation::name);
    format!("\"{wrong}\" is not one of {}{}", names.join(", "), suggest::hint(wrong, names))
}

/// Reads a file of either format; which one it is stands in its first letter.
///
/// # Errors
/// What is wrong and where, the first [`TOLD_MAX`] faults.
pub fn read(bytes: &[u8]) -> Result<(Format, Library), Vec<Wrong>> {
    let text = text(bytes).map_err(|wrong| vec![wrong])?;
    match text.trim_start().chars().next() {
        None => Err(vec![Wrong::new("", "the file is empty")]),
        Some('{') => Ok((Format::Oscal, oscal::read(text)?)),
        Some(_) => Ok((Format::Ciso, ciso::read(&yaml::read(text).map_err(|wrong| vec![wrong])?)?)),
    }
}

/// The file as text, when it is one and not too large.
fn text(bytes: &[u8]) -> Result<&str, Wrong> {
    if bytes.len() > LARGEST {
        return Err(Wrong::new("", format!("the file is larger than {} MB", LARGEST / 1_000_000)));
    }
    let line = |at: usize| bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Wrong::new(format!("line {}", line(error.valid_up_to())), "is not in UTF-8"))?;
    // JSON and YAML both write control characters otherwise, and no database holds a text with a zero.
    let strange = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{85}');
    match text.char_indices().find(|(_, letter)| strange(*letter)) {
        Some((at, letter)) => {
            let why = format!("has the control character U+{:04X}", u32::from(letter));
            Err(Wrong::new(format!("line {}", line(at)), why))
        }
        None => Ok(text.trim_start_matches('\u{feff}')),
    }
}

/// Faults as they are found; beyond [`TOLD_MAX`] they are only counted.
#[derive(Default)]
pub(crate) struct Faults {
    told: Vec<Wrong>,
    more: usize,
}

impl Faults {
    pub fn add(&mut self, place: impl Into<String>, why: impl Into<String>) {
        if self.told.len() < TOLD_MAX { self.told.push(Wrong::new(place, why)) } else { self.more += 1 }
    }

    pub fn or<T>(mut self, value: T) -> Result<T, Vec<Wrong>> {
        if self.told.is_empty() {
            return Ok(value);
        }
        if self.more > 0 {
            self.told.push(Wrong::new("", format!("{} more faults are not told", self.more)));
        }
        Err(self.told)
    }
}

/// Puts every node after the one above it, with places and depths; `above` names the address of the one above.
pub(crate) fn in_order(nodes: Vec<(Node, Option<String>, String)>, faults: &mut Faults) -> Vec<Node> {
    use std::collections::HashMap;
    let known: HashMap<String, usize> =
        nodes.iter().enumerate().map(|(at, (node, ..))| (node.urn.clone(), at)).collect();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut roots = Vec::new();
    for (at, (_, above, place)) in nodes.iter().enumerate() {
        match above.as_ref().map(|urn| (urn, known.get(urn))) {
            None => roots.push(at),
            Some((_, Some(parent))) => below[*parent].push(at),
            Some((urn, None)) => faults.add(place, format!("nothing in this framework is \"{urn}\"")),
        }
    }
    let mut order = Vec::with_capacity(nodes.len());
    let mut todo: Vec<(usize, Option<usize>, usize)> = roots.into_iter().rev().map(|at| (at, None, 1)).collect();
    let mut met = vec![false; nodes.len()];
    while let Some((at, above, depth)) = todo.pop() {
        met[at] = true;
        if depth > DEPTH_MAX {
            faults.add(&nodes[at].2, format!("lies more than {DEPTH_MAX} deep"));
            continue;
        }
        let place = order.len();
        order.push((at, above, depth));
        todo.extend(below[at].iter().rev().map(|child| (*child, Some(place), depth + 1)));
    }
    // What no way from a root leads to lies above itself; those below something unknown are told already.
    let lost = nodes
        .iter()
        .enumerate()
        .filter(|(at, (_, above, _))| !met[*at] && above.as_ref().is_some_and(|urn| known.contains_key(urn)));
    if let Some((_, (_, _, place))) = lost.into_iter().next()
        && faults.told.is_empty()
    {
        faults.add(place, "lies below itself");
    }
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(|(node, ..)| Some(node)).collect();
    let placed = order.into_iter().filter_map(|(at, above, depth)| {
        let node = nodes[at].take()?;
        Some(Node { above, depth, ..node })
    });
    placed.collect()
}
