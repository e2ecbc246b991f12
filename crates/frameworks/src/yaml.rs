//! YAML as a tree that keeps what was written and on which line: order, unknown keys, tags, and the words of scalars, so that
//! `1.10` stays what it is. Comments, anchors and the choice of quotes are not kept.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use crate::Wrong;
pub use crate::paper::write;

/// Deepest nesting.
const DEPTH_MAX: usize = 100;
/// Longest key, in characters: YAML 1.2.2 section 7.4 has keys without a mark of their own end at 1024.
const KEY_MAX: usize = 200;
/// What a file may unfold to by its aliases, in bytes of text with [`WEIGHT`] for each node.
const WEIGHT_MAX: usize = 64_000_000;
const WEIGHT: usize = 64;

/// A node of a document.
#[derive(Clone, Debug)]
pub struct Node {
    /// Counted from 1; 0 for what was never in a file.
    pub line: usize,
    /// As it is written: `!!str`, `!own`, `!<tag:example.org,2026:x>`; empty for none.
    pub tag: String,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Without quotes, and perhaps a number, a date, a flag or nothing: kept as written.
    Plain(String),
    /// Certainly a text.
    Text(String),
    List(Vec<Node>),
    /// Keys are scalars, each once.
    Map(Vec<(Node, Node)>),
}

/// Where something stands is no part of what it says.
impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        self.tag == other.tag && self.value == other.value
    }
}

impl Node {
    fn new(value: Value) -> Node {
        Node { line: 0, tag: String::new(), value }
    }

    pub fn text(text: impl Into<String>) -> Node {
        Node::new(Value::Text(text.into()))
    }

    /// A number, flag or nothing, as YAML writes it.
    pub fn plain(text: impl ToString) -> Node {
        Node::new(Value::Plain(text.to_string()))
    }

    pub fn list(entries: Vec<Node>) -> Node {
        Node::new(Value::List(entries))
    }

    pub fn map<'k>(pairs: impl IntoIterator<Item = (&'k str, Node)>) -> Node {
        Node::new(Value::Map(pairs.into_iter().map(|(key, value)| (Node::text(key), value)).collect()))
    }

    /// The words of a scalar; `None` for nothing, lists and maps.
    pub fn words(&self) -> Option<&str> {
        match &self.value {
            Value::Plain(text) if is_nothing(text) => None,
            Value::Plain(text) | Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_nothing(&self) -> bool {
        matches!(&self.value, Value::Plain(text) if is_nothing(text))
    }

    pub fn pairs(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// What stands under a key; `None` also where there is nothing.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let found = self.pairs().iter().find(|(known, _)| known.words() == Some(key));
        found.map(|(_, value)| value).filter(|value| !value.is_nothing())
    }

    /// Puts a value under a key, where the key stands or at the end.
    pub fn put(&mut self, key: &str, value: Node) {
        let Value::Map(pairs) = &mut self.value else { return };
        match pairs.iter_mut().find(|(known, _)| known.words() == Some(key)) {
            Some((_, old)) => *old = value,
            None => pairs.push((Node::text(key), value)),
        }
    }

    /// What kind of thing it is, for sentences.
    pub fn sort(&self) -> &'static str {
        match &self.value {
            Value::Plain(text) if is_nothing(text) => "nothing",
            Value::Plain(_) | Value::Text(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether no reader of YAML 1.1 or 1.2 takes these words for a number, date, flag or nothing.
pub(crate) fn is_certainly_text(text: &str) -> bool {
    const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    let letter = text.chars().next().is_some_and(char::is_alphabetic);
    letter && !(text.len() <= 5 && WORDS.contains(&text.to_lowercase().as_str()))
}

/// Something begun: a list, or a map whose next key may be waiting for its value.
struct Open {
    node: Node,
    anchor: usize,
    key: Option<Node>,
    keys: HashSet<String>,
    weight: usize,
}

/// Reads one document.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn read(text: &str) -> Result<Node, Wrong> {
    let mut building = Building::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            Wrong::new(format!("line {}", error.marker().line()), format!("is no YAML: {}", error.info()))
        })?;
        building.take(event, span.start.line())?;
    }
    building.whole.ok_or_else(|| Wrong::new("", "the file holds no document"))
}

#[derive(Default)]
struct Building {
    open: Vec<Open>,
    /// Nodes with an anchor, and what each weighs.
    anchors: HashMap<usize, (Node, usize)>,
    whole: Option<Node>,
    weight: usize,
    documents: usize,
}

impl Building {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Wrong> {
        let wrong = |why: String| Wrong::new(format!("line {line}"), why);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(wrong("a second document begins; a library is one".into()));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node =
                    Node { line, tag: tag.map_or(String::new(), |tag| written(&tag)), value: scalar(&text, style) };
                self.end(node, anchor, WEIGHT + text.len())
            }
            Event::SequenceStart(anchor, tag) => self.begin(Value::List(Vec::new()), anchor, tag.as_deref(), line),
            Event::MappingStart(anchor, tag) => self.begin(Value::Map(Vec::new()), anchor, tag.as_deref(), line),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                self.end(open.node, open.anchor, open.weight + WEIGHT)
            }
            Event::Alias(anchor) => {
                let Some((node, weight)) = self.anchors.get(&anchor) else {
                    return Err(wrong("an alias stands within what it repeats".into()));
                };
                self.weight += weight;
                if self.weight > WEIGHT_MAX {
                    return Err(wrong("its aliases unfold to more than 64 MB".into()));
                }
                let (node, weight) = (node.clone(), *weight);
                self.place(node, weight)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, tag: Option<&Tag>, line: usize) -> Result<(), Wrong> {
        if self.open.len() >= DEPTH_MAX {
            return Err(Wrong::new(format!("line {line}"), format!("is nested more than {DEPTH_MAX} deep")));
        }
        let node = Node { line, tag: tag.map_or(String::new(), written), value };
        self.open.push(Open { node, anchor, key: None, keys: HashSet::new(), weight: 0 });
        Ok(())
    }

    fn end(&mut self, node: Node, anchor: usize, weight: usize) -> Result<(), Wrong> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        self.place(node, weight)
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, weight: usize) -> Result<(), Wrong> {
        let Some(open) = self.open.last_mut() else {
            self.whole = Some(node);
            return Ok(());
        };
        open.weight += weight;
        match (&mut open.node.value, open.key.take()) {
            (Value::List(entries), _) => entries.push(node),
            (Value::Map(pairs), Some(key)) => pairs.push((key, node)),
            (Value::Map(_), None) => {
                let line = format!("line {}", node.line);
                let key = match &node.value {
                    Value::Plain(text) | Value::Text(text) => text.clone(),
                    _ => return Err(Wrong::new(line, format!("{} cannot be a key", node.sort()))),
                };
                if key.chars().count() > KEY_MAX {
                    return Err(Wrong::new(line, format!("a key has more than {KEY_MAX} characters")));
                }
                if !open.keys.insert(key.clone()) {
                    return Err(Wrong::new(line, format!("the key \"{key}\" stands here a second time")));
                }
                // A key that is nothing has no words of its own.
                let is_bare = matches!(&node.value, Value::Plain(text) if text.is_empty());
                open.key = Some(if is_bare { Node { value: Value::Plain("~".into()), ..node } } else { node });
            }
            _ => {}
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let text = text.to_owned();
    if style == ScalarStyle::Plain && is_perhaps_more(&text) { Value::Plain(text) } else { Value::Text(text) }
}

/// Whether a reader of YAML 1.1 or 1.2 may take these words, without quotes, for a number, date, flag or nothing.
fn is_perhaps_more(text: &str) -> bool {
    if matches!(text, "" | "~" | "=" | "<<") {
        return true;
    }
    let unsigned = text.trim_start_matches(['+', '-']);
    let counts = unsigned.strip_prefix('.').unwrap_or(unsigned);
    let begins =
        |signs: &str| counts.chars().next().is_some_and(|first| first.is_ascii_digit() || signs.contains(first));
    let is_number = if unsigned.len() == counts.len() { begins("") } else { begins("iInN") };
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic()) && !is_certainly_text(text);
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "+-.:_ ".contains(letter);
    (is_number || is_word) && text.chars().all(plain) && !text.contains(": ") && !text.ends_with([':', ' '])
}

/// A tag as it is written in a document.
fn written(tag: &Tag) -> String {
    match tag.handle.as_str() {
        "tag:yaml.org,2002:" => format!("!!{}", tag.suffix),
        "!" => format!("!{}", tag.suffix),
        handle => format!("!<{handle}{}>", tag.suffix),
    }
}
