//! A message comes in: read, decided upon, written into a record and kept, in one transaction. It ends as exactly one
//! outcome, and the same message twice ends as the first time.

use std::{collections::BTreeMap, sync::Arc};

use futures::FutureExt;
use mail::{
    Decision, Letter, Outcome, Reading, address,
    decide::{Known, decide},
    quote,
};
use model::{
    Actor, Catalog, Command, Input, Kind, Moment, Refusal, Target, Type,
    command::{File, Raw},
    time::HOUR,
};

use crate::{
    Desk, perform,
    post::{
        Mailbox, MessageRow, Way,
        standing::{self, Sender, requester_field},
        writer,
    },
    reopening,
    store::{db::Conn, fault::Fault, post},
    unit::{Office, Unit},
};

/// What became of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    pub id: i64,
    pub outcome: String,
    pub reason: String,
    /// The record; empty for none.
    pub number: String,
    /// Whether it had been taken before.
    pub again: bool,
}

/// Longest text of a note and of a first description, in characters, below what records take.
const NOTE_MAX: usize = 49_000;
const TEXT_MAX: usize = 99_000;
/// Largest file that is taken out of a message, in bytes; larger ones stay in the message.
const FILE_MAX: usize = 25_000_000;
const FILES_MAX: usize = 50;

/// Everything that the transaction needs, gathered before it.
struct Intake {
    mailbox: Mailbox,
    reading: Reading,
    sender: Sender,
    /// Own addresses, the key that signs, and the name of this installation made from it.
    own: Vec<String>,
    key: Vec<u8>,
    installation: String,
    raw: Vec<u8>,
    now: Moment,
}

impl Desk {
    /// Takes one message for a mailbox. Whatever its bytes are, it is kept with an outcome.
    ///
    /// # Errors
    /// Only a fault of our own or of the database: nothing was kept, and whoever brings it must bring it again.
    pub async fn take_message(&self, mailbox: &Mailbox, raw: Vec<u8>, now: Moment) -> Result<Taken, Refusal> {
        let (raw, reading) = read(raw).await;
        let sender = self.sender_of(mailbox, &reading.sender, now).await?;
        let all = post::mailboxes(&mut self.db().read().await?).await?;
        let key = self.mail_key().await?;
        let intake = Arc::new(Intake {
            mailbox: mailbox.clone(),
            reading,
            sender,
            own: all.into_iter().map(|mailbox| mailbox.address).collect(),
            installation: installation(&key),
            key,
            raw,
            now,
        });
        let kept = self.through_the_door(move |conn, office| {
            let intake = intake.clone();
            async move { keep(conn, office, &intake).await }.boxed()
        });
        Ok(kept.await?)
    }
}

/// The name of this installation as its mail carries it.
pub(super) fn installation(key: &[u8]) -> String {
    address::sign(key, "installation", "")
}

/// Reads away from where answers are given: a large message takes its time, and even a fault costs no more than itself.
async fn read(raw: Vec<u8>) -> (Vec<u8>, Reading) {
    let kept = raw.clone();
    let read = tokio::task::spawn_blocking(move || {
        let reading = mail::read(&raw);
        (raw, reading)
    });
    read.await.unwrap_or_else(|_| {
        let identity = format!("sha256:{}", model::canonical::hex(&model::canonical::leaf(&kept)));
        let letter = Err("reading it broke off (a fault in the program)".into());
        (kept, Reading { identity, sender: String::new(), subject: String::new(), letter })
    })
}

async fn keep(conn: &mut Conn, office: &Office, intake: &Intake) -> Result<Taken, Fault> {
    let catalog: &Catalog = &office.catalog;
    if let Some(row) = post::find(conn, intake.mailbox.id, Way::In, &intake.reading.identity).await? {
        return Ok(taken(&row, true));
    }
    let mut decision = decided(conn, office, intake).await?;
    let mut number = decision.number.clone().unwrap_or_default();
    if let Ok(letter) = &intake.reading.letter {
        let mut unit = Unit::new(conn, office, intake.now);
        match write(&mut unit, catalog, intake, letter, &decision).await {
            Ok(written) => {
                unit.flush().await?;
                number = written;
            }
            Err(Refusal::Fault(id)) => return Err(Fault::new(format!("a message could not be written ({id})"))),
            // The record refuses it: somebody has to look, and nothing of it was written.
            Err(refusal) => {
                drop(unit);
                number.clear();
                decision = Decision::quarantined(refusal.sentence());
            }
        }
    }
    let row = row(intake, &decision, &number, office.ids.next(intake.now));
    if !number.is_empty() && matches!(decision.outcome, Outcome::New | Outcome::FollowUp | Outcome::Automatic) {
        post::add_thread(conn, intake.mailbox.id, &number, &identities(intake)).await?;
    }
    if decision.outcome == Outcome::Bounce {
        bounced(conn, intake, &decision).await?;
    }
    if !post::add(conn, &row, intake.raw.clone()).await? {
        // Another server took the same message at the same time.
        return Err(conn.gives_way());
    }
    Ok(taken(&row, false))
}

fn taken(row: &MessageRow, again: bool) -> Taken {
    Taken { id: row.id, outcome: row.outcome.clone(), reason: row.reason.clone(), number: row.number.clone(), again }
}

fn row(intake: &Intake, decision: &Decision, number: &str, id: i64) -> MessageRow {
    let letter = intake.reading.letter.as_ref().ok();
    MessageRow {
        id,
        mailbox: intake.mailbox.id,
        way: Way::In,
        identity: intake.reading.identity.clone(),
        outcome: decision.outcome.name().into(),
        reason: decision.reason.clone(),
        sender: intake.reading.sender.clone(),
        recipient: intake.mailbox.address.clone(),
        subject: intake.reading.subject.clone(),
        number: number.into(),
        at: intake.now,
        size: intake.raw.len() as i64,
        blob: model::canonical::hex(&model::canonical::leaf(&intake.raw)),
        // Nobody sends an automatic answer to one that asks for none.
        automatic: letter.is_some_and(|letter| letter.automatic.is_some() || letter.wants_no_answer),
    }
}

/// The message itself and all that it names: a colleague's answer may name what we never saw.
fn identities(intake: &Intake) -> Vec<String> {
    let letter = intake.reading.letter.as_ref().ok();
    let named = letter.map(|letter| letter.references.clone()).unwrap_or_default();
    std::iter::once(intake.reading.identity.clone()).chain(named).collect()
}

async fn decided(conn: &mut Conn, office: &Office, intake: &Intake) -> Result<Decision, Fault> {
    let catalog: &Catalog = &office.catalog;
    let letter = match &intake.reading.letter {
        Ok(letter) => letter,
        Err(why) => return Ok(Decision::quarantined(why.clone())),
    };
    let (mailbox, sender) = (&intake.mailbox, &intake.sender);
    let named =
        standing::named(conn, catalog, &intake.key, mailbox, letter, sender, &office.reckoning, intake.now).await?;
    let since = intake.now.minus(HOUR);
    let known = Known {
        own_addresses: &intake.own,
        installation: &intake.installation,
        sent_by_us: post::is_ours(conn, &intake.reading.identity).await?,
        recent: post::recent(conn, Way::In, &letter.sender, since).await?,
        rate: mailbox.definition.rate,
        customer: sender.customer.as_deref(),
        is_colleague: sender.is_colleague,
        by_address: named.by_address,
        by_reference: named.by_reference,
        by_subject: named.by_subject,
    };
    let mut decision = decide(letter, &known);
    if let (Outcome::New, Some(other), None) = (decision.outcome, named.elsewhere, &decision.related) {
        decision.hint = Some(format!("The same message came through another mailbox as {other}."));
        decision.related = Some(other);
    }
    Ok(decision)
}

/// A report closes the account of the message that it is about.
async fn bounced(conn: &mut Conn, intake: &Intake, decision: &Decision) -> Result<(), Fault> {
    let letter = intake.reading.letter.as_ref().ok();
    let Some(bounce) = letter.and_then(|letter| letter.bounce.as_ref()) else { return Ok(()) };
    let Some(about) = bounce.about.as_deref().filter(|_| bounce.is_permanent()) else { return Ok(()) };
    let Some(ours) = post::find(conn, intake.mailbox.id, Way::Out, about).await? else { return Ok(()) };
    let settled =
        super::Settled { outcome: "bounced".into(), reason: decision.reason.clone(), number: ours.number.clone() };
    post::settle(conn, ours.id, &settled).await
}

/// Writes what the decision says into a record and answers its number; empty where nothing is to be written.
async fn write(
    unit: &mut Unit<'_>,
    catalog: &Catalog,
    intake: &Intake,
    letter: &Letter,
    decision: &Decision,
) -> Result<String, Refusal> {
    let actor = writer(&letter.sender, &letter.sender_name);
    let now = intake.now;
    match (decision.outcome, &decision.number) {
        (Outcome::New, _) => opened(unit, catalog, intake, letter, decision, &actor).await,
        (Outcome::FollowUp, Some(number)) => {
            let target = target(unit, number).await?;
            let public = !intake.sender.is_colleague || is_authentic(intake, letter) == Some(true);
            say(unit, catalog, &target, &text_of(letter), public, decision.reopens, &actor, now).await?;
            if !public {
                let hint =
                    "Written in the name of a colleague; whether it was them could not be verified, so it is internal.";
                note(unit, &target, hint, false, &writer("", ""), now).await?;
            }
            hint(unit, &target, decision, now).await?;
            doubt(unit, &target, intake, letter).await?;
            enclose(unit, &target, letter, public, &actor, now).await?;
            Ok(number.clone())
        }
        (Outcome::Bounce | Outcome::Automatic, Some(number)) => {
            let target = target(unit, number).await?;
            let text = match decision.outcome {
                Outcome::Bounce => decision.reason.clone(),
                _ => text_of(letter),
            };
            note(unit, &target, &text, false, &actor, now).await?;
            Ok(number.clone())
        }
        _ => Ok(String::new()),
    }
}

/// What our own server says of the sender; `None` where it says nothing.
fn is_authentic(intake: &Intake, letter: &Letter) -> Option<bool> {
    mail::proof::proof(&letter.authentication, &intake.mailbox.definition.trusted).is_authentic()
}

/// Our own server says that the sender is forged: whoever reads it must know.
async fn doubt(unit: &mut Unit<'_>, target: &Target, intake: &Intake, letter: &Letter) -> Result<(), Refusal> {
    if is_authentic(intake, letter) != Some(false) {
        return Ok(());
    }
    let text = format!("Our mail server could not verify that {} wrote this (DMARC).", letter.sender);
    note(unit, target, &text, false, &writer("", ""), intake.now).await
}

/// The new words, or that there are none.
fn text_of(letter: &Letter) -> String {
    let text: String = quote::cut(&letter.text).chars().take(NOTE_MAX).collect();
    if text.is_empty() { "(no text)".into() } else { text }
}

async fn target(unit: &mut Unit<'_>, number: &str) -> Result<Target, Refusal> {
    let kept = unit.find(number).await?.ok_or(Refusal::NotFound)?;
    Ok(Target { kind: kept.record.kind.into(), number: number.into(), version: None })
}

async fn opened(
    unit: &mut Unit<'_>,
    catalog: &Catalog,
    intake: &Intake,
    letter: &Letter,
    decision: &Decision,
    actor: &Actor,
) -> Result<String, Refusal> {
    let kind = catalog.find(&intake.mailbox.definition.opens).ok_or_else(|| {
        Refusal::Forbidden(format!("the mailbox opens \"{}\", which there is no more", intake.mailbox.definition.opens))
    })?;
    let (input, rest) = first_fields(kind, intake, letter);
    let command = Command::Create { kind: kind.name.into(), number: None, input };
    let done = perform::perform(unit, actor, command, intake.now).await?;
    let target = Target { kind: kind.name.into(), number: done.number.clone(), version: None };
    if let Some(text) = rest {
        note(unit, &target, &text, true, actor, intake.now).await?;
    }
    hint(unit, &target, decision, intake.now).await?;
    doubt(unit, &target, intake, letter).await?;
    enclose(unit, &target, letter, true, actor, intake.now).await?;
    Ok(done.number)
}

/// What a new record begins with, and the text where the kind has no place for it.
fn first_fields(kind: &Kind, intake: &Intake, letter: &Letter) -> (Input, Option<String>) {
    let definition = &intake.mailbox.definition;
    let mut fields: BTreeMap<String, Raw> =
        definition.fields.iter().map(|(name, text)| (name.clone(), Raw::Text(text.clone()))).collect();
    let mut set = |name: &str, text: String| drop(fields.insert(name.into(), Raw::Json(text.into())));
    let text: String = letter.text.chars().take(TEXT_MAX).collect();
    set("title", title(letter));
    if let Some(field) = requester_field(kind) {
        set(field, letter.sender.clone());
    }
    let customer = Some(definition.customer.clone()).filter(|number| !number.is_empty());
    if let (Some(field), Some(number)) = (kind.customer_field, customer.or_else(|| intake.sender.customer.clone())) {
        set(field, number);
    }
    let is_long = |name: &str| kind.find(name).is_some_and(|field| matches!(field.ty, Type::LongText));
    let is_option = kind.find("contact_type").is_some();
    if is_option {
        set("contact_type", "email".into());
    }
    let rest = if is_long("description") {
        if !text.is_empty() {
            set("description", text);
        }
        None
    } else {
        Some(text.chars().take(NOTE_MAX).collect::<String>()).filter(|text| !text.is_empty())
    };
    (Input { fields }, rest)
}

/// The subject, else the first line, else that there is none.
fn title(letter: &Letter) -> String {
    let first = letter.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let words = if letter.subject.trim().is_empty() { first.trim() } else { letter.subject.trim() };
    let short: String = words.chars().take(200).collect();
    if short.is_empty() { "(no subject)".into() } else { short }
}

#[allow(clippy::too_many_arguments)]
async fn say(
    unit: &mut Unit<'_>,
    catalog: &Catalog,
    target: &Target,
    text: &str,
    public: bool,
    reopens: bool,
    actor: &Actor,
    now: Moment,
) -> Result<(), Refusal> {
    let state = unit.find(&target.number).await?.map(|kept| kept.record.state).unwrap_or_default();
    let back = catalog.find(&target.kind).filter(|_| reopens).and_then(|kind| reopening::back(kind, &state));
    let Some(to) = back else { return note(unit, target, text, public, actor, now).await };
    let (target, to) = (target.clone(), to.to_string());
    let command = Command::Step { target, to, input: Input::default(), note: Some(text.into()), public };
    perform::perform(unit, actor, command, now).await.map(drop)
}

async fn note(
    unit: &mut Unit<'_>,
    target: &Target,
    text: &str,
    public: bool,
    actor: &Actor,
    now: Moment,
) -> Result<(), Refusal> {
    let command = Command::Note { target: target.clone(), text: text.into(), public };
    perform::perform(unit, actor, command, now).await.map(drop)
}

/// What the agent must know, and the sender must not.
async fn hint(unit: &mut Unit<'_>, target: &Target, decision: &Decision, now: Moment) -> Result<(), Refusal> {
    match &decision.hint {
        Some(hint) => note(unit, target, hint, false, &writer("", ""), now).await,
        None => Ok(()),
    }
}

async fn enclose(
    unit: &mut Unit<'_>,
    target: &Target,
    letter: &Letter,
    public: bool,
    actor: &Actor,
    now: Moment,
) -> Result<(), Refusal> {
    let small = letter.enclosures.iter().filter(|file| file.bytes.len() <= FILE_MAX).take(FILES_MAX);
    for enclosure in small {
        let (name, media, bytes) = (enclosure.name.clone(), enclosure.media.clone(), enclosure.bytes.clone());
        let command = Command::Attach { target: target.clone(), file: File { name, media, bytes, public } };
        perform::perform(unit, actor, command, now).await?;
    }
    Ok(())
}

/// A message on its way out of quarantine.
#[derive(Clone)]
pub(super) struct Released {
    pub row: MessageRow,
    pub letter: Letter,
    pub mailbox: Mailbox,
    pub sender: Sender,
    /// The record that somebody chose; a new one without.
    pub into: Option<String>,
}

impl Released {
    /// Writes it into its record and says so in its row. Whoever let it out stands in the reason.
    pub async fn write(self, conn: &mut Conn, office: &Office, by: &str, now: Moment) -> Result<String, Refusal> {
        let Released { row, letter, mailbox, sender, into } = self;
        let outcome = if into.is_some() { Outcome::FollowUp } else { Outcome::New };
        let reason = format!("let out of quarantine by {by}; it was there because: {}", row.reason);
        let decision = Decision { outcome, number: into, reason, hint: None, related: None, reopens: false };
        let reading = Reading {
            identity: row.identity,
            sender: letter.sender.clone(),
            subject: row.subject,
            letter: Ok(letter.clone()),
        };
        let intake = Intake {
            mailbox,
            reading,
            sender,
            own: Vec::new(),
            key: Vec::new(),
            installation: String::new(),
            raw: Vec::new(),
            now,
        };
        let mut unit = Unit::new(conn, office, now);
        let number = write(&mut unit, &office.catalog, &intake, &letter, &decision).await?;
        unit.flush().await?;
        post::add_thread(conn, intake.mailbox.id, &number, &identities(&intake)).await?;
        let settled = super::Settled {
            outcome: outcome.name().into(),
            reason: decision.reason.chars().take(500).collect(),
            number: number.clone(),
        };
        post::settle(conn, row.id, &settled).await?;
        Ok(number)
    }
}
