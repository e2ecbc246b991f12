//! The demonstration world: complete, consistent, the same each time, and honest about what is left undone.

use std::collections::BTreeSet;

use engines::{clocks::Standing, conformity::State};
use model::{Actor, Moment, Query, Via, filter_text, query::PAGE_MAX};
use plumbline::demo;

use crate::world::{Database, World, at};

both_databases!(
    every_kind_is_there_and_the_assessment_finds_what_was_left_undone,
    each_month_end_is_judged_later_as_it_was_judged_then
);

const END: &str = "2026-11-25T10:00:00Z";

async fn every_kind_is_there_and_the_assessment_finds_what_was_left_undone(database: Database) {
    let world = World::new(database).await;
    demo::write(&world.desk, 20_000, at(END)).await.expect("a world");
    let export = world.export().await;
    let kinds: BTreeSet<String> = export
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["kind"]
                .as_str()
                .unwrap_or_default()
                .to_string()
        })
        .collect();
    let declared: BTreeSet<String> = world.desk.catalog().kinds().iter().map(|kind| kind.name.to_string()).collect();
    assert_eq!(kinds, declared);
    let assessment = world.desk.assess_as_of(at(END)).await.expect("an assessment");
    let found = |state: State| -> Vec<&str> {
        let verdicts = assessment.verdicts.iter().filter(|verdict| verdict.state == state);
        verdicts.map(|verdict| verdict.requirement.id.as_str()).collect()
    };
    assert_eq!(found(State::Nonconforming), ["7.2.c", "8.5.1.2-3", "8.5.1.3-7", "8.6.1-6"]);
    assert_eq!(found(State::Gap), ["8.7.3.1-3"]);
    assert_eq!(found(State::Stale), ["7.5.3.2-2", "8.6.3-7", "8.7.2-4"]);
    // What the desk does all day is judged by records: only of problems that are open for long there are none.
    let mut nothing = Vec::new();
    for clause in ["7.6", "8.3.2", "8.3.3", "8.6.1", "8.6.2", "8.6.3"] {
        let own: Vec<_> = assessment.verdicts.iter().filter(|verdict| verdict.requirement.clause == clause).collect();
        assert!(own.iter().any(|verdict| verdict.state == State::Proved), "{clause}");
        let none = own.into_iter().filter(|verdict| verdict.state == State::NothingToSample);
        nothing.extend(none.map(|verdict| verdict.requirement.id.as_str()));
    }
    assert_eq!(nothing, ["8.6.3.c"]);
    assert!(assessment.count(State::Proved) > 230, "{}", assessment.count(State::Proved));
    assert_eq!(world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
    figures_are_counted(&world, &export).await;
    certificates_have_their_story(&export);
    requests_stand_in_every_state_of_their_clocks(&world).await;
}

/// By the rule that counts clocks for everybody: most open requests run in time, some are near, a few are late.
async fn requests_stand_in_every_state_of_their_clocks(world: &World) {
    let catalog = world.desk.catalog();
    let kind = catalog.find("service_request").expect("a kind");
    let filter = filter_text::parse("phase != done", kind).expect("a filter");
    let query = Query { filter, size: PAGE_MAX, ..Query::of(kind.name) };
    let machine = Actor::system("test", Via::Command);
    let (mut running, mut near, mut late) = (Vec::new(), Vec::new(), Vec::new());
    for shown in world.desk.list(&machine, &query, at(END)).await.expect("a list").records {
        let live = || shown.clocks().iter().filter(|clock| clock.standing.is_live() && clock.leg.is_empty());
        let is_near = |clock: &engines::clocks::Clock| clock.used_seconds * 4 >= clock.goal_seconds * 3;
        let place = match () {
            () if live().any(|clock| clock.standing == Standing::Late) => &mut late,
            () if live().any(is_near) => &mut near,
            () => &mut running,
        };
        place.push(shown.number().to_string());
    }
    let told = format!("running {running:?}, near {near:?}, late {late:?}");
    assert!((2..=5).contains(&near.len()) && (1..=4).contains(&late.len()), "{told}");
    assert!(running.len() > near.len() + late.len(), "{told}");
}

fn line_of(export: &str, number: &str) -> serde_json::Value {
    let lines = export.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    lines.into_iter().find(|line| line["number"] == number).unwrap_or_else(|| panic!("{number} is not there"))
}

/// Nobody typed what a review looked at, nor what objectives read.
async fn figures_are_counted(world: &World, export: &str) {
    for review in ["MRV-1", "MRV-2"] {
        let fields = line_of(export, review)["fields"].clone();
        assert!(fields["prepared_on"].is_string(), "{review}");
        let inputs = fields["inputs"].as_object().expect("inputs").clone();
        assert_eq!(inputs.len(), 14, "{review}");
        let counted = inputs.values().filter(|text| text.as_str().is_some_and(|text| text.contains("](/"))).count();
        assert!(counted >= 10, "{review}: {inputs:?}");
    }
    for (objective, source) in
        [("OBJ-1", "incidents-in-time"), ("OBJ-2", "changes-successful"), ("OBJ-4", "requirements-proved")]
    {
        let fields = line_of(export, objective)["fields"].clone();
        assert_eq!(fields["counted_from"], source);
        let readings = fields["readings"].as_array().expect("readings").clone();
        let october = readings.iter().find(|reading| reading["at"] == "2026-10-31").expect("a reading of October");
        let times = (at(END), Some(at("2026-11-01T00:00:00Z")));
        let counted = web::pages::reports::measured::measured(&world.desk, source, "2026-10", times).await;
        let counted = counted.expect("a figure").expect("October has one");
        assert_eq!(october["value"].to_string(), counted.normalize().to_string(), "{objective}");
    }
}

/// One is sought, one came from another body and is to be renewed, and the program asks to book its audit.
fn certificates_have_their_story(export: &str) {
    let states = ["CER-1", "CER-2", "CER-3"].map(|number| line_of(export, number)["state"].clone());
    assert_eq!(states, ["applied", "transferred", "valid"]);
    let asked = export.lines().filter(|line| line.contains("Book recertification audit of CER-3 (by "));
    assert_eq!(asked.count(), 1);
}

/// On either database, with whatever ends of months and years lie in it.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_and_end_give_the_same_world() {
    let other = if crate::world::postgres().is_some() { Database::Postgres } else { Database::Sqlite };
    let mut exports = Vec::new();
    for (database, seed) in [(Database::Sqlite, 7), (other, 7), (Database::Sqlite, 8)] {
        let world = World::new(database).await;
        demo::write(&world.desk, seed, at("2027-03-01T00:10:00Z")).await.expect("a world");
        exports.push(world.export().await);
    }
    assert!(exports[0] == exports[1], "the same seed gave two worlds");
    assert!(exports[0] != exports[2], "another seed gave the same world");
}

/// The year is written up to each of the twelve month ends, judged there, and carried on; at its end each of them is judged again.
async fn each_month_end_is_judged_later_as_it_was_judged_then(database: Database) {
    let world = World::new(database).await;
    let ends: Vec<Moment> = (0..12).rev().map(|back| at("2026-11-01T00:00:00Z").plus_months(-back)).collect();
    let (_, then) = demo::write_and_look(&world.desk, 20_000, at(END), &ends).await.expect("a world");
    assert_eq!(then.len(), 12);
    let mut differ = Vec::new();
    for (end, then) in ends.iter().zip(&then) {
        let later = world.desk.assess_as_of(end.plus(-1)).await.expect("an assessment");
        assert_eq!((then.as_of, later.as_of), (end.plus(-1), end.plus(-1)));
        for (then, later) in then.verdicts.iter().zip(&later.verdicts) {
            let (then, later) = (then.to_json().to_string(), later.to_json().to_string());
            if then != later {
                differ.push(format!("{end}\n  then  {then}\n  later {later}"));
            }
        }
    }
    assert!(differ.is_empty(), "{} verdicts differ:\n{}", differ.len(), differ.join("\n"));
    // It would be nothing to be equal if the year did not move.
    assert!(then[0].count(State::Proved) + 20 < then[11].count(State::Proved));
}
