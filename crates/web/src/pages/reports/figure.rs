//! One figure of a report as it is kept: what it is, what it was measured against, whether it was kept, and why not.

use kinds::performance::report;
use model::{Decimal, Fields, Value, canonical};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// One of the sections of a definition.
    pub section: String,
    pub name: String,
    /// Number of the record that it is about.
    pub about: String,
    pub actual: Option<Decimal>,
    /// `percent`, `minutes`, `hours`, `score`; empty for a count.
    pub unit: String,
    pub target: Option<Decimal>,
    /// Whether the target is the most that is right; else it is the least.
    pub at_most: bool,
    pub met: Option<bool>,
    /// So many of so many.
    pub good: Option<Decimal>,
    pub whole: Option<Decimal>,
    /// Why it was missed, or what else there is to say of it.
    pub reason: String,
    /// Minutes down by day, or the use of a resource reading by reading.
    pub series: Vec<Decimal>,
    /// Numbers of records that stand for it.
    pub records: Vec<String>,
}

impl Figure {
    pub fn new(section: &str, name: impl Into<String>) -> Figure {
        Figure { section: section.into(), name: name.into(), ..Figure::default() }
    }

    pub fn counted(section: &str, name: impl Into<String>, count: usize) -> Figure {
        Figure { actual: Some(Decimal::from(count)), ..Figure::new(section, name) }
    }

    pub fn json(&self) -> Json {
        let mut parts = Map::new();
        let mut text = |name: &str, text: &str| {
            if !text.is_empty() {
                parts.insert(name.into(), text.into());
            }
        };
        text("section", &self.section);
        text("name", &self.name);
        text("about", &self.about);
        text("unit", &self.unit);
        text("reason", &self.reason);
        if self.target.is_some() {
            text("comparison", if self.at_most { "at-most" } else { "at-least" });
        }
        for (name, number) in
            [("actual", self.actual), ("target", self.target), ("good", self.good), ("whole", self.whole)]
        {
            parts.extend(number.map(|number| (name.to_string(), number_json(number))));
        }
        parts.extend(self.met.map(|met| ("met".to_string(), Json::from(met))));
        if !self.series.is_empty() {
            parts.insert("series".into(), self.series.iter().map(|one| number_json(*one)).collect());
        }
        if !self.records.is_empty() {
            parts.insert("records".into(), json!(self.records));
        }
        Json::Object(parts)
    }

    fn read(row: &Value) -> Figure {
        let text = |part: &str| row.part(part).and_then(Value::as_text).unwrap_or_default().to_string();
        let number = |part: &str| row.part(part).and_then(Value::as_number);
        let entries = |part: &str| row.part(part).map(Value::entries).unwrap_or_default();
        Figure {
            section: text("section"),
            name: text("name"),
            about: text("about"),
            actual: number("actual"),
            unit: text("unit"),
            target: number("target"),
            at_most: text("comparison") == "at-most",
            met: row.part("met").and_then(Value::as_flag),
            good: number("good"),
            whole: number("whole"),
            reason: text("reason"),
            series: entries("series").iter().filter_map(Value::as_number).collect(),
            records: entries("records").iter().filter_map(Value::as_text).map(str::to_string).collect(),
        }
    }

    /// The figures of a report, in the order in which they were frozen.
    pub fn all(fields: &Fields) -> Vec<Figure> {
        fields.get(report::FIGURES.name).map(Value::entries).unwrap_or_default().iter().map(Figure::read).collect()
    }
}

fn number_json(number: Decimal) -> Json {
    Value::Number(number).to_json()
}

/// What a digest is over: everything that was counted, and of what.
const SEALED: [&str; 8] = [
    report::DEFINITION.name,
    report::PERIOD.name,
    kinds::shared::CUSTOMER.name,
    report::BEGINS.name,
    report::ENDS.name,
    report::AS_OF.name,
    report::FIGURES.name,
    report::TRENDS.name,
];

/// SHA-256 in hexadecimal over the canonical JSON (RFC 8785) of what is frozen; numbers stand as texts, as in the journal.
pub fn digest(fields: &Fields) -> String {
    let sealed = SEALED.iter().filter_map(|name| Some(((*name).to_string(), plain(fields.get(*name)?))));
    let bytes = canonical::bytes(&Json::Object(sealed.collect()));
    canonical::hex(&Sha256::digest(&bytes))
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Number(number) => number.normalize().to_string().into(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Parts(parts) => Json::Object(parts.iter().map(|(name, part)| (name.clone(), plain(part))).collect()),
        other => other.to_json(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_comes_back_as_it_was_kept() {
        let figure = Figure {
            about: "SVC-1".into(),
            actual: "99.94".parse().ok(),
            unit: "percent".into(),
            target: "99.9".parse().ok(),
            at_most: true,
            met: Some(true),
            good: Some(Decimal::TWO),
            whole: Some(Decimal::from(3)),
            reason: "Because".into(),
            series: vec![Decimal::ZERO, Decimal::TEN],
            records: vec!["OUT-1".into()],
            ..Figure::new("availability", "Mail")
        };
        let kind = kinds::performance::report::kind();
        let ty = kind.type_of(report::FIGURES.name).expect("its type");
        let value = ty.read(&json!([figure.json()])).expect("it is taken").expect("a value");
        let mut fields = Fields::new();
        fields.insert(report::FIGURES.name.into(), value);
        assert_eq!(Figure::all(&fields), [figure]);
        let before = digest(&fields);
        let other = ty.read(&json!([{"section": "availability", "name": "Mail", "actual": 99.95}])).expect("taken");
        fields.insert(report::FIGURES.name.into(), other.expect("a value"));
        assert_ne!(digest(&fields), before);
        assert_eq!(before.len(), 64);
    }
}
