//! What came of a requirement, and the assessment of all of them in the shape of contract.md section 5.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use model::Moment;
use serde_json::{Value as Json, json};

use super::{catalogue::Requirement, seen::Seen, world::World};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Checks pass on fresh evidence.
    Proved,
    /// It passed, the evidence is older than its interval.
    Stale,
    /// No evidence exists.
    Gap,
    /// The evidence says no.
    Nonconforming,
    /// The check ran over an empty set.
    NothingToSample,
    /// A machine cannot judge.
    ForAPerson,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Proved, State::Stale, State::Gap, State::Nonconforming, State::NothingToSample, State::ForAPerson];

    pub fn name(self) -> &'static str {
        match self {
            State::Proved => "proved",
            State::Stale => "stale",
            State::Gap => "gap",
            State::Nonconforming => "nonconforming",
            State::NothingToSample => "nothing_to_sample",
            State::ForAPerson => "for_a_person",
        }
    }

    pub fn parse(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    /// How much it claims: a person may only lower it.
    fn claim(self) -> u8 {
        match self {
            State::Proved => 5,
            State::NothingToSample => 4,
            State::ForAPerson => 3,
            State::Stale => 2,
            State::Gap => 1,
            State::Nonconforming => 0,
        }
    }
}

/// What a person recorded about a requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub requirement: String,
    pub state: State,
    /// E-mail of who judged.
    pub by: String,
    pub on: Moment,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub requirement: &'static Requirement,
    pub state: State,
    /// Different records that were looked at.
    pub population: usize,
    pub good: usize,
    /// Those that failed; when none did, those that are stale.
    pub bad: usize,
    /// Numbers of the bad ones in natural order, at most [`EXAMPLES`].
    pub examples: Vec<String>,
    /// The latest evidence date among the records looked at: the date that the check asks about, else the record's last
    /// history entry.
    pub newest: Option<Moment>,
    /// One plain sentence.
    pub why: String,
    /// A person's judgement decided, because no check exists or because it lowered what the check says.
    pub judged: bool,
    /// The records that were looked at and what is said of them, by their places in [`Assessment::records`].
    pub seen: Arc<Seen>,
}

/// Most numbers in `examples`; `bad` counts all of them.
pub const EXAMPLES: usize = 100;

#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    pub framework: &'static str,
    pub as_of: Moment,
    /// In catalogue order. One that did not change since the assessment before is the same.
    pub verdicts: Vec<Arc<Verdict>>,
    /// What the checks of our own say, counted nowhere else.
    pub beside: Vec<Arc<Verdict>>,
    /// Kind and number of every record on record, by place: what the figures open.
    pub records: Register,
}

/// Kind and number of records by place. A copy shares all but the newest page.
#[derive(Clone, Debug, Default)]
pub struct Register {
    pages: Vec<Arc<Vec<Listed>>>,
    /// Places by hash of the number, of those below `indexed`.
    index: Arc<HashMap<u64, u32>>,
    indexed: usize,
}

impl PartialEq for Register {
    fn eq(&self, other: &Register) -> bool {
        self.pages == other.pages
    }
}

/// Kind and number of a record.
pub type Listed = (&'static str, Box<str>);

impl Register {
    const PAGE: usize = 4096;

    pub(super) fn push(&mut self, record: Listed) {
        match self.pages.last_mut() {
            Some(page) if page.len() < Register::PAGE => Arc::make_mut(page).push(record),
            _ => self.pages.push(Arc::new(vec![record])),
        }
    }

    pub fn len(&self) -> usize {
        self.pages.last().map_or(0, |last| (self.pages.len() - 1) * Register::PAGE + last.len())
    }

    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    pub fn get(&self, place: u32) -> Option<&Listed> {
        let place = place as usize;
        self.pages.get(place / Register::PAGE)?.get(place % Register::PAGE)
    }

    /// From a place on.
    fn iter_from(&self, place: usize) -> impl Iterator<Item = (u32, &Listed)> {
        (place..self.len()).filter_map(|place| Some((place as u32, self.get(place as u32)?)))
    }

    /// The place and the kind of a number.
    pub fn find(&self, number: &str) -> Option<(u32, &'static str)> {
        let is_it = |(_, listed): &(u32, &Listed)| &*listed.1 == number;
        let indexed = self.index.get(&hash(number)).and_then(|place| Some((*place, self.get(*place)?)));
        // Two numbers of one hash are as good as never; the later one is then sought the long way.
        let found = indexed.filter(is_it).or_else(|| self.iter_from(self.indexed).find(is_it));
        found.map(|(place, listed)| (place, listed.0))
    }

    /// Makes finding quick again when much came in.
    pub(super) fn reindex(&mut self) {
        if self.len() - self.indexed > Register::PAGE {
            self.index = Arc::new(self.iter_from(0).map(|(place, listed)| (hash(&listed.1), place)).collect());
            self.indexed = self.len();
        }
    }
}

fn hash(number: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    number.hash(&mut hasher);
    hasher.finish()
}

/// The verdict with what a person said of it.
pub(super) fn judged(world: &World, mut verdict: Verdict) -> Verdict {
    let requirement = verdict.requirement;
    let mine = world.judgements.iter().filter(|judgement| judgement.requirement == requirement.id);
    let latest = mine.filter(|judgement| judgement.on <= world.instant).max_by_key(|judgement| judgement.on);
    if let Some(judgement) = latest {
        let decides = match requirement.check {
            None => true,
            Some(_) => judgement.state.claim() < verdict.state.claim(),
        };
        if decides {
            let Judgement { state, by, on, reason, .. } = judgement;
            verdict.why = format!("Judged {} by {by} on {}: {reason}", state.name().replace('_', " "), on.date());
            verdict.state = *state;
            verdict.newest = verdict.newest.max(Some(*on));
            verdict.judged = true;
        }
    }
    verdict
}

pub(super) fn for_a_person(requirement: &'static Requirement) -> Verdict {
    let why = match requirement.check {
        None => "Only a person can judge this",
        Some(_) => "This requirement is not judged by the program yet",
    };
    Verdict {
        requirement,
        state: State::ForAPerson,
        population: 0,
        good: 0,
        bad: 0,
        examples: Vec::new(),
        newest: None,
        why: why.into(),
        judged: false,
        seen: Arc::default(),
    }
}

impl Assessment {
    pub fn count(&self, state: State) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.state == state).count()
    }

    /// Requirements that are still to be closed; what the map, the road and the gap analysis count.
    pub fn open(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().map(Arc::as_ref).filter(|verdict| verdict.is_open())
    }

    /// The verdict on a requirement or of a check of our own.
    pub fn find(&self, requirement: &str) -> Option<&Verdict> {
        self.verdicts.iter().chain(&self.beside).find(|verdict| verdict.requirement.id == requirement).map(Arc::as_ref)
    }

    /// The shape of contract.md section 5, keys in that order.
    pub fn to_json(&self) -> Json {
        let mut summary = serde_json::Map::new();
        for state in State::ALL {
            summary.insert(state.name().into(), self.count(state).into());
        }
        json!({
            "framework": self.framework,
            "as_of": self.as_of.to_string(),
            "summary": summary,
            "requirements": self.verdicts.iter().map(|verdict| verdict.to_json()).collect::<Vec<_>>(),
        })
    }
}

impl Verdict {
    /// Whether something is still to be closed: everything that is not proved. What met no record counts among it until there
    /// is one, and what only a person can judge until somebody did.
    pub fn is_open(&self) -> bool {
        self.state != State::Proved
    }

    pub fn to_json(&self) -> Json {
        json!({
            "id": self.requirement.id,
            "clause": self.requirement.clause,
            "state": self.state.name(),
            "population": self.population,
            "good": self.good,
            "bad": self.bad,
            "examples": self.examples,
            "newest": self.newest.map(|at| at.to_string()),
            "why": self.why,
        })
    }
}
