//! Frameworks beside the standard: taken in, mapped, standing as our verdicts say, and written out again; and the standard's
//! own words, which leave the house by no way.

use axum::http::{Method, StatusCode};
use desk::rights;
use engines::conformity::State;
use model::{Actor, Role, Via};
use plumbline::packing::{self, Wanted};
use serde_json::Value as Json;

use crate::{
    building::{Answer, BASE, Building, CUSTOMER, Who, mail},
    packs::archive::Archive,
    world::{Database, World, now, program, said},
};

both_databases!(
    a_library_comes_in_stands_and_goes_out_as_it_came,
    requirements_stand_as_the_worst_of_ours_and_never_by_nothing,
    a_newer_version_takes_the_place_and_mappings_by_hand_stay,
    a_catalog_is_kept_and_mapped_by_a_library_of_mappings,
    what_cannot_be_taken_is_told_and_changes_nothing,
    who_may_not_does_not,
    ours_and_the_crosswalk_go_out_as_either_format,
    the_words_of_the_standard_leave_the_house_by_no_way,
    frameworks_on_the_command_line,
    a_backup_brings_them_back,
);

const RULES: &str = include_str!("../../src/demo/house_rules.yaml");
const LINES: &str = include_str!("data/lines.jsonl");
const SECRET: &str = "Zymurgy of the licensed copy";

/// A house with some records and both customers whose people knock.
async fn lived_in(database: Database) -> World {
    const OTHER: &str = r#"{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay","active":true}}"#;
    let world = World::new(database).await;
    let report = world.import(format!("{LINES}\n{OTHER}\n")).await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    world
}

fn manager() -> String {
    mail(Role::SmsManager)
}

fn actor() -> Actor {
    Actor { roles: vec![Role::SmsManager], email: manager(), ..Actor::system("test", Via::Web) }
}

async fn send(building: &Building, who: &str, path: &str, file: &[u8]) -> Answer {
    let mut body = b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n".to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=x"), ("accept", "text/html"), ("origin", BASE)];
    building.ask(Who::Mail(who), Method::POST, path, &headers, body).await
}

/// Where a framework lies whose reference is this one.
async fn key(world: &World, reference: &str) -> String {
    world.desk.framework(&actor(), reference, now()).await.unwrap_or_else(|why| panic!("{reference}: {why}")).key
}

async fn assessed(building: &Building, key: &str) -> Json {
    building.get(Who::Mail(&manager()), &format!("/api/v1/frameworks/{key}")).await.json()
}

fn state<'j>(assessed: &'j Json, id: &str) -> &'j str {
    let found = assessed["requirements"].as_array().expect("requirements").iter().find(|one| one["id"] == id);
    found.unwrap_or_else(|| panic!("no {id}"))["state"].as_str().expect("a state")
}

async fn a_library_comes_in_stands_and_goes_out_as_it_came(database: Database) {
    let world = lived_in(database).await;
    let building = Building::over(&world.desk).await;
    let added = send(&building, &manager(), "/frameworks", RULES.as_bytes()).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let key = key(&world, "house-rules").await;
    assert_eq!(added.header("location"), format!("/frameworks/{key}"));
    let page = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}")).await.text;
    for words in ["Tidewell house rules", "1.1 Every call is written down", "Not mapped", "8.3.4.1-1"] {
        assert!(page.contains(words), "{words}");
    }
    let list = building.get(Who::Mail(&mail(Role::ExternalAuditor)), "/frameworks").await;
    assert!(
        list.status.is_success() && list.text.contains("Tidewell house rules") && !list.text.contains("id=\"add\"")
    );
    // Byte for byte, comments and all, as long as nobody maps anything otherwise.
    let out = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}/library.yaml")).await;
    assert_eq!((out.text.as_str(), out.header("content-type")), (RULES, "application/yaml"));
    let again = world.desk.save_framework(&actor(), RULES.into(), now()).await.expect("the same again");
    assert_eq!((again.outcome, again.mapped), ("unchanged", 0));
    // As a catalog and back it is the same tree.
    let catalog = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}/catalog.json")).await.text;
    let (_, read) = frameworks::read(catalog.as_bytes()).expect("a catalog");
    let names = |framework: &frameworks::Framework| -> Vec<(String, bool, Option<usize>)> {
        framework.nodes.iter().map(|node| (node.reference.clone(), node.demands, node.above)).collect()
    };
    let (_, library) = frameworks::read(RULES.as_bytes()).expect("a library");
    assert_eq!(names(&read.framework.expect("one")), names(&library.framework.expect("one")));
    assert_eq!(world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
}

async fn requirements_stand_as_the_worst_of_ours_and_never_by_nothing(database: Database) {
    let world = lived_in(database).await;
    let building = Building::over(&world.desk).await;
    world.desk.save_framework(&actor(), RULES.into(), now()).await.expect("taken");
    let key = key(&world, "house-rules").await;
    let assessment = world.desk.assessment(&actor(), now()).await.expect("an assessment");
    let found = |wanted: State| assessment.verdicts.iter().find(|verdict| verdict.state == wanted);
    let of = |wanted: State| found(wanted).unwrap_or_else(|| panic!("{wanted:?}")).requirement.id.clone();
    let (proved, gap, empty) = (of(State::Proved), of(State::Gap), of(State::NothingToSample));
    assert_eq!(state(&assessed(&building, &key).await, "3.4"), "not_mapped");
    let opened = world.desk.framework(&actor(), &key, now()).await.expect("kept");
    let place = opened.framework.nodes.iter().position(|node| node.reference == "3.4").expect("3.4");
    let map = async |pairs: &[(&str, &str)]| {
        let mut form = Vec::new();
        for (row, (requirement, relation)) in pairs.iter().enumerate() {
            form.push((format!("requirement.{row}"), requirement.to_string()));
            form.push((format!("relation.{row}"), relation.to_string()));
            form.push((format!("note.{row}"), String::new()));
        }
        let answer = building.form(Who::Mail(&manager()), &format!("/frameworks/{key}/{place}"), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        state(&assessed(&building, &key).await, "3.4").to_owned()
    };
    assert_eq!(map(&[(&proved, "equal")]).await, "proved");
    assert_eq!(map(&[(&proved, "intersect")]).await, "in_part");
    assert_eq!(map(&[(&proved, "superset")]).await, "in_part");
    assert_eq!(map(&[(&proved, "equal"), (&empty, "intersect")]).await, "nothing_to_sample");
    assert_eq!(map(&[(&proved, "equal"), (&empty, "subset"), (&gap, "intersect")]).await, "gap");
    let page = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}/{place}")).await.text;
    assert!(page.contains(&format!(">{gap}</a>")) && page.contains("overlaps with ours"), "{page}");
    // The file now says otherwise, and everything else in it stands.
    let out = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}/library.yaml")).await.text;
    let (_, library) = frameworks::read(out.as_bytes()).expect("a library");
    let (_, before) = frameworks::read(RULES.as_bytes()).expect("a library");
    assert_eq!(library.framework, before.framework);
    assert!(library.sets[0].pairs.iter().filter(|pair| pair.source.ends_with(":3.4")).count() == 3);
    // It comes back as what stands: nothing is new.
    let again = world.desk.save_framework(&actor(), out.into_bytes(), now()).await.expect("taken");
    assert_eq!((again.outcome, again.mapped, again.lost, again.left), ("changed", 0, 0, Vec::new()));
    assert_eq!(map(&[]).await, "not_mapped");
    let acts = world.desk.activity(&Actor::system("test", Via::Command), 2, now()).await.expect("entries");
    assert_eq!((acts[0].kind, acts[0].act.as_str()), ("framework", "map"));
    assert_eq!(acts[0].number, "urn:tidewell:risk:framework:house-rules");
    let changes = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}/changes")).await;
    assert!(
        changes.status.is_success() && changes.text.contains("Asked anew") && changes.text.contains("good neighbour")
            || changes.text.contains("3.4")
    );
}

async fn a_newer_version_takes_the_place_and_mappings_by_hand_stay(database: Database) {
    let world = World::new(database).await;
    let saved = world.desk.save_framework(&actor(), RULES.into(), now()).await.expect("taken");
    assert_eq!(saved.outcome, "new");
    assert!(saved.mapped > 15 && saved.left.is_empty(), "{saved:?}");
    let key = key(&world, "house-rules").await;
    let hand = |requirement: &str| desk::crosswalk::Wanted {
        requirement: requirement.into(),
        relation: "equal".into(),
        note: "by hand".into(),
    };
    let node = |id: &str| format!("urn:tidewell:risk:req_node:house-rules:{id}");
    for id in ["3.1", "3.4"] {
        world.desk.map_node(&actor(), &key, &node(id), &[hand("8.2.6-1")], now()).await.expect("mapped");
    }
    // The next version has no 3.4 any more.
    let next =
        RULES.split("    - urn: urn:tidewell:risk:req_node:house-rules:3.4\n").next().expect("before").to_owned()
            + "  requirement_mapping_sets:\n"
            + RULES.split("  requirement_mapping_sets:\n").nth(1).expect("behind");
    let next = next.replace("version: 3", "version: 4");
    let saved = world.desk.save_framework(&actor(), next.into_bytes(), now()).await.expect("taken");
    assert_eq!((saved.outcome, saved.lost), ("changed", 1), "{saved:?}");
    let opened = world.desk.framework(&actor(), &key, now()).await.expect("kept");
    assert_eq!(opened.framework.version, "4");
    assert!(!opened.mapping.contains_key(&node("3.4")));
    let mapped = &opened.mapping[&node("3.1")];
    assert!(mapped.iter().any(|mapped| mapped.note == "by hand" && mapped.by == manager()));
    let name = world.desk.remove_framework(&actor(), &key, now()).await.expect("taken out");
    assert_eq!(name, "Tidewell house rules");
    assert!(world.desk.framework(&actor(), &key, now()).await.is_err());
    assert_eq!(world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
}

const CATALOG: &str = r#"{"catalog": {"uuid": "4c6a4a76-9d3c-4f0e-8a53-1f3f6f8f7a10", "metadata": {"title": "Harbour Controls",
  "last-modified": "2026-01-01T00:00:00Z", "version": "7", "oscal-version": "1.1.3"},
  "groups": [{"id": "hc", "title": "Harbour", "controls": [{"id": "hc-1", "title": "Logbook", "parts": [{"id": "hc-1_smt", "name": "statement",
  "prose": "Keep a logbook."}]}, {"id": "hc-2", "title": "Lights"}]}]}}"#;

const MAPPINGS: &str = "urn: urn:own:risk:library:m\nlocale: en\nref_id: m\nname: M\nversion: 1\nobjects:\n  requirement_mapping_set:\n    \
    urn: urn:own:risk:req_mapping_set:m\n    name: M\n    source_framework_urn: urn:plumbline:risk:framework:iso-20000-1-2018\n    \
    target_framework_urn: urn:oscal:risk:framework:harbour-controls\n    requirement_mappings:\n    \
    - source_requirement_urn: urn:plumbline:risk:req_node:iso-20000-1-2018:8.6.1.a\n      \
    target_requirement_urn: urn:oscal:risk:req_node:harbour-controls:hc-1\n      relationship: superset\n    \
    - source_requirement_urn: urn:plumbline:risk:req_node:iso-20000-1-2018:8.6.99\n      \
    target_requirement_urn: urn:oscal:risk:req_node:harbour-controls:hc-1\n      relationship: equal\n    \
    - source_requirement_urn: urn:plumbline:risk:req_node:iso-20000-1-2018:8.6.1.a\n      \
    target_requirement_urn: urn:oscal:risk:req_node:harbour-controls:hc-9\n      relationship: equal\n";

async fn a_catalog_is_kept_and_mapped_by_a_library_of_mappings(database: Database) {
    let world = lived_in(database).await;
    let building = Building::over(&world.desk).await;
    let early = send(&building, &manager(), "/frameworks", MAPPINGS.as_bytes()).await;
    assert!(early.text.contains("is not kept here: add its library first"), "{}", early.text);
    assert_eq!(send(&building, &manager(), "/frameworks", CATALOG.as_bytes()).await.status, StatusCode::SEE_OTHER);
    let saved = world.desk.save_framework(&actor(), MAPPINGS.into(), now()).await.expect("taken");
    assert_eq!((saved.framework, saved.outcome, saved.mapped), (None, "changed", 1));
    assert_eq!(saved.left.len(), 2, "{:?}", saved.left);
    assert!(saved.left.iter().any(|why| why.contains("8.6.99 is no requirement of ours")));
    let key = key(&world, "harbour-controls").await;
    let opened = world.desk.framework(&actor(), &key, now()).await.expect("kept");
    // Ours asks for more than theirs: theirs asks for a part of ours.
    let mapped = opened.mapping.values().next().expect("a pair");
    assert_eq!((mapped[0].requirement.as_str(), mapped[0].relation), ("8.6.1.a", frameworks::Relation::Subset));
    let out = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}/catalog.json")).await;
    assert_eq!((out.text.as_str(), out.header("content-type")), (CATALOG, "application/json"));
    let library = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}/library.yaml")).await.text;
    let (_, read) = frameworks::read(library.as_bytes()).expect("a library");
    assert_eq!((read.framework.expect("one").nodes.len(), read.sets[0].pairs.len()), (3, 1));
}

async fn what_cannot_be_taken_is_told_and_changes_nothing(database: Database) {
    let world = lived_in(database).await;
    let building = Building::over(&world.desk).await;
    world.desk.save_framework(&actor(), RULES.into(), now()).await.expect("taken");
    let ours = building.get(Who::Mail(&manager()), "/frameworks/iso-20000-1-2018/library.yaml").await.text;
    let cases = [
        (RULES.replace("assessable: true", "assessable: maybe"), "neither true nor false"),
        ("a: [".into(), "is no YAML"),
        (
            "{\"catalog\": {\"metadata\": {\"title\": \"T\"}, \"groups\": 7}}".into(),
            "/catalog/groups: is a number, not an array",
        ),
        (ours, "comes with the program"),
        ("urn: urn:a:b:library:c\nname: c\nobjects:\n  threats: []\n".into(), "no framework and no mapping set"),
    ];
    for (file, words) in cases {
        let answer = send(&building, &manager(), "/frameworks", file.as_bytes()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    let key = key(&world, "house-rules").await;
    let form = |requirement: &str, relation: &str| {
        vec![("requirement.0".to_owned(), requirement.to_owned()), ("relation.0".to_owned(), relation.to_owned())]
    };
    for (form, words) in [
        (form("8.6.1.z", "equal"), "there is no requirement or clause &#34;8.6.1.z&#34;"),
        (form("8.6.1.a", "same"), "is not one of equal, subset, superset, intersect"),
    ] {
        let answer = building.form(Who::Mail(&manager()), &format!("/frameworks/{key}/1"), &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text.contains(words) || answer.text.contains(&words.replace("&#34;", "&quot;")),
            "{words}: {}",
            answer.text
        );
    }
    // A heading asks for nothing, and what comes with the program is mapped by it.
    for path in [
        format!("/frameworks/{key}/0"),
        "/frameworks/fitsm-1/1".into(),
        format!("/frameworks/{key}/999"),
        "/frameworks/12345/1".into(),
    ] {
        let answer = building.form(Who::Mail(&manager()), &path, &form("8.6.1.a", "equal")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let typo = building.get(Who::Mail(&manager()), &format!("/frameworks/{key}?show=unmaped")).await;
    assert!(typo.status == StatusCode::BAD_REQUEST && typo.text.contains("unmapped"), "{}", typo.text);
}

async fn who_may_not_does_not(database: Database) {
    let world = lived_in(database).await;
    let building = Building::over(&world.desk).await;
    world.desk.save_framework(&actor(), RULES.into(), now()).await.expect("taken");
    let key = key(&world, "house-rules").await;
    for path in [
        "/frameworks".to_owned(),
        format!("/frameworks/{key}"),
        format!("/frameworks/{key}/1"),
        format!("/frameworks/{key}/changes"),
        format!("/frameworks/{key}/library.yaml"),
        "/frameworks/wording".into(),
        format!("/api/v1/frameworks/{key}"),
        "/api/v1/frameworks".into(),
    ] {
        assert_eq!(building.get(CUSTOMER, &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let form = vec![("requirement.0".to_owned(), "8.6.1.a".to_owned()), ("relation.0".to_owned(), "equal".to_owned())];
    for role in [Role::Agent, Role::ProcessOwner, Role::InternalAuditor, Role::ExternalAuditor, Role::TopManagement] {
        let who = mail(role);
        assert_eq!(
            send(&building, &who, "/frameworks", RULES.as_bytes()).await.status,
            StatusCode::FORBIDDEN,
            "{role:?}"
        );
        assert_eq!(
            building.form(Who::Mail(&who), &format!("/frameworks/{key}/1"), &form).await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            building.form(Who::Mail(&who), &format!("/frameworks/{key}/remove"), &[]).await.status,
            StatusCode::FORBIDDEN
        );
        let file = b"id,text\n8.6.1.a,x\n";
        assert_eq!(send(&building, &who, "/frameworks/wording", file).await.status, StatusCode::FORBIDDEN);
        let reads = role == Role::InternalAuditor;
        assert_eq!(building.get(Who::Mail(&who), "/frameworks/wording").await.status.is_success(), reads, "{role:?}");
    }
    assert_eq!(
        send(&building, &mail(Role::CustomerUser), "/frameworks", RULES.as_bytes()).await.status,
        StatusCode::NOT_FOUND
    );
}

async fn ours_and_the_crosswalk_go_out_as_either_format(database: Database) {
    let world = lived_in(database).await;
    let building = Building::over(&world.desk).await;
    let get = async |path: &str| building.get(Who::Mail(&manager()), path).await.text;
    for (name, demands, pairs) in
        [("iso-20000-1-2018", 240, 0), ("fitsm-1", 82, 300), ("itil-practices", 34, 300), ("iso-20000-1-2011", 30, 200)]
    {
        let library = get(&format!("/frameworks/{name}/library.yaml")).await;
        let (_, read) = frameworks::read(library.as_bytes()).unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
        let framework = read.framework.expect("a framework");
        let count = framework.nodes.iter().filter(|node| node.demands).count();
        assert!(count >= demands, "{name}: {count}");
        assert!(read.sets.iter().map(|set| set.pairs.len()).sum::<usize>() >= pairs, "{name}");
        let catalog = get(&format!("/frameworks/{name}/catalog.json")).await;
        frameworks::read(catalog.as_bytes()).unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
        assert!(building.get(Who::Mail(&manager()), &format!("/frameworks/{name}/changes")).await.status.is_success());
    }
    // What the assessment results name is in the catalog.
    let catalog = get("/frameworks/iso-20000-1-2018/catalog.json").await;
    for requirement in &engines::conformity::catalogue().requirements {
        if requirement.binding {
            assert!(catalog.contains(&format!("\"requirement-{}\"", requirement.id)), "{}", requirement.id);
        }
        assert!(catalog.contains(&format!("\"clause-{}\"", requirement.clause)));
    }
    let fitsm = assessed(&building, "fitsm-1").await;
    let states: Vec<&str> =
        fitsm["requirements"].as_array().expect("some").iter().filter_map(|one| one["state"].as_str()).collect();
    assert!(!states.contains(&"proved"), "no overlap proves another framework");
    let listed = building.get(Who::Mail(&manager()), "/api/v1/frameworks").await.json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(4));
}

async fn the_words_of_the_standard_leave_the_house_by_no_way(database: Database) {
    let world = lived_in(database).await;
    let building = Building::over(&world.desk).await;
    let wrong = send(&building, &manager(), "/frameworks/wording", b"id,text\n8.6.1.z,x\n8.6.1.a,\n").await;
    assert!(
        wrong.text.contains("Line 2: there is no clause or requirement")
            && wrong.text.contains("Line 3: 8.6.1.a has no text"),
        "{}",
        wrong.text
    );
    let file = format!("id;text\n8.6.1.a;{SECRET}\n8.6.1;{SECRET}, of the clause\n");
    assert_eq!(send(&building, &manager(), "/frameworks/wording", file.as_bytes()).await.status, StatusCode::SEE_OTHER);
    let page = "/conformity/8.6.1/8.6.1.a";
    for role in [Role::Administrator, Role::SmsManager, Role::InternalAuditor] {
        let text = building.get(Who::Mail(&mail(role)), page).await.text;
        assert!(text.contains(SECRET) && text.contains("of the clause"), "{role:?}");
    }
    for role in [Role::Agent, Role::ProcessOwner, Role::Approver, Role::ExternalAuditor, Role::TopManagement] {
        let answer = building.get(Who::Mail(&mail(role)), page).await;
        assert!(answer.status.is_success() && !answer.text.contains(SECRET), "{role:?}");
    }
    // By no export, no pack, no journal, no answer to a machine.
    assert!(!world.export().await.contains(SECRET));
    let warrant = rights::take_away(&Actor::system("test", Via::Command), now()).expect("a warrant");
    let file = world.folder.path().join("pack.zip");
    let packed = packing::make(&world.desk, &warrant, Wanted { as_of: now(), seed: 1 }, &file, &mut |_| {}).await;
    packed.unwrap_or_else(|failure| panic!("{}", failure.sentence()));
    let archive = Archive::read(&file);
    assert!(archive.names().all(|name| !archive.text(name).contains(SECRET)));
    let entries = world.desk.activity(&Actor::system("test", Via::Command), 200, now()).await.expect("entries");
    assert!(entries.iter().any(|entry| entry.kind == "official_text"));
    assert!(!format!("{entries:?}").contains(SECRET));
    for path in [
        "/api/v1/conformity",
        "/api/v1/frameworks/iso-20000-1-2018",
        "/frameworks/iso-20000-1-2018/library.yaml",
        "/frameworks/iso-20000-1-2018/catalog.json",
    ] {
        assert!(!building.get(Who::Mail(&manager()), path).await.text.contains(SECRET), "{path}");
    }
    assert_eq!(
        building.form(Who::Mail(&manager()), "/frameworks/wording/remove", &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!building.get(Who::Mail(&manager()), page).await.text.contains(SECRET));
}

async fn frameworks_on_the_command_line(database: Database) {
    let world = lived_in(database).await;
    let file = world.file("rules.yaml", RULES.as_bytes());
    let run = |arguments: &[&str]| said(program(&world.url).args(arguments));
    let path = file.to_str().expect("a path");
    let (code, answer, error) = run(&["framework", "add", path, "--json"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let told: Json = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(told["outcome"], "new");
    let (code, answer, _) = run(&["framework", "list"]);
    assert!(code == Some(0) && answer.contains("Tidewell house rules") && answer.contains("fitsm-1"), "{answer}");
    let (code, answer, _) = run(&["framework", "export", "house-rules"]);
    assert_eq!((code, answer.as_str()), (Some(0), RULES));
    let (code, answer, _) = run(&["conformity", "--framework", "house-rules", "--json"]);
    let assessed: Json = serde_json::from_str(&answer).expect("JSON");
    assert_eq!((code, assessed["requirements"].as_array().map(Vec::len)), (Some(0), Some(10)));
    assert_eq!(assessed["summary"]["not_mapped"], 2);
    let (code, answer, _) = run(&["conformity", "--framework", "fitsm-1"]);
    assert!(code == Some(0) && answer.contains("in part"), "{answer}");
    let broken = world.file("broken.yaml", b"a: [\n");
    let (code, answer, error) = run(&["framework", "add", broken.to_str().expect("a path")]);
    assert_eq!((code, answer.as_str()), (Some(1), ""));
    assert!(error.contains("broken.yaml: line ") && error.contains("is no YAML"), "{error}");
    let (code, _, error) = run(&["framework", "remove", "hose-rules"]);
    assert!(code == Some(2) && error.contains("did you mean \"house-rules\"?"), "{error}");
    let words = world.file("words.csv", b"id,text\n8.6.1,Words\n");
    let (code, answer, _) = run(&["framework", "wording", words.to_str().expect("a path")]);
    assert_eq!((code, answer.as_str()), (Some(0), "Texts of the licensed copy: 1.\n"));
    assert_eq!(run(&["framework", "remove", "house-rules"]).0, Some(0));
    let (code, _, error) = run(&["conformity", "--framework", "house-rules"]);
    assert!(code == Some(2) && error.contains("there is no framework"), "{error}");
    // Ours needs no database.
    let (code, answer, error) =
        said(program("sqlite:/nowhere/at-all.db").args(["framework", "export", "--format", "oscal"]));
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(answer.contains("\"requirement-8.6.1.a\""));
}

async fn a_backup_brings_them_back(database: Database) {
    let world = World::new(database).await;
    world.desk.save_framework(&actor(), RULES.into(), now()).await.expect("taken");
    let file = world.folder.path().join("backup.gz");
    assert_eq!(said(program(&world.url).arg("backup").arg(&file)).0, Some(0));
    let second = crate::world::empty(database, world.folder.path()).await;
    let (code, _, error) = said(program(&second).arg("restore").arg(&file));
    assert_eq!(code, Some(0), "{error}");
    let (code, answer, error) = said(program(&second).args(["framework", "export", "house-rules"]));
    assert_eq!((code, answer.as_str()), (Some(0), RULES), "{error}");
}
