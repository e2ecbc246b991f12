//! Capacity forecast by a least squares line, and workload limits (rules R20 and R28).

use jiff::civil::Date;
use num_bigint::Sign;
use rust_decimal::Decimal;

use super::Refused;
use super::dates::{add_days, days_between};
use super::number::{Fraction, fraction, quotient, whole};

/// A straight line of use over days (R20).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Day 0 of the line.
    origin: Date,
    /// Use on day 0.
    base: Fraction,
    /// Change of use per day.
    pub slope: Fraction,
}

impl Line {
    /// The least squares line through readings of (day, use), in any order. None with fewer than two days.
    pub fn through(points: &[(Date, Decimal)]) -> Option<Line> {
        let origin = points.first()?.0;
        let readings: Vec<(Fraction, Fraction)> =
            points.iter().map(|(day, used)| (whole(days_between(origin, *day)), fraction(*used))).collect();
        let count = whole(readings.len());
        let days: Fraction = readings.iter().map(|(day, _)| day).sum();
        let uses: Fraction = readings.iter().map(|(_, used)| used).sum();
        let products: Fraction = readings.iter().map(|(day, used)| day * used).sum();
        let squares: Fraction = readings.iter().map(|(day, _)| day * day).sum();
        // The divisor is zero exactly when all readings are of one day.
        let slope = quotient(&count * products - &days * &uses, &count * squares - &days * &days)?;
        let base = (uses - &slope * days) / count;
        Some(Line { origin, base, slope })
    }

    /// Use on a day, by the line.
    pub fn on(&self, day: Date) -> Fraction {
        &self.base + &self.slope * whole(days_between(self.origin, day))
    }

    /// The first whole day on which a rising line is at or over a threshold. None for a line that does not rise, and
    /// for a day past the year 9999.
    fn reaches(&self, threshold: &Fraction) -> Option<Date> {
        if self.slope.numer().sign() != Sign::Plus {
            return None;
        }
        let days = ((threshold - &self.base) / &self.slope).ceil().to_integer();
        add_days(self.origin, i64::try_from(days).ok()?).ok()
    }
}

/// How a resource stands against its threshold (R20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForecastState {
    /// The line is at or over the threshold today.
    Over,
    NotRising,
    /// The day to order is today or past.
    ActNow,
    InTime,
    TooFewPoints,
}

impl ForecastState {
    pub fn word(self) -> &'static str {
        match self {
            ForecastState::Over => "over",
            ForecastState::NotRising => "not-rising",
            ForecastState::ActNow => "act-now",
            ForecastState::InTime => "in-time",
            ForecastState::TooFewPoints => "too-few-points",
        }
    }
}

/// When a resource runs out (R20). Show the line, not only the date, and use at least three months of readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    pub state: ForecastState,
    pub line: Option<Line>,
    /// First whole day from today on with the line at or over the threshold.
    pub threshold_date: Option<Date>,
    /// The threshold date minus the lead time; today when the line is over already.
    pub order_by: Option<Date>,
}

/// Forecasts from readings of (day, use) (R20).
///
/// # Errors
/// A lead time that reaches back before the years that can be written.
pub fn forecast(
    points: &[(Date, Decimal)],
    threshold: Decimal,
    today: Date,
    lead_days: i64,
) -> Result<Forecast, Refused> {
    let Some(line) = Line::through(points) else {
        let state = ForecastState::TooFewPoints;
        return Ok(Forecast { state, line: None, threshold_date: None, order_by: None });
    };
    let threshold = fraction(threshold);
    let (state, threshold_date, order_by) = if line.on(today) >= threshold {
        (ForecastState::Over, Some(today), Some(today))
    } else if line.slope.numer().sign() != Sign::Plus {
        (ForecastState::NotRising, None, None)
    } else {
        let date = line.reaches(&threshold);
        let order_by = date.map(|date| add_days(date, lead_days.saturating_neg())).transpose()?;
        let late = order_by.is_some_and(|order_by| order_by <= today);
        (if late { ForecastState::ActNow } else { ForecastState::InTime }, date, order_by)
    };
    Ok(Forecast { state, line: Some(line), threshold_date, order_by })
}

/// Workload of a period against the agreed limit (R28). Above the limit the period is marked, and results are shown
/// with and without the surplus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// `actual / limit`; None without a limit, and for a limit of nothing.
    pub used: Option<Fraction>,
    /// Above the limit, not at it; None when no limit is agreed.
    pub over: Option<bool>,
}

/// Sets a workload against its limit (R28).
pub fn workload(limit: Option<Decimal>, actual: Decimal) -> Workload {
    Workload {
        used: limit.and_then(|limit| quotient(fraction(actual), fraction(limit))),
        over: limit.map(|limit| actual > limit),
    }
}
