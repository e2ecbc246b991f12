//! The one statement behind every list: scope, filter, words, order, keyset and limit.

use std::collections::HashMap;

use engines::clocks::Clock;
use model::{
    Catalog, Column, Cursor, Fields, Filter, Kind, Moment, Order, Query, Record, RecordId, Type, Value, query::EVERY,
    value::decimal,
};

use crate::{
    rights::Scope,
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
        filter::{Builder, NEVER, Place, column_name, place},
        record::{load_clocks, load_fields},
        search,
        words::literal,
    },
};

/// A page as the store found it: one record more than asked for tells that there is a next one.
pub struct Found {
    pub records: Vec<Listed>,
    pub next: Option<Cursor>,
}

/// A record of a list, with when something of it is due next and the copy of its clocks.
pub struct Listed {
    pub record: Record,
    pub due: Option<Moment>,
    pub clocks: Vec<Clock>,
}

const HEAD: &str = "id, kind, number, title, state, customer, created, changed, version, priority, service, team, owner, requester, due";
/// The head and the clocks after it.
const HEAD_COUNT: usize = 16;

/// Runs the list. `columns` are the fields whose values are wanted beside the head.
pub async fn list(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    query: &Query,
    columns: &[String],
    builder: Builder<'_>,
) -> Result<Found, Fault> {
    let kind = query.kind.and_then(|name| catalog.find(name)).unwrap_or_else(|| catalog.any());
    let mut builder = builder;
    let Some(condition) = condition(catalog, scope, query, kind, &mut builder) else {
        return Ok(Found { records: Vec::new(), next: None });
    };
    let orders = orders(query);
    let keys: Vec<(String, bool, bool)> = orders.iter().map(|order| key(kind, order, &builder)).collect();
    let mut condition = condition;
    if let Some(after) = &query.after {
        condition = format!("{condition} and {}", keyset(&keys, after, &mut builder));
    }
    let every = columns.iter().any(|name| name == EVERY);
    let from_data: Vec<&String> = columns.iter().filter(|name| !every && is_data(kind, name)).collect();
    // Where no record has any, the end of long rows need not be read.
    let clocks = if query.kind.is_none() || kind.clocked { "clocks" } else { "''" };
    let extra: String = if every {
        ", data".into()
    } else {
        from_data.iter().map(|name| format!(", data -> {}", data_path(name))).collect()
    };
    let shown = |(at, (expression, numeric, _)): (usize, &(String, bool, bool))| {
        if *numeric { format!(", cast({expression} as text) as key{at}") } else { format!(", {expression} as key{at}") }
    };
    let shown_keys: String = keys.iter().enumerate().map(shown).collect();
    let order: Vec<String> =
        keys.iter().map(|(expression, _, down)| format!("{expression}{}", if *down { " desc" } else { "" })).collect();
    let last_down = keys.last().is_some_and(|key| key.2);
    let limit = builder.bind(query.size as i64 + 1);
    let sql = format!(
        "select {HEAD}, {clocks}{extra}{shown_keys} from record where {condition} order by {}, id{} limit {limit}",
        order.join(", "),
        if last_down { " desc" } else { "" },
    );
    let rows = conn.run(&sql, &builder.args).await?;
    let mut records = Vec::with_capacity(rows.len().min(query.size));
    for row in rows.iter().take(query.size) {
        let mut record = record(row, catalog, kind, &from_data)?;
        if every && let Some(own) = catalog.find(record.kind) {
            record.fields = load_fields(own, &row.json(HEAD_COUNT)?);
        }
        let due = Some(row.int(14)?).filter(|due| *due != NEVER).map(Moment);
        records.push(Listed { record, due, clocks: load_clocks(&row.text(15)?) });
    }
    let next = if rows.len() > query.size {
        Some(cursor(&rows[query.size - 1], &keys, HEAD_COUNT + from_data.len() + usize::from(every))?)
    } else {
        None
    };
    Ok(Found { records, next })
}

/// How many there are, counted no further than `cap` (house.md: "1000+").
pub async fn count(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    query: &Query,
    cap: i64,
    builder: Builder<'_>,
) -> Result<i64, Fault> {
    let mut builder = builder;
    let Some(sql) = capped(catalog, scope, query, cap, &mut builder) else { return Ok(0) };
    let rows = conn.run(&sql, &builder.args).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// The statement that counts; `None` where nothing can be found.
fn capped(catalog: &Catalog, scope: &Scope, query: &Query, cap: i64, builder: &mut Builder<'_>) -> Option<String> {
    let kind = query.kind.and_then(|name| catalog.find(name)).unwrap_or_else(|| catalog.any());
    let condition = unordered(catalog, scope, query, kind, builder)?;
    let limit = builder.bind(cap + 1);
    Some(format!("select count(*) from (select 1 as one from record where {condition} limit {limit}) as capped"))
}

/// A count that is wanted.
pub enum Wanted<'q> {
    /// The one that is kept of this kind and canonical text of a filter.
    Kept(&'q str, &'q str),
    /// What a query finds within a scope.
    Counted(&'q Scope, &'q Query),
}

/// How many records are found by each, in one statement: the kept count, or counted no further than `cap`. `None` for a
/// count that is not kept yet.
pub async fn counts(
    conn: &mut Conn,
    catalog: &Catalog,
    wanted: &[Wanted<'_>],
    cap: i64,
    builder: Builder<'_>,
) -> Result<Vec<Option<i64>>, Fault> {
    let mut builder = builder;
    let limit = builder.bind(cap + 1);
    let mut counts: Vec<Option<i64>> = vec![None; wanted.len()];
    let mut parts = Vec::new();
    for (at, one) in wanted.iter().enumerate() {
        match one {
            Wanted::Kept(kind, filter) => {
                let (kind, filter) = (literal(kind), builder.bind(*filter));
                parts.push(format!(
                    "select cast({at} as bigint) as place, cast(sum(c.count) as bigint) as count from tally t join tally_count c \
                     on c.tally = t.id where t.kind = {kind} and t.filter = {filter} group by t.id"
                ));
            }
            Wanted::Counted(scope, query) => {
                counts[at] = Some(0);
                let kind = query.kind.and_then(|name| catalog.find(name)).unwrap_or_else(|| catalog.any());
                if let Some(condition) = unordered(catalog, scope, query, kind, &mut builder) {
                    parts.push(format!(
                        "select cast({at} as bigint) as place, count(*) as count from (select 1 as one from record where {condition} \
                         limit {limit}) as capped"
                    ));
                }
            }
        }
    }
    if parts.is_empty() {
        return Ok(counts);
    }
    // A limit that nothing names would have no type on PostgreSQL.
    let sql = format!("select place, count from ({}) as counted where {limit} > 0", parts.join(" union all "));
    for row in conn.run(&sql, &builder.args).await? {
        if let Some(count) = usize::try_from(row.int(0)?).ok().and_then(|at| counts.get_mut(at)) {
            *count = Some(row.int(1)?);
        }
    }
    Ok(counts)
}

/// Open records of each of some people within a scope; whoever has none is left out.
pub async fn loads(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    people: &[String],
    builder: Builder<'_>,
) -> Result<HashMap<String, i64>, Fault> {
    let mut builder = builder;
    let condition = scope.condition(catalog, &mut builder);
    let people: Vec<String> = people.iter().map(|person| builder.bind(person.as_str())).collect();
    let sql = format!(
        "select owner, count(*) from record where owner in ({}) and phase < 2 and {ANY_DUE} and {condition} group by owner",
        people.join(",")
    );
    let rows = conn.run(&sql, &builder.args).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}

/// How many records are found for each combination of values of some fields, as their text, '' for none; the most frequent
/// first, `most` combinations at most. Without a field it is one count of all.
pub async fn spread(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    query: &Query,
    fields: &[&str],
    most: i64,
    builder: Builder<'_>,
) -> Result<Vec<(Vec<String>, i64)>, Fault> {
    let kind = query.kind.and_then(|name| catalog.find(name)).unwrap_or_else(|| catalog.any());
    let mut builder = builder;
    let Some(condition) = unordered(catalog, scope, query, kind, &mut builder) else { return Ok(Vec::new()) };
    let text = |field: &&str| format!("cast({} as text)", builder.dialect.words(&place(kind, field).text()));
    let mut columns: Vec<String> = fields.iter().map(text).collect();
    columns.push("count(*)".into());
    let places: Vec<String> = (1..=fields.len()).map(|place| place.to_string()).collect();
    let grouped = if places.is_empty() {
        String::new()
    } else {
        format!("group by {0} order by {1} desc, {0}", places.join(", "), columns.len())
    };
    let sql = format!("select {} from record where {condition} {grouped} limit {most}", columns.join(", "));
    let rows = conn.run(&sql, &builder.args).await?;
    let read = |row: &Row| {
        let values = (0..fields.len()).map(|at| row.text(at)).collect::<Result<Vec<String>, Fault>>()?;
        Ok((values, row.int(fields.len())?))
    };
    rows.iter().map(read).collect()
}

/// The text of the list statement's plan, for the tests that look whether an index serves it.
pub async fn explain(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    query: &Query,
    builder: Builder<'_>,
) -> Result<Vec<String>, Fault> {
    let kind = query.kind.and_then(|name| catalog.find(name)).unwrap_or_else(|| catalog.any());
    let mut builder = builder;
    let condition = condition(catalog, scope, query, kind, &mut builder).unwrap_or_else(|| "1 = 0".into());
    let keys: Vec<(String, bool, bool)> = orders(query).iter().map(|order| key(kind, order, &builder)).collect();
    let order: Vec<String> =
        keys.iter().map(|(expression, _, down)| format!("{expression}{}", if *down { " desc" } else { "" })).collect();
    let down = keys.last().is_some_and(|key| key.2);
    let sql = format!(
        "select {HEAD} from record where {condition} order by {}, id{} limit 51",
        order.join(", "),
        if down { " desc" } else { "" }
    );
    conn.explain(&sql, &builder.args).await
}

/// The same for the statement of [`count`]; nothing where there is none.
pub async fn explain_count(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    query: &Query,
    cap: i64,
    builder: Builder<'_>,
) -> Result<Vec<String>, Fault> {
    let mut builder = builder;
    match capped(catalog, scope, query, cap, &mut builder) {
        Some(sql) => conn.explain(&sql, &builder.args).await,
        None => Ok(Vec::new()),
    }
}

/// `None` when the words hold no word: nothing is found by nothing.
fn condition(
    catalog: &Catalog,
    scope: &Scope,
    query: &Query,
    kind: &Kind,
    builder: &mut Builder<'_>,
) -> Option<String> {
    let mut parts = vec![scope.condition(catalog, builder)];
    if let Some(name) = query.kind {
        // The scope of one kind names it; this is for the planner when the scope is a longer condition.
        let named = format!("kind = {}", literal(name));
        if parts[0] != named {
            parts.insert(0, named);
        }
    }
    if !query.filter.is_everything() {
        parts.push(builder.filter(&query.filter, kind));
    }
    if let Some(words) = &query.words {
        let expression = search::expression(builder.dialect, words, scope.silo().is_some())?;
        let bound = builder.bind(expression);
        parts.push(search::condition(builder.dialect, &bound, scope.silo().is_some()));
    }
    Some(parts.join(" and "))
}

/// Holds for every record, with or without a day by which it is due.
const ANY_DUE: &str = "due > -9999999999999";

/// The condition of a statement that asks for no order. It is the order of a list that leads SQLite's planner to an index of
/// what is unfinished; without one it walks an index of everything, unless a bound makes the partial ones the narrower.
fn unordered(
    catalog: &Catalog,
    scope: &Scope,
    query: &Query,
    kind: &Kind,
    builder: &mut Builder<'_>,
) -> Option<String> {
    let condition = condition(catalog, scope, query, kind, builder)?;
    Some(if is_unfinished(&query.filter) { format!("{condition} and {ANY_DUE}") } else { condition })
}

fn is_unfinished(filter: &Filter) -> bool {
    match filter {
        Filter::All(parts) => parts.iter().any(is_unfinished),
        Filter::Not(part) => **part == Filter::equal("phase", "done"),
        _ => false,
    }
}

fn orders(query: &Query) -> Vec<Order> {
    if query.order.is_empty() { vec![Order { path: "created".into(), descending: true }] } else { query.order.clone() }
}

/// Expression, whether it is a number, whether descending.
fn key(kind: &Kind, order: &Order, builder: &Builder<'_>) -> (String, bool, bool) {
    let place = place(kind, &order.path);
    let (expression, numeric) = match &place {
        Place::Phase | Place::Moment(_) => (place.text(), true),
        Place::Data { ty, .. } if ty.is_numeric() => (number_key(&order.path), true),
        other => (other.text(), false),
    };
    (builder.dialect.words(&expression), numeric, order.descending)
}

/// What is not there sorts before every number.
fn number_key(path: &str) -> String {
    format!("coalesce(cast(data ->> {} as numeric), -1000000000000000)", literal(path))
}

/// Whether the keys of a page token can stand beside those of the order: a token is input like any other.
pub fn fits(query: &Query, kind: &Kind) -> bool {
    let Some(after) = &query.after else { return true };
    let numeric = |order: &Order| match place(kind, &order.path) {
        Place::Phase | Place::Moment(_) => true,
        Place::Data { ty, .. } => ty.is_numeric(),
        _ => false,
    };
    let orders = orders(query);
    orders.len() == after.keys.len()
        && orders.iter().zip(&after.keys).all(|(order, key)| !numeric(order) || decimal(key).is_some())
}

/// Everything after the last record of the page before: row values where all keys run the same way, else spelt out.
fn keyset(keys: &[(String, bool, bool)], after: &Cursor, builder: &mut Builder<'_>) -> String {
    let mut places: Vec<String> = Vec::with_capacity(keys.len() + 1);
    for ((_, numeric, _), value) in keys.iter().zip(&after.keys) {
        let bound = builder.bind(value.as_str());
        places.push(if *numeric { format!("cast({bound} as numeric)") } else { bound });
    }
    let id = builder.bind(after.id);
    let last_down = keys.last().is_some_and(|key| key.2);
    if keys.iter().all(|key| key.2 == last_down) {
        let left: Vec<&str> = keys.iter().map(|key| key.0.as_str()).chain(["id"]).collect();
        places.push(id);
        return format!("({}) {} ({})", left.join(", "), if last_down { "<" } else { ">" }, places.join(", "));
    }
    let mut ways = Vec::new();
    for at in 0..=keys.len() {
        let mut tests: Vec<String> = (0..at).map(|same| format!("{} = {}", keys[same].0, places[same])).collect();
        match keys.get(at) {
            Some((expression, _, down)) => {
                tests.push(format!("{expression} {} {}", if *down { "<" } else { ">" }, places[at]))
            }
            None => tests.push(format!("id {} {id}", if last_down { "<" } else { ">" })),
        }
        ways.push(format!("({})", tests.join(" and ")));
    }
    format!("({})", ways.join(" or "))
}

fn cursor(row: &Row, keys: &[(String, bool, bool)], first: usize) -> Result<Cursor, Fault> {
    let keys = keys.iter().enumerate().map(|(at, _)| row.text(first + at)).collect::<Result<_, _>>()?;
    Ok(Cursor { keys, id: row.int(0)? })
}

/// Whether a value stands in the JSON alone. Of a record with clocks the column says when the next of them is due, so that
/// its own date is taken from there as well.
fn is_data(kind: &Kind, name: &str) -> bool {
    let place = place(kind, name);
    matches!(place, Place::Data { .. }) || (kind.clocked && matches!(place, Place::Moment("due")))
}

fn data_path(name: &str) -> String {
    name.split('.').map(literal).collect::<Vec<_>>().join(" -> ")
}

fn record(row: &Row, catalog: &Catalog, schema: &Kind, from_data: &[&String]) -> Result<Record, Fault> {
    let name = row.text(1)?;
    let own = catalog.find(&name).ok_or_else(|| Fault::new(format!("kind {name} is not declared")))?;
    let mut fields = Fields::new();
    let columns = [Column::Priority, Column::Service, Column::Team, Column::Owner, Column::Requester];
    for (at, column) in columns.into_iter().enumerate() {
        let text = row.text(9 + at)?;
        if text.is_empty() {
            continue;
        }
        let field = own.fields.iter().find(|field| field.column == Some(column));
        fields.insert(
            field.map_or_else(|| column_name(column).to_string(), |field| field.name.clone()),
            Value::Text(text),
        );
    }
    let due = row.int(14)?;
    if due != NEVER
        && !own.clocked
        && let Some(field) = own.fields.iter().find(|field| field.column == Some(Column::Due))
    {
        let at = Moment(due);
        fields.insert(
            field.name.clone(),
            if field.ty == Type::Date { Value::Date(at.date()) } else { Value::Instant(at) },
        );
    }
    let customer = row.text(5)?;
    if !customer.is_empty()
        && let Some(field) = own.customer_field
    {
        fields.insert(field.into(), Value::text(&customer));
    }
    for (at, path) in from_data.iter().enumerate() {
        let Some(text) = row.maybe_json(HEAD_COUNT + at)? else { continue };
        let ty = schema.type_of(path).unwrap_or(Type::Mixed);
        if let Some(value) = ty.load(&text) {
            put(&mut fields, path, value);
        }
    }
    Ok(Record {
        id: RecordId(row.int(0)?),
        kind: own.name,
        number: row.text(2)?,
        title: row.text(3)?,
        state: row.text(4)?,
        customer: Some(customer).filter(|customer| !customer.is_empty()),
        created: Moment(row.int(6)?),
        changed: Moment(row.int(7)?),
        version: row.int(8)?,
        fields,
    })
}

/// A dotted path becomes parts again.
fn put(fields: &mut Fields, path: &str, value: Value) {
    let mut names = path.split('.');
    let Some(first) = names.next() else { return };
    let rest: Vec<&str> = names.collect();
    let value = rest.iter().rev().fold(value, |value, name| Value::Parts([((*name).to_string(), value)].into()));
    match (fields.get_mut(first), value) {
        (Some(Value::Parts(there)), Value::Parts(more)) => there.extend(more),
        (_, value) => drop(fields.insert(first.into(), value)),
    }
}

/// Names of what a page refers to: titles of records by number, and of people by e-mail.
pub async fn names(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    (numbers, agreed): (&[String], &[String]),
    mails: &[String],
    builder: Builder<'_>,
) -> Result<Vec<(String, String, String)>, Fault> {
    let mut builder = builder;
    let mut parts = Vec::new();
    if !numbers.is_empty() {
        let condition = scope.condition(catalog, &mut builder);
        let places = builder.bind_all(numbers);
        parts.push(format!(
            "select number as known, title, kind from record where number in ({places}) and {condition}"
        ));
    }
    // The name of what a customer receives, and no way to its record.
    if !agreed.is_empty() {
        let places = builder.bind_all(agreed);
        parts.push(format!("select number as known, title, '' as kind from record where number in ({places})"));
    }
    let people = catalog.kinds().iter().find_map(|kind| Some((kind.name, kind.identity?)));
    if let Some((kind, field)) = people.filter(|_| !mails.is_empty()) {
        let expression = builder.dialect.words(&crate::store::filter::sort_expression(field));
        let places = builder.bind_all(mails);
        parts.push(format!(
            "select {expression} as known, title, number as kind from record where kind = {} and {expression} in ({places})",
            literal(kind)
        ));
    }
    if !mails.is_empty() {
        let places = builder.bind_all(mails);
        // People of customers have an account and no record; nobody learns the names of another customer's people.
        let silo = match scope.silo() {
            Some(customer) => format!(" and customer in ('', {})", builder.bind(customer)),
            None => String::new(),
        };
        parts.push(format!(
            "select email as known, name as title, '' as kind from account where email in ({places}){silo}"
        ));
    }
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let rows = conn.run(&parts.join(" union all "), &builder.args).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.text(2)?))).collect()
}

/// Live links that lead to a record: the records at their other ends, with the link's name.
pub async fn links_to(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    number: &str,
    most: i64,
    builder: Builder<'_>,
) -> Result<Vec<(String, String, String, String, String)>, Fault> {
    let mut builder = builder;
    let condition = scope.condition(catalog, &mut builder);
    let target = builder.bind(Sql::from(number));
    let limit = builder.bind(most);
    let sql = format!(
        "select l.name, number, title, kind, state from record join link l on l.source = record.id where l.target = {target} and \
         l.until = {NEVER} and {condition} order by l.name, number limit {limit}"
    );
    let rows = conn.run(&sql, &builder.args).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?, row.text(4)?))).collect()
}
