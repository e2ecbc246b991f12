//! The shape and colour of a state, from its phase and its name: no kind has to declare them.

use model::{Kind, Phase, lifecycle::WITHDRAWN};

use super::parts::{Mark, Priority, Shape, Tone};

/// How a state of a kind is drawn. The name only refines what the phase already says, so that an unknown one is drawn too.
pub fn mark(kind: &Kind, state: &str) -> Mark {
    let (shape, tone) = match kind.phase(state) {
        Phase::Waiting => (Shape::Pause, Tone::Mute),
        Phase::Open => open(kind, state),
        Phase::Done => done(state),
    };
    Mark::new(shape, tone, kind.state_label(state))
}

fn open(kind: &Kind, state: &str) -> (Shape, Tone) {
    match state {
        "current" | "active" | "live" | "running" | "in_force" | "published" | "effective" => (Shape::Met, Tone::Ok),
        "assigned" | "planned" | "scheduled" | "accepted" | "approved" => (Shape::Ring, Tone::Mute),
        "failed" | "breached" | "overdue" => (Shape::Nonconforming, Tone::Bad),
        "degraded" | "at_risk" => (Shape::Risk, Tone::Warn),
        _ if state == kind.lifecycle.start() => (Shape::New, Tone::Info),
        _ => (Shape::Half, Tone::Info),
    }
}

fn done(state: &str) -> (Shape, Tone) {
    match state {
        _ if WITHDRAWN.contains(&state) => (Shape::Nothing, Tone::Mute),
        "rejected" | "declined" | "retired" | "expired" => (Shape::Nothing, Tone::Mute),
        "failed" | "not_met" | "missed" => (Shape::Nonconforming, Tone::Bad),
        "resolved" | "fulfilled" | "met" | "passed" | "effective" | "accepted" | "approved" => (Shape::Met, Tone::Ok),
        // What merely stands leaves no work, and stands well.
        "current" | "agreed" | "active" | "live" | "in-force" | "in-use" | "operating" | "published" => {
            (Shape::Met, Tone::Ok)
        }
        _ => (Shape::Closed, Tone::Mute),
    }
}

/// `P1` to `P4` and beyond; other words of an organisation have no shape.
pub fn priority(text: &str) -> Option<Priority> {
    let number = text.strip_prefix(['P', 'p'])?.parse().ok()?;
    (1..=9).contains(&number).then_some(Priority(number))
}

#[cfg(test)]
mod tests {
    use model::{Lifecycle, Phase};

    use super::*;

    #[test]
    fn the_phase_decides_and_the_name_refines() {
        let lifecycle = Lifecycle::starts_in("new", Phase::Open)
            .state("assigned", Phase::Open)
            .state("in_progress", Phase::Open)
            .state("waiting_customer", Phase::Waiting)
            .state("resolved", Phase::Done)
            .state("closed", Phase::Done)
            .withdrawable();
        let kind = Kind::new("incident", "incidents", "INC").lifecycle(lifecycle);
        let shapes = ["new", "assigned", "in_progress", "waiting_customer", "resolved", "closed", "withdrawn", "gone"]
            .map(|state| mark(&kind, state).shape);
        assert_eq!(
            shapes,
            [
                Shape::New,
                Shape::Ring,
                Shape::Half,
                Shape::Pause,
                Shape::Met,
                Shape::Closed,
                Shape::Nothing,
                Shape::Half
            ]
        );
        assert_eq!(mark(&kind, "waiting_customer").word, "Waiting customer");
    }

    #[test]
    fn priorities_are_numbers_behind_a_letter() {
        assert_eq!(priority("P1"), Some(Priority(1)));
        assert_eq!(priority("P5").map(Priority::shape), Some("p4"));
        assert_eq!(priority("urgent"), None);
    }
}
