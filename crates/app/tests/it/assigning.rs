//! Work given to a person of a team by rule: to whoever has least open of those who are there, explained on the record; and
//! the same numbers for whoever gives it by hand.

use desk::automation::{Rule, RuleEdit};
use engines::automation::{Definition, When};
use model::{
    Actor, Command, Input, Moment, Role, Via,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use crate::{
    building::Building,
    complaints::house::AGENT,
    world::{Database, World, now},
};

both_databases!(
    whoever_has_least_open_of_those_who_are_there_gets_it,
    while_a_rota_is_kept_only_those_on_shift_get_work,
    a_rule_may_name_the_team_and_leaves_what_somebody_has,
    whoever_assigns_by_hand_sees_the_same_load,
);

const NILS: &str = "nils@tidewell.example";

struct House {
    world: World,
}

impl House {
    /// A desk of three: Alice has two open, Bob has one, Carol is away until tomorrow with none.
    async fn new(database: Database, rota: Json) -> House {
        let world = World::new(database).await;
        let person = |name: &str, more: Json| {
            let mut fields = json!({"name": name, "email": mail(name)});
            fields.as_object_mut().expect("fields").extend(more.as_object().cloned().unwrap_or_default());
            json!({"kind": "person", "fields": fields})
        };
        let day = |at: Moment| at.date().to_string();
        let away = json!({"away_from": day(now().minus(DAY)), "away_until": day(now().plus(DAY))});
        let members: Vec<String> = ["Carol", "Bob", "Alice"].map(mail).to_vec();
        let ticket = |at: usize, owner: &str, state: &str| json!({"kind": "incident", "number": format!("INC-{}", 900 + at), "title": "Old", "state": state, "fields": {"owner": mail(owner)}});
        let lines = [
            person("Alice", json!({})),
            person("Bob", json!({})),
            person("Carol", away),
            json!({"kind": "team", "number": "TM-1", "title": "Desk", "fields": {"name": "Desk", "members": members, "rota": rota}}),
            json!({"kind": "customer", "number": "CUS-1", "fields": {"name": "One"}}),
            json!({"kind": "customer", "number": "CUS-2", "fields": {"name": "Two"}}),
            json!({"kind": "team", "number": "TM-2", "title": "Nobody", "fields": {"name": "Nobody"}}),
            ticket(1, "Alice", "in_progress"),
            ticket(2, "Alice", "on_hold"),
            ticket(3, "Bob", "new"),
            // What is over is no load.
            ticket(4, "Bob", "closed"),
            ticket(5, "Bob", "closed"),
        ];
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let report = world.import(text).await;
        assert!(report.is_whole(), "{report}: {:?}", report.refusals.first().map(plumbline::intake::Refused::sentence));
        let roles = vec![Role::Administrator, Role::Agent];
        let account =
            desk::accounts::NewAccount { email: NILS.into(), name: "Nils".into(), roles, ..Default::default() };
        world.desk.create_account(&machine(), account, now()).await.expect("an account");
        House { world }
    }

    async fn rule(&self, filter: &str, acts: &str) -> Rule {
        let definition = Definition {
            kind: "incident".into(),
            when: When::Created,
            filter: filter.into(),
            acts: acts.into(),
            roles: vec![Role::Agent],
            ..Definition::default()
        };
        let nils = Actor {
            email: NILS.into(),
            name: "Nils".into(),
            roles: vec![Role::Administrator, Role::Agent],
            via: Via::Web,
            ..machine()
        };
        let edit = RuleEdit { name: "Give out".into(), definition, active: true };
        self.world.desk.save_automation(&nils, None, edit, now()).await.expect("a rule")
    }

    /// A new incident, after the rules have acted on it.
    async fn given(&self, fields: Json, minute: i64) -> Json {
        let mut parts = json!({"title": "New"});
        parts.as_object_mut().expect("fields").extend(fields.as_object().cloned().unwrap_or_default());
        let Json::Object(parts) = parts else { panic!("an object") };
        let command = Command::Create { kind: "incident".into(), number: None, input: Input::json(parts) };
        let at = now().plus(minute * MINUTE);
        let agent =
            Actor { email: "ines@tidewell.example".into(), roles: vec![Role::Agent], via: Via::Web, ..machine() };
        let number = self.world.desk.perform(&agent, command, at).await.expect("an incident").number;
        while self.world.desk.work_once(&[], at.plus(1)).await.expect("work") > 0 {}
        self.world.exported(&number).await
    }
}

fn machine() -> Actor {
    Actor::system("test", Via::Command)
}

fn mail(name: &str) -> String {
    format!("{}@tidewell.example", name.to_lowercase())
}

/// What the rule said on the record.
fn said(incident: &Json) -> &str {
    let history = incident["history"].as_array().map(Vec::as_slice).unwrap_or_default();
    history.iter().rev().find_map(|entry| entry["note"].as_str()).unwrap_or_default()
}

async fn whoever_has_least_open_of_those_who_are_there_gets_it(database: Database) {
    let house = House::new(database, Json::Null).await;
    house.rule("team = TM-1", "assign").await;
    let team = || json!({"team": "TM-1"});
    let first = house.given(team(), 1).await;
    assert_eq!(first["fields"]["owner"], mail("Bob"), "{first}");
    assert!(
        said(&first).ends_with("gave it to Bob of Desk (Bob: 1 open, Alice: 2 open, Carol: away)."),
        "how all of them stood is told: {}",
        said(&first)
    );
    let by: Vec<&str> =
        first["history"].as_array().expect("history").iter().filter_map(|entry| entry["by"].as_str()).collect();
    assert_eq!(by, ["ines@tidewell.example", "automation/Give out", "automation/Give out"], "journaled");
    // Two apiece now: the first by e-mail; then it is the turn of the other one again.
    let owners = [house.given(team(), 2).await, house.given(team(), 3).await, house.given(team(), 4).await];
    let owners: Vec<&str> = owners.iter().filter_map(|one| one["fields"]["owner"].as_str()).collect();
    assert_eq!(owners, [mail("Alice"), mail("Bob"), mail("Alice")]);
    // Without a team there is nobody to give it to, and that is no fault of the rule.
    let other = house.given(json!({}), 5).await;
    assert!(other["fields"]["owner"].is_null() && said(&other).is_empty(), "{other}");
}

async fn while_a_rota_is_kept_only_those_on_shift_get_work(database: Database) {
    let row = |name: &str, from: Moment, to: Moment| json!({"person": mail(name), "from": from.to_string(), "to": to.to_string()});
    let rota = json!([
        row("Alice", now().minus(HOUR), now().plus(HOUR)),
        row("Bob", now().plus(2 * HOUR), now().plus(4 * HOUR)),
    ]);
    let house = House::new(database, rota).await;
    house.rule("team = TM-1", "assign").await;
    let first = house.given(json!({"team": "TM-1"}), 1).await;
    assert_eq!(first["fields"]["owner"], mail("Alice"), "Bob has less and is not on shift: {}", said(&first));
    assert!(said(&first).contains("(Alice: 2 open, Carol: away, Bob: not on shift, 1 open)"), "{}", said(&first));
    let between = house.given(json!({"team": "TM-1"}), 90).await;
    assert!(between["fields"]["owner"].is_null(), "{between}");
    assert!(said(&between).contains("gave it to nobody of Desk, because nobody is there"), "{}", said(&between));
    let later = house.given(json!({"team": "TM-1"}), 150).await;
    assert_eq!(later["fields"]["owner"], mail("Bob"), "{}", said(&later));
    // A rota that is over is none: nobody is held off by a plan that nobody keeps.
    let over = house.given(json!({"team": "TM-1"}), 300).await;
    assert_eq!(over["fields"]["owner"], mail("Bob"), "{}", said(&over));
}

async fn a_rule_may_name_the_team_and_leaves_what_somebody_has(database: Database) {
    let house = House::new(database, Json::Null).await;
    let rule = house.rule("category = network", "assign TM-1").await;
    let given = house.given(json!({"category": "network", "team": "TM-2"}), 1).await;
    assert_eq!((&given["fields"]["team"], &given["fields"]["owner"]), (&json!("TM-1"), &json!(mail("Bob"))), "{given}");
    let kept = house.given(json!({"category": "network", "team": "TM-1", "owner": mail("Alice")}), 2).await;
    assert_eq!(kept["fields"]["owner"], mail("Alice"));
    assert!(said(&kept).contains("left it with Alice, who has it already"), "{}", said(&kept));
    // Whoever is of another team has it no more when this one gets it.
    let moved = house.given(json!({"category": "network", "owner": "zoe@tidewell.example"}), 3).await;
    assert_eq!(moved["fields"]["owner"], mail("Bob"), "{}", said(&moved));
    house
        .world
        .desk
        .save_automation(
            &Actor { email: NILS.into(), roles: vec![Role::Administrator, Role::Agent], via: Via::Web, ..machine() },
            Some(rule.id),
            RuleEdit {
                name: "Give out".into(),
                definition: Definition { acts: "assign TM-2".into(), ..rule.definition.clone() },
                active: true,
            },
            now(),
        )
        .await
        .expect("saved");
    let failed = house.given(json!({"category": "network"}), 4).await;
    assert!(
        failed["fields"]["owner"].is_null() && failed["fields"]["team"].is_null(),
        "nothing of it is written: {failed}"
    );
    let runs = house.world.desk.automation_runs(&machine(), rule.id, 1, now()).await.expect("runs");
    assert_eq!(runs[0].outcome, "failed");
    assert!(runs[0].told.contains("TM-2 is no team with people"), "{}", runs[0].told);
}

async fn whoever_assigns_by_hand_sees_the_same_load(database: Database) {
    let house = House::new(database, Json::Null).await;
    let incident = house.given(json!({"team": "TM-1"}), 1).await;
    let number = incident["number"].as_str().expect("a number");
    let building = Building::over(&house.world.desk).await;
    let page = building.get(AGENT, &format!("/incidents/{number}/beside")).await.text;
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words} is not in {page}"));
    assert!(at(">1 open<") < at(">2 open<") && at(">2 open<") < at(">away<"), "{page}");
    let form = building.get(AGENT, &format!("/incidents/{number}/field/owner")).await.text;
    assert!(
        form.contains("/lookup?people=yes&amp;load=yes") || form.contains("/lookup?people=yes&#38;load=yes"),
        "{form}"
    );
    let found = building.get(AGENT, "/lookup?people=yes&load=yes&q=alice").await.json();
    assert_eq!(found[0], json!({"value": mail("Alice"), "label": "Alice, 2 open"}), "{found}");
    let plain = building.get(AGENT, "/lookup?people=yes&q=alice").await.json();
    assert_eq!(plain[0]["label"], "Alice");
}
