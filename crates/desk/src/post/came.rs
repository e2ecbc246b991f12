//! The messages of a record as those see them who work on it: who sent each, whether that is proved, its words and its files.

use std::collections::HashMap;

use mail::{Letter, Proof, proof};
use model::{Actor, Moment, Refusal};

use crate::{
    Desk, FileRow,
    post::{MessageRow, Way, look::rescued},
    rights,
    store::{db::Conn, fault::Fault, file, post},
};

/// A message that came for a record, without its words.
#[derive(Clone, Debug)]
pub struct Came {
    pub row: MessageRow,
    /// The name that it gives itself; empty for none.
    pub sender_name: String,
    pub proof: Proof,
}

/// The same with its words.
#[derive(Clone, Debug)]
pub struct Opened {
    pub came: Came,
    pub letter: Letter,
    pub files: Vec<Enclosed>,
}

/// A file that came along, and where the record keeps it; `None` where it is only in the message.
#[derive(Clone, Debug)]
pub struct Enclosed {
    pub name: String,
    /// Bytes.
    pub size: usize,
    pub kept: Option<FileRow>,
}

impl Desk {
    /// The messages that came for a record, the newest first, `most` at most.
    ///
    /// # Errors
    /// `NotFound` for a record that the actor may not see, and for people of customers: how mail came is the provider's own.
    pub async fn came_by_mail(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        most: i64,
        now: Moment,
    ) -> Result<Vec<Came>, Refusal> {
        rights::provider(actor)?;
        let (mut conn, _) = self.seen(actor, kind, number, now).await?;
        let trusted = trusted(&mut conn).await?;
        let mut all = Vec::new();
        for row in post::came_for(&mut conn, number, most).await? {
            let head = file::beginning(&mut conn, &row.blob, proof::HEAD_MAX).await?.unwrap_or_default();
            let ours = trusted.get(&row.mailbox).map(String::as_str).unwrap_or_default();
            let (sender_name, proof) = proof::of_head(&head, ours);
            all.push(Came { row, sender_name, proof });
        }
        Ok(all)
    }

    /// One of them with its words and files.
    ///
    /// # Errors
    /// As for all of them; `NotFound` as well for a message of another record.
    pub async fn letter_of(
        &self,
        actor: &Actor,
        (kind, number): (&str, &str),
        id: i64,
        now: Moment,
    ) -> Result<Opened, Refusal> {
        rights::provider(actor)?;
        let (mut conn, record) = self.seen(actor, kind, number, now).await?;
        let row = post::by_id(&mut conn, id).await?;
        let row = row.filter(|row| row.way == Way::In && row.number == record.number).ok_or(Refusal::NotFound)?;
        let raw = file::content(&mut conn, &row.blob).await?.ok_or(Refusal::NotFound)?;
        let kept = file::of_record(&mut conn, record.id).await?;
        let trusted = trusted(&mut conn).await?;
        drop(conn);
        let (_, letter) = rescued(raw).await?;
        let ours = trusted.get(&row.mailbox).map(String::as_str).unwrap_or_default();
        let proof = proof::proof(&letter.authentication, ours);
        let enclosed = |file: &mail::Enclosure| {
            let hash = model::canonical::hex(&model::canonical::leaf(&file.bytes));
            let same = |row: &&FileRow| row.hash == hash && row.name == file.name;
            Enclosed { name: file.name.clone(), size: file.bytes.len(), kept: kept.iter().find(same).cloned() }
        };
        let files = letter.enclosures.iter().map(enclosed).collect();
        let came = Came { row, sender_name: letter.sender_name.clone(), proof };
        Ok(Opened { came, letter, files })
    }
}

/// By mailbox, the name under which its own server writes down what it found out about senders.
async fn trusted(conn: &mut Conn) -> Result<HashMap<i64, String>, Fault> {
    let all = post::mailboxes(conn).await?;
    Ok(all.into_iter().map(|mailbox| (mailbox.id, mailbox.definition.trusted)).collect())
}
