//! A service request asks for something a user may have: access, equipment, information, a small job.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const CATEGORY: Key<Choice> = Key::new("category");
pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const MODEL: Key<Ref> = Key::new("model");
pub const OWNER: Key<Person> = Key::new("owner");
pub const RAISED_ON: Key<Moment> = Key::new("raised_on");
pub const RESPONDED_ON: Key<Moment> = Key::new("responded_on");
pub const FULFILLED_ON: Key<Moment> = Key::new("fulfilled_on");
pub const CLOSED_ON: Key<Moment> = Key::new("closed_on");
pub const OUTCOME: Key<Long> = Key::new("outcome");
pub const APPROVED_BY: Key<Person> = Key::new("approved_by");
pub const APPROVED_ON: Key<Moment> = Key::new("approved_on");

pub fn kind() -> Kind {
    Kind::new("service_request", "service_requests", "REQ")
        .about(
            "A service request asks for something a user may \
             have: access, equipment, information, a small job.",
        )
        .clause(&["8.6.2"])
        .area(Area::Run)
        .field(shared::number_alias())
        .include(shared::ticket())
        .include(fields())
        .include(work())
        .include(shared::grouped("Work", vec![shared::log()]))
        .include(shared::intake())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::decided())
        .grants(roles::customers_raise())
        .list(&["number", "title", "state", "priority", "service", "category", "owner", "due", "raised_on"])
        .belongs_to("customer")
        .clocked()
        .rule(times_of_states)
        .rule(moves_are_counted)
        .rule(times_in_order)
}

fn fields() -> Vec<Field> {
    vec![
        SERVICE
            .reference(&["service"])
            .help("The service it belongs to.")
            .required_in(&["fulfilled", "closed"])
            .column(Column::Service),
        CATEGORY
            .open_choice(&["access", "equipment", "software", "information", "account", "move", "other"])
            .help("What is asked for. A request model of this category holds the instructions.")
            .required_in(&["fulfilled", "closed"])
            .indexed(),
        PRIORITY
            .open_choice(&["P1", "P2", "P3", "P4", "P5"])
            .help("P1 first, P5 last.")
            .required_in(&["fulfilled", "closed"])
            .column(Column::Priority),
        MODEL.reference(&["request_model"]).label("Request model").help("The instructions to follow."),
    ]
}

fn work() -> Vec<Field> {
    shared::grouped(
        "Work",
        vec![
            OWNER.person().help("The person who works on it now.").column(Column::Owner),
            RAISED_ON.instant().label("Raised").help("When it was asked for. Every target runs from here.").indexed(),
            RESPONDED_ON.instant().label("First response").help("When a person first dealt with it."),
            shared::state_alias("state"),
            FULFILLED_ON.instant().label("Fulfilled").help("When the requester had what was asked for.").indexed(),
            CLOSED_ON.instant().label("Closed").indexed(),
            OUTCOME.long().help("What was done or handed over."),
            APPROVED_BY.person().help("Who allowed it, where that is needed.").internal(),
            APPROVED_ON.instant().label("Approved").internal(),
        ],
    )
}

const OVER: &[&str] = &["fulfilled", "closed"];
const ANSWERED: &[&str] = &[
    "approved",
    "in_progress",
    "waiting_customer",
    "waiting_supplier",
    "scheduled",
    "fulfilled",
    "closed",
    "rejected",
];

fn life() -> Lifecycle {
    const WORKED: &[&str] = &["new", "approved", "assigned", "in_progress"];
    const WAITING: &[&str] = &["waiting_customer", "waiting_supplier", "scheduled", "on_hold"];
    let lifecycle = Lifecycle::starts_in("new", Open)
        .state("waiting_approval", Waiting)
        .state("approved", Open)
        .state("assigned", Open)
        .state("in_progress", Open)
        .state("waiting_customer", Waiting)
        .state("waiting_supplier", Waiting)
        .state("scheduled", Waiting)
        .state("on_hold", Waiting)
        .state("fulfilled", Done)
        .state("closed", Done)
        .state("rejected", Done)
        .step("request_approval", &["new", "assigned", "in_progress"], "waiting_approval")
        .step("approve", &["new", "waiting_approval"], "approved")
        .step("decline", &["new", "waiting_approval", "assigned", "in_progress"], "rejected")
        .step("assign", &["new", "approved", "in_progress"], "assigned")
        .step("start", &["new", "approved", "assigned"], "in_progress")
        .step("resume", WAITING, "in_progress")
        .step("ask_customer", WORKED, "waiting_customer")
        .step("wait_for_supplier", WORKED, "waiting_supplier")
        .step("schedule", WORKED, "scheduled")
        .step("put_on_hold", WORKED, "on_hold")
        .step(
            "fulfil",
            &[
                "new",
                "approved",
                "assigned",
                "in_progress",
                "waiting_customer",
                "waiting_supplier",
                "scheduled",
                "on_hold",
            ],
            "fulfilled",
        )
        .step("close", &["fulfilled", "rejected"], "closed")
        .step("reopen", &["fulfilled", "closed", "rejected"], "in_progress")
        .dated("closed", "closed_on")
        .dated("fulfilled", "fulfilled_on");
    lifecycles::ticket_ending(lifecycle)
}

fn times_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::stamp(draft, facts, RAISED_ON);
    }
    if rules::enters(draft, facts, ANSWERED) {
        rules::stamp(draft, facts, RESPONDED_ON);
    }
    if rules::enters(draft, facts, &["approved"]) {
        rules::sign(draft, facts, APPROVED_BY);
        rules::stamp(draft, facts, APPROVED_ON);
    }
    if rules::enters(draft, facts, &["fulfilled"]) {
        rules::stamp(draft, facts, FULFILLED_ON);
    }
    if rules::enters(draft, facts, &["closed"]) {
        rules::stamp(draft, facts, CLOSED_ON);
    }
    if rules::leaves(draft, facts, OVER) && draft.state == "in_progress" {
        draft.clear(FULFILLED_ON);
        draft.clear(CLOSED_ON);
        rules::count(draft, shared::REOPEN_COUNT);
    }
    Ok(())
}

fn moves_are_counted(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::count_moves(draft, facts, OWNER, shared::TEAM);
    Ok(())
}

fn times_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, RAISED_ON, FULFILLED_ON)?;
    rules::in_order(draft, facts, FULFILLED_ON, CLOSED_ON)
}
