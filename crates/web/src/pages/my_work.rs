//! My work: what one person has, asked for, watches or has done, across all kinds, by when it is due; and where they are named.

use askama::Template;
use std::collections::BTreeSet;

use axum::{
    extract::{Path, Query, State},
    response::{Html, Response},
};
use desk::{Desk, watching::Mention};
use model::{
    Actor, Catalog, Cursor, Filter, Moment, Refusal, Value,
    filter::Operand,
    suggest,
    time::{DAY, HOUR},
};
use serde::Deserialize;

use super::{
    lines::{self, Line, counted},
    my_tasks::{self, TaskLine},
};
use crate::view::{
    parts::{Empty, Link, Mark, Notice, Person, Shape, Tab, Tone, When},
    shell::Shell,
    time,
};
use crate::{App, Refused, Seat, flash};

#[derive(Template)]
#[template(path = "page/my_work.html")]
pub struct MyWorkPage {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    /// What the reader is asked to allow.
    pub approvals: Option<Notice>,
    pub groups: Vec<Group>,
    /// Tasks that wait for the reader or a team of theirs, on the tab of that name.
    pub tasks: Vec<TaskLine>,
    /// Notes that name the reader, on the tab of that name.
    pub mentions: Vec<MentionLine>,
    pub nothing: Empty,
    pub first: String,
    pub more: String,
    pub words: String,
    pub now: Moment,
}

pub struct Group {
    pub title: &'static str,
    pub lines: Vec<Line>,
}

pub struct MentionLine {
    pub id: i64,
    pub href: String,
    pub number: String,
    pub title: String,
    pub text: String,
    pub by: Person,
    pub at: When,
}

/// What stands on a tab.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Filter(&'static str),
    Tasks,
    Watched,
    Mentions,
}

struct View {
    name: &'static str,
    label: &'static str,
    what: What,
    order: &'static str,
    nothing: (&'static str, &'static str),
}

const VIEWS: [View; 7] = [
    View {
        name: "mine",
        label: "Mine",
        what: What::Filter("phase != done and owner = me"),
        order: "due",
        nothing: ("Nothing waits for you.", "Records appear here when you are their owner."),
    },
    View {
        name: "tasks",
        label: "Tasks",
        what: What::Tasks,
        order: "",
        nothing: (
            "No task waits for you.",
            "Tasks of requests stand here when it is your turn, or that of a team of yours and nobody has taken them.",
        ),
    },
    View {
        name: "mentions",
        label: "Mentions",
        what: What::Mentions,
        order: "",
        nothing: (
            "Nobody waits for your word.",
            "Notes that name you with @ and your name stand here until you put them aside.",
        ),
    },
    View {
        name: "asked",
        label: "I asked for",
        what: What::Filter("phase != done and requester = me"),
        order: "due",
        nothing: ("Nothing you asked for is open.", "What you ask for stays here until it is done."),
    },
    View {
        name: "watched",
        label: "Watched",
        what: What::Watched,
        order: "-changed",
        nothing: ("You watch nothing.", "Records that you watch stand here; each has the button on its page."),
    },
    View {
        name: "done",
        label: "Done in 14 days",
        what: What::Filter("phase = done and owner = me and changed > now - 14d"),
        order: "-changed",
        nothing: ("Nothing done in 14 days.", "What you resolve and close stays here for two weeks."),
    },
    View {
        name: "all",
        label: "Everybody's",
        what: What::Filter("phase != done and due is filled"),
        order: "due",
        nothing: ("Nothing open has a date.", "Open records with a date stand here, the nearest first."),
    },
];

const SIZE: usize = 50;
/// Characters of a note that are shown.
const EXCERPT: usize = 280;

/// `GET /my-work`
pub async fn open(seat: Seat, State(app): State<App>, Query(asked): Query<Asked>) -> Result<Html<String>, Refused> {
    let shell = crate::shell(&app, &seat, "/my-work").await;
    let (view, token) = (asked.view.as_deref(), asked.page_token.as_deref());
    Ok(Html(page(&app.desk, &seat.actor, shell, view, token, seat.now).await?.render()?))
}

/// An unknown parameter is refused, never ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    view: Option<String>,
    page_token: Option<String>,
}

/// The page for `?view=` and `?page_token=`.
///
/// # Errors
/// `Query` for a view that does not exist or a token that was not handed out here.
pub async fn page(
    desk: &Desk,
    actor: &Actor,
    shell: Shell,
    view: Option<&str>,
    token: Option<&str>,
    now: Moment,
) -> Result<MyWorkPage, Refusal> {
    let name = view.unwrap_or(VIEWS[0].name);
    let view = VIEWS.iter().find(|view| view.name == name).ok_or_else(|| unknown(name))?;
    let catalog = desk.catalog();
    let mut tabs = Vec::with_capacity(VIEWS.len());
    let mentions = desk.mentions(actor, now).await?;
    let watched = desk.watched(actor).await?;
    let tasks = my_tasks::tasks(desk, actor, now).await?;
    for each in &VIEWS {
        let count = match each.what {
            What::Mentions => mentions.len() as i64,
            What::Tasks => tasks.len() as i64,
            What::Watched if watched.is_empty() => 0,
            what => desk.count(actor, &query(&catalog, what, &watched, "", 1)?, now).await?,
        };
        let href = format!("/my-work?view={}", each.name);
        tabs.push(Tab { label: each.label.to_owned(), href, count: counted(count), current: each.name == view.name });
    }
    let mut query = query(&catalog, view.what, &watched, view.order, SIZE)?;
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        let refuse = || Refusal::Query("page_token is not one that was handed out here.".to_owned());
        query.after = Some(Cursor::read(token).filter(|cursor| cursor.keys.len() == 1).ok_or_else(refuse)?);
    }
    let (found, next) = match view.what {
        What::Mentions | What::Tasks => (Vec::new(), None),
        What::Watched if watched.is_empty() => (Vec::new(), None),
        _ => lines::lines(desk, actor, &query, now).await?,
    };
    let mentions = if view.what == What::Mentions { mentions } else { Vec::new() };
    let tasks = if view.what == What::Tasks { tasks } else { Vec::new() };
    let more = next.map_or(String::new(), |token| format!("/my-work?view={}&page_token={token}", view.name));
    let first = if token.is_some() { format!("/my-work?view={}", view.name) } else { String::new() };
    Ok(MyWorkPage {
        approvals: super::home::approvals_notice(desk, actor, now).await?,
        words: if found.len() == 1 { "One record".to_owned() } else { format!("{} records here", found.len()) },
        groups: if matches!(view.name, "done" | "watched") { together(found) } else { by_due(found, now) },
        tasks,
        mentions: mention_lines(desk, actor, &catalog, mentions, now).await?,
        nothing: Empty {
            mark: Mark::new(Shape::Met, Tone::Ok, view.nothing.0),
            text: view.nothing.1.to_owned(),
            step: Some(Link::new("Home", "/")),
        },
        shell,
        tabs,
        first,
        more,
        now,
    })
}

/// The query of a tab of records; `watched` are the numbers that the reader watches.
fn query(catalog: &Catalog, what: What, watched: &[String], order: &str, size: usize) -> Result<model::Query, Refusal> {
    let What::Watched = what else {
        let filter = if let What::Filter(filter) = what { filter } else { "" };
        return lines::query(catalog, filter, order, size);
    };
    let values = watched.iter().map(|number| Operand::Value(Value::text(number))).collect();
    let query = lines::query(catalog, "", order, size)?;
    Ok(model::Query { filter: Filter::In { path: "number".into(), values }, ..query })
}

async fn mention_lines(
    desk: &Desk,
    actor: &Actor,
    catalog: &Catalog,
    mentions: Vec<Mention>,
    now: Moment,
) -> Result<Vec<MentionLine>, Refusal> {
    let mails: BTreeSet<String> = mentions.iter().map(|mention| mention.by.clone()).collect();
    let names = match mails.is_empty() {
        true => desk::Names::default(),
        false => desk.names_of(actor, BTreeSet::new(), mails, now).await?,
    };
    let line = |mention: Mention| {
        let plural = catalog.find(mention.kind).map_or("records", |kind| kind.plural);
        MentionLine {
            id: mention.id,
            href: format!("/{plural}/{}#journal", mention.number),
            title: if mention.title.is_empty() { mention.number.clone() } else { mention.title },
            number: mention.number,
            text: excerpt(&mention.text),
            by: lines::person(&mention.by, &names),
            at: time::when(mention.at, now),
        }
    };
    Ok(mentions.into_iter().map(line).collect())
}

/// The beginning of a note, as a list has room for it.
fn excerpt(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(EXCERPT) {
        Some((at, _)) => format!("{}…", words[..at].trim_end()),
        None => words,
    }
}

/// `POST /my-work/mentions/{id}`: puts a mention aside.
pub async fn put_aside(seat: Seat, State(app): State<App>, Path(id): Path<String>) -> Result<Response, Refused> {
    let id = id.parse().map_err(|_| Refused::not_found())?;
    app.desk.put_aside(&seat.actor, id, seat.now).await?;
    Ok(flash::said("/my-work?view=mentions", "It is put aside; the note stays in its journal."))
}

fn unknown(name: &str) -> Refusal {
    let hint = suggest::hint(name, VIEWS.iter().map(|view| view.name));
    Refusal::Query(format!("there is no view \"{name}\"{hint}"))
}

fn together(lines: Vec<Line>) -> Vec<Group> {
    if lines.is_empty() { Vec::new() } else { vec![Group { title: "Latest first", lines }] }
}

/// Late, within a day, within a week, later, without a date; empty groups are left out.
fn by_due(lines: Vec<Line>, now: Moment) -> Vec<Group> {
    let titles = ["Late", "Due within a day", "Due within a week", "Later", "Without a date"];
    let mut groups: Vec<Group> = titles.into_iter().map(|title| Group { title, lines: Vec::new() }).collect();
    for line in lines {
        let at = match line.due.map(|due| due.0 - now.0) {
            Some(..0) => 0,
            Some(0..DAY) => 1,
            Some(left) if left < 7 * 24 * HOUR => 2,
            Some(_) => 3,
            None => 4,
        };
        groups[at].lines.push(line);
    }
    groups.retain(|group| !group.lines.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_note_is_cut_between_letters() {
        assert_eq!(excerpt("see\n @ines"), "see @ines");
        let long = excerpt(&"ö ".repeat(400));
        assert_eq!((long.chars().count(), long.ends_with("ö…")), (EXCERPT, true));
    }

    #[test]
    fn work_is_grouped_by_when_it_is_due() {
        let now = Moment(1_000 * DAY);
        let line = |due: Option<i64>| Line { due: due.map(|days| now.plus(days * DAY)), ..Line::default() };
        let groups = by_due([None, Some(-1), Some(0), Some(3), Some(30)].map(line).into(), now);
        let titles: Vec<_> = groups.iter().map(|group| (group.title, group.lines.len())).collect();
        let wanted =
            ["Late", "Due within a day", "Due within a week", "Later", "Without a date"].map(|title| (title, 1));
        assert_eq!(titles, wanted);
    }
}
