//! A file that goes out by mail to one of its readers: kept with the promise to send it, in one transaction, once.

use std::collections::BTreeSet;

use ::mail::{
    address,
    compose::{Attached, Note, compose},
    text::{self, Words},
};
use futures::FutureExt;
use model::{Actor, Job, Moment, Refusal, Via};
use serde_json::{Value as Json, json};

use crate::{
    Desk, Fault,
    post::{MessageRow, Outgoing, SEND, answer, take::installation},
    store::{job, post, record},
};

/// What goes out about a record, to one reader.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    pub kind: &'a str,
    pub number: &'a str,
    /// Tells one sending from the next: with the same words, nothing goes out twice.
    pub once: &'a str,
    /// E-mail of the reader.
    pub to: &'a str,
    /// What is said with it.
    pub words: &'a str,
    pub file: Attached<'a>,
}

/// Where mail goes out of the house, without the words of the person who asked for it.
const NO_MAILBOX: &str = "no mailbox sends mail: set one up under Administration, Mail";

impl Desk {
    /// Keeps a parcel and promises to send it; `false` where the reader's account is closed, or where that is no address.
    ///
    /// # Errors
    /// `Forbidden` where no mailbox sends, `NotFound` for a record that is not there, `Query` for what cannot be written as
    /// a mail.
    pub async fn send_parcel(&self, parcel: &Parcel<'_>, now: Moment) -> Result<bool, Refusal> {
        let catalog = self.catalog();
        let kind = catalog.find(parcel.kind).ok_or(Refusal::NotFound)?;
        let number = parcel.number.to_string();
        let to = address::plain(parcel.to);
        let mut conn = self.db().read().await?;
        if !answer::reaches(&mut conn, &to, now).await? {
            return Ok(false);
        }
        let found = record::load(&mut conn, &catalog, std::slice::from_ref(&number), false).await?.remove(&number);
        let record = found.map(|kept| kept.record).ok_or(Refusal::NotFound)?;
        let mailbox = answer::first_that_sends(post::mailboxes(&mut conn).await?)
            .ok_or_else(|| Refusal::Forbidden(NO_MAILBOX.into()))?;
        drop(conn);
        let key = self.mail_key().await?;
        let signature = address::sign(&key, "parcel", &format!("{number}:{}:{to}", parcel.once));
        let plain: String = number.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
        let identity = format!("{}.{signature}@{}", plain.to_lowercase(), address::domain(&mailbox.address));
        let occasion = text::occasion("report").ok_or_else(|| Fault::new("there is no occasion of this name"))?;
        let reader = Actor::system("mail", Via::Job);
        let names = self.names_of(&reader, BTreeSet::new(), BTreeSet::from([to.clone()]), now).await?;
        let link = self.reached_at().map(|base| format!("{base}/{}/{number}", kind.plural));
        let words = Words {
            number: number.clone(),
            title: record.title.clone(),
            kind: kind.label.clone(),
            state: kind.state_label(&record.state),
            receiver_name: names.people.get(&to).map(|(name, _)| name.clone()).unwrap_or_default(),
            note: parcel.words.into(),
            organisation: self.settings().organisation.clone(),
            link: link.unwrap_or_default(),
            ..Words::default()
        };
        let (subject, body) = self.drawn(occasion, &words).await?;
        let raw = compose(&Note {
            from_name: mailbox.speaks_as(&words.organisation),
            from: &mailbox.address,
            to: &to,
            subject: &subject,
            text: &body,
            message_id: &identity,
            automatic: occasion.automatic,
            installation: &installation(&key),
            at: u64::try_from(now.0 / 1_000).unwrap_or_default(),
            file: Some(parcel.file),
            ..Note::default()
        })
        .map_err(Refusal::Query)?;
        let row = MessageRow {
            identity,
            recipient: to,
            subject,
            number,
            automatic: occasion.automatic,
            ..MessageRow::written(self.inner.ids.next(now), &mailbox, &raw, now)
        };
        self.keep_parcel(row, raw, now).await?;
        Ok(true)
    }

    async fn keep_parcel(&self, row: MessageRow, raw: Vec<u8>, now: Moment) -> Result<(), Refusal> {
        let ids = self.inner.ids.clone();
        let send = Job { name: SEND, payload: json!({"message": row.id}), run_at: now, key: None };
        let written = self.db().write(move |conn| {
            async move {
                // One that is there already is on its way, or has arrived.
                if post::add(conn, &row, raw).await? {
                    job::add(conn, &ids, &[send], now).await?;
                }
                Ok(())
            }
            .boxed()
        });
        written.await.map_err(|fault: Fault| fault.into())
    }

    /// A message that waits as it was written down; `None` for one that is on its way or has arrived.
    pub(super) async fn kept_to_send(&self, id: i64, payload: &Json) -> Result<Option<Outgoing>, Refusal> {
        let mut conn = self.db().read().await?;
        let Some(row) = post::by_id(&mut conn, id).await?.filter(|row| row.outcome == "waiting") else {
            return Ok(None);
        };
        let mailbox = post::mailboxes(&mut conn).await?.into_iter().find(|mailbox| mailbox.id == row.mailbox);
        drop(conn);
        let mailbox = mailbox.filter(crate::post::Mailbox::sends);
        let mailbox = mailbox.ok_or_else(|| Refusal::Forbidden("its mailbox sends nothing any more".into()))?;
        self.outgoing(id, &mailbox, true, payload).await.map(Some)
    }
}
