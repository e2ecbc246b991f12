//! Every door of the building, tried with rubbish: whatever comes, the answer is no fault of ours, and it is told in the
//! language of whoever asks. (Who may come through at all is held by the doors' own tests in `crates/web`.)

use axum::http::Method;
use web::routes::{self, Route};

use crate::{
    building::{Answer, BYSTANDER, Building, OWNER, Who, escaped},
    every_kind::house::House,
    world::Database,
};

both_databases!(rubbish_in_addresses_is_no_fault, rubbish_in_bodies_is_no_fault);

/// What may stand in a gap of an address: what is there, what is not, and what was never meant.
const GAPS: [&str; 10] = [
    "incidents",
    "INC-1",
    "4.1",
    "0",
    "-1",
    "99999999999999999999",
    "'; drop table record; --",
    "../../etc/passwd",
    "\u{0}\u{1f600}",
    "x.csv",
];

const QUERIES: [&str; 12] = [
    "",
    "filter=((((",
    "filter=state%20%3D%20%27&order_by=,,-",
    "filter=title%20contains%20%25&page_size=0",
    "page_token=!!!&page_size=500",
    "page_token=W1siYSJdLDFd",
    "as_of=yesterday",
    "as_of=9999-12-31T23%3A59%3A59Z&q=%00%27%22",
    "q=%F0%9F%98%80%20%2A%20OR%20%22",
    "q=a&q=b&fields=title.title.title",
    "%ff=%fe&=&&&",
    "version=99999999999999999999&to=nowhere&kinds=nothing,service",
];

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Media type and body.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = [vec![b'['; 3_000], vec![b']'; 3_000]].concat();
    vec![
        ("", Vec::new()),
        (JSON, b"{".to_vec()),
        (JSON, b"null".to_vec()),
        (JSON, b"[1, 2]".to_vec()),
        (JSON, b"{\"title\": {\"a\": []}, \"fields\": 7, \"to\": [], \"links\": \"x\", \"text\": null}".to_vec()),
        (
            JSON,
            b"{\"title\": \"\\u0000\", \"fields\": {\"\\u0000\": 1e999}, \"to\": \"\", \"type\": \"\", \"text\": \"\"}"
                .to_vec(),
        ),
        (JSON, deep),
        ("application/merge-patch+json", b"{\"fields\": {\"state\": \"closed\", \"number\": 1}}".to_vec()),
        (FORM, b"title=%00&state=closed&version=-1&text=&to=&type=&email=&password=&name=&id=x".to_vec()),
        (FORM, b"%ff=%fe&a.0.b.1.c=1&a.99999999999999999999.b=1&add.a=1&remove.a.0=1&version=1".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\ncontent-disposition: form-data\r\n\r\n".to_vec()),
        ("multipart/form-data", b"--x--".to_vec()),
        ("text/plain", b"\xff\xfe\x00".to_vec()),
        ("\u{1}strange", b"?".to_vec()),
    ]
}

/// The address with one thing in every gap.
fn filled(path: &str, gap: &str) -> String {
    let part = |part: &str| if part.contains('{') { escaped(gap) } else { part.to_string() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The same with what fits best, so that rubbish elsewhere is reached.
fn fitting(path: &str) -> String {
    let fits =
        [("{plural}", "incidents"), ("{number}", "INC-1"), ("{name}", "title"), ("{clause}", "8.6.1"), ("{id}", "1")];
    fits.iter().fold(path.to_string(), |path, (gap, value)| path.replace(gap, value)).replace(['{', '}'], "")
}

/// An answer that tells what is wrong, without blaming us.
fn is_told(route: &Route, answer: &Answer) -> Result<(), String> {
    if answer.status.is_server_error() {
        return Err(format!("{} {:.200}", answer.status, answer.text));
    }
    let machine = route.path.starts_with("/api/");
    if answer.status.is_client_error() && machine {
        let json: serde_json::Value =
            serde_json::from_str(&answer.text).map_err(|_| format!("no JSON: {:.200}", answer.text))?;
        let whole = json["status"] == answer.status.as_u16() && json["title"].is_string() && json["detail"].is_string();
        let right = answer.header("content-type") == "application/problem+json";
        return if whole && right { Ok(()) } else { Err(format!("no problem of RFC 9457: {json}")) };
    }
    Ok(())
}

async fn rubbish_in_addresses_is_no_fault(database: Database) {
    let house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for route in routes::table() {
        let mut paths: Vec<String> = GAPS.iter().map(|gap| filled(route.path, gap)).collect();
        paths.extend(QUERIES.iter().map(|query| format!("{}?{query}", fitting(route.path))));
        paths.push(fitting(route.path));
        paths.dedup();
        for path in paths {
            for who in [Who::Nobody, OWNER, BYSTANDER] {
                if who_is_needed(&route, who) {
                    continue;
                }
                asked += 1;
                let answer = building.ask(who, route.method.clone(), &path, &[], Vec::new()).await;
                if let Err(why) = is_told(&route, &answer) {
                    wrong.push(format!("{} {path} by {who:?}: {why}", route.method));
                }
            }
        }
    }
    assert!(asked > 1_000, "only {asked} doors were tried");
    assert!(wrong.is_empty(), "{} answers:\n  {}\n", wrong.len(), wrong.join("\n  "));
}

/// Not the doors that would take away the accounts that the test asks with.
fn who_is_needed(route: &Route, who: Who<'_>) -> bool {
    route.path == "/account/tokens/revoke" && !matches!(who, Who::Nobody)
}

async fn rubbish_in_bodies_is_no_fault(database: Database) {
    let house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    let mut wrong = Vec::new();
    for route in routes::table().iter().filter(|route| route.method != Method::GET) {
        for (media, body) in bodies() {
            for headers in [vec![], vec![("if-match", "*")], vec![("if-match", "\"1\""), ("idempotency-key", "a b")]] {
                let headers = [headers, vec![("content-type", media)]].concat();
                if axum::http::HeaderValue::from_str(media).is_err() {
                    continue;
                }
                for who in [OWNER, BYSTANDER] {
                    if who_is_needed(route, who) {
                        continue;
                    }
                    let path = fitting(route.path);
                    let answer = building.ask(who, route.method.clone(), &path, &headers, body.clone()).await;
                    if let Err(why) = is_told(route, &answer) {
                        let body = String::from_utf8_lossy(&body);
                        wrong.push(format!("{} {path} with {media} {body:.80} by {who:?}: {why}", route.method));
                    }
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{} answers:\n  {}\n", wrong.len(), wrong.join("\n  "));
    let verdict = house.world.desk.verify(&mut |_| {}).await.expect("a verdict");
    assert_eq!(verdict.first, Vec::<String>::new(), "rubbish has damaged the journal");
}
