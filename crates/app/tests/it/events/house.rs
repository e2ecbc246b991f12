//! A house with a service, its configuration items, planned work, and a source of events for each test.

use desk::{
    Desk,
    accounts::{NewAccount, NewToken, TokenScope},
    monitoring::{Brought, EventRow, Events, Source, SourceEdit, Taken},
};
use events::{Format, Policy};
use model::{Actor, Command, Input, Moment, Refusal, Role, Target, Via, time::DAY};
use serde_json::{Value as Json, json};

use crate::world::{Database, World, now};

pub const BOT: &str = "monitoring@tidewell.example";

/// Two services, two items of the first one, an item of a customer, and a name that two items share.
const RECORDS: &str = r#"{"kind":"customer","number":"CUS-1","title":"Harbour","fields":{"name":"Harbour"}}
{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay"}}
{"kind":"service","number":"SVC-1","title":"Web shop","fields":{"name":"Web shop","stage":"live"}}
{"kind":"service","number":"SVC-2","title":"Mail","fields":{"name":"Mail","stage":"live"}}
{"kind":"ci","number":"CI-1","title":"web-7","fields":{"type":"server","service":"SVC-1","addresses":["10.1.2.7"]}}
{"kind":"ci","number":"CI-2","title":"db-1","fields":{"type":"server","service":"SVC-1"}}
{"kind":"ci","number":"CI-3","title":"till-9","fields":{"type":"server","service":"SVC-2","customer":"CUS-1"}}
{"kind":"ci","number":"CI-4","title":"proxy","fields":{"type":"server"}}
{"kind":"ci","number":"CI-5","title":"proxy","fields":{"type":"server"}}
"#;

pub struct House {
    pub world: World,
    pub source: Source,
    /// A token that only brings events.
    pub token: String,
    /// Whoever brings them.
    pub bot: Actor,
}

pub fn machine() -> Actor {
    Actor::system("test", Via::Command)
}

impl House {
    pub async fn new(database: Database) -> House {
        House::with(database, Policy::default()).await
    }

    pub async fn with(database: Database, policy: Policy) -> House {
        let world = World::new(database).await;
        world.import(RECORDS).await;
        let account = NewAccount {
            email: BOT.into(),
            name: "Monitoring".into(),
            roles: vec![Role::Agent],
            customer: None,
            window: None,
            password: None,
        };
        world.desk.create_account(&machine(), account, now()).await.expect("an account");
        let new = NewToken { name: "alertmanager".into(), scope: TokenScope::Events, expires: now().plus(30 * DAY) };
        let (token, _) = world.desk.create_token(&machine(), BOT, new, now()).await.expect("a token");
        let source = source(&world.desk, "prod", policy).await;
        let bot = Actor { email: BOT.into(), name: BOT.into(), roles: vec![Role::Agent], via: Via::Api, ..machine() };
        House { world, source, token, bot }
    }

    pub fn desk(&self) -> &Desk {
        &self.world.desk
    }

    /// What becomes of a delivery at an instant.
    pub async fn brings(&self, body: Json, at: Moment) -> Result<Vec<Taken>, Refusal> {
        let brought =
            Brought { slug: self.source.slug.clone(), media: "application/json".into(), body, ..Brought::default() };
        self.desk().take_events(&self.bot, brought, at).await
    }

    /// The same for one alert.
    pub async fn alert(&self, alert: Json, at: Moment) -> Taken {
        let mut taken = self.brings(json!({"version": "4", "alerts": [alert]}), at).await.expect("it is taken");
        taken.remove(0)
    }

    pub async fn incident(&self, number: &str) -> Json {
        self.world.exported(number).await
    }

    pub async fn incidents(&self) -> usize {
        self.world.export().await.lines().filter(|line| line.starts_with("{\"kind\":\"incident\"")).count()
    }

    pub async fn events(&self, wanted: Events) -> Vec<EventRow> {
        self.desk().events(&machine(), &wanted, 500, now()).await.expect("events")
    }

    /// Makes a record.
    pub async fn create(&self, kind: &str, fields: Json, at: Moment) -> String {
        let Json::Object(parts) = fields else { panic!("an object") };
        let command = Command::Create { kind: kind.into(), number: None, input: Input::json(parts) };
        self.desk().perform(&machine(), command, at).await.expect("a record").number
    }

    pub async fn step(&self, kind: &str, number: &str, to: &str, fields: Json, at: Moment) {
        let Json::Object(parts) = fields else { panic!("an object") };
        let target = Target { kind: kind.into(), number: number.into(), version: None };
        let (to, input) = (to.to_string(), Input::json(parts));
        let command = Command::Step { target, to, input, note: None, public: false };
        self.desk().perform(&machine(), command, at).await.expect("a step");
    }

    /// Does the jobs that are due.
    pub async fn work(&self, at: Moment) {
        self.desk().work_once(&[], at).await.expect("work");
        let failed: Vec<String> = self
            .desk()
            .jobs(&machine(), at)
            .await
            .expect("jobs")
            .into_iter()
            .filter(|job| !job.last_error.is_empty())
            .map(|job| format!("{}: {}", job.name, job.last_error))
            .collect();
        assert_eq!(failed, Vec::<String>::new());
    }
}

/// A source of Alertmanager where the policy says nothing else, whose incidents can be resolved by themselves.
pub async fn source(desk: &Desk, slug: &str, policy: Policy) -> Source {
    let mut policy = Policy { opens: "incident".into(), ..policy };
    policy.fields.entry("category".into()).or_insert_with(|| "other".into());
    let edit = SourceEdit { name: slug.into(), slug: slug.into(), policy, active: true };
    desk.save_event_source(&machine(), None, edit, now()).await.expect("a source")
}

/// An alert of Alertmanager.
pub fn fires(identity: &str, labels: Json) -> Json {
    let mut all = json!({"alertname": identity, "severity": "error"});
    for (name, value) in labels.as_object().expect("labels") {
        all[name] = value.clone();
    }
    json!({"status": "firing", "labels": all, "annotations": {"summary": format!("{identity} is wrong")},
        "startsAt": "2026-11-25T09:59:00Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": identity})
}

pub fn over(identity: &str) -> Json {
    let mut alert = fires(identity, json!({}));
    alert["status"] = "resolved".into();
    alert
}

/// A source that speaks another format.
pub fn format(format: Format) -> Policy {
    Policy { format, ..Policy::default() }
}
