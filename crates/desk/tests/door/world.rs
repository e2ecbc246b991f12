//! A small house to test in: four kinds, two customers, on SQLite always and on PostgreSQL when a server is given.

use desk::{Desk, Done, Fault, unit::Reaction};
use model::{
    Act, Actor, Area, Catalog, Column, Command, FieldError, Input, Kind, Lifecycle, Moment, Phase, Reach, Role, Target,
    Via,
    field::{Choice, Key, Long, Many, Parts, Person, Ref, Text},
    kind::Facts,
};
use serde_json::{Value as Json, json};

pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const IMPACT: Key<Choice> = Key::new("impact");

pub struct World {
    pub desk: Desk,
    pub name: &'static str,
    pub _folder: Option<tempfile::TempDir>,
}

fn priority_from_impact(draft: &mut model::Draft, _: &Facts<'_>) -> Result<(), FieldError> {
    if draft.get(IMPACT).is_some_and(|impact| impact.0 == "high") {
        draft.set(PRIORITY, Choice("P1".into()));
    }
    Ok(())
}

pub fn catalog() -> Catalog {
    let people = [Role::Administrator, Role::SmsManager, Role::Agent];
    let all = |kind: Kind| people.iter().fold(kind, |kind, role| kind.allow(*role, Act::ALL, Reach::All));
    let incident = Kind::new("incident", "incidents", "INC")
        .area(Area::Run)
        .field(IMPACT.choice(&["high", "medium", "low"]).required())
        .field(PRIORITY.open_choice(&["P1", "P2", "P3"]).column(Column::Priority))
        .field(Key::<Ref>::new("service").reference(&["service"]).column(Column::Service))
        .field(Key::<Person>::new("owner").person().column(Column::Owner))
        .field(Key::<Person>::new("requester").person().column(Column::Requester))
        .field(Key::<Ref>::new("customer").reference(&["customer"]))
        .field(Key::<Moment>::new("due").instant().column(Column::Due))
        .field(Key::<Moment>::new("raised_on").instant().indexed())
        .field(Key::<model::Date>::new("planned").date())
        .field(Key::<model::Decimal>::new("effort").number())
        .field(Key::<bool>::new("major").flag())
        .field(Key::<Text>::new("category").text())
        .field(Key::<Long>::new("cause").long().internal())
        .field(Key::<Many<Text>>::new("tags").texts())
        .field(Key::<Parts>::new("review").parts(vec![
            Key::<Text>::new("text").text(),
            Key::<bool>::new("held").flag(),
            Key::<model::Decimal>::new("score").number(),
        ]))
        .field(Key::<Text>::new("resolution").text().required_in(&["resolved"]))
        .lifecycle(
            Lifecycle::starts_in("new", Phase::Open)
                .state("waiting", Phase::Waiting)
                .state("resolved", Phase::Done)
                .step("wait", &["new"], "waiting")
                .step("resume", &["waiting", "resolved"], "new")
                .step("resolve", &["new"], "resolved")
                .dated("resolved", "resolution")
                .withdrawable(),
        )
        .belongs_to("customer")
        .rule(priority_from_impact)
        .list(&["number", "title", "state", "priority", "owner", "due", "tags"])
        .allow(Role::ExternalAuditor, &[Act::Read], Reach::All)
        .allow(Role::CustomerUser, &[Act::Read, Act::Create, Act::Note, Act::Attach], Reach::Customer);
    let article = Kind::new("article", "articles", "ART")
        .field(Key::<Many<Text>>::new("audience").texts())
        .list(&["number", "title"])
        .lifecycle(
            Lifecycle::starts_in("draft", Phase::Open)
                .state("published", Phase::Done)
                .step("publish", &["draft"], "published")
                .withdrawable(),
        )
        .allow(Role::CustomerUser, &[Act::Read], Reach::Published("audience", "customers", &["published"]));
    let service = Kind::new("service", "services", "SVC")
        .field(Key::<Text>::new("name").text())
        .titled_by(&["name"])
        .list(&["number", "title"]);
    let customer = Kind::new("customer", "customers", "CUS")
        .field(Key::<Text>::new("name").text())
        .titled_by(&["name"])
        .list(&["number", "title"]);
    let person = Kind::new("person", "people", "PER")
        .field(Key::<Person>::new("email").person().indexed())
        .field(Key::<Text>::new("name").text())
        .titled_by(&["name"])
        .identified_by("email")
        .list(&["number", "title", "email"]);
    let catalog = Catalog::new(vec![all(incident), all(article), all(service), all(customer), all(person)]);
    assert_eq!(catalog.faults(), Vec::<String>::new());
    catalog
}

/// Every world a test runs in. PostgreSQL is part of it whenever `PLUMBLINE_TEST_POSTGRES` names a server, which the
/// project's test command always does.
pub async fn worlds() -> Vec<World> {
    worlds_with(&[]).await
}

/// The same with something that follows from entries.
pub async fn worlds_with(reactions: &'static [Reaction]) -> Vec<World> {
    build(catalog, reactions).await
}

/// The same with the kinds of an organisation and what follows from their entries.
pub async fn worlds_whole(reactions: &'static [Reaction]) -> Vec<World> {
    build(kinds::catalog, reactions).await
}

/// The same with other kinds.
pub async fn worlds_of(catalog: fn() -> Catalog) -> Vec<World> {
    build(catalog, &[]).await
}

async fn build(catalog: fn() -> Catalog, reactions: &'static [Reaction]) -> Vec<World> {
    // The cause of a fault stands in the log alone.
    let _ = tracing_subscriber::fmt()
        .with_test_writer()
        .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
        .try_init();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("desk.db").display());
    let mut worlds = vec![World {
        desk: open(&url, catalog(), reactions).await.expect("SQLite opens"),
        name: "sqlite",
        _folder: Some(folder),
    }];
    match std::env::var("PLUMBLINE_TEST_POSTGRES") {
        Ok(server) => worlds.push(World {
            desk: open(&database(&server).await, catalog(), reactions).await.expect("PostgreSQL opens"),
            name: "postgres",
            _folder: None,
        }),
        Err(_) => eprintln!("PostgreSQL was not tried: PLUMBLINE_TEST_POSTGRES names no server"),
    }
    worlds
}

async fn open(url: &str, catalog: Catalog, reactions: &'static [Reaction]) -> Result<Desk, Fault> {
    Desk::open(url, catalog, reactions).await
}

/// A database of its own for each world.
pub async fn database(server: &str) -> String {
    let name =
        format!("door_{}", desk::ids::random::<8>().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let db = desk::store::db::Db::open(server).await.expect("the server answers");
    db.read().await.expect("a connection").script(&format!("create database {name}")).await.expect("a new database");
    db.close().await;
    let (base, _) = server.rsplit_once('/').expect("a database in the address");
    format!("{base}/{name}")
}

pub fn at(text: &str) -> Moment {
    Moment::parse(text).expect("an instant")
}

pub fn agent() -> Actor {
    Actor {
        email: "ines@tidewell.example".into(),
        name: "Ines".into(),
        roles: vec![Role::Agent],
        ..Actor::system("test", Via::Web)
    }
}

pub fn customer(number: &str) -> Actor {
    Actor {
        email: format!("someone@{}.example", number.to_lowercase()),
        roles: vec![Role::CustomerUser],
        customer: Some(number.into()),
        ..agent()
    }
}

pub fn target(kind: &str, number: &str) -> Target {
    Target { kind: kind.into(), number: number.into(), version: None }
}

pub fn input(json: Json) -> Input {
    let Json::Object(parts) = json else { panic!("an object") };
    Input::json(parts)
}

impl World {
    pub async fn create(&self, actor: &Actor, kind: &str, fields: Json, now: Moment) -> Done {
        let command = Command::Create { kind: kind.into(), number: None, input: input(fields) };
        self.desk.perform(actor, command, now).await.unwrap_or_else(|refusal| panic!("{}: {refusal}", self.name))
    }

    pub async fn incident(&self, title: &str, now: Moment) -> String {
        self.create(&agent(), "incident", json!({"title": title, "impact": "low"}), now).await.number
    }
}
