//! Evidence packs: the same again gives the same bytes, whatever is changed is named, and what means harm is refused.

pub mod archive;
mod harm;

use std::path::{Path, PathBuf};

use axum::http::{Method, StatusCode};
use desk::{packs::Stage, rights};
use model::{Actor, Moment, Role, Via};
use plumbline::packing::{self, Wanted};
use serde_json::Value as Json;

use crate::{
    building::{Building, CUSTOMER, Who, mail},
    world::{Database, World, at, now, program, said},
};
use archive::Archive;

both_databases!(
    the_same_again_gives_the_same_bytes,
    what_is_written_later_changes_no_pack_of_before,
    its_records_give_the_same_verdicts_elsewhere,
    every_example_and_sample_can_be_read_in_it,
    documents_in_force_are_in_it_as_papers,
    any_changed_byte_is_seen,
    whatever_is_changed_is_named,
    a_forger_who_rewrites_the_manifest_is_told_as_well,
    packed_and_checked_on_the_command_line,
    asked_for_by_who_may_and_taken_away,
);

const LINES: &str = include_str!("data/lines.jsonl");

/// Faults of several sorts, so that there are examples, strangers and populations larger than their samples.
fn lines() -> String {
    let mut lines = LINES.to_string();
    for number in 1..=70 {
        let resolution = if number % 9 == 0 { "" } else { r#","resolution":"Restarted""# };
        let hour = number % 24;
        lines += &format!(
            r#"{{"kind":"incident","number":"INC-{number}","title":"Printer <{number}> & \"co\" stands still","state":"closed","fields":{{"service":"SVC-1","impact":"low","urgency":"low","raised_on":"2026-11-{day:02}T{hour:02}:00:00Z","closed_on":"2026-11-20T09:00:00Z"{resolution}}},"history":[{{"at":"2026-11-{day:02}T{hour:02}:00:00Z","by":"kim@harbour.example","state":"new"}},{{"at":"2026-11-20T09:00:00Z","by":"ines@tidewell.example","state":"closed","note":"Done"}}]}}"#,
            day = 1 + number % 18
        );
        lines.push('\n');
    }
    // Names a service that is on record nowhere.
    lines += r#"{"kind":"scope_statement","number":"SCP-1","title":"Scope","fields":{"organization":"Tidewell","services":["SVC-1","SVC-77"],"approved_by":"dan@tidewell.example","approved_on":"2026-01-05"}}"#;
    lines.push('\n');
    lines += r#"{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay","active":true}}"#;
    lines.push('\n');
    // In force by itself, by a version, and not yet.
    lines += r##"{"kind":"document","number":"DOC-1","title":"Incident policy","state":"approved","fields":{"kind":"policy","version":2,"text":"# Rule\n\nWho sees it, says it: [all](/incidents).","approved_by":"dan@tidewell.example","approved_on":"2026-11-10"},"history":[{"at":"2026-11-10T09:00:00Z","state":"approved"}]}"##;
    lines.push('\n');
    lines += r#"{"kind":"document","number":"DOC.2","title":"Change procedure","state":"approved","fields":{"kind":"procedure","version":1},"history":[{"at":"2026-11-10T09:00:00Z","state":"approved"}]}"#;
    lines.push('\n');
    lines += r#"{"kind":"document_version","number":"DVN-1","title":"Change procedure, version 1","state":"in_force","fields":{"document":"DOC.2","version":1,"text":"Ask before.","effective_on":"2026-11-10"},"history":[{"at":"2026-11-10T09:00:00Z","state":"in_force"}]}"#;
    lines.push('\n');
    lines += r#"{"kind":"document","number":"DOC-3","title":"A draft","state":"draft","fields":{"text":"Not yet."},"history":[{"at":"2026-11-10T09:00:00Z","state":"draft"}]}"#;
    lines.push('\n');
    lines += r#"{"kind":"report","number":"RPT-1","title":"October for Quay","state":"done","fields":{"period":"2026-10","made_on":"2026-11-05","customer":"CUS-2","figures":[{"section":"incidents","name":"Raised","actual":3}]},"history":[{"at":"2026-11-05T09:00:00Z","state":"done"}]}"#;
    lines.push('\n');
    lines += r#"{"kind":"report","number":"RPT-2","title":"Replaced","state":"superseded","fields":{"period":"2026-10","made_on":"2026-11-04"},"history":[{"at":"2026-11-04T09:00:00Z","state":"superseded"}]}"#;
    lines.push('\n');
    lines += r#"{"kind":"role","number":"ROL-1","title":"Top management","fields":{"name":"top-management","holder":"dan@tidewell.example"}}"#;
    lines.push('\n');
    lines
}

async fn world(database: Database) -> World {
    let world = World::new(database).await;
    let report = world.import(lines()).await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    world
}

async fn packed(world: &World, name: &str, as_of: Moment, seed: u64) -> PathBuf {
    let warrant = rights::take_away(&Actor::system("test", Via::Command), now()).unwrap();
    let file = world.folder.path().join(name);
    let packed = packing::make(&world.desk, &warrant, Wanted { as_of, seed }, &file, &mut |_| {}).await;
    let packed = packed.unwrap_or_else(|failure| panic!("{}", failure.sentence()));
    assert!(packed.records > 20 && packed.entries > 20, "{packed:?}");
    file
}

fn bytes(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap()
}

/// What verifying says; a refusal counts as one sentence.
fn faults(file: &Path) -> Vec<String> {
    match pack::verify(file, &mut |_| {}) {
        Ok(report) => {
            assert_eq!(report.broken == 0, report.first.is_empty());
            report.first
        }
        Err(why) => vec![why],
    }
}

async fn the_same_again_gives_the_same_bytes(database: Database) {
    let world = world(database).await;
    let first = packed(&world, "first.zip", now(), 7).await;
    let second = packed(&world, "second.zip", now(), 7).await;
    assert!(bytes(&first) == bytes(&second));
    assert_eq!(faults(&first), Vec::<String>::new());
    let other = packed(&world, "other.zip", now(), 8).await;
    assert!(bytes(&first) != bytes(&other));
    assert_eq!(faults(&other), Vec::<String>::new());
    let (left, right) = (Archive::read(&first), Archive::read(&other));
    let differ: Vec<&str> = left.names().filter(|name| left.bytes(name) != right.bytes(name)).collect();
    assert!(differ.iter().any(|name| name.starts_with("samples/")), "{differ:?}");
    assert!(!differ.contains(&"assessment.json") && !differ.iter().any(|name| name.starts_with("records/")));
}

async fn what_is_written_later_changes_no_pack_of_before(database: Database) {
    let world = world(database).await;
    let then = at("2026-11-21T00:00:00Z");
    let before = packed(&world, "before.zip", then, 1).await;
    let report = world
        .import(
            r#"{"kind":"incident","number":"INC-900","title":"Later","fields":{"impact":"low"},"history":[{"at":"2026-11-24T00:00:00Z","state":"new"}]}
{"kind":"service","number":"SVC-1","title":"Mail and more","history":[{"at":"2026-11-24T00:00:00Z","title":"Mail and more","fields":{"criticality":"high"}}]}"#,
        )
        .await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    let after = packed(&world, "after.zip", then, 1).await;
    assert!(bytes(&before) == bytes(&after));
    let today = packed(&world, "today.zip", now(), 1).await;
    assert_eq!(faults(&today), Vec::<String>::new());
    assert!(Archive::read(&today).text("records/incident.jsonl").contains("INC-900"));
}

async fn its_records_give_the_same_verdicts_elsewhere(database: Database) {
    let world = world(database).await;
    for as_of in [now(), at("2026-11-12T08:00:00Z")] {
        let name = format!("{}.zip", as_of.0);
        let archive = Archive::read(&packed(&world, &name, as_of, 1).await);
        let told = archive.names().filter(|name| name.starts_with("records/"));
        let lines: String = told.map(|name| archive.text(name)).collect();
        let second = World::new(database).await;
        let report = second.import(&lines).await;
        assert!(report.is_whole(), "{:?}", report.refusals);
        let again = second.desk.assess_as_of(as_of).await.unwrap();
        assert_eq!(archive.text("assessment.json"), format!("{:#}\n", again.to_json()));
    }
}

async fn every_example_and_sample_can_be_read_in_it(database: Database) {
    let world = world(database).await;
    let archive = Archive::read(&packed(&world, "pack.zip", now(), 1).await);
    let assessment: Json = serde_json::from_str(archive.text("assessment.json")).unwrap();
    let index = archive.text("index.html");
    assert!(!index.contains("<script") && !index.contains("http:") && !index.contains("https:"));
    let (mut examples, mut strangers) = (0, 0);
    for requirement in assessment["requirements"].as_array().unwrap() {
        let id = requirement["id"].as_str().unwrap();
        assert!(index.contains(&format!("id=\"{id}\"")), "{id}");
        let population = archive.text(&format!("populations/{id}.jsonl"));
        assert_eq!(population.lines().count() as u64, requirement["population"].as_u64().unwrap(), "{id}");
        let drawn = archive.names().any(|name| name == format!("samples/{id}.json"));
        assert_eq!(drawn, !population.is_empty(), "{id}");
        for number in requirement["examples"].as_array().unwrap() {
            let number = number.as_str().unwrap();
            let line = population
                .lines()
                .find(|line| line.contains(&format!("\"{number}\"")))
                .unwrap_or_else(|| panic!("{id}: {number}"));
            let line: Json = serde_json::from_str(line).unwrap();
            assert_eq!(line["verdict"], "bad");
            match line["kind"].as_str() {
                Some(kind) => {
                    examples += 1;
                    let page = archive.text(&format!("pages/{kind}.html"));
                    assert!(page.contains(&format!("<article id=\"{number}\">")), "{id}: {number}");
                    assert!(index.contains(&format!("pages/{kind}.html#{number}")), "{id}: {number}");
                }
                None => strangers += 1,
            }
        }
    }
    assert!(examples > 10 && strangers > 0, "{examples} {strangers}");
    let incidents = archive.text("pages/incident.html");
    assert!(incidents.contains("Printer &lt;9&gt; &amp; &quot;co&quot;") && !incidents.contains("Printer <"));
    let oscal: Json = serde_json::from_str(archive.text("oscal/assessment-results.json")).unwrap();
    archive::is_oscal(&oscal);
}

async fn documents_in_force_are_in_it_as_papers(database: Database) {
    let world = world(database).await;
    let archive = Archive::read(&packed(&world, "pack.zip", now(), 1).await);
    let papers: Vec<&str> = archive.names().filter(|name| name.starts_with("documents/")).collect();
    assert_eq!(papers, ["documents/DOC-1.pdf", "documents/DOC.2.pdf"]);
    let (index, manifest) = (archive.text("index.html"), archive.text("manifest-sha256.txt"));
    for name in papers {
        let bytes = archive.bytes(name);
        assert!(bytes.starts_with(b"%PDF-1.7"), "{name}");
        assert!(index.contains(&format!("href=\"{name}\"")), "{name}");
        let hash = model::canonical::hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes));
        assert!(manifest.contains(&format!("{hash}  {name}")), "{name}");
    }
    assert!(index.contains("DOC.2") && index.contains("Incident policy") && !index.contains("A draft"));
    let reports: Vec<&str> = archive.names().filter(|name| name.starts_with("reports/")).collect();
    assert_eq!(reports, ["reports/RPT-1.pdf"], "what was made and not replaced");
    assert!(archive.bytes(reports[0]).starts_with(b"%PDF-1.7"));
    assert!(
        index.contains("href=\"reports/RPT-1.pdf\"") && index.contains("October for Quay (For Quay"),
        "whose it is"
    );
    // The papers are those of the instant, whatever came later.
    let report = world
        .import(r#"{"kind":"document","number":"DOC-1","title":"Incident policy","state":"approved","history":[{"at":"2026-11-24T09:00:00Z","state":"approved","fields":{"text":"Another rule.","version":3}}]}"#)
        .await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    let then = at("2026-11-20T00:00:00Z");
    let before = Archive::read(&packed(&world, "before.zip", then, 1).await);
    let today = Archive::read(&packed(&world, "today.zip", now(), 1).await);
    assert!(before.text("index.html").contains("<td class=\"n\">2</td>"));
    assert!(today.text("index.html").contains("<td class=\"n\">3</td>"));
    assert_ne!(before.bytes("documents/DOC-1.pdf"), today.bytes("documents/DOC-1.pdf"));
    let none = Archive::read(&packed(&world, "early.zip", at("2026-11-09T00:00:00Z"), 1).await);
    assert!(!none.names().any(|name| name.starts_with("documents/")));
}

async fn any_changed_byte_is_seen(database: Database) {
    let world = world(database).await;
    let file = packed(&world, "pack.zip", now(), 1).await;
    let whole = bytes(&file);
    let changed = world.folder.path().join("changed.zip");
    // The same for both databases: one of them looks at other places.
    let first = if database == Database::Sqlite { 0 } else { 500 };
    let step = whole.len() / 150;
    let places = (first..whole.len()).step_by(step).chain(whole.len() - 100..whole.len());
    for place in places {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 8);
        std::fs::write(&changed, bytes).unwrap();
        assert!(!faults(&changed).is_empty(), "byte {place} of {}", whole.len());
    }
    for bytes in [[whole.as_slice(), b"x"].concat(), whole[..whole.len() - 1].to_vec(), whole[1..].to_vec(), Vec::new()]
    {
        std::fs::write(&changed, bytes).unwrap();
        assert!(!faults(&changed).is_empty());
    }
}

async fn whatever_is_changed_is_named(database: Database) {
    let world = world(database).await;
    let file = packed(&world, "pack.zip", now(), 1).await;
    let archive = Archive::read(&file);
    let again = world.folder.path().join("again.zip");
    archive.write(&again);
    let report = pack::verify(&again, &mut |_| {}).unwrap();
    assert!(report.is_repacked && report.broken == 0, "{:?}", report.first);
    // One file of each sort: looking at a whole pack takes its time.
    let mut sorts = std::collections::BTreeSet::new();
    let is_new = |name: &&str| sorts.insert(name.split('/').next().unwrap_or_default().to_string());
    let names: Vec<String> = archive.names().filter(is_new).map(str::to_string).collect();
    for name in &names {
        let mut changed = archive.clone();
        let mut other = changed.bytes(name).to_vec();
        match other.iter_mut().find(|byte| b"a0o".contains(byte)) {
            Some(byte) => *byte = b'b',
            None => other.push(b'x'),
        }
        changed.put(name, other);
        changed.write(&again);
        assert!(faults(&again).iter().any(|told| told.contains(name.as_str())), "changed {name}: {:?}", faults(&again));
        let mut less = archive.clone();
        less.take(name);
        less.write(&again);
        assert!(faults(&again).iter().any(|told| told.contains(name.as_str())), "without {name}: {:?}", faults(&again));
    }
    let mut more = archive.clone();
    more.put("records/extra.jsonl", "{}\n");
    more.write(&again);
    assert_eq!(faults(&again), ["records/extra.jsonl was added: the manifest does not know it"]);
}

async fn a_forger_who_rewrites_the_manifest_is_told_as_well(database: Database) {
    let world = world(database).await;
    let archive = Archive::read(&packed(&world, "pack.zip", now(), 1).await);
    let forged = world.folder.path().join("forged.zip");
    let told = |name: &str, from: &str, to: &str| {
        let mut changed = archive.clone();
        assert!(changed.text(name).contains(from), "{name}: {from}");
        changed.put(name, changed.text(name).replacen(from, to, 1));
        changed.make_manifest();
        changed.write(&forged);
        faults(&forged).join("\n")
    };
    let missing = archive.text("assessment.json").contains("INC-9");
    assert!(missing, "INC-9 is no example");
    for (name, from, to, words) in [
        (
            "records/incident.jsonl",
            "\"state\":\"closed\"",
            "\"state\":\"new\"",
            "its state is not what its journal tells",
        ),
        ("records/incident.jsonl", "INC-18\"", "INC-1800\"", "INC-18 is not among the records"),
        ("journal/incident.jsonl", "\\\"act\\\":\\\"import", "\\\"act\\\":\\\"create", "it was changed"),
        ("journal/incident.jsonl", "\"disclosures\":[\"", "\"disclosures\":[\"x", "words beside it"),
        ("assessment.json", "\"INC-9\"", "\"INC-80\"", "does not hold INC-80"),
        ("pack.json", "\"seed\": 1", "\"seed\": 2", "it is not the sample that the seed draws"),
    ] {
        let said = told(name, from, to);
        assert!(said.contains(words), "{name} {from}: {said}");
    }
    let mut fewer = archive.clone();
    let journal: Vec<&str> = archive.text("journal/incident.jsonl").lines().collect();
    let last = journal.iter().rposition(|line| line.contains("\"INC-70\"")).unwrap();
    let kept: Vec<&str> = journal.iter().enumerate().filter(|(at, _)| *at != last - 1).map(|(_, line)| *line).collect();
    fewer.put("journal/incident.jsonl", kept.join("\n") + "\n");
    fewer.make_manifest();
    fewer.write(&forged);
    let said = faults(&forged).join("\n");
    assert!(said.contains("INC-70 does not follow the entry before it"), "{said}");
}

async fn packed_and_checked_on_the_command_line(database: Database) {
    let world = world(database).await;
    let file = world.folder.path().join("evidence.zip");
    let (code, answer, error) =
        said(program(&world.url).args(["pack", "--as-of", "2026-11-25", "--seed", "3", "--json"]).arg(&file));
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let told: Json = serde_json::from_str(&answer).unwrap();
    let (code, assessment, _) = said(program(&world.url).args(["conformity", "--json", "--as-of", "2026-11-25"]));
    assert_eq!(code, Some(0));
    assert_eq!(Archive::read(&file).text("assessment.json"), assessment);
    // Without the database.
    let mut verify = program("sqlite:/nowhere/at-all.db");
    let (code, answer, error) = said(verify.args(["verify", "--json"]).arg(&file));
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let report: Json = serde_json::from_str(&answer).unwrap();
    assert_eq!((&report["sha256"], &report["records"]), (&told["sha256"], &told["records"]));
    let (code, _, error) = said(program(&world.url).arg("pack").arg(&file));
    assert_eq!(code, Some(1));
    assert!(error.contains("is there already"), "{error}");
    let mut archive = Archive::read(&file);
    archive.take("records/incident.jsonl");
    archive.write(&file);
    let (code, answer, error) = said(program("sqlite:/nowhere/at-all.db").arg("verify").arg(&file));
    assert_eq!((code, answer.as_str()), (Some(1), ""));
    assert!(error.contains("records/incident.jsonl is missing"), "{error}");
    let left: Vec<_> =
        std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".part")), "{left:?}");
}

async fn asked_for_by_who_may_and_taken_away(database: Database) {
    let world = world(database).await;
    let building = Building::over(&world.desk).await;
    let auditor = mail(Role::ExternalAuditor);
    let form = |text: &str| text.as_bytes().to_vec();
    let ask = async |who: &str, body: &str| {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        building.ask(Who::Mail(who), Method::POST, "/packs", &headers, form(body)).await
    };
    for role in [Role::Agent, Role::Approver, Role::ProcessOwner, Role::TopManagement] {
        assert_eq!(ask(&mail(role), "seed=1").await.status, StatusCode::FORBIDDEN, "{role:?}");
        assert_eq!(building.get(Who::Mail(&mail(role)), "/packs").await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    assert_eq!(building.get(CUSTOMER, "/packs").await.status, StatusCode::NOT_FOUND);
    for (body, word) in [
        ("seed=x", "is not a whole number"),
        ("as_of=soon&seed=1", "is not a day"),
        ("as_of=2030-01-01&seed=1", "has not come yet; what was on record is told of the past"),
    ] {
        let refused = ask(&auditor, body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(refused.text.contains(word), "{body}: {}", refused.text);
    }
    assert_eq!(ask(&auditor, "as_of=2026-11-21&seed=5").await.status, StatusCode::SEE_OTHER);
    let actor = Actor { roles: vec![Role::SmsManager], ..Actor::system("test", Via::Web) };
    let waiting = world.desk.packs(&actor, now()).await.unwrap().remove(0);
    assert_eq!((waiting.stage, waiting.asked_by.as_str()), (Stage::Waiting, auditor.as_str()));
    let address = format!("/packs/{}", waiting.id);
    assert_eq!(building.get(Who::Mail(&auditor), &address).await.status, StatusCode::NOT_FOUND);
    world.desk.work_once(&packing::doings(), now()).await.unwrap();
    let ready = world.desk.packs(&actor, now()).await.unwrap().remove(0);
    assert_eq!((ready.stage, ready.told.as_str()), (Stage::Ready, ""));
    assert_eq!(building.get(CUSTOMER, &address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(building.get(Who::Mail(&mail(Role::Agent)), &address).await.status, StatusCode::FORBIDDEN);
    let taken = building.get(Who::Mail(&auditor), &address).await;
    assert_eq!((taken.status, taken.header("content-type")), (StatusCode::OK, "application/zip"));
    assert_eq!(taken.header("content-length"), ready.size.to_string());
    let (warrant, _) = world.desk.take_pack(&actor, ready.id, now()).await.unwrap();
    let (mut whole, mut place) = (Vec::new(), 0);
    while let Some(part) = world.desk.pack_part(&warrant, ready.id, place).await.unwrap() {
        whole.extend(part);
        place += 1;
    }
    let file = world.file("taken.zip", &whole);
    let report = pack::verify(&file, &mut |_| {}).unwrap();
    assert_eq!((report.first.as_slice(), &report.hash), ([].as_slice(), &ready.hash));
    assert_eq!(report.as_of, Some(at("2026-11-21T23:59:59.999Z")));
    let told = world.desk.activity(&Actor::system("test", Via::Command), 100, now()).await.unwrap();
    assert!(Archive::read(&file).names().all(|name| !name.contains("seat")));
    // What an auditor opens stands in the journal of the house, each page before it is shown; the pack has the journals of
    // records, so that nobody takes away what another one has read.
    let is_read = |entry: &&model::Entry| (entry.kind, entry.act.as_str()) == ("seat", "read");
    assert!(told.iter().filter(is_read).count() >= 3, "the wrong forms, and the pack before and after it was ready");
    let acts = told.iter().filter(|entry| !is_read(entry)).map(|entry| (entry.kind, entry.act.as_str()));
    let acts: Vec<(&str, &str)> = acts.collect();
    assert_eq!(acts[..4], [("pack", "take"), ("pack", "take"), ("pack", "made"), ("pack", "ask")]);
    // It goes by itself.
    let later = now().plus(8 * model::time::DAY);
    world.desk.work_once(&packing::doings(), later).await.unwrap();
    assert!(world.desk.packs(&actor, later).await.unwrap().is_empty());
}
