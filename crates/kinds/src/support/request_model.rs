//! A request model says how one kind of service request is ordered, allowed and fulfilled.

use crate::prelude::*;
use model::questions::{self, Questions};

pub const CATEGORY: Key<Choice> = Key::new("category");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const OWNER: Key<Person> = Key::new("owner");
pub const STEPS: Key<Many<Text>> = Key::new("steps");
pub const AUDIENCE: Key<Many<Choice>> = Key::new("audience");
pub const NEEDS_APPROVAL: Key<bool> = Key::new("needs_approval");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");
pub const INSTRUCTIONS: Key<Long> = Key::new("instructions");
pub const SECTION: Key<Text> = Key::new("section");
pub const PRICE: Key<Money> = Key::new("price");
pub const DELIVERY_DAYS: Key<Decimal> = Key::new("delivery_days");
pub const QUESTIONS: Key<Many<Parts>> = Key::new("questions");
pub const APPROVAL: Key<Many<Parts>> = Key::new("approval");
pub const TEAM: Key<Ref> = Key::new("team");
pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const TASKS: Key<Many<Parts>> = Key::new("tasks");

/// Most working days within which a task is to be done.
pub const DAYS_MAX: Decimal = Decimal::ONE_THOUSAND;

pub fn kind() -> Kind {
    Kind::new("request_model", "request_models", "RQM")
        .about("A request model says how one kind of service request is ordered, allowed and fulfilled.")
        .clause(&["8.6.2"])
        .area(Area::Run)
        .field(
            CATEGORY
                .open_choice(&["access", "equipment", "software", "information", "account", "move", "other"])
                .help("The category of the requests it is for.")
                .required(),
        )
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(OWNER.person().help("Who keeps the instructions right.").internal().column(Column::Owner))
        .field(STEPS.texts().help("One a line, in the order in which they are done.").internal())
        .field(AUDIENCE.open_choices(&["customers", "staff", "users"]).label("For whom").help("Who may ask for it."))
        .field(NEEDS_APPROVAL.flag().help("Somebody must allow each request first."))
        .field(VERSION.number().help("Counts by itself when form, price, approval or tasks become others."))
        .field(
            REVIEWED_ON.date().label("Reviewed").help("When somebody last made sure that the instructions are right."),
        )
        .include(shared::grouped("Order", order()))
        .include(shared::grouped("Fulfilment", fulfilment()))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_find(&["current"]))
        .list(&["number", "title", "state", "category", "version", "reviewed_on"])
        .titled_by(&["category"])
        .rule(form_can_be_filled)
        .rule(approvers_are_said)
        .rule(limits_are_in_the_currency_of_the_price)
        .rule(tasks_fit_together)
        .rule(versions_count)
}

/// What people see and fill in who ask for it.
fn order() -> Vec<Field> {
    let types: Vec<&str> = questions::TYPES.iter().map(|(name, _)| *name).collect();
    let question = vec![
        part::text("name").help("Small letters, digits and underscores; answers are kept under it."),
        part::text("label").label("Question"),
        part::choice("type", &types),
        part::texts("choices").label("Answers to choose from"),
        part::flag("required").label("Needed"),
        part::text("shown_when").label("Only when").help("A filter over the other answers, such as model = Strong."),
        part::long("help"),
        part::text("section").label("Heading"),
        part::text("default").label("Begins with").help(
            "A fixed answer, or what is known: {requester}, {requester.name}, {customer.address}, {service.name}, {today + 5}.",
        ),
    ];
    vec![
        SECTION
            .text()
            .label("Heading in the catalogue")
            .help("Such as Workplace. Models of one heading stand together."),
        INSTRUCTIONS.long().label("What one gets").help("What people read before they ask for it."),
        PRICE.money().help("Shown before it is sent, kept with each request, and compared with limits of approval."),
        DELIVERY_DAYS
            .number()
            .label("Delivery in working days")
            .help("Until closing time of so many working days after the one on which it is asked for, by the hours of the service."),
        QUESTIONS
            .rows(question)
            .label("Form")
            .help("What is asked. Every way by which a request comes in asks the same."),
    ]
}

fn fulfilment() -> Vec<Field> {
    let approver = shared::approvers(&["line_manager", "service_owner", "customer", "named"]);
    let task = vec![
        part::text("name").help("Short, without blanks: other tasks refer to it."),
        part::text("title").label("Task"),
        part::reference("team", &["team"]),
        part::person("owner").help("Who does it, where that is always the same person."),
        part::number("days").label("Within").help("Working days by which it is done, from when work may begin."),
        part::texts("after").label("Comes after").help("Names of tasks that must be done before."),
        part::text("shown_when").label("Only when").help("A filter over the answers."),
    ];
    vec![
        TEAM.reference(&["team"]).help("Where requests of it come to. Left empty, the team of the service.").internal(),
        PRIORITY
            .open_choice(&["P1", "P2", "P3", "P4", "P5"])
            .help("Of requests of it, until somebody sets another one. Left empty, that of the service, else P4.")
            .internal(),
        APPROVAL.rows(approver).label("Approval policy").help("Whoever must allow it, before work begins.").internal(),
        TASKS.rows(task).label("Tasks").help("What is done, by which team, in which order.").internal(),
    ]
}

fn form_can_be_filled(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, &[QUESTIONS.name]) {
        return Ok(());
    }
    match Questions::read(draft.fields.get(QUESTIONS.name)) {
        Ok(_) => Ok(()),
        Err(mut why) => Err(FieldError::new(QUESTIONS.name, why.swap_remove(0))),
    }
}

fn approvers_are_said(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, &[APPROVAL.name]) {
        return Ok(());
    }
    let rows = draft.fields.get(APPROVAL.name).map(Value::entries).unwrap_or_default();
    for (at, row) in rows.iter().enumerate() {
        let word = row.part("approver").and_then(Value::as_text);
        let named = row.part("people").is_some_and(Value::is_filled);
        if matches!(row, Value::Parts(_)) && word.is_none_or(|word| word == "named") && !named {
            let why = format!("entry {}: people: say who is asked", at + 1);
            return Err(FieldError::new(APPROVAL.name, why));
        }
    }
    if !rows.is_empty() && draft.get(NEEDS_APPROVAL).is_none() {
        draft.set(NEEDS_APPROVAL, true);
    }
    Ok(())
}

/// A limit that cannot be compared with the price would be no limit: somebody would be asked each time.
fn limits_are_in_the_currency_of_the_price(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(price) =
        draft.fields.get(PRICE.name).filter(|_| rules::touched(draft, facts, &[APPROVAL.name, PRICE.name]))
    else {
        return Ok(());
    };
    let currency = |value: &Value| value.part("currency").and_then(Value::as_text).unwrap_or_default().to_uppercase();
    let fits = |above: &Value| currency(above).is_empty() || currency(above) == currency(price);
    let said = |code: String| if code.is_empty() { "no currency".to_string() } else { code };
    let rows = draft.fields.get(APPROVAL.name).map(Value::entries).unwrap_or_default();
    let who = |row: &Value| ["stage", "approver", "people"].map(|part| row.part(part).cloned());
    for (at, row) in rows.iter().enumerate() {
        let Some(above) = row.part("above").filter(|above| above.is_filled()) else { continue };
        let decides = |other: &Value| who(other) == who(row) && other.part("above").is_some_and(fits);
        if !fits(above) && !rows.iter().any(decides) {
            let (limit, price) = (said(currency(above)), said(currency(price)));
            let why = format!("entry {}: above: the limit is in {limit} and the price in {price}", at + 1);
            return Err(FieldError::new(APPROVAL.name, format!("{why}: say the limit in {price} as well")));
        }
    }
    Ok(())
}

/// Every name is there once, comes after tasks that are there, and never, through others, after itself.
fn tasks_fit_together(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, &[TASKS.name, QUESTIONS.name]) {
        return Ok(());
    }
    let wrong = |at: usize, part: &str, why: String| {
        Err(FieldError::new(TASKS.name, format!("entry {}: {part}: {why}", at + 1)))
    };
    let tasks = rules::Task::read_all(draft.fields.get(TASKS.name));
    let form = Questions::read(draft.fields.get(QUESTIONS.name)).ok();
    for (at, task) in tasks.iter().enumerate() {
        if task.name.is_empty() || task.name.contains([',', ' ']) {
            return wrong(at, "name", "is one word".into());
        }
        if tasks[..at].iter().any(|other| other.name == task.name) {
            return wrong(at, "name", format!("there is a task {} already", task.name));
        }
        if task.days.is_some_and(|days| days < Decimal::ZERO || days > DAYS_MAX) {
            return wrong(at, "days", format!("is a number of working days from 0 to {DAYS_MAX}"));
        }
        if let Some(strange) = task.after.iter().find(|name| tasks.iter().all(|other| other.name != **name)) {
            let hint = model::suggest::hint(strange, tasks.iter().map(|task| task.name.as_str()));
            return wrong(at, "after", format!("there is no task {strange}{hint}"));
        }
        if let Some(Err(why)) = form.as_ref().map(|form| form.holds(&task.shown_when, None)) {
            return wrong(at, "shown_when", why);
        }
    }
    // Whatever can be done is taken away; what is left waits for itself.
    let mut left: Vec<(usize, &rules::Task)> = tasks.iter().enumerate().collect();
    loop {
        let ready = |task: &rules::Task| task.after.iter().all(|name| left.iter().all(|other| other.1.name != *name));
        let rest: Vec<_> = left.iter().filter(|(_, task)| !ready(task)).copied().collect();
        if rest.len() == left.len() {
            break;
        }
        left = rest;
    }
    match left.first() {
        Some((at, task)) => wrong(*at, "after", format!("{} would wait for itself", task.name)),
        None => Ok(()),
    }
}

fn versions_count(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before else {
        if draft.get(VERSION).is_none() {
            draft.set(VERSION, Decimal::ONE);
        }
        return Ok(());
    };
    let differs = |name: &str| before.fields.get(name) != draft.fields.get(name);
    let counted = [QUESTIONS.name, PRICE.name, DELIVERY_DAYS.name, APPROVAL.name, TASKS.name, STEPS.name];
    if counted.into_iter().any(differs) && !differs(VERSION.name) {
        rules::count(draft, VERSION);
    }
    Ok(())
}
