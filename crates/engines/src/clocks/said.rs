//! What the journal of a ticket tells beside its states: the last word to those concerned, a way to go on working, the delivery
//! time that was promised, and what was said of each pause.

use jiff::Timestamp;
use model::{Value, pause};
use rust_decimal::prelude::ToPrimitive;

use super::{Waits, second};

/// How work goes on meanwhile, and the known errors that say so; either ends the wait for it.
const WORKAROUND: &str = "workaround";
const KNOWN_ERRORS: &str = "known_errors";
/// Within how many working days what was ordered is promised.
const DELIVERY: &str = "delivery_days";

#[derive(Default)]
pub struct Said {
    /// When those concerned last heard of it.
    pub told: Option<Timestamp>,
    /// When a way to go on working was first there; not where it was taken back.
    pub workaround: Option<Timestamp>,
    pub delivery: Option<u32>,
    waiting: Waits,
    waits: Vec<(Timestamp, Waits)>,
}

/// Whether a field tells something of this.
pub fn tells(name: &str) -> bool {
    [pause::TOLD, WORKAROUND, KNOWN_ERRORS, DELIVERY].contains(&name) || pause::FIELDS.contains(&name)
}

impl Said {
    /// Takes a changed field into account.
    pub fn take(&mut self, at: Timestamp, name: &str, value: Option<&Value>) {
        let text = || value.and_then(Value::as_text).unwrap_or_default().to_string();
        match name {
            pause::TOLD => self.told = value.and_then(Value::as_moment).map(second),
            WORKAROUND | KNOWN_ERRORS => {
                let is_there = value.is_some_and(Value::is_filled);
                self.workaround = if is_there { self.workaround.or(Some(at)) } else { None };
            }
            DELIVERY => {
                let days = value.and_then(Value::as_number).map(|days| days.ceil());
                self.delivery = days.and_then(|days| days.to_u32());
            }
            pause::ON => self.waiting.on = text(),
            pause::WHOM => self.waiting.whom = text(),
            pause::BECAUSE => self.waiting.because = text(),
            pause::UNTIL => self.waiting.until = value.and_then(Value::as_moment),
            _ => {}
        }
    }

    /// Keeps what is said of a pause after an entry.
    pub fn keep(&mut self, at: Timestamp) {
        if self.waits.last().map_or(!self.waiting.says_nothing(), |(_, last)| *last != self.waiting) {
            self.waits.push((at, self.waiting.clone()));
        }
    }

    /// What was said last of a pause before it was over.
    pub fn waits(&self, from: Timestamp, to: Timestamp) -> Option<Waits> {
        let last = self.waits.iter().rev().find(|(at, _)| *at <= from || *at < to);
        last.map(|(_, waits)| waits.clone()).filter(|waits| !waits.says_nothing())
    }

    /// What is said of the present pause.
    pub fn waits_now(&self) -> &Waits {
        &self.waiting
    }
}
