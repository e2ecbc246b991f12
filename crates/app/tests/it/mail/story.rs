//! The whole way over real servers: a message with HTML and a file becomes an incident, an agent asks, the answer finds
//! its thread, the incident is resolved, and each time the customer gets a message.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::http::Method;

use lettre::{SmtpTransport, Transport, address::Envelope, transport::smtp::client::Tls};
use model::{Input, Role};
use serde_json::json;

use super::{
    house::{INES, KIM, SUPPORT, ines, machine, target},
    servers::{PASSWORD, PATIENCE, Servers},
};
use crate::{
    building::{Building, OWNER, Who},
    world::{Database, World, program, said},
};

both_databases!(from_a_message_to_the_end_and_each_time_an_answer);

/// The program at work, until it is dropped.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serving(world: &World, servers: &Servers) -> Serving {
    let mut command = program(&world.url);
    command.args(["serve", "--listen", "127.0.0.1:0", "--base", "https://sms.tidewell.example"]);
    command.env("SSL_CERT_FILE", servers.authority()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the server");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its answer")).read_line(&mut line).expect("a line");
    assert!(line.contains("serves"), "{line}");
    Serving(child)
}

/// Kim's own mail program sends to us.
pub fn kim_sends(servers: &Servers, to: &str, raw: &[u8]) {
    let transport = SmtpTransport::builder_dangerous("127.0.0.1").port(servers.inward).tls(Tls::None).build();
    let envelope = Envelope::new(Some(KIM.parse().expect("an address")), vec![to.parse().expect("an address")]);
    transport.send_raw(&envelope.expect("an envelope"), raw).expect("our server takes it");
}

/// What the program says of one look into the mailbox.
pub fn fetched(world: &World, servers: &Servers) -> String {
    let mut command = program(&world.url);
    let (code, answer, error) = said(command.args(["mail", "fetch"]).env("SSL_CERT_FILE", servers.authority()));
    assert_eq!(code, Some(0), "{error}: {}", servers.logs());
    answer
}

pub fn add_mailbox(world: &World, servers: &Servers) {
    let mut command: Command = program(&world.url);
    let imap = format!("tls://support@localhost:{}", servers.imaps);
    let smtp = format!("starttls://localhost:{}", servers.outward);
    command.args(["mailbox", "add", SUPPORT, "--name", "Support", "--answers", "--password-stdin"]);
    command.args(["--imap", &imap, "--smtp", &smtp, "--display", "Tidewell Support"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let password = PASSWORD.replace(' ', "_");
    child.stdin.take().expect("a pipe").write_all(password.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success());
}

const CUSTOMERS: &str = "{\"kind\":\"customer\",\"number\":\"CUS-1\",\"fields\":{\"name\":\"Harbour\",\"domains\":[\"harbour.example\"]}}\n\
    {\"kind\":\"customer\",\"number\":\"CUS-2\",\"fields\":{\"name\":\"Quay\"}}\n";

const FIRST: &str = "From: Kim Harbour <kim@harbour.example>\r\nTo: support@tidewell.example\r\nSubject: Terminal declines cards\r\n\
    Message-ID: <first@harbour.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"m\"\r\n\r\n\
    --m\r\nContent-Type: multipart/alternative; boundary=\"a\"\r\n\r\n--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
    All cards are declined.\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>All cards are <b>declined</b>.</p>\r\n--a--\r\n\
    --m\r\nContent-Type: text/plain; name=\"terminal.log\"\r\nContent-Disposition: attachment; filename=\"terminal.log\"\r\n\r\n\
    E42 gateway\r\n--m--\r\n";

/// Kim follows the link of the last message and says how it was; the program at work counts it into the survey of the month.
async fn rates(world: &World, text: &str) {
    let building = Building::over(&world.desk).await;
    let survey = json!({"title": "How content are you?", "fields": {"period": "2026-11", "counted": true}});
    let made = building.send(OWNER, Method::POST, "/api/v1/surveys", &[], &survey).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let link = text.lines().find_map(|line| line.trim().strip_prefix("Very happy: https://sms.tidewell.example"));
    let link = link.unwrap_or_else(|| panic!("no link: {text}"));
    let answer = building.form(Who::Nobody, link, &[("rating".into(), "5".into())]).await;
    assert!(answer.text.contains("Your answer: Very happy"), "{}: {}", answer.status, answer.text);
    let begun = Instant::now();
    let counted = loop {
        let counted = building.get(OWNER, made.header("location")).await.json();
        if counted["fields"]["answers"] == 1 || begun.elapsed() > PATIENCE {
            break counted;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!((&counted["fields"]["answers"], &counted["fields"]["score"]), (&json!(1), &json!(100)), "{counted}");
}

async fn from_a_message_to_the_end_and_each_time_an_answer(database: Database) {
    let servers = Servers::start();
    let world = World::new(database).await;
    let account = desk::accounts::NewAccount {
        email: INES.into(),
        name: "Ines Okafor".into(),
        roles: vec![Role::Agent],
        ..Default::default()
    };
    world.desk.create_account(&machine(), account, plumbline::clock::now()).await.expect("an account");
    world.import(CUSTOMERS).await;
    kim_sends(&servers, SUPPORT, FIRST.as_bytes());
    add_mailbox(&world, &servers);
    let _serving = serving(&world, &servers);

    // A receipt comes, as an answer to what was sent.
    let receipt = servers.await_kim(1).remove(0);
    let receipt = mail::read(&receipt).letter.expect("a letter");
    assert_eq!(receipt.subject, "[INC-1] Terminal declines cards");
    assert!(receipt.references.contains(&"first@harbour.example".to_string()) && receipt.automatic.is_some());
    assert!(receipt.text.contains("https://sms.tidewell.example/portal/requests/INC-1"), "{}", receipt.text);
    let whole = world.desk.whole(&machine(), "incident", "INC-1", plumbline::clock::now()).await.expect("an incident");
    assert_eq!(whole.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["terminal.log"]);

    // The agent asks.
    let note = model::Command::Note { target: target("INC-1"), text: "Which terminal is it?".into(), public: true };
    world.desk.perform(&ines(), note, plumbline::clock::now()).await.expect("a note");
    let question = servers.await_kim(2).remove(1);
    let letter = mail::read(&question).letter.expect("a letter");
    assert!(letter.text.contains("Which terminal is it?") && letter.automatic.is_none());
    assert_eq!(letter.sender_name, "Tidewell Support");

    // Kim answers as mail programs do: to the address that is asked for, with what is answered below.
    let text = String::from_utf8_lossy(&question).replace("\r\n ", " ").replace("\n ", " ");
    let reply_to = text.lines().find_map(|line| line.strip_prefix("Reply-To:")).expect("where answers go");
    let reply_to = reply_to.split('<').nth(1).unwrap_or(reply_to).trim().trim_end_matches('>').to_string();
    let id = letter.message_id.expect("a Message-ID");
    let reply = format!(
        "From: {KIM}\r\nTo: {reply_to}\r\nSubject: Re: {}\r\nMessage-ID: <second@harbour.example>\r\nIn-Reply-To: <{id}>\r\n\r\n\
         The one at the harbour gate.\r\n\r\nOn Wed, Tidewell Support wrote:\r\n> Which terminal is it?\r\n",
        letter.subject
    );
    kim_sends(&servers, &reply_to, reply.as_bytes());
    let said = fetched(&world, &servers);
    assert!(said.contains("Support"), "{said}");
    let whole = world.desk.whole(&machine(), "incident", "INC-1", plumbline::clock::now()).await.expect("an incident");
    let notes: Vec<&str> =
        whole.entries.iter().filter_map(|entry| Some(entry.entry.note.as_ref()?.text.as_str())).collect();
    assert_eq!(notes, ["Which terminal is it?", "The one at the harbour gate."]);

    // It is resolved, and that is told.
    let fields = [("service", "SVC-1"), ("category", "network"), ("impact", "low"), ("urgency", "low")];
    let fields = fields.into_iter().chain([("resolution", "The gateway has a new certificate.")]);
    let input = Input::text(fields.map(|(name, value)| (name.to_string(), value.to_string())));
    let step = model::Command::Step { target: target("INC-1"), to: "resolved".into(), input, note: None, public: true };
    world.desk.perform(&ines(), step, plumbline::clock::now()).await.expect("resolved");
    let end = mail::read(&servers.await_kim(3).remove(2)).letter.expect("a letter");
    assert!(end.text.contains("The gateway has a new certificate.") && end.text.contains("Resolved"), "{}", end.text);
    rates(&world, &end.text).await;

    // Nothing is taken or sent twice, however often anybody looks.
    for _ in 0..3 {
        fetched(&world, &servers);
    }
    let rows = world.desk.messages(&machine(), &desk::post::Messages::default(), 50, plumbline::clock::now()).await;
    let mut outcomes: Vec<String> = rows.expect("messages").into_iter().map(|row| row.outcome).collect();
    outcomes.sort();
    assert_eq!(outcomes, ["follow_up", "new", "sent", "sent", "sent"]);
    assert_eq!(servers.of_kim().len(), 3);
}
