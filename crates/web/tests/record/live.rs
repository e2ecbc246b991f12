//! Live pages over HTTP: one stream, told apart by what is asked for.

use std::time::Duration;

use axum::http::StatusCode;
use futures::StreamExt as _;
use model::{Command, Target};
use serde_json::json;

use crate::world::{World, now, system};

async fn house() -> World {
    let world = World::new().await;
    world.line(json!({"kind": "incident", "number": "INC-1", "title": "Mail is down", "state": "new"})).await;
    world
}

#[tokio::test]
async fn a_stream_tells_what_is_written() {
    let world = house().await;
    // A beat begins a second before that, so that nothing is lost between page and stream.
    let since = now().0 + 5_000;
    let later = model::Moment(since + 5_000);
    let list = "/live?list=%2Fincidents%3Ffilter%3Dphase%2B%21%253D%2Bdone";
    let response = world.open(&format!("{list}&since={since}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers().get("content-encoding"), None, "a stream is not held back to be packed");
    let target = Target { kind: "incident".into(), number: "INC-1".into(), version: None };
    let note = Command::Note { target, text: "Looking".into(), public: false };
    world.desk.perform(&system(), note, later).await.expect("a note");
    let mut frames = response.into_body().into_data_stream();
    let mut heard = String::new();
    while !heard.contains("\n\n") {
        let frame = tokio::time::timeout(Duration::from_secs(20), frames.next()).await.expect("news in time");
        heard.push_str(&String::from_utf8_lossy(&frame.expect("more").expect("bytes")));
    }
    assert!(heard.contains("event: written") && heard.contains(&format!("id: {}", later.0)), "{heard}");
    assert!(heard.contains(r#""number":"INC-1","version":2"#) && heard.contains(r#""listed":true"#), "{heard}");
    world.desk.hang_up();
    let end = tokio::time::timeout(Duration::from_secs(20), frames.next()).await.expect("an end in time");
    assert!(end.is_none(), "a server that stops ends its streams");
}

#[tokio::test]
async fn what_cannot_be_listened_to_is_refused() {
    let world = house().await;
    for (path, status) in [
        ("/live", StatusCode::BAD_REQUEST),
        ("/live?list=%2Fincidents%3Ffilter%3Dnonsense%3D1", StatusCode::BAD_REQUEST),
        ("/live?list=%2Fnonsense", StatusCode::NOT_FOUND),
        ("/live?kind=incidents&record=INC-9", StatusCode::NOT_FOUND),
        ("/live?kind=problems&record=INC-1", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(world.get(path).await.status, status, "{path}");
    }
    let writes = [("writes".to_string(), "yes".to_string())];
    assert_eq!(world.post("/incidents/INC-1/writing", &writes).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.post("/incidents/INC-9/writing", &writes).await.status, StatusCode::NOT_FOUND);
}
