//! Records of any kind as lines of one list: what they are, who has them, when they are due.

use desk::{Desk, Names, Shown};
use model::{Actor, Catalog, Column, Filter, Kind, Moment, Order, Query, Refusal, Type, Value, filter_text};

use crate::record::clocks;
use crate::view::{
    parts::{Clock, Mark, Person, Priority, Shape, Tone},
    state, time,
};

/// One record in a list across kinds.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub href: String,
    pub number: String,
    pub title: String,
    /// `Incident`
    pub kind: String,
    /// Kind, service and customer as far as they are known, for the second line.
    pub about: String,
    pub owner: Person,
    pub state: Mark,
    pub priority: Option<Priority>,
    pub due: Option<Moment>,
    /// Its own clocks' word, where it has some.
    pub sla: Option<Clock>,
}

impl Line {
    /// What is left until it is due; `None` where nothing is due.
    pub fn clock(&self, now: Moment) -> Option<Clock> {
        if self.sla.is_some() {
            return self.sla.clone();
        }
        let due = self.due?;
        let (shape, tone) = urgency(due, now);
        let more = format!("due {}", time::exact(due));
        Some(Clock { mark: Mark::new(shape, tone, time::until(due, now)), used_percent: None, more })
    }
}

/// Late, due within a day, or later.
pub fn urgency(due: Moment, now: Moment) -> (Shape, Tone) {
    match due.0 - now.0 {
        ..0 => (Shape::Nonconforming, Tone::Bad),
        0..model::time::DAY => (Shape::Risk, Tone::Warn),
        _ => (Shape::Ring, Tone::Mute),
    }
}

/// A query across all kinds. `filter` is ours, so a mistake in it is a fault of ours.
pub fn query(catalog: &Catalog, filter: &str, order_by: &str, size: usize) -> Result<Query, Refusal> {
    query_of(catalog.any(), None, filter, order_by, size)
}

/// The same for one kind.
pub fn query_of(
    schema: &Kind,
    kind: Option<&'static str>,
    filter: &str,
    order_by: &str,
    size: usize,
) -> Result<Query, Refusal> {
    let filter: Filter = filter_text::parse(filter, schema).map_err(Refusal::Query)?;
    let order: Vec<Order> = model::query::orders(order_by, schema).map_err(Refusal::Query)?;
    Ok(Query { kind, filter, order, size, ..Query::everything() })
}

/// The lines of a list, with names looked up in one statement.
pub async fn lines(
    desk: &Desk,
    actor: &Actor,
    query: &Query,
    now: Moment,
) -> Result<(Vec<Line>, Option<String>), Refusal> {
    let page = match desk.list(actor, query, now).await {
        // Somebody who may read no kind at all has an empty list, not an error page.
        Err(Refusal::NotFound) => return Ok((Vec::new(), None)),
        page => page?,
    };
    let lines = of(desk, actor, &page.records, now).await?;
    Ok((lines, page.next.map(|cursor| cursor.write())))
}

pub async fn of(desk: &Desk, actor: &Actor, records: &[Shown], now: Moment) -> Result<Vec<Line>, Refusal> {
    let catalog = desk.catalog();
    let known = |shown: &Shown| catalog.find(shown.kind()).unwrap_or_else(|| catalog.any());
    let names = desk.names(actor, records.iter().map(|shown| (known(shown), shown)), now).await?;
    Ok(records.iter().map(|shown| line(known(shown), shown, &names, now)).collect())
}

fn line(kind: &Kind, shown: &Shown, names: &Names, now: Moment) -> Line {
    let held = |column: Column| {
        let field = kind.fields.iter().find(|field| field.column == Some(column))?;
        shown.fields().get(&field.name)
    };
    let text = |column| held(column).and_then(Value::as_text).unwrap_or_default();
    let titled = |number: &str| match names.records.get(number) {
        Some((title, _)) if !title.is_empty() => title.clone(),
        _ => number.to_owned(),
    };
    let about = [kind.label.clone(), titled(text(Column::Service)), titled(shown.customer().unwrap_or_default())];
    Line {
        href: format!("/{}/{}", kind.plural, shown.number()),
        number: shown.number().to_owned(),
        title: if shown.title().is_empty() { shown.number().to_owned() } else { shown.title().to_owned() },
        kind: kind.label.clone(),
        about: about.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · "),
        owner: person(text(Column::Owner), names),
        state: state::mark(kind, shown.state()),
        priority: state::priority(text(Column::Priority)),
        due: shown.due(),
        sla: if shown.clocks().is_empty() { None } else { clocks::next(kind, shown, now) },
    }
}

/// A person by e-mail, with the name on record where there is one.
pub fn person(email: &str, names: &Names) -> Person {
    match names.people.get(email) {
        Some((name, number)) if number.is_empty() => Person { name: name.clone(), href: String::new() },
        Some((name, number)) => Person { name: name.clone(), href: format!("/people/{number}") },
        None => Person { name: email.to_owned(), href: String::new() },
    }
}

/// A count as people read it: `34`, `1000+`.
pub fn counted(count: i64) -> String {
    if count > desk::COUNT_CAP { format!("{}+", desk::COUNT_CAP) } else { count.to_string() }
}

/// An address of a list with one filter, encoded.
pub fn list_address(kind: &Kind, filter: &str) -> String {
    format!("/{}?filter={}", kind.plural, encoded(filter))
}

/// For a value in an address (RFC 3986: everything but unreserved characters).
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Whether a kind has a field of this name and type, so that a filter may use it.
pub fn has_flag(kind: &Kind, name: &str) -> bool {
    kind.find(name).is_some_and(|field| field.ty == Type::Flag)
}
