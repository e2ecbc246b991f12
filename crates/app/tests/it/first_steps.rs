//! From an empty house towards stage 1: first steps that are counted from records, people with accounts on record, concerns that
//! become tasks, and a matrix of risks that cuts nothing.

use axum::http::StatusCode;
use model::{Actor, Command, Input, Query, Role, Target, Via};
use serde_json::json;

use crate::{
    building::{Answer, Building, CUSTOMER, Who, mail},
    world::{Database, World, now},
};

both_databases!(
    whoever_has_an_account_is_put_on_record_once,
    a_step_is_done_when_the_records_say_so,
    concerns_of_stage_1_become_tasks_of_the_plan,
    the_matrix_counts_every_risk,
);

/// Nothing but the customers whose people knock.
async fn house(database: Database) -> World {
    let world = World::new(database).await;
    let customers =
        ["CUS-1", "CUS-2"].map(|number| json!({"kind": "customer", "number": number, "title": number}).to_string());
    assert!(world.import(customers.join("\n")).await.is_whole());
    world
}

fn manager() -> String {
    mail(Role::SmsManager)
}

async fn page(building: &Building, who: &str, path: &str) -> String {
    let answer = building.get(Who::Mail(who), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:.600}", answer.text);
    answer.text
}

async fn press(building: &Building, who: &str, path: &str) -> Answer {
    building.form(Who::Mail(who), path, &[]).await
}

async fn whoever_has_an_account_is_put_on_record_once(database: Database) {
    let world = house(database).await;
    let building = Building::over(&world.desk).await;
    let owner = mail(Role::Administrator);
    // Customers' people and an auditor from outside do not work here.
    let accounts = world.desk.accounts(&Actor::system("test", Via::Command), now()).await.expect("accounts");
    let works_here = |row: &&desk::accounts::AccountRow| {
        row.account.customer.is_none() && !row.account.roles.contains(&Role::ExternalAuditor)
    };
    let own = accounts.iter().filter(works_here).count();
    assert!(own > 2, "{own}");
    assert!(
        page(&building, &owner, "/begin").await.contains(&format!("{own} people with an account are not on record"))
    );
    assert!(
        !page(&building, &manager(), "/begin").await.contains("are not on record"),
        "accounts are the administrators' to see"
    );
    assert_eq!(press(&building, &manager(), "/begin/people").await.status, StatusCode::FORBIDDEN);
    assert_eq!(building.form(CUSTOMER, "/begin/people", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(building.get(CUSTOMER, "/begin").await.status, StatusCode::NOT_FOUND);
    let done = press(&building, &owner, "/begin/people").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:.600}", done.text);
    assert!(!page(&building, &owner, "/begin").await.contains("are not on record"));
    press(&building, &owner, "/begin/people").await;
    let people = page(&building, &owner, "/people").await;
    assert!(people.contains(&format!("{own} of {own}")), "each of them once");
}

async fn a_step_is_done_when_the_records_say_so(database: Database) {
    let world = house(database).await;
    let building = Building::over(&world.desk).await;
    let scope = |text: &str| {
        let from = text.find(">Scope<").expect("the step");
        text[from..from + text[from..].find("</tr>").expect("its end")].to_owned()
    };
    let before = scope(&page(&building, &manager(), "/begin").await);
    assert!(
        before.contains("0 of 1 approved") && before.contains("/scope_statements/new") && before.contains("Not begun"),
        "{before}"
    );
    let line = |state: &str, day: &str| {
        let history = json!([{"at": format!("{day}T09:00:00Z"), "by": "ines@tidewell.example", "state": state}]);
        json!({"kind": "scope_statement", "number": "SCO-1", "title": "Scope", "state": state, "fields": {"organization": "Tidewell"}, "history": history})
            .to_string()
    };
    assert!(world.import(line("draft", "2026-11-01")).await.is_whole());
    let draft = scope(&page(&building, &manager(), "/begin").await);
    assert!(draft.contains("1 begun") && draft.contains("Begun") && draft.contains("/scope_statements/new"), "{draft}");
    assert!(world.import(line("approved", "2026-11-02")).await.is_whole());
    let done = scope(&page(&building, &manager(), "/begin").await);
    assert!(done.contains("1 approved") && done.contains("Done") && !done.contains("/scope_statements/new"), "{done}");
    // Agents read what stands and are offered nothing that they may not do.
    assert!(!page(&building, &mail(Role::Agent), "/begin").await.contains("/scope_statements/new"));
    // Home knows how much is proved once that was judged.
    page(&building, &manager(), "/conformity").await;
    assert!(page(&building, &manager(), "/").await.contains("id=\"begin\""));
    assert!(!page(&building, &mail(Role::Agent), "/").await.contains("id=\"begin\""));
}

async fn concerns_of_stage_1_become_tasks_of_the_plan(database: Database) {
    let world = house(database).await;
    let lines = [
        json!({"kind": "implementation_plan", "number": "IPL-1", "title": "The way", "state": "approved", "fields": {"goal": "2026-12-14"}}),
        json!({"kind": "certification_audit", "number": "CAU-1", "title": "Stage 1", "state": "held", "fields": {"type": "stage-1", "begins": "2026-11-10", "ends": "2026-11-11",
            "owner": "ines@tidewell.example", "concerns": [{"clause": "8.7.2", "text": "No plan was tested"}, {"text": "Closed", "closed_on": "2026-11-12"}, {"text": "The list of suppliers is old"}]}}),
    ];
    assert!(world.import(lines.map(|line| line.to_string()).join("\n")).await.is_whole());
    let building = Building::over(&world.desk).await;
    let road = page(&building, &manager(), "/road").await;
    assert!(road.contains("2 areas of concern of stage 1 have no task yet."), "{road:.2000}");
    assert!(!page(&building, &mail(Role::Agent), "/road").await.contains("have no task yet"));
    let done = press(&building, &manager(), "/road/concerns").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:.600}", done.text);
    let audit = world.exported("CAU-1").await;
    let concerns = audit["fields"]["concerns"].as_array().expect("concerns").clone();
    assert_eq!(
        concerns.iter().map(|row| row["action"].as_str().unwrap_or_default()).collect::<Vec<_>>(),
        ["PTK-1", "", "PTK-2"]
    );
    let task = world.exported("PTK-1").await;
    assert_eq!(
        (task["title"].as_str(), task["fields"]["step"].as_str(), task["fields"]["plan"].as_str()),
        (Some("8.7.2: No plan was tested"), Some("concerns"), Some("IPL-1"))
    );
    let road = page(&building, &manager(), "/road").await;
    assert!(road.contains("No plan was tested") && !road.contains("have no task yet"));
    press(&building, &manager(), "/road/concerns").await;
    assert_eq!(
        world.exported("CAU-1").await["fields"]["concerns"],
        json!(concerns),
        "pressed twice it changes nothing"
    );
    tasks_are_made_with_their_names_or_not_at_all(&world).await;
}

async fn tasks_are_made_with_their_names_or_not_at_all(world: &World) {
    let actor = Actor { email: manager(), roles: vec![Role::SmsManager], ..Actor::system("test", Via::Web) };
    let task = |title: &str| {
        let input = Input::json([("title".to_string(), json!(title))]);
        Command::Create { kind: "plan_task".into(), number: None, input }
    };
    let before = world.exported("CAU-1").await;
    // The audit was written on meanwhile: what would name the tasks is refused, and no task is left behind.
    let stale = |made: &[desk::Done]| {
        assert_eq!(made.len(), 2);
        let target = Target { kind: "certification_audit".into(), number: "CAU-1".into(), version: Some(999) };
        vec![Command::Edit { target, input: Input::json([("title".to_string(), json!("Never"))]) }]
    };
    let refused = world.desk.perform_then(&actor, vec![task("Left"), task("Behind")], stale, now()).await;
    assert!(refused.is_err(), "{refused:?}");
    let query = Query { size: 50, ..Query::of("plan_task") };
    let tasks = world.desk.list(&actor, &query, now()).await.expect("tasks").records;
    assert_eq!(tasks.len(), 2, "the two from before");
    assert_eq!(world.exported("CAU-1").await, before);
}

async fn the_matrix_counts_every_risk(database: Database) {
    let world = house(database).await;
    let risk = |number: usize| {
        let (likelihood, impact) = (1 + number % 5, 1 + number % 3);
        let own = if number % 10 == 2 { "tides" } else { "continuity" };
        let mut fields = json!({"area": own, "description": format!("Risk {number}"), "likelihood": likelihood, "impact": impact,
            "score": likelihood * impact, "reviewed_on": "2026-11-01"});
        // Of every ten one has no levels of what is left, and one nobody who owns it.
        if number % 10 != 4 {
            fields["residual_likelihood"] = 1.into();
            fields["residual_impact"] = impact.into();
            fields["residual"] = impact.into();
        }
        if number % 10 != 1 {
            fields["owner"] = "ines@tidewell.example".into();
        }
        json!({"kind": "risk", "number": format!("RSK-{number}"), "title": format!("Risk {number}"), "state": "open", "fields": fields}).to_string()
    };
    let report = world.import((1..=2_100).map(risk).collect::<Vec<_>>().join("\n")).await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    let building = Building::over(&world.desk).await;
    let text = page(&building, &manager(), "/risk-map").await;
    let told = |label: &str| {
        let from = text.find(&format!("<dt>{label}</dt>")).unwrap_or_else(|| panic!("no figure {label}"));
        let value = &text[from..from + text[from..].find("</dd>").expect("its end")];
        value
            .rsplit_once("</a>")
            .map_or(value, |(value, _)| value)
            .rsplit_once('>')
            .map_or("", |(_, value)| value)
            .to_owned()
    };
    // Without residual levels a risk stands by its score: of these 210, those with a score above 9 ask for a decision.
    let above = (1..=2_100).filter(|number| number % 10 == 4 && (1 + number % 5) * (1 + number % 3) > 9).count();
    assert_eq!(
        (told("Risks"), told("Without an owner"), told("Above the limit")),
        ("2100".into(), "210".into(), above.to_string())
    );
    let cell = (1..=2_100).filter(|number| number % 5 == 4 && number % 3 == 2).count();
    assert!(text.contains(&format!(">{cell}</a>")), "five times three");
    assert!(text.contains("210 risks name no levels of what is left."));
    assert!(text.contains("2000 more") || text.contains("2,000 more"), "the register shows a part and says so");
    let own = page(&building, &manager(), "/risk-map?area=tides").await;
    assert!(own.contains("<dt>Risks</dt>") && own.contains(">210</a>"));
    let due = page(&building, &manager(), "/risk-map?area=continuity").await;
    assert!(due.contains("<dt>Review is due</dt><dd>0</dd>"), "looked at this month");
}
