//! `mail take`: one message from a mail server's pipe. `mail fetch`: a look into mailboxes now.

use std::{
    fs::File,
    io::{Read, Write},
};

use clap::{Args, Subcommand};
use desk::post::{Mailbox, Taken};
use model::{Actor, Via, suggest};

use super::{print, print_json};
use crate::{Failure, clock, place::Place, post};

/// Take messages from mail servers
#[derive(Args, Debug)]
pub struct Mail {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Take(Take),
    Fetch(Fetch),
}

/// Take one message in the format of RFC 5322
#[derive(Args, Debug)]
#[command(after_help = "\
What became of it is printed: new, follow_up, bounce, automatic, quarantined or refused, with the record and the reason.
The same message a second time changes nothing.

Exit codes: 0 taken, whatever its outcome; 75 try again later (as mail servers expect); 1 and 2 as everywhere.

Examples:
  plumbline mail take --mailbox Support message.eml
  Postfix, master.cf:  plumbline unix - n n - 4 pipe user=plumbline argv=/usr/bin/plumbline mail take --mailbox Support -
  ~/.forward:          \"|/usr/bin/plumbline mail take --mailbox support@x.example\"")]
struct Take {
    /// The message; - for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
    /// Name or address of the mailbox; not needed where there is one
    #[arg(long, value_name = "MAILBOX")]
    mailbox: Option<String>,
    /// For machines
    #[arg(long)]
    json: bool,
}

/// Look into mailboxes now instead of at the next minute
#[derive(Args, Debug)]
#[command(after_help = "\
A server that runs does this every minute by itself. Exit code 1 where something stood in the way, with the reason.

Examples:
  plumbline mail fetch
  plumbline mail fetch --mailbox Support")]
struct Fetch {
    /// Name or address of the mailbox; all of them without it
    #[arg(long, value_name = "MAILBOX")]
    mailbox: Option<String>,
}

/// Largest message that is read, in bytes. What is larger than mail may be is kept in quarantine up to here.
const LARGEST: u64 = 100_000_000;

impl Mail {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        match self.what {
            What::Take(take) => take.run(place).await,
            What::Fetch(fetch) => fetch.run(place).await,
        }
    }
}

impl Take {
    async fn run(self, place: &Place) -> Result<(), Failure> {
        let take = self;
        let raw = read(&take.file)?;
        // From here on what goes wrong passes by: a database that is down, a disk that is full.
        let later = |why: String| Failure::Again(format!("the message was not taken, try again later: {why}"));
        let desk = place.open_existing().await.map_err(|failure| later(failure.sentence()))?;
        let actor = Actor::system("command line", Via::Command);
        let now = clock::now();
        let all = desk.mailboxes(&actor, now).await.map_err(|refusal| later(refusal.sentence()))?;
        // Even a command line that names no mailbox is no reason to send somebody's message back to them.
        let mailbox = chosen(all, take.mailbox.as_deref()).map_err(|failure| later(failure.sentence()))?;
        let taken = desk.take_message(&mailbox, raw, now).await.map_err(|refusal| later(refusal.sentence()))?;
        desk.close().await;
        told(&taken, take.json)
    }
}

impl Fetch {
    async fn run(self, place: &Place) -> Result<(), Failure> {
        let desk = place.open_existing().await?;
        let (actor, now) = (Actor::system("command line", Via::Command), clock::now());
        let all = desk.mailboxes(&actor, now).await?;
        let wanted = match self.mailbox {
            Some(named) => vec![chosen(all, Some(&named))?],
            None => all.into_iter().filter(Mailbox::fetches).collect(),
        };
        let mut troubled = false;
        for mailbox in wanted {
            match post::look_into(&desk, mailbox.id, now).await? {
                None => print(&format!("{}: looked into\n", mailbox.name))?,
                Some(why) => {
                    troubled = true;
                    eprintln!("plumbline: {}: {why}", mailbox.name);
                }
            }
        }
        desk.close().await;
        if troubled { Err(Failure::Told) } else { Ok(()) }
    }
}

fn read(file: &str) -> Result<Vec<u8>, Failure> {
    let mut raw = Vec::new();
    let read = match file {
        "-" => std::io::stdin().take(LARGEST + 1).read_to_end(&mut raw),
        path => File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut raw)),
    };
    read.map_err(|error| Failure::Failed(format!("cannot read {file}: {error}")))?;
    if raw.len() as u64 > LARGEST {
        return Err(Failure::Failed(format!("the message has more than {LARGEST} bytes")));
    }
    Ok(raw)
}

fn chosen(all: Vec<Mailbox>, named: Option<&str>) -> Result<Mailbox, Failure> {
    let names: Vec<String> = all.iter().flat_map(|mailbox| [mailbox.name.clone(), mailbox.address.clone()]).collect();
    let mut active: Vec<Mailbox> = all.into_iter().filter(|mailbox| mailbox.active).collect();
    let Some(named) = named else {
        return match active.len() {
            0 => Err(Failure::Failed("there is no mailbox yet: plumbline mailbox add".into())),
            1 => Ok(active.remove(0)),
            _ => Err(Failure::Usage("there are several mailboxes: say which with --mailbox".into())),
        };
    };
    let wanted = named.trim().to_lowercase();
    let found = active.into_iter().find(|mailbox| mailbox.name.to_lowercase() == wanted || mailbox.address == wanted);
    found.ok_or_else(|| {
        let hint = suggest::hint(named, names.iter().map(String::as_str));
        Failure::Failed(format!("there is no active mailbox \"{named}\"{hint}"))
    })
}

fn told(taken: &Taken, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&serde_json::json!({
            "id": taken.id, "outcome": taken.outcome, "reason": taken.reason, "number": taken.number, "again": taken.again,
        }));
    }
    let number = if taken.number.is_empty() { String::new() } else { format!(" {}", taken.number) };
    let again = if taken.again { " (taken before)" } else { "" };
    // A mail server that does not read on is no reason to have the message brought again.
    let _ = print(&format!("{}{number}: {}{again}\n", taken.outcome, taken.reason));
    let _ = std::io::stdout().flush();
    Ok(())
}
