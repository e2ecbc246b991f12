//! An incident is an unplanned interruption of a service, a loss of its quality, or a fault about to be one.

use model::handling::{Before, Closing, Helped, Likeness, Mirror, Offer, Talk, Used};

use super::major;
use crate::{information::knowledge_article, portfolio::service, prelude::*};

pub const SERVICE: Key<Ref> = Key::new("service");
pub const CI: Key<Ref> = Key::new("ci");
pub const CATEGORY: Key<Choice> = Key::new("category");
pub const SUBCATEGORY: Key<Text> = Key::new("subcategory");
pub const SYMPTOM: Key<Text> = Key::new("symptom");
pub const IMPACT: Key<Choice> = Key::new("impact");
pub const URGENCY: Key<Choice> = Key::new("urgency");
pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const PRIORITY_OVERRIDE: Key<Parts> = Key::new("priority_override");
pub const MATRIX_USED: Key<Parts> = Key::new("matrix_used");
pub const MAJOR: Key<bool> = Key::new("major");
pub const USERS_HIT: Key<Percentage> = Key::new("users_hit");
pub const GRAVE_SECURITY: Key<bool> = Key::new("grave_security");
pub const LEAD: Key<Person> = Key::new("lead");
pub const ROLES: Key<Many<Parts>> = Key::new("roles");
pub const NEXT_UPDATE: Key<Moment> = Key::new("next_update");
pub const PRIORITY_CONFIRMED: Key<bool> = Key::new("priority_confirmed");
pub const OWNER: Key<Person> = Key::new("owner");
pub const RAISED_ON: Key<Moment> = Key::new("raised_on");
pub const RESPONDED_ON: Key<Moment> = Key::new("responded_on");
pub const WORKAROUND: Key<Long> = Key::new("workaround");
pub const RESOLVED_ON: Key<Moment> = Key::new("resolved_on");
pub const CLOSED_ON: Key<Moment> = Key::new("closed_on");
pub const RESOLUTION: Key<Long> = Key::new("resolution");
pub const CLOSED_CODE: Key<Text> = Key::new("closed_code");
pub const RESOLVED_BY: Key<Person> = Key::new("resolved_by");
pub const PROBLEM: Key<Ref> = Key::new("problem");
pub const RELEASE: Key<Ref> = Key::new("release");
pub const CHANGE: Key<Ref> = Key::new("change");
pub const CAUSED_BY_CHANGE: Key<Ref> = Key::new("caused_by_change");
pub const SPLIT_FROM: Key<Ref> = Key::new("split_from");
pub const KNOWLEDGE_USED: Key<bool> = Key::new("knowledge_used");
pub const NOTIFY: Key<Choice> = Key::new("notify");
pub const MADE_TARGET: Key<bool> = Key::new("made_target");

pub fn kind() -> Kind {
    Kind::new("incident", "incidents", "INC")
        .about(
            "An incident is an unplanned interruption of a service, a \
             loss of its quality, or a fault about to be one.",
        )
        .clause(&["8.6.1", "8.2.6", "8.5.3", "7.6"])
        .area(Area::Run)
        .field(shared::number_alias())
        .include(shared::ticket())
        .include(fields())
        .include(priority())
        .include(shared::grouped("Major incident", major::fields()))
        .include(work())
        .include(shared::grouped("Work", vec![shared::escalations().internal()]))
        .include(shared::grouped("Work", vec![shared::log()]))
        .include(waiting::fields())
        .rule(waiting::is_said)
        .include(work::fields())
        .include(origin_and_follow_up())
        .include(shared::grouped("Public page", vec![shared::public_page(), shared::public_text()]))
        .told_outside(OUTSIDE)
        .include(shared::intake())
        .lifecycle(life())
        .link("affects", "affects", "affected by", &["service", "ci", "customer"])
        .link("caused_by", "caused by", "caused", &["change", "problem", "release", "incident"])
        .link("resolved_by", "resolved by", "resolves", &["change", "release", "known_error"])
        .link("helped_by", "helped by", "helped", &["known_error", "knowledge_article"])
        .link("part_of", "child of", "parent of", &["incident"])
        .include_links(links::general())
        .grants(roles::operational())
        .grants(roles::customers_raise())
        .list(&["number", "title", "state", "priority", "service", "owner", "due", "raised_on"])
        .belongs_to("customer")
        .clocked()
        .monitored(super::monitoring::INCIDENTS)
        .escalated(shared::ESCALATION)
        .in_hands_of(shared::HANDS)
        .closes_itself(CLOSING)
        .talked_about(TALK)
        .handled_by(major::PROCEDURE)
        .looks_at(&["service"])
        .looks_when(&["impact", "urgency", "priority", "major", "users_hit", "grave_security"])
        .looks_back(&[("major_incident_review", "incident")])
        .mirrors(&[Mirror { field: "problem", kind: "problem", back: "incidents" }])
        .offers(OFFERS)
        .alike(ALIKE)
        .after(BEFORE)
        .assigned(shared::ASSIGNMENT)
        .parent_by("part_of")
        .worked(work::LOG)
        .rule(team_by_service)
        .rule(a_first_priority)
        .rule(priority_from_impact_and_urgency)
        .rule(major::is_declared)
        .rule(major::closes_with_its_procedure)
        .rule(times_of_states)
        .rule(moves_are_counted)
}

/// What everybody may read of one that is open: the words that were written for them.
const OUTSIDE: Outside = Outside {
    flag: "public_page",
    states: &[
        "new",
        "assigned",
        "in_progress",
        "scheduled",
        "waiting_customer",
        "waiting_supplier",
        "waiting_problem",
        "on_hold",
    ],
    fields: &["public_text", "service", "raised_on"],
};

/// Nobody said within the agreed days that it still does not work.
const CLOSING: Closing = Closing { state: "resolved", since: "resolved_on", days: "auto_close_days", to: "closed" };

/// Who waits for whom is told by what was said, not by who remembered to say so.
const TALK: Talk = Talk {
    answered: "responded_on",
    asker: "requester",
    waits: "waiting_customer",
    goes_on: "in_progress",
    over: OVER,
};

/// What often follows from an incident.
const OFFERS: &[Offer] = &[
    Offer {
        label: "Raise a problem",
        kind: "problem",
        carries: &[
            ("title", "title"),
            ("description", "description"),
            ("service", "service"),
            ("ci", "ci"),
            ("category", "category"),
            ("priority", "priority"),
            ("incidents", "number"),
        ],
        says: &[("source", "incident")],
    },
    Offer {
        label: "Request a change",
        kind: "change",
        carries: &[("title", "title"), ("service", "service"), ("ci", "ci"), ("description", "resolution")],
        says: &[],
    },
    Offer {
        label: "Write an article",
        kind: "knowledge_article",
        carries: &[
            ("title", "title"),
            ("text", "resolution"),
            ("services", "service"),
            ("category", "category"),
            ("from", "number"),
        ],
        says: &[],
    },
    Offer {
        label: "Tell customers",
        kind: "communication",
        carries: &[("subject", "title"), ("audience", "customer")],
        says: &[("about", "incident")],
    },
    Offer {
        label: "Split off another incident",
        kind: "incident",
        carries: &[
            ("title", "title"),
            ("service", "service"),
            ("ci", "ci"),
            ("category", "category"),
            ("customer", "customer"),
            ("requester", "requester"),
            ("team", "team"),
            ("split_from", "number"),
        ],
        says: &[],
    },
];

/// Where the next person may find what is known already.
const ALIKE: &[Likeness] = &[
    Likeness {
        label: "Known errors",
        kind: "known_error",
        shares: &[("service", "services")],
        own_words: &["symptom", "description"],
        words: &["symptom", "workaround"],
        states: &["active"],
        helps: "workaround",
        used: Some(Used::Helped(Helped { link: "helped_by", count: "uses", flag: "" })),
    },
    Likeness {
        label: "Articles",
        kind: "knowledge_article",
        shares: &[("service", "services"), ("category", "category")],
        own_words: &["symptom", "description"],
        words: &["text"],
        states: knowledge_article::FOR_READERS,
        helps: "text",
        used: Some(Used::Helped(Helped { link: "helped_by", count: "uses", flag: "knowledge_used" })),
    },
    Likeness {
        label: "Similar incidents",
        kind: "incident",
        shares: &[("ci", "ci"), ("service", "service")],
        own_words: &["symptom", "description"],
        words: &["symptom"],
        states: &[],
        helps: "resolution",
        used: None,
    },
];

/// What changed on the same things in the week before.
const BEFORE: Before = Before {
    label: "What changed before this",
    kind: "change",
    shares: &[("ci", "ci"), ("ci", "cis"), ("service", "service"), ("service", "services")],
    when: "implemented_on",
    until: "raised_on",
    days: 7,
};

fn fields() -> Vec<Field> {
    vec![
        SERVICE
            .reference(&["service"])
            .help("The service that does not work as agreed.")
            .required_in(&["resolved", "closed"])
            .column(Column::Service),
        CI.reference(&["ci"]).label("Configuration item").help("The item at fault, as soon as it is known.").indexed(),
        CATEGORY
            .open_choice(&[
                "hardware",
                "application",
                "network",
                "access",
                "login",
                "email",
                "data",
                "performance",
                "printing",
                "telephony",
                "security",
                "other",
            ])
            .help("What kind of thing is at fault. Trends are counted by it.")
            .required_in(&["resolved", "closed"])
            .indexed(),
        SUBCATEGORY.text().help("A finer sort within the category."),
        SYMPTOM.text().help("What it looks like from outside, as a code or a few words."),
    ]
}

fn priority() -> Vec<Field> {
    shared::grouped(
        "Priority",
        vec![
            IMPACT
                .choice(&["high", "medium", "low"])
                .help("How much harm it does: high when a whole site or a core business process stands still.")
                .required_in(&["resolved", "closed"]),
            URGENCY
                .choice(&["high", "medium", "low"])
                .help("How soon that harm comes: high when it is felt at once.")
                .required_in(&["resolved", "closed"]),
            PRIORITY
                .open_choice(&["P1", "P2", "P3", "P4", "P5"])
                .help(
                    "Follows from impact and urgency: P1 is both high, P5 \
                     both low. Set another one only with a reason below.",
                )
                .column(Column::Priority),
            PRIORITY_OVERRIDE
                .parts(vec![
                    part::long("reason").help("Fill this in to set another priority than the computed one."),
                    part::person("by").label("Decided by"),
                    part::open_choice("computed", &["P1", "P2", "P3", "P4", "P5"]).label("Computed priority"),
                ])
                .label("Other priority than computed")
                .help("Why the priority differs from the computed one, who decided that, and what was computed.")
                .internal(),
            MAJOR
                .flag()
                .label("Major incident")
                .help(
                    "Handled by the procedure for major incidents: a \
                     manager, top management told, a review afterwards.",
                )
                .indexed(),
            MATRIX_USED
                .parts(vec![part::text("computed").label("Computed priority"), part::text("by").label("Stated as")])
                .label("Matrix of the house")
                .help("What impact and urgency gave by a matrix that a document states, and which one that was.")
                .internal()
                .derived(),
            USERS_HIT
                .percentage()
                .label("Share of users hit")
                .help("Of the users of the service, in percent. From a quarter on a P1 is major, unless a document says otherwise."),
            GRAVE_SECURITY
                .flag()
                .label("Grave security incident")
                .help("Whatever its priority, it is handled as a major incident.")
                .internal(),
            PRIORITY_CONFIRMED.flag().help("Somebody looked at the priority again and kept it.").internal(),
        ],
    )
}

fn work() -> Vec<Field> {
    shared::grouped(
        "Work",
        vec![
            OWNER.person().help("The person who works on it now.").internal().column(Column::Owner),
            RAISED_ON.instant().label("Raised").help("When it was reported. Every target runs from here.").indexed(),
            shared::state_alias("state"),
            RESPONDED_ON
                .instant()
                .label("First response")
                .help("When a person first dealt with it; an automatic receipt does not count."),
            shared::told_on(),
            WORKAROUND.long().help("How people go on working until it is resolved.").internal(),
            RESOLVED_ON.instant().label("Resolved").help("When the service worked again.").indexed(),
            CLOSED_ON
                .instant()
                .label("Closed")
                .help("When the requester agreed, or the waiting time for objections was over.")
                .indexed(),
            RESOLUTION
                .long()
                .help("What put it right, so that the next person can do the same.")
                .required_in(&["resolved", "closed"]),
            CLOSED_CODE.text().label("Closing code").help("How it ended, by the organisation's own list."),
            RESOLVED_BY.person().help("Who made the service work again."),
        ],
    )
}

fn origin_and_follow_up() -> Vec<Field> {
    shared::grouped(
        "Origin and follow-up",
        vec![
            PROBLEM.reference(&["problem"]).help("The problem that causes it.").internal().indexed(),
            RELEASE.reference(&["release"]).help("The release that brought it about.").internal(),
            CHANGE
                .reference(&["change"])
                .label("Change to resolve it")
                .help("The change that puts it right for good.")
                .internal(),
            CAUSED_BY_CHANGE.reference(&["change"]).help("The change that brought it about.").internal(),
            SPLIT_FROM.reference(&["incident"]).label("Split off from").internal(),
            shared::vendor(),
            KNOWLEDGE_USED.flag().help("A knowledge article helped to solve it.").internal(),
            NOTIFY
                .open_choice(&["none", "email", "phone"])
                .label("Tell the requester by")
                .help("The way in which the requester wants to hear of it."),
            MADE_TARGET
                .flag()
                .label("Target met by earlier tool")
                .help("What an earlier tool counted, kept for comparison; our own clocks decide.")
                .internal(),
        ],
    )
}

/// States in which the service works again.
const OVER: &[&str] = &["resolved", "closed"];
/// States that only a person who deals with it brings about.
const ANSWERED: &[&str] =
    &["in_progress", "waiting_customer", "waiting_supplier", "waiting_problem", "scheduled", "resolved", "closed"];

fn life() -> Lifecycle {
    const WAITING: &[&str] = &["waiting_customer", "waiting_supplier", "waiting_problem", "scheduled", "on_hold"];
    const WORKED: &[&str] = &["new", "assigned", "in_progress"];
    const UNRESOLVED: &[&str] = &[
        "new",
        "assigned",
        "in_progress",
        "waiting_customer",
        "waiting_supplier",
        "waiting_problem",
        "scheduled",
        "on_hold",
    ];
    let lifecycle = Lifecycle::starts_in("new", Open)
        .state("assigned", Open)
        .state("in_progress", Open)
        .state("waiting_customer", Waiting)
        .state("waiting_supplier", Waiting)
        .state("waiting_problem", Waiting)
        .state("scheduled", Waiting)
        .state("on_hold", Waiting)
        .state("resolved", Done)
        .state("closed", Done)
        .step("assign", &["new", "in_progress", "waiting_customer", "waiting_supplier", "on_hold"], "assigned")
        .step("start", &["new", "assigned"], "in_progress")
        .step("resume", WAITING, "in_progress")
        .step("ask_customer", WORKED, "waiting_customer")
        .step("wait_for_supplier", WORKED, "waiting_supplier")
        .step("wait_for_problem", WORKED, "waiting_problem")
        .step("schedule", WORKED, "scheduled")
        .step("put_on_hold", WORKED, "on_hold")
        .step("resolve", UNRESOLVED, "resolved")
        .step("close", &["resolved"], "closed")
        .step("reopen", OVER, "in_progress")
        .dated("closed", "closed_on")
        .dated("resolved", "resolved_on");
    lifecycles::ticket_ending(lifecycle)
}

/// Impact and urgency give the priority, by rule R11 or by the matrix that a document states for the customer, the service or
/// the house; another one needs a reason, and the computed one stays on record.
fn priority_from_impact_and_urgency(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let (Some(impact), Some(urgency)) = (draft.get(IMPACT), draft.get(URGENCY)) else { return Ok(()) };
    let matrices = &facts.related.house().matrices;
    let (service, customer) = (draft.get(SERVICE), draft.get(shared::CUSTOMER));
    let own = |held: &Option<Ref>| held.as_ref().map(|held| held.0.clone());
    let (service, customer) = (own(&service), own(&customer));
    let Some(computed) = matrices.given(service.as_deref(), customer.as_deref(), &impact.0, &urgency.0) else {
        return Ok(());
    };
    let telling = [IMPACT.name, URGENCY.name, PRIORITY.name, PRIORITY_OVERRIDE.name];
    let moved = !matrices.is_plain() && rules::touched(draft, facts, &[SERVICE.name, shared::CUSTOMER.name]);
    if !rules::touched(draft, facts, &telling) && !moved {
        return Ok(());
    }
    let used = computed.by.map(|by| [("by", by), ("computed", computed.priority.to_string())]);
    match used {
        Some(parts) => draft.set(MATRIX_USED, Parts(parts.map(|(name, text)| (name.into(), Value::Text(text))).into())),
        None => draft.clear(MATRIX_USED),
    }
    let computed = computed.priority.to_string();
    let computed = computed.as_str();
    let given = draft.get(PRIORITY);
    let mut override_ = draft.get(PRIORITY_OVERRIDE).map(|parts| parts.0).unwrap_or_default();
    if override_.get("reason").is_some_and(Value::is_filled) {
        if !override_.contains_key("by") && model::types::is_mail(&facts.actor.email) {
            override_.insert("by".into(), Value::text(&facts.actor.email));
        }
        override_.insert("computed".into(), Value::text(computed));
        draft.set(PRIORITY_OVERRIDE, Parts(override_));
        if given.is_none() {
            draft.set(PRIORITY, Choice(computed.into()));
        }
        return Ok(());
    }
    let before = facts.before.and_then(|before| before.get(PRIORITY));
    match given {
        Some(given) if given.0 != computed && before.as_ref() != Some(&given) => Err(FieldError::new(
            PRIORITY.name,
            format!(
                "impact {} and urgency {} give {computed}; to set {}, say why in \"other priority than computed\"",
                impact.0, urgency.0, given.0
            ),
        )),
        _ => {
            draft.set(PRIORITY, Choice(computed.into()));
            Ok(())
        }
    }
}

/// A new incident comes to the team that the service names for its category, else to that of the service.
fn team_by_service(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() && draft.get(shared::TEAM).is_none() {
        let category = draft.get(CATEGORY).map(|category| category.0);
        let service = facts.related.of(draft, SERVICE.name);
        if let Some(team) = service.and_then(|service| service::team_for(service, category.as_deref())) {
            draft.set(shared::TEAM, team);
        }
    }
    Ok(())
}

/// Whoever reports it need not know impact and urgency: the clocks run all the same.
fn a_first_priority(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    super::first::incident_begins(draft, facts, (IMPACT, URGENCY), PRIORITY);
    Ok(())
}

/// What a state says about times: entering it sets them where they are empty, reopening takes them back.
fn times_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::stamp(draft, facts, RAISED_ON);
    }
    if rules::enters(draft, facts, ANSWERED) {
        rules::stamp(draft, facts, RESPONDED_ON);
    }
    if rules::enters(draft, facts, OVER) {
        rules::stamp(draft, facts, RESOLVED_ON);
        rules::sign(draft, facts, RESOLVED_BY);
    }
    if rules::enters(draft, facts, &["closed"]) {
        rules::stamp(draft, facts, CLOSED_ON);
    }
    if rules::leaves(draft, facts, OVER) && draft.state == "in_progress" {
        draft.clear(RESOLVED_ON);
        draft.clear(RESOLVED_BY);
        draft.clear(CLOSED_ON);
        rules::count(draft, shared::REOPEN_COUNT);
    }
    times_in_order(draft, facts)
}

fn moves_are_counted(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::count_moves(draft, facts, OWNER, shared::TEAM);
    Ok(())
}

fn times_in_order(draft: &Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, RAISED_ON, RESPONDED_ON)?;
    rules::in_order(draft, facts, RAISED_ON, RESOLVED_ON)?;
    rules::in_order(draft, facts, RESOLVED_ON, CLOSED_ON)
}
