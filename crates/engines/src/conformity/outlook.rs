//! What would become of the requirements if nothing were recorded from now on: which evidence runs out, and on which day.

use std::collections::HashMap;

use model::{
    Moment,
    time::{DAY, MINUTE},
};

use super::{
    catalogue::{Requirement, catalogue},
    checks,
    seen::Known,
    standing::{Due, Kept, Standing, run_all},
    trace::Reads,
    verdict::State,
};

/// A requirement that holds now and would not on a later day.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    pub requirement: &'static Requirement,
    pub from: State,
    /// What it turns to first.
    pub to: State,
    /// The first instant at which it does not hold any more, to a minute.
    pub turns_at: Moment,
    /// What would be said of it then.
    pub why: String,
    pub examples: Vec<String>,
}

/// The way from now to a later day on which nothing is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Number of proved requirements at instants on the way, the first one now.
    pub points: Vec<(Moment, usize)>,
    /// In the order of their instants; those that only lack something to sample are not told: work of every day mends them.
    pub turns: Vec<Turn>,
}

/// Days between two looks on the way.
const STRIDE: i64 = 14;

impl Standing {
    /// Looks ahead to the end of a later day.
    pub fn outlook(&mut self, until: Moment) -> Outlook {
        let now = self.as_of();
        let mut at = now;
        let mut last: Vec<Kept> = catalogue().requirements.iter().map(|one| self.kept(one).clone()).collect();
        let mut outlook = Outlook { points: vec![(now, proved(&last))], turns: Vec::new() };
        while at < until {
            let before = at;
            at = until.min(at.plus(STRIDE * DAY));
            let next = self.looked_at(at, &last);
            for (then, later) in last.iter().zip(&next) {
                let known = |turn: &Turn| turn.requirement.id == then.verdict.requirement.id;
                if holds(then.verdict.state) && is_trouble(later.verdict.state) && !outlook.turns.iter().any(known) {
                    outlook.turns.push(self.turn(then, before, at));
                }
            }
            outlook.points.push((at, proved(&next)));
            last = next;
        }
        self.world.instant = now;
        outlook.turns.sort_by_key(|turn| turn.turns_at);
        outlook
    }

    /// All verdicts at an instant; those that hold on from an earlier one are not made again.
    fn looked_at(&mut self, at: Moment, last: &[Kept]) -> Vec<Kept> {
        self.world.instant = at;
        let mut now = last.to_vec();
        let builds = |kept: &Kept| checks::builds_on_others(&kept.verdict.requirement.id);
        self.look_again(&mut now, None, |kept| at >= kept.until && !builds(kept));
        // What builds on other checks has not told when those turn.
        let seen = |kept: &Kept| (kept.verdict.requirement.id.as_str(), kept.verdict.seen.clone());
        let known: Known = now.iter().filter(|kept| !builds(kept)).map(seen).collect();
        self.look_again(&mut now, Some(&known), builds);
        now
    }

    fn look_again(&self, kept: &mut [Kept], known: Option<&Known>, which: impl Fn(&Kept) -> bool) {
        let places: Vec<usize> = (0..kept.len()).filter(|place| which(&kept[*place])).collect();
        let due = |place: &usize| {
            let kept = &kept[*place];
            (kept.verdict.requirement, kept.past(self.world.instant, Reads::default()))
        };
        let due: Vec<Due> = places.iter().map(due).collect();
        let mut made: HashMap<&'static str, Kept> = run_all(&self.world, &due, known).into_iter().collect();
        for place in places {
            if let Some(made) = made.remove(kept[place].verdict.requirement.id.as_str()) {
                kept[place] = made;
            }
        }
    }

    /// Finds the minute by halving: a requirement that holds at one end and not at the other.
    fn turn(&mut self, held: &Kept, from: Moment, to: Moment) -> Turn {
        let requirement = held.verdict.requirement;
        let (mut good, mut bad) = (from, to);
        while bad.0 - good.0 > MINUTE {
            let middle = Moment(good.0 + (bad.0 - good.0) / 2);
            if is_trouble(self.one_at(middle, held).verdict.state) { bad = middle } else { good = middle }
        }
        let then = self.one_at(bad, held).verdict;
        Turn {
            requirement,
            from: held.verdict.state,
            to: then.state,
            turns_at: bad,
            why: then.why.clone(),
            examples: then.examples.clone(),
        }
    }

    /// What holds at a later instant than the one at which `held` was found.
    fn one_at(&mut self, at: Moment, held: &Kept) -> Kept {
        self.world.instant = at;
        let due = (held.verdict.requirement, held.past(at, Reads::default()));
        let mut made = run_all(&self.world, &[due], None);
        made.remove(0).1
    }
}

fn proved(kept: &[Kept]) -> usize {
    kept.iter().filter(|kept| kept.verdict.state == State::Proved).count()
}

fn holds(state: State) -> bool {
    matches!(state, State::Proved | State::NothingToSample)
}

fn is_trouble(state: State) -> bool {
    matches!(state, State::Stale | State::Gap | State::Nonconforming)
}
