//! What is proposed becomes an audit of a programme: clauses, services and a site that were ticked, a day, a lead auditor.

use askama::Template as _;
use axum::{
    extract::State as Held,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use engines::conformity::catalogue;
use model::{Act, Command, FieldError, Input, Refusal, time::DAY};
use serde_json::{Map, Value as Json, json};

use super::{Asked, known::Known, page};
use crate::{
    App, Refused, Seat, flash,
    record::address::segment,
    view::field::{Control, Field, Pick},
};

/// Days until an audit that is planned from here, where nothing else is said.
const AHEAD: i64 = 30;

/// What was ticked and typed, and what is wrong with it.
#[derive(Default)]
pub struct Typed {
    pub pairs: Vec<(String, String)>,
    pub errors: Vec<FieldError>,
}

impl Typed {
    fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim())
    }

    fn all<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t str> {
        self.pairs.iter().filter(move |(known, text)| known == name && !text.is_empty()).map(|(_, text)| text.as_str())
    }

    /// Whether a line of the proposals is ticked.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|known| known == value)
    }
}

pub fn may_plan(app: &App, seat: &Seat) -> bool {
    let catalog = app.desk.catalog();
    catalog.find("audit").is_some_and(|kind| desk::rights::may(&seat.actor, kind, Act::Create, None))
}

/// `POST /coverage/plan`
pub async fn plan(
    seat: Seat,
    Held(app): Held<App>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let known = Known::read(&app, &seat).await?;
    let mut typed = Typed { pairs: sent, errors: Vec::new() };
    let mut errors = strangers(&known, &typed);
    if typed.all("clause").next().is_none() {
        errors.push(FieldError::new("clause", "tick at least one clause"));
    }
    if errors.is_empty() {
        let Json::Object(fields) = planned(&typed) else { return Err(Refusal::NotFound.into()) };
        let create = Command::Create { kind: "audit".into(), number: None, input: Input::json(fields) };
        match app.desk.perform(&seat.actor, create, seat.now).await {
            Ok(done) => {
                let to = format!("/audits/{}", segment(&done.number));
                let said = format!("{} is planned: {} clauses.", done.number, typed.all("clause").count());
                return Ok(flash::said(&to, said));
            }
            Err(Refusal::Invalid(refused)) => errors = refused,
            Err(refusal) => return Err(refusal.into()),
        }
    }
    typed.errors = errors;
    let programme = typed.get("programme").filter(|number| known.programmes.iter().any(|one| one.number == **number));
    let asked = Asked { programme: programme.map(str::to_string), ..Asked::default() };
    let page = page(&app, &seat, &known, &asked, &typed).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

/// What was sent and is no clause, service, site or programme.
fn strangers(known: &Known, typed: &Typed) -> Vec<FieldError> {
    let clauses: Vec<&str> = catalogue().leaf_clauses().collect();
    let services: Vec<&str> = known.services.iter().map(|shown| shown.number()).collect();
    let sites: Vec<&str> = known.places.iter().map(|shown| shown.number()).collect();
    let programmes: Vec<&str> = known.programmes.iter().map(|one| one.number.as_str()).collect();
    let checks = [
        ("clause", "is no clause", clauses),
        ("service", "is no live service in scope", services),
        ("site", "is no site on record", sites),
        ("programme", "is no audit programme", programmes),
    ];
    let mut errors = Vec::new();
    for (name, why, on_record) in checks {
        let strange = typed.all(name).find(|value| !on_record.contains(value));
        errors.extend(strange.map(|value| FieldError::new(name, format!("\"{value}\" {why}"))));
    }
    errors
}

/// The fields of the audit. The lead audits as well; others are added on the record.
fn planned(typed: &Typed) -> Json {
    let get = |name: &str| typed.get(name).filter(|text| !text.is_empty());
    let list = |name: &str| typed.all(name).map(Json::from).collect::<Vec<_>>();
    let mut scope = Map::from_iter([("clauses".to_string(), Json::from(list("clause")))]);
    for (part, name) in [("services", "service"), ("sites", "site")] {
        if typed.all(name).next().is_some() {
            scope.insert(part.into(), list(name).into());
        }
    }
    let mut fields = json!({"scope": scope, "criteria": ["ISO/IEC 20000-1:2018", "Own procedures"]});
    let clauses: Vec<&str> = typed.all("clause").collect();
    let title = get("title").map(str::to_string).unwrap_or_else(|| format!("Audit of {}", clauses.join(", ")));
    fields["title"] = title.into();
    for (field, name) in [("planned_on", "planned_on"), ("owner", "owner"), ("programme", "programme")] {
        if let Some(text) = get(name) {
            fields[field] = text.into();
        }
    }
    if let Some(lead) = get("owner") {
        fields["auditors"] = json!([lead]);
    }
    fields
}

/// The fields below the proposals.
pub fn fields(known: &Known, seat: &Seat, asked: &Asked, typed: &Typed) -> Vec<Field> {
    let now = seat.now.date();
    let text = |name: &str, otherwise: &str| typed.get(name).unwrap_or(otherwise).to_string();
    let current = known.current(now.year()).map(|one| one.number.as_str()).unwrap_or_default();
    let chosen = text("programme", asked.programme.as_deref().unwrap_or(current));
    let site = text("site", asked.site.as_deref().unwrap_or_default());
    let line = |value: String, max: usize| Control::Line { value, kind: "text", autocomplete: "off", max: Some(max) };
    let pick = |value: &str, label: String, chosen: &str| Pick { value: value.into(), label, chosen: value == chosen };
    let programmes = known.programmes.iter();
    let programmes =
        programmes.map(|one| pick(&one.number, format!("{} {}", one.number, one.title), &chosen)).collect();
    let places = known.places.iter().map(|shown| pick(shown.number(), shown.title().to_string(), &site)).collect();
    let field = |name: &str, label: &str, help: &str, control: Control| Field {
        name: name.into(),
        label: label.into(),
        help: help.into(),
        control,
        ..Field::default()
    };
    let none = |word: &str| Some(word.to_string());
    vec![
        field("title", "Title", "Made of the clauses where nothing is written.", line(text("title", ""), 200)),
        field(
            "programme",
            "Programme",
            "The day must lie in its years.",
            Control::Choice { options: programmes, blank: none("None") },
        ),
        Field {
            required: true,
            ..field(
                "planned_on",
                "Planned for",
                "",
                Control::Date { value: text("planned_on", &seat.now.plus(AHEAD * DAY).date().to_string()) },
            )
        },
        field(
            "owner",
            "Lead auditor",
            "By e-mail. Nobody audits a process of their own.",
            line(text("owner", &seat.actor.email), 254),
        ),
        field("site", "Site", "", Control::Choice { options: places, blank: none("None visited") }),
    ]
}
