//! What came of a requirement, and the assessment of all of them in the shape of contract.md section 5.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use model::Moment;
use serde_json::{Value as Json, json};

use super::{
    catalogue::{FRAMEWORK, Requirement, catalogue},
    checks,
    finding::{Finding, Findings},
    world::World,
};

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
    /// Places of the records that were looked at, in [`Assessment::records`].
    pub looked: Vec<u32>,
    /// Places of the bad (else the stale) ones with what is said of them.
    pub blamed: Vec<(u32, String)>,
}

/// Most numbers in `examples`; `bad` counts all of them.
pub const EXAMPLES: usize = 100;

/// Most threads that an assessment takes from a server that has other work to do.
const THREADS: usize = 4;

#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    pub framework: &'static str,
    pub as_of: Moment,
    /// In catalogue order.
    pub verdicts: Vec<Verdict>,
    /// Kind and number of every record on record, by place: what the figures open.
    pub records: Vec<(&'static str, Box<str>)>,
}

/// Judges every requirement. Same facts, same instant, same answer.
pub fn assess(world: &World) -> Assessment {
    let requirements = &catalogue().requirements;
    let (building, plain): (Vec<_>, Vec<_>) = requirements.iter().partition(|one| checks::builds_on_others(&one.id));
    let mut known = found(world, &plain);
    let mut built: HashMap<&str, Verdict> = HashMap::new();
    for requirement in building {
        built.insert(&requirement.id, judged(world, requirement, find(requirement, Finding::knowing(world, &known))));
    }
    let verdicts = requirements.iter().map(|requirement| {
        let built = built.remove(requirement.id.as_str());
        built.unwrap_or_else(|| judged(world, requirement, known.remove(requirement.id.as_str())))
    });
    let verdicts = verdicts.collect();
    let records = world.cases.iter().map(|case| (case.record.kind, case.record.number.as_str().into())).collect();
    Assessment { framework: FRAMEWORK, as_of: world.instant, verdicts, records }
}

/// Judges one requirement.
pub fn judge(world: &World, requirement: &'static Requirement) -> Verdict {
    judged(world, requirement, find(requirement, Finding::new(world)))
}

/// Runs the checks of these requirements side by side: each looks at the same facts and at nothing else.
fn found<'w>(world: &'w World, requirements: &[&'static Requirement]) -> Findings<'w> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut mine = Vec::new();
        while let Some(requirement) = requirements.get(next.fetch_add(1, Ordering::Relaxed)) {
            mine.extend(find(requirement, Finding::new(world)).map(|finding| (requirement.id.as_str(), finding)));
        }
        mine
    };
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(THREADS));
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut found: Findings<'w> = work().into_iter().collect();
        for other in others {
            match other.join() {
                Ok(theirs) => found.extend(theirs),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        found
    })
}

/// Runs the check of a requirement; `None` when it has none.
fn find<'w>(requirement: &Requirement, mut finding: Finding<'w>) -> Option<Finding<'w>> {
    let check = checks::find(&requirement.id)?;
    check(finding.world(), &mut finding);
    Some(finding)
}

/// The verdict with what a person said of it.
fn judged(world: &World, requirement: &'static Requirement, finding: Option<Finding<'_>>) -> Verdict {
    let mut verdict = match finding {
        Some(finding) => finding.verdict(requirement),
        None => for_a_person(requirement),
    };
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

fn for_a_person(requirement: &'static Requirement) -> Verdict {
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
        looked: Vec::new(),
        blamed: Vec::new(),
    }
}

impl Assessment {
    pub fn count(&self, state: State) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.state == state).count()
    }

    pub fn find(&self, requirement: &str) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| verdict.requirement.id == requirement)
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
            "requirements": self.verdicts.iter().map(Verdict::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Verdict {
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
