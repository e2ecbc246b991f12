//! A macro is an answer and the moves that go with it, written once and approved, for what comes again and again.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const USED_WHEN: Key<Text> = Key::new("used_when");
pub const KINDS: Key<Many<Text>> = Key::new("kinds");
pub const TEAM: Key<Ref> = Key::new("team");
pub const SAYS: Key<Long> = Key::new("says");
pub const PUBLIC: Key<bool> = Key::new("public");
pub const TO_STATE: Key<Text> = Key::new("to_state");
pub const VALUES: Key<Many<Parts>> = Key::new("values");
pub const OWNER: Key<Person> = Key::new("owner");

/// What may stand between double braces in the text, and what is put in its place.
pub const VARIABLES: [(&str, &str); 7] = [
    ("number", "the number of the record"),
    ("title", "its title"),
    ("requester", "the name of the requester"),
    ("customer", "the name of the customer"),
    ("service", "the name of the service"),
    ("team", "the name of the team"),
    ("me", "the name of whoever uses the macro"),
];

pub fn kind() -> Kind {
    Kind::new("macro", "macros", "MAC")
        .about("A macro is an answer and the moves that go with it, written once and approved, for what comes again and again.")
        .clause(&["8.6.1", "8.6.2"])
        .area(Area::Run)
        .field(NAME.text().required())
        .field(USED_WHEN.text().label("Used when").help("In which case, so that colleagues choose the right one."))
        .field(KINDS.texts().label("For").help("Kinds of records that it is for, one a line, such as incident; none for every kind."))
        .field(TEAM.reference(&["team"]).label("Team").help("The team that uses it; none for everybody."))
        .field(SAYS.long().label("Text").help(
            "What is said. {{number}}, {{title}}, {{requester}}, {{customer}}, {{service}}, {{team}} and {{me}} are filled in.",
        ))
        .field(PUBLIC.flag().label("Public").help("The requester reads it; otherwise it is an internal note."))
        .field(TO_STATE.text().label("Moves to").help("The state to which the record is moved, such as waiting_customer; none to leave it."))
        .field(
            VALUES
                .rows(vec![part::text("field"), part::text("value")])
                .label("Sets")
                .help("Fields and the values that they get, such as category and access; me stands for whoever uses it."),
        )
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(lifecycles::approved())
        .include(shared::approval())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "state", "used_when", "team", "to_state", "owner"])
        .titled_by(&["name"])
        .rule(variables_are_known)
        .rule(says_or_does)
        .rule(rules::approval_is_signed)
}

fn variables_are_known(draft: &mut Draft, _: &Facts<'_>) -> Result<(), FieldError> {
    let text = draft.get(SAYS).map(|text| text.0).unwrap_or_default();
    for rest in text.split("{{").skip(1) {
        let name = rest.split("}}").next().filter(|_| rest.contains("}}")).map(str::trim);
        let known = VARIABLES.iter().map(|(known, _)| *known);
        match name {
            Some(name) if known.clone().any(|known| known == name) => {}
            Some(name) => {
                let hint = model::suggest::hint(name, known);
                return Err(FieldError::new(SAYS.name, format!("there is no {{{{{name}}}}}{hint}")));
            }
            None => return Err(FieldError::new(SAYS.name, "a variable begins with {{ and ends with }}")),
        }
    }
    Ok(())
}

/// One that is offered does something.
fn says_or_does(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let filled = [SAYS.name, TO_STATE.name, VALUES.name]
        .iter()
        .any(|name| draft.fields.get(*name).is_some_and(Value::is_filled));
    match rules::enters(draft, facts, &["approved"]) && !filled {
        true => Err(FieldError::new(SAYS.name, "says nothing, moves nothing and sets nothing")),
        false => Ok(()),
    }
}
