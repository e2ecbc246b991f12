//! `doctor`: looks whether the installation is well, and mends what can be made anew.

use std::{path::Path, process::Command};

use clap::{Args, ValueEnum};
use desk::health::{Check, Health};
use serde_json::json;

use super::{print, print_json};
use crate::{Failure, clock, place::Place};

/// Check the installation; exit code 1 when something is ill
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline doctor
  plumbline doctor --json | jq '.checks[] | select(.health != \"well\")'
  plumbline doctor --rebuild search
  plumbline doctor --rebuild clocks
  plumbline doctor --rebuild counts
  plumbline doctor --rebuild turns")]
pub struct Doctor {
    /// Answer as JSON
    #[arg(long)]
    json: bool,
    /// Make something anew that follows from the records
    #[arg(long)]
    rebuild: Option<Part>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// The index that words are found by
    Search,
    /// The clocks beside records, by which lists sort what is due
    Clocks,
    /// The names by which monitoring tools know records
    Names,
    /// The counts that are kept of saved views; each is counted when somebody looks next
    Counts,
    /// Whose turn it is with the tasks of requests, by which one's own work is found
    Turns,
}

impl Doctor {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let desk = place.open_existing().await?;
        if let Some(part) = self.rebuild {
            let told = match part {
                Part::Search => format!("search was made anew from {} records\n", desk.rebuild_search().await?),
                Part::Names => format!("names were made anew from {} records\n", desk.rebuild_names().await?),
                Part::Turns => format!("turns were made anew from {} records\n", desk.rebuild_turns().await?),
                Part::Clocks => {
                    format!("clocks of {} records were put right\n", desk.rebuild_clocks(clock::now()).await?)
                }
                Part::Counts => format!("{} counts are counted anew at the next look\n", desk.rebuild_counts().await?),
            };
            desk.close().await;
            return print(&told);
        }
        let mut checks = desk.examine(clock::now()).await?;
        desk.close().await;
        if let Some(path) = place.url()?.strip_prefix("sqlite:") {
            checks.push(disk(Path::new(path)));
        }
        let ill = checks.iter().filter(|check| check.health == Health::Ill).count();
        if self.json {
            let told: Vec<_> = checks
                .iter()
                .map(|check| json!({"name": check.name, "health": word(check.health), "told": check.told}))
                .collect();
            print_json(&json!({"well": ill == 0, "checks": told}))?;
        } else {
            let line = |check: &Check| format!("{:<9} {:<15} {}\n", word(check.health), check.name, check.told);
            print(&checks.iter().map(line).collect::<String>())?;
        }
        match ill {
            0 => Ok(()),
            1 => Err(Failure::Failed("one check failed".into())),
            ill => Err(Failure::Failed(format!("{ill} checks failed"))),
        }
    }
}

fn word(health: Health) -> &'static str {
    match health {
        Health::Well => "well",
        Health::Doubtful => "doubtful",
        Health::Ill => "ill",
    }
}

/// Megabytes that must be free for a day's work and a checkpoint.
const NEEDED: u64 = 200;

/// Space on the disk of the embedded database, by the system's own `df`.
fn disk(path: &Path) -> Check {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let said = Command::new("df").arg("-Pk").arg(folder).output();
    let text = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let free = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    let (health, told) = match free.map(|kilobytes| kilobytes / 1024) {
        None => (Health::Doubtful, "df does not say how much is free".into()),
        Some(free) if free < NEEDED => (Health::Ill, format!("{free} MB free, {NEEDED} MB are needed")),
        Some(free) => (Health::Well, format!("{free} MB free")),
    };
    Check { name: "disk", health, told }
}
