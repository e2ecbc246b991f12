//! A management review is top management's look at whether the system still fits and works, with decisions.

use crate::prelude::*;

pub const HELD_ON: Key<Date> = Key::new("held_on");
pub const CHAIR: Key<Person> = Key::new("chair");
pub const PRESENT: Key<Many<Person>> = Key::new("present");
pub const INPUTS: Key<Parts> = Key::new("inputs");
pub const DECISIONS: Key<Many<Parts>> = Key::new("decisions");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const MINUTES: Key<Parts> = Key::new("minutes");
pub const PREPARED_ON: Key<Moment> = Key::new("prepared_on");

/// Inputs by the letter of the standard, in order.
pub const INPUT_LETTERS: [&str; 14] = ["a", "b", "c1", "c2", "c3", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

pub fn kind() -> Kind {
    Kind::new("management_review", "management_reviews", "MRV")
        .about(
            "A management review is top management's look at whether \
             the system still fits and works, with decisions.",
        )
        .clause(&["9.3", "5.1", "6.2.1"])
        .area(Area::Prove)
        .include(fields())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "held_on", "state", "chair"])
        .titled_by(&["held_on"])
        .rule(minutes_have_a_writer)
        .rule(minutes_are_signed)
        .rule(signed_minutes_stay)
}

fn fields() -> Vec<Field> {
    vec![
        HELD_ON.date(),
        CHAIR.person().help("Of top management.").column(Column::Owner),
        PRESENT.persons().help("Somebody of top management among them."),
        INPUTS
            .parts(vec![
                part::long("a").label("Where actions from earlier reviews stand"),
                part::long("b").label("Changes in outside and inside issues"),
                part::long("c1").label("Trends in nonconformities and corrective actions"),
                part::long("c2").label("Trends in monitoring and measurement"),
                part::long("c3").label("Trends in audit results"),
                part::long("d").label("Chances for improvement"),
                part::long("e").label("Feedback from customers and others"),
                part::long("f").label("Whether the policies are kept and still fit"),
                part::long("g").label("How far objectives are met"),
                part::long("h").label("How services do"),
                part::long("i").label("How other parties do"),
                part::long("j").label("People, technology, information and money"),
                part::long("k").label("Risks, and whether actions on them worked"),
                part::long("l").label("Changes that can affect system and services"),
            ])
            .help("Each one is filled in, in a few sentences or with a reference."),
        PREPARED_ON.instant().label("Figures counted").help("When the inputs were last filled from the records."),
        DECISIONS
            .rows(vec![part::long("text").label("Decision"), part::reference("action", &["action"])])
            .help("At least one; that none is needed is written as one."),
        ACTIONS.references(&["action"]).help("As many as decisions, each with owner and date."),
        MINUTES
            .parts(vec![
                part::long("text"),
                part::person("written_by").help("Filled in; they do not sign it."),
                part::person("approved_by"),
                part::date("approved_on").label("Approved"),
                part::instant("signed_at").label("Signed"),
                part::text("meaning").label("What the signature says"),
            ])
            .help("What was said and decided, who wrote it down, and who of top management signed it."),
    ]
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("held", Open)
        .state("closed", Done)
        .step("hold", &["planned"], "held")
        .step("close", &["held"], "closed")
        .step("reopen", &["held", "closed"], "planned")
        .dated("held", "held_on");
    lifecycles::ending(lifecycle)
}

/// What a signature says where its signer says nothing else.
const MEANING: &str = "These minutes say what was looked at and decided; what was decided is to be done.";

fn part_of(minutes: &std::collections::BTreeMap<String, Value>, part: &str) -> String {
    minutes.get(part).and_then(Value::as_text).unwrap_or_default().to_string()
}

/// Whoever last put words into them.
fn minutes_have_a_writer(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(Parts(mut minutes)) = draft.get(MINUTES) else { return Ok(()) };
    let before = facts.before.and_then(|before| before.get(MINUTES)).map(|minutes| minutes.0).unwrap_or_default();
    let text = part_of(&minutes, "text");
    if !text.trim().is_empty() && text != part_of(&before, "text") && model::types::is_mail(&facts.actor.email) {
        minutes.insert("written_by".into(), Value::text(&facts.actor.email));
        draft.set(MINUTES, Parts(minutes));
    }
    Ok(())
}

/// Minutes are signed when the review is closed: by whom of top management, at which instant, and what that says. Four eyes:
/// whoever wrote them down does not sign them.
fn minutes_are_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::leaves(draft, facts, &["closed"]) {
        set_signature(draft, None);
    }
    if !rules::enters(draft, facts, &["closed"]) {
        return Ok(());
    }
    let minutes = draft.get(MINUTES).unwrap_or(Parts(Default::default())).0;
    let filled = |part: &str| minutes.get(part).is_some_and(Value::is_filled);
    if !filled("text") {
        return Err(FieldError::new(MINUTES.name, "need a text before they can be signed"));
    }
    if filled("approved_by") && filled("approved_on") {
        return signed_by_another(&minutes, &part_of(&minutes, "approved_by"));
    }
    let chairs = draft.get(CHAIR).is_some_and(|chair| chair.0 == facts.actor.email);
    if !chairs && !facts.actor.has(model::Role::TopManagement) {
        let why = "are signed by somebody of top management: let the chair close the review, or name who approved them";
        return Err(FieldError::new(MINUTES.name, why));
    }
    signed_by_another(&minutes, &facts.actor.email)?;
    set_signature(draft, Some((&facts.actor.email, facts.now)));
    Ok(())
}

fn signed_by_another(minutes: &std::collections::BTreeMap<String, Value>, signer: &str) -> Result<(), FieldError> {
    match part_of(minutes, "written_by") {
        writer if writer == signer => {
            let why = format!("were written by {writer}: four eyes see more than two, somebody else signs them");
            Err(FieldError::new(MINUTES.name, why))
        }
        _ => Ok(()),
    }
}

fn set_signature(draft: &mut Draft, signature: Option<(&str, Moment)>) {
    let mut minutes = draft.get(MINUTES).unwrap_or(Parts(Default::default())).0;
    match signature {
        Some((by, at)) => {
            minutes.insert("approved_by".into(), Value::text(by));
            minutes.insert("approved_on".into(), Value::Date(at.date()));
            minutes.insert("signed_at".into(), Value::Instant(at));
            minutes.entry("meaning".into()).or_insert_with(|| Value::text(MEANING));
        }
        None => {
            for part in ["approved_by", "approved_on", "signed_at", "meaning"] {
                minutes.remove(part);
            }
        }
    }
    if minutes.is_empty() { draft.clear(MINUTES) } else { draft.set(MINUTES, Parts(minutes)) }
}

/// What was signed is changed by nobody: reopening the review takes the signature back, and the journal keeps both.
fn signed_minutes_stay(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before.filter(|before| before.state == "closed" && draft.state == "closed") else {
        return Ok(());
    };
    let names = before.fields.keys().chain(draft.fields.keys());
    let changed = names.into_iter().find(|name| before.fields.get(*name) != draft.fields.get(*name));
    match changed {
        Some(name) => {
            let why =
                "cannot be changed: the minutes are signed. Reopen the review first; that takes the signature back";
            Err(FieldError::new(name.clone(), why))
        }
        None => Ok(()),
    }
}
