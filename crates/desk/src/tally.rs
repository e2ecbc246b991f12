//! Counts that are kept instead of counted: how many records the filter of a saved view finds (docs/decisions, "Counts are
//! kept"). A count begins when somebody first looks at it; from then on each write adds what it changes, in its own
//! transaction, so that looking costs the same whatever the number of records.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};
use model::{
    Actor, Catalog, Column, Filter, Kind, Moment, Query, Record, Refusal,
    filter::{Context, Operand},
    filter_text, filter_write,
};

use crate::{
    COUNT_CAP, Desk,
    read::refuse_hidden,
    rights::{self, Scope},
    store::{
        db::Conn,
        fault::Fault,
        filter::Builder,
        list::{self, Wanted},
        record::Kept,
        tally::{self, Kept as Tally},
    },
};

/// Counts of one statement: SQLite joins no more than 500.
const AT_ONCE: usize = 200;
/// Rows over which one count is spread.
const SLOTS: i64 = 16;

/// Filters of kept counts as they were read last, for the catalog that they were read against.
#[derive(Default)]
pub(crate) struct Known(Mutex<(Option<Arc<Catalog>>, Read)>);

type Read = HashMap<(String, String), Option<Arc<Filter>>>;

impl Known {
    /// The filter of a kept count; `None` where it cannot be read any more.
    fn read(&self, catalog: &Arc<Catalog>, kind: &Kind, text: &str) -> Option<Arc<Filter>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.0.as_ref().is_some_and(|held| Arc::ptr_eq(held, catalog)) {
            *known = (Some(catalog.clone()), HashMap::new());
        }
        let read = || filter_text::parse(text, kind).ok().filter(|filter| is_kept(kind, filter)).map(Arc::new);
        known.1.entry((kind.name.to_string(), text.to_string())).or_insert_with(read).clone()
    }
}

/// Whether only a record's own writes decide if the filter finds it. What tests the time, the reader or links does not
/// stand still between writes, and when something of a ticket is due follows from agreements as well.
fn is_kept(kind: &Kind, filter: &Filter) -> bool {
    let still = |path: &str| {
        let is_due = kind.find(path).is_some_and(|field| field.column == Some(Column::Due));
        !(kind.clocked && is_due)
    };
    let value = |operand: &Operand| matches!(operand, Operand::Value(_));
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().all(|part| is_kept(kind, part)),
        Filter::Not(part) => is_kept(kind, part),
        Filter::Compare { path, value: operand, .. } => still(path) && value(operand),
        Filter::In { path, values } => still(path) && values.iter().all(value),
        Filter::Contains { path, .. } | Filter::Filled { path } => still(path),
        Filter::Linked { .. } => false,
    }
}

/// Adds what a transaction changes to the counts that are kept. `before` has the records as they stood, new ones are not
/// in it. Asked after the records are written: whoever begins a count holds writers back until it stands.
pub(crate) async fn keep(
    conn: &mut Conn,
    catalog: &Arc<Catalog>,
    known: &Known,
    before: &HashMap<i64, Record>,
    after: &[Kept],
) -> Result<(), Fault> {
    let mut kinds: Vec<&str> = after.iter().map(|kept| kept.record.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        return Ok(());
    }
    let mut changes: BTreeMap<i64, i64> = BTreeMap::new();
    for Tally { id, kind, filter } in tally::of_kinds(conn, &kinds).await? {
        let Some(kind) = catalog.find(&kind) else { continue };
        let Some(filter) = known.read(catalog, kind, &filter) else {
            // A field that it names is gone. Whoever looks next is told so by the list itself.
            tally::forget(conn, id).await?;
            continue;
        };
        let context = Context { me: "", now: Moment::UNKNOWN };
        let holds = |record: &Record| i64::from(filter.holds(kind, record, &[], context));
        let own = after.iter().map(|kept| &kept.record).filter(|record| record.kind == kind.name);
        let change: i64 = own.map(|record| holds(record) - before.get(&record.id.0).map_or(0, holds)).sum();
        if change != 0 {
            changes.insert(id, change);
        }
    }
    // Ids begin with their time in milliseconds, so that records of different times have different slots.
    let slot = after.first().map_or(0, |kept| (kept.record.id.0 >> 22).rem_euclid(SLOTS));
    tally::add(conn, slot, &changes).await
}

impl Desk {
    /// How many records each query of a kind finds; more than [`COUNT_CAP`] stand for "and more". Where the actor may see
    /// all of a kind and the filter stands still, the count is the kept one; everything else is counted no further than
    /// that, in one statement.
    pub fn counts<'a>(
        &'a self,
        actor: &'a Actor,
        queries: &'a [Query],
        now: Moment,
    ) -> BoxFuture<'a, Result<Vec<i64>, Refusal>> {
        async move {
            let catalog = self.catalog();
            let mut kept: Vec<(usize, &Kind, String)> = Vec::new();
            let mut counted: Vec<(usize, Scope, &Query)> = Vec::new();
            for (at, query) in queries.iter().enumerate() {
                let kind = query.kind.map(|name| catalog.find(name).ok_or(Refusal::NotFound)).transpose()?;
                let scope = rights::scope(actor, &catalog, kind, now);
                let still =
                    |kind: &&Kind| query.words.is_none() && query.as_of.is_none() && is_kept(kind, &query.filter);
                match kind.filter(still).filter(|kind| scope.is_whole(kind.name)) {
                    Some(kind) => kept.push((at, kind, filter_write::write(&query.filter, kind))),
                    None => counted.push((at, scope, query)),
                }
            }
            let wanted = kept.iter().map(|(_, kind, text)| Wanted::Kept(kind.name, text));
            let wanted: Vec<Wanted<'_>> =
                wanted.chain(counted.iter().map(|(_, scope, query)| Wanted::Counted(scope, query))).collect();
            let mut conn = self.db().read().await?;
            let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
            let found = list::counts(&mut conn, &catalog, &wanted, COUNT_CAP, builder).await?;
            drop(conn);
            let mut counts = vec![0; queries.len()];
            let mut missing: Vec<(usize, Tally)> = Vec::new();
            let places = kept.iter().map(|one| one.0).chain(counted.iter().map(|one| one.0));
            for (place, (at, count)) in places.zip(found).enumerate() {
                match (count, kept.get(place)) {
                    (Some(count), _) => counts[at] = count,
                    (None, Some((_, kind, text))) => {
                        let id = self.inner.ids.next(now);
                        missing.push((at, Tally { id, kind: kind.name.into(), filter: text.clone() }));
                    }
                    (None, None) => {}
                }
            }
            if !missing.is_empty() {
                for (at, count) in self.begin_counts(actor, missing, now).await? {
                    counts[at] = count;
                }
            }
            Ok(counts)
        }
        .boxed()
    }

    /// How many records each query finds, counted no further than `cap`, none of them kept: for pictures, which name moments that
    /// nobody asks for again.
    pub async fn count_each(
        &self,
        actor: &Actor,
        queries: &[Query],
        cap: i64,
        now: Moment,
    ) -> Result<Vec<i64>, Refusal> {
        let catalog = self.catalog();
        let mut scoped = Vec::with_capacity(queries.len());
        for query in queries {
            let kind = query.kind.map(|name| catalog.find(name).ok_or(Refusal::NotFound)).transpose()?;
            refuse_hidden(actor, query, kind.unwrap_or_else(|| catalog.any()))?;
            scoped.push((rights::scope(actor, &catalog, kind, now), query));
        }
        let mut counts = Vec::with_capacity(queries.len());
        let mut conn = self.db().read().await?;
        for some in scoped.chunks(AT_ONCE) {
            let wanted: Vec<Wanted<'_>> = some.iter().map(|(scope, query)| Wanted::Counted(scope, query)).collect();
            let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
            let found = list::counts(&mut conn, &catalog, &wanted, cap, builder).await?;
            counts.extend(found.into_iter().map(Option::unwrap_or_default));
        }
        Ok(counts)
    }

    /// Counts once for all, in one transaction; from here on each write adds what it changes.
    async fn begin_counts(
        &self,
        actor: &Actor,
        missing: Vec<(usize, Tally)>,
        now: Moment,
    ) -> Result<Vec<(usize, i64)>, Refusal> {
        let (catalog, actor) = (self.catalog(), actor.clone());
        self.db()
            .write(move |conn| {
                async move {
                    tally::hold_writers(conn).await?;
                    let mut counts = Vec::with_capacity(missing.len());
                    for (at, kept) in missing {
                        let kind = catalog.find(&kept.kind).ok_or(Refusal::NotFound)?;
                        let filter = filter_text::parse(&kept.filter, kind).map_err(Refusal::Query)?;
                        let query = Query { filter, ..Query::of(kind.name) };
                        let scope = rights::scope(&actor, &catalog, Some(kind), now);
                        let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
                        let count = list::count(conn, &catalog, &scope, &query, i64::MAX - 1, builder).await?;
                        tally::begin(conn, &kept, count).await?;
                        counts.push((at, count));
                    }
                    Ok(counts)
                }
                .boxed()
            })
            .await
    }

    /// Forgets all kept counts, so that each is counted anew when somebody looks; answers how many there were.
    pub async fn rebuild_counts(&self) -> Result<u64, Fault> {
        self.db().write(|conn| async move { tally::forget_all(conn).await }.boxed()).await
    }
}
