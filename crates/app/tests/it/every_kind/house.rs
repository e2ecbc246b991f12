//! A house with two records of every kind: PREFIX-1 with every field filled, PREFIX-2 with what is required alone.

use std::sync::Arc;

use desk::{Done, Shown};
use model::{
    Actor, Catalog, Command, Draft, Fields, Input, Kind, Line, Moment, Record, RecordId, Refusal, Role, Target, Via,
    kind::{Facts, Related},
};
use serde_json::{Map, Value as Json, json};

use super::sample;
use crate::world::{Database, World, now};

pub struct House {
    pub world: World,
    pub catalog: Arc<Catalog>,
}

/// Everything that does not hold, told at once at the end.
#[derive(Default)]
pub struct Complaints(Vec<String>);

impl Complaints {
    pub fn add(&mut self, kind: &Kind, words: impl std::fmt::Display) {
        self.0.push(format!("{}: {words}", kind.name));
    }

    pub fn unless(&mut self, holds: bool, kind: &Kind, words: impl FnOnce() -> String) {
        if !holds {
            self.add(kind, words());
        }
    }

    #[track_caller]
    pub fn none(self) {
        let count = self.0.len();
        let shown: Vec<String> = self.0.into_iter().take(40).collect();
        assert!(count == 0, "{count} complaints:\n  {}\n", shown.join("\n  "));
    }
}

/// Whoever may do everything.
pub fn owner() -> Actor {
    Actor {
        email: "ada@tidewell.example".into(),
        name: "Ada".into(),
        roles: vec![Role::Administrator],
        ..Actor::system("test", Via::Web)
    }
}

pub fn of_role(role: Role) -> Actor {
    let customer = (role == Role::CustomerUser).then(|| "CUS-1".to_string());
    Actor {
        email: format!("{}@tidewell.example", role.name()),
        name: role.label().into(),
        roles: vec![role],
        customer,
        ..owner()
    }
}

/// A person of another customer.
pub fn bystander() -> Actor {
    Actor { email: "bea@cus-2.example".into(), customer: Some("CUS-2".into()), ..of_role(Role::CustomerUser) }
}

pub fn full_number(kind: &Kind) -> String {
    format!("{}-1", kind.prefix)
}

pub fn least_number(kind: &Kind) -> String {
    format!("{}-2", kind.prefix)
}

pub fn target(kind: &Kind, number: &str) -> Target {
    Target { kind: kind.name.into(), number: number.into(), version: None }
}

pub fn create(kind: &Kind, number: &str, fields: Map<String, Json>) -> Command {
    Command::Create { kind: kind.name.into(), number: Some(number.into()), input: Input::json(fields) }
}

pub fn edit(kind: &Kind, number: &str, fields: Map<String, Json>) -> Command {
    Command::Edit { target: target(kind, number), input: Input::json(fields) }
}

pub fn step(kind: &Kind, number: &str, to: &str, fields: Map<String, Json>) -> Command {
    let input = Input::json(fields);
    Command::Step { target: target(kind, number), to: to.into(), input, note: None, public: false }
}

/// A record as it was brought from elsewhere, in whatever state.
pub fn brought(kind: &Kind, number: &str, state: &str, mut fields: Map<String, Json>) -> Command {
    let title = fields.remove("title");
    let line = json!({"kind": kind.name, "number": number, "title": title, "state": state, "fields": fields});
    Command::Import { line: Box::new(Line::read(line).expect("a line")) }
}

/// Fields that a refusal of input names.
pub fn named(refusal: &Refusal) -> Vec<String> {
    match refusal {
        Refusal::Invalid(errors) => errors.iter().map(|error| error.field.clone()).collect(),
        _ => Vec::new(),
    }
}

impl House {
    pub async fn empty(database: Database) -> House {
        let world = World::new(database).await;
        let catalog = world.desk.catalog();
        House { world, catalog }
    }

    pub async fn new(database: Database) -> House {
        let house = House::empty(database).await;
        let commands = house.catalog.kinds().iter().flat_map(|kind| {
            let full = create(kind, &full_number(kind), sample::full(&house.catalog, kind, 0));
            [full, create(kind, &least_number(kind), sample::least(&house.catalog, kind))]
        });
        for done in house.all(&owner(), commands.collect(), early()).await {
            done.unwrap_or_else(|refusal| panic!("the house cannot be furnished: {refusal}"));
        }
        house
    }

    /// Many commands in one transaction; a refused one leaves the others standing.
    pub async fn all(&self, actor: &Actor, commands: Vec<Command>, at: Moment) -> Vec<Result<Done, Refusal>> {
        self.world.desk.perform_all(actor, commands, at, false).await.expect("no fault of ours")
    }

    pub async fn try_one(&self, command: Command, at: Moment) -> Result<Done, Refusal> {
        self.world.desk.perform(&owner(), command, at).await
    }

    #[track_caller]
    pub fn one(&self, command: Command, at: Moment) -> impl Future<Output = Done> {
        let shown = format!("{command:?}");
        async move { self.try_one(command, at).await.unwrap_or_else(|refusal| panic!("{shown:.300}: {refusal}")) }
    }

    /// What the rules of a kind make of fields that its record is given, on top of those that it has.
    pub fn ruled(&self, kind: &Kind, given: &Map<String, Json>, before: Option<&Shown>) -> Fields {
        let before = before.map(|shown| Record {
            id: RecordId(0),
            kind: kind.name,
            number: shown.number().into(),
            title: shown.title().into(),
            state: shown.state().into(),
            customer: shown.customer().map(str::to_string),
            version: shown.version(),
            created: shown.created(),
            changed: shown.changed(),
            fields: shown.fields().clone(),
        });
        let mut fields = before.as_ref().map(|before| before.fields.clone()).unwrap_or_default();
        for (name, json) in given {
            let Some(field) = kind.find(name).filter(|field| field.alias.is_none()) else { continue };
            match field.ty.read(json).unwrap_or_else(|why| panic!("{}: {name}: {why}", kind.name)) {
                Some(value) => drop(fields.insert(name.clone(), value)),
                None => drop(fields.remove(name)),
            }
        }
        if before.is_none() {
            for field in &kind.fields {
                if let Some(value) = &field.default {
                    fields.entry(field.name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        let state = before.as_ref().map_or(kind.lifecycle.start(), |before| before.state.as_str()).to_string();
        let mut draft = Draft { title: "T".into(), state, fields };
        let (actor, now) = if before.is_some() { (owner(), now()) } else { (owner(), early()) };
        // Agreements name calendars that are on record.
        let mut related = Related::default();
        let calendars = self.catalog.find("service_calendar").expect("a kind");
        for number in [full_number(calendars), least_number(calendars)] {
            related.add(number.clone(), calendar(calendars, number), calendars);
        }
        for rule in kind.rules.iter().chain(&kind.checks) {
            let outcome = rule(&mut draft, &Facts { actor: &actor, now, before: before.as_ref(), related: &related });
            outcome.unwrap_or_else(|error| panic!("{}: {}: {}", kind.name, error.field, error.message));
        }
        draft.fields
    }

    pub async fn show(&self, kind: &Kind, number: &str) -> Shown {
        let shown = self.world.desk.show(&owner(), kind.name, number, None, now()).await;
        shown.unwrap_or_else(|refusal| panic!("{number}: {refusal}"))
    }
}

fn calendar(kind: &Kind, number: String) -> Record {
    Record {
        id: RecordId(0),
        kind: kind.name,
        number,
        title: String::new(),
        state: kind.lifecycle.start().into(),
        customer: None,
        version: 1,
        created: early(),
        changed: early(),
        fields: Fields::new(),
    }
}

/// When the house was furnished.
pub fn early() -> Moment {
    crate::world::at("2026-11-20T08:00:00Z")
}
