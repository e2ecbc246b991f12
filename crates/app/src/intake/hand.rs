//! The hand that takes lines from the belt through the door, batch by batch, and writes the report.

use std::collections::HashSet;

use desk::{Desk, Done, Outcome, WholeImport};
use model::{Actor, Command, FieldError, Line, Moment, Refusal, Via};

use super::{Belt, End, Item, Refused, Report};
use crate::{Failure, progress::Progress};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What can be taken is taken.
    Keep,
    /// Everything or nothing.
    AllOrNothing,
    /// Through the same door, and everything undone again.
    DryRun,
}

/// Takes in everything that `read` puts on the belt, which runs on a thread of its own. `told` hears each refusal and
/// remark as it comes.
///
/// # Errors
/// Only what ends the import as a whole: the database is out of reach, or not to be written.
pub async fn take_in(
    desk: &Desk,
    format: &'static str,
    read: impl FnOnce(&mut Belt) -> End + Send + 'static,
    mode: Mode,
    now: Moment,
    mut told: impl FnMut(&str),
) -> Result<Report, Failure> {
    let actor = Actor::system("import", Via::Import);
    let (mut belt, mut batches) = Belt::new();
    let reading = tokio::task::spawn_blocking(move || {
        let end = read(&mut belt);
        // When nobody takes in any more, the reason is told elsewhere.
        let _ = belt.flush(end.read);
        end
    });
    let mut hand = Hand {
        desk,
        whole: (mode == Mode::AllOrNothing).then(|| desk.begin_import(&actor, now)),
        actor,
        now,
        mode,
        rehearsed: HashSet::new(),
        report: Report { format, dry_run: mode == Mode::DryRun, ..Report::default() },
    };
    let begun = std::time::Instant::now();
    let mut progress = Progress::new();
    while let Some(batch) = batches.recv().await {
        let so_far = batch.read;
        let (refusals, remarks) = (hand.report.refusals.len(), hand.report.remarks.len());
        let outcome = hand.batch(batch.items).await;
        if hand.report.refusals.len() > refusals || hand.report.remarks.len() > remarks {
            progress.clear();
            hand.report.remarks[remarks..].iter().for_each(|remark| told(remark));
            hand.report.refusals[refusals..].iter().for_each(|refused| told(&refused.sentence()));
        }
        outcome.map_err(|refusal| stopped(&refusal, so_far, mode))?;
        let seconds = begun.elapsed().as_secs_f64().max(0.001);
        progress.say(|| format!("{so_far} read, {:.0} a second", so_far as f64 / seconds));
    }
    progress.clear();
    let end = reading.await.map_err(|_| Failure::Failed("reading the file failed".into()))?;
    let Hand { whole, mut report, .. } = hand;
    report.read = end.read;
    report.broken = end.broken;
    if let Some(whole) = whole {
        report.undone = !report.is_whole();
        whole.end(!report.undone).await?;
    }
    // A whole import holds the writer until here. What was taken is on record whether or not the database has looked at it.
    if mode != Mode::DryRun && !report.undone && desk.after_import().await.is_err() {
        told("The import is on record; what is kept beside it will be made anew later");
    }
    Ok(report)
}

fn stopped(refusal: &Refusal, read: u64, mode: Mode) -> Failure {
    let kept = match mode {
        Mode::Keep => "what came before is in, and running it again goes on from there",
        Mode::AllOrNothing | Mode::DryRun => "nothing was written",
    };
    Failure::Failed(format!("the import stopped at line {read}: {} {kept}", refusal.sentence()))
}

struct Hand<'a> {
    desk: &'a Desk,
    whole: Option<WholeImport>,
    actor: Actor,
    now: Moment,
    mode: Mode,
    /// Numbers that a dry run has made and undone: the same line once more is no second record.
    rehearsed: HashSet<String>,
    report: Report,
}

impl Hand<'_> {
    async fn batch(&mut self, items: Vec<Item>) -> Result<(), Refusal> {
        let mut commands = Vec::with_capacity(items.len());
        let mut places = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Record { at, line, aside } => {
                    places.push((at, self.number_of(&line), aside));
                    commands.push(Command::Import { line });
                }
                Item::Refused { at, number, why } => self.report.refuse(Refused { line: at, number, reason: why }),
                Item::Remark(remark) => self.report.remarks.push(remark),
            }
        }
        if commands.is_empty() {
            return Ok(());
        }
        let outcomes = match (&mut self.whole, self.mode) {
            (Some(whole), _) => whole.perform(commands).await?,
            (None, Mode::DryRun) => self.desk.rehearse(&self.actor, commands, self.now).await?,
            (None, _) => self.desk.perform_all(&self.actor, commands, self.now, false).await?,
        };
        for ((at, number, aside), outcome) in places.into_iter().zip(outcomes) {
            match outcome {
                Ok(done) => self.count(&done, aside),
                Err(refusal) => self.report.refuse(Refused { line: at, number, reason: reason(&refusal) }),
            }
        }
        Ok(())
    }

    fn number_of(&self, line: &Line) -> Option<String> {
        let catalog = self.desk.catalog();
        catalog.find(&line.kind).map_or_else(|| line.number.clone(), |kind| line.own_number(kind))
    }

    fn count(&mut self, done: &Done, aside: bool) {
        let again = self.mode == Mode::DryRun
            && done.outcome == Outcome::Created
            && !self.rehearsed.insert(done.number.clone());
        let counts = if aside { &mut self.report.aside } else { &mut self.report.records };
        match done.outcome {
            Outcome::Created if !again => counts.new += 1,
            Outcome::Changed => counts.changed += 1,
            _ => counts.unchanged += 1,
        }
    }
}

/// Every reason with the place in the line that it is about.
fn reason(refusal: &Refusal) -> String {
    const PARTS: [&str; 7] = ["kind", "number", "title", "state", "links", "history", "at"];
    let Refusal::Invalid(errors) = refusal else { return refusal.sentence() };
    let sentence = |error: &FieldError| {
        let own = PARTS.contains(&error.field.as_str()) || error.field.starts_with("history entry");
        let place = if own { "" } else { "fields." };
        format!("{place}{}: {}", error.field, error.message)
    };
    errors.iter().map(sentence).collect::<Vec<_>>().join("; ")
}
