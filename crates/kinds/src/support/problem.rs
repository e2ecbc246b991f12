//! A problem is the cause, known or not yet known, of one or more incidents.

use model::handling::{Before, Hands, Likeness, Mirror, Offer};

use crate::{causes, follow_up::action, prelude::*, transition::change};

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
pub const WORKAROUND: Key<Long> = Key::new("workaround");
pub const KNOWN_ERRORS: Key<Many<Ref>> = Key::new("known_errors");
pub const EFFECT_DUE: Key<Date> = Key::new("effect_due");
pub const EFFECT: Key<Parts> = Key::new("effect");
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
        .include(causes::fields())
        .include(shared::grouped("Effect", effect()))
        .include(shared::grouped("Work", vec![shared::escalations().internal()]))
        .include(shared::grouped("Work", vec![shared::log()]))
        .include(waiting::fields())
        .rule(waiting::is_said)
        .include(work::fields())
        .worked(work::LOG)
        .lifecycle(life())
        .link("caused_by", "caused by", "caused", &["change", "release", "problem"])
        .link("resolved_by", "resolved by", "resolves", &["change", "release"])
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "state", "priority", "service", "owner", "due", "raised_on"])
        .belongs_to("customer")
        .clocked()
        .escalated(shared::ESCALATION)
        .in_hands_of(Hands { team: "team", supplier: "", waits: "" })
        .mirrors(&[
            Mirror { field: "incidents", kind: "incident", back: "problem" },
            Mirror { field: "changes", kind: "change", back: "problem" },
        ])
        .looks_at(&["actions", "changes"])
        .looks_back(&[("action", "source"), ("change", "problem")])
        .offers(OFFERS)
        .alike(ALIKE)
        .after(BEFORE)
        .assigned(shared::ASSIGNMENT)
        .rule(cause_is_the_root)
        .rule(times_of_states)
        .rule(decision_is_signed)
        .rule(nothing_is_left_to_do)
        .rule(effect_is_looked_at)
        .rule(closes_with_its_effect)
        .rule(times_in_order)
}

/// What follows from a problem.
const OFFERS: &[Offer] = &[
    Offer {
        label: "Record a known error",
        kind: "known_error",
        carries: &[("title", "title"), ("problem", "number"), ("services", "service"), ("owner", "owner")],
        says: &[],
    },
    Offer {
        label: "Request a change",
        kind: "change",
        carries: &[
            ("title", "title"),
            ("description", "cause"),
            ("service", "service"),
            ("services", "service"),
            ("ci", "ci"),
            ("cis", "ci"),
            ("problem", "number"),
        ],
        says: &[],
    },
    Offer {
        label: "Plan an action",
        kind: "action",
        carries: &[("text", "title"), ("source", "number"), ("owner", "owner"), ("priority", "priority")],
        says: &[],
    },
    Offer {
        label: "Write an article",
        kind: "knowledge_article",
        carries: &[
            ("title", "title"),
            ("text", "cause"),
            ("services", "service"),
            ("category", "category"),
            ("problem", "number"),
            ("from", "number"),
        ],
        says: &[],
    },
];

/// Where the same cause may have been sought before.
const ALIKE: &[Likeness] = &[
    Likeness {
        label: "Similar problems",
        kind: "problem",
        shares: &[("service", "service")],
        own_words: &["description"],
        words: &["description", "cause"],
        states: &[],
        helps: "cause",
        used: None,
    },
    Likeness {
        label: "Known errors",
        kind: "known_error",
        shares: &[("service", "services")],
        own_words: &["description"],
        words: &["symptom", "workaround"],
        states: &["active"],
        helps: "workaround",
        used: None,
    },
];

/// Three incidents within a month make a pattern, so the changes of that month may be behind it.
const BEFORE: Before = Before {
    label: "What changed before this",
    kind: "change",
    shares: &[("ci", "ci"), ("ci", "cis"), ("service", "service"), ("service", "services")],
    when: "implemented_on",
    until: "raised_on",
    days: 30,
};

/// Days after which one looks whether it has helped.
const EFFECT_DAYS: i64 = 30;

fn cause_is_the_root(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    causes::root_is_the_cause(draft, facts, CAUSE);
    Ok(())
}

/// Whether what was done has helped.
fn effect() -> Vec<Field> {
    vec![
        EFFECT_DUE
            .date()
            .label("Look at the effect")
            .help("A month after it was resolved, unless said otherwise.")
            .internal(),
        EFFECT
            .parts(vec![
                part::text("indicator").help("What tells whether it helped, such as incidents of this sort a month."),
                part::number("before"),
                part::number("after"),
                part::choice("verdict", &["effective", "partly", "not-effective"]),
                part::long("text").label("In words"),
                part::person("by").label("Looked at by"),
                part::date("on"),
            ])
            .label("Effectiveness review")
            .help("The same indicator before and after. What has not helped is taken up again.")
            .internal(),
    ]
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
            WORKAROUND.long().help("How people go on working until the cause is gone."),
            KNOWN_ERRORS.references(&["known_error"]).help("Where what is known of it stands for others."),
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

/// No problem is closed while something is still to be done about it, whether it names the action or the change or these name
/// it.
fn nothing_is_left_to_do(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::enters(draft, facts, &["closed"]) {
        return Ok(());
    }
    all_are_done(draft, facts, ACTIONS, ("action", action::SOURCE))?;
    all_are_done(draft, facts, CHANGES, ("change", change::PROBLEM))
}

/// Refuses while a record is open that the field names, or that names this one.
fn all_are_done(
    draft: &Draft,
    facts: &Facts<'_>,
    field: Key<Many<Ref>>,
    (kind, back): (&str, Key<Ref>),
) -> Result<(), FieldError> {
    let named = draft.get(field).map(|named| named.0).unwrap_or_default();
    let number = facts.before.map(|before| before.number.as_str());
    let is_own = |record: &&model::Record| {
        record.kind == kind
            && (named.iter().any(|own| own.0 == record.number)
                || record.get(back).is_some_and(|source| Some(source.0.as_str()) == number))
    };
    let open =
        |record: &&model::Record| facts.related.kind_of(record).is_some_and(|kind| kind.phase(&record.state) != Done);
    let mut open: Vec<&str> =
        facts.related.records().filter(is_own).filter(open).map(|record| record.number.as_str()).collect();
    open.sort_unstable();
    match open.as_slice() {
        [] => Ok(()),
        open => Err(FieldError::new(field.name, format!("not all are done yet: {}", open.join(", ")))),
    }
}

/// What was resolved is closed when somebody has looked whether it helped, on the day that was set for it or later. What one
/// lives with needs no such look, and what did not help is taken up again instead.
fn closes_with_its_effect(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Parts(effect) = draft.get(EFFECT).unwrap_or(Parts(Default::default()));
    let verdict = effect.get("verdict").and_then(Value::as_text).unwrap_or_default();
    if rules::touched(draft, facts, &[EFFECT.name])
        && !verdict.is_empty()
        && let Some(due) = draft.get(EFFECT_DUE).filter(|due| *due > facts.now.date())
    {
        let why = format!("{due} lies ahead: whether it helped is told then, or on an earlier day that you set here");
        return Err(FieldError::new(EFFECT_DUE.name, why));
    }
    if !rules::enters(draft, facts, &["closed"]) || draft.get(RESOLVED_ON).is_none() {
        return Ok(());
    }
    match verdict {
        "" => {
            let when = draft.get(EFFECT_DUE).map(|due| format!(" from {due} on")).unwrap_or_default();
            let why = format!("is needed to close a problem that is resolved: say{when} whether it helped");
            Err(FieldError::new(EFFECT.name, why))
        }
        "not-effective" => Err(FieldError::new(EFFECT.name, "it did not help: take the problem up again")),
        _ => Ok(()),
    }
}

/// A month after a problem was resolved one looks whether it has helped; who looked and when is signed.
fn effect_is_looked_at(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["resolved"]) && draft.get(EFFECT_DUE).is_none() {
        draft.set(EFFECT_DUE, facts.now.plus(EFFECT_DAYS * model::time::DAY).date());
    }
    let Some(Parts(mut effect)) = draft.get(EFFECT).filter(|_| rules::touched(draft, facts, &[EFFECT.name])) else {
        return Ok(());
    };
    if effect.get("verdict").is_some_and(Value::is_filled) {
        if model::types::is_mail(&facts.actor.email) {
            effect.entry("by".into()).or_insert_with(|| Value::text(&facts.actor.email));
        }
        effect.entry("on".into()).or_insert(Value::Date(facts.now.date()));
        draft.set(EFFECT, Parts(effect));
    }
    Ok(())
}
