//! A service is what customers get, in whatever stage of its life: from first idea to removal.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const OWNER: Key<Person> = Key::new("owner");
pub const STAGE: Key<Choice> = Key::new("stage");
pub const IN_SCOPE: Key<bool> = Key::new("in_scope");
pub const CRITICALITY: Key<Choice> = Key::new("criticality");
pub const CRITICALITY_REVIEWED_ON: Key<Date> = Key::new("criticality_reviewed_on");
pub const CUSTOMERS: Key<Many<Ref>> = Key::new("customers");
pub const TEAM: Key<Ref> = Key::new("team");
pub const ASSIGNMENT: Key<Many<Parts>> = Key::new("assignment");
pub const FIRST_IMPACT: Key<Choice> = Key::new("first_impact");
pub const FIRST_URGENCY: Key<Choice> = Key::new("first_urgency");
pub const CHANGE_APPROVAL: Key<Many<Parts>> = Key::new("change_approval");
pub const COMPONENTS: Key<Many<Ref>> = Key::new("components");
pub const PARTIES: Key<Many<Ref>> = Key::new("parties");
pub const CALENDAR: Key<Ref> = Key::new("calendar");
pub const VALUE: Key<Parts> = Key::new("value");

pub fn kind() -> Kind {
    Kind::new("service", "services", "SVC")
        .about("A service is what customers get, in whatever stage of its life: from first idea to removal.")
        .clause(&["8.2.2", "8.2.4", "8.2.3.1", "8.3.3", "4.3", "5.1", "6.3", "7.6"])
        .area(Area::Services)
        .include(fields())
        .include(how_it_is_delivered())
        .include(value())
        .include(shared::grouped("Public page", vec![shared::public_page()]))
        .told_outside(Outside { flag: "public_page", states: &["current"], fields: &["title", "calendar"] })
        .lifecycle(lifecycles::kept())
        .link("part_of", "part of", "consists of", &["service"])
        .link("depends_on", "depends on", "needed by", &["service", "ci", "other_party"])
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "title", "stage", "criticality", "owner", "in_scope", "customers"])
        .titled_by(&["name"])
        .known_by(&[NAME.name])
        .made_of(&[COMPONENTS.name])
}

fn fields() -> Vec<Field> {
    vec![
        NAME.text().help("The name that customers know it by.").required(),
        DESCRIPTION.long().help("What it does for customers, in a few sentences."),
        OWNER.person().help("The person of ours who answers for it as a whole.").column(Column::Owner),
        STAGE
            .choice(&[
                "proposed",
                "planned",
                "in-design",
                "in-build",
                "in-transition",
                "live",
                "suspended",
                "retiring",
                "retired",
                "rejected",
            ])
            .help("Where it stands in its life. Only live ones in scope are judged."),
        IN_SCOPE.flag().help("Belongs to what the management system covers.").offered(Value::Flag(true)),
        CRITICALITY.open_choice(&["critical", "high", "medium", "low"]).help("How much depends on it."),
        CRITICALITY_REVIEWED_ON.date().label("Criticality reviewed").help("Once a year."),
        CUSTOMERS.references(&["customer"]).help("Who receives it."),
        TEAM.reference(&["team"])
            .column(Column::Team)
            .help("Where its tickets come to, unless the rows below say other."),
        ASSIGNMENT
            .rows(vec![
                part::text("category").help("A category of tickets."),
                part::reference("team", &["team"]).help("The team that such tickets come to."),
            ])
            .help("Categories of tickets that come to another team.")
            .internal(),
        FIRST_IMPACT
            .choice(&["high", "medium", "low"])
            .label("Impact until somebody says it")
            .help("Of tickets about it that come without one, as from the portal. Their clocks run by it at once.")
            .internal(),
        FIRST_URGENCY.choice(&["high", "medium", "low"]).label("Urgency until somebody says it").internal(),
        CHANGE_APPROVAL
            .rows(shared::approvers(&["service_owner", "named"]))
            .label("Who approves changes")
            .help("Of changes whose main service it is. Standard ones and emergencies are decided without. None: whoever may.")
            .internal(),
    ]
}

fn how_it_is_delivered() -> Vec<Field> {
    shared::grouped(
        "How it is delivered",
        vec![
            COMPONENTS.references(&["ci"]).help("The configuration items that it consists of."),
            PARTIES
                .references(&["other_party"])
                .label("Other parties")
                .help("Suppliers and others who take part in it."),
            CALENDAR
                .reference(&["service_calendar"])
                .label("Service hours")
                .help("The hours in which it is provided and targets run."),
        ],
    )
}

fn value() -> Vec<Field> {
    shared::grouped(
        "Value",
        vec![
            VALUE
                .parts(vec![part::long("provider").label("For us"), part::long("customer").label("For customers")])
                .help("Why we provide it and what customers gain."),
        ],
    )
}

/// The team that tickets of a category about a service come to.
pub fn team_for(service: &model::Record, category: Option<&str>) -> Option<Ref> {
    let rows = service.get(ASSIGNMENT).map(|rows| rows.0).unwrap_or_default();
    let text = |row: &Parts, part: &str| row.0.get(part).and_then(Value::as_text).map(str::to_string);
    let own = rows.iter().find(|row| category.is_some() && text(row, "category").as_deref() == category);
    own.and_then(|row| text(row, "team")).map(Ref).or_else(|| service.get(TEAM))
}
