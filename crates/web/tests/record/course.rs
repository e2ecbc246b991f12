//! The course of conformity: the page looks ahead, refuses what is no day, and is the provider's alone.

use axum::http::StatusCode;
use desk::accounts::{AccountEdit, NewToken, TokenScope};
use model::{Actor, Role, Via, time::DAY};
use serde_json::json;

use crate::world::{World, now};

const PAGE: &str = "/conformity/course";

#[tokio::test]
async fn it_looks_ahead_to_the_day_that_is_picked() {
    let world = World::new().await;
    let page = world.get(&format!("{PAGE}?until=2027-12-31")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("value=\"2027-12-31\""), "the day stays in the field");
    assert!(page.text.contains("Missing or overdue by Fri 31 Dec 2027") && page.text.contains("How it stood"));
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

/// The SMS manager's own house on each database, with one review that is a year old in six weeks.
async fn houses() -> Vec<World> {
    let mut houses = Vec::new();
    for world in World::each().await {
        houses.push(furnished(world).await);
    }
    houses
}

async fn furnished(world: World) -> World {
    let actor = Actor {
        email: "ines@tidewell.example".into(),
        roles: vec![Role::Administrator, Role::SmsManager],
        ..Actor::system("test", Via::Web)
    };
    let (name, roles) = ("Ines Okafor".to_owned(), actor.roles.clone());
    let edit = AccountEdit { name, roles, customer: None, active: true, window: None };
    world.desk.edit_account(&actor, &actor.email, edit, now()).await.expect("the role is given");
    let inputs: serde_json::Map<String, serde_json::Value> =
        ["a", "b", "c1", "c2", "c3", "d", "e", "f", "g", "h", "i", "j", "k", "l"]
            .map(|letter| (letter.to_owned(), json!("Looked at.")))
            .into_iter()
            .collect();
    let top = json!({"name": "top-management", "holder": "helena@tidewell.example"});
    world.line(json!({"kind": "role", "number": "ROL-1", "title": "Top", "state": "current", "fields": top})).await;
    let held =
        json!({"held_on": "2026-01-07", "chair": "helena@tidewell.example", "present": ["helena@tidewell.example"]});
    let mut fields = held;
    fields["inputs"] = inputs.into();
    world.line(json!({"kind": "management_review", "number": "MRV-1", "state": "closed", "fields": fields})).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_day_to_begin_is_counted_back_by_the_lead_time_of_the_house() {
    for world in houses().await {
        begins(&world).await;
    }
}

async fn begins(world: &World) {
    let ines = Actor {
        email: "ines@tidewell.example".into(),
        roles: vec![Role::SmsManager],
        ..Actor::system("test", Via::Web)
    };
    let new = NewToken { name: "machine".into(), scope: TokenScope::Read, expires: now().plus(DAY) };
    let (token, _) = world.desk.create_token(&ines, &ines.email, new, now()).await.expect("a token");
    // Held on 7 January, due after twelve months: in time during that day, a Thursday.
    let evidence = async |days: &str| {
        let given = [("number.lead_management_review".to_owned(), days.to_owned())];
        let actor = Actor { roles: vec![Role::Administrator], ..Actor::system("test", Via::Web) };
        world.desk.set_settings(&actor, &given, now()).await.expect("a lead time");
        let answer = world.get_as(&token, "/api/v1/conformity/course?until=2027-03-31").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let body: serde_json::Value = serde_json::from_str(&answer.text).expect("JSON");
        let all = body["evidence"].as_array().expect("a list").clone();
        let one = all.iter().find(|one| one["id"] == "9.3-1").expect("the review runs out").clone();
        assert!(all.is_sorted_by_key(|one| one["begin_by"].as_str().unwrap_or_default().to_owned()));
        one
    };
    let one = evidence("").await;
    assert_eq!(
        json!([one["last_day"], one["begin_by"], one["lead_days"], one["work"], one["open_today"], one["state"]]),
        json!(["2027-01-07", "2026-12-17", 15, "lead_management_review", false, "stale"])
    );
    assert_eq!(evidence("30").await["begin_by"], "2026-11-26");
    let page = world.get("/conformity/course?until=2027-03-31").await.text;
    assert!(page.contains("Thu 26 Nov 2026") && page.contains("Management review, 30 working days"), "{page:.3000}");
    let late = evidence("31").await;
    assert_eq!(json!([late["begin_by"], late["working_days_left"]]), json!(["2026-11-25", 0]));
    // The road warns: the default outlook ends with a quarter, as no audit is planned.
    world.get("/conformity/course").await;
    let road = world.get("/road").await.text;
    assert!(road.contains("Management review: begin today."), "{road:.3000}");
    let bad = [("number.lead_management_review".to_owned(), "261".to_owned())];
    let actor = Actor { roles: vec![Role::Administrator], ..Actor::system("test", Via::Web) };
    let refused = world.desk.set_settings(&actor, &bad, now()).await.expect_err("more than a year");
    assert!(refused.sentence().contains("from 1 to 260"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn holidays_of_the_calendar_of_the_house_are_not_worked() {
    for world in houses().await {
        let week = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let windows = week.map(|weekday| json!({"weekday": weekday, "from": "09:00", "to": "17:00"}));
        let calendar = |closed: &[&str], from: &str| json!({"name": "Office hours", "zone": "Europe/London", "windows": windows, "valid_from": from, "closed_dates": closed});
        // What holds until the end of the year, and a version with more holidays from then on.
        for (number, fields) in [
            ("CLN-1", calendar(&["2026-12-25", "2026-12-28"], "2026-01-01")),
            ("CLN-2", calendar(&["2027-01-01", "2026-12-24"], "2027-01-01")),
        ] {
            let line = json!({"kind": "service_calendar", "number": number, "title": "Office hours", "fields": fields});
            world.line(line).await;
        }
        let actor = Actor { roles: vec![Role::Administrator], ..Actor::system("test", Via::Web) };
        let set = async |number: &str| {
            let given = [("working_calendar".to_owned(), number.to_owned())];
            world.desk.set_settings(&actor, &given, now()).await
        };
        let why = set("CLN-9").await.expect_err("it is not on record").sentence();
        assert!(why.contains("there is no service calendar CLN-9"), "{why}");
        let page = world.get("/conformity/course?until=2027-03-31").await.text;
        assert!(
            page.contains("Monday to Friday, as no calendar of working days is set")
                && page.contains("Thu 17 Dec 2026")
        );
        // Fifteen working days before 7 January, of which three are holidays: Christmas twice and New Year.
        set("CLN-1").await.expect("it is on record");
        let page = world.get("/conformity/course?until=2027-03-31").await.text;
        assert!(
            page.contains("<a href=\"/service_calendars/CLN-1\">Office hours</a> with its holidays"),
            "{page:.6000}"
        );
        assert!(page.contains("Mon 14 Dec 2026") && !page.contains("Thu 17 Dec 2026"), "{page:.6000}");
    }
}

#[tokio::test]
async fn an_instant_to_come_is_refused_with_one_sentence() {
    let world = World::new().await;
    let sentence = "2999-01-01T00:00:00Z has not come yet; what was on record is told of the past";
    for path in ["/conformity?as_of=2999-01-01", "/conformity/8.6.1?as_of=2999-01-01"] {
        let page = world.get(path).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(page.text.contains(sentence), "{path}: {:.3000}", page.text);
    }
    let actor = Actor { roles: vec![Role::SmsManager], ..Actor::system("test", Via::Web) };
    let ahead = model::Moment::parse("2999-01-01").expect("an instant");
    let refused = world.desk.assessment_as_of(&actor, ahead, now()).await.expect_err("it has not come");
    assert!(refused.sentence().contains(sentence), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_how_far_it_is_with_the_past() {
    let world = houses().await.remove(0);
    let page = world.get(PAGE).await.text;
    assert!(page.contains("past days are counted") && page.contains("<progress") && page.contains("data-counting"));
    world.desk.count_scores(now()).await.expect("scores");
    let page = world.get(PAGE).await.text;
    assert!(!page.contains("past days are counted") && !page.contains("data-counting"));
}
