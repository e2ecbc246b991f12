//! A house with a mailbox, a customer and its people, and messages written for it.

use desk::{
    accounts::NewAccount,
    post::{Definition, Mailbox, MailboxEdit, Server, Taken},
};
use model::{Actor, Command, Filter, Moment, Query, Role, Target, Via, time::MINUTE};

use crate::world::{Database, World, now};

pub const SUPPORT: &str = "support@tidewell.example";
pub const INES: &str = "ines@tidewell.example";
pub const KIM: &str = "kim@harbour.example";
pub const STRANGER: &str = "mallory@elsewhere.example";

pub struct House {
    pub world: World,
    pub mailbox: Mailbox,
    pub now: Moment,
}

pub fn machine() -> Actor {
    Actor::system("test", Via::Command)
}

pub fn ines() -> Actor {
    Actor { email: INES.into(), name: "Ines Okafor".into(), roles: vec![Role::Agent], via: Via::Web, ..machine() }
}

/// A mailbox that opens incidents and answers.
pub fn answering() -> MailboxEdit {
    MailboxEdit {
        name: "Support".into(),
        address: SUPPORT.into(),
        active: true,
        answers: true,
        definition: Definition {
            opens: "incident".into(),
            trusted: "mx.tidewell.example".into(),
            outgoing: Server { host: "127.0.0.1".into(), port: 9, ..Server::default() },
            ..Definition::default()
        },
        secret: None,
    }
}

impl House {
    /// With two customers: Kim is a person of CUS-1 by its domain.
    pub async fn new(database: Database) -> House {
        let world = World::new(database).await;
        world
            .import(
                "{\"kind\":\"customer\",\"number\":\"CUS-1\",\"title\":\"Harbour\",\"fields\":{\"name\":\"Harbour\",\"domains\":[\"harbour.example\"]}}\n\
                 {\"kind\":\"customer\",\"number\":\"CUS-2\",\"title\":\"Quay\",\"fields\":{\"name\":\"Quay\",\"contacts\":[\"bea@quay.example\"]}}\n",
            )
            .await;
        let account = NewAccount {
            email: INES.into(),
            name: "Ines Okafor".into(),
            roles: vec![Role::Agent],
            ..NewAccount::default()
        };
        world.desk.create_account(&machine(), account, now()).await.expect("an account");
        let mailbox = world.desk.save_mailbox(&machine(), None, answering(), now()).await.expect("a mailbox");
        House { world, mailbox, now: now() }
    }

    /// Takes a message, a minute after the one before.
    pub async fn take(&mut self, raw: impl Into<Vec<u8>>) -> Taken {
        self.now = self.now.plus(MINUTE);
        let mailbox = self.mailbox.clone();
        self.take_by(&mailbox, raw).await
    }

    pub async fn take_by(&self, mailbox: &Mailbox, raw: impl Into<Vec<u8>>) -> Taken {
        self.world.desk.take_message(mailbox, raw.into(), self.now).await.expect("every message is taken")
    }

    pub async fn perform(&mut self, actor: &Actor, command: Command) {
        self.now = self.now.plus(MINUTE);
        self.world.desk.perform(actor, command, self.now).await.expect("it can be done");
    }

    pub async fn count(&self, kind: &'static str) -> usize {
        let query = Query { filter: Filter::everything(), size: 500, ..Query::of(kind) };
        self.world.desk.list(&machine(), &query, self.now).await.expect("a list").records.len()
    }

    /// State, notes with whether they are public, and names of files of an incident.
    pub async fn told(&self, number: &str) -> Told {
        let whole = self.world.desk.whole(&machine(), "incident", number, self.now).await.expect("an incident");
        let notes = whole.entries.iter().filter_map(|entry| entry.entry.note.clone());
        Told {
            state: whole.shown.state().to_string(),
            title: whole.shown.title().to_string(),
            field: whole.shown.fields().iter().map(|(name, value)| (name.clone(), value.to_json())).collect(),
            notes: notes.map(|note| (note.text, note.public)).collect(),
            files: whole.files.into_iter().map(|file| file.name).collect(),
        }
    }

    /// Resolves an incident with all that this needs.
    pub async fn resolve(&mut self, number: &str, note: Option<&str>) {
        let fields = [
            ("service", "SVC-1"),
            ("category", "printing"),
            ("impact", "low"),
            ("urgency", "low"),
            ("resolution", "The paper path was cleaned."),
        ];
        let input = model::Input::text(fields.map(|(name, value)| (name.to_string(), value.to_string())));
        let note = note.map(str::to_string);
        let command = Command::Step { target: target(number), to: "resolved".into(), input, note, public: true };
        self.perform(&ines(), command).await;
    }
}

pub struct Told {
    pub state: String,
    pub title: String,
    pub field: std::collections::BTreeMap<String, serde_json::Value>,
    pub notes: Vec<(String, bool)>,
    pub files: Vec<String>,
}

impl Told {
    pub fn public(&self) -> Vec<&str> {
        self.notes.iter().filter(|(_, public)| *public).map(|(text, _)| text.as_str()).collect()
    }

    pub fn internal(&self) -> Vec<&str> {
        self.notes.iter().filter(|(_, public)| !*public).map(|(text, _)| text.as_str()).collect()
    }
}

pub fn target(number: &str) -> Target {
    Target { kind: "incident".into(), number: number.into(), version: None }
}

/// A plain message; `head` are further fields, each with its line end.
pub fn message(from: &str, id: &str, subject: &str, head: &str, text: &str) -> String {
    format!(
        "From: Somebody <{from}>\r\nTo: {SUPPORT}\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n\
         Date: Wed, 25 Nov 2026 09:00:00 +0000\r\n{head}\r\n{text}\r\n"
    )
}
