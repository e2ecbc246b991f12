//! A notice to somebody about a record, promised by a rule: plain words, marked as written by a machine, kept like every
//! message that goes out.

use mail::{
    address,
    compose::{Note, compose},
};
use model::{Job, Moment, Refusal, time::HOUR};
use serde_json::{Value as Json, json};

use crate::{
    Desk,
    post::{
        MessageRow, SEND, Way,
        answer::{AUTOMATIC_MAX, Outgoing, first_that_sends},
        take::installation,
        written::{WAITING, fate, too_many},
    },
    store::post,
};

/// What a notice says, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub to: String,
    pub subject: String,
    pub text: String,
    /// The record that it is about.
    pub number: String,
    /// By what it is the same notice when the job is done twice.
    pub cause: String,
}

impl Notice {
    pub fn promised(&self, at: Moment) -> Job {
        let Notice { to, subject, text, number, cause } = self;
        let said = json!({"to": to, "subject": subject, "text": text, "number": number, "cause": cause});
        let key = Some(format!("{SEND}:notice:{number}:{to}:{cause}"));
        Job { name: SEND, payload: json!({ "notice": said }), run_at: at, key }
    }

    fn read(payload: &Json) -> Notice {
        let text = |name: &str| payload.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
        Notice {
            to: text("to"),
            subject: text("subject"),
            text: text("text"),
            number: text("number"),
            cause: text("cause"),
        }
    }
}

impl Desk {
    /// Writes the notice that a job promises, by the first mailbox that sends; `None` where there is none, and for one that
    /// was sent before.
    pub(super) async fn write_notice(
        &self,
        payload: &Json,
        said: &Json,
        now: Moment,
    ) -> Result<Option<Outgoing>, Refusal> {
        let notice = Notice::read(said);
        let key = self.mail_key().await?;
        let mut conn = self.db().read().await?;
        let Some(mailbox) = first_that_sends(post::mailboxes(&mut conn).await?) else { return Ok(None) };
        let signature = address::sign(&key, "notice", &format!("{}:{}:{}", notice.number, notice.to, notice.cause));
        let identity = format!("notice.{signature}@{}", address::domain(&mailbox.address));
        let known = post::find(&mut conn, mailbox.id, Way::Out, &identity).await?;
        let recent = post::recent(&mut conn, Way::Out, &notice.to, now.minus(HOUR)).await?;
        drop(conn);
        if known.as_ref().is_some_and(|row| row.outcome != "waiting") {
            return Ok(None);
        }
        let reply_to = address::signed(&key, &mailbox.address, &notice.number);
        let settings = self.settings();
        let raw = compose(&Note {
            from_name: mailbox.speaks_as(&settings.organisation),
            from: &mailbox.address,
            reply_to: reply_to.as_deref(),
            to: &notice.to,
            subject: &notice.subject,
            text: &notice.text,
            message_id: &identity,
            automatic: true,
            installation: &installation(&key),
            at: u64::try_from(now.0 / 1_000).unwrap_or_default(),
            ..Note::default()
        });
        let (raw, outcome, reason) = fate(raw, too_many(recent >= AUTOMATIC_MAX));
        let id = known.map_or_else(|| self.inner.ids.next(now), |row| row.id);
        let row = MessageRow {
            identity,
            outcome: outcome.into(),
            reason,
            recipient: notice.to,
            subject: notice.subject,
            number: notice.number,
            ..MessageRow::written(id, &mailbox, &raw, now)
        };
        self.keep_answer(row, raw).await?;
        if outcome != WAITING {
            return Ok(None);
        }
        // Nobody reads reports about what a machine wrote (RFC 3834 section 3.3).
        self.outgoing(id, &mailbox, false, payload).await.map(Some)
    }
}
