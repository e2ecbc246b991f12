//! What people do with the API, one story after the other.

use axum::{body::Body, http::Method};
use serde_json::json;

use crate::world::{Who, escaped, worlds};

#[tokio::test]
async fn a_record_is_made_read_changed_and_moved() {
    for world in worlds().await {
        let body = json!({"title": "Card payments declined", "fields": {"impact": "high", "urgency": "high"}});
        let made = world.post(Who::Agent, "/incidents", body).await.is(201);
        assert_eq!((made.header("location"), made.etag().as_str()), ("/api/v1/incidents/INC-1", "\"1\""));
        let record = made.json();
        assert_eq!(record["kind"], "incident");
        assert_eq!(record["fields"]["priority"], "P1");
        assert_eq!(record["self"], "/api/v1/incidents/INC-1");
        assert_eq!(record["links"], json!([]));

        let path = "/incidents/INC-1";
        world.tick();
        let patch = json!({"fields": {"category": "network"}, "title": "Card payments are declined"});
        let edited = world.patch(Who::Agent, path, "\"1\"", patch).await.is(200);
        assert_eq!((edited.etag().as_str(), &edited.json()["title"]), ("\"2\"", &json!("Card payments are declined")));
        // The same version again is stale, and no version is a question.
        let stale = world.patch(Who::Agent, path, "\"1\"", json!({"category": "email"})).await.is(412);
        assert!(stale.json()["detail"].as_str().is_some_and(|text| text.contains("version 2 now")));
        let headers = [("content-type", "application/json")];
        world.ask(Who::Agent, Method::PATCH, path, &headers, Body::from("{}")).await.is(428);
        // What the answer carried may be sent back whole.
        let whole = world.get(Who::Agent, path).await.is(200);
        let same = world.patch(Who::Agent, path, &whole.etag(), whole.json()).await.is(200);
        assert_eq!(same.etag(), whole.etag());

        world.tick();
        let step = json!({"to": "resolved", "note": "Rolled back", "public": true, "fields": {"resolution": "Certificate replaced", "service": "SVC-4"}});
        let moved =
            world.send(Who::Agent, Method::POST, "/incidents/INC-1/transitions", &[("if-match", "\"2\"")], step);
        assert_eq!(moved.await.is(200).json()["state"], "resolved");
        let away = json!({"to": "waiting_customer"});
        let refused = world.send(Who::Agent, Method::POST, "/incidents/INC-1/transitions", &[("if-match", "*")], away);
        let refused = refused.await.is(409).json();
        assert!(refused["detail"].as_str().is_some_and(|text| text.contains("closed")), "{refused}");

        let journal = world.get(Who::Agent, "/incidents/INC-1/journal?page_size=2").await.is(200).json();
        assert_eq!(journal["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(journal["items"][1]["changes"][0], json!({"field": "category", "old": null, "new": "network"}));
        let token = journal["next_page_token"].as_str().expect("a next page");
        let path = format!("/incidents/INC-1/journal?page_size=2&page_token={token}");
        let rest = world.get(Who::Agent, &path).await.is(200).json();
        assert_eq!(rest["items"][0]["note"], "Rolled back");
        assert_eq!(rest["next_page_token"], json!(null));
    }
}

#[tokio::test]
async fn parts_are_merged_one_by_one() {
    for world in worlds().await {
        let override_ = json!({"reason": "The board watches", "by": "ada@tidewell.example"});
        let fields = json!({"impact": "low", "urgency": "low", "priority": "P1", "priority_override": override_});
        let path = world.incident(json!({"title": "Printer", "fields": fields})).await;
        let patch = json!({"priority_override": {"by": "ines@tidewell.example"}});
        let merged = world.patch(Who::Agent, &path, "\"1\"", patch).await.is(200).json();
        assert_eq!(merged["fields"]["priority_override"]["reason"], "The board watches");
        assert_eq!(merged["fields"]["priority_override"]["by"], "ines@tidewell.example");
        let cleared = world.patch(Who::Agent, &path, "*", json!({"fields": {"urgency": null}})).await.is(200).json();
        assert_eq!(cleared["fields"].get("urgency"), None);
    }
}

#[tokio::test]
async fn the_past_is_read_as_it_was() {
    for world in worlds().await {
        let path = world.incident(json!({"title": "Slow", "category": "network"})).await;
        let then = world.now();
        world.tick();
        world.patch(Who::Agent, &path, "\"1\"", json!({"title": "Fast", "category": null})).await.is(200);
        let now = world.get(Who::Agent, &path).await.is(200);
        let past = world.get(Who::Agent, &format!("{path}?as_of={then}")).await.is(200);
        assert_eq!((now.json()["title"].as_str(), past.json()["title"].as_str()), (Some("Fast"), Some("Slow")));
        assert_eq!(past.json()["fields"]["category"], "network");
        assert_ne!(now.etag(), past.etag());
        // Who has only seen the past has not seen what stands now.
        world.patch(Who::Agent, &path, &past.etag(), json!({"title": "Over it"})).await.is(412);
        let list = world.get(Who::Agent, &format!("/incidents?as_of={then}&fields=category")).await.is(200).json();
        assert_eq!(list["items"][0]["fields"], json!({"category": "network"}));
        let before = then.minus(1);
        world.get(Who::Agent, &format!("{path}?as_of={before}")).await.is(404);
    }
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again() {
    for world in worlds().await {
        // A ticket whose clocks run says something else each time.
        let ticking = world.incident(json!({"title": "Slow"})).await;
        let read = world.get(Who::Agent, &ticking).await.is(200);
        let headers = [("if-none-match", read.header("etag"))];
        world.ask(Who::Agent, Method::GET, &ticking, &headers, Body::empty()).await.is(200);
        let made = world.post(Who::Admin, "/services", json!({"fields": {"name": "Mail"}})).await.is(201);
        let path = made.header("location").trim_start_matches("/api/v1").to_string();
        let read = world.get(Who::Agent, &path).await.is(200);
        let headers = [("if-none-match", read.header("etag"))];
        let again = world.ask(Who::Agent, Method::GET, &path, &headers, Body::empty()).await.is(304);
        assert!(again.bytes.is_empty());
        let head = world.ask(Who::Agent, Method::HEAD, &path, &[], Body::empty()).await.is(200);
        assert_eq!((head.etag(), head.bytes.len()), (read.etag(), 0));
    }
}

#[tokio::test]
async fn lists_are_filtered_sorted_counted_and_paged() {
    for world in worlds().await {
        for (title, category) in [("a", "network"), ("b", "email"), ("c", "network"), ("d", "data"), ("e", "network")] {
            world.incident(json!({"title": title, "category": category})).await;
        }
        let titles = async |query: &str| {
            let list = world.get(Who::Agent, &format!("/incidents?{query}")).await.is(200).json();
            let titles: Vec<String> = list["items"]
                .as_array()
                .expect("items")
                .iter()
                .map(|item| item["title"].as_str().unwrap_or("").into())
                .collect();
            (titles.join(""), list)
        };
        let filter = escaped("category = network and state in (new, assigned)");
        let (found, list) = titles(&format!("filter={filter}&order_by=title&page_size=2&count=true")).await;
        assert_eq!(found, "ac");
        assert_eq!((&list["count"], &list["count_is_capped"]), (&json!(3), &json!(false)));
        let token = list["next_page_token"].as_str().expect("a next page");
        let (rest, list) = titles(&format!("filter={filter}&order_by=title&page_size=2&page_token={token}")).await;
        assert_eq!((rest.as_str(), &list["next_page_token"]), ("e", &json!(null)));
        assert_eq!(titles("order_by=-title").await.0, "edcba");
        assert_eq!(titles("q=email").await.0, "b");
        let narrow = titles("fields=category&page_size=1").await.1;
        assert_eq!(narrow["items"][0]["fields"], json!({"category": "network"}));
        for (query, word) in [
            ("filter=categry%20%3D%20x", "category"),
            ("order_by=titel", "title"),
            ("pagesize=3", "page_size"),
            ("page_size=501", "500"),
            ("page_size=x", "500"),
            ("page_token=x", "page_token"),
            ("fields=nothing", "nothing"),
            ("filter=state%20%3D", "position"),
            ("as_of=yesterday", "2026-11-12T07:14:00Z"),
            ("count=maybe", "true or false"),
            ("q=a&q=b", "twice"),
        ] {
            let refused = world.get(Who::Agent, &format!("/incidents?{query}")).await.is(400).json();
            assert!(refused["detail"].as_str().is_some_and(|text| text.contains(word)), "{query}: {refused}");
        }
    }
}

#[tokio::test]
async fn page_tokens_of_whatever_making_break_nothing() {
    let write = |keys: &[&str], id| model::Cursor { keys: keys.iter().map(|key| (*key).into()).collect(), id }.write();
    for world in worlds().await {
        world.incident(json!({"title": "a"})).await;
        for order in ["created", "title", "phase", "due", "reassignment_count", "priority"] {
            for key in ["abc", "", "1e400", "9e30", "\u{0}", "'; drop table record"] {
                let path = format!("/incidents?order_by={order}&page_token={}", write(&[key], 1));
                let answer = world.get(Who::Agent, &path).await;
                assert!(matches!(answer.status.as_u16(), 200 | 400), "{path}: {}", answer.text());
            }
        }
        world.get(Who::Agent, &format!("/incidents?page_token={}", write(&["a", "b"], 1))).await.is(400);
    }
}

#[tokio::test]
async fn notes_links_and_files_stand_beside_a_record() {
    for world in worlds().await {
        let path = world.incident(json!({"title": "Slow"})).await;
        let other = world.incident(json!({"title": "Slower"})).await;
        let number = other.rsplit('/').next().expect("a number");
        let note = world.post(Who::Agent, &format!("{path}/notes"), json!({"text": "Looked at it"})).await.is(201);
        assert_eq!((note.json()["note"].as_str(), note.etag().as_str()), (Some("Looked at it"), "\"2\""));
        world
            .send(Who::Agent, Method::POST, &format!("{path}/notes"), &[("if-match", "\"1\"")], json!({"text": "x"}))
            .await
            .is(412);
        let refused = world.post(Who::Agent, &format!("{path}/notes"), json!({"txt": "x"})).await.is(422).json();
        assert!(refused["errors"].to_string().contains("did you mean \\\"text\\\""), "{refused}");

        let link = json!({"type": "caused_by", "to": number});
        world.post(Who::Agent, &format!("{path}/links"), link.clone()).await.is(201);
        world.post(Who::Agent, &format!("{path}/links"), link.clone()).await.is(200);
        assert_eq!(world.get(Who::Agent, &path).await.json()["links"], json!([link]));
        let back = world.get(Who::Agent, &format!("{other}/links")).await.is(200).json();
        assert_eq!((&back["items"][0]["direction"], &back["items"][0]["title"]), (&json!("in"), &json!("Slow")));
        world.post(Who::Agent, &format!("{path}/links"), json!({"type": "caused_by", "to": "INC-999"})).await.is(422);
        let ended = format!("{path}/links?type=caused_by&to={number}");
        world.ask(Who::Agent, Method::DELETE, &ended, &[], Body::empty()).await.is(204);
        world.ask(Who::Agent, Method::DELETE, &ended, &[], Body::empty()).await.is(422);
        assert_eq!(world.get(Who::Agent, &path).await.json()["links"], json!([]));
    }
}

#[tokio::test]
async fn files_come_back_as_they_were_and_run_nowhere() {
    for world in worlds().await {
        let path = world.incident(json!({"title": "Slow"})).await;
        let files = format!("{path}/attachments");
        let headers = [("content-type", "text/html"), ("content-disposition", "attachment; filename=\"a b.html\"")];
        let added = world.ask(Who::Agent, Method::POST, &files, &headers, Body::from("<script>")).await.is(201);
        let place = added.header("location").trim_start_matches("/api/v1").to_string();
        let file = world.get(Who::Agent, &place).await.is(200);
        assert_eq!(file.text(), "<script>");
        assert_eq!(file.header("content-type"), "application/octet-stream");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert!(file.header("content-disposition").starts_with("attachment; filename=\"a b.html\""));

        let form = "--x\r\nContent-Disposition: form-data; name=\"public\"\r\n\r\ntrue\r\n--x\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"log.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n";
        let headers = [("content-type", "multipart/form-data; boundary=x")];
        let added = world.ask(Who::Agent, Method::POST, &files, &headers, Body::from(form)).await.is(201).json();
        assert_eq!((&added["name"], &added["public"], &added["size"]), (&json!("log.txt"), &json!(true), &json!(5)));
        assert_eq!(world.get(Who::Agent, &files).await.json()["items"].as_array().map(Vec::len), Some(2));

        let plain = [("content-type", "text/plain")];
        world.ask(Who::Agent, Method::POST, &files, &plain, Body::from("x")).await.is(422);
        world.ask(Who::Agent, Method::POST, &format!("{files}?filename=a.txt"), &plain, Body::empty()).await.is(422);
        let huge = Body::from(vec![b'x'; (64 << 20) + 1]);
        world.ask(Who::Agent, Method::POST, &format!("{files}?filename=a.txt"), &plain, huge).await.is(413);
        world.get(Who::Agent, &format!("{files}/1")).await.is(404);
        world.get(Who::Agent, &format!("{files}/x")).await.is(404);
        let other = world.incident(json!({"title": "Other"})).await;
        let foreign = place.replace(&path, &other);
        world.get(Who::Agent, &foreign).await.is(404);
    }
}

#[tokio::test]
async fn questions_across_kinds_are_answered() {
    for world in worlds().await {
        world.incident(json!({"title": "Payments declined", "owner": "ines@tidewell.example"})).await;
        let found = world.get(Who::Agent, "/search?q=payments").await.is(200).json();
        assert_eq!(found["items"][0]["self"], "/api/v1/incidents/INC-1");
        world.get(Who::Agent, "/search").await.is(400);
        let mine = world.get(Who::Agent, "/my-work").await.is(200).json();
        assert_eq!(mine["items"][0]["number"], "INC-1");
        assert_eq!(world.get(Who::Admin, "/my-work").await.is(200).json()["items"], json!([]));
        let me = world.get(Who::Reader, "/me").await.is(200).json();
        assert_eq!((&me["read_only"], &me["may"]["incident"]), (&json!(true), &json!(["read"])));
        let kinds = world.get(Who::Customer, "/kinds").await.is(200).json();
        assert_eq!(kinds, model::describe::catalog(&kinds::catalog()));
        let kind = world.get(Who::Agent, "/kinds/incident").await.is(200).json();
        assert_eq!(kind["plural"], "incidents");
        let strange = world.get(Who::Agent, "/kinds/incidnt").await.is(404).json();
        assert!(strange["detail"].as_str().is_some_and(|text| text.contains("did you mean \"incident\"")));
        let judged = world.get(Who::Auditor, &format!("/conformity?as_of={}", world.now())).await.is(200).json();
        assert_eq!(judged["framework"], "iso-20000-1-2018");
        world.get(Who::Auditor, "/conformity?framework=iso-9001").await.is(400);
        world.get(Who::Customer, "/conformity").await.is(404);
    }
}

#[tokio::test]
async fn methods_that_are_not_there_say_which_are() {
    for world in worlds().await {
        let path = world.incident(json!({"title": "Slow"})).await;
        let gone = world.ask(Who::Admin, Method::DELETE, &path, &[], Body::empty()).await.is(405);
        assert!(gone.json()["detail"].as_str().is_some_and(|text| text.contains("withdrawn")));
        assert!(gone.header("allow").contains("PATCH") && gone.header("allow").contains("GET"), "{:?}", gone.headers);
        let options = world.ask(Who::Nobody, Method::OPTIONS, "/incidents", &[], Body::empty()).await.is(204);
        assert!(options.header("allow").contains("POST"), "{:?}", options.headers);
        world.ask(Who::Admin, Method::PUT, &path, &[], Body::empty()).await.is(405);
        world.get(Who::Admin, "/incidnts").await.is(404);
        world.get(Who::Admin, "/incident").await.is(404);
        world.get(Who::Admin, "/nowhere/at/all/of/it").await.is(404);
        world.get(Who::Admin, "/incidents/INC-%00").await.is(404);
        world.get(Who::Admin, "/incidents/%ff").await.is(400);
        world.get(Who::Admin, "/service-requests").await.is(200);
    }
}

#[tokio::test]
async fn a_write_repeated_under_its_key_is_one_write() {
    for world in worlds().await {
        let key = [("idempotency-key", "0d3c7b1e-once")];
        let body = json!({"title": "Sent twice"});
        let send = async |body| world.send(Who::Agent, Method::POST, "/incidents", &key, body).await;
        let first = send(body.clone()).await.is(201);
        let second = send(body.clone()).await.is(201);
        assert_eq!((first.header("location"), first.json()), (second.header("location"), second.json()));
        send(json!({"title": "Another"})).await.is(422);
        // Refused once, it may be tried again.
        let key = [("idempotency-key", "second")];
        world.send(Who::Agent, Method::POST, "/incidents", &key, json!({"titel": "x"})).await.is(422);
        world.send(Who::Agent, Method::POST, "/incidents", &key, json!({"title": "x"})).await.is(201);
        for key in ["", " ", &"x".repeat(201)] {
            world.send(Who::Agent, Method::POST, "/incidents", &[("idempotency-key", key)], body.clone()).await.is(400);
        }
        let path = "/incidents/INC-1";
        let whole = world.get(Who::Agent, path).await.is(200);
        let mut patch = whole.json();
        patch["title"] = json!("Changed once");
        let tag = whole.etag();
        let headers = [("if-match", tag.as_str()), ("idempotency-key", "third")];
        for _ in 0..2 {
            let answer = world.send(Who::Agent, Method::PATCH, path, &headers, patch.clone()).await.is(200);
            assert_eq!((answer.etag().as_str(), &answer.json()["title"]), ("\"2\"", &json!("Changed once")));
        }
    }
}

#[tokio::test]
async fn a_field_of_the_organisation_is_a_field_like_any_other() {
    for world in worlds().await {
        world.get(Who::Agent, "/incidents?filter=x_site%20is%20filled").await.is(400);
        let before = world.get(Who::Agent, "/openapi.json").await.is(200).etag();
        let machine = model::Actor::system("test", model::Via::Command);
        let new = desk::own_fields::NewField {
            label: "Site".into(),
            name: "x_site".into(),
            ty: "text".into(),
            ..Default::default()
        };
        world.desk.add_field(&machine, "incident", new, world.now()).await.expect("a field");
        let path = world.incident(json!({"title": "Slow", "x_site": "Riga"})).await;
        assert_eq!(world.get(Who::Agent, &path).await.json()["fields"]["x_site"], "Riga");
        let found = world.get(Who::Agent, "/incidents?filter=x_site%20%3D%20Riga&fields=x_site").await.is(200).json();
        assert_eq!(found["items"][0]["fields"], json!({"x_site": "Riga"}));
        let document = world.get(Who::Agent, "/openapi.json").await.is(200);
        assert_ne!(document.etag(), before);
        assert!(document.json()["components"]["schemas"]["IncidentFields"]["properties"]["x_site"].is_object());
    }
}

/// The manual's filters are read by the program that it describes.
#[test]
fn the_manual_shows_filters_that_work() {
    let manual = include_str!("../../../../docs/api.md");
    let block = manual.split("```\n").find(|block| block.starts_with("phase = open")).expect("filters");
    let catalog = kinds::catalog();
    let incident = catalog.find("incident").expect("a kind");
    assert_eq!(block.lines().count(), 6);
    for filter in block.lines() {
        assert!(model::filter_text::parse(filter, incident).is_ok(), "{filter}");
    }
}
