//! A house behind its doors: a desk, the building over it, and what these tests do with both again and again.

use axum::http::Method;
use serde_json::{Value as Json, json};

use crate::{
    building::{Answer, Building, OWNER, Who},
    world::{Database, World, at},
};

pub const AGENT: Who<'static> = Who::Mail("agent@tidewell.example");
/// So often is a question asked; the cheapest time counts, so that what is kept beside does not.
const TIMES: usize = 3;

pub struct House {
    pub world: World,
    pub building: Building,
}

impl House {
    /// With the customers whose people may knock.
    pub async fn new(database: Database) -> House {
        let world = World::new(database).await;
        let customer = |at: usize| {
            format!(
                "{}\n",
                json!({"kind": "customer", "number": format!("CUS-{at}"), "fields": {"name": format!("Customer number {at}")}})
            )
        };
        assert!(world.import(customer(1) + &customer(2)).await.is_whole());
        House::over(world).await
    }

    pub async fn over(world: World) -> House {
        let building = Building::over(&world.desk).await;
        House { world, building }
    }

    pub fn turn(&self, instant: &str) {
        self.building.turn_to(at(instant));
    }

    /// Takes lines in; every one of them must be good.
    pub async fn lines(&self, lines: impl IntoIterator<Item = Json>) {
        let text: String = lines.into_iter().map(|line| format!("{line}\n")).collect();
        let report = self.world.import(text).await;
        assert!(report.is_whole(), "{report}: {:?}", report.refusals.first().map(plumbline::intake::Refused::sentence));
    }

    /// Makes a record through the API and answers its address there.
    pub async fn make(&self, plural: &str, fields: Json) -> String {
        let answer = self.building.send(OWNER, Method::POST, &format!("/api/v1/{plural}"), &[], &fields).await;
        assert_eq!(answer.status, 201, "{plural}: {}", answer.text);
        answer.header("location").to_string()
    }

    pub async fn read(&self, path: &str) -> Json {
        let answer = self.building.get(OWNER, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub async fn edit(&self, path: &str, fields: Json) -> Json {
        let answer = self.building.send(OWNER, Method::PATCH, path, &[("if-match", "*")], &fields).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub async fn step(&self, path: &str, to: &str, fields: Json) -> Json {
        let body = json!({"to": to, "fields": fields});
        let answer =
            self.building.send(OWNER, Method::POST, &format!("{path}/transitions"), &[("if-match", "*")], &body).await;
        assert_eq!(answer.status, 200, "{path} to {to}: {}", answer.text);
        answer.json()
    }

    pub async fn note(&self, who: Who<'_>, path: &str, text: &str, public: bool) {
        let body = json!({"text": text, "public": public});
        let answer = self.building.send(who, Method::POST, &format!("{path}/notes"), &[], &body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text);
    }

    /// Statements that a question takes, and its answer.
    pub async fn cost(&self, who: Who<'_>, path: &str) -> (u64, Answer) {
        let mut least: Option<(u64, Answer)> = None;
        for _ in 0..TIMES {
            let before = self.world.desk.statements();
            let answer = self.building.get(who, path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            let spent = self.world.desk.statements() - before;
            if least.as_ref().is_none_or(|(known, _)| spent < *known) {
                least = Some((spent, answer));
            }
        }
        least.expect("asked more than once")
    }

    /// Statements that a write takes, the cheapest of several: each body goes to its own address.
    pub async fn cost_of_writing(&self, writes: impl IntoIterator<Item = (String, Json)>) -> u64 {
        let mut least = u64::MAX;
        for (path, body) in writes {
            let before = self.world.desk.statements();
            let answer = self.building.send(OWNER, Method::POST, &path, &[("if-match", "*")], &body).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text);
            least = least.min(self.world.desk.statements() - before);
        }
        assert_ne!(least, u64::MAX, "nothing was written");
        least
    }
}

/// A clock of a record as the API tells it.
pub fn clock<'r>(record: &'r Json, name: &str) -> &'r Json {
    let clocks = record["clocks"].as_array().unwrap_or_else(|| panic!("no clocks: {record}"));
    clocks.iter().find(|clock| clock["name"] == name).unwrap_or_else(|| panic!("no clock {name}: {record}"))
}

pub fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}
