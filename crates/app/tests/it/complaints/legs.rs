//! Legs: who has a ticket is measured from the hand-over on, and nobody else's time is counted to them.

use serde_json::{Value as Json, json};

use super::house::House;
use crate::{
    building::{CUSTOMER, OWNER},
    world::{Database, at},
};

both_databases!(
    each_team_has_its_time_from_the_hand_over_on,
    a_supplier_that_is_late_is_seen_beside_the_team_that_was_not
);

/// A service, two teams and a supplier; the network team has two hours and the supplier one.
async fn house(database: Database) -> House {
    let house = House::new(database).await;
    house.turn("2026-11-02T08:00:00Z");
    house.make("services", json!({"name": "Payments"})).await;
    for name in ["Service desk", "Network"] {
        house.make("teams", json!({ "name": name })).await;
    }
    house.make("other_parties", json!({"name": "Northline", "kind": "external"})).await;
    let fields =
        json!({"title": "Network", "teams": ["TM-2"], "ticket_targets": [{"kind": "incident", "resolution": "PT2H"}]});
    let agreement = house.make("internal_agreements", fields).await;
    house.step(&agreement, "agreed", json!({})).await;
    let fields =
        json!({"title": "Lines", "party": "PTY-1", "start": "2026-11-01", "ticket_targets": [{"resolution": "PT1H"}]});
    let contract = house.make("contracts", fields).await;
    house.step(&contract, "active", json!({})).await;
    house
}

async fn raised(house: &House) -> String {
    house.turn("2026-11-12T09:00:00Z");
    let fields = json!({"title": "Tills decline", "service": "SVC-1", "impact": "medium", "urgency": "medium", "team": "TM-1", "customer": "CUS-1"});
    house.make("incidents", fields).await
}

/// Standing, seconds used and due moment of the leg of somebody.
fn leg(record: &Json, whose: &str) -> Option<(String, i64, String)> {
    let clock = record["clocks"].as_array()?.iter().find(|clock| clock["leg"] == whose)?;
    let text = |name: &str| clock[name].as_str().unwrap_or_default().to_string();
    Some((text("standing"), clock["used"].as_i64()?, text("due")))
}

fn told(standing: &str, used: i64, due: &str) -> Option<(String, i64, String)> {
    Some((standing.into(), used, due.into()))
}

/// Complaint 19: the second team is not late because the first one had the ticket for a day.
async fn each_team_has_its_time_from_the_hand_over_on(database: Database) {
    let house = house(database).await;
    let path = raised(&house).await;
    house.turn("2026-11-13T08:00:00Z");
    assert_eq!(leg(&house.read(&path).await, "TM-2"), None, "nothing runs for a team that does not have it");
    house.edit(&path, json!({"team": "TM-2"})).await;
    house.turn("2026-11-13T09:00:00Z");
    let record = house.read(&path).await;
    assert_eq!(leg(&record, "TM-2"), told("running", 3_600, "2026-11-13T10:00:00Z"));
    let hands = record["hands"].as_array().expect("who had it");
    let had: Vec<(&str, &str)> =
        hands.iter().map(|stay| (stay["who"].as_str().unwrap(), stay["from"].as_str().unwrap())).collect();
    assert_eq!(had, [("TM-1", "2026-11-12T09:00:00Z"), ("TM-2", "2026-11-13T08:00:00Z")]);
    // Back to the desk and forth again: no new time is made of it.
    house.edit(&path, json!({"team": "TM-1"})).await;
    house.turn("2026-11-13T12:00:00Z");
    house.edit(&path, json!({"team": "TM-2"})).await;
    house.turn("2026-11-13T12:30:00Z");
    assert_eq!(leg(&house.read(&path).await, "TM-2"), told("running", 5_400, "2026-11-13T13:00:00Z"));
    let listed = house.read("/api/v1/incidents?filter=phase+%21%3D+done").await;
    let clocks = listed["items"][0]["clocks"].as_array().expect("clocks");
    let due = clocks.iter().find(|clock| clock["leg"] == "TM-2").map(|clock| clock["due"].clone());
    assert_eq!(due, Some("2026-11-13T13:00:00Z".into()), "the list says the same");
    assert_eq!(house.world.desk.rebuild_clocks(at("2026-11-13T12:30:00Z")).await.expect("clocks"), 0);
    let page = house.building.get(OWNER, "/incidents/INC-1").await.text;
    assert!(page.contains("Leg of Network") && page.contains("Whose leg took the time"), "{page}");
    // Whoever asked is told of what they were promised, and of nothing else.
    let own = house.building.get(CUSTOMER, "/api/v1/incidents/INC-1").await.json();
    assert!(leg(&own, "TM-2").is_none() && own["clocks"].as_array().is_some_and(|clocks| clocks.len() == 2), "{own}");
    assert_eq!(own["hands"], json!([]));
    for page in ["/portal", "/incidents/INC-1"] {
        let page = house.building.get(CUSTOMER, page).await.text;
        assert!(!page.contains("Leg of") && !page.contains("Whose leg") && !page.contains("OLA-1"), "{page}");
    }
}

/// Complaint 19: whose leg ate the time is seen: three hours with a supplier that had one, half an hour with the team.
async fn a_supplier_that_is_late_is_seen_beside_the_team_that_was_not(database: Database) {
    let house = house(database).await;
    let path = raised(&house).await;
    house.edit(&path, json!({"team": "TM-2"})).await;
    house.turn("2026-11-12T09:30:00Z");
    house.step(&path, "waiting_supplier", json!({"vendor": "PTY-1"})).await;
    house.turn("2026-11-12T12:30:00Z");
    house.step(&path, "resolved", json!({"resolution": "New line", "category": "network"})).await;
    house.turn("2026-11-12T14:00:00Z");
    let record = house.read(&path).await;
    assert_eq!(leg(&record, "TM-2"), told("met", 1_800, "2026-11-12T11:00:00Z"));
    assert_eq!(leg(&record, "PTY-1"), told("missed", 3 * 3_600, "2026-11-12T10:30:00Z"));
    let used: i64 =
        record["hands"].as_array().expect("who had it").iter().filter_map(|stay| stay["used"].as_i64()).sum();
    assert_eq!(used, 3 * 3_600 + 1_800, "together they had all of it");
    // Over many tickets as well: in the pictures, each with the list behind it.
    let csv = house.building.get(OWNER, "/pictures.csv?weeks=4").await.text;
    for line in ["legs,Northline,missed,1,/incidents", "legs,Northline,met,0,", "legs,Network,met,1,/incidents"] {
        assert!(csv.contains(line), "{line}: {csv}");
    }
    let page = house.building.get(OWNER, "/pictures?weeks=4").await.text;
    assert!(page.contains("Legs: what teams and suppliers had") && page.contains("0 of 1"), "{page}");
    assert_eq!(house.building.get(OWNER, "/pictures.pdf?weeks=4").await.status, 200);
}
