//! A request from the catalogue to its end, over HTTP: the form that every way asks, two approvals of which one comes by a link
//! and one from a stand-in, tasks in their order, and the answer to how it was.

use axum::http::{Method, StatusCode};
use model::{Command, Input, Target};
use serde_json::{Value as Json, json};

use crate::{
    building::{Answer, Building, CUSTOMER, OWNER, Who},
    every_kind::house::{early, owner},
    mail::house::answering,
    world::{Database, World, now},
};

both_databases!(
    a_laptop_is_ordered_allowed_by_two_and_delivered,
    an_answer_that_is_missing_is_named_on_every_way,
    what_is_offered_to_others_cannot_be_ordered,
    a_refusal_ends_it_and_says_why,
    complaints_and_compliments_are_on_record,
    approvals_cannot_be_typed,
    whoever_is_asked_is_sent_a_link,
);

const AGENT: Who<'static> = Who::Mail("agent@tidewell.example");
pub const DEPUTY: &str = "deputy@castlebrook.example";

pub async fn furnished(database: Database) -> (World, Building) {
    let world = World::new(database).await;
    let questions = json!([
        {"name": "device", "label": "Which one", "type": "choice", "choices": ["Light", "Strong"], "required": true},
        {"name": "why", "label": "Why strong", "type": "long_text", "required": true, "shown_when": "device = Strong"},
        {"name": "start_date", "label": "Start date", "type": "date", "required": true, "section": "When"},
    ]);
    let tasks = json!([
        {"name": "order", "title": "Order the laptop"},
        {"name": "install", "title": "Install it", "after": ["order"]},
        {"name": "dock", "title": "Bring a dock", "shown_when": "device = Light"},
    ]);
    let away = json!({"person": "boss@castlebrook.example", "away_from": "2026-11-01", "away_until": "2026-12-01", "stand_in": DEPUTY});
    let records = [
        (
            "person",
            "PER-1",
            json!({"name": "Approver One", "email": "approver@tidewell.example", "away_from": "2026-11-20", "away_until": "2026-11-30", "stand_in": "process-owner@tidewell.example"}),
        ),
        ("person", "PER-2", json!({"name": "Stand-in Two", "email": "process-owner@tidewell.example"})),
        ("service", "SVC-1", json!({"name": "Workplace", "owner": "approver@tidewell.example"})),
        ("service", "SVC-2", json!({"name": "Treasury"})),
        (
            "customer",
            "CUS-1",
            json!({"name": "Castlebrook Bank", "services": ["SVC-1"], "approvers": [away], "relationship_owner": "sms-manager@tidewell.example"}),
        ),
        ("customer", "CUS-2", json!({"name": "Wexcombe", "services": ["SVC-2"]})),
        (
            "request_model",
            "RQM-1",
            json!({"title": "New laptop", "category": "equipment", "section": "Workplace", "service": "SVC-1", "audience": ["customers"],
            "price": {"amount": 1290, "currency": "EUR"}, "delivery_days": 5, "instructions": "A laptop with everything on it.", "questions": questions, "tasks": tasks, "owner": "sms-manager@tidewell.example",
            "steps": ["Internal zqsteps"], "approval": [{"stage": 1, "approver": "line_manager"}, {"stage": 2, "approver": "service_owner", "above": 1000}]}),
        ),
        (
            "request_model",
            "RQM-2",
            json!({"title": "Treasury access", "category": "access", "service": "SVC-2", "audience": ["customers"]}),
        ),
    ];
    for (kind, number, fields) in records {
        let Json::Object(fields) = fields else { panic!("an object") };
        let command = Command::Create { kind: kind.into(), number: Some(number.into()), input: Input::json(fields) };
        world.desk.perform(&owner(), command, early()).await.unwrap_or_else(|why| panic!("{number}: {why}"));
    }
    let building = Building::over(&world.desk).await;
    (world, building)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect()
}

#[track_caller]
fn is(answer: &Answer, status: StatusCode) {
    assert_eq!(answer.status, status, "{:.2000}", answer.text);
}

#[track_caller]
fn says(answer: &Answer, words: &[&str]) {
    for word in words {
        assert!(answer.text.contains(word), "{word} is not said:\n{:.6000}", answer.text);
    }
}

/// Orders the light laptop; answers its number.
pub async fn ordered(building: &Building) -> String {
    let form =
        [("answers.device", "Light"), ("answers.start_date", "2026-12-07"), ("description", "For a new colleague")];
    let answer = building.form(CUSTOMER, "/portal/order/RQM-1", &pairs(&form)).await;
    is(&answer, StatusCode::SEE_OTHER);
    let place = answer.header("location").to_string();
    place.strip_prefix("/portal/requests/").unwrap_or_else(|| panic!("{place}")).to_string()
}

async fn record(building: &Building, number: &str) -> Json {
    building.get(OWNER, &format!("/api/v1/service_requests/{number}")).await.json()
}

async fn moved(building: &Building, number: &str, to: &str) -> Answer {
    let path = format!("/api/v1/service_requests/{number}/transitions");
    building.send(OWNER, Method::POST, &path, &[("if-match", "*")], &json!({"to": to})).await
}

async fn a_laptop_is_ordered_allowed_by_two_and_delivered(database: Database) {
    let (world, building) = furnished(database).await;
    let front = building.get(CUSTOMER, "/").await;
    says(
        &front,
        &["What do you need?", "for Castlebrook Bank", "New laptop", "5 working days, 1290 EUR, needs approval"],
    );
    assert!(!front.text.contains("Treasury access"), "others' services are not offered");
    let offer = building.get(CUSTOMER, "/portal/order/RQM-1").await;
    let stated = [
        "1290 EUR",
        "5 working days",
        "your line manager (boss@castlebrook.example)",
        "the owner of the service (Approver One)",
    ];
    says(&offer, &stated);
    assert!(!offer.text.contains("zqsteps") && !offer.text.contains("Why strong"), "{}", offer.text);
    let number = ordered(&building).await;

    let sent = record(&building, &number).await;
    assert_eq!(sent["state"], "waiting_approval");
    assert_eq!(sent["title"], "New laptop");
    let fields = &sent["fields"];
    assert_eq!((&fields["form_version"], &fields["waits_for"]), (&json!(1), &json!(["boss@castlebrook.example"])));
    assert_eq!(fields["answers"], json!({"device": "Light", "start_date": "2026-12-07"}));
    // Wednesday and five working days.
    let clocks = sent["clocks"].as_array().expect("clocks");
    let delivery = clocks.iter().find(|clock| clock["name"] == "fulfilment").expect("a clock");
    assert_eq!(delivery["due"], "2026-12-03T00:00:00Z", "to the end of the fifth day, where a service names no hours");
    assert_eq!(fields["due"], Json::Null, "nobody typed a day");
    is(&moved(&building, &number, "in_progress").await, StatusCode::CONFLICT);
    is(&moved(&building, &number, "approved").await, StatusCode::UNPROCESSABLE_ENTITY);

    by_link(&building, &number).await;
    by_stand_in(&building, &number).await;
    let allowed = record(&building, &number).await;
    assert_eq!(allowed["state"], "approved");
    let rows = allowed["fields"]["approvals"].as_array().expect("rows").clone();
    let who: Vec<_> = rows.iter().map(|row| (row["approver"].as_str(), row["by"].as_str())).collect();
    let (boss, owner) = (Some("boss@castlebrook.example"), Some("approver@tidewell.example"));
    assert_eq!(who, [(boss, Some(DEPUTY)), (owner, Some("process-owner@tidewell.example"))]);
    assert_eq!(allowed["fields"].get("waits_for"), None);

    tasks_in_order(&building, &number).await;
    the_word_of_the_customer(&building, &number).await;
    let verdict = world.desk.verify(&mut |_| {}).await.expect("a verdict");
    assert_eq!(verdict.first, Vec::<String>::new());
}

/// The line manager is away; the deputy has no account and answers by a link, which is good once.
async fn by_link(building: &Building, number: &str) {
    let own = building.form(CUSTOMER, &format!("/approvals/{number}"), &pairs(&[("decision", "approve")])).await;
    is(&own, StatusCode::FORBIDDEN);
    let handed = building.get(CUSTOMER, &format!("/approvals/{number}")).await;
    is(&handed, StatusCode::FORBIDDEN);
    let page = building.get(AGENT, &format!("/approvals/{number}")).await;
    says(&page, &[DEPUTY, "stands in for boss@castlebrook.example"]);
    let stranger =
        building.form(AGENT, &format!("/approvals/{number}/link"), &pairs(&[("person", "x@y.example")])).await;
    is(&stranger, StatusCode::UNPROCESSABLE_ENTITY);
    let letter = building.form(AGENT, &format!("/approvals/{number}/link"), &pairs(&[("person", DEPUTY)])).await;
    let (_, rest) = letter.text.split_once("/decide/").expect("a link");
    let secret: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let link = format!("/decide/{secret}");
    for _ in 0..2 {
        let shown = building.get(Who::Nobody, &link).await;
        is(&shown, StatusCode::OK);
        says(&shown, &["New laptop", "1290 EUR", "For a new colleague"]);
        assert_eq!(record(building, number).await["state"], "waiting_approval", "looking decides nothing");
    }
    let silent = building.form(Who::Nobody, &link, &pairs(&[("decision", "refuse")])).await;
    is(&silent, StatusCode::UNPROCESSABLE_ENTITY);
    says(&silent, &["Say why you refuse"]);
    let yes = building.form(Who::Nobody, &link, &pairs(&[("decision", "approve"), ("reason", "Needed")])).await;
    is(&yes, StatusCode::OK);
    let again = building.form(Who::Nobody, &link, &pairs(&[("decision", "approve")])).await;
    is(&again, StatusCode::NOT_FOUND);
    is(&building.get(Who::Nobody, &link).await, StatusCode::NOT_FOUND);
}

/// The owner of the service is away as well; whoever stands in finds it on their own page.
async fn by_stand_in(building: &Building, number: &str) {
    let stand_in = Who::Mail("process-owner@tidewell.example");
    let page = building.get(stand_in, "/approvals").await;
    says(&page, &["New laptop", "1290 EUR", "Approver One, who is away"]);
    says(&building.get(stand_in, "/").await, &["One approval"]);
    let other = building.get(AGENT, "/approvals").await;
    says(&other, &["Nothing waits for your approval."]);
    let yes = building.form(stand_in, &format!("/approvals/{number}"), &pairs(&[("decision", "approve")])).await;
    is(&yes, StatusCode::SEE_OTHER);
}

async fn tasks_in_order(building: &Building, number: &str) {
    let path = format!("/api/v1/service_requests/{number}");
    let tasks = record(building, number).await["fields"]["tasks"].clone();
    let names: Vec<_> = tasks.as_array().expect("rows").iter().map(|task| task["name"].clone()).collect();
    assert_eq!(names, ["order", "install", "dock"]);
    let done = |which: &[usize]| {
        let mut tasks = tasks.clone();
        which.iter().for_each(|at| tasks[*at]["state"] = json!("done"));
        json!({"fields": {"tasks": tasks}})
    };
    let early = building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &done(&[1])).await;
    is(&early, StatusCode::UNPROCESSABLE_ENTITY);
    says(&early, &["comes after", "Order the laptop"]);
    let complete = json!({"fields": {"priority": "P4", "outcome": "Here it is"}});
    is(&building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &complete).await, StatusCode::OK);
    let open = moved(building, number, "fulfilled").await;
    is(&open, StatusCode::UNPROCESSABLE_ENTITY);
    says(&open, &["is not done yet"]);
    is(&building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &done(&[0, 1, 2])).await, StatusCode::OK);
    let signed = record(building, number).await;
    assert_eq!(signed["fields"]["tasks"][0]["done_by"], "administrator@tidewell.example");
    is(&moved(building, number, "fulfilled").await, StatusCode::OK);
}

async fn the_word_of_the_customer(building: &Building, number: &str) {
    let note = json!({"text": "zqinternal words", "public": false});
    let path = format!("/api/v1/service_requests/{number}/notes");
    is(&building.send(AGENT, Method::POST, &path, &[], &note).await, StatusCode::CREATED);
    let place = format!("/portal/requests/{number}");
    let said = building.form(CUSTOMER, &format!("{place}/reply"), &pairs(&[("text", "It has come, thank you")])).await;
    is(&said, StatusCode::SEE_OTHER);
    let page = building.get(CUSTOMER, &place).await;
    says(
        &page,
        &["Done", "How did we do?", "Here it is", "It has come, thank you", "Which one", "Needed", "has allowed it"],
    );
    for hidden in ["zqinternal", "zqsteps", "Order the laptop", "Install it", "waits_for", "P4"] {
        assert!(!page.text.contains(hidden), "{hidden} is told to the customer");
    }
    let empty = building.form(CUSTOMER, &format!("{place}/rate"), &[]).await;
    is(&empty, StatusCode::UNPROCESSABLE_ENTITY);
    let rated = pairs(&[("rating", "2"), ("comment", "It took long")]);
    is(&building.form(CUSTOMER, &format!("{place}/rate"), &rated).await, StatusCode::SEE_OTHER);
    says(&building.get(CUSTOMER, &place).await, &["Your answer to how we did", "Unhappy"]);
    let kept = building.get(OWNER, "/api/v1/feedbacks/FBK-1").await.json();
    let fields = &kept["fields"];
    assert_eq!((&kept["state"], &fields["ticket"]), (&json!("to_follow_up"), &json!(number)));
    assert_eq!((&fields["owner"], &fields["service"]), (&json!("sms-manager@tidewell.example"), &json!("SVC-1")));
    is(&building.form(CUSTOMER, &format!("{place}/rate"), &rated).await, StatusCode::SEE_OTHER);
    is(&building.get(OWNER, "/api/v1/feedbacks/FBK-2").await, StatusCode::NOT_FOUND);
}

async fn an_answer_that_is_missing_is_named_on_every_way(database: Database) {
    let (_world, building) = furnished(database).await;
    let page = building
        .form(CUSTOMER, "/portal/order/RQM-1", &pairs(&[("answers.device", "Light"), ("answers.start_date", "")]))
        .await;
    is(&page, StatusCode::UNPROCESSABLE_ENTITY);
    says(&page, &["Start date is needed", "href=\"#f-answers.start_date\""]);
    // One answer leads to a question that was not shown: it comes, and nothing is sent.
    let more = building
        .form(
            CUSTOMER,
            "/portal/order/RQM-1",
            &pairs(&[("answers.device", "Strong"), ("answers.start_date", "2026-12-07")]),
        )
        .await;
    is(&more, StatusCode::OK);
    says(&more, &["one more question", "Why strong", "2026-12-07"]);
    for (answers, words) in [
        (json!(null), "device: Which one is needed"),
        (json!({"device": "Light", "start_date": "soon"}), "start_date: \\\"soon\\\" is not a date"),
        (json!({"device": "Strong", "start_date": "2026-12-07"}), "why: Why strong is needed"),
        (
            json!({"device": "Light", "start_date": "2026-12-07", "start_dat": 1}),
            "there is no such question, did you mean \\\"start_date",
        ),
    ] {
        let body = json!({"fields": {"model": "RQM-1", "answers": answers}});
        let refused = building.send(OWNER, Method::POST, "/api/v1/service_requests", &[], &body).await;
        is(&refused, StatusCode::UNPROCESSABLE_ENTITY);
        says(&refused, &[words, "\"field\":\"answers\""]);
    }
    let form = [("model", "RQM-1"), ("__terms", "RQM-1"), ("title", "By hand"), ("answers.device", "Light")];
    let form = pairs(&form);
    let agent = building.form(AGENT, "/service_requests/new", &form).await;
    is(&agent, StatusCode::UNPROCESSABLE_ENTITY);
    says(&agent, &["Start date is needed", "name=\"answers.start_date\""]);
}

/// Complaint 41: what is offered is a matter of the customer who looks.
async fn what_is_offered_to_others_cannot_be_ordered(database: Database) {
    let (_world, building) = furnished(database).await;
    is(&building.get(CUSTOMER, "/portal/order/RQM-2").await, StatusCode::NOT_FOUND);
    for model in ["RQM-2", "RQM-9"] {
        let body = json!({"title": "T", "fields": {"model": model}});
        let refused = building.send(CUSTOMER, Method::POST, "/api/v1/service_requests", &[], &body).await;
        is(&refused, StatusCode::UNPROCESSABLE_ENTITY);
        says(&refused, &[&format!("there is no request model {model}")]);
    }
}

async fn a_refusal_ends_it_and_says_why(database: Database) {
    let (world, building) = furnished(database).await;
    let number = ordered(&building).await;
    let boss = model::Actor { email: "boss@castlebrook.example".into(), roles: Vec::new(), ..owner() };
    let target = Target { kind: "service_request".into(), number: number.clone(), version: None };
    let refuse = Command::Decide { target, approve: false, reason: "No money left".into() };
    world.desk.perform(&boss, refuse, now()).await.expect("whoever is away may still decide");
    let page = building.get(CUSTOMER, &format!("/portal/requests/{number}")).await;
    says(&page, &["Not allowed", "No money left", "has refused it"]);
    is(&moved(&building, &number, "in_progress").await, StatusCode::OK);
    assert_eq!(record(&building, &number).await["state"], "waiting_approval", "taken up again, it is asked for again");
}

async fn complaints_and_compliments_are_on_record(database: Database) {
    let (_world, building) = furnished(database).await;
    let complaint = pairs(&[("about", "complaint"), ("text", "Nobody calls back"), ("service", "SVC-1")]);
    is(&building.form(CUSTOMER, "/portal/say", &complaint).await, StatusCode::SEE_OTHER);
    let kept = building.get(OWNER, "/api/v1/complaints/CPT-1").await.json();
    assert_eq!(kept["fields"]["owner"], "sms-manager@tidewell.example");
    assert_eq!(
        (&kept["customer"], &kept["fields"]["requester"]),
        (&json!("CUS-1"), &json!("customer-user@tidewell.example"))
    );
    says(&building.get(CUSTOMER, "/portal/say").await, &["Nobody calls back"]);
    let thanks = pairs(&[("about", "compliment"), ("text", "So friendly")]);
    is(&building.form(CUSTOMER, "/portal/say", &thanks).await, StatusCode::SEE_OTHER);
    let kept = building.get(OWNER, "/api/v1/feedbacks/FBK-1").await.json();
    assert_eq!((&kept["fields"]["nature"], &kept["state"]), (&json!("compliment"), &json!("received")));
    is(
        &building.form(CUSTOMER, "/portal/say", &pairs(&[("about", "complaint")])).await,
        StatusCode::UNPROCESSABLE_ENTITY,
    );
    let report = pairs(&[("title", "Till is offline"), ("description", "Since eight"), ("service", "SVC-1")]);
    is(&building.form(CUSTOMER, "/portal/report", &report).await, StatusCode::SEE_OTHER);
    says(&building.get(CUSTOMER, "/portal/requests").await, &["Till is offline", "Nobody calls back"]);
    says(&building.get(CUSTOMER, "/portal/search?q=offline").await, &["Till is offline", "Your requests"]);
}

async fn approvals_cannot_be_typed(database: Database) {
    let (_world, building) = furnished(database).await;
    let number = ordered(&building).await;
    let path = format!("/api/v1/service_requests/{number}");
    let rows =
        json!([{"stage": 1, "approver": "boss@castlebrook.example", "decision": "approved", "by": "me@x.example"}]);
    for fields in
        [json!({"approvals": rows}), json!({"waits_for": []}), json!({"form_version": 7}), json!({"price": 1})]
    {
        let answer = building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &json!({"fields": fields})).await;
        is(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        says(&answer, &["is filled in by itself"]);
    }
    // What was read may be sent back.
    let same = record(&building, &number).await["fields"]["approvals"].clone();
    let body = json!({"fields": {"approvals": same}});
    is(&building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &body).await, StatusCode::OK);
}

/// What the program mails to somebody about the approval of another.
async fn asked(world: &World, number: &str, version: i64, to: &str, approver: &str) -> Option<mail::Letter> {
    let payload = json!({"kind": "service_request", "number": number, "version": version, "occasion": "approval", "to": to, "note": approver});
    let outgoing = world.desk.write_answer(&payload, now()).await.expect("a letter or none")?;
    assert_eq!(outgoing.to, to);
    mail::read(&outgoing.raw).letter.ok()
}

async fn promised(world: &World) -> usize {
    let jobs = world.desk.jobs(&owner(), now()).await.expect("jobs");
    jobs.iter().filter(|job| job.name == desk::post::SEND).count()
}

async fn whoever_is_asked_is_sent_a_link(database: Database) {
    let (world, building) = furnished(database).await;
    world.desk.save_mailbox(&owner(), None, answering(), now()).await.expect("a mailbox");
    let number = ordered(&building).await;
    let boss = "boss@castlebrook.example";
    assert_eq!(promised(&world).await, 2, "the receipt, and the letter to the first who is asked");
    let letter = asked(&world, &number, 1, boss, boss).await.expect("a letter");
    assert_eq!(letter.subject, format!("Approval of {number}: New laptop"));
    assert!(letter.text.contains("asks for your approval") && letter.text.contains("good once"), "{}", letter.text);
    // The boss is away: whoever stands in gets a letter and a link of their own.
    assert_eq!(promised(&world).await, 3);
    let letter = asked(&world, &number, 1, DEPUTY, boss).await.expect("a letter");
    let (_, rest) = letter.text.split_once("/decide/").expect("a link");
    let link = format!("/decide/{}", rest.split_whitespace().next().expect("a secret"));
    let yes = building.form(Who::Nobody, &link, &pairs(&[("decision", "approve"), ("reason", "Needed")])).await;
    is(&yes, StatusCode::OK);
    assert_eq!(record(&building, &number).await["fields"]["waits_for"], json!(["approver@tidewell.example"]));
    assert_eq!(promised(&world).await, 4, "now the next is asked");
    assert!(asked(&world, &number, 2, boss, boss).await.is_none(), "nobody waits for the boss any more");
    let next = asked(&world, &number, 2, "approver@tidewell.example", "approver@tidewell.example").await;
    assert!(next.is_some_and(|letter| letter.text.contains("/decide/")), "the second stage has a letter of its own");
    // A change of something else asks nobody again.
    let path = format!("/api/v1/service_requests/{number}");
    let later = json!({"fields": {"description": "For Noor"}});
    is(&building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &later).await, StatusCode::OK);
    assert_eq!(promised(&world).await, 5, "only the stand-in of the second stage");
}
