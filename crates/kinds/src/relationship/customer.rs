//! A customer is an organisation or part of one that receives services, and who of us looks after it.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const CONTACTS: Key<Many<Person>> = Key::new("contacts");
pub const RELATIONSHIP_OWNER: Key<Person> = Key::new("relationship_owner");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const ACTIVE: Key<bool> = Key::new("active");
pub const DOMAINS: Key<Many<Text>> = Key::new("domains");
pub const APPROVERS: Key<Many<Parts>> = Key::new("approvers");
pub const ADDRESS: Key<Long> = Key::new("address");

pub fn kind() -> Kind {
    Kind::new("customer", "customers", "CUS")
        .about(
            "A customer is an organisation or part of one that \
             receives services, and who of us looks after it.",
        )
        .clause(&["8.3.2", "8.2.4", "8.3.3"])
        .area(Area::Services)
        .field(NAME.text().required())
        .field(CONTACTS.persons().help("People of the customer, one e-mail a line."))
        .field(
            RELATIONSHIP_OWNER.person().help("The person of ours who looks after this customer.").column(Column::Owner),
        )
        .field(SERVICES.references(&["service"]).help("What this customer receives. For each there is an agreement."))
        .field(ACTIVE.flag().help("Receives services now. Only active ones are judged.").offered(Value::Flag(true)))
        .field(
            DOMAINS
                .texts()
                .label("E-mail domains")
                .help("New senders of these domains belong to this customer.")
                .internal(),
        )
        .field(
            APPROVERS
                .rows(vec![
                    part::person("person"),
                    part::date("away_from"),
                    part::date("away_until"),
                    part::person("stand_in").help("Who decides while the person is away."),
                ])
                .help("People of the customer who allow what their colleagues ask for."),
        )
        .field(ADDRESS.long())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_know_themselves())
        .list(&["number", "title", "active", "relationship_owner", "services", "state"])
        .titled_by(&["name"])
        .absences(model::kind::Absence::InRows("approvers"))
}
