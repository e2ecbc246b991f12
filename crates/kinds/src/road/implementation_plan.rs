//! An implementation plan leads to the certificate: who carries it, who works on it, until when, and what is assumed of its
//! return.

use crate::prelude::*;

pub const OWNER: Key<Person> = Key::new("owner");
pub const SPONSOR: Key<Person> = Key::new("sponsor");
pub const TEAM: Key<Many<Parts>> = Key::new("members");
pub const BODY: Key<Ref> = Key::new("body");
pub const BEGINS: Key<Date> = Key::new("begins");
pub const GOAL: Key<Date> = Key::new("goal");
pub const PEOPLE: Key<Decimal> = Key::new("people");
pub const HOUR_COST: Key<Money> = Key::new("hour_cost");
pub const BENEFITS: Key<Many<Parts>> = Key::new("benefits");
pub const FACTORS: Key<Many<Parts>> = Key::new("factors");

/// What a benefit is counted from; the last one is estimated.
pub const COUNTED: &[&str] = &["missed-targets", "repeat-incidents", "failed-changes", "tender"];

pub fn kind() -> Kind {
    Kind::new("implementation_plan", "implementation_plans", "IPL")
        .about(
            "An implementation plan leads to the certificate: who carries it, who \
             works on it, until when, and what is assumed of its return.",
        )
        .clause(&["4.4", "5.1", "7.1"])
        .area(Area::Prove)
        .include(who())
        .include(money())
        .include(shared::approval())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::project())
        .list(&["number", "title", "state", "owner", "sponsor", "begins", "goal"])
        .rule(rules::approval_is_signed)
        .rule(dates_in_order)
}

fn who() -> Vec<Field> {
    vec![
        OWNER.person().label("Leads it").column(Column::Owner),
        SPONSOR.person().help("Of top management: clears the way and gives the means."),
        TEAM.rows(vec![
            part::person("person"),
            part::text("part").label("Part in it"),
            part::number("hours_per_week").label("Hours a week"),
        ])
        .label("Team")
        .help("Who works on it, and how many hours a week each was promised for it."),
        BODY.reference(&["certification_body"]),
        BEGINS.date(),
        GOAL.date().label("Stage 1 on").help("The day that the plan works towards."),
    ]
}

fn money() -> Vec<Field> {
    shared::grouped(
        "Cost and return",
        vec![
            PEOPLE.number().label("People in scope").help("Everybody who works in the scope, part-timers converted."),
            FACTORS
                .rows(vec![
                    part::text("text").label("Why more or less audit time is needed"),
                    part::number("percent").label("Percent, minus for less"),
                ])
                .label("Factors of audit time")
                .help("Each has its reason. All reductions together count up to 30 percent."),
            HOUR_COST.money().label("Cost of an hour of our own"),
            BENEFITS
                .rows(vec![
                    part::choice("counted_from", COUNTED),
                    part::money("each").label("Worth of each case"),
                    part::money("a_month").label("Or each month"),
                    part::date("since").label("From"),
                    part::percentage("likely").label("How likely"),
                    part::long("why").label("Why"),
                ])
                .help(
                    "Cases are counted from the records: how many fewer a month than before the plan. \
                     Only what no record tells is given by the month.",
                ),
        ],
    )
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, BEGINS, GOAL)
}
