//! How conformity stood at the end of past days and months, and what will run out ahead.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use engines::conformity::{Assessment, FRAMEWORK, Outlook, Settings, Standing, State, World};
use futures::FutureExt;
use model::{Actor, Moment, Refusal, time::DAY};
use serde_json::{Map, Value as Json};

use crate::{
    Desk,
    past::Ahead,
    standing::{apart, most},
    store::{fault::Fault, score},
};

/// The states of all requirements at the end of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The first instant that no longer belongs to the day.
    pub at: Moment,
    pub states: BTreeMap<String, State>,
}

impl Score {
    pub fn of(assessment: &Assessment) -> Score {
        let state = |verdict: &Arc<engines::conformity::Verdict>| (verdict.requirement.id.clone(), verdict.state);
        Score { at: assessment.as_of, states: assessment.verdicts.iter().map(state).collect() }
    }

    pub fn count(&self, state: State) -> usize {
        self.states.values().filter(|known| **known == state).count()
    }
}

/// The facts on their way from the end of one day to the end of the next: each costs what happened between them.
#[derive(Default)]
pub struct Walk {
    facts: Option<Facts>,
}

struct Facts {
    standing: Standing,
    limits: Settings,
    ahead: Ahead,
}

/// Months and days that are kept, counted back from today.
const MONTHS: i32 = 12;
const DAYS: i64 = 30;
/// The furthest that is looked ahead, in days: a cycle of three years.
const FURTHEST: i64 = 1_100;

impl Desk {
    /// What is known of the past year, oldest first, and how many instants are still to be counted.
    ///
    /// # Errors
    /// `NotFound` for people of customers, as conformity is the provider's, and for a seat that is limited to clauses, as this
    /// tells of all of them.
    pub async fn scores(&self, actor: &Actor, now: Moment) -> Result<(Vec<Score>, usize), Refusal> {
        if !sees_all(actor, now) {
            return Err(Refusal::NotFound);
        }
        let known = self.known_scores(now).await?;
        let missing = wanted(now).into_iter().filter(|at| !known.iter().any(|score| score.at == *at)).count();
        Ok((known, missing))
    }

    async fn known_scores(&self, now: Moment) -> Result<Vec<Score>, Fault> {
        let mut conn = self.db().read().await?;
        let rows = score::since(&mut conn, FRAMEWORK, months_back(now, MONTHS)).await?;
        let read = |(at, states): (Moment, String)| {
            let states: Map<String, Json> = serde_json::from_str(&states).ok()?;
            let state = |(id, state): (String, Json)| Some((id, State::parse(state.as_str()?)?));
            Some(Score { at, states: states.into_iter().filter_map(state).collect() })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Counts one instant of the past that is not kept yet, the oldest first; `false` when there is none.
    pub async fn count_one_score(&self, walk: &mut Walk, now: Moment) -> Result<bool, Refusal> {
        let known = self.known_scores(now).await?;
        let missing = wanted(now).into_iter().rev().find(|at| !known.iter().any(|score| score.at == *at));
        let Some(at) = missing else {
            *walk = Walk::default();
            return Ok(false);
        };
        // The day holds everything before its end.
        let score = Score { at, ..Score::of(&self.walk_to(walk, at.plus(-1)).await?) };
        let states: Map<String, Json> = score.states.into_iter().map(|(id, state)| (id, state.name().into())).collect();
        let states = Json::Object(states).to_string();
        self.db().write(move |conn| async move { score::keep(conn, FRAMEWORK, at, &states).await }.boxed()).await?;
        Ok(true)
    }

    /// Counts everything of the past year that is not kept yet, and answers how much that was.
    pub async fn count_scores(&self, now: Moment) -> Result<usize, Refusal> {
        let (mut walk, mut counted) = (Walk::default(), 0);
        while self.count_one_score(&mut walk, now).await? {
            counted += 1;
        }
        Ok(counted)
    }

    /// What [`Desk::assess_as_of`] says, from the facts of the instant before where those are at hand.
    async fn walk_to(&self, walk: &mut Walk, at: Moment) -> Result<Assessment, Refusal> {
        let limits = self.limits_as_of(at).await?;
        let judgements = self.judgements_as_of(at).await?;
        let facts = match walk.facts.take().filter(|facts| facts.standing.as_of() <= at && facts.limits == limits) {
            Some(Facts { mut standing, mut ahead, .. }) => {
                let (come, rest): (Ahead, Ahead) = ahead.drain(..).partition(|(when, _)| *when <= at);
                let ids: BTreeSet<i64> = come.into_iter().map(|(_, id)| id.0).collect();
                let (cases, next) = self.cases_by_ids(&ids.into_iter().collect::<Vec<_>>(), at).await?;
                let standing = apart(move || {
                    standing.renew(at, cases);
                    standing
                });
                Facts { standing: standing.await?, limits, ahead: rest.into_iter().chain(next).collect() }
            }
            None => {
                let empty = World::empty(at, limits.clone());
                let empty = match self.shared_facts().await? {
                    Some(shared) => empty.sharing(shared),
                    None => empty,
                };
                let (world, ahead) = self.filled(empty, at).await?;
                Facts { standing: apart(move || Standing::new(world.settled())).await?, limits, ahead }
            }
        };
        let mut facts = facts;
        let assessment = facts.standing.assessment(judgements);
        walk.facts = (facts.standing.len() <= most()).then_some(facts);
        Ok(assessment)
    }

    /// What would become of the requirements up to a later day if nothing were recorded from now on.
    ///
    /// # Errors
    /// `NotFound` as for [`Desk::scores`], `Query` for a day that is past or more than three years ahead.
    pub async fn outlook(&self, actor: &Actor, until: Moment, now: Moment) -> Result<Arc<Outlook>, Refusal> {
        if !sees_all(actor, now) {
            return Err(Refusal::NotFound);
        }
        if until <= now || until.0 - now.0 > FURTHEST * DAY {
            return Err(Refusal::Query("until: a day from tomorrow on, and within three years".into()));
        }
        let newest = self.newest_entry().await?;
        match self.known_outlook(Some(newest), until, now) {
            Some(known) => Ok(known),
            None => self.look_ahead(until, now).await,
        }
    }

    /// The same as far as it is known today, whatever was written since; where it is not, it is looked for beside the reader,
    /// who does not wait.
    ///
    /// # Errors
    /// As [`Desk::outlook`].
    pub fn outlook_so_far(&self, actor: &Actor, until: Moment, now: Moment) -> Result<Option<Arc<Outlook>>, Refusal> {
        if !sees_all(actor, now) {
            return Err(Refusal::NotFound);
        }
        let known = self.known_outlook(None, until, now);
        if known.is_none() && until > now && until.0 - now.0 <= FURTHEST * DAY {
            let desk = self.clone();
            // A failure is in the log; whoever needs it asks again.
            tokio::spawn(async move { desk.look_ahead(until, now).await.map(drop) });
        }
        Ok(known)
    }

    /// Instants of the past year whose score is kept by and by.
    pub fn scores_wanted(now: Moment) -> usize {
        wanted(now).len()
    }
}

fn sees_all(actor: &Actor, now: Moment) -> bool {
    actor.customer.is_none() && actor.clauses.is_empty() && actor.is_active_at(now)
}

/// Ends of the last days and months, newest first.
fn wanted(now: Moment) -> Vec<Moment> {
    let today = Moment::of_date(now.date());
    let months = (0..=MONTHS).map(|back| months_back(now, back));
    let mut wanted: Vec<Moment> = months.chain((0..DAYS).map(|back| today.plus(-back * DAY))).collect();
    wanted.sort_unstable_by(|left, right| right.cmp(left));
    wanted.dedup();
    wanted
}

/// The first instant of the month of `now`, so many months back.
fn months_back(now: Moment, back: i32) -> Moment {
    let today = now.date();
    let first = model::Date::new(today.year(), today.month(), 1).unwrap_or(today);
    Moment::of_date(first).plus_months(-back)
}
