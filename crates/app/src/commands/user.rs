//! `user add`: gives somebody an account without a browser.

use std::io::Read;

use clap::{Args, Subcommand};
use desk::accounts::NewAccount;
use model::{Actor, Moment, Role, Via, suggest, time::DAY};

use super::{conformity::instant, print};
use crate::{Failure, clock, place::Place};

/// Give people accounts
#[derive(Args, Debug)]
pub struct User {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Add(Add),
}

/// Add an account and print the link with which its owner chooses a password
#[derive(Args, Debug)]
#[command(after_help = "\
Roles: administrator, sms-manager, process-owner, agent, approver, customer-user, internal-auditor, external-auditor,
top-management.

Examples:
  plumbline user add ines@tidewell.example --role agent --role approver --name \"Ines Okafor\"
  plumbline user add kim@harbour.example --role customer-user --customer CUS-3
  plumbline user add auditor@cert.example --role external-auditor --from 2026-11-23 --until 2026-11-28
  pass show plumbline | plumbline user add me@tidewell.example --role administrator --password-stdin")]
struct Add {
    /// E-mail to sign in with
    email: String,
    /// What they may do; may be given several times
    #[arg(long, required = true, value_parser = role)]
    role: Vec<Role>,
    /// Their name; the e-mail without it
    #[arg(long)]
    name: Option<String>,
    /// Number of the customer whose person this is
    #[arg(long, value_name = "NUMBER")]
    customer: Option<String>,
    /// First day on which the account may be used
    #[arg(long, value_name = "INSTANT", value_parser = instant, requires = "until")]
    from: Option<Moment>,
    /// End of the time in which it may be used
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    until: Option<Moment>,
    /// Read the password from standard input instead of printing a link
    #[arg(long)]
    password_stdin: bool,
    /// Address of the server, for the link
    #[arg(long, value_name = "URL", env = "PLUMBLINE_BASE", default_value = "http://127.0.0.1:8080")]
    base: String,
}

fn role(text: &str) -> Result<Role, String> {
    let names = || Role::ALL.iter().map(|role| role.name());
    Role::parse(text)
        .ok_or_else(|| format!("there are {}{}", names().collect::<Vec<_>>().join(", "), suggest::hint(text, names())))
}

impl User {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let What::Add(add) = self.what;
        let password = if add.password_stdin { Some(password()?) } else { None };
        let desk = place.open().await?;
        let now = clock::now();
        let actor = Actor::system("command line", Via::Command);
        let asks = password.is_none();
        let new = NewAccount {
            name: add.name.unwrap_or_else(|| add.email.clone()),
            email: add.email,
            roles: add.role,
            customer: add.customer,
            window: add.until.map(|until| (add.from.unwrap_or(now), until)),
            password,
        };
        let account = desk.create_account(&actor, new, now).await?;
        let names: Vec<&str> = account.roles.iter().map(|role| role.name()).collect();
        print(&format!("{} may sign in as {}.\n", account.email, names.join(", ")))?;
        if asks {
            let secret = desk.invite(&actor, &account.email, now).await?;
            let until = now.plus(DAY);
            print(&format!("The password is chosen with this link, once, until {until}:\n"))?;
            print(&format!("{}/welcome/{secret}\n", add.base.trim_end_matches('/')))?;
        }
        desk.close().await;
        Ok(())
    }
}

/// The first line of standard input.
pub(super) fn password() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().take(10_000).read_to_string(&mut text);
    read.map_err(|error| Failure::Failed(format!("cannot read the password: {error}")))?;
    let line = text.lines().next().unwrap_or_default().to_string();
    if line.is_empty() { Err(Failure::Failed("standard input holds no password".into())) } else { Ok(line) }
}
