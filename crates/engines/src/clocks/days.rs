//! Days on which a house works, by its calendar as it holds on each of them: how far back something must be begun.

use jiff::civil::Date;

use super::{agreed::Agreements, hours::WEEKDAYS};

/// Days looked back at most for one working day after another: a calendar that never opens ends nowhere else.
const FURTHEST: usize = 4 * 366;

/// The working days of one calendar: a local date on which it has any hours, by the version that holds on that date.
#[derive(Clone, Copy, Debug)]
pub struct WorkingDays<'a> {
    agreements: &'a Agreements,
    number: &'a str,
}

impl<'a> WorkingDays<'a> {
    /// Those of a calendar by its number; Monday to Friday, without holidays, where none of that number is on record.
    pub fn of(agreements: &'a Agreements, number: &'a str) -> WorkingDays<'a> {
        WorkingDays { agreements, number: if agreements.has_calendar(number) { number } else { WEEKDAYS } }
    }

    /// Whether anything is worked on a date.
    pub fn is_worked(&self, day: Date) -> bool {
        // A version holds from midnight of its own zone on, so the zone is looked up before the date is.
        let about = model::Moment::of_date(day).timestamp();
        let noon = self.agreements.hours(self.number, about).calendar.noon(day).unwrap_or(about);
        !self.agreements.hours(self.number, noon).calendar.windows(day).is_empty()
    }

    /// The last day to begin what takes so many working days and must be there on a day, which is not counted.
    pub fn begin_by(&self, last_day: Date, working_days: i64) -> Date {
        let (mut day, mut left) = (last_day, working_days);
        for _ in 0..FURTHEST {
            // Before the first day that can be written nothing begins.
            let Some(before) = day.yesterday().ok().filter(|_| left > 0) else { break };
            day = before;
            left -= i64::from(self.is_worked(day));
        }
        day
    }

    /// Working days from a day, not counted, to a later one, counted; negative when it is earlier.
    pub fn between(&self, from: Date, to: Date) -> i64 {
        let (early, late, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let days = std::iter::successors(early.tomorrow().ok(), |day| day.tomorrow().ok());
        let worked = days.take_while(|day| *day <= late).filter(|day| self.is_worked(*day)).count();
        sign * i64::try_from(worked).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;
    use model::{Fields, Mark, Moment, Record, RecordId, Value};

    use super::*;

    fn calendar(number: &str, from: &str, closed: &[&str]) -> (Record, Vec<Mark>) {
        let window = |day: &str| {
            let part = |name: &str, text: &str| (name.to_string(), Value::text(text));
            Value::Parts(BTreeMap::from([part("weekday", day), part("from", "09:00"), part("to", "17:00")]))
        };
        let week = ["monday", "tuesday", "wednesday", "thursday", "friday"].map(window);
        let fields: Fields = [
            ("name", Value::text("Office")),
            ("zone", Value::text("Pacific/Auckland")),
            ("valid_from", Value::Date(from.parse().unwrap())),
            ("windows", Value::List(week.into())),
            ("closed_dates", Value::List(closed.iter().map(|day| Value::Date(day.parse().unwrap())).collect())),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_string(), value))
        .collect();
        let at = Moment::parse("2025-01-01").unwrap();
        let record = Record {
            id: RecordId(1),
            kind: "service_calendar",
            number: number.into(),
            title: "Office".into(),
            state: "current".into(),
            customer: None,
            version: 1,
            created: at,
            changed: at,
            fields,
        };
        (record, Vec::new())
    }

    #[test]
    fn weekends_are_not_worked_where_no_calendar_is_named() {
        let nothing = Agreements::default();
        let days = WorkingDays::of(&nothing, "");
        let friday = date(2026, 11, 27);
        assert_eq!(days.begin_by(friday, 0), friday);
        assert_eq!(days.begin_by(friday, 4), date(2026, 11, 23));
        assert_eq!(days.begin_by(friday, 5), date(2026, 11, 20));
        assert_eq!(days.begin_by(date(2026, 11, 29), 1), friday, "what must be there on a Sunday is done by Friday");
        assert_eq!(days.begin_by(friday, 30), date(2026, 10, 16));
        let thursday = date(2026, 11, 26);
        assert_eq!(days.between(thursday, friday), 1);
        assert_eq!(days.between(thursday, date(2026, 11, 29)), 1);
        assert_eq!(days.between(thursday, date(2026, 12, 3)), 5);
        assert_eq!(days.between(date(2026, 12, 3), thursday), -5);
        for count in 0..40 {
            assert_eq!(days.between(days.begin_by(thursday, count), thursday), count);
        }
    }

    #[test]
    fn holidays_are_those_of_the_version_that_holds_on_the_day() {
        // From December on another version holds, with a holiday more in November too, when it did not hold yet.
        let agreements = Agreements::read(&[
            calendar("CLN-1", "2025-01-01", &["2026-11-25"]),
            calendar("CLN-2", "2026-12-01", &["2026-11-24", "2026-12-24", "2026-12-25"]),
        ]);
        let days = WorkingDays::of(&agreements, "CLN-1");
        assert!(days.is_worked(date(2026, 11, 24)) && !days.is_worked(date(2026, 11, 25)));
        assert!(days.is_worked(date(2026, 12, 1)) && !days.is_worked(date(2026, 12, 24)));
        assert_eq!(days.begin_by(date(2026, 12, 28), 1), date(2026, 12, 23), "Christmas and a weekend lie between");
        assert_eq!(days.begin_by(date(2026, 11, 26), 2), date(2026, 11, 23));
        assert_eq!(days.between(date(2026, 12, 23), date(2026, 12, 28)), 1);
        let other = WorkingDays::of(&agreements, "CLN-9");
        assert!(other.is_worked(date(2026, 12, 25)), "what is not on record closes nothing");
    }
}
