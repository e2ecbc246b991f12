//! Watching, and what waits for whoever was named.

use std::collections::{BTreeSet, HashMap};

use engines::mentions;
use futures::FutureExt;
use model::{Actor, Entry, Moment, Refusal, Value};

use crate::{
    Desk,
    house::{self, Deed},
    rights::{self, Shown},
    store::{account, fault::Fault, journal, record, watch as store},
    watching::{Mention, teams},
};

/// Mentions that are shown, and watched records that are listed.
const WAITING_MAX: i64 = 100;
const WATCHED_MAX: i64 = 200;

impl Desk {
    /// Notes in which the actor was named and that they have not put aside, newest first. What they may read no more is not
    /// among them.
    pub async fn mentions(&self, actor: &Actor, now: Moment) -> Result<Vec<Mention>, Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let waiting = store::waiting(&mut conn, &actor.email, WAITING_MAX).await?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<i64> = waiting.iter().map(|mention| mention.record).collect();
        ids.sort_unstable();
        ids.dedup();
        let scope = rights::scope(actor, &catalog, None, now);
        let records: HashMap<i64, _> = record::by_ids(&mut conn, &catalog, &ids)
            .await?
            .into_iter()
            .map(|kept| (kept.record.id.0, kept.record))
            .collect();
        let places: Vec<(i64, Moment)> = waiting.iter().map(|mention| (mention.record, mention.at)).collect();
        let mut entries: HashMap<(i64, i64), Entry> = HashMap::new();
        for entry in journal::at_places(&mut conn, &catalog, &places).await? {
            entries.insert((entry.record.0, entry.version), entry);
        }
        let read = |waiting: store::Waiting| {
            let record = records.get(&waiting.record)?;
            let kind = catalog.find(record.kind).filter(|kind| scope.admits(kind, record))?;
            let entry = entries.remove(&(waiting.record, waiting.version))?;
            let shown = rights::show_entries(actor, kind, vec![entry]).pop()?.entry;
            let note = shown.note?;
            Some(Mention {
                id: waiting.id,
                kind: kind.name,
                number: record.number.clone(),
                title: record.title.clone(),
                by: shown.by.unwrap_or_default(),
                text: note.text,
                public: note.public,
                at: shown.at,
            })
        };
        Ok(waiting.into_iter().filter_map(read).collect())
    }

    /// Puts a mention aside.
    ///
    /// # Errors
    /// `NotFound` for one that is none, somebody else's, or put aside already.
    pub async fn put_aside(&self, actor: &Actor, id: i64, now: Moment) -> Result<(), Refusal> {
        let warrant = rights::own(actor, now)?;
        let actor = actor.clone();
        let written = self.db().write(move |conn| {
            async move {
                let done = store::put_aside(conn, &warrant, id, &actor.email, now).await?;
                if done {
                    house::journal(conn, &actor, Deed::on("mention", id, "put_aside"), None, now).await?;
                }
                Ok::<_, Fault>(done)
            }
            .boxed()
        });
        if written.await? { Ok(()) } else { Err(Refusal::NotFound) }
    }

    /// Numbers of the records that the actor watches, newest first; some they may read no more.
    pub async fn watched(&self, actor: &Actor) -> Result<Vec<String>, Refusal> {
        Ok(store::by_person(&mut self.db().read().await?, &actor.email, WATCHED_MAX).await?)
    }

    /// E-mails of those who watch a record that was shown. A customer's people see only whether they do so themselves.
    pub async fn watchers(&self, actor: &Actor, shown: &Shown) -> Result<Vec<String>, Refusal> {
        let mut all = store::of_number(&mut self.db().read().await?, shown.number()).await?;
        if actor.customer.is_some() {
            all.retain(|person| *person == actor.email);
        }
        Ok(all)
    }

    /// Begins or ends watching a record; twice changes nothing.
    ///
    /// # Errors
    /// `NotFound` for what the actor may not read, `Forbidden` for whoever may write nothing.
    pub async fn watch(&self, actor: &Actor, kind: &str, number: &str, on: bool, now: Moment) -> Result<(), Refusal> {
        let catalog = self.catalog();
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let mut conn = self.db().read().await?;
        let record = self.found(&mut conn, actor, kind, number, now).await?.record;
        drop(conn);
        let warrant = rights::own(actor, now)?;
        let actor = actor.clone();
        let written = self.db().write(move |conn| {
            async move {
                if store::set(conn, &warrant, record.id, &actor.email, on, now).await? {
                    let deed = Deed::on_named("watch", &format!("{} {}", record.number, actor.email), "edit");
                    let deed = Deed { number: record.number, ..deed }.set("watches", Some(Value::Flag(on)));
                    house::journal(conn, &actor, deed, None, now).await?;
                }
                Ok::<_, Fault>(())
            }
            .boxed()
        });
        Ok(written.await?)
    }

    /// Those of some e-mails behind which somebody hears who is named: open accounts. A customer's people are not told.
    pub async fn reached(&self, actor: &Actor, mails: &[String], now: Moment) -> Result<BTreeSet<String>, Refusal> {
        if actor.customer.is_some() || mails.is_empty() {
            return Ok(BTreeSet::new());
        }
        let known = account::names(&mut self.db().read().await?, mails, now).await?;
        Ok(known.into_iter().filter(|(_, (_, is_closed))| !is_closed).map(|(mail, _)| mail).collect())
    }

    /// Which of some names are those of teams; none for a customer's people, who know no teams.
    pub async fn names_of_teams(&self, actor: &Actor, names: &BTreeSet<String>) -> Result<BTreeSet<String>, Refusal> {
        if actor.customer.is_some() || names.is_empty() {
            return Ok(BTreeSet::new());
        }
        let teams = teams::teams(&mut self.db().read().await?, &self.catalog()).await?;
        let is_team =
            |name: &&String| teams.iter().any(|(team, _)| mentions::fits_team(name, &team.title, &team.number));
        Ok(names.iter().filter(is_team).cloned().collect())
    }

    /// E-mails of those whom the actor's own note, the entry of this version, has named.
    ///
    /// # Errors
    /// `NotFound` for a record that the actor may not read.
    pub async fn named_by(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        version: i64,
        now: Moment,
    ) -> Result<Vec<String>, Refusal> {
        let catalog = self.catalog();
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let mut conn = self.db().read().await?;
        self.found(&mut conn, actor, kind, number, now).await?;
        if actor.customer.is_some() {
            return Ok(Vec::new());
        }
        Ok(store::named_by(&mut conn, number, version).await?)
    }
}
