//! A world that is kept with its verdicts: after a write only those checks run again that read what was written, and when
//! time goes on only those whose answer turns with it.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use model::Moment;

use super::{
    beside::beside,
    catalogue::{FRAMEWORK, Requirement, catalogue},
    checks,
    finding::Finding,
    seen::{Known, Seen},
    trace::{Trace, traced},
    verdict::{Assessment, Judgement, Register, Verdict, for_a_person, judged},
    world::{Case, World},
};

/// Most threads that an assessment takes from a server that has other work to do.
const THREADS: usize = 4;

/// What one run of a check left behind.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// As the check says; what people judged is laid over it each time.
    pub verdict: Arc<Verdict>,
    pub trace: Trace,
}

/// The facts of one instant with the verdicts on them.
///
/// [`Standing::renew`] gives the assessment that [`assess`] would give of the same facts at the same instant.
#[derive(Debug)]
pub struct Standing {
    pub(super) world: World,
    /// By requirement.
    kept: HashMap<&'static str, Kept>,
    records: Register,
}

impl Standing {
    /// Judges everything once.
    pub fn new(world: World) -> Standing {
        let mut standing = Standing { world, kept: HashMap::new(), records: Register::default() };
        standing.run();
        standing
    }

    pub fn as_of(&self) -> Moment {
        self.world.instant
    }

    /// Number of records that are kept.
    pub fn len(&self) -> usize {
        self.world.held().len()
    }

    pub fn is_empty(&self) -> bool {
        self.world.held().is_empty()
    }

    pub(super) fn kept(&self, requirement: &Requirement) -> &Kept {
        &self.kept[requirement.id.as_str()]
    }

    /// Takes in what was written since and goes on to a later instant. Answers how many checks ran again.
    ///
    /// `cases` are the whole new states of records, as of `instant`. An instant before [`Standing::as_of`] needs a world of
    /// its own.
    pub fn renew(&mut self, instant: Moment, cases: Vec<Case>) -> usize {
        let written = self.world.renew(instant, cases);
        self.kept.retain(|_, kept| instant < kept.trace.until && !kept.trace.reads.meets(written));
        self.run()
    }

    /// The assessment with what people judged up to its instant.
    pub fn assessment(&mut self, judgements: Vec<Judgement>) -> Assessment {
        self.world.judgements = judgements;
        let verdict = |requirement: &'static Requirement| {
            let kept = &self.kept(requirement).verdict;
            let said = self.world.judgements.iter().any(|judgement| judgement.requirement == requirement.id);
            if said { Arc::new(judged(&self.world, (**kept).clone())) } else { kept.clone() }
        };
        Assessment {
            framework: FRAMEWORK,
            as_of: self.world.instant,
            verdicts: catalogue().requirements.iter().map(verdict).collect(),
            beside: beside().iter().map(|own| self.kept(&own.requirement).verdict.clone()).collect(),
            records: self.records.clone(),
        }
    }

    /// Runs the checks that have no verdict, and with any of them those that build on others: what these build on is new.
    fn run(&mut self) -> usize {
        for held in &self.world.held()[self.records.len()..] {
            self.records.push((held.kind, held.number.clone()));
        }
        self.records.reindex();
        let missing = |id: &str| !self.kept.contains_key(id);
        let requirements = || catalogue().requirements.iter().chain(beside().iter().map(|own| &own.requirement));
        if !requirements().any(|one| missing(&one.id)) {
            return 0;
        }
        let (building, plain): (Vec<_>, Vec<_>) = requirements().partition(|one| checks::builds_on_others(&one.id));
        let plain: Vec<_> = plain.into_iter().filter(|one| missing(&one.id)).collect();
        let found = run_all(&self.world, &plain, None);
        let ran = found.len() + building.len();
        self.kept.extend(found);
        let seen = |(id, kept): (&&'static str, &Kept)| (*id, kept.verdict.seen.clone());
        let known: Known = self.kept.iter().map(seen).filter(|(id, _)| !checks::builds_on_others(id)).collect();
        let built = run_all(&self.world, &building, Some(&known));
        self.kept.extend(built);
        ran
    }
}

/// Judges every requirement. Same facts, same instant, same answer.
pub fn assess(world: World) -> Assessment {
    let judgements = world.judgements.clone();
    Standing::new(world).assessment(judgements)
}

/// Judges one requirement.
pub fn judge(world: &World, requirement: &'static Requirement) -> Verdict {
    judged(world, run_one(world, requirement, None))
}

/// Runs the checks of these requirements side by side: each looks at the same facts and at nothing else.
pub(super) fn run_all(
    world: &World,
    requirements: &[&'static Requirement],
    known: Option<&Known>,
) -> Vec<(&'static str, Kept)> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut mine = Vec::new();
        while let Some(requirement) = requirements.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (verdict, trace) = traced(|| run_one(world, requirement, known));
            mine.push((requirement.id.as_str(), Kept { verdict: Arc::new(verdict), trace }));
        }
        mine
    };
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(THREADS));
    if requirements.len() < 2 * threads {
        return work();
    }
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for other in others {
            match other.join() {
                Ok(theirs) => found.extend(theirs),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        found
    })
}

/// The verdict of the check alone.
fn run_one(world: &World, requirement: &'static Requirement, known: Option<&Known>) -> Verdict {
    let Some(check) = checks::find(&requirement.id) else { return for_a_person(requirement) };
    let mut finding = known.map_or_else(|| Finding::new(world), |known| Finding::knowing(world, known));
    check(world, &mut finding);
    let seen: Arc<Seen> = Arc::new(finding.into_seen());
    seen.verdict(world, requirement)
}
