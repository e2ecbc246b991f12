//! An answer goes out: written from its template, kept, sent by whoever holds the job, and its end told.

use std::collections::BTreeSet;

use futures::FutureExt;
use mail::{
    address,
    compose::{Note, compose},
    text::{self, Occasion, Words},
};
use model::{
    Act, Actor, Command, Entry, Job, Kind, Moment, Phase, Record, Refusal, Role, Target, Value, Via,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::Value as Json;

use crate::{
    Desk,
    accounts::Account,
    house::{self, Deed},
    post::{
        Mailbox, MessageRow, SEND, Server, Settled, Way,
        asking::{self, APPROVAL},
        rating,
        standing::requester_field,
        take::installation,
        written::{WAITING, fate, too_many},
    },
    rights,
    store::{account, db::Conn, fault::Fault, job, journal, post, record},
};

/// Automatic messages that one address gets within an hour: the third wall against machines that answer each other.
pub(super) const AUTOMATIC_MAX: i64 = 6;
/// Messages of a thread that an answer names.
const THREAD_MAX: i64 = 200;
/// An answer that could not be sent for so long is news no more.
const STALE: i64 = 3 * DAY;

/// A message ready for SMTP.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub id: i64,
    /// The job that it came from, to be promised again when the server is not ready.
    pub payload: Json,
    pub server: Server,
    pub secret: String,
    /// Where reports go; empty for none, as automatic answers have it (RFC 3834 section 3.3).
    pub envelope_from: String,
    pub to: String,
    pub raw: Vec<u8>,
}

/// How sending ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server has taken it, with its words.
    Sent(String),
    /// The server will never take it.
    Failed(String),
    /// It may take it later.
    Later(String),
}

/// What an answer is about, as it stands when it is written.
struct Matter {
    kind: Kind,
    record: Record,
    entry: Entry,
    occasion: &'static Occasion,
    /// Who gets it: the requester, or whoever of our people must act.
    receiver: String,
    /// Why it goes to them, where no public note says so.
    reason: String,
    mailbox: Mailbox,
}

impl Desk {
    /// Writes the answer that a job of [`super::SEND`] promises, or finds that there is nothing to send.
    ///
    /// The same job twice gives the same Message-ID, and what was sent is not sent again.
    pub async fn write_answer(&self, payload: &Json, now: Moment) -> Result<Option<Outgoing>, Refusal> {
        if let Some(notice) = payload.get("notice") {
            return self.write_notice(payload, notice, now).await;
        }
        if let Some(id) = payload.get("message").and_then(Json::as_i64) {
            return self.kept_to_send(id, payload).await;
        }
        let Some(matter) = self.matter(payload, now).await? else { return Ok(None) };
        let key = self.mail_key().await?;
        let identity = identity(&key, &matter);
        let mut conn = self.db().read().await?;
        let known = post::find(&mut conn, matter.mailbox.id, Way::Out, &identity).await?;
        drop(conn);
        let id = match known {
            Some(row) if row.outcome != "waiting" => return Ok(None),
            Some(row) => row.id,
            None => match self.write_down(&matter, &key, &identity, now).await? {
                Some(id) => id,
                None => return Ok(None),
            },
        };
        let bounces = matter.occasion.name != "receipt";
        self.outgoing(id, &matter.mailbox, bounces, payload).await.map(Some)
    }

    /// A message that is kept, with what its server must know; reports of what went wrong come back where `bounces` says so.
    pub(super) async fn outgoing(
        &self,
        id: i64,
        mailbox: &Mailbox,
        bounces: bool,
        payload: &Json,
    ) -> Result<Outgoing, Refusal> {
        let mut conn = self.db().read().await?;
        let row = post::by_id(&mut conn, id).await?.ok_or(Refusal::NotFound)?;
        let raw = crate::store::file::content(&mut conn, &row.blob).await?.ok_or(Refusal::NotFound)?;
        drop(conn);
        let secret = self.mailbox_secret(mailbox.id).await?;
        let envelope_from = if bounces { mailbox.address.clone() } else { String::new() };
        let (server, payload) = (mailbox.definition.outgoing.clone(), payload.clone());
        Ok(Outgoing { id, payload, server, secret, envelope_from, to: row.recipient, raw })
    }

    /// Tells how sending ended. What failed for good is told on the record, so that its agent knows; what the server
    /// would not take yet is promised again, at first soon, then every hour.
    pub async fn tell_delivery(&self, outgoing: &Outgoing, delivery: Delivery, now: Moment) -> Result<(), Refusal> {
        let mut conn = self.db().read().await?;
        let row = post::by_id(&mut conn, outgoing.id).await?.ok_or(Refusal::NotFound)?;
        drop(conn);
        let age = now.0 - row.at.0;
        let (outcome, reason) = match delivery {
            Delivery::Sent(words) => ("sent", words),
            Delivery::Failed(why) => ("failed", why),
            Delivery::Later(why) if age > STALE => ("failed", format!("given up: {why}")),
            Delivery::Later(why) => return self.promise_again(&row, &outgoing.payload, &why, now).await,
        };
        let reason = shortened(&reason);
        let settled = Settled { outcome: outcome.into(), reason: reason.clone(), number: row.number.clone() };
        self.settle_journaled(&row, settled, now).await?;
        if outcome == "sent" {
            self.stamp_told(&outgoing.payload, now).await?;
        }
        if outcome == "failed" {
            self.tell_failure(&row, &reason, now).await?;
        }
        Ok(())
    }

    async fn promise_again(&self, row: &MessageRow, payload: &Json, why: &str, now: Moment) -> Result<(), Refusal> {
        let wait = (now.0 - row.at.0).clamp(MINUTE, HOUR);
        let settled = Settled { outcome: "waiting".into(), reason: shortened(why), number: row.number.clone() };
        let job = Job {
            name: SEND,
            payload: payload.clone(),
            run_at: now.plus(wait),
            key: Some(format!("{SEND}:again:{}", row.id)),
        };
        let (id, ids) = (row.id, self.inner.ids.clone());
        let written = self.db().write(move |conn| {
            async move {
                post::settle(conn, id, &settled).await?;
                job::add(conn, &ids, &[job], now).await
            }
            .boxed()
        });
        written.await.map_err(|fault: Fault| fault.into())
    }

    async fn settle_journaled(&self, row: &MessageRow, settled: Settled, now: Moment) -> Result<(), Refusal> {
        let actor = Actor::system("mail", Via::Job);
        let deed = Deed::on("message", row.id, "send")
            .set("outcome", Some(Value::text(&settled.outcome)))
            .set("reason", Some(Value::text(&settled.reason)).filter(Value::is_filled))
            .set("number", Some(Value::text(&settled.number)).filter(Value::is_filled));
        let id = row.id;
        let written = self.db().write(move |conn| {
            async move {
                post::settle(conn, id, &settled).await?;
                house::journal(conn, &actor, deed, None, now).await
            }
            .boxed()
        });
        Ok(written.await?)
    }

    async fn tell_failure(&self, row: &MessageRow, reason: &str, now: Moment) -> Result<(), Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let found = record::load(&mut conn, &catalog, std::slice::from_ref(&row.number), false).await?;
        drop(conn);
        let Some(kept) = found.get(&row.number) else { return Ok(()) };
        let target = Target { kind: kept.record.kind.into(), number: row.number.clone(), version: None };
        let text = format!("The mail to {} did not go out: {reason}", row.recipient);
        let command = Command::Note { target, text, public: false };
        self.perform(&Actor::system("mail", Via::Job), command, now).await.map(drop)
    }

    /// What the entry that a job names is about, if it is anything to write of.
    async fn matter(&self, payload: &Json, now: Moment) -> Result<Option<Matter>, Refusal> {
        let catalog = self.catalog();
        let named = |name: &str| payload.get(name).and_then(Json::as_str).unwrap_or_default();
        let (number, version) = (named("number").to_string(), payload.get("version").and_then(Json::as_i64));
        let Some(kind) = catalog.find(named("kind")) else { return Ok(None) };
        let mut conn = self.db().read().await?;
        let found = record::load(&mut conn, &catalog, std::slice::from_ref(&number), false).await?.remove(&number);
        let Some(record) = found.map(|kept| kept.record) else { return Ok(None) };
        let entries = journal::of_record(&mut conn, &catalog, record.id).await?;
        let Some(at) = entries.iter().position(|entry| Some(entry.version) == version) else { return Ok(None) };
        let colleague = Some(named("to")).filter(|to| !to.is_empty());
        let requester = requester_field(kind).and_then(|field| record.fields.get(field)).and_then(Value::as_text);
        let receiver = address::plain(colleague.or(requester).unwrap_or_default());
        let found = match colleague {
            Some(_) => text::occasion(named("occasion")).filter(|occasion| occasion.inner),
            None => occasion(kind, &entries, at),
        };
        let Some(occasion) = found else { return Ok(None) };
        if occasion.name == APPROVAL && !asking::is_new(kind, &entries, at, named("note")) {
            return Ok(None);
        }
        let wanted = match occasion.inner {
            true if occasion.is_by_choice() => hears(&mut conn, kind, &record, &entries[at], &receiver, now).await?,
            true => reaches(&mut conn, &receiver, now).await?,
            false => wanted(&mut conn, kind, &record, &entries[at], occasion, &receiver, now).await?,
        };
        if !wanted {
            return Ok(None);
        }
        let Some(mailbox) = mailbox_for(&mut conn, &number, occasion).await? else { return Ok(None) };
        drop(conn);
        let entry = entries[at].clone();
        let reason = named("note").to_string();
        Ok(Some(Matter { kind: kind.clone(), record, entry, occasion, receiver, reason, mailbox }))
    }

    /// Keeps the answer as it will go out; `None` where it must not.
    async fn write_down(
        &self,
        matter: &Matter,
        key: &[u8],
        identity: &str,
        now: Moment,
    ) -> Result<Option<i64>, Refusal> {
        let said = match matter.occasion.name {
            APPROVAL => {
                let Matter { record, entry, receiver, reason, .. } = matter;
                self.asking(record, entry.version, receiver, reason, now).await?
            }
            _ => Some(self.drawn(matter.occasion, &self.words(matter, key, now).await?).await?),
        };
        let Some((subject, body)) = said else { return Ok(None) };
        let mut conn = self.db().read().await?;
        // What is said inside the house does not hang on the customer's own conversation.
        let most = if matter.occasion.inner { 0 } else { THREAD_MAX };
        let thread = post::of_record(&mut conn, &matter.record.number, most).await?;
        let since = now.minus(HOUR);
        let recent = post::recent(&mut conn, Way::Out, &matter.receiver, since).await?;
        let gone = post::comes_back(&mut conn, &matter.receiver).await?;
        drop(conn);
        let references: Vec<String> = thread
            .iter()
            .filter(|row| !row.identity.starts_with("sha256:") && row.outcome != "held" && row.outcome != "failed")
            .map(|row| row.identity.clone())
            .collect();
        let answered = thread.iter().rev().find(|row| row.way == Way::In && !row.identity.starts_with("sha256:"));
        let base = &matter.mailbox.address;
        let reply_to = address::signed(key, base, &matter.record.number);
        let raw = compose(&Note {
            from_name: matter.mailbox.speaks_as(&self.settings().organisation),
            from: base,
            reply_to: reply_to.as_deref(),
            to: &matter.receiver,
            subject: &subject,
            text: &body,
            message_id: identity,
            references: &references,
            in_reply_to: answered.map_or("", |row| &row.identity),
            automatic: matter.occasion.automatic,
            installation: &installation(key),
            at: u64::try_from(now.0 / 1_000).unwrap_or_default(),
            file: None,
        });
        let is_too_much = matter.occasion.answers_by_itself() && recent >= AUTOMATIC_MAX;
        let comes_back = gone.map(|why| shortened(&format!("messages to this address come back: {why}")));
        let is_gone = comes_back.is_some();
        let (raw, outcome, reason) = fate(raw, comes_back.or_else(|| too_many(is_too_much)));
        let row = MessageRow {
            identity: identity.into(),
            outcome: outcome.into(),
            reason,
            recipient: matter.receiver.clone(),
            subject,
            number: matter.record.number.clone(),
            automatic: matter.occasion.automatic,
            ..MessageRow::written(self.inner.ids.next(now), &matter.mailbox, &raw, now)
        };
        self.keep_answer(row.clone(), raw).await?;
        if is_gone {
            self.tell_failure(&row, &row.reason, now).await?;
        }
        Ok((outcome == WAITING).then_some(row.id))
    }

    pub(super) async fn keep_answer(&self, row: MessageRow, raw: Vec<u8>) -> Result<(), Refusal> {
        let written = self.db().write(move |conn| {
            async move {
                post::add(conn, &row, raw).await?;
                post::add_thread(conn, row.mailbox, &row.number, std::slice::from_ref(&row.identity)).await
            }
            .boxed()
        });
        written.await.map_err(|fault: Fault| fault.into())
    }

    async fn words(&self, matter: &Matter, key: &[u8], now: Moment) -> Result<Words, Refusal> {
        let author = matter.entry.by.clone().unwrap_or_default();
        let reader = Actor::system("mail", Via::Job);
        let asker = requester_field(&matter.kind).and_then(|field| matter.record.fields.get(field));
        let asker = address::plain(asker.and_then(Value::as_text).unwrap_or_default());
        let people = BTreeSet::from([matter.receiver.clone(), asker.clone(), author.clone()]);
        let names = self.names_of(&reader, BTreeSet::new(), people, now).await?;
        let mut conn = self.db().read().await?;
        let mut name_of = async |email: &str| -> Result<String, Fault> {
            let known = names.people.get(email).map(|(name, _)| name.clone());
            Ok(match known {
                Some(name) => name,
                None => account::by_email(&mut conn, email).await?.map(|found| found.account.name).unwrap_or_default(),
            })
        };
        let receiver_name = if matter.occasion.inner { name_of(&matter.receiver).await? } else { String::new() };
        let (requester_name, author_name) = (name_of(&asker).await?, name_of(&author).await?);
        let record = &matter.record;
        // Only what the requester may see on the record's own page is told by mail.
        let resolution = matter.kind.find("resolution").filter(|field| !field.internal);
        let resolution = resolution.and_then(|field| record.fields.get(&field.name)).and_then(Value::as_text);
        let receiver = account::by_email(&mut conn, &matter.receiver).await?.map(|found| found.account);
        let works_here = receiver.is_some_and(|account| account.customer.is_none());
        let is_ours = matter.occasion.is_by_choice() && works_here;
        let note = matter.entry.note.as_ref().filter(|note| note.public || is_ours).map(|note| note.text.clone());
        // Whoever asked reads it in the portal; only our own people have the desk's page.
        let outer = !matter.occasion.inner && !works_here && matter.kind.talk.is_some();
        let place = if outer { "portal/requests" } else { matter.kind.plural };
        let link = self.reached_at().map(|base| format!("{base}/{place}/{}", record.number));
        Ok(Words {
            number: record.number.clone(),
            title: record.title.clone(),
            kind: matter.kind.label.clone(),
            state: matter.kind.state_label(&record.state),
            rating: self.rating_asked(matter, &asker, key, now),
            requester: asker,
            receiver_name,
            requester_name,
            author_name,
            note: match matter.occasion.inner && !matter.occasion.is_by_choice() {
                true => matter.reason.clone(),
                false => note.unwrap_or_default(),
            },
            resolution: resolution.unwrap_or_default().into(),
            organisation: self.settings().organisation.clone(),
            link: link.unwrap_or_default(),
        })
    }

    /// Where whoever asked says with one press how it was; empty where that is not asked.
    fn rating_asked(&self, matter: &Matter, asker: &str, key: &[u8], now: Moment) -> String {
        let is_theirs = matter.occasion.name == "done" && matter.receiver == asker;
        let base = self.reached_at().filter(|_| is_theirs);
        let link = base.zip(rating::token(key, &matter.kind, &matter.record, now));
        link.map(|(base, token)| format!("{base}/rate/{token}?rating=")).unwrap_or_default()
    }

    /// Subject and text by the organisation's own templates; where one of those fails, by ours.
    pub(super) async fn drawn(&self, occasion: &'static Occasion, words: &Words) -> Result<(String, String), Refusal> {
        let own = self.mail_text(occasion).await?;
        let drawn = text::draw(&own.subject, words).and_then(|subject| Ok((subject, text::draw(&own.body, words)?)));
        let offered = || Ok((text::draw(occasion.subject, words)?, text::draw(occasion.body, words)?));
        drawn
            .or_else(|why| {
                tracing::warn!(occasion = occasion.name, %why, "an own template cannot be drawn; the offered one is taken");
                offered()
            })
            .map_err(|why: String| Fault::new(format!("the offered template {}: {why}", occasion.name)).into())
    }
}

/// A server's words, as far as they are kept.
fn shortened(words: &str) -> String {
    words.chars().filter(|letter| !letter.is_control()).take(500).collect()
}

/// The occasion of an entry: what ends a record weighs more than the note that comes with it.
fn occasion(kind: &Kind, entries: &[Entry], at: usize) -> Option<&'static Occasion> {
    let entry = &entries[at];
    let state_in = |entry: &Entry| {
        let value = entry.changes.get("state").cloned().flatten();
        value.and_then(|value| value.as_text().map(str::to_string))
    };
    let before = entries[..at].iter().rev().find_map(state_in);
    let was_done = before.is_some_and(|state| kind.phase(&state) == Phase::Done);
    let ends = state_in(entry).is_some_and(|state| kind.phase(&state) == Phase::Done) && !was_done;
    let public = entry.note.as_ref().is_some_and(|note| note.public);
    let name = match entry.act.as_str() {
        "create" => "receipt",
        // Nothing new is told by what stands as before.
        "undo" => return None,
        _ if ends => "done",
        _ if public => "note",
        _ => return None,
    };
    text::occasion(name)
}

/// Whether somebody of our people can be written to: whose account is closed works here no more, and an auditor from outside
/// reads where it is written down.
pub(super) async fn reaches(conn: &mut Conn, email: &str, now: Moment) -> Result<bool, Refusal> {
    let account = account::by_email(conn, email).await?.map(|found| found.account);
    let works = |account: Account| account.is_open_at(now) && !account.roles.contains(&Role::ExternalAuditor);
    Ok(model::types::is_mail(email) && account.is_none_or(works))
}

/// Whether somebody who is named or watches wants mail, and may still read what they would hear.
async fn hears(
    conn: &mut Conn,
    kind: &Kind,
    record: &Record,
    entry: &Entry,
    email: &str,
    now: Moment,
) -> Result<bool, Refusal> {
    let Some(account) = account::by_email(conn, email).await?.map(|found| found.account) else { return Ok(false) };
    let reader = account.actor(Via::Job, true);
    let hidden = reader.customer.is_some() && entry.note.as_ref().is_some_and(|note| !note.public);
    let told = !hidden || entry.changes.contains_key("state");
    let reads = account.is_open_at(now) && rights::may(&reader, kind, Act::Read, Some(record));
    Ok(model::types::is_mail(email) && account.preferences.mail && reads && told)
}

/// Whether the requester wants to and may hear of it.
async fn wanted(
    conn: &mut Conn,
    kind: &Kind,
    record: &Record,
    entry: &Entry,
    occasion: &Occasion,
    requester: &str,
    now: Moment,
) -> Result<bool, Refusal> {
    let author = entry.by.as_deref().unwrap_or_default();
    let own_deed = address::plain(author) == requester;
    if !model::types::is_mail(requester) {
        return Ok(false);
    }
    // The requester may have asked for another way, on the record itself.
    let way = kind.find("notify").and_then(|field| record.fields.get(&field.name)).and_then(Value::as_text);
    if way.is_some_and(|way| way != "email") {
        return Ok(false);
    }
    let receiver = account::by_email(conn, requester).await?.map(|found| found.account);
    if receiver.as_ref().is_some_and(|account| !account.is_open_at(now) || !account.preferences.mail) {
        return Ok(false);
    }
    Ok(match occasion.name {
        // Whoever works here and writes something down for themselves has it in front of them.
        "receipt" => !own_deed || entry.via == Via::Mail || receiver.is_some_and(|account| account.customer.is_some()),
        _ if own_deed => false,
        // Only our people and our program speak for us; what other people of the customer write is not ours to send.
        "note" => {
            // The program and the organisation's rules have no address.
            !model::types::is_mail(author)
                || account::by_email(conn, author).await?.is_some_and(|found| found.account.customer.is_none())
        }
        _ => true,
    })
}

/// The mailbox that a record came in by, if it answers; for one that came otherwise, the first that does. Nothing
/// where the sender of the first message asked machines not to answer and it would be a machine that does.
async fn mailbox_for(conn: &mut Conn, number: &str, occasion: &Occasion) -> Result<Option<Mailbox>, Fault> {
    let all = post::mailboxes(conn).await?;
    let came = post::of_record(conn, number, THREAD_MAX).await?;
    let mut came = came.iter().filter(|row| row.way == Way::In);
    let first = came.next();
    if occasion.name == "receipt" && first.is_some_and(|row| row.automatic) {
        return Ok(None);
    }
    match came.next_back().or(first) {
        Some(row) => Ok(all.into_iter().find(|mailbox| mailbox.id == row.mailbox).filter(Mailbox::sends)),
        None => Ok(first_that_sends(all)),
    }
}

/// The mailbox by which goes out what no mailbox brought in.
pub(super) fn first_that_sends(all: Vec<Mailbox>) -> Option<Mailbox> {
    all.into_iter().filter(Mailbox::sends).min_by_key(|mailbox| mailbox.id)
}

/// The same entry always gets the same Message-ID, and nobody else can guess one.
fn identity(key: &[u8], matter: &Matter) -> String {
    let number: String = matter
        .record
        .number
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '-' })
        .collect();
    let mut words = format!("{}:{}", matter.record.number, matter.entry.version);
    // Several of ours may hear of one entry.
    if matter.occasion.inner {
        words.push_str(&format!(":{}:{}", matter.occasion.name, matter.receiver));
    }
    let signature = address::sign(key, "message", &words);
    format!("{number}.{}.{signature}@{}", matter.entry.version, address::domain(&matter.mailbox.address))
}
