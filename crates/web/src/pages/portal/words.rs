//! Where a ticket stands, in the words of whoever asked.

use desk::Shown;
use engines::clocks::Name;
use model::{Moment, Value, time::MINUTE};

use crate::view::{
    parts::{Mark, Place, Shape, Step, Tone},
    time,
};

/// How far a ticket has come: a mark for lists and a sentence for its page.
pub fn state(kind: &str, state: &str) -> (Mark, &'static str) {
    let (shape, tone, word, sentence) = match (kind, state) {
        (_, "new" | "open" | "unstated") => (Shape::New, Tone::Info, "Sent", "We have it and look at it next."),
        (_, "waiting_approval") => (Shape::Pause, Tone::Mute, "Waits for approval", "Somebody must allow it first."),
        (_, "approved") => (Shape::Ring, Tone::Mute, "Allowed", "It is allowed. We begin with it next."),
        (_, "assigned" | "scheduled") => (Shape::Ring, Tone::Mute, "Planned", "Somebody has it and has planned it."),
        (_, "in_progress" | "escalated") => (Shape::Half, Tone::Info, "In work", "We are working on it."),
        (_, "waiting_customer") => (Shape::Pause, Tone::Warn, "Waits for you", "We need an answer from you to go on."),
        (_, "waiting_supplier") => (Shape::Pause, Tone::Mute, "Waits for a supplier", "A supplier is working on it."),
        (_, "waiting_problem") => (Shape::Pause, Tone::Mute, "Cause sought", "We are looking for the cause behind it."),
        (_, "on_hold") => (Shape::Pause, Tone::Mute, "On hold", "It rests for now; we told you why below."),
        ("incident", "resolved") => {
            (Shape::Met, Tone::Ok, "Solved", "It should work again. Tell us below if it does not.")
        }
        (_, "resolved") => {
            (Shape::Met, Tone::Ok, "Answered", "We have answered it. Tell us below if that is not enough.")
        }
        (_, "fulfilled") => (Shape::Met, Tone::Ok, "Done", "You have what you asked for. Tell us below if you do not."),
        (_, "closed") => (Shape::Closed, Tone::Mute, "Closed", "It is done and closed."),
        (_, "rejected") => (Shape::Nothing, Tone::Mute, "Not allowed", "It was not allowed; the reason stands below."),
        (_, "cancelled") => (Shape::Nothing, Tone::Mute, "Cancelled", "It was cancelled."),
        (_, "superseded") => (Shape::Nothing, Tone::Mute, "Part of another", "It goes on in another request of yours."),
        _ => (Shape::Nothing, Tone::Mute, "Withdrawn", "It was withdrawn."),
    };
    (Mark::new(shape, tone, word), sentence)
}

/// The stations that a ticket passes, with where it is.
pub fn steps(kind: &str, state: &str, approval: bool) -> Vec<Step> {
    let labels: Vec<&str> = match (kind, approval) {
        ("incident", _) => vec!["Sent", "In work", "Solved", "Closed"],
        ("complaint", _) => vec!["Sent", "In work", "Answered", "Closed"],
        (_, true) => vec!["Sent", "Approval", "In work", "Done"],
        (_, false) => vec!["Sent", "In work", "Done", "Closed"],
    };
    let station = match state {
        "new" | "open" | "unstated" => "Sent",
        "waiting_approval" | "rejected" => "Approval",
        "resolved" if kind == "complaint" => "Answered",
        "resolved" => "Solved",
        "fulfilled" => "Done",
        "closed" if approval => "Done",
        "closed" => "Closed",
        _ => "In work",
    };
    let here = labels.iter().position(|label| *label == station).unwrap_or_default();
    let place = |at: usize| match at.cmp(&here) {
        std::cmp::Ordering::Less => Place::Past,
        std::cmp::Ordering::Equal => Place::Here,
        std::cmp::Ordering::Greater => Place::Ahead,
    };
    labels
        .iter()
        .enumerate()
        .map(|(at, label)| Step { label: (*label).into(), place: place(at), note: String::new() })
        .collect()
}

/// Whether nothing more happens to it by itself.
pub fn is_over(state: &str) -> bool {
    matches!(state, "resolved" | "fulfilled" | "closed" | "rejected" | "cancelled" | "superseded" | "withdrawn")
}

/// `5 working days`, `one working day`; empty where nothing is promised.
pub fn delivery(days: Option<&Value>) -> String {
    match days.and_then(Value::as_number) {
        Some(days) if days == model::Decimal::ONE => "one working day".into(),
        Some(days) if days == model::Decimal::ZERO => "the same day".into(),
        Some(days) => format!("{} working days", days.normalize()),
        None => String::new(),
    }
}

/// When what was ordered or reported is expected: by the delivery time of the catalogue or of the agreement, else on the day that
/// somebody promised.
pub fn expected(shown: &Shown) -> Option<Moment> {
    let delivery = shown.clocks().iter().find(|clock| clock.name == Name::Fulfilment);
    let promised = || shown.fields().get("due").and_then(Value::as_moment);
    // The end of a day is told as that day and not as the next one.
    let told = |due: Moment| if due == Moment::of_date(due.date()) { due.minus(MINUTE) } else { due };
    delivery.and_then(|clock| clock.due).map(told).or_else(promised)
}

/// `1290 EUR`; empty where it costs nothing.
pub fn price(price: Option<&Value>) -> String {
    let Some(price) = price else { return String::new() };
    match price.part("currency").and_then(Value::as_text) {
        Some(currency) => {
            format!("{} {currency}", price.part("amount").map(|n| model::Type::Number.print(n)).unwrap_or_default())
        }
        None => model::Type::Number.print(price),
    }
}

/// A day, in words.
pub fn day(at: Moment) -> String {
    time::day(at.date())
}

/// Who is asked, in the words of whoever asks, or of those who ask for them.
pub fn approver(word: &str, is_asker: bool) -> &'static str {
    match (word, is_asker) {
        ("line_manager", true) => "your line manager",
        ("line_manager", false) => "the line manager",
        ("service_owner", _) => "the owner of the service",
        ("customer", true) => "whoever approves in your organisation",
        ("customer", false) => "whoever approves for the customer",
        _ => "a person who decides on it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state that a kind may come to must have words of its own: nobody outside reads our names for it.
    #[test]
    fn every_state_of_a_ticket_has_its_words() {
        let catalog = kinds::catalog();
        for name in ["incident", "service_request", "complaint"] {
            let kind = catalog.find(name).expect("a kind");
            for known in &kind.lifecycle.states {
                let (mark, sentence) = state(name, known.name);
                assert!(known.name == "withdrawn" || mark.word != "Withdrawn", "{name}: {}", known.name);
                assert!(sentence.ends_with('.'), "{sentence}");
                let steps = steps(name, known.name, name == "service_request");
                assert_eq!(steps.iter().filter(|step| step.place == Place::Here).count(), 1, "{name}: {}", known.name);
            }
        }
    }

    #[test]
    fn promises_are_said_as_people_say_them() {
        let days = |text: &str| delivery(model::value::decimal(text).map(Value::Number).as_ref());
        assert_eq!(
            (days("1").as_str(), days("5.0").as_str(), days("0").as_str()),
            ("one working day", "5 working days", "the same day")
        );
        assert_eq!(delivery(None), "");
    }
}
