//! The commands of the program (contract.md section 2), one file each.

mod backup;
mod conformity;
mod demo;
mod doctor;
mod export;
mod framework;
mod import;
mod kinds;
mod mail;
mod mailbox;
mod openapi;
mod pack;
mod restore;
mod selftest;
mod serve;
mod token;
mod user;
mod verify;

use clap::{Parser, Subcommand};

use crate::{Failure, place::Place};

/// A service management system that runs the work and proves its conformity with ISO/IEC 20000-1:2018.
#[derive(Parser, Debug)]
#[command(name = "plumbline", version, about, after_help = EXAMPLES, propagate_version = true)]
#[command(arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  plumbline demo
  plumbline serve
  plumbline import jsonl records.jsonl.gz --dry-run
  plumbline import servicenow-incident-log log.csv.gz --zone Europe/Berlin
  plumbline conformity --as-of 2026-06-30T00:00:00Z
  plumbline export --kind incident > incidents.jsonl
  plumbline pack evidence.zip --as-of 2026-06-30

Exit codes: 0 done, 1 it failed (the reason is on standard error), 2 wrong usage.";

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Import(import::Import),
    Export(export::Export),
    Kinds(kinds::Kinds),
    Conformity(conformity::Conformity),
    Framework(framework::Framework),
    Selftest(selftest::Selftest),
    Pack(pack::Pack),
    Verify(verify::Verify),
    Doctor(doctor::Doctor),
    Backup(backup::Backup),
    Restore(restore::Restore),
    User(user::User),
    Token(token::Token),
    Mailbox(mailbox::Mailbox),
    Mail(mail::Mail),
    Openapi(openapi::Openapi),
}

/// Does what was asked for.
pub async fn perform(cli: Cli) -> Result<(), Failure> {
    let Cli { place, command } = cli;
    match command {
        Command::Serve(serve) => serve.run(&place).await,
        Command::Demo(demo) => demo.run(&place).await,
        Command::Import(import) => import.run(&place).await,
        Command::Export(export) => export.run(&place).await,
        Command::Kinds(kinds) => kinds.run(),
        Command::Conformity(conformity) => conformity.run(&place).await,
        Command::Framework(framework) => framework.run(&place).await,
        Command::Selftest(selftest) => selftest.run(),
        Command::Pack(pack) => pack.run(&place).await,
        Command::Verify(verify) => verify.run(&place).await,
        Command::Doctor(doctor) => doctor.run(&place).await,
        Command::Backup(backup) => backup.run(&place).await,
        Command::Restore(restore) => restore.run(&place).await,
        Command::User(user) => user.run(&place).await,
        Command::Token(token) => token.run(&place).await,
        Command::Mailbox(mailbox) => mailbox.run(&place).await,
        Command::Mail(mail) => mail.run(&place).await,
        Command::Openapi(openapi) => openapi.run(),
    }
}

/// Writes to standard output; a reader that has gone is no reason for a message.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| crate::failure::output(&error))
}

/// The same for JSON.
fn print_json(json: &serde_json::Value) -> Result<(), Failure> {
    print(&json_text(json))
}

/// JSON indented as people read it.
pub(crate) fn json_text(json: &serde_json::Value) -> String {
    format!("{json:#}\n")
}
