//! Which records, in what order, showing what: lists, saved views, API, checks and exports are all queries.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{filter::Filter, filter_text, kind::Kind, refusal::Refusal, suggest, time::Moment};

/// Most records on one page (contract.md section 3).
pub const PAGE_MAX: usize = 500;
pub const PAGE: usize = 50;
/// Stands among the columns for every field there is.
pub const EVERY: &str = "*";

#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub path: String,
    pub descending: bool,
}

/// Where a page ended: the sort keys and id of its last record, so that the next begins right after it (keyset).
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    pub keys: Vec<String>,
    pub id: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// One kind, or all of them.
    pub kind: Option<&'static str>,
    pub filter: Filter,
    /// Words to be found in the record's texts.
    pub words: Option<String>,
    /// Empty: newest first.
    pub order: Vec<Order>,
    /// Fields to show; empty for those the kind declares.
    pub columns: Vec<String>,
    pub size: usize,
    pub after: Option<Cursor>,
    /// As it was on record then; `None` for now.
    pub as_of: Option<Moment>,
}

impl Query {
    pub fn of(kind: &'static str) -> Query {
        Query { kind: Some(kind), ..Query::everything() }
    }

    pub fn everything() -> Query {
        Query {
            kind: None,
            filter: Filter::everything(),
            words: None,
            order: Vec::new(),
            columns: Vec::new(),
            size: PAGE,
            after: None,
            as_of: None,
        }
    }

    /// Reads the parameters of an address: `filter`, `order_by`, `page_size`, `page_token`, `fields`, `q`, `as_of`.
    /// `kind` is the schema; `all` when it is the one of all kinds.
    ///
    /// # Errors
    /// `Refusal::Query` with a sentence: an unknown parameter, field or operator is refused, never ignored.
    pub fn read<'a>(
        kind: &Kind,
        all: bool,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Query, Refusal> {
        let mut query = Query { kind: (!all).then_some(kind.name), ..Query::everything() };
        let refuse = |why: String| Err(Refusal::Query(why));
        for (name, value) in pairs {
            match name {
                "filter" => query.filter = filter_text::parse(value, kind).map_err(Refusal::Query)?,
                "order_by" => query.order = orders(value, kind).map_err(Refusal::Query)?,
                "q" => query.words = Some(value.trim().to_string()).filter(|words| !words.is_empty()),
                "fields" | "columns" => query.columns = columns(value, kind).map_err(Refusal::Query)?,
                "page_size" => match value.trim().parse::<usize>() {
                    Ok(size @ 1..=PAGE_MAX) => query.size = size,
                    _ => return refuse(format!("page_size: \"{value}\" is not a number from 1 to {PAGE_MAX}")),
                },
                "page_token" if value.is_empty() => {}
                "page_token" => match Cursor::read(value) {
                    Some(cursor) => query.after = Some(cursor),
                    None => return refuse("page_token is not one that was handed out here".into()),
                },
                "as_of" if value.is_empty() => {}
                "as_of" => match Moment::parse(value) {
                    Some(at) => query.as_of = Some(at),
                    None => {
                        return refuse(format!("as_of: \"{value}\" is not an instant such as 2026-11-12T07:14:00Z"));
                    }
                },
                other => {
                    let known = ["filter", "order_by", "page_size", "page_token", "fields", "q", "as_of"];
                    return refuse(format!("there is no parameter \"{other}\"{}", suggest::hint(other, known)));
                }
            }
        }
        let keys = query.order.len().max(1);
        if query.after.as_ref().is_some_and(|after| after.keys.len() != keys) {
            return refuse("page_token belongs to another order".into());
        }
        Ok(query)
    }
}

/// "priority, -raised_on" or "priority, raised_on desc".
///
/// # Errors
/// A sentence that names the field.
pub fn orders(text: &str, kind: &Kind) -> Result<Vec<Order>, String> {
    let mut orders = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (path, descending) = match (part.strip_prefix('-'), part.split_once(char::is_whitespace)) {
            (Some(path), _) => (path, true),
            (None, Some((path, "desc"))) => (path, true),
            (None, Some((path, "asc"))) => (path, false),
            (None, Some((_, other))) => return Err(format!("order_by: \"{other}\" is neither asc nor desc")),
            (None, None) => (part, false),
        };
        match kind.type_of(path) {
            Some(ty) if ty.is_scalar() => orders.push(Order { path: path.into(), descending }),
            Some(_) => return Err(format!("order_by: {path} is a list or has parts and gives no order")),
            None => return Err(format!("order_by: {}", unknown_field(kind, path))),
        }
    }
    if orders.len() > 3 {
        return Err("order_by: three fields at most".into());
    }
    Ok(orders)
}

fn columns(text: &str, kind: &Kind) -> Result<Vec<String>, String> {
    let mut columns = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if kind.type_of(name).is_none() {
            return Err(format!("fields: {}", unknown_field(kind, name)));
        }
        columns.push(name.to_string());
    }
    Ok(columns)
}

/// "incident has no field "prioritty", did you mean "priority"?"
pub fn unknown_field(kind: &Kind, name: &str) -> String {
    format!("{} has no field \"{name}\"{}", kind.name.replace('_', " "), suggest::hint(name, kind.names()))
}

impl Cursor {
    pub fn write(&self) -> String {
        let keys: Vec<serde_json::Value> = self.keys.iter().map(|key| key.as_str().into()).collect();
        URL_SAFE_NO_PAD.encode(serde_json::json!([keys, self.id]).to_string())
    }

    pub fn read(text: &str) -> Option<Cursor> {
        let json: (Vec<String>, i64) = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.trim()).ok()?).ok()?;
        Some(Cursor { keys: json.0, id: json.1 })
    }
}
