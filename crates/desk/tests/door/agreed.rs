//! Agreements and calendars at the door: what no clock can count is refused, and what came in from the past says so.

use engines::clocks::Name;
use model::{Actor, Command, Line, Moment, Refusal, Role, Value, Via, time::MINUTE};
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

async fn moved(
    world: &World,
    number: &str,
    to: &str,
    fields: Json,
    note: Option<&str>,
    now: Moment,
) -> Result<(), String> {
    let note = note.map(str::to_string);
    let command =
        Command::Step { target: target("incident", number), to: to.into(), input: input(fields), note, public: false };
    world.desk.perform(&agent(), command, now).await.map(drop).map_err(|why| why.sentence())
}

async fn fields(world: &World, number: &str) -> model::Fields {
    let shown = world.desk.show(&agent(), "incident", number, None, at("2027-06-01T00:00:00Z")).await;
    shown.expect("an incident").fields().clone()
}

/// A pause says why and for whom, the clock's working and the reminder say it after it.
#[tokio::test]
async fn nothing_is_put_on_hold_without_a_word() {
    for world in worlds_of(kinds::catalog).await {
        let begin = at("2026-11-12T08:00:00Z");
        let raised = json!({"title": "Tills are slow", "impact": "high", "urgency": "medium", "owner": "priya@tidewell.example"});
        let number = world.create(&agent(), "incident", raised, begin).await.number;
        let now = begin.plus(MINUTE);
        let refused = moved(&world, &number, "on_hold", json!({}), None, now).await.expect_err("refused");
        assert!(refused.contains("Waits for is needed") && refused.contains("Why it waits is needed"), "{refused}");
        let refused =
            moved(&world, &number, "on_hold", json!({"waiting_on": "nobdoy"}), None, now).await.expect_err("refused");
        assert!(refused.contains("is not one of customer, supplier, colleague, ticket, date, other"), "{refused}");
        let past = json!({"waiting_on": "colleague", "waiting_until": "2026-11-12T07:00:00Z"});
        let refused =
            moved(&world, &number, "on_hold", past, Some("Priya looks at the logs"), now).await.expect_err("refused");
        assert!(refused.contains("is over already"), "{refused}");
        // The note that goes with the step is the reason.
        let pause =
            json!({"waiting_on": "colleague", "waiting_whom": "Priya", "waiting_until": "2026-11-12T10:00:00Z"});
        moved(&world, &number, "on_hold", pause, Some("Priya looks at the logs"), now).await.expect("on hold");
        assert_eq!(fields(&world, &number).await.get("waiting_because"), Some(&Value::text("Priya looks at the logs")));
        // Nothing comes back: whoever has it is reminded, once.
        for minutes in [121, 122, 180] {
            world.desk.work_once(&[], begin.plus(minutes * MINUTE)).await.expect("the worker");
        }
        let rows = fields(&world, &number).await.get("escalations").cloned().expect("a reminder");
        let reasons: Vec<&str> =
            rows.entries().iter().filter_map(|row| row.part("reason").and_then(Value::as_text)).collect();
        assert_eq!(
            reasons,
            ["it waits for colleague Priya and was expected back by 2026-11-12T10:00:00Z"],
            "{}",
            world.name
        );
        // Going on takes away what was said of the pause; the working keeps it.
        moved(&world, &number, "in_progress", json!({}), None, begin.plus(200 * MINUTE)).await.expect("goes on");
        let left = fields(&world, &number).await;
        assert!(model::pause::FIELDS.iter().all(|name| !left.contains_key(*name)), "{}: {left:?}", world.name);
        // The states that name somebody need no more than that.
        moved(&world, &number, "waiting_customer", json!({}), None, begin.plus(210 * MINUTE)).await.expect("waits");
        assert_eq!(fields(&world, &number).await.get("waiting_on"), Some(&Value::text("customer")), "{}", world.name);
        let clocks =
            world.desk.clocks(&agent(), "incident", &number, None, begin.plus(230 * MINUTE)).await.expect("clocks");
        let resolution = clocks.iter().find(|clock| clock.name == Name::Resolution).expect("a clock");
        let waits: Vec<_> = resolution.segments.iter().filter_map(|segment| segment.waits.as_ref()).collect();
        assert_eq!(waits.len(), 1, "{}: {:?}", world.name, resolution.segments);
        assert_eq!(waits[0].on, "customer");
        // What was imported on hold stands as it was.
        let line = json!({"kind": "incident", "number": "INC-77", "title": "Of old", "state": "on_hold", "fields": {"raised_on": "2026-11-02T08:00:00Z"}});
        import(&world, line).await.expect("an import");
        moved(&world, "INC-77", "in_progress", json!({}), None, begin.plus(240 * MINUTE)).await.expect("goes on");
    }
}

#[tokio::test]
async fn two_agreements_that_name_their_days_never_hold_at_once() {
    for world in worlds_of(kinds::catalog).await {
        let now = at("2026-11-12T08:00:00Z");
        world.create(&manager(), "service", json!({"name": "Payments"}), now).await;
        let sla = async |from: Json, until: Json, customer: Json| {
            let fields = json!({"service": "SVC-1", "customer": customer, "valid_from": from, "valid_until": until,
                "ticket_targets": [{"kind": "incident", "priority": "P1", "resolution": "PT2H"}]});
            let number = world.create(&manager(), "sla", fields, now).await.number;
            let (target, to) = (target("sla", &number), "agreed".into());
            let command = Command::Step { target, to, input: input(json!({})), note: None, public: false };
            (number, world.desk.perform(&manager(), command, now).await.map(drop))
        };
        let (first, done) = sla(json!("2026-01-01"), json!("2026-12-31"), json!("CUS-1")).await;
        done.expect("agreed");
        let (second, refused) = sla(json!("2026-12-31"), Json::Null, json!("CUS-1")).await;
        let why = told(refused.expect_err("refused"));
        assert!(why.contains(&format!("valid_from: {first} holds from 2026-01-01 until 2026-12-31")), "{why}");
        let edit = Command::Edit { target: target("sla", &second), input: input(json!({"valid_from": "2027-01-01"})) };
        world.desk.perform(&manager(), edit, now).await.expect("other days");
        let (to, target) = ("agreed".into(), target("sla", &second));
        let command = Command::Step { target, to, input: input(json!({})), note: None, public: false };
        world.desk.perform(&manager(), command, now).await.expect("agreed");
        sla(json!("2026-06-01"), Json::Null, json!("CUS-2")).await.1.expect("another customer's");
        sla(Json::Null, Json::Null, json!("CUS-1")).await.1.expect("one without days: the newer one counts");
        let backwards = json!({"service": "SVC-1", "valid_from": "2026-06-01", "valid_until": "2026-05-01"});
        let command = Command::Create { kind: "sla".into(), number: None, input: input(backwards) };
        let why = told(world.desk.perform(&manager(), command, now).await.expect_err("refused"));
        assert!(why.contains("valid_until: lies before valid from"), "{why}");
        // The clocks of a ticket obey the days, and are counted again when the last one is over.
        let p1 = json!({"title": "Down", "impact": "high", "urgency": "high", "service": "SVC-1", "customer": "CUS-2"});
        let number = world.create(&agent(), "incident", p1, now).await.number;
        let under = async |when: &str| {
            let clocks = world.desk.clocks(&agent(), "incident", &number, None, at(when)).await.expect("clocks");
            clocks.into_iter().find(|clock| clock.name == Name::Resolution).expect("a clock").agreement
        };
        assert_eq!(under("2026-11-12T09:00:00Z").await, "SLA-3", "{}", world.name);
    }
}

#[tokio::test]
async fn a_delivery_time_is_a_clock_by_the_hours_of_the_service() {
    for world in worlds_of(kinds::catalog).await {
        let now = at("2026-11-12T04:58:00Z");
        let windows: Vec<Json> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
            .iter()
            .map(|day| json!({"weekday": day, "from": "09:00", "to": "17:00"}))
            .collect();
        let hours =
            json!({"name": "Office", "zone": "Europe/London", "windows": windows, "closed_dates": ["2026-11-13"]});
        world.create(&manager(), "service_calendar", hours, now).await;
        world.create(&manager(), "service", json!({"name": "Workplace", "calendar": "CLN-1"}), now).await;
        let model = json!({"title": "New mouse", "category": "equipment", "service": "SVC-1", "delivery_days": 1});
        world.create(&manager(), "request_model", model, now).await;
        let request = json!({"title": "A mouse", "model": "RQM-1"});
        let number = world.create(&agent(), "service_request", request, now).await.number;
        let shown =
            world.desk.show(&agent(), "service_request", &number, None, now.plus(MINUTE)).await.expect("a request");
        assert_eq!(shown.fields().get("due"), None, "nobody typed a day: it is counted");
        // A first answer is due before; what is delivered has a clock of its own.
        let delivered = async |when: Moment| {
            let clocks = world.desk.clocks(&agent(), "service_request", &number, None, when).await.expect("clocks");
            clocks.into_iter().find(|clock| clock.name == Name::Fulfilment).expect("a clock").due
        };
        let due = delivered(now.plus(MINUTE)).await;
        assert_eq!(due, Some(at("2026-11-16T17:00:00Z")), "{}: the next day that is worked", world.name);
        // The calendar opens on Friday after all: what was promised follows.
        let edit =
            Command::Edit { target: target("service_calendar", "CLN-1"), input: input(json!({"closed_dates": []})) };
        world.desk.perform(&manager(), edit, now.plus(2 * MINUTE)).await.expect("an edit");
        world.desk.renew_clocks(now.plus(3 * MINUTE)).await.expect("clocks");
        assert_eq!(delivered(now.plus(4 * MINUTE)).await, Some(at("2026-11-13T17:00:00Z")), "{}", world.name);
    }
}
