//! The hand-made pages over a real desk: what they say is what is on record, for whoever looks.

use askama::Template;
use desk::{Desk, accounts::Invited};
use engines::conformity::{Settings, World, assess};
use model::{
    Actor, Command, Input, Moment, Role, Target, Via,
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};

use super::{account, home, my_work, search, sign_in, welcome};
use crate::view::{sample, shell::Shell, time};

const NOW: Moment = Moment(20_770 * DAY + 8 * HOUR);

fn actor(email: &str, role: Role, customer: Option<&str>) -> Actor {
    let customer = customer.map(str::to_owned);
    Actor { email: email.into(), name: email.into(), roles: vec![role], customer, ..Actor::system("test", Via::Web) }
}

async fn create(desk: &Desk, kind: &str, number: &str, fields: Json) {
    let Json::Object(fields) = fields else { panic!("fields are an object") };
    let command = Command::Create { kind: kind.into(), number: Some(number.into()), input: Input::json(fields) };
    let done = desk.perform(&actor("ines@tidewell.example", Role::SmsManager, None), command, RAISED).await;
    done.unwrap_or_else(|refusal| panic!("{number}: {refusal}"));
}

/// Half an hour ago: late enough that the clocks of a low priority, which run as well, fall due after the dates given here.
const RAISED: Moment = Moment(NOW.0 - HOUR / 2);

/// A morning: one major incident, one record late, one due today, one of a customer that others must not see.
async fn world(folder: &tempfile::TempDir) -> Desk {
    let url = format!("sqlite:{}", folder.path().join("desk.db").display());
    let desk = Desk::open(&url, kinds::catalog(), &[]).await.expect("SQLite opens");
    let due = |hours: i64| json!(NOW.plus(hours * HOUR).to_string());
    create(&desk, "person", "PER-1", json!({"name": "Ines Okafor", "email": "ines@tidewell.example"})).await;
    create(&desk, "person", "PER-2", json!({"name": "Tomas Lind", "email": "tomas@tidewell.example"})).await;
    create(&desk, "customer", "CUS-1", json!({"name": "Castlebrook Bank"})).await;
    create(&desk, "customer", "CUS-2", json!({"name": "Wexcombe"})).await;
    create(&desk, "service", "SVC-1", json!({"name": "Payments Hosting"})).await;
    let incident = |title: &str, customer: &str, owner: &str, hours: i64, major: bool| {
        json!({"title": title, "customer": customer, "owner": owner, "due": due(hours), "major": major, "service": "SVC-1",
            "impact": if major { "high" } else { "low" }, "urgency": if major { "high" } else { "low" }})
    };
    let (ines, tomas) = ("ines@tidewell.example", "tomas@tidewell.example");
    create(&desk, "incident", "INC-1", incident("Card payments declined at branch tills", "CUS-1", tomas, 3, true))
        .await;
    create(&desk, "incident", "INC-2", incident("Backup job missed its window twice", "CUS-2", ines, -2, false)).await;
    create(&desk, "incident", "INC-3", incident("VPN drops on ward tablets", "CUS-2", ines, 70, false)).await;
    // An answer was given, so that its response clock is over.
    let target = Target { kind: "incident".into(), number: "INC-3".into(), version: None };
    let started =
        Command::Step { target, to: "in_progress".into(), input: Input::default(), note: None, public: false };
    desk.perform(&actor(ines, Role::SmsManager, None), started, RAISED).await.expect("work begins");
    create(&desk, "problem", "PRB-1", json!({"title": "Storage latency after firmware 9.12"})).await;
    desk
}

fn shell() -> Shell {
    Shell { views: true, flashes: Vec::new(), ..sample::shell() }
}

#[tokio::test]
async fn home_says_what_is_wrong_and_what_is_next() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let desk = world(&folder).await;
    let world = World::new(NOW, Settings::default(), Vec::new());
    let ines = actor("ines@tidewell.example", Role::SmsManager, None);
    let page = home::page(&desk, &ines, shell(), Some(&assess(world)), NOW).await.expect("the page is gathered");
    let said: Vec<String> = page.phrases.iter().map(|phrase| format!("{} {}", phrase.strong, phrase.rest)).collect();
    assert_eq!(
        said.join(" "),
        "One major incident is open. One record is late and one more falls due within a day. 2 records wait for you."
    );
    let numbers: Vec<_> = page.due.iter().map(|due| due.line.number.as_str()).collect();
    assert_eq!(numbers, ["INC-2", "INC-1", "INC-3"]);
    assert_eq!(page.due[0].word.word, "2:00 over");
    assert_eq!(page.due[0].line.about, "Incident · Payments Hosting · Wexcombe");
    assert_eq!(page.due[0].line.owner.name, "Ines Okafor");
    let incidents = page.queues.iter().find(|queue| queue.label == "Incidents").expect("incidents are worked on");
    assert_eq!((incidents.open.text.as_str(), incidents.late.text.as_str()), ("3", "1"));
    let html = page.render().expect("the page renders");
    assert!(!html.contains(" style="));
    sample::keep("home", &html);
}

#[tokio::test]
async fn a_customer_sees_its_own_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let desk = world(&folder).await;
    let nora = actor("nora@castlebrook.example", Role::CustomerUser, Some("CUS-1"));
    let found =
        search::page(&desk, &nora, shell(), search::Asked { words: "backup job".into(), ..Default::default() }, NOW)
            .await;
    assert!(found.expect("the search is done").lines.is_empty());
    let by_number =
        search::page(&desk, &nora, shell(), search::Asked { words: "inc-2".into(), ..Default::default() }, NOW).await;
    assert!(by_number.expect("the search is done").exact.is_empty());
}

#[tokio::test]
async fn my_work_has_views_and_refuses_others() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let desk = world(&folder).await;
    let ines = actor("ines@tidewell.example", Role::SmsManager, None);
    let page = my_work::page(&desk, &ines, shell(), None, None, NOW).await.expect("the page is gathered");
    assert_eq!(page.groups.iter().map(|group| group.title).collect::<Vec<_>>(), ["Late", "Due within a week"]);
    sample::keep("my-work", &page.render().expect("the page renders"));
    let refused = my_work::page(&desk, &ines, shell(), Some("mien"), None, NOW).await.err().expect("no such view");
    assert_eq!(refused.sentence(), "there is no view \"mien\", did you mean \"mine\"?");
    let refused = my_work::page(&desk, &ines, shell(), None, Some("x"), NOW).await.err().expect("no such token");
    assert!(refused.sentence().contains("page_token"));
}

#[tokio::test]
async fn search_finds_numbers_words_clauses_and_lists() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let desk = world(&folder).await;
    let ines = actor("ines@tidewell.example", Role::SmsManager, None);
    let ask = |words: &str| {
        search::page(&desk, &ines, shell(), search::Asked { words: words.into(), ..Default::default() }, NOW)
    };
    let page = ask("payments").await.expect("the search is done");
    assert!(page.lines.iter().any(|line| line.number == "INC-1"));
    sample::keep("search", &page.render().expect("the page renders"));
    let page = ask("inc-2").await.expect("the search is done");
    assert_eq!(page.exact[0].number, "INC-2");
    let page = ask("incident").await.expect("the search is done");
    assert!(page.places.iter().any(|place| place.href == "/conformity/8.6.1"));
    assert!(page.places.iter().any(|place| place.href == "/incidents"));
    let found = search::palette(&desk, &ines, "backup", &shell(), NOW).await.expect("the palette answers");
    let records = found.groups.iter().find(|group| group.title == "Records").expect("records come first");
    assert_eq!(records.options[0].number, "INC-2");
}

#[test]
fn the_ways_in_keep_what_was_typed_and_never_the_password() {
    let nobody = Shell { lang: "en".into(), user: None, ..Shell::default() };
    let page =
        sign_in::SignInPage::new(nobody.clone(), "ines@tidewell.example", "/incidents", "E-mail or password is wrong.");
    let html = page.render().expect("the page renders");
    assert!(html.contains("value=\"ines@tidewell.example\"") && html.contains("value=\"/incidents\""));
    assert!(html.contains("autocomplete=\"current-password\""));
    sample::keep("sign-in", &html);
    let typed = welcome::Typed { name: "Ines Okafor".into(), email: "ines".into(), password: "tide table".into() };
    let errors = vec![("email".to_owned(), "is not an e-mail address".to_owned())];
    let page = welcome::WelcomePage::new(nobody, "one-time", &Invited::First, &typed, errors);
    let html = page.render().expect("the page renders");
    assert!(!html.contains("tide table"), "the password is never given back");
    assert!(
        html.contains("aria-invalid") && html.contains("href=\"#f-email\"") && html.contains("value=\"Ines Okafor\"")
    );
    sample::keep("first-start", &html);
}

#[test]
fn the_account_shows_sessions_tokens_and_a_new_secret_once() {
    let session = |device: &str, current| account::SessionLine {
        id: device.into(),
        device: device.into(),
        address: "192.0.2.7".into(),
        seen: time::when(NOW, NOW),
        since: time::when(NOW.minus(3 * DAY), NOW),
        current,
    };
    let page = account::AccountPage {
        mail: true,
        shell: shell(),
        sessions: vec![session("Firefox on Windows", true), session("Safari on iPhone", false)],
        tokens: vec![account::TokenLine {
            id: "1".into(),
            name: "Monitoring".into(),
            scope: "read".into(),
            made: time::when(NOW, NOW),
            expires: "Sat 13 Nov 2027".into(),
            used: "never".into(),
        }],
        secret: "plt_4f0c2a".into(),
        password: vec![sign_in::line("current", "Present password", "password", "", "current-password", "")],
        token: vec![sign_in::line("name", "Name", "text", "", "off", "What uses it.")],
        notices: Vec::new(),
    };
    let html = page.render().expect("the page renders");
    assert_eq!(html.matches("plt_4f0c2a").count(), 1);
    assert_eq!(html.matches("action=\"/account/sessions/end\"").count(), 1, "one does not end the session one is in");
    sample::keep("account", &html);
}
