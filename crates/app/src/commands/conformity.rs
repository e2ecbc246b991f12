//! `conformity`: the assessment of every requirement, now or as of a past instant.

use clap::Args;
use desk::{crosswalk, past};
use engines::conformity::{Assessment, State, Verdict, catalogue};
use model::Moment;
use serde_json::Value as Json;

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
    /// Framework to assess; one beside the standard stands as its mapping to ours says
    #[arg(long, value_name = "ID", default_value = catalogue::FRAMEWORK)]
    framework: String,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

pub fn instant(text: &str) -> Result<Moment, String> {
    Moment::parse(text).ok_or_else(|| "not an instant such as 2026-11-12T07:14:00Z, nor a date".into())
}

/// The instant that was asked for, or now.
///
/// # Errors
/// One that has not come yet.
pub fn until(asked: Option<Moment>, now: Moment) -> Result<Moment, Failure> {
    let at = asked.unwrap_or(now);
    match past::not_yet(at, now) {
        Some(why) => Err(Failure::Failed(format!("--as-of: {why}"))),
        None => Ok(at),
    }
}

impl Conformity {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let at = until(self.as_of, clock::now())?;
        // A name that nobody knows is told before anything is opened.
        if crosswalk::own::find(&self.framework).is_none() && !place.exists()? {
            return Err(super::framework::unknown(&self.framework, &crosswalk::own::names()));
        }
        let desk = place.open_existing().await?;
        let opened = match self.framework == catalogue::FRAMEWORK {
            true => None,
            false => Some(super::framework::find(&desk, &self.framework).await?),
        };
        let assessment = desk.assess_as_of(at).await?;
        desk.close().await;
        if let Some(opened) = opened {
            let assessed = crosswalk::assessed(&opened, &assessment);
            return if self.json { print_json(&assessed) } else { print(&elsewhere(&assessed)) };
        }
        match self.json {
            true => print_json(&assessment.to_json()),
            false => print(&table(&assessment)),
        }
    }
}

/// A framework beside the standard: how many stand how, and each of its requirements with what it is mapped to.
fn elsewhere(assessed: &Json) -> String {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let mut told = format!("{} as of {}\n\n", text(&assessed["name"]), text(&assessed["as_of"]));
    for (state, count) in assessed["summary"].as_object().into_iter().flatten() {
        told += &format!("{:>5}  {}\n", count.as_u64().unwrap_or_default(), state.replace('_', " "));
    }
    told.push('\n');
    for requirement in assessed["requirements"].as_array().into_iter().flatten() {
        let mapped = requirement["mapped"].as_array().into_iter().flatten();
        let ours: Vec<String> = mapped.take(8).map(|mapped| text(&mapped["requirement"])).collect();
        let state = text(&requirement["state"]).replace('_', " ");
        told += &format!("  {:<24} {state:<18} {}\n", text(&requirement["id"]), ours.join(", "));
    }
    told
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
