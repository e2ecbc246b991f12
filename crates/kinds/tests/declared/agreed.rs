//! What calendars and agreements must say so that a clock can be counted by it: what is refused, where and with which word.

use std::collections::BTreeSet;

use kinds::agreed;
use model::{
    Actor, Draft, FieldError, Fields, Moment, Phase, Record, RecordId, Via,
    kind::{Facts, Related},
};
use serde_json::{Value as Json, json};

/// The fields as the types read them.
fn fields(kind: &str, given: &Json) -> Fields {
    let kind = kinds::catalog().find(kind).expect("a kind").clone();
    let read = |(name, json): (&String, &Json)| {
        let field = kind.find(name).unwrap_or_else(|| panic!("{name} is a field"));
        Some((name.clone(), field.ty.read(json).unwrap_or_else(|why| panic!("{name}: {why}"))?))
    };
    given.as_object().expect("an object").iter().filter_map(read).collect()
}

fn checked(kind: &str, before: Option<&Json>, given: &Json) -> Vec<FieldError> {
    let catalog = kinds::catalog();
    let own = catalog.find(kind).expect("a kind");
    let now = Moment::parse("2026-11-12T09:00:00Z").expect("an instant");
    let record = |given: &Json| Record {
        id: RecordId(1),
        kind: own.name,
        number: "X-1".into(),
        title: "T".into(),
        state: own.lifecycle.start().into(),
        customer: None,
        version: 1,
        created: now,
        changed: now,
        fields: fields(kind, given),
    };
    let (actor, before, related) = (Actor::system("test", Via::Web), before.map(record), Related::default());
    let facts = Facts { actor: &actor, now, before: before.as_ref(), related: &related };
    let mut draft = Draft { title: "T".into(), state: own.lifecycle.start().into(), fields: fields(kind, given) };
    own.checks.iter().filter_map(|check| check(&mut draft, &facts).err()).collect()
}

/// Refused at this field, with all of these words.
#[track_caller]
fn refused(kind: &str, given: &Json, field: &str, words: &[&str]) {
    let errors = checked(kind, None, given);
    let error = errors.iter().find(|error| error.field == field);
    let error = error.unwrap_or_else(|| panic!("{given} is not refused at {field}: {errors:?}"));
    for word in words {
        assert!(error.message.contains(word), "{given}: \"{}\" does not say \"{word}\"", error.message);
    }
}

#[test]
fn a_calendar_that_no_clock_can_read_is_refused_with_its_row_and_part() {
    let day = |from: &str, to: &str| json!({"windows": [{"weekday": "monday", "from": "09:00", "to": "12:00"}, {"weekday": "monday", "from": from, "to": to}]});
    refused("service_calendar", &json!({"zone": "Mars/Base"}), "zone", &["\"Mars/Base\"", "IANA"]);
    refused("service_calendar", &json!({"zone": "Europe/Lodnon"}), "zone", &["did you mean \"Europe/London\"?"]);
    refused("service_calendar", &day("22:00", "06:00"), "windows", &["entry 2: to: ", "22:00-24:00 and 00:00-06:00"]);
    refused("service_calendar", &day("25:00", "26:00"), "windows", &["entry 2: from: \"25:00\" is not a time of day"]);
    refused("service_calendar", &day("09:00", ""), "windows", &["entry 2: to: say until when"]);
    let slip = json!({"windows": [{"weekday": "mnoday", "from": "09:00", "to": "12:00"}]});
    refused("service_calendar", &slip, "windows", &["entry 1: weekday", "did you mean \"monday\"?"]);
    refused("service_calendar", &json!({"windows": [{"from": "09:00", "to": "12:00"}]}), "windows", &["say which day"]);
    let closed = json!({"closed_dates": ["2026-12-25 Christmas", "2026-13-40"]});
    refused("service_calendar", &closed, "closed_dates", &["entry 2: \"2026-13-40\" is no day"]);
    let special = json!({"special_dates": [{"date": "2026-12-24", "from": "12:00", "to": "09:00"}]});
    refused("service_calendar", &special, "special_dates", &["entry 1: to: "]);
    let good = json!({"zone": "Europe/London", "closed_dates": ["none"], "special_dates": [{"date": "2026-12-24"}],
        "windows": [{"weekday": "Mon", "from": "22:00", "to": "24:00"}, {"weekday": "2", "to": "06:00"}]});
    assert_eq!(checked("service_calendar", None, &good), []);
}

#[test]
fn times_that_no_clock_can_count_are_refused_in_every_agreement() {
    let row =
        |row: Json| json!({"ticket_targets": [{"kind": "incident", "priority": "P2", "resolution": "PT8H"}, row]});
    let wrong: [(Json, &[&str]); 8] = [
        (json!({"kind": "incident", "priority": "P1", "resolution": "-PT1H"}), &["entry 2: resolution: must be more"]),
        (json!({"kind": "incident", "priority": "P1", "resolution": "PT0S"}), &["entry 2: resolution: must be more"]),
        (
            json!({"kind": "incident", "priority": "P9", "resolution": "PT1H"}),
            &["entry 2: priority", "P1, P2, P3, P4, P5"],
        ),
        (json!({"kind": "incidnet", "priority": "P1", "resolution": "PT1H"}), &["did you mean \"incident\"?"]),
        (json!({"kind": "incident", "priority": "P1"}), &["say how much time"]),
        (json!({"kind": "incident", "priority": "P1", "resolution": "PT1H", "working_days": 2}), &["not both"]),
        (json!({"kind": "incident", "priority": "P1", "working_days": "1.5"}), &["a whole number"]),
        (json!({"kind": "incident", "priority": "P2", "resolution": "PT9H"}), &["an earlier entry says"]),
    ];
    for (given, words) in wrong {
        refused("sla", &row(given), "ticket_targets", words);
    }
    refused(
        "sla",
        &json!({"pausing_states": ["waitng_customer"]}),
        "pausing_states",
        &["did you mean \"waiting_customer\"?"],
    );
    refused("sla", &json!({"reopen_days": -1}), "reopen_days", &["from 0 to"]);
    let step = json!({"escalation_steps": [{"priority": "P7", "percent": 50, "to": "team_laed"}]});
    refused("sla", &step, "escalation_steps", &["entry 1: priority", "did you mean \"team_lead\"?"]);
    for kind in ["sla", "internal_agreement", "contract"] {
        let target = |target: Json| json!({"targets": [target]});
        let slip = target(json!({"kind": "availabilty", "number": 99, "unit": "percent"}));
        refused(kind, &slip, "targets", &["entry 1: kind", "did you mean \"availability\"?"]);
        let much = target(json!({"kind": "availability", "number": 101, "unit": "percent"}));
        refused(kind, &much, "targets", &["entry 1: number", "from 0 to 100"]);
        let own = target(json!({"kind": "first-call-fix", "number": 70, "unit": "percent", "period": "month"}));
        assert_eq!(checked(kind, None, &own), [], "a house has targets of its own");
    }
    refused("contract", &json!({"notice_days": -30}), "notice_days", &["from 0 to"]);
}

/// What came in wrong from the past does not stand in the way of other work on the record.
#[test]
fn only_what_is_written_now_is_looked_at() {
    let past = json!({"ticket_targets": [{"kind": "incidnet", "priority": "P1", "resolution": "PT1H"}]});
    let mut now = past.clone();
    now["reopen_days"] = json!(5);
    assert_eq!(checked("sla", Some(&past), &now), []);
    now["ticket_targets"][0]["priority"] = json!("P2");
    assert_eq!(checked("sla", Some(&past), &now).len(), 1);
}

#[test]
fn states_in_which_a_clock_may_rest_are_those_in_which_tickets_wait() {
    let catalog = kinds::catalog();
    let clocked = catalog.kinds().iter().filter(|kind| kind.clocked);
    let waiting: BTreeSet<&str> = clocked
        .flat_map(|kind| &kind.lifecycle.states)
        .filter(|state| state.phase == Phase::Waiting)
        .map(|state| state.name)
        .collect();
    assert_eq!(waiting, agreed::WAITING_STATES.into_iter().collect());
    let clocked: BTreeSet<&str> = catalog.kinds().iter().filter(|kind| kind.clocked).map(|kind| kind.name).collect();
    assert_eq!(clocked, agreed::TICKETS.into_iter().collect());
}

/// A limit of approval that cannot be compared with the price is refused where it is written.
#[test]
fn a_limit_stands_in_the_currency_of_the_price() {
    let catalog = kinds::catalog();
    let own = catalog.find("request_model").expect("a kind");
    let errors = |price: Json, limits: &[Json]| -> Vec<FieldError> {
        let row = |above: &Json| json!({"stage": 1, "approver": "named", "people": ["chief@tidewell.example"], "above": above});
        let rows: Vec<Json> = limits.iter().map(row).collect();
        let given = json!({"price": price, "approval": rows});
        let (actor, related) = (Actor::system("test", Via::Web), Related::default());
        let now = Moment::parse("2026-11-12T09:00:00Z").expect("an instant");
        let facts = Facts { actor: &actor, now, before: None, related: &related };
        let mut draft = Draft { title: "T".into(), state: "current".into(), fields: fields("request_model", &given) };
        own.rules.iter().filter_map(|rule| rule(&mut draft, &facts).err()).collect()
    };
    let money = |amount: i64, currency: &str| json!({"amount": amount, "currency": currency});
    let refused = errors(money(1_290, "JPY"), &[money(1_000, "EUR")]);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].field, "approval");
    assert!(refused[0].message.contains("entry 1: above: the limit is in EUR and the price in JPY"), "{refused:?}");
    assert_eq!(errors(money(1_290, "JPY"), &[money(1_000, "EUR"), money(160_000, "JPY")]), []);
    assert_eq!(errors(money(1_290, "EUR"), &[json!(1_000)]), []);
}
