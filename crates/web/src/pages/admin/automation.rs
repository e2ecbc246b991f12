//! Automation: the rules of the organisation, each as a form that can be tried on the last thirty days before it is saved.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::automation::{Rehearsal, Rule, RuleEdit, Run, WouldAct};
use engines::automation::{Definition, When, because};
use model::{Column, FieldError, Moment, Refusal, Role, words::counted};
use serde::Deserialize;

use super::{is_ticked, line, mail::record_link, picks, tabs, told, with};
use crate::{
    Administrator, App, Refused, flash,
    record::ruled,
    view::{
        field::{Control, Field},
        parts::{Mark, Shape, Tab, Tone, When as Time},
        shell::Shell,
        time,
    },
};

/// Runs and acts that one page shows.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "page/admin_automation.html")]
struct RulesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rules: Vec<RuleLine>,
}

struct RuleLine {
    href: String,
    name: String,
    kind: String,
    because: String,
    author: String,
    mark: Mark,
    error: String,
}

#[derive(Template)]
#[template(path = "page/admin_rule.html")]
struct RulePage {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    action: String,
    errors: Vec<(String, String)>,
    groups: Vec<(&'static str, Vec<Field>)>,
    /// What it would have done; empty unless that was asked.
    tried: String,
    would: Vec<ActLine>,
    runs: Vec<ActLine>,
}

struct ActLine {
    record: (String, String),
    at: Time,
    mark: Option<Mark>,
    told: String,
}

/// What the form says, as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    kind: String,
    when: String,
    fields: String,
    state: String,
    minutes: String,
    filter: String,
    acts: String,
    roles: Vec<String>,
    active: Vec<String>,
    /// The button that only tries it.
    r#try: String,
}

/// `GET /administration/automation`
pub async fn list(Administrator(seat): Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    let catalog = app.desk.catalog();
    let rules = app.desk.automations(&seat.actor, seat.now).await?;
    let line = |rule: &Rule| RuleLine {
        href: format!("/administration/automation/{}", rule.id),
        name: rule.name.clone(),
        kind: catalog.find(&rule.definition.kind).map_or(rule.definition.kind.clone(), |kind| kind.labels.clone()),
        because: because(&rule.definition),
        author: rule.author.clone(),
        mark: match (rule.active, rule.error.is_empty()) {
            (false, _) => Mark::new(Shape::Pause, Tone::Mute, "Switched off"),
            (true, false) => Mark::new(Shape::Nonconforming, Tone::Bad, "Failed last"),
            (true, true) => Mark::new(Shape::Met, Tone::Ok, "Acts"),
        },
        error: rule.error.clone(),
    };
    let page = RulesPage {
        shell: crate::shell(&app, &seat, "/administration").await,
        tabs: tabs("automation"),
        rules: rules.iter().map(line).collect(),
    };
    Ok(Html(page.render()?))
}

/// `GET /administration/automation/new`
pub async fn blank(seat: Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    let roles = seat.0.actor.roles.iter().map(|role| role.name().to_string()).collect();
    let offered = Typed {
        kind: first_kind(&app),
        when: When::Created.name().into(),
        minutes: "0".into(),
        roles,
        ..Typed::default()
    };
    Ok(Html(page(&app, &seat, None, &offered, &[], None).await?.render()?))
}

fn first_kind(app: &App) -> String {
    let catalog = app.desk.catalog();
    let first = catalog.kinds().iter().find(|kind| kind.clocked).or(catalog.kinds().first());
    first.map_or(String::new(), |kind| kind.name.into())
}

/// `POST /administration/automation`
pub async fn create(
    seat: Administrator,
    State(app): State<App>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    save(&app, &seat, None, &typed).await
}

/// `GET /administration/automation/{id}`
pub async fn show(seat: Administrator, State(app): State<App>, Path(id): Path<i64>) -> Result<Html<String>, Refused> {
    let rule = found(&app, &seat, id).await?;
    Ok(Html(page(&app, &seat, Some(&rule), &typed_of(&rule), &[], None).await?.render()?))
}

/// `POST /administration/automation/{id}`
pub async fn edit(
    seat: Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    let rule = found(&app, &seat, id).await?;
    save(&app, &seat, Some(&rule), &typed).await
}

async fn found(app: &App, Administrator(seat): &Administrator, id: i64) -> Result<Rule, Refused> {
    let all = app.desk.automations(&seat.actor, seat.now).await?;
    all.into_iter().find(|rule| rule.id == id).ok_or_else(Refused::not_found)
}

async fn save(app: &App, seat: &Administrator, known: Option<&Rule>, typed: &Typed) -> Result<Response, Refused> {
    let (actor, now) = (&seat.0.actor, seat.0.now);
    let edit = match read(typed) {
        Ok(edit) => edit,
        Err(errors) => return wrong(app, seat, known, typed, &errors).await,
    };
    if !typed.r#try.is_empty() {
        return match app.desk.rehearse_automation(actor, &edit.definition, now).await {
            Ok(rehearsal) => {
                Ok(Html(page(app, seat, known, typed, &[], Some(rehearsal)).await?.render()?).into_response())
            }
            Err(Refusal::Invalid(errors)) => wrong(app, seat, known, typed, &errors).await,
            Err(refusal) => Err(refusal.into()),
        };
    }
    match app.desk.save_automation(actor, known.map(|rule| rule.id), edit, now).await {
        Ok(rule) => Ok(flash::said("/administration/automation", format!("{} is saved.", rule.name))),
        Err(Refusal::Invalid(errors)) => wrong(app, seat, known, typed, &errors).await,
        Err(refusal) => Err(refusal.into()),
    }
}

async fn wrong(
    app: &App,
    seat: &Administrator,
    known: Option<&Rule>,
    typed: &Typed,
    errors: &[FieldError],
) -> Result<Response, Refused> {
    let page = page(app, seat, known, typed, errors, None).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

/// Texts of a form as a rule; what is no number or no word of a list is told.
fn read(typed: &Typed) -> Result<RuleEdit, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |name: &str, why: String| errors.push(FieldError::new(name, why));
    let when = When::parse(&typed.when).unwrap_or_else(|| {
        wrong("when", format!("\"{}\" is none of the list", typed.when));
        When::default()
    });
    let minutes = typed.minutes.trim();
    let minutes = if minutes.is_empty() { Ok(0) } else { minutes.parse::<i64>() };
    let minutes = minutes.unwrap_or_else(|_| {
        wrong("minutes", "is not a whole number".into());
        0
    });
    let mut roles = Vec::new();
    for name in typed.roles.iter().filter(|name| !name.is_empty()) {
        match Role::parse(name) {
            Some(role) => roles.push(role),
            None => wrong("roles", format!("\"{name}\" is no role")),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let definition = Definition {
        kind: typed.kind.clone(),
        when,
        fields: typed.fields.split(',').map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect(),
        state: typed.state.clone(),
        minutes,
        filter: typed.filter.clone(),
        acts: typed.acts.clone(),
        roles,
    };
    Ok(RuleEdit { name: typed.name.clone(), definition, active: is_ticked(&typed.active) })
}

fn typed_of(rule: &Rule) -> Typed {
    let definition = &rule.definition;
    Typed {
        name: rule.name.clone(),
        kind: definition.kind.clone(),
        when: definition.when.name().into(),
        fields: definition.fields.join(", "),
        state: definition.state.clone(),
        minutes: definition.minutes.to_string(),
        filter: definition.filter.clone(),
        acts: definition.acts.clone(),
        roles: definition.roles.iter().map(|role| role.name().to_string()).collect(),
        active: if rule.active { vec!["yes".into()] } else { Vec::new() },
        r#try: String::new(),
    }
}

async fn page(
    app: &App,
    Administrator(seat): &Administrator,
    known: Option<&Rule>,
    typed: &Typed,
    errors: &[FieldError],
    rehearsal: Option<Rehearsal>,
) -> Result<RulePage, Refused> {
    let mut groups = groups(app, &seat.actor.roles, typed);
    let mut listed = Vec::new();
    for (_, fields) in &mut groups {
        let own: Vec<FieldError> =
            errors.iter().filter(|error| fields.iter().any(|field| field.name == error.field)).cloned().collect();
        listed.extend(told(fields, &own));
    }
    let runs = match known {
        Some(rule) => app.desk.automation_runs(&seat.actor, rule.id, SHOWN as i64, seat.now).await?,
        None => Vec::new(),
    };
    let action = known.map_or_else(
        || "/administration/automation".to_string(),
        |rule| format!("/administration/automation/{}", rule.id),
    );
    Ok(RulePage {
        shell: crate::shell(app, seat, "/administration").await,
        tabs: tabs("automation"),
        heading: known.map_or_else(|| "New rule".to_string(), |rule| rule.name.clone()),
        action,
        errors: listed,
        groups,
        tried: rehearsal.as_ref().map_or(String::new(), tried),
        would: rehearsal.iter().flat_map(|all| &all.acts).take(SHOWN).map(|act| would(app, act, seat.now)).collect(),
        runs: runs.iter().map(|run| ran(app, run, seat.now)).collect(),
    })
}

/// What came of trying it, in a sentence.
fn tried(rehearsal: &Rehearsal) -> String {
    let records: std::collections::BTreeSet<&str> = rehearsal.acts.iter().map(|act| act.number.as_str()).collect();
    let times = match rehearsal.acts.len() {
        0 => "It would not have acted in the last 30 days".to_string(),
        1 => "It would have acted once in the last 30 days".into(),
        many => format!(
            "It would have acted {many} times on {} in the last 30 days",
            counted(records.len(), "record", "records")
        ),
    };
    let looked = if rehearsal.is_cut { ", as far as the newest 2,000 records tell" } else { "" };
    let shown = if rehearsal.acts.len() > SHOWN { format!(". The last {SHOWN} of them:") } else { ".".into() };
    format!("{times}{looked}{shown}")
}

fn would(app: &App, act: &WouldAct, now: Moment) -> ActLine {
    ActLine { record: record_link(app, &act.number), at: time::when(act.at, now), mark: None, told: act.title.clone() }
}

fn ran(app: &App, run: &Run, now: Moment) -> ActLine {
    let (record, at) = (record_link(app, &run.number), time::when(run.at, now));
    ActLine { record, at, mark: Some(ruled::mark(run)), told: run.told.clone() }
}

const FILTER_HELP: &str = "As in lists: priority in (P1, P2) and team is empty. Empty: always.";
const ACTS_HELP: &str = "One a line: set team = TM-3, urgency = high; step in_progress: taken up; note: look at {{number}}; \
reply: we are on it (the customer reads it); assign (to whoever of its team has least open), assign TM-3; mail {{owner}}: it is due; open problem as caused_by: title = \"Cause of {{title}}\".";

fn groups(app: &App, own: &[Role], typed: &Typed) -> Vec<(&'static str, Vec<Field>)> {
    let catalog = app.desk.catalog();
    let mut kinds: Vec<(&str, &str)> = catalog.kinds().iter().map(|kind| (kind.name, kind.label.as_str())).collect();
    kinds.sort_by_key(|(_, label)| *label);
    let whens = When::ALL.iter().map(|when| (when.name(), when.label()));
    let needed = |field: Field| Field { required: true, ..field };
    let wide = |field: Field| Field { wide: true, ..field };
    let lines = |name: &str, label: &str, value: &str, help: &str| {
        with(line(name, label, "", help), Control::Lines { value: value.into(), max: Some(10_000) })
    };
    let choice =
        |name: &str, label: &str, options| with(line(name, label, "", ""), Control::Choice { options, blank: None });
    let minutes = Control::Number { value: typed.minutes.clone(), unit: "minutes".into(), step: "1" };
    let due: Vec<&str> = catalog
        .kinds()
        .iter()
        .filter(|kind| kind.fields.iter().any(|field| field.column == Some(Column::Due)))
        .map(|kind| kind.labels.as_str())
        .collect();
    let due = format!("Before it is due; with minus, after. Due are: {}.", due.join(", "));
    let is_chosen = |name: &str| typed.roles.iter().any(|chosen| chosen == name);
    // What another author lent stays to be seen; saving says that it is not one's own to lend.
    let roles = Role::ALL.iter().filter(|role| own.contains(role) || is_chosen(role.name()));
    let roles = picks(roles.map(|role| (role.name(), role.label())), is_chosen);
    let active = Control::Flag { on: is_ticked(&typed.active) };
    vec![
        (
            "When",
            vec![
                needed(line("name", "Name", &typed.name, "It stands in journals as who acted.")),
                choice("kind", "Of a record of the kind", picks(kinds, |name| name == typed.kind)),
                choice("when", "When", picks(whens, |name| name == typed.when)),
                line("fields", "These fields", &typed.fields, "For a change: names, joined by commas; empty for any."),
                line("state", "This state", &typed.state, "For entering a state: its name, such as resolved."),
                with(line("minutes", "So long before", "", &due), minutes),
            ],
        ),
        (
            "If and then",
            vec![
                wide(lines("filter", "If", &typed.filter, FILTER_HELP)),
                wide(needed(lines("acts", "Then", &typed.acts, ACTS_HELP))),
            ],
        ),
        (
            "With which rights",
            vec![
                with(
                    line("roles", "It acts as", "", "Never with more than its author has at that time."),
                    Control::Choices { options: roles },
                ),
                with(line("active", "It acts", "", "Try it first."), active),
            ],
        ),
    ]
}
