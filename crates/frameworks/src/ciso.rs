//! What of a CISO Assistant library is a framework and what a mapping set. Everything else stays in the file as it is.

use std::collections::HashSet;

use model::suggest;

use crate::{
    Faults, Framework, Library, MappingSet, NAME_MAX, NODES_MAX, Node, PAIRS_MAX, Pair, Relation, TEXT_MAX, Wrong,
    in_order, relations,
    yaml::{self, Value},
};

/// Names under `objects` under which mapping sets stand.
const SETS: [&str; 2] = ["requirement_mapping_sets", "requirement_mapping_set"];
/// Names of both that hold one framework.
const FRAMEWORKS: [&str; 2] = ["framework", "frameworks"];

/// Where something stands, for people: its line, and its way through the document.
fn place(node: &yaml::Node, way: &str) -> String {
    if way.is_empty() { format!("line {}", node.line) } else { format!("line {} ({way})", node.line) }
}

/// A map of the file with the way to it, and where its faults go.
struct Reader<'n, 'f> {
    node: &'n yaml::Node,
    way: String,
    faults: &'f mut Faults,
}

impl<'n> Reader<'n, '_> {
    fn wrong(&mut self, key: &str, why: impl Into<String>) {
        let node = self.node.get(key).unwrap_or(self.node);
        let way = if self.way.is_empty() { key.to_owned() } else { format!("{}.{key}", self.way) };
        self.faults.add(place(node, &way), why);
    }

    /// A text of at most so many characters; empty where there is none.
    fn text_of(&mut self, key: &str, most: usize) -> String {
        let Some(node) = self.node.get(key) else { return String::new() };
        let Some(words) = node.words() else {
            self.wrong(key, format!("is {}, not a text", node.sort()));
            return String::new();
        };
        match words {
            long if long.chars().count() > most => self.wrong(key, format!("has more than {most} characters")),
            zero if zero.contains('\0') => self.wrong(key, "holds the character U+0000"),
            words => return words.trim().to_owned(),
        }
        String::new()
    }

    fn name(&mut self, key: &str) -> String {
        self.text_of(key, NAME_MAX)
    }

    fn text(&mut self, key: &str) -> String {
        self.text_of(key, TEXT_MAX)
    }

    /// An address that must be there, in small letters, as the product that the format is of compares them.
    fn urn(&mut self, key: &str) -> String {
        let urn = self.name(key).to_lowercase();
        let is_urn = |urn: &str| {
            urn.split(':').count() >= 5
                && urn.starts_with("urn:")
                // Some that are published hold blanks.
                && !urn.contains(char::is_control)
        };
        if urn.is_empty() {
            if self.node.get(key).is_none() {
                let hint = suggest::hint(key, self.node.pairs().iter().filter_map(|(known, _)| known.words()));
                self.wrong(key, format!("there is no \"{key}\" here{hint}"));
            }
        } else if !is_urn(&urn) {
            self.wrong(key, format!("\"{urn}\" is no address such as urn:own:risk:framework:name"));
        }
        urn
    }

    fn flag(&mut self, key: &str) -> bool {
        match self.node.get(key).map(|node| node.words().unwrap_or_default().to_lowercase()) {
            None => false,
            Some(word) if matches!(word.as_str(), "true" | "yes" | "on") => true,
            Some(word) if matches!(word.as_str(), "false" | "no" | "off") => false,
            Some(word) => {
                self.wrong(key, format!("\"{word}\" is neither true nor false"));
                false
            }
        }
    }

    fn names(&mut self, key: &str) -> Vec<String> {
        let Some(node) = self.node.get(key) else { return Vec::new() };
        let Value::List(entries) = &node.value else {
            self.wrong(key, format!("is {}, not a list", node.sort()));
            return Vec::new();
        };
        entries.iter().filter_map(|entry| Some(entry.words()?.to_owned())).collect()
    }

    /// The entries of a list that must be there, at most so many.
    fn entries(&mut self, key: &str, most: usize) -> &'n [yaml::Node] {
        let node = self.node;
        match node.get(key).map(|found| (&found.value, found)) {
            Some((Value::List(entries), _)) if entries.len() <= most => return entries,
            Some((Value::List(_), _)) => self.wrong(key, format!("has more than {most} entries")),
            Some((_, found)) => self.wrong(key, format!("is {}, not a list", found.sort())),
            None => self.wrong(key, format!("there is no \"{key}\" here")),
        }
        &[]
    }
}

/// # Errors
/// What is wrong and on which line.
pub fn read(document: &yaml::Node) -> Result<Library, Vec<Wrong>> {
    let mut faults = Faults::default();
    if !matches!(document.value, Value::Map(_)) {
        return Err(vec![Wrong::new("line 1", format!("a library is a map, this is {}", document.sort()))]);
    }
    let mut top = Reader { node: document, way: String::new(), faults: &mut faults };
    let mut library = Library { urn: top.urn("urn"), name: top.name("name"), ..Library::default() };
    let head = Framework {
        locale: top.name("locale"),
        version: top.name("version"),
        provider: top.name("provider"),
        copyright: top.text("copyright"),
        ..Framework::default()
    };
    match document.get("objects") {
        Some(objects) if matches!(objects.value, Value::Map(_)) => {
            for (key, value) in objects.pairs() {
                object(key.words().unwrap_or_default(), value, &head, &mut library, &mut faults);
            }
        }
        Some(other) => faults.add(place(other, "objects"), format!("is {}, not a map", other.sort())),
        None => {
            let hint = suggest::hint("objects", document.pairs().iter().filter_map(|(known, _)| known.words()));
            faults.add("line 1", format!("there is no \"objects\" here{hint}"));
        }
    }
    faults.or(library)
}

/// One entry under `objects`.
fn object(name: &str, value: &yaml::Node, head: &Framework, library: &mut Library, faults: &mut Faults) {
    let way = format!("objects.{name}");
    // What of these there is one of stands there as such or as a list of one.
    let entries = match &value.value {
        Value::List(entries) => entries.as_slice(),
        _ if value.is_nothing() => &[],
        _ => std::slice::from_ref(value),
    };
    if FRAMEWORKS.contains(&name) {
        match entries {
            [] => {}
            [one] => library.framework = framework(one, &way, head, faults),
            many => faults.add(place(value, &way), format!("holds {} frameworks; a library has one", many.len())),
        }
    } else if SETS.contains(&name) {
        for (at, entry) in entries.iter().enumerate() {
            library.sets.extend(mapping_set(entry, &format!("{way}[{at}]"), faults));
        }
    } else {
        library.besides.push((name.chars().take(NAME_MAX).collect(), entries.len()));
    }
}

fn framework(node: &yaml::Node, way: &str, head: &Framework, faults: &mut Faults) -> Option<Framework> {
    if !matches!(node.value, Value::Map(_)) {
        faults.add(place(node, way), format!("is {}, not a map", node.sort()));
        return None;
    }
    let mut reader = Reader { node, way: way.into(), faults };
    let mut framework = Framework {
        urn: reader.urn("urn"),
        reference: reader.name("ref_id"),
        name: reader.name("name"),
        about: reader.text("description"),
        ..head.clone()
    };
    if framework.name.is_empty() {
        framework.name.clone_from(&framework.reference);
    }
    if framework.name.is_empty() {
        reader.wrong("name", "a framework has a name");
    }
    let mut seen = HashSet::new();
    let entries = reader.entries("requirement_nodes", NODES_MAX).iter();
    let read = entries
        .enumerate()
        .map(|(at, entry)| requirement(entry, &format!("{way}.requirement_nodes[{at}]"), &mut seen, faults));
    let nodes: Vec<_> = read.collect();
    framework.nodes = in_order(nodes, faults);
    Some(framework)
}

/// A node with the address of the one above it and where it stands.
fn requirement(
    entry: &yaml::Node,
    way: &str,
    seen: &mut HashSet<String>,
    faults: &mut Faults,
) -> (Node, Option<String>, String) {
    let mut reader = Reader { node: entry, way: way.into(), faults };
    let node = Node {
        urn: reader.urn("urn"),
        reference: reader.name("ref_id"),
        name: reader.name("name"),
        text: reader.text("description"),
        note: reader.text("annotation"),
        evidence: reader.text("typical_evidence"),
        demands: reader.flag("assessable"),
        groups: reader.names("implementation_groups"),
        ..Node::default()
    };
    if !node.urn.is_empty() && !seen.insert(node.urn.clone()) {
        reader.wrong("urn", format!("\"{}\" stands here a second time", node.urn));
    }
    let above = reader.node.get("parent_urn").is_some().then(|| reader.urn("parent_urn"));
    (node, above.filter(|urn| !urn.is_empty()), place(entry, way))
}

fn mapping_set(node: &yaml::Node, way: &str, faults: &mut Faults) -> Option<MappingSet> {
    if !matches!(node.value, Value::Map(_)) {
        faults.add(place(node, way), format!("is {}, not a map", node.sort()));
        return None;
    }
    let mut reader = Reader { node, way: way.into(), faults };
    let mut set = MappingSet {
        urn: reader.urn("urn"),
        reference: reader.name("ref_id"),
        name: reader.name("name"),
        source: reader.urn("source_framework_urn"),
        target: reader.urn("target_framework_urn"),
        pairs: Vec::new(),
    };
    let entries = reader.entries("requirement_mappings", PAIRS_MAX).iter();
    set.pairs = entries
        .enumerate()
        .filter_map(|(at, entry)| pair(entry, &format!("{way}.requirement_mappings[{at}]"), faults))
        .collect();
    Some(set)
}

/// A pair; nothing where the file says that the two have nothing to do with each other.
fn pair(entry: &yaml::Node, way: &str, faults: &mut Faults) -> Option<Pair> {
    let mut reader = Reader { node: entry, way: way.into(), faults };
    let word = reader.name("relationship");
    if word == "not_related" {
        return None;
    }
    let relation = Relation::parse(&word);
    if relation.is_none() {
        reader.wrong("relationship", relations(&word));
    }
    Some(Pair {
        source: reader.urn("source_requirement_urn"),
        target: reader.urn("target_requirement_urn"),
        relation: relation?,
        note: reader.text("rationale"),
    })
}
