//! What the journal of a ticket tells that moves its clocks.

use jiff::Timestamp;
use model::{Column, Entry, Kind, Mark, Moment, Phase, Value};

use super::{
    agreed::Ticket,
    at,
    said::{self, Said},
    second,
};

/// The field that says when the next word is promised.
const NEXT_UPDATE: &str = "next_update";

/// Values over time, each from an instant on.
type Line = Vec<(Timestamp, Option<String>)>;

pub struct History {
    pub started: Timestamp,
    pub responded: Option<Timestamp>,
    pub states: Vec<(Timestamp, String)>,
    kind: &'static str,
    priorities: Line,
    services: Line,
    customers: Line,
    /// Who had it, from the hand-over on.
    pub teams: Line,
    pub suppliers: Line,
    /// When the next word was promised, and for when.
    pub update: Option<(Timestamp, Timestamp)>,
    pub said: Said,
}

impl History {
    /// Reads the marks up to `now`. `None` where nobody knows when it began: a line of the past without any time.
    pub fn read(kind: &Kind, marks: &[Mark], now: Moment) -> Option<History> {
        let field = |column| kind.fields.iter().find(|field| field.column == Some(column)).map(|field| &*field.name);
        let (priority, service) = (field(Column::Priority), field(Column::Service));
        let first = marks.first()?.at;
        let mut started = (first != Moment::UNKNOWN).then(|| second(first));
        let (mut responded, mut update) = (None, None);
        let mut states: Vec<(Timestamp, String)> = Vec::new();
        let (mut priorities, mut services, mut customers) = (Line::new(), Line::new(), Line::new());
        let mut said = Said::default();
        let (mut teams, mut suppliers) = (Line::new(), Line::new());
        let (team, supplier) = kind.hands.map_or((None, None), |hands| (Some(hands.team), Some(hands.supplier)));
        for mark in marks.iter().filter(|mark| mark.at <= now) {
            let at = second(mark.at);
            for (name, value) in mark.changes.iter().chain(&mark.base) {
                let text = || value.as_ref().and_then(Value::as_text).map(str::to_string);
                let moment = || value.as_ref().and_then(Value::as_moment).map(second);
                match Some(name.as_str()) {
                    Some("state") => states.extend(text().map(|state| (at, state))),
                    Some("raised_on") => started = moment().or(started),
                    Some("responded_on") => responded = moment(),
                    Some(NEXT_UPDATE) => update = moment().map(|due| (at, due)),
                    name if name == team => teams.push((at, text())),
                    name if name == supplier => suppliers.push((at, text())),
                    name if name == priority => priorities.push((at, text())),
                    name if name == service => services.push((at, text())),
                    name if name == kind.customer_field => customers.push((at, text())),
                    _ => said.take(at, name, value.as_ref()),
                }
            }
            said.keep(at);
        }
        let started = started?;
        for line in [&mut priorities, &mut services, &mut customers] {
            settle(line, started);
        }
        // Unlike these, who has it counts from when it was handed over.
        teams.iter_mut().chain(&mut suppliers).for_each(|(at, _)| *at = started.max(*at));
        if let Some((at, _)) = states.first_mut() {
            *at = started.min(*at);
        }
        Some(History {
            started,
            responded,
            states,
            kind: kind.name,
            priorities,
            services,
            customers,
            teams,
            suppliers,
            update,
            said,
        })
    }

    /// What decides about promises, as it stood at an instant.
    pub fn ticket(&self, instant: Timestamp) -> Ticket<'_> {
        let value = |line| at(line, instant).and_then(|value: &Option<String>| value.as_deref());
        Ticket {
            kind: self.kind,
            service: value(&self.services),
            customer: value(&self.customers),
            priority: value(&self.priorities),
        }
    }

    /// Instants at which something of it changed.
    pub fn turns(&self) -> impl Iterator<Item = Timestamp> {
        [&self.priorities, &self.services, &self.customers].into_iter().flatten().map(|(at, _)| *at)
    }

    /// Every service that it was ever about.
    pub fn services(&self) -> Vec<&str> {
        let mut services: Vec<&str> = self.services.iter().filter_map(|(_, service)| service.as_deref()).collect();
        services.sort_unstable();
        services.dedup();
        services
    }
}

/// What is first said of a ticket holds from its report on, however late it was written down.
fn settle(line: &mut Line, started: Timestamp) {
    let first = line.iter().position(|(_, value)| value.is_some()).unwrap_or(line.len());
    line.drain(..first);
    if let Some((at, _)) = line.first_mut() {
        *at = started;
    }
}

/// Whether a record has clocks at all: what came in over and done starts none, unless it is taken up again here.
pub fn is_started(kind: &Kind, entries: &[Entry]) -> bool {
    let is_over = |state: &str| kind.phase(state) == Phase::Done;
    let came = entries.iter().take_while(|entry| entry.act == "import").count();
    if came == 0 {
        return true;
    }
    // What a line says last stands beside its last entry and weighs more than what that entry carries.
    let state = |entry: &'_ Entry| {
        let told = entry.base.get("state").or_else(|| entry.changes.get("state"))?.as_ref()?.as_text()?;
        Some(is_over(told))
    };
    let over = entries[..came].iter().rev().find_map(state).unwrap_or_default();
    !over || entries[came..].iter().filter_map(state).any(|over| !over)
}

/// Whether an entry of a record with clocks says something that moves them.
pub fn moves(kind: &Kind, entry: &Entry) -> bool {
    let moving = |name: &String| {
        let column = kind.find(name).and_then(|field| field.column);
        matches!(name.as_str(), "state" | "raised_on" | "responded_on" | NEXT_UPDATE)
            || said::tells(name)
            || kind.escalation.is_some_and(|escalation| escalation.rows == name)
            || matches!(column, Some(Column::Priority | Column::Service))
            || kind.customer_field == Some(name)
            || kind.hands.is_some_and(|hands| hands.team == name || hands.supplier == name)
    };
    entry.changes.keys().chain(entry.base.keys()).any(moving)
}
