//! A change is anything added, altered or removed that could affect services, from request to review.

use model::{
    approval::{Approval, Asked, Source},
    handling::Mirror,
    monitoring::Planned,
};

use crate::prelude::*;

pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const CATEGORY: Key<Choice> = Key::new("category");
pub const KIND: Key<Choice> = Key::new("kind");
pub const STANDARD: Key<bool> = Key::new("standard");
pub const UNPLANNED: Key<bool> = Key::new("unplanned");
pub const ENVIRONMENT_CHANGE: Key<bool> = Key::new("environment_change");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const CIS: Key<Many<Ref>> = Key::new("cis");
pub const CI: Key<Ref> = Key::new("ci");
pub const PROBLEM: Key<Ref> = Key::new("problem");
pub const REQUESTED_BY: Key<Person> = Key::new("requested_by");
pub const REQUESTED_ON: Key<Moment> = Key::new("requested_on");
pub const OWNER: Key<Person> = Key::new("owner");
pub const TEAM: Key<Ref> = Key::new("team");
pub const DUE: Key<Moment> = Key::new("due");
pub const RISK: Key<Choice> = Key::new("risk");
pub const BENEFIT: Key<Long> = Key::new("benefit");
pub const FEASIBILITY: Key<Long> = Key::new("feasibility");
pub const COST: Key<Money> = Key::new("cost");
pub const EFFECTS: Key<Parts> = Key::new("effects");
pub const DECISION: Key<Choice> = Key::new("decision");
pub const DECIDED_BY: Key<Person> = Key::new("decided_by");
pub const DECIDED_ON: Key<Moment> = Key::new("decided_on");
pub const DECISION_NOTE: Key<Long> = Key::new("decision_note");
pub const APPROVALS: Key<Many<Parts>> = Key::new("approvals");
pub const WAITS_FOR: Key<Many<Person>> = Key::new("waits_for");
pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const PLANNED_START: Key<Moment> = Key::new("planned_start");
pub const PLANNED_END: Key<Moment> = Key::new("planned_end");
pub const TOLD: Key<Moment> = Key::new("told");
pub const BACKOUT: Key<Long> = Key::new("backout");
pub const TESTS: Key<Many<Parts>> = Key::new("tests");
pub const IMPLEMENTER: Key<Person> = Key::new("implementer");
pub const IMPLEMENTED_ON: Key<Moment> = Key::new("implemented_on");
pub const OUTCOME: Key<Choice> = Key::new("outcome");
pub const REVIEW: Key<Parts> = Key::new("review");
pub const CLOSED_ON: Key<Moment> = Key::new("closed_on");

/// As the main service says. What was agreed beforehand, and what cannot wait, is decided without (clause 8.5.1).
const APPROVAL: Approval = Approval {
    rows: "approvals",
    waits_for: "waits_for",
    policy: ("service", "change_approval"),
    amount: "cost",
    requester: "requested_by",
    instead: "owner",
    sources: &[Source { word: "service_owner", by: "service", field: "owner" }],
    asked: Asked::WhenItWaits,
    spared: &[("category", "standard"), ("category", "emergency")],
    waiting: "waiting_approval",
    approved: "approved",
    refused: "rejected",
};

pub fn kind() -> Kind {
    Kind::new("change", "changes", "CHG")
        .about(
            "A change is anything added, altered or removed that \
             could affect services, from request to review.",
        )
        .clause(&[
            "8.5.1.2", "8.5.1.3", "8.5.1.1", "8.1", "8.2.2", "8.2.6", "8.3.4.1", "8.5.3", "8.6.3", "8.7.2", "10.1.1",
            "10.2",
        ])
        .area(Area::Run)
        .include(fields())
        .include(vec![shared::customer().internal()])
        .include(work::fields())
        .worked(work::LOG)
        .include(fields_2())
        .include(assessment())
        .include(decision())
        .include(schedule())
        .include(result())
        .lifecycle(life())
        .link("affects", "affects", "affected by", &["service", "ci", "customer"])
        .link("caused_by", "caused by", "caused", &["incident", "problem", "improvement", "service_request"])
        .link("carries_out", "carries out", "carried out by", &["transition_plan", "improvement", "action"])
        .include_links(links::general())
        .grants(roles::decided())
        .list(&["number", "title", "state", "category", "service", "owner", "planned_start"])
        .belongs_to("customer")
        .planned(Planned {
            from: PLANNED_START.name,
            to: PLANNED_END.name,
            states: &["approved", "scheduled", "in_progress", "implemented"],
            touches: &[SERVICES.name, SERVICE.name, CIS.name, CI.name],
            only: None,
        })
        .looks_at(&["service"])
        .approved_by(APPROVAL)
        .mirrors(&[Mirror { field: "problem", kind: "problem", back: "changes" }])
        .rule(category_and_flag_agree)
        .rule(assessed_before_approval)
        .rule(decision_is_signed)
        .rule(somebody_else_implements)
        .rule(times_of_states)
        .rule(times_in_order)
}

fn fields() -> Vec<Field> {
    vec![
        shared::number_alias(),
        DESCRIPTION.long().help("What will be different afterwards, and why it is wanted."),
        CATEGORY
            .open_choice(&["standard", "normal", "major", "emergency"])
            .help(
                "Standard ones follow a path agreed before; emergencies \
                 may be approved afterwards, within two working days.",
            )
            .required_in(&["waiting_approval", "approved"])
            .indexed(),
        KIND.open_choice(&["technical", "service-change", "new-service", "removal", "transfer", "contract", "sms"])
            .help(
                "New services, removals, transfers and big changes \
                 of a service go through design and transition.",
            )
            .required_in(&["waiting_approval", "approved"]),
        STANDARD
            .flag()
            .label("Standard change")
            .help("Approved beforehand for all of its sort; needs no decision of its own by the board."),
        UNPLANNED.flag().help("It happened before anyone had planned it. Its effects must be looked at afterwards."),
        ENVIRONMENT_CHANGE.flag().label("Alters the environment").help(
            "It alters the surroundings in which services run, \
             so that continuity plans must be tested again.",
        ),
        SERVICES.references(&["service"]).help("The services that it touches."),
        SERVICE.reference(&["service"]).label("Main service").column(Column::Service),
        CIS.references(&["ci"]).label("Configuration items").help("The items that it alters."),
        CI.reference(&["ci"])
            .label("Main configuration item")
            .help("The one item that it is mainly about, where there is one.")
            .internal(),
        PROBLEM
            .reference(&["problem"])
            .label("Resolves the problem")
            .help("The problem whose cause it removes.")
            .internal(),
    ]
}

fn fields_2() -> Vec<Field> {
    vec![
        REQUESTED_BY.person().help("Who wants it.").column(Column::Requester),
        REQUESTED_ON.instant().label("Requested").help("When it was asked for.").indexed(),
        OWNER.person().help("Who brings it from here to its end.").column(Column::Owner),
        TEAM.reference(&["team"]).column(Column::Team),
        DUE.instant().column(Column::Due),
    ]
}

fn assessment() -> Vec<Field> {
    shared::grouped(
        "Assessment",
        vec![
            RISK.open_choice(&["low", "medium", "high"]).help("What could go wrong, as a level."),
            BENEFIT.long().help("What is gained for customers or for us."),
            FEASIBILITY.long().help("Whether it can be done with the people, time and technology at hand."),
            COST.money().help("In the organisation's currency; 0 when it costs nothing."),
            EFFECTS
                .parts(vec![
                    part::long("a").label("On existing services"),
                    part::long("b").label("On customers, users and others"),
                    part::long("c").label("On policies and plans"),
                    part::long("d").label("On capacity, availability, continuity and security"),
                    part::long("e").label("On other requests, releases and deployments"),
                ])
                .label("Possible effects")
                .help("Write none where there is none: an empty box says that nobody looked."),
        ],
    )
}

fn decision() -> Vec<Field> {
    shared::grouped(
        "Decision",
        vec![
            DECISION
                .open_choice(&["approved", "rejected", "deferred", "cancelled"])
                .help("What was decided, once it was: approved, rejected, deferred."),
            DECIDED_BY.person().help("Who decided. Somebody else puts it in place."),
            DECIDED_ON
                .instant()
                .label("Decided")
                .help("Before it is put in place; for an emergency at most two working days after."),
            DECISION_NOTE
                .long()
                .label("Reason for the decision")
                .help("Why it was decided so, and on which conditions."),
            APPROVALS.rows(shared::answers()).help("Who is asked, and what was said.").derived(),
            WAITS_FOR.persons().help("Whose approval is awaited now.").derived(),
            PRIORITY.open_choice(&["P1", "P2", "P3", "P4", "P5"]).column(Column::Priority),
        ],
    )
}

fn schedule() -> Vec<Field> {
    shared::grouped(
        "Schedule",
        vec![
            PLANNED_START
                .instant()
                .help("When it begins to touch services.")
                .required_in(&["approved", "scheduled"])
                .indexed(),
            PLANNED_END
                .instant()
                .help("When services are as they should be again, backing out included.")
                .required_in(&["approved", "scheduled"]),
            TOLD.instant().help("When those affected learnt of it, before it starts."),
            BACKOUT
                .long()
                .label("How to back out")
                .help("How to return to the state before, and how one notices that it must be done.")
                .required_in(&["approved", "scheduled"]),
            TESTS
                .rows(vec![
                    part::text("name").label("Test"),
                    part::open_choice("result", &["passed", "failed", "partly"]),
                    part::instant("on").label("When"),
                ])
                .help("What was tried before it went in, and how that went."),
        ],
    )
}

fn result() -> Vec<Field> {
    shared::grouped(
        "Result",
        vec![
            IMPLEMENTER
                .person()
                .label("Put in place by")
                .help("Must not be the one who decided, unless it is a standard change."),
            IMPLEMENTED_ON.instant().label("Implemented").help("When it was in place.").indexed(),
            OUTCOME
                .choice(&["successful", "failed", "backed-out", "partly", "caused-incident", "rejected", "cancelled"])
                .help("How it went. After failed, backed-out and caused-incident a review and actions are needed.")
                .required_in(&["closed"]),
            REVIEW
                .parts(vec![
                    part::instant("on").label("When"),
                    part::person("by"),
                    part::long("text").label("Findings"),
                ])
                .help("What was reached and what is learnt from it."),
            CLOSED_ON.instant().label("Closed").indexed(),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("new", Open)
        .state("assessing", Open)
        .state("waiting_approval", Waiting)
        .state("approved", Open)
        .state("scheduled", Waiting)
        .state("in_progress", Open)
        .state("implemented", Open)
        .state("in_review", Open)
        .state("closed", Done)
        .state("rejected", Done)
        .step("assess", &["new"], "assessing")
        .step("request_approval", &["new", "assessing"], "waiting_approval")
        .step("approve", &["new", "assessing", "waiting_approval"], "approved")
        .step("decline", &["new", "assessing", "waiting_approval"], "rejected")
        .step("schedule", &["approved"], "scheduled")
        .step("start", &["approved", "scheduled"], "in_progress")
        .step("mark_implemented", &["approved", "scheduled", "in_progress"], "implemented")
        .step("review", &["implemented"], "in_review")
        .step("close", &["implemented", "in_review", "rejected"], "closed")
        .step("resubmit", &["rejected"], "new")
        .step("reopen", &["closed"], "in_review")
        .dated("closed", "closed_on")
        .dated("implemented", "implemented_on");
    lifecycles::ending(lifecycle)
}

fn is_standard(draft: &Draft) -> bool {
    draft.get(STANDARD) == Some(true) || draft.get(CATEGORY).is_some_and(|category| category.0 == "standard")
}

fn is_emergency(draft: &Draft) -> bool {
    draft.get(CATEGORY).is_some_and(|category| category.0 == "emergency")
}

/// A change marked as standard without a category is of category standard.
fn category_and_flag_agree(draft: &mut Draft, _: &Facts<'_>) -> Result<(), FieldError> {
    if draft.get(STANDARD) == Some(true) && draft.get(CATEGORY).is_none() {
        draft.set(CATEGORY, Choice("standard".into()));
    }
    Ok(())
}

/// Clause 8.5.1.3: the decision weighs risk, gain, feasibility, cost and effects; emergencies are assessed afterwards.
fn assessed_before_approval(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    // Where people are asked, they weigh it: it is there before they are.
    let asked = rules::enters(draft, facts, &[APPROVAL.waiting]) && draft.get(APPROVALS).is_some();
    if !(asked || rules::enters(draft, facts, &["approved"])) || is_standard(draft) || is_emergency(draft) {
        return Ok(());
    }
    let weighed = [RISK.name, BENEFIT.name, FEASIBILITY.name, COST.name, EFFECTS.name];
    let missing = weighed.into_iter().find(|name| !draft.fields.get(*name).is_some_and(Value::is_filled));
    match missing {
        Some(name) => Err(FieldError::new(name, "is weighed in the decision: fill it in before you approve")),
        None => Ok(()),
    }
}

/// Approving and rejecting write the decision, by whom and when.
fn decision_is_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    for state in ["approved", "rejected"] {
        if rules::enters(draft, facts, &[state]) {
            draft.set(DECISION, Choice(state.into()));
            rules::sign(draft, facts, DECIDED_BY);
            rules::stamp(draft, facts, DECIDED_ON);
        }
    }
    Ok(())
}

/// Clause 8.5.1.3: who decides on a change does not put it in place alone. Standard ones were decided beforehand.
fn somebody_else_implements(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["implemented"]) {
        rules::sign(draft, facts, IMPLEMENTER);
    }
    let (Some(decider), Some(implementer)) = (draft.get(DECIDED_BY), draft.get(IMPLEMENTER)) else { return Ok(()) };
    let told = rules::touched(draft, facts, &[DECIDED_BY.name, IMPLEMENTER.name, CATEGORY.name, STANDARD.name]);
    if told && decider == implementer && !is_standard(draft) {
        let why = format!("{} decided on this change, so somebody else must put it in place", decider.0);
        return Err(FieldError::new(IMPLEMENTER.name, why));
    }
    Ok(())
}

fn times_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::stamp(draft, facts, REQUESTED_ON);
        rules::sign(draft, facts, REQUESTED_BY);
    }
    if rules::enters(draft, facts, &["implemented"]) {
        rules::stamp(draft, facts, IMPLEMENTED_ON);
    }
    if rules::enters(draft, facts, &["closed"]) {
        rules::stamp(draft, facts, CLOSED_ON);
    }
    if rules::leaves(draft, facts, &["closed"]) {
        draft.clear(CLOSED_ON);
    }
    Ok(())
}

fn times_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, PLANNED_START, PLANNED_END)?;
    rules::in_order(draft, facts, REQUESTED_ON, CLOSED_ON)?;
    rules::in_order(draft, facts, IMPLEMENTED_ON, CLOSED_ON)
}
