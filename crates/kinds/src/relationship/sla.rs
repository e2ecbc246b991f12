//! A service level agreement (SLA) is what was agreed with a customer about a service: targets, workload, exceptions.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const CUSTOMER: Key<Ref> = Key::new("customer");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const AGREED_ON: Key<Date> = Key::new("agreed_on");
pub const AGREED_BY: Key<Many<Person>> = Key::new("agreed_by");
pub const TARGETS: Key<Many<Parts>> = Key::new("targets");
pub const TICKET_TARGETS: Key<Many<Parts>> = Key::new("ticket_targets");
pub const ESCALATION_STEPS: Key<Many<Parts>> = Key::new("escalation_steps");
pub const WORKLOAD_LIMITS: Key<Many<Parts>> = Key::new("workload_limits");
pub const EXCEPTIONS: Key<Many<Text>> = Key::new("exceptions");
pub const REQUIREMENTS: Key<Many<Ref>> = Key::new("requirements");
pub const CALENDAR: Key<Ref> = Key::new("calendar");
pub const PAUSING_STATES: Key<Many<Choice>> = Key::new("pausing_states");
pub const REOPEN_DAYS: Key<Decimal> = Key::new("reopen_days");
pub const VALID_FROM: Key<Date> = Key::new("valid_from");
pub const VALID_UNTIL: Key<Date> = Key::new("valid_until");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");

pub fn kind() -> Kind {
    let kind = Kind::new("sla", "slas", "SLA")
        .labelled("Service level agreement", "Service level agreements")
        .about(
            "A service level agreement (SLA) is what was agreed with a \
             customer about a service: targets, workload, exceptions.",
        )
        .clause(&["8.3.3", "8.3.4.1", "8.7.1", "7.5.4"])
        .area(Area::Services)
        .include(fields())
        .include(tickets())
        .include(terms())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_read())
        .list(&["number", "title", "service", "customer", "state", "version", "agreed_on", "review_due"])
        .titled_by(&["service"])
        .belongs_to("customer")
        .rule(agreed_today)
        .rule(validity_in_order)
        .rule(nothing_else_holds)
        .looks_at_all(&["sla"]);
    agreed::checked(kind)
}

fn fields() -> Vec<Field> {
    vec![
        SERVICE.reference(&["service"]).column(Column::Service),
        CUSTOMER.reference(&["customer"]),
        VERSION.number(),
        OWNER.person().internal().column(Column::Owner),
        AGREED_ON.date().label("Agreed"),
        VALID_FROM
            .date()
            .label("Valid from")
            .help("The first day on which its targets hold. Empty means from when it is agreed."),
        VALID_UNTIL.date().label("Valid until").help(
            "The last day on which they hold. Empty means until it is ended. Its owner is reminded in good time.",
        ),
        AGREED_BY.persons().help("At least one of ours and one of the customer."),
        TARGETS
            .rows(vec![
                part::open_choice(
                    "name",
                    &["availability", "incident-resolution", "incident-response", "request-fulfilment", "satisfaction"],
                ),
                part::open_choice(
                    "kind",
                    &["availability", "incident-resolution", "incident-response", "request-fulfilment", "satisfaction"],
                )
                .help("Targets of the same kind can be compared with those in contracts."),
                part::number("number"),
                part::open_choice("unit", &["percent", "hours", "minutes", "days", "score"]),
                part::open_choice("period", &["month", "quarter", "half-year", "year"]),
                part::choice("comparison", &["at-least", "at-most"])
                    .help("Whether the number is the least or the most that keeps the promise."),
            ])
            .help("What is promised, so that it can be measured in each period."),
    ]
}

/// How fast tickets are answered and resolved, and who is brought in meanwhile.
fn tickets() -> Vec<Field> {
    vec![
        TICKET_TARGETS
            .rows(vec![
                part::open_choice("kind", &agreed::TICKETS).label("Ticket"),
                part::open_choice("priority", &agreed::PRIORITIES),
                part::duration("response").help("Such as PT30M."),
                part::duration("resolution").help("Such as PT4H."),
                part::duration("workaround").help("Until there is a way to go on working meanwhile."),
                part::duration("fulfilment").help("Until an order is there, where it is not that of the catalogue."),
                part::duration("update").label("Next update").help("Longest time between two words to those concerned."),
                part::number("working_days")
                    .label("Or working days")
                    .help("Instead of a resolution time: until closing time of the n-th working day after the first."),
                part::reference("calendar", &["service_calendar"]).help("Empty means that of the agreement."),
            ])
            .label("Times for tickets")
            .help("How fast tickets of a priority are answered and resolved."),
        ESCALATION_STEPS
            .rows(vec![
                part::open_choice("kind", &agreed::TICKETS).label("Ticket"),
                part::open_choice("priority", &agreed::PRIORITIES).help("Empty means all of them."),
                part::choice("clock", &["response", "resolution", "workaround", "fulfilment", "update"]).help("Empty means resolution."),
                part::number("percent").label("Percent used"),
                part::number("minutes")
                    .label("Or minutes")
                    .help("Of working time after the clock began; below zero, before its goal is used up."),
                part::text("to").label("Who is brought in"),
            ])
            .help(
                "Who is brought in when a clock has come so far: owner, team_lead, manager, service_owner, on_call, or an \
                 address. Outside of the team's hours only on_call is told at once. Without any step the lead of the team \
                 is told at 75 percent and the owner of the service at 100; \"none\" as who is brought in means no step.",
            )
            .internal(),
    ]
}

/// Up to where the targets hold, and in which hours.
fn terms() -> Vec<Field> {
    vec![
        WORKLOAD_LIMITS
            .rows(vec![
                part::open_choice("name", &["incidents", "service-requests", "users", "transactions"]),
                part::number("number"),
                part::open_choice("unit", &["incidents", "service-requests", "users", "transactions"]),
                part::open_choice("period", &["month", "quarter", "year"]),
            ])
            .help("Up to which load the targets hold. Write none where there is no limit."),
        EXCEPTIONS.texts().help("What is left out. Write none where there is none."),
        REQUIREMENTS
            .references_or_text(&["service_requirement"])
            .label("Service requirements")
            .help("The requirements that it answers. Write none where there is none."),
        CALENDAR
            .reference(&["service_calendar"])
            .help("The hours in which targets run; empty means those of the service."),
        PAUSING_STATES
            .open_choices(&["waiting_customer", "scheduled", "waiting_supplier", "on_hold"])
            .label("Clock on hold in")
            .help(
                "States in which the time to resolve stands still. Empty means waiting for the customer and scheduled.",
            ),
        REOPEN_DAYS
            .number()
            .label("Days to reopen")
            .help("Within so many days after it was resolved a ticket goes on with its old clock. Empty means 7."),
        REVIEW_DUE.date(),
        shared::state_alias("state"),
    ]
}

fn life() -> Lifecycle {
    const IN_FORCE: &[&str] = &["agreed", "active", "in-force", "current"];
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("in_review", Waiting)
        .state("agreed", Done)
        .state("active", Done)
        .state("in-force", Done)
        .state("current", Done)
        .state("expired", Done)
        .state("terminated", Done)
        .step("send_to_review", &["draft"], "in_review")
        .step("return", &["in_review"], "draft")
        .step("agree", &["draft", "in_review"], "agreed")
        .step("activate", &["agreed"], "active")
        .step("put_in_force", &["agreed", "active"], "in-force")
        .step("make_current", &["agreed", "active", "in-force"], "current")
        .step("let_expire", IN_FORCE, "expired")
        .step("terminate", IN_FORCE, "terminated")
        .step("revise", IN_FORCE, "draft")
        .step("renew", &["expired", "terminated"], "draft");
    lifecycles::ending(lifecycle)
}

fn validity_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, VALID_FROM, VALID_UNTIL)
}

/// States in which an agreement is in force.
const IN_FORCE: [&str; 4] = ["agreed", "active", "in-force", "current"];

/// Two agreements with the same customer about the same service that name their days never hold on the same day: nobody could
/// say which promise counts. Where one of them names no day, the newer one counts.
fn nothing_else_holds(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let telling = [SERVICE.name, CUSTOMER.name, VALID_FROM.name, VALID_UNTIL.name];
    let enters = facts.before.is_none_or(|before| !IN_FORCE.contains(&before.state.as_str()));
    if !IN_FORCE.contains(&draft.state.as_str()) || !(enters || rules::touched(draft, facts, &telling)) {
        return Ok(());
    }
    let own = facts.before.map(|before| before.number.as_str());
    let (service, customer) = (draft.get(SERVICE), draft.get(CUSTOMER));
    let span = |from: Option<Date>, until: Option<Date>| {
        (from.is_some() || until.is_some()).then(|| (from.unwrap_or(Date::MIN), until.unwrap_or(Date::MAX)))
    };
    let Some(mine) = span(draft.get(VALID_FROM), draft.get(VALID_UNTIL)) else { return Ok(()) };
    let overlaps = |other: &&model::Record| {
        let is_same = other.kind == "sla"
            && Some(other.number.as_str()) != own
            && IN_FORCE.contains(&other.state.as_str())
            && (other.get(SERVICE), other.get(CUSTOMER)) == (service.clone(), customer.clone());
        let theirs = span(other.get(VALID_FROM), other.get(VALID_UNTIL));
        is_same && theirs.is_some_and(|theirs| mine.0 <= theirs.1 && theirs.0 <= mine.1)
    };
    let mut others: Vec<&model::Record> = facts.related.records().filter(overlaps).collect();
    others.sort_by_key(|other| other.number.clone());
    match others.first() {
        None => Ok(()),
        Some(other) => {
            let until = other.get(VALID_UNTIL).map_or_else(|| "without an end".into(), |day| format!("until {day}"));
            let from = other.get(VALID_FROM).map_or_else(String::new, |day| format!("from {day} "));
            let why = format!("{} holds {from}{until} for the same service and customer", other.number);
            Err(FieldError::new(VALID_FROM.name, format!("{why}: end that one first, or choose other days")))
        }
    }
}

fn agreed_today(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["agreed"]) {
        rules::stamp_day(draft, facts, AGREED_ON);
    }
    Ok(())
}
