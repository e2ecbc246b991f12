//! Major incidents: declared by their criteria, led, told, written down and closed as the procedure asks, with nobody having
//! to remember it. And what stands on both sides of a tie.

use desk::{
    Shown,
    accounts::NewAccount,
    jobs::Doing,
    post::{self, Definition, Delivery, MailboxEdit, Server},
};
use futures::FutureExt;
use model::{
    Actor, Command, Moment, Query, Role, Value, Via,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use crate::world::*;

const BEGIN: &str = "2026-11-12T08:00:00Z";

fn manager() -> Actor {
    Actor { roles: vec![Role::SmsManager], ..agent() }
}

async fn house(world: &World) {
    let before = at("2026-10-01T00:00:00Z");
    world.create(&manager(), "service", json!({"name": "Payments", "criticality": "critical"}), before).await;
    world.create(&manager(), "service", json!({"name": "Mail", "criticality": "low"}), before).await;
}

async fn answers(world: &World) {
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
    let top = NewAccount {
        email: "daniel@tidewell.example".into(),
        name: "Daniel Roth".into(),
        roles: vec![Role::TopManagement],
        ..NewAccount::default()
    };
    world.desk.create_account(&administrator, top, at(BEGIN)).await.expect("an account");
}

/// Every mail is taken by its server.
fn taken() -> Doing {
    Doing {
        name: post::SEND,
        run: |desk, payload, now| {
            async move {
                let Some(outgoing) = desk.write_answer(&payload, now).await? else { return Ok(()) };
                desk.tell_delivery(&outgoing, Delivery::Sent("250 taken".into()), now).await
            }
            .boxed()
        },
    }
}

async fn major(world: &World, now: Moment) -> String {
    let fields = json!({"title": "Tills decline", "impact": "high", "urgency": "high", "service": "SVC-1", "category": "application",
        "owner": "ines@tidewell.example"});
    world.create(&agent(), "incident", fields, now).await.number
}

async fn show(world: &World, kind: &str, number: &str) -> Shown {
    world.desk.show(&manager(), kind, number, None, at("2027-06-01T00:00:00Z")).await.expect("a record")
}

async fn reviews(world: &World) -> Vec<Shown> {
    let query = Query { columns: vec![model::query::EVERY.into()], ..Query::of("major_incident_review") };
    world.desk.list(&manager(), &query, at("2027-06-01T00:00:00Z")).await.expect("a list").records
}

async fn step(world: &World, number: &str, to: &str, fields: Json, now: Moment) -> Result<(), String> {
    let command = Command::Step {
        target: target("incident", number),
        to: to.into(),
        input: input(fields),
        note: None,
        public: false,
    };
    world.desk.perform(&agent(), command, now).await.map(drop).map_err(|why| why.sentence())
}

async fn say(world: &World, number: &str, text: &str, public: bool, now: Moment) {
    let command = Command::Note { target: target("incident", number), text: text.into(), public };
    world.desk.perform(&agent(), command, now).await.expect("a note");
}

fn text(shown: &Shown, field: &str) -> String {
    shown.fields().get(field).map(|value| model::Type::Mixed.print(value)).unwrap_or_default()
}

#[tokio::test]
async fn the_criteria_make_an_incident_major_whatever_anybody_says() {
    for world in worlds_of(kinds::catalog).await {
        house(&world).await;
        let number = major(&world, at(BEGIN)).await;
        let shown = show(&world, "incident", &number).await;
        assert_eq!(shown.fields().get("major"), Some(&Value::Flag(true)), "{}", world.name);
        assert_eq!(text(&shown, "lead"), "ines@tidewell.example", "its owner leads it");
        let denied = json!({"title": "Tills", "impact": "high", "urgency": "high", "service": "SVC-1", "major": false});
        let command = Command::Create { kind: "incident".into(), number: None, input: input(denied) };
        let refused = world.desk.perform(&agent(), command, at(BEGIN)).await.expect_err("refused").sentence();
        assert!(refused.contains("P1 on a critical service is a major incident"), "{refused}");
        // One that turns out to be worse becomes one when that is said.
        let later = json!({"title": "Tills", "impact": "low", "urgency": "high", "service": "SVC-1"});
        let later = world.create(&agent(), "incident", later, at(BEGIN)).await.number;
        assert_eq!(show(&world, "incident", &later).await.fields().get("major"), None, "{}", world.name);
        let command = Command::Edit { target: target("incident", &later), input: input(json!({"impact": "high"})) };
        world.desk.perform(&agent(), command, at(BEGIN).plus(MINUTE)).await.expect("an edit");
        let major = show(&world, "incident", &later).await.fields().get("major").cloned();
        assert_eq!(major, Some(Value::Flag(true)), "{}", world.name);
        let small = json!({"title": "Mail", "impact": "high", "urgency": "high", "service": "SVC-2"});
        let small = world.create(&agent(), "incident", small, at(BEGIN)).await.number;
        assert_eq!(show(&world, "incident", &small).await.fields().get("major"), None, "{}", world.name);
    }
}

#[tokio::test]
async fn a_major_incident_goes_its_way_from_the_first_minute_to_the_report() {
    for world in worlds_whole(&[desk::post::promise]).await {
        house(&world).await;
        answers(&world).await;
        let number = major(&world, at(BEGIN)).await;
        let shown = show(&world, "incident", &number).await;
        assert_eq!(text(&shown, "next_update"), "2026-11-12T08:30:00Z", "{}", world.name);
        let update = shown.clocks().iter().find(|clock| clock.name.name() == "update").expect("a clock");
        assert_eq!((update.goal_seconds, update.due), (1_800, Some(at("2026-11-12T08:30:00Z"))));
        // The review is there, and top management was written to, as soon as the worker looks.
        let now = at(BEGIN).plus(MINUTE);
        for _ in 0..2 {
            world.desk.work_once(&[taken()], now).await.expect("the worker");
        }
        let review = reviews(&world).await;
        assert_eq!(review.len(), 1, "{}", world.name);
        let told = ["incident", "manager", "told_top_on"].map(|field| text(&review[0], field));
        assert_eq!(told, [number.as_str(), "ines@tidewell.example", "2026-11-12T08:01:00Z"], "{}", world.name);
        // An internal note is no word to those concerned; a public one is.
        say(&world, &number, "Looking at the gateway", false, now.plus(MINUTE)).await;
        assert_eq!(text(&show(&world, "incident", &number).await, "next_update"), "2026-11-12T08:30:00Z");
        say(&world, &number, "We work on it.", true, at("2026-11-12T08:20:00Z")).await;
        assert_eq!(text(&show(&world, "incident", &number).await, "next_update"), "2026-11-12T08:50:00Z");
        // A word that does not come escalates, each time anew.
        world.desk.work_once(&[taken()], at("2026-11-12T08:51:00Z")).await.expect("the worker");
        say(&world, &number, "Nearly there.", true, at("2026-11-12T08:52:00Z")).await;
        world.desk.work_once(&[taken()], at("2026-11-12T09:23:00Z")).await.expect("the worker");
        let rows = show(&world, "incident", &number).await.fields().get("escalations").cloned().expect("rows");
        assert_eq!(rows.entries().len(), 2, "{}: {rows:?}", world.name);
        let resolved = at("2026-11-12T10:00:00Z");
        step(&world, &number, "resolved", json!({"resolution": "Certificate renewed"}), resolved)
            .await
            .expect("resolved");
        assert_eq!(text(&show(&world, "incident", &number).await, "next_update"), "", "nothing is owed any more");
        world.desk.work_once(&[taken()], resolved.plus(MINUTE)).await.expect("the worker");
        let refused = step(&world, &number, "closed", json!({}), resolved.plus(HOUR)).await.expect_err("refused");
        assert!(
            refused.contains("is not reported yet") && refused.contains("no problem carries its cause on"),
            "{refused}"
        );
        let written = json!({"no_problem": "The certificate is watched now."});
        report(&world, review[0].number(), written, resolved.plus(HOUR)).await.expect("reported");
        step(&world, &number, "closed", json!({}), resolved.plus(2 * HOUR)).await.expect("closed");
        // The course of events has written itself; what people add stays.
        let review = show(&world, "major_incident_review", review[0].number()).await;
        let rows = review.fields().get("timeline").cloned().expect("a timeline");
        let lines: Vec<String> = rows
            .entries()
            .iter()
            .map(|row| row.part("text").and_then(Value::as_text).unwrap_or_default().to_string())
            .collect();
        let whole = lines.join("\n");
        for words in [
            "Raised",
            "ines@tidewell.example: We work on it.",
            "is brought in: 100 % of the time to the next",
            "Resolved",
        ] {
            assert!(whole.contains(words), "{}: {words} is not in {whole}", world.name);
        }
        assert!(!whole.contains("Looking at the gateway"), "what is internal is no event: {whole}");
    }
}

#[tokio::test]
async fn a_report_is_not_given_without_cause_and_action_nor_an_incident_closed_without_its_review() {
    for world in worlds_of(kinds::catalog).await {
        house(&world).await;
        let number = major(&world, at(BEGIN)).await;
        let resolved = at(BEGIN).plus(HOUR);
        step(&world, &number, "resolved", json!({"resolution": "Restarted"}), resolved).await.expect("resolved");
        let refused = step(&world, &number, "closed", json!({}), resolved.plus(MINUTE)).await.expect_err("refused");
        assert!(refused.contains("its review is not written"), "{refused}");
        // No mailbox sends mail here: that nobody was told by itself is said, once.
        for turn in 0..3 {
            world.desk.work_once(&[], resolved.plus((turn + 2) * MINUTE)).await.expect("the worker");
        }
        let entries = world.desk.journal(&manager(), "incident", &number, resolved.plus(DAY)).await.expect("a journal");
        let told = entries.iter().filter_map(|shown| shown.entry.note.as_ref());
        let told: Vec<&str> = told.map(|note| note.text.as_str()).collect();
        assert_eq!(told.len(), 1, "{}: {told:?}", world.name);
        assert!(told[0].starts_with("Top management is not told by itself: no mailbox sends mail."), "{told:?}");
        let refused = step(&world, &number, "closed", json!({}), resolved.plus(HOUR)).await.expect_err("refused");
        assert!(refused.contains("does not say yet when top management was told"), "{refused}");
        let review = reviews(&world).await.remove(0).number().to_string();
        let told = json!({"told_top_on": resolved.to_string()});
        let command = Command::Edit { target: target("major_incident_review", &review), input: input(told) };
        world.desk.perform(&agent(), command, resolved.plus(HOUR)).await.expect("an edit");
        let refused = step(&world, &number, "closed", json!({}), resolved.plus(2 * HOUR)).await.expect_err("refused");
        assert!(refused.contains(&format!("its review {review} is not reported yet")), "{refused}");
        let command = Command::Step {
            target: target("major_incident_review", &review),
            to: "reported".into(),
            input: input(json!({"causes": ["Certificate had ended"]})),
            note: None,
            public: false,
        };
        let refused = world.desk.perform(&agent(), command, resolved.plus(DAY)).await.expect_err("refused").sentence();
        assert!(refused.contains("Actions is needed"), "{refused}");
        report(&world, &review, json!({}), resolved.plus(DAY)).await.expect("reported");
        // Every step of the procedure: the problem, and what everybody is told where there is a page for that.
        let page = [("public_page".to_string(), "yes".to_string())];
        world.desk.set_settings(&Actor::system("test", Via::Command), &page, resolved.plus(DAY)).await.expect("a page");
        let over = resolved.plus(DAY + HOUR);
        let refused = step(&world, &number, "closed", json!({}), over).await.expect_err("refused");
        for words in ["no problem carries its cause on", "nobody has decided whether the public page tells of it"] {
            assert!(refused.contains(words), "{}: {refused}", world.name);
        }
        let fields = json!({"title": "Why the certificate ended", "incidents": [number]});
        world.create(&agent(), "problem", fields, over).await;
        let empty = step(&world, &number, "closed", json!({"public_page": "shown"}), over).await.expect_err("refused");
        assert!(empty.contains("shows it without words"), "{empty}");
        step(&world, &number, "closed", json!({"public_page": "hidden"}), over).await.expect("closed");
    }
}

/// The report of a major incident is given, with a cause and an action.
async fn report(world: &World, review: &str, more: Json, now: Moment) -> Result<(), String> {
    let action = world.create(&agent(), "action", json!({"text": "Watch certificates", "source": review}), now).await;
    let mut fields = json!({"causes": ["Certificate had ended"], "actions": [action.number]});
    fields.as_object_mut().expect("fields").extend(more.as_object().cloned().unwrap_or_default());
    let (to, input) = ("reported".into(), input(fields));
    let command =
        Command::Step { target: target("major_incident_review", review), to, input, note: None, public: false };
    world.desk.perform(&agent(), command, now).await.map(drop).map_err(|why| why.sentence())
}

/// Rule R12 where a house states nothing, its own criteria where it does.
#[tokio::test]
async fn the_criteria_are_those_that_the_house_states() {
    for world in worlds_of(kinds::catalog).await {
        house(&world).await;
        let is_major = async |fields: Json| {
            let mut all = json!({"title": "Mail is down", "service": "SVC-2"});
            all.as_object_mut().expect("fields").extend(fields.as_object().cloned().unwrap_or_default());
            let number = world.create(&agent(), "incident", all, at(BEGIN)).await.number;
            show(&world, "incident", &number).await.fields().get("major") == Some(&Value::Flag(true))
        };
        let p1 = |share: &str| json!({"impact": "high", "urgency": "high", "users_hit": share});
        assert!(!is_major(p1("24.9")).await && is_major(p1("25")).await, "{}", world.name);
        assert!(is_major(json!({"impact": "low", "urgency": "low", "grave_security": true})).await, "{}", world.name);
        let wide = json!({"title": "Mail", "service": "SVC-2", "impact": "high", "urgency": "high", "users_hit": 130});
        let command = Command::Create { kind: "incident".into(), number: None, input: input(wide) };
        let refused = world.desk.perform(&agent(), command, at(BEGIN)).await.expect_err("refused").sentence();
        assert!(refused.contains("from 0 to 100"), "{refused}");
        // Worse than was thought: the share is said later.
        let fields = json!({"title": "Mail is slow", "service": "SVC-2", "impact": "high", "urgency": "high"});
        let number = world.create(&agent(), "incident", fields, at(BEGIN)).await.number;
        let command = Command::Edit { target: target("incident", &number), input: input(json!({"users_hit": 60})) };
        world.desk.perform(&agent(), command, at(BEGIN).plus(MINUTE)).await.expect("an edit");
        assert_eq!(show(&world, "incident", &number).await.fields().get("major"), Some(&Value::Flag(true)));

        let own = [("major.priority", "P2"), ("major.users_percent", "none"), ("major.grave_security", "no")];
        let own: Vec<_> = own.into_iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let administrator = Actor::system("test", Via::Command);
        world.desk.set_settings(&administrator, &own, at(BEGIN)).await.expect("set");
        assert!(!is_major(p1("100")).await, "{}", world.name);
        assert!(!is_major(json!({"grave_security": true})).await, "{}", world.name);
        assert!(is_major(json!({"service": "SVC-1", "impact": "high", "urgency": "medium"})).await, "{}", world.name);
        let bad = [("major.users_percent".to_string(), "many".to_string())];
        let refused = world.desk.set_settings(&administrator, &bad, at(BEGIN)).await.expect_err("refused").sentence();
        assert!(refused.contains("is a number above 0 and up to 100"), "{refused}");
    }
}

#[tokio::test]
async fn one_that_came_in_by_an_import_starts_no_procedure() {
    for world in worlds_of(kinds::catalog).await {
        house(&world).await;
        let line = json!({"kind": "incident", "number": "INC-77", "title": "Of old", "state": "in_progress",
            "fields": {"service": "SVC-1", "major": true, "priority": "P1", "raised_on": "2026-11-02T08:00:00Z"},
            "history": [{"at": "2026-11-02T08:00:00Z", "state": "in_progress"}]});
        let line = Box::new(model::Line::read(line).expect("a line"));
        let importer = Actor::system("import", Via::Import);
        world.desk.perform(&importer, Command::Import { line }, at(BEGIN)).await.expect("an import");
        world.desk.work_once(&[], at(BEGIN).plus(MINUTE)).await.expect("the worker");
        assert!(reviews(&world).await.is_empty(), "{}", world.name);
    }
}

#[tokio::test]
async fn what_a_problem_says_of_its_incidents_they_say_of_it() {
    for world in worlds_of(kinds::catalog).await {
        house(&world).await;
        let mut numbers = Vec::new();
        for _ in 0..3 {
            let fields = json!({"title": "Mail is slow", "service": "SVC-2"});
            numbers.push(world.create(&agent(), "incident", fields, at(BEGIN)).await.number);
        }
        let fields = json!({"title": "Why is mail slow", "incidents": [numbers[0], numbers[1], "INC-999"]});
        let problem = world.create(&agent(), "problem", fields, at(BEGIN).plus(MINUTE)).await.number;
        for number in &numbers[..2] {
            let shown = show(&world, "incident", number).await;
            assert_eq!((text(&shown, "problem"), shown.version()), (problem.clone(), 2), "{}", world.name);
        }
        let command =
            Command::Edit { target: target("incident", &numbers[2]), input: input(json!({"problem": problem})) };
        world.desk.perform(&agent(), command, at(BEGIN).plus(HOUR)).await.expect("an edit");
        let named = show(&world, "problem", &problem).await.fields().get("incidents").cloned().expect("incidents");
        let named: Vec<&str> = named.entries().iter().filter_map(Value::as_text).collect();
        assert_eq!(named, [numbers[0].as_str(), numbers[1].as_str(), "INC-999", numbers[2].as_str()], "{}", world.name);
        assert_eq!(world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
    }
}
