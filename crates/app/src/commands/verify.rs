//! `verify`: checks the journal of the database, or an evidence pack without one.

use std::path::PathBuf;

use clap::Args;
use model::words::counted;
use serde_json::json;

use super::{print, print_json};
use crate::{Failure, place::Place, progress::Progress};

/// Check the journal, or an evidence pack: bytes, hashes, chains, and that everything says the same
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline verify
  plumbline verify evidence.zip
  plumbline verify evidence.zip --json")]
pub struct Verify {
    /// An evidence pack to check; it needs no database and no network
    pack: Option<PathBuf>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        if let Some(pack) = self.pack {
            return verify_pack(pack, self.json).await;
        }
        let desk = place.open_existing().await?;
        let mut progress = Progress::new();
        let verdict = desk.verify(&mut |seen| progress.say(|| format!("{seen} entries checked"))).await?;
        progress.clear();
        desk.close().await;
        if self.json {
            print_json(&json!({
                "entries": verdict.entries,
                "records": verdict.records,
                "erased": verdict.erased,
                "broken": verdict.broken,
                "first": verdict.first,
            }))?;
        }
        for sentence in &verdict.first {
            eprintln!("plumbline: {sentence}");
        }
        if verdict.broken > 0 {
            return Err(Failure::Failed(format!(
                "the journal is broken in {}, of {} and {}",
                counted(verdict.broken, "place", "places"),
                counted(verdict.entries, "entry", "entries"),
                counted(verdict.records, "record", "records")
            )));
        }
        if !self.json {
            let erased = match verdict.erased {
                0 => String::new(),
                erased => format!("; without erased words: {}", counted(erased, "record", "records")),
            };
            print(&format!("{} entries and {} records are whole{erased}\n", verdict.entries, verdict.records))?;
        }
        Ok(())
    }
}

async fn verify_pack(file: PathBuf, json: bool) -> Result<(), Failure> {
    let shown = file.display().to_string();
    let checked = tokio::task::spawn_blocking(move || {
        let mut progress = Progress::new();
        pack::verify(&file, &mut |name| progress.say(|| format!("checking {name}")))
    });
    let checked = checked.await.map_err(|error| Failure::Failed(error.to_string()))?;
    let report = checked.map_err(|why| Failure::Failed(format!("{shown} was not checked: {why}")))?;
    if json {
        print_json(&json!({
            "pack": shown,
            "sha256": report.hash,
            "size": report.size,
            "as_of": report.as_of.map(|at| at.to_string()),
            "files": report.files,
            "records": report.records,
            "entries": report.entries,
            "erased": report.erased,
            "requirements": report.requirements,
            "repacked": report.is_repacked,
            "broken": report.broken,
            "first": report.first,
        }))?;
    }
    for sentence in &report.first {
        eprintln!("plumbline: {sentence}");
    }
    if report.broken > 0 {
        let places = if report.broken == 1 { "place" } else { "places" };
        return Err(Failure::Failed(format!(
            "{shown} is not as it was made: it is broken in {} {places}",
            report.broken
        )));
    }
    if json {
        return Ok(());
    }
    let as_of = report.as_of.map(|at| format!(" as of {at}")).unwrap_or_default();
    let mut text = format!(
        "{} files, {} records, {} entries of the journal and {} requirements are whole and agree{as_of}\nSHA-256 {}\n",
        report.files, report.records, report.entries, report.requirements, report.hash
    );
    if report.erased > 0 {
        text += &format!("{} entries have erased words and were checked without them\n", report.erased);
    }
    if report.is_repacked {
        text +=
            "The zip file was written anew by another program: its files are what they were, its SHA-256 is another.\n";
    }
    print(&text)
}
