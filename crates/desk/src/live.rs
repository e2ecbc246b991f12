//! Live pages: who listens to what, what they are told, and who else is there.
//!
//! Each server asks the journal once a second what was written since, whatever the number of listeners, and tells each of
//! them what their scope and filter let them know (docs/decisions, "Live pages read the journal"). Several servers over one
//! database hear of each other's writes in the same way, and of each other's people by a row that each keeps.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use model::{Act, Actor, Entry, Filter, Kind, Moment, Refusal, filter::Context, time::SECOND};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use crate::{
    Desk, Fault,
    ids::random,
    read::with_next_due,
    rights::{self, Scope},
    store::{
        db::Dialect,
        journal, live,
        record::{self, Kept},
    },
};

/// What tells the time while a server runs.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// What somebody listens to.
#[derive(Clone, Debug)]
pub enum Watch {
    /// Records of a kind; those that the filter finds are told apart.
    List {
        kind: String,
        filter: Filter,
    },
    Record {
        kind: String,
        number: String,
    },
}

/// What they are told.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A record was written.
    Written {
        /// When it was written down.
        at: Moment,
        number: String,
        version: i64,
        /// E-mail and name of who did it.
        by: String,
        name: String,
        act: String,
        /// Whether the filter of the list finds it now.
        listed: bool,
    },
    /// More was written than can be told one by one.
    Much { at: Moment },
    /// Who else looks at the record now.
    Present(Vec<Present>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Present {
    pub email: String,
    pub name: String,
    pub writing: bool,
}

/// Most entries that are told one by one in one beat.
const MOST: usize = 500;
/// Entries that are remembered for whoever comes a moment later.
const REMEMBERED: usize = 500;
/// News that may wait for a listener; whoever falls further behind is let go and comes again.
const WAITING: usize = 64;
const BEAT: Duration = Duration::from_secs(1);
/// A number that was given out and not seen yet may still be committed within this time, in milliseconds.
const GAP_HELD: i64 = 30 * SECOND;
const GAPS: usize = 200;
/// Whoever was writing and says no more is thought to have stopped, in milliseconds.
const WRITING: i64 = 15 * SECOND;
/// How long what a server told of its people holds, and how often it says so again, in milliseconds.
const PRESENT: i64 = 30 * SECOND;
const AGAIN: i64 = 10 * SECOND;

/// The listeners of this server.
pub(crate) struct Live {
    state: Mutex<State>,
    server: i64,
}

#[derive(Default)]
struct State {
    listeners: HashMap<u64, Listener>,
    next: u64,
    beating: bool,
    closed: bool,
    /// What was heard last, oldest first, and from when on nothing is missing there.
    heard: VecDeque<Heard>,
    from: Moment,
    /// Until when somebody is thought to write to a record, by number and e-mail.
    writing: BTreeMap<(String, String), Moment>,
    /// Who is there on other servers, by number.
    elsewhere: BTreeMap<String, Vec<Present>>,
    /// Whether the other servers have not been told yet.
    untold: bool,
}

struct Listener {
    actor: Actor,
    scope: Scope,
    watch: Watch,
    sender: mpsc::Sender<News>,
}

#[derive(Clone)]
struct Heard {
    entry: Arc<Entry>,
    kept: Arc<Kept>,
    name: String,
}

/// Where the reading of the journal has come to.
struct Pulse {
    last: i64,
    gaps: BTreeMap<i64, Moment>,
    names: HashMap<String, String>,
    told: Moment,
}

impl Default for Live {
    fn default() -> Live {
        Live { state: Mutex::default(), server: i64::from_le_bytes(random::<8>()) }
    }
}

impl Live {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener's end. It is there as long as somebody listens.
pub struct Ear {
    desk: Desk,
    id: u64,
    receiver: mpsc::Receiver<News>,
    /// Whoever is here for a time may be shown out before it is over.
    guest: Option<(Actor, Clock)>,
}

impl Ear {
    /// The next news; `None` once nobody tells any more.
    pub async fn hear(&mut self) -> Option<News> {
        let news = self.receiver.recv().await?;
        if let Some((actor, clock)) = &self.guest {
            // By another server too, so that only the database knows.
            let now = self.desk.in_the_name_of(&actor.email, clock()).await.ok().flatten()?;
            if (&now.roles, &now.clauses) != (&actor.roles, &actor.clauses) {
                return None;
            }
        }
        Some(news)
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let mut state = self.desk.live().state();
        if let Some(Listener { watch: Watch::Record { number, .. }, .. }) = state.listeners.remove(&self.id) {
            state.untold = true;
            state.tell_present(&number);
        }
    }
}

impl Desk {
    pub(crate) fn live(&self) -> &Live {
        &self.inner.live
    }

    /// Listens from `since` on, for as long as the answer is kept.
    ///
    /// # Errors
    /// `NotFound` for what the actor may not see.
    pub async fn listen(&self, actor: &Actor, watch: Watch, since: Moment, clock: &Clock) -> Result<Ear, Refusal> {
        let (catalog, now) = (self.catalog(), clock());
        let (Watch::List { kind, .. } | Watch::Record { kind, .. }) = &watch;
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        if !rights::may(actor, kind, Act::Read, None) {
            return Err(Refusal::NotFound);
        }
        if let Watch::Record { number, .. } = &watch {
            self.show(actor, kind.name, number, None, now).await?;
        }
        let scope = rights::scope(actor, &catalog, Some(kind), now);
        let (sender, receiver) = mpsc::channel(WAITING);
        let listener = Listener { actor: actor.clone(), scope, watch, sender };
        let (id, begin) = self.live().state().enter(listener, kind, since, now).ok_or(Refusal::NotFound)?;
        if begin {
            let (desk, clock) = (self.clone(), clock.clone());
            tokio::spawn(async move { desk.beat(since.minus(SECOND), clock).await });
        }
        let guest = actor.window.map(|_| (actor.clone(), clock.clone()));
        Ok(Ear { desk: self.clone(), id, receiver, guest })
    }

    /// Says that somebody writes to a record, or has stopped; who looks at it sees that.
    ///
    /// # Errors
    /// `NotFound` for a record that the actor may not see.
    pub async fn tell_writing(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        writes: bool,
        now: Moment,
    ) -> Result<(), Refusal> {
        self.show(actor, kind, number, None, now).await?;
        let mut state = self.live().state();
        let key = (number.to_string(), actor.email.clone());
        let before = match writes {
            true => state.writing.insert(key, now.plus(WRITING)).is_some(),
            false => state.writing.remove(&key).is_none(),
        };
        if !before {
            state.untold = true;
            state.tell_present(number);
        }
        Ok(())
    }

    /// Ends all listening, so that a server can stop.
    pub fn hang_up(&self) {
        let mut state = self.live().state();
        state.closed = true;
        state.listeners.clear();
    }

    async fn beat(&self, since: Moment, clock: Clock) {
        let last = async { live::last_before(&mut self.db().read().await?, since).await };
        let mut pulse = match last.await {
            Ok(last) => Pulse { last, gaps: BTreeMap::new(), names: HashMap::new(), told: Moment::UNKNOWN },
            Err(fault) => {
                tracing::error!(cause = %fault, "nobody hears what is written");
                self.live().state().beating = false;
                return;
            }
        };
        loop {
            tokio::time::sleep(BEAT).await;
            let now = clock();
            if let Err(fault) = self.hear(&mut pulse, now).await {
                tracing::warn!(cause = %fault, "what was written is told later");
            }
            if let Err(fault) = self.meet(&mut pulse, now).await {
                tracing::warn!(cause = %fault, "who is there is told later");
            }
            let mut state = self.live().state();
            if state.listeners.is_empty() {
                state.beating = false;
                state.heard.clear();
                return;
            }
        }
    }

    /// What was written since, in one statement; where something was, its records in another.
    async fn hear(&self, pulse: &mut Pulse, now: Moment) -> Result<(), Fault> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let gaps: Vec<i64> = pulse.gaps.keys().copied().collect();
        let found = live::since(&mut conn, &catalog, pulse.last, &gaps, MOST as i64 + 1).await?;
        if found.len() > MOST {
            pulse.last = journal::last(&mut conn).await?;
            pulse.gaps.clear();
            self.live().state().tell_much(now);
            return Ok(());
        }
        pulse.step(found.iter().map(|one| one.0), now);
        let entries: Vec<Arc<Entry>> = found
            .into_iter()
            .filter_map(|(_, entry)| entry)
            .filter(|entry| catalog.find(entry.kind).is_some())
            .map(Arc::new)
            .collect();
        if entries.is_empty() {
            return Ok(());
        }
        let numbers: BTreeSet<String> = entries.iter().map(|entry| entry.number.clone()).collect();
        let numbers: Vec<String> = numbers.into_iter().collect();
        let records = record::load(&mut conn, &catalog, &numbers, false).await?;
        drop(conn);
        let records: HashMap<String, Arc<Kept>> =
            records.into_iter().map(|(number, kept)| (number, Arc::new(kept))).collect();
        self.name(pulse, &entries, now).await;
        let mut state = self.live().state();
        for entry in entries {
            let Some(kept) = records.get(&entry.number).cloned() else { continue };
            let name = entry.by.as_ref().and_then(|by| pulse.names.get(by)).cloned().unwrap_or_default();
            state.tell(Heard { entry, kept, name }, |kind| catalog.find(kind), now);
        }
        Ok(())
    }

    /// Looks up who wrote, where that is not known yet.
    async fn name(&self, pulse: &mut Pulse, entries: &[Arc<Entry>], now: Moment) {
        let unknown: BTreeSet<String> =
            entries.iter().filter_map(|entry| entry.by.clone()).filter(|by| !pulse.names.contains_key(by)).collect();
        // Of whoever knows most names.
        let knows = |actor: &&Actor| actor.customer.is_none() && actor.clauses.is_empty();
        let actor = self.live().state().listeners.values().map(|listener| &listener.actor).max_by_key(knows).cloned();
        let Some(actor) = actor.filter(|_| !unknown.is_empty()) else { return };
        // Without names there are still addresses.
        let found = self.names_of(&actor, BTreeSet::new(), unknown.clone(), now).await.unwrap_or_default();
        for mail in unknown {
            let name = found.people.get(&mail).map_or_else(|| mail.clone(), |person| person.0.clone());
            pulse.names.insert(mail, name);
        }
    }

    /// Tells the other servers who is here, and hears who is there.
    async fn meet(&self, pulse: &mut Pulse, now: Moment) -> Result<(), Fault> {
        let server = self.live().server;
        let (people, tell) = {
            let mut state = self.live().state();
            state.forget_writers(now);
            let people = state.people();
            let again = !people.is_empty() && now.0 - pulse.told.0 >= AGAIN;
            (people, std::mem::take(&mut state.untold) || again)
        };
        if self.db().dialect() == Dialect::Sqlite {
            return Ok(());
        }
        if tell {
            pulse.told = now;
            let rows: Vec<Json> =
                people.iter().map(|(number, one)| json!([number, one.email, one.name, one.writing])).collect();
            self.db()
                .write(move |conn| {
                    async move { live::tell_presence(conn, server, now.plus(PRESENT), Json::Array(rows)).await }.boxed()
                })
                .await?;
        }
        if people.is_empty() {
            return Ok(());
        }
        let told = live::presence(&mut self.db().read().await?, server, now).await?;
        let mut elsewhere: BTreeMap<String, Vec<Present>> = BTreeMap::new();
        for row in told.into_iter().filter_map(|rows| rows.as_array().cloned()).flatten() {
            let read = serde_json::from_value::<(String, String, String, bool)>(row);
            if let Ok((number, email, name, writing)) = read {
                elsewhere.entry(number).or_default().push(Present { email, name, writing });
            }
        }
        self.live().state().meet(elsewhere);
        Ok(())
    }
}

impl Pulse {
    /// Numbers are given out before they are committed: one that is passed over may still come.
    fn step(&mut self, found: impl Iterator<Item = i64>, now: Moment) {
        for seq in found {
            self.gaps.remove(&seq);
            if seq > self.last {
                let passed = (self.last + 1)..seq;
                // What lies before the first look is not missing.
                if self.last > 0 {
                    self.gaps.extend(passed.rev().take(GAPS).map(|gap| (gap, now)));
                }
                self.last = seq;
            }
        }
        self.gaps.retain(|_, since| now.0 - since.0 < GAP_HELD);
        while self.gaps.len() > GAPS {
            self.gaps.pop_first();
        }
    }
}

impl State {
    /// The new listener's id, and whether somebody must begin to beat. `None` once the server stops.
    fn enter(&mut self, listener: Listener, kind: &Kind, since: Moment, now: Moment) -> Option<(u64, bool)> {
        if self.closed {
            return None;
        }
        let begin = !std::mem::replace(&mut self.beating, true);
        if begin {
            self.from = since;
            self.heard.clear();
        }
        if since < self.from {
            let _ = listener.sender.try_send(News::Much { at: now });
        }
        for heard in self.heard.iter().filter(|heard| heard.entry.recorded >= since) {
            if let Some(news) = listener.news(heard, kind, now) {
                let _ = listener.sender.try_send(news);
            }
        }
        let number = match &listener.watch {
            Watch::Record { number, .. } => Some(number.clone()),
            Watch::List { .. } => None,
        };
        self.next += 1;
        self.listeners.insert(self.next, listener);
        if let Some(number) = number {
            self.untold = true;
            self.tell_present(&number);
        }
        Some((self.next, begin))
    }

    fn tell<'k>(&mut self, heard: Heard, kind: impl Fn(&str) -> Option<&'k Kind>, now: Moment) {
        let Some(kind) = kind(heard.entry.kind) else { return };
        // A listener whose place is full is let go: the page comes again and looks at everything.
        self.listeners.retain(|_, listener| match listener.news(&heard, kind, now) {
            Some(news) => listener.sender.try_send(news).is_ok(),
            None => true,
        });
        self.heard.push_back(heard);
        while self.heard.len() > REMEMBERED {
            if let Some(gone) = self.heard.pop_front() {
                self.from = self.from.max(gone.entry.recorded.plus(1));
            }
        }
    }

    fn tell_much(&mut self, now: Moment) {
        self.heard.clear();
        self.from = now;
        self.listeners.retain(|_, listener| listener.sender.try_send(News::Much { at: now }).is_ok());
    }

    /// Everybody of ours who looks at a record here, by number.
    fn people(&self) -> Vec<(String, Present)> {
        let mut people = BTreeSet::new();
        for listener in self.listeners.values().filter(|listener| listener.actor.customer.is_none()) {
            let Watch::Record { number, .. } = &listener.watch else { continue };
            let Actor { email, name, .. } = &listener.actor;
            let writing = self.writing.contains_key(&(number.clone(), email.clone()));
            people.insert((number.clone(), Present { email: email.clone(), name: name.clone(), writing }));
        }
        people.into_iter().collect()
    }

    /// Tells those who look at a record who else does. A customer's people are not told who of ours is there.
    fn tell_present(&self, number: &str) {
        let here = self.people().into_iter().filter(|(other, _)| other == number).map(|(_, present)| present);
        let mut there: BTreeMap<String, Present> = BTreeMap::new();
        for present in here.chain(self.elsewhere.get(number).into_iter().flatten().cloned()) {
            let known = there.entry(present.email.clone()).or_insert_with(|| present.clone());
            known.writing |= present.writing;
        }
        let own = |listener: &&Listener| matches!(&listener.watch, Watch::Record { number: own, .. } if own == number);
        for listener in self.listeners.values().filter(own).filter(|listener| listener.actor.customer.is_none()) {
            let others = there.values().filter(|present| present.email != listener.actor.email).cloned().collect();
            let _ = listener.sender.try_send(News::Present(others));
        }
    }

    fn forget_writers(&mut self, now: Moment) {
        let (gone, held) = std::mem::take(&mut self.writing).into_iter().partition(|(_, until)| *until <= now);
        self.writing = held;
        let gone: BTreeMap<(String, String), Moment> = gone;
        for ((number, _), _) in gone {
            self.untold = true;
            self.tell_present(&number);
        }
    }

    fn meet(&mut self, elsewhere: BTreeMap<String, Vec<Present>>) {
        let before = std::mem::replace(&mut self.elsewhere, elsewhere);
        let numbers: BTreeSet<String> = before.keys().chain(self.elsewhere.keys()).cloned().collect();
        for number in numbers.into_iter().filter(|number| before.get(number) != self.elsewhere.get(number)) {
            self.tell_present(&number);
        }
    }
}

impl Listener {
    /// What a listener may know of an entry.
    fn news(&self, heard: &Heard, kind: &Kind, now: Moment) -> Option<News> {
        let (entry, mut record) = (&heard.entry, heard.kept.record.clone());
        let listed = match &self.watch {
            Watch::Record { number, .. } if *number == entry.number => true,
            Watch::List { kind: own, filter } if own == kind.name => {
                let context = Context { me: &self.actor.email, now };
                let clocks = kind.clocked.then_some(heard.kept.clocks.as_slice());
                with_next_due(kind, &mut record, clocks, |record| filter.holds(kind, record, &[], context))
            }
            _ => return None,
        };
        if !self.scope.admits(kind, &record) {
            return None;
        }
        // Of what is internal a customer's people do not even learn that it was written.
        if self.scope.silo().is_some() && rights::show_entries(&self.actor, kind, vec![Entry::clone(entry)]).is_empty()
        {
            return None;
        }
        Some(News::Written {
            at: entry.recorded,
            number: entry.number.clone(),
            version: entry.version,
            by: entry.by.clone().unwrap_or_default(),
            name: heard.name.clone(),
            act: entry.act.clone(),
            listed,
        })
    }
}
