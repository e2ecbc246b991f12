//! Doing what was decided, and looking again at troubles of which nothing is heard: held back by planned work that has
//! ended meanwhile, or flapping and quiet now.

use std::collections::BTreeMap;

use events::{
    Decision, Deed, Event, Severity, Standing,
    decide::{self, Found, Outcome},
};
use futures::FutureExt;
use model::{Actor, Job, Moment, Refusal, Via, time::MINUTE};
use serde_json::{Value as Json, json};

use crate::{
    Desk,
    monitoring::{
        EventRow, Trouble,
        correlate::{self, Names, Place},
        deeds::Pen,
        reason,
    },
    store::{db::Conn, events as store, fault::Fault},
    unit::{Office, Unit},
};

/// Name of the job that looks at a trouble again.
pub const LOOK: &str = "events-look";
/// Planned work that ends before its time is noticed after this.
const LOOK_EVERY: i64 = 15 * MINUTE;

/// Promises to look at a trouble at an instant; `event` is the last one that was heard of it.
pub(super) fn look_at(trouble: &Trouble, event: i64, at: Moment) -> Job {
    Job {
        name: LOOK,
        payload: json!({"source": trouble.source, "key": trouble.key, "event": event}),
        run_at: at,
        key: Some(format!("{LOOK} {} {} {}", trouble.source, trouble.key, at.0 / MINUTE)),
    }
}

/// Does what was decided; the decision says afterwards what became of it. Answers how the record stands now where that is
/// another way than before.
#[allow(clippy::too_many_arguments)]
pub(super) async fn act(
    unit: &mut Unit<'_>,
    pen: &Pen<'_>,
    trouble: &mut Trouble,
    decision: &mut Decision,
    event: &Event,
    place: Option<Place>,
    mapped: &BTreeMap<String, String>,
    id: i64,
) -> Result<Option<Found>, Refusal> {
    let now = pen.now;
    let stands = |is_open: bool| Found {
        is_open,
        may_reopen: !is_open && pen.kind.lifecycle.step_to(pen.of.over, pen.of.back).is_some(),
        is_touched: false,
        changed: now,
    };
    match decision.deed.clone() {
        Deed::Nothing => Ok(None),
        Deed::Note(text) => pen.note(unit, &trouble.alert.number, &text).await.map(|()| None),
        Deed::Resolve => match pen.resolve(unit, trouble).await? {
            None => Ok(Some(stands(false))),
            Some(why) => {
                decision.reason = format!("{} stays open: {why}", trouble.alert.number);
                Ok(None)
            }
        },
        Deed::Reopen => match pen.reopen(unit, &trouble.alert.number, &event.title).await? {
            None => Ok(Some(stands(true))),
            Some(why) => {
                decision.reason = format!("it is back, but {} is not opened again: {why}", trouble.alert.number);
                Ok(None)
            }
        },
        Deed::Open => {
            let place = place.unwrap_or_default();
            let catalog = unit.catalog();
            let planned = match pen.source.policy.maintenance {
                true => correlate::planned(unit.conn(), catalog, &place, now).await?,
                false => None,
            };
            if let Some((work, until)) = planned {
                let words = format!("{work} is planned work there until {until}");
                trouble.alert.hold(&words, until, now);
                trouble.alert.number.clear();
                unit.promise(look_at(trouble, id, until.min(now.plus(LOOK_EVERY)).max(now.plus(MINUTE))));
                (decision.outcome, decision.reason) = (Outcome::Suppressed, words);
                return Ok(None);
            }
            let number = pen.open(unit, event, &place, mapped, &trouble.alert.number).await?;
            trouble.alert.number = number;
            trouble.alert.flapping = false;
            let known = [place.item.clone(), place.service.clone()];
            let known = known.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let parts = [std::mem::take(&mut decision.reason), known, place.doubt.replace('\n', " ")];
            decision.reason = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
            Ok(Some(stands(true)))
        }
    }
}

/// An event as it is kept, from which it can be read again.
pub(super) fn body(event: &Event, mapped: &BTreeMap<String, String>) -> Json {
    json!({
        "identity": event.identity,
        "group": event.group,
        "text": event.text,
        "began": event.began.map(|at| at.0),
        "link": event.link,
        "attributes": event.attributes,
        "mapped": mapped,
    })
}

/// The event behind a row, and what the mapping made of it then.
fn event_of(row: &EventRow) -> (Event, BTreeMap<String, String>) {
    let text = |name: &str| row.body.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
    let texts = |name: &str| {
        let parts = row.body.get(name).and_then(Json::as_object).into_iter().flatten();
        parts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_string()))).collect()
    };
    let event = Event {
        path: String::new(),
        identity: text("identity"),
        group: text("group"),
        standing: Standing::Firing,
        severity: Severity::parse(&row.severity).unwrap_or_default(),
        title: row.title.clone(),
        text: text("text"),
        began: row.body.get("began").and_then(Json::as_i64).map(Moment),
        delivery: String::new(),
        link: text("link"),
        attributes: texts("attributes"),
    };
    (event, texts("mapped"))
}

impl Desk {
    /// Looks at a trouble again: the job [`LOOK`].
    pub(crate) async fn look_again(&self, payload: &Json, now: Moment) -> Result<(), Refusal> {
        let number = |name: &str| payload.get(name).and_then(Json::as_i64).unwrap_or_default();
        let key = payload.get("key").and_then(Json::as_str).unwrap_or_default().to_string();
        let (source, event) = (number("source"), number("event"));
        self.through_the_door(move |conn, office| {
            let key = key.clone();
            async move { look(conn, office, source, &key, event, now).await }.boxed()
        })
        .await
    }

    /// Forgets what each source keeps no longer.
    pub(crate) async fn sweep_events(&self, now: Moment) -> Result<(), Fault> {
        let sources = store::sources(&mut self.db().read().await?).await?;
        for source in sources {
            let before = now.minus(source.policy.keep_days.saturating_mul(model::time::DAY));
            // Ids begin with their milliseconds (ids.rs).
            let before_id = before.0.max(0) << 22;
            let id = source.id;
            self.db().write(move |conn| async move { store::sweep(conn, id, before_id, before).await }.boxed()).await?;
        }
        Ok(())
    }
}

async fn look(
    conn: &mut Conn,
    office: &Office,
    source: i64,
    key: &str,
    event: i64,
    now: Moment,
) -> Result<(), Refusal> {
    let Some(source) = store::by_id(conn, source).await? else { return Ok(()) };
    let catalog = &office.catalog;
    let kind = catalog.find(&source.policy.opens).and_then(|kind| Some((kind, kind.monitored?)));
    let (Some((kind, of)), Some(row)) = (kind, store::by_event_id(conn, event).await?) else { return Ok(()) };
    let Some(mut trouble) = store::lock(conn, source.id, &[key.to_string()]).await?.remove(key) else { return Ok(()) };
    let numbers = Some(trouble.alert.number.clone()).filter(|number| !number.is_empty());
    let found = store::found(conn, catalog, &numbers.into_iter().collect::<Vec<_>>()).await?;
    let stands = found.get(&trouble.alert.number).copied();
    let Some(mut decision) = decide::look(&source.policy, &mut trouble.alert, stands, now) else { return Ok(()) };
    let (event, mapped) = event_of(&row);
    let writer = Pen::writer(&source, &Actor::system("monitoring", Via::Job));
    let pen = Pen { kind, of, source: &source, actor: &writer, now };
    let place = match decision.deed {
        Deed::Open => Some(correlate::place(conn, &mut Names::default(), kind, &source, &event, &mapped).await?),
        _ => None,
    };
    let mut unit = Unit::new(conn, office, now);
    let id = unit.id(now);
    // What the record refuses is tried again later, and stands among the jobs until then.
    act(&mut unit, &pen, &mut trouble, &mut decision, &event, place, &mapped, id).await?;
    unit.flush().await?;
    store::set(conn, &trouble).await?;
    let row = EventRow {
        id,
        delivery: String::new(),
        outcome: decision.outcome.name().into(),
        reason: reason(&decision.reason),
        number: trouble.alert.number.clone(),
        brought_by: "system".into(),
        at: now,
        ..row
    };
    Ok(store::add(conn, &[row]).await?)
}
