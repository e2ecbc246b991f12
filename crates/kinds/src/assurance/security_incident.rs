//! A security incident is an event that harmed, or may well have harmed, the safety of information.

use crate::prelude::*;

pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const TYPE: Key<Choice> = Key::new("type");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const RISK: Key<Ref> = Key::new("risk");
pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const TARGET: Key<Text> = Key::new("target");
pub const IMPACT: Key<Long> = Key::new("impact");
pub const VOLUME: Key<Decimal> = Key::new("volume");
pub const OWNER: Key<Person> = Key::new("owner");
pub const TEAM: Key<Ref> = Key::new("team");
pub const REQUESTER: Key<Person> = Key::new("requester");
pub const DUE: Key<Moment> = Key::new("due");
pub const RAISED_ON: Key<Moment> = Key::new("raised_on");
pub const RESOLVED_ON: Key<Moment> = Key::new("resolved_on");
pub const CLOSED_ON: Key<Moment> = Key::new("closed_on");
pub const RESOLUTION: Key<Long> = Key::new("resolution");
pub const REVIEWED_ON: Key<Moment> = Key::new("reviewed_on");
pub const INCIDENT: Key<Ref> = Key::new("incident");

pub fn kind() -> Kind {
    Kind::new("security_incident", "security_incidents", "SIN")
        .about(
            "A security incident is an event that harmed, or may \
             well have harmed, the safety of information.",
        )
        .clause(&["8.7.3.3"])
        .area(Area::Assure)
        .include(fields())
        .include(work())
        .include(shared::grouped("Work", vec![shared::customer().internal()]))
        .include(work_2())
        .include(shared::grouped("Work", vec![shared::escalations()]))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "state", "priority", "type", "owner", "raised_on"])
        .belongs_to("customer")
        .rule(times_of_states)
        .rule(times_in_order)
}

fn fields() -> Vec<Field> {
    vec![
        shared::number_alias(),
        DESCRIPTION.long().internal(),
        TYPE.open_choice(&[
            "malware",
            "phishing",
            "unauthorised-access",
            "data-loss",
            "denial-of-service",
            "misuse",
            "theft",
            "vulnerability",
            "other",
        ]),
        SERVICE.reference(&["service"]).column(Column::Service),
        RISK.reference(&["risk"]).help("The risk that came true. It gives the priority."),
        PRIORITY.open_choice(&["P1", "P2", "P3", "P4", "P5"]).column(Column::Priority),
        TARGET.text().help("What was attacked or hit."),
        IMPACT.long().help("What it did: information lost, altered, seen by others."),
        VOLUME.number().help("How much was hit: records, machines, accounts."),
    ]
}

fn work() -> Vec<Field> {
    shared::grouped(
        "Work",
        vec![
            OWNER.person().column(Column::Owner),
            TEAM.reference(&["team"]).column(Column::Team),
            REQUESTER.person().label("Reported by").help("Who told us of it.").column(Column::Requester),
        ],
    )
}

fn work_2() -> Vec<Field> {
    shared::grouped(
        "Work",
        vec![
            DUE.instant().column(Column::Due),
            RAISED_ON.instant().label("Raised").indexed(),
            RESOLVED_ON.instant().label("Resolved"),
            CLOSED_ON.instant().label("Closed"),
            RESOLUTION
                .long()
                .help("How the danger was ended and the harm made good.")
                .required_in(&["resolved", "closed"]),
            shared::state_alias("state"),
            REVIEWED_ON.instant().label("Reviewed").help("When somebody looked at what it teaches."),
            INCIDENT.reference(&["incident"]),
        ],
    )
}

fn life() -> Lifecycle {
    const UNRESOLVED: &[&str] = &["new", "assigned", "in_progress", "waiting_supplier", "contained"];
    let lifecycle = Lifecycle::starts_in("new", Open)
        .state("assigned", Open)
        .state("in_progress", Open)
        .state("waiting_supplier", Waiting)
        .state("contained", Open)
        .state("resolved", Done)
        .state("closed", Done)
        .step("assign", &["new", "in_progress"], "assigned")
        .step("start", &["new", "assigned", "waiting_supplier"], "in_progress")
        .step("wait_for_supplier", &["assigned", "in_progress", "contained"], "waiting_supplier")
        .step("contain", &["new", "assigned", "in_progress", "waiting_supplier"], "contained")
        .step("resolve", UNRESOLVED, "resolved")
        .step("close", &["resolved"], "closed")
        .step("reopen", &["resolved", "closed"], "in_progress")
        .dated("closed", "closed_on")
        .dated("resolved", "resolved_on");
    lifecycles::ticket_ending(lifecycle)
}

fn times_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::stamp(draft, facts, RAISED_ON);
    }
    if rules::enters(draft, facts, &["resolved", "closed"]) {
        rules::stamp(draft, facts, RESOLVED_ON);
    }
    if rules::enters(draft, facts, &["closed"]) {
        rules::stamp(draft, facts, CLOSED_ON);
    }
    if rules::leaves(draft, facts, &["resolved", "closed"]) && draft.state == "in_progress" {
        draft.clear(RESOLVED_ON);
        draft.clear(CLOSED_ON);
    }
    Ok(())
}

fn times_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, RAISED_ON, RESOLVED_ON)?;
    rules::in_order(draft, facts, RESOLVED_ON, CLOSED_ON)
}
