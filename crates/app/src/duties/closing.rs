//! Periods that are over: their service reports are made when their time has come, by the clock of the organisation.

use desk::{Desk, jobs::Doing};
use futures::{FutureExt, future::BoxFuture};
use model::{Job, Moment, Refusal, time::MINUTE};
use serde_json::Value as Json;
use web::pages::reports;

/// Name of the job, and the key under which one turn waits.
const LOOK: &str = "close-periods";
const LOOK_EVERY: i64 = MINUTE;

pub fn doings() -> Vec<Doing> {
    vec![Doing { name: LOOK, run: look }]
}

/// The first look; each promises the next one.
pub fn first(at: Moment) -> Job {
    Job { name: LOOK, payload: Json::Null, run_at: at, key: Some(LOOK.into()) }
}

fn look(desk: Desk, _: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move {
        // First, so that one look that fails does not end them all.
        desk.promise(first(now.plus(LOOK_EVERY)), now).await?;
        reports::make_due(&desk, now).await.map(drop)
    }
    .boxed()
}
