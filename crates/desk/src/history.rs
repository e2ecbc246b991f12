//! How conformity stood at the end of past days and months, and what will run out ahead.

use std::{collections::BTreeMap, sync::Arc};

use engines::conformity::{Assessment, FRAMEWORK, Outlook, Standing, State};
use futures::FutureExt;
use model::{Actor, Moment, Refusal, time::DAY};
use serde_json::{Map, Value as Json};

use crate::{
    Desk,
    standing::apart,
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

    /// Counts one instant of the past that is not kept yet; `false` when there is none.
    pub async fn count_one_score(&self, now: Moment) -> Result<bool, Refusal> {
        let known = self.known_scores(now).await?;
        let Some(at) = wanted(now).into_iter().find(|at| !known.iter().any(|score| score.at == *at)) else {
            return Ok(false);
        };
        // The day holds everything before its end.
        let score = Score::of(&self.assess_as_of(at.plus(-1)).await?);
        let states: Map<String, Json> = score.states.into_iter().map(|(id, state)| (id, state.name().into())).collect();
        let states = Json::Object(states).to_string();
        self.db().write(move |conn| async move { score::keep(conn, FRAMEWORK, at, &states).await }.boxed()).await?;
        Ok(true)
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
        if let Some(known) = self.known_outlook(newest, until, now) {
            return Ok(known);
        }
        let (world, _) = self.world_as_of(now).await?;
        let outlook = Arc::new(apart(move || Standing::new(world.settled()).outlook(until)).await?);
        self.keep_outlook(newest, (now, until), outlook.clone());
        Ok(outlook)
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
