//! One framework: its requirements in their tree, each with how it stands by our verdicts; and the framework as a file.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, Query, State as Held},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use desk::{
    crosswalk::{self, Mapped, Opened},
    rights,
};
use engines::conformity::{Crossed, State};
use frameworks::{Format, Node};
use model::{Refusal, suggest};
use serde::Deserialize;

use super::{ADDRESS, counted, crumbs, is_ours, link_to_ours, mark};
use crate::{
    App, Refused, Seat,
    view::{
        parts::{Link, Mark, Tab},
        shell::Shell,
    },
};

/// Rows on a page, requirements of ours that are named in a row, characters of a text there, and levels that are set in.
const PAGE: usize = 60;
const NAMED: usize = 4;
const SHORT: usize = 240;
const LEVELS: usize = 5;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    show: Option<String>,
    from: Option<usize>,
}

/// Which requirements are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    All,
    Open,
    Unmapped,
}

impl Show {
    const ALL: [Show; 3] = [Show::All, Show::Open, Show::Unmapped];

    fn name(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Open => "open",
            Show::Unmapped => "unmapped",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Show::All => "All",
            Show::Open => "Not proved",
            Show::Unmapped => "Not mapped",
        }
    }

    fn parse(text: &str) -> Result<Show, Refusal> {
        let names = Show::ALL.map(Show::name);
        Show::ALL.into_iter().find(|show| show.name() == text).ok_or_else(|| {
            let hint = suggest::hint(text, names);
            Refusal::Query(format!("show: \"{text}\" is not one of {}{hint}", names.join(", ")))
        })
    }

    fn holds(self, crossed: Crossed) -> bool {
        match self {
            Show::All => true,
            Show::Open => crossed != Crossed::As(State::Proved),
            Show::Unmapped => crossed == Crossed::NotMapped,
        }
    }
}

#[derive(Template)]
#[template(path = "page/framework.html")]
struct FrameworkPage {
    shell: Shell,
    crumbs: Vec<Link>,
    name: String,
    about: String,
    copyright: String,
    facts: Vec<(&'static str, String)>,
    standing: Vec<(Mark, usize)>,
    demands: usize,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    newer: String,
    older: String,
    words: String,
    /// Of this framework.
    address: String,
    may_remove: bool,
    is_mapped: bool,
}

pub struct Row {
    /// How far it is set in, 1 to [`LEVELS`].
    level: usize,
    label: Link,
    text: String,
    /// `None` for a heading.
    mark: Option<Mark>,
    ours: Vec<Link>,
    /// How many more of ours there are.
    more: usize,
}

/// `GET /frameworks/{id}`
pub async fn open(
    seat: Seat,
    Held(app): Held<App>,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    if is_ours(&key) && seat.actor.customer.is_none() {
        return Ok(Redirect::to("/conformity").into_response());
    }
    let opened = app.desk.framework(&seat.actor, &key, seat.now).await?;
    let show = asked.show.as_deref().map_or(Ok(Show::All), Show::parse)?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let states = crosswalk::states(&assessment);
    let shell = Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await };
    let mut page = page(shell, &opened, &states, show, asked.from.unwrap_or(0));
    page.may_remove = opened.kept.is_some() && rights::cross(&seat.actor, seat.now).is_ok();
    Ok(Html(page.render()?).into_response())
}

fn page(
    shell: Shell,
    opened: &Opened,
    states: &HashMap<&'static str, State>,
    show: Show,
    from: usize,
) -> FrameworkPage {
    let framework = &opened.framework;
    let address = format!("{ADDRESS}/{}", opened.key);
    let crossed: Vec<Option<Crossed>> =
        framework.nodes.iter().map(|node| node.demands.then(|| opened.standing(node, states))).collect();
    let demands: Vec<Crossed> = crossed.iter().flatten().copied().collect();
    let shown: Vec<usize> = (0..framework.nodes.len())
        .filter(|place| crossed[*place].map_or(show == Show::All, |crossed| show.holds(crossed)))
        .collect();
    let here = |show: Show, from: usize| {
        let from = if from == 0 { String::new() } else { format!("&from={from}") };
        format!("{address}?show={}{from}", show.name())
    };
    let tab = |which: Show| Tab {
        label: which.label().into(),
        href: here(which, 0),
        count: demands.iter().filter(|crossed| which.holds(**crossed)).count().to_string(),
        current: which == show,
    };
    let until = (from.saturating_add(PAGE)).min(shown.len());
    let rows = shown.iter().skip(from).take(PAGE).map(|place| {
        let node = &framework.nodes[*place];
        row(&address, *place, node, crossed[*place], opened.mapped(node))
    });
    FrameworkPage {
        crumbs: crumbs(),
        name: framework.name.clone(),
        about: framework.about.clone(),
        copyright: framework.copyright.clone(),
        facts: facts(opened),
        standing: counted(&demands),
        demands: demands.len(),
        tabs: Show::ALL.into_iter().map(tab).collect(),
        rows: rows.collect(),
        newer: if from == 0 { String::new() } else { here(show, from.saturating_sub(PAGE)) },
        older: if until < shown.len() { here(show, until) } else { String::new() },
        words: if from >= shown.len() { String::new() } else { format!("{} to {until} of {}", from + 1, shown.len()) },
        address,
        may_remove: false,
        is_mapped: !opened.mapping.is_empty(),
        shell,
    }
}

fn row(address: &str, place: usize, node: &Node, crossed: Option<Crossed>, mapped: &[Mapped]) -> Row {
    let has_more = node.demands || !node.note.is_empty() || !node.text.is_empty();
    let title = match (node.reference.is_empty(), node.name.is_empty()) {
        (false, false) => format!("{} {}", node.reference, node.name),
        _ => node.label().to_owned(),
    };
    Row {
        level: node.depth.clamp(1, LEVELS),
        label: Link::new(title, if has_more { format!("{address}/{place}") } else { String::new() }),
        text: crate::view::text::shortened(&node.text, SHORT),
        mark: crossed.map(mark),
        ours: mapped.iter().take(NAMED).map(|mapped| link_to_ours(&mapped.requirement)).collect(),
        more: mapped.len().saturating_sub(NAMED),
    }
}

fn facts(opened: &Opened) -> Vec<(&'static str, String)> {
    let framework = &opened.framework;
    let besides = opened.besides.iter().map(|(name, count)| format!("{count} {}", name.replace('_', " ")));
    let facts = [
        ("Reference", framework.reference.clone()),
        ("Version", framework.version.clone()),
        ("Provider", framework.provider.clone()),
        ("Language", framework.locale.clone()),
        ("Came as", opened.kept.as_ref().map_or("Part of the program".into(), |kept| kept.format.label().into())),
        ("Address", framework.urn.clone()),
        ("SHA-256", opened.kept.as_ref().map_or(String::new(), |kept| kept.digest.clone())),
        ("Also in the file", besides.collect::<Vec<_>>().join(", ")),
    ];
    facts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// `GET /frameworks/{id}/library.yaml`
pub async fn take_library(seat: Seat, Held(app): Held<App>, Path(key): Path<String>) -> Result<Response, Refused> {
    take(&seat, &app, &key, Format::Ciso).await
}

/// `GET /frameworks/{id}/catalog.json`
pub async fn take_catalog(seat: Seat, Held(app): Held<App>, Path(key): Path<String>) -> Result<Response, Refused> {
    take(&seat, &app, &key, Format::Oscal).await
}

async fn take(seat: &Seat, app: &App, key: &str, format: Format) -> Result<Response, Refused> {
    let opened = app.desk.framework(&seat.actor, key, seat.now).await?;
    let text = app.desk.framework_file(&opened, format, seat.now).await?;
    let (ending, media) = format.ending();
    let name: String = opened.framework.urn.rsplit(':').next().unwrap_or_default().chars().take(100).collect();
    let plain: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    let disposition = format!("attachment; filename=\"{plain}.{ending}\"");
    headers.extend(HeaderValue::from_str(&disposition).map(|value| (header::CONTENT_DISPOSITION, value)));
    Ok(response)
}
