//! Judging conformity on what is on record: the facts are folded here, the verdicts are the engine's.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use engines::conformity::{Assessment, World, assess};
use model::{Actor, Moment, Refusal, time::MINUTE};

use crate::Desk;

/// The newest assessment, with the last journal entry that it has seen.
#[derive(Default)]
pub struct Judged {
    last: Mutex<Option<(i64, Arc<Assessment>)>>,
    /// Assessments of the past that were asked for lately, with the same number.
    past: Mutex<Vec<(i64, Arc<Assessment>)>>,
    running: AtomicBool,
    /// Whoever needs the first assessment waits for the one that is under way instead of beginning another.
    turn: tokio::sync::Mutex<()>,
}

/// Assessments of the past that are kept: whoever compares months goes back and forth.
const PASTS: usize = 8;

/// How old an assessment may be while nothing is written: windows of time move on by themselves.
const FRESH: i64 = MINUTE;

impl Desk {
    /// The assessment of every requirement from what was on record at the instant, computed now.
    pub async fn assess_as_of(&self, at: Moment) -> Result<Assessment, Refusal> {
        let kinds: Vec<&'static str> = self.catalog().kinds().iter().map(|kind| kind.name).collect();
        let cases = self.cases_of(&kinds, at).await?;
        // Folding a year of records into verdicts is pure work: it must not hold up those who wait for pages.
        let (judgements, settings) = (self.judgements_as_of(at).await?, self.settings().conformity.clone());
        let judged =
            tokio::task::spawn_blocking(move || assess(&World::new(at, settings, cases).with_judgements(judgements)));
        judged.await.map_err(|error| crate::Fault::new(error.to_string()).into())
    }

    /// The assessment as it stands. When records changed since, the last one is answered at once and a new one is begun
    /// beside it; its `as_of` says from when it is.
    ///
    /// # Errors
    /// `NotFound` for people of customers: conformity is the provider's.
    pub async fn assessment(&self, actor: &Actor, now: Moment) -> Result<Arc<Assessment>, Refusal> {
        if actor.customer.is_some() || !actor.is_active_at(now) {
            return Err(Refusal::NotFound);
        }
        let newest = self.newest_entry().await?;
        let last = self.judged().last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match last {
            Some((seen, assessment)) => {
                let fresh = seen == newest && (0..FRESH).contains(&(now.0 - assessment.as_of.0));
                if !fresh {
                    self.renew_assessment(now);
                }
                Ok(assessment)
            }
            None => {
                let _turn = self.judged().turn.lock().await;
                match self.known_assessment(actor, now) {
                    Some(assessment) => Ok(assessment),
                    None => self.judge(now).await,
                }
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
        let last = self.judged().last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().map(|(_, assessment)| assessment.clone())
    }

    /// Begins a new assessment beside whoever asks, unless one is under way. A server does so when it starts, so that the
    /// first reader does not wait.
    pub fn renew_assessment(&self, now: Moment) {
        if self.judged().running.swap(true, Ordering::AcqRel) {
            return;
        }
        let desk = self.clone();
        tokio::spawn(async move {
            let _turn = desk.judged().turn.lock().await;
            // A failure is in the log; the last assessment stands with its time.
            let _ = desk.judge(now).await;
            desk.judged().running.store(false, Ordering::Release);
        });
    }

    /// The assessment as of an instant of the past, from what the journal says now of then.
    ///
    /// # Errors
    /// `NotFound` for people of customers, `Query` for an instant that has not come yet.
    pub async fn assessment_as_of(&self, actor: &Actor, at: Moment, now: Moment) -> Result<Arc<Assessment>, Refusal> {
        if actor.customer.is_some() || !actor.is_active_at(now) {
            return Err(Refusal::NotFound);
        }
        if at > now {
            return Err(Refusal::Query(format!("as_of: {at} has not come yet")));
        }
        let newest = self.newest_entry().await?;
        let known = |past: &[(i64, Arc<Assessment>)]| {
            past.iter()
                .find(|(seen, assessment)| *seen == newest && assessment.as_of == at)
                .map(|(_, known)| known.clone())
        };
        if let Some(known) = known(&self.judged().past.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(known);
        }
        let assessment = Arc::new(self.assess_as_of(at).await?);
        let mut past = self.judged().past.lock().unwrap_or_else(PoisonError::into_inner);
        past.retain(|(seen, _)| *seen == newest);
        past.truncate(PASTS - 1);
        past.insert(0, (newest, assessment.clone()));
        Ok(assessment)
    }

    async fn judge(&self, now: Moment) -> Result<Arc<Assessment>, Refusal> {
        let newest = self.newest_entry().await?;
        let assessment = Arc::new(self.assess_as_of(now).await?);
        *self.judged().last.lock().unwrap_or_else(PoisonError::into_inner) = Some((newest, assessment.clone()));
        Ok(assessment)
    }

    async fn newest_entry(&self) -> Result<i64, Refusal> {
        let mut conn = self.db().read().await?;
        Ok(crate::store::journal::last(&mut conn).await?)
    }

    fn judged(&self) -> &Judged {
        &self.inner.judged
    }
}
