//! Whether a correction had its effect: an indicator that was named beforehand, over a window that was named with it.

use model::Moment;
use rust_decimal::Decimal;

/// Which values of the indicator say that the correction works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    AtLeast,
    AtMost,
}

impl Direction {
    pub fn parse(word: &str) -> Option<Direction> {
        match word {
            "at-least" => Some(Direction::AtLeast),
            "at-most" => Some(Direction::AtMost),
            _ => None,
        }
    }

    fn holds(self, value: Decimal, limit: Decimal) -> bool {
        match self {
            Direction::AtLeast => value >= limit,
            Direction::AtMost => value <= limit,
        }
    }
}

/// How a correction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The window has not begun or is not over, and nothing spoke against it so far.
    Watching,
    /// The window is over and held no value: nobody knows.
    Unknown,
    /// Every value of the window, and there is at least one.
    Effective { values: usize },
    /// The first value that says no.
    Failed { at: Moment, value: Decimal },
}

/// Judges by the values of the window alone, from its first instant to before its end.
pub fn effect(
    values: &[(Moment, Decimal)],
    (from, until): (Moment, Moment),
    direction: Direction,
    limit: Decimal,
    now: Moment,
) -> Effect {
    let mut inside: Vec<&(Moment, Decimal)> =
        values.iter().filter(|(at, _)| *at >= from && *at < until && *at <= now).collect();
    inside.sort_by_key(|(at, _)| *at);
    if let Some((at, value)) = inside.iter().find(|(_, value)| !direction.holds(*value, limit)) {
        return Effect::Failed { at: *at, value: *value };
    }
    match inside.len() {
        _ if now < until => Effect::Watching,
        0 => Effect::Unknown,
        values => Effect::Effective { values },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(values: &[(i64, i64)], now: i64) -> Effect {
        let values: Vec<_> = values.iter().map(|(at, value)| (Moment(*at), Decimal::from(*value))).collect();
        effect(&values, (Moment(10), Moment(20)), Direction::AtLeast, 90.into(), Moment(now))
    }

    #[test]
    fn only_values_of_the_window_count() {
        assert_eq!(told(&[(9, 10), (20, 10), (12, 95), (13, 90)], 25), Effect::Effective { values: 2 });
        assert_eq!(told(&[(9, 10), (20, 10)], 25), Effect::Unknown);
    }

    #[test]
    fn one_bad_value_is_enough_and_the_first_is_named() {
        let first = Effect::Failed { at: Moment(12), value: 89.into() };
        assert_eq!(told(&[(15, 70), (12, 89), (11, 99)], 16), first);
    }

    #[test]
    fn before_its_end_nothing_is_proved() {
        assert_eq!(told(&[(12, 95)], 19), Effect::Watching);
        assert_eq!(told(&[(12, 95)], 20), Effect::Effective { values: 1 });
        assert_eq!(told(&[(15, 70)], 14), Effect::Watching, "what lies ahead is not known");
    }

    #[test]
    fn at_most_is_the_other_way_round() {
        let values = [(Moment(11), Decimal::from(3))];
        let of = |limit: i64| effect(&values, (Moment(10), Moment(20)), Direction::AtMost, limit.into(), Moment(30));
        assert_eq!(of(3), Effect::Effective { values: 1 });
        assert!(matches!(of(2), Effect::Failed { .. }));
    }
}
