//! The program: its commands, where its data lies, the clock, and the demonstration world.
//!
//! One file per command under `commands/`; each says what it does with a [`Failure`] when it cannot. `clock` is the only
//! place besides tests that reads a clock.

pub mod clock;
pub mod commands;
pub mod demo;
pub mod duties;
pub mod failure;
pub mod intake;
pub mod netbox;
pub mod packing;
pub mod place;
pub mod post;
pub mod progress;
pub mod servicenow;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

pub use failure::Failure;

/// Reads the command line and does what it asks for.
pub fn run() -> ExitCode {
    let matches = match commands::Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version are answers, everything else is wrong usage; clap knows which stream and code.
            let _ = error.print();
            return ExitCode::from(error.exit_code().clamp(0, 2) as u8);
        }
    };
    let cli = match commands::Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    };
    tell_faults();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::Failed(format!("cannot start: {error}")).told(),
    };
    let outcome = runtime.block_on(commands::perform(cli));
    // A reader thread may still wait for a terminal or a pipe; nobody waits for it.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.told(),
    }
}

/// Faults of our own are told on standard error under the id that answers carry; `PLUMBLINE_LOG` says how much else.
fn tell_faults() {
    let wanted = std::env::var("PLUMBLINE_LOG").unwrap_or_else(|_| "error".into());
    let filter = tracing_subscriber::EnvFilter::try_new(wanted).unwrap_or_else(|_| "error".into());
    let _ =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).try_init();
}
