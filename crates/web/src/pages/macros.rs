//! Macros on a record: choose one, see what it says and does, change its words, use it. All of it is one transaction.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, RawForm, RawQuery, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::{Names, Shown, rights};
use kinds::support::macro_ as declared;
use model::{Act, Command, Filter, Input, Kind, Query, Refusal, Target, Type, Value, command::Raw, words};

use crate::{
    App, Refused, Seat, flash,
    record::{
        address::{Address, pairs},
        edit::token,
        list::kind_of,
        piece::{Lens, record_address},
        sent::Sent,
    },
    shell,
    view::{
        parts::{Link, Mark},
        shell::Shell,
        state,
    },
};

/// The kind, and the word by which one is used.
pub const KIND: &str = "macro";
/// Most macros that are offered.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "page/macro.html")]
struct MacroPage {
    shell: Shell,
    crumbs: Vec<Link>,
    heading: String,
    title: String,
    back: String,
    choices: Vec<Choice>,
    chosen: Option<Chosen>,
    errors: Vec<(String, String)>,
}

/// A macro to choose.
struct Choice {
    href: String,
    name: String,
    when: String,
}

/// The one that was chosen, filled in.
struct Chosen {
    action: String,
    number: String,
    name: String,
    version: i64,
    once: String,
    text: String,
    public: bool,
    /// Whether there is anybody outside who could read it.
    customer: bool,
    moves: Option<Mark>,
    sets: Vec<(String, String)>,
}

/// What is needed to show or use macros on a record.
struct Matter {
    kind: Kind,
    shown: Shown,
    macros: Vec<Shown>,
    names: Names,
}

impl Matter {
    async fn of(app: &App, seat: &Seat, plural: &str, number: &str) -> Result<Matter, Refused> {
        let catalog = app.desk.catalog();
        let kind = kind_of(&catalog, plural)?.clone();
        let shown = app.desk.show(&seat.actor, kind.name, number, None, seat.now).await?;
        let own = catalog.find(KIND).filter(|own| rights::may(&seat.actor, own, Act::Read, None));
        let Some(own) = own.filter(|_| seat.actor.customer.is_none() && shown.can(Act::Note)) else {
            return Err(Refused::not_found());
        };
        let groups = app.groups(seat).await?;
        let query = Query {
            filter: Filter::equal("state", "approved"),
            columns: own.fields.iter().map(|field| field.name.clone()).collect(),
            order: vec![model::Order { path: "title".into(), descending: false }],
            size: MOST,
            ..Query::of(own.name)
        };
        let text = |shown: &Shown, name: &str| shown.fields().get(name).and_then(Value::as_text).map(str::to_string);
        let fits = |shown: &Shown| {
            let team = text(shown, declared::TEAM.name).unwrap_or_default();
            let named = shown.fields().get(declared::KINDS.name).map(Value::entries).unwrap_or_default();
            let mut named = named.iter().filter_map(|entry| entry.as_text());
            let every = shown.fields().get(declared::KINDS.name).is_none_or(|kinds| !kinds.is_filled());
            (team.is_empty() || groups.iter().any(|group| group.number == team))
                && (every || named.any(|name| [kind.name, kind.plural].contains(&name.trim())))
        };
        let mut macros = app.desk.list(&seat.actor, &query, seat.now).await?.records;
        macros.retain(fits);
        let names = app.desk.names(&seat.actor, [(&kind, &shown)], seat.now).await?;
        Ok(Matter { kind, shown, macros, names })
    }

    /// One of those that the reader may use here; one of another team, for other kinds or not approved is as good as missing.
    fn find(&self, number: &str) -> Option<&Shown> {
        self.macros.iter().find(|one| one.number() == number)
    }

    /// What stands for each variable; what the record does not say is left out of the sentence.
    fn variables(&self, app: &App, seat: &Seat) -> BTreeMap<&'static str, String> {
        let catalog = app.desk.catalog();
        let lens = Lens { catalog: &catalog, names: &self.names, now: seat.now };
        let named = |name: &str| {
            let field = self.kind.find(name)?;
            let value = self.shown.fields().get(name)?.as_text()?;
            Some(match (&field.ty, self.names.records.get(value)) {
                (Type::Person, _) => lens.person(value).name,
                (_, Some((title, _))) => title.clone(),
                _ => value.to_string(),
            })
        };
        let value = |name: &'static str| match name {
            "number" => self.shown.number().to_string(),
            "title" => self.shown.title().to_string(),
            "me" => seat.account.name.clone(),
            "customer" => {
                let customer = self.shown.customer().unwrap_or_default();
                self.names.records.get(customer).map_or_else(|| customer.to_string(), |record| record.0.clone())
            }
            other => named(other).unwrap_or_default(),
        };
        declared::VARIABLES.iter().map(|(name, _)| (*name, value(name))).collect()
    }

    fn words(&self, app: &App, seat: &Seat, chosen: &Shown) -> String {
        let variables = self.variables(app, seat);
        let text = chosen.fields().get(declared::SAYS.name).and_then(Value::as_text).unwrap_or_default();
        words::filled(text, |name| variables.get(name).cloned())
    }

    /// Fields and what they are set to.
    fn values(&self, seat: &Seat, chosen: &Shown) -> Vec<(String, String)> {
        let rows = chosen.fields().get(declared::VALUES.name).map(Value::entries).unwrap_or_default();
        let part =
            |row: &Value, name: &str| row.part(name).and_then(Value::as_text).unwrap_or_default().trim().to_string();
        let row = |row: &Value| {
            let (field, value) = (part(row, "field"), part(row, "value"));
            let person = self.kind.find(&field).is_some_and(|field| matches!(field.ty, Type::Person));
            (field, if person && value == "me" { seat.actor.email.clone() } else { value })
        };
        rows.iter().map(row).filter(|(field, _)| !field.is_empty()).collect()
    }

    fn moves_to(&self, chosen: &Shown) -> Option<String> {
        let state = chosen.fields().get(declared::TO_STATE.name).and_then(Value::as_text)?.trim().to_string();
        (!state.is_empty() && state != self.shown.state()).then_some(state)
    }
}

/// `GET /{plural}/{number}/macro`: what there is to choose; with `?use=MAC-1` that one filled in.
pub async fn open(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let matter = Matter::of(&app, &seat, &plural, &number).await?;
    let here = Address::read("", &query.unwrap_or_default());
    let chosen = match here.get("use").filter(|number| !number.is_empty()) {
        Some(number) => {
            let one = matter.find(number).ok_or_else(Refused::not_found)?;
            let public = matches!(one.fields().get(declared::PUBLIC.name), Some(Value::Flag(true)));
            Some(draw(&matter, &seat, one, matter.words(&app, &seat, one), public, matter.shown.version()))
        }
        None => None,
    };
    let page = page(&app, &seat, &matter, chosen, Vec::new()).await;
    Ok(Html(page.render()?).into_response())
}

/// What a macro does to a record, with other words than its own where some are given; all of it or nothing.
///
/// # Errors
/// `NotFound` for a record that is not there for whoever asks, `Invalid` at `use` for such a macro.
pub async fn using(
    app: &App,
    seat: &Seat,
    plural: &str,
    own: &Target,
    number: &str,
    (text, public): (Option<String>, Option<bool>),
) -> Result<Vec<Command>, Refused> {
    let matter = Matter::of(app, seat, plural, &own.number).await?;
    let missing = || Refused::field("use", format!("there is no macro \"{number}\" to be used here"));
    let one = matter.find(number).ok_or_else(missing)?;
    let text = text.unwrap_or_else(|| matter.words(app, seat, one));
    let says = matches!(one.fields().get(declared::PUBLIC.name), Some(Value::Flag(true)));
    let public = public.unwrap_or(says) && matter.shown.customer().is_some();
    let commands = commands(&matter, seat, one, text.trim(), public, own.version);
    if commands.is_empty() {
        return Err(Refused::field("use", format!("{number} says nothing and does nothing here")));
    }
    Ok(commands)
}

/// `POST /{plural}/{number}/macro`
pub async fn apply(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let matter = Matter::of(&app, &seat, &plural, &number).await?;
    let sent = Sent::new(pairs(&body));
    let one = matter.find(&sent.text("use")).ok_or_else(Refused::not_found)?;
    let version = sent.text("__version").trim().parse::<i64>().ok();
    let (text, public) = (sent.text("text"), sent.get("audience") == Some("public"));
    let commands = commands(&matter, &seat, one, text.trim(), public, version);
    match app.desk.perform_all(&seat.actor, commands, seat.now, true).await {
        Ok(_) => {
            let to = format!("{}#journal", record_address(&matter.kind, &number));
            Ok(flash::said(&to, format!("“{}” is used on {number}.", one.title())))
        }
        Err(refusal @ (Refusal::Invalid(_) | Refusal::Step(_) | Refusal::Stale { .. } | Refusal::Forbidden(_))) => {
            let errors = match &refusal {
                Refusal::Invalid(errors) => errors
                    .iter()
                    .map(|error| (String::new(), format!("{}: {}", matter.kind.label_of(&error.field), error.message)))
                    .collect(),
                Refusal::Stale { .. } => {
                    vec![(
                        String::new(),
                        "Somebody changed the record meanwhile. Look at it; using it again writes now.".into(),
                    )]
                }
                other => vec![(String::new(), other.sentence())],
            };
            let chosen = draw(&matter, &seat, one, text, public, matter.shown.version());
            let page = page(&app, &seat, &matter, Some(chosen), errors).await;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

fn commands(matter: &Matter, seat: &Seat, one: &Shown, text: &str, public: bool, version: Option<i64>) -> Vec<Command> {
    let target = |version| Target { kind: matter.kind.name.into(), number: matter.shown.number().into(), version };
    let values = matter.values(seat, one).into_iter().map(|(field, value)| (field, Raw::Text(value)));
    let input = Input { fields: values.collect() };
    let note = Some(text.to_string()).filter(|text| !text.is_empty());
    if let Some(to) = matter.moves_to(one) {
        return vec![Command::Step { target: target(version), to, input, note, public }];
    }
    let mut commands = Vec::new();
    if !input.fields.is_empty() {
        commands.push(Command::Edit { target: target(version), input });
    }
    if let Some(text) = note {
        let version = version.filter(|_| commands.is_empty());
        commands.push(Command::Note { target: target(version), text, public });
    }
    commands
}

fn draw(matter: &Matter, seat: &Seat, one: &Shown, text: String, public: bool, version: i64) -> Chosen {
    let kind = &matter.kind;
    Chosen {
        action: format!("{}/macro", record_address(kind, matter.shown.number())),
        number: one.number().into(),
        name: one.title().into(),
        version,
        once: token(),
        text,
        public: public && matter.shown.customer().is_some(),
        customer: matter.shown.customer().is_some(),
        moves: matter.moves_to(one).map(|to| state::mark(kind, &to)),
        sets: matter.values(seat, one).into_iter().map(|(field, value)| (kind.label_of(&field), value)).collect(),
    }
}

async fn page(
    app: &App,
    seat: &Seat,
    matter: &Matter,
    chosen: Option<Chosen>,
    errors: Vec<(String, String)>,
) -> MacroPage {
    let (list, here) = (format!("/{}", matter.kind.plural), record_address(&matter.kind, matter.shown.number()));
    let choice = |one: &Shown| Choice {
        href: Address::new(format!("{here}/macro")).with("use", one.number()).to_string(),
        name: one.title().into(),
        when: one.fields().get(declared::USED_WHEN.name).and_then(Value::as_text).unwrap_or_default().into(),
    };
    MacroPage {
        shell: shell(app, seat, &list).await,
        crumbs: vec![
            Link::new(&matter.kind.labels, &list),
            Link::new(matter.shown.number(), &here),
            Link::new("Macro", ""),
        ],
        heading: match &chosen {
            Some(chosen) => chosen.name.clone(),
            None => "Use a macro".into(),
        },
        title: format!("{} {}", matter.shown.number(), matter.shown.title()),
        choices: if chosen.is_some() { Vec::new() } else { matter.macros.iter().map(choice).collect() },
        back: here,
        chosen,
        errors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_and_nothing_else() {
        let variables: BTreeMap<&str, String> =
            [("number", "INC-1".to_string()), ("me", "Rosa {{title}}".to_string())].into();
        assert_eq!(
            words::filled("{{number}}: {{ me }} wrote {{other}} {{", |name| variables.get(name).cloned()),
            "INC-1: Rosa {{title}} wrote {{other}} {{"
        );
    }
}
