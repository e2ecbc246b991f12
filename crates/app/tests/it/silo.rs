//! Customers in one house: what one of them is told is the same, byte for byte, whether or not another has anything here.

use axum::http::StatusCode;
use model::{Command, Kind, Link};
use serde_json::json;

use crate::{
    building::{Building, CUSTOMER, escaped},
    every_kind::{
        house::{House, create, early, full_number, owner, target},
        sample,
    },
    world::Database,
};

both_databases!(answers_are_the_same_whether_or_not_others_have_something);

fn theirs(kind: &Kind, at: usize) -> String {
    format!("{}-{}", kind.prefix, 900 + at)
}

/// What another customer has: three records of each kind that can be theirs, with notes and links, some to what our
/// customer has.
async fn others_move_in(house: &House) {
    for kind in house.catalog.kinds().iter().filter(|kind| kind.customer_field.is_some()) {
        let mut commands = Vec::new();
        for at in 0..3 {
            let mut fields = sample::full(&house.catalog, kind, 0);
            let field = kind.customer_field.expect("filtered");
            fields.insert(field.into(), json!("CUS-2"));
            fields.insert("title".into(), json!(format!("Theirs {}", sample::word(kind, "title"))));
            commands.push(create(kind, &theirs(kind, at), fields));
        }
        let them = target(kind, &theirs(kind, 0));
        commands.push(Command::Note { target: them.clone(), text: "Theirs hamster".into(), public: true });
        let link = Link { name: "relates_to".into(), to: full_number(kind) };
        commands.push(Command::Link { target: them, link });
        for done in house.all(&owner(), commands, early().plus(1)).await {
            done.unwrap_or_else(|refusal| panic!("{}: {refusal}", kind.name));
        }
    }
}

/// Everything that our customer could ask.
fn questions(house: &House) -> Vec<String> {
    let mut asked: Vec<String> =
        ["/", "/my-work", "/records", "/conformity", "/api/v1/kinds", "/api/v1/my-work", "/api/v1/conformity"]
            .map(str::to_string)
            .into();
    let portal = ["requests", "requests?view=done", "requests?view=all", "say", "say?about=complaint", "report"];
    asked.extend(portal.map(|place| format!("/portal/{place}")));
    asked.push("/approvals".into());
    let words = ["hamster", "Theirs", "zq", "900", "INC-900", "CUS-2", "tidewell"];
    for word in words {
        asked.extend(
            ["/search", "/palette", "/lookup", "/portal/search", "/api/v1/search"]
                .map(|place| format!("{place}?q={word}")),
        );
    }
    for kind in house.catalog.kinds() {
        let (page, api) = (format!("/{}", kind.plural), format!("/api/v1/{}", kind.plural));
        asked.push(format!("/lookup?kinds={}&q={}", kind.name, kind.prefix));
        asked.extend([format!("{api}?count=true"), format!("{api}?page_size=1"), format!("{page}.csv")]);
        asked.push(format!("{api}?q=hamster&count=true"));
        asked.push(format!("{api}?as_of=2026-11-24T00:00:00Z"));
        for query in ["", "?filter=customer%20%3D%20CUS-2", "?order_by=-number", "?filter=nothing%20is%20filled"] {
            asked.extend([format!("{page}{query}"), format!("{api}{query}")]);
        }
        asked.push(format!("{page}?filter={}", escaped("title contains Theirs")));
        for number in [full_number(kind), theirs(kind, 0)] {
            asked.extend(["requests", "read", "order"].map(|place| format!("/portal/{place}/{number}")));
            asked.extend([format!("{page}/{number}"), format!("{page}/{number}/edit"), format!("{api}/{number}")]);
            asked.extend(["journal", "links", "attachments"].map(|rest| format!("{api}/{number}/{rest}")));
        }
    }
    asked
}

/// What makes a second press of a button harmless is another word each time.
fn without_tokens(text: &str) -> String {
    let mut parts = text.split("name=\"once\" value=\"");
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        plain.push_str(part.split_once('"').map_or("", |(_, rest)| rest));
    }
    plain
}

async fn answers(database: Database, others: bool) -> Vec<(String, String)> {
    let house = House::new(database).await;
    if others {
        others_move_in(&house).await;
    }
    let building = Building::over(&house.world.desk).await;
    let mut told = Vec::new();
    for path in questions(&house) {
        let answer = building.get(CUSTOMER, &path).await;
        assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
        let headers = ["etag", "location", "content-type"].map(|name| answer.header(name).to_string()).join(" ");
        told.push((path, format!("{} {headers}\n{}", answer.status, without_tokens(&answer.text))));
    }
    told
}

/// Complaint 42: whose a record is stands on every record from the first day.
async fn answers_are_the_same_whether_or_not_others_have_something(database: Database) {
    let alone = answers(database, false).await;
    let together = answers(database, true).await;
    let mut differ = Vec::new();
    let mut found = 0;
    for ((path, alone), (_, together)) in alone.iter().zip(&together) {
        found += usize::from(alone.starts_with(StatusCode::OK.as_str()));
        if alone != together {
            let pair = alone.lines().zip(together.lines()).find(|(left, right)| left != right);
            differ.push(format!("{path}: {:.400?}", pair.unwrap_or(("shorter", "longer"))));
        }
    }
    assert!(found > 40, "only {found} of the answers say anything");
    assert!(differ.is_empty(), "{} answers differ:\n  {}\n", differ.len(), differ.join("\n  "));
}
