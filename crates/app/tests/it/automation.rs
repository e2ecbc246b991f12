//! Rules of the organisation: when they act, with which rights, what they explain, and where they stop, on both databases.

use axum::http::Method;
use desk::{
    accounts::{AccountEdit, NewAccount},
    automation::{Rule, RuleEdit, Run},
    post::{Definition as MailboxSettings, MailboxEdit, Messages, Server},
};
use engines::automation::{Definition, When};
use model::{
    Actor, Command, Input, Moment, Refusal, Role, Target, Via,
    time::{DAY, MINUTE},
};
use serde_json::{Value as Json, json};

use crate::{
    building::{Building, OWNER},
    world::{Database, World, now},
};

both_databases!(
    a_rule_acts_when_a_record_is_created_and_explains_itself,
    a_state_that_is_entered_opens_a_linked_record,
    what_a_rule_may_not_do_is_told_and_nothing_of_it_is_written,
    a_rule_never_has_more_rights_than_its_author,
    rules_that_follow_from_each_other_come_to_an_end,
    a_rule_acts_once_before_something_is_due,
    a_rule_is_tried_on_the_last_thirty_days_without_writing,
    a_rule_writes_mail_by_the_mailbox_that_sends,
    rules_are_made_by_a_form,
);

const NILS: &str = "nils@tidewell.example";

struct House {
    world: World,
    nils: Actor,
}

impl House {
    async fn new(database: Database) -> House {
        let world = World::new(database).await;
        world
            .import("{\"kind\":\"team\",\"number\":\"TM-3\",\"title\":\"Network\",\"fields\":{\"name\":\"Network\"}}\n")
            .await;
        let roles = vec![Role::Administrator, Role::Agent];
        let new = NewAccount { email: NILS.into(), name: "Nils".into(), roles: roles.clone(), ..NewAccount::default() };
        world.desk.create_account(&machine(), new, now()).await.expect("an account");
        let nils = Actor { email: NILS.into(), name: "Nils".into(), roles, via: Via::Web, ..machine() };
        House { world, nils }
    }

    async fn rule(&self, name: &str, definition: Definition) -> Rule {
        self.save(name, definition).await.unwrap_or_else(|refusal| panic!("{name}: {refusal}"))
    }

    async fn save(&self, name: &str, definition: Definition) -> Result<Rule, Refusal> {
        let edit = RuleEdit { name: name.into(), definition, active: true };
        self.world.desk.save_automation(&self.nils, None, edit, now()).await
    }

    async fn create(&self, fields: Json, at: Moment) -> String {
        let Json::Object(parts) = fields else { panic!("an object") };
        let command = Command::Create { kind: "incident".into(), number: None, input: Input::json(parts) };
        self.world.desk.perform(&ines(), command, at).await.expect("an incident").number
    }

    async fn edit(&self, number: &str, fields: Json, at: Moment) {
        let Json::Object(parts) = fields else { panic!("an object") };
        let target = Target { kind: "incident".into(), number: number.into(), version: None };
        let command = Command::Edit { target, input: Input::json(parts) };
        self.world.desk.perform(&ines(), command, at).await.expect("an edit");
    }

    async fn work(&self, at: Moment) {
        while self.world.desk.work_once(&[], at).await.expect("work") > 0 {}
    }

    async fn runs(&self, rule: &Rule) -> Vec<Run> {
        self.world.desk.automation_runs(&machine(), rule.id, 100, now()).await.expect("runs")
    }

    async fn error(&self, rule: &Rule) -> String {
        let rules = self.world.desk.automations(&machine(), now()).await.expect("rules");
        rules.into_iter().find(|known| known.id == rule.id).expect("the rule").error
    }
}

fn machine() -> Actor {
    Actor::system("test", Via::Command)
}

fn ines() -> Actor {
    let email = "ines@tidewell.example".to_string();
    Actor { email, name: "Ines".into(), roles: vec![Role::Agent], via: Via::Web, ..machine() }
}

/// For incidents, with the rights of an agent.
fn when(when: When, filter: &str, acts: &str) -> Definition {
    Definition {
        kind: "incident".into(),
        when,
        filter: filter.into(),
        acts: acts.into(),
        roles: vec![Role::Agent],
        ..Definition::default()
    }
}

fn at(minutes: i64) -> Moment {
    now().plus(minutes * MINUTE)
}

async fn a_rule_acts_when_a_record_is_created_and_explains_itself(database: Database) {
    let house = House::new(database).await;
    let acts = "set team = TM-3, urgency = {{impact}}, symptom = \"{{title}}, {{impact}}\"\nnote: look at {{number}}";
    let rule = house.rule("Network", when(When::Created, "category = network", acts)).await;
    let number = house.create(json!({"title": "Slow", "category": "network", "impact": "high"}), at(1)).await;
    let other = house.create(json!({"title": "Paper", "category": "printing"}), at(1)).await;
    house
        .world
        .import(
            "{\"kind\":\"incident\",\"number\":\"INC-900\",\"title\":\"Old\",\"fields\":{\"category\":\"network\"}}\n",
        )
        .await;
    house.work(at(2)).await;
    let incident = house.world.exported(&number).await;
    assert_eq!(incident["fields"]["urgency"], "high", "a gap that stands alone is the value itself");
    assert_eq!((&incident["fields"]["team"], &incident["fields"]["symptom"]), (&json!("TM-3"), &json!("Slow, High")));
    let history = incident["history"].as_array().expect("history");
    let by: Vec<&str> = history.iter().filter_map(|entry| entry["by"].as_str()).collect();
    assert_eq!(by, ["ines@tidewell.example", "automation/Network", "automation/Network", "automation/Network"]);
    assert_eq!(
        history[3]["note"],
        "The rule \"Network\" acted because it was created, and category = network: set team = TM-3, urgency = high, symptom = Slow, High; wrote a note."
    );
    assert_eq!(history[2]["note"], format!("look at {number}"));
    for untouched in [&other, &"INC-900".to_string()] {
        assert!(house.world.exported(untouched).await["fields"]["team"].is_null(), "{untouched}");
    }
    let runs = house.runs(&rule).await;
    assert_eq!((runs.len(), runs[0].outcome.as_str(), runs[0].number.as_str()), (1, "done", number.as_str()));
    // The same job again, as after a server died over it, does nothing more.
    house.work(at(3)).await;
    assert_eq!(house.runs(&rule).await.len(), 1);
    let mut off = RuleEdit { name: "Network".into(), definition: rule.definition.clone(), active: false };
    off.definition.acts = "note: off".into();
    house.world.desk.save_automation(&house.nils, Some(rule.id), off, at(4)).await.expect("it is saved");
    house.create(json!({"title": "Slow", "category": "network"}), at(5)).await;
    house.work(at(6)).await;
    assert_eq!(house.runs(&rule).await.len(), 1, "it is switched off");
}

async fn a_state_that_is_entered_opens_a_linked_record(database: Database) {
    let house = House::new(database).await;
    let acts = "open problem as caused_by: title = \"Cause of {{title}}\"\nstep in_progress: a problem is opened";
    let definition = Definition { state: "waiting_problem".into(), ..when(When::Entered, "", acts) };
    house.rule("Problem", definition).await;
    let number = house.create(json!({"title": "Slow"}), at(1)).await;
    let target = Target { kind: "incident".into(), number: number.clone(), version: None };
    let (to, input) = ("waiting_problem".to_string(), Input::default());
    let command = Command::Step { target, to, input, note: None, public: false };
    house.world.desk.perform(&ines(), command, at(2)).await.expect("a step");
    house.work(at(3)).await;
    let incident = house.world.exported(&number).await;
    assert_eq!(incident["state"], "in_progress");
    assert_eq!(incident["links"][0]["type"], "caused_by");
    let problem = house.world.exported(incident["links"][0]["to"].as_str().expect("a number")).await;
    assert_eq!(problem["title"], "Cause of Slow");
}

async fn what_a_rule_may_not_do_is_told_and_nothing_of_it_is_written(database: Database) {
    let house = House::new(database).await;
    let rule = house.rule("Eager", when(When::Created, "", "set team = TM-3\nstep resolved")).await;
    let number = house.create(json!({"title": "Slow"}), at(1)).await;
    house.work(at(2)).await;
    let incident = house.world.exported(&number).await;
    assert!(
        incident["fields"]["team"].is_null() && incident["history"].as_array().map(Vec::len) == Some(1),
        "{incident}"
    );
    let runs = house.runs(&rule).await;
    assert_eq!(runs[0].outcome, "failed");
    assert!(runs[0].told.contains("resolution"), "{}", runs[0].told);
    assert!(house.error(&rule).await.starts_with(&format!("{number}: ")));
    let shown = house.world.desk.show(&ines(), "incident", &number, None, at(3)).await.expect("the incident");
    let told = house.world.desk.automation_on(&ines(), &shown).await.expect("runs");
    assert_eq!((told[0].0.as_str(), &told[0].1), ("Eager", &runs[0]), "the record says why nothing was done");
    let outside = Actor { customer: Some("CUS-1".into()), ..ines() };
    assert!(house.world.desk.automation_on(&outside, &shown).await.expect("runs").is_empty());
    for (definition, field) in [
        (when(When::Created, "impct = high", "note: x"), "filter"),
        (when(When::Created, "", "set impact = hihg"), "acts"),
        (Definition { state: "closd".into(), ..when(When::Entered, "", "note: x") }, "state"),
        (Definition { kind: "incidnt".into(), ..when(When::Created, "", "note: x") }, "kind"),
    ] {
        let Err(Refusal::Invalid(errors)) = house.save("x", definition).await else { panic!("{field} is wrong") };
        assert_eq!(errors[0].field, field);
    }
}

async fn a_rule_never_has_more_rights_than_its_author(database: Database) {
    let house = House::new(database).await;
    let bold = Definition { roles: vec![Role::TopManagement], ..when(When::Created, "", "note: x") };
    let Err(Refusal::Invalid(errors)) = house.save("Bold", bold).await else { panic!("not their role") };
    assert_eq!(errors[0].field, "roles");
    let rule = house.rule("Agent", when(When::Created, "", "set team = TM-3")).await;
    // The last administrator stays one.
    let other = NewAccount {
        email: "greta@tidewell.example".into(),
        name: "Greta".into(),
        roles: vec![Role::Administrator],
        password: Some("a-lamp-by-the-north-door".into()),
        ..NewAccount::default()
    };
    house.world.desk.create_account(&machine(), other, now()).await.expect("an account");
    let edit = |roles: Vec<Role>, active: bool| AccountEdit {
        name: "Nils".into(),
        roles,
        customer: None,
        active,
        window: None,
    };
    house
        .world
        .desk
        .edit_account(&machine(), NILS, edit(vec![Role::Administrator], true), at(1))
        .await
        .expect("an edit");
    house.create(json!({"title": "Slow"}), at(2)).await;
    house.work(at(3)).await;
    assert!(house.error(&rule).await.contains("has none of its roles any more"), "{}", house.error(&rule).await);
    house.world.desk.edit_account(&machine(), NILS, edit(vec![Role::Agent], false), at(4)).await.expect("an edit");
    let number = house.create(json!({"title": "Slow"}), at(5)).await;
    house.work(at(6)).await;
    assert!(house.error(&rule).await.contains("may not act any more"), "{}", house.error(&rule).await);
    assert!(house.world.exported(&number).await["fields"]["team"].is_null());
    let agent = ines();
    assert!(matches!(house.world.desk.automations(&agent, now()).await, Err(Refusal::Forbidden(_))));
}

async fn rules_that_follow_from_each_other_come_to_an_end(database: Database) {
    let house = House::new(database).await;
    let changed = |field: &str, acts: &str| Definition { fields: vec![field.into()], ..when(When::Changed, "", acts) };
    let there = house.rule("There", changed("category", "set subcategory = \"{changed}\"")).await;
    let back = house.rule("Back", changed("subcategory", "set category = \"of {changed}\"")).await;
    let number = house.create(json!({"title": "Slow", "category": "network"}), at(1)).await;
    house.edit(&number, json!({"category": "access"}), at(2)).await;
    for minute in 3..20 {
        house.work(at(minute)).await;
    }
    let outcomes = |runs: Vec<Run>| runs.into_iter().map(|run| run.outcome).collect::<Vec<_>>();
    assert_eq!(outcomes(house.runs(&there).await), ["stopped", "done"]);
    assert_eq!(outcomes(house.runs(&back).await), ["done"]);
    // However often it is told something, it does not act for ever on one record.
    let busy = house.rule("Busy", changed("symptom", "note: again")).await;
    for minute in 20..30 {
        house.edit(&number, json!({"symptom": format!("{minute}")}), at(minute)).await;
        house.work(at(minute)).await;
    }
    let told = outcomes(house.runs(&busy).await);
    assert_eq!((told.iter().filter(|one| *one == "done").count(), told[0].as_str()), (5, "stopped"));
}

async fn a_rule_acts_once_before_something_is_due(database: Database) {
    let house = House::new(database).await;
    let definition = Definition { minutes: 30, ..when(When::Due, "state = new", "note: it is due soon") };
    let rule = house.rule("Soon", definition).await;
    let number = house.create(json!({"title": "Slow", "due": at(100).to_string()}), at(1)).await;
    let later = house.create(json!({"title": "Slow", "due": at(1_000).to_string()}), at(1)).await;
    for minute in [2, 69] {
        house.work(at(minute)).await;
        assert!(house.runs(&rule).await.is_empty(), "{minute}");
    }
    for minute in [71, 72, 80, 200] {
        house.work(at(minute)).await;
        let runs = house.runs(&rule).await;
        assert_eq!((runs.len(), runs[0].number.as_str()), (1, number.as_str()), "{minute}");
    }
    let history = house.world.exported(&number).await["history"].clone();
    assert_eq!(
        history[2]["note"],
        "The rule \"Soon\" acted because it is due within 30 minutes, and state = new: wrote a note."
    );
    house.work(at(980)).await;
    assert_eq!(house.runs(&rule).await[0].number, later);
}

async fn a_rule_is_tried_on_the_last_thirty_days_without_writing(database: Database) {
    let house = House::new(database).await;
    let old = house.create(json!({"title": "Old", "category": "network"}), now().minus(40 * DAY)).await;
    let first = house.create(json!({"title": "First", "category": "network"}), now().minus(20 * DAY)).await;
    let second = house.create(json!({"title": "Second", "category": "access"}), now().minus(10 * DAY)).await;
    house.edit(&old, json!({"symptom": "x"}), now().minus(5 * DAY)).await;
    house.edit(&first, json!({"category": "access"}), now().minus(4 * DAY)).await;
    let before = house.world.export().await;
    let definition = when(When::Created, "category = network", "set team = TM-3");
    let tried = house.world.desk.rehearse_automation(&house.nils, &definition, now()).await.expect("it is tried");
    let numbers: Vec<&str> = tried.acts.iter().map(|act| act.number.as_str()).collect();
    assert_eq!(numbers, [first.as_str()], "as it was then: {tried:?}");
    assert_eq!((tried.records, tried.is_cut), (3, false));
    let definition =
        Definition { fields: vec!["category".into()], ..when(When::Changed, "category = access", "note: x") };
    let tried = house.world.desk.rehearse_automation(&house.nils, &definition, now()).await.expect("it is tried");
    assert_eq!(tried.acts.len(), 1, "{second} was created so: {tried:?}");
    assert_eq!(house.world.export().await, before);
}

async fn a_rule_writes_mail_by_the_mailbox_that_sends(database: Database) {
    let house = House::new(database).await;
    let rule =
        house.rule("Duty", when(When::Created, "", "mail {{owner}}, duty@tidewell.example: {{title}} came in")).await;
    house.create(json!({"title": "Slow"}), at(1)).await;
    house.work(at(2)).await;
    assert!(house.error(&rule).await.contains("no mailbox sends"), "{}", house.error(&rule).await);
    let mailbox = MailboxEdit {
        name: "Support".into(),
        address: "support@tidewell.example".into(),
        active: true,
        answers: true,
        definition: MailboxSettings {
            opens: "incident".into(),
            outgoing: Server { host: "127.0.0.1".into(), port: 9, ..Server::default() },
            ..MailboxSettings::default()
        },
        secret: None,
    };
    house.world.desk.save_mailbox(&machine(), None, mailbox, at(3)).await.expect("a mailbox");
    let number = house.create(json!({"title": "Slower", "owner": "ines@tidewell.example"}), at(4)).await;
    // Twice, as after a server died over it: nobody gets the same mail twice.
    for minute in [5, 6] {
        while house.world.desk.work_once(&plumbline::post::doings(), at(minute)).await.expect("work") > 0 {}
    }
    let messages = house.world.desk.messages(&machine(), &Messages::default(), 10, at(7)).await.expect("messages");
    let mut told: Vec<(&str, &str)> =
        messages.iter().map(|row| (row.recipient.as_str(), row.subject.as_str())).collect();
    told.sort_unstable();
    let subject = format!("[{number}] Slower");
    assert_eq!(told, [("duty@tidewell.example", subject.as_str()), ("ines@tidewell.example", subject.as_str())]);
    assert!(messages.iter().all(|row| row.automatic && row.number == number), "{messages:?}");
}

async fn rules_are_made_by_a_form(database: Database) {
    let house = House::new(database).await;
    house.world.import("{\"kind\":\"customer\",\"number\":\"CUS-1\",\"title\":\"A\",\"fields\":{\"name\":\"A\"}}\n{\"kind\":\"customer\",\"number\":\"CUS-2\",\"title\":\"B\",\"fields\":{\"name\":\"B\"}}\n").await;
    let building = Building::over(&house.world.desk).await;
    house.create(json!({"title": "Slow", "category": "network"}), now().minus(DAY)).await;
    let blank = building.get(OWNER, "/administration/automation/new").await;
    assert!(blank.text.contains("name=\"acts\"") && blank.text.contains("value=\"administrator\""), "{}", blank.text);
    let form = |acts: &str, more: &[(&str, &str)]| {
        let given = [
            ("name", "Network"),
            ("kind", "incident"),
            ("when", "created"),
            ("minutes", "0"),
            ("filter", "category = network"),
            ("acts", acts),
            ("roles", "administrator"),
            ("active", "no"),
            ("active", "yes"),
        ];
        given.iter().chain(more).map(|(name, value)| (name.to_string(), value.to_string())).collect::<Vec<_>>()
    };
    let wrong = building.form(OWNER, "/administration/automation", &form("sett x = y", &[])).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("f-acts-error") && wrong.text.contains("line 1") && wrong.text.contains("sett x = y"),
        "{}",
        wrong.text
    );
    let tried = building.form(OWNER, "/administration/automation", &form("note: x", &[("try", "yes")])).await;
    assert!(tried.text.contains("It would have acted once in the last 30 days"), "{}", tried.text);
    assert!(building.get(OWNER, "/administration/automation").await.text.contains("None yet"));
    let saved = building.form(OWNER, "/administration/automation", &form("note: x", &[])).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let list = building.get(OWNER, "/administration/automation").await;
    assert!(list.text.contains("it was created, and category = network"), "{}", list.text);
    let agent = crate::building::Who::Mail("agent@tidewell.example");
    let refused =
        building.ask(agent, Method::GET, "/administration/automation", &[("accept", "text/html")], Vec::new()).await;
    assert_eq!(refused.status, 403);
}
