//! The road to the certificate: from an empty house to stage 1, round the cycle, and what is said when dates draw near.

use axum::http::StatusCode;
use desk::accounts::AccountEdit;
use model::{Actor, Query, Role, Via, query::EVERY};
use serde_json::{Value as Json, json};
use web::pages::road;

use crate::world::{Answer, World, now};

pub(crate) fn ines() -> Actor {
    Actor {
        email: "ines@tidewell.example".into(),
        name: "Ines Okafor".into(),
        roles: vec![Role::Administrator, Role::SmsManager],
        ..Actor::system("test", Via::Web)
    }
}

pub(crate) async fn house() -> World {
    owned(World::new().await).await
}

/// One on each database.
pub(crate) async fn houses() -> Vec<World> {
    let mut houses = Vec::new();
    for world in World::each().await {
        houses.push(owned(world).await);
    }
    houses
}

async fn owned(world: World) -> World {
    let (actor, name, roles) = (ines(), "Ines Okafor".to_owned(), ines().roles);
    let edit = AccountEdit { name, roles, customer: None, active: true, window: None };
    world.desk.edit_account(&actor, &actor.email, edit, now()).await.expect("the role is given");
    world
}

fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(crate) async fn ok(world: &World, path: &str) -> String {
    let Answer { status, text, .. } = world.get(path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {text:.600}");
    text
}

/// Number, state and fields of every record of a kind.
pub(crate) async fn found(world: &World, kind: &'static str) -> Vec<(String, String, Json)> {
    let query = Query { columns: vec![EVERY.into()], size: 100, ..Query::of(kind) };
    let page = world.desk.list(&ines(), &query, now()).await.expect("a list");
    let fields = |shown: &desk::Shown| {
        Json::Object(shown.fields().iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
    };
    page.records.iter().map(|shown| (shown.number().to_owned(), shown.state().to_owned(), fields(shown))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_house_is_told_where_to_begin() {
    let world = house().await;
    let page = ok(&world, "/road").await;
    for words in ["Nothing is planned yet.", "Begin with the plan", "No certificate is on record", "No scope statement"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(ok(&world, "/road/costs").await.contains("No certification body is on record"));
    assert_eq!(world.get("/road/costs?people=many").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get("/road/costs?poeple=3").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get("/road/gaps/8.99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.post("/road/audits", &[]).await.status, StatusCode::BAD_REQUEST);
}

/// The cells of a row of the table of scenarios, without what differs.
fn cells(page: &str, label: &str) -> Vec<String> {
    let (_, row) =
        page.split_once(&format!("class=\"full\">{label}<")).unwrap_or_else(|| panic!("{label}: {page:.4000}"));
    let (row, _) = row.split_once("</tr>").expect("the end of a row");
    let cell = |cell: &str| cell.split_once('>').and_then(|(_, text)| text.split('<').next()).map(str::to_owned);
    row.split("<td").skip(1).filter_map(cell).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_stand_side_by_side_with_what_is_on_record() {
    for world in houses().await {
        compared(&world).await;
    }
}

async fn compared(world: &World) {
    let money = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    for number in ["SVC-1", "SVC-2"] {
        let fields = json!({"name": number, "stage": "live", "in_scope": true});
        world.line(json!({"kind": "service", "number": number, "fields": fields})).await;
    }
    let table =
        json!([{"from_people": 1, "to_people": 15, "days": 4}, {"from_people": 16, "to_people": 45, "days": 7}]);
    let body = json!({"name": "Meridian", "audit_days": table, "day_rate": money(1_000)});
    world.line(json!({"kind": "certification_body", "number": "CBO-1", "fields": body})).await;
    let plan = json!({"title": "The way", "body": "CBO-1", "people": 26, "hour_cost": money(50), "members": [{"person": "ines@tidewell.example", "hours_per_week": 40}],
        "benefits": [{"counted_from": "tender", "a_month": money(2_000), "since": "2026-01-01"}]});
    world.line(json!({"kind": "implementation_plan", "number": "IPL-1", "title": "The way", "fields": plan})).await;
    let page = ok(world, "/road/costs").await;
    assert!(page.contains("No gap says how many person-days it takes."));
    assert_eq!(cells(&page, "Still to be spent"), ["not known yet"], "what is on record stands alone");
    let gap = json!({"requirement": "9.3-1", "effort_days": 1});
    world.line(json!({"kind": "requirement_gap", "number": "GAP-1", "fields": gap})).await;
    let page = ok(world, "/road/costs?people=10&open=20&percent=&services_2=1&open_2=20").await;
    let row = |label: &str| cells(&page, label);
    assert_eq!(row("People in scope"), ["26", "10", "26"]);
    assert_eq!(row("Services in scope"), ["2", "2", "1"]);
    assert_eq!(row("Days of stage 1 and 2"), ["7", "4", "7"]);
    assert_eq!(row("The body"), ["12,000 EUR", "7,000 EUR", "12,000 EUR"], "with two of surveillance");
    assert_eq!(row("Own work, person-days")[1..], ["20", "10"], "half of the services take half of the work");
    assert_eq!(row("Still to be spent")[1..], ["15,000 EUR", "16,000 EUR"]);
    let back = row("Pays back");
    assert!(back[1..].iter().all(|month| month.contains(" 20")) && back[1] != back[2], "half of the return: {back:?}");
    assert!(page.contains("\u{2212} 5,000"), "what differs is told");
    for (wrong, name) in [("people_2=0", "people_2"), ("services=none", "services"), ("open_2=-1", "open_2")] {
        let refused = world.get(&format!("/road/costs?{wrong}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(refused.text.contains(&format!("{name}: ")), "{wrong}: {:.600}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gaps_are_judged_written_down_and_become_tasks() {
    let world = house().await;
    assert!(ok(&world, "/road/gaps/9.3").await.contains("Not met: nothing is on record."));
    let typed = form(&[
        ("9.3-1_judgement", "gap"),
        ("9.3-1_reason", "Nobody has met yet."),
        ("9.3-1_missing", "A first management review"),
        ("9.3-1_owner", "not a mail"),
        ("9.3-1_effort_days", "2.5"),
        ("9.3-1_take", "no"),
        ("9.3-1_take", "yes"),
    ]);
    let refused = world.post("/road/gaps/9.3", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("9.3-1: Who closes it:") && refused.text.contains("A first management review"));
    assert!(found(&world, "requirement_gap").await.is_empty(), "a refused form writes nothing");
    let mut typed = typed;
    typed[3].1 = "ines@tidewell.example".into();
    assert_eq!(world.post("/road/gaps/9.3", &typed).await.location, "/road/gaps/9.3");
    let gaps = found(&world, "requirement_gap").await;
    assert_eq!((gaps.len(), gaps[0].1.as_str(), &gaps[0].2["effort_days"]), (1, "open", &json!(2.5)));
    assert!(ok(&world, "/road/gaps/9.3").await.contains("Nobody has met yet."), "the judgement stands on the page");
    world.line(json!({"kind": "implementation_plan", "number": "IPL-1", "title": "The way", "fields": {"begins": "2026-11-02", "goal": "2027-03-01"}})).await;
    assert!(ok(&world, "/road/gaps").await.contains("Turn 1 gap into a task"));
    assert_eq!(world.post("/road/gaps/plan", &[]).await.location, "/road#plan");
    let tasks = found(&world, "plan_task").await;
    assert_eq!(tasks.len(), 1);
    let task = &tasks[0].2;
    let wanted = json!(["management-review", "IPL-1", ["9.3-1"], "2027-03-01"]);
    assert_eq!(json!([task["step"], task["plan"], task["requirements"], task["due"]]), wanted);
    assert_eq!(found(&world, "requirement_gap").await[0].1, "planned");
    world.post("/road/gaps/plan", &[]).await;
    assert_eq!(found(&world, "plan_task").await.len(), 1, "a gap has one task");
    let page = ok(&world, "/road").await;
    assert!(page.contains("9.3-1: A first management review") && page.contains("critical, no slack"));
}

/// How many requirements are to be closed, as three pages tell it.
async fn to_close(world: &World) -> [String; 3] {
    let number_before = |page: &str, words: &str| {
        let (before, _) = page.split_once(words).unwrap_or_else(|| panic!("{words} in {page:.3000}"));
        let digits: String = before.chars().rev().skip_while(|letter| !letter.is_ascii_digit()).collect::<String>();
        let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
        digits.chars().rev().collect::<String>()
    };
    let map = ok(world, "/conformity").await;
    let road = ok(world, "/road").await;
    let gaps = ok(world, "/road/gaps").await;
    [
        number_before(&map, "</a> are to be closed"),
        number_before(&road, " requirements to close"),
        number_before(&gaps, " of 260 requirements are to be closed"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_closed_is_one_number_and_becomes_tasks_in_one_step() {
    for world in houses().await {
        closing(&world).await;
    }
}

async fn closing(world: &World) {
    let told = to_close(world).await;
    assert_eq!(told, [told[0].as_str(); 3].map(str::to_owned), "one number on map, road and gaps");
    assert!(told[0].parse::<usize>().expect("a number") > 250, "{told:?}");
    let gaps = ok(world, "/road/gaps").await;
    // What met no record is to be closed too, and is called by its name.
    let row = gaps.split("<tr>").find(|row| row.contains("/road/gaps/7.3\"")).expect("clause 7.3");
    assert!(row.contains("nothing to sample") && !row.contains("data-th=\"to close\">0<"), "{row}");
    let clause = engines::conformity::catalogue().requirements.iter().filter(|one| one.clause == "7.3").count();
    assert!(ok(world, "/road/gaps/7.3").await.contains(&format!("Plan all {clause} as tasks")));
    assert_eq!(world.post("/road/gaps/7.3/plan", &[]).await.location, "/road#plan");
    let (gaps, tasks) = (found(world, "requirement_gap").await, found(world, "plan_task").await);
    assert_eq!((gaps.len(), tasks.len()), (clause, clause));
    assert!(
        gaps.iter()
            .all(|gap| gap.1 == "planned" && gap.2["task"].as_str().is_some_and(|task| task.starts_with("PTK-")))
    );
    let named =
        gaps.iter().filter(|gap| gap.2["missing"].as_str().is_some_and(|text| text.contains("Nothing to sample yet")));
    assert!(named.count() > 0, "{gaps:?}");
    assert!(tasks.iter().all(|task| task.2["step"] == "training"));
    world.post("/road/gaps/7.3/plan", &[]).await;
    assert_eq!(found(world, "plan_task").await.len(), clause, "done twice it changes nothing");
    assert!(!ok(world, "/road/gaps/7.3").await.contains("as tasks"));
    assert_eq!(world.post("/road/gaps/8.99/plan", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_done_when_records_and_tasks_say_so() {
    for world in houses().await {
        steps_of(&world).await;
    }
}

async fn steps_of(world: &World) {
    world.line(json!({"kind": "management_review", "number": "MRV-1", "state": "closed", "fields": {"held_on": "2026-10-05", "chair": "helena@tidewell.example"}})).await;
    let step = async |label: &str| {
        let page = ok(world, "/road").await;
        let (_, steps) = page.split_once("id=\"steps\"").expect("steps");
        let row = steps.split("<tr>").find(|row| row.contains(label)).expect("a step").to_owned();
        ["Done", "Under way", "Late", "Ahead"]
            .into_iter()
            .find(|word| row.contains(&format!("{word}</span>")))
            .expect("a state")
    };
    assert_eq!(step("Management review").await, "Done");
    world.line(json!({"kind": "plan_task", "number": "PTK-1", "title": "Before stage 1", "state": "planned", "fields": {"step": "management-review", "due": "2027-01-10"}})).await;
    assert_eq!(step("Management review").await, "Under way", "a task of it is open");
    world.line(json!({"kind": "plan_task", "number": "PTK-2", "title": "Judge it all", "state": "done", "fields": {"step": "gap-analysis", "due": "2026-09-01"}})).await;
    world.line(json!({"kind": "requirement_gap", "number": "GAP-1", "title": "Scope", "state": "open", "fields": {"requirement": "4.3-1", "missing": "A scope"}})).await;
    assert_eq!(step("Gap analysis").await, "Done", "its task is done");
    assert!(ok(world, "/road").await.contains("open since then and not written down"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_out_and_comes_back() {
    let world = house().await;
    let file = ok(&world, "/road/gaps/export").await;
    let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines[0].starts_with("clause,requirement,requirement_text,state,why"));
    assert_eq!(csv_rows(&file), 260);
    let edited = "Requirement;Missing;Owner;Effort days;Comment\r\n\
        4.1-1;Nothing is written;ines@tidewell.example;1,5;hello\r\n\
        4.9-9;x;;;\r\n\
        9.3-1;x;nobody;;\r\n\
        4.1-1;again;;;\r\n";
    let known = engines::conformity::catalogue().requirements.iter().any(|requirement| requirement.id == "4.1-1");
    let first = if known { "4.1-1" } else { engines::conformity::catalogue().requirements[0].id.as_str() };
    let edited = edited.replace("4.1-1", first);
    let answer = world.upload("/road/gaps/import", "gaps.csv", edited.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "4 lines read: 1 gap new",
        "3 lines refused",
        "Line 3",
        "Line 4, 9.3-1: owner",
        "stands in an earlier line",
        "comment",
    ] {
        assert!(answer.text.contains(words), "{words} in {:.3000}", answer.text);
    }
    let gaps = found(&world, "requirement_gap").await;
    assert_eq!((gaps.len(), &gaps[0].2["effort_days"]), (1, &json!(1.5)));
    let again = world
        .upload("/road/gaps/import", "gaps.csv", edited.lines().take(2).collect::<Vec<_>>().join("\n").as_bytes())
        .await;
    assert!(again.text.contains("0 gaps new, 0 changed"), "the same file twice changes nothing");
    let broken = world.upload("/road/gaps/import", "gaps.csv", b"a,b\n1,2\n").await;
    assert!(broken.status.is_client_error() && broken.text.contains("no column"));
}

fn csv_rows(file: &str) -> usize {
    file.matches("\n").count() - 1
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_wait_in_a_circle_are_named() {
    let world = house().await;
    for (number, after) in [("PTK-1", "PTK-3"), ("PTK-2", "PTK-1"), ("PTK-3", "PTK-2")] {
        world.line(json!({"kind": "plan_task", "number": number, "title": number, "fields": {"step": "run", "begins": "2026-11-02", "due": "2026-12-01", "after": [after]}})).await;
    }
    let page = ok(&world, "/road").await;
    assert!(page.contains("The critical path cannot be told.") && page.contains("wait for each other"));
    assert!(page.contains("waits for PTK-3"), "the table stands all the same");
}

pub(crate) async fn certified(world: &World) {
    world.line(json!({"kind": "certification_body", "number": "CBO-1", "fields": {"name": "Meridian", "answer_days": 21, "major_days": 90, "last_day": "day-before"}})).await;
    world.line(json!({"kind": "certificate", "number": "CER-1", "title": "First", "state": "valid", "fields": {"body": "CBO-1", "owner": "ines@tidewell.example", "decided_on": "2026-01-10", "valid_to": "2029-01-09"}})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_are_warned_of_planned_and_read_as_a_calendar() {
    let world = house().await;
    certified(&world).await;
    let page = ok(&world, "/road").await;
    assert!(page.contains("The window of surveillance audit 1 closes soon, and no audit is planned."));
    assert!(page.contains("Sun 10 Jan 2027") && page.contains("46 days left"));
    assert_eq!(road::watch(&world.desk, now()).await.expect("it is looked after"), 1);
    assert_eq!(road::watch(&world.desk, now()).await.expect("it is looked after"), 0, "done twice it changes nothing");
    let actions = found(&world, "action").await;
    let told = json!([actions[0].2["source"], actions[0].2["owner"], actions[0].2["due"]]);
    assert_eq!(told, json!(["CER-1", "ines@tidewell.example", "2026-12-11"]));
    world.post("/road/audits", &[]).await;
    let audits = found(&world, "certification_audit").await;
    let mut latest: Vec<&str> = audits.iter().filter_map(|audit| audit.2["latest"].as_str()).collect();
    latest.sort_unstable();
    assert_eq!(latest, ["2027-01-10", "2028-01-10", "2028-10-09"]);
    world.post("/road/audits", &[]).await;
    assert_eq!(found(&world, "certification_audit").await.len(), 3);
    assert!(!ok(&world, "/road").await.contains("no audit is planned"));
    let made = world.post("/road/calendar", &[]).await;
    let (_, rest) = made.text.split_once("http://127.0.0.1:8080/calendar/").expect("the address is shown");
    let secret = rest.split('<').next().expect("an address");
    let feed = world.get(&format!("/calendar/{secret}")).await;
    assert_eq!(feed.headers["content-type"], "text/calendar; charset=utf-8");
    assert!(
        feed.text.contains("DTSTART;VALUE=DATE:20270110\r\n")
            && feed.text.contains("Last valid day of the certificate")
    );
    assert_eq!(world.get("/calendar/plb_unknown.ics").await.status, StatusCode::NOT_FOUND);
    let token = secret.trim_end_matches(".ics");
    let bearer = world.desk.bearer(token, now()).await.expect("an answer").expect("the token");
    assert_eq!(bearer.1, desk::accounts::TokenScope::Calendar);
    let machine = world.get_as(token, "/api/v1/incidents").await;
    assert_eq!(machine.status, StatusCode::UNAUTHORIZED, "it opens the calendar and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_ran_out_is_told_with_its_last_day_to_restore() {
    let world = house().await;
    world.line(json!({"kind": "certificate", "number": "CER-1", "state": "valid", "fields": {"body": "CBO-1", "decided_on": "2023-08-01", "valid_to": "2026-07-31"}})).await;
    let page = ok(&world, "/road").await;
    assert!(page.contains("Expired.") && page.contains("until Sun 31 Jan 2027"), "{page:.3000}");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_are_moved_stand_in_a_picture_and_what_is_overdue_is_red() {
    for world in houses().await {
        people_of(&world).await;
    }
}

async fn people_of(world: &World) {
    let nobody = ok(world, "/road/people").await;
    assert!(nobody.contains("Nobody is on record") && nobody.contains("No communication plan is on record"));
    world.line(json!({"kind": "communication_plan", "number": "CPL-1", "title": "News", "state": "current", "fields": {"what": "News", "when": "monthly", "whom": ["staff"], "how": "e-mail"}, "history": [{"at": "2026-01-05T08:00:00Z"}]})).await;
    world.line(json!({"kind": "communication_plan", "number": "CPL-2", "title": "Planned work", "state": "current", "fields": {"what": "Planned work", "when": "on-change", "whom": ["staff"]}})).await;
    world.line(json!({"kind": "communication", "number": "COM-1", "title": "News of May", "state": "done", "fields": {"subject": "News of May", "sent_on": "2026-05-04"}, "links": [{"type": "carries_out", "to": "CPL-1"}]})).await;
    for (number, name, influence, stance) in [
        ("STK-1", "Night shift", "medium", "against-it"),
        ("STK-2", "Owners", "high", "for-it"),
        ("STK-3", "Engineers", "high", "for-it"),
    ] {
        world.line(json!({"kind": "stakeholder", "number": number, "title": name, "state": "current", "fields": {"name": name, "influence": influence, "stance": stance, "resistance": "More forms", "answer": "Fewer fields", "told_by": ["CPL-1"], "reviewed_on": "2026-11-20"}})).await;
    }
    let page = ok(world, "/road/people").await;
    for words in [
        "aria-label=\"Influence by stance: 2 of high influence for it, 1 of medium influence against it\"",
        "text-anchor=\"middle\">2</text>",
        "1 of 3 doubt it or stand against it; 1 message is overdue.",
        "Overdue, 174 days over",
        "Thu 4 Jun 2026",
        "when it happens",
    ] {
        assert!(page.contains(words), "{words} in {page:.6000}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_the_body_follow_an_audit() {
    let world = house().await;
    certified(&world).await;
    let create = |fields: Json| {
        let Json::Object(fields) = fields else { panic!("fields") };
        model::Command::Create {
            kind: "certification_audit".into(),
            number: Some("CAU-9".into()),
            input: model::Input::json(fields),
        }
    };
    let done = world
        .desk
        .perform(&ines(), create(json!({"type": "stage-2", "body": "CBO-1", "begins": "2026-03-01"})), now())
        .await;
    done.expect("it is planned");
    let target = model::Target { kind: "certification_audit".into(), number: "CAU-9".into(), version: None };
    let input = model::Input::json([("ends".to_owned(), json!("2026-03-04"))]);
    let held = model::Command::Step { target, to: "held".into(), input, note: None, public: false };
    world.desk.perform(&ines(), held, now()).await.expect("it is held");
    let audit = found(&world, "certification_audit").await.remove(0).2;
    assert_eq!(
        json!([audit["answer_by"], audit["majors_by"], audit["due"]]),
        json!(["2026-03-25", "2026-06-02", "2026-03-25"])
    );
    assert!(ok(&world, "/road").await.contains("An answer is late."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_fills_itself_decides_and_is_signed_for_good() {
    let world = house().await;
    let earlier = json!({"kind": "management_review", "number": "MRV-1", "state": "held", "fields": {"held_on": "2026-05-04", "chair": "helena@tidewell.example"}});
    world.line(earlier).await;
    world.line(json!({"kind": "action", "number": "ACT-1", "title": "Hire an engineer", "state": "open", "fields": {"source": "MRV-1", "due": "2026-06-01"}})).await;
    world
        .line(
            json!({"kind": "nonconformity", "number": "NCR-1", "title": "Late", "fields": {"raised_on": "2026-10-01"}}),
        )
        .await;
    world.line(json!({"kind": "management_review", "number": "MRV-2", "title": "Autumn", "state": "planned", "fields": {"chair": "helena@tidewell.example", "inputs": {"j": "Written by hand."}}})).await;
    let page = ok(&world, "/road/reviews/MRV-2").await;
    assert!(
        page.contains("Nothing was counted yet.") && page.contains("Hire an engineer"),
        "what is open is carried over"
    );
    assert_eq!(
        world.post("/road/reviews/MRV-2/prepare", &form(&[("which", "empty")])).await.location,
        "/road/reviews/MRV-2"
    );
    let reviews = found(&world, "management_review").await;
    let inputs = reviews.iter().find(|review| review.0 == "MRV-2").expect("it is there").2["inputs"].clone();
    let told = |letter: &str| inputs[letter].as_str().unwrap_or_default().to_owned();
    assert_eq!(told("j"), "Written by hand.");
    assert!(told("a").contains("[1 open]") && told("a").contains("[1 late]"), "{}", told("a"));
    assert!(told("c1").starts_with("[1 raised](/nonconformities?filter="), "{}", told("c1"));
    assert_eq!(inputs.as_object().expect("parts").len(), 14, "every input of the standard");
    let links = told("c1");
    let address = links.split("](").nth(1).and_then(|rest| rest.split(')').next()).expect("a link");
    assert!(ok(&world, address).await.contains("NCR-1"), "a figure opens what it counts");
    let refused =
        world.post("/road/reviews/MRV-2/decide", &form(&[("text", "Buy switches"), ("owner", ""), ("due", "")])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Buy switches") && refused.text.contains("unless nothing is to be done"));
    let decision = form(&[
        ("text", "Buy switches"),
        ("owner", "ines@tidewell.example"),
        ("due", "2027-01-31"),
        ("none_needed", "no"),
    ]);
    assert_eq!(world.post("/road/reviews/MRV-2/decide", &decision).await.location, "/road/reviews/MRV-2#decisions");
    let actions = found(&world, "action").await;
    let action = actions.iter().find(|action| action.2["source"] == "MRV-2").expect("an action follows");
    assert_eq!(action.2["due"], "2027-01-31");
    assert!(ok(&world, "/road/reviews/MRV-2").await.contains(&action.0));
    signed(&world).await;
}

async fn signed(world: &World) {
    let target = || model::Target { kind: "management_review".into(), number: "MRV-2".into(), version: None };
    let step = |to: &str, fields: Json| {
        let Json::Object(fields) = fields else { panic!("fields") };
        model::Command::Step {
            target: target(),
            to: to.into(),
            input: model::Input::json(fields),
            note: None,
            public: false,
        }
    };
    let helena = Actor { email: "helena@tidewell.example".into(), roles: vec![Role::TopManagement], ..ines() };
    let desk = &world.desk;
    desk.perform(&ines(), step("held", json!({"held_on": "2026-11-24"})), now()).await.expect("it is held");
    let refused = desk.perform(&helena, step("closed", json!({})), now()).await.expect_err("a refusal");
    assert!(refused.sentence().contains("need a text"), "{refused}");
    let minutes = json!({"minutes": {"text": "Switches are bought."}});
    let refused = desk.perform(&ines(), step("closed", minutes.clone()), now()).await.expect_err("a refusal");
    assert!(refused.sentence().contains("top management"), "{refused}");
    let own = desk.perform(&helena, step("closed", minutes.clone()), now()).await.expect_err("a refusal");
    assert!(own.sentence().contains("four eyes"), "{own}");
    let Json::Object(minutes) = minutes else { panic!("fields") };
    let write = model::Command::Edit { target: target(), input: model::Input::json(minutes) };
    desk.perform(&ines(), write, now()).await.expect("they are written down");
    desk.perform(&helena, step("closed", json!({})), now()).await.expect("the chair signs");
    let edit = model::Command::Edit {
        target: target(),
        input: model::Input::json([("chair".to_owned(), json!("x@tidewell.example"))]),
    };
    let refused = desk.perform(&ines(), edit, now()).await.expect_err("a refusal");
    assert!(refused.sentence().contains("the minutes are signed"), "{refused}");
    let page = ok(world, "/road/reviews/MRV-2").await;
    let signed = "Written by Ines Okafor. Signed by helena@tidewell.example on Wed 25 Nov 2026";
    assert!(page.contains(signed) && page.contains("what was decided is to be done"), "{page}");
    assert!(!page.contains("Fill what is empty"));
    let refused = world.post("/road/reviews/MRV-2/prepare", &form(&[("which", "all")])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    desk.perform(&ines(), step("planned", json!({})), now()).await.expect("it is reopened");
    assert!(ok(world, "/road/reviews/MRV-2").await.contains("Not signed yet."));
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_suspended_restored_in_time_and_never_too_late() {
    let world = house().await;
    certified(&world).await;
    let (desk, me) = (&world.desk, &ines());
    let step = |number: &str, to: &str, fields: Json| {
        let Json::Object(fields) = fields else { panic!("fields") };
        let target = model::Target { kind: "certificate".into(), number: number.into(), version: None };
        let input = model::Input::json(fields);
        desk.perform(me, model::Command::Step { target, to: to.into(), input, note: None, public: false }, now())
    };
    let refused = step("CER-1", "suspended", json!({})).await.expect_err("a refusal");
    assert!(refused.sentence().contains("Why it was suspended"), "{refused}");
    step("CER-1", "suspended", json!({"suspended_for": "Audit refused."})).await.expect("it is suspended");
    let certificate = found(&world, "certificate").await.remove(0);
    assert_eq!((certificate.1.as_str(), &certificate.2["suspended_on"]), ("suspended", &json!("2026-11-25")));
    assert!(ok(&world, "/road").await.contains("must not be advertised"));
    let Json::Object(fields) = json!({"type": "transfer", "body": "CBO-1", "certificate": "CER-1"}) else { panic!() };
    let input = model::Input::json(fields);
    let create = model::Command::Create { kind: "certification_audit".into(), number: None, input };
    let refused = desk.perform(me, create, now()).await.expect_err("a refusal");
    assert!(refused.sentence().contains("only a valid certificate moves"), "{refused}");
    let refused = step("CER-1", "expired", json!({})).await.expect_err("a refusal");
    assert!(refused.sentence().contains("it has not expired yet"), "{refused}");
    step("CER-1", "valid", json!({})).await.expect("the suspension is lifted");
    assert!(found(&world, "certificate").await[0].2.get("suspended_on").is_none());
    for (number, valid_to) in [("CER-2", "2026-05-25"), ("CER-3", "2026-05-24")] {
        let fields = json!({"body": "CBO-1", "decided_on": "2023-05-26", "valid_to": valid_to});
        world.line(json!({"kind": "certificate", "number": number, "state": "expired", "fields": fields})).await;
    }
    step("CER-2", "valid", json!({"valid_to": "2029-05-25"})).await.expect("the last day of six months");
    let refused = step("CER-3", "valid", json!({"valid_to": "2029-05-24"})).await.expect_err("a refusal");
    assert!(refused.sentence().contains("a new stage 2"), "{refused}");
}
