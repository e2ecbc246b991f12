//! What holds for every kind without a word of its own.

use axum::http::StatusCode;

use crate::world::{World, assert_ids_are_unique, form};

#[tokio::test]
async fn every_kind_has_a_list_a_record_and_forms() {
    let world = World::new().await;
    world.one_of_each().await;
    for kind in world.desk.catalog().kinds() {
        let record = format!("/{}/{}-1", kind.plural, kind.prefix);
        for path in [
            format!("/{}", kind.plural),
            format!("/{}?fields={}", kind.plural, names(kind)),
            record.clone(),
            format!("/{}/new", kind.plural),
            format!("{record}/edit"),
        ] {
            let page = world.get(&path).await;
            let wanted = if path.ends_with("/edit") && is_sealed(kind) { StatusCode::CONFLICT } else { StatusCode::OK };
            assert_eq!(page.status, wanted, "{path}: {}", page.text);
            assert!(!page.text.contains("<script>alert"), "{path}: what somebody typed would run");
            assert!(!page.text.contains("style=\""), "{path}: refused by the security policy");
            assert_ids_are_unique(&page.text, &path);
        }
    }
}

/// The sample of this kind belongs to an audit that is reported: what was told then stays.
fn is_sealed(kind: &model::Kind) -> bool {
    kind.name == "audit_question"
}

fn names(kind: &model::Kind) -> String {
    kind.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(",")
}

/// The whole way of every type: stored, shown as its control, sent back by a browser, read again.
#[tokio::test]
async fn saving_an_untouched_form_writes_nothing() {
    let world = World::new().await;
    world.one_of_each().await;
    for kind in world.desk.catalog().kinds().iter().filter(|kind| !is_sealed(kind)) {
        let edit = format!("/{}/{}-1/edit", kind.plural, kind.prefix);
        let page = world.get(&edit).await;
        let answer = world.post(&edit, &form(&page.text, &edit)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{edit}: {}", answer.text);
        let record = world.get(&answer.location).await;
        let written: String = record
            .text
            .split("edited it")
            .skip(1)
            .take(1)
            .map(|rest| rest.chars().take(600).collect::<String>())
            .collect();
        assert_eq!(written, "", "{edit}: an untouched field was written");
    }
}

#[tokio::test]
async fn a_step_page_asks_for_what_the_state_needs() {
    let world = World::new().await;
    world.one_of_each().await;
    for kind in world.desk.catalog().kinds() {
        let start = kind.lifecycle.start();
        for step in kind.lifecycle.steps_from(start) {
            let path = format!("/{}/{}-1/step?to={}", kind.plural, kind.prefix, step.to);
            let page = world.get(&path).await;
            // A line whose dates justify a later state is not where it began.
            assert!(matches!(page.status, StatusCode::OK | StatusCode::CONFLICT), "{path}: {}", page.text);
        }
    }
}
