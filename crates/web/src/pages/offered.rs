//! Ties that would close a gap, offered where one sees the gap: the records that fit best by what both are about and by their
//! time, each with one button.

use axum::{
    extract::{Path, State as Held},
    response::Response,
};
use axum_extra::extract::Form;
use desk::{Desk, Shown, rights};
use engines::conformity::{WantedTie, wanted_tie};
use model::{
    Act, Actor, Command, Filter, Input, Kind, Link as Tie, Moment, Order, Query, Refusal, Target, Value,
    lifecycle::WITHDRAWN, time::DAY,
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    App, Refused, Seat, flash,
    record::piece::record_address,
    view::{parts::Link, time},
};

/// Most records that are offered for one.
const OFFERED: usize = 3;
/// Records looked through for each thing that both are about, and by their age alone.
const LOOKED: usize = 50;
/// What both may be about, the closest first.
const ABOUT: [&str; 5] = ["ci", "service", "services", "customer", "party"];
/// Further apart than this, time alone tells nothing.
const NEAR_DAYS: i64 = 90;

/// One record that would close the gap of another one.
pub struct Offer {
    pub record: Link,
    pub title: String,
    /// `same service, 3 days apart`.
    pub why: String,
    /// Where the button leads.
    pub action: String,
    pub from: String,
}

/// What is offered for a record that a check blames with a reason, the best first; nothing to whoever may not make the tie.
///
/// # Errors
/// What the desk itself cannot do.
pub async fn offers(
    desk: &Desk,
    actor: &Actor,
    (requirement, clause): (&str, &str),
    number: &str,
    reason: &str,
    now: Moment,
) -> Result<Vec<Offer>, Refusal> {
    let Some(wanted) = wanted_tie(requirement).filter(|wanted| wanted.is_meant(reason)) else { return Ok(Vec::new()) };
    let from = match desk.find(actor, number, now).await {
        Err(Refusal::NotFound) => return Ok(Vec::new()),
        from => from?,
    };
    let catalog = desk.catalog();
    let act = if wanted.field.is_some() { Act::Edit } else { Act::Link };
    if !catalog.find(from.kind()).is_some_and(|kind| rights::may(actor, kind, act, None)) {
        return Ok(Vec::new());
    }
    let mut fitting = Vec::new();
    for kind in wanted.to.iter().filter_map(|name| catalog.find(name)) {
        for shown in candidates(desk, actor, kind, &from, now).await? {
            if let Some((rank, why)) = fits(&from, &shown) {
                fitting.push((rank, why, shown, kind));
            }
        }
    }
    fitting.sort_by(|left, right| left.0.cmp(&right.0).then_with(|| left.2.number().cmp(right.2.number())));
    let offer = |(_, why, shown, kind): ((usize, i64), String, Shown, &Kind)| Offer {
        record: Link::new(shown.number(), record_address(kind, shown.number())),
        title: shown.title().into(),
        why,
        action: format!("/conformity/{clause}/{requirement}/tie"),
        from: number.into(),
    };
    Ok(fitting.into_iter().take(OFFERED).map(offer).collect())
}

/// Records of a kind that are about the same thing, and the newest ones.
async fn candidates(desk: &Desk, actor: &Actor, kind: &Kind, from: &Shown, now: Moment) -> Result<Vec<Shown>, Refusal> {
    let mut filters = vec![Filter::everything()];
    for name in ABOUT.iter().filter(|name| kind.find(name).is_some()) {
        // A service of the one may stand among the services of the other.
        let own =
            values(from, name).into_iter().chain(if name.starts_with("service") { services(from) } else { Vec::new() });
        filters.extend(own.map(|value| Filter::equal(name, &value)));
    }
    let mut found: Vec<Shown> = Vec::new();
    for filter in filters {
        let order = vec![Order { path: "created".into(), descending: true }];
        let columns = vec![model::query::EVERY.into()];
        let query = Query { filter, order, columns, size: LOOKED, ..Query::of(kind.name) };
        let page = match desk.list(actor, &query, now).await {
            Err(Refusal::NotFound) => return Ok(Vec::new()),
            page => page?,
        };
        let is_new = |shown: &Shown| {
            !WITHDRAWN.contains(&shown.state())
                && shown.number() != from.number()
                && !found.iter().any(|known| known.number() == shown.number())
        };
        let new: Vec<Shown> = page.records.into_iter().filter(is_new).collect();
        found.extend(new);
    }
    Ok(found)
}

fn values(shown: &Shown, name: &str) -> Vec<String> {
    let value = shown.fields().get(name).map(Value::entries).unwrap_or_default();
    value.iter().filter_map(Value::as_text).map(str::to_owned).collect()
}

/// Every service that a record names; a service names itself.
fn services(shown: &Shown) -> Vec<String> {
    let own = if shown.kind() == "service" { vec![shown.number().to_owned()] } else { Vec::new() };
    own.into_iter().chain(values(shown, "service")).chain(values(shown, "services")).collect()
}

/// How well two records fit, the smaller the better, with the reason; `None` where nothing speaks for it.
fn fits(from: &Shown, other: &Shown) -> Option<((usize, i64), String)> {
    let shares = |name: &str| values(from, name).iter().any(|value| values(other, name).contains(value));
    let mut same: Vec<&str> = ["ci", "customer", "party"].into_iter().filter(|name| shares(name)).collect();
    if services(from).iter().any(|service| services(other).contains(service)) {
        same.push("service");
    }
    let days = (at(from).0 - at(other).0).abs() / DAY;
    if same.is_empty() && days > NEAR_DAYS {
        return None;
    }
    let apart = match days {
        0 => "on the same day".to_owned(),
        1 => "a day apart".to_owned(),
        days => format!("{days} days apart"),
    };
    let why = match same.as_slice() {
        [] => format!("{apart} ({})", time::day(at(other).date())),
        same => format!("same {}, {apart}", same.join(" and ").replace("ci", "configuration item")),
    };
    Some(((ABOUT.len() - same.len(), days), why))
}

/// When it happened, as it says; else when it was written down.
fn at(shown: &Shown) -> Moment {
    let named = ["raised_on", "start", "implemented_on", "sent_on", "held_on", "begins"];
    let told = named.iter().find_map(|name| shown.fields().get(*name).and_then(Value::as_moment));
    told.unwrap_or(shown.created())
}

#[derive(Deserialize)]
pub struct Sent {
    from: String,
    to: String,
    /// Where the button stood, when that is the page of the record.
    #[serde(default)]
    back: String,
}

/// `POST /conformity/{clause}/{requirement}/tie`: makes one tie that the check asks for.
pub async fn make(
    seat: Seat,
    Held(app): Held<App>,
    Path((clause, requirement)): Path<(String, String)>,
    Form(sent): Form<Sent>,
) -> Result<Response, Refused> {
    rights::provider(&seat.actor)?;
    let wanted = wanted_tie(&requirement).ok_or(Refusal::NotFound)?;
    let (desk, actor) = (&app.desk, &seat.actor);
    let from = desk.find(actor, sent.from.trim(), seat.now).await?;
    let to = desk.find(actor, sent.to.trim(), seat.now).await?;
    if !wanted.to.contains(&to.kind()) {
        let why = format!("{} is no {}", to.number(), wanted.to.join(" and no ").replace('_', " "));
        return Err(Refusal::field("to", why).into());
    }
    desk.perform(actor, command(desk, wanted, &from, &to)?, seat.now).await?;
    desk.renew_assessment(seat.now);
    let catalog = desk.catalog();
    let back = match catalog.find(from.kind()).filter(|_| sent.back == "record") {
        Some(kind) => record_address(kind, from.number()),
        None => format!("/conformity/{clause}/{requirement}"),
    };
    Ok(flash::said(&back, format!("{} is tied to {} now.", from.number(), to.number())))
}

fn command(desk: &Desk, wanted: &WantedTie, from: &Shown, to: &Shown) -> Result<Command, Refusal> {
    let target = Target { kind: from.kind().into(), number: from.number().into(), version: Some(from.version()) };
    if let Some(field) = wanted.field {
        let input = Input::json([(field.to_owned(), json!(to.number()))]);
        return Ok(Command::Edit { target, input });
    }
    let catalog = desk.catalog();
    let kind = catalog.find(from.kind()).ok_or(Refusal::NotFound)?;
    // The narrowest name that fits says most.
    let named = kind.links.iter().find(|name| name.to.contains(&to.kind()));
    let name = named.or_else(|| kind.links.iter().find(|name| name.to.is_empty())).ok_or(Refusal::NotFound)?;
    Ok(Command::Link { target, link: Tie { name: name.name.clone(), to: to.number().into() } })
}
