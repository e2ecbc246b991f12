//! The replay itself: history and promises in, clocks out.

use jiff::{SignedDuration, Timestamp};
use model::{Kind, Mark, Moment, Phase, lifecycle::WITHDRAWN};

use super::{Agreements, Clock, Goal, Name, Pace, Segment, Standing, at, history::History, moment, second};
use crate::rules::{
    clock::{Due, Pause, Reading, Stretch, read_changing},
    spans::{Span, common, join, total, without},
};

/// The clocks of a ticket at `now`, without their working. Empty where nothing was promised for its priority, or where
/// nobody knows when it began.
pub fn replay(kind: &Kind, marks: &[Mark], agreements: &Agreements, now: Moment) -> Vec<Clock> {
    clocks(kind, marks, agreements, now, false)
}

/// The same with every segment.
pub fn working(kind: &Kind, marks: &[Mark], agreements: &Agreements, now: Moment) -> Vec<Clock> {
    clocks(kind, marks, agreements, now, true)
}

fn clocks(kind: &Kind, marks: &[Mark], agreements: &Agreements, now: Moment, working: bool) -> Vec<Clock> {
    let Some(replay) = Replay::of(kind, marks, agreements, now) else { return Vec::new() };
    let whole = Name::PROMISED.into_iter().filter(|name| *name != Name::Update);
    let agreed = whole.filter_map(|name| replay.clock(name, working));
    agreed.chain(replay.update(working)).chain(replay.legs(working)).collect()
}

pub(super) struct Replay<'a> {
    pub kind: &'a Kind,
    pub history: History,
    pub agreements: &'a Agreements,
    /// Instants from the start on at which another promise may hold, known ones of the future among them.
    pub turns: Vec<Timestamp>,
    pub now: Timestamp,
}

/// A promise from an instant on.
pub(super) type Run<'a> = Vec<(Timestamp, Goal<'a>)>;

/// When a clock stood still, and how it ended.
#[derive(Default)]
pub(super) struct Halts {
    /// With what it did meanwhile; no two of them at once.
    pub pauses: Vec<(Pause, Pace)>,
    pub stopped: Option<Timestamp>,
    pub dropped: bool,
}

/// What a clock is counted from.
pub(super) struct Counted<'a, 'h> {
    pub name: Name,
    /// Whose leg it is; empty for the whole ticket.
    pub leg: &'h str,
    pub started: Timestamp,
    pub run: Run<'a>,
    pub halts: Halts,
}

impl<'a> Replay<'a> {
    /// `None` where nobody knows when it began.
    pub fn of(kind: &'a Kind, marks: &[Mark], agreements: &'a Agreements, now: Moment) -> Option<Replay<'a>> {
        let history = History::read(kind, marks, now)?;
        let mut turns: Vec<Timestamp> = agreements.turns(&history.services());
        turns.extend(history.turns());
        turns.retain(|turn| *turn > history.started);
        turns.push(history.started);
        turns.sort_unstable();
        turns.dedup();
        Some(Replay { kind, history, agreements, turns, now: second(now) })
    }

    /// A clock of the whole ticket that runs from the report on.
    pub fn clock(&self, name: Name, working: bool) -> Option<Clock> {
        let run = self.run(name);
        let halts = match name {
            Name::Response => self.response_halts(),
            Name::Workaround => self.workaround_halts(&run),
            _ => self.resolution_halts(&run),
        };
        self.count(Counted { name, leg: "", started: self.history.started, run, halts }, working)
    }

    pub fn count(&self, counted: Counted<'a, '_>, working: bool) -> Option<Clock> {
        let Counted { name, leg, started, run, halts } = counted;
        let pauses: Vec<Pause> = halts.pauses.iter().map(|(pause, _)| *pause).collect();
        let end = halts.stopped.unwrap_or(self.now).min(self.now).max(started);
        let stretches: Vec<Stretch<'_>> = run
            .iter()
            .map(|(from, goal)| Stretch {
                from: *from,
                calendar: &goal.hours.calendar,
                target_seconds: goal.seconds(started),
            })
            .collect();
        let begun = stretches.iter().take_while(|stretch| stretch.from <= end).count();
        let (_, goal) = run.get(begun.checked_sub(1)?)?;
        let reading = read_changing(&stretches[..begun], &pauses, end)?;
        let held = halts.pauses.iter().find(|(pause, _)| pause.to.is_none()).map(|(_, pace)| pace.held().to_string());
        let due = match halts.stopped {
            None => ahead(&stretches, begun, &pauses, reading.due),
            Some(_) => reading.due,
        };
        Some(Clock {
            name,
            leg: leg.into(),
            agreement: goal.terms.agreement.clone(),
            calendar: goal.hours.number.clone(),
            hours: goal.hours.name.clone(),
            priority: self.priority(goal, end),
            goal_seconds: stretches[begun - 1].target_seconds,
            used_seconds: reading.used_seconds,
            left_seconds: reading.left_seconds,
            started: moment(started),
            due: due.instant().map(moment),
            stopped: halts.stopped.map(moment),
            standing: standing(&halts, &reading, held.is_some()),
            held: held.unwrap_or_default(),
            segments: if working { self.segments(&run, &halts, end) } else { Vec::new() },
        })
    }

    /// The priority of a promise; where it is made for all of them, that of the ticket.
    fn priority(&self, goal: &Goal<'_>, instant: Timestamp) -> String {
        match goal.promise.priority.as_str() {
            "" => self.history.ticket(instant).priority.unwrap_or_default().into(),
            own => own.into(),
        }
    }

    /// The clock to the next word that was promised: from when it was promised, round the clock, while the ticket is open.
    fn update(&self, working: bool) -> Option<Clock> {
        let open = self.history.states.last().is_none_or(|(_, state)| self.kind.phase(state) != Phase::Done);
        if !open {
            return None;
        }
        let Some((from, due)) = self.history.update else { return self.next_word(working) };
        let hours = self.agreements.hours("", self.now);
        let goal_seconds = Span::new(from, due).seconds();
        let used_seconds = Span::new(from, self.now).seconds();
        let segment = || Segment {
            from: moment(from),
            to: moment(self.now),
            pace: Pace::Running,
            used_seconds,
            agreement: String::new(),
            priority: String::new(),
            hours: hours.name.clone(),
            waits: None,
        };
        Some(Clock {
            name: Name::Update,
            leg: String::new(),
            agreement: String::new(),
            calendar: String::new(),
            hours: hours.name.clone(),
            priority: self.history.ticket(self.now).priority.unwrap_or_default().into(),
            goal_seconds,
            used_seconds,
            left_seconds: (goal_seconds - used_seconds).max(0),
            started: moment(from),
            due: Some(moment(due)),
            stopped: None,
            standing: if used_seconds > goal_seconds { Standing::Late } else { Standing::Running },
            held: String::new(),
            segments: if working { vec![segment()] } else { Vec::new() },
        })
    }

    /// The clock to the next word that the agreement wants at intervals: it begins anew with each public word of ours, and when
    /// the ticket is taken up again.
    fn next_word(&self, working: bool) -> Option<Clock> {
        let again = self.ends().iter().filter_map(|(_, to, _)| *to).max();
        let started = [Some(self.history.started), self.history.said.told, again].into_iter().flatten().max()?;
        let run = since(self.run(Name::Update), started);
        self.count(Counted { name: Name::Update, leg: "", started, run, halts: Halts::default() }, working)
    }

    /// The working: what ran, what stood still and when the hours were closed, in the order of time and without gaps.
    fn segments(&self, run: &Run<'_>, halts: &Halts, end: Timestamp) -> Vec<Segment> {
        let mut found = Vec::new();
        for (place, (from, goal)) in run.iter().enumerate() {
            let until = run.get(place + 1).map_or(end, |(next, _)| *next).min(end);
            let whole = Span::new(*from, until);
            if whole.is_empty() {
                continue;
            }
            let mut parts: Vec<(Span, Pace)> = Vec::new();
            for (pause, pace) in &halts.pauses {
                parts.push((Span::new(pause.from, pause.to.unwrap_or(end)).cut(whole), pace.clone()));
            }
            let held = join(parts.iter().map(|(span, _)| *span));
            let open = goal.hours.calendar.working_spans(whole);
            let running = without(&open, &held);
            let closed = without(&without(&[whole], &held), &open);
            parts.extend(running.iter().map(|span| (*span, Pace::Running)));
            parts.extend(closed.iter().map(|span| (*span, Pace::Closed)));
            parts.retain(|(span, _)| !span.is_empty());
            parts.sort_by_key(|(span, _)| *span);
            found.extend(parts.into_iter().map(|(span, pace)| Segment {
                from: moment(span.from),
                to: moment(span.to),
                used_seconds: if pace == Pace::Running { total(&common(&[span], &open)) } else { 0 },
                waits: match pace {
                    Pace::OnHold(_) => self.history.said.waits(span.from, span.to),
                    _ => None,
                },
                pace,
                agreement: goal.terms.agreement.clone(),
                priority: self.priority(goal, span.from),
                hours: goal.hours.name.clone(),
            }));
        }
        found
    }

    /// Every promise that held, and those of the future that are known already. A turn at which the same promise goes on
    /// is none.
    fn run(&self, name: Name) -> Run<'a> {
        let mut run: Run<'a> = Vec::new();
        for turn in &self.turns {
            let ticket = self.history.ticket(*turn);
            let goal = self.agreements.goal(&ticket, name, *turn).or_else(|| {
                let days = self.history.said.delivery.filter(|_| name == Name::Fulfilment)?;
                self.agreements.delivery(days, &ticket, *turn)
            });
            if let Some(goal) = goal
                && run.last().is_none_or(|(_, last)| !last.is(&goal))
            {
                // The first promise holds from the report on.
                run.push((if run.is_empty() { self.history.started } else { *turn }, goal));
            }
        }
        run
    }

    /// Stretches of states that are over, neighbours joined, with their last state.
    fn ends(&self) -> Vec<(Timestamp, Option<Timestamp>, &str)> {
        let mut ends: Vec<(Timestamp, Option<Timestamp>, &str)> = Vec::new();
        let states = &self.history.states;
        for (place, (from, state)) in states.iter().enumerate() {
            let to = states.get(place + 1).map(|(next, _)| *next);
            if self.kind.phase(state) != Phase::Done {
                continue;
            }
            match ends.last_mut() {
                Some(last) if last.1 == Some(*from) => (last.1, last.2) = (to, state),
                _ => ends.push((*from, to, state)),
            }
        }
        ends
    }

    /// The response clock is never paused; a ticket that ends unanswered needs no answer any more.
    fn response_halts(&self) -> Halts {
        let last = self.ends().into_iter().next_back().filter(|(_, to, _)| to.is_none());
        let dropped = last.is_some_and(|(_, _, state)| WITHDRAWN.contains(&state));
        let over = last.map(|(from, _, _)| from);
        let stopped = self.history.responded.or(over);
        Halts { pauses: Vec::new(), stopped, dropped: dropped && self.history.responded.is_none() }
    }

    /// As for the resolution, but over as soon as there is a way to go on working.
    fn workaround_halts(&self, run: &Run<'_>) -> Halts {
        let mut halts = self.resolution_halts(run);
        let Some(there) = self.history.said.workaround.map(|there| there.max(self.history.started)) else {
            return halts;
        };
        if halts.stopped.is_none_or(|stopped| there < stopped) {
            (halts.stopped, halts.dropped) = (Some(there), false);
            halts.pauses.retain(|(pause, _)| pause.from < there);
            for (pause, _) in &mut halts.pauses {
                pause.to = Some(pause.to.map_or(there, |to| to.min(there)));
            }
        }
        halts
    }

    /// Times in which the resolution clock stood still, and when it stopped for good. A ticket that comes back within the
    /// agreed days goes on, and the time in between does not count (R06); one that comes back later keeps its old clock.
    fn resolution_halts(&self, run: &Run<'_>) -> Halts {
        let terms = |instant: Timestamp| at(run, instant).map_or(self.agreements.standard(), |goal| goal.terms);
        let mut halts = Halts::default();
        let states = &self.history.states;
        for (place, (from, state)) in states.iter().enumerate() {
            let to = states.get(place + 1).map(|(next, _)| *next);
            if terms(*from).pausing.contains(state) && self.kind.phase(state) != Phase::Done {
                halts.pauses.push((Pause::new(*from, to), Pace::OnHold(state.clone())));
            }
        }
        for (from, to, state) in self.ends() {
            let most = SignedDuration::from_hours(24 * terms(from).reopen_days);
            match to {
                Some(back) if from.duration_until(back) <= most => {
                    halts.pauses.push((Pause::new(from, back), Pace::Over(state.to_string())));
                }
                _ => {
                    halts.stopped = Some(from);
                    halts.dropped = to.is_none() && WITHDRAWN.contains(&state);
                    halts.pauses.retain(|(pause, _)| pause.from < from);
                    break;
                }
            }
        }
        halts
    }
}

/// The promises of a run from an instant on.
fn since(run: Run<'_>, started: Timestamp) -> Run<'_> {
    let begun = run.iter().take_while(|(from, _)| *from <= started).count();
    let rest = run.into_iter().skip(begun.saturating_sub(1));
    rest.map(|(from, goal)| (from.max(started), goal)).collect()
}

fn standing(halts: &Halts, reading: &Reading, held: bool) -> Standing {
    match (halts.stopped.is_some(), reading.is_breached(), held) {
        _ if halts.dropped => Standing::Dropped,
        (true, false, _) => Standing::Met,
        (true, true, _) => Standing::Missed,
        (false, true, _) => Standing::Late,
        (false, false, true) => Standing::OnHold,
        (false, false, false) => Standing::Running,
    }
}

/// When the goal is used up if nothing more happens than what is agreed already: hours and terms that begin before then
/// count.
fn ahead(stretches: &[Stretch<'_>], begun: usize, pauses: &[Pause], due: Due) -> Due {
    let mut due = due;
    for next in begun..stretches.len() {
        let turn = stretches[next].from;
        match due {
            Due::OnHold => break,
            Due::At(at) if at <= turn => break,
            Due::At(_) | Due::Never => {
                due = read_changing(&stretches[..=next], pauses, turn).map_or(due, |reading| reading.due);
            }
        }
    }
    due
}
