//! Evidence packs that are asked for in the browser: a job makes each, and it is kept for some days to be taken away.

use futures::FutureExt;
use model::{
    Actor, Job, Moment, Refusal, Value,
    time::{DAY, MINUTE},
};
use serde_json::{Value as Json, json};

use crate::{
    Desk,
    house::{self, Deed},
    past,
    rights::{self, Warrant},
    store::{job, pack as store},
};

/// The job that makes a pack; its payload names it.
pub const MAKE: &str = "pack";
/// Bytes of a part.
pub const PART: usize = 1 << 20;
/// How long a pack is kept.
const KEPT: i64 = 7 * DAY;
/// Most packs on the list, and most that are asked for at a time.
const LISTED: i64 = 50;
const WAITING: usize = 3;
/// A pack that says nothing for this long has broken off; asking for another is allowed.
const SILENT: i64 = 60 * MINUTE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Waiting,
    Making,
    Ready,
    Failed,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Stage::Waiting => "waiting",
            Stage::Making => "making",
            Stage::Ready => "ready",
            Stage::Failed => "failed",
        }
    }

    pub(crate) fn parse(name: &str) -> Stage {
        let known = [Stage::Waiting, Stage::Making, Stage::Ready];
        known.into_iter().find(|stage| stage.name() == name).unwrap_or(Stage::Failed)
    }
}

/// A pack as it stands on the list.
#[derive(Clone, Debug, PartialEq)]
pub struct PackRow {
    pub id: i64,
    /// E-mail of who asked for it.
    pub asked_by: String,
    pub asked: Moment,
    pub as_of: Moment,
    pub seed: i64,
    pub stage: Stage,
    /// How far it is, or why it failed.
    pub told: String,
    /// Bytes, and SHA-256 of them in hexadecimal, once it is ready.
    pub size: i64,
    pub hash: String,
    pub kept_until: Moment,
}

impl PackRow {
    fn is_under_way(&self, now: Moment) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Making) && now < self.asked.plus(SILENT)
    }
}

impl Desk {
    /// Promises a pack of everything on record at `as_of`, with samples drawn by the seed. Answers its id.
    ///
    /// # Errors
    /// `Invalid` beside `as_of` or `seed`, `Step` while several are under way.
    pub async fn ask_pack(&self, actor: &Actor, as_of: Moment, seed: i64, now: Moment) -> Result<i64, Refusal> {
        let warrant = rights::take_away(actor, now)?;
        if let Some(why) = past::not_yet(as_of, now) {
            return Err(Refusal::field("as_of", why));
        }
        if seed < 0 {
            return Err(Refusal::field("seed", "is a whole number, 0 or more"));
        }
        let under_way = self.packs(actor, now).await?.iter().filter(|pack| pack.is_under_way(now)).count();
        if under_way >= WAITING {
            return Err(Refusal::Step(format!("{under_way} packs are being made already. Wait for one of them.")));
        }
        let pack = PackRow {
            id: self.inner.ids.next(now),
            asked_by: actor.email.clone(),
            asked: now,
            as_of,
            seed,
            stage: Stage::Waiting,
            told: String::new(),
            size: 0,
            hash: String::new(),
            kept_until: now.plus(KEPT),
        };
        let (id, actor, ids) = (pack.id, actor.clone(), self.inner.ids.clone());
        let write = self.db().write(move |conn| {
            async move {
                store::add(conn, &warrant, &pack).await?;
                let make = Job { name: MAKE, payload: json!({"pack": id}), run_at: now, key: None };
                job::add(conn, &ids, &[make], now).await?;
                let deed = Deed::on("pack", id, "ask").set("as_of", Some(Value::text(as_of.to_string())));
                house::journal(conn, &actor, deed.set("seed", Some(Value::text(seed.to_string()))), None, now).await
            }
            .boxed()
        });
        write.await?;
        self.wake();
        Ok(id)
    }

    /// The packs that are kept, newest first.
    pub async fn packs(&self, actor: &Actor, now: Moment) -> Result<Vec<PackRow>, Refusal> {
        rights::take_away(actor, now)?;
        let mut conn = self.db().read().await?;
        Ok(store::list(&mut conn, now, LISTED).await?)
    }

    /// Opens a pack that is ready, for whoever takes it away: the journal says who did.
    ///
    /// # Errors
    /// `NotFound` for one that is not there, or not ready.
    pub async fn take_pack(&self, actor: &Actor, id: i64, now: Moment) -> Result<(Warrant, PackRow), Refusal> {
        let warrant = rights::take_away(actor, now)?;
        let found = store::find(&mut self.db().read().await?, id).await?;
        let there = |pack: &PackRow| pack.stage == Stage::Ready && pack.kept_until > now;
        let pack = found.filter(there).ok_or(Refusal::NotFound)?;
        let actor = actor.clone();
        let taken = self.db().write(move |conn| {
            async move { house::journal(conn, &actor, Deed::on("pack", id, "take"), None, now).await }.boxed()
        });
        taken.await?;
        Ok((warrant, pack))
    }

    /// One part of a pack that was opened; `None` behind the last one.
    pub async fn pack_part(&self, _: &Warrant, id: i64, place: i64) -> Result<Option<Vec<u8>>, Refusal> {
        let mut conn = self.db().read().await?;
        Ok(store::part(&mut conn, id, place).await?)
    }

    /// The pack that a job is to make; `None` when it is gone or done already. What an attempt that broke off has left is
    /// thrown away.
    pub async fn pack_to_make(&self, payload: &Json) -> Result<Option<PackRow>, Refusal> {
        let id = payload.get("pack").and_then(Json::as_i64).unwrap_or_default();
        let found = store::find(&mut self.db().read().await?, id).await?;
        let Some(pack) = found.filter(|pack| pack.stage != Stage::Ready) else { return Ok(None) };
        let begun = self.db().write(move |conn| {
            async move {
                store::drop_parts(conn, id).await?;
                store::tell(conn, id, Stage::Making, "judging every requirement").await
            }
            .boxed()
        });
        begun.await?;
        Ok(Some(pack))
    }

    /// Says how far a pack is, or that it failed.
    pub async fn tell_pack(&self, id: i64, stage: Stage, told: &str) -> Result<(), Refusal> {
        let told = told.to_string();
        Ok(self.db().write(move |conn| async move { store::tell(conn, id, stage, &told).await }.boxed()).await?)
    }

    /// Keeps a part of a pack that is being made.
    pub async fn keep_pack_part(&self, id: i64, place: i64, bytes: Vec<u8>) -> Result<(), Refusal> {
        Ok(self.db().write(move |conn| async move { store::put_part(conn, id, place, bytes).await }.boxed()).await?)
    }

    /// A pack is whole: its hash stands in the journal from now on.
    pub async fn pack_made(&self, id: i64, size: i64, hash: &str, now: Moment) -> Result<(), Refusal> {
        let (hash, actor) = (hash.to_string(), Actor::system("pack", model::Via::Job));
        let made = self.db().write(move |conn| {
            async move {
                store::ready(conn, id, size, &hash).await?;
                let deed = Deed::on("pack", id, "made").set("sha256", Some(Value::text(hash)));
                house::journal(conn, &actor, deed, None, now).await
            }
            .boxed()
        });
        Ok(made.await?)
    }
}
