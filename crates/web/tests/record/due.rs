//! What is due of agreements and documents: said on the page of each record, on the road and on a page of its own, and changed by
//! nobody but people.

use serde_json::{Value as Json, json};

use crate::{
    road::{found, houses, ok},
    world::{World, now},
};

async fn sla(world: &World, number: &str, state: &str, more: Json) {
    let mut fields =
        json!({"service": "SVC-1", "customer": "CUS-1", "owner": "ines@tidewell.example", "agreed_on": "2026-01-10"});
    if let (Json::Object(fields), Json::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    world.line(json!({"kind": "sla", "number": number, "title": format!("Agreement {number}"), "state": state, "fields": fields})).await;
}

async fn furnished(world: &World) {
    world.line(json!({"kind": "service", "number": "SVC-1", "title": "Mail", "fields": {"name": "Mail"}})).await;
    for number in ["CUS-1", "CUS-2"] {
        world.line(json!({"kind": "customer", "number": number, "title": number, "fields": {"name": number, "active": true}})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_agreements_about_the_same_the_older_says_that_it_does_not_count() {
    for world in houses().await {
        furnished(&world).await;
        sla(&world, "SLA-1", "active", json!({})).await;
        sla(&world, "SLA-2", "active", json!({"agreed_on": "2026-06-01"})).await;
        // Another customer, and one that has ended, stand in nobody's way.
        sla(&world, "SLA-3", "active", json!({"customer": "CUS-2"})).await;
        sla(&world, "SLA-4", "terminated", json!({"agreed_on": "2026-08-01"})).await;
        let older = ok(&world, "/slas/SLA-1").await;
        assert!(older.contains("<b>It does not count.</b>") && older.contains("href=\"/slas/SLA-2\""), "{older:.6000}");
        let newer = ok(&world, "/slas/SLA-2").await;
        assert!(newer.contains("<b>This one counts.</b>") && newer.contains("href=\"/slas/SLA-1\""), "{newer:.6000}");
        for alone in ["SLA-3", "SLA-4"] {
            let page = ok(&world, &format!("/slas/{alone}")).await;
            assert!(!page.contains("It does not count.") && !page.contains("This one counts."), "{alone}");
        }
        let due = ok(&world, "/due").await;
        assert!(due.contains("1 thing is to be looked at, 1 of them over."), "{due:.3000}");
        assert!(due.contains("href=\"/slas/SLA-1\"") && due.contains("Does not count"));
        let road = ok(&world, "/road").await;
        assert!(road.contains("<b>1 agreement does not count.</b>") && road.contains("/due#outdone"), "{road:.3000}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_past_its_last_day_says_so_and_stays_as_it_is() {
    for world in houses().await {
        furnished(&world).await;
        // Today is 25 November 2026.
        assert_eq!(now().date().to_string(), "2026-11-25");
        sla(&world, "SLA-1", "active", json!({"valid_until": "2026-11-24"})).await;
        sla(&world, "SLA-2", "active", json!({"customer": "CUS-2", "valid_until": "2026-12-05"})).await;
        sla(&world, "SLA-3", "expired", json!({"valid_until": "2026-10-01"})).await;
        world
            .line(json!({"kind": "other_party", "number": "PTY-1", "title": "Lines", "fields": {"name": "Lines"}}))
            .await;
        let contract = json!({"party": "PTY-1", "scope": "Lines", "start": "2024-01-01", "end": "2026-11-01", "owner": "ines@tidewell.example"});
        world
            .line(
                json!({"kind": "contract", "number": "CON-1", "title": "Lines", "state": "active", "fields": contract}),
            )
            .await;
        let page = ok(&world, "/slas/SLA-1").await;
        assert!(
            page.contains("<b>Its days are over.</b>") && page.contains("Tue 24 Nov 2026 was the last day"),
            "{page:.6000}"
        );
        assert!(page.contains("href=\"/slas/SLA-1/step?to=expired\""));
        assert!(ok(&world, "/slas/SLA-2").await.contains("<b>It ends soon.</b>"));
        assert!(ok(&world, "/contracts/CON-1").await.contains("<b>Its days are over.</b>"));
        assert!(!ok(&world, "/slas/SLA-3").await.contains("Its days are over."));
        let due = ok(&world, "/due").await;
        assert!(
            due.contains("3 things are to be looked at, 2 of them over.") && due.contains("In 10 days"),
            "{due:.3000}"
        );
        let road = ok(&world, "/road").await;
        assert!(road.contains("<b>2 agreements have ended by their days.</b>"), "{road:.3000}");
        let states: Vec<String> = found(&world, "sla").await.into_iter().map(|(_, state, _)| state).collect();
        assert_eq!(states.iter().filter(|state| *state == "active").count(), 2, "no state moves by a clock");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_force_is_kept_as_long_as_its_retention_says() {
    for world in houses().await {
        let document = |retention: &str, ended: &str| json!({"title": "Old", "kind": "procedure", "owner": "ines@tidewell.example", "access": ["staff"], "retention": retention, "ended_on": ended});
        for (number, state, fields) in [
            ("DOC-1", "superseded", document("Two years after it ends", "2024-11-20")),
            ("DOC-2", "archived", document("P10Y", "2024-11-20")),
            ("DOC-3", "archived", document("As long as it is in force", "2024-11-20")),
            ("DOC-4", "approved", document("One year", "")),
        ] {
            let mut fields = fields;
            if fields["ended_on"] == "" {
                fields["ended_on"] = Json::Null;
            }
            world
                .line(json!({"kind": "document", "number": number, "title": number, "state": state, "fields": fields}))
                .await;
        }
        let version = json!({"document": "DOC-4", "version": 1, "text": "Old words", "effective_on": "2023-01-01", "ended_on": "2025-10-01"});
        world.line(json!({"kind": "document_version", "number": "DVN-1", "title": "Old words", "state": "superseded", "fields": version})).await;
        let old = ok(&world, "/documents/DOC-1").await;
        assert!(old.contains("<b>It was kept long enough.</b>") && old.contains("Fri 20 Nov 2026"), "{old:.6000}");
        assert!(ok(&world, "/documents/DOC-2").await.contains("Until Mon 20 Nov 2034, by its retention."));
        assert!(ok(&world, "/documents/DOC-3").await.contains("names no time"));
        assert!(ok(&world, "/document_versions/DVN-1").await.contains("It was kept long enough."));
        let paper = ok(&world, "/papers/DOC-4").await;
        assert!(paper.contains("kept until Thu 1 Oct 2026"), "{paper:.6000}");
        let due = ok(&world, "/due").await;
        for number in ["DOC-1", "DOC-3", "DVN-1"] {
            assert!(due.contains(&format!(">{number}</a>")), "{number} in {due:.6000}");
        }
        assert!(!due.contains(">DOC-2</a>") && !due.contains(">DOC-4</a>"));
        let road = ok(&world, "/road").await;
        assert!(road.contains("<b>2 documents were kept long enough.</b>"), "{road:.3000}");
    }
}
