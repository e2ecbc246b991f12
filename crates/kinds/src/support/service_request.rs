//! A service request asks for something a user may have: access, equipment, information, a small job.

use crate::{prelude::*, relationship::customer, rules::Task, support::request_model};
use model::{
    approval::{Approval, Asked, Source},
    field::Stored,
    handling::{Closing, Talk},
    pieces::Pieces,
    questions::{Form, Questions},
    time::plus_working_days,
};

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

pub const ANSWERS: Key<Parts> = Key::new("answers");
pub const TASKS: Key<Many<Parts>> = Key::new("tasks");
pub const TASK_OWNERS: Key<Many<Person>> = Key::new("task_owners");
pub const TASK_TEAMS: Key<Many<Ref>> = Key::new("task_teams");
pub const PRICE: Key<Money> = Key::new("price");
pub const DELIVERY_DAYS: Key<Decimal> = Key::new("delivery_days");
pub const FORM_VERSION: Key<Decimal> = Key::new("form_version");
pub const ANSWERED_ON: Key<Moment> = Key::new("answered_on");
pub const APPROVALS: Key<Many<Parts>> = Key::new("approvals");
pub const WAITS_FOR: Key<Many<Person>> = Key::new("waits_for");

/// Nobody said within the agreed days that something is missing.
const CLOSING: Closing = Closing { state: "fulfilled", since: "fulfilled_on", days: "auto_close_days", to: "closed" };

/// Who waits for whom is told by what was said, not by who remembered to say so.
const TALK: Talk = Talk {
    answered: "responded_on",
    asker: "requester",
    waits: "waiting_customer",
    goes_on: "in_progress",
    over: OVER,
};

/// The work of a request, task by task.
const PIECES: Pieces = Pieces {
    rows: "tasks",
    open: "open",
    done: "done",
    needless: "not_needed",
    owners: "task_owners",
    teams: "task_teams",
};

/// The form is that of the request model.
const FORM: Form = Form {
    by: "model",
    questions: "questions",
    answers: "answers",
    carried: &[("version", "form_version"), ("price", "price"), ("delivery_days", "delivery_days")],
    offered: &[("title", "title"), ("service", "service"), ("category", "category")],
    answered_on: "answered_on",
};

const APPROVAL: Approval = Approval {
    rows: "approvals",
    waits_for: "waits_for",
    policy: ("model", "approval"),
    amount: "price",
    requester: "requester",
    instead: "owner",
    sources: &[
        Source { word: "line_manager", by: "requester", field: "manager" },
        // People of a customer are not on record with their managers: whoever approves for the customer stands for them.
        Source { word: "line_manager", by: "customer", field: "approvers" },
        Source { word: "customer", by: "customer", field: "approvers" },
        Source { word: "service_owner", by: "service", field: "owner" },
    ],
    asked: Asked::AtOnce,
    spared: &[],
    waiting: "waiting_approval",
    approved: "approved",
    refused: "rejected",
};

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
        .include(shared::grouped("Order", ordered()))
        .include(work())
        .include(shared::grouped("Work", vec![shared::escalations().internal(), shared::log()]))
        .include(waiting::fields())
        .rule(waiting::is_said)
        .include(work::fields())
        .worked(work::LOG)
        .include(shared::intake())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::decided())
        .grants(roles::customers_raise())
        .list(&["number", "title", "state", "priority", "service", "owner", "due", "raised_on"])
        .belongs_to("customer")
        .clocked()
        .escalated(shared::ESCALATION)
        .in_hands_of(shared::HANDS)
        .closes_itself(CLOSING)
        .talked_about(TALK)
        .in_pieces(PIECES)
        .looks_at(&["model", "service", "requester", "customer"])
        .answers(FORM)
        .approved_by(APPROVAL)
        .assigned(shared::ASSIGNMENT)
        .rule(only_what_is_offered)
        .rule(begins)
        .rule(tasks_follow_the_model)
        .rule(tasks_go_on)
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

/// What was ordered, at what price, and who allowed it.
fn ordered() -> Vec<Field> {
    let task = vec![
        part::text("name"),
        part::text("title").label("Task"),
        part::choice("state", &["open", "done", "not_needed"]),
        part::reference("team", &["team"]),
        part::person("owner"),
        part::number("days").label("Within").help("Working days, while work may not begin yet; then the day stands."),
        part::date("due").help("The day by which it is done."),
        part::texts("after").label("Comes after"),
        part::instant("done_on").label("Done"),
        part::person("done_by").label("By"),
    ];
    vec![
        ANSWERS.parts(Vec::new()).help("To the questions of the request model."),
        PRICE.money().help("As it was shown when it was sent.").derived(),
        DELIVERY_DAYS
            .number()
            .label("Delivery in working days")
            .help("As the catalogue promised it, by the hours of the service.")
            .derived(),
        FORM_VERSION.number().label("Version of the form").derived(),
        ANSWERED_ON.instant().label("Form filled in").derived(),
        APPROVALS.rows(shared::answers()).help("Who is asked, and what was said.").derived(),
        WAITS_FOR.persons().help("Whose approval is awaited now.").derived(),
        TASKS.rows(task).help("From the request model. A task is done when those before it are.").internal(),
        TASK_OWNERS.persons().label("Tasks wait for").help("Whose turn it is now.").derived().internal(),
        TASK_TEAMS
            .references(&["team"])
            .label("Tasks wait for teams")
            .help("In whose work they stand now.")
            .derived()
            .internal(),
    ]
}

fn work() -> Vec<Field> {
    shared::grouped(
        "Work",
        vec![
            OWNER.person().help("The person who works on it now.").internal().column(Column::Owner),
            RAISED_ON.instant().label("Raised").help("When it was asked for. Every target runs from here.").indexed(),
            RESPONDED_ON.instant().label("First response").help("When a person first dealt with it."),
            shared::told_on(),
            shared::state_alias("state"),
            FULFILLED_ON.instant().label("Fulfilled").help("When the requester had what was asked for.").indexed(),
            CLOSED_ON.instant().label("Closed").indexed(),
            shared::vendor(),
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

/// It comes to a team with a priority, whoever asks for it by whatever way.
fn begins(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    super::first::request_begins(draft, facts, PRIORITY, CATEGORY);
    Ok(())
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

/// People of a customer order what belongs to services that they receive.
fn only_what_is_offered(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let (Some(own), Some(model)) = (&facts.actor.customer, facts.related.of(draft, MODEL.name)) else { return Ok(()) };
    let (Some(service), Some(customer)) = (model.get(request_model::SERVICE), facts.related.get(own)) else {
        return Ok(());
    };
    let received = customer.get(customer::SERVICES).is_some_and(|services| services.0.contains(&service));
    if received || !rules::touched(draft, facts, &[MODEL.name]) {
        return Ok(());
    }
    Err(FieldError::new(MODEL.name, format!("there is no request model {}", model.number)))
}

/// The tasks of the model, those alone that the answers ask for, when the model is said or the answers become others and
/// nothing is done yet.
fn tasks_follow_the_model(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(model) = facts.related.of(draft, MODEL.name) else { return Ok(()) };
    if !rules::touched(draft, facts, &[MODEL.name, ANSWERS.name]) {
        return Ok(());
    }
    let begun = Task::read_all(draft.fields.get(TASKS.name)).iter().any(|task| task.is_over);
    let Ok(form) = Questions::read(model.fields.get(request_model::QUESTIONS.name)) else { return Ok(()) };
    let rows = model.fields.get(request_model::TASKS.name).map(Value::entries).unwrap_or_default();
    if begun || rows.is_empty() {
        return Ok(());
    }
    let answers = draft.fields.get(ANSWERS.name);
    let asked = |row: &&Value| form.holds(&Task::read(row).shown_when, answers).unwrap_or(true);
    let rows: Vec<&Value> = rows.iter().filter(|row| matches!(row, Value::Parts(_))).filter(asked).collect();
    let names: Vec<String> = rows.iter().map(|row| Task::read(row).name).collect();
    let open = |row: &Value| {
        let Value::Parts(mut parts) = row.clone() else { return row.clone() };
        parts.remove("shown_when");
        // What is not to be done needs nobody to wait for it.
        let after = Task::read(row).after.into_iter().filter(|name| names.contains(name)).map(Value::Text).collect();
        parts.insert("after".into(), Value::List(after));
        parts.insert("state".into(), Value::text("open"));
        parts.retain(|_, part| part.is_filled());
        Value::Parts(parts)
    };
    draft.fields.insert(TASKS.name.into(), Value::List(rows.into_iter().map(open).collect()));
    Ok(())
}

/// Tasks are done in their order, each by its day and by whoever has it.
fn tasks_go_on(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    tasks_in_order(draft, facts)?;
    tasks_have_their_day(draft, facts);
    tasks_stand_with_somebody(draft);
    Ok(())
}

/// A task is done when those before it are, with who did it and when; nothing is fulfilled with tasks open.
fn tasks_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let tasks = Task::read_all(draft.fields.get(TASKS.name));
    let open: Vec<&Task> = tasks.iter().filter(|task| !task.is_over).collect();
    if rules::enters(draft, facts, &["fulfilled"])
        && let [first, ..] = open.as_slice()
    {
        let more = if open.len() > 1 { format!(" and {} more", open.len() - 1) } else { String::new() };
        return Err(FieldError::new(TASKS.name, format!("\"{}\"{more} is not done yet", first.title)));
    }
    if !rules::touched(draft, facts, &[TASKS.name]) {
        return Ok(());
    }
    let before = facts.before.map(|before| Task::read_all(before.fields.get(TASKS.name))).unwrap_or_default();
    let was_over = |task: &Task| before.iter().any(|old| old.name == task.name && old.is_over);
    for task in tasks.iter().filter(|task| task.is_over && !was_over(task)) {
        let waits = |name: &&String| open.iter().any(|other| other.name == **name);
        if let Some(first) = task.after.iter().find(waits) {
            let title = open.iter().find(|other| other.name == *first).map_or(first, |other| &other.title);
            return Err(FieldError::new(TASKS.name, format!("\"{}\" comes after \"{title}\"", task.title)));
        }
    }
    let done: Vec<String> =
        tasks.iter().filter(|task| task.is_over && !was_over(task)).map(|t| t.name.clone()).collect();
    if let Some(Value::List(rows)) = draft.fields.get_mut(TASKS.name) {
        rows.iter_mut().filter(|row| done.contains(&Task::read(row).name)).for_each(|row| signed(row, facts));
    }
    Ok(())
}

/// Where no work is done: it is not allowed yet, or it is over.
const RESTS: &[&str] = &["waiting_approval", "rejected", "fulfilled", "closed", "cancelled", "superseded", "withdrawn"];
/// The days of a task run from when work may begin: however long somebody thinks about an approval, nobody else is late.
fn tasks_have_their_day(draft: &mut Draft, facts: &Facts<'_>) {
    if RESTS.contains(&draft.state.as_str()) {
        return;
    }
    let Some(Value::List(rows)) = draft.fields.get_mut(TASKS.name) else { return };
    for row in rows {
        let Value::Parts(parts) = row else { continue };
        let days = parts.remove("days").and_then(|days| days.as_number());
        let days =
            days.filter(|days| *days <= request_model::DAYS_MAX).and_then(|days| u32::try_from(days.ceil()).ok());
        if let Some(days) = days {
            parts.entry("due".into()).or_insert(Value::Date(plus_working_days(facts.now, days).date()));
        }
    }
}

/// Whose turn it is: of each task that can be done now its person, else its team, else the team of the request.
fn tasks_stand_with_somebody(draft: &mut Draft) {
    let tasks = PIECES.read(&draft.fields);
    let rests = RESTS.contains(&draft.state.as_str());
    let (mut owners, mut teams): (Vec<Person>, Vec<Ref>) = (Vec::new(), Vec::new());
    for task in tasks.iter().filter(|task| !rests && task.is_ready(&tasks)) {
        match task.owner.clone().map(Person) {
            Some(owner) => owners.extend(Some(owner).filter(|owner| !owners.contains(owner))),
            None => {
                let team = task.team.clone().map(Ref).or_else(|| draft.get(shared::TEAM));
                teams.extend(team.filter(|team| !teams.contains(team)));
            }
        }
    }
    keep(draft, TASK_OWNERS, owners);
    keep(draft, TASK_TEAMS, teams);
}

fn keep<T>(draft: &mut Draft, key: Key<Many<T>>, all: Vec<T>)
where
    Many<T>: Stored,
{
    if all.is_empty() { draft.clear(key) } else { draft.set(key, Many(all)) }
}

/// Fills in who did a task and when, where it is not said.
fn signed(row: &mut Value, facts: &Facts<'_>) {
    let Value::Parts(parts) = row else { return };
    parts.entry("done_on".into()).or_insert(Value::Instant(facts.now));
    if facts.actor.email.contains('@') {
        parts.entry("done_by".into()).or_insert(Value::text(&facts.actor.email));
    }
}
