//! Live pages: each listener is told what they may know, and what others do on other servers.

use std::{sync::Arc, time::Duration};

use desk::{
    Desk,
    live::{Clock, Ear, News, Watch},
};
use model::{Command, Filter, Moment, filter_text};
use serde_json::json;

use crate::world::*;

const NOW: &str = "2026-11-12T08:00:00Z";

fn clock() -> Clock {
    Arc::new(|| at(NOW))
}

async fn hear(ear: &mut Ear) -> News {
    tokio::time::timeout(Duration::from_secs(20), ear.hear()).await.expect("news in time").expect("somebody tells")
}

/// What is said about records, without who is there.
async fn written(ear: &mut Ear) -> (String, i64, bool) {
    loop {
        if let News::Written { number, version, listed, .. } = hear(ear).await {
            return (number, version, listed);
        }
    }
}

fn list(world: &World, filter: &str) -> Watch {
    let catalog = world.desk.catalog();
    let filter = filter_text::parse(filter, catalog.find("incident").unwrap()).unwrap();
    Watch::List { kind: "incident".into(), filter }
}

fn record(number: &str) -> Watch {
    Watch::Record { kind: "incident".into(), number: number.into() }
}

#[tokio::test]
async fn listeners_hear_what_their_scope_and_filter_admit() {
    for world in worlds().await {
        let now = at(NOW);
        let own = world
            .create(&agent(), "incident", json!({"title": "Of one", "impact": "high", "customer": "CUS-1"}), now)
            .await
            .number;
        let ours = world.incident("Of nobody", now).await;
        // A beat begins a second early, so that nothing is lost between page and stream.
        let since = now.plus(5_000);
        let mut all = world.desk.listen(&agent(), list(&world, "priority = P1"), since, &clock()).await.unwrap();
        let mut theirs =
            world.desk.listen(&customer("CUS-1"), list(&world, "phase != done"), since, &clock()).await.unwrap();
        let foreign = world.desk.listen(&customer("CUS-2"), record(&own), since, &clock()).await;
        assert!(foreign.is_err(), "what one may not see one may not listen to");
        let note =
            |number: &str, public| Command::Note { target: target("incident", number), text: "Said".into(), public };
        let later = now.plus(10_000);
        for (number, public) in [(&ours, true), (&own, false), (&own, true)] {
            world.desk.perform(&agent(), note(number, public), later).await.unwrap();
        }
        assert_eq!(written(&mut all).await, (ours, 2, false), "{}", world.name);
        assert_eq!(written(&mut all).await, (own.clone(), 2, true));
        assert_eq!(written(&mut all).await, (own.clone(), 3, true));
        assert_eq!(written(&mut theirs).await, (own, 3, true), "of an internal note a customer's people hear nothing");
    }
}

#[tokio::test]
async fn whoever_comes_a_moment_later_hears_what_came_between() {
    for world in worlds().await {
        let now = at(NOW);
        let _first = world.desk.listen(&agent(), list(&world, "phase != done"), now, &clock()).await.unwrap();
        let number = world.incident("Between", now.plus(5)).await;
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let mut late = world.desk.listen(&agent(), list(&world, "phase != done"), now, &clock()).await.unwrap();
        assert_eq!(written(&mut late).await, (number, 1, true), "{}", world.name);
        let mut long =
            world.desk.listen(&agent(), list(&world, "phase != done"), now.minus(60_000), &clock()).await.unwrap();
        assert!(matches!(hear(&mut long).await, News::Much { .. }), "what is not remembered is looked at again");
    }
}

#[tokio::test]
async fn a_beat_costs_one_statement_whatever_the_number_of_listeners() {
    for world in worlds().await {
        let mut ears = Vec::new();
        for _ in 0..50 {
            let watch = Watch::List { kind: "incident".into(), filter: Filter::everything() };
            ears.push(world.desk.listen(&agent(), watch, at(NOW), &clock()).await.unwrap());
        }
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let before = world.desk.statements();
        tokio::time::sleep(Duration::from_millis(3_000)).await;
        let cost = world.desk.statements() - before;
        assert!((1..=4).contains(&cost), "{}: {cost} statements in three seconds", world.name);
        drop(ears);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let before = world.desk.statements();
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        assert_eq!(world.desk.statements() - before, 0, "nobody listens, nothing is asked");
    }
}

async fn present(ear: &mut Ear, wanted: &[(&str, bool)]) {
    loop {
        let News::Present(people) = hear(ear).await else { continue };
        let found: Vec<(&str, bool)> = people.iter().map(|one| (one.name.as_str(), one.writing)).collect();
        if found == wanted {
            return;
        }
    }
}

#[tokio::test]
async fn two_who_look_at_one_record_see_each_other() {
    for world in worlds().await {
        let number = world.incident("Looked at", at(NOW)).await;
        let other = model::Actor { email: "tomas@tidewell.example".into(), name: "Tomas".into(), ..agent() };
        let mut mine = world.desk.listen(&agent(), record(&number), at(NOW), &clock()).await.unwrap();
        let theirs = world.desk.listen(&other, record(&number), at(NOW), &clock()).await.unwrap();
        present(&mut mine, &[("Tomas", false)]).await;
        world.desk.tell_writing(&other, "incident", &number, true, at(NOW)).await.unwrap();
        present(&mut mine, &[("Tomas", true)]).await;
        drop(theirs);
        present(&mut mine, &[]).await;
        assert!(world.desk.tell_writing(&customer("CUS-2"), "incident", &number, true, at(NOW)).await.is_err());
    }
}

#[tokio::test]
async fn servers_over_one_database_hear_of_each_other() {
    let Ok(server) = std::env::var("PLUMBLINE_TEST_POSTGRES") else {
        eprintln!("PostgreSQL was not tried: PLUMBLINE_TEST_POSTGRES names no server");
        return;
    };
    let url = database(&server).await;
    let [one, two] = [Desk::open(&url, catalog(), &[]).await.unwrap(), Desk::open(&url, catalog(), &[]).await.unwrap()];
    let world = World { desk: one, name: "postgres", ..worlds().await.remove(0) };
    let number = world.incident("On both", at(NOW)).await;
    let other = model::Actor { email: "tomas@tidewell.example".into(), name: "Tomas".into(), ..agent() };
    let mut here = world.desk.listen(&agent(), record(&number), at(NOW).plus(1), &clock()).await.unwrap();
    let mut there = two.listen(&other, record(&number), at(NOW).plus(1), &clock()).await.unwrap();
    present(&mut here, &[("Tomas", false)]).await;
    present(&mut there, &[("Ines", false)]).await;
    let note = Command::Note { target: target("incident", &number), text: "Said".into(), public: false };
    two.perform(&other, note, Moment(at(NOW).0 + 10)).await.unwrap();
    assert_eq!(written(&mut here).await, (number, 2, true));
}
