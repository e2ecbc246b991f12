//! `export`: everything, or one kind, as JSON Lines with its whole history.

use std::io::Write;

use clap::Args;
use model::{Actor, Via};

use crate::{Failure, clock, failure::output, place::Place, progress::Progress};

/// Write records as JSON Lines, whole history included
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline export | gzip > everything.jsonl.gz
  plumbline export --kind incident | jq .title")]
pub struct Export {
    /// Only records of this kind
    #[arg(long)]
    kind: Option<String>,
    /// JSON is what it writes in any case; accepted so that scripts may say so
    #[arg(long)]
    json: bool,
}

impl Export {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let desk = place.open_existing().await?;
        let catalog = desk.catalog();
        if let Some(kind) = self.kind.as_deref().filter(|kind| catalog.find(kind).is_none()) {
            return Err(Failure::Usage(catalog.unknown(kind)));
        }
        let actor = Actor::system("export", Via::Command);
        let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        let mut progress = Progress::new();
        let (mut after, mut written) = (i64::MIN, 0usize);
        loop {
            let (lines, last) = desk.lines(&actor, self.kind.as_deref(), after, clock::now()).await?;
            if lines.is_empty() {
                break;
            }
            after = last;
            written += lines.len();
            for line in lines {
                serde_json::to_writer(&mut out, &line.write()).map_err(|error| output(&error.into()))?;
                out.write_all(b"\n").map_err(|error| output(&error))?;
            }
            progress.say(|| format!("{written} records written"));
        }
        out.flush().map_err(|error| output(&error))?;
        drop(out);
        desk.close().await;
        Ok(())
    }
}
