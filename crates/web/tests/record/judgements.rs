//! What people judge of a requirement, on its page.

use axum::http::StatusCode;
use desk::accounts::AccountEdit;
use model::{Actor, Role, Via};

use crate::world::{World, now};

const PAGE: &str = "/conformity/5.1/5.1.b";

fn judged(state: &str, reason: &str) -> Vec<(String, String)> {
    vec![("state".into(), state.into()), ("reason".into(), reason.into())]
}

/// The first account looks after the house; with this it judges as well.
async fn may_judge(world: &World) {
    let own = Actor {
        email: "ines@tidewell.example".into(),
        name: "Ines Okafor".into(),
        roles: vec![Role::Administrator],
        ..Actor::system("test", Via::Web)
    };
    let account = world.desk.account(&own, &own.email, now()).await.expect("the account");
    let roles = vec![Role::Administrator, Role::SmsManager];
    let edit = AccountEdit { name: account.name, roles, customer: None, active: true, window: None };
    world.desk.edit_account(&own, &own.email, edit, now()).await.expect("the role is given");
}

#[tokio::test]
async fn only_who_judges_is_offered_the_form() {
    let world = World::new().await;
    assert!(!world.get(PAGE).await.text.contains("Record the judgement"));
    let refused = world.post(PAGE, &judged("gap", "Nobody could show it.")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    may_judge(&world).await;
    assert!(world.get(PAGE).await.text.contains("Record the judgement"));
}

#[tokio::test]
async fn a_judgement_stands_on_the_page_with_its_reason() {
    let world = World::new().await;
    may_judge(&world).await;
    let done = world.post(PAGE, &judged("gap", "Nobody could show it.")).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, PAGE));
    let page = world.get(PAGE).await;
    assert!(page.text.contains("Nobody could show it.") && page.text.contains("ines@tidewell.example"));
}

#[tokio::test]
async fn a_judgement_without_its_parts_loses_nothing() {
    let world = World::new().await;
    may_judge(&world).await;
    let refused = world.post(PAGE, &judged("splendid", "Seen on <b>Monday</b>.")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Your judgement: is one of"), "the error names the field");
    assert!(refused.text.contains("Seen on &#60;b&#62;Monday&#60;/b&#62;."), "what was typed is kept, and is text");
    let refused = world.post(PAGE, &judged("gap", " ")).await;
    assert!(refused.text.contains("Why: say in 1 to 5000 characters why"));
    for nowhere in ["/conformity/5.1/no-such", "/conformity/5.2/5.1.b"] {
        assert_eq!(world.post(nowhere, &judged("gap", "x")).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}
