//! What is shown before something is ordered, in the portal, on the agents' form and by the API (`api/terms.rs`) alike: price,
//! delivery and who must allow it; and with what the answers begin that are known already.

use std::collections::BTreeMap;

use desk::Shown;
use engines::approvals::Row;
use model::{
    Field, Fields, Filter, Kind, Query, Refusal, Value,
    query::EVERY,
    questions::{Known, Questions},
};

use super::{own_customer, services_of, text, words};
use crate::{
    App, Seat,
    pages::{approvals, welcome::sentence},
    record::sent::Sent,
};

/// The kind of what is ordered from, and of an order.
pub const MODEL: &str = "request_model";
pub const ORDER: &str = "service_request";
/// Fields of an order that decide who is asked, as far as they are known before it is sent.
pub const ASKED_BY: [&str; 3] = ["requester", "customer", "service"];
/// The control that says of which model the page has shown the terms.
const SEEN: &str = "__terms";

/// The terms of one order.
#[derive(Default)]
pub struct Terms {
    /// Number of the model.
    pub model: String,
    pub price: String,
    pub delivery: String,
    /// Stage by stage, who is asked.
    pub approvers: Vec<String>,
    /// Why nobody can be asked, where that is so.
    pub nobody: String,
    /// Whether they stand on the page for the first time although the form was to be sent.
    pub held: bool,
}

/// What the reader may say of an order before it is sent: people of customers order for themselves.
pub fn may_say(seat: &Seat) -> &'static [&'static str] {
    if seat.actor.customer.is_none() { &ASKED_BY } else { &[] }
}

/// The model behind a number, where the reader may order from it.
///
/// # Errors
/// `NotFound` for one that is not offered to the reader, as for one that is not there.
pub async fn offered(app: &App, seat: &Seat, number: &str) -> Result<Shown, Refusal> {
    let model = app.desk.show(&seat.actor, MODEL, number, None, seat.now).await?;
    let service = text(&model, "service");
    if seat.actor.customer.is_some() && !service.is_empty() {
        let received = services_of(own_customer(&app.desk, &seat.actor, seat.now).await?.as_ref());
        if !received.iter().any(|own| own == service) {
            return Err(Refusal::NotFound);
        }
    }
    Ok(model)
}

/// Who would be asked, or why nobody can be; `fields` are those of the order as far as they are known.
pub async fn asked(app: &App, seat: &Seat, fields: Fields) -> Result<(Vec<Row>, String), Refusal> {
    match app.desk.would_ask(&seat.actor, ORDER, fields, seat.now).await {
        Ok(rows) => Ok((rows, String::new())),
        Err(Refusal::Invalid(errors)) => {
            Ok((Vec::new(), errors.first().map(|error| sentence(&error.message)).unwrap_or_default()))
        }
        Err(other) => Err(other),
    }
}

impl Terms {
    /// What a model asks for it.
    ///
    /// # Errors
    /// What the desk refuses.
    pub async fn of(app: &App, seat: &Seat, model: &Shown, fields: Fields) -> Result<Terms, Refusal> {
        let (rows, nobody) = asked(app, seat, fields).await?;
        Ok(Terms {
            model: model.number().into(),
            price: words::price(model.fields().get("price")),
            delivery: words::delivery(model.fields().get("delivery_days")),
            approvers: approvals::stages(app, seat, &rows).await?,
            nobody,
            held: false,
        })
    }

    /// The terms on the agents' form: of the model that is typed there; `None` for another kind and while none is chosen.
    ///
    /// # Errors
    /// What the desk refuses.
    pub async fn of_form(app: &App, seat: &Seat, kind: &Kind, sent: &Sent) -> Result<Option<Terms>, Refusal> {
        let Some(model) = typed_model(app, seat, kind, sent).await? else { return Ok(None) };
        let mut fields = Fields::from([("model".to_string(), Value::text(model.number()))]);
        for name in may_say(seat) {
            let typed = kind.type_of(name).and_then(|ty| ty.parse(sent.text(name).trim()).ok()?);
            fields.extend(typed.map(|value| ((*name).to_string(), value)));
        }
        match Terms::of(app, seat, &model, fields).await {
            Ok(terms) => Ok(Some(terms)),
            Err(Refusal::NotFound) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Whether something is asked for it that the sent form did not show: then it comes back once before it is sent.
    ///
    /// # Errors
    /// What the desk refuses.
    pub async fn are_unseen(app: &App, seat: &Seat, kind: &Kind, sent: &Sent) -> Result<bool, Refusal> {
        if kind.name != ORDER || sent.text(SEEN) == sent.text("model").trim() {
            return Ok(false);
        }
        let terms = Terms::of_form(app, seat, kind, sent).await?;
        Ok(terms
            .is_some_and(|terms| !terms.price.is_empty() || !terms.approvers.is_empty() || !terms.nobody.is_empty()))
    }
}

/// The model that is typed in the form of an order.
async fn typed_model(app: &App, seat: &Seat, kind: &Kind, sent: &Sent) -> Result<Option<Shown>, Refusal> {
    let number = sent.text("model").trim().to_string();
    if kind.name != ORDER || number.is_empty() {
        return Ok(None);
    }
    match offered(app, seat, &number).await {
        Ok(model) => Ok(Some(model)),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// Fills the answers of the agents' form with what is known; what was given stays.
///
/// # Errors
/// What the desk refuses.
pub async fn begin_form(app: &App, seat: &Seat, kind: &Kind, sent: &mut Sent) -> Result<(), Refusal> {
    let Some(model) = typed_model(app, seat, kind, sent).await? else { return Ok(()) };
    let Ok(questions) = Questions::read(model.fields().get("questions")) else { return Ok(()) };
    begin(app, seat, &model, &questions, sent).await
}

/// The same for a form whose questions are read already.
///
/// # Errors
/// What the desk refuses.
pub async fn begin(
    app: &App,
    seat: &Seat,
    model: &Shown,
    questions: &Questions,
    sent: &mut Sent,
) -> Result<(), Refusal> {
    let typed: Vec<(&str, String)> =
        may_say(seat).iter().map(|name| (*name, sent.text(name).trim().to_string())).collect();
    for (field, value) in begun(app, seat, model, questions, &typed).await? {
        sent.begin(&field.ty, &format!("answers.{}", field.name), &value);
    }
    Ok(())
}

/// With what the answers begin, by what is said of the order and what the reader may know of it.
pub async fn begun<'q>(
    app: &App,
    seat: &Seat,
    model: &Shown,
    questions: &'q Questions,
    typed: &[(&str, String)],
) -> Result<Vec<(&'q Field, Value)>, Refusal> {
    if questions.all.iter().all(|question| question.default.is_empty()) {
        return Ok(Vec::new());
    }
    let typed = |name: &str| {
        let found = typed.iter().find(|(known, text)| *known == name && !text.is_empty());
        found.map(|(_, text)| text.clone())
    };
    let requester = typed("requester").map_or_else(|| seat.actor.email.clone(), |mail| mail.to_lowercase());
    let customer = seat.actor.customer.clone().or_else(|| typed("customer"));
    let service = Some(text(model, "service").to_string()).filter(|own| !own.is_empty()).or_else(|| typed("service"));
    let words = known(app, seat, &requester, &[("customer", customer), ("service", service)]).await?;
    Ok(questions.begun(&Known { today: Some(seat.now.date()), words }))
}

/// What is known of whoever asks: themselves, their customer and the service, as far as the reader may see it.
async fn known(
    app: &App,
    seat: &Seat,
    requester: &str,
    records: &[(&str, Option<String>)],
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut words = BTreeMap::new();
    words.insert("requester".to_string(), requester.to_string());
    words.insert("requester.email".to_string(), requester.to_string());
    let numbers = records.iter().filter_map(|(_, number)| number.clone()).collect();
    let names = app.desk.names_of(&seat.actor, numbers, [requester.to_string()].into(), seat.now).await?;
    words.extend(names.people.get(requester).map(|(name, _)| ("requester.name".to_string(), name.clone())));
    if let Some(person) = person(app, seat, requester).await? {
        tell(app, "requester", &person, &mut words);
    }
    for (word, number) in records {
        let Some(number) = number else { continue };
        words.insert((*word).to_string(), number.clone());
        words.extend(names.records.get(number).map(|(name, _)| (format!("{word}.name"), name.clone())));
        match app.desk.show(&seat.actor, word, number, None, seat.now).await {
            Ok(shown) => tell(app, word, &shown, &mut words),
            Err(Refusal::NotFound) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(words)
}

/// The record of a person by e-mail, for whoever may read people.
async fn person(app: &App, seat: &Seat, email: &str) -> Result<Option<Shown>, Refusal> {
    let query =
        Query { filter: Filter::equal("email", email), columns: vec![EVERY.into()], size: 1, ..Query::of("person") };
    match app.desk.list(&seat.actor, &query, seat.now).await {
        Ok(page) => Ok(page.records.into_iter().next()),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// Every value of a record that is one thing, under the word for it. What is internal never comes into an answer, which
/// people of the customer read.
fn tell(app: &App, word: &str, shown: &Shown, words: &mut BTreeMap<String, String>) {
    let catalog = app.desk.catalog();
    let Some(kind) = catalog.find(shown.kind()) else { return };
    words.insert(format!("{word}.name"), shown.title().to_string());
    for (name, value) in shown.fields() {
        if let Some(field) = kind.find(name).filter(|field| field.ty.is_scalar() && !field.internal) {
            words.insert(format!("{word}.{name}"), field.ty.print(value));
        }
    }
}
