//! Settings of the house that a document states: a block of TOML in its text, fenced and named `parameters`, read value by
//! value with the line on which each stands.

use toml::de::{DeTable, DeValue};

/// The word after the fence.
const WORD: &str = "parameters";

/// One value as it stands in a document: the dotted name of the setting, what is stated, and its line in the text, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub value: String,
    pub line: usize,
}

/// What cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub line: usize,
    pub why: String,
}

/// The values that a text states, in their order; none where it has no such block.
///
/// # Errors
/// Every mistake with its line: a block without an end, what is no TOML, a value that is neither word nor number, one that is
/// stated twice.
pub fn parameters(text: &str) -> Result<Vec<Parameter>, Vec<Mistake>> {
    let (mut found, mut mistakes) = (Vec::<Parameter>::new(), Vec::new());
    for block in blocks(text, &mut mistakes) {
        match DeTable::parse(&block.text) {
            Ok(table) => collect(table.get_ref(), "", &block, &mut found, &mut mistakes),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let why = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
                mistakes.push(Mistake { line: block.line_of(at), why: format!("is not to be read: {why}") });
            }
        }
    }
    found.sort_by_key(|parameter| parameter.line);
    for (place, parameter) in found.iter().enumerate() {
        if found[..place].iter().any(|earlier| earlier.name == parameter.name) {
            let why = format!("states {} a second time", parameter.name);
            mistakes.push(Mistake { line: parameter.line, why });
        }
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    if mistakes.is_empty() { Ok(found) } else { Err(mistakes) }
}

struct Block {
    text: String,
    /// The line of the text on which the first line of the block stands.
    first: usize,
}

impl Block {
    fn line_of(&self, byte: usize) -> usize {
        let before = self.text.get(..byte.min(self.text.len())).unwrap_or(&self.text);
        self.first + before.matches('\n').count()
    }
}

fn blocks(text: &str, mistakes: &mut Vec<Mistake>) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Block)> = None;
    // Another block may show what such a block looks like; what stands in it is no parameter.
    let mut other = false;
    for (at, line) in text.lines().enumerate() {
        let mark = line.trim().strip_prefix("```").map(str::trim);
        match (&mut open, mark) {
            (Some(_), Some("")) => found.extend(open.take().map(|(_, block)| block)),
            (Some((_, block)), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some("")) => other = !other,
            (None, Some(WORD)) if !other => open = Some((at + 1, Block { text: String::new(), first: at + 2 })),
            (None, Some(_)) => other = true,
            (None, None) => {}
        }
    }
    if let Some((line, _)) = open {
        mistakes.push(Mistake { line, why: "begins a block of parameters that does not end".into() });
    }
    found
}

fn collect(table: &DeTable<'_>, above: &str, block: &Block, found: &mut Vec<Parameter>, mistakes: &mut Vec<Mistake>) {
    for (key, value) in table.iter() {
        let name = if above.is_empty() { key.get_ref().to_string() } else { format!("{above}.{}", key.get_ref()) };
        let line = block.line_of(key.span().start);
        let value = match value.get_ref() {
            DeValue::Table(inner) => {
                collect(inner, &name, block, found, mistakes);
                continue;
            }
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.as_str().to_string(),
            DeValue::Float(number) => number.as_str().to_string(),
            DeValue::Boolean(flag) => flag.to_string(),
            DeValue::Datetime(_) | DeValue::Array(_) => {
                mistakes.push(Mistake { line, why: format!("{name} is neither a word nor a number") });
                continue;
            }
        };
        found.push(Parameter { name, value, line });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_with_their_lines() {
        let text = "# Priority\n\nAs follows.\n\n```parameters\n# days\nnumber.auto_close_days = 5\n[interval]\nsla-review = 6\n```\n\nEnd.\n\n```parameters\norganisation = \"Tidewell\"\n```\n";
        let found = parameters(text).expect("it can be read");
        let told: Vec<(&str, &str, usize)> =
            found.iter().map(|one| (one.name.as_str(), one.value.as_str(), one.line)).collect();
        assert_eq!(
            told,
            [("number.auto_close_days", "5", 7), ("interval.sla-review", "6", 9), ("organisation", "Tidewell", 15)]
        );
        assert_eq!(parameters("No block.\n\n```toml\na = 1\n```\n"), Ok(Vec::new()));
        assert_eq!(parameters("```text\n```parameters\na = 1\n```\n"), Ok(Vec::new()));
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let lines = |text: &str| -> Vec<usize> {
            parameters(text).expect_err("a mistake").iter().map(|mistake| mistake.line).collect()
        };
        assert_eq!(lines("```parameters\na = 1\n"), [1]);
        assert_eq!(lines("x\n```parameters\na = 1\nb = = 2\n```\n"), [4]);
        assert_eq!(lines("```parameters\na = [1]\nb = 2026-11-25\n```\n"), [2, 3]);
        assert_eq!(lines("```parameters\na = 1\n```\n```parameters\na = 2\n```\n"), [5]);
    }
}
