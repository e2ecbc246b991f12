//! `kinds`: every kind of record with its fields, states, transitions and links.

use super::{print, print_json};
use crate::Failure;
use clap::Args;

/// Show every kind of record
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline kinds
  plumbline kinds --json | jq '.[] | select(.name == \"incident\") | .fields[].name'")]
pub struct Kinds {
    /// With fields, choices, states, transitions and links, as JSON
    #[arg(long)]
    json: bool,
}

impl Kinds {
    pub fn run(self) -> Result<(), Failure> {
        let catalog = ::kinds::catalog();
        if self.json {
            return print_json(&model::describe::catalog(&catalog));
        }
        let mut text = String::new();
        for kind in catalog.kinds() {
            let states: Vec<&str> = kind.lifecycle.states.iter().map(|state| state.name).collect();
            text += &format!(
                "{:<24} {:<6} {:<9} {}\n",
                kind.name,
                kind.prefix,
                kind.clauses.first().unwrap_or(&""),
                kind.about
            );
            text += &format!("{:<24} {}\n", "", states.join(", "));
        }
        print(&text)
    }
}
