//! The clocks of a ticket: a pure replay of its history against what was agreed (rules R04 to R08).
//!
//! Nothing is counted by hand: page, list, report and API ask here and get the same answer. A due moment that is stored
//! is only a copy of what this says.

use jiff::Timestamp;
use model::{Mark, Moment, Value};

use crate::rules::{
    calendar::Calendar,
    clock::{Due, Pause, REOPEN_DAYS, Stretch, pauses_of_states, read_changing},
    spans::{Span, common, join},
};

/// What was agreed for tickets of one kind: goals by priority, and in which states the clock stands still.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Number of the agreement, or what stands in for one.
    pub agreement: String,
    pub goals: Vec<Goal>,
    /// States in which the resolution clock is on hold (R05).
    pub pausing: Vec<String>,
    /// Days of 24 hours within which a resolved ticket goes on when it is reopened (R06).
    pub reopen_days: i64,
}

/// One promise: this clock, for tickets of this priority, within so many working seconds of this calendar.
#[derive(Clone, Debug)]
pub struct Goal {
    pub clock: Name,
    pub priority: String,
    pub seconds: i64,
    pub calendar: Calendar,
    /// How pages call the calendar: `24×7`, `London office hours`.
    pub hours: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Until a person has answered (R08); never paused.
    Response,
    /// Until the service works again.
    Resolution,
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Running,
    /// On hold: the due moment is not known while it lasts (R04).
    OnHold,
    Met,
    Missed,
    /// Still running, past its goal.
    Late,
}

/// A clock with its working: what ran when, and why it stood still.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    pub name: Name,
    pub agreement: String,
    pub hours: String,
    pub priority: String,
    pub goal_seconds: i64,
    pub used_seconds: i64,
    pub left_seconds: i64,
    pub started: Moment,
    /// When the goal is, or was, used up; `None` on hold or where the calendar never gives that much time.
    pub due: Option<Moment>,
    pub stopped: Option<Moment>,
    pub standing: Standing,
    pub segments: Vec<Segment>,
}

/// A stretch of time and what the clock did in it; closed hours lie between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub from: Moment,
    pub to: Moment,
    /// The state that put it on hold; `None` while it ran.
    pub paused: Option<String>,
}

/// States in which a ticket is over and its resolution clock has stopped (R05).
const OVER: [&str; 3] = ["resolved", "closed", "cancelled"];

/// What is read from the history of a ticket.
struct History {
    started: Timestamp,
    responded: Option<Timestamp>,
    states: Vec<(Timestamp, String)>,
    priorities: Vec<(Timestamp, String)>,
}

/// Replays a ticket's history up to `now`. Empty where nothing was agreed for its priority, or where it has no history.
pub fn replay(marks: &[Mark], terms: &Terms, now: Moment) -> Vec<Clock> {
    let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.at <= now).collect();
    let Some(history) = read(&marks) else { return Vec::new() };
    [Name::Response, Name::Resolution].into_iter().filter_map(|name| clock(name, &history, terms, now)).collect()
}

fn read(marks: &[&Mark]) -> Option<History> {
    let first = marks.first()?;
    let mut history =
        History { started: first.at.timestamp(), responded: None, states: Vec::new(), priorities: Vec::new() };
    for mark in marks {
        let at = mark.at.timestamp();
        for (name, value) in mark.changes.iter().chain(&mark.base) {
            let text = || value.as_ref().and_then(Value::as_text).map(str::to_string);
            let moment = || value.as_ref().and_then(Value::as_moment).map(Moment::timestamp);
            match name.as_str() {
                "state" => history.states.extend(text().map(|state| (at, state))),
                "priority" => history.priorities.extend(text().map(|priority| (at, priority))),
                "raised_on" => history.started = moment().unwrap_or(history.started),
                "responded_on" => history.responded = moment(),
                _ => {}
            }
        }
    }
    // The first priority holds from the report on, however late it was written down.
    if let Some((at, _)) = history.priorities.first_mut() {
        *at = history.started;
    }
    Some(history)
}

fn clock(name: Name, history: &History, terms: &Terms, now: Moment) -> Option<Clock> {
    let goal_of = |priority: &str| terms.goals.iter().find(|goal| goal.clock == name && goal.priority == priority);
    let stretches: Vec<(Timestamp, &Goal)> = history
        .priorities
        .iter()
        .filter_map(|(at, priority)| Some(((*at).max(history.started), goal_of(priority)?)))
        .collect();
    let goal = stretches.last()?.1;
    let (pauses, stopped) = match name {
        Name::Response => (Vec::new(), history.responded),
        Name::Resolution => resolution_pauses(history, terms),
    };
    let end = stopped.unwrap_or(now.timestamp()).min(now.timestamp());
    let run: Vec<Stretch<'_>> = stretches
        .iter()
        .filter(|(from, _)| *from <= end)
        .map(|(from, goal)| Stretch { from: *from, calendar: &goal.calendar, target_seconds: goal.seconds })
        .collect();
    let reading = read_changing(&run, &pauses, end)?;
    let held = pauses.iter().any(|pause| pause.to.is_none());
    let standing = match (stopped.is_some(), reading.is_breached(), held) {
        (true, false, _) => Standing::Met,
        (true, true, _) => Standing::Missed,
        (false, true, _) => Standing::Late,
        (false, false, true) => Standing::OnHold,
        (false, false, false) => Standing::Running,
    };
    let moment = |at: Timestamp| Moment(at.as_millisecond());
    Some(Clock {
        name,
        agreement: terms.agreement.clone(),
        hours: goal.hours.clone(),
        priority: goal.priority.clone(),
        goal_seconds: goal.seconds,
        used_seconds: reading.used_seconds,
        left_seconds: reading.left_seconds,
        started: moment(history.started),
        due: match reading.due {
            Due::At(at) => Some(moment(at)),
            Due::OnHold | Due::Never => None,
        },
        stopped: stopped.map(moment),
        standing,
        segments: segments(history, &run, &pauses, terms, end),
    })
}

/// Times in which the resolution clock stood still, and when it stopped for good. A ticket that comes back within the
/// agreed days goes on, and the time in between does not count (R06); one that comes back later keeps its old clock.
fn resolution_pauses(history: &History, terms: &Terms) -> (Vec<Pause>, Option<Timestamp>) {
    let over = |state: &str| OVER.contains(&state);
    let mut pauses = pauses_of_states(&history.states, |state| terms.pausing.iter().any(|pausing| pausing == state));
    let ends = pauses_of_states(&history.states, over);
    let most = jiff::SignedDuration::from_hours(24 * terms.reopen_days);
    for end in ends {
        match end.to {
            Some(back) if end.from.duration_until(back) <= most => pauses.push(end),
            // Never resumed, or too late to be the same ticket.
            _ => {
                return (
                    pauses
                        .into_iter()
                        .filter(|pause| pause.from < end.from)
                        .map(|pause| cut(pause, end.from))
                        .collect(),
                    Some(end.from),
                );
            }
        }
    }
    (pauses, None)
}

fn cut(pause: Pause, end: Timestamp) -> Pause {
    Pause::new(pause.from, pause.to.map_or(end, |to| to.min(end)))
}

/// The working: what ran and what was on hold, in the order of time.
fn segments(history: &History, run: &[Stretch<'_>], pauses: &[Pause], terms: &Terms, end: Timestamp) -> Vec<Segment> {
    let held = join(pauses.iter().map(|pause| Span::new(pause.from, pause.to.unwrap_or(end).min(end))));
    let mut segments = Vec::new();
    for (at, stretch) in run.iter().enumerate() {
        let until = run.get(at + 1).map_or(end, |next| next.from);
        let working = stretch.calendar.working_spans(Span::new(stretch.from, until));
        for span in common(&working, &held) {
            segments.push((span, Some(state_at(history, span.from, terms))));
        }
        let free = gaps(&held, Span::new(stretch.from, until));
        segments.extend(common(&working, &free).into_iter().map(|span| (span, None)));
    }
    segments.sort_by_key(|(span, _)| span.from);
    let moment = |at: Timestamp| Moment(at.as_millisecond());
    segments
        .into_iter()
        .map(|(span, paused)| Segment { from: moment(span.from), to: moment(span.to), paused })
        .collect()
}

fn state_at(history: &History, at: Timestamp, terms: &Terms) -> String {
    let state = history.states.iter().take_while(|(from, _)| *from <= at).last().map(|(_, state)| state.clone());
    state.filter(|state| terms.pausing.contains(state) || OVER.contains(&state.as_str())).unwrap_or_default()
}

/// What of a span no hold covers.
fn gaps(held: &[Span], within: Span) -> Vec<Span> {
    let mut free = Vec::new();
    let mut from = within.from;
    for span in held {
        free.push(Span::new(from, span.from.min(within.to)));
        from = from.max(span.to);
    }
    free.push(Span::new(from, within.to));
    free.into_iter().filter(|span| !span.is_empty()).collect()
}

impl Terms {
    /// What holds where nothing was agreed: the default targets of the fact base round the clock, P1 in 4 hours to P5 in
    /// 80, an answer within a quarter of that, and the states of rule R05.
    pub fn default_terms() -> Terms {
        let goal = |clock, priority: &str, seconds| Goal {
            clock,
            priority: priority.into(),
            seconds,
            calendar: Calendar::always(),
            hours: "24×7".into(),
        };
        let goals =
            [("P1", 4), ("P2", 8), ("P3", 24), ("P4", 40), ("P5", 80)].into_iter().flat_map(|(priority, hours)| {
                [goal(Name::Response, priority, hours * 900), goal(Name::Resolution, priority, hours * 3600)]
            });
        Terms {
            agreement: "default targets".into(),
            goals: goals.collect(),
            pausing: vec!["waiting_customer".into(), "scheduled".into()],
            reopen_days: REOPEN_DAYS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::journal::Changes;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn mark(time: &str, changes: &[(&str, &str)]) -> Mark {
        let changes: Changes =
            changes.iter().map(|(name, value)| ((*name).to_string(), Some(Value::text(*value)))).collect();
        Mark { at: at(&format!("2026-11-12T{time}:00Z")), by: None, note: None, changes, base: Changes::new() }
    }

    fn resolution(marks: &[Mark], now: &str) -> Clock {
        let clocks = replay(marks, &Terms::default_terms(), at(&format!("2026-11-12T{now}:00Z")));
        clocks.into_iter().find(|clock| clock.name == Name::Resolution).unwrap()
    }

    #[test]
    fn a_hold_moves_the_due_moment() {
        let mut marks = vec![
            mark("09:00", &[("state", "new"), ("priority", "P1")]),
            mark("10:00", &[("state", "waiting_customer")]),
        ];
        let held = resolution(&marks, "11:00");
        assert_eq!((held.standing, held.used_seconds, held.due), (Standing::OnHold, 3600, None));
        marks.push(mark("11:30", &[("state", "in_progress")]));
        let running = resolution(&marks, "12:00");
        assert_eq!((running.standing, running.used_seconds), (Standing::Running, 5400));
        assert_eq!(running.due, Some(at("2026-11-12T14:30:00Z")), "vector R04-01");
        let told: Vec<_> = running.segments.iter().map(|segment| segment.paused.as_deref()).collect();
        assert_eq!(told, [None, Some("waiting_customer"), None]);
    }

    #[test]
    fn a_supplier_is_our_own_affair() {
        let marks =
            [mark("09:00", &[("state", "new"), ("priority", "P1")]), mark("10:00", &[("state", "waiting_supplier")])];
        assert_eq!(resolution(&marks, "12:00").used_seconds, 3 * 3600, "rule R05");
    }

    #[test]
    fn a_lower_priority_does_not_undo_a_breach() {
        let marks = [
            mark("03:00", &[("state", "new"), ("priority", "P1")]),
            mark("08:00", &[("priority", "P3")]),
            mark("09:00", &[("state", "resolved")]),
        ];
        let clock = resolution(&marks, "10:00");
        assert_eq!((clock.standing, clock.stopped), (Standing::Missed, Some(at("2026-11-12T09:00:00Z"))), "rule R07");
    }

    #[test]
    fn what_comes_back_goes_on_without_the_time_between() {
        let marks = [
            mark("09:00", &[("state", "new"), ("priority", "P1")]),
            mark("10:00", &[("state", "resolved")]),
            mark("12:00", &[("state", "in_progress")]),
        ];
        let clock = resolution(&marks, "13:00");
        assert_eq!(
            (clock.standing, clock.used_seconds, clock.stopped),
            (Standing::Running, 2 * 3600, None),
            "rule R06"
        );
        assert_eq!(resolution(&marks[..2], "13:00").standing, Standing::Met);
    }

    #[test]
    fn an_answer_stops_the_response_clock() {
        let mut first = mark("09:00", &[("state", "new"), ("priority", "P1")]);
        first.base.insert("raised_on".into(), Some(Value::text("2026-11-12T08:50:00Z")));
        let answered = mark("09:40", &[("responded_on", "2026-11-12T09:40:00Z")]);
        let clocks = replay(&[first, answered], &Terms::default_terms(), at("2026-11-12T10:00:00Z"));
        assert_eq!(
            (clocks[0].name, clocks[0].standing, clocks[0].used_seconds),
            (Name::Response, Standing::Met, 3000),
            "rule R08"
        );
    }
}
