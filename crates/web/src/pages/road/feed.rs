//! The days of the cycle as a calendar that other programs subscribe to, at an address of one's own that is as good as a key.

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use desk::{
    Shown,
    accounts::{NewToken, TokenScope},
};
use jiff::civil::Date;
use kinds::{
    performance::{audit as internal_audit, management_review},
    road::{certificate, certification_audit as audit},
};
use model::{Moment, Role, Via, time::DAY};

use super::{
    cycle,
    facts::{Road, all, is_held},
    page,
    warn::{self, Limit},
};
use crate::{
    App, Refused, Seat,
    view::icalendar::{self, Event},
};

/// How long an address works; whoever needs it longer makes a new one.
const LIFE: i64 = 365 * DAY;
/// Calendars remind so many days before audits and before the end of windows.
const REMIND_AUDIT: u16 = 14;
const REMIND_WINDOW: u16 = 60;

/// `POST /road/calendar`: makes the address, which is shown this once. It stands among the tokens of the account and is
/// taken back there.
pub async fn make(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let new = NewToken {
        name: "Calendar of the certification cycle".into(),
        scope: TokenScope::Calendar,
        expires: seat.now.plus(LIFE),
    };
    let (secret, _) = app.desk.create_token(&seat.actor, &seat.actor.email, new, seat.now).await?;
    let address = format!("{}/calendar/{secret}.ics", app.settings.base);
    Ok((StatusCode::OK, Html(page(&app, &seat, address).await?.render()?)).into_response())
}

/// `GET /calendar/{token}`: for whoever has the address, what the account behind it may read. Nothing else opens with it.
pub async fn serve(Held(app): Held<App>, Path(token): Path<String>) -> Result<Response, Refused> {
    let now = app.now();
    let found = app.desk.bearer(token.strip_suffix(".ics").unwrap_or(&token), now).await?;
    let Some((account, TokenScope::Calendar)) = found else { return Err(Refused::not_found()) };
    let actor = account.actor(Via::Api, true);
    if actor.has(Role::ExternalAuditor) {
        return Err(Refused::not_found());
    }
    desk::rights::provider(&actor)?;
    let road = Road::gather(&app.desk, &actor, now).await?;
    let mut events = audits(&app, &road);
    events.extend(windows(&app, &road, now.date()));
    for (kind, title) in [("audit", "Internal audit"), ("management_review", "Management review")] {
        let planned = all(&app.desk, &actor, kind, "phase != done", "number", now).await?;
        events.extend(planned.iter().filter_map(|shown| own(&app, shown, title)));
    }
    let text = icalendar::file(&format!("{}: certification", organisation(&app)), &events);
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

fn organisation(app: &App) -> String {
    let name = app.desk.settings().organisation.clone();
    if name.is_empty() { "Plumbline".into() } else { name }
}

fn event(app: &App, shown: &Shown, plural: &str, what: &str, (first, last): (Date, Date)) -> Event {
    let host = app.settings.base.split("://").last().unwrap_or_default();
    Event {
        uid: format!("{}-{what}@{host}", shown.number()),
        sequence: shown.version(),
        changed: if shown.changed() > Moment::UNKNOWN { shown.changed() } else { Moment::of_date(first) },
        first,
        last,
        summary: format!("{} ({})", shown.title(), shown.number()),
        description: String::new(),
        url: format!("{}/{plural}/{}", app.settings.base, shown.number()),
        remind_days: 0,
    }
}

/// Audits that are booked or planned, and until when their findings are to be answered.
fn audits(app: &App, road: &Road) -> Vec<Event> {
    let one = |shown: &Shown| {
        let fields = shown.fields();
        let of = |what: &str, days| event(app, shown, "certification_audits", what, days);
        let mut told = Vec::new();
        if is_held(shown) {
            if let Some(by) = audit::DUE.get(fields) {
                let summary = format!("Answer due: {} ({})", shown.title(), shown.number());
                told.push(Event { summary, remind_days: REMIND_AUDIT, ..of("answer", (by, by)) });
            }
        } else if let Some(first) = audit::BEGINS.get(fields) {
            let last = audit::ENDS.get(fields).unwrap_or(first);
            let sites = audit::SITES.get(fields).map(|sites| sites.0).unwrap_or_default();
            let sites: Vec<String> = sites.into_iter().map(|site| site.0).collect();
            let description = sites.join(", ");
            told.push(Event { description, remind_days: REMIND_AUDIT, ..of("held", (first, last)) });
        } else if let Some(day) = audit::LATEST.get(fields) {
            let summary = format!("Last day: {} ({})", shown.title(), shown.number());
            told.push(Event { summary, remind_days: REMIND_WINDOW, ..of("latest", (day, day)) });
        }
        told
    };
    road.audits.iter().flat_map(one).collect()
}

/// Of every certificate that is held the ends of windows for which no audit is on record, and its last days.
fn windows(app: &App, road: &Road, today: Date) -> Vec<Event> {
    road.held().flat_map(|shown| windows_of(app, road, shown, today)).collect()
}

fn windows_of(app: &App, road: &Road, shown: &Shown, today: Date) -> Vec<Event> {
    let of = |what: &str, day| event(app, shown, "certificates", what, (day, day));
    let open = cycle::windows(road, shown).into_iter().flatten();
    let open = open.filter(|window| window.held.is_none() && cycle::planned_for(road, shown, window.visit).is_none());
    let mut told: Vec<Event> = open
        .map(|window| {
            let what = window.visit.words();
            let uid = what.to_lowercase().replace(' ', "-");
            let summary = format!("Last day of the window: {what} ({})", shown.number());
            Event { summary, remind_days: REMIND_WINDOW, ..of(&uid, window.closes) }
        })
        .collect();
    told.extend(certificate::VALID_TO.get(shown.fields()).map(|day| {
        let summary = format!("Last valid day of the certificate ({})", shown.number());
        Event { summary, remind_days: REMIND_WINDOW, ..of("valid", day) }
    }));
    told.extend(warn::limit(shown, today).map(|limit| {
        let (what, uid) = match limit {
            Limit::Suspension(_) => ("Last day of the suspension", "suspension"),
            Limit::Restoration(_) => ("Last day to restore the certificate", "restore"),
        };
        let summary = format!("{what} ({})", shown.number());
        Event { summary, remind_days: REMIND_WINDOW, ..of(uid, limit.day()) }
    }));
    told
}

/// An internal audit or a review that is planned for a day.
fn own(app: &App, shown: &Shown, title: &str) -> Option<Event> {
    let (plural, day) = match shown.kind() {
        "audit" => ("audits", internal_audit::PLANNED_ON.get(shown.fields())?),
        _ => ("management_reviews", management_review::HELD_ON.get(shown.fields())?),
    };
    let summary = format!("{title}: {} ({})", shown.title(), shown.number());
    Some(Event { summary, remind_days: REMIND_AUDIT, ..event(app, shown, plural, "planned", (day, day)) })
}
