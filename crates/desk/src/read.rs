//! Reading: lists, records, journals, links and names, each through the scope of whoever asks.

use std::collections::{BTreeSet, HashMap};

use engines::clocks::{
    Clock,
    steps::{self, Ahead},
};
use futures::{FutureExt as _, future::BoxFuture};
use model::{
    Actor, Column, Cursor, Filter, Kind, Link, Moment, Query, Record, Refusal, Type, Value, filter::Context,
    journal::fold,
};

use crate::{
    Desk, agreed_names,
    reckoning::{self, Worked},
    rights::{self, Shown, ShownEntry},
    store::{
        db::Conn,
        filter::Builder,
        journal, list,
        record::{self, Kept},
    },
};

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    pub records: Vec<Shown>,
    pub next: Option<Cursor>,
}

/// A record with what belongs on its page.
#[derive(Clone, Debug)]
pub struct Whole {
    pub shown: Shown,
    pub entries: Vec<ShownEntry>,
    pub links: Vec<Tie>,
    pub files: Vec<FileRow>,
    /// Its clocks with their working, and who had it.
    pub worked: Worked,
    /// Steps of escalation that lie ahead of it; for our own people.
    pub steps: Vec<Ahead>,
}

/// A link of a record with what is at its other end; `back` when the other record names this one.
#[derive(Clone, Debug)]
pub struct Tie {
    pub link: Link,
    pub back: bool,
    /// Title, kind and state of the other record; `None` when it is not on record or not to be seen.
    pub other: Option<Other>,
}

#[derive(Clone, Debug)]
pub struct Other {
    pub title: String,
    pub kind: String,
    pub state: String,
}

#[derive(Clone, Debug)]
pub struct FileRow {
    pub id: i64,
    pub name: String,
    pub media: String,
    pub size: i64,
    pub hash: String,
    pub added: Moment,
    pub added_by: String,
    pub public: bool,
}

/// Titles by number and names by e-mail, to write beside references.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Title and kind; no kind where the reader may know the title alone.
    pub records: HashMap<String, (String, String)>,
    /// Name and number of the person's record; no number where there is none or the reader does not see it.
    pub people: HashMap<String, (String, String)>,
}

/// Counts go no further.
pub const COUNT_CAP: i64 = 1_000;
/// Most combinations of values that [`Desk::spread`] tells apart.
pub const SPREAD_MAX: i64 = 1_000;

impl Desk {
    /// The records of a query, page after page, until at least `most` are there; and whether these are all.
    ///
    /// # Errors
    /// As [`Desk::list`].
    pub async fn list_on(
        &self,
        actor: &Actor,
        mut query: Query,
        most: usize,
        now: Moment,
    ) -> Result<(Vec<Shown>, bool), Refusal> {
        let mut found = Vec::new();
        loop {
            let page = self.list(actor, &query, now).await?;
            found.extend(page.records);
            match page.next {
                None => return Ok((found, true)),
                Some(_) if found.len() >= most => return Ok((found, false)),
                next => query.after = next,
            }
        }
    }

    /// A page of records. As of the past it is answered from the journal.
    ///
    /// # Errors
    /// `NotFound` for a kind that the actor may not read at all.
    pub fn list<'a>(&'a self, actor: &'a Actor, query: &'a Query, now: Moment) -> BoxFuture<'a, Result<Page, Refusal>> {
        async move {
            if query.as_of.is_some_and(|at| at < now) {
                return self.list_past(actor, query, now).await;
            }
            let catalog = self.catalog();
            let kind = query.kind.map(|name| catalog.find(name).ok_or(Refusal::NotFound)).transpose()?;
            let scope = rights::scope(actor, &catalog, kind, now);
            if scope.is_empty() {
                return Err(Refusal::NotFound);
            }
            refuse_hidden(actor, query, kind.unwrap_or_else(|| catalog.any()))?;
            if !list::fits(query, kind.unwrap_or_else(|| catalog.any())) {
                return Err(Refusal::Query("page_token is not one that was handed out here".into()));
            }
            let columns = columns(actor, query, kind);
            let mut conn = self.db().read().await?;
            let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
            let found = list::list(&mut conn, &catalog, &scope, query, &columns, builder).await?;
            // No statement of its own: a list may be behind another server's new agreement for some seconds.
            let known = self.known_agreements();
            let shown = |listed: list::Listed| {
                let kind = catalog.find(listed.record.kind).unwrap_or_else(|| catalog.any());
                let clocks = reckoning::advanced(listed.clocks, &known, now);
                rights::show(actor, kind, listed.record).with_clocks(listed.due, clocks)
            };
            Ok(Page { records: found.records.into_iter().map(shown).collect(), next: found.next })
        }
        .boxed()
    }

    /// How many records a query finds, up to [`COUNT_CAP`]; one more means "and more".
    pub async fn count(&self, actor: &Actor, query: &Query, now: Moment) -> Result<i64, Refusal> {
        let catalog = self.catalog();
        let kind = query.kind.map(|name| catalog.find(name).ok_or(Refusal::NotFound)).transpose()?;
        let scope = rights::scope(actor, &catalog, kind, now);
        if scope.is_empty() {
            return Ok(0);
        }
        refuse_hidden(actor, query, kind.unwrap_or_else(|| catalog.any()))?;
        let mut conn = self.db().read().await?;
        let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
        Ok(list::count(&mut conn, &catalog, &scope, query, COUNT_CAP, builder).await?)
    }

    /// How the records that a query finds spread over the values of some fields, counted by the database whatever their number:
    /// for each combination its values as text (empty for none) and how many there are, the most frequent first and
    /// [`SPREAD_MAX`] at most. Without a field it is one count of all.
    ///
    /// # Errors
    /// `Query` for a field that the kind does not have or the actor may not see.
    pub async fn spread(
        &self,
        actor: &Actor,
        query: &Query,
        fields: &[&str],
        now: Moment,
    ) -> Result<Vec<(Vec<String>, i64)>, Refusal> {
        let catalog = self.catalog();
        let kind = query.kind.and_then(|name| catalog.find(name)).ok_or(Refusal::NotFound)?;
        if let Some(unknown) = fields.iter().find(|field| kind.type_of(field).is_none()) {
            return Err(Refusal::Query(model::query::unknown_field(kind, unknown)));
        }
        let scope = rights::scope(actor, &catalog, Some(kind), now);
        if scope.is_empty() {
            return Ok(Vec::new());
        }
        let asked = Query { columns: fields.iter().map(|field| (*field).to_string()).collect(), ..query.clone() };
        refuse_hidden(actor, &asked, kind)?;
        let mut conn = self.db().read().await?;
        let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
        Ok(list::spread(&mut conn, &catalog, &scope, query, fields, SPREAD_MAX, builder).await?)
    }

    /// Open work of each kind that the actor may see; more than [`COUNT_CAP`] stand for "and more".
    pub async fn open_work(
        &self,
        actor: &Actor,
        kinds: &[&'static str],
        now: Moment,
    ) -> Result<HashMap<&'static str, i64>, Refusal> {
        let open = Filter::Not(Box::new(Filter::equal("phase", "done")));
        let queries: Vec<Query> = kinds.iter().map(|kind| Query { filter: open.clone(), ..Query::of(kind) }).collect();
        let counts = self.counts(actor, &queries, now).await?;
        Ok(kinds.iter().copied().zip(counts).collect())
    }

    /// One record, now or as it was on record at an instant.
    ///
    /// # Errors
    /// `NotFound` for what is not there and for what the actor may not see: the two look the same.
    pub fn show<'a>(
        &'a self,
        actor: &'a Actor,
        kind: &'a str,
        number: &'a str,
        as_of: Option<Moment>,
        now: Moment,
    ) -> BoxFuture<'a, Result<Shown, Refusal>> {
        async move {
            let mut conn = self.db().read().await?;
            self.show_in(&mut conn, actor, kind, number, as_of, now).await
        }
        .boxed()
    }

    /// A record as it stands, found through the scope of whoever asks.
    pub(crate) async fn found(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        kind: &Kind,
        number: &str,
        now: Moment,
    ) -> Result<Kept, Refusal> {
        let catalog = self.catalog();
        let found = record::load(conn, &catalog, &[number.to_string()], false).await?.remove(number);
        let scope = rights::scope(actor, &catalog, Some(kind), now);
        let seen = |kept: &Kept| kept.record.kind == kind.name && scope.admits(kind, &kept.record);
        found.filter(seen).ok_or(Refusal::NotFound)
    }

    pub(crate) async fn show_in(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        kind: &str,
        number: &str,
        as_of: Option<Moment>,
        now: Moment,
    ) -> Result<Shown, Refusal> {
        let catalog = self.catalog();
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let Kept { mut record, clocks: held, .. } = self.found(conn, actor, kind, number, now).await?;
        let past = as_of.filter(|at| *at < now);
        let mut entries = Vec::new();
        if let Some(at) = past.filter(|at| kind.clocked || *at < record.changed) {
            entries = journal::of_record(conn, &catalog, record.id).await?;
            if at < record.changed {
                let marks: Vec<_> = entries.iter().map(model::Entry::mark).collect();
                fold(&marks, at).ok_or(Refusal::NotFound)?.apply(kind, &mut record);
                // What is for a customer's people now may not have been for them then.
                if actor.customer.is_some() && !rights::scope(actor, &catalog, Some(kind), now).admits(kind, &record) {
                    return Err(Refusal::NotFound);
                }
            }
        }
        let clocks = match past {
            _ if !kind.clocked => Vec::new(),
            Some(at) => reckoning::until(kind, &entries, &*self.agreements(conn, Some(at)).await?, at),
            None => reckoning::advanced(held, &*self.agreements(conn, None).await?, now),
        };
        let due = record::due(kind, &record, &clocks);
        Ok(rights::show(actor, kind, record).with_clocks(due, clocks))
    }

    /// Finds a record by number alone, whatever its kind.
    pub async fn find(&self, actor: &Actor, number: &str, now: Moment) -> Result<Shown, Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let found = record::load(&mut conn, &catalog, &[number.to_string()], false).await?.remove(number);
        let Kept { record, clocks, .. } = found.ok_or(Refusal::NotFound)?;
        let kind = catalog.find(record.kind).ok_or(Refusal::NotFound)?;
        if !rights::scope(actor, &catalog, Some(kind), now).admits(kind, &record) {
            return Err(Refusal::NotFound);
        }
        let due = record::due(kind, &record, &clocks);
        let clocks = reckoning::advanced(clocks, &self.known_agreements(), now);
        Ok(rights::show(actor, kind, record).with_clocks(due, clocks))
    }

    /// A record with its journal, links and files.
    pub async fn whole(&self, actor: &Actor, kind: &str, number: &str, now: Moment) -> Result<Whole, Refusal> {
        let mut conn = self.db().read().await?;
        let catalog = self.catalog();
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let Kept { record, clocks: held, .. } = self.found(&mut conn, actor, kind, number, now).await?;
        let id = record.id;
        let due = record::due(kind, &record, &held);
        let agreements = match kind.clocked {
            true => self.agreements(&mut conn, None).await?,
            false => Default::default(),
        };
        let shown = rights::show(actor, kind, record).with_clocks(due, reckoning::advanced(held, &agreements, now));
        let told = journal::of_record(&mut conn, &catalog, id).await?;
        let worked = Worked::of(actor, kind, &told, &agreements, now);
        let steps = if actor.customer.is_none() { steps::ahead(kind, &told, &agreements, now) } else { Vec::new() };
        let entries = rights::show_entries(actor, kind, told);
        let own = journal::links_from(&mut conn, &[id.0], None).await?.remove(&id.0).unwrap_or_default();
        let links = self.ties(&mut conn, actor, number, own, now).await?;
        let files = crate::store::file::of_record(&mut conn, id).await?;
        let files = files.into_iter().filter(|file| actor.customer.is_none() || file.public).collect();
        Ok(Whole { shown, entries, links, files, worked, steps })
    }

    pub(crate) async fn ties(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        number: &str,
        own: Vec<Link>,
        now: Moment,
    ) -> Result<Vec<Tie>, Refusal> {
        let catalog = self.catalog();
        let scope = rights::scope(actor, &catalog, None, now);
        let numbers: Vec<String> = own.iter().map(|link| link.to.clone()).collect();
        let others = record::load(conn, &catalog, &numbers, false).await?;
        let mut ties = Vec::new();
        for link in own {
            let other = others.get(&link.to).map(|kept| &kept.record);
            let seen = other.filter(|record| catalog.find(record.kind).is_some_and(|kind| scope.admits(kind, record)));
            if actor.customer.is_some() && seen.is_none() {
                continue;
            }
            let other = seen.map(|record| Other {
                title: record.title.clone(),
                kind: record.kind.into(),
                state: record.state.clone(),
            });
            ties.push(Tie { link, back: false, other });
        }
        let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
        for (name, number, title, kind, state) in list::links_to(conn, &catalog, &scope, number, 200, builder).await? {
            ties.push(Tie { link: Link { name, to: number }, back: true, other: Some(Other { title, kind, state }) });
        }
        Ok(ties)
    }

    /// Titles and names of everything that the given records refer to, in one statement.
    pub async fn names<'a>(
        &self,
        actor: &Actor,
        records: impl IntoIterator<Item = (&'a Kind, &'a Shown)>,
        now: Moment,
    ) -> Result<Names, Refusal> {
        let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
        for (kind, shown) in records {
            references(kind, shown, &mut numbers, &mut mails);
        }
        self.names_of(actor, numbers, mails, now).await
    }

    pub fn names_of<'a>(
        &'a self,
        actor: &'a Actor,
        numbers: BTreeSet<String>,
        mails: BTreeSet<String>,
        now: Moment,
    ) -> BoxFuture<'a, Result<Names, Refusal>> {
        async move {
            let catalog = self.catalog();
            let scope = rights::scope(actor, &catalog, None, now);
            let numbers: Vec<String> = numbers.into_iter().take(1_000).collect();
            let mails: Vec<String> = mails.into_iter().take(1_000).collect();
            let mut conn = self.db().read().await?;
            let agreed = agreed_names::agreed(&mut conn, actor, &catalog, &numbers).await?;
            let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
            let mut names = Names::default();
            let asked = (numbers.as_slice(), agreed.as_slice());
            for (known, title, kind) in list::names(&mut conn, &catalog, &scope, asked, &mails, builder).await? {
                let (names, is_person) = match known.contains('@') {
                    true => (&mut names.people, true),
                    false => (&mut names.records, false),
                };
                // What leads nowhere for the reader is only a name, and a record says more than an account.
                let kind = if is_person && actor.customer.is_some() { String::new() } else { kind };
                let known = names.entry(known).or_insert_with(|| (title.clone(), kind.clone()));
                if known.1.is_empty() && !kind.is_empty() {
                    *known = (title, kind);
                }
            }
            Ok(names)
        }
        .boxed()
    }
}

/// Looks at a record whose due date is what is due next of it: its own date or one of its clocks, as the column of lists
/// has it. Afterwards it has its own date again.
pub(crate) fn with_next_due<T>(
    kind: &Kind,
    record: &mut Record,
    clocks: Option<&[Clock]>,
    look: impl FnOnce(&Record) -> T,
) -> T {
    let field = kind.fields.iter().find(|field| field.column == Some(Column::Due));
    let (Some(clocks), Some(field)) = (clocks, field) else { return look(record) };
    let next = record::due(kind, record, clocks);
    let own = record.fields.remove(&field.name);
    record.fields.extend(next.map(|next| (field.name.clone(), Value::Instant(next))));
    let seen = look(record);
    record.fields.remove(&field.name);
    record.fields.extend(own.map(|own| (field.name.clone(), own)));
    seen
}

/// A customer's people cannot test, sort by or show what they may not see: it looks as if it were not there.
pub(crate) fn refuse_hidden(actor: &Actor, query: &Query, kind: &Kind) -> Result<(), Refusal> {
    if actor.customer.is_none() {
        return Ok(());
    }
    let mut paths = Vec::new();
    query.filter.paths(&mut paths);
    paths.extend(query.order.iter().map(|order| order.path.as_str()));
    paths.extend(query.columns.iter().map(String::as_str));
    let hidden = |path: &&&str| {
        let name = path.split('.').next().unwrap_or(path);
        **path == "linked" || kind.find(name).is_some_and(|field| field.internal)
    };
    match paths.iter().find(hidden) {
        None => Ok(()),
        Some(path) => Err(Refusal::Query(format!("{} has no field \"{path}\"", kind.name.replace('_', " ")))),
    }
}

fn columns(actor: &Actor, query: &Query, kind: Option<&Kind>) -> Vec<String> {
    match kind {
        Some(kind) if query.columns.is_empty() => offered_columns(actor, kind),
        _ => query.columns.clone(),
    }
}

/// The columns of the list of a kind where nobody chose others: those of them that the reader may see.
pub fn offered_columns(actor: &Actor, kind: &Kind) -> Vec<String> {
    let seen = |name: &&&str| actor.customer.is_none() || kind.find(name).is_none_or(|field| !field.internal);
    kind.columns.iter().filter(seen).map(|name| (*name).to_string()).collect()
}

/// Numbers and e-mails that a record refers to: what [`Desk::names_of`] looks up.
pub fn references(kind: &Kind, shown: &Shown, numbers: &mut BTreeSet<String>, mails: &mut BTreeSet<String>) {
    for (name, value) in shown.fields() {
        if let Some(field) = kind.find(name) {
            collect(&field.ty, value, numbers, mails);
        }
    }
    numbers.extend(shown.customer().map(str::to_string));
}

/// The same for one value of a type.
pub fn collect(ty: &Type, value: &Value, numbers: &mut BTreeSet<String>, mails: &mut BTreeSet<String>) {
    match (ty, value) {
        (Type::Ref(_), Value::Text(number)) if number != "none" => drop(numbers.insert(number.clone())),
        (Type::Person, Value::Text(mail)) => drop(mails.insert(mail.clone())),
        (Type::List(of), Value::List(items)) => items.iter().for_each(|item| collect(of, item, numbers, mails)),
        (Type::Parts(fields), Value::Parts(parts)) => {
            for field in fields {
                if let Some(part) = parts.get(&field.name) {
                    collect(&field.ty, part, numbers, mails);
                }
            }
        }
        _ => {}
    }
}
