//! Risks and objectives as a browser sees them: the matrix as the method draws it, the lists behind its cells, readings drawn.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{World, assert_ids_are_unique};

async fn ok(world: &World, path: &str) -> String {
    let answer = world.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:.900}", answer.text);
    assert_ids_are_unique(&answer.text, path);
    answer.text
}

async fn risk(world: &World, number: &str, area: &str, levels: [i64; 4], more: serde_json::Value) {
    let [likelihood, impact, left_likelihood, left_impact] = levels;
    let mut fields = json!({"area": area, "description": format!("{number} <b>falls</b>"), "likelihood": likelihood, "impact": impact,
        "score": likelihood * impact, "residual_likelihood": left_likelihood, "residual_impact": left_impact,
        "residual": left_likelihood * left_impact, "reviewed_on": "2026-10-01"});
    if let (Some(fields), Some(more)) = (fields.as_object_mut(), more.as_object()) {
        fields.extend(more.clone());
    }
    world
        .line(json!({"kind": "risk", "number": number, "title": format!("{number} <b>falls</b>"), "fields": fields}))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_is_drawn_from_the_method_and_leads_to_the_risks() {
    let world = World::new().await;
    let empty = ok(&world, "/risk-map").await;
    assert!(
        empty.contains("No method is on record.")
            && empty.contains("/risk_methods/new")
            && empty.contains("/risks/new"),
        "{empty}"
    );
    let method = json!({"scale": {"likelihood": [1, 2, 3], "impact": [1, 2, 3, 4], "likelihood_words": ["seldom", "yearly", "weekly"]},
        "acceptance": {"limit": 4}, "approved_on": "2026-01-10"});
    world.line(json!({"kind": "risk_method", "number": "RMT-1", "title": "Our way", "fields": method})).await;
    risk(&world, "RSK-1", "continuity", [3, 4, 2, 3], json!({})).await;
    risk(&world, "RSK-2", "continuity", [3, 4, 1, 2], json!({"owner": "ines@tidewell.example"})).await;
    risk(
        &world,
        "RSK-3",
        "availability",
        [1, 1, 1, 1],
        json!({"accepted_by": "ines@tidewell.example", "accepted_until": "2026-11-01"}),
    )
    .await;
    let page = ok(&world, "/risk-map").await;
    for words in [
        "Our way",
        "up to 4 a risk is simply accepted",
        "weekly",
        "3 × 4 = 12",
        "Nobody accepted it",
        "Ran out Sun 1 Nov 2026",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("&#60;b&#62;falls"), "what somebody wrote is text");
    // A cell leads to as many risks as it says.
    let cell = "and%20likelihood%20%3D%203%20and%20impact%20%3D%204\">2<";
    assert!(page.contains(cell), "{page}");
    let list =
        page.split("href=\"").find(|rest| rest.contains(cell)).and_then(|rest| rest.split('"').next()).expect("a way");
    let found = ok(&world, &list.replace("&#38;", "&")).await;
    assert!(found.contains("RSK-1") && found.contains("RSK-2") && !found.contains("RSK-3"), "{list}");
    // One area alone, of those that are known.
    let narrowed = ok(&world, "/risk-map?area=availability").await;
    assert!(narrowed.contains("RSK-3") && !narrowed.contains("RSK-1"));
    assert!(ok(&world, "/risk-map?area=other-parties").await.contains("No risk of this sort is on record."));
    for wrong in ["/risk-map?area=continuty", "/risk-map?aera=continuity", "/risk-map?service=SVC-404"] {
        let answer = world.get(wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert!(world.get("/risk-map?area=continuty").await.text.contains("did you mean"));
    assert!(ok(&world, "/risks/RSK-1").await.contains("href=\"/risk-map\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn objectives_are_on_their_way_by_their_readings() {
    let world = World::new().await;
    assert!(ok(&world, "/aims").await.contains("/objectives/new"), "what to do first");
    let aim = |number: &str, readings: serde_json::Value, target: i64| {
        json!({"kind": "objective", "number": number, "title": format!("Aim {number}"), "state": "in_progress", "fields": {"statement": "Better",
            "baseline": 80, "target": target, "due": "2026-12-31", "approved_on": "2026-01-01", "readings": readings, "measure": "Share", "unit": "percent"}})
    };
    world.line(aim("OBJ-1", json!([{"at": "2026-07-01", "value": 86}, {"at": "2026-11-01", "value": 89}]), 90)).await;
    world.line(aim("OBJ-2", json!([{"at": "2026-07-01", "value": 81}]), 90)).await;
    world.line(aim("OBJ-3", json!([]), 90)).await;
    let page = ok(&world, "/aims").await;
    let of = |number: &str| {
        let from = page.split(&format!("id=\"{number}\"")).nth(1).expect("a section");
        from.split("</section>").next().unwrap_or_default().to_string()
    };
    assert!(of("OBJ-1").contains("On track") && of("OBJ-1").contains("<polyline"), "{}", of("OBJ-1"));
    assert!(of("OBJ-1").contains("From 80 to 89 in 2 readings; 90 is to be reached on Thu 31 Dec 2026."));
    assert!(of("OBJ-2").contains("Behind") && of("OBJ-2").contains("older than three months"));
    assert!(of("OBJ-3").contains("No reading yet") && of("OBJ-3").contains("/objectives/OBJ-3/edit#f-readings"));
    assert_eq!(world.get("/aims?show=all").await.status, StatusCode::BAD_REQUEST);
    assert!(ok(&world, "/objectives/OBJ-1").await.contains("href=\"/aims#OBJ-1\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requirement_leads_to_the_page_that_shows_its_records_together() {
    let world = World::new().await;
    let pages = [
        ("7.2", "7.2.a", "/staff/matrix"),
        ("7.3", "7.3-1", "/staff/campaigns"),
        ("6.1.2", "6.1.2.a", "/risk-map"),
        ("6.2.1", "6.2.1.d", "/aims"),
        ("5.3", "5.3-1", "/staff"),
    ];
    for (clause, id, way) in pages {
        let page = ok(&world, &format!("/conformity/{clause}/{id}")).await;
        assert!(page.contains(&format!("<a href=\"{way}\">")), "{id}");
    }
}
