//! Many batches in one transaction: an import that is kept whole or not at all.

use futures::FutureExt;
use model::{Actor, Command, Moment, Refusal};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{Desk, Done, Errand, perform_in, unit::Unit};

type Answers = Vec<Result<Done, Refusal>>;

/// A running import. Dropping it undoes everything.
pub struct WholeImport {
    batches: mpsc::Sender<(Vec<Command>, oneshot::Sender<Answers>)>,
    keep: oneshot::Sender<()>,
    running: JoinHandle<Result<(), Refusal>>,
}

impl Desk {
    /// Begins an import of many batches in one transaction. It holds the writer of an embedded database until its end.
    pub fn begin_import(&self, actor: &Actor, now: Moment) -> WholeImport {
        let (batches, mut waiting) = mpsc::channel::<(Vec<Command>, oneshot::Sender<Answers>)>(1);
        let (keep, kept) = oneshot::channel();
        let (desk, actor) = (self.clone(), actor.clone());
        let running = tokio::spawn(async move {
            desk.renew_stale_agreements().await?;
            let office = desk.office();
            desk.db()
                .write(move |conn| {
                    async move {
                        while let Some((commands, answer)) = waiting.recv().await {
                            let errand = |command| Errand { actor: actor.clone(), command, at: now };
                            let errands = commands.into_iter().map(errand).collect();
                            let unit = Unit::new(&mut *conn, &office, now);
                            let done = perform_in(unit, errands, false).await?;
                            // Whoever no longer waits for an answer will not say that it is to be kept either.
                            let _ = answer.send(done);
                        }
                        kept.await.map_err(|_| Refusal::Query("nothing was kept".into()))
                    }
                    .boxed()
                })
                .await
        });
        WholeImport { batches, keep, running }
    }
}

impl WholeImport {
    /// Does one batch inside the transaction.
    ///
    /// # Errors
    /// Only what ends the whole import; refusals of single commands stand in the answer.
    pub async fn perform(&mut self, commands: Vec<Command>) -> Result<Answers, Refusal> {
        let (answer, answered) = oneshot::channel();
        if self.batches.send((commands, answer)).await.is_ok()
            && let Ok(done) = answered.await
        {
            return Ok(done);
        }
        // The transaction has ended before its time; what ended it is its answer.
        match (&mut self.running).await {
            Ok(Err(refusal)) => Err(refusal),
            _ => Err(Refusal::Query("the import was interrupted".into())),
        }
    }

    /// Keeps everything, or nothing.
    pub async fn end(self, keep: bool) -> Result<(), Refusal> {
        let WholeImport { batches, keep: say, running } = self;
        if keep {
            let _ = say.send(());
        } else {
            drop(say);
        }
        drop(batches);
        match running.await {
            Ok(Err(_)) if !keep => Ok(()),
            Ok(outcome) => outcome,
            Err(_) => Err(Refusal::Query("the import was interrupted".into())),
        }
    }
}
