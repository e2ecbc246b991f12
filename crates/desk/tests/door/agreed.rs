//! Agreements and calendars at the door: what no clock can count is refused, and what came in from the past says so.

use model::{Actor, Command, Line, Refusal, Role, Via};
use serde_json::{Value as Json, json};

use crate::world::*;

fn manager() -> Actor {
    Actor { roles: vec![Role::SmsManager], ..agent() }
}

async fn import(world: &World, line: Json) -> Result<desk::Done, Refusal> {
    let importer = Actor { via: Via::Import, ..manager() };
    let line = Line::read(line).unwrap_or_else(|errors| panic!("{errors:?}"));
    world.desk.perform(&importer, Command::Import { line: Box::new(line) }, at("2026-11-12T10:00:00Z")).await
}

fn told(refused: Refusal) -> String {
    let Refusal::Invalid(errors) = refused else { panic!("{refused}") };
    errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect::<Vec<_>>().join(" | ")
}

#[tokio::test]
async fn what_no_clock_can_count_is_refused_when_it_is_made_and_when_it_is_edited() {
    for world in worlds_of(kinds::catalog).await {
        let now = at("2026-11-12T08:00:00Z");
        let try_one = async |kind: &str, fields: Json| {
            let command = Command::Create { kind: kind.into(), number: None, input: input(fields) };
            told(world.desk.perform(&manager(), command, now).await.expect_err("refused"))
        };
        let mars = json!({"name": "Mars", "zone": "Mars/Base", "closed_dates": ["2026-13-40"],
            "windows": [{"weekday": "monday", "from": "22:00", "to": "06:00"}, {"weekday": "monday", "from": "25:00", "to": "26:00"}]});
        let why = try_one("service_calendar", mars).await;
        for part in ["zone: ", "closed_dates: entry 1: ", "windows: entry 1: to: ", "; entry 2: from: \"25:00\""] {
            assert!(why.contains(part), "{}: \"{part}\" is missing in {why}", world.name);
        }
        let hours = json!({"name": "Office", "zone": "Europe/London", "windows": [{"weekday": "monday", "from": "09:00", "to": "17:00"}]});
        world.create(&manager(), "service_calendar", hours, now).await;
        world.create(&manager(), "service", json!({"name": "Payments"}), now).await;
        let row = json!({"kind": "incidnet", "priority": "P9", "response": "-PT1H", "calendar": "CLN-9"});
        let why = try_one("sla", json!({"service": "SVC-1", "calendar": "CLN-999", "ticket_targets": [row]})).await;
        for part in [
            "did you mean \"incident\"?",
            "entry 1: priority: \"P9\" is not one of P1, P2, P3, P4, P5",
            "entry 1: response: must be more",
            "calendar: there is no service calendar CLN-999",
        ] {
            assert!(why.contains(part), "{}: \"{part}\" is missing in {why}", world.name);
        }
        let good = json!({"kind": "incident", "priority": "P1", "response": "PT1H", "calendar": "CLN-1"});
        let number = world
            .create(&manager(), "sla", json!({"service": "SVC-1", "calendar": "CLN-1", "ticket_targets": [good]}), now)
            .await
            .number;
        let edit = Command::Edit { target: target("sla", &number), input: input(json!({"calendar": "CLN-2"})) };
        let why = told(world.desk.perform(&manager(), edit, now).await.expect_err("refused"));
        assert!(why.contains("did you mean \"CLN-1\"?"), "{why}");
    }
}

#[tokio::test]
async fn the_past_comes_in_as_it_was_and_what_an_import_changes_now_must_be_readable() {
    for world in worlds_of(kinds::catalog).await {
        let hours = |zone: &str, from: &str| {
            json!({"kind": "service_calendar", "number": "CLN-7", "title": "Night",
                "fields": {"name": "Night", "zone": zone, "windows": [{"weekday": "monday", "from": from, "to": "06:00"}]}})
        };
        import(&world, hours("Mars/Base", "22:00")).await.expect("the past is as it was");
        let why = told(import(&world, hours("Venus/Base", "23:00")).await.expect_err("a change of today"));
        assert!(why.contains("zone: \"Venus/Base\"") && why.contains("windows: entry 1: to: "), "{why}");
        import(&world, hours("Mars/Base", "00:00")).await.expect("what it leaves as it was does not stand in the way");
        import(&world, hours("Europe/London", "22:00")).await.expect_err("not open all day in silence");

        // A clock that runs in hours of which nothing can be read says so.
        import(&world, json!({"kind": "service_calendar", "number": "CLN-8", "title": "Broken",
            "fields": {"name": "Broken", "windows": [{"weekday": "monday", "from": "22:00", "to": "06:00"}], "closed_dates": ["2026-13-40"]}}))
            .await
            .expect("the past is as it was");
        import(&world, json!({"kind": "sla", "number": "SLA-1", "title": "Payments", "state": "agreed",
            "fields": {"service": "SVC-1", "agreed_on": "2026-01-01", "calendar": "CLN-8",
                "ticket_targets": [{"kind": "incident", "priority": "P1", "resolution": "PT2H"}, {"kind": "incident", "priority": "P2", "resolution": "-PT2H"}]}}))
            .await
            .expect("the past is as it was");
        world.desk.renew_clocks(at("2026-11-12T10:00:00Z")).await.expect("clocks");
        let p1 = json!({"title": "Down", "impact": "high", "urgency": "high", "service": "SVC-1"});
        let number = world.create(&agent(), "incident", p1, at("2026-11-12T11:00:00Z")).await.number;
        let clocks =
            world.desk.clocks(&agent(), "incident", &number, None, at("2026-11-12T11:30:00Z")).await.expect("clocks");
        let resolution = clocks.iter().find(|clock| clock.agreement == "SLA-1").expect("a clock of the agreement");
        let said = "Broken (open all day: none of its weekly hours can be read; 2 lines of it cannot be read)";
        assert_eq!((resolution.hours.as_str(), resolution.used_seconds), (said, 1_800), "{}", world.name);
        let p2 = json!({"title": "Slow", "impact": "high", "urgency": "medium", "service": "SVC-1"});
        let number = world.create(&agent(), "incident", p2, at("2026-11-12T11:00:00Z")).await.number;
        let clocks =
            world.desk.clocks(&agent(), "incident", &number, None, at("2026-11-12T11:30:00Z")).await.expect("clocks");
        assert!(clocks.iter().all(|clock| clock.agreement.is_empty() && clock.goal_seconds > 0), "{clocks:?}");
    }
}
