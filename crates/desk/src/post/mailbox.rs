//! Mailboxes: an address, the servers behind it, and what its mail becomes.

use std::collections::BTreeMap;

use futures::FutureExt;
use model::{Actor, FieldError, Job, Moment, Refusal, Value, time::MINUTE};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Desk,
    house::{self, Deed},
    post::FETCH,
    rights,
    store::{fault::Fault, house as settings, job, post, record},
};

/// How a connection to a server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Encrypted from the first byte.
    #[default]
    Tls,
    /// Plain at first, then encrypted; refused where the server cannot.
    Starttls,
    /// Not at all: only for a server on this machine.
    None,
}

impl Security {
    pub const ALL: [Security; 3] = [Security::Tls, Security::Starttls, Security::None];

    pub fn name(self) -> &'static str {
        match self {
            Security::Tls => "tls",
            Security::Starttls => "starttls",
            Security::None => "none",
        }
    }

    pub fn parse(name: &str) -> Option<Security> {
        Security::ALL.into_iter().find(|security| security.name() == name.trim())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Name to sign in with; empty for none.
    pub user: String,
}

/// What of a mailbox stands in one JSON column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Definition {
    /// Name of the kind of record that a new message opens.
    pub opens: String,
    /// The customer whose mailbox it is; empty for one of several.
    pub customer: String,
    /// Values that records opened by it begin with.
    pub fields: BTreeMap<String, String>,
    /// Messages of one sender within an hour that are taken.
    pub rate: i64,
    /// Name by which our own mail server signs what it has found out about senders (RFC 8601); empty to trust none.
    pub trusted: String,
    /// Name that recipients read beside the address.
    pub display: String,
    /// IMAP; without a host, mail comes by the pipe alone.
    pub incoming: Server,
    /// Folder that is read.
    pub folder: String,
    /// SMTP; without a host, nothing is sent.
    pub outgoing: Server,
}

impl Default for Definition {
    fn default() -> Definition {
        Definition {
            opens: String::new(),
            customer: String::new(),
            fields: BTreeMap::new(),
            rate: 30,
            trusted: String::new(),
            display: String::new(),
            incoming: Server { port: 993, ..Server::default() },
            folder: "INBOX".into(),
            outgoing: Server { port: 587, security: Security::Starttls, ..Server::default() },
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Mailbox {
    pub id: i64,
    pub name: String,
    /// The address that people write to, in small letters.
    pub address: String,
    pub definition: Definition,
    /// Whether anything is sent about what comes in here. A new mailbox only files.
    pub answers: bool,
    pub active: bool,
    pub added: Moment,
    /// When it was last looked into.
    pub polled: Option<Moment>,
    /// `UIDVALIDITY` and the last `UID` that was taken (RFC 9051).
    pub validity: i64,
    pub seen: i64,
    /// What stood in the way last time; empty for nothing.
    pub error: String,
}

/// A mailbox as somebody wants it.
#[derive(Clone, Debug, Default)]
pub struct MailboxEdit {
    pub name: String,
    pub address: String,
    pub definition: Definition,
    pub answers: bool,
    pub active: bool,
    /// A new password, or `env:PLUMBLINE_MAIL_…` for one from the environment; `None` leaves it.
    pub secret: Option<String>,
}

const NAME_MAX: usize = 60;
const SECRET_MAX: usize = 1_000;
/// Passwords may stand in variables whose names begin so, and in no others.
const VARIABLES: &str = "PLUMBLINE_MAIL_";
/// Name of the setting with the key that signs addresses and Message-IDs.
const KEY: &str = "mail_key";
/// Between two looks into a mailbox.
pub const FETCH_EVERY: i64 = MINUTE;

impl Desk {
    /// All mailboxes, for administrators.
    pub async fn mailboxes(&self, actor: &Actor, now: Moment) -> Result<Vec<Mailbox>, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        Ok(post::mailboxes(&mut conn).await?)
    }

    /// Makes a mailbox, or changes the one with this id.
    ///
    /// # Errors
    /// `Invalid` with a sentence beside each field; `NotFound` for an id that is none.
    pub async fn save_mailbox(
        &self,
        actor: &Actor,
        id: Option<i64>,
        edit: MailboxEdit,
        now: Moment,
    ) -> Result<Mailbox, Refusal> {
        let warrant = rights::administer(actor, now)?;
        let others = self.mailboxes(actor, now).await?;
        let before = match id {
            Some(id) => Some(others.iter().find(|mailbox| mailbox.id == id).cloned().ok_or(Refusal::NotFound)?),
            None => None,
        };
        let mailbox = Mailbox {
            id: before.as_ref().map_or_else(|| self.inner.ids.next(now), |before| before.id),
            name: edit.name.split_whitespace().collect::<Vec<_>>().join(" "),
            address: ::mail::address::plain(&edit.address),
            definition: trimmed(edit.definition),
            answers: edit.answers,
            active: edit.active,
            added: before.as_ref().map_or(now, |before| before.added),
            ..before.clone().unwrap_or_else(|| unread(now))
        };
        let errors = self.mailbox_errors(&mailbox, &others, edit.secret.as_deref()).await?;
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let (saved, actor, secret) = (mailbox.clone(), actor.clone(), edit.secret);
        let deed = deed(&mailbox, before.as_ref(), secret.is_some());
        let fetch = fetch_job(&mailbox, now);
        let ids = self.inner.ids.clone();
        self.db()
            .write(move |conn| {
                async move {
                    post::save(conn, &warrant, &saved, secret.as_deref()).await?;
                    house::journal(conn, &actor, deed, None, now).await?;
                    job::add(conn, &ids, fetch.as_slice(), now).await
                }
                .boxed()
            })
            .await?;
        self.wake();
        Ok(mailbox)
    }

    async fn mailbox_errors(
        &self,
        mailbox: &Mailbox,
        others: &[Mailbox],
        secret: Option<&str>,
    ) -> Result<Vec<FieldError>, Refusal> {
        let mut errors = errors_of(mailbox, secret);
        let mut wrong = |field: &str, why: String| errors.push(FieldError::new(field, why));
        for other in others.iter().filter(|other| other.id != mailbox.id) {
            if other.name == mailbox.name {
                wrong("name", "is the name of another mailbox".into());
            }
            if other.address == mailbox.address {
                wrong("address", format!("is the address of {}", other.name));
            }
        }
        let catalog = self.catalog();
        let definition = &mailbox.definition;
        match catalog.find(&definition.opens) {
            None => wrong("opens", catalog.unknown(&definition.opens)),
            Some(kind) => {
                for (name, text) in &definition.fields {
                    let typed = kind.type_of(name).ok_or_else(|| {
                        let hint = model::suggest::hint(name, kind.names());
                        format!("{} has no field \"{name}\"{hint}", kind.label.to_lowercase())
                    });
                    if let Err(why) = typed.and_then(|ty| ty.parse(text)) {
                        wrong("fields", why);
                    }
                }
            }
        }
        if !definition.customer.is_empty() {
            let mut conn = self.db().read().await?;
            let found = record::load(&mut conn, &catalog, std::slice::from_ref(&definition.customer), false).await?;
            if found.is_empty() {
                wrong("customer", format!("there is no record {}", definition.customer));
            }
        }
        Ok(errors)
    }

    /// The password of a mailbox, from where it stands.
    pub(crate) async fn mailbox_secret(&self, id: i64) -> Result<String, Refusal> {
        let secret = post::secret(&mut self.db().read().await?, id).await?;
        match secret.strip_prefix("env:") {
            None => Ok(secret),
            Some(name) => std::env::var(name)
                .map_err(|_| Refusal::Forbidden(format!("the password should stand in {name}, which is not set"))),
        }
    }

    /// The key that signs, made when it is first wanted.
    pub(crate) async fn mail_key(&self) -> Result<Vec<u8>, Refusal> {
        let found = |rows: Vec<(String, serde_json::Value)>| {
            let text = rows.into_iter().find(|(name, _)| name == KEY).map(|(_, value)| value);
            text.and_then(|value| value.as_str().map(|text| text.as_bytes().to_vec()))
        };
        let rows = settings::settings(&mut self.db().read().await?).await?;
        if let Some(key) = found(rows) {
            return Ok(key);
        }
        let made = model::canonical::hex(&crate::ids::random::<32>());
        self.db()
            .write(move |conn| async move { settings::offer_setting(conn, KEY, &made.into()).await }.boxed())
            .await
            .map_err(|fault: Fault| Refusal::from(fault))?;
        // Another server may have been quicker: what stands is the key.
        let rows = settings::settings(&mut self.db().read().await?).await?;
        found(rows).ok_or_else(|| Fault::new("the key of mail was not kept").into())
    }

    /// The mailboxes that are fetched from, with what a fetcher must know. For the program itself.
    pub async fn mailbox_to_fetch(&self, id: i64) -> Result<Option<(Mailbox, String)>, Refusal> {
        let all = post::mailboxes(&mut self.db().read().await?).await?;
        let Some(mailbox) = all.into_iter().find(|mailbox| mailbox.id == id && mailbox.fetches()) else {
            return Ok(None);
        };
        let secret = self.mailbox_secret(id).await?;
        Ok(Some((mailbox, secret)))
    }

    /// The same where it could not even be begun, such as for want of a password.
    pub async fn mailbox_troubled(&self, id: i64, error: &str, now: Moment) -> Result<(), Refusal> {
        let all = post::mailboxes(&mut self.db().read().await?).await?;
        match all.iter().find(|mailbox| mailbox.id == id) {
            Some(mailbox) => self.mailbox_fetched(mailbox, mailbox.validity, mailbox.seen, error, now).await,
            None => Ok(()),
        }
    }

    /// Remembers how far a mailbox was read, and promises the next look.
    pub async fn mailbox_fetched(
        &self,
        mailbox: &Mailbox,
        validity: i64,
        seen: i64,
        error: &str,
        now: Moment,
    ) -> Result<(), Refusal> {
        let (id, error) = (mailbox.id, error.chars().take(500).collect::<String>());
        let next = fetch_job(mailbox, now.plus(FETCH_EVERY));
        let ids = self.inner.ids.clone();
        let written = self.db().write(move |conn| {
            async move {
                post::polled(conn, id, validity, seen, &error, now).await?;
                job::add(conn, &ids, next.as_slice(), now).await
            }
            .boxed()
        });
        Ok(written.await?)
    }
}

fn unread(now: Moment) -> Mailbox {
    Mailbox {
        id: 0,
        name: String::new(),
        address: String::new(),
        definition: Definition::default(),
        answers: false,
        active: true,
        added: now,
        polled: None,
        validity: 0,
        seen: 0,
        error: String::new(),
    }
}

impl Mailbox {
    pub fn fetches(&self) -> bool {
        self.active && !self.definition.incoming.host.is_empty()
    }

    /// The name under which its mail goes out.
    pub fn speaks_as<'a>(&'a self, organisation: &'a str) -> &'a str {
        match self.definition.display.as_str() {
            "" => organisation,
            own => own,
        }
    }

    /// Whether it sends at all.
    pub fn sends(&self) -> bool {
        self.active && self.answers && !self.definition.outgoing.host.is_empty()
    }
}

fn fetch_job(mailbox: &Mailbox, at: Moment) -> Option<Job> {
    mailbox.fetches().then(|| Job {
        name: FETCH,
        payload: json!({"mailbox": mailbox.id}),
        run_at: at,
        key: Some(format!("{FETCH}:{}", mailbox.id)),
    })
}

fn trimmed(mut definition: Definition) -> Definition {
    let plain = |text: &mut String| *text = text.trim().to_string();
    for text in [
        &mut definition.opens,
        &mut definition.customer,
        &mut definition.trusted,
        &mut definition.display,
        &mut definition.folder,
    ] {
        plain(text);
    }
    for server in [&mut definition.incoming, &mut definition.outgoing] {
        plain(&mut server.host);
        plain(&mut server.user);
    }
    if definition.folder.is_empty() {
        definition.folder = "INBOX".into();
    }
    definition
}

/// What can be seen wrong without asking the database.
fn errors_of(mailbox: &Mailbox, secret: Option<&str>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, why: &str| errors.push(FieldError::new(field, why));
    let definition = &mailbox.definition;
    match mailbox.name.chars().count() {
        0 => wrong("name", "a mailbox needs a name"),
        1..=NAME_MAX => {}
        _ => wrong("name", "has more than 60 characters"),
    }
    if !model::types::is_mail(&mailbox.address) || mailbox.address.contains('+') {
        wrong("address", "is not an address such as support@x.example, without +");
    }
    for (name, server) in [("incoming", &definition.incoming), ("outgoing", &definition.outgoing)] {
        if server.host.is_empty() {
            continue;
        }
        if server.host.chars().any(|letter| !(letter.is_ascii_alphanumeric() || ".-:[]".contains(letter))) {
            wrong(name, "is not the name or address of a server");
        }
        if server.port == 0 {
            wrong(name, "needs a port from 1 to 65535");
        }
        let here = ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&server.host.as_str());
        if server.security == Security::None && !here {
            wrong(name, "speaks without encryption to another machine: choose tls or starttls");
        }
    }
    if !(1..=100_000).contains(&definition.rate) {
        wrong("rate", "is not a number of messages from 1 to 100000");
    }
    if let Some(secret) = secret {
        let variable = secret.strip_prefix("env:");
        if secret.len() > SECRET_MAX || secret.chars().any(char::is_control) {
            wrong("secret", "is no password: one line of at most 1000 characters");
        }
        if variable.is_some_and(|name| !name.starts_with(VARIABLES)) {
            wrong("secret", "comes from a variable whose name must begin with PLUMBLINE_MAIL_");
        }
    }
    errors
}

/// What the journal keeps: everything but the password.
fn deed(mailbox: &Mailbox, before: Option<&Mailbox>, new_secret: bool) -> Deed {
    let text = |words: &str| Some(Value::text(words)).filter(Value::is_filled);
    let definition = |mailbox: &Mailbox| text(&serde_json::to_string(&mailbox.definition).unwrap_or_default());
    let act = if before.is_some() { "edit" } else { "create" };
    let mut deed = Deed::on("mailbox", mailbox.id, act)
        .differs("name", before.and_then(|before| text(&before.name)), text(&mailbox.name))
        .differs("address", before.and_then(|before| text(&before.address)), text(&mailbox.address))
        .differs("definition", before.and_then(definition), definition(mailbox))
        .differs("answers", before.map(|before| Value::Flag(before.answers)), Some(Value::Flag(mailbox.answers)))
        .differs("active", before.map(|before| Value::Flag(before.active)), Some(Value::Flag(mailbox.active)));
    if new_secret {
        deed = deed.set("secret", text("set anew"));
    }
    deed
}
