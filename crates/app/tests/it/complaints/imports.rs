//! Upgrades that go one way, and imports that say of every row what became of it.

use std::process::Stdio;

use desk::store::db::Db;
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::house::House;
use crate::world::{Database, World, program, said};

both_databases!(
    an_older_program_leaves_a_newer_database_as_it_is,
    every_row_of_a_file_has_a_verdict_and_twice_at_once_is_once,
);

async fn script(url: &str, sql: &'static str) {
    let db = Db::open(url).await.expect("the database opens");
    let done: Result<(), desk::Fault> = db.write(move |conn| async move { conn.script(sql).await }.boxed()).await;
    done.expect("a write behind the back of the house");
    db.close().await;
}

/// Complaint 45: a program that does not know what a newer one wrote touches nothing and says what to do.
async fn an_older_program_leaves_a_newer_database_as_it_is(database: Database) {
    let house = House::new(database).await;
    house.lines([json!({"kind": "incident", "number": "INC-1", "title": "Kept"})]).await;
    let before = house.world.export().await;
    let url = house.world.url.clone();
    script(&url, "insert into schema_version (version) values (9000)").await;
    let file = house.world.file("more.jsonl", b"{\"kind\":\"incident\",\"number\":\"INC-2\",\"title\":\"More\"}\n");
    let file = file.to_str().expect("a path").to_string();
    for arguments in [
        vec!["export"],
        vec!["doctor"],
        vec!["verify"],
        vec!["import", "jsonl", &file],
        vec!["serve", "--listen", "127.0.0.1:0"],
        vec!["user", "add", "ines@tidewell.example", "--role", "agent"],
    ] {
        let (code, answer, error) = said(program(&url).args(&arguments));
        assert_eq!((code, answer.as_str()), (Some(1), ""), "{arguments:?}: {error}");
        assert!(error.contains("version 9000") && error.contains("start the newer program"), "{arguments:?}: {error}");
        assert!(!error.contains("panicked"), "{arguments:?}: {error}");
    }
    script(&url, "delete from schema_version where version = 9000").await;
    let (code, answer, error) = said(program(&url).arg("export"));
    assert_eq!(code, Some(0), "{error}");
    assert_eq!(answer, before, "nothing was touched");
}

/// 573 rows: 400 good ones, 100 of them once more, 40 with a choice that does not exist, 33 that contradict an earlier row.
fn file() -> String {
    let row = |at: usize, title: &str, impact: &str| json!({"kind": "incident", "number": format!("INC-{at}"), "title": title, "fields": {"impact": impact}});
    let good = (1..=400).map(|at| row(at, "Good", "high"));
    let again = (1..=100).map(|at| row(at, "Good", "high"));
    let bad = (401..=440).map(|at| row(at, "Bad", "enormous"));
    let other = (1..=33).map(|at| row(at, "Says something else", "low"));
    good.chain(again).chain(bad).chain(other).map(|row| format!("{row}\n")).collect()
}

fn counts(answer: &str) -> [u64; 5] {
    let report: Json = serde_json::from_str(answer).unwrap_or_else(|_| panic!("no report: {answer}"));
    ["read", "new", "changed", "unchanged", "refused"].map(|name| report[name].as_u64().expect("a count"))
}

/// Complaint 47: what went in, what came out and what did not add up to the file, at the first time and at every other.
async fn every_row_of_a_file_has_a_verdict_and_twice_at_once_is_once(database: Database) {
    let world = World::new(database).await;
    let path = world.file("rows.jsonl", file().as_bytes());
    let take = |more: &[&str]| said(program(&world.url).args(["import", "jsonl", "--json"]).args(more).arg(&path));
    let (_, dry, _) = take(&["--dry-run"]);
    assert_eq!(world.export().await, "", "a dry run writes nothing");
    let (code, answer, error) = take(&[]);
    assert_eq!(code, Some(1), "what was refused is not passed over: {error}");
    assert_eq!(counts(&answer), [573, 400, 0, 100, 73]);
    assert_eq!(counts(&dry), counts(&answer), "it foretells what will be");
    assert_eq!(world.export().await.lines().count(), 400, "as many as it says");
    let report: Json = serde_json::from_str(&answer).expect("a report");
    let refused = report["refusals"].as_array().map(Vec::len).unwrap_or_default();
    let told = error.lines().filter(|line| line.starts_with("line ")).count();
    assert_eq!(refused.max(told), 73, "each refused row is named: {answer} {error}");
    let (_, answer, _) = take(&[]);
    assert_eq!(counts(&answer), [573, 0, 0, 500, 73], "once more changes nothing");

    // A second press of the button while the first still runs.
    let other = World::new(database).await;
    let url = &other.url;
    let good = world
        .file("good.jsonl", file().lines().take(400).map(|line| format!("{line}\n")).collect::<String>().as_bytes());
    let start = || {
        let mut command = program(url);
        command
            .args(["import", "jsonl", "--json"])
            .arg(&good)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("it starts")
    };
    let both = [start(), start()].map(|child| child.wait_with_output().expect("it ends"));
    for output in &both {
        let (answer, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!error.contains("panicked"), "{error}");
        assert!(output.status.success(), "who meets the other at a number finds what it has written: {error}");
        assert_eq!(counts(&answer)[4], 0, "{answer} {error}");
    }
    let again = start().wait_with_output().expect("it ends");
    assert_eq!(counts(&String::from_utf8_lossy(&again.stdout)), [400, 0, 0, 400, 0], "each was made once");
    let (_, export, _) = said(program(url).arg("export"));
    assert_eq!(export.lines().count(), 400);
    assert_eq!(said(program(url).arg("verify")).0, Some(0));
}
