//! What auditors ask about a clause, what they sample and what they usually find.

use std::{collections::BTreeMap, sync::OnceLock};

use super::catalogue::{catalogue, is_within};

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

/// The questions for an audit of some clauses, each with the leaf clause that it stands for, in reading order. A clause
/// stands for everything below it; what is asked of several clauses together is asked once.
pub fn checklist(clauses: &[&str]) -> Vec<(&'static str, &'static str)> {
    let mut asked: Vec<&'static Questions> = Vec::new();
    let mut lines = Vec::new();
    for leaf in catalogue().leaf_clauses().filter(|leaf| clauses.iter().any(|clause| is_within(leaf, clause))) {
        let Some(block) = questions(leaf).filter(|block| !asked.iter().any(|known| std::ptr::eq(*known, *block)))
        else {
            continue;
        };
        asked.push(block);
        lines.extend(block.asked.iter().map(|question| (leaf, question.as_str())));
    }
    lines
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
    fn what_is_asked_of_several_clauses_together_is_asked_once() {
        let all = super::checklist(&["6.1"]);
        assert!(all.iter().all(|(clause, _)| *clause == "6.1.1"), "{all:?}");
        assert!(all.len() > 3);
        let changes = super::checklist(&["8.5.1.3", "8.6"]);
        let clauses: Vec<&str> = changes.iter().map(|(clause, _)| *clause).collect();
        assert!(clauses.is_sorted() && clauses.contains(&"8.5.1.3") && clauses.contains(&"8.6.3"), "{clauses:?}");
        assert_eq!(super::checklist(&["8.99", ""]), []);
    }

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
