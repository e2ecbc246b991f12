//! Payloads as the tools send them, and what they are read as.

use model::Moment;
use serde_json::{Value as Json, json};

use crate::{
    Alert, Deed, Delivery, Ending, Event, Format, OneFor, Part, Policy, Rules, Severity, Standing, decide,
    decide::{Found, Outcome, key, look},
    read,
};

/// The sample of the Alertmanager documentation, with two alerts.
fn alertmanager() -> Json {
    json!({
        "receiver": "plumbline", "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "HighErrorRate", "instance": "web-7.tidewell.example:9100", "job": "node", "severity": "critical"},
                "annotations": {"summary": "Half of all answers fail", "description": "5xx at 51 % for 5 minutes"},
                "startsAt": "2026-11-25T09:58:12.345Z", "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://prometheus:9090/graph?g0.expr=x", "fingerprint": "c6b6a6f0e1d2b3a4"
            },
            {
                "status": "resolved",
                "labels": {"alertname": "DiskFull", "instance": "db-1:9100", "severity": "warning"},
                "annotations": {},
                "startsAt": "2026-11-25T08:00:00Z", "endsAt": "2026-11-25T09:59:00Z",
                "generatorURL": "", "fingerprint": "1111222233334444"
            }
        ],
        "groupLabels": {"alertname": "HighErrorRate"}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093", "version": "4",
        "groupKey": "{}/{severity=\"critical\"}:{alertname=\"HighErrorRate\"}", "truncatedAlerts": 0
    })
}

fn parts(format: Format, body: &Json) -> Vec<Part> {
    read(format, &Delivery { media: "application/json", body, headers: &[] }).expect("it can be read")
}

fn one(format: Format, body: Json) -> Event {
    let mut parts = parts(format, &body);
    assert_eq!(parts.len(), 1);
    parts.remove(0).event.expect("an event")
}

fn wrong(format: Format, body: Json) -> Vec<String> {
    let read = read(format, &Delivery { media: "application/json", body: &body, headers: &[] });
    let errors = match read {
        Err(errors) => errors,
        Ok(parts) => parts.into_iter().flat_map(|part| part.event.err().unwrap_or_default()).collect(),
    };
    errors.into_iter().map(|error| format!("{}: {}", error.field, error.message)).collect()
}

#[test]
fn alertmanager_sends_many_alerts_each_by_its_fingerprint() {
    let parts = parts(Format::Alertmanager, &alertmanager());
    let first = parts[0].event.as_ref().expect("an event");
    assert_eq!((first.identity.as_str(), first.standing), ("c6b6a6f0e1d2b3a4", Standing::Firing));
    assert_eq!((first.severity, first.title.as_str()), (Severity::Critical, "Half of all answers fail"));
    assert_eq!(first.text, "5xx at 51 % for 5 minutes");
    assert_eq!(first.began, Moment::parse("2026-11-25T09:58:12.345Z"));
    assert_eq!(first.items(), ["web-7.tidewell.example:9100", "web-7.tidewell.example", "web-7"]);
    assert_eq!(first.attributes["annotation.description"], "5xx at 51 % for 5 minutes");
    let second = parts[1].event.as_ref().expect("an event");
    assert_eq!(
        (second.standing, second.title.as_str(), parts[1].path.as_str()),
        (Standing::Over, "DiskFull", "alerts[1]")
    );
}

#[test]
fn one_bad_alert_names_its_field_and_leaves_the_others() {
    let mut body = alertmanager();
    body["alerts"][0]["status"] = "burning".into();
    body["alerts"][0]["labels"]["severity"] = json!(["x"]);
    body["alerts"][0]["startsAt"] = "yesterday".into();
    let parts = parts(Format::Alertmanager, &body);
    let errors = parts[0].event.as_ref().expect_err("it is wrong");
    let told: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(told, ["alerts[0].status", "alerts[0].labels.severity", "alerts[0].startsAt"]);
    assert!(parts[1].event.is_ok());
}

#[test]
fn what_is_no_delivery_at_all_is_told_by_its_field() {
    assert_eq!(wrong(Format::Alertmanager, json!([])), ["body: needs an object of named parts, not a list"]);
    assert_eq!(wrong(Format::Alertmanager, json!({"alerts": "x"})), ["alerts: needs a list of alerts, not a text"]);
    assert!(
        wrong(Format::Alertmanager, json!({"version": "3", "alerts": []}))[0].starts_with("version: \"3\" is not 4")
    );
    assert_eq!(wrong(Format::Grafana, json!({}))[0], "alerts: is needed: the list of alerts");
    let zabbix = wrong(Format::Zabbix, json!({"event_value": "2", "event_nseverity": "9"}));
    assert_eq!(zabbix.len(), 3, "{zabbix:?}");
    assert!(wrong(Format::Checkmk, json!({"state": "MELTED"})).iter().any(|why| why.starts_with("state: \"MELTED\"")));
    let pagerduty = wrong(Format::Pagerduty, json!({"event_action": "triger"}));
    assert!(pagerduty[0].ends_with("did you mean \"trigger\"?"), "{pagerduty:?}");
    assert_eq!(
        wrong(Format::Pagerduty, json!({"event_action": "resolve"})),
        ["dedup_key: is needed: it says which alert is meant"]
    );
    assert!(wrong(Format::Cloudevents, json!({"a": 1}))[0].starts_with("ce-specversion: is needed"));
    let missing = wrong(Format::Cloudevents, json!({"specversion": "0.3", "id": "1"}));
    assert_eq!(missing, ["specversion: \"0.3\" is not 1.0", "source: is needed", "type: is needed"]);
}

#[test]
fn grafana_sends_values_and_addresses_of_its_own() {
    let event = one(
        Format::Grafana,
        json!({"receiver": "plumbline", "status": "firing", "orgId": 1, "version": "1", "state": "alerting",
            "title": "[FIRING:1] Latency", "message": "**Firing**", "groupKey": "{}:{alertname=\"Latency\"}", "truncatedAlerts": 0,
            "alerts": [{"status": "firing", "labels": {"alertname": "Latency", "grafana_folder": "Shop", "service": "Card payments"},
                "annotations": {"summary": "p99 above 2 s"}, "startsAt": "2026-11-25T09:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
                "values": {"B": 2.31, "C": 1}, "valueString": "[ var='B' value=2.31 ]", "fingerprint": "8a1f",
                "generatorURL": "https://grafana.example/alerting/1", "silenceURL": "https://grafana.example/silence",
                "dashboardURL": "", "panelURL": "https://grafana.example/d/1?viewPanel=2"}]}),
    );
    assert_eq!((event.identity.as_str(), event.link.as_str()), ("8a1f", "https://grafana.example/d/1?viewPanel=2"));
    assert_eq!(event.attributes["value.B"], "2.31");
    assert_eq!(event.services(), ["card payments"]);
    assert!(event.text.contains("value=2.31"));
}

#[test]
fn zabbix_is_known_by_its_trigger_however_macros_are_written() {
    let said = |value: &str, update: &str| {
        json!({"EVENT.ID": "100234", "EVENT.VALUE": value, "EVENT.UPDATE.STATUS": update, "EVENT.NSEVERITY": "4",
            "EVENT.NAME": "Disk space is low", "HOST.NAME": "db-1", "TRIGGER.ID": "13549", "EVENT.OPDATA": "{EVENT.OPDATA}",
            "EVENT.TAGS": "[{\"tag\":\"service\",\"value\":\"Mail\"}]", "EVENT.TIMESTAMP": "1795600800"})
    };
    let event = one(Format::Zabbix, said("1", "0"));
    assert_eq!((event.identity.as_str(), event.standing), ("trigger 13549", Standing::Firing));
    assert_eq!((event.severity, event.title.as_str()), (Severity::Error, "Disk space is low on db-1"));
    assert_eq!((event.text.as_str(), event.attributes["service"].as_str()), ("", "Mail"), "unfilled macros are empty");
    assert_eq!(one(Format::Zabbix, said("1", "1")).standing, Standing::Told);
    assert_eq!(one(Format::Zabbix, said("0", "0")).standing, Standing::Over);
}

#[test]
fn checkmk_is_read_as_scripts_and_as_integrations_send_it() {
    let event = one(
        Format::Checkmk,
        json!({"NOTIFY_WHAT": "SERVICE", "NOTIFY_NOTIFICATIONTYPE": "PROBLEM", "NOTIFY_HOSTNAME": "web-7", "NOTIFY_HOSTADDRESS": "10.1.2.7",
            "NOTIFY_SERVICEDESC": "CPU load", "NOTIFY_SERVICESTATE": "CRITICAL", "NOTIFY_SERVICEOUTPUT": "load 19.2",
            "NOTIFY_MICROTIME": "1795600800000000"}),
    );
    assert_eq!((event.identity.as_str(), event.severity), ("service web-7 / CPU load", Severity::Critical));
    assert_eq!((event.title.as_str(), event.text.as_str()), ("CPU load on web-7 is CRITICAL", "load 19.2"));
    assert_eq!(event.items(), ["web-7", "10.1.2.7"]);
    assert!(event.services().is_empty(), "a check is none of our services");
    let short = |service: &str, state: &str| {
        one(Format::Checkmk, json!({"event_id": "7", "host": "web-7", "service": service, "state": state, "text": "x"}))
    };
    assert_eq!(short("CPU load", "OK").standing, Standing::Over);
    assert_eq!((short("", "DOWN").identity.as_str(), short("", "UP").standing), ("host web-7", Standing::Over));
    let downtime = json!({"NOTIFY_WHAT": "HOST", "NOTIFY_HOSTNAME": "web-7", "NOTIFY_HOSTSTATE": "DOWN", "NOTIFY_NOTIFICATIONTYPE": "DOWNTIMESTART"});
    assert_eq!(one(Format::Checkmk, downtime).standing, Standing::Told);
}

#[test]
fn pagerduty_is_known_by_its_key_or_by_what_it_says() {
    let trigger = |key: Option<&str>, summary: &str| {
        let mut body = json!({"routing_key": "R", "event_action": "trigger", "client": "check", "client_url": "https://check.example/7",
            "payload": {"summary": summary, "source": "db-1.tidewell.example", "severity": "error", "timestamp": "2026-11-25T09:00:00.000+0000",
                "component": "postgres", "group": "databases", "class": "replication", "custom_details": {"lag": 300, "replica": {"name": "db-2"}}}});
        if let Some(key) = key {
            body["dedup_key"] = key.into();
        }
        body
    };
    let mut first = trigger(Some("srv/HTTP"), "Replication lags");
    first["payload"]["timestamp"] = "2026-11-25T09:00:00+00:00".into();
    let event = one(Format::Pagerduty, first);
    assert_eq!((event.identity.as_str(), event.severity), ("srv/HTTP", Severity::Error));
    assert_eq!((event.attributes["replica.name"].as_str(), event.link.as_str()), ("db-2", "https://check.example/7"));
    assert_eq!(event.items(), ["postgres", "db-1.tidewell.example", "db-1"]);
    let unkeyed = |summary: &str| {
        let mut body = trigger(None, summary);
        body["payload"].as_object_mut().expect("a payload").remove("timestamp");
        one(Format::Pagerduty, body).identity
    };
    assert_eq!(unkeyed("a"), unkeyed("a"));
    assert_ne!(unkeyed("a"), unkeyed("b"));
    let over = one(Format::Pagerduty, json!({"event_action": "resolve", "dedup_key": "srv/HTTP"}));
    assert_eq!((over.standing, over.identity.as_str()), (Standing::Over, "srv/HTTP"));
    assert_eq!(
        one(Format::Pagerduty, json!({"event_action": "acknowledge", "dedup_key": "x"})).standing,
        Standing::Told
    );
}

#[test]
fn cloudevents_come_structured_batched_and_in_headers() {
    let structured = json!({"specversion": "1.0", "id": "e-1", "source": "/sensors/north", "type": "com.example.pump.stopped.v1",
        "subject": "pump-3", "time": "2026-11-25T09:00:00Z", "severity": "critical", "data": {"summary": "Pump 3 stands still"}});
    let by = |media: &str, body: &Json, headers: &[(String, String)]| {
        read(Format::Cloudevents, &Delivery { media, body, headers }).expect("it can be read")
    };
    let first = by("application/cloudevents+json", &structured, &[]).remove(0).event.expect("an event");
    assert_eq!((first.title.as_str(), first.severity), ("Pump 3 stands still", Severity::Critical));
    assert_eq!((first.delivery.as_str(), first.items()), ("/sensors/north e-1", vec!["pump-3".to_string()]));
    let batch = Json::Array(vec![structured.clone(), json!({"specversion": "1.0"})]);
    let parts = by("application/cloudevents-batch+json", &batch, &[]);
    assert!(parts[0].event.is_ok());
    assert_eq!(parts[1].event.as_ref().expect_err("it is wrong")[0].field, "[1].id");
    let header = |name: &str, value: &str| (name.to_string(), value.to_string());
    let headers = [
        header("ce-specversion", "1.0"),
        header("ce-id", "e-2"),
        header("ce-source", "/sensors/north"),
        header("ce-type", "com.example.pump.stopped.resolved"),
        header("ce-subject", "pump%2D3"),
    ];
    let over = by("application/json", &json!({"summary": "It runs"}), &headers).remove(0).event.expect("an event");
    assert_eq!(over.standing, Standing::Over);
    let fires = json!({"specversion": "1.0", "id": "e-0", "source": "/sensors/north", "type": "com.example.pump.stopped", "subject": "pump-3"});
    let fires = by("application/cloudevents+json", &fires, &[]).remove(0).event.expect("an event");
    assert_eq!(over.identity, fires.identity, "the end belongs to what it ends");
    let unnamed =
        read(Format::Cloudevents, &Delivery { media: "text/plain", body: &Json::Null, headers: &headers[..1] });
    let errors = unnamed.expect("a part").remove(0).event.expect_err("it is wrong");
    assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["ce-id", "ce-source", "ce-type"]);
}

#[test]
fn a_mapping_sets_ignores_and_says_what_it_cannot_mean() {
    let rules = Rules::read(
        "# Tests are nobody's trouble\nenv = test -> ignore\nhost ~ web-* and severity != info -> service = SVC-2, team = TM-3\n\
         any -> ci = {{nodename}}, team = TM-1\nalertname = \"Dead -> man\" -> severity = info, identity = \"{{host}}, {{alertname}}\"",
    )
    .expect("rules");
    let event = |pairs: &[(&str, &str)]| Event {
        attributes: pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        ..fires("a", None)
    };
    assert!(rules.apply(&mut event(&[("env", "Test")])).ignored.expect("it is ignored").contains("line 2"));
    let mapped = rules.apply(&mut event(&[("host", "WEB-7"), ("nodename", "web-7.x")]));
    let told: Vec<String> = mapped.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(told, ["ci=web-7.x", "service=SVC-2", "team=TM-3"]);
    assert!(
        rules.apply(&mut event(&[])).fields.contains_key("team")
            && !rules.apply(&mut event(&[])).fields.contains_key("ci")
    );
    for (text, why) in [
        ("host = x", "line 1: needs one \"->\""),
        ("\nhost x -> ignore", "line 2: \"host x\" is no test"),
        ("a b = x -> ignore", "line 1: \"a b = x\" does not begin with the name"),
        ("any -> team", "line 1: \"team\" is neither ignore nor field = value"),
        ("any -> severity = awful", "line 1: \"awful\" is not one of info"),
    ] {
        let said = Rules::read(text).expect_err(text);
        assert!(said.starts_with(why), "{said}");
    }
}

fn fires(identity: &str, began: Option<i64>) -> Event {
    Event {
        path: String::new(),
        identity: identity.into(),
        group: "g".into(),
        standing: Standing::Firing,
        severity: Severity::Error,
        title: identity.into(),
        text: String::new(),
        began: began.map(Moment),
        delivery: String::new(),
        link: String::new(),
        attributes: std::collections::BTreeMap::new(),
    }
}

fn over(identity: &str, began: Option<i64>) -> Event {
    Event { standing: Standing::Over, ..fires(identity, began) }
}

const OPEN: Option<Found> = Some(Found { is_open: true, may_reopen: false, is_touched: false, changed: Moment(0) });
const MINUTE: i64 = model::time::MINUTE;

/// An alert that has opened INC-1.
fn opened(policy: &Policy, identity: &str) -> Alert {
    let mut alert = Alert::default();
    let decision = decide(policy, &fires(identity, Some(1)), &mut alert, None, Moment(0));
    assert_eq!((decision.outcome, decision.deed), (Outcome::Opened, Deed::Open));
    alert.number = "INC-1".into();
    alert
}

#[test]
fn repeats_are_counted_and_the_end_follows_the_policy() {
    let policy = Policy::default();
    let mut alert = opened(&policy, "a");
    let again = decide(&policy, &fires("a", Some(1)), &mut alert, OPEN, Moment(MINUTE));
    assert_eq!((again.outcome, again.deed, alert.repeats), (Outcome::Repeated, Deed::Nothing, 1));
    let touched = Some(Found { is_touched: true, ..OPEN.expect("one") });
    for (ending, found, deed) in [
        (Ending::Untouched, OPEN, Deed::Resolve),
        (Ending::Resolve, touched, Deed::Resolve),
        (Ending::Untouched, touched, Deed::Note("Monitoring says that it is over.".into())),
        (Ending::Note, OPEN, Deed::Note("Monitoring says that it is over.".into())),
    ] {
        let policy = Policy { ending, ..policy.clone() };
        let ends = decide(&policy, &over("a", Some(1)), &mut alert.clone(), found, Moment(2 * MINUTE));
        assert_eq!((ends.outcome, ends.deed), (Outcome::Resolved, deed), "{ending:?}");
    }
    let late = decide(&policy, &over("a", Some(0)), &mut alert.clone(), OPEN, Moment(2 * MINUTE));
    assert_eq!(late.outcome, Outcome::Ignored, "it ends an earlier time");
    let unknown = decide(&policy, &over("b", None), &mut Alert::default(), None, Moment(0));
    assert_eq!(unknown.outcome, Outcome::Ignored);
    let little = Event { severity: Severity::Info, ..fires("c", None) };
    assert_eq!(decide(&policy, &little, &mut Alert::default(), None, Moment(0)).outcome, Outcome::Ignored);
}

#[test]
fn what_comes_back_opens_the_same_again_or_a_new_one_after_a_while() {
    let policy = Policy::default();
    let mut alert = opened(&policy, "a");
    decide(&policy, &over("a", None), &mut alert, OPEN, Moment(MINUTE));
    let done =
        |changed: i64| Some(Found { is_open: false, may_reopen: true, is_touched: false, changed: Moment(changed) });
    let soon = decide(&policy, &fires("a", None), &mut alert.clone(), done(MINUTE), Moment(30 * MINUTE));
    assert_eq!((soon.outcome, soon.deed), (Outcome::Repeated, Deed::Reopen));
    let later = decide(&policy, &fires("a", None), &mut alert.clone(), done(MINUTE), Moment(90 * MINUTE));
    assert_eq!((later.outcome, later.deed), (Outcome::Opened, Deed::Open));
    let closed = done(MINUTE).map(|found| Found { may_reopen: false, ..found });
    let shut = decide(&policy, &fires("a", None), &mut alert, closed, Moment(30 * MINUTE));
    assert_eq!((shut.outcome, shut.deed), (Outcome::Opened, Deed::Open));
}

#[test]
fn flapping_keeps_it_open_until_it_is_quiet() {
    let policy = Policy { flaps: 4, ..Policy::default() };
    let mut alert = opened(&policy, "a");
    let done = Some(Found { is_open: false, may_reopen: true, is_touched: false, changed: Moment(MINUTE) });
    assert_eq!(decide(&policy, &over("a", None), &mut alert, OPEN, Moment(MINUTE)).deed, Deed::Resolve);
    assert_eq!(decide(&policy, &fires("a", None), &mut alert, done, Moment(2 * MINUTE)).deed, Deed::Reopen);
    let held = decide(&policy, &over("a", None), &mut alert, OPEN, Moment(3 * MINUTE));
    assert!(matches!(&held.deed, Deed::Note(words) if words.starts_with("It flaps: 4 turns")), "{held:?}");
    assert_eq!(held.look_again, Some(Moment(63 * MINUTE)));
    assert!(alert.flapping);
    for at in 4..20 {
        let event = if at % 2 == 0 { fires("a", None) } else { over("a", None) };
        assert_eq!(decide(&policy, &event, &mut alert, OPEN, Moment(at * MINUTE)).deed, Deed::Nothing, "{at}");
    }
    assert_eq!(look(&policy, &mut alert.clone(), OPEN, Moment(63 * MINUTE)), None, "it moved since");
    let quiet = look(&policy, &mut alert, OPEN, Moment(80 * MINUTE)).expect("it is quiet");
    assert_eq!((quiet.outcome, quiet.deed), (Outcome::Resolved, Deed::Resolve));
    assert!(!alert.flapping);
}

#[test]
fn what_is_held_back_opens_when_it_still_fires_afterwards() {
    let policy = Policy::default();
    let mut alert = Alert::default();
    decide(&policy, &fires("a", None), &mut alert, None, Moment(0));
    alert.hold("CHG-1", Moment(120 * MINUTE), Moment(0));
    let soon = decide(&policy, &fires("a", None), &mut alert, None, Moment(MINUTE));
    assert_eq!((soon.outcome, soon.reason.as_str()), (Outcome::Suppressed, "CHG-1"));
    let again = decide(&policy, &fires("a", None), &mut alert.clone(), None, Moment(6 * MINUTE));
    assert_eq!(again.deed, Deed::Open, "the plan is looked at again every five minutes");
    let mut ended = alert.clone();
    assert_eq!(decide(&policy, &over("a", None), &mut ended, None, Moment(2 * MINUTE)).outcome, Outcome::Resolved);
    assert_eq!(look(&policy, &mut ended, None, Moment(120 * MINUTE)), None);
    assert_eq!(look(&policy, &mut alert, None, Moment(120 * MINUTE)).expect("it fires").deed, Deed::Open);
}

#[test]
fn many_alerts_may_be_one_trouble_that_ends_with_the_last() {
    let policy = Policy { one_for: OneFor::Group, ..Policy::default() };
    assert_eq!(key(&policy, &fires("a", None), None, None), key(&policy, &fires("b", None), None, None));
    let by_item = Policy { one_for: OneFor::Item, ..Policy::default() };
    assert_eq!(key(&by_item, &fires("a", None), Some("CI-1"), None), "item CI-1");
    assert_eq!(key(&by_item, &fires("a", None), None, None), "alert a", "an unknown item is no common one");
    let mut alert = opened(&policy, "a");
    let joins = decide(&policy, &fires("b", None), &mut alert, OPEN, Moment(1));
    assert!(matches!(&joins.deed, Deed::Note(words) if words == "b belongs to it too."), "{joins:?}");
    let first = decide(&policy, &over("a", None), &mut alert, OPEN, Moment(2));
    assert_eq!((first.outcome, first.deed), (Outcome::Resolved, Deed::Nothing));
    assert_eq!(decide(&policy, &over("b", None), &mut alert, OPEN, Moment(3)).deed, Deed::Resolve);
}
