//! The clocks of a ticket: a pure replay of its history against what was agreed (rules R01 to R08).
//!
//! Nothing is counted by hand: page, list, report and API ask here and get the same answer. What is stored beside a record
//! is only a copy of what this says.

mod agreed;
mod backing;
mod days;
mod history;
mod hours;
mod legs;
mod replay;
mod said;
pub mod steps;
mod stored;

use jiff::Timestamp;
use model::{Fields, Mark, Moment, Record, Value};

pub use agreed::{Agreements, Goal, HEEDED, IN_FORCE, Need, Promise, Terms, Ticket, agrees};
pub use days::WorkingDays;
pub use history::{is_started, moves};
pub use hours::{AllHours, Hours};
pub use legs::{Holder, Share, Stay, hands, shares};
pub use replay::{replay, working};
pub use stored::{advanced, agree, due, left, load, store};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Until a person has answered (R08); never paused.
    Response,
    /// Until the service works again, or the request is fulfilled.
    Resolution,
    /// Until there is a way to go on working meanwhile.
    Workaround,
    /// Until what was ordered is there, by the agreement or by the delivery time of the catalogue.
    Fulfilment,
    /// Until those concerned hear again how it stands: by the moment that was promised, round the clock, or by the agreement,
    /// from each public word of ours on.
    Update,
    /// Until a team or a supplier has handed it on or brought it to an end, within what was agreed with them; one for each.
    Leg,
}

impl Name {
    pub const ALL: [Name; 6] =
        [Name::Response, Name::Resolution, Name::Workaround, Name::Fulfilment, Name::Update, Name::Leg];
    /// Those for which an agreement names a time by their own name, in the rows of its targets.
    pub const PROMISED: [Name; 5] =
        [Name::Response, Name::Resolution, Name::Workaround, Name::Fulfilment, Name::Update];

    pub fn name(self) -> &'static str {
        match self {
            Name::Response => "response",
            Name::Resolution => "resolution",
            Name::Workaround => "workaround",
            Name::Fulfilment => "fulfilment",
            Name::Update => "update",
            Name::Leg => "leg",
        }
    }
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Running,
    /// On hold: the due moment is not known while it lasts (R04).
    OnHold,
    Met,
    Missed,
    /// Not stopped, past its goal.
    Late,
    /// The ticket was cancelled, withdrawn or is another one's duplicate: nothing to judge (R09).
    Dropped,
}

impl Standing {
    pub const ALL: [Standing; 6] =
        [Standing::Running, Standing::OnHold, Standing::Met, Standing::Missed, Standing::Late, Standing::Dropped];

    pub fn name(self) -> &'static str {
        match self {
            Standing::Running => "running",
            Standing::OnHold => "on_hold",
            Standing::Met => "met",
            Standing::Missed => "missed",
            Standing::Late => "late",
            Standing::Dropped => "dropped",
        }
    }

    /// Whether it can still be met or missed.
    pub fn is_live(self) -> bool {
        matches!(self, Standing::Running | Standing::OnHold | Standing::Late)
    }
}

/// A clock at an instant, with its working where that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    pub name: Name,
    /// Number of the team or the supplier whose leg it is; empty for a clock of the whole ticket.
    pub leg: String,
    /// Number of the agreement; empty where the standard targets hold.
    pub agreement: String,
    /// Number of the calendar that it runs in; empty for round the clock without one.
    pub calendar: String,
    /// How people call that calendar.
    pub hours: String,
    pub priority: String,
    /// Working seconds of the whole goal, used and left.
    pub goal_seconds: i64,
    pub used_seconds: i64,
    pub left_seconds: i64,
    pub started: Moment,
    /// When the goal is, or was, used up; `None` on hold or where the calendar never gives that much time.
    pub due: Option<Moment>,
    pub stopped: Option<Moment>,
    pub standing: Standing,
    /// The state that holds it; empty while none does.
    pub held: String,
    pub segments: Vec<Segment>,
}

/// A stretch of time and what the clock did in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub from: Moment,
    pub to: Moment,
    pub pace: Pace,
    /// Working seconds that it used of the goal.
    pub used_seconds: i64,
    /// Under which promise: agreement, priority and hours as on the clock.
    pub agreement: String,
    pub priority: String,
    pub hours: String,
    /// For whom it waited and why, as far as that was said.
    pub waits: Option<Waits>,
}

/// What was said of a pause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// One of [`model::pause::FOR`], and who or which that is.
    pub on: String,
    pub whom: String,
    pub because: String,
    /// When it was expected to go on.
    pub until: Option<Moment>,
}

impl Waits {
    pub fn says_nothing(&self) -> bool {
        *self == Waits::default()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pace {
    Running,
    /// On hold in this state (R05).
    OnHold(String),
    /// Resolved, and taken up again in time (R06).
    Over(String),
    /// With this team or supplier, or with nobody who was named, and back within the agreed days (R06).
    Away(String),
    /// Outside of the agreed hours (R01).
    Closed,
}

impl Pace {
    pub fn name(&self) -> &'static str {
        match self {
            Pace::Running => "running",
            Pace::OnHold(_) => "on_hold",
            Pace::Over(_) => "over",
            Pace::Away(_) => "elsewhere",
            Pace::Closed => "closed_hours",
        }
    }

    /// The state that holds it, or who has it meanwhile; empty where nothing does.
    pub fn held(&self) -> &str {
        match self {
            Pace::OnHold(held) | Pace::Over(held) | Pace::Away(held) => held,
            Pace::Running | Pace::Closed => "",
        }
    }

    /// The rule by which it is so.
    pub fn rule(&self, clock: Name) -> &'static str {
        match (self, clock) {
            (Pace::OnHold(_), _) => "R05",
            (Pace::Over(_) | Pace::Away(_), _) => "R06",
            (Pace::Running, Name::Response) => "R08",
            (Pace::Running, Name::Resolution | Name::Workaround | Name::Fulfilment | Name::Leg) => "R04",
            (Pace::Running, Name::Update) => "R02",
            (Pace::Closed, _) => "R01",
        }
    }
}

/// A record as it stood from an instant on.
struct Turn {
    at: Timestamp,
    state: String,
    fields: Fields,
}

/// Every state of a record that its history tells of; what has no time counts from the beginning of time.
fn versions(marks: &[Mark], record: &Record) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::with_capacity(marks.len());
    let (mut state, mut fields) = (String::new(), Fields::new());
    for mark in marks {
        for (name, value) in mark.changes.iter().chain(&mark.base) {
            match (name.as_str(), value) {
                ("state", value) => {
                    state = value.as_ref().and_then(Value::as_text).unwrap_or_default().to_string();
                }
                (_, Some(value)) => drop(fields.insert(name.clone(), value.clone())),
                (_, None) => drop(fields.remove(name)),
            }
        }
        let at = if mark.at == Moment::UNKNOWN { Timestamp::MIN } else { second(mark.at) };
        turns.push(Turn { at, state: state.clone(), fields: fields.clone() });
    }
    if turns.is_empty() {
        turns.push(Turn { at: Timestamp::MIN, state: record.state.clone(), fields: record.fields.clone() });
    }
    turns
}

/// What of a line in the order of time holds at an instant.
fn at<T>(line: &[(Timestamp, T)], instant: Timestamp) -> Option<&T> {
    let after = line.partition_point(|(from, _)| *from <= instant);
    after.checked_sub(1).map(|place| &line[place].1)
}

fn moment(at: Timestamp) -> Moment {
    Moment(at.as_millisecond())
}

/// Clocks count whole seconds (convention 1 of the calculation rules).
fn second(at: Moment) -> Timestamp {
    Timestamp::from_second(at.timestamp().as_second()).unwrap_or(Timestamp::MIN)
}
