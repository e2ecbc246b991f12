//! What people judge where a machine cannot: recorded with name, time and reason, never taken back, only followed.

use engines::conformity::{Judgement, State, catalogue};
use futures::FutureExt;
use model::{Actor, Moment, RecordId, Refusal, Value};

use crate::{
    Desk,
    house::{self, Deed},
    rights,
    store::house as store,
};

/// Longest reason, in characters.
pub const REASON_MAX: usize = 5_000;
/// The framework whose requirements are judged.
const FRAMEWORK: &str = engines::conformity::catalogue::FRAMEWORK;

/// A judgement's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub framework: String,
    pub requirement: String,
    /// One of the states of an assessment.
    pub state: String,
    /// E-mail of who judged.
    pub by: String,
    pub at: Moment,
    pub reason: String,
}

impl Desk {
    /// Records what a person judged of a requirement. Whether it counts is the engine's to say: a person can lower a state,
    /// never raise it above what the checks say.
    ///
    /// # Errors
    /// `Invalid` beside `requirement`, `state` or `reason`; `Forbidden` for whoever does not judge.
    pub async fn add_judgement(
        &self,
        actor: &Actor,
        (requirement, state, reason): (&str, &str, &str),
        now: Moment,
    ) -> Result<(), Refusal> {
        let warrant = rights::judge(actor, now)?;
        let (requirement, reason) = (requirement.trim(), reason.trim());
        if catalogue().requirement(requirement).is_none() {
            let known = catalogue().requirements.iter().map(|known| known.id.as_str());
            let hint = model::suggest::hint(requirement, known);
            return Err(Refusal::field("requirement", format!("there is no requirement \"{requirement}\"{hint}")));
        }
        let Some(state) = State::parse(state.trim()) else {
            let known = State::ALL.map(State::name).join(", ");
            return Err(Refusal::field("state", format!("is one of {known}")));
        };
        if reason.is_empty() || reason.chars().count() > REASON_MAX {
            return Err(Refusal::field("reason", format!("say in 1 to {REASON_MAX} characters why")));
        }
        let judged = Judged {
            framework: FRAMEWORK.into(),
            requirement: requirement.into(),
            state: state.name().into(),
            by: actor.email.clone(),
            at: now,
            reason: reason.into(),
        };
        let (actor, id) = (actor.clone(), RecordId(self.inner.ids.next(now)));
        self.db()
            .write(move |conn| {
                async move {
                    store::add_judgement(conn, &warrant, id, &judged).await?;
                    let deed = Deed::on_named("judgement", &judged.requirement, "judge")
                        .set("state", Some(Value::text(&judged.state)))
                        .set("framework", Some(Value::text(&judged.framework)));
                    Ok(house::journal(conn, &actor, deed, Some(&judged.reason), now).await?)
                }
                .boxed()
            })
            .await
    }

    /// What people judged until an instant, oldest first: the last one of a requirement is the one that counts. A seat that is
    /// limited to clauses sees those of its own.
    pub async fn judgements(&self, actor: &Actor, until: Moment, now: Moment) -> Result<Vec<Judged>, Refusal> {
        if actor.customer.is_some() || !actor.is_active_at(now) {
            return Err(Refusal::NotFound);
        }
        let mut conn = self.db().read().await?;
        let mut judged = store::judgements(&mut conn, FRAMEWORK, until).await?;
        if !actor.clauses.is_empty() {
            let clause =
                |judged: &Judged| catalogue().requirement(&judged.requirement).map(|known| known.clause.as_str());
            judged.retain(|judged| clause(judged).is_some_and(|clause| actor.covers(clause)));
        }
        Ok(judged)
    }

    /// The same as the engine takes it.
    pub(crate) async fn judgements_as_of(&self, at: Moment) -> Result<Vec<Judgement>, Refusal> {
        let mut conn = self.db().read().await?;
        let judged = store::judgements(&mut conn, FRAMEWORK, at).await?;
        let judgement = |judged: Judged| {
            let state = State::parse(&judged.state)?;
            Some(Judgement {
                requirement: judged.requirement,
                state,
                by: judged.by,
                on: judged.at,
                reason: judged.reason,
            })
        };
        Ok(judged.into_iter().filter_map(judgement).collect())
    }
}
