//! Holidays from a calendar file: a proposal for a service calendar, which somebody else approves on its own page.

mod ics;

use askama::Template;
use axum::{
    extract::{Multipart, RawQuery, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::{Shown, rights};
use jiff::civil::Date;
use kinds::portfolio::{holiday_proposal as proposal, service_calendar as calendar};
use model::{Act, Command, FieldError, Input, Order, Query, Refusal, Target, lifecycle::WITHDRAWN};
use serde_json::{Value as Json, json};

use crate::{
    App, Refused, Seat, api, flash,
    record::{address::Address, piece::record_address},
    shell,
    view::shell::Shell,
};

const KIND: &str = "holiday_proposal";
/// Years after the present one until whose end what comes back is counted on.
const YEARS: i16 = 3;
/// Calendars among which one is chosen.
const CALENDARS: usize = 200;

#[derive(Template)]
#[template(path = "page/holidays.html")]
struct HolidaysPage {
    shell: Shell,
    errors: Vec<FieldError>,
    /// Number and name of the newest version of each calendar, and whether it is chosen.
    calendars: Vec<(String, String, bool)>,
    effective_on: String,
    until: i16,
}

/// Where a file is brought in, for a calendar.
pub fn address(calendar: &str) -> String {
    Address::new("/holiday-files").with("calendar", calendar).to_string()
}

fn may(seat: &Seat, app: &App) -> Result<(), Refusal> {
    rights::provider(&seat.actor)?;
    let catalog = app.desk.catalog();
    let kind = catalog.find(KIND).ok_or(Refusal::NotFound)?;
    match rights::may(&seat.actor, kind, Act::Create, None) {
        true => Ok(()),
        false => Err(Refusal::Forbidden("You may not propose days for service calendars.".into())),
    }
}

/// `GET /holiday-files?calendar=CLN-1`
pub async fn open(seat: Seat, Held(app): Held<App>, RawQuery(query): RawQuery) -> Result<Html<String>, Refused> {
    let chosen = Address::read("/holiday-files", &query.unwrap_or_default());
    let chosen = chosen.get("calendar").unwrap_or_default().to_string();
    Ok(Html(page(&app, &seat, &chosen, "", Vec::new()).await?.render()?))
}

async fn page(
    app: &App,
    seat: &Seat,
    chosen: &str,
    effective_on: &str,
    errors: Vec<FieldError>,
) -> Result<HolidaysPage, Refusal> {
    may(seat, app)?;
    let calendars = newest(app, seat).await?;
    // An older version of a calendar leads to its newest one.
    let name = |shown: &Shown| calendar::NAME.get(shown.fields()).map(|name| name.0.trim().to_lowercase());
    let meant = match chosen {
        "" => None,
        number => app.desk.show(&seat.actor, "service_calendar", number, None, seat.now).await.ok(),
    };
    let meant = meant.as_ref().and_then(name);
    let choice = |shown: &Shown| {
        let words = format!("{} {}", shown.number(), shown.title());
        (shown.number().to_string(), words, meant.is_some() && name(shown) == meant)
    };
    Ok(HolidaysPage {
        calendars: calendars.iter().map(choice).collect(),
        effective_on: effective_on.into(),
        until: seat.now.date().year() + YEARS,
        errors,
        shell: shell(app, seat, "/service_calendars").await,
    })
}

/// The newest version of each calendar, by name.
async fn newest(app: &App, seat: &Seat) -> Result<Vec<Shown>, Refusal> {
    let columns = [calendar::NAME.name, calendar::VALID_FROM.name].map(String::from).into();
    let query = Query {
        columns,
        size: CALENDARS,
        order: vec![Order { path: "title".into(), descending: false }],
        ..Query::of("service_calendar")
    };
    let live: Vec<Shown> = app.desk.list(&seat.actor, &query, seat.now).await?.records;
    let mut found: Vec<Shown> = Vec::new();
    let name = |shown: &Shown| calendar::NAME.get(shown.fields()).map(|name| name.0.trim().to_lowercase());
    for shown in live.into_iter().filter(|shown| !WITHDRAWN.contains(&shown.state())) {
        let from = |shown: &Shown| calendar::VALID_FROM.get(shown.fields());
        match found.iter_mut().find(|known| name(known).is_some() && name(known) == name(&shown)) {
            Some(known) if from(known) >= from(&shown) => {}
            Some(known) => *known = shown,
            None => found.push(shown),
        }
    }
    Ok(found)
}

/// What a form with a file says.
#[derive(Default)]
struct Sent {
    calendar: String,
    effective_on: String,
    name: String,
    bytes: Vec<u8>,
}

async fn sent(mut form: Multipart) -> Result<Sent, Refused> {
    let mut sent = Sent::default();
    while let Some(part) = form.next_field().await.map_err(api::file::broken)? {
        let (name, file) = (part.name().unwrap_or_default().to_string(), part.file_name().map(str::to_string));
        let bytes = part.bytes().await.map_err(api::file::broken)?;
        let text = || String::from_utf8_lossy(&bytes).trim().to_string();
        match name.as_str() {
            "calendar" => sent.calendar = text(),
            "effective_on" => sent.effective_on = text(),
            "file" => (sent.name, sent.bytes) = (file.unwrap_or_default(), bytes.to_vec()),
            _ => {}
        }
    }
    Ok(sent)
}

/// `POST /holiday-files`: a proposal is made of the file, which is kept with it.
pub async fn bring(seat: Seat, Held(app): Held<App>, form: Multipart) -> Result<Response, Refused> {
    may(&seat, &app)?;
    let sent = sent(form).await?;
    match propose(&app, &seat, &sent).await {
        Ok(number) => {
            let catalog = app.desk.catalog();
            let kind = catalog.find(KIND).ok_or(Refusal::NotFound)?;
            Ok(flash::said(&record_address(kind, &number), "It is proposed. Somebody else approves or refuses it."))
        }
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &sent.calendar, &sent.effective_on, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn propose(app: &App, seat: &Seat, sent: &Sent) -> Result<String, Refusal> {
    let today = seat.now.date();
    if sent.bytes.is_empty() {
        return Err(Refusal::field("file", "choose a calendar file"));
    }
    let until = Date::new(today.year() + YEARS, 12, 31).unwrap_or(Date::MAX);
    let from = Date::new(today.year(), 1, 1).unwrap_or(today);
    let read = ics::read(&sent.bytes, from, until).map_err(|why| Refusal::field("file", why))?;
    if read.days.is_empty() {
        return Err(Refusal::field(
            "file",
            format!("holds no day that is understood. {}", read.not_understood.join(". ")),
        ));
    }
    let rows: Vec<Json> = read.days.iter().map(|(day, name)| json!({"date": day.to_string(), "name": name})).collect();
    let mut fields = json!({"calendar": sent.calendar, "days": rows, "not_understood": read.not_understood});
    fields["effective_on"] = match sent.effective_on.as_str() {
        "" => proposal::earliest(seat.now).to_string().into(),
        day => day.into(),
    };
    let named: String = sent.name.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let name = if named.trim().is_empty() { "a file without a name".to_string() } else { named };
    fields["title"] = format!("Holidays from {name}").into();
    fields["source"] = name.into();
    app.desk.show(&seat.actor, "service_calendar", &sent.calendar, None, seat.now).await.map_err(|_| {
        Refusal::field(proposal::CALENDAR.name, "choose the calendar that is to be closed on these days")
    })?;
    let Json::Object(fields) = fields else { return Err(Refusal::NotFound) };
    let command = Command::Create { kind: KIND.into(), number: None, input: Input::json(fields) };
    let done = app.desk.perform(&seat.actor, command, seat.now).await?;
    let target = || Target { kind: KIND.into(), number: done.number.clone(), version: None };
    let moved = moved(app, seat, &done.number).await?;
    let input = Input::json([(proposal::MOVES.name.to_string(), Json::from(moved))]);
    let name = if sent.name.is_empty() { "holidays.ics" } else { &sent.name };
    let file = api::file::made(name, "text/calendar", sent.bytes.clone().into());
    let mut commands = vec![Command::Edit { target: target(), input }];
    // A name that no file may have loses nothing but the copy.
    commands.extend(file.ok().map(|file| Command::Attach { target: target(), file }));
    app.desk.perform_all(&seat.actor, commands, seat.now, true).await?;
    Ok(done.number)
}

/// Open clocks that would be due at another moment, of a proposal as it was compared with its calendar.
async fn moved(app: &App, seat: &Seat, number: &str) -> Result<u64, Refusal> {
    let shown = app.desk.show(&seat.actor, KIND, number, None, seat.now).await?;
    app.desk.would_move(&seat.actor, KIND, shown.fields(), seat.now).await
}
