//! A problem is the cause, known or not yet known, of one or more incidents.

use crate::prelude::*;

pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const CATEGORY: Key<Choice> = Key::new("category");
pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const SOURCE: Key<Choice> = Key::new("source");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const CI: Key<Ref> = Key::new("ci");
pub const INCIDENTS: Key<Many<Ref>> = Key::new("incidents");
pub const OWNER: Key<Person> = Key::new("owner");
pub const TEAM: Key<Ref> = Key::new("team");
pub const DUE: Key<Moment> = Key::new("due");
pub const RAISED_ON: Key<Moment> = Key::new("raised_on");
pub const CAUSE: Key<Long> = Key::new("cause");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const CHANGES: Key<Many<Ref>> = Key::new("changes");
pub const RESOLVED_ON: Key<Moment> = Key::new("resolved_on");
pub const CLOSED_ON: Key<Moment> = Key::new("closed_on");
pub const DECISION: Key<Parts> = Key::new("decision");

pub fn kind() -> Kind {
    Kind::new("problem", "problems", "PRB")
        .about("A problem is the cause, known or not yet known, of one or more incidents.")
        .clause(&["8.6.3"])
        .area(Area::Run)
        .include(fields())
        .include(work())
        .include(shared::grouped("Work", vec![shared::customer().internal()]))
        .include(work_2())
        .include(shared::grouped("Work", vec![shared::escalations().internal()]))
        .include(shared::grouped("Work", vec![shared::log()]))
        .lifecycle(life())
        .link("caused_by", "caused by", "caused", &["change", "release", "problem"])
        .link("resolved_by", "resolved by", "resolves", &["change", "release"])
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "state", "priority", "service", "owner", "due", "raised_on"])
        .belongs_to("customer")
        .clocked()
        .rule(times_of_states)
        .rule(decision_is_signed)
        .rule(times_in_order)
}

fn fields() -> Vec<Field> {
    vec![
        shared::number_alias(),
        DESCRIPTION.long().help("What happens again and again, and what is known about it."),
        CATEGORY.open_choice(&[
            "hardware",
            "application",
            "network",
            "access",
            "data",
            "performance",
            "security",
            "process",
            "supplier",
            "other",
        ]),
        PRIORITY
            .open_choice(&["P1", "P2", "P3", "P4", "P5"])
            .help("By the harm that the incidents did and may still do.")
            .column(Column::Priority),
        SOURCE
            .open_choice(&["trend", "incident", "major-incident", "supplier", "monitoring", "change", "audit"])
            .help("What made us look: a trend, a major incident, news of a supplier."),
        SERVICE.reference(&["service"]).column(Column::Service),
        CI.reference(&["ci"])
            .label("Configuration item")
            .help("The item in which the cause lies, as soon as it is known."),
        INCIDENTS.references(&["incident"]).help("The incidents that it caused."),
    ]
}

fn work() -> Vec<Field> {
    shared::grouped("Work", vec![OWNER.person().column(Column::Owner), TEAM.reference(&["team"]).column(Column::Team)])
}

fn work_2() -> Vec<Field> {
    shared::grouped(
        "Work",
        vec![
            DUE.instant().column(Column::Due),
            RAISED_ON.instant().label("Raised").help("When it was recorded.").indexed(),
            CAUSE
                .long()
                .help("What lies at the bottom of it, found out by asking why until nothing is left.")
                .required_in(&["resolved"]),
            ACTIONS
                .references_or_text(&["action"])
                .help("What is done about it: numbers of actions, or a few words each."),
            CHANGES.references(&["change"]).help("Changes that resolve it, where an item must be altered."),
            RESOLVED_ON.instant().label("Resolved").help("When the cause was gone."),
            CLOSED_ON.instant().label("Closed").indexed(),
            shared::state_alias("state"),
            DECISION
                .parts(vec![
                    part::long("text").label("Decision and reason"),
                    part::person("by").label("Decided by"),
                    part::instant("on").label("Decided"),
                ])
                .label("Decision not to resolve")
                .help("Filled where one lives with the cause, because removing it costs more than it hurts."),
        ],
    )
}

const OVER: &[&str] = &["resolved", "closed"];

fn life() -> Lifecycle {
    const WORKED: &[&str] = &["new", "assigned", "in_progress", "cause_known"];
    const WAITING: &[&str] = &["waiting_supplier", "waiting_change", "on_hold"];
    let lifecycle = Lifecycle::starts_in("new", Open)
        .state("assigned", Open)
        .state("in_progress", Open)
        .state("cause_known", Open)
        .state("waiting_supplier", Waiting)
        .state("waiting_change", Waiting)
        .state("on_hold", Waiting)
        .state("resolved", Done)
        .state("closed", Done)
        .step("assign", &["new", "in_progress"], "assigned")
        .step(
            "investigate",
            &["new", "assigned", "cause_known", "waiting_supplier", "waiting_change", "on_hold"],
            "in_progress",
        )
        .step("name_cause", &["new", "assigned", "in_progress", "waiting_supplier"], "cause_known")
        .step("wait_for_supplier", WORKED, "waiting_supplier")
        .step("wait_for_change", WORKED, "waiting_change")
        .step("put_on_hold", WORKED, "on_hold")
        .step("resolve", &[WORKED, WAITING].concat(), "resolved")
        .step("close", &[WORKED, WAITING, &["resolved"]].concat(), "closed")
        .step("reopen", OVER, "in_progress")
        .dated("closed", "closed_on")
        .dated("resolved", "resolved_on");
    lifecycles::ticket_ending(lifecycle)
}

/// Closing needs a resolution or a decision to live with the cause, so it does not count as resolving.
fn times_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::stamp(draft, facts, RAISED_ON);
    }
    if rules::enters(draft, facts, &["resolved"]) {
        rules::stamp(draft, facts, RESOLVED_ON);
    }
    if rules::enters(draft, facts, &["closed"]) {
        if draft.get(RESOLVED_ON).is_none() && draft.get(DECISION).is_none() {
            let why = "is needed to close a problem that is not resolved: say why one lives with it";
            return Err(FieldError::new(DECISION.name, why));
        }
        rules::stamp(draft, facts, CLOSED_ON);
    }
    if rules::leaves(draft, facts, OVER) && draft.state == "in_progress" {
        draft.clear(RESOLVED_ON);
        draft.clear(CLOSED_ON);
    }
    Ok(())
}

fn decision_is_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(Parts(mut decision)) = draft.get(DECISION) else { return Ok(()) };
    if decision.get("text").is_some_and(Value::is_filled) {
        if model::types::is_mail(&facts.actor.email) {
            decision.entry("by".into()).or_insert_with(|| Value::text(&facts.actor.email));
        }
        decision.entry("on".into()).or_insert(Value::Instant(facts.now));
        draft.set(DECISION, Parts(decision));
    }
    Ok(())
}

fn times_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, RAISED_ON, RESOLVED_ON)?;
    rules::in_order(draft, facts, RESOLVED_ON, CLOSED_ON)
}
