//! Search over everything that one may see: records by number and by words, clauses, lists.

use std::fmt::Write as _;

use askama::Template;
use axum::{
    extract::{Query as Ask, State},
    response::Html,
};
use desk::Desk;
use engines::conformity::catalogue;
use model::{Actor, Cursor, Moment, Query, Refusal};
use serde::Deserialize;

use super::lines::{self, Line, encoded};
use crate::view::{
    parts::{Empty, Link, Mark, PaletteFragment, PaletteGroup, PaletteOption, Shape, Tone},
    shell::Shell,
};
use crate::{App, Refused, Seat};

#[derive(Template)]
#[template(path = "page/search.html")]
pub struct SearchPage {
    pub shell: Shell,
    pub words: String,
    pub kind: String,
    /// Plural and label of the kinds that can be searched, the chosen one marked.
    pub kinds: Vec<(String, String, bool)>,
    /// The record whose number was typed.
    pub exact: Vec<Line>,
    pub places: Vec<Link>,
    pub lines: Vec<Line>,
    pub nothing: Empty,
    pub first: String,
    pub more: String,
    pub now: Moment,
}

/// What a search was asked for; an unknown parameter is refused, never ignored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    #[serde(rename = "q")]
    pub words: String,
    /// Name or plural of one kind; empty for all.
    pub kind: String,
    #[serde(rename = "page_token")]
    pub token: String,
}

/// `GET /search`
pub async fn open(seat: Seat, State(app): State<App>, Ask(asked): Ask<Asked>) -> Result<Html<String>, Refused> {
    let shell = crate::shell(&app, &seat, "").await;
    Ok(Html(page(&app.desk, &seat.actor, shell, asked, seat.now).await?.render()?))
}

/// `GET /palette`, asked by the script at every few letters.
pub async fn suggest(seat: Seat, State(app): State<App>, Ask(asked): Ask<Asked>) -> Result<Html<String>, Refused> {
    let shell = crate::shell(&app, &seat, "").await;
    Ok(Html(palette(&app.desk, &seat.actor, &asked.words, &shell, seat.now).await?.render()?))
}

const SIZE: usize = 30;

/// The page of results; without words it only asks.
///
/// # Errors
/// `Query` for a kind that does not exist or a token that was not handed out here.
pub async fn page(desk: &Desk, actor: &Actor, shell: Shell, asked: Asked, now: Moment) -> Result<SearchPage, Refusal> {
    let catalog = desk.catalog();
    let words = asked.words.trim();
    let readable = catalog.kinds().iter().filter(|kind| desk::rights::may(actor, kind, model::Act::Read, None));
    let mut kinds: Vec<_> = readable
        .map(|kind| (kind.plural.to_owned(), kind.labels.clone(), kind.name == asked.kind || kind.plural == asked.kind))
        .collect();
    kinds.sort_by(|left, right| left.1.cmp(&right.1));
    let mut query = found_by(words);
    if !asked.kind.is_empty() {
        query.kind = Some(catalog.find(&asked.kind).ok_or_else(|| Refusal::Query(catalog.unknown(&asked.kind)))?.name);
    }
    if !asked.token.is_empty() {
        let refuse = || Refusal::Query("page_token is not one that was handed out here.".to_owned());
        query.after = Some(Cursor::read(&asked.token).filter(|cursor| cursor.keys.len() == 1).ok_or_else(refuse)?);
    }
    let first_page = asked.token.is_empty();
    let (found, next) =
        if words.is_empty() { (Vec::new(), None) } else { lines::lines(desk, actor, &query, now).await? };
    let exact = if first_page { by_number(desk, actor, words, now).await? } else { Vec::new() };
    let address = |token: Option<String>| {
        let mut address = format!("/search?q={}", encoded(words));
        if !asked.kind.is_empty() {
            let _ = write!(address, "&kind={}", encoded(&asked.kind));
        }
        if let Some(token) = token {
            let _ = write!(address, "&page_token={token}");
        }
        address
    };
    let lines: Vec<Line> =
        found.into_iter().filter(|line| exact.iter().all(|other| other.number != line.number)).collect();
    Ok(SearchPage {
        nothing: nothing(words),
        places: if first_page { places(&kinds, words) } else { Vec::new() },
        first: if first_page { String::new() } else { address(None) },
        more: next.map_or(String::new(), |token| address(Some(token))),
        words: words.to_owned(),
        kind: asked.kind.clone(),
        shell,
        kinds,
        exact,
        lines,
        now,
    })
}

/// The command palette: the same search, short, with the places one can go to.
pub async fn palette(
    desk: &Desk,
    actor: &Actor,
    words: &str,
    shell: &Shell,
    now: Moment,
) -> Result<PaletteFragment, Refusal> {
    let words = words.trim();
    let option =
        |line: Line| PaletteOption { number: line.number, title: line.title, hint: line.kind, href: line.href };
    let mut records: Vec<Line> = by_number(desk, actor, words, now).await?;
    if words.chars().count() > 1 {
        let query = Query { size: 8, ..found_by(words) };
        let found = lines::lines(desk, actor, &query, now).await?.0;
        records.extend(
            found
                .into_iter()
                .filter(|line| records.iter().all(|other| other.number != line.number))
                .collect::<Vec<_>>(),
        );
    }
    let lower = words.to_lowercase();
    let fits = |label: &str| label.to_lowercase().contains(&lower);
    let nav = shell.nav.iter().flat_map(|group| &group.items).filter(|item| fits(&item.label));
    let pages = nav.map(|item| PaletteOption {
        title: item.label.clone(),
        hint: if item.key.is_empty() { String::new() } else { format!("G then {}", item.key.to_uppercase()) },
        href: item.href.clone(),
        number: String::new(),
    });
    let acts = shell.creatable.iter().filter(|item| fits(&format!("new {}", item.label)) && !words.is_empty());
    let acts = acts.map(|item| PaletteOption {
        title: format!("New {}", item.label.to_lowercase()),
        href: item.href.clone(),
        ..PaletteOption::default()
    });
    let clauses = if words.is_empty() { Vec::new() } else { clauses(words, 5) };
    let clauses = clauses.into_iter().map(|link| PaletteOption {
        title: link.text,
        hint: "Clause".to_owned(),
        href: link.href,
        ..PaletteOption::default()
    });
    let group = |title: &str, options: Vec<PaletteOption>| PaletteGroup { title: title.to_owned(), options };
    let pages: Vec<PaletteOption> = pages.take(if words.is_empty() { 20 } else { 5 }).collect();
    // Whoever types the name of a page means that page, however many records hold the word.
    let named = !words.is_empty() && pages.iter().any(|page| page.title.to_lowercase().starts_with(&lower));
    let records = group("Records", records.into_iter().map(option).collect());
    let pages = group("Go to", pages);
    let (first, second) = if named { (pages, records) } else { (records, pages) };
    let groups = vec![first, second, group("Clauses", clauses.collect()), group("Do", acts.take(5).collect())];
    Ok(PaletteFragment { groups })
}

fn found_by(words: &str) -> Query {
    Query { words: Some(words.to_owned()).filter(|words| !words.is_empty()), size: SIZE, ..Query::everything() }
}

/// A number typed as it is written, whatever its case.
async fn by_number(desk: &Desk, actor: &Actor, words: &str, now: Moment) -> Result<Vec<Line>, Refusal> {
    if words.is_empty() || words.len() > 40 || words.contains(char::is_whitespace) {
        return Ok(Vec::new());
    }
    for number in [words.to_owned(), words.to_uppercase()] {
        match desk.find(actor, &number, now).await {
            Ok(shown) => return lines::of(desk, actor, &[shown], now).await,
            Err(Refusal::NotFound) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(Vec::new())
}

fn nothing(words: &str) -> Empty {
    if words.is_empty() {
        return Empty {
            mark: Mark::new(Shape::Ring, Tone::Mute, "What are you looking for?"),
            text: "A number, words of a title or a text, a person, a clause.".to_owned(),
            step: None,
        };
    }
    Empty {
        mark: Mark::new(Shape::Nothing, Tone::Mute, format!("Nothing found for “{words}”.")),
        text: "All words must occur in the record. Try fewer of them, or the beginning of one.".to_owned(),
        step: None,
    }
}

/// Lists and clauses by name.
fn places(kinds: &[(String, String, bool)], words: &str) -> Vec<Link> {
    if words.is_empty() {
        return Vec::new();
    }
    let lower = words.to_lowercase();
    let lists = kinds.iter().filter(|(_, label, _)| label.to_lowercase().contains(&lower));
    let lists = lists
        .map(|(plural, label, _)| Link::new(format!("All {}", label.to_lowercase()), format!("/{plural}")))
        .take(4);
    lists.chain(clauses(words, 6)).collect()
}

/// Clauses by number or by words of their title.
fn clauses(words: &str, most: usize) -> Vec<Link> {
    let lower = words.to_lowercase();
    let fits = |id: &str, title: &str| {
        id == lower || id.starts_with(&format!("{lower}.")) || title.to_lowercase().contains(&lower)
    };
    let clauses = catalogue().clauses.iter().filter(|clause| clause.leaf && fits(&clause.id, &clause.title));
    clauses
        .map(|clause| Link::new(format!("{} {}", clause.id, clause.title), format!("/conformity/{}", clause.id)))
        .take(most)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_found_by_number_and_by_title() {
        let first = |words| clauses(words, 9).first().map(|link| link.href.clone());
        assert_eq!(first("8.6.1").as_deref(), Some("/conformity/8.6.1"));
        assert_eq!(first("incident man").as_deref(), Some("/conformity/8.6.1"));
        assert!(clauses("8.6", 9).len() >= 3);
        assert_eq!(first("no such thing"), None);
    }
}
