//! What auditors ask about a clause, what they sample and what they usually find.

use std::{collections::BTreeMap, sync::OnceLock};

const QUESTIONS: &str = include_str!("../../data/auditor-questions.md");

/// Sentences of an auditor about one clause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    pub asked: Vec<String>,
    pub sampled: String,
    pub found: String,
}

/// The block of a clause, or that of the nearest clause above it.
pub fn questions(clause: &str) -> Option<&'static Questions> {
    static BLOCKS: OnceLock<BTreeMap<String, Questions>> = OnceLock::new();
    let blocks = BLOCKS.get_or_init(read);
    let mut id = clause;
    loop {
        if let Some(found) = blocks.get(id) {
            return Some(found);
        }
        id = id.rsplit_once('.')?.0;
    }
}

fn read() -> BTreeMap<String, Questions> {
    let mut blocks = BTreeMap::new();
    let mut lines = QUESTIONS.lines().peekable();
    let mut clause = String::new();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("### ") {
            clause = heading.split_whitespace().next().unwrap_or_default().to_string();
        } else if let Some((letter, text)) = line.strip_prefix("- **").and_then(|rest| rest.split_once("** ")) {
            let mut text = text.to_string();
            while let Some(more) = lines.next_if(|next| next.starts_with("  ")) {
                text.push(' ');
                text.push_str(more.trim());
            }
            let block: &mut Questions = blocks.entry(clause.clone()).or_default();
            match letter {
                "Q" => block.asked.extend(sentences(&text)),
                "S" => block.sampled = text,
                _ => block.found = text,
            }
        }
    }
    blocks
}

/// One question each; a remark in brackets stays with the question after it.
fn sentences(text: &str) -> Vec<String> {
    let ends = |part: &str| part.trim().to_string();
    text.split_inclusive(['?', '.']).map(ends).filter(|part| part.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::catalogue;

    #[test]
    fn every_leaf_clause_is_asked_about() {
        let silent: Vec<&str> = catalogue()
            .clauses
            .iter()
            .filter(|clause| clause.leaf && clause.id != "8.3.1")
            .filter(|clause| super::questions(&clause.id).is_none_or(|block| block.asked.is_empty()))
            .map(|clause| clause.id.as_str())
            .collect();
        assert_eq!(silent, Vec::<&str>::new());
    }
}
