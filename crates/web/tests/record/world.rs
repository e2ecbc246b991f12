//! One small organisation with a record of every kind, every field of it filled, and a browser that is signed in.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode},
};
use desk::{Desk, accounts::Whence};
use model::{Actor, Command, Kind, Line, Moment, Type, Via};
use serde_json::{Map, Value as Json, json};
use tower::ServiceExt as _;
use web::{App, Settings};

use crate::place::Place;

pub const NOW: &str = "2026-11-25T10:00:00Z";

pub struct World {
    pub desk: Desk,
    router: Router,
    cookie: String,
    csrf: String,
    _place: Place,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

pub fn now() -> Moment {
    Moment::parse(NOW).expect("an instant")
}

pub fn system() -> Actor {
    Actor::system("test", Via::Import)
}

impl World {
    pub async fn new() -> World {
        let (url, place) = Place::folder();
        World::at(&url, place).await
    }

    /// One on each database.
    pub async fn each() -> Vec<World> {
        let mut worlds = Vec::new();
        for (url, place) in Place::each().await {
            worlds.push(World::at(&url, place).await);
        }
        worlds
    }

    async fn at(url: &str, place: Place) -> World {
        let desk = Desk::open(url, kinds::catalog(), &[]).await.expect("the database opens");
        let secret = desk.first_start(now()).await.expect("an answer").expect("nobody is there yet");
        let token = desk
            .welcome(
                &secret,
                ("Ines Okafor", "ines@tidewell.example", "plumb lines hang straight"),
                Whence::default(),
                now(),
            )
            .await
            .expect("the first administrator");
        let app = App::new(desk.clone(), Arc::new(now), Settings { base: "http://127.0.0.1:8080".into() });
        let csrf = desk::accounts::digest(&format!("csrf {token}"));
        World { desk, router: web::router(app), cookie: format!("plumbline={token}"), csrf, _place: place }
    }

    /// Imports a line and returns the number that it got.
    pub async fn line(&self, line: Json) -> String {
        let line = Line::read(line).expect("a line");
        let done = self.desk.perform(&system(), Command::Import { line: Box::new(line) }, now()).await;
        done.unwrap_or_else(|why| panic!("{why}")).number
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header("accept", "text/html").body(Body::empty()).expect("a request")).await
    }

    /// As a machine with a token and no cookie.
    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        let http = Request::get(path).header("authorization", format!("Bearer {token}")).body(Body::empty());
        self.send(http.expect("a request")).await
    }

    pub async fn fragment(&self, path: &str) -> Answer {
        self.send(Request::get(path).header("x-fragment", "1").body(Body::empty()).expect("a request")).await
    }

    pub async fn post(&self, path: &str, pairs: &[(String, String)]) -> Answer {
        self.post_with(path, pairs, &[]).await
    }

    pub async fn post_with(&self, path: &str, pairs: &[(String, String)], headers: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf).extend_pairs(pairs);
        let mut http = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "http://127.0.0.1:8080")
            .header("accept", "text/html");
        for (name, value) in headers {
            http = http.header(*name, *value);
        }
        self.send(http.body(Body::from(form.finish())).expect("a request")).await
    }

    pub async fn upload(&self, path: &str, name: &str, bytes: &[u8]) -> Answer {
        let mut body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--x\r\ncontent-disposition: form-data; \
             name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/html\r\n\r\n",
            self.csrf
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let http = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=x")
            .header("origin", "http://127.0.0.1:8080");
        self.send(http.body(Body::from(body)).expect("a request")).await
    }

    /// An answer whose body is read as it comes.
    pub async fn open(&self, path: &str) -> Response<Body> {
        let mut http = Request::get(path).body(Body::empty()).expect("a request");
        http.headers_mut().insert("cookie", self.cookie.parse().expect("a cookie"));
        self.router.clone().oneshot(http).await.expect("an answer")
    }

    async fn send(&self, mut http: Request<Body>) -> Answer {
        http.headers_mut().insert("cookie", self.cookie.parse().expect("a cookie"));
        let response: Response<Body> = self.router.clone().oneshot(http).await.expect("an answer");
        let status = response.status();
        let headers = response.headers().clone();
        let location = headers.get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_string();
        let bytes = to_bytes(response.into_body(), 64 << 20).await.expect("a body");
        Answer { status, location, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Lays one record of every kind on record, each field filled by its type.
    pub async fn one_of_each(&self) {
        let catalog = self.desk.catalog();
        for kind in catalog.kinds() {
            self.line(full(kind)).await;
        }
    }
}

/// A line of a kind with a value in every field.
pub fn full(kind: &Kind) -> Json {
    let fields: Map<String, Json> = kind
        .fields
        .iter()
        .filter(|field| field.alias.is_none())
        .map(|field| (field.name.clone(), sample(&field.ty, 0)))
        .collect();
    json!({
        "kind": kind.name,
        "number": format!("{}-1", kind.prefix),
        "title": format!("The first {} & <others>", kind.label.to_lowercase()),
        "fields": fields,
    })
}

/// Some value of a type, with what markup must not be able to break out of.
pub fn sample(ty: &Type, depth: usize) -> Json {
    match ty {
        Type::Text => json!("A <b>line</b> \"of\" text"),
        Type::LongText => json!("First line\n\n- one\n- two\n\n<script>alert(1)</script>"),
        Type::Number => json!(12500.5),
        Type::Money => json!({"amount": 1250.5, "currency": "EUR"}),
        Type::Percentage => json!(99.9),
        Type::Date => json!("2026-11-12"),
        Type::Instant => json!("2026-11-12T07:14:03.5Z"),
        Type::Duration => json!(16_200),
        Type::Period => json!("2026-11"),
        Type::Flag => json!(false),
        Type::Person => json!("tomas@tidewell.example"),
        Type::Choice(choices) => json!(choices.options.first().map_or("own", |option| option.0.as_str())),
        Type::Ref(refs) => json!(refs.kinds.first().map_or("INC-1".into(), |kind| {
            kinds::catalog().find(kind).map_or_else(String::new, |kind| format!("{}-1", kind.prefix))
        })),
        Type::List(of) if depth < 3 => json!([sample(of, depth + 1)]),
        Type::Parts(fields) if depth < 3 => {
            let mut parts: Map<String, Json> =
                fields.iter().map(|field| (field.name.clone(), sample(&field.ty, depth + 1))).collect();
            parts.insert("undeclared_part".into(), json!({"kept": [1, "two"]}));
            Json::Object(parts)
        }
        _ => json!({"any": ["thing", 1]}),
    }
}

/// The fields of the first form that posts to an address, as a browser would send them back untouched.
pub fn form(html: &str, action: &str) -> Vec<(String, String)> {
    let start = html.find(&format!("action=\"{action}\"")).unwrap_or_else(|| panic!("no form posts to {action}"));
    let end = html[start..].find("</form>").expect("the form ends") + start;
    let mut body = html[start..end].to_string();
    while let (Some(from), Some(to)) = (body.find("<template>"), body.find("</template>")) {
        body.replace_range(from..to + "</template>".len(), "");
    }
    let mut pairs = Vec::new();
    let mut rest = body.as_str();
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let tag: String = rest.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
        let inner = &rest[..rest.find('>').expect("a tag ends")];
        let name = attribute(inner, "name");
        match (tag.as_str(), name) {
            ("input", Some(name)) if name != "csrf" => {
                let kind = attribute(inner, "type").unwrap_or_default();
                if !matches!(kind.as_str(), "checkbox" | "radio") || inner.contains(" checked") {
                    pairs.push((name, attribute(inner, "value").unwrap_or_default()));
                }
            }
            ("textarea", Some(name)) => {
                let text = &rest[rest.find('>').expect("a tag ends") + 1..rest.find("</textarea>").expect("it ends")];
                // The first line end behind the tag is not content; browsers send CR LF.
                let text = plain(text.strip_prefix('\n').unwrap_or(text)).replace('\n', "\r\n");
                pairs.push((name, text));
            }
            ("select", Some(name)) => {
                let options = &rest[..rest.find("</select>").expect("it ends")];
                let chosen = options.split("<option").skip(1).find(|option| option.contains(" selected"));
                let first = options.split("<option").nth(1);
                let option = chosen.or(first).unwrap_or_default();
                let text = option.split('>').nth(1).unwrap_or_default().split('<').next().unwrap_or_default();
                pairs.push((name, attribute(option, "value").unwrap_or_else(|| plain(text))));
            }
            _ => {}
        }
    }
    pairs
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(plain(&tag[start..start + tag[start..].find('"')?]))
}

fn plain(text: &str) -> String {
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
}

pub fn set(pairs: &mut Vec<(String, String)>, name: &str, value: &str) {
    pairs.retain(|pair| pair.0 != name);
    pairs.push((name.into(), value.into()));
}

/// Every `id` of a page; a second one of the same would break labels and links.
pub fn assert_ids_are_unique(html: &str, page: &str) {
    let mut seen = BTreeSet::new();
    let body = html
        .split("<template>")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once("</template>").map_or("", |parts| parts.1) });
    for part in body {
        for id in part.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(seen.insert(id.to_string()), "{page}: the id {id} stands twice");
        }
    }
}
