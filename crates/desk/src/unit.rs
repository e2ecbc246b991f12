//! One transaction's work: what was read, what is to be written, written at once at the end.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use engines::clocks;
use futures::{FutureExt as _, future::BoxFuture};
use model::{
    Actor, Catalog, Draft, Entry, Job, Kind, Link, Moment, Record, RecordId, Refusal, Value, command::File,
    kind::Related,
};

use crate::{
    alarms::{self, CLOSE, ESCALATE, PUBLISH, next_step},
    automation::{self, Rule},
    ids::{Ids, random},
    jobs::{RECKON, reckon_soon},
    procedures, publish,
    reckoning::{Reckoning, reckon},
    rights::Permit,
    settings::Settings,
    stages::related,
    store::{
        alarm,
        db::Conn,
        fault::Fault,
        file,
        journal::{self, Written},
        known,
        record::{self, Kept},
        search::{self, Words},
        turn,
    },
    tally, watching,
};

/// What follows from an entry, decided by engines and written in the same transaction.
pub type Reaction = fn(&Kind, &model::Record, &Entry) -> Vec<Job>;

/// What every unit of work has in common.
#[derive(Clone)]
pub(crate) struct Office {
    pub catalog: Arc<Catalog>,
    pub ids: Arc<Ids>,
    pub reactions: &'static [Reaction],
    pub reckoning: Arc<Reckoning>,
    pub tallies: Arc<tally::Known>,
    pub settings: Arc<Settings>,
    pub automations: Arc<[Rule]>,
    /// Whether this work has written settings, which are read again after it.
    pub settings_are_new: Arc<AtomicBool>,
}

pub(crate) struct Unit<'c> {
    conn: &'c mut Conn,
    office: &'c Office,
    recorded: Moment,
    known: HashMap<String, Option<Kept>>,
    staged: Vec<String>,
    fresh: HashSet<i64>,
    /// Records as they stood before this transaction.
    before: HashMap<i64, Record>,
    /// Records whose clocks an entry has moved.
    moved: HashSet<i64>,
    entries: Vec<Written>,
    linked: Vec<(RecordId, Link, Moment)>,
    unlinked: Vec<(RecordId, Link, Moment)>,
    files: Vec<(RecordId, File, String, Moment)>,
    notes: Vec<(RecordId, String, bool)>,
    passes: BTreeMap<&'static str, i64>,
    jobs: Vec<Job>,
    /// When the program is next to do something with a record of this unit.
    alarms: Vec<alarm::Wanted>,
    /// The rules from whose acts this follows.
    chain: Vec<i64>,
}

impl<'c> Unit<'c> {
    /// `recorded` is when all of it is written down, whenever it happened.
    pub fn new(conn: &'c mut Conn, office: &'c Office, recorded: Moment) -> Unit<'c> {
        Unit {
            conn,
            office,
            recorded,
            known: HashMap::new(),
            staged: Vec::new(),
            fresh: HashSet::new(),
            before: HashMap::new(),
            moved: HashSet::new(),
            entries: Vec::new(),
            linked: Vec::new(),
            unlinked: Vec::new(),
            files: Vec::new(),
            notes: Vec::new(),
            passes: BTreeMap::new(),
            jobs: Vec::new(),
            alarms: Vec::new(),
            chain: Vec::new(),
        }
    }

    /// The connection of the transaction, for what must be looked up between two commands.
    pub fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    pub fn catalog(&self) -> &'c Catalog {
        &self.office.catalog
    }

    pub fn settings(&self) -> &'c Settings {
        &self.office.settings
    }

    pub fn settings_are_new(&self) {
        self.office.settings_are_new.store(true, Ordering::Relaxed);
    }

    pub fn recorded(&self) -> Moment {
        self.recorded
    }

    /// From here on things count as written down at this time.
    pub fn record_at(&mut self, at: Moment) {
        self.recorded = at;
    }

    pub fn id(&self, now: Moment) -> i64 {
        self.office.ids.next(now)
    }

    /// Loads many records at once, for what comes next.
    pub async fn preload(&mut self, numbers: Vec<String>) -> Result<(), Fault> {
        let mut unknown: Vec<String> = numbers.into_iter().filter(|number| !self.known.contains_key(number)).collect();
        // Several commands of a batch may be about one record.
        unknown.sort_unstable();
        unknown.dedup();
        let mut found = record::load(self.conn, &self.office.catalog, &unknown, true).await?;
        for number in unknown {
            let kept = found.remove(&number);
            self.known.insert(number, kept);
        }
        Ok(())
    }

    /// A record by number as it stands in this transaction; locked against others until its end.
    pub async fn find(&mut self, number: &str) -> Result<Option<Kept>, Fault> {
        if !self.known.contains_key(number) {
            self.preload(vec![number.to_string()]).await?;
        }
        Ok(self.known.get(number).cloned().flatten())
    }

    /// The records that the rules of a kind look at, as they stand in this transaction; read, not locked.
    pub async fn related(&mut self, kind: &Kind, draft: &Draft, before: Option<&Record>) -> Result<Related, Fault> {
        let mut related = Related::in_house(self.settings().conformity.house.clone());
        if let Some(before) = before.filter(|before| !kind.looks_back.is_empty() && before.state != draft.state) {
            self.look_back(kind, before, &mut related).await?;
        }
        if !kind.looks_at_all.is_empty() {
            let catalog = &self.office.catalog;
            record::look_at_all(self.conn, catalog, &kind.looks_at_all, &self.known, &mut related).await?;
        }
        if !related::matters(kind, draft, before) {
            return Ok(related);
        }
        let mut asked = BTreeSet::new();
        // What the draft refers to, whom that names, who stands in for them, and for those.
        for _ in 0..4 {
            let wanted: BTreeSet<String> = &related::wanted(kind, draft, &related) - &asked;
            if wanted.is_empty() {
                break;
            }
            record::look_up(self.conn, &self.office.catalog, &wanted, &self.known, &mut related).await?;
            asked.extend(wanted);
        }
        Ok(related)
    }

    /// Adds the records that refer to one which goes to another state, as its kind wants them looked at.
    async fn look_back(&mut self, kind: &Kind, before: &Record, related: &mut Related) -> Result<(), Fault> {
        let mut numbers = BTreeSet::new();
        for (from, field) in &kind.looks_back {
            numbers.extend(record::referring(self.conn, from, field, &before.number).await?);
        }
        record::look_up(self.conn, &self.office.catalog, &numbers, &self.known, related).await?;
        // What this transaction has written and the index does not know yet.
        for kept in self.known.values().flatten().filter(|kept| !numbers.contains(&kept.record.number)) {
            let refers = |(from, field): &&(&'static str, &'static str)| {
                kept.record.kind == *from
                    && kept.record.fields.get(*field).and_then(Value::as_text) == Some(&*before.number)
            };
            if let (Some(_), Some(own)) =
                (kind.looks_back.iter().find(refers), self.office.catalog.find(kept.record.kind))
            {
                related.add(kept.record.number.clone(), kept.record.clone(), own);
            }
        }
        Ok(())
    }

    /// Numbers of the records of a kind with these values, what this transaction has written included.
    pub async fn agreeing(&mut self, kind: &Kind, values: &[(&str, &str)]) -> Result<Vec<String>, Fault> {
        let mut numbers = record::agreeing(self.conn, kind, values).await?;
        let agrees = |record: &Record| {
            let has = |(name, wanted): &(&str, &str)| {
                record.fields.get(*name).and_then(Value::as_text).unwrap_or_default() == *wanted
            };
            record.kind == kind.name && values.iter().all(has) && !numbers.contains(&record.number)
        };
        let held = self.known.values().flatten().map(|kept| &kept.record);
        let held: Vec<String> = held.filter(|record| agrees(record)).map(|record| record.number.clone()).collect();
        numbers.extend(held);
        Ok(numbers)
    }

    /// What was agreed, what this transaction has written included.
    pub async fn agreements(&mut self) -> Result<Arc<clocks::Agreements>, Fault> {
        let seen = self.office.reckoning.seen(self.conn, &self.office.catalog).await?;
        Ok(seen.agreements.clone())
    }

    /// The next free number of a kind.
    pub async fn number(&mut self, kind: &Kind) -> Result<String, Fault> {
        loop {
            let number = format!("{}-{}", kind.prefix, record::next_number(self.conn, kind.prefix).await?);
            // Somebody may have brought the same number along with an import.
            if self.find(&number).await?.is_none() {
                return Ok(number);
            }
        }
    }

    /// A number that came from outside, when it is free and reads like one.
    pub async fn claim(&mut self, kind: &Kind, number: String) -> Result<String, Refusal> {
        check_number(&number).map_err(|why| Refusal::field("number", why))?;
        if self.find(&number).await?.is_some() {
            return Err(Refusal::field("number", format!("{number} is taken")));
        }
        self.pass(kind, &number);
        Ok(number)
    }

    /// Remembers that the counter must move past a number from outside.
    pub fn pass(&mut self, kind: &Kind, number: &str) {
        let counted = number
            .strip_prefix(kind.prefix)
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|rest| rest.parse::<i64>().ok());
        if let Some(counted) = counted.filter(|counted| (0..1_000_000_000_000).contains(counted)) {
            let last = self.passes.entry(kind.prefix).or_default();
            *last = counted.max(*last);
        }
    }

    /// Digests of the history entries of a record that came from lines.
    pub async fn origins(&mut self, id: RecordId) -> Result<Vec<String>, Fault> {
        journal::origins(self.conn, id).await
    }

    /// The journal of a record as it stood before this transaction, oldest first.
    pub async fn history(&mut self, id: RecordId) -> Result<Vec<Entry>, Fault> {
        journal::of_record(self.conn, &self.office.catalog, id).await
    }

    /// The record's own links as they are now.
    pub async fn links(&mut self, id: RecordId) -> Result<Vec<Link>, Fault> {
        Ok(journal::links_from(self.conn, &[id.0], None).await?.remove(&id.0).unwrap_or_default())
    }

    pub fn unlink(&mut self, id: RecordId, link: Link, at: Moment) {
        self.unlinked.push((id, link, at));
    }

    /// What is done from here on follows from the acts of these rules.
    pub fn follows(&mut self, chain: Vec<i64>) {
        self.chain = chain;
    }

    /// Promises work in this transaction.
    pub fn promise(&mut self, job: Job) {
        self.jobs.push(job);
    }

    pub fn attach(&mut self, id: RecordId, file: File, actor: &Actor, now: Moment) {
        self.files.push((id, file, actor.email.clone(), now));
    }

    /// Takes a record and its new entries to be written. The permit is what allows it; entries stand in order and carry
    /// the digest of what they were read from, where they were read.
    pub fn stage(&mut self, permit: &Permit, kind: &Kind, mut kept: Kept, entries: Vec<(Entry, String)>) {
        debug_assert_eq!(permit.kind(), kept.record.kind);
        let mut salt = random::<16>;
        for (mut entry, origin) in entries {
            entry.previous = kept.entry.clone();
            let sealed = entry.seal(kind, &mut salt);
            kept.entry = model::canonical::hex(&sealed.leaf);
            self.linked.extend(entry.linked.iter().map(|link| (kept.record.id, link.clone(), entry.at)));
            if let Some(note) = &entry.note {
                self.notes.push((kept.record.id, note.text.clone(), note.public));
            }
            for reaction in self.office.reactions {
                self.jobs.extend(reaction(kind, &kept.record, &entry));
            }
            self.jobs.extend(procedures::promised(kind, &kept.record, &entry));
            self.jobs.extend(automation::promised(&self.office.automations, &self.chain, &kept.record, &entry));
            if kind.clocked && clocks::moves(kind, &entry) {
                self.moved.insert(kept.record.id.0);
            }
            if clocks::agrees(&entry) && !self.jobs.iter().any(|job| job.name == RECKON) {
                self.jobs.push(reckon_soon(self.recorded));
            }
            self.entries.push(Written { entry, sealed, origin });
        }
        let number = kept.record.number.clone();
        match self.known.get(&number) {
            Some(Some(before)) if !self.fresh.contains(&kept.record.id.0) => {
                self.before.entry(kept.record.id.0).or_insert_with(|| before.record.clone());
            }
            Some(Some(_)) => {}
            _ => drop(self.fresh.insert(kept.record.id.0)),
        }
        if !self.staged.contains(&number) {
            self.staged.push(number.clone());
        }
        self.known.insert(number, Some(kept));
    }

    /// Writes everything that was staged.
    pub fn flush(self) -> BoxFuture<'c, Result<(), Fault>> {
        self.write_all().boxed()
    }

    async fn write_all(mut self) -> Result<(), Fault> {
        let mut records: Vec<Kept> =
            self.staged.iter().filter_map(|number| self.known.get(number).cloned().flatten()).collect();
        journal::append(self.conn, &self.entries).await?;
        self.write_records(&mut records).await?;
        known::write(self.conn, &self.office.catalog, &records, |record| self.fresh.contains(&record.id.0)).await?;
        turn::keep(self.conn, &self.office.catalog, &self.before, &records).await?;
        tally::keep(self.conn, &self.office.catalog, &self.office.tallies, &self.before, &records).await?;
        journal::link(self.conn, &self.linked).await?;
        for (id, link, at) in &self.unlinked {
            journal::unlink(self.conn, *id, link, *at).await?;
        }
        for (prefix, last) in &self.passes {
            record::pass_number(self.conn, prefix, *last).await?;
        }
        self.alarms.extend(self.closings(&records));
        self.alarms.extend(self.publications(&records));
        let fresh = std::mem::take(&mut self.fresh);
        alarm::set(self.conn, &self.alarms, |id| fresh.contains(&id)).await?;
        self.fresh = fresh;
        self.write_files().await?;
        self.write_words(&records).await?;
        let told = watching::tell(self.conn, self.office, &self.entries, &records, &self.fresh).await?;
        self.jobs.extend(told);
        // Where no mailbox answers, no answer is promised: an import of years would promise thousands.
        if self.jobs.iter().any(|job| job.name == crate::post::SEND) && !crate::store::post::answers(self.conn).await? {
            self.jobs.retain(|job| job.name != crate::post::SEND);
        }
        crate::store::job::add(self.conn, &self.office.ids, &self.jobs, self.recorded).await
    }

    /// Records without moving clocks first: among them may be what was agreed about the others.
    async fn write_records(&mut self, records: &mut [Kept]) -> Result<(), Fault> {
        records.sort_by_key(|kept| self.moved.contains(&kept.record.id.0));
        let still = records.partition_point(|kept| !self.moved.contains(&kept.record.id.0));
        let (still, moved) = records.split_at_mut(still);
        record::write(self.conn, &self.office.catalog, still).await?;
        self.reckon(moved).await?;
        record::write(self.conn, &self.office.catalog, moved).await
    }

    /// Counts the clocks that this unit has moved from the journals, which are written already.
    async fn reckon(&mut self, moved: &mut [Kept]) -> Result<(), Fault> {
        if moved.is_empty() {
            return Ok(());
        }
        let catalog = &self.office.catalog;
        let mut told: HashMap<i64, Vec<Entry>> = HashMap::with_capacity(moved.len());
        let known: Vec<i64> = moved.iter().map(|kept| kept.record.id.0).filter(|id| !self.fresh.contains(id)).collect();
        if !known.is_empty() {
            told = journal::of_records(self.conn, catalog, &known).await?;
        }
        for Written { entry, .. } in self.entries.iter().filter(|written| self.fresh.contains(&written.entry.record.0))
        {
            told.entry(entry.record.0).or_default().push(entry.clone());
        }
        let seen = self.office.reckoning.seen(self.conn, catalog).await?;
        for kept in moved {
            let Some(kind) = catalog.find(kept.record.kind) else { continue };
            let mut entries = told.remove(&kept.record.id.0).unwrap_or_default();
            entries.sort_by_key(|entry| entry.at);
            let now = self.recorded.max(kept.record.changed);
            kept.clocks = reckon(kind, &entries, &seen.agreements, now);
            if kind.escalation.is_some() {
                self.alarms.push((kept.record.id.0, ESCALATE, next_step(kind, &entries, &seen.agreements, now)));
            }
        }
        Ok(())
    }

    /// When records that this unit has moved are to be closed by themselves.
    fn closings(&self, records: &[Kept]) -> Vec<alarm::Wanted> {
        let wanted = |kept: &Kept| {
            let kind = self.office.catalog.find(kept.record.kind)?;
            let closing = kind.closing?;
            let mine = |written: &&Written| written.entry.record == kept.record.id;
            let entries: Vec<&Entry> = self.entries.iter().filter(mine).map(|written| &written.entry).collect();
            // What says nothing of it leaves the alarm as it stands.
            alarms::touches(&closing, &entries).then(|| {
                let at = alarms::closing_at(kind, &kept.record, &entries, &self.office.settings);
                (kept.record.id.0, CLOSE, at)
            })
        };
        let all = records.iter().filter_map(wanted);
        all.filter(|(id, _, at)| at.is_some() || !self.fresh.contains(id)).collect()
    }

    /// When texts that wait for their day come into force by themselves.
    fn publications(&self, records: &[Kept]) -> Vec<alarm::Wanted> {
        let wanted = |kept: &Kept| {
            let kind = self.office.catalog.find(kept.record.kind)?;
            Some((kept.record.id.0, PUBLISH, publish::alarm(kind, &kept.record)?))
        };
        let all = records.iter().filter_map(wanted);
        all.filter(|(id, _, at)| at.is_some() || !self.fresh.contains(id)).collect()
    }

    async fn write_files(&mut self) -> Result<(), Fault> {
        for (record, file, by, at) in std::mem::take(&mut self.files) {
            file::add(self.conn, self.office.ids.next(at), record, file, &by, at).await?;
        }
        Ok(())
    }

    async fn write_words(&mut self, records: &[Kept]) -> Result<(), Fault> {
        let mut docs: Vec<(i64, Words)> = Vec::with_capacity(records.len() + self.notes.len());
        let mut known = Vec::new();
        for kept in records {
            let Some(kind) = self.office.catalog.find(kept.record.kind) else { continue };
            docs.push((kept.record.id.0, search::of_record(kind, &kept.record)));
            if !self.fresh.contains(&kept.record.id.0) {
                known.push(kept.record.id.0);
            }
        }
        let mut owners = Vec::with_capacity(self.notes.len());
        for (record, text, public) in &self.notes {
            let doc = self.office.ids.next(self.recorded);
            owners.push((doc, record.0));
            docs.push((doc, search::of_note(text, *public)));
        }
        search::own_notes(self.conn, &owners).await?;
        search::write(self.conn, &docs, &known).await
    }
}

/// # Errors
/// A sentence for a number that could not be spoken, written in an address or told from another.
pub(crate) fn check_number(number: &str) -> Result<(), String> {
    let plain = number.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    if plain && !number.is_empty() && number.len() <= 60 {
        return Ok(());
    }
    let shown: String = number.chars().take(60).collect();
    Err(format!("\"{shown}\" is not a number of a record: letters, digits, - _ . and : only, 60 at most"))
}
