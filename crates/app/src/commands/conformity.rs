//! `conformity`: the assessment of every requirement, now or as of a past instant.

use clap::Args;
use engines::conformity::{Assessment, State, Verdict, catalogue};
use model::{Moment, suggest};

use super::{print, print_json};
use crate::{Failure, clock, place::Place};

/// Assess every requirement of the standard
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline conformity
  plumbline conformity --as-of 2026-06-30 --json | jq .summary")]
pub struct Conformity {
    /// Instant such as 2026-06-30T00:00:00Z, or a date; now without it
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    as_of: Option<Moment>,
    /// Framework to assess
    #[arg(long, value_name = "ID", default_value = catalogue::FRAMEWORK)]
    framework: String,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

pub fn instant(text: &str) -> Result<Moment, String> {
    Moment::parse(text).ok_or_else(|| "not an instant such as 2026-11-12T07:14:00Z, nor a date".into())
}

impl Conformity {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        if self.framework != catalogue::FRAMEWORK {
            let hint = suggest::hint(&self.framework, [catalogue::FRAMEWORK]);
            return Err(Failure::Usage(format!(
                "there is no framework \"{}\"{hint}; there is {}",
                self.framework,
                catalogue::FRAMEWORK
            )));
        }
        let desk = place.open_existing().await?;
        let assessment = desk.assess_as_of(self.as_of.unwrap_or_else(clock::now)).await?;
        desk.close().await;
        match self.json {
            true => print_json(&assessment.to_json()),
            false => print(&table(&assessment)),
        }
    }
}

/// Worst first, so that what needs a hand stands on top; within a state in the order of the standard.
const ORDER: [State; 6] =
    [State::Nonconforming, State::Gap, State::Stale, State::ForAPerson, State::NothingToSample, State::Proved];

fn table(assessment: &Assessment) -> String {
    let mut text = format!("{} as of {}\n\n", assessment.framework, assessment.as_of);
    for state in ORDER {
        text += &format!("{:>5}  {}\n", assessment.count(state), state.name().replace('_', " "));
    }
    for state in ORDER {
        let verdicts = assessment.verdicts.iter().map(AsRef::as_ref);
        let verdicts: Vec<&Verdict> = verdicts.filter(|verdict| verdict.state == state).collect();
        if !verdicts.is_empty() {
            text += &format!("\n{}\n", model::lifecycle::sentence_case(state.name()));
        }
        for verdict in verdicts {
            text += &format!("  {:<12} {}\n", verdict.requirement.id, verdict.why);
            if !verdict.examples.is_empty() {
                let more = if verdict.bad > 5 { " …" } else { "" };
                let first: Vec<&str> = verdict.examples.iter().take(5).map(String::as_str).collect();
                text += &format!("  {:<12} {}{more}\n", "", first.join(", "));
            }
        }
    }
    text
}
