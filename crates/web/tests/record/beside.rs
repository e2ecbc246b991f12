//! Checks beside the requirements: what one finds is proposed as a nonconformity, and proposed once.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{World, form, set};

const PAGE: &str = "/conformity/beside";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_is_raised_once() {
    let world = World::new().await;
    world.line(json!({"kind": "risk", "number": "RSK-77", "title": "Fire in the hall"})).await;
    let page = world.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("1 of 1 risks has no owner who is an active person"), "{}", page.text);
    let raise = page.text.split('"').find(|text| text.starts_with("/nonconformities/new?source=check%20risk-owners"));
    let raise = raise.expect("a nonconformity is proposed").replace("&amp;", "&").replace("&#38;", "&");
    let filled = world.get(&raise).await;
    assert!(filled.text.contains("Extent: 1 of 1: RSK-77."), "the form says what was found: {}", filled.text);
    let mut pairs = form(&filled.text, "/nonconformities/new");
    set(&mut pairs, "title", "Risks without owner");
    let made = world.post("/nonconformities/new", &pairs).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let page = world.get(PAGE).await;
    assert!(page.text.contains("NCR-1"), "the one that is open is shown");
    assert!(!page.text.contains("source=check%20risk-owners"), "and no second one proposed");
    let one = world.get(&format!("{PAGE}/risk-owners")).await;
    assert_eq!(one.status, StatusCode::OK);
    assert!(one.text.contains("RSK-77") && !one.text.contains("Record the judgement"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_none_and_a_day_that_is_none_are_refused() {
    let world = World::new().await;
    assert_eq!(world.get(&format!("{PAGE}/nothing")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/conformity/8.6.1/risk-owners").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(&format!("{PAGE}?as_of=soon")).await.status, StatusCode::BAD_REQUEST);
    let past = world.get(&format!("{PAGE}?as_of=2020-01-01")).await;
    assert!(past.text.contains("As it was on record on") && !past.text.contains("Raise a nonconformity"));
}
