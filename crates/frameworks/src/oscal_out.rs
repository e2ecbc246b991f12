//! Writing a framework as an OSCAL catalog. The same framework gives the same bytes.

use std::collections::HashSet;

use model::canonical::uuid;
use serde_json::{Value as Json, json};

use crate::{Framework, Node};

/// Of the catalog model whose parts are used here; they are the same since 1.1.
pub const VERSION: &str = "1.2.2";

/// Names our own words in `props`, so that tools do not take them for NIST's.
pub(crate) const NAMESPACE: &str = "https://plumbline.example/ns/oscal";
/// What a control has that is a heading: a group holds groups or controls, never both.
pub(crate) const HEADING: &str = "heading";

/// How requirements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Each is a control.
    Controls,
    /// Those below one heading are the objectives of one control, named `clause-` and `requirement-` with their reference, as
    /// our assessment results name them.
    Objectives,
}

/// The document; `at` is when it was last changed, in RFC 3339.
pub fn catalog(framework: &Framework, at: &str, shape: Shape) -> Json {
    let mut writing = Writing { framework, below: below(framework), used: HashSet::new(), shape };
    let inside = writing.roots();
    let mut catalog = json!({
        "uuid": uuid(&[&framework.urn, &framework.version, at]),
        "metadata": {
            "title": framework.name,
            "last-modified": at,
            "version": if framework.version.is_empty() { "1" } else { &framework.version },
            "oscal-version": VERSION,
        },
    });
    if !framework.provider.is_empty() {
        let party = uuid(&[&framework.urn, "party", &framework.provider]);
        catalog["metadata"]["roles"] = json!([{"id": "publisher", "title": "Publisher"}]);
        catalog["metadata"]["parties"] = json!([{"uuid": party, "type": "organization", "name": framework.provider}]);
        catalog["metadata"]["responsible-parties"] = json!([{"role-id": "publisher", "party-uuids": [party]}]);
    }
    let remarks = [framework.about.as_str(), framework.copyright.as_str()].into_iter().filter(|text| !text.is_empty());
    let remarks = remarks.collect::<Vec<_>>().join("\n\n");
    if !remarks.is_empty() {
        catalog["metadata"]["remarks"] = remarks.into();
    }
    for part in inside {
        add(&mut catalog, part);
    }
    json!({"catalog": catalog})
}

/// Places of those directly below each, and the places of the roots at the end.
fn below(framework: &Framework) -> Vec<Vec<usize>> {
    let mut below = vec![Vec::new(); framework.nodes.len() + 1];
    for (place, node) in framework.nodes.iter().enumerate() {
        below[node.above.unwrap_or(framework.nodes.len())].push(place);
    }
    below
}

/// A group or control that goes among those of its holder.
fn add(holder: &mut Json, (key, part): (&'static str, Json)) {
    match holder.get_mut(key).and_then(Json::as_array_mut) {
        Some(parts) => parts.push(part),
        None => holder[key] = json!([part]),
    }
}

struct Writing<'f> {
    framework: &'f Framework,
    below: Vec<Vec<usize>>,
    used: HashSet<String>,
    shape: Shape,
}

impl Writing<'_> {
    fn roots(&mut self) -> Vec<(&'static str, Json)> {
        let roots = self.below.last().cloned().unwrap_or_default();
        let are_groups = self.are_groups(&roots);
        roots.into_iter().map(|place| self.one(place, are_groups)).collect()
    }

    /// Whether all of these are headings that are written as groups.
    fn are_groups(&self, places: &[usize]) -> bool {
        places.iter().all(|place| !self.framework.nodes[*place].demands && !self.holds_objectives(*place))
    }

    /// Whether those below it are the objectives of one control.
    fn holds_objectives(&self, place: usize) -> bool {
        let nodes = &self.framework.nodes;
        let children = &self.below[place];
        self.shape == Shape::Objectives
            && !nodes[place].demands
            && children.iter().all(|child| self.below[*child].is_empty())
            && children.iter().any(|child| nodes[*child].demands)
    }

    /// One node with all below it, as a group or as a control.
    fn one(&mut self, place: usize, is_group: bool) -> (&'static str, Json) {
        let framework = self.framework;
        let Some(node) = framework.nodes.get(place) else { return ("controls", Json::Null) };
        let children = self.below[place].clone();
        let holds = self.holds_objectives(place);
        let mut part = json!({"id": self.id(node, "clause"), "title": node.label()});
        if !node.name.is_empty() {
            part["title"] = node.name.as_str().into();
        }
        let mut props = Vec::new();
        if !node.reference.is_empty() {
            props.push(json!({"name": "label", "value": node.reference}));
        }
        if !is_group && !node.demands && !holds {
            props.push(json!({"name": HEADING, "ns": NAMESPACE, "value": "yes"}));
        }
        if !props.is_empty() {
            part["props"] = props.into();
        }
        let id = part["id"].as_str().unwrap_or_default().to_owned();
        let mut parts = said(node, &id, is_group);
        if holds {
            parts.extend(children.iter().map(|child| self.objective(&framework.nodes[*child])));
        } else {
            let are_groups = is_group && self.are_groups(&children);
            for child in children {
                let below = self.one(child, are_groups);
                add(&mut part, below);
            }
        }
        if !parts.is_empty() {
            part["parts"] = parts.into();
        }
        (if is_group { "groups" } else { "controls" }, part)
    }

    fn objective(&mut self, node: &Node) -> Json {
        let id = self.id(node, "requirement");
        let mut objective = json!({"id": id, "name": "assessment-objective"});
        if !node.reference.is_empty() {
            objective["props"] = json!([{"name": "label", "value": node.reference}]);
        }
        let text = if node.text.is_empty() { node.label() } else { &node.text };
        objective["prose"] = text.into();
        if !node.evidence.is_empty() {
            objective["parts"] =
                json!([{"id": format!("{id}_see"), "name": "assessment-method", "prose": node.evidence}]);
        }
        objective
    }

    /// A token (OSCAL: a letter or underscore, then letters, digits, dots, hyphens), each once.
    fn id(&mut self, node: &Node, what: &str) -> String {
        let end = node.urn.rsplit(':').next().unwrap_or_default();
        let plain = |text: &str| -> String {
            text.chars()
                .map(|letter| if letter.is_alphanumeric() || "._-".contains(letter) { letter } else { '-' })
                .collect()
        };
        let named = match self.shape {
            Shape::Objectives if !node.reference.is_empty() => format!("{what}-{}", plain(&node.reference)),
            _ => plain(end),
        };
        let named = if named.starts_with(|first: char| first.is_alphabetic() || first == '_') {
            named
        } else {
            format!("_{named}")
        };
        let mut id = named.clone();
        let mut count = 2;
        while !self.used.insert(id.clone()) {
            id = format!("{named}_{count}");
            count += 1;
        }
        id
    }
}

fn said(node: &Node, id: &str, is_group: bool) -> Vec<Json> {
    let statement = if is_group { "overview" } else { "statement" };
    let texts =
        [(statement, "smt", &node.text), ("guidance", "gdn", &node.note), ("assessment-method", "see", &node.evidence)];
    let filled = texts.into_iter().filter(|(_, _, text)| !text.is_empty());
    filled.map(|(name, end, text)| json!({"id": format!("{id}_{end}"), "name": name, "prose": text})).collect()
}
