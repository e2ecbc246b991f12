//! A report definition says what a report is for, who gets it, how often, and where its figures come from.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const PURPOSE: Key<Long> = Key::new("purpose");
pub const AUDIENCE: Key<Many<Choice>> = Key::new("audience");
pub const FREQUENCY: Key<Choice> = Key::new("frequency");
pub const CONTENT: Key<Long> = Key::new("content");
pub const SOURCE: Key<Text> = Key::new("source");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const FOR_CUSTOMER: Key<Ref> = Key::new("for_customer");
pub const FIGURES: Key<Many<Choice>> = Key::new("figures");
pub const BY_ITSELF: Key<bool> = Key::new("by_itself");
pub const WAIT_DAYS: Key<Decimal> = Key::new("wait_days");
pub const AT: Key<Choice> = Key::new("at");
pub const NEXT_ON: Key<Moment> = Key::new("next_on");

/// What a report can hold: name and heading, in the order in which it stands there.
pub const SECTIONS: [(&str, &str); 9] = [
    ("service-levels", "Service levels"),
    ("availability", "Availability"),
    ("incidents", "Incidents"),
    ("requests", "Requests"),
    ("problems", "Problems"),
    ("changes", "Changes"),
    ("capacity", "Capacity"),
    ("satisfaction", "Satisfaction"),
    ("workload", "Workload and exceptions"),
];

/// Longest wait after the end of a period, in days.
const WAIT_MAX: i64 = 60;

pub fn kind() -> Kind {
    Kind::new("report_definition", "report_definitions", "RDF")
        .about(
            "A report definition says what a report is for, who gets \
             it, how often, and where its figures come from.",
        )
        .clause(&["9.4", "6.3"])
        .area(Area::Prove)
        .field(NAME.text().required())
        .field(PURPOSE.long().help("What its readers decide with it."))
        .field(
            AUDIENCE
                .open_choices(&["top-management", "customers", "process-owners", "suppliers"])
                .help("Who gets it. At least one goes to top management."),
        )
        .field(FREQUENCY.open_choice(&["weekly", "monthly", "quarterly", "half-yearly", "yearly"]).label("How often"))
        .field(CONTENT.long().help("Which figures and statements it holds."))
        .field(SOURCE.text().label("Source of figures").help("Where the figures come from."))
        .field(OWNER.person().column(Column::Owner))
        .include(shared::grouped("Figures", figures()))
        .include(shared::grouped("Making", making()))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "audience", "frequency", "source", "owner"])
        .titled_by(&["name"])
        .rule(can_be_made)
        .rule(next_turn_is_reckoned_anew)
}

fn figures() -> Vec<Field> {
    vec![
        SERVICES
            .references(&["service"])
            .help("Those it is about; none named means every live one of the customer, or of all."),
        FOR_CUSTOMER
            .reference(&["customer"])
            .label("Customer")
            .help("Whose tickets and agreements are counted. Only such a report can be released to its people."),
        FIGURES.choices(&SECTIONS.map(|(name, _)| name)).help("What it holds; none named means all of it."),
    ]
}

fn making() -> Vec<Field> {
    vec![
        BY_ITSELF.flag().label("Made by itself").help("When its period is over. By hand it can be made at any time."),
        WAIT_DAYS
            .number()
            .label("Days after the end of the period")
            .help("So that what comes in late is counted; empty means none."),
        AT.choice(&shared::HOURS)
            .label("At")
            .help("By the clock of the organisation's time zone.")
            .default(Value::Text("00:00".into())),
        NEXT_ON.instant().derived().label("Made next"),
    ]
}

/// Refused when it is written, not when it is due.
fn can_be_made(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let said = [BY_ITSELF.name, WAIT_DAYS.name, FREQUENCY.name];
    if !rules::touched(draft, facts, &said) {
        return Ok(());
    }
    let frequency = draft.get(FREQUENCY).map(|one| one.0).unwrap_or_default();
    let closes = ["monthly", "quarterly", "half-yearly", "yearly"];
    if draft.get(BY_ITSELF) == Some(true) && !closes.contains(&frequency.as_str()) {
        let why = format!("what is made by itself is {}", closes.join(", "));
        return Err(FieldError::new(BY_ITSELF.name, why));
    }
    let wait = draft.get(WAIT_DAYS).unwrap_or_default();
    if !wait.is_integer() || wait < Decimal::ZERO || wait > Decimal::from(WAIT_MAX) {
        return Err(FieldError::new(WAIT_DAYS.name, format!("is a whole number from 0 to {WAIT_MAX}")));
    }
    Ok(())
}

fn next_turn_is_reckoned_anew(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let said = [BY_ITSELF.name, WAIT_DAYS.name, FREQUENCY.name, AT.name];
    let moved = facts.before.is_some_and(|before| before.state != draft.state);
    if facts.before.is_some() && (moved || rules::touched(draft, facts, &said)) {
        draft.clear(NEXT_ON);
    }
    Ok(())
}
