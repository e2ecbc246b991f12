//! What the program does by itself: once a day it looks after certificates, readings of objectives, the effect of corrections, what must be looked at
//! again, the readers of documents and campaigns and what surveys count; every minute it looks which saved reports are due and which periods are over.
//! Each turn promises the next one. Readers of a version are asked when it comes into force.

pub mod closing;
pub mod effect;
pub mod remind;
pub mod reports;
pub mod satisfaction;

use desk::{Desk, Fault, jobs::Doing};
use futures::{FutureExt, future::BoxFuture};
use model::{
    Job, Moment, Refusal,
    time::{DAY, MINUTE},
};
use serde_json::Value as Json;
use web::pages::{papers::readers, staff::proof};

/// Name of the job, and the key under which one turn waits.
const DAILY: &str = "daily-duties";
/// The first turn after a start comes when the server has served its first pages.
const FIRST_WAIT: i64 = 2 * MINUTE;

pub fn doings() -> Vec<Doing> {
    let own = vec![
        Doing { name: DAILY, run: daily },
        Doing { name: effect::LOOK, run: look },
        Doing { name: readers::ASK, run: ask },
        Doing { name: readers::RECORD, run: record },
        Doing { name: proof::RECORD, run: record_skill },
        Doing { name: satisfaction::COUNT, run: count },
    ];
    [own, reports::doings(), closing::doings()].concat()
}

/// Promises the first turns; where one waits already, that one stays.
///
/// # Errors
/// What the database says.
pub async fn begin(desk: &Desk, now: Moment) -> Result<(), Fault> {
    desk.promise(job(now.plus(FIRST_WAIT)), now).await?;
    desk.promise(reports::first(now), now).await?;
    desk.promise(closing::first(now), now).await
}

fn job(at: Moment) -> Job {
    Job { name: DAILY, payload: Json::Null, run_at: at, key: Some(DAILY.into()) }
}

fn daily(desk: Desk, _: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move {
        // First, so that one turn that fails does not end them all.
        desk.promise(job(now.plus(DAY)), now).await?;
        let certificate = web::pages::road::watch(&desk, now).await;
        let readings = web::pages::readings::take_due(&desk, now).await;
        let effects = effect::watch(&desk, now).await;
        let reminders = remind::watch(&desk, now).await;
        let reading = readers::watch(&desk, now).await;
        let satisfaction = satisfaction::watch(&desk, now).await;
        certificate.and(readings).and(effects).and(reminders).and(reading).and(satisfaction).map(drop)
    }
    .boxed()
}

fn look(desk: Desk, _: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move { effect::watch(&desk, now).await.map(drop) }.boxed()
}

fn count(desk: Desk, _: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move { satisfaction::watch(&desk, now).await.map(drop) }.boxed()
}

fn ask(desk: Desk, payload: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move {
        let (kind, number) = readers::named(&payload);
        readers::ask(&desk, kind, number, now).await.map(drop)
    }
    .boxed()
}

fn record(desk: Desk, payload: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move { readers::record(&desk, readers::named(&payload).1, now).await }.boxed()
}

fn record_skill(desk: Desk, payload: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move { proof::record(&desk, proof::named(&payload), now).await }.boxed()
}
