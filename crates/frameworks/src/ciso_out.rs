//! Writing a framework as a library of CISO Assistant, and putting mapping sets into one that stands.

use crate::{
    Framework, MappingSet,
    yaml::{Node, Value},
};

/// Who put the library together, as the format wants to know.
const PACKAGER: &str = "plumbline";

/// A library with a framework and mapping sets of it. Numbers of versions count from 1 in this format: what is none is 1.
pub fn library(framework: &Framework, sets: &[MappingSet]) -> Node {
    let locale = if framework.locale.is_empty() { "en" } else { &framework.locale };
    let or_name = |text: &str| if text.is_empty() { Node::text(&framework.name) } else { Node::text(text) };
    let version = framework.version.parse::<u32>().unwrap_or(1);
    let mut objects = vec![("framework", of_framework(framework))];
    if !sets.is_empty() {
        objects.push(("requirement_mapping_sets", Node::list(sets.iter().map(of_set).collect())));
    }
    Node::map([
        ("urn", Node::text(library_urn(&framework.urn))),
        ("locale", Node::text(locale)),
        ("ref_id", or_name(&framework.reference)),
        ("name", Node::text(&framework.name)),
        ("description", or_name(&framework.about)),
        ("copyright", Node::text(&framework.copyright)),
        ("version", Node::plain(version)),
        ("provider", Node::text(&framework.provider)),
        ("packager", Node::text(PACKAGER)),
        ("objects", Node::map(objects)),
    ])
}

/// `urn:x:risk:framework:name` stands in the library `urn:x:risk:library:name`.
fn library_urn(framework: &str) -> String {
    let mut parts: Vec<&str> = framework.split(':').collect();
    if let Some(part) = parts.get_mut(3) {
        *part = "library";
    }
    parts.join(":")
}

fn of_framework(framework: &Framework) -> Node {
    let mut pairs = vec![("urn", Node::text(&framework.urn))];
    let mut say = |key: &'static str, text: &str| {
        if !text.is_empty() {
            pairs.push((key, Node::text(text)));
        }
    };
    say("ref_id", &framework.reference);
    say("name", &framework.name);
    say("description", &framework.about);
    let nodes = framework.nodes.iter().map(|node| requirement(framework, node)).collect();
    pairs.push(("requirement_nodes", Node::list(nodes)));
    Node::map(pairs)
}

fn requirement(framework: &Framework, node: &crate::Node) -> Node {
    let mut pairs = vec![
        ("urn", Node::text(&node.urn)),
        ("assessable", Node::plain(node.demands)),
        ("depth", Node::plain(node.depth)),
    ];
    if let Some(above) = node.above.and_then(|place| framework.nodes.get(place)) {
        pairs.push(("parent_urn", Node::text(&above.urn)));
    }
    let said = [
        ("ref_id", &node.reference),
        ("name", &node.name),
        ("description", &node.text),
        ("annotation", &node.note),
        ("typical_evidence", &node.evidence),
    ];
    pairs.extend(said.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key, Node::text(text))));
    if !node.groups.is_empty() {
        pairs.push(("implementation_groups", Node::list(node.groups.iter().map(Node::text).collect())));
    }
    Node::map(pairs)
}

fn of_set(set: &MappingSet) -> Node {
    let pairs = set.pairs.iter().map(|pair| {
        let mut said = vec![
            ("source_requirement_urn", Node::text(&pair.source)),
            ("target_requirement_urn", Node::text(&pair.target)),
            ("relationship", Node::text(pair.relation.name())),
        ];
        if !pair.note.is_empty() {
            said.push(("rationale", Node::text(&pair.note)));
        }
        Node::map(said)
    });
    Node::map([
        ("urn", Node::text(&set.urn)),
        ("ref_id", Node::text(&set.reference)),
        ("name", Node::text(&set.name)),
        ("source_framework_urn", Node::text(&set.source)),
        ("target_framework_urn", Node::text(&set.target)),
        ("requirement_mappings", Node::list(pairs.collect())),
    ])
}

/// The library as it stands with this set in place of those between the same two frameworks, whichever way round they were.
/// All else stays as it was read. A set without pairs takes them away.
pub fn with_pairs(library: &mut Node, set: &MappingSet) {
    let Some(objects) = library.get("objects").cloned().filter(|objects| matches!(objects.value, Value::Map(_))) else {
        return;
    };
    let mut objects = objects;
    let is_between = |node: &Node| {
        let end = |key: &str| node.get(key).and_then(Node::words).unwrap_or_default().to_lowercase();
        let ends = [end("source_framework_urn"), end("target_framework_urn")];
        ends.contains(&set.source) && ends.contains(&set.target)
    };
    let key =
        ["requirement_mapping_sets", "requirement_mapping_set"].into_iter().find(|key| objects.get(key).is_some());
    let mut sets = match key.and_then(|key| objects.get(key)) {
        Some(Node { value: Value::List(entries), .. }) => entries.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let before = sets.len();
    sets.retain(|node| !is_between(node));
    let untouched = before == sets.len() && set.pairs.is_empty();
    if untouched {
        return;
    }
    if !set.pairs.is_empty() {
        sets.push(of_set(set));
    }
    objects.put(key.unwrap_or("requirement_mapping_sets"), Node::list(sets));
    library.put("objects", objects);
}
