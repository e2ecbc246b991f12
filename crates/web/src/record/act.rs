//! Small writes to one record: a value where it stands, a step, a note, links.

use askama::Template;
use axum::{
    extract::{Path, RawForm, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use desk::{Done, Outcome, Shown};
use model::{Act, Command, FieldError, Kind, Link as Tie, Refusal, Target, command::Raised, lifecycle::Step};

use super::{
    address::{Address, pairs},
    doors::html,
    edit::{draw, may_edit, names, once, token},
    facts::is_tabular,
    family, form,
    list::kind_of,
    piece::{Lens, Piece, record_address},
    sent::Sent,
    undo, watching,
};
use crate::{
    App, Refused, Seat, flash, shell,
    view::{
        field::{self as view, Control, Pick},
        parts::Link,
        shell::{Flash, Shell},
        state,
    },
};

/// A kind and one of its records, as the reader sees it.
async fn found(app: &App, seat: &Seat, plural: &str, number: &str) -> Result<(Kind, Shown), Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, plural)?.clone();
    let shown = app.desk.show(&seat.actor, kind.name, number, None, seat.now).await?;
    Ok((kind, shown))
}

fn target(kind: &Kind, number: &str, version: Option<i64>) -> Target {
    Target { kind: kind.name.into(), number: number.into(), version }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{%- import "part/field.html" as form -%}{{ form::inline(action, csrf, version, field, note, back) }}"#
)]
struct InlineForm<'a> {
    action: &'a str,
    csrf: &'a str,
    version: i64,
    field: &'a view::Field,
    note: &'a str,
    back: &'a str,
}

#[derive(Template)]
#[template(path = "record/field.html")]
struct FieldPage {
    shell: Shell,
    crumbs: Vec<Link>,
    heading: String,
    /// The form of the one value, drawn like the one that stands in a list.
    form: String,
}

/// What a fragment answers after a value is saved: the value and its pencil.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{%- import "part/mark.html" as mark -%}{{ piece|safe }}<a class="edit" href="{{ action }}" aria-label="Edit {{ label|lower }}">{{ mark::icon("pen") }}</a>"#
)]
struct Saved {
    piece: Piece,
    action: String,
    label: String,
}

/// `GET /{plural}/{number}/field/{name}`: the form of one value, for a place in a page or as a page of its own.
pub(super) async fn field(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (kind, shown) = found(&app, &seat, &plural, &number).await?;
    let sent = Sent::of(&kind, &shown);
    let field = one_field(&app, &seat, &kind, &shown, &sent, &name, &[]).await?;
    inline(&app, &seat, &kind, &shown, &field, ("", StatusCode::OK), &headers).await
}

/// The control of one field, or of the state with the steps that lead from it.
async fn one_field(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    shown: &Shown,
    sent: &Sent,
    name: &str,
    errors: &[FieldError],
) -> Result<view::Field, Refused> {
    if name == "state" {
        return state_field(kind, shown, errors);
    }
    may_edit(kind, shown)?;
    let names = names(app, seat, kind, sent).await?;
    let draw = draw(seat, kind, sent, &names, errors, shown.state());
    let tabular = kind.find(name).is_some_and(|field| is_tabular(&field.ty));
    let field = form::one(&draw, name).filter(|_| !tabular).ok_or_else(Refused::not_found)?;
    let errors: Vec<String> = form::summary(&draw).into_iter().map(|error| error.1).collect();
    // What a rule says of another field is said here too: there is no other place.
    let error = if field.error.is_empty() { errors.join(" ") } else { field.error.clone() };
    Ok(view::Field { error, ..field })
}

fn state_field(kind: &Kind, shown: &Shown, errors: &[FieldError]) -> Result<view::Field, Refused> {
    if !shown.can(Act::Step) {
        return Err(Refused::forbidden(format!("You may not move {}.", kind.labels.to_lowercase())));
    }
    let now = Pick { value: shown.state().into(), label: kind.state_label(shown.state()), chosen: true };
    let mut options = vec![now];
    for step in kind.lifecycle.steps_from(shown.state()) {
        if !options.iter().any(|option| option.value == step.to) {
            options.push(Pick { value: step.to.into(), label: kind.state_label(step.to), chosen: false });
        }
    }
    let error = errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join(" ");
    Ok(view::Field {
        name: "state".into(),
        label: "State".into(),
        error,
        control: Control::Choice { options, blank: None },
        ..view::Field::default()
    })
}

async fn inline(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    shown: &Shown,
    field: &view::Field,
    (note, status): (&str, StatusCode),
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    let back = record_address(kind, shown.number());
    let action = format!("{back}/field/{}", field.name);
    let form = InlineForm { action: &action, csrf: &seat.csrf, version: shown.version(), field, note, back: &back };
    if is_fragment(headers) {
        return html(status, &form);
    }
    let list = format!("/{}", kind.plural);
    let page = FieldPage {
        shell: shell(app, seat, &list).await,
        crumbs: vec![Link::new(&kind.labels, &list), Link::new(shown.number(), &back), Link::new(&field.label, "")],
        heading: format!("{} of {}", field.label, shown.number()),
        form: form.render()?,
    };
    html(status, &page)
}

pub fn is_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("x-fragment")
}

/// `POST /{plural}/{number}/field/{name}`: saves one value against the version that was seen.
pub(super) async fn save_field(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, shown) = found(&app, &seat, &plural, &number).await?;
    let sent = Sent::new(pairs(&body));
    let version = sent.text("__version").trim().parse().ok();
    let outcome = if name == "state" {
        move_to(&app, &seat, &kind, &shown, &sent.text("state"), version).await
    } else {
        one_field(&app, &seat, &kind, &shown, &sent, &name, &[]).await?;
        let mut input = sent.input(&kind, &Sent::of(&kind, &shown));
        input.fields.retain(|field, _| *field == name);
        match input.fields.is_empty() {
            true => Ok(None),
            false => app
                .desk
                .perform(&seat.actor, Command::Edit { target: target(&kind, &number, version), input }, seat.now)
                .await
                .map(Some),
        }
    };
    match outcome {
        Ok(done) => saved(&app, &seat, &kind, (&number, &name), done, &headers).await,
        Err(Refusal::Invalid(errors)) => {
            let field = one_field(&app, &seat, &kind, &shown, &sent, &name, &errors).await?;
            let told = ("", StatusCode::UNPROCESSABLE_ENTITY);
            let mut response = inline(&app, &seat, &kind, &shown, &field, told, &headers).await?;
            // Where the step with what it needs is taken.
            let way = Address::new(format!("{}/step", record_address(&kind, &number))).with("to", sent.text("state"));
            if let Some(way) = HeaderValue::from_str(&way.to_string()).ok().filter(|_| name == "state") {
                response.headers_mut().insert("x-step", way);
            }
            Ok(response)
        }
        Err(Refusal::Stale { .. }) => {
            let (kind, shown) = found(&app, &seat, &plural, &number).await?;
            let field = one_field(&app, &seat, &kind, &shown, &sent, &name, &[]).await?;
            let note = theirs(&app, &seat, &kind, &shown, &name).await?;
            inline(&app, &seat, &kind, &shown, &field, (&note, StatusCode::PRECONDITION_FAILED), &headers).await
        }
        Err(other) => Err(other.into()),
    }
}

/// What stands there now, for whoever was overtaken.
async fn theirs(app: &App, seat: &Seat, kind: &Kind, shown: &Shown, name: &str) -> Result<String, Refusal> {
    let names = app.desk.names(&seat.actor, [(kind, shown)], seat.now).await?;
    let catalog = app.desk.catalog();
    let lens = Lens { catalog: &catalog, names: &names, now: seat.now };
    let stands = match (name, shown.value(kind, name)) {
        ("state", _) => kind.state_label(shown.state()),
        (_, Some(value)) => lens.words(&super::timeline::type_of(kind, name), &value),
        (_, None) => "nothing".into(),
    };
    Ok(format!(
        "Somebody else saved this record since: “{stands}” stands there now. Save again to put yours in its place."
    ))
}

/// A step from a list: only where it needs nothing more.
async fn move_to(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    shown: &Shown,
    to: &str,
    version: Option<i64>,
) -> Result<Option<Done>, Refusal> {
    if to == shown.state() {
        return Ok(None);
    }
    let command = Command::Step {
        target: target(kind, shown.number(), version),
        to: to.into(),
        input: model::Input::default(),
        note: None,
        public: false,
    };
    match app.desk.perform(&seat.actor, command, seat.now).await {
        Ok(done) => Ok(Some(done)),
        Err(Refusal::Invalid(errors)) => {
            let needs: Vec<String> = errors.iter().map(|error| kind.label_of(&error.field).to_lowercase()).collect();
            let label = kind.state_label(to).to_lowercase();
            Err(Refusal::field(
                "state",
                format!("To be {label} it needs: {}. Open the record and take the step there.", needs.join(", ")),
            ))
        }
        Err(other) => Err(other),
    }
}

async fn saved(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    (number, name): (&str, &str),
    done: Option<Done>,
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    let here = record_address(kind, number);
    let undo = undo_of(kind, done.as_ref());
    if !is_fragment(headers) {
        let text = format!("{} of {number} is saved.", kind.label_of(name));
        return Ok(flash::redirect(&here, Flash { text, undo, ..Flash::default() }));
    }
    let shown = app.desk.show(&seat.actor, kind.name, number, None, seat.now).await?;
    let names = app.desk.names(&seat.actor, [(kind, &shown)], seat.now).await?;
    let catalog = app.desk.catalog();
    let lens = Lens { catalog: &catalog, names: &names, now: seat.now };
    let piece = if name == "state" {
        Piece::State(state::mark(kind, shown.state()))
    } else {
        match kind.find(name).zip(shown.fields().get(name)) {
            Some((field, value)) if !field.ty.is_scalar() => lens.whole(&field.ty, value),
            Some((field, value)) if matches!(field.ty, model::Type::LongText) => lens.whole(&field.ty, value),
            _ => lens.cell(kind, &shown, name),
        }
    };
    let page = Saved { piece, action: format!("{here}/field/{name}"), label: kind.label_of(name) };
    let mut response = Html(page.render()?).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", shown.version())) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    if let Some(undo) = HeaderValue::from_str(&undo).ok().filter(|undo| !undo.is_empty()) {
        response.headers_mut().insert("x-undo", undo);
    }
    Ok(response)
}

/// The address that takes back what was just written; empty where nothing was.
pub fn undo_of(kind: &Kind, done: Option<&Done>) -> String {
    let changed = done.filter(|done| done.outcome == Outcome::Changed);
    changed.map_or_else(String::new, |done| undo::address(kind, &done.number, done.version))
}

#[derive(Template)]
#[template(path = "record/step.html")]
struct StepPage {
    shell: Shell,
    crumbs: Vec<Link>,
    heading: String,
    title: String,
    from: crate::view::parts::Mark,
    to: crate::view::parts::Mark,
    to_name: String,
    action: String,
    back: String,
    version: i64,
    once: String,
    fields: Vec<view::Field>,
    note: String,
    /// Number and title of those that may go along.
    children: Vec<(String, String)>,
    errors: Vec<(String, String)>,
    /// Name of the customer who can read the note; empty for none.
    customer: String,
    verb: String,
}

/// `GET /{plural}/{number}/step?to=`: what the step needs, and a note.
pub(super) async fn step(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let (kind, shown) = found(&app, &seat, &plural, &number).await?;
    let here = Address::read("", &query.unwrap_or_default());
    let step = way(&kind, &shown, here.get("to").unwrap_or_default())?;
    let sent = Sent::of(&kind, &shown);
    html(StatusCode::OK, &step_page(&app, &seat, &kind, &shown, step, &sent, &[]).await?)
}

/// The declared step to a state.
fn way<'k>(kind: &'k Kind, shown: &Shown, to: &str) -> Result<&'k Step, Refused> {
    if !shown.can(Act::Step) {
        return Err(Refused::forbidden(format!("You may not move {}.", kind.labels.to_lowercase())));
    }
    kind.lifecycle.step_to(shown.state(), to).ok_or_else(|| {
        let label = kind.state_label(shown.state()).to_lowercase();
        Refused::from(Refusal::Step(format!("{} is {label} and cannot go there.", shown.number())))
    })
}

async fn step_page(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    shown: &Shown,
    step: &Step,
    sent: &Sent,
    errors: &[FieldError],
) -> Result<StepPage, Refusal> {
    let names = names(app, seat, kind, sent).await?;
    let draw = draw(seat, kind, sent, &names, errors, step.to);
    let (list, here) = (format!("/{}", kind.plural), record_address(kind, shown.number()));
    Ok(StepPage {
        shell: shell(app, seat, &list).await,
        crumbs: vec![Link::new(&kind.labels, &list), Link::new(shown.number(), &here), Link::new(&step.label, "")],
        heading: format!("{} {}", step.label, shown.number()),
        title: shown.title().into(),
        from: state::mark(kind, shown.state()),
        to: state::mark(kind, step.to),
        to_name: step.to.into(),
        action: format!("{here}/step"),
        back: here,
        version: shown.version(),
        once: token(),
        fields: form::needed(&draw),
        note: sent.text("__note"),
        children: family::children(app, seat, kind, shown.number(), step.to).await?,
        errors: form::summary(&draw),
        customer: if seat.actor.customer.is_some() {
            String::new()
        } else {
            shown.customer().unwrap_or_default().into()
        },
        verb: step.label.clone(),
    })
}

/// `POST /{plural}/{number}/step`
pub(super) async fn take_step(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, shown) = found(&app, &seat, &plural, &number).await?;
    let mut sent = Sent::new(pairs(&body));
    let to = sent.text("__to");
    let step = way(&kind, &shown, &to)?;
    if sent.press() {
        return html(StatusCode::OK, &step_page(&app, &seat, &kind, &shown, step, &sent, &[]).await?);
    }
    let note = Some(sent.text("__note")).filter(|note| !note.trim().is_empty());
    let children = family::children(&app, &seat, &kind, &number, step.to).await?;
    let command = Command::Step {
        target: target(&kind, &number, sent.text("__version").trim().parse().ok()),
        to,
        input: sent.input(&kind, &Sent::of(&kind, &shown)),
        note,
        public: sent.get("__audience") == Some("public"),
    };
    // What was said stays said.
    let silent = matches!(&command, Command::Step { note: None, .. });
    match once(&app, &seat, &sent, command).await {
        Ok(done) => {
            let along = family::take_along(&app, &seat, &kind, &number, step.to, &sent, &children).await?;
            let text = format!("{number} is {} now.{along}", kind.state_label(step.to).to_lowercase());
            let undo = undo_of(&kind, Some(&done).filter(|_| silent));
            Ok(flash::redirect(&record_address(&kind, &number), Flash { text, undo, ..Flash::default() }))
        }
        Err(Refusal::Invalid(errors)) => {
            let page = step_page(&app, &seat, &kind, &shown, step, &sent, &errors).await?;
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /{plural}/{number}/note`
pub(super) async fn note(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, _) = found(&app, &seat, &plural, &number).await?;
    let sent = Sent::new(pairs(&body));
    let public = sent.get("audience") == Some("public");
    let command = Command::Note { target: target(&kind, &number, None), text: sent.text("text"), public };
    let done = once(&app, &seat, &sent, command).await?;
    let told = watching::told(&app, &seat, &kind, (&number, done.version), &sent.text("text")).await?;
    let said = if public { "Your reply is in the journal." } else { "Your note is in the journal." };
    Ok(flash::said(&format!("{}#journal", record_address(&kind, &number)), format!("{said}{told}")))
}

/// `POST /{plural}/{number}/escalate`: brings somebody in beside the owner.
pub(super) async fn escalate(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, _) = found(&app, &seat, &plural, &number).await?;
    let sent = Sent::new(pairs(&body));
    let to = sent.text("to").trim().to_string();
    let raised = vec![Raised { to: to.clone(), reason: sent.text("reason"), step: String::new() }];
    once(&app, &seat, &sent, Command::Escalate { target: target(&kind, &number, None), raised }).await?;
    let said = format!("{to} is brought in.");
    Ok(flash::said(&format!("{}#journal", record_address(&kind, &number)), said))
}

/// `POST /{plural}/{number}/link` and `/unlink`
pub(super) async fn link(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, _) = found(&app, &seat, &plural, &number).await?;
    let link = tie(&body);
    let to = link.to.clone();
    app.desk.perform(&seat.actor, Command::Link { target: target(&kind, &number, None), link }, seat.now).await?;
    Ok(flash::said(&format!("{}#links", record_address(&kind, &number)), format!("{number} is linked to {to}.")))
}

pub(super) async fn unlink(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let (kind, _) = found(&app, &seat, &plural, &number).await?;
    let link = tie(&body);
    let to = link.to.clone();
    app.desk.perform(&seat.actor, Command::Unlink { target: target(&kind, &number, None), link }, seat.now).await?;
    Ok(flash::said(&format!("{}#links", record_address(&kind, &number)), format!("The link to {to} is taken away.")))
}

fn tie(body: &[u8]) -> Tie {
    let sent = Sent::new(pairs(body));
    Tie { name: sent.text("name").trim().replace(' ', "_"), to: sent.text("to").trim().into() }
}
