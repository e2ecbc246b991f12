//! Rights: every role and every act against what the grants of the kind say, read here a second time and independently.

use model::{Act, Actor, Command, Kind, Link, Query, Reach, Refusal, Role, command::File};

use super::{
    house::{Complaints, House, brought, bystander, create, edit, full_number, of_role, owner, step, target},
    sample,
};
use crate::world::{Database, now};

both_databases!(
    every_role_may_do_what_its_grants_say_and_nothing_else,
    who_may_not_read_a_kind_finds_nothing_of_it,
    people_of_another_customer_find_nothing,
    who_may_only_read_writes_nothing,
    outside_of_its_time_an_account_does_nothing,
);

/// What a grant says of a record that belongs to CUS-1, is owned by the agent where `own`, and marked as grants want it.
fn reached(actor: &Actor, reach: &Reach, own: bool, customer: bool) -> bool {
    let inside = actor.customer.is_none() || customer;
    match reach {
        Reach::All => inside,
        Reach::Own => inside && own,
        Reach::Customer => actor.customer.is_some() && inside,
        Reach::Marked(..) | Reach::Published(..) => true,
        // Records of these tests name nobody's customer.
        Reach::Addressed(..) | Reach::Itself => false,
    }
}

fn granted(actor: &Actor, kind: &Kind, act: Act, own: bool) -> bool {
    let customer = kind.customer_field.is_some();
    kind.grants.iter().any(|grant| {
        actor.roles.contains(&grant.role) && grant.acts.contains(&act) && reached(actor, &grant.reach, own, customer)
    })
}

/// A record that every limited grant reaches: marked and published as it says; owned by `mail` where one is given.
fn reachable(house: &House, kind: &Kind, number: &str, mail: Option<&str>) -> Command {
    let mut fields = sample::full(&house.catalog, kind, 0);
    let mut state = kind.lifecycle.start();
    // Several grants may each want a mark of their own in the same list.
    let mut marks: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
    for grant in &kind.grants {
        if let Reach::Marked(field, value) | Reach::Published(field, value, _) = &grant.reach {
            let marks = marks.entry(field).or_default();
            marks.push(value);
            let many = matches!(kind.type_of(field), Some(model::Type::List(_)));
            let value = if many { serde_json::json!(marks) } else { serde_json::json!(value) };
            fields.insert((*field).into(), value);
        }
        if let Reach::Published(_, _, states) = &grant.reach {
            state = states[0];
        }
    }
    for field in sample::own(kind).filter(|field| field.column == Some(model::Column::Owner)) {
        fields.extend(mail.map(|mail| (field.name.clone(), serde_json::json!(mail))));
    }
    brought(kind, number, state, fields)
}

fn file() -> File {
    File { name: "proof.txt".into(), media: "text/plain".into(), bytes: b"proof".to_vec(), public: true }
}

/// A command for each act on a record; none for what no command does.
fn attempt(house: &House, kind: &Kind, act: Act, number: &str, state: &str) -> Option<Command> {
    let title = [("title".to_string(), serde_json::json!(format!("by {}", act.name())))].into_iter().collect();
    Some(match act {
        Act::Edit => edit(kind, number, title),
        Act::Step => step(kind, number, kind.lifecycle.steps_from(state).next()?.to, Default::default()),
        Act::Note => Command::Note { target: target(kind, number), text: "Seen".into(), public: true },
        Act::Attach => Command::Attach { target: target(kind, number), file: file() },
        Act::Link => {
            let to = if kind.name == "incident" { "INC-78" } else { number };
            let link = Link { name: "relates_to".into(), to: to.replace("-77", "-78") };
            Command::Link { target: target(kind, number), link }
        }
        Act::Import => {
            brought(kind, &format!("{}-99", kind.prefix), kind.lifecycle.start(), sample::full(&house.catalog, kind, 0))
        }
        Act::Read | Act::Create | Act::Remove => return None,
    })
}

async fn every_role_may_do_what_its_grants_say_and_nothing_else(database: Database) {
    let (house, mut complaints) = (House::empty(database).await, Complaints::default());
    // Agreements name calendars that are on record.
    let calendars = house.catalog.find("service_calendar").expect("a kind");
    for (number, turn) in [("CLN-1", 0), ("CLN-2", 1)] {
        let fields = sample::full(&house.catalog, calendars, turn);
        house.one(brought(calendars, number, calendars.lifecycle.start(), fields), now()).await;
    }
    for kind in house.catalog.kinds() {
        for role in Role::ALL {
            let actor = of_role(*role);
            for (number, own) in [(format!("{}-77", kind.prefix), false), (format!("{}-78", kind.prefix), true)] {
                // Fresh for each, so that one role's work is not in the way of the next.
                let mail = own.then_some(actor.email.as_str());
                house.one(reachable(&house, kind, &number, mail), now()).await;
                tried(&house, kind, &actor, &number, own, &mut complaints).await;
            }
        }
    }
    complaints.none();
}

async fn tried(house: &House, kind: &Kind, actor: &Actor, number: &str, own: bool, complaints: &mut Complaints) {
    let role = actor.roles[0].name();
    let has_owner = sample::own(kind).any(|field| field.column == Some(model::Column::Owner));
    let own = own && has_owner;
    let reads = granted(actor, kind, Act::Read, own);
    let shown = house.world.desk.show(actor, kind.name, number, None, now()).await;
    complaints.unless(shown.is_ok() == reads, kind, || format!("{role} reads {number}: {:?}", shown.as_ref().err()));
    let state = house.show(kind, number).await.state().to_string();
    for act in Act::ALL.iter().copied() {
        let Some(command) = attempt(house, kind, act, number, &state) else { continue };
        let done = house.world.desk.rehearse(actor, vec![command], now()).await.expect("no fault of ours").remove(0);
        let may = granted(actor, kind, act, own) && (reads || act == Act::Import);
        let right = match &done {
            Ok(_) => may,
            Err(Refusal::NotFound) => !may && !reads,
            Err(Refusal::Forbidden(_)) => !may && (reads || act == Act::Import),
            // An import of what stands there already, and links to what one may not see, are asked for in vain.
            Err(Refusal::Invalid(_)) => may && act == Act::Link,
            Err(_) => false,
        };
        complaints.unless(right, kind, || format!("{role}, {}: may is {may}, and that gives {done:?}", act.name()));
        let offered = shown.as_ref().is_ok_and(|shown| shown.can(act));
        let wanted = shown.is_ok() && granted(actor, kind, act, own);
        complaints.unless(offered == wanted, kind, || format!("{role} is offered {}: {offered}", act.name()));
    }
    let refers = actor.customer.as_ref().map(|_| kind.looks_at.clone()).unwrap_or_default();
    let answers = kind.form.map(|form| form.answers);
    let missed: Vec<&str> = refers.into_iter().filter(|name| *name != "customer").chain(answers).collect();
    let visible: serde_json::Map<_, _> = sample::full(&house.catalog, kind, 0)
        .into_iter()
        .filter(|(name, _)| actor.customer.is_none() || kind.find(name).is_none_or(|field| !field.internal))
        // What a customer's people refer to must be there for them, and this house is empty.
        .filter(|(name, _)| !missed.contains(&name.as_str()))
        .collect();
    let new =
        house.world.desk.rehearse(actor, vec![create(kind, &format!("{}-500", kind.prefix), visible)], now()).await;
    let new = new.expect("no fault of ours").remove(0);
    // The samples name somebody else, but an auditor from outside asks under their own name alone.
    let own = kind.name == "inquiry" && actor.has(model::Role::ExternalAuditor);
    let may = granted(actor, kind, Act::Create, own);
    let right = if may { new.is_ok() } else { matches!(new, Err(Refusal::Forbidden(_))) };
    complaints.unless(right, kind, || format!("{role}, create: may is {may}, and that gives {new:?}"));
}

async fn who_may_not_read_a_kind_finds_nothing_of_it(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    let mut strangers = 0;
    for kind in house.catalog.kinds() {
        let reads = |role: Role| kind.grants.iter().any(|grant| grant.role == role && grant.acts.contains(&Act::Read));
        for role in Role::ALL.iter().copied().filter(|role| !reads(*role)) {
            strangers += 1;
            nothing_is_found(&house, kind, &of_role(role), &mut complaints).await;
        }
    }
    assert!(strangers > 40, "only {strangers} strangers knocked");
    complaints.none();
}

async fn nothing_is_found(house: &House, kind: &Kind, actor: &Actor, complaints: &mut Complaints) {
    let (desk, who) = (&house.world.desk, &actor.email);
    let query = Query::of(kind.name);
    let listed = desk.list(actor, &query, now()).await;
    let empty = listed.as_ref().map_or_else(|why| *why == Refusal::NotFound, |page| page.records.is_empty());
    complaints.unless(empty, kind, || format!("{who} lists {listed:?}"));
    let counted = desk.count(actor, &query, now()).await;
    complaints.unless(counted == Ok(0), kind, || format!("{who} counts {counted:?}"));
    let words = Query { words: Some(sample::word(kind, "title")), ..Query::everything() };
    let found = desk.list(actor, &words, now()).await;
    let empty = found.as_ref().map_or_else(|why| *why == Refusal::NotFound, |page| page.records.is_empty());
    complaints.unless(empty, kind, || format!("{who} searches and finds {found:?}"));
    let number = full_number(kind);
    let there = desk.find(actor, &number, now()).await.err();
    let missing = desk.find(actor, &format!("{}-4711", kind.prefix), now()).await.err();
    complaints.unless(there == missing && there == Some(Refusal::NotFound), kind, || format!("{who} finds {there:?}"));
    let whole = desk.whole(actor, kind.name, &number, now()).await.err();
    complaints.unless(whole == Some(Refusal::NotFound), kind, || format!("{who} opens {whole:?}"));
    let names = desk.names_of(actor, [number.clone()].into(), Default::default(), now()).await.expect("names");
    // What a customer receives has a name for its people, and leads nowhere.
    let receives = kind.name == "service" && actor.customer.is_some();
    let silent = names.records.values().all(|(_, kind)| receives && kind.is_empty());
    complaints.unless(silent, kind, || format!("{who} learns {names:?}"));
}

async fn people_of_another_customer_find_nothing(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let published = |reach: &Reach| matches!(reach, Reach::Marked(..) | Reach::Published(..) | Reach::Itself);
        if !kind.grants.iter().any(|grant| grant.role == Role::CustomerUser && published(&grant.reach)) {
            nothing_is_found(&house, kind, &bystander(), &mut complaints).await;
        }
    }
    complaints.none();
}

async fn who_may_only_read_writes_nothing(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    let reader = Actor { read_only: true, ..owner() };
    for kind in house.catalog.kinds() {
        refused_all(&house, kind, &reader, &mut complaints).await;
    }
    complaints.none();
}

async fn outside_of_its_time_an_account_does_nothing(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for window in [(now().plus(1), now().plus(2)), (now().minus(2), now())] {
        let absent = Actor { window: Some(window), ..owner() };
        for kind in house.catalog.kinds() {
            refused_all(&house, kind, &absent, &mut complaints).await;
            nothing_is_found(&house, kind, &absent, &mut complaints).await;
        }
    }
    complaints.none();
}

async fn refused_all(house: &House, kind: &Kind, actor: &Actor, complaints: &mut Complaints) {
    let number = full_number(kind);
    let state = kind.lifecycle.start();
    let acts = Act::ALL.iter().filter_map(|act| attempt(house, kind, *act, &number, state));
    let new = create(kind, &format!("{}-500", kind.prefix), sample::full(&house.catalog, kind, 0));
    let commands: Vec<Command> = acts.chain([new]).collect();
    let tried: Vec<String> = commands.iter().map(|command| format!("{command:.60?}")).collect();
    for (command, done) in tried.iter().zip(house.all(actor, commands, now()).await) {
        let right = matches!(done, Err(Refusal::Forbidden(_)));
        complaints.unless(right, kind, || format!("{command} gives {done:?}"));
    }
}
