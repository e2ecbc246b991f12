//! Lists, pickers, counters, forms and imports that must not slow down as a house fills. What they cost is counted in
//! statements: time on a busy machine proves nothing.

use std::time::{Duration, Instant};

use axum::http::Method;
use desk::{jobs::Doing, own_fields::NewField, post};
use futures::FutureExt;
use model::{
    Job,
    time::{HOUR, SECOND},
};
use serde_json::{Value as Json, json};

use super::house::{AGENT, House, pairs};
use crate::{
    building::{OWNER, Who, untouched},
    mail::house::{House as Mailbox, KIM, machine, message},
    world::{Database, World, now},
};

both_databases!(
    a_list_of_closed_tickets_costs_the_same_however_many_there_are,
    a_list_reads_no_long_text_that_it_does_not_show,
    fifty_rows_ask_the_database_no_more_than_five,
    a_number_that_is_typed_into_a_picker_is_found_by_itself,
    a_list_of_people_counts_no_tickets,
    closing_a_ticket_recounts_no_queue,
    mail_goes_out_while_other_work_hangs,
    health_is_told_by_how_long_work_waits_and_not_by_how_much,
    a_form_opens_with_five_hundred_teams_and_three_hundred_own_fields,
    an_import_promises_no_work_for_each_row,
    a_message_of_endless_markup_is_read_at_once,
    a_ticket_is_made_as_fast_where_its_service_has_thousands,
);

const FEW: usize = 60;
const MANY: usize = 600;

fn ticket(at: usize, state: &str, fields: Json) -> Json {
    let mut line = json!({"kind": "incident", "number": format!("INC-{at}"), "title": format!("Ticket {at}"), "state": state,
        "fields": {"service": "SVC-1", "category": "other", "impact": "low", "urgency": "low"}});
    for (name, value) in fields.as_object().expect("fields") {
        line["fields"][name] = value.clone();
    }
    line
}

fn rows(page: &str) -> usize {
    page.matches("<tr data-href").count()
}

/// Complaint 1: a page of a list costs what stands on the page, not what stands behind it.
async fn a_list_of_closed_tickets_costs_the_same_however_many_there_are(database: Database) {
    let house = House::new(database).await;
    let list = "/incidents?filter=state+%3D+closed";
    let api = "/api/v1/incidents?filter=state+%3D+closed&page_size=50";
    house.lines((1..=FEW).map(|at| ticket(at, "closed", json!({})))).await;
    let (page_few, page) = house.cost(AGENT, list).await;
    let (api_few, _) = house.cost(AGENT, api).await;
    assert_eq!(rows(&page.text), 50);
    house.lines((FEW + 1..=MANY).map(|at| ticket(at, "closed", json!({})))).await;
    let (page_many, page) = house.cost(AGENT, list).await;
    let (api_many, first) = house.cost(AGENT, api).await;
    assert_eq!(rows(&page.text), 50);
    assert_eq!((page_many, api_many), (page_few, api_few), "ten times as many tickets");
    assert!(api_many <= 4, "who asks and what they see: {api_many} statements");
    // The last page is as cheap as the first: nothing is counted off before it.
    let (mut token, mut seen) = (first.json()["next_page_token"].clone(), 50);
    while let Some(next) = token.as_str() {
        let (cost, answer) = house.cost(AGENT, &format!("{api}&page_token={next}")).await;
        assert_eq!(cost, api_few);
        let answer = answer.json();
        seen += answer["items"].as_array().expect("items").len();
        token = answer["next_page_token"].clone();
    }
    assert_eq!(seen, MANY);
}

/// Complaint 2: what a list does not show, it does not carry along.
async fn a_list_reads_no_long_text_that_it_does_not_show(database: Database) {
    let (lean, heavy) = (House::new(database).await, House::new(database).await);
    let long = "zanzibar ".repeat(10_000);
    lean.lines((1..=FEW).map(|at| ticket(at, "new", json!({"description": "zanzibar"})))).await;
    heavy.lines((1..=FEW).map(|at| ticket(at, "new", json!({"description": long})))).await;
    for path in ["/incidents", "/api/v1/incidents?fields=number,title,priority&page_size=50", "/incidents.csv"] {
        let (lean_cost, lean) = lean.cost(OWNER, path).await;
        let (heavy_cost, heavy) = heavy.cost(OWNER, path).await;
        assert!(!heavy.text.contains("zanzibar"), "{path}");
        assert_eq!(heavy_cost, lean_cost, "{path}");
        // Around a list of a page stands what other pages tell; machines get the list alone.
        assert!(path == "/incidents" || heavy.text.len() == lean.text.len(), "{path}: {} bytes", heavy.text.len());
    }
    let (_, asked) = heavy.cost(OWNER, "/api/v1/incidents?fields=description&page_size=1").await;
    assert!(asked.text.contains("zanzibar"), "asked for, it comes");
}

/// Complaint 3: a row is drawn from what was read for the page; no row asks for itself.
async fn fifty_rows_ask_the_database_no_more_than_five(database: Database) {
    let house = House::new(database).await;
    let mut lines = Vec::new();
    for at in 1..=55 {
        let person = format!("person{at}@tidewell.example");
        lines.push(json!({"kind": "service", "number": format!("SVC-{at}"), "fields": {"name": format!("Service number {at}")}}));
        lines.push(
            json!({"kind": "team", "number": format!("TM-{at}"), "fields": {"name": format!("Team number {at}")}}),
        );
        lines.push(json!({"kind": "customer", "number": format!("CUS-{at}"), "fields": {"name": format!("Customer number {at}")}}));
        lines.push(json!({"kind": "person", "number": format!("PER-{at}"), "fields": {"name": format!("Person number {at}"), "email": person}}));
        let symptom = if at <= 5 { "few" } else { "many" };
        let own = json!({"service": format!("SVC-{at}"), "team": format!("TM-{at}"), "customer": format!("CUS-{at}"),
            "owner": person, "requester": person, "symptom": symptom});
        lines.push(ticket(at, "in_progress", own));
    }
    house.lines(lines).await;
    let path = |symptom: &str| {
        format!("/incidents?filter=symptom+%3D+{symptom}&fields=number,title,service,team,customer,owner,requester")
    };
    let (five, few) = house.cost(AGENT, &path("few")).await;
    let (fifty, many) = house.cost(AGENT, &path("many")).await;
    assert_eq!((rows(&few.text), rows(&many.text)), (5, 50));
    for words in ["Service number 55", "Team number 6", "Customer number 30", "Person number 41"] {
        assert!(many.text.contains(words), "{words} is not named");
    }
    assert_eq!(fifty, five, "each row of fifty names five others");
}

/// Complaint 4: a number is a key; whoever types one whole waits for no search.
async fn a_number_that_is_typed_into_a_picker_is_found_by_itself(database: Database) {
    let house = House::new(database).await;
    let path = "/lookup?kinds=incident&q=INC-12";
    house.lines((1..=FEW).map(|at| ticket(at, "closed", json!({})))).await;
    let (few, _) = house.cost(AGENT, path).await;
    house.lines((FEW + 1..=MANY).map(|at| ticket(at, "closed", json!({})))).await;
    let (many, found) = house.cost(AGENT, path).await;
    assert_eq!(many, few, "ten times as many tickets");
    let found = found.json();
    assert_eq!(found[0], json!({"value": "INC-12", "label": "Ticket 12"}), "it stands before those that begin like it");
    let (_, none) = house.cost(AGENT, "/lookup?kinds=incident&q=INC-99999").await;
    assert!(!none.text.contains("INC-12"), "{}", none.text);
}

/// Complaint 5: a list of people is a list of people, whatever they have asked for.
async fn a_list_of_people_counts_no_tickets(database: Database) {
    let house = House::new(database).await;
    let mail = |at: usize| format!("person{at}@tidewell.example");
    let person = |at: usize| json!({"kind": "person", "number": format!("PER-{at}"), "fields": {"name": format!("Person {at}"), "email": mail(at)}});
    house.lines((1..=20).map(person)).await;
    let paths = ["/people", "/api/v1/people?page_size=20", "/lookup?people=yes&q=person", "/teams", "/services"];
    let mut before = Vec::new();
    for path in paths {
        before.push(house.cost(OWNER, path).await.0);
    }
    let asked =
        |at: usize| ticket(at, "in_progress", json!({"requester": mail(at % 20 + 1), "owner": mail(at % 7 + 1)}));
    house.lines((1..=MANY).map(asked)).await;
    for (path, before) in paths.into_iter().zip(before) {
        let (after, answer) = house.cost(OWNER, path).await;
        assert_eq!(after, before, "{path} with {MANY} tickets of theirs");
        assert!(!path.contains("people") || answer.text.contains("Person 1"), "{path}: {}", answer.text);
    }
}

/// Complaint 6: counters move by one when one ticket moves.
async fn closing_a_ticket_recounts_no_queue(database: Database) {
    let house = House::new(database).await;
    let open = async |wanted: usize| {
        let page = house.building.get(OWNER, "/incidents").await.text;
        assert!(page.contains(&format!("Open <span>{wanted}</span>")), "{wanted} are open: {page}");
    };
    let resolve = |from: usize| {
        (from..from + 3).map(|at| {
            let body = json!({"to": "resolved", "fields": {"resolution": "Restarted"}});
            (format!("/api/v1/incidents/INC-{at}/transitions"), body)
        })
    };
    house.lines((1..=FEW).map(|at| ticket(at, "in_progress", json!({})))).await;
    open(FEW).await;
    let few = house.cost_of_writing(resolve(1)).await;
    open(FEW - 3).await;
    house.lines((FEW + 1..=MANY).map(|at| ticket(at, "in_progress", json!({})))).await;
    open(MANY - 3).await;
    let many = house.cost_of_writing(resolve(100)).await;
    open(MANY - 6).await;
    assert_eq!(many, few, "ten times as many tickets in the queues");
}

/// Complaint 7: mail has a lane of its own; whatever else hangs, it goes out.
async fn mail_goes_out_while_other_work_hangs(database: Database) {
    let world = World::new(database).await;
    let job = |name: &'static str| Job { name, payload: Json::Null, run_at: now(), key: None };
    for _ in 0..50 {
        world.desk.promise(job("hangs"), now()).await.expect("a promise");
    }
    world.desk.promise(job(post::SEND), now()).await.expect("a promise");
    let doings = vec![
        Doing { name: "hangs", run: |_, _, _| std::future::pending().boxed() },
        Doing { name: post::SEND, run: |_, _, _| async { Ok(()) }.boxed() },
    ];
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let desk = world.desk.clone();
    let worker = tokio::spawn(async move { desk.work(doings, std::sync::Arc::new(now), stopped).await });
    let begun = Instant::now();
    loop {
        let jobs = world.desk.jobs(&machine(), now()).await.expect("jobs");
        let hangs = jobs.iter().filter(|job| job.name == "hangs").count();
        let taken = jobs.iter().any(|job| job.name == "hangs" && job.attempts > 0);
        assert_eq!(hangs, 50, "nothing of that is done");
        if taken && jobs.iter().all(|job| job.name != post::SEND) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "mail waits behind other work: {jobs:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    worker.abort();
}

/// Complaint 8: the age of the oldest work that is due is the figure to watch; a long queue is no illness.
async fn health_is_told_by_how_long_work_waits_and_not_by_how_much(database: Database) {
    let house = House::new(database).await;
    let job = |name: &'static str, run_at| Job { name, payload: Json::Null, run_at, key: None };
    for _ in 0..300 {
        house.world.desk.promise(job("later", now().plus(5 * HOUR)), now()).await.expect("a promise");
    }
    house.world.desk.promise(job(post::SEND, now()), now()).await.expect("a promise");
    house.building.turn_to(now().plus(2 * HOUR + 30 * SECOND));
    let told = async || {
        let ready = house.building.get(Who::Nobody, "/readyz").await;
        assert_eq!((ready.status.as_u16(), ready.text.as_str()), (200, "{\"ready\":true}"), "it works, whatever waits");
        house.building.get(Who::Nobody, "/metrics").await.text
    };
    let text = told().await;
    for line in
        ["lag_seconds{lane=\"mail-send\"} 7230\n", "lag_seconds{lane=\"house\"} 0\n", "{state=\"waiting\"} 301\n"]
    {
        assert!(
            text.contains(&format!("plumbline_job_{line}")) || text.contains(&format!("plumbline_jobs{line}")),
            "{line} is not in {text}"
        );
    }
    let send = [Doing { name: post::SEND, run: |_, _, _| async { Ok(()) }.boxed() }];
    house.world.desk.work_once(&send, house.building.now()).await.expect("work");
    let text = told().await;
    assert!(text.contains("plumbline_job_lag_seconds{lane=\"mail-send\"} 0\n"), "{text}");
    // The three hundred are due and nobody does them.
    house.building.turn_to(now().plus(6 * HOUR));
    assert!(told().await.contains("plumbline_job_lag_seconds{lane=\"house\"} 3600\n"));
}

/// Complaint 9: a form is written by the server, and what can be looked up is not sent along.
async fn a_form_opens_with_five_hundred_teams_and_three_hundred_own_fields(database: Database) {
    let house = House::new(database).await;
    let (bare, _) = house.cost(OWNER, "/incidents/new").await;
    for at in 0..300 {
        let field = NewField {
            name: format!("own_{at}"),
            label: format!("Own field {at}"),
            ty: "text".into(),
            ..NewField::default()
        };
        house.world.desk.add_field(&machine(), "incident", field, now()).await.expect("a field");
    }
    let team = |at: usize| json!({"kind": "team", "number": format!("TM-{at}"), "fields": {"name": format!("Team number {at}")}});
    house.lines((1..=500).map(team)).await;
    let (full, page) = house.cost(OWNER, "/incidents/new").await;
    assert_eq!(full, bare, "the form asks no more of the database");
    assert_eq!(page.text.matches("name=\"x_own_").count(), 300);
    assert!(page.text.matches("Team number").count() <= 50, "teams are looked up as they are typed");
    assert!(page.text.len() < 600_000, "{} bytes", page.text.len());
    let (_, found) = house.cost(OWNER, "/lookup?kinds=team&q=TM-499").await;
    assert_eq!(found.json()[0]["label"], "Team number 499");
    let mut sent = untouched(&page.text, "/incidents/new");
    for (name, value) in pairs(&[("title", "Full of fields"), ("team", "TM-499"), ("x_own_299", "the last one")]) {
        sent.retain(|pair| pair.0 != name);
        sent.push((name, value));
    }
    let answer = house.building.form(OWNER, "/incidents/new", &sent).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let kept = house.read(&format!("/api/v1{}", answer.header("location"))).await;
    assert_eq!((&kept["fields"]["x_own_299"], &kept["fields"]["team"]), (&json!("the last one"), &json!("TM-499")));
}

/// Complaint 10: many rows are taken in many at a time, and none of them leaves work behind.
async fn an_import_promises_no_work_for_each_row(database: Database) {
    let house = House::new(database).await;
    let lines = |from: usize, to: usize| (from..=to).map(|at| ticket(at, "in_progress", json!({})));
    let before = house.world.desk.statements();
    house.lines(lines(1, MANY / 2)).await;
    let first = house.world.desk.statements() - before;
    let (waiting, _) = house.world.desk.job_counts().await.expect("jobs");
    assert!(waiting < 10, "{waiting} jobs wait after {} rows", MANY / 2);
    let before = house.world.desk.statements();
    house.lines(lines(MANY / 2 + 1, MANY)).await;
    let second = house.world.desk.statements() - before;
    assert!(second <= first + first / 10, "{first} statements for the first half, {second} for the second");
    assert_eq!(house.world.desk.job_counts().await.expect("jobs"), (waiting, 0));
}

/// Complaint 11: cleaning takes time by the size of a message alone, and as it came it can always be read.
async fn a_message_of_endless_markup_is_read_at_once(database: Database) {
    let mut mailbox = Mailbox::new(database).await;
    let nested = "<div><b><table><tr><td>".repeat(60_000);
    let raw = message(KIM, "endless@harbour.example", "Nested", "Content-Type: text/html; charset=utf-8\r\n", "")
        .trim_end()
        .to_string()
        + &format!("\r\n\r\n<p>The printer smokes.</p>{nested}<script>steal()</script>\r\n");
    let begun = Instant::now();
    let taken = mailbox.take(raw.clone()).await;
    let building = crate::building::Building::over(&mailbox.world.desk).await;
    let path = format!("/administration/mail/messages/{}", taken.id);
    let page = building.get(OWNER, &path).await;
    assert!(begun.elapsed() < Duration::from_secs(30), "it took {:?}", begun.elapsed());
    assert_eq!(page.status, 200, "{:.500}", page.text);
    assert!(
        page.text.contains("The printer smokes.") && !page.text.contains("steal()</script>"),
        "{:.3000}",
        page.text
    );
    let kept = building.get(OWNER, &format!("{path}/raw")).await;
    assert!(kept.text == raw, "as it came, byte for byte");
}

/// Complaint 12: what a ticket belongs to is not counted anew when one more belongs to it.
async fn a_ticket_is_made_as_fast_where_its_service_has_thousands(database: Database) {
    let house = House::new(database).await;
    house
        .lines([
            json!({"kind": "service", "number": "SVC-1", "fields": {"name": "Payments"}}),
            json!({"kind": "customer", "number": "CUS-1", "fields": {"name": "Harbour"}}),
            ticket(1, "in_progress", json!({})),
        ])
        .await;
    let made = || {
        let fields = json!({"service": "SVC-1", "customer": "CUS-1", "impact": "low", "urgency": "low"});
        (0..3).map(move |_| ("/api/v1/incidents".to_string(), json!({"title": "One more", "fields": fields.clone()})))
    };
    let tied = |from: usize| {
        (from..from + 3)
            .map(|at| (format!("/api/v1/incidents/INC-{at}/links"), json!({"type": "part_of", "to": "INC-1"})))
    };
    let child = |at: usize| {
        let mut line = ticket(at, "in_progress", json!({"customer": "CUS-1"}));
        line["links"] = json!([{"type": "part_of", "to": "INC-1"}]);
        line
    };
    house.lines((2..=10).map(|at| ticket(at, "in_progress", json!({})))).await;
    let few = (house.cost_of_writing(made()).await, house.cost_of_writing(tied(2)).await);
    house.lines((1_001..=1_000 + MANY).map(child)).await;
    let many = (house.cost_of_writing(made()).await, house.cost_of_writing(tied(5)).await);
    assert_eq!(many, few, "of a service and a parent with {MANY} tickets");
    let body = json!({"title": "And found", "fields": {"service": "SVC-1"}});
    let answer = house.building.send(OWNER, Method::POST, "/api/v1/incidents", &[], &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}
