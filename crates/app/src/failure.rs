//! Why a command did not do what it was asked for, and the exit code that says so.

use std::process::ExitCode;

use desk::Fault;
use model::Refusal;

#[derive(Debug)]
pub enum Failure {
    /// It could not be done, with the reason: exit code 1.
    Failed(String),
    /// It was asked for in a way that makes no sense: exit code 2.
    Usage(String),
    /// It may be done later; for whoever brings mail: exit code 75 (EX_TEMPFAIL of sysexits.h).
    Again(String),
    /// The reasons have been told already: exit code 1.
    Told,
}

impl Failure {
    /// Tells the reason on standard error and answers the exit code.
    pub fn told(self) -> ExitCode {
        match self {
            Failure::Failed(why) => {
                eprintln!("plumbline: {why}");
                ExitCode::from(1)
            }
            Failure::Usage(why) => {
                eprintln!("plumbline: {why}\nTry \"plumbline --help\".");
                ExitCode::from(2)
            }
            Failure::Again(why) => {
                eprintln!("plumbline: {why}");
                ExitCode::from(75)
            }
            Failure::Told => ExitCode::from(1),
        }
    }

    /// The reason alone.
    pub fn sentence(self) -> String {
        match self {
            Failure::Failed(why) | Failure::Usage(why) | Failure::Again(why) => why,
            Failure::Told => "it failed".into(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Failed(refusal.sentence())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Failed(fault.to_string())
    }
}

/// Errors of standard output: whoever reads it may have gone, which is no reason for a message.
pub fn output(error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::Told,
        _ => Failure::Failed(format!("cannot write the answer: {error}")),
    }
}
