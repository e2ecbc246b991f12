//! The mail of a record for whoever works on it: each message with its sender and whether that is proved, its words as text and
//! as cleaned HTML in a frame that nothing gets out of, and its files.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use desk::post::{Came, Enclosed};
use mail::{Found, Proof};

use super::{beside::part, doors::html, list::kind_of, piece::record_address};
use crate::{
    App, Refused, Seat, shell,
    view::{
        parts::{Link, Mark, Shape, Tone, When},
        shell::Shell,
        time,
    },
};

/// Most messages that are listed.
pub const MOST: i64 = 50;
/// Longest text that a page shows, in characters; the whole is in the file.
const TEXT_MAX: usize = 20_000;

/// The messages alone, for the page of the record and for one of their own.
#[derive(Template)]
#[template(path = "record/letters.html")]
struct Letters {
    rows: Vec<Row>,
    /// How many are shown where there are more; 0 where these are all.
    newest: usize,
}

struct Row {
    href: String,
    sender: String,
    subject: String,
    mark: Mark,
    at: When,
}

#[derive(Template)]
#[template(path = "record/letter.html")]
struct LetterPage {
    shell: Shell,
    crumbs: Vec<Link>,
    subject: String,
    mark: Mark,
    /// What the reader must know before they act on it; empty where the sender is proved.
    warning: String,
    facts: Vec<(&'static str, String)>,
    text: String,
    /// Cleaned HTML for the frame; empty for none.
    html: String,
    files: Vec<FileRow>,
}

struct FileRow {
    name: String,
    /// Empty for one that stayed in the message.
    href: String,
    size: String,
}

/// `GET /{plural}/{number}/mail`: a part of the record's page that comes after it, or a page of its own.
pub(super) async fn open_all(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let here = record_address(kind, &number);
    let mut came = app.desk.came_by_mail(&seat.actor, kind.name, &number, MOST + 1, seat.now).await?;
    let newest = if came.len() > MOST as usize { MOST as usize } else { 0 };
    came.truncate(MOST as usize);
    let row = |came: &Came| Row {
        href: format!("{here}/mail/{}", came.row.id),
        sender: sender(came),
        subject: subject(came),
        mark: mark(&came.proof),
        at: time::when(came.row.at, seat.now),
    };
    let letters = Letters { rows: came.iter().map(row).collect(), newest };
    part((&app, &seat), &headers, (kind, &number), ("Mail", format!("Mail of {number}")), &letters).await
}

/// `GET /{plural}/{number}/mail/{id}`
pub(super) async fn open(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number, id)): Path<(String, String, String)>,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let id = id.parse().map_err(|_| Refused::not_found())?;
    let opened = app.desk.letter_of(&seat.actor, (kind.name, &number), id, seat.now).await?;
    let (list, here) = (format!("/{}", kind.plural), record_address(kind, &number));
    let (came, letter) = (&opened.came, &opened.letter);
    let file = |file: &Enclosed| FileRow {
        name: file.name.clone(),
        href: file.kept.as_ref().map(|kept| format!("{here}/files/{}", kept.id)).unwrap_or_default(),
        size: super::page::size(i64::try_from(file.size).unwrap_or(i64::MAX)),
    };
    let page = LetterPage {
        shell: Shell { views: true, ..shell(&app, &seat, &list).await },
        crumbs: vec![
            Link::new(&kind.labels, &list),
            Link::new(&number, &here),
            Link::new("Mail", format!("{here}/mail")),
            Link::new("Message", ""),
        ],
        subject: subject(came),
        mark: mark(&came.proof),
        warning: warning(came),
        facts: facts(came),
        text: letter.text.chars().take(TEXT_MAX).collect(),
        html: letter.html.clone().unwrap_or_default(),
        files: opened.files.iter().map(file).collect(),
    };
    html(StatusCode::OK, &page)
}

fn subject(came: &Came) -> String {
    if came.row.subject.trim().is_empty() { "(no subject)".into() } else { came.row.subject.clone() }
}

/// The name that it gives itself is the sender's to choose; the address stands beside it always.
fn sender(came: &Came) -> String {
    match came.sender_name.trim() {
        "" => came.row.sender.clone(),
        name if name == came.row.sender => name.to_string(),
        name => format!("{name} <{}>", came.row.sender),
    }
}

fn mark(proof: &Proof) -> Mark {
    match (proof.is_authentic(), proof.dmarc) {
        (Some(true), _) => Mark::new(Shape::Met, Tone::Ok, "Sender proved"),
        (_, Some(Found::Fail)) => Mark::new(Shape::Nonconforming, Tone::Bad, "Sender not proved"),
        (Some(false), _) => Mark::new(Shape::Risk, Tone::Warn, "Sender not proved"),
        (None, _) => Mark::new(Shape::Gap, Tone::Mute, "Sender not checked"),
    }
}

fn warning(came: &Came) -> String {
    let who = &came.row.sender;
    match (came.proof.is_authentic(), came.proof.dmarc) {
        (Some(true), _) => String::new(),
        (_, Some(Found::Fail)) => format!(
            "Whoever wrote this does not speak for the domain of {who}. Ask {who} by another way before you act on it."
        ),
        (Some(false), _) => {
            format!("It is not proved that {who} wrote this. Ask by another way before you do something that matters.")
        }
        (None, _) => format!(
            "No mail server that we trust has checked who sent this: the address {who} is what the message says of itself."
        ),
    }
}

fn facts(came: &Came) -> Vec<(&'static str, String)> {
    let proof = &came.proof;
    let all = [
        ("From", sender(came)),
        ("To", came.row.recipient.clone()),
        ("Came", time::exact(came.row.at)),
        ("DMARC", words(proof.dmarc, &DMARC)),
        ("DKIM", words(proof.dkim, &DKIM)),
        ("SPF", words(proof.spf, &SPF)),
        ("Taken as", came.row.reason.clone()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// What passes, fails, and is not there, in this order.
type Words = [&'static str; 3];
const DMARC: Words = [
    "the domain in From stands behind the message",
    "the domain in From does not stand behind the message",
    "the domain in From says nothing about who may write in its name",
];
const DKIM: Words =
    ["it carries a signature, and that holds", "its signature does not hold", "it carries no signature"];
const SPF: Words = [
    "the server that sent it may send for its domain",
    "the server that sent it may not send for its domain",
    "the domain says nothing about which servers send for it",
];

fn words(found: Option<Found>, words: &Words) -> String {
    match found {
        Some(Found::Pass) => format!("pass: {}", words[0]),
        Some(Found::Fail) => format!("fail: {}", words[1]),
        Some(Found::Nothing) => format!("none: {}", words[2]),
        Some(Found::Unsure) => "could not be looked up when it came".into(),
        None => "none: our mail server says nothing of it".into(),
    }
}
