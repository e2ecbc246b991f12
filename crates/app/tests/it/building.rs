//! The whole building over a desk, with an account and a token for everybody who may knock.

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
    http::{HeaderMap, Method, Request, StatusCode},
};
use desk::{
    Desk,
    accounts::{NewAccount, NewToken, TokenScope},
};
use model::{Actor, Moment, Role, Via, time::DAY};
use serde_json::Value as Json;
use tower::ServiceExt as _;
use web::{App, Settings};

use crate::world::now;

pub const BASE: &str = "http://127.0.0.1:8080";

pub struct Building {
    router: Router,
    tokens: BTreeMap<String, String>,
    clock: Arc<AtomicI64>,
}

/// Nobody, somebody by the e-mail of their account.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    Nobody,
    Mail(&'a str),
}

pub const OWNER: Who<'static> = Who::Mail("administrator@tidewell.example");
/// A person of customer CUS-1.
pub const CUSTOMER: Who<'static> = Who::Mail("customer-user@tidewell.example");
/// A person of customer CUS-2.
pub const BYSTANDER: Who<'static> = Who::Mail("bea@cus-2.example");

/// The mail of the account that has one role alone.
pub fn mail(role: Role) -> String {
    format!("{}@tidewell.example", role.name())
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} is no JSON: {:.500}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Building {
    pub async fn over(desk: &Desk) -> Building {
        let machine = Actor::system("test", Via::Command);
        let mut tokens = BTreeMap::new();
        let roles = Role::ALL.iter().map(|role| {
            let customer = (*role == Role::CustomerUser).then(|| "CUS-1".to_string());
            (mail(*role), *role, customer)
        });
        let bystander = ("bea@cus-2.example".to_string(), Role::CustomerUser, Some("CUS-2".to_string()));
        for (email, role, customer) in roles.chain([bystander]) {
            let window = (role == Role::ExternalAuditor).then(|| (now().minus(DAY), now().plus(30 * DAY)));
            let account = NewAccount {
                email: email.clone(),
                name: email.clone(),
                roles: vec![role],
                customer,
                window,
                password: None,
            };
            desk.create_account(&machine, account, now()).await.unwrap_or_else(|why| panic!("{email}: {why}"));
            let token = NewToken { name: "test".into(), scope: TokenScope::Write, expires: now().plus(7 * DAY) };
            let (secret, _) = desk.create_token(&machine, &email, token, now()).await.expect("a token");
            tokens.insert(email, secret);
        }
        let clock = Arc::new(AtomicI64::new(now().0));
        let hand = clock.clone();
        let hand = Arc::new(move || Moment(hand.load(Ordering::Relaxed)));
        let app = App::new(desk.clone(), hand, Settings { base: BASE.into() });
        Building { router: web::router(app), tokens, clock }
    }

    /// Turns the clock of the building to an instant; it stands still until it is turned again.
    pub fn turn_to(&self, at: Moment) {
        self.clock.store(at.0, Ordering::Relaxed);
    }

    pub fn now(&self) -> Moment {
        Moment(self.clock.load(Ordering::Relaxed))
    }

    pub async fn ask(
        &self,
        who: Who<'_>,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut http = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080");
        if let Who::Mail(mail) = who {
            let token = self.tokens.get(mail).unwrap_or_else(|| panic!("{mail} has no account"));
            http = http.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            http = http.header(*name, *value);
        }
        let http = http.body(Body::from(body)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let answer = self.router.clone().oneshot(http).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn get(&self, who: Who<'_>, path: &str) -> Answer {
        self.ask(who, Method::GET, path, &[("accept", accepts(path))], Vec::new()).await
    }

    pub async fn send(
        &self,
        who: Who<'_>,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Json,
    ) -> Answer {
        let headers = [&[("content-type", "application/json")][..], headers].concat();
        self.ask(who, method, path, &headers, body.to_string().into_bytes()).await
    }

    pub async fn form(&self, who: Who<'_>, path: &str, pairs: &[(String, String)]) -> Answer {
        let pair = |(name, value): &(String, String)| format!("{}={}", escaped(name), escaped(value));
        let body = pairs.iter().map(pair).collect::<Vec<_>>().join("&");
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html"), ("origin", BASE)];
        self.ask(who, Method::POST, path, &headers, body.into_bytes()).await
    }
}

fn accepts(path: &str) -> &'static str {
    if path.starts_with("/api/") { "application/json" } else { "text/html" }
}

/// For a value in an address or a form.
pub fn escaped(text: &str) -> String {
    web::seat::escaped(text).replace('/', "%2F")
}

/// What a browser would send of the form that posts to an address, untouched.
pub fn untouched(html: &str, action: &str) -> Vec<(String, String)> {
    let start = html.find(&format!("action=\"{action}\"")).unwrap_or_else(|| panic!("no form posts to {action}"));
    let end = html[start..].find("</form>").expect("the form ends") + start;
    let mut form = html[start..end].to_string();
    // What scripts copy is no part of the form.
    while let (Some(from), Some(to)) = (form.find("<template>"), form.find("</template>")) {
        form.replace_range(from..to + "</template>".len(), "");
    }
    let mut pairs = Vec::new();
    let mut rest = form.as_str();
    while let Some((_, behind)) = rest.split_once('<') {
        rest = behind;
        pairs.extend(control(rest));
    }
    pairs
}

/// Name and value of the control whose tag begins here.
fn control(rest: &str) -> Option<(String, String)> {
    let (tag, behind) = rest.split_once('>')?;
    let name = attribute(tag, "name")?;
    if tag.starts_with("input") {
        let kind = attribute(tag, "type").unwrap_or_default();
        let sent = !matches!(kind.as_str(), "checkbox" | "radio") || tag.contains(" checked");
        return sent.then(|| (name, attribute(tag, "value").unwrap_or_default()));
    }
    if tag.starts_with("textarea") {
        let text = behind.split("</textarea>").next().unwrap_or_default();
        // The first line end is not content; browsers send CR LF.
        return Some((name, plain(text.strip_prefix('\n').unwrap_or(text)).replace('\n', "\r\n")));
    }
    if !tag.starts_with("select") {
        return None;
    }
    let options = behind.split("</select>").next().unwrap_or_default();
    let chosen = options.split("<option").skip(1).find(|option| option.contains(" selected"));
    let option = chosen.or_else(|| options.split("<option").nth(1)).unwrap_or_default();
    let words = option.split_once('>').map_or("", |parts| parts.1).split('<').next().unwrap_or_default();
    Some((name, attribute(option, "value").unwrap_or_else(|| plain(words))))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(plain(&tag[start..start + tag[start..].find('"')?]))
}

fn plain(text: &str) -> String {
    let signs = [
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
    ];
    signs
        .iter()
        .fold(text.to_string(), |text, (sign, letter)| text.replace(sign, letter))
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
