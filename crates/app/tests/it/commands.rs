//! The program as scripts see it: exit codes, standard output for answers, standard error for reasons.

use serde_json::Value as Json;

use crate::world::{Database, World, program, said};

both_databases!(answers_and_reasons_go_their_own_ways, a_changed_journal_is_found);

const LINES: &str = include_str!("data/lines.jsonl");

/// How commands, pages and API refuse an instant that has not come.
const AHEAD: &str = "2999-01-01T00:00:00Z has not come yet; what was on record is told of the past";

async fn answers_and_reasons_go_their_own_ways(database: Database) {
    let world = World::new(database).await;
    let file = world.file("lines.jsonl", LINES.as_bytes());
    let (code, answer, error) = said(program(&world.url).args(["import", "jsonl", "--json"]).arg(&file));
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let report: Json = serde_json::from_str(&answer).expect("a report");
    assert_eq!((report["new"].as_u64(), report["refused"].as_u64()), (Some(6), Some(0)));
    let wrong =
        world.file("wrong.jsonl", b"{\"kind\":\"incident\",\"number\":\"INC-1\",\"fields\":{\"impact\":\"x\"}}\n");
    let (code, answer, error) = said(program(&world.url).args(["import", "jsonl"]).arg(&wrong));
    assert_eq!(code, Some(1));
    assert_eq!(answer, "read 1, new 0, changed 0, unchanged 0, refused 1\n");
    assert!(error.starts_with("line 1, INC-1: fields.impact:"), "{error}");
    let (code, answer, error) = said(program(&world.url).args(["export", "--kind", "service"]));
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert_eq!(serde_json::from_str::<Json>(&answer).expect("one line")["number"], "SVC-1");
    let (code, answer, _) = said(program(&world.url).args(["conformity", "--json", "--as-of", "2026-11-25"]));
    let assessment: Json = serde_json::from_str(&answer).expect("an assessment");
    assert_eq!((code, assessment["as_of"].as_str()), (Some(0), Some("2026-11-25T00:00:00Z")));
    assert_eq!(assessment["requirements"].as_array().map(Vec::len), Some(260));
    for (arguments, words) in [
        (vec!["conformity", "--framework", "iso-20000-1-2108"], "did you mean \"iso-20000-1-2018\"?"),
        (vec!["conformity", "--as-of", "yesterday"], "not an instant"),
        (vec!["export", "--kind", "incidnt"], "did you mean \"incident\"?"),
        (vec!["import", "jsonl"], "required"),
        (vec!["import", "servicenow-incident-log", "x", "--zone", "Mars/Olympus"], "no such time zone"),
        (vec!["user", "add", "a@b.example", "--role", "agnet"], "did you mean \"agent\"?"),
        (vec!["frobnicate"], "unrecognized"),
    ] {
        let (code, answer, error) = said(program(&world.url).args(&arguments));
        assert_eq!((code, answer.as_str()), (Some(2), ""), "{arguments:?}: {error}");
        assert!(error.contains(words), "{arguments:?}: {error}");
    }
    for (arguments, words) in [
        (vec!["import", "jsonl", "/nowhere/at-all.jsonl"], "cannot read /nowhere/at-all.jsonl"),
        (vec!["conformity", "--as-of", "2999-01-01"], AHEAD),
        (vec!["pack", "/nowhere/pack.zip", "--as-of", "2999-01-01"], AHEAD),
        (vec!["verify", "/nowhere/pack.zip"], "/nowhere/pack.zip was not checked: it cannot be opened"),
        (vec!["token", "add", "--user", "nobody@b.example", "--scope", "read"], "has no account"),
        (vec!["user", "add", "nobody", "--role", "agent"], "email"),
        (vec!["selftest", "/nowhere/vectors.json"], "cannot read"),
    ] {
        let (code, _, error) = said(program(&world.url).args(&arguments));
        assert_eq!(code, Some(1), "{arguments:?}: {error}");
        assert!(error.contains(words) && !error.contains("panicked"), "{arguments:?}: {error}");
    }
    for arguments in [
        vec!["selftest"],
        vec!["kinds", "--json"],
        vec!["doctor", "--json"],
        vec!["doctor", "--rebuild", "search"],
        vec!["doctor", "--rebuild", "clocks"],
        vec!["--help"],
        vec!["import", "--help"],
    ] {
        let (code, answer, error) = said(program(&world.url).args(&arguments));
        assert_eq!(code, Some(0), "{arguments:?}: {error}");
        assert!(!answer.is_empty());
    }
}

/// Whoever can write into the database can alter it, and cannot hide it.
async fn a_changed_journal_is_found(database: Database) {
    let world = World::new(database).await;
    assert!(world.import(LINES).await.is_whole());
    assert_eq!(said(program(&world.url).arg("verify")).0, Some(0));
    let db = desk::store::db::Db::open(&world.url).await.unwrap();
    let drop_trigger = match database {
        Database::Sqlite => "drop trigger journal_still",
        Database::Postgres => "drop trigger journal_still on journal",
    };
    let write = |sql: String| {
        let db = db.clone();
        async move {
            use futures::FutureExt;
            let done: Result<(), desk::Fault> =
                db.write(move |conn| async move { conn.script(&sql).await }.boxed()).await;
            done.expect("a write behind the back of the house");
        }
    };
    write("update record set title = 'Nothing happened' where number = 'INC-100'".into()).await;
    let (code, _, error) = said(program(&world.url).arg("verify"));
    assert_eq!(code, Some(1));
    assert!(error.contains("INC-100: title is not what the journal tells"), "{error}");
    let (code, _, error) = said(program(&world.url).arg("doctor"));
    assert_eq!(code, Some(1), "{error}");
    write("update record set title = 'Mail stands still' where number = 'INC-100'".into()).await;
    assert_eq!(said(program(&world.url).arg("verify")).0, Some(0));
    write(drop_trigger.into()).await;
    let leaf = "0".repeat(64);
    write(format!("update journal set leaf = '{leaf}' where seq = (select min(seq) from journal where record = (select id from record where number = 'INC-100'))")).await;
    let (code, _, error) = said(program(&world.url).arg("verify"));
    assert_eq!(code, Some(1));
    assert!(error.contains("(INC-100) is not what its hash says") && error.contains("does not follow"), "{error}");
}
