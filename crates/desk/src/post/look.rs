//! Looking at messages: what came and went, why it ended so, and taking one out of quarantine.

use futures::FutureExt;
use mail::{Letter, Outcome};
use model::{Actor, Moment, Refusal, Value};

use crate::{
    Desk,
    house::{self, Deed},
    post::{MessageRow, Way, take::Released},
    rights,
    store::{file, post},
};

/// Which messages are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Messages {
    /// Older than the one with this id.
    pub before: Option<i64>,
    pub outcome: String,
    pub mailbox: Option<i64>,
    /// To be found in addresses, subject, number or Message-ID.
    pub words: String,
}

/// One message with everything about it.
#[derive(Clone, Debug)]
pub struct Message {
    pub row: MessageRow,
    pub raw: Vec<u8>,
    /// As it is understood; for a malformed one as far as that goes.
    pub letter: Letter,
}

impl Desk {
    /// Messages, newest first, for administrators.
    pub async fn messages(
        &self,
        actor: &Actor,
        wanted: &Messages,
        most: i64,
        now: Moment,
    ) -> Result<Vec<MessageRow>, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        Ok(post::list(&mut conn, wanted, most).await?)
    }

    /// How many messages ended how.
    pub async fn message_counts(&self, actor: &Actor, now: Moment) -> Result<Vec<(String, i64)>, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        Ok(post::counts(&mut conn).await?)
    }

    /// One message with its bytes, for administrators.
    pub async fn message(&self, actor: &Actor, id: i64, now: Moment) -> Result<Message, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        let row = post::by_id(&mut conn, id).await?.ok_or(Refusal::NotFound)?;
        let raw = file::content(&mut conn, &row.blob).await?.ok_or(Refusal::NotFound)?;
        drop(conn);
        let (raw, letter) = rescued(raw).await?;
        Ok(Message { row, raw, letter })
    }

    /// Takes a message out of quarantine: into the record with this number, or as a new one. Answers the number.
    ///
    /// # Errors
    /// `NotFound` for a message that does not wait there, and what the record says against it.
    pub async fn release_message(
        &self,
        actor: &Actor,
        id: i64,
        into: Option<&str>,
        now: Moment,
    ) -> Result<String, Refusal> {
        let message = self.message(actor, id, now).await?;
        let held = [Outcome::Quarantined.name(), Outcome::Automatic.name()].contains(&message.row.outcome.as_str());
        if message.row.way != Way::In || !held || !message.row.number.is_empty() {
            return Err(Refusal::Step("This message does not wait for anybody.".into()));
        }
        let all = self.mailboxes(actor, now).await?;
        let mailbox = all.into_iter().find(|mailbox| mailbox.id == message.row.mailbox).ok_or(Refusal::NotFound)?;
        let sender = self.sender_of(&mailbox, &message.letter.sender, now).await?;
        let into = into.map(|number| number.trim().to_string()).filter(|number| !number.is_empty());
        let released = Released { row: message.row, letter: message.letter, mailbox, sender, into };
        let actor = actor.clone();
        let number = self.through_the_door(move |conn, office| {
            let (released, actor) = (released.clone(), actor.clone());
            async move {
                let number = released.write(conn, office, &actor.email, now).await?;
                let deed = Deed::on("message", id, "release").set("number", Some(Value::text(&number)));
                house::journal(conn, &actor, deed, None, now).await?;
                Ok::<String, Refusal>(number)
            }
            .boxed()
        });
        number.await
    }
}

pub(super) async fn rescued(raw: Vec<u8>) -> Result<(Vec<u8>, Letter), Refusal> {
    let read = tokio::task::spawn_blocking(move || {
        let letter = mail::letter::rescued(&raw);
        (raw, letter)
    });
    read.await.map_err(|_| crate::Fault::new("reading a message broke off").into())
}
