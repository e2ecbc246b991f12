//! Frameworks that come with the program: ours in own words, the edition before it, FitSM and the practices of ITIL, with the
//! crosswalk between them. Own analysis: it helps people to find their way and proves no conformity.

use std::{collections::BTreeMap, sync::OnceLock};

use engines::conformity::{Catalogue, FRAMEWORK, catalogue};
use frameworks::{Framework, MappingSet, Node, Pair, Relation};

/// What ours is known by in files.
pub const OWN: &str = "urn:plumbline:risk:framework:iso-20000-1-2018";

const VERSION: &str = "1";
const PROVIDER: &str = "Plumbline";

/// A framework of the program's own.
#[derive(Debug)]
pub struct Builtin {
    /// Part of its address, such as `fitsm-1`.
    pub name: &'static str,
    pub framework: Framework,
    /// Address of its requirement, id of ours, and how the first relates to the second. Nothing for ours.
    pub pairs: Vec<(String, String, Relation)>,
}

/// All of them, ours first.
pub fn builtins() -> &'static [Builtin] {
    static MADE: OnceLock<Vec<Builtin>> = OnceLock::new();
    MADE.get_or_init(|| {
        let known = catalogue();
        vec![ours(known), edition_2011(known), fitsm(known), practices(known)]
    })
}

/// The names of all of them.
pub fn names() -> Vec<String> {
    builtins().iter().map(|builtin| builtin.name.to_owned()).collect()
}

pub fn find(name: &str) -> Option<&'static Builtin> {
    builtins().iter().find(|builtin| builtin.name == name || builtin.framework.urn == name)
}

impl Builtin {
    pub fn is_ours(&self) -> bool {
        self.framework.urn == OWN
    }

    /// The pairs as a mapping set to ours.
    pub fn set(&self) -> Option<MappingSet> {
        let pairs = self.pairs.iter().map(|(node, requirement, relation)| Pair {
            source: node.clone(),
            target: requirement_urn(requirement),
            relation: *relation,
            note: String::new(),
        });
        (!self.pairs.is_empty()).then(|| mapping_set(&self.framework, pairs.collect()))
    }
}

/// A mapping set from a framework to ours.
pub fn mapping_set(framework: &Framework, pairs: Vec<Pair>) -> MappingSet {
    let end = framework.urn.rsplit(':').next().unwrap_or_default();
    MappingSet {
        urn: format!("urn:plumbline:risk:req_mapping_set:{end}-to-{FRAMEWORK}"),
        reference: format!("{end}-to-{FRAMEWORK}"),
        name: format!("{} to ISO/IEC 20000-1:2018 in own words", framework.name),
        source: framework.urn.clone(),
        target: OWN.into(),
        pairs,
    }
}

/// What a requirement or clause of ours is known by in files.
pub fn requirement_urn(id: &str) -> String {
    format!("urn:plumbline:risk:req_node:{FRAMEWORK}:{}", id.to_lowercase())
}

/// Ids of our requirements behind an address or an id: of a requirement itself, or of all of a clause.
pub fn requirements_behind(address: &str) -> Vec<&'static str> {
    let prefix = requirement_urn("");
    let address = address.trim().to_lowercase();
    let id = address.strip_prefix(&prefix).unwrap_or(&address);
    let known = catalogue();
    let one = known.requirements.iter().find(|requirement| requirement.id.eq_ignore_ascii_case(id));
    match one {
        Some(requirement) => vec![requirement.id.as_str()],
        None if known.clause(id).is_none() => Vec::new(),
        None => {
            let within = |clause: &str| engines::conformity::catalogue::is_within(clause, id);
            known
                .requirements
                .iter()
                .filter(|own| own.binding && within(&own.clause))
                .map(|own| own.id.as_str())
                .collect()
        }
    }
}

fn head(name: &'static str, title: &str, about: &str, copyright: &str) -> Framework {
    Framework {
        urn: format!("urn:plumbline:risk:framework:{name}"),
        reference: name.into(),
        name: title.into(),
        about: about.into(),
        locale: "en".into(),
        version: VERSION.into(),
        provider: PROVIDER.into(),
        copyright: copyright.into(),
        nodes: Vec::new(),
    }
}

/// Nodes as they are added, by their ids.
struct Growing {
    name: &'static str,
    nodes: Vec<Node>,
    places: BTreeMap<String, usize>,
}

impl Growing {
    fn new(name: &'static str) -> Growing {
        Growing { name, nodes: Vec::new(), places: BTreeMap::new() }
    }

    fn urn(&self, id: &str) -> String {
        format!("urn:plumbline:risk:req_node:{}:{}", self.name, id.to_lowercase().replace(' ', "-"))
    }

    fn add(&mut self, id: &str, above: Option<&str>, node: Node) {
        let above = above.and_then(|above| self.places.get(above).copied());
        let depth = above.and_then(|place| self.nodes.get(place)).map_or(1, |node: &Node| node.depth + 1);
        self.places.insert(id.into(), self.nodes.len());
        self.nodes.push(Node { urn: self.urn(id), above, depth, ..node });
    }
}

fn ours(known: &Catalogue) -> Builtin {
    let mut growing = Growing::new(FRAMEWORK);
    for clause in &known.clauses {
        let about = Node {
            reference: clause.id.clone(),
            name: clause.title.clone(),
            text: clause.about.clone(),
            ..Node::default()
        };
        growing.add(&clause.id, clause.parent.as_deref(), about);
        for requirement in known.requirements.iter().filter(|requirement| requirement.clause == clause.id) {
            let node = Node {
                reference: requirement.id.clone(),
                text: requirement.text.clone(),
                note: requirement.parts.join("\n"),
                evidence: requirement.evidence.clone(),
                // Notes inform and do not bind; our assessment speaks of them all the same.
                demands: true,
                ..Node::default()
            };
            growing.add(&requirement.id, Some(&clause.id), node);
        }
    }
    let framework = head(
        FRAMEWORK,
        "ISO/IEC 20000-1:2018 with Amd 1:2024, in own words",
        "Requirements of a service management system in own words, with the clause numbers of the standard. Whoever decides about \
         conformity reads a licensed copy of the standard.",
        "Own words; the text of the standard is not in it and belongs to ISO and IEC.",
    );
    Builtin { name: FRAMEWORK, framework: Framework { nodes: growing.nodes, ..framework }, pairs: Vec::new() }
}

/// Every requirement of a clause for each of the others that the crosswalk names beside it. How much they share is not said
/// there, so that none covers another.
fn pairs(
    growing: &Growing,
    known: &Catalogue,
    named: impl Fn(&engines::conformity::catalogue::Crossing) -> &[String],
) -> Vec<(String, String, Relation)> {
    let mut pairs = Vec::new();
    for crossing in &known.crosswalk {
        for id in named(crossing) {
            let own = known
                .requirements
                .iter()
                .filter(|requirement| requirement.clause == crossing.clause && requirement.binding);
            pairs.extend(own.map(|requirement| (growing.urn(id), requirement.id.clone(), Relation::Intersects)));
        }
    }
    pairs.sort();
    pairs.dedup();
    pairs
}

fn edition_2011(known: &Catalogue) -> Builtin {
    const NAME: &str = "iso-20000-1-2011";
    let mut growing = Growing::new(NAME);
    let named = |id: &str| known.crosswalk.iter().any(|crossing| crossing.iso2011.iter().any(|named| named == id));
    for heading in &known.elsewhere.edition_2011 {
        let above = heading.id.rsplit_once('.').map(|(above, _)| above);
        let node = Node {
            reference: heading.id.clone(),
            name: heading.title.clone(),
            demands: named(&heading.id),
            ..Node::default()
        };
        growing.add(&heading.id, above, node);
    }
    let framework = head(
        NAME,
        "ISO/IEC 20000-1:2011, clauses",
        "The clauses of the edition before, with those of 2018 that took their place.",
        "Numbers and titles only.",
    );
    let pairs = pairs(&growing, known, |crossing| &crossing.iso2011);
    Builtin { name: NAME, framework: Framework { nodes: growing.nodes, ..framework }, pairs }
}

fn fitsm(known: &Catalogue) -> Builtin {
    const NAME: &str = "fitsm-1";
    let mut growing = Growing::new(NAME);
    for group in &known.elsewhere.fitsm {
        let heading = Node { reference: group.id.clone(), name: group.title.clone(), ..Node::default() };
        growing.add(&group.id, None, heading);
        for line in &group.requirements {
            let (id, words) = line.split_once(':').unwrap_or((line, ""));
            let text = model::lifecycle::sentence_case(words.trim());
            let node = Node { reference: id.into(), text, demands: true, ..Node::default() };
            growing.add(id, Some(&group.id), node);
        }
    }
    let framework = head(
        NAME,
        "FitSM-1 3.0.1, in own short words",
        "The requirements of FitSM-1 with those of ISO/IEC 20000-1:2018 that lie on the same ground.",
        "FitSM is published by ITEMO e.V. under CC BY 4.0; the words here are our own.",
    );
    let pairs = pairs(&growing, known, |crossing| &crossing.fitsm);
    Builtin { name: NAME, framework: Framework { nodes: growing.nodes, ..framework }, pairs }
}

fn practices(known: &Catalogue) -> Builtin {
    const NAME: &str = "itil-practices";
    let mut growing = Growing::new(NAME);
    for (group, names) in &known.elsewhere.practices {
        let id = format!("{group} practices");
        growing.add(&id, None, Node { name: model::lifecycle::sentence_case(&id), ..Node::default() });
        for name in names {
            growing.add(name, Some(&id), Node { name: name.clone(), demands: true, ..Node::default() });
        }
    }
    let framework = head(
        NAME,
        "Practices of ITIL 4 and ITIL (Version 5)",
        "The names of the practices with the requirements of ISO/IEC 20000-1:2018 that they help to meet.",
        "ITIL is a registered trade mark of the PeopleCert group. Names only.",
    );
    let pairs = pairs(&growing, known, |crossing| &crossing.itil4);
    Builtin { name: NAME, framework: Framework { nodes: growing.nodes, ..framework }, pairs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_the_crosswalk_joins_what_is_there() {
        let demands = |builtin: &Builtin| builtin.framework.nodes.iter().filter(|node| node.demands).count();
        let counts: Vec<usize> = builtins().iter().map(demands).collect();
        assert_eq!((counts[2], counts[3]), (82, 34));
        for builtin in builtins() {
            let known: std::collections::BTreeSet<&str> =
                builtin.framework.nodes.iter().filter(|node| node.demands).map(|node| node.urn.as_str()).collect();
            assert_eq!(known.len(), demands(builtin), "addresses are unlike");
            for (node, requirement, _) in &builtin.pairs {
                assert!(known.contains(node.as_str()), "{node} of {}", builtin.name);
                assert!(catalogue().requirement(requirement).is_some());
            }
        }
        assert_eq!(requirements_behind(&requirement_urn("8.6.1.A")), ["8.6.1.a"]);
        assert!(requirements_behind("8.6.1").len() > 5 && requirements_behind("8.61").is_empty());
    }
}
