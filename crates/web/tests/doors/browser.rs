//! A browser without a script: it keeps cookies and sends the forms of the pages it is shown.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use desk::{
    Desk,
    accounts::{Account, NewAccount},
};
use model::{Actor, Moment, Role, Via};
use tower::ServiceExt as _;
use web::{App, Settings};

pub const PASSWORD: &str = "tide table under lamp";
pub const START: &str = "2026-11-25T10:00:00Z";

/// The program with its clock in the test's hand.
pub struct House {
    pub desk: Desk,
    pub app: App,
    pub router: Router,
    clock: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

pub async fn house(base: &str) -> House {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("desk.db").display());
    let desk = Desk::open(&url, kinds::catalog(), &[]).await.expect("SQLite opens");
    let clock = Arc::new(AtomicI64::new(Moment::parse(START).expect("an instant").0));
    let read = clock.clone();
    let app =
        App::new(desk.clone(), Arc::new(move || Moment(read.load(Ordering::Relaxed))), Settings { base: base.into() });
    House { desk, router: web::router(app.clone()), app, clock, _folder: folder }
}

impl House {
    pub fn now(&self) -> Moment {
        Moment(self.clock.load(Ordering::Relaxed))
    }

    pub fn wait(&self, milliseconds: i64) {
        self.clock.fetch_add(milliseconds, Ordering::Relaxed);
    }

    pub async fn account(&self, email: &str, role: Role) -> Account {
        let new = NewAccount {
            email: email.into(),
            name: format!("Somebody at {email}"),
            roles: vec![role],
            password: Some(PASSWORD.into()),
            ..NewAccount::default()
        };
        let machine = Actor::system("command line", Via::Command);
        self.desk.create_account(&machine, new, self.now()).await.expect("an account")
    }

    pub fn browser(&self) -> Browser {
        Browser::of(self.router.clone())
    }

    pub async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.post("/sign-in", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        // Any page tells the token of its forms.
        browser.get("/account").await;
        browser
    }
}

pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub csrf: String,
}

pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub fn leads_to(&self) -> &str {
        self.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Browser {
    pub fn of(router: Router) -> Browser {
        Browser { router, cookies: BTreeMap::new(), csrf: String::new() }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let page = self.send(Request::get(path), Body::empty()).await;
        if let Some(rest) = page.text.split("<meta name=\"csrf\" content=\"").nth(1) {
            self.csrf = rest.split('"').next().unwrap_or_default().to_owned();
        }
        page
    }

    /// Sends a form as the page that it stands on would, with the token of the session.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf.clone();
        let mut all = fields.to_vec();
        all.push(("csrf", &csrf));
        self.post_bare(path, &all, &[("origin", "http://127.0.0.1:8080")]).await
    }

    /// Sends exactly these fields and headers.
    pub async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        let mut http = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            http = http.header(*name, *value);
        }
        self.send(http, Body::from(pairs.join("&"))).await
    }

    pub async fn send(&mut self, http: axum::http::request::Builder, body: Body) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let http = http.header("cookie", cookies.join("; ")).header("host", "127.0.0.1:8080");
        let answer = self.router.clone().oneshot(http.body(body).expect("a request")).await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        for set in headers.get_all("set-cookie") {
            let set = set.to_str().expect("ASCII");
            let (name, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let bytes = to_bytes(answer.into_body(), 4 << 20).await.expect("a body");
        Page { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

fn escaped(text: &str) -> String {
    web::seat::escaped(text).replace('/', "%2F")
}
