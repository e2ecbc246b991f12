//! Fields that several kinds have with the same meaning, and names that kinds give to common parts.

use model::{
    Common, Type,
    approval::Source,
    handling::{Assignment, Escalation, Hands},
};

use crate::prelude::*;

pub const CUSTOMER: Key<Ref> = Key::new("customer");
pub const REQUESTER: Key<Person> = Key::new("requester");
pub const TEAM: Key<Ref> = Key::new("team");
pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const DUE: Key<Moment> = Key::new("due");
pub const APPROVED_BY: Key<Person> = Key::new("approved_by");
pub const APPROVED_ON: Key<Date> = Key::new("approved_on");
pub const ESCALATIONS: Key<Many<Parts>> = Key::new("escalations");
pub const TOLD_ON: Key<Moment> = Key::new(model::pause::TOLD);
pub const LOG: Key<Many<Parts>> = Key::new("log");
pub const VENDOR: Key<Ref> = Key::new("vendor");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const TICKET_TARGETS: Key<Many<Parts>> = Key::new("ticket_targets");
pub const CALENDAR: Key<Ref> = Key::new("calendar");
pub const PAUSING_STATES: Key<Many<Choice>> = Key::new("pausing_states");
pub const REOPEN_DAYS: Key<Decimal> = Key::new("reopen_days");
pub const PUBLIC_PAGE: Key<Choice> = Key::new("public_page");
pub const PUBLIC_TEXT: Key<Long> = Key::new("public_text");
pub const CONTACT_TYPE: Key<Choice> = Key::new("contact_type");
pub const LOCATION: Key<Ref> = Key::new("location");
pub const OPENED_BY: Key<Person> = Key::new("opened_by");
pub const REASSIGNMENT_COUNT: Key<Decimal> = Key::new("reassignment_count");
pub const REOPEN_COUNT: Key<Decimal> = Key::new("reopen_count");

/// Times of day at which the program does what is due.
pub const HOURS: [&str; 24] = [
    "00:00", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00", "09:00", "10:00", "11:00",
    "12:00", "13:00", "14:00", "15:00", "16:00", "17:00", "18:00", "19:00", "20:00", "21:00", "22:00", "23:00",
];

/// Rows of a policy: who must approve, by these words, in which stage, above which amount, and how many of them.
pub fn approvers(words: &[&str]) -> Vec<Field> {
    vec![
        part::number("stage").help("Rows of one stage are asked at once, stages one after the other."),
        part::choice("approver", words).label("Who"),
        part::persons("people").help("The people themselves, for named."),
        part::money("above")
            .label("Only above")
            .help("Asked only where the price is higher. A number alone is in the currency of the price."),
        part::number("need").label("How many must agree").help("Left empty, all of the stage."),
    ]
}

/// Rows of those who are asked, with what they said.
pub fn answers() -> Vec<Field> {
    vec![
        part::number("stage"),
        part::text("as").help("Why this person is asked."),
        part::person("approver"),
        part::number("need").label("How many must agree"),
        part::choice("decision", &["approved", "refused"]),
        part::person("by").help("Who decided: the approver, or who stood in."),
        part::instant("on"),
        part::long("reason"),
    ]
}

/// The number of a record under the name `id`.
pub fn number_alias() -> Field {
    Field::new("id", Type::Text).alias(Common::Number).label("Number")
}

/// The state of a record under the name that its kind uses (`state` or `status`).
pub fn state_alias(name: &'static str) -> Field {
    Field::new(name, Type::Text).alias(Common::State)
}

pub fn title_alias() -> Field {
    Field::new("title", Type::Text).alias(Common::Title)
}

/// Whose record it is, where a kind can belong to a customer.
pub fn customer() -> Field {
    CUSTOMER.reference(&["customer"]).help("The customer whose record it is. Its people can then see it.")
}

/// Fields that stand under one heading in forms and on pages.
pub fn grouped(heading: &'static str, fields: Vec<Field>) -> Vec<Field> {
    fields.into_iter().map(|field| field.group(heading)).collect()
}

/// Who asks, for whom, who works on it and by when: what every ticket has.
pub fn ticket() -> Vec<Field> {
    vec![
        DESCRIPTION
            .long()
            .help("What the person sees, in their own words: what they tried, what happened, since when."),
        customer(),
        REQUESTER.person().column(Column::Requester).help("The person who needs it solved and is kept informed."),
        TEAM.reference(&["team"]).internal().column(Column::Team).help("The team in whose queue it stands."),
        DUE.instant().column(Column::Due).help("When it must be done at the latest."),
    ]
}

/// Who approved what counts only when it is approved.
pub fn approval() -> Vec<Field> {
    vec![
        APPROVED_BY.person().help("Filled in when you approve."),
        APPROVED_ON.date().label("Approved").help("Filled in when you approve."),
    ]
}

/// Each time somebody with more knowledge or power was brought in.
pub fn escalations() -> Field {
    let row = vec![
        part::instant("at").label("When"),
        part::person("by"),
        part::person("to"),
        part::text("reason").help("Time running out, help needed, somebody asked for it."),
        part::text("step").label("By the clock").help("The agreed step that asked for it; empty where a person did."),
    ];
    ESCALATIONS.rows(row).help("Each time it was raised to somebody with more knowledge or power.")
}

/// A ticket stands in the queue of a team, and one of its people has it.
pub const ASSIGNMENT: Assignment = Assignment { team: "team", members: "members", rota: "rota", owner: "owner" };

/// Whom the words of agreed steps mean on a ticket, from the closest to the highest: where one word leads to nobody, the
/// next one is asked.
pub const ESCALATION: Escalation = Escalation {
    rows: "escalations",
    sources: &[
        Source { word: "owner", by: "", field: "lead" },
        Source { word: "owner", by: "", field: "owner" },
        Source { word: "on_call", by: "team", field: "on_call_plan" },
        Source { word: "on_call", by: "team", field: "on_call" },
        Source { word: "team_lead", by: "team", field: "lead" },
        Source { word: "manager", by: "owner", field: "manager" },
        Source { word: "service_owner", by: "service", field: "owner" },
    ],
    hours: ("team", "calendar"),
};

/// A ticket is with its team, and with the supplier involved while it waits for that one.
pub const HANDS: Hands = Hands { team: "team", supplier: "vendor", waits: "waiting_supplier" };

/// Whose help is needed from outside.
pub fn vendor() -> Field {
    VENDOR
        .reference_or_text(&["other_party"])
        .label("Supplier involved")
        .help("The supplier whose help is needed, by number or by name. While it waits for the supplier, it is in its hands.")
        .internal()
}

/// What was agreed with a team or a supplier about the time in which it has a ticket.
pub fn leg_targets() -> Vec<Field> {
    grouped(
        "Time for tickets",
        vec![
            SERVICES.references(&["service"]).help("The services it is about; empty means all of them."),
            TICKET_TARGETS
                .rows(vec![
                    part::open_choice("kind", &["incident", "service_request", "problem"])
                        .label("Ticket")
                        .help("Empty means every ticket."),
                    part::open_choice("priority", &["P1", "P2", "P3", "P4", "P5"]).help("Empty means every priority."),
                    part::duration("resolution").label("Time").help("From the hand-over on, such as PT4H."),
                    part::number("working_days")
                        .label("Or working days")
                        .help("Instead of a time: until closing time of the n-th working day after the hand-over."),
                    part::reference("calendar", &["service_calendar"]).help("Empty means that of the agreement."),
                ])
                .label("Times for tickets")
                .help("How long a ticket may be in these hands. The first line that fits a ticket holds for it."),
            CALENDAR
                .reference(&["service_calendar"])
                .label("Hours for tickets")
                .help("The hours in which these times run; empty means round the clock."),
            PAUSING_STATES
                .open_choices(&["waiting_customer", "scheduled", "waiting_supplier", "waiting_problem", "on_hold"])
                .label("Clock on hold in")
                .help(
                    "States in which these times stand still. Empty means waiting for the customer, waiting for a supplier \
                     and scheduled; write none where time always runs.",
                ),
            REOPEN_DAYS
                .number()
                .label("Days to come back")
                .help("What comes back within so many days goes on with its old clock. Empty means 7."),
        ],
    )
}

/// When those concerned last heard of it from us.
pub fn told_on() -> Field {
    TOLD_ON.instant().label("Last word to those concerned").help("When one of our people last wrote to them.").derived()
}

/// What other tools wrote down as work on a ticket; here the journal keeps that.
pub fn log() -> Field {
    let row = vec![part::instant("at").label("When"), part::person("by"), part::long("text").label("What")];
    LOG.rows(row).help("Work on it as other tools wrote it down. Notes in the journal count as well.").internal()
}

/// Whether it is told to everybody on the public page, where the organisation has one.
pub fn public_page() -> Field {
    PUBLIC_PAGE
        .choice(&["hidden", "shown"])
        .help("Shown on the page that everybody can read without a sign-in.")
        .internal()
}

/// What is said there of it: never its own words.
pub fn public_text() -> Field {
    PUBLIC_TEXT
        .long()
        .label("Words for everybody")
        .help("What stands on the public page; its first line is the heading.")
}

/// How a ticket came in and how often it moved.
pub fn intake() -> Vec<Field> {
    let ways = ["phone", "email", "portal", "chat", "monitoring", "in-person"];
    grouped(
        "How it came in",
        vec![
            CONTACT_TYPE.open_choice(&ways).help("The way by which it reached us."),
            LOCATION.reference_or_text(&["location"]).help("Where the person or the equipment is."),
            OPENED_BY.person().help("Who wrote it down, where that is not the requester.").internal(),
            REASSIGNMENT_COUNT.number().help("How often it went to another team or owner.").internal(),
            REOPEN_COUNT.number().help("How often it was resolved and came back."),
        ],
    )
}
