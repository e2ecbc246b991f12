//! `pack`: everything an auditor needs of one instant in one file.

use std::path::PathBuf;

use clap::Args;
use desk::rights;
use model::{Actor, Moment, Via};
use serde_json::json;

use super::{
    conformity::{instant, until},
    print, print_json,
};
use crate::{Failure, clock, packing, place::Place, progress::Progress};

/// Write an evidence pack: records, populations, samples, assessment and journal of an instant
#[derive(Args, Debug)]
#[command(after_help = "\
The pack is a zip file that opens with index.html and can be checked anywhere: plumbline verify FILE. The same records, the
same instant and the same seed give the same bytes. Note down the SHA-256 that is printed; it is the pack's fingerprint.

Examples:
  plumbline pack evidence.zip
  plumbline pack evidence.zip --as-of 2026-06-30T23:59:59Z --seed 7")]
pub struct Pack {
    /// New file to write
    file: PathBuf,
    /// Instant such as 2026-06-30T00:00:00Z, or a date; now without it
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    as_of: Option<Moment>,
    /// Number by which samples are drawn, agreed with the auditor
    #[arg(long, value_name = "N", default_value_t = packing::SEED)]
    seed: u64,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

impl Pack {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let now = clock::now();
        let wanted = packing::Wanted { as_of: until(self.as_of, now)?, seed: self.seed };
        let warrant = rights::take_away(&Actor::system("pack", Via::Command), now)?;
        let desk = place.open_existing().await?;
        let mut progress = Progress::new();
        let packed = packing::make(&desk, &warrant, wanted, &self.file, &mut |line| progress.say(|| line)).await;
        progress.clear();
        desk.close().await;
        let packed = packed?;
        if self.json {
            return print_json(&json!({
                "file": self.file.display().to_string(),
                "sha256": packed.sealed.hash,
                "size": packed.sealed.size,
                "files": packed.sealed.files,
                "as_of": wanted.as_of.to_string(),
                "seed": wanted.seed,
                "records": packed.records,
                "entries": packed.entries,
            }));
        }
        print(&format!(
            "{} holds {} records and {} entries of the journal as of {}, {} KB\nSHA-256 {}\n",
            self.file.display(),
            packed.records,
            packed.entries,
            wanted.as_of,
            packed.sealed.size.div_ceil(1024),
            packed.sealed.hash
        ))
    }
}
