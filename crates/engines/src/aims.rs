//! Whether an objective is on its way: readings against the straight line from where it stood to where it is to be (6.2).

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::rules::dates::days_between;

/// Days in which an objective must have been read (check 6.2.1.d).
pub const FRESH_DAYS: i64 = 92;

/// What is to be reached, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    pub begin: Date,
    pub due: Date,
    pub baseline: Decimal,
    pub target: Decimal,
}

/// How it stands, by the readings alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// The target is met by the latest reading.
    Reached,
    OnTrack,
    /// Behind the line on which it should be by now.
    Behind,
    /// The day has passed, and the target is not met.
    Missed,
    /// No reading yet.
    Unread,
}

impl Aim {
    /// Where it should stand on a day, on the straight line; level before and after.
    pub fn expected(&self, on: Date) -> Decimal {
        let (all, gone) = (days_between(self.begin, self.due), days_between(self.begin, on));
        if all <= 0 || gone >= all {
            return self.target;
        }
        let share = Decimal::from(gone.max(0)) / Decimal::from(all);
        self.baseline + (self.target - self.baseline) * share
    }

    /// Whether a value is at or beyond the mark, seen from the baseline: less is better where the target lies below it.
    fn meets(&self, value: Decimal, mark: Decimal) -> bool {
        if self.target >= self.baseline { value >= mark } else { value <= mark }
    }

    /// The latest reading is held against the line of its own day, so that a late look does not make it worse.
    pub fn course(&self, readings: &[(Date, Decimal)], today: Date) -> Course {
        let Some((on, value)) = readings.iter().max_by_key(|reading| reading.0) else { return Course::Unread };
        if self.meets(*value, self.target) {
            Course::Reached
        } else if today > self.due {
            Course::Missed
        } else if self.meets(*value, self.expected(*on)) {
            Course::OnTrack
        } else {
            Course::Behind
        }
    }
}

/// Whether the latest reading is too old to tell anything.
pub fn is_stale(readings: &[(Date, Decimal)], today: Date) -> bool {
    let latest = readings.iter().map(|reading| reading.0).max();
    latest.is_some_and(|on| days_between(on, today) > FRESH_DAYS)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn aim(baseline: i64, target: i64) -> Aim {
        Aim {
            begin: date(2026, 1, 1),
            due: date(2026, 12, 31),
            baseline: Decimal::from(baseline),
            target: Decimal::from(target),
        }
    }

    #[test]
    fn the_line_leads_from_the_baseline_to_the_target() {
        let aim = aim(80, 90);
        assert_eq!(aim.expected(date(2025, 6, 1)), Decimal::from(80));
        assert_eq!(aim.expected(date(2026, 7, 2)), Decimal::from(85));
        assert_eq!(aim.expected(date(2027, 6, 1)), Decimal::from(90));
    }

    #[test]
    fn readings_say_whether_it_is_on_its_way() {
        let (june, today) = (date(2026, 7, 2), date(2026, 8, 1));
        let told = |aim: Aim, value: i64, today: Date| aim.course(&[(june, Decimal::from(value))], today);
        assert_eq!(told(aim(80, 90), 85, today), Course::OnTrack);
        assert_eq!(told(aim(80, 90), 84, today), Course::Behind);
        assert_eq!(told(aim(80, 90), 90, today), Course::Reached);
        assert_eq!(told(aim(80, 90), 89, date(2027, 1, 1)), Course::Missed);
        // Less is better.
        assert_eq!(told(aim(10, 2), 6, today), Course::OnTrack);
        assert_eq!(told(aim(10, 2), 7, today), Course::Behind);
        assert_eq!(told(aim(10, 2), 2, today), Course::Reached);
        assert_eq!(aim(80, 90).course(&[], today), Course::Unread);
        let later = [(june, Decimal::from(95)), (date(2026, 7, 30), Decimal::from(81))];
        assert_eq!(aim(80, 90).course(&later, today), Course::Behind, "the latest speaks");
    }

    #[test]
    fn a_reading_grows_old() {
        let read = [(date(2026, 8, 25), Decimal::ONE)];
        assert!(!is_stale(&read, date(2026, 11, 25)));
        assert!(is_stale(&read, date(2026, 11, 26)));
        assert!(!is_stale(&[], date(2026, 11, 26)));
    }
}
