//! The pipe of a mail server: exit codes and one line of answer.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use super::house::{KIM, message};
use crate::world::{Database, World, program, said};

both_databases!(a_mail_server_learns_by_the_exit_code);

fn piped(command: &mut Command, raw: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(raw).expect("it reads");
    child.wait_with_output().expect("it ends")
}

async fn a_mail_server_learns_by_the_exit_code(database: Database) {
    let world = World::new(database).await;
    let raw = message(KIM, "one@harbour.example", "Printer", "", "It is broken.");
    let none = piped(program(&world.url).args(["mail", "take"]), raw.as_bytes());
    assert_eq!(none.status.code(), Some(75));
    assert!(String::from_utf8_lossy(&none.stderr).contains("plumbline mailbox add"));
    let add = ["mailbox", "add", "support@tidewell.example", "--name", "Support"];
    let (code, answer, _) = said(program(&world.url).args(add));
    assert_eq!(
        (code, answer.as_str()),
        (Some(0), "Support <support@tidewell.example> opens incident, files only, sends nothing\n")
    );
    for (more, words) in [
        (["--opens", "incidnt"], "did you mean \"incident\"?"),
        (["--field", "sevice=SVC-1"], "did you mean \"service\"?"),
        (["--customer", "CUS-9"], "there is no record CUS-9"),
        (["--smtp", "none://mx.elsewhere.example"], "without encryption"),
    ] {
        let (code, _, error) = said(program(&world.url).args(add).args(more));
        assert!(code == Some(1) && error.contains(words), "{more:?}: {error}");
    }
    let taken = piped(program(&world.url).args(["mail", "take", "-"]), raw.as_bytes());
    assert_eq!(taken.status.code(), Some(0), "{}", String::from_utf8_lossy(&taken.stderr));
    assert_eq!(String::from_utf8_lossy(&taken.stdout), "new INC-1: it belongs to no thread that is known\n");
    let again = piped(program(&world.url).args(["mail", "take", "--json"]), raw.as_bytes());
    let json: serde_json::Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!((json["again"].as_bool(), json["number"].as_str()), (Some(true), Some("INC-1")));
    let broken = piped(program(&world.url).args(["mail", "take"]), b"\0\0\0");
    assert_eq!(broken.status.code(), Some(0), "a mail server is never made to bounce what only is strange");
    assert!(String::from_utf8_lossy(&broken.stdout).starts_with("quarantined:"));
    let nowhere = piped(program("sqlite:/nowhere/at/all.db").args(["mail", "take"]), raw.as_bytes());
    assert_eq!(nowhere.status.code(), Some(75), "try again later");
    let (code, _, error) = said(program(&world.url).args(["mail", "take", "--mailbox", "Suport", "/dev/null"]));
    assert!(code == Some(75) && error.contains("did you mean \"Support\"?"), "{error}");
}
