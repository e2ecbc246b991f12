//! What the house keeps about itself: accounts, tokens, settings. Not records, but journaled like them.

use std::sync::OnceLock;

use model::{
    Actor, Entry, Field, Kind, Moment, RecordId, Refusal, Type, Value,
    journal::{Changes, Note},
};
use sha2::{Digest, Sha256};

use crate::{
    Desk,
    ids::random,
    rights,
    store::{
        db::Conn,
        fault::Fault,
        journal::{self, Written},
    },
};

/// Kinds of the house's own things, known to the journal alone.
pub fn kind(name: &str) -> Option<&'static Kind> {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    let kinds = KINDS.get_or_init(|| {
        [
            "account",
            "session",
            "token",
            "custom_field",
            "saved_view",
            "setting",
            "judgement",
            "job",
            "mailbox",
            "message",
            "approval_link",
            "event_source",
            "pack",
            "automation",
            "watch",
            "mention",
            "seat",
            "framework",
            "official_text",
        ]
        .into_iter()
        .map(|name| Kind::new(name, name, "").field(Field::new("value", Type::Mixed)))
        .collect()
    });
    kinds.iter().find(|kind| kind.name == name)
}

/// One of the house's own things, and what was done to it.
pub(crate) struct Deed {
    pub kind: &'static str,
    pub id: RecordId,
    /// What it is called where it is listed. Nothing personal: it stands in the journal for ever.
    pub number: String,
    pub act: &'static str,
    pub changes: Changes,
}

impl Deed {
    /// On a thing with an id of its own.
    pub fn on(kind: &'static str, id: i64, act: &'static str) -> Deed {
        Deed { kind, id: RecordId(id), number: id.to_string(), act, changes: Changes::new() }
    }

    /// On a thing that only has a name; its id is drawn from it and below zero, where no record is.
    pub fn on_named(kind: &'static str, name: &str, act: &'static str) -> Deed {
        let hash = Sha256::digest(format!("{kind} {name}"));
        let mut bytes = [0u8; 8];
        bytes.copy_from_slice(&hash[..8]);
        let id = -(i64::from_le_bytes(bytes) & i64::MAX) - 1;
        Deed { kind, id: RecordId(id), number: name.into(), act, changes: Changes::new() }
    }

    pub fn set(mut self, name: &str, value: Option<Value>) -> Deed {
        self.changes.insert(name.into(), value);
        self
    }

    /// Names the change only where there is one.
    pub fn differs(self, name: &str, before: Option<Value>, after: Option<Value>) -> Deed {
        if before == after { self } else { self.set(name, after) }
    }
}

impl Desk {
    /// The newest entries of the whole house, newest first, for administrators.
    pub async fn activity(&self, actor: &Actor, most: i64, now: Moment) -> Result<Vec<Entry>, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        Ok(journal::newest(&mut conn, &self.catalog(), most).await?)
    }
}

/// Writes a deed into the journal, in the transaction in which it is done.
pub(crate) async fn journal(
    conn: &mut Conn,
    actor: &Actor,
    deed: Deed,
    note: Option<&str>,
    now: Moment,
) -> Result<(), Fault> {
    let kind = kind(deed.kind).ok_or_else(|| Fault::new(format!("{} is nothing of the house", deed.kind)))?;
    let (previous, version) = journal::last_of(conn, deed.id).await?;
    let entry = Entry {
        seq: 0,
        record: deed.id,
        kind: kind.name,
        number: deed.number,
        version: version + 1,
        at: now,
        recorded: now,
        by: Some(actor.email.clone()),
        via: actor.via,
        act: deed.act.into(),
        changes: deed.changes,
        base: Changes::new(),
        note: note.map(|text| Note { text: text.into(), public: false }),
        linked: Vec::new(),
        unlinked: Vec::new(),
        attached: Vec::new(),
        previous,
    };
    let sealed = entry.seal(kind, &mut random::<16>);
    journal::append(conn, &[Written { entry, sealed, origin: String::new() }]).await
}
