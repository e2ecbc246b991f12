//! A command that may arrive twice and is done once: the caller sends a key of its own along with it.

use std::fmt::Write as _;

use futures::{FutureExt, future::BoxFuture};
use model::{Actor, Catalog, Command, Moment, Refusal, time::DAY};
use sha2::{Digest, Sha256};

use crate::{
    Desk, Done, Outcome, perform,
    store::{
        db::Conn,
        fault::Fault,
        once::{self, Kept},
    },
    unit::Unit,
};

/// How long a key is remembered.
pub(crate) const MEMORY: i64 = DAY;
/// Longest key, in characters.
const KEY_MAX: usize = 200;

impl Desk {
    /// As [`Desk::perform`], but the same key with the same command within 24 hours gives the same answer without doing it
    /// again. Keys of different people never meet. A command that was refused may be sent again under its key.
    ///
    /// # Errors
    /// `Reused` when the key came with another command before.
    pub async fn perform_once(&self, actor: &Actor, key: &str, command: Command, now: Moment) -> Result<Done, Refusal> {
        let digest = digest(&command);
        self.once(actor, key, digest, vec![command], now).await
    }

    /// The same for commands that are done together or not at all and follow from what stands on record: two are the same when
    /// `said` is the same, whatever follows from it by then. The answer is that of the first command.
    ///
    /// # Errors
    /// As for one.
    pub async fn perform_all_once(
        &self,
        actor: &Actor,
        key: &str,
        said: &str,
        commands: Vec<Command>,
        now: Moment,
    ) -> Result<Done, Refusal> {
        self.once(actor, key, digest_of(said), commands, now).await
    }

    /// What became of commands that were done under a key within 24 hours; `None` where none were.
    ///
    /// # Errors
    /// `Reused` when the key came with something else.
    pub async fn done_under(&self, actor: &Actor, key: &str, said: &str, now: Moment) -> Result<Option<Done>, Refusal> {
        let mut conn = self.db().read().await?;
        if !once::is_known(&mut conn, &actor.email, key.trim(), now.minus(MEMORY)).await? {
            return Ok(None);
        }
        again(&mut conn, &self.catalog(), &actor.email, key.trim(), &digest_of(said)).await.map(Some)
    }

    fn once<'a>(
        &'a self,
        actor: &'a Actor,
        key: &'a str,
        digest: String,
        commands: Vec<Command>,
        now: Moment,
    ) -> BoxFuture<'a, Result<Done, Refusal>> {
        async move {
            let plain = key.chars().all(|c| c.is_ascii_graphic() || c == ' ');
            if key.trim().is_empty() || key.len() > KEY_MAX || !plain {
                return Err(Refusal::field(
                    "Idempotency-Key",
                    format!("is not 1 to {KEY_MAX} visible ASCII characters"),
                ));
            }
            let (actor, key) = (actor.clone(), key.trim().to_string());
            self.through_the_door(move |conn, office| {
                let (actor, key, digest, commands) = (actor.clone(), key.clone(), digest.clone(), commands.clone());
                async move {
                    let owner = actor.email.clone();
                    once::forget(conn, Some((&owner, &key)), now.minus(MEMORY)).await?;
                    if !once::claim(conn, &owner, &key, &digest, now).await? {
                        return again(conn, &office.catalog, &owner, &key, &digest).await;
                    }
                    let mut unit = Unit::new(conn, office, now);
                    let mut first = None;
                    for command in commands {
                        let done = perform::perform(&mut unit, &actor, command, now).await?;
                        first.get_or_insert(done);
                    }
                    let done = first.ok_or_else(|| Refusal::Query("nothing was asked for".into()))?;
                    unit.flush().await?;
                    once::settle(conn, &owner, &key, &kept(&done, digest)).await?;
                    Ok(done)
                }
                .boxed()
            })
            .await
        }
        .boxed()
    }
}

async fn again(conn: &mut Conn, catalog: &Catalog, owner: &str, key: &str, digest: &str) -> Result<Done, Refusal> {
    let kept = once::find(conn, owner, key).await?.ok_or_else(|| Fault::new("a key was there and is not"))?;
    if kept.digest != digest {
        return Err(Refusal::Reused(format!("The key \"{key}\" came with another command before.")));
    }
    let outcome = match kept.outcome.as_str() {
        "created" => Outcome::Created,
        "changed" => Outcome::Changed,
        _ => Outcome::Unchanged,
    };
    let kind = catalog.find(&kept.kind).ok_or(Refusal::NotFound)?;
    Ok(Done { kind: kind.name, number: kept.number, version: kept.version, outcome })
}

fn kept(done: &Done, digest: String) -> Kept {
    let outcome = match done.outcome {
        Outcome::Created => "created",
        Outcome::Changed => "changed",
        Outcome::Unchanged => "unchanged",
    };
    let (kind, number) = (done.kind.to_string(), done.number.clone());
    Kept { digest, kind, number, version: done.version, outcome: outcome.into() }
}

/// A digest of all that the command says.
fn digest(command: &Command) -> String {
    let mut hash = Hash(Sha256::new());
    // Writing into a hash cannot fail.
    let _ = match command {
        // The bytes of a file as they are: written out as numbers they would be four times as many.
        Command::Attach { target, file } => {
            hash.0.update(&file.bytes);
            write!(hash, "attach {target:?} {:?} {:?} {}", file.name, file.media, file.public)
        }
        other => write!(hash, "{other:?}"),
    };
    model::canonical::hex(&hash.0.finalize())
}

fn digest_of(said: &str) -> String {
    model::canonical::hex(&Sha256::digest(said.as_bytes()))
}

struct Hash(Sha256);

impl std::fmt::Write for Hash {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
