//! The wall board: how the desk stands, to be read across a room and asked again by itself every minute; and who is on call.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Query as Pairs, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use desk::Shown;
use kinds::people::team;
use model::{Kind, Moment, Query, Refusal, Value};
use serde::Deserialize;

use super::lines::{self, Line, counted};
use crate::{
    App, Refused, Seat,
    view::{
        parts::{Figure, Link, Person, When},
        shell::Shell,
        time,
    },
};

/// Seconds until a board asks again; no form stands on it that could be lost.
const AGAIN: &str = "60";
/// Open records that it lists, and teams.
const SHOWN: usize = 12;
const TEAMS: usize = 100;

/// Figures: words and the filter behind each, which is also where the figure leads.
const FIGURES: [(&str, &str); 7] = [
    ("P1", "phase != done and priority = P1"),
    ("P2", "phase != done and priority = P2"),
    ("P3", "phase != done and priority = P3"),
    ("Late", "phase != done and due < now"),
    ("Nobody has it", "phase != done and owner is empty"),
    ("Major", "phase != done and major = true"),
    ("Told by monitoring", "phase != done and contact_type = monitoring"),
];

#[derive(Template)]
#[template(path = "page/wall.html")]
struct WallPage {
    shell: Shell,
    at: When,
    /// Whether it stays as it is until somebody asks again.
    still: bool,
    figures: Vec<Figure>,
    lines: Vec<Line>,
    duties: Vec<Duty>,
    now: Moment,
}

/// Who is on call for a team.
struct Duty {
    team: Link,
    person: Person,
    /// Until when, and who comes then; empty where that is not planned.
    until: Option<When>,
    next: Option<Person>,
}

/// `?still=yes` holds it: nobody must read against the clock (WCAG 2.2.1). An unknown parameter is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    still: Option<String>,
}

/// `GET /wall`
pub async fn open(seat: Seat, State(app): State<App>, Pairs(asked): Pairs<Asked>) -> Result<Response, Refused> {
    let still = match asked.still.as_deref() {
        None | Some("" | "no") => false,
        Some("yes") => true,
        Some(other) => return Err(Refusal::Query(format!("still: \"{other}\" is neither yes nor no")).into()),
    };
    // A customer's people have pages of their own.
    desk::rights::provider(&seat.actor)?;
    let catalog = app.desk.catalog();
    let incident = catalog.find("incident").ok_or_else(Refused::not_found)?;
    let mut figures = Vec::with_capacity(FIGURES.len());
    for (label, filter) in FIGURES {
        let query = lines::query_of(incident, Some(incident.name), filter, "", 1)?;
        let count = app.desk.count(&seat.actor, &query, seat.now).await?;
        let value = Link::new(counted(count), lines::list_address(incident, filter));
        figures.push(Figure { label: label.into(), value, whole: String::new() });
    }
    let query = lines::query_of(incident, Some(incident.name), "phase != done", "due", SHOWN)?;
    let (found, _) = lines::lines(&app.desk, &seat.actor, &query, seat.now).await?;
    let page = WallPage {
        at: time::when(seat.now, seat.now),
        still,
        figures,
        lines: found,
        duties: duties(&app, &seat, catalog.find("team")).await?,
        now: seat.now,
        shell: crate::shell(&app, &seat, "/wall").await,
    };
    let mut response = Html(page.render()?).into_response();
    if !still {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(AGAIN));
    }
    Ok(response)
}

/// On-call duty of every team that has any; nothing for whoever may not read teams.
async fn duties(app: &App, seat: &Seat, kind: Option<&Kind>) -> Result<Vec<Duty>, Refusal> {
    let Some(kind) = kind else { return Ok(Vec::new()) };
    let columns = vec![team::ON_CALL.name.to_string(), team::ON_CALL_PLAN.name.to_string()];
    let query = Query { size: TEAMS, columns, ..Query::of(kind.name) };
    let page = match app.desk.list(&seat.actor, &query, seat.now).await {
        Err(Refusal::NotFound) => return Ok(Vec::new()),
        page => page?,
    };
    let watches: Vec<(&Shown, Watch)> =
        page.records.iter().filter_map(|shown| Some((shown, watch(shown, seat.now)?))).collect();
    let mails: BTreeSet<String> =
        watches.iter().flat_map(|(_, watch)| watch.next.iter().chain([&watch.person])).cloned().collect();
    let names = app.desk.names_of(&seat.actor, BTreeSet::new(), mails, seat.now).await?;
    let duty = |(shown, watch): (&Shown, Watch)| Duty {
        team: Link::new(shown.title(), format!("/{}/{}", kind.plural, shown.number())),
        person: lines::person(&watch.person, &names),
        until: watch.until.map(|at| time::when(at, seat.now)),
        next: watch.next.map(|mail| lines::person(&mail, &names)),
    };
    Ok(watches.into_iter().map(duty).collect())
}

/// Who watches at a moment, until when, and who comes next.
#[derive(Debug, PartialEq, Eq)]
struct Watch {
    person: String,
    until: Option<Moment>,
    next: Option<String>,
}

/// By the plan; where it says nothing of this moment, by the field that names somebody without a time.
fn watch(shown: &Shown, now: Moment) -> Option<Watch> {
    let fields = shown.fields();
    planned(fields.get(team::ON_CALL_PLAN.name), now).or_else(|| {
        let person = fields.get(team::ON_CALL.name)?.as_text()?.to_string();
        Some(Watch { person, until: None, next: None })
    })
}

fn planned(plan: Option<&Value>, now: Moment) -> Option<Watch> {
    let row = |value: &Value| {
        let text = value.part("person")?.as_text()?.to_string();
        Some((value.part("from")?.as_moment()?, value.part("to")?.as_moment()?, text))
    };
    let mut rows: Vec<(Moment, Moment, String)> = plan?.entries().iter().filter_map(row).collect();
    rows.sort();
    // Of two that overlap the one that began later stands in for the other.
    let at = rows.iter().rposition(|(from, to, _)| *from <= now && now < *to)?;
    let (_, until, person) = rows[at].clone();
    let next = rows.iter().find(|(from, to, _)| *from <= until && until < *to).map(|(_, _, person)| person.clone());
    Some(Watch { person, until: Some(until), next })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(rows: &[(&str, &str, &str)]) -> Value {
        let part = |text: &str| Value::text(text);
        let row = |(person, from, to): &(&str, &str, &str)| {
            Value::Parts(
                [("person", part(person)), ("from", part(from)), ("to", part(to))].map(|(n, v)| (n.into(), v)).into(),
            )
        };
        Value::List(rows.iter().map(row).collect())
    }

    #[test]
    fn who_is_on_call_follows_from_the_plan() {
        let plan = plan(&[
            ("ines@x.example", "2026-11-23T08:00:00Z", "2026-11-30T08:00:00Z"),
            ("tomas@x.example", "2026-11-30T08:00:00Z", "2026-12-07T08:00:00Z"),
            ("rosa@x.example", "2026-11-25T18:00:00Z", "2026-11-26T08:00:00Z"),
        ]);
        let at = |text: &str| planned(Some(&plan), Moment::parse(text).expect("an instant"));
        let watch = |text: &str| at(text).map(|watch| (watch.person, watch.next));
        let named = |person: &str, next: &str| Some((person.to_string(), Some(next.to_string())));
        assert_eq!(watch("2026-11-25T10:00:00Z"), named("ines@x.example", "tomas@x.example"));
        assert_eq!(watch("2026-11-25T20:00:00Z"), named("rosa@x.example", "ines@x.example"));
        assert_eq!(watch("2026-12-01T00:00:00Z"), Some(("tomas@x.example".into(), None)));
        assert_eq!(at("2026-12-07T08:00:00Z"), None);
        assert_eq!(planned(None, Moment(0)), None);
    }
}
