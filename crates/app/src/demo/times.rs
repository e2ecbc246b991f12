//! The year that the demonstration tells of, counted back from its end.

use model::{
    Moment,
    time::{DAY, HOUR, MINUTE},
};

/// A calendar month by its name, such as "2026-03".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    pub name: String,
    pub begin: Moment,
    pub end: Moment,
}

#[derive(Clone, Debug)]
pub struct Times {
    /// The end: nothing later has happened.
    pub at: Moment,
    midnight: Moment,
    /// Whole days from the founding to the end.
    pub days: i64,
}

impl Times {
    /// The year begins on the first day of the month thirteen months before the end.
    pub fn until(at: Moment) -> Times {
        let midnight = Moment::of_date(at.date());
        let founded = first_of_month(at.plus_months(-13));
        Times { at, midnight, days: (midnight.0 - founded.0) / DAY }
    }

    /// A time of day, some days before the end.
    pub fn ago(&self, days: i64, hour: i64, minute: i64) -> Moment {
        self.midnight.minus(days * DAY).plus(hour * HOUR + minute * MINUTE)
    }

    /// The same, never on a weekend: moved to the Friday before.
    pub fn workday(&self, days: i64, hour: i64, minute: i64) -> Moment {
        let back = match self.ago(days, 0, 0).date().weekday().to_monday_one_offset() {
            6 => 1,
            7 => 2,
            _ => 0,
        };
        self.ago(days + back, hour, minute)
    }

    /// So many minutes of working time before the end, from Monday to Friday, 07:00 to 19:00.
    pub fn worked_ago(&self, minutes: i64) -> Moment {
        let is_open = |at: &Moment| {
            let workday = at.date().weekday().to_monday_one_offset() <= 5;
            workday && (7..19).contains(&(at.0 / HOUR % 24))
        };
        let mut at = self.at;
        for _ in 0..minutes {
            at = at.minus(MINUTE);
            while !is_open(&at) {
                at = at.minus(MINUTE);
            }
        }
        at
    }

    /// A day after the founding.
    pub fn founding(&self, day: i64) -> Moment {
        self.workday((self.days - day).max(0), 9, 0)
    }

    pub fn date(&self, days: i64) -> String {
        self.workday(days, 0, 0).date().to_string()
    }

    /// Every month from the founding on that is over, oldest first.
    pub fn months(&self) -> Vec<Month> {
        let mut begin = first_of_month(self.ago(self.days, 0, 0));
        let mut months = Vec::new();
        loop {
            let end = begin.plus_months(1);
            if end > self.at {
                return months;
            }
            months.push(Month { name: begin.date().to_string()[..7].to_string(), begin, end });
            begin = end;
        }
    }

    /// Some time after the end of a period, when its figures are written; at the latest a little before the end of the year
    /// that is told, so that what has just ended is counted as well.
    pub fn after(&self, end: Moment, wait: i64) -> Moment {
        end.plus(wait).min(self.at.minus(HOUR)).max(end)
    }

    /// Every quarter since the founding that is over, with its end.
    pub fn quarters(&self) -> Vec<(String, Moment)> {
        let months = self.months();
        let whole = months.windows(3).filter(|three| quarter_of(&three[0]).1 && three.len() == 3);
        whole.map(|three| (quarter_of(&three[0]).0, three[2].end)).collect()
    }

    pub fn year(&self) -> String {
        self.at.date().year().to_string()
    }
}

/// The quarter of a month, and whether the month is its first.
fn quarter_of(month: &Month) -> (String, bool) {
    let date = month.begin.date();
    let month = date.month();
    (format!("{}-Q{}", date.year(), (month - 1) / 3 + 1), (month - 1) % 3 == 0)
}

fn first_of_month(at: Moment) -> Moment {
    let date = at.date();
    Moment::of_date(date.first_of_month())
}

/// As fields hold it.
pub fn day(at: Moment) -> String {
    at.date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_has_its_months_and_quarters() {
        let times = Times::until(Moment::parse("2026-11-25T10:00:00Z").unwrap());
        let months: Vec<String> = times.months().into_iter().map(|month| month.name).collect();
        assert_eq!((months.first().unwrap().as_str(), months.last().unwrap().as_str()), ("2025-10", "2026-10"));
        let quarters: Vec<String> = times.quarters().into_iter().map(|(name, _)| name).collect();
        assert_eq!(quarters, ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]);
        assert_eq!(times.worked_ago(180).to_string(), "2026-11-25T07:00:00Z");
        assert_eq!(times.worked_ago(181).to_string(), "2026-11-24T18:59:00Z");
        assert_eq!(times.worked_ago(1_681).to_string(), "2026-11-20T17:59:00Z", "over the weekend");
        assert_eq!(times.workday(3, 9, 0).to_string(), "2026-11-20T09:00:00Z", "a Sunday becomes its Friday");
    }
}
