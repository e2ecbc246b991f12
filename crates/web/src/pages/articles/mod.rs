//! An article with its versions: what readers have now, what they had before, what differs, and who wrote it.

mod told;

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, Query, State as Held},
    response::Html,
};
use desk::{Names, Shown};
use kinds::information::knowledge_article::is_revised;
use model::Refusal;

use super::{
    lines,
    papers::{
        edition::Edition,
        versions::{self, Asked, ReadText, Versions},
    },
};
use crate::{
    App, Refused, Seat,
    record::address::segment,
    view::{
        marked,
        parts::{Mark, Person, Tab},
        shell::Shell,
        state, text, time,
    },
};

const KIND: &str = "knowledge_article";
/// Versions of which it is counted how much differs from the one before.
const COUNTED: usize = 20;

#[derive(Template)]
#[template(path = "page/article.html")]
struct ArticlePage {
    shell: Shell,
    number: String,
    title: String,
    state: Mark,
    tabs: Vec<Tab>,
    /// What the reader of the page must know of the version shown; empty for the one that readers have.
    warning: String,
    /// That the next version is being written while readers keep this one.
    revision: Option<Mark>,
    text: ReadText,
    facts: Vec<(&'static str, String)>,
    writers: Vec<Person>,
    versions: Versions,
}

/// Where an article is read with its versions.
pub fn address(number: &str) -> String {
    format!("/articles/{}", segment(number))
}

/// `GET /articles/{number}`: the text that readers have, or with `?version=` another one, with `?against=` what differs between
/// the two. For the provider's people; others read what is published in the portal.
pub async fn open(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &number, &asked).await?.render()?))
}

async fn page(app: &App, seat: &Seat, number: &str, asked: &Asked) -> Result<ArticlePage, Refusal> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let of = desk.show(actor, KIND, number, None, now).await?;
    let entries = desk.journal(actor, KIND, number, now).await?;
    let editions = told::editions(&entries);
    let nothing = Edition::default();
    let (shown, other) = asked.of(&editions)?;
    let shown = shown.unwrap_or(&nothing);
    let mails: BTreeSet<String> = editions
        .iter()
        .flat_map(|one| one.writers.iter().chain([&one.author]))
        .filter(|mail| !mail.is_empty())
        .cloned()
        .collect();
    let names = desk.names_of(actor, BTreeSet::new(), mails, now).await?;
    let retitled = other.map(|other| other.title.clone()).filter(|title| *title != shown.title);
    let here = address(number);
    let catalog = desk.catalog();
    let kind = catalog.find(KIND).ok_or(Refusal::NotFound)?;
    Ok(ArticlePage {
        shell: Shell { views: true, ..crate::shell(app, seat, "/knowledge_articles").await },
        number: number.to_owned(),
        title: if shown.title.is_empty() { of.title().to_owned() } else { shown.title.clone() },
        state: state::mark(kind, of.state()),
        tabs: versions::tabs(&here, &editions, shown, other),
        warning: warning(&of, &editions, shown),
        revision: is_revised(of.state()).then(|| state::mark(kind, of.state())),
        text: ReadText { retitled: retitled.unwrap_or_default(), ..ReadText::of(shown, other) },
        facts: facts(shown, &names),
        writers: shown.writers.iter().map(|mail| lines::person(mail, &names)).collect(),
        versions: with_writers(Versions::of(&here, &editions, shown, other), &editions, &names),
    })
}

/// Which text it is, where it is not the one that readers have.
fn warning(of: &Shown, editions: &[Edition], shown: &Edition) -> String {
    let published = editions.iter().find(|one| one.is_in_force());
    match (shown.is_in_force(), published, shown.ended_on) {
        (true, ..) => String::new(),
        _ if editions.is_empty() => "Nothing is written yet.".into(),
        (_, None, _) if of.state() == "retired" => "Retired: readers do not find it any more.".into(),
        (_, Some(published), Some(ended)) => {
            format!(
                "An earlier text, read until {}; readers have version {} now.",
                time::day(ended),
                published.number()
            )
        }
        (_, Some(published), None) => format!("Readers have version {} now.", published.number()),
        (_, None, Some(ended)) => {
            format!("The last text that was published, read until {}; readers have none now.", time::day(ended))
        }
        (_, None, None) => "Not published: readers have no text yet.".into(),
    }
}

fn facts(shown: &Edition, names: &Names) -> Vec<(&'static str, String)> {
    let name = |mail: &str| lines::person(mail, names).name;
    let mut all = Vec::new();
    if !shown.version.is_zero() {
        all.push(("Version", shown.number()));
    }
    if let Some((by, on)) = &shown.approved {
        let by = if by.is_empty() { "somebody".to_string() } else { name(by) };
        all.push(("Published", format!("{} by {by}", time::day(*on))));
    }
    all.extend(shown.ended_on.map(|on| ("Read until", time::day(on))));
    if !shown.note.is_empty() {
        all.push(("Said with it", text::shortened(&shown.note, 300)));
    }
    all
}

/// Who wrote each version, and in how many lines it differs from the one before.
fn with_writers(mut versions: Versions, editions: &[Edition], names: &Names) -> Versions {
    for (at, (row, one)) in versions.rows.iter_mut().zip(editions).enumerate() {
        let by = if one.writers.is_empty() { std::slice::from_ref(&one.author) } else { one.writers.as_slice() };
        let by: Vec<String> =
            by.iter().filter(|mail| !mail.is_empty()).map(|mail| lines::person(mail, names).name).collect();
        let mut words = Vec::new();
        if !by.is_empty() {
            words.push(format!("by {}", by.join(", ")));
        }
        if let Some(before) = editions.get(at + 1).filter(|_| at < COUNTED) {
            words.push(match marked::lines(&before.text, &one.text) {
                0 => "the same text".into(),
                1 => "1 line differs".into(),
                many => format!("{many} lines differ"),
            });
        }
        words.extend(Some(std::mem::take(&mut row.words)).filter(|words| !words.is_empty()));
        row.words = words.join(", ");
    }
    versions
}
