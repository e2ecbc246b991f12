//! The clocks beside records are what a replay of their journals says, in lists as on pages, whatever was done to them.

use desk::Shown;
use engines::clocks::{Clock, Name, Standing};
use model::{
    Actor, Command, Line, Moment, Query, Role, Via, filter_text, query,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::world::*;

const BEGIN: &str = "2026-11-12T08:00:00Z";

fn manager() -> Actor {
    Actor { roles: vec![Role::SmsManager], ..agent() }
}

/// A house with two services, an agreement about the first one and its office hours.
async fn agreed(world: &World) {
    let before = at("2026-10-01T00:00:00Z");
    let windows: Vec<Json> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .iter()
        .map(|day| json!({"weekday": day, "from": "09:00", "to": "17:00"}))
        .collect();
    let hours = json!({"name": "Office hours", "zone": "Europe/London", "windows": windows});
    world.create(&manager(), "service_calendar", hours, before).await;
    for name in ["Payments", "Mail"] {
        world.create(&manager(), "service", json!({"name": name}), before).await;
    }
    let fields = json!({"service": "SVC-1", "ticket_targets": targets(2), "calendar": "CLN-1"});
    let number = world.create(&manager(), "sla", fields, before).await.number;
    step(world, "sla", &number, "agreed", before.plus(SECOND)).await;
}

/// Two teams and a supplier; the second team and the supplier have times agreed with them.
async fn legs_agreed(world: &World) {
    let before = at("2026-10-01T00:00:00Z");
    for name in ["Desk", "Network"] {
        world.create(&manager(), "team", json!({ "name": name }), before).await;
    }
    let party = json!({"name": "Northline", "kind": "external"});
    world.create(&manager(), "other_party", party, before).await;
    let fields =
        json!({"title": "Network", "teams": ["TM-2"], "ticket_targets": [{"resolution": 3_600}], "reopen_days": 1});
    let number = world.create(&manager(), "internal_agreement", fields, before).await.number;
    step(world, "internal_agreement", &number, "agreed", before.plus(SECOND)).await;
    let fields = json!({"title": "Lines", "party": "PTY-1", "start": "2026-10-01", "ticket_targets": [{"resolution": 7_200, "calendar": "CLN-1"}]});
    let number = world.create(&manager(), "contract", fields, before).await.number;
    step(world, "contract", &number, "active", before.plus(SECOND)).await;
}

/// Rows of every priority: so many hours to resolve, half of that to answer.
fn targets(hours: i64) -> Json {
    let row = |priority| json!({"kind": "incident", "priority": priority, "response": hours * 1_800, "resolution": hours * 3_600});
    ["P1", "P2", "P3", "P4", "P5"].into_iter().map(row).collect()
}

async fn step(world: &World, kind: &str, number: &str, to: &str, now: Moment) -> bool {
    let command = Command::Step {
        target: target(kind, number),
        to: to.into(),
        input: input(json!({})),
        note: None,
        public: false,
    };
    world.desk.perform(&manager(), command, now).await.is_ok()
}

async fn edit(world: &World, kind: &str, number: &str, fields: Json, now: Moment) -> bool {
    let command = Command::Edit { target: target(kind, number), input: input(fields) };
    world.desk.perform(&manager(), command, now).await.is_ok()
}

async fn list(world: &World, filter: &str, as_of: Option<Moment>, now: Moment) -> Vec<Shown> {
    let kind = kinds::catalog().find("incident").expect("a kind").clone();
    let query = Query {
        filter: filter_text::parse(filter, &kind).expect("a filter"),
        order: query::orders("due", &kind).expect("an order"),
        as_of,
        ..Query::of("incident")
    };
    world.desk.list(&agent(), &query, now).await.expect("a list").records
}

fn numbers(list: &[Shown]) -> Vec<&str> {
    list.iter().map(Shown::number).collect()
}

/// A clock as lists know it: without its working, counted no further than its goal.
fn brief(clock: &Clock) -> Clock {
    let used = clock.used_seconds.min(clock.goal_seconds);
    Clock { used_seconds: used, segments: Vec::new(), ..clock.clone() }
}

async fn same(world: &World, number: &str, now: Moment) {
    let replayed = world.desk.clocks(&agent(), "incident", number, None, now).await.expect("clocks");
    let replayed: Vec<Clock> = replayed.iter().map(brief).collect();
    let listed = list(world, &format!("number = \"{number}\""), None, now).await;
    let told: Vec<Clock> = listed[0].clocks().iter().map(brief).collect();
    assert_eq!(told, replayed, "{} at {now}: {number}", world.name);
    assert_eq!(listed[0].due(), engines::clocks::due(&replayed), "{} at {now}: {number}", world.name);
    let whole = world.desk.whole(&agent(), "incident", number, now).await.expect("a record");
    assert_eq!(whole.worked.clocks.iter().map(brief).collect::<Vec<_>>(), replayed, "{} at {now}", world.name);
    shares_are_whole(world, number, &replayed, now).await;
    let then = world.desk.show(&agent(), "incident", number, Some(now), now.plus(HOUR)).await.expect("a record");
    assert_eq!(then.clocks().iter().map(brief).collect::<Vec<_>>(), replayed, "{} as of {now}", world.name);
}

/// Whoever had it used together what the clock to resolve has used, until it stopped.
async fn shares_are_whole(world: &World, number: &str, replayed: &[Clock], now: Moment) {
    let worked = world.desk.worked(&agent(), "incident", number, None, now).await.expect("clocks");
    let stays = &worked.hands;
    assert!(stays.windows(2).all(|pair| pair[0].to <= pair[1].from), "{} at {now}: {stays:?}", world.name);
    let resolution = worked.clocks.iter().find(|clock| clock.name == Name::Resolution).expect("a clock");
    let used: i64 = stays.iter().map(|stay| stay.used_seconds).sum();
    assert_eq!(used, resolution.used_seconds, "{} at {now}: {stays:?}", world.name);
    let legs = replayed.iter().filter(|clock| clock.name == Name::Leg);
    for leg in legs {
        let own = stays.iter().filter(|stay| stay.holder.who() == leg.leg || stay.holder.who().is_empty());
        let held: i64 = own.map(|stay| (stay.to.0 - stay.from.0) / 1_000).sum();
        assert!(leg.used_seconds <= held, "{} at {now}: {leg:?} of {stays:?}", world.name);
    }
}

#[tokio::test]
async fn lists_sort_and_find_by_what_is_due_next() {
    for world in worlds_of(kinds::catalog).await {
        agreed(&world).await;
        let begin = at(BEGIN);
        let new = |title: &str, impact: &str, service: &str| json!({"title": title, "impact": impact, "urgency": impact, "service": service});
        let slow = world.create(&agent(), "incident", new("Slow", "low", "SVC-2"), begin).await.number;
        let office = world.create(&agent(), "incident", new("Office", "high", "SVC-1"), begin).await.number;
        let fast = world.create(&agent(), "incident", new("Fast", "high", "SVC-2"), begin.plus(SECOND)).await.number;
        let held = world.create(&agent(), "incident", new("Held", "high", "SVC-2"), begin).await.number;
        assert!(step(&world, "incident", &held, "waiting_customer", begin.plus(MINUTE)).await);
        let now = begin.plus(2 * MINUTE);
        let before = world.desk.statements();
        let open = list(&world, "phase != done", None, now).await;
        assert_eq!(world.desk.statements() - before, 1, "the clocks cost no statement");
        // The answer to the P1 round the clock is due at nine, to the one in office hours at ten, to the P5 in the evening.
        assert_eq!(numbers(&open), [&*fast, &*office, &*slow, &*held], "{}", world.name);
        assert_eq!(open[0].due(), Some(at("2026-11-12T09:00:01Z")));
        assert_eq!(
            (open[1].clocks()[1].agreement.as_str(), open[1].clocks()[1].due),
            ("SLA-1", Some(at("2026-11-12T11:00:00Z")))
        );
        let waiting = &open[3].clocks()[1];
        assert_eq!((waiting.standing, waiting.due, open[3].due()), (Standing::OnHold, None, None));
        let found = |filter: &'static str, now: Moment| {
            let world = &world;
            async move { numbers(&list(world, filter, None, now).await).len() }
        };
        assert_eq!(found("due is empty", now).await, 1, "nobody knows when what is on hold is due");
        assert_eq!(found("due < now", begin.plus(HOUR + MINUTE)).await, 1, "time passes without a write");
        assert_eq!(found("due < now", begin.plus(3 * HOUR)).await, 2);
        // A date that somebody promised counts as well, and stays what it is among the fields.
        assert!(edit(&world, "incident", &held, json!({"due": "2026-11-12T08:30:00Z"}), now).await);
        assert!(edit(&world, "incident", &slow, json!({"due": "2026-12-24T08:30:00Z"}), now).await);
        let open = list(&world, "phase != done", None, now).await;
        assert_eq!(numbers(&open), [&*held, &*fast, &*office, &*slow]);
        assert_eq!(open[0].due(), Some(at("2026-11-12T08:30:00Z")));
        let then = list(&world, "due < 2026-11-12T09:30:00Z", Some(now), begin.plus(HOUR)).await;
        assert_eq!(numbers(&then), [&*held, &*fast], "as of then, by the same meaning");
        assert_eq!(then[0].clocks()[1].standing, Standing::OnHold);
        // What is done waits for nothing.
        assert!(step(&world, "incident", &fast, "in_progress", now).await);
        let done = json!({"resolution": "Restarted", "category": "data"});
        assert!(edit(&world, "incident", &fast, done, now).await);
        assert!(step(&world, "incident", &fast, "resolved", now.plus(MINUTE)).await);
        let all = list(&world, "", None, now.plus(HOUR)).await;
        assert_eq!(numbers(&all).last(), Some(&&*fast));
        let standings: Vec<_> = all[3].clocks().iter().map(|clock| clock.standing).collect();
        assert_eq!(standings, [Standing::Met, Standing::Met]);
    }
}

#[tokio::test]
async fn a_new_agreement_moves_what_is_open() {
    for world in worlds_of(kinds::catalog).await {
        agreed(&world).await;
        let begin = at("2026-11-12T09:00:00Z");
        let fields = json!({"title": "Slow", "impact": "high", "urgency": "high", "service": "SVC-1"});
        let number = world.create(&agent(), "incident", fields, begin).await.number;
        world.desk.work_once(&[], begin).await.expect("jobs are done");
        assert_eq!(list(&world, "", None, begin).await[0].clocks()[1].due, Some(at("2026-11-12T11:00:00Z")));
        let now = begin.plus(HOUR);
        assert!(edit(&world, "sla", "SLA-1", json!({"ticket_targets": targets(4)}), now).await);
        let soon = now.plus(5 * SECOND);
        assert!(world.desk.work_once(&[], soon).await.expect("jobs are done") > 0);
        let clock = list(&world, "", None, soon).await[0].clocks()[1].clone();
        assert_eq!((clock.goal_seconds, clock.due), (4 * 3_600, Some(at("2026-11-12T13:00:00Z"))), "{}", world.name);
        same(&world, &number, soon).await;
        // Half a day that is closed from tomorrow on counts as well.
        let special = json!({"special_dates": [{"date": "2026-11-12", "from": "09:00", "to": "12:00"}]});
        assert!(edit(&world, "service_calendar", "CLN-1", special, now).await);
        world.desk.work_once(&[], soon.plus(MINUTE)).await.expect("jobs are done");
        let clock = list(&world, "", None, soon.plus(MINUTE)).await[0].clocks()[1].clone();
        assert_eq!(clock.due, Some(at("2026-11-13T10:00:00Z")), "{}", world.name);
        assert_eq!(
            world.desk.rebuild_clocks(soon.plus(MINUTE)).await.expect("clocks"),
            0,
            "nothing is left to put right"
        );
    }
}

#[tokio::test]
async fn imports_of_what_is_over_start_no_clocks() {
    for world in worlds_of(kinds::catalog).await {
        let importer = Actor { via: Via::Import, ..manager() };
        let now = at("2026-11-25T10:00:00Z");
        let lines = [
            json!({"kind": "incident", "number": "INC-1", "title": "Over", "state": "closed",
                "fields": {"priority": "P1", "raised_on": "2026-11-20T09:00:00Z"},
                "history": [{"at": "2026-11-20T09:00:00Z", "state": "new"}, {"at": "2026-11-20T12:00:00Z", "state": "closed"}]}),
            json!({"kind": "incident", "number": "INC-2", "title": "Open", "state": "in_progress",
                "fields": {"priority": "P1", "service": "SVC-7", "raised_on": "2026-11-25T09:00:00Z"},
                "history": [{"at": "2026-11-25T09:00:00Z", "state": "new"}, {"at": "2026-11-25T09:10:00Z", "state": "in_progress"}]}),
            json!({"kind": "incident", "number": "INC-3", "title": "Since nobody knows when", "state": "new", "fields": {"priority": "P1"}}),
            // What was agreed comes last in this file.
            json!({"kind": "sla", "number": "SLA-9", "title": "Late", "state": "active", "fields": {"service": "SVC-7",
                "ticket_targets": targets(2)}}),
        ];
        for line in lines {
            let line = Line::read(line).unwrap_or_else(|errors| panic!("{errors:?}"));
            world.desk.perform(&importer, Command::Import { line: Box::new(line) }, now).await.expect("taken");
        }
        world.desk.renew_clocks(now).await.expect("clocks");
        let all = list(&world, "", None, now).await;
        let told: Vec<(&str, usize)> = all.iter().map(|shown| (shown.number(), shown.clocks().len())).collect();
        assert_eq!(told, [("INC-2", 2), ("INC-1", 0), ("INC-3", 0)], "{}", world.name);
        let clock = all[0].clocks().iter().find(|clock| clock.name == Name::Resolution).expect("a clock");
        assert_eq!((clock.agreement.as_str(), clock.due), ("SLA-9", Some(at("2026-11-25T11:00:00Z"))));
        // Taken up again here, it is a ticket like any other.
        assert!(step(&world, "incident", "INC-1", "in_progress", now).await);
        assert_eq!(list(&world, "number = \"INC-1\"", None, now).await[0].clocks().len(), 2);
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Edit(Json),
    Step(&'static str),
    Raised,
    Note,
    Agree(i64),
    Agreement(&'static str),
    Hours(i64),
    Legs(i64),
}

const STATES: &[&str] = &[
    "assigned",
    "in_progress",
    "waiting_customer",
    "scheduled",
    "waiting_supplier",
    "resolved",
    "closed",
    "cancelled",
    "new",
];

fn deeds() -> impl Strategy<Value = Vec<(i64, Deed)>> {
    let level = prop_oneof![Just("high"), Just("medium"), Just("low")];
    let edit = prop_oneof![
        (level.clone(), level).prop_map(|(impact, urgency)| json!({"impact": impact, "urgency": urgency})),
        prop_oneof![Just("SVC-1"), Just("SVC-2")].prop_map(|service| json!({ "service": service })),
        prop_oneof![Just(json!("CUS-1")), Just(Json::Null)].prop_map(|customer| json!({ "customer": customer })),
        Just(json!({"resolution": "Done", "category": "data"})),
        prop_oneof![Just(json!("TM-1")), Just(json!("TM-2")), Just(Json::Null)]
            .prop_map(|team| json!({ "team": team })),
        prop_oneof![Just(json!("PTY-1")), Just(Json::Null)].prop_map(|vendor| json!({ "vendor": vendor })),
    ];
    let step = proptest::sample::select(STATES).prop_map(Deed::Step);
    let agreement =
        proptest::sample::select(&["agreed", "active", "draft", "agreed", "expired"][..]).prop_map(Deed::Agreement);
    let deed = prop_oneof![
        6 => edit.prop_map(Deed::Edit),
        6 => step,
        1 => Just(Deed::Raised),
        1 => Just(Deed::Note),
        2 => (1..9i64).prop_map(Deed::Agree),
        1 => agreement,
        1 => (7..12i64).prop_map(Deed::Hours),
        1 => (1..9i64).prop_map(Deed::Legs),
    ];
    proptest::collection::vec((prop_oneof![3 => 1..400i64, 1 => 400..9_000i64], deed), 1..14)
}

async fn act(world: &World, deeds: &[(i64, Deed)], begin: Moment) {
    let mut now = begin;
    let fields = json!({"title": "One", "impact": "low", "urgency": "high", "service": "SVC-1"});
    let number = world.create(&agent(), "incident", fields, now).await.number;
    for (minutes, deed) in deeds {
        now = now.plus(minutes * MINUTE);
        // Some deeds are refused from where things stand; what counts is that the clocks are right all the same.
        match deed {
            Deed::Edit(fields) => edit(world, "incident", &number, fields.clone(), now).await,
            Deed::Step(to) => step(world, "incident", &number, to, now).await,
            Deed::Raised => {
                let raised = json!({"raised_on": begin.minus(90 * MINUTE).to_string()});
                edit(world, "incident", &number, raised, now).await
            }
            Deed::Note => {
                let note = Command::Note { target: target("incident", &number), text: "Looked".into(), public: true };
                world.desk.perform(&agent(), note, now).await.is_ok()
            }
            Deed::Agree(hours) => edit(world, "sla", "SLA-1", json!({"ticket_targets": targets(*hours)}), now).await,
            Deed::Legs(hours) => {
                let times = json!({"ticket_targets": [{"resolution": hours * 1_800}], "reopen_days": hours % 3});
                edit(world, "internal_agreement", "OLA-1", times, now).await
            }
            Deed::Agreement(to) => step(world, "sla", "SLA-1", to, now).await,
            Deed::Hours(from) => {
                let windows = json!([{"weekday": "thursday", "from": format!("{from:02}:00"), "to": "20:00"}, {"weekday": "friday", "from": "00:00", "to": "24:00"}]);
                edit(world, "service_calendar", "CLN-1", json!({ "windows": windows }), now).await
            }
        };
        world.desk.work_once(&[], now.plus(3 * SECOND)).await.expect("jobs are done");
        same(world, &number, now.plus(3 * SECOND)).await;
    }
    for later in [1, 50, 3_000, 20_000] {
        same(world, &number, now.plus(later * MINUTE)).await;
    }
    assert_eq!(world.desk.rebuild_clocks(now.plus(MINUTE)).await.expect("clocks"), 0, "{}", world.name);
}

#[test]
fn what_stands_beside_a_record_is_what_its_journal_says() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let worlds = runtime.block_on(async {
        let worlds = worlds_of(kinds::catalog).await;
        for world in &worlds {
            agreed(world).await;
            legs_agreed(world).await;
        }
        worlds
    });
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 16,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    });
    // Each case has weeks of its own: agreements go on from one to the next.
    let cases = std::cell::Cell::new(0);
    let outcome = runner.run(&deeds(), |deeds| {
        let begin = at(BEGIN).plus(cases.replace(cases.get() + 1) * 120 * DAY);
        runtime.block_on(async {
            for world in &worlds {
                act(world, &deeds, begin).await;
            }
        });
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn customers_see_no_legs_and_no_list_is_moved_by_them() {
    for world in worlds_of(kinds::catalog).await {
        agreed(&world).await;
        legs_agreed(&world).await;
        let begin = at(BEGIN);
        world.create(&manager(), "customer", json!({"name": "Castlebrook", "services": ["SVC-2"]}), begin).await;
        let fields = json!({"title": "Lines are down", "impact": "low", "urgency": "high", "service": "SVC-2", "customer": "CUS-1", "team": "TM-2"});
        let number = world.create(&agent(), "incident", fields, begin).await.number;
        let now = begin.plus(30 * MINUTE);
        let before = world.desk.statements();
        let listed = list(&world, "phase != done", None, now).await;
        assert_eq!(world.desk.statements() - before, 1, "legs cost no statement");
        let leg = listed[0].clocks().iter().find(|clock| clock.name == Name::Leg).expect("a leg");
        assert_eq!((leg.leg.as_str(), leg.agreement.as_str(), leg.due), ("TM-2", "OLA-1", Some(begin.plus(HOUR))));
        let own = listed[0].clocks().iter().filter(|clock| clock.leg.is_empty()).filter_map(|clock| clock.due).min();
        assert_eq!(listed[0].due(), own, "what is due is what the customer was promised");
        let customer = customer("CUS-1");
        let shown = world.desk.show(&customer, "incident", &number, None, now).await.expect("their own");
        assert_eq!(
            shown.clocks().iter().map(|clock| clock.name).collect::<Vec<_>>(),
            [Name::Response, Name::Resolution]
        );
        for as_of in [None, Some(begin.plus(MINUTE))] {
            let worked = world.desk.worked(&customer, "incident", &number, as_of, now).await.expect("their own");
            assert!(
                worked.hands.is_empty() && worked.clocks.iter().all(|clock| clock.leg.is_empty()),
                "{}",
                world.name
            );
        }
        let whole = world.desk.whole(&customer, "incident", &number, now).await.expect("their own");
        assert!(whole.worked.hands.is_empty() && whole.worked.clocks.len() == 2);
    }
}
