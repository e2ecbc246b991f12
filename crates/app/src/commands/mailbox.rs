//! `mailbox add`, `mailbox list`: which addresses mail comes to and goes from.

use clap::{Args, Subcommand};
use desk::post::{Definition, Mailbox as Kept, MailboxEdit, Security, Server};
use model::{Actor, Via};

use super::{print, print_json};
use crate::{Failure, clock, place::Place};

/// Say which mailboxes there are
#[derive(Args, Debug)]
pub struct Mailbox {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Add(Box<Add>),
    List(List),
}

/// Add a mailbox, or change the one with this address: give all of it again
#[derive(Args, Debug)]
#[command(after_help = "\
A new mailbox files what comes and sends nothing until --answers is given.

Examples:
  plumbline mailbox add support@x.example --name Support
  pass show imap | plumbline mailbox add support@x.example --name Support --imap tls://support@imap.x.example \\
      --smtp starttls://support@smtp.x.example --password-stdin --answers
  plumbline mailbox add bank@x.example --name Bank --customer CUS-3 --field service=SVC-4 --opens service_request")]
struct Add {
    /// Address that people write to
    address: String,
    /// What it is called
    #[arg(long)]
    name: String,
    /// Kind of record that a new message opens
    #[arg(long, value_name = "KIND", default_value = "incident")]
    opens: String,
    /// Number of the customer whose mailbox it is
    #[arg(long, value_name = "NUMBER", default_value = "")]
    customer: String,
    /// A value that its records begin with; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    field: Vec<(String, String)>,
    /// Where mail comes from: tls://USER@HOST[:PORT], starttls://… or, on this machine alone, none://…
    #[arg(long, value_name = "URL", value_parser = imap)]
    imap: Option<Server>,
    /// Folder that is read
    #[arg(long, default_value = "INBOX")]
    folder: String,
    /// Where mail goes to, in the same form
    #[arg(long, value_name = "URL", value_parser = smtp)]
    smtp: Option<Server>,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "password_from")]
    password_stdin: bool,
    /// Variable of the server's environment that holds the password; its name begins with PLUMBLINE_MAIL_
    #[arg(long, value_name = "VARIABLE")]
    password_from: Option<String>,
    /// Name that recipients read beside the address
    #[arg(long, default_value = "")]
    display: String,
    /// Name under which our own mail server writes Authentication-Results; without it nobody's are believed
    #[arg(long, value_name = "HOST", default_value = "")]
    trusted: String,
    /// Messages of one sender that are taken within an hour
    #[arg(long, value_name = "COUNT", default_value_t = 30)]
    rate: i64,
    /// Send receipts and answers
    #[arg(long)]
    answers: bool,
    /// Take and send nothing for now
    #[arg(long)]
    inactive: bool,
}

/// List the mailboxes with their state
#[derive(Args, Debug)]
struct List {
    /// For machines
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("needs the form name=value")?;
    Ok((name.trim().to_string(), value.trim().to_string()))
}

fn imap(text: &str) -> Result<Server, String> {
    server(text, [993, 143])
}

fn smtp(text: &str) -> Result<Server, String> {
    server(text, [465, 587])
}

/// `tls://USER@HOST:PORT`; the ports are those that encrypt at once and later.
fn server(text: &str, ports: [u16; 2]) -> Result<Server, String> {
    let form = "needs the form tls://USER@HOST:PORT";
    let (security, rest) = text.split_once("://").ok_or(form)?;
    let security = Security::parse(security).ok_or("begins with tls://, starttls:// or none://")?;
    // A name to sign in with may hold an @ of its own.
    let (user, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (host, port) = match place.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']')) {
        Some((host, port)) => (host, port.parse().map_err(|_| format!("\"{port}\" is no port"))?),
        None => (place, if security == Security::Tls { ports[0] } else { ports[1] }),
    };
    if host.is_empty() {
        return Err(form.into());
    }
    Ok(Server { host: host.into(), port, security, user: user.into() })
}

impl Mailbox {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        match self.what {
            What::Add(add) => add.run(place).await,
            What::List(list) => list.run(place).await,
        }
    }
}

impl Add {
    async fn run(self, place: &Place) -> Result<(), Failure> {
        let secret = match (self.password_stdin, self.password_from) {
            (true, _) => Some(super::user::password()?),
            (false, Some(variable)) => Some(format!("env:{variable}")),
            (false, None) => None,
        };
        let desk = place.open().await?;
        let (actor, now) = (Actor::system("command line", Via::Command), clock::now());
        let offered = Definition::default();
        let definition = Definition {
            opens: self.opens,
            customer: self.customer,
            fields: self.field.into_iter().collect(),
            rate: self.rate,
            trusted: self.trusted,
            display: self.display,
            incoming: self.imap.unwrap_or(offered.incoming),
            folder: self.folder,
            outgoing: self.smtp.unwrap_or(offered.outgoing),
        };
        let address = self.address.trim().to_lowercase();
        let known = desk.mailboxes(&actor, now).await?.into_iter().find(|mailbox| mailbox.address == address);
        let edit = MailboxEdit {
            name: self.name,
            address: self.address,
            definition,
            answers: self.answers,
            active: !self.inactive,
            secret,
        };
        let kept = desk.save_mailbox(&actor, known.map(|known| known.id), edit, now).await?;
        desk.close().await;
        print(&format!("{}\n", line(&kept)))
    }
}

impl List {
    async fn run(self, place: &Place) -> Result<(), Failure> {
        let desk = place.open_existing().await?;
        let all = desk.mailboxes(&Actor::system("command line", Via::Command), clock::now()).await?;
        desk.close().await;
        if self.json {
            let json = all.iter().map(|kept| {
                serde_json::json!({
                    "name": kept.name, "address": kept.address, "opens": kept.definition.opens,
                    "answers": kept.answers, "active": kept.active, "error": kept.error,
                    "fetched": kept.polled.map(|at| at.to_string()),
                })
            });
            return print_json(&json.collect());
        }
        let lines: Vec<String> = all.iter().map(|kept| format!("{}\n", line(kept))).collect();
        print(&lines.concat())
    }
}

/// `Support <support@x.example> opens incident, answers`
fn line(kept: &Kept) -> String {
    let state = match (kept.active, kept.answers) {
        (false, _) => "is not active",
        (true, true) => "answers",
        (true, false) => "files only, sends nothing",
    };
    let trouble = if kept.error.is_empty() { String::new() } else { format!("; last trouble: {}", kept.error) };
    format!("{} <{}> opens {}, {state}{trouble}", kept.name, kept.address, kept.definition.opens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_with_user_port_and_encryption() {
        let read = |text: &str| imap(text).map(|server| (server.user, server.host, server.port, server.security));
        let wanted = |user: &str, host: &str, port, security| Ok((user.into(), host.into(), port, security));
        assert_eq!(
            read("tls://me@x.example@imap.x.example"),
            wanted("me@x.example", "imap.x.example", 993, Security::Tls)
        );
        assert_eq!(read("starttls://me@imap.x.example"), wanted("me", "imap.x.example", 143, Security::Starttls));
        assert_eq!(read("none://127.0.0.1:1143"), wanted("", "127.0.0.1", 1143, Security::None));
        assert!(read("imap.x.example").is_err() && read("tls://me@").is_err() && read("tls://h:port").is_err());
    }
}
