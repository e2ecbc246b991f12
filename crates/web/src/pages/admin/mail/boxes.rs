//! One mailbox as a form.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::post::{Definition, Mailbox, MailboxEdit, Security, Server};
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
#[template(path = "page/admin_mailbox.html")]
struct BoxPage {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    action: String,
    errors: Vec<(String, String)>,
    groups: Vec<(&'static str, Vec<Field>)>,
}

/// What the form says, as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    address: String,
    display: String,
    opens: String,
    customer: String,
    fields: String,
    rate: String,
    trusted: String,
    incoming: String,
    incoming_port: String,
    incoming_security: String,
    incoming_user: String,
    folder: String,
    outgoing: String,
    outgoing_port: String,
    outgoing_security: String,
    outgoing_user: String,
    secret: String,
    answers: Vec<String>,
    active: Vec<String>,
}

/// `GET /administration/mail/boxes/new`
pub async fn blank(seat: Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    let offered = Typed { active: vec!["yes".into()], opens: "incident".into(), ..typed_of(&Definition::default()) };
    Ok(Html(page(&app, &seat, None, &offered, &[]).await?.render()?))
}

/// `POST /administration/mail/boxes`
pub async fn create(
    seat: Administrator,
    State(app): State<App>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    save(&app, &seat, None, &typed).await
}

/// `GET /administration/mail/boxes/{id}`
pub async fn show(seat: Administrator, State(app): State<App>, Path(id): Path<i64>) -> Result<Html<String>, Refused> {
    let mailbox = found(&app, &seat, id).await?;
    let flag = |on: bool| if on { vec!["yes".to_string()] } else { Vec::new() };
    let typed = Typed {
        name: mailbox.name.clone(),
        address: mailbox.address.clone(),
        answers: flag(mailbox.answers),
        active: flag(mailbox.active),
        ..typed_of(&mailbox.definition)
    };
    Ok(Html(page(&app, &seat, Some(&mailbox), &typed, &[]).await?.render()?))
}

/// `POST /administration/mail/boxes/{id}`
pub async fn edit(
    seat: Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    let mailbox = found(&app, &seat, id).await?;
    save(&app, &seat, Some(&mailbox), &typed).await
}

async fn found(app: &App, Administrator(seat): &Administrator, id: i64) -> Result<Mailbox, Refused> {
    let all = app.desk.mailboxes(&seat.actor, seat.now).await?;
    all.into_iter().find(|mailbox| mailbox.id == id).ok_or_else(Refused::not_found)
}

async fn save(app: &App, seat: &Administrator, known: Option<&Mailbox>, typed: &Typed) -> Result<Response, Refused> {
    let saved = match read(typed) {
        Ok(edit) => app.desk.save_mailbox(&seat.0.actor, known.map(|mailbox| mailbox.id), edit, seat.0.now).await,
        Err(errors) => Err(Refusal::Invalid(errors)),
    };
    match saved {
        Ok(mailbox) => Ok(flash::said("/administration/mail", format!("{} is saved.", mailbox.name))),
        Err(Refusal::Invalid(errors)) => {
            let page = page(app, seat, known, typed, &errors).await?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Texts of a form as a mailbox; numbers that are none are told.
fn read(typed: &Typed) -> Result<MailboxEdit, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut number = |name: &str, text: &str| {
        text.trim().parse::<i64>().unwrap_or_else(|_| {
            errors.push(FieldError::new(name, "is not a whole number"));
            0
        })
    };
    let rate = number("rate", &typed.rate);
    let ports = [number("incoming_port", &typed.incoming_port), number("outgoing_port", &typed.outgoing_port)];
    let mut server = |name: &str, host: &str, port: i64, security: &str, user: &str| {
        let port = u16::try_from(port).unwrap_or_else(|_| {
            errors.push(FieldError::new(format!("{name}_port"), "is not a port from 1 to 65535"));
            0
        });
        let security = Security::parse(security).unwrap_or_default();
        Server { host: host.into(), port, security, user: user.into() }
    };
    let incoming = server("incoming", &typed.incoming, ports[0], &typed.incoming_security, &typed.incoming_user);
    let outgoing = server("outgoing", &typed.outgoing, ports[1], &typed.outgoing_security, &typed.outgoing_user);
    let mut fields = std::collections::BTreeMap::new();
    for row in typed.fields.lines().map(str::trim).filter(|row| !row.is_empty()) {
        match row.split_once('=') {
            Some((name, value)) => drop(fields.insert(name.trim().to_string(), value.trim().to_string())),
            None => errors.push(FieldError::new("fields", format!("\"{row}\" is not name = value"))),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(MailboxEdit {
        name: typed.name.clone(),
        address: typed.address.clone(),
        definition: Definition {
            opens: typed.opens.clone(),
            customer: typed.customer.clone(),
            fields,
            rate,
            trusted: typed.trusted.clone(),
            display: typed.display.clone(),
            incoming,
            folder: typed.folder.clone(),
            outgoing,
        },
        answers: is_ticked(&typed.answers),
        active: is_ticked(&typed.active),
        secret: Some(typed.secret.clone()).filter(|secret| !secret.is_empty()),
    })
}

fn typed_of(definition: &Definition) -> Typed {
    let (incoming, outgoing) = (&definition.incoming, &definition.outgoing);
    let fields: Vec<String> = definition.fields.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    Typed {
        display: definition.display.clone(),
        opens: definition.opens.clone(),
        customer: definition.customer.clone(),
        fields: fields.join("\n"),
        rate: definition.rate.to_string(),
        trusted: definition.trusted.clone(),
        incoming: incoming.host.clone(),
        incoming_port: incoming.port.to_string(),
        incoming_security: incoming.security.name().into(),
        incoming_user: incoming.user.clone(),
        folder: definition.folder.clone(),
        outgoing: outgoing.host.clone(),
        outgoing_port: outgoing.port.to_string(),
        outgoing_security: outgoing.security.name().into(),
        outgoing_user: outgoing.user.clone(),
        ..Typed::default()
    }
}

async fn page(
    app: &App,
    Administrator(seat): &Administrator,
    known: Option<&Mailbox>,
    typed: &Typed,
    errors: &[FieldError],
) -> Result<BoxPage, Refused> {
    let catalog = app.desk.catalog();
    let asked = |kind: &&model::Kind| kind.fields.iter().any(|field| field.column == Some(model::Column::Requester));
    let mut kinds: Vec<(&str, &str)> =
        catalog.kinds().iter().filter(asked).map(|kind| (kind.name, kind.label.as_str())).collect();
    kinds.sort_by_key(|(_, label)| *label);
    let mut groups = groups(kinds, known, typed);
    let mut listed = Vec::new();
    for (_, fields) in &mut groups {
        let own: Vec<FieldError> =
            errors.iter().filter(|error| fields.iter().any(|field| field.name == error.field)).cloned().collect();
        listed.extend(told(fields, &own));
    }
    let shell = crate::shell(app, seat, "/administration").await;
    let action = known.map_or_else(
        || "/administration/mail/boxes".to_string(),
        |mailbox| format!("/administration/mail/boxes/{}", mailbox.id),
    );
    let heading = known.map_or_else(|| "New mailbox".to_string(), |mailbox| mailbox.name.clone());
    Ok(BoxPage { shell, tabs: tabs("mail"), heading, action, errors: listed, groups })
}

fn groups(kinds: Vec<(&str, &str)>, known: Option<&Mailbox>, typed: &Typed) -> Vec<(&'static str, Vec<Field>)> {
    let needed = |field: Field| Field { required: true, ..field };
    let flag = |name: &str, label: &str, on: &[String], help: &str| {
        with(line(name, label, "", help), Control::Flag { on: is_ticked(on) })
    };
    let password = match known {
        Some(_) => {
            "Leave it empty to keep the one there is. env:PLUMBLINE_MAIL_… takes it from the server's environment."
        }
        None => "For both servers. env:PLUMBLINE_MAIL_… takes it from the server's environment.",
    };
    let secret =
        Control::Line { value: String::new(), kind: "password", autocomplete: "new-password", max: Some(1_000) };
    vec![
        (
            "The mailbox",
            vec![
                needed(line("name", "Name", &typed.name, "")),
                needed(line("address", "Address", &typed.address, "That people write to, without +.")),
                line("display", "Shown name", &typed.display, "What recipients read beside the address."),
                flag("active", "Takes mail", &typed.active, ""),
                flag(
                    "answers",
                    "Sends receipts and answers",
                    &typed.answers,
                    "A new mailbox only files: switch this on once what comes in is filed as it should be.",
                ),
            ],
        ),
        (
            "What mail becomes",
            vec![
                needed(with(
                    line("opens", "A new message opens", "", ""),
                    Control::Choice { options: picks(kinds, |kind| kind == typed.opens), blank: None },
                )),
                line("customer", "Customer", &typed.customer, "Number, where the mailbox is that of one customer."),
                with(
                    line("fields", "Begins with", "", "Values of its records, one a line: team = TEA-2"),
                    Control::Lines { value: typed.fields.clone(), max: Some(2_000) },
                ),
                number("rate", "Most messages of one sender", &typed.rate, "an hour"),
                line(
                    "trusted",
                    "Our own mail server",
                    &typed.trusted,
                    "Name in the Authentication-Results that it writes; nobody else's are believed.",
                ),
            ],
        ),
        ("Incoming (IMAP)", incoming(typed)),
        ("Outgoing (SMTP)", outgoing(typed)),
        ("Password", vec![with(line("secret", "Password", "", password), secret)]),
    ]
}

fn number(name: &str, label: &str, value: &str, unit: &str) -> Field {
    with(line(name, label, "", ""), Control::Number { value: value.into(), unit: unit.into(), step: "1" })
}

fn security(name: &str, chosen: &str) -> Field {
    let options = [("tls", "TLS"), ("starttls", "STARTTLS"), ("none", "None (this machine only)")];
    with(
        line(name, "Encryption", "", ""),
        Control::Choice { options: picks(options, |name| name == chosen), blank: None },
    )
}

fn incoming(typed: &Typed) -> Vec<Field> {
    vec![
        line("incoming", "Server", &typed.incoming, "Empty where mail comes by plumbline mail take."),
        number("incoming_port", "Port", &typed.incoming_port, ""),
        security("incoming_security", &typed.incoming_security),
        line("incoming_user", "User", &typed.incoming_user, ""),
        line("folder", "Folder", &typed.folder, "Nothing in it is moved, marked or deleted."),
    ]
}

fn outgoing(typed: &Typed) -> Vec<Field> {
    vec![
        line("outgoing", "Server", &typed.outgoing, "Empty: nothing is sent."),
        number("outgoing_port", "Port", &typed.outgoing_port, ""),
        security("outgoing_security", &typed.outgoing_security),
        line("outgoing_user", "User", &typed.outgoing_user, "Empty where the server asks for none."),
    ]
}
