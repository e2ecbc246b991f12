//! Administration: accounts, own fields, settings, mail, events, automation, jobs, and what was last done in the house.

pub mod accounts;
pub mod activity;
pub mod automation;
pub mod events;
pub mod fields;
pub mod jobs;
pub mod mail;
pub mod settings;

use axum::response::{IntoResponse, Redirect, Response};

use super::{sign_in, welcome::told};
use crate::{
    Administrator,
    view::{
        field::{Control, Field, Pick},
        parts::Tab,
    },
};

/// `GET /administration`
pub async fn open(_: Administrator) -> Response {
    Redirect::to("/administration/accounts").into_response()
}

/// The parts of the administration; `current` is the last word of the address.
fn tabs(current: &str) -> Vec<Tab> {
    let parts = [
        ("Accounts", "accounts"),
        ("Own fields", "fields"),
        ("Settings", "settings"),
        ("Mail", "mail"),
        ("Events", "events"),
        ("Automation", "automation"),
        ("Jobs", "jobs"),
        ("Activity", "activity"),
    ];
    let tab = |(label, name): (&str, &str)| Tab {
        label: label.into(),
        href: format!("/administration/{name}"),
        count: String::new(),
        current: name == current,
    };
    parts.into_iter().map(tab).collect()
}

fn line(name: &str, label: &str, value: &str, help: &str) -> Field {
    Field { required: false, ..sign_in::line(name, label, "text", value, "off", help) }
}

fn with(field: Field, control: Control) -> Field {
    Field { control, ..field }
}

fn picks<'p>(options: impl IntoIterator<Item = (&'p str, &'p str)>, chosen: impl Fn(&str) -> bool) -> Vec<Pick> {
    let pick = |(value, label): (&str, &str)| Pick { value: value.into(), label: label.into(), chosen: chosen(value) };
    options.into_iter().map(pick).collect()
}

/// A box that is ticked is sent twice: what it is without the tick, and the tick.
fn is_ticked(sent: &[String]) -> bool {
    sent.iter().any(|value| value == "yes")
}
