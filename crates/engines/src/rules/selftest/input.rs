//! Reads the JSON of a test vector; every complaint is a sentence that names the field.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::rules::calendar::{Calendar, Window};
use crate::rules::clock::Pause;
use crate::rules::spans::Span;

/// What was read, or why it cannot be.
pub type Read<T> = Result<T, String>;

/// Target times beyond this many seconds lie past the last year of dates.
const LONGEST_SECONDS: i64 = 400_000_000_000;

/// A value of a vector and where it stands, such as `input.pauses[2]`.
#[derive(Clone, Debug)]
pub struct Input<'v> {
    value: &'v Value,
    path: String,
}

impl<'v> Input<'v> {
    pub fn new(value: &'v Value, path: impl Into<String>) -> Input<'v> {
        Input { value, path: path.into() }
    }

    fn refuse<T>(&self, wanted: impl Display) -> Read<T> {
        Err(format!("{} is {}, not {wanted}", self.path, brief(self.value)))
    }

    fn parsed<T: FromStr>(&self, wanted: &str) -> Read<T> {
        match self.value.as_str().map(str::parse) {
            Some(Ok(parsed)) => Ok(parsed),
            _ => self.refuse(wanted),
        }
    }

    fn object(&self) -> Read<&'v Map<String, Value>> {
        self.value.as_object().map_or_else(|| self.refuse("an object"), Ok)
    }

    /// A field that may be missing or null.
    pub fn optional(&self, name: &str) -> Read<Option<Input<'v>>> {
        let found = self.object()?.get(name).filter(|value| !value.is_null());
        Ok(found.map(|value| Input::new(value, format!("{}.{name}", self.path))))
    }

    /// A field that must be there, and not null.
    pub fn field(&self, name: &str) -> Read<Input<'v>> {
        self.optional(name)?.ok_or_else(|| format!("{}.{name} is missing", self.path))
    }

    pub fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some()
    }

    /// The fields of an object, in their order.
    pub fn entries(&self) -> Read<Vec<(&'v str, Input<'v>)>> {
        let entries = self.object()?.iter();
        Ok(entries.map(|(name, value)| (name.as_str(), Input::new(value, format!("{}.{name}", self.path)))).collect())
    }

    pub fn list(&self) -> Read<Vec<Input<'v>>> {
        let Some(items) = self.value.as_array() else { return self.refuse("a list") };
        Ok(items.iter().enumerate().map(|(at, value)| Input::new(value, format!("{}[{at}]", self.path))).collect())
    }

    /// Reads each item of a list.
    pub fn each<T>(&self, read: impl Fn(&Input<'v>) -> Read<T>) -> Read<Vec<T>> {
        self.list()?.iter().map(read).collect()
    }

    /// A list of exactly so many items.
    pub fn items<const N: usize>(&self) -> Read<[Input<'v>; N]> {
        let items: Result<[Input<'v>; N], _> = self.list()?.try_into();
        items.or_else(|_| self.refuse(format!("a list of {N}")))
    }

    /// This value, or None when it is null.
    pub fn or_null(&self) -> Option<&Input<'v>> {
        (!self.value.is_null()).then_some(self)
    }

    pub fn text(&self) -> Read<&'v str> {
        self.value.as_str().map_or_else(|| self.refuse("a text"), Ok)
    }

    /// A word that `parse` knows.
    pub fn word<T>(&self, known: &str, parse: impl Fn(&str) -> Option<T>) -> Read<T> {
        parse(self.text()?).map_or_else(|| self.refuse(format!("one of {known}")), Ok)
    }

    pub fn flag(&self) -> Read<bool> {
        self.value.as_bool().map_or_else(|| self.refuse("true or false"), Ok)
    }

    pub fn instant(&self) -> Read<Timestamp> {
        self.parsed("an instant such as 2026-02-03T09:00:00Z")
    }

    pub fn date(&self) -> Read<Date> {
        let wanted = "a date such as 2026-02-03";
        // A date-time would parse as a date too, silently cut.
        if self.text()?.len() == 10 { self.parsed(wanted) } else { self.refuse(wanted) }
    }

    pub fn integer(&self) -> Read<i64> {
        self.value.as_i64().map_or_else(|| self.refuse("a whole number"), Ok)
    }

    /// A whole number of things, at least 0.
    pub fn count(&self) -> Read<u64> {
        self.value.as_u64().map_or_else(|| self.refuse("a whole number of at least 0"), Ok)
    }

    /// A whole number of things small enough for `T`, at least 0.
    pub fn small<T: TryFrom<u64>>(&self) -> Read<T> {
        T::try_from(self.count()?).or_else(|_| self.refuse("a number that small"))
    }

    /// A length of time in units of so many seconds, as seconds.
    pub fn seconds(&self, unit: i64) -> Read<i64> {
        let seconds = self.value.as_u64().and_then(|count| i64::try_from(count).ok()?.checked_mul(unit));
        match seconds.filter(|seconds| *seconds <= LONGEST_SECONDS) {
            Some(seconds) => Ok(seconds),
            None => self.refuse("a length of time: a whole number of at least 0, at most ten thousand years"),
        }
    }

    /// A decimal number, as a text or as a JSON number, exactly as it is written.
    pub fn decimal(&self) -> Read<Decimal> {
        let written = match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let decimal = written.and_then(|text| Decimal::from_str_exact(&text).ok());
        decimal.map_or_else(|| self.refuse("a decimal number such as 99.95"), Ok)
    }

    /// A percentage from 0 to 100.
    pub fn percent(&self) -> Read<Decimal> {
        let percent = self.decimal()?;
        let known = (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent);
        if known { Ok(percent) } else { self.refuse("a percentage from 0 to 100") }
    }

    /// A field with a decimal number, else the default of its rule.
    pub fn decimal_or(&self, name: &str, default: Decimal) -> Read<Decimal> {
        self.optional(name)?.map_or(Ok(default), |field| field.decimal())
    }

    /// `[from, to]`; when it may be open, a `to` of null means without end.
    pub fn span(&self, open: bool) -> Read<Span> {
        let [from, to] = self.items()?;
        let end = match to.or_null() {
            None if open => Timestamp::MAX,
            _ => to.instant()?,
        };
        Ok(Span::new(from.instant()?, end))
    }

    /// A list of pauses `[from, to]`; `to` is null while one is open.
    pub fn pauses(&self) -> Read<Vec<Pause>> {
        self.each(|pause| {
            let [from, to] = pause.items()?;
            Ok(Pause::new(from.instant()?, to.or_null().map(Input::instant).transpose()?))
        })
    }
}

fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The calendars that a file of vectors shares.
#[derive(Clone, Copy, Debug)]
pub struct Calendars<'v>(pub Option<&'v Value>);

impl Calendars<'_> {
    /// The calendar that a field names.
    pub fn named(self, field: &Input<'_>) -> Read<Calendar> {
        let name = field.text()?;
        match self.0.and_then(|calendars| calendars.get(name)) {
            Some(value) => calendar(&Input::new(value, format!("calendars.{name}"))),
            None => Err(format!("{} names the calendar \"{name}\", which the file does not have", field.path)),
        }
    }
}

fn calendar(input: &Input<'_>) -> Read<Calendar> {
    let zone = input.field("zone")?;
    let mut calendar = Calendar::new(zone.text()?).map_err(|reason| format!("{}: {reason}", zone.path))?;
    for (day, hours) in input.field("week")?.entries()? {
        let Some(weekday) = weekday(day) else {
            return Err(format!("{} is no weekday; they are mon, tue, wed, thu, fri, sat, sun", hours.path));
        };
        calendar = calendar.weekday(weekday, hours.each(window)?);
    }
    if let Some(holidays) = input.optional("holidays")? {
        for date in holidays.each(Input::date)? {
            calendar = calendar.closed(date);
        }
    }
    if let Some(special) = input.optional("special")? {
        for (date, hours) in special.entries()? {
            let date = Input::new(&Value::from(date), hours.path.clone()).date()?;
            calendar = calendar.special(date, hours.each(window)?);
        }
    }
    Ok(calendar)
}

fn window(input: &Input<'_>) -> Read<Window> {
    let [start, end] = input.items()?;
    Window::parse(start.text()?, end.text()?).map_err(|reason| format!("{}: {reason}", input.path))
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}
