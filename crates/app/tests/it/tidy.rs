//! The rules of STYLE.md that a machine can see, held over every file of the project. Each offence is one line that says
//! where it is and what to do instead.

mod direction;
mod length;
mod lessons;
mod paper;
mod source;
mod words;

/// Fails with every offence, one a line.
#[track_caller]
fn none(rule: &str, offences: Vec<String>) {
    assert!(offences.is_empty(), "{rule}\n  {}\n", offences.join("\n  "));
}
