//! One incident for one trouble of the world: opened, repeated, resolved, held back, flapping, by whom and where.

use desk::monitoring::{Brought, Events};
use events::{Ending, OneFor, Policy};
use model::{
    Moment,
    time::{HOUR, MINUTE},
};
use serde_json::json;

use super::house::{House, fires, machine, over, source};
use crate::world::{Database, now};

both_databases!(
    an_alert_opens_an_incident_about_its_item_and_service,
    repeats_are_counted_and_write_nothing_into_the_journal,
    the_end_resolves_what_nobody_works_on_and_tells_who_does,
    what_comes_back_soon_opens_the_same_incident_again,
    flapping_keeps_the_incident_open_until_it_is_quiet,
    an_unknown_item_opens_an_incident_that_says_so,
    planned_work_holds_alerts_back_and_no_longer_than_it_lasts,
    of_two_at_once_one_opens_and_the_other_repeats,
    all_alerts_about_one_item_may_be_one_incident,
    the_mapping_of_the_organisation_decides,
    what_the_record_refuses_ends_as_refused_and_is_tried_again,
    single_events_are_forgotten_after_their_time,
);

fn at(minutes: i64) -> Moment {
    now().plus(minutes * MINUTE)
}

async fn an_alert_opens_an_incident_about_its_item_and_service(database: Database) {
    let house = House::new(database).await;
    let taken = house.alert(fires("disk", json!({"instance": "WEB-7:9100"})), now()).await;
    assert_eq!((taken.outcome.as_str(), taken.reason.as_str()), ("opened", "CI-1, SVC-1"));
    let incident = house.incident(&taken.number).await;
    let fields = &incident["fields"];
    assert_eq!((&incident["title"], &incident["state"]), (&json!("disk is wrong"), &json!("new")));
    assert_eq!(
        (&fields["ci"], &fields["service"], &fields["contact_type"]),
        (&json!("CI-1"), &json!("SVC-1"), &json!("monitoring"))
    );
    assert_eq!((&fields["impact"], &fields["urgency"]), (&json!("medium"), &json!("medium")));
    assert!(fields["requester"].is_null(), "nobody asked for it");
    assert!(fields["description"].as_str().expect("words").contains("instance: WEB-7:9100"));
    assert_eq!(incident["history"][0]["by"], "monitoring/prod");
    let by_address = house.alert(fires("load", json!({"host": "10.1.2.7"})), now()).await;
    assert_eq!(by_address.reason, "CI-1, SVC-1");
    let customers = house.alert(fires("till", json!({"host": "till-9"})), now()).await;
    assert_eq!(house.incident(&customers.number).await["fields"]["customer"], "CUS-1");
    let rows = house.events(Events::default()).await;
    assert_eq!(rows.len(), 3);
    assert_eq!((rows[0].brought_by.as_str(), rows[0].number.as_str()), (super::house::BOT, customers.number.as_str()));
}

async fn repeats_are_counted_and_write_nothing_into_the_journal(database: Database) {
    let house = House::new(database).await;
    let number = house.alert(fires("disk", json!({"host": "web-7"})), now()).await.number;
    let before = house.desk().statements();
    for minute in 1..=5 {
        let taken = house.alert(fires("disk", json!({"host": "web-7"})), at(minute)).await;
        assert_eq!((taken.outcome.as_str(), taken.number.as_str()), ("repeated", number.as_str()));
    }
    let each = (house.desk().statements() - before) as f64 / 5.0;
    assert!(each <= 8.0, "a repeated event takes {each} statements");
    assert_eq!(house.incidents().await, 1);
    assert_eq!(house.incident(&number).await["history"].as_array().expect("history").len(), 1);
    let (troubles, rows) = house.desk().monitored(&machine(), "incident", &number, 100, now()).await.expect("alerts");
    assert_eq!((troubles.len(), troubles[0].alert.repeats, rows.len()), (1, 5, 6));
    assert_eq!((troubles[0].first, troubles[0].last), (now(), at(5)));
}

async fn the_end_resolves_what_nobody_works_on_and_tells_who_does(database: Database) {
    let house = House::new(database).await;
    let first = house.alert(fires("disk", json!({"host": "web-7"})), now()).await.number;
    let second = house.alert(fires("load", json!({"host": "web-7"})), now()).await.number;
    house.step("incident", &second, "in_progress", json!({"owner": "ines@tidewell.example"}), at(1)).await;
    let ended = house.alert(over("disk"), at(10)).await;
    assert_eq!((ended.outcome.as_str(), ended.reason.as_str()), ("resolved", format!("{first} is resolved").as_str()));
    let incident = house.incident(&first).await;
    assert_eq!(incident["state"], "resolved");
    let words = incident["fields"]["resolution"].as_str().expect("words").to_string();
    assert!(words.contains("It lasted 11 minutes"), "{words}");
    let kept = house.alert(over("load"), at(10)).await;
    assert_eq!(kept.reason, format!("somebody works on {second}: a note says so"));
    assert_eq!(house.incident(&second).await["state"], "in_progress");
    let again = house.alert(over("disk"), at(11)).await;
    assert_eq!(again.outcome, "ignored");
    // What a record needs before it may be resolved is not made up.
    let unknown = house.alert(fires("odd", json!({"host": "nowhere"})), at(12)).await.number;
    let open = house.alert(over("odd"), at(13)).await;
    assert!(open.reason.contains(&format!("{unknown} stays open: service")), "{}", open.reason);
    assert_eq!(house.incident(&unknown).await["state"], "new");
}

async fn what_comes_back_soon_opens_the_same_incident_again(database: Database) {
    let house = House::new(database).await;
    let number = house.alert(fires("disk", json!({"host": "web-7"})), now()).await.number;
    house.alert(over("disk"), at(5)).await;
    let back = house.alert(fires("disk", json!({"host": "web-7"})), at(20)).await;
    assert_eq!((back.outcome.as_str(), back.number.as_str()), ("repeated", number.as_str()));
    assert_eq!(house.incident(&number).await["state"], "in_progress");
    house.alert(over("disk"), at(25)).await;
    assert_eq!(house.incident(&number).await["state"], "resolved", "nobody has taken it");
    let later = house.alert(fires("disk", json!({"host": "web-7"})), at(200)).await;
    assert_eq!(later.outcome, "opened");
    assert_ne!(later.number, number);
    let links = house.incident(&later.number).await["links"].clone();
    assert_eq!(links, json!([{"type": "relates_to", "to": number}]));
}

async fn flapping_keeps_the_incident_open_until_it_is_quiet(database: Database) {
    let house = House::with(database, Policy { flaps: 4, ..Policy::default() }).await;
    let number = house.alert(fires("disk", json!({"host": "web-7"})), now()).await.number;
    for minute in 1..=9 {
        let alert = if minute % 2 == 1 { over("disk") } else { fires("disk", json!({"host": "web-7"})) };
        house.alert(alert, at(minute)).await;
    }
    let incident = house.incident(&number).await;
    assert_eq!((&incident["state"], house.incidents().await), (&json!("in_progress"), 1));
    let notes = incident["history"].as_array().expect("history").iter();
    let told = notes.filter(|entry| entry["note"].as_str().is_some_and(|note| note.starts_with("It flaps"))).count();
    assert_eq!(told, 1, "{incident}");
    house.work(at(30)).await;
    assert_eq!(house.incident(&number).await["state"], "in_progress");
    house.work(at(70)).await;
    assert_eq!(house.incident(&number).await["state"], "resolved", "it was quiet for an hour");
    let (troubles, _) = house.desk().monitored(&machine(), "incident", &number, 1, now()).await.expect("alerts");
    assert!(troubles[0].alert.returns >= 4 && !troubles[0].alert.flapping, "{troubles:?}");
}

async fn an_unknown_item_opens_an_incident_that_says_so(database: Database) {
    let house = House::new(database).await;
    let taken = house.alert(fires("disk", json!({"host": "nowhere"})), now()).await;
    assert_eq!(taken.outcome, "opened");
    assert!(taken.reason.contains("not known: none on record goes by \"nowhere\""), "{}", taken.reason);
    let words = house.incident(&taken.number).await["fields"]["description"].as_str().expect("words").to_string();
    assert!(words.contains("The configuration item is not known: none on record goes by \"nowhere\"."), "{words}");
    let twice = house.alert(fires("load", json!({"host": "proxy"})), now()).await;
    assert!(twice.reason.contains("is not clear: CI-4, CI-5 all go by \"proxy\""), "{}", twice.reason);
    // What somebody puts on record is known from then on, and no longer when it is withdrawn.
    let number = house.create("ci", json!({"title": "Nowhere", "type": "server"}), at(1)).await;
    let known = house.alert(fires("swap", json!({"host": "nowhere"})), at(2)).await;
    assert!(known.reason.starts_with(&number), "{}", known.reason);
    house.step("ci", &number, "withdrawn", json!({}), at(3)).await;
    let gone = house.alert(fires("net", json!({"host": "nowhere"})), at(4)).await;
    assert!(gone.reason.contains("not known"), "{}", gone.reason);
    assert_eq!(house.desk().rebuild_names().await.expect("names"), 8, "five items, one withdrawn, two services");
    let still = house.alert(fires("ram", json!({"host": "web-7"})), at(5)).await;
    assert_eq!(still.reason, "CI-1, SVC-1");
}

async fn planned_work_holds_alerts_back_and_no_longer_than_it_lasts(database: Database) {
    let house = House::new(database).await;
    let span = json!({"title": "New disks", "category": "standard", "backout": "Put the old ones back", "kind": "technical", "cis": ["CI-1"],
        "planned_start": now().to_string(), "planned_end": now().plus(HOUR).to_string()});
    let change = house.create("change", span, now()).await;
    let early = house.alert(fires("load", json!({"host": "web-7"})), at(1)).await;
    assert_eq!(early.outcome, "opened", "what nobody has approved holds nothing back");
    house.step("change", &change, "approved", json!({}), at(2)).await;
    let held = house.alert(fires("disk", json!({"host": "web-7"})), at(3)).await;
    assert_eq!((held.outcome.as_str(), held.number.as_str()), ("suppressed", ""));
    assert!(held.reason.starts_with(&format!("{change} is planned work there until")), "{}", held.reason);
    assert_eq!(house.alert(fires("disk", json!({"host": "web-7"})), at(4)).await.outcome, "suppressed");
    assert_eq!(
        house.alert(fires("disk", json!({"host": "db-1"})), at(4)).await.outcome,
        "suppressed",
        "the same alert"
    );
    assert_eq!(house.alert(fires("other", json!({"host": "db-1"})), at(4)).await.outcome, "opened", "another item");
    let brief = house.alert(fires("brief", json!({"host": "web-7"})), at(5)).await;
    assert_eq!(
        (brief.outcome.as_str(), house.alert(over("brief"), at(9)).await.outcome.as_str()),
        ("suppressed", "resolved")
    );
    let before = house.incidents().await;
    house.work(at(20)).await;
    assert_eq!(house.incidents().await, before, "the work still goes on");
    // The tool says nothing more, and the alert is not forgotten.
    for minute in [36, 52, 68, 84] {
        house.work(at(minute)).await;
    }
    assert_eq!(house.incidents().await, before + 1);
    let opened = house.events(Events { outcome: "opened".into(), ..Events::default() }).await.remove(0);
    assert_eq!((opened.title.as_str(), opened.brought_by.as_str()), ("disk is wrong", "system"));
    assert!(opened.reason.starts_with(&format!("it fires still after {change}")), "{}", opened.reason);
    assert_eq!(house.incident(&opened.number).await["fields"]["ci"], "CI-1");
    // A planned outage of the service holds back what its items say; one that nobody planned does not.
    let outage = |planned: bool| json!({"title": "x", "cause": "Move", "service": "SVC-2", "planned": planned, "start": at(100).to_string()});
    house.create("outage", outage(false), at(100)).await;
    assert_eq!(house.alert(fires("a", json!({"host": "till-9"})), at(101)).await.outcome, "opened");
    house.create("outage", outage(true), at(100)).await;
    assert_eq!(house.alert(fires("b", json!({"host": "till-9"})), at(101)).await.outcome, "suppressed");
}

async fn of_two_at_once_one_opens_and_the_other_repeats(database: Database) {
    let house = House::new(database).await;
    for round in 0..8 {
        let name = format!("race-{round}");
        let bring = || {
            let body = json!({"version": "4", "alerts": [fires(&name, json!({"host": "web-7"})), fires(&format!("{name}b"), json!({}))]});
            let (desk, bot) = (house.desk().clone(), house.bot.clone());
            let brought = Brought { slug: "prod".into(), media: "application/json".into(), body, ..Brought::default() };
            tokio::spawn(async move { desk.take_events(&bot, brought, at(round)).await.expect("it is taken") })
        };
        let all = futures::future::join_all((0..8).map(|_| bring())).await;
        let taken: Vec<_> = all.into_iter().flat_map(|one| one.expect("a task")).collect();
        let opened = taken.iter().filter(|one| one.outcome == "opened").count();
        let repeated = taken.iter().filter(|one| one.outcome == "repeated").count();
        assert_eq!((opened, repeated), (2, 14), "{taken:?}");
        let numbers: std::collections::BTreeSet<&str> = taken.iter().map(|one| one.number.as_str()).collect();
        assert_eq!(numbers.len(), 2, "{numbers:?}");
    }
    assert_eq!(house.incidents().await, 16);
    assert_eq!(house.events(Events::default()).await.len(), 8 * 16);
}

async fn all_alerts_about_one_item_may_be_one_incident(database: Database) {
    let policy = Policy { one_for: OneFor::Item, ending: Ending::Resolve, ..Policy::default() };
    let house = House::with(database, policy).await;
    let number = house.alert(fires("down", json!({"host": "web-7"})), now()).await.number;
    let joins = house.alert(fires("disk", json!({"host": "10.1.2.7"})), at(1)).await;
    assert_eq!((joins.outcome.as_str(), joins.number.as_str()), ("repeated", number.as_str()));
    let other = house.alert(fires("down", json!({"host": "db-1"})), at(1)).await;
    assert_eq!(other.outcome, "opened");
    let mut ends = over("down");
    ends["labels"]["host"] = "web-7".into();
    assert_eq!(house.alert(ends.clone(), at(2)).await.reason, format!("1 others still fire: {number} stays as it is"));
    ends["fingerprint"] = "disk".into();
    house.alert(ends, at(3)).await;
    assert_eq!(house.incident(&number).await["state"], "resolved");
}

async fn the_mapping_of_the_organisation_decides(database: Database) {
    let rules = "env = test -> ignore\nsite ~ till* -> ci = {{site}}, impact = high, urgency = high\n\
                 any -> title = \"{{alertname}} at {{site}}\"";
    let house = House::with(database, Policy { rules: rules.into(), ..Policy::default() }).await;
    let ignored = house.alert(fires("disk", json!({"env": "test"})), now()).await;
    assert_eq!((ignored.outcome.as_str(), ignored.reason.as_str()), ("ignored", "line 1 of the mapping says so"));
    let taken = house.alert(fires("disk", json!({"site": "TILL-9", "host": "web-7"})), now()).await;
    let incident = house.incident(&taken.number).await;
    assert_eq!((&incident["title"], &incident["fields"]["ci"]), (&json!("disk at TILL-9"), &json!("CI-3")));
    assert_eq!(incident["fields"]["priority"], "P1");
    // Another customer's item is not this source's to name.
    let quay = source(house.desk(), "quay", Policy { customer: "CUS-2".into(), ..Policy::default() }).await;
    let quay = House { source: quay, ..house };
    let taken = quay.alert(fires("disk", json!({"host": "till-9"})), now()).await;
    assert!(taken.reason.contains("not known"), "{}", taken.reason);
    assert_eq!(quay.incident(&taken.number).await["fields"]["customer"], "CUS-2");
}

async fn what_the_record_refuses_ends_as_refused_and_is_tried_again(database: Database) {
    let rules = "any -> impact = {{impact}}";
    let house = House::with(database, Policy { rules: rules.into(), ..Policy::default() }).await;
    let refused = house.alert(fires("disk", json!({"impact": "dreadful"})), now()).await;
    assert_eq!((refused.outcome.as_str(), refused.number.as_str()), ("refused", ""));
    assert!(refused.reason.contains("impact: \"dreadful\" is not one of high, medium, low"), "{}", refused.reason);
    assert_eq!(house.alert(over("disk"), at(1)).await.outcome, "ignored");
    assert_eq!(house.alert(fires("disk", json!({"impact": "low"})), at(2)).await.outcome, "opened");
}

async fn single_events_are_forgotten_after_their_time(database: Database) {
    let house = House::with(database, Policy { keep_days: 2, ..Policy::default() }).await;
    house.alert(fires("disk", json!({"host": "web-7"})), now()).await;
    house.alert(fires("load", json!({"host": "web-7"})), now()).await;
    house.alert(over("load"), at(1)).await;
    house.desk().promise_sweep(at(5)).await.expect("a promise");
    house.work(at(5)).await;
    assert_eq!(house.events(Events::default()).await.len(), 3);
    house.work(now().plus(3 * 24 * HOUR)).await;
    assert_eq!(house.events(Events::default()).await.len(), 0);
    let again = house.alert(fires("disk", json!({"host": "web-7"})), now().plus(3 * 24 * HOUR)).await;
    assert_eq!(again.outcome, "repeated", "what fires is not forgotten");
}
