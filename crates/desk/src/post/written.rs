//! A message of ours as it is kept: its row, and whether it goes out at all.

use model::Moment;

use crate::post::{Mailbox, MessageRow, Way, answer::AUTOMATIC_MAX};

impl MessageRow {
    /// The row of a message that this mailbox sends; what it is about is filled in by whoever wrote it.
    pub(super) fn written(id: i64, mailbox: &Mailbox, raw: &[u8], now: Moment) -> MessageRow {
        MessageRow {
            id,
            mailbox: mailbox.id,
            way: Way::Out,
            identity: String::new(),
            outcome: WAITING.into(),
            reason: String::new(),
            sender: mailbox.address.clone(),
            recipient: String::new(),
            subject: String::new(),
            number: String::new(),
            at: now,
            size: raw.len() as i64,
            blob: model::canonical::hex(&model::canonical::leaf(raw)),
            automatic: true,
        }
    }
}

/// The outcome of a message that is to be sent.
pub(super) const WAITING: &str = "waiting";

/// What is kept of a message, its outcome and why: what could not be written keeps its reason, and what there is a reason to
/// hold is held.
pub(super) fn fate(composed: Result<Vec<u8>, String>, hold: Option<String>) -> (Vec<u8>, &'static str, String) {
    match (composed, hold) {
        (Err(why), _) => (why.clone().into_bytes(), "failed", why),
        (Ok(raw), Some(why)) => (raw, "held", why),
        (Ok(raw), None) => (raw, WAITING, String::new()),
    }
}

/// Why one automatic message more is held, if it is one too many for its address.
pub(super) fn too_many(is_too_much: bool) -> Option<String> {
    is_too_much.then(|| format!("{AUTOMATIC_MAX} automatic messages within an hour are enough for one address"))
}
