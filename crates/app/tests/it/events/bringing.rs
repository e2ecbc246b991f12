//! The door at which events are brought: tokens, formats, what is refused and how, the pages that show what became of them.

use axum::http::Method;
use desk::monitoring::Events;
use events::Format;
use serde_json::{Value as Json, json};

use super::house::{House, fires, format, source};
use crate::{
    building::{Answer, BYSTANDER, Building, OWNER, Who},
    world::Database,
};

both_databases!(
    a_token_of_this_scope_brings_events_and_does_nothing_else,
    a_batch_with_one_bad_alert_keeps_the_others,
    what_cannot_be_read_is_told_by_its_field_and_kept,
    every_format_is_taken_as_its_tool_sends_it,
    the_same_delivery_twice_is_taken_once,
    pages_and_machines_read_what_became_of_events,
    the_wall_board_counts_what_monitoring_tells_and_names_who_is_on_call,
);

struct Door {
    house: House,
    building: Building,
}

impl Door {
    async fn new(database: Database) -> Door {
        let house = House::new(database).await;
        let building = Building::over(house.desk()).await;
        Door { house, building }
    }

    async fn brings(&self, slug: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.house.token);
        let headers = [&[("authorization", bearer.as_str())][..], headers].concat();
        let path = format!("/api/v1/intake/{slug}");
        self.building.ask(Who::Nobody, Method::POST, &path, &headers, body.to_vec()).await
    }

    async fn json(&self, slug: &str, body: Json) -> Answer {
        self.brings(slug, &[("content-type", "application/json")], body.to_string().as_bytes()).await
    }
}

fn delivery(alerts: &[Json]) -> Json {
    json!({"version": "4", "groupKey": "{}", "alerts": alerts})
}

async fn a_token_of_this_scope_brings_events_and_does_nothing_else(database: Database) {
    let door = Door::new(database).await;
    let taken = door.json("prod", delivery(&[fires("disk", json!({"host": "web-7"}))])).await;
    assert_eq!(taken.status, 202, "{}", taken.text);
    assert_eq!(
        (&taken.json()["status"], &taken.json()["outcomes"][0]["outcome"]),
        (&json!("success"), &json!("opened"))
    );
    let bearer = format!("Bearer {}", door.house.token);
    let headers = [("authorization", bearer.as_str()), ("accept", "application/json")];
    for path in ["/api/v1/incidents", "/api/v1/me", "/api/v1/events", "/", "/administration/events"] {
        let answer = door.building.ask(Who::Nobody, Method::GET, path, &headers, Vec::new()).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text);
    }
    let body = json!({"title": "x"}).to_string().into_bytes();
    let answer = door.building.ask(Who::Nobody, Method::POST, "/api/v1/incidents", &headers, body).await;
    assert_eq!(answer.status, 403);
    // A customer's person does not even learn that there is such a source, and nobody is asked for a token.
    let foreign = door.building.send(BYSTANDER, Method::POST, "/api/v1/intake/prod", &[], &delivery(&[])).await;
    assert_eq!(foreign.status, 404);
    let nobody = door.building.send(Who::Nobody, Method::POST, "/api/v1/intake/prod", &[], &delivery(&[])).await;
    assert_eq!(nobody.status, 401);
    let auditor = door
        .building
        .send(Who::Mail("external-auditor@tidewell.example"), Method::POST, "/api/v1/intake/prod", &[], &delivery(&[]))
        .await;
    assert_eq!(auditor.status, 403);
    assert_eq!(door.json("elsewhere", delivery(&[])).await.status, 404);
    assert_eq!(door.json("prod", delivery(&[])).await.json()["message"], "nothing was in it");
}

async fn a_batch_with_one_bad_alert_keeps_the_others(database: Database) {
    let door = Door::new(database).await;
    let mut bad = fires("bad", json!({}));
    bad["startsAt"] = "tomorrow".into();
    let all = [fires("a", json!({"host": "web-7"})), bad, fires("c", json!({"host": "db-1"}))];
    let answer = door.json("prod", delivery(&all)).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let told = answer.json();
    assert_eq!(told["message"], "2 of 3 taken, 1 refused");
    let outcomes: Vec<&str> =
        told["outcomes"].as_array().expect("outcomes").iter().filter_map(|one| one["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["opened", "refused", "opened"]);
    assert_eq!(told["outcomes"][1]["errors"][0]["field"], "alerts[1].startsAt");
    assert_eq!(door.house.incidents().await, 2);
    let refused = door.house.events(Events { outcome: "refused".into(), ..Events::default() }).await;
    assert!(
        refused[0].reason.starts_with("alerts[1].startsAt: \"tomorrow\" is not an instant"),
        "{}",
        refused[0].reason
    );
}

async fn what_cannot_be_read_is_told_by_its_field_and_kept(database: Database) {
    let door = Door::new(database).await;
    let json = [("content-type", "application/json")];
    for (body, status, field) in [
        (&b""[..], 400, ""),
        (b"{\"alerts\": [", 400, ""),
        (b"\xff\xfe", 400, ""),
        (b"[]", 422, "body"),
        (b"{\"alerts\": 7}", 422, "alerts"),
        (b"{\"version\": \"4\", \"alerts\": [{}]}", 422, "alerts[0].status"),
        (b"{\"version\": \"4\", \"alerts\": [null, 3]}", 422, "alerts[0]"),
    ] {
        let answer = door.brings("prod", &json, body).await;
        let told = answer.json();
        assert_eq!(answer.status, status, "{told}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        if !field.is_empty() {
            assert_eq!(told["errors"][0]["field"], field, "{told}");
        }
    }
    assert_eq!(door.house.incidents().await, 0);
    assert_eq!(door.house.events(Events { outcome: "refused".into(), ..Events::default() }).await.len(), 5);
    let large = vec![b' '; (2 << 20) + 10];
    assert_eq!(door.brings("prod", &[("content-type", "application/cloudevents+json")], &large).await.status, 413);
    assert_eq!(door.brings("prod", &json, &large).await.status, 413);
}

async fn every_format_is_taken_as_its_tool_sends_it(database: Database) {
    let door = Door::new(database).await;
    let desk = door.house.desk();
    for of in [Format::Grafana, Format::Zabbix, Format::Checkmk, Format::Pagerduty, Format::Cloudevents] {
        source(desk, of.name(), format(of)).await;
    }
    let grafana = json!({"version": "1", "state": "alerting", "alerts": [fires("g", json!({"host": "web-7"}))]});
    let zabbix = json!({"event_id": "1", "trigger_id": "2", "event_value": "1", "event_nseverity": "4", "event_name": "Disk", "host_name": "web-7"});
    let checkmk = json!({"NOTIFY_HOSTNAME": "web-7", "NOTIFY_WHAT": "HOST", "NOTIFY_HOSTSTATE": "DOWN", "NOTIFY_NOTIFICATIONTYPE": "PROBLEM"});
    for (slug, body) in [("grafana", grafana), ("zabbix", zabbix), ("checkmk", checkmk)] {
        let answer = door.json(slug, body).await;
        assert_eq!(answer.json()["outcomes"][0]["reason"], "CI-1, SVC-1", "{slug}: {}", answer.text);
    }
    // As PagerDuty's clients send it: the token is the routing key, and there is no header.
    let trigger = json!({"routing_key": door.house.token, "event_action": "trigger", "dedup_key": "k",
        "payload": {"summary": "Slow", "source": "web-7", "severity": "error"}});
    let path = "/api/v1/intake/pagerduty";
    let answer = door.building.send(Who::Nobody, Method::POST, path, &[], &trigger).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["dedup_key"]), (202, &json!("k")), "{}", answer.text);
    assert!(!door.house.events(Events::default()).await[0].body.to_string().contains(&door.house.token));
    let wrong = json!({"routing_key": "plb_wrong", "event_action": "resolve", "dedup_key": "k"});
    assert_eq!(door.building.send(Who::Nobody, Method::POST, path, &[], &wrong).await.status, 401);
    let binary = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/north"),
        ("ce-type", "org.example.pump.stopped"),
        ("ce-subject", "web-7"),
    ];
    let answer = door.brings("cloudevents", &binary, b"{\"severity\": \"critical\"}").await;
    assert_eq!(answer.json()["outcomes"][0]["outcome"], "opened", "{}", answer.text);
    let over = json!({"specversion": "1.0", "id": "2", "source": "/north", "type": "org.example.pump.stopped.resolved", "subject": "web-7"});
    let media = [("content-type", "application/cloudevents+json; charset=utf-8")];
    let answer = door.brings("cloudevents", &media, over.to_string().as_bytes()).await;
    assert_eq!(answer.json()["outcomes"][0]["outcome"], "resolved", "{}", answer.text);
    assert_eq!(door.house.incidents().await, 5);
}

async fn the_same_delivery_twice_is_taken_once(database: Database) {
    let door = Door::new(database).await;
    source(door.house.desk(), "ce", format(Format::Cloudevents)).await;
    let event = json!({"specversion": "1.0", "id": "7", "source": "/north", "type": "org.example.pump.stopped", "subject": "web-7"});
    let media = [("content-type", "application/cloudevents+json")];
    let first = door.brings("ce", &media, event.to_string().as_bytes()).await.json()["outcomes"][0].clone();
    let second = door.brings("ce", &media, event.to_string().as_bytes()).await.json()["outcomes"][0].clone();
    assert_eq!((&first["id"], &first["number"], &second["again"]), (&second["id"], &second["number"], &json!(true)));
    let keyed = [("content-type", "application/json"), ("idempotency-key", "try-1")];
    let body = delivery(&[fires("a", json!({})), fires("b", json!({}))]).to_string();
    let first = door.brings("prod", &keyed, body.as_bytes()).await.json();
    let second = door.brings("prod", &keyed, body.as_bytes()).await.json();
    let ids = |told: &Json| {
        told["outcomes"].as_array().expect("outcomes").iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(door.house.events(Events::default()).await.len(), 3);
    let (troubles, _) = door
        .house
        .desk()
        .monitored(
            &super::house::machine(),
            "incident",
            first["outcomes"][0]["number"].as_str().expect("a number"),
            1,
            crate::world::now(),
        )
        .await
        .expect("alerts");
    assert_eq!(troubles[0].alert.repeats, 0);
}

async fn pages_and_machines_read_what_became_of_events(database: Database) {
    let door = Door::new(database).await;
    let number = door.house.alert(fires("disk", json!({"host": "web-7"})), crate::world::now()).await.number;
    door.json("prod", delivery(&[fires("disk", json!({"host": "web-7"}))])).await;
    let page = door.building.get(OWNER, "/administration/events").await;
    assert!(page.text.contains("disk is wrong") && page.text.contains("/api/v1/intake/prod"), "{}", page.text);
    let none = door.building.get(OWNER, "/administration/events?outcome=refused").await;
    assert!(none.text.contains("No event is like that"));
    let found = door.building.get(OWNER, &format!("/administration/events?q={number}&outcome=opened")).await;
    assert!(found.text.contains("1 event"), "{}", found.text);
    let href = found
        .text
        .split("data-href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|href| href.starts_with("/administration/events/"));
    let event = door.building.get(OWNER, href.expect("a way to the event")).await;
    assert!(event.text.contains("CI-1, SVC-1") && event.text.contains("alertname"), "{}", event.text);
    let strange = door.building.get(OWNER, "/api/v1/events?outcome=openned").await;
    assert!(strange.text.contains("did you mean \\\"opened\\\"?"), "{}", strange.text);
    let listed = door.building.get(OWNER, "/api/v1/events?source=prod&page_size=1").await.json();
    assert_eq!((&listed["items"][0]["outcome"], listed["next_page_token"].is_string()), (&json!("repeated"), true));
    let older =
        format!("/api/v1/events?source=prod&page_token={}", listed["next_page_token"].as_str().expect("a token"));
    assert_eq!(door.building.get(OWNER, &older).await.json()["items"][0]["outcome"], "opened");
    let record = door.building.get(OWNER, &format!("/incidents/{number}")).await;
    assert!(record.text.contains("id=\"alerts\"") && record.text.contains("said again once"), "{}", record.text);
    let beside = door.building.get(OWNER, &format!("/api/v1/incidents/{number}/events")).await.json();
    assert_eq!((&beside["alerts"][0]["repeats"], beside["items"].as_array().map(Vec::len)), (&json!(1), Some(2)));
    let agent = Who::Mail("agent@tidewell.example");
    assert_eq!(door.building.get(agent, "/api/v1/events").await.status, 403);
    assert_eq!(door.building.get(agent, &format!("/api/v1/incidents/{number}/events")).await.status, 200);
}

async fn the_wall_board_counts_what_monitoring_tells_and_names_who_is_on_call(database: Database) {
    let door = Door::new(database).await;
    door.house.alert(fires("disk", json!({"host": "web-7"})), crate::world::now()).await;
    let plan =
        json!([{"person": "ines@tidewell.example", "from": "2026-11-25T08:00:00Z", "to": "2026-11-26T08:00:00Z"}]);
    door.house.create("team", json!({"name": "Network", "on_call_plan": plan}), crate::world::now()).await;
    let wall = door.building.get(OWNER, "/wall").await;
    assert_eq!((wall.status.as_u16(), wall.header("refresh")), (200, "60"), "{}", wall.text);
    let figure = wall.text.split("Told by monitoring").nth(1).expect("a figure");
    assert!(figure.split("</dd>").next().expect("a value").contains(">1</a>"), "{figure:.300}");
    assert!(wall.text.contains("disk is wrong") && wall.text.contains("ines@tidewell.example"), "{}", wall.text);
    let still = door.building.get(OWNER, "/wall?still=yes").await;
    assert_eq!((still.status.as_u16(), still.header("refresh")), (200, ""), "it is held");
    for wrong in ["/wall?still=perhaps", "/wall?stil=yes"] {
        assert_eq!(door.building.get(OWNER, wrong).await.status, 400, "{wrong}");
    }
    assert_eq!(door.building.get(BYSTANDER, "/wall").await.status, 404);
}
