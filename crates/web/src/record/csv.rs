//! A list as CSV: the same query and rights as its page, page after page, so that a million lines need no memory.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use desk::{Desk, Shown};
use futures::stream;
use model::{Actor, Cursor, Kind, Moment, Query, Refusal, Type, Value, query::PAGE_MAX};

use super::{address::Address, list};
use crate::{App, Refused, Seat};

/// What is left to write.
struct Rest {
    desk: Desk,
    actor: Actor,
    now: Moment,
    kind: Kind,
    query: Query,
    columns: Vec<String>,
    begun: bool,
    after: Option<Option<Cursor>>,
}

/// `GET /{plural}.csv?…`
pub(super) async fn serve(app: &App, seat: &Seat, kind: &Kind, here: &Address) -> Result<Response, Refused> {
    let pairs = here.without(&["view", "page_token", "page_size"]);
    let pairs = pairs.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut query = Query::read(kind, false, pairs)?;
    let columns = list::columns(kind, &query);
    query.columns = columns.clone();
    query.size = PAGE_MAX;
    let mut rest = Rest {
        desk: app.desk.clone(),
        actor: seat.actor.clone(),
        now: seat.now,
        kind: kind.clone(),
        query,
        columns,
        begun: false,
        after: Some(None),
    };
    // The first page is read before anything is answered, so that a refusal is told as one.
    let first = rest.page().await?.unwrap_or_default();
    let later =
        stream::try_unfold(
            rest,
            |mut rest| async move { Ok::<_, Refusal>(rest.page().await?.map(|page| (page, rest))) },
        );
    let first = stream::iter([Ok::<Bytes, Refusal>(first)]);
    let mut response = Body::from_stream(stream::StreamExt::chain(first, later)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    let name = format!("attachment; filename=\"{}.csv\"", kind.plural);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

impl Rest {
    /// The next page as lines; `None` after the last.
    async fn page(&mut self) -> Result<Option<Bytes>, Refusal> {
        let Some(after) = self.after.take() else { return Ok(None) };
        self.query.after = after;
        let page = self.desk.list(&self.actor, &self.query, self.now).await?;
        let mut lines = csv::Writer::from_writer(Vec::new());
        let written = |error: csv::Error| Refusal::from(desk::Fault::new(error.to_string()));
        if !self.begun {
            self.begun = true;
            lines.write_record(&self.columns).map_err(written)?;
        }
        for shown in &page.records {
            let line: Vec<String> = self.columns.iter().map(|path| cell(&self.kind, shown, path)).collect();
            lines.write_record(&line).map_err(written)?;
        }
        self.after = page.next.map(Some);
        let bytes = lines.into_inner().map_err(|error| desk::Fault::new(error.to_string()))?;
        Ok(Some(Bytes::from(bytes)))
    }
}

/// A value as it can be read back, safe to open in a table program.
fn cell(kind: &Kind, shown: &Shown, path: &str) -> String {
    let Some(value) = shown.value(kind, path) else { return String::new() };
    let ty = kind.type_of(path).unwrap_or(Type::Mixed);
    match (&ty, &value) {
        (_, Value::Text(text)) => harmless(text),
        (_, Value::Flag(flag)) => flag.to_string(),
        (_, Value::Number(number)) => number.normalize().to_string(),
        (Type::List(of), Value::List(items)) if of.is_scalar() => {
            let entries: Vec<String> = items.iter().map(|item| Type::Mixed.print(item)).collect();
            harmless(&entries.join("\n"))
        }
        (_, Value::List(_) | Value::Parts(_)) => value.to_json().to_string(),
        (ty, value) => ty.print(value),
    }
}

/// A text that a table program would take for a formula gets an apostrophe before it (OWASP, CSV injection).
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_texts() {
        assert_eq!(harmless("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(harmless("Card - payments"), "Card - payments");
    }
}
