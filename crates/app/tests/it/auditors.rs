//! Seats of auditors from outside: they last from one instant to another, see what they were invited for, write nothing but
//! questions, and everything they open stands in the journal.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use desk::{
    accounts::{NewToken, SignIn, TokenScope, Whence},
    auditors::NewSeat,
};
use model::{Actor, Moment, Refusal, Role, Via, time::DAY};
use serde_json::json;
use web::routes;

use crate::{
    building::{Answer, Building, CUSTOMER, Who, escaped, mail},
    world::{Database, World, now},
};

both_databases!(
    a_seat_ends_at_its_minute,
    a_seat_may_be_given_again,
    what_is_opened_is_written_down,
    a_limit_hides_the_rest,
    a_question_becomes_a_task,
    nothing_else_is_written,
);

const EMAIL: &str = "vera@certification.example";
const PASSWORD: &str = "tide table under lamp";

const LINES: &str = r#"{"kind":"customer","number":"CUS-1","title":"Harbour","fields":{"name":"Harbour","active":true}}
{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay","active":true}}
{"kind":"change","number":"CHG-1","title":"Zebra crossing of pools","state":"closed","fields":{"category":"normal","closed_on":"2026-11-20T09:00:00Z"}}
{"kind":"incident","number":"INC-1","title":"Card payments declined","state":"closed","fields":{"impact":"low","urgency":"low","raised_on":"2026-11-10T09:00:00Z","closed_on":"2026-11-20T09:00:00Z","resolution":"Restarted","change":"CHG-1"}}
{"kind":"incident","number":"INC-2","title":"Printer out of paper","state":"closed","fields":{"impact":"low","urgency":"low","raised_on":"2026-11-10T09:00:00Z","closed_on":"2026-11-20T09:00:00Z","resolution":"Refilled"}}
"#;

fn manager() -> Actor {
    let email = mail(Role::SmsManager);
    Actor { email: email.clone(), name: email, roles: vec![Role::SmsManager], ..Actor::system("test", Via::Web) }
}

fn seat(from: Moment, until: Moment, clauses: &[&str]) -> NewSeat {
    let clauses = clauses.iter().map(|clause| (*clause).to_string()).collect();
    NewSeat { email: EMAIL.into(), name: "Vera Stone".into(), from, until, clauses }
}

async fn world(database: Database) -> (World, Building) {
    let world = World::new(database).await;
    assert!(world.import(LINES).await.is_whole());
    let building = Building::over(&world.desk).await;
    (world, building)
}

/// The secret of a token that writes, of whoever has this e-mail.
async fn token(world: &World, email: &str) -> String {
    let machine = Actor::system("test", Via::Command);
    let new = NewToken { name: "test".into(), scope: TokenScope::Write, expires: now().plus(7 * DAY) };
    world.desk.create_token(&machine, email, new, now()).await.expect("a token").0
}

async fn get(building: &Building, token: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    building
        .ask(Who::Nobody, Method::GET, path, &[("authorization", bearer.as_str()), ("accept", "text/html")], Vec::new())
        .await
}

async fn post(building: &Building, token: &str, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {token}");
    let body: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    building.ask(Who::Nobody, Method::POST, path, &headers, body.join("&").into_bytes()).await
}

async fn a_seat_ends_at_its_minute(database: Database) {
    let (world, _building) = world(database).await;
    let desk = &world.desk;
    let (from, until) = (now().plus(DAY), now().plus(3 * DAY));
    for (new, field) in [
        (seat(from, from, &[]), "until"),
        (seat(now().minus(2 * DAY), now().minus(DAY), &[]), "until"),
        (seat(from, from.plus(93 * DAY), &[]), "until"),
        (NewSeat { email: "nobody".into(), ..seat(from, until, &[]) }, "email"),
        (NewSeat { email: mail(Role::Agent), ..seat(from, until, &[]) }, "email"),
    ] {
        let Err(Refusal::Invalid(errors)) = desk.give_seat(&manager(), new, now()).await else { panic!("{field}") };
        assert_eq!(errors[0].field, field);
    }
    let (id, secret) = desk.give_seat(&manager(), seat(from, until, &[]), now()).await.unwrap();
    let accept = async |at: Moment| desk.accept(&secret, PASSWORD, Whence::default(), at).await;
    assert!(matches!(accept(now()).await, Err(Refusal::NotFound)), "the seat has not begun");
    let session = accept(from).await.unwrap();
    let new = NewToken { name: "own".into(), scope: TokenScope::Read, expires: until.plus(30 * DAY) };
    let own = desk.session(&session, from).await.unwrap().unwrap().0.actor(Via::Web, false);
    let (key, made) = desk.create_token(&own, EMAIL, new, from).await.unwrap();
    assert_eq!(made.expires, until);
    let opens = async |at: Moment| {
        let by_session = desk.session(&session, at).await.unwrap().is_some();
        let by_token = desk.bearer(&key, at).await.unwrap().is_some();
        let signed_in = desk.sign_in(EMAIL, PASSWORD, Whence::default(), at).await.unwrap();
        (by_session, by_token, matches!(signed_in, SignIn::In { .. }))
    };
    // Keeps the session in use, which ends of itself after half a day.
    let mut at = from;
    while at < until {
        assert!(desk.session(&session, at).await.unwrap().is_some());
        at = at.plus(DAY / 4);
    }
    assert_eq!(opens(until.minus(1)).await, (true, true, true));
    assert_eq!(opens(until).await, (false, false, false));
    // What has ended does not come back with more time; the seat itself does.
    desk.end_seat(&manager(), id, until.plus(DAY), until).await.unwrap();
    assert_eq!(opens(until).await, (false, false, true));
    desk.end_seat(&manager(), id, until.plus(5), until.plus(5)).await.unwrap();
    assert_eq!(opens(until.plus(5)).await, (false, false, false));
}

async fn a_seat_may_be_given_again(database: Database) {
    let (world, _building) = world(database).await;
    let desk = &world.desk;
    let (first, _) = desk.give_seat(&manager(), seat(now(), now().plus(DAY), &[]), now()).await.unwrap();
    let again = desk.give_seat(&manager(), seat(now(), now().plus(DAY), &[]), now()).await;
    assert!(matches!(again, Err(Refusal::Invalid(errors)) if errors[0].message.contains("has an account already")));
    let later = now().plus(300 * DAY);
    let (second, secret) = desk.give_seat(&manager(), seat(later, later.plus(DAY), &["8.6"]), later).await.unwrap();
    assert_eq!(first, second);
    let session = desk.accept(&secret, PASSWORD, Whence::default(), later).await.unwrap();
    let (account, _) = desk.session(&session, later).await.unwrap().unwrap();
    assert_eq!(account.terms.clauses, ["8.6"]);
    assert_eq!(account.terms.host, mail(Role::SmsManager));
    for role in [Role::Agent, Role::ProcessOwner, Role::InternalAuditor, Role::ExternalAuditor, Role::TopManagement] {
        let other = Actor { roles: vec![role], ..manager() };
        assert!(desk.give_seat(&other, seat(now(), now().plus(DAY), &[]), now()).await.is_err(), "{role:?}");
        assert!(desk.seats(&other, now()).await.is_err(), "{role:?}");
        assert!(desk.end_seat(&other, first, now(), now()).await.is_err(), "{role:?}");
        assert!(desk.readings(&other, first, 10, now()).await.is_err(), "{role:?}");
    }
}

async fn what_is_opened_is_written_down(database: Database) {
    let (world, building) = world(database).await;
    let (id, _) = world.desk.give_seat(&manager(), seat(now(), now().plus(DAY), &[]), now()).await.unwrap();
    let key = token(&world, EMAIL).await;
    let opened = [
        "/auditor",
        "/incidents?filter=state+%3D+closed",
        "/incidents/INC-1",
        "/api/v1/incidents/INC-1",
        "/incidents/INC-9",
    ];
    for path in opened {
        get(&building, &key, path).await;
    }
    // What others open is nobody's business.
    building.get(Who::Mail(&mail(Role::InternalAuditor)), "/incidents/INC-2").await;
    let readings = world.desk.readings(&manager(), id, 100, now()).await.unwrap();
    let told: Vec<(&str, &str)> =
        readings.iter().rev().map(|one| (one.address.as_str(), one.status.as_str())).collect();
    assert_eq!(told[..4], opened.map(|path| (path, "200"))[..4]);
    assert_eq!(told[4..], [("/incidents/INC-9", "404")]);
    // The journal that holds them is the one that is verified.
    let shown = building.get(Who::Mail(&mail(Role::SmsManager)), &format!("/auditors/{id}")).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("/incidents?filter=state+%3D+closed") && shown.text.contains("Refused, 404"));
    for (role, status) in [
        (Role::Agent, StatusCode::FORBIDDEN),
        (Role::InternalAuditor, StatusCode::FORBIDDEN),
        (Role::ExternalAuditor, StatusCode::NOT_FOUND),
        (Role::CustomerUser, StatusCode::NOT_FOUND),
    ] {
        for path in ["/auditors".to_string(), format!("/auditors/{id}")] {
            assert_eq!(building.get(Who::Mail(&mail(role)), &path).await.status, status, "{role:?} {path}");
        }
    }
    for path in ["/auditors/0", "/auditors/x"] {
        assert_eq!(building.get(Who::Mail(&mail(Role::SmsManager)), path).await.status, StatusCode::NOT_FOUND);
    }
}

/// Changes give evidence for 8.6.3, so that a seat for all of 8.6 would see them.
async fn a_limit_hides_the_rest(database: Database) {
    let (world, building) = world(database).await;
    world.desk.give_seat(&manager(), seat(now(), now().plus(DAY), &["8.6.1"]), now()).await.unwrap();
    let key = token(&world, EMAIL).await;
    for path in ["/auditor", "/auditor/8.6.1", "/incidents", "/incidents/INC-1", "/conformity", "/conformity/8.6.1"] {
        let answer = get(&building, &key, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(!answer.text.contains("Zebra"), "{path} tells of a change");
    }
    for path in [
        "/changes",
        "/changes/CHG-1",
        "/thread/CHG-1",
        "/auditor/8.5.1.3",
        "/auditor/4.9",
        "/conformity/8.5.1.3",
        "/conformity/8.5.1.3/8.5.1.3-7",
        "/api/v1/changes",
        "/api/v1/changes/CHG-1",
        "/api/v1/changes/CHG-1/journal",
        "/changes.csv",
    ] {
        assert_eq!(get(&building, &key, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/search?q=zebra", "/palette?q=zebra", "/records", "/thread/INC-1", "/api/v1/search?q=zebra"] {
        let answer = get(&building, &key, path).await;
        assert!(answer.status.is_success(), "{path}");
        assert!(!answer.text.contains("Zebra"), "{path} tells of a change: {}", answer.text);
    }
    assert_eq!(get(&building, &key, "/packs").await.status, StatusCode::FORBIDDEN);
    let start = get(&building, &key, "/auditor").await.text;
    assert!(start.contains("href=\"/auditor/8.6.1\"") && !start.contains("href=\"/auditor/8.5"));
    let sample = get(&building, &key, "/auditor/8.6.1?seed=one&size=1").await.text;
    assert!(sample.contains("1 of 2 records, drawn by &#34;one&#34;") || sample.contains("1 of 2 records"), "{sample}");
    assert!(sample.contains("#journal\""));
    assert_eq!(get(&building, &key, "/auditor/8.6.1?size=0").await.status, StatusCode::BAD_REQUEST);
}

async fn a_question_becomes_a_task(database: Database) {
    let (world, building) = world(database).await;
    world.desk.give_seat(&manager(), seat(now(), now().plus(DAY), &["8.6.1"]), now()).await.unwrap();
    let key = token(&world, EMAIL).await;
    let ask = async |about: &str, question: &str| {
        post(&building, &key, "/auditor", &[("about", about), ("question", question)]).await
    };
    // What is not there and what is not for them look the same.
    for about in ["INC-9", "CHG-1", "8.5.1.3-7"] {
        let refused = ask(about, "Why?").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("is neither a requirement nor a record that you can open"));
    }
    assert_eq!(ask("", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (about, question) in [("INC-1", "Who restarted it?"), ("8.6.1-1", "Where is it written?")] {
        let asked = ask(about, question).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    }
    let mine = building.get(Who::Mail(&mail(Role::SmsManager)), "/my-work").await.text;
    assert!(mine.contains("Who restarted it?") && mine.contains("Where is it written?"));
    let read = async |who: Who<'_>| building.get(who, "/api/v1/inquiries/INQ-1").await;
    let asked = read(Who::Mail(&mail(Role::SmsManager))).await;
    let fields = &asked.json()["fields"];
    assert_eq!((&fields["asked_by"], &fields["about"]), (&json!(EMAIL), &json!("INC-1")));
    assert_eq!(fields["owner"], json!(mail(Role::SmsManager)));
    // Another auditor does not see it, nor do agents and customers.
    for role in [Role::ExternalAuditor, Role::Agent, Role::Approver] {
        assert_eq!(read(Who::Mail(&mail(role))).await.status, StatusCode::NOT_FOUND, "{role:?}");
    }
    assert_eq!(read(CUSTOMER).await.status, StatusCode::NOT_FOUND);
    // Who asks does not answer.
    let path = "/api/v1/inquiries/INQ-1";
    let body = json!({"to": "answered", "fields": {"answer": "All is well."}});
    let step = async |who: Who<'_>, headers: &[(&str, &str)]| {
        building.send(who, Method::POST, &format!("{path}/transitions"), headers, &body).await
    };
    let bearer = format!("Bearer {key}");
    let own = step(Who::Nobody, &[("authorization", bearer.as_str()), ("if-match", asked.header("etag"))]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text);
    let answered = step(Who::Mail(&mail(Role::SmsManager)), &[("if-match", asked.header("etag"))]).await;
    assert!(answered.status.is_success(), "{}", answered.text);
    let start = get(&building, &key, "/auditor").await.text;
    assert!(start.contains("All is well.") && start.contains("Answered"));
    let further = post(&building, &key, "/inquiries/INQ-1/note", &[("text", "And at night?")]).await;
    assert!(further.status.is_redirection() || further.status.is_success(), "{}", further.text);
    let page = building.get(Who::Mail(&mail(Role::SmsManager)), "/inquiries/INQ-1").await.text;
    assert!(page.contains("And at night?"));
}

/// The address with what is there in every gap.
fn filled(path: &str) -> String {
    let fits = [
        ("{plural}", "incidents"),
        ("{number}", "INC-1"),
        ("{name}", "category"),
        ("{clause}", "8.6.1"),
        ("{requirement}", "8.6.1-1"),
        ("{id}", "1"),
    ];
    fits.iter().fold(path.to_string(), |path, (gap, value)| path.replace(gap, value)).replace(['{', '}'], "")
}

/// Through every door that writes, with what others could write there: records stay as they are, and the house writes down
/// nothing but what the auditor's own account did.
async fn nothing_else_is_written(database: Database) {
    let (world, building) = world(database).await;
    world.desk.give_seat(&manager(), seat(now(), now().plus(DAY), &[]), now()).await.unwrap();
    let key = token(&world, EMAIL).await;
    let bearer = format!("Bearer {key}");
    let before = world.export().await;
    let machine = Actor::system("test", Via::Command);
    let last = world.desk.activity(&machine, 1, now()).await.unwrap()[0].seq;
    let form = "title=Changed&text=Changed&state=resolved&to=resolved&version=1&field=title&value=Changed&name=Changed&\
                word=relates_to&type=relates_to&number=INC-2&numbers=INC-1&number.0=INC-1&category=Changed&email=x%40y.example&seed=1&\
                resolution=Changed&why=Changed&as_of=&judgement=gap&organisation=Changed&label=Changed&kind=incident";
    let json = json!({"title": "Changed", "fields": {"impact": "low", "urgency": "low"}, "to": "resolved",
        "text": "Changed", "type": "relates_to", "name": "Changed"});
    let doors: Vec<_> = routes::table().into_iter().filter(|route| !route.method.is_safe()).collect();
    assert!(doors.len() > 40);
    for route in doors.iter().filter(|route| !route.path.starts_with("/sign-out") && route.path != "/auditor") {
        for (media, body) in [
            ("application/x-www-form-urlencoded", form.as_bytes().to_vec()),
            ("application/json", json.to_string().into_bytes()),
        ] {
            let headers = [("authorization", bearer.as_str()), ("content-type", media), ("if-match", "*")];
            let answer = building.ask(Who::Nobody, route.method.clone(), &filled(route.path), &headers, body).await;
            assert!(!answer.status.is_server_error(), "{} {}: {}", route.method, route.path, answer.text);
        }
    }
    for kind in world.desk.catalog().kinds().iter().filter(|kind| kind.name != "inquiry") {
        let headers = [("authorization", bearer.as_str())];
        let path = format!("/api/v1/{}", kind.plural);
        let answer = building.send(Who::Nobody, Method::POST, &path, &headers, &json).await;
        let refused = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        assert!(refused.contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
    }
    assert_eq!(world.export().await, before);
    let written = world.desk.activity(&machine, 1_000, now()).await.unwrap();
    let kinds: BTreeSet<&str> = written
        .iter()
        .filter(|entry| entry.seq > last && entry.by.as_deref() == Some(EMAIL))
        .map(|entry| entry.kind)
        .collect();
    let own = BTreeSet::from(["account", "pack", "seat", "session", "token"]);
    assert!(kinds.is_subset(&own), "{kinds:?}");
}
