//! Steps of escalation and closing by itself: at the right moment, once, to the right people, and never for the past. Some
//! answer a complaint of `docs/complaints.md`.

use desk::{
    ShownEntry,
    jobs::Doing,
    post::{self, Definition, Delivery, MailboxEdit, Server},
};
use futures::FutureExt;
use model::{
    Actor, Command, Line, Moment, Role, Value, Via,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use serde_json::{Value as Json, json};

use crate::world::*;

/// A Thursday, eight in the morning in London.
const BEGIN: &str = "2026-11-12T08:00:00Z";

fn manager() -> Actor {
    Actor { roles: vec![Role::SmsManager], ..agent() }
}

/// A team with office hours in London, and an agreement about SVC-1: P1 in four hours and P5 in ten, in the same hours.
async fn house(world: &World, steps: Json) {
    let before = at("2026-10-01T00:00:00Z");
    let windows: Vec<Json> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .iter()
        .map(|day| json!({"weekday": day, "from": "09:00", "to": "17:00"}))
        .collect();
    let hours = json!({"name": "Office hours", "zone": "Europe/London", "windows": windows});
    world.create(&manager(), "service_calendar", hours, before).await;
    let service = json!({"name": "Payments", "owner": "sofia@tidewell.example"});
    world.create(&manager(), "service", service, before).await;
    world.create(&manager(), "service", json!({"name": "Mail", "owner": "sofia@tidewell.example"}), before).await;
    let plan = json!([{"person": "early@tidewell.example", "from": "2026-11-01T00:00:00Z", "to": "2026-11-12T20:00:00Z"},
        {"person": "late@tidewell.example", "from": "2026-11-12T20:00:00Z", "to": "2026-11-20T00:00:00Z"}]);
    let team = json!({"name": "Desk", "lead": "lars@tidewell.example", "calendar": "CLN-1", "on_call_plan": plan});
    world.create(&manager(), "team", team, before).await;
    let target = |priority: &str, hours: i64| json!({"kind": "incident", "priority": priority, "response": hours * 900, "resolution": hours * 3_600});
    let targets = json!([target("P1", 4), target("P5", 10)]);
    let fields = json!({"service": "SVC-1", "ticket_targets": targets, "calendar": "CLN-1", "escalation_steps": steps});
    let number = world.create(&manager(), "sla", fields, before).await.number;
    step(world, "sla", &number, "agreed", before.plus(SECOND)).await;
}

async fn step(world: &World, kind: &str, number: &str, to: &str, now: Moment) {
    let fields =
        if to == "resolved" { json!({"resolution": "Restarted", "category": "application"}) } else { json!({}) };
    let command =
        Command::Step { target: target(kind, number), to: to.into(), input: input(fields), note: None, public: false };
    world.desk.perform(&manager(), command, now).await.unwrap_or_else(|why| panic!("{}: {to}: {why}", world.name));
}

async fn incident(world: &World, impact: &str, service: &str, now: Moment) -> String {
    let fields = json!({"title": "Tills decline", "impact": impact, "urgency": impact, "service": service, "team": "TM-1",
        "owner": "ines@tidewell.example"});
    world.create(&agent(), "incident", fields, now).await.number
}

async fn journal(world: &World, number: &str) -> Vec<ShownEntry> {
    world.desk.journal(&manager(), "incident", number, at("2027-06-01T00:00:00Z")).await.expect("a journal")
}

/// Who was brought in and when, by the record's own rows.
async fn raised(world: &World, number: &str) -> Vec<(String, String)> {
    let shown = world.desk.show(&manager(), "incident", number, None, at("2027-06-01T00:00:00Z")).await;
    let shown = shown.expect("a record");
    let rows = shown.fields().get("escalations").map(|rows| rows.entries().to_vec()).unwrap_or_default();
    let part = |row: &Value, name: &str| row.part(name).and_then(Value::as_text).unwrap_or_default().to_string();
    let at = |row: &Value| row.part("at").and_then(Value::as_moment).expect("when").to_string();
    rows.iter().map(|row| (part(row, "to"), at(row))).collect()
}

/// Lets the worker look every five minutes.
async fn work(world: &World, from: Moment, until: Moment) {
    let mut now = from;
    while now <= until {
        world.desk.work_once(&[], now).await.expect("the worker");
        now = now.plus(5 * MINUTE);
    }
}

fn told(people: &[(&str, &str)]) -> Vec<(String, String)> {
    people.iter().map(|(to, at)| (to.to_string(), at.to_string())).collect()
}

/// Steps of the agreement: an hour before the end to the lead, at the end to whoever is on call.
fn before_and_after() -> Json {
    json!([{"clock": "resolution", "minutes": -60, "to": "team_lead"}, {"clock": "resolution", "percent": 100, "to": "on_call"}])
}

/// Complaint 15: counting back from a goal goes through the same hours as counting on to it.
#[tokio::test]
async fn a_warning_before_the_goal_comes_at_its_hour_and_not_at_midnight() {
    for world in worlds_of(kinds::catalog).await {
        house(&world, before_and_after()).await;
        // Ten working hours from nine on Thursday: an hour before the end is ten on Friday.
        let number = incident(&world, "low", "SVC-1", at(BEGIN)).await;
        let lapsed = at("2026-11-13T09:55:00Z");
        work(&world, at(BEGIN), lapsed).await;
        assert_eq!(raised(&world, &number).await, [], "{}", world.name);
        work(&world, lapsed, at("2026-11-13T12:00:00Z")).await;
        let wanted = told(&[
            ("lars@tidewell.example", "2026-11-13T10:00:00Z"),
            ("late@tidewell.example", "2026-11-13T11:00:00Z"),
        ]);
        assert_eq!(raised(&world, &number).await, wanted, "{}", world.name);
    }
}

/// Complaint 16: what lies before the goal is reckoned in the agreed hours, so nothing is due at the start.
#[tokio::test]
async fn nothing_escalates_at_the_moment_a_ticket_is_opened() {
    for world in worlds_of(kinds::catalog).await {
        house(&world, before_and_after()).await;
        let number = incident(&world, "high", "SVC-1", at(BEGIN)).await;
        world.desk.work_once(&[], at(BEGIN).plus(SECOND)).await.expect("the worker");
        assert_eq!(raised(&world, &number).await, [], "{}", world.name);
    }
}

/// Complaint 24: a team is told in its own hours; whoever is on call at once.
#[tokio::test]
async fn nobody_is_written_to_at_midnight_but_who_is_on_call() {
    for world in worlds_of(kinds::catalog).await {
        house(&world, json!([{"percent": 50, "to": "none"}])).await;
        // About the other service nothing was agreed: the standard targets run round the clock, P1 in four hours from ten
        // in the evening. Three quarters of them are used at one at night; the team begins at nine.
        let number = incident(&world, "high", "SVC-2", at("2026-11-12T22:00:00Z")).await;
        work(&world, at("2026-11-12T22:00:00Z"), at("2026-11-13T10:00:00Z")).await;
        let told = raised(&world, &number).await;
        let wanted = [
            ("lars@tidewell.example".to_string(), "2026-11-13T09:00:00Z".to_string()),
            ("sofia@tidewell.example".to_string(), "2026-11-13T09:00:00Z".to_string()),
        ];
        assert_eq!(told, wanted, "{}", world.name);
        // An agreement says that whoever is on call is told at once.
        let steps = json!([{"percent": 75, "to": "on_call"}]);
        let fields = json!({"service": "SVC-2", "escalation_steps": steps, "ticket_targets":
            [{"kind": "incident", "priority": "P1", "resolution": 14_400}]});
        let sla = world.create(&manager(), "sla", fields, at("2026-11-13T12:00:00Z")).await.number;
        step(&world, "sla", &sla, "agreed", at("2026-11-13T12:00:01Z")).await;
        let number = incident(&world, "high", "SVC-2", at("2026-11-13T22:00:00Z")).await;
        work(&world, at("2026-11-13T22:00:00Z"), at("2026-11-14T02:00:00Z")).await;
        let wanted = [("late@tidewell.example".to_string(), "2026-11-14T01:00:00Z".to_string())];
        assert_eq!(raised(&world, &number).await, wanted, "{}", world.name);
    }
}

/// Complaint 25: what is brought along, over or merged calls nobody.
#[tokio::test]
async fn what_came_in_late_or_over_escalates_nothing() {
    for world in worlds_of(kinds::catalog).await {
        house(&world, before_and_after()).await;
        let imported = at("2026-11-13T15:00:00Z");
        for (number, state) in [("INC-501", "in_progress"), ("INC-502", "closed"), ("INC-503", "resolved")] {
            let line = json!({"kind": "incident", "number": number, "title": "Of old", "state": state,
                "fields": {"service": "SVC-1", "priority": "P1", "team": "TM-1", "raised_on": "2026-11-02T08:00:00Z",
                    "resolved_on": (state != "in_progress").then_some("2026-11-02T09:00:00Z")},
                "history": [{"at": "2026-11-02T08:00:00Z", "state": "new"}, {"at": "2026-11-02T09:00:00Z", "state": state}]});
            let line = Box::new(Line::read(line).expect("a line"));
            let importer = Actor::system("import", Via::Import);
            world.desk.perform(&importer, Command::Import { line }, imported).await.expect("an import");
        }
        // One that is merged into another one while it waits.
        let merged = incident(&world, "high", "SVC-1", imported).await;
        step(&world, "incident", &merged, "superseded", imported.plus(MINUTE)).await;
        work(&world, imported, imported.plus(3 * HOUR)).await;
        work(&world, imported.plus(12 * DAY), imported.plus(12 * DAY)).await;
        for number in ["INC-501", "INC-502", "INC-503", &merged] {
            assert_eq!(raised(&world, number).await, [], "{} {number}", world.name);
        }
        let shown = world.desk.show(&manager(), "incident", "INC-503", None, imported.plus(12 * DAY)).await;
        assert_eq!(shown.expect("a record").state(), "resolved", "{}: its days were over before it came", world.name);
        // What is rebuilt says the same.
        world.desk.rebuild_clocks(imported.plus(12 * DAY)).await.expect("a rebuild");
        work(&world, imported.plus(12 * DAY), imported.plus(12 * DAY + HOUR)).await;
        assert_eq!(raised(&world, "INC-501").await, [], "{}", world.name);
    }
}

#[tokio::test]
async fn a_step_fires_once_whoever_looks_and_however_often() {
    for world in worlds_of(kinds::catalog).await {
        house(&world, json!([{"percent": 50, "to": "team_lead"}])).await;
        let number = incident(&world, "high", "SVC-1", at(BEGIN)).await;
        let noon = at("2026-11-12T12:00:00Z");
        let (one, two) = tokio::join!(world.desk.work_once(&[], noon), world.desk.work_once(&[], noon));
        assert!(one.is_ok() && two.is_ok(), "{}", world.name);
        work(&world, noon, noon.plus(HOUR)).await;
        assert_eq!(raised(&world, &number).await.len(), 1, "{}", world.name);
        // What a rebuild finds is done; taking the row away does not undo it.
        let command = Command::Edit { target: target("incident", &number), input: input(json!({"escalations": null})) };
        world.desk.perform(&manager(), command, noon.plus(HOUR)).await.expect("an edit");
        world.desk.rebuild_clocks(noon.plus(HOUR)).await.expect("a rebuild");
        work(&world, noon.plus(HOUR), noon.plus(2 * HOUR)).await;
        assert_eq!(raised(&world, &number).await, [], "{}", world.name);
        let entries = journal(&world, &number).await;
        let escalated: Vec<&ShownEntry> = entries.iter().filter(|shown| shown.entry.act == "escalate").collect();
        assert_eq!(escalated.len(), 1, "{}", world.name);
        assert_eq!(escalated[0].entry.by.as_deref(), Some("system"));
        let words = format!("{:?}", escalated[0].entry.changes);
        assert!(words.contains("50 % of the time to resolve is used (P1, SLA-1)"), "{words}");
        // Another priority is another promise.
        let fields = json!({"impact": "low", "urgency": "low"});
        let command = Command::Edit { target: target("incident", &number), input: input(fields) };
        world.desk.perform(&manager(), command, noon.plus(2 * HOUR)).await.expect("an edit");
        work(&world, noon.plus(2 * HOUR), noon.plus(4 * HOUR)).await;
        assert_eq!(raised(&world, &number).await.len(), 1, "{}", world.name);
    }
}

#[tokio::test]
async fn a_ticket_on_hold_waits_with_its_steps() {
    for world in worlds_of(kinds::catalog).await {
        house(&world, json!([{"percent": 50, "to": "team_lead"}])).await;
        let number = incident(&world, "high", "SVC-1", at(BEGIN)).await;
        // Half of four hours is used at eleven; from ten to noon it stands still.
        step(&world, "incident", &number, "waiting_customer", at("2026-11-12T10:00:00Z")).await;
        work(&world, at("2026-11-12T10:00:00Z"), at("2026-11-12T11:55:00Z")).await;
        step(&world, "incident", &number, "in_progress", at("2026-11-12T12:00:00Z")).await;
        work(&world, at("2026-11-12T12:00:00Z"), at("2026-11-12T14:00:00Z")).await;
        let wanted = told(&[("lars@tidewell.example", "2026-11-12T13:00:00Z")]);
        assert_eq!(raised(&world, &number).await, wanted, "{}", world.name);
    }
}

#[tokio::test]
async fn looking_for_what_is_due_costs_the_same_however_many_wait() {
    for world in worlds_of(kinds::catalog).await {
        house(&world, before_and_after()).await;
        // What the agreement itself has promised is done first.
        world.desk.work_once(&[], at(BEGIN)).await.expect("the worker");
        let mut spent = Vec::new();
        for _ in 0..2 {
            for _ in 0..20 {
                incident(&world, "low", "SVC-1", at(BEGIN)).await;
            }
            let before = world.desk.statements();
            world.desk.work_once(&[], at(BEGIN).plus(MINUTE)).await.expect("the worker");
            spent.push(world.desk.statements() - before);
        }
        assert_eq!(spent[0], spent[1], "{}", world.name);
    }
}

/// Writes what is to be sent; no server takes it.
fn refused_by_the_server() -> Doing {
    Doing {
        name: post::SEND,
        run: |desk, payload, now| {
            async move {
                let Some(outgoing) = desk.write_answer(&payload, now).await? else { return Ok(()) };
                let words = format!("no such person ({})", String::from_utf8_lossy(&outgoing.raw).contains("Tills"));
                desk.tell_delivery(&outgoing, Delivery::Failed(words), now).await
            }
            .boxed()
        },
    }
}

#[tokio::test]
async fn who_is_brought_in_gets_a_mail_and_what_became_of_it_is_told() {
    for world in worlds_whole(&[desk::post::promise]).await {
        house(&world, json!([{"percent": 50, "to": "team_lead"}])).await;
        let administrator = Actor::system("test", Via::Command);
        let mailbox = MailboxEdit {
            name: "Support".into(),
            address: "support@tidewell.example".into(),
            active: true,
            answers: true,
            definition: Definition {
                opens: "incident".into(),
                outgoing: Server { host: "127.0.0.1".into(), port: 9, ..Server::default() },
                ..Definition::default()
            },
            secret: None,
        };
        world.desk.save_mailbox(&administrator, None, mailbox, at(BEGIN)).await.expect("a mailbox");
        let number = incident(&world, "high", "SVC-1", at(BEGIN)).await;
        let noon = at("2026-11-12T12:00:00Z");
        for turn in 0..2 {
            world.desk.work_once(&[refused_by_the_server()], noon.plus(turn * MINUTE)).await.expect("the worker");
        }
        assert_eq!(raised(&world, &number).await.len(), 1, "{}", world.name);
        let entries = journal(&world, &number).await;
        let notes: Vec<&str> =
            entries.iter().filter_map(|shown| shown.entry.note.as_ref()).map(|note| note.text.as_str()).collect();
        assert_eq!(
            notes,
            ["The mail to lars@tidewell.example did not go out: no such person (true)"],
            "{}",
            world.name
        );
        assert!(!entries.last().and_then(|shown| shown.entry.note.as_ref()).expect("a note").public);
    }
}

#[tokio::test]
async fn what_nobody_objects_to_closes_itself_after_the_agreed_days() {
    for world in worlds_of(kinds::catalog).await {
        house(&world, before_and_after()).await;
        let number = incident(&world, "high", "SVC-1", at(BEGIN)).await;
        let resolved = at(BEGIN).plus(HOUR);
        step(&world, "incident", &number, "resolved", resolved).await;
        let state = async |number: &str| {
            let shown = world.desk.show(&manager(), "incident", number, None, at("2027-06-01T00:00:00Z")).await;
            shown.expect("a record").state().to_string()
        };
        world.desk.work_once(&[], resolved.plus(7 * DAY - SECOND)).await.expect("the worker");
        assert_eq!(state(&number).await, "resolved", "{}", world.name);
        // Three days are agreed instead: the time was over long ago.
        let days = [("number.auto_close_days".to_string(), "3".to_string())];
        let administrator = Actor { roles: vec![Role::Administrator], ..agent() };
        world.desk.set_settings(&administrator, &days, resolved.plus(2 * DAY)).await.expect("a setting");
        world.desk.work_once(&[], resolved.plus(3 * DAY)).await.expect("the worker");
        assert_eq!(state(&number).await, "closed", "{}", world.name);
        let entries = journal(&world, &number).await;
        let last = &entries.last().expect("an entry").entry;
        assert_eq!((last.by.as_deref(), last.via), (Some("system"), Via::Job), "{}", world.name);
        // Who comes back in time starts the days anew.
        let other = incident(&world, "high", "SVC-1", at(BEGIN)).await;
        step(&world, "incident", &other, "resolved", resolved).await;
        step(&world, "incident", &other, "in_progress", resolved.plus(DAY)).await;
        world.desk.work_once(&[], resolved.plus(4 * DAY)).await.expect("the worker");
        assert_eq!(state(&other).await, "in_progress", "{}", world.name);
    }
}

#[tokio::test]
async fn a_step_that_nobody_could_carry_out_is_refused_with_its_place() {
    let world = worlds_of(kinds::catalog).await.remove(0);
    for (steps, why) in [
        (json!([{"percent": 75, "to": "owner"}, {"percent": 80, "to": "teamlead"}]), "did you mean \"team_lead\"?"),
        (json!([{"percent": 75}]), "say who is brought in"),
        (json!([{"to": "owner"}]), "say at how many percent or minutes"),
        (json!([{"percent": 0, "to": "owner"}]), "must be from 1 to 1000"),
        (json!([{"percent": 75, "minutes": 3, "to": "owner"}]), "not both"),
    ] {
        let command = Command::Create {
            kind: "sla".into(),
            number: None,
            input: input(json!({"title": "Terms", "escalation_steps": steps})),
        };
        let refused = world.desk.perform(&manager(), command, at(BEGIN)).await.expect_err("refused").sentence();
        assert!(refused.contains(why) && refused.contains("entry "), "{refused}");
    }
}
