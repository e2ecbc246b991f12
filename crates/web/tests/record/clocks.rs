//! Clocks on pages: the section of a record with its working, the column of a queue, what is due on home and my work.

use serde_json::json;

use crate::world::World;

/// Three open incidents of the morning of the day on which the world stands, and one that came in over.
async fn house() -> World {
    let world = World::new().await;
    let owner = "ines@tidewell.example";
    for (number, at, state, priority) in [
        ("INC-1", "09:50", "in_progress", "P3"),
        ("INC-2", "09:40", "new", "P1"),
        ("INC-3", "09:00", "waiting_customer", "P2"),
        ("INC-4", "08:00", "closed", "P1"),
    ] {
        let begun = format!("2026-11-25T{at}:00Z");
        let answered = (state != "new").then_some("2026-11-25T09:55:00Z");
        world
            .line(json!({"kind": "incident", "number": number, "title": format!("Told {number}"), "state": state,
                "fields": {"priority": priority, "owner": owner, "raised_on": begun, "responded_on": answered},
                "history": [{"at": begun, "state": "new"}, {"at": "2026-11-25T09:55:00Z", "state": state}]}))
            .await;
    }
    world
}

#[tokio::test]
async fn the_queue_leads_with_what_is_due_next() {
    let world = house().await;
    let page = world.get("/incidents?filter=phase+%21%3D+done").await.text;
    let place =
        |number: &str| page.find(&format!("data-href=\"/incidents/{number}\"")).unwrap_or_else(|| panic!("{number}"));
    // The answer to the P1 was due at 10:40, the P3 is to be resolved tomorrow; nobody knows when what is on hold is due.
    assert!(place("INC-2") < place("INC-1") && place("INC-1") < place("INC-3"), "{page}");
    assert!(page.contains("by due") && page.contains("aria-sort=\"ascending\""), "{page}");
    for words in ["0:40 to answer", "On hold, 7:05 left", "response due Wed 25 Nov 2026, 10:40 UTC"] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    let newest = world.get("/incidents").await.text;
    assert!(newest.contains("newest first"), "where everything is listed nothing is due first");
    let chosen = world.get("/incidents?filter=phase+%21%3D+done&order_by=title").await.text;
    assert!(chosen.contains("by title"), "what was asked for counts more");
}

#[tokio::test]
async fn a_record_shows_its_clocks_and_the_working() {
    let world = house().await;
    let page = world.get("/incidents/INC-3").await.text;
    for words in [
        "Service level clocks",
        "Standard targets",
        "8 h, 24×7",
        "On hold, 7:05 left",
        "Show the working",
        "In the state &#34;Waiting customer&#34; time stands still.",
        "Rule R05",
        "0:55 of 8 h used",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert!(!world.get("/incidents/INC-4").await.text.contains("Service level clocks"), "it came in over");
    let then = world.get("/incidents/INC-3?as_of=2026-11-25T09:30:00Z").await.text;
    assert!(then.contains("7:30 left"), "{then}");
    let late = world.get("/incidents/INC-2").await.text;
    assert!(late.contains("It is due Wed 25 Nov 2026, 10:40 UTC."), "the sentence at the top says what is due next");
}

#[tokio::test]
async fn home_and_my_work_say_what_is_due_soon() {
    let world = house().await;
    for path in ["/", "/my-work"] {
        let page = world.get(path).await.text;
        assert!(page.contains("Told INC-2") && page.contains("0:40"), "{path}: {page}");
    }
}
