//! Pictures that are kept as records: a saved report that shows what their address shows.

use model::{Act, Filter, Query, Refusal, Value};

use crate::{
    App, Seat,
    record::{address::Address, piece::record_address},
    view::parts::Link,
};

pub struct Kept {
    /// Name and address of each, with its record.
    pub reports: Vec<(Link, Link)>,
    /// Where this one is kept; empty for whoever may not.
    pub keep: String,
}

const REPORT: &str = "saved_report";
const SOURCE: &str = "source";
const MOST: usize = 20;

pub async fn kept(app: &App, seat: &Seat, here: &Address, labels: &str) -> Result<Kept, Refusal> {
    let catalog = app.desk.catalog();
    let Some(kind) = catalog.find(REPORT).filter(|kind| desk::rights::may(&seat.actor, kind, Act::Read, None)) else {
        return Ok(Kept { reports: Vec::new(), keep: String::new() });
    };
    let query = Query {
        filter: Filter::Contains { path: SOURCE.into(), text: "/pictures".into() }
            .and(Filter::equal("state", "current")),
        columns: vec!["title".into(), SOURCE.into()],
        size: MOST,
        ..Query::of(kind.name)
    };
    let page = app.desk.list(&seat.actor, &query, seat.now).await?;
    let line = |shown: &desk::Shown| {
        // Only what leads here is a link: a record may hold any text.
        let source =
            shown.fields().get(SOURCE).and_then(Value::as_text).filter(|text| text.starts_with("/pictures?"))?;
        Some((Link::new(shown.title(), source), Link::new(shown.number(), record_address(kind, shown.number()))))
    };
    let may = desk::rights::may(&seat.actor, kind, Act::Create, None);
    let source = Address::read("/pictures", &here.query()).with("weeks", here.get("weeks").unwrap_or("13")).to_string();
    let keep = Address::new(format!("/{}/new", kind.plural))
        .with("name", format!("Pictures of {labels}"))
        .with(SOURCE, source)
        .to_string();
    Ok(Kept { reports: page.records.iter().filter_map(line).collect(), keep: if may { keep } else { String::new() } })
}
