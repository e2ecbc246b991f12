//! A copy taken from a house at work makes the same house again, on either database.

use crate::world::{Database, World, at, empty, program, said};

both_databases!(a_copy_becomes_the_same_house_on_either_database, what_is_no_whole_copy_is_refused);

const LINES: &str = include_str!("data/lines.jsonl");

async fn a_copy_becomes_the_same_house_on_either_database(database: Database) {
    let world = World::new(database).await;
    assert!(world.import(LINES).await.is_whole());
    let (code, _, error) =
        said(program(&world.url).args(["user", "add", "ines@tidewell.example", "--role", "administrator"]));
    assert_eq!(code, Some(0), "{error}");
    let copy = world.folder.path().join("copy");
    let (code, _, error) = said(program(&world.url).arg("backup").arg(&copy));
    assert_eq!(code, Some(0), "{error}");
    let (code, _, error) = said(program(&world.url).arg("backup").arg(&copy));
    assert_eq!(code, Some(1));
    assert!(error.contains("is there already"), "{error}");
    let targets = [Database::Sqlite, Database::Postgres];
    for target in targets.into_iter().filter(|target| *target == Database::Sqlite || crate::world::postgres().is_some())
    {
        let url = empty(target, world.folder.path()).await;
        let (code, answer, error) = said(program(&url).arg("restore").arg(&copy));
        assert_eq!(code, Some(0), "{target:?}: {error}");
        assert!(answer.contains("all whole"), "{answer}");
        let other =
            World { desk: plumbline::place::open(&url).await.unwrap(), url, folder: tempfile::tempdir().unwrap() };
        assert_eq!(other.export().await, world.export().await);
        // Words are found, numbers go on, accounts are there, and writing works on.
        let checks = other.desk.examine(at("2027-01-01T00:00:00Z")).await.unwrap();
        let ill: Vec<_> = checks.iter().filter(|check| check.health == desk::health::Health::Ill).collect();
        assert!(ill.is_empty(), "{ill:?}");
        assert!(other.import(r#"{"kind":"incident","title":"One more"}"#).await.is_whole());
        assert_eq!(other.exported("INC-101").await["title"], "One more");
        let (code, _, error) =
            said(program(&other.url).args(["user", "add", "ines@tidewell.example", "--role", "agent"]));
        assert_eq!(code, Some(1));
        assert!(error.contains("has an account already"), "{error}");
        let (code, _, error) = said(program(&other.url).arg("restore").arg(&copy));
        assert_eq!(code, Some(1), "a house that is lived in is not restored into");
        assert!(error.contains("already"), "{error}");
    }
}

async fn what_is_no_whole_copy_is_refused(database: Database) {
    let world = World::new(database).await;
    let cut = {
        let mut lines = String::from("{\"plumbline\":\"backup\",\"schema\":1}\n");
        lines += "{\"table\":\"sequence\",\"columns\":[\"prefix\",\"last\"]}\n[\"INC\",7]\n";
        crate::world::gzip(lines.as_bytes())
    };
    let newer = crate::world::gzip(b"{\"plumbline\":\"backup\",\"schema\":9999}\n{\"end\":0}\n");
    for (bytes, words) in [
        (cut.as_slice(), "not whole"),
        (newer.as_slice(), "newer program"),
        (b"anything at all".as_slice(), "no copy that backup wrote"),
        (&crate::world::gzip(b"[1]\n"), "cannot be read at line 1"),
    ] {
        let file = world.file("strange", bytes);
        let url = empty(database, world.folder.path()).await;
        let (code, _, error) = said(program(&url).arg("restore").arg(&file));
        assert_eq!(code, Some(1), "{words}");
        assert!(error.contains(words), "{error} lacks {words}");
        assert!(!error.contains("panicked"), "{error}");
    }
}
