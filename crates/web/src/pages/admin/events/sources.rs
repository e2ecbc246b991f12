//! One source of events as a form.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::monitoring::{Source, SourceEdit};
use events::{Ending, Format, OneFor, Policy, Severity};
use model::{FieldError, Refusal};
use serde::Deserialize;

use super::super::{is_ticked, line, picks, tabs, told, with};
use crate::{
    Administrator, App, Refused, flash,
    view::{
        field::{Control, Field},
        parts::Tab,
        shell::Shell,
    },
};

#[derive(Template)]
#[template(path = "page/admin_source.html")]
struct SourcePage {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    action: String,
    /// Where it sends to; empty while it is not saved.
    address: String,
    errors: Vec<(String, String)>,
    groups: Vec<(&'static str, Vec<Field>)>,
}

/// What the form says, as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    slug: String,
    format: String,
    opens: String,
    customer: String,
    fields: String,
    rules: String,
    least: String,
    one_for: String,
    ending: String,
    reopen_minutes: String,
    flaps: String,
    flap_minutes: String,
    keep_days: String,
    maintenance: Vec<String>,
    active: Vec<String>,
}

/// `GET /administration/sources/new`
pub async fn blank(seat: Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    let catalog = app.desk.catalog();
    let first = catalog.kinds().iter().find(|kind| kind.monitored.is_some());
    let opens = first.map_or(String::new(), |kind| kind.name.into());
    let offered = Typed { active: vec!["yes".into()], opens, ..typed_of(&Policy::default()) };
    Ok(Html(page(&app, &seat, None, &offered, &[]).await?.render()?))
}

/// `POST /administration/sources`
pub async fn create(
    seat: Administrator,
    State(app): State<App>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    save(&app, &seat, None, &typed).await
}

/// `GET /administration/sources/{id}`
pub async fn show(seat: Administrator, State(app): State<App>, Path(id): Path<i64>) -> Result<Html<String>, Refused> {
    let source = found(&app, &seat, id).await?;
    let typed = Typed {
        name: source.name.clone(),
        slug: source.slug.clone(),
        active: flag(source.active),
        opens: source.policy.opens.clone(),
        ..typed_of(&source.policy)
    };
    Ok(Html(page(&app, &seat, Some(&source), &typed, &[]).await?.render()?))
}

/// `POST /administration/sources/{id}`
pub async fn edit(
    seat: Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    let source = found(&app, &seat, id).await?;
    save(&app, &seat, Some(&source), &typed).await
}

fn flag(on: bool) -> Vec<String> {
    if on { vec!["yes".to_string()] } else { Vec::new() }
}

async fn found(app: &App, Administrator(seat): &Administrator, id: i64) -> Result<Source, Refused> {
    let all = app.desk.event_sources(&seat.actor, seat.now).await?;
    all.into_iter().find(|source| source.id == id).ok_or_else(Refused::not_found)
}

async fn save(app: &App, seat: &Administrator, known: Option<&Source>, typed: &Typed) -> Result<Response, Refused> {
    let saved = match read(typed) {
        Ok(edit) => app.desk.save_event_source(&seat.0.actor, known.map(|source| source.id), edit, seat.0.now).await,
        Err(errors) => Err(Refusal::Invalid(errors)),
    };
    match saved {
        Ok(source) => Ok(flash::said("/administration/events", format!("{} is saved.", source.name))),
        Err(Refusal::Invalid(errors)) => {
            let page = page(app, seat, known, typed, &errors).await?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Texts of a form as a source; what is no number or no word of a list is told.
fn read(typed: &Typed) -> Result<SourceEdit, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |name: &str, why: String| errors.push(FieldError::new(name, why));
    let mut number = |name: &str, text: &str| {
        text.trim().parse::<i64>().unwrap_or_else(|_| {
            wrong(name, "is not a whole number".into());
            0
        })
    };
    let numbers = [
        number("reopen_minutes", &typed.reopen_minutes),
        number("flaps", &typed.flaps),
        number("flap_minutes", &typed.flap_minutes),
        number("keep_days", &typed.keep_days),
    ];
    let mut fields = std::collections::BTreeMap::new();
    for row in typed.fields.lines().map(str::trim).filter(|row| !row.is_empty()) {
        match row.split_once('=') {
            Some((name, value)) => drop(fields.insert(name.trim().to_string(), value.trim().to_string())),
            None => wrong("fields", format!("\"{row}\" is not name = value")),
        }
    }
    let strange = |text: &str| format!("\"{text}\" is none of the list");
    let format = Format::parse(&typed.format);
    let least = Severity::ALL.into_iter().find(|severity| severity.name() == typed.least);
    let (one_for, ending) = (OneFor::parse(&typed.one_for), Ending::parse(&typed.ending));
    for (name, text, is_known) in [
        ("format", &typed.format, format.is_some()),
        ("least", &typed.least, least.is_some()),
        ("one_for", &typed.one_for, one_for.is_some()),
        ("ending", &typed.ending, ending.is_some()),
    ] {
        if !is_known {
            wrong(name, strange(text));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let policy = Policy {
        format: format.unwrap_or_default(),
        opens: typed.opens.clone(),
        customer: typed.customer.clone(),
        fields,
        rules: typed.rules.clone(),
        least: least.unwrap_or_default(),
        one_for: one_for.unwrap_or_default(),
        ending: ending.unwrap_or_default(),
        reopen_minutes: numbers[0],
        flaps: numbers[1],
        flap_minutes: numbers[2],
        maintenance: is_ticked(&typed.maintenance),
        keep_days: numbers[3],
    };
    Ok(SourceEdit { name: typed.name.clone(), slug: typed.slug.clone(), policy, active: is_ticked(&typed.active) })
}

fn typed_of(policy: &Policy) -> Typed {
    let fields: Vec<String> = policy.fields.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    Typed {
        format: policy.format.name().into(),
        customer: policy.customer.clone(),
        fields: fields.join("\n"),
        rules: policy.rules.clone(),
        least: policy.least.name().into(),
        one_for: policy.one_for.name().into(),
        ending: policy.ending.name().into(),
        reopen_minutes: policy.reopen_minutes.to_string(),
        flaps: policy.flaps.to_string(),
        flap_minutes: policy.flap_minutes.to_string(),
        keep_days: policy.keep_days.to_string(),
        maintenance: flag(policy.maintenance),
        ..Typed::default()
    }
}

async fn page(
    app: &App,
    Administrator(seat): &Administrator,
    known: Option<&Source>,
    typed: &Typed,
    errors: &[FieldError],
) -> Result<SourcePage, Refused> {
    let catalog = app.desk.catalog();
    let kinds = catalog.kinds().iter().filter(|kind| kind.monitored.is_some());
    let kinds: Vec<(&str, &str)> = kinds.map(|kind| (kind.name, kind.label.as_str())).collect();
    let mut groups = groups(kinds, typed);
    let mut listed = Vec::new();
    for (_, fields) in &mut groups {
        let own: Vec<FieldError> =
            errors.iter().filter(|error| fields.iter().any(|field| field.name == error.field)).cloned().collect();
        listed.extend(told(fields, &own));
    }
    let shell = crate::shell(app, seat, "/administration").await;
    let action = known.map_or_else(
        || "/administration/sources".to_string(),
        |source| format!("/administration/sources/{}", source.id),
    );
    let address = known.map_or(String::new(), |source| format!("{}/api/v1/intake/{}", app.settings.base, source.slug));
    let heading = known.map_or_else(|| "New source".to_string(), |source| source.name.clone());
    Ok(SourcePage { shell, tabs: tabs("events"), heading, action, address, errors: listed, groups })
}

fn choice(name: &str, label: &str, options: Vec<(&str, &str)>, chosen: &str, help: &str) -> Field {
    let options = picks(options, |value| value == chosen);
    with(line(name, label, "", help), Control::Choice { options, blank: None })
}

fn number(name: &str, label: &str, value: &str, unit: &str, help: &str) -> Field {
    with(line(name, label, "", help), Control::Number { value: value.into(), unit: unit.into(), step: "1" })
}

fn ticked(name: &str, label: &str, on: &[String], help: &str) -> Field {
    with(line(name, label, "", help), Control::Flag { on: is_ticked(on) })
}

const RULES_HELP: &str = "A rule a line, such as env = test -> ignore; host ~ web-* -> service = SVC-2, team = TM-3; any -> ci = {nodename}. \
The first one that sets a field counts; ci and service may be a number or a name on record.";

fn groups(kinds: Vec<(&str, &str)>, typed: &Typed) -> Vec<(&'static str, Vec<Field>)> {
    let needed = |field: Field| Field { required: true, ..field };
    let wide = |field: Field| Field { wide: true, ..field };
    let formats = Format::ALL.iter().map(|format| (format.name(), format.label())).collect();
    let severities = Severity::ALL.iter().map(|severity| (severity.name(), severity.name())).collect();
    let groups = OneFor::ALL.iter().map(|one| (one.name(), one.label())).collect();
    let endings = Ending::ALL.iter().map(|ending| (ending.name(), ending.label())).collect();
    vec![
        (
            "The source",
            vec![
                needed(line("name", "Name", &typed.name, "")),
                needed(line("slug", "Name in its address", &typed.slug, "Small letters, digits, hyphens.")),
                choice("format", "It sends as", formats, &typed.format, ""),
                ticked("active", "Takes events", &typed.active, ""),
            ],
        ),
        (
            "What an alert becomes",
            vec![
                choice("opens", "A new alert opens", kinds, &typed.opens, ""),
                choice("least", "From which severity on", severities, &typed.least, "Anything less is ignored."),
                choice("one_for", "One record for", groups, &typed.one_for, ""),
                line("customer", "Customer", &typed.customer, "Number, where it watches systems of one customer."),
                wide(with(
                    line("fields", "Begins with", "", "Values of its records, one a line: category = network"),
                    Control::Lines { value: typed.fields.clone(), max: Some(2_000) },
                )),
                wide(with(
                    line("rules", "Mapping", "", RULES_HELP),
                    Control::Lines { value: typed.rules.clone(), max: Some(20_000) },
                )),
            ],
        ),
        (
            "What its end does",
            vec![
                choice("ending", "When it is over", endings, &typed.ending, ""),
                number(
                    "reopen_minutes",
                    "Opens the same record again within",
                    &typed.reopen_minutes,
                    "minutes",
                    "Later a new one is opened.",
                ),
                number("flaps", "It flaps from", &typed.flaps, "turns", "Between firing and over."),
                number("flap_minutes", "Counted within", &typed.flap_minutes, "minutes", "As long it must be quiet."),
                ticked(
                    "maintenance",
                    "Planned work holds alerts back",
                    &typed.maintenance,
                    "Approved changes and planned outages that name the item or the service.",
                ),
                number("keep_days", "Single events are kept for", &typed.keep_days, "days", ""),
            ],
        ),
    ]
}
