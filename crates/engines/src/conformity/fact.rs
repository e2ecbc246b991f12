//! One record as checks read it: filled, dated, linked, acted upon, by the words of `[reading]`.

use model::{
    Decimal, Mark, Moment, Value,
    lifecycle::UNSTATED,
    value::{decimal, is_blank},
};

use super::world::{Held, Place, World};

/// Dates of plans and ends: taken as written, also when they lie after the instant ([reading].later_dates).
/// A contract's or outage's `start` is one too: what begins later is told by the checks that read it.
const PLANNED: [&str; 9] = [
    "due",
    "planned_on",
    "planned_start",
    "planned_end",
    "review_due",
    "start",
    "end",
    "licence_until",
    "support_until",
];

#[derive(Clone, Copy, Debug)]
pub(super) struct Fact<'w> {
    pub world: &'w World,
    pub place: Place,
}

impl PartialEq for Fact<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl<'w> Fact<'w> {
    fn held(self) -> &'w Held {
        &self.world.held()[self.place as usize]
    }

    pub fn number(self) -> &'w str {
        &self.held().number
    }

    pub fn kind(self) -> &'static str {
        self.held().kind
    }

    pub fn marks(self) -> &'w [Mark] {
        &self.held().marks
    }

    /// Time of its first history entry.
    pub fn written(self) -> Moment {
        self.marks().first().map_or(self.held().created, |mark| mark.at)
    }

    /// Time of its last history entry not later than the instant; `None` when history says nothing.
    pub fn changed(self) -> Option<Moment> {
        let last = self.marks().last().map_or(self.held().changed, |mark| mark.at);
        Some(last).filter(|at| *at != Moment::UNKNOWN && self.world.has_come(*at))
    }

    /// A field as it stands, by dotted path; common parts have no value of their own.
    pub fn value(self, path: &str) -> Option<&'w Value> {
        match path.split_once('.') {
            None => self.held().field(path),
            Some((name, rest)) => self.held().field(name)?.part(rest),
        }
    }

    /// Filled; the date of something done that lies after the instant is not there yet.
    pub fn has(self, path: &str) -> bool {
        match self.value(path) {
            Some(value) => is_there(self.world, path, value),
            None => self.common(path).is_some_and(|text| !is_blank(text)),
        }
    }

    pub fn has_all(self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }

    pub fn text(self, path: &str) -> Option<&'w str> {
        match self.value(path) {
            Some(value) => value.as_text(),
            None => self.common(path),
        }
        .filter(|text| !is_blank(text))
    }

    /// Parts that every record has, under the names that some kinds give them.
    fn common(self, path: &str) -> Option<&'w str> {
        match path {
            "number" | "id" => Some(self.number()),
            "state" | "status" => Some(&*self.held().state).filter(|state| *state != UNSTATED),
            // A title that only repeats the number was made up for want of one.
            "title" | "name" => Some(&*self.held().title).filter(|title| *title != self.number()),
            _ => None,
        }
    }

    pub fn is(self, path: &str, text: &str) -> bool {
        self.text(path) == Some(text)
    }

    pub fn is_one_of(self, path: &str, texts: &[&str]) -> bool {
        self.text(path).is_some_and(|text| texts.contains(&text))
    }

    pub fn flag(self, path: &str) -> Option<bool> {
        match self.value(path)? {
            Value::Flag(flag) => Some(*flag),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn yes(self, path: &str) -> bool {
        self.flag(path) == Some(true)
    }

    pub fn no(self, path: &str) -> bool {
        self.flag(path) == Some(false)
    }

    pub fn numeric(self, path: &str) -> Option<Decimal> {
        self.value(path).and_then(as_number)
    }

    /// The date or instant; `None` when it is the date of something done and has not come yet.
    pub fn date(self, path: &str) -> Option<Moment> {
        let value = self.value(path)?;
        value.as_moment().filter(|at| is_planned(path) || self.world.has_come(*at))
    }

    /// The entries of a list, or the one value that stands for it; none when it is not filled.
    pub fn entries(self, path: &str) -> &'w [Value] {
        match self.value(path) {
            Some(value) if value.is_filled() => value.entries(),
            _ => &[],
        }
    }

    /// The entries that are texts.
    pub fn names(self, path: &str) -> impl Iterator<Item = &'w str> + Clone {
        self.entries(path).iter().filter_map(Value::as_text)
    }

    pub fn holds(self, path: &str, text: &str) -> bool {
        self.names(path).any(|name| name == text)
    }

    /// The record that a field names by number.
    pub fn refer(self, path: &str) -> Option<Fact<'w>> {
        self.world.find(self.text(path)?)
    }

    /// Numbers that its links lead to, found or not.
    pub fn targets(self) -> impl Iterator<Item = &'w str> {
        super::trace::saw(super::trace::Reads::LINKS);
        self.held().links.iter().map(|link| link.to.as_str())
    }

    /// Linked records of a kind, whatever the type and direction of the link.
    pub fn linked(self, kind: &'w str) -> impl Iterator<Item = Fact<'w>> {
        let world = self.world;
        world.neighbours(self.place).iter().map(move |place| world.fact(*place)).filter(move |fact| fact.kind() == kind)
    }

    pub fn is_linked(self, kinds: &[&str]) -> bool {
        self.world.neighbours(self.place).iter().any(|place| kinds.contains(&self.world.fact(*place).kind()))
    }

    /// Its actions: listed in its field actions by number, naming it as source, or linked to it.
    pub fn actions(self) -> Vec<Fact<'w>> {
        let listed = self.names("actions").filter_map(|number| self.world.find_of("action", number));
        let sourced = self.world.actions_with_source(self.number()).iter().map(|place| self.world.fact(*place));
        let mut actions: Vec<Fact<'w>> = listed.chain(sourced).chain(self.linked("action")).collect();
        actions.sort_unstable_by_key(|action| action.place);
        actions.dedup();
        actions
    }

    pub fn has_action(self) -> bool {
        !self.actions().is_empty()
    }

    pub fn is_done(self) -> bool {
        self.is("status", "done")
    }

    /// Whether the field names an active person of the provider.
    pub fn has_active(self, path: &str) -> bool {
        self.names(path).any(|mail| self.world.is_active_person(mail))
    }

    /// Whether the field names someone of top management.
    pub fn has_top(self, path: &str) -> bool {
        self.names(path).any(|mail| self.world.is_top(mail))
    }

    /// Time of its newest log entry: in the field log with by and at, or a history entry with a note.
    pub fn logged(self) -> Option<Moment> {
        let logged = self.entries("log").iter().filter(|entry| self.world.has_part(entry, "by"));
        let logged = logged.filter_map(|entry| self.world.part_date(entry, "at"));
        logged.chain(self.noted()).max()
    }

    /// Times of history entries that hold a note.
    pub fn noted(self) -> impl Iterator<Item = Moment> {
        let noted = |mark: &&Mark| mark.note.as_deref().is_some_and(|note| !is_blank(note));
        self.marks().iter().filter(noted).map(|mark| mark.at)
    }
}

/// Filled, and not the date of something that has not happened yet.
pub(super) fn is_there(world: &World, path: &str, value: &Value) -> bool {
    match value {
        Value::Parts(parts) => parts.iter().any(|(name, part)| !is_ahead(world, &format!("{path}.{name}"), part)),
        value => value.is_filled() && !is_ahead(world, path, value),
    }
}

fn is_ahead(world: &World, path: &str, value: &Value) -> bool {
    let at = match value {
        Value::Date(_) | Value::Instant(_) => value.as_moment(),
        // Year and hyphen first: no other text is worth reading as a date.
        Value::Text(text) if text.len() >= 10 && text.as_bytes()[4] == b'-' => Moment::parse(text),
        _ => None,
    };
    at.is_some_and(|at| !is_planned(path) && !world.has_come(at))
}

fn is_planned(path: &str) -> bool {
    path.starts_with("sections.")
        || path.starts_with("plan.")
        || PLANNED.contains(&path.rsplit('.').next().unwrap_or(path))
}

pub(super) fn as_number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => decimal(text),
        _ => None,
    }
}
