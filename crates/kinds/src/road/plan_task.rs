//! A plan task is one piece of work on the way to the certificate, with its dates, what it waits for, its work and its cost.

use model::handling::WorkLog;

use crate::prelude::*;

pub const PLAN: Key<Ref> = Key::new("plan");
pub const STEP: Key<Choice> = Key::new("step");
pub const OWNER: Key<Person> = Key::new("owner");
pub const BEGINS: Key<Date> = Key::new("begins");
pub const DUE: Key<Date> = Key::new("due");
pub const AFTER: Key<Many<Ref>> = Key::new("after");
pub const EFFORT_DAYS: Key<Decimal> = Key::new("effort_days");
pub const REMAINING_DAYS: Key<Decimal> = Key::new("remaining_days");
pub const REQUIREMENTS: Key<Many<Text>> = Key::new("requirements");
pub const DELIVERABLES: Key<Many<Ref>> = Key::new("deliverables");
pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const COSTS: Key<Many<Parts>> = Key::new("costs");
pub const WORK: Key<Many<Parts>> = Key::new("work");
pub const DONE_ON: Key<Date> = Key::new("done_on");

/// The steps of the way, in order.
pub const STEPS: &[&str] = &[
    "gap-analysis",
    "plan",
    "documents",
    "training",
    "run",
    "internal-audit",
    "management-review",
    "stage-1",
    "concerns",
    "stage-2",
    "decision",
];

/// What money goes into beside hours of our own.
pub const COST_TYPES: &[&str] = &["consulting", "training", "certification-body", "travel", "tool", "other"];

/// Its lines are in hours, as plans are.
const LOG: WorkLog = WorkLog { rows: "work", time: "hours", minutes: 60, sum: "worked_minutes" };

pub fn kind() -> Kind {
    Kind::new("plan_task", "plan_tasks", "PTK")
        .about(
            "A plan task is one piece of work on the way to the certificate, \
             with its dates, what it waits for, its work and its cost.",
        )
        .clause(&["4.4", "6.2.2"])
        .area(Area::Prove)
        .include(what())
        .include(effort_and_cost())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::project())
        .list(&["number", "title", "step", "state", "owner", "begins", "due", "effort_days"])
        .looks_at(&["after"])
        .worked(LOG)
        .rule(dates_of_states)
        .rule(dates_in_order)
        .rule(waits_in_no_circle)
        .rule(amounts_are_positive)
}

fn what() -> Vec<Field> {
    vec![
        PLAN.reference(&["implementation_plan"]),
        STEP.choice(STEPS).help("The step of the way to which it belongs."),
        OWNER.person().column(Column::Owner),
        BEGINS.date(),
        DUE.date().column(Column::Due),
        AFTER.references(&["plan_task"]).label("Waits for").help("Tasks that must be done before it can begin."),
        REQUIREMENTS.texts().help("Requirements that it serves, such as 8.6.1-1, one a line."),
        DELIVERABLES.references_or_text(&[]).help("Records that stand at its end, by number, or what they will be."),
        DESCRIPTION.long().label("What is to be done"),
        DONE_ON.date().label("Done"),
    ]
}

fn effort_and_cost() -> Vec<Field> {
    shared::grouped(
        "Effort and cost",
        vec![
            EFFORT_DAYS.number().label("Effort, person-days").help("Planned, all people together."),
            REMAINING_DAYS
                .number()
                .label("Left, person-days")
                .help("Your newest estimate; empty while planned effort less the work below is right."),
            WORK.rows(vec![
                part::date("on"),
                part::person("by"),
                part::number("hours"),
                part::text("text").label("What was done"),
            ])
            .help("Hours that were really worked."),
            work::sum(),
            COSTS
                .rows(vec![
                    part::choice("type", COST_TYPES),
                    part::money("planned"),
                    part::money("spent"),
                    part::date("on"),
                    part::text("text").label("For what, invoice"),
                ])
                .help("Money beside hours of our own: what was planned, what was paid."),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("in_progress", Open)
        .state("on_hold", Waiting)
        .state("done", Done)
        .step("start", &["planned", "on_hold"], "in_progress")
        .step("put_on_hold", &["planned", "in_progress"], "on_hold")
        .step("complete", &["planned", "in_progress", "on_hold"], "done")
        .step("reopen", &["done"], "in_progress")
        .dated("done", "done_on");
    lifecycles::ending(lifecycle)
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["done"]) {
        rules::stamp_day(draft, facts, DONE_ON);
    }
    if rules::leaves(draft, facts, &["done"]) {
        draft.clear(DONE_ON);
    }
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, BEGINS, DUE)
}

/// Two tasks that wait for each other never begin. Longer circles are named on the plan's page, which sees all of them.
fn waits_in_no_circle(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(own) = facts.before.map(|before| before.number.clone()) else { return Ok(()) };
    if !rules::touched(draft, facts, &[AFTER.name]) {
        return Ok(());
    }
    for Ref(number) in draft.get(AFTER).unwrap_or(Many(Vec::new())).0 {
        if number == own {
            return Err(FieldError::new(AFTER.name, "a task cannot wait for itself"));
        }
        let waits_back = facts.related.get(&number).and_then(|other| other.get(AFTER));
        if waits_back.is_some_and(|after| after.0.iter().any(|Ref(back)| *back == own)) {
            let why = format!("{number} waits for {own} already: each would wait for the other");
            return Err(FieldError::new(AFTER.name, why));
        }
    }
    Ok(())
}

fn amounts_are_positive(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    for key in [EFFORT_DAYS, REMAINING_DAYS] {
        let given = draft.get(key).filter(|_| rules::touched(draft, facts, &[key.name]));
        if given.is_some_and(|days| days < Decimal::ZERO || days > Decimal::from(10_000)) {
            return Err(FieldError::new(key.name, "is from 0 to 10000 person-days"));
        }
    }
    Ok(())
}
