//! Legs: in whose hands a ticket was, and the clock of each team and each supplier with whom a time was agreed.
//!
//! A leg begins when the ticket is handed over and ends when it leaves or is over. What comes back within the agreed days goes
//! on with the clock that it had, as a ticket does that is reopened (R06): passing it to and fro makes no new time. The time
//! elsewhere is not counted. Later than that it is a leg of its own, and the old one stays as it was.

use jiff::{SignedDuration, Timestamp};
use model::{Kind, Mark, Moment, Phase, lifecycle::WITHDRAWN};

use super::{
    Agreements, Clock, Name, Pace, at,
    history::History,
    moment,
    replay::{Counted, Halts, Replay, Run},
};
use crate::rules::{clock::Pause, clock::REOPEN_DAYS, spans::Span};

/// In whose hands a ticket is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// Number of the team; empty where none was named.
    Team(String),
    /// Number or name of the supplier; empty where none was named.
    Supplier(String),
    /// It waits for the word of whoever asked.
    Asker,
}

impl Holder {
    /// Of all holders that there can be.
    pub const NAMES: [&'static str; 3] = ["team", "supplier", "asker"];

    pub fn name(&self) -> &'static str {
        let [team, supplier, asker] = Holder::NAMES;
        match self {
            Holder::Team(_) => team,
            Holder::Supplier(_) => supplier,
            Holder::Asker => asker,
        }
    }

    /// Number or name; empty where there is none.
    pub fn who(&self) -> &str {
        match self {
            Holder::Team(who) | Holder::Supplier(who) => who,
            Holder::Asker => "",
        }
    }
}

/// A stretch of time in the same hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    pub holder: Holder,
    pub from: Moment,
    pub to: Moment,
    /// Working seconds of it that the clock of the whole ticket counted.
    pub used_seconds: i64,
}

/// Everything that one holder had of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub holder: Holder,
    pub visits: usize,
    /// Seconds as they pass.
    pub held_seconds: i64,
    /// Working seconds of the clock of the whole ticket.
    pub used_seconds: i64,
}

/// Shares of time by holder, in the order in which they first had it.
pub fn shares(stays: &[Stay]) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for stay in stays {
        let place = shares.iter().position(|share| share.holder == stay.holder).unwrap_or_else(|| {
            shares.push(Share { holder: stay.holder.clone(), visits: 0, held_seconds: 0, used_seconds: 0 });
            shares.len() - 1
        });
        let share = &mut shares[place];
        share.visits += 1;
        share.held_seconds += Span::new(stay.from.timestamp(), stay.to.timestamp()).seconds();
        share.used_seconds += stay.used_seconds;
    }
    shares
}

/// In whose hands a ticket was until `now`, in the order of time; what is over is in nobody's.
pub fn hands(kind: &Kind, marks: &[Mark], agreements: &Agreements, now: Moment) -> Vec<Stay> {
    let Some(replay) = Replay::of(kind, marks, agreements, now) else { return Vec::new() };
    let clock = replay.clock(Name::Resolution, true);
    let segments = clock.as_ref().map(|clock| clock.segments.as_slice()).unwrap_or_default();
    let used = |span: Span| -> i64 {
        let ran = segments.iter().filter(|segment| segment.pace == Pace::Running);
        ran.map(|segment| Span::new(segment.from.timestamp(), segment.to.timestamp()).cut(span).seconds()).sum()
    };
    let asker = kind.talk.map(|talk| talk.waits);
    let mut stays: Vec<Stay> = Vec::new();
    for seen in replay.history.seen(kind) {
        let to = seen.to.unwrap_or(replay.now).min(replay.now);
        let holder = match seen.with {
            With::Over => continue,
            _ if Some(seen.state) == asker => Holder::Asker,
            With::Team(team) => Holder::Team(team.into()),
            With::Supplier(supplier) => Holder::Supplier(supplier.into()),
        };
        let span = Span::new(seen.from, to);
        if span.is_empty() {
            continue;
        }
        match stays.last_mut().filter(|last| last.holder == holder && last.to == moment(seen.from)) {
            Some(last) => (last.to, last.used_seconds) = (moment(to), last.used_seconds + used(span)),
            None => stays.push(Stay { holder, from: moment(seen.from), to: moment(to), used_seconds: used(span) }),
        }
    }
    stays
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With<'h> {
    Team(&'h str),
    Supplier(&'h str),
    Over,
}

/// A stretch in one state and in the same hands.
struct Seen<'h> {
    from: Timestamp,
    to: Option<Timestamp>,
    state: &'h str,
    with: With<'h>,
}

impl History {
    /// From the report on, without gaps.
    fn seen(&self, kind: &Kind) -> Vec<Seen<'_>> {
        let Some(hands) = kind.hands else { return Vec::new() };
        let mut turns: Vec<Timestamp> = self.states.iter().map(|(at, _)| *at).collect();
        turns.extend(self.teams.iter().chain(&self.suppliers).map(|(at, _)| *at));
        turns.retain(|turn| *turn > self.started);
        turns.push(self.started);
        turns.sort_unstable();
        turns.dedup();
        let held = |line, instant| at(line, instant).and_then(|value: &Option<String>| value.as_deref());
        let seen = turns.iter().enumerate().map(|(place, from)| {
            let state = at(&self.states, *from).map(String::as_str).unwrap_or_default();
            let with = if kind.phase(state) == Phase::Done {
                With::Over
            } else if !hands.waits.is_empty() && state == hands.waits {
                With::Supplier(held(&self.suppliers, *from).unwrap_or_default())
            } else {
                With::Team(held(&self.teams, *from).unwrap_or_default())
            };
            Seen { from: *from, to: turns.get(place + 1).copied(), state, with }
        });
        seen.collect()
    }
}

/// What one team or one supplier had of a ticket without being away too long.
struct Leg<'h> {
    holder: &'h str,
    visits: Vec<(Timestamp, Option<Timestamp>)>,
}

impl<'a> Replay<'a> {
    /// The clocks of all legs for which a time was agreed, in the order of their beginning.
    pub fn legs(&self, working: bool) -> Vec<Clock> {
        let seen = self.history.seen(self.kind);
        self.walked(&seen).iter().filter_map(|leg| self.leg(leg, &seen, working)).collect()
    }

    fn walked<'h>(&self, seen: &[Seen<'h>]) -> Vec<Leg<'h>> {
        let mut legs: Vec<Leg<'h>> = Vec::new();
        for stretch in seen {
            let (With::Team(holder) | With::Supplier(holder)) = stretch.with else { continue };
            if holder.is_empty() {
                continue;
            }
            let last = legs.iter_mut().rev().find(|leg| leg.holder == holder);
            let visit = (stretch.from, stretch.to);
            match last.and_then(|leg| Some((leg.visits.last()?.1?, leg))) {
                Some((left, leg)) if left == stretch.from => {
                    leg.visits.last_mut().expect("it has one").1 = stretch.to;
                }
                Some((left, leg)) if left.duration_until(stretch.from) <= self.away(holder, left) => {
                    leg.visits.push(visit);
                }
                _ => legs.push(Leg { holder, visits: vec![visit] }),
            }
        }
        legs
    }

    /// For how long it may be elsewhere and come back to its old clock.
    fn away(&self, holder: &str, left: Timestamp) -> SignedDuration {
        let terms = self.agreements.leg_terms(holder, &self.history.ticket(left), left);
        SignedDuration::from_hours(24 * terms.first().map_or(REOPEN_DAYS, |terms| terms.reopen_days))
    }

    fn leg(&self, leg: &Leg<'_>, seen: &[Seen<'_>], working: bool) -> Option<Clock> {
        let (begin, stopped) = (leg.visits.first()?.0, leg.visits.last()?.1);
        let run = self.leg_run(leg.holder, begin);
        // What was agreed only afterwards binds nobody for what was before.
        let started = run.first()?.0;
        if stopped.is_some_and(|stopped| stopped <= started) {
            return None;
        }
        let halts = self.leg_halts(leg, seen, &run);
        self.count(Counted { name: Name::Leg, leg: leg.holder, started, run, halts }, working)
    }

    /// Every promise that held for the leg, and those of the future that are known already. The first one holds from the
    /// hand-over on, however late the priority was said; but not before it was agreed.
    fn leg_run(&self, holder: &str, begin: Timestamp) -> Run<'a> {
        let mut turns: Vec<Timestamp> = self.turns.iter().copied().chain(self.agreements.leg_turns(holder)).collect();
        turns.retain(|turn| *turn > begin);
        turns.push(begin);
        turns.sort_unstable();
        turns.dedup();
        let mut run: Run<'a> = Vec::new();
        for turn in turns {
            let ticket = self.history.ticket(turn);
            if run.is_empty() {
                run.extend(self.agreements.leg_goal(holder, &ticket, begin).map(|goal| (begin, goal)));
            }
            if let Some(goal) = self.agreements.leg_goal(holder, &ticket, turn)
                && run.last().is_none_or(|(_, last)| !last.is(&goal))
            {
                run.push((turn, goal));
            }
        }
        run
    }

    fn leg_halts(&self, leg: &Leg<'_>, seen: &[Seen<'_>], run: &Run<'_>) -> Halts {
        let stopped = leg.visits.last().and_then(|(_, to)| *to);
        let dropped = stopped.and_then(|stopped| at(&self.history.states, stopped));
        let dropped = dropped.is_some_and(|state| WITHDRAWN.contains(&state.as_str()));
        let mut halts = Halts { pauses: Vec::new(), stopped, dropped };
        let end = stopped.unwrap_or(Timestamp::MAX);
        for stretch in seen.iter().filter(|stretch| stretch.from >= leg.visits[0].0 && stretch.from < end) {
            let pace = match stretch.with {
                With::Over => Pace::Over(stretch.state.into()),
                With::Team(holder) | With::Supplier(holder) if holder != leg.holder => Pace::Away(holder.into()),
                // A supplier has it in no other state than the one that waits for suppliers.
                With::Supplier(_) => continue,
                With::Team(_) => {
                    let terms = at(run, stretch.from).or(run.first().map(|(_, goal)| goal)).map(|goal| goal.terms);
                    if !terms.is_some_and(|terms| terms.pausing.iter().any(|state| state == stretch.state)) {
                        continue;
                    }
                    Pace::OnHold(stretch.state.into())
                }
            };
            halts.pauses.push((Pause::new(stretch.from, stretch.to), pace));
        }
        halts
    }
}
