//! A document as it is handed out: its words and the control block that says which copy it is. What prints it, on paper or as
//! a file, begins here.

use desk::{Desk, Names, Shown};
use kinds::information::document;
use model::{Actor, Moment, Refusal};

use super::edition::{Edition, Told, editions, pick};
use crate::view::time;

/// One version of a document with its control block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub organisation: String,
    pub number: String,
    pub title: String,
    /// `Policy`
    pub genre: String,
    /// `2`, `2.4`
    pub version: String,
    /// Whether this copy may be followed; else `warning` says what it is.
    pub in_force: bool,
    /// `Superseded on Wed 25 Nov 2026: do not follow this copy.`
    pub warning: String,
    /// The same in one word, `Superseded`.
    pub mark: &'static str,
    /// Label and words, in the order in which they are shown.
    pub control: Vec<(String, String)>,
    /// The text, in Markdown.
    pub markdown: String,
    /// Name of the attached file, where the document is a file.
    pub file: String,
    /// Where the text lies, when it is kept elsewhere.
    pub address: String,
}

/// The sheet of a version, by its record or number; of the one in force where none is named.
///
/// # Errors
/// `NotFound` for a document that is not there or not for the reader, `Query` for a version that it does not have.
pub async fn sheet(
    desk: &Desk,
    actor: &Actor,
    number: &str,
    version: Option<&str>,
    now: Moment,
) -> Result<Sheet, Refusal> {
    let of = desk.show(actor, "document", number, None, now).await?;
    let editions = editions(desk, actor, &of, now).await?;
    let Some(edition) = pick(&editions, version)? else { return Err(Refusal::NotFound) };
    let names = names(desk, actor, &of, &editions, now).await?;
    Ok(made(&desk.settings().organisation, (&of).into(), edition, &names))
}

/// Names of everybody whom a document and its versions name, and of its readers.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn names(
    desk: &Desk,
    actor: &Actor,
    of: &Shown,
    editions: &[Edition],
    now: Moment,
) -> Result<Names, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find("document").ok_or(Refusal::NotFound)?;
    let (mut numbers, mut mails) = Default::default();
    desk::read::references(kind, of, &mut numbers, &mut mails);
    for one in editions {
        let signed = [&one.reviewed, &one.approved].into_iter().flatten().map(|(by, _)| by.clone());
        let named = [&one.author, &one.reviewer, &one.approver].into_iter().cloned();
        mails.extend(signed.chain(named).chain(one.writers.iter().cloned()).filter(|mail| !mail.is_empty()));
    }
    desk.names_of(actor, numbers, mails, now).await
}

pub fn name<'n>(names: &'n Names, mail: &'n str) -> &'n str {
    names.people.get(mail).map_or(mail, |(name, _)| name)
}

/// The control block and the words of one version.
pub fn made(organisation: &str, of: Told<'_>, edition: &Edition, names: &Names) -> Sheet {
    let fields = of.fields;
    let mut control: Vec<(String, String)> = Vec::new();
    let mut add = |label: &str, words: String| {
        if !words.is_empty() {
            control.push((label.into(), words));
        }
    };
    let person = |mail: &str| name(names, mail).to_string();
    let signed = |signed: &Option<(String, model::Date)>| {
        signed.as_ref().map(|(by, on)| format!("{}, {}", person(by), time::day(*on))).unwrap_or_default()
    };
    let days = |day: Option<model::Date>| day.map(time::day).unwrap_or_default();
    add("Number", of.number.into());
    add("Version", edition.number());
    add("State", edition.mark.word.clone());
    add("In force from", days(edition.effective_on));
    add("In force until", days(edition.ended_on));
    add("Owner", document::OWNER.get(fields).map(|owner| person(&owner.0)).unwrap_or_default());
    add("Written by", edition.writers.iter().map(|mail| person(mail)).collect::<Vec<_>>().join(", "));
    add("Reviewed by", signed(&edition.reviewed));
    add("Approved by", signed(&edition.approved));
    add("What the approval says", edition.meaning.clone());
    if edition.is_in_force() {
        add("Next review", days(document::REVIEW_DUE.get(fields)));
    }
    let access = document::ACCESS.get(fields).map(|all| all.0).unwrap_or_default();
    let access: Vec<String> = access.into_iter().map(|one| model::lifecycle::sentence_case(&one.0)).collect();
    add("May be read by", access.join(", "));
    add("Kept for", document::RETENTION.get(fields).map(|kept| kept.0).unwrap_or_default());
    if document::ORIGIN.get(fields).is_some_and(|origin| origin.0 == "external") {
        add("Origin", "From outside".into());
        add("Edition checked", days(document::CHECKED_ON.get(fields)));
    }
    let address = document::ADDRESS.get(fields).map(|address| address.0).unwrap_or_default();
    add("Where it lies", address.clone());
    add("Attached file", edition.file.clone());
    add("What changed", edition.note.clone());
    Sheet {
        organisation: organisation.into(),
        number: of.number.into(),
        title: of.title.into(),
        genre: document::KIND.get(fields).map_or("Document".into(), |kind| model::lifecycle::sentence_case(&kind.0)),
        version: edition.number(),
        in_force: edition.is_in_force(),
        warning: warning(edition),
        mark: mark(edition),
        control,
        markdown: edition.text.clone(),
        file: edition.file.clone(),
        address,
    }
}

/// What is said across a copy that is not in force; empty for the one that is.
pub fn warning(edition: &Edition) -> String {
    match edition.state.as_str() {
        "in_force" => String::new(),
        "approved" => match edition.effective_on {
            Some(day) => format!("Approved, in force from {}: not to be followed before.", time::day(day)),
            None => "Approved and not in force yet.".into(),
        },
        "superseded" => match edition.ended_on {
            Some(day) => format!("Superseded on {}: do not follow this copy.", time::day(day)),
            None => "Superseded: do not follow this copy.".into(),
        },
        "cancelled" | "withdrawn" => "Withdrawn: do not follow this copy.".into(),
        _ => "Draft: not approved, not to be followed.".into(),
    }
}

/// The same in one word; empty for the one that is in force.
fn mark(edition: &Edition) -> &'static str {
    match edition.state.as_str() {
        "in_force" => "",
        "approved" => "Not in force yet",
        "superseded" => "Superseded",
        "cancelled" | "withdrawn" => "Withdrawn",
        _ => "Draft",
    }
}
