//! Many records at once: choose, look at what would become of each, apply, undo.

use askama::Template;
use axum::{
    extract::{Path, RawForm, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use desk::{Done, Outcome, Shown};
use model::{Command, FieldError, Input, Kind, Refusal, Target, Value, command::Raw};

use super::{
    address::{Address, pairs},
    doors::html,
    edit::{draw, names},
    facts::is_tabular,
    form::{self, editable},
    list::{self, kind_of},
    offer,
    piece::{Lens, record_address},
    sent::Sent,
    timeline::type_of,
    undo::{self, MOST},
};
use crate::{
    App, Refused, Seat, shell,
    view::{
        field::{self as view, Control, Pick},
        parts::Link,
        shell::Shell,
    },
};

#[derive(Template)]
#[template(path = "record/bulk.html")]
struct BulkPage {
    shell: Shell,
    crumbs: Vec<Link>,
    heading: String,
    lede: String,
    action: String,
    back: String,
    numbers: Vec<String>,
    stage: Stage,
    field: view::Field,
    /// What was entered, to be carried from the preview to the writing.
    carried: Vec<(String, String)>,
    rows: Vec<Row>,
    /// What the undoing form sends back; empty where nothing can be undone.
    undo: Vec<String>,
    list: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Ask,
    Preview,
    Done,
}

impl BulkPage {
    fn asks(&self) -> bool {
        self.stage == Stage::Ask
    }

    fn previews(&self) -> bool {
        self.stage == Stage::Preview
    }

    fn will(&self) -> usize {
        self.rows.iter().filter(|row| row.refused.is_empty() && !row.same).count()
    }
}

struct Row {
    number: String,
    title: String,
    href: String,
    before: String,
    after: String,
    refused: String,
    /// Nothing differs.
    same: bool,
}

/// `POST /{plural}/bulk`: asks, previews or applies, by the button that was pressed.
pub(super) async fn go(
    seat: Seat,
    State(app): State<App>,
    Path(plural): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let mut sent = Sent::new(pairs(&body));
    if let Some(offered) = sent.get("go").and_then(|go| go.strip_prefix("offer:")) {
        return begin(&app, &seat, kind, offered, &sent).await;
    }
    // One press gives them all to whoever presses.
    if sent.get("go") == Some("mine") {
        let mine = list::mine(&seat.actor, kind).ok_or_else(|| Refused::field("field", "nobody has these records"))?;
        sent.set("field", &mine.field);
        sent.set(&mine.field, &mine.email);
    }
    let name = sent.text("field");
    let known = name == "state" || (editable(kind, &name) && kind.find(&name).is_some_and(|f| !is_tabular(&f.ty)));
    if !known {
        return Err(Refused::field("field", "choose which field to edit"));
    }
    let records = chosen(&app, &seat, kind, &sent).await?;
    let stage = match sent.get("go") {
        Some("preview") => Stage::Preview,
        Some("apply" | "mine") => Stage::Done,
        _ => Stage::Ask,
    };
    let commands: Vec<Command> = records.iter().map(|shown| command(kind, shown, &name, &sent)).collect();
    let outcomes = match stage {
        Stage::Ask => Vec::new(),
        Stage::Preview => app.desk.rehearse(&seat.actor, commands, seat.now).await?,
        Stage::Done => app.desk.perform_all(&seat.actor, commands, seat.now, false).await?,
    };
    let page = page(&app, &seat, kind, (&name, stage), &sent, &records, &outcomes).await?;
    html(StatusCode::OK, &page)
}

/// Leads to the form of a new record that follows from all that were ticked.
async fn begin(app: &App, seat: &Seat, kind: &Kind, offered: &str, sent: &Sent) -> Result<Response, Refused> {
    let offer = kind.offers.iter().find(|offer| offer.kind == offered).ok_or_else(Refused::not_found)?;
    let catalog = app.desk.catalog();
    let to = catalog.find(offer.kind).ok_or_else(Refused::not_found)?;
    let records = chosen(app, seat, kind, sent).await?;
    if records.len() > offer::MOST {
        return Err(Refused::field("number", format!("{} records at most in one go", offer::MOST)));
    }
    let from: Vec<String> =
        records.iter().map(|shown| format!("{}={}", offer::FROM, super::address::segment(shown.number()))).collect();
    Ok(Redirect::to(&format!("/{}/new?{}", to.plural, from.join("&"))).into_response())
}

/// The records that were ticked, as the reader sees them; what is not there or not theirs is left out.
async fn chosen(app: &App, seat: &Seat, kind: &Kind, sent: &Sent) -> Result<Vec<Shown>, Refused> {
    let mut numbers: Vec<&str> = sent.all("number").collect();
    numbers.dedup();
    if numbers.is_empty() {
        return Err(Refused::field("number", "tick at least one record"));
    }
    if numbers.len() > MOST {
        return Err(Refused::field("number", format!("{MOST} records at most in one go")));
    }
    let mut records = Vec::with_capacity(numbers.len());
    for number in numbers {
        match app.desk.show(&seat.actor, kind.name, number, None, seat.now).await {
            Ok(shown) => records.push(shown),
            Err(Refusal::NotFound) => {}
            Err(other) => return Err(other.into()),
        }
    }
    if records.is_empty() { Err(Refused::not_found()) } else { Ok(records) }
}

/// Against the version that is shown, so that nothing written between preview and button is lost.
fn command(kind: &Kind, shown: &Shown, name: &str, sent: &Sent) -> Command {
    let seen = sent.get(&format!("seen.{}", shown.number())).and_then(|seen| seen.parse().ok());
    let target = Target {
        kind: kind.name.into(),
        number: shown.number().into(),
        version: Some(seen.unwrap_or_else(|| shown.version())),
    };
    if name == "state" {
        let to = sent.text("state");
        return Command::Step { target, to, input: Input::default(), note: None, public: false };
    }
    let raw = sent.raw(&type_of(kind, name), name);
    Command::Edit { target, input: Input { fields: [(name.to_string(), raw)].into() } }
}

async fn page(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    (name, stage): (&str, Stage),
    sent: &Sent,
    records: &[Shown],
    outcomes: &[Result<Done, Refusal>],
) -> Result<BulkPage, Refused> {
    let field = control(app, seat, kind, name, sent, records).await?;
    let names = app.desk.names(&seat.actor, records.iter().map(|shown| (kind, shown)), seat.now).await?;
    let catalog = app.desk.catalog();
    let lens = Lens { catalog: &catalog, names: &names, now: seat.now };
    let after = wanted(kind, name, sent);
    let rows: Vec<Row> =
        records.iter().enumerate().map(|(at, shown)| row(&lens, kind, name, shown, &after, outcomes.get(at))).collect();
    let list = format!("/{}", kind.plural);
    let back = Address::read(&list, &sent.text("back")).to_string();
    let label = kind.label_of(name).to_lowercase();
    let mut carried = vec![("field".to_string(), name.to_string()), ("back".to_string(), sent.text("back"))];
    if stage == Stage::Preview {
        carried.extend(
            sent.pairs().iter().filter(|pair| pair.0 == name || pair.0.starts_with(&format!("{name}."))).cloned(),
        );
        carried.extend(records.iter().map(|shown| (format!("seen.{}", shown.number()), shown.version().to_string())));
    }
    let undo = if stage == Stage::Done { undo(records, outcomes) } else { Vec::new() };
    let mut page = BulkPage {
        shell: shell(app, seat, &list).await,
        crumbs: vec![Link::new(&kind.labels, &back), Link::new("Several at once", "")],
        heading: format!("Edit {label} of {} {}", records.len(), kind.labels.to_lowercase()),
        lede: String::new(),
        action: format!("{list}/bulk"),
        back,
        numbers: records.iter().map(|shown| shown.number().to_string()).collect(),
        stage,
        field,
        carried,
        rows,
        undo,
        list,
    };
    let (will, refused) = (page.will(), page.rows.iter().filter(|row| !row.refused.is_empty()).count());
    let same = page.rows.len() - will - refused;
    let told = |verb: &str| format!("{will} {verb}, {same} stay as they are, {refused} are refused.");
    page.lede = match stage {
        Stage::Ask => "Nothing is written before you have seen what would become of each.".into(),
        Stage::Preview => format!("Nothing is written yet: {}", told("would be written")),
        Stage::Done => told("are written"),
    };
    Ok(page)
}

async fn control(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    name: &str,
    sent: &Sent,
    records: &[Shown],
) -> Result<view::Field, Refused> {
    if name == "state" {
        let mut options: Vec<Pick> = Vec::new();
        for step in records.iter().flat_map(|shown| kind.lifecycle.steps_from(shown.state())) {
            if !options.iter().any(|option| option.value == step.to) {
                let chosen = sent.text("state") == step.to;
                options.push(Pick { value: step.to.into(), label: kind.state_label(step.to), chosen });
            }
        }
        return Ok(view::Field {
            name: "state".into(),
            label: "State".into(),
            control: Control::Choice { options, blank: None },
            ..view::Field::default()
        });
    }
    let names = names(app, seat, kind, sent).await?;
    let errors: Vec<FieldError> = Vec::new();
    let draw = draw(seat, kind, sent, &names, &errors, kind.lifecycle.start());
    form::one(&draw, name).map(|field| view::Field { required: false, ..field }).ok_or_else(Refused::not_found)
}

/// The value that was entered, for showing; what cannot be read shows as it was typed.
fn wanted(kind: &Kind, name: &str, sent: &Sent) -> Option<Value> {
    if name == "state" {
        return Some(Value::text(sent.text("state")));
    }
    let ty = type_of(kind, name);
    match sent.raw(&ty, name) {
        Raw::Text(text) => ty.parse(&text).unwrap_or_else(|_| Some(Value::text(text))),
        Raw::Json(json) => ty.read(&json).unwrap_or_else(|_| Value::from_json(&json)),
        // The forms send nothing else.
        _ => None,
    }
}

fn row(
    lens: &Lens<'_>,
    kind: &Kind,
    name: &str,
    shown: &Shown,
    after: &Option<Value>,
    outcome: Option<&Result<Done, Refusal>>,
) -> Row {
    let ty = type_of(kind, name);
    let words = |value: &Value| match name {
        "state" => value.as_text().map(|state| kind.state_label(state)).unwrap_or_default(),
        _ => lens.words(&ty, value),
    };
    let refused = match outcome {
        Some(Err(refusal)) => why(kind, refusal),
        _ => String::new(),
    };
    Row {
        number: shown.number().into(),
        title: shown.title().into(),
        href: record_address(kind, shown.number()),
        before: shown.value(kind, name).as_ref().map(words).unwrap_or_default(),
        after: after.as_ref().map(words).unwrap_or_default(),
        same: matches!(outcome, Some(Ok(done)) if done.outcome == Outcome::Unchanged),
        refused,
    }
}

fn why(kind: &Kind, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(errors) => errors
            .iter()
            .map(|error| format!("{}: {}", kind.label_of(&error.field), error.message))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.sentence(),
    }
}

/// Everything that was written, as undoing takes it.
fn undo(records: &[Shown], outcomes: &[Result<Done, Refusal>]) -> Vec<String> {
    let back = |(shown, outcome): (&Shown, &Result<Done, Refusal>)| {
        let done = outcome.as_ref().ok().filter(|done| done.outcome == Outcome::Changed)?;
        Some(undo::name(shown.number(), done.version))
    };
    records.iter().zip(outcomes).filter_map(back).collect()
}
