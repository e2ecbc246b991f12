//! What the organisation sets for itself, in one form.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use model::{FieldError, Refusal};

use super::{line, tabs, told, with};
use crate::{
    Administrator, App, Refused, flash,
    view::{
        field::{Control, Field},
        parts::{Link, Tab},
        shell::Shell,
    },
};

#[derive(Template)]
#[template(path = "page/admin_settings.html")]
struct SettingsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    errors: Vec<(String, String)>,
    groups: Vec<(&'static str, Vec<Field>)>,
    /// Settings that documents state: label, document and version.
    stated: Vec<(String, Link)>,
}

/// `GET /administration/settings`
pub async fn open(seat: Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &[], &[]).await?.render()?))
}

/// `POST /administration/settings`
pub async fn save(
    seat: Administrator,
    State(app): State<App>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let given: Vec<(String, String)> = sent.into_iter().filter(|(name, _)| name != "csrf").collect();
    match app.desk.set_settings(&seat.0.actor, &given, seat.0.now).await {
        Ok(()) => Ok(flash::said("/administration/settings", "The settings are saved.")),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &given, &errors).await?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn page(
    app: &App,
    Administrator(seat): &Administrator,
    typed: &[(String, String)],
    errors: &[FieldError],
) -> Result<SettingsPage, Refused> {
    let settings = app.desk.settings();
    let listed = settings.listed();
    let mut fields: Vec<Field> = listed
        .iter()
        .map(|setting| {
            let typed = typed.iter().find(|(name, _)| *name == setting.name).map(|(_, value)| value.clone());
            if let Some(by) = settings.governed.get(&setting.name) {
                let help =
                    format!("Stated by {}, version {}; it changes with the next version.", by.number, by.version);
                let value = if setting.value.is_empty() { &setting.offered } else { &setting.value };
                let text = format!("{value} {}", setting.unit).trim().to_owned();
                return with(line(&setting.name, &setting.label, "", &help), Control::Shown { text });
            }
            let value = typed.unwrap_or_else(|| setting.value.clone());
            if setting.offered.is_empty() {
                return Field { wide: true, ..line(&setting.name, &setting.label, &value, &setting.help) };
            }
            let help = format!("{} Empty: {}.", setting.help, setting.offered);
            let number = Control::Number { value, unit: setting.unit.into(), step: "1" };
            with(line(&setting.name, &setting.label, "", help.trim()), number)
        })
        .collect();
    let errors = told(&mut fields, errors);
    let mut groups: Vec<(&'static str, Vec<Field>)> = Vec::new();
    for (setting, field) in listed.iter().zip(fields) {
        match groups.last_mut() {
            Some((title, fields)) if *title == setting.group => fields.push(field),
            _ => groups.push((setting.group, vec![field])),
        }
    }
    let stated = listed.iter().filter_map(|setting| {
        let by = settings.governed.get(&setting.name)?;
        let words = format!("{}, version {}", by.number, by.version);
        Some((setting.label.clone(), Link::new(words, format!("/papers/{}", by.number))))
    });
    let shell = crate::shell(app, seat, "/administration").await;
    Ok(SettingsPage { shell, tabs: tabs("settings"), errors, groups, stated: stated.collect() })
}
