//! `verify`: checks the journal of the database.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{print, print_json};
use crate::{Failure, place::Place, progress::Progress};

/// Check the journal: bytes, hashes, chains, and that records are what it tells
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline verify
  plumbline verify --json")]
pub struct Verify {
    /// An exported pack to check offline
    pack: Option<PathBuf>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        if let Some(pack) = &self.pack {
            return Err(Failure::Failed(format!(
                "{} was not checked: this version exports no packs yet, so it checks the database only",
                pack.display()
            )));
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
                "the journal is broken in {} places, of {} entries and {} records",
                verdict.broken, verdict.entries, verdict.records
            )));
        }
        if !self.json {
            let erased = match verdict.erased {
                0 => String::new(),
                erased => format!("; {erased} records have erased words and were checked without them"),
            };
            print(&format!("{} entries and {} records are whole{erased}\n", verdict.entries, verdict.records))?;
        }
        Ok(())
    }
}
