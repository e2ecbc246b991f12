//! Events come in: read, mapped, decided upon, written into records and kept, in one transaction. Each ends as exactly one
//! outcome; of two deliveries at once about one trouble the second one finds what the first one has opened.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use events::{
    Decision, Deed, Delivery, Event, OneFor, Part, Rules, Standing,
    decide::{self, Found, Outcome},
    rules::Mapped,
};
use futures::FutureExt;
use model::{Act, Actor, FieldError, Kind, Moment, Refusal, time::MINUTE};
use serde_json::{Value as Json, json};

use crate::{
    Desk,
    monitoring::{
        EventRow, Source, Trouble,
        correlate::{self, Names, Place},
        deeds::Pen,
        reason, settle,
    },
    rights,
    store::{
        db::{Conn, Dialect},
        events as store,
        fault::Fault,
    },
    unit::{Office, Unit},
};

/// What somebody brings to the door of a source.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// The source's name in the address.
    pub slug: String,
    /// Media type in small letters, without parameters.
    pub media: String,
    /// The body as JSON; null where it is none.
    pub body: Json,
    /// Headers that begin with `ce-`, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The caller's own name for this delivery; the same one again is not taken twice.
    pub key: Option<String>,
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    pub id: i64,
    /// Where it stood in what was sent; empty for the whole.
    pub path: String,
    pub identity: String,
    pub outcome: String,
    pub reason: String,
    /// The record; empty for none.
    pub number: String,
    pub errors: Vec<FieldError>,
    /// Whether it had been taken before.
    pub again: bool,
}

/// Deliveries that are taken at a time. On the embedded database as many as share a flush to disk; on PostgreSQL half of the
/// connections, because those about one trouble, and those that open records, wait for each other with a connection in hand.
pub(crate) fn lanes(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Sqlite => 64,
        Dialect::Postgres => 8,
    }
}

/// Everything that the transaction needs, gathered before it.
struct Intake {
    source: Source,
    kind: Kind,
    parts: Vec<Part>,
    rules: Rules,
    key: Option<String>,
    brought_by: String,
    writer: Actor,
    now: Moment,
}

impl Desk {
    /// Takes what a tool sends to a source.
    ///
    /// # Errors
    /// `NotFound` for a source that is not there, `Forbidden` for whoever may not open its records, `Invalid` where not one
    /// event could be read; what was wrong is kept all the same.
    pub async fn take_events(&self, actor: &Actor, brought: Brought, now: Moment) -> Result<Vec<Taken>, Refusal> {
        let lane = self.inner.intake.acquire().await;
        let _lane = lane.map_err(|_| Fault::new("no events are taken any more"))?;
        let (source, kind) = self.source_for(actor, &brought.slug, now).await?;
        let delivery = Delivery { media: &brought.media, body: &brought.body, headers: &brought.headers };
        let parts = events::read(source.policy.format, &delivery)
            .unwrap_or_else(|errors| vec![Part { path: String::new(), event: Err(errors) }]);
        let rules = Rules::read(&source.policy.rules).unwrap_or_default();
        let writer = Pen::writer(&source, actor);
        let (key, brought_by) = (brought.key, actor.email.clone());
        let intake = Arc::new(Intake { source, kind, parts, rules, key, brought_by, writer, now });
        let kept = self.through_the_door(move |conn, office| {
            let intake = intake.clone();
            async move { keep(conn, office, &intake).await }.boxed()
        });
        let taken = kept.await?;
        if !taken.is_empty() && taken.iter().all(|one| !one.errors.is_empty()) {
            return Err(Refusal::Invalid(taken.into_iter().flat_map(|one| one.errors).collect()));
        }
        Ok(taken)
    }

    async fn source_for(&self, actor: &Actor, slug: &str, now: Moment) -> Result<(Source, Kind), Refusal> {
        if actor.customer.is_some() {
            return Err(Refusal::NotFound);
        }
        let mut conn = self.db().read().await?;
        let source = store::by_slug(&mut conn, slug).await?.ok_or(Refusal::NotFound)?;
        drop(conn);
        let catalog = self.catalog();
        let kind = catalog.find(&source.policy.opens).filter(|kind| kind.monitored.is_some());
        let kind = kind.ok_or_else(|| Refusal::Forbidden(format!("{} opens nothing that there is.", source.name)))?;
        for act in [Act::Create, Act::Step, Act::Note] {
            rights::permit(actor, kind, act, None, now)?;
        }
        if !source.active {
            return Err(Refusal::Forbidden(format!("{} is switched off.", source.name)));
        }
        Ok((source, kind.clone()))
    }
}

/// An event that is to be decided upon.
struct Ready {
    at: usize,
    event: Event,
    mapped: Mapped,
    delivery: String,
    key: String,
    place: Option<Place>,
}

async fn keep(conn: &mut Conn, office: &Office, intake: &Intake) -> Result<Vec<Taken>, Fault> {
    let mut told: BTreeMap<usize, Taken> = BTreeMap::new();
    let mut rows = Vec::new();
    let mut names = Names::default();
    let ready = ready(conn, office, intake, &mut names, &mut told, &mut rows).await?;
    let mut troubles = known(conn, intake, &ready).await?;
    let numbers: BTreeSet<String> =
        troubles.values().map(|trouble| trouble.alert.number.clone()).filter(|number| !number.is_empty()).collect();
    let mut found = store::found(conn, &office.catalog, &numbers.into_iter().collect::<Vec<_>>()).await?;
    let mut unit = Unit::new(conn, office, intake.now);
    let mut touched = BTreeSet::new();
    for one in &ready {
        let mut trouble = troubles.remove(&one.key).unwrap_or_else(|| unheard(intake, &one.key));
        let id = unit.id(intake.now);
        let decision = upon(&mut unit, intake, one, &mut trouble, &mut found, &mut names, id).await;
        let decision = decision.map_err(|refusal| Fault::new(format!("an event could not be written ({refusal})")))?;
        let mut row = row(intake, one, id);
        row.outcome = decision.outcome.name().into();
        row.reason = reason(&decision.reason);
        row.number = trouble.alert.number.clone();
        told.insert(one.at, taken(&row, one, false));
        rows.push(row);
        if trouble.alert.is_firing() || !trouble.alert.turns.is_empty() {
            touched.insert(one.key.clone());
        }
        troubles.insert(one.key.clone(), trouble);
    }
    unit.flush().await?;
    for key in &touched {
        if let Some(trouble) = troubles.get(key) {
            store::set(conn, trouble).await?;
        }
    }
    store::add(conn, &rows).await?;
    if intake.source.heard.is_none_or(|heard| intake.now >= heard.plus(MINUTE)) {
        store::heard(conn, intake.source.id, intake.now).await?;
    }
    Ok(told.into_values().collect())
}

/// Maps what could be read; what could not, what is ignored and what came before is told at once.
async fn ready(
    conn: &mut Conn,
    office: &Office,
    intake: &Intake,
    names: &mut Names,
    told: &mut BTreeMap<usize, Taken>,
    rows: &mut Vec<EventRow>,
) -> Result<Vec<Ready>, Fault> {
    let mut ready: Vec<Ready> = Vec::new();
    for (at, part) in intake.parts.iter().enumerate() {
        let id = office.ids.next(intake.now);
        let mut event = match &part.event {
            Ok(event) => event.clone(),
            Err(errors) => {
                let row = unread(intake, id, errors);
                let taken = Taken { path: part.path.clone(), errors: errors.clone(), ..taken_of(&row) };
                told.insert(at, taken);
                rows.push(row);
                continue;
            }
        };
        let delivery = match &intake.key {
            Some(key) => format!("{key} {at}"),
            None => event.delivery.clone(),
        };
        let mapped = intake.rules.apply(&mut event);
        let mut one = Ready { at, event, mapped, delivery, key: String::new(), place: None };
        if let Some(before) = before(conn, intake, &one.delivery, rows).await? {
            told.insert(at, Taken { path: part.path.clone(), again: true, ..taken_of(&before) });
            continue;
        }
        // Within one delivery the same event counts once.
        let is_twice = ready.iter().any(|other| !one.delivery.is_empty() && other.delivery == one.delivery);
        if one.mapped.ignored.is_some() || is_twice {
            let why = one.mapped.ignored.clone().unwrap_or_else(|| "it stands twice in one delivery".into());
            one.delivery = if is_twice { String::new() } else { one.delivery };
            let mut row = row(intake, &one, id);
            row.outcome = Outcome::Ignored.name().into();
            row.reason = reason(&why);
            told.insert(at, taken(&row, &one, false));
            rows.push(row);
            continue;
        }
        if matches!(intake.source.policy.one_for, OneFor::Item | OneFor::Service) {
            one.place = Some(place(conn, names, intake, &one).await?);
        }
        let (item, service) = one.place.as_ref().map_or((None, None), |p| (p.item.as_deref(), p.service.as_deref()));
        one.key = decide::key(&intake.source.policy, &one.event, item, service);
        ready.push(one);
    }
    Ok(ready)
}

async fn place(conn: &mut Conn, names: &mut Names, intake: &Intake, one: &Ready) -> Result<Place, Fault> {
    correlate::place(conn, names, &intake.kind, &intake.source, &one.event, &one.mapped.fields).await
}

async fn before(
    conn: &mut Conn,
    intake: &Intake,
    delivery: &str,
    rows: &[EventRow],
) -> Result<Option<EventRow>, Fault> {
    if delivery.is_empty() {
        return Ok(None);
    }
    match rows.iter().find(|row| row.delivery == delivery) {
        Some(row) => Ok(Some(row.clone())),
        None => store::delivered(conn, intake.source.id, delivery).await,
    }
}

/// What is known of the troubles that are spoken of, held until the end of this transaction. What begins gets its row now.
async fn known(conn: &mut Conn, intake: &Intake, ready: &[Ready]) -> Result<HashMap<String, Trouble>, Fault> {
    let keys: BTreeSet<String> = ready.iter().map(|one| one.key.clone()).collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let mut troubles = store::lock(conn, intake.source.id, &keys).await?;
    let begins = |key: &&String| {
        let fires = |one: &&Ready| {
            one.key == **key
                && one.event.standing == Standing::Firing
                && one.event.severity >= intake.source.policy.least
        };
        !troubles.contains_key(*key) && ready.iter().any(|one| fires(&one))
    };
    let new: Vec<String> = keys.iter().filter(begins).cloned().collect();
    if !new.is_empty() {
        store::claim(conn, intake.source.id, &new, intake.now).await?;
        troubles.extend(store::lock(conn, intake.source.id, &new).await?);
    }
    Ok(troubles)
}

fn unheard(intake: &Intake, key: &str) -> Trouble {
    Trouble {
        source: intake.source.id,
        key: key.into(),
        title: String::new(),
        severity: String::new(),
        first: intake.now,
        last: intake.now,
        alert: events::Alert::default(),
    }
}

/// Decides and does. What a record refuses ends as refused, and the trouble stands as before.
async fn upon(
    unit: &mut Unit<'_>,
    intake: &Intake,
    one: &Ready,
    trouble: &mut Trouble,
    found: &mut HashMap<String, Found>,
    names: &mut Names,
    id: i64,
) -> Result<Decision, Refusal> {
    let Some(of) = intake.kind.monitored else { return Err(Refusal::NotFound) };
    let pen = Pen { kind: &intake.kind, of, source: &intake.source, actor: &intake.writer, now: intake.now };
    let policy = &intake.source.policy;
    let before = trouble.clone();
    let stands = found.get(&trouble.alert.number).copied();
    let mut decision = events::decide(policy, &one.event, &mut trouble.alert, stands, intake.now);
    trouble.last = intake.now;
    if one.event.standing == Standing::Firing {
        trouble.title = one.event.title.clone();
        trouble.severity = one.event.severity.name().into();
    }
    if let Some(at) = decision.look_again {
        unit.promise(settle::look_at(trouble, id, at));
    }
    let place = match (&decision.deed, &one.place) {
        (Deed::Open, None) => Some(place(unit.conn(), names, intake, one).await?),
        (_, place) => place.clone(),
    };
    let done = settle::act(unit, &pen, trouble, &mut decision, &one.event, place, &one.mapped.fields, id).await;
    match done {
        Ok(stands) => {
            if let Some(stands) = stands {
                found.insert(trouble.alert.number.clone(), stands);
            }
            Ok(decision)
        }
        Err(Refusal::Fault(id)) => Err(Refusal::Fault(id)),
        Err(refusal) => {
            *trouble = before;
            Ok(Decision {
                outcome: Outcome::Refused,
                reason: refusal.sentence(),
                deed: Deed::Nothing,
                look_again: None,
            })
        }
    }
}

fn row(intake: &Intake, one: &Ready, id: i64) -> EventRow {
    EventRow {
        id,
        source: intake.source.id,
        alert: one.key.clone(),
        delivery: one.delivery.clone(),
        outcome: String::new(),
        reason: String::new(),
        number: String::new(),
        title: one.event.title.clone(),
        severity: one.event.severity.name().into(),
        standing: one.event.standing.name().into(),
        brought_by: intake.brought_by.clone(),
        at: intake.now,
        body: settle::body(&one.event, &one.mapped.fields),
    }
}

/// A row for what could not be read.
fn unread(intake: &Intake, id: i64, errors: &[FieldError]) -> EventRow {
    let why = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect::<Vec<_>>().join("; ");
    EventRow {
        id,
        source: intake.source.id,
        alert: String::new(),
        delivery: String::new(),
        outcome: Outcome::Refused.name().into(),
        reason: reason(&why),
        number: String::new(),
        title: "(could not be read)".into(),
        severity: String::new(),
        standing: String::new(),
        brought_by: intake.brought_by.clone(),
        at: intake.now,
        body: json!({}),
    }
}

fn taken(row: &EventRow, one: &Ready, again: bool) -> Taken {
    Taken { path: one.event.path.clone(), identity: one.event.identity.clone(), again, ..taken_of(row) }
}

fn taken_of(row: &EventRow) -> Taken {
    let identity = row.body.get("identity").and_then(Json::as_str).unwrap_or_default().to_string();
    Taken {
        id: row.id,
        path: String::new(),
        identity,
        outcome: row.outcome.clone(),
        reason: row.reason.clone(),
        number: row.number.clone(),
        errors: Vec::new(),
        again: false,
    }
}
