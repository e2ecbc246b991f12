//! An inquiry is a question that an auditor from outside puts on a requirement or a record, with its answer.

use model::{Role, time::DAY};

use crate::prelude::*;

pub const ABOUT: Key<Ref> = Key::new("about");
pub const QUESTION: Key<Long> = Key::new("question");
pub const ASKED_BY: Key<Person> = Key::new("asked_by");
pub const OWNER: Key<Person> = Key::new("owner");
pub const DUE: Key<Date> = Key::new("due");
pub const ANSWER: Key<Long> = Key::new("answer");
pub const ANSWERED_ON: Key<Date> = Key::new("answered_on");

/// An audit lasts some days: what is asked is to be answered by the next one.
const PATIENCE: i64 = DAY;

pub fn kind() -> Kind {
    Kind::new("inquiry", "inquiries", "INQ")
        .about(
            "An inquiry is a question that an auditor from outside puts on a requirement or a record, with its answer.",
        )
        .clause(&["9.2.2"])
        .area(Area::Prove)
        .field(QUESTION.long().help("What you want to know or see.").required())
        .field(ABOUT.reference_or_text(&[]).help("The requirement, such as 8.6.1-3, or the record that it is about."))
        .field(ASKED_BY.person().label("Asked by").column(Column::Requester))
        .field(OWNER.person().label("Answered by").column(Column::Owner))
        .field(DUE.date().column(Column::Due))
        .field(ANSWER.long().help("What is so, and which records show it.").required_in(&["answered"]))
        .field(ANSWERED_ON.date().label("Answered"))
        .lifecycle(lifecycles::answered())
        .include_links(links::general())
        .grants(roles::inquiries())
        .list(&["number", "title", "about", "asked_by", "state", "owner", "due"])
        .titled_by(&["question"])
        .rule(whoever_asks_is_named)
        .rule(dates_of_states)
}

/// An auditor asks under their own name and leaves the answer to others.
fn whoever_asks_is_named(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_some() {
        return Ok(());
    }
    if facts.actor.has(Role::ExternalAuditor) {
        draft.set(ASKED_BY, Person(facts.actor.email.clone()));
        draft.clear(ANSWER);
        draft.clear(ANSWERED_ON);
    }
    rules::sign(draft, facts, ASKED_BY);
    if draft.get(DUE).is_none() {
        draft.set(DUE, facts.now.plus(PATIENCE).date());
    }
    Ok(())
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::answer_is_signed(draft, facts, ANSWERED_ON, OWNER)
}
