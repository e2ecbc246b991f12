//! The hours in which clocks run: service calendars as they stood at each instant.

use std::{collections::BTreeMap, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use model::{Fields, Mark, Record, Value, lifecycle::WITHDRAWN};

use super::{Turn, versions};
use crate::rules::{
    calendar::{Calendar, Window},
    spans::Span,
};

/// A calendar with the name that people know it by.
#[derive(Clone, Debug)]
pub struct Hours {
    /// Number of the calendar's record; empty for round the clock where nothing was agreed.
    pub number: String,
    pub name: String,
    pub calendar: Calendar,
}

/// All service calendars over time, by number.
#[derive(Clone, Debug)]
pub struct AllHours {
    always: Hours,
    /// Each with what holds from an instant on, the first from the beginning of time.
    of: BTreeMap<String, Vec<(Timestamp, Hours)>>,
}

/// How people call what has no closed hours.
const ALWAYS: &str = "24×7";

const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// One record of a calendar: from which day on it is meant, and what it said from when on.
struct Told {
    name: String,
    live: bool,
    valid_from: Timestamp,
    contents: Vec<(Timestamp, Hours)>,
}

impl Default for AllHours {
    fn default() -> AllHours {
        let always = Hours { number: String::new(), name: ALWAYS.into(), calendar: Calendar::always() };
        AllHours { always, of: BTreeMap::new() }
    }
}

impl AllHours {
    /// Reads the records of calendars with their history. Records of the same name are versions of one calendar: from
    /// its `valid_from` on each takes the place of the one before it, whichever of them an agreement names.
    pub fn read<'r>(records: impl Iterator<Item = (&'r Record, &'r [Mark])>) -> AllHours {
        let told: Vec<Told> = records.map(|(record, marks)| told(record, marks)).collect();
        let mut all = AllHours::default();
        for own in &told {
            let Some(number) = own.contents.first().map(|(_, hours)| hours.number.clone()) else { continue };
            let mut family: Vec<&Told> = told.iter().filter(|other| other.live && other.name == own.name).collect();
            if family.is_empty() {
                family.push(own);
            }
            family.sort_by_key(|other| other.valid_from);
            all.of.insert(number, line(&family));
        }
        all
    }

    /// The calendar of a number at an instant. One that is not on record does not stop a clock.
    pub fn at(&self, number: Option<&str>, at: Timestamp) -> &Hours {
        let known = number.and_then(|number| self.of.get(number));
        known.and_then(|line| super::at(line, at)).unwrap_or(&self.always)
    }

    /// Working seconds of a span by what holds when: hours that are agreed already and begin within it count from then on. Round
    /// the clock needs no walk over days.
    pub fn working_seconds(&self, number: &str, span: Span) -> i64 {
        let Some(line) = self.of.get(number) else { return span.seconds() };
        let ends = line.iter().skip(1).map(|(from, _)| *from).chain([Timestamp::MAX]);
        let within = |((from, hours), end): (&(Timestamp, Hours), Timestamp)| {
            let (from, to) = (span.from.max(*from), span.to.min(end));
            if from < to { hours.calendar.working_seconds(from, to) } else { 0 }
        };
        line.iter().zip(ends).map(within).sum()
    }

    /// Every instant at which one of them changes.
    pub fn turns(&self) -> impl Iterator<Item = Timestamp> {
        self.of.values().flat_map(|line| line.iter().skip(1).map(|(from, _)| *from))
    }
}

/// What holds from when on: at each instant the newest valid record with what it said then.
fn line(family: &[&Told]) -> Vec<(Timestamp, Hours)> {
    let mut turns: Vec<Timestamp> = vec![Timestamp::MIN];
    for told in family {
        turns.push(told.valid_from);
        turns.extend(told.contents.iter().map(|(from, _)| *from));
    }
    turns.sort_unstable();
    turns.dedup();
    let holding = |at: Timestamp| {
        let told = family.iter().rev().find(|told| told.valid_from <= at).or(family.first())?;
        super::at(&told.contents, at)
    };
    let mut line: Vec<(Timestamp, Hours)> = Vec::new();
    let mut last: Option<*const Hours> = None;
    for turn in turns {
        let Some(hours) = holding(turn) else { continue };
        if last != Some(std::ptr::from_ref(hours)) {
            last = Some(std::ptr::from_ref(hours));
            line.push((turn, hours.clone()));
        }
    }
    line
}

fn told(record: &Record, marks: &[Mark]) -> Told {
    let versions: Vec<Turn> = versions(marks, record);
    let mut contents: Vec<(Timestamp, Hours)> = Vec::new();
    for version in &versions {
        // What is first known of a calendar was always so; a change counts from when it was made.
        let from = if contents.is_empty() { Timestamp::MIN } else { version.at };
        contents.retain(|(earlier, _)| *earlier < from);
        contents.push((from, hours(&record.number, &version.fields)));
    }
    let last = versions.last().map(|version| &version.fields).unwrap_or(&record.fields);
    let name = text(last, "name").unwrap_or(&record.title).trim().to_lowercase();
    Told {
        name: if name.is_empty() { record.number.clone() } else { name },
        live: !WITHDRAWN.contains(&record.state.as_str()) || record.state == "superseded",
        valid_from: valid_from(last),
        contents,
    }
}

/// Midnight of the day in the calendar's own zone; the beginning of time where no day is given.
fn valid_from(fields: &Fields) -> Timestamp {
    let Some(Value::Date(day)) = fields.get("valid_from") else { return Timestamp::MIN };
    let zone = text(fields, "zone").and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    day.to_zoned(zone).map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}

fn text<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.get(name).and_then(Value::as_text)
}

/// What one version of a calendar says. Lines of it that cannot be read are left out, a zone that does not exist is read
/// as UTC and said so beside the name; without weekly hours it is open all day.
fn hours(number: &str, fields: &Fields) -> Hours {
    let mut name = text(fields, "name").unwrap_or(number).to_string();
    let zone = text(fields, "zone").unwrap_or("UTC");
    let calendar = Calendar::new(zone).or_else(|_| {
        name.push_str(&format!(" (in UTC: \"{zone}\" is no time zone)"));
        Calendar::new("UTC")
    });
    let mut calendar = calendar.unwrap_or_else(|_| Calendar::always());
    let entries = |name: &str| fields.get(name).map(Value::entries).unwrap_or_default();
    let mut week: BTreeMap<usize, Vec<Window>> = BTreeMap::new();
    for row in entries("windows") {
        let day = row.part("weekday").and_then(Value::as_text).and_then(weekday);
        if let (Some(day), Some(window)) = (day, window(row)) {
            week.entry(day).or_default().push(window);
        }
    }
    // Nothing that can be read of the weekly hours is as good as none.
    let open = week.is_empty();
    for (place, (_, day)) in WEEK.iter().enumerate() {
        let windows = if open { vec![Window::WHOLE_DAY] } else { week.remove(&place).unwrap_or_default() };
        calendar = calendar.weekday(*day, windows);
    }
    for day in entries("closed_dates").iter().filter_map(day) {
        calendar = calendar.closed(day);
    }
    let mut special: BTreeMap<Date, Vec<Window>> = BTreeMap::new();
    for row in entries("special_dates") {
        if let Some(day) = row.part("date").and_then(day) {
            special.entry(day).or_default().extend(window(row));
        }
    }
    for (day, windows) in special {
        calendar = calendar.special(day, windows);
    }
    Hours { number: number.into(), name, calendar }
}

fn window(row: &Value) -> Option<Window> {
    let part = |name: &str| row.part(name).and_then(Value::as_text).map(str::trim);
    let start = part("from").unwrap_or("00:00");
    Window::parse(start, part("to")?).ok()
}

/// A day as date or as text that begins with one: "2026-12-25 Christmas".
fn day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        other => Date::from_str(other.as_text()?.trim().get(..10)?).ok(),
    }
}

/// The place in the week of "monday", "Mon" or the ISO number 1.
fn weekday(text: &str) -> Option<usize> {
    let text = text.trim().to_lowercase();
    let numbered = text.parse::<usize>().ok().filter(|number| (1..=7).contains(number)).map(|number| number - 1);
    numbered.or_else(|| WEEK.iter().position(|(short, _)| text.starts_with(short)))
}
