//! A gap is a requirement that is not met yet, with who closes it and what that takes.

use crate::prelude::*;

pub const REQUIREMENT: Key<Text> = Key::new("requirement");
pub const MISSING: Key<Long> = Key::new("missing");
pub const OWNER: Key<Person> = Key::new("owner");
pub const EFFORT_DAYS: Key<Decimal> = Key::new("effort_days");
pub const DUE: Key<Date> = Key::new("due");
pub const TASK: Key<Ref> = Key::new("task");
pub const FOUND_ON: Key<Date> = Key::new("found_on");
pub const CLOSED_ON: Key<Date> = Key::new("closed_on");

pub fn kind() -> Kind {
    Kind::new("requirement_gap", "requirement_gaps", "GAP")
        .labelled("Gap", "Gaps")
        .about("A gap is a requirement that is not met yet, with who closes it and what that takes.")
        .clause(&["4.4", "10.2"])
        .area(Area::Prove)
        .field(REQUIREMENT.text().required().help("By its id, such as 8.6.1-1."))
        .field(
            MISSING
                .long()
                .required()
                .label("What is missing")
                .help("What is, what should be, and the evidence looked at."),
        )
        .field(OWNER.person().column(Column::Owner).help("Who closes it."))
        .field(EFFORT_DAYS.number().label("Effort, person-days").help("What closing it takes, all people together."))
        .field(DUE.date().column(Column::Due))
        .field(TASK.reference(&["plan_task"]).label("Plan task").help("The task of the plan that closes it."))
        .field(FOUND_ON.date().label("Found"))
        .field(CLOSED_ON.date().label("Closed"))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "requirement", "title", "state", "owner", "effort_days", "due", "task"])
        .titled_by(&["missing"])
        .rule(dates_of_states)
        .rule(effort_is_positive)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("planned", Open)
        .state("closed", Done)
        .step("plan", &["open"], "planned")
        .step("close", &["open", "planned"], "closed")
        .step("reopen", &["planned", "closed"], "open")
        .dated("closed", "closed_on");
    lifecycles::ending(lifecycle)
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::stamp_raising_and_closing(draft, facts, FOUND_ON, CLOSED_ON);
    Ok(())
}

fn effort_is_positive(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let given = draft.get(EFFORT_DAYS).filter(|_| rules::touched(draft, facts, &[EFFORT_DAYS.name]));
    if given.is_some_and(|days| days < Decimal::ZERO || days > Decimal::from(10_000)) {
        return Err(FieldError::new(EFFORT_DAYS.name, "is from 0 to 10000 person-days"));
    }
    Ok(())
}
