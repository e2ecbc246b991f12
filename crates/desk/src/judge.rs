//! Judging conformity on what is on record: the facts are folded here, the verdicts are the engine's.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use engines::conformity::{Assessment, Outlook, Shared, Standing, assess};
use model::{Actor, Moment, Refusal, time::MINUTE};
use tokio::task::JoinHandle;

use crate::{
    Desk,
    history::Walk,
    past,
    standing::{Followed, apart},
};

/// The newest assessment, with what the next one is made from.
#[derive(Default)]
pub struct Judged {
    last: Mutex<Option<Last>>,
    /// Assessments of the past that were asked for lately, with the number of the newest entry then.
    past: Mutex<Vec<(i64, Arc<Assessment>)>>,
    ahead: Mutex<Option<LookAhead>>,
    running: AtomicBool,
    /// Whoever needs an assessment waits for the one that is under way instead of beginning another.
    turn: tokio::sync::Mutex<Option<Followed>>,
}

/// The last look ahead.
struct LookAhead {
    /// Number of the newest journal entry then.
    seen: i64,
    from: Moment,
    until: Moment,
    outlook: Arc<Outlook>,
}

#[derive(Clone)]
struct Last {
    /// Number of the newest journal entry that it has seen.
    seen: i64,
    assessment: Arc<Assessment>,
    ended: Instant,
    took: Duration,
    /// The facts are kept: the next one costs what was written, not what there is.
    is_kept: bool,
    /// It was made from all facts, which nothing after it will be as long as they are kept.
    is_anew: bool,
}

impl Last {
    /// How long the processor is left to others before the next one, unless somebody only has to wait a moment for it.
    fn rest(&self) -> Duration {
        match (self.is_kept, self.is_anew) {
            // The next one looks only at what was written.
            (true, true) => Duration::ZERO,
            (true, false) => self.took * REST_OF_KEPT,
            (false, _) => self.took * REST,
        }
    }
}

/// Assessments of the past that are kept: whoever compares months goes back and forth.
const PASTS: usize = 8;

/// How old an assessment may be while nothing is written: windows of time move on by themselves.
const FRESH: i64 = MINUTE;

/// How long a reader waits for the newest assessment before the last one will do.
const PATIENCE: Duration = Duration::from_millis(400);

/// Time between two looks whether something was written.
const LOOK: Duration = Duration::from_millis(700);
/// Time between two looks whether a day has ended whose score is to be kept.
const IDLE: Duration = Duration::from_secs(60);
/// How many times longer than its work an assessment rests that nobody waits for, or that is too long to wait for.
const REST: u32 = 10;
/// The same where facts are kept and only what was written is looked at.
const REST_OF_KEPT: u32 = 3;
/// The same while days of the past are counted, which ends.
const REST_OF_PAST: u32 = 3;

impl Desk {
    /// The assessment of every requirement from what was on record at the instant, by the limits that held then, computed now.
    pub async fn assess_as_of(&self, at: Moment) -> Result<Assessment, Refusal> {
        let (world, _) = self.world_as_of(at, self.limits_as_of(at).await?).await?;
        let judgements = self.judgements_as_of(at).await?;
        apart(move || assess(world.settled().with_judgements(judgements))).await
    }

    /// The assessment as it stands. When records changed since the last one, a reader waits a moment for the new one; if
    /// that takes long, the last one is answered, and its `as_of` says from when it is.
    ///
    /// # Errors
    /// `NotFound` for people of customers: conformity is the provider's.
    pub async fn assessment(&self, actor: &Actor, now: Moment) -> Result<Arc<Assessment>, Refusal> {
        if actor.customer.is_some() || !actor.is_active_at(now) {
            return Err(Refusal::NotFound);
        }
        Ok(within(actor, self.newest_assessment(now).await?))
    }

    async fn newest_assessment(&self, now: Moment) -> Result<Arc<Assessment>, Refusal> {
        if let Some(last) = self.last() {
            if self.is_fresh(&last, now).await? {
                return Ok(last.assessment);
            }
            match self.renew_assessment(now) {
                Some(running) => drop(tokio::time::timeout(PATIENCE, running).await),
                None => drop(tokio::time::timeout(PATIENCE, self.judged().turn.lock()).await),
            }
            return Ok(self.last().map_or(last.assessment, |last| last.assessment));
        }
        let mut turn = self.judged().turn.lock().await;
        match self.last() {
            Some(last) => Ok(last.assessment),
            None => self.judge(&mut turn, now).await,
        }
    }

    async fn is_fresh(&self, last: &Last, now: Moment) -> Result<bool, Refusal> {
        let newest = self.newest_entry().await?;
        Ok(last.seen >= newest && (0..FRESH).contains(&(now.0 - last.assessment.as_of.0)))
    }

    /// Keeps the assessment right while a server runs: looks whether something was written, and judges what it touched.
    pub async fn keep_assessing(&self, clock: impl Fn() -> Moment, mut stop: tokio::sync::watch::Receiver<bool>) {
        let (mut counts_past, mut pause) = (Instant::now(), Duration::ZERO);
        let mut walk = Walk::default();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let now = clock();
            let wanted = match self.last() {
                // What has to be read whole each time is read when somebody looks. A database that is away is told about by
                // whoever needs it.
                Some(last) if last.is_kept && last.ended.elapsed() > last.rest() => {
                    !self.is_fresh(&last, now).await.unwrap_or(true)
                }
                Some(_) => false,
                None => true,
            };
            if wanted {
                self.renew_assessment(now);
            } else if counts_past.elapsed() > pause {
                // The past is counted when nothing else is to be done, a day at a time.
                let clock = Instant::now();
                let more = self.count_one_score(&mut walk, now).await.unwrap_or(false);
                pause = if more { clock.elapsed() * REST_OF_PAST } else { IDLE };
                counts_past = Instant::now();
            }
        }
    }

    /// The assessment as it stands, without waiting for one: `None` until the first one after the start is done, which this
    /// call begins.
    ///
    /// # Errors
    /// As [`Desk::assessment`].
    pub async fn assessment_so_far(&self, actor: &Actor, now: Moment) -> Result<Option<Arc<Assessment>>, Refusal> {
        if self.known_assessment(actor, now).is_none() && actor.customer.is_none() && actor.is_active_at(now) {
            self.renew_assessment(now);
            return Ok(None);
        }
        self.assessment(actor, now).await.map(Some)
    }

    /// The last assessment there is, whatever was written since; costs nothing. `None` for people of customers.
    pub fn known_assessment(&self, actor: &Actor, now: Moment) -> Option<Arc<Assessment>> {
        if actor.customer.is_some() || !actor.is_active_at(now) {
            return None;
        }
        self.last().map(|last| within(actor, last.assessment))
    }

    /// Begins a new assessment beside whoever asks, unless one is under way or a long one has only just ended. A server does
    /// so when it starts, so that the first reader does not wait.
    pub fn renew_assessment(&self, now: Moment) -> Option<JoinHandle<()>> {
        let rests = |last: Last| last.took > PATIENCE && last.ended.elapsed() < last.rest();
        if self.last().is_some_and(rests) || self.judged().running.swap(true, Ordering::AcqRel) {
            return None;
        }
        let desk = self.clone();
        Some(tokio::spawn(async move {
            let mut turn = desk.judged().turn.lock().await;
            // A failure is in the log; the last assessment stands with its time.
            let _ = desk.judge(&mut turn, now).await;
            desk.judged().running.store(false, Ordering::Release);
        }))
    }

    /// The assessment as of an instant of the past, from what the journal says now of then.
    ///
    /// # Errors
    /// `NotFound` for people of customers, `Query` for an instant that has not come yet.
    pub async fn assessment_as_of(&self, actor: &Actor, at: Moment, now: Moment) -> Result<Arc<Assessment>, Refusal> {
        if actor.customer.is_some() || !actor.is_active_at(now) {
            return Err(Refusal::NotFound);
        }
        if let Some(why) = past::not_yet(at, now) {
            return Err(Refusal::Query(format!("as_of: {why}")));
        }
        let newest = self.newest_entry().await?;
        let known = |past: &[(i64, Arc<Assessment>)]| {
            past.iter()
                .find(|(seen, assessment)| *seen == newest && assessment.as_of == at)
                .map(|(_, known)| known.clone())
        };
        if let Some(known) = known(&self.judged().past.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(within(actor, known));
        }
        let assessment = Arc::new(self.assess_as_of(at).await?);
        let mut past = self.judged().past.lock().unwrap_or_else(PoisonError::into_inner);
        past.retain(|(seen, _)| *seen == newest);
        past.truncate(PASTS - 1);
        past.insert(0, (newest, assessment.clone()));
        Ok(within(actor, assessment))
    }

    async fn judge(&self, kept: &mut Option<Followed>, now: Moment) -> Result<Arc<Assessment>, Refusal> {
        let judged = self.judge_on(kept.take(), now).await?;
        tracing::debug!(checks = judged.ran, took = ?judged.took, "judged");
        *kept = judged.kept;
        let assessment = Arc::new(judged.assessment);
        let last = Last {
            seen: judged.seen,
            assessment: assessment.clone(),
            ended: Instant::now(),
            took: judged.took,
            is_kept: kept.is_some(),
            is_anew: judged.is_anew,
        };
        *self.judged().last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        Ok(assessment)
    }

    /// A look ahead from the same day, and where a number is said, from the same records.
    pub(crate) fn known_outlook(&self, newest: Option<i64>, until: Moment, now: Moment) -> Option<Arc<Outlook>> {
        let ahead = self.judged().ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let known = ahead.as_ref()?;
        let same = newest.is_none_or(|newest| known.seen == newest) && known.until == until;
        (same && known.from.date() == now.date()).then(|| known.outlook.clone())
    }

    /// Looks ahead on the facts that are kept, where they are.
    pub(crate) async fn look_ahead(&self, until: Moment, now: Moment) -> Result<Arc<Outlook>, Refusal> {
        let mut turn = self.judged().turn.lock().await;
        if let Some(known) = self.known_outlook(Some(self.newest_entry().await?), until, now) {
            return Ok(known);
        }
        self.judge(&mut turn, now).await?;
        let (seen, outlook) = match turn.take() {
            Some(mut followed) => {
                let (followed, outlook) = apart(move || {
                    let outlook = followed.outlook(until);
                    (followed, outlook)
                })
                .await?;
                let seen = followed.seen();
                *turn = Some(followed);
                (seen, outlook)
            }
            None => {
                let seen = self.newest_entry().await?;
                let (world, _) = self.world_as_of(now, self.settings().conformity.clone()).await?;
                (seen, apart(move || Standing::new(world.settled()).outlook(until)).await?)
            }
        };
        let outlook = Arc::new(outlook);
        let known = LookAhead { seen, from: now, until, outlook: outlook.clone() };
        *self.judged().ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(outlook)
    }

    /// What the facts that are kept may share with those of a past day; nothing where none are kept.
    pub(crate) async fn shared_facts(&self) -> Result<Option<Arc<Shared>>, Refusal> {
        let mut turn = self.judged().turn.lock().await;
        let Some(followed) = turn.take() else { return Ok(None) };
        let (followed, shared) = apart(move || {
            let shared = followed.shared();
            (followed, shared)
        })
        .await?;
        *turn = Some(followed);
        Ok(Some(Arc::new(shared)))
    }

    fn last(&self) -> Option<Last> {
        self.judged().last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) async fn newest_entry(&self) -> Result<i64, Refusal> {
        let mut conn = self.db().read().await?;
        Ok(crate::store::journal::last(&mut conn).await?)
    }

    fn judged(&self) -> &Judged {
        &self.inner.judged
    }
}

/// An assessment as whoever asks may know it: a seat that is limited to clauses knows of no others, and of no checks of our
/// own beside them.
fn within(actor: &Actor, assessment: Arc<Assessment>) -> Arc<Assessment> {
    if actor.clauses.is_empty() {
        return assessment;
    }
    let mut own = Assessment::clone(&assessment);
    own.verdicts.retain(|verdict| actor.covers(&verdict.requirement.clause));
    own.beside.clear();
    Arc::new(own)
}
