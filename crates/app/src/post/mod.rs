//! Mail on the wire: answers go to SMTP servers, messages come from IMAP servers, both as jobs. What is sent and what
//! becomes of a message is decided in the desk.

mod imap;
mod smtp;
mod wire;

use desk::{Desk, jobs::Doing, post};
use futures::{FutureExt, future::BoxFuture};
use model::{Moment, Refusal};
use serde_json::Value as Json;

/// The jobs of mail and how they are done.
pub fn doings() -> Vec<Doing> {
    vec![Doing { name: post::SEND, run: send }, Doing { name: post::FETCH, run: fetch }]
}

fn send(desk: Desk, payload: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move {
        let Some(outgoing) = desk.write_answer(&payload, now).await? else { return Ok(()) };
        let delivery = smtp::send(&outgoing).await;
        desk.tell_delivery(&outgoing, delivery, now).await
    }
    .boxed()
}

fn fetch(desk: Desk, payload: Json, now: Moment) -> BoxFuture<'static, Result<(), Refusal>> {
    async move {
        let id = payload.get("mailbox").and_then(Json::as_i64).unwrap_or_default();
        look_into(&desk, id, now).await.map(drop)
    }
    .boxed()
}

/// Looks into one mailbox and answers what stood in the way, if anything did. That is told on the mailbox as well, and
/// the next look is promised all the same.
pub async fn look_into(desk: &Desk, id: i64, now: Moment) -> Result<Option<String>, Refusal> {
    let (mailbox, secret) = match desk.mailbox_to_fetch(id).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(None),
        Err(refusal) => {
            desk.mailbox_troubled(id, &refusal.sentence(), now).await?;
            return Ok(Some(refusal.sentence()));
        }
    };
    let fetched = imap::fetch(desk, &mailbox, &secret, now).await;
    let trouble = fetched.trouble.clone().unwrap_or_default();
    desk.mailbox_fetched(&mailbox, fetched.validity, fetched.seen, &trouble, now).await?;
    Ok(fetched.trouble)
}
