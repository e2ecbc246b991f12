//! The course of conformity: the page looks ahead, refuses what is no day, and is the provider's alone.

use axum::http::StatusCode;

use crate::world::World;

const PAGE: &str = "/conformity/course";

#[tokio::test]
async fn it_looks_ahead_to_the_day_that_is_picked() {
    let world = World::new().await;
    let page = world.get(&format!("{PAGE}?until=2027-12-31")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("value=\"2027-12-31\""), "the day stays in the field");
    assert!(page.text.contains("What runs out") && page.text.contains("How it stood"));
}

#[tokio::test]
async fn a_day_that_is_none_or_past_is_refused_in_words() {
    let world = World::new().await;
    for (until, says) in [
        ("soon", "is not a day such as"),
        ("2020-01-01", "a day from tomorrow on"),
        ("2199-01-01", "within three years"),
    ] {
        let page = world.get(&format!("{PAGE}?until={until}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{until}");
        assert!(page.text.contains(says), "{until}");
    }
    assert_eq!(world.get(&format!("{PAGE}?til=2027-12-31")).await.status, StatusCode::BAD_REQUEST);
}
