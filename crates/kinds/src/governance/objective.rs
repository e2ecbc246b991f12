//! An objective is something that service management wants to reach, so that one can measure whether it did.

use crate::prelude::*;

pub const STATEMENT: Key<Long> = Key::new("statement");
pub const FUNCTION: Key<Text> = Key::new("function");
pub const OWNER: Key<Person> = Key::new("owner");
pub const POLICY_LINK: Key<Ref> = Key::new("policy_link");
pub const MEASURE: Key<Text> = Key::new("measure");
pub const UNIT: Key<Choice> = Key::new("unit");
pub const BASELINE: Key<Decimal> = Key::new("baseline");
pub const TARGET: Key<Decimal> = Key::new("target");
pub const DUE: Key<Date> = Key::new("due");
pub const PLAN: Key<Parts> = Key::new("plan");
pub const READINGS: Key<Many<Parts>> = Key::new("readings");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const COUNTED_FROM: Key<Choice> = Key::new("counted_from");

/// What the program can read by itself at the end of each month, and from which records.
pub const COUNTED: &[&str] =
    &["incidents-in-time", "requests-in-time", "changes-successful", "satisfaction", "requirements-proved"];

pub fn kind() -> Kind {
    Kind::new("objective", "objectives", "OBJ")
        .about(
            "An objective is something that service management wants \
             to reach, so that one can measure whether it did.",
        )
        .clause(&["6.2.1", "6.2.2", "5.1", "6.3", "7.5.4", "9.1", "10.2"])
        .area(Area::Prove)
        .field(STATEMENT.long().help("What will be better, in one sentence.").required())
        .field(FUNCTION.text().label("Part of the organisation").help("The function or level for which it is set."))
        .field(OWNER.person().column(Column::Owner))
        .field(POLICY_LINK.reference(&["policy"]).label("Policy").help("The policy that it serves."))
        .field(MEASURE.text().help("What is counted."))
        .field(
            COUNTED_FROM
                .choice(COUNTED)
                .help("The program then takes a reading from the records at the end of each month."),
        )
        .field(UNIT.open_choice(&["percent", "points", "hours", "days", "count", "money"]))
        .field(BASELINE.number().help("Where it stood at first."))
        .field(TARGET.number().help("The number that is to be reached, in the unit above."))
        .field(DUE.date().column(Column::Due))
        .field(shared::state_alias("status"))
        .field(PLAN.parts(vec![
            part::long("a").label("What will be done"),
            part::long("b").label("With what means"),
            part::person("c").label("Who is in charge"),
            part::date("d").label("By when"),
            part::long("e").label("How the result is judged"),
        ]))
        .field(
            READINGS
                .rows(vec![part::date("at").label("On"), part::number("value")])
                .help("At least every three months."),
        )
        .field(ACTIONS.references_or_text(&["action"]))
        .include(shared::approval())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "status", "owner", "target", "unit", "due"])
        .titled_by(&["statement"])
        .rule(rules::approval_is_signed)
}

fn life() -> Lifecycle {
    const LIVE: &[&str] = &["open", "draft", "approved", "in_progress", "at_risk", "missed"];
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("draft", Open)
        .state("approved", Open)
        .state("in_progress", Open)
        .state("at_risk", Open)
        .state("missed", Open)
        .state("met", Done)
        .state("reached", Done)
        .state("closed", Done)
        .step("draft_again", &["open", "approved"], "draft")
        .step("approve", &["open", "draft"], "approved")
        .step("start", &["open", "approved", "at_risk"], "in_progress")
        .step("mark_at_risk", &["open", "approved", "in_progress"], "at_risk")
        .step("mark_met", LIVE, "met")
        .step("mark_reached", LIVE, "reached")
        .step("mark_missed", &["open", "approved", "in_progress", "at_risk"], "missed")
        .step("close", &[LIVE, &["met", "reached"]].concat(), "closed")
        .step("reopen", &["met", "reached", "missed", "closed"], "open");
    lifecycles::ending(lifecycle)
}
