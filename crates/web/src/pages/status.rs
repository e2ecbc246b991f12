//! The public page: how services do, what is planned, the certificate, policies in force, a contact. It is off until the
//! organisation switches it on, and it is made of nothing but what was released: there is no seat here, and no record.
//!
//! One answer is kept for everybody and made anew when it is some seconds old, so that a crowd costs what one reader costs.

use std::sync::Arc;

use askama::Template;
use axum::{
    Json,
    body::Bytes,
    extract::State as Held,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::{Desk, rights::Released, settings::Settings};
use engines::{
    reporting::{
        figures::{Window, down_by_day, percentage},
        periods::{Every, last_closed, row, spanned},
    },
    rules::availability::{Availability, MaintenanceTerms},
};
use model::{
    Actor, Decimal, Moment, Refusal, Via,
    time::{DAY, SECOND},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::reports::{Strip, outages};
use crate::{
    App, Refused,
    view::{
        parts::{Mark, Shape, Tone},
        text, time,
    },
};

/// So long an answer is handed out before it is made anew, in milliseconds.
const FRESH: i64 = 30 * SECOND;
/// What browsers and proxies are told of that.
const CACHED: &str = "public, max-age=30";
/// Months whose availability is told, and days that are drawn.
const MONTHS: usize = 3;
const DAYS: i64 = 90;

/// The answer that is kept.
#[derive(Default)]
pub struct Kept(Mutex<Option<Answer>>);

#[derive(Clone)]
struct Answer {
    made: Moment,
    /// What the organisation had chosen then.
    settings: Arc<Settings>,
    page: Bytes,
    json: Value,
    tag: String,
}

/// Everything that stands on it; only what was released, and numbers.
#[derive(Template)]
#[template(path = "page/status.html")]
struct StatusPage {
    organisation: String,
    mark: Mark,
    lede: &'static str,
    disturbed: Vec<Entry>,
    news: Vec<Entry>,
    services: Vec<ServiceLine>,
    months: Vec<String>,
    planned: Vec<Entry>,
    certificates: Vec<Certificate>,
    policies: Vec<(String, String)>,
    contact: String,
    shows_services: bool,
    shows_certificate: bool,
    made: String,
}

struct Entry {
    title: String,
    /// Sanitised markup.
    text: String,
    when: String,
    service: String,
}

struct ServiceLine {
    name: String,
    mark: Mark,
    /// Availability of each month in percent, by rule R13.
    months: Vec<Decimal>,
    strip: Strip,
}

struct Certificate {
    edition: String,
    scope: String,
    sites: String,
    valid: String,
    number: String,
    register: String,
}

/// `GET /status`
pub async fn open(Held(app): Held<App>, headers: HeaderMap) -> Result<Response, Refused> {
    let answer = answer(&app).await?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = match known.is_some_and(|known| known.split(',').any(|one| one.trim() == answer.tag)) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => {
            let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            ([kind], answer.page.clone()).into_response()
        }
    };
    cached(&mut response, &answer);
    Ok(response)
}

/// `GET /status.json`: the same for machines.
pub async fn open_json(Held(app): Held<App>) -> Result<Response, Refused> {
    let answer = answer(&app).await?;
    let mut response = Json(answer.json.clone()).into_response();
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    cached(&mut response, &answer);
    Ok(response)
}

fn cached(response: &mut Response, answer: &Answer) {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHED));
    if let Ok(tag) = HeaderValue::from_str(&answer.tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}

/// The kept answer, or a new one. While one is made all others wait for it; one that cannot be made leaves the last one standing.
async fn answer(app: &App) -> Result<Answer, Refused> {
    let settings = app.desk.settings();
    if !settings.public.is_on {
        return Err(Refused::not_found());
    }
    let now = app.now();
    let mut kept = app.status.0.lock().await;
    let fits = |answer: &&Answer| answer.settings.public == settings.public && answer.settings.zone == settings.zone;
    if let Some(answer) = kept.as_ref().filter(fits)
        && (0..FRESH).contains(&(now.0 - answer.made.0))
    {
        return Ok(answer.clone());
    }
    match made(&app.desk, &settings, now).await {
        Ok(answer) => Ok(kept.insert(answer).clone()),
        Err(refusal) => kept.as_ref().filter(fits).cloned().ok_or_else(|| refusal.into()),
    }
}

async fn made(desk: &Desk, settings: &Arc<Settings>, now: Moment) -> Result<Answer, Refusal> {
    let page = page(desk, settings, now).await?;
    let json = machine(&page, now);
    let html = page.render().map_err(|error| desk::Fault::new(error.to_string()))?;
    let tag = format!("\"{}\"", model::canonical::hex(&Sha256::digest(html.as_bytes())[..12]));
    Ok(Answer { made: now, settings: settings.clone(), page: html.into(), json, tag })
}

async fn page(desk: &Desk, settings: &Settings, now: Moment) -> Result<StatusPage, Refusal> {
    let shows = |part: &str| settings.public.parts.iter().any(|known| known == part);
    let released = |kind: &'static str, part: &'static str| async move {
        if shows(part) { desk.released(kind, now).await } else { Ok(Vec::new()) }
    };
    let services = released("service", "services").await?;
    let incidents = released("incident", "services").await?;
    let planned = released("outage", "maintenance").await?;
    let planned: Vec<Released> = planned.into_iter().filter(|one| ends(one) > now).collect();
    let measured = if shows("availability") { availability(desk, settings, &services, now).await? } else { Vec::new() };
    let months = measured.first().map(|one| one.names.clone()).unwrap_or_default();
    let mut lines: Vec<ServiceLine> = services.iter().map(|one| service(one, &incidents, &measured)).collect();
    lines.sort_by(|one, other| one.name.cmp(&other.name));
    let troubled = incidents.len();
    Ok(StatusPage {
        organisation: settings.organisation.clone(),
        mark: match troubled {
            0 => Mark::new(Shape::Met, Tone::Ok, "Running"),
            _ => Mark::new(Shape::Nonconforming, Tone::Bad, "Disturbed"),
        },
        lede: if troubled == 0 { "Nothing is disturbed." } else { "Something is disturbed, and we are working on it." },
        disturbed: incidents.iter().map(|one| entry(one, &services, "raised_on")).collect(),
        news: released("communication", "announcements")
            .await?
            .iter()
            .take(5)
            .map(|one| entry(one, &services, "sent_on"))
            .collect(),
        planned: planned.iter().map(|one| maintenance(one, &services)).collect(),
        certificates: released("certificate", "certificate")
            .await?
            .iter()
            .filter(|one| one.get("valid_to").and_then(model::Value::as_moment).is_some_and(|to| to.plus(DAY) > now))
            .map(certificate)
            .collect(),
        policies: policies(&released("document", "policies").await?),
        contact: settings.public.contact.clone(),
        shows_services: shows("services"),
        shows_certificate: shows("certificate"),
        made: time::exact(now),
        services: lines,
        months,
    })
}

fn word<'r>(released: &'r Released, field: &str) -> &'r str {
    released.get(field).and_then(model::Value::as_text).unwrap_or_default()
}

fn moment(released: &Released, field: &str) -> Moment {
    released.get(field).and_then(model::Value::as_moment).unwrap_or(Moment::UNKNOWN)
}

fn ends(released: &Released) -> Moment {
    match released.get("end") {
        Some(_) => moment(released, "end"),
        None => moment(released, "start").plus(DAY),
    }
}

/// The name of a service that is told itself; nothing of one that is not.
fn service_of(released: &Released, services: &[Released]) -> String {
    let number = word(released, "service");
    let own = services.iter().find(|service| service.counts_as() == number && !number.is_empty());
    own.map_or(String::new(), |service| service.title().to_string())
}

/// Words that were written for everybody: the first line is their heading.
fn entry(released: &Released, services: &[Released], when: &str) -> Entry {
    let words = word(released, if when == "sent_on" { "text" } else { "public_text" });
    let (first, rest) = words.trim().split_once('\n').unwrap_or((words.trim(), ""));
    let title = if released.title().is_empty() { first } else { released.title() };
    let text = if released.title().is_empty() { rest.trim() } else { words.trim() };
    Entry {
        title: title.to_string(),
        text: text::markdown(text),
        when: released.get(when).and_then(model::Value::as_moment).map(time::exact).unwrap_or_default(),
        service: service_of(released, services),
    }
}

fn maintenance(released: &Released, services: &[Released]) -> Entry {
    let from = moment(released, "start");
    let when = match released.get("end") {
        Some(_) => format!("{} to {}", time::exact(from), time::exact(moment(released, "end"))),
        None => time::exact(from),
    };
    Entry { when, ..entry(released, services, "start") }
}

fn certificate(released: &Released) -> Certificate {
    let days = |field: &str| released.get(field).and_then(model::Value::as_moment).map(|at| time::day(at.date()));
    let sites = released.get("sites").map(model::Value::entries).unwrap_or_default();
    let sites: Vec<&str> = sites.iter().filter_map(model::Value::as_text).collect();
    let valid = days("decided_on").zip(days("valid_to"));
    Certificate {
        edition: word(released, "edition").into(),
        scope: word(released, "scope").into(),
        sites: sites.join(", "),
        valid: valid.map(|(from, to)| format!("{from} to {to}")).unwrap_or_default(),
        number: word(released, "printed_number").into(),
        register: word(released, "register").into(),
    }
}

/// Title and day of every policy in force.
fn policies(documents: &[Released]) -> Vec<(String, String)> {
    let own = documents.iter().filter(|one| word(one, "kind") == "policy");
    let day = |one: &Released| one.get("approved_on").and_then(model::Value::as_moment).map(|at| time::day(at.date()));
    let mut told: Vec<(String, String)> =
        own.map(|one| (one.title().to_string(), day(one).unwrap_or_default())).collect();
    told.sort();
    told
}

/// Numbers of one service: nothing of the outages themselves leaves.
struct Measured {
    service: String,
    names: Vec<String>,
    months: Vec<Decimal>,
    days: Vec<Decimal>,
}

/// Availability of the last months (R13), round the clock or by the hours of the service, and minutes down by day.
async fn availability(
    desk: &Desk,
    settings: &Settings,
    services: &[Released],
    now: Moment,
) -> Result<Vec<Measured>, Refusal> {
    let zone = settings.time_zone();
    let Some(last) = last_closed(Every::Month, &zone, now) else { return Ok(Vec::new()) };
    let names = row(&last, MONTHS);
    let windows: Vec<Window> =
        names.iter().filter_map(|name| spanned(name, &zone)).map(|(from, until)| Window { from, until }).collect();
    let days = Window { from: now.minus(DAYS * DAY), until: now };
    let from = windows.first().map_or(days.from, |first| first.from.min(days.from));
    let numbers: Vec<&str> = services.iter().map(Released::counts_as).collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let eyes = Actor::system("public page", Via::Job);
    let outages = outages(desk, &eyes, (now, None), &numbers, Window { from, until: now }).await?;
    let agreed = desk.agreed(None).await?;
    let terms = MaintenanceTerms::default();
    let of = |service: &Released| {
        let own = outages.iter().filter(|outage| outage.service == service.counts_as());
        let (down, maintenance) = super::reports::spans(own);
        let calendar = service.get("calendar").and_then(model::Value::as_text).unwrap_or_default();
        let hours = &agreed.hours(calendar, days.from.timestamp()).calendar;
        let share = |window: &Window| {
            let measured = Availability::measure(hours, window.span(), &down, &maintenance, terms);
            measured.share().map_or(Decimal::ONE_HUNDRED, |share| percentage(&share, 3))
        };
        let unexcused = super::reports::unexcused(&down, &maintenance);
        Measured {
            service: service.counts_as().to_string(),
            months: windows.iter().map(share).collect(),
            days: down_by_day(hours, days, &unexcused, &zone).into_iter().map(Decimal::from).collect(),
            names: names.clone(),
        }
    };
    Ok(services.iter().map(of).collect())
}

fn service(released: &Released, incidents: &[Released], measured: &[Measured]) -> ServiceLine {
    let disturbed = incidents.iter().any(|one| word(one, "service") == released.counts_as());
    let own = measured.iter().find(|one| one.service == released.counts_as());
    ServiceLine {
        name: released.title().to_string(),
        mark: match disturbed {
            true => Mark::new(Shape::Nonconforming, Tone::Bad, "Disturbed"),
            false => Mark::new(Shape::Met, Tone::Ok, "Running"),
        },
        months: own.map(|one| one.months.clone()).unwrap_or_default(),
        strip: own.map(|one| Strip::of(released.title(), &one.days)).unwrap_or_default(),
    }
}

fn machine(page: &StatusPage, now: Moment) -> Value {
    let service = |line: &ServiceLine| {
        let months: Vec<Value> = page
            .months
            .iter()
            .zip(&line.months)
            .map(|(month, share)| json!({"month": month, "percent": share.normalize().to_string()}))
            .collect();
        json!({"name": line.name, "state": line.mark.word.to_lowercase(), "availability": months})
    };
    let entry = |entry: &Entry| json!({"title": entry.title, "service": entry.service, "when": entry.when});
    json!({
        "organisation": page.organisation,
        "as_of": now.to_string(),
        "state": page.mark.word.to_lowercase(),
        "disturbed": page.disturbed.iter().map(entry).collect::<Vec<_>>(),
        "services": page.services.iter().map(service).collect::<Vec<_>>(),
        "maintenance": page.planned.iter().map(entry).collect::<Vec<_>>(),
    })
}
