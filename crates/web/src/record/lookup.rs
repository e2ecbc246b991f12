//! Records and people for the type-ahead of forms: `[{"value": NUMBER, "label": TITLE}]`.

use axum::{
    Json,
    extract::{RawQuery, State},
};
use engines::mentions;
use model::{Filter, Kind, Query, Refusal, Value as Held, filter::Operand, lifecycle::WITHDRAWN};
use serde_json::{Value, json};

use super::address::Address;
use crate::{App, Refused, Seat};

/// Most lines of one answer.
const MOST: usize = 12;
/// People among those that a note may name.
const PEOPLE: usize = 8;

/// `GET /lookup?kinds=service,team&q=pay` and `GET /lookup?people=yes&q=tom`; without kinds over all of them.
/// With `load=yes` beside each person how much they have open. `GET /lookup?named=yes&q=ine` finds whom a note may name.
pub(super) async fn lookup(
    seat: Seat,
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refused> {
    let here = Address::read("", &query.unwrap_or_default());
    let words = here.get("q").unwrap_or_default().trim().to_string();
    let catalog = app.desk.catalog();
    let people = catalog.kinds().iter().find(|kind| kind.identity.is_some());
    let mut found = Vec::new();
    if here.get("named").is_some() {
        found = named(&app, &seat, people, &words).await?;
    } else if here.get("people").is_some() {
        if let Some(kind) = people {
            found = one(&app, &seat, Some(kind), &words).await?;
        }
    } else {
        let kinds: Vec<&str> =
            here.get("kinds").unwrap_or_default().split(',').filter(|kind| !kind.is_empty()).collect();
        if kinds.is_empty() {
            found = one(&app, &seat, None, &words).await?;
        }
        for name in kinds.into_iter().take(8) {
            let kind = catalog.find(name).ok_or_else(|| Refusal::Query(catalog.unknown(name)))?;
            found.extend(one(&app, &seat, Some(kind), &words).await?);
        }
    }
    found.truncate(MOST);
    // Whoever gives work to somebody sees what they have already; a customer's people know nothing of that.
    if here.get("load").is_some() && here.get("people").is_some() && seat.actor.customer.is_none() {
        with_loads(&app, &seat, &mut found).await?;
    }
    Ok(Json(Value::Array(found)))
}

/// Whom a note may name: people who have an account, by their e-mail, and teams by their title in one word. A customer's people
/// write to their provider as a whole.
async fn named(app: &App, seat: &Seat, people: Option<&Kind>, words: &str) -> Result<Vec<Value>, Refusal> {
    let Some(people) = people.filter(|_| seat.actor.customer.is_none()) else { return Ok(Vec::new()) };
    let known = one(app, seat, Some(people), words).await?;
    let mails: Vec<String> = known.iter().filter_map(|line| line["value"].as_str().map(str::to_string)).collect();
    let reached = app.desk.reached(&seat.actor, &mails, seat.now).await?;
    let hears = |line: &Value| line["value"].as_str().is_some_and(|mail| reached.contains(mail));
    let mut found: Vec<Value> = known.into_iter().filter(hears).take(PEOPLE).collect();
    for kind in app.desk.catalog().kinds().iter().filter(|kind| kind.gathers.is_some()) {
        let over = WITHDRAWN.iter().map(|state| Operand::Value(Held::text(*state))).collect();
        let query = Query {
            words: Some(words.to_string()).filter(|words| !words.is_empty()),
            filter: Filter::Not(Box::new(Filter::In { path: "state".into(), values: over })),
            size: MOST - PEOPLE,
            ..Query::of(kind.name)
        };
        let page = match app.desk.list(&seat.actor, &query, seat.now).await {
            Err(Refusal::NotFound) => continue,
            page => page?,
        };
        found.extend(page.records.iter().map(|shown| {
            let word = mentions::one_word(shown.title());
            json!({"value": if word.is_empty() { shown.number().to_lowercase() } else { word }, "label": shown.title()})
        }));
    }
    Ok(found)
}

async fn with_loads(app: &App, seat: &Seat, found: &mut [Value]) -> Result<(), Refusal> {
    let people: Vec<String> = found.iter().filter_map(|line| line["value"].as_str().map(str::to_string)).collect();
    let loads = app.desk.loads(&seat.actor, &people, seat.now).await?;
    for (line, person) in found.iter_mut().zip(&people) {
        let open = loads.get(person).copied().unwrap_or_default();
        let name = line["label"].as_str().unwrap_or_default();
        line["label"] = format!("{name}, {open} open").into();
    }
    Ok(())
}

/// The newest of a kind that fit the words, the one of this very number first. What the reader may not see is not there.
async fn one(app: &App, seat: &Seat, kind: Option<&Kind>, words: &str) -> Result<Vec<Value>, Refusal> {
    let catalog = app.desk.catalog();
    let mut found = Vec::new();
    if !words.is_empty() && !words.contains(char::is_whitespace) {
        match app.desk.find(&seat.actor, words, seat.now).await {
            Ok(shown) if kind.is_none_or(|kind| kind.name == shown.kind()) => {
                found.push(json!({"value": shown.number(), "label": shown.title()}));
            }
            Ok(_) | Err(Refusal::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    let identity = kind.and_then(|kind| kind.identity);
    let query = Query {
        kind: kind.map(|kind| kind.name),
        words: Some(words.to_string()).filter(|words| !words.is_empty()),
        filter: Filter::everything(),
        columns: identity.map(|field| vec![field.to_string()]).unwrap_or_default(),
        size: MOST,
        ..Query::everything()
    };
    let page = match app.desk.list(&seat.actor, &query, seat.now).await {
        Err(Refusal::NotFound) => return Ok(found),
        page => page?,
    };
    for shown in page.records {
        // People are referred to by what tells them apart from others: the e-mail.
        let own = catalog.find(shown.kind()).and_then(|kind| shown.value(kind, kind.identity?));
        let value = own.and_then(|value| value.as_text().map(str::to_string));
        let value = if identity.is_some() { value } else { Some(shown.number().to_string()) };
        let Some(value) = value else { continue };
        if !found.iter().any(|line| line["value"] == value.as_str()) {
            found.push(json!({"value": value, "label": shown.title()}));
        }
    }
    Ok(found)
}
