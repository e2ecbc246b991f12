//! Service reports: figures that are counted by the rules, frozen, never changed, corrected by a new edition, made when their
//! period is over, and seen by a customer once they are released.

use axum::http::{Method, StatusCode};
use desk::Desk;
use engines::conformity::State;
use model::{Actor, Command, Input, Moment, Refusal, Role, Target, Via};
use plumbline::duties;
use serde_json::{Value as Json, json};
use web::pages::reports::{Asked, make, make_due};

use crate::{
    building::{BYSTANDER, Building, CUSTOMER, Who, mail},
    world::{Database, World, at},
};

both_databases!(
    figures_are_counted_by_the_rules_and_frozen,
    a_correction_is_a_new_edition,
    a_report_is_made_when_its_period_is_over,
    as_of_the_end_of_a_period_what_came_later_does_not_count,
    a_customer_sees_its_own_reports_once_they_are_released,
    nobody_types_a_figure,
    a_missing_report_is_found_by_the_check,
);

const INES: &str = "ines@tidewell.example";

fn ines() -> Actor {
    Actor { email: INES.into(), name: "Ines".into(), roles: vec![Role::SmsManager], ..Actor::system("x", Via::Web) }
}

/// Two customers, two services, and what happened to them in October 2026.
async fn house(database: Database) -> World {
    let world = World::new(database).await;
    let lines = [
        json!({"kind": "customer", "number": "CUS-1", "title": "Castlebrook"}),
        json!({"kind": "customer", "number": "CUS-2", "title": "Harbour"}),
        json!({"kind": "service", "number": "SVC-1", "title": "Mail", "fields": {"name": "Mail", "stage": "live", "customers": ["CUS-1", "CUS-2"]}}),
        json!({"kind": "service", "number": "SVC-2", "title": "Web", "fields": {"name": "Web", "stage": "live", "customers": ["CUS-2"]}}),
        json!({"kind": "sla", "number": "SLA-1", "state": "agreed", "fields": {"service": "SVC-1", "customer": "CUS-1", "agreed_on": "2025-11-01",
            "targets": [{"name": "availability", "kind": "availability", "number": 99.9, "unit": "percent", "period": "month", "comparison": "at-least"},
                {"name": "incident-resolution", "kind": "incident-resolution", "number": 90, "unit": "percent", "period": "month", "comparison": "at-least"}],
            "ticket_targets": [{"kind": "incident", "priority": "P1", "resolution": "PT4H"}],
            "workload_limits": [{"name": "incidents", "number": 2, "unit": "incidents", "period": "month"}],
            "exceptions": ["Faults of the customer's own line"]}}),
        json!({"kind": "sla_result", "number": "SLR-1", "fields": {"sla": "SLA-1", "target": "incident-resolution", "period": "2026-10", "actual": 50,
            "met": false, "reason": "Two people were ill."}}),
        json!({"kind": "outage", "number": "OUT-1", "state": "over", "fields": {"service": "SVC-1", "start": "2026-10-06T08:00:00Z", "end": "2026-10-06T09:24:00Z", "planned": false}}),
        json!({"kind": "outage", "number": "OUT-2", "state": "over", "fields": {"service": "SVC-1", "start": "2026-10-10T00:00:00Z", "end": "2026-10-10T02:00:00Z",
            "planned": true, "notice_on": "2026-10-01T00:00:00Z"}}),
        json!({"kind": "feedback", "number": "FBK-1", "state": "received", "fields": {"rating": 5, "service": "SVC-1", "customer": "CUS-1", "given_on": "2026-10-07"}}),
        json!({"kind": "feedback", "number": "FBK-2", "state": "followed_up", "fields": {"rating": 2, "service": "SVC-1", "customer": "CUS-1", "given_on": "2026-10-08"}}),
        json!({"kind": "report_definition", "number": "RDF-1", "title": "Service report for Castlebrook", "state": "current", "fields": {"name": "Service report for Castlebrook",
            "purpose": "Show it", "audience": ["customers"], "frequency": "monthly", "source": "Plumbline", "for_customer": "CUS-1", "owner": INES}}),
    ];
    let told = |mut line: Json| {
        if line["history"].is_null() {
            let state = line["state"].as_str().unwrap_or("current").to_string();
            line["history"] = json!([{"at": "2025-10-01T00:00:00Z", "by": INES, "state": state}]);
        }
        format!("{line}\n")
    };
    let text: String = lines.into_iter().map(told).collect();
    let report = world.import(&text).await;
    assert_eq!(report.refused, 0, "{:?}", report.refusals);
    for (number, customer, raised, resolved) in TICKETS {
        raise(&world, number, customer, raised).await;
        if let Some(resolved) = resolved {
            step(&world, number, "resolved", json!({"resolution": "Restarted"}), resolved).await;
        }
    }
    world
}

/// Number, customer, when it was raised and resolved.
const TICKETS: [(&str, &str, &str, Option<&str>); 5] = [
    ("INC-5", "CUS-1", "2026-09-29T08:00:00Z", Some("2026-09-29T09:00:00Z")),
    ("INC-1", "CUS-1", "2026-10-05T08:00:00Z", Some("2026-10-05T10:00:00Z")),
    ("INC-2", "CUS-1", "2026-10-06T08:00:00Z", Some("2026-10-06T20:00:00Z")),
    ("INC-3", "CUS-1", "2026-10-20T08:00:00Z", None),
    ("INC-4", "CUS-2", "2026-10-21T08:00:00Z", Some("2026-10-21T09:00:00Z")),
];

async fn raise(world: &World, number: &str, customer: &str, raised: &str) {
    let fields = json!({"title": format!("{number} is down"), "service": "SVC-1", "customer": customer, "impact": "high", "urgency": "high",
        "category": "network", "owner": INES});
    let Json::Object(fields) = fields else { panic!("fields") };
    let command = Command::Create { kind: "incident".into(), number: Some(number.into()), input: Input::json(fields) };
    world.desk.perform(&ines(), command, at(raised)).await.unwrap_or_else(|why| panic!("{number}: {why:?}"));
}

async fn step(world: &World, number: &str, to: &str, fields: Json, now: &str) {
    let Json::Object(fields) = fields else { panic!("fields") };
    let target = Target { kind: "incident".into(), number: number.into(), version: None };
    let command = Command::Step { target, to: to.into(), input: Input::json(fields), note: None, public: false };
    world.desk.perform(&ines(), command, at(now)).await.unwrap_or_else(|why| panic!("{number}: {why:?}"));
}

async fn made(desk: &Desk, period: &str, note: &str, now: &str) -> Result<String, Refusal> {
    let asked = Asked { definition: "RDF-1", period, as_of: None, change_note: note };
    make(desk, &ines(), &asked, at(now)).await
}

async fn report(desk: &Desk, number: &str) -> (String, i64, Json) {
    let shown = desk.show(&ines(), "report", number, None, at("2026-11-25T00:00:00Z")).await.expect("a report");
    let fields: Json = shown.fields().iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    (shown.state().to_string(), shown.version(), fields)
}

fn figure<'f>(fields: &'f Json, section: &str, name: &str) -> &'f Json {
    let all = fields["figures"].as_array().expect("figures");
    let found =
        all.iter().find(|one| one["section"] == section && one["name"].as_str().is_some_and(|own| own.contains(name)));
    found.unwrap_or_else(|| panic!("no {section}/{name} in {all:#?}"))
}

async fn figures_are_counted_by_the_rules_and_frozen(database: Database) {
    let world = house(database).await;
    let early = made(&world.desk, "2026-10", "", "2026-10-31T23:59:59Z").await.expect_err("October is not over");
    assert!(matches!(&early, Refusal::Invalid(errors) if errors[0].field == "period"), "{early}");
    let number = made(&world.desk, "2026-10", "", "2026-11-01T00:00:00Z").await.expect("a report");
    let (state, version, fields) = report(&world.desk, &number).await;
    assert_eq!((state.as_str(), &fields["edition"], &fields["customer"]), ("done", &json!(1), &json!("CUS-1")));
    assert_eq!(fields["as_of"], "2026-11-01T00:00:00Z");
    // R13: 744 hours less two that were announced, 84 minutes down: 44436 of 44520 minutes.
    let mail = figure(&fields, "availability", "Mail");
    assert_eq!((&mail["actual"], &mail["target"], &mail["met"]), (&json!(99.811), &json!(99.9), &json!(false)));
    assert_eq!((&mail["good"], &mail["whole"]), (&json!(44_436), &json!(44_520)));
    assert_eq!((mail["series"].as_array().map(Vec::len), &mail["series"][5]), (Some(31), &json!(84)));
    // R09: one in time, one late, one open past its goal; the other customer's and September's do not count.
    let target = figure(&fields, "service-levels", "Incident resolution");
    assert_eq!((&target["good"], &target["whole"], &target["actual"]), (&json!(1), &json!(3), &json!(33.33)));
    assert_eq!((&target["met"], &target["reason"]), (&json!(false), &json!("Two people were ill.")));
    assert_eq!(target["records"], json!(["INC-3", "INC-2"]));
    assert_eq!(figure(&fields, "service-levels", "P1 resolved in 4 h")["whole"], 3);
    assert_eq!(figure(&fields, "incidents", "Raised")["actual"], 3);
    assert_eq!(figure(&fields, "incidents", "Open at the end")["actual"], 1);
    assert_eq!(figure(&fields, "larger", "INC-2")["actual"], 720);
    assert_eq!(figure(&fields, "satisfaction", "Mean")["actual"], 3.5);
    // R28: more than the limit is over it.
    assert_eq!(figure(&fields, "workload", "incidents")["met"], false);
    let trends = fields["trends"].as_array().expect("trends");
    assert!(
        trends.iter().all(|trend| trend["values"].as_array().is_some_and(|values| values.len() >= 3)),
        "{trends:#?}"
    );
    assert_eq!(trends[0]["values"], json!([0, 1, 3]), "August, September, October");
    // What comes later moves nothing of it.
    world
        .import(
            "{\"kind\":\"outage\",\"number\":\"OUT-3\",\"state\":\"over\",\"fields\":{\"service\":\"SVC-1\",\"start\":\"2026-10-12T08:00:00Z\",\"end\":\"2026-10-12T18:00:00Z\",\"planned\":false}}\n",
        )
        .await;
    assert_eq!(report(&world.desk, &number).await, (state, version, fields.clone()));
    let target = Target { kind: "report".into(), number: number.clone(), version: None };
    for (name, value) in [
        ("period", json!("2026-09")),
        ("trends", json!([])),
        ("made_on", json!("2026-11-02")),
        ("customer", json!("CUS-2")),
    ] {
        let input = Input::json([(name.to_string(), value)]);
        let refused = world
            .desk
            .perform(&ines(), Command::Edit { target: target.clone(), input }, at("2026-11-02T00:00:00Z"))
            .await;
        assert!(
            matches!(&refused, Err(Refusal::Invalid(errors)) if errors[0].message.contains("frozen")),
            "{name}: {refused:?}"
        );
    }
    let back = Command::Step {
        target: target.clone(),
        to: "planned".into(),
        input: Input::default(),
        note: None,
        public: false,
    };
    assert!(world.desk.perform(&ines(), back, at("2026-11-02T00:00:00Z")).await.is_err(), "nobody thaws it");
    let words = Input::json([("text".to_string(), json!("A quiet month but for the sixth."))]);
    world
        .desk
        .perform(&ines(), Command::Edit { target, input: words }, at("2026-11-02T00:00:00Z"))
        .await
        .expect("words may be added");
}

async fn a_correction_is_a_new_edition(database: Database) {
    let world = house(database).await;
    let first = made(&world.desk, "2026-10", "", "2026-11-01T00:00:00Z").await.expect("a report");
    let again = made(&world.desk, "2026-10", "", "2026-11-02T00:00:00Z").await.expect_err("it is frozen");
    assert!(
        matches!(&again, Refusal::Invalid(errors) if errors[0].field == "change_note" && errors[0].message.contains(&first))
    );
    world
        .import("{\"kind\":\"outage\",\"number\":\"OUT-3\",\"state\":\"over\",\"fields\":{\"service\":\"SVC-1\",\"start\":\"2026-10-12T08:00:00Z\",\"end\":\"2026-10-12T18:00:00Z\",\"planned\":false}}\n")
        .await;
    let before = report(&world.desk, &first).await.2;
    let second = made(&world.desk, "2026-10", "An outage was found afterwards.", "2026-11-03T00:00:00Z")
        .await
        .expect("a new edition");
    let (state, _, old) = report(&world.desk, &first).await;
    assert_eq!(
        (state.as_str(), &old["figures"], &old["digest"]),
        ("superseded", &before["figures"], &before["digest"])
    );
    let (_, _, new) = report(&world.desk, &second).await;
    assert_eq!((&new["edition"], &new["replaces"]), (&json!(2), &json!(first)));
    assert_eq!(new["change_note"], "An outage was found afterwards.");
    assert_ne!(new["digest"], old["digest"]);
    assert_eq!(figure(&new, "availability", "Mail")["series"][11], 600);
}

async fn definition(world: &World, fields: Json, now: &str) {
    let target = Target { kind: "report_definition".into(), number: "RDF-1".into(), version: None };
    let Json::Object(fields) = fields else { panic!("fields") };
    world
        .desk
        .perform(&ines(), Command::Edit { target, input: Input::json(fields) }, at(now))
        .await
        .expect("it is edited");
}

async fn reports(desk: &Desk, now: Moment) -> Vec<(String, String)> {
    let query = model::Query { columns: vec!["period".into()], ..model::Query::of("report") };
    let found = desk.list(&ines(), &query, now).await.expect("a list").records;
    let period = |shown: &desk::Shown| shown.fields()["period"].as_text().unwrap_or_default().to_string();
    found.iter().rev().map(|shown| (shown.number().to_string(), period(shown))).collect()
}

async fn a_report_is_made_when_its_period_is_over(database: Database) {
    let world = house(database).await;
    let machine = Actor::system("test", Via::Command);
    let zone = [("zone".to_string(), "America/New_York".to_string())];
    world.desk.set_settings(&machine, &zone, at("2026-10-30T00:00:00Z")).await.expect("a zone");
    let weekly = Command::Edit {
        target: Target { kind: "report_definition".into(), number: "RDF-1".into(), version: None },
        input: Input::json([("by_itself".to_string(), json!(true)), ("frequency".to_string(), json!("weekly"))]),
    };
    let refused = world.desk.perform(&ines(), weekly, at("2026-10-30T00:00:00Z")).await;
    assert!(matches!(&refused, Err(Refusal::Invalid(errors)) if errors[0].field == "by_itself"), "{refused:?}");
    definition(&world, json!({"by_itself": true, "wait_days": 1, "at": "06:00"}), "2026-10-30T00:00:00Z").await;
    let turn = |text: &'static str| {
        let desk = world.desk.clone();
        async move { make_due(&desk, at(text)).await.expect("it looks") }
    };
    assert_eq!(turn("2026-10-30T00:01:00Z").await, 0);
    let next =
        world.desk.show(&ines(), "report_definition", "RDF-1", None, at("2026-10-30T01:00:00Z")).await.expect("it");
    // On the second of November at six by the clock of New York, which went back on the first.
    assert_eq!(next.fields()["next_on"].to_json(), "2026-11-02T11:00:00Z");
    assert_eq!(turn("2026-11-02T10:59:59Z").await, 0);
    assert_eq!(turn("2026-11-02T11:00:00Z").await, 1);
    assert_eq!(turn("2026-11-02T11:01:00Z").await, 0, "it is made once");
    // A house that slept makes what it slept through, one period after the other.
    assert_eq!(turn("2027-01-20T00:00:00Z").await, 1);
    assert_eq!(turn("2027-01-20T00:01:00Z").await, 1);
    assert_eq!(turn("2027-01-20T00:02:00Z").await, 0);
    let now = at("2027-01-20T01:00:00Z");
    let periods: Vec<String> = reports(&world.desk, now).await.into_iter().map(|(_, period)| period).collect();
    assert_eq!(periods, ["2026-10", "2026-11", "2026-12"]);
    // What cannot be made is told on the definition, and the next turn comes all the same.
    definition(&world, json!({"services": ["SVC-9"]}), "2027-01-21T00:00:00Z").await;
    assert_eq!(turn("2027-02-02T12:00:00Z").await, 0);
    let whole =
        world.desk.whole(&ines(), "report_definition", "RDF-1", at("2027-02-02T13:00:00Z")).await.expect("its journal");
    let said: Vec<String> =
        whole.entries.iter().filter_map(|one| Some(one.entry.note.as_ref()?.text.clone())).collect();
    assert!(
        said.iter().any(|text| text.contains("@ines@tidewell.example: the report of 2027-01 could not be made")),
        "{said:?}"
    );
    assert_eq!(whole.shown.fields()["next_on"].to_json(), "2027-03-02T11:00:00Z");
    // The job promises its own next look.
    world.desk.promise(duties::closing::first(now), now).await.expect("promised");
    world.desk.work_once(&duties::doings(), now).await.expect("it works");
    let waiting = world.desk.jobs(&machine, now).await.expect("jobs");
    assert!(waiting.iter().any(|job| job.name == "close-periods" && job.run_at > now), "{waiting:?}");
}

async fn as_of_the_end_of_a_period_what_came_later_does_not_count(database: Database) {
    let world = house(database).await;
    step(&world, "INC-3", "resolved", json!({"resolution": "Restarted"}), "2026-11-04T08:00:00Z").await;
    let now = at("2026-11-10T00:00:00Z");
    let ahead =
        Asked { definition: "RDF-1", period: "2026-10", as_of: Some(at("2026-12-01T00:00:00Z")), change_note: "" };
    assert!(make(&world.desk, &ines(), &ahead, now).await.is_err(), "nobody counts what has not come");
    let asked = Asked { as_of: Some(at("2026-11-01T00:00:00Z")), ..ahead };
    let then = make(&world.desk, &ines(), &asked, now).await.expect("as of the end");
    let (_, _, then) = report(&world.desk, &then).await;
    let late = made(&world.desk, "2026-10", "Counted again", "2026-11-10T00:00:00Z").await.expect("as of now");
    let (_, _, late) = report(&world.desk, &late).await;
    for fields in [&then, &late] {
        assert_eq!(figure(fields, "incidents", "Open at the end")["actual"], 1, "at the end of October it was open");
        assert_eq!(figure(fields, "service-levels", "Incident resolution")["whole"], 3);
    }
    assert_eq!(then["as_of"], "2026-11-01T00:00:00Z");
    // The last value of each trend is that of the period itself.
    assert_eq!(then["trends"], late["trends"]);
}

/// The released report as a PDF, on its page and through the API, for those who may read it alone.
async fn as_a_paper(building: &Building, number: &str) {
    let get = async |who: Who<'_>, path: &str| building.ask(who, Method::GET, path, &[], Vec::new()).await;
    let manager = mail(Role::SmsManager);
    let paths = [format!("/service-reports/{number}/pdf"), format!("/api/v1/reports/{number}/pdf")];
    for path in &paths {
        for who in [Who::Mail(&manager), CUSTOMER] {
            let paper = get(who, path).await;
            assert_eq!(
                (paper.status, paper.header("content-type")),
                (StatusCode::OK, "application/pdf"),
                "{who:?} {path}"
            );
            assert!(
                paper.text.starts_with("%PDF-1.7") && paper.text.contains("pdfuaid:part"),
                "{path} is for everybody"
            );
        }
        assert_eq!(get(BYSTANDER, path).await.status, StatusCode::NOT_FOUND);
    }
    let none = get(Who::Mail(&manager), "/api/v1/incidents/INC-1/pdf").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(get(Who::Mail(&manager), &format!("{}?of=x", paths[1])).await.status, StatusCode::BAD_REQUEST);
}

async fn a_customer_sees_its_own_reports_once_they_are_released(database: Database) {
    let world = house(database).await;
    let number = made(&world.desk, "2026-10", "", "2026-11-01T00:00:00Z").await.expect("a report");
    let building = Building::over(&world.desk).await;
    let page = format!("/service-reports/{number}");
    let api = format!("/api/v1/reports/{number}");
    let get = |who: Who<'static>, path: String| {
        let building = &building;
        async move { building.ask(who, Method::GET, &path, &[], Vec::new()).await }
    };
    let manager = mail(Role::SmsManager);
    let manager: &'static str = Box::leak(manager.into_boxed_str());
    let own = get(Who::Mail(manager), page.clone()).await;
    assert_eq!(own.status, StatusCode::OK, "{:.600}", own.text);
    for words in
        ["99.811 %", "Two people were ill.", "have not changed since", "INC-2", "Missed", "<svg class=\"strip\""]
    {
        assert!(own.text.contains(words), "{words}");
    }
    for who in [CUSTOMER, BYSTANDER] {
        for path in [&page, &api] {
            assert_eq!(
                get(who, path.clone()).await.status,
                StatusCode::NOT_FOUND,
                "{who:?} {path} before it is released"
            );
            assert_eq!(get(who, format!("{path}/pdf")).await.status, StatusCode::NOT_FOUND, "{who:?} {path}/pdf");
        }
        assert!(!get(who, "/service-reports".into()).await.text.contains(&number));
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let agent: &'static str = Box::leak(mail(Role::Agent).into_boxed_str());
    let refused =
        building.ask(Who::Mail(agent), Method::POST, &format!("{page}/release"), &form, b"to=customer".to_vec()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{:.300}", refused.text);
    let done = building
        .ask(Who::Mail(manager), Method::POST, &format!("{page}/release"), &form, b"to=customer".to_vec())
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:.600}", done.text);
    let seen = get(CUSTOMER, page.clone()).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.text.contains("99.811 %") && !seen.text.contains("INC-4") && !seen.text.contains("Decided on it"));
    assert!(get(CUSTOMER, "/service-reports".into()).await.text.contains(&page));
    as_a_paper(&building, &number).await;
    assert_eq!(get(BYSTANDER, page.clone()).await.status, StatusCode::NOT_FOUND);
    assert!(!get(BYSTANDER, "/service-reports".into()).await.text.contains(&number));
    for (path, body) in [("decide", "text=x&none_needed=yes"), ("release", "to=internal"), ("edition", "change_note=x")]
    {
        let answer = building.ask(CUSTOMER, Method::POST, &format!("{page}/{path}"), &form, body.into()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    // A decision stands with who took it, and its action is told to whoever does it.
    let empty = building
        .ask(Who::Mail(manager), Method::POST, &format!("{page}/decide"), &form, b"text=Share+the+nights".to_vec())
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("value=\"Share the nights\""), "what was typed stays");
    let body = b"text=Share+the+nights&owner=tomas@tidewell.example&due=2026-12-10".to_vec();
    let decided = building.ask(Who::Mail(manager), Method::POST, &format!("{page}/decide"), &form, body).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{:.600}", decided.text);
    let (_, _, fields) = report(&world.desk, &number).await;
    assert_eq!((&fields["decided"][0]["by"], &fields["decisions"]), (&json!(manager), &json!(["Share the nights"])));
    assert_eq!(fields["actions"], json!([fields["decided"][0]["action"]]));
    assert!(fields["told"].is_string() && fields["released_by"] == manager);
}

async fn nobody_types_a_figure(database: Database) {
    let world = house(database).await;
    let fields = json!({"title": "Made up", "definition": "RDF-1", "period": "2026-10",
        "figures": [{"section": "availability", "name": "Mail", "actual": 100}], "digest": "0"});
    let Json::Object(fields) = fields else { panic!("fields") };
    let create = Command::Create { kind: "report".into(), number: None, input: Input::json(fields) };
    let refused = world.desk.perform(&ines(), create, at("2026-11-02T00:00:00Z")).await;
    let Err(Refusal::Invalid(errors)) = refused else { panic!("{refused:?}") };
    let named: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert!(named.contains(&"figures") && named.contains(&"digest"), "{named:?}");
}

async fn a_missing_report_is_found_by_the_check(database: Database) {
    let world = house(database).await;
    let now = at("2026-11-25T00:00:00Z");
    let state = |desk: Desk| async move {
        let assessment = desk.assess_as_of(now).await.expect("an assessment");
        let of = |id: &str| {
            assessment.verdicts.iter().find(|verdict| verdict.requirement.id == id).map(|one| one.state).expect("it")
        };
        (of("9.4-2"), of("9.4-3"))
    };
    assert_eq!(state(world.desk.clone()).await.0, State::Nonconforming, "no month has a report");
    for month in [
        "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08",
        "2026-09",
    ] {
        made(&world.desk, month, "", "2026-11-20T00:00:00Z").await.expect("a report");
    }
    assert_eq!(state(world.desk.clone()).await.0, State::Nonconforming, "October is missing");
    made(&world.desk, "2026-10", "", "2026-11-20T00:00:00Z").await.expect("a report");
    assert_eq!(state(world.desk.clone()).await, (State::Proved, State::Proved));
}
