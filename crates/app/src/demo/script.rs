//! What is to be done, by whom and when; played through the door in the order of time.

use std::collections::HashMap;

use desk::{Desk, Errand, Outcome};
use engines::conformity::Assessment;
use model::{Actor, Command, Input, Link, Moment, Target, command::Raw};
use serde_json::{Map, Value as Json};

use super::{chance::Chance, fieldwork, measures, parties, people, reporting, reviews, times::Times};
use crate::{Failure, progress::Progress};

pub struct Script {
    pub chance: Chance,
    pub times: Times,
    errands: Vec<Errand>,
    kinds: HashMap<String, &'static str>,
    counters: HashMap<&'static str, u32>,
    prefixes: HashMap<&'static str, &'static str>,
    /// Instants at which the program does something by itself, before anything else happens then.
    pub stops: Vec<(Moment, Stop)>,
}

/// What the program does on the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Judges what was on record until then.
    Look,
    /// Makes the reports that are due, and takes the readings of the month.
    Close,
    /// Counts the inputs of a management review.
    Prepare(String),
    /// Takes the readings of the measures.
    Read,
    /// Counts the legs that the engineers had of the tickets of the month.
    Legs,
    /// Counts what the reviews find that are held then.
    Review,
    /// Somebody judges a requirement that no record can show.
    Judge(&'static str),
}

/// A record as it is told so far.
pub struct Told {
    pub number: String,
    pub kind: &'static str,
    pub since: Moment,
    pub fields: Map<String, Json>,
    /// Each state that it came to, and when.
    pub steps: Vec<(String, Moment)>,
}

impl Told {
    fn take(&mut self, input: &Input) {
        for (name, raw) in &input.fields {
            if let Raw::Json(value) = raw {
                self.fields.insert(name.clone(), value.clone());
            }
        }
    }

    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Json::as_str).unwrap_or_default()
    }

    /// When it came to a state for the last time.
    pub fn came_to(&self, state: &str) -> Option<Moment> {
        self.steps.iter().rev().find(|(to, _)| to == state).map(|(_, at)| *at)
    }
}

/// Commands in one transaction.
const BATCH: usize = 200;

impl Script {
    pub fn new(desk: &Desk, seed: u64, at: Moment) -> Script {
        let prefixes = desk.catalog().kinds().iter().map(|kind| (kind.name, kind.prefix)).collect();
        Script {
            chance: Chance::new(seed),
            times: Times::until(at),
            errands: Vec::new(),
            kinds: HashMap::new(),
            counters: HashMap::new(),
            prefixes,
            stops: Vec::new(),
        }
    }

    /// A new record, with the next number of its kind.
    pub fn create(&mut self, at: Moment, who: &str, kind: &'static str, fields: Json) -> String {
        // Tickets and changes of a running house do not begin at one.
        let first = match kind {
            "incident" => 20_001,
            "service_request" => 87_501,
            "change" => 1_101,
            _ => 1,
        };
        let counter = self.counters.entry(kind).or_insert(first);
        let number = format!("{}-{counter}", self.prefixes.get(kind).copied().unwrap_or("X"));
        *counter += 1;
        self.kinds.insert(number.clone(), kind);
        let command = Command::Create { kind: kind.into(), number: Some(number.clone()), input: input(fields) };
        self.add(at, who, command);
        number
    }

    /// A new record that goes through steps at once, as what is decided when it is written down.
    pub fn settled(&mut self, at: Moment, who: &str, kind: &'static str, fields: Json, to: &str) -> String {
        let number = self.create(at, who, kind, fields);
        self.step(at, who, &number, to, Json::Null);
        number
    }

    pub fn edit(&mut self, at: Moment, who: &str, number: &str, fields: Json) {
        let command = Command::Edit { target: self.target(number), input: input(fields) };
        self.add(at, who, command);
    }

    pub fn step(&mut self, at: Moment, who: &str, number: &str, to: &str, fields: Json) {
        self.step_saying(at, who, number, to, fields, None);
    }

    pub fn step_saying(
        &mut self,
        at: Moment,
        who: &str,
        number: &str,
        to: &str,
        fields: Json,
        note: Option<(&str, bool)>,
    ) {
        let (note, public) = note.map_or((None, false), |(text, public)| (Some(text.to_string()), public));
        let command = Command::Step { target: self.target(number), to: to.into(), input: input(fields), note, public };
        self.add(at, who, command);
    }

    /// The answer of somebody who is asked to approve it.
    pub fn decide(&mut self, at: Moment, who: &str, number: &str, approve: bool, reason: &str) {
        let command = Command::Decide { target: self.target(number), approve, reason: reason.into() };
        self.add(at, who, command);
    }

    /// A note for our own people.
    pub fn note(&mut self, at: Moment, who: &str, number: &str, text: &str) {
        let command = Command::Note { target: self.target(number), text: text.into(), public: false };
        self.add(at, who, command);
    }

    /// A note that the customer reads as well.
    pub fn reply(&mut self, at: Moment, who: &str, number: &str, text: &str) {
        let command = Command::Note { target: self.target(number), text: text.into(), public: true };
        self.add(at, who, command);
    }

    pub fn link(&mut self, at: Moment, who: &str, number: &str, name: &str, to: &str) {
        let link = Link { name: name.into(), to: to.into() };
        let command = Command::Link { target: self.target(number), link };
        self.add(at, who, command);
    }

    /// What was on record at an instant, as far as it is written so far, in the order in which it came. What rules add of
    /// themselves, such as days, is told by the steps.
    pub fn told(&self, at: Moment) -> Vec<Told> {
        let mut errands: Vec<&Errand> = self.errands.iter().filter(|errand| errand.at <= at).collect();
        errands.sort_by_key(|errand| errand.at);
        let mut told: Vec<Told> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for errand in errands {
            match &errand.command {
                Command::Create { number: Some(number), input, .. } => {
                    places.insert(number, told.len());
                    let kind = self.kinds.get(number).copied().unwrap_or_default();
                    let since = errand.at;
                    let mut one = Told { number: number.clone(), kind, since, fields: Map::new(), steps: Vec::new() };
                    one.take(input);
                    told.push(one);
                }
                Command::Edit { target, input } | Command::Step { target, input, .. } => {
                    let Some(one) = places.get(target.number.as_str()).and_then(|place| told.get_mut(*place)) else {
                        continue;
                    };
                    one.take(input);
                    if let Command::Step { to, .. } = &errand.command {
                        one.steps.push((to.clone(), errand.at));
                    }
                }
                _ => {}
            }
        }
        told
    }

    fn target(&self, number: &str) -> Target {
        let kind = self.kinds.get(number).copied().unwrap_or_default();
        Target { kind: kind.into(), number: number.into(), version: None }
    }

    fn add(&mut self, at: Moment, who: &str, command: Command) {
        // What lies after the end has not happened.
        if at <= self.times.at {
            self.errands.push(Errand { actor: people::actor(who), command, at });
        }
    }

    /// Plays everything through the door; answers how much it was, and what was seen on the way.
    ///
    /// # Errors
    /// The first command that the door refuses: the world would not be consistent without it.
    pub async fn play(mut self, desk: &Desk) -> Result<(usize, Vec<Assessment>), Failure> {
        self.errands.sort_by_key(|errand| errand.at);
        let end = self.times.at;
        self.stops.retain(|(at, _)| *at <= end);
        self.stops.sort_unstable();
        self.stops.dedup();
        let all = self.errands.len();
        let mut progress = Progress::new();
        let (mut done, mut seen) = (0, Vec::new());
        while !self.errands.is_empty() || !self.stops.is_empty() {
            let next = self.errands.first().map_or(end, |errand| errand.at);
            if self.stops.first().is_some_and(|(at, _)| *at <= next) {
                match self.stops.remove(0) {
                    (at, Stop::Look) => seen.push(desk.assess_as_of(at.plus(-1)).await?),
                    (at, Stop::Close) => self.errands.extend(reporting::close(desk, at, end).await?),
                    (at, Stop::Read) => self.errands.extend(measures::read(desk, at).await?),
                    (at, Stop::Legs) => parties::with_engineers(desk, &mut self, at).await?,
                    (at, Stop::Review) => reviews::count(desk, &mut self, at).await?,
                    (at, Stop::Judge(requirement)) => fieldwork::judge(desk, requirement, at).await?,
                    (at, Stop::Prepare(number)) => {
                        web::pages::road::fill_review(desk, &people::actor(people::INES), &number, true, at).await?;
                    }
                }
                self.errands.sort_by_key(|errand| errand.at);
                continue;
            }
            let stop = self.stops.first().map(|(at, _)| *at);
            let before = stop.map_or(BATCH, |stop| self.errands.partition_point(|errand| errand.at < stop));
            let rest = self.errands.split_off(self.errands.len().min(BATCH).min(before.max(1)));
            let batch = std::mem::replace(&mut self.errands, rest);
            let told: Vec<(Actor, Command)> =
                batch.iter().map(|errand| (errand.actor.clone(), errand.command.clone())).collect();
            let outcomes = desk.perform_each(batch, false).await?;
            for ((actor, command), outcome) in told.into_iter().zip(outcomes) {
                match outcome {
                    Ok(done) if done.outcome == Outcome::Unchanged => {
                        return Err(Failure::Failed(format!("the demonstration changes nothing with {command:?}")));
                    }
                    Ok(_) => done += 1,
                    Err(refusal) => {
                        return Err(Failure::Failed(format!(
                            "the demonstration was refused: {refusal} ({}: {command:?})",
                            actor.email
                        )));
                    }
                }
            }
            progress.say(|| format!("{done} of {all} things have happened"));
        }
        Ok((all, seen))
    }
}

fn input(fields: Json) -> Input {
    match fields {
        Json::Object(parts) => Input::json(parts),
        _ => Input::default(),
    }
}
