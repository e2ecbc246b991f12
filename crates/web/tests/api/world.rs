//! A house with the real kinds, two customers and one token per sort of caller, on SQLite and PostgreSQL.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use desk::{
    Desk,
    accounts::{NewAccount, NewToken, TokenScope},
};
use model::{Actor, Command, Input, Moment, Role, Via, time::DAY};
use serde_json::Value as Json;
use tower::ServiceExt as _;
use web::{App, Settings};

use crate::place::Place;

pub const NOW: &str = "2026-11-25T10:00:00Z";

pub struct World {
    pub desk: Desk,
    router: Router,
    tokens: HashMap<Who, String>,
    clock: Arc<AtomicI64>,
    _place: Place,
}

/// Who asks; each has a token of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    Admin,
    Agent,
    /// The agent with a token that may only read.
    Reader,
    /// A person of customer CUS-1.
    Customer,
    Auditor,
    Nobody,
}

impl Who {
    const ALL: [Who; 5] = [Who::Admin, Who::Agent, Who::Reader, Who::Customer, Who::Auditor];

    fn account(self) -> (&'static str, Role, &'static str) {
        match self {
            Who::Admin => ("ada@tidewell.example", Role::Administrator, ""),
            Who::Agent => ("ines@tidewell.example", Role::Agent, ""),
            Who::Reader => ("rea@tidewell.example", Role::Agent, ""),
            Who::Customer => ("carl@cus-1.example", Role::CustomerUser, "CUS-1"),
            Who::Auditor => ("otto@auditors.example", Role::ExternalAuditor, ""),
            Who::Nobody => unreachable!("nobody has no account"),
        }
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn etag(&self) -> String {
        self.header("etag").to_string()
    }

    /// Fails with the whole answer when the status is another one.
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if status >= 400 {
            assert_eq!(self.header("content-type"), "application/problem+json");
            let problem = self.json();
            assert_eq!(problem["status"], status);
            for name in ["type", "title", "detail"] {
                assert!(problem[name].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
            }
        }
        self
    }
}

/// Every world a test runs in. The project's test command always names a PostgreSQL server.
pub async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for (url, place) in Place::each().await {
        worlds.push(World::open(&url, place).await);
    }
    worlds
}

impl World {
    async fn open(url: &str, place: Place) -> World {
        let desk = Desk::open(url, kinds::catalog(), &[]).await.expect("the database opens");
        let now = Moment::parse(NOW).expect("an instant");
        for number in ["CUS-1", "CUS-2"] {
            let fields = [("title", number), ("name", number)].map(|(name, text)| (name.to_string(), Json::from(text)));
            let command =
                Command::Create { kind: "customer".into(), number: Some(number.into()), input: Input::json(fields) };
            desk.perform(&Actor::system("test", Via::Command), command, now).await.expect("a customer");
        }
        let tokens = tokens(&desk, now).await;
        let clock = Arc::new(AtomicI64::new(now.0));
        let hand = clock.clone();
        let settings = Settings { base: "http://127.0.0.1:8080".into() };
        let app = App::new(desk.clone(), Arc::new(move || Moment(hand.load(Ordering::Relaxed))), settings);
        World { desk, router: web::router(app), tokens, clock, _place: place }
    }

    /// Lets a minute pass.
    pub fn tick(&self) {
        self.clock.fetch_add(model::time::MINUTE, Ordering::Relaxed);
    }

    pub fn now(&self) -> Moment {
        Moment(self.clock.load(Ordering::Relaxed))
    }

    pub async fn ask(&self, who: Who, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut http = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if let Some(token) = self.tokens.get(&who) {
            http = http.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            http = http.header(*name, *value);
        }
        let answer = self.router.clone().oneshot(http.body(body).expect("a request")).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, who: Who, path: &str) -> Answer {
        self.ask(who, Method::GET, path, &[], Body::empty()).await
    }

    pub async fn post(&self, who: Who, path: &str, body: Json) -> Answer {
        self.send(who, Method::POST, path, &[], body).await
    }

    pub async fn send(&self, who: Who, method: Method, path: &str, headers: &[(&str, &str)], body: Json) -> Answer {
        let headers = [&[("content-type", "application/json")][..], headers].concat();
        self.ask(who, method, path, &headers, Body::from(body.to_string())).await
    }

    pub async fn patch(&self, who: Who, path: &str, tag: &str, body: Json) -> Answer {
        let headers = [("if-match", tag), ("content-type", "application/merge-patch+json")];
        self.ask(who, Method::PATCH, path, &headers, Body::from(body.to_string())).await
    }

    /// A new incident's path.
    pub async fn incident(&self, body: Json) -> String {
        let answer = self.post(Who::Agent, "/incidents", body).await.is(201);
        answer.header("location").trim_start_matches("/api/v1").to_string()
    }
}

/// One account and one token for each sort of caller.
async fn tokens(desk: &Desk, now: Moment) -> HashMap<Who, String> {
    let machine = Actor::system("test", Via::Command);
    let mut tokens = HashMap::new();
    for who in Who::ALL {
        let (email, role, customer) = who.account();
        let window = (who == Who::Auditor).then(|| (now.minus(DAY), now.plus(30 * DAY)));
        let new = NewAccount {
            email: email.into(),
            name: email.into(),
            roles: vec![role],
            customer: Some(customer.to_string()).filter(|customer| !customer.is_empty()),
            window,
            password: None,
        };
        desk.create_account(&machine, new, now).await.expect("an account");
        let scope = if who == Who::Reader { TokenScope::Read } else { TokenScope::Write };
        let new = NewToken { name: "test".into(), scope, expires: now.plus(7 * DAY) };
        let (secret, _) = desk.create_token(&machine, email, new, now).await.expect("a token");
        tokens.insert(who, secret);
    }
    tokens
}

/// For a value in an address.
pub fn escaped(text: &str) -> String {
    web::seat::escaped(text).replace('/', "%2F")
}
