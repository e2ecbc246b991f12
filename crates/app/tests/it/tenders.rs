//! Answers for tenders: questions come in by hand and as a table, answers cite figures with their date, unknown ones are refused.

use axum::http::{Method, StatusCode};
use model::{Actor, Command, Input, Refusal, Role, Via};
use serde_json::json;

use crate::{
    building::{BYSTANDER, Building, Who, mail},
    world::{Database, World, at, now},
};

both_databases!(answers_cite_figures_and_their_date, the_statement_names_every_requirement);

async fn house(database: Database) -> World {
    let world = World::new(database).await;
    world
        .import(
            "{\"kind\":\"customer\",\"number\":\"CUS-1\",\"title\":\"Castlebrook\"}\n\
             {\"kind\":\"customer\",\"number\":\"CUS-2\",\"title\":\"Harbour\"}\n\
             {\"kind\":\"service\",\"number\":\"SVC-1\",\"title\":\"Mail\",\"fields\":{\"name\":\"Mail\",\"stage\":\"live\"}}\n\
             {\"kind\":\"outage\",\"number\":\"OUT-1\",\"state\":\"over\",\"fields\":{\"service\":\"SVC-1\",\"start\":\"2026-10-06T08:00:00Z\",\"end\":\"2026-10-06T09:24:00Z\",\"planned\":false}}\n\
             {\"kind\":\"tender\",\"number\":\"TND-1\",\"title\":\"Library\",\"state\":\"draft\",\"fields\":{\"name\":\"Library\"}}\n",
        )
        .await;
    world
}

fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    let text: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", crate::building::escaped(value))).collect();
    text.join("&").into_bytes()
}

async fn answers_cite_figures_and_their_date(database: Database) {
    let world = house(database).await;
    let building = Building::over(&world.desk).await;
    let manager = mail(Role::SmsManager);
    let who = Who::Mail(&manager);
    let page = "/tender-answers/TND-1";
    assert_eq!(building.ask(BYSTANDER, Method::GET, page, &[], Vec::new()).await.status, StatusCode::NOT_FOUND);
    let multipart = [("content-type", "multipart/form-data; boundary=x")];
    let bring = |pasted: &str, file: &str| {
        format!("--x\r\ncontent-disposition: form-data; name=\"pasted\"\r\n\r\n{pasted}\r\n--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"q.csv\"\r\n\r\n{file}\r\n--x--\r\n")
            .into_bytes()
    };
    let body = bring("How available are you?\n\nWho are you?", "Question,Answer\n\"Which, and when?\",Soon\n");
    let done = building.ask(who, Method::POST, &format!("{page}/questions"), &multipart, body.clone()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:.600}", done.text);
    let twice = building.ask(who, Method::POST, &format!("{page}/questions"), &multipart, body).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text.contains("Who are you?"), "what was pasted stays");
    let broken = building
        .ask(who, Method::POST, &format!("{page}/questions"), &multipart, bring("", "PK\u{3}\u{4}rubbish"))
        .await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY, "{:.300}", broken.text);
    let plain = [("content-type", "application/x-www-form-urlencoded")];
    let post = |answer: &'static str| {
        let body = form(&[("place", "0"), ("answer", answer)]);
        building.ask(who, Method::POST, "/tender-answers/TND-1/answer", &plain, body)
    };
    let wrong = post("{{availability_lowest_procent}} %").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("did you mean &#34;availability_lowest_percent&#34;?"), "{:.2000}", wrong.text);
    assert_eq!(
        post("{{services_live} only").await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "braces that are not closed"
    );
    let done = post("At least {{ availability_lowest_percent }} % over {{services_live}} services.").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:.600}", done.text);
    let shown = building.ask(who, Method::GET, page, &[], Vec::new()).await.text;
    assert!(shown.contains("At least 99.812 % over 1 services."), "{shown}");
    assert!(shown.contains("2 of 3 questions wait") || shown.contains("1 of 3 questions waits"), "{shown}");
    assert!(shown.contains("2026-10, read Wed 25 Nov 2026"), "each figure has its date");
    let text = building.ask(who, Method::GET, &format!("{page}/answers.md"), &[], Vec::new()).await.text;
    assert!(
        text.contains("## How available are you?\n\nAt least 99.812 %") && text.contains("(2026-10, read"),
        "{text}"
    );
    let table = building.ask(who, Method::GET, &format!("{page}/answers.xlsx"), &[], Vec::new()).await;
    assert_eq!(table.status, StatusCode::OK);
    assert!(table.header("content-type").contains("spreadsheet"), "{}", table.header("content-type"));
    // By the API the same is refused.
    let row = json!([{"question": "x", "answer": "{{nothing_at_all}}"}]);
    let input = Input::json([("questions".to_string(), row), ("name".to_string(), json!("Other"))]);
    let create = Command::Create { kind: "tender".into(), number: None, input };
    let refused = world.desk.perform(&Actor::system("x", Via::Api), create, now()).await;
    assert!(
        matches!(&refused, Err(Refusal::Invalid(errors)) if errors[0].message.contains("nothing_at_all")),
        "{refused:?}"
    );
}

async fn the_statement_names_every_requirement(database: Database) {
    let world = house(database).await;
    let building = Building::over(&world.desk).await;
    let manager = mail(Role::SmsManager);
    let page = building.ask(Who::Mail(&manager), Method::GET, "/conformity/statement", &[], Vec::new()).await;
    assert_eq!(page.status, StatusCode::OK, "{:.600}", page.text);
    let assessment = world.desk.assess_as_of(at("2026-11-25T10:00:00Z")).await.expect("an assessment");
    assert_eq!(assessment.verdicts.len(), 260);
    for verdict in &assessment.verdicts {
        let id = &verdict.requirement.id;
        assert!(page.text.contains(&format!(">{id}</a>")), "{id}");
    }
    let refused = building.ask(BYSTANDER, Method::GET, "/conformity/statement", &[], Vec::new()).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}
