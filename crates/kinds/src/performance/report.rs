//! A report is one issue of what its definition describes: figures frozen when it was made, trends, and what was decided on it.

use crate::prelude::*;

pub const DEFINITION: Key<Ref> = Key::new("definition");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const MADE_ON: Key<Date> = Key::new("made_on");
pub const TOLD: Key<Date> = Key::new("told");
pub const TEXT: Key<Long> = Key::new("text");
pub const TRENDS: Key<Many<Parts>> = Key::new("trends");
pub const DECISIONS: Key<Many<Text>> = Key::new("decisions");
pub const DECIDED: Key<Many<Parts>> = Key::new("decided");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");
pub const BEGINS: Key<Moment> = Key::new("begins");
pub const ENDS: Key<Moment> = Key::new("ends");
pub const AS_OF: Key<Moment> = Key::new("as_of");
pub const FIGURES: Key<Many<Parts>> = Key::new("figures");
pub const DIGEST: Key<Text> = Key::new("digest");
pub const EDITION: Key<Decimal> = Key::new("edition");
pub const REPLACES: Key<Ref> = Key::new("replaces");
pub const CHANGE_NOTE: Key<Long> = Key::new("change_note");
pub const RELEASED_TO: Key<Choice> = Key::new("released_to");
pub const RELEASED_BY: Key<Person> = Key::new("released_by");
pub const RELEASED_ON: Key<Moment> = Key::new("released_on");

pub fn kind() -> Kind {
    Kind::new("report", "reports", "RPT")
        .about(
            "A report is one issue of what its definition describes: figures \
             frozen when it was made, trends, and what was decided on it.",
        )
        .clause(&["9.4", "5.3", "8.2.1", "8.3.3", "8.4.2", "8.6.3", "8.7.3.3", "10.2"])
        .area(Area::Prove)
        .include(fields())
        .include(shared::grouped("Frozen", frozen()))
        .include(shared::grouped("Readers", readers()))
        .lifecycle(lifecycles::happens("made_on"))
        .include_links(links::general())
        .grants(roles::governance())
        .grants(roles::customers_released())
        .list(&["number", "title", "definition", "period", "edition", "made_on", "told", "released_to"])
        .titled_by(&["period"])
        .belongs_to("customer")
        .rule(what_is_frozen_stays)
        .rule(handing_out_is_signed)
        .rule(decisions_are_signed)
}

fn fields() -> Vec<Field> {
    vec![
        DEFINITION.reference(&["report_definition"]).help("The definition of which it is one issue."),
        PERIOD.period(),
        shared::customer(),
        MADE_ON.date().label("Made"),
        TOLD.date().help("When its readers had it."),
        TEXT.long().label("In short").help("What its readers must know, in a few sentences."),
        TRENDS
            .rows(vec![part::text("measure"), part::periods("periods"), part::numbers("values")])
            .help("Each with at least three values."),
        DECISIONS.texts().help("One a line. What is decided below stands here as well.").internal(),
        DECIDED
            .rows(vec![
                part::text("text").label("Decision"),
                part::person("by"),
                part::instant("at").label("When"),
                part::reference("action", &["action"]),
            ])
            .label("Decided on it")
            .help("Each decision with who took it, when, and the action that carries it out.")
            .internal(),
        ACTIONS.references_or_text(&["action"]).internal(),
        OWNER.person().label("Made by").internal().column(Column::Owner),
    ]
}

/// What is counted once and never again.
fn frozen() -> Vec<Field> {
    let line = vec![
        part::text("section"),
        part::text("name"),
        part::text("about"),
        part::number("actual"),
        part::text("unit"),
        part::number("target"),
        part::text("comparison"),
        part::flag("met"),
        part::number("good"),
        part::number("whole"),
        part::long("reason"),
        part::numbers("series"),
        part::texts("records"),
    ];
    vec![
        BEGINS.instant().label("From").derived(),
        ENDS.instant().label("Until").derived(),
        AS_OF.instant().label("As on record at").derived(),
        FIGURES.rows(line).derived(),
        DIGEST
            .text()
            .label("SHA-256")
            .help("Of the figures in canonical JSON: whoever alters one, alters it.")
            .derived(),
        EDITION.number().derived(),
        REPLACES.reference(&["report"]).help("The edition before this one.").derived(),
        CHANGE_NOTE.long().label("What changed").help("Against the edition before.").derived(),
    ]
}

fn readers() -> Vec<Field> {
    vec![
        RELEASED_TO.choice(&["internal", "customer"]).help("Its customer's people see it once it is released to them."),
        RELEASED_BY.person().internal().derived(),
        RELEASED_ON.instant().label("Released").derived(),
    ]
}

/// Fields of a report that never change once its figures are frozen: a correction is a new edition.
const FROZEN: [&str; 12] = [
    DEFINITION.name,
    PERIOD.name,
    shared::CUSTOMER.name,
    MADE_ON.name,
    TRENDS.name,
    BEGINS.name,
    ENDS.name,
    AS_OF.name,
    FIGURES.name,
    DIGEST.name,
    EDITION.name,
    REPLACES.name,
];

fn what_is_frozen_stays(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before.filter(|before| before.get(DIGEST).is_some()) else { return Ok(()) };
    if draft.state == "planned" {
        return Err(FieldError::new("state", "its figures are frozen: a correction is a new edition"));
    }
    match FROZEN.into_iter().find(|name| before.fields.get(*name) != draft.fields.get(*name)) {
        Some(name) => Err(FieldError::new(name, "is frozen: a correction is a new edition")),
        None => Ok(()),
    }
}

/// Who released it and when; taking it back takes both away, and the journal keeps them.
fn handing_out_is_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let was = facts.before.and_then(|before| before.get(RELEASED_TO)).map(|one| one.0).unwrap_or_default();
    let is = draft.get(RELEASED_TO).map(|one| one.0).unwrap_or_default();
    if is == was {
        return Ok(());
    }
    draft.clear(RELEASED_BY);
    draft.clear(RELEASED_ON);
    if is != "customer" {
        return Ok(());
    }
    if draft.get(shared::CUSTOMER).is_none() {
        return Err(FieldError::new(RELEASED_TO.name, "it is about no customer: there is nobody to release it to"));
    }
    if draft.state == "planned" {
        return Err(FieldError::new(RELEASED_TO.name, "it is not made yet"));
    }
    rules::sign(draft, facts, RELEASED_BY);
    draft.set(RELEASED_ON, facts.now);
    Ok(())
}

/// Whoever takes a decision stands beside it with the instant; what was decided on frozen figures stays. Decisions and their actions stand in the
/// two lists as well, which is where checks look for them.
fn decisions_are_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let before = facts.before.and_then(|before| before.get(DECIDED)).map(|rows| rows.0).unwrap_or_default();
    let mut rows = draft.get(DECIDED).map(|rows| rows.0).unwrap_or_default();
    if rows == before {
        return Ok(());
    }
    let frozen = facts.before.is_some_and(|before| before.get(DIGEST).is_some());
    if frozen && before.iter().any(|row| !rows.contains(row)) {
        return Err(FieldError::new(DECIDED.name, "what was decided stays: write a further decision"));
    }
    let mut decisions = draft.get(DECISIONS).map(|all| all.0).unwrap_or_default();
    let mut actions = draft.get(ACTIONS).map(|all| all.0).unwrap_or_default();
    for row in rows.iter_mut().filter(|row| !before.contains(*row)) {
        let Some(text) = row.0.get("text").and_then(Value::as_text).filter(|text| !text.trim().is_empty()) else {
            return Err(FieldError::new(DECIDED.name, "say what was decided"));
        };
        let text = Text(text.to_string());
        if !decisions.contains(&text) {
            decisions.push(text);
        }
        if let Some(action) = row.0.get("action").and_then(Value::as_text).map(|action| Ref(action.to_string()))
            && !actions.contains(&action)
        {
            actions.push(action);
        }
        if model::types::is_mail(&facts.actor.email) {
            row.0.insert("by".into(), Value::text(&facts.actor.email));
            row.0.insert("at".into(), Value::Instant(facts.now));
        }
    }
    keep(draft, DECIDED, rows);
    keep(draft, DECISIONS, decisions);
    keep(draft, ACTIONS, actions);
    Ok(())
}

/// An empty list is no value.
fn keep<T>(draft: &mut Draft, key: Key<Many<T>>, all: Vec<T>)
where
    Many<T>: model::field::Stored,
{
    match all.is_empty() {
        true => draft.clear(key),
        false => draft.set(key, Many(all)),
    }
}
