//! New records and edits: the form, what comes back, and what is told when it cannot be taken.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, RawForm, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use desk::{Done, Names, Outcome, Shown, rights};
use model::{Act, Command, FieldError, Input, Kind, Refusal, Target, Type};

use super::{
    address::pairs,
    beside,
    doors::html,
    form::{self, Draw, Group},
    list::kind_of,
    merge, offer,
    piece::record_address,
    sent::Sent,
    shape::shaped,
};
use crate::{
    App, Refused, Seat, flash,
    pages::portal::terms::{self, Terms},
    shell,
    view::{
        parts::{Conflict, Link},
        shell::{Flash, Shell},
    },
};

#[derive(Template)]
#[template(path = "record/form.html")]
pub struct FormPage {
    pub shell: Shell,
    pub heading: String,
    pub about: String,
    pub crumbs: Vec<Link>,
    pub action: String,
    pub back: String,
    /// The word on the button.
    pub save: String,
    /// Under what the browser keeps what was typed.
    pub draft: &'static str,
    /// Makes a second press of the button harmless.
    pub once: String,
    pub version: Option<i64>,
    pub since: i64,
    pub me: String,
    pub groups: Vec<Group>,
    pub errors: Vec<(String, String)>,
    pub conflict: Option<Conflict>,
    /// What resembles it already, as markup; empty where nothing of the kind is compared.
    pub alike: String,
    /// What is shown before something is ordered.
    pub terms: Option<Terms>,
    /// Whether the form follows from what is chosen in it.
    pub asks: bool,
}

/// The button that asks for what resembles a record while it is written.
const LOOK: &str = "__look";
/// The button that draws the form anew by what is chosen in it: its questions, what it costs, who approves.
const UPDATE: &str = "__update";

/// `GET /{plural}/new`: the empty form; parameters fill fields in, so that pages can offer a form half done.
pub(super) async fn new(
    seat: Seat,
    State(app): State<App>,
    Path(plural): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    may_create(&seat, kind)?;
    let mut sent = Sent::fresh(kind);
    let given = Sent::new(pairs(query.unwrap_or_default().as_bytes()));
    offer::fill(&app, &seat, kind, &given, &mut sent).await?;
    for name in kind.fields.iter().map(|field| field.name.as_str()).chain(["title"]) {
        if given.has(name) {
            sent.take(name, &given);
        }
    }
    terms::begin_form(&app, &seat, kind, &mut sent).await?;
    let page = new_page(&app, &seat, kind, &sent, &[]).await?;
    html(StatusCode::OK, &page)
}

/// The kind with the questions of the form that stands in what was typed.
async fn as_typed(app: &App, seat: &Seat, kind: &Kind, sent: &Sent) -> Result<Kind, Refusal> {
    let Some(form) = kind.form else { return Ok(kind.clone()) };
    let fields = model::Fields::from([(form.by.to_string(), model::Value::text(sent.text(form.by).trim()))]);
    shaped(app, seat, kind, &fields).await
}

fn may_create(seat: &Seat, kind: &Kind) -> Result<(), Refused> {
    if !rights::may(&seat.actor, kind, Act::Read, None) {
        return Err(Refused::not_found());
    }
    rights::permit(&seat.actor, kind, Act::Create, None, seat.now)?;
    Ok(())
}

/// `POST /{plural}/new`
pub(super) async fn create(
    seat: Seat,
    State(app): State<App>,
    Path(plural): Path<String>,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    may_create(&seat, kind)?;
    let mut sent = Sent::new(pairs(&body));
    if sent.has(LOOK) && headers.contains_key("x-fragment") {
        return html(StatusCode::OK, &beside::typed(&app, &seat, kind, &sent).await?);
    }
    if sent.press() || sent.has(LOOK) {
        return html(StatusCode::OK, &new_page(&app, &seat, kind, &sent, &[]).await?);
    }
    let (asked, held) = (sent.has(UPDATE), Terms::are_unseen(&app, &seat, kind, &sent).await?);
    if asked || held {
        terms::begin_form(&app, &seat, kind, &mut sent).await?;
        let mut page = new_page(&app, &seat, kind, &sent, &[]).await?;
        page.terms.iter_mut().for_each(|terms| terms.held = held && !asked);
        return html(StatusCode::OK, &page);
    }
    let number = Some(sent.text("number").trim().to_string()).filter(|number| !number.is_empty());
    let input = sent.input(&as_typed(&app, &seat, kind, &sent).await?, &Sent::default());
    let command = Command::Create { kind: kind.name.into(), number, input };
    match once(&app, &seat, &sent, command).await {
        Ok(done) => {
            let to = record_address(kind, &done.number);
            Ok(flash::redirect(&to, Flash { text: format!("{} is on record.", done.number), ..Flash::default() }))
        }
        Err(Refusal::Invalid(errors)) => {
            let page = new_page(&app, &seat, kind, &sent, &errors).await?;
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

/// Does a command once, however often the form is sent. What was typed is part of the key: a form that is sent again with
/// other words is another command.
pub(crate) async fn once(app: &App, seat: &Seat, sent: &Sent, command: Command) -> Result<Done, Refusal> {
    let Some(key) = sent.get("once").filter(|key| key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit())) else {
        return app.desk.perform(&seat.actor, command, seat.now).await;
    };
    let typed = desk::accounts::digest(&format!("{:?}", sent.pairs()));
    app.desk.perform_once(&seat.actor, &format!("form {key} {typed}"), command, seat.now).await
}

/// How often an edit is made anew where somebody else was quicker.
pub const TRIES: usize = 4;

/// Edits a record by what stands on it at that moment, once for each form, and anew where somebody else was quicker: what they
/// wrote stays. Answers what `edit` said beside the edit that went through.
pub(super) async fn edit_as_it_stands<T>(
    (app, seat): (&App, &Seat),
    kind: &Kind,
    number: &str,
    sent: &Sent,
    edit: impl Fn(&Shown) -> Result<(T, Input), Refusal>,
) -> Result<T, Refusal> {
    let mut tries = 0;
    loop {
        tries += 1;
        let shown = app.desk.show(&seat.actor, kind.name, number, None, seat.now).await?;
        let (said, input) = edit(&shown)?;
        let target = Target { kind: kind.name.into(), number: number.into(), version: Some(shown.version()) };
        match once(app, seat, sent, Command::Edit { target, input }).await {
            // The same form again: it is done already.
            Ok(_) | Err(Refusal::Reused(_)) => return Ok(said),
            Err(Refusal::Stale { .. }) if tries < TRIES => {}
            Err(other) => return Err(other),
        }
    }
}

async fn new_page(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    sent: &Sent,
    errors: &[FieldError],
) -> Result<FormPage, Refusal> {
    let kind = &as_typed(app, seat, kind, sent).await?;
    let names = names(app, seat, kind, sent).await?;
    let draw = draw(seat, kind, sent, &names, errors, kind.lifecycle.start());
    let list = format!("/{}", kind.plural);
    let terms = Terms::of_form(app, seat, kind, sent).await?;
    let compared = !kind.alike.is_empty() && seat.actor.customer.is_none();
    let alike = match compared {
        true => beside::typed(app, seat, kind, sent).await?.render().unwrap_or_default(),
        false => String::new(),
    };
    Ok(FormPage {
        alike,
        asks: kind.form.is_some(),
        shell: shell(app, seat, &list).await,
        heading: format!("New {}", kind.label.to_lowercase()),
        about: kind.about.into(),
        crumbs: vec![Link::new(&kind.labels, &list), Link::new("New", "")],
        action: format!("{list}/new"),
        back: list,
        save: "Save".into(),
        draft: "new",
        once: token(),
        version: None,
        since: seat.now.0,
        me: String::new(),
        groups: form::groups(&draw, true),
        terms,
        errors: form::summary(&draw),
        conflict: None,
    })
}

pub(super) fn draw<'a>(
    seat: &Seat,
    kind: &'a Kind,
    sent: &'a Sent,
    names: &'a Names,
    errors: &'a [FieldError],
    state: &'a str,
) -> Draw<'a> {
    Draw { kind, sent, names, errors, state, outer: seat.actor.customer.is_some() }
}

/// A word that was never given out before.
pub(crate) fn token() -> String {
    model::canonical::hex(&desk::ids::random::<16>())
}

/// Names of the records and people that stand in a form.
pub(crate) async fn names(app: &App, seat: &Seat, kind: &Kind, sent: &Sent) -> Result<Names, Refusal> {
    let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
    for (name, text) in sent.pairs() {
        let top = name.split('.').next().unwrap_or(name);
        let refers = kind.find(top).is_some_and(|field| refers(&field.ty));
        let text = text.trim();
        if !refers || text.is_empty() || text.len() > 200 || text.contains('\n') {
            continue;
        }
        if text.contains('@') {
            mails.insert(text.to_lowercase())
        } else {
            numbers.insert(text.to_string())
        };
    }
    app.desk.names_of(&seat.actor, numbers, mails, seat.now).await
}

fn refers(ty: &Type) -> bool {
    match ty {
        Type::Ref(_) | Type::Person => true,
        Type::List(of) => refers(of),
        Type::Parts(fields) => fields.iter().any(|field| refers(&field.ty)),
        _ => false,
    }
}

/// `GET /{plural}/{number}/edit`
pub(super) async fn form(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
    may_edit(kind, &shown)?;
    if let Some(why) = app.desk.sealed(&seat.actor, kind, &shown, seat.now).await? {
        return Err(Refusal::Step(why).into());
    }
    let sent = Sent::of(&shaped(&app, &seat, kind, shown.fields()).await?, &shown);
    let page = edit_page(&app, &seat, kind, &shown, &sent, &[], None).await?;
    html(StatusCode::OK, &page)
}

pub(super) fn may_edit(kind: &Kind, shown: &Shown) -> Result<(), Refused> {
    if shown.can(Act::Edit) {
        return Ok(());
    }
    Err(Refused::forbidden(format!("You may not edit {}.", kind.labels.to_lowercase())))
}

/// `POST /{plural}/{number}/edit`
pub(super) async fn save(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
    may_edit(kind, &shown)?;
    let mut sent = Sent::new(pairs(&body));
    if sent.press() {
        return html(StatusCode::OK, &edit_page(&app, &seat, kind, &shown, &sent, &[], None).await?);
    }
    let version = sent.text("__version").trim().parse::<i64>().ok();
    if let Some(version) = version.filter(|version| *version != shown.version()) {
        return stale(&app, &seat, kind, &shown, sent, version).await;
    }
    let asked = as_typed(&app, &seat, kind, &sent).await?;
    let input = sent.input(&asked, &Sent::of(&asked, &shown));
    let to = record_address(kind, &number);
    if input.fields.is_empty() {
        return Ok(flash::said(&to, "Nothing differed, so nothing was written."));
    }
    let target = Target { kind: kind.name.into(), number: number.clone(), version };
    match once(&app, &seat, &sent, Command::Edit { target, input }).await {
        Ok(Done { outcome: Outcome::Unchanged, .. }) => {
            Ok(flash::said(&to, "Nothing differed, so nothing was written."))
        }
        Ok(done) => {
            let undo = super::act::undo_of(kind, Some(&done));
            Ok(flash::redirect(&to, Flash { text: format!("{number} is saved."), undo, ..Flash::default() }))
        }
        Err(Refusal::Invalid(errors)) => {
            let page = edit_page(&app, &seat, kind, &shown, &sent, &errors, None).await?;
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        // Somebody was faster between our look and our write.
        Err(Refusal::Stale { expected, .. }) => {
            let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
            stale(&app, &seat, kind, &shown, sent, expected).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Somebody else wrote the record meanwhile: what they changed is taken over where the reader touched nothing; where both
/// did, the form keeps the reader's words and shows theirs beside them.
async fn stale(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    shown: &Shown,
    mut sent: Sent,
    seen: i64,
) -> Result<Response, Refused> {
    let whole = app.desk.whole(&seat.actor, kind.name, shown.number(), seat.now).await?;
    let conflict = merge::merged(app, seat, kind, &whole, &mut sent, seen).await?;
    let page = edit_page(app, seat, kind, shown, &sent, &[], Some(conflict)).await?;
    html(StatusCode::PRECONDITION_FAILED, &page)
}

async fn edit_page(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    shown: &Shown,
    sent: &Sent,
    errors: &[FieldError],
    conflict: Option<Conflict>,
) -> Result<FormPage, Refusal> {
    let kind = &as_typed(app, seat, kind, sent).await?;
    let names = names(app, seat, kind, sent).await?;
    let draw = draw(seat, kind, sent, &names, errors, shown.state());
    let list = format!("/{}", kind.plural);
    let here = record_address(kind, shown.number());
    Ok(FormPage {
        terms: None,
        asks: false,
        alike: String::new(),
        shell: shell(app, seat, &list).await,
        heading: format!("Edit {}", shown.number()),
        about: shown.title().into(),
        crumbs: vec![Link::new(&kind.labels, &list), Link::new(shown.number(), &here), Link::new("Edit", "")],
        action: format!("{here}/edit"),
        back: here,
        save: if conflict.is_some() { "Save over theirs".into() } else { "Save".into() },
        draft: "edit",
        once: token(),
        version: Some(if errors.is_empty() { shown.version() } else { kept_version(sent, shown) }),
        since: seat.now.0,
        me: seat.actor.email.clone(),
        groups: form::groups(&draw, false),
        errors: form::summary(&draw),
        conflict,
    })
}

/// After a refused form the version that the reader had seen still counts.
fn kept_version(sent: &Sent, shown: &Shown) -> i64 {
    sent.text("__version").trim().parse().unwrap_or_else(|_| shown.version())
}
