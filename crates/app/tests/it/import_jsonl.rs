//! Importing JSON Lines: what is taken, what is refused and in which words, and that nothing is half written.

use plumbline::intake::{Mode, Report};
use serde_json::json;

use crate::world::{Database, World, gzip};

both_databases!(
    twice_changes_nothing,
    each_refused_line_says_where_and_why,
    a_number_stands_for_one_record,
    references_may_come_before_their_records,
    gzip_is_recognised_and_a_broken_one_keeps_what_came_before,
    a_dry_run_and_all_or_nothing_write_nothing,
    a_changed_line_changes_the_record,
    history_is_as_it_happened,
);

const GOOD: &str = concat!(
    r#"{"kind":"incident","number":"INC-20431","title":"Card payments declined","state":"closed","fields":{"service":"SVC-4","impact":"high","urgency":"high","raised_on":"2026-11-12T07:14:00Z"},"links":[{"type":"caused_by","to":"CHG-1188"}],"history":[{"at":"2026-11-12T07:14:00Z","by":"ines@tidewell.example","state":"new"},{"at":"2026-11-12T07:31:00Z","by":"tomas@tidewell.example","state":"in_progress","fields":{"owner":"tomas@tidewell.example"},"note":"Rolling back","public":false}]}"#,
    "\n",
    r#"{"kind":"service","number":"SVC-4","title":"Payments","fields":{"name":"Payments"}}"#,
    "\n",
);

fn counts(report: &Report) -> (u64, u64, u64, u64, u64) {
    (report.read, report.records.new, report.records.changed, report.records.unchanged, report.refused)
}

fn reasons(report: &Report) -> Vec<String> {
    report.refusals.iter().map(plumbline::intake::Refused::sentence).collect()
}

async fn twice_changes_nothing(database: Database) {
    let world = World::new(database).await;
    assert_eq!(counts(&world.import(GOOD).await), (2, 2, 0, 0, 0));
    let first = world.export().await;
    let report = world.import(GOOD).await;
    assert_eq!(counts(&report), (2, 0, 0, 2, 0));
    assert_eq!(report.to_string(), "read 2, new 0, changed 0, unchanged 2, refused 0");
    assert_eq!(world.export().await, first);
}

async fn each_refused_line_says_where_and_why(database: Database) {
    let world = World::new(database).await;
    let mut file = Vec::new();
    file.extend_from_slice("\u{feff}".as_bytes());
    file.extend_from_slice(GOOD.replace('\n', "\r\n").as_bytes());
    file.extend_from_slice(b"\r\n   \n");
    file.extend_from_slice(b"{\"kind\":\"incident\",\"number\":\"INC-5\"\n");
    file.extend_from_slice(b"{\"kind\":\"incidnt\",\"number\":\"INC-6\",\"fields\":{}}\n");
    file.extend_from_slice(b"{\"kind\":\"incident\",\"number\":\"INC-7\",\"fields\":{\"impakt\":\"high\"}}\n");
    file.extend_from_slice(
        b"{\"kind\":\"incident\",\"number\":\"INC-8\",\"fields\":{\"impact\":\"hihg\",\"raised_on\":\"12/11/2026\"}}\n",
    );
    file.extend_from_slice(b"{\"kind\":\"incident\",\"number\":\"INC-9\",\"feilds\":{}}\n");
    file.extend_from_slice(b"{\"kind\":\"incident\",\"number\":\"INC-10\",\"state\":\"shut\",\"fields\":{}}\n");
    file.extend_from_slice(b"{\"kind\":\"incident\",\"title\":\"\xff\"}\n");
    file.extend_from_slice(b"[1,2]\n");
    file.extend_from_slice(b"{\"kind\":\"incident\",\"number\":\"IN C\",\"fields\":{}}\n");
    file.extend_from_slice(
        b"{\"kind\":\"incident\",\"number\":\"INC-11\",\"history\":[{\"at\":\"yesterday\"},{\"at\":\"2026-01-01T00:00:00Z\",\"fields\":{\"owner\":\"nobody\"}}]}\n",
    );
    file.extend_from_slice(
        b"{\"kind\":\"incident\",\"number\":\"INC-12\",\"history\":[{\"at\":\"2030-01-01T00:00:00Z\"}]}\n",
    );
    let mut long = b"{\"kind\":\"incident\",\"title\":\"".to_vec();
    long.resize(10 << 20, b'x');
    file.extend_from_slice(&long);
    file.extend_from_slice(b"\"}\n{\"kind\":\"incident\",\"number\":\"INC-13\",\"title\":\"the last one\"}");
    let report = world.import(&file).await;
    let reasons = reasons(&report);
    let says = |start: &str, words: &[&str]| {
        let found = reasons.iter().find(|reason| reason.starts_with(start));
        let found = found.unwrap_or_else(|| panic!("nothing begins with {start}: {reasons:#?}"));
        for word in words {
            assert!(found.contains(word), "{found} lacks {word}");
        }
    };
    says("line 5: is not JSON:", &["column"]);
    says("line 6, INC-6: kind:", &["incidnt", "did you mean \"incident\"?"]);
    says("line 7, INC-7: fields.impakt:", &["did you mean \"impact\"?"]);
    says("line 8, INC-8: fields.impact:", &["hihg", "high", "fields.raised_on", "12/11/2026"]);
    says("line 9, INC-9:", &["feilds", "did you mean \"fields\"?"]);
    says("line 10, INC-10: state:", &["shut", "closed"]);
    says("line 11: is not UTF-8", &["byte"]);
    says("line 12:", &["JSON object"]);
    says("line 13, IN C: number:", &["letters, digits"]);
    says("line 14, INC-11: history entry 1:", &["yesterday"]);
    says("line 15, INC-12: history:", &["2030"]);
    says("line 16: is 10 MB long", &["8 MB"]);
    assert_eq!(counts(&report), (15, 3, 0, 0, 12), "{reasons:#?}");
    assert_eq!(world.exported("INC-13").await["title"], "the last one");
    assert_eq!(world.export().await.lines().count(), 3, "nothing of a refused line is on record");
}

async fn a_number_stands_for_one_record(database: Database) {
    let world = World::new(database).await;
    let one = r#"{"kind":"incident","number":"INC-1","title":"One"}"#;
    let other = r#"{"kind":"incident","number":"INC-1","title":"Another"}"#;
    let strange = r#"{"kind":"problem","id":"INC-1","title":"A problem"}"#;
    let report = world.import([one, one, other].join("\n")).await;
    assert_eq!(counts(&report), (3, 1, 0, 1, 1));
    assert_eq!(
        reasons(&report),
        ["line 3, INC-1: number: INC-1 stands in line 1 already, and says something else there"]
    );
    assert_eq!(world.exported("INC-1").await["title"], "One");
    let report = world.import(strange).await;
    assert!(reasons(&report)[0].contains("\"id\" is not a part of a line"), "{:?}", reasons(&report));
    let report = world.import(r#"{"kind":"problem","fields":{"id":"INC-1"}}"#).await;
    assert_eq!(reasons(&report), ["line 1, INC-1: number: INC-1 is the number of a record of another kind (incident)"]);
}

async fn references_may_come_before_their_records(database: Database) {
    let world = World::new(database).await;
    let report = world.import(
        r#"{"kind":"incident","number":"INC-1","fields":{"service":"SVC-99","problem":"PRB-1"},"links":[{"type":"caused_by","to":"CHG-9"}]}"#,
    );
    assert_eq!(counts(&report.await), (1, 1, 0, 0, 0));
    let line = world.exported("INC-1").await;
    assert_eq!(line["fields"]["service"], "SVC-99");
    assert_eq!(line["links"], json!([{"type": "caused_by", "to": "CHG-9"}]));
}

async fn gzip_is_recognised_and_a_broken_one_keeps_what_came_before(database: Database) {
    let world = World::new(database).await;
    let many: String = (1..=3_000)
        .map(|at| {
            format!(
                "{{\"kind\":\"incident\",\"number\":\"INC-{at}\",\"title\":\"Number {at}, {}\"}}\n",
                at * 7919 % 10_007
            )
        })
        .collect();
    let packed = gzip(many.as_bytes());
    let cut = world.import(&packed[..packed.len() / 2]).await;
    let broken = cut.broken.clone().expect("a broken file");
    assert!(broken.contains("truncated gzip") && broken.contains("after line"), "{broken}");
    assert!(cut.records.new > 500 && cut.records.new < 2_500 && !cut.is_whole(), "{cut}");
    let whole = world.import(&packed).await;
    assert!(whole.is_whole());
    assert_eq!((whole.records.new, whole.records.unchanged), (3_000 - cut.records.new, cut.records.new));
    assert_eq!(world.export().await.lines().count(), 3_000);
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let other = World::new(database).await;
    let report = other.import(&damaged).await;
    assert!(report.broken.is_some() && report.read < 3_000, "{report}");
    assert_eq!(other.export().await.lines().count() as u64, report.records.new);
}

async fn a_dry_run_and_all_or_nothing_write_nothing(database: Database) {
    let world = World::new(database).await;
    let dry = world.import_as(format!("{GOOD}{GOOD}"), Mode::DryRun).await;
    assert_eq!(counts(&dry), (4, 2, 0, 2, 0));
    assert_eq!(world.export().await, "");
    let mixed: String = (1..=500)
        .map(|at| {
            let impact = if at == 450 { "huge" } else { "high" };
            format!("{{\"kind\":\"incident\",\"number\":\"INC-{at}\",\"fields\":{{\"impact\":\"{impact}\"}}}}\n")
        })
        .collect();
    let none = world.import_as(&mixed, Mode::AllOrNothing).await;
    assert!(none.undone);
    assert_eq!(none.refused, 1);
    assert_eq!(world.export().await, "");
    let all = world.import_as(mixed.replace("huge", "low"), Mode::AllOrNothing).await;
    assert_eq!(counts(&all), (500, 500, 0, 0, 0));
    assert_eq!(world.export().await.lines().count(), 500);
}

async fn a_changed_line_changes_the_record(database: Database) {
    let world = World::new(database).await;
    world.import(GOOD).await;
    let more = GOOD.replace(
        r#""public":false}]"#,
        r#""public":false},{"at":"2026-11-12T08:00:00Z","state":"resolved","fields":{"resolution":"Rolled back"}}]"#,
    );
    let report = world.import(&more.replace(r#""impact":"high""#, r#""impact":"low""#)).await;
    assert_eq!(counts(&report), (2, 0, 1, 1, 0));
    let line = world.exported("INC-20431").await;
    assert_eq!(line["fields"]["impact"], "low");
    assert_eq!(line["history"].as_array().map(Vec::len), Some(4), "three told, one made by the import: {line:#}");
    assert_eq!(line["history"][2]["at"], "2026-11-12T08:00:00Z");
    assert!(world.desk.verify(&mut |_| {}).await.unwrap().first.is_empty());
}

async fn history_is_as_it_happened(database: Database) {
    let world = World::new(database).await;
    world.import(GOOD).await;
    let line = world.exported("INC-20431").await;
    let wanted: serde_json::Value = serde_json::from_str(GOOD.lines().next().unwrap()).unwrap();
    assert_eq!(line["history"], wanted["history"]);
    assert_eq!(line["state"], "closed");
    assert_eq!(world.exported("SVC-4").await.get("history"), None);
}
