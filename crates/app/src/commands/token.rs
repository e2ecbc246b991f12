//! `token add`: a token for machines.

use clap::{Args, Subcommand};
use desk::accounts::{NewToken, TokenScope};
use model::{Actor, Moment, Refusal, Via, time::DAY};

use super::{conformity::instant, print};
use crate::{Failure, clock, place::Place};

/// Make tokens for machines
#[derive(Args, Debug)]
pub struct Token {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Add(Add),
}

/// Make a token that acts as a person, and print it once
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline token add --user ines@tidewell.example --scope read
  plumbline token add --user bot@tidewell.example --scope write --name monitoring --expires 2027-01-01")]
struct Add {
    /// E-mail of the account that it acts as
    #[arg(long, value_name = "EMAIL")]
    user: String,
    /// read, write or events
    #[arg(long, value_parser = scope)]
    scope: TokenScope,
    /// What it is for
    #[arg(long, default_value = "made on the command line")]
    name: String,
    /// When it ends; 90 days from now without it, a year at most
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    expires: Option<Moment>,
}

fn scope(text: &str) -> Result<TokenScope, String> {
    TokenScope::parse(text)
        .ok_or_else(|| "a token may \"read\", \"write\", bring \"events\" or open a \"calendar\"".into())
}

impl Token {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let What::Add(add) = self.what;
        let desk = place.open_existing().await?;
        let now = clock::now();
        let actor = Actor::system("command line", Via::Command);
        let expires = add.expires.unwrap_or_else(|| now.plus(90 * DAY));
        let new = NewToken { name: add.name, scope: add.scope, expires };
        let made = desk.create_token(&actor, &add.user, new, now).await;
        let (secret, _) = made.map_err(|refusal| match refusal {
            Refusal::NotFound => Failure::Failed(format!("{} has no account", add.user)),
            refusal => refusal.into(),
        })?;
        desk.close().await;
        print(&format!("{secret}\n"))?;
        let may = if add.scope == TokenScope::Events { "only bring events" } else { add.scope.name() };
        eprintln!("It is shown this once, may {may} and ends on {expires}.");
        Ok(())
    }
}
