//! Whom an entry is told to, found when it is written. Whether they want mail is found when that is sent.

use std::collections::{BTreeSet, HashMap, HashSet};

use engines::mentions;
use model::{Act, Catalog, Column, Entry, Job, Kind, Record, Value, Via};

use crate::{
    accounts::Account,
    post, rights,
    store::{
        db::Conn,
        fault::Fault,
        journal::Written,
        record::Kept,
        watch::{self as store, Waiting},
    },
    unit::Office,
    watching::teams::{Call, called},
};

/// Accounts that one name is held against.
const FITTING_MAX: i64 = 200;

/// Writes down who is named by entries of a transaction, and promises mail to them and to those who watch. An import tells
/// what was, and nobody.
pub(crate) async fn tell(
    conn: &mut Conn,
    office: &Office,
    entries: &[Written],
    records: &[Kept],
    fresh: &HashSet<i64>,
) -> Result<Vec<Job>, Fault> {
    let news: Vec<&Entry> = entries.iter().map(|written| &written.entry).filter(|entry| is_news(entry)).collect();
    if news.is_empty() {
        return Ok(Vec::new());
    }
    let known: BTreeSet<i64> = news.iter().map(|entry| entry.record.0).filter(|id| !fresh.contains(id)).collect();
    let watchers = store::of_records(conn, &known.into_iter().collect::<Vec<_>>()).await?;
    let records: HashMap<i64, &Record> = records.iter().map(|kept| (kept.record.id.0, &kept.record)).collect();
    let mut jobs = Vec::new();
    for entry in news {
        let Some(record) = records.get(&entry.record.0) else { continue };
        let Some(kind) = office.catalog.find(record.kind) else { continue };
        let named = named(conn, &office.catalog, kind, record, entry).await?;
        for person in &named {
            let id = office.ids.next(entry.recorded);
            let mention = Waiting { id, record: record.id.0, version: entry.version, at: entry.at };
            store::add_mention(conn, person, &mention).await?;
            jobs.push(post::inner("mention", person, "", record, entry.version, entry.recorded));
        }
        let answered = answered(kind, record, entry);
        let hears = |person: &&String| {
            !named.contains(*person) && entry.by.as_ref() != Some(*person) && answered != Some(person.as_str())
        };
        let watching = watchers.get(&record.id.0).into_iter().flatten().filter(hears);
        jobs.extend(watching.map(|person| post::inner("watch", person, "", record, entry.version, entry.recorded)));
    }
    Ok(jobs)
}

/// What watchers want to know: where a record goes, and what is said on it.
fn is_news(entry: &Entry) -> bool {
    let is_said = entry.note.is_some() || entry.changes.contains_key("state");
    is_said && entry.via != Via::Import && !matches!(entry.act.as_str(), "create" | "undo")
}

/// The requester, where they get an answer of their own.
fn answered<'r>(kind: &Kind, record: &'r Record, entry: &Entry) -> Option<&'r str> {
    let field = kind.fields.iter().find(|field| field.column == Some(Column::Requester))?;
    let requester = record.fields.get(&field.name).and_then(Value::as_text)?;
    (!post::promise(kind, record, entry).is_empty()).then_some(requester)
}

/// E-mails of those whom the note of an entry names, themselves or with their team, and who may read it.
async fn named(
    conn: &mut Conn,
    catalog: &Catalog,
    kind: &Kind,
    record: &Record,
    entry: &Entry,
) -> Result<BTreeSet<String>, Fault> {
    let mut found = BTreeSet::new();
    let Some(note) = &entry.note else { return Ok(found) };
    let mut names = BTreeSet::new();
    for name in mentions::named(&note.text) {
        let mut fitting = store::accounts_named(conn, &name, FITTING_MAX).await?;
        // A person comes before a team of the same name.
        if fitting.is_empty() {
            names.insert(name);
            continue;
        }
        fitting.retain(|account| account.is_open_at(entry.recorded) && may_read(account, kind, record, note.public));
        found.extend(meant(&name, &fitting).map(|account| account.email.clone()));
    }
    let call = Call { catalog, record, entry, names };
    found.extend(called(conn, call, |account| may_read(account, kind, record, note.public)).await?);
    if let Some(author) = &entry.by {
        found.remove(author);
    }
    Ok(found)
}

/// Whether somebody may read a note of a record: a customer's people none that is internal.
fn may_read(account: &Account, kind: &Kind, record: &Record, public: bool) -> bool {
    let reader = account.actor(Via::Job, true);
    (public || reader.customer.is_none()) && rights::may(&reader, kind, Act::Read, Some(record))
}

/// The one whom a name fits best, our own people before those of customers; nobody where it fits several alike.
fn meant<'a>(name: &str, fitting: &'a [Account]) -> Option<&'a Account> {
    let rank = |account: &Account| mentions::fits(name, &account.email).map(|fit| (fit, account.customer.is_none()));
    let best = fitting.iter().filter_map(rank).max()?;
    let mut like = fitting.iter().filter(|account| rank(account) == Some(best));
    like.next().filter(|_| like.next().is_none())
}
