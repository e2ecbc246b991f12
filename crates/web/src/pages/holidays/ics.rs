//! A calendar file (RFC 5545) read as days: what whole-day events it holds, those that come back every year among them. What is
//! not understood is said with its line and never guessed.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// Largest file, in bytes; a country's holidays of ten years have a fiftieth of it.
const LARGEST: usize = 1_000_000;
/// Most days of one event, and of a file.
const LONGEST: i32 = 60;
const MOST: usize = 1_000;
/// Most remarks that are told.
const REMARKS: usize = 40;

#[derive(Debug, Default, PartialEq)]
pub struct Days {
    /// Each day with the names of what falls on it.
    pub days: BTreeMap<Date, String>,
    /// Sentences with their lines.
    pub not_understood: Vec<String>,
}

/// The days of a file from one day to another, both among them.
///
/// # Errors
/// A sentence that names the line at which the file is broken, or what it is instead of a calendar.
pub fn read(bytes: &[u8], from: Date, until: Date) -> Result<Days, String> {
    if bytes.len() > LARGEST {
        return Err("is larger than one megabyte, which no holiday file is".into());
    }
    let text = std::str::from_utf8(bytes).map_err(|broken| {
        let line = bytes[..broken.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line}: is not written in UTF-8")
    })?;
    let lines = unfolded(text.trim_start_matches('\u{feff}'))?;
    let mut found = Days::default();
    for event in outline(&lines)? {
        if let Err(why) = take(&event, (from, until), &mut found) {
            found.remark(event.line, &why);
        }
        if found.days.len() > MOST {
            return Err(format!("holds more than {MOST} days, which no calendar of holidays does"));
        }
    }
    if found.days.is_empty() && found.not_understood.is_empty() {
        return Err(format!("holds no whole day from {from} to {until}"));
    }
    Ok(found)
}

impl Days {
    fn remark(&mut self, line: usize, why: &str) {
        match self.not_understood.len() {
            REMARKS => self.not_understood.push("And more of the same sort.".into()),
            some if some < REMARKS => self.not_understood.push(format!("line {line}: {why}")),
            _ => {}
        }
    }

    fn add(&mut self, day: Date, name: &str) {
        let names = self.days.entry(day).or_default();
        if names.is_empty() {
            *names = name.into();
        } else if !names.split(", ").any(|known| known == name) {
            names.push_str(&format!(", {name}"));
        }
    }
}

/// Lines as they are meant, each with the number of the first line that it is written on.
fn unfolded(text: &str) -> Result<Vec<(usize, String)>, String> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let number = place + 1;
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(_), None) => return Err(format!("line {number}: goes on with a line that is not there")),
            (Some(rest), Some((_, last))) => last.push_str(rest),
            (None, _) if line.trim().is_empty() => {}
            (None, _) => lines.push((number, line.trim_end().to_string())),
        }
    }
    Ok(lines)
}

/// An event of a calendar: the line on which it begins, and what it says, by names in capitals.
struct Event {
    line: usize,
    says: Vec<(String, String)>,
}

impl Event {
    fn get(&self, name: &str) -> Option<&str> {
        self.says.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// The same as words for people (RFC 5545, 3.3.11).
    fn words(&self, name: &str) -> Option<String> {
        let mut words = String::new();
        let mut letters = self.get(name)?.chars();
        while let Some(letter) = letters.next() {
            match (letter, letter == '\\') {
                (_, true) => match letters.next() {
                    Some('n' | 'N') => words.push(' '),
                    Some(other) => words.push(other),
                    None => {}
                },
                (letter, false) => words.push(letter),
            }
        }
        Some(words.trim().to_string())
    }
}

/// The name and the value of a line; its parameters, in which a colon may stand within quotation marks, say nothing that the
/// value does not.
fn property(line: &str) -> Option<(String, &str)> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == ':' && !quoted
    });
    let (head, value) = (&line[..colon?.0], &line[colon?.0 + 1..]);
    let name = head.split(';').next().unwrap_or_default().to_ascii_uppercase();
    let named = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    named.then_some((name, value))
}

/// Sees to it that each line is one and that everything that begins ends; answers the events.
fn outline(lines: &[(usize, String)]) -> Result<Vec<Event>, String> {
    let (mut open, mut events): (Vec<(usize, String)>, Vec<Event>) = (Vec::new(), Vec::new());
    for (place, (number, line)) in lines.iter().enumerate() {
        let Some((name, value)) = property(line) else {
            let shown: String = line.chars().take(40).collect();
            return Err(format!("line {number}: “{shown}” is no line of a calendar file, such as SUMMARY:New Year"));
        };
        let what = value.trim().to_ascii_uppercase();
        if place == 0 && (name != "BEGIN" || what != "VCALENDAR") {
            return Err(format!("line {number}: is no calendar file, which begins with BEGIN:VCALENDAR"));
        }
        match name.as_str() {
            "BEGIN" => {
                // What stands within other things than the calendar is none of its days.
                if what == "VEVENT" && open.len() == 1 {
                    events.push(Event { line: *number, says: Vec::new() });
                }
                open.push((*number, what));
            }
            "END" => match open.pop() {
                Some((_, begun)) if begun == what => {}
                Some((line, begun)) => {
                    return Err(format!("line {number}: ends {what}, but what is open is {begun} of line {line}"));
                }
                None => return Err(format!("line {number}: ends {what}, which never began")),
            },
            _ if open.len() == 2 && open[1].1 == "VEVENT" => {
                if let Some(event) = events.last_mut() {
                    event.says.push((name, value.to_string()));
                }
            }
            _ => {}
        }
    }
    match open.first() {
        _ if lines.is_empty() => Err("is empty".into()),
        Some((line, begun)) => {
            let last = lines.last().map_or(0, |(number, _)| *number);
            Err(format!("line {last}: the file breaks off; {begun} of line {line} is never ended"))
        }
        None => Ok(events),
    }
}

/// Adds the days of an event.
fn take(event: &Event, span: (Date, Date), found: &mut Days) -> Result<(), String> {
    let (from, until) = span;
    let name = event.words("SUMMARY").filter(|name| !name.is_empty()).unwrap_or_else(|| "Holiday".into());
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(100).collect();
    if event.get("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
        return Ok(());
    }
    let begin = event.get("DTSTART").ok_or_else(|| format!("“{name}” does not say when it is (DTSTART)"))?;
    let first = whole_day(begin).map_err(|why| format!("“{name}” {why}"))?;
    let length = length(event, first).map_err(|why| format!("“{name}” {why}"))?;
    let mut starts = vec![first];
    if let Some(rule) = event.get("RRULE") {
        match yearly(rule, first, until) {
            Ok(dates) => starts = dates,
            Err(why) => found.remark(event.line, &format!("“{name}” {why}; its first day alone is taken")),
        }
    }
    let listed = |name: &str| -> Result<Vec<Date>, String> {
        let every = event.says.iter().filter(|(known, _)| known == name);
        let values = every.flat_map(|(_, value)| value.split(','));
        values.map(|value| date(value).ok_or_else(|| format!("has a {name} that is no day: {value}"))).collect()
    };
    let but = listed("EXDATE").map_err(|why| format!("“{name}” {why}"))?;
    starts.extend(listed("RDATE").map_err(|why| format!("“{name}” {why}"))?);
    starts.retain(|start| !but.contains(start));
    for start in starts {
        for day in (0..length).filter_map(|more| start.checked_add(more.days()).ok()) {
            if (from..=until).contains(&day) {
                found.add(day, &name);
            }
        }
    }
    Ok(())
}

/// `20261225`, also with the midnight that some programs write behind it.
fn date(value: &str) -> Option<Date> {
    let (day, time) = value.trim().split_once('T').unwrap_or((value.trim(), "000000"));
    if day.len() != 8 || !day.is_ascii() || !time.trim_end_matches('Z').bytes().all(|digit| digit == b'0') {
        return None;
    }
    Date::new(day[..4].parse().ok()?, day[4..6].parse().ok()?, day[6..].parse().ok()?).ok()
}

fn whole_day(value: &str) -> Result<Date, String> {
    date(value).ok_or_else(|| match value.contains('T') {
        true => format!("begins at a time of day ({value}); only whole days close a calendar"),
        false => format!("begins on {value}, which is no day"),
    })
}

/// How many days it has; its end is the day after the last one.
fn length(event: &Event, first: Date) -> Result<i32, String> {
    let days = match (event.get("DTEND"), event.get("DURATION")) {
        (Some(end), _) => (whole_day(end)? - first).get_days().max(1),
        (None, Some(duration)) => {
            let of = |unit: char, days: i32| {
                let count = duration.strip_prefix('P')?.strip_suffix(unit)?.parse::<i32>().ok()?;
                count.checked_mul(days)
            };
            of('D', 1)
                .or_else(|| of('W', 7))
                .ok_or_else(|| format!("lasts {duration}, which is not a number of days"))?
        }
        (None, None) => 1,
    };
    match days {
        1..=LONGEST => Ok(days),
        _ => Err(format!("lasts {days} days; more than {LONGEST} are no holiday")),
    }
}

/// What a rule of recurrence says of which days of a year.
#[derive(Default)]
struct Rule {
    every: i16,
    count: Option<usize>,
    until: Option<Date>,
    months: Vec<i8>,
    month_days: Vec<i8>,
    /// Weekdays, each with its place in the month; 0 for each of them.
    weekdays: Vec<(i8, Weekday)>,
}

/// The days of an event that comes back each year, until the horizon.
fn yearly(rule: &str, first: Date, horizon: Date) -> Result<Vec<Date>, String> {
    let rule = Rule::read(rule)?;
    let mut dates = Vec::new();
    let mut year = first.year();
    while year <= horizon.year() {
        let mut days = rule.days(first, year);
        days.retain(|day| *day >= first && rule.until.is_none_or(|until| *day <= until));
        dates.extend(days);
        let Some(next) = year.checked_add(rule.every) else { break };
        year = next;
    }
    dates.truncate(rule.count.unwrap_or(usize::MAX));
    Ok(dates)
}

impl Rule {
    fn read(text: &str) -> Result<Rule, String> {
        let mut rule = Rule { every: 1, ..Rule::default() };
        let mut yearly = false;
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let unread = || format!("comes back by {part}, which is not understood");
            let numbers = || value.split(',').map(|number| number.parse::<i8>().ok()).collect::<Option<Vec<i8>>>();
            match name.to_ascii_uppercase().as_str() {
                "FREQ" if value.eq_ignore_ascii_case("YEARLY") => yearly = true,
                "INTERVAL" => rule.every = value.parse::<i16>().ok().filter(|years| *years > 0).ok_or_else(unread)?,
                "COUNT" => rule.count = Some(value.parse().map_err(|_| unread())?),
                "UNTIL" => rule.until = Some(value.get(..8).and_then(date).ok_or_else(unread)?),
                "BYMONTH" => rule.months = numbers().ok_or_else(unread)?,
                "BYMONTHDAY" => rule.month_days = numbers().ok_or_else(unread)?,
                "BYDAY" => {
                    rule.weekdays = value.split(',').map(weekday).collect::<Option<_>>().ok_or_else(unread)?;
                }
                // On which day a week begins matters to weeks alone.
                "WKST" => {}
                _ => return Err(unread()),
            }
        }
        // The n-th weekday of a year is no holiday anywhere, and easily read wrongly.
        match yearly && (rule.weekdays.is_empty() || !rule.months.is_empty()) {
            true => Ok(rule),
            false => Err(format!("comes back by {text}, which is not understood")),
        }
    }

    fn days(&self, first: Date, year: i16) -> Vec<Date> {
        let months = if self.months.is_empty() { vec![first.month()] } else { self.months.clone() };
        let mut days: Vec<Date> = Vec::new();
        for begin in months.into_iter().filter_map(|month| Date::new(year, month, 1).ok()) {
            let within = (1..=begin.days_in_month()).filter_map(|day| begin.with().day(day).build().ok());
            days.extend(within.filter(|day| self.holds(first, *day)));
        }
        days.sort_unstable();
        days
    }

    fn holds(&self, first: Date, day: Date) -> bool {
        let length = day.days_in_month();
        let by_day = |number: &i8| *number == day.day() || (*number < 0 && length + 1 + number == day.day());
        let by_weekday = |(place, weekday): &(i8, Weekday)| {
            let (from_begin, from_end) = ((day.day() - 1) / 7 + 1, (length - day.day()) / 7 + 1);
            *weekday == day.weekday() && (*place == 0 || *place == from_begin || -*place == from_end)
        };
        let days = self.month_days.is_empty() || self.month_days.iter().any(by_day);
        let weekdays = self.weekdays.is_empty() || self.weekdays.iter().any(by_weekday);
        let none = self.month_days.is_empty() && self.weekdays.is_empty();
        days && weekdays && (!none || day.day() == first.day())
    }
}

/// `MO`, `1MO`, `-1MO`.
fn weekday(text: &str) -> Option<(i8, Weekday)> {
    const NAMES: [(&str, Weekday); 7] = [
        ("MO", Weekday::Monday),
        ("TU", Weekday::Tuesday),
        ("WE", Weekday::Wednesday),
        ("TH", Weekday::Thursday),
        ("FR", Weekday::Friday),
        ("SA", Weekday::Saturday),
        ("SU", Weekday::Sunday),
    ];
    let text = text.trim().to_ascii_uppercase();
    let place = text.len().checked_sub(2).filter(|place| text.is_char_boundary(*place))?;
    let (place, name) = text.split_at(place);
    let weekday = NAMES.iter().find(|(known, _)| *known == name)?.1;
    let place = if place.is_empty() {
        0
    } else {
        place.parse().ok().filter(|place: &i8| *place != 0 && (-5..=5).contains(place))?
    };
    Some((place, weekday))
}

#[cfg(test)]
#[path = "ics_tests.rs"]
mod tests;
