//! Approvals with people who are away, in their order, and nobody in their own favour.

use axum::http::Method;
use serde_json::{Value as Json, json};

use crate::{
    building::{Answer, Building, CUSTOMER, OWNER, Who},
    requests::{DEPUTY, furnished, ordered},
    world::Database,
};

both_databases!(whoever_stands_in_is_asked_and_named_and_no_stage_is_passed_over);

/// Stands in for the owner of the service, who is asked second.
const SECOND: Who<'static> = Who::Mail("process-owner@tidewell.example");

async fn record(building: &Building, number: &str) -> Json {
    building.get(OWNER, &format!("/api/v1/service_requests/{number}")).await.json()
}

async fn decides(building: &Building, who: Who<'_>, number: &str, decision: &str) -> Answer {
    let path = format!("/api/v1/service_requests/{number}/decisions");
    building
        .send(who, Method::POST, &path, &[("if-match", "*")], &json!({"decision": decision, "reason": "So it is"}))
        .await
}

/// Complaint 50: whoever stands in for somebody away is asked instead, and it stays on record who decided for whom.
async fn whoever_stands_in_is_asked_and_named_and_no_stage_is_passed_over(database: Database) {
    let (world, building) = furnished(database).await;
    let number = ordered(&building).await;
    let undecided = async || {
        let rows = record(&building, &number).await["fields"]["approvals"].clone();
        rows.as_array().expect("rows").iter().all(|row| row["decision"].is_null())
    };
    // Nobody decides before their turn, nor whoever asked, nor who has every right but is not asked.
    for who in [SECOND, CUSTOMER, OWNER] {
        let refused = decides(&building, who, &number, "approve").await;
        assert!(refused.status.is_client_error(), "{who:?}: {}", refused.text);
        assert!(undecided().await, "{who:?}");
    }
    let moved = building
        .send(
            OWNER,
            Method::POST,
            &format!("/api/v1/service_requests/{number}/transitions"),
            &[("if-match", "*")],
            &json!({"to": "approved"}),
        )
        .await;
    assert!(
        moved.status.is_client_error() && undecided().await,
        "no step leads past those who are asked: {}",
        moved.text
    );
    assert!(!building.get(SECOND, "/approvals").await.text.contains("New laptop"), "it is not their turn");
    // The first one is away; the stand-in decides.
    let deputy = model::Actor {
        email: DEPUTY.into(),
        name: DEPUTY.into(),
        roles: Vec::new(),
        ..crate::every_kind::house::owner()
    };
    let target = model::Target { kind: "service_request".into(), number: number.clone(), version: None };
    let yes = model::Command::Decide { target, approve: true, reason: "Needed".into() };
    world.desk.perform(&deputy, yes, crate::world::now()).await.expect("whoever stands in may decide");
    // Now the second stage asks whoever stands in for the second.
    assert!(building.get(SECOND, "/").await.text.contains("One approval"), "home says so");
    let page = building.get(SECOND, "/approvals").await.text;
    assert!(page.contains("New laptop") && page.contains("who is away"), "{page}");
    let done = decides(&building, SECOND, &number, "approve").await;
    assert!(done.status.is_success(), "{}", done.text);
    let told = record(&building, &number).await;
    let rows = told["fields"]["approvals"].as_array().expect("rows").clone();
    let who: Vec<_> =
        rows.iter().map(|row| (row["approver"].as_str(), row["by"].as_str(), row["decision"].as_str())).collect();
    let wanted = [
        (Some("boss@castlebrook.example"), Some(DEPUTY), Some("approved")),
        (Some("approver@tidewell.example"), Some("process-owner@tidewell.example"), Some("approved")),
    ];
    assert_eq!((who, &told["state"]), (wanted.to_vec(), &json!("approved")));
    let history = record(&building, &number).await;
    assert_eq!(history["fields"].get("waits_for"), None, "nobody is asked any more");
}
