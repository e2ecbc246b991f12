//! Fields that the organisation adds to its records.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::own_fields::{NewField, TYPES};
use model::{FieldError, Refusal};
use serde::Deserialize;

use super::{is_ticked, line, picks, tabs, told, with};
use crate::{
    Administrator, App, Refused, flash,
    view::{
        field::{Control, Field},
        parts::Tab,
        shell::Shell,
    },
};

#[derive(Template)]
#[template(path = "page/admin_fields.html")]
struct FieldsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<FieldLine>,
    errors: Vec<(String, String)>,
    fields: Vec<Field>,
}

struct FieldLine {
    kind: &'static str,
    kind_label: String,
    name: String,
    label: String,
    ty: &'static str,
    traits: String,
    hidden: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    label: String,
    name: String,
    help: String,
    #[serde(rename = "type")]
    ty: String,
    options: String,
    kinds: String,
    required: Vec<String>,
    searchable: Vec<String>,
    internal: Vec<String>,
}

#[derive(Deserialize)]
pub struct Hidden {
    kind: String,
    name: String,
    hidden: String,
}

/// `GET /administration/fields`
pub async fn list(seat: Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &Typed::default(), &[]).await?.render()?))
}

/// `POST /administration/fields`
pub async fn add(seat: Administrator, State(app): State<App>, Form(typed): Form<Typed>) -> Result<Response, Refused> {
    let new = NewField {
        name: typed.name.clone(),
        label: typed.label.clone(),
        help: typed.help.clone(),
        ty: typed.ty.clone(),
        options: typed.options.lines().map(str::to_owned).collect(),
        kinds: typed.kinds.split([',', ' ']).filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
        required: is_ticked(&typed.required),
        searchable: is_ticked(&typed.searchable),
        internal: is_ticked(&typed.internal),
    };
    let errors = match app.desk.add_field(&seat.0.actor, &typed.kind, new, seat.0.now).await {
        Ok(field) => {
            let said = format!("{} is there, as {}.", field.label, field.name);
            return Ok(flash::said("/administration/fields", said));
        }
        Err(Refusal::Invalid(errors)) => errors,
        Err(Refusal::NotFound) => vec![FieldError::new("kind", "choose one")],
        Err(refusal) => return Err(refusal.into()),
    };
    let page = page(&app, &seat, &typed, &errors).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

/// `POST /administration/fields/hide`
pub async fn hide(
    Administrator(seat): Administrator,
    State(app): State<App>,
    Form(given): Form<Hidden>,
) -> Result<Response, Refused> {
    let hidden = given.hidden == "yes";
    app.desk.hide_field(&seat.actor, &given.kind, &given.name, hidden, seat.now).await?;
    let said = if hidden { "is out of sight; what records say in it is kept." } else { "is back." };
    Ok(flash::said("/administration/fields", format!("{} {said}", given.name)))
}

async fn page(
    app: &App,
    Administrator(seat): &Administrator,
    typed: &Typed,
    errors: &[FieldError],
) -> Result<FieldsPage, Refused> {
    let catalog = app.desk.catalog();
    let own = app.desk.own_fields(&seat.actor, seat.now).await?;
    let rows = own.into_iter().map(|own| {
        let traits =
            [(own.field.required, "needed"), (own.field.indexed, "searchable"), (own.field.internal, "internal")];
        FieldLine {
            kind: own.kind,
            kind_label: catalog.find(own.kind).map_or_else(String::new, |kind| kind.label.clone()),
            name: own.field.name.clone(),
            label: own.field.label.clone(),
            ty: own.field.ty.name(),
            traits: traits.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect::<Vec<_>>().join(", "),
            hidden: own.hidden,
        }
    });
    let rows = rows.collect();
    let mut kinds: Vec<(&str, &str)> = catalog.kinds().iter().map(|kind| (kind.name, kind.label.as_str())).collect();
    kinds.sort_by_key(|(_, label)| *label);
    let mut fields = form(kinds, typed);
    let errors = told(&mut fields, errors);
    let shell = crate::shell(app, seat, "/administration").await;
    Ok(FieldsPage { shell, tabs: tabs("fields"), rows, errors, fields })
}

fn form(kinds: Vec<(&str, &str)>, typed: &Typed) -> Vec<Field> {
    let kinds = picks(kinds, |kind| kind == typed.kind);
    let types = picks(TYPES.iter().copied(), |ty| ty == typed.ty);
    let flag = |name: &str, label: &str, on: &[String], help: &str| {
        with(line(name, label, "", help), Control::Flag { on: is_ticked(on) })
    };
    vec![
        Field {
            required: true,
            ..with(line("kind", "Records", "", ""), Control::Choice { options: kinds, blank: Some("Choose".into()) })
        },
        Field { required: true, ..line("label", "Label", &typed.label, "As it stands beside the field.") },
        Field { required: true, ..with(line("type", "Type", "", ""), Control::Choice { options: types, blank: None }) },
        line("name", "Name for machines", &typed.name, "Made from the label where it is empty; begins with x_."),
        Field { wide: true, ..line("help", "Help", &typed.help, "One sentence under the label.") },
        with(
            line("options", "Options", "", "Of a list, one a line."),
            Control::Lines { value: typed.options.clone(), max: None },
        ),
        line("kinds", "Leads to", &typed.kinds, "Of a record: kinds such as service, ci; empty for any."),
        flag("required", "Needed", &typed.required, "Records without it are complete only once it is given."),
        flag(
            "searchable",
            "Searchable",
            &typed.searchable,
            "Lists of a million records filter and sort by it at once.",
        ),
        flag("internal", "Internal", &typed.internal, "People of customers never see it."),
    ]
}
