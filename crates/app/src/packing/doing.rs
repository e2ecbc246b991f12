//! The job that makes a pack which was asked for in the browser.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use desk::{
    Desk,
    jobs::Doing,
    packs::{self, PackRow, Stage},
    rights,
};
use futures::{FutureExt, future::BoxFuture};
use model::{Actor, Moment, Refusal, Via};
use serde_json::Value as Json;
use tokio::runtime::Handle;

use super::{Packed, Wanted, make};
use crate::Failure;

/// Between two words about how far it is.
const PAUSE: Duration = Duration::from_secs(2);

pub fn doings() -> Vec<Doing> {
    vec![Doing { name: packs::MAKE, run }]
}

fn run(desk: Desk, payload: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move {
        let Some(pack) = desk.pack_to_make(&payload).await? else { return Ok(()) };
        let file = std::env::temp_dir().join(format!("plumbline-pack-{}-{}.zip", std::process::id(), pack.id));
        let done = made(&desk, &pack, &file, now).await;
        let _ = fs::remove_file(&file);
        match done {
            Ok(()) => Ok(()),
            // Trying again by itself would cost as much and hardly help; whoever asked reads why and asks again.
            Err(failure) => desk.tell_pack(pack.id, Stage::Failed, &failure.sentence()).await,
        }
    }
    .boxed()
}

async fn made(desk: &Desk, pack: &PackRow, file: &Path, now: Moment) -> Result<(), Failure> {
    let warrant = rights::take_away(&Actor::system("pack", Via::Job), now)?;
    let wanted = Wanted { as_of: pack.as_of, seed: u64::try_from(pack.seed).unwrap_or_default() };
    let told = Arc::new(Mutex::new(String::new()));
    let mut making = {
        let (desk, path, told) = (desk.clone(), PathBuf::from(file), told.clone());
        let runtime = Handle::current();
        // Packing is work for a processor: it must not hold up those who wait for pages.
        tokio::task::spawn_blocking(move || {
            let mut say = |line: String| *told.lock().unwrap_or_else(PoisonError::into_inner) = line;
            runtime.block_on(make(&desk, &warrant, wanted, &path, &mut say))
        })
    };
    let packed: Packed = loop {
        tokio::select! {
            done = &mut making => break done.map_err(|error| Failure::Failed(error.to_string()))??,
            () = tokio::time::sleep(PAUSE) => {
                let line = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
                desk.tell_pack(pack.id, Stage::Making, &line).await?;
            }
        }
    };
    keep(desk, pack.id, file).await?;
    let size = i64::try_from(packed.sealed.size).unwrap_or(i64::MAX);
    Ok(desk.pack_made(pack.id, size, &packed.sealed.hash, now).await?)
}

/// Puts the file where every server can hand it out.
async fn keep(desk: &Desk, id: i64, file: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("the pack cannot be read again: {error}"));
    let mut reader = File::open(file).map_err(failed)?;
    for place in 0.. {
        let mut bytes = Vec::with_capacity(packs::PART);
        (&mut reader).take(packs::PART as u64).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.is_empty() {
            break;
        }
        desk.keep_pack_part(id, place, bytes).await?;
    }
    Ok(())
}
