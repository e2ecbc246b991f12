//! A list as a file: the same query and rights as its page, page after page, so that a million lines need no memory.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use desk::{Desk, Fault, Shown};
use futures::stream;
use model::{Actor, Cursor, Kind, Moment, Query, Refusal, Type, Value, query::PAGE_MAX};
use sheets::{Cell, Format, LINES_MAX, Lines, Sheets, Table};

use super::{address::Address, list};
use crate::{App, Refused, Seat};

/// What of a list is left to write.
pub struct Rest {
    desk: Desk,
    actor: Actor,
    now: Moment,
    kind: Kind,
    query: Query,
    columns: Vec<String>,
    after: Option<Option<Cursor>>,
}

/// `GET /{plural}.csv?…` and `GET /{plural}.xlsx?…`
pub(super) async fn serve(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    format: Format,
    here: &Address,
) -> Result<Response, Refused> {
    let rest = Rest::read(&app.desk, &seat.actor, kind, here, seat.now)?;
    let body = match format {
        Format::Csv => lines(rest).await?,
        Format::Xlsx => Body::from(sheet(rest).await?),
    };
    Ok(file(body, format, kind.plural))
}

/// A file to keep, under this name.
pub(crate) fn file(body: Body, format: Format, name: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media()));
    let name = format!("attachment; filename=\"{name}.{}\"", format.name());
    headers.extend(HeaderValue::from_str(&name).map(|name| (header::CONTENT_DISPOSITION, name)));
    response
}

/// What the writer of files says is a fault of the machine: a full disk, no room for a temporary file.
fn told(why: String) -> Refusal {
    Fault::new(why).into()
}

async fn lines(mut rest: Rest) -> Result<Body, Refusal> {
    // The first page is read before anything is answered, so that a refusal is told as one.
    let mut begun = Lines::new();
    begun.heads(&rest.columns).map_err(told)?;
    let first = rest.page_of_lines(begun).await?.unwrap_or_default();
    let later = stream::try_unfold(rest, |mut rest| async move {
        Ok::<_, Refusal>(rest.page_of_lines(Lines::new()).await?.map(|page| (page, rest)))
    });
    let first = stream::iter([Ok::<Bytes, Refusal>(first)]);
    Ok(Body::from_stream(stream::StreamExt::chain(first, later)))
}

/// In words, as people read a table; CSV has the names by which machines know things.
async fn sheet(mut rest: Rest) -> Result<Vec<u8>, Refusal> {
    let mut sheets = Sheets::new(rest.now);
    sheets.begin(&rest.kind.labels, &rest.labels()).map_err(told)?;
    let mut count = 0;
    while let Some(page) = rest.page().await? {
        count += page.len();
        if count > LINES_MAX {
            let why =
                format!("XLSX holds {LINES_MAX} lines of a list here and this one is longer: narrow it, or take CSV");
            return Err(Refusal::Query(why));
        }
        for shown in &page {
            sheets.add(&rest.row(shown)).map_err(told)?;
        }
    }
    let packed = tokio::task::spawn_blocking(move || sheets.finish()).await;
    packed.map_err(|error| Fault::new(error.to_string()))?.map_err(told)
}

impl Rest {
    /// # Errors
    /// What of the address cannot be understood.
    pub fn read(desk: &Desk, actor: &Actor, kind: &Kind, here: &Address, now: Moment) -> Result<Rest, Refusal> {
        let pairs = here.without(&["view", "page_token", "page_size"]);
        let pairs = pairs.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut query = Query::read(kind, false, pairs)?;
        let columns = list::columns(actor, kind, &query);
        query.columns = columns.clone();
        query.size = PAGE_MAX;
        let (desk, actor, kind) = (desk.clone(), actor.clone(), kind.clone());
        Ok(Rest { desk, actor, now, kind, query, columns, after: Some(None) })
    }

    /// The first so many lines as a table in words, and whether there are more.
    ///
    /// # Errors
    /// As [`Desk::list`].
    pub async fn table(mut self, most: usize) -> Result<(Table, bool), Refusal> {
        let mut table = Table { name: self.kind.labels.clone(), heads: self.labels(), rows: Vec::new() };
        while let Some(page) = self.page().await? {
            table.rows.extend(page.iter().map(|shown| self.row(shown)));
            if table.rows.len() > most {
                table.rows.truncate(most);
                return Ok((table, true));
            }
        }
        Ok((table, false))
    }

    fn labels(&self) -> Vec<String> {
        self.columns.iter().map(|path| self.kind.label_of(path)).collect()
    }

    fn row(&self, shown: &Shown) -> Vec<Cell> {
        self.columns.iter().map(|path| in_words(&self.kind, shown, path)).collect()
    }

    /// The next page; `None` after the last.
    async fn page(&mut self) -> Result<Option<Vec<Shown>>, Refusal> {
        let Some(after) = self.after.take() else { return Ok(None) };
        self.query.after = after;
        let page = self.desk.list(&self.actor, &self.query, self.now).await?;
        self.after = page.next.map(Some);
        Ok(Some(page.records))
    }

    async fn page_of_lines(&mut self, mut lines: Lines) -> Result<Option<Bytes>, Refusal> {
        let Some(page) = self.page().await? else { return Ok(None) };
        for shown in &page {
            let row: Vec<Cell> = self.columns.iter().map(|path| by_name(&self.kind, shown, path)).collect();
            lines.add(&row).map_err(told)?;
        }
        Ok(Some(Bytes::from(lines.take().map_err(told)?)))
    }
}

/// A value as it can be read back.
fn by_name(kind: &Kind, shown: &Shown, path: &str) -> Cell {
    let Some(value) = shown.value(kind, path) else { return Cell::Empty };
    let ty = kind.type_of(path).unwrap_or(Type::Mixed);
    match (&ty, &value) {
        (_, Value::Text(text)) => Cell::text(text),
        (_, Value::Flag(flag)) => Cell::Flag(*flag),
        (_, Value::Number(number)) => Cell::Number(*number),
        (_, Value::Date(date)) => Cell::Date(*date),
        (_, Value::Instant(at)) => Cell::Instant(*at),
        (Type::List(of), Value::List(items)) if of.is_scalar() => {
            let entries: Vec<String> = items.iter().map(|item| Type::Mixed.print(item)).collect();
            Cell::text(entries.join("\n"))
        }
        (_, Value::List(_) | Value::Parts(_)) => Cell::text(value.to_json().to_string()),
    }
}

/// A value as people read it: choices by their labels, rows in words.
fn in_words(kind: &Kind, shown: &Shown, path: &str) -> Cell {
    let Some(value) = shown.value(kind, path) else { return Cell::Empty };
    let ty = kind.type_of(path).unwrap_or(Type::Mixed);
    match (&ty, &value) {
        (Type::List(of), Value::List(items)) => {
            let entries: Vec<String> = items.iter().map(|item| of.print(item)).collect();
            Cell::text(entries.join("\n"))
        }
        (ty, Value::Text(_) | Value::List(_) | Value::Parts(_)) => Cell::text(ty.print(&value)),
        _ => by_name(kind, shown, path),
    }
}
