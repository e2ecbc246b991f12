//! What is known of a sender and of the records that a letter names, gathered for the decision.

use std::collections::BTreeSet;

use mail::{
    Letter, address,
    decide::{Thread, tag},
};
use model::{
    Actor, Catalog, Column, Kind, Moment, Phase, Query, Record, Refusal, Via, lifecycle::WITHDRAWN, link::DUPLICATES,
};

use crate::{
    Desk,
    post::Mailbox,
    reckoning::Reckoning,
    reopening::Reopening,
    store::{
        account,
        db::Conn,
        fault::Fault,
        journal, post,
        record::{self, Kept},
    },
};

/// Who a sender is to us.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sender {
    /// The customer whose person it is.
    pub customer: Option<String>,
    /// One of the provider's own people, by their account.
    pub is_colleague: bool,
    /// The name on record; empty where there is none.
    pub name: String,
}

impl Desk {
    /// Looks a sender up among accounts, people and customers, in this order.
    pub(super) async fn sender_of(&self, mailbox: &Mailbox, email: &str, now: Moment) -> Result<Sender, Refusal> {
        let mut sender = Sender::default();
        if email.is_empty() {
            return Ok(sender);
        }
        let found = account::by_email(&mut self.db().read().await?, email).await?;
        if let Some(found) = found.filter(|found| found.account.is_open_at(now)) {
            let account = found.account;
            return Ok(Sender {
                is_colleague: account.customer.is_none(),
                name: account.name,
                customer: account.customer,
            });
        }
        let reader = Actor::system("mail", Via::Mail);
        let names = self.names_of(&reader, BTreeSet::new(), BTreeSet::from([email.to_string()]), now).await?;
        sender.name = names.people.get(email).map(|(name, _)| name.clone()).unwrap_or_default();
        sender.customer = self.customer_by_address(mailbox, &reader, email, now).await?;
        Ok(sender)
    }

    /// The customer that names this address among its contacts, or its domain as its own.
    async fn customer_by_address(
        &self,
        mailbox: &Mailbox,
        reader: &Actor,
        email: &str,
        now: Moment,
    ) -> Result<Option<String>, Refusal> {
        let catalog = self.catalog();
        let Some(kind) = catalog.find(&mailbox.definition.opens).and_then(|kind| customers(&catalog, kind)) else {
            return Ok(None);
        };
        let wanted = [("contacts", email), ("domains", address::domain(email))];
        for (field, text) in wanted.into_iter().filter(|(field, text)| kind.has_field(field) && !text.is_empty()) {
            let filter = model::Filter::equal(field, text);
            let query = Query { filter, size: 2, columns: vec!["number".into()], ..Query::of(kind.name) };
            let page = self.list(reader, &query, now).await?;
            // Two customers with one address: nobody is guessed.
            if let [one] = page.records.as_slice() {
                return Ok(Some(one.number().to_string()));
            }
        }
        Ok(None)
    }
}

/// The kind of whose records this kind's records are.
fn customers<'c>(catalog: &'c Catalog, kind: &Kind) -> Option<&'c Kind> {
    let field = kind.find(kind.customer_field?)?;
    let model::Type::Ref(refs) = &field.ty else { return None };
    refs.kinds.first().and_then(|name| catalog.find(name))
}

/// The records that a letter names in the three ways.
pub(super) struct Named {
    pub by_address: Option<Thread>,
    pub by_reference: Option<Thread>,
    pub by_subject: Option<Thread>,
    /// A record that the same message opened through another mailbox.
    pub elsewhere: Option<String>,
}

#[allow(clippy::too_many_arguments)]
pub(super) async fn named(
    conn: &mut Conn,
    catalog: &Catalog,
    key: &[u8],
    mailbox: &Mailbox,
    letter: &Letter,
    sender: &Sender,
    agreements: &Reckoning,
    now: Moment,
) -> Result<Named, Fault> {
    let carried = address::number_of(key, &mailbox.address, &letter.recipients);
    let mut references = letter.references.clone();
    references.extend(letter.bounce.as_ref().and_then(|bounce| bounce.about.clone()));
    let referred = post::thread_of(conn, mailbox.id, &references).await?;
    let own: Vec<String> = letter.message_id.iter().cloned().collect();
    let elsewhere = post::thread_of(conn, mailbox.id, &own).await?;
    let tagged = tag(&letter.subject).map(str::to_string);
    let mut threads = [None, None, None];
    for (at, number) in [carried, referred, tagged].into_iter().enumerate() {
        let Some(number) = number else { continue };
        if let Some(kept) = find(conn, catalog, &number).await? {
            threads[at] = Some(thread(conn, catalog, &kept.record, letter, sender, agreements, now).await?);
        }
    }
    let [by_address, by_reference, by_subject] = threads;
    Ok(Named { by_address, by_reference, by_subject, elsewhere })
}

/// Most records that were merged into each other in a row.
const MERGED_MAX: usize = 5;

/// A record by its number as it was written, or in capitals: addresses lose them.
async fn find(conn: &mut Conn, catalog: &Catalog, number: &str) -> Result<Option<Kept>, Fault> {
    let spelled = [number.to_string(), number.to_uppercase()];
    let mut found = record::load(conn, catalog, &spelled, false).await?;
    let mut kept = spelled.iter().find_map(|number| found.remove(number));
    // What was merged into another record goes on there.
    for _ in 0..MERGED_MAX {
        let Some(own) = kept.as_ref().filter(|kept| WITHDRAWN.contains(&kept.record.state.as_str())) else { break };
        let links = journal::links_from(conn, &[own.record.id.0], None).await?.remove(&own.record.id.0);
        let into = links.unwrap_or_default().into_iter().find(|link| link.name == DUPLICATES).map(|link| link.to);
        let Some(into) = into else { break };
        match record::load(conn, catalog, std::slice::from_ref(&into), false).await?.remove(&into) {
            Some(other) if other.record.customer == own.record.customer => kept = Some(other),
            _ => break,
        }
    }
    // Only what somebody asks for has a conversation.
    Ok(kept.filter(|kept| catalog.find(kept.record.kind).is_some_and(|kind| requester_field(kind).is_some())))
}

async fn thread(
    conn: &mut Conn,
    catalog: &Catalog,
    record: &Record,
    letter: &Letter,
    sender: &Sender,
    agreements: &Reckoning,
    now: Moment,
) -> Result<Thread, Fault> {
    let kind = catalog.find(record.kind);
    let named = |column: Column| {
        let field = kind.and_then(|kind| kind.fields.iter().find(|field| field.column == Some(column)));
        let value = field.and_then(|field| record.fields.get(&field.name));
        value.and_then(|value| value.as_text()).is_some_and(|text| text.eq_ignore_ascii_case(&letter.sender))
    };
    let of_customer = sender.customer.is_some() && sender.customer == record.customer;
    let took_part = sender.is_colleague
        || of_customer
        || named(Column::Requester)
        || named(Column::Owner)
        || post::has_written(conn, &record.number, &letter.sender).await?;
    let over = kind.filter(|kind| kind.phase(&record.state) == Phase::Done);
    let reopening = match over {
        Some(kind) => Reopening::of(kind, record, &agreements.seen(conn, catalog).await?.agreements, now),
        None => None,
    };
    Ok(Thread {
        number: record.number.clone(),
        customer: record.customer.clone(),
        took_part,
        done_days: over.map(|_| reopening.as_ref().map_or(0, |reopening| reopening.ago(now))),
        is_late: reopening.is_some_and(|reopening| reopening.is_late(now)),
    })
}

/// The field whose person asks for the record.
pub(super) fn requester_field(kind: &Kind) -> Option<&str> {
    kind.fields.iter().find(|field| field.column == Some(Column::Requester)).map(|field| field.name.as_str())
}
