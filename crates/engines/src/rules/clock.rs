//! Service-level clocks over a calendar: pauses, states, reopening, priority changes, response, warnings
//! (rules R04 to R08 and R10).

use jiff::Timestamp;
use num_bigint::BigInt;
use rust_decimal::Decimal;

use super::calendar::{Calendar, use_up};
use super::number::{fraction, whole};
use super::spans::{Span, join, remainder, total};

/// States in which a ticket's clock is on hold unless the agreement says otherwise (R05).
pub const PAUSING_STATES: [&str; 2] = ["waiting-customer", "scheduled"];
/// States in which a ticket's clock has stopped unless the agreement says otherwise (R05).
pub const STOPPED_STATES: [&str; 3] = ["resolved", "closed", "cancelled"];
/// Percentages of a target at which to warn unless the agreement says otherwise (R10).
pub const WARNING_PERCENTS: [u8; 4] = [50, 75, 90, 100];
/// Days of 24 hours within which a resolved ticket may be reopened unless the agreement says otherwise (R06).
pub const REOPEN_DAYS: i64 = 7;

const DAY_SECONDS: i64 = 86_400;

/// A time in which the clock stands still (R04). Without an end it is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
}

impl Pause {
    pub fn new(from: Timestamp, to: impl Into<Option<Timestamp>>) -> Pause {
        Pause { from, to: to.into() }
    }

    fn span(self) -> Span {
        Span::new(self.from, self.to.unwrap_or(Timestamp::MAX))
    }
}

/// When a target is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At this instant, given the pauses known so far.
    At(Timestamp),
    /// Unknown, because a pause is open and the target is not used up (R04).
    OnHold,
    /// Never: the calendar has too little working time.
    Never,
}

impl Due {
    /// The instant, when there is one.
    pub fn instant(self) -> Option<Timestamp> {
        match self {
            Due::At(at) => Some(at),
            Due::OnHold | Due::Never => None,
        }
    }
}

/// A stretch of a clock under one target: from an instant on, in one calendar, with so many seconds allowed in total.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'c> {
    pub from: Timestamp,
    pub calendar: &'c Calendar,
    /// The whole target in seconds, not what is left of it.
    pub target_seconds: i64,
}

/// How a clock stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Working seconds used so far, pauses taken off.
    pub used_seconds: i64,
    /// What is left of the target in force, never negative.
    pub left_seconds: i64,
    /// When the target in force is, or was, used up.
    pub due: Due,
    /// The first instant at which more than a target then in force was used, or at which a change left nothing of it.
    /// It stays on record when a priority is lowered afterwards (R07). A target used up exactly is kept (convention 6).
    pub first_breach: Option<Timestamp>,
}

impl Reading {
    pub fn is_breached(&self) -> bool {
        self.first_breach.is_some()
    }
}

/// Clock used in `[from, to)`: working seconds less the part of the joined pauses that lies in working time (R04).
pub fn used_seconds(calendar: &Calendar, from: Timestamp, to: Timestamp, pauses: &[Pause]) -> i64 {
    used_in(calendar, Span::new(from, to), &joined(pauses))
}

/// The earliest instant at or after `start` by which `need_seconds` are used up, given the known pauses (R04).
pub fn due(calendar: &Calendar, start: Timestamp, need_seconds: i64, pauses: &[Pause]) -> Due {
    due_over(calendar, start, need_seconds, &joined(pauses))
}

/// How a clock with one target stands at `now` (R04).
pub fn read(calendar: &Calendar, start: Timestamp, target_seconds: i64, pauses: &[Pause], now: Timestamp) -> Reading {
    read_stretch(&[], Stretch { from: start, calendar, target_seconds }, pauses, now)
}

/// How a clock stands at `now` whose target changed on the way (R07). None without a stretch.
///
/// The stretches are in order of time; of those that begin at the same instant the last one holds, and those that begin
/// after `now` have not happened yet. Seconds used are carried over, each measured in the calendar it ran under. When a
/// change leaves nothing of the target, the clock is breached at the moment of the change and due at that moment.
pub fn read_changing(stretches: &[Stretch<'_>], pauses: &[Pause], now: Timestamp) -> Option<Reading> {
    let (first, rest) = stretches.split_first()?;
    let begun = 1 + rest.iter().take_while(|stretch| stretch.from <= now).count();
    let (last, earlier) = stretches[..begun].split_last().unwrap_or((first, &[]));
    Some(read_stretch(earlier, *last, pauses, now))
}

fn read_stretch(earlier: &[Stretch<'_>], last: Stretch<'_>, pauses: &[Pause], now: Timestamp) -> Reading {
    let pauses = joined(pauses);
    let (mut used, mut first_breach, mut changed) = (0, None, false);
    for (index, stretch) in earlier.iter().enumerate() {
        let end = earlier.get(index + 1).map_or(last.from, |next| next.from);
        if stretch.from < end {
            run(*stretch, end, &pauses, changed, &mut used, &mut first_breach);
            changed = true;
        }
    }
    let due = run(last, now, &pauses, changed, &mut used, &mut first_breach);
    Reading { used_seconds: used, left_seconds: (last.target_seconds - used).max(0), due, first_breach }
}

/// Runs one stretch until `end`: adds to the seconds used, notes a first breach, says when its target is used up.
fn run(
    stretch: Stretch<'_>,
    end: Timestamp,
    pauses: &[Span],
    changed: bool,
    used: &mut i64,
    first_breach: &mut Option<Timestamp>,
) -> Due {
    let left = stretch.target_seconds - *used;
    let here = used_in(stretch.calendar, Span::new(stretch.from, end), pauses);
    *used += here;
    let due = due_over(stretch.calendar, stretch.from, left, pauses);
    if (changed && left <= 0) || here > left {
        *first_breach = first_breach.or(due.instant());
    }
    due
}

/// What is known at `now` about the answer to a report (R08). The response clock is never paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// Working seconds from the report to the first answer by a person, or to `now`.
    pub seconds: i64,
    /// None while it is unanswered and in time.
    pub met: Option<bool>,
    pub due: Due,
}

/// Reads the response clock (R08). An automatic receipt is no answer.
pub fn response(
    calendar: &Calendar,
    start: Timestamp,
    target_seconds: i64,
    answered: Option<Timestamp>,
    now: Timestamp,
) -> Response {
    let seconds = calendar.working_seconds(start, answered.unwrap_or(now));
    let in_time = seconds <= target_seconds;
    let met = if answered.is_some() || !in_time { Some(in_time) } else { None };
    Response { seconds, met, due: due(calendar, start, target_seconds, &[]) }
}

/// The pauses that a line of states makes (R05): each stretch in a state for which `stands` is true, the last one open.
///
/// The states are in order of time, each holding until the next one. Pass a test for the agreed states; the defaults
/// are [`PAUSING_STATES`] and [`STOPPED_STATES`].
pub fn pauses_of_states<S: AsRef<str>>(states: &[(Timestamp, S)], stands: impl Fn(&str) -> bool) -> Vec<Pause> {
    let ends = states.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]);
    states
        .iter()
        .zip(ends)
        .filter(|((_, state), _)| stands(state.as_ref()))
        .map(|((from, _), to)| Pause::new(*from, to))
        .collect()
}

/// What became of a ticket that was resolved and reopened (R06).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopening {
    /// The times that do not count; the last one is open when the ticket stays resolved.
    pub pauses: Vec<Pause>,
    /// True when the last reopening came too late: it makes a new ticket, the old clock stays as it was.
    pub new_ticket: bool,
}

/// Reads a line of resolved and reopened instants (R06): reopened at most `reopen_days` times 24 hours later, it is the
/// same ticket and the time in between does not count. What came after a late reopening belongs to the new ticket.
pub fn reopenings(line: &[(Timestamp, Option<Timestamp>)], reopen_days: i64) -> Reopening {
    let limit = reopen_days.saturating_mul(DAY_SECONDS);
    let mut pauses = Vec::with_capacity(line.len());
    for (resolved, reopened) in line {
        if reopened.is_some_and(|reopened| reopened.as_second() - resolved.as_second() > limit) {
            pauses.push(Pause::new(*resolved, None));
            return Reopening { pauses, new_ticket: true };
        }
        pauses.push(Pause::new(*resolved, *reopened));
    }
    Reopening { pauses, new_ticket: false }
}

/// The instant at which a percentage of the target is used, with pauses (R10): when `ceil(target * percent / 100)` is
/// used up.
pub fn warning(calendar: &Calendar, start: Timestamp, target_seconds: i64, percent: Decimal, pauses: &[Pause]) -> Due {
    let part = (whole(target_seconds) * fraction(percent) / whole(100)).ceil().to_integer();
    match i64::try_from(&part) {
        Ok(seconds) => due(calendar, start, seconds, pauses),
        Err(_) if part < BigInt::from(0) => Due::At(start),
        Err(_) => Due::Never,
    }
}

/// Which warning to send now (R10): the highest percentage whose instant has come and that is above all sent before.
pub fn warning_to_send(warnings: &[(Decimal, Due)], highest_sent: Option<Decimal>, now: Timestamp) -> Option<Decimal> {
    let come = warnings.iter().filter(|(_, due)| due.instant().is_some_and(|at| at <= now));
    come.map(|(percent, _)| *percent).filter(|percent| highest_sent.is_none_or(|sent| *percent > sent)).max()
}

fn joined(pauses: &[Pause]) -> Vec<Span> {
    join(pauses.iter().map(|pause| pause.span()))
}

fn used_in(calendar: &Calendar, within: Span, pauses: &[Span]) -> i64 {
    let working = calendar.working_spans(within);
    working.iter().map(|span| total(&remainder(*span, pauses))).sum()
}

fn due_over(calendar: &Calendar, start: Timestamp, need_seconds: i64, pauses: &[Span]) -> Due {
    let open = pauses.last().filter(|span| span.to == Timestamp::MAX).map(|span| span.from);
    let before_open = |span: &Span| open.is_none_or(|from| span.from < from);
    let running = calendar.segments(start).take_while(before_open).flat_map(|span| remainder(span, pauses));
    match (use_up(running, start, need_seconds), open) {
        (Some(at), _) => Due::At(at),
        (None, Some(_)) => Due::OnHold,
        (None, None) => Due::Never,
    }
}
