//! A report drawn: a stroke for each day of a service, and standing bars for a measure over periods.

use model::{Decimal, words::counted};

/// A day with so many minutes down is disturbed; from the second on it counts as an outage.
const OUTAGE_MINUTES: i64 = 30;

/// One stroke a day: low where it ran, high where it did not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strip {
    pub width: usize,
    pub good: String,
    pub degraded: String,
    pub out: String,
    /// For those who hear it.
    pub told: String,
}

impl Strip {
    pub fn of(name: &str, minutes: &[Decimal]) -> Strip {
        let mut strip = Strip { width: minutes.len() * 5, ..Strip::default() };
        let (mut degraded, mut out) = (0, 0);
        for (place, minutes) in minutes.iter().enumerate() {
            let x = format!("{}.5", place * 5 + 2);
            match i64::try_from(minutes.round()).unwrap_or_default() {
                ..=0 => strip.good.push_str(&format!("M{x} 13v7")),
                1..=OUTAGE_MINUTES => {
                    degraded += 1;
                    strip.degraded.push_str(&format!("M{x} 8v12"));
                }
                _ => {
                    out += 1;
                    strip.out.push_str(&format!("M{x} 0v20"));
                }
            }
        }
        strip.told =
            format!("{name}: {}, {degraded} degraded, {out} with an outage", counted(minutes.len(), "day", "days"));
        strip
    }
}

/// Standing bars with the last one in front; a line for their mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    pub bars: Vec<Bar>,
    /// Height of the mean in percent from above.
    pub mean: String,
    pub told: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    pub class: &'static str,
    pub left: String,
    pub middle: String,
    pub width: String,
    pub top: String,
    pub height: String,
    pub label: String,
    pub value: String,
}

impl Bars {
    pub fn of(measure: &str, periods: &[String], values: &[Decimal]) -> Bars {
        let (lowest, highest) = scale(values);
        let step = 100.0 / values.len().max(1) as f64;
        let height = |value: Decimal| share(value, lowest, highest);
        let bar = |(place, (value, period)): (usize, (&Decimal, &String))| Bar {
            class: if place + 1 == values.len() { "f-info" } else { "f-bar" },
            left: format!("{:.2}", place as f64 * step + step * 0.14),
            middle: format!("{:.2}", (place as f64 + 0.5) * step),
            width: format!("{:.2}", step * 0.72),
            top: format!("{:.2}", 100.0 - height(*value)),
            height: format!("{:.2}", height(*value)),
            label: period.clone(),
            value: value.normalize().to_string(),
        };
        let count = Decimal::from(values.len().max(1));
        let mean: Decimal = values.iter().sum::<Decimal>() / count;
        let ends = values.first().zip(values.last()).zip(periods.first().zip(periods.last()));
        let told = ends.map(|((first, last), (from, to))| {
            format!("{measure}: from {} in {from} to {} in {to}", first.normalize(), last.normalize())
        });
        Bars {
            bars: values.iter().zip(periods).enumerate().map(bar).collect(),
            mean: format!("{:.2}", 100.0 - height(mean)),
            told: told.unwrap_or_default(),
        }
    }
}

/// Counts stand on nought; shares near a hundred are told apart above the lowest of them.
fn scale(values: &[Decimal]) -> (Decimal, Decimal) {
    let highest = values.iter().copied().max().unwrap_or(Decimal::ONE).max(Decimal::new(1, 3));
    let lowest = values.iter().copied().min().unwrap_or_default();
    match lowest > Decimal::from(90) && highest <= Decimal::ONE_HUNDRED {
        true => ((lowest - Decimal::new(5, 1)).floor(), Decimal::ONE_HUNDRED),
        false => (Decimal::ZERO, highest),
    }
}

fn share(value: Decimal, lowest: Decimal, highest: Decimal) -> f64 {
    let whole = (highest - lowest).max(Decimal::new(1, 3));
    let part = ((value - lowest) / whole * Decimal::ONE_HUNDRED).clamp(Decimal::ZERO, Decimal::ONE_HUNDRED);
    part.to_string().parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[i64]) -> Vec<Decimal> {
        values.iter().map(|value| Decimal::from(*value)).collect()
    }

    #[test]
    fn each_day_has_a_stroke() {
        let strip = Strip::of("Mail", &numbers(&[0, 5, 400]));
        assert_eq!(
            (strip.good.as_str(), strip.degraded.as_str(), strip.out.as_str()),
            ("M2.5 13v7", "M7.5 8v12", "M12.5 0v20")
        );
        assert_eq!((strip.width, strip.told.as_str()), (15, "Mail: 3 days, 1 degraded, 1 with an outage"));
    }

    #[test]
    fn bars_stand_on_nought_and_shares_near_a_hundred_do_not() {
        let periods: Vec<String> = ["2026-08", "2026-09", "2026-10"].map(String::from).into();
        let bars = Bars::of("Incidents raised", &periods, &numbers(&[50, 100, 0]));
        assert_eq!(bars.bars.iter().map(|bar| bar.height.as_str()).collect::<Vec<_>>(), ["50.00", "100.00", "0.00"]);
        assert_eq!((bars.mean.as_str(), bars.bars[2].class), ("50.00", "f-info"));
        let shares: Vec<Decimal> = ["99.5", "100", "99"].iter().map(|one| one.parse().expect("a number")).collect();
        let bars = Bars::of("Availability", &periods, &shares);
        assert_eq!(bars.bars.iter().map(|bar| bar.height.as_str()).collect::<Vec<_>>(), ["75.00", "100.00", "50.00"]);
        assert!(Bars::of("Nothing", &[], &[]).bars.is_empty());
    }
}
