//! A campaign tells people something by a day and asks each of them to say that they know it.

use super::awareness::ALL_TOPICS;
use crate::{information::document, prelude::*};

pub const TEXT: Key<Long> = Key::new("text");
pub const TOPICS: Key<Many<Choice>> = Key::new("topics");
pub const MATERIALS: Key<Many<Ref>> = Key::new("materials");
pub const OWNER: Key<Person> = Key::new("owner");
pub const BEGINS_ON: Key<Date> = Key::new("begins_on");
pub const ENDS_ON: Key<Date> = Key::new("ends_on");

pub fn kind() -> Kind {
    Kind::new("campaign", "campaigns", "CMG")
        .about("A campaign tells people something by a day and asks each of them to say that they know it.")
        .clause(&["7.3", "6.2.1", "5.2.2", "5.3", "8.7.3.1"])
        .area(Area::Prove)
        .include(fields())
        .include(audience())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::campaigns())
        .list(&["number", "title", "state", "topics", "owner", "begins_on", "ends_on"])
        .rule(begins_with_somebody_to_tell)
        .rule(numbers_are_sensible)
}

fn fields() -> Vec<Field> {
    vec![
        shared::title_alias(),
        TEXT.long().help("What people are to know, in their words. In Markdown."),
        TOPICS.open_choices(&ALL_TOPICS).help("What it counts for: whoever confirms has been told of these."),
        MATERIALS
            .references(&["document", "knowledge_article", "policy"])
            .help("What else they read: documents, articles, policies."),
        OWNER.person().help("Who answers for it and looks after those who are late.").column(Column::Owner),
        BEGINS_ON.date().label("Begins").help("The day on which it was begun, where nothing is said."),
        ENDS_ON
            .date()
            .label("Ends")
            .help("Until then newcomers are asked as well; empty for as long as it runs.")
            .column(Column::Due),
        document::VERSION.number().label("Round").help("1 at first; the next number asks everybody again."),
    ]
}

/// The same words as on a document: both are asked by one mechanism.
fn audience() -> Vec<Field> {
    shared::grouped(
        "Who is to know it",
        vec![
            document::READERS
                .references_or_text(&["team", "role"])
                .label("Teams and roles")
                .help("By number; the word staff means everybody who works here."),
            document::NAMED_READERS.persons().label("And these people"),
            document::READ_WITHIN
                .number()
                .label("Days to confirm")
                .help("From the day on which somebody is asked; 14 where nothing is said."),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("running", Open)
        .state("ended", Done)
        .step("begin", &["draft"], "running")
        .step("end", &["running"], "ended")
        .step("begin_again", &["ended"], "running");
    lifecycles::ending(lifecycle)
}

/// Begun without anything to say, or without anybody to say it to, it would look as if everybody knew.
fn begins_with_somebody_to_tell(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::enters(draft, facts, &["running"]) {
        return Ok(());
    }
    if draft.get(TEXT).is_none() && draft.get(MATERIALS).is_none_or(|materials| materials.0.is_empty()) {
        return Err(FieldError::new(TEXT.name, "say what people are to know, or name what they are to read"));
    }
    let groups = draft.get(document::READERS).is_some_and(|readers| !readers.0.is_empty());
    let people = draft.get(document::NAMED_READERS).is_some_and(|readers| !readers.0.is_empty());
    if !groups && !people {
        return Err(FieldError::new(document::READERS.name, "say who is to know it: staff, teams, roles or people"));
    }
    rules::stamp_day(draft, facts, BEGINS_ON);
    if draft.get(document::VERSION).is_none() {
        draft.set(document::VERSION, Decimal::ONE);
    }
    rules::sign(draft, facts, OWNER);
    Ok(())
}

fn numbers_are_sensible(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, BEGINS_ON, ENDS_ON)?;
    for (key, most) in [(document::VERSION, 1_000), (document::READ_WITHIN, 365)] {
        let given = draft.get(key).filter(|_| rules::touched(draft, facts, &[key.name]));
        if given.is_some_and(|given| given < Decimal::ONE || given > Decimal::from(most) || !given.fract().is_zero()) {
            return Err(FieldError::new(key.name, format!("is a whole number from 1 to {most}")));
        }
    }
    Ok(())
}
