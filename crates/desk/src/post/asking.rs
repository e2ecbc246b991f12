//! Mail to whoever is asked to approve, and to whoever stands in for them, with the link by which they answer without an account.

use std::collections::BTreeSet;

use ::mail::text::{self, Words};
use futures::FutureExt;
use model::{Actor, Entry, Job, Kind, Moment, Record, Refusal, Value, Via};

use crate::{Desk, Fault, decide::Handed, post::inner, store::job};

/// Name of the occasion on which it goes out.
pub(super) const APPROVAL: &str = "approval";

/// A mail to everybody for whom a record waits since this entry. Who of them waited before is found out when it is sent.
pub(super) fn promised(kind: &Kind, record: &Record, entry: &Entry) -> Vec<Job> {
    let Some(approval) = kind.approval.filter(|_| entry.via != Via::Import) else { return Vec::new() };
    let people = people_in(entry, approval.waits_for).unwrap_or_default();
    people.into_iter().map(|to| inner(APPROVAL, to, to, record, entry.version, entry.recorded)).collect()
}

/// Whether a record waits for this approver since the entry at this place, and not longer.
pub(super) fn is_new(kind: &Kind, entries: &[Entry], at: usize, approver: &str) -> bool {
    let Some(approval) = kind.approval else { return false };
    let waits = |entry: &Entry| people_in(entry, approval.waits_for).map(|people| people.contains(&approver));
    let before = entries[..at].iter().rev().find_map(waits);
    waits(&entries[at]) == Some(true) && before != Some(true)
}

/// Whom an entry sets as those who are asked; `None` where it says nothing of it.
fn people_in<'e>(entry: &'e Entry, field: &str) -> Option<Vec<&'e str>> {
    let value = entry.changes.get(field)?;
    Some(value.as_ref().map(Value::entries).unwrap_or_default().iter().filter_map(Value::as_text).collect())
}

impl Desk {
    /// Subject and text of the mail to somebody who is asked, with a link of their own; `None` where nobody waits for
    /// them any more. Whoever stands in for an approver is told by a mail of their own.
    pub(super) async fn asking(
        &self,
        record: &Record,
        version: i64,
        to: &str,
        approver: &str,
        now: Moment,
    ) -> Result<Option<(String, String)>, Refusal> {
        let system = Actor::system("mail", Via::Job);
        let handed = match self.approval_link(&system, &record.number, to, now).await {
            Ok(handed) => handed,
            Err(Refusal::Invalid(_) | Refusal::NotFound) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        if to == approver
            && let Some(stand_in) = self.stand_in_of(&record.number, approver, now).await?
        {
            self.promise_asking(inner(APPROVAL, &stand_in, approver, record, version, now), now).await?;
        }
        self.approval_words(&handed, to, now).await.map(Some)
    }

    async fn promise_asking(&self, promised: Job, now: Moment) -> Result<(), Fault> {
        let ids = self.inner.ids.clone();
        self.db().write(move |conn| async move { job::add(conn, &ids, &[promised], now).await }.boxed()).await
    }

    /// What is said with a link, in the organisation's own words.
    pub(crate) async fn approval_words(
        &self,
        handed: &Handed,
        to: &str,
        now: Moment,
    ) -> Result<(String, String), Refusal> {
        let record = &handed.record;
        let catalog = self.catalog();
        let kind = catalog.find(record.kind).ok_or(Refusal::NotFound)?;
        let asker = kind.approval.and_then(|approval| record.fields.get(approval.requester)).and_then(Value::as_text);
        let asker = asker.unwrap_or_default();
        let people = BTreeSet::from([to.to_string(), asker.to_string()]);
        let names = self.names_of(&Actor::system("mail", Via::Job), BTreeSet::new(), people, now).await?;
        let name_of = |email: &str| names.people.get(email).map(|(name, _)| name.clone()).unwrap_or_default();
        let link = self.reached_at().map(|base| format!("{base}/decide/{}", handed.secret));
        let note = match link {
            Some(_) => format!("It is yours alone, good once, and until {}.", handed.expires.date()),
            None => "Sign in and look under Approvals.".into(),
        };
        let words = Words {
            number: record.number.clone(),
            title: record.title.clone(),
            kind: kind.label.clone(),
            state: kind.state_label(&record.state),
            requester: asker.into(),
            requester_name: name_of(asker),
            receiver_name: name_of(to),
            note,
            organisation: self.settings().organisation.clone(),
            link: link.unwrap_or_default(),
            ..Words::default()
        };
        let occasion = text::occasion(APPROVAL).ok_or_else(|| Fault::new("there is no occasion of this name"))?;
        self.drawn(occasion, &words).await
    }
}
