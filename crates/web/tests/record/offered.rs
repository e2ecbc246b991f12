//! A missing tie that would close a gap: offered where the gap is seen, by what both records are about and their time, and made
//! with one button.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{World, now};

async fn houses() -> Vec<World> {
    let mut houses = World::each().await;
    for world in &mut houses {
        furnish(world).await;
    }
    houses
}

async fn furnish(world: &World) {
    let outage = |number: &str, service: &str| json!({"kind": "outage", "number": number, "title": "Mail was away", "state": "over", "fields": {"service": service, "planned": false, "cause": "A disk", "start": "2026-11-10T08:00:00Z", "end": "2026-11-10T09:00:00Z"}, "history": [{"at": "2026-11-10T09:30:00Z"}]});
    world.line(outage("OUT-1", "SVC-1")).await;
    for (number, service, day) in [
        ("PRB-1", "SVC-2", "2026-11-10"),
        ("PRB-2", "SVC-1", "2026-11-12"),
        ("PRB-3", "SVC-1", "2026-09-01"),
        ("PRB-4", "SVC-9", "2024-01-01"),
    ] {
        let at = format!("{day}T10:00:00Z");
        world.line(json!({"kind": "problem", "number": number, "title": format!("Disks {number}"), "state": "new", "fields": {"service": service, "raised_on": at}, "history": [{"at": at}]})).await;
    }
    let ines = model::Actor::system("test", model::Via::Web);
    world.desk.assessment(&ines, now()).await.expect("an assessment");
}

fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const PAGE: &str = "/conformity/8.7.1/8.7.1-5";

#[tokio::test(flavor = "multi_thread")]
async fn the_records_that_fit_best_are_offered_and_one_button_closes_the_gap() {
    for world in houses().await {
        one_button(&world).await;
    }
}

async fn one_button(world: &World) {
    let page = world.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    let place = |number: &str| page.text.find(&format!("Tie to {number}<"));
    assert!(place("PRB-2").is_some() && place("PRB-2") < place("PRB-3"), "the same service, the nearest first");
    assert!(place("PRB-3") < place("PRB-1"), "the day alone tells less");
    assert!(place("PRB-4").is_none(), "another service, years ago");
    assert!(page.text.contains("same service, 2 days apart"), "{:.4000}", page.text);
    let record = world.get("/outages/OUT-1").await.text;
    assert!(record.contains("Tie to PRB-2<"), "on the page of the record as well");
    let refused = world.post(&format!("{PAGE}/tie"), &form(&[("from", "OUT-1"), ("to", "SVC-1")])).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    let made =
        world.post(&format!("{PAGE}/tie"), &form(&[("from", "OUT-1"), ("to", "PRB-2"), ("back", "record")])).await;
    assert_eq!(made.location, "/outages/OUT-1");
    let assessment = world.desk.assess_as_of(now()).await.expect("an assessment");
    assert_eq!(assessment.find("8.7.1-5").expect("it is judged").bad, 0);
    // The map follows beside whoever reads.
    for _ in 0..50 {
        if !world.get(PAGE).await.text.contains("Tie to") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the gap is closed and a tie is offered still");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_check_asks_for_is_tied() {
    let world = houses().await.remove(0);
    for (path, status) in
        [("/conformity/9.3/9.3-1/tie", StatusCode::NOT_FOUND), ("/conformity/8.7.1/8.7.1-5/tie", StatusCode::NOT_FOUND)]
    {
        let answer = world.post(path, &form(&[("from", "OUT-404"), ("to", "PRB-2")])).await;
        assert_eq!(answer.status, status, "{path}");
    }
}
