//! What is written into records because of an event: one is opened, opened again, resolved, or given a note. All of it goes
//! through the door, in the transaction of the event.

use std::collections::BTreeMap;

use events::Event;
use model::{
    Actor, Command, Input, Kind, Link, Moment, Refusal, Target, command::Raw, monitoring::Monitored, time::MINUTE,
};

use crate::{
    monitoring::{
        Source, Trouble,
        correlate::{self, Place},
    },
    perform,
    unit::Unit,
};

/// Longest description and note, in characters, below what records take.
const TEXT_MAX: usize = 40_000;

/// Who writes, for which source, and when.
pub struct Pen<'a> {
    pub kind: &'a Kind,
    pub of: Monitored,
    pub source: &'a Source,
    pub actor: &'a Actor,
    pub now: Moment,
}

impl Pen<'_> {
    /// The source writes with the rights of the account that brings its events, and not under that person's name: nobody
    /// has done it.
    pub fn writer(source: &Source, actor: &Actor) -> Actor {
        Actor { email: format!("monitoring/{}", source.slug), name: source.name.clone(), ..actor.clone() }
    }

    fn target(&self, number: &str) -> Target {
        Target { kind: self.kind.name.into(), number: number.into(), version: None }
    }

    /// Opens a record and answers its number.
    pub async fn open(
        &self,
        unit: &mut Unit<'_>,
        event: &Event,
        place: &Place,
        mapped: &BTreeMap<String, String>,
        earlier: &str,
    ) -> Result<String, Refusal> {
        let input = self.first_fields(event, place, mapped);
        let command = Command::Create { kind: self.kind.name.into(), number: None, input };
        let done = perform::perform(unit, self.actor, command, self.now).await?;
        if !earlier.is_empty() {
            let link = Link { name: self.of.earlier.into(), to: earlier.into() };
            let command = Command::Link { target: self.target(&done.number), link };
            // The one before may be out of reach; the new one stands all the same.
            if let Err(Refusal::Fault(id)) = perform::perform(unit, self.actor, command, self.now).await {
                return Err(Refusal::Fault(id));
            }
        }
        Ok(done.number)
    }

    fn first_fields(&self, event: &Event, place: &Place, mapped: &BTreeMap<String, String>) -> Input {
        let (of, policy) = (&self.of, &self.source.policy);
        let mut fields: BTreeMap<String, String> =
            of.levels[event.severity as usize].iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        fields.extend(policy.fields.clone());
        fields.extend(correlate::fields(of, place).into_iter().map(|(name, number)| (name.to_string(), number)));
        fields.insert(of.origin.0.into(), of.origin.1.into());
        let customer = Some(policy.customer.clone()).filter(|number| !number.is_empty()).or(place.customer.clone());
        if let (Some(field), Some(number)) = (self.kind.customer_field, customer) {
            fields.insert(field.into(), number);
        }
        for (name, value) in mapped.iter().filter(|(name, _)| !matches!(name.as_str(), "ci" | "service")) {
            fields.insert(name.clone(), value.clone());
        }
        let mut input = Input::text(fields);
        input.fields.insert("title".into(), Raw::Text(event.title.clone()));
        input.fields.insert(of.text.into(), Raw::Text(words(self.source, event, place)));
        input
    }

    /// Says something to the people who work on it.
    pub async fn note(&self, unit: &mut Unit<'_>, number: &str, text: &str) -> Result<(), Refusal> {
        let text: String = text.chars().take(TEXT_MAX).collect();
        let command = Command::Note { target: self.target(number), text, public: false };
        perform::perform(unit, self.actor, command, self.now).await.map(drop)
    }

    /// Resolves it; where something stands against that, a note says what. Answers that.
    pub async fn resolve(&self, unit: &mut Unit<'_>, trouble: &Trouble) -> Result<Option<String>, Refusal> {
        let since = trouble.alert.began.filter(|at| *at < self.now);
        let lasted = since.map_or(String::new(), |at| format!(" It lasted {} minutes.", (self.now.0 - at.0) / MINUTE));
        let text = format!("Monitoring says that it is over: {}.{lasted}", trouble.title);
        let input = Input::text([(self.of.resolution.to_string(), text.clone())]);
        self.step(unit, &trouble.alert.number, self.of.over, input, &text).await
    }

    /// Opens it again; where something stands against that, a note says what. Answers that.
    pub async fn reopen(&self, unit: &mut Unit<'_>, number: &str, title: &str) -> Result<Option<String>, Refusal> {
        let text = format!("{title} fires again.");
        self.step(unit, number, self.of.back, Input::default(), &text).await
    }

    async fn step(
        &self,
        unit: &mut Unit<'_>,
        number: &str,
        to: &str,
        input: Input,
        text: &str,
    ) -> Result<Option<String>, Refusal> {
        let (target, note) = (self.target(number), Some(text.to_string()));
        let command = Command::Step { target, to: to.into(), input, note, public: false };
        match perform::perform(unit, self.actor, command, self.now).await {
            Ok(_) => Ok(None),
            Err(Refusal::Fault(id)) => Err(Refusal::Fault(id)),
            Err(refusal) => {
                let to = self.kind.state_label(to).to_lowercase();
                let why = refusal.sentence();
                self.note(unit, number, &format!("{text} It cannot be {to} by itself: {why}")).await?;
                Ok(Some(why))
            }
        }
    }
}

/// The words with which a record begins: what the tool says, where it is, and what else the event carries.
fn words(source: &Source, event: &Event, place: &Place) -> String {
    let mut parts = Vec::new();
    if !event.text.is_empty() {
        parts.push(event.text.clone());
    }
    let since = event.began.map_or(String::new(), |at| format!(", since {at}"));
    parts.push(format!("{} tells it as {}{since}.", source.name, event.severity.name()));
    if !place.doubt.is_empty() {
        parts.push(place.doubt.clone());
    }
    if !event.link.is_empty() {
        parts.push(event.link.clone());
    }
    let rows: Vec<String> =
        event.attributes.iter().map(|(name, value)| format!("- {name}: {}", value.replace('\n', " "))).collect();
    parts.push(rows.join("\n"));
    parts.join("\n\n").trim_end().chars().take(TEXT_MAX).collect()
}
