//! My work: what one person has, asked for or has done, across all kinds, by when it is due.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use desk::Desk;
use model::{
    Actor, Cursor, Moment, Refusal, suggest,
    time::{DAY, HOUR},
};
use serde::Deserialize;

use super::lines::{self, Line, counted};
use crate::view::{
    parts::{Empty, Link, Mark, Notice, Shape, Tab, Tone},
    shell::Shell,
};
use crate::{App, Refused, Seat};

#[derive(Template)]
#[template(path = "page/my_work.html")]
pub struct MyWorkPage {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    /// What the reader is asked to allow.
    pub approvals: Option<Notice>,
    pub groups: Vec<Group>,
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

struct View {
    name: &'static str,
    label: &'static str,
    filter: &'static str,
    order: &'static str,
    nothing: (&'static str, &'static str),
}

const VIEWS: [View; 4] = [
    View {
        name: "mine",
        label: "Mine",
        filter: "phase != done and owner = me",
        order: "due",
        nothing: ("Nothing waits for you.", "Records appear here when you are their owner."),
    },
    View {
        name: "asked",
        label: "I asked for",
        filter: "phase != done and requester = me",
        order: "due",
        nothing: ("Nothing you asked for is open.", "What you ask for stays here until it is done."),
    },
    View {
        name: "done",
        label: "Done in 14 days",
        filter: "phase = done and owner = me and changed > now - 14d",
        order: "-changed",
        nothing: ("Nothing done in 14 days.", "What you resolve and close stays here for two weeks."),
    },
    View {
        name: "all",
        label: "Everybody's",
        filter: "phase != done and due is filled",
        order: "due",
        nothing: ("Nothing open has a date.", "Open records with a date stand here, the nearest first."),
    },
];

const SIZE: usize = 50;

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
    for each in &VIEWS {
        let count = desk.count(actor, &lines::query(&catalog, each.filter, "", 1)?, now).await?;
        let href = format!("/my-work?view={}", each.name);
        tabs.push(Tab { label: each.label.to_owned(), href, count: counted(count), current: each.name == view.name });
    }
    let mut query = lines::query(&catalog, view.filter, view.order, SIZE)?;
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        let refuse = || Refusal::Query("page_token is not one that was handed out here.".to_owned());
        query.after = Some(Cursor::read(token).filter(|cursor| cursor.keys.len() == 1).ok_or_else(refuse)?);
    }
    let (found, next) = lines::lines(desk, actor, &query, now).await?;
    let more = next.map_or(String::new(), |token| format!("/my-work?view={}&page_token={token}", view.name));
    let first = if token.is_some() { format!("/my-work?view={}", view.name) } else { String::new() };
    Ok(MyWorkPage {
        approvals: super::home::approvals_notice(desk, actor, now).await?,
        words: if found.len() == 1 { "One record".to_owned() } else { format!("{} records here", found.len()) },
        groups: if view.name == "done" { together(found) } else { by_due(found, now) },
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
