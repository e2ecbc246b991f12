//! The public page: off until it is switched on, made of nothing but what was released, the same for everybody, kept for a while.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use model::{Actor, Moment, Via};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;
use web::{App, Settings};

use crate::world::{Database, World, at};

both_databases!(
    it_is_off_until_it_is_switched_on,
    it_shows_what_was_released_and_nothing_else,
    no_kind_tells_more_than_it_names,
    one_answer_is_kept_for_everybody,
);

const NOW: &str = "2026-11-25T10:00:00Z";
/// Stands in everything that nobody outside may read.
const SECRET: &str = "HushHush";

struct House {
    world: World,
    router: Router,
    clock: Arc<AtomicI64>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl House {
    async fn new(database: Database) -> House {
        let world = World::new(database).await;
        let clock = Arc::new(AtomicI64::new(at(NOW).0));
        let told = clock.clone();
        let app = App::new(
            world.desk.clone(),
            Arc::new(move || Moment(told.load(Ordering::Relaxed))),
            Settings { base: "http://127.0.0.1:8080".into() },
        );
        House { world, router: web::router(app), clock }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut http = Request::builder().uri(path);
        for (name, value) in headers {
            http = http.header(*name, *value);
        }
        let response =
            self.router.clone().oneshot(http.body(Body::empty()).expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn set(&self, pairs: &[(&str, &str)]) -> Result<(), model::Refusal> {
        let given: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect();
        let now = Moment(self.clock.load(Ordering::Relaxed));
        self.world.desk.set_settings(&Actor::system("test", Via::Command), &given, now).await
    }

    async fn lines(&self, lines: &[Json]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let report = self.world.import(&text).await;
        assert_eq!(report.refused, 0, "{:?}", report.refusals);
    }

    fn later(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }
}

const ALL: &str = "services, availability, maintenance, announcements, certificate, policies";

/// What is released, and beside each the same without a mark.
fn records() -> Vec<Json> {
    let secret = |kind: &str, number: &str, state: &str, fields: Json| json!({"kind": kind, "number": number, "title": format!("{SECRET} {number}"), "state": state, "fields": fields});
    let shown = |mut line: Json, title: &str| {
        line["title"] = title.into();
        line["fields"]["public_page"] = "shown".into();
        line
    };
    let service = json!({"name": "Payments", "stage": "live", "owner": format!("{SECRET}@tidewell.example"), "description": SECRET});
    let incident = json!({"service": "SVC-1", "major": true, "description": SECRET, "symptom": SECRET, "raised_on": "2026-11-25T08:00:00Z",
        "public_text": "Card payments fail\nWe are working on it."});
    let outage = json!({"service": "SVC-1", "start": "2026-11-26T22:00:00Z", "end": "2026-11-26T23:00:00Z", "planned": true,
        "cause": SECRET, "public_text": "Switch is replaced"});
    let certificate = json!({"edition": "ISO/IEC 20000-1:2018", "scope": "Hosting of payments", "sites": ["Harbour Street"], "decided_on": "2025-03-15",
        "valid_to": "2028-03-14", "printed_number": "SMS-4711", "owner": format!("{SECRET}@tidewell.example"), "difference": SECRET});
    let policy = json!({"kind": "policy", "approved_on": "2026-02-01", "text": SECRET, "address": SECRET, "owner": format!("{SECRET}@tidewell.example")});
    let news = json!({"subject": "New telephone number", "text": "From Monday on.", "sent_on": "2026-11-20", "sent_by": format!("{SECRET}@tidewell.example")});
    vec![
        shown(secret("service", "SVC-1", "current", service.clone()), "Payments"),
        secret("service", "SVC-2", "current", json!({"name": SECRET, "stage": "live"})),
        shown(secret("incident", "INC-1", "in_progress", incident.clone()), &format!("{SECRET} INC-1")),
        secret("incident", "INC-2", "in_progress", json!({"service": "SVC-1", "major": true, "public_text": SECRET})),
        shown(secret("incident", "INC-3", "closed", json!({"service": "SVC-1", "public_text": SECRET})), SECRET),
        // Marked, and of a customer: never.
        shown(
            secret(
                "incident",
                "INC-4",
                "in_progress",
                json!({"service": "SVC-1", "customer": "CUS-1", "public_text": SECRET}),
            ),
            SECRET,
        ),
        shown(secret("outage", "OUT-1", "open", outage), &format!("{SECRET} OUT-1")),
        secret(
            "outage",
            "OUT-2",
            "over",
            json!({"service": "SVC-1", "start": "2026-10-05T08:00:00Z", "end": "2026-10-05T09:24:00Z", "planned": false, "cause": SECRET}),
        ),
        shown(secret("certificate", "CRT-1", "valid", certificate.clone()), "Ours"),
        secret("certificate", "CRT-2", "valid", json!({"edition": SECRET, "valid_to": "2028-03-14"})),
        shown(secret("certificate", "CRT-3", "applied", json!({"edition": SECRET, "valid_to": "2028-03-14"})), SECRET),
        shown(secret("document", "DOC-1", "approved", policy), "Information security policy"),
        secret("document", "DOC-2", "approved", json!({"kind": "policy", "approved_on": "2026-02-01"})),
        shown(secret("document", "DOC-3", "draft", json!({"kind": "policy"})), SECRET),
        shown(secret("document", "DOC-4", "approved", json!({"kind": "procedure"})), SECRET),
        shown(secret("communication", "COM-1", "done", news), "New telephone number"),
        secret("communication", "COM-2", "done", json!({"subject": SECRET, "text": SECRET})),
        json!({"kind": "customer", "number": "CUS-1", "title": SECRET}),
    ]
}

async fn it_is_off_until_it_is_switched_on(database: Database) {
    let house = House::new(database).await;
    house.lines(&records()).await;
    for path in ["/status", "/status.json"] {
        assert_eq!(house.get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let refused = house.set(&[("public_page", "maybe"), ("public_parts", "services, polices")]).await;
    let Err(model::Refusal::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[1].message.contains("did you mean \"policies\"?"), "{errors:?}");
    house.set(&[("public_page", "yes"), ("public_parts", "certificate")]).await.expect("it is set");
    let page = house.get("/status", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{:.600}", page.text);
    assert!(
        page.text.contains("SMS-4711") && !page.text.contains("Payments") && !page.text.contains("security policy")
    );
    house.set(&[("public_page", "no")]).await.expect("it is set");
    assert_eq!(house.get("/status", &[]).await.status, StatusCode::NOT_FOUND, "at once, whatever was kept");
}

async fn it_shows_what_was_released_and_nothing_else(database: Database) {
    let house = House::new(database).await;
    house.lines(&records()).await;
    house
        .set(&[
            ("public_page", "yes"),
            ("public_parts", ALL),
            ("public_contact", "security@tidewell.example"),
            ("organisation", "Tidewell"),
        ])
        .await
        .expect("it is set");
    let page = house.get("/status", &[("cookie", "session=whatever; theme=dark")]).await;
    assert_eq!(page.status, StatusCode::OK, "{:.600}", page.text);
    for words in [
        "Payments",
        "Card payments fail",
        "We are working on it.",
        "Switch is replaced",
        "Hosting of payments",
        "Harbour Street",
        "SMS-4711",
        "Information security policy",
        "Sun 1 Feb 2026",
        "New telephone number",
        "security@tidewell.example",
        "Disturbed",
        // R13 for October: 84 minutes of 44,640.
        "2026-10",
        "99.812 %",
    ] {
        assert!(page.text.contains(words), "{words} is missing in {}", page.text);
    }
    for words in
        [SECRET, "INC-", "SVC-", "OUT-", "DOC-", "CRT-", "CUS-", "COM-", "csrf", "/sign-in", "@tidewell.example</"]
    {
        if words == "@tidewell.example</" {
            assert_eq!(page.text.matches("@tidewell.example").count(), 1, "only the contact");
            continue;
        }
        assert!(!page.text.contains(words), "{words} stands in {}", page.text);
    }
    assert!(page.headers.get("set-cookie").is_none());
    let json = house.get("/status.json", &[]).await;
    assert!(!json.text.contains(SECRET) && !json.text.contains("INC-"), "{}", json.text);
    let json: Json = serde_json::from_str(&json.text).expect("JSON");
    assert_eq!(json["services"][0]["availability"][2], json!({"month": "2026-10", "percent": "99.812"}));
}

/// Whatever a kind that tells something holds: of a record with all fields filled nothing is told that its kind does not name.
async fn no_kind_tells_more_than_it_names(database: Database) {
    let house = House::new(database).await;
    let catalog = house.world.desk.catalog();
    let mut seen = 0;
    for kind in catalog.kinds() {
        let told = house.world.desk.released(kind.name, at(NOW)).await.expect("it is asked");
        assert!(told.is_empty(), "{}: nothing is on record", kind.name);
        let Some(outside) = kind.outside else { continue };
        seen += 1;
        assert!(kind.find(outside.flag).is_some(), "{}", kind.name);
        for field in outside.fields {
            assert!(
                *field == "title" || kind.find(field).is_some_and(|field| !field.internal),
                "{}.{field}",
                kind.name
            );
        }
        for state in outside.states {
            assert!(kind.lifecycle.find(state).is_some(), "{} has no state {state}", kind.name);
        }
    }
    assert_eq!(seen, 6);
    house.lines(&records()).await;
    for kind in catalog.kinds() {
        for one in house.world.desk.released(kind.name, at(NOW)).await.expect("it is asked") {
            let outside = kind.outside.expect("only what tells something is told");
            assert!(
                kind.fields
                    .iter()
                    .all(|field| one.get(&field.name).is_none() || outside.fields.contains(&field.name.as_str()))
            );
            assert!(outside.fields.contains(&"title") || one.title().is_empty(), "{}", kind.name);
        }
    }
}

async fn one_answer_is_kept_for_everybody(database: Database) {
    let house = House::new(database).await;
    house.lines(&records()).await;
    house.set(&[("public_page", "yes"), ("public_parts", ALL)]).await.expect("it is set");
    let first = house.get("/status", &[]).await;
    let tag = first.headers["etag"].to_str().expect("a tag").to_string();
    assert_eq!(first.headers["cache-control"], "public, max-age=30");
    let before = house.world.desk.statements();
    let crowd = (0..200).map(|_| house.get("/status", &[]));
    let answers = futures::future::join_all(crowd).await;
    assert!(answers.iter().all(|answer| answer.text == first.text));
    assert_eq!(house.world.desk.statements(), before, "a crowd asks the database nothing");
    let same = house.get("/status", &[("if-none-match", tag.as_str())]).await;
    assert_eq!((same.status, same.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    house.lines(&[json!({"kind": "service", "number": "SVC-7", "title": "Mail", "fields": {"name": "Mail", "stage": "live", "public_page": "shown"}})]).await;
    assert!(!house.get("/status", &[]).await.text.contains("Mail"));
    house.later(31);
    assert!(house.get("/status", &[]).await.text.contains("Mail"));
}
