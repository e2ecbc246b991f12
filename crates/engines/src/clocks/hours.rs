//! The hours in which clocks run: service calendars as they stood at each instant.

use std::collections::BTreeMap;

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

/// The number of the hours that every house has: from Monday to Friday, all day (UTC).
pub(super) const WEEKDAYS: &str = "weekdays";

/// How people call what has no closed hours.
const ALWAYS: &str = "24×7";

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
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
        let weekdays =
            WEEK[..5].iter().fold(Calendar::new("UTC").unwrap_or_else(|_| Calendar::always()), |week, day| {
                week.weekday(*day, [Window::WHOLE_DAY])
            });
        let weekdays = Hours { number: WEEKDAYS.into(), name: "Monday to Friday".into(), calendar: weekdays };
        AllHours { always, of: BTreeMap::from([(WEEKDAYS.to_string(), vec![(Timestamp::MIN, weekdays)])]) }
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

    /// Whether a calendar of this number is on record.
    pub fn is_known(&self, number: &str) -> bool {
        self.of.contains_key(number)
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

/// What one version of a calendar says. Nothing that cannot be read is passed over in silence: the name by which people know
/// the hours says what of it does not count.
fn hours(number: &str, fields: &Fields) -> Hours {
    let mut read = Reading::default();
    let zone = text(fields, "zone").unwrap_or("UTC");
    let calendar = Calendar::new(zone).or_else(|_| {
        read.faults.push(format!("in UTC: \"{zone}\" is no time zone"));
        Calendar::new("UTC")
    });
    let mut calendar = calendar.unwrap_or_else(|_| Calendar::always());
    // "none" is how a list says that it has no entry.
    let entries = |name: &str| {
        let entries = fields.get(name).map(Value::entries).unwrap_or_default().iter();
        entries.filter(|entry| entry.is_filled() && entry.as_text().is_none_or(|text| text.trim() != "none"))
    };
    let mut week: BTreeMap<usize, Vec<Window>> = BTreeMap::new();
    for row in entries("windows") {
        let day = row.part("weekday").and_then(Value::as_text).and_then(model::hours::weekday);
        if let Some((day, window)) = read.line(day.zip(window(row))) {
            week.entry(day).or_default().push(window);
        }
    }
    // Without any weekly hours it is open all day; where none of those that are written can be read, that is said.
    let open = week.is_empty();
    if open && entries("windows").next().is_some() {
        read.faults.push("open all day: none of its weekly hours can be read".into());
    }
    for (place, day) in WEEK.iter().enumerate() {
        let windows = if open { vec![Window::WHOLE_DAY] } else { week.remove(&place).unwrap_or_default() };
        calendar = calendar.weekday(*day, windows);
    }
    for entry in entries("closed_dates") {
        if let Some(day) = read.line(model::hours::day(entry).ok()) {
            calendar = calendar.closed(day);
        }
    }
    let mut special: BTreeMap<Date, Vec<Window>> = BTreeMap::new();
    for row in entries("special_dates") {
        let Some(day) = read.line(row.part("date").and_then(|day| model::hours::day(day).ok())) else { continue };
        let windows = special.entry(day).or_default();
        // A special day without hours is a closed one.
        if row.part("from").or(row.part("to")).is_some_and(Value::is_filled) {
            windows.extend(read.line(window(row)));
        }
    }
    for (day, windows) in special {
        calendar = calendar.special(day, windows);
    }
    let name = text(fields, "name").unwrap_or(number);
    Hours { number: number.into(), name: read.said(name), calendar }
}

/// What could not be read of a calendar.
#[derive(Default)]
struct Reading {
    faults: Vec<String>,
    lines: usize,
}

impl Reading {
    fn line<T>(&mut self, read: Option<T>) -> Option<T> {
        self.lines += usize::from(read.is_none());
        read
    }

    fn said(mut self, name: &str) -> String {
        match self.lines {
            0 => {}
            1 => self.faults.push("a line of it cannot be read".into()),
            lines => self.faults.push(format!("{lines} lines of it cannot be read")),
        }
        if self.faults.is_empty() { name.into() } else { format!("{name} ({})", self.faults.join("; ")) }
    }
}

fn window(row: &Value) -> Option<Window> {
    let (start, end) = model::hours::window_of(row).ok()?;
    Window::new(start, end).ok()
}
