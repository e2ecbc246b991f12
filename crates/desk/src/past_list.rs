//! A list as it was: no index knows the past, so that the journals of a kind are folded and filtered here.

use std::collections::HashMap;

use engines::{clocks::Clock, conformity::Case};
use model::{Actor, Column, Cursor, Filter, Kind, Moment, Query, Record, Refusal, Type, Value, filter::Context};

use crate::{
    Desk,
    read::{Page, refuse_hidden, with_next_due},
    reckoning, rights,
    store::{journal, record},
};

impl Desk {
    /// A list as it was on record at an instant: every record of the kind that was there then, folded from its journal,
    /// filtered by the same meaning and sorted here. Costs grow with the number of records of the kind.
    pub(crate) async fn list_past(&self, actor: &Actor, query: &Query, now: Moment) -> Result<Page, Refusal> {
        let at = query.as_of.unwrap_or(now);
        let catalog = self.catalog();
        let kind = query
            .kind
            .and_then(|name| catalog.find(name))
            .ok_or_else(|| Refusal::Query("as_of is answered for one kind at a time".into()))?;
        if query.words.is_some() {
            return Err(Refusal::Query(
                "as_of and words cannot be asked together: words are indexed as they are now".into(),
            ));
        }
        let scope = rights::scope(actor, &catalog, Some(kind), now);
        if scope.is_empty() {
            return Err(Refusal::NotFound);
        }
        refuse_hidden(actor, query, kind)?;
        let cases = self.cases_of(&[kind.name], at).await?;
        let kinds: HashMap<String, &'static str> =
            if needs_ties(&query.filter) { self.kinds_of_all().await? } else { HashMap::new() };
        let mut records: Vec<(Vec<String>, Record)> = Vec::new();
        let mut told = self.clocks_then(kind, query, &cases, at).await?;
        let orders = if query.order.is_empty() {
            vec![model::Order { path: "created".into(), descending: true }]
        } else {
            query.order.clone()
        };
        for mut case in cases {
            let clocks = told.get(&case.record.id.0).map(Vec::as_slice);
            let links = &case.links;
            let keys = with_next_due(kind, &mut case.record, clocks, |record| {
                let ties: Vec<model::filter::Tie<'_>> =
                    links.iter().map(|link| model::filter::Tie { link, kind: kinds.get(&link.to).copied() }).collect();
                let context = Context { me: &actor.email, now: at };
                let found = scope.admits(kind, record) && query.filter.holds(kind, record, &ties, context);
                found.then(|| orders.iter().map(|order| sort_key(kind, record, &order.path)).collect())
            });
            records.extend(keys.map(|keys| (keys, case.record)));
        }
        let order = |left: &(Vec<String>, i64), right: &(Vec<String>, i64)| {
            let keys = orders.iter().zip(left.0.iter().zip(&right.0));
            let by_keys =
                keys.map(|(order, (left, right))| if order.descending { right.cmp(left) } else { left.cmp(right) });
            let down = orders.last().is_some_and(|order| order.descending);
            let by_id = if down { right.1.cmp(&left.1) } else { left.1.cmp(&right.1) };
            by_keys.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(by_id)
        };
        let mut keyed: Vec<((Vec<String>, i64), Record)> =
            records.into_iter().map(|(keys, record)| ((keys, record.id.0), record)).collect();
        keyed.sort_by(|left, right| order(&left.0, &right.0));
        if let Some(after) = &query.after {
            let last = (after.keys.clone(), after.id);
            keyed.retain(|(key, _)| order(key, &last).is_gt());
        }
        let next = (keyed.len() > query.size).then(|| {
            let (keys, id) = &keyed[query.size - 1].0;
            Cursor { keys: keys.clone(), id: *id }
        });
        let page: Vec<Record> = keyed.into_iter().take(query.size).map(|(_, record)| record).collect();
        if kind.clocked && told.is_empty() {
            told = self.clocks_of(kind, page.iter().map(|record| record.id.0).collect(), at).await?;
        }
        let shown = |record: Record| {
            let clocks = told.remove(&record.id.0).unwrap_or_default();
            let due = record::due(kind, &record, &clocks);
            rights::show(actor, kind, record).with_clocks(due, clocks)
        };
        Ok(Page { records: page.into_iter().map(shown).collect(), next })
    }

    /// The clocks of all cases as they stood then, where the query asks for what is due.
    async fn clocks_then(
        &self,
        kind: &Kind,
        query: &Query,
        cases: &[Case],
        at: Moment,
    ) -> Result<HashMap<i64, Vec<Clock>>, Refusal> {
        let mut paths = Vec::new();
        query.filter.paths(&mut paths);
        paths.extend(query.order.iter().map(|order| order.path.as_str()));
        let is_due = |path: &&str| kind.find(path).is_some_and(|field| field.column == Some(Column::Due));
        match kind.clocked && paths.iter().any(is_due) {
            true => self.clocks_of(kind, cases.iter().map(|case| case.record.id.0).collect(), at).await,
            false => Ok(HashMap::new()),
        }
    }

    /// The clocks of records of a kind as they stood at an instant of the past.
    async fn clocks_of(&self, kind: &Kind, ids: Vec<i64>, at: Moment) -> Result<HashMap<i64, Vec<Clock>>, Refusal> {
        let mut conn = self.db().read().await?;
        let agreements = self.agreements(&mut conn, Some(at)).await?;
        let mut found = HashMap::with_capacity(ids.len());
        for some in ids.chunks(400) {
            let entries = journal::of_records(&mut conn, &self.catalog(), some).await?;
            found.extend(entries.into_iter().map(|(id, told)| (id, reckoning::until(kind, &told, &agreements, at))));
        }
        Ok(found)
    }

    async fn kinds_of_all(&self) -> Result<HashMap<String, &'static str>, Refusal> {
        let mut conn = self.db().read().await?;
        Ok(record::kinds(&mut conn, &self.catalog()).await?)
    }
}

fn needs_ties(filter: &Filter) -> bool {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().any(needs_ties),
        Filter::Not(part) => needs_ties(part),
        Filter::Linked { .. } => true,
        _ => false,
    }
}

/// A text whose order is the value's order, the same as the database sorts by.
fn sort_key(kind: &Kind, record: &Record, path: &str) -> String {
    match record.value(kind, path) {
        // What has no day by which it is due comes after everything that has.
        None if kind.find(path).is_some_and(|field| field.column == Some(Column::Due)) => "~".into(),
        None => String::new(),
        Some(Value::Number(number)) => {
            let shifted = number + model::Decimal::from(1_000_000_000_000_000i64);
            format!("{shifted:0>40.6}")
        }
        Some(Value::Instant(at)) => at.sortable(),
        Some(other) => match kind.type_of(path).map(|ty| ty.store(&other)) {
            Some(serde_json::Value::String(text)) => text,
            _ => Type::Mixed.print(&other),
        },
    }
}
