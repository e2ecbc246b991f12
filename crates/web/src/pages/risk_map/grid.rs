//! The matrix of likelihood and impact as the method on record draws it: its levels, its words, its limit.

use desk::Shown;
use engines::rules::risk::{APPETITE, Band, Risk};
use kinds::{governance::risk_method, shared};
use model::{Date, Decimal, Value};

use crate::{
    pages::lines::encoded,
    view::parts::{Link, Tone},
};

/// How risks are scored and which ones are accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// Empty where none is on record.
    pub number: String,
    pub title: String,
    pub approved_on: Option<Date>,
    /// Levels with their words, from the lowest on.
    pub likelihood: Vec<(Decimal, String)>,
    pub impact: Vec<(Decimal, String)>,
    /// A score above it is not simply accepted.
    pub limit: Decimal,
    pub above: String,
}

impl Default for Method {
    /// What rule R21 says where nobody says otherwise.
    fn default() -> Method {
        let levels: Vec<(Decimal, String)> = (1..=5).map(|level| (Decimal::from(level), String::new())).collect();
        Method {
            number: String::new(),
            title: String::new(),
            approved_on: None,
            likelihood: levels.clone(),
            impact: levels,
            limit: Decimal::from(APPETITE),
            above: String::new(),
        }
    }
}

impl Method {
    /// The method that counts: the one with the newest approval, else the newest one that is on record.
    pub fn current(methods: &[Shown]) -> Method {
        let approved = |shown: &&Shown| shared::APPROVED_ON.get(shown.fields());
        methods.iter().max_by_key(approved).map(Method::read).unwrap_or_default()
    }

    fn read(shown: &Shown) -> Method {
        let fields = shown.fields();
        let part = |field: &str, part: &str| fields.get(field).and_then(|value| value.part(part));
        let own = Method::default();
        let scale = risk_method::SCALE.name;
        let accepted = risk_method::ACCEPTANCE.name;
        let levels = |name: &str, words: &str, otherwise: Vec<(Decimal, String)>| {
            let found = levels(part(scale, name), part(scale, words));
            if found.is_empty() { otherwise } else { found }
        };
        Method {
            number: shown.number().into(),
            title: shown.title().into(),
            approved_on: shared::APPROVED_ON.get(fields),
            likelihood: levels("likelihood", "likelihood_words", own.likelihood),
            impact: levels("impact", "impact_words", own.impact),
            limit: part(accepted, "limit").and_then(Value::as_number).unwrap_or(own.limit),
            above: part(accepted, "above_limit").and_then(Value::as_text).unwrap_or_default().into(),
        }
    }

    pub fn is_above(&self, score: Decimal) -> bool {
        score > self.limit
    }

    /// Within the limit, above it, or so high that rule R21 calls it extreme.
    pub fn tone(&self, likelihood: Decimal, impact: Decimal) -> Tone {
        let level = |number: Decimal| i64::try_from(number).unwrap_or_default();
        let extreme = Risk::new(level(likelihood), level(impact)).is_ok_and(|risk| risk.band() == Band::Extreme);
        match self.is_above(likelihood * impact) {
            false => Tone::Ok,
            true if extreme => Tone::Bad,
            true => Tone::Warn,
        }
    }
}

/// Levels from the lowest on, each with its word where the method has one.
fn levels(numbers: Option<&Value>, words: Option<&Value>) -> Vec<(Decimal, String)> {
    let mut levels: Vec<Decimal> =
        numbers.map(Value::entries).unwrap_or_default().iter().filter_map(Value::as_number).collect();
    levels.sort_unstable();
    levels.dedup();
    let words = words.map(Value::entries).unwrap_or_default();
    let word = |place: usize| words.get(place).and_then(Value::as_text).unwrap_or_default().trim().to_string();
    levels.into_iter().enumerate().map(|(place, level)| (level, word(place))).collect()
}

/// One matrix, the highest likelihood first.
pub struct Grid {
    pub title: &'static str,
    pub impacts: Vec<(String, String)>,
    pub rows: Vec<Row>,
    /// What it does not show.
    pub left_out: String,
}

pub struct Row {
    pub level: String,
    pub word: String,
    pub cells: Vec<Cell>,
}

pub struct Cell {
    /// How many, with the list of them; no text where there are none.
    pub count: Link,
    pub score: String,
    pub tone: Tone,
    /// What the colour says, in words.
    pub told: &'static str,
}

impl Grid {
    /// `fields` are those of likelihood and impact, `risks` how many there are at each pair of levels, `filter` the risks that
    /// are looked at.
    pub fn new(
        title: &'static str,
        method: &Method,
        fields: (&str, &str),
        risks: &[((Decimal, Decimal), i64)],
        filter: &str,
        left_out: String,
    ) -> Grid {
        let cell = |likelihood: Decimal, impact: Decimal| {
            let count: i64 = risks.iter().filter(|risk| risk.0 == (likelihood, impact)).map(|risk| risk.1).sum();
            let (by, to) = (likelihood.normalize(), impact.normalize());
            let list = format!("{filter} and {} = {by} and {} = {to}", fields.0, fields.1);
            let tone = method.tone(likelihood, impact);
            Cell {
                count: match count {
                    0 => Link::default(),
                    count => Link::new(count.to_string(), format!("/risks?filter={}", encoded(&list))),
                },
                score: (likelihood * impact).normalize().to_string(),
                told: match tone {
                    Tone::Ok => "accepted",
                    Tone::Bad => "extreme",
                    _ => "above the limit",
                },
                tone,
            }
        };
        let row = |(level, word): &(Decimal, String)| Row {
            level: level.normalize().to_string(),
            word: word.clone(),
            cells: method.impact.iter().map(|(impact, _)| cell(*level, *impact)).collect(),
        };
        let named = |(level, word): &(Decimal, String)| (level.normalize().to_string(), word.clone());
        Grid {
            title,
            impacts: method.impact.iter().map(named).collect(),
            rows: method.likelihood.iter().rev().map(row).collect(),
            left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: i64) -> Decimal {
        Decimal::from(value)
    }

    #[test]
    fn the_matrix_is_what_the_method_says() {
        let level = |level: i64, word: &str| (number(level), word.to_string());
        let three = vec![level(1, "seldom"), level(2, "now and then"), level(3, "often")];
        let method =
            Method { likelihood: three.clone(), impact: three[..2].to_vec(), limit: number(3), ..Method::default() };
        let risks = [((number(3), number(2)), 2), ((number(1), number(1)), 1)];
        let grid = Grid::new("", &method, ("likelihood", "impact"), &risks, "state != closed", String::new());
        assert_eq!(grid.rows.iter().map(|row| row.level.as_str()).collect::<Vec<_>>(), ["3", "2", "1"]);
        assert_eq!(grid.impacts.len(), 2);
        let cell = &grid.rows[0].cells[1];
        assert_eq!((cell.count.text.as_str(), cell.score.as_str(), cell.tone), ("2", "6", Tone::Warn));
        assert_eq!(
            cell.count.href,
            "/risks?filter=state%20%21%3D%20closed%20and%20likelihood%20%3D%203%20and%20impact%20%3D%202"
        );
        assert_eq!(grid.rows[0].cells[0].tone, Tone::Ok, "three is at the limit, not above it");
        assert_eq!(grid.rows[2].cells[1].count, Link::default());
    }

    #[test]
    fn without_a_method_rule_r21_draws_it() {
        let method = Method::default();
        assert_eq!((method.likelihood.len(), method.limit), (5, number(9)));
        assert_eq!(method.tone(number(3), number(3)), Tone::Ok);
        assert_eq!(method.tone(number(2), number(5)), Tone::Warn);
        assert_eq!(method.tone(number(4), number(5)), Tone::Bad);
    }
}
