//! What has to be done about a certificate before a day is over: windows, the end of a suspension, the last day to restore.

use desk::Shown;
use engines::{
    road::cycle::Nearness,
    rules::{
        certification::{RESTORE_MONTHS, SUSPENSION_MONTHS},
        dates::{add_days, add_months},
    },
};
use jiff::civil::Date;
use kinds::road::certificate;

use super::{cycle, facts::Road};
use crate::view::time;

/// Days before the end of a window, a suspension or the time to restore by which it must be in hand: bodies plan ahead.
const BOOK_DAYS: i64 = 30;

/// One thing to do, as an action tells it. Its title is the same each day, so that it is told once.
pub struct Warning {
    pub title: String,
    pub text: String,
    pub due: Date,
}

/// The day on which a certificate is lost for good if nothing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Last day of the six months of a suspension.
    Suspension(Date),
    /// Last day on which the body may restore it after it expired.
    Restoration(Date),
}

/// The limit under which a certificate stands; expiry weighs more than suspension (R26).
pub fn limit(shown: &Shown, today: Date) -> Option<Limit> {
    let fields = shown.fields();
    let last = certificate::VALID_TO.get(fields)?;
    if today > last || shown.state() == "expired" {
        return add_months(last, RESTORE_MONTHS).ok().map(Limit::Restoration);
    }
    let since = certificate::SUSPENDED_ON.get(fields).filter(|since| *since <= today)?;
    add_months(since, SUSPENSION_MONTHS).ok().map(Limit::Suspension)
}

/// Everything that is to be done about a certificate, from the day on which it is to be spoken of.
pub fn warnings(road: &Road, shown: &Shown, today: Date) -> Vec<Warning> {
    let number = shown.number();
    let due = |day: Date| add_days(day, -BOOK_DAYS).unwrap_or(day).max(today);
    let mut told = Vec::new();
    match limit(shown, today).filter(|limit| limit.day() >= today) {
        Some(Limit::Suspension(day)) => told.push(Warning {
            title: format!("Have the suspension of {number} lifted (by {day})"),
            text: format!(
                "It is not valid meanwhile and must not be advertised. The six months end on {}; after them the body takes it back \
                 or makes its scope smaller. Show the body what it asks for in time for its decision.",
                time::day(day)
            ),
            due: due(day),
        }),
        Some(Limit::Restoration(day)) => told.push(Warning {
            title: format!("Have {number} restored (by {day})"),
            text: format!(
                "It has expired. Until {} the body may restore it once what is outstanding is done; after that at least a new \
                 stage 2 is needed.",
                time::day(day)
            ),
            due: due(day),
        }),
        None => {}
    }
    for window in cycle::windows(road, shown).into_iter().flatten() {
        let near = matches!(window.nearness(today), Nearness::Soon | Nearness::Urgent | Nearness::Missed);
        if !near || cycle::planned_for(road, shown, window.visit).is_some() {
            continue;
        }
        let what = window.visit.words().to_lowercase();
        told.push(Warning {
            title: format!("Book {what} of {number} (by {})", window.closes),
            text: format!(
                "The window of the {what} closes on {}. Book it with the certification body, or the certificate is suspended.",
                time::day(window.closes)
            ),
            due: due(window.closes),
        });
    }
    told
}

impl Limit {
    pub fn day(self) -> Date {
        match self {
            Limit::Suspension(day) | Limit::Restoration(day) => day,
        }
    }
}
