//! A world that is kept with its verdicts: after a write only those checks run again that read what was written, and when
//! time goes on only those whose answer turns with it. Checks that look at each record for itself look only at the stretches of
//! records that were written or turn.

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
    part::KeptParts,
    seen::Known,
    shared::Shared,
    trace::{Reads, Trace, traced},
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
    /// What holds for the whole run: when that is met, all of it is done again.
    trace: Trace,
    kept_parts: Arc<KeptParts>,
    /// Bits of the kinds that are followed part by part.
    followed: Reads,
    /// The first instant at which the same facts may be judged otherwise.
    pub until: Moment,
}

impl Kept {
    /// The kept_parts that may be taken again at an instant, after a write; `None` when the whole check is to be done again.
    pub fn past(&self, instant: Moment, written: Reads) -> Option<Arc<KeptParts>> {
        (instant < self.trace.until && !self.trace.reads.meets(written)).then(|| self.kept_parts.clone())
    }

    fn holds(&self, instant: Moment, written: Reads) -> bool {
        instant < self.until && !self.trace.reads.meets(written) && !self.followed.meets(written)
    }
}

/// A check that is to run, with what stands of its last run.
pub(super) type Due = (&'static Requirement, Option<Arc<KeptParts>>);

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
        standing.run(HashMap::new());
        standing
    }

    pub fn as_of(&self) -> Moment {
        self.world.instant
    }

    /// What a world beside this one may share.
    pub fn shared(&self) -> Shared {
        self.world.shared()
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
        let ended = self.kept.extract_if(|_, kept| !kept.holds(instant, written));
        let past = ended.filter_map(|(id, kept)| Some((id, kept.past(instant, written)?))).collect();
        self.run(past)
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
    fn run(&mut self, mut past: HashMap<&'static str, Arc<KeptParts>>) -> usize {
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
        let plain = plain.into_iter().filter(|one| missing(&one.id));
        let plain: Vec<Due> = plain.map(|one| (one, past.remove(one.id.as_str()))).collect();
        let found = run_all(&self.world, &plain, None);
        let ran = found.len() + building.len();
        self.kept.extend(found);
        let seen = |(id, kept): (&&'static str, &Kept)| (*id, kept.verdict.seen.clone());
        let known: Known = self.kept.iter().map(seen).filter(|(id, _)| !checks::builds_on_others(id)).collect();
        let building: Vec<Due> = building.into_iter().map(|one| (one, None)).collect();
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
    judged(world, run_one(world, requirement, None, &KeptParts::default()).0)
}

/// Runs the checks of these requirements side by side: each looks at the same facts and at nothing else.
pub(super) fn run_all(world: &World, due: &[Due], known: Option<&Known>) -> Vec<(&'static str, Kept)> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut mine = Vec::new();
        while let Some((requirement, past)) = due.get(next.fetch_add(1, Ordering::Relaxed)) {
            mine.push((requirement.id.as_str(), keep(world, requirement, known, past.as_deref())));
        }
        mine
    };
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(THREADS));
    if due.len() < 2 * threads {
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

/// One run of a check with what it asked.
fn keep(world: &World, requirement: &'static Requirement, known: Option<&Known>, past: Option<&KeptParts>) -> Kept {
    let none = KeptParts::default();
    let ((verdict, kept_parts), mut trace) = traced(|| run_one(world, requirement, known, past.unwrap_or(&none)));
    for kept in kept_parts.iter() {
        trace.reads = trace.reads.and(kept.trace.reads);
    }
    let followed = kept_parts.kinds().iter().fold(Reads::default(), |followed, kind| followed.with(world.bit(kind)));
    let until = trace.until.min(kept_parts.until());
    Kept { verdict: Arc::new(verdict), trace, kept_parts: Arc::new(kept_parts), followed, until }
}

/// The verdict of the check alone.
fn run_one(
    world: &World,
    requirement: &'static Requirement,
    known: Option<&Known>,
    past: &KeptParts,
) -> (Verdict, KeptParts) {
    let Some(check) = checks::find(&requirement.id) else { return (for_a_person(requirement), KeptParts::default()) };
    let mut finding = Finding::knowing(world, known).following(past);
    check(world, &mut finding);
    let (seen, kept_parts) = finding.into_kept();
    (Arc::new(seen).verdict(world, requirement), kept_parts)
}
