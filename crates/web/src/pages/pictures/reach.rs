//! Readings of an objective as a line in percent positions, so that it stretches without distorting a word.

use engines::{aims::Aim, rules::dates::days_between};
use model::{Date, Decimal};

use crate::view::time;

/// A line of readings over the straight one on which they should lie; points in percent of width and height.
pub struct Reach {
    pub read: String,
    pub goal: String,
    /// Where today is, in percent of the width.
    pub today: String,
    pub from: String,
    pub to: String,
    pub low: String,
    pub high: String,
    pub told: String,
}

impl Reach {
    /// `readings` in the order of their days, at least one.
    pub fn new(aim: &Aim, readings: &[(Date, Decimal)], today: Date) -> Reach {
        let last = readings.last().map_or(aim.due, |last| last.0);
        let (begin, end) = (aim.begin, aim.due.max(last).max(today));
        let values = || readings.iter().map(|reading| reading.1).chain([aim.baseline, aim.target]);
        let (low, high) = (values().min().unwrap_or(aim.baseline), values().max().unwrap_or(aim.target));
        let number = |number: Decimal| number.to_string().parse::<f64>().unwrap_or_default();
        let span = number(high - low).max(f64::EPSILON);
        let days = days_between(begin, end).max(1) as f64;
        let across = |on: Date| days_between(begin, on) as f64 * 100.0 / days;
        let point =
            |on: Date, value: Decimal| format!("{:.2},{:.2}", across(on), 100.0 - number(value - low) * 100.0 / span);
        let read: Vec<String> = readings.iter().map(|(on, value)| point(*on, *value)).collect();
        let short = |number: Decimal| number.round_dp(2).normalize().to_string();
        let latest = readings.last().map(|last| short(last.1)).unwrap_or_default();
        Reach {
            // A single reading is a line of its own length, so that it is seen.
            read: if read.len() == 1 { [read.clone(), read].concat().join(" ") } else { read.join(" ") },
            goal: format!("{} {}", point(begin, aim.baseline), point(aim.due, aim.target)),
            today: format!("{:.2}%", across(today)),
            from: time::day(begin),
            to: time::day(end),
            low: short(low),
            high: short(high),
            told: format!(
                "From {} to {latest} in {} readings; {} is to be reached on {}.",
                short(aim.baseline),
                readings.len(),
                short(aim.target),
                time::day(aim.due)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_drawn_between_the_lowest_and_the_highest() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let aim = Aim {
            begin: day("2026-01-01"),
            due: day("2026-01-11"),
            baseline: Decimal::from(10),
            target: Decimal::from(20),
        };
        let drawn = Reach::new(&aim, &[(day("2026-01-06"), Decimal::from(15))], day("2026-01-06"));
        assert_eq!(drawn.goal, "0.00,100.00 100.00,0.00");
        assert_eq!((drawn.read.as_str(), drawn.today.as_str()), ("50.00,50.00 50.00,50.00", "50.00%"));
        let level = Aim { target: Decimal::from(10), ..aim };
        let drawn = Reach::new(&level, &[(day("2026-01-06"), Decimal::from(10))], day("2026-01-06"));
        assert!(drawn.read.starts_with("50.00,100.00"), "nothing between them is no fault: {}", drawn.read);
    }
}
