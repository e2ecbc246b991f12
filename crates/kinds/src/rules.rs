//! Rules that several kinds share: dates in order, times that a state brings with it.

use model::{
    Date, Decimal, Draft, FieldError, Key, Moment, Value,
    field::{Person, Stored},
    kind::Facts,
    lifecycle::sentence_case,
    types::is_mail,
};

use crate::shared;

/// Whether this write says something about one of the fields. What was imported wrong does not stand in the way of
/// other work on the record.
pub fn touched(draft: &Draft, facts: &Facts<'_>, names: &[&str]) -> bool {
    facts.before.is_none_or(|before| names.iter().any(|name| before.fields.get(*name) != draft.fields.get(*name)))
}

/// Refuses an end that lies before its beginning. Nothing to say while one of them is empty.
///
/// # Errors
/// A sentence at the later field.
pub fn in_order<T: Stored, U: Stored>(
    draft: &Draft,
    facts: &Facts<'_>,
    first: Key<T>,
    then: Key<U>,
) -> Result<(), FieldError> {
    let at = |name: &str| draft.fields.get(name).and_then(Value::as_moment);
    match (at(first.name), at(then.name)) {
        (Some(begin), Some(end)) if end < begin && touched(draft, facts, &[first.name, then.name]) => {
            let begin = sentence_case(first.name).to_lowercase();
            Err(FieldError::new(then.name, format!("lies before {begin}")))
        }
        _ => Ok(()),
    }
}

/// Whether this write brings the record into one of the states.
pub fn enters(draft: &Draft, facts: &Facts<'_>, states: &[&str]) -> bool {
    states.contains(&draft.state.as_str()) && facts.before.is_none_or(|before| before.state != draft.state)
}

/// Whether this write brings the record from one of the states into another one outside of them.
pub fn leaves(draft: &Draft, facts: &Facts<'_>, states: &[&str]) -> bool {
    !states.contains(&draft.state.as_str())
        && facts.before.is_some_and(|before| states.contains(&before.state.as_str()))
}

/// Fills an empty time with the present.
pub fn stamp(draft: &mut Draft, facts: &Facts<'_>, key: Key<Moment>) {
    if draft.get(key).is_none() {
        draft.set(key, facts.now);
    }
}

/// Writes the present down, whatever stood there.
pub fn stamp_now(draft: &mut Draft, facts: &Facts<'_>, key: Key<Moment>) {
    draft.set(key, facts.now);
}

/// Fills an empty date with today (UTC).
pub fn stamp_day(draft: &mut Draft, facts: &Facts<'_>, key: Key<Date>) {
    if draft.get(key).is_none() {
        draft.set(key, facts.now.date());
    }
}

/// Fills an empty person with whoever acts; the program itself is no person.
pub fn sign(draft: &mut Draft, facts: &Facts<'_>, key: Key<Person>) {
    if draft.get(key).is_none() && is_mail(&facts.actor.email) {
        draft.set(key, Person(facts.actor.email.clone()));
    }
}

/// Fills who approved and when, on the way into `approved`. A rule of kinds; it refuses nothing.
pub fn approval_is_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if enters(draft, facts, &["approved"]) {
        sign(draft, facts, shared::APPROVED_BY);
        stamp_day(draft, facts, shared::APPROVED_ON);
    }
    Ok(())
}

/// Fills the day of raising on a new record and the day of closing; reopening takes the latter back.
pub fn stamp_raising_and_closing(draft: &mut Draft, facts: &Facts<'_>, raised: Key<Date>, closed: Key<Date>) {
    if facts.before.is_none() {
        stamp_day(draft, facts, raised);
    }
    if enters(draft, facts, &["closed"]) {
        stamp_day(draft, facts, closed);
    }
    if leaves(draft, facts, &["closed"]) {
        draft.clear(closed);
    }
}

/// Adds one to a counter that is empty at first.
pub fn count(draft: &mut Draft, key: Key<model::Decimal>) {
    let before = draft.get(key).unwrap_or_default();
    draft.set(key, before + model::Decimal::ONE);
}

/// Counts how often a ticket went from one team to another, or within it from one owner to another.
pub fn count_moves(draft: &mut Draft, facts: &Facts<'_>, owner: Key<Person>, team: Key<model::field::Ref>) {
    let Some(before) = facts.before else { return };
    let moved = |name: &str| {
        let (was, is) = (before.fields.get(name), draft.fields.get(name));
        was.is_some() && is.is_some() && was != is
    };
    if moved(team.name) || moved(owner.name) {
        count(draft, shared::REASSIGNMENT_COUNT);
    }
}

/// Refuses a percentage outside 0 to 100.
///
/// # Errors
/// A sentence at the field.
pub fn share_of_hundred(
    draft: &Draft,
    facts: &Facts<'_>,
    key: Key<model::field::Percentage>,
) -> Result<(), FieldError> {
    let share = draft.get(key).filter(|_| touched(draft, facts, &[key.name]));
    match share {
        Some(share) if share.0 < model::Decimal::ZERO || share.0 > model::Decimal::ONE_HUNDRED => {
            Err(FieldError::new(key.name, "must be from 0 to 100 percent"))
        }
        _ => Ok(()),
    }
}

/// Gives what a customer says to the person of ours who looks after that customer.
pub fn relationship_owner(draft: &mut Draft, facts: &Facts<'_>, key: Key<Person>) {
    let customer = facts.related.of(draft, shared::CUSTOMER.name);
    let owner = customer.and_then(|customer| customer.get(crate::relationship::customer::RELATIONSHIP_OWNER));
    if let Some(owner) = owner.filter(|_| draft.get(key).is_none()) {
        draft.set(key, owner);
    }
}

/// Whoever answers a question stands beside the answer with the day; one that is taken up again has no day.
pub fn answer_is_signed(
    draft: &mut Draft,
    facts: &Facts<'_>,
    on: Key<Date>,
    by: Key<Person>,
) -> Result<(), FieldError> {
    if enters(draft, facts, &["answered"]) {
        stamp_day(draft, facts, on);
        sign(draft, facts, by);
    }
    if leaves(draft, facts, &["answered"]) {
        draft.clear(on);
    }
    Ok(())
}

/// A task of a request model or of a request, as rules look at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub name: String,
    pub title: String,
    pub after: Vec<String>,
    pub shown_when: String,
    pub is_over: bool,
    /// Working days within which it is to be done.
    pub days: Option<Decimal>,
}

impl Task {
    pub fn read_all(rows: Option<&Value>) -> Vec<Task> {
        let rows = rows.map(Value::entries).unwrap_or_default().iter();
        rows.filter(|row| matches!(row, Value::Parts(_))).map(Task::read).collect()
    }

    pub fn read(row: &Value) -> Task {
        let text = |part: &str| row.part(part).and_then(Value::as_text).unwrap_or_default().trim().to_string();
        let after = row.part("after").map(Value::entries).unwrap_or_default().iter().filter_map(Value::as_text);
        let name = text("name");
        Task {
            title: Some(text("title")).filter(|title| !title.is_empty()).unwrap_or_else(|| name.clone()),
            after: after.filter(|name| *name != "none").map(str::to_string).collect(),
            shown_when: text("shown_when"),
            is_over: matches!(text("state").as_str(), "done" | "not_needed"),
            days: row.part("days").and_then(Value::as_number),
            name,
        }
    }
}
