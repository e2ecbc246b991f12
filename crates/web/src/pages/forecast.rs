//! The forecast: which evidence will be missing or overdue on the day of the next audit, and the last day to begin each.

use std::sync::Arc;

use desk::{Desk, settings::Settings};
use engines::{
    clocks::{Agreements, WorkingDays},
    conformity::{Assessment, Lead, Outlook, Requirement, State, Turn, lead_of},
};
use jiff::tz::TimeZone;
use model::{Actor, Date, Moment, Query, Refusal, Value, filter_text, query, time::DAY};

use crate::view::parts::Link;

/// The day that is looked ahead to.
#[derive(Clone)]
pub struct Until {
    pub day: Date,
    /// The record of the audit on that day; empty when there is none, or when the reader picked the day.
    pub audit: Link,
}

/// One requirement whose evidence is to be made anew.
pub struct Line {
    pub requirement: &'static Requirement,
    /// What it is, or what it turns to.
    pub state: State,
    /// It does not hold today.
    pub open: bool,
    /// The last whole day on which it holds; of what does not hold today, the day before the audit.
    pub last_day: Date,
    pub lead: &'static Lead,
    /// Working days that it takes.
    pub days: i64,
    pub begin_by: Date,
    /// Working days from today until then; negative when that day is over.
    pub left: i64,
    pub why: String,
    pub examples: Vec<String>,
}

/// By which days and lead times work is counted back: those of the house.
pub struct Planned {
    settings: Arc<Settings>,
    agreements: Arc<Agreements>,
}

impl Planned {
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn of(desk: &Desk) -> Result<Planned, Refusal> {
        Ok(Planned { settings: desk.settings(), agreements: desk.agreed(None).await? })
    }

    fn days(&self) -> WorkingDays<'_> {
        WorkingDays::of(&self.agreements, &self.settings.working_calendar)
    }

    /// The calendar of working days that the house has named; an empty link where it has named none.
    pub fn calendar(&self, now: Moment) -> Link {
        let number = self.settings.working_calendar.as_str();
        match self.agreements.has_calendar(number) {
            true => {
                Link::new(&self.agreements.hours(number, now.timestamp()).name, format!("/service_calendars/{number}"))
            }
            false => Link::default(),
        }
    }
}

/// Where audits stand that are still to come: a kind and its field with the day.
const AUDITS: [(&str, &str); 2] = [("certification_audit", "begins"), ("audit", "planned_on")];

/// Looked ahead to when no audit is planned, in days.
const QUARTER: i64 = 90;

/// The next audit on record, else the end of a quarter of a year.
pub async fn next_audit(desk: &Desk, actor: &Actor, now: Moment) -> Result<Until, Refusal> {
    let catalog = desk.catalog();
    let today = today(desk, now);
    let mut found: Option<Until> = None;
    for (name, field) in AUDITS {
        let Some(kind) = catalog.find(name) else { continue };
        let filter = filter_text::parse(&format!("{field} > {today}"), kind).map_err(Refusal::Query)?;
        let order = query::orders(field, kind).map_err(Refusal::Query)?;
        let page = match desk.list(actor, &Query { filter, order, size: 1, ..Query::of(name) }, now).await {
            Ok(page) => page,
            // Who may not see audits looks ahead all the same.
            Err(Refusal::NotFound) => continue,
            Err(refusal) => return Err(refusal),
        };
        let Some(shown) = page.records.first() else { continue };
        let Some(Value::Date(day)) = shown.value(kind, field) else { continue };
        if found.as_ref().is_none_or(|known| day < known.day) {
            let title = format!("{} {}", shown.number(), shown.title());
            found = Some(Until { day, audit: Link::new(title, format!("/{}/{}", kind.plural, shown.number())) });
        }
    }
    Ok(found.unwrap_or_else(|| Until { day: now.plus(QUARTER * DAY).date(), audit: Link::default() }))
}

/// The day that a reader picked, or the next audit.
///
/// # Errors
/// `Query` for what is no day.
pub async fn until(desk: &Desk, actor: &Actor, asked: Option<&str>, now: Moment) -> Result<Until, Refusal> {
    match asked.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => {
            let wrong = || Refusal::Query(format!("until: \"{text}\" is not a day such as 2027-03-31"));
            Ok(Until { day: text.parse::<Date>().map_err(|_| wrong())?, audit: Link::default() })
        }
        None => next_audit(desk, actor, now).await,
    }
}

/// The last instant of a day, as verdicts count days.
pub fn end_of(day: Date) -> Moment {
    Moment::of_date(day).plus(DAY - 1)
}

/// The calendar day of the house.
pub fn today(desk: &Desk, now: Moment) -> Date {
    day_in(&desk.settings().time_zone(), now)
}

fn day_in(zone: &TimeZone, at: Moment) -> Date {
    zone.to_datetime(at.timestamp()).date()
}

/// What runs out until then and what does not hold today, by the last day to begin.
pub fn lines(planned: &Planned, assessment: &Assessment, outlook: &Outlook, until: Date) -> Vec<Line> {
    let zone = planned.settings.time_zone();
    let today = day_in(&zone, assessment.as_of);
    let before = until.yesterday().unwrap_or(until).max(today);
    let mut lines: Vec<Line> = outlook
        .turns
        .iter()
        .map(|turn| {
            let last = last_day(&zone, turn, today);
            let told = (turn.why.clone(), turn.examples.clone());
            line(planned, turn.requirement, (turn.to, false), (last, today), told)
        })
        .collect();
    let open = assessment.verdicts.iter().filter(|verdict| verdict.requirement.binding && is_missing(verdict.state));
    lines.extend(open.map(|verdict| {
        let told = (verdict.why.clone(), verdict.examples.clone());
        line(planned, verdict.requirement, (verdict.state, true), (before, today), told)
    }));
    lines.sort_by_key(|line| (line.begin_by, line.last_day));
    lines
}

fn is_missing(state: State) -> bool {
    matches!(state, State::Stale | State::Gap | State::Nonconforming | State::NothingToSample)
}

/// The last whole day through which it holds; today, where it turns in the middle of today.
fn last_day(zone: &TimeZone, turn: &Turn, today: Date) -> Date {
    let turns = day_in(zone, turn.turns_at);
    turns.yesterday().unwrap_or(turns).max(today)
}

fn line(
    planned: &Planned,
    requirement: &'static Requirement,
    (state, open): (State, bool),
    (last_day, today): (Date, Date),
    (why, examples): (String, Vec<String>),
) -> Line {
    let lead = lead_of(requirement);
    let days = planned.settings.number(lead.key);
    let begin_by = planned.days().begin_by(last_day, days);
    let left = planned.days().between(today, begin_by);
    Line { requirement, state, open, last_day, lead, days, begin_by, left, why, examples }
}

#[cfg(test)]
mod tests {
    use engines::conformity::catalogue;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_those_of_the_calendar_of_the_house() {
        let turn = |at: &str| Turn {
            requirement: catalogue().requirement("9.3-1").unwrap(),
            from: State::Proved,
            to: State::Stale,
            turns_at: Moment::parse(at).unwrap(),
            why: String::new(),
            examples: Vec::new(),
        };
        let day = |zone: &str, at: &str| last_day(&TimeZone::get(zone).unwrap(), &turn(at), date(2026, 11, 26));
        // It is due on the 27th, and in time during that day.
        assert_eq!(day("UTC", "2026-11-28T00:00:00Z"), date(2026, 11, 27));
        assert_eq!(day("Europe/Berlin", "2026-11-28T00:00:00Z"), date(2026, 11, 27));
        assert_eq!(day("America/New_York", "2026-11-28T00:00:00Z"), date(2026, 11, 26), "it ends that evening");
        assert_eq!(day("UTC", "2026-11-27T09:30:00Z"), date(2026, 11, 26), "the 27th is not held through");
        assert_eq!(day("UTC", "2026-11-26T18:00:00Z"), date(2026, 11, 26), "it turns today");
        assert_eq!(day("Asia/Tokyo", "2026-11-27T16:00:00Z"), date(2026, 11, 27), "Saturday has begun there");
    }

    #[test]
    fn work_begins_so_many_working_days_earlier() {
        let planned = Planned { settings: Arc::default(), agreements: Arc::default() };
        let line = |today: Date| {
            let review = catalogue().requirement("9.3-1").unwrap();
            line(&planned, review, (State::Stale, false), (date(2026, 12, 18), today), Default::default())
        };
        let early = line(date(2026, 11, 26));
        assert_eq!((early.days, early.begin_by, early.left), (15, date(2026, 11, 27), 1));
        assert_eq!(line(date(2026, 11, 30)).left, -1);
    }
}
