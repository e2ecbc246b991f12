//! What is reported to whom: each definition with its last issue and its next, what is late, and the issues themselves. People of
//! customers find here what was released to them.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State as Held,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::{Shown, rights};
use engines::reporting::periods::{last_closed, spanned};
use kinds::performance::{report, report_definition as definition};
use model::{Act, FieldError, Order, Query, Refusal, Value};

use super::{
    address,
    make::{Asked, is_frozen, make, terms},
};
use crate::{
    App, Refused, Seat, flash,
    pages::{portal, road::facts::all, welcome::told as beside},
    record::piece::record_address,
    view::{
        field::{Control, Field, Pick},
        parts::{Link, Mark, Shape, Tone},
        shell::Shell,
        time,
    },
};

/// Issues on the page, the newest first.
const ISSUES: usize = 100;

#[derive(Template)]
#[template(path = "page/reports.html")]
struct ReportsPage {
    shell: Shell,
    lede: String,
    lines: Vec<Line>,
    issues: Vec<IssueLine>,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    may_define: bool,
}

#[derive(Template)]
#[template(path = "portal/reports.html")]
struct PortalReports {
    shell: Shell,
    issues: Vec<IssueLine>,
}

/// A definition.
struct Line {
    definition: Link,
    name: String,
    readers: String,
    every: String,
    last: Link,
    next: String,
    mark: Mark,
}

pub struct IssueLine {
    pub link: Link,
    pub title: String,
    pub period: String,
    pub made: String,
    pub edition: String,
    pub mark: Option<Mark>,
}

/// What was typed to make one by hand.
#[derive(Default)]
struct Typed {
    definition: String,
    period: String,
    at_close: bool,
    change_note: String,
}

/// `GET /service-reports`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    if seat.actor.customer.is_some() {
        let shell = portal::shell(&app, &seat, "/service-reports").await?;
        return Ok(Html(
            PortalReports { shell, issues: issues(&app, &seat).await?.iter().map(line_of).collect() }.render()?,
        ));
    }
    Ok(Html(page(&app, &seat, &Typed::default(), &[]).await?.render()?))
}

async fn issues(app: &App, seat: &Seat) -> Result<Vec<Shown>, Refusal> {
    let query = Query {
        order: vec![Order { path: "ends".into(), descending: true }, Order { path: "number".into(), descending: true }],
        filter: super::gather::not(super::gather::withdrawn()),
        columns: ["definition", "period", "made_on", "edition", "digest", "released_to"].map(String::from).to_vec(),
        size: ISSUES,
        ..Query::of("report")
    };
    match app.desk.list(&seat.actor, &query, seat.now).await {
        Err(Refusal::NotFound) => Ok(Vec::new()),
        found => Ok(found?.records),
    }
}

fn line_of(shown: &Shown) -> IssueLine {
    let fields = shown.fields();
    let mark = match report::RELEASED_TO.get(fields) {
        Some(to) if to.0 == "customer" => Some(Mark::new(Shape::Say, Tone::Info, "Released")),
        _ => None,
    };
    IssueLine {
        link: Link::new(shown.number(), address(shown.number())),
        title: shown.title().into(),
        period: report::PERIOD.get(fields).map(|period| period.0).unwrap_or_default(),
        made: report::MADE_ON.get(fields).map(time::day).unwrap_or_default(),
        edition: report::EDITION.get(fields).map(|edition| edition.normalize().to_string()).unwrap_or_default(),
        mark,
    }
}

async fn page(app: &App, seat: &Seat, typed: &Typed, errors: &[FieldError]) -> Result<ReportsPage, Refusal> {
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let catalog = desk.catalog();
    let kind = catalog.find("report_definition").ok_or(Refusal::NotFound)?;
    let may_make = catalog.find("report").is_some_and(|kind| rights::may(actor, kind, Act::Create, None));
    let definitions = all(desk, actor, kind.name, "state = current", "number", now).await?;
    let issues = issues(app, seat).await?;
    let mut newest: BTreeMap<String, &Shown> = BTreeMap::new();
    let mut held: BTreeMap<(String, String), bool> = BTreeMap::new();
    for issue in &issues {
        let of = report::DEFINITION.get(issue.fields()).map(|one| one.0).unwrap_or_default();
        let period = report::PERIOD.get(issue.fields()).map(|one| one.0).unwrap_or_default();
        newest.entry(of.clone()).or_insert(issue);
        held.insert((of, period), true);
    }
    let mut late = 0;
    let mut lines = Vec::new();
    for of in &definitions {
        let due = terms(desk, of).and_then(|terms| terms.last(now));
        let has = |period: &str| held.contains_key(&(of.number().to_string(), period.to_string()));
        let missing = due.as_ref().filter(|turn| !has(&turn.period) && turn.at >= of.created());
        late += usize::from(missing.is_some());
        lines.push(Line {
            definition: Link::new(of.number(), record_address(kind, of.number())),
            name: of.title().into(),
            readers: readers(of),
            every: definition::FREQUENCY.get(of.fields()).map(|one| one.0).unwrap_or_default(),
            last: newest.get(of.number()).map_or_else(Link::default, |issue| {
                let period = report::PERIOD.get(issue.fields()).map(|one| one.0).unwrap_or_default();
                Link::new(period, address(issue.number()))
            }),
            next: definition::NEXT_ON.get(of.fields()).map(time::exact).unwrap_or_default(),
            mark: match missing {
                Some(turn) => Mark::new(Shape::Nonconforming, Tone::Bad, format!("{} is missing", turn.period)),
                None if due.is_none() => Mark::new(Shape::Ring, Tone::Mute, "By hand"),
                None => Mark::new(Shape::Met, Tone::Ok, "Up to date"),
            },
        });
    }
    let mut fields =
        if may_make && !definitions.is_empty() { make_fields(app, &definitions, typed, seat) } else { Vec::new() };
    let errors = beside(&mut fields, errors);
    Ok(ReportsPage {
        lede: lede(definitions.len(), late),
        lines,
        issues: issues
            .iter()
            .filter(|issue| is_frozen(issue) || report::MADE_ON.get(issue.fields()).is_some())
            .map(line_of)
            .collect(),
        fields,
        errors,
        may_define: rights::may(actor, kind, Act::Create, None),
        shell: Shell { views: true, ..crate::shell(app, seat, "/service-reports").await },
    })
}

fn lede(count: usize, late: usize) -> String {
    match (count, late) {
        (0, _) => "Nothing is reported yet: say first what is needed, and what for.".into(),
        (1, 0) => "One report is settled, and it is up to date.".into(),
        (count, 0) => format!("{count} reports are settled, all of them up to date."),
        (count, 1) => format!("{count} reports are settled; one is missing for the last period."),
        (count, late) => format!("{count} reports are settled; {late} are missing for the last period."),
    }
}

fn readers(of: &Shown) -> String {
    let customer = definition::FOR_CUSTOMER.get(of.fields()).map(|one| one.0);
    let audience = of.fields().get(definition::AUDIENCE.name).map(Value::entries).unwrap_or_default();
    let words = audience.iter().filter_map(Value::as_text).map(|word| word.replace('-', " "));
    customer.into_iter().chain(words).collect::<Vec<_>>().join(", ")
}

fn make_fields(app: &App, definitions: &[Shown], typed: &Typed, seat: &Seat) -> Vec<Field> {
    let pick = |of: &Shown| Pick {
        value: of.number().into(),
        label: format!("{} {}", of.number(), of.title()),
        chosen: of.number() == typed.definition,
    };
    let zone = app.desk.settings().time_zone();
    let last = definitions.first().and_then(|of| terms(&app.desk, of)).map(|terms| terms.every);
    let last = last.and_then(|every| last_closed(every, &zone, seat.now)).unwrap_or_default();
    let period = if typed.period.is_empty() { last } else { typed.period.clone() };
    let field = |name: &str, label: &str, help: &str, control| Field {
        name: name.into(),
        label: label.into(),
        help: help.into(),
        control,
        ..Field::default()
    };
    vec![
        field(
            "definition",
            "Report",
            "",
            Control::Choice { options: definitions.iter().map(pick).collect(), blank: None },
        ),
        field("period", "Period", "Such as 2026-10 or 2026-Q3; it must be over.", Control::line(period)),
        field(
            "at_close",
            "As on record at the end of the period",
            "Else as on record now, with what came in since.",
            Control::Flag { on: typed.at_close },
        ),
        field(
            "change_note",
            "What changed",
            "For a period that was reported already: it becomes a new edition.",
            Control::line(typed.change_note.clone()),
        ),
    ]
}

/// `POST /service-reports/make`: counts a period that is over, and freezes it.
pub async fn make_by_hand(
    seat: Seat,
    Held(app): Held<App>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let given =
        |name: &str| sent.iter().rev().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim()).to_owned();
    let typed = Typed {
        definition: given("definition"),
        period: given("period"),
        at_close: given("at_close") == "yes",
        change_note: given("change_note"),
    };
    let close = spanned(&typed.period, &app.desk.settings().time_zone()).map(|(_, until)| until);
    let asked = Asked {
        definition: &typed.definition,
        period: &typed.period,
        as_of: close.filter(|until| typed.at_close && *until < seat.now),
        change_note: &typed.change_note,
    };
    match make(&app.desk, &seat.actor, &asked, seat.now).await {
        Ok(number) => Ok(flash::said(&address(&number), format!("{number} is made, and its figures are frozen."))),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &typed, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}
