//! Every door, tried by nobody and by somebody without its right. The list of open doors may only shrink.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use model::Role;
use web::routes::{self, Demand};

use crate::browser::house;

const OPEN: &[&str] = &[
    // The address that a calendar program subscribes to is itself the key.
    "GET /calendar/{token}",
    // The link of somebody who is asked to approve and has no account.
    "GET /decide/{token}",
    "POST /decide/{token}",
    "GET /rate/{token}",
    "POST /rate/{token}",
    "GET /healthz",
    "GET /metrics",
    "GET /readyz",
    "GET /sign-in",
    "GET /static/{file}",
    // The public page, where the organisation has switched it on.
    "GET /status",
    "GET /status.json",
    "POST /sign-in",
    "GET /welcome/{token}",
    "POST /welcome/{token}",
];

#[test]
fn the_open_doors_are_these_and_no_others() {
    let mut open: Vec<String> = routes::table()
        .into_iter()
        .filter(|route| route.demand == Demand::Nothing)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    open.sort_unstable();
    let mut wanted: Vec<String> = OPEN.iter().map(|door| (*door).to_owned()).collect();
    wanted.sort_unstable();
    assert_eq!(open, wanted);
}

/// A path with something in each gap.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn nobody_comes_through_a_door_that_demands_somebody() {
    let house = house("http://127.0.0.1:8080").await;
    for route in routes::table().into_iter().filter(|route| route.demand != Demand::Nothing) {
        let path = filled(route.path);
        let page = house.browser().send(Request::builder().method(&route.method).uri(&path), Body::empty()).await;
        if path.starts_with("/api/") {
            assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{} {path}", route.method);
        } else {
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{} {path}: {}", route.method, page.text);
            assert!(page.leads_to().starts_with("/sign-in"), "{} {path} leads to {}", route.method, page.leads_to());
        }
    }
}

#[tokio::test]
async fn administrators_doors_refuse_everybody_else() {
    let house = house("http://127.0.0.1:8080").await;
    house.account("ines@tidewell.example", Role::SmsManager).await;
    let mut ines = house.signed_in("ines@tidewell.example").await;
    for route in routes::table().into_iter().filter(|route| route.demand == Demand::Administrator) {
        let path = filled(route.path);
        // The API takes the cookie of a browser only from pages of our own.
        let http = Request::builder().method(&route.method).uri(&path).header("x-csrf", &ines.csrf.clone());
        let http = http.header("origin", "http://127.0.0.1:8080");
        let page = ines.send(http, Body::empty()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{} {path}", route.method);
    }
}
