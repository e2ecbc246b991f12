//! The standard as data: clauses, requirements in own words, repeated duties, documented information, crosswalk.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde::Deserialize;

/// ISO/IEC 20000-1:2018 with Amd 1:2024, in own words. The standard's text is not in it.
const STANDARD: &str = include_str!("../../data/iso-20000-1-2018.toml");
const CROSSWALK: &str = include_str!("../../data/crosswalk.toml");

/// Identifies the framework in assessments.
pub const FRAMEWORK: &str = "iso-20000-1-2018";

#[derive(Debug, Deserialize)]
pub struct Catalogue {
    /// Numbers that checks use, by the key that stands before the brackets in their text; days, minutes, percent.
    pub defaults: BTreeMap<String, i64>,
    #[serde(rename = "interval")]
    pub intervals: Vec<Interval>,
    #[serde(rename = "record_type")]
    pub record_types: Vec<RecordType>,
    /// Clauses 4 to 10 in reading order, parents before their children.
    #[serde(rename = "clause")]
    pub clauses: Vec<Clause>,
    #[serde(rename = "requirement")]
    pub requirements: Vec<Requirement>,
    #[serde(rename = "documented_information")]
    pub documented: Vec<Documented>,
    #[serde(skip)]
    pub crosswalk: Vec<Crossing>,
    #[serde(skip)]
    pub elsewhere: Elsewhere,
}

/// The other frameworks that the crosswalk leads to, in own short words.
#[derive(Debug, Default, Deserialize)]
pub struct Elsewhere {
    #[serde(rename = "iso2011")]
    pub edition_2011: Vec<Heading>,
    #[serde(rename = "fitsm")]
    pub fitsm: Vec<Group>,
    /// Practices by their group.
    #[serde(rename = "itil4")]
    pub practices: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub struct Heading {
    pub id: String,
    pub title: String,
}

#[derive(Debug, Deserialize)]
pub struct Group {
    pub id: String,
    pub title: String,
    /// `GR1.1: owner of the SMS named`
    pub requirements: Vec<String>,
}

/// A repeated duty and the period that is offered first; the organisation's own plan wins.
#[derive(Debug, Deserialize)]
pub struct Interval {
    pub id: String,
    pub clause: String,
    pub activity: String,
    pub default_months: i32,
    pub demanded_by_standard: bool,
    pub usual: String,
}

#[derive(Debug, Deserialize)]
pub struct RecordType {
    pub id: String,
    pub about: String,
    pub fields: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Clause {
    pub id: String,
    pub title: String,
    /// Leaf clauses hold requirements; the others group them.
    pub leaf: bool,
    #[serde(default)]
    pub parent: Option<String>,
    #[serde(default)]
    pub about: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    /// A document must exist and be kept current.
    Document,
    /// Evidence of something done must be kept.
    Record,
    /// Must be done, continuously or whenever it applies.
    Practice,
    /// Must be done at planned intervals.
    Interval,
}

#[derive(Debug, PartialEq, Deserialize)]
pub struct Requirement {
    pub id: String,
    pub clause: String,
    #[serde(rename = "kind")]
    pub nature: Nature,
    pub text: String,
    /// What an auditor asks to see.
    pub evidence: String,
    /// Record types that give the evidence.
    pub from: Vec<String>,
    /// How it is computed, in words; `None` when only a person can judge.
    pub check: Option<String>,
    /// Lettered contents that are checked together.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Id of the repeated duty behind it.
    pub interval: Option<String>,
    /// Amendment that brought it.
    pub since: Option<String>,
    /// False for notes, which inform and do not bind.
    #[serde(default = "yes")]
    pub binding: bool,
}

#[derive(Debug, Deserialize)]
pub struct Documented {
    pub id: String,
    pub clause: String,
    pub name: String,
    pub mode: String,
    pub basis: String,
    pub requirement: String,
    pub letter_7_5_4: Option<String>,
}

/// A leaf clause in the words of other frameworks.
#[derive(Debug, Deserialize)]
pub struct Crossing {
    pub clause: String,
    pub title: String,
    #[serde(default)]
    pub iso2011: Vec<String>,
    #[serde(default)]
    pub itil4: Vec<String>,
    #[serde(default)]
    pub fitsm: Vec<String>,
    pub fit: String,
    pub family: String,
}

#[derive(Deserialize)]
struct Crosswalk {
    map: Vec<Crossing>,
    #[serde(flatten)]
    elsewhere: Elsewhere,
}

fn yes() -> bool {
    true
}

/// The catalogue, read once.
pub fn catalogue() -> &'static Catalogue {
    static READ: OnceLock<Catalogue> = OnceLock::new();
    READ.get_or_init(|| {
        let mut catalogue: Catalogue = toml::from_str(STANDARD).expect("the embedded catalogue is read by a test");
        let crosswalk: Crosswalk = toml::from_str(CROSSWALK).expect("the embedded crosswalk is read by a test");
        catalogue.crosswalk = crosswalk.map;
        catalogue.elsewhere = crosswalk.elsewhere;
        catalogue
    })
}

impl Catalogue {
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }

    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.id == id)
    }

    pub fn interval(&self, id: &str) -> Option<&Interval> {
        self.intervals.iter().find(|interval| interval.id == id)
    }

    /// Requirements of a leaf clause, or of all leaf clauses below a grouping one, in order.
    pub fn requirements_of_clause<'a>(&'a self, clause: &'a str) -> impl Iterator<Item = &'a Requirement> {
        self.requirements.iter().filter(move |requirement| is_within(&requirement.clause, clause))
    }

    pub fn leaf_clauses(&self) -> impl Iterator<Item = &str> {
        self.clauses.iter().filter(|clause| clause.leaf).map(|clause| clause.id.as_str())
    }
}

/// Whether a clause is another one or lies below it: 8.5.1.2 within 8.5.1, never 8.51.
pub fn is_within(clause: &str, above: &str) -> bool {
    clause.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Requirements that a record type gives evidence for, in catalogue order.
pub fn requirements_of_kind(kind: &str) -> Vec<&'static Requirement> {
    let gives = |requirement: &&Requirement| requirement.from.iter().any(|from| from == kind);
    catalogue().requirements.iter().filter(gives).collect()
}

/// Record types that give evidence for a clause or what lies below it.
pub fn kinds_of_clause(clause: &str) -> BTreeSet<&'static str> {
    let within = catalogue().requirements.iter().filter(|requirement| is_within(&requirement.clause, clause));
    within.flat_map(|requirement| requirement.from.iter().map(String::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_files_read_and_fit_together() {
        let read = catalogue();
        assert_eq!(read.requirements.len(), 260);
        assert_eq!(read.requirements.iter().filter(|requirement| requirement.check.is_some()).count(), 256);
        for requirement in &read.requirements {
            let clause = read.clause(&requirement.clause).unwrap();
            assert!(clause.leaf, "{}", requirement.id);
            assert!(requirement.interval.as_ref().is_none_or(|id| read.interval(id).is_some()), "{}", requirement.id);
            for from in &requirement.from {
                assert!(read.record_types.iter().any(|known| known.id == *from), "{}: {from}", requirement.id);
            }
        }
        assert!(read.documented.iter().all(|documented| read.requirement(&documented.requirement).is_some()));
        assert_eq!(read.elsewhere.fitsm.iter().map(|group| group.requirements.len()).sum::<usize>(), 82);
        assert_eq!(read.elsewhere.practices.values().map(Vec::len).sum::<usize>(), 34);
        assert!(read.leaf_clauses().eq(read.crosswalk.iter().map(|crossing| crossing.clause.as_str())));
    }

    #[test]
    fn clauses_lie_within_those_above_them() {
        assert!(is_within("8.5.1.2", "8.5.1"));
        assert!(is_within("8.5.1", "8.5.1"));
        assert!(!is_within("10.1.1", "1"));
        assert!(kinds_of_clause("8.6.1").contains("incident"));
        assert!(requirements_of_kind("incident").iter().any(|requirement| requirement.id == "8.6.1.a"));
    }
}
