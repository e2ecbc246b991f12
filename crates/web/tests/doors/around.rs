//! What all doors have in common: who may come in, what is told to whom, and what every answer carries.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode},
    routing::MethodFilter,
};
use desk::Desk;
use model::Moment;
use tower::ServiceExt as _;
use web::{App, Refused, Seat, Settings, routes::Doors};

async fn greet(seat: Seat) -> String {
    seat.account.name
}

async fn panics() -> String {
    panic!("the cause stays in the log")
}

async fn app() -> App {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("doors.db").display());
    let desk = Desk::open(&url, model::Catalog::new(Vec::new()), &[]).await.expect("the database opens");
    let now = Moment::parse("2026-11-25T10:00:00Z").expect("an instant");
    // The folder lives as long as the house does.
    let clock = move || {
        let _ = &folder;
        now
    };
    App::new(desk, Arc::new(clock), Settings { base: "http://127.0.0.1:8080".into() })
}

async fn building() -> Router {
    let doors = Doors::default()
        .member(MethodFilter::GET, "/greet", greet)
        .member(MethodFilter::GET, "/api/v1/greet", greet)
        .open(MethodFilter::GET, "/open", panics)
        .open(MethodFilter::GET, "/refused", async || Refused::field("name", "needs a name"));
    web::built(doors, app().await)
}

async fn ask(path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut http = Request::get(path);
    for (name, value) in headers {
        http = http.header(*name, *value);
    }
    building().await.oneshot(http.body(Body::empty()).expect("a request")).await.expect("an answer")
}

async fn text(response: Response<Body>) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test]
async fn strangers_are_shown_the_way_in_and_machines_are_asked_for_a_token() {
    let page = ask("/greet?a=b&c", &[]).await;
    assert_eq!(page.status(), StatusCode::SEE_OTHER);
    assert_eq!(page.headers()["location"], "/sign-in?next=/greet%3Fa%3Db%26c");
    for headers in [&[][..], &[("authorization", "Bearer nonsense")][..], &[("cookie", "plumbline=nonsense")][..]] {
        let api = ask("/api/v1/greet", headers).await;
        assert_eq!(api.status(), StatusCode::UNAUTHORIZED);
        assert!(api.headers()["www-authenticate"].to_str().expect("ASCII").starts_with("Bearer"));
        assert_eq!(api.headers()["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn refusals_are_told_in_the_language_of_whoever_asks() {
    let page = ask("/nowhere", &[("accept", "text/html")]).await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    assert!(text(page).await.contains("Nothing is here"));
    let problem = ask("/api/v1/nowhere", &[]).await;
    assert_eq!(problem.status(), StatusCode::NOT_FOUND);
    let problem: serde_json::Value = serde_json::from_str(&text(problem).await).expect("JSON");
    assert_eq!(problem["status"], 404);
    let invalid = ask("/refused", &[("accept", "application/json")]).await;
    assert_eq!(invalid.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let invalid: serde_json::Value = serde_json::from_str(&text(invalid).await).expect("JSON");
    assert_eq!(invalid["errors"][0], serde_json::json!({"field": "name", "message": "needs a name"}));
    let method = building().await.oneshot(Request::put("/open").body(Body::empty()).expect("a request")).await;
    assert_eq!(method.expect("an answer").status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_panic_is_a_page_with_an_id_and_without_its_cause() {
    let page = ask("/open", &[]).await;
    assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let page = text(page).await;
    assert!(page.contains("Reference <code>") && !page.contains("stays in the log"));
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_careful() {
    for path in ["/greet", "/open", "/nowhere", "/api/v1/greet"] {
        let answer = ask(path, &[]).await;
        let policy = answer.headers()["content-security-policy"].to_str().expect("ASCII");
        assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(answer.headers().contains_key("x-request-id"));
    }
}
