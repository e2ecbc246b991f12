//! Service calendars: working time between two instants, due instants, working days (rules R01 to R03).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::hours::DAY_MINUTES;

use super::Refused;
use super::spans::{Span, join, total};

/// A wall-clock window `[start, end)` of one local day, in minutes after midnight. It never crosses midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    start: u16,
    end: u16,
}

impl Window {
    /// The whole local day, `00:00-24:00`.
    pub const WHOLE_DAY: Window = Window { start: 0, end: DAY_MINUTES };

    /// A window from `start` to `end`, minutes after local midnight, `start < end <= 1440`.
    ///
    /// # Errors
    /// A window that is empty, reaches past the next midnight or crosses it.
    pub fn new(start: u16, end: u16) -> Result<Window, Refused> {
        model::hours::window(start, end).map(|(start, end)| Window { start, end }).map_err(Refused::new)
    }

    /// A window from wall-clock times such as `09:00` and `17:30`; `24:00` is the next midnight.
    ///
    /// # Errors
    /// A text that is no time of day, and what [`Window::new`] refuses.
    pub fn parse(start: &str, end: &str) -> Result<Window, Refused> {
        Window::new(minutes(start)?, minutes(end)?)
    }
}

fn minutes(text: &str) -> Result<u16, Refused> {
    model::hours::time_of_day(text).map_err(Refused::new)
}

/// A service calendar: a zone, windows per weekday, closed dates, special dates with windows of their own (R01).
///
/// Special beats closed beats weekday. Windows are wall-clock time: one that touches a doubled time means its first
/// run, one that touches a skipped time moves on by the length of the skip.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    week: [Vec<Window>; 7],
    closed: BTreeSet<Date>,
    special: BTreeMap<Date, Vec<Window>>,
}

impl Calendar {
    /// A calendar without any working time in an IANA zone such as `Europe/London`.
    ///
    /// # Errors
    /// A zone that the time-zone database does not have; fixed offsets are none.
    pub fn new(zone: &str) -> Result<Calendar, Refused> {
        let zone = TimeZone::get(zone)
            .map_err(|_| Refused::new(format!("\"{zone}\" is not a time zone of the IANA database")))?;
        Ok(Calendar { zone, week: Default::default(), closed: BTreeSet::new(), special: BTreeMap::new() })
    }

    /// Round the clock, every day.
    pub fn always() -> Calendar {
        let week = std::array::from_fn(|_| vec![Window::WHOLE_DAY]);
        Calendar { zone: TimeZone::UTC, week, closed: BTreeSet::new(), special: BTreeMap::new() }
    }

    /// Sets the windows of a weekday; none means not worked.
    #[must_use]
    pub fn weekday(mut self, day: Weekday, windows: impl IntoIterator<Item = Window>) -> Calendar {
        self.week[usize::from(day.to_monday_zero_offset().unsigned_abs())] = windows.into_iter().collect();
        self
    }

    /// Closes a date.
    #[must_use]
    pub fn closed(mut self, date: Date) -> Calendar {
        self.closed.insert(date);
        self
    }

    /// Gives a date windows of its own; none means closed.
    #[must_use]
    pub fn special(mut self, date: Date, windows: impl IntoIterator<Item = Window>) -> Calendar {
        self.special.insert(date, windows.into_iter().collect());
        self
    }

    /// Noon of a local date. None past the last year of dates.
    pub fn noon(&self, date: Date) -> Option<Timestamp> {
        self.instant(date, DAY_MINUTES / 2)
    }

    /// The local date of an instant.
    pub fn local_date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The wall-clock windows of a local date: special beats closed beats weekday (R01).
    pub fn windows(&self, date: Date) -> &[Window] {
        match self.special.get(&date) {
            Some(windows) => windows,
            None if self.closed.contains(&date) => &[],
            None => &self.week[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())],
        }
    }

    /// The working spans of one local date, joined. Windows that a clock change empties are left out.
    pub fn day(&self, date: Date) -> Vec<Span> {
        let spans = self
            .windows(date)
            .iter()
            .filter_map(|window| Some(Span::new(self.instant(date, window.start)?, self.instant(date, window.end)?)));
        join(spans)
    }

    /// The instant of a wall-clock time, doubled and skipped times read as R01 says. None past the last year of dates.
    fn instant(&self, date: Date, minutes: u16) -> Option<Timestamp> {
        let (date, minutes) = if minutes == DAY_MINUTES { (date.tomorrow().ok()?, 0) } else { (date, minutes) };
        let wall = date.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0);
        self.zone.to_ambiguous_timestamp(wall).compatible().ok()
    }

    /// The working spans at or after `from`, in order and apart, the first one cut at `from`; work over midnight comes
    /// as two spans that touch. Lazy; it ends when no working time is left, at the latest with the year 9999.
    pub fn segments(&self, from: Timestamp) -> Segments<'_> {
        let local = self.local_date(from);
        Segments {
            calendar: self,
            from,
            next: Some(local.yesterday().unwrap_or(local)),
            waiting: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// The working spans within a span, in order and joined.
    pub fn working_spans(&self, within: Span) -> Vec<Span> {
        if within.is_empty() {
            return Vec::new();
        }
        join(self.segments(within.from).take_while(|part| part.from < within.to).map(|part| part.cut(within)))
    }

    /// Working time in `[from, to)`, in seconds (R01). Zero when the end is not after the start.
    pub fn working_seconds(&self, from: Timestamp, to: Timestamp) -> i64 {
        total(&self.working_spans(Span::new(from, to)))
    }

    /// The earliest instant at or after `start` by which `need_seconds` of working time are used up (R02).
    ///
    /// A need of zero or less is due at once. None when the calendar never gives that much working time.
    pub fn due(&self, start: Timestamp, need_seconds: i64) -> Option<Timestamp> {
        use_up(self.segments(start), start, need_seconds)
    }

    /// The closing time of the n-th working day after the start day (R03). The start day is the local day of the
    /// first working second at or after `start`; zero days means its own closing time. None when the calendar has no
    /// such day.
    pub fn due_in_working_days(&self, start: Timestamp, days: u32) -> Option<Timestamp> {
        let start_day = self.local_date(self.segments(start).next()?.from);
        let closing = |date| self.day(date).last().map(|span| span.to);
        if days == 0 {
            return closing(start_day);
        }
        let following = std::iter::successors(start_day.tomorrow().ok(), |date| date.tomorrow().ok());
        following
            .take_while(|date| self.may_work_from(*date))
            .filter_map(closing)
            .nth(usize::try_from(days).ok()?.saturating_sub(1))
    }

    /// False when no date from this one on can have working time.
    fn may_work_from(&self, date: Date) -> bool {
        self.week.iter().any(|windows| !windows.is_empty())
            || self.special.last_key_value().is_some_and(|(last, _)| date <= *last)
    }
}

/// The instant by which `need_seconds` of the given spans (in order, none before `start`) are used up.
pub(super) fn use_up(spans: impl Iterator<Item = Span>, start: Timestamp, need_seconds: i64) -> Option<Timestamp> {
    if need_seconds <= 0 {
        return Some(start);
    }
    let mut left = need_seconds;
    for span in spans {
        if left <= span.seconds() {
            return span.from.checked_add(SignedDuration::from_secs(left)).ok();
        }
        left -= span.seconds();
    }
    None
}

/// The working spans of a calendar from an instant on; see [`Calendar::segments`].
#[derive(Debug)]
pub struct Segments<'c> {
    calendar: &'c Calendar,
    from: Timestamp,
    next: Option<Date>,
    /// Joined spans that a later date may still touch.
    waiting: Vec<Span>,
    /// Spans that lie before everything that later dates can bring, in order.
    ready: VecDeque<Span>,
}

impl Segments<'_> {
    /// Reads one more local date. False when there is none.
    ///
    /// Where a whole day is skipped (Samoa, 2011), the windows of the skipped date move onto the next one: so spans are
    /// held back, and cut, at the earliest instant that a later date can begin with.
    fn read_date(&mut self) -> bool {
        let Some(date) = self.next.filter(|date| self.calendar.may_work_from(*date)) else {
            self.ready.extend(self.waiting.drain(..));
            return false;
        };
        self.next = date.tomorrow().ok();
        if self.waiting.is_empty() && self.calendar.windows(date).is_empty() {
            return true;
        }
        let new = self.calendar.day(date).into_iter().map(|span| Span::new(span.from.max(self.from), span.to));
        self.waiting = join(self.waiting.drain(..).chain(new));
        let horizon =
            self.next.and_then(|next| self.calendar.zone.to_ambiguous_timestamp(next.at(0, 0, 0, 0)).earlier().ok());
        let horizon = horizon.unwrap_or(Timestamp::MAX);
        for span in std::mem::take(&mut self.waiting) {
            let before = Span::new(span.from, span.to.min(horizon));
            let after = Span::new(span.from.max(horizon), span.to);
            self.ready.extend(Some(before).filter(|part| !part.is_empty()));
            self.waiting.extend(Some(after).filter(|part| !part.is_empty()));
        }
        true
    }
}

impl Iterator for Segments<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        loop {
            if let Some(span) = self.ready.pop_front() {
                return Some(span);
            }
            if !self.read_date() && self.ready.is_empty() {
                return None;
            }
        }
    }
}
