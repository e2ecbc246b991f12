//! A draft that is drawn anew from the records becomes the next version of the document that was made of it.

use desk::{Desk, Shown};
use kinds::information::document;
use model::{Actor, Command, Input, Moment, Refusal, Target};
use serde_json::json;

use super::{
    address,
    edition::{editions, pick},
    starter,
};
use crate::pages::road::facts::{STANDS, all};

/// The document of a draft: the newest that stands with its subject.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn drafted(desk: &Desk, actor: &Actor, name: &str, now: Moment) -> Result<Option<Shown>, Refusal> {
    let Some(starter) = starter::find(name).filter(|starter| !starter.subject.is_empty()) else { return Ok(None) };
    let filter = format!("subject = \"{}\" and {STANDS}", starter.subject);
    let found = all(desk, actor, "document", &filter, "-created", now).await?;
    Ok(found.into_iter().find(|shown| shown.state() != "archived"))
}

/// Draws a draft from the records of now and writes it down: as the first version of a new document, as the text of the version
/// that is being written, or as the next version. Answers where it is read, and what became of it.
///
/// # Errors
/// `NotFound` for a draft that there is not; what the door refuses.
pub async fn freeze(desk: &Desk, actor: &Actor, name: &str, now: Moment) -> Result<(String, String), Refusal> {
    let Some(of) = drafted(desk, actor, name, now).await? else {
        let number = super::required::draft(desk, actor, name, now).await?;
        return Ok((address(&number), "It is version 1 of a new document: a draft for review and approval.".into()));
    };
    let starter = starter::find(name).ok_or(Refusal::NotFound)?;
    let text = starter.draw(&starter::words(desk, actor, now).await?).map_err(Refusal::Query)?;
    let editions = editions(desk, actor, &of, now).await?;
    let same = |told: &str| told.trim() == text.trim();
    if let Some(open) = editions.iter().find(|one| !one.is_over() && !one.is_in_force() && !one.record.is_empty()) {
        let place = format!("{}?version={}", address(of.number()), open.key());
        if same(&open.text) {
            return Ok((place, format!("Version {} says already what the records say.", open.number())));
        }
        if open.state != "draft" {
            let words = format!("Version {} is with those who decide on it; it is not written over.", open.number());
            return Ok((place, words));
        }
        let target = Target { kind: "document_version".into(), number: open.record.clone(), version: None };
        let input = Input::json([("text".to_owned(), json!(text))]);
        desk.perform(actor, Command::Edit { target, input }, now).await?;
        return Ok((place, format!("The draft of version {} says now what the records say.", open.number())));
    }
    if let Some(edition) = pick(&editions, None)?.filter(|edition| same(&edition.text)) {
        return Ok((address(of.number()), format!("Nothing differs from version {}.", edition.number())));
    }
    let mut fields = vec![
        ("document".to_owned(), json!(of.number())),
        ("text".into(), json!(text)),
        ("author".into(), json!(actor.email)),
    ];
    let approver = document::APPROVER.get(of.fields()).map(|approver| json!(approver.0));
    fields.extend(approver.map(|approver| ("approver".to_owned(), approver)));
    let command = Command::Create { kind: "document_version".into(), number: None, input: Input::json(fields) };
    let done = desk.perform(actor, command, now).await?;
    let words = "The next version is a draft for review and approval.".into();
    Ok((format!("{}?version={}", address(of.number()), done.number), words))
}
