//! Events of monitoring: the sources that send them, and what became of each.

pub mod event;
pub mod sources;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Html,
};
use desk::monitoring::{EventRow, Events, Source};
use events::decide::Outcome;
use model::{Moment, Refusal};

use super::{mail::record_link, picks, tabs, with};
use crate::{
    Administrator, App, Refused,
    api::events::known_outcome,
    record::address::Address,
    view::{
        field::{Control, Field},
        parts::{Empty, Mark, Shape, Tab, Tone, When},
        shell::Shell,
        time,
    },
};

/// Events on one page.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "page/admin_events.html")]
struct EventsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    sources: Vec<SourceLine>,
    /// `outcome`, `source`, `q`.
    fields: Vec<Field>,
    events: Vec<EventLine>,
    nothing: Empty,
    /// Address of the next page; empty for none.
    older: String,
    words: String,
}

struct SourceLine {
    href: String,
    name: String,
    format: &'static str,
    /// Where it sends to.
    address: String,
    opens: String,
    mark: Mark,
    heard: Option<When>,
}

/// An event in a list.
pub(super) struct EventLine {
    pub href: String,
    pub title: String,
    pub mark: Mark,
    pub said: String,
    pub reason: String,
    /// Address and number of its record; empty for none.
    pub record: (String, String),
    pub at: When,
}

/// `GET /administration/events`
pub async fn list(
    Administrator(seat): Administrator,
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refused> {
    let address = Address::read("/administration/events", &query.unwrap_or_default());
    let sources = app.desk.event_sources(&seat.actor, seat.now).await?;
    let wanted = wanted(&address)?;
    let mut rows = app.desk.events(&seat.actor, &wanted, PAGE + 1, seat.now).await?;
    let more = rows.len() as i64 > PAGE;
    rows.truncate(PAGE as usize);
    let older = rows.last().filter(|_| more).map_or(String::new(), |last| {
        format!("/administration/events?{}", address.with("before", last.id.to_string()).query())
    });
    let narrowed = wanted != Events::default();
    let nothing = if narrowed { "No event is like that" } else { "No event yet" };
    let page = EventsPage {
        shell: crate::shell(&app, &seat, "/administration").await,
        tabs: tabs("events"),
        sources: sources.iter().map(|source| source_line(&app, source, seat.now)).collect(),
        fields: narrowing(&sources, &wanted),
        words: match rows.len() {
            1 => "1 event".into(),
            many => format!("{many} events, newest first"),
        },
        events: rows.iter().map(|row| line(&app, &sources, row, seat.now)).collect(),
        nothing: Empty { mark: Mark::new(Shape::Nothing, Tone::Mute, nothing), ..Empty::default() },
        older,
    };
    Ok(Html(page.render()?))
}

/// What the address asks for; what it cannot mean is refused.
fn wanted(address: &Address) -> Result<Events, Refused> {
    let number = |name: &'static str| match address.get(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text
            .parse::<i64>()
            .map(Some)
            .map_err(|_| Refused::from(Refusal::Query(format!("{name}: \"{text}\" is not the number of one")))),
    };
    Ok(Events {
        before: number("before")?,
        source: number("source")?,
        outcome: known_outcome(address.get("outcome").unwrap_or_default())?,
        number: String::new(),
        words: address.get("q").unwrap_or_default().trim().chars().take(200).collect(),
    })
}

fn narrowing(sources: &[Source], wanted: &Events) -> Vec<Field> {
    let outcomes = Outcome::ALL.iter().map(|outcome| (outcome.name(), label(outcome.name())));
    let outcomes = picks(outcomes, |name| name == wanted.outcome);
    let ids: Vec<(String, &str)> = sources.iter().map(|source| (source.id.to_string(), source.name.as_str())).collect();
    let chosen = wanted.source.map(|id| id.to_string()).unwrap_or_default();
    let sources = picks(ids.iter().map(|(id, name)| (id.as_str(), *name)), |id| id == chosen);
    let any = || Some("Any".to_string());
    vec![
        with(super::line("outcome", "Outcome", "", ""), Control::Choice { options: outcomes, blank: any() }),
        with(super::line("source", "Source", "", ""), Control::Choice { options: sources, blank: any() }),
        super::line("q", "Title, alert, number or reason", &wanted.words, ""),
    ]
}

fn source_line(app: &App, source: &Source, now: Moment) -> SourceLine {
    let catalog = app.desk.catalog();
    let mark = match (source.active, source.heard) {
        (false, _) => Mark::new(Shape::Pause, Tone::Mute, "Switched off"),
        (true, None) => Mark::new(Shape::New, Tone::Plain, "Never heard"),
        (true, Some(_)) => Mark::new(Shape::Met, Tone::Ok, "Takes events"),
    };
    let opens = catalog.find(&source.policy.opens).map(|kind| kind.label.clone());
    SourceLine {
        href: format!("/administration/sources/{}", source.id),
        name: source.name.clone(),
        format: source.policy.format.label(),
        address: format!("/api/v1/intake/{}", source.slug),
        opens: opens.unwrap_or_else(|| source.policy.opens.clone()),
        mark,
        heard: source.heard.map(|at| time::when(at, now)),
    }
}

pub(super) fn line(app: &App, sources: &[Source], row: &EventRow, now: Moment) -> EventLine {
    let source = sources.iter().find(|source| source.id == row.source).map_or("", |source| source.name.as_str());
    let said = [source, &row.severity, &row.standing];
    EventLine {
        href: format!("/administration/events/{}", row.id),
        title: row.title.clone(),
        mark: mark(&row.outcome),
        said: said.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", "),
        reason: row.reason.clone(),
        record: record_link(app, &row.number),
        at: time::when(row.at, now),
    }
}

/// An outcome in words.
fn label(outcome: &str) -> &'static str {
    match outcome {
        "opened" => "Opened",
        "repeated" => "Repeated",
        "resolved" => "Resolved",
        "suppressed" => "Suppressed",
        "ignored" => "Ignored",
        "refused" => "Refused",
        _ => "Unknown",
    }
}

pub(super) fn mark(outcome: &str) -> Mark {
    let (shape, tone) = match outcome {
        "opened" => (Shape::New, Tone::Info),
        "repeated" => (Shape::Ring, Tone::Plain),
        "resolved" => (Shape::Met, Tone::Ok),
        "suppressed" => (Shape::Pause, Tone::Mute),
        "refused" => (Shape::Nonconforming, Tone::Bad),
        _ => (Shape::Nothing, Tone::Mute),
    };
    Mark::new(shape, tone, label(outcome))
}
