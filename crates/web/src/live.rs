//! Live pages: one stream of server-sent events for what somebody looks at.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, RawForm, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use desk::live::{News, Watch};
use futures::{StreamExt as _, stream};
use model::{Filter, Moment, Refusal};
use serde_json::json;

use crate::{
    App, Refused, Seat,
    record::{
        address::{Address, pairs},
        list::{self, kind_of},
        sent::Sent,
    },
};

/// After this the browser asks again, and whoever may not look any more is told so then.
const LIFE: Duration = Duration::from_secs(600);
/// Something is said at least this often, so that a connection that is gone is noticed.
const ALIVE: Duration = Duration::from_secs(25);

/// `GET /live?list=/incidents?filter=…&since=` or `?kind=incidents&record=INC-1&since=`, with `since` in milliseconds: what
/// is written to it from then on. Events are `written`, `much` (look at everything again) and `present`.
pub async fn open(
    seat: Seat,
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let here = Address::read("", &query.unwrap_or_default());
    let catalog = app.desk.catalog();
    let watch = match (here.get("list"), here.get("kind"), here.get("record")) {
        (Some(list), None, None) => {
            let (path, query) = list.split_once('?').unwrap_or((list, ""));
            let kind = kind_of(&catalog, path.trim_start_matches('/'))?;
            let (query, error) = list::read(&seat.actor, kind, &Address::read(path, query))?;
            if !error.is_empty() {
                return Err(Refusal::Query(error).into());
            }
            // Words are found by an index, the past does not change: of these lists the rows that are shown are told.
            let still = query.words.is_some() || query.as_of.is_some();
            let filter = if still { Filter::Any(Vec::new()) } else { query.filter };
            Watch::List { kind: kind.name.into(), filter }
        }
        (None, Some(kind), Some(record)) => {
            Watch::Record { kind: kind_of(&catalog, kind)?.name.into(), number: record.into() }
        }
        _ => return Err(Refusal::Query("say what to listen to: list, or kind and record".into()).into()),
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).or(here.get("since"));
    let since = last.and_then(|last| last.parse().ok()).map_or(seat.now, Moment);
    let ear = app.desk.listen(&seat.actor, watch, since, &app.clock).await?;
    let told = stream::unfold(ear, |mut ear| async move {
        let news = ear.hear().await?;
        Some((Ok::<Event, Infallible>(event(&news)), ear))
    });
    // Whoever is here for a time hears nothing after it.
    let left = seat.actor.window.map_or(i64::MAX, |(_, until)| until.0 - seat.now.0);
    let life = LIFE.min(Duration::from_millis(u64::try_from(left).unwrap_or_default()));
    let told = told.take_until(tokio::time::sleep(life));
    Ok(Sse::new(told).keep_alive(KeepAlive::new().interval(ALIVE)).into_response())
}

fn event(news: &News) -> Event {
    match news {
        News::Written { at, number, version, by, name, act, listed } => {
            let told =
                json!({"number": number, "version": version, "by": by, "name": name, "act": act, "listed": listed});
            Event::default().event("written").id(at.0.to_string()).data(told.to_string())
        }
        News::Much { at } => Event::default().event("much").id(at.0.to_string()).data("{}"),
        News::Present(people) => {
            let people: Vec<_> = people
                .iter()
                .map(|one| json!({"name": one.name, "email": one.email, "writing": one.writing}))
                .collect();
            Event::default().event("present").data(json!({"present": people}).to_string())
        }
    }
}

/// `POST /{plural}/{number}/writing`: somebody writes to it, or has stopped.
pub async fn writing(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<StatusCode, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let writes = Sent::new(pairs(&body)).get("writes") == Some("yes");
    app.desk.tell_writing(&seat.actor, kind.name, &number, writes, seat.now).await?;
    Ok(StatusCode::NO_CONTENT)
}
