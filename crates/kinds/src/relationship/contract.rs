//! A contract is what was agreed in writing with an external supplier.

use crate::prelude::*;

pub const PARTY: Key<Ref> = Key::new("party");
pub const SCOPE: Key<Long> = Key::new("scope");
pub const REQUIREMENTS: Key<Many<Text>> = Key::new("requirements");
pub const TARGETS: Key<Many<Parts>> = Key::new("targets");
pub const DUTIES: Key<Parts> = Key::new("duties");
pub const INTERFACES: Key<Long> = Key::new("interfaces");
pub const START: Key<Date> = Key::new("start");
pub const END: Key<Date> = Key::new("end");
pub const NOTICE_DAYS: Key<Decimal> = Key::new("notice_days");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const VALUE: Key<Money> = Key::new("value");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    let kind = Kind::new("contract", "contracts", "CON")
        .about("A contract is what was agreed in writing with an external supplier.")
        .clause(&["8.3.4.1", "8.2.3.1", "8.7.3.1", "8.7.3.2", "7.5.4"])
        .area(Area::Services)
        .include(fields())
        .include(shared::leg_targets())
        .include(term())
        .lifecycle(life())
        .link("changed_by", "changed by", "changes", &["change"])
        .link("risk", "has the risk", "risk of", &["risk"])
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "title", "party", "state", "start", "end", "review_due"])
        .titled_by(&["scope"])
        .rule(dates_in_order);
    agreed::checked(kind)
}

fn fields() -> Vec<Field> {
    vec![
        PARTY.reference(&["other_party"]).label("Supplier"),
        SCOPE.long().help("What is supplied: services, components, processes."),
        REQUIREMENTS.texts().help("One a line: what the supplier must keep to."),
        TARGETS
            .rows(vec![
                part::open_choice("name", &["availability", "resolution", "response", "delivery"]),
                part::open_choice(
                    "kind",
                    &["availability", "incident-resolution", "incident-response", "request-fulfilment"],
                )
                .help("The same word as in the service level agreements."),
                part::number("number"),
                part::open_choice("unit", &["percent", "hours", "minutes", "days"]),
                part::open_choice("period", &["month", "quarter", "year"]),
                part::choice("comparison", &["at-least", "at-most"]),
            ])
            .help("What the supplier promises; it should be at least as strict as what we promise customers."),
        DUTIES
            .parts(vec![part::long("ours"), part::long("theirs")])
            .label("Duties and powers")
            .help("Who decides and who is in charge, on each side."),
        INTERFACES.long().help("How work and information go to and fro."),
    ]
}

fn term() -> Vec<Field> {
    shared::grouped(
        "Term",
        vec![
            START.date(),
            END.date().help("Empty when it runs until it is ended."),
            NOTICE_DAYS.number().label("Notice in days").help("How long before the end one must say that it ends."),
            REVIEW_DUE.date(),
            VERSION.number().help("Each new version follows from a change."),
            VALUE.money().label("Value in a year"),
            OWNER.person().column(Column::Owner),
        ],
    )
}

/// Whether a contract is in force follows from its dates, so no date moves the state.
fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("current", Done)
        .state("draft", Open)
        .state("signed", Done)
        .state("active", Done)
        .state("in-force", Done)
        .state("expired", Done)
        .state("terminated", Done)
        .step("negotiate", &["current", "signed", "active", "in-force", "expired", "terminated"], "draft")
        .step("sign", &["draft"], "signed")
        .step("activate", &["draft", "signed", "current"], "active")
        .step("put_in_force", &["signed", "active", "current"], "in-force")
        .step("make_current", &["draft", "signed", "active", "in-force"], "current")
        .step("let_expire", &["current", "signed", "active", "in-force"], "expired")
        .step("terminate", &["current", "signed", "active", "in-force"], "terminated");
    lifecycles::ending(lifecycle)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, START, END)
}
