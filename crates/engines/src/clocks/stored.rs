//! Clocks as they are stored beside a record: a copy of a replay, from which any later moment follows.

use model::Moment;
use serde_json::{Value as Json, json};

use super::{Agreements, Clock, Name, Standing, second};
use crate::rules::spans::Span;

/// The copy. Short, because every open ticket has one: names stand by their place.
pub fn store(clocks: &[Clock]) -> Json {
    let moment = |at: Option<Moment>| at.map_or(Json::Null, |at| at.0.into());
    let one = |clock: &Clock| {
        json!([
            clock.name.name(),
            clock.standing.name(),
            clock.goal_seconds,
            clock.used_seconds,
            clock.left_seconds,
            clock.started.0,
            moment(clock.due),
            moment(clock.stopped),
            clock.priority,
            clock.agreement,
            clock.calendar,
            clock.held,
            clock.leg,
        ])
    };
    clocks.iter().map(one).collect()
}

/// The clocks of a copy; what cannot be read is left out, as it can be made anew.
pub fn load(json: &Json) -> Vec<Clock> {
    json.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(one).collect()
}

fn one(json: &Json) -> Option<Clock> {
    let text = |place: usize| json.get(place)?.as_str();
    let number = |place: usize| json.get(place)?.as_i64();
    Some(Clock {
        name: Name::ALL.into_iter().find(|name| Some(name.name()) == text(0))?,
        standing: Standing::ALL.into_iter().find(|standing| Some(standing.name()) == text(1))?,
        goal_seconds: number(2)?,
        used_seconds: number(3)?,
        left_seconds: number(4)?,
        started: Moment(number(5)?),
        due: number(6).map(Moment),
        stopped: number(7).map(Moment),
        priority: text(8)?.into(),
        agreement: text(9)?.into(),
        calendar: text(10)?.into(),
        held: text(11)?.into(),
        // Copies of an earlier program have none.
        leg: text(12).unwrap_or_default().into(),
        hours: String::new(),
        segments: Vec::new(),
    })
}

/// Working seconds from now until a moment, by the calendar of a clock.
pub fn left(clock: &Clock, agreements: &Agreements, now: Moment, until: Moment) -> i64 {
    agreements.working_seconds(&clock.calendar, Span::new(second(now), second(until)))
}

/// The clock of a copy at a later moment at which nothing more has happened to the record: what a replay says then, but
/// that a clock past its goal is not counted any further.
pub fn advanced(mut clock: Clock, agreements: &Agreements, now: Moment) -> Clock {
    let now = second(now);
    let hours = agreements.hours(&clock.calendar, now);
    clock.hours.clone_from(&hours.name);
    let running = matches!(clock.standing, Standing::Running | Standing::Late) && clock.held.is_empty();
    if !running {
        return clock;
    }
    match clock.due.map(second) {
        Some(due) if due < now => {
            // Used up at closing time it is kept until the hours begin again.
            if hours.calendar.segments(due).next().is_some_and(|span| span.from < now) {
                clock.standing = Standing::Late;
            }
            clock.used_seconds = clock.used_seconds.max(clock.goal_seconds);
            clock.left_seconds = 0;
        }
        // One that was late under another promise counts down like the others.
        Some(due) => {
            let left = agreements.working_seconds(&clock.calendar, Span::new(now, due));
            clock.left_seconds = left.min(clock.goal_seconds);
            clock.used_seconds = clock.goal_seconds - clock.left_seconds;
        }
        None => {}
    }
    clock
}

/// Whether a copy, advanced, says what a replay says: how far a live clock is past its goal is not kept.
pub fn agree(advanced: &[Clock], replayed: &[Clock]) -> bool {
    let clipped = |clocks: &[Clock]| -> Vec<Clock> {
        let clip = |clock: &Clock| {
            let most = if clock.standing.is_live() { clock.goal_seconds } else { i64::MAX };
            Clock { used_seconds: clock.used_seconds.min(most), segments: Vec::new(), ..clock.clone() }
        };
        clocks.iter().map(clip).collect()
    };
    store(&clipped(advanced)) == store(&clipped(replayed))
}

/// When the next of them is due that was promised to whoever asked; `None` where none runs. What a team or a supplier owes us
/// is no promise to them.
pub fn due(clocks: &[Clock]) -> Option<Moment> {
    clocks.iter().filter(|clock| clock.leg.is_empty() && clock.standing.is_live()).filter_map(|clock| clock.due).min()
}
