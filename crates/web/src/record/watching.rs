//! Who watches a record, the button that begins and ends it, and who was told by a note that names people.

use std::collections::BTreeSet;

use axum::{
    extract::{Path, RawForm, State},
    response::Response,
};
use desk::Shown;
use engines::mentions;
use model::{Kind, Refusal};

use super::{address::pairs, list::kind_of, piece::record_address, sent::Sent};
use crate::{App, Refused, Seat, flash, pages::lines, view::parts::Person};

#[derive(Default)]
pub struct Watching {
    /// Whether the reader may begin and end it.
    pub may: bool,
    pub on: bool,
    /// All who do, the reader too; for a customer's people nobody else.
    pub people: Vec<Person>,
}

/// How a record is watched, for its reader.
///
/// # Errors
/// What the desk refuses.
pub async fn watching(app: &App, seat: &Seat, shown: &Shown) -> Result<Watching, Refusal> {
    let mails = app.desk.watchers(&seat.actor, shown).await?;
    let on = mails.contains(&seat.actor.email);
    let people = people(app, seat, mails).await?;
    Ok(Watching { may: !seat.actor.only_reads(), on, people })
}

async fn people(app: &App, seat: &Seat, mails: Vec<String>) -> Result<Vec<Person>, Refusal> {
    if mails.is_empty() {
        return Ok(Vec::new());
    }
    let asked: BTreeSet<String> = mails.iter().cloned().collect();
    let names = app.desk.names_of(&seat.actor, BTreeSet::new(), asked, seat.now).await?;
    Ok(mails.iter().map(|mail| lines::person(mail, &names)).collect())
}

/// `POST /{plural}/{number}/watch`: `watch` is `yes` or `no`; `back` a page of the portal to go on to.
pub(super) async fn set(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let sent = Sent::new(pairs(&body));
    let on = match sent.get("watch") {
        Some("yes") => true,
        Some("no") => false,
        _ => return Err(Refusal::field("watch", "is yes or no").into()),
    };
    app.desk.watch(&seat.actor, kind.name, &number, on, seat.now).await?;
    let said = if on { format!("You watch {number}.") } else { format!("You watch {number} no more.") };
    let inside = |place: &&str| place.starts_with("/portal/") && !place.contains(char::is_control);
    let back = sent.get("back").filter(inside);
    let back = back.map_or_else(|| format!("{}#watching", record_address(kind, &number)), str::to_string);
    Ok(flash::said(&back, said))
}

/// Whom a note that was just written has told, and whom it names in vain; empty where it names nobody. A customer's people
/// are not told who else there is.
pub async fn told(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    (number, version): (&str, i64),
    text: &str,
) -> Result<String, Refusal> {
    let mut names = mentions::named(text);
    if names.is_empty() || seat.actor.customer.is_some() {
        return Ok(String::new());
    }
    let mails = app.desk.named_by(&seat.actor, kind.name, number, version, seat.now).await?;
    let known = |name: &String| mails.iter().any(|mail| mentions::fits(name, mail).is_some());
    names.retain(|name| !known(name) && mentions::fits(name, &seat.actor.email).is_none());
    let teams = app.desk.names_of_teams(&seat.actor, &names).await?;
    names.retain(|name| !teams.contains(name));
    let called = !teams.is_empty() && mails.is_empty();
    let told: Vec<String> = people(app, seat, mails).await?.into_iter().map(|person| person.name).collect();
    let mut said = String::new();
    if !told.is_empty() {
        said.push_str(&format!(" Told: {}.", told.join(", ")));
    }
    if called {
        said.push_str(" Nobody of the team is told anew: whoever is there has a word of this record waiting already.");
    }
    if !names.is_empty() {
        let strange: Vec<String> = names.iter().map(|name| format!("@{name}")).collect();
        said.push_str(&format!(" Nobody who may read it is clearly meant by {}.", strange.join(", ")));
    }
    Ok(said)
}
